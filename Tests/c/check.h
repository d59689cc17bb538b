/*  What cmocka's assertions lack: equal bits, and a status with its sentence. */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sched.h"

static inline uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/*  Whether two doubles are one; any NaN is as good as another. */
static inline int same_double(double a, double b) {
  return bits_of(a) == bits_of(b) || (a != a && b != b);
}

/*  Fails with what the test was at, a reason of a vector, and where. */
#define check_doubles(actual, expected, about, at)                                       \
  do {                                                                                   \
    double actual_ = (actual), expected_ = (expected);                                   \
    if (!same_double(actual_, expected_)) {                                              \
      fail_msg("%s: at %zu: %a (%.17g) is not %a (%.17g)", about, (size_t)(at), actual_, \
               actual_, expected_, expected_);                                           \
    }                                                                                    \
  } while (0)

/*  By how much a rate may differ from torch's after that many roundings, beside
 *  the largest rate of its run: not at all. Only without FMA, as under qemu's
 *  Westmere, glibc has another cos and pow, which now and then are an ulp off;
 *  one such ulp is a few of a rate's and each step of the chained form keeps
 *  it. */
static inline double rate_bound(size_t roundings, double largest) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("fma")) return 8 * (double)roundings * 0x1p-53 * largest;
#endif
  (void)roundings, (void)largest;
  return 0;
}

#define check_rate(actual, expected, bound, about, at)                                  \
  do {                                                                                  \
    double rate_ = (actual), torch_ = (expected), bound_ = (bound);                     \
    if (bound_ == 0 || !(fabs(rate_ - torch_) <= bound_)) {                             \
      check_doubles(rate_, torch_, about, at);                                          \
    }                                                                                   \
  } while (0)

/*  As check_rate, where a few ulps are between us and a peer. */
#define check_near(actual, expected, ulps, bound, about, at)                            \
  do {                                                                                  \
    double near_ = (actual), peer_ = (expected);                                        \
    if (vector_ulps(near_, peer_) > (ulps)) check_rate(near_, peer_, bound, about, at); \
  } while (0)

/*  The largest magnitude among some doubles and one more. */
static inline double largest_of(const double *values, size_t count, double one) {
  double largest = fabs(one);
  for (size_t i = 0; i < count; i++) largest = fmax(largest, fabs(values[i]));
  return largest;
}

/*  sched_chain and sched_anneal of arguments instead of a structure. */
static inline sched_status chain(const sched_schedule *schedule, int64_t step, size_t count,
                                 const double *bases, const double *currents, double *rates) {
  const sched_groups groups = {schedule, step, count, bases, currents, rates};
  return sched_chain(&groups);
}

static inline sched_status anneal(sched_curve curve, double fraction, size_t count,
                                  const double *starts, const double *ends, double *values) {
  const sched_ways ways = {curve, fraction, 0, 1, 0, count, starts, ends, values};
  return sched_anneal(&ways);
}

#define check_ok(call)                                                                 \
  do {                                                                                 \
    sched_status status_ = (call);                                                     \
    if (status_ != SCHED_OK) {                                                         \
      fail_msg("%s is %d: %s", #call, (int)status_, sched_last_error());               \
    }                                                                                  \
  } while (0)

/*  Fails unless the call is refused with that status, and the sentence begins
 *  with the status's words and names the argument, its value and what is
 *  accepted: three texts that must be in it. */
#define check_refused(call, expected, argument, value, accepted)                       \
  do {                                                                                 \
    sched_status status_ = (call);                                                     \
    if (status_ != (expected)) {                                                       \
      fail_msg("%s is %d (%s), not %d: %s", #call, (int)status_,                       \
               sched_status_text(status_), (int)(expected), sched_last_error());       \
    }                                                                                  \
    check_sentence(#call, expected, argument, value, accepted);                        \
  } while (0)

static inline void check_sentence(const char *call, sched_status status, const char *argument,
                                  const char *value, const char *accepted) {
  const char *words = sched_status_text(status);
  const char *sentence = sched_last_error();
  if (strncmp(sentence, words, strlen(words)) != 0 || !strstr(sentence, argument) ||
      !strstr(sentence, value) || !strstr(sentence, accepted)) {
    fail_msg("%s: \"%s\" should begin with \"%s\" and name %s, %s and %s", call, sentence, words,
             argument, value, accepted);
  }
}

/*  A schedule from text that is known to be good. */
static inline sched_schedule *parsed(const char *text) {
  sched_schedule *schedule = NULL;
  sched_status status = sched_parse(text, strlen(text), NULL, &schedule);
  if (status != SCHED_OK) fail_msg("%s: %s", text, sched_last_error());
  return schedule;
}

#endif
