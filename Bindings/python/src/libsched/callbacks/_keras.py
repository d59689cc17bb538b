"""Keras' callback. keras is imported here, and nowhere else in the package."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import keras

from .._early_stopping import EarlyStopping
from ._watch import Watch, measured, named

__all__ = ["KerasCallback"]


class KerasCallback(keras.callbacks.Callback):
    """Stops ``Model.fit`` early, with the model's best weights if wanted.

        model.fit(x, y, validation_data=other, epochs=100, callbacks=[
            KerasCallback(libsched.EarlyStopping(3), restore_best=True)])

    Every ``fit`` begins with the stopper as it was given; ``watch`` has what became of it.

    Args:
        stopper: Judges the metric at the end of every epoch.
        monitor: Which of the logs is judged; None for all of them, for a stopper that asks for
            them by name.
        options: As :class:`~libsched.callbacks.Watch`'s, the best weights included.

    Raises:
        SchedError: an argument is out of its range; while fitting, the metric is not in the logs.
    """

    def __init__(
        self, stopper: EarlyStopping, monitor: str | None = "val_loss", **options: Any
    ) -> None:
        super().__init__()
        self.monitor = named(monitor)
        self.watch = Watch(stopper, **options)
        self._given = stopper, options

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        stopper, options = self._given
        self.watch = Watch(copy.copy(stopper), **options).begin(self.model)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self.watch.observe(measured(logs, self.monitor), epoch=epoch)
        if self.watch.stopped:
            self.model.stop_training = True

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        self.watch.finish()
