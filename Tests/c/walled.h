/*  Memory with pages on both sides that nobody may touch: reading past an end is
 *  as fatal as writing there, of which marks see the one alone. C99. */
#ifndef WALLED_H
#define WALLED_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*  Where the block of a walled array begins, and how long it is: two pages before
 *  the one that the array begins in. */
static inline unsigned char *walled_block(const void *data, size_t page) {
  return (unsigned char *)((uintptr_t)data / page * page) - 2 * page;
}

/*  `bytes` of zeros, which end at a wall, or begin at one. */
static inline void *walled(size_t bytes, int at_start) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t pages = bytes ? (bytes + page - 1) / page : 1, length = (pages + 3) * page;
  void *memory;
  if (posix_memalign(&memory, page, length) != 0) abort();
  unsigned char *block = (unsigned char *)memory, *first = block + 2 * page;
  memcpy(block, &length, sizeof length);
  memset(first, 0, pages * page);
  if (mprotect(block + page, page, PROT_NONE) != 0 ||
      mprotect(first + pages * page, page, PROT_NONE) != 0) {
    abort();
  }
  return bytes && !at_start ? first + pages * page - bytes : first;
}

static inline void walled_free(void *data) {
  if (!data) return;
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  unsigned char *block = walled_block(data, page);
  size_t length;
  memcpy(&length, block, sizeof length);
  if (mprotect(block, length, PROT_READ | PROT_WRITE) != 0) abort();
  free(block);
}

#endif
