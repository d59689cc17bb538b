"""A scheduler of the mirror's that a native schedule drives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import _lib
from .._schedules import Schedule
from .lr_scheduler._base import LRScheduler, Rate, native_of, warn_outside_step


class _Factor:
    """What a schedule makes of a base rate of 1, as a function of the step.

    `otherwise` answers where the library has no such schedule, and for steps that it has not.
    """

    __slots__ = ("otherwise", "schedule")

    def __init__(self, schedule: Schedule | None, otherwise: Callable[[Any], Rate] | None) -> None:
        self.schedule, self.otherwise = schedule, otherwise

    def __call__(self, step: Any) -> Rate:
        if self.otherwise is not None and (
            self.schedule is None or type(step) is not int or not 0 <= step <= _lib.MAX_STEP
        ):
            return self.otherwise(step)
        assert self.schedule is not None
        return _lib.point("sched_rates", self.schedule._handle, 1.0, step)


class _ScheduleLR(LRScheduler):
    """Sets every group's rate to its base times what a schedule makes of a base rate of 1.

    To its callers it is torch's ``LambdaLR``: the same attributes, state dict and arithmetic, so
    rates may be tensors, and a state goes from one to the other and back.

    Args:
        optimizer: Anything with ``param_groups``.
        schedule: A schedule whose rates are in proportion to the base rate; None leaves all to
            `otherwise`.
        last_epoch: As :class:`LRScheduler`'s.
        otherwise: A function of the step, for a schedule that is None and for steps that are no
            whole numbers from 0 to 2^53.
    """

    def __init__(
        self,
        optimizer: Any,
        schedule: Schedule | None,
        last_epoch: int = -1,
        otherwise: Callable[[Any], Rate] | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.lr_lambdas = [_Factor(schedule, otherwise)] * len(optimizer.param_groups)
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer; of the functions, the attributes of their objects."""
        state = {
            key: value
            for key, value in self.__dict__.items()
            if key not in ("optimizer", "lr_lambdas")
        }
        # A function has none to save, and an object of torch's users may have.
        state["lr_lambdas"] = [
            None if isinstance(f, _Factor) and f.otherwise is None else {} for f in self.lr_lambdas
        ]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave, or ``LambdaLR``'s."""
        self.__dict__.update(
            {key: value for key, value in state_dict.items() if key != "lr_lambdas"}
        )

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        functions, bases = self.lr_lambdas, self.base_lrs
        if not functions or functions.count(functions[0]) != len(bases):
            # Someone has put in others.
            pairs = zip(functions, bases, strict=True)
            return [base * function(self.last_epoch) for function, base in pairs]
        factor = functions[0](self.last_epoch)
        rates = [base * factor for base in bases]
        groups = self.optimizer.param_groups
        if (
            type(self) is _ScheduleLR
            and len(groups) == len(rates)
            and all(type(rate) is float for rate in rates)
            and all(type(group["lr"]) is float for group in groups)
        ):
            # Nothing but floats: no tensor to fill, and none to clone.
            native_of(self, None).answer = rates
        return rates
