/*  What one observation costs, in nanoseconds: the least of several runs, of the
 *  metric alone and of named numbers. */
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
    for (int named = 0; named < 2; named++) {
      double best = 1e9;
      for (int run = 0; run < 7; run++) {
        sched_early_stopping *stopper = NULL;
        if (sched_early_stopping_parse(argv[i], strlen(argv[i]), NULL, &stopper) != SCHED_OK) {
          fprintf(stderr, "%s\n", sched_last_error());
          return 1;
        }
        sched_verdict verdict;
        sched_status status = SCHED_OK;
        const double start = now();
        for (int step = 0; step < 500000; step++) {
          const double metric = 1.0 / (1 + step % 64);
          if (named) {
            const sched_field seen[] = {sched_real("loss", metric), sched_integer("step", step)};
            status = sched_observe_fields(stopper, seen, 2, &verdict);
          } else {
            status = sched_observe(stopper, metric, &verdict);
          }
        }
        const double each = (now() - start) / 500000;
        if (status == SCHED_OK && each < best) best = each;
        sched_early_stopping_free(stopper);
      }
      printf("%.1f\n", best);
    }
  }
  return 0;
}
