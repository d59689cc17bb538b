"""Hugging Face's ``GreedyLR``: a rate that grows while the metric improves."""

from __future__ import annotations

import math
from typing import Any


class _Window:
    """The mean of the last `window_size` values."""

    def __init__(self, window_size: int) -> None:
        self.window_size = window_size
        self.values: list[float] = []
        self.sum = 0.0

    def add(self, value: float) -> float:
        self.values.append(value)
        self.sum += value
        if len(self.values) > self.window_size:
            self.sum -= self.values.pop(0)
        return self.sum / len(self.values)

    def state_dict(self) -> dict[str, Any]:
        return {"window_size": self.window_size, "values": self.values.copy(), "sum": self.sum}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.window_size = state_dict.get("window_size", self.window_size)
        self.values = state_dict.get("values", []).copy()
        self.sum = state_dict.get("sum", 0.0)


# What a state dict holds, in transformers' order.
_STATE = [
    "factor",
    "min_lrs",
    "max_lrs",
    "patience",
    "verbose",
    "cooldown",
    "warmup",
    "cooldown_counter",
    "warmup_counter",
    "mode",
    "threshold",
    "threshold_mode",
    "best",
    "num_bad_epochs",
    "num_good_epochs",
    "eps",
    "last_epoch",
    "smooth",
    "window_size",
    "reset_start",
    "reset_start_original",
    "_last_lr",
    "_init_lrs",
]


class GreedyLR:
    """Divides the rates by `factor` while a metric improves, multiplies them while it does not.

    After more than `patience` improvements in a row every rate is divided by `factor`, up to
    `max_lr`; after more than `patience` others it is multiplied, down to `min_lr`. After
    `reset_start` reductions with every rate at its least, all begins anew with the first rates.

    Args:
        optimizer: Anything with ``param_groups``.
        mode: "min" where less is better, "max" where more is.
        factor: Below 1.
        patience: Steps in a row that change nothing yet.
        threshold: What a better value is better by.
        threshold_mode: "abs", or "rel" for a part of the best value.
        cooldown: Steps that do not count after a reduction.
        warmup: Steps that do not count after an increase.
        min_lr: The least rate, or one for each group.
        max_lr: The largest rate, or one for each group.
        eps: A change that is not larger is not made.
        verbose: Whether to print every change.
        smooth: Whether the metric is the mean of the last `window_size`.
        window_size: Observations of that mean.
        reset_start: Reductions at the least rates before all begins anew.

    Raises:
        TypeError: `optimizer` has no ``param_groups``.
        ValueError: `factor` is not below 1, a mode is unknown, or a list of rates has not one for
            each group.

    Source: `GreedyLR <https://arxiv.org/abs/2512.14527>`_; transformers, ``GreedyLR``.
    """

    def __init__(
        self,
        optimizer: Any,
        mode: str = "min",
        factor: float = 0.95,
        patience: int = 10,
        threshold: float = 1e-6,
        threshold_mode: str = "abs",
        cooldown: int = 0,
        warmup: int = 0,
        min_lr: float | list[float] = 1e-3,
        max_lr: float | list[float] = 1.0,
        eps: float = 1e-8,
        verbose: bool = False,
        smooth: bool = False,
        window_size: int = 50,
        reset_start: int = 500,
    ) -> None:
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        if not hasattr(optimizer, "param_groups"):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.warmup = warmup
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.eps = eps
        self.smooth = smooth
        self.window_size = window_size
        self.reset_start_original = reset_start
        self.last_epoch = 0
        self.min_lrs = self._each("min_lrs", min_lr)
        self.max_lrs = self._each("max_lrs", max_lr)
        self._init_lrs: list[Any] = [group["lr"] for group in optimizer.param_groups]
        self._last_lr = self._init_lrs.copy()
        self._begin()
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown!")

    def _each(self, name: str, rates: float | list[float]) -> list[float]:
        groups = len(self.optimizer.param_groups)
        if not isinstance(rates, list | tuple):
            return [rates] * groups
        if len(rates) != groups:
            raise ValueError(f"expected {groups} {name}, got {len(rates)}")
        return list(rates)

    def _begin(self) -> None:
        """As if nothing had been seen."""
        self.best = math.inf if self.mode == "min" else -math.inf
        self.num_bad_epochs = self.num_good_epochs = 0
        self.cooldown_counter = self.warmup_counter = 0
        self.reset_start = self.reset_start_original
        self._streaming_avg = _Window(self.window_size) if self.smooth else None

    def step(self, metrics: float, epoch: int | None = None) -> None:
        """Sees one value of the metric and changes the rates if it is time."""
        current = float(metrics)
        if self.smooth and self._streaming_avg is not None:
            current = self._streaming_avg.add(current)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.cooldown_counter > 0 or self.warmup_counter > 0:
            if self.cooldown_counter > 0:
                self.cooldown_counter -= 1
            else:
                self.warmup_counter -= 1
            self.num_bad_epochs = self.num_good_epochs = 0
        else:
            self._count(current)
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def _count(self, current: float) -> None:
        if self.is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
            self.num_good_epochs += 1
        else:
            self.num_bad_epochs += 1
            self.num_good_epochs = 0
        if self.num_good_epochs > self.patience:
            self._increase_lr(self.last_epoch)
            self.warmup_counter = self.warmup
            self.num_good_epochs = 0
        elif self.num_bad_epochs > self.patience:
            self._reduce_lr(self.last_epoch)
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def is_better(self, current: float, best: float) -> bool:
        """Whether a value is better than the best by more than the threshold."""
        if self.mode == "min":
            if self.threshold_mode == "rel":
                return current < best * (1.0 - self.threshold)
            return current < best - self.threshold
        if self.threshold_mode == "rel":
            return current > best * (1.0 + self.threshold)
        return current > best + self.threshold

    def _say(self, epoch: int, what: str, group: int, rate: float) -> None:
        if self.verbose:
            print(f"Epoch {epoch}: {what} learning rate of group {group} to {rate:.4e}.")

    def _reduce_lr(self, epoch: int) -> None:
        is_least = True
        for i, group in enumerate(self.optimizer.param_groups):
            old = float(group["lr"])
            new = max(old * self.factor, self.min_lrs[i])
            if old - new > self.eps:
                group["lr"] = new
                self._say(epoch, "reducing", i, new)
            if group["lr"] > self.min_lrs[i]:
                is_least = False
        if is_least:
            self.reset_start -= 1
            if self.reset_start <= 0:
                self._reset()

    def _increase_lr(self, epoch: int) -> None:
        for i, group in enumerate(self.optimizer.param_groups):
            old = float(group["lr"])
            new = min(old / self.factor, self.max_lrs[i])
            if new - old > self.eps:
                group["lr"] = new
                self._say(epoch, "increasing", i, new)
        self.reset_start = self.reset_start_original

    def _reset(self) -> None:
        for group, rate in zip(self.optimizer.param_groups, self._init_lrs, strict=False):
            group["lr"] = rate
        self._begin()
        if self.verbose:
            print("Scheduler reset to initial state.")

    def get_last_lr(self) -> list[Any]:
        """The rates after the last step, one a group."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """The arguments, and what was seen."""
        state = {name: getattr(self, name) for name in _STATE}
        if self.smooth and self._streaming_avg is not None:
            state["_streaming_avg"] = self._streaming_avg.state_dict()
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave, and puts its rates in force."""
        for name in _STATE:
            if name in state_dict:
                setattr(self, name, state_dict[name])
        if "_streaming_avg" in state_dict:
            if self._streaming_avg is None:
                self._streaming_avg = _Window(self.window_size)
            self._streaming_avg.load_state_dict(state_dict["_streaming_avg"])
        if "_last_lr" in state_dict:
            groups = self.optimizer.param_groups
            for group, rate in zip(groups, self._last_lr, strict=False):
                group["lr"] = rate
