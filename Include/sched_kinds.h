/*  sched_kinds.h: a typed constructor for every kind of schedule. Printed by
 *  Bindings/generate.py from what the library declares; sched.h includes it.
 *
 *  Each is sched_make with the kind's fields in PyTorch's order, and adds no
 *  symbol to the library. A list is a pointer and a count.
 */
#ifndef SCHED_KINDS_H
#define SCHED_KINDS_H

#include "sched.h"

/*  Half a cosine from the base rate down to eta_min, then back up, for ever.
 *
 *    rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * t / T_max)) / 2
 *
 *  T_max    steps from the base rate to the floor: an integer from 1 to 2^53.
 *  eta_min  the floor, in the units of the rate: a finite number from 0.0; 0.0
 *           by default.
 *
 *  Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983), without the
 *  restarts; PyTorch, CosineAnnealingLR. */
static inline sched_status sched_cosine_annealing_lr(
    int64_t T_max, double eta_min, sched_schedule **schedule) {
  const sched_field fields[2] = {
      sched_integer("T_max", T_max),
      sched_real("eta_min", eta_min),
  };
  return sched_make("CosineAnnealingLR", fields, 2, NULL, schedule);
}

/*  A straight line from one multiple of the base rate to another, then
 *  constant.
 *
 *    rate(t) = base * (start_factor + (end_factor - start_factor) * min(t,
 *        total_iters) / total_iters)
 *
 *  start_factor  the multiple of the base rate at step 0: a finite number from
 *                0.0; 0.3333333333333333 by default.
 *  end_factor    the multiple from step total_iters on: a finite number from
 *                0.0; 1.0 by default.
 *  total_iters   steps from the one to the other: an integer from 1 to 2^53; 5
 *                by default.
 *
 *  Source: PyTorch, LinearLR. */
static inline sched_status sched_linear_lr(double start_factor,
                                           double end_factor,
                                           int64_t total_iters,
                                           sched_schedule **schedule) {
  const sched_field fields[3] = {
      sched_real("start_factor", start_factor),
      sched_real("end_factor", end_factor),
      sched_integer("total_iters", total_iters),
  };
  return sched_make("LinearLR", fields, 3, NULL, schedule);
}

/*  One cycle: up to a peak, down to next to nothing, momentum the other way
 *  round.
 *
 *    peak / div_factor up to peak over pct_start * total_steps - 1 steps, then
 *        down to peak / (div_factor * final_div_factor) at step total_steps - 1
 *
 *  max_lr            the peak, in the units of the rate; the base rate if
 *                    absent: a finite number from 0.0, or absent.
 *  total_steps       steps in all: an integer from 1 to 2^53, or absent.
 *  epochs            epochs in all, if total_steps is absent: an integer from 1
 *                    to 2^53, or absent.
 *  steps_per_epoch   steps of an epoch, if total_steps is absent: an integer
 *                    from 1 to 2^53, or absent.
 *  pct_start         the part of the steps that goes up: a finite number from
 *                    0.0 to 1.0; 0.3 by default.
 *  anneal_strategy   the way from one rate to the next: 'cos' or 'linear';
 *                    'cos' by default.
 *  cycle_momentum    whether it drives the momentum: 1 or 0; 1 by default.
 *  base_momentum     the momentum at the peak: a finite number from 0.0 to 1.0;
 *                    0.85 by default.
 *  max_momentum      the momentum at both ends: a finite number from 0.0 to
 *                    1.0; 0.95 by default.
 *  div_factor        the peak over the rate at step 0: a finite number above
 *                    0.0; 25.0 by default.
 *  final_div_factor  the rate at step 0 over the last: a finite number above
 *                    0.0; 10000.0 by default.
 *  three_phase       whether it comes down to the first rate before the last: 1
 *                    or 0; 0 by default.
 *
 *  Source: Smith and Topin, Super-Convergence (arXiv:1708.07120); PyTorch,
 *  OneCycleLR.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  Start from SCHED_ONE_CYCLE_LR_DEFAULTS, set what differs, and call
 *  sched_one_cycle_lr.
 */
typedef struct sched_one_cycle_lr_options {
  const double *max_lr;
  int64_t total_steps;
  int64_t epochs;
  int64_t steps_per_epoch;
  double pct_start;
  const char *anneal_strategy;
  int cycle_momentum;
  double base_momentum;
  double max_momentum;
  double div_factor;
  double final_div_factor;
  int three_phase;
} sched_one_cycle_lr_options;

#define SCHED_ONE_CYCLE_LR_DEFAULTS \
  {NULL, 0, 0, 0, 0.3, "cos", 1, 0.85, 0.95, 25.0, 10000.0, 0}

static inline sched_status sched_one_cycle_lr(
    const sched_one_cycle_lr_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("OneCycleLR", NULL, 1, NULL, schedule);
  }
  sched_field fields[12];
  size_t count = 0;
  if (options->max_lr != NULL) {
    fields[count++] = sched_real("max_lr", *options->max_lr);
  }
  if (options->total_steps != 0) {
    fields[count++] = sched_integer("total_steps", options->total_steps);
  }
  if (options->epochs != 0) {
    fields[count++] = sched_integer("epochs", options->epochs);
  }
  if (options->steps_per_epoch != 0) {
    fields[count++] = sched_integer("steps_per_epoch", options->steps_per_epoch);
  }
  fields[count++] = sched_real("pct_start", options->pct_start);
  fields[count++] = sched_word("anneal_strategy", options->anneal_strategy);
  fields[count++] = sched_flag("cycle_momentum", options->cycle_momentum);
  fields[count++] = sched_real("base_momentum", options->base_momentum);
  fields[count++] = sched_real("max_momentum", options->max_momentum);
  fields[count++] = sched_real("div_factor", options->div_factor);
  fields[count++] = sched_real("final_div_factor", options->final_div_factor);
  fields[count++] = sched_flag("three_phase", options->three_phase);
  return sched_make("OneCycleLR", fields, count, NULL, schedule);
}

/*  One schedule after another, each in its own time.
 *
 *    rate(t) = schedulers[k].rate(t - milestones[k - 1]), k = the number of
 *        milestones <= t
 *
 *  schedulers  the parts: a list of schedules.
 *  milestones  where each part but the first begins, increasing: a list of: an
 *              integer from 0 to 2^53.
 *
 *  Source: PyTorch, SequentialLR. */
static inline sched_status sched_sequential_lr(
    const sched_schedule *const *schedulers, size_t schedulers_count,
    const int64_t *milestones, size_t milestones_count,
    sched_schedule **schedule) {
  const sched_field fields[2] = {
      sched_schedules("schedulers", schedulers, schedulers_count),
      sched_integers("milestones", milestones, milestones_count),
  };
  return sched_make("SequentialLR", fields, 2, NULL, schedule);
}

/*  Multiplies the rate by gamma every step_size steps.
 *
 *    rate(t) = base * gamma^floor(t / step_size)
 *
 *  step_size  steps from one drop to the next: an integer from 1 to 2^53.
 *  gamma      what each drop leaves of the rate: a finite number from 0.0; 0.1
 *             by default.
 *
 *  Source: PyTorch, StepLR. */
static inline sched_status sched_step_lr(int64_t step_size, double gamma,
                                         sched_schedule **schedule) {
  const sched_field fields[2] = {
      sched_integer("step_size", step_size),
      sched_real("gamma", gamma),
  };
  return sched_make("StepLR", fields, 2, NULL, schedule);
}

#endif  /* SCHED_KINDS_H */
