/*  The vector operations Swift lacks, and what this CPU has.
 *
 *  Header-only on purpose: a `static inline` function compiles into the module
 *  that imports it, in that module's instruction set. */
#ifndef SCHED_LANES_H
#define SCHED_LANES_H

#define LANES_INLINE static inline __attribute__((always_inline))

/*  What is done to each element of x, and of y and `when` where there are some. */
typedef enum lanes_operation {
  LANES_ADD,      /* x + y                                    */
  LANES_SUBTRACT, /* x - y                                    */
  LANES_MULTIPLY, /* x * y                                    */
  LANES_DIVIDE,   /* x / y                                    */
  LANES_SQRT,     /* of x, correctly rounded                  */
  LANES_ABS,      /* x without its sign                       */
  LANES_LARGER,   /* of x and y the larger, NaN where either is */
  LANES_SMALLER,  /* the smaller, the same                    */
  LANES_PICK      /* x where `when` is above 0, else y        */
} lanes_operation;

/*  By address: a vector wider than the module's registers has no settled way
 *  to be passed by value. The operation is a constant where these are called,
 *  and the rest of the switch is not compiled.
 *
 *  Swift's own + and * of a SIMD value are loops over its elements, which the
 *  optimizer makes vectors of again, but in large functions narrower ones. */
#define LANES(type, bits, width)                                               \
  typedef type lanes_f##bits##x##width                                         \
      __attribute__((ext_vector_type(width), aligned(sizeof(type))));          \
  LANES_INLINE void lanes_do_f##bits##x##width(lanes_operation operation,      \
                                               void *x, const void *y,         \
                                               const void *when) {             \
    lanes_f##bits##x##width *a = (lanes_f##bits##x##width *)x;                 \
    const lanes_f##bits##x##width b = *(const lanes_f##bits##x##width *)y;     \
    switch (operation) {                                                       \
      case LANES_ADD: *a = *a + b; break;                                      \
      case LANES_SUBTRACT: *a = *a - b; break;                                 \
      case LANES_MULTIPLY: *a = *a * b; break;                                 \
      case LANES_DIVIDE: *a = *a / b; break;                                   \
      case LANES_SQRT: *a = __builtin_elementwise_sqrt(*a); break;             \
      case LANES_ABS: *a = __builtin_elementwise_abs(*a); break;               \
      case LANES_LARGER: *a = ((b > *a) | (b != b)) ? b : *a; break;           \
      case LANES_SMALLER: *a = ((b < *a) | (b != b)) ? b : *a; break;          \
      case LANES_PICK:                                                         \
        *a = *(const lanes_f##bits##x##width *)when > 0 ? *a : b;              \
        break;                                                                 \
    }                                                                          \
  }

LANES(float, 32, 4)
LANES(float, 32, 8)
LANES(float, 32, 16)
LANES(double, 64, 2)
LANES(double, 64, 4)
LANES(double, 64, 8)
LANES(double, 64, 16)

/*  Sixteen floats as doubles. */
LANES_INLINE void lanes_widen(void *to, const void *from) {
  *(lanes_f64x16 *)to = __builtin_convertvector(*(const lanes_f32x16 *)from, lanes_f64x16);
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
