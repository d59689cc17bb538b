"""Where a run is on its schedules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self, cast

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

Policy = Literal["error", "keep", "restore"]


class Scheduler(Stateful):
    """Where a run is on its schedules: the step, each group's base rate and the rate in force.

    A group is any number that is driven: a learning rate, a weight decay, a momentum, a batch
    size. Each may have a schedule of its own, and all move by one clock. Rates are floats; who
    needs a whole number rounds. It starts at step 0, where nothing has been trained. One thread at
    a time may use it.

    Args:
        schedule: The curve of all groups, or a list of them, one a group.
        bases: A base rate a group, 1 to 1,048,576 of them, or one number for one group.
        form: ``"closed"``, where the rate of a step depends on the step alone, or ``"chained"``,
            PyTorch's recursion on the rate in force.
        unit: What is counted: ``"steps"``, ``"epochs"``, ``"samples"`` or ``"tokens"``. It is
            saved, and a state of another unit is refused.
        resolution: Steps, of the schedules and of the scheduler, that make one unit; at least 1.
            With ``unit="epochs", resolution=500`` step 750 is position 1.5, and 90 epochs of a
            cosine are ``CosineDecay(90 * 500)``, exact at every step. A schedule that counts epochs
            does in ``Stretch(schedule, 500)``, a staircase, or in
            ``Stretch(schedule, 500, between="line")``, exact at whole epochs and straight between.
        horizon: What is past the last step: ``"raise"``, nothing, an error; ``"hold"``, the last
            rate, which no metric changes; ``"extend"``, what the schedule's formula says there,
            which is refused for one that ends, as ``OneCycleLR`` does.
        last: The last step of the run; the first at which a schedule ends if absent, and at most
            that with ``"raise"``.

    Raises:
        SchedError: an argument is out of its range, or the numbers of schedules and bases differ.
    """

    _type = _lib.SCHEDULER

    def __init__(
        self,
        schedule: Schedule | Sequence[Schedule],
        bases: float | Sequence[float],
        form: Literal["closed", "chained"] = "closed",
        *,
        unit: Literal["steps", "epochs", "samples", "tokens"] = "steps",
        resolution: int = 1,
        horizon: Literal["raise", "hold", "extend"] = "raise",
        last: int | None = None,
    ) -> None:
        schedules: list[Schedule] = []
        for one in schedule if isinstance(schedule, list | tuple) else [schedule]:
            if isinstance(one, Schedule):
                schedules.append(one)
            else:
                _lib.refuse(Status.SCHED_E_TYPE, "schedule", one, "a Schedule, or a list of them")
        values = _lib.reals("bases", bases)
        if len(values) > _lib.MAX_GROUPS:
            accepted = f"an integer from 1 to {_lib.MAX_GROUPS}"
            _lib.refuse(Status.SCHED_E_RANGE, "groups", len(values), accepted)
        words = {
            "form": _lib.choice("form", form, _lib.FORMS),
            "unit": _lib.choice("unit", unit, _lib.UNITS),
            "horizon": _lib.choice("horizon", horizon, _lib.HORIZONS),
        }
        numbers = {"resolution": _lib.integer("resolution", resolution, 1)}
        if last is not None:
            numbers["last"] = _lib.integer("last", last)
        self._own(_lib.scheduler_make([one._handle for one in schedules], values, words, numbers))
        if any(one._functions for one in schedules):
            functions = tuple(one._functions for one in schedules)
            self._functions = functions if len(functions) > 1 else functions * len(values)

    @property
    def step(self) -> int:
        """The step it is at, counted from 0."""
        return _lib.scheduler_step(self._handle)

    @property
    def position(self) -> float:
        """How far it is, in units: ``step / resolution``."""
        return self.step / self.resolution

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

    # -- Moving

    def next(self) -> list[float]:
        """One step on; the rate of each group there.

        Raises:
            SchedError: it is at the last step under ``horizon="raise"``. It stays there.
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
        rates = _lib.scheduler_observe(self._handle, _lib.real("metric", metric), self._room)
        # They have learned from it.
        self.__dict__.pop("schedules", None)
        self.__dict__.pop("schedule", None)
        return rates

    def advance(self, steps: int) -> list[float]:
        """So many steps on, 0 or more; the rate of each group there.

        That is the samples or tokens of a training step, whatever the number of processes and of
        accumulated batches.

        Raises:
            SchedError: `steps` is negative, or they lead past the last step under
                ``horizon="raise"``. It stays where it is.
        """
        return _lib.scheduler_advance(self._handle, _lib.integer("steps", steps), self._room)

    def skip(self) -> int:
        """A training step that was not applied, as under AMP when a gradient is not finite.

        Nothing moves. Returns how many there were.
        """
        return _lib.scheduler_skip(self._handle)

    def seek(self, step: int) -> None:
        """To any step. The closed form goes there at once; the chained form steps through every
        step between, from the start when it goes back.

        Raises:
            SchedError: the step is negative or past the end. It stays where it is.
        """
        step = _lib.integer("step", step)
        if self.form == "chained":
            start = self.step if step >= self.step else 0
            last = self.last_step
            if self.horizon != "raise" or last is None or step <= last:
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

    # -- Planning anew

    def cool_down(
        self,
        steps: int,
        decay_type: str = "1-sqrt",
        min_ratio: float = 0.0,
        groups: Sequence[int] | None = None,
    ) -> None:
        """From this step down to a floor, without a jump, whatever the schedule had in mind.

        So a warm-up-stable-decay run ends when one likes: `schedule` becomes a
        :class:`~libsched.CoolDown` of what it was. A `last` that was given becomes the end of the
        way down.

        Args:
            steps: Steps down, at least 1.
            decay_type: The way down: ``"linear"``, ``"cosine"``, ``"1-sqrt"``, ``"1-square"`` or
                ``"exponential"``.
            min_ratio: The floor, as a part of the base rate.
            groups: Those that do; all if absent.

        Raises:
            SchedError: an argument is out of its range. Nothing has changed then.
        """
        _lib.scheduler_cool_down(
            self._handle,
            _lib.integer("steps", steps, 1),
            decay_type,
            _lib.real("min_ratio", min_ratio),
            self._chosen(groups),
        )
        self._forget()

    def extend(
        self, steps: int, until: int | None = None, groups: Sequence[int] | None = None
    ) -> None:
        """Later by `steps` from this step on, without a jump.

        The rate rests for so long; or, with `until`, what was to come until that step takes so
        much longer. `schedule` becomes an :class:`~libsched.Extend` of what it was. A `last` that
        was given moves by as many.

        Raises:
            SchedError: an argument is out of its range. Nothing has changed then.
        """
        _lib.scheduler_extend(
            self._handle,
            _lib.integer("steps", steps, 1),
            0 if until is None else _lib.integer("until", until, 1),
            self._chosen(groups),
        )
        self._forget()

    def _chosen(self, groups: Sequence[int] | None) -> list[int] | None:
        if groups is None:
            return None
        return [
            _lib.integer(f"groups[{i}]", group, 0, self.groups - 1)
            for i, group in enumerate(groups)
        ]

    def load(self, text: str, policy: Policy = "error") -> None:
        """Takes over what :meth:`save` gave, whatever the order in which things are made.

        Args:
            text: The state.
            policy: What becomes of one with another configuration: ``"error"`` refuses it and
                spells the difference out, ``"keep"`` keeps the configuration and takes the
                position, ``"restore"`` takes everything. Another unit is refused but by
                ``"restore"``. Cool-downs and extensions that the saved run had begun are no other
                configuration: ``"error"`` takes them over, ``"keep"`` does not. ``"keep"`` takes
                what was learned from metrics if the same kinds react to them here, in the same
                modes: another patience holds from now on. Any function counts as the one that was
                saved, and ``"restore"`` refuses a state with one.

        Raises:
            SchedError: the text does not parse, is no state of a scheduler, or is refused by the
                policy. Nothing has changed then.
        """
        _lib.scheduler_load(self._handle, text, _lib.constant("policy", policy, _lib.POLICIES))
        self._forget()

    # -- What it was told

    @cached_property
    def schedules(self) -> tuple[Schedule, ...]:
        """The curve of each group, with what it has learned from metrics: its rate at any step, if
        no other metric came."""
        return tuple(
            owned(_lib.scheduler_schedule(self._handle, group), None, self._of(group))
            for group in range(self.groups)
        )

    @cached_property
    def schedule(self) -> Schedule:
        """The curve, of the first group where each has its own; as :attr:`schedules`."""
        return owned(_lib.scheduler_schedule(self._handle, 0), None, self._of(0))

    def _of(self, group: int) -> tuple[_lib.Function, ...]:
        return self._functions[group] if self._functions else ()

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
    def unit(self) -> str:
        """What is counted."""
        return cast(str, self._settings["unit"])

    @cached_property
    def resolution(self) -> int:
        """Steps that make one unit."""
        return cast(int, self._settings["resolution"])

    @cached_property
    def horizon(self) -> str:
        """What is past the last step."""
        return cast(str, self._settings["horizon"])

    @cached_property
    def last_step(self) -> int | None:
        """The last step of the run; None when it has no end."""
        last = cast(int | None, self._settings["last"])
        if last is None:
            ends = [end for one in set(self.schedules) if (end := one.last_step) is not None]
            last = min(ends, default=None)
        return last

    @property
    def skipped(self) -> int:
        """How many training steps were not applied."""
        return cast(int, self._read()["skipped"])

    # A state with functions is no scheduler by itself.

    def __copy__(self) -> Self:
        return self._copy() if self._functions else super().__copy__()

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self._copy() if self._functions else super().__deepcopy__(memo)

    def _copy(self) -> Self:
        make, arguments = self.__reduce__()
        return cast(Self, make(*arguments))

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        if not self._functions:
            return super().__reduce__()
        named = {"horizon": self.horizon, "last": self._settings["last"], "unit": self.unit}
        named |= {"form": self.form, "resolution": self.resolution}
        return _remake, (type(self), [*self.schedules], [*self.bases], named, self.save())

    @cached_property
    def _room(self) -> _lib.Doubles:
        return _lib.doubles(self.groups)


def _remake(
    cls: type[Scheduler],
    schedules: list[Schedule],
    bases: list[float],
    named: dict[str, Any],
    state: str,
) -> Scheduler:
    scheduler = cls(schedules, bases, **named)
    scheduler.load(state)
    return scheduler
