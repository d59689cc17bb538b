/*  States of 8 bits: what their codes stand for, and steps with them.
 *
 *  What is expected is the map as its paper constructs it, searched here, and a
 *  step of floats between reading and storing, which other tests hold to torch's. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "guarded.h"
#include "suites.h"

/*  Around a lane, a block and what goes through the cache at once. */
static const size_t lengths[] = {1, 15, 16, 17, 63, 65, 255, 256, 257, 1025};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

static const char *const sets[] = {"baseline", "avx2", "avx512"};
enum { SETS = sizeof sets / sizeof *sets };

static size_t blocks_of(size_t n) { return (n + 255) / 256; }

/*  The numbers of a map, by code. */
static void make_map(sched_dtype type, double numbers[256]) {
  const size_t decades = 7;
  size_t code = type == SCHED_Q8 ? 127 : 0;
  numbers[code++] = 0;
  for (size_t e = 0; e < decades; e++) {
    const size_t count = (size_t)1 << (type == SCHED_Q8 ? e : e + 1);
    for (size_t i = 0; i < count; i++) {
      const double part = ((double)i + 0.5) / (double)count;
      numbers[code++] = pow(10, (double)e - 6) * (0.1 + 0.9 * part);
    }
  }
  assert_int_equal(code, 255);
  numbers[255] = 1;
  for (size_t i = 0; type == SCHED_Q8 && i < 127; i++) numbers[i] = -numbers[254 - i];
}

/*  Noise of many sizes, and where there is a third block zeros there. */
static void put_noise(guarded *array, uint64_t seed, int is_unsigned) {
  uint64_t x = seed * 0x9e3779b97f4a7c15 + 1;
  for (size_t i = 0; i < array->count; i++) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    float value = (float)ldexp((double)(int64_t)x * 0x1p-62, -(int)(x % 24) - (int)(i / 256));
    if (is_unsigned) value = fabsf(value);
    if (i / 256 == 2) value = 0;
    memcpy((unsigned char *)array->data + i * sizeof value, &value, sizeof value);
  }
}

static float scale_of(const guarded *stored, size_t block) { return guarded_at(stored, block); }

static unsigned code_of(const guarded *stored, size_t n, size_t i) {
  return ((const unsigned char *)stored->data)[blocks_of(n) * sizeof(float) + i];
}

static void convert(const guarded *from, sched_dtype type, guarded *to, sched_dtype other, size_t n) {
  const sched_array array = {from->data, n, type};
  check_ok(sched_convert(&array, other, to->data));
  assert_true(guarded_intact(from) && guarded_intact(to));
}

/*  Whether a code is the nearest of y; where two are as near, but for a few
 *  roundings, either. */
static void check_nearest(const double numbers[256], double y, unsigned code, int is_unsigned) {
  const double away = fabs(numbers[code] - y), slack = 2e-6 * fabs(y);
  if (is_unsigned && y > 0 && y < numbers[1]) {
    assert_int_equal(code, 1);
    return;
  }
  for (size_t other = 0; other < 256; other++) {
    if (fabs(numbers[other] - y) < away - slack) {
      fail_msg("%a has code %u, but %zu is nearer", y, code, other);
    }
  }
}

static void test_each_element_gets_the_nearest_code(void **state) {
  (void)state;
  for (int u = 0; u < 2; u++) {
    const sched_dtype type = u ? SCHED_UQ8 : SCHED_Q8;
    double numbers[256];
    make_map(type, numbers);
    for (size_t l = 0; l < LENGTHS; l++) {
      const size_t n = lengths[l];
      guarded values = guarded_make(n, l % 4, NULL), back = guarded_make(n, 3, NULL);
      guarded first = guarded_of(SCHED_Q8_BYTES(n), 1, 1, NULL);
      put_noise(&values, l + 1, u);
      for (size_t s = 0; s < SETS; s++) {
        if (sched_set_isa(sets[s]) != SCHED_OK) continue;
        guarded stored = guarded_of(SCHED_Q8_BYTES(n), 1, s, NULL);
        convert(&values, SCHED_F32, &stored, type, n);
        convert(&stored, type, &back, SCHED_F32, n);
        for (size_t i = 0; i < n; i++) {
          const double scale = (double)scale_of(&stored, i / 256);
          const double value = (double)guarded_at(&values, i);
          const unsigned code = code_of(&stored, n, i);
          assert_true(fabs(value) <= fabs(scale));
          if (scale == 0) assert_true(guarded_at(&back, i) == 0);
          if (scale == 0) continue;
          if (fabs(value) == fabs(scale)) assert_int_equal(code, 255);
          check_nearest(numbers, value / scale, code, u);
          const double want = numbers[code] * scale;
          assert_true(fabs((double)guarded_at(&back, i) - want) <= 1e-6 * fabs(want));
        }
        if (s == 0) memcpy(first.data, stored.data, stored.count);
        assert_true(guarded_same(&first, &stored));
        guarded_free(&stored);
      }
      guarded_free(&values);
      guarded_free(&back);
      guarded_free(&first);
    }
  }
  check_ok(sched_set_isa(NULL));
}

static void test_what_is_read_is_stored_as_it_was(void **state) {
  (void)state;
  for (int u = 0; u < 2; u++) {
    const sched_dtype type = u ? SCHED_UQ8 : SCHED_Q8;
    const size_t n = 1000;
    guarded values = guarded_make(n, 0, NULL), again = guarded_of(SCHED_Q8_BYTES(n), 1, 0, NULL);
    guarded stored = guarded_of(SCHED_Q8_BYTES(n), 1, 0, NULL);
    put_noise(&values, 5, u);
    convert(&values, SCHED_F32, &stored, type, n);
    convert(&stored, type, &values, SCHED_F32, n);
    convert(&values, SCHED_F32, &again, type, n);
    assert_true(guarded_same(&stored, &again));
    guarded_free(&values);
    guarded_free(&stored);
    guarded_free(&again);
  }
}

static void test_what_is_not_finite_spoils_its_block(void **state) {
  (void)state;
  const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
  for (int u = 0; u < 2; u++) {
    for (size_t b = 0; b < 4; b++) {
      const sched_dtype type = u ? SCHED_UQ8 : SCHED_Q8;
      float values[600], back[600];
      unsigned char stored[SCHED_Q8_BYTES(600)];
      for (size_t i = 0; i < 600; i++) values[i] = 2;
      values[300] = bad[b];
      const sched_array from = {values, 600, SCHED_F32}, to = {stored, 600, type};
      check_ok(sched_convert(&from, type, stored));
      check_ok(sched_convert(&to, SCHED_F32, back));
      for (size_t i = 0; i < 600; i++) {
        assert_true(i / 256 == 1 ? back[i] != back[i] : back[i] == 2);
      }
    }
  }
}

/*  One step of AdamW; the arrays of state as `type` says. */
static sched_status step(guarded *param, guarded *grad, guarded *first, guarded *second,
                         sched_dtype type, size_t n, int64_t number) {
  const sched_adamw hyper = SCHED_ADAMW_DEFAULTS;
  const sched_adamw_arrays list = {n, number, param->data, grad->data, first->data, second->data,
                                   NULL};
  sched_group group;
  memset(&group, 0, sizeof group);
  group.optimizer = SCHED_ADAMW;
  group.dtype = SCHED_F32;
  group.state_dtype = type;
  group.hyper = &hyper;
  group.list = &list;
  group.count = 1;
  return sched_step(&group, 1, NULL, NULL, NULL);
}

static void test_a_step_is_one_of_floats_between_reading_and_storing(void **state) {
  (void)state;
  for (size_t l = 0; l < LENGTHS; l++) {
    const size_t n = lengths[l];
    for (size_t s = 0; s < SETS; s++) {
      if (sched_set_isa(sets[s]) != SCHED_OK) continue;
      guarded param = guarded_make(n, 0, NULL), want = guarded_make(n, 0, NULL);
      guarded grad = guarded_make(n, 4, NULL), first = guarded_make(n, 0, NULL);
      guarded second = guarded_make(n, 0, NULL);
      guarded stored[2], wanted[2];
      for (size_t k = 0; k < 2; k++) {
        stored[k] = guarded_of(SCHED_Q8_BYTES(n), 1, 1 + k, NULL);
        wanted[k] = guarded_of(SCHED_Q8_BYTES(n), 1, 0, NULL);
      }
      put_noise(&param, 1, 0);
      put_noise(&want, 1, 0);
      for (int64_t number = 1; number <= 3; number++) {
        put_noise(&grad, (uint64_t)number + 7, 0);
        convert(&stored[0], SCHED_Q8, &first, SCHED_F32, n);
        convert(&stored[1], SCHED_UQ8, &second, SCHED_F32, n);
        check_ok(step(&want, &grad, &first, &second, SCHED_F32, n, number));
        check_ok(step(&param, &grad, &stored[0], &stored[1], SCHED_Q8, n, number));
        convert(&first, SCHED_F32, &wanted[0], SCHED_Q8, n);
        convert(&second, SCHED_F32, &wanted[1], SCHED_UQ8, n);
        assert_true(guarded_same(&param, &want) && guarded_intact(&param));
        assert_true(guarded_same(&stored[0], &wanted[0]) && guarded_same(&stored[1], &wanted[1]));
        assert_true(guarded_intact(&stored[0]) && guarded_intact(&stored[1]));
      }
      guarded *const all[] = {&param, &want, &grad, &first, &second, &stored[0], &stored[1],
                              &wanted[0], &wanted[1]};
      for (size_t i = 0; i < sizeof all / sizeof *all; i++) guarded_free(all[i]);
    }
  }
  check_ok(sched_set_isa(NULL));
}

static void test_shares_of_threads_are_whole_blocks(void **state) {
  (void)state;
  // More than a share for each of three threads, cut where no block ends.
  const size_t n = 3 * 131072 + 77;
  guarded one[4], some[4];
  for (int threads = 1; threads <= 3; threads += 2) {
    guarded *of = threads == 1 ? one : some;
    check_ok(sched_set_threads(threads));
    for (size_t k = 0; k < 4; k++) {
      of[k] = k < 2 ? guarded_make(n, 0, NULL) : guarded_of(SCHED_Q8_BYTES(n), 1, 0, NULL);
    }
    put_noise(&of[0], 1, 0);
    put_noise(&of[1], 2, 0);
    for (int64_t number = 1; number <= 2; number++) {
      check_ok(step(&of[0], &of[1], &of[2], &of[3], SCHED_Q8, n, number));
    }
  }
  for (size_t k = 0; k < 4; k++) {
    assert_true(guarded_same(&one[k], &some[k]));
    guarded_free(&one[k]);
    guarded_free(&some[k]);
  }
  check_ok(sched_set_threads(0));
}

static void test_what_cannot_be_is_refused(void **state) {
  (void)state;
  guarded param = guarded_make(8, 0, NULL), grad = guarded_make(8, 0, NULL);
  guarded first = guarded_make(8, 0, NULL), none = first, inside = first;
  none.data = NULL;
  inside.data = first.data + 2;
  put_noise(&param, 1, 0);
  guarded before = guarded_make(8, 0, param.data);
  check_refused(step(&param, &grad, &first, &none, SCHED_Q8, 8, 1), SCHED_E_NULL, "exp_avg_sq",
                "=NULL", "8 codes and their scales");
  check_refused(step(&param, &grad, &first, &inside, SCHED_Q8, 8, 1), SCHED_E_OVERLAP,
                "exp_avg_sq", "=8 codes", "none of exp_avg");
  check_refused(step(&param, &grad, &first, &first, SCHED_UQ8, 8, 1), SCHED_E_ENUM, "state_dtype",
                "=6", "SCHED_Q8");
  const sched_array floats = {param.data, 8, SCHED_F32}, doubles = {param.data, 1, SCHED_F64};
  const sched_array missing = {NULL, 8, SCHED_F32}, endless = {param.data, SIZE_MAX, SCHED_F32};
  check_refused(sched_convert(NULL, SCHED_Q8, first.data), SCHED_E_NULL, "from", "=NULL", "pointer");
  check_refused(sched_convert(&missing, SCHED_Q8, first.data), SCHED_E_NULL, "from.data", "=NULL",
                "8 floats");
  check_refused(sched_convert(&floats, SCHED_Q8, NULL), SCHED_E_NULL, "to", "=NULL", "8 codes");
  check_refused(sched_convert(&floats, (sched_dtype)7, first.data), SCHED_E_ENUM, "dtype", "=7",
                "a constant of sched_dtype");
  check_refused(sched_convert(&doubles, SCHED_Q8, first.data), SCHED_E_ENUM, "from.dtype", "=2",
                "but doubles");
  check_refused(sched_convert(&endless, SCHED_Q8, first.data), SCHED_E_MEMORY, "from.n", "=1844",
                "from 0 to");
  check_refused(sched_convert(&floats, SCHED_Q8, param.data + 7), SCHED_E_OVERLAP, "to", "=8 codes",
                "none of from.data");
  double norm;
  const sched_array codes = {first.data, 8, SCHED_Q8};
  check_refused(sched_norm(&codes, 1, 2, NULL, &norm), SCHED_E_ENUM, "list[0].dtype", "=5",
                "a constant of sched_dtype, of floats");
  assert_true(guarded_same(&param, &before));
  guarded_free(&param);
  guarded_free(&grad);
  guarded_free(&first);
  guarded_free(&before);
}

int run_quantized(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_each_element_gets_the_nearest_code),
      cmocka_unit_test(test_what_is_read_is_stored_as_it_was),
      cmocka_unit_test(test_what_is_not_finite_spoils_its_block),
      cmocka_unit_test(test_a_step_is_one_of_floats_between_reading_and_storing),
      cmocka_unit_test(test_shares_of_threads_are_whole_blocks),
      cmocka_unit_test(test_what_cannot_be_is_refused),
  };
  return cmocka_run_group_tests_name("states of 8 bits", tests, NULL, NULL);
}
