/*  sched_kinds.hpp: a type for every kind of schedule. Printed by
 *  Bindings/generate.py from what the library declares; sched.hpp includes it.
 *
 *  Constructors take the kind's fields in PyTorch's order and throw sched::Error
 *  when one is refused. A kind of many fields takes a struct of them:
 *
 *      sched::OneCycleLROptions options;
 *      options.total_steps = 10000;
 *      sched::OneCycleLR schedule(options);
 *
 *  A kind that is given one of its own is a copy of it, as in all of C++. To have
 *  one inside the other: sched::Dampening(sched::Schedule(inner)).
 */
#ifndef SCHED_KINDS_HPP
#define SCHED_KINDS_HPP

#include "sched.hpp"

namespace sched {

/*  Schedules one on top of the other: each takes the rate of the one before for its base.
 *
 *    rate(t) = s_n(t, ... s_2(t, s_1(t, base)))
 *
 *  schedulers  the parts in their order: a list of schedules.
 *
 *  Source: PyTorch, ChainedScheduler. */
class ChainedScheduler : public Schedule {
 public:
  explicit ChainedScheduler(std::vector<Schedule> schedulers)
      : Schedule("ChainedScheduler", Fields().schedules("schedulers", std::move(schedulers))) {}
};

/*  The step sizes of Chebyshev's iteration in fractal order: small and large rates take turns.
 *
 *    rate(t) = base / (c - r * cos(pi * (i + 1/2) / n)), i the place of t - lag in the fractal
 *        order of n, c and r = (big_m +- small_m) / 2
 *
 *  steps    steps in all, rounded up to a power of two: an integer from 1 to 2^53.
 *  small_m  the least curvature: a finite number above 0.0; 0.05 by default.
 *  big_m    the greatest curvature: a finite number above 0.0; 1.0 by default.
 *  lag      how many more steps than one the first node lasts: an integer from 0 to 2^53; 0 by
 *           default.
 *
 *  Source: Agarwal, Goel and Zhang, Acceleration via Fractal Learning Rate Schedules
 *  (arXiv:2103.01338); pytorch_optimizer, get_chebyshev_schedule. */
class Chebyshev : public Schedule {
 public:
  explicit Chebyshev(std::int64_t steps, double small_m = 0.05, double big_m = 1.0,
                     std::int64_t lag = 0)
      : Schedule("Chebyshev", Fields()
                                  .integer("steps", steps)
                                  .real("small_m", small_m)
                                  .real("big_m", big_m)
                                  .integer("lag", lag)) {}
};

/*  A schedule that never leaves a range of rates.
 *
 *    rate(t) = min(max(schedule.rate(t), minimum), maximum)
 *
 *  schedule  what is kept in the range: a schedule.
 *  minimum   the least rate, in its units: a finite number from 0.0; 0.0 by default.
 *  maximum   the largest rate, in its units; none if absent: a finite number from 0.0, or absent.
 *
 *  Source: the min_lr and max_lr of many peers. */
class Clamp : public Schedule {
 public:
  explicit Clamp(const Schedule &schedule, double minimum = 0.0,
                 std::optional<double> maximum = std::nullopt)
      : Schedule("Clamp", Fields()
                              .schedule("schedule", schedule)
                              .real("minimum", minimum)
                              .real("maximum", maximum)) {}
};

/*  The base rate, for ever.
 *
 *    rate(t) = base
 *
 *  Source: optax, constant_schedule; Hugging Face, get_constant_schedule. */
class Constant : public Schedule {
 public:
  explicit Constant()
      : Schedule("Constant", Fields()) {}
};

/*  A multiple of the base rate for a while, then the base rate.
 *
 *    rate(t) = base * (factor if t < total_iters else 1)
 *
 *  factor       the multiple of the base rate at first: a finite number from 0.0;
 *               0.3333333333333333 by default.
 *  total_iters  steps until the base rate: an integer from 1 to 2^53; 5 by default.
 *
 *  Source: PyTorch, ConstantLR. */
class ConstantLR : public Schedule {
 public:
  explicit ConstantLR(double factor = 0.3333333333333333, std::int64_t total_iters = 5)
      : Schedule("ConstantLR", Fields()
                                   .real("factor", factor)
                                   .integer("total_iters", total_iters)) {}
};

/*  What CoolDown is made of; it starts with the defaults. schedule, begin and steps must be set:
 *  what is there at first is refused. */
struct CoolDownOptions {
  Schedule schedule = Schedule(nullptr);
  std::int64_t begin = -1;
  std::int64_t steps = -1;
  std::string decay_type = "1-sqrt";
  double min_ratio = 0.0;
  std::optional<double> eta_min = std::nullopt;
};

/*  A schedule that leaves its curve at a step and goes down to a floor, without a jump.
 *
 *    rate(t) = schedule.rate(t) if t <= begin else floor + (top - floor) * tail(min(1, (t - begin)
 *        / steps)), top = schedule.rate(begin), floor = min(top, base * min_ratio)
 *
 *  schedule    what runs until then: a schedule.
 *  begin       the last step of the schedule's own: an integer from 0 to 2^53.
 *  steps       steps down: an integer from 1 to 2^53.
 *  decay_type  the way down: 'linear', 'cosine', '1-sqrt', '1-square', 'power' or 'exponential';
 *              '1-sqrt' by default.
 *  min_ratio   the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
 *  eta_min     the floor, in the units of the rate, in place of min_ratio: a finite number from
 *              0.0, or absent.
 *
 *  Source: Hägele et al., Scaling Laws Beyond Fixed Training Durations (arXiv:2405.18392). */
class CoolDown : public Schedule {
 public:
  explicit CoolDown(const CoolDownOptions &options)
      : Schedule("CoolDown", Fields()
                                 .schedule("schedule", options.schedule)
                                 .integer("begin", options.begin)
                                 .integer("steps", options.steps)
                                 .word("decay_type", options.decay_type)
                                 .real("min_ratio", options.min_ratio)
                                 .real("eta_min", options.eta_min)) {}
};

/*  Half a cosine from the base rate down to eta_min, then back up, for ever.
 *
 *    rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * t / T_max)) / 2
 *
 *  T_max    steps from the base rate to the floor: an integer from 1 to 2^53.
 *  eta_min  the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.
 *
 *  Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983), without the restarts; PyTorch,
 *  CosineAnnealingLR. */
class CosineAnnealingLR : public Schedule {
 public:
  explicit CosineAnnealingLR(std::int64_t T_max, double eta_min = 0.0)
      : Schedule("CosineAnnealingLR", Fields().integer("T_max", T_max).real("eta_min", eta_min)) {}
};

/*  Half a cosine from the base rate down to eta_min, again and again, each T_mult times as long.
 *
 *    rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * s / T)) / 2, s steps into a cycle of T =
 *        T_0 * T_mult^i
 *
 *  T_0      steps of the first cycle: an integer from 1 to 2^53.
 *  T_mult   how much longer each cycle is than the one before: an integer from 1 to 2^53; 1 by
 *           default.
 *  eta_min  the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.
 *
 *  Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983); PyTorch, CosineAnnealingWarmRestarts. */
class CosineAnnealingWarmRestarts : public Schedule {
 public:
  explicit CosineAnnealingWarmRestarts(std::int64_t T_0, std::int64_t T_mult = 1,
                                       double eta_min = 0.0)
      : Schedule("CosineAnnealingWarmRestarts", Fields()
                                                    .integer("T_0", T_0)
                                                    .integer("T_mult", T_mult)
                                                    .real("eta_min", eta_min)) {}
};

/*  What CosineAnnealingWarmupRestarts is made of; it starts with the defaults. first_cycle_steps
 *  must be set: what is there at first is refused. */
struct CosineAnnealingWarmupRestartsOptions {
  std::int64_t first_cycle_steps = -1;
  double cycle_mult = 1.0;
  double min_lr = 0.0;
  std::int64_t warmup_steps = 0;
  double gamma = 1.0;
};

/*  Half a cosine down to a floor, again and again, with a straight line up before each.
 *
 *    rate(t) = min_lr + (top - min_lr) * s / W for s < W = warmup_steps, then min_lr + (top -
 *        min_lr) * (1 + cos(pi * (s - W) / (T - W))) / 2; top = base * gamma^i, s steps into cycle
 *        i of T
 *
 *  first_cycle_steps  steps of the first cycle, warm-up included: an integer from 1 to 2^53.
 *  cycle_mult         how much longer each cosine is than the one before: a finite number from 1.0
 *                     to 2^53; 1.0 by default.
 *  min_lr             the floor, in the units of the rate: a finite number from 0.0; 0.0 by
 *                     default.
 *  warmup_steps       steps of each warm-up: an integer from 0 to 2^53; 0 by default.
 *  gamma              what each cycle leaves of the next one's top: a finite number from 0.0; 1.0
 *                     by default.
 *
 *  Source: pytorch_optimizer, CosineAnnealingWarmupRestarts. */
class CosineAnnealingWarmupRestarts : public Schedule {
 public:
  explicit CosineAnnealingWarmupRestarts(const CosineAnnealingWarmupRestartsOptions &options)
      : Schedule("CosineAnnealingWarmupRestarts", Fields()
            .integer("first_cycle_steps", options.first_cycle_steps)
            .real("cycle_mult", options.cycle_mult)
            .real("min_lr", options.min_lr)
            .integer("warmup_steps", options.warmup_steps)
            .real("gamma", options.gamma)) {}
};

/*  What CosineCyclical is made of; it starts with the defaults. end_value and cycle_size must be
 *  set: what is there at first is refused. */
struct CosineCyclicalOptions {
  double end_value = -1;
  std::int64_t cycle_size = -1;
  std::optional<double> start_value = std::nullopt;
  double cycle_mult = 1.0;
  double start_value_mult = 1.0;
  double end_value_mult = 1.0;
  std::int64_t warmup_duration = 0;
};

/*  From one value to another along half a cosine, each time longer, higher or lower.
 *
 *    rate(t) = start + (end - start) / 2 * (1 - cos(pi * s / T)), s steps into a cycle of T, then
 *        back in a straight line over warmup_duration
 *
 *  end_value         the value at the end of a cycle: a finite number from 0.0.
 *  cycle_size        steps of the first cycle, at least 2: an integer from 1 to 2^53.
 *  start_value       the value at its start; the base rate if absent: a finite number from 0.0, or
 *                    absent.
 *  cycle_mult        how much longer each cycle is than the one before: a finite number from 1.0 to
 *                    2^53; 1.0 by default.
 *  start_value_mult  what each cycle leaves of the start: a finite number from 0.0; 1.0 by default.
 *  end_value_mult    what each cycle leaves of the end: a finite number from 0.0; 1.0 by default.
 *  warmup_duration   steps of a straight line back, between cycles: an integer from 0 to 2^53; 0 by
 *                    default.
 *
 *  Source: ignite, CosineAnnealingScheduler. */
class CosineCyclical : public Schedule {
 public:
  explicit CosineCyclical(const CosineCyclicalOptions &options)
      : Schedule("CosineCyclical", Fields()
                                       .real("end_value", options.end_value)
                                       .integer("cycle_size", options.cycle_size)
                                       .real("start_value", options.start_value)
                                       .real("cycle_mult", options.cycle_mult)
                                       .real("start_value_mult", options.start_value_mult)
                                       .real("end_value_mult", options.end_value_mult)
                                       .integer("warmup_duration", options.warmup_duration)) {}
};

/*  What CosineDecay is made of; it starts with the defaults. decay_steps must be set: what is
 *  there at first is refused. */
struct CosineDecayOptions {
  std::int64_t decay_steps = -1;
  double min_ratio = 0.0;
  std::optional<double> eta_min = std::nullopt;
  std::int64_t warmup_steps = 0;
  double warmup_init = 0.0;
  double exponent = 1.0;
  double k_decay = 1.0;
  std::string like = "optax";
};

/*  Half a cosine from the base rate down to a floor, where it stays, after a warm-up if wanted.
 *
 *    rate(t) = base * ((1 - min_ratio) * c + min_ratio), or eta_min + (base - eta_min) * c; c = ((1
 *        + cos(pi * (s / T)^k_decay)) / 2)^exponent, s = min(t - warmup_steps, T)
 *
 *  decay_steps   steps of the cosine, and with like='optax' of the warm-up before it, too: an
 *                integer from 1 to 2^53.
 *  min_ratio     the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
 *  eta_min       the floor, in the units of the rate, in place of min_ratio: a finite number from
 *                0.0, or absent.
 *  warmup_steps  steps of the warm-up: an integer from 0 to 2^53; 0 by default.
 *  warmup_init   the rate at step 0 of a warm-up, in its units: a finite number from 0.0; 0.0 by
 *                default.
 *  exponent      the power of the cosine: a finite number above 0.0; 1.0 by default.
 *  k_decay       above 1 it stays high for longer, below 1 it falls sooner: a finite number above
 *                0.0 to 8.0; 1.0 by default.
 *  like          whose counting of decay_steps, and whose rounding: 'keras' or 'optax'; 'optax' by
 *                default.
 *
 *  Source: Keras, CosineDecay; optax, cosine_decay_schedule and warmup_cosine_decay_schedule;
 *  timm, CosineLRScheduler. */
class CosineDecay : public Schedule {
 public:
  explicit CosineDecay(const CosineDecayOptions &options)
      : Schedule("CosineDecay", Fields()
                                    .integer("decay_steps", options.decay_steps)
                                    .real("min_ratio", options.min_ratio)
                                    .real("eta_min", options.eta_min)
                                    .integer("warmup_steps", options.warmup_steps)
                                    .real("warmup_init", options.warmup_init)
                                    .real("exponent", options.exponent)
                                    .real("k_decay", options.k_decay)
                                    .word("like", options.like)) {}
};

/*  What CosineDecayRestarts is made of; it starts with the defaults. first_decay_steps must be
 *  set: what is there at first is refused. */
struct CosineDecayRestartsOptions {
  std::int64_t first_decay_steps = -1;
  double t_mul = 2.0;
  double m_mul = 1.0;
  double min_ratio = 0.0;
  std::optional<double> eta_min = std::nullopt;
  bool shrink_min = false;
  std::optional<std::int64_t> cycle_limit = std::nullopt;
  double k_decay = 1.0;
  bool exact_restarts = true;
};

/*  Half a cosine down to a floor, again and again, each longer and lower than the one before.
 *
 *    rate(t) = base * ((1 - min_ratio) * m_mul^i * c + min_ratio), or eta_min + (base * m_mul^i -
 *        eta_min) * c; c = (1 + cos(pi * (s / T)^k_decay)) / 2, s steps into cycle i of T =
 *        first_decay_steps * t_mul^i
 *
 *  first_decay_steps  steps of the first cycle: an integer from 1 to 2^53.
 *  t_mul              how much longer each cycle is than the one before: a finite number from 1.0
 *                     to 2^53; 2.0 by default.
 *  m_mul              what each cycle leaves of the next one's top: a finite number from 0.0; 1.0
 *                     by default.
 *  min_ratio          the floor, as a part of the base rate: a finite number from 0.0; 0.0 by
 *                     default.
 *  eta_min            the floor, in the units of the rate, in place of min_ratio: a finite number
 *                     from 0.0, or absent.
 *  shrink_min         whether m_mul shrinks the floor, too: true or false; false by default.
 *  cycle_limit        how many cycles; without end if absent: an integer from 1 to 2^53, or absent.
 *  k_decay            above 1 it stays high for longer, below 1 it falls sooner: a finite number
 *                     above 0.0 to 8.0; 1.0 by default.
 *  exact_restarts     False: cycles are found by a rounded logarithm, as in timm: true or false;
 *                     true by default.
 *
 *  Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983); Keras, CosineDecayRestarts; timm,
 *  CosineLRScheduler; fairseq, cosine. */
class CosineDecayRestarts : public Schedule {
 public:
  explicit CosineDecayRestarts(const CosineDecayRestartsOptions &options)
      : Schedule("CosineDecayRestarts", Fields()
            .integer("first_decay_steps", options.first_decay_steps)
            .real("t_mul", options.t_mul)
            .real("m_mul", options.m_mul)
            .real("min_ratio", options.min_ratio)
            .real("eta_min", options.eta_min)
            .flag("shrink_min", options.shrink_min)
            .integer("cycle_limit", options.cycle_limit)
            .real("k_decay", options.k_decay)
            .flag("exact_restarts", options.exact_restarts)) {}
};

/*  Half a cosine from the base rate down to a floor, num_cycles times in all, then on the floor.
 *
 *    rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 + cos(pi * (num_cycles * t / steps
 *        mod 1))) / 2, 0 from steps on
 *
 *  steps       steps of all the cycles: an integer from 1 to 2^53.
 *  num_cycles  cycles in that many steps: a finite number above 0.0; 1.0 by default.
 *  min_ratio   the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
 *  eta_min     the floor, in the units of the rate, in place of min_ratio: a finite number from
 *              0.0, or absent.
 *
 *  Source: Hugging Face, get_cosine_with_hard_restarts_schedule_with_warmup. */
class CosineHardRestarts : public Schedule {
 public:
  explicit CosineHardRestarts(std::int64_t steps, double num_cycles = 1.0, double min_ratio = 0.0,
                              std::optional<double> eta_min = std::nullopt)
      : Schedule("CosineHardRestarts", Fields()
                                           .integer("steps", steps)
                                           .real("num_cycles", num_cycles)
                                           .real("min_ratio", min_ratio)
                                           .real("eta_min", eta_min)) {}
};

/*  One cycle along cosines, up to the base rate and down to next to nothing, as optax counts.
 *
 *    base / div_factor up to base at floor(pct_start * total_steps), then down to base /
 *        (div_factor * final_div_factor) at total_steps
 *
 *  total_steps       the step at which it arrives: an integer from 1 to 2^53.
 *  pct_start         the part of the steps that goes up: a finite number from 0.0 to 1.0; 0.3 by
 *                    default.
 *  div_factor        the base rate over the one at step 0: a finite number above 0.0; 25.0 by
 *                    default.
 *  final_div_factor  the rate at step 0 over the last: a finite number above 0.0; 10000.0 by
 *                    default.
 *
 *  Source: Smith and Topin, Super-Convergence (arXiv:1708.07120); optax,
 *  cosine_onecycle_schedule. */
class CosineOneCycle : public Schedule {
 public:
  explicit CosineOneCycle(std::int64_t total_steps, double pct_start = 0.3,
                          double div_factor = 25.0, double final_div_factor = 10000.0)
      : Schedule("CosineOneCycle", Fields()
                                       .integer("total_steps", total_steps)
                                       .real("pct_start", pct_start)
                                       .real("div_factor", div_factor)
                                       .real("final_div_factor", final_div_factor)) {}
};

/*  Half a cosine down to a floor in each of a list of periods, each from a top of its own.
 *
 *    rate(t) = floor + (base * w - floor) * (1 + cos(pi * s / T)) / 2, s steps into a period of T
 *        with weight w, floor = eta_min or base * min_ratio
 *
 *  periods          steps of each cosine: a list of: an integer from 0 to 2^53.
 *  restart_weights  the top of each as a multiple of the base rate; 1 everywhere if empty: a list
 *                   of: a finite number from 0.0; empty by default.
 *  min_ratio        the floor, as a part of the base rate: a finite number from 0.0; 0.0 by
 *                   default.
 *  eta_min          the floor, in the units of the rate, in place of min_ratio: a finite number
 *                   from 0.0, or absent.
 *
 *  Source: mmengine, CosineRestartLR. */
class CosineRestartLR : public Schedule {
 public:
  explicit CosineRestartLR(std::vector<std::int64_t> periods,
                           std::vector<double> restart_weights = {}, double min_ratio = 0.0,
                           std::optional<double> eta_min = std::nullopt)
      : Schedule("CosineRestartLR", Fields()
                                        .integers("periods", std::move(periods))
                                        .reals("restart_weights", std::move(restart_weights))
                                        .real("min_ratio", min_ratio)
                                        .real("eta_min", eta_min)) {}
};

/*  What CosineWave is made of; it starts with the defaults. steps must be set: what is there at
 *  first is refused. */
struct CosineWaveOptions {
  std::int64_t steps = -1;
  double num_cycles = 0.5;
  double min_ratio = 0.0;
  std::optional<double> eta_min = std::nullopt;
  bool hold = true;
};

/*  A cosine of any number of waves between the base rate and a floor; half a wave by default.
 *
 *    rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 + cos(2 * pi * num_cycles * t /
 *        steps)) / 2
 *
 *  steps       steps of all the waves: an integer from 1 to 2^53.
 *  num_cycles  waves in that many steps: a finite number from 0.0; 0.5 by default.
 *  min_ratio   the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
 *  eta_min     the floor, in the units of the rate, in place of min_ratio: a finite number from
 *              0.0, or absent.
 *  hold        whether the last rate holds past steps; else the wave goes on: true or false; true
 *              by default.
 *
 *  Source: Hugging Face, get_cosine_schedule_with_warmup and
 *  get_cosine_with_min_lr_schedule_with_warmup; DeepSpeed, WarmupCosineLR. */
class CosineWave : public Schedule {
 public:
  explicit CosineWave(const CosineWaveOptions &options)
      : Schedule("CosineWave", Fields()
                                   .integer("steps", options.steps)
                                   .real("num_cycles", options.num_cycles)
                                   .real("min_ratio", options.min_ratio)
                                   .real("eta_min", options.eta_min)
                                   .flag("hold", options.hold)) {}
};

/*  What CyclicLR is made of; it starts with the defaults. max_lr must be set: what is there at
 *  first is refused. */
struct CyclicLROptions {
  std::optional<double> base_lr = std::nullopt;
  double max_lr = -1;
  std::int64_t step_size_up = 2000;
  std::optional<std::int64_t> step_size_down = std::nullopt;
  std::string mode = "triangular";
  double gamma = 1.0;
  Function scale_fn = {};
  std::string scale_mode = "cycle";
  bool cycle_momentum = true;
  double base_momentum = 0.8;
  double max_momentum = 0.9;
};

/*  From the base rate up to a peak and down again in straight lines, for ever.
 *
 *    rate(t) = base_lr + (max_lr - base_lr) * height * scale, height up 0 to 1 over step_size_up
 *        steps and down over step_size_down, scale 1, 2^-cycle or gamma^t
 *
 *  base_lr         the rate at both ends, in its units; the base rate if absent: a finite number
 *                  from 0.0, or absent.
 *  max_lr          the peak, in the units of the rate: a finite number from 0.0.
 *  step_size_up    steps up: an integer from 1 to 2^53; 2000 by default.
 *  step_size_down  steps down; as many as up if absent: an integer from 1 to 2^53, or absent.
 *  mode            how cycles differ: 'triangular', 'triangular2' or 'exp_range'; 'triangular' by
 *                  default.
 *  gamma           what each step leaves of the height under exp_range: a finite number from 0.0;
 *                  1.0 by default.
 *  scale_fn        how high the triangle is, in place of mode; none if absent: a function from an
 *                  integer to a number, or absent.
 *  scale_mode      what scale_fn gets: the cycle, from 1, or the step: 'cycle' or 'iterations';
 *                  'cycle' by default.
 *  cycle_momentum  whether it drives the momentum: true or false; true by default.
 *  base_momentum   the momentum at the peak: a finite number from 0.0 to 1.0; 0.8 by default.
 *  max_momentum    the momentum at both ends: a finite number from 0.0 to 1.0; 0.9 by default.
 *
 *  Source: Smith, Cyclical Learning Rates (arXiv:1506.01186); PyTorch, CyclicLR. */
class CyclicLR : public Schedule {
 public:
  explicit CyclicLR(const CyclicLROptions &options)
      : Schedule("CyclicLR", Fields()
                                 .real("base_lr", options.base_lr)
                                 .real("max_lr", options.max_lr)
                                 .integer("step_size_up", options.step_size_up)
                                 .integer("step_size_down", options.step_size_down)
                                 .word("mode", options.mode)
                                 .real("gamma", options.gamma)
                                 .function_if_any("scale_fn", options.scale_fn)
                                 .word("scale_mode", options.scale_mode)
                                 .flag("cycle_momentum", options.cycle_momentum)
                                 .real("base_momentum", options.base_momentum)
                                 .real("max_momentum", options.max_momentum)) {}
};

/*  Any schedule, from its first step, times a warm-up factor; untuned from beta2, or RAdam's.
 *
 *    rate(t) = schedule.rate(t) * factor(t), factor min(1, (t + 1) / period), 1 - exp(-(t + 1) /
 *        period), or RAdam's rectification
 *
 *  schedule  what is damped: a schedule.
 *  shape     the factor's way up: 'linear', 'exponential' or 'radam'; 'linear' by default.
 *  period    steps of the way up; 2 / (1 - beta2) if absent, 1 / (1 - beta2) where exponential: an
 *            integer from 1 to 2^53, or absent.
 *  beta2     Adam's decay of the second moment: a finite number from 0.0 to below 1.0; 0.999 by
 *            default.
 *
 *  Source: Ma and Yarats, On the adequacy of untuned warmup (arXiv:1910.04209); Liu et al.,
 *  RAdam (arXiv:1908.03265); pytorch_warmup. */
class Dampening : public Schedule {
 public:
  explicit Dampening(const Schedule &schedule, std::string shape = "linear",
                     std::optional<std::int64_t> period = std::nullopt, double beta2 = 0.999)
      : Schedule("Dampening", Fields()
                                  .schedule("schedule", schedule)
                                  .word("shape", std::move(shape))
                                  .integer("period", period)
                                  .real("beta2", beta2)) {}
};

/*  What ExponentialDecay is made of; it starts with the defaults. decay_steps and decay_rate
 *  must be set: what is there at first is refused. */
struct ExponentialDecayOptions {
  double decay_steps = -1;
  double decay_rate = -1;
  bool staircase = false;
  std::int64_t begin = 0;
  std::optional<double> end_value = std::nullopt;
};

/*  Multiplies the rate by decay_rate every decay_steps steps, smoothly or all at once.
 *
 *    rate(t) = base * decay_rate^((t - begin) / decay_steps), the exponent rounded down as a
 *        staircase; not past end_value
 *
 *  decay_steps  the steps in which the rate is multiplied by decay_rate: a finite number from 1e-09
 *               to 2^53.
 *  decay_rate   what decay_steps leave of the rate: a finite number from 0.0.
 *  staircase    whether it is multiplied all at once: true or false; false by default.
 *  begin        steps before it begins: an integer from 0 to 2^53; 0 by default.
 *  end_value    where it stops, in the units of the rate: a finite number from 0.0, or absent.
 *
 *  Source: Keras, ExponentialDecay; optax, exponential_decay. */
class ExponentialDecay : public Schedule {
 public:
  explicit ExponentialDecay(const ExponentialDecayOptions &options)
      : Schedule("ExponentialDecay", Fields()
                                         .real("decay_steps", options.decay_steps)
                                         .real("decay_rate", options.decay_rate)
                                         .flag("staircase", options.staircase)
                                         .integer("begin", options.begin)
                                         .real("end_value", options.end_value)) {}
};

/*  Multiplies the rate by gamma every step.
 *
 *    rate(t) = base * gamma^t
 *
 *  gamma  what each step leaves of the rate: a finite number from 0.0.
 *
 *  Source: PyTorch, ExponentialLR. */
class ExponentialLR : public Schedule {
 public:
  explicit ExponentialLR(double gamma)
      : Schedule("ExponentialLR", Fields().real("gamma", gamma)) {}
};

/*  A schedule that takes longer from a step on, without a jump: rests, or is stretched.
 *
 *    rate(t) = schedule.rate(t) if t <= begin, schedule.rate(begin) if t <= begin + steps, else
 *        schedule.rate(t - steps); with until schedule.rate(begin + (t - begin) * n / (n + steps)),
 *        n = until - begin
 *
 *  schedule  what takes longer: a schedule.
 *  begin     the step from which it does: an integer from 0 to 2^53.
 *  steps     how many steps longer: an integer from 1 to 2^53.
 *  until     the step until which it is stretched; it rests if absent: an integer from 1 to 2^53,
 *            or absent.
 *
 *  Source: libsched. */
class Extend : public Schedule {
 public:
  Extend(const Schedule &schedule, std::int64_t begin, std::int64_t steps,
         std::optional<std::int64_t> until = std::nullopt)
      : Schedule("Extend", Fields()
                               .schedule("schedule", schedule)
                               .integer("begin", begin)
                               .integer("steps", steps)
                               .integer("until", until)) {}
};

/*  The base rate, or half a cosine up to it, then half a cosine down, as fastai counts.
 *
 *    rate(t) = base / div up to base at pct_start * steps, then half a cosine to base / div_final
 *        at steps
 *
 *  steps      steps in all: an integer from 1 to 2^53.
 *  pct_start  the part of the steps before the way down: a finite number from 0.0 to 1.0; 0.75 by
 *             default.
 *  div_final  the base rate over the last: a finite number above 0.0; 100000.0 by default.
 *  div        the base rate over the first; 1 is flat: a finite number above 0.0; 1.0 by default.
 *
 *  Source: fastai, fit_flat_cos, fit_one_cycle. */
class FlatCosine : public Schedule {
 public:
  explicit FlatCosine(std::int64_t steps, double pct_start = 0.75, double div_final = 100000.0,
                      double div = 1.0)
      : Schedule("FlatCosine", Fields()
                                   .integer("steps", steps)
                                   .real("pct_start", pct_start)
                                   .real("div_final", div_final)
                                   .real("div", div)) {}
};

/*  What GreedyLR is made of; it starts with the defaults. */
struct GreedyLROptions {
  std::string mode = "min";
  double factor = 0.95;
  std::int64_t patience = 10;
  double threshold = 1e-06;
  std::string threshold_mode = "abs";
  std::int64_t cooldown = 0;
  std::int64_t warmup = 0;
  double min_lr = 0.001;
  double max_lr = 1.0;
  double eps = 1e-08;
  bool smooth = false;
  std::int64_t window_size = 50;
  std::int64_t reset_start = 500;
};

/*  Divides the rate by factor while a metric gets better, multiplies it while it does not.
 *
 *    rate <- min(rate / factor, max_lr) after more than patience better observations in a row,
 *        max(rate * factor, min_lr) after as many others
 *
 *  mode            whether less is better or more: 'min' or 'max'; 'min' by default.
 *  factor          what the rate is multiplied or divided by: a finite number above 0.0 to below
 *                  1.0; 0.95 by default.
 *  patience        observations of a kind in a row that change nothing yet: an integer from 0 to
 *                  2^53; 10 by default.
 *  threshold       by how much a better one beats the best: a finite number from 0.0; 1e-06 by
 *                  default.
 *  threshold_mode  whether threshold is a part of the best one's size, or in the metric's units:
 *                  'rel' or 'abs'; 'abs' by default.
 *  cooldown        observations that do not count after the rate has fallen: an integer from 0 to
 *                  2^53; 0 by default.
 *  warmup          observations that do not count after the rate has risen: an integer from 0 to
 *                  2^53; 0 by default.
 *  min_lr          the least rate, in its units: a finite number from 0.0; 0.001 by default.
 *  max_lr          the largest rate, in its units: a finite number from 0.0; 1.0 by default.
 *  eps             a change that is not larger is not made: a finite number from 0.0; 1e-08 by
 *                  default.
 *  smooth          whether an observation is the mean of the last metrics: true or false; false by
 *                  default.
 *  window_size     metrics of that mean: an integer from 1 to 2^53; 50 by default.
 *  reset_start     falls at the least rate before all begins anew: an integer from 0 to 2^53; 500
 *                  by default.
 *
 *  Source: GreedyLR (arXiv:2512.14527); Hugging Face, GreedyLR. */
class GreedyLR : public Schedule {
 public:
  explicit GreedyLR(const GreedyLROptions &options)
      : Schedule("GreedyLR", Fields()
                                 .word("mode", options.mode)
                                 .real("factor", options.factor)
                                 .integer("patience", options.patience)
                                 .real("threshold", options.threshold)
                                 .word("threshold_mode", options.threshold_mode)
                                 .integer("cooldown", options.cooldown)
                                 .integer("warmup", options.warmup)
                                 .real("min_lr", options.min_lr)
                                 .real("max_lr", options.max_lr)
                                 .real("eps", options.eps)
                                 .flag("smooth", options.smooth)
                                 .integer("window_size", options.window_size)
                                 .integer("reset_start", options.reset_start)) {}
};

/*  A schedule that stays for ever where it is at a step, past its end or before it.
 *
 *    rate(t) = schedule.rate(min(t, last))
 *
 *  schedule  what stays where it is: a schedule.
 *  last      the step from which it stays; the schedule's last if absent: an integer from 1 to
 *            2^53, or absent.
 *
 *  Source: what MLX, optax and Keras do at the end of a decay. */
class Hold : public Schedule {
 public:
  explicit Hold(const Schedule &schedule, std::optional<std::int64_t> last = std::nullopt)
      : Schedule("Hold", Fields().schedule("schedule", schedule).integer("last", last)) {}
};

/*  Down as one over a power of the time: power scheduling, and Caffe's inv.
 *
 *    rate(t) = base / (1 + gamma * t)^power
 *
 *  gamma  how fast the time counts: a finite number from 0.0.
 *  power  the power of the time: a finite number from 0.0; 1.0 by default.
 *
 *  Source: Caffe, inv; ParameterSchedulers.jl, Inv. */
class InversePower : public Schedule {
 public:
  explicit InversePower(double gamma, double power = 1.0)
      : Schedule("InversePower", Fields().real("gamma", gamma).real("power", power)) {}
};

/*  Down with the square root of time, without an end.
 *
 *    rate(t) = max(eta_min, base / sqrt((t + timescale) / timescale))
 *
 *  timescale  three of these on, the rate is half; after a warm-up, its steps: an integer from 1 to
 *             2^53.
 *  eta_min    the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.
 *
 *  Source: Hugging Face, get_inverse_sqrt_schedule; fairseq, inverse_sqrt; Megatron-LM,
 *  inverse-square-root; big_vision, rsqrt. */
class InverseSqrt : public Schedule {
 public:
  explicit InverseSqrt(std::int64_t timescale, double eta_min = 0.0)
      : Schedule("InverseSqrt", Fields()
                                    .integer("timescale", timescale)
                                    .real("eta_min", eta_min)) {}
};

/*  Down as one over the time: the textbooks' time-based decay.
 *
 *    rate(t) = base / (1 + decay_rate * t / decay_steps), the fraction rounded down as a staircase
 *
 *  decay_steps  the steps in which the divisor grows by decay_rate: a finite number from 1e-09 to
 *               2^53.
 *  decay_rate   how much the divisor grows in decay_steps: a finite number from 0.0.
 *  staircase    whether the divisor grows all at once: true or false; false by default.
 *
 *  Source: Keras, InverseTimeDecay; Paddle, InverseTimeDecay. */
class InverseTimeDecay : public Schedule {
 public:
  InverseTimeDecay(double decay_steps, double decay_rate, bool staircase = false)
      : Schedule("InverseTimeDecay", Fields()
                                         .real("decay_steps", decay_steps)
                                         .real("decay_rate", decay_rate)
                                         .flag("staircase", staircase)) {}
};

/*  Up from the base rate without an end, to find the rate at which training breaks.
 *
 *    rate(t) = base * (1 + step_rate * t / step_size), with floor(t / step_size) for a staircase
 *
 *  step_size  steps in which it grows by step_rate: an integer from 1 to 2^53; 2000 by default.
 *  step_rate  what it grows by in them, in base rates: a finite number from 0.0; 1.0 by default.
 *  staircase  whether it grows all at once, after them: true or false; false by default.
 *
 *  Source: Smith, A disciplined approach (arXiv:1803.09820); DeepSpeed, LRRangeTest. */
class LRRangeTest : public Schedule {
 public:
  explicit LRRangeTest(std::int64_t step_size = 2000, double step_rate = 1.0,
                       bool staircase = false)
      : Schedule("LRRangeTest", Fields()
                                    .integer("step_size", step_size)
                                    .real("step_rate", step_rate)
                                    .flag("staircase", staircase)) {}
};

/*  A caller's function of the step times the base rate.
 *
 *    rate(t) = base * lr_lambda(t)
 *
 *  lr_lambda  what the base rate is multiplied by at a step: a function from an integer to a
 *             number.
 *
 *  Source: PyTorch, LambdaLR. */
class LambdaLR : public Schedule {
 public:
  explicit LambdaLR(Function lr_lambda)
      : Schedule("LambdaLR", Fields().function("lr_lambda", std::move(lr_lambda))) {}
};

/*  What LinearCyclical is made of; it starts with the defaults. end_value and cycle_size must be
 *  set: what is there at first is refused. */
struct LinearCyclicalOptions {
  double end_value = -1;
  std::int64_t cycle_size = -1;
  std::optional<double> start_value = std::nullopt;
  double cycle_mult = 1.0;
  double start_value_mult = 1.0;
  double end_value_mult = 1.0;
  std::int64_t warmup_duration = 0;
  bool monotonic = false;
};

/*  From one value to another and back in straight lines, each time longer, higher or lower.
 *
 *    rate(t) = end + (start - end) * |s / T - 1/2| * 2, or monotonic start + (end - start) * s / T,
 *        s steps into a cycle of T
 *
 *  end_value         the value in the middle of a cycle, or at the end of a monotonic one: a finite
 *                    number from 0.0.
 *  cycle_size        steps of the first cycle, at least 2: an integer from 1 to 2^53.
 *  start_value       the value at the ends; the base rate if absent: a finite number from 0.0, or
 *                    absent.
 *  cycle_mult        how much longer each cycle is than the one before: a finite number from 1.0 to
 *                    2^53; 1.0 by default.
 *  start_value_mult  what each cycle leaves of the start: a finite number from 0.0; 1.0 by default.
 *  end_value_mult    what each cycle leaves of the end: a finite number from 0.0; 1.0 by default.
 *  warmup_duration   steps of the way back between monotonic cycles: an integer from 0 to 2^53; 0
 *                    by default.
 *  monotonic         whether a cycle goes one way only: true or false; false by default.
 *
 *  Source: ignite, LinearCyclicalScheduler; fairseq, triangular. */
class LinearCyclical : public Schedule {
 public:
  explicit LinearCyclical(const LinearCyclicalOptions &options)
      : Schedule("LinearCyclical", Fields()
                                       .real("end_value", options.end_value)
                                       .integer("cycle_size", options.cycle_size)
                                       .real("start_value", options.start_value)
                                       .real("cycle_mult", options.cycle_mult)
                                       .real("start_value_mult", options.start_value_mult)
                                       .real("end_value_mult", options.end_value_mult)
                                       .integer("warmup_duration", options.warmup_duration)
                                       .flag("monotonic", options.monotonic)) {}
};

/*  In a straight line from the base rate down to a floor, 0 by default, then on it.
 *
 *    rate(t) = base * ((1 - min_ratio) * max(0, (steps - t) / steps) + min_ratio)
 *
 *  steps      steps from the base rate to the floor: an integer from 1 to 2^53.
 *  min_ratio  the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
 *  eta_min    the floor, in the units of the rate, in place of min_ratio: a finite number from 0.0,
 *             or absent.
 *
 *  Source: Hugging Face, get_linear_schedule_with_warmup; DeepSpeed, WarmupDecayLR; Bergsma et
 *  al., Straight to Zero (arXiv:2502.15938). */
class LinearDecay : public Schedule {
 public:
  explicit LinearDecay(std::int64_t steps, double min_ratio = 0.0,
                       std::optional<double> eta_min = std::nullopt)
      : Schedule("LinearDecay", Fields()
                                    .integer("steps", steps)
                                    .real("min_ratio", min_ratio)
                                    .real("eta_min", eta_min)) {}
};

/*  A straight line from one multiple of the base rate to another, then constant.
 *
 *    rate(t) = base * (start_factor + (end_factor - start_factor) * min(t, total_iters) /
 *        total_iters)
 *
 *  start_factor  the multiple of the base rate at step 0: a finite number from 0.0;
 *                0.3333333333333333 by default.
 *  end_factor    the multiple from step total_iters on: a finite number from 0.0; 1.0 by default.
 *  total_iters   steps from the one to the other: an integer from 1 to 2^53; 5 by default.
 *
 *  Source: PyTorch, LinearLR. */
class LinearLR : public Schedule {
 public:
  explicit LinearLR(double start_factor = 0.3333333333333333, double end_factor = 1.0,
                    std::int64_t total_iters = 5)
      : Schedule("LinearLR", Fields()
                                 .real("start_factor", start_factor)
                                 .real("end_factor", end_factor)
                                 .integer("total_iters", total_iters)) {}
};

/*  What LinearOneCycle is made of; it starts with the defaults. total_steps must be set: what is
 *  there at first is refused. */
struct LinearOneCycleOptions {
  std::int64_t total_steps = -1;
  double pct_start = 0.3;
  double pct_final = 0.85;
  double div_factor = 25.0;
  double final_div_factor = 10000.0;
};

/*  One cycle in straight lines, up to the base rate, back, and on to next to nothing, as optax
 *  counts.
 *
 *    base / div_factor up to base at floor(pct_start * total_steps), back at floor(pct_final *
 *        total_steps), down to base / (div_factor * final_div_factor) at total_steps
 *
 *  total_steps       the step at which it arrives: an integer from 1 to 2^53.
 *  pct_start         the part of the steps that goes up: a finite number from 0.0 to 1.0; 0.3 by
 *                    default.
 *  pct_final         the part of the steps after which it is back where it began: a finite number
 *                    from 0.0 to 1.0; 0.85 by default.
 *  div_factor        the base rate over the one at step 0: a finite number above 0.0; 25.0 by
 *                    default.
 *  final_div_factor  the rate at step 0 over the last: a finite number above 0.0; 10000.0 by
 *                    default.
 *
 *  Source: Smith and Topin, Super-Convergence (arXiv:1708.07120); optax,
 *  linear_onecycle_schedule. */
class LinearOneCycle : public Schedule {
 public:
  explicit LinearOneCycle(const LinearOneCycleOptions &options)
      : Schedule("LinearOneCycle", Fields()
                                       .integer("total_steps", options.total_steps)
                                       .real("pct_start", options.pct_start)
                                       .real("pct_final", options.pct_final)
                                       .real("div_factor", options.div_factor)
                                       .real("final_div_factor", options.final_div_factor)) {}
};

/*  A schedule from its start again every so many steps.
 *
 *    rate(t) = schedule.rate(t mod period)
 *
 *  schedule  what starts again: a schedule.
 *  period    steps from one start to the next: an integer from 1 to 2^53.
 *
 *  Source: ParameterSchedulers.jl, Loop. */
class Loop : public Schedule {
 public:
  Loop(const Schedule &schedule, std::int64_t period)
      : Schedule("Loop", Fields().schedule("schedule", schedule).integer("period", period)) {}
};

/*  The momentum that a schedule drives, as a rate.
 *
 *    rate(t) = schedule.momentum(t)
 *
 *  schedule  what drives a momentum: a schedule.
 *
 *  Source: PyTorch, OneCycleLR and CyclicLR. */
class Momentum : public Schedule {
 public:
  explicit Momentum(const Schedule &schedule)
      : Schedule("Momentum", Fields().schedule("schedule", schedule)) {}
};

/*  Multiplies the rate by gamma at each milestone.
 *
 *    rate(t) = base * gamma^k, k = the number of milestones <= t
 *
 *  milestones  the steps of the drops, increasing: a list of: an integer from 0 to 2^53.
 *  gamma       what each drop leaves of the rate: a finite number from 0.0; 0.1 by default.
 *
 *  Source: PyTorch, MultiStepLR. */
class MultiStepLR : public Schedule {
 public:
  explicit MultiStepLR(std::vector<std::int64_t> milestones, double gamma = 0.1)
      : Schedule("MultiStepLR", Fields()
                                    .integers("milestones", std::move(milestones))
                                    .real("gamma", gamma)) {}
};

/*  The rate times a caller's function of the step, at every step after the first.
 *
 *    rate(t) = base * lr_lambda(1) * lr_lambda(2) * ... * lr_lambda(t)
 *
 *  lr_lambda  what the rate is multiplied by at a step: a function from an integer to a number.
 *
 *  Source: PyTorch, MultiplicativeLR. */
class MultiplicativeLR : public Schedule {
 public:
  explicit MultiplicativeLR(Function lr_lambda)
      : Schedule("MultiplicativeLR", Fields().function("lr_lambda", std::move(lr_lambda))) {}
};

/*  Down along the exponential function.
 *
 *    rate(t) = base * e^(-gamma * t)
 *
 *  gamma  the part of the rate lost in a step, where it is small: a finite number from 0.0.
 *
 *  Source: Paddle, NaturalExpDecay. */
class NaturalExpDecay : public Schedule {
 public:
  explicit NaturalExpDecay(double gamma)
      : Schedule("NaturalExpDecay", Fields().real("gamma", gamma)) {}
};

/*  The first Transformer's: a line up, then down with the square root of time.
 *
 *    rate(t) = base * d_model^-0.5 * min(n^-0.5, n * warmup_steps^-1.5), n = t + offset
 *
 *  d_model       the width of the model: an integer from 1 to 2^53; 512 by default.
 *  warmup_steps  steps up: an integer from 1 to 2^53; 4000 by default.
 *  offset        the number of the first step: 1 in the paper, 0 in PaddlePaddle: an integer from 0
 *                to 2^53; 1 by default.
 *
 *  Source: Vaswani et al., Attention Is All You Need (arXiv:1706.03762); PaddlePaddle,
 *  NoamDecay; ESPnet, NoamLR; Burn, NoamLrScheduler. */
class Noam : public Schedule {
 public:
  explicit Noam(std::int64_t d_model = 512, std::int64_t warmup_steps = 4000,
                std::int64_t offset = 1)
      : Schedule("Noam", Fields()
                             .integer("d_model", d_model)
                             .integer("warmup_steps", warmup_steps)
                             .integer("offset", offset)) {}
};

/*  What Noise is made of; it starts with the defaults. schedule must be set: what is there at
 *  first is refused. */
struct NoiseOptions {
  Schedule schedule = Schedule(nullptr);
  double pct = 0.67;
  double std = 1.0;
  std::int64_t seed = 42;
  std::string distribution = "normal";
  std::int64_t begin = 0;
  std::optional<std::int64_t> end = std::nullopt;
};

/*  Another schedule with noise on it, the same at the same step in every run of the same seed.
 *
 *    rate(t) = schedule.rate(t) * (1 + n(seed, t)) for begin <= t < end, |n| < pct
 *
 *  schedule      what the noise is on: a schedule.
 *  pct           what the noise stays below, as a part of the rate: a finite number from 0.0 to
 *                1.0; 0.67 by default.
 *  std           the deviation of normal noise before it is cut: a finite number above 0.0; 1.0 by
 *                default.
 *  seed          which noise: an integer from 0 to 2^53; 42 by default.
 *  distribution  how the noise is distributed: 'normal' or 'uniform'; 'normal' by default.
 *  begin         the first step with noise: an integer from 0 to 2^53; 0 by default.
 *  end           the first step without it again; none if absent: an integer from 1 to 2^53, or
 *                absent.
 *
 *  Source: timm, noise_range_t; Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (SC
 *  2011). */
class Noise : public Schedule {
 public:
  explicit Noise(const NoiseOptions &options)
      : Schedule("Noise", Fields()
                              .schedule("schedule", options.schedule)
                              .real("pct", options.pct)
                              .real("std", options.std)
                              .integer("seed", options.seed)
                              .word("distribution", options.distribution)
                              .integer("begin", options.begin)
                              .integer("end", options.end)) {}
};

/*  What OneCycleLR is made of; it starts with the defaults. */
struct OneCycleLROptions {
  std::optional<double> max_lr = std::nullopt;
  std::optional<std::int64_t> total_steps = std::nullopt;
  std::optional<std::int64_t> epochs = std::nullopt;
  std::optional<std::int64_t> steps_per_epoch = std::nullopt;
  double pct_start = 0.3;
  std::string anneal_strategy = "cos";
  bool cycle_momentum = true;
  double base_momentum = 0.85;
  double max_momentum = 0.95;
  double div_factor = 25.0;
  double final_div_factor = 10000.0;
  bool three_phase = false;
};

/*  One cycle: up to a peak, down to next to nothing, momentum the other way round.
 *
 *    peak / div_factor up to peak over pct_start * total_steps - 1 steps, then down to peak /
 *        (div_factor * final_div_factor) at step total_steps - 1
 *
 *  max_lr            the peak, in the units of the rate; the base rate if absent: a finite number
 *                    from 0.0, or absent.
 *  total_steps       steps in all: an integer from 1 to 2^53, or absent.
 *  epochs            epochs in all, if total_steps is absent: an integer from 1 to 2^53, or absent.
 *  steps_per_epoch   steps of an epoch, if total_steps is absent: an integer from 1 to 2^53, or
 *                    absent.
 *  pct_start         the part of the steps that goes up: a finite number from 0.0 to 1.0; 0.3 by
 *                    default.
 *  anneal_strategy   the way from one rate to the next: 'cos' or 'linear'; 'cos' by default.
 *  cycle_momentum    whether it drives the momentum: true or false; true by default.
 *  base_momentum     the momentum at the peak: a finite number from 0.0 to 1.0; 0.85 by default.
 *  max_momentum      the momentum at both ends: a finite number from 0.0 to 1.0; 0.95 by default.
 *  div_factor        the peak over the rate at step 0: a finite number above 0.0; 25.0 by default.
 *  final_div_factor  the rate at step 0 over the last: a finite number above 0.0; 10000.0 by
 *                    default.
 *  three_phase       whether it comes down to the first rate before the last: true or false; false
 *                    by default.
 *
 *  Source: Smith and Topin, Super-Convergence (arXiv:1708.07120); PyTorch, OneCycleLR. */
class OneCycleLR : public Schedule {
 public:
  explicit OneCycleLR(const OneCycleLROptions &options)
      : Schedule("OneCycleLR", Fields()
                                   .real("max_lr", options.max_lr)
                                   .integer("total_steps", options.total_steps)
                                   .integer("epochs", options.epochs)
                                   .integer("steps_per_epoch", options.steps_per_epoch)
                                   .real("pct_start", options.pct_start)
                                   .word("anneal_strategy", options.anneal_strategy)
                                   .flag("cycle_momentum", options.cycle_momentum)
                                   .real("base_momentum", options.base_momentum)
                                   .real("max_momentum", options.max_momentum)
                                   .real("div_factor", options.div_factor)
                                   .real("final_div_factor", options.final_div_factor)
                                   .flag("three_phase", options.three_phase)) {}
};

/*  What OneCycleStairs is made of; it starts with the defaults. cycle_max_lr must be set: what
 *  is there at first is refused. */
struct OneCycleStairsOptions {
  std::optional<double> cycle_min_lr = std::nullopt;
  double cycle_max_lr = -1;
  double decay_lr_rate = 0.0;
  std::int64_t cycle_first_step_size = 2000;
  std::optional<std::int64_t> cycle_second_step_size = std::nullopt;
  std::optional<std::int64_t> cycle_first_stair_count = std::nullopt;
  std::optional<std::int64_t> cycle_second_stair_count = std::nullopt;
  std::optional<std::int64_t> decay_step_size = std::nullopt;
  bool cycle_momentum = true;
  double cycle_min_mom = 0.8;
  double cycle_max_mom = 0.9;
  double decay_mom_rate = 0.0;
};

/*  One cycle between two rates, in stairs if one likes, and a slow decay after it.
 *
 *    rate(t) = low + (cycle_max_lr - low) * height in the cycle, then low / (1 + decay_lr_rate * (t
 *        - cycle) / decay_step_size)
 *
 *  cycle_min_lr              the rate at both ends, in its units; the base rate if absent: a finite
 *                            number from 0.0, or absent.
 *  cycle_max_lr              the peak, in the units of the rate: a finite number from 0.0.
 *  decay_lr_rate             what the decay's divisor grows by in decay_step_size: a finite number
 *                            from 0.0; 0.0 by default.
 *  cycle_first_step_size     steps up: an integer from 1 to 2^53; 2000 by default.
 *  cycle_second_step_size    steps down; as many as up if absent: an integer from 1 to 2^53, or
 *                            absent.
 *  cycle_first_stair_count   stairs up; a straight line if absent: an integer from 1 to 2^53, or
 *                            absent.
 *  cycle_second_stair_count  stairs down; a straight line if absent: an integer from 1 to 2^53, or
 *                            absent.
 *  decay_step_size           steps of an interval of the decay; no decay if absent: an integer from
 *                            1 to 2^53, or absent.
 *  cycle_momentum            whether it drives the momentum: true or false; true by default.
 *  cycle_min_mom             the momentum at the peak: a finite number from 0.0 to 1.0; 0.8 by
 *                            default.
 *  cycle_max_mom             the momentum at both ends: a finite number from 0.0 to 1.0; 0.9 by
 *                            default.
 *  decay_mom_rate            the momentum's growth in decay_step_size, up to 1: a finite number
 *                            from 0.0; 0.0 by default.
 *
 *  Source: Smith, A disciplined approach (arXiv:1803.09820); DeepSpeed, OneCycle. */
class OneCycleStairs : public Schedule {
 public:
  explicit OneCycleStairs(const OneCycleStairsOptions &options)
      : Schedule("OneCycleStairs", Fields()
            .real("cycle_min_lr", options.cycle_min_lr)
            .real("cycle_max_lr", options.cycle_max_lr)
            .real("decay_lr_rate", options.decay_lr_rate)
            .integer("cycle_first_step_size", options.cycle_first_step_size)
            .integer("cycle_second_step_size", options.cycle_second_step_size)
            .integer("cycle_first_stair_count", options.cycle_first_stair_count)
            .integer("cycle_second_stair_count", options.cycle_second_stair_count)
            .integer("decay_step_size", options.decay_step_size)
            .flag("cycle_momentum", options.cycle_momentum)
            .real("cycle_min_mom", options.cycle_min_mom)
            .real("cycle_max_mom", options.cycle_max_mom)
            .real("decay_mom_rate", options.decay_mom_rate)) {}
};

/*  One value after another, whatever the base rate is.
 *
 *    rate(t) = values[k], k = the number of boundaries <= t, or < t with side 'left'
 *
 *  boundaries  where each value but the first begins, increasing: a list of: an integer from 0 to
 *              2^53.
 *  values      one more than boundaries, in the units of the rate: a list of: a finite number from
 *              0.0.
 *  side        the side of a boundary to which its own step belongs: 'right' or 'left'; 'right' by
 *              default.
 *
 *  Source: Keras, PiecewiseConstantDecay (side 'left'); Paddle, PiecewiseDecay (side 'right'). */
class PiecewiseConstant : public Schedule {
 public:
  PiecewiseConstant(std::vector<std::int64_t> boundaries, std::vector<double> values,
                    std::string side = "right")
      : Schedule("PiecewiseConstant", Fields()
                                          .integers("boundaries", std::move(boundaries))
                                          .reals("values", std::move(values))
                                          .word("side", std::move(side))) {}
};

/*  From one multiple of the base rate to the next, in straight lines or half cosines.
 *
 *    rate(t) = from v[k] to v[k + 1] between boundaries[k - 1] and boundaries[k], v[0] = base, v[k]
 *        = v[k - 1] * scales[k - 1]
 *
 *  boundaries       the steps at which the factors are reached, increasing: a list of: an integer
 *                   from 0 to 2^53.
 *  scales           a factor for each boundary: a list of: a finite number from 0.0.
 *  anneal_strategy  the way from one value to the next: 'cos' or 'linear'; 'linear' by default.
 *
 *  Source: optax, piecewise_interpolate_schedule. */
class PiecewiseInterpolate : public Schedule {
 public:
  PiecewiseInterpolate(std::vector<std::int64_t> boundaries, std::vector<double> scales,
                       std::string anneal_strategy = "linear")
      : Schedule("PiecewiseInterpolate", Fields()
            .integers("boundaries", std::move(boundaries))
            .reals("scales", std::move(scales))
            .word("anneal_strategy", std::move(anneal_strategy))) {}
};

/*  Through given values at given steps, in straight lines or half cosines.
 *
 *    rate(t) = a + (b - a) * (t - s) / (e - s), or b + (a - b) / 2 * (1 + cos(pi * (t - s) / (e -
 *        s))), a and b the values at the milestones s <= t < e; held outside
 *
 *  milestones       the steps of the values, increasing: a list of: an integer from 0 to 2^53.
 *  values           one for each milestone, in the units of the rate: a list of: a finite number
 *                   from 0.0.
 *  anneal_strategy  the way from one value to the next: 'cos' or 'linear'; 'linear' by default.
 *
 *  Source: ignite, PiecewiseLinear; fastai, combined_cos. */
class PiecewiseLinear : public Schedule {
 public:
  PiecewiseLinear(std::vector<std::int64_t> milestones, std::vector<double> values,
                  std::string anneal_strategy = "linear")
      : Schedule("PiecewiseLinear", Fields()
                                        .integers("milestones", std::move(milestones))
                                        .reals("values", std::move(values))
                                        .word("anneal_strategy", std::move(anneal_strategy))) {}
};

/*  Multiplies the rate by a factor of its own at each boundary.
 *
 *    rate(t) = base * scales[0] * ... * scales[k - 1], k = the number of boundaries <= t, or < t
 *        with side 'left'
 *
 *  boundaries  the steps of the factors, increasing: a list of: an integer from 0 to 2^53.
 *  scales      a factor for each boundary: a list of: a finite number from 0.0.
 *  side        the side of a boundary to which its own step belongs: 'right' or 'left'; 'right' by
 *              default.
 *
 *  Source: optax, piecewise_constant_schedule. */
class PiecewiseScale : public Schedule {
 public:
  PiecewiseScale(std::vector<std::int64_t> boundaries, std::vector<double> scales,
                 std::string side = "right")
      : Schedule("PiecewiseScale", Fields()
                                       .integers("boundaries", std::move(boundaries))
                                       .reals("scales", std::move(scales))
                                       .word("side", std::move(side))) {}
};

/*  What PolynomialDecay is made of; it starts with the defaults. steps must be set: what is
 *  there at first is refused. */
struct PolynomialDecayOptions {
  std::int64_t steps = -1;
  double lr_end = 0.0;
  double power = 1.0;
  std::optional<double> lr_init = std::nullopt;
  bool cycle = false;
  std::int64_t begin = 0;
  double k_decay = 1.0;
  std::string like = "keras";
};

/*  From the base rate to another along a power of the steps that are left, once or in cycles.
 *
 *    rate(t) = (base - lr_end) * (1 - (s / T)^k_decay)^power + lr_end, s = min(t - begin, T), T =
 *        steps, or with cycle its first multiple >= s; with lr_init base * ((lr_init - lr_end) *
 *        ... + lr_end) / lr_init
 *
 *  steps    steps from the base rate to the end: an integer from 1 to 2^53.
 *  lr_end   the end, in the units of the rate: a finite number from 0.0; 0.0 by default.
 *  power    1 for a straight line: a finite number from 0.0; 1.0 by default.
 *  lr_init  what the curve starts from, for every base to follow; the base rate if absent: a finite
 *           number above 0.0, or absent.
 *  cycle    whether it starts again, lower, when it has arrived: true or false; false by default.
 *  begin    steps before it begins: an integer from 0 to 2^53; 0 by default.
 *  k_decay  above 1 it stays high for longer, below 1 it falls sooner: a finite number above 0.0 to
 *           8.0; 1.0 by default.
 *  like     whose rounding: optax multiplies a whole power out: 'keras' or 'optax'; 'keras' by
 *           default.
 *
 *  Source: Keras, PolynomialDecay; optax, polynomial_schedule; Hugging Face,
 *  get_polynomial_decay_schedule_with_warmup; Zhang and Li, k-decay (arXiv:2004.05909). */
class PolynomialDecay : public Schedule {
 public:
  explicit PolynomialDecay(const PolynomialDecayOptions &options)
      : Schedule("PolynomialDecay", Fields()
                                        .integer("steps", options.steps)
                                        .real("lr_end", options.lr_end)
                                        .real("power", options.power)
                                        .real("lr_init", options.lr_init)
                                        .flag("cycle", options.cycle)
                                        .integer("begin", options.begin)
                                        .real("k_decay", options.k_decay)
                                        .word("like", options.like)) {}
};

/*  What PolynomialDecayRestarts is made of; it starts with the defaults. first_decay_steps must
 *  be set: what is there at first is refused. */
struct PolynomialDecayRestartsOptions {
  std::int64_t first_decay_steps = -1;
  double power = 1.0;
  double t_mul = 1.0;
  double m_mul = 1.0;
  double eta_min = 0.0;
  std::optional<std::int64_t> cycle_limit = std::nullopt;
  double k_decay = 1.0;
  bool exact_restarts = true;
};

/*  Down along a power of the steps that are left, again and again, each longer and lower.
 *
 *    rate(t) = eta_min + (base * m_mul^i - eta_min) * (1 - (s / T)^k_decay)^power, s steps into
 *        cycle i of T = first_decay_steps * t_mul^i
 *
 *  first_decay_steps  steps of the first cycle: an integer from 1 to 2^53.
 *  power              1 for straight lines: a finite number from 0.0; 1.0 by default.
 *  t_mul              how much longer each cycle is than the one before: a finite number from 1.0
 *                     to 2^53; 1.0 by default.
 *  m_mul              what each cycle leaves of the next one's top: a finite number from 0.0; 1.0
 *                     by default.
 *  eta_min            the floor, in the units of the rate: a finite number from 0.0; 0.0 by
 *                     default.
 *  cycle_limit        how many cycles; without end if absent: an integer from 1 to 2^53, or absent.
 *  k_decay            above 1 it stays high for longer, below 1 it falls sooner: a finite number
 *                     above 0.0 to 8.0; 1.0 by default.
 *  exact_restarts     False: cycles are found by a rounded logarithm, as in timm: true or false;
 *                     true by default.
 *
 *  Source: timm, PolyLRScheduler. */
class PolynomialDecayRestarts : public Schedule {
 public:
  explicit PolynomialDecayRestarts(const PolynomialDecayRestartsOptions &options)
      : Schedule("PolynomialDecayRestarts", Fields()
            .integer("first_decay_steps", options.first_decay_steps)
            .real("power", options.power)
            .real("t_mul", options.t_mul)
            .real("m_mul", options.m_mul)
            .real("eta_min", options.eta_min)
            .integer("cycle_limit", options.cycle_limit)
            .real("k_decay", options.k_decay)
            .flag("exact_restarts", options.exact_restarts)) {}
};

/*  Down to nothing along a power of the steps that are left.
 *
 *    rate(t) = base * (1 - min(t, total_iters) / total_iters)^power
 *
 *  total_iters  steps from the base rate to 0: an integer from 1 to 2^53; 5 by default.
 *  power        1 for a straight line: a finite number above 0.0; 1.0 by default.
 *
 *  Source: PyTorch, PolynomialLR. */
class PolynomialLR : public Schedule {
 public:
  explicit PolynomialLR(std::int64_t total_iters = 5, double power = 1.0)
      : Schedule("PolynomialLR", Fields()
                                     .integer("total_iters", total_iters)
                                     .real("power", power)) {}
};

/*  Slowly down at first and fast at the end, to a floor: for a known budget of steps.
 *
 *    rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 - p) / (1 - p / 2), p = t / steps
 *
 *  steps      steps from the base rate to the floor: an integer from 1 to 2^53.
 *  min_ratio  the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
 *  eta_min    the floor, in the units of the rate, in place of min_ratio: a finite number from 0.0,
 *             or absent.
 *
 *  Source: Chen et al., REX (arXiv:2107.04197); pytorch_optimizer, REXScheduler. */
class REX : public Schedule {
 public:
  explicit REX(std::int64_t steps, double min_ratio = 0.0,
               std::optional<double> eta_min = std::nullopt)
      : Schedule("REX", Fields()
                            .integer("steps", steps)
                            .real("min_ratio", min_ratio)
                            .real("eta_min", eta_min)) {}
};

/*  What ReduceLROnPlateau is made of; it starts with the defaults. */
struct ReduceLROnPlateauOptions {
  std::string mode = "min";
  double factor = 0.1;
  std::int64_t patience = 10;
  double threshold = 0.0001;
  std::string threshold_mode = "rel";
  std::int64_t cooldown = 0;
  double min_lr = 0.0;
  std::optional<double> eps = std::nullopt;
  double min_ratio = 0.0;
  double min_delta = 0.0;
  std::int64_t accumulation_size = 1;
  std::string rule = "torch";
};

/*  Multiplies the rate by factor when a metric has stopped getting better.
 *
 *    rate <- max(rate * factor, min_lr, base * min_ratio) after more than patience observations in
 *        a row that are not better
 *
 *  mode               whether less is better or more: 'min' or 'max'; 'min' by default.
 *  factor             what the rate is multiplied by: a finite number from 0.0 to below 1.0; 0.1 by
 *                     default.
 *  patience           observations in a row, not better, that change nothing yet: an integer from 0
 *                     to 2^53; 10 by default.
 *  threshold          by how much a better one beats the best: a finite number from 0.0; 0.0001 by
 *                     default.
 *  threshold_mode     whether threshold is a part of the best one's size, or in the metric's units:
 *                     'rel' or 'abs'; 'rel' by default.
 *  cooldown           observations that do not count after the rate has fallen: an integer from 0
 *                     to 2^53; 0 by default.
 *  min_lr             the least rate, in its units: a finite number from 0.0; 0.0 by default.
 *  eps                a change that is not larger is not made; if absent 1e-8 by torch's rule, 0 by
 *                     others: a finite number from 0.0, or absent.
 *  min_ratio          the least rate, as a part of the base rate: a finite number from 0.0 to 1.0;
 *                     0.0 by default.
 *  min_delta          added to the threshold, in the metric's units: a finite number from 0.0; 0.0
 *                     by default.
 *  accumulation_size  metrics whose mean is one observation: an integer from 1 to 2^53; 1 by
 *                     default.
 *  rule               whose way it is to count patience and cooldown: 'torch', 'keras' or 'optax';
 *                     'torch' by default.
 *
 *  Source: PyTorch and Keras, ReduceLROnPlateau; optax, reduce_on_plateau; fairseq,
 *  reduce_lr_on_plateau. */
class ReduceLROnPlateau : public Schedule {
 public:
  explicit ReduceLROnPlateau(const ReduceLROnPlateauOptions &options)
      : Schedule("ReduceLROnPlateau", Fields()
            .word("mode", options.mode)
            .real("factor", options.factor)
            .integer("patience", options.patience)
            .real("threshold", options.threshold)
            .word("threshold_mode", options.threshold_mode)
            .integer("cooldown", options.cooldown)
            .real("min_lr", options.min_lr)
            .real("eps", options.eps)
            .real("min_ratio", options.min_ratio)
            .real("min_delta", options.min_delta)
            .integer("accumulation_size", options.accumulation_size)
            .word("rule", options.rule)) {}
};

/*  Adafactor's own rate, T5's: flat, or a line up, then down with the square root of time.
 *
 *    rate(t) = base * min(0.01, 1 / sqrt(t + 1)), with warmup_init 1e-6 * (t + 1) for 0.01
 *
 *  warmup_init  whether it starts in a line from 1e-6: true or false; false by default.
 *
 *  Source: Shazeer and Stern, Adafactor (arXiv:1804.04235); Hugging Face, Adafactor with
 *  relative_step. */
class RelativeStep : public Schedule {
 public:
  explicit RelativeStep(bool warmup_init = false)
      : Schedule("RelativeStep", Fields().flag("warmup_init", warmup_init)) {}
};

/*  One schedule after another, each in its own time.
 *
 *    rate(t) = schedulers[k].rate(t - milestones[k - 1]), k = the number of milestones <= t
 *
 *  schedulers  the parts: a list of schedules.
 *  milestones  where each part but the first begins, increasing: a list of: an integer from 0 to
 *              2^53.
 *
 *  Source: PyTorch, SequentialLR. */
class SequentialLR : public Schedule {
 public:
  SequentialLR(std::vector<Schedule> schedulers, std::vector<std::int64_t> milestones)
      : Schedule("SequentialLR", Fields()
                                     .schedules("schedulers", std::move(schedulers))
                                     .integers("milestones", std::move(milestones))) {}
};

/*  A schedule that begins in its middle.
 *
 *    rate(t) = schedule.rate(t + steps)
 *
 *  schedule  what begins in its middle: a schedule.
 *  steps     the schedule's step at step 0: an integer from 0 to 2^53.
 *
 *  Source: ParameterSchedulers.jl, Shifted. */
class Shift : public Schedule {
 public:
  Shift(const Schedule &schedule, std::int64_t steps)
      : Schedule("Shift", Fields().schedule("schedule", schedule).integer("steps", steps)) {}
};

/*  What SineCyclicLR is made of; it starts with the defaults. max_lr and period must be set:
 *  what is there at first is refused. */
struct SineCyclicLROptions {
  double max_lr = -1;
  std::int64_t period = -1;
  std::optional<double> base_lr = std::nullopt;
  std::string mode = "sin";
  double gamma = 1.0;
};

/*  From the base rate up to a peak and down again along half a sine, for ever.
 *
 *    rate(t) = min(base_lr, max_lr) + |max_lr - base_lr| * sin(pi * (t mod period) / period) *
 *        scale, scale 1, 2^-floor(t / period) or gamma^t
 *
 *  max_lr   the peak, in the units of the rate: a finite number from 0.0.
 *  period   steps from the base rate to the peak and back: an integer from 1 to 2^53.
 *  base_lr  the other end, in its units; the base rate if absent: a finite number from 0.0, or
 *           absent.
 *  mode     how periods differ: 'sin', 'sin_decay2' or 'sin_exp'; 'sin' by default.
 *  gamma    what each step leaves of the height under sin_exp: a finite number from 0.0; 1.0 by
 *           default.
 *
 *  Source: ParameterSchedulers.jl, Sin, SinDecay2 and SinExp. */
class SineCyclicLR : public Schedule {
 public:
  explicit SineCyclicLR(const SineCyclicLROptions &options)
      : Schedule("SineCyclicLR", Fields()
                                     .real("max_lr", options.max_lr)
                                     .integer("period", options.period)
                                     .real("base_lr", options.base_lr)
                                     .word("mode", options.mode)
                                     .real("gamma", options.gamma)) {}
};

/*  Multiplies the rate by gamma every step_size steps.
 *
 *    rate(t) = base * gamma^floor(t / step_size)
 *
 *  step_size  steps from one drop to the next: an integer from 1 to 2^53.
 *  gamma      what each drop leaves of the rate: a finite number from 0.0; 0.1 by default.
 *
 *  Source: PyTorch, StepLR. */
class StepLR : public Schedule {
 public:
  explicit StepLR(std::int64_t step_size, double gamma = 0.1)
      : Schedule("StepLR", Fields().integer("step_size", step_size).real("gamma", gamma)) {}
};

/*  A schedule whose steps last several: one that counts epochs, stepped by batches.
 *
 *    rate(t) = schedule.rate(floor(t / factor)), or along a line between its steps
 *
 *  schedule  what is stretched: a schedule.
 *  factor    steps that one of its steps lasts: an integer from 1 to 2^53.
 *  between   what is between its steps: 'stairs' or 'line'; 'stairs' by default.
 *
 *  Source: ParameterSchedulers.jl, Interpolator. */
class Stretch : public Schedule {
 public:
  Stretch(const Schedule &schedule, std::int64_t factor, std::string between = "stairs")
      : Schedule("Stretch", Fields()
                                .schedule("schedule", schedule)
                                .integer("factor", factor)
                                .word("between", std::move(between))) {}
};

/*  What TanhDecay is made of; it starts with the defaults. steps must be set: what is there at
 *  first is refused. */
struct TanhDecayOptions {
  std::int64_t steps = -1;
  double lb = -7.0;
  double ub = 3.0;
  double eta_min = 0.0;
  double t_mul = 1.0;
  double m_mul = 1.0;
  std::int64_t cycle_limit = 1;
  bool exact_restarts = true;
};

/*  Down along the hyperbolic tangent, slowly at first and last; once, or again and again.
 *
 *    rate(t) = eta_min + (base * m_mul^i - eta_min) * (1 - tanh(lb * (1 - s / T) + ub * s / T)) /
 *        2, s steps into cycle i of T = steps * t_mul^i
 *
 *  steps           steps of the first cycle: an integer from 1 to 2^53.
 *  lb              where on the tangent a cycle begins, below ub: a finite number; -7.0 by default.
 *  ub              where on the tangent a cycle ends: a finite number; 3.0 by default.
 *  eta_min         the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.
 *  t_mul           how much longer each cycle is than the one before: a finite number from 1.0 to
 *                  2^53; 1.0 by default.
 *  m_mul           what each cycle leaves of the next one's top: a finite number from 0.0; 1.0 by
 *                  default.
 *  cycle_limit     how many cycles: an integer from 1 to 2^53; 1 by default.
 *  exact_restarts  False: cycles are found by a rounded logarithm, as in timm: true or false; true
 *                  by default.
 *
 *  Source: Hsueh, Li and Wu, Hyperbolic-Tangent Decay (arXiv:1806.01593); timm, TanhLRScheduler. */
class TanhDecay : public Schedule {
 public:
  explicit TanhDecay(const TanhDecayOptions &options)
      : Schedule("TanhDecay", Fields()
                                  .integer("steps", options.steps)
                                  .real("lb", options.lb)
                                  .real("ub", options.ub)
                                  .real("eta_min", options.eta_min)
                                  .real("t_mul", options.t_mul)
                                  .real("m_mul", options.m_mul)
                                  .integer("cycle_limit", options.cycle_limit)
                                  .flag("exact_restarts", options.exact_restarts)) {}
};

/*  What TriStage is made of; it starts with the defaults. */
struct TriStageOptions {
  std::int64_t warmup_steps = 4000;
  std::int64_t hold_steps = 20000;
  std::int64_t decay_steps = 60000;
  double init_lr_scale = 0.01;
  double final_lr_scale = 0.01;
  std::optional<std::int64_t> max_update = std::nullopt;
  std::vector<double> phase_ratio = {};
};

/*  Up in a line, held, and down exponentially, then on the floor.
 *
 *    rate(t) = base * (init_lr_scale to 1 in warmup_steps, 1 for hold_steps, then final_lr_scale^(s
 *        / decay_steps), s steps on, to final_lr_scale)
 *
 *  warmup_steps    steps up; 0 for none: an integer from 0 to 2^53; 4000 by default.
 *  hold_steps      steps at the base rate; 0 for none: an integer from 0 to 2^53; 20000 by default.
 *  decay_steps     steps down: an integer from 1 to 2^53; 60000 by default.
 *  init_lr_scale   what it starts from, in base rates: a finite number from 0.0; 0.01 by default.
 *  final_lr_scale  what it ends at, in base rates: a finite number above 0.0; 0.01 by default.
 *  max_update      steps in all, divided by phase_ratio; in place of the three: an integer from 1
 *                  to 2^53, or absent.
 *  phase_ratio     the parts of max_update up, held and down, which make 1: a list of: a finite
 *                  number from 0.0 to 1.0; empty by default.
 *
 *  Source: Park et al., SpecAugment (arXiv:1904.08779); fairseq, tri_stage. */
class TriStage : public Schedule {
 public:
  explicit TriStage(const TriStageOptions &options)
      : Schedule("TriStage", Fields()
                                 .integer("warmup_steps", options.warmup_steps)
                                 .integer("hold_steps", options.hold_steps)
                                 .integer("decay_steps", options.decay_steps)
                                 .real("init_lr_scale", options.init_lr_scale)
                                 .real("final_lr_scale", options.final_lr_scale)
                                 .integer("max_update", options.max_update)
                                 .reals("phase_ratio", options.phase_ratio)) {}
};

/*  What Warmup is made of; it starts with the defaults. schedule and steps must be set: what is
 *  there at first is refused. */
struct WarmupOptions {
  Schedule schedule = Schedule(nullptr);
  std::int64_t steps = -1;
  std::string shape = "linear";
  double start_ratio = 0.0;
  std::optional<double> start_lr = std::nullopt;
  std::int64_t offset = 0;
  std::optional<std::int64_t> span = std::nullopt;
  std::int64_t skip = 0;
  double power = 1.0;
  std::string rounding = "fraction";
  std::optional<double> end_lr = std::nullopt;
};

/*  Up to the base rate, then any schedule, whose own time starts there.
 *
 *    rate(t) = base * (start_ratio + (1 - start_ratio) * ramp((t + offset) / span)) for t < steps,
 *        then schedule.rate(t - steps + skip)
 *
 *  schedule     what comes after the warm-up: a schedule.
 *  steps        steps of the warm-up; 0 for none: an integer from 0 to 2^53.
 *  shape        the way up: 'linear', 'cosine', '1-sqrt', 'polynomial', 'log', 'exponential',
 *               'geometric' or 'constant'; 'linear' by default.
 *  start_ratio  the part of the base rate that it starts from: a finite number from 0.0; 0.0 by
 *               default.
 *  start_lr     what it starts from, in the units of the rate, in place of start_ratio: a finite
 *               number from 0.0, or absent.
 *  offset       added to the step: 1 where a peer counts from 1: an integer from 0 to 2^53; 0 by
 *               default.
 *  span         what the step is divided by; steps if absent: an integer from 1 to 2^53, or absent.
 *  skip         the step of the schedule at which it begins: an integer from 0 to 2^53; 0 by
 *               default.
 *  power        the exponent of the shape polynomial: a finite number above 0.0; 1.0 by default.
 *  rounding     the order in which a line is computed, for a peer's last bit: 'fraction',
 *               'product', 'slope' or 'rest'; 'fraction' by default.
 *  end_lr       what it arrives at, in the units of the rate, in place of the base: a finite number
 *               from 0.0, or absent.
 *
 *  Source: Goyal et al., Accurate, Large Minibatch SGD (arXiv:1706.02677); Hugging Face,
 *  get_*_schedule_with_warmup; DeepSpeed, WarmupLR; ignite, create_lr_scheduler_with_warmup. */
class Warmup : public Schedule {
 public:
  explicit Warmup(const WarmupOptions &options)
      : Schedule("Warmup", Fields()
                               .schedule("schedule", options.schedule)
                               .integer("steps", options.steps)
                               .word("shape", options.shape)
                               .real("start_ratio", options.start_ratio)
                               .real("start_lr", options.start_lr)
                               .integer("offset", options.offset)
                               .integer("span", options.span)
                               .integer("skip", options.skip)
                               .real("power", options.power)
                               .word("rounding", options.rounding)
                               .real("end_lr", options.end_lr)) {}
};

/*  What WarmupStableDecay is made of; it starts with the defaults. num_warmup_steps,
 *  num_stable_steps and num_decay_steps must be set: what is there at first is refused. */
struct WarmupStableDecayOptions {
  std::int64_t num_warmup_steps = -1;
  std::int64_t num_stable_steps = -1;
  std::int64_t num_decay_steps = -1;
  std::string warmup_type = "linear";
  std::string decay_type = "cosine";
  double min_ratio = 0.0;
  std::optional<double> eta_min = std::nullopt;
  std::optional<double> start_ratio = std::nullopt;
  double num_cycles = 0.5;
  std::int64_t offset = 0;
  double stable_power = 0.0;
  std::optional<double> stable_timescale = std::nullopt;
  double decay_power = 0.5;
  double decay_ratio = 0.5;
};

/*  Up, held for as long as one likes, then a short cool-down to a floor (WSD).
 *
 *    rate(t) = base * (start_ratio up to 1 in num_warmup_steps, stable = (1 + since /
 *        stable_timescale)^-stable_power for num_stable_steps, then min_ratio + (stable -
 *        min_ratio) * tail(u), u = (s + offset) / num_decay_steps, s steps on)
 *
 *  num_warmup_steps  steps up; 0 for none: an integer from 0 to 2^53.
 *  num_stable_steps  steps at the base rate; 0 for none: an integer from 0 to 2^53.
 *  num_decay_steps   steps down; 0 for none: an integer from 0 to 2^53.
 *  warmup_type       the way up: 'linear', 'cosine' or '1-sqrt'; 'linear' by default.
 *  decay_type        the way down: 'linear', 'cosine', '1-sqrt', '1-square', 'power' or
 *                    'exponential'; 'cosine' by default.
 *  min_ratio         the floor, as a part of the base rate: a finite number from 0.0; 0.0 by
 *                    default.
 *  eta_min           the floor, in the units of the rate, in place of min_ratio: a finite number
 *                    from 0.0, or absent.
 *  start_ratio       the part of the base rate that it starts from; the floor if absent: a finite
 *                    number from 0.0, or absent.
 *  num_cycles        waves of the cosine way down: a finite number from 0.0; 0.5 by default.
 *  offset            added to the steps up and down: 1 where a peer counts from 1: an integer from
 *                    0 to 2^53; 0 by default.
 *  stable_power      the power of time along which the held rate falls: a finite number from 0.0;
 *                    0.0 by default.
 *  stable_timescale  the steps of that fall; num_warmup_steps if absent: a finite number from 1e-09
 *                    to 2^53, or absent.
 *  decay_power       the exponent of the tail power: a finite number above 0.0; 0.5 by default.
 *  decay_ratio       the ratio of the tail exponential: a finite number above 0.0 to below 1.0; 0.5
 *                    by default.
 *
 *  Source: Hu et al., MiniCPM (arXiv:2404.06395); Hugging Face, get_wsd_schedule; Megatron-LM,
 *  WSD; pytorch_optimizer, get_wsd_schedule; torchtitan; timm, WSDLRScheduler. */
class WarmupStableDecay : public Schedule {
 public:
  explicit WarmupStableDecay(const WarmupStableDecayOptions &options)
      : Schedule("WarmupStableDecay", Fields()
                                          .integer("num_warmup_steps", options.num_warmup_steps)
                                          .integer("num_stable_steps", options.num_stable_steps)
                                          .integer("num_decay_steps", options.num_decay_steps)
                                          .word("warmup_type", options.warmup_type)
                                          .word("decay_type", options.decay_type)
                                          .real("min_ratio", options.min_ratio)
                                          .real("eta_min", options.eta_min)
                                          .real("start_ratio", options.start_ratio)
                                          .real("num_cycles", options.num_cycles)
                                          .integer("offset", options.offset)
                                          .real("stable_power", options.stable_power)
                                          .real("stable_timescale", options.stable_timescale)
                                          .real("decay_power", options.decay_power)
                                          .real("decay_ratio", options.decay_ratio)) {}
};

/*  A schedule that runs from one step to another, the base rate before, held after.
 *
 *    rate(t) = base if t < begin else schedule.rate(min(t, end) - begin)
 *
 *  schedule  what runs in the window: a schedule.
 *  begin     the schedule's step 0: an integer from 0 to 2^53; 0 by default.
 *  end       the step from which its rate holds, after begin: an integer from 0 to 2^53; 2^53 by
 *            default.
 *
 *  Source: mmengine, begin and end of its schedulers. */
class Window : public Schedule {
 public:
  explicit Window(const Schedule &schedule, std::int64_t begin = 0,
                  std::int64_t end = 9007199254740992)
      : Schedule("Window", Fields()
                               .schedule("schedule", schedule)
                               .integer("begin", begin)
                               .integer("end", end)) {}
};

}  // namespace sched

#endif  // SCHED_KINDS_HPP
