"""NAdam."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_betas, check_rate
from ._optimizer import Optimizer

__all__ = ["NAdam"]


class NAdam(Optimizer):
    """Adam with Nesterov's momentum: ``torch.optim.NAdam``, in place.

    ::

        g <- g + weight_decay * p
        mu(t) = beta1 * (1 - 0.96**(t * momentum_decay) / 2)
        m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g * g
        n <- lr * (1 - mu(t)) / (1 - mu(1)...mu(t)) * g + lr * mu(t + 1) / (1 - mu(1)...mu(t + 1)) * m
        p <- p - n / (sqrt(v / (1 - beta2**t)) + eps)

    with g negated first under `maximize`. Under `decoupled_weight_decay` p shrinks by lr *
    weight_decay of itself first, and g has no decay. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What the moments keep at each step, at least 0 and below 1.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        momentum_decay: How fast the momentum rises; at least 0.
        decoupled_weight_decay: Whether the decay is apart from the gradient.
        foreach: torch's hint how to go about it. All steps here are fused.
        maximize: Whether to climb.
        capturable, differentiable: Not supported.

    The state of a parameter has ``step``, ``mu_product``, ``exp_avg`` and ``exp_avg_sq``, as
    torch's, and goes there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Dozat, Incorporating Nesterov Momentum into Adam (ICLR 2016 workshop).
    """

    _library_name = "nadam"
    _arrays = ("exp_avg", "exp_avg_sq")
    _numbers = ("mu_product",)
    _keys = ("step", "mu_product", "exp_avg", "exp_avg_sq")
    _later = Optimizer._later | {"decoupled_weight_decay": False}

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        check(0.0 <= momentum_decay, "momentum_decay value", momentum_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
            },
        )

    def _start(self, name: str, group: dict[str, Any]) -> float:
        return 1.0 if name == "mu_product" else 0.0

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["betas"],
            group["eps"],
            group["weight_decay"],
            group["momentum_decay"],
            group["decoupled_weight_decay"],
            group["maximize"],
        )
