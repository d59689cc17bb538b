#define _GNU_SOURCE
#include "platform.h"

#include <locale.h>
#include <sched.h>

double platform_number(const char *text, size_t *end) {
  static locale_t c;
  locale_t locale = __atomic_load_n(&c, __ATOMIC_ACQUIRE);
  if (!locale) {
    /*  glibc's "C" locale is one object: made twice, it is the same. */
    locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    __atomic_store_n(&c, locale, __ATOMIC_RELEASE);
  }
  char *stop;
  double value = strtod_l(text, &stop, locale);
  *end = (size_t)(stop - text);
  return value;
}

int platform_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count < 1 ? 1 : count;
}
