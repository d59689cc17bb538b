"""Sophia."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._parameter import Parameter
from ._average import step_toward
from ._checks import check, check_betas, check_rate
from ._memory import ArrayMemory, TensorMemory
from ._optimizer import Optimizer

__all__ = ["Sophia"]


class Sophia(Optimizer):
    """Steps of lr at most, by a momentum over the diagonal of the Hessian, in place.

    ::

        p <- p * (1 - lr * weight_decay)
        m <- beta1 * m + (1 - beta1) * g
        p <- p - lr * sign(m) * min(|m| / (rho * batch * h + 1e-15), 1)

    with g negated first under `maximize`. h is what :meth:`update_hessian` was given, averaged. The
    same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What m and h keep, at least 0 and below 1.
        rho: How far the curvature is trusted; at least 0.
        weight_decay: What of the parameter a step of rate 1 would take away; at least 0.
        batch: What h is multiplied by: tokens in a batch, for estimates that are means over them.
        maximize: Whether to climb.

    The state of a parameter has ``exp_avg`` and ``hessian``, as its authors' has, and no count.

    Raises:
        ValueError: a setting is out of its range.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Liu et al., Sophia: A Scalable Stochastic Second-order Optimizer for Language Model
    Pre-training (arXiv:2305.14342).
    """

    _library_name = "sophia"
    _arrays = ("exp_avg", "hessian")
    _keys = ("exp_avg", "hessian")

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-4,
        betas: tuple[float, float] = (0.965, 0.99),
        rho: float = 0.04,
        weight_decay: float = 1e-1,
        *,
        batch: float = 1,
        maximize: bool = False,
    ) -> None:
        check_rate(lr)
        check_betas(betas)
        check(0.0 <= rho, "rho parameter", rho)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "rho": rho,
                "weight_decay": weight_decay,
                "batch": batch,
                "maximize": maximize,
            },
        )

    def update_hessian(self, diagonals: Sequence[Any]) -> None:
        """h <- beta2 * h + (1 - beta2) * diagonal.

        Args:
            diagonals: New estimates, of the parameters' kind, type and shape, in the order of the
                parameters, group after group; None in the place of one leaves its h.

        Raises:
            ValueError: another number of them.
            TypeError, ValueError: one that cannot be read in place.
        """
        params = [param for group in self.param_groups for param in group["params"]]
        if len(params) != len(diagonals):
            raise ValueError(
                f"diagonals has {len(diagonals)} estimates; accepted: {len(params)}, or None"
            )
        first = 0
        for group in self.param_groups:
            into, new = [], []
            given = diagonals[first : first + len(group["params"])]
            first += len(given)
            for param, diagonal in zip(group["params"], given, strict=True):
                if diagonal is None:
                    continue
                state = self.state[param]
                kind = ArrayMemory if isinstance(param, Parameter) else TensorMemory
                for name in self._keys:
                    if name not in state:
                        state[name] = kind.full(param, 0.0)
                h = state["hessian"]
                into.append(Parameter(h) if kind is ArrayMemory else h)
                new.append(diagonal)
            step_toward(into, new, group["betas"][1])

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            group["betas"][0],
            group["rho"],
            group["batch"],
            group["weight_decay"],
            group["maximize"],
        )
