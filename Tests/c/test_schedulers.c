/*  Schedulers: where a run is, in both forms, saved and restored. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "suites.h"
#include "vectors.h"

static vectors schedules, reactive;

static int read_vectors(void **state) {
  (void)state;
  schedules = vectors_read("schedules.txt");
  reactive = vectors_read("reactive.txt");
  return 0;
}

static int free_vectors(void **state) {
  (void)state;
  vectors_free(&schedules);
  vectors_free(&reactive);
  return 0;
}

static sched_scheduler *made(const char *text, sched_form form, double base) {
  sched_schedule *schedule = parsed(text);
  sched_scheduler *scheduler = NULL;
  check_ok(sched_scheduler_make(schedule, form, 1, &base, &scheduler));
  sched_free(schedule);
  return scheduler;
}

static char *saved(const sched_scheduler *scheduler) {
  size_t length = 0;
  assert_int_equal(sched_scheduler_save(scheduler, NULL, 0, &length), SCHED_E_SPACE);
  char *text = malloc(length + 1);
  assert_non_null(text);
  check_ok(sched_scheduler_save(scheduler, text, length + 1, &length));
  assert_int_equal(strlen(text), length);
  return text;
}

static sched_scheduler *restored(const char *text) {
  sched_scheduler *scheduler = NULL;
  size_t position;
  check_ok(sched_scheduler_restore(text, strlen(text), &position, &scheduler));
  return scheduler;
}

/*  Steps through a vector. Every `every` steps what was saved takes over, so a
 *  digit lost there shows at the next step. */
static void check_run(const vector *vector, sched_form form, const char *key, size_t every) {
  doubles expected = vector_doubles(vector, key);
  if (expected.count == 0) return;
  const double largest =
      largest_of(expected.values, expected.count, vector_double(vector, "base"));
  sched_scheduler *scheduler =
      made(vector_text(vector, "text"), form, vector_double(vector, "base"));
  for (size_t t = 0; t < expected.count; t++) {
    int64_t step = -1;
    double rate = 0, after = 0;
    if (t > 0) check_ok(sched_next(scheduler, &after));
    check_ok(sched_now(scheduler, &step, &rate));
    assert_true(step == (int64_t)t);
    const double bound = rate_bound(form == SCHED_CHAINED ? t + 1 : 1, largest);
    check_rate(rate, expected.values[t], bound, vector->reason, t);
    if (t > 0) check_doubles(after, rate, vector->reason, t);
    if (every && t % every == 0) {
      char *text = saved(scheduler);
      sched_scheduler_free(scheduler);
      scheduler = restored(text);
      char *again = saved(scheduler);
      assert_string_equal(again, text);
      free(again);
      free(text);
    }
  }
  sched_scheduler_free(scheduler);
  free(expected.values);
}

static void step_as_torch_does(void **state) {
  (void)state;
  for (size_t i = 0; i < schedules.count; i++) {
    check_run(&schedules.items[i], SCHED_CHAINED, "chained", 0);
    check_run(&schedules.items[i], SCHED_CLOSED, "closed", 0);
  }
}

static void go_on_from_any_checkpoint(void **state) {
  (void)state;
  for (size_t i = 0; i < schedules.count; i++) {
    check_run(&schedules.items[i], SCHED_CHAINED, "chained", 1);
    check_run(&schedules.items[i], SCHED_CLOSED, "closed", 1);
  }
}

/*  To and fro: the chained form, too, is at a step what it is when it steps. */
static void seek_to_what_stepping_gives(void **state) {
  (void)state;
  static const int64_t places[] = {7, 7, 3, 30, 0, 1, 49, 12};
  for (size_t i = 0; i < schedules.count; i++) {
    doubles chained = vector_doubles(&schedules.items[i], "chained");
    const double largest = largest_of(chained.values, chained.count, 0);
    sched_scheduler *scheduler =
        made(vector_text(&schedules.items[i], "text"), SCHED_CHAINED,
             vector_double(&schedules.items[i], "base"));
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
      if (places[p] >= (int64_t)chained.count) continue;
      check_ok(sched_seek(scheduler, places[p]));
      int64_t step = -1;
      double rate = 0;
      check_ok(sched_now(scheduler, &step, &rate));
      assert_true(step == places[p]);
      check_rate(rate, chained.values[places[p]], rate_bound((size_t)places[p] + 1, largest),
                 schedules.items[i].reason, places[p]);
    }
    sched_scheduler_free(scheduler);
    free(chained.values);
  }
}

static void seek_to_the_last_step_there_is(void **state) {
  (void)state;
  sched_scheduler *scheduler = made("CosineAnnealingLR(10)", SCHED_CLOSED, 0.1);
  check_ok(sched_seek(scheduler, SCHED_MAX_STEP));
  check_refused(sched_next(scheduler, NULL), SCHED_E_END, "step", "=9007199254740993",
                "0 to 9007199254740992");
  int64_t step = 0;
  check_ok(sched_now(scheduler, &step, NULL));
  assert_true(step == SCHED_MAX_STEP);
  sched_scheduler_free(scheduler);
}

static void stay_at_the_end(void **state) {
  (void)state;
  static const sched_form forms[] = {SCHED_CLOSED, SCHED_CHAINED};
  for (size_t i = 0; i < 2; i++) {
    sched_scheduler *scheduler = made("OneCycleLR(total_steps=3)", forms[i], 0.1);
    double last = 0, rate = -1;
    check_ok(sched_next(scheduler, NULL));
    check_ok(sched_next(scheduler, &last));
    for (int again = 0; again < 2; again++) {
      check_refused(sched_next(scheduler, &rate), SCHED_E_END, "OneCycleLR step", "3", "0 to 2");
      check_doubles(rate, -1, "untouched", 3);
      int64_t step = 0;
      double now = 0;
      check_ok(sched_now(scheduler, &step, &now));
      assert_true(step == 2);
      check_doubles(now, last, "the last rate", 2);
    }
    check_refused(sched_seek(scheduler, 3), SCHED_E_END, "OneCycleLR step", "3", "0 to 2");
    check_ok(sched_seek(scheduler, 0));
    sched_scheduler_free(scheduler);
  }
}

static void keep_groups_apart(void **state) {
  (void)state;
  enum { GROUPS = 33 };
  double bases[GROUPS], rates[GROUPS];
  for (size_t i = 0; i < GROUPS; i++) bases[i] = 0.1 * (double)(i + 1);
  sched_schedule *schedule = parsed("CosineAnnealingLR(10)");
  sched_scheduler *together = NULL;
  check_ok(sched_scheduler_make(schedule, SCHED_CHAINED, GROUPS, bases, &together));
  assert_int_equal(sched_scheduler_groups(together), GROUPS);
  for (size_t t = 0; t < 25; t++) check_ok(sched_next(together, rates));
  for (size_t i = 0; i < GROUPS; i++) {
    sched_scheduler *alone = made("CosineAnnealingLR(10)", SCHED_CHAINED, bases[i]);
    double rate = 0;
    check_ok(sched_seek(alone, 25));
    check_ok(sched_now(alone, NULL, &rate));
    check_doubles(rates[i], rate, "group", i);
    sched_scheduler_free(alone);
  }
  sched_scheduler_free(together);
  sched_free(schedule);
  assert_int_equal(sched_scheduler_groups(NULL), 0);
}

static void have_as_many_groups_as_promised(void **state) {
  (void)state;
  const size_t most = 1048576;
  double *bases = malloc(most * sizeof *bases);
  assert_non_null(bases);
  for (size_t i = 0; i < most; i++) bases[i] = 1.0 / (double)(i + 1);
  sched_schedule *schedule = parsed("StepLR(1, 0.5)");
  sched_scheduler *scheduler = NULL;
  check_ok(sched_scheduler_make(schedule, SCHED_CLOSED, most, bases, &scheduler));
  check_ok(sched_next(scheduler, bases));
  check_doubles(bases[most - 1], 0.5 / (double)most, "the last group", 1);
  sched_scheduler_free(scheduler);
  sched_free(schedule);
  free(bases);
}

/*  The chained form goes on from a rate set by hand; the closed form has its
 *  own again. */
static void obey_a_hand_on_the_dial(void **state) {
  (void)state;
  const double dial = 1.0;
  double rate = 0;
  sched_scheduler *chained = made("StepLR(2, 0.5)", SCHED_CHAINED, 0.1);
  sched_scheduler *closed = made("StepLR(2, 0.5)", SCHED_CLOSED, 0.1);
  check_ok(sched_set_rates(chained, &dial));
  check_ok(sched_set_rates(closed, &dial));
  check_ok(sched_now(closed, NULL, &rate));
  check_doubles(rate, 1.0, "closed", 0);
  check_ok(sched_next(chained, &rate));
  check_doubles(rate, 1.0, "chained", 1);
  check_ok(sched_next(closed, &rate));
  check_doubles(rate, 0.1, "closed", 1);
  check_ok(sched_next(chained, &rate));
  check_doubles(rate, 0.5, "chained", 2);
  check_ok(sched_next(closed, &rate));
  check_doubles(rate, 0.05, "closed", 2);

  // A checkpoint holds the rate in force, not the one of the step.
  check_ok(sched_set_rates(chained, &dial));
  char *text = saved(chained);
  sched_scheduler *again = restored(text);
  free(text);
  check_ok(sched_now(again, NULL, &rate));
  check_doubles(rate, 1.0, "restored", 2);
  sched_scheduler_free(again);
  sched_scheduler_free(chained);
  sched_scheduler_free(closed);
}

static void give_their_schedule_out(void **state) {
  (void)state;
  sched_schedule *schedule = parsed("StepLR(3)");
  const double base = 0.1;
  sched_scheduler *scheduler = NULL;
  check_ok(sched_scheduler_make(schedule, SCHED_CLOSED, 1, &base, &scheduler));
  sched_schedule *same = NULL;
  check_ok(sched_scheduler_schedule(scheduler, 0, &same));
  assert_ptr_equal(same, schedule);
  sched_scheduler_free(scheduler);
  sched_free(schedule);
  assert_string_equal(sched_kind(same), "StepLR");
  sched_free(same);
}

static void are_one_object_to_all_who_retain_them(void **state) {
  (void)state;
  sched_scheduler *scheduler = made("StepLR(3)", SCHED_CLOSED, 0.1);
  sched_scheduler *again = sched_scheduler_retain(scheduler);
  assert_ptr_equal(again, scheduler);
  check_ok(sched_next(scheduler, NULL));
  sched_scheduler_free(scheduler);
  int64_t step = 0;
  check_ok(sched_now(again, &step, NULL));
  assert_true(step == 1);
  sched_scheduler_free(again);
  assert_null(sched_scheduler_retain(NULL));
  sched_scheduler_free(NULL);
}

/*  Both forms are one curve up to rounding: a product of t factors has t of
 *  them, each half an ulp of a rate that is at most the base or the peak. */
static void differ_between_forms_by_rounding_alone(void **state) {
  (void)state;
  for (size_t i = 0; i < schedules.count; i++) {
    const vector *vector = &schedules.items[i];
    doubles chained = vector_doubles(vector, "chained");
    double base = vector_double(vector, "base"), largest = base;
    sched_schedule *schedule = parsed(vector_text(vector, "text"));
    double *closed = malloc(chained.count * sizeof *closed);
    assert_non_null(closed);
    check_ok(sched_rates(schedule, base, 0, chained.count, closed));
    for (size_t t = 0; t < chained.count; t++) largest = fmax(largest, closed[t]);
    for (size_t t = 0; t < chained.count; t++) {
      double bound = 16 * ((double)t + 1) * 0x1p-53 * largest + 0x1p-1022;
      if (!(fabs(closed[t] - chained.values[t]) <= bound)) {
        fail_msg("%s: at %zu: closed %a, chained %a", vector->reason, t, closed[t],
                 chained.values[t]);
      }
    }
    free(closed);
    sched_free(schedule);
    free(chained.values);
  }
}

/*  Each metric at a step of its own; what was saved takes over every time. */
static void react_as_their_peers_do(void **state) {
  (void)state;
  for (size_t i = 0; i < reactive.count; i++) {
    const vector *vector = &reactive.items[i];
    doubles bases = vector_doubles(vector, "bases"), metrics = vector_doubles(vector, "metrics");
    doubles expected = vector_doubles(vector, "rates");
    assert_true(bases.count > 0 && expected.count == bases.count * metrics.count);
    double *rates = calloc(bases.count, sizeof *rates);
    assert_non_null(rates);
    sched_schedule *schedule = parsed(vector_text(vector, "text"));
    sched_scheduler *scheduler = NULL;
    check_ok(
        sched_scheduler_make(schedule, SCHED_CLOSED, bases.count, bases.values, &scheduler));
    sched_free(schedule);
    for (size_t t = 0; t < metrics.count; t++) {
      check_ok(sched_scheduler_observe(scheduler, metrics.values[t], rates));
      for (size_t g = 0; g < bases.count; g++) {
        check_doubles(rates[g], expected.values[t * bases.count + g], vector->reason, t);
      }
      char *text = saved(scheduler);
      sched_scheduler_free(scheduler);
      scheduler = restored(text);
      free(text);
      check_ok(sched_next(scheduler, NULL));
    }
    sched_scheduler_free(scheduler);
    free(rates);
    free(expected.values);
    free(metrics.values);
    free(bases.values);
  }
}

static void need_no_room_for_rates_and_nothing_that_watches(void **state) {
  (void)state;
  sched_scheduler *scheduler = made("ReduceLROnPlateau(factor=0.5, patience=0)", SCHED_CLOSED, 1);
  double rate = 0;
  check_ok(sched_scheduler_observe(scheduler, 1, NULL));
  check_ok(sched_scheduler_observe(scheduler, 1, NULL));
  check_ok(sched_now(scheduler, NULL, &rate));
  check_doubles(rate, 0.5, "reduced", 1);
  sched_scheduler_free(scheduler);
  scheduler = made("StepLR(3)", SCHED_CHAINED, 1);
  check_ok(sched_scheduler_observe(scheduler, strtod("nan", NULL), &rate));
  check_doubles(rate, 1, "nothing watches", 0);
  sched_scheduler_free(scheduler);
  assert_int_equal(sched_scheduler_observe(NULL, 1, &rate), SCHED_E_NULL);
}

/*  A learning rate, a weight decay and a batch size: three curves, one clock. */
static sched_scheduler *three(const char *horizon, int64_t last) {
  const char *texts[] = {"CosineAnnealingLR(10)", "LinearDecay(20)", "StepLR(5, 2.0)"};
  const double bases[] = {0.1, 0.01, 32};
  sched_schedule *curves[3];
  for (size_t i = 0; i < 3; i++) curves[i] = parsed(texts[i]);
  const sched_field fields[] = {
      sched_schedules("schedules", (const sched_schedule *const *)curves, 3),
      sched_reals("bases", bases, 3),
      sched_word("unit", "samples"),
      sched_word("horizon", horizon),
      sched_integer("last", last),
  };
  sched_scheduler *scheduler = NULL;
  size_t culprit = 0;
  check_ok(sched_scheduler_make_fields(fields, 5, &culprit, &scheduler));
  for (size_t i = 0; i < 3; i++) sched_free(curves[i]);
  return scheduler;
}

static void give_each_group_its_own_curve(void **state) {
  (void)state;
  sched_scheduler *scheduler = three("hold", 30);
  double rates[3], expected;
  check_ok(sched_advance(scheduler, 12, rates));
  const double bases[] = {0.1, 0.01, 32};
  for (size_t i = 0; i < 3; i++) {
    sched_schedule *curve = NULL;
    check_ok(sched_scheduler_schedule(scheduler, i, &curve));
    check_ok(sched_rates(curve, bases[i], 12, 1, &expected));
    check_doubles(rates[i], expected, "a curve of its own", i);
    sched_free(curve);
  }
  check_doubles(rates[2], 128, "a batch size", 12);
  char *text = saved(scheduler);
  sched_scheduler *again = restored(text);
  char *same = saved(again);
  assert_string_equal(same, text);
  free(same);
  free(text);
  sched_scheduler_free(again);
  sched_schedule *none = NULL;
  check_refused(sched_scheduler_schedule(scheduler, 3, &none), SCHED_E_RANGE, "group", "=3",
                "0 to 2");
  assert_null(none);
  check_refused(sched_advance(scheduler, -1, rates), SCHED_E_RANGE, "steps", "=-1", "from 0");
  check_refused(sched_advance(scheduler, INT64_MAX, rates), SCHED_E_RANGE, "steps", "", "from 0");
  sched_scheduler_free(scheduler);
}

static void hold_past_the_last_step(void **state) {
  (void)state;
  sched_scheduler *holding = three("hold", 7), *raising = three("raise", 7);
  double last[3], rates[3] = {-1, -1, -1};
  check_ok(sched_advance(holding, 7, last));
  check_ok(sched_advance(raising, 7, NULL));
  check_ok(sched_advance(holding, 1000, rates));
  for (size_t i = 0; i < 3; i++) check_doubles(rates[i], last[i], "held", i);
  rates[0] = -1;
  check_refused(sched_next(raising, rates), SCHED_E_END, "step", "=8", "0 to 7");
  check_doubles(rates[0], -1, "untouched", 8);
  sched_scheduler_free(holding);
  sched_scheduler_free(raising);
}

static void count_what_was_not_applied(void **state) {
  (void)state;
  sched_scheduler *scheduler = made("StepLR(1, 0.5)", SCHED_CLOSED, 1);
  int64_t skipped = 0, step = -1;
  check_ok(sched_skip(scheduler, NULL));
  check_ok(sched_skip(scheduler, &skipped));
  assert_true(skipped == 2);
  check_ok(sched_now(scheduler, &step, NULL));
  assert_true(step == 0);
  char *text = saved(scheduler);
  assert_non_null(strstr(text, "skipped=2"));
  free(text);
  sched_scheduler_free(scheduler);
}

static void cool_down_and_extend_without_a_jump(void **state) {
  (void)state;
  sched_scheduler *scheduler = three("hold", 30);
  double before[3], rates[3];
  const size_t first[] = {0}, wrong[] = {0, 3};
  check_ok(sched_advance(scheduler, 4, before));
  check_refused(sched_scheduler_cool_down(scheduler, 4, "linear", 0, wrong, 2), SCHED_E_RANGE,
                "group", "=3", "0 to 2");
  check_refused(sched_scheduler_cool_down(scheduler, 4, "log", 0, NULL, 0), SCHED_E_VALUE,
                "decay_type", "='log'", "'1-sqrt'");
  check_refused(sched_scheduler_cool_down(scheduler, 0, NULL, 0, NULL, 0), SCHED_E_RANGE, "steps",
                "=0", "from 1");
  check_refused(sched_scheduler_cool_down(scheduler, 4, NULL, -1, NULL, 0), SCHED_E_VALUE,
                "min_ratio", "=-1", "from 0");
  check_refused(sched_scheduler_extend(scheduler, 4, 2, NULL, 0), SCHED_E_VALUE, "Extend until",
                "=2", "more than begin=4");
  check_ok(sched_scheduler_cool_down(scheduler, 4, "linear", 0, first, 1));
  check_ok(sched_now(scheduler, NULL, rates));
  for (size_t i = 0; i < 3; i++) check_doubles(rates[i], before[i], "no jump", i);
  check_ok(sched_advance(scheduler, 2, rates));
  assert_true(fabs(rates[0] - before[0] / 2) < 1e-15);
  check_doubles(rates[2], 64, "the others go on", 6);
  check_ok(sched_scheduler_extend(scheduler, 10, 0, first, 1));
  const double half = rates[0];
  check_ok(sched_advance(scheduler, 10, rates));
  check_doubles(rates[0], half, "it rests", 16);
  check_ok(sched_advance(scheduler, 2, rates));
  check_doubles(rates[0], 0, "it is down", 18);
  sched_scheduler_free(scheduler);
}

static void take_a_state_over_as_one_says(void **state) {
  (void)state;
  sched_scheduler *run = made("CosineAnnealingLR(90)", SCHED_CLOSED, 0.1);
  check_ok(sched_seek(run, 30));
  char *text = saved(run);
  const size_t length = strlen(text);
  sched_scheduler *same = made("CosineAnnealingLR(90)", SCHED_CLOSED, 0.1);
  sched_scheduler *other = made("CosineAnnealingLR(100)", SCHED_CLOSED, 0.1);
  char *before = saved(other);
  size_t position = 0;
  double rate = 0, expected = 0;
  check_ok(sched_scheduler_load(same, text, length, SCHED_POLICY_ERROR, &position));
  check_ok(sched_now(run, NULL, &expected));
  check_ok(sched_now(same, NULL, &rate));
  check_doubles(rate, expected, "the same", 30);
  check_refused(sched_scheduler_load(other, text, length, SCHED_POLICY_ERROR, &position),
                SCHED_E_STATE, "Scheduler with CosineAnnealingLR T_max: saved 90, here 100", "",
                "'keep' or 'restore'");
  assert_int_equal(position, length);
  char *after = saved(other);
  assert_string_equal(after, before);
  free(after);
  free(before);
  check_ok(sched_scheduler_load(other, text, length, SCHED_POLICY_KEEP, NULL));
  sched_schedule *longer = parsed("CosineAnnealingLR(100)");
  check_ok(sched_rates(longer, 0.1, 30, 1, &expected));
  check_ok(sched_now(other, NULL, &rate));
  check_doubles(rate, expected, "kept", 30);
  sched_free(longer);
  check_ok(sched_scheduler_load(other, text, length, SCHED_POLICY_RESTORE, NULL));
  after = saved(other);
  assert_string_equal(after, text);
  free(after);
  check_refused(sched_scheduler_load(other, text, length, (sched_policy)7, NULL), SCHED_E_ENUM,
                "policy", "=7", "constant");
  check_refused(sched_scheduler_load(other, "StepLR(3)", 9, SCHED_POLICY_KEEP, &position),
                SCHED_E_STATE, "StepLR", "", "Scheduler");
  assert_int_equal(position, 0);
  free(text);
  sched_scheduler_free(run);
  sched_scheduler_free(same);
  sched_scheduler_free(other);
}

static void refuse_fields_by_name(void **state) {
  (void)state;
  sched_schedule *curve = parsed("OneCycleLR(total_steps=10)");
  const double base = 0.1;
  const struct {
    sched_field field;
    sched_status status;
    const char *argument, *value, *accepted;
  } cases[] = {
      {sched_word("unit", "batches"), SCHED_E_VALUE, "Scheduler unit", "='batches'", "'tokens'"},
      {sched_integer("unit", 3), SCHED_E_TYPE, "Scheduler unit", "=3", "'tokens'"},
      {sched_word("horizon", "extend"), SCHED_E_VALUE, "horizon", "='extend'", "ends at step 9"},
      {sched_integer("last", 10), SCHED_E_VALUE, "last", "=10", "to 9"},
      {sched_integer("resolution", 0), SCHED_E_VALUE, "resolution", "=0", "from 1"},
      {sched_integer("lost", 10), SCHED_E_FIELD, "lost", "=10", "horizon, last"},
  };
  sched_scheduler *scheduler = NULL;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const sched_schedule *const curves[] = {curve};
    const sched_field fields[] = {sched_schedules("schedules", curves, 1),
                                  sched_reals("bases", &base, 1), cases[i].field};
    size_t culprit = 99;
    check_refused(sched_scheduler_make_fields(fields, 3, &culprit, &scheduler), cases[i].status,
                  cases[i].argument, cases[i].value, cases[i].accepted);
    assert_true(culprit == 2 || culprit == 3);
    assert_null(scheduler);
  }
  check_refused(sched_scheduler_make_fields(NULL, 0, NULL, &scheduler), SCHED_E_MISSING,
                "Scheduler schedules", "", "a value");
  check_refused(sched_scheduler_make_fields(NULL, 1, NULL, &scheduler), SCHED_E_NULL, "fields",
                "NULL", "a pointer");
  check_refused(sched_scheduler_make_fields(NULL, 0, NULL, NULL), SCHED_E_NULL, "scheduler",
                "NULL", "a pointer");
  sched_free(curve);
}

int run_schedulers(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(step_as_torch_does),
      cmocka_unit_test(go_on_from_any_checkpoint),
      cmocka_unit_test(seek_to_what_stepping_gives),
      cmocka_unit_test(seek_to_the_last_step_there_is),
      cmocka_unit_test(stay_at_the_end),
      cmocka_unit_test(keep_groups_apart),
      cmocka_unit_test(have_as_many_groups_as_promised),
      cmocka_unit_test(obey_a_hand_on_the_dial),
      cmocka_unit_test(give_their_schedule_out),
      cmocka_unit_test(give_each_group_its_own_curve),
      cmocka_unit_test(hold_past_the_last_step),
      cmocka_unit_test(count_what_was_not_applied),
      cmocka_unit_test(cool_down_and_extend_without_a_jump),
      cmocka_unit_test(take_a_state_over_as_one_says),
      cmocka_unit_test(refuse_fields_by_name),
      cmocka_unit_test(are_one_object_to_all_who_retain_them),
      cmocka_unit_test(differ_between_forms_by_rounding_alone),
      cmocka_unit_test(react_as_their_peers_do),
      cmocka_unit_test(need_no_room_for_rates_and_nothing_that_watches),
  };
  return cmocka_run_group_tests_name("schedulers", tests, read_vectors, free_vectors);
}
