"""Where a run is on its schedule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal, cast

from . import _lib
from ._errors import Status
from ._handle import Stateful
from ._schedules import Schedule, owned, parse
from ._text import arguments

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Scheduler"]

# A chained scheduler goes to a far step in strides, so that Ctrl-C gets a word in.
STRIDE = 1 << 20


class Scheduler(Stateful):
    """Where a run is on its schedule: the step, each group's base rate and the rate in force.

    It starts at step 0, where nothing has been trained. One thread at a time may use it.

    Args:
        schedule: The curve.
        bases: A base rate a group, 1 to 1,048,576 of them, or one number for one group.
        form: ``"closed"``, where the rate of a step depends on the step alone, or ``"chained"``,
            PyTorch's recursion on the rate in force.

    Raises:
        SchedError: a base rate is not finite, there are none or too many, or no such form.
    """

    _type = _lib.SCHEDULER

    def __init__(
        self,
        schedule: Schedule,
        bases: float | Sequence[float],
        form: Literal["closed", "chained"] = "closed",
    ) -> None:
        if not isinstance(schedule, Schedule):
            _lib.refuse(Status.SCHED_E_TYPE, "schedule", schedule, "a Schedule")
        constant = _lib.constant("form", form, _lib.FORMS)
        self._own(
            _lib.scheduler_make(
                schedule._handle, constant, _lib.doubles(_lib.reals("bases", bases))
            )
        )

    @property
    def step(self) -> int:
        """The step it is at, counted from 0."""
        return _lib.scheduler_step(self._handle)

    @property
    def rates(self) -> list[float]:
        """The rate in force, a group each.

        Setting them puts others in force, as a hand on the dial would: the chained form goes on
        from them, the closed form has its own again at the next step.
        """
        return _lib.scheduler_rates(self._handle, self._room)

    @rates.setter
    def rates(self, rates: float | Sequence[float]) -> None:
        values = _lib.reals("rates", rates)
        if len(values) != self.groups:
            _lib.refuse(Status.SCHED_E_RANGE, "rates", rates, f"{self.groups} numbers, one a group")
        _lib.scheduler_set_rates(self._handle, _lib.doubles(values))

    def next(self) -> list[float]:
        """One step on; the rate of each group there.

        Raises:
            SchedError: the schedule has ended. It stays where it is.
        """
        return _lib.scheduler_next(self._handle, self._room)

    def observe(self, metric: float) -> list[float]:
        """A metric, seen at this step; the rate of each group after it.

        What in the schedule reacts to metrics (:class:`ReduceLROnPlateau`, :class:`GreedyLR`) and
        is in force at this step learns from it. If its rate changes, that rate is in force at
        once, the chained form's by as much; what was learned holds from then on and is saved. A
        schedule that reacts to nothing stays as it is.

        Args:
            metric: Any number, NaN included.
        """
        return _lib.scheduler_observe(self._handle, _lib.real("metric", metric), self._room)

    def seek(self, step: int) -> None:
        """To any step. The closed form goes there at once; the chained form steps through every
        step between, from the start when it goes back.

        Raises:
            SchedError: the step is negative or past the end. It stays where it is.
        """
        step = _lib.integer("step", step)
        if self.form == "chained":
            last = self.schedule.last_step
            start = self.step if step >= self.step else 0
            if last is None or step <= last:
                for stop in range(start + STRIDE, step, STRIDE):
                    _lib.scheduler_seek(self._handle, stop)
        _lib.scheduler_seek(self._handle, step)

    def plot(
        self,
        steps: int | range | None = None,
        *,
        label: str | None = None,
        log: bool = False,
        ax: Axes | None = None,
    ) -> Axes:
        """Draws each group's curve with matplotlib, and marks the step it is at and the rates in
        force: :func:`libsched.plot` of this scheduler alone."""
        from ._plot import plot

        labels = None if label is None else [label]
        return plot(self, steps, labels=labels, log=log, ax=ax)

    @cached_property
    def schedule(self) -> Schedule:
        """The curve."""
        return owned(_lib.scheduler_schedule(self._handle))

    @cached_property
    def groups(self) -> int:
        """How many groups it has."""
        return _lib.scheduler_groups(self._handle)

    @cached_property
    def bases(self) -> tuple[float, ...]:
        """The base rate of each group."""
        return cast(tuple[float, ...], self._settings["bases"])

    @cached_property
    def form(self) -> str:
        """``"closed"`` or ``"chained"``."""
        return cast(str, self._settings["form"])

    @property
    def _seen(self) -> list[float]:
        """What the schedule has learned from metrics, all groups' one after the other."""
        return cast(list[float], arguments(self.save(), parse)[2]["seen"])

    @cached_property
    def _room(self) -> _lib.Doubles:
        return _lib.doubles(self.groups)
