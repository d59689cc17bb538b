"""RMSprop."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_rate
from ._optimizer import Optimizer

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """Steps by the gradient over the root of its mean square: ``torch.optim.RMSprop``, in place.

    ::

        g <- g + weight_decay * p
        s <- alpha * s + (1 - alpha) * g * g,   a <- alpha * a + (1 - alpha) * g
        u <- g / (sqrt(centered ? s - a * a : s) + eps)
        b <- momentum * b + u
        p <- p - lr * (momentum > 0 ? b : u)

    with g negated first under `maximize`. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        alpha: What the averages keep at each step; at least 0.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        momentum: What b keeps at each step; at least 0.
        centered: Whether the variance stands in for the mean square.
        capturable, differentiable: Not supported.
        foreach: torch's hint how to go about it. All steps here are fused.
        maximize: Whether to climb.

    The state of a parameter has ``step``, ``square_avg``, ``momentum_buffer`` where there is
    momentum and ``grad_avg`` where it is centered, as torch's, and goes there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine Learning; Graves, Generating
    Sequences With Recurrent Neural Networks (arXiv:1308.0850).
    """

    _library_name = "rmsprop"
    _options: tuple[bool, ...] = (False, False, False)
    _arrays = ("square_avg", "momentum_buffer", "grad_avg")
    _keys = ("step", "square_avg", "momentum_buffer", "grad_avg")
    _later = Optimizer._later | {"momentum": 0, "centered": False}

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        check_rate(lr)
        check(0.0 <= eps, "epsilon value", eps)
        check(0.0 <= momentum, "momentum value", momentum)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        check(0.0 <= alpha, "alpha value", alpha)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "capturable": capturable,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
            },
        )

    def _used(self, group: dict[str, Any]) -> tuple[str, ...]:
        return (
            "step",
            "square_avg",
            *(["momentum_buffer"] if group["momentum"] > 0 else []),
            *(["grad_avg"] if group["centered"] else []),
        )

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            group["alpha"],
            group["eps"],
            group["weight_decay"],
            group["momentum"],
            group["centered"],
            group["maximize"],
        )
