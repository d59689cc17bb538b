/*  sched.hpp: libsched for C++17 and later. Header-only over sched.h, which has
 *  the formulas, ranges and units; here is what C++ adds.
 *
 *      #include <sched.hpp>
 *
 *      sched::SequentialLR schedule(
 *          {sched::LinearLR(0.01, 1.0, 500), sched::CosineAnnealingLR(9500)}, {500});
 *      sched::Scheduler scheduler(schedule, 3e-4);
 *      sched::AdamW hyper;
 *      for (...) {
 *        hyper.lr = scheduler.rate();
 *        sched::adamw(hyper, scheduler.step() + 1, n, param, grad, m, v);
 *        scheduler.next();
 *      }
 *
 *  Errors.     What sched.h returns as a status is thrown as sched::Error, with
 *              nothing changed. A moved-from object refuses with SCHED_E_NULL.
 *  Ownership.  An object is one reference. `get` lends the handle, `release`
 *              hands the reference over, and the explicit constructors from a
 *              handle take one over. So objects pass between C, C++ and Python
 *              without a copy.
 */
#ifndef SCHED_HPP
#define SCHED_HPP

#include "sched.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#if __cplusplus >= 202002L
#include <span>
#endif

namespace sched {

/*  The last step and the largest count of steps, 2^53. */
constexpr std::int64_t max_step = SCHED_MAX_STEP;

/*  Why the library refused. what() names the argument, its value and what is
 *  accepted. */
class Error : public std::invalid_argument {
 public:
  Error(sched_status status, const std::string &what,
        std::optional<std::size_t> place = std::nullopt)
      : std::invalid_argument(what), status_(status), place_(place) {}

  sched_status status() const noexcept { return status_; }

  /*  Which byte of a text, field of a schedule or parameter of a list it is
   *  about; empty where it is about no single one. */
  std::optional<std::size_t> place() const noexcept { return place_; }

 private:
  sched_status status_;
  std::optional<std::size_t> place_;
};

/*  A function from a step to a number: sched_function has its rules. What it
 *  throws comes out of the call that asked, and nothing has changed. */
using Function = std::function<double(std::int64_t)>;

namespace detail {

/*  What a Function has thrown on this thread during a call of the library. */
inline std::exception_ptr &thrown() noexcept {
  thread_local std::exception_ptr thrown;
  return thrown;
}

/*  A Function as C calls it, which release deletes. */
inline sched_function function(Function *context) noexcept {
  return {[](void *context, std::int64_t step, double *value) -> int {
            try {
              *value = (*static_cast<Function *>(context))(step);
              return 0;
            } catch (...) {
              thrown() = std::current_exception();
              return 1;
            }
          },
          context, [](void *context) { delete static_cast<Function *>(context); }};
}

/*  Throws what is not SCHED_OK. `place` is a culprit or a position, which is
 *  `none` when it is of no single one. */
inline void check(sched_status status, std::size_t place = 0, std::size_t none = 0) {
  if (status == SCHED_OK) return;
  if (status == SCHED_E_FUNCTION && thrown()) {
    std::rethrow_exception(std::exchange(thrown(), nullptr));
  }
  const char *sentence = sched_last_error();
  throw Error(status, *sentence ? sentence : sched_status_text(status),
              place < none ? std::optional<std::size_t>(place) : std::nullopt);
}

/*  Text from one of the functions that write (text, capacity, length). */
template <class Write>
std::string text(Write write) {
  std::size_t length = 0;
  sched_status status = write(nullptr, 0, &length);
  if (status != SCHED_E_SPACE) check(status);
  std::string text(length, '\0');
  check(write(text.data(), length + 1, &length));
  return text;
}

/*  Throws what C would say of an argument that only C++ has. */
[[noreturn]] inline void refuse(sched_status status, const std::string &argument,
                                const std::string &value, const std::string &accepted) {
  throw Error(status, std::string(sched_status_text(status)) + ": " + argument + "=" + value +
                          "; accepted: " + accepted);
}

/*  Room for what a call returns, or the error that C would give. */
inline std::vector<double> doubles(std::size_t count) {
  // No process addresses 2^56 bytes; the allocator need not be asked for them.
  constexpr std::size_t most = (std::size_t{1} << 56) / sizeof(double) - 1;
  try {
    if (count <= most) return std::vector<double>(count);
  } catch (const std::bad_alloc &) {
  }
  refuse(SCHED_E_MEMORY, "count", std::to_string(count),
         "0 to " + std::to_string(most) + " that fit in memory");
}

/*  One reference to a handle. */
template <class T, void (*Free)(T *)>
class Owner {
 public:
  explicit Owner(T *handle = nullptr) noexcept : handle_(handle) {}
  Owner(Owner &&other) noexcept : handle_(other.release()) {}
  Owner &operator=(Owner &&other) noexcept {
    Owner(std::move(other)).swap(*this);
    return *this;
  }
  ~Owner() { Free(handle_); }

  void swap(Owner &other) noexcept { std::swap(handle_, other.handle_); }
  T *get() const noexcept { return handle_; }
  T *release() noexcept { return std::exchange(handle_, nullptr); }

 private:
  T *handle_;
};

}  // namespace detail

/* -- Schedules ---------------------------------------------------------- */

class Fields;

/*  A curve from step to rate. Immutable: copies are references to the same one,
 *  and any number of threads may use it. Its kinds are the types at the end of
 *  this header. */
class Schedule {
 public:
  /*  Takes over one reference. */
  explicit Schedule(sched_schedule *handle) noexcept : owner_(handle) {}

  /*  A schedule by its name and fields. Throws Error, whose place() is the index
   *  of the field that was refused. */
  Schedule(const std::string &kind, const Fields &fields);

  Schedule(const Schedule &other) noexcept : owner_(sched_retain(other.get())) {}
  Schedule(Schedule &&other) noexcept = default;
  Schedule &operator=(const Schedule &other) noexcept { return *this = Schedule(other); }
  Schedule &operator=(Schedule &&other) noexcept = default;

  /*  The handle, still owned by this object. */
  sched_schedule *get() const noexcept { return owner_.get(); }

  /*  The handle, with the reference that sched_free gives back. */
  sched_schedule *release() noexcept { return owner_.release(); }

  /*  Its name: "StepLR". */
  std::string kind() const { return sched_kind(get()); }

  /*  The text that parse() reads back to an equal schedule. */
  std::string text() const {
    return detail::text([this](char *text, std::size_t capacity, std::size_t *length) {
      return sched_text(get(), text, capacity, length);
    });
  }

  /*  The last step that has a rate; max_step when endless. */
  std::int64_t last_step() const {
    std::int64_t last = 0;
    detail::check(sched_last_step(get(), &last));
    return last;
  }

  /*  The rate at a step from 0 to last_step(), in closed form. */
  double rate(std::int64_t step, double base) const {
    double rate = 0;
    detail::check(sched_rates(get(), base, step, 1, &rate));
    return rate;
  }

  /*  The rates at steps [first, first + count). */
  std::vector<double> rates(std::int64_t first, std::size_t count, double base) const {
    std::vector<double> rates = detail::doubles(count);
    detail::check(sched_rates(get(), base, first, count, rates.data()));
    return rates;
  }

  /*  The same into the caller's memory, room for `count`. */
  void rates(std::int64_t first, std::size_t count, double base, double *rates) const {
    detail::check(sched_rates(get(), base, first, count, rates));
  }

  /*  The momentum (beta1 for Adam) at a step; `base` where it drives none. */
  double momentum(std::int64_t step, double base) const {
    double momentum = 0;
    detail::check(sched_momenta(get(), base, step, 1, &momentum));
    return momentum;
  }

  /*  The momenta at steps [first, first + count). */
  std::vector<double> momenta(std::int64_t first, std::size_t count, double base) const {
    std::vector<double> momenta = detail::doubles(count);
    detail::check(sched_momenta(get(), base, first, count, momenta.data()));
    return momenta;
  }

  /*  The same into the caller's memory, room for `count`. */
  void momenta(std::int64_t first, std::size_t count, double base, double *momenta) const {
    detail::check(sched_momenta(get(), base, first, count, momenta));
  }

#if defined(__cpp_lib_span)
  /*  The rates at steps [first, first + rates.size()). */
  void rates(std::int64_t first, double base, std::span<double> rates) const {
    this->rates(first, rates.size(), base, rates.data());
  }

  /*  The momenta at steps [first, first + momenta.size()). */
  void momenta(std::int64_t first, double base, std::span<double> momenta) const {
    this->momenta(first, momenta.size(), base, momenta.data());
  }
#endif

  /*  The rates at steps [first, first + count) as CSV: "step,rate", and the
   *  momentum where the schedule drives it. */
  std::string csv(std::int64_t first, std::size_t count, double base) const {
    return detail::text([&](char *text, std::size_t capacity, std::size_t *length) {
      return sched_csv(get(), base, first, count, text, capacity, length);
    });
  }

  /*  The same rates in a line of `width` blocks, or of one a step where there are
   *  fewer. UTF-8. */
  std::string sparkline(std::int64_t first, std::size_t count, double base,
                        std::size_t width = 60) const {
    return detail::text([&](char *text, std::size_t capacity, std::size_t *length) {
      return sched_sparkline(get(), base, first, count, width, text, capacity, length);
    });
  }

  /*  PyTorch's chained form: the rate at a step from the base rate and the rate
   *  in force before it. */
  double chain(std::int64_t step, double base, double current) const {
    double rate = 0;
    const sched_groups groups{get(), step, 1, &base, &current, &rate};
    detail::check(sched_chain(&groups));
    return rate;
  }

 private:
  detail::Owner<sched_schedule, sched_free> owner_;
};

/*  Schedules of the same text are the same curve; a text with a function in it,
 *  which it does not have, is that of any. */
inline bool operator==(const Schedule &a, const Schedule &b) {
  if (a.get() == b.get()) return true;
  const std::string text = a.text();
  return text == b.text() && text.find('<') == std::string::npos;
}
inline bool operator!=(const Schedule &a, const Schedule &b) { return !(a == b); }

inline std::ostream &operator<<(std::ostream &out, const Schedule &schedule) {
  return out << schedule.text();
}

/*  A schedule from text in PyTorch's constructor syntax. Throws Error, whose
 *  place() is the byte at which the refusal stands. */
inline Schedule parse(std::string_view text) {
  std::size_t position = text.size();
  sched_schedule *schedule = nullptr;
  // A view of nothing has no pointer; it is an empty text all the same.
  sched_status status =
      sched_parse(text.data() ? text.data() : "", text.size(), &position, &schedule);
  detail::check(status, position, text.size());
  return Schedule(schedule);
}

/*  Named arguments of a schedule whose kind is known only at run time:
 *
 *      sched::Schedule("StepLR", sched::Fields().integer("step_size", 30))
 *
 *  Names are kept by pointer: give literals, or what outlives the Fields. */
class Fields {
 public:
  Fields &real(const char *name, double value) {
    return add(Value{sched_real(name, value), {}, {}, {}, {}, {}});
  }
  Fields &integer(const char *name, std::int64_t value) {
    return add(Value{sched_integer(name, value), {}, {}, {}, {}, {}});
  }
  Fields &flag(const char *name, bool value) {
    return add(Value{sched_flag(name, value), {}, {}, {}, {}, {}});
  }
  Fields &word(const char *name, std::string value) {
    return add(Value{sched_word(name, nullptr), std::move(value), {}, {}, {}, {}});
  }
  Fields &reals(const char *name, std::vector<double> values) {
    return add(Value{sched_reals(name, nullptr, values.size()), {}, std::move(values), {}, {}, {}});
  }
  Fields &integers(const char *name, std::vector<std::int64_t> values) {
    sched_field field = sched_integers(name, nullptr, values.size());
    return add(Value{field, {}, {}, std::move(values), {}, {}});
  }
  Fields &schedule(const char *name, const Schedule &value) { return schedules(name, {value}); }
  Fields &schedules(const char *name, std::vector<Schedule> values) {
    sched_field field = sched_schedules(name, nullptr, values.size());
    return add(Value{field, {}, {}, {}, std::move(values), {}});
  }
  Fields &function(const char *name, Function value) {
    return add(Value{sched_callback(name, nullptr), {}, {}, {}, {}, std::move(value)});
  }

  /*  A field that may be absent: nothing is added where there is no value. */
  Fields &real(const char *name, std::optional<double> value) {
    return value ? real(name, *value) : *this;
  }
  Fields &integer(const char *name, std::optional<std::int64_t> value) {
    return value ? integer(name, *value) : *this;
  }
  Fields &function_if_any(const char *name, Function value) {
    return value ? function(name, std::move(value)) : *this;
  }

 private:
  friend class EarlyStopping;
  friend class Schedule;
  friend class Scheduler;

  struct Value {
    sched_field field;
    std::string word;
    std::vector<double> reals;
    std::vector<std::int64_t> integers;
    std::vector<Schedule> schedules;
    Function function;
  };

  Fields &add(Value value) {
    values_.push_back(std::move(value));
    return *this;
  }

  /*  Calls `use(fields, count)` with them as C has them. What throws has made
   *  nothing, and taken no function over. */
  template <class Use>
  void lend(Use use) const {
    std::vector<sched_field> array;
    std::vector<std::vector<const sched_schedule *>> handles;
    handles.reserve(values_.size());
    std::vector<std::unique_ptr<Function>> owned;
    std::vector<sched_function> functions(values_.size());
    for (const Value &value : values_) {
      sched_field field = value.field;
      switch (field.type) {
        case SCHED_TEXT:
          field.value.text = value.word.c_str();
          break;
        case SCHED_REALS:
          field.value.reals = value.reals.data();
          break;
        case SCHED_INTEGERS:
          field.value.integers = value.integers.data();
          break;
        case SCHED_SCHEDULES:
          handles.emplace_back();
          for (const Schedule &schedule : value.schedules) {
            handles.back().push_back(schedule.get());
          }
          field.value.schedules = handles.back().data();
          break;
        case SCHED_FUNCTION:
          // What is empty stays NULL, for the library to refuse.
          if (!value.function) break;
          owned.push_back(std::make_unique<Function>(value.function));
          functions[array.size()] = detail::function(owned.back().get());
          field.value.function = &functions[array.size()];
          break;
        default:
          break;
      }
      array.push_back(field);
    }
    use(array.data(), array.size());
    for (std::unique_ptr<Function> &function : owned) function.release();
  }

  std::vector<Value> values_;
};

inline Schedule::Schedule(const std::string &kind, const Fields &fields) {
  sched_schedule *schedule = nullptr;
  fields.lend([&](const sched_field *array, std::size_t count) {
    std::size_t culprit = count;
    sched_status status = sched_make(kind.c_str(), array, count, &culprit, &schedule);
    detail::check(status, culprit, count);
  });
  owner_ = detail::Owner<sched_schedule, sched_free>(schedule);
}

/*  The names of all kinds of schedule, in the order of the alphabet. */
inline std::vector<std::string> kinds() {
  std::vector<std::string> kinds;
  for (std::size_t i = 0; i < sched_kind_count(); i++) kinds.emplace_back(sched_kind_name(i));
  return kinds;
}

/*  What a kind declares, as sched_kind_describe lays it out. */
inline std::string describe(const std::string &kind) {
  return detail::text([&kind](char *text, std::size_t capacity, std::size_t *length) {
    return sched_kind_describe(kind.c_str(), text, capacity, length);
  });
}

enum class Curve { cos = SCHED_COS, linear = SCHED_LINEAR };

/*  The point at `fraction` of the way from start to end. */
inline double anneal(Curve curve, double fraction, double start, double end) {
  double value = 0;
  sched_ways ways{};
  ways.curve = static_cast<sched_curve>(curve);
  ways.fraction = fraction;
  ways.count = 1;
  ways.starts = &start;
  ways.ends = &end;
  ways.values = &value;
  detail::check(sched_anneal(&ways));
  return value;
}

/* -- Schedulers --------------------------------------------------------- */

enum class Form {
  closed = SCHED_CLOSED,   // the rate of a step depends on the step alone
  chained = SCHED_CHAINED  // PyTorch's recursion on the rate in force
};

/*  What the steps of a schedule count. */
enum class Unit { steps, epochs, samples, tokens };

/*  What is past the last step: nothing, the last rate, or what the formula says. */
enum class Horizon { raise, hold, extend };

/*  What becomes of a state that was saved with another configuration. */
enum class Policy {
  error = SCHED_POLICY_ERROR,     // it is refused, with the difference spelled out
  keep = SCHED_POLICY_KEEP,       // the new configuration at the saved position
  restore = SCHED_POLICY_RESTORE  // all of the state, its configuration too
};

/*  How a scheduler counts and where it ends: sched_scheduler_make_fields has it
 *  all. Each returns the object, so that one reads
 *
 *      sched::Options().unit(sched::Unit::epochs, 500).horizon(sched::Horizon::hold)
 */
class Options {
 public:
  Options &form(Form form) {
    fields_.word("form", word({"", "closed", "chained"}, form));
    return *this;
  }
  Options &unit(Unit unit, std::int64_t resolution = 1) {
    fields_.word("unit", word({"steps", "epochs", "samples", "tokens"}, unit));
    fields_.integer("resolution", resolution);
    return *this;
  }
  Options &horizon(Horizon horizon) {
    fields_.word("horizon", word({"raise", "hold", "extend"}, horizon));
    return *this;
  }
  Options &last(std::int64_t step) {
    fields_.integer("last", step);
    return *this;
  }

 private:
  friend class Scheduler;

  /*  What is none of the constants is no word, for the library to refuse. */
  template <class Constant>
  static const char *word(std::initializer_list<const char *> words, Constant constant) {
    const auto place = static_cast<std::size_t>(constant);
    return place < words.size() ? words.begin()[place] : "";
  }

  Fields fields_;
};

/*  Where a run is on its schedules. It moves, so it has one owner: share() makes
 *  a second on purpose, save() and restore() a copy. One thread at a time. */
class Scheduler {
 public:
  /*  Takes over one reference. */
  explicit Scheduler(sched_scheduler *handle) noexcept : owner_(handle) {}

  /*  At step 0, for one group or for a base rate a group. */
  Scheduler(const Schedule &schedule, double base, Form form = Form::closed)
      : Scheduler(schedule, &base, 1, form) {}
  Scheduler(const Schedule &schedule, const std::vector<double> &bases, Form form = Form::closed)
      : Scheduler(schedule, bases.data(), bases.size(), form) {}

  /*  At step 0, with one schedule for all groups or one a group. Throws Error
   *  with the name of what was refused. */
  Scheduler(std::vector<Schedule> schedules, std::vector<double> bases, Options options = {}) {
    options.fields_.schedules("schedules", std::move(schedules)).reals("bases", std::move(bases));
    sched_scheduler *scheduler = nullptr;
    options.fields_.lend([&](const sched_field *fields, std::size_t count) {
      detail::check(sched_scheduler_make_fields(fields, count, nullptr, &scheduler));
    });
    owner_ = detail::Owner<sched_scheduler, sched_scheduler_free>(scheduler);
  }

  sched_scheduler *get() const noexcept { return owner_.get(); }
  sched_scheduler *release() noexcept { return owner_.release(); }

  /*  Another owner of the same scheduler: when one steps, both have moved. */
  Scheduler share() const noexcept { return Scheduler(sched_scheduler_retain(get())); }

  std::size_t groups() const noexcept { return sched_scheduler_groups(get()); }

  /*  A group's schedule. */
  Schedule schedule(std::size_t group = 0) const {
    sched_schedule *schedule = nullptr;
    detail::check(sched_scheduler_schedule(get(), group, &schedule));
    return Schedule(schedule);
  }

  /*  The step it is at, counted from 0. */
  std::int64_t step() const {
    std::int64_t step = 0;
    detail::check(sched_now(get(), &step, nullptr));
    return step;
  }

  /*  The rate in force, of each group or of the first. */
  std::vector<double> rates() const {
    std::vector<double> rates(groups());
    detail::check(sched_now(get(), nullptr, rates.data()));
    return rates;
  }
  double rate() const {
    if (groups() != 1) return rates().at(0);
    double rate = 0;
    detail::check(sched_now(get(), nullptr, &rate));
    return rate;
  }

  /*  One step on. Throws SCHED_E_END at the last step. */
  void next() { detail::check(sched_next(get(), nullptr)); }

  /*  A metric seen at this step. If the schedule reacts to it, the rates in force
   *  are those it leads to; if it reacts to nothing, nothing happens. */
  void observe(double metric) { detail::check(sched_scheduler_observe(get(), metric, nullptr)); }

  /*  So many steps on: the samples or tokens of a training step. */
  void advance(std::int64_t steps) { detail::check(sched_advance(get(), steps, nullptr)); }

  /*  A training step that was not applied: nothing moves. How many there were. */
  std::int64_t skip() {
    std::int64_t skipped = 0;
    detail::check(sched_skip(get(), &skipped));
    return skipped;
  }

  /*  To any step. */
  void seek(std::int64_t step) { detail::check(sched_seek(get(), step)); }

  /*  Puts other rates in force, one a group, as a hand on the dial would. */
  void set_rates(const std::vector<double> &rates) {
    if (rates.size() != groups()) {
      detail::refuse(SCHED_E_RANGE, "rates.size()", std::to_string(rates.size()),
                     std::to_string(groups()));
    }
    detail::check(sched_set_rates(get(), rates.data()));
  }

  /*  From this step down to a floor without a jump, as CoolDown does; all groups,
   *  or those of a list. */
  void cool_down(std::int64_t steps, const char *decay_type = "1-sqrt", double min_ratio = 0.0,
                 const std::vector<std::size_t> &groups = {}) {
    detail::check(sched_scheduler_cool_down(get(), steps, decay_type, min_ratio,
                                  groups.empty() ? nullptr : groups.data(), groups.size()));
  }

  /*  Later by `steps` from this step on without a jump, as Extend does: the rate
   *  rests, or what was to come until a step takes so much longer. */
  void extend(std::int64_t steps, std::optional<std::int64_t> until = std::nullopt,
              const std::vector<std::size_t> &groups = {}) {
    // 0 is for none in C, and is refused here like any step that has passed.
    detail::check(sched_scheduler_extend(get(), steps, until ? (*until ? *until : -1) : 0,
                               groups.empty() ? nullptr : groups.data(), groups.size()));
  }

  /*  Takes over what save() gave, whatever the order in which things are made. */
  void load(std::string_view text, Policy policy = Policy::error) {
    std::size_t position = text.size();
    sched_status status =
        sched_scheduler_load(get(), text.data() ? text.data() : "", text.size(),
                             static_cast<sched_policy>(policy), &position);
    detail::check(status, position, text.size());
  }

  /*  All of it as text, and all of it from that text. */
  std::string save() const {
    return detail::text([this](char *text, std::size_t capacity, std::size_t *length) {
      return sched_scheduler_save(get(), text, capacity, length);
    });
  }
  static Scheduler restore(std::string_view text) {
    std::size_t position = text.size();
    sched_scheduler *scheduler = nullptr;
    sched_status status = sched_scheduler_restore(text.data() ? text.data() : "", text.size(),
                                                  &position, &scheduler);
    detail::check(status, position, text.size());
    return Scheduler(scheduler);
  }

 private:
  Scheduler(const Schedule &schedule, const double *bases, std::size_t groups, Form form) {
    sched_scheduler *scheduler = nullptr;
    detail::check(sched_scheduler_make(schedule.get(), static_cast<sched_form>(form), groups, bases,
                                       &scheduler));
    owner_ = detail::Owner<sched_scheduler, sched_scheduler_free>(scheduler);
  }

  detail::Owner<sched_scheduler, sched_scheduler_free> owner_;
};

/* -- Early stopping ----------------------------------------------------- */

enum class Mode {
  min = SCHED_MIN,  // less is better: a loss
  max = SCHED_MAX   // more is better: an accuracy
};

enum class Verdict {
  improved = SCHED_IMPROVED,  // a new best: keep these weights
  waiting = SCHED_WAITING,    // not better, and no reason to stop
  stop = SCHED_STOP           // stop; whether it was a new best, too, is_best() says
};

/*  Is fed observations, and says when to stop and why. One owner, one thread at a
 *  time, as Scheduler. */
class EarlyStopping {
 public:
  /*  Takes over one reference. */
  explicit EarlyStopping(sched_early_stopping *handle) noexcept : owner_(handle) {}

  /*  The rule Patience with these three fields. */
  explicit EarlyStopping(std::int64_t patience, double min_delta = 0.0, Mode mode = Mode::min) {
    sched_early_stopping *stopper = nullptr;
    detail::check(sched_early_stopping_make(static_cast<sched_mode>(mode), patience, min_delta,
                                            &stopper));
    owner_ = detail::Owner<sched_early_stopping, sched_early_stopping_free>(stopper);
  }

  /*  A rule by its name and fields, a peer's own too:
   *
   *      sched::EarlyStopping("Keras", sched::Fields().integer("patience", 3)) */
  EarlyStopping(const std::string &rule, const Fields &fields) {
    sched_early_stopping *stopper = nullptr;
    fields.lend([&](const sched_field *array, std::size_t count) {
      std::size_t culprit = count;
      sched_status status =
          sched_early_stopping_make_fields(rule.c_str(), array, count, &culprit, &stopper);
      detail::check(status, culprit, count);
    });
    owner_ = detail::Owner<sched_early_stopping, sched_early_stopping_free>(stopper);
  }

  /*  A rule from text: "Any([Patience(3, monitor='val_loss'), Budget(epochs=50)])". */
  static EarlyStopping parse(std::string_view text) {
    return read(sched_early_stopping_parse, text);
  }

  /*  Stops when one of both would, when both would at the same observation, and when
   *  the other would, which begins when this one has stopped: their rules, with
   *  nothing seen. */
  friend EarlyStopping operator|(const EarlyStopping &a, const EarlyStopping &b) {
    return joined("Any", a, b);
  }
  friend EarlyStopping operator&(const EarlyStopping &a, const EarlyStopping &b) {
    return joined("All", a, b);
  }
  EarlyStopping then(const EarlyStopping &other) const { return joined("Sequence", *this, other); }

  sched_early_stopping *get() const noexcept { return owner_.get(); }
  sched_early_stopping *release() noexcept { return owner_.release(); }

  /*  Another owner of the same watch: when one observes, both have seen it. */
  EarlyStopping share() const noexcept {
    return EarlyStopping(sched_early_stopping_retain(get()));
  }

  /*  One observation of its one metric. */
  Verdict observe(double metric) {
    sched_verdict verdict = SCHED_WAITING;
    detail::check(sched_observe(get(), metric, &verdict));
    return static_cast<Verdict>(verdict);
  }

  /*  One observation of named numbers, "step", "epoch" and "seconds" among them, as
   *  sched_observe_fields has it. Throws, with nothing changed, where one is missing. */
  Verdict observe(std::initializer_list<std::pair<const char *, double>> numbers) {
    std::vector<sched_field> fields;
    fields.reserve(numbers.size());
    for (const auto &number : numbers) fields.push_back(sched_real(number.first, number.second));
    sched_verdict verdict = SCHED_WAITING;
    detail::check(sched_observe_fields(get(), fields.data(), fields.size(), &verdict));
    return static_cast<Verdict>(verdict);
  }

  /*  As observe, and keep() called where it was the best so far: the place to copy the
   *  weights, which the caller puts back when the run ends. What it throws comes out of
   *  here, with the observation taken. */
  template <class Keep>
  Verdict observe(double metric, Keep &&keep) {
    return kept(observe(metric), std::forward<Keep>(keep));
  }
  template <class Keep>
  Verdict observe(std::initializer_list<std::pair<const char *, double>> numbers, Keep &&keep) {
    return kept(observe(numbers), std::forward<Keep>(keep));
  }

  /*  The best so far, infinity in its sign before any. */
  double best() const { return watched().best; }
  /*  The observation that was best, counted from 0; -1 before any. */
  std::int64_t best_at() const { return watched().best_at; }
  /*  Observations so far. */
  std::int64_t observed() const { return watched().observed; }
  /*  Observations since the best that count. */
  std::int64_t waited() const { return watched().waited; }
  /*  Whether the last observation was the best so far: keep these weights. */
  bool is_best() const { return watched().is_best != 0; }

  /*  All that it has seen. */
  sched_watch watched() const {
    sched_watch watch{};
    detail::check(sched_watched(get(), &watch));
    return watch;
  }

  /*  Why the last observation meant what it meant, as a sentence. */
  std::string why() const { return written(sched_why); }

  /*  Its rule, as parse() reads it. */
  std::string text() const { return written(sched_early_stopping_text); }

  /*  All of it as text, settings included, and all of it from that text. */
  std::string save() const { return written(sched_early_stopping_save); }
  static EarlyStopping restore(std::string_view text) {
    return read(sched_early_stopping_restore, text);
  }

  /*  Takes over what save() gave; Policy::keep keeps the settings that are here. */
  void load(std::string_view text, Policy policy = Policy::error) {
    std::size_t position = text.size();
    sched_status status =
        sched_early_stopping_load(get(), text.data() ? text.data() : "", text.size(),
                                  static_cast<sched_policy>(policy), &position);
    detail::check(status, position, text.size());
  }

 private:
  static EarlyStopping joined(const char *how, const EarlyStopping &a, const EarlyStopping &b) {
    return parse(std::string(how) + "([" + a.text() + ", " + b.text() + "])");
  }

  template <class Keep>
  Verdict kept(Verdict verdict, Keep &&keep) const {
    if (is_best()) std::forward<Keep>(keep)();
    return verdict;
  }

  template <class Write>
  std::string written(Write write) const {
    return detail::text([&](char *text, std::size_t capacity, std::size_t *length) {
      return write(get(), text, capacity, length);
    });
  }

  template <class Read>
  static EarlyStopping read(Read read, std::string_view text) {
    std::size_t position = text.size();
    sched_early_stopping *stopper = nullptr;
    sched_status status =
        read(text.data() ? text.data() : "", text.size(), &position, &stopper);
    detail::check(status, position, text.size());
    return EarlyStopping(stopper);
  }

  detail::Owner<sched_early_stopping, sched_early_stopping_free> owner_;
};

/* -- Optimizer steps ---------------------------------------------------- */

/*  One step of all groups, or of none; see sched_step. Throws sched::Error, whose
 *  place() is the index of the parameter within the group that was refused. */
inline void step(const std::vector<sched_group> &groups, sched_options *options = nullptr) {
  std::size_t group = groups.size(), culprit = 0;
  const sched_status status =
      sched_step(groups.data(), groups.size(), options, &group, &culprit);
  detail::check(status, culprit, group < groups.size() ? groups[group].count : 0);
}

/*  A parameter of `n` floats or doubles, and its gradient; without one it is not
 *  stepped. Rows and columns are for optimizers of matrices. */
template <class Real>
struct Param : sched_parameter {
  Param(Real *param, Real *grad, std::size_t n, std::size_t rows = 0,
        std::size_t columns = 0) noexcept
      : sched_parameter{n, param, grad, nullptr, rows, columns} {}
  Param(std::vector<Real> &param, std::vector<Real> &grad, std::size_t rows = 0,
        std::size_t columns = 0)
      : Param(param.data(), grad.data(), param.size(), rows, columns) {
    if (grad.size() != param.size()) {
      detail::refuse(SCHED_E_RANGE, "grad.size()", std::to_string(grad.size()),
                     std::to_string(param.size()) + ", as param");
    }
  }
};

/*  Groups of parameters, each with an optimizer's settings of its own, and all
 *  that is remembered of them. One owner, one thread at a time, as Scheduler.
 *
 *      sched::Optim optim;
 *      auto weights = optim.add(sched::AdamW(), {{w, grad_w}, {v, grad_v}});
 *      optim.set(weights, "lr", scheduler.rate());
 *      optim.step();
 */
class Optim {
 public:
  /*  A group's number, and what its settings are. */
  template <class Hyper>
  struct Group {
    std::size_t index;
    operator std::size_t() const noexcept { return index; }
  };

  /*  Takes over one reference. */
  explicit Optim(sched_optim *handle) noexcept : owner_(handle) {}
  Optim() : owner_(nullptr) {
    sched_optim *optim = nullptr;
    detail::check(sched_optim_make(&optim));
    owner_ = detail::Owner<sched_optim, sched_optim_free>(optim);
  }

  sched_optim *get() const noexcept { return owner_.get(); }
  sched_optim *release() noexcept { return owner_.release(); }

  /*  Another owner of the same optimizer. */
  Optim share() const noexcept { return Optim(sched_optim_retain(get())); }

  /*  Another group. `rest` says what is kept beside; its optimizer, settings and,
   *  but in the last form, type are those of the arguments. Throws Error, whose
   *  place() is the index of the parameter that was refused. */
  template <class Hyper>
  Group<Hyper> add(const Hyper &hyper, const std::vector<Param<float>> &list,
                   sched_optim_group rest = {}) {
    rest.dtype = SCHED_F32;
    return added(hyper, list.data(), list.size(), rest);
  }
  template <class Hyper>
  Group<Hyper> add(const Hyper &hyper, const std::vector<Param<double>> &list,
                   sched_optim_group rest = {}) {
    rest.dtype = SCHED_F64;
    return added(hyper, list.data(), list.size(), rest);
  }
  template <class Hyper>
  Group<Hyper> add(const Hyper &hyper, const std::vector<sched_parameter> &list,
                   const sched_optim_group &rest) {
    return added(hyper, list.data(), list.size(), rest);
  }
  /*  Of a list in braces, whose parameters may be taken for a sched_parameter, too. */
  template <class Hyper>
  Group<Hyper> add(const Hyper &hyper, std::initializer_list<Param<float>> list,
                   const sched_optim_group &rest = {}) {
    return add(hyper, std::vector<Param<float>>(list), rest);
  }
  template <class Hyper>
  Group<Hyper> add(const Hyper &hyper, std::initializer_list<Param<double>> list,
                   const sched_optim_group &rest = {}) {
    return add(hyper, std::vector<Param<double>>(list), rest);
  }

  /*  How many groups there are, and parameters of one. */
  std::size_t groups() const noexcept { return sched_optim_groups(get()); }
  std::size_t params(std::size_t group) const noexcept { return sched_optim_params(get(), group); }

  /*  One step of every parameter that has a gradient, or of none. */
  void step(sched_options *options = nullptr) {
    std::size_t group = groups(), culprit = 0;
    const sched_status status = sched_optim_step(get(), options, &group, &culprit);
    detail::check(status, culprit, params(group));
  }

  /*  One setting by its name, flags as 0 or 1; or all of them. */
  void set(std::size_t group, const char *name, double value) {
    detail::check(sched_optim_set(get(), group, name, value));
  }
  double get(std::size_t group, const char *name) const {
    double value = 0;
    detail::check(sched_optim_get(get(), group, name, &value));
    return value;
  }
  template <class Hyper>
  void set(Group<Hyper> group, const Hyper &hyper) {
    detail::check(sched_optim_hyper(get(), group, &hyper));
  }

  /*  Where a parameter is from now on; and where it is, and its steps. */
  void put(std::size_t group, std::size_t index, const sched_parameter &param) {
    detail::check(sched_optim_put(get(), group, index, &param));
  }
  sched_parameter param(std::size_t group, std::size_t index) const {
    sched_parameter param{};
    detail::check(sched_optim_param(get(), group, index, &param, nullptr));
    return param;
  }
  std::int64_t steps(std::size_t group, std::size_t index) const {
    std::int64_t steps = 0;
    detail::check(sched_optim_param(get(), group, index, nullptr, &steps));
    return steps;
  }

  /*  How many steps were taken elsewhere, where its states come from; see
   *  sched_optim_set_steps. */
  void set_steps(std::size_t group, std::size_t index, std::int64_t steps) {
    detail::check(sched_optim_set_steps(get(), group, index, steps));
  }

  /*  What is kept of a parameter, by its name, to read and to write. */
  struct State {
    void *data;
    std::size_t n;
    sched_dtype dtype;
  };
  State state(std::size_t group, std::size_t index, const char *name) {
    State state{};
    detail::check(
        sched_optim_state(get(), group, index, name, &state.data, &state.n, &state.dtype));
    return state;
  }

  /*  All but the parameters and gradients; and from that, whichever language wrote it. */
  std::vector<unsigned char> save() const {
    std::size_t length = 0;
    const sched_status status = sched_optim_save(get(), nullptr, 0, &length);
    if (status != SCHED_E_SPACE) detail::check(status);
    std::vector<unsigned char> data(length);
    detail::check(sched_optim_save(get(), data.data(), data.size(), &length));
    return data;
  }
  void load(const std::vector<unsigned char> &data) {
    // No bytes are no state either, and their pointer may be NULL.
    const void *start = data.empty() ? static_cast<const void *>("") : data.data();
    detail::check(sched_optim_load(get(), start, data.size()));
  }

 private:
  template <class Hyper>
  Group<Hyper> added(const Hyper &hyper, const sched_parameter *list, std::size_t count,
                     sched_optim_group group) {
    group.optimizer = Hyper::kind;
    group.hyper = &hyper;
    std::size_t index = 0, culprit = count;
    const sched_status status =
        sched_optim_add(get(), &group, list, count, &index, &culprit);
    detail::check(status, culprit, count);
    return {index};
  }

  detail::Owner<sched_optim, sched_optim_free> owner_;
};

/*  An array that is only read, for the norms. */
inline sched_array array(const float *data, std::size_t n) noexcept { return {data, n, SCHED_F32}; }
inline sched_array array(const double *data, std::size_t n) noexcept {
  return {data, n, SCHED_F64};
}

/*  An array's elements as another type, at `to`; see sched_convert. */
inline void convert(const sched_array &from, sched_dtype dtype, void *to) {
  detail::check(sched_convert(&from, dtype, to));
}

/*  The p-norm of all arrays together; see sched_norm. */
inline double norm(const std::vector<sched_array> &list, double p = 2) {
  double total = 0;
  detail::check(sched_norm(list.data(), list.size(), p, nullptr, &total));
  return total;
}

/*  Each one's. */
inline std::vector<double> norms(const std::vector<sched_array> &list, double p = 2) {
  std::vector<double> each = detail::doubles(list.size());
  detail::check(sched_norm(list.data(), list.size(), p, each.data(), nullptr));
  return each;
}

/*  The sum of a[i] * b[i]. */
inline double dot(const sched_array &a, const sched_array &b) {
  double product = 0;
  detail::check(sched_dot(&a, &b, &product));
  return product;
}

/*  Whether what is looked at is as it was; see sched_unchanged. */
inline bool unchanged(const sched_look &look) {
  std::int32_t unchanged = 0;
  detail::check(sched_unchanged(&look, &unchanged));
  return unchanged != 0;
}

/*  The instruction set the kernels use. */
inline std::string isa() { return sched_isa(); }

/*  Another one from now on; none for what it was at first. */
inline void set_isa(const std::string &name) { detail::check(sched_set_isa(name.c_str())); }
inline void set_isa(std::nullopt_t) { detail::check(sched_set_isa(nullptr)); }

/*  How many threads a step may use, the caller's included. */
inline std::int32_t threads() noexcept { return sched_threads(); }

/*  1 to 1024; 0 for what it was at first. */
inline void set_threads(std::int32_t threads) { detail::check(sched_set_threads(threads)); }

/*  Whose threads steps run on, and how many there are. See sched_set_team. */
inline void set_team(sched_team team, std::int32_t threads) {
  detail::check(sched_set_team(team, threads));
}
inline void set_team(std::nullptr_t) { detail::check(sched_set_team(nullptr, 0)); }

/*  L-BFGS over a vector of floats or doubles, or of any type of 16 bits, and what
 *  it remembers between steps. Gradients are as the parameter, or floats where it
 *  is of 16 bits. See sched_lbfgs_step. */
template <class Real, class Grad = Real>
class LBFGS : public sched_lbfgs {
  static constexpr bool is_float = std::is_same_v<Real, float>;
  static constexpr bool is_double = std::is_same_v<Real, double>;
  static_assert(is_float || is_double || (sizeof(Real) == 2 && std::is_trivial_v<Real>),
                "floats, doubles or 16 bits");
  static_assert(std::is_same_v<Grad, Real> || (!is_double && std::is_same_v<Grad, float>),
                "gradients of the parameter's type, or floats of 16 bits");

 public:
  LBFGS() noexcept : sched_lbfgs SCHED_LBFGS_DEFAULTS, dtype_(is_double ? SCHED_F64 : SCHED_F32) {
    static_assert(is_float || is_double, "16 bits need to be told which");
  }
  /*  Of 16 bits: SCHED_BF16 or SCHED_F16. */
  explicit LBFGS(sched_dtype dtype) : sched_lbfgs SCHED_LBFGS_DEFAULTS, dtype_(dtype) {
    static_assert(sizeof(Real) == 2, "told by the type");
    if (dtype != SCHED_BF16 && dtype != SCHED_F16) {
      detail::refuse(SCHED_E_ENUM, "dtype", std::to_string(dtype), "SCHED_BF16 or SCHED_F16");
    }
  }
  LBFGS(const LBFGS &) = delete;
  LBFGS &operator=(const LBFGS &) = delete;

  /*  One step, in place; the first loss. `objective(param, grad)` gives the loss at
   *  a vector that it may not change, fills in the gradient or assigns it, a vector
   *  as long, and is called several times.
   *  What it throws comes out of here, and then this is not to be used again. */
  template <class Objective>
  double step(std::vector<Real> &param, Objective objective) {
    const std::size_t n = param.size();
    if (history_size < 1 || history_size > 1 << 20) {
      detail::refuse(SCHED_E_VALUE, "LBFGS history_size", std::to_string(history_size),
                     "an integer from 1 to 1048576");
    }
    const auto room = static_cast<std::size_t>(history_size);
    if (arrays_.empty()) {
      arrays_.resize(2 + 2 * room, std::vector<Held>(n));
      for (std::size_t i = 0; i < room; i++) {
        dirs_.push_back(arrays_[2 + i].data());
        steps_.push_back(arrays_[2 + room + i].data());
      }
      ro_.resize(room);
      al_.resize(room);
    }
    if (arrays_[0].size() != n) {
      detail::refuse(SCHED_E_RANGE, "param.size()", std::to_string(n),
                     std::to_string(arrays_[0].size()) + ", as before");
    }
    if (dirs_.size() != room) {
      detail::refuse(SCHED_E_RANGE, "LBFGS history_size", std::to_string(room),
                     std::to_string(dirs_.size()) + ", as before");
    }
    if (max_iter > 0) {
      const auto pairs = static_cast<std::size_t>(
          std::min(history_size, memory_.count + std::min(max_iter, history_size)));
      products_.resize(std::max(products_.size(), pairs * (pairs + 1)));
    }
    memory_.d = arrays_[0].data();
    memory_.prev_flat_grad = arrays_[1].data();
    memory_.old_dirs = dirs_.data();
    memory_.old_stps = steps_.data();
    memory_.ro = ro_.data();
    memory_.al = al_.data();
    memory_.products = products_.data();
    // What is handed out may be assigned to, and then lies elsewhere.
    std::vector<Grad> grad(n), found(n);
    Function call = [&](std::int64_t) -> double {
      const double loss = objective(std::as_const(param), found);
      if (found.size() != n) {
        detail::refuse(SCHED_E_RANGE, "grad.size()", std::to_string(found.size()),
                       std::to_string(n) + ", as param");
      }
      std::copy(found.begin(), found.end(), grad.begin());
      return loss;
    };
    sched_function function = detail::function(&call);
    function.release = nullptr;
    double loss = 0;
    detail::check(sched_lbfgs_step(this, dtype_, std::is_same_v<Grad, Real> ? SCHED_SAME : SCHED_F32,
                                   n, param.data(), grad.data(), &memory_, &function, &loss));
    return loss;
  }

  /*  Iterations and evaluations so far. */
  std::int64_t iterations() const noexcept { return memory_.n_iter; }
  std::int64_t evaluations() const noexcept { return memory_.func_evals; }

 private:
  using Held = std::conditional_t<is_double, double, float>;

  sched_dtype dtype_;
  sched_lbfgs_memory memory_{};
  std::vector<std::vector<Held>> arrays_;
  std::vector<void *> dirs_, steps_;
  std::vector<double> ro_, al_, products_;
};

/*  The version of the library, which may be newer than the header. */
inline std::string version() { return sched_version(); }

}  // namespace sched

#include "sched_kinds.hpp"
#include "sched_optimizers.hpp"

#endif  // SCHED_HPP
