/*  sched_kinds.hpp: a type for every kind of schedule. Printed by
 *  Bindings/generate.py from what the library declares; sched.hpp includes it.
 *
 *  Constructors take the kind's fields in PyTorch's order and throw sched::Error
 *  when one is refused. A kind of many fields takes a struct of them:
 *
 *      sched::OneCycleLROptions options;
 *      options.total_steps = 10000;
 *      sched::OneCycleLR schedule(options);
 */
#ifndef SCHED_KINDS_HPP
#define SCHED_KINDS_HPP

#include "sched.hpp"

namespace sched {

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

/*  What a OneCycleLR is made of; it starts with the defaults. */
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

}  // namespace sched

#endif  // SCHED_KINDS_HPP
