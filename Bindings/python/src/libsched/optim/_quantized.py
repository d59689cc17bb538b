"""States in 8 bits: bytes of the library's, in the parameter's kind of array.

They are ``uint8`` of one dimension: a float32 for each 256 elements, then a code for each element, in
the order in which the parameter lies in memory. Where that is not row after row, the state has an
``order``: the parameter's axes of more than one element, those of the farthest steps first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import _lib
from .._parameter import Parameter
from ._memory import HALVES, PARTS, ArrayMemory, TensorMemory, dtype_of, is_tensor, torch

__all__ = [
    "adopt",
    "begin",
    "check_state_type",
    "fit",
    "is_codes",
    "is_whole",
    "mark",
    "takes_codes",
]

STATE_TYPES = ("float32", *HALVES, "8bit")


def is_codes(value: Any) -> bool:
    """Whether an array of a state is of 8 bits."""
    return str(getattr(value, "dtype", "")).removeprefix("torch.") == "uint8" and value.ndim == 1


def check_state_type(group: dict[str, Any], name: str, maps: set[str], arrays: set[str]) -> bool:
    """Whether a group's states are of 8 bits, those of large parameters."""
    kind = group.get("state_dtype", "float32")
    accepted = STATE_TYPES if arrays <= maps else STATE_TYPES[:1]
    if kind not in accepted:
        raise ValueError(f"state_dtype is {kind!r}; accepted by {name}: one of {accepted}")
    return bool(kind == "8bit")


def takes_codes(param: Any, least: int) -> bool:
    """Whether a parameter's state is of 8 bits where those of large ones are."""
    dtype = dtype_of(param)
    return PARTS.get(dtype, dtype) != "float64" and _count(param) >= max(1, least)


def begin(param: Any, kind: str, start: float) -> Any:
    """An array of state of 8 bits that holds one number."""
    if start == 0:
        return _bytes(param, _lib.q8_bytes(_count(param)))
    return _quantized(param, _memory(param).full(param, start), kind)


def fit(param: Any, who: str, state: dict[str, Any], maps: dict[str, str], *, eight: bool) -> None:
    """Makes a state's arrays what they should be: 8 bits, in the order of the parameter, or not.

    Raises:
        ValueError: an array or an order that is not of the parameter, by its name.
    """
    held = {name: state[name] for name in maps if state.get(name) is not None}
    before, order = state.get("order", _rows(param)), _order(param)
    made = {}
    for name, value in held.items():
        try:
            if is_codes(value):
                if eight and before == order:
                    continue
                value = _floats(param, value, maps[name], before)
            elif not eight:
                continue
            made[name] = _quantized(param, value, maps[name]) if eight else value
        except ValueError as error:
            raise ValueError(f"{name} of {who} {error}") from None
    state.update(made)
    state.pop("order", None)
    if eight and held:
        mark(param, state)


def mark(param: Any, state: dict[str, Any]) -> None:
    """Says of a state of 8 bits that is new in which order it is."""
    order = _order(param)
    if order != _rows(param):
        state["order"] = order


def adopt(param: Any, value: Any) -> Any:
    """A copy, of the parameters' kind, of an array of 8 bits that was loaded."""
    array = value.detach().cpu().numpy() if is_tensor(value) else np.asarray(value)
    target = _bytes(param, array.size)
    _view(target)[...] = array
    return target


def _memory(param: Any) -> type[ArrayMemory | TensorMemory]:
    return ArrayMemory if isinstance(param, Parameter) else TensorMemory


def _count(param: Any) -> int:
    """How many reals a parameter has."""
    size = param.data.size if isinstance(param, Parameter) else param.numel()
    return int(size) * (1 + (dtype_of(param) in PARTS))


def _bytes(param: Any, size: int) -> Any:
    if isinstance(param, Parameter):
        return np.zeros(size, np.uint8)
    return torch().zeros(size, dtype=torch().uint8)


def is_whole(array: Any) -> bool:
    """Whether the library can read and write it where it is."""
    if is_tensor(array):
        return bool(array.is_cpu and array.is_contiguous())
    return bool(array.flags.c_contiguous and array.flags.writeable)


def _view(array: Any) -> Any:
    return array.detach().numpy() if is_tensor(array) else array


def _address(array: Any) -> int:
    where: int = array.data_ptr() if is_tensor(array) else _lib.address(array)
    return where


def _rows(param: Any) -> tuple[int, ...]:
    """The order of an array that lies row after row."""
    return tuple(axis for axis, n in enumerate(param.data.shape) if n > 1)


def _order(param: Any) -> tuple[int, ...]:
    """A parameter's axes of more than one element, those of the farthest steps first."""
    if isinstance(param, Parameter):
        steps = np.empty_like(param.data, order="K").strides
    else:
        steps = torch().empty_like(param.detach(), device="meta").stride()
    return tuple(sorted(_rows(param), key=lambda axis: -steps[axis]))


def _quantized(param: Any, value: Any, kind: str) -> Any:
    shape = tuple(param.data.shape)
    if tuple(value.shape) != shape:
        raise ValueError(f"is of shape {tuple(value.shape)}; accepted: {shape}")
    # In the order of the parameter's memory.
    value = _memory(param).adopt(param, value, is_count=False)
    target = _bytes(param, _lib.q8_bytes(_count(param)))
    _lib.convert(_address(value), "float32", _address(target), kind, _count(param))
    return target


def _floats(param: Any, value: Any, kind: str, order: Any) -> Any:
    """An array of state of floats from one of 8 bits, whose elements are in that order."""
    size = _lib.q8_bytes(_count(param))
    if len(value) != size:
        raise ValueError(f"has {len(value)} bytes in 8 bits; accepted: {size}")
    rows, shape = _rows(param), tuple(param.data.shape)
    if type(order) is not tuple or sorted(map(str, order)) != sorted(map(str, rows)):
        raise ValueError(f"is in the order {order!r}; accepted: the axes {rows}, in any order")
    dtype = "complex64" if dtype_of(param) in PARTS else "float32"
    floats = np.empty(math.prod(shape), dtype)
    codes = adopt(param, value)
    _lib.convert(_address(codes), kind, _address(floats), "float32", _count(param))
    ones = [axis for axis in range(len(shape)) if axis not in rows]
    lain = [*ones, *order]
    floats = floats.reshape([shape[axis] for axis in lain]).transpose(np.argsort(lain))
    return _memory(param).adopt(param, floats, is_count=False)
