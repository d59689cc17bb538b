"""``torch.optim.lr_scheduler`` 2.13 without torch: the same schedulers, to the last bit.

Names, signatures, defaults, attributes, state dicts, exceptions, warnings and numbers are torch's,
oddities included, so a scheduler's state goes from one to the other and back. The one liberty:
whatever has ``param_groups`` is an optimizer, torch's as well as :mod:`libsched.optim`'s.

Rates may be floats, whatever else multiplies, or 0-d tensors, which are updated in place.
``libsched`` itself has the same schedules without the oddities.
"""

from __future__ import annotations

import functools
import math
import warnings
import weakref
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, TypeAlias

from .. import _lib
from .._errors import SchedError
from .._schedules import Schedule
from ._memory import is_tensor

__all__ = [
    "EPOCH_DEPRECATION_WARNING",
    "CosineAnnealingLR",
    "LRScheduler",
    "LinearLR",
    "OneCycleLR",
    "SequentialLR",
    "StepLR",
]

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


def _copy(value: Rate) -> Rate:
    return value.clone() if is_tensor(value) else value


def _copies(optimizer: Any, key: str) -> list[Rate]:
    """``group[key]`` of every group, tensors cloned."""
    return [_copy(group[key]) for group in optimizer.param_groups]


def _put(group: dict[str, Any], key: str, value: Rate) -> None:
    """Sets ``group[key]``; a tensor stays the object it is."""
    if is_tensor(group[key]):
        if is_tensor(value) and value.dim() != 0:
            value = value.squeeze()
        group[key].fill_(value)
    else:
        group[key] = value


def _for_each_group(name: str, optimizer: Any, value: Any) -> list[Rate]:
    """A list of one value a group from such a list or a single value."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        value = [value] * groups
    elif len(value) != groups:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. "
            f"{name} has {len(value)} values, param_groups has {groups}."
        )
    return [_copy(one) for one in value]


# -- The library's part -------------------------------------------------------


_NOTHING = object()


class _Native:
    """The library's part in a scheduler, as long as the scheduler's fields are these objects.

    Without a schedule where the library has none with such fields. Then, and for rates that are
    no plain floats, the schedulers compute what torch does in Python, with its types and its
    exceptions.
    """

    __slots__ = ("answer", "call", "count", "first", "own", "schedule", "second", "third")

    def __init__(self, own: bool, first: object, second: object, third: object) -> None:
        self.first, self.second, self.third = first, second, third
        self.schedule: Schedule | None = None
        # sched_chain for that many groups, or sched_anneal for that many pairs.
        self.count = 0
        self.call: Callable[..., list[float]]
        # The last rates given out, if nobody's but this module's code has had them.
        self.answer: object = _NOTHING
        self.own = own

    def make(self, kind: str, **fields: float) -> None:
        try:
            self.schedule = Schedule(kind, **fields)
        except SchedError:
            pass


def _native(
    scheduler: LRScheduler, first: object, second: object = None, third: object = None
) -> _Native:
    """The library's part for these fields, made anew when one is no more the object it was."""
    try:
        native = scheduler._libsched
        if native.first is first and native.second is second and native.third is third:
            return native
    except AttributeError:
        # New, or a copy.
        pass
    native = _Native(type(scheduler) in _OURS, first, second, third)
    scheduler._libsched = native
    scheduler._make(native)
    return native


def _next_rates(
    scheduler: LRScheduler,
    bases: list[Rate] | None,
    first: object,
    second: object,
    third: object = None,
) -> list[float] | None:
    """The rates at ``last_epoch`` from those in force, of all groups in one call.

    None where that is not for the library to answer.
    """
    native = _native(scheduler, first, second, third)
    step = scheduler.last_epoch
    if native.schedule is None or type(step) is not int or not 0 < step <= _MAX_STEP:
        return None
    currents = []
    for group in scheduler.optimizer.param_groups:
        rate = group["lr"]
        if type(rate) is not float:
            return None
        currents.append(rate)
    if native.count != len(currents):
        native.count = len(currents)
        native.call = _lib.chain(native.schedule._handle, native.count)
    if not currents or (bases is not None and not _are_floats(bases, native.count)):
        return None
    rates = native.call(step, bases, currents)
    # Not finite: perhaps a division by zero, which raises in Python.
    if rates[0] - rates[0] != 0.0:
        return None
    if native.own:
        native.answer = rates
    return rates


def _rates_at(scheduler: LRScheduler, native: _Native) -> list[float] | None:
    """The rates at ``last_epoch`` in closed form, or None as above."""
    step, bases, schedule = scheduler.last_epoch, scheduler.base_lrs, native.schedule
    if (
        schedule is None
        or type(step) is not int
        or not 0 <= step <= _MAX_STEP
        or not _are_floats(bases, len(bases))
        or not all(map(math.isfinite, bases))
    ):
        return None
    rates = [schedule.rate(step, base) for base in bases]
    return rates if all(map(math.isfinite, rates)) else None


def _are_floats(values: Any, count: int) -> bool:
    return (
        type(values) is list
        and len(values) == count
        and all(type(value) is float for value in values)
    )


def _as_real(value: object) -> float | None:
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

    _libsched: _Native
    optimizer: Any
    base_lrs: list[Rate]
    last_epoch: Any
    _step_count: int
    _last_lr: list[Rate]

    _get_lr_called_within_step: bool = False
    _is_initial: bool = False

    def __init__(self, optimizer: Any, last_epoch: int = -1) -> None:
        _check_optimizer(optimizer)
        self.optimizer = optimizer
        if last_epoch == -1:
            for group in optimizer.param_groups:
                group.setdefault("initial_lr", _copy(group["lr"]))
        else:
            for i, group in enumerate(optimizer.param_groups):
                if "initial_lr" not in group:
                    raise KeyError(_NO_INITIAL_LR.format(i))
        self.base_lrs = _copies(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        _mark_steps_of(optimizer)
        self._initial_step()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__.copy()

    def _make(self, native: _Native) -> None:
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

        try:
            native = self._libsched
            plain = values is native.answer
        except AttributeError:
            plain = False
        if plain:
            # As many floats as there are groups, whose rates are floats, too: no tensor to fill,
            # and none to clone.
            native.answer = _NOTHING
            for group, value in zip(self.optimizer.param_groups, values):
                group["lr"] = value
            self._last_lr = values
        else:
            for group, value in zip(self.optimizer.param_groups, values, strict=True):
                _put(group, "lr", value)
            self._last_lr = _copies(self.optimizer, "lr")


# A class of its own and not another name of it: old code asks for its __name__.
class _LRScheduler(LRScheduler):
    pass


def _check_optimizer(optimizer: Any) -> None:
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


def _warn_outside_step() -> None:
    warnings.warn(
        "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
        UserWarning,
        stacklevel=2,
    )


class StepLR(LRScheduler):
    """Multiplies the rate by `gamma` every `step_size` steps.

    ::

        rate(t) = base * gamma ** floor(t / step_size)

    Args:
        optimizer: Anything with ``param_groups``.
        step_size: Steps from one drop to the next. Not checked: 0 raises at the first step.
        gamma: What each drop leaves of the rate. Not checked.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        ZeroDivisionError: `step_size` is 0, at the first step.
    """

    def __init__(
        self, optimizer: Any, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _make(self, native: _Native) -> None:
        if type(self.step_size) is int and type(self.gamma) is float:
            native.make("StepLR", step_size=self.step_size, gamma=self.gamma)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            _warn_outside_step()
        rates = _next_rates(self, None, self.step_size, self.gamma)
        if rates is not None:
            return rates
        if self.last_epoch == 0 or self.last_epoch % self.step_size != 0:
            return _copies(self.optimizer, "lr")
        return [group["lr"] * self.gamma for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = _rates_at(self, _native(self, self.step_size, self.gamma))
        if rates is None:
            rates = [
                base * self.gamma ** (self.last_epoch // self.step_size) for base in self.base_lrs
            ]
        return rates


class LinearLR(LRScheduler):
    """A straight line from one multiple of the base rate to another, then constant.

    ::

        rate(t) = base * (start_factor
                          + (end_factor - start_factor) * min(t, total_iters) / total_iters)

    Args:
        optimizer: Anything with ``param_groups``.
        start_factor: The multiple at step 0: above 0, at most 1.
        end_factor: The multiple from step `total_iters` on: 0 to 1.
        total_iters: Steps from the one to the other. Not checked: with 0 the rate stays at the
            first multiple.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        ValueError: a factor is out of its range.
    """

    def __init__(
        self,
        optimizer: Any,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal to"
                " 1."
            )
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _make(self, native: _Native) -> None:
        start, end = _as_real(self.start_factor), _as_real(self.end_factor)
        # From 0, where torch divides by zero, the library goes on.
        if start and end is not None and type(self.total_iters) is int:
            native.make(
                "LinearLR",
                start_factor=start,
                end_factor=end,
                total_iters=self.total_iters,
            )

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            _warn_outside_step()
        if self.last_epoch == 0:
            return [group["lr"] * self.start_factor for group in self.optimizer.param_groups]
        if not self._is_initial:
            rates = _next_rates(self, None, self.start_factor, self.end_factor, self.total_iters)
            if rates is not None:
                return rates
        if self._is_initial or self.last_epoch > self.total_iters:
            return _copies(self.optimizer, "lr")
        return [
            group["lr"]
            * (
                1.0
                + (self.end_factor - self.start_factor)
                / (
                    self.total_iters * self.start_factor
                    + (self.last_epoch - 1) * (self.end_factor - self.start_factor)
                )
            )
            for group in self.optimizer.param_groups
        ]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = _rates_at(
            self, _native(self, self.start_factor, self.end_factor, self.total_iters)
        )
        if rates is None:
            rates = [
                base
                * (
                    self.start_factor
                    + (self.end_factor - self.start_factor)
                    * min(self.total_iters, self.last_epoch)
                    / self.total_iters
                )
                for base in self.base_lrs
            ]
        return rates


class CosineAnnealingLR(LRScheduler):
    """Half a cosine from the base rate down to `eta_min`, then back up, for ever.

    ::

        rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * t / T_max)) / 2

    Args:
        optimizer: Anything with ``param_groups``.
        T_max: Steps from the base rate to the floor. Not checked: 0 raises at the first step.
        eta_min: The floor, in the units of the rate. Not checked.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        ZeroDivisionError: `T_max` is 0, at the first step.

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983), without the restarts.
    """

    def __init__(
        self,
        optimizer: Any,
        T_max: int,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def _make(self, native: _Native) -> None:
        eta_min = _as_real(self.eta_min)
        if type(self.T_max) is int and eta_min is not None:
            native.make("CosineAnnealingLR", T_max=self.T_max, eta_min=eta_min)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            _warn_outside_step()
        if self._is_initial:
            return _copies(self.optimizer, "lr")
        groups = self.optimizer.param_groups
        if self._step_count == 1 and self.last_epoch > 0:
            # In the middle, and nothing stepped yet: there is no rate to go on from.
            return [self._at(base) for base, _ in zip(self.base_lrs, groups, strict=True)]
        # Just after the floor the ratio would be 0/0: there the first step up is added.
        turns = (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0
        rates = _next_rates(self, self.base_lrs if turns else None, self.T_max, self.eta_min)
        if rates is not None:
            return rates
        if turns:
            return [
                group["lr"] + (base - self.eta_min) * (1 - math.cos(math.pi / self.T_max)) / 2
                for base, group in zip(self.base_lrs, groups, strict=True)
            ]
        return [
            (1 + math.cos(math.pi * self.last_epoch / self.T_max))
            / (1 + math.cos(math.pi * (self.last_epoch - 1) / self.T_max))
            * (group["lr"] - self.eta_min)
            + self.eta_min
            for group in groups
        ]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = _rates_at(self, _native(self, self.T_max, self.eta_min))
        return [self._at(base) for base in self.base_lrs] if rates is None else rates

    def _at(self, base: Rate) -> Rate:
        wave = 1 + math.cos(math.pi * self.last_epoch / self.T_max)
        return self.eta_min + (base - self.eta_min) * wave / 2


class SequentialLR(LRScheduler):
    """One scheduler after another, each in its own time.

    Args:
        optimizer: The optimizer of all the schedulers.
        schedulers: The parts, at least one; any that have an ``optimizer``, torch's included, but
            no ``ReduceLROnPlateau``.
        milestones: The epoch at which each part but the first begins, increasing, which is not
            checked.
        last_epoch: The epoch before the first; no part is moved there.

    At a milestone the next part begins with its closed form's first rate. A part that is itself a
    SequentialLR begins one step early, as torch's does.

    Raises:
        TypeError: a part has no ``optimizer``.
        ValueError: no parts, parts of another optimizer, or not one milestone fewer than parts.
    """

    def __init__(
        self,
        optimizer: Any,
        schedulers: list[Any],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        own = type(self).__name__
        if len(schedulers) < 1:
            raise ValueError(f"{own} expects at least one scheduler, but got no scheduler.")
        for i, scheduler in enumerate(schedulers):
            if not hasattr(scheduler, "optimizer"):
                raise TypeError(f"{own} at index {i} should have `optimizer` as its attribute.")
            if any(base.__name__ == "ReduceLROnPlateau" for base in type(scheduler).__mro__):
                raise ValueError(
                    f"{own} does not support `ReduceLROnPlateau` scheduler as it requires"
                    " additional kwargs to be specified when calling `step`, but got one at index"
                    f" {i} in the given schedulers sequence."
                )
            if optimizer != scheduler.optimizer:
                raise ValueError(
                    f"{own} expects all schedulers to belong to the same optimizer, but got"
                    f" scheduler {type(scheduler).__name__} at index {i} has"
                    f" {scheduler.optimizer}, which is different from {type(optimizer).__name__}."
                )
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than"
                " the number of milestone points, but got number of schedulers"
                f" {len(schedulers)} and the number of milestones to be equal to"
                f" {len(milestones)}"
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        # Every part has made its first step in its constructor. Back to where they began, and only
        # the part that is first steps again.
        for group in optimizer.param_groups:
            _put(group, "lr", group["initial_lr"])
        self.recursive_undo()
        first = self._schedulers[bisect_right(self._milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def recursive_undo(self, sched: Any = None) -> None:
        """Takes back the epoch that each part's constructor has counted."""
        sched = self if sched is None else sched
        if hasattr(sched, "_schedulers"):
            for part in sched._schedulers:
                self.recursive_undo(part)
        elif hasattr(sched, "last_epoch"):
            sched.last_epoch -= 1

    def step(self) -> None:  # type: ignore[override]
        """Steps the part in force, or begins the next."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        part = self._schedulers[i]
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            part._update_lr(0)
        else:
            part.step()
        self._last_lr = part.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer, the parts as their state dicts."""
        state = {
            key: value
            for key, value in self.__dict__.items()
            if key not in ("optimizer", "_schedulers")
        }
        state["_schedulers"] = [part.state_dict() for part in self._schedulers]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave, the parts' states included."""
        parts = state_dict["_schedulers"]
        self.__dict__.update(
            {key: value for key, value in state_dict.items() if key != "_schedulers"}
        )
        for i, state in enumerate(parts):
            self._schedulers[i].load_state_dict(state)


class OneCycleLR(LRScheduler):
    """One cycle: up to a peak, down to next to nothing, momentum the other way round.

    ::

        initial = max_lr / div_factor,  last = initial / final_div_factor
        two phases:    initial up to max_lr at pct_start * total_steps - 1, down to last
        three phases:  initial up to max_lr, down to initial in as many steps, down to last

    Args:
        optimizer: Anything with ``param_groups`` and, to cycle momentum, ``defaults`` that have
            ``momentum`` or ``betas``.
        max_lr: The peak, or a list of one a group.
        total_steps: Steps in all, above 0. Or else:
        epochs, steps_per_epoch: Their product is the steps in all.
        pct_start: The part of the steps that goes up; a float from 0 to 1.
        anneal_strategy: ``"cos"`` or ``"linear"``: the way from one rate to the next.
        cycle_momentum: Whether it drives ``momentum``, or the first of ``betas``, too.
        base_momentum: The momentum at the peak, or a list of one a group.
        max_momentum: The momentum at both ends, or a list of one a group.
        div_factor: The peak over the rate at step 0.
        final_div_factor: The rate at step 0 over the last.
        three_phase: Whether it comes down to the first rate before the last.
        last_epoch: As :class:`LRScheduler`'s.

    The last rate is that of step ``total_steps - 1``. The step after that goes back up, as
    torch's does; the next raises.

    Raises:
        TypeError: `optimizer` has no ``param_groups``.
        ValueError: an argument is out of its range, or the step is past the end.
        ZeroDivisionError: a phase has no steps (``pct_start * total_steps`` is 1).

    Source: Smith and Topin, Super-Convergence (arXiv:1708.07120).
    """

    def __init__(
        self,
        optimizer: Any,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        _check_optimizer(optimizer)
        self.optimizer = optimizer

        if total_steps is not None:
            if total_steps <= 0 or not isinstance(total_steps, int):
                raise ValueError(f"Expected positive integer total_steps, but got {total_steps}")
            self.total_steps = total_steps
        elif epochs is not None and steps_per_epoch is not None:
            if not isinstance(epochs, int) or epochs <= 0:
                raise ValueError(f"Expected positive integer epochs, but got {epochs}")
            if not isinstance(steps_per_epoch, int) or steps_per_epoch <= 0:
                raise ValueError(
                    f"Expected positive integer steps_per_epoch, but got {steps_per_epoch}"
                )
            self.total_steps = epochs * steps_per_epoch
        else:
            raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")

        peak = float(pct_start * self.total_steps) - 1
        self._schedule_phases = [
            _phase(peak, "initial_lr", "max_lr", "max_momentum", "base_momentum")
        ]
        if three_phase:
            back = float(2 * pct_start * self.total_steps) - 2
            self._schedule_phases += [
                _phase(back, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
                _phase(
                    self.total_steps - 1,
                    "initial_lr",
                    "min_lr",
                    "max_momentum",
                    "max_momentum",
                ),
            ]
        else:
            self._schedule_phases += [
                _phase(
                    self.total_steps - 1,
                    "max_lr",
                    "min_lr",
                    "base_momentum",
                    "max_momentum",
                )
            ]

        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ["cos", "linear"]:
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_func_type = anneal_strategy

        peaks = _for_each_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for i, group in enumerate(optimizer.param_groups):
                group["initial_lr"] = peaks[i] / div_factor
                group["max_lr"] = peaks[i]
                group["min_lr"] = group["initial_lr"] / final_div_factor

        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            defaults = getattr(optimizer, "defaults", ())
            if "momentum" not in defaults and "betas" not in defaults:
                raise ValueError(
                    "optimizer must support momentum or beta1 with `cycle_momentum` option enabled"
                )
            self.use_beta1 = "betas" in defaults
            highs = _for_each_group("max_momentum", optimizer, max_momentum)
            lows = _for_each_group("base_momentum", optimizer, base_momentum)
            if last_epoch == -1:
                for high, low, group in zip(highs, lows, optimizer.param_groups, strict=True):
                    self._set_momentum(group, high)
                    group["max_momentum"] = high
                    group["base_momentum"] = low

        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Rate]:
        """The rates to set now, one a group. Sets the momentum, where it is cycled."""
        if not self._get_lr_called_within_step:
            _warn_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(
                f"Tried to step {step} times. The specified number of total steps is"
                f" {self.total_steps}"
            )
        known = self._anneal_all()
        if known is not None:
            return known
        rates = []
        for group in self.optimizer.param_groups:
            phase, start = self._phase_at(step)
            fraction = (step - start) / (phase["end_step"] - start)
            rates.append(
                self._anneal_func(group[phase["start_lr"]], group[phase["end_lr"]], fraction)
            )
            if self.cycle_momentum:
                momentum = self._anneal_func(
                    group[phase["start_momentum"]],
                    group[phase["end_momentum"]],
                    fraction,
                )
                self._set_momentum(group, momentum)
        return rates

    def _anneal_all(self) -> list[float] | None:
        """What `get_lr` answers and does, in one call of the library.

        None where that is not for the library to answer; then nothing is set.
        """
        if type(self) is not OneCycleLR:
            return None
        groups = self.optimizer.param_groups
        starts, ends = [], []
        plain = True
        try:
            native = _native(self, self._anneal_func_type)
            step, cycle = self.last_epoch, self.cycle_momentum
            phase, start = self._phase_at(step)
            fraction = (step - start) / (phase["end_step"] - start)
            first, last = phase["start_lr"], phase["end_lr"]
            if cycle:
                low, high = phase["start_momentum"], phase["end_momentum"]
            for group in groups:
                value, end = group[first], group[last]
                if not (float is type(value) is type(end)):
                    return None
                starts.append(value)
                ends.append(end)
                if cycle:
                    value, end = group[low], group[high]
                    if not (float is type(value) is type(end)):
                        return None
                    starts.append(value)
                    ends.append(end)
                if type(group["lr"]) is not float:
                    plain = False
        except (AttributeError, KeyError, ZeroDivisionError):
            return None
        if type(fraction) is not float or not starts:
            return None
        if native.count != len(starts):
            curve = _lib.CURVES.get(str(native.first))
            if curve is None:
                return None
            native.count = len(starts)
            native.call = _lib.anneal(curve, native.count)
        values = native.call(fraction, starts, ends)
        if not cycle:
            rates = values
        else:
            rates, i = values[::2], 1
            beta1 = self.use_beta1
            for group in groups:
                if beta1:
                    group["betas"] = (values[i], *group["betas"][1:])
                else:
                    group["momentum"] = values[i]
                i += 2
        if plain:
            native.answer = rates
        return rates

    def _phase_at(self, step: Any) -> tuple[dict[str, Any], Any]:
        """The phase a step belongs to, and the step at which that phase began."""
        phases, start = self._schedule_phases, 0.0
        for phase in phases:
            end = phase["end_step"]
            if step <= end or phase is phases[-1]:
                break
            start = end
        return phase, start

    def _set_momentum(self, group: dict[str, Any], momentum: Rate) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum

    def _anneal_func(self, start: Rate, end: Rate, pct: float) -> Rate:
        if not hasattr(self, "_anneal_func_type"):
            # Where the state comes from a torch older than that attribute.
            return self.anneal_func(start, end, pct)  # type: ignore[attr-defined]
        if self._anneal_func_type == "cos":
            return self._annealing_cos(start, end, pct)
        if self._anneal_func_type == "linear":
            return self._annealing_linear(start, end, pct)
        raise ValueError(f"Unknown _anneal_func_type: {self._anneal_func_type}")

    @staticmethod
    def _annealing_cos(start: Rate, end: Rate, pct: float) -> Rate:
        return end + (start - end) / 2.0 * (math.cos(math.pi * pct) + 1)

    @staticmethod
    def _annealing_linear(start: Rate, end: Rate, pct: float) -> Rate:
        return (end - start) * pct + start


def _phase(
    end_step: float, start_lr: str, end_lr: str, start_momentum: str, end_momentum: str
) -> dict[str, Any]:
    """A stretch of a cycle: where it ends, and the keys of what it goes between."""
    return {
        "end_step": end_step,
        "start_lr": start_lr,
        "end_lr": end_lr,
        "start_momentum": start_momentum,
        "end_momentum": end_momentum,
    }


_OURS = frozenset({StepLR, LinearLR, CosineAnnealingLR, OneCycleLR})
