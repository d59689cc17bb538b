/*  What moves: schedulers and early stopping. */
#include <type_traits>

#include "support.hpp"

TEST_CASE("schedulers step as torch does, saved and restored at every step") {
  for (const auto &record : Vectors("schedules.txt")) {
    INFO(record.reason);
    const double base = vector_double(&record, "base");
    const sched::Schedule schedule = sched::parse(vector_text(&record, "text"));
    for (const auto form : {sched::Form::chained, sched::Form::closed}) {
      const auto expected = numbers(record, form == sched::Form::chained ? "chained" : "closed");
      sched::Scheduler scheduler(schedule, base, form);
      std::size_t wrong = 0;
      for (std::size_t t = 0; t < expected.size() && t < 200; t++) {
        if (t > 0) scheduler.next();
        wrong += scheduler.step() != static_cast<std::int64_t>(t);
        wrong += !same(scheduler.rate(), expected[t]);
        scheduler = sched::Scheduler::restore(scheduler.save());
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("a scheduler has a rate a group") {
  const sched::CosineAnnealingLR schedule(10);
  sched::Scheduler scheduler(schedule, {0.1, 0.2, 0.4});
  CHECK(scheduler.groups() == 3);
  CHECK(scheduler.schedule().get() == schedule.get());
  scheduler.seek(5);
  CHECK(scheduler.step() == 5);
  const auto rates = scheduler.rates();
  REQUIRE(rates.size() == 3);
  for (std::size_t i = 0; i < 3; i++) {
    CHECK(same(rates[i], schedule.rate(5, 0.1 * static_cast<double>(1 << i))));
  }
  CHECK(same(scheduler.rate(), rates[0]));

  scheduler.set_rates({1, 2, 3});
  CHECK(scheduler.rates() == std::vector<double>{1, 2, 3});
  CHECK_REFUSED(scheduler.set_rates({1, 2}), SCHED_E_RANGE, "rates", "2", "3");
  CHECK_REFUSED(scheduler.set_rates({1, 2, std::nan("")}), SCHED_E_VALUE, "rates[2]", "=nan",
                "a finite number");
  CHECK(scheduler.rates() == std::vector<double>{1, 2, 3});
}

TEST_CASE("a scheduler has a curve a group, a unit and a horizon") {
  using sched::Options;
  sched::Scheduler scheduler({sched::CosineAnnealingLR(90 * 500), sched::Constant()}, {0.1, 32},
                             Options()
                                 .unit(sched::Unit::epochs, 500)
                                 .horizon(sched::Horizon::hold)
                                 .last(90 * 500));
  scheduler.advance(750);
  CHECK(same(scheduler.rates()[0], sched::CosineAnnealingLR(45000).rate(750, 0.1)));
  CHECK(scheduler.schedule(1) == sched::Constant());
  CHECK(scheduler.skip() == 1);
  CHECK(scheduler.step() == 750);
  CHECK(scheduler.save().find("unit='epochs', resolution=500, horizon='hold', last=45000") !=
        std::string::npos);
  scheduler.seek(100000);
  CHECK(scheduler.rates() == std::vector<double>{0, 32});

  CHECK_REFUSED(scheduler.schedule(2), SCHED_E_RANGE, "group", "=2", "0 to 1");
  CHECK_REFUSED(sched::Scheduler({sched::Constant()}, {1.0}, Options().last(-1)), SCHED_E_VALUE,
                "last", "=-1", "from 0");
  CHECK_REFUSED(sched::Scheduler({sched::parse("OneCycleLR(total_steps=10)")}, {1.0},
                                 Options().horizon(sched::Horizon::extend)),
                SCHED_E_VALUE, "horizon", "='extend'", "OneCycleLR ends at step 9");
  // Numbers that are none of the constants.
  const auto made = [](const Options &options) {
    return sched::Scheduler({sched::Constant()}, {1.0}, options);
  };
  CHECK_REFUSED(made(Options().unit(sched::Unit(4))), SCHED_E_VALUE, "unit", "=''", "'tokens'");
  CHECK_REFUSED(made(Options().unit(sched::Unit(-1))), SCHED_E_VALUE, "unit", "=''", "'steps'");
  CHECK_REFUSED(made(Options().horizon(sched::Horizon(3))), SCHED_E_VALUE, "horizon", "=''",
                "'extend'");
  CHECK_REFUSED(made(Options().form(sched::Form(3))), SCHED_E_VALUE, "form", "=''", "'chained'");
}

TEST_CASE("a scheduler is planned anew without a jump") {
  sched::Scheduler scheduler({sched::Constant(), sched::Constant()}, {1, 1});
  scheduler.seek(5);
  scheduler.extend(3);
  scheduler.cool_down(4, "linear", 0.5, {0});
  CHECK(scheduler.rates() == std::vector<double>{1, 1});
  scheduler.advance(2);
  CHECK(scheduler.rates() == std::vector<double>{0.75, 1});
  CHECK_REFUSED(scheduler.extend(3, 0), SCHED_E_VALUE, "Extend until", "=-1", "from 1");
  CHECK_REFUSED(scheduler.extend(3, 7), SCHED_E_VALUE, "Extend until", "=7", "begin=7");
}

TEST_CASE("a scheduler takes a state over as one says") {
  sched::Scheduler run(sched::StepLR(3), 0.1), other(sched::StepLR(4), 0.1);
  run.seek(7);
  CHECK_REFUSED(other.load(run.save()), SCHED_E_STATE, "StepLR step_size: saved 3, here 4", "",
                "'keep' or 'restore'");
  CHECK(other.step() == 0);
  other.load(run.save(), sched::Policy::keep);
  CHECK(same(other.rate(), sched::StepLR(4).rate(7, 0.1)));
  other.load(run.save(), sched::Policy::restore);
  CHECK(other.save() == run.save());
}

TEST_CASE("a scheduler has one owner unless it is shared") {
  static_assert(!std::is_copy_constructible_v<sched::Scheduler>);
  static_assert(!std::is_copy_assignable_v<sched::Scheduler>);
  static_assert(std::is_nothrow_move_constructible_v<sched::Scheduler>);

  sched::Scheduler scheduler(sched::StepLR(2, 0.5), 1.0);
  sched::Scheduler shared = scheduler.share();
  CHECK(shared.get() == scheduler.get());
  shared.next();
  CHECK(scheduler.step() == 1);

  sched::Scheduler copy = sched::Scheduler::restore(scheduler.save());
  copy.next();
  CHECK(scheduler.step() == 1);
  CHECK(copy.step() == 2);

  sched_scheduler *raw = shared.release();
  CHECK(sched::Scheduler(raw).step() == 1);
  sched::Scheduler moved = std::move(scheduler);
  CHECK(moved.step() == 1);
  CHECK(scheduler.groups() == 0);
  CHECK_REFUSED(scheduler.next(), SCHED_E_NULL, "scheduler", "NULL", "accepted");
  CHECK_REFUSED(scheduler.rates(), SCHED_E_NULL, "scheduler", "NULL", "accepted");
  CHECK_REFUSED(scheduler.rate(), SCHED_E_NULL, "scheduler", "NULL", "accepted");
}

TEST_CASE("a scheduler refuses what it cannot be") {
  const sched::StepLR schedule(3);
  CHECK_REFUSED(sched::Scheduler(schedule, std::nan("")), SCHED_E_VALUE, "bases[0]", "=nan",
                "a finite number");
  CHECK_REFUSED(sched::Scheduler(schedule, std::vector<double>()), SCHED_E_RANGE, "groups", "=0",
                "from 1");
  CHECK_REFUSED(sched::Scheduler(schedule, 0.1, static_cast<sched::Form>(7)), SCHED_E_ENUM,
                "form", "=7", "accepted");
  sched::Scheduler scheduler(sched::parse("OneCycleLR(total_steps=2)"), 0.1);
  scheduler.next();
  CHECK_REFUSED(scheduler.next(), SCHED_E_END, "step", "=2", "0 to 1");
  CHECK_REFUSED(scheduler.seek(-1), SCHED_E_RANGE, "step", "=-1", "from 0");
  CHECK(scheduler.step() == 1);
  CHECK_REFUSED(sched::Scheduler::restore("Scheduler(version=9)"), SCHED_E_STATE, "version", "=9",
                "1");
  CHECK_REFUSED(sched::Scheduler::restore({}), SCHED_E_SYNTAX, "the end", "at byte 0", "a name");
  CHECK(refusal([] { sched::Scheduler::restore("Scheduler(version=9)"); }).place() ==
        std::optional<std::size_t>(18));
}

TEST_CASE("schedulers react to a metric as their peers do, saved and restored every time") {
  for (const auto &record : Vectors("reactive.txt")) {
    INFO(record.reason);
    sched::Scheduler scheduler(sched::parse(vector_text(&record, "text")),
                               numbers(record, "bases"));
    const auto expected = numbers(record, "rates");
    std::size_t at = 0;
    for (const double metric : numbers(record, "metrics")) {
      scheduler.observe(metric);
      for (const double rate : scheduler.rates()) CHECK(same(rate, expected.at(at++)));
      scheduler = sched::Scheduler::restore(scheduler.save());
      scheduler.next();
    }
    CHECK(at == expected.size());
  }
  sched::ReduceLROnPlateauOptions options;
  options.factor = 1;
  CHECK_REFUSED(sched::ReduceLROnPlateau(options), SCHED_E_VALUE, "ReduceLROnPlateau factor",
                "=1.0", "from 0.0 to below 1.0");
}

TEST_CASE("early stopping says what its peers say, saved and restored every time") {
  for (const auto &record : Vectors("early_stopping.txt")) {
    INFO(record.reason);
    const bool is_min = std::string(vector_text(&record, "mode")) == "min";
    sched::EarlyStopping stopper(static_cast<std::int64_t>(vector_double(&record, "patience")),
                                 vector_double(&record, "min_delta"),
                                 is_min ? sched::Mode::min : sched::Mode::max);
    const auto metrics = numbers(record, "metrics"), best = numbers(record, "best");
    const auto best_at = numbers(record, "best_at"), waited = numbers(record, "waited");
    std::string said;
    for (std::size_t t = 0; t < best.size(); t++) {
      switch (stopper.observe(metrics[t])) {
        case sched::Verdict::improved:
          said += said.empty() ? "improved" : " improved";
          break;
        case sched::Verdict::waiting:
          said += said.empty() ? "waiting" : " waiting";
          break;
        case sched::Verdict::stop:
          said += said.empty() ? "stop" : " stop";
          break;
      }
      stopper = sched::EarlyStopping::restore(stopper.save());
      CHECK(same(stopper.best(), best[t]));
      CHECK(stopper.best_at() == best_at[t]);
      CHECK(stopper.waited() == waited[t]);
      CHECK(stopper.observed() == static_cast<std::int64_t>(t) + 1);
    }
    CHECK(said == vector_text(&record, "verdicts"));
  }
}

TEST_CASE("rules of early stopping say what their peers and formulas say") {
  for (const auto &record : Vectors("stoppers.txt")) {
    INFO(record.reason);
    auto stopper = sched::EarlyStopping::parse(vector_text(&record, "rule"));
    CHECK(sched::EarlyStopping::parse(stopper.text()).save() == stopper.save());
    const auto metrics = numbers(record, "metrics"), best = numbers(record, "best");
    const auto epochs = numbers(record, "epochs"), stops = numbers(record, "stops");
    const bool is_trained = vector_find(&record, "training") != nullptr;
    const auto training = is_trained ? numbers(record, "training") : metrics;
    for (std::size_t t = 0; t < best.size(); t++) {
      const sched::Verdict verdict =
          is_trained ? stopper.observe({{"val_loss", metrics[t]},
                                        {"train_loss", training[t]},
                                        {"epoch", epochs[t]}})
                     : stopper.observe({{"loss", metrics[t]}, {"epoch", epochs[t]}});
      CHECK((verdict == sched::Verdict::stop) == (stops[t] != 0));
      CHECK(same(stopper.best(), best[t]));
      CHECK(stopper.is_best() == (stopper.best_at() == stopper.observed() - 1));
    }
  }
}

TEST_CASE("early stopping is made of fields, explains itself, and loads by a policy") {
  sched::EarlyStopping stopper("Keras", sched::Fields().integer("patience", 1).word("mode", "max"));
  CHECK(stopper.observe(1) == sched::Verdict::improved);
  CHECK(stopper.observe(1) == sched::Verdict::stop);
  CHECK(stopper.why() ==
        "stop: the metric is 1.0, no new best for 1 of 1 evaluations; the best is 1.0 at "
        "observation 0");
  CHECK(stopper.watched().reason == SCHED_R_PATIENCE);
  sched::EarlyStopping other("Keras", sched::Fields().integer("patience", 9).word("mode", "max"));
  CHECK_REFUSED(other.load(stopper.save()), SCHED_E_STATE, "patience: saved 1, here 9", "",
                "'keep' or 'restore'");
  other.load(stopper.save(), sched::Policy::keep);
  CHECK(other.waited() == 1);
  CHECK(other.observe(1) == sched::Verdict::waiting);
  CHECK_REFUSED(sched::EarlyStopping("GL", sched::Fields().real("alpha", 0.0)), SCHED_E_VALUE,
                "GL alpha", "=0.0", "above 0");
  CHECK_REFUSED(sched::EarlyStopping("Nothing", sched::Fields()), SCHED_E_KIND, "Nothing", "",
                "Patience, GL");
  CHECK_REFUSED(stopper.observe({{"a", 1.0}, {"b", 2.0}}), SCHED_E_MISSING, "monitor", "",
                "2 metrics");
}

TEST_CASE("rules join") {
  const auto budget = sched::EarlyStopping("Budget", sched::Fields().integer("evaluations", 2));
  auto either = sched::EarlyStopping(1) | budget;
  auto both = sched::EarlyStopping(1) & budget;
  auto after = budget.then(sched::EarlyStopping(1));
  const bool stops[][4] = {
      {false, true, true, true}, {false, true, true, true}, {false, false, false, true}};
  sched::EarlyStopping *joined[] = {&either, &both, &after};
  for (int rule = 0; rule < 3; rule++) {
    for (int t = 0; t < 4; t++) {
      CHECK((joined[rule]->observe(1.0) == sched::Verdict::stop) == stops[rule][t]);
    }
  }
}

TEST_CASE("early stopping calls back where an observation was the best") {
  sched::EarlyStopping stopper(2);
  std::vector<double> weights{0}, best;
  const auto keep = [&] { best = weights; };
  for (double loss : {3.0, 2.0, 2.5, 1.0, 1.5}) {
    weights[0] = 10 * loss;
    CHECK(stopper.observe(loss, keep) != sched::Verdict::stop);
  }
  CHECK(stopper.observe({{"loss", 4.0}}, keep) == sched::Verdict::stop);
  CHECK(best == std::vector<double>{10});
  CHECK_THROWS_AS(stopper.observe(0.5, [] { throw std::bad_alloc(); }), std::bad_alloc);
  CHECK(stopper.best() == 0.5);
}

TEST_CASE("early stopping has one owner unless it is shared, and refuses as C does") {
  static_assert(!std::is_copy_constructible_v<sched::EarlyStopping>);
  static_assert(!std::is_convertible_v<std::int64_t, sched::EarlyStopping>);
  sched::EarlyStopping stopper(3);
  sched::EarlyStopping shared = stopper.share();
  CHECK(shared.observe(1.0) == sched::Verdict::improved);
  CHECK(stopper.observed() == 1);
  CHECK(sched::EarlyStopping(shared.release()).best() == 1.0);
  const sched::EarlyStopping moved = std::move(stopper);
  CHECK(moved.observed() == 1);
  CHECK_REFUSED(stopper.observe(1), SCHED_E_NULL, "stopper", "NULL", "accepted");
  CHECK_REFUSED(sched::EarlyStopping(-1), SCHED_E_VALUE, "patience", "=-1", "from 0");
  CHECK_REFUSED(sched::EarlyStopping(3, std::nan("")), SCHED_E_VALUE, "min_delta", "=nan",
                "a finite number");
  CHECK_REFUSED(sched::EarlyStopping(3, 0, static_cast<sched::Mode>(0)), SCHED_E_ENUM, "mode",
                "=0", "accepted");
  CHECK_REFUSED(sched::EarlyStopping::restore("EarlyStopping(version=9)"), SCHED_E_STATE,
                "version", "=9", "1");
}
