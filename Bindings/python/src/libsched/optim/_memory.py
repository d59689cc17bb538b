"""Where parameters, gradients and states lie: numpy's memory and torch's, never copied.

torch is not imported here. Who passes a tensor has imported it.
"""

from __future__ import annotations

import math
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter, is_
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _lib
from .._parameter import Parameter

# What makes an array of state's shape of its parameter's, where they are not the same.
ShapeOf = Callable[[tuple[int, ...]], tuple[int, ...]] | None

# What keeps a kernel from an array: how it is refused, and what the array is.
Fault = tuple[type[Exception], str]


def torch() -> Any:
    """torch, if it is in the process; else None."""
    return sys.modules.get("torch")


def is_tensor(value: object) -> bool:
    """Whether it is a tensor of torch's."""
    tensor = getattr(torch(), "Tensor", None)
    return tensor is not None and isinstance(value, tensor)


def share_threads() -> None:
    """Steps run on torch's own threads, if it has several: those wait in a loop after each
    operation, on the cores that others would need."""
    folder = os.path.dirname(torch().__file__)
    library = os.path.join(folder, "lib", "libtorch_cpu.so")
    _lib.join_team(library, "GOMP_parallel", torch().get_num_threads())


class Place(NamedTuple):
    """Where an array lies: of its first element the address, and the rest in bytes."""

    address: int
    shape: Sequence[int]
    strides: Sequence[int]
    size: int

    def ends(self) -> tuple[int, int]:
        """The first byte and the one after the last; the same of nothing."""
        if 0 in self.shape:
            return self.address, self.address
        reach = [(n - 1) * stride for n, stride in zip(self.shape, self.strides, strict=True)]
        first = self.address + sum(min(0, one) for one in reach)
        return first, self.address + sum(max(0, one) for one in reach) + self.size

    def pieces(self, unit: int) -> npt.NDArray[np.int64]:
        """The addresses of all that it has, in pieces of so many bytes."""
        found = np.arange(self.address, self.address + self.size, unit, dtype=np.int64)
        for n, stride in zip(self.shape, self.strides, strict=True):
            found = np.add.outer(found, np.arange(n) * stride)
        return found.ravel()

    @property
    def is_dense(self) -> bool:
        """Whether all memory between its ends is its own."""
        first, end = self.ends()
        return end - first == math.prod(self.shape) * self.size

    def meets(self, other: Place) -> bool:
        """Whether some memory is of both, where that between their ends is."""
        if self.is_dense and other.is_dense:
            return True
        unit = min(self.size, other.size)
        return bool(np.intersect1d(self.pieces(unit), other.pieces(unit)).size)


def check_apart(memories: Sequence[Memory]) -> None:
    """Refuses parameters that share memory: what became of it would be a matter of which is stepped
    last."""
    named = [pair for each in memories for pair in zip(each.names, each.places(), strict=True)]
    found = [(*place.ends(), i) for i, (_, place) in enumerate(named)]
    # Those that go on beyond where the next begins; more than one where there are gaps.
    reached: list[tuple[int, int, int]] = []
    for one in sorted(found):
        reached = [other for other in reached if other[1] > one[0]]
        for other in reached:
            if one[0] < one[1] and named[one[2]][1].meets(named[other[2]][1]):
                first, last = sorted((one[2], other[2]))
                raise ValueError(
                    f"{named[last][0]} lies on {named[first][0]}; accepted: parameters that share"
                    " no memory"
                )
        reached.append(one)


# What a kernel takes complex numbers for: two reals each.
PARTS = {"complex64": "float32", "complex128": "float64"}
# Parameters of 16 bits, whose states are float32.
HALVES = ("bfloat16", "float16")
TYPES = ("float32", "float64", *HALVES, *PARTS)


# Arrays of state that are kept beside the parameter and not by its optimizer.
_BESIDE = ("master", "average", "accumulated")


class Memory(ABC):
    """Parameters of one kind as a kernel takes them: counts and addresses, checked at every step.

    A parameter may be of any layout. One that is dense is stepped where it lies, in the order of
    its memory, and so is its state; one with gaps in it is gathered before a step and put back
    after, which leaves the gaps as they are. A gradient of another layout than its parameter's is
    read in the parameter's. What cannot be stepped so is refused by the parameter's name.

    Args:
        params: The parameters.
        names: What messages call them.
        dtype: What they are made of: one of `TYPES`.
        in_rows: Whether those whose elements do not lie row after row are gathered, too.

    Attributes:
        shapes: The parameters'.
        sizes: How many reals each has.
        addresses: Where each lies.
        type: What a kernel takes them for.
        state_type: What its optimizer's arrays of state are made of.
        grad_dtype: What gradients are made of: that, or float32 where that is of 16 bits.
    """

    # What can be stepped, in words, but for its type.
    accepted: str

    def __init__(
        self, params: Sequence[Any], names: Sequence[str], dtype: str, *, in_rows: bool = False
    ) -> None:
        self.params, self.names, self.dtype = list(params), names, dtype
        self._in_rows = in_rows
        self.type = PARTS.get(dtype, dtype)
        self.state_type = state_type(dtype)
        self.grad_dtype = dtype
        # Pairs of a parameter with gaps and what stands for it.
        self._gathered: list[tuple[Any, Any]] = []
        # What was made of gradients of other layouts, for as long as a step takes.
        self._held: list[Any] = []
        self.sizes: list[int]
        self.addresses: list[int]
        self.shapes: list[tuple[int, ...]]
        # The arrays of each part of the state as they were last seen, and where they lie.
        self._states: dict[str, tuple[list[Any], list[int]]] = {}
        self._settle()

    @property
    def has_copies(self) -> bool:
        """Whether gradients of the last step were copied for it."""
        return bool(self._held)

    @abstractmethod
    def _settle(self) -> None:
        """Looks where the parameters lie."""

    @abstractmethod
    def places(self) -> list[Place]:
        """Which memory is the parameters' own."""

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
    def again(self, grads: list[Any]) -> list[int] | None:
        """Where the gradients lie, if parameters and states lie where they did in the last step
        and nothing has to be copied; else, or where anything is amiss, None."""

    def look(
        self,
        table: npt.NDArray[np.int64],
        grad: int,
        columns: dict[str, int],
        states: Sequence[dict[str, Any]],
    ) -> _lib.Look | None:
        """What says whether :meth:`again` would have an answer, and puts it into a column of the
        table; None where there is no such thing.

        Args:
            table: What the library reads.
            grad: The gradients' column in it; the parameters' is before.
            columns: Those of the arrays of state.
            states: The parameters', which are to have the values they have.
        """
        return None

    @property
    def has_gaps(self) -> bool:
        """Whether a parameter is gathered for a step."""
        return bool(self._gathered)

    def hides(self, grads: list[Any]) -> bool:
        """Whether a gradient is not what its description says."""
        return False

    def changed(self) -> None:
        """Says that the parameters are no more what they were, to whom it concerns."""

    @abstractmethod
    def gather(self) -> None:
        """Reads the parameters that have gaps, before a step."""

    @abstractmethod
    def put_back(self) -> None:
        """Writes them, after it, and forgets what was made for it."""

    @abstractmethod
    def grads(self, grads: list[Any]) -> list[int]:
        """Where the gradients lie, which have the parameters' types and shapes."""

    @abstractmethod
    def state(self, name: str, arrays: list[Any], shape_of: ShapeOf = None) -> list[int] | None:
        """Where arrays of the states lie, as the gradients; None for where they did.

        With `shape_of` they lie row after row and have the shapes it makes of the parameters'.
        """

    def _type_of(self, name: str) -> str:
        """What arrays of state are made of."""
        if name == "residual":
            return self.dtype
        # What computes with the parameter has all of its bits.
        return state_type(self.dtype) if name in _BESIDE else self.state_type

    def known(self, name: str) -> list[int]:
        """Where arrays of the states were when they were last seen."""
        return self._states[name][1]

    @abstractmethod
    def copies(self, arrays: list[Any], dtype: str) -> list[int]:
        """Where arrays of 16 bits lie that lie as the parameters do."""

    @staticmethod
    @abstractmethod
    def full(param: Any, value: float, shape: tuple[int, ...] | None = None) -> Any:
        """A new array for a parameter's state, full of a value: of its shape and layout, or of
        that shape, row after row."""

    @staticmethod
    @abstractmethod
    def counter(steps: npt.NDArray[np.float32], i: int) -> Any:
        """``steps[i]`` as a 0-d array of the parameters' kind, in the same memory."""

    @staticmethod
    @abstractmethod
    def adopt(param: Any, value: Any, *, is_count: bool, in_rows: bool = False) -> Any:
        """A copy, of the parameters' kind, of an array that was loaded for a parameter's state.

        It has the parameter's type, or float32 where that is of 16 bits; a count of steps is
        float32 whatever that is. It lies as the parameter does, or row after row.
        """

    def _refuse(self, what: str, faults: list[Fault | None], dtype: str | None = None) -> None:
        """Raises the first fault there is."""
        for name, fault in zip(self.names, faults, strict=True):
            if fault:
                kind, found = fault
                accepted = self.accepted % (dtype or self.dtype)
                raise kind(f"{what}{name} is {found}; accepted: {accepted}")

    def _refuse_copies(self, dtype: str, faults: list[Fault | None]) -> None:
        if self.dtype in PARTS:
            raise TypeError(f"copies has one for {self.names[0]}, of {self.dtype}; accepted: None")
        self._refuse("the copy of ", faults, dtype if dtype in HALVES else " or ".join(HALVES))


class ArrayMemory(Memory):
    """:class:`Parameter`, with arrays of numpy's."""

    accepted = "an aligned array of native %s, writable unless it is a gradient"

    def _settle(self) -> None:
        arrays = [param.data for param in self.params]
        self._refuse("", [_array_fault(array, self.dtype) for array in arrays])
        self._arrays = arrays
        self.shapes = [array.shape for array in arrays]
        self.sizes = [array.size * (1 + (self.dtype in PARTS)) for array in arrays]
        # Arrays that lie as the parameters do, but for their gaps.
        self._dense = [
            array
            if array.flags.c_contiguous
            else np.empty_like(array, order="C" if self._in_rows else "K")
            for array in arrays
        ]
        self._gathered = [
            (array, dense)
            for array, dense in zip(arrays, self._dense, strict=True)
            if not _same_strides(array.shape, array.strides, dense.strides)
        ]
        gaps = {id(array) for array, _ in self._gathered}
        self.addresses = [
            _lib.address(dense if id(array) in gaps else array)
            for array, dense in zip(arrays, self._dense, strict=True)
        ]

    def places(self) -> list[Place]:
        return [
            Place(_lib.address(one), one.shape, one.strides, one.itemsize) for one in self._arrays
        ]

    def _in_place(self) -> bool:
        arrays = [param.data for param in self.params]
        # An array that we refer to, too, cannot have moved. But it may be read-only by now.
        return all(map(is_, arrays, self._arrays)) and all(a.flags.writeable for a in arrays)

    def again(self, grads: list[Any]) -> list[int] | None:
        if not self._in_place() or any(dtype_name(grad) != self.grad_dtype for grad in grads):
            return None
        addresses = self.grads(grads)
        return None if self._held else addresses

    def gather(self) -> None:
        for array, dense in self._gathered:
            dense[...] = array

    def put_back(self) -> None:
        self._held = []
        for array, dense in self._gathered:
            array[...] = dense

    def grads(self, grads: list[Any]) -> list[int]:
        self._refuse(
            "the gradient of ",
            [
                _array_fault(grad, self.grad_dtype, shape, is_grad=True)
                for grad, shape in zip(grads, self.shapes, strict=True)
            ],
            self.grad_dtype,
        )
        ready = [
            grad if _same_strides(grad.shape, grad.strides, strides) else _laid(grad, dense)
            for grad, dense, strides in zip(
                grads, self._dense, self._strides(self.grad_dtype), strict=True
            )
        ]
        self._held = [made for made, grad in zip(ready, grads, strict=True) if made is not grad]
        return list(map(_lib.address, ready))

    def state(self, name: str, arrays: list[Any], shape_of: ShapeOf = None) -> list[int] | None:
        known = self._states.get(name)
        if known is not None and all(map(is_, arrays, known[0])):
            return None
        dtype = self._type_of(name)
        rows = _in_rows(self.shapes, shape_of)
        size = np.dtype(dtype).itemsize
        shapes, strides = (
            (self.shapes, self._strides(dtype))
            if rows is None
            else (rows[0], [tuple(n * size for n in steps) for steps in rows[1]])
        )
        self._refuse(f"{name} of ", self._faults(arrays, dtype, shapes, strides))
        addresses = list(map(_lib.address, arrays))
        self._states[name] = arrays, addresses
        return addresses

    def copies(self, arrays: list[Any], dtype: str) -> list[int]:
        kind = dtype if dtype in HALVES else HALVES[1]
        self._refuse_copies(dtype, self._faults(arrays, kind, self.shapes, self._strides(kind)))
        return list(map(_lib.address, arrays))

    def _strides(self, dtype: str) -> list[tuple[int, ...]]:
        """Of arrays that lie as the parameters do, but for their gaps."""
        # Not all know bfloat16 by its name.
        size = 2 if dtype in HALVES else np.dtype(dtype).itemsize
        return [tuple(n // dense.itemsize * size for n in dense.strides) for dense in self._dense]

    @staticmethod
    def _faults(
        arrays: list[Any], dtype: str, shapes: Sequence[Any], strides: Sequence[Any]
    ) -> list[Fault | None]:
        return [
            _array_fault(array, dtype, shape, steps)
            for array, shape, steps in zip(arrays, shapes, strides, strict=True)
        ]

    @staticmethod
    def full(param: Any, value: float, shape: tuple[int, ...] | None = None) -> Any:
        array = param.data
        # Zeros cost nothing until they are touched.
        dtype = state_type(array.dtype.name)
        if shape is not None:
            return np.full(shape, value, dtype) if value else np.zeros(shape, dtype)
        if value == 0 and array.flags.c_contiguous:
            return np.zeros(array.shape, dtype)
        return np.full_like(array, _number(array, value), dtype=dtype, order="K")

    @staticmethod
    def counter(steps: npt.NDArray[np.float32], i: int) -> npt.NDArray[np.float32]:
        return steps[i : i + 1].reshape(())

    @staticmethod
    def adopt(param: Any, value: Any, *, is_count: bool, in_rows: bool = False) -> Any:
        if is_tensor(value):
            value = value.detach().cpu().numpy()
        dtype = "float32" if is_count else state_type(param.data.dtype.name)
        if is_count or in_rows or np.shape(value) != param.data.shape:
            return np.array(value, dtype, order="C")
        like = np.empty_like(param.data, dtype=dtype, order="K")
        return _laid(np.asarray(value, dtype), like)


class TensorMemory(Memory):
    """Tensors of torch's."""

    accepted = "a strided tensor of torch.%s in CPU memory"

    def __init__(
        self, params: Sequence[Any], names: Sequence[str], dtype: str, *, in_rows: bool = False
    ) -> None:
        share_threads()
        # Over a whole list a method is faster than its name in a loop.
        tensor = torch().Tensor
        self._data_ptr, self._is_contiguous = tensor.data_ptr, tensor.is_contiguous
        self._is_neg = tensor.is_neg
        self._state_shapes: dict[str, list[tuple[int, ...]]] = {}
        self._views: dict[str, list[Any]] = {}
        self._increment_version = torch().autograd.graph.increment_version
        self._types = [getattr(torch(), dtype)] * len(params)
        super().__init__(params, names, dtype, in_rows=in_rows)

    def _settle(self) -> None:
        params = self.params
        self._layouts: tuple[_lib.Layouts, _lib.Layouts] | None = None
        # What refers to the parameters, too.
        self._holders: list[Any] | None = None
        self._refuse("", list(map(_tensor_fault, params, self._types)))
        self.shapes = list(map(_shape, params))
        self.sizes = [param.numel() * (1 + (self.dtype in PARTS)) for param in params]
        self._singles = [i for i, param in enumerate(params) if param.numel() == 1]
        self._pointers = list(map(self._data_ptr, params))
        self._is_plain = self.dtype not in PARTS and all(map(self._is_contiguous, params))
        # Tensors that lie as the parameters do, but for their gaps.
        self._dense = [
            one
            if one.is_contiguous()
            else torch().empty(one.shape, dtype=one.dtype)
            if self._in_rows
            else torch().empty_like(one)
            for one in (param.detach() for param in params)
        ]
        self._own = [param.stride() for param in params]
        self._strides = [dense.stride() for dense in self._dense]
        has_gaps = [
            not _same_strides(param.shape, own, dense)
            for param, own, dense in zip(params, self._own, self._strides, strict=True)
        ]
        self._gathered = [
            (param.detach(), dense)
            for param, dense, gaps in zip(params, self._dense, has_gaps, strict=True)
            if gaps
        ]
        self.addresses = [
            dense.data_ptr() if gaps else pointer
            for dense, gaps, pointer in zip(self._dense, has_gaps, self._pointers, strict=True)
        ]

    def places(self) -> list[Place]:
        sizes = [param.element_size() for param in self.params]
        return [
            Place(pointer, shape, [size * one for one in strides], size)
            for pointer, shape, strides, size in zip(
                self._pointers, self.shapes, self._own, sizes, strict=True
            )
        ]

    def _in_place(self) -> bool:
        params = self.params
        # Whoever assigns to a tensor's data gives it another memory or another shape.
        return (
            list(map(self._data_ptr, params)) == self._pointers
            and list(map(_shape, params)) == self.shapes
            and (
                all(map(self._is_contiguous, params))
                if self._is_plain
                else [param.stride() for param in params] == self._own
            )
        )

    def again(self, grads: list[Any]) -> list[int] | None:
        if not all(map(self._is_known, self._states)):
            return None
        return self._plain_grads(grads) if self._is_plain and self._in_place() else None

    def look(
        self,
        table: npt.NDArray[np.int64],
        grad: int,
        columns: dict[str, int],
        states: Sequence[dict[str, Any]],
    ) -> _lib.Look | None:
        describe = _lib.describer(torch().Tensor)
        if self._holders is None:
            self._holders = _accumulators(self.params)
        # A complex gradient may be one that is to be conjugated, which nothing describes.
        if (
            not describe
            or self.dtype in PARTS
            or self._gathered
            or not columns.keys() <= self._states.keys()
        ):
            return None
        if self._layouts is None:
            self._layouts = (
                _lib.Layouts(self.shapes, self._own, self.dtype),
                _lib.Layouts(self.shapes, self._own, self.grad_dtype),
            )
        own, moving = self._layouts
        fixed = []
        for name, column in columns.items():
            arrays, _ = self._states[name]
            layouts = _lib.Layouts(
                self._state_shapes[name], [one.stride() for one in arrays], self.state_type
            )
            fixed.append((column, arrays, layouts))
            # A tensor that torch's own objects refer to, too, is described in half the time: its
            # count does not go from one to two and back. A view's refers to what it views.
            if name not in self._views:
                self._views[name] = [one.view_as(one) for one in arrays]
        fixed.append((grad - 1, self.params, own))
        return _lib.Look(states, describe, table, fixed, (grad, moving, "grad"))

    def hides(self, grads: list[Any]) -> bool:
        # What torch negates when it is read are the imaginary parts of what it conjugates, and
        # those have other strides, unless there is one element.
        return bool(self._singles) and any(grads[i].is_neg() for i in self._singles)

    def changed(self) -> None:
        # autograd has to know that these are no more what it has seen.
        self._increment_version(self.params)

    def gather(self) -> None:
        for param, dense in self._gathered:
            dense.copy_(param)

    def put_back(self) -> None:
        self._held = []
        for param, dense in self._gathered:
            param.copy_(dense)

    def _plain_grads(self, grads: list[Any]) -> list[int] | None:
        """Where they lie, if they lie as the parameters, one element after the other."""
        try:
            if (
                list(map(_shape, grads)) == self.shapes
                and list(map(_type, grads)) == self._grad_types()
                and all(map(_is_cpu, grads))
                and all(map(self._is_contiguous, grads))
                and not any(map(self._is_neg, grads))
            ):
                return list(map(self._data_ptr, grads))
        except (AttributeError, TypeError, RuntimeError):
            # No tensors at all, or without memory of their own: the faults say which.
            pass
        return None

    def grads(self, grads: list[Any]) -> list[int]:
        if self._is_plain and (addresses := self._plain_grads(grads)) is not None:
            return addresses
        self._refuse(
            "the gradient of ",
            list(map(_grad_fault, grads, self._grad_types(), self.shapes)),
            self.grad_dtype,
        )
        ready = [
            grad
            if _same_strides(grad.shape, grad.stride(), strides)
            and not (grad.is_conj() or grad.is_neg())
            else torch().empty_strided(grad.shape, strides, dtype=grad.dtype).copy_(grad.detach())
            for grad, strides in zip(grads, self._strides, strict=True)
        ]
        self._held = [made for made, grad in zip(ready, grads, strict=True) if made is not grad]
        return list(map(self._data_ptr, ready))

    def state(self, name: str, arrays: list[Any], shape_of: ShapeOf = None) -> list[int] | None:
        known = self._states.get(name)
        if known is not None and all(map(is_, arrays, known[0])) and self._is_known(name):
            return None
        kind = getattr(torch(), self._type_of(name))
        types = [kind] * len(arrays)
        shapes, strides = _in_rows(self.shapes, shape_of) or (self.shapes, self._strides)
        self._refuse(f"{name} of ", list(map(_tensor_fault, arrays, types, shapes, strides)))
        addresses = list(map(self._data_ptr, arrays))
        self._states[name] = arrays, addresses
        self._state_shapes[name] = list(map(_shape, arrays))
        self._views.pop(name, None)
        return addresses

    def _grad_types(self) -> list[Any]:
        if self.grad_dtype == self.dtype:
            return self._types
        return [getattr(torch(), self.grad_dtype)] * len(self.params)

    def copies(self, arrays: list[Any], dtype: str) -> list[int]:
        types = [getattr(torch(), dtype if dtype in HALVES else HALVES[0])] * len(arrays)
        faults = list(map(_tensor_fault, arrays, types, self.shapes, self._strides))
        self._refuse_copies(dtype, faults)
        return list(map(self._data_ptr, arrays))

    def _is_known(self, name: str) -> bool:
        """Whether arrays of state lie where they did."""
        arrays, addresses = self._states[name]
        return (
            list(map(self._data_ptr, arrays)) == addresses
            and list(map(_shape, arrays)) == self._state_shapes[name]
        )

    @staticmethod
    def full(param: Any, value: float, shape: tuple[int, ...] | None = None) -> Any:
        dtype = _state_dtype(param)
        if shape is not None:
            return torch().full(shape, value, dtype=dtype)
        if value == 0:
            return torch().zeros_like(param, dtype=dtype, requires_grad=False)
        value = _number(param, value)  # type: ignore[assignment]
        return torch().full_like(param, value, dtype=dtype, requires_grad=False)

    @staticmethod
    def counter(steps: npt.NDArray[np.float32], i: int) -> Any:
        return torch().from_numpy(steps)[i]

    @staticmethod
    def adopt(param: Any, value: Any, *, is_count: bool, in_rows: bool = False) -> Any:
        dtype = torch().float32 if is_count else _state_dtype(param)
        tensor = torch().as_tensor(value).detach().to(dtype=dtype, device=param.device)
        if is_count or in_rows or tensor.shape != param.shape:
            return tensor.clone(memory_format=torch().contiguous_format)
        return torch().empty_like(param, dtype=dtype, requires_grad=False).copy_(tensor)


def _accumulators(params: list[Any]) -> list[Any]:
    """The nodes that add to the gradients of many parameters.

    Each refers to its parameter, which torch's own functions then take in half the time. It does not
    refer to the parameter's memory, and ``torch.utils.swap_tensors`` knows of it. Python's collector
    does not: parameters that may themselves refer to their optimizer have none.
    """
    if len(params) < _MANY or torch().is_inference_mode_enabled():
        return []
    exact = torch().Tensor, torch().nn.Parameter
    edge = torch().autograd.graph.get_gradient_edge
    return [
        edge(one).node
        for one in params
        if type(one) in exact
        and one.requires_grad
        and one.is_leaf
        and not (one._backward_hooks or one._post_accumulate_grad_hooks or one.__dict__)
    ]


# Of fewer parameters it makes no difference.
_MANY = 16

_shape, _type, _is_cpu = attrgetter("shape"), attrgetter("dtype"), attrgetter("is_cpu")


def _same_strides(shape: Sequence[int], a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether arrays with these strides lie alike; where there is no more than one element along
    an axis, its stride is nothing."""
    if a == b or 0 in shape:
        return True
    return all(n == 1 or x == y for n, x, y in zip(shape, a, b, strict=True))


def _in_rows(
    shapes: Sequence[tuple[int, ...]], shape_of: ShapeOf
) -> tuple[list[tuple[int, ...]], list[list[int]]] | None:
    """The shapes of arrays of state that lie row after row, and their strides in elements."""
    if shape_of is None:
        return None
    found = [shape_of(tuple(shape)) for shape in shapes]
    return found, [[math.prod(shape[i + 1 :]) for i in range(len(shape))] for shape in found]


def _overlaps(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether elements may lie on each other: from the nearest axis to the farthest, each has to
    reach beyond all before."""
    if 0 in shape:
        return False
    last = 0
    axes = ((abs(stride), n) for n, stride in zip(shape, strides, strict=True) if n > 1)
    for stride, n in sorted(axes):
        if stride <= last:
            return True
        last += stride * (n - 1)
    return False


def _number(param: Any, value: float) -> complex:
    """What all elements of a state are at first; of complex ones both parts, as torch's."""
    is_complex = str(param.dtype).removeprefix("torch.") in PARTS
    return complex(value, value) if is_complex and value else value


def _laid(array: npt.NDArray[Any], like: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A copy that lies as another does."""
    copy = np.empty_like(like, dtype=array.dtype)
    copy[...] = array
    return copy


def to_type(state: dict[str, Any], names: Iterable[str], dtype: str) -> None:
    """Makes floats of 16 and 32 bits among a state's arrays of that type."""
    for name in names:
        value = state.get(name)
        if dtype_name(value) in ("float32", *HALVES) and dtype_name(value) != dtype:
            assert value is not None
            state[name] = (
                value.to(getattr(torch(), dtype))
                if is_tensor(value)
                else value.astype(dtype, order="K")
            )


def state_type(dtype: str) -> str:
    """What states are made of, of parameters that are made of that."""
    return "float32" if dtype in HALVES else dtype


def _state_dtype(param: Any) -> Any:
    return getattr(torch(), state_type(str(param.dtype).removeprefix("torch.")))


def _array_fault(
    array: Any,
    dtype: str,
    shape: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
    *,
    is_grad: bool = False,
) -> Fault | None:
    if not isinstance(array, np.ndarray):
        return TypeError, f"a {type(array).__name__}"
    # Another order of bytes is another type, too.
    if array.dtype != dtype:
        return TypeError, f"an array of {array.dtype}"
    flags = array.flags
    if not flags.aligned:
        return ValueError, "not aligned"
    if not is_grad:
        if not flags.writeable:
            return ValueError, "read-only"
        if not flags.c_contiguous and _overlaps(
            array.shape, [stride // array.itemsize for stride in array.strides]
        ):
            return ValueError, "an array with elements on each other"
    if shape is not None and array.shape != shape:
        return ValueError, f"of shape {array.shape}, not {shape}"
    if strides is not None and not _same_strides(array.shape, array.strides, strides):
        return ValueError, f"of another layout: strides are {array.strides}, not {strides}"
    return None


def _tensor_fault(
    tensor: Any, dtype: Any, shape: Any = None, strides: Any = None, *, is_grad: bool = False
) -> Fault | None:
    if not is_tensor(tensor):
        return TypeError, f"a {type(tensor).__name__}"
    if tensor.dtype is not dtype:
        return TypeError, f"a tensor of {tensor.dtype}"
    if not tensor.is_cpu:
        return TypeError, f"on {tensor.device}"
    if tensor.layout is not torch().strided:
        return TypeError, f"of layout {tensor.layout}"
    if not is_grad:
        if tensor.is_conj() or tensor.is_neg():
            return ValueError, "a view that is conjugated or negated"
        if not tensor.is_contiguous() and _overlaps(tensor.shape, tensor.stride()):
            return ValueError, "a tensor with elements on each other"
    if shape is not None and tensor.shape != shape:
        return ValueError, f"of shape {tuple(tensor.shape)}, not {tuple(shape)}"
    if strides is not None and not _same_strides(tensor.shape, tensor.stride(), strides):
        return ValueError, f"of another layout: strides are {tensor.stride()}, not {tuple(strides)}"
    return None


def _grad_fault(tensor: Any, dtype: Any, shape: Any) -> Fault | None:
    return _tensor_fault(tensor, dtype, shape, is_grad=True)


def dtype_name(array: Any) -> str:
    """What an array or a tensor is made of; empty of what is neither."""
    return str(getattr(array, "dtype", "")).removeprefix("torch.")


def dtype_of(param: Any) -> str:
    """What a parameter is made of, if that can be stepped; else what is accepted."""
    data = param.data if isinstance(param, Parameter) else param
    name = dtype_name(data)
    return name if name in TYPES else "float32"


def memory(
    params: Sequence[Any], names: Sequence[str], dtype: str, *, in_rows: bool = False
) -> Memory:
    """The memory of parameters that are all numpy's or all torch's, and all of a type."""
    arrays = [isinstance(param, Parameter) for param in params]
    for name, param, is_array in zip(names, params, arrays, strict=True):
        if not is_array and not is_tensor(param):
            raise TypeError(
                f"{name} is a {type(param).__name__}; accepted: a libsched.Parameter or a tensor"
            )
    if all(arrays):
        return ArrayMemory(params, names, dtype, in_rows=in_rows)
    if any(arrays):
        raise TypeError(
            f"{names[0]} and others of its group are arrays and tensors; accepted: either in a group"
        )
    return TensorMemory(params, names, dtype, in_rows=in_rows)
