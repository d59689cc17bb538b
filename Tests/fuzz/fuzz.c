/*  libFuzzer on the C interface: any bytes, as every text the library reads and
 *  as fields of sched_make. What is refused leaves nothing behind; what is made
 *  keeps what the header promises.
 *
 *  An input is a text, for sched_parse and the two functions that restore a
 *  saved state. One that begins with a zero, which no text does, is a kind and
 *  the values of its fields; one that begins with "schedopt" is an optimizer's
 *  state. */
#include <math.h>
#include <stdarg.h>
#include <stdint.h>

#include "declared.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed);

static const declarations *kinds(void) {
  static declarations all;
  if (!all.count) all = declared();
  return &all;
}

/*  Ends the program unless a promise is kept. */
#define PROMISE(kept)                                                               \
  do {                                                                              \
    if (!(kept)) {                                                                  \
      fprintf(stderr, "%s:%d: not so: %s\nlast error: %s\n", __FILE__, __LINE__,    \
              #kept, sched_last_error());                                           \
      abort();                                                                      \
    }                                                                               \
  } while (0)

/* -- Chance ------------------------------------------------------------- */

/*  splitmix64: as good as any, and the same for the same input. */
static uint64_t draw(uint64_t *chance) {
  uint64_t z = (*chance += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static size_t pick(uint64_t *chance, size_t count) { return (size_t)(draw(chance) % count); }

static uint64_t hash(const uint8_t *data, size_t size) {
  uint64_t value = 0xcbf29ce484222325u;
  for (size_t i = 0; i < size; i++) value = (value ^ data[i]) * 0x100000001b3u;
  return value;
}

/*  Usual numbers first, and those at which arithmetic turns. */
static const char *const integers[] = {"1",
                                       "2",
                                       "3",
                                       "5",
                                       "10",
                                       "37",
                                       "100",
                                       "0",
                                       "1000000",
                                       "2147483648",
                                       "4503599627370497",
                                       "9007199254740991",
                                       "9007199254740992",
                                       "9007199254740993",
                                       "-1",
                                       "9223372036854775807",
                                       "-9223372036854775808",
                                       "9223372036854775808"};
static const char *const reals[] = {
    "0.1",    "0.5",    "0.9",    "1.0",   "2.0",  "0.0",   "0.25",  "3.5",   "25.0",
    "1e4",    "0.9999", "1e-9",   "1e-3",  "8.0",  "1e18",  "1e154", "1e300", "1.7976931348623157e308",
    "1e-300", "5e-324", "1e-154", "0.999999999999999889", "1.0000000000000002", "9007199254740992.0",
    "-0.0",   "-1.0",   "-1e308", "nan",   "inf",  "-inf"};

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ANY(chance, array) ((array)[pick(chance, COUNT(array))])

/* -- What the library promises ------------------------------------------ */

static int same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b); }

/*  A text that the library writes, by what writes it; the caller frees it. */
typedef sched_status (*writer)(const void *, char *, size_t, size_t *);

static char *written(writer write, const void *object, size_t *length) {
  PROMISE(write(object, NULL, 0, length) == SCHED_E_SPACE);
  char *text = malloc(*length + 1);
  PROMISE(text && write(object, text, *length + 1, length) == SCHED_OK);
  PROMISE(strlen(text) == *length);
  return text;
}

static sched_status write_schedule(const void *object, char *text, size_t room, size_t *length) {
  return sched_text(object, text, room, length);
}

static sched_status write_scheduler(const void *object, char *text, size_t room, size_t *length) {
  return sched_scheduler_save(object, text, room, length);
}

static sched_status write_stopper(const void *object, char *text, size_t room, size_t *length) {
  return sched_early_stopping_save(object, text, room, length);
}

/*  A step within 0 and last: the ends, their neighbours, or anywhere. */
static int64_t a_step(uint64_t *chance, int64_t last) {
  static const int64_t edges[] = {0, 1, 2, 3, 10, 1000, INT64_C(1) << 31, SCHED_MAX_STEP - 1};
  int64_t step = pick(chance, 3) ? ANY(chance, edges) : (int64_t)(draw(chance) >> 11);
  if (pick(chance, 4) == 0) step = last - step % 5;
  return step < 0 ? 0 : step > last ? last : step;
}

static sched_status write_rule(const void *object, char *text, size_t room, size_t *length) {
  return sched_early_stopping_text(object, text, room, length);
}

static sched_status write_why(const void *object, char *text, size_t room, size_t *length) {
  return sched_why(object, text, room, length);
}

/*  Observes, and asks it to be what its text says, whatever it refuses. */
static void exercise_stopper(sched_early_stopping *stopper, uint64_t *chance) {
  static const double metrics[] = {0.5, 0.25, -1, NAN, INFINITY, -INFINITY, 1e308, 0, 0.125};
  static const int64_t places[] = {0, 1, 7, 1000, SCHED_MAX_STEP, -1};
  for (int round = 0; round < 8; round++) {
    size_t length, position;
    char *saved = written(write_stopper, stopper, &length);
    sched_early_stopping *again = NULL, *fresh = NULL;
    PROMISE(sched_early_stopping_restore(saved, length, &position, &again) == SCHED_OK);
    PROMISE(sched_early_stopping_load(again, saved, length, SCHED_POLICY_ERROR, NULL) == SCHED_OK);
    const sched_field seen[] = {sched_real("val_loss", ANY(chance, metrics)),
                                sched_real("train_loss", ANY(chance, metrics)),
                                sched_real("lr", ANY(chance, metrics)),
                                sched_integer("step", ANY(chance, places)),
                                sched_integer("epoch", ANY(chance, places)),
                                sched_real("seconds", ANY(chance, metrics))};
    const size_t first = pick(chance, 3), count = 1 + pick(chance, COUNT(seen) - first);
    sched_verdict verdict = (sched_verdict)77, other = (sched_verdict)77;
    sched_status status, same;
    if (pick(chance, 2)) {
      status = sched_observe(stopper, seen[0].value.real, &verdict);
      same = sched_observe(again, seen[0].value.real, &other);
    } else {
      status = sched_observe_fields(stopper, seen + first, count, &verdict);
      same = sched_observe_fields(again, seen + first, count, &other);
    }
    PROMISE(status == same && verdict == other && (status == SCHED_OK || (int)verdict == 77));
    char *now = written(write_stopper, stopper, &length);
    PROMISE((status == SCHED_OK) || strcmp(now, saved) == 0);
    char *then = written(write_stopper, again, &length);
    PROMISE(strcmp(now, then) == 0);
    char *rule = written(write_rule, stopper, &length);
    PROMISE(sched_early_stopping_parse(rule, length, &position, &fresh) == SCHED_OK);
    PROMISE(sched_early_stopping_load(fresh, now, strlen(now), SCHED_POLICY_KEEP, NULL) == SCHED_OK);
    sched_watch watch;
    PROMISE(sched_watched(fresh, &watch) == SCHED_OK && watch.best_at < watch.observed);
    free(written(write_why, stopper, &length));
    free(rule);
    free(then);
    free(now);
    free(saved);
    sched_early_stopping_free(fresh);
    sched_early_stopping_free(again);
  }
  sched_early_stopping_free(stopper);
}

/*  Moves a run on, back and forth, and asks it to be what its text says. */
static void exercise_scheduler(sched_scheduler *scheduler, int64_t last, int may_walk,
                               uint64_t *chance) {
  const size_t groups = sched_scheduler_groups(scheduler);
  PROMISE(groups >= 1);
  double *rates = malloc(2 * groups * sizeof *rates), *again = rates + groups;
  PROMISE(rates);
  int64_t step, other;
  for (int round = 0; round < 3; round++) {
    PROMISE(sched_now(scheduler, &step, rates) == SCHED_OK && step >= 0 && step <= last);
    const sched_status status = sched_next(scheduler, rates);
    PROMISE(status == (step == last ? SCHED_E_END : SCHED_OK));
  }
  if (may_walk) {
    PROMISE(sched_seek(scheduler, last < 40 ? last : 40) == SCHED_OK);
    PROMISE(sched_seek(scheduler, last < 7 ? last : 7) == SCHED_OK);
  }
  sched_set_rates(scheduler, rates);

  size_t length, length_again, position;
  char *text = written(write_scheduler, scheduler, &length);
  sched_scheduler *restored = NULL;
  PROMISE(sched_scheduler_restore(text, length, &position, &restored) == SCHED_OK);
  char *text_again = written(write_scheduler, restored, &length_again);
  PROMISE(length == length_again && memcmp(text, text_again, length) == 0);
  for (int round = 0; round < 3; round++) {
    sched_status status = sched_next(scheduler, rates);
    PROMISE(sched_next(restored, again) == status);
    if (status != SCHED_OK) break;
    for (size_t i = 0; i < groups; i++) PROMISE(same(rates[i], again[i]));
  }
  PROMISE(sched_now(scheduler, &step, NULL) == SCHED_OK && sched_now(restored, &other, NULL) == SCHED_OK);
  PROMISE(step == other);
  sched_schedule *schedule = NULL;
  PROMISE(sched_scheduler_schedule(restored, 0, &schedule) == SCHED_OK);
  sched_free(schedule);
  (void)chance;
  free(text);
  free(text_again);
  free(rates);
  sched_scheduler_free(restored);
}

/*  The rates of two schedules that should be one, alone and in a range. */
static void agree(const sched_schedule *a, const sched_schedule *b, int64_t last, int in_chain,
                  uint64_t *chance) {
  static const double bases[] = {0.1, 1, 0, 1e-300, 1e308, 5e-324, -0.5};
  static const double currents[] = {0.1, 1, 0, 1e308, -INFINITY, INFINITY, NAN, 5e-324};
  for (int round = 0; round < 8; round++) {
    const double base = ANY(chance, bases), current = ANY(chance, currents);
    const int64_t first = a_step(chance, last);
    const size_t count = last - first < 4 ? (size_t)(last - first) + 1 : 5;
    double ours[5], theirs[5];
    PROMISE(sched_rates(a, base, first, count, ours) == SCHED_OK);
    for (size_t i = 0; i < count; i++) {
      PROMISE(sched_rates(b, base, first + (int64_t)i, 1, &theirs[i]) == SCHED_OK);
      PROMISE(same(ours[i], theirs[i]));
    }
    PROMISE(sched_momenta(a, 0.9, first, count, ours) == SCHED_OK);
    PROMISE(sched_momenta(b, 0.9, first, count, theirs) == SCHED_OK);
    for (size_t i = 0; i < count; i++) PROMISE(same(ours[i], theirs[i]));
    if (!in_chain) continue;
    const sched_groups our_groups = {a, first, 1, &base, &current, ours};
    const sched_groups their_groups = {b, first, 1, &base, &current, theirs};
    PROMISE(sched_chain(&our_groups) == SCHED_OK && sched_chain(&their_groups) == SCHED_OK);
    PROMISE(same(ours[0], theirs[0]));
  }
}

/*  A schedule in something that changes nothing is that schedule. */
static void wrap(const sched_schedule *schedule, int64_t last, uint64_t *chance) {
  static const struct {
    const char *kind;
    int is_list;
    sched_field field;
  } wrappers[] = {
      {"ChainedScheduler", 1, {NULL, SCHED_REAL, 1, {0}}},
      {"SequentialLR", 1, {"milestones", SCHED_INTEGERS, 0, {0}}},
      {"Shift", 0, {"steps", SCHED_INTEGER, 1, {0}}},
      {"Warmup", 0, {"steps", SCHED_INTEGER, 1, {0}}},
      {"Hold", 0, {NULL, SCHED_REAL, 1, {0}}},
      {"Window", 0, {NULL, SCHED_REAL, 1, {0}}},
  };
  const size_t i = pick(chance, COUNT(wrappers));
  const sched_field fields[] = {
      sched_schedules(wrappers[i].is_list ? "schedulers" : "schedule", &schedule, 1),
      wrappers[i].field};
  sched_schedule *wrapped = NULL;
  const sched_status status =
      sched_make(wrappers[i].kind, fields, wrappers[i].field.name ? 2 : 1, NULL, &wrapped);
  PROMISE(status == SCHED_OK || status == SCHED_E_DEPTH);
  if (status != SCHED_OK) return;
  int64_t end;
  PROMISE(sched_last_step(wrapped, &end) == SCHED_OK);
  PROMISE(strcmp(wrappers[i].kind, "Hold") == 0 ? end == SCHED_MAX_STEP : end == last);
  // A shift of none starts its chain from the base rate.
  agree(schedule, wrapped, last, strcmp(wrappers[i].kind, "Shift") != 0, chance);
  sched_free(wrapped);
}

static void exercise(const sched_schedule *schedule, uint64_t chance) {
  int64_t last = -1;
  PROMISE(*sched_kind(schedule));
  PROMISE(sched_last_step(schedule, &last) == SCHED_OK && last >= 0 && last <= SCHED_MAX_STEP);
  double rate = -7;
  if (last < SCHED_MAX_STEP) {
    PROMISE(sched_rates(schedule, 0.1, last + 1, 1, &rate) == SCHED_E_END && rate == -7);
  }

  size_t length, length_again, position;
  char *text = written(write_schedule, schedule, &length);
  sched_schedule *again = NULL;
  // What is of a function has a text for people only.
  if (strstr(text, "<function>")) {
    PROMISE(sched_parse(text, length, &position, &again) != SCHED_OK && position <= length);
    // A product of every step so far takes its time far out.
    if (!strstr(text, "MultiplicativeLR(")) {
      agree(schedule, schedule, last, 1, &chance);
      wrap(schedule, last, &chance);
    }
    free(text);
    return;
  }
  PROMISE(sched_parse(text, length, &position, &again) == SCHED_OK);
  char *text_again = written(write_schedule, again, &length_again);
  PROMISE(length == length_again && memcmp(text, text_again, length) == 0);
  int64_t end;
  PROMISE(sched_last_step(again, &end) == SCHED_OK && end == last);
  agree(schedule, again, last, 1, &chance);
  wrap(schedule, last, &chance);

  const double bases[] = {0.1, 1e300};
  for (int form = SCHED_CLOSED; form <= SCHED_CHAINED; form++) {
    sched_scheduler *scheduler = NULL;
    PROMISE(sched_scheduler_make(again, (sched_form)form, 2, bases, &scheduler) == SCHED_OK);
    if (form == SCHED_CLOSED) {
      PROMISE(sched_seek(scheduler, a_step(&chance, last)) == SCHED_OK);
    }
    exercise_scheduler(scheduler, last, 1, &chance);
    sched_scheduler_free(scheduler);
  }
  free(text);
  free(text_again);
  sched_free(again);
}

/* -- Texts -------------------------------------------------------------- */

#define UNTOUCHED ((void *)(uintptr_t)0x5a5a5a5a)

/*  What a refusal promises. */
static void refused(sched_status status, const void *made, size_t position, size_t size) {
  PROMISE(made == UNTOUCHED && position <= size);
  const char *words = sched_status_text(status);
  PROMISE(strcmp(words, "no such status") != 0);
  PROMISE(strncmp(sched_last_error(), words, strlen(words)) == 0);
}

static void read_text(const char *text, size_t size) {
  uint64_t chance = hash((const uint8_t *)text, size);
  size_t position = SIZE_MAX;
  sched_schedule *schedule = UNTOUCHED;
  sched_status status = sched_parse(text, size, &position, &schedule);
  if (status == SCHED_OK) {
    exercise(schedule, chance);
    sched_free(schedule);
  } else {
    refused(status, schedule, position, size);
  }

  position = SIZE_MAX;
  sched_scheduler *scheduler = UNTOUCHED;
  status = sched_scheduler_restore(text, size, &position, &scheduler);
  if (status == SCHED_OK) {
    int64_t last, step;
    PROMISE(sched_scheduler_schedule(scheduler, 0, &schedule) == SCHED_OK);
    PROMISE(sched_last_step(schedule, &last) == SCHED_OK);
    PROMISE(sched_now(scheduler, &step, NULL) == SCHED_OK);
    exercise_scheduler(scheduler, last, 0, &chance);
    exercise(schedule, chance);
    sched_free(schedule);
    sched_scheduler_free(scheduler);
  } else {
    refused(status, scheduler, position, size);
  }

  position = SIZE_MAX;
  sched_early_stopping *stopper = UNTOUCHED;
  status = sched_early_stopping_restore(text, size, &position, &stopper);
  if (status == SCHED_OK) {
    exercise_stopper(stopper, &chance);
  } else {
    refused(status, stopper, position, size);
  }

  position = SIZE_MAX;
  stopper = UNTOUCHED;
  status = sched_early_stopping_parse(text, size, &position, &stopper);
  if (status == SCHED_OK) {
    exercise_stopper(stopper, &chance);
  } else {
    refused(status, stopper, position, size);
  }
}

/* -- Fields ------------------------------------------------------------- */

/*  What is left of an input that is read as values. */
typedef struct stream {
  const uint8_t *at, *end;
} stream;

static void take(stream *stream, void *value, size_t size) {
  memset(value, 0, size);
  const size_t left = (size_t)(stream->end - stream->at);
  const size_t count = size < left ? size : left;
  memcpy(value, stream->at, count);
  stream->at += count;
}

static uint8_t take_byte(stream *stream) {
  uint8_t byte;
  take(stream, &byte, 1);
  return byte;
}

/*  A number by its place among the above, or by its bits. */
static double take_real(stream *stream) {
  const uint8_t place = take_byte(stream);
  if (place < 2 * COUNT(reals)) return strtod(reals[place % COUNT(reals)], NULL);
  double value;
  take(stream, &value, sizeof value);
  return value;
}

static int64_t take_integer(stream *stream) {
  const uint8_t place = take_byte(stream);
  if (place < 2 * COUNT(integers)) return strtoll(integers[place % COUNT(integers)], NULL, 10);
  int64_t value;
  take(stream, &value, sizeof value);
  return value;
}

static sched_type type_of(const char *declared) {
  static const char *const types[] = {"real", "integer", "flag", "text", "reals", "integers"};
  for (size_t i = 0; i < COUNT(types); i++) {
    if (strcmp(declared, types[i]) == 0) return (sched_type)(SCHED_REAL + i);
  }
  return strcmp(declared, "function") == 0 ? SCHED_FUNCTION : SCHED_SCHEDULES;
}

/*  Counts who holds it in its context. */
static int sawtooth(void *context, int64_t step, double *value) {
  PROMISE(*(const int *)context > 0);
  *value = 0.25 * (double)(step % 9);
  return 0;
}

static void let_go(void *context) { --*(int *)context; }

static void read_fields(const uint8_t *data, size_t size) {
  enum { FIELDS = 16, VALUES = 8 };
  stream stream = {data, data + size};
  sched_schedule *made[4] = {NULL, NULL, NULL, NULL};
  PROMISE(sched_parse("StepLR(3)", 9, NULL, &made[0]) == SCHED_OK);
  int holders = 0;
  const sched_function function = {sawtooth, &holders, let_go};
  size_t makes = 1;
  while (stream.at < stream.end && makes < COUNT(made)) {
    const declared_kind *kind = &kinds()->kinds[take_byte(&stream) % kinds()->count];
    sched_field fields[FIELDS];
    double real_values[FIELDS][VALUES];
    int64_t integer_values[FIELDS][VALUES];
    const sched_schedule *schedules[FIELDS][VALUES];
    const size_t count = take_byte(&stream) % FIELDS;
    int functions = 0;
    for (size_t i = 0; i < count; i++) {
      // Each field in its turn, so that the required ones are there, or any.
      const uint8_t choice = take_byte(&stream);
      declared_field none = {"none", "real", 0, {NULL}, 0};
      const declared_field *field =
          kind->count == 0 ? &none : &kind->fields[(choice < 200 ? i : choice) % kind->count];
      sched_field *given = &fields[i];
      *given = sched_real(field->name, 0);
      const uint8_t type = take_byte(&stream);
      given->type = type < 220 ? type_of(field->type) : (sched_type)(type - 220);
      given->count = take_byte(&stream) % (VALUES + 1);
      for (size_t k = 0; k < VALUES; k++) {
        schedules[i][k] = made[0];
        real_values[i][k] = 0;
        integer_values[i][k] = 0;
      }
      switch (given->type) {
        case SCHED_REAL: given->value.real = take_real(&stream); break;
        case SCHED_INTEGER: given->value.integer = take_integer(&stream); break;
        case SCHED_FLAG: given->value.flag = (int32_t)take_integer(&stream); break;
        case SCHED_TEXT: {
          const size_t word = take_byte(&stream);
          given->value.text =
              field->word_count ? field->words[word % field->word_count] : "linear";
          break;
        }
        case SCHED_REALS:
          for (size_t k = 0; k < given->count; k++) real_values[i][k] = take_real(&stream);
          given->value.reals = real_values[i];
          break;
        case SCHED_INTEGERS:
          for (size_t k = 0; k < given->count; k++) integer_values[i][k] = take_integer(&stream);
          given->value.integers = integer_values[i];
          break;
        case SCHED_SCHEDULES:
          for (size_t k = 0; k < given->count; k++) {
            schedules[i][k] = made[take_byte(&stream) % makes];
          }
          given->value.schedules = schedules[i];
          break;
        case SCHED_FUNCTION:
          given->value.function = &function;
          functions++;
          break;
      }
    }
    // Held while it is made, in case it is: a refused one is not let go of.
    holders += functions;
    size_t culprit = SIZE_MAX;
    sched_schedule *schedule = UNTOUCHED;
    const sched_status status = sched_make(kind->name, fields, count, &culprit, &schedule);
    if (status == SCHED_OK) {
      exercise(schedule, hash(data, size));
      made[makes++] = schedule;
    } else {
      refused(status, schedule, culprit, count);
      holders -= functions;
    }
  }
  for (size_t i = 0; i < makes; i++) sched_free(made[i]);
  PROMISE(holders == 0);
}

/* -- States of optimizers ------------------------------------------------ */

static uint8_t *saved(const sched_optim *optim, size_t *length) {
  PROMISE(sched_optim_save(optim, NULL, 0, length) == SCHED_E_SPACE);
  uint8_t *data = malloc(*length);
  PROMISE(data && sched_optim_save(optim, data, *length, length) == SCHED_OK);
  return data;
}

static int is_optimizer(const uint8_t *data, size_t size) {
  return size >= 8 && memcmp(data, "schedopt", 8) == 0;
}

/*  As an optimizer's, of a few parameters of two types. */
static void read_optimizer(const uint8_t *data, size_t size) {
  float param[5] = {1, 2, 3, 4, 5}, grad[5] = {1, -1, 1, -1, 1};
  uint16_t halves[3] = {0x3f80, 0x4000, 0}, half_grads[3] = {0x3f80, 0xbf80, 0};
  const sched_nadam nadam = SCHED_NADAM_DEFAULTS;
  const sched_adam adam = SCHED_ADAM_DEFAULTS;
  const sched_parameter floats[] = {{3, param, grad, NULL, 0, 0}, {2, param + 3, grad + 3, NULL, 0, 0}};
  const sched_parameter bfloats[] = {{3, halves, half_grads, NULL, 0, 0}};
  const sched_optim_group groups[] = {
      {.optimizer = SCHED_NADAM, .dtype = SCHED_F32, .hyper = &nadam},
      {.optimizer = SCHED_ADAM, .dtype = SCHED_BF16, .hyper = &adam, .master = 1, .average = 1}};
  sched_optim *optim = NULL;
  PROMISE(sched_optim_make(&optim) == SCHED_OK);
  PROMISE(sched_optim_add(optim, &groups[0], floats, 2, NULL, NULL) == SCHED_OK);
  PROMISE(sched_optim_add(optim, &groups[1], bfloats, 1, NULL, NULL) == SCHED_OK);
  PROMISE(sched_optim_step(optim, NULL, NULL, NULL) == SCHED_OK);
  size_t length, now, again;
  uint8_t *before = saved(optim, &length);
  const sched_status status = sched_optim_load(optim, data, size);
  uint8_t *after = saved(optim, &now);
  if (status == SCHED_OK) {
    PROMISE(sched_optim_load(optim, after, now) == SCHED_OK);
    uint8_t *twice = saved(optim, &again);
    PROMISE(again == now && memcmp(after, twice, now) == 0);
    free(twice);
    // Settings and states of any bits are stepped, or refused.
    sched_optim_step(optim, NULL, NULL, NULL);
  } else {
    PROMISE(status == SCHED_E_STATE && *sched_last_error());
    PROMISE(now == length && memcmp(before, after, now) == 0);
  }
  free(before);
  free(after);
  sched_optim_free(optim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 0 && data[0] == 0) {
    read_fields(data + 1, size - 1);
  } else if (is_optimizer(data, size)) {
    read_optimizer(data, size);
  } else {
    // By itself in memory, so that a byte read past it is seen.
    char *text = malloc(size ? size : 1);
    PROMISE(text);
    memcpy(text, data, size);
    read_text(text, size);
    free(text);
  }
  return 0;
}

/* -- Mutations ---------------------------------------------------------- */

/*  Text that grows up to what there is room for; more is lost. */
typedef struct paper {
  char *text;
  size_t length, capacity;
} paper;

static void put(paper *paper, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(paper *paper, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(paper->text + paper->length, paper->capacity - paper->length,
                               format, arguments);
  va_end(arguments);
  if (length > 0) paper->length += (size_t)length;
  if (paper->length >= paper->capacity) paper->length = paper->capacity - 1;
}

static void put_call(paper *paper, const declared_kind *kind, const char *child, int depth,
                     uint64_t *chance);

/*  Mostly what the field is declared to hold. */
static void put_value(paper *paper, const declared_field *field, const char *child, int depth,
                      uint64_t *chance) {
  // Small numbers are those that most fields accept.
  const size_t reach = pick(chance, 3) ? 7 : COUNT(integers);
  sched_type type = pick(chance, 12) ? type_of(field->type) : (sched_type)(1 + pick(chance, 8));
  const int is_list = type == SCHED_REALS || type == SCHED_INTEGERS ||
                      (type == SCHED_SCHEDULES && strcmp(field->type, "schedule") != 0);
  size_t count = is_list ? pick(chance, 4) + (pick(chance, 4) > 0) : 1;
  if (is_list) put(paper, "[");
  for (size_t i = 0; i < count; i++) {
    if (i > 0) put(paper, ", ");
    switch (type) {
      case SCHED_REAL:
      case SCHED_REALS:
        put(paper, "%s", reals[pick(chance, pick(chance, 3) ? 14 : COUNT(reals))]);
        break;
      case SCHED_INTEGER: put(paper, "%s", integers[pick(chance, reach)]); break;
      // Lists of steps mostly grow.
      case SCHED_INTEGERS: put(paper, "%zu", 10 * i + pick(chance, pick(chance, 4) ? 10 : 40)); break;
      case SCHED_FLAG: put(paper, "%s", pick(chance, 2) ? "True" : "False"); break;
      case SCHED_TEXT:
        put(paper, "'%s'", field->word_count ? field->words[pick(chance, field->word_count)] : "x");
        break;
      case SCHED_SCHEDULES:
        if (child && i == 0) {
          put(paper, "%s", child);
        } else {
          put_call(paper, &kinds()->kinds[pick(chance, kinds()->count)], NULL, depth + 1, chance);
        }
        break;
      case SCHED_FUNCTION: put(paper, "<function>"); break;
    }
  }
  if (is_list) put(paper, "]");
}

/*  A call of that kind; `child`, if not NULL, is its first part. */
static void put_call(paper *paper, const declared_kind *kind, const char *child, int depth,
                     uint64_t *chance) {
  put(paper, "%s(", kind->name);
  int is_first = 1;
  for (size_t i = 0; i < kind->count; i++) {
    const declared_field *field = &kind->fields[i];
    if (depth > 3 && type_of(field->type) == SCHED_SCHEDULES) {
      put(paper, "%s%s=Constant()", is_first ? "" : ", ", field->name);
      is_first = 0;
      continue;
    }
    if (!field->required && pick(chance, 2)) continue;
    put(paper, "%s%s=", is_first ? "" : ", ", field->name);
    put_value(paper, field, child, depth, chance);
    is_first = 0;
  }
  put(paper, ")");
}

static int is_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static int is_number(char c) { return (c >= '0' && c <= '9') || (c && strchr("+-.e", c) != NULL); }

/*  The first number, or call, at or after a place: its ends; 0 if there is none. */
static int find(const char *text, size_t from, int a_call, size_t *start, size_t *end) {
  for (size_t i = from; text[i]; i++) {
    if (i > 0 && (is_name(text[i - 1]) || is_number(text[i - 1]))) continue;
    *start = i;
    if (!a_call && is_number(text[i])) {
      for (*end = i; is_number(text[*end]);) ++*end;
      return 1;
    }
    if (!a_call || !is_name(text[i])) continue;
    size_t at = i;
    while (is_name(text[at]) || (text[at] >= '0' && text[at] <= '9')) at++;
    if (text[at] != '(') continue;
    for (int depth = 0; text[at]; at++) {
      depth += (text[at] == '(') - (text[at] == ')');
      if (depth == 0) {
        *end = at + 1;
        return 1;
      }
    }
  }
  return 0;
}

/*  One number or one call of the text made another, or put in another. */
static void mutate_text(paper *paper, const char *text, size_t size, uint64_t *chance) {
  const int a_call = (int)pick(chance, 2);
  size_t start, end;
  if (!find(text, pick(chance, size + 1), a_call, &start, &end) &&
      !find(text, 0, a_call, &start, &end)) {
    put_call(paper, &kinds()->kinds[pick(chance, kinds()->count)], NULL, 0, chance);
    return;
  }
  put(paper, "%.*s", (int)start, text);
  if (!a_call) {
    put(paper, "%s", pick(chance, 2) ? ANY(chance, integers) : ANY(chance, reals));
  } else {
    char child[2048];
    snprintf(child, sizeof child, "%.*s", (int)(end - start), text + start);
    put_call(paper, &kinds()->kinds[pick(chance, kinds()->count)],
             pick(chance, 2) ? child : NULL, 1, chance);
  }
  put(paper, "%s", text + end);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
  uint64_t chance = seed;
  if ((size > 0 && data[0] == 0) || is_optimizer(data, size) || pick(&chance, 2) || capacity < 2) {
    return LLVMFuzzerMutate(data, size, capacity);
  }
  char *text = malloc(size + 1);
  char *room = malloc(capacity + 1);
  PROMISE(text && room);
  memcpy(text, data, size);
  text[size] = 0;
  paper paper = {room, 0, capacity + 1};
  mutate_text(&paper, text, strlen(text), &chance);
  memcpy(data, paper.text, paper.length);
  free(text);
  free(room);
  return paper.length;
}
