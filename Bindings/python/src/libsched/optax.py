"""optax's schedules: the same functions with the same numbers, without optax or JAX.

    >>> schedule = warmup_cosine_decay_schedule(0.0, 0.1, warmup_steps=2, decay_steps=6)
    >>> [round(schedule(count), 4) for count in range(7)]
    [0.0, 0.05, 0.1, 0.0854, 0.05, 0.0146, 0.0]

Each returns a function from a count of steps, or an array of counts, to a rate in float64. Where
it is one native schedule, its ``schedule`` and ``base`` are there to be nested and saved. optax
computes in float32 unless JAX is told otherwise; in float64 its numbers and these are the same
bits.

Counts are whole numbers from 0. What runs inside ``jax.jit`` must be optax's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ._curves import Curve, Rates, Step, at, given, native, number
from ._errors import SchedError
from ._on_plateau import reduce_on_plateau

__all__ = [
    "constant_schedule",
    "cosine_decay_schedule",
    "cosine_onecycle_schedule",
    "exponential_decay",
    "join_schedules",
    "linear_onecycle_schedule",
    "linear_schedule",
    "piecewise_constant_schedule",
    "piecewise_interpolate_schedule",
    "polynomial_schedule",
    "reduce_on_plateau",
    "sgdr_schedule",
    "warmup_constant_schedule",
    "warmup_cosine_decay_schedule",
    "warmup_exponential_decay_schedule",
]

ScheduleFn = Callable[[Step], Any]


def constant_schedule(value: float) -> Curve:
    """`value`, for ever."""
    return Curve(native("Constant"), value)


def polynomial_schedule(
    init_value: float,
    end_value: float,
    power: float,
    transition_steps: int,
    transition_begin: int = 0,
) -> Curve:
    """``(init_value - end_value) * (1 - s / transition_steps)**power + end_value``.

    s is ``count - transition_begin``, kept within 0 and `transition_steps`. A `power` that is an
    int is multiplied out, as in JAX, and rounds otherwise than the same float. Without a positive
    `transition_steps` the value stays `init_value`.
    """
    if transition_steps <= 0:
        return constant_schedule(init_value)
    is_whole = isinstance(power, int | np.integer) and power >= 0
    # A native floor is not negative: a curve that ends below nothing is one to 0, moved down.
    end = number("end_value", end_value)
    below = min(end, 0.0)
    schedule = native(
        "PolynomialDecay",
        steps=transition_steps,
        lr_end=end - below,
        power=number("power", power),
        begin=max(0, transition_begin),
        like="optax" if is_whole else "keras",
    )
    return Curve(schedule, init_value - below, below)


def linear_schedule(
    init_value: float, end_value: float, transition_steps: int, transition_begin: int = 0
) -> Curve:
    """In a straight line from `init_value` to `end_value`."""
    return polynomial_schedule(init_value, end_value, 1, transition_steps, transition_begin)


def _sorted(boundaries_and_scales: Mapping[int, float] | None) -> list[tuple[int, float]]:
    pairs = sorted({} if boundaries_and_scales is None else boundaries_and_scales.items())
    for boundary, scale in pairs:
        if not scale >= 0:
            raise ValueError(f"a scale is not negative, and at {boundary} it is {scale}")
    return pairs


def piecewise_constant_schedule(
    init_value: float, boundaries_and_scales: Mapping[int, float] | None = None
) -> Curve:
    """`init_value` times every scale whose boundary is at the count or before it.

    Raises:
        ValueError: a scale is negative.
    """
    pairs = _sorted(boundaries_and_scales)
    # A native boundary is a step; what counts before all of them is in the base.
    base = math.prod(
        (scale for boundary, scale in pairs if boundary <= 0),
        start=number("init_value", init_value),
    )
    kept = [pair for pair in pairs if pair[0] > 0]
    schedule = native(
        "PiecewiseScale",
        boundaries=[boundary for boundary, _ in kept],
        scales=[scale for _, scale in kept],
    )
    return Curve(schedule, base)


def exponential_decay(
    init_value: float,
    transition_steps: int,
    decay_rate: float,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Curve:
    """``init_value * decay_rate**((count - transition_begin) / transition_steps)``.

    `init_value` until `transition_begin`; not below `end_value` where it falls, not above it where
    it climbs; the exponent rounded down as a staircase. Without a positive `transition_steps`, or
    with a `decay_rate` of 0, the value stays `init_value`.
    """
    if transition_steps <= 0 or decay_rate == 0:
        return constant_schedule(init_value)
    schedule = native(
        "ExponentialDecay",
        decay_steps=transition_steps,
        decay_rate=decay_rate,
        staircase=bool(staircase),
        begin=max(0, transition_begin),
        **given(end_value=end_value),
    )
    return Curve(schedule, init_value)


def cosine_decay_schedule(
    init_value: float, decay_steps: int, alpha: float = 0.0, exponent: float = 1.0
) -> Curve:
    """``init_value * ((1 - alpha) * ((1 + cos(pi * s / decay_steps)) / 2)**exponent + alpha)``.

    s is the count, at most `decay_steps`.

    Raises:
        ValueError: `decay_steps` is not positive.
    """
    if not decay_steps > 0:
        raise ValueError(f"there is no cosine without steps: decay_steps={decay_steps}")
    schedule = native(
        "CosineDecay", decay_steps=decay_steps, min_ratio=alpha, exponent=exponent, like="optax"
    )
    return Curve(schedule, init_value)


def piecewise_interpolate_schedule(
    interpolate_type: Literal["linear", "cosine"],
    init_value: float,
    boundaries_and_scales: Mapping[int, float] | None = None,
) -> Curve:
    """From `init_value` at count 0 to the product of scales at each boundary, line by line.

    Raises:
        ValueError: a scale is negative, or there is no such interpolation.
    """
    if interpolate_type not in ("linear", "cosine"):
        raise ValueError(f"interpolate_type is 'linear' or 'cosine', not {interpolate_type!r}")
    pairs = _sorted(boundaries_and_scales)
    schedule = native(
        "PiecewiseInterpolate",
        boundaries=[boundary for boundary, _ in pairs],
        scales=[scale for _, scale in pairs],
        anneal_strategy="cos" if interpolate_type == "cosine" else "linear",
    )
    return Curve(schedule, init_value)


def linear_onecycle_schedule(
    transition_steps: int,
    peak_value: float,
    pct_start: float = 0.3,
    pct_final: float = 0.85,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Curve:
    """In straight lines up to `peak_value`, back, and on to next to nothing.

    From ``peak_value / div_factor`` to the peak at ``int(pct_start * transition_steps)``, back at
    ``int(pct_final * transition_steps)``, and at `transition_steps` to that
    ``/ final_div_factor``.

    Raises:
        ValueError: `transition_steps` is not positive.
    """
    if transition_steps <= 0:
        raise ValueError(f"there is no cycle without steps: transition_steps={transition_steps}")
    # Of two turns at one count the later counts, as in optax.
    scales = {
        int(pct_start * transition_steps): div_factor,
        int(pct_final * transition_steps): 1.0 / div_factor,
        transition_steps: 1.0 / final_div_factor,
    }
    return piecewise_interpolate_schedule("linear", peak_value / div_factor, scales)


def cosine_onecycle_schedule(
    transition_steps: int,
    peak_value: float,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Curve:
    """Along half cosines up to `peak_value` and down to next to nothing.

    From ``peak_value / div_factor`` to the peak at ``int(pct_start * transition_steps)``, and at
    `transition_steps` to ``peak_value / (div_factor * final_div_factor)``.

    Raises:
        ValueError: `transition_steps` is not positive.
    """
    if transition_steps <= 0:
        raise ValueError(f"there is no cycle without steps: transition_steps={transition_steps}")
    scales = {
        int(pct_start * transition_steps): div_factor,
        int(transition_steps): 1.0 / (div_factor * final_div_factor),
    }
    return piecewise_interpolate_schedule("cosine", peak_value / div_factor, scales)


class _Joined:
    """One schedule after another, each in its own time."""

    __slots__ = ("boundaries", "schedules")

    def __init__(self, schedules: Sequence[ScheduleFn], boundaries: Sequence[int]) -> None:
        self.schedules = list(schedules)
        self.boundaries = list(boundaries)

    def __call__(self, step: Step) -> Rates:
        """The rate at a step, from 0, or the rates at each of an array's steps."""
        return at(self._rate, step)

    def _rate(self, step: int) -> float:
        schedule, since = self.schedules[0], step
        for boundary, following in zip(self.boundaries, self.schedules[1:], strict=False):
            if step >= boundary:
                schedule, since = following, step - int(boundary)
        return float(schedule(since))

    def __repr__(self) -> str:
        return f"<{self.schedules} joined at {self.boundaries}>"


def join_schedules(
    schedules: Sequence[ScheduleFn], boundaries: Sequence[int]
) -> Callable[[Step], Rates]:
    """The last of `schedules` whose boundary the count has reached, at the count since then.

    The schedules are any functions from a count to a rate, optax's own among them. Only the one in
    force is called. Where all of them are native, so is what comes back.
    """
    curves = [one for one in schedules if isinstance(one, Curve) and not one.offset]
    if len(curves) == len(schedules) == len(boundaries) + 1:
        try:
            # Each has a base rate of its own.
            bases = native(
                "PiecewiseConstant",
                boundaries=list(boundaries),
                values=[curve.base for curve in curves],
            )
            parts = native(
                "SequentialLR",
                schedulers=[curve.schedule for curve in curves],
                milestones=list(boundaries),
            )
            return Curve(native("ChainedScheduler", schedulers=[bases, parts]), 1.0)
        except SchedError:
            # Rates below nothing, or boundaries in no order.
            pass
    return _Joined(schedules, boundaries)


def warmup_constant_schedule(init_value: float, peak_value: float, warmup_steps: int) -> Curve:
    """In a straight line from `init_value` to `peak_value`, where it stays."""
    return linear_schedule(init_value, peak_value, warmup_steps)


def warmup_cosine_decay_schedule(
    init_value: float,
    peak_value: float,
    warmup_steps: int,
    decay_steps: int,
    end_value: float = 0.0,
    exponent: float = 1.0,
) -> Callable[[Step], Rates]:
    """In a straight line up to `peak_value`, then along half a cosine down to `end_value`.

    `decay_steps` include the warm-up: the cosine is ``decay_steps - warmup_steps`` long.

    Raises:
        ValueError: the warm-up leaves no steps.
    """
    alpha = 0.0 if peak_value == 0.0 else end_value / peak_value
    cosine = cosine_decay_schedule(peak_value, decay_steps - warmup_steps, alpha, exponent)
    return join_schedules(
        [linear_schedule(init_value, peak_value, warmup_steps), cosine], [warmup_steps]
    )


def warmup_exponential_decay_schedule(
    init_value: float,
    peak_value: float,
    warmup_steps: int,
    transition_steps: int,
    decay_rate: float,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Callable[[Step], Rates]:
    """In a straight line up to `peak_value`, then down by :func:`exponential_decay`."""
    decay = exponential_decay(
        peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value
    )
    return join_schedules(
        [linear_schedule(init_value, peak_value, warmup_steps), decay], [warmup_steps]
    )


def sgdr_schedule(cosine_kwargs: Iterable[Mapping[str, float]]) -> Callable[[Step], Rates]:
    """One :func:`warmup_cosine_decay_schedule` after another, each as long as its `decay_steps`."""
    schedules: list[ScheduleFn] = []
    boundaries: list[int] = []
    step = 0
    for kwargs in cosine_kwargs:
        schedules.append(warmup_cosine_decay_schedule(**kwargs))  # type: ignore[arg-type]
        step += int(kwargs["decay_steps"])
        boundaries.append(step)
    return join_schedules(schedules, boundaries[:-1])
