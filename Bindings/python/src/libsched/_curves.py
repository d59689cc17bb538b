"""Schedules with their base rates: what the peers' functions of a step are here."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _lib
from ._errors import SchedError, Status
from ._schedules import Schedule

__all__ = ["Curve", "WrongType", "at", "given", "native", "number"]

# A step as the peers take it: a number, or an array of them, numpy's or a framework's.
Step = Any
Rates = float | npt.NDArray[np.float64]


class WrongType(SchedError, TypeError):
    """A value of another type, which is a TypeError to most of the peers."""


@functools.lru_cache(maxsize=1024)
def _made(kind: str, fields: tuple[tuple[str, type, object], ...]) -> Schedule:
    return Schedule(kind, **{name: value for name, _, value in fields})


def native(kind: str, **fields: object) -> Schedule:
    """A schedule of a kind, made once.

    Raises:
        SchedError: a field does not accept its value; WrongType, where it is of another type.
    """
    fields = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    # 1 and True are equal, and not alike to the library.
    key = tuple((name, type(value), value) for name, value in fields.items())
    try:
        try:
            hash(key)
        except TypeError:
            # A framework's number, which is no key.
            return Schedule(kind, **fields)
        return _made(kind, key)
    except SchedError as error:
        raise _typed(error) from None


def _typed(error: SchedError) -> SchedError:
    if error.status != Status.SCHED_E_TYPE:
        return error
    return WrongType(str(error), error.status, error.place)


def number(name: str, value: object) -> float:
    """An argument as a float.

    Raises:
        WrongType: it is no number.
    """
    try:
        return _lib.real(name, value)
    except SchedError as error:
        raise _typed(error) from None


def given(**fields: object) -> dict[str, object]:
    """Those of the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def at(
    rate: Callable[[int], float],
    step: Step,
    rates: Callable[[int, int], npt.NDArray[np.float64]] | None = None,
) -> Rates:
    """The rate at a step, or the rates at each of an array's steps, in its shape.

    A whole number of any type is a step. `rates` gives a range's, by its first step and its length,
    where that is faster.
    """
    if type(step) is int:
        return rate(step)
    steps = np.asarray(step)
    if steps.dtype.kind == "f" and np.array_equal(steps, np.floor(steps)):
        steps = steps.astype(np.int64)
    if steps.ndim == 0:
        return rate(steps.item())
    if rates is not None and steps.size and steps.dtype.kind in "iu":
        first, last = int(steps.min()), int(steps.max())
        if last - first < 2 * steps.size:
            table: npt.NDArray[np.float64] = rates(first, last - first + 1)[steps - first]
            return table
    one_by_one = [rate(one) for one in steps.ravel().tolist()]
    return np.array(one_by_one, np.float64).reshape(steps.shape)


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
        self.base = number("base", base)
        self.offset = float(offset)

    def __call__(self, step: Step) -> Rates:
        """The rate at a step, from 0, or the rates at each of an array's steps."""
        return at(self._rate, step, self._rates)

    def _rates(self, first: int, count: int) -> npt.NDArray[np.float64]:
        return self.schedule.rates(range(first, first + count), self.base) + self.offset

    def _rate(self, step: int) -> float:
        return self.schedule.rate(step, self.base) + self.offset

    def __repr__(self) -> str:
        offset = f" + {self.offset}" if self.offset else ""
        return f"<{self.schedule} of {self.base}{offset}>"
