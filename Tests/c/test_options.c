/*  What a step does beside stepping: types of 16 bits, roundings, masters, copies,
 *  averages, and gradients that are scaled, clipped, accumulated, skipped, zeroed.
 *
 *  What is expected is a plain step of floats or doubles, which other tests hold
 *  to torch's, over numbers that are converted, scaled and clipped here. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "guarded.h"
#include "stepped.h"
#include "suites.h"

/*  A parameter of an optimizer with two moments, and all there is beside it. */
enum { PARAM, GRAD, FIRST, SECOND, MASTER, RESIDUAL, COPY, AVERAGE, ACCUMULATED, ARRAYS };

static const char *const titles[ARRAYS] = {"param",    "grad", "exp_avg", "exp_avg_sq", "master",
                                           "residual", "copy", "average", "accumulated"};

/*  What its arrays are made of; SCHED_SAME where there is none. */
typedef struct storage {
  const char *name;
  sched_dtype of[ARRAYS];
  sched_rounding rounding;
} storage;

#define SAME SCHED_SAME
#define F32 SCHED_F32
#define F64 SCHED_F64
#define BF16 SCHED_BF16
#define F16 SCHED_F16

static const storage storages[] = {
    {"floats", {F32, F32, F32, F32, SAME, SAME, BF16, F32, F32}, SCHED_NEAREST},
    {"doubles", {F64, F64, F64, F64, SAME, SAME, SAME, F64, F64}, SCHED_NEAREST},
    {"bfloat16s", {BF16, BF16, F32, F32, SAME, SAME, F16, F32, F32}, SCHED_NEAREST},
    {"float16s, states too", {F16, F32, F16, F16, SAME, SAME, F16, SAME, F32}, SCHED_NEAREST},
    {"bfloat16s by chance", {BF16, F16, BF16, BF16, SAME, SAME, SAME, F32, F32}, SCHED_STOCHASTIC},
    {"float16s by chance", {F16, F16, F32, F32, SAME, SAME, BF16, SAME, SAME}, SCHED_STOCHASTIC},
    {"bfloat16s in parts", {BF16, BF16, BF16, BF16, SAME, BF16, SAME, F32, F32}, SCHED_KAHAN},
    {"float16s in parts", {F16, BF16, F32, F32, SAME, F16, F16, SAME, SAME}, SCHED_KAHAN},
    {"bfloat16s of a master", {BF16, BF16, F32, F32, F32, SAME, BF16, F32, F32}, SCHED_NEAREST},
    {"float16s of a master", {F16, F16, F16, F16, F32, SAME, SAME, SAME, F32}, SCHED_NEAREST},
    {"floats, the rest 16 bits", {F32, F16, BF16, BF16, SAME, SAME, F16, SAME, SAME},
     SCHED_NEAREST},
    // With nothing beside them they are stepped where they lie, two lanes at once.
    {"floats alone", {F32, F32, F32, F32, SAME, SAME, SAME, SAME, SAME}, SCHED_NEAREST},
    {"bfloat16s alone", {BF16, BF16, BF16, BF16, SAME, SAME, SAME, SAME, SAME}, SCHED_NEAREST},
};
enum { STORAGES = sizeof storages / sizeof *storages };

static size_t width_of(sched_dtype type) {
  return type == SCHED_F64 ? 8 : type == SCHED_F32 ? 4 : 2;
}

/* -- Sixteen bits, by integers -------------------------------------------- */

static uint32_t float_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/*  The nearest of `type`, of two as near the even one; with `down`, the one that
 *  is not beyond it. */
static uint16_t narrowed(float x, sched_dtype type, int down) {
  const int digits = type == SCHED_BF16 ? 7 : 10, bias = type == SCHED_BF16 ? 127 : 15;
  const uint32_t bits = float_bits(x), infinity = type == SCHED_BF16 ? 0x7f80 : 0x7c00;
  const uint16_t sign = (uint16_t)(bits >> 31 << 15);
  int exponent = (int)(bits >> 23 & 0xff);
  uint32_t whole = bits & 0x7fffff;
  assert_true(exponent < 0xff);
  if (exponent) whole |= 0x800000;
  else exponent = 1;
  int drop = 23 - digits;
  exponent += bias - 127;
  if (exponent < 1) {
    drop = drop + 1 - exponent < 31 ? drop + 1 - exponent : 31;
    exponent = 1;
  }
  uint32_t kept = whole >> drop;
  const uint32_t left = whole & ((UINT32_C(1) << drop) - 1), half = UINT32_C(1) << (drop - 1);
  if (!down && (left > half || (left == half && kept % 2))) kept++;
  const uint32_t result = ((uint32_t)(exponent - 1) << digits) + kept;
  return (uint16_t)(sign | (result > infinity ? infinity : result));
}

static double widened(uint16_t stored, sched_dtype type) {
  const int digits = type == SCHED_BF16 ? 7 : 10, bias = type == SCHED_BF16 ? 127 : 15;
  const int exponent = (stored & 0x7fff) >> digits, fraction = stored & ((1 << digits) - 1);
  assert_true(exponent < (type == SCHED_BF16 ? 0xff : 0x1f));
  const double size = exponent ? ldexp(fraction + (1 << digits), exponent - bias - digits)
                               : ldexp(fraction, 1 - bias - digits);
  return stored >> 15 ? -size : size;
}

/* -- A room -------------------------------------------------------------- */

typedef struct room {
  const storage *as;
  size_t n;
  guarded of[ARRAYS];
} room;

/*  Elements are moved by memcpy: their addresses are multiples of nothing. */
static double get(const room *r, size_t array, size_t i) {
  const sched_dtype type = r->as->of[array];
  const unsigned char *at = (const unsigned char *)r->of[array].data + i * width_of(type);
  if (type == SCHED_F64) {
    double x;
    memcpy(&x, at, sizeof x);
    return x;
  }
  if (type == SCHED_F32) return (double)guarded_at(&r->of[array], i);
  uint16_t x;
  memcpy(&x, at, sizeof x);
  return widened(x, type);
}

static void put(room *r, size_t array, size_t i, double value) {
  const sched_dtype type = r->as->of[array];
  const float x = (float)value;
  const uint16_t stored = type == SCHED_BF16 || type == SCHED_F16 ? narrowed(x, type, 0) : 0;
  const void *from = type == SCHED_F64 ? (const void *)&value
                     : type == SCHED_F32 ? (const void *)&x : (const void *)&stored;
  memcpy((unsigned char *)r->of[array].data + i * width_of(type), from, width_of(type));
}

static void put_noise(room *r, size_t array, uint64_t seed) {
  uint64_t x = seed * 0x9e3779b97f4a7c15 + 1;
  for (size_t i = 0; i < r->n; i++) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    put(r, array, i, ldexp((double)(int64_t)x * 0x1p-62, (int)(x % 7) - 3));
  }
}

static room room_make(const storage *as, size_t n, size_t shift) {
  room r = {as, n, {{0}}};
  for (size_t a = 0; a < ARRAYS; a++) {
    const size_t there = as->of[a] == SCHED_SAME ? 0 : n;
    r.of[a] = guarded_of(there, width_of(as->of[a]), shift * (a + 1), NULL);
  }
  // The copy has to be written, all of it.
  if (as->of[COPY]) memset(r.of[COPY].data, 0xee, n * 2);
  put_noise(&r, PARAM, 1);
  put_noise(&r, GRAD, 2);
  if (as->of[AVERAGE]) put_noise(&r, AVERAGE, 3);
  if (as->of[MASTER]) {
    put_noise(&r, MASTER, 4);
    for (size_t i = 0; i < n; i++) put(&r, PARAM, i, get(&r, MASTER, i));
  }
  return r;
}

static room room_copy(const room *from) {
  room r = *from;
  for (size_t a = 0; a < ARRAYS; a++) {
    r.of[a] = guarded_of(from->of[a].count, from->of[a].width, 4, from->of[a].data);
  }
  return r;
}

static void room_free(room *r) {
  for (size_t a = 0; a < ARRAYS; a++) guarded_free(&r->of[a]);
}

static void *address(const room *r, size_t array) {
  return r->as->of[array] ? r->of[array].data : NULL;
}

static stepped_row row_of(const room *r, int64_t step) {
  const stepped_row row = {r->n, step, {address(r, PARAM), address(r, GRAD), address(r, FIRST),
                                        address(r, SECOND)}};
  return row;
}

static sched_beside beside_of(const room *r) {
  const sched_beside beside = {address(r, MASTER), address(r, RESIDUAL), address(r, COPY),
                               address(r, AVERAGE), address(r, ACCUMULATED), 7};
  return beside;
}

/*  An optimizer of two moments, and no numbers of state. */
typedef struct stepper {
  int32_t optimizer;
  const void *hyper;
} stepper;

static const sched_adamw adamw = {1e-2, 0.9, 0.99, 1e-6, 0.1, 0, 0};
static const sched_lamb lamb = {1e-2, 0.9, 0.99, 1e-6, 0.1, 1, 0, 0};
static const stepper with_adamw = {SCHED_ADAMW, &adamw};
/*  Whose step depends on the norms of the whole parameter and gradient. */
static const stepper with_lamb = {SCHED_LAMB, &lamb};

static sched_group group_of(const stepper *by, const room *r, const void *list, size_t count,
                            const sched_beside *beside) {
  const sched_dtype *of = r->as->of;
  const sched_group group = {by->optimizer, of[PARAM], by->hyper, list, count, NULL, of[GRAD],
                             of[FIRST], of[COPY], r->as->rounding, beside};
  return group;
}

static sched_status take(const stepper *by, room *r, int64_t step, sched_options *options) {
  const stepped_row row = row_of(r, step);
  const sched_beside beside = beside_of(r);
  const sched_group group = group_of(by, r, &row, 1, &beside);
  return sched_step(&group, 1, options, NULL, NULL);
}

static void check_room(const room *r, const room *expected, size_t array, const char *about) {
  if (guarded_same(&r->of[array], &expected->of[array])) return;
  const size_t width = r->of[array].width;
  const unsigned char *a = (const unsigned char *)r->of[array].data;
  const unsigned char *b = (const unsigned char *)expected->of[array].data;
  size_t at = 0;
  while (memcmp(a + at * width, b + at * width, width) == 0) at++;
  fail_msg("%s, %s, n = %zu: %s[%zu] is %a, not %a", r->as->name, about, r->n, titles[array], at,
           get(r, array, at), get(expected, array, at));
}

static void check_all(const room *r, const room *expected, const char *about) {
  for (size_t a = 0; a < ARRAYS; a++) check_room(r, expected, a, about);
}

static void check_marks(const room *r, const char *about) {
  for (size_t a = 0; a < ARRAYS; a++) {
    if (!guarded_intact(&r->of[a])) {
      fail_msg("%s, %s, n = %zu: written past %s", r->as->name, about, r->n, titles[a]);
    }
  }
}

/* -- A step by hand -------------------------------------------------------- */

/*  The gradient, as a step that neither scales nor clips sees it. */
static double sum_of(const room *r, size_t i) {
  const double g = get(r, GRAD, i), more = r->as->of[ACCUMULATED] ? get(r, ACCUMULATED, i) : 0;
  return r->as->of[PARAM] == SCHED_F64 ? g + more : (double)((float)g + (float)more);
}

static double squares_of(const room *r) {
  long double sum = 0;
  for (size_t i = 0; i < r->n; i++) sum += (long double)sum_of(r, i) * (long double)sum_of(r, i);
  return (double)sum;
}

/*  What a step of `o` with gradients of that norm should leave in `r`. What
 *  becomes of the average, and by chance, only the real one tells. `exact` gets
 *  the parameter before it is stored, n doubles, and then the moments. */
static void step_by_hand(const stepper *by, room *r, int64_t step, const sched_options *o,
                         double norm, double *exact) {
  const int wide = r->as->of[PARAM] == SCHED_F64;
  const sched_dtype native = wide ? SCHED_F64 : SCHED_F32;
  const storage plain = {"plain", {native, native, native, native, SAME, SAME, SAME, SAME, SAME},
                         SCHED_NEAREST};
  room p = room_make(&plain, r->n, 0);
  const double ratio = o->max_norm != 0 ? o->max_norm / (norm + 1e-6) : 1;
  const double scale = (ratio < 1 ? ratio : 1) / (o->loss_scale != 0 ? o->loss_scale : 1);
  for (size_t i = 0; i < r->n; i++) {
    double param = get(r, r->as->of[MASTER] ? MASTER : PARAM, i), g = sum_of(r, i);
    if (r->as->of[RESIDUAL]) param = (double)((float)param + (float)get(r, RESIDUAL, i));
    g = wide ? g * scale : (double)((float)g * (float)scale);
    if (o->max_value != 0) g = fmin(fmax(g, -o->max_value), o->max_value);
    put(&p, PARAM, i, param);
    put(&p, GRAD, i, g);
    for (size_t a = FIRST; a <= SECOND; a++) put(&p, a, i, get(r, a, i));
  }
  const stepped_row row = row_of(&p, step);
  const sched_group group = group_of(by, &p, &row, 1, NULL);
  check_ok(sched_step(&group, 1, NULL, NULL, NULL));
  for (size_t i = 0; i < r->n; i++) {
    const double param = get(&p, PARAM, i);
    exact[i] = param;
    put(r, PARAM, i, param);
    if (r->as->of[MASTER]) put(r, MASTER, i, param);
    if (r->as->of[RESIDUAL]) put(r, RESIDUAL, i, (double)((float)param - (float)get(r, PARAM, i)));
    if (r->as->of[COPY]) put(r, COPY, i, param);
    for (size_t a = FIRST; a <= SECOND; a++) {
      exact[(a - FIRST + 1) * r->n + i] = get(&p, a, i);
      put(r, a, i, get(&p, a, i));
    }
    if (r->as->of[ACCUMULATED]) put(r, ACCUMULATED, i, 0);
    if (o->zero_grad) put(r, GRAD, i, 0);
  }
  room_free(&p);
}

/*  Whether each is one of the two beside the exact one, and now and then each. */
static void check_chances(const room *r, size_t array, const double *exact, const char *about) {
  const sched_dtype type = r->as->of[array];
  size_t below = 0, above = 0;
  for (size_t i = 0; i < r->n; i++) {
    const uint16_t low = narrowed((float)exact[i], type, 1), high = (uint16_t)(low + 1);
    const double got = get(r, array, i);
    if (widened(low, type) == exact[i] ? got == exact[i] : got == widened(low, type)) below++;
    else if (widened(low, type) != exact[i] && got == widened(high, type)) above++;
    else {
      fail_msg("%s, %s, n = %zu: %s[%zu] is %a, not beside %a", r->as->name, about, r->n,
               titles[array], i, got, exact[i]);
    }
  }
  if (r->n > 1000) assert_true(below > 0 && above > 0);
}

/*  `r` after a step, `was` before it. */
static void check_step(const stepper *by, const room *r, const room *was, int64_t step,
                       const sched_options *o, double norm, const char *about) {
  room expected = room_copy(was);
  double *exact = malloc((3 * r->n + 1) * sizeof *exact);
  assert_non_null(exact);
  step_by_hand(by, &expected, step, o, norm, exact);
  const int by_chance = r->as->rounding == SCHED_STOCHASTIC;
  for (size_t a = 0; a < ARRAYS; a++) {
    if (a == AVERAGE) continue;
    if (by_chance && a != GRAD && a <= SECOND && r->of[a].width == 2) {
      check_chances(r, a, exact + (a == PARAM ? 0 : (a - FIRST + 1) * r->n), about);
    } else {
      check_room(r, &expected, a, about);
    }
  }
  for (size_t i = 0; r->as->of[AVERAGE] && i < r->n; i++) {
    const double from = get(was, AVERAGE, i), got = get(r, AVERAGE, i), w = o->average_weight;
    const double unit = r->as->of[AVERAGE] == SCHED_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
    const double want = from + w * (exact[i] - from);
    // Three roundings, of numbers no larger than the two together.
    const double bound = w == 0 || w == 1 ? 0 : 1.5 * unit * (fabs(from) + fabs(exact[i]));
    if (!(fabs(got - want) <= (w == 1 ? 0 : bound)) && !(w == 1 && got == exact[i])) {
      fail_msg("%s, %s, n = %zu: average[%zu] is %a, not %a", r->as->name, about, r->n, i, got,
               want);
    }
  }
  free(exact);
  room_free(&expected);
}

/*  By each alone, and by all at once. */
static const struct {
  const char *name;
  sched_options options;
} asked[] = {
    {"nothing", {0, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"loss scale", {1024, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"norm", {0, 0.75, 0, 0, 0, 0, 0, 0, 0}},
    {"norm, not reached", {0, 1e9, 0, 0, 0, 0, 0, 0, 0}},
    {"norm, only told", {2, INFINITY, 0, 0, 0, 0, 0, 0, 0}},
    {"value", {0, 0, 0.125, 0, 0, 0, 0, 0, 0}},
    {"average", {0, 0, 0, 0.25, 0, 0, 0, 0, 0}},
    {"average, mostly", {0, 0, 0, 0.875, 0, 0, 0, 0, 0}},
    {"average, all", {0, 0, 0, 1, 0, 0, 0, 0, 0}},
    {"zeros", {0, 0, 0, 0, 0, 0, 1, 0, 0}},
    {"skip", {0, 0, 0, 0, 1, 0, 0, 0, 0}},
    {"everything", {3, 2.5, 0.0625, 0.1, 1, 0, 1, 0, 0}},
};
enum { ASKED = sizeof asked / sizeof *asked };

/*  A gradient that is accumulated and one that is stepped with, twice. */
static void check_steps(const stepper *by, const storage *as, size_t n, size_t shift,
                        const sched_options *given, const char *about) {
  room r = room_make(as, n, shift);
  for (int64_t step = 1; step <= 2; step++) {
    if (as->of[ACCUMULATED]) {
      sched_options o = {3, 0.5, 0.25, 0.5, 1, 1, given->zero_grad, 9, 9};
      room was = room_copy(&r);
      put_noise(&r, GRAD, (uint64_t)step + 10);
      put_noise(&was, GRAD, (uint64_t)step + 10);
      check_ok(take(by, &r, step, &o));
      for (size_t i = 0; i < n; i++) {
        put(&was, ACCUMULATED, i, sum_of(&was, i));
        if (o.zero_grad) put(&was, GRAD, i, 0);
      }
      check_all(&r, &was, "accumulates");
      assert_true(o.skipped == 0 && isnan(o.norm));
      room_free(&was);
    }
    put_noise(&r, GRAD, (uint64_t)step + 20);
    room was = room_copy(&r);
    sched_options o = *given;
    o.skipped = 9, o.norm = 9;
    check_ok(take(by, &r, step, &o));
    assert_int_equal(o.skipped, 0);
    if (o.max_norm != 0 || o.skip_nonfinite) {
      const double norm = sqrt(squares_of(&was)) / (o.loss_scale != 0 ? o.loss_scale : 1);
      if (!(fabs(o.norm - norm) <= 1e-13 * norm)) {
        fail_msg("%s, %s, n = %zu: the norm is %a, not %a", as->name, about, n, o.norm, norm);
      }
      if (n > 100 && o.max_norm != 0 && o.max_norm < 1e9) assert_true(o.norm > o.max_norm);
    } else {
      assert_true(isnan(o.norm));
    }
    check_marks(&r, about);
    check_step(by, &r, &was, step, &o, o.norm, about);
    room_free(&was);
  }
  room_free(&r);
}

static int is_thin(void) { return vectors_every() > 1; }

static void are_a_plain_step_between_conversions(void **state) {
  (void)state;
  // Around the lanes, around what is staged at once, and around a block of a norm.
  static const size_t lengths[] = {0, 1, 15, 16, 17, 31, 511, 512, 513, 1023, 1024, 1025, 4099};
  enum { LENGTHS = sizeof lengths / sizeof *lengths };
  for (size_t s = 0; s < STORAGES; s++) {
    for (size_t o = 0; o < ASKED; o++) {
      for (size_t l = 0; l < LENGTHS; l++) {
        // Thinned so that each storage, option and length is still there.
        if (is_thin() && (s + o + l) % 11 != 0) continue;
        check_steps(&with_adamw, &storages[s], lengths[l], l % 4, &asked[o].options,
                    asked[o].name);
      }
    }
    // Its moments are stored before the update is made of them: of 16 bits another.
    if (width_of(storages[s].of[FIRST]) == 2) continue;
    check_steps(&with_lamb, &storages[s], 1025, 1, &asked[ASKED - 1].options, "norms");
    check_steps(&with_lamb, &storages[s], 17, 2, &asked[2].options, "norms");
  }
}

static void are_the_same_with_any_number_of_threads(void **state) {
  (void)state;
  // Shares of a norm are 131,072 elements at least: three, or two.
  const size_t n = is_thin() ? 262144 + 37 : 400003;
  static const size_t which[] = {0, 4, 6, 8, 1};
  const sched_options *all = &asked[ASKED - 1].options;
  for (size_t k = 0; k < (is_thin() ? 2 : sizeof which / sizeof *which); k++) {
    const storage *as = &storages[which[k]];
    room start = room_make(as, n, 1), first = {as, n, {{0}}};
    double norm = 0;
    if (as->of[ACCUMULATED]) put_noise(&start, ACCUMULATED, 5);
    for (int32_t threads = 1; threads <= 3; threads++) {
      check_ok(sched_set_threads(threads));
      sched_options o = *all;
      room r = room_copy(&start);
      check_ok(take(&with_adamw, &r, 3, &o));
      check_marks(&r, "threads");
      if (threads == 1) {
        check_step(&with_adamw, &r, &start, 3, &o, o.norm, "threads");
        first = r;
        norm = o.norm;
        continue;
      }
      check_all(&r, &first, "threads");
      assert_true(same_double(o.norm, norm));
      room_free(&r);
    }
    room_free(&first);
    room_free(&start);
  }
  check_ok(sched_set_threads(0));
}

/*  The norm is that of every gradient of every group. */
static void clip_groups_together(void **state) {
  (void)state;
  room rooms[3], were[3];
  static const size_t as[3] = {2, 2, 1}, n[3] = {1500, 31, 700};
  double squares = 0;
  sched_adamw_arrays list[3];
  sched_beside besides[3];
  for (size_t i = 0; i < 3; i++) {
    rooms[i] = room_make(&storages[as[i]], n[i], 3);
    put_noise(&rooms[i], GRAD, 30 + i);
    were[i] = room_copy(&rooms[i]);
    squares += squares_of(&rooms[i]);
    const stepped_row row = row_of(&rooms[i], (int64_t)i + 1);
    memset(&list[i], 0, sizeof list[i]);
    memcpy(&list[i], &row, offsetof(sched_adamw_arrays, max_exp_avg_sq));
    besides[i] = beside_of(&rooms[i]);
  }
  const sched_group groups[2] = {group_of(&with_adamw, &rooms[0], list, 2, besides),
                                 group_of(&with_adamw, &rooms[2], list + 2, 1, besides + 2)};
  sched_options o = asked[ASKED - 1].options;
  check_ok(sched_step(groups, 2, &o, NULL, NULL));
  assert_true(fabs(o.norm - sqrt(squares) / 3) <= 1e-13 * o.norm);
  for (size_t i = 0; i < 3; i++) {
    check_marks(&rooms[i], "together");
    check_step(&with_adamw, &rooms[i], &were[i], (int64_t)i + 1, &o, o.norm, "together");
  }
  // One NaN in the last skips all.
  put(&rooms[2], GRAD, n[2] - 1, NAN);
  put_noise(&rooms[0], GRAD, 40);
  for (size_t i = 0; i < 3; i++) {
    room_free(&were[i]);
    were[i] = room_copy(&rooms[i]);
    for (size_t k = 0; k < n[i]; k++) put(&were[i], GRAD, k, 0);
  }
  check_ok(sched_step(groups, 2, &o, NULL, NULL));
  assert_true(o.skipped == 1 && isnan(o.norm));
  for (size_t i = 0; i < 3; i++) {
    check_all(&rooms[i], &were[i], "skipped together");
    room_free(&rooms[i]);
    room_free(&were[i]);
  }
}

/*  Skipped, nothing changes but what is zeroed. */
static void skip_what_is_not_finite(void **state) {
  (void)state;
  static const double values[] = {NAN, INFINITY, -INFINITY};
  static const size_t lengths[] = {1, 16, 17, 1025};
  for (size_t s = 0; s < STORAGES; s++) {
    for (size_t l = 0; l < 4; l++) {
      for (size_t v = 0; v < 3; v++) {
        const size_t n = lengths[l], at = v == 1 ? 0 : n - 1;
        const sched_dtype type = storages[s].of[GRAD];
        room r = room_make(&storages[s], n, 2);
        if (type == SCHED_F64 || type == SCHED_F32) {
          put(&r, GRAD, at, values[v]);
        } else {
          const uint16_t top = type == SCHED_BF16 ? 0x7f80 : 0x7c00;
          const uint16_t stored = (uint16_t)(v == 0 ? top + 1 : v == 1 ? top : top + 0x8000);
          memcpy((unsigned char *)r.of[GRAD].data + 2 * at, &stored, 2);
        }
        for (int zero = 0; zero < 2; zero++) {
          sched_options o = {2, 1, 0, 0.5, 1, 0, zero, 9, 0};
          room was = room_copy(&r);
          if (storages[s].of[ACCUMULATED]) put_noise(&r, ACCUMULATED, 6);
          if (zero) memset(was.of[GRAD].data, 0, n * was.of[GRAD].width);
          check_ok(take(&with_adamw, &r, 1, &o));
          assert_int_equal(o.skipped, 1);
          assert_true(v == 0 ? isnan(o.norm) : o.norm == INFINITY);
          // What was accumulated is 0 again, as it was in `was`.
          for (size_t a = 0; a < ARRAYS; a++) {
            if (!guarded_same(&r.of[a], &was.of[a])) {
              fail_msg("%s, n = %zu: %s was not skipped", storages[s].name, n, titles[a]);
            }
          }
          check_marks(&r, "skipped");
          room_free(&was);
        }
        room_free(&r);
      }
    }
  }

  // A sum that is not finite is none, either.
  room r = room_make(&storages[0], 5, 0);
  put(&r, GRAD, 4, 3e38);
  put(&r, ACCUMULATED, 4, 3e38);
  sched_options o = {0, 0, 0, 0, 1, 0, 0, 0, 0};
  check_ok(take(&with_adamw, &r, 1, &o));
  assert_int_equal(o.skipped, 1);
  room_free(&r);
  // Doubles are finite though their squares are not.
  r = room_make(&storages[1], 17, 0);
  put(&r, GRAD, 16, 1e200);
  check_ok(take(&with_adamw, &r, 1, &o));
  assert_true(o.skipped == 0 && o.norm == INFINITY);
  // And a norm that is only asked for changes none of them.
  room was = room_copy(&r);
  o.max_norm = INFINITY, o.skip_nonfinite = 0;
  check_ok(take(&with_adamw, &r, 2, &o));
  assert_true(o.norm == INFINITY);
  check_step(&with_adamw, &r, &was, 2, &asked[0].options, 0, "only told");
  room_free(&was);
  room_free(&r);
  // Clipping keeps a NaN.
  r = room_make(&storages[0], 17, 0);
  put(&r, GRAD, 16, NAN);
  sched_options clip = {0, 0, 0.5, 0, 0, 0, 0, 0, 0};
  check_ok(take(&with_adamw, &r, 1, &clip));
  assert_int_equal(clip.skipped, 0);
  assert_true(isnan(guarded_at(&r.of[PARAM], 16)) && !isnan(guarded_at(&r.of[PARAM], 15)));
  room_free(&r);
}

/*  Numbers of state go on with a step alone. */
static void count_only_what_is_stepped(void **state) {
  (void)state;
  const sched_nadam hyper = SCHED_NADAM_DEFAULTS;
  float p = 1, g = NAN, m = 0, v = 0, sum = 0;
  double scalars[1] = {1};
  const sched_nadam_arrays row = {1, 1, &p, &g, &m, &v, scalars};
  const sched_beside beside = {NULL, NULL, NULL, NULL, &sum, 0};
  const sched_group group = {SCHED_NADAM, SCHED_F32, &hyper, &row, 1, NULL, SCHED_SAME, SCHED_SAME,
                             SCHED_SAME, SCHED_NEAREST, &beside};
  sched_options o = {0, 0, 0, 0, 1, 0, 0, 0, 0};
  check_ok(sched_step(&group, 1, &o, NULL, NULL));
  assert_true(o.skipped == 1 && scalars[0] == 1 && p == 1);
  o.accumulate = 1;
  g = 2;
  check_ok(sched_step(&group, 1, &o, NULL, NULL));
  assert_true(o.skipped == 0 && scalars[0] == 1 && p == 1 && sum == 2);
  o.accumulate = 0;
  check_ok(sched_step(&group, 1, &o, NULL, NULL));
  assert_true(o.skipped == 0 && scalars[0] < 1 && p < 1 && sum == 0 && o.norm == 4);
}

/* -- What is refused ----------------------------------------------------- */

/*  A step with one thing wrong: nothing is written, neither arrays nor outs. */
static void check_untouched(const room *r, const room *was, const sched_options *o) {
  check_all(r, was, "refused");
  check_marks(r, "refused");
  assert_true(o->skipped == 9 && o->norm == 9);
}

static void refuse_options(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t offset;
    double value;
    const char *words, *accepted;
  } wrong[] = {
#define REAL(name, value, words, accepted) \
  {#name, offsetof(sched_options, name), value, words, accepted}
      REAL(loss_scale, -1, "=-1", "from 2^-126 to 2^126"),
      REAL(loss_scale, NAN, "=nan", "from 2^-126 to 2^126"),
      REAL(loss_scale, INFINITY, "=inf", "from 2^-126 to 2^126"),
      REAL(loss_scale, 0x1p-127, "=5.877", "from 2^-126 to 2^126"),
      REAL(loss_scale, 0x1.8p126, "=1.27", "from 2^-126 to 2^126"),
      REAL(loss_scale, -0x1p-126, "=-1.17", "from 2^-126 to 2^126"),
      REAL(max_norm, -1, "=-1", "above 0"),
      REAL(max_norm, -INFINITY, "=-inf", "above 0"),
      REAL(max_norm, NAN, "=nan", "above 0"),
      REAL(max_value, -0.5, "=-0.5", "above 0"),
      REAL(max_value, NAN, "=nan", "above 0"),
      REAL(average_weight, -0.25, "=-0.25", "from 0 to 1"),
      REAL(average_weight, 1.5, "=1.5", "from 0 to 1"),
      REAL(average_weight, NAN, "=nan", "from 0 to 1"),
#undef REAL
  };
  room r = room_make(&storages[0], 33, 1), was = room_copy(&r);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    sched_options o = {0, 0, 0, 0, 0, 0, 0, 9, 9};
    memcpy((unsigned char *)&o + wrong[i].offset, &wrong[i].value, sizeof wrong[i].value);
    check_refused(take(&with_adamw, &r, 1, &o), SCHED_E_RANGE, wrong[i].name, wrong[i].words,
                  wrong[i].accepted);
    check_untouched(&r, &was, &o);
  }
  static const int32_t flags[] = {2, -1, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < 4; i++) {
    char words[16];
    snprintf(words, sizeof words, "=%d", (int)flags[i]);
    sched_options o = {0, 0, 0, 0, flags[i], 0, 0, 9, 9};
    check_refused(take(&with_adamw, &r, 1, &o), SCHED_E_RANGE, "skip_nonfinite", words, "0 or 1");
    o.skip_nonfinite = 0, o.accumulate = flags[i];
    check_refused(take(&with_adamw, &r, 1, &o), SCHED_E_RANGE, "accumulate", words, "0 or 1");
    o.accumulate = 0, o.zero_grad = flags[i];
    check_refused(take(&with_adamw, &r, 1, &o), SCHED_E_RANGE, "zero_grad", words, "0 or 1");
    check_untouched(&r, &was, &o);
  }
  // Zeros of either sign ask for nothing.
  sched_options o = {-0.0, -0.0, -0.0, 0, 0, 0, 0, 9, 9};
  check_ok(take(&with_adamw, &r, 1, &o));
  assert_true(o.skipped == 0 && isnan(o.norm));
  check_step(&with_adamw, &r, &was, 1, &o, 0, "zeros");
  room_free(&was);
  room_free(&r);
}

static void refuse_groups(void **state) {
  (void)state;
  room halves = room_make(&storages[2], 33, 1), singles = room_make(&storages[0], 33, 1);
  room were_halves = room_copy(&halves), were_singles = room_copy(&singles);
  const stepped_row half = row_of(&halves, 1), single = row_of(&singles, 1);
  sched_options o = {2, 1, 1, 0.5, 1, 0, 1, 9, 9};
  sched_group group;
  sched_beside beside;
  size_t at = 0, culprit = 0;
  void *const residual = calloc(33, 2);
  assert_non_null(residual);

  /*  The one change, the refusal it meets, and which group and row are named: a
   *  group's fields are of no single row. */
#define REFUSED(as, change, status, argument, value, accepted, row)                          \
  do {                                                                                       \
    beside = beside_of(&as##s);                                                              \
    group = group_of(&with_adamw, &as##s, &as, 1, &beside);                                  \
    change;                                                                                  \
    at = culprit = 9;                                                                        \
    check_refused(sched_step(&group, 1, &o, &at, &culprit), status, argument, value,         \
                  accepted);                                                                 \
    assert_int_equal(at, 0);                                                                 \
    assert_int_equal(culprit, row);                                                          \
    check_untouched(&halves, &were_halves, &o);                                              \
    check_untouched(&singles, &were_singles, &o);                                            \
  } while (0)
#define halfs halves

  REFUSED(half, group.rounding = (sched_rounding)3, SCHED_E_ENUM, "rounding", "=3", "accepted", 1);
  REFUSED(half, group.rounding = (sched_rounding)-1, SCHED_E_ENUM, "rounding", "=", "accepted", 1);
  REFUSED(half, group.dtype = SCHED_SAME, SCHED_E_ENUM, "dtype", "=0", "accepted", 1);
  REFUSED(half, group.dtype = (sched_dtype)5, SCHED_E_ENUM, "dtype", "=5", "accepted", 1);
  REFUSED(half, group.grad_dtype = (sched_dtype)5, SCHED_E_ENUM, "grad_dtype", "=5", "accepted", 1);
  REFUSED(half, group.state_dtype = (sched_dtype)6, SCHED_E_ENUM, "state_dtype", "=6", "accepted",
          1);
  REFUSED(half, group.copy_dtype = (sched_dtype)7, SCHED_E_ENUM, "copy_dtype", "=7", "accepted", 1);
  REFUSED(half, group.copy_dtype = SCHED_F32, SCHED_E_ENUM, "copy_dtype", "=1", "16 bits", 1);
  REFUSED(half, group.grad_dtype = SCHED_F64, SCHED_E_ENUM, "grad_dtype", "=2", "doubles", 1);
  REFUSED(half, group.state_dtype = SCHED_F64, SCHED_E_ENUM, "state_dtype", "=2", "doubles", 1);
  REFUSED(single, group.rounding = SCHED_KAHAN, SCHED_E_ENUM, "rounding", "=2", "16 bits", 1);

  REFUSED(half, group.beside = NULL, SCHED_E_NULL, "beside", "=NULL", "copies", 1);
  REFUSED(half, (group.beside = NULL, group.rounding = SCHED_KAHAN, group.copy_dtype = SCHED_SAME),
          SCHED_E_NULL, "beside", "=NULL", "residuals", 1);
  REFUSED(half,
          (group.beside = NULL, group.rounding = SCHED_STOCHASTIC, group.copy_dtype = SCHED_SAME),
          SCHED_E_NULL, "beside", "=NULL", "seeds", 1);
  REFUSED(half, beside.copy = NULL, SCHED_E_NULL, "copy", "=NULL", "33 float16s", 0);
  REFUSED(half, group.rounding = SCHED_KAHAN, SCHED_E_NULL, "residual", "=NULL", "33 bfloat16s", 0);
  REFUSED(single, beside.master = (float *)residual, SCHED_E_RANGE, "master", "=a pointer", "NULL",
          0);
  REFUSED(half, (group.rounding = SCHED_KAHAN, beside.residual = residual,
                 beside.master = singles.of[PARAM].data),
          SCHED_E_RANGE, "master", "=a pointer", "NULL", 0);
  o.accumulate = 1;
  REFUSED(half, beside.accumulated = NULL, SCHED_E_NULL, "accumulated", "=NULL", "33 floats", 0);
  REFUSED(half, (group.beside = NULL, group.copy_dtype = SCHED_SAME), SCHED_E_NULL, "beside",
          "=NULL", "accumulated gradients", 1);
  o.accumulate = 0;

  // Each array beside the parameter on top of another.
  REFUSED(half, beside.master = halves.of[FIRST].data, SCHED_E_OVERLAP, "master", "33 floats",
          "exp_avg", 0);
  REFUSED(half, (group.rounding = SCHED_KAHAN, beside.residual = halves.of[GRAD].data),
          SCHED_E_OVERLAP, "residual", "33 bfloat16s", "grad", 0);
  REFUSED(half, beside.copy = halves.of[PARAM].data, SCHED_E_OVERLAP, "copy", "33 float16s",
          "param", 0);
  REFUSED(half, beside.average = halves.of[ACCUMULATED].data, SCHED_E_OVERLAP, "accumulated",
          "33 floats", "average", 0);
  REFUSED(half, beside.accumulated = halves.of[SECOND].data, SCHED_E_OVERLAP, "accumulated",
          "33 floats", "exp_avg_sq", 0);
#undef halfs
#undef REFUSED

  // The second of two groups, and what of it.
  beside = beside_of(&singles);
  sched_beside lacking = beside_of(&halves);
  lacking.copy = NULL;
  const sched_group both[2] = {group_of(&with_adamw, &singles, &single, 1, &beside),
                               group_of(&with_adamw, &halves, &half, 1, &lacking)};
  check_refused(sched_step(both, 2, &o, &at, &culprit), SCHED_E_NULL, "copy", "=NULL", "33");
  assert_true(at == 1 && culprit == 0);
  check_untouched(&singles, &were_singles, &o);
  check_untouched(&halves, &were_halves, &o);
  // What lies beside one parameter is not beside another.
  lacking = beside_of(&halves);
  lacking.average = beside.average;
  check_refused(sched_step(both, 2, &o, &at, &culprit), SCHED_E_OVERLAP, "groups[1].average",
                "=33 floats", "groups[0].average");
  assert_true(at == 1 && culprit == 0);
  check_untouched(&singles, &were_singles, &o);
  // Of options no group is to blame.
  o.max_norm = -1;
  check_refused(sched_step(both, 1, &o, &at, &culprit), SCHED_E_RANGE, "max_norm", "=-1", "above");
  assert_true(at == 1 && culprit == 1);

  free(residual);
  room_free(&were_singles);
  room_free(&were_halves);
  room_free(&singles);
  room_free(&halves);
}

int run_options(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(are_a_plain_step_between_conversions),
      cmocka_unit_test(are_the_same_with_any_number_of_threads),
      cmocka_unit_test(clip_groups_together),
      cmocka_unit_test(skip_what_is_not_finite),
      cmocka_unit_test(count_only_what_is_stepped),
      cmocka_unit_test(refuse_options),
      cmocka_unit_test(refuse_groups),
  };
  return cmocka_run_group_tests_name("steps with options", tests, NULL, NULL);
}
