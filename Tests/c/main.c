/*  All suites, or those named on the command line. */
#include <stdio.h>
#include <string.h>

#include "sched.h"
#include "suites.h"

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*run)(void);
  } suites[] = {
      {"schedules", run_schedules}, {"schedulers", run_schedulers},
      {"early_stopping", run_early_stopping}, {"steps", run_steps},
      {"options", run_options},
      {"optim", run_optim},
      {"quantized", run_quantized},
      {"refusals", run_refusals}, {"functions", run_functions}, {"threads", run_threads},
  };
  const size_t count = sizeof suites / sizeof *suites;

  for (int i = 1; i < argc; i++) {
    size_t known = 0;
    while (known < count && strcmp(argv[i], suites[known].name) != 0) known++;
    if (known == count) {
      fprintf(stderr, "no suite is called %s\n", argv[i]);
      return 2;
    }
  }
  int failed = 0;
  for (size_t suite = 0; suite < count; suite++) {
    int wanted = argc == 1;
    for (int i = 1; i < argc; i++) wanted |= strcmp(argv[i], suites[suite].name) == 0;
    if (wanted) failed += suites[suite].run() != 0;
  }
  // The pool's threads would live on, and valgrind take their stacks for leaks.
  failed += sched_set_threads(1) != SCHED_OK;
  return failed != 0;
}
