/*  A user's program in C99, with what else such programs include. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  sched_schedule *schedule;
  if (sched_cosine_annealing_lr(4, 0.0, &schedule) != SCHED_OK) return 1;
  double rates[5];
  if (sched_rates(schedule, 1.0, 0, 5, rates) != SCHED_OK) return 2;
  for (int t = 0; t < 5; t++) printf("%.17g\n", rates[t]);
  sched_free(schedule);

  const sched_adamw hyper = {1e-3, 0.9, 0.999, 1e-8, 1e-2, 0, 0};
  float param[3] = {1, 2, 3}, grad[3] = {1, 1, 1}, exp_avg[3] = {0}, exp_avg_sq[3] = {0};
  if (sched_adamw_f32(&hyper, 1, 3, param, grad, exp_avg, exp_avg_sq, NULL) != SCHED_OK) return 3;
  printf("%.9g\n", (double)param[0]);
  return strcmp(sched_version(), SCHED_VERSION) != 0;
}
