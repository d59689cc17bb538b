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

/*  Runs `call` with each thread's `first` and `count`, on whole cache lines. */
#define EACH_THREAD(call)                                                    \
  _Pragma("omp parallel num_threads(threads) if (threads > 1)") {            \
    const ptrdiff_t share = (n / omp_get_num_threads()) & ~(ptrdiff_t)15;    \
    const ptrdiff_t first = share * omp_get_thread_num();                    \
    const int is_last = omp_get_thread_num() == omp_get_num_threads() - 1;   \
    const ptrdiff_t count = is_last ? n - first : share;                     \
    call;                                                                    \
  }

/*  AdamW's traffic: four arrays in, three out. */
void move_adamw(ptrdiff_t n, float *p, const float *g, float *m, float *v, int threads) {
  EACH_THREAD(adamw(count, p + first, g + first, m + first, v + first))
}

/*  Momentum SGD's traffic: three arrays in, two out. */
void move_sgd(ptrdiff_t n, float *p, const float *g, float *b, int threads) {
  EACH_THREAD(sgd(count, p + first, g + first, b + first))
}
