/*  What one sched_next costs, in nanoseconds: the least of several runs. */
#define _POSIX_C_SOURCE 200809L
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    sched_schedule *schedule = NULL;
    if (sched_parse(argv[i], strlen(argv[i]), NULL, &schedule) != SCHED_OK) {
      fprintf(stderr, "%s\n", sched_last_error());
      return 1;
    }
    for (sched_form form = SCHED_CLOSED; form <= SCHED_CHAINED; form++) {
      const double base = 0.1;
      double rate, best = 1e9;
      for (int run = 0; run < 5; run++) {
        sched_scheduler *scheduler = NULL;
        if (sched_scheduler_make(schedule, form, 1, &base, &scheduler) != SCHED_OK) return 1;
        const double start = now();
        for (int step = 0; step < 500000; step++) sched_next(scheduler, &rate);
        const double each = (now() - start) / 500000;
        if (each < best) best = each;
        sched_scheduler_free(scheduler);
      }
      printf("%.1f\n", best);
    }
    sched_free(schedule);
  }
  return 0;
}
