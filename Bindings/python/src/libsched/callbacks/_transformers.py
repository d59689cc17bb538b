"""transformers' callback. transformers is imported here, and nowhere else in the package."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from transformers import TrainerCallback
from transformers.trainer_callback import ExportableState

from .. import _lib
from .._early_stopping import EarlyStopping
from .._errors import Status
from ._watch import Watch, measured, named

__all__ = ["TransformersCallback"]


class TransformersCallback(TrainerCallback, ExportableState):
    """Stops a Trainer early, with the model's best weights if wanted.

    It needs neither ``metric_for_best_model`` nor ``load_best_model_at_end``. Its state is in the
    Trainer's checkpoints and comes back under ``restore_callback_states_from_checkpoint``; the best
    weights do if they are in a folder. The Trainer evaluates over all processes, so the metric is
    the same on all of them.

    Args:
        stopper: Judges the metric at every evaluation while training; or the text of its state.
        monitor: Which of the metrics is judged; None for all of them.
        options: As :class:`~libsched.callbacks.Watch`'s, but for `reducer`.

    Raises:
        SchedError: an argument is out of its range; while training, there is no such metric.
    """

    def __init__(
        self,
        stopper: EarlyStopping | str,
        monitor: str | None = "eval_loss",
        **options: Any,
    ) -> None:
        if "reducer" in options:
            _lib.refuse(
                Status.SCHED_E_FIELD, "reducer", options["reducer"], "none: it is not needed"
            )
        if isinstance(stopper, str):
            stopper = EarlyStopping.restore(stopper)
        self.monitor = named(monitor)
        self.watch = Watch(stopper, **options)
        self._options = options
        self._running = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._running = True
        self.watch.begin(kwargs["model"], writes=state.is_world_process_zero)

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._running:
            # What has gone by of all epochs, with rounding; the one that it is in counts from 0.
            epoch = max(math.ceil(round(state.epoch or 0.0, 6)) - 1, 0)
            metric = measured(kwargs["metrics"], self.monitor)
            self.watch.observe(metric, epoch=epoch, step=state.global_step)
            if self.watch.stopped:
                control.should_training_stop = True

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._running = False
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            # The first process may still be writing what all read.
            torch.distributed.barrier()
        self.watch.finish()

    def state(self) -> dict[str, Any]:
        options = {
            name: value if isinstance(value, bool | int | str | None) else str(value)
            for name, value in self._options.items()
        }
        named = {"stopper": self.watch.stopper.save(), "monitor": self.monitor}
        return {"args": named | options, "attributes": {"run": self.watch.state_dict()}}

    @property
    def run(self) -> Mapping[str, Any]:
        """Where the run is: what comes back from a checkpoint."""
        return self.watch.state_dict()

    @run.setter
    def run(self, state_dict: Mapping[str, Any]) -> None:
        self.watch.load_state_dict(state_dict)
