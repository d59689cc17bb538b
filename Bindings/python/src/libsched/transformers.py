"""``transformers``' schedules under their own names: ``get_*_schedule*`` and ``get_scheduler``.

The signatures, defaults, numbers and errors are Hugging Face's (transformers 5.23). What comes back
is a scheduler of :mod:`libsched.optim.lr_scheduler` where theirs is one of torch's, with the same
``step``, ``get_last_lr`` and state dict, for any optimizer with ``param_groups``::

    from libsched.transformers import get_scheduler

    scheduler = get_scheduler("cosine", optimizer, num_warmup_steps=500, num_training_steps=10_000)

Each is a :class:`libsched.Warmup` in front of a native schedule. A number of steps that is not
whole, as ``0.1 * total`` may be, and whatever else the native schedules refuse, is computed here as
Hugging Face does.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from enum import Enum
from typing import Any, NoReturn

from ._greedy_lr import GreedyLR
from ._schedules import Schedule
from .optim import lr_scheduler
from .optim._schedule_lr import _ScheduleLR

__all__ = [
    "GreedyLR",
    "SchedulerType",
    "get_constant_schedule",
    "get_constant_schedule_with_warmup",
    "get_cosine_schedule_with_warmup",
    "get_cosine_with_hard_restarts_schedule_with_warmup",
    "get_cosine_with_min_lr_schedule_with_warmup",
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
    "get_greedy_schedule",
    "get_inverse_sqrt_schedule",
    "get_linear_schedule_with_warmup",
    "get_polynomial_decay_schedule_with_warmup",
    "get_reduce_on_plateau_schedule",
    "get_scheduler",
    "get_wsd_schedule",
]

# -- Native schedules ---------------------------------------------------------


class _NotNative(Exception):
    """The library has no such schedule."""


def _whole(steps: Any) -> int:
    if type(steps) is int:
        return steps
    if type(steps) is float and steps.is_integer():
        return int(steps)
    raise _NotNative


def _real(value: Any) -> float:
    if type(value) not in (int, float):
        raise _NotNative
    return float(value)


def _positive(value: Any) -> Any:
    if not value > 0:
        raise _NotNative
    return value


def _warmed(schedule: Schedule, steps: Any, **fields: object) -> Schedule:
    # A single schedule crosses to the library as a list of one.
    return Schedule("Warmup", schedule=[schedule], steps=_whole(steps), **fields)


def _scheduler(
    optimizer: Any,
    last_epoch: int,
    make: Callable[[], Schedule],
    formula: Callable[..., Any],
    **arguments: Any,
) -> _ScheduleLR:
    try:
        schedule = make()
    # Not native, or refused: whether that is an error is for the formula to say.
    except (_NotNative, ValueError, TypeError, OverflowError):
        schedule = None
    return _ScheduleLR(
        optimizer, schedule, last_epoch, otherwise=functools.partial(formula, **arguments)
    )


# -- The same for any arguments, as factors of the base rate ------------------


def _at(step: Any, first: Any, count: Any) -> float:
    """How far a step is on its way through so many steps."""
    return float(step - first) / float(max(1, count))


def _held(step: Any, *, warm: Any) -> Any:
    return _at(step, 0, warm) if step < warm else 1.0


def _line(step: Any, *, warm: Any, total: Any) -> Any:
    if step < warm:
        return _at(step, 0, warm)
    return max(0.0, float(total - step) / float(max(1, total - warm)))


def _wave(progress: float, cycles: Any, floor: Any) -> Any:
    factor = 0.5 * (1.0 + math.cos(math.pi * cycles * 2.0 * progress))
    return max(0, factor * (1 - floor) + floor)


def _cosine(step: Any, *, warm: Any, total: Any, cycles: Any, floor: Any = 0.0) -> Any:
    if step < warm:
        return _at(step, 0, warm)
    return _wave(_at(step, warm, total - warm), float(cycles), floor)


def _cosine_from_one(
    step: Any, *, warm: Any, total: Any, cycles: Any, floor: Any, start: Any
) -> Any:
    step, warm, total = float(step), float(warm), float(total)
    if step >= warm:
        return _wave((step - warm + 1.0) / max(1.0, total - warm), cycles, floor)
    if start is None:
        return (step + 1.0) / max(1.0, warm)
    start = float(start)
    return start + (1.0 - start) * step / max(1, warm - 1)


def _restarts(step: Any, *, warm: Any, total: Any, cycles: Any) -> Any:
    if step < warm:
        return _at(step, 0, warm)
    progress = _at(step, warm, total - warm)
    if progress >= 1.0:
        return 0.0
    return max(0.0, 0.5 * (1.0 + math.cos(math.pi * (float(cycles) * progress % 1.0))))


def _polynomial(step: Any, *, warm: Any, total: Any, end: Any, power: Any, lr: Any) -> Any:
    if step < warm:
        return _at(step, 0, warm)
    if step > total:
        return end / lr
    return ((lr - end) * (1 - (step - warm) / (total - warm)) ** power + end) / lr


def _inverse_sqrt(step: Any, *, warm: Any, timescale: Any) -> Any:
    if step < warm:
        return _at(step, 0, warm)
    return 1.0 / math.sqrt((step + (timescale - warm)) / timescale)


def _wsd(
    step: Any,
    *,
    warm: Any,
    stable: Any,
    decay: Any,
    types: tuple[str, str],
    floor: Any,
    cycles: Any,
) -> Any:
    up, down = types
    if step < warm:
        u = _at(step, 0, warm)
        factor = (
            u
            if up == "linear"
            else 0.5 * (1.0 - math.cos(math.pi * u))
            if up == "cosine"
            else 1.0 - math.sqrt(1.0 - u)
        )
    elif step < warm + stable:
        return 1.0
    elif step < warm + stable + decay:
        u = float(step - warm - stable) / float(max(1, decay))
        factor = (
            1.0 - u
            if down == "linear"
            else 0.5 * (1.0 + math.cos(math.pi * float(cycles) * 2.0 * u))
            if down == "cosine"
            else 1.0 - math.sqrt(u)
        )
    else:
        return floor
    return max(0.0, factor * (1.0 - floor) + floor)


# -- The family ---------------------------------------------------------------


def get_constant_schedule(optimizer: Any, last_epoch: int = -1) -> _ScheduleLR:
    """The base rate, for ever."""
    return _ScheduleLR(optimizer, Schedule("Constant"), last_epoch)


def get_reduce_on_plateau_schedule(optimizer: Any, **kwargs: Any) -> Any:
    """``ReduceLROnPlateau`` of :mod:`libsched.optim.lr_scheduler`, which `kwargs` are for."""
    return lr_scheduler.ReduceLROnPlateau(optimizer, **kwargs)


def get_constant_schedule_with_warmup(
    optimizer: Any, num_warmup_steps: int, last_epoch: int = -1
) -> _ScheduleLR:
    """Up from 0 in a line, then the base rate.

    ::

        rate(t) = base * min(1, t / num_warmup_steps)
    """
    return _scheduler(
        optimizer,
        last_epoch,
        lambda: _warmed(Schedule("Constant"), num_warmup_steps),
        _held,
        warm=num_warmup_steps,
    )


def get_linear_schedule_with_warmup(
    optimizer: Any, num_warmup_steps: int, num_training_steps: int, last_epoch: int = -1
) -> _ScheduleLR:
    """Up from 0 in a line, then down to 0 in a line.

    ::

        rate(t) = base * t / num_warmup_steps                         up
        rate(t) = base * (num_training_steps - t) / (num_training_steps - num_warmup_steps)
    """

    def native() -> Schedule:
        left = _whole(num_training_steps) - _whole(num_warmup_steps)
        return _warmed(Schedule("LinearDecay", steps=left), num_warmup_steps)

    return _scheduler(
        optimizer, last_epoch, native, _line, warm=num_warmup_steps, total=num_training_steps
    )


def _wave_native(warm: Any, total: Any, cycles: Any, floor: Any = 0.0) -> Schedule:
    return Schedule(
        "CosineWave",
        steps=max(1, _whole(total) - _whole(warm)),
        num_cycles=_real(cycles),
        min_ratio=_real(floor),
        hold=False,
    )


def get_cosine_schedule_with_warmup(
    optimizer: Any,
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> _ScheduleLR:
    """Up from 0 in a line, then `num_cycles` waves of a cosine between the base rate and 0.

    ::

        rate(t) = base * (1 + cos(2 * pi * num_cycles * p)) / 2
        p = (t - num_warmup_steps) / (num_training_steps - num_warmup_steps)

    Half a wave, the default, comes down once. Past the end the wave goes on.
    """
    return _scheduler(
        optimizer,
        last_epoch,
        lambda: _warmed(
            _wave_native(num_warmup_steps, num_training_steps, num_cycles), num_warmup_steps
        ),
        _cosine,
        warm=num_warmup_steps,
        total=num_training_steps,
        cycles=num_cycles,
    )


def get_cosine_with_hard_restarts_schedule_with_warmup(
    optimizer: Any,
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: int = 1,
    last_epoch: int = -1,
) -> _ScheduleLR:
    """Up from 0 in a line, then half a cosine down to 0, `num_cycles` times, then 0.

    ::

        rate(t) = base * (1 + cos(pi * (num_cycles * p mod 1))) / 2, p < 1
        p = (t - num_warmup_steps) / (num_training_steps - num_warmup_steps)
    """

    def native() -> Schedule:
        left = max(1, _whole(num_training_steps) - _whole(num_warmup_steps))
        decay = Schedule("CosineHardRestarts", steps=left, num_cycles=_real(num_cycles))
        return _warmed(decay, num_warmup_steps)

    return _scheduler(
        optimizer,
        last_epoch,
        native,
        _restarts,
        warm=num_warmup_steps,
        total=num_training_steps,
        cycles=num_cycles,
    )


def get_polynomial_decay_schedule_with_warmup(
    optimizer: Any,
    num_warmup_steps: int,
    num_training_steps: int,
    lr_end: float = 1e-7,
    power: float = 1.0,
    last_epoch: int = -1,
) -> _ScheduleLR:
    """Up from 0 in a line, then down to `lr_end` along a power of what is left.

    ::

        rate(t) = base * ((lr - lr_end) * (1 - p) ** power + lr_end) / lr
        p = (t - num_warmup_steps) / (num_training_steps - num_warmup_steps)

    where lr is the optimizer's default rate, which is not every group's.

    Raises:
        ValueError: `lr_end` is not below the optimizer's default rate.
        ZeroDivisionError: at the end of a warm-up that is as long as the training.
    """
    lr = optimizer.defaults["lr"]
    if not (lr > lr_end):
        raise ValueError(f"lr_end ({lr_end}) must be smaller than initial lr ({lr})")

    def native() -> Schedule:
        left = _whole(num_training_steps) - _whole(num_warmup_steps)
        decay = Schedule(
            "PolynomialDecay",
            steps=left,
            lr_end=_real(lr_end),
            power=_positive(_real(power)),
            lr_init=_real(lr),
        )
        return _warmed(decay, num_warmup_steps)

    return _scheduler(
        optimizer,
        last_epoch,
        native,
        _polynomial,
        warm=num_warmup_steps,
        total=num_training_steps,
        end=lr_end,
        power=power,
        lr=lr,
    )


def get_inverse_sqrt_schedule(
    optimizer: Any, num_warmup_steps: int, timescale: int | None = None, last_epoch: int = -1
) -> _ScheduleLR:
    """Up from 0 in a line, then down with the square root of time.

    ::

        rate(t) = base / sqrt((t + timescale - num_warmup_steps) / timescale)

    `timescale` is by default `num_warmup_steps`, or 10,000 where that is 0.
    """
    if timescale is None:
        timescale = num_warmup_steps or 10_000

    return _scheduler(
        optimizer,
        last_epoch,
        lambda: _warmed(Schedule("InverseSqrt", timescale=_whole(timescale)), num_warmup_steps),
        _inverse_sqrt,
        warm=num_warmup_steps,
        timescale=timescale,
    )


def _floor(optimizer: Any, min_lr: Any, min_lr_rate: Any) -> Any:
    """The floor as a part of the base rate, from the one of its two forms that is given."""
    if min_lr is not None and min_lr_rate is not None:
        raise ValueError("Only one of min_lr or min_lr_rate should be set")
    if min_lr is not None:
        return min_lr / optimizer.defaults["lr"]
    if min_lr_rate is None:
        raise ValueError(
            "One of min_lr or min_lr_rate should be set through the `lr_scheduler_kwargs`"
        )
    return min_lr_rate


def get_cosine_with_min_lr_schedule_with_warmup(
    optimizer: Any,
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
) -> _ScheduleLR:
    """:func:`get_cosine_schedule_with_warmup` on a floor.

    ::

        rate(t) = base * ((1 + cos(2 * pi * num_cycles * p)) / 2 * (1 - floor) + floor)

    The floor is `min_lr_rate`, a part of the base rate, or `min_lr` over the optimizer's default
    rate.

    Raises:
        ValueError: not exactly one of `min_lr` and `min_lr_rate` is given.
    """
    floor = _floor(optimizer, min_lr, min_lr_rate)
    return _scheduler(
        optimizer,
        last_epoch,
        lambda: _warmed(
            _wave_native(num_warmup_steps, num_training_steps, num_cycles, floor),
            num_warmup_steps,
        ),
        _cosine,
        warm=num_warmup_steps,
        total=num_training_steps,
        cycles=num_cycles,
        floor=floor,
    )


def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    optimizer: Any,
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    warmup_lr_rate: float | None = None,
) -> _ScheduleLR:
    """:func:`get_cosine_with_min_lr_schedule_with_warmup`, its steps counted from 1.

    ::

        rate(t) = base * (t + 1) / num_warmup_steps                                  up
        rate(t) = base * (r + (1 - r) * t / (num_warmup_steps - 1))                  or
        p = (t - num_warmup_steps + 1) / (num_training_steps - num_warmup_steps)     down

    the second with `warmup_lr_rate` for r, the part of the base rate to start from.

    Raises:
        ValueError: not exactly one of `min_lr` and `min_lr_rate` is given.
    """
    floor = _floor(optimizer, min_lr, min_lr_rate)

    def native() -> Schedule:
        wave = _wave_native(num_warmup_steps, num_training_steps, num_cycles, floor)
        if warmup_lr_rate is None:
            return _warmed(wave, num_warmup_steps, offset=1, skip=1)
        return _warmed(
            wave,
            num_warmup_steps,
            start_ratio=_real(warmup_lr_rate),
            span=max(1, _whole(num_warmup_steps) - 1),
            skip=1,
            rounding="product",
        )

    return _scheduler(
        optimizer,
        last_epoch,
        native,
        _cosine_from_one,
        warm=num_warmup_steps,
        total=num_training_steps,
        cycles=num_cycles,
        floor=floor,
        start=warmup_lr_rate,
    )


_WAYS = ["linear", "cosine", "1-sqrt"]


def get_wsd_schedule(
    optimizer: Any,
    num_warmup_steps: int,
    num_decay_steps: int,
    num_training_steps: int | None = None,
    num_stable_steps: int | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: float = 0,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> _ScheduleLR:
    """Up from the floor, held, and down to the floor, `min_lr_ratio` of the base rate.

    The ways up and down are "linear", "cosine" and "1-sqrt". `num_stable_steps` is by default what
    the two leave of `num_training_steps`.

    Raises:
        ValueError: neither `num_training_steps` nor `num_stable_steps` is given, or a way is
            unknown.
    """
    if num_training_steps is None and num_stable_steps is None:
        raise ValueError("Either num_training_steps or num_stable_steps must be specified.")
    if num_training_steps is not None and num_stable_steps is not None:
        warnings.warn(
            "Both num_training_steps and num_stable_steps are specified. num_stable_steps will be"
            " used.",
            stacklevel=2,
        )
    for what, way in (("warmup", warmup_type), ("decay", decay_type)):
        if way not in _WAYS:
            raise ValueError(f"Unknown {what} type: {way}, expected 'linear', 'cosine' or '1-sqrt'")
    stable: Any = num_stable_steps
    if num_training_steps is not None and num_stable_steps is None:
        stable = num_training_steps - num_warmup_steps - num_decay_steps

    return _scheduler(
        optimizer,
        last_epoch,
        lambda: Schedule(
            "WarmupStableDecay",
            num_warmup_steps=_whole(num_warmup_steps),
            num_stable_steps=_whole(stable),
            num_decay_steps=_whole(num_decay_steps),
            warmup_type=warmup_type,
            decay_type=decay_type,
            min_ratio=_real(min_lr_ratio),
            num_cycles=_real(num_cycles),
        ),
        _wsd,
        warm=num_warmup_steps,
        stable=stable,
        decay=num_decay_steps,
        types=(warmup_type, decay_type),
        floor=min_lr_ratio,
        cycles=num_cycles,
    )


def get_greedy_schedule(optimizer: Any, **kwargs: Any) -> GreedyLR:
    """:class:`GreedyLR`, which `kwargs` are for."""
    return GreedyLR(optimizer, **kwargs)


# -- By name ------------------------------------------------------------------


class SchedulerType(str, Enum):
    """The names that :func:`get_scheduler` knows."""

    LINEAR = "linear"
    COSINE = "cosine"
    COSINE_WITH_RESTARTS = "cosine_with_restarts"
    POLYNOMIAL = "polynomial"
    CONSTANT = "constant"
    CONSTANT_WITH_WARMUP = "constant_with_warmup"
    INVERSE_SQRT = "inverse_sqrt"
    REDUCE_ON_PLATEAU = "reduce_lr_on_plateau"
    COSINE_WITH_MIN_LR = "cosine_with_min_lr"
    COSINE_WARMUP_WITH_MIN_LR = "cosine_warmup_with_min_lr"
    WARMUP_STABLE_DECAY = "warmup_stable_decay"
    GREEDY = "greedy"

    @classmethod
    def _missing_(cls, value: object) -> Any:
        # transformers' own member of that name.
        if isinstance(value, Enum):
            return cls(value.value)
        _unknown(cls, value)


def _unknown(cls: type[Enum], value: object) -> NoReturn:
    names = [member.value for member in cls]
    raise ValueError(f"{value} is not a valid {cls.__name__}, please select one of {names}")


TYPE_TO_SCHEDULER_FUNCTION: dict[SchedulerType, Callable[..., Any]] = {
    SchedulerType.LINEAR: get_linear_schedule_with_warmup,
    SchedulerType.COSINE: get_cosine_schedule_with_warmup,
    SchedulerType.COSINE_WITH_RESTARTS: get_cosine_with_hard_restarts_schedule_with_warmup,
    SchedulerType.POLYNOMIAL: get_polynomial_decay_schedule_with_warmup,
    SchedulerType.CONSTANT: get_constant_schedule,
    SchedulerType.CONSTANT_WITH_WARMUP: get_constant_schedule_with_warmup,
    SchedulerType.INVERSE_SQRT: get_inverse_sqrt_schedule,
    SchedulerType.REDUCE_ON_PLATEAU: get_reduce_on_plateau_schedule,
    SchedulerType.COSINE_WITH_MIN_LR: get_cosine_with_min_lr_schedule_with_warmup,
    SchedulerType.COSINE_WARMUP_WITH_MIN_LR: get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
    SchedulerType.WARMUP_STABLE_DECAY: get_wsd_schedule,
    SchedulerType.GREEDY: get_greedy_schedule,
}


def get_scheduler(
    name: str | SchedulerType,
    optimizer: Any,
    num_warmup_steps: int | None = None,
    num_training_steps: int | None = None,
    scheduler_specific_kwargs: dict[str, Any] | None = None,
) -> Any:
    """Any of the family by its name.

    Args:
        name: A value of :class:`SchedulerType`.
        optimizer: Anything with ``param_groups``.
        num_warmup_steps: Steps up; needed by all but constant, reduce_lr_on_plateau and greedy.
        num_training_steps: Steps in all; needed by those that end, warmup_stable_decay only
            without num_stable_steps.
        scheduler_specific_kwargs: More arguments, for those that have them.

    Raises:
        ValueError: the name is unknown, or one of the two numbers is needed.
        TypeError: the scheduler of that name has no such argument.
    """
    kind = SchedulerType(name)
    function = TYPE_TO_SCHEDULER_FUNCTION[kind]
    if kind is SchedulerType.CONSTANT:
        return function(optimizer)
    more = scheduler_specific_kwargs or {}
    if kind in (SchedulerType.REDUCE_ON_PLATEAU, SchedulerType.GREEDY):
        return function(optimizer, **more)
    if num_warmup_steps is None:
        raise ValueError(f"{kind} requires `num_warmup_steps`, please provide that argument.")
    if kind is SchedulerType.CONSTANT_WITH_WARMUP:
        return function(optimizer, num_warmup_steps=num_warmup_steps)
    if kind is SchedulerType.INVERSE_SQRT:
        return function(optimizer, num_warmup_steps=num_warmup_steps, **more)
    if num_training_steps is None and kind is not SchedulerType.WARMUP_STABLE_DECAY:
        raise ValueError(f"{kind} requires `num_training_steps`, please provide that argument.")
    return function(
        optimizer,
        num_warmup_steps=num_warmup_steps,
        num_training_steps=num_training_steps,
        **more,
    )
