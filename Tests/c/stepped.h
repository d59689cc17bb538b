/*  A parameter under any optimizer, by the names that the library declares: how
 *  Tests/Vectors says which setting and which array it means. C99 and C++17. */
#ifndef STEPPED_H
#define STEPPED_H

#include <float.h>

#include "sched.h"
#include "vectors.h"

/*  Every optimizer of the vectors: its C name, its constant, its C++ name. */
#define STEPPED_KINDS(X)                                                       \
  X(sgd, SGD, SGD)                                                             \
  X(adamw, ADAMW, AdamW)                                                       \
  X(adam, ADAM, Adam)                                                          \
  X(adagrad, ADAGRAD, Adagrad)                                                 \
  X(adadelta, ADADELTA, Adadelta)                                              \
  X(rmsprop, RMSPROP, RMSprop)                                                 \
  X(adamax, ADAMAX, Adamax)                                                    \
  X(nadam, NADAM, NAdam)                                                       \
  X(radam, RADAM, RAdam)                                                       \
  X(asgd, ASGD, ASGD)                                                          \
  X(rprop, RPROP, Rprop)                                                       \
  X(lamb, LAMB, LAMB)                                                          \
  X(lion, LION, Lion)                                                          \
  X(adafactor, ADAFACTOR, Adafactor)                                           \
  X(muon, MUON, Muon)                                                          \
  X(sparse_adam, SPARSE_ADAM, SparseAdam)

enum { STEPPED_STATES = 4, STEPPED_SETTINGS = 16 };

typedef struct stepped {
  int32_t optimizer;
  double hyper[STEPPED_SETTINGS]; /* C's struct: numbers, then flags, two in one */
  size_t hyper_size;
  size_t n, states;
  char names[STEPPED_STATES][32];
  float *arrays[2 + STEPPED_STATES]; /* the parameter, its gradient, its states */
  double scalars[STEPPED_SETTINGS];
  size_t scalar_count;
  size_t shape[2], shape_count; /* rows and columns, 0 of a vector            */
} stepped;

/*  Its row in a list: a sched_adamw_arrays_f32 is laid out like this. */
typedef struct stepped_row {
  size_t n;
  int64_t step;
  void *arrays[5 + STEPPED_STATES];
} stepped_row;

static inline stepped stepped_make(const vector *vector, int32_t optimizer) {
  stepped s;
  memset(&s, 0, sizeof s);
  s.optimizer = optimizer;
  s.n = (size_t)vector_double(vector, "n");
  s.arrays[0] = vector_floats(vector, "param", 0, s.n);
  s.arrays[1] = (float *)vectors_memory(s.n, sizeof(float));

  char text[4096];
  size_t length;
  if (sched_optimizer_describe(optimizer, text, sizeof text, &length) != SCHED_OK) {
    vectors_fail(vector->reason, sched_last_error());
  }
  for (char *at = text; *at;) {
    char *tag = at, *name = strchr(at, '\t') + 1, *end = strchr(at, '\n');
    *end = name[-1] = 0;
    at = end + 1;
    name[strcspn(name, "\t")] = 0;
    if (strcmp(tag, "real") == 0) {
      double value = vector_hyper(vector, name);
      memcpy((char *)s.hyper + s.hyper_size, &value, sizeof value);
      s.hyper_size += sizeof value;
    } else if (strcmp(tag, "flag") == 0 || strcmp(tag, "integer") == 0) {
      // Flags that the peer has not are no.
      int32_t value = (int32_t)vector_pair(vector, "hyper", name, 0);
      memcpy((char *)s.hyper + s.hyper_size, &value, sizeof value);
      s.hyper_size += sizeof value;
    } else if (strcmp(tag, "state") == 0) {
      float *array = (float *)vectors_memory(s.n, sizeof(float));
      for (size_t i = 0; i < s.n; i++) {
        array[i] = (float)vector_pair(vector, "starts", name, 0);
      }
      snprintf(s.names[s.states], sizeof s.names[s.states], "%s", name);
      s.arrays[2 + s.states++] = array;
    } else if (strcmp(tag, "scalar") == 0) {
      s.scalars[s.scalar_count++] = vector_pair(vector, "starts", name, 0);
    } else if (strcmp(tag, "shape") == 0) {
      s.shape_count++;
    }
  }
  const char *shape = vector_find(vector, "shape");
  if (s.shape_count && shape) {
    char *end;
    s.shape[0] = (size_t)strtoul(shape, &end, 10);
    s.shape[1] = (size_t)strtoul(end, NULL, 10);
  }
  // A struct of doubles is as long as a multiple of one.
  s.hyper_size = (s.hyper_size + 7) / 8 * 8;
  return s;
}

static inline void stepped_free(stepped *s) {
  for (size_t i = 0; i < 2 + s->states; i++) free(s->arrays[i]);
}

/*  Its row, with the gradient of step `t`, counted from 0. */
static inline stepped_row stepped_next(stepped *s, const vector *vector, size_t t) {
  float *grad = vector_floats(vector, "grad", t, s->n);
  memcpy(s->arrays[1], grad, s->n * sizeof *grad);
  free(grad);
  stepped_row row = {s->n, (int64_t)t + 1, {NULL}};
  for (size_t i = 0; i < 2 + s->states; i++) row.arrays[i] = s->arrays[i];
  if (s->scalar_count) row.arrays[2 + s->states] = s->scalars;
  for (size_t i = 0; i < s->shape_count; i++) {
    memcpy(&row.arrays[2 + s->states + i], &s->shape[i], sizeof s->shape[i]);
  }
  return row;
}

/*  An element of floats or doubles. */
static inline double stepped_number(const void *array, sched_dtype type, size_t i) {
  return type == SCHED_F64 ? ((const double *)array)[i] : (double)((const float *)array)[i];
}
static inline void stepped_put(void *array, sched_dtype type, size_t i, double value) {
  if (type == SCHED_F64) ((double *)array)[i] = value;
  else ((float *)array)[i] = (float)value;
}

/*  How far the parameter's element may be from torch's float64 answer. Each step
 *  rounds the parameter once, half an ulp, and the update a few times more;
 *  where the terms of a first moment cancel, its error is an ulp of theirs: a
 *  step of about lr is then off by ulps of lr. What torch's own float32 loses is
 *  allowed on top. */
static inline double stepped_bound(const vector *vector, size_t count, float start, double torch32,
                                   double exact) {
  double largest = fmax(fabs((double)(float)exact), fmax(fabs((double)start), fabs(torch32)));
  double lr = vector_hyper(vector, "lr");
  if (strcmp(vector_text(vector, "kind"), "muon") == 0) {
    // Elements of up to 1 that were bfloat16s several times, to two of their ulps.
    const char *shape = vector_text(vector, "shape");
    char *end;
    double rows = (double)strtoul(shape, &end, 10), columns = (double)strtoul(end, NULL, 10);
    lr *= vector_hyper(vector, "match_rms_adamw") != 0 ? 0.2 * sqrt(fmax(rows, columns))
                                                        : sqrt(fmax(1, rows / columns));
    return (double)count * (lr * 0x1p-6 + largest * FLT_EPSILON);
  }
  int is_sgd = strcmp(vector_text(vector, "kind"), "sgd") == 0;
  return fabs(torch32 - exact) + ((double)count / 2 + 2) * fmax(largest * FLT_EPSILON, 0x1p-149) +
         (is_sgd ? 0 : (double)count * lr * FLT_EPSILON);
}

/*  The first of a state's elements that is not torch's after `count` steps; n where all
 *  are. Torch rounds its float32 states in another order: errors are relative to the
 *  whole. */
static inline size_t stepped_far(const float *theirs, const void *ours, sched_dtype type, size_t n,
                                 size_t count) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) {
    if (isfinite(theirs[i])) largest = fmax(largest, fabs((double)theirs[i]));
  }
  const double bound = 4 * (double)(count + 1) * largest * FLT_EPSILON + 0x1p-149;
  for (size_t i = 0; i < n; i++) {
    const double a = stepped_number(ours, type, i), b = (double)theirs[i];
    if (isfinite(a) && isfinite(b) ? !(fabs(a - b) <= bound) : isfinite(a) != isfinite(b)) return i;
  }
  return n;
}

/*  The state of torch's that a line has, as it was midway; NULL of other lines. */
static inline const char *stepped_midway(const vector_line *line) {
  static const char prefix[] = "midway_";
  const char *name = line->key + sizeof prefix - 1;
  if (strncmp(line->key, prefix, sizeof prefix - 1) != 0) return NULL;
  return strcmp(name, "param") == 0 || strcmp(name, "step") == 0 ? NULL : name;
}

/*  How many steps torch has counted midway. What it counts none of has begun. */
static inline int64_t stepped_counted(const vector *vector) {
  return vector_find(vector, "midway_step") ? (int64_t)vector_double(vector, "midway_step") : 1;
}

#endif
