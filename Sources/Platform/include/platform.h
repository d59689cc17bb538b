/*  libc and libm for Embedded Swift, which has no `import Glibc`. */
#ifndef SCHED_PLATFORM_H
#define SCHED_PLATFORM_H

/*  No _GNU_SOURCE: ordinary Swift's own Glibc module is built without, and the
 *  two would disagree about the system's types. */
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*  A decimal number whatever the user's locale: strtod would read "0.1" as 0
 *  where the decimal point is a comma. `end` is where the number stops. */
double platform_number(const char *text, size_t *end);

/*  What a thread does that looks again and again: nothing, for a moment. */
static inline void platform_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/*  Processors this process may run on, at least 1. */
int platform_processors(void);

#endif
