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
  check_ok(sched_scheduler_schedule(scheduler, &same));
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
      cmocka_unit_test(are_one_object_to_all_who_retain_them),
      cmocka_unit_test(differ_between_forms_by_rounding_alone),
      cmocka_unit_test(react_as_their_peers_do),
      cmocka_unit_test(need_no_room_for_rates_and_nothing_that_watches),
  };
  return cmocka_run_group_tests_name("schedulers", tests, read_vectors, free_vectors);
}
