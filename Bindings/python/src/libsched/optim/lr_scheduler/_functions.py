"""Schedulers that ask a function for a factor."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, TypeAlias

from ._base import LRScheduler, Rate, copies, warn_outside_step

Factor: TypeAlias = Callable[[int], Any]


class LambdaLR(LRScheduler):
    """Multiplies the base rate by what a function says.

    ::

        rate(t) = base * lr_lambda(t)

    Args:
        optimizer: Anything with ``param_groups``.
        lr_lambda: A function of the epoch, or a list of one a group.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        ValueError: not one function a group.
    """

    def __init__(
        self, optimizer: Any, lr_lambda: Factor | list[Factor], last_epoch: int = -1
    ) -> None:
        self.optimizer = optimizer
        self.lr_lambdas = _one_a_group(optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        step = self.last_epoch
        return [
            base * factor(step) for factor, base in zip(self.lr_lambdas, self.base_lrs, strict=True)
        ]

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer. Of the functions only an object's attributes."""
        return _state_of(self)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave. Functions stay those it was made with."""
        _load(self, state_dict)


class MultiplicativeLR(LRScheduler):
    """Multiplies the rate by what a function says, every step.

    ::

        rate(t) = rate(t - 1) * lr_lambda(t)

    Args:
        optimizer: Anything with ``param_groups``.
        lr_lambda: A function of the epoch, or a list of one a group.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        ValueError: not one function a group.
        TypeError: one of them cannot be called.
    """

    def __init__(
        self, optimizer: Any, lr_lambda: Factor | list[Factor], last_epoch: int = -1
    ) -> None:
        self.optimizer = optimizer
        self.lr_lambdas = _one_a_group(optimizer, lr_lambda)
        for factor in self.lr_lambdas:
            if not callable(factor):
                raise TypeError(f"lr_lambda should be a function, but got {type(factor).__name__}")
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        if self._is_initial:
            return copies(self.optimizer, "lr")
        step = self.last_epoch
        return [
            group["lr"] * factor(step)
            for factor, group in zip(self.lr_lambdas, self.optimizer.param_groups, strict=True)
        ]

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer. Of the functions only an object's attributes."""
        return _state_of(self)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave. Functions stay those it was made with."""
        _load(self, state_dict)


def _one_a_group(optimizer: Any, factor: Any) -> list[Factor]:
    groups = len(optimizer.param_groups)
    if not isinstance(factor, list | tuple):
        return [factor] * groups
    if len(factor) != groups:
        raise ValueError(f"Expected {groups} lr_lambdas, but got {len(factor)}")
    return list(factor)


def _state_of(scheduler: LambdaLR | MultiplicativeLR) -> dict[str, Any]:
    state: dict[str, Any] = {
        key: value
        for key, value in scheduler.__dict__.items()
        if key not in ("optimizer", "lr_lambdas")
    }
    state["lr_lambdas"] = [None] * len(scheduler.lr_lambdas)
    for i, factor in enumerate(scheduler.lr_lambdas):
        if not isinstance(factor, types.FunctionType):
            state["lr_lambdas"][i] = factor.__dict__.copy()
    return state


def _load(scheduler: LambdaLR | MultiplicativeLR, state: dict[str, Any]) -> None:
    factors = state["lr_lambdas"]
    scheduler.__dict__.update({key: value for key, value in state.items() if key != "lr_lambdas"})
    for i, attributes in enumerate(factors):
        if attributes is not None:
            scheduler.lr_lambdas[i].__dict__.update(attributes)
