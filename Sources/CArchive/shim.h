// What Swift cannot import from libarchive by itself. No logic lives here.
#ifndef AIRSEAL_CARCHIVE_SHIM_H
#define AIRSEAL_CARCHIVE_SHIM_H

#include <archive.h>
#include <archive_entry.h>

static inline unsigned int airseal_ae_ifreg(void) { return AE_IFREG; }
static inline unsigned int airseal_ae_ifdir(void) { return AE_IFDIR; }
static inline unsigned int airseal_ae_iflnk(void) { return AE_IFLNK; }

#endif
