"""What all optimizers share: groups of parameters, states, and a step of a group in one call."""

from __future__ import annotations

import contextlib
import copy
import math
import weakref
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, chain, repeat
from operator import is_
from typing import Any, ClassVar, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

from .. import _lib
from .._errors import SchedError
from .._parameter import Parameter
from ._hooks import Hooks, RemovableHandle, hooked
from ._memory import (
    HALVES,
    ArrayMemory,
    Memory,
    TensorMemory,
    check_apart,
    dtype_name,
    dtype_of,
    is_tensor,
    memory,
    state_type,
    to_type,
    torch,
)
from ._quantized import (
    adopt,
    begin,
    check_state_type,
    fit,
    is_codes,
    is_whole,
    mark,
    takes_codes,
)
from ._sparse import is_sparse, rows_of

__all__ = ["Optimizer"]


class Optimizer:
    """The base of all optimizers: ``torch.optim.Optimizer``'s groups and state dicts.

    Args:
        params: Parameters, pairs of a name and a parameter, or dicts: each a group, with
            ``params`` and settings of its own. A parameter is an array of numpy's, a
            :class:`~libsched.Parameter`, or a tensor of torch's in CPU memory, of float32,
            float64, bfloat16 or float16, or complex. It may be of any layout: one that is
            dense is stepped where it lies and never copied, and one with gaps in it, a view, is
            gathered for the step and put back.
        defaults: The settings of groups that do not have their own.

    Attributes:
        param_groups: A dict a group: ``params`` and settings. Arrays are wrapped in
            :class:`~libsched.Parameter`.
        state: A dict a parameter, filled by its first step: arrays of the parameter's kind.
        defaults: As given.

    Raises:
        TypeError: what was given is no parameter, or none that can be stepped in place.
        ValueError: no parameters; one in two groups; a tensor that is no leaf; an array that is
            read-only, or has elements on each other; a setting out of its range.
    """

    defaults: dict[str, Any]
    state: defaultdict[Any, dict[str, Any]]
    param_groups: list[dict[str, Any]]
    _tables: dict[int, list[Table]]
    # The states of all parameters as they were last seen, and how often there were others.
    _states: list[dict[str, Any]]
    _life: int
    # The same where there are many, and what looks at them.
    _many: tuple[Any, _lib.Values] | None
    # What stepped last, and all of it in one call.
    _ready: list[Table]
    _steps: _lib.Steps | None
    # Whether the parameters, where they lie, share no memory.
    _is_apart: bool
    _hooks: Hooks

    # What a class says of itself: its name in the library, what its state has of a parameter, in
    # torch's order, which of it are arrays and numbers, in the library's, and what groups saved by
    # older versions lack.
    _library_name: str
    _keys: tuple[str, ...] = ()
    _arrays: tuple[str, ...] = ()
    _numbers: tuple[str, ...] = ()
    _later: ClassVar[dict[str, Any]] = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }
    # What the numbers of a state are before one is loaded, as torch's.
    _number_type: ClassVar[type] = np.float32
    # Whether a step has to know rows and columns, which then lie row after row.
    _is_shaped = False
    # Settings of the library's, after those of the groups, that torch has not.
    _options: tuple[bool, ...] = ()

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self._begin()
        if is_tensor(params) or isinstance(params, np.ndarray | Parameter):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or"
                f" dicts, but got {_type_name(params)}"
            )
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)
        check_supported(self.defaults)

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()
        for group in self.param_groups:
            self._complete(group)

    def _begin(self) -> None:
        """What is no part of the state."""
        self.grad_norm, self.skipped = math.nan, False
        self._tables, self._steps, self._ready, self._is_apart = {}, None, [], False
        self._states, self._life, self._many = [], 0, None
        if "_hooks" not in self.__dict__:
            self._hooks = Hooks()

    def _complete(self, group: dict[str, Any]) -> None:
        """Gives a loaded group the settings that its writer did not know."""
        for name, value in self._later.items():
            # Beyond torch's optimizers there are some that have none of its hints.
            if name in self.defaults:
                group.setdefault(name, value)

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            for key in sorted(group):
                if key != "params":
                    text += f"    {key}: {group[key]}\n"
        return text + ")"

    # -- Parameters

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds a group: a dict of ``params`` and, where they are not the defaults, settings.

        Raises:
            TypeError, ValueError: as the constructor.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params, names = _params_of(param_group)
        param_group["params"] = params
        if names:
            param_group["param_names"] = names
        for param in params:
            if not isinstance(param, Parameter) and not is_tensor(param):
                raise TypeError(
                    "optimizer can only optimize Tensors, but one of the params is "
                    + _type_name(param)
                )
            if is_tensor(param) and not (param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)

        keys = [_identity(param) for param in params]
        if len(keys) != len(set(keys)):
            raise ValueError(
                "optimizer contains a parameter group with duplicate parameters, which one step"
                " of the group would step at the same time"
            )
        for group in self.param_groups:
            if ("param_names" in param_group) != ("param_names" in group):
                have = "with names" if "param_names" in param_group else "without names"
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param"
                    f" group {have} to the optimizer"
                )
        others = {_identity(param) for group in self.param_groups for param in group["params"]}
        if not others.isdisjoint(keys):
            raise ValueError("some parameters appear in more than one parameter group")

        count = len(self.param_groups)
        # Refuses what cannot be stepped in place.
        self._tables[count] = tables(self, param_group, count)
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradients.

        Args:
            set_to_none: Whether they become None, so that their parameters are skipped until
                there are others; otherwise they are filled with zeros.
        """
        for group in self.param_groups:
            for param in group["params"]:
                if param.grad is None:
                    continue
                if set_to_none:
                    param.grad = None
                elif isinstance(param, Parameter):
                    param.grad[...] = 0
                else:
                    if param.grad.grad_fn is not None:
                        param.grad.detach_()
                    else:
                        param.grad.requires_grad_(False)
                    param.grad.zero_()

    def store(
        self,
        rounding: str = "nearest",
        *,
        master: bool = False,
        seed: int = 0,
        state_dtype: str = "float32",
        min_8bit_size: int = 4096,
    ) -> None:
        """How parameters of bfloat16 and float16, and all states, are kept in all groups there are.

        A group may have each of these of its own. Arrays of the states that there are become what is
        asked for.

        Args:
            rounding: ``"nearest"``; ``"stochastic"`` for one of the two values beside it, by chance
                and right on average; or ``"kahan"`` for the nearest and what is left in an array
                ``residual`` of the state. Small steps are lost to the first alone.
            master: Whether the parameter itself is a float32 array ``master`` of the state, and what
                was given to the optimizer is a copy of it.
            seed: What chances come of: the same on every machine.
            state_dtype: ``"float32"``; ``"bfloat16"`` or ``"float16"``, half the memory, rounded as the
                parameters are, but to nearest in place of ``"kahan"``: averages that move by little
                need ``"stochastic"``; or ``"8bit"`` for a code of 8 bits an element and a float32 for
                every 256 of them, a quarter of the memory. An array of such a state is ``uint8`` of
                one dimension: the float32s, then the codes, in the order of the parameter's memory.
                Where that is not row after row, ``order`` of the state is a tuple of the axes of more
                than one element, those of the farthest steps first; a parameter of another order
                gets such a state by way of float32.
                States of float64 parameters are float64 whatever is asked for, and those of complex
                ones are never of 16 bits.
            min_8bit_size: Parameters of fewer elements have states of float32.

        Raises:
            ValueError: another rounding, a master with ``"kahan"``, an optimizer whose states are
                always float32, or ``"bfloat16"`` of arrays where numpy does not know it.
        """
        kept = {"state_dtype": state_dtype, "min_8bit_size": min_8bit_size}
        check_storage({"rounding": rounding, "master": master})
        for group in self.param_groups:
            self._check_states(group | kept)
        for index, group in enumerate(self.param_groups):
            group.update(rounding=rounding, master=master, seed=seed, **kept)
            for param, name in zip(group["params"], _names(group, index), strict=True):
                if param in self.state:
                    self._fit(param, group, name)

    def _check_states(self, group: dict[str, Any]) -> bool:
        """Whether a group's states are of 8 bits, those of large parameters."""
        used = {name for name in self._used(group) if name in self._arrays}
        # Not all optimizers are of the library's lists.
        maps = self._maps() if used else {}
        return check_state_type(group, type(self).__name__, set(maps), used or {"none"})

    def _maps(self) -> dict[str, str]:
        return _lib.maps(self._library_name)

    def _is_eight(self, param: Any, group: dict[str, Any]) -> bool:
        """Whether a parameter's state is of 8 bits."""
        if group.get("state_dtype", "float32") == "float32":
            return False
        return self._check_states(group) and takes_codes(param, group.get("min_8bit_size", 4096))

    def _fit(self, param: Any, group: dict[str, Any], name: str) -> None:
        """Makes a parameter's state of 8 bits and in its order, or not."""
        maps = self._maps() if self._arrays else {}
        if not maps:
            return
        state, half = self.state[param], self._half(param, group)
        if half is None:
            to_type(state, maps, state_type(dtype_of(param)))
        fit(param, name, state, maps, eight=self._is_eight(param, group))
        if half is not None:
            to_type(state, maps, half)

    def _half(self, param: Any, group: dict[str, Any]) -> str | None:
        """The type of 16 bits that a parameter's state is of; None where it is of another."""
        kind = group.get("state_dtype", "float32")
        if kind not in HALVES or dtype_of(param) not in ("float32", *HALVES):
            return None
        self._check_states(group)
        if isinstance(param, Parameter):
            try:
                np.dtype(kind)
            except TypeError:
                raise ValueError(
                    f"state_dtype is {kind!r}; accepted with arrays: a type that numpy knows"
                ) from None
        return str(kind)

    # -- Steps

    @hooked
    def step(
        self,
        closure: Callable[[], Any] | None = None,
        *,
        grads: Sequence[Any] | None = None,
        loss_scale: float = 1.0,
        max_norm: float | None = None,
        max_value: float | None = None,
        skip_nonfinite: bool = False,
        zero_grad: bool = False,
        accumulate: bool = False,
        average_weight: float | None = None,
        copies: Sequence[Any] | None = None,
    ) -> Any:
        """Steps every parameter that has a gradient, in place; all in one call and one pass.

        ::

            g = (grad + accumulated) / loss_scale, clipped to the norm, then to the value
            average <- average + average_weight * (param - average), of the new parameter

        Args:
            closure: Is called first, to compute the gradients; what it returns is returned.
            grads: The gradients, in the order of the parameters, group after group, instead of
                those in ``grad``; None in the place of one skips its parameter. Those of bfloat16
                and float16 parameters may be float32.
            loss_scale: What the loss was multiplied by, from 2⁻¹²⁶ to 2¹²⁶; gradients are
                divided by it.
            max_norm: The norm that all gradients together are clipped to, as
                :func:`libsched.nn.utils.clip_grad_norm_` does; above 0.
            max_value: The magnitude that each element is then clipped to; above 0.
            skip_nonfinite: Whether nothing is stepped or counted where a gradient is not finite.
            zero_grad: Whether gradients are filled with zeros once they have been used, or skipped.
            accumulate: Whether gradients are added to ``accumulated`` of the state and nothing is
                stepped or counted. The next step without it uses the sum, and leaves zeros there; a
                parameter that has no gradient then keeps its own. A sum of n batches is their mean
                under ``loss_scale=n``.
            average_weight: How far ``average`` of the state then moves to the new parameter, from 0
                to 1: ``1 / (n + 1)`` at the n-th step from 0 for the mean of all, as
                :class:`~libsched.optim.swa_utils.AveragedModel` has it, ``1 - decay`` for an
                exponential one. It begins as the parameter before the step. None: it stays.
            copies: An array a parameter, as `grads`, all of bfloat16 or all of float16, of its shape
                and layout: each gets its new parameter, rounded to nearest even. Where one is not
                stepped its copy stays.

        Arrays ``accumulated`` and ``average`` are of float32, of float64 for float64. `grad_norm` is
        then the norm before clipping, NaN where neither it nor `skip_nonfinite` was asked for, and
        `skipped` whether nothing was stepped.

        Raises:
            TypeError, ValueError: a parameter, gradient or state that cannot be used in place, by
                its name. No parameter has then been stepped.
            SchedError: a group's setting, or one of these, is out of its range.
        """
        more: dict[str, Any] = {}
        if loss_scale != 1.0:
            more["loss_scale"] = loss_scale
        if max_norm is not None:
            more["max_norm"] = max_norm
        if max_value is not None:
            more["max_value"] = max_value
        if skip_nonfinite:
            more["skip_nonfinite"] = True
        if zero_grad:
            more["zero_grad"] = True
        if accumulate:
            more["accumulate"] = True
        if average_weight is not None:
            more["average_weight"] = average_weight
        if copies is not None:
            more["copies"] = copies
        return self._step(closure, grads, **more)

    def _step(
        self,
        closure: Callable[[], Any] | None = None,
        grads: Sequence[Any] | None = None,
        copies: Sequence[Any] | None = None,
        **more: Any,
    ) -> Any:
        loss = None
        for name in _REALS if more else ():
            # The library takes 0 for none.
            if name in more and not number(more[name]) > 0:
                raise ValueError(f"{name} is {more[name]}; accepted: a number above 0")
        if closure is not None:
            with torch().enable_grad() if torch() else contextlib.nullcontext():
                loss = closure()

        self._look()
        groups = [self._group(i) for i in range(len(self.param_groups))]
        given = repeat(None) if grads is None else self._dealt("grads", grads)
        asked = self._asked(copies, more) if copies is not None or more else repeat(None)
        # Gradients have to live as long as the step, which lets other threads run.
        ready, held = [], []
        for group, ones, beside in zip(groups, given, asked, strict=False):
            for table in group:
                found = table.prepare(ones, beside)
                if found is not None:
                    ready.append(table)
                    held.append(found)
        if not ready:
            return loss
        if self._steps is None or ready != self._ready:
            self._steps, self._ready = _lib.Steps([table.kernel for table in ready]), ready
            self._is_apart = False
        if not self._is_apart:
            check_apart([table.memory for table in ready])
            self._is_apart = True
        steps = self._steps
        options = (
            {name: (int if name in _FLAGS else number)(one) for name, one in more.items()}
            if more
            else more
        )
        if not more:
            # Here and not after the step, which fills the cache with other memory.
            for table in ready:
                table.memory.changed()
        try:
            self.grad_norm, self.skipped = steps.step(**options)
        except SchedError as error:
            if steps.refused == len(ready):
                raise
            ready[steps.refused].refuse(error)
        if more and more.get("zero_grad"):
            # What was copied for the step is not what has to become 0.
            for table, found in zip(ready, held, strict=True):
                if table.has_copies:
                    for grad in found:
                        _zero(grad)
        if self.skipped or "accumulate" in more:
            for table in ready:
                table.memory.put_back()
            return loss
        for table in ready:
            table.stepped()
            if more:
                table.memory.changed()
        self._stepped(ready)
        return loss

    def _asked(self, copies: Sequence[Any] | None, more: dict[str, Any]) -> list[_Beside | None]:
        """What a step is asked to keep beside each group's parameters."""
        accumulates, averages = "accumulate" in more, "average_weight" in more
        if copies is None:
            asked = _Beside(accumulates, averages, None) if accumulates or averages else None
            return [asked] * len(self.param_groups)
        return [_Beside(accumulates, averages, ones) for ones in self._dealt("copies", copies)]

    def _dealt(self, name: str, arrays: Sequence[Any]) -> list[list[Any]]:
        """Gradients, or copies, by group."""
        arrays, counts = list(arrays), [len(group["params"]) for group in self.param_groups]
        if len(arrays) != sum(counts):
            what = "gradients" if name == "grads" else name
            raise ValueError(f"{name} has {len(arrays)} {what}; accepted: {sum(counts)}, or None")
        ends = list(accumulate(counts))
        return [arrays[end - count : end] for count, end in zip(counts, ends, strict=True)]

    def _look(self) -> None:
        """Sees whether there are other states than before."""
        state = self.state
        if self._many is not None and state is self._many[0]:
            is_same = self._many[1].unchanged()
        else:
            states = self._states
            is_same = len(state) == len(states) and all(map(is_, state.values(), states))
        if not is_same:
            self._states = list(state.values())
            self._life += 1
            # Of a few it is faster to look here.
            is_many = len(state) > 16 and _lib.HAS_LOCK
            self._many = (state, _lib.Values([state])) if is_many else None

    def _group(self, i: int) -> list[Table]:
        """The tables of a group, made anew when the group has other parameters."""
        group, found = self.param_groups[i], self._tables.get(i)
        if not found or not found[0].is_of(group) or found[0].stored != _stored(group):
            found = self._tables[i] = tables(self, group, i)
        return found

    # -- What the classes of optimizers say of themselves

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        """A group's settings in the order of the library's structure."""
        raise NotImplementedError

    def _settings_of(self, table: Table) -> tuple[Any, ...]:
        """The same of a group's parameters of one sort."""
        return self._settings(table.group)

    def _sort(self, param: Any) -> object:
        """What parameters have in common that are stepped with the same settings."""
        return dtype_of(param)

    def _used(self, group: dict[str, Any]) -> tuple[str, ...]:
        """What the state has of a parameter of that group: of ``_keys``."""
        return self._keys

    def _start(self, name: str, group: dict[str, Any]) -> float:
        """What an array or a number of the state holds before the first step."""
        return 0.0

    def _shape_of(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of an array of state, from its parameter's."""
        return shape

    def _gradients(self, table: Table, grads: list[Any]) -> list[int]:
        """Where a table's gradients lie."""
        return table.gradients(grads)

    def _enter(self, table: Table) -> None:
        """Fills in a table's states, and which step this is."""
        table.enter(self._used(table.group))

    def _stepped(self, tables: list[Table]) -> None:
        """What groups have to remember of a step."""

    # -- Hooks

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(optimizer, args, kwargs)`` before every step; it may return other arguments."""
        return self._hooks.add("step_pre", hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(optimizer, args, kwargs)`` after every step."""
        return self._hooks.add("step_post", hook)

    def register_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """``hook(optimizer)`` before a state dict is made."""
        return self._hooks.add("save_pre", hook, prepend=prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """``hook(optimizer, state_dict)`` after it is made; it may return another."""
        return self._hooks.add("save_post", hook, prepend=prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """``hook(optimizer, state_dict)`` before one is loaded; it may return another."""
        return self._hooks.add("load_pre", hook, prepend=prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """``hook(optimizer)`` after one is loaded."""
        return self._hooks.add("load_post", hook, prepend=prepend)

    # -- State dicts

    def state_dict(self) -> dict[str, Any]:
        """torch's: ``state``, a dict a parameter by its number, and ``param_groups`` with numbers
        for parameters. It refers to the arrays of the state and does not copy them."""
        for hook in self._hooks.of("save_pre"):
            hook(self)
        saved = self._saved()
        for hook in self._hooks.of("save_post"):
            saved = hook(self, saved) or saved
        return saved

    def _saved(self) -> dict[str, Any]:
        numbers: dict[int, int] = {}
        for param in chain.from_iterable(group["params"] for group in self.param_groups):
            numbers.setdefault(id(param), len(numbers))
        return {
            "state": {numbers.get(id(key), key): value for key, value in self.state.items()},
            "param_groups": [
                {key: value for key, value in group.items() if key != "params"}
                | {"params": [numbers[id(param)] for param in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a copy of what :meth:`state_dict` gave, ours or torch's.

        Args:
            state_dict: Of an optimizer with as many parameters in as many groups. Its arrays may
                be of either kind.

        Raises:
            ValueError: other groups.
        """
        state_dict = state_dict.copy()
        for hook in self._hooks.of("load_pre"):
            state_dict = hook(self, state_dict) or state_dict
        groups, saved = self.param_groups, copy.deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(g["params"]) != len(s["params"]) for g, s in zip(groups, saved, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of"
                " optimizer's group"
            )
        params = chain.from_iterable(group["params"] for group in groups)
        numbers = chain.from_iterable(group["params"] for group in saved)
        by_number = dict(zip(numbers, params, strict=True))
        state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        for number, values in state_dict["state"].items():
            if number in by_number:
                param = by_number[number]
                state[param] = {
                    key: _loaded(param, key, one, in_rows=self._is_shaped)
                    for key, one in values.items()
                }
            else:
                state[number] = copy.deepcopy(values)
        for group, new in zip(groups, saved, strict=True):
            new["params"] = group["params"]
            # What torch's lacks stays as it is.
            for key in ("param_names", *_STORED):
                if key in group:
                    new.setdefault(key, group[key])
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._hooks.of("load_post"):
            hook(self)


class Table:
    """A group's parameters of one type that have gradients, as the library reads them.

    Attributes:
        group: The group.
        params: All its parameters of that type.
        steps: The steps each has made; the states' ``step`` are views of it.
        counters: Those views.
        numbers: By name, numbers of each one's state, and views of them.
        next_steps: What the active ones' steps will be, where they are more than a few.
        active: The index of those that have a gradient.
        chosen: Their numbers.
        scalars: Their numbers of state as the library reads and writes them.
        memory: Where they lie.
        kernel: What the library reads.
        rows: Its table, a row for each of them.
    """

    N, STEP, PARAM, GRAD, STATE = range(5)

    active: slice | list[int]
    next_steps: npt.NDArray[np.float32]
    memory: Memory
    kernel: _lib.StepList
    rows: npt.NDArray[np.int64]

    def __init__(
        self, optimizer: Optimizer, group: dict[str, Any], index: int, members: Sequence[int]
    ) -> None:
        self._optimizer, self.group, self._index = weakref.ref(optimizer), group, index
        self.stored = _stored(group)
        self._all, self._members = list(group["params"]), members
        self.params = [self._all[i] for i in members]
        names = _names(group, index)
        self._names = [names[i] for i in members]
        self._dtype = dtype_of(self.params[0]) if self.params else "float32"
        everything = memory(self.params, self._names, self._dtype, in_rows=optimizer._is_shaped)
        self._full = everything.full
        # What 8 bits hold of the states, and how; empty where they are not of 8 bits.
        is_eight = bool(self.params) and optimizer._is_eight(self.params[0], group)
        self._maps = optimizer._maps() if is_eight else {}
        self._half = optimizer._half(self.params[0], group) if self.params else None
        self._codes: dict[str, tuple[list[Any], list[int]]] = {}
        count = len(self.params)
        self.steps: npt.NDArray[np.float32] = np.zeros(count, np.float32)
        self.counters = [everything.counter(self.steps, i) for i in range(count)]
        self._counter = everything.counter
        self.numbers: dict[str, tuple[npt.NDArray[Any], list[Any]]] = {
            name: self._views(optimizer._number_type) for name in optimizer._numbers
        }
        # The parameters the table is for, by number: all that had a gradient in the last step;
        # none while it is being made.
        self._chosen: list[int] = []
        self.chosen: list[int] = []
        # The settings as they were last put in.
        self._settings: tuple[Any, ...] | None = None
        self._storage = "nearest", False, 0
        self._kept = _Kept(False, False, None, self._dtype)
        # Whether gradients may have been accumulated; None until somebody looks.
        self._accumulates: bool | None = None
        # Arrays that become part of the state with the step.
        self.new: list[tuple[dict[str, Any], str, Any]] = []
        self._counts = False
        # For a step like the last: the states once they are entered, what they all held, the
        # group's values while none of them can change in place, and where the gradients lay.
        self.seen: list[dict[str, Any]] = []
        self._seen: list[Any] | None = None
        self._watch: _lib.Look | None = None
        self._life = 0
        self._given: list[Any] = []
        self._grads: list[int] = []

    def is_of(self, group: dict[str, Any]) -> bool:
        """Whether these are still the group's parameters."""
        params = group["params"]
        return (
            group is self.group
            and len(params) == len(self._all)
            and all(map(is_, params, self._all))
        )

    def prepare(self, grads: list[Any] | None, asked: _Beside | None = None) -> list[Any] | None:
        """Fills the table for a step, from the group's gradients, by default those that its parameters
        have. The gradients of those that are stepped; None when there is nothing to step."""
        copies = None if asked is None else asked.copies
        if len(self._members) < len(self._all):
            grads = None if grads is None else [grads[i] for i in self._members]
            copies = None if copies is None else [copies[i] for i in self._members]
        optimizer = self._optimizer()
        assert optimizer is not None
        if asked is None:
            found = self._again(optimizer, grads)
            if found is not None:
                return found
        if grads is None:
            grads = [param.grad for param in self.params]
        self._seen = self._watch = None
        chosen = [i for i, grad in enumerate(grads) if grad is not None]
        if not chosen:
            return None
        storage = self._storage_of(self.group)
        if len(chosen) < len(grads):
            grads = [grads[i] for i in chosen]
            copies = None if copies is None else [copies[i] for i in chosen]
        kept = self._to_keep(optimizer, asked, grads, copies)
        if chosen != self._chosen or storage != self._storage or kept != self._kept:
            self._storage, self._kept = storage, kept
            self._choose(optimizer, chosen)
        elif self.memory.moved():
            self._fit(optimizer, chosen)
            self._place()
        self.rows[:, self.GRAD] = self._grads = optimizer._gradients(self, grads)
        self.new.clear()
        check_supported(self.group)
        self._counts, self.seen = False, []
        optimizer._enter(self)
        if self.kernel.beside is not None:
            self._enter_besides(optimizer, self.kernel.beside, copies)
        self.memory.gather()
        settings = tuple(map(number, (*optimizer._settings_of(self), *optimizer._options)))
        if settings != self._settings:
            self.kernel.set(settings)
            self._settings = settings
        self._see(optimizer)
        return grads

    def _storage_of(self, group: dict[str, Any]) -> tuple[str, bool, int]:
        """How what is of 16 bits is kept."""
        if self._dtype in HALVES:
            return check_storage(group)
        if self._half is not None and check_storage(group)[0] == "stochastic":
            return "stochastic", False, check_storage(group)[2]
        return "nearest", False, 0

    def _to_keep(
        self,
        optimizer: Optimizer,
        asked: _Beside | None,
        grads: list[Any],
        copies: Sequence[Any] | None,
    ) -> _Kept:
        """What is kept beside the parameters, and what gradients and copies are made of."""
        if self._accumulates is None:
            # Of a state that was loaded.
            self._accumulates = any(
                "accumulated" in optimizer.state[param]
                for param in self.params
                if param in optimizer.state
            )
        if asked is not None and asked.accumulates:
            # What has been accumulated is to be used, so it is there from now on.
            self._accumulates = True
        is_half = self._dtype in HALVES
        return _Kept(
            self._accumulates,
            asked is not None and asked.averages,
            None if copies is None else dtype_name(copies[0]),
            "float32" if is_half and dtype_name(grads[0]) == "float32" else self._dtype,
        )

    def _see(self, optimizer: Optimizer) -> None:
        """Remembers what :meth:`_again` looks at, where a step can be so plain."""
        self._given = []
        states = self.seen
        is_plain = not (self.new or self._maps or self.has_beside or self.has_copies)
        if not states or not is_plain:
            return
        optimizer._look()
        self._life = optimizer._life
        self._seen = [*chain.from_iterable(map(dict.values, states)), _END]
        used = optimizer._used(self.group)
        columns = {name: self.STATE + i for i, name in enumerate(optimizer._arrays) if name in used}
        self._watch = self.memory.look(self.rows, self.GRAD, columns, states)

    def _again(self, optimizer: Optimizer, grads: list[Any] | None) -> list[Any] | None:
        """Fills the table where all that differs from the step before is the gradients' places,
        the first of the settings, which is the rate, and counts; where there is more to do, or
        something is amiss, None."""
        if self._seen is None or self._life != optimizer._life:
            return None
        if grads is None and (self._watch is None or len(self.chosen) < len(self.params)):
            grads = [param.grad for param in self.params]
        if grads is not None and len(self.chosen) < len(grads):
            if sum(grad is not None for grad in grads) != len(self.chosen):
                return None
            grads = [grads[i] for i in self.chosen]
        found = self._where_they_are(grads)
        if found is None:
            return None
        given = self.group.values()
        if len(given) != len(self._given) or not all(map(is_, given, self._given)):
            check_supported(self.group)
            if self._storage_of(self.group) != self._storage:
                return None
            settings = tuple(map(number, (*optimizer._settings_of(self), *optimizer._options)))
            if settings != self._settings:
                if self._settings is None or settings[1:] != self._settings[1:]:
                    return None
                self.kernel.set(settings)
                self._settings = settings
            # What can change in place has to be read anew.
            self._given = list(given) if all(map(_is_constant, self.group.items())) else []
        if self._counts:
            self._count()
        for column, (held, _) in enumerate(self.numbers.values()):
            self.scalars[:, column] = held[self.active]
        return found

    def _where_they_are(self, grads: list[Any] | None) -> list[Any] | None:
        """The gradients, their places put in, where all else lies where it did; else None."""
        if self._watch is not None:
            found = self._watch.find(grads)
            return None if found is None or self.memory.hides(found) else found
        assert self._seen is not None and grads is not None
        addresses = self.memory.again(grads)
        values = chain(chain.from_iterable(map(dict.values, self.seen)), (_END,))
        if addresses is None or not all(map(is_, values, self._seen)):
            return None
        if addresses != self._grads:
            self.rows[:, self.GRAD] = self._grads = addresses
        return grads

    def _count(self) -> None:
        if self._few:
            try:
                for row, i in self._few:
                    self._places[row] = int(self._taken[i]) + 1
                return
            except (ValueError, OverflowError):
                # No number of steps: the library says so.
                pass
        self.next_steps = self.steps[self.active] + _ONE
        self._count_column[...] = self.next_steps

    def gradients(self, grads: list[Any], *, takes_sparse: bool = False) -> list[int]:
        """Where the gradients lie; of sparse ones, where those are taken, their rows."""
        try:
            addresses = self.memory.grads(grads)
        except TypeError:
            if not takes_sparse or not any(map(is_sparse, grads)):
                raise
        else:
            self._set_rows(None)
            return addresses
        everything: list[tuple[int, Any]] = []
        rows: list[tuple[int, npt.NDArray[np.int64]]] = []
        for i, (param, grad) in enumerate(zip(self.memory.params, grads, strict=True)):
            if is_sparse(grad):
                total, indices, values = rows_of(param, grad, self.memory.names[i])
            else:
                # All of it is one row.
                total, indices, values = 1, np.zeros(1, np.int64), grad
                memory([param], [self.memory.names[i]], self._dtype).grads([grad])
            rows.append((total, indices))
            everything.append((_address(values), values))
        self._set_rows(rows)
        # They have to live as long as the step.
        self._values = [values for _, values in everything]
        return [address for address, _ in everything]

    @property
    def has_beside(self) -> bool:
        """Whether something lies beside the parameters, or stands for them."""
        return self.kernel.beside is not None or self.memory.has_gaps

    @property
    def has_copies(self) -> bool:
        """Whether gradients were not stepped where they lie."""
        return self.memory.has_copies or self.kernel.has_rows

    def _views(self, dtype: Any) -> tuple[npt.NDArray[Any], list[Any]]:
        """A number of state for each parameter, and views of them."""
        values: npt.NDArray[Any] = np.zeros(len(self.params), dtype)
        return values, [self._counter(values, i) for i in range(len(values))]

    def _set_rows(self, rows: list[tuple[int, npt.NDArray[np.int64]]] | None) -> None:
        optimizer = self._optimizer()
        if self.kernel.set_rows(rows) and optimizer is not None:
            optimizer._steps = None

    def _choose(self, optimizer: Optimizer, chosen: list[int]) -> None:
        """Makes the table anew, for these parameters."""
        # Should the memory be refused, none is chosen.
        self._chosen, optimizer._steps = [], None
        self.memory = memory(
            [self.params[i] for i in chosen],
            [self._names[i] for i in chosen],
            self._dtype,
            in_rows=optimizer._is_shaped,
        )
        kept = self._kept
        self.memory.grad_dtype = kept.grad_dtype
        if self._half is not None:
            self.memory.state_type = self._half
        self.chosen = chosen
        # All of them are had faster by a slice.
        self.active = chosen if len(chosen) < len(self.params) else slice(None)
        self._active_counters = [self.counters[i] for i in chosen]
        self._active_numbers = {
            name: [views[i] for i in chosen] for name, (_, views) in self.numbers.items()
        }
        arrays, numbers = len(optimizer._arrays), len(optimizer._numbers)
        rounding, has_master, seed = self._storage
        self._fit(optimizer, chosen)
        self.kernel = _lib.StepList(
            optimizer._library_name,
            self.memory.type,
            2 + arrays + bool(numbers) + 2 * optimizer._is_shaped,
            len(chosen),
            state_dtype="q8" if self._maps else self._half,
            grad_dtype=None if kept.grad_dtype == self._dtype else kept.grad_dtype,
            copy_dtype=kept.copy_dtype if kept.copy_dtype in HALVES else None,
            rounding=rounding,
            has_beside=has_master
            or rounding != "nearest"
            or kept.accumulates
            or kept.averages
            or kept.copy_dtype is not None,
        )
        if self.kernel.beside is not None:
            first = hash((seed, self._index)) >> 8
            self.kernel.beside[:, self.kernel.SEED] = first + np.array(self._members)[chosen]
        self.rows, self._settings = self.kernel.table, None
        self._count_column = self.rows[:, self.STEP]
        # Of few, numbers in memory are faster than arrays: numpy's code is out of the cache after
        # a step.
        self._few = list(enumerate(chosen)) if len(chosen) <= _FEW else []
        self._places, self._taken = self._count_column.data, self.steps.data
        # Two steps on: a step that is not counted is none of the first.
        self.rows[:, self.STEP] = 2
        self.scalars: npt.NDArray[np.float64] = np.zeros((len(chosen), numbers))
        if numbers:
            start, width = self.scalars.ctypes.data, self.scalars.strides[0]
            self.rows[:, self.STATE + arrays] = start + width * np.arange(len(chosen))
        self._place()
        self._chosen = chosen

    def _fit(self, optimizer: Optimizer, chosen: list[int]) -> None:
        """Makes the states that there are what they should be."""
        self._codes.clear()
        for i in chosen:
            if self.params[i] in optimizer.state:
                optimizer._fit(self.params[i], self.group, self._names[i])

    def _place(self) -> None:
        self.rows[:, self.N] = self.memory.sizes
        self.rows[:, self.PARAM] = self.memory.addresses
        optimizer = self._optimizer()
        assert optimizer is not None
        optimizer._is_apart = False
        if optimizer._is_shaped:
            self.rows[:, -2:] = [
                shape[-2:] if len(shape) > 1 else (0, 0) for shape in self.memory.shapes
            ]

    def enter(self, keys: tuple[str, ...]) -> None:
        """Puts in what the states have under these keys, made where a state is empty."""
        optimizer, memory = self._optimizer(), self.memory
        assert optimizer is not None
        states = list(map(optimizer.state.__getitem__, memory.params))
        if not all(states):
            for i, state in zip(self.chosen, states, strict=True):
                if not state:
                    self.begin(optimizer, i, keys)
        for name in keys:
            if name == "step":
                self._enter_steps(states)
            elif name in optimizer._numbers:
                self._enter_numbers(name, optimizer._numbers.index(name), states)
            else:
                self.put_state(name, [state[name] for state in states])
        self.seen = states

    def _enter_besides(
        self,
        optimizer: Optimizer,
        beside: npt.NDArray[np.int64],
        copies: Sequence[Any] | None,
    ) -> None:
        """Puts in what stands beside the parameters."""
        states = [optimizer.state[param] for param in self.memory.params]
        rounding, has_master, _ = self._storage
        for name, column, is_kept in (
            ("master", self.kernel.MASTER, has_master),
            ("residual", self.kernel.RESIDUAL, rounding == "kahan" and not has_master),
            ("accumulated", self.kernel.ACCUMULATED, self._kept.accumulates),
            ("average", self.kernel.AVERAGE, self._kept.averages),
        ):
            if is_kept:
                beside[:, column] = self._beside(optimizer, name, states)
        if copies is not None:
            assert self._kept.copy_dtype is not None
            beside[:, self.kernel.COPY] = self.memory.copies(list(copies), self._kept.copy_dtype)

    def _beside(self, optimizer: Optimizer, name: str, states: list[dict[str, Any]]) -> list[int]:
        """Where one of them lies, made where a state has none."""
        for param, state in zip(self.memory.params, states, strict=True):
            if name not in state:
                shape = tuple(param.data.shape) if optimizer._is_shaped else None
                state[name] = self._full(param, 0.0, shape)
                if name in ("master", "average"):
                    state[name][...] = param.detach() if is_tensor(param) else param.data
            if name == "residual" and dtype_of(state[name]) != self._dtype:
                # New, or loaded, and then of values that fit.
                one = state[name]
                state[name] = (
                    one.to(param.dtype) if is_tensor(one) else one.astype(self._dtype, order="K")
                )
        arrays = [state[name] for state in states]
        return self.memory.state(name, arrays) or self.memory.known(name)

    def begin(self, optimizer: Optimizer, i: int, keys: tuple[str, ...]) -> None:
        """Makes the state of a parameter, by its number."""
        param = self.params[i]
        state, in_rows = optimizer.state[param], optimizer._is_shaped
        for name in keys:
            start = optimizer._start(name, self.group)
            if name == "step":
                # The table's own count may be of an earlier life.
                state[name] = self.counters[i]
                state[name][()] = 0.0
            elif name in optimizer._numbers:
                state[name] = self.numbers[name][1][i]
                state[name][()] = start
            else:
                shape = optimizer._shape_of(name, tuple(param.data.shape)) if in_rows else None
                state[name] = self.full(name, param, start, shape)
        if self._maps:
            mark(param, state)

    def full(
        self, name: str, param: Any, start: float, shape: tuple[int, ...] | None = None
    ) -> Any:
        """A new array of a parameter's state."""
        if self._maps:
            return begin(param, self._maps[name], start)
        state = {name: self._full(param, start, shape)}
        if self._half is not None:
            to_type(state, state, self._half)
        return state[name]

    def _enter_steps(self, states: list[dict[str, Any]]) -> None:
        steps = [state["step"] for state in states]
        if not all(map(is_, steps, self._active_counters)):
            # Loaded, or counted elsewhere before.
            self.steps[self.active] = [number(step) for step in steps]
            for state, counter in zip(states, self._active_counters, strict=True):
                state["step"] = counter
        self._count()
        self._counts = True

    def _enter_numbers(self, name: str, column: int, states: list[dict[str, Any]]) -> None:
        values, _ = self.numbers[name]
        views, held = self._active_numbers[name], [state[name] for state in states]
        if not all(map(is_, held, views)):
            # Loaded ones have the parameters' type, as torch's have.
            if values.dtype != np.float64 and any(str(one.dtype)[-2:] == "64" for one in held):
                self.numbers[name] = values, everything = self._views(np.float64)
                views = self._active_numbers[name] = [everything[i] for i in self.chosen]
            values[self.active] = [number(one) for one in held]
            for state, view in zip(states, views, strict=True):
                state[name] = view
        self.scalars[:, column] = values[self.active]

    def put_state(self, name: str, arrays: list[Any]) -> None:
        """Puts arrays of the states, one a row, into their column."""
        optimizer = self._optimizer()
        assert optimizer is not None
        shape_of = partial(optimizer._shape_of, name) if optimizer._is_shaped else None
        addresses = (
            self._enter_codes(name, arrays)
            if self._maps
            else self.memory.state(name, arrays, shape_of)
        )
        if addresses is not None:
            self.rows[:, self.STATE + optimizer._arrays.index(name)] = addresses

    def _enter_codes(self, name: str, arrays: list[Any]) -> list[int] | None:
        """Where arrays of 8 bits lie; None for where they did."""
        known = self._codes.get(name)
        addresses = list(map(_address, arrays))
        if known is not None and all(map(is_, arrays, known[0])) and addresses == known[1]:
            return None
        for array, n, who in zip(arrays, self.memory.sizes, self.memory.names, strict=True):
            if not is_codes(array) or len(array) != _lib.q8_bytes(n) or not is_whole(array):
                raise ValueError(
                    f"{name} of {who} is of shape {tuple(array.shape)} and {array.dtype}; accepted:"
                    f" {_lib.q8_bytes(n)} contiguous, writable uint8 in CPU memory"
                )
        self._codes[name] = arrays, addresses
        return addresses

    def stepped(self) -> None:
        """What is to be remembered of a step."""
        if self._watch is None or self.memory.has_gaps:
            self.memory.put_back()
        for state, name, array in self.new:
            state[name] = array
        optimizer = self._optimizer()
        if self._maps and self.new and optimizer is not None:
            for param in self.memory.params:
                mark(param, optimizer.state[param])
        if self._counts and self._few:
            for _, i in self._few:
                self._taken[i] += 1
        elif self._counts:
            self.steps[self.active] = self.next_steps
        for column, (values, _) in enumerate(self.numbers.values()):
            values[self.active] = self.scalars[:, column]

    def refuse(self, error: SchedError) -> NoReturn:
        """Raises what the library refused, with the parameter's name."""
        row = error.place
        where = f"group {self._index}" if row is None else self.memory.names[row]
        raise SchedError(f"{where}: {error}", error.status, row) from None


class _Kept(NamedTuple):
    """What lies beside a table's parameters, and what is made of what."""

    accumulates: bool
    averages: bool
    copy_dtype: str | None
    grad_dtype: str


class _Beside(NamedTuple):
    """What a step is asked to keep beside a group's parameters."""

    accumulates: bool
    averages: bool
    copies: Sequence[Any] | None


# Those of which 0 is none in the library.
_REALS = ("loss_scale", "max_norm", "max_value")
_FLAGS = ("skip_nonfinite", "zero_grad", "accumulate")


def _zero(grad: Any) -> None:
    if is_tensor(grad):
        grad.detach().zero_()
    else:
        grad[...] = 0


# What no state holds.
_END = object()

# How many parameters are few.
_FEW = 16

# Added to an array it is faster than a number.
_ONE = np.ones((), np.float32)


# What a group says of how it is kept, which torch's lack.
_STORED = ("rounding", "master", "seed", "state_dtype", "min_8bit_size")


def _stored(group: dict[str, Any]) -> tuple[Any, Any]:
    """What makes a group's parameters of other sorts."""
    return group.get("state_dtype", "float32"), group.get("min_8bit_size", 4096)


def _address(values: Any) -> int:
    where: int = values.data_ptr() if is_tensor(values) else _lib.address(values)
    return where


def tables(optimizer: Optimizer, group: dict[str, Any], index: int) -> list[Table]:
    """A group's tables, one for each sort its parameters are of."""
    members: dict[object, list[int]] = {}
    for i, param in enumerate(group["params"]):
        sort = optimizer._sort(param), optimizer._is_eight(param, group)
        members.setdefault(sort, []).append(i)
    return [Table(optimizer, group, index, ones) for ones in members.values() or [[]]]


def check_storage(group: dict[str, Any]) -> tuple[str, bool, int]:
    """A group's rounding, whether it has a master, and its seed."""
    rounding, master = group.get("rounding", "nearest"), bool(group.get("master", False))
    accepted = ("nearest", "stochastic") if master else ("nearest", "stochastic", "kahan")
    if rounding not in accepted:
        raise ValueError(f"rounding is {rounding!r}; accepted: one of {accepted}")
    return rounding, master, int(group.get("seed", 0))


def check_supported(settings: dict[str, Any]) -> None:
    """Refuses what torch refuses together, and what is torch's alone."""
    if settings.get("fused"):
        if settings["differentiable"]:
            raise RuntimeError("`fused` does not support `differentiable`")
        if settings["foreach"]:
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
    for name in ("capturable", "differentiable"):
        if settings.get(name):
            raise ValueError(f"{name} is {settings[name]}; accepted: False")


_CONSTANTS = (float, int, bool, str, type(None))


def _is_constant(setting: tuple[str, Any]) -> bool:
    """Whether a setting's value is the same as long as it is the same object."""
    name, value = setting
    values = value if type(value) is tuple else (value,)
    # The table knows its parameters itself.
    return name == "params" or all(type(one) in _CONSTANTS for one in values)


def number(value: Any) -> float:
    """A setting as a double; it may be a tensor of one element."""
    return value if type(value) is float else float(value)


def _names(group: dict[str, Any], index: int) -> list[str]:
    """What messages call a group's parameters."""
    names = dict(enumerate(group.get("param_names", ())))
    return [
        f"parameter {i} of group {index}" + (f" ({names[i]!r})" if i in names else "")
        for i in range(len(group["params"]))
    ]


def _params_of(group: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """A group's parameters, arrays wrapped, and their names, if they have any."""
    params = group["params"]
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of"
            " tensors in sets will change between runs. Please use a list instead."
        )
    if is_tensor(params) or isinstance(params, np.ndarray | Parameter):
        params = [params]
    found, names = [], []
    for param in params:
        if isinstance(param, tuple):
            names.append(param[0])
            param = param[1]
        found.append(Parameter(param) if isinstance(param, np.ndarray) else param)
    if names and len(names) != len(found):
        raise ValueError(
            "all optimizer params should be with/without names. Some param names are missing"
        )
    return found, names


def _identity(param: Any) -> int:
    return id(param.data) if isinstance(param, Parameter) else id(param)


def _loaded(param: Any, key: str, value: Any, *, in_rows: bool) -> Any:
    if is_tensor(value) or isinstance(value, np.ndarray | np.generic):
        if is_codes(value):
            return adopt(param, value)
        kind = ArrayMemory if isinstance(param, Parameter) else TensorMemory
        return kind.adopt(param, value, is_count=key == "step", in_rows=in_rows)
    return copy.deepcopy(value)


def _type_name(value: object) -> str:
    if is_tensor(value):
        name: str = torch().typename(value)
        return name
    kind = type(value)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
