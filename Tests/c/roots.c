/*  The kernels' own square roots, of every float there is, and of every estimate
 *  they may be made from. */
#include <math.h>
#include <stdio.h>

#include "lanes.h"

/*  Of which the second half are made of estimates. */
enum { LANES = 32, HALF = LANES / 2 };

static long wrong;

static void check(float x, float root) {
  const float expected = sqrtf(x);
  const int is_same = lanes_bits(root) == lanes_bits(expected) || (root != root && expected != expected);
  if (!is_same && wrong++ < 10) printf("%a: %a is not %a\n", x, root, expected);
}

/*  Those below 0 have no roots, and a few of them do. */
static void check_every_float(void) {
  const uint64_t negative = (uint64_t)1 << 31;
  for (uint64_t first = 0; first < 2 * negative; first += first < negative ? HALF : 4099 * HALF) {
    float x[LANES] = {0}, roots[LANES];
    for (uint32_t i = 0; i < HALF; i++) x[HALF + i] = lanes_float((uint32_t)first + i);
    memcpy(roots, x, sizeof x);
    lanes_roots_f32x32(roots);
    const __m512 expected = _mm512_sqrt_ps(_mm512_loadu_ps(x + HALF));
    if (memcmp(&expected, roots + HALF, sizeof expected) == 0) continue;
    for (int i = 0; i < LANES; i++) check(x[i], roots[i]);
  }
}

/*  One that goes to the divider takes its neighbours with it. */
static void check_neighbours(void) {
  static const float kinds[] = {0, -0.0f, 1, 3, 0x1p-100f, 0x1.fffffep-101f, 0x1p-126f, 0x1p-149f,
                                0x1.fffffep127f, INFINITY, -INFINITY, NAN, -NAN, -1, -0x1p-149f};
  enum { KINDS = sizeof kinds / sizeof *kinds };
  for (int a = 0; a < KINDS; a++) {
    for (int b = 0; b < KINDS; b++) {
      for (int at = 0; at < LANES; at++) {
        float x[LANES], roots[LANES];
        for (int i = 0; i < LANES; i++) x[i] = kinds[i == at ? a : b];
        memcpy(roots, x, sizeof x);
        lanes_roots_f32x32(roots);
        for (int i = 0; i < LANES; i++) {
          check(x[i], roots[i]);
          if (x[i] == 0 && lanes_bits(roots[i]) != lanes_bits(x[i])) wrong++;
        }
      }
    }
  }
}

/*  How far from the middle of two floats a root is, in x, with the root's last
 *  place for a unit: a multiple of a quarter. */
static double from_middle(double x, double root) {
  int exponent;
  frexp(root, &exponent);
  const double unit = ldexp(1, exponent - 24), n = root / unit, square = x / (unit * unit);
  return fmin(fabs(square - (n * n - n) - 0.25), fabs(square - (n * n + n) - 0.25));
}

/*  Of which estimate a root is made, the processor says; another's may differ. What
 *  rounds off before the last step moves x by less than 3 of the units above, so
 *  that all but a few roots come out right of any. */
static void check_every_estimate(void) {
  long hard = 0;
  for (uint32_t bits = lanes_bits(0.5f); bits < lanes_bits(2.0f); bits++) {
    const float x = lanes_float(bits);
    const double reciprocal = 1 / sqrt((double)x);
    if (from_middle((double)x, (double)sqrtf(x)) > 16) continue;
    hard++;
    float estimate = nextafterf((float)(reciprocal * (1 - 0x1p-14)), 0);
    while ((double)estimate < reciprocal * (1 + 0x1p-14)) {
      const __m512 root = lanes_root_near(_mm512_set1_ps(x), _mm512_set1_ps(estimate));
      check(x, _mm512_cvtss_f32(root));
      estimate = nextafterf(estimate, INFINITY);
    }
  }
  if (hard < 10) wrong++;
}

int main(void) {
  check_every_float();
  check_neighbours();
  check_every_estimate();
  if (wrong) printf("%ld roots are wrong\n", wrong);
  return wrong != 0;
}
