/*  sched.h: libsched's C interface.
 *
 *  What decides how a model is trained from step to step: learning-rate
 *  schedules with PyTorch's numbers to the last bit, early stopping, and SIMD
 *  optimizer steps. C99 and later, C++ (see sched.hpp), Swift and ctypes.
 *
 *  These hold everywhere and are said only here.
 *
 *  Status.     A function that can fail returns a sched_status and writes its
 *              result through the pointers that stand last. On failure nothing
 *              of the caller's is written, except what the function says it
 *              writes then. sched_last_error() has the sentence: the argument,
 *              its value, and what is accepted. A count of more bytes than a
 *              process can address, 2^47, is SCHED_E_MEMORY.
 *  Ownership.  A handle from a _make, _parse, _restore or _retain function is
 *              one reference; give it back once, with its _free. _free(NULL)
 *              does nothing. Strings returned as const char * are the
 *              library's and live as long as it does, sched_last_error's until
 *              the thread's next failure.
 *  Threads.    A schedule never changes: any number of threads may use it. A
 *              scheduler, an early stopper and an optimizer change: one thread
 *              at a time.
 *              Kernels may be called from several threads on disjoint arrays.
 *  Texts.      Input is UTF-8, `length` bytes, and needs no terminating zero.
 *              A function that writes text takes (text, capacity, length): it
 *              always sets *length to the bytes the text needs without its
 *              zero, writes text and zero if capacity is larger, and otherwise
 *              returns SCHED_E_SPACE. So ask with (NULL, 0, &length) first.
 *  Steps.      Steps count from 0, the rate of the first training step, to
 *              SCHED_MAX_STEP.
 */
#ifndef SCHED_H
#define SCHED_H

#include <stddef.h>
#include <stdint.h>

#define SCHED_VERSION "0.1.0"
#define SCHED_ABI_VERSION 0

#ifdef __cplusplus
extern "C" {
#endif

/*  The last step and the largest count of steps: 2^53, so that every step is
 *  also a double.                                                            */
#define SCHED_MAX_STEP INT64_C(9007199254740992)

/* -- Status ------------------------------------------------------------- */

/*  A number for ever and a sentence for a person; gaps leave room.           */
typedef enum sched_status {
  SCHED_OK = 0,

  SCHED_E_NULL = 1,   /* a pointer that is needed is NULL                     */
  SCHED_E_MEMORY = 2, /* more memory than there is                            */
  SCHED_E_SPACE = 3,  /* the buffer is too small for the text                 */
  SCHED_E_ENUM = 4,   /* not one of the enumeration's constants               */

  SCHED_E_KIND = 10,    /* nothing has that name                              */
  SCHED_E_FIELD = 11,   /* there is no such field                             */
  SCHED_E_VALUE = 12,   /* the field does not accept that value               */
  SCHED_E_MISSING = 13, /* a required field is missing                        */
  SCHED_E_TYPE = 14,    /* the field holds values of another type             */
  SCHED_E_TWICE = 15,   /* the field is given twice                           */

  SCHED_E_SYNTAX = 20, /* the text does not parse                             */
  SCHED_E_DEPTH = 21,  /* it is nested too deep                               */
  SCHED_E_STATE = 22,  /* the text is no saved state that fits                */

  SCHED_E_RANGE = 30, /* the argument is out of its range                     */
  SCHED_E_END = 31,   /* the step is past the end of the schedule             */

  SCHED_E_OVERLAP = 40, /* two arrays overlap                                 */
  SCHED_E_ISA = 41,     /* not an instruction set of this machine             */

  SCHED_E_FUNCTION = 50 /* the caller's function has failed                   */
} sched_status;

/*  The status as words, "no such status" for a number that is none.  since 0 */
const char *sched_status_text(sched_status status);

/*  What the last failure on this thread was about; "" before any.    since 0 */
const char *sched_last_error(void);

/*  The library's version, as SCHED_VERSION was when it was built.    since 0 */
const char *sched_version(void);

/*  The library's ABI: as SCHED_ABI_VERSION was when it was built.    since 0 */
int32_t sched_abi_version(void);

/* -- Schedules ---------------------------------------------------------- */

/*  A curve from step to rate. Immutable; shared by counting references.      */
typedef struct sched_schedule sched_schedule;

typedef enum sched_type {
  SCHED_REAL = 1,
  SCHED_INTEGER = 2,
  SCHED_FLAG = 3,
  SCHED_TEXT = 4,
  SCHED_REALS = 5,
  SCHED_INTEGERS = 6,
  SCHED_SCHEDULES = 7,
  SCHED_FUNCTION = 8
} sched_type;

/*  A function of the caller's, from a step to a number.
 *
 *  call     writes the number for `step`, and returns 0. It is taken as it is,
 *           NaN and infinities too: rates of it are what comes out. Anything
 *           but 0 is a failure: who asked gets SCHED_E_FUNCTION, and nothing
 *           has changed.
 *  context  is handed to both functions.
 *  release  is called once, when the last that uses the function is freed: the
 *           schedule that it was given to, what that is a part of, and
 *           schedulers of them. NULL for nothing. It is not called where making
 *           fails: then the function is still the caller's.
 *
 *  `call` must give the same number for the same step, and is called by whoever
 *  asks for rates, so from any thread and from several at once; `release` by
 *  whoever frees. `call` may use the library, but what it changes in the
 *  scheduler that asks is lost, and it must not free the one that asks. Both
 *  must return: no longjmp, no C++ exception.
 *
 *  A function has no text. A schedule prints as LambdaLR(lr_lambda=<function>),
 *  which sched_parse and sched_scheduler_restore refuse. To go on from a saved
 *  state, make the schedule and its scheduler with the function and call
 *  sched_scheduler_load, for which any function counts as the one there was. */
typedef struct sched_function {
  int (*call)(void *context, int64_t step, double *value);
  void *context;
  void (*release)(void *context);
} sched_function;

/*  A named argument of a schedule; sched_real and its sisters make one.      */
typedef struct sched_field {
  const char *name; /* as PyTorch spells it: "T_max"                          */
  sched_type type;  /* which member of `value` holds                          */
  size_t count;     /* elements of a list, schedules too; not read otherwise  */
  union {
    double real;
    int64_t integer;
    int32_t flag;
    const char *text;
    const double *reals;
    const int64_t *integers;
    const sched_schedule *const *schedules; /* one for a single schedule    */
    const sched_function *function; /* copied: only `context` must live on  */
  } value;
} sched_field;

/*  A schedule by its name and fields: kinds and fields are listed at the end
 *  of this header. Children given in a field are retained. `culprit`, which
 *  may be NULL, gets the index of the field that was refused, or `count` when
 *  the refusal is of no single one.                                  since 0 */
sched_status sched_make(const char *kind, const sched_field *fields,
                        size_t count, size_t *culprit,
                        sched_schedule **schedule);

/*  A schedule from text in PyTorch's constructor syntax, nested up to 64 deep:
 *  SequentialLR([LinearLR(0.01, total_iters=5), StepLR(30)], milestones=[5]).
 *  `position`, which may be NULL, gets the byte at which the refusal stands, or
 *  `length` when it is of no single place.                           since 0 */
sched_status sched_parse(const char *text, size_t length, size_t *position,
                         sched_schedule **schedule);

/*  One more reference to the same schedule.                          since 0 */
sched_schedule *sched_retain(const sched_schedule *schedule);

/*  One reference less.                                               since 0 */
void sched_free(sched_schedule *schedule);

/*  The schedule as sched_parse reads it; numbers round-trip exactly. A text of
 *  more than 2^24 bytes, as of a million milestones, sched_parse refuses with
 *  SCHED_E_MEMORY.                                                   since 0 */
sched_status sched_text(const sched_schedule *schedule, char *text,
                        size_t capacity, size_t *length);

/*  The schedule's kind, "" for NULL.                                 since 0 */
const char *sched_kind(const sched_schedule *schedule);

/*  The last step that has a rate; SCHED_MAX_STEP when endless.       since 0 */
sched_status sched_last_step(const sched_schedule *schedule, int64_t *last);

/*  The rates at steps [first, first + count), in closed form. They are finite
 *  but where a factor that makes them grow leaves the doubles: infinity, or NaN
 *  from it.                                                          since 0 */
sched_status sched_rates(const sched_schedule *schedule, double base,
                         int64_t first, size_t count, double *rates);

/*  The momenta (beta1 for Adam) at steps [first, first + count). `base` is the
 *  momentum where the schedule drives none.                          since 0 */
sched_status sched_momenta(const sched_schedule *schedule, double base,
                           int64_t first, size_t count, double *momenta);

/*  The rates at steps [first, first + count) as CSV: a header, then a line a
 *  step, "step,rate", in digits that read back to the same number. A third
 *  column, "momentum", is there if the schedule drives it at any of the steps,
 *  and empty where it does not. Lines end with a newline.            since 0 */
sched_status sched_csv(const sched_schedule *schedule, double base,
                       int64_t first, size_t count, char *text,
                       size_t capacity, size_t *length);

/*  The rates at steps [first, first + count) in a line of blocks, from U+2581
 *  for the lowest to U+2588 for the highest, three bytes each. A column is the
 *  rate at one step: `width` of them, 1 to 65,536, at even distances with the
 *  first and the last, or every step where there are no more. What lies between
 *  is not seen. A flat curve is all U+2584; NaN leaves a space.      since 0 */
sched_status sched_sparkline(const sched_schedule *schedule, double base,
                             int64_t first, size_t count, size_t width,
                             char *text, size_t capacity, size_t *length);

/*  Groups in PyTorch's chained form. Whoever steps once a batch keeps one and
 *  changes what has changed.                                                 */
typedef struct sched_groups {
  const sched_schedule *schedule;
  int64_t step;
  size_t count;
  const double *bases;    /* each group's base rate                           */
  const double *currents; /* the rate in force before the step                */
  double *rates;          /* gets the rate at the step; may be `currents`     */
} sched_groups;

/*  The rates of all the groups at the step. Rates are taken as they are: NaN
 *  gives NaN.                                                        since 0 */
sched_status sched_chain(const sched_groups *groups);

typedef enum sched_curve {
  SCHED_COS = 1,    /* end + (start - end) / 2 * (1 + cos(pi * fraction))     */
  SCHED_LINEAR = 2, /* (end - start) * fraction + start                       */
  SCHED_DAMPED = 3, /* (end - start) * fraction * pow(gamma, power) + start   */
  /*  PyTorch's SWALR: end * a(fraction) + first * (1 - a(fraction)), where
   *  first = (start - a(before) * end) / (1 - a(before)), or end if a(before)
   *  is 1, and a(f) is (1 - cos(pi * f)) / 2 or f.                           */
  SCHED_AVERAGE_COS = 4,
  SCHED_AVERAGE_LINEAR = 5
} sched_curve;

/*  Ways from one value to another, all of one curve.                         */
typedef struct sched_ways {
  sched_curve curve;
  double fraction; /* how far along; outside [0, 1] continues the curve       */
  double before;   /* SCHED_AVERAGE_*: the fraction that `starts` are at      */
  double gamma;    /* SCHED_DAMPED                                            */
  double power;
  size_t count;
  const double *starts;
  const double *ends;
  double *values; /* gets the points there; may be `starts` or `ends`         */
} sched_ways;

/*  The point of each way at the fraction.                            since 0 */
sched_status sched_anneal(const sched_ways *ways);

/*  How many kinds of schedule there are, and their names in the order of the
 *  alphabet; NULL past the last.                                     since 0 */
size_t sched_kind_count(void);
const char *sched_kind_name(size_t index);

/*  What a kind declares, a line each, fields separated by tabs:
 *  "summary", "formula" and "source" with their text, then for each field
 *  "field", name, type, default or "required", what is accepted, and a note.
 *                                                                    since 0 */
sched_status sched_kind_describe(const char *kind, char *text, size_t capacity,
                                 size_t *length);

/* -- Schedulers --------------------------------------------------------- */

/*  Where a run is on its schedules: the step, each group's base rate and the
 *  rate in force. Everything a checkpoint needs. A group is any number that is
 *  driven: a learning rate, a weight decay, a batch size; who needs a whole
 *  number rounds. All groups move by one clock.                              */
typedef struct sched_scheduler sched_scheduler;

typedef enum sched_form {
  SCHED_CLOSED = 1, /* the rate of a step depends on the step alone           */
  SCHED_CHAINED = 2 /* PyTorch's recursion on the rate in force               */
} sched_form;

/*  A scheduler at step 0 for `groups` base rates, 1 to 1,048,576 of them, all
 *  on one schedule, which is retained.                               since 0 */
sched_status sched_scheduler_make(const sched_schedule *schedule,
                                  sched_form form, size_t groups,
                                  const double *bases,
                                  sched_scheduler **scheduler);

/*  The same by named fields, of which all but the first two may be absent.
 *  `culprit` is as sched_make's.
 *
 *    schedules   one for all groups, or one a group; they are retained
 *    bases       a base rate a group
 *    form        "closed" or "chained"; "closed"
 *    unit        what is counted: "steps", "epochs", "samples" or "tokens";
 *                "steps". A state of another unit is refused.
 *    resolution  steps of the schedules, and of the scheduler, that make one
 *                unit; 1. With 500 and epochs, step 750 is epoch 1.5, and 90
 *                epochs of a cosine are CosineDecay(45000), exact at every
 *                step; Stretch(schedule, 500, 'line') is one that counts
 *                epochs, with straight lines between them.
 *    last        the last step of the run; the schedules' first to end
 *    horizon     what is past that: "raise", nothing: SCHED_E_END; "hold", the
 *                last rate, which no metric changes; "extend", what the formula
 *                says, not for schedules that end. "raise".
 *                                                                    since 0 */
sched_status sched_scheduler_make_fields(const sched_field *fields,
                                         size_t count, size_t *culprit,
                                         sched_scheduler **scheduler);

sched_scheduler *sched_scheduler_retain(sched_scheduler *scheduler);
void sched_scheduler_free(sched_scheduler *scheduler);

/*  How many groups it has, 0 for NULL.                               since 0 */
size_t sched_scheduler_groups(const sched_scheduler *scheduler);

/*  A new reference to a group's schedule.                            since 0 */
sched_status sched_scheduler_schedule(const sched_scheduler *scheduler,
                                      size_t group,
                                      sched_schedule **schedule);

/*  The step it is at, and the rate of each group there; either pointer may be
 *  NULL.                                                             since 0 */
sched_status sched_now(const sched_scheduler *scheduler, int64_t *step,
                       double *rates);

/*  One step on; the rate of each group there, if `rates` is not NULL. At the
 *  last step, SCHED_MAX_STEP if there is none, it stays where it is:
 *  SCHED_E_END.                                                      since 0 */
sched_status sched_next(sched_scheduler *scheduler, double *rates);

/*  A metric seen at this step, NaN included; the rate of each group after it, if
 *  `rates` is not NULL. A schedule that reacts to metrics, or a part of it that is
 *  in force at this step, learns from it, a group each. If its rate changes, that
 *  rate is in force at once; the chained form's changes by as much. What has been
 *  learned holds at every step from then on, and is saved. A schedule that reacts to
 *  nothing stays as it is.                                           since 0 */
sched_status sched_scheduler_observe(sched_scheduler *scheduler, double metric,
                                     double *rates);

/*  So many steps on, 0 to SCHED_MAX_STEP: the samples or tokens of a training
 *  step, whatever the number of processes and of accumulated batches.
 *                                                                    since 0 */
sched_status sched_advance(sched_scheduler *scheduler, int64_t steps,
                           double *rates);

/*  A training step that was not applied, as under AMP when a gradient is not
 *  finite: nothing moves. How many there were, if `skipped` is not NULL.
 *                                                                    since 0 */
sched_status sched_skip(sched_scheduler *scheduler, int64_t *skipped);

/*  To any step. The closed form goes there at once; the chained form steps
 *  through every step between, from the start when it goes back.     since 0 */
sched_status sched_seek(sched_scheduler *scheduler, int64_t step);

/*  Puts other rates in force, as a hand on the dial would. The chained form
 *  goes on from them; the closed form has its own again at the next step.
 *                                                                    since 0 */
sched_status sched_set_rates(sched_scheduler *scheduler, const double *rates);

/*  From this step down to a floor in `steps`, without a jump, whatever the
 *  schedule had in mind: the kind CoolDown, which see. `decay_type` is one of
 *  its words, NULL for "1-sqrt". `groups` are those that do, `count` of them;
 *  NULL for all, and then `count` is not read. A `last` that was given becomes
 *  the end of the way down.                                          since 0 */
sched_status sched_scheduler_cool_down(sched_scheduler *scheduler, int64_t steps,
                             const char *decay_type, double min_ratio,
                             const size_t *groups, size_t count);

/*  Later by `steps` from this step on, without a jump: the kind Extend, which
 *  see. With `until` 0 the rate rests for so long; otherwise what was to come
 *  until that step takes so much longer. A `last` that was given moves by as
 *  many.                                                             since 0 */
sched_status sched_scheduler_extend(sched_scheduler *scheduler, int64_t steps,
                          int64_t until, const size_t *groups, size_t count);

/*  All of it as text, and all of it from that text. A text that is not one
 *  that _save wrote, in this version or an older one, is SCHED_E_STATE.
 *                                                                    since 0 */
sched_status sched_scheduler_save(const sched_scheduler *scheduler, char *text,
                                  size_t capacity, size_t *length);
sched_status sched_scheduler_restore(const char *text, size_t length,
                                     size_t *position,
                                     sched_scheduler **scheduler);

/*  What becomes of a state that was saved with another configuration.        */
typedef enum sched_policy {
  SCHED_POLICY_ERROR = 1,  /* SCHED_E_STATE, with the difference spelled out  */
  SCHED_POLICY_KEEP = 2,   /* the new configuration at the saved position     */
  SCHED_POLICY_RESTORE = 3 /* all of the state, its configuration too         */
} sched_policy;

/*  Takes over what _save wrote, so that things may be made and loaded in any
 *  order. A state of another unit is refused but by _RESTORE. Cool-downs and
 *  extensions that the saved run had begun are no other configuration: _ERROR
 *  takes them over, _KEEP does not. _KEEP takes what was learned from metrics if
 *  the same kinds react to them here, in the same modes: another patience holds
 *  from now on.                                                      since 0 */
sched_status sched_scheduler_load(sched_scheduler *scheduler, const char *text,
                                  size_t length, sched_policy policy,
                                  size_t *position);

/* -- Early stopping ----------------------------------------------------- */

/*  Is fed observations, and says when to stop and why. It touches no model, no
 *  file and no clock.                                                        */
typedef struct sched_early_stopping sched_early_stopping;

typedef enum sched_mode {
  SCHED_MIN = 1, /* less is better: a loss                                    */
  SCHED_MAX = 2  /* more is better: an accuracy                               */
} sched_mode;

typedef enum sched_verdict {
  SCHED_IMPROVED = 1, /* a new best: keep these weights                       */
  SCHED_WAITING = 2,  /* not better, and no reason to stop                    */
  SCHED_STOP = 3      /* stop; whether it was a new best, too, sched_watch has */
} sched_verdict;

typedef enum sched_reason {
  SCHED_R_NONE = 0,           /* nothing was observed yet                     */
  SCHED_R_IMPROVED = 1,       /* a new best                                   */
  SCHED_R_PATIENCE_LEFT = 2,  /* patience, or what it waits for, is left      */
  SCHED_R_EARLY = 3,          /* before start_from                            */
  SCHED_R_IGNORED = 4,        /* not finite, and ignored                      */
  SCHED_R_HELD = 5,           /* but for min_epochs or min_steps it would stop */
  SCHED_R_REDUCTIONS_LEFT = 6, /* the rate has not fallen often enough        */
  SCHED_R_PATIENCE = 7,       /* this and what follows is to stop             */
  SCHED_R_NOT_FINITE = 8,
  SCHED_R_STOPPING_THRESHOLD = 9,
  SCHED_R_DIVERGENCE_THRESHOLD = 10,
  SCHED_R_DEADLINE = 11,       /* must_reach was not reached in time          */
  SCHED_R_BUDGET = 12,         /* a budget is used up                         */
  SCHED_R_GENERALIZATION = 13, /* GL, PQ or UP                                */
  SCHED_R_SLOPE = 14
} sched_reason;

/*  What it has seen: of the first of its rules that has a best. Before any
 *  observation and until the first best, `best` is the worst there is (infinity
 *  in its sign) and best_at is -1; where no rule has a best, `best` is NaN.   */
typedef struct sched_watch {
  double best;
  int64_t best_at;     /* the observation that was best, counted from 0       */
  int64_t best_epoch;  /* its epoch, counted from 0; -1 where there is none   */
  int64_t best_step;   /* steps done then; -1 where the caller has not said   */
  int64_t observed;    /* observations so far                                 */
  int64_t waited;      /* observations since the best that count              */
  double spent;        /* what has gone by since, in the unit of `patience`   */
  double patience;     /* what may go by                                      */
  int32_t is_best;     /* whether the last observation was the best so far    */
  sched_mode mode;     /* which way is better; 0 where no rule has a best     */
  sched_reason reason; /* why the last observation meant what it meant        */
} sched_watch;

/*  The rule Patience with these three fields: an observation improves when it
 *  beats the best by more than `min_delta`, at least 0. `patience` is 0 to
 *  SCHED_MAX_STEP; 0 stops like 1, at the first that does not. NaN is never
 *  better, and so is waited out like any other.                      since 0 */
sched_status sched_early_stopping_make(sched_mode mode, int64_t patience,
                                       double min_delta,
                                       sched_early_stopping **stopper);

/*  A rule by its name and fields, those of sched_rules_describe: Patience, GL,
 *  PQ, UP, Slope, Budget, and the peers' own under their names, Keras, Lightning
 *  and so on. `culprit` is as sched_make's.                          since 0 */
sched_status sched_early_stopping_make_fields(const char *rule,
                                              const sched_field *fields,
                                              size_t count, size_t *culprit,
                                              sched_early_stopping **stopper);

/*  A rule from text, joined to others as deep as 64:
 *  Any([Patience(3, monitor='val_loss'), GL(5.0, 'val_loss'), Budget(epochs=50)]).
 *  `position` is as sched_parse's.                                   since 0 */
sched_status sched_early_stopping_parse(const char *text, size_t length,
                                        size_t *position,
                                        sched_early_stopping **stopper);

/*  What every kind of rule declares: a line "rule" with its name, and then the
 *  lines of sched_kind_describe.                                     since 0 */
sched_status sched_rules_describe(char *text, size_t capacity, size_t *length);

sched_early_stopping *sched_early_stopping_retain(
    sched_early_stopping *stopper);
void sched_early_stopping_free(sched_early_stopping *stopper);

/*  One observation of its one metric, in; what it means, out.        since 0 */
sched_status sched_observe(sched_early_stopping *stopper, double metric,
                           sched_verdict *verdict);

/*  One observation of named numbers, reals or integers. Three say where the run
 *  is: "step", the steps done; "epoch", the one it ends, counted from 0, by
 *  default the one after the last observation's; "seconds" since the run began.
 *  The others are metrics, "" the only one that rules ask for; those that none
 *  asks for are ignored. What a rule asks for and is not there is
 *  SCHED_E_MISSING, and nothing has changed.                         since 0 */
sched_status sched_observe_fields(sched_early_stopping *stopper,
                                  const sched_field *fields, size_t count,
                                  sched_verdict *verdict);

sched_status sched_watched(const sched_early_stopping *stopper,
                           sched_watch *watch);

/*  Calls `keep` where the last observation was the best so far: the place to
 *  copy the weights, which the caller puts back when the run ends.   since 0 */
static inline sched_status sched_keep_best(const sched_early_stopping *stopper,
                                           void (*keep)(void *context),
                                           void *context) {
  sched_watch watch;
  sched_status status = sched_watched(stopper, &watch);
  if (status != SCHED_OK) return status;
  if (!keep) return SCHED_E_NULL;
  if (watch.is_best) keep(context);
  return SCHED_OK;
}

/*  Why the last observation meant what it meant, as a sentence.      since 0 */
sched_status sched_why(const sched_early_stopping *stopper, char *text,
                       size_t capacity, size_t *length);

/*  Its rule, as sched_early_stopping_parse reads it.                 since 0 */
sched_status sched_early_stopping_text(const sched_early_stopping *stopper,
                                       char *text, size_t capacity,
                                       size_t *length);

/*  All of it as text, settings included, and all of it from that text, of this
 *  version or an older one.                                          since 0 */
sched_status sched_early_stopping_save(const sched_early_stopping *stopper,
                                       char *text, size_t capacity,
                                       size_t *length);
sched_status sched_early_stopping_restore(const char *text, size_t length,
                                          size_t *position,
                                          sched_early_stopping **stopper);

/*  Takes over what _save wrote. _KEEP keeps the settings that are here and takes
 *  what was learned: another patience holds from now on. The rules must be of the
 *  same kinds and modes.                                             since 0 */
sched_status sched_early_stopping_load(sched_early_stopping *stopper,
                                       const char *text, size_t length,
                                       sched_policy policy, size_t *position);

/* -- Optimizer steps ---------------------------------------------------- */

/*  In place, over the caller's arrays of `n` elements. Every instruction set,
 *  array length, alignment and thread count gives the same bits: no fused
 *  multiply-add, every operation rounded once. n = 0 does nothing, and then
 *  pointers may be NULL. `step` counts from 1. Arrays of one call must not
 *  overlap (SCHED_E_OVERLAP), but gradients that are only read may be the same.
 *  Where gradients have moved since a step of the same parameters, they are looked
 *  for among their own parameter's arrays alone.
 *
 *  sched_optimizers.h, which this header includes, has for every optimizer its
 *  settings, a step of one parameter and a step of a list of them, typed; they
 *  all call sched_step.                                                      */

/*  What arrays are made of.                                                  */
typedef enum sched_dtype {
  SCHED_SAME = 0, /* what it is where nothing is said                        */
  SCHED_F32 = 1,  /* float                                                    */
  SCHED_F64 = 2,  /* double                                                   */
  SCHED_BF16 = 3, /* the upper half of a float                                */
  SCHED_F16 = 4,  /* IEEE's half                                              */
  SCHED_Q8 = 5,   /* states alone: 8 bits, see SCHED_Q8_BYTES                 */
  SCHED_UQ8 = 6   /* for sched_convert: the same of numbers from 0            */
} sched_dtype;

/*  What n elements of SCHED_Q8 or SCHED_UQ8 take, at any address: a float for each
 *  256 elements, the last perhaps fewer, then a code of 8 bits for each element.
 *  An element is its code's number of a map times its block's float, which is the
 *  element of the largest magnitude with its sign, of SCHED_UQ8 without. An array
 *  of zeros is one of zeros.
 *
 *  The maps are the dynamic ones of Dettmers et al., 8-bit Optimizers via
 *  Block-wise Quantization (arXiv:2110.02861): bitsandbytes', to 10^-6 of a number.
 *  For e from 0 to 6 the signed map has 2^e numbers
 *
 *    10^(e - 6) * (0.1 + 0.9 * (i + 0.5) / 2^e),   i from 0 below 2^e
 *
 *  the same below 0, 0 (code 127) and 1 (code 255); the unsigned map twice as many
 *  of each e, 0 (code 0) and 1 (code 255). Codes are in the order of their numbers.
 *
 *  Each element gets the nearest code; but none above 0 becomes 0 in the unsigned
 *  map, as it divides. Where one is not finite, all of its block are NaN.    */
#define SCHED_Q8_BYTES(n) (sizeof(float) * ((n) / 256 + ((n) % 256 != 0)) + (n))

/*  Which rows of a parameter a sparse gradient has: `grad` has `count` rows of
 *  n / total elements, one after another. The parameter's other rows, and their
 *  state, stay as they are.                                                  */
typedef struct sched_rows {
  size_t total;           /* rows of the parameter; n is a multiple           */
  size_t count;           /* rows of the gradient                             */
  const int64_t *indices; /* which: ascending from 0, below total, none twice */
} sched_rows;

/*  What becomes of a parameter, or of a state, that 16 bits cannot hold.     */
typedef enum sched_rounding {
  SCHED_NEAREST = 0, /* the nearest                                           */
  /* one of the two beside it, by chance and right on average: a hash of the
   * parameter's seed, the step and the element's number decides, the same on
   * every machine and with any number of threads; states of 16 bits, too     */
  SCHED_STOCHASTIC = 1,
  SCHED_KAHAN = 2 /* the nearest, and what is left stays in `residual`        */
} sched_rounding;

/*  Arrays beside a parameter, with as many elements; NULL where not wanted.  */
typedef struct sched_beside {
  float *master;     /* the parameter itself, of which `param` of 16 bits is a
                        copy: set both before the first step                  */
  void *residual;    /* SCHED_KAHAN: of param's type, zeros at first          */
  void *copy;        /* of copy_dtype: gets the new parameter, rounded once   */
  void *average;     /* float, or double of SCHED_F64: moves toward the new
                        parameter by the options' average_weight              */
  void *accumulated; /* float, or double of SCHED_F64: gradients that were
                        accumulated; zeros at first and after a step          */
  uint64_t seed;     /* SCHED_STOCHASTIC: of each parameter another           */
} sched_beside;

/*  Parameters that one optimizer steps with the same settings. What follows
 *  `count` may be 0: SCHED_NEAREST, and all of one type but that states of
 *  parameters of 16 bits are floats.
 *
 *  Parameters are any type of floats; gradients may be any, too, and states any or
 *  SCHED_Q8, but doubles go with doubles alone. A step computes in floats, or in
 *  doubles.
 *
 *  States of SCHED_Q8 are of SCHED_Q8_BYTES(n) bytes each, signed or unsigned as
 *  sched_optimizer_describe says; `rounding` is not theirs, and `rows` are none. An
 *  optimizer has them whose states are averages: Adam, AdamW, Lion, SGD and more.
 *  A step moves the parameter by the states before they are rounded.         */
typedef struct sched_group {
  int32_t optimizer; /* a constant of sched_optimizer: SCHED_ADAMW            */
  sched_dtype dtype; /* of the parameters                                     */
  const void *hyper; /* its settings: a sched_adamw                           */
  const void *list;  /* its parameters: sched_adamw_arrays_f32 for SCHED_F32,
                        sched_adamw_arrays for any type                       */
  size_t count;      /* how many                                              */
  /* NULL, or for each parameter the rows that there are gradients for; of an
   * optimizer without numbers of state */
  const sched_rows *rows;
  sched_dtype grad_dtype;
  sched_dtype state_dtype;
  sched_dtype copy_dtype; /* SCHED_BF16 or SCHED_F16 where a copy is wanted   */
  sched_rounding rounding;
  /* one for each parameter, which copies and roundings but SCHED_NEAREST need,
   * or NULL; NULL with rows                                                  */
  const sched_beside *beside;
} sched_group;

/*  What else a step does, in the same pass over memory; 0 asks for nothing. The
 *  norm, and what is not finite, are found in one over the gradients before it.
 *  A gradient is g = (grad + accumulated) / loss_scale, clipped to the norm,
 *  then to the value.                                                        */
typedef struct sched_options {
  double loss_scale; /* what the loss was multiplied by: 2^-126 to 2^126      */
  double max_norm;   /* all gradients together are multiplied by
                        min(1, max_norm / (norm + 1e-6)): above 0; INFINITY
                        for the norm alone                                    */
  double max_value;  /* each element is then at most that in magnitude        */
  double average_weight; /* `average` gets average + weight * (param - average):
                            0 to 1; 1 - decay, or 1 / (n + 1) for a mean      */
  int32_t skip_nonfinite; /* 1: nothing is stepped where an element of a
                             gradient is not finite                           */
  int32_t accumulate;     /* 1: gradients are added to those accumulated, and
                             nothing is stepped                               */
  int32_t zero_grad;      /* 1: gradients become 0 when they have been used, or
                             skipped; their arrays are not const then         */
  int32_t skipped;        /* out: 1 where skip_nonfinite has skipped the step;
                             accumulated gradients are 0 again                */
  double norm;            /* out: the norm of all gradients together, before
                             clipping; NaN without max_norm and skip_nonfinite,
                             and with accumulate                              */
} sched_options;

/*  One step of every parameter of every group. Nothing is stepped unless
 *  everything is accepted. `options` may be NULL. `group` gets the index of the
 *  group that was refused, or `count` when the refusal is of none; `culprit` the
 *  index of the parameter in its list, or the list's count when the refusal is
 *  of none. Either may be NULL.                                      since 0 */
sched_status sched_step(const sched_group *groups, size_t count,
                        sched_options *options, size_t *group,
                        size_t *culprit);

/* -- Optimizers --------------------------------------------------------- */

/*  Groups of parameters, each with an optimizer's settings of its own, and all
 *  that is remembered of them: arrays and numbers of state, steps taken, and what
 *  a group keeps beside. The parameters, gradients and copies are the caller's
 *  and stay where they were put until they are put elsewhere. Its steps are
 *  sched_step's, with the same bits.                                         */
typedef struct sched_optim sched_optim;

/*  Parameters with the same settings. What follows `hyper` may be 0, as in
 *  sched_group.                                                              */
typedef struct sched_optim_group {
  int32_t optimizer; /* a constant of sched_optimizer: SCHED_ADAMW            */
  sched_dtype dtype; /* of the parameters                                     */
  const void *hyper; /* its settings: a sched_adamw                           */
  sched_dtype grad_dtype;
  sched_dtype state_dtype;
  sched_dtype copy_dtype; /* SCHED_BF16 or SCHED_F16 where a copy is wanted   */
  sched_rounding rounding;
  int32_t master;      /* 1: parameters of 16 bits are copies of floats, which
                          are what they are before their first step           */
  int32_t average;     /* 1: an average of each is kept, which is the parameter
                          before its first step; see average_weight           */
  int32_t accumulated; /* 1: there is room for accumulated gradients          */
  uint64_t seed;       /* SCHED_STOCHASTIC: each parameter has that and how
                          many the optimizer had before it                    */
} sched_optim_group;

/*  A parameter and what goes with it. Addresses may be NULL until a step needs
 *  them.                                                                     */
typedef struct sched_parameter {
  size_t n;
  void *param;
  void *grad; /* NULL: not stepped, as long as it is. Only read without zero_grad */
  void *copy; /* of copy_dtype, if there is one                               */
  size_t rows, columns; /* as the optimizer's own struct has them; not read
                           where it has none                                  */
} sched_parameter;

/*  An optimizer of no groups.                                        since 0 */
sched_status sched_optim_make(sched_optim **optim);
sched_optim *sched_optim_retain(sched_optim *optim);
void sched_optim_free(sched_optim *optim);

/*  Another group, with memory for all its state. `index` gets its number, from 0,
 *  and may be NULL; `culprit` as sched_step's. States that do not fit in memory
 *  are SCHED_E_MEMORY.                                               since 0 */
sched_status sched_optim_add(sched_optim *optim, const sched_optim_group *group,
                             const sched_parameter *list, size_t count,
                             size_t *index, size_t *culprit);

/*  How many groups it has, and how many parameters a group has; 0 of NULL and of
 *  groups that it has not.                                           since 0 */
size_t sched_optim_groups(const sched_optim *optim);
size_t sched_optim_params(const sched_optim *optim, size_t group);

/*  One step of every parameter that has a gradient, or of none. `options`,
 *  `group` and `culprit` are sched_step's. A step that was skipped, or only
 *  accumulates, does not count.                                      since 0 */
sched_status sched_optim_step(sched_optim *optim, sched_options *options,
                              size_t *group, size_t *culprit);

/*  One of a group's settings by its name: "lr", "weight_decay". Flags are 0 or
 *  1. A name that there is not is SCHED_E_FIELD, a value that is not accepted
 *  SCHED_E_VALUE. An array of state that a setting asks for and that there was
 *  not begins as it does at the first step.                          since 0 */
sched_status sched_optim_set(sched_optim *optim, size_t group, const char *name,
                             double value);
sched_status sched_optim_get(const sched_optim *optim, size_t group,
                             const char *name, double *value);

/*  All of them: `hyper` is the struct of the group's optimizer.      since 0 */
sched_status sched_optim_hyper(sched_optim *optim, size_t group,
                               const void *hyper);

/*  Where a parameter, its gradient and its copy are from now on; its size and its
 *  shape are as they were. And where they are, and how many steps were taken
 *  with it, either of which may be NULL.                             since 0 */
sched_status sched_optim_put(sched_optim *optim, size_t group, size_t index,
                             const sched_parameter *param);
sched_status sched_optim_param(const sched_optim *optim, size_t group,
                               size_t index, sched_parameter *param,
                               int64_t *steps);

/*  How many steps were taken with a parameter whose states come from elsewhere and
 *  are put where sched_optim_state has them: PyTorch's "step", or 1 where it counts
 *  none, as of SGD. What was never stepped begins with its first step.
 *                                                                    since 0 */
sched_status sched_optim_set_steps(sched_optim *optim, size_t group,
                                   size_t index, int64_t steps);

/*  What is kept of a parameter, to read and to write, by its name: a state as
 *  its optimizer has it, a number of state, which is a double, "master",
 *  "average", "accumulated", or "residual" under SCHED_KAHAN. It lies there as
 *  long as the optimizer: `n` elements, of SCHED_Q8 and SCHED_UQ8 as
 *  SCHED_Q8_BYTES says. `n` and `dtype` may be NULL.                 since 0 */
sched_status sched_optim_state(sched_optim *optim, size_t group, size_t index,
                               const char *name, void **data, size_t *n,
                               sched_dtype *dtype);

/*  All of it but the parameters and gradients, settings included, as bytes.
 *  *length is always set; a smaller capacity is SCHED_E_SPACE.       since 0 */
sched_status sched_optim_save(const sched_optim *optim, void *data,
                              size_t capacity, size_t *length);

/*  Takes over what was saved, by any language on any machine, of an optimizer
 *  with the same groups: optimizers, sizes, types, and what is kept. Another is
 *  SCHED_E_STATE, with the difference spelled out, and so are bytes that are no
 *  such thing.                                                       since 0 */
sched_status sched_optim_load(sched_optim *optim, const void *data,
                              size_t length);

/*  L-BFGS, which evaluates a function several times a step.
 *
 *    s = d * t,   y = g - g before,   ro = 1 / (y . s)
 *    d <- -H * g, H from the last pairs of s and y
 *    p <- p + t * d
 *
 *  A pair is kept where y . s > 1e-10. t is lr, at the very first
 *  min(1, 1 / sum |g|) * lr; under strong_wolfe a line search goes on from
 *  there.
 *
 *  Source: Nocedal and Wright, Numerical Optimization, 3.5 and 7.2; PyTorch's
 *  LBFGS. */
typedef struct sched_lbfgs {
  double lr;               /* the first length tried: finite from 0           */
  double tolerance_grad;   /* the largest |g| that is none: finite from 0     */
  double tolerance_change; /* of the loss and of an element: finite from 0    */
  int64_t max_iter;        /* iterations a step: from 1                       */
  int64_t max_eval;        /* no iteration begins after as many evaluations   */
  int64_t history_size;    /* pairs that are remembered: from 1               */
  int32_t strong_wolfe;    /* whether the length is searched for: 0 or 1      */
} sched_lbfgs;

#define SCHED_LBFGS_DEFAULTS {1, 1e-7, 1e-9, 20, 25, 100, 0}

/*  What L-BFGS remembers between steps, in the caller's memory: numbers are 0
 *  before the first step, arrays anything. Under PyTorch's names.            */
typedef struct sched_lbfgs_memory {
  int64_t n_iter, func_evals;
  int64_t count; /* pairs there are                                           */
  int64_t known; /* pairs whose products are there: 0 where pairs, or
                    products, are not those of the step before                */
  double t, h_diag, prev_loss;
  void *d, *prev_flat_grad;    /* n elements each: floats, or of SCHED_F64
                                  doubles, as all of these                    */
  void **old_dirs, **old_stps; /* history_size arrays of n; of those after
                                  count + max_iter NULL will do. The oldest
                                  is first: they change places                */
  double *ro, *al;             /* history_size each                           */
  double *products;            /* what y, of the oldest first, gives with each
                                  s, then with each y, up to its own. k * (k +
                                  1), k being the least of history_size and
                                  count + max_iter                            */
} sched_lbfgs_memory;

/*  One step of `n` elements of `param`. `objective` is called several times, its
 *  `step` counting from 0: it puts the loss at `param` into `value` and the
 *  gradient there into `grad`. `loss` gets the first. When it fails, that is
 *  SCHED_E_FUNCTION, `param` is where the last whole iteration left it, and
 *  `memory` and `grad` are not to be used again.
 *
 *  `param` is of `dtype`, any type of floats; `grad` of `grad_dtype`, which is
 *  SCHED_SAME for that or any other, but doubles go with doubles alone. Of 16 bits
 *  the step goes on in floats: `param` is the nearest for each evaluation and at
 *  the end, where the next step begins.                              since 0 */
sched_status sched_lbfgs_step(const sched_lbfgs *hyper, sched_dtype dtype,
                              sched_dtype grad_dtype, size_t n, void *param,
                              void *grad, sched_lbfgs_memory *memory,
                              const sched_function *objective, double *loss);

/*  What an optimizer declares, a line each, fields separated by tabs: "name"
 *  and its name; "real", "integer" or "flag", a setting's name, default and
 *  what is accepted, in the order of its struct; "state", an array's name, what
 *  it holds at first, when it is used, and which map it has in 8 bits, "signed"
 *  or "unsigned", if any; "scalar", a number's name and what it is at first;
 *  "shape", what of the parameter's shape a step has to know.
 *                                                                    since 0 */
sched_status sched_optimizer_describe(int32_t optimizer, char *text,
                                      size_t capacity, size_t *length);

/*  An array that is only read.                                               */
typedef struct sched_array {
  const void *data; /* NULL where n is 0                                      */
  size_t n;
  sched_dtype dtype;
} sched_array;

/*  An array's elements as another type, each to the nearest. `to` has room for as
 *  many, and is not on `from`. Neither are doubles. What is in 8 bits becomes
 *  floats, and floats what a state of 8 bits is.                     since 0 */
sched_status sched_convert(const sched_array *from, sched_dtype dtype,
                           void *to);

/*  p-norms: (sum of |x|^p)^(1/p), the largest |x| for p of INFINITY, the
 *  smallest for -INFINITY, how many are not 0 for 0. NaN of an array with a NaN
 *  in it, unless p is 0: the norm for INFINITY is finite if all elements are.
 *  `norms` gets each array's and `total` that of all together; either may be
 *  NULL. Sums are doubles, whatever the arrays: of floats all digits of a float
 *  are right. The same bits for every instruction set, alignment and number of
 *  threads, but for what the C library's pow does where p is neither of 0, 1,
 *  2 and the infinities.                                             since 0 */
sched_status sched_norm(const sched_array *list, size_t count, double p,
                        double *norms, double *total);

/*  The sum of a[i] * b[i], in doubles like the norms. Arrays of the same length
 *  and type.                                                         since 0 */
sched_status sched_dot(const sched_array *a, const sched_array *b,
                       double *product);

/* -- Arrays that Python keeps -------------------------------------------- */

/*  An array as its owner describes it: DLPack's DLTensor.                    */
typedef struct sched_tensor {
  void *data;
  int32_t device;    /* 1 is the machine's own memory                         */
  int32_t device_id;
  int32_t ndim;
  uint8_t code, bits; /* of an element: 2 and 32 are float                    */
  uint16_t lanes;
  const int64_t *shape, *strides; /* ndim of them; strides in elements        */
  uint64_t byte_offset; /* from `data` to the first element                   */
} sched_tensor;

/*  Objects, one a parameter, and the arrays they are of.                     */
typedef struct sched_column {
  void *const *objects; /* NULL for what `get` gets of those of the column before */
  size_t count;
  sched_tensor *like; /* for each, what its array has to be like: device, type,
                         shape, and strides where it has more than one element;
                         `data` is where it had its shape when last looked at,
                         which is read ahead, or NULL                         */
  void **places; /* for each, `stride` pointers apart, where its array lies   */
  size_t stride;
  int32_t moves; /* 1: that is written, 0: it is compared                     */
} sched_column;

/*  What is looked at before a step like the last, in one call without any of
 *  Python's code between: whether dicts still have the values they had, and
 *  arrays still lie where they did. The library does not know Python: what asks
 *  its objects is handed in, and is called by the thread that calls, which holds
 *  the interpreter's lock.                                                   */
typedef struct sched_look {
  /* Python's PyDict_Next; NULL without dicts */
  int32_t (*next)(void *dict, ptrdiff_t *position, void **key, void **value);
  void *const *dicts;
  size_t dict_count;
  void *const *values; /* of one dict after the other, a NULL after each one's */
  /* dltensor_from_py_object_no_sync of a DLPackExchangeAPI, or what does the same:
   * describes an object's array and returns 0; NULL without columns */
  int32_t (*describe)(void *object, sched_tensor *tensor);
  const sched_column *columns;
  size_t column_count;
  /* Python's PyObject_GetAttr and the name of an attribute, PyList_SetItem and a
   * list: as long as a column, it gets what is got; NULL where all have objects */
  void *(*get)(void *object, void *name);
  void *name;
  int32_t (*keep)(void *list, ptrdiff_t index, void *object);
  void *list;
} sched_look;

/*  `unchanged` gets 1 if all is as it was, else 0: then something in columns that
 *  move may have been written. An object that cannot be described is no longer
 *  what it was, and nothing is asked after it: an error that `describe` has left in
 *  the interpreter is the caller's.                                  since 0 */
sched_status sched_unchanged(const sched_look *look, int32_t *unchanged);

/*  The instruction set the kernels use: "baseline", "avx2" or "avx512". The
 *  widest of the machine, unless the environment's SCHED_ISA names another;
 *  a kernel refuses with SCHED_E_ISA if that is none the machine has, and this
 *  answers "".                                                       since 0 */
const char *sched_isa(void);

/*  Another one from now on; NULL for what it was at first.           since 0 */
sched_status sched_set_isa(const char *name);

/*  How many threads a step may use, the caller's included: SCHED_NUM_THREADS,
 *  or as many as the machine lets this process run on.               since 0 */
int32_t sched_threads(void);

/*  1 to 1024; 1 uses the calling thread alone; 0 for what it was at first.
 *                                                                    since 0 */
sched_status sched_set_threads(int32_t threads);

/*  Threads of a program's own: calls `work(data)` on `threads` of them at once, the
 *  caller's among them, and returns when all calls have. Fewer calls will do.
 *  `flags` is 0. GOMP_parallel, of gcc's OpenMP, is one.                    */
typedef void (*sched_team)(void (*work)(void *data), void *data, uint32_t threads,
                           uint32_t flags);

/*  Whose threads steps run on from now on, and how many there are, from 1 to 1024: a
 *  team that would otherwise wait in a loop on the cores that the library's own
 *  threads need, as OpenMP's does for milliseconds after each use. A step takes no
 *  more, unless sched_set_threads asks for more: then it has the library's own. NULL
 *  is for those, too; they sleep between steps, and a child of fork has them in any
 *  case.                                                             since 0 */
sched_status sched_set_team(sched_team team, int32_t threads);

/* -- Fields, for sched_make --------------------------------------------- */

static inline sched_field sched_real(const char *name, double value) {
  sched_field field = {name, SCHED_REAL, 1, {0}};
  field.value.real = value;
  return field;
}

static inline sched_field sched_integer(const char *name, int64_t value) {
  sched_field field = {name, SCHED_INTEGER, 1, {0}};
  field.value.integer = value;
  return field;
}

static inline sched_field sched_flag(const char *name, int value) {
  sched_field field = {name, SCHED_FLAG, 1, {0}};
  field.value.flag = value != 0;
  return field;
}

static inline sched_field sched_word(const char *name, const char *value) {
  sched_field field = {name, SCHED_TEXT, 1, {0}};
  field.value.text = value;
  return field;
}

static inline sched_field sched_reals(const char *name, const double *values,
                                      size_t count) {
  sched_field field = {name, SCHED_REALS, count, {0}};
  field.value.reals = values;
  return field;
}

static inline sched_field sched_integers(const char *name,
                                         const int64_t *values, size_t count) {
  sched_field field = {name, SCHED_INTEGERS, count, {0}};
  field.value.integers = values;
  return field;
}

static inline sched_field sched_schedules(
    const char *name, const sched_schedule *const *values, size_t count) {
  sched_field field = {name, SCHED_SCHEDULES, count, {0}};
  field.value.schedules = values;
  return field;
}

static inline sched_field sched_callback(const char *name,
                                         const sched_function *function) {
  sched_field field = {name, SCHED_FUNCTION, 1, {0}};
  field.value.function = function;
  return field;
}

#ifdef __cplusplus
}
#endif

#include "sched_kinds.h"
#include "sched_optimizers.h"

#endif  /* SCHED_H */

/*  POSIX has a header of this name, and <pthread.h> and with it most of C++
 *  includes it. Whoever finds this one first gets that one, too.             */
#if defined(__GNUC__)
#pragma GCC system_header
#if __has_include_next(<sched.h>)
#include_next <sched.h>
#endif
#endif
