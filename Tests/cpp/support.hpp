/*  What the C++ tests share: vectors, equal bits, and what an error says. */
#ifndef SUPPORT_HPP
#define SUPPORT_HPP

#include <sched.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "vectors.h"

/*  A file of vectors for as long as a test runs. */
class Vectors {
 public:
  explicit Vectors(const char *name) : file_(vectors_read(name)) {}
  Vectors(const Vectors &) = delete;
  ~Vectors() { vectors_free(&file_); }

  const ::vector *begin() const { return file_.items; }
  const ::vector *end() const { return file_.items + file_.count; }

 private:
  vectors file_;
};

inline std::vector<double> numbers(const ::vector &record, const char *key) {
  doubles list = vector_doubles(&record, key);
  std::vector<double> values(list.values, list.values + list.count);
  free(list.values);
  return values;
}

inline std::vector<float> floats(const ::vector &record, const char *key, std::size_t index,
                                 std::size_t count) {
  float *list = vector_floats(&record, key, index, count);
  std::vector<float> values(list, list ? list + count : list);
  free(list);
  return values;
}

/*  Equal bits; any NaN is as good as another. */
inline bool same(double a, double b) {
  return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

/*  The error that a call throws, which must be one of the library's. */
template <class Call>
sched::Error refusal(Call call) {
  try {
    call();
  } catch (const sched::Error &error) {
    return error;
  }
  return sched::Error(SCHED_OK, "nothing was thrown");
}

/*  A refusal with that status, whose sentence names these. */
#define CHECK_REFUSED(call, expected, argument, value, accepted)          \
  do {                                                                    \
    const sched::Error error_ = refusal([&] { static_cast<void>(call); });           \
    const std::string what_ = error_.what();                              \
    CAPTURE(what_);                                                       \
    CHECK(error_.status() == (expected));                                 \
    CHECK(what_.find(sched_status_text(expected)) == 0);                  \
    CHECK(what_.find(argument) != std::string::npos);                     \
    CHECK(what_.find(value) != std::string::npos);                        \
    CHECK(what_.find(accepted) != std::string::npos);                     \
  } while (0)

#endif
