/*  Schedules: torch's numbers to the last bit, however one is made. */
#include <inttypes.h>
#include <stdlib.h>

#include "calls.h"
#include "check.h"
#include "suites.h"
#include "typed.h"
#include "vectors.h"

static vectors schedules;

static int read_vectors(void **state) {
  (void)state;
  schedules = vectors_read("schedules.txt");
  return 0;
}

static int free_vectors(void **state) {
  (void)state;
  vectors_free(&schedules);
  return 0;
}

static char *text_of(const sched_schedule *schedule) {
  size_t length = 0;
  assert_int_equal(sched_text(schedule, NULL, 0, &length), SCHED_E_SPACE);
  char *text = malloc(length + 1);
  assert_non_null(text);
  check_ok(sched_text(schedule, text, length + 1, &length));
  assert_int_equal(strlen(text), length);
  return text;
}

/*  Everything torch said of a schedule, asked of one made in whatever way. */
static void check_conformance(const vector *vector, const sched_schedule *schedule) {
  if (!schedule) fail_msg("%s: %s", vector->reason, sched_last_error());
  const double base = vector_double(vector, "base");
  doubles chained = vector_doubles(vector, "chained");
  doubles closed = vector_doubles(vector, "closed");
  doubles momentum = vector_doubles(vector, "momentum");
  assert_true(chained.count > 0);

  const double largest = largest_of(chained.values, chained.count, base);
  double current = base;
  for (size_t t = 0; t < chained.count; t++) {
    check_ok(chain(schedule, (int64_t)t, 1, &base, &current, &current));
    check_rate(current, chained.values[t], rate_bound(t + 1, largest), vector->reason, t);
  }
  // One call for all of them, and one a step.
  double *rates = malloc(chained.count * sizeof *rates);
  assert_non_null(rates);
  check_ok(sched_rates(schedule, base, 0, chained.count, rates));
  for (size_t t = 0; t < closed.count; t++) {
    check_rate(rates[t], closed.values[t], rate_bound(1, largest), vector->reason, t);
  }
  for (size_t t = 0; t < chained.count; t++) {
    double rate;
    check_ok(sched_rates(schedule, base, (int64_t)t, 1, &rate));
    check_doubles(rate, rates[t], vector->reason, t);
  }
  check_ok(sched_momenta(schedule, 0.9, 0, chained.count, rates));
  for (size_t t = 0; t < momentum.count; t++) {
    check_rate(rates[t], momentum.values[t], rate_bound(1, 1), vector->reason, t);
  }
  free(rates);
  free(chained.values);
  free(closed.values);
  free(momentum.values);
}

static void from_text(void **state) {
  (void)state;
  for (size_t i = 0; i < schedules.count; i++) {
    const char *text = vector_text(&schedules.items[i], "text");
    sched_schedule *schedule = NULL;
    check_ok(sched_parse(text, strlen(text), NULL, &schedule));
    check_conformance(&schedules.items[i], schedule);
    sched_free(schedule);
  }
}

static void by_kind_and_fields(void **state) {
  (void)state;
  for (size_t i = 0; i < schedules.count; i++) {
    const char *at = vector_text(&schedules.items[i], "text");
    sched_schedule *schedule = call_make(&at, call_by_fields);
    check_conformance(&schedules.items[i], schedule);
    sched_free(schedule);
  }
}

static void by_typed_constructor(void **state) {
  (void)state;
  for (size_t i = 0; i < schedules.count; i++) {
    const char *at = vector_text(&schedules.items[i], "text");
    sched_schedule *schedule = call_make(&at, call_by_type);
    check_conformance(&schedules.items[i], schedule);
    sched_free(schedule);
  }
}

/*  What torch's compositions and the field's packages said, as near to it as
 *  the record says. */
static void check_field(const vector *vector, const sched_schedule *schedule) {
  const double base = vector_double(vector, "base");
  const uint64_t ulps = vector_find(vector, "ulps") ? (uint64_t)vector_double(vector, "ulps") : 0;
  const int64_t first =
      vector_find(vector, "first") ? (int64_t)vector_double(vector, "first") : 0;
  doubles chained = vector_doubles(vector, "chained");
  doubles closed = vector_doubles(vector, "closed");
  doubles momentum = vector_doubles(vector, "momentum");
  assert_true(chained.count + closed.count > 0);

  double *rates = malloc((closed.count + momentum.count + 1) * sizeof *rates);
  assert_non_null(rates);
  double largest = largest_of(closed.values, closed.count, base);
  check_ok(sched_rates(schedule, base, first, closed.count, rates));
  for (size_t t = 0; t < closed.count; t++) {
    check_near(rates[t], closed.values[t], ulps, rate_bound(1, largest), vector->reason, t);
  }
  // The base is none of the field's momenta: all come from the schedule.
  check_ok(sched_momenta(schedule, 0.123, first, momentum.count, rates));
  for (size_t t = 0; t < momentum.count; t++) {
    check_near(rates[t], momentum.values[t], ulps, rate_bound(1, 1), vector->reason, t);
  }
  if (chained.count > 0) {
    sched_scheduler *scheduler;
    double rate;
    largest = largest_of(chained.values, chained.count, base);
    check_ok(sched_scheduler_make(schedule, SCHED_CHAINED, 1, &base, &scheduler));
    check_ok(sched_seek(scheduler, first));
    check_ok(sched_now(scheduler, NULL, &rate));
    for (size_t t = 0; t < chained.count; t++) {
      if (t > 0) check_ok(sched_next(scheduler, &rate));
      check_near(rate, chained.values[t], ulps, rate_bound(t + 1, largest), vector->reason, t);
    }
    sched_scheduler_free(scheduler);
  }
  free(rates);
  free(chained.values);
  free(closed.values);
  free(momentum.values);
}

static void agree_with_the_field(void **state) {
  (void)state;
  static const char *const files[] = {"algebra.txt", "decays.txt", "shapes.txt"};
  for (size_t file = 0; file < sizeof files / sizeof *files; file++) {
    vectors field = vectors_read(files[file]);
    for (size_t i = 0; i < field.count; i++) {
      sched_schedule *schedule = parsed(vector_text(&field.items[i], "text"));
      check_field(&field.items[i], schedule);
      sched_free(schedule);
    }
    vectors_free(&field);
  }
}

/*  The oracle writes Python's shortest digits; so does the library. */
static void print_what_they_were_parsed_from(void **state) {
  (void)state;
  for (size_t i = 0; i < schedules.count; i++) {
    const char *text = vector_text(&schedules.items[i], "text");
    sched_schedule *schedule = parsed(text);
    char *printed = text_of(schedule);
    assert_string_equal(printed, text);
    free(printed);

    const char *at = text;
    sched_schedule *made = call_make(&at, call_by_fields);
    printed = text_of(made);
    assert_string_equal(printed, text);
    free(printed);
    sched_free(made);
    sched_free(schedule);
  }
}

static void read_python_however_it_is_laid_out(void **state) {
  (void)state;
  static const struct {
    const char *written, *printed;
  } cases[] = {
      {"StepLR(30)", "StepLR(step_size=30, gamma=0.1)"},
      {"StepLR(30, 0.5)", "StepLR(step_size=30, gamma=0.5)"},
      {"StepLR(gamma=0.5, step_size=30)", "StepLR(step_size=30, gamma=0.5)"},
      {"\t StepLR\n(  30 ,\n gamma = .5 ,)\n", "StepLR(step_size=30, gamma=0.5)"},
      {"StepLR(1e4, 1)", "StepLR(step_size=10000, gamma=1.0)"},
      {"StepLR(+3, gamma=5E-1)", "StepLR(step_size=3, gamma=0.5)"},
      {"OneCycleLR(total_steps=9, anneal_strategy=\"linear\", max_lr=None)",
       "OneCycleLR(total_steps=9, pct_start=0.3, anneal_strategy='linear', "
       "cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0, "
       "final_div_factor=10000.0, three_phase=False)"},
      {"SequentialLR(schedulers=[StepLR(2), LinearLR()], milestones=(7,))",
       "SequentialLR([StepLR(step_size=2, gamma=0.1), "
       "LinearLR(start_factor=0.3333333333333333, end_factor=1.0, total_iters=5)], "
       "milestones=[7])"},
      {"SequentialLR([StepLR(2)], [])",
       "SequentialLR([StepLR(step_size=2, gamma=0.1)], milestones=[])"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sched_schedule *schedule = parsed(cases[i].written);
    char *printed = text_of(schedule);
    assert_string_equal(printed, cases[i].printed);
    free(printed);
    sched_free(schedule);
  }
}

/*  `length` counts, not a zero: texts come out of files and larger texts. */
static void read_no_further_than_length(void **state) {
  (void)state;
  const char text[] = "StepLR(3)StepLR(";
  sched_schedule *schedule = NULL;
  check_ok(sched_parse(text, 9, NULL, &schedule));
  sched_free(schedule);
  char *exact = malloc(9);
  assert_non_null(exact);
  memcpy(exact, text, 9);
  check_ok(sched_parse(exact, 9, NULL, &schedule));
  sched_free(schedule);
  free(exact);
}

static void say_their_kind_and_their_last_step(void **state) {
  (void)state;
  static const struct {
    const char *text, *kind;
    int64_t last;
  } cases[] = {
      {"StepLR(3)", "StepLR", SCHED_MAX_STEP},
      {"CosineAnnealingLR(3)", "CosineAnnealingLR", SCHED_MAX_STEP},
      {"LinearLR()", "LinearLR", SCHED_MAX_STEP},
      {"OneCycleLR(total_steps=10)", "OneCycleLR", 9},
      {"OneCycleLR(epochs=3, steps_per_epoch=7)", "OneCycleLR", 20},
      {"OneCycleLR(total_steps=9007199254740992)", "OneCycleLR", SCHED_MAX_STEP - 1},
      {"SequentialLR([LinearLR(), OneCycleLR(total_steps=10)], milestones=[5])", "SequentialLR",
       14},
      {"SequentialLR([OneCycleLR(total_steps=10), LinearLR()], milestones=[10])", "SequentialLR",
       SCHED_MAX_STEP},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sched_schedule *schedule = parsed(cases[i].text);
    assert_string_equal(sched_kind(schedule), cases[i].kind);
    int64_t last = -1;
    check_ok(sched_last_step(schedule, &last));
    assert_true(last == cases[i].last);
    double rate;
    check_ok(sched_rates(schedule, 0.1, last, 1, &rate));
    assert_true(rate == rate);
    sched_free(schedule);
  }
  assert_string_equal(sched_kind(NULL), "");
}

/*  The formula says so: parts count from their milestones. torch's nested
 *  sequences run a step early, so a nested one is compared with the flat one. */
static void nest_like_a_flat_sequence(void **state) {
  (void)state;
  sched_schedule *nested = parsed(
      "SequentialLR([LinearLR(0.1, 1.0, 5), SequentialLR([CosineAnnealingLR(7), StepLR(2)], [6])], "
      "[5])");
  sched_schedule *flat =
      parsed("SequentialLR([LinearLR(0.1, 1.0, 5), CosineAnnealingLR(7), StepLR(2)], [5, 11])");
  double a[30], b[30];
  check_ok(sched_rates(nested, 0.1, 0, 30, a));
  check_ok(sched_rates(flat, 0.1, 0, 30, b));
  for (size_t t = 0; t < 30; t++) check_doubles(a[t], b[t], "closed", t);

  const double base = 0.1;
  double ours = base, theirs = base;
  for (int64_t t = 0; t < 30; t++) {
    check_ok(chain(nested, t, 1, &base, &ours, &ours));
    check_ok(chain(flat, t, 1, &base, &theirs, &theirs));
    check_doubles(ours, theirs, "chained", t);
  }
  sched_free(nested);
  sched_free(flat);
}

/*  In closed form a part's rates are those it has alone, from its milestone. */
static void hand_over_at_the_milestone(void **state) {
  (void)state;
  sched_schedule *parts[] = {parsed("LinearLR(0.01, 1.0, 500)"),
                             parsed("CosineAnnealingLR(9500, 1e-6)")};
  const int64_t milestones[] = {500};
  sched_field fields[] = {
      sched_schedules("schedulers", (const sched_schedule *const *)parts, 2),
      sched_integers("milestones", milestones, 1)};
  sched_schedule *sequence = NULL;
  check_ok(sched_make("SequentialLR", fields, 2, NULL, &sequence));
  // What was given is retained: the caller's own references may go.
  double whole[700], first[500], second[200];
  check_ok(sched_rates(parts[0], 3e-4, 0, 500, first));
  check_ok(sched_rates(parts[1], 3e-4, 0, 200, second));
  sched_free(parts[0]);
  sched_free(parts[1]);
  check_ok(sched_rates(sequence, 3e-4, 0, 700, whole));
  for (size_t t = 0; t < 700; t++) {
    check_doubles(whole[t], t < 500 ? first[t] : second[t - 500], "sequence", t);
  }
  sched_free(sequence);
}

static void live_as_long_as_their_references(void **state) {
  (void)state;
  sched_schedule *schedule = parsed("StepLR(3)");
  sched_schedule *again = sched_retain(schedule);
  assert_ptr_equal(again, schedule);
  sched_free(schedule);
  double rate = 0;
  check_ok(sched_rates(again, 1.0, 3, 1, &rate));
  check_doubles(rate, 0.1, "StepLR(3)", 3);
  sched_free(again);
  assert_null(sched_retain(NULL));
  sched_free(NULL);
}

/*  Groups are chained side by side, and in place. */
static void chain_many_groups_at_once(void **state) {
  (void)state;
  sched_schedule *schedule = parsed("CosineAnnealingLR(10, 0.01)");
  const double bases[] = {0.1, 1.0, 1e-3, 0.5};
  double together[4], apart[4];
  memcpy(together, bases, sizeof bases);
  memcpy(apart, bases, sizeof bases);
  for (int64_t t = 0; t < 45; t++) {
    check_ok(chain(schedule, t, 4, bases, together, together));
    for (size_t i = 0; i < 4; i++) {
      double rate;
      check_ok(chain(schedule, t, 1, &bases[i], &apart[i], &rate));
      apart[i] = rate;
      check_doubles(together[i], apart[i], "group", i);
    }
  }
  const double nan_rate = strtod("nan", NULL);
  double rate = 0;
  check_ok(chain(schedule, 3, 1, bases, &nan_rate, &rate));
  assert_true(rate != rate);
  sched_free(schedule);
}

/*  No rate is asked for, so no memory is needed. */
static void give_no_rates_into_no_memory(void **state) {
  (void)state;
  sched_schedule *schedule = parsed("StepLR(3)");
  check_ok(sched_rates(schedule, 0.1, 5, 0, NULL));
  check_ok(sched_momenta(schedule, 0.9, 5, 0, NULL));
  check_ok(chain(schedule, 5, 0, NULL, NULL, NULL));
  check_ok(anneal(SCHED_COS, 0.5, 0, NULL, NULL, NULL));
  sched_free(schedule);
}

static void have_the_base_momentum_where_they_drive_none(void **state) {
  (void)state;
  sched_schedule *schedule = parsed("CosineAnnealingLR(10)");
  double momenta[3] = {0, 0, 0};
  check_ok(sched_momenta(schedule, 0.875, 0, 3, momenta));
  for (size_t t = 0; t < 3; t++) check_doubles(momenta[t], 0.875, "momentum", t);
  sched_free(schedule);
}

/*  The same curve that OneCycleLR anneals by, asked for by itself. */
static void anneal_as_one_cycle_does(void **state) {
  (void)state;
  static const struct {
    sched_curve curve;
    const char *text;
  } cases[] = {
      {SCHED_COS, "OneCycleLR(total_steps=41, pct_start=0.0, div_factor=1.0, final_div_factor=8.0)"},
      {SCHED_LINEAR,
       "OneCycleLR(total_steps=41, pct_start=0.0, div_factor=1.0, final_div_factor=8.0, "
       "anneal_strategy='linear')"},
  };
  for (size_t i = 0; i < 2; i++) {
    sched_schedule *schedule = parsed(cases[i].text);
    double rates[41];
    check_ok(sched_rates(schedule, 0.4, 0, 41, rates));
    const double start = 0.4, end = 0.4 / 8;
    for (size_t t = 0; t < 41; t++) {
      double value = 0;
      // With no rise the fall runs from step -1 to step 40.
      check_ok(anneal(cases[i].curve, ((double)t + 1) / 41, 1, &start, &end, &value));
      check_doubles(value, rates[t], cases[i].text, t);
    }
    sched_free(schedule);
  }
  // Both ends exactly, and on past them.
  const double starts[] = {1, 2}, ends[] = {3, -2};
  double values[2];
  check_ok(anneal(SCHED_LINEAR, 1.5, 2, starts, ends, values));
  check_doubles(values[0], 4, "past the end", 0);
  check_doubles(values[1], -4, "past the end", 1);
  check_ok(anneal(SCHED_COS, 0, 2, starts, ends, values));
  check_doubles(values[0], 1, "start", 0);
  check_doubles(values[1], 2, "start", 1);
}

/*  By hand, with numbers that are exact. */
static void anneal_scaled_and_as_averages_do(void **state) {
  (void)state;
  const double starts[] = {1, 2}, ends[] = {3, -2};
  double values[2];
  static const struct {
    sched_curve curve;
    double fraction, before, gamma, power, first, second;
  } cases[] = {
      {SCHED_DAMPED, 0.5, 9, 0.5, 2, 1.25, 1.5},
      {SCHED_DAMPED, 0.5, 9, 2, -1, 1.5, 1},
      {SCHED_DAMPED, 0.5, 9, 0, 0, 2, 0},
      {SCHED_AVERAGE_LINEAR, 0.5, 0, 9, 9, 2, 0},
      {SCHED_AVERAGE_LINEAR, 0.75, 0.5, 9, 9, 2, 0},
      {SCHED_AVERAGE_LINEAR, 0.25, 1, 9, 9, 3, -2},
      {SCHED_AVERAGE_COS, 0, 0, 9, 9, 1, 2},
      {SCHED_AVERAGE_COS, 1, 0, 9, 9, 3, -2},
      {SCHED_AVERAGE_COS, 0, 1, 9, 9, 3, -2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const sched_ways ways = {.curve = cases[i].curve,
                             .fraction = cases[i].fraction,
                             .before = cases[i].before,
                             .gamma = cases[i].gamma,
                             .power = cases[i].power,
                             .count = 2,
                             .starts = starts,
                             .ends = ends,
                             .values = values};
    check_ok(sched_anneal(&ways));
    check_doubles(values[0], cases[i].first, "first of case", i);
    check_doubles(values[1], cases[i].second, "second of case", i);
  }
}

static void list_their_kinds_in_order(void **state) {
  (void)state;
  size_t count = sched_kind_count();
  assert_true(count >= 5);
  for (size_t i = 0; i < count; i++) {
    const char *name = sched_kind_name(i);
    assert_non_null(name);
    if (i > 0) assert_true(strcmp(sched_kind_name(i - 1), name) < 0);
  }
  assert_null(sched_kind_name(count));
  assert_null(sched_kind_name(SIZE_MAX));
}

/*  What a kind declares about itself, line by line as the header says. */
static void declare_their_fields(void **state) {
  (void)state;
  static const char *const types[] = {"real\t",     "integer\t",  "flag\t",
                                      "text\t",     "reals\t",    "integers\t",
                                      "schedule\t", "schedules\t", "function\t", NULL};
  for (size_t i = 0; i < sched_kind_count(); i++) {
    size_t length = 0;
    const char *kind = sched_kind_name(i);
    assert_int_equal(sched_kind_describe(kind, NULL, 0, &length), SCHED_E_SPACE);
    char *text = malloc(length + 1);
    assert_non_null(text);
    check_ok(sched_kind_describe(kind, text, length + 1, &length));
    size_t number = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), number++) {
      static const char *const first[] = {"summary\t", "formula\t", "source\t"};
      if (number < 3) {
        assert_memory_equal(line, first[number], strlen(first[number]));
        continue;
      }
      size_t tabs = 0;
      const char *type = NULL;
      for (const char *c = line; *c; c++) {
        if (*c == '\t' && ++tabs == 2) type = c + 1;
      }
      assert_memory_equal(line, "field\t", 6);
      assert_int_equal(tabs, 5);
      size_t known = 0;
      while (types[known] && strncmp(type, types[known], strlen(types[known])) != 0) known++;
      if (!types[known]) fail_msg("%s: %s", kind, line);
    }
    // Constant has nothing to say but its name.
    assert_int_equal(number == 3, strcmp(kind, "Constant") == 0);
    free(text);
  }
}

/*  Every capacity short of enough is refused with the length, and nothing is
 *  written; the first that is enough gets it all. */
static void say_how_much_room_they_need(void **state) {
  (void)state;
  sched_schedule *schedule = parsed("StepLR(3)");
  const char expected[] = "StepLR(step_size=3, gamma=0.1)";
  char text[sizeof expected + 1];
  for (size_t capacity = 0; capacity <= sizeof text; capacity++) {
    size_t length = 0;
    memset(text, '~', sizeof text);
    sched_status status = sched_text(schedule, text, capacity, &length);
    assert_int_equal(length, sizeof expected - 1);
    assert_int_equal(status, capacity < sizeof expected ? SCHED_E_SPACE : SCHED_OK);
    if (status == SCHED_OK) {
      assert_string_equal(text, expected);
      assert_int_equal(text[sizeof expected], '~');
    } else {
      for (size_t i = 0; i < sizeof text; i++) assert_int_equal(text[i], '~');
    }
  }
  sched_free(schedule);
}

/*  What a function of the preview wrote, `length` bytes and a zero. */
static char *csv_of(const sched_schedule *schedule, double base, int64_t first, size_t count) {
  size_t length = 0;
  assert_int_equal(sched_csv(schedule, base, first, count, NULL, 0, &length), SCHED_E_SPACE);
  char *text = malloc(length + 1);
  assert_non_null(text);
  check_ok(sched_csv(schedule, base, first, count, text, length + 1, &length));
  assert_int_equal(strlen(text), length);
  return text;
}

static void are_tables_of_steps_and_rates(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t first;
    size_t count;
    const char *csv;
  } rows[] = {
      {"StepLR(2, 0.5)", 0, 3, "step,rate\n0,1.0\n1,1.0\n2,0.5\n"},
      {"StepLR(2, 0.5)", 7, 1, "step,rate\n7,0.125\n"},
      {"Constant()", 5, 0, "step,rate\n"},
      {"Constant()", SCHED_MAX_STEP, 1, "step,rate\n9007199254740992,1.0\n"},
      {"CyclicLR(0.0, 1.0, 4)", 2, 2, "step,rate,momentum\n2,0.5,0.8500000000000001\n"
                                       "3,0.75,0.8250000000000001\n"},
      {"SequentialLR([CyclicLR(0.0, 1.0, 4), Constant()], [2])", 1, 2,
       "step,rate,momentum\n1,0.25,0.875\n2,1.0,\n"},
      {"SequentialLR([CyclicLR(0.0, 1.0, 4), Constant()], [2])", 2, 1, "step,rate\n2,1.0\n"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    sched_schedule *schedule = parsed(rows[i].text);
    char *text = csv_of(schedule, 1.0, rows[i].first, rows[i].count);
    assert_string_equal(text, rows[i].csv);
    free(text);
    sched_free(schedule);
  }
}

/*  The rates fall, or climb where the base rate is negative, by a seventh a step. */
static void are_lines_of_blocks(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double base;
    int64_t first;
    size_t count, width;
    const char *line;
  } rows[] = {
      {"LinearDecay(7)", 1, 0, 8, 60, "█▇▆▅▄▃▂▁"},
      {"LinearDecay(7)", 1, 0, 8, 8, "█▇▆▅▄▃▂▁"},
      {"LinearDecay(7)", -1, 0, 8, 8, "▁▂▃▄▅▆▇█"},
      {"LinearDecay(7)", 1e300, 0, 8, 8, "█▇▆▅▄▃▂▁"},
      {"LinearDecay(7000)", 1, 0, 7001, 8, "█▇▆▅▄▃▂▁"},
      {"LinearDecay(7000)", 1, 1000, 6001, 3, "█▅▁"},
      {"LinearDecay(7)", 1, 0, 8, 1, "▄"},
      {"LinearDecay(7)", 1, 2, 1, 8, "▄"},
      {"LinearDecay(7)", 1, 0, 0, 8, ""},
      {"LinearDecay(9007199254740990)", 1, 0, (size_t)SCHED_MAX_STEP - 1, 8, "█▇▆▅▄▃▂▁"},
      {"LinearDecay(9007199254740990)", 1, 0, (size_t)SCHED_MAX_STEP - 1, 2, "█▁"},
      {"Constant()", 0.1, 0, 100, 5, "▄▄▄▄▄"},
      {"ExponentialLR(2)", 1, 0, 3000, 4, "▁███"},
      {"PiecewiseConstant([1], [1e308, 0.0])", 1, 0, 2, 2, "█▁"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    sched_schedule *schedule = parsed(rows[i].text);
    char text[100];
    size_t length = 0;
    check_ok(sched_sparkline(schedule, rows[i].base, rows[i].first, rows[i].count, rows[i].width,
                             text, sizeof text, &length));
    assert_string_equal(text, rows[i].line);
    assert_int_equal(length, strlen(rows[i].line));
    sched_free(schedule);
  }
  sched_schedule *schedule = parsed("Constant()");
  char *wide = malloc(3 * 65536 + 1);
  size_t length = 0;
  assert_non_null(wide);
  check_ok(sched_sparkline(schedule, 1, 0, (size_t)SCHED_MAX_STEP, 65536, wide, 3 * 65536 + 1,
                           &length));
  assert_int_equal(length, 3 * 65536);
  free(wide);
  sched_free(schedule);
}

int run_schedules(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(from_text),
      cmocka_unit_test(by_kind_and_fields),
      cmocka_unit_test(by_typed_constructor),
      cmocka_unit_test(agree_with_the_field),
      cmocka_unit_test(print_what_they_were_parsed_from),
      cmocka_unit_test(read_python_however_it_is_laid_out),
      cmocka_unit_test(read_no_further_than_length),
      cmocka_unit_test(say_their_kind_and_their_last_step),
      cmocka_unit_test(nest_like_a_flat_sequence),
      cmocka_unit_test(hand_over_at_the_milestone),
      cmocka_unit_test(live_as_long_as_their_references),
      cmocka_unit_test(chain_many_groups_at_once),
      cmocka_unit_test(give_no_rates_into_no_memory),
      cmocka_unit_test(have_the_base_momentum_where_they_drive_none),
      cmocka_unit_test(anneal_as_one_cycle_does),
      cmocka_unit_test(anneal_scaled_and_as_averages_do),
      cmocka_unit_test(list_their_kinds_in_order),
      cmocka_unit_test(declare_their_fields),
      cmocka_unit_test(say_how_much_room_they_need),
      cmocka_unit_test(are_tables_of_steps_and_rates),
      cmocka_unit_test(are_lines_of_blocks),
  };
  return cmocka_run_group_tests_name("schedules", tests, read_vectors, free_vectors);
}
