/*  Reads Tests/Vectors: what torch and other peers answered. C99 and C++17.
 *
 *  A file that is missing or malformed ends the program: every test stands on it. */
#ifndef VECTORS_H
#define VECTORS_H

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct vector_line {
  char *key;
  char *value;
} vector_line;

/*  One record: why it is there, and its lines in their order. */
typedef struct vector {
  const char *reason;
  const vector_line *lines;
  size_t count;
} vector;

typedef struct vectors {
  vector *items;
  size_t count;
  vector_line *lines;
  char *text;
} vectors;

typedef struct doubles {
  double *values;
  size_t count;
} doubles;

static inline void vectors_fail(const char *about, const char *what) {
  fprintf(stderr, "vectors: %s: %s\n", about, what);
  exit(2);
}

static inline void *vectors_memory(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size);
  if (!memory) vectors_fail("memory", strerror(ENOMEM));
  return memory;
}

/*  The folder of vectors: the environment's VECTORS, or the repository's. */
static inline const char *vectors_folder(void) {
  const char *folder = getenv("VECTORS");
  return folder ? folder : "../Vectors";
}

/*  A whole file, with a zero after its end. */
static inline char *vectors_bytes(const char *folder, const char *name, size_t *length) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) vectors_fail(path, strerror(errno));
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *bytes = (char *)vectors_memory((size_t)size + 1, 1);
  if (fread(bytes, 1, (size_t)size, file) != (size_t)size) vectors_fail(path, "cannot be read");
  fclose(file);
  *length = (size_t)size;
  return bytes;
}

/*  The key and value of the line at `*at`, which moves to the next line. */
static inline vector_line vectors_next_line(char **at) {
  vector_line line = {*at, NULL};
  char *end = strchr(*at, '\n');
  *at = end ? end + 1 : *at + strlen(*at);
  if (end) *end = 0;
  char *space = strchr(line.key, ' ');
  if (space) *space = 0;
  line.value = space ? space + 1 : line.key + strlen(line.key);
  return line;
}

/*  The value of the line of that key with that index among its like, or NULL. */
static inline const char *vector_nth(const vector *vector, const char *key, size_t index) {
  for (size_t i = 0; i < vector->count; i++) {
    if (strcmp(vector->lines[i].key, key) == 0 && index-- == 0) return vector->lines[i].value;
  }
  return NULL;
}

static inline const char *vector_find(const vector *vector, const char *key) {
  return vector_nth(vector, key, 0);
}

/*  Whether none before that record is of its kind, where records have one. */
static inline int vectors_is_first(const vectors *file, size_t index) {
  const char *kind = vector_find(&file->items[index], "kind");
  for (size_t i = 0; kind && i < index; i++) {
    const char *other = vector_find(&file->items[i], "kind");
    if (other && strcmp(kind, other) == 0) return 0;
  }
  return kind != NULL;
}

/*  Under an emulator, which is fifty times as slow, the environment's EVERY says
 *  to keep one record in so many. */
static inline size_t vectors_every(void) {
  const char *every = getenv("EVERY");
  return every ? strtoul(every, NULL, 10) : 1;
}

/*  And the first of each kind. */
static inline void vectors_thin(vectors *file) {
  const size_t stride = vectors_every();
  if (stride <= 1) return;
  vector *kept = (vector *)vectors_memory(file->count, sizeof *kept);
  size_t count = 0;
  for (size_t i = 0; i < file->count; i++) {
    if (i % stride == 0 || vectors_is_first(file, i)) kept[count++] = file->items[i];
  }
  free(file->items);
  file->items = kept;
  file->count = count;
}

static inline vectors vectors_read(const char *name) {
  vectors file = {NULL, 0, NULL, NULL};
  size_t length;
  file.text = vectors_bytes(vectors_folder(), name, &length);
  size_t lines = 1;
  for (const char *c = file.text; *c; c++) lines += *c == '\n';
  file.items = (vector *)vectors_memory(lines, sizeof *file.items);
  file.lines = (vector_line *)vectors_memory(lines, sizeof *file.lines);

  vector_line *end = file.lines;
  vector *open = NULL;
  for (char *at = file.text; *at;) {
    if (*at == '#') {
      vectors_next_line(&at);
    } else if (*at == '\n') {
      open = NULL;
      at++;
    } else {
      vector_line line = vectors_next_line(&at);
      if (strcmp(line.key, "vector") == 0) {
        open = &file.items[file.count++];
        open->reason = line.value;
        open->lines = end;
      } else if (open) {
        *end++ = line;
        open->count++;
      } else {
        vectors_fail(name, "a line outside any record");
      }
    }
  }
  if (file.count == 0) vectors_fail(name, "no records");
  vectors_thin(&file);
  return file;
}

static inline void vectors_free(vectors *file) {
  free(file->items);
  free(file->lines);
  free(file->text);
}

/*  The same where the record is nothing without it. */
static inline const char *vector_text(const vector *vector, const char *key) {
  const char *value = vector_find(vector, key);
  if (!value) vectors_fail(vector->reason, key);
  return value;
}

static inline double vector_number(const char **at, const char *about) {
  char *end;
  double value = strtod(*at, &end);
  if (end == *at) vectors_fail(about, "a word that is no number");
  *at = end;
  while (**at == ' ') ++*at;
  return value;
}

static inline double vector_double(const vector *vector, const char *key) {
  const char *at = vector_text(vector, key);
  return vector_number(&at, vector->reason);
}

/*  All numbers of a line; none, with values NULL, where there is no such line. */
static inline doubles vector_doubles(const vector *vector, const char *key) {
  doubles list = {NULL, 0};
  const char *at = vector_find(vector, key);
  if (!at) return list;
  size_t words = 1;
  for (const char *c = at; *c; c++) words += *c == ' ';
  list.values = (double *)vectors_memory(words, sizeof *list.values);
  while (*at) list.values[list.count++] = vector_number(&at, vector->reason);
  return list;
}

/*  `count` floats from a line of their bits; NULL where there is no such line. */
static inline float *vector_floats(const vector *vector, const char *key, size_t index,
                                   size_t count) {
  const char *at = vector_nth(vector, key, index);
  if (!at) return NULL;
  float *floats = (float *)vectors_memory(count, sizeof *floats);
  for (size_t i = 0; i < count; i++) {
    char *end;
    uint32_t bits = (uint32_t)strtoul(at, &end, 16);
    if (end == at) vectors_fail(vector->reason, "too few words");
    memcpy(&floats[i], &bits, sizeof bits);
    at = end;
  }
  while (*at == ' ') at++;
  if (*at) vectors_fail(vector->reason, "too many words");
  return floats;
}

/*  The number after "name=" in a line of such pairs; `fallback` where there is
 *  no such line or pair. */
static inline double vector_pair(const vector *vector, const char *key, const char *name,
                                 double fallback) {
  const char *at = vector_find(vector, key);
  size_t length = strlen(name);
  while (at && !(strncmp(at, name, length) == 0 && at[length] == '=')) {
    at = strchr(at, ' ');
    if (at) at++;
  }
  if (!at) return fallback;
  at += length + 1;
  return vector_number(&at, vector->reason);
}

/*  A setting, without which the record is nothing. */
static inline double vector_hyper(const vector *vector, const char *name) {
  double value = vector_pair(vector, "hyper", name, NAN);
  if (value != value) vectors_fail(vector->reason, name);
  return value;
}

/*  How many doubles it is from one to the other; 0 between NaNs. */
static inline uint64_t vector_ulps(double a, double b) {
  const uint64_t sign = UINT64_C(1) << 63;
  uint64_t x, y;
  if (a != a || b != b) return a != a && b != b ? 0 : UINT64_MAX;
  memcpy(&x, &a, sizeof x);
  memcpy(&y, &b, sizeof y);
  // As integers in the order of the doubles, either side of 0.
  x = x & sign ? sign - (x & ~sign) : sign + x;
  y = y & sign ? sign - (y & ~sign) : sign + y;
  return x < y ? y - x : x - y;
}

static inline size_t vector_lines(const vector *vector, const char *key) {
  size_t lines = 0;
  while (vector_nth(vector, key, lines)) lines++;
  return lines;
}

#endif
