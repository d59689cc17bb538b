/*  Optimizers that own their states, in C++: the same bits as steps over the
 *  caller's memory, which are the C tests' affair for every optimizer. */
#include "stepped.h"
#include "support.hpp"

#include <cstdint>

namespace {

std::vector<float> ramp(std::size_t n, float scale) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; i++) values[i] = scale * (static_cast<float>(i % 13) - 6.5F);
  return values;
}

bool equal(const sched::Optim::State &state, const std::vector<float> &expected) {
  return state.dtype == SCHED_F32 && state.n == expected.size() &&
         std::memcmp(state.data, expected.data(), state.n * sizeof(float)) == 0;
}

/*  Torch's state as it was midway into the optimizer, or as it ended beside it. */
void each_state(sched::Optim &optim, const ::vector &record, bool is_end) {
  for (std::size_t i = 0; i < record.count; i++) {
    const char *name = stepped_midway(&record.lines[i]);
    if (!name) continue;
    const auto state = optim.state(0, 0, name);
    const std::string key = is_end ? std::string(name) + "32" : "midway_" + std::string(name);
    const auto theirs = floats(record, key.c_str(), 0, state.n);
    REQUIRE(theirs.size() == state.n);
    for (std::size_t k = 0; k < state.n && !is_end; k++) {
      stepped_put(state.data, state.dtype, k, theirs[k]);
    }
    CAPTURE(key);
    CHECK(stepped_far(theirs.data(), state.data, state.dtype, state.n,
                      vector_lines(&record, "grad")) == state.n);
  }
}

/*  From torch's state after some of its steps to its parameter and state after all. */
void go_on(sched::Optim &optim, const ::vector &record, std::vector<float> &param,
           std::vector<float> &grad) {
  const std::size_t n = param.size(), count = vector_lines(&record, "grad");
  const auto taken = static_cast<std::size_t>(vector_double(&record, "midway"));
  const auto start = param;
  optim.set_steps(0, 0, stepped_counted(&record));
  each_state(optim, record, false);
  for (std::size_t t = taken; t < count; t++) {
    grad = floats(record, "grad", t, n);
    optim.put(0, 0, {n, param.data(), grad.data(), nullptr, optim.param(0, 0).rows,
                     optim.param(0, 0).columns});
    optim.step();
  }
  each_state(optim, record, true);
  CHECK(optim.steps(0, 0) == stepped_counted(&record) + static_cast<std::int64_t>(count - taken));
  const auto torch32 = floats(record, "param32", 0, n);
  auto exact = numbers(record, "param64");
  if (exact.empty()) exact.assign(torch32.begin(), torch32.end());
  for (std::size_t i = 0; i < n; i++) {
    CAPTURE(i);
    const double bound = stepped_bound(&record, count, start[i], torch32[i], exact[i]);
    CHECK(std::fabs(static_cast<double>(param[i]) - exact[i]) <= bound);
  }
}

}  // namespace

TEST_CASE("an optimizer steps its groups as steps over the caller's memory do") {
  std::vector<float> w = ramp(37, 1), b = ramp(5, 2), grad_w = ramp(37, -0.1F), grad_b = ramp(5, 1);
  std::vector<float> w1 = w, b1 = b, m(37), v(37), most(37), momentum(5);
  std::vector<double> d(3, 1.5), grad_d(3, 0.25), d1 = d, z(3), square(3);
  std::vector<double> scalars{-1, 0};

  sched::Optim optim;
  const auto weights = optim.add(sched::AdamW(), {{w, grad_w}});
  sched::SGD sgd;
  sgd.momentum = 0.9;
  const auto biases = optim.add(sgd, {{b.data(), grad_b.data(), b.size()}});
  optim.add(sched::ScheduleFreeAdamW(), {{d, grad_d}});
  CHECK(optim.groups() == 3);
  CHECK(optim.params(weights) == 1);

  sched::AdamW adamw;
  std::vector<unsigned char> saved;
  for (int step = 1; step <= 6; step++) {
    adamw.lr = 0.01 * step;
    adamw.amsgrad = step > 2;
    sgd.lr = 0.1 / step;
    if (step == 3) optim.set(weights, adamw);
    optim.set(weights, "lr", adamw.lr);
    optim.set(biases, "lr", sgd.lr);
    CHECK(optim.get(biases, "lr") == sgd.lr);
    sched_options options{};
    options.max_norm = std::numeric_limits<double>::infinity();
    optim.step(&options);
    CHECK(options.norm > 0);
    sched::adamw(adamw, step, w1.size(), w1.data(), grad_w.data(), m.data(), v.data(),
                 adamw.amsgrad ? most.data() : nullptr);
    sched::sgd(sgd, step, b1.size(), b1.data(), grad_b.data(), momentum.data());
    sched::schedule_free_adamw(sched::ScheduleFreeAdamW(), step, d1.size(), d1.data(),
                               grad_d.data(), z.data(), square.data(), scalars.data());
    CHECK(w == w1);
    CHECK(b == b1);
    CHECK(d == d1);
    CHECK(equal(optim.state(weights, 0, "exp_avg"), m));
    CHECK(equal(optim.state(weights, 0, "exp_avg_sq"), v));
    CHECK(equal(optim.state(biases, 0, "momentum_buffer"), momentum));
    CHECK(optim.steps(biases, 0) == step);
    const auto sum = optim.state(2, 0, "weight_sum");
    CHECK(sum.dtype == SCHED_F64);
    CHECK(*static_cast<double *>(sum.data) == scalars[1]);
    if (step == 4) {
      // Another, with other settings and without amsgrad, goes on from here.
      sched::Optim other;
      other.add(sched::AdamW(), {{w, grad_w}});
      other.add(sgd, {{b, grad_b}});
      other.add(sched::ScheduleFreeAdamW(), {{d, grad_d}});
      other.load(optim.save());
      CHECK(other.save() == optim.save());
      CHECK(equal(other.state(weights, 0, "max_exp_avg_sq"), most));
      optim = std::move(other);
    }
  }
}

TEST_CASE("an optimizer goes on from arrays of state and steps, wherever they come from") {
  std::vector<float> w = ramp(37, 1), grad = ramp(37, -0.1F), other = ramp(37, 0);
  sched::NAdam hyper;
  hyper.lr = 0.01;
  sched::Optim optim, next;
  optim.add(hyper, {{w, grad}});
  for (int step = 0; step < 3; step++) optim.step();
  sched::Param<float> param(other, grad);
  const auto group = next.add(hyper, {param});
  next.set_steps(group, 0, optim.steps(0, 0));
  for (const char *name : {"exp_avg", "exp_avg_sq", "mu_product"}) {
    const auto from = optim.state(0, 0, name), to = next.state(group, 0, name);
    REQUIRE(to.n == from.n);
    std::memcpy(to.data, from.data,
                from.n * (from.dtype == SCHED_F64 ? sizeof(double) : sizeof(float)));
  }
  other = w;
  CHECK(next.steps(group, 0) == 3);
  optim.step();
  next.step();
  CHECK(other == w);
  CHECK(next.save() == optim.save());
  CHECK_REFUSED(next.set_steps(group, 0, -1), SCHED_E_RANGE, "steps", "=-1", "from 0 to");
  CHECK_REFUSED(next.set_steps(group, 1, 1), SCHED_E_RANGE, "index", "=1", "from 0 to 0");
  CHECK(next.steps(group, 0) == 4);
}

TEST_CASE("an optimizer goes on where torch was") {
  std::size_t count = 0;
  for (const auto &record : Vectors("steps.txt")) {
    if (!vector_find(&record, "midway")) continue;
    INFO(record.reason);
    const std::string kind = vector_text(&record, "kind");
#define GO_ON(name, constant, type)                                                       \
  if (kind == #name) {                                                                    \
    stepped s = stepped_make(&record, SCHED_##constant);                                  \
    auto param = floats(record, "midway_param", 0, s.n), grad = param;                    \
    sched::type hyper;                                                                    \
    std::memcpy(static_cast<void *>(&hyper), s.hyper, sizeof hyper);                      \
    sched::Optim optim;                                                                   \
    optim.add(hyper, {sched::Param<float>(param, grad, s.shape[0], s.shape[1])});         \
    go_on(optim, record, param, grad);                                                    \
    stepped_free(&s);                                                                     \
    count++;                                                                              \
  }
    STEPPED_KINDS(GO_ON)
#undef GO_ON
  }
  CHECK(count > 100);
}

TEST_CASE("an optimizer of 16 bits keeps a master") {
  // 1.5 and -2 as bfloat16s.
  std::vector<std::uint16_t> param{0x3fc0, 0xc000};
  std::vector<float> grad{1, -1}, master{1.5F, -2}, m(2), v(2);
  sched_optim_group rest{};
  rest.dtype = SCHED_BF16;
  rest.grad_dtype = SCHED_F32;
  rest.master = 1;
  sched::Optim optim;
  const auto group =
      optim.add(sched::AdamW(), {{2, param.data(), grad.data(), nullptr, 0, 0}}, rest);
  optim.step();
  sched::adamw(sched::AdamW(), 1, 2, master.data(), grad.data(), m.data(), v.data());
  CHECK(equal(optim.state(group, 0, "master"), master));
  CHECK(equal(optim.state(group, 0, "exp_avg"), m));
}

TEST_CASE("an optimizer takes a parameter in braces, with its copy") {
  std::vector<float> w{1, 2}, grad{1, 1};
  std::uint16_t copy[2] = {1, 1};
  sched::Param<float> param(w, grad);
  param.copy = copy;
  sched_optim_group rest{};
  rest.copy_dtype = SCHED_BF16;
  sched::SGD sgd;
  sgd.lr = 1;
  sched::Optim optim;
  optim.add(sgd, {param}, rest);
  optim.step();
  CHECK(w == std::vector<float>{0, 1});
  CHECK((copy[0] == 0 && copy[1] == 0x3f80));
}

TEST_CASE("an optimizer steps matrices, and what is put in a parameter's place") {
  const std::vector<float> grad = ramp(6, 0.1F);
  std::vector<float> wide = ramp(6, 1), tall = wide, g = grad, wide1 = wide, tall1 = wide, m(6), n(6);
  std::vector<float> bias = ramp(2, 1), other = bias, grad_b{1, -1};
  sched::Optim optim;
  const auto biases = optim.add(sched::SGD(), {{bias, grad_b}});
  const auto group = optim.add(sched::Muon(), {{wide, g, 2, 3}, {tall.data(), g.data(), 6, 3, 2}});
  optim.step();
  sched::muon(sched::Muon(), 1, 6, wide1.data(), g.data(), m.data(), 2, 3);
  sched::muon(sched::Muon(), 1, 6, tall1.data(), g.data(), n.data(), 3, 2);
  CHECK((wide == wide1 && tall == tall1 && wide != tall));
  const auto place = optim.param(group, 0);
  CHECK((place.param == wide.data() && place.n == 6 && place.rows == 2 && place.columns == 3));
  const auto stays = bias;
  wide = wide1 = tall;
  optim.put(group, 0, sched::Param<float>(wide1, g, 2, 3));
  optim.put(biases, 0, sched::Param<float>(other, grad_b));
  optim.step();
  CHECK((wide == tall1 && wide1 != wide && bias == stays && other != ramp(2, 1)));
  CHECK(optim.param(biases, 0).param == other.data());
}

TEST_CASE("an optimizer throws what C refuses") {
  std::vector<float> w(4, 1), grad(4, 1), shorter(3);
  sched::Optim optim;
  const auto group = optim.add(sched::AdamW(), {{w, grad}});
  CHECK_REFUSED(optim.set(group, "lr", -1), SCHED_E_VALUE, "AdamW lr", "-1.0", "from 0");
  CHECK_REFUSED(optim.set(1, "lr", 1), SCHED_E_RANGE, "group", "1", "0 to 0");
  CHECK_REFUSED(optim.get(group, "momentum"), SCHED_E_FIELD, "momentum", "", "");
  CHECK_REFUSED(optim.state(group, 0, "momentum_buffer"), SCHED_E_FIELD, "momentum_buffer", "", "");
  CHECK_REFUSED(optim.load({1, 2, 3}), SCHED_E_STATE, "data", "", "saved");
  CHECK_REFUSED(optim.load({}), SCHED_E_STATE, "data", "", "saved");
  CHECK_REFUSED(optim.add(sched::AdamW(), {{w, shorter}}), SCHED_E_RANGE, "grad", "=3", "4");
  const sched::Error huge = refusal([&] {
    optim.add(sched::AdamW(), {{w, grad}, {w.data(), grad.data(), std::size_t{1} << 45}});
  });
  CHECK(huge.status() == SCHED_E_MEMORY);
  const sched::Error overlap = refusal([&] {
    optim.put(group, 0, {4, w.data(), w.data(), nullptr, 0, 0});
    optim.step();
  });
  CHECK(overlap.status() == SCHED_E_OVERLAP);
  CHECK(overlap.place() == 0);
  sched::Optim twice;
  twice.add(sched::AdamW(), {{w, grad}, {w, grad}});
  CHECK_REFUSED(twice.step(), SCHED_E_OVERLAP, "list[1].param", "=4 floats", "none of list[0].param");
  CHECK(optim.groups() == 1);
  CHECK(w == std::vector<float>(4, 1));
  sched::Optim moved = std::move(optim);
  CHECK_REFUSED(optim.step(), SCHED_E_NULL, "optim", "NULL", "");  // NOLINT
  CHECK(moved.share().groups() == 1);
}
