"""Watches a metric and says when to stop."""

from __future__ import annotations

import enum
from functools import cached_property
from typing import Literal, cast

from . import _lib
from ._abi import sched_verdict
from ._handle import Stateful

__all__ = ["EarlyStopping", "Verdict"]


class Verdict(enum.IntEnum):
    """What an observation means."""

    IMPROVED = sched_verdict.SCHED_IMPROVED
    """A new best: keep these weights."""
    WAITING = sched_verdict.SCHED_WAITING
    """Not better, but patience is left."""
    STOP = sched_verdict.SCHED_STOP
    """`patience` observations in a row with no new best."""


class EarlyStopping(Stateful):
    """Says when to stop: after `patience` observations in a row with no new best.

    NaN is never better than anything, so a run that diverges waits out its patience and stops.
    One thread at a time may use it.

    Args:
        patience: 0 to 2^53; 0 stops like 1, at the first observation that is not better.
        min_delta: By more than how much an observation beats the best to be a new one, in the
            units of the metric; finite, at least 0.
        mode: ``"min"`` where less is better, a loss; ``"max"`` where more is, an accuracy.

    Raises:
        SchedError: an argument is out of its range, or no such mode.
    """

    _type = _lib.EARLY_STOPPING

    def __init__(
        self, patience: int, min_delta: float = 0.0, mode: Literal["min", "max"] = "min"
    ) -> None:
        constant = _lib.constant("mode", mode, _lib.MODES)
        self._own(
            _lib.early_stopping_make(
                constant, _lib.integer("patience", patience), _lib.real("min_delta", min_delta)
            )
        )

    def observe(self, metric: float) -> Verdict:
        """Takes one observation, and says what it means.

        Raises:
            SchedError: the metric is no number.
        """
        return Verdict(_lib.observe(self._handle, _lib.real("metric", metric)))

    @property
    def best(self) -> float:
        """The best observation; before the first best, infinity in the sign of the worst."""
        best: float = _lib.watched(self._handle).best
        return best

    @property
    def best_at(self) -> int:
        """The observation that was best, counted from 0; -1 before the first best."""
        best_at: int = _lib.watched(self._handle).best_at
        return best_at

    @property
    def observed(self) -> int:
        """How many observations there were."""
        observed: int = _lib.watched(self._handle).observed
        return observed

    @property
    def waited(self) -> int:
        """How many observations there were since the best."""
        waited: int = _lib.watched(self._handle).waited
        return waited

    @cached_property
    def patience(self) -> int:
        """How many observations in a row with no new best it stops after."""
        return cast(int, self._settings["patience"])

    @cached_property
    def min_delta(self) -> float:
        """By more than how much an observation beats the best to be a new one."""
        return cast(float, self._settings["min_delta"])

    @cached_property
    def mode(self) -> str:
        """``"min"`` or ``"max"``."""
        return cast(str, self._settings["mode"])
