"""What torch's constructors check, in its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._memory import PARTS, is_tensor
from ._sparse import is_sparse

if TYPE_CHECKING:
    from ._optimizer import Optimizer, Table

__all__ = ["check", "check_betas", "check_rate", "refuse_sparse_and_complex", "refuse_where"]


def check(is_accepted: bool, name: str, value: object) -> None:
    """Refuses a setting."""
    if not is_accepted:
        raise ValueError(f"Invalid {name}: {value}")


def check_rate(lr: Any) -> None:
    """Refuses a learning rate below 0, or a tensor of more than one element."""
    if is_tensor(lr) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    check(0.0 <= lr, "learning rate", lr)


def check_betas(betas: Sequence[Any], count: int = 2) -> None:
    """Refuses what an average cannot keep."""
    for i in range(count):
        check(0.0 <= betas[i] < 1.0, f"beta parameter at index {i}", betas[i])


def refuse_where(are: Sequence[bool], names: Sequence[str], words: str) -> None:
    """Refuses what torch's step does, in its words, and says whose it is."""
    for is_refused, name in zip(are, names, strict=True):
        if is_refused:
            raise RuntimeError(f"{words}: {name}")


def refuse_sparse_and_complex(optimizer: Optimizer, table: Table, grads: Sequence[Any]) -> None:
    """Refuses what has no rows and columns of real numbers."""
    kind, names = type(optimizer).__name__, table.memory.names
    are_complex = [table.memory.dtype in PARTS] * len(names)
    refuse_where(are_complex, names, f"{kind} does not support complex parameters")
    are_sparse = list(map(is_sparse, grads))
    refuse_where(are_sparse, names, f"{kind} does not support sparse gradients")
