"""Adamax."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_betas, check_rate
from ._optimizer import Optimizer

__all__ = ["Adamax"]


class Adamax(Optimizer):
    """Adam with the largest gradient in place of the mean square: ``torch.optim.Adamax``, in place.

    ::

        g <- g + weight_decay * p
        m <- beta1 * m + (1 - beta1) * g
        u <- max(beta2 * u, |g| + eps)
        p <- p - lr / (1 - beta1**t) * m / u

    with g negated first under `maximize`. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What the moments keep at each step, at least 0 and below 1.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        foreach: torch's hint how to go about it. All steps here are fused.
        maximize: Whether to climb.
        capturable, differentiable: Not supported.

    The state of a parameter has ``step``, ``exp_avg`` and ``exp_inf``, as torch's, and goes
    there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 7.1 (arXiv:1412.6980).
    """

    _library_name = "adamax"
    _options: tuple[bool, ...] = (False, False)
    _arrays = ("exp_avg", "exp_inf")
    _keys = ("step", "exp_avg", "exp_inf")

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        # In torch's order, and in its words.
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
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["betas"],
            group["eps"],
            group["weight_decay"],
            group["maximize"],
        )
