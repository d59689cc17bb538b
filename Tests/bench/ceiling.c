/*  The speed of memory: reads and writes what an optimizer's step does, and
 *  computes next to nothing.
 *
 *  SIZES are the bytes of an element of each array, of which the first WRITTEN are
 *  read and written and the others read. STEP elements take whole vectors of
 *  each array. */
#include <omp.h>
#include <stddef.h>

typedef long long vector __attribute__((vector_size(64), aligned(1), may_alias));

static const int sizes[] = {SIZES};
enum { ARRAYS = sizeof sizes / sizeof *sizes };

/*  Loops of constants, which end up as straight lines. */
#define UNROLLED _Pragma("GCC unroll 8")

static void move_some(ptrdiff_t n, ptrdiff_t first, char *const *arrays) {
  char *at[ARRAYS];
  UNROLLED
  for (int a = 0; a < ARRAYS; a++) at[a] = arrays[a] + first * sizes[a];
  vector sum = {0};
  if (n < STEP) {
    UNROLLED
    for (int a = 0; a < WRITTEN; a++) {
      for (ptrdiff_t b = 0; b < n * sizes[a]; b++) at[a][b]++;
    }
    return;
  }
  for (ptrdiff_t next = 0; next < n; next += STEP) {
    // The last elements take some of those before them once more.
    const ptrdiff_t i = next < n - STEP ? next : n - STEP;
    // Of all that is read into all that is written: nothing can be left out.
    if (WRITTEN) sum = (vector){0};
    UNROLLED
    for (int a = WRITTEN; a < ARRAYS; a++) {
      UNROLLED
      for (int b = 0; b < STEP * sizes[a]; b += 64) sum += *(vector *)(at[a] + i * sizes[a] + b);
    }
    UNROLLED
    for (int a = 0; a < WRITTEN; a++) {
      UNROLLED
      for (int b = 0; b < STEP * sizes[a]; b += 64) *(vector *)(at[a] + i * sizes[a] + b) += sum;
    }
  }
  volatile vector sink = sum;
  (void)sink;
}

static ptrdiff_t within(ptrdiff_t at, ptrdiff_t size) {
  return at < 0 ? 0 : at > size ? size : at;
}

/*  Tensors of `lengths` elements, which lie end to end in what the threads share;
 *  `arrays` has all of the first, all of the second, and so on. */
void move(ptrdiff_t count, const ptrdiff_t *lengths, char *const *arrays, int threads) {
  ptrdiff_t n = 0;
  for (ptrdiff_t i = 0; i < count; i++) n += lengths[i];
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
    const ptrdiff_t share = (n / omp_get_num_threads()) & ~(ptrdiff_t)63;
    const ptrdiff_t first = share * omp_get_thread_num();
    const int is_last = omp_get_thread_num() == omp_get_num_threads() - 1;
    const ptrdiff_t end = is_last ? n : first + share;
    ptrdiff_t start = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
      const ptrdiff_t from = within(first - start, lengths[i]);
      const ptrdiff_t to = within(end - start, lengths[i]);
      move_some(to - from, from, arrays + ARRAYS * i);
      start += lengths[i];
    }
  }
}
