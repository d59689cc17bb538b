"""AdamW."""

from __future__ import annotations

from operator import is_
from typing import Any

import numpy as np

from .. import _lib
from ._memory import is_tensor
from ._optimizer import Optimizer, Table, check_supported, number

__all__ = ["AdamW"]

_MOMENTS = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")
# Added to an array it is faster than a number.
_ONE = np.ones((), np.float32)


class AdamW(Optimizer):
    """Adam with decoupled weight decay: ``torch.optim.AdamW``, in place, in one call a group.

    ::

        p <- p * (1 - lr * weight_decay)
        m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g * g
        p <- p - lr / (1 - beta1**t) * m / (sqrt(v / (1 - beta2**t)) + eps)

    with g negated under `maximize`, and under `amsgrad` the largest v so far in place of v in the
    last line. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What the moments keep at each step, at least 0 and below 1.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter a step of rate 1 would take away; at least 0.
        amsgrad: Whether the second moment is the largest so far.
        maximize: Whether to climb.
        foreach, fused: torch's hints how to go about it. All steps here are fused.
        capturable, differentiable: Not supported.

    The state of a parameter has ``step``, ``exp_avg``, ``exp_avg_sq`` and, under `amsgrad`,
    ``max_exp_avg_sq``, as torch's, and goes there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (arXiv:1711.05101).
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        # In torch's order, and in its words.
        if is_tensor(lr):
            if foreach and not capturable:
                raise ValueError(
                    "lr as a Tensor is not supported for capturable=False and foreach=True"
                )
            if lr.numel() != 1:
                raise ValueError("Tensor lr must be 1-element")
        if not 0.0 <= lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        for i in range(2):
            if not 0.0 <= betas[i] < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        pair = betas[:2]
        tensors = all(is_tensor(beta) for beta in pair)
        if not tensors and not all(isinstance(beta, float) for beta in pair):
            raise ValueError("betas must be either both floats or both Tensors")
        for i in range(2 if tensors else 0):
            if foreach and not capturable:
                raise ValueError(
                    f"betas[{i}] as a Tensor is not supported for capturable=False and foreach=True"
                )
            if betas[i].numel() != 1:
                raise ValueError(f"Tensor betas[{i}] must be 1-element")
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": tuple(beta.squeeze() if is_tensor(beta) else beta for beta in betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
                "fused": fused,
                "decoupled_weight_decay": True,
            },
        )
        check_supported(self.defaults)

    def _complete(self, group: dict[str, Any]) -> None:
        group.setdefault("amsgrad", False)
        group.setdefault("maximize", False)
        group.setdefault("foreach", None)
        group.setdefault("capturable", False)
        group.setdefault("differentiable", False)
        group.setdefault("fused", None)
        group["decoupled_weight_decay"] = True

    def _kernel(self, count: int) -> _lib.StepList:
        return _lib.adamw_list(count)

    def _enter(self, table: Table, hyper: Any) -> None:
        group, memory = table.group, table.memory
        check_supported(group)
        names = _MOMENTS if group["amsgrad"] else _MOMENTS[:2]
        counters = table.active_counters
        states = list(map(self.state.__getitem__, memory.params))
        for i, state in enumerate(states):
            if not state:
                # The table's own count may be of an earlier life.
                counters[i][()] = 0.0
                state["step"] = counters[i]
                for name in names:
                    state[name] = memory.zeros(memory.params[i])
        steps = [state["step"] for state in states]
        if not all(map(is_, steps, counters)):
            # Loaded, or counted elsewhere before.
            table.steps[table.active] = [number(step) for step in steps]
            for state, counter in zip(states, counters, strict=True):
                state["step"] = counter
        table.rows[:, table.STEP] = table.next_steps = table.steps[table.active] + _ONE
        for column, name in enumerate(names):
            table.put_state(column, name, [state[name] for state in states])
        beta1, beta2 = group["betas"]
        hyper.lr = number(group["lr"])
        hyper.beta1, hyper.beta2 = number(beta1), number(beta2)
        hyper.eps, hyper.weight_decay = number(group["eps"]), number(group["weight_decay"])
        hyper.amsgrad, hyper.maximize = bool(group["amsgrad"]), bool(group["maximize"])

    def _stepped(self, table: Table) -> None:
        table.steps[table.active] = table.next_steps
