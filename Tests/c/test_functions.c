/*  Schedules of a caller's function: LambdaLR, MultiplicativeLR, CyclicLR's scale. */
#include "check.h"
#include "suites.h"
#include "vectors.h"

/*  What a function is to do, and what became of it. */
typedef struct one {
  const char *name;
  int64_t fails; /* from this step on; 0 for never */
  int asked;
  int released;
} one;

static int ask(void *context, int64_t step, double *value) {
  one *self = context;
  double t = (double)step;
  self->asked++;
  if (self->fails && step >= self->fails) return 7;
  if (strcmp(self->name, "decay") == 0) *value = pow(0.95, t);
  if (strcmp(self->name, "inverse") == 0) *value = 1 / (1 + t);
  if (strcmp(self->name, "stairs") == 0) *value = t < 3 ? 1 : t < 7 ? 0.5 : 0;
  if (strcmp(self->name, "turns") == 0) *value = step % 2 ? -1 : 1.5;
  if (strcmp(self->name, "runaway") == 0) *value = 1e200;
  if (strcmp(self->name, "nan") == 0) *value = NAN;
  return 0;
}

static void let_go(void *context) { ((one *)context)->released++; }

static sched_schedule *lambda(one *context) {
  const sched_function function = {ask, context, let_go};
  sched_schedule *schedule = NULL;
  check_ok(sched_lambda_lr(&function, &schedule));
  return schedule;
}

static sched_schedule *of(const vector *vector, one *context) {
  const sched_function function = {ask, context, let_go};
  const char *kind = vector_text(vector, "kind");
  sched_schedule *schedule = NULL;
  if (strcmp(kind, "CyclicLR") == 0) {
    const double low = 0.1;
    sched_cyclic_lr_options options = SCHED_CYCLIC_LR_DEFAULTS;
    options.base_lr = &low;
    options.max_lr = 0.4;
    options.step_size_up = 3;
    options.step_size_down = 5;
    options.scale_fn = &function;
    options.scale_mode = vector_text(vector, "scale");
    options.cycle_momentum = 0;
    check_ok(sched_cyclic_lr(&options, &schedule));
  } else {
    const sched_field field = sched_callback("lr_lambda", &function);
    check_ok(sched_make(kind, &field, 1, NULL, &schedule));
  }
  return schedule;
}

static void give_torchs_rates(void **state) {
  (void)state;
  vectors file = vectors_read("functions.txt");
  for (size_t i = 0; i < file.count; i++) {
    const vector *vector = &file.items[i];
    one context = {vector_text(vector, "function"), 0, 0, 0};
    sched_schedule *schedule = of(vector, &context);
    double base = vector_double(vector, "base");
    doubles expected = vector_doubles(vector, "chained");
    const double largest = largest_of(expected.values, expected.count, base);
    sched_scheduler *scheduler = NULL;
    check_ok(sched_scheduler_make(schedule, SCHED_CHAINED, 1, &base, &scheduler));
    double rate = 0;
    check_ok(sched_now(scheduler, NULL, &rate));
    for (size_t t = 0; t < expected.count; t++) {
      if (t > 0) check_ok(sched_next(scheduler, &rate));
      check_rate(rate, expected.values[t], rate_bound(t + 1, largest), vector->reason, t);
    }
    assert_int_equal(context.released, 0);
    sched_free(schedule);
    assert_int_equal(context.released, 0);
    sched_scheduler_free(scheduler);
    assert_int_equal(context.released, 1);
    free(expected.values);
  }
  vectors_free(&file);
}

static void are_released_once_and_only_when_taken(void **state) {
  (void)state;
  one context = {"decay", 0, 0, 0};
  const sched_function function = {ask, &context, let_go};
  sched_field fields[] = {sched_callback("lr_lambda", &function), sched_real("gamma", 1)};
  sched_schedule *schedule = NULL;
  size_t culprit = 9;
  assert_int_equal(sched_make("LambdaLR", fields, 2, &culprit, &schedule), SCHED_E_FIELD);
  assert_int_equal(culprit, 1);
  fields[1] = sched_integer("step_size", 3);
  assert_int_equal(sched_make("StepLR", fields, 2, &culprit, &schedule), SCHED_E_FIELD);
  assert_null(schedule);
  assert_int_equal(context.released, 0);

  check_ok(sched_make("LambdaLR", fields, 1, NULL, &schedule));
  const sched_schedule *parts[] = {schedule, schedule};
  const int64_t milestones[] = {4};
  sched_schedule *whole = NULL;
  check_ok(sched_sequential_lr(parts, 2, milestones, 1, &whole));
  sched_free(schedule);
  double rates[6];
  check_ok(sched_rates(whole, 1.0, 0, 6, rates));
  check_doubles(rates[5], pow(0.95, 1), "nested", 5);
  assert_int_equal(context.released, 0);
  sched_free(whole);
  assert_int_equal(context.released, 1);
}

static void are_refused_when_there_is_nothing_to_call(void **state) {
  (void)state;
  const sched_function none = {NULL, NULL, let_go};
  sched_schedule *schedule = NULL;
  assert_int_equal(sched_lambda_lr(&none, &schedule), SCHED_E_NULL);
  assert_int_equal(sched_lambda_lr(NULL, &schedule), SCHED_E_NULL);
  assert_string_equal(sched_last_error(),
                      "a pointer that is needed is NULL: lr_lambda=NULL; accepted: a function");
  const sched_field real = sched_real("lr_lambda", 1);
  assert_int_equal(sched_make("LambdaLR", &real, 1, NULL, &schedule), SCHED_E_TYPE);
  const char *text = "LambdaLR(lr_lambda=<function>)";
  size_t position = 0;
  assert_int_equal(sched_parse(text, strlen(text), &position, &schedule), SCHED_E_SYNTAX);
  assert_int_equal(position, 19);
  assert_non_null(strstr(sched_last_error(), "make the schedule with its function"));
  assert_null(schedule);
}

static void that_fail_leave_everything_as_it_was(void **state) {
  (void)state;
  one context = {"inverse", 3, 0, 0};
  sched_schedule *schedule = lambda(&context);
  double rates[5] = {-1, -1, -1, -1, -1}, base = 1;
  assert_int_equal(sched_rates(schedule, 1, 0, 5, rates), SCHED_E_FUNCTION);
  assert_string_equal(sched_last_error(),
                      "the caller's function has failed: lr_lambda(3)=7; accepted: 0");
  for (size_t i = 0; i < 5; i++) check_doubles(rates[i], -1, "untouched", i);
  // Once it has failed it is not asked again.
  assert_int_equal(context.asked, 4);
  char text[256] = "as it was";
  size_t length = 0;
  assert_int_equal(sched_csv(schedule, 1, 0, 5, text, sizeof text, &length), SCHED_E_FUNCTION);
  assert_int_equal(sched_sparkline(schedule, 1, 0, 5, 5, text, sizeof text, &length),
                   SCHED_E_FUNCTION);
  assert_string_equal(text, "as it was");

  sched_scheduler *scheduler = NULL;
  check_ok(sched_scheduler_make(schedule, SCHED_CHAINED, 1, &base, &scheduler));
  check_ok(sched_seek(scheduler, 2));
  int64_t step = 0;
  assert_int_equal(sched_next(scheduler, rates), SCHED_E_FUNCTION);
  assert_int_equal(sched_seek(scheduler, 4), SCHED_E_FUNCTION);
  check_ok(sched_now(scheduler, &step, rates));
  assert_int_equal(step, 2);
  check_doubles(rates[0], 1.0 / 3, "where it was", 2);
  context.fails = 0;
  check_ok(sched_next(scheduler, rates));
  check_doubles(rates[0], 0.25, "and on", 3);
  sched_scheduler_free(scheduler);
  sched_free(schedule);
  assert_int_equal(context.released, 1);
}

static void that_give_no_number_are_handed_on(void **state) {
  (void)state;
  one context = {"nan", 0, 0, 0};
  sched_schedule *schedule = lambda(&context);
  sched_scheduler *scheduler = NULL;
  double base = 1, rate = 0;
  check_ok(sched_scheduler_make(schedule, SCHED_CLOSED, 1, &base, &scheduler));
  check_ok(sched_next(scheduler, &rate));
  check_doubles(rate, NAN, "nan", 1);
  sched_scheduler_free(scheduler);
  sched_free(schedule);
}

static void are_there_again_in_a_loaded_state(void **state) {
  (void)state;
  one context = {"inverse", 0, 0, 0};
  sched_schedule *schedule = lambda(&context);
  double base = 1, rate = 0;
  sched_scheduler *old = NULL, *new = NULL;
  check_ok(sched_scheduler_make(schedule, SCHED_CLOSED, 1, &base, &old));
  check_ok(sched_scheduler_make(schedule, SCHED_CLOSED, 1, &base, &new));
  check_ok(sched_seek(old, 6));
  char text[512];
  size_t length = 0;
  check_ok(sched_scheduler_save(old, text, sizeof text, &length));
  sched_scheduler_free(old);
  check_ok(sched_scheduler_load(new, text, length, SCHED_POLICY_ERROR, NULL));
  check_ok(sched_next(new, &rate));
  check_doubles(rate, 1.0 / 8, "loaded", 7);
  assert_int_equal(sched_scheduler_load(new, text, length, SCHED_POLICY_RESTORE, NULL),
                   SCHED_E_SYNTAX);
  assert_int_equal(sched_scheduler_restore(text, length, NULL, &old), SCHED_E_SYNTAX);
  sched_scheduler_free(new);
  sched_free(schedule);
  assert_int_equal(context.released, 1);
}

int run_functions(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(give_torchs_rates),
      cmocka_unit_test(are_released_once_and_only_when_taken),
      cmocka_unit_test(are_refused_when_there_is_nothing_to_call),
      cmocka_unit_test(that_fail_leave_everything_as_it_was),
      cmocka_unit_test(that_give_no_number_are_handed_on),
      cmocka_unit_test(are_there_again_in_a_loaded_state),
  };
  return cmocka_run_group_tests_name("functions", tests, NULL, NULL);
}
