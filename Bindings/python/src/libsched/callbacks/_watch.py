"""What every loop has in common: a stopper, what its ranks say together, and the best weights."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

from .. import _lib, _weights
from .._early_stopping import EarlyStopping, Verdict
from .._errors import SchedError, Status
from ..checkpoints import Checkpoints
from ..distributed import Reducer

__all__ = ["Observation", "Watch"]

WEIGHTS = "weights"


class Observation(NamedTuple):
    """One entry of a history."""

    at: int
    """The epoch or step."""
    metric: float
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
        reducer: Combines the metric of all ranks before it is judged; see
            :mod:`libsched.distributed`. Rank 0 writes the folder, and all read it.
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
        reducer: Reducer | None = None,
        history: int = 10_000,
    ) -> None:
        if not isinstance(stopper, EarlyStopping):
            _lib.refuse(Status.SCHED_E_TYPE, "stopper", stopper, "an EarlyStopping")
        if reducer is not None and not isinstance(reducer, Reducer):
            _lib.refuse(Status.SCHED_E_TYPE, "reducer", reducer, "a Reducer, or None")
        if folder is None and resume:
            _lib.refuse(Status.SCHED_E_RANGE, "resume", resume, "False where there is no folder")
        _lib.integer("keep_last", keep_last)
        _lib.integer("keep_best", keep_best, 1 if restore_best else 0)
        self.stopper = stopper
        self.restore_best = bool(restore_best)
        self.reducer = reducer
        self.history = deque[Observation](maxlen=_lib.integer("history", history))
        self.verdict: Verdict | None = None
        """What the last observation meant; None before the first."""
        self.at: int | None = None
        """The epoch or step of the last observation."""
        self._folder = folder
        self._keep: dict[str, Any] = {"keep_last": keep_last, "keep_best": keep_best}
        self._resume = bool(resume)
        self._parts: dict[str, Any] = {}
        self._kept: tuple[int, Any] | None = None
        self.checkpoints: Checkpoints | None = None
        """What is in the folder, once the run has begun."""

    @property
    def stopped(self) -> bool:
        """Whether the last observation said stop."""
        return self.verdict is Verdict.STOP

    @property
    def reason(self) -> str:
        """The verdict in words."""
        return _reason(self.stopper, self.verdict)

    def begin(self, weights: Any = None, also: Mapping[str, Any] | None = None) -> Self:
        """Says whose weights are kept, and what else a checkpoint in the folder holds.

        Args:
            weights: Arrays or tensors, a list or mapping of them, or an object with ``state_dict``,
                such as a module, or with ``get_weights``, such as a Keras model.
            also: Names and more of such: an optimizer, a scheduler.

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
        self._parts = parts
        if self._folder is not None:
            found = Checkpoints(self._folder, **self._keep | {"mode": self.stopper.mode})
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
        try:
            text, at = told["stopper"], told["at"]
            verdict = Verdict[told["verdict"].upper()]
            history = [Observation(at, float(m), verdict) for at, m, verdict in told["history"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SchedError(
                f"{found.folder} holds no run: {error!r}", Status.SCHED_E_STATE
            ) from None
        if last is None or last.at != at:
            _lib.refuse(
                Status.SCHED_E_STATE,
                "folder",
                str(found.folder),
                f"one with the checkpoint of its last observation, {at}: keep_last is 1 or more",
            )
        stopper = _loaded(self.stopper, text)
        found.load("last", self._parts)
        self.stopper, self.verdict, self.at = stopper, verdict, at
        self.history.extend(history)

    @property
    def _writes(self) -> bool:
        return self.reducer is None or self.reducer.rank == 0

    def observe(self, metric: float, weight: float | None = None, at: int | None = None) -> Verdict:
        """Judges a metric, and keeps what is to be kept.

        Args:
            metric: What was measured, on this rank.
            weight: From how many samples, for a reducer that weighs.
            at: The epoch or step; one more than the last if absent.

        Raises:
            SchedError: the metric is no number, or an argument is out of its range.
            RankError: another rank does not answer, or has no metric.
            OSError: the folder cannot be written.
        """
        following = 0 if self.at is None else self.at + 1
        at = following if at is None else _lib.integer("at", at)
        if self.reducer is not None:
            metric = self.reducer(metric, weight)
        elif weight is not None:
            _lib.refuse(Status.SCHED_E_RANGE, "weight", weight, "none without a reducer")
        metric = _lib.real("metric", metric)
        self.verdict = verdict = self.stopper.observe(metric)
        self.at = at
        self.history.append(Observation(at, metric, verdict.name.lower()))
        best = self.stopper.best_at == self.stopper.observed - 1
        if self.checkpoints is not None:
            if self._writes:
                self.checkpoints.save(at, self._parts, metric=metric, best=best, told=self._told())
        elif self.restore_best and best:
            self._kept = at, _weights.taken(self._parts[WEIGHTS])
        return verdict

    def _told(self) -> dict[str, Any]:
        assert self.verdict is not None
        return {
            "at": self.at,
            "verdict": self.verdict.name.lower(),
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
            if self._kept is None:
                return None
            at, held = self._kept
            _weights.put(WEIGHTS, self._parts[WEIGHTS], held)
            return at
        if self.reducer is not None:
            # Rank 0 may still be writing.
            self.reducer.wait()
        if self.stopper.best_at < 0:
            return None
        return self.checkpoints.load("best", {WEIGHTS: self._parts[WEIGHTS]}).at


def _loaded(stopper: EarlyStopping, text: str) -> EarlyStopping:
    return EarlyStopping.restore(text)


def _reason(stopper: EarlyStopping, verdict: Verdict | None) -> str:
    return ""
