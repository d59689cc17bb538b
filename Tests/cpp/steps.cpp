/*  Optimizer steps in C++, alone and as a list. The bits themselves, across
 *  widths, lengths and threads, are the C tests' affair: the kernels are one. */
#include "reference.h"
#include "stepped.h"
#include "support.hpp"

namespace {

struct Arrays {
  std::vector<float> param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq, momentum_buffer;

  explicit Arrays(std::vector<float> values)
      : param(std::move(values)),
        grad(param.size()),
        exp_avg(param.size()),
        exp_avg_sq(param.size()),
        max_exp_avg_sq(param.size()),
        momentum_buffer(param.size()) {}

  std::size_t size() const { return param.size(); }
};

}  // namespace

TEST_CASE("steps end where torch does, by one array and by list") {
  for (const auto &record : Vectors("steps.txt")) {
    const auto expected = numbers(record, "param64");
    if (expected.empty()) continue;  // float32 alone, as the C tests compare it
    const std::string kind = vector_text(&record, "kind");
    if (kind != "adamw" && kind != "sgd") continue;  // the others: below
    INFO(record.reason);
    const bool is_adamw = std::string(vector_text(&record, "kind")) == "adamw";
    const auto hyper = [&record](const char *name) { return vector_hyper(&record, name); };
    sched::AdamW adamw;
    sched::SGD sgd;
    if (is_adamw) {
      adamw.lr = hyper("lr");
      adamw.beta1 = hyper("beta1");
      adamw.beta2 = hyper("beta2");
      adamw.eps = hyper("eps");
      adamw.weight_decay = hyper("weight_decay");
      adamw.amsgrad = hyper("amsgrad") != 0;
      adamw.maximize = hyper("maximize") != 0;
    } else {
      sgd.lr = hyper("lr");
      sgd.momentum = hyper("momentum");
      sgd.dampening = hyper("dampening");
      sgd.weight_decay = hyper("weight_decay");
      sgd.nesterov = hyper("nesterov") != 0;
      sgd.maximize = hyper("maximize") != 0;
    }
    const std::size_t n = expected.size();
    Arrays alone(floats(record, "param", 0, n)), listed = alone;
    std::vector<reference_element> elements;
    for (const float value : alone.param) elements.push_back(reference_start(value));
    for (std::size_t t = 0; t < vector_lines(&record, "grad"); t++) {
      const auto step = static_cast<std::int64_t>(t) + 1;
      alone.grad = listed.grad = floats(record, "grad", t, n);
      Arrays &a = alone, &b = listed;
      if (is_adamw) {
        sched::adamw(adamw, step, n, a.param.data(), a.grad.data(), a.exp_avg.data(),
                     a.exp_avg_sq.data(), adamw.amsgrad ? a.max_exp_avg_sq.data() : nullptr);
        sched::adamw(adamw, {{n, step, b.param.data(), b.grad.data(), b.exp_avg.data(),
                              b.exp_avg_sq.data(), b.max_exp_avg_sq.data()}});
      } else {
        sched::sgd(sgd, step, n, a.param.data(), a.grad.data(),
                   sgd.momentum != 0 ? a.momentum_buffer.data() : nullptr);
        sched::sgd(sgd, {{n, step, b.param.data(), b.grad.data(), b.momentum_buffer.data()}});
      }
      for (std::size_t i = 0; i < n; i++) {
        if (is_adamw) reference_adamw(&adamw, step, a.grad[i], &elements[i]);
        else reference_sgd(&sgd, step, a.grad[i], &elements[i]);
      }
    }
    for (std::size_t i = 0; i < n; i++) {
      CAPTURE(i);
      CHECK(std::memcmp(&alone.param[i], &listed.param[i], sizeof(float)) == 0);
      const double ours = alone.param[i];
      if (!std::isfinite(expected[i])) CHECK(same(ours, expected[i]));
      else CHECK(std::fabs(ours - expected[i]) <= elements[i].param.error);
    }
  }
}

namespace {

/*  What a slot of a row holds: an address or, of a shape, a number. */
template <class Value>
Value held(void *const &slot) {
  static_assert(sizeof(Value) == sizeof slot);
  Value value;
  std::memcpy(&value, &slot, sizeof value);
  return value;
}

/*  A step by the function of one parameter of this type of elements, among those of its
 *  name, with what a row has after its gradient. */
template <class Real, class Settings, class... More, std::size_t... Slot>
void call(void (*step)(const Settings &, std::int64_t, std::size_t, Real *, const Real *, More...),
          const void *hyper, const stepped_row &row, std::index_sequence<Slot...>) {
  step(*static_cast<const Settings *>(hyper), row.step, row.n, held<Real *>(row.arrays[0]),
       held<const Real *>(row.arrays[1]), held<More>(row.arrays[2 + Slot])...);
}
template <class Real, class Settings, class... More>
void alone(void (*step)(const Settings &, std::int64_t, std::size_t, Real *, const Real *, More...),
           const void *hyper, const stepped_row &row) {
  call(step, hyper, row, std::index_sequence_for<More...>());
}

/*  A step by the function of a list, which is of one parameter. */
template <class Settings, class Row>
void listed(void (*step)(const Settings &, const std::vector<Row> &), const void *hyper,
            const stepped_row &all) {
  Row row;
  std::memcpy(static_cast<void *>(&row), &all, sizeof row);
  step(*static_cast<const Settings *>(hyper), {row});
}

/*  The arrays of a row, of any type, and their numbers of state. */
template <class Real>
struct Own {
  std::vector<std::vector<Real>> arrays;
  std::vector<double> scalars;

  explicit Own(const stepped &s) : scalars(s.scalars, s.scalars + s.scalar_count) {
    for (std::size_t i = 0; i < 2 + s.states; i++) {
      arrays.emplace_back(s.arrays[i], s.arrays[i] + s.n);
    }
  }

  /*  The row with these in the place of its own, but its gradient's elements. */
  stepped_row in(stepped_row row) {
    const auto *grad = held<const float *>(row.arrays[1]);
    arrays[1].assign(grad, grad + row.n);
    for (std::size_t i = 0; i < arrays.size(); i++) row.arrays[i] = arrays[i].data();
    if (!scalars.empty()) row.arrays[arrays.size()] = scalars.data();
    return row;
  }
};

/*  Steps by C++'s names: of floats by list and alone, and of doubles. */
using Step = void (*)(const void *hyper, const stepped_row &row);

/*  A vector's steps, which are the same alone and by list; what is left in `s`, and the
 *  parameter of doubles. */
std::vector<double> take(stepped &s, const ::vector &record, const Step (&steps)[4]) {
  Own<float> floats(s);
  Own<double> list(s), doubles(s);
  for (std::size_t t = 0; t < vector_lines(&record, "grad"); t++) {
    const stepped_row all = stepped_next(&s, &record, t);
    steps[1](s.hyper, floats.in(all));
    steps[2](s.hyper, list.in(all));
    steps[3](s.hyper, doubles.in(all));
    steps[0](s.hyper, all);
  }
  bool same = true;
  for (std::size_t i = 0; i < floats.arrays.size(); i++) {
    const auto &a = list.arrays[i], &b = doubles.arrays[i];
    same = same && std::memcmp(floats.arrays[i].data(), s.arrays[i], s.n * sizeof(float)) == 0 &&
           std::memcmp(a.data(), b.data(), s.n * sizeof(double)) == 0;
  }
  CHECK(same);
  return doubles.arrays[0];
}

/*  Checks the parameter; how many vectors that were, one. */
std::size_t ends_where_torch_does(const stepped &s, const std::vector<double> &doubles,
                                  const ::vector &record) {
  const auto start = floats(record, "param", 0, s.n), theirs = floats(record, "param32", 0, s.n);
  auto exact = numbers(record, "param64");
  const bool of_doubles = !exact.empty();
  if (!of_doubles) exact.assign(theirs.begin(), theirs.end());
  for (std::size_t i = 0; i < s.n; i++) {
    CAPTURE(i);
    const double ours = s.arrays[0][i], torch32 = theirs[i];
    if (!std::isfinite(exact[i]) || !std::isfinite(torch32)) {
      CHECK((std::isnan(torch32) ? std::isnan(ours) : ours == torch32));
      continue;
    }
    const std::size_t steps = vector_lines(&record, "grad");
    const double bound = stepped_bound(&record, steps, start[i], torch32, exact[i]);
    CHECK(std::fabs(ours - exact[i]) <= bound);
    if (of_doubles) CHECK(std::fabs(doubles[i] - exact[i]) <= bound);
  }
  return 1;
}

}  // namespace

TEST_CASE("every optimizer's steps end where its peer's do") {
  std::size_t count = 0;
  const Vectors torch("steps.txt"), keras("keras_steps.txt");
  std::vector<::vector> records(torch.begin(), torch.end());
  records.insert(records.end(), keras.begin(), keras.end());
  for (const auto &record : records) {
    INFO(record.reason);
    const std::string kind = vector_text(&record, "kind");
#define LISTED(name, width) listed<sched_##name, sched_##name##_arrays_##width>(sched::name, hyper, row)
#define TAKE(name, constant, type)                                                          \
  if (kind == #name) {                                                                      \
    stepped s = stepped_make(&record, SCHED_##constant);                                    \
    CHECK(sizeof(sched::type) == s.hyper_size);                                             \
    const Step steps[] = {                                                                  \
        [](auto hyper, auto &row) { LISTED(name, f32); },                                   \
        [](auto hyper, auto &row) { alone<float>(sched::name, hyper, row); },               \
        [](auto hyper, auto &row) { LISTED(name, f64); },                                   \
        [](auto hyper, auto &row) { alone<double>(sched::name, hyper, row); }};             \
    count += ends_where_torch_does(s, take(s, record, steps), record);                      \
    stepped_free(&s);                                                                       \
  }
    STEPPED_KINDS(TAKE)
#undef TAKE
#undef LISTED
  }
  CHECK(count > 300);
}

namespace {

/*  Numbers of any of the types as floats, and back. */
template <class Real>
std::vector<double> widened(const std::vector<Real> &x, sched_dtype dtype) {
  if constexpr (sizeof(Real) != 2) return {x.begin(), x.end()};
  std::vector<float> floats(x.size());
  sched::convert({x.data(), x.size(), dtype}, SCHED_F32, floats.data());
  return {floats.begin(), floats.end()};
}

template <class Real>
void narrow(const std::vector<double> &x, sched_dtype dtype, std::vector<Real> &to) {
  std::vector<float> floats(x.begin(), x.end());
  if constexpr (sizeof(Real) == 2) {
    sched::convert(sched::array(floats.data(), x.size()), dtype, to.data());
  } else if constexpr (sizeof(Real) == 4) {
    to = floats;
  } else {
    to = x;
  }
}

template <class Real, class Grad>
void goes_where_torch_does(sched::LBFGS<Real, Grad> &&lbfgs, const vector &record,
                           sched_dtype dtype = SCHED_F32) {
  lbfgs.lr = vector_hyper(&record, "lr");
  lbfgs.tolerance_grad = vector_hyper(&record, "tolerance_grad");
  lbfgs.tolerance_change = vector_hyper(&record, "tolerance_change");
  lbfgs.max_iter = static_cast<std::int64_t>(vector_hyper(&record, "max_iter"));
  lbfgs.max_eval = static_cast<std::int64_t>(vector_hyper(&record, "max_eval"));
  lbfgs.history_size = static_cast<std::int64_t>(vector_hyper(&record, "history_size"));
  lbfgs.strong_wolfe = vector_hyper(&record, "strong_wolfe") != 0;
  const auto from = numbers(record, "from");
  std::vector<Real> point(from.size());
  narrow(from, dtype, point);
  const auto valley = [dtype](const std::vector<Real> &param, std::vector<Grad> &grad) {
    const auto x = widened(param, dtype);
    std::vector<double> g(x.size());
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); i++) {
      const double across = x[i + 1] - x[i] * x[i], along = 1 - x[i];
      sum += 100 * across * across + along * along;
      g[i] += -400 * across * x[i] - 2 * along;
      g[i + 1] += 200 * across;
    }
    narrow(g, dtype, grad);
    return sum;
  };
  for (const double loss : numbers(record, "losses")) {
    CHECK(lbfgs.step(point, valley) == doctest::Approx(loss).epsilon(1e-6));
  }
  const auto to = numbers(record, "to"), end = widened(point, dtype);
  for (std::size_t i = 0; i < to.size(); i++) {
    CHECK(end[i] == doctest::Approx(to[i]).epsilon(1e-5));
  }
  CHECK(lbfgs.iterations() == static_cast<std::int64_t>(vector_double(&record, "iterations")));
  CHECK(lbfgs.evaluations() == static_cast<std::int64_t>(vector_double(&record, "evaluations")));
}

}  // namespace

TEST_CASE("L-BFGS goes where torch's goes, and throws what its function throws") {
  std::size_t count = 0;
  for (const auto &record : Vectors("lbfgs.txt")) {
    INFO(record.reason);
    const std::string param = vector_text(&record, "param"), grad = vector_text(&record, "grad");
    const sched_dtype half = param == "bfloat16" ? SCHED_BF16 : SCHED_F16;
    if (param == "float64") {
      goes_where_torch_does(sched::LBFGS<double>(), record);
    } else if (param == "float32" && grad == param) {
      goes_where_torch_does(sched::LBFGS<float>(), record);
    } else if (param != "float32" && grad == param) {
      goes_where_torch_does(sched::LBFGS<std::uint16_t>(half), record, half);
    } else if (grad == "float32") {
      goes_where_torch_does(sched::LBFGS<std::uint16_t, float>(half), record, half);
    } else {
      // Gradients of fewer bits than the parameter are for C alone.
      continue;
    }
    count++;
  }
  CHECK(count > 20);
  CHECK_REFUSED(sched::LBFGS<std::uint16_t>{SCHED_F32}, SCHED_E_ENUM, "dtype", "=1", "SCHED_BF16");
  sched::LBFGS<float> thrower;
  std::vector<float> point = {1, 2};
  CHECK_THROWS_AS(thrower.step(point,
                               [](const std::vector<float> &, std::vector<float> &) -> double {
                                 throw std::out_of_range("here");
                               }),
                  std::out_of_range);
  CHECK(point == std::vector<float>{1, 2});
}

TEST_CASE("L-BFGS takes a gradient that is assigned, and none of another length") {
  const auto half = [](const std::vector<double> &x) { return (x[0] * x[0] + x[1] * x[1]) / 2; };
  std::vector<double> filled = {1, 2}, assigned = filled;
  sched::LBFGS<double> first, second;
  first.lr = second.lr = 0.5;
  first.step(filled, [&](const auto &x, auto &grad) {
    for (std::size_t i = 0; i < 2; i++) grad[i] = x[i];
    return half(x);
  });
  second.step(assigned, [&](const auto &x, auto &grad) {
    grad = std::vector<double>(x.begin(), x.end());
    return half(x);
  });
  CHECK(assigned == filled);
  CHECK(std::fabs(filled[0]) < 1e-3);
  const auto before = assigned;
  const auto longer = [](const auto &, auto &grad) {
    grad.push_back(1);
    return 1.0;
  };
  const auto flat = [](const auto &, const auto &) { return 1.0; };
  CHECK_REFUSED(sched::LBFGS<double>().step(assigned, longer), SCHED_E_RANGE, "grad.size()", "=3",
                "2, as param");
  CHECK(assigned == before);
  first.history_size = 0;
  CHECK_REFUSED(first.step(filled, flat), SCHED_E_VALUE, "history_size", "=0", "from 1 to");
  first.history_size = 7;
  CHECK_REFUSED(first.step(filled, flat), SCHED_E_RANGE, "history_size", "=7", "100, as before");
  filled.push_back(3);
  CHECK_REFUSED(second.step(filled, flat), SCHED_E_RANGE, "param.size()", "=3", "2, as before");
}

TEST_CASE("settings start as torch.optim's") {
  const sched::AdamW adamw;
  CHECK(adamw.lr == 1e-3);
  CHECK(adamw.beta1 == 0.9);
  CHECK(adamw.beta2 == 0.999);
  CHECK(adamw.eps == 1e-8);
  CHECK(adamw.weight_decay == 1e-2);
  CHECK((adamw.amsgrad == 0 && adamw.maximize == 0));
  const sched::SGD sgd;
  CHECK(sgd.lr == 1e-3);
  CHECK((sgd.momentum == 0 && sgd.dampening == 0 && sgd.weight_decay == 0));
  CHECK((sgd.nesterov == 0 && sgd.maximize == 0));
}

TEST_CASE("steps refuse as C does, and a list says which parameter") {
  Arrays a({1, 2, 3});
  const Arrays before = a;
  const sched::AdamW adamw;
  sched::SGD sgd;
  sgd.momentum = 0.9;
  CHECK_REFUSED(sched::adamw(adamw, 0, 3, a.param.data(), a.grad.data(), a.exp_avg.data(),
                             a.exp_avg_sq.data()),
                SCHED_E_RANGE, "step", "=0", "from 1");
  CHECK_REFUSED(sched::adamw(adamw, 1, 3, a.param.data(), a.param.data(), a.exp_avg.data(),
                             a.exp_avg_sq.data()),
                SCHED_E_OVERLAP, "grad", "3 floats", "param");
  CHECK_REFUSED(sched::adamw(adamw, 1, SIZE_MAX, a.param.data(), a.grad.data(), a.exp_avg.data(),
                             a.exp_avg_sq.data()),
                SCHED_E_MEMORY, "n", "=18446744073709551615", "accepted");
  CHECK_REFUSED(sched::sgd(sgd, 1, 3, a.param.data(), a.grad.data()), SCHED_E_NULL,
                "momentum_buffer", "NULL", "3 floats");
  const std::vector<sched_sgd_arrays_f32> list = {
      {3, 1, a.param.data(), a.grad.data(), a.momentum_buffer.data()},
      {3, 1, nullptr, a.grad.data(), a.momentum_buffer.data()}};
  const sched::Error error = refusal([&] { sched::sgd(sgd, list); });
  CHECK(error.status() == SCHED_E_NULL);
  CHECK(error.place() == std::optional<std::size_t>(1));
  sched::AdamW bad;
  bad.lr = -1;
  CHECK_REFUSED(sched::adamw(bad, std::vector<sched_adamw_arrays_f32>()), SCHED_E_VALUE, "lr", "=-1", "from 0");
  sched::adamw(adamw, std::vector<sched_adamw_arrays_f64>());
  float *const none = nullptr;
  sched::adamw(adamw, 1, 0, none, none, none, none);
  CHECK(a.param == before.param);
  CHECK(a.exp_avg == before.exp_avg);
}

TEST_CASE("steps of sixteen bits, clipped in the same pass") {
  // 1, 2 and a gradient of 3, 4, as bfloat16.
  std::uint16_t param[2] = {0x3f80, 0x4000}, grad[2] = {0x4040, 0x4080};
  const sched::SGD sgd = [] {
    sched::SGD one;
    one.lr = 5;
    return one;
  }();
  const sched_sgd_arrays row = {2, 1, param, grad, nullptr};
  sched_group group{};
  group.optimizer = SCHED_SGD;
  group.dtype = SCHED_BF16;
  group.hyper = &sgd;
  group.list = &row;
  group.count = 1;
  sched_options options{};
  options.loss_scale = 2;
  options.max_norm = 1;
  options.zero_grad = 1;
  sched::step({group}, &options);
  CHECK(options.norm == 2.5);
  CHECK(options.skipped == 0);
  // 1 - 5 * 0.6 and 2 - 5 * 0.8, to the nearest.
  CHECK(param[0] == 0xc000);
  CHECK(param[1] == 0xc000);
  CHECK(grad[0] == 0);
  // 2 and 3 are kept, then a NaN skips the step and what was kept.
  float kept[2] = {0, 0};
  sched_beside beside{};
  beside.accumulated = kept;
  group.beside = &beside;
  grad[0] = 0x4000;
  grad[1] = 0x4040;
  options.accumulate = 1;
  sched::step({group}, &options);
  CHECK((kept[0] == 2 && kept[1] == 3 && grad[1] == 0));
  CHECK((options.skipped == 0 && std::isnan(options.norm)));
  grad[1] = 0x7fc0;
  options.accumulate = 0;
  options.skip_nonfinite = 1;
  sched::step({group}, &options);
  CHECK((options.skipped == 1 && std::isnan(options.norm)));
  CHECK((param[0] == 0xc000 && param[1] == 0xc000 && kept[0] == 0 && grad[1] == 0));
  group.beside = nullptr;
  options.max_norm = -1;
  CHECK_REFUSED(sched::step({group}, &options), SCHED_E_RANGE, "max_norm", "=-1", "above 0");
  group.rounding = SCHED_KAHAN;
  const sched::Error error = refusal([&] { sched::step({group}); });
  CHECK(error.status() == SCHED_E_NULL);
}

TEST_CASE("states of eight bits") {
  float param[3] = {1, 2, 3}, grad[3] = {-4, 2, 0}, momentum[3];
  std::vector<unsigned char> codes(SCHED_Q8_BYTES(3));
  CHECK(codes.size() == 7);
  const sched::SGD sgd = [] {
    sched::SGD one;
    one.lr = 1;
    one.momentum = 0.5;
    return one;
  }();
  sched_sgd_arrays row = {3, 1, param, grad, codes.data()};
  sched_group group{};
  group.optimizer = SCHED_SGD;
  group.dtype = SCHED_F32;
  group.state_dtype = SCHED_Q8;
  group.hyper = &sgd;
  group.list = &row;
  group.count = 1;
  sched::step({group});
  CHECK((param[0] == 5 && param[1] == 0 && param[2] == 3));
  const sched_array stored = {codes.data(), 3, SCHED_Q8};
  sched::convert(stored, SCHED_F32, momentum);
  // The largest is exact, and another is off by half of a 64th of nine tenths of it.
  CHECK(momentum[0] == -4);
  CHECK(std::fabs(momentum[1] - 2) <= 4 * 0.9F / 128);
  CHECK(momentum[2] == 0);
  row.step = 2;
  sched::step({group});
  CHECK(param[0] == 5 + 4 + 2);
  CHECK_REFUSED(sched::convert(stored, SCHED_F64, momentum), SCHED_E_ENUM, "dtype", "=2",
                "but doubles");
  group.state_dtype = SCHED_UQ8;
  CHECK(refusal([&] { sched::step({group}); }).status() == SCHED_E_ENUM);
}

TEST_CASE("norms are of all arrays, and of each") {
  const std::vector<float> floats = {3, -4};
  const std::vector<double> doubles = {12};
  const std::vector<sched_array> list = {sched::array(floats.data(), 2),
                                         sched::array(doubles.data(), 1)};
  CHECK(sched::norm(list) == 13);
  CHECK(sched::norm(list, 1) == 19);
  CHECK(sched::norms(list) == std::vector<double>{5, 12});
  CHECK(sched::norms(list, 1) == std::vector<double>{7, 12});
  CHECK(sched::dot(list[0], list[0]) == 25);
  CHECK_REFUSED(sched::dot(list[0], list[1]), SCHED_E_RANGE, "b.n", "=1", "2, as a");
}

TEST_CASE("instruction sets and threads are chosen and given back") {
  const std::string isa = sched::isa();
  const std::int32_t threads = sched::threads();
  sched::set_isa("baseline");
  CHECK(sched::isa() == "baseline");
  CHECK_REFUSED(sched::set_isa("sse9"), SCHED_E_ISA, "name", "=sse9", "baseline");
  CHECK(sched::isa() == "baseline");
  sched::set_isa(std::nullopt);
  CHECK(sched::isa() == isa);
  sched::set_threads(2);
  CHECK(sched::threads() == 2);
  CHECK_REFUSED(sched::set_threads(1025), SCHED_E_RANGE, "threads", "=1025", "from 0 to 1024");
  sched::set_threads(0);
  CHECK(sched::threads() == threads);
  const sched_team alone = [](void (*work)(void *), void *data, std::uint32_t, std::uint32_t) {
    work(data);
  };
  CHECK_REFUSED(sched::set_team(alone, 0), SCHED_E_RANGE, "threads", "=0", "from 1 to 1024");
  sched::set_team(alone, 1);
  CHECK(sched::threads() == 1);
  sched::set_team(nullptr);
  CHECK(sched::threads() == threads);
  CHECK(sched::version() == SCHED_VERSION);
}
