"""ignite's handler. ignite is imported here, and nowhere else in the package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from ignite.engine import Engine, Events

from .. import _lib
from .._early_stopping import EarlyStopping
from .._errors import Status
from ._watch import Watch, measured, named

__all__ = ["IgniteHandler"]


class IgniteHandler:
    """Terminates a trainer early, with the best weights if wanted.

        IgniteHandler(libsched.EarlyStopping(3), trainer, weights=model, restore_best=True).attach(
            evaluator)

    It has ``state_dict`` and ``load_state_dict``, so that ``ignite.handlers.Checkpoint`` saves it.

    Args:
        stopper: Judges the metric. It is not copied.
        trainer: The engine that is terminated.
        monitor: Which of the evaluator's metrics is judged; None for all of them.
        weights: Whose weights are kept: the model.
        also: What else a checkpoint in a folder holds, by name.
        options: As :class:`~libsched.callbacks.Watch`'s.

    Raises:
        SchedError: an argument is out of its range; while evaluating, there is no such metric.
    """

    def __init__(
        self,
        stopper: EarlyStopping,
        trainer: Engine,
        monitor: str | None = "loss",
        *,
        weights: Any = None,
        also: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        if not isinstance(trainer, Engine):
            _lib.refuse(Status.SCHED_E_TYPE, "trainer", trainer, "an Engine")
        self.monitor, self.trainer = named(monitor), trainer
        self.watch = Watch(stopper, **options).begin(weights, also)
        self.state_dict, self.load_state_dict = self.watch.state_dict, self.watch.load_state_dict

    def attach(self, evaluator: Engine) -> Self:
        """Observes whenever the evaluator completes, and puts the best back when the trainer has.

        Raises:
            SchedError: it is no Engine.
        """
        if not isinstance(evaluator, Engine):
            _lib.refuse(Status.SCHED_E_TYPE, "evaluator", evaluator, "an Engine")
        evaluator.add_event_handler(Events.COMPLETED, self)
        self.trainer.add_event_handler(Events.COMPLETED, lambda _: self.watch.finish())
        return self

    def __call__(self, engine: Engine) -> None:
        """Observes the metrics of an evaluator."""
        now = self.trainer.state
        metric = measured(engine.state.metrics, self.monitor)
        # ignite counts epochs from 1; 0 is before the first.
        self.watch.observe(metric, epoch=max(now.epoch - 1, 0), step=now.iteration)
        if self.watch.stopped:
            self.trainer.terminate()
