"""Where rules of early stopping would have ended a run that is over."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from . import _lib
from ._early_stopping import EarlyStopping, Verdict
from ._errors import SchedError, Status
from ._text import arguments

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Replay", "Replayed", "replay"]

Row: TypeAlias = "Mapping[str, float]"
History: TypeAlias = (
    "Sequence[float] | Sequence[Row] | Mapping[str, Sequence[float]] | str | os.PathLike[str]"
)

# The only metric of a history of numbers.
ONLY = "metric"
PLACES = ("step", "epoch", "seconds")


@dataclass(frozen=True)
class Replayed:
    """What one rule would have done.

    Attributes:
        label: What it is called.
        stopped_at: The row at which it stops, counted from 0; None where it does not.
        best_at: The row that is its best by then, whose weights are kept; None where none is.
        best: The metric there.
        last: The last row of the run.
        overall_at: The row that is best in the whole run.
        overall: The metric there.
        why: Why it stops, or why it has not.
    """

    label: str
    stopped_at: int | None
    best_at: int | None
    best: float
    last: int
    overall_at: int | None
    overall: float
    why: str

    @property
    def saved(self) -> int:
        """How many rows of the run it would have saved."""
        return 0 if self.stopped_at is None else self.last - self.stopped_at

    @property
    def cost(self) -> float:
        """By how much its best is worse than the run's, as a part of that one's size; NaN where
        either is missing."""
        if self.best_at is None or self.overall_at is None:
            return math.nan
        worse = abs(self.best - self.overall)
        return 0.0 if worse == 0 else worse / abs(self.overall) if self.overall else math.inf

    def __str__(self) -> str:
        if self.stopped_at is None:
            return f"{self.label} does not stop in {self.last + 1} observations"
        if math.isnan(self.cost):
            found = "before anything was best"
        elif self.cost == 0:
            found = f"with the best, at {self.best_at}"
        else:
            percent = 100 * self.cost
            shown = f"{percent:.2g}" if percent < 10 else f"{percent:.0f}"
            found = f"{shown} % worse than the best at {self.overall_at}"
        return f"{self.label} stops at {self.stopped_at}, {found}, and saves {self.saved}"


@dataclass(frozen=True)
class Replay(Sequence[Replayed]):
    """What several rules would have done with the same run; a line each as a ``str``.

    Attributes:
        results: One for each rule.
        curves: For each rule the metric that it watches first, with NaN where a row has none.
    """

    results: tuple[Replayed, ...]
    curves: tuple[tuple[str, tuple[float, ...]], ...]

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        return self.results[index]

    def __len__(self) -> int:
        return len(self.results)

    def __str__(self) -> str:
        return "\n".join(map(str, self.results))

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draws the metrics, where each rule stops, and the best that it keeps.

        Args:
            ax: Where to draw; a new figure by default.

        Raises:
            ImportError: there is no matplotlib; ``pip install libsched[plot]`` has it.
        """
        from ._plot import plot

        # The axes of no schedule.
        ax = plot([], ax=ax)
        ax.set_ylabel(" and ".join(dict.fromkeys(name for name, _ in self.curves)))
        for name, curve in dict.fromkeys(self.curves):
            ax.plot(range(len(curve)), curve, color="0.6", linewidth=1.2, label=name, zorder=1)
        for i, one in enumerate(self.results):
            color = f"C{i}"
            if one.stopped_at is not None:
                ax.axvline(one.stopped_at, color=color, linestyle="--", linewidth=1, zorder=2)
            if one.best_at is None:
                continue
            ax.plot(one.best_at, one.best, "o", color=color, label=str(one), zorder=3)
        ax.set_xlabel("observation")
        ax.legend(fontsize="small")
        return ax


def replay(
    history: History,
    stoppers: EarlyStopping | Iterable[EarlyStopping] | Mapping[str, EarlyStopping],
) -> Replay:
    """Answers from a run that is over where each rule would have stopped it, and what that would
    have cost or saved.

        >>> losses = [1.0, 0.6, 0.5, 0.52, 0.51, 0.55, 0.4, 0.45, 0.5]
        >>> print(replay(losses, {f"patience {n}": EarlyStopping(n) for n in (2, 4, 8)}))
        patience 2 stops at 4, 25 % worse than the best at 6, and saves 4
        patience 4 does not stop in 9 observations
        patience 8 does not stop in 9 observations

    Args:
        history: The metric at each observation; or rows of several by name, or columns by name, or
            a CSV file with a header. Columns ``step``, ``epoch`` and ``seconds`` say where the run
            was. A row without a metric that a rule asks for is no observation of it.
        stoppers: The rules, or a dictionary of labels and rules. They are not changed, and what
            they have seen does not count.

    Raises:
        SchedError: a value is no number, no row has what a rule asks for, or a rule refuses one.
        OSError: the file cannot be read.
    """
    rows = list(_rows(history))
    return Replay(
        tuple(_replayed(label, stopper, rows) for label, stopper in _named(stoppers)),
        tuple(
            (monitor or "metric", tuple(_metric(row, monitor) for row in rows))
            for _, stopper in _named(stoppers)
            for monitor in [_monitor(stopper.rule)]
        ),
    )


def _named(
    stoppers: EarlyStopping | Iterable[EarlyStopping] | Mapping[str, EarlyStopping],
) -> list[tuple[str, EarlyStopping]]:
    if isinstance(stoppers, EarlyStopping):
        stoppers = [stoppers]
    if isinstance(stoppers, Mapping):
        named = [(str(label), stopper) for label, stopper in stoppers.items()]
    elif isinstance(stoppers, Iterable):
        named = [(_label(stopper), stopper) for stopper in stoppers]
    else:
        named = [("", stoppers)]
    for i, (_, stopper) in enumerate(named):
        if not isinstance(stopper, EarlyStopping):
            _lib.refuse(Status.SCHED_E_TYPE, f"stoppers[{i}]", stopper, "an EarlyStopping")
    return named


def _label(stopper: EarlyStopping) -> str:
    """A rule without what is as it is by default."""
    if not isinstance(stopper, EarlyStopping):
        return ""
    return _short(stopper.rule)


def _short(rule: str) -> str:
    name, placed, named = arguments(rule, _short)
    if placed:
        return f"{name}({', '.join(map(str, placed[0]))})"  # type: ignore[call-overload]
    defaults = _lib.defaults(name)
    kept = [f"{key}={value!r}" for key, value in named.items() if f"{value!r}" != defaults[key]]
    return f"{name}({', '.join(kept)})"


def _monitor(rule: str) -> str | None:
    """The metric of the first rule in it that has a best; None where none has."""
    _, placed, named = arguments(rule, str)
    if placed:
        found = (_monitor(part) for part in placed[0])  # type: ignore[attr-defined]
        return next((one for one in found if one is not None), None)
    return named.get("monitor")  # type: ignore[return-value]


def _metric(row: Row, monitor: str | None) -> float:
    others = [value for name, value in row.items() if name not in PLACES]
    if monitor:
        return row.get(monitor, math.nan)
    return others[0] if len(others) == 1 else math.nan


def _replayed(label: str, stopper: EarlyStopping, rows: list[Row]) -> Replayed:
    run = EarlyStopping.parse(stopper.rule)
    seen: list[int] = []
    missing: SchedError | None = None
    stopped: int | None = None
    for i, row in enumerate(rows):
        metrics = {name: value for name, value in row.items() if name not in PLACES}
        places = {name: row[name] for name in PLACES if name in row}
        for name in ("step", "epoch"):
            if name in places and places[name] == int(places[name]):
                places[name] = int(places[name])
        try:
            verdict = run.observe(metrics, **places)  # type: ignore[arg-type]
        except SchedError as error:
            if error.status != Status.SCHED_E_MISSING:
                raise
            missing = error
            continue
        seen.append(i)
        if verdict is Verdict.STOP:
            stopped = i
            break
    if missing is not None and not seen:
        raise missing
    monitor = _monitor(stopper.rule)
    curve = [_metric(row, monitor) for row in rows]
    finite = [i for i, value in enumerate(curve) if math.isfinite(value)]
    order = max if run.mode == "max" else min
    overall = order(finite, key=curve.__getitem__) if finite else None
    best = seen[run.best_at] if 0 <= run.best_at < len(seen) else None
    return Replayed(
        label,
        stopped,
        best,
        math.nan if best is None else curve[best],
        len(rows) - 1,
        overall,
        math.nan if overall is None else curve[overall],
        run.why(),
    )


def _rows(history: History) -> Iterator[Row]:
    if isinstance(history, str | os.PathLike):
        with open(history, newline="") as file:
            for cells in csv.DictReader(file):
                yield {
                    name: _cell(name, value)
                    for name, value in cells.items()
                    if name is not None and value is not None and value.strip()
                }
    elif isinstance(history, Mapping):
        columns = {name: list(values) for name, values in history.items()}
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            _lib.refuse(
                Status.SCHED_E_RANGE, "history", sorted(lengths), "columns of the same length"
            )
        for i in range(max(lengths, default=0)):
            yield _present({name: values[i] for name, values in columns.items()}, i)
    else:
        for i, row in enumerate(history):
            yield _present(row if isinstance(row, Mapping) else {ONLY: row}, i)


def _present(row: Mapping[str, object], i: int) -> Row:
    return {
        name: _lib.real(f"history[{i}] {name}", value)
        for name, value in row.items()
        if value is not None
    }


def _cell(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        _lib.refuse(Status.SCHED_E_TYPE, name, text, "a number, or nothing")
