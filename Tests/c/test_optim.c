/*  Optimizers that own their states. What is expected is sched_step over arrays of
 *  the test's own, byte by byte: other tests hold that to torch's. Those arrays end
 *  or begin at walls. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "stepped.h"
#include "suites.h"
#include "walled.h"

/* -- An optimizer as it is declared ---------------------------------------- */

enum { NAMES = 24 };

typedef struct declared_state {
  char name[32];
  double start;
} declared_state;

typedef struct declared_optimizer {
  int32_t optimizer;
  char name[32];
  double hyper[STEPPED_SETTINGS]; /* its struct, with the defaults */
  size_t settings, states, scalars;
  int is_shaped;
  struct {
    char name[32];
    size_t offset;
    int is_flag; /* or another int32_t */
  } setting[NAMES];
  declared_state state[STEPPED_STATES], scalar[STEPPED_STATES];
} declared_optimizer;

/*  0 where there is no optimizer of that number. */
static int declare(declared_optimizer *made, int32_t optimizer) {
  memset(made, 0, sizeof *made);
  made->optimizer = optimizer;
  char text[4096];
  size_t length, offset = 0;
  if (sched_optimizer_describe(optimizer, text, sizeof text, &length) != SCHED_OK) return 0;
  for (char *at = text; *at;) {
    char *tag = at, *name = strchr(at, '\t') + 1, *end = strchr(at, '\n');
    *end = name[-1] = 0;
    at = end + 1;
    char *value = name + strcspn(name, "\t");
    if (*value) *value++ = 0;
    const int is_flag = strcmp(tag, "flag") == 0 || strcmp(tag, "integer") == 0;
    if (strcmp(tag, "name") == 0) {
      snprintf(made->name, sizeof made->name, "%s", name);
    } else if (is_flag || strcmp(tag, "real") == 0) {
      const double number = strtod(value, NULL);
      const int32_t flag = strncmp(value, "True", 4) == 0 ? 1 : (int32_t)number;
      snprintf(made->setting[made->settings].name, 32, "%s", name);
      made->setting[made->settings].is_flag = is_flag;
      made->setting[made->settings++].offset = offset;
      if (is_flag) memcpy((char *)made->hyper + offset, &flag, sizeof flag);
      else memcpy((char *)made->hyper + offset, &number, sizeof number);
      offset += is_flag ? sizeof flag : sizeof number;
    } else if (strcmp(tag, "state") == 0 || strcmp(tag, "scalar") == 0) {
      declared_state *state =
          *tag == 's' && tag[1] == 't' ? &made->state[made->states++] : &made->scalar[made->scalars++];
      snprintf(state->name, sizeof state->name, "%s", name);
      state->start = strtod(value, NULL);
    } else {
      assert_string_equal(tag, "shape");
      made->is_shaped = 1;
    }
  }
  return 1;
}

/*  A setting of its struct; 0 where it has none of that name. */
static int set(declared_optimizer *of, const char *name, double value) {
  for (size_t i = 0; i < of->settings; i++) {
    if (strcmp(of->setting[i].name, name) != 0) continue;
    const int32_t flag = (int32_t)value;
    char *at = (char *)of->hyper + of->setting[i].offset;
    if (of->setting[i].is_flag) memcpy(at, &flag, sizeof flag);
    else memcpy(at, &value, sizeof value);
    return 1;
  }
  return 0;
}

/* -- The same twice --------------------------------------------------------- */

enum { PARAMS = 3, STEPS = 8 };
static const size_t sizes[PARAMS] = {1, 37, 300};
/*  Rows and columns; a vector is none for Muon, which has it for a matrix. */
static const size_t shapes[PARAMS][2] = {{1, 1}, {0, 0}, {15, 20}};

static size_t side(const declared_optimizer *of, size_t i, size_t which) {
  if (!of->is_shaped) return 0;
  return of->optimizer == SCHED_MUON && i == 1 ? (which ? 1 : sizes[i]) : shapes[i][which];
}

/*  How many elements a state has. */
static size_t elements(const declared_optimizer *of, size_t i, const char *name) {
  const size_t rows = side(of, i, 0), columns = side(of, i, 1);
  if (strcmp(name, "row_var") == 0) return rows ? sizes[i] / columns : 0;
  if (strcmp(name, "col_var") == 0) return rows ? sizes[i] / rows : 0;
  return strcmp(name, "variance") == 0 && rows ? 0 : sizes[i];
}

typedef struct kept {
  const char *name;
  sched_dtype dtype, grad, state, copy;
  sched_rounding rounding;
  int32_t master, average, accumulated;
} kept;

#define SAME SCHED_SAME
static const kept kepts[] = {
    {"floats", SCHED_F32, SAME, SAME, SAME, SCHED_NEAREST, 0, 0, 0},
    {"doubles, averaged and accumulated", SCHED_F64, SAME, SAME, SAME, SCHED_NEAREST, 0, 1, 1},
    {"floats, copied", SCHED_F32, SCHED_BF16, SCHED_BF16, SCHED_F16, SCHED_NEAREST, 0, 1, 0},
    {"bfloat16s of a master", SCHED_BF16, SAME, SAME, SAME, SCHED_NEAREST, 1, 1, 1},
    {"bfloat16s by chance", SCHED_BF16, SCHED_F32, SCHED_BF16, SAME, SCHED_STOCHASTIC, 0, 0, 0},
    {"floats, states of 8 bits", SCHED_F32, SAME, SCHED_Q8, SAME, SCHED_NEAREST, 0, 0, 0},
    {"float16s in parts", SCHED_F16, SAME, SAME, SCHED_BF16, SCHED_KAHAN, 0, 0, 1},
};
enum { KEPTS = sizeof kepts / sizeof *kepts };

static size_t width_of(sched_dtype type) {
  return type == SCHED_F64 ? 8 : type == SCHED_F32 ? 4 : 2;
}

static size_t bytes_of(sched_dtype type, size_t n) {
  return type == SCHED_Q8 || type == SCHED_UQ8 ? SCHED_Q8_BYTES(n) : n * width_of(type);
}

static sched_dtype or_else(sched_dtype type, sched_dtype other) {
  return type == SCHED_SAME ? other : type;
}

static sched_dtype state_type(const kept *kept) {
  return or_else(kept->state, kept->dtype == SCHED_F64 ? SCHED_F64 : SCHED_F32);
}

static void *memory(size_t n, size_t width) {
  void *memory = calloc(n + 1, width);
  assert_non_null(memory);
  return memory;
}

/*  Element `i` of an array; numbers here are short enough for every type. */
static void put(void *array, sched_dtype type, size_t i, double value) {
  const float x = (float)value;
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  uint16_t half = (uint16_t)(bits >> 16);
  if (type == SCHED_F16 && x != 0) {
    half = (uint16_t)((bits >> 16 & 0x8000) | (((bits >> 23 & 0xff) - 112) << 10) |
                      (bits >> 13 & 0x3ff));
  }
  if (type == SCHED_F64) ((double *)array)[i] = value;
  else if (type == SCHED_F32) ((float *)array)[i] = x;
  else ((uint16_t *)array)[i] = half;
}

/*  In 64ths, all digits of which every type holds. */
static void fill(void *array, sched_dtype type, size_t n, unsigned seed) {
  for (size_t i = 0; i < n; i++) {
    seed = seed * 1664525u + 1013904223u;
    put(array, type, i, ((double)(seed >> 24) - 127.5) / 64);
  }
}

typedef struct twin {
  void *param[2], *grad, *copy[2]; /* the test's own, and the optimizer's */
  void *state[STEPPED_STATES];
  double scalars[STEPPED_STATES + 1];
  int64_t step;
  sched_beside beside;
} twin;

/*  Those of every other parameter begin at their walls. */
static void make_twin(twin *twin, const declared_optimizer *of, const kept *kept, size_t i) {
  const size_t n = sizes[i], width = width_of(kept->dtype);
  const sched_dtype native = kept->dtype == SCHED_F64 ? SCHED_F64 : SCHED_F32;
  const int at_start = i % 2;
  memset(twin, 0, sizeof *twin);
  for (size_t k = 0; k < 2; k++) {
    twin->param[k] = walled(n * width, at_start);
    fill(twin->param[k], kept->dtype, n, (unsigned)i + 1);
    if (kept->copy) twin->copy[k] = walled(n * 2, at_start);
  }
  twin->grad = walled(n * width_of(or_else(kept->grad, kept->dtype)), at_start);
  for (size_t s = 0; s < of->states; s++) {
    const size_t count = elements(of, i, of->state[s].name);
    twin->state[s] = walled(bytes_of(state_type(kept), count), at_start);
    for (size_t k = 0; k < count && of->state[s].start != 0; k++) {
      put(twin->state[s], state_type(kept), k, of->state[s].start);
    }
  }
  for (size_t s = 0; s < of->scalars; s++) twin->scalars[s] = of->scalar[s].start;
  sched_beside *beside = &twin->beside;
  if (kept->master) beside->master = walled(n * 4, at_start);
  if (kept->master) fill(beside->master, SCHED_F32, n, (unsigned)i + 1);
  if (kept->average) beside->average = walled(n * width_of(native), at_start);
  if (kept->average) fill(beside->average, native, n, (unsigned)i + 1);
  if (kept->accumulated) beside->accumulated = walled(n * width_of(native), at_start);
  if (kept->rounding == SCHED_KAHAN) beside->residual = walled(n * 2, at_start);
  beside->copy = twin->copy[0];
  beside->seed = 77 + i;
}

static void free_twin(twin *twin) {
  for (size_t k = 0; k < 2; k++) walled_free(twin->param[k]), walled_free(twin->copy[k]);
  for (size_t s = 0; s < STEPPED_STATES; s++) walled_free(twin->state[s]);
  walled_free(twin->grad);
  walled_free(twin->beside.master);
  walled_free(twin->beside.average);
  walled_free(twin->beside.accumulated);
  walled_free(twin->beside.residual);
}

static sched_optim *make_optim(const declared_optimizer *of, const kept *kept, const twin *twins) {
  sched_optim *optim = NULL;
  sched_parameter list[PARAMS];
  check_ok(sched_optim_make(&optim));
  for (size_t i = 0; i < PARAMS; i++) {
    list[i].n = sizes[i];
    list[i].param = twins[i].param[1];
    list[i].grad = twins[i].grad;
    list[i].copy = kept->copy ? twins[i].copy[1] : NULL;
    list[i].rows = side(of, i, 0);
    list[i].columns = side(of, i, 1);
  }
  const sched_optim_group group = {
      of->optimizer,  kept->dtype,    of->hyper,         kept->grad, kept->state,
      kept->copy,     kept->rounding, kept->master,      kept->average, kept->accumulated, 77};
  size_t index = 9, culprit = 9;
  check_ok(sched_optim_add(optim, &group, list, 2, &index, &culprit));
  assert_int_equal(index, 0);
  check_ok(sched_optim_add(optim, &group, list + 2, 1, &index, &culprit));
  assert_int_equal(index, 1);
  assert_int_equal(sched_optim_groups(optim), 2);
  assert_int_equal(sched_optim_params(optim, 0), 2);
  assert_int_equal(sched_optim_params(optim, 1), 1);
  assert_int_equal(sched_optim_params(optim, 2), 0);
  return optim;
}

/*  What an optimizer keeps of parameter `i` under a name; NULL for nothing. */
static void *kept_of(sched_optim *optim, size_t i, const char *name, size_t *bytes) {
  void *data = NULL;
  size_t n = 0;
  sched_dtype dtype = SCHED_SAME;
  sched_status status = sched_optim_state(optim, i / 2, i % 2, name, &data, &n, &dtype);
  if (status == SCHED_E_FIELD) return NULL;
  check_ok(status);
  *bytes = bytes_of(dtype, n);
  return data;
}

static void check_kept(sched_optim *optim, size_t i, const char *name, const void *expected,
                       size_t bytes, const char *about) {
  size_t size = 0;
  const void *data = kept_of(optim, i, name, &size);
  if (!expected != !data || (data && (size != bytes || memcmp(data, expected, size) != 0))) {
    fail_msg("%s: %s of parameter %zu differs", about, name, i);
  }
  if (data) assert_true((uintptr_t)data % 8 == 0);
}

static void check_twins(sched_optim *optim, const declared_optimizer *of, const kept *kept,
                        const twin *twins, const char *about) {
  const size_t native = kept->dtype == SCHED_F64 ? 8 : 4;
  for (size_t i = 0; i < PARAMS; i++) {
    const twin *t = &twins[i];
    const size_t n = sizes[i];
    if (memcmp(t->param[0], t->param[1], n * width_of(kept->dtype)) != 0 ||
        (kept->copy && memcmp(t->copy[0], t->copy[1], n * 2) != 0)) {
      fail_msg("%s: parameter %zu differs", about, i);
    }
    for (size_t s = 0; s < of->states; s++) {
      size_t size = 0;
      if (!kept_of(optim, i, of->state[s].name, &size)) continue;  // not with these settings
      check_kept(optim, i, of->state[s].name, t->state[s],
                 bytes_of(state_type(kept), elements(of, i, of->state[s].name)), about);
    }
    for (size_t s = 0; s < of->scalars; s++) {
      check_kept(optim, i, of->scalar[s].name, &t->scalars[s], sizeof(double), about);
    }
    check_kept(optim, i, "residual", t->beside.residual, n * 2, about);
    check_kept(optim, i, "accumulated", t->beside.accumulated, n * native, about);
    if (t->step > 0) {  // these begin with its first step
      check_kept(optim, i, "master", t->beside.master, n * 4, about);
      check_kept(optim, i, "average", t->beside.average, n * native, about);
    }
    int64_t steps = -1;
    check_ok(sched_optim_param(optim, i / 2, i % 2, NULL, &steps));
    assert_int_equal(steps, t->step);
  }
}

/*  One step of the test's own arrays, those with gradients. */
static void step_twins(const declared_optimizer *of, const kept *kept, twin *twins,
                       const int *has_grad, sched_options *options) {
  stepped_row rows[PARAMS];
  sched_beside besides[PARAMS];
  size_t count = 0;
  for (size_t i = 0; i < PARAMS; i++) {
    if (!has_grad[i]) continue;
    twin *t = &twins[i];
    const stepped_row row = {sizes[i], t->step + 1, {t->param[0], t->grad, NULL}};
    rows[count] = row;
    for (size_t s = 0; s < of->states; s++) rows[count].arrays[2 + s] = t->state[s];
    if (of->scalars) rows[count].arrays[2 + of->states] = t->scalars;
    for (size_t k = 0; k < 2 && of->is_shaped; k++) {
      const size_t length = side(of, i, k);
      memcpy(&rows[count].arrays[2 + of->states + (of->scalars > 0) + k], &length, sizeof length);
    }
    besides[count++] = t->beside;
  }
  // Rows are as long as the optimizer's, in words.
  const size_t stride = 4 + of->states + (of->scalars > 0) + (of->is_shaped ? 2 : 0);
  void *list[PARAMS * 12];
  for (size_t i = 0; i < count; i++) memcpy(list + i * stride, &rows[i], stride * sizeof *list);
  const int is_beside = kept->master || kept->average || kept->accumulated || kept->copy ||
                        kept->rounding != SCHED_NEAREST;
  const sched_group group = {of->optimizer, kept->dtype, of->hyper, list, count, NULL,
                             kept->grad, kept->state, kept->copy, kept->rounding,
                             is_beside ? besides : NULL};
  check_ok(sched_step(&group, 1, options, NULL, NULL));
  if (options->accumulate || options->skipped) return;
  for (size_t i = 0; i < PARAMS; i++) twins[i].step += has_grad[i];
}

static void *saved(const sched_optim *optim, size_t *length) {
  char one[1] = "~";
  assert_int_equal(sched_optim_save(optim, NULL, 0, length), SCHED_E_SPACE);
  assert_int_equal(sched_optim_save(optim, one, 1, length), SCHED_E_SPACE);
  assert_true(one[0] == '~');
  void *data = memory(*length, 1);
  check_ok(sched_optim_save(optim, data, *length, length));
  return data;
}

/*  The same settings by name, by struct, or by one and the other. */
static void change(sched_optim *optim, declared_optimizer *of, const char *name, double value) {
  if (!set(of, name, value)) {
    check_refused(sched_optim_set(optim, 0, name, value), SCHED_E_FIELD, name, "", "");
    return;
  }
  double found = -1;
  check_ok(sched_optim_set(optim, 0, name, value));
  check_ok(sched_optim_get(optim, 0, name, &found));
  assert_true(found == value);
  check_ok(sched_optim_hyper(optim, 1, of->hyper));
  found = -1;
  check_ok(sched_optim_get(optim, 1, name, &found));
  assert_true(found == value);
}

static void run_twins(declared_optimizer of, const kept *kept) {
  char about[128];
  twin twins[PARAMS];
  for (size_t i = 0; i < PARAMS; i++) make_twin(&twins[i], &of, kept, i);
  const sched_dtype grad = or_else(kept->grad, kept->dtype);
  sched_optim *optim = make_optim(&of, kept, twins);
  for (int t = 0; t < STEPS; t++) {
    snprintf(about, sizeof about, "%s of %s, step %d", of.name, kept->name, t);
    int has_grad[PARAMS] = {1, t != 2 && t != 3, t > 0};
    for (size_t i = 0; i < PARAMS; i++) {
      fill(twins[i].grad, grad, sizes[i], (unsigned)(100 * t) + (unsigned)i);
      sched_parameter param = {0, NULL, NULL, NULL, 0, 0};
      check_ok(sched_optim_param(optim, i / 2, i % 2, &param, NULL));
      assert_true(param.n == sizes[i] && param.param == twins[i].param[1]);
      assert_true(param.rows == side(&of, i, 0) && param.columns == side(&of, i, 1));
      param.grad = has_grad[i] ? twins[i].grad : NULL;
      check_ok(sched_optim_put(optim, i / 2, i % 2, &param));
    }
    sched_options options = {0}, own = {0};
    if (t == 3) options.max_norm = 0.5;
    if (t == 4 && kept->accumulated) options.accumulate = 1;
    if (t == 6) {
      // NaN, of any type: nothing is stepped, and nothing counted.
      memset(twins[0].grad, 0xff, width_of(grad));
      options.skip_nonfinite = 1;
    }
    if (kept->average) options.average_weight = 0.25;
    own = options;
    const double rate = 1.0 / (64 << t);
    change(optim, &of, "lr", rate);
    // Turned on under way, and then kept: there were no such arrays before.
    if (t == 5) change(optim, &of, "amsgrad", 1);
    if (t == 5 && of.optimizer == SCHED_RMSPROP) change(optim, &of, "centered", 1);
    if (t == 5 && of.optimizer == SCHED_SGD) change(optim, &of, "momentum", 0.5);
    // What was never stepped begins with the settings of its first step.
    for (size_t i = 0; i < PARAMS; i++) {
      if (twins[i].step > 0) continue;
      if (of.optimizer == SCHED_ASGD) twins[i].scalars[0] = rate;
      if (of.optimizer != SCHED_RPROP) continue;
      for (size_t k = 0; k < sizes[i]; k++) put(twins[i].state[1], state_type(kept), k, rate);
    }
    size_t group = 9, culprit = 9;
    step_twins(&of, kept, twins, has_grad, &own);
    check_ok(sched_optim_step(optim, &options, &group, &culprit));
    assert_true(same_double(options.norm, own.norm) && options.skipped == own.skipped);
    assert_int_equal(options.skipped, t == 6);
    check_twins(optim, &of, kept, twins, about);

    if (t != 0 && t != 5) continue;
    // Another goes on where this one was, with whatever settings it had.
    size_t length = 0, again = 0;
    void *data = saved(optim, &length);
    declared_optimizer fresh;
    assert_true(declare(&fresh, of.optimizer));
    sched_optim *other = make_optim(&fresh, kept, twins);
    check_ok(sched_optim_load(other, data, length));
    void *twice = saved(other, &again);
    assert_int_equal(length, again);
    assert_memory_equal(data, twice, length);
    free(data);
    free(twice);
    sched_optim_free(optim);
    optim = other;
    check_twins(optim, &of, kept, twins, about);
  }
  sched_optim_free(optim);
  for (size_t i = 0; i < PARAMS; i++) free_twin(&twins[i]);
}

/*  Whether 8 bits hold its states; there is no group of it otherwise. */
static int has_bytes(const declared_optimizer *of) {
  sched_optim *optim = NULL;
  check_ok(sched_optim_make(&optim));
  const sched_optim_group group = {.optimizer = of->optimizer, .dtype = SCHED_F32,
                                   .hyper = of->hyper, .state_dtype = SCHED_Q8};
  const sched_status status = sched_optim_add(optim, &group, NULL, 0, NULL, NULL);
  assert_true(status == SCHED_OK || status == SCHED_E_ENUM);
  assert_int_equal(sched_optim_groups(optim), status == SCHED_OK);
  sched_optim_free(optim);
  return status == SCHED_OK;
}

static void steps_as_sched_step_does(void **state) {
  (void)state;
  size_t found = 0;
  for (int32_t optimizer = 1; optimizer < 64; optimizer++) {
    declared_optimizer of;
    if (!declare(&of, optimizer)) continue;
    found++;
    for (size_t k = 0; k < KEPTS; k++) {
      if (vectors_every() > 1 && ((size_t)optimizer + k) % 3 != 0) continue;
      if (kepts[k].state == SCHED_Q8 && !has_bytes(&of)) continue;
      run_twins(of, &kepts[k]);
    }
  }
  assert_true(found >= 23);
}

/*  Of no elements: no addresses at all are in order, of any optimizer. */
static void steps_nothing(void **state) {
  (void)state;
  for (int32_t optimizer = 1; optimizer < 64; optimizer++) {
    declared_optimizer of;
    if (!declare(&of, optimizer)) continue;
    const stepped_row row = {0, 1, {NULL}};
    sched_group group = {.optimizer = optimizer, .dtype = SCHED_F32, .hyper = of.hyper,
                         .list = &row, .count = 1};
    sched_options options = {.loss_scale = 2, .max_norm = 1, .skip_nonfinite = 1, .zero_grad = 1};
    check_ok(sched_step(&group, 1, NULL, NULL, NULL));
    check_ok(sched_step(&group, 1, &options, NULL, NULL));
    assert_true(options.norm == 0 && options.skipped == 0);
    sched_optim *optim = NULL;
    check_ok(sched_optim_make(&optim));
    const sched_optim_group owned = {.optimizer = optimizer, .dtype = SCHED_F32, .hyper = of.hyper,
                                     .average = 1, .accumulated = 1};
    float none;
    const sched_parameter param = {0, NULL, &none, NULL, 0, 0};
    check_ok(sched_optim_add(optim, &owned, &param, 1, NULL, NULL));
    check_ok(sched_optim_step(optim, &options, NULL, NULL));
    sched_optim_free(optim);
  }
}

/* -- Refusals --------------------------------------------------------------- */

static const sched_adamw adamw = SCHED_ADAMW_DEFAULTS;

typedef struct small {
  float param[2][4], grad[2][4];
  sched_parameter list[2];
  sched_optim *optim;
} small;

/*  A group of two parameters of four floats, after a step. */
static void make_small(small *s) {
  memset(s, 0, sizeof *s);
  for (size_t i = 0; i < 2; i++) {
    fill(s->param[i], SCHED_F32, 4, 1);
    fill(s->grad[i], SCHED_F32, 4, 2);
    const sched_parameter one = {4, s->param[i], s->grad[i], NULL, 0, 0};
    s->list[i] = one;
  }
  const sched_optim_group group = {.optimizer = SCHED_ADAMW, .dtype = SCHED_F32, .hyper = &adamw};
  check_ok(sched_optim_make(&s->optim));
  check_ok(sched_optim_add(s->optim, &group, s->list, 2, NULL, NULL));
  check_ok(sched_optim_step(s->optim, NULL, NULL, NULL));
}

static void check_same(const small *s, const void *before, size_t length) {
  size_t now = 0;
  void *after = saved(s->optim, &now);
  assert_int_equal(now, length);
  assert_memory_equal(after, before, length);
  free(after);
}

static void refuses_and_stays_as_it_was(void **state) {
  (void)state;
  small s;
  make_small(&s);
  size_t length = 0, index = 7, culprit = 7, group_index = 7;
  void *before = saved(s.optim, &length), *data = NULL;
  double value = -1;
  sched_optim_group group = {.optimizer = SCHED_ADAMW, .dtype = SCHED_F32, .hyper = &adamw};

#define ADD(list, count) sched_optim_add(s.optim, &group, list, count, &index, &culprit)
  check_refused(sched_optim_make(NULL), SCHED_E_NULL, "optim", "NULL", "");
  check_refused(sched_optim_add(NULL, &group, s.list, 2, &index, &culprit), SCHED_E_NULL, "optim",
                "NULL", "");
  check_refused(sched_optim_add(s.optim, NULL, s.list, 2, &index, &culprit), SCHED_E_NULL, "group",
                "NULL", "");
  check_refused(ADD(NULL, 2), SCHED_E_NULL, "list", "NULL", "");
  assert_int_equal(culprit, 2);
  check_refused(ADD(s.list, SIZE_MAX), SCHED_E_MEMORY, "count", "18446744073709551615", "0 to");
  check_refused(ADD(s.list, (size_t)1 << 62), SCHED_E_MEMORY, "count", "4611686018427387904", "");
  // More than a process can address, than arrays together can, and than there is.
  static const size_t huge[] = {SIZE_MAX, (size_t)1 << 63, (size_t)1 << 46, (size_t)1 << 45,
                                ((size_t)1 << 44) - 64};
  for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
    const sched_parameter list[] = {s.list[0], {huge[i], NULL, NULL, NULL, 0, 0}};
    culprit = 7;
    check_refused(ADD(list, 2), SCHED_E_MEMORY, "list", "", "accepted");
    assert_int_equal(culprit, i < 4 ? 1 : 2);
  }
  group.optimizer = 99;
  check_refused(ADD(s.list, 2), SCHED_E_ENUM, "optimizer", "99", "");
  group.optimizer = SCHED_ADAMW;
  group.dtype = (sched_dtype)9;
  check_refused(ADD(s.list, 2), SCHED_E_ENUM, "dtype", "9", "");
  group.dtype = SCHED_F32;
  group.rounding = SCHED_KAHAN;
  check_refused(ADD(s.list, 2), SCHED_E_ENUM, "rounding", "2", "16 bits");
  group.rounding = SCHED_NEAREST;
  group.master = 1;
  check_refused(ADD(s.list, 2), SCHED_E_RANGE, "master", "1", "16 bits");
  group.master = 2;
  check_refused(ADD(s.list, 2), SCHED_E_RANGE, "master", "2", "0 or 1");
  group.master = 0;
  group.hyper = NULL;
  check_refused(ADD(s.list, 2), SCHED_E_NULL, "hyper", "NULL", "");
  const sched_muon muon = SCHED_MUON_DEFAULTS;
  group.optimizer = SCHED_MUON;
  group.hyper = &muon;
  sched_parameter matrices[] = {s.list[0], s.list[1]};
  matrices[0].rows = matrices[0].columns = matrices[1].rows = 2;
  matrices[1].columns = 3;
  check_refused(ADD(matrices, 2), SCHED_E_RANGE, "list[1].rows", "columns 3", "of 4");
  assert_int_equal(culprit, 1);
  group.optimizer = SCHED_ADAMW;
  sched_adamw wrong = adamw;
  wrong.beta1 = 1;
  group.hyper = &wrong;
  check_refused(ADD(s.list, 2), SCHED_E_VALUE, "AdamW beta1", "1.0", "below 1.0");
  check_refused(sched_optim_hyper(s.optim, 0, &wrong), SCHED_E_VALUE, "AdamW beta1", "1.0", "");
  check_refused(sched_optim_hyper(s.optim, 0, NULL), SCHED_E_NULL, "hyper", "NULL", "");
  check_refused(sched_optim_hyper(s.optim, 1, &adamw), SCHED_E_RANGE, "group", "1", "0 to 0");
  check_refused(sched_optim_set(s.optim, 0, "lr", -1), SCHED_E_VALUE, "AdamW lr", "-1.0", "");
  check_refused(sched_optim_set(s.optim, 0, "lr", NAN), SCHED_E_VALUE, "AdamW lr", "nan", "");
  check_refused(sched_optim_set(s.optim, 0, "amsgrad", 0.5), SCHED_E_VALUE, "AdamW amsgrad", "0.5",
                "0 or 1");
  check_refused(sched_optim_set(s.optim, 0, "momentum", 1), SCHED_E_FIELD, "AdamW momentum", "",
                "lr, beta1, beta2, eps, weight_decay, amsgrad, maximize");
  check_refused(sched_optim_set(s.optim, 0, NULL, 1), SCHED_E_NULL, "name", "NULL", "");
  check_refused(sched_optim_set(s.optim, SIZE_MAX, "lr", 1), SCHED_E_RANGE, "group",
                "18446744073709551615", "0 to 0");
  check_refused(sched_optim_get(s.optim, 0, "momentum", &value), SCHED_E_FIELD, "momentum", "",
                "lr, beta1");
  check_refused(sched_optim_get(s.optim, 0, "lr", NULL), SCHED_E_NULL, "value", "NULL", "");
  assert_true(value == -1);
  check_refused(sched_optim_state(s.optim, 0, 2, "exp_avg", &data, NULL, NULL), SCHED_E_RANGE,
                "index", "2", "0 to 1");
  check_refused(sched_optim_state(s.optim, 0, 0, "max_exp_avg_sq", &data, NULL, NULL),
                SCHED_E_FIELD, "max_exp_avg_sq", "", "exp_avg, exp_avg_sq");
  check_refused(sched_optim_state(s.optim, 0, 0, "exp_avg", NULL, NULL, NULL), SCHED_E_NULL,
                "data", "NULL", "");
  assert_null(data);
  check_refused(sched_optim_set_steps(NULL, 0, 0, 1), SCHED_E_NULL, "optim", "NULL", "");
  check_refused(sched_optim_set_steps(s.optim, 1, 0, 1), SCHED_E_RANGE, "group", "1", "0 to 0");
  check_refused(sched_optim_set_steps(s.optim, 0, 2, 1), SCHED_E_RANGE, "index", "2", "0 to 1");
  check_refused(sched_optim_set_steps(s.optim, 0, 0, -1), SCHED_E_RANGE, "steps", "-1", "from 0");
  check_refused(sched_optim_set_steps(s.optim, 0, 0, SCHED_MAX_STEP), SCHED_E_RANGE, "steps",
                "9007199254740992", "9007199254740991");
  check_refused(sched_optim_set_steps(s.optim, 0, 0, INT64_MIN), SCHED_E_RANGE, "steps", "", "");
  sched_parameter other = s.list[0];
  other.n = 5;
  check_refused(sched_optim_put(s.optim, 0, 0, &other), SCHED_E_RANGE, "n", "5", "4");
  check_refused(sched_optim_put(s.optim, 0, 0, NULL), SCHED_E_NULL, "param", "NULL", "");
  check_refused(sched_optim_save(s.optim, NULL, length, &length), SCHED_E_NULL, "data", "NULL", "");
  check_refused(sched_optim_save(s.optim, before, length, NULL), SCHED_E_NULL, "length", "NULL", "");
  check_same(&s, before, length);
  assert_int_equal(sched_optim_groups(s.optim), 1);
  assert_int_equal(index, 7);

  // A step of both or of none.
  float param[4];
  memcpy(param, s.param[0], sizeof param);
  other = s.list[1];
  other.grad = other.param;
  check_ok(sched_optim_put(s.optim, 0, 1, &other));
  check_refused(sched_optim_step(s.optim, NULL, &group_index, &culprit), SCHED_E_OVERLAP,
                "list[1].grad", "", "param");
  assert_true(group_index == 0 && culprit == 1);
  other.grad = s.grad[1];
  void *state_of_first = NULL;
  check_ok(sched_optim_state(s.optim, 0, 0, "exp_avg", &state_of_first, NULL, NULL));
  void *const taken[] = {s.param[0], state_of_first};
  for (size_t i = 0; i < 2; i++) {
    other.param = taken[i];
    check_ok(sched_optim_put(s.optim, 0, 1, &other));
    check_refused(sched_optim_step(s.optim, NULL, &group_index, &culprit), SCHED_E_OVERLAP,
                  "list[1].param", "", i ? "list[0].exp_avg" : "list[0].param");
    assert_true(group_index == 0 && culprit == 1);
  }
  other.param = NULL;
  check_ok(sched_optim_put(s.optim, 0, 1, &other));
  check_refused(sched_optim_step(s.optim, NULL, &group_index, &culprit), SCHED_E_NULL,
                "list[1].param", "NULL", "");
  sched_options options = {.accumulate = 1};
  check_refused(sched_optim_step(s.optim, &options, &group_index, &culprit), SCHED_E_NULL, "beside",
                "NULL", "accumulated");
  assert_true(group_index == 0 && culprit == 2);
  options.accumulate = 2;
  check_refused(sched_optim_step(s.optim, &options, &group_index, &culprit), SCHED_E_RANGE,
                "accumulate", "2", "0 or 1");
  assert_true(group_index == 1 && culprit == 0);
  check_refused(sched_optim_step(NULL, NULL, &group_index, &culprit), SCHED_E_NULL, "optim", "NULL",
                "");
  assert_memory_equal(param, s.param[0], sizeof param);
  check_same(&s, before, length);
  free(before);
  sched_optim_free(sched_optim_retain(s.optim));
  sched_optim_free(s.optim);
  sched_optim_free(NULL);
  assert_null(sched_optim_retain(NULL));
  assert_int_equal(sched_optim_groups(NULL), 0);
  assert_int_equal(sched_optim_params(NULL, 0), 0);
}

/* -- Where torch was -------------------------------------------------------- */

/*  Torch's state as it was midway into the optimizer, or as it ended beside it. */
static void each_state(sched_optim *optim, const vector *vector, int is_end, size_t count) {
  for (size_t i = 0; i < vector->count; i++) {
    const char *name = stepped_midway(&vector->lines[i]);
    if (!name) continue;
    char key[40];
    snprintf(key, sizeof key, is_end ? "%s32" : "midway_%s", name);
    void *data = NULL;
    size_t n = 0;
    sched_dtype type = SCHED_SAME;
    check_ok(sched_optim_state(optim, 0, 0, name, &data, &n, &type));
    float *theirs = vector_floats(vector, key, 0, n);
    assert_non_null(theirs);
    for (size_t k = 0; k < n && !is_end; k++) stepped_put(data, type, k, (double)theirs[k]);
    const size_t far = stepped_far(theirs, data, type, n, count);
    if (far < n) {
      fail_msg("%s: %s[%zu]: %a, torch %a", vector->reason, key, far,
               stepped_number(data, type, far), (double)theirs[far]);
    }
    free(theirs);
  }
}

/*  From torch's state after some of its steps to its parameter and state after all. */
static void go_on(const vector *vector, int32_t optimizer, sched_dtype type) {
  stepped s = stepped_make(vector, optimizer);
  const size_t count = vector_lines(vector, "grad"), taken = (size_t)vector_double(vector, "midway");
  void *param = memory(s.n, sizeof(double)), *grad = memory(s.n, sizeof(double));
  float *start = vector_floats(vector, "midway_param", 0, s.n);
  for (size_t i = 0; i < s.n; i++) stepped_put(param, type, i, (double)start[i]);

  sched_optim *optim = NULL;
  check_ok(sched_optim_make(&optim));
  const sched_optim_group group = {.optimizer = optimizer, .dtype = type, .hyper = s.hyper};
  const sched_parameter parameter = {s.n, param, grad, NULL, s.shape[0], s.shape[1]};
  check_ok(sched_optim_add(optim, &group, &parameter, 1, NULL, NULL));
  check_ok(sched_optim_set_steps(optim, 0, 0, stepped_counted(vector)));
  each_state(optim, vector, 0, count);
  for (size_t t = taken; t < count; t++) {
    float *next = vector_floats(vector, "grad", t, s.n);
    for (size_t i = 0; i < s.n; i++) stepped_put(grad, type, i, (double)next[i]);
    free(next);
    check_ok(sched_optim_step(optim, NULL, NULL, NULL));
  }
  each_state(optim, vector, 1, count);
  int64_t steps = 0;
  check_ok(sched_optim_param(optim, 0, 0, NULL, &steps));
  assert_int_equal(steps, stepped_counted(vector) + (int64_t)(count - taken));

  float *torch32 = vector_floats(vector, "param32", 0, s.n);
  doubles torch64 = vector_doubles(vector, "param64");
  for (size_t i = 0; i < s.n; i++) {
    const double theirs = (double)torch32[i], exact = torch64.count ? torch64.values[i] : theirs;
    const double ours = stepped_number(param, type, i);
    const double bound = stepped_bound(vector, count, start[i], theirs, exact);
    if (!(fabs(ours - exact) <= bound)) {
      fail_msg("%s: param[%zu]: %a, torch %a", vector->reason, i, ours, exact);
    }
  }
  free(torch64.values);
  free(torch32);
  free(start);
  free(param);
  free(grad);
  sched_optim_free(optim);
  stepped_free(&s);
}

static void goes_on_where_torch_was(void **state) {
  (void)state;
#define KIND(name, constant, type) {#name, SCHED_##constant},
  static const struct {
    const char *name;
    int32_t optimizer;
  } kinds[] = {STEPPED_KINDS(KIND)};
  vectors steps = vectors_read("steps.txt");
  size_t found = 0;
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    for (size_t i = 0; i < steps.count; i++) {
      const vector *vector = &steps.items[i];
      if (strcmp(vector_text(vector, "kind"), kinds[k].name) != 0) continue;
      if (!vector_find(vector, "midway")) continue;
      go_on(vector, kinds[k].optimizer, SCHED_F32);
      go_on(vector, kinds[k].optimizer, SCHED_F64);
      found++;
    }
  }
  assert_true(found >= (vectors_every() > 1 ? 1 : 100));
  vectors_free(&steps);
}

/*  A state that does not fit changes nothing, whatever in it is another. */
static void loads_what_fits(void **state) {
  (void)state;
  small s;
  make_small(&s);
  size_t length = 0, size = 0;
  unsigned char *before = saved(s.optim, &length);
  sched_parameter longer[2] = {s.list[0], s.list[1]};
  longer[1].n = 3;
  const sched_adam adam = SCHED_ADAM_DEFAULTS;
  const struct {
    sched_optim_group group;
    const sched_parameter *list;
    size_t count;
    const char *argument, *value, *accepted;
  } others[] = {
      {{.optimizer = SCHED_ADAM, .dtype = SCHED_F32, .hyper = &adam}, s.list, 2,
       "group[0].optimizer", "Adam", "AdamW"},
      {{.optimizer = SCHED_ADAMW, .dtype = SCHED_F64, .hyper = &adamw}, s.list, 2,
       "group[0].dtype", "2", "1"},
      {{.optimizer = SCHED_ADAMW, .dtype = SCHED_F32, .hyper = &adamw}, s.list, 1,
       "group[0].count", "1", "2"},
      {{.optimizer = SCHED_ADAMW, .dtype = SCHED_F32, .hyper = &adamw}, longer, 2,
       "group[0].list[1].n", "3", "4"},
      {{.optimizer = SCHED_ADAMW, .dtype = SCHED_F32, .hyper = &adamw, .state_dtype = SCHED_BF16},
       s.list, 2, "group[0].list[0].exp_avg.dtype", "3", "1"},
      {{.optimizer = SCHED_ADAMW, .dtype = SCHED_F32, .hyper = &adamw, .average = 1}, s.list, 2,
       "group[0].list[0].arrays", "3", "2"},
  };
  for (size_t i = 0; i <= sizeof others / sizeof *others; i++) {
    sched_optim *other = NULL;
    check_ok(sched_optim_make(&other));
    if (i < sizeof others / sizeof *others) {
      check_ok(sched_optim_add(other, &others[i].group, others[i].list, others[i].count, NULL, NULL));
    }
    void *data = saved(other, &size);
    if (i < sizeof others / sizeof *others) {
      check_refused(sched_optim_load(s.optim, data, size), SCHED_E_STATE, others[i].argument,
                    others[i].value, others[i].accepted);
    } else {
      check_refused(sched_optim_load(s.optim, data, size), SCHED_E_STATE, "groups", "0", "1");
    }
    free(data);
    sched_optim_free(other);
    check_same(&s, before, length);
  }

  // Cut anywhere, and one more byte; any byte another.
  void *more = memory(length + 1, 1);
  memcpy(more, before, length);
  check_refused(sched_optim_load(s.optim, more, length + 1), SCHED_E_STATE, "data", "bytes",
                "no more");
  free(more);
  check_refused(sched_optim_load(s.optim, NULL, length), SCHED_E_NULL, "data", "NULL", "");
  check_refused(sched_optim_load(s.optim, before, SIZE_MAX), SCHED_E_MEMORY, "length", "", "");
  for (size_t cut = 0; cut < length; cut++) {
    void *part = memory(cut, 1);
    memcpy(part, before, cut);
    assert_int_equal(sched_optim_load(s.optim, part, cut), SCHED_E_STATE);
    free(part);
  }
  check_same(&s, before, length);
  size_t loaded = 0;
  for (size_t at = 0; at < length; at++) {
    for (int bit = 0; bit < 8; bit++) {
      unsigned char *changed = memory(length, 1);
      memcpy(changed, before, length);
      changed[at] ^= (unsigned char)(1 << bit);
      const sched_status status = sched_optim_load(s.optim, changed, length);
      assert_true(status == SCHED_OK || status == SCHED_E_STATE);
      if (status == SCHED_OK) {
        loaded++;
        unsigned char *after = saved(s.optim, &size);
        assert_int_equal(size, length);
        // Of a flag -0 is 0.
        size_t differ = 0;
        for (size_t k = 0; k < length; k++) differ += after[k] != before[k];
        assert_true(differ <= 1 && (after[at] == changed[at] || after[at] == before[at]));
        free(after);
        check_ok(sched_optim_load(s.optim, before, length));
      }
      check_same(&s, before, length);
      free(changed);
    }
  }
  // The 16 states that are floats, and little else, may be any bits.
  assert_true(loaded > 16 * 32);
  free(before);
  sched_optim_free(s.optim);
}

int run_optim(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_as_sched_step_does),
      cmocka_unit_test(steps_nothing),
      cmocka_unit_test(refuses_and_stays_as_it_was),
      cmocka_unit_test(goes_on_where_torch_was),
      cmocka_unit_test(loads_what_fits),
  };
  return cmocka_run_group_tests_name("optim", tests, NULL, NULL);
}
