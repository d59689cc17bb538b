/*  What every kind declares, as sched_kind_describe prints it. */
#ifndef DECLARED_H
#define DECLARED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched.h"

enum { DECLARED_FIELDS = 32, DECLARED_WORDS = 16 };

typedef struct declared_field {
  const char *name, *type;
  int required;
  const char *words[DECLARED_WORDS]; /* what a text may be                    */
  size_t word_count;
} declared_field;

typedef struct declared_kind {
  const char *name;
  declared_field fields[DECLARED_FIELDS];
  size_t count;
  char *text; /* which the names are parts of                                 */
} declared_kind;

typedef struct declarations {
  declared_kind *kinds;
  size_t count;
} declarations;

static inline void declared_fail(const char *what) {
  fprintf(stderr, "declared: %s\n", what);
  abort();
}

/*  The part before the next separator, which becomes its end; `at` moves on. */
static inline char *declared_part(char **at, char separator) {
  char *part = *at, *end = strchr(part, separator);
  *at = end ? end + 1 : part + strlen(part);
  if (end) *end = 0;
  return part;
}

static inline void declared_field_read(declared_field *field, char *line) {
  declared_part(&line, '\t');
  field->name = declared_part(&line, '\t');
  field->type = declared_part(&line, '\t');
  field->required = strcmp(declared_part(&line, '\t'), "required") == 0;
  char *accepted = declared_part(&line, '\t');
  if (strcmp(field->type, "text") != 0) return;
  while ((accepted = strchr(accepted, '\''))) {
    accepted++;
    if (field->word_count == DECLARED_WORDS) declared_fail("too many words");
    field->words[field->word_count++] = declared_part(&accepted, '\'');
  }
}

/*  All of them; they and their texts live for ever. */
static inline declarations declared(void) {
  declarations all = {NULL, sched_kind_count()};
  all.kinds = (declared_kind *)calloc(all.count, sizeof *all.kinds);
  if (!all.kinds) declared_fail("memory");
  for (size_t i = 0; i < all.count; i++) {
    declared_kind *kind = &all.kinds[i];
    kind->name = sched_kind_name(i);
    size_t length = 0;
    sched_kind_describe(kind->name, NULL, 0, &length);
    char *text = kind->text = (char *)malloc(length + 1);
    if (!text || sched_kind_describe(kind->name, text, length + 1, &length)) {
      declared_fail(sched_last_error());
    }
    while (*text) {
      char *line = declared_part(&text, '\n');
      if (strncmp(line, "field\t", 6) != 0) continue;
      if (kind->count == DECLARED_FIELDS) declared_fail("too many fields");
      declared_field_read(&kind->fields[kind->count++], line);
    }
  }
  return all;
}

#endif
