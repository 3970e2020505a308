// What Swift cannot import from glibc by itself. No logic lives here.
#ifndef AIRSEAL_CPLATFORM_SHIM_H
#define AIRSEAL_CPLATFORM_SHIM_H

#include <semaphore.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>

// `stderr` is a variable of the C library, which Swift 6 will not read from concurrent code.
static inline FILE *airseal_stderr(void) { return stderr; }

// PR_SET_DUMPABLE is a macro, and prctl is variadic.
static inline int airseal_forbid_core_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// Declared for _GNU_SOURCE only.
extern int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *end);

static inline int airseal_wait_until(sem_t *semaphore, const struct timespec *end) {
    return sem_clockwait(semaphore, CLOCK_MONOTONIC, end);
}

// unistd.h shows it with _GNU_SOURCE only.
extern int syncfs(int descriptor);

#endif
