"""A rate that falls with the validation loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _lib
from .._errors import Status
from ..distributed import Reducer
from ..optim.lr_scheduler import ReduceLROnPlateau

__all__ = ["ReduceOnPlateau"]


class ReduceOnPlateau:
    """Drives ``ReduceLROnPlateau`` from the validation loss, which is all that it is called with.

        plateau = ReduceOnPlateau(optimizer)
        for epoch in loop.epochs(100):
            ...
            plateau(loss)

    Args:
        optimizer: One of torch's or of libsched's, or anything with ``param_groups``.
        patience: Observations without a better one before the rate falls; more than so many, as
            PyTorch counts.
        min_lr: The rate does not fall below; one, or one for each group.
        factor: What it is multiplied by: above 0, below 1.
        reducer: Combines the loss of all ranks, so that the rate falls on all of them.
        options: As :class:`~libsched.optim.lr_scheduler.ReduceLROnPlateau`'s.

    Raises:
        SchedError: `reducer` is none.
        ValueError, TypeError: as ``ReduceLROnPlateau``.
    """

    def __init__(
        self,
        optimizer: Any,
        patience: int = 5,
        min_lr: float | list[float] = 1e-6,
        factor: float = 0.5,
        *,
        reducer: Reducer | None = None,
        **options: Any,
    ) -> None:
        if reducer is not None and not isinstance(reducer, Reducer):
            _lib.refuse(Status.SCHED_E_TYPE, "reducer", reducer, "a Reducer, or None")
        self.reducer = reducer
        self.scheduler = ReduceLROnPlateau(
            optimizer, patience=patience, min_lr=min_lr, factor=factor, **options
        )

    def __call__(self, loss: float, weight: float | None = None) -> bool:
        """Takes the validation loss, and says whether the rate fell.

        Raises:
            SchedError: the loss is no number, or `weight` is out of its range.
            RankError: another rank does not answer, or has no loss.
        """
        if self.reducer is not None:
            loss = self.reducer(loss, weight)
        elif weight is not None:
            _lib.refuse(Status.SCHED_E_RANGE, "weight", weight, "none without a reducer")
        before = self.rates
        self.scheduler.step(_lib.real("loss", loss))
        return any(now < old for now, old in zip(self.rates, before, strict=True))

    @property
    def rates(self) -> list[float]:
        """The rate of each group."""
        return [float(group["lr"]) for group in self.scheduler.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Where it is."""
        return self.scheduler.state_dict()

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave."""
        self.scheduler.load_state_dict(dict(state_dict))
