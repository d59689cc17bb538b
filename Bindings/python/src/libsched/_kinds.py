"""The kinds of schedule. Printed by Bindings/generate.py from what the library declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ._schedules import CLASSES, Schedule, declared

__all__ = [
    "CosineAnnealingLR",
    "LinearLR",
    "OneCycleLR",
    "SequentialLR",
    "StepLR",
]


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


CLASSES.update(
    {cls.__name__: cls for cls in (CosineAnnealingLR, LinearLR, OneCycleLR, SequentialLR, StepLR)}
)
