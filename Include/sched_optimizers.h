/*  sched_optimizers.h: every optimizer's settings and steps, typed. Printed by
 *  Bindings/generate.py from what the library and its source declare; sched.h
 *  includes it.
 *
 *  All are sched_step, and add no symbol to the library. _f32 and _f64 step one
 *  parameter, _list_ many in one call: nothing is stepped unless everything is
 *  accepted, and `culprit`, which may be NULL, gets the index of the parameter
 *  that was refused, or `count` when the refusal is of none. State is zeros
 *  before the first step, unless said otherwise.
 */
#ifndef SCHED_OPTIMIZERS_H
#define SCHED_OPTIMIZERS_H

#include "sched.h"

typedef enum sched_optimizer {
  SCHED_SGD = 1,
  SCHED_ADAMW = 2,
  SCHED_ADAM = 3,
  SCHED_ADAGRAD = 4,
  SCHED_ADADELTA = 5,
  SCHED_RMSPROP = 6,
  SCHED_ADAMAX = 7,
  SCHED_NADAM = 8,
  SCHED_RADAM = 9,
  SCHED_ASGD = 10,
  SCHED_RPROP = 11,
  SCHED_LION = 12,
  SCHED_ADAN = 13,
  SCHED_ADEMAMIX = 14,
  SCHED_SOPHIA = 15,
  SCHED_AVERAGE = 16,
  SCHED_SCHEDULE_FREE_SGD = 17,
  SCHED_SCHEDULE_FREE_ADAMW = 18,
  SCHED_SPARSE_ADAM = 19,
  SCHED_LAMB = 20,
  SCHED_LARS = 21,
  SCHED_ADAFACTOR = 22,
  SCHED_MUON = 23
} sched_optimizer;

/*  Stochastic gradient descent with momentum.
 *
 *    g <- g + weight_decay * p
 *    b <- g at step 1, then momentum * b + (1 - dampening) * g
 *    p <- p - lr * (nesterov ? g + momentum * b : b)
 *
 *  With g negated first under maximize, and b = g without momentum.
 *
 *  Source: PyTorch's SGD; Sutskever et al., On the importance of
 *  initialization and momentum (proceedings.mlr.press/v28/sutskever13.html). */
typedef struct sched_sgd {
  double lr; /* The learning rate: finite from 0.0 */
  double momentum; /* What b keeps at each step: finite from 0.0 */
  double dampening; /* What of the gradient does not reach b: finite */
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  /* Whether to look ahead; needs momentum above 0 and dampening 0: 0 or 1 */
  int32_t nesterov;
  int32_t maximize; /* Whether to climb: 0 or 1 */
  /* Whether the decay is apart from the gradient: p shrinks by lr *
   * weight_decay of itself: 0 or 1 */
  int32_t decoupled_weight_decay;
  /* Whether b gathers steps, lr times what it else gathers: lr counts as it
   * was then: 0 or 1 */
  int32_t lr_in_velocity;
} sched_sgd;

#define SCHED_SGD_DEFAULTS \
  {0.001, 0, 0, 0, 0, 0, 0, 0}

typedef struct sched_sgd_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *momentum_buffer; /* only with momentum; not read otherwise */
} sched_sgd_arrays;

typedef struct sched_sgd_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *momentum_buffer; /* only with momentum; not read otherwise */
} sched_sgd_arrays_f32;

static inline sched_status sched_sgd_list_f32(const sched_sgd *hyper,
                                              const sched_sgd_arrays_f32 *list,
                                              size_t count, size_t *culprit) {
  const sched_group group = {SCHED_SGD, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_sgd_f32(const sched_sgd *hyper, int64_t step,
                                         size_t n, float *param,
                                         const float *grad,
                                         float *momentum_buffer) {
  const sched_sgd_arrays_f32 one = {n, step, param, grad, momentum_buffer};
  return sched_sgd_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_sgd_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *momentum_buffer; /* only with momentum; not read otherwise */
} sched_sgd_arrays_f64;

static inline sched_status sched_sgd_list_f64(const sched_sgd *hyper,
                                              const sched_sgd_arrays_f64 *list,
                                              size_t count, size_t *culprit) {
  const sched_group group = {SCHED_SGD, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_sgd_f64(const sched_sgd *hyper, int64_t step,
                                         size_t n, double *param,
                                         const double *grad,
                                         double *momentum_buffer) {
  const sched_sgd_arrays_f64 one = {n, step, param, grad, momentum_buffer};
  return sched_sgd_list_f64(hyper, &one, 1, NULL);
}

/*  Adam with weight decay apart from the gradient.
 *
 *    p <- p * (1 - lr * weight_decay)
 *    m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g^2
 *    p <- p - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps)
 *
 *  With g negated under maximize, and under amsgrad the largest v so far in
 *  place of v in the last line.
 *
 *  Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization
 *  (arXiv:1711.05101); PyTorch's AdamW. */
typedef struct sched_adamw {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double beta2; /* What v keeps at each step: finite from 0.0 to below 1.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter a step of rate 1 would take away: finite from 0.0 */
  double weight_decay;
  int32_t amsgrad; /* Whether the largest v so far counts: 0 or 1 */
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_adamw;

#define SCHED_ADAMW_DEFAULTS \
  {0.001, 0.9, 0.999, 1e-08, 0.01, 0, 0}

typedef struct sched_adamw_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
  void *exp_avg_sq;
  void *max_exp_avg_sq; /* only with amsgrad; not read otherwise */
} sched_adamw_arrays;

typedef struct sched_adamw_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
  float *exp_avg_sq;
  float *max_exp_avg_sq; /* only with amsgrad; not read otherwise */
} sched_adamw_arrays_f32;

static inline sched_status sched_adamw_list_f32(
    const sched_adamw *hyper, const sched_adamw_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_ADAMW, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adamw_f32(const sched_adamw *hyper,
                                           int64_t step, size_t n, float *param,
                                           const float *grad, float *exp_avg,
                                           float *exp_avg_sq,
                                           float *max_exp_avg_sq) {
  const sched_adamw_arrays_f32 one = {n, step, param, grad, exp_avg, exp_avg_sq,
                                      max_exp_avg_sq};
  return sched_adamw_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_adamw_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
  double *exp_avg_sq;
  double *max_exp_avg_sq; /* only with amsgrad; not read otherwise */
} sched_adamw_arrays_f64;

static inline sched_status sched_adamw_list_f64(
    const sched_adamw *hyper, const sched_adamw_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_ADAMW, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adamw_f64(const sched_adamw *hyper,
                                           int64_t step, size_t n,
                                           double *param, const double *grad,
                                           double *exp_avg, double *exp_avg_sq,
                                           double *max_exp_avg_sq) {
  const sched_adamw_arrays_f64 one = {n, step, param, grad, exp_avg, exp_avg_sq,
                                      max_exp_avg_sq};
  return sched_adamw_list_f64(hyper, &one, 1, NULL);
}

/*  Adam: steps of about lr, whatever the gradient's size.
 *
 *    g <- g + weight_decay * p
 *    m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g^2
 *    p <- p - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps)
 *
 *  With g negated first under maximize, and under amsgrad the largest v so
 *  far in place of v in the last line. Under decoupled_weight_decay it is
 *  AdamW: p shrinks by lr * weight_decay of itself, and g has no decay.
 *
 *  Source: Kingma and Ba, Adam: A Method for Stochastic Optimization
 *  (arXiv:1412.6980); PyTorch's Adam. */
typedef struct sched_adam {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double beta2; /* What v keeps at each step: finite from 0.0 to below 1.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  int32_t amsgrad; /* Whether the largest v so far counts: 0 or 1 */
  int32_t maximize; /* Whether to climb: 0 or 1 */
  /* Whether the decay is apart from the gradient: 0 or 1 */
  int32_t decoupled_weight_decay;
  /* Whether eps is added to sqrt(v) before v is made up for its start:
   * Kingma and Ba's epsilon^: 0 or 1 */
  int32_t epsilon_hat;
} sched_adam;

#define SCHED_ADAM_DEFAULTS \
  {0.001, 0.9, 0.999, 1e-08, 0, 0, 0, 0, 0}

typedef struct sched_adam_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
  void *exp_avg_sq;
  void *max_exp_avg_sq; /* only with amsgrad; not read otherwise */
} sched_adam_arrays;

typedef struct sched_adam_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
  float *exp_avg_sq;
  float *max_exp_avg_sq; /* only with amsgrad; not read otherwise */
} sched_adam_arrays_f32;

static inline sched_status sched_adam_list_f32(
    const sched_adam *hyper, const sched_adam_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_ADAM, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adam_f32(const sched_adam *hyper, int64_t step,
                                          size_t n, float *param,
                                          const float *grad, float *exp_avg,
                                          float *exp_avg_sq,
                                          float *max_exp_avg_sq) {
  const sched_adam_arrays_f32 one = {n, step, param, grad, exp_avg, exp_avg_sq,
                                     max_exp_avg_sq};
  return sched_adam_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_adam_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
  double *exp_avg_sq;
  double *max_exp_avg_sq; /* only with amsgrad; not read otherwise */
} sched_adam_arrays_f64;

static inline sched_status sched_adam_list_f64(
    const sched_adam *hyper, const sched_adam_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_ADAM, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adam_f64(const sched_adam *hyper, int64_t step,
                                          size_t n, double *param,
                                          const double *grad, double *exp_avg,
                                          double *exp_avg_sq,
                                          double *max_exp_avg_sq) {
  const sched_adam_arrays_f64 one = {n, step, param, grad, exp_avg, exp_avg_sq,
                                     max_exp_avg_sq};
  return sched_adam_list_f64(hyper, &one, 1, NULL);
}

/*  Steps the smaller for an element the larger its gradients have been so
 *  far.
 *
 *    g <- g + weight_decay * p
 *    s <- s + g^2
 *    p <- p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)
 *
 *  With g negated first under maximize.
 *
 *  Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online
 *  Learning (jmlr.org/papers/v12/duchi11a.html); PyTorch's Adagrad. */
typedef struct sched_adagrad {
  double lr; /* The learning rate: finite from 0.0 */
  /* How fast the learning rate falls with the steps: finite from 0.0 */
  double lr_decay;
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  /* What s is before the first step: the caller puts it there: finite from
   * 0.0 */
  double initial_accumulator_value;
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  int32_t maximize; /* Whether to climb: 0 or 1 */
  /* Whether the decay is apart from the gradient: p shrinks by lr *
   * weight_decay of itself: 0 or 1 */
  int32_t decoupled_weight_decay;
  int32_t eps_in_root; /* Whether eps is added under the root: 0 or 1 */
} sched_adagrad;

#define SCHED_ADAGRAD_DEFAULTS \
  {0.01, 0, 0, 0, 1e-10, 0, 0, 0}

typedef struct sched_adagrad_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *sum;
} sched_adagrad_arrays;

typedef struct sched_adagrad_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *sum;
} sched_adagrad_arrays_f32;

static inline sched_status sched_adagrad_list_f32(
    const sched_adagrad *hyper, const sched_adagrad_arrays_f32 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADAGRAD, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adagrad_f32(const sched_adagrad *hyper,
                                             int64_t step, size_t n,
                                             float *param, const float *grad,
                                             float *sum) {
  const sched_adagrad_arrays_f32 one = {n, step, param, grad, sum};
  return sched_adagrad_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_adagrad_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *sum;
} sched_adagrad_arrays_f64;

static inline sched_status sched_adagrad_list_f64(
    const sched_adagrad *hyper, const sched_adagrad_arrays_f64 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADAGRAD, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adagrad_f64(const sched_adagrad *hyper,
                                             int64_t step, size_t n,
                                             double *param, const double *grad,
                                             double *sum) {
  const sched_adagrad_arrays_f64 one = {n, step, param, grad, sum};
  return sched_adagrad_list_f64(hyper, &one, 1, NULL);
}

/*  Steps as long as the last ones, in the units of the parameter.
 *
 *    g <- g + weight_decay * p
 *    s <- rho * s + (1 - rho) * g^2
 *    u <- sqrt(d + eps) / sqrt(s + eps) * g
 *    d <- rho * d + (1 - rho) * u^2
 *    p <- p - lr * u
 *
 *  With g negated first under maximize.
 *
 *  Source: Zeiler, ADADELTA: An Adaptive Learning Rate Method
 *  (arXiv:1212.5701); PyTorch's Adadelta. */
typedef struct sched_adadelta {
  double lr; /* The learning rate: finite from 0.0 */
  double rho; /* What the averages keep at each step: finite from 0.0 to 1.0 */
  double eps; /* Keeps both roots from 0: finite from 0.0 */
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
  /* Whether the decay is apart from the gradient: p shrinks by lr *
   * weight_decay of itself: 0 or 1 */
  int32_t decoupled_weight_decay;
} sched_adadelta;

#define SCHED_ADADELTA_DEFAULTS \
  {1, 0.9, 1e-06, 0, 0, 0}

typedef struct sched_adadelta_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *square_avg;
  void *acc_delta;
} sched_adadelta_arrays;

typedef struct sched_adadelta_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *square_avg;
  float *acc_delta;
} sched_adadelta_arrays_f32;

static inline sched_status sched_adadelta_list_f32(
    const sched_adadelta *hyper, const sched_adadelta_arrays_f32 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADADELTA, SCHED_F32, hyper, list, count,
                             NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adadelta_f32(const sched_adadelta *hyper,
                                              int64_t step, size_t n,
                                              float *param, const float *grad,
                                              float *square_avg,
                                              float *acc_delta) {
  const sched_adadelta_arrays_f32 one = {n, step, param, grad, square_avg,
                                         acc_delta};
  return sched_adadelta_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_adadelta_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *square_avg;
  double *acc_delta;
} sched_adadelta_arrays_f64;

static inline sched_status sched_adadelta_list_f64(
    const sched_adadelta *hyper, const sched_adadelta_arrays_f64 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADADELTA, SCHED_F64, hyper, list, count,
                             NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adadelta_f64(const sched_adadelta *hyper,
                                              int64_t step, size_t n,
                                              double *param, const double *grad,
                                              double *square_avg,
                                              double *acc_delta) {
  const sched_adadelta_arrays_f64 one = {n, step, param, grad, square_avg,
                                         acc_delta};
  return sched_adadelta_list_f64(hyper, &one, 1, NULL);
}

/*  Steps by the gradient over the root of its mean square.
 *
 *    g <- g + weight_decay * p
 *    s <- alpha * s + (1 - alpha) * g^2,   a <- alpha * a + (1 - alpha) * g
 *    u <- g / (sqrt(centered ? s - a^2 : s) + eps)
 *    b <- momentum * b + u
 *    p <- p - lr * (momentum > 0 ? b : u)
 *
 *  With g negated first under maximize.
 *
 *  Source: Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine
 *  Learning; Graves, Generating Sequences With Recurrent Neural Networks
 *  (arXiv:1308.0850); PyTorch's RMSprop. */
typedef struct sched_rmsprop {
  double lr; /* The learning rate: finite from 0.0 */
  double alpha; /* What the averages keep at each step: finite from 0.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  double momentum; /* What b keeps at each step: finite from 0.0 */
  /* Whether the variance stands in for the mean square: 0 or 1 */
  int32_t centered;
  int32_t maximize; /* Whether to climb: 0 or 1 */
  /* Whether the decay is apart from the gradient: p shrinks by lr *
   * weight_decay of itself: 0 or 1 */
  int32_t decoupled_weight_decay;
  int32_t eps_in_root; /* Whether eps is added under the root: 0 or 1 */
  /* Whether b gathers steps, lr times what it else gathers: lr counts as it
   * was then: 0 or 1 */
  int32_t lr_in_velocity;
} sched_rmsprop;

#define SCHED_RMSPROP_DEFAULTS \
  {0.01, 0.99, 1e-08, 0, 0, 0, 0, 0, 0, 0}

typedef struct sched_rmsprop_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *square_avg;
  void *momentum_buffer; /* only with momentum; not read otherwise */
  void *grad_avg; /* only with centered; not read otherwise */
} sched_rmsprop_arrays;

typedef struct sched_rmsprop_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *square_avg;
  float *momentum_buffer; /* only with momentum; not read otherwise */
  float *grad_avg; /* only with centered; not read otherwise */
} sched_rmsprop_arrays_f32;

static inline sched_status sched_rmsprop_list_f32(
    const sched_rmsprop *hyper, const sched_rmsprop_arrays_f32 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_RMSPROP, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_rmsprop_f32(const sched_rmsprop *hyper,
                                             int64_t step, size_t n,
                                             float *param, const float *grad,
                                             float *square_avg,
                                             float *momentum_buffer,
                                             float *grad_avg) {
  const sched_rmsprop_arrays_f32 one = {n, step, param, grad, square_avg,
                                        momentum_buffer, grad_avg};
  return sched_rmsprop_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_rmsprop_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *square_avg;
  double *momentum_buffer; /* only with momentum; not read otherwise */
  double *grad_avg; /* only with centered; not read otherwise */
} sched_rmsprop_arrays_f64;

static inline sched_status sched_rmsprop_list_f64(
    const sched_rmsprop *hyper, const sched_rmsprop_arrays_f64 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_RMSPROP, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_rmsprop_f64(const sched_rmsprop *hyper,
                                             int64_t step, size_t n,
                                             double *param, const double *grad,
                                             double *square_avg,
                                             double *momentum_buffer,
                                             double *grad_avg) {
  const sched_rmsprop_arrays_f64 one = {n, step, param, grad, square_avg,
                                        momentum_buffer, grad_avg};
  return sched_rmsprop_list_f64(hyper, &one, 1, NULL);
}

/*  Adam with the largest gradient in place of the mean square.
 *
 *    g <- g + weight_decay * p
 *    m <- beta1 * m + (1 - beta1) * g
 *    u <- max(beta2 * u, |g| + eps)
 *    p <- p - lr / (1 - beta1^t) * m / u
 *
 *  With g negated first under maximize.
 *
 *  Source: Kingma and Ba, Adam: A Method for Stochastic Optimization
 *  (arXiv:1412.6980), 7.1; PyTorch's Adamax. */
typedef struct sched_adamax {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double beta2; /* What u keeps at each step: finite from 0.0 to below 1.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
  /* Whether the decay is apart from the gradient: p shrinks by lr *
   * weight_decay of itself: 0 or 1 */
  int32_t decoupled_weight_decay;
  /* Whether eps is added to u where m is divided by it, and not to |g|: 0 or
   * 1 */
  int32_t eps_in_denominator;
} sched_adamax;

#define SCHED_ADAMAX_DEFAULTS \
  {0.002, 0.9, 0.999, 1e-08, 0, 0, 0, 0}

typedef struct sched_adamax_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
  void *exp_inf;
} sched_adamax_arrays;

typedef struct sched_adamax_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
  float *exp_inf;
} sched_adamax_arrays_f32;

static inline sched_status sched_adamax_list_f32(
    const sched_adamax *hyper, const sched_adamax_arrays_f32 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADAMAX, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adamax_f32(const sched_adamax *hyper,
                                            int64_t step, size_t n,
                                            float *param, const float *grad,
                                            float *exp_avg, float *exp_inf) {
  const sched_adamax_arrays_f32 one = {n, step, param, grad, exp_avg, exp_inf};
  return sched_adamax_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_adamax_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
  double *exp_inf;
} sched_adamax_arrays_f64;

static inline sched_status sched_adamax_list_f64(
    const sched_adamax *hyper, const sched_adamax_arrays_f64 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADAMAX, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adamax_f64(const sched_adamax *hyper,
                                            int64_t step, size_t n,
                                            double *param, const double *grad,
                                            double *exp_avg, double *exp_inf) {
  const sched_adamax_arrays_f64 one = {n, step, param, grad, exp_avg, exp_inf};
  return sched_adamax_list_f64(hyper, &one, 1, NULL);
}

/*  Adam with Nesterov's momentum, which rises with the steps.
 *
 *    g <- g + weight_decay * p
 *    mu(t) = beta1 * (1 - 0.96^(t * momentum_decay) / 2)
 *    m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g^2
 *    n <- lr * (1 - mu(t)) / (1 - mu(1)...mu(t)) * g + lr * mu(t + 1) / (1 - mu(1)...mu(t + 1)) * m
 *    p <- p - n / (sqrt(v / (1 - beta2^t)) + eps)
 *
 *  With g negated first under maximize. Under decoupled_weight_decay p
 *  shrinks by lr * weight_decay of itself first, and g has no decay.
 *
 *  Source: Dozat, Incorporating Nesterov Momentum into Adam
 *  (openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ); PyTorch's NAdam. */
typedef struct sched_nadam {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double beta2; /* What v keeps at each step: finite from 0.0 to below 1.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  double momentum_decay; /* How fast the momentum rises: finite from 0.0 */
  /* Whether the decay is apart from the gradient: 0 or 1 */
  int32_t decoupled_weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_nadam;

#define SCHED_NADAM_DEFAULTS \
  {0.002, 0.9, 0.999, 1e-08, 0, 0.004, 0, 0}

typedef struct sched_nadam_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
  void *exp_avg_sq;
  double *scalars; /* mu_product (1 at first) */
} sched_nadam_arrays;

typedef struct sched_nadam_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
  float *exp_avg_sq;
  double *scalars; /* mu_product (1 at first) */
} sched_nadam_arrays_f32;

static inline sched_status sched_nadam_list_f32(
    const sched_nadam *hyper, const sched_nadam_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_NADAM, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_nadam_f32(const sched_nadam *hyper,
                                           int64_t step, size_t n, float *param,
                                           const float *grad, float *exp_avg,
                                           float *exp_avg_sq, double *scalars) {
  const sched_nadam_arrays_f32 one = {n, step, param, grad, exp_avg, exp_avg_sq,
                                      scalars};
  return sched_nadam_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_nadam_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
  double *exp_avg_sq;
  double *scalars; /* mu_product (1 at first) */
} sched_nadam_arrays_f64;

static inline sched_status sched_nadam_list_f64(
    const sched_nadam *hyper, const sched_nadam_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_NADAM, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_nadam_f64(const sched_nadam *hyper,
                                           int64_t step, size_t n,
                                           double *param, const double *grad,
                                           double *exp_avg, double *exp_avg_sq,
                                           double *scalars) {
  const sched_nadam_arrays_f64 one = {n, step, param, grad, exp_avg, exp_avg_sq,
                                      scalars};
  return sched_nadam_list_f64(hyper, &one, 1, NULL);
}

/*  Adam that waits with its denominator until that is known well enough.
 *
 *    g <- g + weight_decay * p
 *    m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g^2
 *    rho = rhoinf - 2 * t * beta2^t / (1 - beta2^t),   rhoinf = 2 / (1 - beta2) - 1
 *    r = sqrt((rho - 4) * (rho - 2) * rhoinf / ((rhoinf - 4) * (rhoinf - 2) * rho))
 *    p <- p - lr / (1 - beta1^t) * m * (rho > 5 ? r * sqrt(1 - beta2^t) / (sqrt(v) + eps) : 1)
 *
 *  With g negated first under maximize. Under decoupled_weight_decay p
 *  shrinks by lr * weight_decay of itself first, and g has no decay.
 *
 *  Source: Liu et al., On the Variance of the Adaptive Learning Rate and
 *  Beyond (arXiv:1908.03265); PyTorch's RAdam. */
typedef struct sched_radam {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double beta2; /* What v keeps at each step: finite from 0.0 to below 1.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  /* Whether the decay is apart from the gradient: 0 or 1 */
  int32_t decoupled_weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_radam;

#define SCHED_RADAM_DEFAULTS \
  {0.001, 0.9, 0.999, 1e-08, 0, 0, 0}

typedef struct sched_radam_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
  void *exp_avg_sq;
} sched_radam_arrays;

typedef struct sched_radam_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
  float *exp_avg_sq;
} sched_radam_arrays_f32;

static inline sched_status sched_radam_list_f32(
    const sched_radam *hyper, const sched_radam_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_RADAM, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_radam_f32(const sched_radam *hyper,
                                           int64_t step, size_t n, float *param,
                                           const float *grad, float *exp_avg,
                                           float *exp_avg_sq) {
  const sched_radam_arrays_f32 one = {n, step, param, grad, exp_avg,
                                      exp_avg_sq};
  return sched_radam_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_radam_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
  double *exp_avg_sq;
} sched_radam_arrays_f64;

static inline sched_status sched_radam_list_f64(
    const sched_radam *hyper, const sched_radam_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_RADAM, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_radam_f64(const sched_radam *hyper,
                                           int64_t step, size_t n,
                                           double *param, const double *grad,
                                           double *exp_avg,
                                           double *exp_avg_sq) {
  const sched_radam_arrays_f64 one = {n, step, param, grad, exp_avg,
                                      exp_avg_sq};
  return sched_radam_list_f64(hyper, &one, 1, NULL);
}

/*  Stochastic gradient descent, with the average of where it has been.
 *
 *    g <- g + weight_decay * p
 *    p <- p * (1 - lambd * eta) - eta * g
 *    ax <- ax + mu * (p - ax)
 *    eta <- lr / (1 + lambd * lr * t)^alpha,   mu <- 1 / max(1, t - t0)
 *
 *  With g negated first under maximize. eta is lr before the first step. mu
 *  is 1 until t0, and then ax is p.
 *
 *  Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by
 *  Averaging (doi.org/10.1137/0330046); PyTorch's ASGD. */
typedef struct sched_asgd {
  double lr; /* The learning rate: finite from 0.0 */
  double lambd; /* What of the parameter a step of rate 1 takes away: finite */
  double alpha; /* The power by which eta falls: finite */
  double t0; /* From which step on positions are averaged: finite */
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_asgd;

#define SCHED_ASGD_DEFAULTS \
  {0.01, 0.0001, 0.75, 1000000, 0, 0}

typedef struct sched_asgd_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *ax;
  double *scalars; /* eta (0.01 at first), mu (1 at first) */
} sched_asgd_arrays;

typedef struct sched_asgd_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *ax;
  double *scalars; /* eta (0.01 at first), mu (1 at first) */
} sched_asgd_arrays_f32;

static inline sched_status sched_asgd_list_f32(
    const sched_asgd *hyper, const sched_asgd_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_ASGD, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_asgd_f32(const sched_asgd *hyper, int64_t step,
                                          size_t n, float *param,
                                          const float *grad, float *ax,
                                          double *scalars) {
  const sched_asgd_arrays_f32 one = {n, step, param, grad, ax, scalars};
  return sched_asgd_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_asgd_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *ax;
  double *scalars; /* eta (0.01 at first), mu (1 at first) */
} sched_asgd_arrays_f64;

static inline sched_status sched_asgd_list_f64(
    const sched_asgd *hyper, const sched_asgd_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_ASGD, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_asgd_f64(const sched_asgd *hyper, int64_t step,
                                          size_t n, double *param,
                                          const double *grad, double *ax,
                                          double *scalars) {
  const sched_asgd_arrays_f64 one = {n, step, param, grad, ax, scalars};
  return sched_asgd_list_f64(hyper, &one, 1, NULL);
}

/*  Steps by the gradient's sign, longer while it stays and shorter when it
 *  turns.
 *
 *    f <- g * prev > 0 ? etaplus : g * prev < 0 ? etaminus : 1
 *    size <- min(max(size * f, step_size_min), step_size_max)
 *    g <- 0 where f is etaminus
 *    p <- p - sign(g) * size,   prev <- g
 *
 *  With g negated first under maximize. Sizes are lr before the first step.
 *
 *  Source: Riedmiller and Braun, A direct adaptive method for faster
 *  backpropagation learning (doi.org/10.1109/ICNN.1993.298623); PyTorch's
 *  Rprop. */
typedef struct sched_rprop {
  double lr; /* How long the first steps are: finite from 0.0 */
  /* What a step is multiplied by where the gradient turns: finite above 0.0
   * to below 1.0 */
  double etaminus;
  /* What a step is multiplied by where the gradient stays: finite above 1.0 */
  double etaplus;
  double step_size_min; /* The shortest step: finite */
  double step_size_max; /* The longest step: finite */
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_rprop;

#define SCHED_RPROP_DEFAULTS \
  {0.01, 0.5, 1.2, 1e-06, 50, 0}

typedef struct sched_rprop_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *prev;
  void *step_size; /* 0.01 before the first step */
} sched_rprop_arrays;

typedef struct sched_rprop_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *prev;
  float *step_size; /* 0.01 before the first step */
} sched_rprop_arrays_f32;

static inline sched_status sched_rprop_list_f32(
    const sched_rprop *hyper, const sched_rprop_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_RPROP, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_rprop_f32(const sched_rprop *hyper,
                                           int64_t step, size_t n, float *param,
                                           const float *grad, float *prev,
                                           float *step_size) {
  const sched_rprop_arrays_f32 one = {n, step, param, grad, prev, step_size};
  return sched_rprop_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_rprop_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *prev;
  double *step_size; /* 0.01 before the first step */
} sched_rprop_arrays_f64;

static inline sched_status sched_rprop_list_f64(
    const sched_rprop *hyper, const sched_rprop_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_RPROP, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_rprop_f64(const sched_rprop *hyper,
                                           int64_t step, size_t n,
                                           double *param, const double *grad,
                                           double *prev, double *step_size) {
  const sched_rprop_arrays_f64 one = {n, step, param, grad, prev, step_size};
  return sched_rprop_list_f64(hyper, &one, 1, NULL);
}

/*  Steps of lr by the sign of an interpolated momentum.
 *
 *    p <- p * (1 - lr * weight_decay)
 *    p <- p - lr * sign(beta1 * m + (1 - beta1) * g)
 *    m <- beta2 * m + (1 - beta2) * g
 *
 *  With g negated first under maximize. The sign of 0 is 0.
 *
 *  Source: Chen et al., Symbolic Discovery of Optimization Algorithms
 *  (arXiv:2302.06675). */
typedef struct sched_lion {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What of m is in the step: finite from 0.0 to 1.0 */
  double beta2; /* What m keeps at each step: finite from 0.0 to 1.0 */
  /* What of the parameter a step of rate 1 would take away: finite from 0.0 */
  double weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_lion;

#define SCHED_LION_DEFAULTS \
  {0.0001, 0.9, 0.99, 0, 0}

typedef struct sched_lion_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
} sched_lion_arrays;

typedef struct sched_lion_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
} sched_lion_arrays_f32;

static inline sched_status sched_lion_list_f32(
    const sched_lion *hyper, const sched_lion_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_LION, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_lion_f32(const sched_lion *hyper, int64_t step,
                                          size_t n, float *param,
                                          const float *grad, float *exp_avg) {
  const sched_lion_arrays_f32 one = {n, step, param, grad, exp_avg};
  return sched_lion_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_lion_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
} sched_lion_arrays_f64;

static inline sched_status sched_lion_list_f64(
    const sched_lion *hyper, const sched_lion_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_LION, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_lion_f64(const sched_lion *hyper, int64_t step,
                                          size_t n, double *param,
                                          const double *grad, double *exp_avg) {
  const sched_lion_arrays_f64 one = {n, step, param, grad, exp_avg};
  return sched_lion_list_f64(hyper, &one, 1, NULL);
}

/*  Adam with Nesterov's momentum from the gradient's differences.
 *
 *    d <- g - prev, 0 at step 1
 *    m <- beta1 * m + (1 - beta1) * g,   e <- beta2 * e + (1 - beta2) * d
 *    n <- beta3 * n + (1 - beta3) * (g + beta2 * d)^2
 *    s <- sqrt(n / (1 - beta3^t)) + eps
 *    u <- lr * (m / (1 - beta1^t) + beta2 * e / (1 - beta2^t)) / s
 *    p <- no_prox ? p * (1 - lr * weight_decay) - u : (p - u) / (1 + lr * weight_decay)
 *    prev <- g
 *
 *  The array holds prev's negative, as the authors' does. With g negated
 *  first under maximize.
 *
 *  Source: Xie et al., Adan: Adaptive Nesterov Momentum Algorithm
 *  (arXiv:2208.06677). */
typedef struct sched_adan {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double beta2; /* What e keeps at each step: finite from 0.0 to below 1.0 */
  double beta3; /* What n keeps at each step: finite from 0.0 to below 1.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter a step of rate 1 would take away: finite from 0.0 */
  double weight_decay;
  /* Whether the decay is before the step, as AdamW's: 0 or 1 */
  int32_t no_prox;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_adan;

#define SCHED_ADAN_DEFAULTS \
  {0.001, 0.98, 0.92, 0.99, 1e-08, 0, 0, 0}

typedef struct sched_adan_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
  void *exp_avg_sq;
  void *exp_avg_diff;
  void *neg_pre_grad;
} sched_adan_arrays;

typedef struct sched_adan_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
  float *exp_avg_sq;
  float *exp_avg_diff;
  float *neg_pre_grad;
} sched_adan_arrays_f32;

static inline sched_status sched_adan_list_f32(
    const sched_adan *hyper, const sched_adan_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_ADAN, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adan_f32(const sched_adan *hyper, int64_t step,
                                          size_t n, float *param,
                                          const float *grad, float *exp_avg,
                                          float *exp_avg_sq,
                                          float *exp_avg_diff,
                                          float *neg_pre_grad) {
  const sched_adan_arrays_f32 one = {n, step, param, grad, exp_avg, exp_avg_sq,
                                     exp_avg_diff, neg_pre_grad};
  return sched_adan_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_adan_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
  double *exp_avg_sq;
  double *exp_avg_diff;
  double *neg_pre_grad;
} sched_adan_arrays_f64;

static inline sched_status sched_adan_list_f64(
    const sched_adan *hyper, const sched_adan_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_ADAN, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adan_f64(const sched_adan *hyper, int64_t step,
                                          size_t n, double *param,
                                          const double *grad, double *exp_avg,
                                          double *exp_avg_sq,
                                          double *exp_avg_diff,
                                          double *neg_pre_grad) {
  const sched_adan_arrays_f64 one = {n, step, param, grad, exp_avg, exp_avg_sq,
                                     exp_avg_diff, neg_pre_grad};
  return sched_adan_list_f64(hyper, &one, 1, NULL);
}

/*  AdamW with a second, slow momentum.
 *
 *    m <- beta1 * m + (1 - beta1) * g,   s <- b * s + (1 - b) * g
 *    v <- beta2 * v + (1 - beta2) * g^2
 *    u <- (m / (1 - beta1^t) + a * s) / (sqrt(v / (1 - beta2^t)) + eps)
 *    p <- p - lr * (u + weight_decay * p)
 *
 *  a rises from 0 to alpha, and b from beta1 to beta3 by halving times, over
 *  alpha_warmup and beta3_warmup steps; 0 steps is none. With g negated
 *  first under maximize.
 *
 *  Source: Pagliardini, Ablin and Grangier, The AdEMAMix Optimizer: Better,
 *  Faster, Older (arXiv:2409.03137). */
typedef struct sched_ademamix {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double beta2; /* What v keeps at each step: finite from 0.0 to below 1.0 */
  /* What s keeps at each step in the end: finite from 0.0 to below 1.0 */
  double beta3;
  /* How much the slow momentum counts in the end: finite from 0.0 */
  double alpha;
  double beta3_warmup; /* Steps until b is beta3: finite from 0.0 */
  double alpha_warmup; /* Steps until a is alpha: finite from 0.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter a step of rate 1 would take away: finite from 0.0 */
  double weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_ademamix;

#define SCHED_ADEMAMIX_DEFAULTS \
  {0.001, 0.9, 0.999, 0.9999, 2, 0, 0, 1e-08, 0, 0}

typedef struct sched_ademamix_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg_fast;
  void *exp_avg_slow;
  void *exp_avg_sq;
} sched_ademamix_arrays;

typedef struct sched_ademamix_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg_fast;
  float *exp_avg_slow;
  float *exp_avg_sq;
} sched_ademamix_arrays_f32;

static inline sched_status sched_ademamix_list_f32(
    const sched_ademamix *hyper, const sched_ademamix_arrays_f32 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADEMAMIX, SCHED_F32, hyper, list, count,
                             NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_ademamix_f32(const sched_ademamix *hyper,
                                              int64_t step, size_t n,
                                              float *param, const float *grad,
                                              float *exp_avg_fast,
                                              float *exp_avg_slow,
                                              float *exp_avg_sq) {
  const sched_ademamix_arrays_f32 one = {n, step, param, grad, exp_avg_fast,
                                         exp_avg_slow, exp_avg_sq};
  return sched_ademamix_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_ademamix_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg_fast;
  double *exp_avg_slow;
  double *exp_avg_sq;
} sched_ademamix_arrays_f64;

static inline sched_status sched_ademamix_list_f64(
    const sched_ademamix *hyper, const sched_ademamix_arrays_f64 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADEMAMIX, SCHED_F64, hyper, list, count,
                             NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_ademamix_f64(const sched_ademamix *hyper,
                                              int64_t step, size_t n,
                                              double *param, const double *grad,
                                              double *exp_avg_fast,
                                              double *exp_avg_slow,
                                              double *exp_avg_sq) {
  const sched_ademamix_arrays_f64 one = {n, step, param, grad, exp_avg_fast,
                                         exp_avg_slow, exp_avg_sq};
  return sched_ademamix_list_f64(hyper, &one, 1, NULL);
}

/*  Steps of lr at most, by a momentum over an estimate of the curvature.
 *
 *    p <- p * (1 - lr * weight_decay)
 *    m <- beta1 * m + (1 - beta1) * g
 *    p <- p - lr * sign(m) * min(|m| / (rho * batch * h + 1e-15), 1)
 *
 *  h, the diagonal of the Hessian, is the caller's to keep: every few steps
 *  Average takes in a new estimate of it. With g negated first under
 *  maximize.
 *
 *  Source: Liu et al., Sophia: A Scalable Stochastic Second-order Optimizer
 *  for Language Model Pre-training (arXiv:2305.14342). */
typedef struct sched_sophia {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double rho; /* How far the curvature is trusted: finite from 0.0 */
  /* What h is multiplied by: tokens in a batch, for a mean over them: finite
   * from 0.0 */
  double batch;
  /* What of the parameter a step of rate 1 would take away: finite from 0.0 */
  double weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_sophia;

#define SCHED_SOPHIA_DEFAULTS \
  {0.0001, 0.965, 0.04, 1, 0.1, 0}

typedef struct sched_sophia_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
  void *hessian;
} sched_sophia_arrays;

typedef struct sched_sophia_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
  float *hessian;
} sched_sophia_arrays_f32;

static inline sched_status sched_sophia_list_f32(
    const sched_sophia *hyper, const sched_sophia_arrays_f32 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_SOPHIA, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_sophia_f32(const sched_sophia *hyper,
                                            int64_t step, size_t n,
                                            float *param, const float *grad,
                                            float *exp_avg, float *hessian) {
  const sched_sophia_arrays_f32 one = {n, step, param, grad, exp_avg, hessian};
  return sched_sophia_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_sophia_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
  double *hessian;
} sched_sophia_arrays_f64;

static inline sched_status sched_sophia_list_f64(
    const sched_sophia *hyper, const sched_sophia_arrays_f64 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_SOPHIA, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_sophia_f64(const sched_sophia *hyper,
                                            int64_t step, size_t n,
                                            double *param, const double *grad,
                                            double *exp_avg, double *hessian) {
  const sched_sophia_arrays_f64 one = {n, step, param, grad, exp_avg, hessian};
  return sched_sophia_list_f64(hyper, &one, 1, NULL);
}

/*  Not an optimizer but what they keep: the parameter is an average, and the
 *  gradient what it takes in.
 *
 *    p <- keep * p + (1 - keep) * (squares ? g^2 : g)
 *
 *  Without squares it goes from the nearer end, as PyTorch's lerp does; keep
 *  may be any number then.
 *
 *  Source: PyTorch's lerp_ and addcmul_. */
typedef struct sched_average {
  double keep; /* What p keeps: finite */
  int32_t squares; /* Whether the squares of g are averaged: 0 or 1 */
} sched_average;

#define SCHED_AVERAGE_DEFAULTS \
  {0.999, 0}

typedef struct sched_average_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
} sched_average_arrays;

typedef struct sched_average_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
} sched_average_arrays_f32;

static inline sched_status sched_average_list_f32(
    const sched_average *hyper, const sched_average_arrays_f32 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_AVERAGE, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_average_f32(const sched_average *hyper,
                                             int64_t step, size_t n,
                                             float *param, const float *grad) {
  const sched_average_arrays_f32 one = {n, step, param, grad};
  return sched_average_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_average_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
} sched_average_arrays_f64;

static inline sched_status sched_average_list_f64(
    const sched_average *hyper, const sched_average_arrays_f64 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_AVERAGE, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_average_f64(const sched_average *hyper,
                                             int64_t step, size_t n,
                                             double *param,
                                             const double *grad) {
  const sched_average_arrays_f64 one = {n, step, param, grad};
  return sched_average_list_f64(hyper, &one, 1, NULL);
}

/*  SGD that averages as it goes, in place of a schedule.
 *
 *    g <- g + weight_decay * y
 *    y <- y + c * (z - y) + lr * (momentum * (1 - c) - 1) * g
 *    z <- z - lr * g,   z = y before the first step
 *    c = w / sum(w),   w = t^r * (largest lr so far)^weight_lr_power
 *
 *  y is the parameter while training; what to evaluate is y + (1 - 1 /
 *  momentum) * (z - y), which Average goes to and comes back from. lr rises
 *  over warmup_steps. With g negated first under maximize.
 *
 *  Source: Defazio et al., The Road Less Scheduled (arXiv:2405.15682). */
typedef struct sched_schedule_free_sgd {
  double lr; /* The learning rate: finite from 0.0 */
  /* How near y is to the average: finite above 0.0 to below 1.0 */
  double momentum;
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  /* Steps over which the rate rises to lr: finite from 0.0 */
  double warmup_steps;
  double r; /* The power of the step in its weight: finite from 0.0 */
  /* The power of the rate in its weight: finite from 0.0 */
  double weight_lr_power;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_schedule_free_sgd;

#define SCHED_SCHEDULE_FREE_SGD_DEFAULTS \
  {1, 0.9, 0, 0, 0, 2, 0}

typedef struct sched_schedule_free_sgd_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *z;
  double *scalars; /* lr_max (-1 at first), weight_sum (0 at first) */
} sched_schedule_free_sgd_arrays;

typedef struct sched_schedule_free_sgd_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *z;
  double *scalars; /* lr_max (-1 at first), weight_sum (0 at first) */
} sched_schedule_free_sgd_arrays_f32;

static inline sched_status sched_schedule_free_sgd_list_f32(
    const sched_schedule_free_sgd *hyper,
    const sched_schedule_free_sgd_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_SCHEDULE_FREE_SGD, SCHED_F32, hyper, list,
                             count, NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_schedule_free_sgd_f32(
    const sched_schedule_free_sgd *hyper, int64_t step, size_t n, float *param,
    const float *grad, float *z, double *scalars) {
  const sched_schedule_free_sgd_arrays_f32 one = {n, step, param, grad, z,
                                                  scalars};
  return sched_schedule_free_sgd_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_schedule_free_sgd_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *z;
  double *scalars; /* lr_max (-1 at first), weight_sum (0 at first) */
} sched_schedule_free_sgd_arrays_f64;

static inline sched_status sched_schedule_free_sgd_list_f64(
    const sched_schedule_free_sgd *hyper,
    const sched_schedule_free_sgd_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_SCHEDULE_FREE_SGD, SCHED_F64, hyper, list,
                             count, NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_schedule_free_sgd_f64(
    const sched_schedule_free_sgd *hyper, int64_t step, size_t n, double *param,
    const double *grad, double *z, double *scalars) {
  const sched_schedule_free_sgd_arrays_f64 one = {n, step, param, grad, z,
                                                  scalars};
  return sched_schedule_free_sgd_list_f64(hyper, &one, 1, NULL);
}

/*  AdamW that averages as it goes, in place of a schedule.
 *
 *    v <- beta2 * v + (1 - beta2) * g^2
 *    u <- g / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay * y
 *    y <- y + c * (z - y) + lr * (beta1 * (1 - c) - 1) * u
 *    z <- z - lr * u,   z = y before the first step
 *    c = w / sum(w),   w = t^r * (largest lr so far)^weight_lr_power
 *
 *  y is the parameter while training; what to evaluate is y + (1 - 1 /
 *  beta1) * (z - y), which Average goes to and comes back from. lr rises
 *  over warmup_steps. With g negated first under maximize.
 *
 *  Source: Defazio et al., The Road Less Scheduled (arXiv:2405.15682). */
typedef struct sched_schedule_free_adamw {
  double lr; /* The learning rate: finite from 0.0 */
  /* How near y is to the average: finite above 0.0 to below 1.0 */
  double beta1;
  double beta2; /* What v keeps at each step: finite from 0.0 to below 1.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter a step of rate 1 would take away: finite from 0.0 */
  double weight_decay;
  /* Steps over which the rate rises to lr: finite from 0.0 */
  double warmup_steps;
  double r; /* The power of the step in its weight: finite from 0.0 */
  /* The power of the rate in its weight: finite from 0.0 */
  double weight_lr_power;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_schedule_free_adamw;

#define SCHED_SCHEDULE_FREE_ADAMW_DEFAULTS \
  {0.0025, 0.9, 0.999, 1e-08, 0, 0, 0, 2, 0}

typedef struct sched_schedule_free_adamw_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *z;
  void *exp_avg_sq;
  double *scalars; /* lr_max (-1 at first), weight_sum (0 at first) */
} sched_schedule_free_adamw_arrays;

typedef struct sched_schedule_free_adamw_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *z;
  float *exp_avg_sq;
  double *scalars; /* lr_max (-1 at first), weight_sum (0 at first) */
} sched_schedule_free_adamw_arrays_f32;

static inline sched_status sched_schedule_free_adamw_list_f32(
    const sched_schedule_free_adamw *hyper,
    const sched_schedule_free_adamw_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_SCHEDULE_FREE_ADAMW, SCHED_F32, hyper, list,
                             count, NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_schedule_free_adamw_f32(
    const sched_schedule_free_adamw *hyper, int64_t step, size_t n,
    float *param, const float *grad, float *z, float *exp_avg_sq,
    double *scalars) {
  const sched_schedule_free_adamw_arrays_f32 one = {n, step, param, grad, z,
                                                    exp_avg_sq, scalars};
  return sched_schedule_free_adamw_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_schedule_free_adamw_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *z;
  double *exp_avg_sq;
  double *scalars; /* lr_max (-1 at first), weight_sum (0 at first) */
} sched_schedule_free_adamw_arrays_f64;

static inline sched_status sched_schedule_free_adamw_list_f64(
    const sched_schedule_free_adamw *hyper,
    const sched_schedule_free_adamw_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_SCHEDULE_FREE_ADAMW, SCHED_F64, hyper, list,
                             count, NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_schedule_free_adamw_f64(
    const sched_schedule_free_adamw *hyper, int64_t step, size_t n,
    double *param, const double *grad, double *z, double *exp_avg_sq,
    double *scalars) {
  const sched_schedule_free_adamw_arrays_f64 one = {n, step, param, grad, z,
                                                    exp_avg_sq, scalars};
  return sched_schedule_free_adamw_list_f64(hyper, &one, 1, NULL);
}

/*  Adam for gradients that have some rows of a parameter only: the others,
 *  and their moments, stay as they are.
 *
 *    m <- m + (1 - beta1) * (g - m),   v <- v + (1 - beta2) * (g^2 - v)
 *    p <- p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps)
 *
 *  With g negated first under maximize. t counts the parameter's steps, not
 *  the row's.
 *
 *  Source: Kingma and Ba, Adam: A Method for Stochastic Optimization
 *  (arXiv:1412.6980); PyTorch's SparseAdam. */
typedef struct sched_sparse_adam {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double beta2; /* What v keeps at each step: finite from 0.0 to below 1.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_sparse_adam;

#define SCHED_SPARSE_ADAM_DEFAULTS \
  {0.001, 0.9, 0.999, 1e-08, 0}

typedef struct sched_sparse_adam_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
  void *exp_avg_sq;
} sched_sparse_adam_arrays;

typedef struct sched_sparse_adam_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
  float *exp_avg_sq;
} sched_sparse_adam_arrays_f32;

static inline sched_status sched_sparse_adam_list_f32(
    const sched_sparse_adam *hyper, const sched_sparse_adam_arrays_f32 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_SPARSE_ADAM, SCHED_F32, hyper, list, count,
                             NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_sparse_adam_f32(const sched_sparse_adam *hyper,
                                                 int64_t step, size_t n,
                                                 float *param,
                                                 const float *grad,
                                                 float *exp_avg,
                                                 float *exp_avg_sq) {
  const sched_sparse_adam_arrays_f32 one = {n, step, param, grad, exp_avg,
                                            exp_avg_sq};
  return sched_sparse_adam_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_sparse_adam_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
  double *exp_avg_sq;
} sched_sparse_adam_arrays_f64;

static inline sched_status sched_sparse_adam_list_f64(
    const sched_sparse_adam *hyper, const sched_sparse_adam_arrays_f64 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_SPARSE_ADAM, SCHED_F64, hyper, list, count,
                             NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_sparse_adam_f64(const sched_sparse_adam *hyper,
                                                 int64_t step, size_t n,
                                                 double *param,
                                                 const double *grad,
                                                 double *exp_avg,
                                                 double *exp_avg_sq) {
  const sched_sparse_adam_arrays_f64 one = {n, step, param, grad, exp_avg,
                                            exp_avg_sq};
  return sched_sparse_adam_list_f64(hyper, &one, 1, NULL);
}

/*  Adam with steps as long as lr of the parameter's own length.
 *
 *    m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g^2
 *    u <- m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay * p
 *    p <- p - lr * ||p|| / ||u|| * u
 *
 *  With g negated first under maximize; the fraction is 1 where either norm
 *  is 0. Without bias_correction m and v are taken as they are. Under
 *  decoupled_weight_decay p shrinks by lr * weight_decay of itself first,
 *  and u has no decay.
 *
 *  Source: You et al., Large Batch Optimization for Deep Learning: Training
 *  BERT in 76 minutes (arXiv:1904.00962). */
typedef struct sched_lamb {
  double lr; /* The learning rate: finite from 0.0 */
  double beta1; /* What m keeps at each step: finite from 0.0 to below 1.0 */
  double beta2; /* What v keeps at each step: finite from 0.0 to below 1.0 */
  double eps; /* Keeps the denominator from 0: finite from 0.0 */
  /* What of the parameter is added to the update: finite from 0.0 */
  double weight_decay;
  /* Whether the moments are made up for their start: 0 or 1 */
  int32_t bias_correction;
  /* Whether the decay is apart from the update: 0 or 1 */
  int32_t decoupled_weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_lamb;

#define SCHED_LAMB_DEFAULTS \
  {0.001, 0.9, 0.999, 1e-06, 0, 1, 0, 0}

typedef struct sched_lamb_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *exp_avg;
  void *exp_avg_sq;
} sched_lamb_arrays;

typedef struct sched_lamb_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *exp_avg;
  float *exp_avg_sq;
} sched_lamb_arrays_f32;

static inline sched_status sched_lamb_list_f32(
    const sched_lamb *hyper, const sched_lamb_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_LAMB, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_lamb_f32(const sched_lamb *hyper, int64_t step,
                                          size_t n, float *param,
                                          const float *grad, float *exp_avg,
                                          float *exp_avg_sq) {
  const sched_lamb_arrays_f32 one = {n, step, param, grad, exp_avg, exp_avg_sq};
  return sched_lamb_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_lamb_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *exp_avg;
  double *exp_avg_sq;
} sched_lamb_arrays_f64;

static inline sched_status sched_lamb_list_f64(
    const sched_lamb *hyper, const sched_lamb_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_LAMB, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_lamb_f64(const sched_lamb *hyper, int64_t step,
                                          size_t n, double *param,
                                          const double *grad, double *exp_avg,
                                          double *exp_avg_sq) {
  const sched_lamb_arrays_f64 one = {n, step, param, grad, exp_avg, exp_avg_sq};
  return sched_lamb_list_f64(hyper, &one, 1, NULL);
}

/*  SGD with momentum, whose gradient is as long as a part of the parameter.
 *
 *    r <- trust_coefficient * ||p|| / (||g|| + weight_decay * ||p||)
 *    g <- r * (g + weight_decay * p)
 *    b <- momentum * b + (1 - dampening) * g
 *    p <- p - lr * (nesterov ? g + momentum * b : b)
 *
 *  With g negated first under maximize, and b = g without momentum. r is 1
 *  where ||p|| or the denominator is 0, and where trust_coefficient is 0, as
 *  one has it for biases.
 *
 *  Source: You, Gitman and Ginsburg, Large Batch Training of Convolutional
 *  Networks (arXiv:1708.03888). */
typedef struct sched_lars {
  double lr; /* The learning rate: finite from 0.0 */
  double momentum; /* What b keeps at each step: finite from 0.0 */
  double dampening; /* What of the gradient does not reach b: finite */
  /* What of the parameter is added to the gradient: finite from 0.0 */
  double weight_decay;
  /* How long a step of rate 1 is, in lengths of the parameter; 0 for SGD's
   * steps: finite from 0.0 */
  double trust_coefficient;
  int32_t nesterov; /* Whether to look ahead: 0 or 1 */
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_lars;

#define SCHED_LARS_DEFAULTS \
  {0.001, 0.9, 0, 0, 0.001, 0, 0}

typedef struct sched_lars_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *momentum_buffer; /* only with momentum; not read otherwise */
} sched_lars_arrays;

typedef struct sched_lars_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *momentum_buffer; /* only with momentum; not read otherwise */
} sched_lars_arrays_f32;

static inline sched_status sched_lars_list_f32(
    const sched_lars *hyper, const sched_lars_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_LARS, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_lars_f32(const sched_lars *hyper, int64_t step,
                                          size_t n, float *param,
                                          const float *grad,
                                          float *momentum_buffer) {
  const sched_lars_arrays_f32 one = {n, step, param, grad, momentum_buffer};
  return sched_lars_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_lars_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *momentum_buffer; /* only with momentum; not read otherwise */
} sched_lars_arrays_f64;

static inline sched_status sched_lars_list_f64(
    const sched_lars *hyper, const sched_lars_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_LARS, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_lars_f64(const sched_lars *hyper, int64_t step,
                                          size_t n, double *param,
                                          const double *grad,
                                          double *momentum_buffer) {
  const sched_lars_arrays_f64 one = {n, step, param, grad, momentum_buffer};
  return sched_lars_list_f64(hyper, &one, 1, NULL);
}

/*  Steps by the gradient's mean squares, of which a matrix keeps those of
 *  its rows and of its columns alone.
 *
 *    R <- R + w * (mean of g^2 over a row - R),   C alike of columns,   w = t^beta2_decay
 *    v <- R * C / max(mean of R, eps1);   of a vector v <- v + w * (g^2 - v)
 *    u <- g / max(sqrt(v), eps1),   u <- u / max(1, rms(u) / d)
 *    p <- p - lr * weight_decay * p - max(eps2, rms(p)) * min(lr, 1 / sqrt(t)) * u
 *
 *  With the rms of p before it decays, and g negated first under maximize.
 *  Of more dimensions than two the last two are a matrix, each on its own
 *  but for the rms.
 *
 *  Source: Shazeer and Stern, Adafactor: Adaptive Learning Rates with
 *  Sublinear Memory Cost (arXiv:1804.04235); PyTorch's Adafactor. */
typedef struct sched_adafactor {
  /* The largest rate, of steps in lengths of the parameter: finite from 0.0 */
  double lr;
  /* The power of t that is taken in at step t, so 0 remembers nothing:
   * finite, to 0.0 */
  double beta2_decay;
  /* The least root of a mean square; below 0 for what lies between 1 and the
   * next number of the parameter's type: finite */
  double eps1;
  double eps2; /* The least rms of the parameter: finite from 0.0 */
  double d; /* The largest rms of an update: finite from 1.0 */
  /* What the parameter loses of itself, times lr: finite from 0.0 */
  double weight_decay;
  int32_t maximize; /* Whether to climb: 0 or 1 */
} sched_adafactor;

#define SCHED_ADAFACTOR_DEFAULTS \
  {0.01, -0.8, -1, 0.001, 1, 0, 0}

typedef struct sched_adafactor_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  /* only of matrices, one a row: n / columns; not read otherwise */
  void *row_var;
  /* only of matrices, one a column: n / rows; not read otherwise */
  void *col_var;
  void *variance; /* only of a vector; not read otherwise */
  /* of a matrix, or of each that lie one after the other; 0 of a vector */
  size_t rows;
  size_t columns; /* its elements are row after row; 0 of a vector */
} sched_adafactor_arrays;

typedef struct sched_adafactor_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  /* only of matrices, one a row: n / columns; not read otherwise */
  float *row_var;
  /* only of matrices, one a column: n / rows; not read otherwise */
  float *col_var;
  float *variance; /* only of a vector; not read otherwise */
  /* of a matrix, or of each that lie one after the other; 0 of a vector */
  size_t rows;
  size_t columns; /* its elements are row after row; 0 of a vector */
} sched_adafactor_arrays_f32;

static inline sched_status sched_adafactor_list_f32(
    const sched_adafactor *hyper, const sched_adafactor_arrays_f32 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADAFACTOR, SCHED_F32, hyper, list, count,
                             NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adafactor_f32(const sched_adafactor *hyper,
                                               int64_t step, size_t n,
                                               float *param, const float *grad,
                                               float *row_var, float *col_var,
                                               float *variance, size_t rows,
                                               size_t columns) {
  const sched_adafactor_arrays_f32 one = {n, step, param, grad, row_var,
                                          col_var, variance, rows, columns};
  return sched_adafactor_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_adafactor_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  /* only of matrices, one a row: n / columns; not read otherwise */
  double *row_var;
  /* only of matrices, one a column: n / rows; not read otherwise */
  double *col_var;
  double *variance; /* only of a vector; not read otherwise */
  /* of a matrix, or of each that lie one after the other; 0 of a vector */
  size_t rows;
  size_t columns; /* its elements are row after row; 0 of a vector */
} sched_adafactor_arrays_f64;

static inline sched_status sched_adafactor_list_f64(
    const sched_adafactor *hyper, const sched_adafactor_arrays_f64 *list,
    size_t count, size_t *culprit) {
  const sched_group group = {SCHED_ADAFACTOR, SCHED_F64, hyper, list, count,
                             NULL, SCHED_SAME, SCHED_SAME, SCHED_SAME,
                             SCHED_NEAREST, NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_adafactor_f64(const sched_adafactor *hyper,
                                               int64_t step, size_t n,
                                               double *param,
                                               const double *grad,
                                               double *row_var, double *col_var,
                                               double *variance, size_t rows,
                                               size_t columns) {
  const sched_adafactor_arrays_f64 one = {n, step, param, grad, row_var,
                                          col_var, variance, rows, columns};
  return sched_adafactor_list_f64(hyper, &one, 1, NULL);
}

/*  Momentum whose matrix is made nearly orthogonal before it is a step: all
 *  of its singular values come near 1.
 *
 *    B <- B + (1 - momentum) * (g - B)
 *    X <- nesterov ? g + momentum * (B - g) : B,   X <- X / max(||X||, eps)
 *    ns_steps times:   A <- X * X^T,   X <- ns_a * X + (ns_b * A + ns_c * A * A) * X
 *    p <- p - lr * weight_decay * p - lr * scale * X
 *
 *  With X lying the shorter way, and a scale of sqrt(max(1, rows /
 *  columns)), or of sqrt(max(rows, columns)) / 5 under match_rms_adamw. X, A
 *  and the matrix in front of X are rounded to bfloat16 whenever they are
 *  made, and products added up in floats in the order of their index: the
 *  same bits for every instruction set and number of threads. Of what is
 *  rounded, magnitudes below 2^-62 are 0 and those above 2^62 infinite.
 *
 *  Source: Jordan et al., Muon: An optimizer for hidden layers in neural
 *  networks (kellerjordan.github.io/posts/muon/); Liu et al., Muon is
 *  Scalable for LLM Training (arXiv:2502.16982); PyTorch's Muon. */
typedef struct sched_muon {
  double lr; /* The learning rate: finite from 0.0 */
  /* What the parameter loses of itself, times lr: finite from 0.0 */
  double weight_decay;
  double momentum; /* What B keeps at each step: finite from 0.0 */
  double ns_a; /* What is kept of X: finite */
  double ns_b; /* What is added of A, times X: finite */
  double ns_c; /* What is added of the square of A, times X: finite */
  double eps; /* The least norm: finite */
  int32_t ns_steps; /* How many times: an integer from 0 to 99 */
  int32_t nesterov; /* Whether to look ahead: 0 or 1 */
  /* Whether steps are as long as AdamW's are: 0 or 1 */
  int32_t match_rms_adamw;
} sched_muon;

#define SCHED_MUON_DEFAULTS \
  {0.001, 0.1, 0.95, 3.4445, -4.775, 2.0315, 1e-07, 5, 1, 0}

typedef struct sched_muon_arrays {
  size_t n;
  int64_t step;
  void *param;
  const void *grad;
  void *momentum_buffer;
  size_t rows; /* of the matrix */
  size_t columns; /* its elements are row after row */
} sched_muon_arrays;

typedef struct sched_muon_arrays_f32 {
  size_t n;
  int64_t step;
  float *param;
  const float *grad;
  float *momentum_buffer;
  size_t rows; /* of the matrix */
  size_t columns; /* its elements are row after row */
} sched_muon_arrays_f32;

static inline sched_status sched_muon_list_f32(
    const sched_muon *hyper, const sched_muon_arrays_f32 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_MUON, SCHED_F32, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_muon_f32(const sched_muon *hyper, int64_t step,
                                          size_t n, float *param,
                                          const float *grad,
                                          float *momentum_buffer, size_t rows,
                                          size_t columns) {
  const sched_muon_arrays_f32 one = {n, step, param, grad, momentum_buffer,
                                     rows, columns};
  return sched_muon_list_f32(hyper, &one, 1, NULL);
}

typedef struct sched_muon_arrays_f64 {
  size_t n;
  int64_t step;
  double *param;
  const double *grad;
  double *momentum_buffer;
  size_t rows; /* of the matrix */
  size_t columns; /* its elements are row after row */
} sched_muon_arrays_f64;

static inline sched_status sched_muon_list_f64(
    const sched_muon *hyper, const sched_muon_arrays_f64 *list, size_t count,
    size_t *culprit) {
  const sched_group group = {SCHED_MUON, SCHED_F64, hyper, list, count, NULL,
                             SCHED_SAME, SCHED_SAME, SCHED_SAME, SCHED_NEAREST,
                             NULL};
  return sched_step(&group, 1, NULL, NULL, culprit);
}

static inline sched_status sched_muon_f64(const sched_muon *hyper, int64_t step,
                                          size_t n, double *param,
                                          const double *grad,
                                          double *momentum_buffer, size_t rows,
                                          size_t columns) {
  const sched_muon_arrays_f64 one = {n, step, param, grad, momentum_buffer,
                                     rows, columns};
  return sched_muon_list_f64(hyper, &one, 1, NULL);
}

#endif  /* SCHED_OPTIMIZERS_H */
