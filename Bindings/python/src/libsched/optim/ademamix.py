"""AdEMAMix."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_betas, check_rate
from ._optimizer import Optimizer

__all__ = ["AdEMAMix"]


class AdEMAMix(Optimizer):
    """AdamW with a second, slow momentum, in place.

    ::

        m <- beta1 * m + (1 - beta1) * g,   s <- b * s + (1 - b) * g
        v <- beta2 * v + (1 - beta2) * g * g
        u <- (m / (1 - beta1**t) + a * s) / (sqrt(v / (1 - beta2**t)) + eps)
        p <- p - lr * (u + weight_decay * p)

    where a rises from 0 to alpha, and b from beta1 to beta3 by halving times, over their warmups, and
    g is negated first under `maximize`. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What the three averages keep at each step, at least 0 and below 1.
        alpha: How much the slow momentum counts in the end; at least 0.
        beta3_warmup: Steps until b is beta3; None for none.
        alpha_warmup: Steps until a is alpha; None for none.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter a step of rate 1 would take away; at least 0.
        maximize: Whether to climb.

    The state of a parameter has ``step``, ``exp_avg_fast``, ``exp_avg_slow`` and
    ``exp_avg_sq``, as its authors' has.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Pagliardini, Ablin and Grangier, The AdEMAMix Optimizer: Better, Faster, Older
    (arXiv:2409.03137).
    """

    _library_name = "ademamix"
    _arrays = ("exp_avg_fast", "exp_avg_slow", "exp_avg_sq")
    _keys = ("step", "exp_avg_fast", "exp_avg_slow", "exp_avg_sq")

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float, float] = (0.9, 0.999, 0.9999),
        alpha: float = 2.0,
        beta3_warmup: int | None = None,
        alpha_warmup: int | None = None,
        eps: float = 1e-8,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        check_rate(lr)
        check(0.0 <= eps, "epsilon value", eps)
        check_betas(betas, 3)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        check(0.0 <= alpha, "alpha value", alpha)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "alpha": alpha,
                "beta3_warmup": beta3_warmup,
                "alpha_warmup": alpha_warmup,
                "weight_decay": weight_decay,
                "maximize": maximize,
            },
        )

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["betas"],
            group["alpha"],
            group["beta3_warmup"] or 0,
            group["alpha_warmup"] or 0,
            group["eps"],
            group["weight_decay"],
            group["maximize"],
        )
