"""What every loop has in common: a stopper, what its ranks say together, and the best weights."""

from __future__ import annotations

import math
import time
import warnings
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Self

from .. import _lib, _weights
from .._early_stopping import EarlyStopping, Verdict
from .._errors import SchedError, Status
from .._scheduler import Policy
from ..checkpoints import Checkpoints
from ..distributed import Reducer

__all__ = ["Observation", "Watch"]

WEIGHTS = "weights"


class Observation(NamedTuple):
    """One entry of a history."""

    at: int
    """The epoch, or the step where only steps are told."""
    metric: float
    """What was judged; of several by their names the best so far, NaN where this was not."""
    verdict: str
    """``"improved"``, ``"waiting"`` or ``"stop"``."""


class Watch:
    """A stopper that also keeps the best weights, on every rank the same.

    Args:
        stopper: Judges the metric. It is not copied.
        restore_best: Whether :meth:`finish` puts the best weights back, whether the run was stopped
            or has come to its end. They are kept in memory, or in `folder`.
        folder: Where to keep the last and the best weights, the state of the stopper, its reason
            and the history: a :class:`~libsched.checkpoints.Checkpoints`. A kill at any point
            leaves a folder to resume from.
        keep_last: How many of the newest checkpoints stay there.
        keep_best: How many of the best.
        resume: Whether a folder that holds a run is gone on with; otherwise it is refused. A
            stopper that has observed nothing takes over all that the last checkpoint holds; one
            that has, as its framework restored it, nothing.
        policy: What becomes of a state under other settings, as in :meth:`EarlyStopping.load
            <libsched.EarlyStopping.load>`.
        reducer: Combines the metric of all ranks before it is judged; see
            :mod:`libsched.distributed`. Rank 0 writes the folder, and all read it. Or a function
            that makes it, called when the run begins.
        history: How many of the last observations are remembered, and written to the folder.

    Raises:
        SchedError: an argument is out of its range.
    """

    def __init__(
        self,
        stopper: EarlyStopping,
        *,
        restore_best: bool = False,
        folder: str | Path | None = None,
        keep_last: int = 1,
        keep_best: int = 1,
        resume: bool = False,
        policy: Policy = "error",
        reducer: Reducer | Callable[[], Reducer] | None = None,
        history: int = 10_000,
    ) -> None:
        if not isinstance(stopper, EarlyStopping):
            _lib.refuse(Status.SCHED_E_TYPE, "stopper", stopper, "an EarlyStopping")
        if reducer is not None and not isinstance(reducer, Reducer) and not callable(reducer):
            _refuse_reducer(reducer)
        if folder is None and resume:
            _lib.refuse(Status.SCHED_E_RANGE, "resume", resume, "False where there is no folder")
        _lib.integer("keep_last", keep_last)
        _lib.integer("keep_best", keep_best, 1 if restore_best else 0)
        self.stopper = stopper
        self.restore_best = bool(restore_best)
        self.reducer = reducer if isinstance(reducer, Reducer) else None
        self._make_reducer = None if isinstance(reducer, Reducer) else reducer
        self.history = deque[Observation](maxlen=_lib.integer("history", history))
        self.verdict: Verdict | None = None
        """What the last observation meant; None before the first."""
        self.at: int | None = None
        """The epoch or step of the last observation."""
        self._before, self._since = 0.0, time.monotonic()
        self._folder = folder
        self._keep: dict[str, Any] = {"keep_last": keep_last, "keep_best": keep_best}
        self._resume = bool(resume)
        self._policy: Policy = policy
        _lib.constant("policy", policy, _lib.POLICIES)
        self._writes = True
        self._parts: dict[str, Any] = {}
        self.kept: tuple[int, Any] | None = None
        """The best epoch or step, and a copy of its weights, where they are in memory."""
        self.checkpoints: Checkpoints | None = None
        """What is in the folder, once the run has begun."""

    @property
    def stopped(self) -> bool:
        """Whether the last observation said stop."""
        return self.verdict is Verdict.STOP

    @property
    def reason(self) -> str:
        """The verdict in words."""
        return self.stopper.why()

    @property
    def seconds(self) -> float:
        """How long the run has gone on since it began, what it resumed included."""
        return self._before + time.monotonic() - self._since

    def begin(
        self, weights: Any = None, also: Mapping[str, Any] | None = None, *, writes: bool = True
    ) -> Self:
        """Says whose weights are kept, and what else a checkpoint in the folder holds.

        Args:
            weights: Arrays or tensors, a list or mapping of them, or an object with ``state_dict``,
                such as a module, or with ``get_weights``, such as a Keras model.
            also: Names and more of such: an optimizer, a scheduler.
            writes: Whether this process writes the folder, where there is no reducer to say.

        Raises:
            SchedError: there are no weights to keep, no copy can be taken of one of these, or the
                folder holds a run that is not to be resumed.
            OSError: the folder cannot be made or read.
        """
        parts = {} if weights is None else {WEIGHTS: weights}
        for name, part in (also or {}).items():
            if name == WEIGHTS:
                _lib.refuse(Status.SCHED_E_FIELD, "also", name, "another name")
            parts[name] = part
        if weights is None and (self.restore_best or self._folder is not None):
            _lib.refuse(Status.SCHED_E_NULL, "weights", None, "what is to be kept")
        for name, part in parts.items():
            _weights.check(name, part)
        if self._make_reducer is not None:
            made = self._make_reducer()
            if not isinstance(made, Reducer):
                _refuse_reducer(made)
            self.reducer = made
        self._writes = writes if self.reducer is None else self.reducer.rank == 0
        self._parts, self._since = parts, time.monotonic()
        if self._folder is not None:
            # Of joined rules no one mode is told; what is worst says which it is.
            worst = EarlyStopping.parse(self.stopper.rule).best
            mode = "max" if worst == -math.inf else "min"
            found = Checkpoints(self._folder, **self._keep | {"mode": mode})
            if found.told and not self._resume:
                _lib.refuse(
                    Status.SCHED_E_RANGE,
                    "folder",
                    str(self._folder),
                    "one without a run; or resume=True, which goes on with it",
                )
            if found.told and self.stopper.observed == 0:
                self._take_over(found)
            if self._writes:
                found.clean()
            self.checkpoints = found
        return self

    def _take_over(self, found: Checkpoints) -> None:
        told, last = found.told, found.last
        at = told.get("at")
        if last is None or last.at != at:
            _lib.refuse(
                Status.SCHED_E_STATE,
                "folder",
                str(found.folder),
                f"one with the checkpoint of its last observation, {at}: keep_last is 1 or more",
            )
        before = self.state_dict()
        self.load_state_dict(told)
        try:
            found.load("last", self._parts)
        except BaseException:
            self.load_state_dict(before)
            raise

    def observe(
        self,
        metric: float | Mapping[str, float],
        weight: float | None = None,
        *,
        epoch: int | None = None,
        step: int | None = None,
    ) -> Verdict:
        """Judges a metric, and keeps what is to be kept.

        The stopper is told the seconds since the run began, too.

        Args:
            metric: What was measured, on this rank; several by their names for rules that ask for
                them, the same names on every rank.
            weight: From how many samples, for a reducer that weighs.
            epoch: The epoch that it ends, counted from 0; the one after the last if absent.
            step: Steps done.

        Raises:
            SchedError: the metric is no number, or an argument is out of its range, or as
                :meth:`EarlyStopping.observe <libsched.EarlyStopping.observe>`.
            RankError: another rank does not answer, or has no metric.
            OSError: the folder cannot be written.
        """
        places = {"step": step, "epoch": epoch}
        for name, place in places.items():
            if place is not None:
                places[name] = _lib.integer(name, place)
        following = 0 if self.at is None else self.at + 1
        at = next((place for place in (epoch, step) if place is not None), following)
        seconds = self.seconds
        if self.reducer is not None:
            metric = self._combined(metric, weight)
            seconds = self.reducer.largest(seconds)
        elif weight is not None:
            _lib.refuse(Status.SCHED_E_RANGE, "weight", weight, "none without a reducer")
        if not isinstance(metric, Mapping):
            metric = _lib.real("metric", metric)
        self.verdict = verdict = self.stopper.observe(metric, **places, seconds=seconds)
        self.at = at
        best = self.stopper.is_best
        if isinstance(metric, Mapping):
            metric = self.stopper.best if best else math.nan
        self.history.append(Observation(at, metric, verdict.name.lower()))
        if self.checkpoints is not None:
            if self._writes:
                told = self._told(seconds)
                self.checkpoints.save(at, self._parts, metric=metric, best=best, told=told)
        elif self.restore_best and best:
            self.kept = at, _weights.taken(self._parts[WEIGHTS])
        return verdict

    def _combined(
        self, metric: float | Mapping[str, float], weight: float | None
    ) -> float | dict[str, float]:
        assert self.reducer is not None
        if isinstance(metric, Mapping):
            return {name: self.reducer(one, weight) for name, one in metric.items()}
        return self.reducer(metric, weight)

    def state_dict(self) -> dict[str, Any]:
        """All but the weights, of what JSON can say."""
        return self._told(self.seconds)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave, under the policy.

        Raises:
            SchedError: it is no such state, or refused by the policy. Nothing has changed then.
        """
        try:
            text, at = state_dict["stopper"], state_dict["at"]
            seconds = float(state_dict["seconds"])
            verdict = state_dict["verdict"] and Verdict[state_dict["verdict"].upper()]
            history = [Observation(int(e), float(m), str(v)) for e, m, v in state_dict["history"]]
            if at is not None:
                _lib.integer("at", at)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SchedError(
                f"this is no state of a run: {error!r}", Status.SCHED_E_STATE
            ) from None
        self.stopper.load(text, self._policy)
        self.verdict, self.at = verdict, at
        self._before, self._since = seconds, time.monotonic()
        self.history.clear()
        self.history.extend(history)

    def _told(self, seconds: float) -> dict[str, Any]:
        return {
            "at": self.at,
            "seconds": seconds,
            "verdict": None if self.verdict is None else self.verdict.name.lower(),
            "reason": self.reason,
            "stopper": self.stopper.save(),
            "history": [(at, repr(metric), verdict) for at, metric, verdict in self.history],
        }

    def finish(self) -> int | None:
        """Puts the best weights back if `restore_best` says so.

        Returns:
            The epoch or step they are of; None where none were put back.
        """
        return self.restore() if self.restore_best else None

    def restore(self) -> int | None:
        """Puts the best weights back.

        Returns:
            The epoch or step they are of; None where no observation was a best one.

        Raises:
            SchedError: the weights have other names or shapes by now. They are as they were then.
            RankError: another rank does not answer.
            OSError: the folder cannot be read.
        """
        if self.checkpoints is None:
            if self.kept is None:
                if self.stopper.best_at >= 0:
                    warnings.warn(
                        f"the weights of the best epoch, {self.stopper.best_epoch}, were kept in a"
                        " process that is gone, and are not put back; a folder keeps them",
                        RuntimeWarning,
                        stacklevel=3,
                    )
                return None
            at, held = self.kept
            _weights.put(WEIGHTS, self._parts[WEIGHTS], held)
            return at
        if self.reducer is not None:
            # Rank 0 may still be writing.
            self.reducer.wait()
        if self.stopper.best_at < 0:
            return None
        return self.checkpoints.load("best", {WEIGHTS: self._parts[WEIGHTS]}).at


def measured(metrics: Mapping[str, Any] | None, monitor: str | None) -> Any:
    """The metric of this name, or with no name all that there are.

    Raises:
        SchedError: there is none of this name.
    """
    there = {} if metrics is None else metrics
    if monitor is None:
        return {name: value for name, value in there.items() if getattr(value, "ndim", 0) == 0}
    if monitor not in there:
        _lib.refuse(Status.SCHED_E_MISSING, "monitor", monitor, f"one of {[*there]}")
    return there[monitor]


def named(monitor: object) -> str | None:
    """Refuses what is no name of a metric."""
    if monitor is not None and (not isinstance(monitor, str) or not monitor):
        _lib.refuse(Status.SCHED_E_TYPE, "monitor", monitor, "a metric's name, or None")
    return monitor


def _refuse_reducer(reducer: object) -> NoReturn:
    _lib.refuse(Status.SCHED_E_TYPE, "reducer", reducer, "a Reducer, or a function that makes one")
