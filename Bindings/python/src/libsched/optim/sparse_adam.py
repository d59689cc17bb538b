"""SparseAdam."""

from __future__ import annotations

from typing import Any

from ._checks import check, check_betas, refuse_where
from ._memory import is_tensor
from ._optimizer import Optimizer, Table
from ._sparse import is_sparse

__all__ = ["SparseAdam"]


class SparseAdam(Optimizer):
    """Adam for gradients that have some rows of a parameter only: ``torch.optim.SparseAdam``.

    ::

        m <- m + (1 - beta1) * (g - m),   v <- v + (1 - beta2) * (g**2 - v)
        p <- p - lr * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(v) + eps)

    with g negated first under `maximize`, in place, for the rows that have a gradient: the others
    and their moments stay as they are. t counts the parameter's steps, not the row's. The same bits
    for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`. Their gradients
            are sparse: torch's sparse tensors, or a :class:`SparseGrad` each.
        lr: The learning rate, above 0; a float or a tensor of one element.
        betas: What the moments keep at each step, at least 0 and below 1.
        eps: Keeps the denominator from 0; above 0.
        maximize: Whether to climb.

    The state of a parameter has ``step``, an integer, ``exp_avg`` and ``exp_avg_sq``, as torch's,
    and goes there and back.

    Raises:
        ValueError: a setting is out of its range.
        RuntimeError: a gradient is dense.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization (arXiv:1412.6980); PyTorch,
    SparseAdam.
    """

    _library_name = "sparse_adam"
    _arrays = ("exp_avg", "exp_avg_sq")
    _keys = ("step", "exp_avg", "exp_avg_sq")
    _later = Optimizer._later | {"maximize": False}

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        if is_tensor(lr) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        check(0.0 < lr, "learning rate", lr)
        check(0.0 < eps, "epsilon value", eps)
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """As :meth:`Optimizer.add_param_group`.

        Raises:
            ValueError: a parameter is itself sparse.
        """
        group = len(self.param_groups)
        params = param_group["params"] if isinstance(param_group, dict) else []
        if not is_tensor(params) and not isinstance(params, set):
            params = param_group["params"] = list(params)
            sparse = [[group, i] for i, param in enumerate(params) if is_sparse(param)]
            if sparse:
                raise ValueError(
                    f"Sparse params at indices {sparse}: SparseAdam requires dense parameter tensors"
                )
        super().add_param_group(param_group)

    def _gradients(self, table: Table, grads: list[Any]) -> list[int]:
        refuse_where(
            [not is_sparse(grad) for grad in grads],
            table.memory.names,
            "SparseAdam does not support dense gradients, please consider Adam instead",
        )
        return table.gradients(grads, takes_sparse=True)

    def _enter(self, table: Table) -> None:
        # The count is an integer here, and no array.
        for i, param in zip(table.chosen, table.memory.params, strict=True):
            if not self.state[param]:
                table.begin(self, i, self._keys)
                self.state[param]["step"] = 0
        states = [self.state[param] for param in table.memory.params]
        table.rows[:, table.STEP] = [int(state["step"]) + 1 for state in states]
        for name in self._arrays:
            table.put_state(name, [state[name] for state in states])

    def _stepped(self, tables: list[Table]) -> None:
        for table in tables:
            for param in table.memory.params:
                self.state[param]["step"] += 1

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (group["lr"], *group["betas"], group["eps"], group["maximize"])
