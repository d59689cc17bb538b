"""Optimizers that average as they go, in place of a schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ._average import step_toward
from ._checks import check, check_betas, check_rate
from ._optimizer import Optimizer, Table, number

__all__ = ["ScheduleFreeAdamW", "ScheduleFreeSGD"]


class ScheduleFree(Optimizer):
    """What both have in common: two places of the parameters, one to train and one to evaluate."""

    _numbers = ("lr_max", "weight_sum")

    def _nearness(self, group: dict[str, Any]) -> float:
        """How near the parameter in training is to the average."""
        raise NotImplementedError

    def train(self) -> None:
        """Takes the parameters to where they are trained. Without it :meth:`step` raises."""
        self._go(is_train=True)

    def eval(self) -> None:
        """Takes the parameters to their average, which is what to evaluate and to save."""
        self._go(is_train=False)

    def _go(self, *, is_train: bool) -> None:
        for group in self.param_groups:
            if group["train_mode"] is is_train:
                continue
            keep = self._nearness(group)
            params = [param for param in group["params"] if "z" in self.state.get(param, {})]
            ends = [self.state[param]["z"] for param in params]
            step_toward(params, ends, keep if is_train else 1 / keep)
            group["train_mode"] = is_train

    def _step(
        self,
        closure: Callable[[], Any] | None = None,
        grads: Sequence[Any] | None = None,
        copies: Sequence[Any] | None = None,
        **more: Any,
    ) -> Any:
        if not self.param_groups[0]["train_mode"]:
            raise Exception(  # noqa: TRY002
                "Optimizer was not in train mode when step is called. Please insert .train() and"
                " .eval() calls on the optimizer. See documentation for details."
            )
        return super()._step(closure, grads, copies, **more)

    def _enter(self, table: Table) -> None:
        group = table.group
        table.rows[:, table.STEP] = group["k"] + 1
        table.scalars[:, 0] = number(group["lr_max"])
        table.scalars[:, 1] = number(group["weight_sum"])
        for i, param in zip(table.chosen, table.memory.params, strict=True):
            if not self.state[param]:
                table.begin(self, i, self._keys)
                self.state[param]["z"][...] = param.data
        states = [self.state[param] for param in table.memory.params]
        for name in self._arrays:
            table.put_state(name, [state[name] for state in states])

    def _stepped(self, tables: list[Table]) -> None:
        for group in self.param_groups:
            mine = [table for table in tables if table.group is group]
            if mine:
                group["k"] += 1
                group["lr_max"], group["weight_sum"] = map(float, mine[0].scalars[0])


class ScheduleFreeSGD(ScheduleFree):
    """SGD that averages as it goes, in place of a schedule.

    ::

        g <- g + weight_decay * y
        y <- y + c * (z - y) + lr * (momentum * (1 - c) - 1) * g
        z <- z - lr * g,   z = y before the first step
        c = w / (sum of all w),   w = t**r * (largest lr so far)**weight_lr_power

    y is the parameter in training; :meth:`eval` takes it to the average, :meth:`train` back. The
    same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        momentum: How near y is to the average; above 0 and below 1.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        warmup_steps: Steps over which the rate rises to lr.
        r: The power of the step in its weight.
        weight_lr_power: The power of the rate in its weight.

    The state of a parameter has ``z``, and a group ``k``, ``lr_max`` and ``weight_sum``, as those
    of the ``schedulefree`` package.

    Raises:
        ValueError: a setting is out of its range.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Defazio et al., The Road Less Scheduled (arXiv:2405.15682).
    """

    _library_name = "schedule_free_sgd"
    _arrays = ("z",)
    _keys = ("z",)

    def __init__(
        self,
        params: Any,
        lr: Any = 1.0,
        momentum: float = 0.9,
        weight_decay: float = 0,
        warmup_steps: int = 0,
        r: float = 0.0,
        weight_lr_power: float = 2,
    ) -> None:
        check_rate(lr)
        check(0 < momentum < 1, "momentum value", momentum)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "r": r,
                "k": 0,
                "warmup_steps": warmup_steps,
                "train_mode": False,
                "weight_sum": 0.0,
                "lr_max": -1.0,
                "weight_lr_power": weight_lr_power,
                "weight_decay": weight_decay,
            },
        )

    def _nearness(self, group: dict[str, Any]) -> float:
        return number(group["momentum"])

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            group["momentum"],
            group["weight_decay"],
            group["warmup_steps"],
            group["r"],
            group["weight_lr_power"],
            False,
        )


class ScheduleFreeAdamW(ScheduleFree):
    """AdamW that averages as it goes, in place of a schedule.

    ::

        v <- beta2 * v + (1 - beta2) * g * g
        u <- g / (sqrt(v / (1 - beta2**t)) + eps) + weight_decay * y
        y <- y + c * (z - y) + lr * (beta1 * (1 - c) - 1) * u
        z <- z - lr * u,   z = y before the first step
        c = w / (sum of all w),   w = t**r * (largest lr so far)**weight_lr_power

    y is the parameter in training; :meth:`eval` takes it to the average, :meth:`train` back. The
    same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: How near y is to the average, above 0, and what v keeps; below 1.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter a step of rate 1 would take away; at least 0.
        warmup_steps: Steps over which the rate rises to lr.
        r: The power of the step in its weight.
        weight_lr_power: The power of the rate in its weight.

    The state of a parameter has ``z`` and ``exp_avg_sq``, and a group ``k``, ``lr_max`` and
    ``weight_sum``, as those of the ``schedulefree`` package.

    Raises:
        ValueError: a setting is out of its range.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Defazio et al., The Road Less Scheduled (arXiv:2405.15682).
    """

    _library_name = "schedule_free_adamw"
    _arrays = ("z", "exp_avg_sq")
    _keys = ("z", "exp_avg_sq")

    def __init__(
        self,
        params: Any,
        lr: Any = 0.0025,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        warmup_steps: int = 0,
        r: float = 0.0,
        weight_lr_power: float = 2.0,
    ) -> None:
        check_rate(lr)
        check(0.0 <= eps, "epsilon value", eps)
        check(betas[0] > 0, "beta parameter at index 0", betas[0])
        check_betas(betas)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "r": r,
                "k": 0,
                "warmup_steps": warmup_steps,
                "train_mode": False,
                "weight_sum": 0.0,
                "lr_max": -1.0,
                "weight_lr_power": weight_lr_power,
                "weight_decay": weight_decay,
            },
        )

    def _nearness(self, group: dict[str, Any]) -> float:
        return number(group["betas"][0])

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["betas"],
            group["eps"],
            group["weight_decay"],
            group["warmup_steps"],
            group["r"],
            group["weight_lr_power"],
            False,
        )
