"""Adadelta."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_rate
from ._optimizer import Optimizer

__all__ = ["Adadelta"]


class Adadelta(Optimizer):
    """Steps as long as the last ones: ``torch.optim.Adadelta``, in place.

    ::

        g <- g + weight_decay * p
        s <- rho * s + (1 - rho) * g * g
        u <- sqrt(d + eps) / sqrt(s + eps) * g
        d <- rho * d + (1 - rho) * u * u
        p <- p - lr * u

    with g negated first under `maximize`. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        rho: What the averages keep at each step, from 0 to 1.
        eps: Keeps both roots from 0; at least 0.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        foreach: torch's hint how to go about it. All steps here are fused.
        capturable, differentiable: Not supported.
        maximize: Whether to climb.

    The state of a parameter has ``step``, ``square_avg`` and ``acc_delta``, as torch's, and
    goes there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Zeiler, ADADELTA: An Adaptive Learning Rate Method (arXiv:1212.5701).
    """

    _library_name = "adadelta"
    _options: tuple[bool, ...] = (False,)
    _arrays = ("square_avg", "acc_delta")
    _keys = ("step", "square_avg", "acc_delta")

    def __init__(
        self,
        params: Any,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        check_rate(lr)
        check(0.0 <= rho <= 1.0, "rho value", rho)
        check(0.0 <= eps, "epsilon value", eps)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "rho": rho,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "capturable": capturable,
                "foreach": foreach,
                "differentiable": differentiable,
            },
        )

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            group["rho"],
            group["eps"],
            group["weight_decay"],
            group["maximize"],
        )
