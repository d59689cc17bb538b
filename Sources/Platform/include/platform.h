/*  libc and libm for Embedded Swift, which has no `import Glibc`. */
#ifndef SCHED_PLATFORM_H
#define SCHED_PLATFORM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*  A decimal number whatever the user's locale: strtod would read "0.1" as 0
 *  where the decimal point is a comma. `end` is where the number stops.       */
static inline double platform_number(const char *text, size_t *end) {
  static locale_t c;
  if (!c) {
    locale_t made = newlocale(LC_ALL_MASK, "C", (locale_t)0), none = 0;
    if (!__atomic_compare_exchange_n(&c, &none, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      freelocale(made);
  }
  char *stop;
  double value = strtod_l(text, &stop, c);
  *end = (size_t)(stop - text);
  return value;
}

/*  Processors this process may run on, at least 1. */
static inline int platform_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count < 1 ? 1 : count;
}

#endif
