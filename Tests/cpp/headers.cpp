/*  The header's neighbours: POSIX has a <sched.h>, too, and <thread> includes
 *  it through <pthread.h>. Both stand in one file, in either order, and this is
 *  one more file that includes everything. */
#include <pthread.h>

#include <thread>

#include "support.hpp"

#include <sched.h>

TEST_CASE("POSIX's <sched.h> is there beside ours") {
  int least = sched_get_priority_min(SCHED_FIFO), most = sched_get_priority_max(SCHED_FIFO);
  CHECK(least <= most);
  double rate = 0;
  std::thread other([&rate] {
    sched_yield();
    rate = sched::StepLR(3).rate(0, 0.5);
  });
  other.join();
  CHECK(rate == 0.5);
}
