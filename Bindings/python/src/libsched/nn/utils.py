"""``torch.nn.utils``'s clipping of gradients: of torch's tensors and of numpy's arrays.

Norms are summed in doubles and are the same bits with any number of threads and on any machine. An
optimizer's ``step(max_norm=...)`` clips in the same pass over memory as it steps.
"""

from __future__ import annotations

import math
import types
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import _lib
from ..optim._memory import is_tensor, torch

__all__ = ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]

_STORED = ("float32", "float64", "bfloat16", "float16")


def _listed(arrays: Any) -> list[Any]:
    """One array or parameter, or many, as a list."""
    if is_tensor(arrays) or isinstance(arrays, np.ndarray) or hasattr(arrays, "grad"):
        return [arrays]
    return list(arrays)


def _operand(i: int, one: Any, p: float) -> tuple[str, Any]:
    """An array as the library reads it, copied where it is not contiguous: its type and itself."""
    name = str(getattr(one, "dtype", type(one).__name__)).removeprefix("torch.")
    if name.startswith("complex") and p != 2:
        # Of both parts together only the squares add up to what |x| has.
        return _operand(i, abs(one.detach() if is_tensor(one) else one), p)
    if is_tensor(one) and one.is_complex():
        return _operand(i, torch().view_as_real(one.detach().resolve_conj()), p)
    if name.startswith("complex"):
        return _operand(i, np.ascontiguousarray(one).view(one.real.dtype), p)
    if name not in _STORED or getattr(one, "is_sparse", False):
        raise TypeError(f"array {i} is of {name}; accepted: a dense one of {', '.join(_STORED)}")
    if is_tensor(one):
        if not one.is_cpu:
            raise TypeError(f"array {i} is on {one.device}; accepted: CPU memory")
        return name, one.detach().contiguous()
    return name, np.ascontiguousarray(one)


def get_total_norm(
    tensors: Any,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:
    """The norm of all arrays as if they were one: ``torch.nn.utils.get_total_norm``.

    ::

        (sum of |x| ** p) ** (1 / p)

    Args:
        tensors: One or many tensors in CPU memory, or arrays, of float32, float64, bfloat16 or
            float16, or complex.
        norm_type: p; ``inf`` for the largest ``|x|``. For 0 it is, as torch's, how many arrays are
            not all 0.
        error_if_nonfinite: Whether a norm that is not finite is an error.
        foreach: torch's hint how to go about it; nothing here depends on it.

    Returns:
        A tensor of no dimensions, or a scalar of numpy's, of the widest type there is.

    Raises:
        RuntimeError: the norm is not finite.
        TypeError: an array of another type, or elsewhere.
    """
    arrays, p = _listed(tensors), float(norm_type)
    if not arrays:
        return torch().tensor(0.0) if torch() else np.float32(0)
    read = [_operand(i, one, p) for i, one in enumerate(arrays)]
    where = [x.data_ptr() if is_tensor(x) else _lib.address(x) for _, x in read]
    sizes = [x.numel() if is_tensor(x) else x.size for _, x in read]
    norms, total = _lib.Arrays([name for name, _ in read], where, sizes).norms(p)
    if p == 0:
        total = float(np.count_nonzero(norms))
    if is_tensor(arrays[0]):
        dtype = read[0][1].dtype
        for _, other in read[1:]:
            dtype = torch().promote_types(dtype, other.dtype)
        result = torch().tensor(total, dtype=dtype)
    else:
        result = np.result_type(*(x.dtype for _, x in read)).type(total)
    if error_if_nonfinite and not math.isfinite(total):
        raise RuntimeError(
            f"The total norm of order {p} for gradients from `parameters` is non-finite, so it"
            " cannot be clipped. To disable this error and scale the gradients by the non-finite"
            " norm anyway, set `error_if_nonfinite=False`"
        )
    return result


def _grads(parameters: Iterable[Any]) -> list[Any]:
    return [one.grad for one in parameters if one.grad is not None]


def clip_grads_with_norm_(
    parameters: Any, max_norm: float, total_norm: Any, foreach: bool | None = None
) -> None:
    """Multiplies gradients, in place: ``torch.nn.utils.clip_grads_with_norm_``.

    ::

        grad <- grad * min(1, max_norm / (total_norm + 1e-6))

    Args:
        parameters: One or many of whatever has a ``grad``, a tensor or an array; None is skipped.
        max_norm: The norm they are clipped to.
        total_norm: The norm they have, of :func:`get_total_norm`.
        foreach: As there.
    """
    factor = float(max_norm) / (total_norm + 1e-6)
    # NaN stays what it is.
    if is_tensor(factor):
        factor = factor.clamp(max=1.0)
    elif factor > 1:
        factor = type(factor)(1)
    for grad in _grads(_listed(parameters)):
        (grad.detach() if is_tensor(grad) else grad).__imul__(factor)


def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:
    """Clips all gradients together by their norm, in place: ``torch.nn.utils.clip_grad_norm_``.

    Args:
        parameters: As :func:`clip_grads_with_norm_`'s.
        max_norm: The norm they are clipped to.
        norm_type, error_if_nonfinite, foreach: As :func:`get_total_norm`'s.

    Returns:
        The norm they had.

    Raises:
        RuntimeError, TypeError: as :func:`get_total_norm`; nothing is clipped then.
    """
    found = _listed(parameters)
    if isinstance(parameters, types.GeneratorType) and not found:
        warnings.warn(
            "`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2
        )
    total = get_total_norm(_grads(found), norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(found, max_norm, total, foreach)
    return total


def clip_grad_value_(parameters: Any, clip_value: float, foreach: bool | None = None) -> None:
    """Clips each element of gradients, in place: ``torch.nn.utils.clip_grad_value_``.

    Args:
        parameters: As :func:`clip_grads_with_norm_`'s.
        clip_value: The magnitude they are clipped to. NaN stays.
        foreach: As :func:`get_total_norm`'s.
    """
    limit = float(clip_value)
    for grad in _grads(_listed(parameters)):
        if is_tensor(grad):
            grad.detach().clamp_(min=-limit, max=limit)
        else:
            np.clip(grad, -limit, limit, out=grad)
