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
 *  larger: the larger of each two, NaN where either is.
 *  load, store: the first `count` elements only. */
#define LANES(width)                                                           \
  typedef float lanes_f32x##width                                              \
      __attribute__((ext_vector_type(width), aligned(4)));                     \
  LANES_INLINE void lanes_sqrt_x##width(void *x) {                             \
    lanes_f32x##width *lane = (lanes_f32x##width *)x;                          \
    *lane = __builtin_elementwise_sqrt(*lane);                                 \
  }                                                                            \
  LANES_INLINE void lanes_larger_x##width(void *x, const void *y) {            \
    lanes_f32x##width *a = (lanes_f32x##width *)x;                             \
    const lanes_f32x##width b = *(const lanes_f32x##width *)y;                 \
    *a = ((b > *a) | (b != b)) ? b : *a;                                       \
  }

LANES(4)
LANES(8)
LANES(16)

LANES_INLINE void lanes_copy(void *to, const void *from, long count) {
  __builtin_memcpy(to, from, (unsigned long)count * sizeof(float));
}

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
