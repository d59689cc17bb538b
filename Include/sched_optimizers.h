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
  SCHED_ADAM = 3
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
} sched_sgd;

#define SCHED_SGD_DEFAULTS \
  {0.001, 0, 0, 0, 0, 0}

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
  const sched_group group = {SCHED_SGD, SCHED_F32, hyper, list, count};
  return sched_step(&group, 1, NULL, culprit);
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
  const sched_group group = {SCHED_SGD, SCHED_F64, hyper, list, count};
  return sched_step(&group, 1, NULL, culprit);
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
 *  (ar_xiv:1711.05101); PyTorch's AdamW. */
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
  const sched_group group = {SCHED_ADAMW, SCHED_F32, hyper, list, count};
  return sched_step(&group, 1, NULL, culprit);
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
  const sched_group group = {SCHED_ADAMW, SCHED_F64, hyper, list, count};
  return sched_step(&group, 1, NULL, culprit);
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
 *  (ar_xiv:1412.6980); PyTorch's Adam. */
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
} sched_adam;

#define SCHED_ADAM_DEFAULTS \
  {0.001, 0.9, 0.999, 1e-08, 0, 0, 0, 0}

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
  const sched_group group = {SCHED_ADAM, SCHED_F32, hyper, list, count};
  return sched_step(&group, 1, NULL, culprit);
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
  const sched_group group = {SCHED_ADAM, SCHED_F64, hyper, list, count};
  return sched_step(&group, 1, NULL, culprit);
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

#endif  /* SCHED_OPTIMIZERS_H */
