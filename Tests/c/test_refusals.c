/*  Bad input: a status, a sentence that names the argument, its value and what
 *  is accepted, and nothing of the caller's written. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "suites.h"

/*  What no function writes; outputs hold it before a call that must fail. */
#define UNTOUCHED ((void *)(uintptr_t)0x5a5a5a5a)
static const double MARK = -12345.678;

static sched_schedule *step_lr, *one_cycle;
static sched_scheduler *scheduler;
static sched_early_stopping *stopper;

static int make_handles(void **state) {
  (void)state;
  const double bases[] = {0.1, 0.2};
  return sched_parse("StepLR(3)", 9, NULL, &step_lr) ||
         sched_parse("OneCycleLR(total_steps=10)", 26, NULL, &one_cycle) ||
         sched_scheduler_make(step_lr, SCHED_CLOSED, 2, bases, &scheduler) ||
         sched_early_stopping_make(SCHED_MIN, 3, 0, &stopper);
}

static int free_handles(void **state) {
  (void)state;
  sched_free(step_lr);
  sched_free(one_cycle);
  sched_scheduler_free(scheduler);
  sched_early_stopping_free(stopper);
  return 0;
}

/* -- Statuses ----------------------------------------------------------- */

/*  A number for ever, and a sentence. */
static void have_their_numbers(void **state) {
  (void)state;
  static const struct {
    sched_status status;
    int number;
    const char *text;
  } table[] = {
      {SCHED_OK, 0, "success"},
      {SCHED_E_NULL, 1, "a pointer that is needed is NULL"},
      {SCHED_E_MEMORY, 2, "more memory than there is"},
      {SCHED_E_SPACE, 3, "the buffer is too small for the text"},
      {SCHED_E_ENUM, 4, "not one of the enumeration's constants"},
      {SCHED_E_KIND, 10, "nothing has that name"},
      {SCHED_E_FIELD, 11, "there is no such field"},
      {SCHED_E_VALUE, 12, "the field does not accept that value"},
      {SCHED_E_MISSING, 13, "a required field is missing"},
      {SCHED_E_TYPE, 14, "the field holds values of another type"},
      {SCHED_E_TWICE, 15, "the field is given twice"},
      {SCHED_E_SYNTAX, 20, "the text does not parse"},
      {SCHED_E_DEPTH, 21, "it is nested too deep"},
      {SCHED_E_STATE, 22, "the text is no saved state that fits"},
      {SCHED_E_RANGE, 30, "the argument is out of its range"},
      {SCHED_E_END, 31, "the step is past the end of the schedule"},
      {SCHED_E_OVERLAP, 40, "two arrays overlap"},
      {SCHED_E_ISA, 41, "not an instruction set of this machine"},
      {SCHED_E_FUNCTION, 50, "the caller's function has failed"},
  };
  size_t next = 0;
  for (int number = -3; number < 200; number++) {
    const char *text = sched_status_text((sched_status)number);
    if (next < sizeof table / sizeof *table && table[next].number == number) {
      assert_int_equal((int)table[next].status, number);
      assert_string_equal(text, table[next++].text);
    } else {
      assert_string_equal(text, "no such status");
    }
  }
  assert_int_equal(next, sizeof table / sizeof *table);
}

static void are_those_of_this_library(void **state) {
  (void)state;
  assert_string_equal(sched_version(), SCHED_VERSION);
  assert_int_equal(sched_abi_version(), SCHED_ABI_VERSION);
}

/*  Other constants are the contract, too: they are in people's binaries. */
static void keep_the_other_constants(void **state) {
  (void)state;
  assert_true(SCHED_MAX_STEP == INT64_C(1) << 53);
  assert_true(SCHED_REAL == 1 && SCHED_INTEGER == 2 && SCHED_FLAG == 3 && SCHED_TEXT == 4 &&
              SCHED_REALS == 5 && SCHED_INTEGERS == 6 && SCHED_SCHEDULES == 7 && SCHED_FUNCTION == 8);
  assert_true(SCHED_COS == 1 && SCHED_LINEAR == 2);
  assert_true(SCHED_CLOSED == 1 && SCHED_CHAINED == 2);
  assert_true(SCHED_MIN == 1 && SCHED_MAX == 2);
  assert_true(SCHED_IMPROVED == 1 && SCHED_WAITING == 2 && SCHED_STOP == 3);
}

/* -- Pointers ----------------------------------------------------------- */

static void null_is_named(void **state) {
  (void)state;
  const char *null = "NULL";
  sched_schedule *schedule = UNTOUCHED;
  sched_scheduler *made = UNTOUCHED;
  sched_early_stopping *watching = UNTOUCHED;
  sched_field field = sched_integer("step_size", 3), nameless = sched_integer(NULL, 3);
  const double one = 1;
  double rate = MARK;
  int64_t last = -7;
  size_t length = 99, place = 99;
  char text[64] = "~";

#define CHECK_NULL(call, argument) check_refused(call, SCHED_E_NULL, argument, null, "accepted")
  CHECK_NULL(sched_make(NULL, &field, 1, &place, &schedule), "kind");
  CHECK_NULL(sched_make("StepLR", NULL, 1, &place, &schedule), "fields");
  assert_int_equal(place, 1);
  CHECK_NULL(sched_make("StepLR", &field, 1, &place, NULL), "schedule");
  CHECK_NULL(sched_make("StepLR", &nameless, 1, &place, &schedule), "fields[0].name");
  assert_int_equal(place, 0);
  CHECK_NULL(sched_make("StepLR", &nameless, 1, NULL, &schedule), "fields[0].name");
  field = sched_word("anneal_strategy", NULL);
  CHECK_NULL(sched_make("OneCycleLR", &field, 1, NULL, &schedule), "anneal_strategy");
  field = sched_reals("gamma", NULL, 3);
  CHECK_NULL(sched_make("StepLR", &field, 1, NULL, &schedule), "gamma");
  field = sched_integers("milestones", NULL, 3);
  CHECK_NULL(sched_make("SequentialLR", &field, 1, NULL, &schedule), "milestones");
  field = sched_schedules("schedulers", NULL, 3);
  CHECK_NULL(sched_make("SequentialLR", &field, 1, NULL, &schedule), "schedulers");
  const sched_schedule *none[] = {step_lr, NULL};
  field = sched_schedules("schedulers", none, 2);
  CHECK_NULL(sched_make("SequentialLR", &field, 1, &place, &schedule), "schedulers");
  assert_int_equal(place, 0);

  CHECK_NULL(sched_parse(NULL, 0, &place, &schedule), "text");
  CHECK_NULL(sched_parse(NULL, 9, &place, &schedule), "text");
  assert_int_equal(place, 9);
  CHECK_NULL(sched_parse("StepLR(3)", 9, &place, NULL), "schedule");
  CHECK_NULL(sched_text(NULL, text, sizeof text, &length), "schedule");
  CHECK_NULL(sched_text(step_lr, NULL, 10, &length), "text");
  CHECK_NULL(sched_text(step_lr, text, sizeof text, NULL), "length");
  CHECK_NULL(sched_last_step(NULL, &last), "schedule");
  CHECK_NULL(sched_last_step(step_lr, NULL), "last");
  CHECK_NULL(sched_rates(NULL, 0.1, 0, 1, &rate), "schedule");
  CHECK_NULL(sched_rates(step_lr, 0.1, 0, 1, NULL), "rates");
  CHECK_NULL(sched_momenta(NULL, 0.1, 0, 1, &rate), "schedule");
  CHECK_NULL(sched_momenta(step_lr, 0.1, 0, 1, NULL), "momenta");
  CHECK_NULL(sched_csv(NULL, 0.1, 0, 1, text, sizeof text, &length), "schedule");
  CHECK_NULL(sched_csv(step_lr, 0.1, 0, 1, NULL, 10, &length), "text");
  CHECK_NULL(sched_csv(step_lr, 0.1, 0, 1, text, sizeof text, NULL), "length");
  CHECK_NULL(sched_sparkline(NULL, 0.1, 0, 1, 9, text, sizeof text, &length), "schedule");
  CHECK_NULL(sched_sparkline(step_lr, 0.1, 0, 1, 9, NULL, 10, &length), "text");
  CHECK_NULL(sched_sparkline(step_lr, 0.1, 0, 1, 9, text, sizeof text, NULL), "length");
  CHECK_NULL(sched_chain(NULL), "groups");
  CHECK_NULL(sched_anneal(NULL), "ways");
  CHECK_NULL(chain(NULL, 0, 1, &one, &one, &rate), "schedule");
  CHECK_NULL(chain(step_lr, 0, 1, NULL, &one, &rate), "bases");
  CHECK_NULL(chain(step_lr, 0, 1, &one, NULL, &rate), "currents");
  CHECK_NULL(chain(step_lr, 0, 1, &one, &one, NULL), "rates");
  CHECK_NULL(anneal(SCHED_COS, 0, 1, NULL, &one, &rate), "starts");
  CHECK_NULL(anneal(SCHED_COS, 0, 1, &one, NULL, &rate), "ends");
  CHECK_NULL(anneal(SCHED_COS, 0, 1, &one, &one, NULL), "values");
  CHECK_NULL(sched_kind_describe(NULL, text, sizeof text, &length), "kind");
  CHECK_NULL(sched_kind_describe("StepLR", NULL, 10, &length), "text");
  CHECK_NULL(sched_kind_describe("StepLR", text, sizeof text, NULL), "length");

  CHECK_NULL(sched_scheduler_make(NULL, SCHED_CLOSED, 1, &one, &made), "schedule");
  CHECK_NULL(sched_scheduler_make(step_lr, SCHED_CLOSED, 1, NULL, &made), "bases");
  CHECK_NULL(sched_scheduler_make(step_lr, SCHED_CLOSED, 1, &one, NULL), "scheduler");
  CHECK_NULL(sched_scheduler_schedule(NULL, 0, &schedule), "scheduler");
  CHECK_NULL(sched_scheduler_schedule(scheduler, 0, NULL), "schedule");
  CHECK_NULL(sched_advance(NULL, 1, &rate), "scheduler");
  CHECK_NULL(sched_skip(NULL, NULL), "scheduler");
  CHECK_NULL(sched_scheduler_cool_down(NULL, 1, NULL, 0, NULL, 0), "scheduler");
  CHECK_NULL(sched_scheduler_extend(NULL, 1, 0, NULL, 0), "scheduler");
  CHECK_NULL(sched_scheduler_load(NULL, "x", 1, SCHED_POLICY_KEEP, NULL), "scheduler");
  CHECK_NULL(sched_scheduler_load(scheduler, NULL, 1, SCHED_POLICY_KEEP, NULL), "text");
  CHECK_NULL(sched_now(NULL, &last, &rate), "scheduler");
  CHECK_NULL(sched_next(NULL, &rate), "scheduler");
  CHECK_NULL(sched_seek(NULL, 3), "scheduler");
  CHECK_NULL(sched_set_rates(NULL, &one), "scheduler");
  CHECK_NULL(sched_set_rates(scheduler, NULL), "rates");
  CHECK_NULL(sched_scheduler_save(NULL, text, sizeof text, &length), "scheduler");
  CHECK_NULL(sched_scheduler_save(scheduler, NULL, 10, &length), "text");
  CHECK_NULL(sched_scheduler_save(scheduler, text, sizeof text, NULL), "length");
  CHECK_NULL(sched_scheduler_restore(NULL, 3, &place, &made), "text");
  assert_int_equal(place, 3);
  CHECK_NULL(sched_scheduler_restore("x", 1, NULL, NULL), "scheduler");

  sched_verdict verdict = (sched_verdict)77;
  sched_watch watch = {MARK, 1, 2, 3, 4, 5, 6, 7, 8, SCHED_MAX, SCHED_R_SLOPE};
  CHECK_NULL(sched_early_stopping_make(SCHED_MIN, 3, 0, NULL), "stopper");
  CHECK_NULL(sched_observe(NULL, 1, &verdict), "stopper");
  CHECK_NULL(sched_observe(stopper, 1, NULL), "verdict");
  CHECK_NULL(sched_watched(NULL, &watch), "stopper");
  CHECK_NULL(sched_watched(stopper, NULL), "watch");
  CHECK_NULL(sched_early_stopping_save(NULL, text, sizeof text, &length), "stopper");
  CHECK_NULL(sched_early_stopping_save(stopper, NULL, 10, &length), "text");
  CHECK_NULL(sched_early_stopping_save(stopper, text, sizeof text, NULL), "length");
  CHECK_NULL(sched_early_stopping_restore(NULL, 3, &place, &watching), "text");
  CHECK_NULL(sched_early_stopping_restore("x", 1, NULL, NULL), "stopper");
  CHECK_NULL(sched_early_stopping_parse(NULL, 3, &place, &watching), "text");
  CHECK_NULL(sched_early_stopping_parse("x", 1, NULL, NULL), "stopper");
  CHECK_NULL(sched_early_stopping_make_fields(NULL, NULL, 0, &place, &watching), "rule");
  CHECK_NULL(sched_early_stopping_make_fields("GL", NULL, 1, &place, &watching), "fields");
  CHECK_NULL(sched_early_stopping_make_fields("GL", NULL, 0, NULL, NULL), "stopper");
  const sched_field loss = sched_real("loss", 1);
  CHECK_NULL(sched_observe_fields(NULL, &loss, 1, &verdict), "stopper");
  CHECK_NULL(sched_observe_fields(stopper, NULL, 1, &verdict), "fields");
  CHECK_NULL(sched_observe_fields(stopper, &loss, 1, NULL), "verdict");
  CHECK_NULL(sched_why(NULL, text, sizeof text, &length), "stopper");
  CHECK_NULL(sched_why(stopper, NULL, 10, &length), "text");
  CHECK_NULL(sched_why(stopper, text, sizeof text, NULL), "length");
  CHECK_NULL(sched_early_stopping_text(NULL, text, sizeof text, &length), "stopper");
  CHECK_NULL(sched_early_stopping_text(stopper, NULL, 10, &length), "text");
  CHECK_NULL(sched_early_stopping_text(stopper, text, sizeof text, NULL), "length");
  CHECK_NULL(sched_rules_describe(NULL, 10, &length), "text");
  CHECK_NULL(sched_rules_describe(text, sizeof text, NULL), "length");
  CHECK_NULL(sched_early_stopping_load(NULL, "x", 1, SCHED_POLICY_KEEP, NULL), "stopper");
  CHECK_NULL(sched_early_stopping_load(stopper, NULL, 1, SCHED_POLICY_KEEP, NULL), "text");

  const sched_adamw adamw = {1e-3, 0.9, 0.999, 1e-8, 0, 1, 0};
  const sched_sgd sgd = {1e-3, 0.9, 0, 0, 0, 0, 0, 0};
  float a[5] = {1, 2, 3, 4, 5};
  CHECK_NULL(sched_adamw_f32(NULL, 1, 1, a, a + 1, a + 2, a + 3, a + 4), "hyper");
  CHECK_NULL(sched_adamw_f32(&adamw, 1, 1, NULL, a + 1, a + 2, a + 3, a + 4), "param");
  CHECK_NULL(sched_adamw_f32(&adamw, 1, 1, a, NULL, a + 2, a + 3, a + 4), "grad");
  CHECK_NULL(sched_adamw_f32(&adamw, 1, 1, a, a + 1, NULL, a + 3, a + 4), "exp_avg");
  CHECK_NULL(sched_adamw_f32(&adamw, 1, 1, a, a + 1, a + 2, NULL, a + 4), "exp_avg_sq");
  CHECK_NULL(sched_adamw_f32(&adamw, 1, 1, a, a + 1, a + 2, a + 3, NULL), "max_exp_avg_sq");
  CHECK_NULL(sched_sgd_f32(NULL, 1, 1, a, a + 1, a + 2), "hyper");
  CHECK_NULL(sched_sgd_f32(&sgd, 1, 1, NULL, a + 1, a + 2), "param");
  CHECK_NULL(sched_sgd_f32(&sgd, 1, 1, a, NULL, a + 2), "grad");
  CHECK_NULL(sched_sgd_f32(&sgd, 1, 1, a, a + 1, NULL), "momentum_buffer");
  sched_adamw_arrays_f32 adamw_list[] = {{1, 1, a, a + 1, a + 2, a + 3, a + 4},
                                         {1, 1, a, a + 1, NULL, a + 3, a + 4}};
  sched_sgd_arrays_f32 sgd_list[] = {{1, 1, a, a + 1, a + 2}, {1, 1, a, a + 1, NULL}};
  CHECK_NULL(sched_adamw_list_f32(NULL, adamw_list, 2, &place), "hyper");
  assert_int_equal(place, 2);
  CHECK_NULL(sched_adamw_list_f32(&adamw, NULL, 2, &place), "list");
  assert_int_equal(place, 2);
  CHECK_NULL(sched_adamw_list_f32(&adamw, adamw_list, 2, &place), "list[1].exp_avg");
  assert_int_equal(place, 1);
  CHECK_NULL(sched_adamw_list_f32(&adamw, adamw_list, 2, NULL), "list[1].exp_avg");
  CHECK_NULL(sched_sgd_list_f32(NULL, sgd_list, 2, &place), "hyper");
  CHECK_NULL(sched_sgd_list_f32(&sgd, NULL, 2, &place), "list");
  assert_int_equal(place, 2);
  CHECK_NULL(sched_sgd_list_f32(&sgd, sgd_list, 2, &place), "list[1].momentum_buffer");
  assert_int_equal(place, 1);
#undef CHECK_NULL

  // The first of the list was good, and has not moved.
  for (int i = 0; i < 5; i++) assert_true(a[i] == (float)(i + 1));
  assert_ptr_equal(schedule, UNTOUCHED);
  assert_ptr_equal(made, UNTOUCHED);
  assert_ptr_equal(watching, UNTOUCHED);
  check_doubles(rate, MARK, "untouched", 0);
  assert_true(last == -7);
  assert_string_equal(text, "~");
  assert_int_equal((int)verdict, 77);
  check_doubles(watch.best, MARK, "untouched", 0);
  check_ok(sched_watched(stopper, &watch));
  assert_true(watch.observed == 0);
}

/* -- Fields ------------------------------------------------------------- */

/*  Refused by fields with the field's index, and by text with its byte. */
static void fields_are_named(void **state) {
  (void)state;
  static const struct {
    const char *text;
    sched_status status;
    size_t place; /* where the refused value or call begins                   */
    const char *argument, *value, *accepted;
  } cases[] = {
      // Numbers
      {"StepLR(step_size=0)", SCHED_E_VALUE, 17, "StepLR step_size", "=0",
       "an integer from 1 to 9007199254740992"},
      {"StepLR(-3)", SCHED_E_VALUE, 7, "StepLR step_size", "=-3", "an integer from 1"},
      {"StepLR(2.5)", SCHED_E_VALUE, 7, "StepLR step_size", "=2.5", "an integer from 1"},
      {"StepLR(inf)", SCHED_E_VALUE, 7, "StepLR step_size", "=inf", "an integer from 1"},
      {"StepLR(nan)", SCHED_E_VALUE, 7, "StepLR step_size", "=nan", "an integer from 1"},
      {"StepLR(9007199254740993)", SCHED_E_VALUE, 7, "StepLR step_size", "=9007199254740993",
       "to 9007199254740992"},
      {"StepLR(9223372036854775808)", SCHED_E_VALUE, 7, "StepLR step_size",
       "=9.223372036854776e+18", "an integer from 1 to 9007199254740992"},
      {"StepLR(3, nan)", SCHED_E_VALUE, 10, "StepLR gamma", "=nan", "a finite number from 0"},
      {"StepLR(3, gamma=inf)", SCHED_E_VALUE, 16, "StepLR gamma", "=inf", "a finite number"},
      {"StepLR(3, gamma=-inf)", SCHED_E_VALUE, 16, "StepLR gamma", "=-inf", "a finite number"},
      {"StepLR(3, 1e999)", SCHED_E_VALUE, 10, "StepLR gamma", "=inf", "a finite number"},
      {"StepLR(3, -0.1)", SCHED_E_VALUE, 10, "StepLR gamma", "=-0.1", "from 0"},
      {"CosineAnnealingLR(T_max=0)", SCHED_E_VALUE, 24, "CosineAnnealingLR T_max", "=0",
       "an integer from 1 to 9007199254740992"},
      {"CosineAnnealingLR(-1)", SCHED_E_VALUE, 18, "CosineAnnealingLR T_max", "=-1", "from 1"},
      {"CosineAnnealingLR(5, -1e-9)", SCHED_E_VALUE, 21, "CosineAnnealingLR eta_min", "=-1e-09",
       "from 0"},
      {"LinearLR(nan)", SCHED_E_VALUE, 9, "LinearLR start_factor", "=nan", "a finite number"},
      {"LinearLR(-1)", SCHED_E_VALUE, 9, "LinearLR start_factor", "=-1", "from 0"},
      {"LinearLR(end_factor=-0.5)", SCHED_E_VALUE, 20, "LinearLR end_factor", "=-0.5", "from 0"},
      {"LinearLR(total_iters=0)", SCHED_E_VALUE, 21, "LinearLR total_iters", "=0", "from 1"},
      {"OneCycleLR(total_steps=0)", SCHED_E_VALUE, 23, "OneCycleLR total_steps", "=0", "from 1"},
      {"OneCycleLR(max_lr=-1, total_steps=3)", SCHED_E_VALUE, 18, "OneCycleLR max_lr", "=-1",
       "from 0"},
      {"OneCycleLR(total_steps=3, pct_start=1.5)", SCHED_E_VALUE, 36, "OneCycleLR pct_start",
       "=1.5", "from 0.0 to 1.0"},
      {"OneCycleLR(total_steps=3, pct_start=-0.1)", SCHED_E_VALUE, 36, "OneCycleLR pct_start",
       "=-0.1", "from 0.0 to 1.0"},
      {"OneCycleLR(total_steps=3, div_factor=0)", SCHED_E_VALUE, 37, "OneCycleLR div_factor",
       "=0", "above 0"},
      {"OneCycleLR(total_steps=3, final_div_factor=-1)", SCHED_E_VALUE, 43,
       "OneCycleLR final_div_factor", "=-1", "above 0"},
      {"OneCycleLR(total_steps=3, base_momentum=1.1)", SCHED_E_VALUE, 40,
       "OneCycleLR base_momentum", "=1.1", "from 0.0 to 1.0"},
      {"OneCycleLR(total_steps=3, max_momentum=nan)", SCHED_E_VALUE, 39,
       "OneCycleLR max_momentum", "=nan", "from 0.0 to 1.0"},
      {"OneCycleLR(total_steps=3, anneal_strategy='log')", SCHED_E_VALUE, 42,
       "OneCycleLR anneal_strategy", "='log'", "'cos' or 'linear'"},
      {"OneCycleLR(epochs=0, steps_per_epoch=4)", SCHED_E_VALUE, 18, "OneCycleLR epochs", "=0",
       "from 1"},
      {"OneCycleLR(epochs=9007199254740992, steps_per_epoch=9007199254740992)", SCHED_E_VALUE, 0,
       "epochs * steps_per_epoch", "=9223372036854775807", "to 9007199254740992"},
      {"OneCycleLR(total_steps=9, pct_start=0.6, three_phase=True)", SCHED_E_VALUE, 0,
       "OneCycleLR pct_start", "=0.6", "at most 0.5"},

      // Names
      {"StepLr(3)", SCHED_E_KIND, 0, "StepLr", "", "Shift, SineCyclicLR, StepLR, Stretch"},
      {"steplr(3)", SCHED_E_KIND, 0, "steplr", "", "StepLR"},
      {"StepLRX(3)", SCHED_E_KIND, 0, "StepLRX", "", "StepLR"},
      {"Step(3)", SCHED_E_KIND, 0, "Step", "", "StepLR"},
      {"StepLR(3, gama=0.5)", SCHED_E_FIELD, 15, "StepLR gama", "=0.5", "step_size, gamma"},
      {"StepLR(3, 0.1, 0.2)", SCHED_E_FIELD, 15, "StepLR argument 3", "=0.2", "step_size, gamma"},
      {"StepLR(3, last_epoch=-1)", SCHED_E_FIELD, 21, "StepLR last_epoch", "=-1",
       "step_size, gamma"},
      {"StepLR(step_size=3, step_size=3)", SCHED_E_TWICE, 30, "StepLR step_size", "=3",
       "one value"},
      {"StepLR(3, step_size=4)", SCHED_E_TWICE, 20, "StepLR step_size", "=4", "one value"},
      {"StepLR()", SCHED_E_MISSING, 0, "StepLR step_size", "",
       "accepted: an integer from 1 to 9007199254740992"},
      {"StepLR(gamma=0.5)", SCHED_E_MISSING, 0, "StepLR step_size", "",
       "accepted: an integer from 1"},
      {"CosineAnnealingLR(eta_min=0)", SCHED_E_MISSING, 0, "CosineAnnealingLR T_max", "",
       "accepted: an integer from 1"},
      {"ExponentialLR()", SCHED_E_MISSING, 0, "ExponentialLR gamma", "",
       "accepted: a finite number from 0"},
      {"MultiStepLR()", SCHED_E_MISSING, 0, "MultiStepLR milestones", "",
       "accepted: a list of: an integer from 0"},
      {"Loop(period=3)", SCHED_E_MISSING, 0, "Loop schedule", "", "accepted: a schedule"},
      {"ChainedScheduler()", SCHED_E_MISSING, 0, "ChainedScheduler schedulers", "",
       "accepted: a list of schedules"},
      {"OneCycleLR()", SCHED_E_MISSING, 0, "OneCycleLR total_steps", "",
       "total_steps, or epochs and steps_per_epoch"},
      {"OneCycleLR(epochs=3)", SCHED_E_MISSING, 0, "OneCycleLR total_steps", "",
       "epochs and steps_per_epoch"},
      {"SequentialLR([StepLR(3)])", SCHED_E_MISSING, 0, "SequentialLR milestones", "",
       "accepted: a list of: an integer from 0"},

      // Types
      {"StepLR('3')", SCHED_E_TYPE, 7, "StepLR step_size", "='3'", "an integer"},
      {"StepLR(True)", SCHED_E_TYPE, 7, "StepLR step_size", "=True", "an integer"},
      {"StepLR(None)", SCHED_E_TYPE, 7, "StepLR step_size", "=None", "an integer"},
      {"StepLR([3])", SCHED_E_TYPE, 7, "StepLR step_size", "=[", "an integer"},
      {"StepLR(StepLR(3))", SCHED_E_TYPE, 7, "StepLR step_size", "=StepLR(", "an integer"},
      {"StepLR(3, 'x')", SCHED_E_TYPE, 10, "StepLR gamma", "='x'", "a finite number"},
      {"StepLR(3, None)", SCHED_E_TYPE, 10, "StepLR gamma", "=None", "a finite number"},
      {"OneCycleLR(total_steps=3, three_phase=1)", SCHED_E_TYPE, 38, "OneCycleLR three_phase",
       "=1", "True or False"},
      {"OneCycleLR(total_steps=3, anneal_strategy=3)", SCHED_E_TYPE, 42,
       "OneCycleLR anneal_strategy", "=3", "'cos' or 'linear'"},
      {"OneCycleLR(total_steps='9')", SCHED_E_TYPE, 23, "OneCycleLR total_steps", "='9'",
       "an integer"},
      {"SequentialLR(StepLR(3), [1])", SCHED_E_TYPE, 13, "SequentialLR schedulers", "=StepLR(",
       "a list of schedules"},
      {"SequentialLR([StepLR(3), 4], [1])", SCHED_E_TYPE, 25, "SequentialLR schedulers", "=4",
       "a schedule"},
      {"SequentialLR([StepLR(3), StepLR(4)], 1)", SCHED_E_TYPE, 37, "SequentialLR milestones",
       "=1", "a list"},
      {"SequentialLR([StepLR(3), StepLR(4)], ['a'])", SCHED_E_TYPE, 38,
       "SequentialLR milestones", "='a'", "an integer"},

      // Sequences
      {"SequentialLR([], [])", SCHED_E_VALUE, 0, "SequentialLR schedulers", "=[]",
       "at least one schedule"},
      {"SequentialLR([StepLR(3)], [1])", SCHED_E_VALUE, 0, "SequentialLR milestones", "1 of them",
       "0, one fewer than schedulers"},
      {"SequentialLR([StepLR(3), StepLR(4)], [])", SCHED_E_VALUE, 0, "SequentialLR milestones",
       "0 of them", "1, one fewer"},
      {"SequentialLR([StepLR(3), StepLR(4), StepLR(5)], [7, 5])", SCHED_E_VALUE, 0,
       "SequentialLR milestones[1]", "=5", "more than milestones[0]=7"},
      {"SequentialLR([StepLR(3), StepLR(4), StepLR(5)], [7, 7])", SCHED_E_VALUE, 0,
       "SequentialLR milestones[1]", "=7", "more than milestones[0]=7"},
      {"SequentialLR([StepLR(3), StepLR(4)], [-1])", SCHED_E_VALUE, 38,
       "SequentialLR milestones", "=-1", "an integer from 0"},
      {"SequentialLR([StepLR(3), StepLR(4)], [1.5])", SCHED_E_VALUE, 38,
       "SequentialLR milestones", "=1.5", "an integer from 0"},
      {"SequentialLR([OneCycleLR(total_steps=10), StepLR(3)], [11])", SCHED_E_VALUE, 0,
       "SequentialLR milestones[0]", "=11", "at most 10"},
      {"SequentialLR([StepLR(3), StepLR(0)], [5])", SCHED_E_VALUE, 32, "StepLR step_size", "=0",
       "an integer from 1"},
      {"SequentialLR([StepLR(3), Nothing(0)], [5])", SCHED_E_KIND, 25, "Nothing", "", "StepLR"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const size_t length = strlen(cases[i].text);
    sched_schedule *schedule = UNTOUCHED;
    size_t place = SIZE_MAX;
    sched_status status = sched_parse(cases[i].text, length, &place, &schedule);
    if (status != cases[i].status) {
      fail_msg("%s is %d, not %d: %s", cases[i].text, (int)status, (int)cases[i].status,
               sched_last_error());
    }
    check_sentence(cases[i].text, cases[i].status, cases[i].argument, cases[i].value,
                   cases[i].accepted);
    if (place != cases[i].place) {
      fail_msg("%s stands at %zu, not %zu: %s", cases[i].text, place, cases[i].place,
               sched_last_error());
    }
    assert_ptr_equal(schedule, UNTOUCHED);
    assert_int_equal(sched_parse(cases[i].text, length, NULL, &schedule), cases[i].status);
  }
}

/*  Every kind of value in every kind of field, without a text between. */
static void the_refused_field_has_an_index(void **state) {
  (void)state;
  const double nan_value = strtod("nan", NULL), reals[] = {1, 2};
  const int64_t integers[] = {1, 2}, unordered[] = {9, 4};
  const sched_schedule *const both[] = {step_lr, one_cycle};
  const sched_schedule *const three[] = {step_lr, step_lr, step_lr};
  const sched_field good = sched_integer("step_size", 3);
  const struct {
    const char *kind;
    sched_field fields[2];
    size_t count;
    sched_status status;
    size_t culprit;
    const char *argument, *value, *accepted;
  } cases[] = {
      {"StepLR", {good, sched_real("gamma", nan_value)}, 2, SCHED_E_VALUE, 1, "StepLR gamma",
       "=nan", "a finite number"},
      {"StepLR", {good, sched_real("gamma", HUGE_VAL)}, 2, SCHED_E_VALUE, 1, "StepLR gamma",
       "=inf", "a finite number"},
      {"StepLR", {good, sched_real("gamma", -HUGE_VAL)}, 2, SCHED_E_VALUE, 1, "StepLR gamma",
       "=-inf", "a finite number"},
      {"StepLR", {good, sched_real("gamma", -DBL_MIN)}, 2, SCHED_E_VALUE, 1, "StepLR gamma", "=-",
       "from 0"},
      {"StepLR", {sched_integer("step_size", 0), good}, 1, SCHED_E_VALUE, 0, "StepLR step_size",
       "=0", "an integer from 1 to 9007199254740992"},
      {"StepLR", {sched_integer("step_size", INT64_MIN), good}, 1, SCHED_E_VALUE, 0,
       "StepLR step_size", "=-9223372036854775808", "from 1"},
      {"StepLR", {sched_integer("step_size", INT64_MAX), good}, 1, SCHED_E_VALUE, 0,
       "StepLR step_size", "=9223372036854775807", "to 9007199254740992"},
      {"StepLR", {sched_real("step_size", 2.5), good}, 1, SCHED_E_VALUE, 0, "StepLR step_size",
       "=2.5", "an integer"},
      {"StepLR", {sched_real("step_size", 1e300), good}, 1, SCHED_E_VALUE, 0, "StepLR step_size",
       "=1e+300", "an integer"},
      {"StepLR", {good, sched_real("gama", 0.5)}, 2, SCHED_E_FIELD, 1, "StepLR gama", "=0.5",
       "step_size, gamma"},
      {"StepLR", {good, sched_real("", 0.5)}, 2, SCHED_E_FIELD, 1, "StepLR", "=0.5",
       "step_size, gamma"},
      {"StepLR", {good, good}, 2, SCHED_E_TWICE, 1, "StepLR step_size", "=3", "one value"},
      {"StepLR", {sched_real("gamma", 0.5), good}, 1, SCHED_E_MISSING, 1, "StepLR step_size", "",
       "accepted"},
      {"StepLR", {good, good}, 0, SCHED_E_MISSING, 0, "StepLR step_size", "", "accepted"},
      {"Nothing", {good, good}, 1, SCHED_E_KIND, 1, "Nothing", "", "StepLR"},
      {"", {good, good}, 1, SCHED_E_KIND, 1, "", "", "StepLR"},
      {"StepLR", {good, sched_word("gamma", "x")}, 2, SCHED_E_TYPE, 1, "StepLR gamma", "='x'",
       "a finite number"},
      {"StepLR", {good, sched_flag("gamma", 1)}, 2, SCHED_E_TYPE, 1, "StepLR gamma", "=True",
       "a finite number"},
      {"StepLR", {good, sched_reals("gamma", reals, 2)}, 2, SCHED_E_TYPE, 1, "StepLR gamma", "=[",
       "a finite number"},
      {"StepLR", {sched_integers("step_size", integers, 2), good}, 1, SCHED_E_TYPE, 0,
       "StepLR step_size", "=[", "an integer"},
      {"StepLR", {sched_schedules("step_size", both, 2), good}, 1, SCHED_E_TYPE, 0,
       "StepLR step_size", "=[", "an integer"},
      {"SequentialLR",
       {sched_schedules("schedulers", three, 3), sched_integers("milestones", unordered, 2)}, 2,
       SCHED_E_VALUE, 2, "SequentialLR milestones[1]", "=4", "more than milestones[0]=9"},
      {"SequentialLR",
       {sched_schedules("schedulers", three, 3), sched_integers("milestones", unordered, 1)}, 2,
       SCHED_E_VALUE, 2, "SequentialLR milestones", "1 of them", "2, one fewer"},
      {"SequentialLR",
       {sched_schedules("schedulers", three, 0), sched_integers("milestones", unordered, 0)}, 2,
       SCHED_E_VALUE, 2, "SequentialLR schedulers", "=[]", "at least one"},
      {"SequentialLR",
       {sched_integers("schedulers", integers, 2), sched_integers("milestones", integers, 1)}, 2,
       SCHED_E_TYPE, 0, "SequentialLR schedulers", "=1", "a schedule"},
      {"SequentialLR",
       {sched_schedules("schedulers", three, 3), sched_word("milestones", "4, 9")}, 2,
       SCHED_E_TYPE, 1, "SequentialLR milestones", "='4, 9'", "a list"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sched_schedule *schedule = UNTOUCHED;
    size_t culprit = SIZE_MAX;
    sched_status status = sched_make(cases[i].kind, cases[i].fields, cases[i].count, &culprit,
                                     &schedule);
    if (status != cases[i].status || culprit != cases[i].culprit) {
      fail_msg("case %zu of %s is %d at %zu, not %d at %zu: %s", i, cases[i].kind, (int)status,
               culprit, (int)cases[i].status, cases[i].culprit, sched_last_error());
    }
    check_sentence(cases[i].kind, cases[i].status, cases[i].argument, cases[i].value,
                   cases[i].accepted);
    assert_ptr_equal(schedule, UNTOUCHED);
  }
}

/* -- Texts -------------------------------------------------------------- */

static void the_byte_is_named(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t position;
    const char *found, *accepted;
  } cases[] = {
      {"", 0, "the end", "a name"},
      {"   ", 3, "the end", "a name"},
      {"StepLR", 6, "the end", "'('"},
      {"StepLR(", 7, "the end", "accepted"},
      {"StepLR(3", 8, "the end", "',' or ')'"},
      {"StepLR(3))", 9, "')'", "the end"},
      {"StepLR(3) x", 10, "'x'", "the end"},
      {"StepLR(3 4)", 9, "'4'", "',' or ')'"},
      {"StepLR(,)", 7, "','", "accepted"},
      {"StepLR(3,,)", 9, "','", "accepted"},
      {"StepLR(step_size=)", 17, "')'", "a value"},
      {"StepLR(step_size==3)", 17, "'='", "a value"},
      {"StepLR(gamma=0.5, 3)", 18, "argument 2", "name=value after a named one"},
      {"StepLR{3}", 6, "'{'", "'('"},
      {"3", 0, "'3'", "a name"},
      {"(3)", 0, "'('", "a name"},
      {"StepLR(3.4.5)", 7, "'3'", "a value"},
      {"StepLR(0x10)", 8, "'x'", "accepted"},
      {"StepLR(--3)", 7, "'-'", "a value"},
      {"StepLR(1_000)", 7, "'1'", "a value"},
      {"StepLR(infinity)", 7, "'i'", "a value"},
      {"StepLR(three)", 7, "'t'", "a value"},
      {"StepLR('3)", 7, "'", "a word with its closing quote"},
      {"StepLR([3)", 9, "')'", "',' or ']'"},
      {"StepLR([[3]])", 8, "'['", "a number or a schedule"},
      {"StepLR(3)\n;", 10, "';'", "the end"},
      {"StepLR(3, g\xc3\xa4mma=1)", 10, "'g'", "a value"},
      {"StepLR(\x80)", 7, "byte 128", "accepted"},
      {"OneCycleLR(anneal_strategy='\x80\x80';)", 31, "';'", "',' or ')'"},
      {"SequentialLR([StepLR(3), StepLR(4], [5])", 33, "']'", "',' or ')'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sched_schedule *schedule = UNTOUCHED;
    size_t position = SIZE_MAX;
    sched_status status =
        sched_parse(cases[i].text, strlen(cases[i].text), &position, &schedule);
    if (status != SCHED_E_SYNTAX || position != cases[i].position) {
      fail_msg("\"%s\" is %d at %zu, not at %zu: %s", cases[i].text, (int)status, position,
               cases[i].position, sched_last_error());
    }
    char at[32];
    snprintf(at, sizeof at, "at byte %zu", position);
    check_sentence(cases[i].text, SCHED_E_SYNTAX, cases[i].found, at, cases[i].accepted);
    assert_ptr_equal(schedule, UNTOUCHED);
  }
  // A zero is a byte like another, and ends nothing.
  size_t position = SIZE_MAX;
  sched_schedule *schedule = UNTOUCHED;
  check_refused(sched_parse("StepLR(3)\0", 10, &position, &schedule), SCHED_E_SYNTAX, "byte 0",
                "at byte 9", "the end");
  assert_int_equal(position, 9);
}

/*  `depth` sequences, one in the other, with one more schedule inside. */
static char *nested(size_t depth) {
  static const char open[] = "SequentialLR([", close[] = "],[])", inside[] = "StepLR(3)";
  char *text = malloc(depth * (sizeof open + sizeof close) + sizeof inside), *end = text;
  assert_non_null(text);
  for (size_t i = 0; i < depth; i++, end += sizeof open - 1) memcpy(end, open, sizeof open - 1);
  memcpy(end, inside, sizeof inside - 1);
  end += sizeof inside - 1;
  for (size_t i = 0; i < depth; i++, end += sizeof close - 1) memcpy(end, close, sizeof close - 1);
  *end = 0;
  return text;
}

static void depth_is_bounded(void **state) {
  (void)state;
  char *text = nested(63);
  sched_schedule *deepest = parsed(text), *schedule = UNTOUCHED;
  free(text);
  double rate = 0;
  check_ok(sched_rates(deepest, 1, 3, 1, &rate));
  check_doubles(rate, 0.1, "64 deep", 3);

  static const size_t depths[] = {64, 65, 1000, 100000};
  for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
    text = nested(depths[i]);
    size_t position = 0;
    check_refused(sched_parse(text, strlen(text), &position, &schedule), SCHED_E_DEPTH,
                  depths[i] == 64 ? "StepLR" : "SequentialLR", "at byte 896", "64 levels");
    // The 65th call begins after 64 openings of 14 bytes.
    assert_int_equal(position, 64 * 14);
    free(text);
  }
  // Nor by handles, one in the other.
  const sched_schedule *const inside[] = {deepest};
  const sched_field fields[] = {sched_schedules("schedulers", inside, 1),
                                sched_integers("milestones", NULL, 0)};
  check_refused(sched_make("SequentialLR", fields, 2, NULL, &schedule), SCHED_E_DEPTH,
                "SequentialLR", "", "64 levels");
  assert_ptr_equal(schedule, UNTOUCHED);
  sched_free(deepest);

  // Brackets alone, which are no schedules.
  char *brackets = malloc(100000);
  assert_non_null(brackets);
  memcpy(brackets, "StepLR(", 7);
  memset(brackets + 7, '[', 100000 - 7);
  check_refused(sched_parse(brackets, 100000, NULL, &schedule), SCHED_E_SYNTAX, "'['",
                "at byte 8", "a number or a schedule");
  free(brackets);
}

/*  Doubling by handles: sixteen lines make a schedule of 65,535 parts, and
 *  sixty would print for ever. */
static void size_is_bounded(void **state) {
  (void)state;
  const int64_t milestone = 5;
  sched_schedule *whole = sched_retain(step_lr);
  sched_status status = SCHED_OK;
  int doublings = 0;
  while (status == SCHED_OK && doublings < 60) {
    const sched_schedule *const twice[] = {whole, whole};
    const sched_field fields[] = {sched_schedules("schedulers", twice, 2),
                                  sched_integers("milestones", &milestone, 1)};
    sched_schedule *next = UNTOUCHED;
    status = sched_make("SequentialLR", fields, 2, NULL, &next);
    if (status != SCHED_OK) {
      assert_ptr_equal(next, UNTOUCHED);
      break;
    }
    sched_free(whole);
    whole = next;
    doublings++;
  }
  assert_int_equal(status, SCHED_E_DEPTH);
  assert_int_equal(doublings, 15);
  check_sentence("doubling", SCHED_E_DEPTH, "SequentialLR", "", "65536 schedules in all");
  sched_free(whole);
}

static void states_are_checked(void **state) {
  (void)state;
  static const struct {
    const char *text;
    sched_status status;
    const char *argument, *value, *accepted;
  } cases[] = {
      {"", SCHED_E_SYNTAX, "the end", "at byte 0", "a name"},
      {"StepLR(3)", SCHED_E_STATE, "StepLR", "", "Scheduler"},
      {"Scheduler()", SCHED_E_STATE, "Scheduler version", "", "a state that has it"},
      {"Scheduler(version=3, form='closed', step=0, bases=[1.0], rates=[1.0], "
       "schedule=StepLR(3))",
       SCHED_E_STATE, "Scheduler version", "=3", "from 1 to 2"},
      {"Scheduler(version=1, form='open', step=0, bases=[1.0], rates=[1.0], schedule=StepLR(3))",
       SCHED_E_STATE, "Scheduler form", "='open'", "'closed' or 'chained'"},
      {"Scheduler(version=1, form='closed', step=-1, bases=[1.0], rates=[1.0], "
       "schedule=StepLR(3))",
       SCHED_E_STATE, "Scheduler step", "=-1", "from 0"},
      {"Scheduler(version=1, form='closed', step=10, bases=[1.0], rates=[1.0], "
       "schedule=OneCycleLR(total_steps=10))",
       SCHED_E_STATE, "Scheduler step", "=10", "to 9"},
      {"Scheduler(version=1, form='closed', step=0, bases=[], rates=[], schedule=StepLR(3))",
       SCHED_E_RANGE, "groups", "=0", "from 1"},
      {"Scheduler(version=1, form='closed', step=0, bases=[nan], rates=[1.0], "
       "schedule=StepLR(3))",
       SCHED_E_VALUE, "bases[0]", "=nan", "a finite number"},
      {"Scheduler(version=1, form='closed', step=0, bases=[1.0], rates=[1.0, 2.0], "
       "schedule=StepLR(3))",
       SCHED_E_STATE, "rates", "2 of them", "1"},
      {"Scheduler(version=1, form='closed', step=0, bases=[1.0], rates=1.0, schedule=StepLR(3))",
       SCHED_E_STATE, "Scheduler rates", "=1.0", "a list of numbers"},
      {"Scheduler(version=1, form='closed', step=0, bases=[1.0], rates=[1.0], "
       "schedule=StepLR(0))",
       SCHED_E_VALUE, "StepLR step_size", "=0", "from 1"},
      {"Scheduler(version=1, form='closed', step=0, bases=[1.0], rates=[1.0], schedule=3)",
       SCHED_E_STATE, "Scheduler schedule", "=3", "a schedule"},
      {"Scheduler(version=1, step=0, step=1, form='closed', bases=[1.0], rates=[1.0], "
       "schedule=StepLR(3))",
       SCHED_E_TWICE, "Scheduler step", "", ""},
      {"Scheduler(version=1, form='closed', step=0, bases=[1.0], rates=[1.0], "
       "schedule=StepLR(3), more=1)",
       SCHED_E_STATE, "Scheduler more", "=1", "accepted"},
      {"Scheduler(version=1, form='closed', step=0, bases=[1.0], rates=[1.0], "
       "schedule=StepLR(3)",
       SCHED_E_SYNTAX, "the end", "at byte", "',' or ')'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sched_scheduler *restored = UNTOUCHED;
    size_t position = SIZE_MAX;
    sched_status status = sched_scheduler_restore(cases[i].text, strlen(cases[i].text), &position,
                                                  &restored);
    if (status != cases[i].status) {
      fail_msg("%s is %d, not %d: %s", cases[i].text, (int)status, (int)cases[i].status,
               sched_last_error());
    }
    check_sentence(cases[i].text, cases[i].status, cases[i].argument, cases[i].value,
                   cases[i].accepted);
    assert_true(position <= strlen(cases[i].text));
    assert_ptr_equal(restored, UNTOUCHED);
  }

  static const char *const watches[] = {
      "Scheduler(version=1)",
      "EarlyStopping(version=0, mode='min', patience=3, min_delta=0.0, best=inf, best_at=-1, "
      "observed=0, waited=0)",
      "EarlyStopping(version=1, mode='up', patience=3, min_delta=0.0, best=inf, best_at=-1, "
      "observed=0, waited=0)",
      "EarlyStopping(version=1, mode='min', patience=-3, min_delta=0.0, best=inf, best_at=-1, "
      "observed=0, waited=0)",
      "EarlyStopping(version=1, mode='min', patience=3, min_delta=0.0, best=inf, best_at=-1, "
      "observed=1, waited=2)",
      "EarlyStopping(version=1, mode='min', patience=3, min_delta=0.0, best=0.5, best_at=1, "
      "observed=1, waited=0)",
      "EarlyStopping(version=1, mode='min', patience=3, min_delta=0.0, best=nan, best_at=0, "
      "observed=1, waited=0)",
      "EarlyStopping(version=1, mode='min', patience=3, min_delta=0.0, best_at=0, observed=1, "
      "waited=0)",
      "EarlyStopping(version=1, mode='min', patience=3, min_delta=0.0, best='x', best_at=0, "
      "observed=1, waited=0)",
  };
  for (size_t i = 0; i < sizeof watches / sizeof *watches; i++) {
    sched_early_stopping *restored = UNTOUCHED;
    sched_status status =
        sched_early_stopping_restore(watches[i], strlen(watches[i]), NULL, &restored);
    if (status != SCHED_E_STATE) {
      fail_msg("%s is %d: %s", watches[i], (int)status, sched_last_error());
    }
    assert_ptr_equal(restored, UNTOUCHED);
  }
}

/*  Every text that is a good one with a byte cut off or changed is taken or
 *  refused, and never more than that. */
static void damaged_texts_do_no_harm(void **state) {
  (void)state;
  static const char good[] =
      "SequentialLR([LinearLR(0.1, total_iters=5), OneCycleLR(max_lr=None, epochs=2, "
      "steps_per_epoch=10, anneal_strategy='linear', three_phase=True)], milestones=[5])";
  char text[sizeof good];
  for (size_t i = 0; i < sizeof good - 1; i++) {
    for (int byte = -1; byte < 256; byte++) {
      memcpy(text, good, sizeof good);
      size_t length = byte < 0 ? i : sizeof good - 1;
      if (byte >= 0) text[i] = (char)byte;
      sched_schedule *schedule = NULL;
      size_t position = SIZE_MAX;
      if (sched_parse(text, length, &position, &schedule) == SCHED_OK) {
        assert_non_null(schedule);
        sched_free(schedule);
      } else {
        assert_null(schedule);
        assert_true(position <= length);
      }
    }
  }
}

/* -- Numbers ------------------------------------------------------------ */

static void numbers_are_in_range(void **state) {
  (void)state;
  const double nan_value = strtod("nan", NULL);
  double rates[2] = {MARK, MARK};
  const double bases[] = {0.1, nan_value};
  sched_scheduler *made = UNTOUCHED;

  check_refused(sched_rates(step_lr, nan_value, 0, 1, rates), SCHED_E_VALUE, "base", "=nan",
                "a finite number");
  check_refused(sched_rates(step_lr, HUGE_VAL, 0, 1, rates), SCHED_E_VALUE, "base", "=inf",
                "a finite number");
  check_refused(sched_momenta(step_lr, -HUGE_VAL, 0, 1, rates), SCHED_E_VALUE, "base", "=-inf",
                "a finite number");
  check_refused(sched_rates(step_lr, 0.1, -1, 1, rates), SCHED_E_RANGE, "step", "=-1",
                "an integer from 0 to 9007199254740992");
  check_refused(sched_rates(step_lr, 0.1, INT64_MIN, 1, rates), SCHED_E_RANGE, "step",
                "=-9223372036854775808", "from 0");
  check_refused(sched_rates(step_lr, 0.1, INT64_MAX, 2, rates), SCHED_E_RANGE, "step",
                "=9223372036854775807", "to 9007199254740992");
  check_refused(sched_rates(step_lr, 0.1, SCHED_MAX_STEP, 2, rates), SCHED_E_END, "StepLR step",
                "=9007199254740993", "0 to 9007199254740992");
  check_refused(sched_momenta(step_lr, 0.1, -1, 1, rates), SCHED_E_RANGE, "step", "=-1", "from 0");
  check_refused(chain(step_lr, -1, 1, bases, bases, rates), SCHED_E_RANGE, "step", "=-1",
                "from 0");
  check_refused(sched_seek(scheduler, -1), SCHED_E_RANGE, "step", "=-1", "from 0");
  check_refused(sched_seek(scheduler, SCHED_MAX_STEP + 1), SCHED_E_RANGE, "step",
                "=9007199254740993", "to 9007199254740992");

  check_refused(sched_rates(one_cycle, 0.1, 10, 1, rates), SCHED_E_END, "OneCycleLR step", "=10",
                "0 to 9");
  check_refused(sched_rates(one_cycle, 0.1, 8, 3, rates), SCHED_E_END, "OneCycleLR step", "=10",
                "0 to 9");
  check_refused(sched_rates(one_cycle, 0.1, 500, 1, rates), SCHED_E_END, "OneCycleLR step",
                "=500", "0 to 9");
  check_refused(sched_momenta(one_cycle, 0.9, 10, 1, rates), SCHED_E_END, "OneCycleLR step",
                "=10", "0 to 9");
  check_refused(chain(one_cycle, 10, 1, bases, bases, rates), SCHED_E_END,
                "OneCycleLR step", "=10", "0 to 9");

  check_refused(sched_scheduler_make(step_lr, SCHED_CLOSED, 0, bases, &made), SCHED_E_RANGE,
                "groups", "=0", "from 1 to 1048576");
  check_refused(sched_scheduler_make(step_lr, SCHED_CLOSED, 1048577, bases, &made), SCHED_E_RANGE,
                "groups", "=1048577", "from 1 to 1048576");
  check_refused(sched_scheduler_make(step_lr, SCHED_CLOSED, SIZE_MAX, bases, &made),
                SCHED_E_RANGE, "groups", "=18446744073709551615", "from 1 to 1048576");
  check_refused(sched_scheduler_make(step_lr, SCHED_CLOSED, 2, bases, &made), SCHED_E_VALUE,
                "bases[1]", "=nan", "a finite number");
  check_refused(sched_set_rates(scheduler, bases), SCHED_E_VALUE, "rates[1]", "=nan",
                "a finite number");
  int64_t step = -1;
  check_ok(sched_now(scheduler, &step, rates));
  assert_true(step == 0);
  check_doubles(rates[0], 0.1, "untouched", 0);
  check_doubles(rates[1], 0.2, "untouched", 1);

  sched_early_stopping *watching = UNTOUCHED;
  check_refused(sched_early_stopping_make(SCHED_MIN, -1, 0, &watching), SCHED_E_VALUE,
                "Patience patience", "=-1", "from 0 to 9007199254740992");
  check_refused(sched_early_stopping_make(SCHED_MIN, INT64_MAX, 0, &watching), SCHED_E_VALUE,
                "Patience patience", "=9223372036854775807", "to 9007199254740992");
  check_refused(sched_early_stopping_make(SCHED_MIN, 3, -0.1, &watching), SCHED_E_VALUE,
                "Patience min_delta", "=-0.1", "from 0");
  check_refused(sched_early_stopping_make(SCHED_MIN, 3, nan_value, &watching), SCHED_E_VALUE,
                "Patience min_delta", "=nan", "a finite number");
  check_refused(sched_early_stopping_make(SCHED_MIN, 3, HUGE_VAL, &watching), SCHED_E_VALUE,
                "Patience min_delta", "=inf", "a finite number");
  assert_ptr_equal(made, UNTOUCHED);
  assert_ptr_equal(watching, UNTOUCHED);

  int32_t threads = sched_threads();
  check_refused(sched_set_threads(-1), SCHED_E_RANGE, "threads", "=-1", "from 0 to 1024");
  check_refused(sched_set_threads(1025), SCHED_E_RANGE, "threads", "=1025", "from 0 to 1024");
  check_refused(sched_set_threads(INT32_MIN), SCHED_E_RANGE, "threads", "=-2147483648", "1024");
  assert_int_equal(sched_threads(), threads);

  const char *isa = sched_isa();
  check_refused(sched_set_isa("sse9"), SCHED_E_ISA, "name", "=sse9", "baseline");
  check_refused(sched_set_isa(""), SCHED_E_ISA, "name", "", "baseline");
  assert_string_equal(sched_isa(), isa);
}

static void norms_are_of_arrays(void **state) {
  (void)state;
  const float values[3] = {3, -4, 0};
  double norms[2] = {7, 7}, total = 7;
  const sched_array one = {values, 3, SCHED_F32};
  check_refused(sched_norm(&one, 1, nan(""), norms, &total), SCHED_E_RANGE, "p", "=nan", "a number");
  check_refused(sched_norm(NULL, 1, 2, norms, &total), SCHED_E_NULL, "list", "=NULL", "a pointer");
  check_refused(sched_norm(&one, SIZE_MAX, 2, norms, &total), SCHED_E_MEMORY, "count",
                "=18446744073709551615", "from 0");
  const sched_array bad[4] = {{NULL, 3, SCHED_F32},
                              {values, SIZE_MAX, SCHED_F32},
                              {values, 3, (sched_dtype)99},
                              {values, 2, SCHED_F32}};
  check_refused(sched_norm(&bad[0], 1, 2, norms, &total), SCHED_E_NULL, "list[0].data", "=NULL",
                "3 floats");
  check_refused(sched_norm(&bad[1], 1, 2, norms, &total), SCHED_E_MEMORY, "list[0].n",
                "=18446744073709551615", "from 0");
  check_refused(sched_norm(&bad[2], 1, 2, norms, &total), SCHED_E_ENUM, "list[0].dtype", "=99",
                "a constant");
  check_refused(sched_dot(&one, &bad[3], &total), SCHED_E_RANGE, "b.n", "=2", "3, as a");
  check_refused(sched_dot(NULL, &one, &total), SCHED_E_NULL, "a", "=NULL", "a pointer");
  check_refused(sched_dot(&one, &one, NULL), SCHED_E_NULL, "product", "=NULL", "a pointer");
  check_doubles(norms[0], 7, "untouched", 0);
  check_doubles(total, 7, "untouched", 1);

  const sched_array two[2] = {one, {NULL, 0, SCHED_F64}};
  check_ok(sched_norm(two, 2, 2, norms, &total));
  check_doubles(norms[0], 5, "3 and 4", 0);
  check_doubles(norms[1], 0, "nothing", 1);
  check_doubles(total, 5, "all", 2);
  check_ok(sched_norm(two, 2, 1, NULL, NULL));
  check_ok(sched_norm(NULL, 0, 2, NULL, &total));
  check_doubles(total, 0, "no arrays", 3);
  check_ok(sched_dot(&one, &one, &total));
  check_doubles(total, 25, "dot", 4);
}

/*  What stands for Python: dicts of values, and objects with an array. */
typedef struct dict {
  ptrdiff_t count;
  void *values[3];
} dict;

static int32_t next(void *from, ptrdiff_t *position, void **key, void **value) {
  const dict *one = from;
  if (*position >= one->count) return 0;
  *key = NULL;
  *value = one->values[(*position)++];
  return 1;
}

static int32_t describe(void *object, sched_tensor *tensor) {
  const sched_tensor *one = object;
  if (one->device < 0) return -1;
  *tensor = *one;
  return 0;
}

/*  An object's attribute is what it has in the place of its name, and a list an array. */
static void *get(void *object, void *name) { return ((void **)object)[*(const int *)name]; }

static int32_t keep(void *list, ptrdiff_t index, void *object) {
  ((void **)list)[index] = object;
  return index < 2 ? 0 : -1;
}

/*  A change is seen, and that it is undone. */
#define CHANGED(change, back)                                 \
  do {                                                        \
    change;                                                   \
    check_ok(sched_unchanged(&look, &unchanged));             \
    assert_int_equal(unchanged, 0);                           \
    back;                                                     \
    check_ok(sched_unchanged(&look, &unchanged));             \
    assert_int_equal(unchanged, 1);                           \
  } while (0)

/*  What is got of the objects of a column is looked at as if it were given. */
static void what_python_gets_is_looked_at(void **state) {
  (void)state;
  float values[3][2], grads[3][2];
  const int64_t shape[1] = {2}, strides[1] = {1}, longer[1] = {3};
  sched_tensor like[3], others[3], moving[3];
  struct {
    sched_tensor array;
    void *grad;
  } objects[3];
  void *all[3], *places[6], *list[3];
  for (int i = 0; i < 3; i++) {
    const sched_tensor one = {NULL, 1, 0, 1, 2, 32, 1, shape, strides, 0};
    like[i] = others[i] = moving[i] = objects[i].array = one;
    places[2 * i] = objects[i].array.data = values[i];
    moving[i].data = grads[i];
    objects[i].grad = &moving[i];
    all[i] = &objects[i];
  }
  int name = (int)(((char *)&objects[0].grad - (char *)&objects[0]) / (int)sizeof(void *));
  sched_column columns[2] = {{all, 2, like, places, 2, 0}, {NULL, 2, others, places + 1, 2, 1}};
  sched_look look = {NULL, NULL, 0, NULL, describe, columns, 2, get, &name, keep, list};
  int32_t unchanged = 7;
  check_ok(sched_unchanged(&look, &unchanged));
  assert_int_equal(unchanged, 1);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(list[i] == &moving[i] && places[2 * i + 1] == grads[i], 1);
  }
  objects[1].grad = &moving[2]; /* another one is no change */
  check_ok(sched_unchanged(&look, &unchanged));
  assert_int_equal(unchanged == 1 && list[1] == &moving[2] && places[3] == grads[2], 1);
  CHANGED(objects[1].grad = NULL, objects[1].grad = &moving[1]); /* none */
  CHANGED(moving[1].shape = longer, moving[1].shape = shape); /* another shape */
  CHANGED(objects[1].array.data = grads, objects[1].array.data = values[1]); /* a parameter's */
  CHANGED(columns[0].count = columns[1].count = 3, columns[0].count = columns[1].count = 2);
  const char *accepted = "a column before and get, name, keep and list";
#define REFUSED(change)                                                                   \
  do {                                                                                    \
    sched_look bad = look;                                                                \
    sched_column two[2] = {columns[0], columns[1]};                                       \
    bad.columns = two;                                                                    \
    change;                                                                               \
    check_refused(sched_unchanged(&bad, &unchanged), SCHED_E_NULL, "look.columns.objects", \
                  "=NULL", accepted);                                                     \
  } while (0)
  REFUSED(bad.get = NULL);
  REFUSED(bad.name = NULL);
  REFUSED(bad.keep = NULL);
  REFUSED(bad.list = NULL);
  REFUSED(two[0].objects = NULL);
  REFUSED(two[0].count = 1);
  REFUSED(bad.columns = two + 1; bad.column_count = 1);
#undef REFUSED
}

static void what_python_keeps_is_looked_at(void **state) {
  (void)state;
  float values[8];
  const int64_t shape[3] = {2, 1, 3}, strides[3] = {3, 7, 1}, others[3] = {3, 9, 1};
  const int64_t longer[3] = {2, 1, 4}, apart[3] = {6, 7, 2};
  sched_tensor like = {NULL, 1, 0, 3, 2, 32, 1, shape, strides, 0};
  sched_tensor fixed = like, moving = like;
  fixed.data = values;
  moving.data = values + 4;
  moving.byte_offset = sizeof(float);
  void *fixed_place = values, *moving_place = NULL;
  void *fixed_object = &fixed, *moving_object = &moving;
  const sched_column columns[2] = {{&fixed_object, 1, &like, &fixed_place, 1, 0},
                                   {&moving_object, 1, &like, &moving_place, 1, 1}};
  dict first = {2, {&first, values}}, second = {0, {NULL}}, third = {1, {&third}};
  void *dicts[3] = {&first, &second, &third};
  void *held[6] = {&first, values, NULL, NULL, &third, NULL};
  sched_look look = {next, dicts, 3, held, describe, columns, 2, NULL, NULL, NULL, NULL};
  int32_t unchanged = 7;
  check_ok(sched_unchanged(&look, &unchanged));
  assert_int_equal(unchanged, 1);
  assert_int_equal(moving_place == values + 5, 1);
  const sched_look nothing = {0};
  check_ok(sched_unchanged(&nothing, &unchanged));
  assert_int_equal(unchanged, 1);

  CHANGED(first.count = 1, first.count = 2); /* a value less */
  CHANGED(first.values[2] = &third; first.count = 3, first.count = 2); /* a value more */
  CHANGED(first.values[0] = values, first.values[0] = &first); /* another value */
  CHANGED(second.values[0] = values; second.count = 1, second.count = 0); /* a value of none */
  CHANGED(third.count = 0, third.count = 1); /* the last */
  CHANGED(fixed.data = values + 1, fixed.data = values); /* another place */
  CHANGED(fixed.byte_offset = 4, fixed.byte_offset = 0); /* an offset */
  CHANGED(moving.device = 2, moving.device = 1); /* another device */
  CHANGED(moving.device = -1, moving.device = 1); /* no description */
  CHANGED(moving_object = NULL, moving_object = &moving); /* no object */
  CHANGED(moving.code = 4, moving.code = 2); /* another type */
  CHANGED(moving.bits = 16, moving.bits = 32); /* other bits */
  CHANGED(moving.lanes = 2, moving.lanes = 1); /* more lanes */
  CHANGED(moving.ndim = 2, moving.ndim = 3); /* fewer axes */
  CHANGED(moving.shape = longer, moving.shape = shape); /* a longer axis */
  CHANGED(moving.strides = apart, moving.strides = strides); /* other strides */
  /* Where there is one element, its stride is nothing. */
  moving.strides = others;
  check_ok(sched_unchanged(&look, &unchanged));
  assert_int_equal(unchanged, 1);

  unchanged = 7;
  check_refused(sched_unchanged(NULL, &unchanged), SCHED_E_NULL, "look", "=NULL", "a pointer");
  check_refused(sched_unchanged(&look, NULL), SCHED_E_NULL, "unchanged", "=NULL", "a pointer");
#define REFUSED(member, none, status, name, value, accepted)                       \
  do {                                                                             \
    sched_look bad = look;                                                         \
    bad.member = none;                                                             \
    check_refused(sched_unchanged(&bad, &unchanged), status, name, value, accepted); \
  } while (0)
  REFUSED(next, NULL, SCHED_E_NULL, "look.dicts", "=NULL", "next and values");
  REFUSED(dicts, NULL, SCHED_E_NULL, "look.dicts", "=NULL", "next and values");
  REFUSED(values, NULL, SCHED_E_NULL, "look.dicts", "=NULL", "next and values");
  REFUSED(describe, NULL, SCHED_E_NULL, "look.columns", "=NULL", "describe");
  REFUSED(columns, NULL, SCHED_E_NULL, "look.columns", "=NULL", "describe");
  REFUSED(dict_count, SIZE_MAX, SCHED_E_MEMORY, "look.dicts", "=18446744073709551615", "from 0");
  REFUSED(column_count, SIZE_MAX, SCHED_E_MEMORY, "look.columns", "=18446744073709551615",
          "from 0");
#undef REFUSED
  sched_column bad[4] = {columns[1], columns[1], columns[1], columns[1]};
  bad[0].objects = NULL;
  bad[1].like = NULL;
  bad[2].places = NULL;
  bad[3].count = SIZE_MAX;
  look.column_count = 1;
  for (int i = 0; i < 4; i++) {
    look.columns = &bad[i];
    check_refused(sched_unchanged(&look, &unchanged), i < 3 ? SCHED_E_NULL : SCHED_E_MEMORY,
                  "look.columns.objects", i < 3 ? "=NULL" : "=18446744073709551615",
                  i < 3 ? "like and places" : "from 0");
  }
  assert_int_equal(unchanged, 7);
}
#undef CHANGED

static void constants_are_known(void **state) {
  (void)state;
  static const int values[] = {0, 9, 99, -1};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    const double one = 1;
    double value = MARK;
    sched_scheduler *made = UNTOUCHED;
    sched_early_stopping *watching = UNTOUCHED;
    sched_schedule *schedule = UNTOUCHED;
    char text[16];
    snprintf(text, sizeof text, "=%u", (unsigned)values[i]);
    check_refused(anneal((sched_curve)values[i], 0, 1, &one, &one, &value), SCHED_E_ENUM,
                  "curve", text, "a constant of sched_curve");
    check_refused(sched_scheduler_make(step_lr, (sched_form)values[i], 1, &one, &made),
                  SCHED_E_ENUM, "form", text, "a constant of sched_form");
    check_refused(sched_early_stopping_make((sched_mode)values[i], 3, 0, &watching),
                  SCHED_E_ENUM, "mode", text, "a constant of sched_mode");
    check_doubles(value, MARK, "untouched", 0);
    assert_ptr_equal(made, UNTOUCHED);
    assert_ptr_equal(watching, UNTOUCHED);
    sched_field field = sched_integer("step_size", 3);
    field.type = (sched_type)values[i];
    size_t culprit = SIZE_MAX;
    check_refused(sched_make("StepLR", &field, 1, &culprit, &schedule), SCHED_E_ENUM, "step_size",
                  text, "accepted");
    assert_int_equal(culprit, 0);
    assert_ptr_equal(schedule, UNTOUCHED);
  }
}

/*  Counts that no memory holds: the caller's arithmetic has overflowed. */
static void counts_are_what_memory_holds(void **state) {
  (void)state;
  // No process addresses more than 2^56 bytes, which 2^53 doubles are.
  static const size_t counts[] = {SIZE_MAX,     SIZE_MAX / 2 + 1, SIZE_MAX / 2,
                                  SIZE_MAX / 4, SIZE_MAX / 8,     (size_t)1 << 55,
                                  (size_t)1 << 53};
  const sched_adamw adamw = {1e-3, 0.9, 0.999, 1e-8, 0, 0, 0};
  const sched_sgd sgd = {1e-3, 0, 0, 0, 0, 0, 0, 0};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    const size_t count = counts[i];
    double value = MARK;
    const double one = 1;
    size_t culprit = 7;
    sched_schedule *schedule = UNTOUCHED;
    char text[32];
    snprintf(text, sizeof text, "=%zu", count);

#define CHECK_MEMORY(call, argument) check_refused(call, SCHED_E_MEMORY, argument, text, "accepted")
    CHECK_MEMORY(sched_rates(step_lr, 0.1, 0, count, &value), "count");
    CHECK_MEMORY(sched_momenta(step_lr, 0.1, 0, count, &value), "count");
    CHECK_MEMORY(chain(step_lr, 0, count, &one, &one, &value), "count");
    CHECK_MEMORY(anneal(SCHED_COS, 0, count, &one, &one, &value), "count");
    sched_field field = sched_integer("step_size", 3);
    CHECK_MEMORY(sched_make("StepLR", &field, count, &culprit, &schedule), "count");
    assert_true(culprit == count);
    field = sched_reals("gamma", &one, count);
    CHECK_MEMORY(sched_make("StepLR", &field, 1, &culprit, &schedule), "gamma");
    assert_int_equal(culprit, 0);
    CHECK_MEMORY(sched_parse("StepLR(3)", count, NULL, &schedule), "length");
    sched_scheduler *restored = UNTOUCHED;
    CHECK_MEMORY(sched_scheduler_restore("x", count, NULL, &restored), "length");
    assert_ptr_equal(restored, UNTOUCHED);

    // A float is half of a double.
    const size_t n = count == counts[6] ? 2 * count : count;
    snprintf(text, sizeof text, "=%zu", n);
    float a[4] = {1, 2, 3, 4};
    sched_adamw_arrays_f32 adamw_list[] = {{1, 1, a, a + 1, a + 2, a + 3, NULL},
                                           {n, 1, a, a + 1, a + 2, a + 3, NULL}};
    sched_sgd_arrays_f32 sgd_list[] = {{1, 1, a, a + 1, NULL}, {n, 1, a, a + 1, NULL}};
    CHECK_MEMORY(sched_adamw_f32(&adamw, 1, n, a, a + 1, a + 2, a + 3, NULL), "n");
    CHECK_MEMORY(sched_sgd_f32(&sgd, 1, n, a, a + 1, NULL), "n");
    CHECK_MEMORY(sched_adamw_list_f32(&adamw, adamw_list, 2, &culprit), "list[1].n");
    assert_int_equal(culprit, 1);
    CHECK_MEMORY(sched_sgd_list_f32(&sgd, sgd_list, 2, &culprit), "list[1].n");
    assert_int_equal(culprit, 1);
    CHECK_MEMORY(sched_adamw_list_f32(&adamw, adamw_list, n, &culprit), "count");
    assert_true(culprit == n);
    CHECK_MEMORY(sched_sgd_list_f32(&sgd, sgd_list, n, NULL), "count");
#undef CHECK_MEMORY

    check_doubles(value, MARK, "untouched", i);
    assert_ptr_equal(schedule, UNTOUCHED);
    for (int j = 0; j < 4; j++) assert_true(a[j] == (float)(j + 1));
  }
}

static void settings_of_steps_are_in_range(void **state) {
  (void)state;
  const double nan_value = strtod("nan", NULL);
  static const struct {
    const char *name;
    size_t offset;
    double least, most; /* accepted: least to most                           */
    const char *accepted;
  } adamw_reals[] = {
      {"lr", offsetof(sched_adamw, lr), 0, HUGE_VAL, "a finite number from 0"},
      {"beta1", offsetof(sched_adamw, beta1), 0, 1, "from 0.0 to below 1.0"},
      {"beta2", offsetof(sched_adamw, beta2), 0, 1, "from 0.0 to below 1.0"},
      {"eps", offsetof(sched_adamw, eps), 0, HUGE_VAL, "a finite number from 0"},
      {"weight_decay", offsetof(sched_adamw, weight_decay), 0, HUGE_VAL, "a finite number from 0"},
  }, sgd_reals[] = {
      {"lr", offsetof(sched_sgd, lr), 0, HUGE_VAL, "a finite number from 0"},
      {"momentum", offsetof(sched_sgd, momentum), 0, HUGE_VAL, "a finite number from 0"},
      {"dampening", offsetof(sched_sgd, dampening), -HUGE_VAL, HUGE_VAL, "a finite number"},
      {"weight_decay", offsetof(sched_sgd, weight_decay), 0, HUGE_VAL, "a finite number from 0"},
  };
  const sched_adamw adamw = {1e-3, 0.9, 0.999, 1e-8, 0, 1, 0};
  const sched_sgd sgd = {1e-3, 0.9, 0, 0, 0, 0, 0, 0};
  float a[5] = {1, 2, 3, 4, 5};

  for (size_t i = 0; i < sizeof adamw_reals / sizeof *adamw_reals; i++) {
    const double bad[] = {nan_value, HUGE_VAL, -HUGE_VAL, -DBL_MIN, adamw_reals[i].most};
    for (size_t j = 0; j < sizeof bad / sizeof *bad; j++) {
      sched_adamw hyper = adamw;
      memcpy((char *)&hyper + adamw_reals[i].offset, &bad[j], sizeof bad[j]);
      check_refused(sched_adamw_f32(&hyper, 1, 1, a, a + 1, a + 2, a + 3, a + 4), SCHED_E_VALUE,
                    adamw_reals[i].name, "=", adamw_reals[i].accepted);
      assert_int_equal(sched_adamw_f32(&hyper, 1, 0, NULL, NULL, NULL, NULL, NULL),
                       SCHED_E_VALUE);
      assert_int_equal(sched_adamw_list_f32(&hyper, NULL, 0, NULL), SCHED_E_VALUE);
    }
  }
  for (size_t i = 0; i < sizeof sgd_reals / sizeof *sgd_reals; i++) {
    const double bad[] = {nan_value, HUGE_VAL, -HUGE_VAL, -DBL_MIN};
    for (size_t j = 0; j < sizeof bad / sizeof *bad; j++) {
      if (bad[j] > sgd_reals[i].least && bad[j] < sgd_reals[i].most) continue;
      sched_sgd hyper = sgd;
      memcpy((char *)&hyper + sgd_reals[i].offset, &bad[j], sizeof bad[j]);
      check_refused(sched_sgd_f32(&hyper, 1, 1, a, a + 1, a + 2), SCHED_E_VALUE,
                    sgd_reals[i].name, "=", sgd_reals[i].accepted);
      assert_int_equal(sched_sgd_f32(&hyper, 1, 0, NULL, NULL, NULL), SCHED_E_VALUE);
      assert_int_equal(sched_sgd_list_f32(&hyper, NULL, 0, NULL), SCHED_E_VALUE);
    }
  }
  static const int32_t flags[] = {2, -1, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
    char text[16];
    snprintf(text, sizeof text, "=%d", (int)flags[i]);
    sched_adamw h = adamw;
    h.amsgrad = flags[i];
    check_refused(sched_adamw_f32(&h, 1, 1, a, a + 1, a + 2, a + 3, a + 4), SCHED_E_VALUE,
                  "amsgrad", text, "0 or 1");
    h = adamw;
    h.maximize = flags[i];
    check_refused(sched_adamw_f32(&h, 1, 1, a, a + 1, a + 2, a + 3, a + 4), SCHED_E_VALUE,
                  "maximize", text, "0 or 1");
    sched_sgd s = sgd;
    s.nesterov = flags[i];
    check_refused(sched_sgd_f32(&s, 1, 1, a, a + 1, a + 2), SCHED_E_VALUE, "nesterov", text,
                  "0 or 1");
    s = sgd;
    s.maximize = flags[i];
    check_refused(sched_sgd_f32(&s, 1, 1, a, a + 1, a + 2), SCHED_E_VALUE, "maximize", text,
                  "0 or 1");
  }
  sched_sgd nesterov = {1e-3, 0, 0, 0, 1, 0, 0, 0};
  check_refused(sched_sgd_f32(&nesterov, 1, 1, a, a + 1, a + 2), SCHED_E_VALUE, "nesterov", "=1",
                "momentum above 0");
  nesterov.momentum = 0.9;
  nesterov.dampening = 0.1;
  check_refused(sched_sgd_f32(&nesterov, 1, 1, a, a + 1, a + 2), SCHED_E_VALUE, "nesterov", "=1",
                "dampening 0");

  static const int64_t bad_steps[] = {0, -1, INT64_MIN, SCHED_MAX_STEP + 1, INT64_MAX};
  for (size_t i = 0; i < sizeof bad_steps / sizeof *bad_steps; i++) {
    char text[32];
    snprintf(text, sizeof text, "=%lld", (long long)bad_steps[i]);
    check_refused(sched_adamw_f32(&adamw, bad_steps[i], 1, a, a + 1, a + 2, a + 3, a + 4),
                  SCHED_E_RANGE, "step", text, "an integer from 1 to 9007199254740992");
    check_refused(sched_adamw_f32(&adamw, bad_steps[i], 0, NULL, NULL, NULL, NULL, NULL),
                  SCHED_E_RANGE, "step", text, "from 1");
    check_refused(sched_sgd_f32(&sgd, bad_steps[i], 1, a, a + 1, a + 2), SCHED_E_RANGE, "step",
                  text, "from 1");
    sched_adamw_arrays_f32 list[] = {{1, 1, a, a + 1, a + 2, a + 3, a + 4},
                                     {0, bad_steps[i], NULL, NULL, NULL, NULL, NULL}};
    size_t culprit = 7;
    check_refused(sched_adamw_list_f32(&adamw, list, 2, &culprit), SCHED_E_RANGE, "list[1].step",
                  text, "from 1");
    assert_int_equal(culprit, 1);
  }
  for (int j = 0; j < 5; j++) assert_true(a[j] == (float)(j + 1));
}

/*  Every pair of one parameter's arrays, by one element and by all of them. */
static void arrays_stand_apart(void **state) {
  (void)state;
  enum { N = 8 };
  static const char *const names[] = {"param", "grad", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  const sched_adamw adamw = {1e-3, 0.9, 0.999, 1e-8, 0, 1, 0};
  const sched_sgd sgd = {1e-3, 0.9, 0, 0, 0, 0, 0, 0};
  float memory[20 * N];
  for (int i = 0; i < 20 * N; i++) memory[i] = (float)i;
  static const ptrdiff_t shifts[] = {0, 1, -1, N - 1, -(N - 1)};
  for (size_t first = 0; first < 5; first++) {
    for (size_t second = first + 1; second < 5; second++) {
      for (size_t s = 0; s < sizeof shifts / sizeof *shifts; s++) {
        float *at[5];
        for (size_t i = 0; i < 5; i++) at[i] = memory + 4 * N * i + N;
        at[second] = at[first];
        at[first] = at[second] + shifts[s];
        check_refused(sched_adamw_f32(&adamw, 1, N, at[0], at[1], at[2], at[3], at[4]),
                      SCHED_E_OVERLAP, names[second], "8 floats", names[first]);
        if (second > 2) continue;
        check_refused(sched_sgd_f32(&sgd, 1, N, at[0], at[1], at[2]), SCHED_E_OVERLAP,
                      second == 2 ? "momentum_buffer" : names[second], "8 floats",
                      first == 2 ? "momentum_buffer" : names[first]);
      }
    }
  }
  for (int i = 0; i < 20 * N; i++) assert_true(memory[i] == (float)i);
  // Side by side is apart, and a state that is not in use is nowhere.
  const sched_adamw plain = {1e-3, 0.9, 0.999, 1e-8, 0, 0, 0};
  check_ok(sched_adamw_f32(&plain, 1, N, memory, memory + N, memory + 2 * N, memory + 3 * N,
                           memory));
}

/*  Every array of one parameter on every array of another, but a gradient on a gradient
 *  that is only read. */
static void parameters_stand_apart(void **state) {
  (void)state;
  enum { N = 8, ARRAYS = 4, ROWS = 3 };
  static const char *const names[] = {"param", "grad", "ax", "scalars"};
  static const ptrdiff_t shifts[] = {0, 2, -2};
  const sched_asgd asgd = SCHED_ASGD_DEFAULTS;
  double room[ROWS][ARRAYS][N], before[ROWS][ARRAYS][N];
  struct {
    size_t n;
    int64_t step;
    void *arrays[ARRAYS];
  } rows[ROWS];
  memset(room, 0, sizeof room);
  for (size_t i = 0; i < ROWS; i++) {
    // Room before and after each.
    rows[i].n = N, rows[i].step = 1;
    for (size_t k = 0; k < ARRAYS; k++) rows[i].arrays[k] = &room[ROWS - 1 - i][k][2];
    for (size_t k = 0; k < N; k++) ((float *)rows[i].arrays[1])[k] = 1;
    ((double *)rows[i].arrays[3])[0] = 0.5;
  }
  const sched_group group = {SCHED_ASGD, SCHED_F32, &asgd, rows, ROWS, NULL, SCHED_SAME,
                             SCHED_SAME, SCHED_SAME, SCHED_NEAREST, NULL};
  const sched_group groups[2] = {{SCHED_ASGD, SCHED_F32, &asgd, &rows[2], 1, NULL, SCHED_SAME,
                                  SCHED_SAME, SCHED_SAME, SCHED_NEAREST, NULL},
                                 {SCHED_ASGD, SCHED_F32, &asgd, rows, 2, NULL, SCHED_SAME,
                                  SCHED_SAME, SCHED_SAME, SCHED_NEAREST, NULL}};
  size_t culprit = SIZE_MAX, index = SIZE_MAX;
  // At first, and after steps of arrays that are apart: a gradient may have moved since.
  for (int is_known = 0; is_known < 2; is_known++) {
    memcpy(before, room, sizeof room);
    for (size_t k = 0; k < ARRAYS * ARRAYS * sizeof shifts / sizeof *shifts; k++) {
      const size_t first = k % ARRAYS, second = k / ARRAYS % ARRAYS;
      if (is_known && second == 1 && first != 1) continue;
      void *own = rows[2].arrays[second];
      char last[40], other[40];
      sched_options options = {.zero_grad = first == 1 && second == 1};
      rows[2].arrays[second] = (float *)rows[0].arrays[first] + shifts[k / ARRAYS / ARRAYS];
      snprintf(last, sizeof last, ": list[2].%s=", names[second]);
      snprintf(other, sizeof other, "none of list[0].%s", names[first]);
      check_refused(sched_step(&group, 1, &options, &index, &culprit), SCHED_E_OVERLAP, last,
                    second == 3 ? "=2 doubles" : "=8 floats", other);
      assert_true(index == 0 && culprit == 2);
      // Of two groups the second is to blame.
      snprintf(last, sizeof last, ": groups[1].list[0].%s=", names[first]);
      snprintf(other, sizeof other, "none of groups[0].%s", names[second]);
      check_refused(sched_step(groups, 2, &options, &index, &culprit), SCHED_E_OVERLAP, last, "",
                    other);
      assert_true(index == 1 && culprit == 0);
      rows[2].arrays[second] = own;
    }
    assert_memory_equal(before, room, sizeof room);
    check_ok(sched_step(&group, 1, NULL, NULL, NULL));
    check_ok(sched_step(groups, 2, NULL, NULL, NULL));
  }
  rows[2].arrays[1] = rows[0].arrays[1];
  check_ok(sched_step(&group, 1, NULL, NULL, NULL));

  // Apart for an optimizer with a number of state, and not for one with two.
  const sched_nadam nadam = SCHED_NADAM_DEFAULTS;
  const sched_schedule_free_adamw free_adamw = SCHED_SCHEDULE_FREE_ADAMW_DEFAULTS;
  float own[2][4] = {{0}};
  double numbers[3] = {1, 1, 1};
  sched_nadam_arrays_f32 pair[2];
  sched_schedule_free_adamw_arrays_f32 same[2];
  for (size_t i = 0; i < 2; i++) {
    float *at = own[i];
    pair[i] = (sched_nadam_arrays_f32){1, 1, at, at + 1, at + 2, at + 3, numbers + i};
    same[i] = (sched_schedule_free_adamw_arrays_f32){1, 1, at, at + 1, at + 2, at + 3, numbers + i};
  }
  check_ok(sched_nadam_list_f32(&nadam, pair, 2, NULL));
  check_refused(sched_schedule_free_adamw_list_f32(&free_adamw, same, 2, NULL), SCHED_E_OVERLAP,
                "list[1].scalars", "=2 doubles", "none of list[0].scalars");

  // Of many, in no order, any two.
  enum { MANY = 300 };
  const sched_sgd sgd = {1, 0, 0, 0, 0, 0, 0, 0};
  float params[MANY][4], gradient[3] = {1, 1, 1};
  sched_sgd_arrays_f32 list[MANY];
  memset(params, 0, sizeof params);
  for (size_t i = 0; i < MANY; i++) {
    list[i] = (sched_sgd_arrays_f32){3, 1, params[i * 7 % MANY], gradient, NULL};
  }
  for (size_t k = 0; k < 40; k++) {
    const size_t i = k * 11 % MANY, j = (k * k * 29 + 13) % MANY;
    if (i == j) continue;
    float *own = list[j].param;
    char last[32], other[32];
    list[j].param = list[i].param + (k % 2 ? 2 : 0);
    list[j].n = k % 2 ? 1 : 3;
    snprintf(last, sizeof last, "list[%zu].param=", i > j ? i : j);
    snprintf(other, sizeof other, "none of list[%zu].param", i > j ? j : i);
    check_refused(sched_sgd_list_f32(&sgd, list, MANY, NULL), SCHED_E_OVERLAP, last, "", other);
    list[j].param = own;
    list[j].n = 3;
  }
  for (size_t i = 0; i < MANY; i++) assert_true(params[i][0] == 0 && params[i][2] == 0);
  check_ok(sched_sgd_list_f32(&sgd, list, MANY, NULL));
  for (size_t i = 0; i < MANY; i++) assert_true(params[i][0] == -1 && params[i][3] == 0);
}

/*  A list is stepped whole or not at all: the bad one is the last. */
static void a_list_is_stepped_whole_or_not_at_all(void **state) {
  (void)state;
  const sched_adamw adamw = {1e-3, 0.9, 0.999, 1e-8, 0, 0, 0};
  const sched_sgd sgd = {1e-3, 0.9, 0, 0, 0, 0, 0, 0};
  float a[3][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
  sched_adamw_arrays_f32 adamw_list[3];
  sched_sgd_arrays_f32 sgd_list[3];
  for (size_t i = 0; i < 3; i++) {
    adamw_list[i] = (sched_adamw_arrays_f32){1, 1, a[i], a[i] + 1, a[i] + 2, a[i] + 3, NULL};
    sgd_list[i] = (sched_sgd_arrays_f32){1, 1, a[i], a[i] + 1, a[i] + 2};
  }
  adamw_list[2].grad = a[2];
  sgd_list[2].momentum_buffer = a[2];
  size_t culprit = 7;
  check_refused(sched_adamw_list_f32(&adamw, adamw_list, 3, &culprit), SCHED_E_OVERLAP,
                "list[2].grad", "1 floats", "param");
  assert_int_equal(culprit, 2);
  culprit = 7;
  check_refused(sched_sgd_list_f32(&sgd, sgd_list, 3, &culprit), SCHED_E_OVERLAP,
                "list[2].momentum_buffer", "1 floats", "param");
  assert_int_equal(culprit, 2);
  for (int i = 0; i < 12; i++) assert_true(a[i / 4][i % 4] == (float)(i + 1));
}

/*  Matrices have to make up their parameter, and their arrays to be there and
 *  apart: each as long as it is. */
static void matrices_that_do_not_fit_are_refused(void **state) {
  (void)state;
  const sched_adafactor adafactor = SCHED_ADAFACTOR_DEFAULTS;
  const sched_muon muon = SCHED_MUON_DEFAULTS;
  float p[12], g[12], r[3], c[4], v[12];
  for (int i = 0; i < 12; i++) p[i] = g[i] = v[i] = (float)i;
  for (int i = 0; i < 3; i++) r[i] = 1;
  for (int i = 0; i < 4; i++) c[i] = 1;
  const struct {
    size_t rows, columns;
  } shapes[] = {{3, 5}, {0, 4}, {3, 0}, {SIZE_MAX, 1}, {1, SIZE_MAX}, {SIZE_MAX / 2, 4}, {24, 1}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    size_t rows = shapes[i].rows, columns = shapes[i].columns;
    check_refused(sched_adafactor_f32(&adafactor, 1, 12, p, g, r, c, v, rows, columns),
                  SCHED_E_RANGE, "rows", "and columns", "0 and 0 of a vector, or what divides 12");
    check_refused(sched_muon_f32(&muon, 1, 12, p, g, v, rows, columns), SCHED_E_RANGE, "rows",
                  "and columns", "rows * columns of 12");
  }
  // Many matrices are Adafactor's alone, and vectors, too.
  check_refused(sched_muon_f32(&muon, 1, 12, p, g, v, 3, 2), SCHED_E_RANGE, "rows", "3, and columns 2",
                "rows * columns of 12");
  check_refused(sched_muon_f32(&muon, 1, 12, p, g, v, 0, 0), SCHED_E_RANGE, "rows", "0, and columns 0",
                "rows * columns of 12");
  check_refused(sched_adafactor_f32(&adafactor, 1, 12, p, g, NULL, c, NULL, 3, 4), SCHED_E_NULL,
                "row_var", "NULL", "3 floats");
  check_refused(sched_adafactor_f32(&adafactor, 1, 12, p, g, r, NULL, NULL, 3, 4), SCHED_E_NULL,
                "col_var", "NULL", "4 floats");
  check_refused(sched_adafactor_f32(&adafactor, 1, 12, p, g, r, c, NULL, 0, 0), SCHED_E_NULL,
                "variance", "NULL", "12 floats");
  check_refused(sched_adafactor_f32(&adafactor, 1, 12, p, g, p + 9, c, NULL, 3, 4),
                SCHED_E_OVERLAP, "row_var", "3 floats", "param");
  check_refused(sched_adafactor_f32(&adafactor, 1, 6, p, g, v, v + 2, NULL, 3, 2),
                SCHED_E_OVERLAP, "col_var", "2 floats", "row_var");
  // Settings.
  sched_muon wrong = SCHED_MUON_DEFAULTS;
  wrong.ns_steps = 100;
  check_refused(sched_muon_f32(&wrong, 1, 12, p, g, v, 3, 4), SCHED_E_VALUE, "Muon ns_steps", "100",
                "an integer from 0 to 99");
  sched_adafactor low = SCHED_ADAFACTOR_DEFAULTS;
  low.d = 0.5;
  check_refused(sched_adafactor_f32(&low, 1, 12, p, g, r, c, NULL, 3, 4), SCHED_E_VALUE,
                "Adafactor d", "0.5", "a finite number from 1");
  for (int i = 0; i < 12; i++) assert_true(p[i] == (float)i && v[i] == (float)i);
  for (int i = 0; i < 3; i++) assert_true(r[i] == 1);
  // Side by side is apart.
  check_ok(sched_adafactor_f32(&adafactor, 1, 6, p, g, v, v + 3, NULL, 3, 2));
}

/*  Texts that do not fit, of every function that writes one. */
static void room_is_asked_for(void **state) {
  (void)state;
  char text[8];
  size_t length;
#define CHECK_SPACE(call)                                                  \
  do {                                                                     \
    memset(text, '~', sizeof text);                                        \
    length = 0;                                                            \
    check_refused(call, SCHED_E_SPACE, "capacity", "=8", "at least ");     \
    assert_true(length >= sizeof text);                                    \
    for (size_t i = 0; i < sizeof text; i++) assert_int_equal(text[i], '~'); \
  } while (0)
  CHECK_SPACE(sched_text(step_lr, text, sizeof text, &length));
  CHECK_SPACE(sched_csv(step_lr, 0.1, 0, 1, text, sizeof text, &length));
  CHECK_SPACE(sched_sparkline(step_lr, 0.1, 0, 9, 9, text, sizeof text, &length));
  CHECK_SPACE(sched_kind_describe("StepLR", text, sizeof text, &length));
  CHECK_SPACE(sched_scheduler_save(scheduler, text, sizeof text, &length));
  CHECK_SPACE(sched_early_stopping_save(stopper, text, sizeof text, &length));
#undef CHECK_SPACE
  length = 99;
  check_refused(sched_kind_describe("Nothing", text, sizeof text, &length), SCHED_E_KIND,
                "Nothing", "", "StepLR");
  assert_int_equal(length, 99);
}

/*  The range as in sched_rates, and the width. */
static void previews_of_no_range(void **state) {
  (void)state;
  char text[64];
  size_t length = 99;
  static const struct {
    double base;
    int64_t first;
    size_t count, width;
    sched_status status;
    const char *argument, *value, *accepted;
  } rows[] = {
      {0.1, -1, 1, 9, SCHED_E_RANGE, "step", "=-1", "from 0"},
      {0.1, SCHED_MAX_STEP + 1, 1, 9, SCHED_E_RANGE, "step", "=9007199254740993", "from 0"},
      {0.1, INT64_MAX, 1, 9, SCHED_E_RANGE, "step", "=9223372036854775807", "from 0"},
      {0.1, 1, (size_t)SCHED_MAX_STEP + 1, 9, SCHED_E_RANGE, "count", "=9007199254740993", "to"},
      {0.1, 0, SIZE_MAX, 9, SCHED_E_RANGE, "count", "=18446744073709551615", "to"},
      {0.1, 2, (size_t)SCHED_MAX_STEP, 9, SCHED_E_END, "StepLR step", "=9007199254740993", "0 to"},
      {NAN, 0, 1, 9, SCHED_E_VALUE, "base", "=nan", "finite"},
      {INFINITY, 0, 1, 9, SCHED_E_VALUE, "base", "=inf", "finite"},
      {0.1, 0, 1, 0, SCHED_E_RANGE, "width", "=0", "from 1 to 65536"},
      {0.1, 0, 1, 65537, SCHED_E_RANGE, "width", "=65537", "from 1 to 65536"},
      {0.1, 0, 1, SIZE_MAX, SCHED_E_RANGE, "width", "=18446744073709551615", "from 1 to 65536"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const double base = rows[i].base;
    memset(text, '~', sizeof text);
    check_refused(sched_sparkline(step_lr, base, rows[i].first, rows[i].count, rows[i].width, text,
                                  sizeof text, &length),
                  rows[i].status, rows[i].argument, rows[i].value, rows[i].accepted);
    if (rows[i].width == 9) {
      check_refused(
          sched_csv(step_lr, base, rows[i].first, rows[i].count, text, sizeof text, &length),
          rows[i].status, rows[i].argument, rows[i].value, rows[i].accepted);
    }
    assert_int_equal(length, 99);
    for (size_t k = 0; k < sizeof text; k++) assert_int_equal(text[k], '~');
  }
}

/*  The sentence stays until the next failure; success does not wipe it. */
static void the_sentence_stays(void **state) {
  (void)state;
  double rate;
  check_refused(sched_rates(step_lr, 0.1, -1, 1, &rate), SCHED_E_RANGE, "step", "=-1", "from 0");
  const char *sentence = sched_last_error();
  check_ok(sched_rates(step_lr, 0.1, 1, 1, &rate));
  assert_ptr_equal(sched_last_error(), sentence);
  assert_non_null(strstr(sentence, "step=-1"));
  // Words of the caller's in a sentence are cut or kept whole, never a format.
  sched_schedule *schedule = UNTOUCHED;
  check_refused(sched_make("%s%n", NULL, 0, NULL, &schedule), SCHED_E_KIND, "%s%n", "", "StepLR");
  char *name = malloc(100001);
  assert_non_null(name);
  memset(name, 'A', 100000);
  name[100000] = 0;
  assert_int_equal(sched_make(name, NULL, 0, NULL, &schedule), SCHED_E_KIND);
  free(name);
  assert_true(strlen(sched_last_error()) > 20);
  assert_ptr_equal(schedule, UNTOUCHED);
}

/*  Groups of different optimizers in one call: each is looked at before any is
 *  stepped, and who was refused is told by group and by parameter. */
static void groups_are_stepped_whole_or_not_at_all(void **state) {
  (void)state;
  const sched_sgd sgd = SCHED_SGD_DEFAULTS;
  const sched_lion lion = SCHED_LION_DEFAULTS;
  float p[4] = {1, 1, 1, 1}, g[4] = {1, 1, 1, 1};
  double q[4] = {1, 1, 1, 1}, h[4] = {1, 1, 1, 1}, m[4] = {0, 0, 0, 0};
  const sched_sgd_arrays_f32 floats[] = {{4, 1, p, g, NULL}};
  sched_lion_arrays_f64 doubles[] = {{2, 1, q, h, m}, {2, 1, q + 2, h + 2, m + 2}};
  sched_group groups[2];
  memset(groups, 0, sizeof groups);
  groups[0].optimizer = SCHED_SGD, groups[0].dtype = SCHED_F32, groups[0].hyper = &sgd;
  groups[0].list = floats, groups[0].count = 1;
  groups[1].optimizer = SCHED_LION, groups[1].dtype = SCHED_F64, groups[1].hyper = &lion;
  groups[1].list = doubles, groups[1].count = 2;
  size_t group = SIZE_MAX, culprit = SIZE_MAX;

  check_refused(sched_step(NULL, 2, NULL, &group, &culprit), SCHED_E_NULL, "groups", "=NULL",
                "accepted");
  assert_int_equal(group, 2);
  doubles[1].exp_avg = q + 3;
  check_refused(sched_step(groups, 2, NULL, &group, &culprit), SCHED_E_OVERLAP, "list[1].exp_avg",
                "2 doubles", "param");
  assert_int_equal(group, 1);
  assert_int_equal(culprit, 1);
  doubles[1].exp_avg = m + 2;
  static const int32_t numbers[] = {0, -1, 99};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    char text[16];
    snprintf(text, sizeof text, "=%d", (int)numbers[i]);
    groups[1].optimizer = numbers[i];
    check_refused(sched_step(groups, 2, NULL, &group, &culprit), SCHED_E_ENUM, "optimizer", text,
                  "accepted");
    assert_int_equal(group, 1);
    assert_int_equal(culprit, 2);
    size_t length = 0;
    check_refused(sched_optimizer_describe(numbers[i], NULL, 0, &length), SCHED_E_ENUM,
                  "optimizer", text, "accepted");
  }
  groups[1].optimizer = SCHED_LION;
  groups[1].dtype = (sched_dtype)7;
  check_refused(sched_step(groups, 2, NULL, NULL, NULL), SCHED_E_ENUM, "dtype", "=7", "accepted");
  groups[1].dtype = SCHED_F64;
  groups[1].hyper = NULL;
  check_refused(sched_step(groups, 2, NULL, &group, &culprit), SCHED_E_NULL, "hyper", "=NULL",
                "accepted");
  groups[1].hyper = &lion;
  groups[1].list = NULL;
  check_refused(sched_step(groups, 2, NULL, &group, &culprit), SCHED_E_NULL, "list", "=NULL", "accepted");
  groups[1].list = doubles;
  check_refused(sched_step(groups, SIZE_MAX, NULL, &group, &culprit), SCHED_E_MEMORY, "count", "=",
                "accepted");
  for (size_t i = 0; i < 4; i++) assert_true(p[i] == 1 && q[i] == 1 && m[i] == 0);

  const sched_nadam nadam = SCHED_NADAM_DEFAULTS;
  check_refused(sched_nadam_f32(&nadam, 1, 1, p, p + 1, p + 2, p + 3, NULL), SCHED_E_NULL, "scalars",
                "=NULL", "accepted");
  assert_int_equal(sched_step(NULL, 0, NULL, &group, &culprit), SCHED_OK);
  assert_int_equal(sched_step(groups, 2, NULL, &group, &culprit), SCHED_OK);
  assert_true(p[3] < 1 && q[3] < 1 && m[3] > 0);
}

int run_refusals(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(have_their_numbers),
      cmocka_unit_test(are_those_of_this_library),
      cmocka_unit_test(keep_the_other_constants),
      cmocka_unit_test(null_is_named),
      cmocka_unit_test(fields_are_named),
      cmocka_unit_test(the_refused_field_has_an_index),
      cmocka_unit_test(the_byte_is_named),
      cmocka_unit_test(depth_is_bounded),
      cmocka_unit_test(size_is_bounded),
      cmocka_unit_test(states_are_checked),
      cmocka_unit_test(damaged_texts_do_no_harm),
      cmocka_unit_test(numbers_are_in_range),
      cmocka_unit_test(norms_are_of_arrays),
      cmocka_unit_test(what_python_keeps_is_looked_at),
      cmocka_unit_test(what_python_gets_is_looked_at),
      cmocka_unit_test(constants_are_known),
      cmocka_unit_test(counts_are_what_memory_holds),
      cmocka_unit_test(settings_of_steps_are_in_range),
      cmocka_unit_test(arrays_stand_apart),
      cmocka_unit_test(parameters_stand_apart),
      cmocka_unit_test(a_list_is_stepped_whole_or_not_at_all),
      cmocka_unit_test(matrices_that_do_not_fit_are_refused),
      cmocka_unit_test(groups_are_stepped_whole_or_not_at_all),
      cmocka_unit_test(room_is_asked_for),
      cmocka_unit_test(previews_of_no_range),
      cmocka_unit_test(the_sentence_stays),
  };
  return cmocka_run_group_tests_name("refusals", tests, make_handles, free_handles);
}
