"""LAMB."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_betas, check_rate
from ._optimizer import Optimizer

__all__ = ["LAMB"]


class LAMB(Optimizer):
    """Adam with steps as long as lr of the parameter's own length, in place.

    ::

        m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g**2
        u <- m / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + eps) + weight_decay * p
        p <- p - lr * |p| / |u| * u

    with g negated first under `maximize`, and the fraction 1 where either norm is 0. The same bits
    for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What the moments keep at each step, at least 0 and below 1.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter is added to the update; at least 0.
        bias_correction: Whether the moments are made up for their start.
        decoupled_weight_decay: Whether the decay is apart from the update: p shrinks by
            lr * weight_decay of itself first.
        maximize: Whether to climb.

    The state of a parameter has ``step``, ``exp_avg`` and ``exp_avg_sq``.

    Raises:
        ValueError: a setting is out of its range.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: You et al., Large Batch Optimization for Deep Learning: Training BERT in 76 minutes
    (arXiv:1904.00962).
    """

    _library_name = "lamb"
    _arrays = ("exp_avg", "exp_avg_sq")
    _keys = ("step", "exp_avg", "exp_avg_sq")

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        bias_correction: bool = True,
        decoupled_weight_decay: bool = False,
        maximize: bool = False,
    ) -> None:
        check_rate(lr)
        check(0.0 <= eps, "epsilon value", eps)
        check_betas(betas)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "bias_correction": bias_correction,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
            },
        )

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["betas"],
            group["eps"],
            group["weight_decay"],
            group["bias_correction"],
            group["decoupled_weight_decay"],
            group["maximize"],
        )
