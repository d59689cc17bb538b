"""Pictures of schedules. matplotlib is imported only when one is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _lib
from ._errors import Status
from ._scheduler import Scheduler
from ._schedules import Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot"]

# A longer range is drawn at every so manyth of its steps.
MOST_POINTS = 4096
MOST_LETTERS = 60


class Line(NamedTuple):
    """A curve as it is drawn."""

    label: str
    steps: range
    rates: npt.NDArray[np.float64]
    # NaN where the schedule drives none.
    momenta: npt.NDArray[np.float64]
    # The step and the rate at which a scheduler is.
    now: tuple[int, float] | None


def plot(
    schedules: Schedule
    | Scheduler
    | Iterable[Schedule | Scheduler]
    | Mapping[str, Schedule | Scheduler],
    steps: int | range | None = None,
    base: float | Sequence[float] = 1.0,
    *,
    labels: Sequence[str] | None = None,
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draws schedules over their steps, and momentum on an axis of its own where they drive it.

    Rates are those of the closed form. A range of more than 4,096 steps is drawn at every second
    step, every third, and so on: what happens in between is not seen.

    Args:
        schedules: One or several, or a dictionary of labels and schedules. A
            :class:`~libsched.Scheduler` is drawn for each of its groups, with a mark where it is,
            and where it holds, past its last step.
        steps: The first so many steps, or a range of them; all of them by default, where there is
            an end.
        base: The base rate, or several: a line each. A Scheduler has its own.
        labels: What the legend calls the schedules; their text by default.
        log: Whether the axis of rates is logarithmic, and rates that are not above 0 are left out;
            otherwise it reaches down to 0.
        ax: Where to draw; a new figure by default.

    Returns:
        The axes of the rates. Those of momentum, if any, are the figure's last.

    Raises:
        ImportError: there is no matplotlib; ``pip install libsched[plot]`` has it.
        SchedError: a step is negative or past the end, there is neither an end nor a number of
            steps, or a base rate is not finite.
    """
    lines = [
        line
        for schedule, label in _named(schedules, labels)
        for line in _lines(schedule, label, steps, base)
    ]
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"plot needs matplotlib ({error}): pip install 'libsched[plot]'"
        ) from error

    if ax is None:
        ax = plt.subplots(layout="constrained")[1]
    ax.set_xlabel("step")
    ax.set_ylabel("learning rate")
    if log:
        ax.set_yscale("log")
    right: Axes | None = None
    for line in lines:
        (drawn,) = ax.plot(line.steps, line.rates, label=line.label)
        color = drawn.get_color()
        if line.now is not None:
            ax.plot(*line.now, "o", color=color)
        if not np.isnan(line.momenta).all():
            if right is None:
                right = ax.twinx()
                right.set_ylabel("momentum (dashed)")
            right.plot(line.steps, line.momenta, "--", color=color, linewidth=1)
    if lines and not log:
        # From 0 up, so that half the height is half the rate.
        ax.update_datalim([(0.0, 0.0)], updatex=False)
        ax.autoscale_view()
    if len(lines) > 1:
        ax.legend()
    return ax


def _named(
    schedules: object, labels: Sequence[str] | None
) -> list[tuple[Schedule | Scheduler, str]]:
    """Schedules, each with what the legend calls it."""
    if isinstance(schedules, Mapping):
        labels = [str(label) for label in schedules] if labels is None else labels
        given = [*schedules.values()]
    elif isinstance(schedules, Schedule | Scheduler):
        given = [schedules]
    elif isinstance(schedules, Iterable) and not isinstance(schedules, str):
        given = [*schedules]
    else:
        _lib.refuse(Status.SCHED_E_TYPE, "schedules", schedules, "a Schedule or several")
    for i, one in enumerate(given):
        if not isinstance(one, Schedule | Scheduler):
            _lib.refuse(Status.SCHED_E_TYPE, f"schedules[{i}]", one, "a Schedule or a Scheduler")
    if labels is None:
        labels = [_short(_text(one)) for one in given]
    elif isinstance(labels, str) or len(labels) != len(given):
        _lib.refuse(Status.SCHED_E_RANGE, "labels", labels, f"{len(given)} of them")
    return [*zip(given, labels, strict=True)]


def _text(one: Schedule | Scheduler) -> str:
    if isinstance(one, Schedule):
        return str(one)
    return str(one.schedule) if len({*one.schedules}) == 1 else type(one).__name__


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def _lines(
    one: Schedule | Scheduler, label: str, steps: int | range | None, base: float | Sequence[float]
) -> list[Line]:
    if isinstance(one, Scheduler):
        schedules, bases = one.schedules, [*one.bases]
        if one.horizon == "hold" and one.last_step is not None and steps is not None:
            ends = [one.last_step if s.last_step is None else s.last_step for s in schedules]
            schedules = tuple(
                Schedule("Hold", schedule=schedule, last=min(end, one.last_step))
                for schedule, end in zip(schedules, ends, strict=True)
            )
        now: list[tuple[int, float] | None] = [(one.step, rate) for rate in one.rates]
        names = [f"{label}, group {i}" for i in range(len(bases))]
    else:
        bases = _lib.reals("base", base)
        schedules = (one,) * len(bases)
        now = [None] * len(bases)
        names = [f"{label}, base {rate:g}" for rate in bases]
    return [
        _line(names[i] if len(bases) > 1 else label, schedule, steps, rate, at)
        for i, (schedule, rate, at) in enumerate(zip(schedules, bases, now, strict=True))
    ]


def _line(
    label: str,
    schedule: Schedule,
    steps: int | range | None,
    base: float,
    now: tuple[int, float] | None,
) -> Line:
    where = _drawn(schedule, steps)
    # What comes back is the base where a schedule drives none, whichever base that is.
    momenta = schedule.momenta(where, 0.0)
    momenta[momenta != schedule.momenta(where, 1.0)] = np.nan
    return Line(label, where, schedule.rates(where, base), momenta, now)


def _drawn(schedule: Schedule, steps: int | range | None) -> range:
    """The steps at which a curve is drawn."""
    if steps is None:
        last = schedule.last_step
        if last is None:
            _lib.refuse(
                Status.SCHED_E_RANGE, "steps", None, "a number of steps: the schedule has no end"
            )
        steps = last + 1
    if not isinstance(steps, range):
        steps = range(_lib.integer("steps", steps))
    if steps:
        # The ends first: not every step of a long range is asked for.
        for i in (0, -1):
            schedule.rate(_lib.integer(f"steps[{i}]", steps[i]), 0.0)
    return steps[:: -(-len(steps) // MOST_POINTS) or 1]
