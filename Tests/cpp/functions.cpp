/*  Schedules of a std::function: what it throws, and how long it lives. */
#include <map>
#include <memory>

#include "support.hpp"

namespace {

const std::map<std::string, sched::Function> functions = {
    {"decay", [](std::int64_t t) { return std::pow(0.95, static_cast<double>(t)); }},
    {"inverse", [](std::int64_t t) { return 1 / (1 + static_cast<double>(t)); }},
    {"stairs", [](std::int64_t t) { return t < 3 ? 1.0 : t < 7 ? 0.5 : 0.0; }},
    {"turns", [](std::int64_t t) { return t % 2 ? -1.0 : 1.5; }},
    {"runaway", [](std::int64_t) { return 1e200; }},
};

sched::Schedule of(const ::vector &record) {
  const std::string kind = vector_text(&record, "kind");
  const sched::Function &function = functions.at(vector_text(&record, "function"));
  if (kind == "LambdaLR") return sched::LambdaLR(function);
  if (kind == "MultiplicativeLR") return sched::MultiplicativeLR(function);
  sched::CyclicLROptions options;
  options.base_lr = 0.1;
  options.max_lr = 0.4;
  options.step_size_up = 3;
  options.step_size_down = 5;
  options.scale_fn = function;
  options.scale_mode = vector_text(&record, "scale");
  options.cycle_momentum = false;
  return sched::CyclicLR(options);
}

}  // namespace

TEST_CASE("functions: torch's rates") {
  for (const ::vector &record : Vectors("functions.txt")) {
    CAPTURE(record.reason);
    const std::vector<double> expected = numbers(record, "chained");
    sched::Scheduler scheduler(of(record), vector_double(&record, "base"), sched::Form::chained);
    for (std::size_t t = 0; t < expected.size(); t++) {
      if (t > 0) scheduler.next();
      CHECK(same(scheduler.rate(), expected[t]));
    }
  }
}

TEST_CASE("functions: what they throw comes out, and nothing has moved") {
  const sched::Function late = [](std::int64_t t) {
    if (t >= 3) throw std::out_of_range("step " + std::to_string(t));
    return 0.5;
  };
  sched::LambdaLR schedule(late);
  CHECK_THROWS_WITH_AS(schedule.rates(0, 5, 1.0), "step 3", std::out_of_range);
  sched::Scheduler scheduler(schedule, 1.0);
  scheduler.seek(2);
  CHECK_THROWS_WITH_AS(scheduler.next(), "step 3", std::out_of_range);
  CHECK(scheduler.step() == 2);
  CHECK(scheduler.rate() == 0.5);
  // The next refusal is not about it.
  CHECK(refusal([&] { schedule.rate(-1, 1.0); }).status() == SCHED_E_RANGE);
}

TEST_CASE("functions: they live as long as what uses them") {
  auto kept = std::make_shared<double>(0.25);
  const auto function = [kept](std::int64_t) { return *kept; };
  CHECK(refusal([&] {
          sched::Schedule("LambdaLR",
                          sched::Fields().function("lr_lambda", function).real("gamma", 1));
        }).status() == SCHED_E_FIELD);
  CHECK(kept.use_count() == 2);
  {
    sched::Schedule outer(nullptr);
    {
      sched::LambdaLR inner(function);
      outer = sched::SequentialLR({sched::StepLR(2), inner}, {2});
    }
    CHECK(outer.rate(4, 1.0) == 0.25);
    CHECK(kept.use_count() == 3);
  }
  CHECK(kept.use_count() == 2);
}

TEST_CASE("functions: nothing to call, and equality") {
  CHECK(refusal([] { sched::LambdaLR{sched::Function()}; }).status() == SCHED_E_NULL);
  sched::LambdaLR one([](std::int64_t) { return 1.0; });
  sched::LambdaLR other([](std::int64_t) { return 2.0; });
  CHECK(one == sched::Schedule(one));
  CHECK(one != other);
}
