"""Lion."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_rate
from ._optimizer import Optimizer

__all__ = ["Lion"]


class Lion(Optimizer):
    """Steps of lr by the sign of an interpolated momentum, in place.

    ::

        p <- p * (1 - lr * weight_decay)
        p <- p - lr * sign(beta1 * m + (1 - beta1) * g)
        m <- beta2 * m + (1 - beta2) * g

    with g negated first under `maximize`. The sign of 0 is 0. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, above 0; a float or a tensor of one element.
        betas: What of m is in the step, and what m keeps; from 0 to 1.
        weight_decay: What of the parameter a step of rate 1 would take away; at least 0.
        maximize: Whether to climb.

    The state of a parameter has ``exp_avg``, as that of the ``lion-pytorch`` package.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Chen et al., Symbolic Discovery of Optimization Algorithms (arXiv:2302.06675).
    """

    _library_name = "lion"
    _arrays = ("exp_avg",)
    _keys = ("exp_avg",)

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        check_rate(lr)
        for i in range(2):
            check(0.0 <= betas[i] <= 1.0, f"beta parameter at index {i}", betas[i])
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "weight_decay": weight_decay,
                "maximize": maximize,
            },
        )

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["betas"],
            group["weight_decay"],
            group["maximize"],
        )
