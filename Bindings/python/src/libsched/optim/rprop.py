"""Rprop."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_rate
from ._optimizer import Optimizer, number

__all__ = ["Rprop"]


class Rprop(Optimizer):
    """Steps by the gradient's sign: ``torch.optim.Rprop``, in place.

    ::

        f <- g * prev > 0 ? etas[1] : g * prev < 0 ? etas[0] : 1
        size <- min(max(size * f, step_sizes[0]), step_sizes[1])
        g <- 0 where f is etas[0]
        p <- p - sign(g) * size,   prev <- g

    with g negated first under `maximize`, and sizes of lr before the first step. The same bits for
    every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: How long the first steps are, at least 0; a float or a tensor of one element.
        etas: What a step is multiplied by where the gradient turns and where it stays.
        step_sizes: The shortest and the longest step.
        capturable, differentiable: Not supported.
        foreach: torch's hint how to go about it. All steps here are fused.
        maximize: Whether to climb.

    The state of a parameter has ``step``, ``prev`` and ``step_size``, as torch's, and goes
    there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Riedmiller and Braun, A direct adaptive method for faster backpropagation learning (ICNN
    1993).
    """

    _library_name = "rprop"
    _arrays = ("prev", "step_size")
    _keys = ("step", "prev", "step_size")

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        check_rate(lr)
        check(0.0 < etas[0] < 1.0 < etas[1], "eta values", f"{etas[0]}, {etas[1]}")
        super().__init__(
            params,
            {
                "lr": lr,
                "etas": etas,
                "step_sizes": step_sizes,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _start(self, name: str, group: dict[str, Any]) -> float:
        return number(group["lr"]) if name == "step_size" else 0.0

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["etas"],
            *group["step_sizes"],
            group["maximize"],
        )
