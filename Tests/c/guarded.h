/*  Arrays with marked memory on both sides, at any alignment. C99 and C++17.
 *
 *  Elements are moved by memcpy alone: an address that is no multiple of 4 is
 *  good for the library and not for a float of the compiler's. */
#ifndef GUARDED_H
#define GUARDED_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD_BYTES = 256, GUARD_MARK = 0xa5 };

typedef struct guarded {
  float *data;
  size_t count;
  size_t width; /* bytes of an element */
  unsigned char *block;
  size_t size;
} guarded;

/*  `count` elements copied from `values`, zeros where that is NULL, `shift` bytes
 *  past a multiple of 64. */
static inline guarded guarded_of(size_t count, size_t width, size_t shift, const void *values) {
  guarded array;
  array.count = count;
  array.width = width;
  array.size = GUARD_BYTES + 64 + shift + count * width + GUARD_BYTES;
  array.block = (unsigned char *)malloc(array.size);
  if (!array.block) abort();
  memset(array.block, GUARD_MARK, array.size);
  uintptr_t start = (uintptr_t)array.block + GUARD_BYTES;
  unsigned char *data = array.block + GUARD_BYTES + (64 - start % 64) % 64 + shift;
  array.data = (float *)(void *)data;
  if (values && count) memcpy(data, values, count * width);
  if (!values) memset(data, 0, count * width);
  return array;
}

/*  The same of floats. */
static inline guarded guarded_make(size_t count, size_t shift, const float *values) {
  return guarded_of(count, sizeof(float), shift, values);
}

static inline void guarded_free(guarded *array) {
  free(array->block);
  array->block = NULL;
}

/*  Whether the marks are as they were made. */
static inline int guarded_intact(const guarded *array) {
  const unsigned char *first = (const unsigned char *)(const void *)array->data;
  const unsigned char *last = first + array->count * array->width;
  for (const unsigned char *at = array->block; at < array->block + array->size; at++) {
    if ((at < first || at >= last) && *at != GUARD_MARK) return 0;
  }
  return 1;
}

static inline float guarded_at(const guarded *array, size_t index) {
  float value;
  memcpy(&value, (const unsigned char *)(const void *)array->data + index * sizeof value,
         sizeof value);
  return value;
}

static inline int guarded_same(const guarded *a, const guarded *b) {
  return a->count == b->count &&
         a->width == b->width &&
         (a->count == 0 || memcmp(a->data, b->data, a->count * a->width) == 0);
}

#endif
