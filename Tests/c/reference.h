/*  AdamW and SGD as the papers write them, in double, with a bound on how far
 *  the same steps taken in float may end from them. C99 and C++17.
 *
 *  The bound is a running error analysis (Higham, Accuracy and Stability of
 *  Numerical Algorithms, 3.3): beside each value stands the largest error a
 *  float evaluation can have collected in it. Every constant is rounded once,
 *  every operation once: u times its result, or half the least denormal. */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <math.h>

#include "sched.h"

/*  A value and the error a float may have in its place. */
typedef struct bounded {
  double value, error;
} bounded;

#define REFERENCE_UNIT 0x1p-24
#define REFERENCE_DENORMAL 0x1p-150

static inline bounded bounded_rounded(double value, double error) {
  bounded result = {value, error + REFERENCE_UNIT * (fabs(value) + error) + REFERENCE_DENORMAL};
  return result;
}

static inline bounded bounded_exact(double value) {
  bounded result = {value, 0};
  return result;
}

/*  A constant, made in double and rounded once. */
static inline bounded bounded_constant(double value) { return bounded_rounded(value, 0); }

static inline bounded bounded_add(bounded a, bounded b) {
  return bounded_rounded(a.value + b.value, a.error + b.error);
}

static inline bounded bounded_multiply(bounded a, bounded b) {
  return bounded_rounded(a.value * b.value, fabs(a.value) * b.error + fabs(b.value) * a.error +
                                                a.error * b.error);
}

static inline bounded bounded_divide(bounded a, bounded b) {
  double least = fabs(b.value) - b.error;
  double quotient = a.value / b.value;
  return bounded_rounded(
      quotient, least > 0 ? (a.error + fabs(quotient) * b.error) / least : INFINITY);
}

static inline bounded bounded_root(bounded a) {
  double root = sqrt(a.value);
  double least = a.value - a.error;
  // Below its own error a value may be anything down to 0.
  double error = least > 0 ? root - sqrt(least) : sqrt(a.value + a.error);
  return bounded_rounded(root, error);
}

/*  One parameter's element and what its optimizer remembers of it. */
typedef struct reference_element {
  bounded param, exp_avg, exp_avg_sq, max_exp_avg_sq, momentum_buffer;
} reference_element;

static inline reference_element reference_start(float param) {
  reference_element element = {
      bounded_exact(param), bounded_exact(0), bounded_exact(0), bounded_exact(0), bounded_exact(0)};
  return element;
}

static inline void reference_adamw(const sched_adamw *hyper, int64_t step, float grad,
                                   reference_element *e) {
  double correction1 = 1 - pow(hyper->beta1, (double)step);
  double correction2 = 1 - pow(hyper->beta2, (double)step);
  bounded g = bounded_exact(hyper->maximize ? -(double)grad : (double)grad);

  e->exp_avg = bounded_add(bounded_multiply(bounded_constant(hyper->beta1), e->exp_avg),
                           bounded_multiply(bounded_constant(1 - hyper->beta1), g));
  e->exp_avg_sq =
      bounded_add(bounded_multiply(bounded_constant(hyper->beta2), e->exp_avg_sq),
                  bounded_multiply(bounded_constant(1 - hyper->beta2), bounded_multiply(g, g)));
  bounded v = e->exp_avg_sq;
  if (hyper->amsgrad) {
    if (v.value > e->max_exp_avg_sq.value) e->max_exp_avg_sq.value = v.value;
    if (v.error > e->max_exp_avg_sq.error) e->max_exp_avg_sq.error = v.error;
    v = e->max_exp_avg_sq;
  }
  bounded denominator = bounded_add(bounded_divide(bounded_root(v),
                                                   bounded_constant(sqrt(correction2))),
                                    bounded_constant(hyper->eps));
  bounded update = bounded_divide(
      bounded_multiply(bounded_constant(hyper->lr / correction1), e->exp_avg), denominator);
  update.value = -update.value;
  e->param = bounded_add(
      bounded_multiply(e->param, bounded_constant(1 - hyper->lr * hyper->weight_decay)), update);
}

static inline void reference_sgd(const sched_sgd *hyper, int64_t step, float grad,
                                 reference_element *e) {
  bounded g = bounded_exact(hyper->maximize ? -(double)grad : (double)grad);
  if (hyper->weight_decay != 0) {
    g = bounded_add(g, bounded_multiply(bounded_constant(hyper->weight_decay), e->param));
  }
  if (hyper->momentum != 0) {
    bounded *b = &e->momentum_buffer;
    *b = step == 1 ? g
                   : bounded_add(bounded_multiply(bounded_constant(hyper->momentum), *b),
                                 bounded_multiply(bounded_constant(1 - hyper->dampening), g));
    g = hyper->nesterov ? bounded_add(g, bounded_multiply(bounded_constant(hyper->momentum), *b))
                        : *b;
  }
  bounded update = bounded_multiply(bounded_constant(hyper->lr), g);
  update.value = -update.value;
  e->param = bounded_add(e->param, update);
}

#endif
