"""LBFGS."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import _lib
from .._parameter import Parameter
from ._checks import check_rate
from ._memory import (
    HALVES,
    PARTS,
    dtype_name,
    dtype_of,
    is_tensor,
    share_threads,
    state_type,
    torch,
)
from ._optimizer import Optimizer, number

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """L-BFGS, which evaluates the model several times a step: ``torch.optim.LBFGS``.

    ::

        s = d * t,   y = g - g before,   ro = 1 / (y . s)
        d <- -H * g, H from the last pairs of s and y
        p <- p + t * d

    A pair is kept where y . s > 1e-10. t is lr, at the very first min(1, 1 / sum |g|) * lr; under
    ``line_search_fn="strong_wolfe"`` a line search goes on from there. The same bits for every
    instruction set and number of threads.

    Args:
        params: Parameters of one type, real or complex; one group of them. They are gathered into
            one array for a step, and put back for every evaluation. Those of bfloat16 and float16
            are float32 within a step and rounded to the nearest for every evaluation; their
            gradients may be float32, and their states are.
        lr: The first length tried, at least 0; a float or a tensor of one element.
        max_iter: Iterations of a step, at the most.
        max_eval: Evaluations of a step, after which no other iteration begins; None for
            max_iter * 5 // 4.
        tolerance_grad: The largest \\|g\\| that is none.
        tolerance_change: The largest change that is none, of the loss and of an element.
        history_size: Pairs that are remembered.
        line_search_fn: ``"strong_wolfe"`` or None.

    The state of the first parameter has ``func_evals``, ``n_iter``, ``d``, ``t``, ``old_dirs``,
    ``old_stps``, ``ro``, ``H_diag``, ``prev_flat_grad``, ``prev_loss`` and ``al``, as torch's, and
    goes there and back. What pairs give with each other is kept for as long as they are the same
    arrays, and torch has not written to them.

    Raises:
        ValueError: a setting is out of its range; more than one group.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Nocedal and Wright, Numerical Optimization, 3.5 and 7.2; PyTorch, LBFGS.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_rate(lr)
        if max_eval is None:
            max_eval = max_iter * 5 // 4
        super().__init__(
            params,
            {
                "lr": lr,
                "max_iter": max_iter,
                "max_eval": max_eval,
                "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change,
                "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    def _begin(self) -> None:
        super()._begin()
        self._products = _Products()
        self._flat: _Flat | None = None

    def _step(
        self,
        closure: Callable[[], Any] | None = None,
        grads: Sequence[Any] | None = None,
        copies: Sequence[Any] | None = None,
        **more: Any,
    ) -> Any:
        if closure is None:
            raise TypeError("LBFGS.step() missing 1 required positional argument: 'closure'")
        if grads is not None:
            raise ValueError("grads is given; accepted: None: the closure computes the gradients")
        if copies is not None:
            more["copies"] = copies
        for name, value in more.items():
            raise ValueError(f"{name} is {value}; accepted: its default: a step has many gradients")
        (group,) = self.param_groups
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError("only 'strong_wolfe' is supported")
        self._flat = flat = _Flat(group["params"], self._flat)
        memory = _Memory(self.state[group["params"][0]], flat, group, self._products)
        first: list[Any] = []

        def evaluate(count: int) -> float:
            if count:
                flat.put_back()
            with torch().enable_grad() if torch() else contextlib.nullcontext():
                loss = closure()
            if not first:
                first.append(loss)
            flat.take_grads()
            return float(loss.detach() if is_tensor(loss) else loss)

        try:
            self._products = _Products()
            memory.step(evaluate)
        finally:
            flat.put_back()
        self._products = memory.save()
        return first[0]


class _Flat:
    """Parameters laid end to end, and their gradients, in the parameters' kind of arrays; one that
    lies so stays where it is."""

    def __init__(self, params: list[Any], before: _Flat | None) -> None:
        names = [f"parameter {i} of group 0" for i in range(len(params))]
        self.params, self.dtype = params, dtype_of(params[0])
        for name, param in zip(names, params, strict=True):
            if dtype_of(param) != self.dtype:
                raise TypeError(f"{name} is of {dtype_of(param)}; accepted: {self.dtype}, as all")
        self.is_tensors = is_tensor(params[0])
        kind = torch() if self.is_tensors else np
        if self.is_tensors:
            share_threads()
        data = [_data(param) for param in params]
        ends = np.cumsum([0, *(math.prod(one.shape) for one in data)]).tolist()
        self._slices = [slice(*pair) for pair in itertools.pairwise(ends)]
        # Gradients of 16 bits may be of either type, each of another.
        wide = kind.float32 if self.dtype in HALVES else data[0].dtype
        # New memory would be given page by page, which takes longer than a copy into it.
        held: list[Any] = []
        if before is not None and before.is_tensors == self.is_tensors:
            held = before.held
        self._is_in_place = len(data) == 1 and _lies_flat(data[0])
        if self._is_in_place:
            self.param, self.grad = data[0].reshape(-1), _empty(held, kind, ends[-1], wide)
        else:
            self.param, self.grad = (
                _empty(held, kind, ends[-1], one) for one in (data[0].dtype, wide)
            )
            for part, one in zip(self._parts(self.param), data, strict=True):
                part[...] = one.reshape(-1)
        self.held: list[Any] = [self.grad] if self._is_in_place else [self.param, self.grad]
        self.size = ends[-1] * (1 + (self.dtype in PARTS))
        self.type = state_type(PARTS.get(self.dtype, self.dtype))
        self.types = PARTS.get(self.dtype, self.dtype), self.type
        address = kind.Tensor.data_ptr if self.is_tensors else _lib.address
        self.addresses = address(self.param), address(self.grad)

    def _parts(self, flat: Any) -> list[Any]:
        return [flat[one] for one in self._slices]

    def put_back(self) -> None:
        if self._is_in_place:
            if self.is_tensors:
                # autograd has to know that it is no more what it has seen.
                torch().autograd.graph.increment_version(self.params)
            return
        for part, param in zip(self._parts(self.param), self.params, strict=True):
            data = _data(param)
            data[...] = part.reshape(data.shape)

    def take_grads(self) -> None:
        for i, (part, param) in enumerate(zip(self._parts(self.grad), self.params, strict=True)):
            if param.grad is None:
                part[...] = 0
                continue
            grad = _data(param.grad)
            accepted = (self.dtype, dtype_name(self.grad))
            if math.prod(grad.shape) != len(part) or dtype_name(grad) not in accepted:
                raise ValueError(
                    f"the gradient of parameter {i} of group 0 is of another shape or type than it"
                )
            part[...] = grad.reshape(-1)

    def wrapped(self, array: Any) -> Any:
        """An array of the parameters' kind, in the same memory."""
        return torch().from_numpy(array) if self.is_tensors else array


def _empty(held: list[Any], kind: Any, size: int, dtype: Any) -> Any:
    """One of those that there are, or else a new one."""
    for i, one in enumerate(held):
        if one.dtype == dtype and len(one) == size:
            return held.pop(i)
    return kind.empty(size, dtype=dtype)


def _lies_flat(array: Any) -> bool:
    """Whether its memory can be stepped as it is."""
    if not is_tensor(array):
        return bool(array.flags.carray)
    return (
        array.is_cpu
        and array.is_contiguous()
        and not (array.is_conj() or array.is_neg() or array.is_inference())
    )


def _data(array: Any) -> Any:
    """An array's own memory, but for a tensor that is sparse."""
    if isinstance(array, Parameter):
        return array.data
    if not is_tensor(array):
        return array
    data = array.detach()
    return data if data.layout is torch().strided else data.to_dense()


class _Products:
    """What the pairs of a state give with each other, for as long as it has the same."""

    def __init__(self, values: Any = None, pairs: Sequence[Any] = ()) -> None:
        self._values, self._pairs = np.empty(0) if values is None else values, [*pairs]
        self._versions = [*map(_version, pairs)]

    def of(self, pairs: list[Any], most: int) -> tuple[Any, int]:
        """Room for those of so many, and how many of these are there."""
        are_same = [*map(id, pairs)] == [*map(id, self._pairs)]
        are_same = are_same and [*map(_version, pairs)] == self._versions
        known = len(pairs) // 2 if are_same else 0
        values = self._values
        if len(values) < most * (most + 1):
            values = np.empty(most * (most + 1))
            values[: known * (known + 1)] = self._values[: known * (known + 1)]
        return values, known


def _version(array: Any) -> int:
    """How often torch has written to it."""
    return array._version if is_tensor(array) else 0


class _Memory:
    """What is remembered, in arrays, and in the state as torch has it."""

    def __init__(
        self, state: dict[str, Any], flat: _Flat, group: dict[str, Any], products: _Products
    ) -> None:
        self.state, self.flat = state, flat
        size, room = flat.size, group["history_size"]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        held = [(state.get(name) or [])[-room:] for name in ("old_dirs", "old_stps")]
        self.count = len(held[0])
        most = min(room, self.count + group["max_iter"])
        self.products, known = products.of(held[0] + held[1], most)
        # After so many directions an evaluation may fail. The newest lie where the oldest did.
        changes = group["max_iter"] - (group["line_search_fn"] is None)
        spoilt = self.count + changes - room

        def arrays(name: str, held: list[Any]) -> list[Any]:
            found = [self._array(one, name, copied=i < spoilt) for i, one in enumerate(held)]
            return found + [np.empty(size, flat.type) for _ in range(most - self.count)]

        self.dirs, self.steps = arrays("old_dirs", held[0]), arrays("old_stps", held[1])
        self.d, self.before = (
            np.zeros(size, flat.type)
            if state.get(name) is None
            else self._array(state[name], name, copied=changes > 0)
            for name in ("d", "prev_flat_grad")
        )
        self.ro = np.zeros(room)
        self.ro[: self.count] = [number(one) for one in (state.get("ro") or [])[-room:]]
        self.call = _lib.LBFGS(
            flat.types,
            flat.size,
            flat.addresses,
            settings={
                "lr": number(group["lr"]),
                "max_iter": group["max_iter"],
                "max_eval": group["max_eval"],
                "tolerance_grad": group["tolerance_grad"],
                "tolerance_change": group["tolerance_change"],
                "history_size": room,
                "strong_wolfe": group["line_search_fn"] is not None,
            },
            memory={
                "n_iter": state["n_iter"],
                "func_evals": state["func_evals"],
                "count": self.count,
                "known": known,
                "t": number(state.get("t") or 0.0),
                "h_diag": number(1.0 if state.get("H_diag") is None else state["H_diag"]),
            },
            arrays=(self.d, self.before, self.dirs, self.steps, self.ro, self.products),
        )

    def _array(self, one: Any, name: str, *, copied: bool) -> Any:
        """An array that is remembered, of the parameters' type; a copy where a refused step may
        spoil it."""
        if is_tensor(one):
            # numpy has no bfloat16, in which torch keeps those of bfloat16 parameters.
            one = one.detach().cpu()
            one = (one.float() if one.dtype == torch().bfloat16 else one).numpy()
        found = (np.array if copied else np.ascontiguousarray)(one, self.flat.type).reshape(-1)
        if found.size != self.flat.size:
            raise ValueError(
                f"{name} of parameter 0 of group 0 has {found.size} elements; accepted:"
                f" {self.flat.size}"
            )
        return found

    def step(self, evaluate: Callable[[int], float]) -> None:
        self.call.step(evaluate)

    def save(self) -> _Products:
        memory, state, wrapped = self.call.memory, self.state, self.flat.wrapped
        began = memory.n_iter > state["n_iter"]
        state["func_evals"], state["n_iter"] = memory.func_evals, memory.n_iter
        if not began:
            # There was nothing to do, and torch's says no more of it.
            return _Products()
        dirs, steps = self.call.pairs()
        state["d"], state["t"] = wrapped(self.d), memory.t
        state["old_dirs"], state["old_stps"] = (
            [wrapped(one) for one in each] for each in (dirs, steps)
        )
        state["ro"] = self.ro[: memory.count].tolist()
        state["H_diag"] = memory.h_diag
        state["prev_flat_grad"], state["prev_loss"] = wrapped(self.before), memory.prev_loss
        if memory.n_iter > 1:
            state["al"] = [
                *self.call.al[: memory.count].tolist(),
                *[None] * (len(self.ro) - memory.count),
            ]
        return _Products(self.products, state["old_dirs"] + state["old_stps"])
