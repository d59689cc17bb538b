/*  A call as its typed constructor of sched.h makes it. */
#ifndef TYPED_H
#define TYPED_H

#include "calls.h"

static inline sched_schedule *call_by_type(const call *call) {
  sched_schedule *schedule = NULL;
  if (strcmp(call->kind, "StepLR") == 0) {
    sched_step_lr(call_integer(call, "step_size"), call_real(call, "gamma"), &schedule);
  } else if (strcmp(call->kind, "CosineAnnealingLR") == 0) {
    sched_cosine_annealing_lr(call_integer(call, "T_max"), call_real(call, "eta_min"), &schedule);
  } else if (strcmp(call->kind, "LinearLR") == 0) {
    sched_linear_lr(call_real(call, "start_factor"), call_real(call, "end_factor"),
                    call_integer(call, "total_iters"), &schedule);
  } else if (strcmp(call->kind, "ConstantLR") == 0) {
    sched_constant_lr(call_real(call, "factor"), call_integer(call, "total_iters"), &schedule);
  } else if (strcmp(call->kind, "ExponentialLR") == 0) {
    sched_exponential_lr(call_real(call, "gamma"), &schedule);
  } else if (strcmp(call->kind, "MultiStepLR") == 0) {
    sched_multi_step_lr(call->integers, call->steps, call_real(call, "gamma"), &schedule);
  } else if (strcmp(call->kind, "PolynomialLR") == 0) {
    sched_polynomial_lr(call_integer(call, "total_iters"), call_real(call, "power"), &schedule);
  } else if (strcmp(call->kind, "CosineAnnealingWarmRestarts") == 0) {
    sched_cosine_annealing_warm_restarts(call_integer(call, "T_0"), call_integer(call, "T_mult"),
                                         call_real(call, "eta_min"), &schedule);
  } else if (strcmp(call->kind, "CyclicLR") == 0) {
    sched_cyclic_lr_options options = SCHED_CYCLIC_LR_DEFAULTS;
    const sched_field *low = call_find(call, "base_lr");
    if (low) options.base_lr = &low->value.real;
    options.max_lr = call_real(call, "max_lr");
    options.step_size_up = call_integer(call, "step_size_up");
    if (call_find(call, "step_size_down")) {
      options.step_size_down = call_integer(call, "step_size_down");
    }
    options.mode = call_field(call, "mode")->value.text;
    options.gamma = call_real(call, "gamma");
    options.scale_mode = call_field(call, "scale_mode")->value.text;
    options.cycle_momentum = call_flag(call, "cycle_momentum");
    options.base_momentum = call_real(call, "base_momentum");
    options.max_momentum = call_real(call, "max_momentum");
    sched_cyclic_lr(&options, &schedule);
  } else if (strcmp(call->kind, "SequentialLR") == 0) {
    sched_sequential_lr((const sched_schedule *const *)call->schedules, call->children,
                        call->integers, call->steps, &schedule);
  } else if (strcmp(call->kind, "OneCycleLR") == 0) {
    sched_one_cycle_lr_options options = SCHED_ONE_CYCLE_LR_DEFAULTS;
    const sched_field *peak = call_find(call, "max_lr");
    if (peak) options.max_lr = &peak->value.real;
    if (call_find(call, "total_steps")) options.total_steps = call_integer(call, "total_steps");
    if (call_find(call, "epochs")) options.epochs = call_integer(call, "epochs");
    if (call_find(call, "steps_per_epoch")) {
      options.steps_per_epoch = call_integer(call, "steps_per_epoch");
    }
    options.pct_start = call_real(call, "pct_start");
    options.anneal_strategy = call_field(call, "anneal_strategy")->value.text;
    options.cycle_momentum = call_flag(call, "cycle_momentum");
    options.base_momentum = call_real(call, "base_momentum");
    options.max_momentum = call_real(call, "max_momentum");
    options.div_factor = call_real(call, "div_factor");
    options.final_div_factor = call_real(call, "final_div_factor");
    options.three_phase = call_flag(call, "three_phase");
    sched_one_cycle_lr(&options, &schedule);
  } else {
    call_fail(call->kind);
  }
  return schedule;
}

#endif
