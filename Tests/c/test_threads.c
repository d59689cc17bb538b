/*  Threads: errors do not mix, schedules are shared, kernels run side by side. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "suites.h"

enum { THREADS = 4, ROUNDS = 200 };

/*  cmocka's assertions jump, which no other thread may: each reports what it
 *  found in `wrong` and the test asserts for it. */
typedef struct worker {
  pthread_t thread;
  size_t number;
  const sched_schedule *schedule;
  char wrong[200];
} worker;

static void run_all(void *(*work)(void *), worker *workers) {
  for (size_t i = 0; i < THREADS; i++) {
    workers[i].number = i;
    workers[i].wrong[0] = 0;
    assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
  }
  for (size_t i = 0; i < THREADS; i++) assert_string_equal(workers[i].wrong, "");
}

static void *fail_in_its_own_way(void *argument) {
  worker *self = argument;
  char text[64], needle[64];
  if (*sched_last_error() != 0) {
    snprintf(self->wrong, sizeof self->wrong, "an error before any: %.100s", sched_last_error());
  }
  snprintf(text, sizeof text, "StepLR(-%zu)", self->number + 1);
  snprintf(needle, sizeof needle, "step_size=-%zu ", self->number + 1);
  for (int round = 0; round < ROUNDS; round++) {
    sched_schedule *schedule = NULL;
    sched_status status = sched_parse(text, strlen(text), NULL, &schedule);
    // POSIX's, from the header whose name ours has.
    sched_yield();
    if (status != SCHED_E_VALUE || !strstr(sched_last_error(), needle)) {
      snprintf(self->wrong, sizeof self->wrong, "%d: %.150s", (int)status, sched_last_error());
    }
  }
  return NULL;
}

static void have_their_own_last_error(void **state) {
  (void)state;
  worker workers[THREADS];
  double rate;
  sched_schedule *schedule = parsed("StepLR(3)");
  assert_int_equal(sched_rates(schedule, 0.1, -77, 1, &rate), SCHED_E_RANGE);
  run_all(fail_in_its_own_way, workers);
  assert_non_null(strstr(sched_last_error(), "-77"));
  sched_free(schedule);
}

static void *read_rates(void *argument) {
  worker *self = argument;
  double rates[50], again[50];
  for (int round = 0; round < ROUNDS; round++) {
    sched_schedule *own = sched_retain(self->schedule);
    sched_status status = sched_rates(own, 0.1, 0, 50, rates);
    if (round > 0 && memcmp(rates, again, sizeof rates) != 0) status = SCHED_E_VALUE;
    memcpy(again, rates, sizeof rates);
    char text[512];
    size_t length;
    if (status == SCHED_OK) status = sched_text(own, text, sizeof text, &length);
    sched_free(own);
    if (status != SCHED_OK) snprintf(self->wrong, sizeof self->wrong, "%d", (int)status);
  }
  return NULL;
}

static void share_a_schedule(void **state) {
  (void)state;
  worker workers[THREADS];
  sched_schedule *schedule =
      parsed("SequentialLR([LinearLR(0.1, 1.0, 5), CosineAnnealingLR(20)], milestones=[5])");
  for (size_t i = 0; i < THREADS; i++) workers[i].schedule = schedule;
  run_all(read_rates, workers);
  // Every reference that was taken has been given back, or this is a leak that
  // the address sanitizer and valgrind report.
  sched_free(schedule);
}

/*  Two shares of a step. */
enum { LENGTH = 270001 };
static const sched_adamw adamw = {1e-3, 0.9, 0.999, 1e-8, 1e-2, 0, 0};

static void fill(float *arrays, size_t number) {
  for (size_t i = 0; i < LENGTH; i++) {
    arrays[i] = (float)(i % 97) / 97 + (float)number;
    arrays[LENGTH + i] = (float)(i % 89) / 89 - 0.5f;
    arrays[2 * LENGTH + i] = arrays[3 * LENGTH + i] = 0;
  }
}

static sched_status step(float *arrays, int64_t number) {
  return sched_adamw_f32(&adamw, number, LENGTH, arrays, arrays + LENGTH, arrays + 2 * LENGTH,
                         arrays + 3 * LENGTH, NULL);
}

static void *take_steps(void *argument) {
  worker *self = argument;
  float *arrays = malloc(8 * LENGTH * sizeof *arrays), *alone = arrays + 4 * LENGTH;
  if (!arrays) return NULL;
  fill(arrays, self->number);
  memcpy(alone, arrays, 4 * LENGTH * sizeof *arrays);
  for (int64_t t = 1; t <= 10; t++) {
    sched_status status = step(arrays, t);
    if (status != SCHED_OK) snprintf(self->wrong, sizeof self->wrong, "%d", (int)status);
    // The same elements in pieces too short to be shared among threads.
    for (size_t first = 0; first < LENGTH; first += 1000) {
      size_t n = first + 1000 > LENGTH ? LENGTH - first : 1000;
      float *p = alone + first;
      sched_adamw_f32(&adamw, t, n, p, p + LENGTH, p + 2 * LENGTH, p + 3 * LENGTH, NULL);
    }
  }
  if (memcmp(arrays, alone, 4 * LENGTH * sizeof *arrays) != 0) {
    snprintf(self->wrong, sizeof self->wrong, "other bits than alone");
  }
  free(arrays);
  return NULL;
}

/*  Callers on their own arrays at once, of whom one has the pool. */
static void take_steps_side_by_side(void **state) {
  (void)state;
  static const int32_t sizes[] = {1, 2, 5, 0};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    worker workers[THREADS];
    check_ok(sched_set_threads(sizes[i]));
    run_all(take_steps, workers);
  }
}

/*  One thread changes the size of the pool under the others' feet. */
static void *resize_or_take_steps(void *argument) {
  worker *self = argument;
  if (self->number > 0) return take_steps(self);
  for (int32_t round = 0; round < ROUNDS; round++) sched_set_threads(1 + round % 5);
  return NULL;
}

static void take_steps_while_the_pool_changes(void **state) {
  (void)state;
  worker workers[THREADS];
  run_all(resize_or_take_steps, workers);
  check_ok(sched_set_threads(0));
}

static void check_child(pid_t child) {
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

/*  A child of fork has none of the pool's threads, and makes its own. QEMU's own
 *  books fail an assertion in any child that makes a thread where its parent has
 *  some. */
static void work_in_a_child_of_fork(void **state) {
  (void)state;
  if (getenv("EMULATED") != NULL) skip();
  float *arrays = malloc(4 * LENGTH * sizeof *arrays);
  float *expected = malloc(4 * LENGTH * sizeof *expected);
  assert_non_null(arrays);
  assert_non_null(expected);
  check_ok(sched_set_threads(3));
  fill(arrays, 0);
  check_ok(step(arrays, 1));
  memcpy(expected, arrays, 4 * LENGTH * sizeof *expected);
  check_ok(step(expected, 2));

  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    int wrong = step(arrays, 2) != SCHED_OK ||
                memcmp(arrays, expected, LENGTH * sizeof *arrays) != 0 ||
                sched_set_threads(1) != SCHED_OK;
    // valgrind looks for leaks here, too.
    free(arrays);
    free(expected);
    _exit(wrong);
  }
  check_child(child);
  check_ok(step(arrays, 2));
  assert_memory_equal(arrays, expected, LENGTH * sizeof *arrays);
  check_ok(sched_set_threads(0));
  free(arrays);
  free(expected);
}

/*  Calls of a team, and on how many threads. */
static int32_t calls, asked;

typedef struct call {
  void (*work)(void *);
  void *data;
} call;

static void *take_call(void *argument) {
  const call *self = argument;
  self->work(self->data);
  return NULL;
}

static void make_threads(void (*work)(void *), void *data, uint32_t threads, uint32_t flags) {
  pthread_t others[THREADS];
  call one = {work, data};
  size_t made = 0;
  calls++;
  asked = flags == 0 ? (int32_t)threads : -1;
  while (made + 1 < threads && pthread_create(&others[made], NULL, take_call, &one) == 0) made++;
  work(data);
  for (size_t i = 0; i < made; i++) pthread_join(others[i], NULL);
}

/*  As where it is the only thread that there is. */
static void call_once(void (*work)(void *), void *data, uint32_t threads, uint32_t flags) {
  (void)flags;
  calls++;
  asked = (int32_t)threads;
  work(data);
}

static void never_call(void (*work)(void *), void *data, uint32_t threads, uint32_t flags) {
  (void)work, (void)data, (void)threads, (void)flags;
  calls++;
}

static void take_steps_on_a_team(void **state) {
  (void)state;
  float *arrays = malloc(8 * LENGTH * sizeof *arrays), *expected = arrays + 4 * LENGTH;
  assert_non_null(arrays);
  fill(expected, 0);
  check_ok(sched_set_threads(1));
  check_ok(step(expected, 1));
  static const sched_team teams[] = {make_threads, call_once, never_call};
  for (size_t i = 0; i < 3; i++) {
    calls = 0;
    check_ok(sched_set_team(teams[i], THREADS));
    check_ok(sched_set_threads(2));
    fill(arrays, 0);
    check_ok(step(arrays, 1));
    assert_memory_equal(arrays, expected, 4 * LENGTH * sizeof *arrays);
    assert_int_equal(calls, 1);
    // All of them, though two shares are all that there is.
    if (i < 2) assert_int_equal(asked, THREADS);
  }
  // More than it has are the library's own, and one is the caller's.
  check_ok(sched_set_team(make_threads, 1));
  calls = 0;
  check_ok(step(arrays, 2));
  check_ok(sched_set_threads(1));
  check_ok(sched_set_team(make_threads, THREADS));
  check_ok(step(arrays, 3));
  assert_int_equal(calls, 0);
  // It bounds what was not asked for.
  check_ok(sched_set_team(make_threads, 1));
  check_ok(sched_set_threads(0));
  assert_int_equal(sched_threads(), 1);
  check_refused(sched_set_team(make_threads, 0), SCHED_E_RANGE, "threads", "=0", "from 1 to 1024");
  check_refused(sched_set_team(call_once, 1025), SCHED_E_RANGE, "threads", "=1025", "1 to 1024");
  assert_int_equal(sched_threads(), 1);

  // A child of fork has none of its threads.
  check_ok(sched_set_team(make_threads, THREADS));
  check_ok(sched_set_threads(2));
  if (getenv("EMULATED") == NULL) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      int wrong = step(arrays, 4) != SCHED_OK || calls != 0 || sched_set_threads(1) != SCHED_OK;
      free(arrays);
      _exit(wrong);
    }
    check_child(child);
  }
  check_ok(step(arrays, 4));
  assert_int_equal(calls, 1);
  check_ok(sched_set_team(NULL, 0));
  check_ok(step(arrays, 5));
  assert_int_equal(calls, 1);
  check_ok(sched_set_threads(0));
  free(arrays);
}

int run_threads(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(have_their_own_last_error),
      cmocka_unit_test(share_a_schedule),
      cmocka_unit_test(take_steps_side_by_side),
      cmocka_unit_test(take_steps_while_the_pool_changes),
      cmocka_unit_test(work_in_a_child_of_fork),
      cmocka_unit_test(take_steps_on_a_team),
  };
  return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
