/*  Early stopping: what Keras and Lightning say, at every observation. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "suites.h"
#include "vectors.h"

static vectors peers, rules;

static int read_vectors(void **state) {
  (void)state;
  peers = vectors_read("early_stopping.txt");
  rules = vectors_read("stoppers.txt");
  return 0;
}

static int free_vectors(void **state) {
  (void)state;
  vectors_free(&peers);
  vectors_free(&rules);
  return 0;
}

static sched_early_stopping *ruled(const char *text) {
  sched_early_stopping *stopper = NULL;
  check_ok(sched_early_stopping_parse(text, strlen(text), NULL, &stopper));
  return stopper;
}

static sched_early_stopping *made(sched_mode mode, int64_t patience, double min_delta) {
  sched_early_stopping *stopper = NULL;
  check_ok(sched_early_stopping_make(mode, patience, min_delta, &stopper));
  return stopper;
}

static char *saved(const sched_early_stopping *stopper) {
  size_t length = 0;
  assert_int_equal(sched_early_stopping_save(stopper, NULL, 0, &length), SCHED_E_SPACE);
  char *text = malloc(length + 1);
  assert_non_null(text);
  check_ok(sched_early_stopping_save(stopper, text, length + 1, &length));
  assert_int_equal(strlen(text), length);
  return text;
}

/*  The stopper that the saved text of this one gives, in its place. */
static sched_early_stopping *through_text(sched_early_stopping *stopper) {
  char *text = saved(stopper);
  sched_early_stopping_free(stopper);
  sched_early_stopping *again = NULL;
  size_t position;
  check_ok(sched_early_stopping_restore(text, strlen(text), &position, &again));
  char *copy = saved(again);
  assert_string_equal(copy, text);
  free(copy);
  free(text);
  return again;
}

static const char *word(sched_verdict verdict) {
  switch (verdict) {
    case SCHED_IMPROVED: return "improved";
    case SCHED_WAITING: return "waiting";
    case SCHED_STOP: return "stop";
  }
  return "no verdict";
}

static void check_run(const vector *vector, int save_every_time) {
  const char *mode = vector_text(vector, "mode");
  sched_early_stopping *stopper =
      made(strcmp(mode, "min") == 0 ? SCHED_MIN : SCHED_MAX,
           (int64_t)vector_double(vector, "patience"), vector_double(vector, "min_delta"));
  doubles metrics = vector_doubles(vector, "metrics");
  doubles best = vector_doubles(vector, "best");
  doubles best_at = vector_doubles(vector, "best_at");
  doubles waited = vector_doubles(vector, "waited");
  const char *verdicts = vector_text(vector, "verdicts");
  assert_true(best.count > 0 && best.count == best_at.count && best.count == waited.count &&
              best.count <= metrics.count);
  for (size_t t = 0; t < best.count; t++) {
    sched_verdict verdict = SCHED_WAITING;
    sched_watch watch;
    check_ok(sched_observe(stopper, metrics.values[t], &verdict));
    size_t length = strlen(word(verdict));
    if (strncmp(verdicts, word(verdict), length) != 0) {
      fail_msg("%s: at %zu: %s is not %s", vector->reason, t, word(verdict), verdicts);
    }
    verdicts += length;
    verdicts += *verdicts == ' ';
    if (save_every_time) stopper = through_text(stopper);
    check_ok(sched_watched(stopper, &watch));
    check_doubles(watch.best, best.values[t], vector->reason, t);
    check_doubles((double)watch.best_at, best_at.values[t], vector->reason, t);
    check_doubles((double)watch.waited, waited.values[t], vector->reason, t);
    check_doubles((double)watch.observed, (double)t + 1, vector->reason, t);
  }
  assert_string_equal(verdicts, "");
  sched_early_stopping_free(stopper);
  free(metrics.values);
  free(best.values);
  free(best_at.values);
  free(waited.values);
}

/*  Any rule, by named numbers. */
static void check_rule(const vector *vector, int save_every_time) {
  sched_early_stopping *stopper = ruled(vector_text(vector, "rule"));
  doubles metrics = vector_doubles(vector, "metrics");
  doubles epochs = vector_doubles(vector, "epochs");
  doubles best = vector_doubles(vector, "best");
  doubles stops = vector_doubles(vector, "stops");
  doubles training = {NULL, 0}, waited = {NULL, 0};
  if (vector_find(vector, "training")) training = vector_doubles(vector, "training");
  if (vector_find(vector, "waited")) waited = vector_doubles(vector, "waited");
  assert_true(best.count > 0 && best.count == stops.count && best.count == metrics.count);
  for (size_t t = 0; t < best.count; t++) {
    const sched_field seen[] = {sched_real("val_loss", metrics.values[t]),
                                sched_integer("epoch", (int64_t)epochs.values[t]),
                                sched_real("train_loss", training.count ? training.values[t] : 0)};
    sched_verdict verdict = SCHED_WAITING;
    check_ok(sched_observe_fields(stopper, seen, training.count ? 3 : 2, &verdict));
    if (save_every_time) stopper = through_text(stopper);
    sched_watch watch;
    check_ok(sched_watched(stopper, &watch));
    check_doubles(watch.best, best.values[t], vector->reason, t);
    check_doubles(verdict == SCHED_STOP, stops.values[t], vector->reason, t);
    if (waited.count) check_doubles((double)watch.waited, waited.values[t], vector->reason, t);
    assert_int_equal(watch.reason >= SCHED_R_PATIENCE, verdict == SCHED_STOP);
    char why[512];
    size_t length;
    check_ok(sched_why(stopper, why, sizeof why, &length));
    assert_int_equal(strncmp(why, "stop: ", 6) == 0, verdict == SCHED_STOP);
  }
  sched_early_stopping_free(stopper);
  free(metrics.values);
  free(epochs.values);
  free(best.values);
  free(stops.values);
  free(training.values);
  free(waited.values);
}

static void says_what_every_peer_and_formula_says(void **state) {
  (void)state;
  for (size_t i = 0; i < rules.count; i++) check_rule(&rules.items[i], 0);
}

static void goes_on_from_any_checkpoint_by_any_rule(void **state) {
  (void)state;
  for (size_t i = 0; i < rules.count; i++) check_rule(&rules.items[i], 1);
}

/*  What is missing is named, and nothing has changed; what no rule asks for is ignored. */
static void takes_what_its_rules_ask_for(void **state) {
  (void)state;
  sched_early_stopping *stopper =
      ruled("Any([Patience(2, monitor='loss', unit='steps'), Budget(seconds=60.0)])");
  const sched_field seen[] = {sched_real("loss", 1), sched_integer("step", 3),
                              sched_real("seconds", 1.5), sched_real("accuracy", 0.5)};
  sched_verdict verdict = SCHED_STOP;
  char *before = saved(stopper);
  for (size_t i = 0; i < 3; i++) {
    static const char *const names[] = {"metric loss", "Patience step", "Budget seconds"};
    sched_field rest[3];
    for (size_t j = 0, k = 0; j < 4; j++) {
      if (j != i) rest[k++] = seen[j];
    }
    check_refused(sched_observe_fields(stopper, rest, 3, &verdict), SCHED_E_MISSING, names[i], "",
                  "an observation that has it");
  }
  check_refused(sched_observe(stopper, 1, &verdict), SCHED_E_MISSING, "Patience step", "", "");
  sched_field wrong[] = {seen[0], seen[1], seen[2], sched_word("loss", "x")};
  check_refused(sched_observe_fields(stopper, wrong, 4, &verdict), SCHED_E_TYPE, "loss", "",
                "a number");
  wrong[3] = seen[0];
  check_refused(sched_observe_fields(stopper, wrong, 4, &verdict), SCHED_E_TWICE, "metric loss", "",
                "one value");
  wrong[3] = seen[1];
  check_refused(sched_observe_fields(stopper, wrong, 4, &verdict), SCHED_E_TWICE, "step", "",
                "one value");
  wrong[1] = sched_real("step", 0.5);
  check_refused(sched_observe_fields(stopper, wrong, 3, &verdict), SCHED_E_VALUE, "step", "=0.5",
                "an integer");
  wrong[1] = sched_integer("step", -1);
  check_refused(sched_observe_fields(stopper, wrong, 3, &verdict), SCHED_E_RANGE, "step", "=-1",
                "an integer from 0");
  wrong[1] = sched_real("step", 3);
  wrong[2] = sched_real("seconds", HUGE_VAL);
  check_refused(sched_observe_fields(stopper, wrong, 3, &verdict), SCHED_E_RANGE, "seconds", "=inf",
                "a finite number from 0");
  wrong[3].name = NULL;
  check_refused(sched_observe_fields(stopper, wrong, 4, &verdict), SCHED_E_NULL, "fields[3].name",
                "", "");
  assert_int_equal(verdict, SCHED_STOP);
  char *after = saved(stopper);
  assert_string_equal(before, after);
  free(before);
  free(after);
  check_ok(sched_observe_fields(stopper, seen, 4, &verdict));
  assert_int_equal(verdict, SCHED_IMPROVED);
  sched_early_stopping_free(stopper);
}

/*  "" is the only metric; where there are two, it is neither. */
static void takes_the_only_metric_without_its_name(void **state) {
  (void)state;
  const sched_field seen[] = {sched_real("", 0.5), sched_integer("epoch", 3)};
  sched_early_stopping *one = ruled("Patience(2, monitor='loss')"),
                       *two = ruled("Any([Patience(2, monitor='loss'), GL(5.0, 'other')])");
  sched_verdict verdict = SCHED_STOP;
  check_ok(sched_observe_fields(one, seen, 2, &verdict));
  assert_int_equal(verdict, SCHED_IMPROVED);
  check_refused(sched_observe_fields(two, seen, 2, &verdict), SCHED_E_MISSING, "metric loss", "",
                "an observation that has it");
  sched_early_stopping_free(one);
  sched_early_stopping_free(two);
}

static void loads_by_a_policy(void **state) {
  (void)state;
  sched_early_stopping *run = made(SCHED_MIN, 5, 0), *other = made(SCHED_MIN, 1, 0),
                       *maximal = made(SCHED_MAX, 5, 0);
  sched_verdict verdict;
  check_ok(sched_observe(run, 1, &verdict));
  check_ok(sched_observe(run, 2, &verdict));
  char *text = saved(run);
  size_t position;
  check_refused(sched_early_stopping_load(other, text, strlen(text), SCHED_POLICY_ERROR, &position),
                SCHED_E_STATE, "Patience patience: saved 5, here 1", "", "'keep' or 'restore'");
  check_refused(sched_early_stopping_load(maximal, text, strlen(text), SCHED_POLICY_KEEP, NULL),
                SCHED_E_STATE, "Patience mode: saved 'min', here 'max'", "", "'restore'");
  check_refused(sched_early_stopping_load(other, text, strlen(text), (sched_policy)9, NULL),
                SCHED_E_ENUM, "policy", "=9", "");
  check_ok(sched_early_stopping_load(other, text, strlen(text), SCHED_POLICY_KEEP, NULL));
  sched_watch watch;
  check_ok(sched_watched(other, &watch));
  assert_true(watch.best == 1 && watch.waited == 1 && watch.observed == 2 && watch.patience == 1);
  check_ok(sched_observe(other, 1, &verdict));
  assert_int_equal(verdict, SCHED_STOP);
  check_ok(sched_early_stopping_load(maximal, text, strlen(text), SCHED_POLICY_RESTORE, NULL));
  char *again = saved(maximal);
  assert_string_equal(again, text);
  free(again);
  free(text);
  sched_early_stopping_free(run);
  sched_early_stopping_free(other);
  sched_early_stopping_free(maximal);
}

static void says_what_its_peers_say(void **state) {
  (void)state;
  for (size_t i = 0; i < peers.count; i++) check_run(&peers.items[i], 0);
}

static void goes_on_from_any_checkpoint(void **state) {
  (void)state;
  for (size_t i = 0; i < peers.count; i++) check_run(&peers.items[i], 1);
}

static void has_seen_nothing_at_first(void **state) {
  (void)state;
  static const sched_mode modes[] = {SCHED_MIN, SCHED_MAX};
  for (size_t i = 0; i < 2; i++) {
    sched_early_stopping *stopper = through_text(made(modes[i], 3, 0.5));
    sched_watch watch;
    check_ok(sched_watched(stopper, &watch));
    check_doubles(watch.best, i == 0 ? HUGE_VAL : -HUGE_VAL, "best", 0);
    assert_true(watch.best_at == -1 && watch.observed == 0 && watch.waited == 0);
    sched_early_stopping_free(stopper);
  }
}

typedef struct weights {
  double now, best;
  int kept;
} weights;

static void copy_weights(void *context) {
  weights *of = context;
  of->best = of->now;
  of->kept++;
}

static void keeps_the_best_by_a_callback(void **state) {
  (void)state;
  static const double losses[] = {3, 2, 2.5, 1, 1, 4};
  sched_early_stopping *stopper = made(SCHED_MIN, 2, 0);
  weights of = {0, 0, 0};
  check_ok(sched_keep_best(stopper, copy_weights, &of));
  assert_int_equal(of.kept, 0);
  sched_verdict verdict = SCHED_WAITING;
  for (size_t t = 0; t < 6; t++) {
    of.now = 10 * losses[t];
    check_ok(sched_observe(stopper, losses[t], &verdict));
    check_ok(sched_keep_best(stopper, copy_weights, &of));
  }
  assert_int_equal(verdict, SCHED_STOP);
  assert_int_equal(of.kept, 3);
  assert_true(of.best == 10);
  assert_int_equal(sched_keep_best(stopper, NULL, &of), SCHED_E_NULL);
  assert_int_equal(sched_keep_best(NULL, copy_weights, &of), SCHED_E_NULL);
  assert_int_equal(of.kept, 3);
  sched_early_stopping_free(stopper);
}

static void stops_a_run_that_has_become_nan(void **state) {
  (void)state;
  static const sched_mode modes[] = {SCHED_MIN, SCHED_MAX};
  const double nan_metric = strtod("nan", NULL);
  for (size_t i = 0; i < 2; i++) {
    sched_early_stopping *stopper = made(modes[i], 2, 0);
    sched_verdict verdict;
    check_ok(sched_observe(stopper, nan_metric, &verdict));
    assert_int_equal(verdict, SCHED_WAITING);
    check_ok(sched_observe(stopper, 1, &verdict));
    assert_int_equal(verdict, SCHED_IMPROVED);
    check_ok(sched_observe(stopper, nan_metric, &verdict));
    assert_int_equal(verdict, SCHED_WAITING);
    stopper = through_text(stopper);
    check_ok(sched_observe(stopper, nan_metric, &verdict));
    assert_int_equal(verdict, SCHED_STOP);
    // It says so as long as it is asked, and has not lost its best.
    check_ok(sched_observe(stopper, nan_metric, &verdict));
    assert_int_equal(verdict, SCHED_STOP);
    sched_watch watch;
    check_ok(sched_watched(stopper, &watch));
    check_doubles(watch.best, 1, "best", 4);
    assert_true(watch.best_at == 1 && watch.observed == 5 && watch.waited == 3);
    sched_early_stopping_free(stopper);
  }
}

/*  Exactly min_delta better is not better; one ulp more is. */
static void wants_more_than_min_delta(void **state) {
  (void)state;
  sched_early_stopping *stopper = made(SCHED_MIN, 5, 0.25);
  sched_verdict verdict;
  check_ok(sched_observe(stopper, 1, &verdict));
  check_ok(sched_observe(stopper, 0.75, &verdict));
  assert_int_equal(verdict, SCHED_WAITING);
  check_ok(sched_observe(stopper, nextafter(0.75, 0), &verdict));
  assert_int_equal(verdict, SCHED_IMPROVED);
  sched_early_stopping_free(stopper);
}

static void has_no_patience_at_0(void **state) {
  (void)state;
  for (int64_t patience = 0; patience < 2; patience++) {
    sched_early_stopping *stopper = made(SCHED_MAX, patience, 0);
    sched_verdict verdict;
    check_ok(sched_observe(stopper, 1, &verdict));
    assert_int_equal(verdict, SCHED_IMPROVED);
    check_ok(sched_observe(stopper, 1, &verdict));
    assert_int_equal(verdict, SCHED_STOP);
    check_ok(sched_observe(stopper, 2, &verdict));
    assert_int_equal(verdict, SCHED_IMPROVED);
    sched_early_stopping_free(stopper);
  }
  sched_early_stopping_free(made(SCHED_MIN, SCHED_MAX_STEP, 0));
}

static void is_one_object_to_all_who_retain_it(void **state) {
  (void)state;
  sched_early_stopping *stopper = made(SCHED_MIN, 3, 0);
  sched_early_stopping *again = sched_early_stopping_retain(stopper);
  assert_ptr_equal(again, stopper);
  sched_verdict verdict;
  check_ok(sched_observe(stopper, 1, &verdict));
  sched_early_stopping_free(stopper);
  sched_watch watch;
  check_ok(sched_watched(again, &watch));
  assert_true(watch.observed == 1);
  sched_early_stopping_free(again);
  assert_null(sched_early_stopping_retain(NULL));
  sched_early_stopping_free(NULL);
}

int run_early_stopping(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(says_what_its_peers_say),
      cmocka_unit_test(goes_on_from_any_checkpoint),
      cmocka_unit_test(says_what_every_peer_and_formula_says),
      cmocka_unit_test(goes_on_from_any_checkpoint_by_any_rule),
      cmocka_unit_test(takes_what_its_rules_ask_for),
      cmocka_unit_test(takes_the_only_metric_without_its_name),
      cmocka_unit_test(loads_by_a_policy),
      cmocka_unit_test(has_seen_nothing_at_first),
      cmocka_unit_test(keeps_the_best_by_a_callback),
      cmocka_unit_test(stops_a_run_that_has_become_nan),
      cmocka_unit_test(wants_more_than_min_delta),
      cmocka_unit_test(has_no_patience_at_0),
      cmocka_unit_test(is_one_object_to_all_who_retain_it),
  };
  return cmocka_run_group_tests_name("early stopping", tests, read_vectors, free_vectors);
}
