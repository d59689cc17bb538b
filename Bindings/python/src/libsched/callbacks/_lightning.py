"""Lightning's callback. lightning is imported here, and nowhere else in the package."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Literal

from .. import _lib
from .._early_stopping import EarlyStopping
from .._errors import Status
from ._watch import Watch, measured, named

# Both names of the same package have callbacks of their own; the one that is in use is meant.
if "pytorch_lightning" in sys.modules and "lightning" not in sys.modules:
    from pytorch_lightning import Callback
else:
    from lightning.pytorch import Callback

__all__ = ["LightningCallback"]

HOOKS = ("validation_end", "train_epoch_end")


class LightningCallback(Callback):
    """Stops a Trainer early, with the module's best weights if wanted.

    Its state is in the Trainer's checkpoints: the counters, and the best weights where they are in
    memory. A stop that the Trainer does not follow yet, because of ``min_epochs``, is taken back
    when the metric gets better. With several processes and no `reducer` the stop of any one is
    that of all.

    Args:
        stopper: Judges the metric. It is not copied.
        monitor: Which of ``trainer.callback_metrics`` is judged; None for all of them.
        hook: When: ``"validation_end"``, which may be several times in an epoch, or
            ``"train_epoch_end"``. Not in the sanity check, nor under ``fast_dev_run``.
        options: As :class:`~libsched.callbacks.Watch`'s. A reducer is given as a function that
            makes it, since the Trainer begins the processes.

    Raises:
        SchedError: an argument is out of its range; while fitting, the metric was not logged.
    """

    def __init__(
        self,
        stopper: EarlyStopping,
        monitor: str | None = "val_loss",
        *,
        hook: Literal["validation_end", "train_epoch_end"] = "validation_end",
        **options: Any,
    ) -> None:
        super().__init__()
        self.monitor, self.hook = named(monitor), _lib.choice("hook", hook, HOOKS)
        self.watch = Watch(stopper, **options)
        self._asked = False

    @property
    def state_key(self) -> str:
        key: str = self._generate_state_key(monitor=self.monitor, hook=self.hook)
        return key

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        self.watch.begin(pl_module, writes=trainer.is_global_zero)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        if self.hook == "validation_end" and trainer.state.fn == "fit":
            self._observe(trainer)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        if self.hook == "train_epoch_end":
            self._observe(trainer)

    def _observe(self, trainer: Any) -> None:
        if trainer.sanity_checking or trainer.fast_dev_run:
            return
        metric = measured(trainer.callback_metrics, self.monitor)
        self.watch.observe(metric, epoch=trainer.current_epoch, step=trainer.global_step)
        stops = trainer.strategy.reduce_boolean_decision(self.watch.stopped, all=False)
        if stops and not trainer.should_stop:
            trainer.should_stop = self._asked = True
        elif not stops and self._asked:
            trainer.should_stop = self._asked = False

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        trainer.strategy.barrier()
        self.watch.finish()

    def state_dict(self) -> dict[str, Any]:
        return {"run": self.watch.state_dict(), "kept": self.watch.kept}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        if not isinstance(state_dict, Mapping) or not {"run", "kept"} <= state_dict.keys():
            _lib.refuse(Status.SCHED_E_STATE, "state_dict", state_dict, "what state_dict gave")
        self.watch.load_state_dict(state_dict["run"])
        self.watch.kept = state_dict["kept"]
