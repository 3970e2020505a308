// What Swift cannot import from OpenSSL by itself: macros, and typed stacks made by macros.
// No logic lives here.
#ifndef AIRSEAL_COPENSSL_SHIM_H
#define AIRSEAL_COPENSSL_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#endif
