"""ASGD."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_rate
from ._optimizer import Optimizer, number

__all__ = ["ASGD"]


class ASGD(Optimizer):
    """SGD with the average of where it has been: ``torch.optim.ASGD``, in place.

    ::

        g <- g + weight_decay * p
        p <- p * (1 - lambd * eta) - eta * g
        ax <- ax + mu * (p - ax)
        eta <- lr / (1 + lambd * lr * t)**alpha,   mu <- 1 / max(1, t - t0)

    with g negated first under `maximize`. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        lambd: What of the parameter a step of rate 1 takes away.
        alpha: The power by which eta falls.
        t0: From which step on positions are averaged.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        foreach: torch's hint how to go about it. All steps here are fused.
        maximize: Whether to climb.
        capturable, differentiable: Not supported.

    The state of a parameter has ``step``, ``eta``, ``mu`` and ``ax``, as torch's, and goes
    there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging (SIAM J. Control
    Optim. 30, 1992).
    """

    _library_name = "asgd"
    _arrays = ("ax",)
    _numbers = ("eta", "mu")
    _keys = ("step", "eta", "mu", "ax")

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        check_rate(lr)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "lambd": lambd,
                "alpha": alpha,
                "t0": t0,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _start(self, name: str, group: dict[str, Any]) -> float:
        return {"eta": number(group["lr"]), "mu": 1.0}.get(name, 0.0)

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            group["lambd"],
            group["alpha"],
            group["t0"],
            group["weight_decay"],
            group["maximize"],
        )
