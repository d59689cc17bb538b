"""Schedules of every kind, as they stand in the vectors."""

from __future__ import annotations

from collections.abc import Iterator

import libsched
from libsched import Schedule, _lib
from vectors import records

# What is made of a caller's function, which no text has.
OF_FUNCTIONS = {"LambdaLR", "MultiplicativeLR"}

FILES = ("schedules.txt", "shapes.txt", "decays.txt", "algebra.txt", "reactive.txt")


def within(schedule: Schedule) -> Iterator[Schedule]:
    """The schedule and all it is made of."""
    yield schedule
    for name in ("schedule", "schedulers"):
        part = getattr(schedule, name, [])
        for child in [part] if isinstance(part, Schedule) else part:
            yield from within(child)


def given(schedule: Schedule) -> dict[str, object]:
    """Its fields but those that are absent."""
    values = {name: getattr(schedule, name) for name in _lib.fields(schedule.kind)}
    return {name: value for name, value in values.items() if value is not None}


def schedules() -> Iterator[Schedule]:
    """All of the vectors' and all they are made of, each once."""
    found: set[Schedule] = set()
    for file in FILES:
        for text in dict.fromkeys(vector["text"] for vector in records(file)):
            for schedule in within(libsched.parse(text)):
                if schedule not in found:
                    found.add(schedule)
                    yield schedule
