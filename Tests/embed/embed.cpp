/*  A C++ program that embeds Python and shares libsched's objects with it: what
 *  C++ makes Python goes on with, and the other way round, without a copy.
 *
 *  Says on its last line what came of it; ends with 1 at the first thing that
 *  is not as it must be. */
#include <Python.h>

#include <sched.hpp>

#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <utility>

namespace {

#define REQUIRE(condition)                                                             \
  do {                                                                                 \
    if (!(condition)) {                                                                \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);     \
      if (PyErr_Occurred()) PyErr_Print();                                             \
      std::exit(1);                                                                    \
    }                                                                                  \
  } while (0)

/*  One reference to a Python object. */
class Object {
 public:
  explicit Object(PyObject *object) : object_(object) { REQUIRE(object_ != nullptr); }
  Object(Object &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Object(const Object &) = delete;
  Object &operator=(const Object &) = delete;
  ~Object() { Py_XDECREF(object_); }

  PyObject *get() const { return object_; }

  long long integer() const {
    const long long value = PyLong_AsLongLong(object_);
    REQUIRE(!PyErr_Occurred());
    return value;
  }
  double real() const {
    const double value = PyFloat_AsDouble(object_);
    REQUIRE(!PyErr_Occurred());
    return value;
  }

 private:
  PyObject *object_;
};

/*  A function of side.py, called with a capsule or with nothing. */
Object call(const Object &side, const char *name) {
  return Object(PyObject_CallMethod(side.get(), name, nullptr));
}
Object call(const Object &side, const char *name, const Object &argument) {
  return Object(PyObject_CallMethod(side.get(), name, "O", argument.get()));
}

/*  A capsule that owns one reference of its own, as the package's do. */
template <class T, void (*Free)(T *)>
Object capsule(T *reference, const char *name) {
  return Object(PyCapsule_New(reference, name, [](PyObject *dying) {
    Free(static_cast<T *>(PyCapsule_GetPointer(dying, PyCapsule_GetName(dying))));
  }));
}
Object capsule(const sched::Schedule &schedule) {
  return capsule<sched_schedule, sched_free>(sched_retain(schedule.get()), "sched_schedule");
}
Object capsule(const sched::Scheduler &scheduler) {
  return capsule<sched_scheduler, sched_scheduler_free>(scheduler.share().release(),
                                                        "sched_scheduler");
}
Object capsule(const sched::EarlyStopping &stopper) {
  return capsule<sched_early_stopping, sched_early_stopping_free>(stopper.share().release(),
                                                                  "sched_early_stopping");
}

/*  What a capsule holds, which it keeps its own reference to. */
template <class T>
T *pointer(const Object &capsule, const char *name) {
  void *held = PyCapsule_GetPointer(capsule.get(), name);
  REQUIRE(held != nullptr);
  return static_cast<T *>(held);
}
sched::Schedule schedule_in(const Object &capsule) {
  return sched::Schedule(sched_retain(pointer<sched_schedule>(capsule, "sched_schedule")));
}
sched::Scheduler scheduler_in(const Object &capsule) {
  return sched::Scheduler(
      sched_scheduler_retain(pointer<sched_scheduler>(capsule, "sched_scheduler")));
}
sched::EarlyStopping stopper_in(const Object &capsule) {
  return sched::EarlyStopping(sched_early_stopping_retain(
      pointer<sched_early_stopping>(capsule, "sched_early_stopping")));
}

const char *const text =
    "SequentialLR([LinearLR(start_factor=0.1, end_factor=1.0, total_iters=5), "
    "CosineAnnealingLR(T_max=35, eta_min=0.0)], milestones=[5])";

/*  C++ makes, Python goes on, C++ goes on. */
void out_of_cpp(const Object &side) {
  const sched::Schedule schedule = sched::parse(text);
  sched::Scheduler scheduler(schedule, {0.1, 0.4}, sched::Form::chained);
  sched::Scheduler alone(schedule, {0.1, 0.4}, sched::Form::chained);
  sched::EarlyStopping stopper(2);
  for (int i = 0; i < 3; i++) scheduler.next();
  stopper.observe(1.0);

  call(side, "take_schedule", capsule(schedule));
  call(side, "take_scheduler", capsule(scheduler));
  call(side, "take_stopper", capsule(stopper));
  REQUIRE(call(side, "step").integer() == 3);

  // Three steps of Python's, seen here; two of ours, seen there.
  for (int i = 0; i < 3; i++) call(side, "next");
  REQUIRE(scheduler.step() == 6);
  for (int i = 0; i < 2; i++) scheduler.next();
  REQUIRE(call(side, "step").integer() == 8);
  for (int i = 0; i < 8; i++) alone.next();
  REQUIRE(scheduler.rates() == alone.rates());
  REQUIRE(call(side, "second_rate").real() == alone.rates()[1]);
  REQUIRE(call(side, "observe", Object(PyFloat_FromDouble(2.0))).integer() == SCHED_WAITING);
  REQUIRE(stopper.observed() == 2);
  REQUIRE(stopper.observe(3.0) == sched::Verdict::stop);
  REQUIRE(call(side, "waited").integer() == 2);

  // What Python gives out again is what it got: the same addresses.
  REQUIRE(schedule_in(call(side, "give_schedule")).get() == schedule.get());
  REQUIRE(scheduler_in(call(side, "give_scheduler")).get() == scheduler.get());
  REQUIRE(stopper_in(call(side, "give_stopper")).get() == stopper.get());
  REQUIRE(schedule_in(call(side, "give_schedule")).text() == text);

  // Python's is a reference like any other: it outlives ours, and ours it.
  scheduler = std::move(alone);
  call(side, "next");
  REQUIRE(call(side, "step").integer() == 9);
  call(side, "let_go");
  REQUIRE(stopper.observed() == 3);
  REQUIRE(schedule.rate(5, 0.1) == 0.1);
}

/*  Python makes, C++ goes on, Python goes on. */
void out_of_python(const Object &side) {
  call(side, "make");
  sched::Scheduler scheduler = scheduler_in(call(side, "give_scheduler"));
  sched::EarlyStopping stopper = stopper_in(call(side, "give_stopper"));
  const sched::Schedule schedule = schedule_in(call(side, "give_schedule"));
  REQUIRE(scheduler.step() == 2);
  REQUIRE(scheduler.schedule().get() == schedule.get());
  scheduler.seek(7);
  REQUIRE(call(side, "step").integer() == 7);
  REQUIRE(call(side, "second_rate").real() == scheduler.rates().at(1));
  stopper.observe(0.5);
  REQUIRE(call(side, "waited").integer() == 0);
  call(side, "next");
  REQUIRE(scheduler.step() == 8);
  call(side, "let_go");
  scheduler.next();
  REQUIRE(scheduler.step() == 9);
  REQUIRE(stopper.best() == 0.5);
}

/*  The other kinds of capsule are refused, and nothing is lost by it. */
void wrong_capsules(const Object &side) {
  const sched::Schedule schedule = sched::parse(text);
  const sched::Scheduler scheduler(schedule, 0.1);
  for (const char *take : {"take_scheduler", "take_stopper"}) {
    REQUIRE(PyObject_CallMethod(side.get(), take, "O", capsule(schedule).get()) == nullptr);
    REQUIRE(PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
  }
  REQUIRE(PyObject_CallMethod(side.get(), "take_schedule", "O", capsule(scheduler).get()) ==
          nullptr);
  REQUIRE(PyErr_ExceptionMatches(PyExc_TypeError));
  PyErr_Clear();
}

/*  The files of this process that are a libsched. */
std::set<std::string> images() {
  std::set<std::string> found;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto slash = line.find('/');
    if (slash != std::string::npos && line.find("libsched.so", slash) != std::string::npos) {
      found.insert(line.substr(slash));
    }
  }
  return found;
}

/*  Bytes in use. Python's own objects are elsewhere, in pools of pages. */
std::size_t in_use() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

}  // namespace

int main(int argc, char **argv) {
  REQUIRE(argc == 2);
  const std::size_t rounds = std::strtoul(argv[1], nullptr, 10);
  sched::Scheduler after = sched::Scheduler(sched::parse(text), 0.1);
  Py_InitializeEx(0);
  {
    const Object side(PyImport_ImportModule("side"));
    REQUIRE(images().size() == 1);
    const auto all = [&side] {
      out_of_cpp(side);
      out_of_python(side);
      wrong_capsules(side);
      call(side, "collect");
    };
    // The first rounds fill caches: of types, of names, of this thread's errors.
    for (int i = 0; i < 20; i++) all();
    const std::size_t before = in_use();
    for (std::size_t i = 0; i < rounds; i++) all();
    const std::size_t now = in_use();
    // A scheduler a round would be some hundred bytes of each.
    std::printf("%zu rounds, %lld bytes more\n", rounds,
                static_cast<long long>(now) - static_cast<long long>(before));
    REQUIRE(now <= before + 16 * rounds);
    REQUIRE(images().size() == 1);
    // Python holds these when it ends, ours when it has.
    call(side, "take_scheduler", capsule(after));
    call(side, "keep", capsule(after));
    call(side, "next");
  }
  REQUIRE(Py_FinalizeEx() == 0);
  after.next();
  REQUIRE(after.step() == 2);
  std::printf("one library, one object: %s\n", images().begin()->c_str());
}
