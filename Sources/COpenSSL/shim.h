// What Swift cannot import from OpenSSL by itself: macros, and typed stacks made by macros.
// No logic lives here.
#ifndef AIRSEAL_COPENSSL_SHIM_H
#define AIRSEAL_COPENSSL_SHIM_H

#include <openssl/asn1t.h>
#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static inline int airseal_certificate_count(const STACK_OF(X509) *certificates) {
    return sk_X509_num(certificates);
}

static inline X509 *airseal_certificate_at(const STACK_OF(X509) *certificates, int place) {
    return sk_X509_value(certificates, place);
}

static inline void airseal_free_certificates(STACK_OF(X509) *certificates) {
    sk_X509_pop_free(certificates, X509_free);
}

static inline STACK_OF(X509) *airseal_new_certificates(void) {
    return sk_X509_new_null();
}

static inline int airseal_add_certificate(STACK_OF(X509) *certificates, X509 *one) {
    return sk_X509_push(certificates, one);
}

static inline int airseal_signer_count(const STACK_OF(CMS_SignerInfo) *signers) {
    return sk_CMS_SignerInfo_num(signers);
}

static inline CMS_SignerInfo *airseal_signer_at(const STACK_OF(CMS_SignerInfo) *signers, int place) {
    return sk_CMS_SignerInfo_value(signers, place);
}

static inline STACK_OF(X509_EXTENSION) *airseal_new_extensions(void) {
    return sk_X509_EXTENSION_new_null();
}

static inline int airseal_add_extension(STACK_OF(X509_EXTENSION) *extensions, X509_EXTENSION *one) {
    return sk_X509_EXTENSION_push(extensions, one);
}

static inline void airseal_free_extensions(STACK_OF(X509_EXTENSION) *extensions) {
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

#endif
