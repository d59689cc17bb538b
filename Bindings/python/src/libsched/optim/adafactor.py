"""Adafactor."""

from __future__ import annotations

from typing import Any

from ._checks import refuse_sparse_and_complex
from ._memory import is_tensor
from ._optimizer import Optimizer, Table

__all__ = ["Adafactor"]


class Adafactor(Optimizer):
    """Steps by mean squares, of which a matrix keeps those of rows and columns alone:
    ``torch.optim.Adafactor``, in place.

    ::

        w = t**beta2_decay
        R <- R + w * (mean of g * g over a row - R),   C alike of columns
        v <- R * C / max(mean of R, eps1);   of a vector v <- v + w * (g * g - v)
        u <- g / max(sqrt(v), eps1),   u <- u / max(1, rms(u) / d)
        p <- p - lr * weight_decay * p - max(eps2, rms(p)) * min(lr, 1 / sqrt(t)) * u

    with the rms of p before it decays, and g negated first under `maximize`. Of more dimensions
    than two the last two are a matrix, each on its own but for the rms. The same bits for every
    instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`. One whose elements
            do not lie row after row is gathered for the step and put back.
        lr: The largest rate, of steps in lengths of the parameter, at least 0; a float or a tensor
            of one element.
        beta2_decay: The power of t that is taken in at step t; at most 0.
        eps: The least root of a mean square, None for the parameter's type's own, and the least
            rms of the parameter; at least 0.
        d: The largest rms of an update; at least 1.
        weight_decay: What the parameter loses of itself, times lr; at least 0.
        foreach: torch's hint how to go about it. All steps here are fused.
        maximize: Whether to climb.

    The state of a parameter has ``step`` and, of a matrix, ``row_var`` and ``col_var``, else
    ``variance``, as torch's, and goes there and back.

    Raises:
        ValueError: a setting is out of its range.
        RuntimeError: a parameter is complex, or a gradient sparse.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Shazeer and Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost
    (arXiv:1804.04235); PyTorch, Adafactor.
    """

    _library_name = "adafactor"
    _arrays = ("row_var", "col_var", "variance")
    _keys = ("step", "row_var", "col_var", "variance")
    _is_shaped = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        if is_tensor(lr) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not 0.0 <= lr:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not 0.0 >= beta2_decay:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not 0.0 <= eps[0]:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not 0.0 <= eps[1]:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not 1.0 <= d:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        super().__init__(
            params,
            {
                "lr": lr,
                "beta2_decay": beta2_decay,
                "eps": eps,
                "d": d,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
            },
        )

    def _sort(self, param: Any) -> object:
        # Matrices and vectors keep other arrays.
        return super()._sort(param), len(param.data.shape) > 1

    def _shape_of(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        if name == "row_var":
            return (*shape[:-1], 1)
        return (*shape[:-2], 1, shape[-1]) if name == "col_var" else shape

    def _gradients(self, table: Table, grads: list[Any]) -> list[int]:
        refuse_sparse_and_complex(self, table, grads)
        return table.gradients(grads)

    def _enter(self, table: Table) -> None:
        is_matrix = len(table.params[0].data.shape) > 1
        table.enter(self._keys[:3] if is_matrix else ("step", "variance"))

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        eps1, eps2 = group["eps"]
        return (
            group["lr"],
            group["beta2_decay"],
            -1.0 if eps1 is None else eps1,
            eps2,
            group["d"],
            group["weight_decay"],
            group["maximize"],
        )
