/*  Reads a constructor's call as the oracle writes it, and makes the schedule
 *  anew by its fields or by its typed constructor. C99 and C++17.
 *
 *  Not a second parser of what users write: the oracle names every field but a
 *  list of schedules, which comes first. */
#ifndef CALLS_H
#define CALLS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched.h"

enum { CALL_FIELDS = 16, CALL_ITEMS = 16 };

typedef struct call {
  char kind[40];
  size_t count;
  sched_field fields[CALL_FIELDS];
  char names[CALL_FIELDS][40];
  char words[CALL_FIELDS][40];
  size_t children;
  sched_schedule *schedules[CALL_ITEMS];
  size_t steps;
  int64_t integers[CALL_ITEMS];
} call;

/*  What makes a schedule of a call: a new reference, or NULL. */
typedef sched_schedule *(*call_maker)(const call *);

static inline void call_fail(const char *at) {
  fprintf(stderr, "calls: cannot read \"%.40s\"\n", at);
  exit(2);
}

static inline int call_take(const char **at, const char *token) {
  size_t length = strlen(token);
  if (strncmp(*at, token, length) != 0) return 0;
  *at += length;
  return 1;
}

static inline void call_name(const char **at, char *name, size_t size) {
  size_t length = strspn(*at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
  if (length == 0 || length >= size) call_fail(*at);
  memcpy(name, *at, length);
  name[length] = 0;
  *at += length;
}

static inline sched_schedule *call_make(const char **at, call_maker make);

static inline void call_value(const char **at, call *call, const char *name, call_maker make) {
  char *word = call->words[call->count];
  sched_field *field = &call->fields[call->count++];
  char *end;
  if (call_take(at, "True")) {
    *field = sched_flag(name, 1);
  } else if (call_take(at, "False")) {
    *field = sched_flag(name, 0);
  } else if (call_take(at, "'")) {
    call_name(at, word, sizeof call->words[0]);
    if (!call_take(at, "'")) call_fail(*at);
    *field = sched_word(name, word);
  } else if (call_take(at, "[")) {
    int schedules = **at != ']' && strchr("0123456789", **at) == NULL;
    while (!call_take(at, "]")) {
      if (call->children + call->steps == 2 * CALL_ITEMS) call_fail(*at);
      if (schedules) {
        call->schedules[call->children++] = call_make(at, make);
      } else {
        call->integers[call->steps++] = strtoll(*at, &end, 10);
        *at = end;
      }
      call_take(at, ", ");
    }
    *field = schedules
                 ? sched_schedules(name, (const sched_schedule *const *)call->schedules,
                                   call->children)
                 : sched_integers(name, call->integers, call->steps);
  } else {
    size_t length = strspn(*at, "+-.0123456789einfa");
    if (length == 0) call_fail(*at);
    if (strspn(*at, "0123456789") == length) {
      *field = sched_integer(name, strtoll(*at, &end, 10));
    } else {
      *field = sched_real(name, strtod(*at, &end));
    }
    *at = end;
  }
}

static inline sched_schedule *call_make(const char **at, call_maker make) {
  call *made = (call *)calloc(1, sizeof *made);
  if (!made) abort();
  call_name(at, made->kind, sizeof made->kind);
  if (!call_take(at, "(")) call_fail(*at);
  while (!call_take(at, ")")) {
    char *name = made->names[made->count];
    if (**at == '[') {
      strcpy(name, "schedulers");
    } else {
      call_name(at, name, sizeof made->names[0]);
      if (!call_take(at, "=")) call_fail(*at);
    }
    call_value(at, made, name, make);
    call_take(at, ", ");
  }
  sched_schedule *schedule = make(made);
  for (size_t i = 0; i < made->children; i++) sched_free(made->schedules[i]);
  free(made);
  return schedule;
}

/*  By kind and fields. */
static inline sched_schedule *call_by_fields(const call *call) {
  sched_schedule *schedule = NULL;
  size_t culprit;
  sched_make(call->kind, call->fields, call->count, &culprit, &schedule);
  return schedule;
}

/*  The field of that name, or NULL. */
static inline const sched_field *call_find(const call *call, const char *name) {
  for (size_t i = 0; i < call->count; i++) {
    if (strcmp(call->fields[i].name, name) == 0) return &call->fields[i];
  }
  return NULL;
}

static inline const sched_field *call_field(const call *call, const char *name) {
  const sched_field *field = call_find(call, name);
  if (!field) call_fail(name);
  return field;
}

static inline double call_real(const call *call, const char *name) {
  return call_field(call, name)->value.real;
}

static inline int64_t call_integer(const call *call, const char *name) {
  return call_field(call, name)->value.integer;
}

static inline int call_flag(const call *call, const char *name) {
  return call_field(call, name)->value.flag;
}

#endif
