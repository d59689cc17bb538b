/*  The vector operations Swift lacks, and what this CPU has.
 *
 *  Header-only on purpose: a `static inline` function compiles into the module
 *  that imports it, in that module's instruction set. */
#ifndef SCHED_LANES_H
#define SCHED_LANES_H

#define LANES_INLINE static inline __attribute__((always_inline))

/*  By address: a vector wider than the module's registers has no settled way
 *  to be passed by value.
 *
 *  sqrt: SIMD.squareRoot() would become a call of sqrtf for every element.
 *  larger, smaller: of each two, NaN where either is.
 *  pick: of each two the first where `when` is above 0, else the second.
 *  abs: each without its sign. */
#define LANES(type, bits, width)                                               \
  typedef type lanes_f##bits##x##width                                         \
      __attribute__((ext_vector_type(width), aligned(sizeof(type))));          \
  LANES_INLINE void lanes_sqrt_f##bits##x##width(void *x) {                    \
    lanes_f##bits##x##width *a = (lanes_f##bits##x##width *)x;                 \
    *a = __builtin_elementwise_sqrt(*a);                                       \
  }                                                                            \
  LANES_INLINE void lanes_abs_f##bits##x##width(void *x) {                     \
    lanes_f##bits##x##width *a = (lanes_f##bits##x##width *)x;                 \
    *a = __builtin_elementwise_abs(*a);                                        \
  }                                                                            \
  LANES_INLINE void lanes_larger_f##bits##x##width(void *x, const void *y) {   \
    lanes_f##bits##x##width *a = (lanes_f##bits##x##width *)x;                 \
    const lanes_f##bits##x##width b = *(const lanes_f##bits##x##width *)y;     \
    *a = ((b > *a) | (b != b)) ? b : *a;                                       \
  }                                                                            \
  LANES_INLINE void lanes_smaller_f##bits##x##width(void *x, const void *y) {  \
    lanes_f##bits##x##width *a = (lanes_f##bits##x##width *)x;                 \
    const lanes_f##bits##x##width b = *(const lanes_f##bits##x##width *)y;     \
    *a = ((b < *a) | (b != b)) ? b : *a;                                       \
  }                                                                            \
  LANES_INLINE void lanes_pick_f##bits##x##width(void *x, const void *y,       \
                                                 const void *when) {           \
    lanes_f##bits##x##width *a = (lanes_f##bits##x##width *)x;                 \
    const lanes_f##bits##x##width b = *(const lanes_f##bits##x##width *)y;     \
    *a = *(const lanes_f##bits##x##width *)when > 0 ? *a : b;                  \
  }

LANES(float, 32, 4)
LANES(float, 32, 8)
LANES(float, 32, 16)
LANES(double, 64, 2)
LANES(double, 64, 4)
LANES(double, 64, 8)

/*  Whether the processor has x86-64-v3 or v4 and the system saves its
 *  registers, which __builtin_cpu_supports looks at, too. */
static inline int lanes_has_avx2(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v3") != 0;
#else
  return 0;
#endif
}

static inline int lanes_has_avx512(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v4") != 0;
#else
  return 0;
#endif
}

#endif
