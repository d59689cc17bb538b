"""RAdam."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_betas, check_rate
from ._optimizer import Optimizer

__all__ = ["RAdam"]


class RAdam(Optimizer):
    """Adam that waits with its denominator until that is known: ``torch.optim.RAdam``, in place.

    ::

        g <- g + weight_decay * p
        m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g * g
        rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t),   rho_inf = 2 / (1 - beta2) - 1
        r = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
        p <- p - lr / (1 - beta1**t) * m * (rho > 5 ? r * sqrt(1 - beta2**t) / (sqrt(v) + eps) : 1)

    with g negated first under `maximize`. Under `decoupled_weight_decay` p shrinks by lr *
    weight_decay of itself first, and g has no decay. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What the moments keep at each step, at least 0 and below 1.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        decoupled_weight_decay: Whether the decay is apart from the gradient.
        foreach: torch's hint how to go about it. All steps here are fused.
        maximize: Whether to climb.
        capturable, differentiable: Not supported.

    The state of a parameter has ``step``, ``exp_avg`` and ``exp_avg_sq``, as torch's, and
    goes there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Liu et al., On the Variance of the Adaptive Learning Rate and Beyond (arXiv:1908.03265).
    """

    _library_name = "radam"
    _arrays = ("exp_avg", "exp_avg_sq")
    _keys = ("step", "exp_avg", "exp_avg_sq")
    _later = Optimizer._later | {"decoupled_weight_decay": False}

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
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
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["betas"],
            group["eps"],
            group["weight_decay"],
            group["decoupled_weight_decay"],
            group["maximize"],
        )
