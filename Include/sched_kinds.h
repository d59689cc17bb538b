/*  sched_kinds.h: a typed constructor for every kind of schedule. Printed by
 *  Bindings/generate.py from what the library declares; sched.h includes it.
 *
 *  Each is sched_make with the kind's fields in PyTorch's order, and adds no
 *  symbol to the library. A list is a pointer and a count. What is made keeps
 *  its own references to the schedules in it.
 */
#ifndef SCHED_KINDS_H
#define SCHED_KINDS_H

#include "sched.h"

/*  Schedules one on top of the other: each takes the rate of the one before for
 *  its base.
 *
 *    rate(t) = s_n(t, ... s_2(t, s_1(t, base)))
 *
 *  schedulers  the parts in their order: a list of schedules.
 *
 *  Source: PyTorch, ChainedScheduler. */
static inline sched_status sched_chained_scheduler(
    const sched_schedule *const *schedulers, size_t schedulers_count,
    sched_schedule **schedule) {
  const sched_field fields[1] = {
      sched_schedules("schedulers", schedulers, schedulers_count),
  };
  return sched_make("ChainedScheduler", fields, 1, NULL, schedule);
}

/*  The step sizes of Chebyshev's iteration in fractal order: small and large
 *  rates take turns.
 *
 *    rate(t) = base / (c - r * cos(pi * (i + 1/2) / n)), i the place of t - lag
 *        in the fractal order of n, c and r = (big_m +- small_m) / 2
 *
 *  steps    steps in all, rounded up to a power of two: an integer from 1 to
 *           2^53.
 *  small_m  the least curvature: a finite number above 0.0; 0.05 by default.
 *  big_m    the greatest curvature: a finite number above 0.0; 1.0 by default.
 *  lag      how many more steps than one the first node lasts: an integer from
 *           0 to 2^53; 0 by default.
 *
 *  Source: Agarwal, Goel and Zhang, Acceleration via Fractal Learning Rate
 *  Schedules (arXiv:2103.01338); pytorch_optimizer, get_chebyshev_schedule. */
static inline sched_status sched_chebyshev(int64_t steps, double small_m,
                                           double big_m, int64_t lag,
                                           sched_schedule **schedule) {
  const sched_field fields[4] = {
      sched_integer("steps", steps),
      sched_real("small_m", small_m),
      sched_real("big_m", big_m),
      sched_integer("lag", lag),
  };
  return sched_make("Chebyshev", fields, 4, NULL, schedule);
}

/*  A schedule that never leaves a range of rates.
 *
 *    rate(t) = min(max(schedule.rate(t), minimum), maximum)
 *
 *  schedule  what is kept in the range: a schedule.
 *  minimum   the least rate, in its units: a finite number from 0.0; 0.0 by
 *            default.
 *  maximum   the largest rate, in its units; none if absent: a finite number
 *            from 0.0, or absent.
 *
 *  Source: the min_lr and max_lr of many peers. */
static inline sched_status sched_clamp(const sched_schedule *schedule,
                                       double minimum, const double *maximum,
                                       sched_schedule **made) {
  sched_field fields[3];
  size_t count = 0;
  fields[count++] = sched_schedules("schedule", &schedule, 1);
  fields[count++] = sched_real("minimum", minimum);
  if (maximum != NULL) {
    fields[count++] = sched_real("maximum", *maximum);
  }
  return sched_make("Clamp", fields, count, NULL, made);
}

/*  The base rate, for ever.
 *
 *    rate(t) = base
 *
 *  Source: optax, constant_schedule; Hugging Face, get_constant_schedule. */
static inline sched_status sched_constant(sched_schedule **schedule) {
  return sched_make("Constant", NULL, 0, NULL, schedule);
}

/*  A multiple of the base rate for a while, then the base rate.
 *
 *    rate(t) = base * (factor if t < total_iters else 1)
 *
 *  factor       the multiple of the base rate at first: a finite number from
 *               0.0; 0.3333333333333333 by default.
 *  total_iters  steps until the base rate: an integer from 1 to 2^53; 5 by
 *               default.
 *
 *  Source: PyTorch, ConstantLR. */
static inline sched_status sched_constant_lr(double factor, int64_t total_iters,
                                             sched_schedule **schedule) {
  const sched_field fields[2] = {
      sched_real("factor", factor),
      sched_integer("total_iters", total_iters),
  };
  return sched_make("ConstantLR", fields, 2, NULL, schedule);
}

/*  A schedule that leaves its curve at a step and goes down to a floor, without
 *  a jump.
 *
 *    rate(t) = schedule.rate(t) if t <= begin else floor + (top - floor) *
 *        tail(min(1, (t - begin) / steps)), top = schedule.rate(begin), floor =
 *        min(top, base * min_ratio)
 *
 *  schedule    what runs until then: a schedule.
 *  begin       the last step of the schedule's own: an integer from 0 to 2^53.
 *  steps       steps down: an integer from 1 to 2^53.
 *  decay_type  the way down: 'linear', 'cosine', '1-sqrt', '1-square', 'power'
 *              or 'exponential'; '1-sqrt' by default.
 *  min_ratio   the floor, as a part of the base rate: a finite number from 0.0;
 *              0.0 by default.
 *  eta_min     the floor, in the units of the rate, in place of min_ratio: a
 *              finite number from 0.0, or absent.
 *
 *  Source: Hägele et al., Scaling Laws Beyond Fixed Training Durations
 *  (arXiv:2405.18392).
 *  Absent is NULL for a pointer and 0 for an integer.
 *  schedule, begin and steps must be set: what is there at first is refused.
 *  Start from SCHED_COOL_DOWN_DEFAULTS, set what differs, and call
 *  sched_cool_down.
 */
typedef struct sched_cool_down_options {
  const sched_schedule *schedule;
  int64_t begin;
  int64_t steps;
  const char *decay_type;
  double min_ratio;
  const double *eta_min;
} sched_cool_down_options;

#define SCHED_COOL_DOWN_DEFAULTS \
  {NULL, -1, -1, "1-sqrt", 0.0, NULL}

static inline sched_status sched_cool_down(
    const sched_cool_down_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("CoolDown", NULL, 1, NULL, schedule);
  }
  sched_field fields[6];
  size_t count = 0;
  fields[count++] = sched_schedules("schedule", &options->schedule, 1);
  fields[count++] = sched_integer("begin", options->begin);
  fields[count++] = sched_integer("steps", options->steps);
  fields[count++] = sched_word("decay_type", options->decay_type);
  fields[count++] = sched_real("min_ratio", options->min_ratio);
  if (options->eta_min != NULL) {
    fields[count++] = sched_real("eta_min", *options->eta_min);
  }
  return sched_make("CoolDown", fields, count, NULL, schedule);
}

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

/*  Half a cosine from the base rate down to eta_min, again and again, each
 *  T_mult times as long.
 *
 *    rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * s / T)) / 2, s steps
 *        into a cycle of T = T_0 * T_mult^i
 *
 *  T_0      steps of the first cycle: an integer from 1 to 2^53.
 *  T_mult   how much longer each cycle is than the one before: an integer from
 *           1 to 2^53; 1 by default.
 *  eta_min  the floor, in the units of the rate: a finite number from 0.0; 0.0
 *           by default.
 *
 *  Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983); PyTorch,
 *  CosineAnnealingWarmRestarts. */
static inline sched_status sched_cosine_annealing_warm_restarts(
    int64_t T_0, int64_t T_mult, double eta_min, sched_schedule **schedule) {
  const sched_field fields[3] = {
      sched_integer("T_0", T_0),
      sched_integer("T_mult", T_mult),
      sched_real("eta_min", eta_min),
  };
  return sched_make("CosineAnnealingWarmRestarts", fields, 3, NULL, schedule);
}

/*  Half a cosine down to a floor, again and again, with a straight line up
 *  before each.
 *
 *    rate(t) = min_lr + (top - min_lr) * s / W for s < W = warmup_steps, then
 *        min_lr + (top - min_lr) * (1 + cos(pi * (s - W) / (T - W))) / 2; top =
 *        base * gamma^i, s steps into cycle i of T
 *
 *  first_cycle_steps  steps of the first cycle, warm-up included: an integer
 *                     from 1 to 2^53.
 *  cycle_mult         how much longer each cosine is than the one before: a
 *                     finite number from 1.0 to 2^53; 1.0 by default.
 *  min_lr             the floor, in the units of the rate: a finite number from
 *                     0.0; 0.0 by default.
 *  warmup_steps       steps of each warm-up: an integer from 0 to 2^53; 0 by
 *                     default.
 *  gamma              what each cycle leaves of the next one's top: a finite
 *                     number from 0.0; 1.0 by default.
 *
 *  Source: pytorch_optimizer, CosineAnnealingWarmupRestarts.
 *  first_cycle_steps must be set: what is there at first is refused.
 *  Start from SCHED_COSINE_ANNEALING_WARMUP_RESTARTS_DEFAULTS, set what
 *  differs, and call sched_cosine_annealing_warmup_restarts.
 */
typedef struct sched_cosine_annealing_warmup_restarts_options {
  int64_t first_cycle_steps;
  double cycle_mult;
  double min_lr;
  int64_t warmup_steps;
  double gamma;
} sched_cosine_annealing_warmup_restarts_options;

#define SCHED_COSINE_ANNEALING_WARMUP_RESTARTS_DEFAULTS \
  {-1, 1.0, 0.0, 0, 1.0}

static inline sched_status sched_cosine_annealing_warmup_restarts(
    const sched_cosine_annealing_warmup_restarts_options *options,
    sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("CosineAnnealingWarmupRestarts", NULL, 1, NULL, schedule);
  }
  const sched_field fields[5] = {
      sched_integer("first_cycle_steps", options->first_cycle_steps),
      sched_real("cycle_mult", options->cycle_mult),
      sched_real("min_lr", options->min_lr),
      sched_integer("warmup_steps", options->warmup_steps),
      sched_real("gamma", options->gamma),
  };
  return sched_make("CosineAnnealingWarmupRestarts", fields, 5, NULL, schedule);
}

/*  From one value to another along half a cosine, each time longer, higher or
 *  lower.
 *
 *    rate(t) = start + (end - start) / 2 * (1 - cos(pi * s / T)), s steps into
 *        a cycle of T, then back in a straight line over warmup_duration
 *
 *  end_value         the value at the end of a cycle: a finite number from 0.0.
 *  cycle_size        steps of the first cycle, at least 2: an integer from 1 to
 *                    2^53.
 *  start_value       the value at its start; the base rate if absent: a finite
 *                    number from 0.0, or absent.
 *  cycle_mult        how much longer each cycle is than the one before: a
 *                    finite number from 1.0 to 2^53; 1.0 by default.
 *  start_value_mult  what each cycle leaves of the start: a finite number from
 *                    0.0; 1.0 by default.
 *  end_value_mult    what each cycle leaves of the end: a finite number from
 *                    0.0; 1.0 by default.
 *  warmup_duration   steps of a straight line back, between cycles: an integer
 *                    from 0 to 2^53; 0 by default.
 *
 *  Source: ignite, CosineAnnealingScheduler.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  end_value and cycle_size must be set: what is there at first is refused.
 *  Start from SCHED_COSINE_CYCLICAL_DEFAULTS, set what differs, and call
 *  sched_cosine_cyclical.
 */
typedef struct sched_cosine_cyclical_options {
  double end_value;
  int64_t cycle_size;
  const double *start_value;
  double cycle_mult;
  double start_value_mult;
  double end_value_mult;
  int64_t warmup_duration;
} sched_cosine_cyclical_options;

#define SCHED_COSINE_CYCLICAL_DEFAULTS \
  {-1, -1, NULL, 1.0, 1.0, 1.0, 0}

static inline sched_status sched_cosine_cyclical(
    const sched_cosine_cyclical_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("CosineCyclical", NULL, 1, NULL, schedule);
  }
  sched_field fields[7];
  size_t count = 0;
  fields[count++] = sched_real("end_value", options->end_value);
  fields[count++] = sched_integer("cycle_size", options->cycle_size);
  if (options->start_value != NULL) {
    fields[count++] = sched_real("start_value", *options->start_value);
  }
  fields[count++] = sched_real("cycle_mult", options->cycle_mult);
  fields[count++] = sched_real("start_value_mult", options->start_value_mult);
  fields[count++] = sched_real("end_value_mult", options->end_value_mult);
  fields[count++] = sched_integer("warmup_duration", options->warmup_duration);
  return sched_make("CosineCyclical", fields, count, NULL, schedule);
}

/*  Half a cosine from the base rate down to a floor, where it stays, after a
 *  warm-up if wanted.
 *
 *    rate(t) = base * ((1 - min_ratio) * c + min_ratio), or eta_min + (base -
 *        eta_min) * c; c = ((1 + cos(pi * (s / T)^k_decay)) / 2)^exponent, s =
 *        min(t - warmup_steps, T)
 *
 *  decay_steps   steps of the cosine, and with like='optax' of the warm-up
 *                before it, too: an integer from 1 to 2^53.
 *  min_ratio     the floor, as a part of the base rate: a finite number from
 *                0.0; 0.0 by default.
 *  eta_min       the floor, in the units of the rate, in place of min_ratio: a
 *                finite number from 0.0, or absent.
 *  warmup_steps  steps of the warm-up: an integer from 0 to 2^53; 0 by default.
 *  warmup_init   the rate at step 0 of a warm-up, in its units: a finite number
 *                from 0.0; 0.0 by default.
 *  exponent      the power of the cosine: a finite number above 0.0; 1.0 by
 *                default.
 *  k_decay       above 1 it stays high for longer, below 1 it falls sooner: a
 *                finite number above 0.0 to 8.0; 1.0 by default.
 *  like          whose counting of decay_steps, and whose rounding: 'keras' or
 *                'optax'; 'optax' by default.
 *
 *  Source: Keras, CosineDecay; optax, cosine_decay_schedule and
 *  warmup_cosine_decay_schedule; timm, CosineLRScheduler.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  decay_steps must be set: what is there at first is refused.
 *  Start from SCHED_COSINE_DECAY_DEFAULTS, set what differs, and call
 *  sched_cosine_decay.
 */
typedef struct sched_cosine_decay_options {
  int64_t decay_steps;
  double min_ratio;
  const double *eta_min;
  int64_t warmup_steps;
  double warmup_init;
  double exponent;
  double k_decay;
  const char *like;
} sched_cosine_decay_options;

#define SCHED_COSINE_DECAY_DEFAULTS \
  {-1, 0.0, NULL, 0, 0.0, 1.0, 1.0, "optax"}

static inline sched_status sched_cosine_decay(
    const sched_cosine_decay_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("CosineDecay", NULL, 1, NULL, schedule);
  }
  sched_field fields[8];
  size_t count = 0;
  fields[count++] = sched_integer("decay_steps", options->decay_steps);
  fields[count++] = sched_real("min_ratio", options->min_ratio);
  if (options->eta_min != NULL) {
    fields[count++] = sched_real("eta_min", *options->eta_min);
  }
  fields[count++] = sched_integer("warmup_steps", options->warmup_steps);
  fields[count++] = sched_real("warmup_init", options->warmup_init);
  fields[count++] = sched_real("exponent", options->exponent);
  fields[count++] = sched_real("k_decay", options->k_decay);
  fields[count++] = sched_word("like", options->like);
  return sched_make("CosineDecay", fields, count, NULL, schedule);
}

/*  Half a cosine down to a floor, again and again, each longer and lower than
 *  the one before.
 *
 *    rate(t) = base * ((1 - min_ratio) * m_mul^i * c + min_ratio), or eta_min +
 *        (base * m_mul^i - eta_min) * c; c = (1 + cos(pi * (s / T)^k_decay)) /
 *        2, s steps into cycle i of T = first_decay_steps * t_mul^i
 *
 *  first_decay_steps  steps of the first cycle: an integer from 1 to 2^53.
 *  t_mul              how much longer each cycle is than the one before: a
 *                     finite number from 1.0 to 2^53; 2.0 by default.
 *  m_mul              what each cycle leaves of the next one's top: a finite
 *                     number from 0.0; 1.0 by default.
 *  min_ratio          the floor, as a part of the base rate: a finite number
 *                     from 0.0; 0.0 by default.
 *  eta_min            the floor, in the units of the rate, in place of
 *                     min_ratio: a finite number from 0.0, or absent.
 *  shrink_min         whether m_mul shrinks the floor, too: 1 or 0; 0 by
 *                     default.
 *  cycle_limit        how many cycles; without end if absent: an integer from 1
 *                     to 2^53, or absent.
 *  k_decay            above 1 it stays high for longer, below 1 it falls
 *                     sooner: a finite number above 0.0 to 8.0; 1.0 by default.
 *  exact_restarts     False: cycles are found by a rounded logarithm, as in
 *                     timm: 1 or 0; 1 by default.
 *
 *  Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983); Keras,
 *  CosineDecayRestarts; timm, CosineLRScheduler; fairseq, cosine.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  first_decay_steps must be set: what is there at first is refused.
 *  Start from SCHED_COSINE_DECAY_RESTARTS_DEFAULTS, set what differs, and call
 *  sched_cosine_decay_restarts.
 */
typedef struct sched_cosine_decay_restarts_options {
  int64_t first_decay_steps;
  double t_mul;
  double m_mul;
  double min_ratio;
  const double *eta_min;
  int shrink_min;
  int64_t cycle_limit;
  double k_decay;
  int exact_restarts;
} sched_cosine_decay_restarts_options;

#define SCHED_COSINE_DECAY_RESTARTS_DEFAULTS \
  {-1, 2.0, 1.0, 0.0, NULL, 0, 0, 1.0, 1}

static inline sched_status sched_cosine_decay_restarts(
    const sched_cosine_decay_restarts_options *options,
    sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("CosineDecayRestarts", NULL, 1, NULL, schedule);
  }
  sched_field fields[9];
  size_t count = 0;
  fields[count++] =
      sched_integer("first_decay_steps", options->first_decay_steps);
  fields[count++] = sched_real("t_mul", options->t_mul);
  fields[count++] = sched_real("m_mul", options->m_mul);
  fields[count++] = sched_real("min_ratio", options->min_ratio);
  if (options->eta_min != NULL) {
    fields[count++] = sched_real("eta_min", *options->eta_min);
  }
  fields[count++] = sched_flag("shrink_min", options->shrink_min);
  if (options->cycle_limit != 0) {
    fields[count++] = sched_integer("cycle_limit", options->cycle_limit);
  }
  fields[count++] = sched_real("k_decay", options->k_decay);
  fields[count++] = sched_flag("exact_restarts", options->exact_restarts);
  return sched_make("CosineDecayRestarts", fields, count, NULL, schedule);
}

/*  Half a cosine from the base rate down to a floor, num_cycles times in all,
 *  then on the floor.
 *
 *    rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 + cos(pi *
 *        (num_cycles * t / steps mod 1))) / 2, 0 from steps on
 *
 *  steps       steps of all the cycles: an integer from 1 to 2^53.
 *  num_cycles  cycles in that many steps: a finite number above 0.0; 1.0 by
 *              default.
 *  min_ratio   the floor, as a part of the base rate: a finite number from 0.0;
 *              0.0 by default.
 *  eta_min     the floor, in the units of the rate, in place of min_ratio: a
 *              finite number from 0.0, or absent.
 *
 *  Source: Hugging Face, get_cosine_with_hard_restarts_schedule_with_warmup. */
static inline sched_status sched_cosine_hard_restarts(
    int64_t steps, double num_cycles, double min_ratio, const double *eta_min,
    sched_schedule **schedule) {
  sched_field fields[4];
  size_t count = 0;
  fields[count++] = sched_integer("steps", steps);
  fields[count++] = sched_real("num_cycles", num_cycles);
  fields[count++] = sched_real("min_ratio", min_ratio);
  if (eta_min != NULL) {
    fields[count++] = sched_real("eta_min", *eta_min);
  }
  return sched_make("CosineHardRestarts", fields, count, NULL, schedule);
}

/*  One cycle along cosines, up to the base rate and down to next to nothing, as
 *  optax counts.
 *
 *    base / div_factor up to base at floor(pct_start * total_steps), then down
 *        to base / (div_factor * final_div_factor) at total_steps
 *
 *  total_steps       the step at which it arrives: an integer from 1 to 2^53.
 *  pct_start         the part of the steps that goes up: a finite number from
 *                    0.0 to 1.0; 0.3 by default.
 *  div_factor        the base rate over the one at step 0: a finite number
 *                    above 0.0; 25.0 by default.
 *  final_div_factor  the rate at step 0 over the last: a finite number above
 *                    0.0; 10000.0 by default.
 *
 *  Source: Smith and Topin, Super-Convergence (arXiv:1708.07120); optax,
 *  cosine_onecycle_schedule. */
static inline sched_status sched_cosine_one_cycle(int64_t total_steps,
                                                  double pct_start,
                                                  double div_factor,
                                                  double final_div_factor,
                                                  sched_schedule **schedule) {
  const sched_field fields[4] = {
      sched_integer("total_steps", total_steps),
      sched_real("pct_start", pct_start),
      sched_real("div_factor", div_factor),
      sched_real("final_div_factor", final_div_factor),
  };
  return sched_make("CosineOneCycle", fields, 4, NULL, schedule);
}

/*  Half a cosine down to a floor in each of a list of periods, each from a top
 *  of its own.
 *
 *    rate(t) = floor + (base * w - floor) * (1 + cos(pi * s / T)) / 2, s steps
 *        into a period of T with weight w, floor = eta_min or base * min_ratio
 *
 *  periods          steps of each cosine: a list of: an integer from 0 to 2^53.
 *  restart_weights  the top of each as a multiple of the base rate; 1
 *                   everywhere if empty: a list of: a finite number from 0.0;
 *                   empty by default.
 *  min_ratio        the floor, as a part of the base rate: a finite number from
 *                   0.0; 0.0 by default.
 *  eta_min          the floor, in the units of the rate, in place of min_ratio:
 *                   a finite number from 0.0, or absent.
 *
 *  Source: mmengine, CosineRestartLR. */
static inline sched_status sched_cosine_restart_lr(
    const int64_t *periods, size_t periods_count, const double *restart_weights,
    size_t restart_weights_count, double min_ratio, const double *eta_min,
    sched_schedule **schedule) {
  sched_field fields[4];
  size_t count = 0;
  fields[count++] = sched_integers("periods", periods, periods_count);
  fields[count++] =
      sched_reals("restart_weights", restart_weights, restart_weights_count);
  fields[count++] = sched_real("min_ratio", min_ratio);
  if (eta_min != NULL) {
    fields[count++] = sched_real("eta_min", *eta_min);
  }
  return sched_make("CosineRestartLR", fields, count, NULL, schedule);
}

/*  A cosine of any number of waves between the base rate and a floor; half a
 *  wave by default.
 *
 *    rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 + cos(2 * pi *
 *        num_cycles * t / steps)) / 2
 *
 *  steps       steps of all the waves: an integer from 1 to 2^53.
 *  num_cycles  waves in that many steps: a finite number from 0.0; 0.5 by
 *              default.
 *  min_ratio   the floor, as a part of the base rate: a finite number from 0.0;
 *              0.0 by default.
 *  eta_min     the floor, in the units of the rate, in place of min_ratio: a
 *              finite number from 0.0, or absent.
 *  hold        whether the last rate holds past steps; else the wave goes on: 1
 *              or 0; 1 by default.
 *
 *  Source: Hugging Face, get_cosine_schedule_with_warmup and
 *  get_cosine_with_min_lr_schedule_with_warmup; DeepSpeed, WarmupCosineLR.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  steps must be set: what is there at first is refused.
 *  Start from SCHED_COSINE_WAVE_DEFAULTS, set what differs, and call
 *  sched_cosine_wave.
 */
typedef struct sched_cosine_wave_options {
  int64_t steps;
  double num_cycles;
  double min_ratio;
  const double *eta_min;
  int hold;
} sched_cosine_wave_options;

#define SCHED_COSINE_WAVE_DEFAULTS \
  {-1, 0.5, 0.0, NULL, 1}

static inline sched_status sched_cosine_wave(
    const sched_cosine_wave_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("CosineWave", NULL, 1, NULL, schedule);
  }
  sched_field fields[5];
  size_t count = 0;
  fields[count++] = sched_integer("steps", options->steps);
  fields[count++] = sched_real("num_cycles", options->num_cycles);
  fields[count++] = sched_real("min_ratio", options->min_ratio);
  if (options->eta_min != NULL) {
    fields[count++] = sched_real("eta_min", *options->eta_min);
  }
  fields[count++] = sched_flag("hold", options->hold);
  return sched_make("CosineWave", fields, count, NULL, schedule);
}

/*  From the base rate up to a peak and down again in straight lines, for ever.
 *
 *    rate(t) = base_lr + (max_lr - base_lr) * height * scale, height up 0 to 1
 *        over step_size_up steps and down over step_size_down, scale 1,
 *        2^-cycle or gamma^t
 *
 *  base_lr         the rate at both ends, in its units; the base rate if
 *                  absent: a finite number from 0.0, or absent.
 *  max_lr          the peak, in the units of the rate: a finite number from
 *                  0.0.
 *  step_size_up    steps up: an integer from 1 to 2^53; 2000 by default.
 *  step_size_down  steps down; as many as up if absent: an integer from 1 to
 *                  2^53, or absent.
 *  mode            how cycles differ: 'triangular', 'triangular2' or
 *                  'exp_range'; 'triangular' by default.
 *  gamma           what each step leaves of the height under exp_range: a
 *                  finite number from 0.0; 1.0 by default.
 *  scale_fn        how high the triangle is, in place of mode; none if absent:
 *                  a function from an integer to a number, or absent.
 *  scale_mode      what scale_fn gets: the cycle, from 1, or the step: 'cycle'
 *                  or 'iterations'; 'cycle' by default.
 *  cycle_momentum  whether it drives the momentum: 1 or 0; 1 by default.
 *  base_momentum   the momentum at the peak: a finite number from 0.0 to 1.0;
 *                  0.8 by default.
 *  max_momentum    the momentum at both ends: a finite number from 0.0 to 1.0;
 *                  0.9 by default.
 *
 *  Source: Smith, Cyclical Learning Rates (arXiv:1506.01186); PyTorch,
 *  CyclicLR.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  max_lr must be set: what is there at first is refused.
 *  Start from SCHED_CYCLIC_LR_DEFAULTS, set what differs, and call
 *  sched_cyclic_lr.
 */
typedef struct sched_cyclic_lr_options {
  const double *base_lr;
  double max_lr;
  int64_t step_size_up;
  int64_t step_size_down;
  const char *mode;
  double gamma;
  const sched_function *scale_fn;
  const char *scale_mode;
  int cycle_momentum;
  double base_momentum;
  double max_momentum;
} sched_cyclic_lr_options;

#define SCHED_CYCLIC_LR_DEFAULTS \
  {NULL, -1, 2000, 0, "triangular", 1.0, NULL, "cycle", 1, 0.8, 0.9}

static inline sched_status sched_cyclic_lr(
    const sched_cyclic_lr_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("CyclicLR", NULL, 1, NULL, schedule);
  }
  sched_field fields[11];
  size_t count = 0;
  if (options->base_lr != NULL) {
    fields[count++] = sched_real("base_lr", *options->base_lr);
  }
  fields[count++] = sched_real("max_lr", options->max_lr);
  fields[count++] = sched_integer("step_size_up", options->step_size_up);
  if (options->step_size_down != 0) {
    fields[count++] = sched_integer("step_size_down", options->step_size_down);
  }
  fields[count++] = sched_word("mode", options->mode);
  fields[count++] = sched_real("gamma", options->gamma);
  if (options->scale_fn != NULL) {
    fields[count++] = sched_callback("scale_fn", options->scale_fn);
  }
  fields[count++] = sched_word("scale_mode", options->scale_mode);
  fields[count++] = sched_flag("cycle_momentum", options->cycle_momentum);
  fields[count++] = sched_real("base_momentum", options->base_momentum);
  fields[count++] = sched_real("max_momentum", options->max_momentum);
  return sched_make("CyclicLR", fields, count, NULL, schedule);
}

/*  Any schedule, from its first step, times a warm-up factor; untuned from
 *  beta2, or RAdam's.
 *
 *    rate(t) = schedule.rate(t) * factor(t), factor min(1, (t + 1) / period), 1
 *        - exp(-(t + 1) / period), or RAdam's rectification
 *
 *  schedule  what is damped: a schedule.
 *  shape     the factor's way up: 'linear', 'exponential' or 'radam'; 'linear'
 *            by default.
 *  period    steps of the way up; 2 / (1 - beta2) if absent, 1 / (1 - beta2)
 *            where exponential: an integer from 1 to 2^53, or absent.
 *  beta2     Adam's decay of the second moment: a finite number from 0.0 to
 *            below 1.0; 0.999 by default.
 *
 *  Source: Ma and Yarats, On the adequacy of untuned warmup
 *  (arXiv:1910.04209); Liu et al., RAdam (arXiv:1908.03265); pytorch_warmup. */
static inline sched_status sched_dampening(const sched_schedule *schedule,
                                           const char *shape, int64_t period,
                                           double beta2,
                                           sched_schedule **made) {
  sched_field fields[4];
  size_t count = 0;
  fields[count++] = sched_schedules("schedule", &schedule, 1);
  fields[count++] = sched_word("shape", shape);
  if (period != 0) {
    fields[count++] = sched_integer("period", period);
  }
  fields[count++] = sched_real("beta2", beta2);
  return sched_make("Dampening", fields, count, NULL, made);
}

/*  Multiplies the rate by decay_rate every decay_steps steps, smoothly or all
 *  at once.
 *
 *    rate(t) = base * decay_rate^((t - begin) / decay_steps), the exponent
 *        rounded down as a staircase; not past end_value
 *
 *  decay_steps  the steps in which the rate is multiplied by decay_rate: a
 *               finite number from 1e-09 to 2^53.
 *  decay_rate   what decay_steps leave of the rate: a finite number from 0.0.
 *  staircase    whether it is multiplied all at once: 1 or 0; 0 by default.
 *  begin        steps before it begins: an integer from 0 to 2^53; 0 by
 *               default.
 *  end_value    where it stops, in the units of the rate: a finite number from
 *               0.0, or absent.
 *
 *  Source: Keras, ExponentialDecay; optax, exponential_decay.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  decay_steps and decay_rate must be set: what is there at first is refused.
 *  Start from SCHED_EXPONENTIAL_DECAY_DEFAULTS, set what differs, and call
 *  sched_exponential_decay.
 */
typedef struct sched_exponential_decay_options {
  double decay_steps;
  double decay_rate;
  int staircase;
  int64_t begin;
  const double *end_value;
} sched_exponential_decay_options;

#define SCHED_EXPONENTIAL_DECAY_DEFAULTS \
  {-1, -1, 0, 0, NULL}

static inline sched_status sched_exponential_decay(
    const sched_exponential_decay_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("ExponentialDecay", NULL, 1, NULL, schedule);
  }
  sched_field fields[5];
  size_t count = 0;
  fields[count++] = sched_real("decay_steps", options->decay_steps);
  fields[count++] = sched_real("decay_rate", options->decay_rate);
  fields[count++] = sched_flag("staircase", options->staircase);
  fields[count++] = sched_integer("begin", options->begin);
  if (options->end_value != NULL) {
    fields[count++] = sched_real("end_value", *options->end_value);
  }
  return sched_make("ExponentialDecay", fields, count, NULL, schedule);
}

/*  Multiplies the rate by gamma every step.
 *
 *    rate(t) = base * gamma^t
 *
 *  gamma  what each step leaves of the rate: a finite number from 0.0.
 *
 *  Source: PyTorch, ExponentialLR. */
static inline sched_status sched_exponential_lr(double gamma,
                                                sched_schedule **schedule) {
  const sched_field fields[1] = {
      sched_real("gamma", gamma),
  };
  return sched_make("ExponentialLR", fields, 1, NULL, schedule);
}

/*  A schedule that takes longer from a step on, without a jump: rests, or is
 *  stretched.
 *
 *    rate(t) = schedule.rate(t) if t <= begin, schedule.rate(begin) if t <=
 *        begin + steps, else schedule.rate(t - steps); with until
 *        schedule.rate(begin + (t - begin) * n / (n + steps)), n = until -
 *        begin
 *
 *  schedule  what takes longer: a schedule.
 *  begin     the step from which it does: an integer from 0 to 2^53.
 *  steps     how many steps longer: an integer from 1 to 2^53.
 *  until     the step until which it is stretched; it rests if absent: an
 *            integer from 1 to 2^53, or absent.
 *
 *  Source: libsched. */
static inline sched_status sched_extend(const sched_schedule *schedule,
                                        int64_t begin, int64_t steps,
                                        int64_t until, sched_schedule **made) {
  sched_field fields[4];
  size_t count = 0;
  fields[count++] = sched_schedules("schedule", &schedule, 1);
  fields[count++] = sched_integer("begin", begin);
  fields[count++] = sched_integer("steps", steps);
  if (until != 0) {
    fields[count++] = sched_integer("until", until);
  }
  return sched_make("Extend", fields, count, NULL, made);
}

/*  The base rate, or half a cosine up to it, then half a cosine down, as fastai
 *  counts.
 *
 *    rate(t) = base / div up to base at pct_start * steps, then half a cosine
 *        to base / div_final at steps
 *
 *  steps      steps in all: an integer from 1 to 2^53.
 *  pct_start  the part of the steps before the way down: a finite number from
 *             0.0 to 1.0; 0.75 by default.
 *  div_final  the base rate over the last: a finite number above 0.0; 100000.0
 *             by default.
 *  div        the base rate over the first; 1 is flat: a finite number above
 *             0.0; 1.0 by default.
 *
 *  Source: fastai, fit_flat_cos, fit_one_cycle. */
static inline sched_status sched_flat_cosine(int64_t steps, double pct_start,
                                             double div_final, double div,
                                             sched_schedule **schedule) {
  const sched_field fields[4] = {
      sched_integer("steps", steps),
      sched_real("pct_start", pct_start),
      sched_real("div_final", div_final),
      sched_real("div", div),
  };
  return sched_make("FlatCosine", fields, 4, NULL, schedule);
}

/*  Divides the rate by factor while a metric gets better, multiplies it while
 *  it does not.
 *
 *    rate <- min(rate / factor, max_lr) after more than patience better
 *        observations in a row, max(rate * factor, min_lr) after as many others
 *
 *  mode            whether less is better or more: 'min' or 'max'; 'min' by
 *                  default.
 *  factor          what the rate is multiplied or divided by: a finite number
 *                  above 0.0 to below 1.0; 0.95 by default.
 *  patience        observations of a kind in a row that change nothing yet: an
 *                  integer from 0 to 2^53; 10 by default.
 *  threshold       by how much a better one beats the best: a finite number
 *                  from 0.0; 1e-06 by default.
 *  threshold_mode  whether threshold is a part of the best one's size, or in
 *                  the metric's units: 'rel' or 'abs'; 'abs' by default.
 *  cooldown        observations that do not count after the rate has fallen: an
 *                  integer from 0 to 2^53; 0 by default.
 *  warmup          observations that do not count after the rate has risen: an
 *                  integer from 0 to 2^53; 0 by default.
 *  min_lr          the least rate, in its units: a finite number from 0.0;
 *                  0.001 by default.
 *  max_lr          the largest rate, in its units: a finite number from 0.0;
 *                  1.0 by default.
 *  eps             a change that is not larger is not made: a finite number
 *                  from 0.0; 1e-08 by default.
 *  smooth          whether an observation is the mean of the last metrics: 1 or
 *                  0; 0 by default.
 *  window_size     metrics of that mean: an integer from 1 to 2^53; 50 by
 *                  default.
 *  reset_start     falls at the least rate before all begins anew: an integer
 *                  from 0 to 2^53; 500 by default.
 *
 *  Source: GreedyLR (arXiv:2512.14527); Hugging Face, GreedyLR.
 *  Start from SCHED_GREEDY_LR_DEFAULTS, set what differs, and call
 *  sched_greedy_lr.
 */
typedef struct sched_greedy_lr_options {
  const char *mode;
  double factor;
  int64_t patience;
  double threshold;
  const char *threshold_mode;
  int64_t cooldown;
  int64_t warmup;
  double min_lr;
  double max_lr;
  double eps;
  int smooth;
  int64_t window_size;
  int64_t reset_start;
} sched_greedy_lr_options;

#define SCHED_GREEDY_LR_DEFAULTS \
  {"min", 0.95, 10, 1e-06, "abs", 0, 0, 0.001, 1.0, 1e-08, 0, 50, 500}

static inline sched_status sched_greedy_lr(
    const sched_greedy_lr_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("GreedyLR", NULL, 1, NULL, schedule);
  }
  const sched_field fields[13] = {
      sched_word("mode", options->mode),
      sched_real("factor", options->factor),
      sched_integer("patience", options->patience),
      sched_real("threshold", options->threshold),
      sched_word("threshold_mode", options->threshold_mode),
      sched_integer("cooldown", options->cooldown),
      sched_integer("warmup", options->warmup),
      sched_real("min_lr", options->min_lr),
      sched_real("max_lr", options->max_lr),
      sched_real("eps", options->eps),
      sched_flag("smooth", options->smooth),
      sched_integer("window_size", options->window_size),
      sched_integer("reset_start", options->reset_start),
  };
  return sched_make("GreedyLR", fields, 13, NULL, schedule);
}

/*  A schedule that stays for ever where it is at a step, past its end or before
 *  it.
 *
 *    rate(t) = schedule.rate(min(t, last))
 *
 *  schedule  what stays where it is: a schedule.
 *  last      the step from which it stays; the schedule's last if absent: an
 *            integer from 1 to 2^53, or absent.
 *
 *  Source: what MLX, optax and Keras do at the end of a decay. */
static inline sched_status sched_hold(const sched_schedule *schedule,
                                      int64_t last, sched_schedule **made) {
  sched_field fields[2];
  size_t count = 0;
  fields[count++] = sched_schedules("schedule", &schedule, 1);
  if (last != 0) {
    fields[count++] = sched_integer("last", last);
  }
  return sched_make("Hold", fields, count, NULL, made);
}

/*  Down as one over a power of the time: power scheduling, and Caffe's inv.
 *
 *    rate(t) = base / (1 + gamma * t)^power
 *
 *  gamma  how fast the time counts: a finite number from 0.0.
 *  power  the power of the time: a finite number from 0.0; 1.0 by default.
 *
 *  Source: Caffe, inv; ParameterSchedulers.jl, Inv. */
static inline sched_status sched_inverse_power(double gamma, double power,
                                               sched_schedule **schedule) {
  const sched_field fields[2] = {
      sched_real("gamma", gamma),
      sched_real("power", power),
  };
  return sched_make("InversePower", fields, 2, NULL, schedule);
}

/*  Down with the square root of time, without an end.
 *
 *    rate(t) = max(eta_min, base / sqrt((t + timescale) / timescale))
 *
 *  timescale  three of these on, the rate is half; after a warm-up, its steps:
 *             an integer from 1 to 2^53.
 *  eta_min    the floor, in the units of the rate: a finite number from 0.0;
 *             0.0 by default.
 *
 *  Source: Hugging Face, get_inverse_sqrt_schedule; fairseq, inverse_sqrt;
 *  Megatron-LM, inverse-square-root; big_vision, rsqrt. */
static inline sched_status sched_inverse_sqrt(int64_t timescale, double eta_min,
                                              sched_schedule **schedule) {
  const sched_field fields[2] = {
      sched_integer("timescale", timescale),
      sched_real("eta_min", eta_min),
  };
  return sched_make("InverseSqrt", fields, 2, NULL, schedule);
}

/*  Down as one over the time: the textbooks' time-based decay.
 *
 *    rate(t) = base / (1 + decay_rate * t / decay_steps), the fraction rounded
 *        down as a staircase
 *
 *  decay_steps  the steps in which the divisor grows by decay_rate: a finite
 *               number from 1e-09 to 2^53.
 *  decay_rate   how much the divisor grows in decay_steps: a finite number from
 *               0.0.
 *  staircase    whether the divisor grows all at once: 1 or 0; 0 by default.
 *
 *  Source: Keras, InverseTimeDecay; Paddle, InverseTimeDecay. */
static inline sched_status sched_inverse_time_decay(double decay_steps,
                                                    double decay_rate,
                                                    int staircase,
                                                    sched_schedule **schedule) {
  const sched_field fields[3] = {
      sched_real("decay_steps", decay_steps),
      sched_real("decay_rate", decay_rate),
      sched_flag("staircase", staircase),
  };
  return sched_make("InverseTimeDecay", fields, 3, NULL, schedule);
}

/*  Up from the base rate without an end, to find the rate at which training
 *  breaks.
 *
 *    rate(t) = base * (1 + step_rate * t / step_size), with floor(t /
 *        step_size) for a staircase
 *
 *  step_size  steps in which it grows by step_rate: an integer from 1 to 2^53;
 *             2000 by default.
 *  step_rate  what it grows by in them, in base rates: a finite number from
 *             0.0; 1.0 by default.
 *  staircase  whether it grows all at once, after them: 1 or 0; 0 by default.
 *
 *  Source: Smith, A disciplined approach (arXiv:1803.09820); DeepSpeed,
 *  LRRangeTest. */
static inline sched_status sched_lr_range_test(int64_t step_size,
                                               double step_rate, int staircase,
                                               sched_schedule **schedule) {
  const sched_field fields[3] = {
      sched_integer("step_size", step_size),
      sched_real("step_rate", step_rate),
      sched_flag("staircase", staircase),
  };
  return sched_make("LRRangeTest", fields, 3, NULL, schedule);
}

/*  A caller's function of the step times the base rate.
 *
 *    rate(t) = base * lr_lambda(t)
 *
 *  lr_lambda  what the base rate is multiplied by at a step: a function from an
 *             integer to a number.
 *
 *  Source: PyTorch, LambdaLR. */
static inline sched_status sched_lambda_lr(const sched_function *lr_lambda,
                                           sched_schedule **schedule) {
  const sched_field fields[1] = {
      sched_callback("lr_lambda", lr_lambda),
  };
  return sched_make("LambdaLR", fields, 1, NULL, schedule);
}

/*  From one value to another and back in straight lines, each time longer,
 *  higher or lower.
 *
 *    rate(t) = end + (start - end) * |s / T - 1/2| * 2, or monotonic start +
 *        (end - start) * s / T, s steps into a cycle of T
 *
 *  end_value         the value in the middle of a cycle, or at the end of a
 *                    monotonic one: a finite number from 0.0.
 *  cycle_size        steps of the first cycle, at least 2: an integer from 1 to
 *                    2^53.
 *  start_value       the value at the ends; the base rate if absent: a finite
 *                    number from 0.0, or absent.
 *  cycle_mult        how much longer each cycle is than the one before: a
 *                    finite number from 1.0 to 2^53; 1.0 by default.
 *  start_value_mult  what each cycle leaves of the start: a finite number from
 *                    0.0; 1.0 by default.
 *  end_value_mult    what each cycle leaves of the end: a finite number from
 *                    0.0; 1.0 by default.
 *  warmup_duration   steps of the way back between monotonic cycles: an integer
 *                    from 0 to 2^53; 0 by default.
 *  monotonic         whether a cycle goes one way only: 1 or 0; 0 by default.
 *
 *  Source: ignite, LinearCyclicalScheduler; fairseq, triangular.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  end_value and cycle_size must be set: what is there at first is refused.
 *  Start from SCHED_LINEAR_CYCLICAL_DEFAULTS, set what differs, and call
 *  sched_linear_cyclical.
 */
typedef struct sched_linear_cyclical_options {
  double end_value;
  int64_t cycle_size;
  const double *start_value;
  double cycle_mult;
  double start_value_mult;
  double end_value_mult;
  int64_t warmup_duration;
  int monotonic;
} sched_linear_cyclical_options;

#define SCHED_LINEAR_CYCLICAL_DEFAULTS \
  {-1, -1, NULL, 1.0, 1.0, 1.0, 0, 0}

static inline sched_status sched_linear_cyclical(
    const sched_linear_cyclical_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("LinearCyclical", NULL, 1, NULL, schedule);
  }
  sched_field fields[8];
  size_t count = 0;
  fields[count++] = sched_real("end_value", options->end_value);
  fields[count++] = sched_integer("cycle_size", options->cycle_size);
  if (options->start_value != NULL) {
    fields[count++] = sched_real("start_value", *options->start_value);
  }
  fields[count++] = sched_real("cycle_mult", options->cycle_mult);
  fields[count++] = sched_real("start_value_mult", options->start_value_mult);
  fields[count++] = sched_real("end_value_mult", options->end_value_mult);
  fields[count++] = sched_integer("warmup_duration", options->warmup_duration);
  fields[count++] = sched_flag("monotonic", options->monotonic);
  return sched_make("LinearCyclical", fields, count, NULL, schedule);
}

/*  In a straight line from the base rate down to a floor, 0 by default, then on
 *  it.
 *
 *    rate(t) = base * ((1 - min_ratio) * max(0, (steps - t) / steps) +
 *        min_ratio)
 *
 *  steps      steps from the base rate to the floor: an integer from 1 to 2^53.
 *  min_ratio  the floor, as a part of the base rate: a finite number from 0.0;
 *             0.0 by default.
 *  eta_min    the floor, in the units of the rate, in place of min_ratio: a
 *             finite number from 0.0, or absent.
 *
 *  Source: Hugging Face, get_linear_schedule_with_warmup; DeepSpeed,
 *  WarmupDecayLR; Bergsma et al., Straight to Zero (arXiv:2502.15938). */
static inline sched_status sched_linear_decay(int64_t steps, double min_ratio,
                                              const double *eta_min,
                                              sched_schedule **schedule) {
  sched_field fields[3];
  size_t count = 0;
  fields[count++] = sched_integer("steps", steps);
  fields[count++] = sched_real("min_ratio", min_ratio);
  if (eta_min != NULL) {
    fields[count++] = sched_real("eta_min", *eta_min);
  }
  return sched_make("LinearDecay", fields, count, NULL, schedule);
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

/*  One cycle in straight lines, up to the base rate, back, and on to next to
 *  nothing, as optax counts.
 *
 *    base / div_factor up to base at floor(pct_start * total_steps), back at
 *        floor(pct_final * total_steps), down to base / (div_factor *
 *        final_div_factor) at total_steps
 *
 *  total_steps       the step at which it arrives: an integer from 1 to 2^53.
 *  pct_start         the part of the steps that goes up: a finite number from
 *                    0.0 to 1.0; 0.3 by default.
 *  pct_final         the part of the steps after which it is back where it
 *                    began: a finite number from 0.0 to 1.0; 0.85 by default.
 *  div_factor        the base rate over the one at step 0: a finite number
 *                    above 0.0; 25.0 by default.
 *  final_div_factor  the rate at step 0 over the last: a finite number above
 *                    0.0; 10000.0 by default.
 *
 *  Source: Smith and Topin, Super-Convergence (arXiv:1708.07120); optax,
 *  linear_onecycle_schedule.
 *  total_steps must be set: what is there at first is refused.
 *  Start from SCHED_LINEAR_ONE_CYCLE_DEFAULTS, set what differs, and call
 *  sched_linear_one_cycle.
 */
typedef struct sched_linear_one_cycle_options {
  int64_t total_steps;
  double pct_start;
  double pct_final;
  double div_factor;
  double final_div_factor;
} sched_linear_one_cycle_options;

#define SCHED_LINEAR_ONE_CYCLE_DEFAULTS \
  {-1, 0.3, 0.85, 25.0, 10000.0}

static inline sched_status sched_linear_one_cycle(
    const sched_linear_one_cycle_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("LinearOneCycle", NULL, 1, NULL, schedule);
  }
  const sched_field fields[5] = {
      sched_integer("total_steps", options->total_steps),
      sched_real("pct_start", options->pct_start),
      sched_real("pct_final", options->pct_final),
      sched_real("div_factor", options->div_factor),
      sched_real("final_div_factor", options->final_div_factor),
  };
  return sched_make("LinearOneCycle", fields, 5, NULL, schedule);
}

/*  A schedule from its start again every so many steps.
 *
 *    rate(t) = schedule.rate(t mod period)
 *
 *  schedule  what starts again: a schedule.
 *  period    steps from one start to the next: an integer from 1 to 2^53.
 *
 *  Source: ParameterSchedulers.jl, Loop. */
static inline sched_status sched_loop(const sched_schedule *schedule,
                                      int64_t period, sched_schedule **made) {
  const sched_field fields[2] = {
      sched_schedules("schedule", &schedule, 1),
      sched_integer("period", period),
  };
  return sched_make("Loop", fields, 2, NULL, made);
}

/*  The momentum that a schedule drives, as a rate.
 *
 *    rate(t) = schedule.momentum(t)
 *
 *  schedule  what drives a momentum: a schedule.
 *
 *  Source: PyTorch, OneCycleLR and CyclicLR. */
static inline sched_status sched_momentum(const sched_schedule *schedule,
                                          sched_schedule **made) {
  const sched_field fields[1] = {
      sched_schedules("schedule", &schedule, 1),
  };
  return sched_make("Momentum", fields, 1, NULL, made);
}

/*  Multiplies the rate by gamma at each milestone.
 *
 *    rate(t) = base * gamma^k, k = the number of milestones <= t
 *
 *  milestones  the steps of the drops, increasing: a list of: an integer from 0
 *              to 2^53.
 *  gamma       what each drop leaves of the rate: a finite number from 0.0; 0.1
 *              by default.
 *
 *  Source: PyTorch, MultiStepLR. */
static inline sched_status sched_multi_step_lr(const int64_t *milestones,
                                               size_t milestones_count,
                                               double gamma,
                                               sched_schedule **schedule) {
  const sched_field fields[2] = {
      sched_integers("milestones", milestones, milestones_count),
      sched_real("gamma", gamma),
  };
  return sched_make("MultiStepLR", fields, 2, NULL, schedule);
}

/*  The rate times a caller's function of the step, at every step after the
 *  first.
 *
 *    rate(t) = base * lr_lambda(1) * lr_lambda(2) * ... * lr_lambda(t)
 *
 *  lr_lambda  what the rate is multiplied by at a step: a function from an
 *             integer to a number.
 *
 *  Source: PyTorch, MultiplicativeLR. */
static inline sched_status sched_multiplicative_lr(
    const sched_function *lr_lambda, sched_schedule **schedule) {
  const sched_field fields[1] = {
      sched_callback("lr_lambda", lr_lambda),
  };
  return sched_make("MultiplicativeLR", fields, 1, NULL, schedule);
}

/*  Down along the exponential function.
 *
 *    rate(t) = base * e^(-gamma * t)
 *
 *  gamma  the part of the rate lost in a step, where it is small: a finite
 *         number from 0.0.
 *
 *  Source: Paddle, NaturalExpDecay. */
static inline sched_status sched_natural_exp_decay(double gamma,
                                                   sched_schedule **schedule) {
  const sched_field fields[1] = {
      sched_real("gamma", gamma),
  };
  return sched_make("NaturalExpDecay", fields, 1, NULL, schedule);
}

/*  The first Transformer's: a line up, then down with the square root of time.
 *
 *    rate(t) = base * d_model^-0.5 * min(n^-0.5, n * warmup_steps^-1.5), n = t
 *        + offset
 *
 *  d_model       the width of the model: an integer from 1 to 2^53; 512 by
 *                default.
 *  warmup_steps  steps up: an integer from 1 to 2^53; 4000 by default.
 *  offset        the number of the first step: 1 in the paper, 0 in
 *                PaddlePaddle: an integer from 0 to 2^53; 1 by default.
 *
 *  Source: Vaswani et al., Attention Is All You Need (arXiv:1706.03762);
 *  PaddlePaddle, NoamDecay; ESPnet, NoamLR; Burn, NoamLrScheduler. */
static inline sched_status sched_noam(int64_t d_model, int64_t warmup_steps,
                                      int64_t offset,
                                      sched_schedule **schedule) {
  const sched_field fields[3] = {
      sched_integer("d_model", d_model),
      sched_integer("warmup_steps", warmup_steps),
      sched_integer("offset", offset),
  };
  return sched_make("Noam", fields, 3, NULL, schedule);
}

/*  Another schedule with noise on it, the same at the same step in every run of
 *  the same seed.
 *
 *    rate(t) = schedule.rate(t) * (1 + n(seed, t)) for begin <= t < end, |n| <
 *        pct
 *
 *  schedule      what the noise is on: a schedule.
 *  pct           what the noise stays below, as a part of the rate: a finite
 *                number from 0.0 to 1.0; 0.67 by default.
 *  std           the deviation of normal noise before it is cut: a finite
 *                number above 0.0; 1.0 by default.
 *  seed          which noise: an integer from 0 to 2^53; 42 by default.
 *  distribution  how the noise is distributed: 'normal' or 'uniform'; 'normal'
 *                by default.
 *  begin         the first step with noise: an integer from 0 to 2^53; 0 by
 *                default.
 *  end           the first step without it again; none if absent: an integer
 *                from 1 to 2^53, or absent.
 *
 *  Source: timm, noise_range_t; Salmon et al., Parallel Random Numbers: As
 *  Easy as 1, 2, 3 (SC 2011).
 *  Absent is NULL for a pointer and 0 for an integer.
 *  schedule must be set: what is there at first is refused.
 *  Start from SCHED_NOISE_DEFAULTS, set what differs, and call sched_noise.
 */
typedef struct sched_noise_options {
  const sched_schedule *schedule;
  double pct;
  double std;
  int64_t seed;
  const char *distribution;
  int64_t begin;
  int64_t end;
} sched_noise_options;

#define SCHED_NOISE_DEFAULTS \
  {NULL, 0.67, 1.0, 42, "normal", 0, 0}

static inline sched_status sched_noise(const sched_noise_options *options,
                                       sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("Noise", NULL, 1, NULL, schedule);
  }
  sched_field fields[7];
  size_t count = 0;
  fields[count++] = sched_schedules("schedule", &options->schedule, 1);
  fields[count++] = sched_real("pct", options->pct);
  fields[count++] = sched_real("std", options->std);
  fields[count++] = sched_integer("seed", options->seed);
  fields[count++] = sched_word("distribution", options->distribution);
  fields[count++] = sched_integer("begin", options->begin);
  if (options->end != 0) {
    fields[count++] = sched_integer("end", options->end);
  }
  return sched_make("Noise", fields, count, NULL, schedule);
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
    fields[count++] =
        sched_integer("steps_per_epoch", options->steps_per_epoch);
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

/*  One cycle between two rates, in stairs if one likes, and a slow decay after
 *  it.
 *
 *    rate(t) = low + (cycle_max_lr - low) * height in the cycle, then low / (1
 *        + decay_lr_rate * (t - cycle) / decay_step_size)
 *
 *  cycle_min_lr              the rate at both ends, in its units; the base rate
 *                            if absent: a finite number from 0.0, or absent.
 *  cycle_max_lr              the peak, in the units of the rate: a finite
 *                            number from 0.0.
 *  decay_lr_rate             what the decay's divisor grows by in
 *                            decay_step_size: a finite number from 0.0; 0.0 by
 *                            default.
 *  cycle_first_step_size     steps up: an integer from 1 to 2^53; 2000 by
 *                            default.
 *  cycle_second_step_size    steps down; as many as up if absent: an integer
 *                            from 1 to 2^53, or absent.
 *  cycle_first_stair_count   stairs up; a straight line if absent: an integer
 *                            from 1 to 2^53, or absent.
 *  cycle_second_stair_count  stairs down; a straight line if absent: an integer
 *                            from 1 to 2^53, or absent.
 *  decay_step_size           steps of an interval of the decay; no decay if
 *                            absent: an integer from 1 to 2^53, or absent.
 *  cycle_momentum            whether it drives the momentum: 1 or 0; 1 by
 *                            default.
 *  cycle_min_mom             the momentum at the peak: a finite number from 0.0
 *                            to 1.0; 0.8 by default.
 *  cycle_max_mom             the momentum at both ends: a finite number from
 *                            0.0 to 1.0; 0.9 by default.
 *  decay_mom_rate            the momentum's growth in decay_step_size, up to 1:
 *                            a finite number from 0.0; 0.0 by default.
 *
 *  Source: Smith, A disciplined approach (arXiv:1803.09820); DeepSpeed,
 *  OneCycle.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  cycle_max_lr must be set: what is there at first is refused.
 *  Start from SCHED_ONE_CYCLE_STAIRS_DEFAULTS, set what differs, and call
 *  sched_one_cycle_stairs.
 */
typedef struct sched_one_cycle_stairs_options {
  const double *cycle_min_lr;
  double cycle_max_lr;
  double decay_lr_rate;
  int64_t cycle_first_step_size;
  int64_t cycle_second_step_size;
  int64_t cycle_first_stair_count;
  int64_t cycle_second_stair_count;
  int64_t decay_step_size;
  int cycle_momentum;
  double cycle_min_mom;
  double cycle_max_mom;
  double decay_mom_rate;
} sched_one_cycle_stairs_options;

#define SCHED_ONE_CYCLE_STAIRS_DEFAULTS \
  {NULL, -1, 0.0, 2000, 0, 0, 0, 0, 1, 0.8, 0.9, 0.0}

static inline sched_status sched_one_cycle_stairs(
    const sched_one_cycle_stairs_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("OneCycleStairs", NULL, 1, NULL, schedule);
  }
  sched_field fields[12];
  size_t count = 0;
  if (options->cycle_min_lr != NULL) {
    fields[count++] = sched_real("cycle_min_lr", *options->cycle_min_lr);
  }
  fields[count++] = sched_real("cycle_max_lr", options->cycle_max_lr);
  fields[count++] = sched_real("decay_lr_rate", options->decay_lr_rate);
  fields[count++] =
      sched_integer("cycle_first_step_size", options->cycle_first_step_size);
  if (options->cycle_second_step_size != 0) {
    fields[count++] =
        sched_integer("cycle_second_step_size",
                      options->cycle_second_step_size);
  }
  if (options->cycle_first_stair_count != 0) {
    fields[count++] =
        sched_integer("cycle_first_stair_count",
                      options->cycle_first_stair_count);
  }
  if (options->cycle_second_stair_count != 0) {
    fields[count++] =
        sched_integer("cycle_second_stair_count",
                      options->cycle_second_stair_count);
  }
  if (options->decay_step_size != 0) {
    fields[count++] =
        sched_integer("decay_step_size", options->decay_step_size);
  }
  fields[count++] = sched_flag("cycle_momentum", options->cycle_momentum);
  fields[count++] = sched_real("cycle_min_mom", options->cycle_min_mom);
  fields[count++] = sched_real("cycle_max_mom", options->cycle_max_mom);
  fields[count++] = sched_real("decay_mom_rate", options->decay_mom_rate);
  return sched_make("OneCycleStairs", fields, count, NULL, schedule);
}

/*  One value after another, whatever the base rate is.
 *
 *    rate(t) = values[k], k = the number of boundaries <= t, or < t with side
 *        'left'
 *
 *  boundaries  where each value but the first begins, increasing: a list of: an
 *              integer from 0 to 2^53.
 *  values      one more than boundaries, in the units of the rate: a list of: a
 *              finite number from 0.0.
 *  side        the side of a boundary to which its own step belongs: 'right' or
 *              'left'; 'right' by default.
 *
 *  Source: Keras, PiecewiseConstantDecay (side 'left'); Paddle,
 *  PiecewiseDecay (side 'right'). */
static inline sched_status sched_piecewise_constant(const int64_t *boundaries,
                                                    size_t boundaries_count,
                                                    const double *values,
                                                    size_t values_count,
                                                    const char *side,
                                                    sched_schedule **schedule) {
  const sched_field fields[3] = {
      sched_integers("boundaries", boundaries, boundaries_count),
      sched_reals("values", values, values_count),
      sched_word("side", side),
  };
  return sched_make("PiecewiseConstant", fields, 3, NULL, schedule);
}

/*  From one multiple of the base rate to the next, in straight lines or half
 *  cosines.
 *
 *    rate(t) = from v[k] to v[k + 1] between boundaries[k - 1] and
 *        boundaries[k], v[0] = base, v[k] = v[k - 1] * scales[k - 1]
 *
 *  boundaries       the steps at which the factors are reached, increasing: a
 *                   list of: an integer from 0 to 2^53.
 *  scales           a factor for each boundary: a list of: a finite number from
 *                   0.0.
 *  anneal_strategy  the way from one value to the next: 'cos' or 'linear';
 *                   'linear' by default.
 *
 *  Source: optax, piecewise_interpolate_schedule. */
static inline sched_status sched_piecewise_interpolate(
    const int64_t *boundaries, size_t boundaries_count, const double *scales,
    size_t scales_count, const char *anneal_strategy,
    sched_schedule **schedule) {
  const sched_field fields[3] = {
      sched_integers("boundaries", boundaries, boundaries_count),
      sched_reals("scales", scales, scales_count),
      sched_word("anneal_strategy", anneal_strategy),
  };
  return sched_make("PiecewiseInterpolate", fields, 3, NULL, schedule);
}

/*  Through given values at given steps, in straight lines or half cosines.
 *
 *    rate(t) = a + (b - a) * (t - s) / (e - s), or b + (a - b) / 2 * (1 +
 *        cos(pi * (t - s) / (e - s))), a and b the values at the milestones s
 *        <= t < e; held outside
 *
 *  milestones       the steps of the values, increasing: a list of: an integer
 *                   from 0 to 2^53.
 *  values           one for each milestone, in the units of the rate: a list
 *                   of: a finite number from 0.0.
 *  anneal_strategy  the way from one value to the next: 'cos' or 'linear';
 *                   'linear' by default.
 *
 *  Source: ignite, PiecewiseLinear; fastai, combined_cos. */
static inline sched_status sched_piecewise_linear(const int64_t *milestones,
                                                  size_t milestones_count,
                                                  const double *values,
                                                  size_t values_count,
                                                  const char *anneal_strategy,
                                                  sched_schedule **schedule) {
  const sched_field fields[3] = {
      sched_integers("milestones", milestones, milestones_count),
      sched_reals("values", values, values_count),
      sched_word("anneal_strategy", anneal_strategy),
  };
  return sched_make("PiecewiseLinear", fields, 3, NULL, schedule);
}

/*  Multiplies the rate by a factor of its own at each boundary.
 *
 *    rate(t) = base * scales[0] * ... * scales[k - 1], k = the number of
 *        boundaries <= t, or < t with side 'left'
 *
 *  boundaries  the steps of the factors, increasing: a list of: an integer from
 *              0 to 2^53.
 *  scales      a factor for each boundary: a list of: a finite number from 0.0.
 *  side        the side of a boundary to which its own step belongs: 'right' or
 *              'left'; 'right' by default.
 *
 *  Source: optax, piecewise_constant_schedule. */
static inline sched_status sched_piecewise_scale(const int64_t *boundaries,
                                                 size_t boundaries_count,
                                                 const double *scales,
                                                 size_t scales_count,
                                                 const char *side,
                                                 sched_schedule **schedule) {
  const sched_field fields[3] = {
      sched_integers("boundaries", boundaries, boundaries_count),
      sched_reals("scales", scales, scales_count),
      sched_word("side", side),
  };
  return sched_make("PiecewiseScale", fields, 3, NULL, schedule);
}

/*  From the base rate to another along a power of the steps that are left, once
 *  or in cycles.
 *
 *    rate(t) = (base - lr_end) * (1 - (s / T)^k_decay)^power + lr_end, s =
 *        min(t - begin, T), T = steps, or with cycle its first multiple >= s;
 *        with lr_init base * ((lr_init - lr_end) * ... + lr_end) / lr_init
 *
 *  steps    steps from the base rate to the end: an integer from 1 to 2^53.
 *  lr_end   the end, in the units of the rate: a finite number from 0.0; 0.0 by
 *           default.
 *  power    1 for a straight line: a finite number from 0.0; 1.0 by default.
 *  lr_init  what the curve starts from, for every base to follow; the base rate
 *           if absent: a finite number above 0.0, or absent.
 *  cycle    whether it starts again, lower, when it has arrived: 1 or 0; 0 by
 *           default.
 *  begin    steps before it begins: an integer from 0 to 2^53; 0 by default.
 *  k_decay  above 1 it stays high for longer, below 1 it falls sooner: a finite
 *           number above 0.0 to 8.0; 1.0 by default.
 *  like     whose rounding: optax multiplies a whole power out: 'keras' or
 *           'optax'; 'keras' by default.
 *
 *  Source: Keras, PolynomialDecay; optax, polynomial_schedule; Hugging Face,
 *  get_polynomial_decay_schedule_with_warmup; Zhang and Li, k-decay
 *  (arXiv:2004.05909).
 *  Absent is NULL for a pointer and 0 for an integer.
 *  steps must be set: what is there at first is refused.
 *  Start from SCHED_POLYNOMIAL_DECAY_DEFAULTS, set what differs, and call
 *  sched_polynomial_decay.
 */
typedef struct sched_polynomial_decay_options {
  int64_t steps;
  double lr_end;
  double power;
  const double *lr_init;
  int cycle;
  int64_t begin;
  double k_decay;
  const char *like;
} sched_polynomial_decay_options;

#define SCHED_POLYNOMIAL_DECAY_DEFAULTS \
  {-1, 0.0, 1.0, NULL, 0, 0, 1.0, "keras"}

static inline sched_status sched_polynomial_decay(
    const sched_polynomial_decay_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("PolynomialDecay", NULL, 1, NULL, schedule);
  }
  sched_field fields[8];
  size_t count = 0;
  fields[count++] = sched_integer("steps", options->steps);
  fields[count++] = sched_real("lr_end", options->lr_end);
  fields[count++] = sched_real("power", options->power);
  if (options->lr_init != NULL) {
    fields[count++] = sched_real("lr_init", *options->lr_init);
  }
  fields[count++] = sched_flag("cycle", options->cycle);
  fields[count++] = sched_integer("begin", options->begin);
  fields[count++] = sched_real("k_decay", options->k_decay);
  fields[count++] = sched_word("like", options->like);
  return sched_make("PolynomialDecay", fields, count, NULL, schedule);
}

/*  Down along a power of the steps that are left, again and again, each longer
 *  and lower.
 *
 *    rate(t) = eta_min + (base * m_mul^i - eta_min) * (1 - (s /
 *        T)^k_decay)^power, s steps into cycle i of T = first_decay_steps *
 *        t_mul^i
 *
 *  first_decay_steps  steps of the first cycle: an integer from 1 to 2^53.
 *  power              1 for straight lines: a finite number from 0.0; 1.0 by
 *                     default.
 *  t_mul              how much longer each cycle is than the one before: a
 *                     finite number from 1.0 to 2^53; 1.0 by default.
 *  m_mul              what each cycle leaves of the next one's top: a finite
 *                     number from 0.0; 1.0 by default.
 *  eta_min            the floor, in the units of the rate: a finite number from
 *                     0.0; 0.0 by default.
 *  cycle_limit        how many cycles; without end if absent: an integer from 1
 *                     to 2^53, or absent.
 *  k_decay            above 1 it stays high for longer, below 1 it falls
 *                     sooner: a finite number above 0.0 to 8.0; 1.0 by default.
 *  exact_restarts     False: cycles are found by a rounded logarithm, as in
 *                     timm: 1 or 0; 1 by default.
 *
 *  Source: timm, PolyLRScheduler.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  first_decay_steps must be set: what is there at first is refused.
 *  Start from SCHED_POLYNOMIAL_DECAY_RESTARTS_DEFAULTS, set what differs, and
 *  call sched_polynomial_decay_restarts.
 */
typedef struct sched_polynomial_decay_restarts_options {
  int64_t first_decay_steps;
  double power;
  double t_mul;
  double m_mul;
  double eta_min;
  int64_t cycle_limit;
  double k_decay;
  int exact_restarts;
} sched_polynomial_decay_restarts_options;

#define SCHED_POLYNOMIAL_DECAY_RESTARTS_DEFAULTS \
  {-1, 1.0, 1.0, 1.0, 0.0, 0, 1.0, 1}

static inline sched_status sched_polynomial_decay_restarts(
    const sched_polynomial_decay_restarts_options *options,
    sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("PolynomialDecayRestarts", NULL, 1, NULL, schedule);
  }
  sched_field fields[8];
  size_t count = 0;
  fields[count++] =
      sched_integer("first_decay_steps", options->first_decay_steps);
  fields[count++] = sched_real("power", options->power);
  fields[count++] = sched_real("t_mul", options->t_mul);
  fields[count++] = sched_real("m_mul", options->m_mul);
  fields[count++] = sched_real("eta_min", options->eta_min);
  if (options->cycle_limit != 0) {
    fields[count++] = sched_integer("cycle_limit", options->cycle_limit);
  }
  fields[count++] = sched_real("k_decay", options->k_decay);
  fields[count++] = sched_flag("exact_restarts", options->exact_restarts);
  return sched_make("PolynomialDecayRestarts", fields, count, NULL, schedule);
}

/*  Down to nothing along a power of the steps that are left.
 *
 *    rate(t) = base * (1 - min(t, total_iters) / total_iters)^power
 *
 *  total_iters  steps from the base rate to 0: an integer from 1 to 2^53; 5 by
 *               default.
 *  power        1 for a straight line: a finite number above 0.0; 1.0 by
 *               default.
 *
 *  Source: PyTorch, PolynomialLR. */
static inline sched_status sched_polynomial_lr(int64_t total_iters,
                                               double power,
                                               sched_schedule **schedule) {
  const sched_field fields[2] = {
      sched_integer("total_iters", total_iters),
      sched_real("power", power),
  };
  return sched_make("PolynomialLR", fields, 2, NULL, schedule);
}

/*  Slowly down at first and fast at the end, to a floor: for a known budget of
 *  steps.
 *
 *    rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 - p) / (1 - p /
 *        2), p = t / steps
 *
 *  steps      steps from the base rate to the floor: an integer from 1 to 2^53.
 *  min_ratio  the floor, as a part of the base rate: a finite number from 0.0;
 *             0.0 by default.
 *  eta_min    the floor, in the units of the rate, in place of min_ratio: a
 *             finite number from 0.0, or absent.
 *
 *  Source: Chen et al., REX (arXiv:2107.04197); pytorch_optimizer,
 *  REXScheduler. */
static inline sched_status sched_rex(int64_t steps, double min_ratio,
                                     const double *eta_min,
                                     sched_schedule **schedule) {
  sched_field fields[3];
  size_t count = 0;
  fields[count++] = sched_integer("steps", steps);
  fields[count++] = sched_real("min_ratio", min_ratio);
  if (eta_min != NULL) {
    fields[count++] = sched_real("eta_min", *eta_min);
  }
  return sched_make("REX", fields, count, NULL, schedule);
}

/*  Multiplies the rate by factor when a metric has stopped getting better.
 *
 *    rate <- max(rate * factor, min_lr, base * min_ratio) after more than
 *        patience observations in a row that are not better
 *
 *  mode               whether less is better or more: 'min' or 'max'; 'min' by
 *                     default.
 *  factor             what the rate is multiplied by: a finite number from 0.0
 *                     to below 1.0; 0.1 by default.
 *  patience           observations in a row, not better, that change nothing
 *                     yet: an integer from 0 to 2^53; 10 by default.
 *  threshold          by how much a better one beats the best: a finite number
 *                     from 0.0; 0.0001 by default.
 *  threshold_mode     whether threshold is a part of the best one's size, or in
 *                     the metric's units: 'rel' or 'abs'; 'rel' by default.
 *  cooldown           observations that do not count after the rate has fallen:
 *                     an integer from 0 to 2^53; 0 by default.
 *  min_lr             the least rate, in its units: a finite number from 0.0;
 *                     0.0 by default.
 *  eps                a change that is not larger is not made; if absent 1e-8
 *                     by torch's rule, 0 by others: a finite number from 0.0,
 *                     or absent.
 *  min_ratio          the least rate, as a part of the base rate: a finite
 *                     number from 0.0 to 1.0; 0.0 by default.
 *  min_delta          added to the threshold, in the metric's units: a finite
 *                     number from 0.0; 0.0 by default.
 *  accumulation_size  metrics whose mean is one observation: an integer from 1
 *                     to 2^53; 1 by default.
 *  rule               whose way it is to count patience and cooldown: 'torch',
 *                     'keras' or 'optax'; 'torch' by default.
 *
 *  Source: PyTorch and Keras, ReduceLROnPlateau; optax, reduce_on_plateau;
 *  fairseq, reduce_lr_on_plateau.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  Start from SCHED_REDUCE_LR_ON_PLATEAU_DEFAULTS, set what differs, and call
 *  sched_reduce_lr_on_plateau.
 */
typedef struct sched_reduce_lr_on_plateau_options {
  const char *mode;
  double factor;
  int64_t patience;
  double threshold;
  const char *threshold_mode;
  int64_t cooldown;
  double min_lr;
  const double *eps;
  double min_ratio;
  double min_delta;
  int64_t accumulation_size;
  const char *rule;
} sched_reduce_lr_on_plateau_options;

#define SCHED_REDUCE_LR_ON_PLATEAU_DEFAULTS \
  {"min", 0.1, 10, 0.0001, "rel", 0, 0.0, NULL, 0.0, 0.0, 1, "torch"}

static inline sched_status sched_reduce_lr_on_plateau(
    const sched_reduce_lr_on_plateau_options *options,
    sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("ReduceLROnPlateau", NULL, 1, NULL, schedule);
  }
  sched_field fields[12];
  size_t count = 0;
  fields[count++] = sched_word("mode", options->mode);
  fields[count++] = sched_real("factor", options->factor);
  fields[count++] = sched_integer("patience", options->patience);
  fields[count++] = sched_real("threshold", options->threshold);
  fields[count++] = sched_word("threshold_mode", options->threshold_mode);
  fields[count++] = sched_integer("cooldown", options->cooldown);
  fields[count++] = sched_real("min_lr", options->min_lr);
  if (options->eps != NULL) {
    fields[count++] = sched_real("eps", *options->eps);
  }
  fields[count++] = sched_real("min_ratio", options->min_ratio);
  fields[count++] = sched_real("min_delta", options->min_delta);
  fields[count++] =
      sched_integer("accumulation_size", options->accumulation_size);
  fields[count++] = sched_word("rule", options->rule);
  return sched_make("ReduceLROnPlateau", fields, count, NULL, schedule);
}

/*  Adafactor's own rate, T5's: flat, or a line up, then down with the square
 *  root of time.
 *
 *    rate(t) = base * min(0.01, 1 / sqrt(t + 1)), with warmup_init 1e-6 * (t +
 *        1) for 0.01
 *
 *  warmup_init  whether it starts in a line from 1e-6: 1 or 0; 0 by default.
 *
 *  Source: Shazeer and Stern, Adafactor (arXiv:1804.04235); Hugging Face,
 *  Adafactor with relative_step. */
static inline sched_status sched_relative_step(int warmup_init,
                                               sched_schedule **schedule) {
  const sched_field fields[1] = {
      sched_flag("warmup_init", warmup_init),
  };
  return sched_make("RelativeStep", fields, 1, NULL, schedule);
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

/*  A schedule that begins in its middle.
 *
 *    rate(t) = schedule.rate(t + steps)
 *
 *  schedule  what begins in its middle: a schedule.
 *  steps     the schedule's step at step 0: an integer from 0 to 2^53.
 *
 *  Source: ParameterSchedulers.jl, Shifted. */
static inline sched_status sched_shift(const sched_schedule *schedule,
                                       int64_t steps, sched_schedule **made) {
  const sched_field fields[2] = {
      sched_schedules("schedule", &schedule, 1),
      sched_integer("steps", steps),
  };
  return sched_make("Shift", fields, 2, NULL, made);
}

/*  From the base rate up to a peak and down again along half a sine, for ever.
 *
 *    rate(t) = min(base_lr, max_lr) + |max_lr - base_lr| * sin(pi * (t mod
 *        period) / period) * scale, scale 1, 2^-floor(t / period) or gamma^t
 *
 *  max_lr   the peak, in the units of the rate: a finite number from 0.0.
 *  period   steps from the base rate to the peak and back: an integer from 1 to
 *           2^53.
 *  base_lr  the other end, in its units; the base rate if absent: a finite
 *           number from 0.0, or absent.
 *  mode     how periods differ: 'sin', 'sin_decay2' or 'sin_exp'; 'sin' by
 *           default.
 *  gamma    what each step leaves of the height under sin_exp: a finite number
 *           from 0.0; 1.0 by default.
 *
 *  Source: ParameterSchedulers.jl, Sin, SinDecay2 and SinExp.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  max_lr and period must be set: what is there at first is refused.
 *  Start from SCHED_SINE_CYCLIC_LR_DEFAULTS, set what differs, and call
 *  sched_sine_cyclic_lr.
 */
typedef struct sched_sine_cyclic_lr_options {
  double max_lr;
  int64_t period;
  const double *base_lr;
  const char *mode;
  double gamma;
} sched_sine_cyclic_lr_options;

#define SCHED_SINE_CYCLIC_LR_DEFAULTS \
  {-1, -1, NULL, "sin", 1.0}

static inline sched_status sched_sine_cyclic_lr(
    const sched_sine_cyclic_lr_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("SineCyclicLR", NULL, 1, NULL, schedule);
  }
  sched_field fields[5];
  size_t count = 0;
  fields[count++] = sched_real("max_lr", options->max_lr);
  fields[count++] = sched_integer("period", options->period);
  if (options->base_lr != NULL) {
    fields[count++] = sched_real("base_lr", *options->base_lr);
  }
  fields[count++] = sched_word("mode", options->mode);
  fields[count++] = sched_real("gamma", options->gamma);
  return sched_make("SineCyclicLR", fields, count, NULL, schedule);
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

/*  A schedule whose steps last several: one that counts epochs, stepped by
 *  batches.
 *
 *    rate(t) = schedule.rate(floor(t / factor)), or along a line between its
 *        steps
 *
 *  schedule  what is stretched: a schedule.
 *  factor    steps that one of its steps lasts: an integer from 1 to 2^53.
 *  between   what is between its steps: 'stairs' or 'line'; 'stairs' by
 *            default.
 *
 *  Source: ParameterSchedulers.jl, Interpolator. */
static inline sched_status sched_stretch(const sched_schedule *schedule,
                                         int64_t factor, const char *between,
                                         sched_schedule **made) {
  const sched_field fields[3] = {
      sched_schedules("schedule", &schedule, 1),
      sched_integer("factor", factor),
      sched_word("between", between),
  };
  return sched_make("Stretch", fields, 3, NULL, made);
}

/*  Down along the hyperbolic tangent, slowly at first and last; once, or again
 *  and again.
 *
 *    rate(t) = eta_min + (base * m_mul^i - eta_min) * (1 - tanh(lb * (1 - s /
 *        T) + ub * s / T)) / 2, s steps into cycle i of T = steps * t_mul^i
 *
 *  steps           steps of the first cycle: an integer from 1 to 2^53.
 *  lb              where on the tangent a cycle begins, below ub: a finite
 *                  number; -7.0 by default.
 *  ub              where on the tangent a cycle ends: a finite number; 3.0 by
 *                  default.
 *  eta_min         the floor, in the units of the rate: a finite number from
 *                  0.0; 0.0 by default.
 *  t_mul           how much longer each cycle is than the one before: a finite
 *                  number from 1.0 to 2^53; 1.0 by default.
 *  m_mul           what each cycle leaves of the next one's top: a finite
 *                  number from 0.0; 1.0 by default.
 *  cycle_limit     how many cycles: an integer from 1 to 2^53; 1 by default.
 *  exact_restarts  False: cycles are found by a rounded logarithm, as in timm:
 *                  1 or 0; 1 by default.
 *
 *  Source: Hsueh, Li and Wu, Hyperbolic-Tangent Decay (arXiv:1806.01593);
 *  timm, TanhLRScheduler.
 *  steps must be set: what is there at first is refused.
 *  Start from SCHED_TANH_DECAY_DEFAULTS, set what differs, and call
 *  sched_tanh_decay.
 */
typedef struct sched_tanh_decay_options {
  int64_t steps;
  double lb;
  double ub;
  double eta_min;
  double t_mul;
  double m_mul;
  int64_t cycle_limit;
  int exact_restarts;
} sched_tanh_decay_options;

#define SCHED_TANH_DECAY_DEFAULTS \
  {-1, -7.0, 3.0, 0.0, 1.0, 1.0, 1, 1}

static inline sched_status sched_tanh_decay(
    const sched_tanh_decay_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("TanhDecay", NULL, 1, NULL, schedule);
  }
  const sched_field fields[8] = {
      sched_integer("steps", options->steps),
      sched_real("lb", options->lb),
      sched_real("ub", options->ub),
      sched_real("eta_min", options->eta_min),
      sched_real("t_mul", options->t_mul),
      sched_real("m_mul", options->m_mul),
      sched_integer("cycle_limit", options->cycle_limit),
      sched_flag("exact_restarts", options->exact_restarts),
  };
  return sched_make("TanhDecay", fields, 8, NULL, schedule);
}

/*  Up in a line, held, and down exponentially, then on the floor.
 *
 *    rate(t) = base * (init_lr_scale to 1 in warmup_steps, 1 for hold_steps,
 *        then final_lr_scale^(s / decay_steps), s steps on, to final_lr_scale)
 *
 *  warmup_steps    steps up; 0 for none: an integer from 0 to 2^53; 4000 by
 *                  default.
 *  hold_steps      steps at the base rate; 0 for none: an integer from 0 to
 *                  2^53; 20000 by default.
 *  decay_steps     steps down: an integer from 1 to 2^53; 60000 by default.
 *  init_lr_scale   what it starts from, in base rates: a finite number from
 *                  0.0; 0.01 by default.
 *  final_lr_scale  what it ends at, in base rates: a finite number above 0.0;
 *                  0.01 by default.
 *  max_update      steps in all, divided by phase_ratio; in place of the three:
 *                  an integer from 1 to 2^53, or absent.
 *  phase_ratio     the parts of max_update up, held and down, which make 1: a
 *                  list of: a finite number from 0.0 to 1.0; empty by default.
 *
 *  Source: Park et al., SpecAugment (arXiv:1904.08779); fairseq, tri_stage.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  Start from SCHED_TRI_STAGE_DEFAULTS, set what differs, and call
 *  sched_tri_stage.
 */
typedef struct sched_tri_stage_options {
  int64_t warmup_steps;
  int64_t hold_steps;
  int64_t decay_steps;
  double init_lr_scale;
  double final_lr_scale;
  int64_t max_update;
  const double *phase_ratio;
  size_t phase_ratio_count;
} sched_tri_stage_options;

#define SCHED_TRI_STAGE_DEFAULTS \
  {4000, 20000, 60000, 0.01, 0.01, 0, NULL, 0}

static inline sched_status sched_tri_stage(
    const sched_tri_stage_options *options, sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("TriStage", NULL, 1, NULL, schedule);
  }
  sched_field fields[7];
  size_t count = 0;
  fields[count++] = sched_integer("warmup_steps", options->warmup_steps);
  fields[count++] = sched_integer("hold_steps", options->hold_steps);
  fields[count++] = sched_integer("decay_steps", options->decay_steps);
  fields[count++] = sched_real("init_lr_scale", options->init_lr_scale);
  fields[count++] = sched_real("final_lr_scale", options->final_lr_scale);
  if (options->max_update != 0) {
    fields[count++] = sched_integer("max_update", options->max_update);
  }
  fields[count++] =
      sched_reals("phase_ratio",
                  options->phase_ratio, options->phase_ratio_count);
  return sched_make("TriStage", fields, count, NULL, schedule);
}

/*  Up to the base rate, then any schedule, whose own time starts there.
 *
 *    rate(t) = base * (start_ratio + (1 - start_ratio) * ramp((t + offset) /
 *        span)) for t < steps, then schedule.rate(t - steps + skip)
 *
 *  schedule     what comes after the warm-up: a schedule.
 *  steps        steps of the warm-up; 0 for none: an integer from 0 to 2^53.
 *  shape        the way up: 'linear', 'cosine', '1-sqrt', 'polynomial', 'log',
 *               'exponential', 'geometric' or 'constant'; 'linear' by default.
 *  start_ratio  the part of the base rate that it starts from: a finite number
 *               from 0.0; 0.0 by default.
 *  start_lr     what it starts from, in the units of the rate, in place of
 *               start_ratio: a finite number from 0.0, or absent.
 *  offset       added to the step: 1 where a peer counts from 1: an integer
 *               from 0 to 2^53; 0 by default.
 *  span         what the step is divided by; steps if absent: an integer from 1
 *               to 2^53, or absent.
 *  skip         the step of the schedule at which it begins: an integer from 0
 *               to 2^53; 0 by default.
 *  power        the exponent of the shape polynomial: a finite number above
 *               0.0; 1.0 by default.
 *  rounding     the order in which a line is computed, for a peer's last bit:
 *               'fraction', 'product', 'slope' or 'rest'; 'fraction' by
 *               default.
 *  end_lr       what it arrives at, in the units of the rate, in place of the
 *               base: a finite number from 0.0, or absent.
 *
 *  Source: Goyal et al., Accurate, Large Minibatch SGD (arXiv:1706.02677);
 *  Hugging Face, get_*_schedule_with_warmup; DeepSpeed, WarmupLR; ignite,
 *  create_lr_scheduler_with_warmup.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  schedule and steps must be set: what is there at first is refused.
 *  Start from SCHED_WARMUP_DEFAULTS, set what differs, and call sched_warmup.
 */
typedef struct sched_warmup_options {
  const sched_schedule *schedule;
  int64_t steps;
  const char *shape;
  double start_ratio;
  const double *start_lr;
  int64_t offset;
  int64_t span;
  int64_t skip;
  double power;
  const char *rounding;
  const double *end_lr;
} sched_warmup_options;

#define SCHED_WARMUP_DEFAULTS \
  {NULL, -1, "linear", 0.0, NULL, 0, 0, 0, 1.0, "fraction", NULL}

static inline sched_status sched_warmup(const sched_warmup_options *options,
                                        sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("Warmup", NULL, 1, NULL, schedule);
  }
  sched_field fields[11];
  size_t count = 0;
  fields[count++] = sched_schedules("schedule", &options->schedule, 1);
  fields[count++] = sched_integer("steps", options->steps);
  fields[count++] = sched_word("shape", options->shape);
  fields[count++] = sched_real("start_ratio", options->start_ratio);
  if (options->start_lr != NULL) {
    fields[count++] = sched_real("start_lr", *options->start_lr);
  }
  fields[count++] = sched_integer("offset", options->offset);
  if (options->span != 0) {
    fields[count++] = sched_integer("span", options->span);
  }
  fields[count++] = sched_integer("skip", options->skip);
  fields[count++] = sched_real("power", options->power);
  fields[count++] = sched_word("rounding", options->rounding);
  if (options->end_lr != NULL) {
    fields[count++] = sched_real("end_lr", *options->end_lr);
  }
  return sched_make("Warmup", fields, count, NULL, schedule);
}

/*  Up, held for as long as one likes, then a short cool-down to a floor (WSD).
 *
 *    rate(t) = base * (start_ratio up to 1 in num_warmup_steps, stable = (1 +
 *        since / stable_timescale)^-stable_power for num_stable_steps, then
 *        min_ratio + (stable - min_ratio) * tail(u), u = (s + offset) /
 *        num_decay_steps, s steps on)
 *
 *  num_warmup_steps  steps up; 0 for none: an integer from 0 to 2^53.
 *  num_stable_steps  steps at the base rate; 0 for none: an integer from 0 to
 *                    2^53.
 *  num_decay_steps   steps down; 0 for none: an integer from 0 to 2^53.
 *  warmup_type       the way up: 'linear', 'cosine' or '1-sqrt'; 'linear' by
 *                    default.
 *  decay_type        the way down: 'linear', 'cosine', '1-sqrt', '1-square',
 *                    'power' or 'exponential'; 'cosine' by default.
 *  min_ratio         the floor, as a part of the base rate: a finite number
 *                    from 0.0; 0.0 by default.
 *  eta_min           the floor, in the units of the rate, in place of
 *                    min_ratio: a finite number from 0.0, or absent.
 *  start_ratio       the part of the base rate that it starts from; the floor
 *                    if absent: a finite number from 0.0, or absent.
 *  num_cycles        waves of the cosine way down: a finite number from 0.0;
 *                    0.5 by default.
 *  offset            added to the steps up and down: 1 where a peer counts from
 *                    1: an integer from 0 to 2^53; 0 by default.
 *  stable_power      the power of time along which the held rate falls: a
 *                    finite number from 0.0; 0.0 by default.
 *  stable_timescale  the steps of that fall; num_warmup_steps if absent: a
 *                    finite number from 1e-09 to 2^53, or absent.
 *  decay_power       the exponent of the tail power: a finite number above 0.0;
 *                    0.5 by default.
 *  decay_ratio       the ratio of the tail exponential: a finite number above
 *                    0.0 to below 1.0; 0.5 by default.
 *
 *  Source: Hu et al., MiniCPM (arXiv:2404.06395); Hugging Face,
 *  get_wsd_schedule; Megatron-LM, WSD; pytorch_optimizer, get_wsd_schedule;
 *  torchtitan; timm, WSDLRScheduler.
 *  Absent is NULL for a pointer and 0 for an integer.
 *  num_warmup_steps, num_stable_steps and num_decay_steps must be set: what is
 *  there at first is refused.
 *  Start from SCHED_WARMUP_STABLE_DECAY_DEFAULTS, set what differs, and call
 *  sched_warmup_stable_decay.
 */
typedef struct sched_warmup_stable_decay_options {
  int64_t num_warmup_steps;
  int64_t num_stable_steps;
  int64_t num_decay_steps;
  const char *warmup_type;
  const char *decay_type;
  double min_ratio;
  const double *eta_min;
  const double *start_ratio;
  double num_cycles;
  int64_t offset;
  double stable_power;
  const double *stable_timescale;
  double decay_power;
  double decay_ratio;
} sched_warmup_stable_decay_options;

#define SCHED_WARMUP_STABLE_DECAY_DEFAULTS \
  {-1, -1, -1, "linear", "cosine", 0.0, NULL, NULL, 0.5, 0, 0.0, NULL, 0.5, \
   0.5}

static inline sched_status sched_warmup_stable_decay(
    const sched_warmup_stable_decay_options *options,
    sched_schedule **schedule) {
  if (options == NULL) {
    return sched_make("WarmupStableDecay", NULL, 1, NULL, schedule);
  }
  sched_field fields[14];
  size_t count = 0;
  fields[count++] =
      sched_integer("num_warmup_steps", options->num_warmup_steps);
  fields[count++] =
      sched_integer("num_stable_steps", options->num_stable_steps);
  fields[count++] = sched_integer("num_decay_steps", options->num_decay_steps);
  fields[count++] = sched_word("warmup_type", options->warmup_type);
  fields[count++] = sched_word("decay_type", options->decay_type);
  fields[count++] = sched_real("min_ratio", options->min_ratio);
  if (options->eta_min != NULL) {
    fields[count++] = sched_real("eta_min", *options->eta_min);
  }
  if (options->start_ratio != NULL) {
    fields[count++] = sched_real("start_ratio", *options->start_ratio);
  }
  fields[count++] = sched_real("num_cycles", options->num_cycles);
  fields[count++] = sched_integer("offset", options->offset);
  fields[count++] = sched_real("stable_power", options->stable_power);
  if (options->stable_timescale != NULL) {
    fields[count++] =
        sched_real("stable_timescale", *options->stable_timescale);
  }
  fields[count++] = sched_real("decay_power", options->decay_power);
  fields[count++] = sched_real("decay_ratio", options->decay_ratio);
  return sched_make("WarmupStableDecay", fields, count, NULL, schedule);
}

/*  A schedule that runs from one step to another, the base rate before, held
 *  after.
 *
 *    rate(t) = base if t < begin else schedule.rate(min(t, end) - begin)
 *
 *  schedule  what runs in the window: a schedule.
 *  begin     the schedule's step 0: an integer from 0 to 2^53; 0 by default.
 *  end       the step from which its rate holds, after begin: an integer from 0
 *            to 2^53; 2^53 by default.
 *
 *  Source: mmengine, begin and end of its schedulers. */
static inline sched_status sched_window(const sched_schedule *schedule,
                                        int64_t begin, int64_t end,
                                        sched_schedule **made) {
  const sched_field fields[3] = {
      sched_schedules("schedule", &schedule, 1),
      sched_integer("begin", begin),
      sched_integer("end", end),
  };
  return sched_make("Window", fields, 3, NULL, made);
}

#endif  /* SCHED_KINDS_H */
