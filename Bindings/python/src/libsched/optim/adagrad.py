"""Adagrad."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_rate, refuse_where
from ._optimizer import Optimizer, Table
from ._sparse import is_sparse

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    """Smaller steps where gradients have been large: ``torch.optim.Adagrad``, in place.

    ::

        g <- g + weight_decay * p
        s <- s + g * g
        p <- p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    with g negated first under `maximize`. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        lr_decay: How fast the learning rate falls with the steps; at least 0.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        initial_accumulator_value: What s is before the first step; at least 0.
        eps: Keeps the denominator from 0; at least 0.
        foreach, fused: torch's hints how to go about it. All steps here are fused.
        maximize: Whether to climb.
        differentiable: Not supported.

    The state of a parameter has ``step`` and ``sum`` from the beginning, as torch's, and
    goes there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization (JMLR 12, 2011).
    """

    _library_name = "adagrad"
    _options: tuple[bool, ...] = (False, False)
    _arrays = ("sum",)
    _keys = ("step", "sum")
    _later = Optimizer._later | {"fused": None}

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        # In torch's order, and in its words.
        check_rate(lr)
        check(0.0 <= lr_decay, "lr_decay value", lr_decay)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        check(
            0.0 <= initial_accumulator_value,
            "initial_accumulator_value value",
            initial_accumulator_value,
        )
        check(0.0 <= eps, "epsilon value", eps)
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "fused": fused,
            },
        )
        # As torch's: the others begin with their first step.
        for tables in self._tables.values():
            for table in tables:
                for i in range(len(table.params)):
                    table.begin(self, i, self._keys)

    def _start(self, name: str, group: dict[str, Any]) -> float:
        start: float = self.defaults["initial_accumulator_value"]
        return start

    def _gradients(self, table: Table, grads: list[Any]) -> list[int]:
        if table.group["weight_decay"] != 0:
            refuse_where(
                list(map(is_sparse, grads)),
                table.memory.names,
                "weight_decay option is not compatible with sparse gradients",
            )
        return table.gradients(grads, takes_sparse=True)

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            group["lr_decay"],
            group["weight_decay"],
            group["initial_accumulator_value"],
            group["eps"],
            group["maximize"],
        )
