/*  Schedules in C++: torch's numbers however one is made, values that own their
 *  handles, and errors as exceptions. */
#include <sstream>
#include <type_traits>

#include "calls.h"
#include "support.hpp"

namespace {

/*  A call of the oracle's by its fields. */
sched_schedule *by_fields(const call *call) {
  sched::Fields fields;
  for (std::size_t i = 0; i < call->count; i++) {
    const sched_field &field = call->fields[i];
    switch (field.type) {
      case SCHED_REAL:
        fields.real(field.name, field.value.real);
        break;
      case SCHED_INTEGER:
        fields.integer(field.name, field.value.integer);
        break;
      case SCHED_FLAG:
        fields.flag(field.name, field.value.flag != 0);
        break;
      case SCHED_TEXT:
        fields.word(field.name, field.value.text);
        break;
      case SCHED_INTEGERS:
        fields.integers(field.name, std::vector<std::int64_t>(
                                        field.value.integers, field.value.integers + field.count));
        break;
      case SCHED_SCHEDULES: {
        std::vector<sched::Schedule> children;
        for (std::size_t k = 0; k < field.count; k++) {
          children.emplace_back(sched_retain(field.value.schedules[k]));
        }
        fields.schedules(field.name, children);
        break;
      }
      default:
        call_fail(field.name);
    }
  }
  return sched::Schedule(call->kind, fields).release();
}

std::optional<std::int64_t> optional_integer(const call *call, const char *name) {
  const sched_field *field = call_find(call, name);
  return field ? std::optional<std::int64_t>(field->value.integer) : std::nullopt;
}

/*  A call of the oracle's by its type. */
sched_schedule *by_type(const call *call) {
  const std::string kind = call->kind;
  if (kind == "StepLR") {
    return sched::StepLR(call_integer(call, "step_size"), call_real(call, "gamma")).release();
  }
  if (kind == "CosineAnnealingLR") {
    return sched::CosineAnnealingLR(call_integer(call, "T_max"), call_real(call, "eta_min"))
        .release();
  }
  if (kind == "LinearLR") {
    return sched::LinearLR(call_real(call, "start_factor"), call_real(call, "end_factor"),
                           call_integer(call, "total_iters"))
        .release();
  }
  if (kind == "ConstantLR") {
    return sched::ConstantLR(call_real(call, "factor"), call_integer(call, "total_iters"))
        .release();
  }
  if (kind == "ExponentialLR") {
    return sched::ExponentialLR(call_real(call, "gamma")).release();
  }
  if (kind == "MultiStepLR") {
    return sched::MultiStepLR(
               std::vector<std::int64_t>(call->integers, call->integers + call->steps),
               call_real(call, "gamma"))
        .release();
  }
  if (kind == "PolynomialLR") {
    return sched::PolynomialLR(call_integer(call, "total_iters"), call_real(call, "power"))
        .release();
  }
  if (kind == "CosineAnnealingWarmRestarts") {
    return sched::CosineAnnealingWarmRestarts(call_integer(call, "T_0"),
                                              call_integer(call, "T_mult"),
                                              call_real(call, "eta_min"))
        .release();
  }
  if (kind == "CyclicLR") {
    sched::CyclicLROptions options;
    if (const sched_field *low = call_find(call, "base_lr")) options.base_lr = low->value.real;
    options.max_lr = call_real(call, "max_lr");
    options.step_size_up = call_integer(call, "step_size_up");
    options.step_size_down = optional_integer(call, "step_size_down");
    options.mode = call_field(call, "mode")->value.text;
    options.gamma = call_real(call, "gamma");
    options.scale_mode = call_field(call, "scale_mode")->value.text;
    options.cycle_momentum = call_flag(call, "cycle_momentum") != 0;
    options.base_momentum = call_real(call, "base_momentum");
    options.max_momentum = call_real(call, "max_momentum");
    return sched::CyclicLR(options).release();
  }
  if (kind == "SequentialLR") {
    std::vector<sched::Schedule> children;
    for (std::size_t i = 0; i < call->children; i++) {
      children.emplace_back(sched_retain(call->schedules[i]));
    }
    return sched::SequentialLR(
               std::move(children),
               std::vector<std::int64_t>(call->integers, call->integers + call->steps))
        .release();
  }
  if (kind == "OneCycleLR") {
    sched::OneCycleLROptions options;
    if (const sched_field *peak = call_find(call, "max_lr")) options.max_lr = peak->value.real;
    options.total_steps = optional_integer(call, "total_steps");
    options.epochs = optional_integer(call, "epochs");
    options.steps_per_epoch = optional_integer(call, "steps_per_epoch");
    options.pct_start = call_real(call, "pct_start");
    options.anneal_strategy = call_field(call, "anneal_strategy")->value.text;
    options.cycle_momentum = call_flag(call, "cycle_momentum") != 0;
    options.base_momentum = call_real(call, "base_momentum");
    options.max_momentum = call_real(call, "max_momentum");
    options.div_factor = call_real(call, "div_factor");
    options.final_div_factor = call_real(call, "final_div_factor");
    options.three_phase = call_flag(call, "three_phase") != 0;
    return sched::OneCycleLR(options).release();
  }
  call_fail(call->kind);
  return nullptr;
}

void check_conformance(const ::vector &record, const sched::Schedule &schedule) {
  const double base = vector_double(&record, "base");
  const auto chained = numbers(record, "chained"), closed = numbers(record, "closed");
  const auto momentum = numbers(record, "momentum");
  REQUIRE(!chained.empty());
  INFO(record.reason);
  double current = base;
  std::size_t wrong = 0;
  for (std::size_t t = 0; t < chained.size(); t++) {
    current = schedule.chain(static_cast<std::int64_t>(t), base, current);
    wrong += !same(current, chained[t]);
  }
  CHECK(wrong == 0);
  const auto rates = schedule.rates(0, closed.size(), base);
  for (std::size_t t = 0; t < closed.size(); t++) {
    wrong += !same(rates[t], closed[t]);
    wrong += !same(schedule.rate(static_cast<std::int64_t>(t), base), closed[t]);
  }
  CHECK(wrong == 0);
  const auto momenta = schedule.momenta(0, momentum.size(), 0.9);
  for (std::size_t t = 0; t < momentum.size(); t++) wrong += !same(momenta[t], momentum[t]);
  CHECK(wrong == 0);
  CHECK(schedule.text() == vector_text(&record, "text"));
}

sched::Schedule made(const ::vector &record, call_maker make) {
  const char *at = vector_text(&record, "text");
  return sched::Schedule(call_make(&at, make));
}

}  // namespace

TEST_CASE("schedules have torch's numbers when parsed") {
  for (const auto &record : Vectors("schedules.txt")) {
    check_conformance(record, sched::parse(vector_text(&record, "text")));
  }
}

TEST_CASE("schedules have torch's numbers when made by kind and fields") {
  for (const auto &record : Vectors("schedules.txt")) {
    check_conformance(record, made(record, by_fields));
  }
}

TEST_CASE("schedules have torch's numbers when made by type") {
  for (const auto &record : Vectors("schedules.txt")) {
    check_conformance(record, made(record, by_type));
  }
}

TEST_CASE("schedules are as near to the field's numbers as the record says") {
  for (const char *file : {"algebra.txt", "decays.txt", "shapes.txt"}) {
    for (const auto &record : Vectors(file)) {
      const sched::Schedule schedule = sched::parse(vector_text(&record, "text"));
      const double base = vector_double(&record, "base");
      const auto ulps = static_cast<std::uint64_t>(
          vector_find(&record, "ulps") ? vector_double(&record, "ulps") : 0);
      const auto first = static_cast<std::int64_t>(
          vector_find(&record, "first") ? vector_double(&record, "first") : 0);
      const auto chained = numbers(record, "chained"), closed = numbers(record, "closed");
      const auto momentum = numbers(record, "momentum");
      INFO(record.reason);
      REQUIRE(chained.size() + closed.size() > 0);
      std::size_t wrong = 0;
      const auto rates = schedule.rates(first, closed.size(), base);
      for (std::size_t t = 0; t < closed.size(); t++) {
        wrong += vector_ulps(rates[t], closed[t]) > ulps;
      }
      const auto momenta = schedule.momenta(first, momentum.size(), 0.123);
      for (std::size_t t = 0; t < momentum.size(); t++) {
        wrong += vector_ulps(momenta[t], momentum[t]) > ulps;
      }
      if (!chained.empty()) {
        sched::Scheduler scheduler(schedule, base, sched::Form::chained);
        scheduler.seek(first);
        for (std::size_t t = 0; t < chained.size(); t++) {
          if (t > 0) scheduler.next();
          wrong += vector_ulps(scheduler.rates()[0], chained[t]) > ulps;
        }
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("typed constructors have PyTorch's defaults") {
  CHECK(sched::StepLR(30).text() == "StepLR(step_size=30, gamma=0.1)");
  CHECK(sched::CosineAnnealingLR(10) == sched::parse("CosineAnnealingLR(10)"));
  CHECK(sched::LinearLR() == sched::parse("LinearLR()"));
  sched::OneCycleLROptions options;
  options.total_steps = 10;
  CHECK(sched::OneCycleLR(options) == sched::parse("OneCycleLR(total_steps=10)"));
  CHECK(sched::SequentialLR({sched::LinearLR(), sched::StepLR(3)}, {5}) ==
        sched::parse("SequentialLR([LinearLR(), StepLR(3)], [5])"));
  CHECK(sched::Constant() == sched::parse("Constant()"));
  CHECK(sched::CosineRestartLR({3, 4}) == sched::parse("CosineRestartLR([3, 4])"));
}

TEST_CASE("a schedule holds another") {
  const sched::Clamp inner(sched::StepLR(3), 0.5);
  CHECK(inner == sched::parse("Clamp(StepLR(3), 0.5)"));
  CHECK(sched::Clamp(sched::Schedule(inner), 0.1, 2.0) ==
        sched::parse("Clamp(Clamp(StepLR(3), 0.5), 0.1, 2.0)"));
  CHECK(sched::Schedule("Clamp", sched::Fields().schedule("schedule", sched::StepLR(3))) ==
        sched::parse("Clamp(StepLR(3))"));
  sched::WarmupOptions options;
  options.schedule = inner;
  options.steps = 4;
  options.shape = "1-sqrt";
  CHECK(sched::Warmup(options) ==
        sched::parse("Warmup(Clamp(StepLR(3), 0.5), steps=4, shape='1-sqrt')"));
}

TEST_CASE("what a struct of options must have is missed") {
  sched::WarmupOptions options;
  options.steps = 4;
  CHECK_REFUSED(sched::Warmup{options}, SCHED_E_NULL, "schedule", "NULL", "a schedule");
  options = sched::WarmupOptions();
  options.schedule = sched::StepLR(3);
  CHECK_REFUSED(sched::Warmup{options}, SCHED_E_VALUE, "Warmup steps", "=-1", "from 0");
  CHECK_REFUSED(sched::CyclicLR{sched::CyclicLROptions()}, SCHED_E_VALUE, "CyclicLR max_lr",
                "=-1.0", "from 0");
}

TEST_CASE("a schedule is a value that owns its handle") {
  static_assert(std::is_nothrow_move_constructible_v<sched::Schedule>);
  static_assert(std::is_nothrow_copy_constructible_v<sched::Schedule>);
  static_assert(!std::is_convertible_v<sched_schedule *, sched::Schedule>);
  static_assert(std::is_convertible_v<sched::StepLR, sched::Schedule>);

  sched::Schedule schedule = sched::StepLR(3);
  sched_schedule *const handle = schedule.get();
  sched::Schedule copy = schedule;
  CHECK(copy.get() == handle);
  sched::Schedule moved = std::move(schedule);
  CHECK(moved.get() == handle);
  CHECK(schedule.get() == nullptr);
  schedule = moved;
  CHECK(schedule.get() == handle);
  sched::Schedule &self = schedule;
  schedule = self;
  schedule = std::move(self);
  CHECK(schedule.get() == handle);
  schedule = sched::LinearLR();
  CHECK(schedule.kind() == "LinearLR");
  CHECK(copy.kind() == "StepLR");

  // Out into C and back.
  sched_schedule *raw = copy.release();
  CHECK(copy.get() == nullptr);
  CHECK(std::string(sched_kind(raw)) == "StepLR");
  CHECK(sched::Schedule(raw).rate(3, 1.0) == doctest::Approx(0.1));
  CHECK(moved.rate(0, 1.0) == 1.0);
}

TEST_CASE("what was moved away refuses with a status, and crashes nothing") {
  sched::Schedule schedule = sched::StepLR(3);
  sched::Schedule taken = std::move(schedule);
  CHECK_REFUSED(schedule.text(), SCHED_E_NULL, "schedule", "NULL", "accepted");
  CHECK_REFUSED(schedule.rate(0, 1), SCHED_E_NULL, "schedule", "NULL", "accepted");
  CHECK_REFUSED(schedule.last_step(), SCHED_E_NULL, "schedule", "NULL", "accepted");
  CHECK_REFUSED(sched::Scheduler(schedule, 0.1), SCHED_E_NULL, "schedule", "NULL", "accepted");
  CHECK(schedule.kind().empty());
  const sched::Schedule copy = schedule;
  CHECK(copy.get() == nullptr);
  CHECK(copy == schedule);
}

TEST_CASE("schedules are equal when their curves are, and print as text") {
  const sched::Schedule a = sched::StepLR(3), b = sched::parse("StepLR(gamma=0.1, step_size=3)");
  CHECK(a.get() != b.get());
  CHECK(a == b);
  CHECK(a != sched::StepLR(4));
  std::ostringstream out;
  out << a;
  CHECK(out.str() == "StepLR(step_size=3, gamma=0.1)");
  CHECK(sched::parse(out.str()) == a);
  // A view into a larger text, without a zero at its end.
  CHECK(sched::parse(std::string_view("StepLR(3)StepLR(").substr(0, 9)) == a);
}

TEST_CASE("rates come one, many, or into the caller's memory") {
  const sched::CosineAnnealingLR schedule(10, 0.01);
  const auto rates = schedule.rates(3, 20, 0.1);
  REQUIRE(rates.size() == 20);
  double into[20];
  schedule.rates(3, 20, 0.1, into);
  for (std::size_t i = 0; i < 20; i++) {
    CHECK(same(rates[i], into[i]));
    CHECK(same(rates[i], schedule.rate(3 + static_cast<std::int64_t>(i), 0.1)));
  }
  CHECK(schedule.rates(3, 0, 0.1).empty());
  schedule.rates(3, 0, 0.1, nullptr);

  sched::OneCycleLROptions options;
  options.total_steps = 20;
  const sched::OneCycleLR cycle(options);
  CHECK(cycle.last_step() == 19);
  CHECK(schedule.last_step() == sched::max_step);
  const auto momenta = cycle.momenta(2, 18, 0.9);
  cycle.momenta(2, 18, 0.9, into);
  for (std::size_t i = 0; i < 18; i++) {
    CHECK(same(momenta[i], into[i]));
    CHECK(same(momenta[i], cycle.momentum(2 + static_cast<std::int64_t>(i), 0.9)));
  }
#if defined(__cpp_lib_span)
  std::vector<double> span(20, -1);
  schedule.rates(3, 0.1, std::span(span).first(19));
  for (std::size_t i = 0; i < 19; i++) CHECK(same(rates[i], span[i]));
  CHECK(span[19] == -1);
  cycle.momenta(2, 0.9, std::span(span).first(18));
  for (std::size_t i = 0; i < 18; i++) CHECK(same(momenta[i], span[i]));
#else
  static_assert(__cplusplus < 202002L, "C++20 without std::span");
#endif
}

TEST_CASE("a schedule shows itself as text") {
  const sched::LinearDecay schedule(7);
  CHECK(schedule.sparkline(0, 8, 1.0) == "█▇▆▅▄▃▂▁");
  CHECK(schedule.sparkline(0, 8, 1.0, 2) == "█▁");
  CHECK(sched::StepLR(2, 0.5).csv(1, 2, 1.0) == "step,rate\n1,1.0\n2,0.5\n");
  CHECK_REFUSED(schedule.sparkline(0, 8, 1.0, 0), SCHED_E_RANGE, "width", "=0", "from 1");
  CHECK_REFUSED(schedule.csv(-1, 8, 1.0), SCHED_E_RANGE, "step", "=-1", "from 0");
}

TEST_CASE("kinds are listed and described") {
  const auto kinds = sched::kinds();
  REQUIRE(kinds.size() == sched_kind_count());
  for (const std::string &kind : kinds) {
    CHECK(sched::describe(kind).rfind("summary\t", 0) == 0);
  }
  CHECK_REFUSED(sched::describe("Nothing"), SCHED_E_KIND, "Nothing", "", "StepLR");
  CHECK(sched::anneal(sched::Curve::cos, 0.5, 1, 0) == doctest::Approx(0.5));
  CHECK(sched::anneal(sched::Curve::linear, 0.25, 1, 0) == 0.75);
  CHECK_REFUSED(sched::anneal(static_cast<sched::Curve>(9), 0.5, 1, 0), SCHED_E_ENUM, "curve",
                "=9", "accepted");
}

TEST_CASE("an error has a status, a sentence and a place") {
  const sched::Error error = refusal([] { sched::parse("StepLR(step_size=0)"); });
  CHECK(error.status() == SCHED_E_VALUE);
  CHECK(error.place() == std::optional<std::size_t>(17));
  CHECK(std::string(error.what()) == sched_last_error());
  CHECK_THROWS_AS(sched::parse("x"), std::invalid_argument);

  CHECK(refusal([] { sched::parse(""); }).status() == SCHED_E_SYNTAX);
  CHECK(refusal([] { sched::parse(std::string_view()); }).status() == SCHED_E_SYNTAX);
  CHECK(refusal([] { sched::parse("StepLR(3"); }).place() == std::nullopt);
  CHECK(refusal([] { sched::parse("StepLR(3;"); }).place() == std::optional<std::size_t>(8));

  const sched::Error field = refusal([] {
    sched::Schedule("StepLR", sched::Fields().integer("step_size", 3).real("gama", 0.5));
  });
  CHECK(field.status() == SCHED_E_FIELD);
  CHECK(field.place() == std::optional<std::size_t>(1));
  CHECK(refusal([] { sched::Schedule("StepLR", sched::Fields()); }).place() == std::nullopt);
}

TEST_CASE("bad input is refused as it is in C") {
  const double nan = std::nan("");
  CHECK_REFUSED(sched::StepLR(0), SCHED_E_VALUE, "StepLR step_size", "=0", "from 1");
  CHECK_REFUSED(sched::StepLR(-1), SCHED_E_VALUE, "StepLR step_size", "=-1", "from 1");
  CHECK_REFUSED(sched::StepLR(3, nan), SCHED_E_VALUE, "StepLR gamma", "=nan", "a finite number");
  CHECK_REFUSED(sched::StepLR(3, HUGE_VAL), SCHED_E_VALUE, "StepLR gamma", "=inf",
                "a finite number");
  CHECK_REFUSED(sched::CosineAnnealingLR(0), SCHED_E_VALUE, "T_max", "=0", "from 1");
  CHECK_REFUSED(sched::LinearLR(nan), SCHED_E_VALUE, "start_factor", "=nan", "a finite number");
  CHECK_REFUSED(sched::OneCycleLR(sched::OneCycleLROptions()), SCHED_E_MISSING, "total_steps", "",
                "epochs and steps_per_epoch");
  sched::OneCycleLROptions options;
  options.total_steps = 10;
  options.anneal_strategy = "log";
  CHECK_REFUSED(sched::OneCycleLR{options}, SCHED_E_VALUE, "anneal_strategy", "='log'",
                "'cos' or 'linear'");
  CHECK_REFUSED(sched::Schedule("Nothing", sched::Fields()), SCHED_E_KIND, "Nothing", "",
                "StepLR");
  CHECK_REFUSED(
      sched::Schedule("StepLR", sched::Fields().integer("step_size", 3).integer("step_size", 3)),
      SCHED_E_TWICE, "step_size", "=3", "one value");
  CHECK_REFUSED(sched::Schedule("StepLR", sched::Fields().word("step_size", "3")), SCHED_E_TYPE,
                "step_size", "='3'", "an integer");
  CHECK_REFUSED(sched::Schedule("StepLR", sched::Fields().reals("step_size", {3, 4})),
                SCHED_E_TYPE, "step_size", "=[", "an integer");
  CHECK_REFUSED(sched::SequentialLR({}, {}), SCHED_E_VALUE, "schedulers", "[]", "at least one");
  CHECK_REFUSED(
      sched::SequentialLR({sched::StepLR(1), sched::StepLR(2), sched::StepLR(3)}, {9, 4}),
      SCHED_E_VALUE, "milestones[1]", "=4", "more than milestones[0]=9");

  const sched::StepLR schedule(3);
  CHECK_REFUSED(schedule.rate(-1, 0.1), SCHED_E_RANGE, "step", "=-1", "from 0");
  CHECK_REFUSED(schedule.rate(0, nan), SCHED_E_VALUE, "base", "=nan", "a finite number");
  CHECK_REFUSED(schedule.momentum(sched::max_step + 1, 0.1), SCHED_E_RANGE, "step",
                "=9007199254740993", "to 9007199254740992");
  CHECK_REFUSED(schedule.rates(0, 3, 0.1, nullptr), SCHED_E_NULL, "rates", "NULL", "accepted");
  CHECK_REFUSED(schedule.rates(0, SIZE_MAX, 0.1), SCHED_E_MEMORY, "count",
                "=18446744073709551615", "accepted");
  CHECK_REFUSED(schedule.rates(0, SIZE_MAX / 8, 0.1), SCHED_E_MEMORY, "count",
                "=2305843009213693951", "accepted");
  CHECK_REFUSED(schedule.momenta(0, std::size_t{1} << 53, 0.1), SCHED_E_MEMORY, "count",
                "=9007199254740992", "accepted");
#if !defined(__SANITIZE_ADDRESS__)  // whose allocator ends the program instead of throwing
  CHECK_REFUSED(schedule.momenta(0, std::size_t{1} << 46, 0.1), SCHED_E_MEMORY, "count",
                "=70368744177664", "accepted");
#endif
  options = sched::OneCycleLROptions();
  options.total_steps = 10;
  CHECK_REFUSED(sched::OneCycleLR(options).rate(10, 0.1), SCHED_E_END, "step", "=10", "0 to 9");

  std::string deep;
  for (int i = 0; i < 100000; i++) deep += "SequentialLR([";
  CHECK_REFUSED(sched::parse(deep), SCHED_E_DEPTH, "SequentialLR", "at byte 896", "64 levels");
}
