"""Where parameters, gradients and states lie: numpy's memory and torch's, never copied.

torch is not imported here. Who passes a tensor has imported it.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from operator import attrgetter, is_
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _lib
from .._parameter import Parameter

# What keeps a kernel from an array: how it is refused, and what the array is.
Fault = tuple[type[Exception], str]


def torch() -> Any:
    """torch, if it is in the process; else None."""
    return sys.modules.get("torch")


def is_tensor(value: object) -> bool:
    """Whether it is a tensor of torch's."""
    tensor = getattr(torch(), "Tensor", None)
    return tensor is not None and isinstance(value, tensor)


class Memory(ABC):
    """Parameters of one kind as a kernel takes them: counts and addresses, checked at every step.

    What cannot be stepped in place is refused by the parameter's name.

    Args:
        params: The parameters.
        names: What messages call them.
        dtype: What they are made of: ``"float32"`` or ``"float64"``.

    Attributes:
        sizes: How many elements each has.
        addresses: Where each lies.
    """

    # What can be stepped, in words, but for its type.
    accepted: str

    def __init__(self, params: Sequence[Any], names: Sequence[str], dtype: str) -> None:
        self.params, self.names, self.dtype = list(params), names, dtype
        self.sizes: list[int]
        self.addresses: list[int]
        self._shapes: list[Any]
        # The arrays of each part of the state as they were last seen, and where they lie.
        self._states: dict[str, tuple[list[Any], list[int]]] = {}
        self._settle()

    @abstractmethod
    def _settle(self) -> None:
        """Looks where the parameters lie."""

    @abstractmethod
    def _in_place(self) -> bool:
        """Whether the parameters are still what they were."""

    def moved(self) -> bool:
        """Looks whether the parameters are still what they were, and if not, what they are."""
        if self._in_place():
            return False
        # What fitted them then may not fit them now.
        self._states.clear()
        self._settle()
        return True

    @abstractmethod
    def grads(self, grads: list[Any]) -> list[int]:
        """Where the gradients lie, which have the parameters' types and shapes."""

    @abstractmethod
    def state(self, name: str, arrays: list[Any]) -> list[int] | None:
        """Where arrays of the states lie, as the gradients; None for where they did."""

    @staticmethod
    @abstractmethod
    def full(param: Any, value: float) -> Any:
        """A new array for a parameter's state, of its type and shape, full of a value."""

    @staticmethod
    @abstractmethod
    def counter(steps: npt.NDArray[np.float32], i: int) -> Any:
        """``steps[i]`` as a 0-d array of the parameters' kind, in the same memory."""

    @staticmethod
    @abstractmethod
    def adopt(param: Any, value: Any, *, is_count: bool) -> Any:
        """A copy, of the parameters' kind, of an array that was loaded for a parameter's state.

        It has the parameter's type; a count of steps is float32 whatever that is.
        """

    def _refuse(self, what: str, faults: list[Fault | None]) -> None:
        """Raises the first fault there is."""
        for name, fault in zip(self.names, faults, strict=True):
            if fault:
                kind, found = fault
                raise kind(f"{what}{name} is {found}; accepted: {self.accepted % self.dtype}")


class ArrayMemory(Memory):
    """:class:`Parameter`, with arrays of numpy's."""

    accepted = "a C-contiguous, aligned array of native %s, writable unless it is a gradient"

    def _settle(self) -> None:
        arrays = [param.data for param in self.params]
        self._refuse("", [_array_fault(array, self.dtype) for array in arrays])
        self._arrays = arrays
        self._shapes = [array.shape for array in arrays]
        self.sizes = [array.size for array in arrays]
        self.addresses = list(map(_lib.address, arrays))

    def _in_place(self) -> bool:
        arrays = [param.data for param in self.params]
        # An array that we refer to, too, cannot have moved. But it may be read-only by now.
        return all(map(is_, arrays, self._arrays)) and all(a.flags.writeable for a in arrays)

    def grads(self, grads: list[Any]) -> list[int]:
        self._refuse(
            "the gradient of ",
            [
                _array_fault(grad, self.dtype, shape, writable=False)
                for grad, shape in zip(grads, self._shapes, strict=True)
            ],
        )
        return list(map(_lib.address, grads))

    def state(self, name: str, arrays: list[Any]) -> list[int] | None:
        known = self._states.get(name)
        if known is not None and all(map(is_, arrays, known[0])):
            return None
        faults = [
            _array_fault(array, self.dtype, shape)
            for array, shape in zip(arrays, self._shapes, strict=True)
        ]
        self._refuse(f"{name} of ", faults)
        addresses = list(map(_lib.address, arrays))
        self._states[name] = arrays, addresses
        return addresses

    @staticmethod
    def full(param: Any, value: float) -> Any:
        # Zeros cost nothing until they are touched.
        if value == 0:
            return np.zeros(param.data.shape, param.data.dtype)
        return np.full(param.data.shape, value, param.data.dtype)

    @staticmethod
    def counter(steps: npt.NDArray[np.float32], i: int) -> npt.NDArray[np.float32]:
        return steps[i : i + 1].reshape(())

    @staticmethod
    def adopt(param: Any, value: Any, *, is_count: bool) -> Any:
        if is_tensor(value):
            value = value.detach().cpu().numpy()
        return np.array(value, np.float32 if is_count else param.data.dtype, order="C")


class TensorMemory(Memory):
    """Tensors of torch's."""

    accepted = "a contiguous, strided tensor of torch.%s in CPU memory"

    def __init__(self, params: Sequence[Any], names: Sequence[str], dtype: str) -> None:
        # Over a whole list a method is faster than its name in a loop.
        tensor = torch().Tensor
        self._data_ptr, self._is_contiguous = tensor.data_ptr, tensor.is_contiguous
        self._types = [getattr(torch(), dtype)] * len(params)
        super().__init__(params, names, dtype)

    def _settle(self) -> None:
        self._refuse("", list(map(_tensor_fault, self.params, self._types)))
        self._shapes = list(map(_shape, self.params))
        self.sizes = [param.numel() for param in self.params]
        self.addresses = list(map(self._data_ptr, self.params))

    def _in_place(self) -> bool:
        params = self.params
        # Whoever assigns to a tensor's data gives it another memory or another shape.
        return (
            list(map(self._data_ptr, params)) == self.addresses
            and list(map(_shape, params)) == self._shapes
            and all(map(self._is_contiguous, params))
        )

    def grads(self, grads: list[Any]) -> list[int]:
        try:
            if (
                list(map(_shape, grads)) == self._shapes
                and list(map(_type, grads)) == self._types
                and all(map(_is_cpu, grads))
                and all(map(self._is_contiguous, grads))
            ):
                return list(map(self._data_ptr, grads))
        except (AttributeError, TypeError, RuntimeError):
            # No tensors at all, or without memory of their own: the faults say which.
            pass
        self._refuse("the gradient of ", list(map(_tensor_fault, grads, self._types, self._shapes)))
        raise AssertionError("a gradient without a fault")

    def state(self, name: str, arrays: list[Any]) -> list[int] | None:
        known = self._states.get(name)
        if (
            known is not None
            and all(map(is_, arrays, known[0]))
            and list(map(self._data_ptr, arrays)) == known[1]
        ):
            return None
        self._refuse(f"{name} of ", list(map(_tensor_fault, arrays, self._types, self._shapes)))
        addresses = list(map(self._data_ptr, arrays))
        self._states[name] = arrays, addresses
        return addresses

    @staticmethod
    def full(param: Any, value: float) -> Any:
        if value == 0:
            return torch().zeros_like(param, requires_grad=False)
        return torch().full_like(param, value, requires_grad=False)

    @staticmethod
    def counter(steps: npt.NDArray[np.float32], i: int) -> Any:
        return torch().from_numpy(steps)[i]

    @staticmethod
    def adopt(param: Any, value: Any, *, is_count: bool) -> Any:
        dtype = torch().float32 if is_count else param.dtype
        tensor = torch().as_tensor(value).detach().to(dtype=dtype, device=param.device)
        return tensor.clone(memory_format=torch().contiguous_format)


_shape, _type, _is_cpu = attrgetter("shape"), attrgetter("dtype"), attrgetter("is_cpu")


def _array_fault(
    array: Any, dtype: str, shape: tuple[int, ...] | None = None, *, writable: bool = True
) -> Fault | None:
    if not isinstance(array, np.ndarray):
        return TypeError, f"a {type(array).__name__}"
    # Another order of bytes is another type, too.
    if array.dtype != dtype:
        return TypeError, f"an array of {array.dtype}"
    flags = array.flags
    if not flags.c_contiguous:
        return ValueError, "not C-contiguous"
    if not flags.aligned:
        return ValueError, "not aligned"
    if writable and not flags.writeable:
        return ValueError, "read-only"
    if shape is not None and array.shape != shape:
        return ValueError, f"of shape {array.shape}, not {shape}"
    return None


def _tensor_fault(tensor: Any, dtype: Any, shape: Any = None) -> Fault | None:
    if not is_tensor(tensor):
        return TypeError, f"a {type(tensor).__name__}"
    if tensor.dtype is not dtype:
        return TypeError, f"a tensor of {tensor.dtype}"
    if not tensor.is_cpu:
        return TypeError, f"on {tensor.device}"
    if tensor.layout is not torch().strided:
        return TypeError, f"of layout {tensor.layout}"
    if not tensor.is_contiguous():
        return ValueError, "not contiguous"
    if shape is not None and tensor.shape != shape:
        return ValueError, f"of shape {tuple(tensor.shape)}, not {tuple(shape)}"
    return None


def dtype_of(param: Any) -> str:
    """What a parameter is made of, if that can be stepped; else what is accepted."""
    data = param.data if isinstance(param, Parameter) else param
    name = str(getattr(data, "dtype", "")).removeprefix("torch.")
    return name if name in ("float32", "float64") else "float32"


def memory(params: Sequence[Any], names: Sequence[str], dtype: str) -> Memory:
    """The memory of parameters that are all numpy's or all torch's, and all of a type."""
    arrays = [isinstance(param, Parameter) for param in params]
    for name, param, is_array in zip(names, params, arrays, strict=True):
        if not is_array and not is_tensor(param):
            raise TypeError(
                f"{name} is a {type(param).__name__}; accepted: a libsched.Parameter or a tensor"
            )
    if all(arrays):
        return ArrayMemory(params, names, dtype)
    if any(arrays):
        raise TypeError(
            f"{names[0]} and others of its group are arrays and tensors; accepted: either in a group"
        )
    return TensorMemory(params, names, dtype)
