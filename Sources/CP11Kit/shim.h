// What Swift cannot import from p11-kit by itself. No logic lives here.
#ifndef AIRSEAL_CP11KIT_SHIM_H
#define AIRSEAL_CP11KIT_SHIM_H

#define P11_KIT_FUTURE_UNSTABLE_API 1
#include <p11-kit/iter.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#endif
