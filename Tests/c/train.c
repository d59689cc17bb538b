/*  Softmax regression on handwritten digits in C: a whole training run through
 *  libsched, and its learning-rate column.
 *
 *    train FOLDER [--rates]
 *
 *  FOLDER holds digits.bin and run.txt, as Tests/Vectors does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched.h"
#include "vectors.h"

enum { PIXELS = 64, CLASSES = 10, RECORD = PIXELS + 1 };
enum { TRAINING = 1197, VALIDATION = 1497, RECORDS = 1797, BATCH = 57 };

/*  Ten linear functions of the pixels. Gradients and moments have its shape. */
typedef struct model {
  float weights[CLASSES][PIXELS];
  float biases[CLASSES];
} model;

typedef struct run {
  char *text;
  const char *schedule;
  double base;
  int64_t epochs;
} run;

static void check(sched_status status) {
  if (status == SCHED_OK) return;
  fprintf(stderr, "train: %s\n", sched_last_error());
  exit(1);
}

static run read_run(const char *folder) {
  run run = {NULL, NULL, 0, 0};
  size_t length;
  run.text = vectors_bytes(folder, "run.txt", &length);
  for (char *at = run.text; *at;) {
    vector_line line = vectors_next_line(&at);
    if (strcmp(line.key, "schedule") == 0) run.schedule = line.value;
    if (strcmp(line.key, "base") == 0) run.base = strtod(line.value, NULL);
    if (strcmp(line.key, "epochs") == 0) run.epochs = strtoll(line.value, NULL, 10);
  }
  if (!run.schedule || run.epochs < 1) vectors_fail("run.txt", "schedule, base or epochs");
  return run;
}

/*  The softmax of the ten functions of a record's pixels. */
static void probabilities(const model *m, const unsigned char *record, float p[CLASSES]) {
  float largest = -INFINITY, sum = 0;
  for (int k = 0; k < CLASSES; k++) {
    p[k] = m->biases[k];
    for (int i = 0; i < PIXELS; i++) p[k] += m->weights[k][i] * (float)record[i] / 16;
    largest = fmaxf(largest, p[k]);
  }
  for (int k = 0; k < CLASSES; k++) sum += p[k] = expf(p[k] - largest);
  for (int k = 0; k < CLASSES; k++) p[k] /= sum;
}

/*  The mean cross-entropy of a batch's records, derived by the model. */
static void derive(const model *m, const unsigned char *records, size_t count, model *gradient) {
  memset(gradient, 0, sizeof *gradient);
  for (size_t r = 0; r < count; r++) {
    const unsigned char *record = records + r * RECORD;
    float error[CLASSES];
    probabilities(m, record, error);
    error[record[PIXELS]] -= 1;
    for (int k = 0; k < CLASSES; k++) {
      float share = error[k] / (float)count;
      gradient->biases[k] += share;
      for (int i = 0; i < PIXELS; i++) gradient->weights[k][i] += share * (float)record[i] / 16;
    }
  }
}

/*  The mean cross-entropy of some records, and the part of them that is right. */
static double judge(const model *m, const unsigned char *records, size_t count, double *right) {
  double loss = 0;
  *right = 0;
  for (size_t r = 0; r < count; r++) {
    const unsigned char *record = records + r * RECORD;
    float p[CLASSES];
    int best = 0;
    probabilities(m, record, p);
    for (int k = 1; k < CLASSES; k++) best = p[k] > p[best] ? k : best;
    loss -= log(fmax((double)p[record[PIXELS]], 1e-30)) / (double)count;
    *right += (best == record[PIXELS]) / (double)count;
  }
  return loss;
}

static void train(const run *run, sched_schedule *schedule, const unsigned char *digits) {
  static model now, best, gradient, exp_avg, exp_avg_sq;
  sched_scheduler *scheduler;
  sched_early_stopping *stopper;
  check(sched_scheduler_make(schedule, SCHED_CLOSED, 1, &run->base, &scheduler));
  check(sched_early_stopping_make(SCHED_MIN, 5, 0, &stopper));

  sched_adamw hyper = {0, 0.9, 0.999, 1e-8, 1e-2, 0, 0};
  int64_t steps = 0;
  double right;
  for (int64_t epoch = 0; epoch < run->epochs; epoch++) {
    check(sched_now(scheduler, NULL, &hyper.lr));
    for (size_t first = 0; first < TRAINING; first += BATCH) {
      derive(&now, digits + first * RECORD, BATCH, &gradient);
      steps++;
      const sched_adamw_arrays_f32 parameters[] = {
          {CLASSES * PIXELS, steps, &now.weights[0][0], &gradient.weights[0][0],
           &exp_avg.weights[0][0], &exp_avg_sq.weights[0][0], NULL},
          {CLASSES, steps, now.biases, gradient.biases, exp_avg.biases, exp_avg_sq.biases, NULL},
      };
      check(sched_adamw_list_f32(&hyper, parameters, 2, NULL));
    }
    double loss =
        judge(&now, digits + TRAINING * RECORD, VALIDATION - TRAINING, &right);
    printf("epoch %2d  rate %.17g  validation loss %.4f  accuracy %.1f %%\n", (int)epoch, hyper.lr,
           loss, 100 * right);
    sched_verdict verdict;
    check(sched_observe(stopper, loss, &verdict));
    if (verdict == SCHED_IMPROVED) best = now;
    if (verdict == SCHED_STOP) break;
    check(sched_next(scheduler, NULL));
  }
  sched_watch watch;
  check(sched_watched(stopper, &watch));
  judge(&best, digits + VALIDATION * RECORD, RECORDS - VALIDATION, &right);
  printf("best epoch %d, test accuracy %.1f %%\n", (int)watch.best_at, 100 * right);
  sched_early_stopping_free(stopper);
  sched_scheduler_free(scheduler);
}

int main(int argc, char **argv) {
  int only_rates = argc == 3 && strcmp(argv[2], "--rates") == 0;
  if (argc != 2 && !only_rates) {
    fprintf(stderr, "usage: train FOLDER [--rates]\n");
    return 2;
  }
  run run = read_run(argv[1]);
  sched_schedule *schedule;
  check(sched_parse(run.schedule, strlen(run.schedule), NULL, &schedule));
  if (only_rates) {
    for (int64_t epoch = 0; epoch < run.epochs; epoch++) {
      double rate;
      check(sched_rates(schedule, run.base, epoch, 1, &rate));
      printf("%.17g\n", rate);
    }
  } else {
    size_t length;
    char *digits = vectors_bytes(argv[1], "digits.bin", &length);
    if (length != RECORDS * RECORD) vectors_fail("digits.bin", "of another length");
    train(&run, schedule, (const unsigned char *)digits);
    free(digits);
  }
  sched_free(schedule);
  free(run.text);
  return 0;
}
