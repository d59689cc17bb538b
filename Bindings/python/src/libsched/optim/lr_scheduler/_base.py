"""The base of all schedulers, what they have in common, and the library's part in them."""

from __future__ import annotations

import functools
import math
import warnings
import weakref
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from ... import _lib
from ..._errors import SchedError
from ..._schedules import Schedule
from .._memory import is_tensor

EPOCH_DEPRECATION_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where"
    " possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if"
    " epoch is different from None, the closed form is used instead of the new chainable form,"
    " where available. Please open an issue if you are unable to replicate your use case:"
    " https://github.com/pytorch/pytorch/issues/new/choose."
)

_ORDER = "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
_OVERRIDDEN = (
    "Seems like `optimizer.step()` has been overridden after learning rate scheduler"
    " initialization. Please, make sure to call `optimizer.step()` before `lr_scheduler.step()`."
    f" See more details at {_ORDER}"
)
_TOO_EARLY = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later,"
    " you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`."
    "  Failure to do this will result in PyTorch skipping the first value of the learning rate"
    f" schedule. See more details at {_ORDER}"
)
_NO_INITIAL_LR = (
    "param 'initial_lr' is not specified in param_groups[{}] when resuming scheduler with"
    " last_epoch >= 0.\nThis typically happens when:\n1. You're trying to resume training from a"
    " checkpoint but haven't properly loaded the optimizer state\n2. You're using last_epoch >= 0"
    " for a fresh training run (not recommended)"
)

_MAX_STEP = _lib.MAX_STEP

# What a rate is: a float, and whatever torch's schedulers take in its place.
Rate: TypeAlias = Any

# -- Rates of any type --------------------------------------------------------


def copy_of(value: Rate) -> Rate:
    return value.clone() if is_tensor(value) else value


def copies(optimizer: Any, key: str) -> list[Rate]:
    """``group[key]`` of every group, tensors cloned."""
    return [
        value if type(value) is float else copy_of(value)
        for group in optimizer.param_groups
        for value in (group[key],)
    ]


def put(group: dict[str, Any], key: str, value: Rate) -> None:
    """Sets ``group[key]``; a tensor stays the object it is."""
    if is_tensor(group[key]):
        if is_tensor(value) and value.dim() != 0:
            value = value.squeeze()
        group[key].fill_(value)
    else:
        group[key] = value


def for_each_group(name: str, optimizer: Any, value: Any) -> list[Rate]:
    """A list of one value a group from such a list or a single value."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        value = [value] * groups
    elif len(value) != groups:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. "
            f"{name} has {len(value)} values, param_groups has {groups}."
        )
    return [copy_of(one) for one in value]


# -- The library's part -------------------------------------------------------


_NOTHING = object()


class Native:
    """The library's part in a scheduler, as long as the scheduler's fields are these objects.

    Without a schedule where the library has none with such fields. Then, and for rates that are
    no plain floats, the schedulers compute what torch does in Python, with its types and its
    exceptions.
    """

    __slots__ = (
        "answer",
        "call",
        "count",
        "first",
        "kept",
        "own",
        "placed",
        "points",
        "schedule",
        "second",
        "third",
    )

    def __init__(self, own: bool, first: object, second: object, third: object) -> None:
        self.first, self.second, self.third = first, second, third
        self.schedule: Schedule | None = None
        # What a field held when the schedule was made, if it is one that can be changed in place.
        self.kept: Any = None
        # sched_chain for that many groups, or sched_anneal for that many ways, and the base rates
        # or points that it has from the last call, if are_still() can tell.
        self.count = 0
        self.call: Callable[..., Any]
        self.points: Any = None
        # The last rates given out, if nobody's but this module's code has had them.
        self.answer: object = _NOTHING
        # As `answer`, and in force already.
        self.placed: object = _NOTHING
        self.own = own

    def make(self, kind: str, **fields: object) -> None:
        try:
            self.schedule = Schedule(kind, **fields)
        except SchedError:
            pass


# The classes of this package, as they are: what a subclass makes of the rates is not known.
_OURS: set[type] = set()

C = TypeVar("C", bound=type)


def is_ours(kind: C) -> C:
    _OURS.add(kind)
    return kind


def native_of(
    scheduler: LRScheduler, first: object, second: object = None, third: object = None
) -> Native:
    """The library's part for these fields, made anew when one is no more the object it was."""
    try:
        native = scheduler._libsched
        if native.first is first and native.second is second and native.third is third:
            return native
    except AttributeError:
        # New, or a copy.
        pass
    native = scheduler._libsched = Native(type(scheduler) in _OURS, first, second, third)
    scheduler._make(native)
    return native


def next_rates(
    scheduler: LRScheduler,
    step: Any,
    bases: list[Rate] | None,
    first: object,
    second: object = None,
    third: object = None,
    lowest: int = 1,
) -> list[float] | None:
    """The rates at a step from those in force, of all groups in one call of the library.

    None where that is not for the library to answer.
    """
    try:
        native = scheduler._libsched
        if native.first is not first or native.second is not second or native.third is not third:
            native = native_of(scheduler, first, second, third)
    except AttributeError:
        native = native_of(scheduler, first, second, third)
    if native.schedule is None or type(step) is not int or not lowest <= step <= _MAX_STEP:
        return None
    groups = scheduler.optimizer.param_groups
    count = len(groups)
    if count == 1:
        current, base = groups[0]["lr"], None
        if type(current) is not float:
            return None
        if bases is not None:
            if not are_floats(bases, 1):
                return None
            base = bases[0]
        if native.count != 1:
            native.count, native.call = 1, _lib.chain_one(native.schedule._handle)
        rate = native.call(step, base, current)
        rates = [rate]
    else:
        currents = [rate for group in groups for rate in (group["lr"],) if type(rate) is float]
        if not count or len(currents) != count:
            return None
        if native.count != count:
            native.count, native.points = count, None
            native.call = _lib.chain(native.schedule._handle, count)
        if bases is not None:
            if are_still([bases], native.points):
                bases = None
            elif are_floats(bases, count):
                native.points = kept([bases])
            else:
                return None
        rates = native.call(step, bases, currents)
        rate = rates[0]
    # Not finite: perhaps a division by zero, which raises in Python.
    if rate - rate != 0.0:
        return None
    if native.own:
        native.answer = rates
    return rates


def rates_at(scheduler: LRScheduler, native: Native) -> list[float] | None:
    """The rates at ``last_epoch`` in closed form, or None as above."""
    step, bases, schedule = scheduler.last_epoch, scheduler.base_lrs, native.schedule
    if (
        schedule is None
        or type(step) is not int
        or not 0 <= step <= _MAX_STEP
        or not are_floats(bases, len(bases))
        or not all(map(math.isfinite, bases))
    ):
        return None
    rates = [schedule.rate(step, base) for base in bases]
    return rates if all(map(math.isfinite, rates)) else None


def are_floats(values: Any, count: int) -> bool:
    return type(values) is list and len(values) == count and set(map(type, values)) == _FLOAT


_FLOAT = {float}


def are_still(lists: list[Any], before: list[list[float]] | None) -> bool:
    """Whether lists have the floats that :func:`kept` has kept; False also if in doubt.

    An integer may have taken an equal float's place: as good wherever the result is a float.
    """
    if before is None or len(lists) != len(before):
        return False
    try:
        for values, floats in zip(lists, before):
            # Equal, as lists, and neither tensors nor numbers of numpy's, one of which makes the
            # whole sum one. A quarter of the time that a look at each takes.
            if values != floats or type(sum(values)) is not float:
                return False
    except Exception:  # noqa: BLE001, whatever cannot be compared or added
        return False
    return True


def kept(lists: list[list[float]]) -> list[list[float]] | None:
    """Lists of floats for :func:`are_still`.

    None where it would not do: a 0 equals a -0, and numpy's smallest type warns of large floats.
    """
    values = [value for one in lists for value in one]
    if not all(values) or not sum(map(abs, values)) < 65504.0:
        return None
    return [one[:] for one in lists]


def as_real(value: object) -> float | None:
    """A field as the library takes it, if its arithmetic is then Python's: floats, and 0 and 1."""
    if type(value) is float or (type(value) is int and value in (0, 1)):
        return float(value)
    return None


# -- The schedulers -----------------------------------------------------------


class LRScheduler:
    """Sets ``group["lr"]`` of an optimizer's groups, step by step. The base of all schedulers.

    A subclass says in :meth:`get_lr` which rates come next, and in ``_get_closed_form_lr``, if it
    has one, which belong to an epoch.

    Args:
        optimizer: Anything with ``param_groups``, a list of dicts that have ``lr``.
        last_epoch: -1 to begin; a group's ``initial_lr`` is then its present ``lr``, unless an
            earlier scheduler has set it. Otherwise the epoch to go on from, and every group has
            its ``initial_lr`` already.

    Attributes:
        optimizer: The optimizer.
        base_lrs: Each group's ``initial_lr``.
        last_epoch: Steps made since the first rate.

    Raises:
        TypeError: `optimizer` has no ``param_groups``.
        KeyError: `last_epoch` is not -1 and a group has no ``initial_lr``.
    """

    # What is the library's lives beside __dict__, so that it is in no state dict, pickle or copy.
    __slots__ = ("__dict__", "__weakref__", "_libsched")

    _libsched: Native
    optimizer: Any
    base_lrs: list[Rate]
    last_epoch: Any
    _step_count: int
    _last_lr: list[Rate]

    _get_lr_called_within_step: bool = False
    _is_initial: bool = False

    def __init__(self, optimizer: Any, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        if last_epoch == -1:
            for group in optimizer.param_groups:
                group.setdefault("initial_lr", copy_of(group["lr"]))
        else:
            for i, group in enumerate(optimizer.param_groups):
                if "initial_lr" not in group:
                    raise KeyError(_NO_INITIAL_LR.format(i))
        self.base_lrs = copies(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        _mark_steps_of(optimizer)
        self._initial_step()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__.copy()

    def _make(self, native: Native) -> None:
        """Gives `native` its schedule, if the library has one with this scheduler's fields."""

    def _initial_step(self) -> None:
        """The step that puts the first rate in force."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave. The optimizer has its own state dict."""
        self.__dict__.update(state_dict)

    def get_last_lr(self) -> list[Rate]:
        """The rates this scheduler set last, one a group."""
        return self._last_lr

    def get_lr(self) -> list[Rate]:
        """The rates to set now, one a group, as the scheduler's :meth:`step` asks for them.

        Warns when something else asks: :meth:`get_last_lr` is meant then.
        """
        raise NotImplementedError

    def step(self, epoch: int | None = None) -> None:
        """Sets the next rates; the optimizer's ``step`` comes first.

        Args:
            epoch: Deprecated. Goes there instead, in closed form where there is one.
        """
        if self._step_count == 1:
            step = getattr(self.optimizer, "step", None)
            if not hasattr(step, "_wrapped_by_lr_sched"):
                if step is not None:
                    warnings.warn(_OVERRIDDEN, UserWarning, stacklevel=2)
            elif not getattr(self.optimizer, "_opt_called", False):
                warnings.warn(_TOO_EARLY, UserWarning, stacklevel=2)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                values = self.get_lr()
            else:
                self.last_epoch = epoch
                closed = getattr(self, "_get_closed_form_lr", self.get_lr)
                values = closed()
        finally:
            self._get_lr_called_within_step = False

        set_rates(self, values)


# A class of its own and not another name of it: old code asks for its __name__.
class _LRScheduler(LRScheduler):
    pass


def set_rates(scheduler: LRScheduler, values: list[Rate]) -> None:
    """Puts the rates that `get_lr` gave in force, and notes them."""
    optimizer = scheduler.optimizer
    groups = optimizer.param_groups
    try:
        native = scheduler._libsched
    except AttributeError:
        native = scheduler._libsched = _NO_PART
    if values is native.answer:
        # As many floats as there are groups, whose rates are no tensors: none to fill, and none
        # to clone.
        native.answer = _NOTHING
        if len(values) == 1:
            groups[0]["lr"] = values[0]
        else:
            for group, value in zip(groups, values):
                group["lr"] = value
        scheduler._last_lr = values
        return
    if values is native.placed:
        native.placed = _NOTHING
        scheduler._last_lr = values
        return
    plain = type(values) is list
    for group, value in zip(groups, values, strict=True):
        if type(group["lr"]) is float is type(value):
            group["lr"] = value
        else:
            put(group, "lr", value)
            plain = False
    scheduler._last_lr = values[:] if plain else copies(optimizer, "lr")


# For schedulers in which the library has no part: an attribute that is not there costs more.
_NO_PART = Native(False, _NOTHING, _NOTHING, _NOTHING)


def check_optimizer(optimizer: Any) -> None:
    if not hasattr(optimizer, "param_groups"):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def _mark_steps_of(optimizer: Any) -> None:
    """Has ``optimizer.step`` leave a mark, for the warning about the order of the two steps.

    The names are torch's, whose own schedulers may be at work on the same optimizer.
    """
    step = getattr(optimizer, "step", None)
    if step is None or hasattr(step, "_wrapped_by_lr_sched"):
        return
    owner: Callable[[], Any]
    try:
        # Or else the optimizer would keep itself alive.
        owner = weakref.ref(optimizer)
    except TypeError:
        # What takes no weak reference is freed by the garbage collector.
        def owner() -> Any:
            return optimizer

    # A method without its object, for the same reason.
    function = getattr(step, "__func__", step)
    is_method = function is not step

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        self: Any = owner()
        self._opt_called = True
        call = function.__get__(self, type(self)) if is_method else function
        return call(*args, **kwargs)

    wrapper._wrapped_by_lr_sched = True  # type: ignore[attr-defined]
    optimizer.step = wrapper


def warn_outside_step(level: int = 2) -> None:
    warnings.warn(
        "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
        UserWarning,
        stacklevel=level,
    )
