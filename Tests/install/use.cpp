/*  The same program in C++17. */
#include <thread>

#include <sched.hpp>

#include <cstdio>
#include <vector>

int main() {
  for (const double rate : sched::CosineAnnealingLR(4).rates(0, 5, 1.0)) {
    std::printf("%.17g\n", rate);
  }
  std::vector<float> param{1, 2, 3}, grad{1, 1, 1}, exp_avg(3), exp_avg_sq(3);
  sched::adamw(sched::AdamW(), 1, 3, param.data(), grad.data(), exp_avg.data(), exp_avg_sq.data());
  std::printf("%.9g\n", static_cast<double>(param[0]));
  return sched::version() == SCHED_VERSION ? 0 : 1;
}
