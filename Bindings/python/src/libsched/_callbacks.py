"""Keras's callbacks that set a rate, without Keras."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from . import _kinds
from ._scheduler import Scheduler

Way = Literal["min", "max"]


class Callback:
    """What Keras calls before and during training."""

    def __init__(self) -> None:
        self.params: dict[str, Any] | None = None
        self.model: Any = None

    def set_params(self, params: dict[str, Any] | None) -> None:
        """Called by Keras before training."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Called by Keras before training, with what has the optimizer."""
        self.model = model

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Records the rate in force in the epoch's logs."""
        if logs is None:
            return
        several = hasattr(self.model.optimizer, "optimizers")
        for optimizer in self._optimizers():
            name = f"learning_rate_{optimizer.name}" if several else "learning_rate"
            logs[name] = as_float(optimizer.learning_rate)

    def _optimizers(self) -> list[Any]:
        optimizer = self.model.optimizer
        return list(getattr(optimizer, "optimizers", [optimizer]))

    def __getattr__(self, name: str) -> Callable[..., None]:
        # Keras calls a method at the start and the end of everything.
        if name.startswith("on_"):
            return _nothing
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def _nothing(*_: Any, **__: Any) -> None:
    """What happens at the ends that do not matter here."""


def as_float(value: Any) -> float:
    """A number of any framework as Python's."""
    return float(value.numpy() if hasattr(value, "numpy") else value)


class ReduceLROnPlateau(Callback):
    """A Keras callback that multiplies the rate by `factor` when a metric is no longer better.

    The native :class:`libsched.ReduceLROnPlateau` by the rule ``keras`` says when; the new rate
    is made of the one in force, whoever set it. NaN and what is infinitely bad are never better,
    not even as the first metric, which is Keras's best whatever it is.

    Args:
        monitor: The metric's name in the epoch's logs.
        factor: What the rate is multiplied by; below 1.
        patience: Epochs without a better metric after which the rate falls.
        verbose: 1 prints each new rate.
        mode: ``"min"``, ``"max"``, or ``"auto"`` to know from the metric.
        min_delta: By how much a better metric beats the best; its sign does not count.
        cooldown: Epochs that do not count after the rate has fallen, of which the last does.
        min_lr: The least rate.

    Raises:
        ValueError: `factor` is not below 1, or another argument is out of its range.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__()
        if factor >= 1.0:
            raise ValueError(f"the factor of ReduceLROnPlateau is below 1, and not {factor}")
        if mode not in ("auto", "min", "max"):
            warnings.warn(f"no mode is called {mode!r}: taken for 'auto'", stacklevel=2)
            mode = "auto"
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.cooldown = cooldown
        self.min_lr = min_lr
        # Refuses now what it would refuse at the first epoch.
        self._watch("min")
        self._watcher: Scheduler | None = None

    def _watch(self, mode: Way) -> Scheduler:
        """Halves a rate of its own whenever it is time."""
        rule = _kinds.ReduceLROnPlateau(
            mode=mode,
            factor=0.5,
            patience=self.patience,
            threshold=0.0,
            cooldown=self.cooldown,
            min_delta=self.min_delta,
            rule="keras",
        )
        return Scheduler(rule, 1.0)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forgets what it has seen."""
        self._watcher = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Sees the epoch's metric, and sets the rate of every optimizer if it is time.

        Raises:
            ValueError: the mode is ``"auto"``, and the metric does not tell which way is better.
        """
        logs = {} if logs is None else logs
        super().on_epoch_end(epoch, logs)
        if self._watcher is None:
            self._watcher = self._watch(self._direction())
        if (metric := logs.get(self.monitor)) is None:
            warnings.warn(
                f"the rate waits for the metric {self.monitor!r}, which is not among"
                f" {', '.join(map(repr, logs))}",
                stacklevel=2,
            )
            return
        before = self._watcher.rates[0]
        if self._watcher.observe(as_float(metric))[0] < before:
            for optimizer in self._optimizers():
                self._reduce(optimizer, epoch)

    def _reduce(self, optimizer: Any, epoch: int) -> None:
        old = as_float(optimizer.learning_rate)
        # Keras compares with a float32.
        if old <= np.float32(self.min_lr):
            return
        optimizer.learning_rate = rate = max(old * self.factor, self.min_lr)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: learning rate {rate}")

    def _direction(self) -> Way:
        if self.mode != "auto":
            return "max" if self.mode == "max" else "min"
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return "min"
        for metric in getattr(self.model, "metrics", []):
            for one in getattr(metric, "metrics", [metric]):
                if getattr(one, "name", None) == name:
                    return "max" if getattr(one, "_direction", "down") == "up" else "min"
        raise ValueError(
            f"whether less of {self.monitor!r} is better cannot be known: give mode='min' or 'max'"
        )
