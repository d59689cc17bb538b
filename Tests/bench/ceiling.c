/*  The speed of memory: kernels that read and write what an optimizer step
 *  does, and compute next to nothing. */
#include <omp.h>
#include <stddef.h>

static void adamw(ptrdiff_t n, float *restrict p, const float *restrict g, float *restrict m,
                  float *restrict v) {
  for (ptrdiff_t i = 0; i < n; i++) {
    m[i] += g[i];
    v[i] += g[i];
    p[i] -= g[i];
  }
}

static void sgd(ptrdiff_t n, float *restrict p, const float *restrict g, float *restrict b) {
  for (ptrdiff_t i = 0; i < n; i++) {
    b[i] += g[i];
    p[i] -= g[i];
  }
}

/*  Runs `call` with each thread's `first` and `length`, on whole cache lines. */
#define EACH_THREAD(...)                                                    \
  _Pragma("omp parallel num_threads(threads) if (threads > 1)") {            \
    const ptrdiff_t share = (n / omp_get_num_threads()) & ~(ptrdiff_t)15;    \
    const ptrdiff_t first = share * omp_get_thread_num();                    \
    const int is_last = omp_get_thread_num() == omp_get_num_threads() - 1;   \
    const ptrdiff_t length = is_last ? n - first : share;                     \
    __VA_ARGS__;                                                             \
  }

/*  AdamW's traffic: four arrays in, three out. */
void move_adamw(ptrdiff_t n, float *p, const float *g, float *m, float *v, int threads) {
  EACH_THREAD(adamw(length, p + first, g + first, m + first, v + first))
}

/*  Momentum SGD's traffic: three arrays in, two out. */
void move_sgd(ptrdiff_t n, float *p, const float *g, float *b, int threads) {
  EACH_THREAD(sgd(length, p + first, g + first, b + first))
}

static ptrdiff_t within(ptrdiff_t at, ptrdiff_t size) {
  return at < 0 ? 0 : at > size ? size : at;
}

/*  AdamW's over the tensors of a model, which lie end to end in what the threads
 *  share; `arrays` has each one's p, g, m and v. */
void move_model(ptrdiff_t count, const ptrdiff_t *sizes, float *const *arrays, int threads) {
  ptrdiff_t n = 0;
  for (ptrdiff_t i = 0; i < count; i++) n += sizes[i];
  EACH_THREAD({
    ptrdiff_t start = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
      const ptrdiff_t from = within(first - start, sizes[i]);
      const ptrdiff_t to = within(first + length - start, sizes[i]);
      float *const *of = arrays + 4 * i;
      adamw(to - from, of[0] + from, of[1] + from, of[2] + from, of[3] + from);
      start += sizes[i];
    }
  })
}
