"""The loop of those who write their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import _lib
from .._early_stopping import EarlyStopping, Verdict
from .._errors import Status
from ._watch import Watch

__all__ = ["Loop"]


class Loop(Watch):
    """The epochs of a run that stops early, keeps its best weights and resumes where it was.

        loop = Loop(libsched.EarlyStopping(5), model, restore_best=True)
        for epoch in loop.epochs(100):
            train(model)
            loop.observe(validate(model))

    Args:
        stopper: As :class:`~libsched.callbacks.Watch`'s, as are the rest.
        weights: Whose weights are kept: arrays, a list or mapping of them, a torch module, a Keras
            model, or any object with ``state_dict``.
        also: What else a checkpoint in the folder holds, by name: the optimizer, the scheduler.
        options: ``restore_best``, ``folder``, ``keep_last``, ``keep_best``, ``resume``,
            ``reducer``, ``history``.
    """

    def __init__(
        self,
        stopper: EarlyStopping,
        weights: Any = None,
        *,
        also: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(stopper, **options)
        self.epoch: int | None = None
        """The epoch that :meth:`epochs` is in."""
        self.begin(weights, also)

    def epochs(self, count: int) -> Iterator[int]:
        """The epochs 0 to `count` - 1, less those of the run that is resumed, until one says stop.

        Then, or after the last, the best weights are put back if ``restore_best`` says so; not if
        the loop is left by break.

        Raises:
            SchedError: `count` is no integer, or negative.
        """
        last = _lib.integer("count", count)
        return self._epochs(0 if self.at is None else self.at + 1, last)

    def _epochs(self, first: int, last: int) -> Iterator[int]:
        for epoch in range(first, last):
            if self.stopped:
                break
            self.epoch = epoch
            yield epoch
        self.epoch = None
        self.finish()

    def observe(
        self,
        metric: float | Mapping[str, float],
        weight: float | None = None,
        *,
        epoch: int | None = None,
        step: int | None = None,
    ) -> Verdict:
        """As :meth:`Watch.observe`; of the epoch that the loop is in, and no other."""
        if self.epoch is not None and epoch not in (None, self.epoch):
            _lib.refuse(Status.SCHED_E_RANGE, "epoch", epoch, f"{self.epoch}, or none")
        return super().observe(
            metric, weight, epoch=self.epoch if epoch is None else epoch, step=step
        )
