"""The kinds of schedule. Printed by Bindings/generate.py from what the library declares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from ._schedules import CLASSES, Schedule, declared

__all__ = [
    "REX",
    "ChainedScheduler",
    "Chebyshev",
    "Clamp",
    "Constant",
    "ConstantLR",
    "CoolDown",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CosineAnnealingWarmupRestarts",
    "CosineCyclical",
    "CosineDecay",
    "CosineDecayRestarts",
    "CosineHardRestarts",
    "CosineOneCycle",
    "CosineRestartLR",
    "CosineWave",
    "CyclicLR",
    "Dampening",
    "ExponentialDecay",
    "ExponentialLR",
    "Extend",
    "FlatCosine",
    "GreedyLR",
    "Hold",
    "InversePower",
    "InverseSqrt",
    "InverseTimeDecay",
    "LRRangeTest",
    "LambdaLR",
    "LinearCyclical",
    "LinearDecay",
    "LinearLR",
    "LinearOneCycle",
    "Loop",
    "Momentum",
    "MultiStepLR",
    "MultiplicativeLR",
    "NaturalExpDecay",
    "Noam",
    "Noise",
    "OneCycleLR",
    "OneCycleStairs",
    "PiecewiseConstant",
    "PiecewiseInterpolate",
    "PiecewiseLinear",
    "PiecewiseScale",
    "PolynomialDecay",
    "PolynomialDecayRestarts",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "RelativeStep",
    "SequentialLR",
    "Shift",
    "SineCyclicLR",
    "StepLR",
    "Stretch",
    "TanhDecay",
    "TriStage",
    "Warmup",
    "WarmupStableDecay",
    "Window",
]


class ChainedScheduler(Schedule):
    """Schedules one on top of the other: each takes the rate of the one before for its base.

    ::

        rate(t) = s_n(t, ... s_2(t, s_1(t, base)))

    Args:
        schedulers: the parts in their order: a list of schedules.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, ChainedScheduler.
    """

    __slots__ = ()

    schedulers: tuple[Schedule, ...]

    @declared
    def __init__(self, schedulers: Sequence[Schedule]) -> None: ...


class Chebyshev(Schedule):
    """The step sizes of Chebyshev's iteration in fractal order: small and large rates take turns.

    ::

        rate(t) = base / (c - r * cos(pi * (i + 1/2) / n)), i the place of t - lag in the fractal
            order of n, c and r = (big_m +- small_m) / 2

    Args:
        steps: steps in all, rounded up to a power of two: an integer from 1 to 2^53.
        small_m: the least curvature: a finite number above 0.0; 0.05 by default.
        big_m: the greatest curvature: a finite number above 0.0; 1.0 by default.
        lag: how many more steps than one the first node lasts: an integer from 0 to 2^53; 0 by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Agarwal, Goel and Zhang, Acceleration via Fractal Learning Rate Schedules
    (arXiv:2103.01338); pytorch_optimizer, get_chebyshev_schedule.
    """

    __slots__ = ()

    steps: int
    small_m: float
    big_m: float
    lag: int

    @declared
    def __init__(
        self, steps: int, small_m: float = 0.05, big_m: float = 1.0, lag: int = 0
    ) -> None: ...


class Clamp(Schedule):
    """A schedule that never leaves a range of rates.

    ::

        rate(t) = min(max(schedule.rate(t), minimum), maximum)

    Args:
        schedule: what is kept in the range: a schedule.
        minimum: the least rate, in its units: a finite number from 0.0; 0.0 by default.
        maximum: the largest rate, in its units; none if absent: a finite number from 0.0, or
            absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: the min_lr and max_lr of many peers.
    """

    __slots__ = ()

    schedule: Schedule
    minimum: float
    maximum: float | None

    @declared
    def __init__(
        self, schedule: Schedule, minimum: float = 0.0, maximum: float | None = None
    ) -> None: ...


class Constant(Schedule):
    """The base rate, for ever.

    ::

        rate(t) = base

    Source: optax, constant_schedule; Hugging Face, get_constant_schedule.
    """

    __slots__ = ()

    @declared
    def __init__(self) -> None: ...


class ConstantLR(Schedule):
    """A multiple of the base rate for a while, then the base rate.

    ::

        rate(t) = base * (factor if t < total_iters else 1)

    Args:
        factor: the multiple of the base rate at first: a finite number from 0.0; 0.3333333333333333
            by default.
        total_iters: steps until the base rate: an integer from 1 to 2^53; 5 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, ConstantLR.
    """

    __slots__ = ()

    factor: float
    total_iters: int

    @declared
    def __init__(self, factor: float = 0.3333333333333333, total_iters: int = 5) -> None: ...


class CoolDown(Schedule):
    """A schedule that leaves its curve at a step and goes down to a floor, without a jump.

    ::

        rate(t) = schedule.rate(t) if t <= begin else floor + (top - floor) * tail(min(1, (t -
            begin) / steps)), top = schedule.rate(begin), floor = min(top, base * min_ratio)

    Args:
        schedule: what runs until then: a schedule.
        begin: the last step of the schedule's own: an integer from 0 to 2^53.
        steps: steps down: an integer from 1 to 2^53.
        decay_type: the way down: 'linear', 'cosine', '1-sqrt', '1-square', 'power' or
            'exponential'; '1-sqrt' by default.
        min_ratio: the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
        eta_min: the floor, in the units of the rate, in place of min_ratio: a finite number from
            0.0, or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Hägele et al., Scaling Laws Beyond Fixed Training Durations (arXiv:2405.18392).
    """

    __slots__ = ()

    schedule: Schedule
    begin: int
    steps: int
    decay_type: Literal["linear", "cosine", "1-sqrt", "1-square", "power", "exponential"]
    min_ratio: float
    eta_min: float | None

    @declared
    def __init__(
        self,
        schedule: Schedule,
        begin: int,
        steps: int,
        decay_type: Literal[
            "linear", "cosine", "1-sqrt", "1-square", "power", "exponential"
        ] = "1-sqrt",
        min_ratio: float = 0.0,
        eta_min: float | None = None,
    ) -> None: ...


class CosineAnnealingLR(Schedule):
    """Half a cosine from the base rate down to eta_min, then back up, for ever.

    ::

        rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * t / T_max)) / 2

    Args:
        T_max: steps from the base rate to the floor: an integer from 1 to 2^53.
        eta_min: the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983), without the restarts; PyTorch,
    CosineAnnealingLR.
    """

    __slots__ = ()

    T_max: int
    eta_min: float

    @declared
    def __init__(self, T_max: int, eta_min: float = 0.0) -> None: ...


class CosineAnnealingWarmRestarts(Schedule):
    """Half a cosine from the base rate down to eta_min, again and again, each T_mult times as long.

    ::

        rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * s / T)) / 2, s steps into a cycle of T
            = T_0 * T_mult^i

    Args:
        T_0: steps of the first cycle: an integer from 1 to 2^53.
        T_mult: how much longer each cycle is than the one before: an integer from 1 to 2^53; 1 by
            default.
        eta_min: the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983); PyTorch, CosineAnnealingWarmRestarts.
    """

    __slots__ = ()

    T_0: int
    T_mult: int
    eta_min: float

    @declared
    def __init__(self, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> None: ...


class CosineAnnealingWarmupRestarts(Schedule):
    """Half a cosine down to a floor, again and again, with a straight line up before each.

    ::

        rate(t) = min_lr + (top - min_lr) * s / W for s < W = warmup_steps, then min_lr + (top -
            min_lr) * (1 + cos(pi * (s - W) / (T - W))) / 2; top = base * gamma^i, s steps into
            cycle i of T

    Args:
        first_cycle_steps: steps of the first cycle, warm-up included: an integer from 1 to 2^53.
        cycle_mult: how much longer each cosine is than the one before: a finite number from 1.0 to
            2^53; 1.0 by default.
        min_lr: the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.
        warmup_steps: steps of each warm-up: an integer from 0 to 2^53; 0 by default.
        gamma: what each cycle leaves of the next one's top: a finite number from 0.0; 1.0 by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: pytorch_optimizer, CosineAnnealingWarmupRestarts.
    """

    __slots__ = ()

    first_cycle_steps: int
    cycle_mult: float
    min_lr: float
    warmup_steps: int
    gamma: float

    @declared
    def __init__(
        self,
        first_cycle_steps: int,
        cycle_mult: float = 1.0,
        min_lr: float = 0.0,
        warmup_steps: int = 0,
        gamma: float = 1.0,
    ) -> None: ...


class CosineCyclical(Schedule):
    """From one value to another along half a cosine, each time longer, higher or lower.

    ::

        rate(t) = start + (end - start) / 2 * (1 - cos(pi * s / T)), s steps into a cycle of T, then
            back in a straight line over warmup_duration

    Args:
        end_value: the value at the end of a cycle: a finite number from 0.0.
        cycle_size: steps of the first cycle, at least 2: an integer from 1 to 2^53.
        start_value: the value at its start; the base rate if absent: a finite number from 0.0, or
            absent.
        cycle_mult: how much longer each cycle is than the one before: a finite number from 1.0 to
            2^53; 1.0 by default.
        start_value_mult: what each cycle leaves of the start: a finite number from 0.0; 1.0 by
            default.
        end_value_mult: what each cycle leaves of the end: a finite number from 0.0; 1.0 by default.
        warmup_duration: steps of a straight line back, between cycles: an integer from 0 to 2^53; 0
            by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: ignite, CosineAnnealingScheduler.
    """

    __slots__ = ()

    end_value: float
    cycle_size: int
    start_value: float | None
    cycle_mult: float
    start_value_mult: float
    end_value_mult: float
    warmup_duration: int

    @declared
    def __init__(
        self,
        end_value: float,
        cycle_size: int,
        start_value: float | None = None,
        cycle_mult: float = 1.0,
        start_value_mult: float = 1.0,
        end_value_mult: float = 1.0,
        warmup_duration: int = 0,
    ) -> None: ...


class CosineDecay(Schedule):
    """Half a cosine from the base rate down to a floor, where it stays, after a warm-up if wanted.

    ::

        rate(t) = base * ((1 - min_ratio) * c + min_ratio), or eta_min + (base - eta_min) * c; c =
            ((1 + cos(pi * (s / T)^k_decay)) / 2)^exponent, s = min(t - warmup_steps, T)

    Args:
        decay_steps: steps of the cosine, and with like='optax' of the warm-up before it, too: an
            integer from 1 to 2^53.
        min_ratio: the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
        eta_min: the floor, in the units of the rate, in place of min_ratio: a finite number from
            0.0, or absent.
        warmup_steps: steps of the warm-up: an integer from 0 to 2^53; 0 by default.
        warmup_init: the rate at step 0 of a warm-up, in its units: a finite number from 0.0; 0.0 by
            default.
        exponent: the power of the cosine: a finite number above 0.0; 1.0 by default.
        k_decay: above 1 it stays high for longer, below 1 it falls sooner: a finite number above
            0.0 to 8.0; 1.0 by default.
        like: whose counting of decay_steps, and whose rounding: 'keras' or 'optax'; 'optax' by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Keras, CosineDecay; optax, cosine_decay_schedule and warmup_cosine_decay_schedule; timm,
    CosineLRScheduler.
    """

    __slots__ = ()

    decay_steps: int
    min_ratio: float
    eta_min: float | None
    warmup_steps: int
    warmup_init: float
    exponent: float
    k_decay: float
    like: Literal["keras", "optax"]

    @declared
    def __init__(
        self,
        decay_steps: int,
        min_ratio: float = 0.0,
        eta_min: float | None = None,
        warmup_steps: int = 0,
        warmup_init: float = 0.0,
        exponent: float = 1.0,
        k_decay: float = 1.0,
        like: Literal["keras", "optax"] = "optax",
    ) -> None: ...


class CosineDecayRestarts(Schedule):
    """Half a cosine down to a floor, again and again, each longer and lower than the one before.

    ::

        rate(t) = base * ((1 - min_ratio) * m_mul^i * c + min_ratio), or eta_min + (base * m_mul^i -
            eta_min) * c; c = (1 + cos(pi * (s / T)^k_decay)) / 2, s steps into cycle i of T =
            first_decay_steps * t_mul^i

    Args:
        first_decay_steps: steps of the first cycle: an integer from 1 to 2^53.
        t_mul: how much longer each cycle is than the one before: a finite number from 1.0 to 2^53;
            2.0 by default.
        m_mul: what each cycle leaves of the next one's top: a finite number from 0.0; 1.0 by
            default.
        min_ratio: the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
        eta_min: the floor, in the units of the rate, in place of min_ratio: a finite number from
            0.0, or absent.
        shrink_min: whether m_mul shrinks the floor, too: True or False; False by default.
        cycle_limit: how many cycles; without end if absent: an integer from 1 to 2^53, or absent.
        k_decay: above 1 it stays high for longer, below 1 it falls sooner: a finite number above
            0.0 to 8.0; 1.0 by default.
        exact_restarts: False: cycles are found by a rounded logarithm, as in timm: True or False;
            True by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983); Keras, CosineDecayRestarts; timm,
    CosineLRScheduler; fairseq, cosine.
    """

    __slots__ = ()

    first_decay_steps: int
    t_mul: float
    m_mul: float
    min_ratio: float
    eta_min: float | None
    shrink_min: bool
    cycle_limit: int | None
    k_decay: float
    exact_restarts: bool

    @declared
    def __init__(
        self,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        min_ratio: float = 0.0,
        eta_min: float | None = None,
        shrink_min: bool = False,
        cycle_limit: int | None = None,
        k_decay: float = 1.0,
        exact_restarts: bool = True,
    ) -> None: ...


class CosineHardRestarts(Schedule):
    """Half a cosine from the base rate down to a floor, num_cycles times in all, then on the floor.

    ::

        rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 + cos(pi * (num_cycles * t /
            steps mod 1))) / 2, 0 from steps on

    Args:
        steps: steps of all the cycles: an integer from 1 to 2^53.
        num_cycles: cycles in that many steps: a finite number above 0.0; 1.0 by default.
        min_ratio: the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
        eta_min: the floor, in the units of the rate, in place of min_ratio: a finite number from
            0.0, or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Hugging Face, get_cosine_with_hard_restarts_schedule_with_warmup.
    """

    __slots__ = ()

    steps: int
    num_cycles: float
    min_ratio: float
    eta_min: float | None

    @declared
    def __init__(
        self,
        steps: int,
        num_cycles: float = 1.0,
        min_ratio: float = 0.0,
        eta_min: float | None = None,
    ) -> None: ...


class CosineOneCycle(Schedule):
    """One cycle along cosines, up to the base rate and down to next to nothing, as optax counts.

    ::

        base / div_factor up to base at floor(pct_start * total_steps), then down to base /
            (div_factor * final_div_factor) at total_steps

    Args:
        total_steps: the step at which it arrives: an integer from 1 to 2^53.
        pct_start: the part of the steps that goes up: a finite number from 0.0 to 1.0; 0.3 by
            default.
        div_factor: the base rate over the one at step 0: a finite number above 0.0; 25.0 by
            default.
        final_div_factor: the rate at step 0 over the last: a finite number above 0.0; 10000.0 by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Smith and Topin, Super-Convergence (arXiv:1708.07120); optax, cosine_onecycle_schedule.
    """

    __slots__ = ()

    total_steps: int
    pct_start: float
    div_factor: float
    final_div_factor: float

    @declared
    def __init__(
        self,
        total_steps: int,
        pct_start: float = 0.3,
        div_factor: float = 25.0,
        final_div_factor: float = 10000.0,
    ) -> None: ...


class CosineRestartLR(Schedule):
    """Half a cosine down to a floor in each of a list of periods, each from a top of its own.

    ::

        rate(t) = floor + (base * w - floor) * (1 + cos(pi * s / T)) / 2, s steps into a period of T
            with weight w, floor = eta_min or base * min_ratio

    Args:
        periods: steps of each cosine: a list of: an integer from 0 to 2^53.
        restart_weights: the top of each as a multiple of the base rate; 1 everywhere if empty: a
            list of: a finite number from 0.0; empty by default.
        min_ratio: the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
        eta_min: the floor, in the units of the rate, in place of min_ratio: a finite number from
            0.0, or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: mmengine, CosineRestartLR.
    """

    __slots__ = ()

    periods: tuple[int, ...]
    restart_weights: tuple[float, ...]
    min_ratio: float
    eta_min: float | None

    @declared
    def __init__(
        self,
        periods: Sequence[int],
        restart_weights: Sequence[float] = (),
        min_ratio: float = 0.0,
        eta_min: float | None = None,
    ) -> None: ...


class CosineWave(Schedule):
    """A cosine of any number of waves between the base rate and a floor; half a wave by default.

    ::

        rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 + cos(2 * pi * num_cycles * t /
            steps)) / 2

    Args:
        steps: steps of all the waves: an integer from 1 to 2^53.
        num_cycles: waves in that many steps: a finite number from 0.0; 0.5 by default.
        min_ratio: the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
        eta_min: the floor, in the units of the rate, in place of min_ratio: a finite number from
            0.0, or absent.
        hold: whether the last rate holds past steps; else the wave goes on: True or False; True by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Hugging Face, get_cosine_schedule_with_warmup and
    get_cosine_with_min_lr_schedule_with_warmup; DeepSpeed, WarmupCosineLR.
    """

    __slots__ = ()

    steps: int
    num_cycles: float
    min_ratio: float
    eta_min: float | None
    hold: bool

    @declared
    def __init__(
        self,
        steps: int,
        num_cycles: float = 0.5,
        min_ratio: float = 0.0,
        eta_min: float | None = None,
        hold: bool = True,
    ) -> None: ...


class CyclicLR(Schedule):
    """From the base rate up to a peak and down again in straight lines, for ever.

    ::

        rate(t) = base_lr + (max_lr - base_lr) * height * scale, height up 0 to 1 over step_size_up
            steps and down over step_size_down, scale 1, 2^-cycle or gamma^t

    Args:
        base_lr: the rate at both ends, in its units; the base rate if absent: a finite number from
            0.0, or absent.
        max_lr: the peak, in the units of the rate: a finite number from 0.0.
        step_size_up: steps up: an integer from 1 to 2^53; 2000 by default.
        step_size_down: steps down; as many as up if absent: an integer from 1 to 2^53, or absent.
        mode: how cycles differ: 'triangular', 'triangular2' or 'exp_range'; 'triangular' by
            default.
        gamma: what each step leaves of the height under exp_range: a finite number from 0.0; 1.0 by
            default.
        scale_fn: how high the triangle is, in place of mode; none if absent: a function from an
            integer to a number, or absent.
        scale_mode: what scale_fn gets: the cycle, from 1, or the step: 'cycle' or 'iterations';
            'cycle' by default.
        cycle_momentum: whether it drives the momentum: True or False; True by default.
        base_momentum: the momentum at the peak: a finite number from 0.0 to 1.0; 0.8 by default.
        max_momentum: the momentum at both ends: a finite number from 0.0 to 1.0; 0.9 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Smith, Cyclical Learning Rates (arXiv:1506.01186); PyTorch, CyclicLR.
    """

    __slots__ = ()

    base_lr: float | None
    max_lr: float
    step_size_up: int
    step_size_down: int | None
    mode: Literal["triangular", "triangular2", "exp_range"]
    gamma: float
    scale_fn: Callable[[int], float] | None
    scale_mode: Literal["cycle", "iterations"]
    cycle_momentum: bool
    base_momentum: float
    max_momentum: float

    @declared
    def __init__(
        self,
        base_lr: float | None = None,
        max_lr: float = ...,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[int], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
    ) -> None: ...


class Dampening(Schedule):
    """Any schedule, from its first step, times a warm-up factor; untuned from beta2, or RAdam's.

    ::

        rate(t) = schedule.rate(t) * factor(t), factor min(1, (t + 1) / period), 1 - exp(-(t + 1) /
            period), or RAdam's rectification

    Args:
        schedule: what is damped: a schedule.
        shape: the factor's way up: 'linear', 'exponential' or 'radam'; 'linear' by default.
        period: steps of the way up; 2 / (1 - beta2) if absent, 1 / (1 - beta2) where exponential:
            an integer from 1 to 2^53, or absent.
        beta2: Adam's decay of the second moment: a finite number from 0.0 to below 1.0; 0.999 by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Ma and Yarats, On the adequacy of untuned warmup (arXiv:1910.04209); Liu et al., RAdam
    (arXiv:1908.03265); pytorch_warmup.
    """

    __slots__ = ()

    schedule: Schedule
    shape: Literal["linear", "exponential", "radam"]
    period: int | None
    beta2: float

    @declared
    def __init__(
        self,
        schedule: Schedule,
        shape: Literal["linear", "exponential", "radam"] = "linear",
        period: int | None = None,
        beta2: float = 0.999,
    ) -> None: ...


class ExponentialDecay(Schedule):
    """Multiplies the rate by decay_rate every decay_steps steps, smoothly or all at once.

    ::

        rate(t) = base * decay_rate^((t - begin) / decay_steps), the exponent rounded down as a
            staircase; not past end_value

    Args:
        decay_steps: the steps in which the rate is multiplied by decay_rate: a finite number from
            1e-09 to 2^53.
        decay_rate: what decay_steps leave of the rate: a finite number from 0.0.
        staircase: whether it is multiplied all at once: True or False; False by default.
        begin: steps before it begins: an integer from 0 to 2^53; 0 by default.
        end_value: where it stops, in the units of the rate: a finite number from 0.0, or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Keras, ExponentialDecay; optax, exponential_decay.
    """

    __slots__ = ()

    decay_steps: float
    decay_rate: float
    staircase: bool
    begin: int
    end_value: float | None

    @declared
    def __init__(
        self,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        begin: int = 0,
        end_value: float | None = None,
    ) -> None: ...


class ExponentialLR(Schedule):
    """Multiplies the rate by gamma every step.

    ::

        rate(t) = base * gamma^t

    Args:
        gamma: what each step leaves of the rate: a finite number from 0.0.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, ExponentialLR.
    """

    __slots__ = ()

    gamma: float

    @declared
    def __init__(self, gamma: float) -> None: ...


class Extend(Schedule):
    """A schedule that takes longer from a step on, without a jump: rests, or is stretched.

    ::

        rate(t) = schedule.rate(t) if t <= begin, schedule.rate(begin) if t <= begin + steps, else
            schedule.rate(t - steps); with until schedule.rate(begin + (t - begin) * n / (n +
            steps)), n = until - begin

    Args:
        schedule: what takes longer: a schedule.
        begin: the step from which it does: an integer from 0 to 2^53.
        steps: how many steps longer: an integer from 1 to 2^53.
        until: the step until which it is stretched; it rests if absent: an integer from 1 to 2^53,
            or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: libsched.
    """

    __slots__ = ()

    schedule: Schedule
    begin: int
    steps: int
    until: int | None

    @declared
    def __init__(
        self, schedule: Schedule, begin: int, steps: int, until: int | None = None
    ) -> None: ...


class FlatCosine(Schedule):
    """The base rate, or half a cosine up to it, then half a cosine down, as fastai counts.

    ::

        rate(t) = base / div up to base at pct_start * steps, then half a cosine to base / div_final
            at steps

    Args:
        steps: steps in all: an integer from 1 to 2^53.
        pct_start: the part of the steps before the way down: a finite number from 0.0 to 1.0; 0.75
            by default.
        div_final: the base rate over the last: a finite number above 0.0; 100000.0 by default.
        div: the base rate over the first; 1 is flat: a finite number above 0.0; 1.0 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: fastai, fit_flat_cos, fit_one_cycle.
    """

    __slots__ = ()

    steps: int
    pct_start: float
    div_final: float
    div: float

    @declared
    def __init__(
        self, steps: int, pct_start: float = 0.75, div_final: float = 100000.0, div: float = 1.0
    ) -> None: ...


class GreedyLR(Schedule):
    """Divides the rate by factor while a metric gets better, multiplies it while it does not.

    ::

        rate <- min(rate / factor, max_lr) after more than patience better observations in a row,
            max(rate * factor, min_lr) after as many others

    Args:
        mode: whether less is better or more: 'min' or 'max'; 'min' by default.
        factor: what the rate is multiplied or divided by: a finite number above 0.0 to below 1.0;
            0.95 by default.
        patience: observations of a kind in a row that change nothing yet: an integer from 0 to
            2^53; 10 by default.
        threshold: by how much a better one beats the best: a finite number from 0.0; 1e-06 by
            default.
        threshold_mode: whether threshold is a part of the best one's size, or in the metric's
            units: 'rel' or 'abs'; 'abs' by default.
        cooldown: observations that do not count after the rate has fallen: an integer from 0 to
            2^53; 0 by default.
        warmup: observations that do not count after the rate has risen: an integer from 0 to 2^53;
            0 by default.
        min_lr: the least rate, in its units: a finite number from 0.0; 0.001 by default.
        max_lr: the largest rate, in its units: a finite number from 0.0; 1.0 by default.
        eps: a change that is not larger is not made: a finite number from 0.0; 1e-08 by default.
        smooth: whether an observation is the mean of the last metrics: True or False; False by
            default.
        window_size: metrics of that mean: an integer from 1 to 2^53; 50 by default.
        reset_start: falls at the least rate before all begins anew: an integer from 0 to 2^53; 500
            by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: GreedyLR (arXiv:2512.14527); Hugging Face, GreedyLR.
    """

    __slots__ = ()

    mode: Literal["min", "max"]
    factor: float
    patience: int
    threshold: float
    threshold_mode: Literal["rel", "abs"]
    cooldown: int
    warmup: int
    min_lr: float
    max_lr: float
    eps: float
    smooth: bool
    window_size: int
    reset_start: int

    @declared
    def __init__(
        self,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.95,
        patience: int = 10,
        threshold: float = 1e-06,
        threshold_mode: Literal["rel", "abs"] = "abs",
        cooldown: int = 0,
        warmup: int = 0,
        min_lr: float = 0.001,
        max_lr: float = 1.0,
        eps: float = 1e-08,
        smooth: bool = False,
        window_size: int = 50,
        reset_start: int = 500,
    ) -> None: ...


class Hold(Schedule):
    """A schedule that stays for ever where it is at a step, past its end or before it.

    ::

        rate(t) = schedule.rate(min(t, last))

    Args:
        schedule: what stays where it is: a schedule.
        last: the step from which it stays; the schedule's last if absent: an integer from 1 to
            2^53, or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: what MLX, optax and Keras do at the end of a decay.
    """

    __slots__ = ()

    schedule: Schedule
    last: int | None

    @declared
    def __init__(self, schedule: Schedule, last: int | None = None) -> None: ...


class InversePower(Schedule):
    """Down as one over a power of the time: power scheduling, and Caffe's inv.

    ::

        rate(t) = base / (1 + gamma * t)^power

    Args:
        gamma: how fast the time counts: a finite number from 0.0.
        power: the power of the time: a finite number from 0.0; 1.0 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Caffe, inv; ParameterSchedulers.jl, Inv.
    """

    __slots__ = ()

    gamma: float
    power: float

    @declared
    def __init__(self, gamma: float, power: float = 1.0) -> None: ...


class InverseSqrt(Schedule):
    """Down with the square root of time, without an end.

    ::

        rate(t) = max(eta_min, base / sqrt((t + timescale) / timescale))

    Args:
        timescale: three of these on, the rate is half; after a warm-up, its steps: an integer from
            1 to 2^53.
        eta_min: the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Hugging Face, get_inverse_sqrt_schedule; fairseq, inverse_sqrt; Megatron-LM,
    inverse-square-root; big_vision, rsqrt.
    """

    __slots__ = ()

    timescale: int
    eta_min: float

    @declared
    def __init__(self, timescale: int, eta_min: float = 0.0) -> None: ...


class InverseTimeDecay(Schedule):
    """Down as one over the time: the textbooks' time-based decay.

    ::

        rate(t) = base / (1 + decay_rate * t / decay_steps), the fraction rounded down as a
            staircase

    Args:
        decay_steps: the steps in which the divisor grows by decay_rate: a finite number from 1e-09
            to 2^53.
        decay_rate: how much the divisor grows in decay_steps: a finite number from 0.0.
        staircase: whether the divisor grows all at once: True or False; False by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Keras, InverseTimeDecay; Paddle, InverseTimeDecay.
    """

    __slots__ = ()

    decay_steps: float
    decay_rate: float
    staircase: bool

    @declared
    def __init__(self, decay_steps: float, decay_rate: float, staircase: bool = False) -> None: ...


class LRRangeTest(Schedule):
    """Up from the base rate without an end, to find the rate at which training breaks.

    ::

        rate(t) = base * (1 + step_rate * t / step_size), with floor(t / step_size) for a staircase

    Args:
        step_size: steps in which it grows by step_rate: an integer from 1 to 2^53; 2000 by default.
        step_rate: what it grows by in them, in base rates: a finite number from 0.0; 1.0 by
            default.
        staircase: whether it grows all at once, after them: True or False; False by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Smith, A disciplined approach (arXiv:1803.09820); DeepSpeed, LRRangeTest.
    """

    __slots__ = ()

    step_size: int
    step_rate: float
    staircase: bool

    @declared
    def __init__(
        self, step_size: int = 2000, step_rate: float = 1.0, staircase: bool = False
    ) -> None: ...


class LambdaLR(Schedule):
    """A caller's function of the step times the base rate.

    ::

        rate(t) = base * lr_lambda(t)

    Args:
        lr_lambda: what the base rate is multiplied by at a step: a function from an integer to a
            number.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, LambdaLR.
    """

    __slots__ = ()

    lr_lambda: Callable[[int], float]

    @declared
    def __init__(self, lr_lambda: Callable[[int], float]) -> None: ...


class LinearCyclical(Schedule):
    """From one value to another and back in straight lines, each time longer, higher or lower.

    ::

        rate(t) = end + (start - end) * |s / T - 1/2| * 2, or monotonic start + (end - start) * s /
            T, s steps into a cycle of T

    Args:
        end_value: the value in the middle of a cycle, or at the end of a monotonic one: a finite
            number from 0.0.
        cycle_size: steps of the first cycle, at least 2: an integer from 1 to 2^53.
        start_value: the value at the ends; the base rate if absent: a finite number from 0.0, or
            absent.
        cycle_mult: how much longer each cycle is than the one before: a finite number from 1.0 to
            2^53; 1.0 by default.
        start_value_mult: what each cycle leaves of the start: a finite number from 0.0; 1.0 by
            default.
        end_value_mult: what each cycle leaves of the end: a finite number from 0.0; 1.0 by default.
        warmup_duration: steps of the way back between monotonic cycles: an integer from 0 to 2^53;
            0 by default.
        monotonic: whether a cycle goes one way only: True or False; False by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: ignite, LinearCyclicalScheduler; fairseq, triangular.
    """

    __slots__ = ()

    end_value: float
    cycle_size: int
    start_value: float | None
    cycle_mult: float
    start_value_mult: float
    end_value_mult: float
    warmup_duration: int
    monotonic: bool

    @declared
    def __init__(
        self,
        end_value: float,
        cycle_size: int,
        start_value: float | None = None,
        cycle_mult: float = 1.0,
        start_value_mult: float = 1.0,
        end_value_mult: float = 1.0,
        warmup_duration: int = 0,
        monotonic: bool = False,
    ) -> None: ...


class LinearDecay(Schedule):
    """In a straight line from the base rate down to a floor, 0 by default, then on it.

    ::

        rate(t) = base * ((1 - min_ratio) * max(0, (steps - t) / steps) + min_ratio)

    Args:
        steps: steps from the base rate to the floor: an integer from 1 to 2^53.
        min_ratio: the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
        eta_min: the floor, in the units of the rate, in place of min_ratio: a finite number from
            0.0, or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Hugging Face, get_linear_schedule_with_warmup; DeepSpeed, WarmupDecayLR; Bergsma et al.,
    Straight to Zero (arXiv:2502.15938).
    """

    __slots__ = ()

    steps: int
    min_ratio: float
    eta_min: float | None

    @declared
    def __init__(
        self, steps: int, min_ratio: float = 0.0, eta_min: float | None = None
    ) -> None: ...


class LinearLR(Schedule):
    """A straight line from one multiple of the base rate to another, then constant.

    ::

        rate(t) = base * (start_factor + (end_factor - start_factor) * min(t, total_iters) /
            total_iters)

    Args:
        start_factor: the multiple of the base rate at step 0: a finite number from 0.0;
            0.3333333333333333 by default.
        end_factor: the multiple from step total_iters on: a finite number from 0.0; 1.0 by default.
        total_iters: steps from the one to the other: an integer from 1 to 2^53; 5 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, LinearLR.
    """

    __slots__ = ()

    start_factor: float
    end_factor: float
    total_iters: int

    @declared
    def __init__(
        self,
        start_factor: float = 0.3333333333333333,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None: ...


class LinearOneCycle(Schedule):
    """One cycle in straight lines, up to the base rate, back, and on to next to nothing, as optax
    counts.

    ::

        base / div_factor up to base at floor(pct_start * total_steps), back at floor(pct_final *
            total_steps), down to base / (div_factor * final_div_factor) at total_steps

    Args:
        total_steps: the step at which it arrives: an integer from 1 to 2^53.
        pct_start: the part of the steps that goes up: a finite number from 0.0 to 1.0; 0.3 by
            default.
        pct_final: the part of the steps after which it is back where it began: a finite number from
            0.0 to 1.0; 0.85 by default.
        div_factor: the base rate over the one at step 0: a finite number above 0.0; 25.0 by
            default.
        final_div_factor: the rate at step 0 over the last: a finite number above 0.0; 10000.0 by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Smith and Topin, Super-Convergence (arXiv:1708.07120); optax, linear_onecycle_schedule.
    """

    __slots__ = ()

    total_steps: int
    pct_start: float
    pct_final: float
    div_factor: float
    final_div_factor: float

    @declared
    def __init__(
        self,
        total_steps: int,
        pct_start: float = 0.3,
        pct_final: float = 0.85,
        div_factor: float = 25.0,
        final_div_factor: float = 10000.0,
    ) -> None: ...


class Loop(Schedule):
    """A schedule from its start again every so many steps.

    ::

        rate(t) = schedule.rate(t mod period)

    Args:
        schedule: what starts again: a schedule.
        period: steps from one start to the next: an integer from 1 to 2^53.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: ParameterSchedulers.jl, Loop.
    """

    __slots__ = ()

    schedule: Schedule
    period: int

    @declared
    def __init__(self, schedule: Schedule, period: int) -> None: ...


class Momentum(Schedule):
    """The momentum that a schedule drives, as a rate.

    ::

        rate(t) = schedule.momentum(t)

    Args:
        schedule: what drives a momentum: a schedule.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, OneCycleLR and CyclicLR.
    """

    __slots__ = ()

    schedule: Schedule

    @declared
    def __init__(self, schedule: Schedule) -> None: ...


class MultiStepLR(Schedule):
    """Multiplies the rate by gamma at each milestone.

    ::

        rate(t) = base * gamma^k, k = the number of milestones <= t

    Args:
        milestones: the steps of the drops, increasing: a list of: an integer from 0 to 2^53.
        gamma: what each drop leaves of the rate: a finite number from 0.0; 0.1 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, MultiStepLR.
    """

    __slots__ = ()

    milestones: tuple[int, ...]
    gamma: float

    @declared
    def __init__(self, milestones: Sequence[int], gamma: float = 0.1) -> None: ...


class MultiplicativeLR(Schedule):
    """The rate times a caller's function of the step, at every step after the first.

    ::

        rate(t) = base * lr_lambda(1) * lr_lambda(2) * ... * lr_lambda(t)

    Args:
        lr_lambda: what the rate is multiplied by at a step: a function from an integer to a number.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, MultiplicativeLR.
    """

    __slots__ = ()

    lr_lambda: Callable[[int], float]

    @declared
    def __init__(self, lr_lambda: Callable[[int], float]) -> None: ...


class NaturalExpDecay(Schedule):
    """Down along the exponential function.

    ::

        rate(t) = base * e^(-gamma * t)

    Args:
        gamma: the part of the rate lost in a step, where it is small: a finite number from 0.0.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Paddle, NaturalExpDecay.
    """

    __slots__ = ()

    gamma: float

    @declared
    def __init__(self, gamma: float) -> None: ...


class Noam(Schedule):
    """The first Transformer's: a line up, then down with the square root of time.

    ::

        rate(t) = base * d_model^-0.5 * min(n^-0.5, n * warmup_steps^-1.5), n = t + offset

    Args:
        d_model: the width of the model: an integer from 1 to 2^53; 512 by default.
        warmup_steps: steps up: an integer from 1 to 2^53; 4000 by default.
        offset: the number of the first step: 1 in the paper, 0 in PaddlePaddle: an integer from 0
            to 2^53; 1 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Vaswani et al., Attention Is All You Need (arXiv:1706.03762); PaddlePaddle, NoamDecay;
    ESPnet, NoamLR; Burn, NoamLrScheduler.
    """

    __slots__ = ()

    d_model: int
    warmup_steps: int
    offset: int

    @declared
    def __init__(self, d_model: int = 512, warmup_steps: int = 4000, offset: int = 1) -> None: ...


class Noise(Schedule):
    """Another schedule with noise on it, the same at the same step in every run of the same seed.

    ::

        rate(t) = schedule.rate(t) * (1 + n(seed, t)) for begin <= t < end, |n| < pct

    Args:
        schedule: what the noise is on: a schedule.
        pct: what the noise stays below, as a part of the rate: a finite number from 0.0 to 1.0;
            0.67 by default.
        std: the deviation of normal noise before it is cut: a finite number above 0.0; 1.0 by
            default.
        seed: which noise: an integer from 0 to 2^53; 42 by default.
        distribution: how the noise is distributed: 'normal' or 'uniform'; 'normal' by default.
        begin: the first step with noise: an integer from 0 to 2^53; 0 by default.
        end: the first step without it again; none if absent: an integer from 1 to 2^53, or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: timm, noise_range_t; Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (SC
    2011).
    """

    __slots__ = ()

    schedule: Schedule
    pct: float
    std: float
    seed: int
    distribution: Literal["normal", "uniform"]
    begin: int
    end: int | None

    @declared
    def __init__(
        self,
        schedule: Schedule,
        pct: float = 0.67,
        std: float = 1.0,
        seed: int = 42,
        distribution: Literal["normal", "uniform"] = "normal",
        begin: int = 0,
        end: int | None = None,
    ) -> None: ...


class OneCycleLR(Schedule):
    """One cycle: up to a peak, down to next to nothing, momentum the other way round.

    ::

        peak / div_factor up to peak over pct_start * total_steps - 1 steps, then down to peak /
            (div_factor * final_div_factor) at step total_steps - 1

    Args:
        max_lr: the peak, in the units of the rate; the base rate if absent: a finite number from
            0.0, or absent.
        total_steps: steps in all: an integer from 1 to 2^53, or absent.
        epochs: epochs in all, if total_steps is absent: an integer from 1 to 2^53, or absent.
        steps_per_epoch: steps of an epoch, if total_steps is absent: an integer from 1 to 2^53, or
            absent.
        pct_start: the part of the steps that goes up: a finite number from 0.0 to 1.0; 0.3 by
            default.
        anneal_strategy: the way from one rate to the next: 'cos' or 'linear'; 'cos' by default.
        cycle_momentum: whether it drives the momentum: True or False; True by default.
        base_momentum: the momentum at the peak: a finite number from 0.0 to 1.0; 0.85 by default.
        max_momentum: the momentum at both ends: a finite number from 0.0 to 1.0; 0.95 by default.
        div_factor: the peak over the rate at step 0: a finite number above 0.0; 25.0 by default.
        final_div_factor: the rate at step 0 over the last: a finite number above 0.0; 10000.0 by
            default.
        three_phase: whether it comes down to the first rate before the last: True or False; False
            by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Smith and Topin, Super-Convergence (arXiv:1708.07120); PyTorch, OneCycleLR.
    """

    __slots__ = ()

    max_lr: float | None
    total_steps: int | None
    epochs: int | None
    steps_per_epoch: int | None
    pct_start: float
    anneal_strategy: Literal["cos", "linear"]
    cycle_momentum: bool
    base_momentum: float
    max_momentum: float
    div_factor: float
    final_div_factor: float
    three_phase: bool

    @declared
    def __init__(
        self,
        max_lr: float | None = None,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 10000.0,
        three_phase: bool = False,
    ) -> None: ...


class OneCycleStairs(Schedule):
    """One cycle between two rates, in stairs if one likes, and a slow decay after it.

    ::

        rate(t) = low + (cycle_max_lr - low) * height in the cycle, then low / (1 + decay_lr_rate *
            (t - cycle) / decay_step_size)

    Args:
        cycle_min_lr: the rate at both ends, in its units; the base rate if absent: a finite number
            from 0.0, or absent.
        cycle_max_lr: the peak, in the units of the rate: a finite number from 0.0.
        decay_lr_rate: what the decay's divisor grows by in decay_step_size: a finite number from
            0.0; 0.0 by default.
        cycle_first_step_size: steps up: an integer from 1 to 2^53; 2000 by default.
        cycle_second_step_size: steps down; as many as up if absent: an integer from 1 to 2^53, or
            absent.
        cycle_first_stair_count: stairs up; a straight line if absent: an integer from 1 to 2^53, or
            absent.
        cycle_second_stair_count: stairs down; a straight line if absent: an integer from 1 to 2^53,
            or absent.
        decay_step_size: steps of an interval of the decay; no decay if absent: an integer from 1 to
            2^53, or absent.
        cycle_momentum: whether it drives the momentum: True or False; True by default.
        cycle_min_mom: the momentum at the peak: a finite number from 0.0 to 1.0; 0.8 by default.
        cycle_max_mom: the momentum at both ends: a finite number from 0.0 to 1.0; 0.9 by default.
        decay_mom_rate: the momentum's growth in decay_step_size, up to 1: a finite number from 0.0;
            0.0 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Smith, A disciplined approach (arXiv:1803.09820); DeepSpeed, OneCycle.
    """

    __slots__ = ()

    cycle_min_lr: float | None
    cycle_max_lr: float
    decay_lr_rate: float
    cycle_first_step_size: int
    cycle_second_step_size: int | None
    cycle_first_stair_count: int | None
    cycle_second_stair_count: int | None
    decay_step_size: int | None
    cycle_momentum: bool
    cycle_min_mom: float
    cycle_max_mom: float
    decay_mom_rate: float

    @declared
    def __init__(
        self,
        cycle_min_lr: float | None = None,
        cycle_max_lr: float = ...,
        decay_lr_rate: float = 0.0,
        cycle_first_step_size: int = 2000,
        cycle_second_step_size: int | None = None,
        cycle_first_stair_count: int | None = None,
        cycle_second_stair_count: int | None = None,
        decay_step_size: int | None = None,
        cycle_momentum: bool = True,
        cycle_min_mom: float = 0.8,
        cycle_max_mom: float = 0.9,
        decay_mom_rate: float = 0.0,
    ) -> None: ...


class PiecewiseConstant(Schedule):
    """One value after another, whatever the base rate is.

    ::

        rate(t) = values[k], k = the number of boundaries <= t, or < t with side 'left'

    Args:
        boundaries: where each value but the first begins, increasing: a list of: an integer from 0
            to 2^53.
        values: one more than boundaries, in the units of the rate: a list of: a finite number from
            0.0.
        side: the side of a boundary to which its own step belongs: 'right' or 'left'; 'right' by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Keras, PiecewiseConstantDecay (side 'left'); Paddle, PiecewiseDecay (side 'right').
    """

    __slots__ = ()

    boundaries: tuple[int, ...]
    values: tuple[float, ...]
    side: Literal["right", "left"]

    @declared
    def __init__(
        self,
        boundaries: Sequence[int],
        values: Sequence[float],
        side: Literal["right", "left"] = "right",
    ) -> None: ...


class PiecewiseInterpolate(Schedule):
    """From one multiple of the base rate to the next, in straight lines or half cosines.

    ::

        rate(t) = from v[k] to v[k + 1] between boundaries[k - 1] and boundaries[k], v[0] = base,
            v[k] = v[k - 1] * scales[k - 1]

    Args:
        boundaries: the steps at which the factors are reached, increasing: a list of: an integer
            from 0 to 2^53.
        scales: a factor for each boundary: a list of: a finite number from 0.0.
        anneal_strategy: the way from one value to the next: 'cos' or 'linear'; 'linear' by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: optax, piecewise_interpolate_schedule.
    """

    __slots__ = ()

    boundaries: tuple[int, ...]
    scales: tuple[float, ...]
    anneal_strategy: Literal["cos", "linear"]

    @declared
    def __init__(
        self,
        boundaries: Sequence[int],
        scales: Sequence[float],
        anneal_strategy: Literal["cos", "linear"] = "linear",
    ) -> None: ...


class PiecewiseLinear(Schedule):
    """Through given values at given steps, in straight lines or half cosines.

    ::

        rate(t) = a + (b - a) * (t - s) / (e - s), or b + (a - b) / 2 * (1 + cos(pi * (t - s) / (e -
            s))), a and b the values at the milestones s <= t < e; held outside

    Args:
        milestones: the steps of the values, increasing: a list of: an integer from 0 to 2^53.
        values: one for each milestone, in the units of the rate: a list of: a finite number from
            0.0.
        anneal_strategy: the way from one value to the next: 'cos' or 'linear'; 'linear' by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: ignite, PiecewiseLinear; fastai, combined_cos.
    """

    __slots__ = ()

    milestones: tuple[int, ...]
    values: tuple[float, ...]
    anneal_strategy: Literal["cos", "linear"]

    @declared
    def __init__(
        self,
        milestones: Sequence[int],
        values: Sequence[float],
        anneal_strategy: Literal["cos", "linear"] = "linear",
    ) -> None: ...


class PiecewiseScale(Schedule):
    """Multiplies the rate by a factor of its own at each boundary.

    ::

        rate(t) = base * scales[0] * ... * scales[k - 1], k = the number of boundaries <= t, or < t
            with side 'left'

    Args:
        boundaries: the steps of the factors, increasing: a list of: an integer from 0 to 2^53.
        scales: a factor for each boundary: a list of: a finite number from 0.0.
        side: the side of a boundary to which its own step belongs: 'right' or 'left'; 'right' by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: optax, piecewise_constant_schedule.
    """

    __slots__ = ()

    boundaries: tuple[int, ...]
    scales: tuple[float, ...]
    side: Literal["right", "left"]

    @declared
    def __init__(
        self,
        boundaries: Sequence[int],
        scales: Sequence[float],
        side: Literal["right", "left"] = "right",
    ) -> None: ...


class PolynomialDecay(Schedule):
    """From the base rate to another along a power of the steps that are left, once or in cycles.

    ::

        rate(t) = (base - lr_end) * (1 - (s / T)^k_decay)^power + lr_end, s = min(t - begin, T), T =
            steps, or with cycle its first multiple >= s; with lr_init base * ((lr_init - lr_end) *
            ... + lr_end) / lr_init

    Args:
        steps: steps from the base rate to the end: an integer from 1 to 2^53.
        lr_end: the end, in the units of the rate: a finite number from 0.0; 0.0 by default.
        power: 1 for a straight line: a finite number from 0.0; 1.0 by default.
        lr_init: what the curve starts from, for every base to follow; the base rate if absent: a
            finite number above 0.0, or absent.
        cycle: whether it starts again, lower, when it has arrived: True or False; False by default.
        begin: steps before it begins: an integer from 0 to 2^53; 0 by default.
        k_decay: above 1 it stays high for longer, below 1 it falls sooner: a finite number above
            0.0 to 8.0; 1.0 by default.
        like: whose rounding: optax multiplies a whole power out: 'keras' or 'optax'; 'keras' by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Keras, PolynomialDecay; optax, polynomial_schedule; Hugging Face,
    get_polynomial_decay_schedule_with_warmup; Zhang and Li, k-decay (arXiv:2004.05909).
    """

    __slots__ = ()

    steps: int
    lr_end: float
    power: float
    lr_init: float | None
    cycle: bool
    begin: int
    k_decay: float
    like: Literal["keras", "optax"]

    @declared
    def __init__(
        self,
        steps: int,
        lr_end: float = 0.0,
        power: float = 1.0,
        lr_init: float | None = None,
        cycle: bool = False,
        begin: int = 0,
        k_decay: float = 1.0,
        like: Literal["keras", "optax"] = "keras",
    ) -> None: ...


class PolynomialDecayRestarts(Schedule):
    """Down along a power of the steps that are left, again and again, each longer and lower.

    ::

        rate(t) = eta_min + (base * m_mul^i - eta_min) * (1 - (s / T)^k_decay)^power, s steps into
            cycle i of T = first_decay_steps * t_mul^i

    Args:
        first_decay_steps: steps of the first cycle: an integer from 1 to 2^53.
        power: 1 for straight lines: a finite number from 0.0; 1.0 by default.
        t_mul: how much longer each cycle is than the one before: a finite number from 1.0 to 2^53;
            1.0 by default.
        m_mul: what each cycle leaves of the next one's top: a finite number from 0.0; 1.0 by
            default.
        eta_min: the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.
        cycle_limit: how many cycles; without end if absent: an integer from 1 to 2^53, or absent.
        k_decay: above 1 it stays high for longer, below 1 it falls sooner: a finite number above
            0.0 to 8.0; 1.0 by default.
        exact_restarts: False: cycles are found by a rounded logarithm, as in timm: True or False;
            True by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: timm, PolyLRScheduler.
    """

    __slots__ = ()

    first_decay_steps: int
    power: float
    t_mul: float
    m_mul: float
    eta_min: float
    cycle_limit: int | None
    k_decay: float
    exact_restarts: bool

    @declared
    def __init__(
        self,
        first_decay_steps: int,
        power: float = 1.0,
        t_mul: float = 1.0,
        m_mul: float = 1.0,
        eta_min: float = 0.0,
        cycle_limit: int | None = None,
        k_decay: float = 1.0,
        exact_restarts: bool = True,
    ) -> None: ...


class PolynomialLR(Schedule):
    """Down to nothing along a power of the steps that are left.

    ::

        rate(t) = base * (1 - min(t, total_iters) / total_iters)^power

    Args:
        total_iters: steps from the base rate to 0: an integer from 1 to 2^53; 5 by default.
        power: 1 for a straight line: a finite number above 0.0; 1.0 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, PolynomialLR.
    """

    __slots__ = ()

    total_iters: int
    power: float

    @declared
    def __init__(self, total_iters: int = 5, power: float = 1.0) -> None: ...


class REX(Schedule):
    """Slowly down at first and fast at the end, to a floor: for a known budget of steps.

    ::

        rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 - p) / (1 - p / 2), p = t / steps

    Args:
        steps: steps from the base rate to the floor: an integer from 1 to 2^53.
        min_ratio: the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
        eta_min: the floor, in the units of the rate, in place of min_ratio: a finite number from
            0.0, or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Chen et al., REX (arXiv:2107.04197); pytorch_optimizer, REXScheduler.
    """

    __slots__ = ()

    steps: int
    min_ratio: float
    eta_min: float | None

    @declared
    def __init__(
        self, steps: int, min_ratio: float = 0.0, eta_min: float | None = None
    ) -> None: ...


class ReduceLROnPlateau(Schedule):
    """Multiplies the rate by factor when a metric has stopped getting better.

    ::

        rate <- max(rate * factor, min_lr, base * min_ratio) after more than patience observations
            in a row that are not better

    Args:
        mode: whether less is better or more: 'min' or 'max'; 'min' by default.
        factor: what the rate is multiplied by: a finite number from 0.0 to below 1.0; 0.1 by
            default.
        patience: observations in a row, not better, that change nothing yet: an integer from 0 to
            2^53; 10 by default.
        threshold: by how much a better one beats the best: a finite number from 0.0; 0.0001 by
            default.
        threshold_mode: whether threshold is a part of the best one's size, or in the metric's
            units: 'rel' or 'abs'; 'rel' by default.
        cooldown: observations that do not count after the rate has fallen: an integer from 0 to
            2^53; 0 by default.
        min_lr: the least rate, in its units: a finite number from 0.0; 0.0 by default.
        eps: a change that is not larger is not made; if absent 1e-8 by torch's rule, 0 by others: a
            finite number from 0.0, or absent.
        min_ratio: the least rate, as a part of the base rate: a finite number from 0.0 to 1.0; 0.0
            by default.
        min_delta: added to the threshold, in the metric's units: a finite number from 0.0; 0.0 by
            default.
        accumulation_size: metrics whose mean is one observation: an integer from 1 to 2^53; 1 by
            default.
        rule: whose way it is to count patience and cooldown: 'torch', 'keras' or 'optax'; 'torch'
            by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch and Keras, ReduceLROnPlateau; optax, reduce_on_plateau; fairseq,
    reduce_lr_on_plateau.
    """

    __slots__ = ()

    mode: Literal["min", "max"]
    factor: float
    patience: int
    threshold: float
    threshold_mode: Literal["rel", "abs"]
    cooldown: int
    min_lr: float
    eps: float | None
    min_ratio: float
    min_delta: float
    accumulation_size: int
    rule: Literal["torch", "keras", "optax"]

    @declared
    def __init__(
        self,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 0.0001,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float | None = None,
        min_ratio: float = 0.0,
        min_delta: float = 0.0,
        accumulation_size: int = 1,
        rule: Literal["torch", "keras", "optax"] = "torch",
    ) -> None: ...


class RelativeStep(Schedule):
    """Adafactor's own rate, T5's: flat, or a line up, then down with the square root of time.

    ::

        rate(t) = base * min(0.01, 1 / sqrt(t + 1)), with warmup_init 1e-6 * (t + 1) for 0.01

    Args:
        warmup_init: whether it starts in a line from 1e-6: True or False; False by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Shazeer and Stern, Adafactor (arXiv:1804.04235); Hugging Face, Adafactor with
    relative_step.
    """

    __slots__ = ()

    warmup_init: bool

    @declared
    def __init__(self, warmup_init: bool = False) -> None: ...


class SequentialLR(Schedule):
    """One schedule after another, each in its own time.

    ::

        rate(t) = schedulers[k].rate(t - milestones[k - 1]), k = the number of milestones <= t

    Args:
        schedulers: the parts: a list of schedules.
        milestones: where each part but the first begins, increasing: a list of: an integer from 0
            to 2^53.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, SequentialLR.
    """

    __slots__ = ()

    schedulers: tuple[Schedule, ...]
    milestones: tuple[int, ...]

    @declared
    def __init__(self, schedulers: Sequence[Schedule], milestones: Sequence[int]) -> None: ...


class Shift(Schedule):
    """A schedule that begins in its middle.

    ::

        rate(t) = schedule.rate(t + steps)

    Args:
        schedule: what begins in its middle: a schedule.
        steps: the schedule's step at step 0: an integer from 0 to 2^53.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: ParameterSchedulers.jl, Shifted.
    """

    __slots__ = ()

    schedule: Schedule
    steps: int

    @declared
    def __init__(self, schedule: Schedule, steps: int) -> None: ...


class SineCyclicLR(Schedule):
    """From the base rate up to a peak and down again along half a sine, for ever.

    ::

        rate(t) = min(base_lr, max_lr) + |max_lr - base_lr| * sin(pi * (t mod period) / period) *
            scale, scale 1, 2^-floor(t / period) or gamma^t

    Args:
        max_lr: the peak, in the units of the rate: a finite number from 0.0.
        period: steps from the base rate to the peak and back: an integer from 1 to 2^53.
        base_lr: the other end, in its units; the base rate if absent: a finite number from 0.0, or
            absent.
        mode: how periods differ: 'sin', 'sin_decay2' or 'sin_exp'; 'sin' by default.
        gamma: what each step leaves of the height under sin_exp: a finite number from 0.0; 1.0 by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: ParameterSchedulers.jl, Sin, SinDecay2 and SinExp.
    """

    __slots__ = ()

    max_lr: float
    period: int
    base_lr: float | None
    mode: Literal["sin", "sin_decay2", "sin_exp"]
    gamma: float

    @declared
    def __init__(
        self,
        max_lr: float,
        period: int,
        base_lr: float | None = None,
        mode: Literal["sin", "sin_decay2", "sin_exp"] = "sin",
        gamma: float = 1.0,
    ) -> None: ...


class StepLR(Schedule):
    """Multiplies the rate by gamma every step_size steps.

    ::

        rate(t) = base * gamma^floor(t / step_size)

    Args:
        step_size: steps from one drop to the next: an integer from 1 to 2^53.
        gamma: what each drop leaves of the rate: a finite number from 0.0; 0.1 by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: PyTorch, StepLR.
    """

    __slots__ = ()

    step_size: int
    gamma: float

    @declared
    def __init__(self, step_size: int, gamma: float = 0.1) -> None: ...


class Stretch(Schedule):
    """A schedule whose steps last several: one that counts epochs, stepped by batches.

    ::

        rate(t) = schedule.rate(floor(t / factor)), or along a line between its steps

    Args:
        schedule: what is stretched: a schedule.
        factor: steps that one of its steps lasts: an integer from 1 to 2^53.
        between: what is between its steps: 'stairs' or 'line'; 'stairs' by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: ParameterSchedulers.jl, Interpolator.
    """

    __slots__ = ()

    schedule: Schedule
    factor: int
    between: Literal["stairs", "line"]

    @declared
    def __init__(
        self, schedule: Schedule, factor: int, between: Literal["stairs", "line"] = "stairs"
    ) -> None: ...


class TanhDecay(Schedule):
    """Down along the hyperbolic tangent, slowly at first and last; once, or again and again.

    ::

        rate(t) = eta_min + (base * m_mul^i - eta_min) * (1 - tanh(lb * (1 - s / T) + ub * s / T)) /
            2, s steps into cycle i of T = steps * t_mul^i

    Args:
        steps: steps of the first cycle: an integer from 1 to 2^53.
        lb: where on the tangent a cycle begins, below ub: a finite number; -7.0 by default.
        ub: where on the tangent a cycle ends: a finite number; 3.0 by default.
        eta_min: the floor, in the units of the rate: a finite number from 0.0; 0.0 by default.
        t_mul: how much longer each cycle is than the one before: a finite number from 1.0 to 2^53;
            1.0 by default.
        m_mul: what each cycle leaves of the next one's top: a finite number from 0.0; 1.0 by
            default.
        cycle_limit: how many cycles: an integer from 1 to 2^53; 1 by default.
        exact_restarts: False: cycles are found by a rounded logarithm, as in timm: True or False;
            True by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Hsueh, Li and Wu, Hyperbolic-Tangent Decay (arXiv:1806.01593); timm, TanhLRScheduler.
    """

    __slots__ = ()

    steps: int
    lb: float
    ub: float
    eta_min: float
    t_mul: float
    m_mul: float
    cycle_limit: int
    exact_restarts: bool

    @declared
    def __init__(
        self,
        steps: int,
        lb: float = -7.0,
        ub: float = 3.0,
        eta_min: float = 0.0,
        t_mul: float = 1.0,
        m_mul: float = 1.0,
        cycle_limit: int = 1,
        exact_restarts: bool = True,
    ) -> None: ...


class TriStage(Schedule):
    """Up in a line, held, and down exponentially, then on the floor.

    ::

        rate(t) = base * (init_lr_scale to 1 in warmup_steps, 1 for hold_steps, then
            final_lr_scale^(s / decay_steps), s steps on, to final_lr_scale)

    Args:
        warmup_steps: steps up; 0 for none: an integer from 0 to 2^53; 4000 by default.
        hold_steps: steps at the base rate; 0 for none: an integer from 0 to 2^53; 20000 by default.
        decay_steps: steps down: an integer from 1 to 2^53; 60000 by default.
        init_lr_scale: what it starts from, in base rates: a finite number from 0.0; 0.01 by
            default.
        final_lr_scale: what it ends at, in base rates: a finite number above 0.0; 0.01 by default.
        max_update: steps in all, divided by phase_ratio; in place of the three: an integer from 1
            to 2^53, or absent.
        phase_ratio: the parts of max_update up, held and down, which make 1: a list of: a finite
            number from 0.0 to 1.0; empty by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Park et al., SpecAugment (arXiv:1904.08779); fairseq, tri_stage.
    """

    __slots__ = ()

    warmup_steps: int
    hold_steps: int
    decay_steps: int
    init_lr_scale: float
    final_lr_scale: float
    max_update: int | None
    phase_ratio: tuple[float, ...]

    @declared
    def __init__(
        self,
        warmup_steps: int = 4000,
        hold_steps: int = 20000,
        decay_steps: int = 60000,
        init_lr_scale: float = 0.01,
        final_lr_scale: float = 0.01,
        max_update: int | None = None,
        phase_ratio: Sequence[float] = (),
    ) -> None: ...


class Warmup(Schedule):
    """Up to the base rate, then any schedule, whose own time starts there.

    ::

        rate(t) = base * (start_ratio + (1 - start_ratio) * ramp((t + offset) / span)) for t <
            steps, then schedule.rate(t - steps + skip)

    Args:
        schedule: what comes after the warm-up: a schedule.
        steps: steps of the warm-up; 0 for none: an integer from 0 to 2^53.
        shape: the way up: 'linear', 'cosine', '1-sqrt', 'polynomial', 'log', 'exponential',
            'geometric' or 'constant'; 'linear' by default.
        start_ratio: the part of the base rate that it starts from: a finite number from 0.0; 0.0 by
            default.
        start_lr: what it starts from, in the units of the rate, in place of start_ratio: a finite
            number from 0.0, or absent.
        offset: added to the step: 1 where a peer counts from 1: an integer from 0 to 2^53; 0 by
            default.
        span: what the step is divided by; steps if absent: an integer from 1 to 2^53, or absent.
        skip: the step of the schedule at which it begins: an integer from 0 to 2^53; 0 by default.
        power: the exponent of the shape polynomial: a finite number above 0.0; 1.0 by default.
        rounding: the order in which a line is computed, for a peer's last bit: 'fraction',
            'product', 'slope' or 'rest'; 'fraction' by default.
        end_lr: what it arrives at, in the units of the rate, in place of the base: a finite number
            from 0.0, or absent.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Goyal et al., Accurate, Large Minibatch SGD (arXiv:1706.02677); Hugging Face,
    get_*_schedule_with_warmup; DeepSpeed, WarmupLR; ignite, create_lr_scheduler_with_warmup.
    """

    __slots__ = ()

    schedule: Schedule
    steps: int
    shape: Literal[
        "linear", "cosine", "1-sqrt", "polynomial", "log", "exponential", "geometric", "constant"
    ]
    start_ratio: float
    start_lr: float | None
    offset: int
    span: int | None
    skip: int
    power: float
    rounding: Literal["fraction", "product", "slope", "rest"]
    end_lr: float | None

    @declared
    def __init__(
        self,
        schedule: Schedule,
        steps: int,
        shape: Literal[
            "linear",
            "cosine",
            "1-sqrt",
            "polynomial",
            "log",
            "exponential",
            "geometric",
            "constant",
        ] = "linear",
        start_ratio: float = 0.0,
        start_lr: float | None = None,
        offset: int = 0,
        span: int | None = None,
        skip: int = 0,
        power: float = 1.0,
        rounding: Literal["fraction", "product", "slope", "rest"] = "fraction",
        end_lr: float | None = None,
    ) -> None: ...


class WarmupStableDecay(Schedule):
    """Up, held for as long as one likes, then a short cool-down to a floor (WSD).

    ::

        rate(t) = base * (start_ratio up to 1 in num_warmup_steps, stable = (1 + since /
            stable_timescale)^-stable_power for num_stable_steps, then min_ratio + (stable -
            min_ratio) * tail(u), u = (s + offset) / num_decay_steps, s steps on)

    Args:
        num_warmup_steps: steps up; 0 for none: an integer from 0 to 2^53.
        num_stable_steps: steps at the base rate; 0 for none: an integer from 0 to 2^53.
        num_decay_steps: steps down; 0 for none: an integer from 0 to 2^53.
        warmup_type: the way up: 'linear', 'cosine' or '1-sqrt'; 'linear' by default.
        decay_type: the way down: 'linear', 'cosine', '1-sqrt', '1-square', 'power' or
            'exponential'; 'cosine' by default.
        min_ratio: the floor, as a part of the base rate: a finite number from 0.0; 0.0 by default.
        eta_min: the floor, in the units of the rate, in place of min_ratio: a finite number from
            0.0, or absent.
        start_ratio: the part of the base rate that it starts from; the floor if absent: a finite
            number from 0.0, or absent.
        num_cycles: waves of the cosine way down: a finite number from 0.0; 0.5 by default.
        offset: added to the steps up and down: 1 where a peer counts from 1: an integer from 0 to
            2^53; 0 by default.
        stable_power: the power of time along which the held rate falls: a finite number from 0.0;
            0.0 by default.
        stable_timescale: the steps of that fall; num_warmup_steps if absent: a finite number from
            1e-09 to 2^53, or absent.
        decay_power: the exponent of the tail power: a finite number above 0.0; 0.5 by default.
        decay_ratio: the ratio of the tail exponential: a finite number above 0.0 to below 1.0; 0.5
            by default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: Hu et al., MiniCPM (arXiv:2404.06395); Hugging Face, get_wsd_schedule; Megatron-LM, WSD;
    pytorch_optimizer, get_wsd_schedule; torchtitan; timm, WSDLRScheduler.
    """

    __slots__ = ()

    num_warmup_steps: int
    num_stable_steps: int
    num_decay_steps: int
    warmup_type: Literal["linear", "cosine", "1-sqrt"]
    decay_type: Literal["linear", "cosine", "1-sqrt", "1-square", "power", "exponential"]
    min_ratio: float
    eta_min: float | None
    start_ratio: float | None
    num_cycles: float
    offset: int
    stable_power: float
    stable_timescale: float | None
    decay_power: float
    decay_ratio: float

    @declared
    def __init__(
        self,
        num_warmup_steps: int,
        num_stable_steps: int,
        num_decay_steps: int,
        warmup_type: Literal["linear", "cosine", "1-sqrt"] = "linear",
        decay_type: Literal[
            "linear", "cosine", "1-sqrt", "1-square", "power", "exponential"
        ] = "cosine",
        min_ratio: float = 0.0,
        eta_min: float | None = None,
        start_ratio: float | None = None,
        num_cycles: float = 0.5,
        offset: int = 0,
        stable_power: float = 0.0,
        stable_timescale: float | None = None,
        decay_power: float = 0.5,
        decay_ratio: float = 0.5,
    ) -> None: ...


class Window(Schedule):
    """A schedule that runs from one step to another, the base rate before, held after.

    ::

        rate(t) = base if t < begin else schedule.rate(min(t, end) - begin)

    Args:
        schedule: what runs in the window: a schedule.
        begin: the schedule's step 0: an integer from 0 to 2^53; 0 by default.
        end: the step from which its rate holds, after begin: an integer from 0 to 2^53; 2^53 by
            default.

    Raises:
        SchedError: a field is missing, unknown, or does not accept its value.

    Source: mmengine, begin and end of its schedulers.
    """

    __slots__ = ()

    schedule: Schedule
    begin: int
    end: int

    @declared
    def __init__(self, schedule: Schedule, begin: int = 0, end: int = 9007199254740992) -> None: ...


CLASSES.update(
    {
        cls.__name__: cls
        for cls in (
            ChainedScheduler,
            Chebyshev,
            Clamp,
            Constant,
            ConstantLR,
            CoolDown,
            CosineAnnealingLR,
            CosineAnnealingWarmRestarts,
            CosineAnnealingWarmupRestarts,
            CosineCyclical,
            CosineDecay,
            CosineDecayRestarts,
            CosineHardRestarts,
            CosineOneCycle,
            CosineRestartLR,
            CosineWave,
            CyclicLR,
            Dampening,
            ExponentialDecay,
            ExponentialLR,
            Extend,
            FlatCosine,
            GreedyLR,
            Hold,
            InversePower,
            InverseSqrt,
            InverseTimeDecay,
            LRRangeTest,
            LambdaLR,
            LinearCyclical,
            LinearDecay,
            LinearLR,
            LinearOneCycle,
            Loop,
            Momentum,
            MultiStepLR,
            MultiplicativeLR,
            NaturalExpDecay,
            Noam,
            Noise,
            OneCycleLR,
            OneCycleStairs,
            PiecewiseConstant,
            PiecewiseInterpolate,
            PiecewiseLinear,
            PiecewiseScale,
            PolynomialDecay,
            PolynomialDecayRestarts,
            PolynomialLR,
            REX,
            ReduceLROnPlateau,
            RelativeStep,
            SequentialLR,
            Shift,
            SineCyclicLR,
            StepLR,
            Stretch,
            TanhDecay,
            TriStage,
            Warmup,
            WarmupStableDecay,
            Window,
        )
    }
)
