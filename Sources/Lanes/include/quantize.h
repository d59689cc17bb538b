/*  Numbers in 8 bits: codes, and for every 256 of them a scale. A code stands for a
 *  number of a map, times the scale. The scale is the number of the largest
 *  magnitude, with its sign: the signed map has 1 and not -1, and a largest below 0
 *  would lose a part of itself at every step.
 *
 *  The maps are the dynamic ones of Dettmers et al., 8-bit Optimizers via
 *  Block-wise Quantization (arXiv:2110.02861). Both have 7 decades: [0.1, 1] and
 *  below it one after another. A decade has half as many codes as the one above
 *  it, at the middles of equal parts. The unsigned map has 128 in the first
 *  decade, the signed map 64 and as many below 0. Beside them there are 0 and 1.
 *  Codes are in the order of their numbers.
 *
 *  Every instruction set does the same arithmetic, one rounding an operation. */
#ifndef SCHED_QUANTIZE_H
#define SCHED_QUANTIZE_H

#include <float.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define LANES_INLINE static inline __attribute__((always_inline))

enum { lanes_block = 256 };

/*  x counts the codes from 0 upward, from 1 in the unsigned map, in which 0 is the
 *  first: where x is at least 2^e and below 2^(e + 1) they are of one decade.
 *  Tables by e + 1, of 4x:
 *
 *    number = slope * 4x + value
 *
 *  Tables by the lower 5 bits of a float's exponent, for y of at most 1:
 *
 *    code = min(rate * y + code, last), the fraction dropped
 *
 *  In some powers of two another decade begins. Adding `turn` to the float's bits
 *  carries into the exponent there, half way between two decades' codes.
 *
 *  The same by decade, the first below all of them, for registers that hold no 32:
 *  `next` is the least y of the next decade, `one` that of 1. */
typedef struct __attribute__((aligned(64))) lanes_map {
  float slope[16], value[16];
  int32_t turn[32];
  float rate[32], code[32], last[32];
  float next[8], decade_rate[8], decade_code[8], decade_last[8], one;
} lanes_map;

static const lanes_map lanes_maps[2] = {
    {
        .slope = {
         0, 0x1.e32f0ep-23f, 0x1.2dfd6ap-20f, 0x1.797cc4p-18f,
         0x1.d7dbf4p-16f, 0x1.26e978p-13f, 0x1.70a3d8p-11f, 0x1.ccccccp-9f,
         0, 0, 0, 0,
         0, 0, 0, 0},
        .value = {
         0, -0x1.77cf44p-22f, -0x1.81e04p-18f, -0x1.205bcp-14f,
         -0x1.85f07p-11f, -0x1.f9db22p-8f, -0x1.41eb86p-4f, -0x1.96p-1f,
         1, 0, 0, 0,
         0, 0, 0, 0},
        .turn = {
         0, 0, 0, 0, 0, 0, 0, 0,
         0, 7101514, 0, 64638, 0, 0, 834296, 0,
         0, 0, 8359081, 0, 0, 7220915, 0, 0,
         5435818, 0, 0, 2977957, 0, 0, 58983, 0},
        .rate = {
         0, 0, 0, 0,
         0, 0, 0, 0,
         0, 0, 0x1.0f4472p+20f, 0x1.0f4472p+20f,
         0x1.b2071cp+17f, 0x1.b2071cp+17f, 0x1.b2071cp+17f, 0x1.5b38e4p+15f,
         0x1.5b38e4p+15f, 0x1.5b38e4p+15f, 0x1.5b38e4p+15f, 0x1.15c71cp+13f,
         0x1.15c71cp+13f, 0x1.15c71cp+13f, 0x1.bc71c8p+10f, 0x1.bc71c8p+10f,
         0x1.bc71c8p+10f, 0x1.638e38p+8f, 0x1.638e38p+8f, 0x1.638e38p+8f,
         0x1.1c71c8p+6f, 0x1.1c71c8p+6f, 0x1.1c71c8p+6f, 0},
        .code = {
         0, 0, 0, 0,
         0, 0, 0, 0,
         0, 0, 0x1.c71c72p-1f, 0x1.c71c72p-1f,
         0x1.c71c72p+0f, 0x1.c71c72p+0f, 0x1.c71c72p+0f, 0x1.c71c72p+1f,
         0x1.c71c72p+1f, 0x1.c71c72p+1f, 0x1.c71c72p+1f, 0x1.c71c72p+2f,
         0x1.c71c72p+2f, 0x1.c71c72p+2f, 0x1.c71c72p+3f, 0x1.c71c72p+3f,
         0x1.c71c72p+3f, 0x1.c71c72p+4f, 0x1.c71c72p+4f, 0x1.c71c72p+4f,
         0x1.c71c72p+5f, 0x1.c71c72p+5f, 0x1.c71c72p+5f, 128},
        .last = {
         0, 0, 0, 0, 0, 0, 0, 0,
         0, 0, 1, 1, 3, 3, 3, 7,
         7, 7, 7, 15, 15, 15, 31, 31,
         31, 63, 63, 63, 127, 127, 127, 128},
        .next = {
         0x1.27476cp-22f, 0x1.fe0704p-20f, 0x1.e68a1p-17f, 0x1.00e6aep-13f,
         0x1.23a29ap-10f, 0x1.5a1cacp-7f, 0x1.a51eb6p-4f, INFINITY},
        .decade_rate = {
         0, 0x1.0f4472p+20f, 0x1.b2071cp+17f, 0x1.5b38e4p+15f,
         0x1.15c71cp+13f, 0x1.bc71c8p+10f, 0x1.638e38p+8f, 0x1.1c71c8p+6f},
        .decade_code = {
         0, 0x1.c71c72p-1f, 0x1.c71c72p+0f, 0x1.c71c72p+1f,
         0x1.c71c72p+2f, 0x1.c71c72p+3f, 0x1.c71c72p+4f, 0x1.c71c72p+5f},
        .decade_last = {
         0, 1, 3, 7,
         15, 31, 63, 127},
        .one = 0x1.fe3332p-1f,
    },
    {
        .slope = {
         0, 0, 0x1.e32f0ep-24f, 0x1.2dfd6ap-21f,
         0x1.797cc4p-19f, 0x1.d7dbf4p-17f, 0x1.26e978p-14f, 0x1.70a3d8p-12f,
         0x1.ccccccp-10f, 0, 0, 0,
         0, 0, 0, 0},
        .value = {
         0, 0, -0x1.34b366p-21f, -0x1.cd5f9ap-18f,
         -0x1.37f38cp-14f, -0x1.94af5p-11f, -0x1.018938p-7f, -0x1.44ccccp-4f,
         -0x1.97ccccp-1f, 1, 0, 0,
         0, 0, 0, 0},
        .turn = {
         0, 0, 0, 0, 0, 0, 0, 0,
         5342296, 0, 0, 4022880, 0, 0, 3308197, 0,
         0, 1487135, 0, 0, 0, 7704101, 0, 0,
         5737805, 0, 0, 3166699, 0, 0, 29491, 0},
        .rate = {
         0, 0, 0, 0,
         0, 0, 0, 0,
         0, 0x1.0f4472p+21f, 0x1.0f4472p+21f, 0x1.0f4472p+21f,
         0x1.b2071cp+18f, 0x1.b2071cp+18f, 0x1.b2071cp+18f, 0x1.5b38e4p+16f,
         0x1.5b38e4p+16f, 0x1.5b38e4p+16f, 0x1.15c71cp+14f, 0x1.15c71cp+14f,
         0x1.15c71cp+14f, 0x1.15c71cp+14f, 0x1.bc71c8p+11f, 0x1.bc71c8p+11f,
         0x1.bc71c8p+11f, 0x1.638e38p+9f, 0x1.638e38p+9f, 0x1.638e38p+9f,
         0x1.1c71c8p+7f, 0x1.1c71c8p+7f, 0x1.1c71c8p+7f, 0},
        .code = {
         0, 0, 0, 0,
         0, 0, 0, 1,
         1, 0x1.8e38e4p-1f, 0x1.8e38e4p-1f, 0x1.8e38e4p-1f,
         0x1.471c72p+1f, 0x1.471c72p+1f, 0x1.471c72p+1f, 0x1.871c72p+2f,
         0x1.871c72p+2f, 0x1.871c72p+2f, 0x1.a71c72p+3f, 0x1.a71c72p+3f,
         0x1.a71c72p+3f, 0x1.a71c72p+3f, 0x1.b71c72p+4f, 0x1.b71c72p+4f,
         0x1.b71c72p+4f, 0x1.bf1c72p+5f, 0x1.bf1c72p+5f, 0x1.bf1c72p+5f,
         0x1.c31c72p+6f, 0x1.c31c72p+6f, 0x1.c31c72p+6f, 255},
        .last = {
         0, 0, 0, 0, 0, 0, 0, 1,
         1, 2, 2, 2, 6, 6, 6, 14,
         14, 14, 30, 30, 30, 30, 62, 62,
         62, 126, 126, 126, 254, 254, 254, 255},
        .next = {
         0x1.5cf75p-23f, 0x1.853b4p-20f, 0x1.9b0ab6p-17f, 0x1.d29dc2p-14f,
         0x1.14e3b6p-10f, 0x1.50e566p-7f, 0x1.9f5c2ap-4f, INFINITY},
        .decade_rate = {
         0, 0x1.0f4472p+21f, 0x1.b2071cp+18f, 0x1.5b38e4p+16f,
         0x1.15c71cp+14f, 0x1.bc71c8p+11f, 0x1.638e38p+9f, 0x1.1c71c8p+7f},
        .decade_code = {
         1, 0x1.8e38e4p-1f, 0x1.471c72p+1f, 0x1.871c72p+2f,
         0x1.a71c72p+3f, 0x1.b71c72p+4f, 0x1.bf1c72p+5f, 0x1.c31c72p+6f},
        .decade_last = {
         1, 2, 6, 14,
         30, 62, 126, 254},
        .one = 0x1.ff199ap-1f,
    }
};

/*  The least y that the tables know; what is nearer to 0 has the codes of it. */
#define LANES_LEAST 0x1p-24f

/*  The scale of n numbers; NaN where one is not finite, which makes all of them NaN.
 *  Floats of a sign are in the order of their bits, with NaN beyond infinity. */
LANES_INLINE float lanes_scale(const float *from, long n, int is_unsigned) {
  uint32_t magnitude = 0;
  int32_t above = 0;
  long i = 0;
#if defined(__AVX512F__)
  __m512i most[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
  __m512 highest[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
  for (; i + 32 <= n; i += 32) {
    for (int k = 0; k < 2; k++) {
      __m512 number = _mm512_loadu_ps(from + i + 16 * k);
      most[k] = _mm512_max_epu32(most[k], _mm512_castps_si512(_mm512_abs_ps(number)));
      highest[k] = _mm512_max_ps(number, highest[k]);
    }
  }
  magnitude = _mm512_reduce_max_epu32(_mm512_max_epu32(most[0], most[1]));
  __m512i high = _mm512_castps_si512(_mm512_max_ps(highest[0], highest[1]));
  if (_mm512_cmpeq_epi32_mask(high, _mm512_set1_epi32((int32_t)magnitude)) != 0) {
    above = (int32_t)magnitude;
  }
#endif
  for (; i < n; i++) {
    int32_t bits;
    memcpy(&bits, from + i, sizeof bits);
    uint32_t size = (uint32_t)bits & 0x7fffffff;
    magnitude = size > magnitude ? size : magnitude;
    above = bits > above ? bits : above;
  }
  if (!is_unsigned && (int32_t)magnitude != above) magnitude |= 0x80000000;
  if ((magnitude & 0x7fffffff) >= 0x7f800000) magnitude = 0x7fc00000;
  float scale;
  memcpy(&scale, &magnitude, sizeof scale);
  return scale;
}

/*  What numbers are multiplied by to be of the map. */
LANES_INLINE float lanes_inverse(float scale) {
  float inverse = 1 / scale;
  return inverse > FLT_MAX ? FLT_MAX : inverse < -FLT_MAX ? -FLT_MAX : inverse;
}

LANES_INLINE float lanes_number(const lanes_map *map, int is_unsigned, uint8_t code) {
  /* No branches: signs are as good as random. */
  int32_t x = is_unsigned ? code + 1 : code - 127;
  int32_t sign = x >> 31;
  float four = (float)(4 * ((x ^ sign) - sign));
  uint32_t bits;
  memcpy(&bits, &four, sizeof bits);
  float product = map->slope[bits >> 23 & 15] * four;
  float number = product + map->value[bits >> 23 & 15];
  memcpy(&bits, &number, sizeof bits);
  bits ^= (uint32_t)sign & 0x80000000;
  memcpy(&number, &bits, sizeof number);
  return number;
}

LANES_INLINE uint8_t lanes_code(const lanes_map *map, int is_unsigned, float number,
                                float inverse) {
  float y = number * inverse;
  float size = y;
  int32_t bits, sign = 0;
  if (!is_unsigned) {
    memcpy(&bits, &y, sizeof bits);
    sign = bits >> 31;
    bits &= 0x7fffffff;
    memcpy(&size, &bits, sizeof size);
  }
  size = size > LANES_LEAST ? size : LANES_LEAST;
  memcpy(&bits, &size, sizeof bits);
  int32_t i = (bits + map->turn[bits >> 23 & 31]) >> 23 & 31;
  float product = map->rate[i] * size;
  float x = product + map->code[i];
  x = x < map->last[i] ? x : map->last[i];
  /* What is not 0 stays so: it divides. */
  int32_t j = (int32_t)x;
  if (is_unsigned) return (uint8_t)(j & -(number != 0));
  /* There is no 1 below 0. */
  j -= sign & j >> 7;
  return (uint8_t)(127 + (j ^ sign) - sign);
}

#if defined(__AVX512F__)
/*  The same of 16 at once, by tables in registers. */
LANES_INLINE __m512 lanes_numbers(const lanes_map *map, int is_unsigned, const uint8_t *codes) {
  __m512i some = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)codes));
  __m512i places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  // Or else the compiler makes three operations of one.
  __asm__("" : "+v"(places));
  /* Each is the lowest byte of a float; one of 2^25 counts by 4. */
  __m512i counted = _mm512_mask_shuffle_epi8(_mm512_set1_epi32(0x4c000000), 0x1111111111111111,
                                             some, places);
  __m512 base = _mm512_set1_ps(is_unsigned ? 0x1p25f - 4 : 0x1p25f + 508);
  __m512 four = _mm512_sub_ps(_mm512_castsi512_ps(counted), base);
  __m512i i = _mm512_srli_epi32(_mm512_castps_si512(four), 23);
  __m512 product = _mm512_mul_ps(_mm512_permutexvar_ps(i, _mm512_loadu_ps(map->slope)), four);
  __m512 value = _mm512_permutexvar_ps(i, _mm512_loadu_ps(map->value));
  if (!is_unsigned) {
    __m512i sign = _mm512_set1_epi32((int32_t)0x80000000);
    /* value, its sign changed by that of `four`. */
    value = _mm512_castsi512_ps(_mm512_ternarylogic_epi32(
        _mm512_castps_si512(value), _mm512_castps_si512(four), sign, 0x78));
  }
  return _mm512_add_ps(product, value);
}

/*  Of a table of 32. */
LANES_INLINE __m512 lanes_find(const float *table, __m512i i) {
  return _mm512_permutex2var_ps(_mm512_loadu_ps(table), i, _mm512_loadu_ps(table + 16));
}

/*  How far each is from 0 in codes. In the signed map with the other sign: there is
 *  a 128 above 0 but none below, and of bytes the one below 0. */
LANES_INLINE __m512i lanes_counts(const lanes_map *map, int is_unsigned, const float *from,
                                   __m512 inverse) {
  __m512 y = _mm512_mul_ps(_mm512_loadu_ps(from), inverse);
  __m512 size = _mm512_max_ps(is_unsigned ? y : _mm512_abs_ps(y), _mm512_set1_ps(LANES_LEAST));
  __m512i bits = _mm512_castps_si512(size);
  __m512i i = _mm512_srli_epi32(bits, 23);
  __m512i turn = _mm512_permutex2var_epi32(_mm512_loadu_si512(map->turn), i,
                                           _mm512_loadu_si512(map->turn + 16));
  i = _mm512_srli_epi32(_mm512_add_epi32(bits, turn), 23);
  __m512 rate = lanes_find(map->rate, i), code = lanes_find(map->code, i);
  __m512 x = _mm512_min_ps(_mm512_add_ps(_mm512_mul_ps(rate, size), code), lanes_find(map->last, i));
  if (!is_unsigned) {
    __m512i sign = _mm512_set1_epi32((int32_t)0x80000000);
    x = _mm512_castsi512_ps(_mm512_ternarylogic_epi32(
        _mm512_castps_si512(x), _mm512_castps_si512(y), sign, 0xf8));
  }
  return _mm512_cvttps_epi32(x);
}

/*  The codes of 64. */
LANES_INLINE __m512i lanes_codes(const lanes_map *map, int is_unsigned, const float *from,
                                  float inverse) {
  __m512 by = _mm512_set1_ps(is_unsigned ? inverse : -inverse);
  __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  __m512i a = _mm512_packs_epi32(lanes_counts(map, is_unsigned, from, by),
                                 lanes_counts(map, is_unsigned, from + 16, by));
  __m512i b = _mm512_packs_epi32(lanes_counts(map, is_unsigned, from + 32, by),
                                 lanes_counts(map, is_unsigned, from + 48, by));
  if (!is_unsigned) {
    __m512i bytes = _mm512_xor_si512(_mm512_packs_epi16(a, b), _mm512_set1_epi8(127));
    return _mm512_permutexvar_epi32(order, bytes);
  }
  __m512i bytes = _mm512_permutexvar_epi32(order, _mm512_packus_epi16(a, b));
  /* Those of 0 are 1 until here. */
  if (_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(1)) != 0) {
    __mmask64 is_some = 0;
    for (int i = 3; i >= 0; i--) {
      __m512 number = _mm512_loadu_ps(from + 16 * i);
      is_some = is_some << 16 | _mm512_cmp_ps_mask(number, _mm512_setzero_ps(), _CMP_NEQ_UQ);
    }
    bytes = _mm512_maskz_mov_epi8(is_some, bytes);
  }
  return bytes;
}
#endif

#if defined(__AVX2__) && !defined(__AVX512F__)
/*  Of 8. A register holds entries 2 to 9, or 1 to 8 of the signed map, by their
 *  lower 3 bits; that of 0 is another's place. */
LANES_INLINE __m256 lanes_numbers(const lanes_map *map, int is_unsigned, __m128i codes) {
  __m256i counted = _mm256_or_si256(_mm256_cvtepu8_epi32(codes), _mm256_set1_epi32(0x4c000000));
  __m256 base = _mm256_set1_ps(is_unsigned ? 0x1p25f - 4 : 0x1p25f + 508);
  __m256 four = _mm256_sub_ps(_mm256_castsi256_ps(counted), base);
  __m256i i = _mm256_srli_epi32(_mm256_castps_si256(four), 23);
  __m256 slope = _mm256_loadu_ps(map->slope), value = _mm256_loadu_ps(map->value);
  __m256 slopes = _mm256_loadu_ps(map->slope + 8), values = _mm256_loadu_ps(map->value + 8);
  if (is_unsigned) {
    slope = _mm256_blend_ps(slope, slopes, 3);
    value = _mm256_blend_ps(value, values, 3);
  } else {
    slope = _mm256_blend_ps(slope, slopes, 1);
    value = _mm256_blend_ps(value, values, 1);
  }
  __m256 product = _mm256_mul_ps(_mm256_permutevar8x32_ps(slope, i), four);
  value = _mm256_permutevar8x32_ps(value, i);
  if (!is_unsigned) value = _mm256_xor_ps(value, _mm256_and_ps(four, _mm256_set1_ps(-0.0f)));
  __m256 is_some = _mm256_cmp_ps(four, _mm256_set1_ps(is_unsigned ? 4 : 0), _CMP_NEQ_UQ);
  return _mm256_and_ps(_mm256_add_ps(product, value), is_some);
}

/*  Which decade: the bits of a float are about its logarithm, and what a line makes
 *  of them is the decade or the one below it. */
LANES_INLINE __m256i lanes_codes(const lanes_map *map, int is_unsigned, const float *from,
                                  __m256 inverse) {
  __m256 number = _mm256_loadu_ps(from);
  __m256 y = _mm256_mul_ps(number, inverse);
  __m256 size = is_unsigned ? y : _mm256_andnot_ps(_mm256_set1_ps(-0.0f), y);
  size = _mm256_max_ps(size, _mm256_set1_ps(LANES_LEAST));
  __m256 bits = _mm256_cvtepi32_ps(_mm256_castps_si256(size));
  __m256 scaled = _mm256_mul_ps(bits, _mm256_set1_ps(3.8436709e-8f));
  __m256i decade = _mm256_cvttps_epi32(_mm256_add_ps(scaled, _mm256_set1_ps(-33.276942f)));
  __m256 next = _mm256_permutevar8x32_ps(_mm256_loadu_ps(map->next), decade);
  __m256i is_next = _mm256_castps_si256(_mm256_cmp_ps(size, next, _CMP_GE_OQ));
  decade = _mm256_sub_epi32(decade, is_next);
  __m256 rate = _mm256_permutevar8x32_ps(_mm256_loadu_ps(map->decade_rate), decade);
  __m256 code = _mm256_permutevar8x32_ps(_mm256_loadu_ps(map->decade_code), decade);
  __m256 last = _mm256_permutevar8x32_ps(_mm256_loadu_ps(map->decade_last), decade);
  code = _mm256_add_ps(_mm256_mul_ps(rate, size), code);
  __m256i x = _mm256_cvttps_epi32(_mm256_min_ps(code, last));
  __m256 is_one = _mm256_cmp_ps(size, _mm256_set1_ps(map->one), _CMP_GE_OQ);
  x = _mm256_sub_epi32(x, _mm256_castps_si256(is_one));
  if (is_unsigned) {
    __m256 is_some = _mm256_cmp_ps(number, _mm256_setzero_ps(), _CMP_NEQ_UQ);
    return _mm256_and_si256(x, _mm256_castps_si256(is_some));
  }
  x = _mm256_sign_epi32(x, _mm256_castps_si256(y));
  return _mm256_add_epi32(_mm256_max_epi32(x, _mm256_set1_epi32(-127)), _mm256_set1_epi32(127));
}
#endif

/*  n numbers from codes and scales, which are of whole blocks but for the last. */
LANES_INLINE void lanes_dequantize(
    float *to, const void *from, const void *scales, long n, int is_unsigned) {
  const uint8_t *codes = (const uint8_t *)from;
  const lanes_map *map = &lanes_maps[is_unsigned];
  for (long first = 0; first < n; first += lanes_block) {
    long end = first + lanes_block < n ? first + lanes_block : n, i = first;
    float scale;
    memcpy(&scale, (const float *)scales + first / lanes_block, sizeof scale);
#if defined(__AVX512F__)
    for (; i + 16 <= end; i += 16) {
      __m512 number = lanes_numbers(map, is_unsigned, codes + i);
      _mm512_storeu_ps(to + i, _mm512_mul_ps(number, _mm512_set1_ps(scale)));
    }
#elif defined(__AVX2__)
    for (; i + 8 <= end; i += 8) {
      __m128i some = _mm_loadl_epi64((const __m128i *)(const void *)(codes + i));
      __m256 number = lanes_numbers(map, is_unsigned, some);
      _mm256_storeu_ps(to + i, _mm256_mul_ps(number, _mm256_set1_ps(scale)));
    }
#endif
    // The rest, or where tables are in memory alone; gathers would be slower.
#pragma clang loop vectorize(disable) interleave(disable) unroll(disable)
    for (; i < end; i++) to[i] = lanes_number(map, is_unsigned, codes[i]) * scale;
  }
}

/*  The nearest codes; in the unsigned map none of them 0 but of 0, and what is
 *  below 0 as near to 0 as there is. */
LANES_INLINE void lanes_quantize(
    void *to, void *scales, const float *from, long n, int is_unsigned) {
  uint8_t *codes = (uint8_t *)to;
  const lanes_map *map = &lanes_maps[is_unsigned];
  float inverses[4];
  for (long first = 0; first < n; first += lanes_block) {
    long end = first + lanes_block < n ? first + lanes_block : n, i = first;
    /* Four at a time: what a scale waits for, others need not. */
    if (first % (4 * lanes_block) == 0) {
      for (long k = 0; k < 4 && first + k * lanes_block < n; k++) {
        long rest = n - first - k * lanes_block;
        float scale = lanes_scale(from + first + k * lanes_block,
                                  rest < lanes_block ? rest : lanes_block, is_unsigned);
        memcpy((float *)scales + first / lanes_block + k, &scale, sizeof scale);
        inverses[k] = lanes_inverse(scale);
      }
    }
    float inverse = inverses[first / lanes_block % 4];
#if defined(__AVX512F__)
    for (; i + 64 <= end; i += 64) {
      _mm512_storeu_si512(codes + i, lanes_codes(map, is_unsigned, from + i, inverse));
    }
#elif defined(__AVX2__)
    __m256 by = _mm256_set1_ps(inverse);
    __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    for (; i + 32 <= end; i += 32) {
      __m256i a = _mm256_packs_epi32(lanes_codes(map, is_unsigned, from + i, by),
                                     lanes_codes(map, is_unsigned, from + i + 8, by));
      __m256i b = _mm256_packs_epi32(lanes_codes(map, is_unsigned, from + i + 16, by),
                                     lanes_codes(map, is_unsigned, from + i + 24, by));
      __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(a, b), order);
      _mm256_storeu_si256((__m256i *)(void *)(codes + i), bytes);
    }
#endif
#pragma clang loop vectorize(disable) interleave(disable) unroll(disable)
    for (; i < end; i++) codes[i] = lanes_code(map, is_unsigned, from[i], inverse);
  }
}

#endif
