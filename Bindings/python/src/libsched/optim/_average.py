"""Parameters on their way to something else."""

from __future__ import annotations

from typing import Any

from .. import _lib
from ._memory import HALVES, dtype_of, memory

__all__ = ["step_toward"]


def step_toward(params: list[Any], ends: list[Any], keep: float) -> None:
    """``keep * param + (1 - keep) * end`` for each, in place, as torch's ``lerp_``."""
    by_type: dict[str, list[int]] = {}
    for i, param in enumerate(params):
        by_type.setdefault(dtype_of(param), []).append(i)
    lists, places = [], []
    for dtype, members in by_type.items():
        names = [f"parameter {i}" for i in members]
        where = memory([params[i] for i in members], names, dtype)
        where.gather()
        places.append(where)
        is_half = dtype in HALVES
        grad_type = where.state_type if is_half else None
        rows = _lib.StepList("average", where.type, 2, len(members), grad_dtype=grad_type)
        rows.set((keep, False))
        rows.table[:, 0] = where.sizes
        rows.table[:, 1] = 1
        rows.table[:, 2] = where.addresses
        there = [ends[i] for i in members]
        other = where.state("end", there) if is_half else where.grads(there)
        assert other is not None  # of a memory that is new
        rows.table[:, 3] = other
        lists.append(rows)
    if lists:
        _lib.Steps(lists).step()
    for where in places:
        where.put_back()
