/*  Softmax regression on handwritten digits in C++: a whole training run
 *  through libsched, and its learning-rate column.
 *
 *    train FOLDER [--rates]
 *
 *  FOLDER holds digits.bin and run.txt, as Tests/Vectors does. */
#include <sched.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr std::size_t pixels = 64, classes = 10, record = pixels + 1;
constexpr std::size_t training = 1197, validation = 1497, records = 1797, batch = 57;

/*  Ten linear functions of the pixels. Gradients and momentum have its shape. */
struct Model {
  std::vector<float> weights = std::vector<float>(classes * pixels);
  std::vector<float> biases = std::vector<float>(classes);
};

/*  Images and their labels, a record of 65 bytes each. */
class Digits {
 public:
  explicit Digits(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
    if (bytes_.size() != records * record) throw std::runtime_error(path + ": of another length");
  }

  float pixel(std::size_t r, std::size_t i) const {
    return static_cast<float>(bytes_[r * record + i]) / 16;
  }
  std::size_t label(std::size_t r) const {
    return static_cast<std::size_t>(bytes_[r * record + pixels]);
  }

 private:
  std::vector<char> bytes_;
};

struct Run {
  std::string schedule;
  double base = 0;
  std::int64_t epochs = 0;

  explicit Run(const std::string &path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      const auto space = line.find(' ');
      const std::string key = line.substr(0, space), value = line.substr(space + 1);
      if (key == "schedule") schedule = value;
      if (key == "base") base = std::stod(value);
      if (key == "epochs") epochs = std::stoll(value);
    }
    if (schedule.empty() || epochs < 1) throw std::runtime_error(path + ": no run");
  }
};

/*  The softmax of the ten functions of a record's pixels. */
std::array<float, classes> probabilities(const Model &model, const Digits &digits, std::size_t r) {
  std::array<float, classes> p;
  for (std::size_t k = 0; k < classes; k++) {
    p[k] = model.biases[k];
    for (std::size_t i = 0; i < pixels; i++) {
      p[k] += model.weights[k * pixels + i] * digits.pixel(r, i);
    }
  }
  const float largest = *std::max_element(p.begin(), p.end());
  float sum = 0;
  for (float &value : p) sum += value = std::exp(value - largest);
  for (float &value : p) value /= sum;
  return p;
}

/*  The mean cross-entropy of records [first, first + batch), derived. */
Model gradient(const Model &model, const Digits &digits, std::size_t first) {
  Model gradient;
  for (std::size_t r = first; r < first + batch; r++) {
    auto error = probabilities(model, digits, r);
    error[digits.label(r)] -= 1;
    for (std::size_t k = 0; k < classes; k++) {
      const float share = error[k] / static_cast<float>(batch);
      gradient.biases[k] += share;
      for (std::size_t i = 0; i < pixels; i++) {
        gradient.weights[k * pixels + i] += share * digits.pixel(r, i);
      }
    }
  }
  return gradient;
}

struct Judgement {
  double loss = 0;   // the mean cross-entropy
  double right = 0;  // the part of the records that is right
};

Judgement judge(const Model &model, const Digits &digits, std::size_t first, std::size_t end) {
  Judgement judgement;
  const auto count = static_cast<double>(end - first);
  for (std::size_t r = first; r < end; r++) {
    const auto p = probabilities(model, digits, r);
    const auto best = static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
    judgement.loss -= std::log(std::max<double>(p[digits.label(r)], 1e-30)) / count;
    judgement.right += (best == digits.label(r)) / count;
  }
  return judgement;
}

void train(const Run &run, const sched::Schedule &schedule, const Digits &digits) {
  Model model, best, momentum;
  sched::Scheduler scheduler(schedule, run.base);
  sched::EarlyStopping stopper(5);
  sched::SGD hyper;
  hyper.momentum = 0.9;
  hyper.nesterov = 1;
  std::int64_t step = 0;
  for (std::int64_t epoch = 0; epoch < run.epochs; epoch++) {
    hyper.lr = scheduler.rate();
    for (std::size_t first = 0; first < training; first += batch) {
      const Model g = gradient(model, digits, first);
      step++;
      sched::sgd(hyper, {{model.weights.size(), step, model.weights.data(), g.weights.data(),
                          momentum.weights.data()},
                         {model.biases.size(), step, model.biases.data(), g.biases.data(),
                          momentum.biases.data()}});
    }
    const Judgement judgement = judge(model, digits, training, validation);
    std::printf("epoch %2d  rate %.17g  validation loss %.4f  accuracy %.1f %%\n",
                static_cast<int>(epoch), hyper.lr, judgement.loss, 100 * judgement.right);
    const sched::Verdict verdict = stopper.observe(judgement.loss);
    if (verdict == sched::Verdict::improved) best = model;
    if (verdict == sched::Verdict::stop) break;
    scheduler.next();
  }
  std::printf("best epoch %d, test accuracy %.1f %%\n", static_cast<int>(stopper.best_at()),
              100 * judge(best, digits, validation, records).right);
}

}  // namespace

int main(int argc, char **argv) {
  const bool only_rates = argc == 3 && std::string(argv[2]) == "--rates";
  if (argc != 2 && !only_rates) {
    std::fprintf(stderr, "usage: train FOLDER [--rates]\n");
    return 2;
  }
  try {
    const std::string folder = argv[1];
    const Run run(folder + "/run.txt");
    const sched::Schedule schedule = sched::parse(run.schedule);
    if (only_rates) {
      for (const double rate : schedule.rates(0, static_cast<std::size_t>(run.epochs), run.base)) {
        std::printf("%.17g\n", rate);
      }
    } else {
      train(run, schedule, Digits(folder + "/digits.bin"));
    }
  } catch (const std::exception &error) {
    std::fprintf(stderr, "train: %s\n", error.what());
    return 1;
  }
}
