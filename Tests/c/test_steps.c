/*  Optimizer steps: torch's parameters within what float's rounding allows, and
 *  the same bits on every instruction set, length, alignment and thread count. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "guarded.h"
#include "reference.h"
#include "stepped.h"
#include "suites.h"
#include "vectors.h"
#include "walled.h"

/*  One parameter's arrays under either optimizer, with marks around each. */
enum { PARAM, GRAD, EXP_AVG, EXP_AVG_SQ, MAX_EXP_AVG_SQ, MOMENTUM_BUFFER, ARRAYS };

typedef struct arrays {
  guarded of[ARRAYS];
} arrays;

/*  What is stepped and how; `adamw` and `sgd` share what follows. */
typedef struct optimizer {
  int is_adamw;
  sched_adamw adamw;
  sched_sgd sgd;
} optimizer;

static vectors steps;

static int read_vectors(void **state) {
  (void)state;
  steps = vectors_read("steps.txt");
  return 0;
}

static int free_vectors(void **state) {
  (void)state;
  vectors_free(&steps);
  return 0;
}

static optimizer optimizer_of(const vector *vector) {
  optimizer o;
  memset(&o, 0, sizeof o);
  o.is_adamw = strcmp(vector_text(vector, "kind"), "adamw") == 0;
  if (o.is_adamw) {
    o.adamw.lr = vector_hyper(vector, "lr");
    o.adamw.beta1 = vector_hyper(vector, "beta1");
    o.adamw.beta2 = vector_hyper(vector, "beta2");
    o.adamw.eps = vector_hyper(vector, "eps");
    o.adamw.weight_decay = vector_hyper(vector, "weight_decay");
    o.adamw.amsgrad = (int32_t)vector_hyper(vector, "amsgrad");
    o.adamw.maximize = (int32_t)vector_hyper(vector, "maximize");
  } else {
    o.sgd.lr = vector_hyper(vector, "lr");
    o.sgd.momentum = vector_hyper(vector, "momentum");
    o.sgd.dampening = vector_hyper(vector, "dampening");
    o.sgd.weight_decay = vector_hyper(vector, "weight_decay");
    o.sgd.nesterov = (int32_t)vector_hyper(vector, "nesterov");
    o.sgd.maximize = (int32_t)vector_hyper(vector, "maximize");
  }
  return o;
}

static arrays arrays_make(size_t n, size_t shift, const float *param) {
  arrays a;
  // Each array at its own place within a line, so that no two are aligned alike.
  for (size_t i = 0; i < ARRAYS; i++) {
    a.of[i] = guarded_make(n, shift * (i + 1), i == PARAM ? param : NULL);
  }
  return a;
}

static void arrays_free(arrays *a) {
  for (size_t i = 0; i < ARRAYS; i++) guarded_free(&a->of[i]);
}

static void check_intact(const arrays *a, const char *about) {
  for (size_t i = 0; i < ARRAYS; i++) {
    if (!guarded_intact(&a->of[i])) fail_msg("%s: array %zu: written past its end", about, i);
  }
}

/*  Equal bits of every array; states that are not in use are zeros in both. */
static void check_same(const arrays *a, const arrays *b, const char *about) {
  for (size_t i = 0; i < ARRAYS; i++) {
    if (!guarded_same(&a->of[i], &b->of[i])) fail_msg("%s: array %zu differs", about, i);
  }
}

/*  `data + first`, for addresses that are no multiple of 4, too. */
static float *offset(const guarded *array, size_t first) {
  return (float *)(void *)((unsigned char *)(void *)array->data + first * sizeof(float));
}

/*  Elements [first, first + n) take a step. States that the optimizer does not
 *  read are NULL. */
static sched_status step_part(const optimizer *o, int64_t step, arrays *a, size_t first, size_t n) {
  float *param = offset(&a->of[PARAM], first);
  const float *grad = offset(&a->of[GRAD], first);
  if (o->is_adamw) {
    return sched_adamw_f32(&o->adamw, step, n, param, grad, offset(&a->of[EXP_AVG], first),
                           offset(&a->of[EXP_AVG_SQ], first),
                           o->adamw.amsgrad ? offset(&a->of[MAX_EXP_AVG_SQ], first) : NULL);
  }
  return sched_sgd_f32(&o->sgd, step, n, param, grad,
                       o->sgd.momentum != 0 ? offset(&a->of[MOMENTUM_BUFFER], first) : NULL);
}

static void step_all(const optimizer *o, int64_t step, arrays *a) {
  check_ok(step_part(o, step, a, 0, a->of[PARAM].count));
}

static void set_grad(arrays *a, const float *grad) {
  if (a->of[GRAD].count) memcpy(a->of[GRAD].data, grad, a->of[GRAD].count * sizeof *grad);
}

/*  Numbers of all signs and of several magnitudes, different in every lane. */
static float *noise(size_t n, uint64_t seed) {
  float *values = malloc((n + 1) * sizeof *values);
  assert_non_null(values);
  uint64_t x = seed * 0x9e3779b97f4a7c15 + 1;
  for (size_t i = 0; i < n; i++) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    values[i] = ldexpf((float)((double)(int64_t)x * 0x1p-62), (int)(x % 7) - 3);
  }
  return values;
}

/* -- What torch says ---------------------------------------------------- */

static int same_class(double a, double b) {
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
  if (isinf(a) || isinf(b)) return a == b;
  return 1;
}

/*  Torch takes its steps in float, in another order and partly with fused
 *  multiply-adds, so it ends about as far from the truth as the reference
 *  allows us. Its lerp, m + w (g - m), makes NaN of an infinite m where ours
 *  stays infinite; the parameter is NaN in both. */
static void check_state(const vector *vector, const char *key, const guarded *ours,
                        const reference_element *elements, size_t member) {
  float *theirs = vector_floats(vector, key, 0, ours->count);
  if (!theirs) return;
  for (size_t i = 0; i < ours->count; i++) {
    const bounded *element = (const bounded *)(const void *)&elements[i] + member;
    double a = guarded_at(ours, i), b = theirs[i];
    if (isfinite(a) != isfinite(b)) {
      fail_msg("%s: %s[%zu]: %a, torch %a", vector->reason, key, i, a, b);
    }
    if (!isfinite(b) || !isfinite(element->value)) continue;
    if (fabs(a - b) > 3 * element->error) {
      fail_msg("%s: %s[%zu]: %a, torch %a: %g off, %g allowed", vector->reason, key, i, a, b,
               fabs(a - b), 3 * element->error);
    }
  }
  free(theirs);
}

/*  Where float's range is left on the way torch's float32 is all there is to
 *  compare with. Both round the parameter at most twice a step and the update
 *  a few times, and the update may be larger than what is left of it. */
static void check_float32(const vector *vector, const guarded *ours, const float *before,
                          size_t count) {
  float *theirs = vector_floats(vector, "param32", 0, ours->count);
  assert_non_null(theirs);
  for (size_t i = 0; i < ours->count; i++) {
    double a = guarded_at(ours, i), b = theirs[i];
    if (!same_class(a, b)) fail_msg("%s: param[%zu]: %a, torch %a", vector->reason, i, a, b);
    if (!isfinite(b)) continue;
    double bound = 4 * (double)count * (double)FLT_EPSILON * fmax(fabs(b), fabs((double)before[i]));
    if (fabs(a - b) > bound + 0x1p-149) {
      fail_msg("%s: param[%zu]: %a, torch %a", vector->reason, i, a, b);
    }
  }
  free(theirs);
}

/*  Whether there is a reference, which bounds the error more tightly. */
static int has_reference(const vector *vector) {
  const char *kind = vector_text(vector, "kind");
  return strcmp(kind, "adamw") == 0 || strcmp(kind, "sgd") == 0;
}

static void check_vector(const vector *vector) {
  const optimizer o = optimizer_of(vector);
  const size_t n = (size_t)vector_double(vector, "n");
  const size_t count = vector_lines(vector, "grad");
  assert_true(n > 0 && count > 0);
  float *param = vector_floats(vector, "param", 0, n);
  reference_element *elements = malloc(n * sizeof *elements);
  assert_non_null(elements);
  for (size_t i = 0; i < n; i++) elements[i] = reference_start(param[i]);

  arrays a = arrays_make(n, 4, param);
  for (size_t t = 0; t < count; t++) {
    float *grad = vector_floats(vector, "grad", t, n);
    set_grad(&a, grad);
    step_all(&o, (int64_t)t + 1, &a);
    for (size_t i = 0; i < n; i++) {
      if (o.is_adamw) reference_adamw(&o.adamw, (int64_t)t + 1, grad[i], &elements[i]);
      else reference_sgd(&o.sgd, (int64_t)t + 1, grad[i], &elements[i]);
    }
    free(grad);
  }
  check_intact(&a, vector->reason);

  doubles expected = vector_doubles(vector, "param64");
  assert_true(expected.count == 0 || expected.count == n);
  for (size_t i = 0; i < expected.count; i++) {
    double ours = guarded_at(&a.of[PARAM], i), theirs = expected.values[i];
    const bounded *element = &elements[i].param;
    if (!same_class(ours, theirs)) {
      fail_msg("%s: param[%zu]: %a, torch %a", vector->reason, i, ours, theirs);
    }
    if (!isfinite(theirs)) continue;
    // The bound is worth what the reference is, and torch says what that is.
    // Both are doubles, a few hundred roundings each, and cancel at worst
    // against the parameter.
    if (fabs(element->value - theirs) > 0x1p-20 * element->error) {
      fail_msg("%s: reference[%zu]: %a, torch %a", vector->reason, i, element->value, theirs);
    }
    if (!(fabs(ours - theirs) <= element->error)) {
      fail_msg("%s: param[%zu]: %a, torch %a: %g off, %g allowed", vector->reason, i, ours, theirs,
               fabs(ours - theirs), element->error);
    }
  }
  if (!expected.values) check_float32(vector, &a.of[PARAM], param, count);
  check_state(vector, "exp_avg32", &a.of[EXP_AVG], elements, 1);
  check_state(vector, "exp_avg_sq32", &a.of[EXP_AVG_SQ], elements, 2);
  check_state(vector, "max_exp_avg_sq32", &a.of[MAX_EXP_AVG_SQ], elements, 3);
  check_state(vector, "momentum_buffer32", &a.of[MOMENTUM_BUFFER], elements, 4);

  free(expected.values);
  arrays_free(&a);
  free(elements);
  free(param);
}

static void end_where_torch_does(void **state) {
  (void)state;
  for (size_t i = 0; i < steps.count; i++) {
    if (has_reference(&steps.items[i])) check_vector(&steps.items[i]);
  }
}

/*  Every optimizer's typed step of a list, and what its printed structs take. */
#define TYPED(name, constant, type)                                                       \
  static sched_status typed_##name(const void *hyper, const void *row) {                  \
    return sched_##name##_list_f32((const sched_##name *)hyper,                           \
                                   (const sched_##name##_arrays_f32 *)row, 1, NULL);      \
  }
STEPPED_KINDS(TYPED)

static const struct {
  const char *name;
  int32_t optimizer;
  size_t hyper_size, row_size;
  sched_status (*step)(const void *hyper, const void *row);
} kinds[] = {
#define KIND(name, constant, type)                                                        \
  {#name, SCHED_##constant, sizeof(sched_##name), sizeof(sched_##name##_arrays_f32), typed_##name},
    STEPPED_KINDS(KIND)};

/*  That each array of state is the one of its name. */
static void check_states(const vector *vector, const stepped *s, size_t count) {
  for (size_t k = 0; k < s->states; k++) {
    char key[40];
    snprintf(key, sizeof key, "%s32", s->names[k]);
    const char *line = vector_find(vector, key);
    if (!line) continue;
    // Of matrices there are states of rows and of columns.
    size_t n = 1;
    for (const char *c = line; *c; c++) n += *c == ' ';
    float *theirs = vector_floats(vector, key, 0, n);
    const size_t i = stepped_far(theirs, s->arrays[2 + k], SCHED_F32, n, count);
    if (i < n) {
      fail_msg("%s: %s[%zu]: %a, torch %a", vector->reason, key, i, s->arrays[2 + k][i], theirs[i]);
    }
    free(theirs);
  }
}

/*  By sched_step and by the typed call, which are the same bits. */
static void check_kind(const vector *vector, size_t kind) {
  stepped a = stepped_make(vector, kinds[kind].optimizer);
  stepped b = stepped_make(vector, kinds[kind].optimizer);
  assert_int_equal(a.hyper_size, kinds[kind].hyper_size);
  const size_t count = vector_lines(vector, "grad");
  for (size_t t = 0; t < count; t++) {
    stepped_row row = stepped_next(&a, vector, t), typed = stepped_next(&b, vector, t);
    size_t columns = 2 + a.states + (a.scalar_count > 0) + a.shape_count;
    assert_int_equal(kinds[kind].row_size, (2 + columns) * sizeof(int64_t));
    const sched_group group = {a.optimizer, SCHED_F32, a.hyper, &row, 1, NULL,
                               SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST, NULL};
    check_ok(sched_step(&group, 1, NULL, NULL, NULL));
    check_ok(kinds[kind].step(b.hyper, &typed));
  }
  for (size_t i = 0; i < 2 + a.states; i++) {
    assert_memory_equal(a.arrays[i], b.arrays[i], a.n * sizeof(float));
  }
  assert_memory_equal(a.scalars, b.scalars, sizeof a.scalars);

  float *start = vector_floats(vector, "param", 0, a.n);
  float *torch32 = vector_floats(vector, "param32", 0, a.n);
  doubles torch64 = vector_doubles(vector, "param64");
  for (size_t i = 0; i < a.n; i++) {
    double ours = a.arrays[0][i], theirs = torch32[i];
    double exact = torch64.count ? torch64.values[i] : theirs;
    if (!isfinite(exact) || !isfinite(theirs)) {
      if (!same_class(ours, theirs)) {
        fail_msg("%s: param[%zu]: %a, torch %a", vector->reason, i, ours, theirs);
      }
      continue;
    }
    double bound = stepped_bound(vector, count, start[i], theirs, exact);
    if (!(fabs(ours - exact) <= bound)) {
      fail_msg("%s: param[%zu]: %a, torch %a: %g off, %g allowed", vector->reason, i, ours, exact,
               fabs(ours - exact), bound);
    }
  }
  check_states(vector, &a, count);
  free(start);
  free(torch32);
  free(torch64.values);
  stepped_free(&a);
  stepped_free(&b);
}

/*  Matrices between marks, at addresses of every kind: nothing beside them is
 *  written, and where they lie changes nothing. */
static void of_matrices_stay_within_their_arrays(void **state) {
  (void)state;
  static const size_t shapes[][3] = {{1, 1, 1}, {1, 5, 7}, {3, 4, 17}, {6, 3, 3}, {1, 70, 33}};
  const sched_adafactor adafactor = SCHED_ADAFACTOR_DEFAULTS;
  const sched_muon muon = SCHED_MUON_DEFAULTS;
  for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
    const size_t batch = shapes[k][0], rows = shapes[k][1], columns = shapes[k][2];
    const size_t n = batch * rows * columns;
    float *values = noise(n, k + 1), *grad = noise(n, k + 7);
    for (int is_muon = 0; is_muon < (batch == 1) + 1; is_muon++) {
      guarded first[4];
      for (size_t shift = 0; shift < 40; shift += 13) {
        guarded of[4] = {guarded_make(n, shift, values), guarded_make(n, 2 * shift, grad),
                         guarded_make(is_muon ? n : batch * rows, 3 * shift, NULL),
                         guarded_make(batch * columns, 5 * shift, NULL)};
        for (int64_t t = 1; t <= 3; t++) {
          check_ok(is_muon ? sched_muon_f32(&muon, t, n, of[0].data, of[1].data, of[2].data, rows,
                                            columns)
                           : sched_adafactor_f32(&adafactor, t, n, of[0].data, of[1].data,
                                                 of[2].data, of[3].data, NULL, rows, columns));
        }
        for (size_t i = 0; i < 4; i++) {
          assert_true(guarded_intact(&of[i]));
          if (shift > 0) assert_true(guarded_same(&of[i], &first[i]));
          if (shift > 0) guarded_free(&of[i]);
          else first[i] = of[i];
        }
      }
      assert_true(memcmp(first[0].data, values, n * sizeof *values) != 0);
      for (size_t i = 0; i < 4; i++) guarded_free(&first[i]);
    }
    free(values);
    free(grad);
  }
}

static void of_every_optimizer_end_where_its_peer_does(void **state) {
  (void)state;
  size_t seen[sizeof kinds / sizeof *kinds] = {0};
  vectors keras = vectors_read("keras_steps.txt");
  for (size_t i = 0; i < steps.count + keras.count; i++) {
    const vector *one = i < steps.count ? &steps.items[i] : &keras.items[i - steps.count];
    const char *name = vector_text(one, "kind");
    size_t kind = 0;
    while (kind < sizeof kinds / sizeof *kinds && strcmp(name, kinds[kind].name) != 0) kind++;
    if (kind == sizeof kinds / sizeof *kinds) fail_msg("%s is no kind here", name);
    check_kind(one, kind);
    seen[kind]++;
  }
  for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) assert_true(seen[kind] > 0);
  vectors_free(&keras);
}

/*  Some rows of a matrix of three columns, beside the same rows one by one. */
static void of_rows_are_those_of_the_rows_alone(void **state) {
  (void)state;
  const sched_sparse_adam hyper = SCHED_SPARSE_ADAM_DEFAULTS;
  float values[6] = {0.5f, -1, 2, 3, -0.25f, 1e-3f};
  float param[15], m[15] = {0}, v[15] = {0}, alone[15], m1[15] = {0}, v1[15] = {0};
  for (int i = 0; i < 15; i++) alone[i] = param[i] = (float)i - 7.5f;
  const int64_t indices[2] = {1, 4};
  const sched_sparse_adam_arrays_f32 row = {15, 2, param, values, m, v};
  const sched_rows rows = {5, 2, indices};
  sched_group group = {SCHED_SPARSE_ADAM, SCHED_F32, &hyper, &row, 1, &rows,
                       SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST, NULL};
  check_ok(sched_step(&group, 1, NULL, NULL, NULL));
  for (int k = 0; k < 2; k++) {
    const int64_t at = indices[k] * 3;
    check_ok(sched_sparse_adam_f32(&hyper, 2, 3, alone + at, values + 3 * k, m1 + at, v1 + at));
  }
  assert_memory_equal(param, alone, sizeof param);
  assert_memory_equal(m, m1, sizeof m);
  assert_memory_equal(v, v1, sizeof v);
  assert_true(param[3] != -4.5f && param[0] == -7.5f);

  const int64_t twice[2] = {4, 4};
  const struct {
    sched_rows rows;
    sched_status status;
    const char *words;
  } refused[] = {{{5, 2, twice}, SCHED_E_RANGE, "indices=4"},
                 {{5, 2, NULL}, SCHED_E_NULL, "indices=NULL"},
                 {{4, 2, indices}, SCHED_E_RANGE, "total=4"},
                 {{0, 0, NULL}, SCHED_E_RANGE, "total=0"},
                 {{SIZE_MAX, 2, indices}, SCHED_E_RANGE, "total=18446744073709551615"},
                 {{5, SIZE_MAX, indices}, SCHED_E_RANGE, "count=18446744073709551615"}};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    size_t culprit = 9;
    group.rows = &refused[i].rows;
    assert_int_equal(sched_step(&group, 1, NULL, NULL, &culprit), refused[i].status);
    if (!strstr(sched_last_error(), refused[i].words)) fail_msg("%s", sched_last_error());
    assert_int_equal(culprit, 0);
  }
  assert_memory_equal(param, alone, sizeof param);
}

/* -- L-BFGS -------------------------------------------------------------- */

enum { MOST = 17, HISTORY = 100 };

/*  Rosenbrock's function of n variables, in doubles, of a parameter and a gradient of any
 *  type. */
typedef struct valley {
  size_t n, fails_at, calls;
  sched_dtype dtype, grad_dtype;
  void *param, *grad;
} valley;

static void widen(const void *from, sched_dtype dtype, double *to, size_t n) {
  float floats[MOST];
  const sched_array given = {from, n, dtype};
  if (dtype == SCHED_F64) {
    memcpy(to, from, n * sizeof *to);
    return;
  }
  check_ok(sched_convert(&given, SCHED_F32, floats));
  for (size_t i = 0; i < n; i++) to[i] = (double)floats[i];
}

static void narrow(const double *from, void *to, sched_dtype dtype, size_t n) {
  float floats[MOST];
  const sched_array given = {floats, n, SCHED_F32};
  if (dtype == SCHED_F64) {
    memcpy(to, from, n * sizeof *from);
    return;
  }
  for (size_t i = 0; i < n; i++) floats[i] = (float)from[i];
  check_ok(sched_convert(&given, dtype, to));
}

static int valley_at(void *context, int64_t step, double *value) {
  valley *v = (valley *)context;
  if ((size_t)step != v->calls % 1000 || v->calls++ == v->fails_at) return 7;
  double x[MOST], g[MOST] = {0}, sum = 0;
  widen(v->param, v->dtype, x, v->n);
  for (size_t i = 0; i + 1 < v->n; i++) {
    const double across = x[i + 1] - x[i] * x[i], along = 1 - x[i];
    sum += 100 * across * across + along * along;
    g[i] += -400 * across * x[i] - 2 * along;
    g[i + 1] += 200 * across;
  }
  narrow(g, v->grad, v->grad_dtype, v->n);
  *value = sum;
  return 0;
}

/*  All that a step needs, for the largest of the vectors, of doubles or of floats. */
typedef struct lbfgs_room {
  double d[MOST], before[MOST], pairs[2 * HISTORY][MOST], ro[HISTORY], al[HISTORY];
  double products[HISTORY * (HISTORY + 1)];
  void *dirs[HISTORY], *steps[HISTORY];
  sched_lbfgs_memory memory;
} lbfgs_room;

static void lbfgs_begin(lbfgs_room *room) {
  memset(room, 0, sizeof *room);
  for (size_t i = 0; i < HISTORY; i++) {
    room->dirs[i] = room->pairs[i];
    room->steps[i] = room->pairs[HISTORY + i];
  }
  sched_lbfgs_memory *memory = &room->memory;
  memory->d = room->d;
  memory->prev_flat_grad = room->before;
  memory->old_dirs = room->dirs;
  memory->old_stps = room->steps;
  memory->ro = room->ro;
  memory->al = room->al;
  memory->products = room->products;
}

static sched_lbfgs lbfgs_of(const vector *vector) {
  const sched_lbfgs hyper = {vector_hyper(vector, "lr"),
                             vector_hyper(vector, "tolerance_grad"),
                             vector_hyper(vector, "tolerance_change"),
                             (int64_t)vector_hyper(vector, "max_iter"),
                             (int64_t)vector_hyper(vector, "max_eval"),
                             (int64_t)vector_hyper(vector, "history_size"),
                             (int32_t)vector_hyper(vector, "strong_wolfe")};
  return hyper;
}

static sched_dtype dtype_named(const char *name) {
  static const char *const names[] = {"", "float32", "float64", "bfloat16", "float16"};
  for (int i = 1; i < 5; i++) {
    if (strcmp(name, names[i]) == 0) return (sched_dtype)i;
  }
  fail_msg("%s is no type", name);
  return SCHED_SAME;
}

static void of_lbfgs_go_where_torch_s_go(void **state) {
  (void)state;
  static lbfgs_room room;
  vectors all = vectors_read("lbfgs.txt");
  for (size_t i = 0; i < all.count; i++) {
    const vector *one = &all.items[i];
    const sched_lbfgs hyper = lbfgs_of(one);
    doubles x = vector_doubles(one, "from"), losses = vector_doubles(one, "losses");
    doubles to = vector_doubles(one, "to");
    double param[MOST], grad[MOST];
    valley v = {x.count, SIZE_MAX, 0, dtype_named(vector_text(one, "param")),
                dtype_named(vector_text(one, "grad")), param, grad};
    narrow(x.values, param, v.dtype, v.n);
    const sched_function objective = {valley_at, &v, NULL};
    lbfgs_begin(&room);
    for (size_t step = 0; step < losses.count; step++) {
      double loss = -1;
      v.calls = 0;
      check_ok(sched_lbfgs_step(&hyper, v.dtype, v.grad_dtype, v.n, param, grad, &room.memory,
                                &objective, &loss));
      /*  Sums are in another order, and each evaluation carries the last one's error on. */
      if (!(fabs(loss - losses.values[step]) <= 1e-6 * (1e-6 + fabs(losses.values[step])))) {
        fail_msg("%s: step %zu: loss %a, torch %a", one->reason, step, loss, losses.values[step]);
      }
    }
    widen(param, v.dtype, x.values, v.n);
    for (size_t k = 0; k < x.count; k++) {
      if (!(fabs(x.values[k] - to.values[k]) <= 1e-5)) {
        fail_msg("%s: [%zu]: %a, torch %a", one->reason, k, x.values[k], to.values[k]);
      }
    }
    assert_int_equal(room.memory.n_iter, (int64_t)vector_double(one, "iterations"));
    assert_int_equal(room.memory.func_evals, (int64_t)vector_double(one, "evaluations"));
    free(x.values);
    free(losses.values);
    free(to.values);
  }
  vectors_free(&all);
}

static void of_lbfgs_refuse_and_fail(void **state) {
  (void)state;
  static lbfgs_room room;
  lbfgs_begin(&room);
  sched_lbfgs hyper = SCHED_LBFGS_DEFAULTS;
  double x[3] = {-1, 0.5, 1}, g[3], loss = -1;
  valley v = {3, SIZE_MAX, 0, SCHED_F64, SCHED_F64, x, g};
  const sched_function objective = {valley_at, &v, NULL}, none = {NULL, NULL, NULL};
  sched_lbfgs_memory *memory = &room.memory;
#define LBFGS(hyper, dtype, ...) sched_lbfgs_step(hyper, dtype, SCHED_SAME, __VA_ARGS__)
  check_refused(LBFGS(NULL, SCHED_F64, 3, x, g, memory, &objective, &loss), SCHED_E_NULL, "hyper",
                "=NULL", "pointer");
  check_refused(LBFGS(&hyper, SCHED_F64, 3, NULL, g, memory, &objective, &loss), SCHED_E_NULL,
                "param", "=NULL", "3 doubles");
  check_refused(LBFGS(&hyper, SCHED_F64, 3, x, x + 1, memory, &objective, &loss), SCHED_E_OVERLAP,
                "grad", "3 doubles", "none of param");
  check_refused(LBFGS(&hyper, SCHED_F64, SIZE_MAX, x, g, memory, &objective, &loss),
                SCHED_E_MEMORY, "n", "=18446744073709551615", "accepted");
  check_refused(LBFGS(&hyper, (sched_dtype)99, 3, x, g, memory, &objective, &loss),
                SCHED_E_ENUM, "dtype", "=99", "accepted");
  check_refused(LBFGS(&hyper, SCHED_F64, 3, x, g, memory, &none, &loss), SCHED_E_NULL,
                "objective.call", "=NULL", "pointer");
  room.memory.count = 101;
  check_refused(LBFGS(&hyper, SCHED_F64, 3, x, g, memory, &objective, &loss), SCHED_E_RANGE,
                "count", "=101", "from 0 to 100");
  room.memory.count = 0;
  // Whose sums with those of a step would be no numbers.
  const struct {
    const char *name;
    int64_t *number;
  } counted[] = {{"n_iter", &memory->n_iter}, {"func_evals", &memory->func_evals},
                 {"count", &memory->count}, {"known", &memory->known}};
  for (size_t i = 0; i < 4; i++) {
    static const int64_t wrong[] = {INT64_MAX, INT64_MIN, -1, SCHED_MAX_STEP + 1};
    for (size_t k = 0; k < 4; k++) {
      char text[32];
      snprintf(text, sizeof text, "=%lld", (long long)wrong[k]);
      *counted[i].number = wrong[k];
      check_refused(LBFGS(&hyper, SCHED_F64, 3, x, g, memory, &objective, &loss), SCHED_E_RANGE,
                    counted[i].name, text, "an integer from 0 to");
    }
    *counted[i].number = 0;
  }
  const struct {
    sched_dtype dtype, grad_dtype;
    const char *name, *value, *accepted;
  } others[] = {{SCHED_SAME, SCHED_SAME, "dtype", "=0", "a constant of sched_dtype"},
                {SCHED_Q8, SCHED_SAME, "dtype", "=5", "a type of floats"},
                {SCHED_F32, SCHED_UQ8, "grad_dtype", "=6", "a type of floats"},
                {SCHED_F32, (sched_dtype)7, "grad_dtype", "=7", "a constant of sched_dtype"},
                {SCHED_F64, SCHED_F32, "grad_dtype", "=1", "doubles with doubles"},
                {SCHED_BF16, SCHED_F64, "grad_dtype", "=2", "doubles with doubles"}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    check_refused(sched_lbfgs_step(&hyper, others[i].dtype, others[i].grad_dtype, 3, x, g, memory,
                                   &objective, &loss),
                  SCHED_E_ENUM, others[i].name, others[i].value, others[i].accepted);
  }
  // Three bfloat16s, two bytes before three floats.
  check_refused(sched_lbfgs_step(&hyper, SCHED_BF16, SCHED_F32, 3, (char *)x + 8, (char *)x + 12,
                                 memory, &objective, &loss),
                SCHED_E_OVERLAP, "grad", "=3 floats", "none of param");
  // Less than three doubles from where addresses end.
  void *const last = (void *)(UINTPTR_MAX - 8);
  check_refused(LBFGS(&hyper, SCHED_F64, 3, x, last, memory, &objective, &loss), SCHED_E_MEMORY, "n",
                "=3", "within memory");
  room.steps[4] = NULL;
  check_refused(LBFGS(&hyper, SCHED_F64, 3, x, g, memory, &objective, &loss), SCHED_E_NULL,
                "old_stps[4]", "=NULL", "3 doubles");
  room.steps[4] = room.pairs[HISTORY + 4];
  memory->products = NULL;
  check_refused(LBFGS(&hyper, SCHED_F64, 3, x, g, memory, &objective, &loss), SCHED_E_NULL,
                "products", "=NULL", "420 doubles");
  memory->products = room.products;
  memory->count = 2, memory->known = 3;
  check_refused(LBFGS(&hyper, SCHED_F64, 3, x, g, memory, &objective, &loss), SCHED_E_RANGE,
                "known", "=3", "from 0 to 2");
  memory->count = memory->known = 0;
  hyper.lr = -1;
  check_refused(LBFGS(&hyper, SCHED_F64, 3, x, g, memory, &objective, &loss), SCHED_E_VALUE, "lr",
                "=-1", "from 0");
  hyper.lr = 1;
  hyper.max_iter = 0;
  check_refused(LBFGS(&hyper, SCHED_F64, 3, x, g, memory, &objective, &loss), SCHED_E_VALUE,
                "max_iter", "=0", "from 1");
  hyper.max_iter = 20;
  assert_int_equal(v.calls, 0);
  assert_true(x[0] == -1 && loss == -1);

  for (int turn = 0; turn < 16; turn++) {
    const int is_half = turn >= 8;
    // -1, a NaN that speaks up, and 1, of which nothing becomes another.
    uint16_t halves[3] = {0xbf80, 0x7f81, 0x3f80};
    lbfgs_begin(&room);
    x[0] = -1, x[1] = 0.5, x[2] = 1, v.calls = 0;
    hyper.lr = 1e-3;
    // The first steps are too short to be seen in 16 bits, and so is what they change.
    hyper.tolerance_change = 0;
    hyper.strong_wolfe = turn / 4 % 2;
    v.fails_at = (size_t)turn % 4;
    v.dtype = is_half ? SCHED_BF16 : SCHED_F64;
    v.grad_dtype = is_half ? SCHED_F32 : SCHED_F64;
    v.param = is_half ? (void *)halves : (void *)x;
    if (v.fails_at) halves[1] = 0x3f00;
    const uint16_t before[3] = {halves[0], halves[1], halves[2]};
    check_refused(sched_lbfgs_step(&hyper, v.dtype, v.grad_dtype, 3, v.param, g, memory, &objective,
                                   &loss),
                  SCHED_E_FUNCTION, "objective", "=7", "0");
    if (v.fails_at < 2) {
      assert_true(x[0] == -1 && x[1] == 0.5 && x[2] == 1);
      assert_memory_equal(halves, before, sizeof halves);
    }
  }
  assert_true(loss == -1);
#undef LBFGS
}

/* -- The same bits ------------------------------------------------------ */

/*  Around each lane width: one short, exact, one over. Then sums of widths. */
static const size_t lengths[] = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 28, 31, 100, 1023};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

/*  Every branch of either kernel. */
static const optimizer optimizers[] = {
    {1, {1e-3, 0.9, 0.999, 1e-8, 1e-2, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 0}},
    {1, {1e-2, 0.8, 0.99, 1e-6, 0, 1, 1}, {0, 0, 0, 0, 0, 0, 0, 0}},
    {0, {0, 0, 0, 0, 0, 0, 0}, {1e-2, 0, 0, 0, 0, 0, 0, 0}},
    {0, {0, 0, 0, 0, 0, 0, 0}, {1e-2, 0.9, 0.1, 1e-2, 0, 1, 0, 0}},
    {0, {0, 0, 0, 0, 0, 0, 0}, {1e-2, 0.9, 0, 1e-2, 1, 0, 0, 0}},
};
enum { OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

/*  Three steps from the same numbers, at that alignment. */
static arrays run(const optimizer *o, size_t n, size_t shift) {
  float *param = noise(n, 1);
  arrays a = arrays_make(n, shift, param);
  for (int64_t step = 1; step <= 3; step++) {
    float *grad = noise(n, (uint64_t)step + 1);
    set_grad(&a, grad);
    step_all(o, step, &a);
    free(grad);
  }
  check_intact(&a, "marks");
  free(param);
  return a;
}

/*  What each element is alone is what it is in any company: the first of
 *  every length, one by one. */
static void are_the_same_at_every_length(void **state) {
  (void)state;
  for (size_t k = 0; k < OPTIMIZERS; k++) {
    arrays longest = run(&optimizers[k], 1023, 4);
    for (size_t l = 0; l < LENGTHS; l++) {
      arrays a = run(&optimizers[k], lengths[l], 4);
      for (size_t i = 0; i < ARRAYS; i++) {
        if (lengths[l] == 0) continue;
        assert_memory_equal(a.of[i].data, longest.of[i].data, lengths[l] * sizeof(float));
      }
      arrays_free(&a);
    }
    // Something has moved, and no two neighbours alike.
    for (size_t i = 1; i < 1023; i++) {
      assert_true(guarded_at(&longest.of[PARAM], i) != guarded_at(&longest.of[PARAM], i - 1));
    }
    arrays_free(&longest);
  }
}

static void are_the_same_at_every_alignment(void **state) {
  (void)state;
  static const size_t shifts[] = {0, 1, 2, 3, 4, 8, 12, 16, 20, 32, 36, 60, 63};
  for (size_t k = 0; k < OPTIMIZERS; k++) {
    for (size_t l = 0; l < LENGTHS; l++) {
      arrays aligned = run(&optimizers[k], lengths[l], 0);
      for (size_t s = 1; s < sizeof shifts / sizeof *shifts; s++) {
        arrays a = run(&optimizers[k], lengths[l], shifts[s]);
        check_same(&a, &aligned, "alignment");
        arrays_free(&a);
      }
      arrays_free(&aligned);
    }
  }
}

/*  NaN, infinities, zeros of both signs and denormals, through every width. */
static float *strange(size_t n) {
  static const float values[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-45f, -1e-45f,
                                 1e-38f, 3e38f, -3e38f, 1e-20f, 1e20f, 1.0f};
  float *floats = malloc((n + 1) * sizeof *floats);
  assert_non_null(floats);
  for (size_t i = 0; i < n; i++) floats[i] = values[i * 5 % (sizeof values / sizeof *values)];
  return floats;
}

/*  NaNs are compared as NaNs: which of two NaNs an addition keeps is the
 *  compiler's choice of operand order, and says nothing. */
static int same_floats(const guarded *a, const guarded *b) {
  for (size_t i = 0; i < a->count; i++) {
    float x = guarded_at(a, i), y = guarded_at(b, i);
    if (memcmp(&x, &y, sizeof x) != 0 && !(isnan(x) && isnan(y))) return 0;
  }
  return 1;
}

static void are_the_same_on_every_instruction_set(void **state) {
  (void)state;
  static const char *const names[] = {"baseline", "avx2", "avx512"};
  size_t found = 0;
  for (size_t s = 0; s < sizeof names / sizeof *names; s++) {
    if (sched_set_isa(names[s]) != SCHED_OK) continue;
    assert_string_equal(sched_isa(), names[s]);
    found++;
    for (size_t k = 0; k < OPTIMIZERS; k++) {
      for (size_t l = 0; l < LENGTHS; l++) {
        check_ok(sched_set_isa("baseline"));
        arrays plain = run(&optimizers[k], lengths[l], 4);
        check_ok(sched_set_isa(names[s]));
        arrays wide = run(&optimizers[k], lengths[l], 4);
        check_same(&wide, &plain, names[s]);
        arrays_free(&wide);
        arrays_free(&plain);
      }
      float *values = strange(100), *grad = noise(100, 9);
      for (int swapped = 0; swapped < 2; swapped++) {
        arrays both[2];
        for (size_t w = 0; w < 2; w++) {
          check_ok(sched_set_isa(w ? names[s] : "baseline"));
          both[w] = arrays_make(100, 4, swapped ? grad : values);
          set_grad(&both[w], swapped ? values : grad);
          for (int64_t step = 1; step <= 3; step++) step_all(&optimizers[k], step, &both[w]);
          check_intact(&both[w], names[s]);
        }
        for (size_t i = 0; i < ARRAYS; i++) {
          if (!same_floats(&both[0].of[i], &both[1].of[i])) {
            fail_msg("%s: optimizer %zu, array %zu differs", names[s], k, i);
          }
        }
        arrays_free(&both[0]);
        arrays_free(&both[1]);
      }
      free(values);
      free(grad);
    }
  }
  check_ok(sched_set_isa(NULL));
  assert_true(found >= 1);
  print_message("           %zu of %zu instruction sets on this machine\n", found,
                sizeof names / sizeof *names);
}

/*  Long enough to be cut among threads, and not a multiple of anything. */
/*  Three shares of a step. */
enum { LONG = 400003 };

static void are_the_same_with_any_number_of_threads(void **state) {
  (void)state;
  static const int32_t threads[] = {2, 3, 4, 7, 16};
  for (size_t k = 0; k < OPTIMIZERS; k++) {
    check_ok(sched_set_threads(1));
    assert_int_equal(sched_threads(), 1);
    arrays alone = run(&optimizers[k], LONG, 4);
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
      check_ok(sched_set_threads(threads[t]));
      assert_int_equal(sched_threads(), threads[t]);
      arrays a = run(&optimizers[k], LONG, 4);
      check_same(&a, &alone, "threads");
      arrays_free(&a);
    }
    arrays_free(&alone);
  }
  check_ok(sched_set_threads(0));
}

/*  Cut anywhere, by the caller this time. */
static void are_the_same_in_pieces(void **state) {
  (void)state;
  static const size_t cuts[] = {1, 5, 16, 333, 1000};
  for (size_t k = 0; k < OPTIMIZERS; k++) {
    arrays whole = run(&optimizers[k], 1023, 4);
    for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
      float *param = noise(1023, 1);
      arrays a = arrays_make(1023, 4, param);
      for (int64_t step = 1; step <= 3; step++) {
        float *grad = noise(1023, (uint64_t)step + 1);
        set_grad(&a, grad);
        for (size_t first = 0; first < 1023; first += cuts[c]) {
          size_t n = first + cuts[c] > 1023 ? 1023 - first : cuts[c];
          check_ok(step_part(&optimizers[k], step, &a, first, n));
        }
        free(grad);
      }
      check_same(&a, &whole, "pieces");
      arrays_free(&a);
      free(param);
    }
    arrays_free(&whole);
  }
}

/*  A list of parameters, each at its own step, is what each one is alone;
 *  nothing of a parameter's length or place may leak into its neighbour. */
static void are_the_same_in_a_list(void **state) {
  (void)state;
  static const int32_t threads[] = {1, 3};
  for (size_t k = 0; k < OPTIMIZERS; k++) {
    for (size_t t = 0; t < 2; t++) {
      enum { COUNT = LENGTHS + 2 };
      const optimizer *o = &optimizers[k];
      check_ok(sched_set_threads(threads[t]));
      arrays listed[COUNT], alone[COUNT];
      sched_adamw_arrays_f32 adamw[COUNT];
      sched_sgd_arrays_f32 sgd[COUNT];
      for (size_t i = 0; i < COUNT; i++) {
        size_t n = i < LENGTHS ? lengths[i] : LONG / (i - LENGTHS + 1);
        float *param = noise(n, i + 1), *grad = noise(n, i + 100);
        int64_t step = (int64_t)(i % 3) + 1;
        listed[i] = arrays_make(n, 4 * (i % 3), param);
        alone[i] = arrays_make(n, 4 * (i % 3), param);
        set_grad(&listed[i], grad);
        set_grad(&alone[i], grad);
        step_all(o, step, &alone[i]);
        guarded *of = listed[i].of;
        adamw[i] = (sched_adamw_arrays_f32){
            n, step, of[PARAM].data, of[GRAD].data, of[EXP_AVG].data, of[EXP_AVG_SQ].data,
            o->adamw.amsgrad ? of[MAX_EXP_AVG_SQ].data : NULL};
        sgd[i] = (sched_sgd_arrays_f32){n, step, of[PARAM].data, of[GRAD].data,
                                        o->sgd.momentum != 0 ? of[MOMENTUM_BUFFER].data : NULL};
        free(param);
        free(grad);
      }
      check_ok(o->is_adamw ? sched_adamw_list_f32(&o->adamw, adamw, COUNT, NULL)
                           : sched_sgd_list_f32(&o->sgd, sgd, COUNT, NULL));
      for (size_t i = 0; i < COUNT; i++) {
        check_intact(&listed[i], "list");
        check_same(&listed[i], &alone[i], "list");
        arrays_free(&listed[i]);
        arrays_free(&alone[i]);
      }
    }
  }
  check_ok(sched_set_threads(0));
}

/*  All that a run has is its arrays and its step: copied elsewhere between two
 *  steps it goes on with the same bits. */
static void go_on_from_copied_arrays(void **state) {
  (void)state;
  for (size_t k = 0; k < OPTIMIZERS; k++) {
    const size_t n = 37;
    float *param = noise(n, 1);
    arrays stayed = arrays_make(n, 4, param), moved = arrays_make(n, 4, param);
    for (int64_t step = 1; step <= 6; step++) {
      float *grad = noise(n, (uint64_t)step + 1);
      arrays next = arrays_make(n, 4 * (size_t)step, NULL);
      for (size_t i = 0; i < ARRAYS; i++) {
        memcpy(next.of[i].data, moved.of[i].data, n * sizeof(float));
      }
      arrays_free(&moved);
      moved = next;
      set_grad(&stayed, grad);
      set_grad(&moved, grad);
      step_all(&optimizers[k], step, &stayed);
      step_all(&optimizers[k], step, &moved);
      check_same(&moved, &stayed, "moved");
      free(grad);
    }
    arrays_free(&stayed);
    arrays_free(&moved);
    free(param);
  }
}

/*  States that the settings do not use may be anything; with n = 0, all may. */
static void do_not_touch_what_they_do_not_use(void **state) {
  (void)state;
  const sched_adamw adamw = optimizers[0].adamw;
  const sched_sgd sgd = optimizers[2].sgd;
  const sched_adamw_arrays_f32 no_adamw[2] = {{0, 1, NULL, NULL, NULL, NULL, NULL},
                                              {0, 1, NULL, NULL, NULL, NULL, NULL}};
  const sched_sgd_arrays_f32 no_sgd[2] = {{0, 1, NULL, NULL, NULL}, {0, 1, NULL, NULL, NULL}};
  check_ok(sched_adamw_f32(&adamw, 1, 0, NULL, NULL, NULL, NULL, NULL));
  check_ok(sched_sgd_f32(&sgd, 1, 0, NULL, NULL, NULL));
  check_ok(sched_adamw_list_f32(&adamw, no_adamw, 2, NULL));
  check_ok(sched_sgd_list_f32(&sgd, no_sgd, 2, NULL));
  check_ok(sched_adamw_list_f32(&adamw, NULL, 0, NULL));
  check_ok(sched_sgd_list_f32(&sgd, NULL, 0, NULL));

  // An address where nothing is: it would be the end of the program.
  float *nowhere = (float *)(void *)16;
  float *param = noise(17, 1), *grad = noise(17, 2);
  arrays a = arrays_make(17, 4, param);
  set_grad(&a, grad);
  check_ok(sched_adamw_f32(&adamw, 1, 17, a.of[PARAM].data, a.of[GRAD].data, a.of[EXP_AVG].data,
                           a.of[EXP_AVG_SQ].data, nowhere));
  check_ok(sched_sgd_f32(&sgd, 1, 17, a.of[PARAM].data, a.of[GRAD].data, nowhere));
  assert_memory_equal(a.of[GRAD].data, grad, 17 * sizeof *grad);
  arrays_free(&a);
  free(param);
  free(grad);
}

/*  What is only read, or converted, on either side of which nobody may look. */
static void read_norms_within_their_arrays(void **state) {
  (void)state;
  static const char *const sets[] = {"baseline", "avx2", "avx512"};
  static const size_t widths[] = {0, 4, 8, 2, 2};
  static const double powers[] = {2, 1, INFINITY, 3};
  for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
    if (sched_set_isa(sets[set]) != SCHED_OK) continue;
    for (size_t l = 1; l < LENGTHS; l++) {
      const size_t n = lengths[l];
      for (int at_start = 0; at_start < 2; at_start++) {
        for (int type = SCHED_F32; type <= SCHED_F16; type++) {
          void *const data = walled(n * widths[type], at_start);
          const sched_array array = {data, n, (sched_dtype)type};
          double value = -1;
          for (size_t p = 0; p < sizeof powers / sizeof *powers; p++) {
            check_ok(sched_norm(&array, 1, powers[p], NULL, &value));
            assert_true(value == 0);
          }
          check_ok(sched_dot(&array, &array, &value));
          assert_true(value == 0);
          for (int other = SCHED_F32; other <= SCHED_UQ8 && type != SCHED_F64; other++) {
            if (other == SCHED_F64) continue;
            const size_t bytes = other >= SCHED_Q8 ? SCHED_Q8_BYTES(n) : n * widths[other];
            void *const to = walled(bytes, at_start);
            const sched_array stored = {to, n, (sched_dtype)other};
            check_ok(sched_convert(&array, (sched_dtype)other, to));
            check_ok(sched_convert(&stored, (sched_dtype)type, data));
            walled_free(to);
          }
          walled_free(data);
        }
      }
    }
  }
  check_ok(sched_set_isa(NULL));
}

/*  The last step there is: the bias corrections are 1 by then. */
static void count_as_far_as_steps_do(void **state) {
  (void)state;
  const sched_adamw adamw = {0.5, 0.5, 0.25, 0, 0, 0, 0};
  float param = 1, grad = 3, m = 0, v = 0;
  check_ok(sched_adamw_f32(&adamw, SCHED_MAX_STEP, 1, &param, &grad, &m, &v, NULL));
  // m = 1.5, v = 6.75: p = 1 - 0.5 * 1.5 / sqrt(6.75)
  double expected = 1 - 0.5 * 1.5 / sqrt(6.75);
  assert_true(fabs((double)param - expected) <= 4 * 0x1p-24);
  assert_true(m == 1.5f && v == 6.75f);
}

int run_steps(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(end_where_torch_does),
      cmocka_unit_test(of_every_optimizer_end_where_its_peer_does),
      cmocka_unit_test(of_matrices_stay_within_their_arrays),
      cmocka_unit_test(of_rows_are_those_of_the_rows_alone),
      cmocka_unit_test(of_lbfgs_go_where_torch_s_go),
      cmocka_unit_test(of_lbfgs_refuse_and_fail),
      cmocka_unit_test(are_the_same_at_every_length),
      cmocka_unit_test(are_the_same_at_every_alignment),
      cmocka_unit_test(are_the_same_on_every_instruction_set),
      cmocka_unit_test(are_the_same_with_any_number_of_threads),
      cmocka_unit_test(are_the_same_in_pieces),
      cmocka_unit_test(are_the_same_in_a_list),
      cmocka_unit_test(go_on_from_copied_arrays),
      cmocka_unit_test(do_not_touch_what_they_do_not_use),
      cmocka_unit_test(read_norms_within_their_arrays),
      cmocka_unit_test(count_as_far_as_steps_do),
  };
  return cmocka_run_group_tests_name("optimizer steps", tests, read_vectors, free_vectors);
}
