/*  sched_optimizers.hpp: every optimizer's settings and steps. Printed by
 *  Bindings/generate.py from what the library declares; sched.hpp includes it.
 *
 *  One step of one parameter, in place, where `step` counts from 1; or of many
 *  parameters, all of them or none. Throws sched::Error, whose place() is the
 *  index of the parameter that was refused.
 */
#ifndef SCHED_OPTIMIZERS_HPP
#define SCHED_OPTIMIZERS_HPP

#include "sched.hpp"

namespace sched {

/*  SGD's settings; they start with the defaults. See sched_sgd. */
struct SGD : sched_sgd {
  static constexpr std::int32_t kind = SCHED_SGD;
  SGD() noexcept : sched_sgd{0.001, 0, 0, 0, 0, 0, 0, 0} {}
};

inline void sgd(const sched_sgd &hyper, std::int64_t step, std::size_t n, float *param,
                const float *grad, float *momentum_buffer = nullptr) {
  detail::check(sched_sgd_f32(&hyper, step, n, param, grad, momentum_buffer));
}

inline void sgd(const sched_sgd &hyper, const std::vector<sched_sgd_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_sgd_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void sgd(const sched_sgd &hyper, std::int64_t step, std::size_t n, double *param,
                const double *grad, double *momentum_buffer = nullptr) {
  detail::check(sched_sgd_f64(&hyper, step, n, param, grad, momentum_buffer));
}

inline void sgd(const sched_sgd &hyper, const std::vector<sched_sgd_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_sgd_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  AdamW's settings; they start with the defaults. See sched_adamw. */
struct AdamW : sched_adamw {
  static constexpr std::int32_t kind = SCHED_ADAMW;
  AdamW() noexcept : sched_adamw{0.001, 0.9, 0.999, 1e-08, 0.01, 0, 0} {}
};

inline void adamw(const sched_adamw &hyper, std::int64_t step, std::size_t n, float *param,
                  const float *grad, float *exp_avg, float *exp_avg_sq,
                  float *max_exp_avg_sq = nullptr) {
  detail::check(sched_adamw_f32(&hyper, step, n, param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq));
}

inline void adamw(const sched_adamw &hyper, const std::vector<sched_adamw_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adamw_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void adamw(const sched_adamw &hyper, std::int64_t step, std::size_t n, double *param,
                  const double *grad, double *exp_avg, double *exp_avg_sq,
                  double *max_exp_avg_sq = nullptr) {
  detail::check(sched_adamw_f64(&hyper, step, n, param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq));
}

inline void adamw(const sched_adamw &hyper, const std::vector<sched_adamw_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adamw_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Adam's settings; they start with the defaults. See sched_adam. */
struct Adam : sched_adam {
  static constexpr std::int32_t kind = SCHED_ADAM;
  Adam() noexcept : sched_adam{0.001, 0.9, 0.999, 1e-08, 0, 0, 0, 0, 0} {}
};

inline void adam(const sched_adam &hyper, std::int64_t step, std::size_t n, float *param,
                 const float *grad, float *exp_avg, float *exp_avg_sq,
                 float *max_exp_avg_sq = nullptr) {
  detail::check(sched_adam_f32(&hyper, step, n, param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq));
}

inline void adam(const sched_adam &hyper, const std::vector<sched_adam_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adam_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void adam(const sched_adam &hyper, std::int64_t step, std::size_t n, double *param,
                 const double *grad, double *exp_avg, double *exp_avg_sq,
                 double *max_exp_avg_sq = nullptr) {
  detail::check(sched_adam_f64(&hyper, step, n, param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq));
}

inline void adam(const sched_adam &hyper, const std::vector<sched_adam_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adam_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Adagrad's settings; they start with the defaults. See sched_adagrad. */
struct Adagrad : sched_adagrad {
  static constexpr std::int32_t kind = SCHED_ADAGRAD;
  Adagrad() noexcept : sched_adagrad{0.01, 0, 0, 0, 1e-10, 0, 0, 0} {}
};

inline void adagrad(const sched_adagrad &hyper, std::int64_t step, std::size_t n, float *param,
                    const float *grad, float *sum) {
  detail::check(sched_adagrad_f32(&hyper, step, n, param, grad, sum));
}

inline void adagrad(const sched_adagrad &hyper, const std::vector<sched_adagrad_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adagrad_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void adagrad(const sched_adagrad &hyper, std::int64_t step, std::size_t n, double *param,
                    const double *grad, double *sum) {
  detail::check(sched_adagrad_f64(&hyper, step, n, param, grad, sum));
}

inline void adagrad(const sched_adagrad &hyper, const std::vector<sched_adagrad_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adagrad_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Adadelta's settings; they start with the defaults. See sched_adadelta. */
struct Adadelta : sched_adadelta {
  static constexpr std::int32_t kind = SCHED_ADADELTA;
  Adadelta() noexcept : sched_adadelta{1, 0.9, 1e-06, 0, 0, 0} {}
};

inline void adadelta(const sched_adadelta &hyper, std::int64_t step, std::size_t n, float *param,
                     const float *grad, float *square_avg, float *acc_delta) {
  detail::check(sched_adadelta_f32(&hyper, step, n, param, grad, square_avg, acc_delta));
}

inline void adadelta(const sched_adadelta &hyper,
                     const std::vector<sched_adadelta_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adadelta_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void adadelta(const sched_adadelta &hyper, std::int64_t step, std::size_t n, double *param,
                     const double *grad, double *square_avg, double *acc_delta) {
  detail::check(sched_adadelta_f64(&hyper, step, n, param, grad, square_avg, acc_delta));
}

inline void adadelta(const sched_adadelta &hyper,
                     const std::vector<sched_adadelta_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adadelta_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  RMSprop's settings; they start with the defaults. See sched_rmsprop. */
struct RMSprop : sched_rmsprop {
  static constexpr std::int32_t kind = SCHED_RMSPROP;
  RMSprop() noexcept : sched_rmsprop{0.01, 0.99, 1e-08, 0, 0, 0, 0, 0, 0, 0} {}
};

inline void rmsprop(const sched_rmsprop &hyper, std::int64_t step, std::size_t n, float *param,
                    const float *grad, float *square_avg, float *momentum_buffer = nullptr,
                    float *grad_avg = nullptr) {
  detail::check(sched_rmsprop_f32(&hyper, step, n, param, grad, square_avg, momentum_buffer,
                grad_avg));
}

inline void rmsprop(const sched_rmsprop &hyper, const std::vector<sched_rmsprop_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_rmsprop_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void rmsprop(const sched_rmsprop &hyper, std::int64_t step, std::size_t n, double *param,
                    const double *grad, double *square_avg, double *momentum_buffer = nullptr,
                    double *grad_avg = nullptr) {
  detail::check(sched_rmsprop_f64(&hyper, step, n, param, grad, square_avg, momentum_buffer,
                grad_avg));
}

inline void rmsprop(const sched_rmsprop &hyper, const std::vector<sched_rmsprop_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_rmsprop_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Adamax's settings; they start with the defaults. See sched_adamax. */
struct Adamax : sched_adamax {
  static constexpr std::int32_t kind = SCHED_ADAMAX;
  Adamax() noexcept : sched_adamax{0.002, 0.9, 0.999, 1e-08, 0, 0, 0, 0} {}
};

inline void adamax(const sched_adamax &hyper, std::int64_t step, std::size_t n, float *param,
                   const float *grad, float *exp_avg, float *exp_inf) {
  detail::check(sched_adamax_f32(&hyper, step, n, param, grad, exp_avg, exp_inf));
}

inline void adamax(const sched_adamax &hyper, const std::vector<sched_adamax_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adamax_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void adamax(const sched_adamax &hyper, std::int64_t step, std::size_t n, double *param,
                   const double *grad, double *exp_avg, double *exp_inf) {
  detail::check(sched_adamax_f64(&hyper, step, n, param, grad, exp_avg, exp_inf));
}

inline void adamax(const sched_adamax &hyper, const std::vector<sched_adamax_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adamax_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  NAdam's settings; they start with the defaults. See sched_nadam. */
struct NAdam : sched_nadam {
  static constexpr std::int32_t kind = SCHED_NADAM;
  NAdam() noexcept : sched_nadam{0.002, 0.9, 0.999, 1e-08, 0, 0.004, 0, 0} {}
};

inline void nadam(const sched_nadam &hyper, std::int64_t step, std::size_t n, float *param,
                  const float *grad, float *exp_avg, float *exp_avg_sq, double *scalars) {
  detail::check(sched_nadam_f32(&hyper, step, n, param, grad, exp_avg, exp_avg_sq, scalars));
}

inline void nadam(const sched_nadam &hyper, const std::vector<sched_nadam_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_nadam_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void nadam(const sched_nadam &hyper, std::int64_t step, std::size_t n, double *param,
                  const double *grad, double *exp_avg, double *exp_avg_sq, double *scalars) {
  detail::check(sched_nadam_f64(&hyper, step, n, param, grad, exp_avg, exp_avg_sq, scalars));
}

inline void nadam(const sched_nadam &hyper, const std::vector<sched_nadam_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_nadam_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  RAdam's settings; they start with the defaults. See sched_radam. */
struct RAdam : sched_radam {
  static constexpr std::int32_t kind = SCHED_RADAM;
  RAdam() noexcept : sched_radam{0.001, 0.9, 0.999, 1e-08, 0, 0, 0} {}
};

inline void radam(const sched_radam &hyper, std::int64_t step, std::size_t n, float *param,
                  const float *grad, float *exp_avg, float *exp_avg_sq) {
  detail::check(sched_radam_f32(&hyper, step, n, param, grad, exp_avg, exp_avg_sq));
}

inline void radam(const sched_radam &hyper, const std::vector<sched_radam_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_radam_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void radam(const sched_radam &hyper, std::int64_t step, std::size_t n, double *param,
                  const double *grad, double *exp_avg, double *exp_avg_sq) {
  detail::check(sched_radam_f64(&hyper, step, n, param, grad, exp_avg, exp_avg_sq));
}

inline void radam(const sched_radam &hyper, const std::vector<sched_radam_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_radam_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  ASGD's settings; they start with the defaults. See sched_asgd. */
struct ASGD : sched_asgd {
  static constexpr std::int32_t kind = SCHED_ASGD;
  ASGD() noexcept : sched_asgd{0.01, 0.0001, 0.75, 1000000, 0, 0} {}
};

inline void asgd(const sched_asgd &hyper, std::int64_t step, std::size_t n, float *param,
                 const float *grad, float *ax, double *scalars) {
  detail::check(sched_asgd_f32(&hyper, step, n, param, grad, ax, scalars));
}

inline void asgd(const sched_asgd &hyper, const std::vector<sched_asgd_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_asgd_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void asgd(const sched_asgd &hyper, std::int64_t step, std::size_t n, double *param,
                 const double *grad, double *ax, double *scalars) {
  detail::check(sched_asgd_f64(&hyper, step, n, param, grad, ax, scalars));
}

inline void asgd(const sched_asgd &hyper, const std::vector<sched_asgd_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_asgd_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Rprop's settings; they start with the defaults. See sched_rprop. */
struct Rprop : sched_rprop {
  static constexpr std::int32_t kind = SCHED_RPROP;
  Rprop() noexcept : sched_rprop{0.01, 0.5, 1.2, 1e-06, 50, 0} {}
};

inline void rprop(const sched_rprop &hyper, std::int64_t step, std::size_t n, float *param,
                  const float *grad, float *prev, float *step_size) {
  detail::check(sched_rprop_f32(&hyper, step, n, param, grad, prev, step_size));
}

inline void rprop(const sched_rprop &hyper, const std::vector<sched_rprop_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_rprop_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void rprop(const sched_rprop &hyper, std::int64_t step, std::size_t n, double *param,
                  const double *grad, double *prev, double *step_size) {
  detail::check(sched_rprop_f64(&hyper, step, n, param, grad, prev, step_size));
}

inline void rprop(const sched_rprop &hyper, const std::vector<sched_rprop_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_rprop_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Lion's settings; they start with the defaults. See sched_lion. */
struct Lion : sched_lion {
  static constexpr std::int32_t kind = SCHED_LION;
  Lion() noexcept : sched_lion{0.0001, 0.9, 0.99, 0, 0} {}
};

inline void lion(const sched_lion &hyper, std::int64_t step, std::size_t n, float *param,
                 const float *grad, float *exp_avg) {
  detail::check(sched_lion_f32(&hyper, step, n, param, grad, exp_avg));
}

inline void lion(const sched_lion &hyper, const std::vector<sched_lion_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_lion_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void lion(const sched_lion &hyper, std::int64_t step, std::size_t n, double *param,
                 const double *grad, double *exp_avg) {
  detail::check(sched_lion_f64(&hyper, step, n, param, grad, exp_avg));
}

inline void lion(const sched_lion &hyper, const std::vector<sched_lion_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_lion_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Adan's settings; they start with the defaults. See sched_adan. */
struct Adan : sched_adan {
  static constexpr std::int32_t kind = SCHED_ADAN;
  Adan() noexcept : sched_adan{0.001, 0.98, 0.92, 0.99, 1e-08, 0, 0, 0} {}
};

inline void adan(const sched_adan &hyper, std::int64_t step, std::size_t n, float *param,
                 const float *grad, float *exp_avg, float *exp_avg_sq, float *exp_avg_diff,
                 float *neg_pre_grad) {
  detail::check(sched_adan_f32(&hyper, step, n, param, grad, exp_avg, exp_avg_sq, exp_avg_diff,
                neg_pre_grad));
}

inline void adan(const sched_adan &hyper, const std::vector<sched_adan_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adan_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void adan(const sched_adan &hyper, std::int64_t step, std::size_t n, double *param,
                 const double *grad, double *exp_avg, double *exp_avg_sq, double *exp_avg_diff,
                 double *neg_pre_grad) {
  detail::check(sched_adan_f64(&hyper, step, n, param, grad, exp_avg, exp_avg_sq, exp_avg_diff,
                neg_pre_grad));
}

inline void adan(const sched_adan &hyper, const std::vector<sched_adan_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adan_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  AdEMAMix's settings; they start with the defaults. See sched_ademamix. */
struct AdEMAMix : sched_ademamix {
  static constexpr std::int32_t kind = SCHED_ADEMAMIX;
  AdEMAMix() noexcept : sched_ademamix{0.001, 0.9, 0.999, 0.9999, 2, 0, 0, 1e-08, 0, 0} {}
};

inline void ademamix(const sched_ademamix &hyper, std::int64_t step, std::size_t n, float *param,
                     const float *grad, float *exp_avg_fast, float *exp_avg_slow,
                     float *exp_avg_sq) {
  detail::check(sched_ademamix_f32(&hyper, step, n, param, grad, exp_avg_fast, exp_avg_slow,
                exp_avg_sq));
}

inline void ademamix(const sched_ademamix &hyper,
                     const std::vector<sched_ademamix_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_ademamix_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void ademamix(const sched_ademamix &hyper, std::int64_t step, std::size_t n, double *param,
                     const double *grad, double *exp_avg_fast, double *exp_avg_slow,
                     double *exp_avg_sq) {
  detail::check(sched_ademamix_f64(&hyper, step, n, param, grad, exp_avg_fast, exp_avg_slow,
                exp_avg_sq));
}

inline void ademamix(const sched_ademamix &hyper,
                     const std::vector<sched_ademamix_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_ademamix_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Sophia's settings; they start with the defaults. See sched_sophia. */
struct Sophia : sched_sophia {
  static constexpr std::int32_t kind = SCHED_SOPHIA;
  Sophia() noexcept : sched_sophia{0.0001, 0.965, 0.04, 1, 0.1, 0} {}
};

inline void sophia(const sched_sophia &hyper, std::int64_t step, std::size_t n, float *param,
                   const float *grad, float *exp_avg, float *hessian) {
  detail::check(sched_sophia_f32(&hyper, step, n, param, grad, exp_avg, hessian));
}

inline void sophia(const sched_sophia &hyper, const std::vector<sched_sophia_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_sophia_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void sophia(const sched_sophia &hyper, std::int64_t step, std::size_t n, double *param,
                   const double *grad, double *exp_avg, double *hessian) {
  detail::check(sched_sophia_f64(&hyper, step, n, param, grad, exp_avg, hessian));
}

inline void sophia(const sched_sophia &hyper, const std::vector<sched_sophia_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_sophia_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Average's settings; they start with the defaults. See sched_average. */
struct Average : sched_average {
  static constexpr std::int32_t kind = SCHED_AVERAGE;
  Average() noexcept : sched_average{0.999, 0} {}
};

inline void average(const sched_average &hyper, std::int64_t step, std::size_t n, float *param,
                    const float *grad) {
  detail::check(sched_average_f32(&hyper, step, n, param, grad));
}

inline void average(const sched_average &hyper, const std::vector<sched_average_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_average_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void average(const sched_average &hyper, std::int64_t step, std::size_t n, double *param,
                    const double *grad) {
  detail::check(sched_average_f64(&hyper, step, n, param, grad));
}

inline void average(const sched_average &hyper, const std::vector<sched_average_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_average_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  ScheduleFreeSGD's settings; they start with the defaults. See sched_schedule_free_sgd. */
struct ScheduleFreeSGD : sched_schedule_free_sgd {
  static constexpr std::int32_t kind = SCHED_SCHEDULE_FREE_SGD;
  ScheduleFreeSGD() noexcept : sched_schedule_free_sgd{1, 0.9, 0, 0, 0, 2, 0} {}
};

inline void schedule_free_sgd(const sched_schedule_free_sgd &hyper, std::int64_t step,
                              std::size_t n, float *param, const float *grad, float *z,
                              double *scalars) {
  detail::check(sched_schedule_free_sgd_f32(&hyper, step, n, param, grad, z, scalars));
}

inline void schedule_free_sgd(const sched_schedule_free_sgd &hyper,
                              const std::vector<sched_schedule_free_sgd_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_schedule_free_sgd_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void schedule_free_sgd(const sched_schedule_free_sgd &hyper, std::int64_t step,
                              std::size_t n, double *param, const double *grad, double *z,
                              double *scalars) {
  detail::check(sched_schedule_free_sgd_f64(&hyper, step, n, param, grad, z, scalars));
}

inline void schedule_free_sgd(const sched_schedule_free_sgd &hyper,
                              const std::vector<sched_schedule_free_sgd_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_schedule_free_sgd_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  ScheduleFreeAdamW's settings; they start with the defaults. See sched_schedule_free_adamw. */
struct ScheduleFreeAdamW : sched_schedule_free_adamw {
  static constexpr std::int32_t kind = SCHED_SCHEDULE_FREE_ADAMW;
  ScheduleFreeAdamW() noexcept : sched_schedule_free_adamw{0.0025, 0.9, 0.999, 1e-08, 0, 0, 0, 2, 0} {}
};

inline void schedule_free_adamw(const sched_schedule_free_adamw &hyper, std::int64_t step,
                                std::size_t n, float *param, const float *grad, float *z,
                                float *exp_avg_sq, double *scalars) {
  detail::check(sched_schedule_free_adamw_f32(&hyper, step, n, param, grad, z, exp_avg_sq,
                scalars));
}

inline void schedule_free_adamw(const sched_schedule_free_adamw &hyper,
                                const std::vector<sched_schedule_free_adamw_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_schedule_free_adamw_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void schedule_free_adamw(const sched_schedule_free_adamw &hyper, std::int64_t step,
                                std::size_t n, double *param, const double *grad, double *z,
                                double *exp_avg_sq, double *scalars) {
  detail::check(sched_schedule_free_adamw_f64(&hyper, step, n, param, grad, z, exp_avg_sq,
                scalars));
}

inline void schedule_free_adamw(const sched_schedule_free_adamw &hyper,
                                const std::vector<sched_schedule_free_adamw_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_schedule_free_adamw_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  SparseAdam's settings; they start with the defaults. See sched_sparse_adam. */
struct SparseAdam : sched_sparse_adam {
  static constexpr std::int32_t kind = SCHED_SPARSE_ADAM;
  SparseAdam() noexcept : sched_sparse_adam{0.001, 0.9, 0.999, 1e-08, 0} {}
};

inline void sparse_adam(const sched_sparse_adam &hyper, std::int64_t step, std::size_t n,
                        float *param, const float *grad, float *exp_avg, float *exp_avg_sq) {
  detail::check(sched_sparse_adam_f32(&hyper, step, n, param, grad, exp_avg, exp_avg_sq));
}

inline void sparse_adam(const sched_sparse_adam &hyper,
                        const std::vector<sched_sparse_adam_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_sparse_adam_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void sparse_adam(const sched_sparse_adam &hyper, std::int64_t step, std::size_t n,
                        double *param, const double *grad, double *exp_avg, double *exp_avg_sq) {
  detail::check(sched_sparse_adam_f64(&hyper, step, n, param, grad, exp_avg, exp_avg_sq));
}

inline void sparse_adam(const sched_sparse_adam &hyper,
                        const std::vector<sched_sparse_adam_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_sparse_adam_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  LAMB's settings; they start with the defaults. See sched_lamb. */
struct LAMB : sched_lamb {
  static constexpr std::int32_t kind = SCHED_LAMB;
  LAMB() noexcept : sched_lamb{0.001, 0.9, 0.999, 1e-06, 0, 1, 0, 0} {}
};

inline void lamb(const sched_lamb &hyper, std::int64_t step, std::size_t n, float *param,
                 const float *grad, float *exp_avg, float *exp_avg_sq) {
  detail::check(sched_lamb_f32(&hyper, step, n, param, grad, exp_avg, exp_avg_sq));
}

inline void lamb(const sched_lamb &hyper, const std::vector<sched_lamb_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_lamb_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void lamb(const sched_lamb &hyper, std::int64_t step, std::size_t n, double *param,
                 const double *grad, double *exp_avg, double *exp_avg_sq) {
  detail::check(sched_lamb_f64(&hyper, step, n, param, grad, exp_avg, exp_avg_sq));
}

inline void lamb(const sched_lamb &hyper, const std::vector<sched_lamb_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_lamb_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  LARS's settings; they start with the defaults. See sched_lars. */
struct LARS : sched_lars {
  static constexpr std::int32_t kind = SCHED_LARS;
  LARS() noexcept : sched_lars{0.001, 0.9, 0, 0, 0.001, 0, 0} {}
};

inline void lars(const sched_lars &hyper, std::int64_t step, std::size_t n, float *param,
                 const float *grad, float *momentum_buffer = nullptr) {
  detail::check(sched_lars_f32(&hyper, step, n, param, grad, momentum_buffer));
}

inline void lars(const sched_lars &hyper, const std::vector<sched_lars_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_lars_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void lars(const sched_lars &hyper, std::int64_t step, std::size_t n, double *param,
                 const double *grad, double *momentum_buffer = nullptr) {
  detail::check(sched_lars_f64(&hyper, step, n, param, grad, momentum_buffer));
}

inline void lars(const sched_lars &hyper, const std::vector<sched_lars_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_lars_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Adafactor's settings; they start with the defaults. See sched_adafactor. */
struct Adafactor : sched_adafactor {
  static constexpr std::int32_t kind = SCHED_ADAFACTOR;
  Adafactor() noexcept : sched_adafactor{0.01, -0.8, -1, 0.001, 1, 0, 0} {}
};

inline void adafactor(const sched_adafactor &hyper, std::int64_t step, std::size_t n, float *param,
                      const float *grad, float *row_var, float *col_var, float *variance,
                      std::size_t rows, std::size_t columns) {
  detail::check(sched_adafactor_f32(&hyper, step, n, param, grad, row_var, col_var, variance, rows,
                columns));
}

inline void adafactor(const sched_adafactor &hyper,
                      const std::vector<sched_adafactor_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adafactor_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void adafactor(const sched_adafactor &hyper, std::int64_t step, std::size_t n, double *param,
                      const double *grad, double *row_var, double *col_var, double *variance,
                      std::size_t rows, std::size_t columns) {
  detail::check(sched_adafactor_f64(&hyper, step, n, param, grad, row_var, col_var, variance, rows,
                columns));
}

inline void adafactor(const sched_adafactor &hyper,
                      const std::vector<sched_adafactor_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_adafactor_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

/*  Muon's settings; they start with the defaults. See sched_muon. */
struct Muon : sched_muon {
  static constexpr std::int32_t kind = SCHED_MUON;
  Muon() noexcept : sched_muon{0.001, 0.1, 0.95, 3.4445, -4.775, 2.0315, 1e-07, 5, 1, 0} {}
};

inline void muon(const sched_muon &hyper, std::int64_t step, std::size_t n, float *param,
                 const float *grad, float *momentum_buffer, std::size_t rows, std::size_t columns) {
  detail::check(sched_muon_f32(&hyper, step, n, param, grad, momentum_buffer, rows, columns));
}

inline void muon(const sched_muon &hyper, const std::vector<sched_muon_arrays_f32> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_muon_list_f32(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

inline void muon(const sched_muon &hyper, std::int64_t step, std::size_t n, double *param,
                 const double *grad, double *momentum_buffer, std::size_t rows,
                 std::size_t columns) {
  detail::check(sched_muon_f64(&hyper, step, n, param, grad, momentum_buffer, rows, columns));
}

inline void muon(const sched_muon &hyper, const std::vector<sched_muon_arrays_f64> &list) {
  std::size_t culprit = list.size();
  const sched_status status =
      sched_muon_list_f64(&hyper, list.data(), list.size(), &culprit);
  detail::check(status, culprit, list.size());
}

}  // namespace sched

#endif  // SCHED_OPTIMIZERS_HPP
