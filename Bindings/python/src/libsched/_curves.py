"""Schedules with their base rates: what the peers' functions of a step are here."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ._schedules import Schedule

__all__ = ["Curve", "at", "native"]

# A step as the peers take it: a number, or an array of them, numpy's or a framework's.
Step = Any
Rates = float | npt.NDArray[np.float64]


@functools.lru_cache(maxsize=1024)
def _made(kind: str, fields: tuple[tuple[str, type, object], ...]) -> Schedule:
    return Schedule(kind, **{name: value for name, _, value in fields})


def native(kind: str, **fields: object) -> Schedule:
    """A schedule of a kind, made once; fields that are None are left out.

    Raises:
        SchedError: a field does not accept its value.
    """
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in fields.items()
        if value is not None
    }
    try:
        # 1 and True are equal, and not alike to the library.
        return _made(kind, tuple((name, type(value), value) for name, value in given.items()))
    except TypeError:
        # A framework's number, which is no key.
        return Schedule(kind, **given)


def at(rate: Callable[[int], float], step: Step) -> Rates:
    """The rate at a step, or the rates at each of an array's steps, in its shape.

    A whole number of any type is a step.
    """
    if type(step) is int:
        return rate(step)
    steps = np.asarray(step)
    if steps.dtype.kind == "f" and np.array_equal(steps, np.floor(steps)):
        steps = steps.astype(np.int64)
    if steps.ndim == 0:
        return rate(steps.item())
    rates = [rate(one) for one in steps.ravel().tolist()]
    return np.array(rates, np.float64).reshape(steps.shape)


class Curve:
    """A schedule with a base rate: a function from step to rate.

    Attributes:
        schedule: The native schedule.
        base: Its base rate.
        offset: What is added to its rates. Native rates do not fall below 0; hyperparameters do.
    """

    __slots__ = ("base", "offset", "schedule")

    def __init__(self, schedule: Schedule, base: float, offset: float = 0.0) -> None:
        self.schedule = schedule
        self.base = float(base)
        self.offset = float(offset)

    def __call__(self, step: Step) -> Rates:
        """The rate at a step, from 0, or the rates at each of an array's steps."""
        return at(self._rate, step)

    def _rate(self, step: int) -> float:
        return self.schedule.rate(step, self.base) + self.offset

    def __repr__(self) -> str:
        offset = f" + {self.offset}" if self.offset else ""
        return f"<{self.schedule} of {self.base}{offset}>"
