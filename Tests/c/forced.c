/*  SCHED_ISA from outside: prints the instruction set in use, or, given names
 *  of sets that this machine has not, fails unless each is refused. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sched.h"

/*  0 when the kernels refuse that set, say so, and write nothing. */
static int refusal(const char *name) {
  // The environment is read once, at the first need of it.
  setenv("SCHED_ISA", name, 1);
  const sched_adamw adamw = {1e-3, 0.9, 0.999, 1e-8, 0, 0, 0};
  const sched_sgd sgd = {1e-3, 0, 0, 0, 0, 0, 0, 0};
  float a[4] = {1, 2, 3, 4};
  if (sched_adamw_f32(&adamw, 1, 1, a, a + 1, a + 2, a + 3, NULL) != SCHED_E_ISA) return 1;
  const char *sentence = sched_last_error();
  if (!strstr(sentence, "SCHED_ISA=") || !strstr(sentence, name) ||
      !strstr(sentence, "accepted: ") || !strstr(sentence, "baseline")) {
    fprintf(stderr, "%s: %s\n", name, sentence);
    return 2;
  }
  if (sched_sgd_f32(&sgd, 1, 1, a, a + 1, NULL) != SCHED_E_ISA) return 3;
  if (a[0] != 1 || a[1] != 2 || a[2] != 3 || a[3] != 4) return 4;
  if (*sched_isa() != 0) return 5;
  // A program may still choose one that there is, and back.
  if (sched_set_isa("baseline") != SCHED_OK || strcmp(sched_isa(), "baseline") != 0) return 6;
  if (sched_sgd_f32(&sgd, 1, 1, a, a + 1, NULL) != SCHED_OK) return 7;
  if (sched_set_isa(name) != SCHED_E_ISA || strcmp(sched_isa(), "baseline") != 0) return 8;
  if (sched_set_isa(NULL) != SCHED_OK || *sched_isa() != 0) return 9;
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 1) puts(sched_isa());
  int failed = 0;
  for (int i = 1; i < argc; i++) {
    pid_t child = fork();
    if (child == 0) _exit(refusal(argv[i]));
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
      fprintf(stderr, "SCHED_ISA=%s: wait status %#x\n", argv[i], (unsigned)status);
      failed = 1;
    } else {
      printf("SCHED_ISA=%s is refused\n", argv[i]);
    }
  }
  return failed;
}
