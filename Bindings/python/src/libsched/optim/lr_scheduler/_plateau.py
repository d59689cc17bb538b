"""The scheduler that watches a metric."""

from __future__ import annotations

import math
import warnings
from typing import Any, SupportsFloat

from ._base import EPOCH_DEPRECATION_WARNING, LRScheduler, check_optimizer, copies, put


class ReduceLROnPlateau(LRScheduler):
    """Multiplies the rate by `factor` when a metric has not got better for a while.

    Better, with ``"rel"``, is below ``best * (1 - threshold)`` or above ``best * (1 + threshold)``;
    with ``"abs"``, below ``best - threshold`` or above ``best + threshold``. With ``"rel"`` a
    negative metric may be better than it was by being worse.

    Args:
        optimizer: Anything with ``param_groups``.
        mode: ``"min"`` or ``"max"``: whether less or more is better.
        factor: What is left of the rate, below 1.
        patience: How many epochs may go by without getting better; the next reduces.
        threshold: How much better is better.
        threshold_mode: ``"rel"`` or ``"abs"``.
        cooldown: Epochs after a reduction that do not count as bad.
        min_lr: The floor, or a list of one a group.
        eps: A change that is not above this is not made.

    Attributes:
        best: The best metric so far.
        num_bad_epochs: Epochs since then, or since the last reduction.
        cooldown_counter: Epochs left in which none counts as bad.

    It is no part of another scheduler, and has no ``base_lrs`` and no :meth:`get_lr`.

    Raises:
        TypeError: `optimizer` has no ``param_groups``.
        ValueError: an argument is out of its range.
    """

    def __init__(
        self,
        optimizer: Any,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        self.factor = factor
        check_optimizer(optimizer)
        self.optimizer = optimizer

        groups = len(optimizer.param_groups)
        self.default_min_lr: float | None
        if isinstance(min_lr, list | tuple):
            if len(min_lr) != groups:
                raise ValueError(f"expected {groups} min_lrs, got {len(min_lr)}")
            self.default_min_lr = None
            self.min_lrs = list(min_lr)
        else:
            self.default_min_lr = min_lr
            self.min_lrs = [min_lr] * groups

        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = copies(optimizer, "lr")
        self._init_is_better(mode=mode, threshold=threshold, threshold_mode=threshold_mode)
        self._reset()

    def _reset(self) -> None:
        """Forgets every metric so far."""
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # type: ignore[override]
        """Notes the metric of an epoch, and reduces the rates when it is time to.

        Args:
            metrics: The metric. A NaN is not better than anything.
            epoch: Deprecated. What `last_epoch` is from now on.

        Raises:
            RuntimeError: there is not one floor of `min_lr` a group any more.
        """
        current = float(metrics)
        if epoch is None:
            epoch = self.last_epoch + 1
        else:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self.last_epoch = epoch

        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr(epoch)
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = copies(self.optimizer, "lr")

    def _reduce_lr(self, epoch: Any) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"The number of param groups in the `optimizer` ({len(groups)}) differs from"
                    f" when `ReduceLROnPlateau` was initialized ({len(self.min_lrs)}), usually due"
                    " to a new param group being added to the optimizer. Please modify the"
                    " `min_lrs` field to match the length of the `optimizer` param groups."
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for i, group in enumerate(groups):
            old = float(group["lr"])
            new = max(old * self.factor, self.min_lrs[i])
            if old - new > self.eps:
                put(group, "lr", new)

    @property
    def in_cooldown(self) -> bool:
        """Whether epochs do not count as bad at present."""
        return self.cooldown_counter > 0

    def _is_better(self, a: Any, best: Any) -> Any:
        relative = self.threshold_mode == "rel"
        if self.mode == "min" and relative:
            return a < best * (1.0 - self.threshold)
        if self.mode == "min" and self.threshold_mode == "abs":
            return a < best - self.threshold
        if self.mode == "max" and relative:
            return a > best * (self.threshold + 1.0)
        return a > best + self.threshold

    def _init_is_better(self, mode: str, threshold: float, threshold_mode: str) -> None:
        if mode not in {"min", "max"}:
            raise ValueError("mode " + mode + " is unknown!")
        if threshold_mode not in {"rel", "abs"}:
            raise ValueError("threshold mode " + threshold_mode + " is unknown!")
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave. The optimizer has its own state dict."""
        self.__dict__.update(state_dict)
        self._init_is_better(
            mode=self.mode, threshold=self.threshold, threshold_mode=self.threshold_mode
        )
