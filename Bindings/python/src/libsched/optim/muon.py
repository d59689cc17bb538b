"""Muon."""

from __future__ import annotations

from typing import Any

from ._checks import refuse_sparse_and_complex
from ._memory import is_tensor
from ._optimizer import Optimizer, Table

__all__ = ["Muon"]


class Muon(Optimizer):
    """Momentum whose matrix is made nearly orthogonal before it is a step: ``torch.optim.Muon``, in
    place.

    ::

        B <- B + (1 - momentum) * (g - B)
        X <- nesterov ? g + momentum * (B - g) : B,   X <- X / max(|X|, eps)
        ns_steps times:   A <- X @ X.T,   X <- a * X + (b * A + c * A @ A) @ X
        p <- p - lr * weight_decay * p - lr * scale * X

    with X lying the shorter way, and a scale of ``sqrt(max(1, rows / columns))``, or of
    ``0.2 * sqrt(max(rows, columns))`` for ``"match_rms_adamw"``. X, A and what is before X are
    rounded to bfloat16 whenever they are made, as torch's are; products are added up in float32, in
    the order of their index. The same bits for every instruction set and number of threads; those of
    torch, whose sums have another order, differ as bfloat16s do.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`. Matrices only. One
            whose elements do not lie row after row is gathered for the step and put back.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        weight_decay: What the parameter loses of itself, times lr; at least 0.
        momentum: What the buffer keeps at each step, at least 0.
        nesterov: Whether to look ahead.
        ns_coefficients: a, b and c.
        eps: The least norm.
        ns_steps: How many times; below 100.
        adjust_lr_fn: ``"original"`` or None, or ``"match_rms_adamw"``: the scale.

    The state of a parameter has ``momentum_buffer``, as torch's, and goes there and back.

    Raises:
        ValueError: a setting is out of its range, or a parameter is no matrix.
        RuntimeError: a parameter is complex, or a gradient sparse.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Jordan et al., Muon: An optimizer for hidden layers in neural networks
    (kellerjordan.github.io/posts/muon); Liu et al., Muon is Scalable for LLM Training
    (arXiv:2502.16982); PyTorch, Muon.
    """

    _library_name = "muon"
    _keys = _arrays = ("momentum_buffer",)
    _is_shaped = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        # In torch's order, and in its words.
        if is_tensor(lr) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not 0.0 <= lr:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not 0.0 <= momentum:
            raise ValueError(f"momentum should be >= 0 but is: {momentum}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"weight decay should be >= 0 but is: {weight_decay}")
        if adjust_lr_fn is not None and adjust_lr_fn not in ("original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        super().__init__(
            params,
            {
                "lr": lr,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "nesterov": nesterov,
                "ns_coefficients": ns_coefficients,
                "eps": eps,
                "ns_steps": ns_steps,
                "adjust_lr_fn": adjust_lr_fn,
            },
        )
        for group in self.param_groups:
            for param in group["params"]:
                if len(param.data.shape) != 2:
                    raise ValueError(
                        "Muon only supports 2D parameters whereas we found a parameter with size:"
                        f" {param.data.shape}"
                    )

    def _gradients(self, table: Table, grads: list[Any]) -> list[int]:
        refuse_sparse_and_complex(self, table, grads)
        if any(len(shape) != 2 for shape in table.memory.shapes):
            raise ValueError("Param gradient must be a 2D matrix")
        return table.gradients(grads)

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        if group["ns_steps"] >= 100:
            raise ValueError("Number of steps must be less than 100 for computational efficiency")
        if len(group["ns_coefficients"]) != 3:
            raise ValueError("Coefficients must be a tuple of exactly 3 values")
        return (
            group["lr"],
            group["weight_decay"],
            group["momentum"],
            *group["ns_coefficients"],
            group["eps"],
            # Of what is below 0 torch makes none.
            max(0, group["ns_steps"]),
            group["nesterov"],
            group["adjust_lr_fn"] == "match_rms_adamw",
        )
