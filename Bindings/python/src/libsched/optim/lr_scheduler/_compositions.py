"""Schedulers made of schedulers: one after another, and all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ._base import LRScheduler, copies, put


class SequentialLR(LRScheduler):
    """One scheduler after another, each in its own time.

    Args:
        optimizer: The optimizer of all the schedulers.
        schedulers: The parts, at least one; any that have an ``optimizer``, torch's included, but
            no ``ReduceLROnPlateau``.
        milestones: The epoch at which each part but the first begins, increasing, which is not
            checked.
        last_epoch: The epoch before the first; no part is moved there.

    At a milestone the next part begins with its closed form's first rate. A part that is itself a
    SequentialLR begins one step early, as torch's does.

    Raises:
        TypeError: a part has no ``optimizer``.
        ValueError: no parts, parts of another optimizer, or not one milestone fewer than parts.
    """

    def __init__(
        self,
        optimizer: Any,
        schedulers: list[Any],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        if len(schedulers) < 1:
            raise ValueError(
                f"{type(self).__name__} expects at least one scheduler, but got no scheduler."
            )
        _check_parts(self, optimizer, schedulers)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than"
                " the number of milestone points, but got number of schedulers"
                f" {len(schedulers)} and the number of milestones to be equal to"
                f" {len(milestones)}"
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        # Every part has made its first step in its constructor. Back to where they began, and only
        # the part that is first steps again.
        for group in optimizer.param_groups:
            put(group, "lr", group["initial_lr"])
        self.recursive_undo()
        first = self._schedulers[bisect_right(self._milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def recursive_undo(self, sched: Any = None) -> None:
        """Takes back the epoch that each part's constructor has counted."""
        sched = self if sched is None else sched
        if hasattr(sched, "_schedulers"):
            for part in sched._schedulers:
                self.recursive_undo(part)
        elif hasattr(sched, "last_epoch"):
            sched.last_epoch -= 1

    def step(self) -> None:  # type: ignore[override]
        """Steps the part in force, or begins the next."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        part = self._schedulers[i]
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            part._update_lr(0)
        else:
            part.step()
        self._last_lr = part.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer, the parts as their state dicts."""
        return _state_of(self)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave, the parts' states included."""
        _load(self, state_dict)


class ChainedScheduler(LRScheduler):
    """Several schedulers at once, each going on from the rates that the one before has left.

    A part that says its rates whatever those in force are undoes what the parts before it did.

    Args:
        schedulers: The parts, at least one; any that have an ``optimizer``, torch's included, but
            no ``ReduceLROnPlateau``.
        optimizer: The optimizer of all of them; that of the first when None.

    It has no ``last_epoch`` of its own.

    Raises:
        TypeError: a part has no ``optimizer``.
        ValueError: no parts, or parts of another optimizer.
    """

    def __init__(self, schedulers: Sequence[Any], optimizer: Any = None) -> None:
        if len(schedulers) < 1:
            raise ValueError(
                f"{type(self).__name__} expects at least one scheduler to be chained, but got no"
                " scheduler."
            )
        optimizer = optimizer or schedulers[0].optimizer
        _check_parts(self, optimizer, schedulers)
        self._schedulers = schedulers
        self.optimizer = optimizer
        self._last_lr = copies(schedulers[-1].optimizer, "lr")

    def step(self) -> None:  # type: ignore[override]
        """Steps the parts in order."""
        for part in self._schedulers:
            part.step()
        self._last_lr = copies(self._schedulers[-1].optimizer, "lr")

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer, the parts as their state dicts."""
        return _state_of(self)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave, the parts' states included."""
        _load(self, state_dict)


def _check_parts(whole: LRScheduler, optimizer: Any, schedulers: Sequence[Any]) -> None:
    own = type(whole).__name__
    for i, scheduler in enumerate(schedulers):
        if not hasattr(scheduler, "optimizer"):
            raise TypeError(f"{own} at index {i} should have `optimizer` as its attribute.")
        # By its name: torch's is meant, too.
        if any(base.__name__ == "ReduceLROnPlateau" for base in type(scheduler).__mro__):
            raise ValueError(
                f"{own} does not support `ReduceLROnPlateau` scheduler as it requires additional"
                " kwargs to be specified when calling `step`, but got one at index"
                f" {i} in the given schedulers sequence."
            )
        if optimizer != scheduler.optimizer:
            raise ValueError(
                f"{own} expects all schedulers to belong to the same optimizer, but got scheduler"
                f" {type(scheduler).__name__} at index {i} has"
                f" {scheduler.optimizer}, which is different from {type(optimizer).__name__}."
            )


def _state_of(whole: Any) -> dict[str, Any]:
    state = {
        key: value
        for key, value in whole.__dict__.items()
        if key not in ("optimizer", "_schedulers")
    }
    state["_schedulers"] = [part.state_dict() for part in whole._schedulers]
    return state


def _load(whole: Any, state: dict[str, Any]) -> None:
    parts = state["_schedulers"]
    whole.__dict__.update({key: value for key, value in state.items() if key != "_schedulers"})
    for i, part in enumerate(parts):
        whole._schedulers[i].load_state_dict(part)
