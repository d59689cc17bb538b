"""Adan."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_betas, check_rate
from ._optimizer import Optimizer

__all__ = ["Adan"]


class Adan(Optimizer):
    """Adam with Nesterov's momentum from the gradient's differences, in place.

    ::

        d <- g - prev, 0 at step 1
        m <- beta1 * m + (1 - beta1) * g,   e <- beta2 * e + (1 - beta2) * d
        n <- beta3 * n + (1 - beta3) * (g + beta2 * d)**2
        s <- sqrt(n / (1 - beta3**t)) + eps
        u <- lr * (m / (1 - beta1**t) + beta2 * e / (1 - beta2**t)) / s
        p <- no_prox ? p * (1 - lr * weight_decay) - u : (p - u) / (1 + lr * weight_decay)
        prev <- g

    with g negated first under `maximize`. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What the three averages keep at each step, at least 0 and below 1.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter a step of rate 1 would take away; at least 0.
        no_prox: Whether the decay is before the step, as AdamW's.
        maximize: Whether to climb.

    The state of a parameter has ``step``, ``exp_avg``, ``exp_avg_sq``, ``exp_avg_diff`` and
    ``neg_pre_grad``, as its authors' has, whose step is the group's.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Xie et al., Adan: Adaptive Nesterov Momentum Algorithm (arXiv:2208.06677).
    """

    _library_name = "adan"
    _arrays = ("exp_avg", "exp_avg_sq", "exp_avg_diff", "neg_pre_grad")
    _keys = ("step", "exp_avg", "exp_avg_sq", "exp_avg_diff", "neg_pre_grad")

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float, float] = (0.98, 0.92, 0.99),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        no_prox: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        check_rate(lr)
        check(0.0 <= eps, "epsilon value", eps)
        check_betas(betas, 3)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "no_prox": no_prox,
                "maximize": maximize,
            },
        )

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["betas"],
            group["eps"],
            group["weight_decay"],
            group["no_prox"],
            group["maximize"],
        )
