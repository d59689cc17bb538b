"""What all optimizers share: groups of parameters, states, and a step of a group in one call."""

from __future__ import annotations

import contextlib
import copy
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from operator import is_
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from .. import _lib
from .._errors import SchedError
from .._parameter import Parameter
from ._memory import ArrayMemory, Memory, TensorMemory, is_tensor, memory, torch

__all__ = ["Optimizer"]


class Optimizer:
    """The base of all optimizers: ``torch.optim.Optimizer``'s groups and state dicts.

    Args:
        params: Parameters, pairs of a name and a parameter, or dicts: each a group, with
            ``params`` and settings of its own. A parameter is a float32 array of numpy's, a
            :class:`~libsched.Parameter`, or a float32 tensor of torch's in CPU memory; it is
            stepped where it lies and never copied.
        defaults: The settings of groups that do not have their own.

    Attributes:
        param_groups: A dict a group: ``params`` and settings. Arrays are wrapped in
            :class:`~libsched.Parameter`.
        state: A dict a parameter, filled by its first step: arrays of the parameter's kind.
        defaults: As given.

    Raises:
        TypeError: what was given is no parameter, or none that can be stepped in place.
        ValueError: no parameters; one in two groups; a tensor that is no leaf; an array that is
            read-only or not contiguous; a setting out of its range.
    """

    defaults: dict[str, Any]
    state: defaultdict[Any, dict[str, Any]]
    param_groups: list[dict[str, Any]]
    _tables: dict[int, Table]

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        if is_tensor(params) or isinstance(params, np.ndarray | Parameter):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or"
                f" dicts, but got {_type_name(params)}"
            )
        self.state = defaultdict(dict)
        self.param_groups = []
        self._tables = {}
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._tables = {}
        for group in self.param_groups:
            self._complete(group)

    def _complete(self, group: dict[str, Any]) -> None:
        """Gives a loaded group the settings that its writer did not know."""

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
        self._tables[count] = Table(param_group, count)
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

    # -- Steps

    def step(
        self,
        closure: Callable[[], Any] | None = None,
        *,
        grads: Sequence[Any] | None = None,
    ) -> Any:
        """Steps every parameter that has a gradient, in place; a group in one call.

        Args:
            closure: Is called first, to compute the gradients; what it returns is returned.
            grads: The gradients, in the order of the parameters, group after group, instead of
                those in ``grad``; None in the place of one skips its parameter.

        Raises:
            TypeError, ValueError: a parameter, gradient or state that cannot be used in place, by
                its name. No parameter has then been stepped.
            SchedError: a group's setting is out of its range.
        """
        loss = None
        if closure is not None:
            with torch().enable_grad() if torch() else contextlib.nullcontext():
                loss = closure()

        tables = [self._table(i) for i in range(len(self.param_groups))]
        if grads is None:
            given = [[param.grad for param in table.params] for table in tables]
        else:
            given = _dealt(list(grads), [len(table.params) for table in tables])
        ready = [
            table for table, ones in zip(tables, given, strict=True) if table.prepare(self, ones)
        ]
        if len(ready) > 1:
            # All settings are looked at before the first group is stepped.
            for table in ready:
                table.check()
        for table in ready:
            table.step(self)
        return loss

    def _table(self, i: int) -> Table:
        """The table of a group, made anew when the group has other parameters."""
        group, table = self.param_groups[i], self._tables.get(i)
        if table is None or not table.is_of(group):
            table = self._tables[i] = Table(group, i)
        return table

    def _kernel(self, count: int) -> _lib.StepList:
        """The library's step of a list of that many parameters."""
        raise NotImplementedError

    def _enter(self, table: Table, hyper: Any) -> None:
        """Fills in a table's states, which step this is, and the kernel's settings."""
        raise NotImplementedError

    def _stepped(self, table: Table) -> None:
        """What the states have to remember of a step."""

    # -- State dicts

    def state_dict(self) -> dict[str, Any]:
        """torch's: ``state``, a dict a parameter by its number, and ``param_groups`` with numbers
        for parameters. It refers to the arrays of the state and does not copy them."""
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
                state[param] = {key: _loaded(param, one) for key, one in values.items()}
            else:
                state[number] = copy.deepcopy(values)
        for group, new in zip(groups, saved, strict=True):
            new["params"] = group["params"]
            if "param_names" in group:
                new.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": state, "param_groups": saved})


class Table:
    """A group's parameters that have gradients, as the kernel reads them.

    Attributes:
        group: The group.
        params: All its parameters.
        steps: The steps each has made; the states' ``step`` are views of it.
        counters: Those views.
        next_steps: What the active ones' steps will be.
        active: The index of those that have a gradient.
        active_counters: Their counters.
        memory: Where they lie.
        rows: The kernel's table, a row for each of them.
    """

    N, STEP, PARAM, GRAD, STATE = range(5)

    active: slice | list[int]
    active_counters: list[Any]
    next_steps: npt.NDArray[np.float32]
    memory: Memory
    rows: npt.NDArray[np.int64]
    _kernel: _lib.StepList

    def __init__(self, group: dict[str, Any], index: int) -> None:
        self.group, self.params, self._index = group, list(group["params"]), index
        names = dict(enumerate(group.get("param_names", ())))
        self._names = [
            f"parameter {i} of group {index}" + (f" ({names[i]!r})" if i in names else "")
            for i in range(len(self.params))
        ]
        everything = memory(self.params, self._names)
        self.steps: npt.NDArray[np.float32] = np.zeros(len(self.params), np.float32)
        self.counters = [everything.counter(self.steps, i) for i in range(len(self.params))]
        # The parameters the table is for, by number: all that had a gradient in the last step.
        self._chosen: list[int] = []
        # Arrays that become part of the state with the step.
        self.new: list[tuple[dict[str, Any], str, Any]] = []

    def is_of(self, group: dict[str, Any]) -> bool:
        """Whether these are still the group's parameters."""
        params = group["params"]
        return (
            group is self.group
            and len(params) == len(self.params)
            and all(map(is_, params, self.params))
        )

    def prepare(self, optimizer: Optimizer, grads: list[Any]) -> bool:
        """Fills the table for a step. False when there is nothing to step."""
        chosen = [i for i, grad in enumerate(grads) if grad is not None]
        if not chosen:
            return False
        if chosen != self._chosen:
            self._choose(optimizer, chosen)
        elif self.memory.moved():
            self._place()
        if len(chosen) < len(grads):
            grads = [grads[i] for i in chosen]
        self.rows[:, self.GRAD] = self.memory.grads(grads)
        self.new.clear()
        optimizer._enter(self, self._kernel.hyper)
        return True

    def _choose(self, optimizer: Optimizer, chosen: list[int]) -> None:
        """Makes the table anew, for these parameters."""
        # Should the memory be refused, none is chosen.
        self._chosen = []
        self.memory = memory([self.params[i] for i in chosen], [self._names[i] for i in chosen])
        self.active_counters = [self.counters[i] for i in chosen]
        # All of them are had faster by a slice.
        self.active = chosen if len(chosen) < len(self.params) else slice(None)
        self._kernel = optimizer._kernel(len(chosen))
        self.rows = self._kernel.table
        self._place()
        self._chosen = chosen

    def _place(self) -> None:
        self.rows[:, self.N] = self.memory.sizes
        self.rows[:, self.PARAM] = self.memory.addresses

    def put_state(self, column: int, name: str, arrays: list[Any]) -> None:
        """Puts arrays of the states, one a row, into a column."""
        addresses = self.memory.state(name, arrays)
        if addresses is not None:
            self.rows[:, self.STATE + column] = addresses

    def check(self) -> None:
        """Raises what the settings are refused for; steps nothing."""
        try:
            self._kernel.check()
        except SchedError as error:
            self._refuse(error)

    def step(self, optimizer: Optimizer) -> None:
        """Steps what was prepared."""
        try:
            self._kernel.step()
        except SchedError as error:
            self._refuse(error)
        for state, name, array in self.new:
            state[name] = array
        optimizer._stepped(self)
        if isinstance(self.memory, TensorMemory):
            # autograd has to know that these are no more what it has seen.
            torch().autograd.graph.increment_version(self.memory.params)

    def _refuse(self, error: SchedError) -> NoReturn:
        row = error.place
        where = f"group {self._index}" if row is None else self.memory.names[row]
        raise SchedError(f"{where}: {error}", error.status, row) from None


def _dealt(grads: list[Any], counts: list[int]) -> list[list[Any]]:
    """Gradients by group."""
    if len(grads) != sum(counts):
        raise ValueError(f"grads has {len(grads)} gradients; accepted: {sum(counts)}, or None")
    ends = list(accumulate(counts))
    return [grads[end - count : end] for count, end in zip(counts, ends, strict=True)]


def check_supported(settings: dict[str, Any]) -> None:
    """Refuses what torch refuses together, and what is torch's alone."""
    if settings["fused"]:
        if settings["differentiable"]:
            raise RuntimeError("`fused` does not support `differentiable`")
        if settings["foreach"]:
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
    for name, only in (
        ("capturable", False),
        ("differentiable", False),
        ("decoupled_weight_decay", True),
    ):
        if settings.get(name, only) is not only and bool(settings[name]) is not only:
            raise ValueError(f"{name} is {settings[name]}; accepted: {only}")


def number(value: Any) -> float:
    """A setting as a double; it may be a tensor of one element."""
    return value if type(value) is float else float(value)


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


def _loaded(param: Any, value: Any) -> Any:
    if is_tensor(value) or isinstance(value, np.ndarray | np.generic):
        kind = ArrayMemory if isinstance(param, Parameter) else TensorMemory
        return kind.adopt(param, value)
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
