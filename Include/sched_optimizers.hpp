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
  SGD() noexcept : sched_sgd{0.001, 0, 0, 0, 0, 0} {}
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
  Adam() noexcept : sched_adam{0.001, 0.9, 0.999, 1e-08, 0, 0, 0, 0} {}
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

}  // namespace sched

#endif  // SCHED_OPTIMIZERS_HPP
