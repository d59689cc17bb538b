/*  The vector operations Swift lacks, and what this CPU has.
 *
 *  Header-only on purpose: a `static inline` function compiles into the module
 *  that imports it, in that module's instruction set. */
#ifndef SCHED_LANES_H
#define SCHED_LANES_H

#include <stdint.h>
#include <string.h>

#include "quantize.h"

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
LANES(float, 32, 32)
LANES(double, 64, 2)
LANES(double, 64, 4)
LANES(double, 64, 8)
LANES(double, 64, 16)

#if defined(__AVX512F__)
/*  Square roots, correctly rounded, from estimates of their reciprocals: Newton's
 *  step makes s and half the reciprocal, h; what s is off, a fused multiply-add
 *  says exactly, from 2^-100 on. The rest is right but for roots that are nearly
 *  the middle of two floats, and those come out right of every estimate within
 *  2^-14. */
LANES_INLINE __m512 lanes_root_near(__m512 x, __m512 estimate) {
  const __m512 half = _mm512_set1_ps(0.5f);
  __m512 s = _mm512_mul_ps(x, estimate), h = _mm512_mul_ps(estimate, half);
  const __m512 e = _mm512_fnmadd_ps(s, h, half);
  s = _mm512_fmadd_ps(s, e, s);
  h = _mm512_fmadd_ps(h, e, h);
  return _mm512_fmadd_ps(_mm512_fnmadd_ps(s, s, x), h, s);
}
#endif

/*  LANES_SQRT's roots, half of them of estimates where the processor has those: while
 *  it divides, which it does one after the other, it adds and multiplies beside. */
LANES_INLINE void lanes_roots_f32x32(void *of) {
  lanes_f32x32 *x = (lanes_f32x32 *)of;
#if defined(__AVX512F__)
  const __m512 a = (__m512)x->hi;
  const __m512i least = _mm512_set1_epi32(0x0d800000);
  const __m512i range = _mm512_sub_epi32(_mm512_set1_epi32(0x7f800000), least);
  const __m512i above = _mm512_sub_epi32(_mm512_castps_si512(a), least);
  lanes_f32x32 roots;
  roots.lo = __builtin_elementwise_sqrt(x->lo);
  // None is 0, below 2^-100, infinite or NaN.
  if (__builtin_expect(_mm512_cmpge_epu32_mask(above, range) == 0, 1)) {
    roots.hi = (lanes_f32x16)lanes_root_near(a, _mm512_rsqrt14_ps(a));
  } else {
    roots.hi = __builtin_elementwise_sqrt(x->hi);
  }
  *x = roots;
#else
  *x = __builtin_elementwise_sqrt(*x);
#endif
}

/*  Brings what lies there nearer. */
LANES_INLINE void lanes_fetch(const void *line) { __builtin_prefetch(line, 0, 3); }

/*  `size` bytes of 64, a multiple of 4: to a copy with zeros after them, and back. */
#if defined(__AVX512F__)
LANES_INLINE __mmask16 lanes_first(long size) { return (__mmask16)((1u << (size / 4)) - 1); }

LANES_INLINE void lanes_take(void *to, const void *from, long size) {
  _mm512_storeu_si512(to, _mm512_maskz_loadu_epi32(lanes_first(size), from));
}

LANES_INLINE void lanes_give(void *to, const void *from, long size) {
  _mm512_mask_storeu_epi32(to, lanes_first(size), _mm512_loadu_si512(from));
}
#elif defined(__AVX2__)
/*  Of eight elements those that are before the end. */
LANES_INLINE __m256i lanes_first(long size, int from) {
  const __m256i elements = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(size / 4) - from), elements);
}

LANES_INLINE void lanes_take(void *to, const void *from, long size) {
  const int *elements = (const int *)from;
  __m256i *copy = (__m256i *)to;
  _mm256_storeu_si256(copy, _mm256_maskload_epi32(elements, lanes_first(size, 0)));
  _mm256_storeu_si256(copy + 1, _mm256_maskload_epi32(elements + 8, lanes_first(size, 8)));
}

LANES_INLINE void lanes_give(void *to, const void *from, long size) {
  int *elements = (int *)to;
  const __m256i *copy = (const __m256i *)from;
  _mm256_maskstore_epi32(elements, lanes_first(size, 0), _mm256_loadu_si256(copy));
  _mm256_maskstore_epi32(elements + 8, lanes_first(size, 8), _mm256_loadu_si256(copy + 1));
}
#else
LANES_INLINE void lanes_take(void *to, const void *from, long size) {
  memset(to, 0, 64);
  memcpy(to, from, (size_t)size);
}

LANES_INLINE void lanes_give(void *to, const void *from, long size) {
  memcpy(to, from, (size_t)size);
}
#endif

/*  The same of `count` arrays, each to 64 bytes of `room`; or back, but for the second,
 *  which is only read. */
LANES_INLINE void lanes_rest(int is_back, void *room, void *const *arrays, long count,
                             long size) {
  for (long i = 0; i < count; i++) {
    char *copy = (char *)room + 64 * i;
    if (!is_back) {
      lanes_take(copy, arrays[i], size);
    } else if (i != 1) {
      lanes_give(arrays[i], copy, size);
    }
  }
}

/*  Sixteen floats as doubles. */
LANES_INLINE void lanes_widen(void *to, const void *from) {
  *(lanes_f64x16 *)to = __builtin_convertvector(*(const lanes_f32x16 *)from, lanes_f64x16);
}

/*  Floats as they are stored in 16 bits. Integers alone, but for the halves
 *  below 2^-14, whose one addition is exact or rounds as it should: the same
 *  bits everywhere. Loops over elements, which the compiler makes wide. */
LANES_INLINE uint32_t lanes_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

LANES_INLINE float lanes_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

LANES_INLINE float lanes_widen_bfloat16(uint16_t x) { return lanes_float((uint32_t)x << 16); }

LANES_INLINE float lanes_widen_float16(uint16_t x) {
  uint32_t bits = ((uint32_t)x & 0x7fff) << 13;
  uint32_t exponent = bits & 0x0f800000;
  // Halves count exponents from 15, floats from 127.
  uint32_t normal = bits + 0x38000000;
  uint32_t other = bits + 0x70000000;
  uint32_t small = lanes_bits(lanes_float(bits + 0x38800000) - 0x1p-14f);
  uint32_t result = exponent == 0x0f800000 ? other : exponent == 0 ? small : normal;
  return lanes_float(result | ((uint32_t)x & 0x8000) << 16);
}

/*  To the nearest, of two as near to the even one. */
LANES_INLINE uint16_t lanes_bfloat16(float x) {
  uint32_t bits = lanes_bits(x);
  uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : nearest);
}

LANES_INLINE uint16_t lanes_float16(float x) {
  uint32_t sign = lanes_bits(x) & 0x80000000;
  uint32_t bits = lanes_bits(x) ^ sign;
  uint32_t normal = (bits - 0x38000000 + 0xfff + (bits >> 13 & 1)) >> 13;
  uint32_t small = lanes_bits(lanes_float(bits) + 0.5f) - 0x3f000000;
  uint32_t large = bits > 0x7f800000 ? 0x7e00 : 0x7c00;
  uint32_t result = bits >= 0x47800000 ? large : bits < 0x38800000 ? small : normal;
  return (uint16_t)(result | sign >> 16);
}

/*  Up with the chance that is the part of the way it has gone; `random` is any
 *  16 bits. */
LANES_INLINE uint16_t lanes_bfloat16_by(float x, uint32_t random) {
  uint32_t bits = lanes_bits(x);
  uint32_t result = (bits + random) >> 16;
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : result);
}

LANES_INLINE uint16_t lanes_float16_by(float x, uint32_t random) {
  uint32_t sign = lanes_bits(x) & 0x80000000;
  uint32_t bits = lanes_bits(x) ^ sign;
  uint32_t normal = (bits - 0x38000000 + (random >> 3)) >> 13;
  // In units of the least half, of which there are fewer than 1,024 here.
  float units = lanes_float(bits < 0x38800000 ? bits : 0) * 0x1p24f;
  uint32_t whole = (uint32_t)(int32_t)units;
  uint32_t small = whole + ((float)random * 0x1p-16f < units - (float)(int32_t)whole ? 1 : 0);
  uint32_t large = bits > 0x7f800000 ? 0x7e00 : 0x7c00;
  uint32_t result = bits >= 0x47800000 ? large : bits < 0x38800000 ? small : normal;
  return (uint16_t)(result | sign >> 16);
}

/*  16 bits for element `i` of what `key` stands for: a hash of both, so that no
 *  order of the elements matters. */
LANES_INLINE uint32_t lanes_random(uint32_t i, uint32_t key) {
  uint32_t x = i * 0x9e3779b9 + key;
  x = (x ^ x >> 16) * 0x7feb352d;
  x = (x ^ x >> 15) * 0x846ca68b;
  return x >> 16;
}

LANES_INLINE uint16_t lanes_load(const void *from, long i) {
  uint16_t x;
  memcpy(&x, (const unsigned char *)from + 2 * i, sizeof x);
  return x;
}

LANES_INLINE void lanes_store(void *to, long i, uint16_t x) {
  memcpy((unsigned char *)to + 2 * i, &x, sizeof x);
}

/*  Arrays of them, at any address; `first` is the number of the first element in
 *  its array. In parts a float is two of them, of which the second is what the
 *  first has not. */
#define LANES_STORED(type)                                                            \
  LANES_INLINE void lanes_decode_##type(float *to, const void *from, long n) {        \
    for (long i = 0; i < n; i++) to[i] = lanes_widen_##type(lanes_load(from, i));     \
  }                                                                                   \
  LANES_INLINE void lanes_encode_##type(void *to, const float *from, long n) {        \
    for (long i = 0; i < n; i++) lanes_store(to, i, lanes_##type(from[i]));           \
  }                                                                                   \
  LANES_INLINE void lanes_encode_##type##_by(void *to, const float *from, long n,     \
                                             uint32_t first, uint32_t key) {          \
    for (long i = 0; i < n; i++) {                                                    \
      uint32_t random = lanes_random(first + (uint32_t)i, key);                       \
      lanes_store(to, i, lanes_##type##_by(from[i], random));                         \
    }                                                                                 \
  }                                                                                   \
  LANES_INLINE void lanes_encode_##type##_parts(void *to, void *rest, const float *from,\
                                                long n) {                             \
    for (long i = 0; i < n; i++) {                                                    \
      uint16_t part = lanes_##type(from[i]);                                          \
      float left = from[i] - lanes_widen_##type(part);                                \
      lanes_store(to, i, part);                                                       \
      /* Nothing is left of what is beyond the largest. */                            \
      lanes_store(rest, i, lanes_##type(left - left == 0 ? left : 0));                \
    }                                                                                 \
  }                                                                                   \
  LANES_INLINE void lanes_decode_##type##_parts(float *to, const void *from,          \
                                                const void *rest, long n) {           \
    for (long i = 0; i < n; i++) {                                                    \
      to[i] = lanes_widen_##type(lanes_load(from, i)) + lanes_widen_##type(lanes_load(rest, i));\
    }                                                                                 \
  }

LANES_STORED(bfloat16)
LANES_STORED(float16)

/*  Floats as integers whose upper halves are the nearest bfloat16s, and two such side
 *  by side, the second's in every other place. */
#define LANES_NEAREST(width, twice)                                                        \
  typedef uint32_t lanes_u32x##width __attribute__((ext_vector_type(width)));              \
  typedef uint16_t lanes_u16x##twice __attribute__((ext_vector_type(twice)));              \
  LANES_INLINE void lanes_nearest_f32x##width(lanes_u32x##width *to, const void *of) {     \
    const lanes_f32x##width x = *(const lanes_f32x##width *)of;                            \
    memcpy(to, of, sizeof *to);                                                            \
    *to = x == x ? *to : (lanes_u32x##width)(0x7fc00000);                                  \
    *to = (*to & 0x10000) != 0 ? *to + 0x8000 : *to + 0x7fff;                              \
  }                                                                                        \
  LANES_INLINE void lanes_weave_u32x##width(lanes_u32x##width *x, const lanes_u32x##width *y) {\
    *x = *x >> 16 | (*y & 0xffff0000);                                                     \
  }

LANES_NEAREST(4, 8)
LANES_NEAREST(8, 16)
#if defined(__AVX512F__)
typedef uint32_t lanes_u32x16 __attribute__((ext_vector_type(16)));
typedef uint16_t lanes_u16x32 __attribute__((ext_vector_type(32)));

LANES_INLINE void lanes_nearest_f32x16(lanes_u32x16 *to, const void *of) {
  // Of what kind an element is, four bits each: a NaN stays as it is in the first.
  const __m512i kinds = _mm512_set1_epi32(0x11111100);
  const __m512 nan = _mm512_castsi512_ps(_mm512_set1_epi32(0x7fc00000));
  const __m512 x = _mm512_fixupimm_ps(nan, _mm512_loadu_ps(of), kinds, 0);
  const __m512i bits = _mm512_castps_si512(x);
  const __mmask16 is_odd = _mm512_test_epi32_mask(bits, _mm512_set1_epi32(0x10000));
  const __m512i down = _mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff));
  *to = (lanes_u32x16)_mm512_mask_add_epi32(down, is_odd, bits, _mm512_set1_epi32(0x8000));
}

LANES_INLINE void lanes_weave_u32x16(lanes_u32x16 *x, const lanes_u32x16 *y) {
  lanes_u32x16 low = *x >> 16;
  // Or else the compiler makes a permutation of it, which is three operations.
  __asm__("" : "+v"(low));
  *x = low | (*y & 0xffff0000);
}
#else
LANES_NEAREST(16, 32)
#endif

/*  Floats from bfloat16s at any address, and the nearest to them: in their order, or,
 *  in turns, every second element in the second half, which is less to do where all
 *  arrays are so. */
#define LANES_BFLOAT16(width, twice)                                                       \
  LANES_INLINE void lanes_load_bfloat16x##twice(void *to, const void *from, int in_turns) {\
    lanes_u16x##twice halves;                                                              \
    memcpy(&halves, from, sizeof halves);                                                  \
    lanes_u32x##width first = __builtin_convertvector(halves.lo, lanes_u32x##width) << 16; \
    lanes_u32x##width second = __builtin_convertvector(halves.hi, lanes_u32x##width) << 16;\
    if (in_turns) {                                                                        \
      first = (lanes_u32x##width)halves << 16;                                             \
      second = (lanes_u32x##width)halves & 0xffff0000;                                     \
    }                                                                                      \
    lanes_f32x##twice floats;                                                              \
    floats.lo = (lanes_f32x##width)first;                                                  \
    floats.hi = (lanes_f32x##width)second;                                                 \
    *(lanes_f32x##twice *)to = floats;                                                     \
  }                                                                                        \
  LANES_INLINE void lanes_store_bfloat16x##twice(void *to, const void *from, int in_turns) {\
    const lanes_f32x##twice floats = *(const lanes_f32x##twice *)from;                     \
    const lanes_f32x##width x = floats.lo, y = floats.hi;                                  \
    lanes_u32x##width first, second;                                                       \
    lanes_nearest_f32x##width(&first, &x);                                                 \
    lanes_nearest_f32x##width(&second, &y);                                                \
    if (in_turns) {                                                                        \
      lanes_weave_u32x##width(&first, &second);                                            \
      memcpy(to, &first, sizeof first);                                                    \
    } else {                                                                               \
      lanes_u16x##twice halves;                                                            \
      halves.lo = ((lanes_u16x##twice)first).odd;                                          \
      halves.hi = ((lanes_u16x##twice)second).odd;                                         \
      memcpy(to, &halves, sizeof halves);                                                  \
    }                                                                                      \
  }

LANES_BFLOAT16(4, 8)
LANES_BFLOAT16(8, 16)
LANES_BFLOAT16(16, 32)

/*  Products of matrices whose elements are bfloat16s, kept in floats. What is of
 *  magnitude below 2^-62 is 0 there and above 2^62 infinite: then a product of two
 *  elements is exact in a float, and a fused multiply-add gives what a
 *  multiplication and an addition give. An element of a product is added up in
 *  the order of the index, whatever the widths and blocks: the same bits
 *  everywhere. */
LANES_INLINE float lanes_held(float x) {
  uint32_t bits = lanes_bits(x);
  uint32_t sign = bits & 0x80000000, size = bits ^ sign;
  uint32_t nearest = (size + 0x7fff + (size >> 16 & 1)) & 0xffff0000;
  uint32_t large = size > 0x7f800000 ? 0x7fc00000 : 0x7f800000;
  uint32_t result = size < 0x20800000 ? 0 : size > 0x5e800000 ? large : nearest;
  return lanes_float(result | sign);
}

/*  c = alpha * a * b + beta * d, each element rounded as above. Rows are strides
 *  apart, and there is room up to a multiple of LANES_ROWS of them, and of
 *  LANES_PANEL columns. */
typedef struct lanes_product {
  const float *a; /* rows by depth                                            */
  const float *b; /* depth by columns, or, transposed, columns by depth       */
  const float *d; /* as c, or NULL                                            */
  float *c;       /* rows by columns; of one that is symmetric the half where
                     columns are before rows                                  */
  long rows, columns, depth;
  long a_stride, b_stride, c_stride; /* d's is c's                            */
  float alpha, beta;
  int is_transposed, is_symmetric;
} lanes_product;

enum {
  LANES_ROWS = 6,   /* of c at once, in registers                             */
  LANES_DEPTH = 128, /* of b at once, in the first cache                      */
  LANES_PANEL = 64, /* columns                                                */
#if defined(__AVX512F__)
  LANES_VECTORS = 4,
  LANES_STRIP = LANES_VECTORS * 16
#elif defined(__AVX2__)
  LANES_VECTORS = 2,
  LANES_STRIP = LANES_VECTORS * 8
#else
  LANES_VECTORS = 2,
  LANES_STRIP = LANES_VECTORS * 4
#endif
};

#if defined(__AVX512F__)
typedef lanes_f32x16 lanes_wide;
#elif defined(__AVX2__)
typedef lanes_f32x8 lanes_wide;
#else
typedef lanes_f32x4 lanes_wide;
#endif

/*  Adds `depth` products to each element of c, or to 0. */
LANES_INLINE void lanes_tile(const lanes_product *of, float *c, const float *a,
                             const float *b, long depth, int continues) {
  const long width = LANES_STRIP / LANES_VECTORS;
  lanes_wide sums[LANES_ROWS][LANES_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES_ROWS; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < LANES_VECTORS; v++) {
      sums[i][v] = (lanes_wide)(0.0f);
      if (continues) sums[i][v] = *(lanes_wide *)(c + i * of->c_stride + v * width);
    }
  }
  for (long l = 0; l < depth; l++) {
    const lanes_wide *row = (const lanes_wide *)(b + l * LANES_STRIP);
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES_ROWS; i++) {
      lanes_wide x = (lanes_wide)(a[i * of->a_stride + l]);
#pragma clang loop unroll(full)
      for (int v = 0; v < LANES_VECTORS; v++) {
#if defined(__FMA__)
        sums[i][v] = __builtin_elementwise_fma(x, row[v], sums[i][v]);
#else
        sums[i][v] = sums[i][v] + x * row[v];
#endif
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES_ROWS; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < LANES_VECTORS; v++) {
      *(lanes_wide *)(c + i * of->c_stride + v * width) = sums[i][v];
    }
  }
}

LANES_INLINE void lanes_strip(const lanes_product *of, long first) {
#pragma clang fp contract(off)
  float packed[LANES_DEPTH * LANES_STRIP] __attribute__((aligned(64)));
  // Of a symmetric one the rows before are another strip's.
  long top = of->is_symmetric ? first / LANES_ROWS * LANES_ROWS : 0;
  for (long l = 0; l < of->depth; l += LANES_DEPTH) {
    long depth = of->depth - l < LANES_DEPTH ? of->depth - l : LANES_DEPTH;
    if (of->is_transposed) {
      for (long j = 0; j < LANES_STRIP; j++) {
        const float *from = of->b + (first + j) * of->b_stride + l;
        int is_there = first + j < of->columns;
        for (long i = 0; i < depth; i++) packed[i * LANES_STRIP + j] = is_there ? from[i] : 0;
      }
    } else {
      for (long i = 0; i < depth; i++) {
        memcpy(packed + i * LANES_STRIP, of->b + (l + i) * of->b_stride + first,
               LANES_STRIP * sizeof(float));
      }
    }
    for (long i = top; i < of->rows; i += LANES_ROWS) {
      lanes_tile(of, of->c + i * of->c_stride + first, of->a + i * of->a_stride + l,
                 packed, depth, l > 0);
    }
  }
  for (long i = of->is_symmetric ? first : 0; i < of->rows; i++) {
    float *c = of->c + i * of->c_stride + first;
    const float *d = of->d ? of->d + i * of->c_stride + first : c;
    float beta = of->d ? of->beta : 0;
    for (long j = 0; j < LANES_STRIP; j++) {
      float sum = of->alpha * c[j], more = beta * d[j];
      c[j] = lanes_held(of->d ? sum + more : sum);
    }
  }
}

/*  LANES_PANEL columns of a product, from the first. */
LANES_INLINE void lanes_panel(const lanes_product *of, long first) {
  for (long j = first; j < first + LANES_PANEL && j < of->columns; j += LANES_STRIP) {
    lanes_strip(of, j);
  }
}

/*  The other half of that panel of a symmetric product, once all are done. */
LANES_INLINE void lanes_mirror(const lanes_product *of, long first) {
  for (long i = first; i < of->rows; i++) {
    long end = i < first + LANES_PANEL ? i : first + LANES_PANEL;
    for (long j = first; j < end; j++) {
      of->c[j * of->c_stride + i] = of->c[i * of->c_stride + j];
    }
  }
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
