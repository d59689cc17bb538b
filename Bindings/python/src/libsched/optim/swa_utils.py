"""``torch.optim.swa_utils`` 2.13 without torch: its scheduler, to the last bit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .lr_scheduler._base import (
    LRScheduler,
    Rate,
    for_each_group,
    is_ours,
    native_of,
    warn_outside_step,
)
from .lr_scheduler._cycles import along_from_here, along_one

__all__ = ["SWALR"]


def _within(fraction: Any) -> Any:
    """``max(0, min(1, fraction))``, in a third of the time."""
    if not fraction < 1:
        return 1
    return fraction if fraction > 0 else 0  # noqa: FURB136


@is_ours
class SWALR(LRScheduler):
    """From whatever the rate is to a fixed one, for stochastic weight averaging.

    ::

        rate = swa_lr * a + before * (1 - a)
        a    = p or (1 - cos(pi * p)) / 2,  p = min(1, steps / anneal_epochs)

    where `before` is the rate as it would be without. Steps are counted from the making, whatever
    `last_epoch` is.

    Args:
        optimizer: Anything with ``param_groups``, which get their ``swa_lr``.
        swa_lr: The rate in the end, or a list of one a group.
        anneal_epochs: Steps until then, at least 0.
        anneal_strategy: ``"cos"`` or ``"linear"``: the way there.
        last_epoch: As :class:`.lr_scheduler.LRScheduler`'s.

    Raises:
        ValueError: an argument is out of its range.

    Source: Izmailov et al., Averaging Weights Leads to Wider Optima and Better Generalization
    (arXiv:1803.05407).
    """

    anneal_func: Callable[[float], float]

    def __init__(
        self,
        optimizer: Any,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        ends = for_each_group("swa_lr", optimizer, swa_lr)
        for end, group in zip(ends, optimizer.param_groups, strict=True):
            group["swa_lr"] = end
        if anneal_strategy not in ["cos", "linear"]:
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._set_anneal_func(anneal_strategy)
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    @staticmethod
    def _linear_anneal(t: float) -> float:
        return t

    @staticmethod
    def _cosine_anneal(t: float) -> float:
        return (1 - math.cos(math.pi * t)) / 2

    @staticmethod
    def _get_initial_lr(lr: Rate, swa_lr: Rate, alpha: float) -> Rate:
        if alpha == 1:
            return swa_lr
        return (lr - alpha * swa_lr) / (1 - alpha)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            # torch's points one frame further out here.
            warn_outside_step(3)
        step, length = self._step_count - 1, self.anneal_epochs
        if length == 0:
            step = max(1, step)
        if not length > 1:
            length = 1
        from_there, to_here = _within((step - 1) / length), _within(step / length)
        known = self._average(from_there, to_here)
        if known is not None:
            return known
        groups = self.optimizer.param_groups
        before = self.anneal_func(from_there)
        starts = [self._get_initial_lr(group["lr"], group["swa_lr"], before) for group in groups]
        now = self.anneal_func(to_here)
        return [
            group["swa_lr"] * now + start * (1 - now)
            for group, start in zip(groups, starts, strict=True)
        ]

    def _average(self, before: Any, now: Any) -> list[float] | None:
        """What `get_lr` answers, in one call of the library.

        None where that is not for the library to answer.
        """
        own = self.__dict__
        way = own.get("anneal_func")
        if way is _COSINE:
            curve = "average cos"
        elif way is _LINE:
            curve = "average linear"
        else:
            return None
        if type(self) is not SWALR or "_get_initial_lr" in own:
            return None
        # 0 and 1 are integers.
        if type(before) is not float or type(now) is not float:
            if not {int, float}.issuperset((type(before), type(now))):
                return None
            before, now = float(before), float(now)
        more = (before, 0.0, 0.0)
        native = native_of(self, way)
        groups = self.optimizer.param_groups
        if len(groups) == 1:
            (group,) = groups
            ends = [group["lr"], group["swa_lr"]]
            return along_one(native, curve, now, group, ends, None, more)
        return along_from_here(native, curve, now, groups, "swa_lr", more)

    def _set_anneal_func(self, anneal_strategy: str) -> None:
        self._anneal_strategy = anneal_strategy
        if anneal_strategy == "cos":
            self.anneal_func = self._cosine_anneal
        else:
            self.anneal_func = self._linear_anneal

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer and the way's function."""
        return {
            key: value
            for key, value in self.__dict__.items()
            if key not in ("optimizer", "anneal_func")
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave. The optimizer has its own state dict."""
        self.__dict__.update(state_dict)
        self._set_anneal_func(self._anneal_strategy)


_COSINE = SWALR._cosine_anneal
_LINE = SWALR._linear_anneal
