"""Gradients that have some rows of a parameter only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .._parameter import Parameter
from ._memory import is_tensor

__all__ = ["SparseGrad", "is_sparse", "rows_of"]


class SparseGrad:
    """The gradient of some rows of an array: what a sparse tensor is to torch.

    Args:
        indices: Which rows, integers from 0; those of a row that is there twice are added up.
        values: Their gradients: of shape (rows, *the parameter's but the first).

    Raises:
        TypeError: `indices` are no integers, or `values` no array.
        ValueError: another number of rows in either.
    """

    __slots__ = ("indices", "values")

    indices: npt.NDArray[np.int64]
    values: npt.NDArray[Any]

    def __init__(self, indices: Any, values: Any) -> None:
        indices = np.asarray(indices)
        if indices.size == 0:
            indices = indices.astype(np.int64)
        if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
            raise TypeError(
                f"indices is an array of {indices.dtype} of shape {indices.shape}; accepted:"
                " integers in a row"
            )
        if not isinstance(values, np.ndarray):
            raise TypeError(f"values is a {type(values).__name__}; accepted: a numpy array")
        if values.shape[:1] != indices.shape:
            raise ValueError(
                f"values is of shape {values.shape}; accepted: {len(indices)} rows, as indices"
            )
        self.indices, self.values = indices.astype(np.int64), values

    def __repr__(self) -> str:
        return f"SparseGrad({self.indices!r}, {self.values!r})"


def is_sparse(grad: Any) -> bool:
    """Whether it is a gradient of some rows."""
    return isinstance(grad, SparseGrad) or (is_tensor(grad) and bool(grad.is_sparse))


def rows_of(param: Any, grad: Any, name: str) -> tuple[int, npt.NDArray[np.int64], Any]:
    """Of a sparse gradient: how many rows the parameter has, which there are, ascending, and their
    gradients, one after another, of the parameter's kind and type."""
    data: Any = param.data if isinstance(param, Parameter) else param
    is_plain = data.is_contiguous() if is_tensor(data) else data.flags.c_contiguous
    if not is_plain:
        raise ValueError(f"{name} is not contiguous; accepted: one that is, with a sparse gradient")
    if isinstance(param, Parameter):
        if not isinstance(grad, SparseGrad):
            raise TypeError(
                f"the gradient of {name} is a {type(grad).__name__}; accepted: an array or a"
                " libsched.optim.SparseGrad"
            )
        return _rows_of_array(param.data, grad, name)
    if not is_tensor(grad):
        raise TypeError(
            f"the gradient of {name} is a {type(grad).__name__}; accepted: a sparse tensor"
        )
    if grad.dtype is not param.dtype or grad.shape != param.shape or not grad.device.type == "cpu":
        raise ValueError(
            f"the gradient of {name} is a sparse tensor of {grad.dtype} of shape"
            f" {tuple(grad.shape)} on {grad.device}; accepted: {param.dtype} of shape"
            f" {tuple(param.shape)} in CPU memory"
        )
    grad = grad.detach().coalesce()
    indices, leading = grad.indices().numpy(), tuple(grad.shape[: grad.sparse_dim()])
    # An index of several dimensions is that of a row when those are laid end to end.
    flat = np.ravel_multi_index(tuple(indices), leading) if indices.size else indices.reshape(-1)
    return _product(leading), np.ascontiguousarray(flat, np.int64), grad.values().contiguous()


def _rows_of_array(
    array: npt.NDArray[Any], grad: SparseGrad, name: str
) -> tuple[int, npt.NDArray[np.int64], npt.NDArray[Any]]:
    values = grad.values
    if array.ndim == 0 or values.shape[1:] != array.shape[1:] or values.dtype != array.dtype:
        raise ValueError(
            f"the gradient of {name} has rows of {values.dtype} of shape {values.shape[1:]};"
            f" accepted: {array.dtype} of shape {array.shape[1:]}"
        )
    if len(grad.indices) and not 0 <= grad.indices.min() <= grad.indices.max() < len(array):
        raise ValueError(
            f"the gradient of {name} has rows {grad.indices.min()} to {grad.indices.max()};"
            f" accepted: from 0 to {len(array) - 1}"
        )
    indices, places = np.unique(grad.indices, return_inverse=True)
    if len(indices) == len(places) and np.array_equal(indices, grad.indices):
        return len(array), indices, np.ascontiguousarray(values)
    sums = np.zeros((len(indices), *values.shape[1:]), values.dtype)
    np.add.at(sums, places, values)
    return len(array), indices, sums


def _product(numbers: Sequence[int]) -> int:
    return int(np.prod(numbers, dtype=np.int64))
