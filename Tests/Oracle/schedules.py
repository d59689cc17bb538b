"""What torch.optim.lr_scheduler answers, step by step and in its own closed form."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch.optim import lr_scheduler

from . import vectors

FILE = "schedules.txt"

HEADER = f"""
Rates of torch.optim.lr_scheduler, torch {torch.__version__.partition("+")[0]}.
Written by Tests/Oracle.

text      the schedule
base      the base rate
chained   the rate in force after construction and after each step(); index = step
closed    torch's own closed form at the same steps, where it has one
momentum  the momentum in force at the same steps, where torch drives it
"""


# Required by torch; absent here, the base rate stands in for it.
BASE_FIELD = {"OneCycleLR": "max_lr", "CyclicLR": "base_lr"}

# Parameters of torch's that are no fields of ours: a run's state.
NOT_FIELDS = {"optimizer", "last_epoch"}


class Call:
    """A scheduler's constructor call without its optimizer, for torch and as text."""

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        self.kind = kind
        given = dict(kwargs)
        signature = inspect.signature(getattr(lr_scheduler, kind))
        if kind in BASE_FIELD:
            given.setdefault(BASE_FIELD[kind], None)
        bound = signature.bind(None, *args, **given)
        bound.apply_defaults()
        self.fields = {
            name: value
            for name, value in bound.arguments.items()
            if name not in NOT_FIELDS and value is not None
        }

    def __repr__(self) -> str:
        named = dict(self.fields)
        first = [repr(named.pop("schedulers"))] if self.kind == "SequentialLR" else []
        return f"{self.kind}({', '.join(first + [f'{k}={v!r}' for k, v in named.items()])})"

    def make(self, optimizer: torch.optim.Optimizer, base: float) -> lr_scheduler.LRScheduler:
        fields = dict(self.fields)
        if self.kind == "SequentialLR":
            fields["schedulers"] = [child.make(optimizer, base) for child in fields["schedulers"]]
        if self.kind in BASE_FIELD:
            fields.setdefault(BASE_FIELD[self.kind], base)
        kind: type[lr_scheduler.LRScheduler] = getattr(lr_scheduler, self.kind)
        return kind(optimizer, **fields)

    @property
    def drives_momentum(self) -> bool:
        """Whether every step's momentum is the schedule's. Beside a child that drives none torch
        leaves in force what the last driving child wrote; we give the base there."""
        if self.kind == "SequentialLR":
            return all(child.drives_momentum for child in self.fields["schedulers"])
        return bool(self.fields.get("cycle_momentum", False))


class Row(NamedTuple):
    call: Call
    base: float
    steps: int
    reason: str


def step(*args: Any, **kwargs: Any) -> Call:
    return Call("StepLR", *args, **kwargs)


def cosine(*args: Any, **kwargs: Any) -> Call:
    return Call("CosineAnnealingLR", *args, **kwargs)


def linear(*args: Any, **kwargs: Any) -> Call:
    return Call("LinearLR", *args, **kwargs)


def onecycle(**kwargs: Any) -> Call:
    return Call("OneCycleLR", **kwargs)


def constant(*args: Any, **kwargs: Any) -> Call:
    return Call("ConstantLR", *args, **kwargs)


def exponential(gamma: float) -> Call:
    return Call("ExponentialLR", gamma)


def polynomial(*args: Any, **kwargs: Any) -> Call:
    return Call("PolynomialLR", *args, **kwargs)


def multistep(*args: Any, **kwargs: Any) -> Call:
    return Call("MultiStepLR", *args, **kwargs)


def restarts(*args: Any, **kwargs: Any) -> Call:
    return Call("CosineAnnealingWarmRestarts", *args, **kwargs)


def cyclic(max_lr: float, **kwargs: Any) -> Call:
    return Call("CyclicLR", max_lr=max_lr, **kwargs)


def sequential(schedulers: Sequence[Call], milestones: list[int]) -> Call:
    return Call("SequentialLR", list(schedulers), milestones)


LONGEST = 2**53

ROWS = [
    # StepLR
    Row(step(3), 0.1, 60, "step: several drops, each at a multiple of the size"),
    Row(step(30, gamma=0.1), 0.1, 121, "step: torchvision's classic, every 30"),
    Row(step(1), 1.0, 60, "step: a drop at every step but the first"),
    Row(step(1, gamma=0.95), 1e-3, 200, "step: size 1 is an exponential, rounding drifts"),
    Row(step(7, gamma=0.5), 0.1, 100, "step: halving is exact"),
    Row(step(4, gamma=1.0), 0.1, 50, "step: gamma 1 holds the base"),
    Row(step(5, gamma=1.25), 1e-3, 100, "step: gamma above 1 climbs"),
    Row(step(4, gamma=0.0), 0.1, 50, "step: gamma 0 ends in zero, and 0 to the 0 is 1 before"),
    Row(step(10, gamma=0.3), 0.0, 50, "step: base 0 stays 0"),
    Row(step(10, gamma=0.3), 0.30000000000000004, 100, "step: a base with a full mantissa"),
    Row(step(2, gamma=0.1), 5e-320, 50, "step: a denormal base underflows"),
    Row(step(1, gamma=0.1), 1e-300, 50, "step: a normal base becomes denormal and then zero"),
    Row(step(2, gamma=1e-200), 1.0, 50, "step: gamma's powers underflow"),
    Row(step(200), 0.1, 50, "step: the first drop is never reached"),
    Row(step(LONGEST, gamma=0.5), 0.1, 50, "step: the largest size"),
    Row(step(100, gamma=0.97), 0.1, 10000, "step: ten thousand steps"),
    # CosineAnnealingLR
    Row(cosine(10), 0.1, 60, "cosine: turns at the floor and at the top, three times"),
    Row(cosine(10, eta_min=0.01), 0.1, 60, "cosine: turns above zero"),
    Row(cosine(1), 0.1, 50, "cosine: the shortest period: top, floor, top"),
    Row(cosine(1, eta_min=0.03), 0.1, 50, "cosine: the shortest period above zero"),
    Row(cosine(2), 0.1, 50, "cosine: one step between top and floor"),
    Row(cosine(3, eta_min=1e-5), 1e-3, 60, "cosine: an odd period"),
    Row(cosine(10, eta_min=0.2), 0.1, 60, "cosine: floor above the base: it warms"),
    Row(cosine(10, eta_min=0.1), 0.1, 60, "cosine: floor at the base: a constant"),
    Row(cosine(100), 0.30000000000000004, 201, "cosine: down and back up once"),
    Row(cosine(97, eta_min=1e-7), 1e-3, 300, "cosine: a prime period, past its second top"),
    Row(cosine(10), 0.0, 50, "cosine: base 0"),
    Row(cosine(10, eta_min=0.05), 0.0, 50, "cosine: base 0 below a floor"),
    Row(cosine(10), 5e-324, 50, "cosine: the least base there is"),
    Row(cosine(10), 1e300, 50, "cosine: a huge base"),
    Row(cosine(300), 0.1, 50, "cosine: only the beginning"),
    Row(cosine(LONGEST), 0.1, 50, "cosine: the longest period"),
    Row(cosine(4999, eta_min=1e-5), 0.1, 10000, "cosine: ten thousand steps, past the top"),
    # LinearLR
    Row(linear(), 0.1, 50, "linear: every default"),
    Row(linear(0.1, 1.0, 10), 0.1, 50, "linear: a warm-up"),
    Row(linear(1e-3, 1.0, 50), 1e-3, 100, "linear: a warm-up from a thousandth"),
    Row(linear(1.0, 0.0, 10), 0.1, 50, "linear: down to zero, and stays there"),
    Row(linear(1.0, 0.1, 40), 0.30000000000000004, 100, "linear: down to a tenth"),
    Row(linear(0.5, 0.25, 7), 0.1, 50, "linear: down between two fractions"),
    Row(linear(0.25, 0.75, 7), 0.1, 50, "linear: up between two fractions"),
    Row(linear(0.5, 0.5, 7), 0.1, 50, "linear: start and end are one"),
    Row(linear(1.0, 1.0, 5), 0.1, 50, "linear: nothing to do"),
    Row(linear(0.1, 1.0, 1), 0.1, 50, "linear: a single step of warm-up"),
    Row(linear(1.0, 0.0, 1), 0.1, 50, "linear: a single step down to zero"),
    Row(linear(0.1, 1.0, 2), 0.1, 50, "linear: two steps of warm-up"),
    Row(linear(1e-12, 1.0, 20), 1.0, 50, "linear: a start near nothing, the ratio is huge"),
    Row(linear(0.1, 1.0, 10), 0.0, 50, "linear: base 0"),
    Row(linear(0.1, 1.0, 10), 5e-320, 50, "linear: a denormal base"),
    Row(linear(0.1, 1.0, 300), 0.1, 50, "linear: only the beginning"),
    Row(linear(0.1, 1.0, LONGEST), 0.1, 50, "linear: the longest ramp"),
    Row(linear(0.01, 1.0, 9000), 0.1, 10000, "linear: ten thousand steps, then held"),
    # OneCycleLR, two phases
    Row(onecycle(total_steps=10), 0.1, 10, "onecycle: every default, the base is the peak"),
    Row(onecycle(total_steps=100), 1e-3, 100, "onecycle: a hundred steps"),
    Row(onecycle(max_lr=0.1, total_steps=100), 0.004, 100, "onecycle: a peak of its own"),
    Row(
        onecycle(max_lr=0.3, total_steps=50), 123.0, 50, "onecycle: the peak, not the base, counts"
    ),
    Row(
        onecycle(total_steps=100, anneal_strategy="linear"),
        0.1,
        100,
        "onecycle: straight lines",
    ),
    Row(onecycle(epochs=8, steps_per_epoch=10), 0.1, 80, "onecycle: length as epochs"),
    Row(
        onecycle(total_steps=40, epochs=8, steps_per_epoch=10),
        0.1,
        40,
        "onecycle: total_steps goes before epochs",
    ),
    Row(onecycle(total_steps=60, cycle_momentum=False), 0.1, 60, "onecycle: momentum left alone"),
    Row(
        onecycle(total_steps=60, cycle_momentum=False, anneal_strategy="linear"),
        0.1,
        60,
        "onecycle: straight lines, momentum left alone",
    ),
    Row(onecycle(total_steps=50, pct_start=0.0), 0.1, 50, "onecycle: no rise"),
    Row(
        onecycle(total_steps=50, pct_start=0.0, anneal_strategy="linear"),
        0.1,
        50,
        "onecycle: no rise, straight",
    ),
    Row(onecycle(total_steps=50, pct_start=1.0), 0.1, 50, "onecycle: no fall, ends at the peak"),
    Row(
        onecycle(total_steps=50, pct_start=1.0, anneal_strategy="linear"),
        0.1,
        50,
        "onecycle: no fall, straight",
    ),
    Row(onecycle(total_steps=50, pct_start=0.5), 0.1, 50, "onecycle: rise and fall alike"),
    Row(onecycle(total_steps=77, pct_start=0.123), 0.1, 77, "onecycle: the peak between two steps"),
    Row(onecycle(total_steps=50, pct_start=0.01), 0.1, 50, "onecycle: the rise ends before step 0"),
    Row(onecycle(total_steps=50, pct_start=0.99), 0.1, 50, "onecycle: the fall is half a step"),
    Row(onecycle(total_steps=1), 0.1, 1, "onecycle: one step, the rate is the last"),
    Row(onecycle(total_steps=2), 0.1, 2, "onecycle: two steps"),
    Row(onecycle(total_steps=3), 0.1, 3, "onecycle: three steps"),
    Row(
        onecycle(total_steps=50, div_factor=10.0, final_div_factor=100.0),
        0.1,
        50,
        "onecycle: other divisors",
    ),
    Row(
        onecycle(total_steps=50, div_factor=1.0, final_div_factor=1.0),
        0.1,
        50,
        "onecycle: divisors of 1, a constant",
    ),
    Row(
        onecycle(total_steps=50, div_factor=0.5, final_div_factor=0.25),
        0.1,
        50,
        "onecycle: divisors below 1, the peak is a dip",
    ),
    Row(
        onecycle(total_steps=50, base_momentum=0.5, max_momentum=0.99),
        0.1,
        50,
        "onecycle: a wide range of momentum",
    ),
    Row(
        onecycle(total_steps=50, base_momentum=0.0, max_momentum=1.0),
        0.1,
        50,
        "onecycle: all the momentum there is",
    ),
    Row(
        onecycle(total_steps=50, base_momentum=0.95, max_momentum=0.85),
        0.1,
        50,
        "onecycle: momentum follows the rate instead of opposing it",
    ),
    Row(onecycle(total_steps=50), 0.30000000000000004, 50, "onecycle: a peak with a full mantissa"),
    Row(onecycle(total_steps=50), 0.0, 50, "onecycle: a peak of 0"),
    Row(onecycle(total_steps=LONGEST), 0.1, 50, "onecycle: the longest cycle begins"),
    Row(
        onecycle(total_steps=10000, cycle_momentum=False),
        0.1,
        10000,
        "onecycle: ten thousand steps",
    ),
    # OneCycleLR, three phases. Above a pct_start of 0.5 torch's second phase would end past the
    # third; ours refuses that.
    Row(onecycle(total_steps=20, three_phase=True), 0.1, 20, "onecycle: three phases"),
    Row(
        onecycle(total_steps=100, three_phase=True, anneal_strategy="linear"),
        1e-3,
        100,
        "onecycle: three phases, straight",
    ),
    Row(
        onecycle(max_lr=0.5, total_steps=100, three_phase=True, pct_start=0.25, div_factor=10.0),
        0.1,
        100,
        "onecycle: three phases, a peak and divisor of its own",
    ),
    Row(
        onecycle(total_steps=50, three_phase=True, pct_start=0.0),
        0.1,
        50,
        "onecycle: three phases, only the last is left",
    ),
    Row(
        onecycle(total_steps=50, three_phase=True, pct_start=0.5),
        0.1,
        50,
        "onecycle: three phases, the last is one step",
    ),
    Row(
        onecycle(total_steps=57, three_phase=True, pct_start=0.31, anneal_strategy="linear"),
        0.1,
        57,
        "onecycle: three phases, every border between two steps",
    ),
    Row(
        onecycle(total_steps=60, three_phase=True, cycle_momentum=False),
        0.1,
        60,
        "onecycle: three phases, momentum left alone",
    ),
    # ConstantLR
    Row(constant(), 0.1, 50, "constant: every default"),
    Row(constant(0.5, 4), 0.1, 50, "constant: half for four steps"),
    Row(constant(0.1, 1), 1e-3, 50, "constant: a tenth for one step"),
    Row(constant(1.0, 7), 0.1, 50, "constant: nothing to do"),
    Row(constant(0.3, 10), 0.30000000000000004, 50, "constant: the way back rounds"),
    Row(constant(0.25, 300), 0.1, 50, "constant: only the beginning"),
    Row(constant(0.5, 4), 0.0, 50, "constant: base 0"),
    Row(constant(0.7, LONGEST), 0.1, 50, "constant: for ever"),
    # ExponentialLR
    Row(exponential(0.9), 0.1, 200, "exponential: the textbook's"),
    Row(exponential(0.999), 1e-3, 300, "exponential: slow"),
    Row(exponential(1.0), 0.1, 50, "exponential: gamma 1 holds the base"),
    Row(exponential(1.05), 1e-5, 200, "exponential: gamma above 1 climbs"),
    Row(exponential(0.0), 0.1, 50, "exponential: gamma 0 is over at once"),
    Row(exponential(0.5), 0.1, 1100, "exponential: halving to a denormal and to 0"),
    Row(exponential(0.9), 0.0, 50, "exponential: base 0"),
    Row(exponential(0.9995), 0.30000000000000004, 1000, "exponential: a thousand steps"),
    # PolynomialLR
    Row(polynomial(), 0.1, 50, "polynomial: every default"),
    Row(polynomial(4, 2.0), 0.1, 50, "polynomial: a parabola"),
    Row(polynomial(100, 0.9), 0.01, 150, "polynomial: segmentation's 0.9"),
    Row(polynomial(1, 3.0), 0.1, 50, "polynomial: over at step 1"),
    Row(polynomial(50, 0.5), 0.30000000000000004, 100, "polynomial: a root"),
    Row(polynomial(300, 1.0), 0.1, 50, "polynomial: only the beginning"),
    Row(polynomial(50, 20.0), 0.1, 100, "polynomial: a steep one"),
    Row(polynomial(10, 2.0), 0.0, 50, "polynomial: base 0"),
    Row(polynomial(900, 1.5), 0.1, 1000, "polynomial: a thousand steps, then 0"),
    # MultiStepLR. A milestone twice or out of order is refused; torch takes both.
    Row(multistep([3, 7, 20]), 0.1, 50, "multistep: three drops"),
    Row(multistep([30, 80], gamma=0.1), 0.1, 100, "multistep: the documentation's"),
    Row(multistep([0, 5], gamma=0.5), 0.1, 50, "multistep: a drop at step 0"),
    Row(multistep([1, 2, 3, 4], gamma=0.3), 1e-3, 50, "multistep: a drop at every step"),
    Row(multistep([], gamma=0.3), 0.1, 50, "multistep: none"),
    Row(multistep([200], gamma=0.3), 0.1, 50, "multistep: never reached"),
    Row(multistep([4, 9], gamma=0.0), 0.1, 50, "multistep: gamma 0"),
    Row(multistep([4, 9], gamma=3.0), 0.30000000000000004, 50, "multistep: gamma above 1"),
    Row(multistep([10, LONGEST], gamma=0.1), 0.1, 50, "multistep: the last step there is"),
    # CosineAnnealingWarmRestarts
    Row(restarts(10), 0.1, 100, "restarts: equal cycles"),
    Row(restarts(10, 2), 0.1, 200, "restarts: each twice as long"),
    Row(restarts(3, 3, eta_min=1e-3), 0.1, 200, "restarts: each three times as long, a floor"),
    Row(restarts(1), 0.1, 50, "restarts: at every step"),
    Row(restarts(1, 2), 1e-3, 300, "restarts: from one step on, doubling"),
    Row(restarts(7, eta_min=0.2), 0.1, 50, "restarts: a floor above the base"),
    Row(restarts(300), 0.30000000000000004, 50, "restarts: only the beginning"),
    Row(restarts(5, LONGEST), 0.1, 50, "restarts: the second cycle has no end"),
    Row(restarts(13, 2, eta_min=1e-5), 0.1, 1000, "restarts: a thousand steps"),
    # CyclicLR
    Row(cyclic(0.2, step_size_up=3, step_size_down=2), 0.1, 60, "cyclic: up in three, down in two"),
    Row(cyclic(0.01, step_size_up=20), 1e-3, 200, "cyclic: as long down as up"),
    Row(cyclic(0.2, base_lr=0.05, step_size_up=7), 123.0, 60, "cyclic: a base of its own"),
    Row(cyclic(0.2, step_size_up=1), 0.1, 50, "cyclic: the shortest"),
    Row(cyclic(0.2, step_size_up=5, step_size_down=1), 0.1, 50, "cyclic: a saw"),
    Row(cyclic(0.05, step_size_up=6), 0.1, 50, "cyclic: a peak below the base"),
    Row(cyclic(0.2, step_size_up=4, mode="triangular2"), 0.1, 100, "cyclic: halved each cycle"),
    Row(
        cyclic(0.2, step_size_up=5, step_size_down=9, mode="exp_range", gamma=0.97),
        0.1,
        200,
        "cyclic: an exponential hull",
    ),
    Row(
        cyclic(0.2, step_size_up=4, mode="triangular2", base_momentum=0.5, max_momentum=0.99),
        0.1,
        100,
        "cyclic: a wide range of momentum, halved each cycle",
    ),
    Row(cyclic(0.2, step_size_up=6, cycle_momentum=False), 0.1, 50, "cyclic: momentum left alone"),
    Row(cyclic(0.2), 0.1, 100, "cyclic: every default begins"),
    Row(cyclic(0.2, step_size_up=LONGEST), 0.1, 50, "cyclic: the longest rise begins"),
    Row(
        cyclic(0.3, step_size_up=700, step_size_down=333, cycle_momentum=False),
        0.1,
        1000,
        "cyclic: a thousand steps",
    ),
    # SequentialLR. A SequentialLR in a SequentialLR is not here: torch runs the inner one a step
    # early, since its constructor undoes one step too many. Ours has the inner one on time.
    #
    # A OneCycleLR child writes its start, max_lr / div_factor, into `initial_lr`, from which every
    # child begins. Those rows have base = max_lr / div_factor: then it writes what stands there.
    Row(
        sequential([linear(0.1, 1.0, 5), cosine(35)], [5]),
        0.1,
        60,
        "sequential: a warm-up that hands over to cosine",
    ),
    Row(
        sequential([linear(0.01, 1.0, 10), cosine(90, eta_min=1e-6)], [10]),
        1e-3,
        200,
        "sequential: warm-up and cosine with a floor, past the floor",
    ),
    Row(
        sequential([linear(0.1, 1.0, 10), cosine(35)], [4]),
        0.1,
        50,
        "sequential: the milestone cuts the warm-up short",
    ),
    Row(
        sequential([linear(0.1, 1.0, 4), cosine(35)], [10]),
        0.1,
        50,
        "sequential: the warm-up holds until the milestone",
    ),
    Row(
        sequential([linear(0.1, 1.0, 5), cosine(20, eta_min=0.3)], [5]),
        0.1,
        60,
        "sequential: a cosine that warms",
    ),
    Row(
        sequential([linear(0.1, 1.0, 5), cosine(20, eta_min=0.07)], [5]),
        0.30000000000000004,
        60,
        "sequential: the handover itself rounds",
    ),
    Row(
        sequential([linear(0.1, 1.0, 1), cosine(20)], [1]),
        0.1,
        50,
        "sequential: a milestone at step 1",
    ),
    Row(
        sequential([linear(0.1, 1.0, 5), cosine(20)], [0]),
        0.1,
        50,
        "sequential: a milestone at step 0, the first never runs",
    ),
    Row(
        sequential([cosine(20), linear(0.25, 1.0, 5)], [0]),
        0.1,
        50,
        "sequential: a milestone at step 0 before a ramp",
    ),
    Row(
        sequential([step(3), linear(0.5, 0.1, 4), cosine(7)], [0, 6]),
        0.1,
        50,
        "sequential: a milestone at step 0 and another",
    ),
    Row(sequential([step(7, gamma=0.5)], []), 0.1, 50, "sequential: one child, no milestone"),
    Row(sequential([linear(0.2, 1.0, 6)], []), 0.1, 50, "sequential: one ramp, no milestone"),
    Row(
        sequential([linear(0.1, 1.0, 5), cosine(15), step(4, gamma=0.5)], [5, 20]),
        0.1,
        60,
        "sequential: three children",
    ),
    Row(
        sequential([linear(0.1, 1.0, 5), linear(1.0, 1.0, 1), cosine(30)], [5, 25]),
        1e-3,
        80,
        "sequential: warm-up, hold, decay",
    ),
    Row(
        sequential([cosine(5), cosine(10), cosine(20), cosine(40, eta_min=0.01)], [5, 15, 35]),
        0.1,
        100,
        "sequential: restarts that double, each from the base",
    ),
    Row(
        sequential([cosine(5), cosine(5)], [12]),
        0.1,
        50,
        "sequential: the first is on its way down again",
    ),
    Row(
        sequential([step(2), linear(0.3, 0.6, 4), cosine(9)], [5, 6]),
        0.1,
        50,
        "sequential: the second child lasts one step",
    ),
    Row(
        sequential([linear(0.5, 1.0, 5), step(3, gamma=0.1)], [5]),
        0.1,
        50,
        "sequential: a step child counts from its milestone",
    ),
    Row(
        sequential([step(3, gamma=0.5), step(3, gamma=2.0)], [7]),
        0.1,
        60,
        "sequential: two step children",
    ),
    Row(
        sequential([step(4, gamma=0.0), cosine(10)], [9]),
        0.1,
        50,
        "sequential: from zero back to the base",
    ),
    Row(
        sequential([linear(0.1, 1.0, 5), cosine(20)], [200]),
        0.1,
        50,
        "sequential: the milestone is never reached",
    ),
    Row(
        sequential([linear(0.1, 1.0, 5), cosine(20)], [5]),
        0.0,
        50,
        "sequential: base 0",
    ),
    Row(
        sequential(
            [linear(0.5, 1.0, 5), onecycle(total_steps=40, div_factor=1.0, final_div_factor=50.0)],
            [5],
        ),
        0.1,
        45,
        "sequential: a onecycle child ends the schedule",
    ),
    Row(
        sequential(
            [onecycle(max_lr=0.1, total_steps=30, three_phase=True), step(5, gamma=0.5)], [30]
        ),
        0.1 / 25.0,
        60,
        "sequential: a onecycle child ends at its milestone",
    ),
    Row(
        sequential([onecycle(max_lr=0.1, total_steps=30), cosine(12)], [17]),
        0.1 / 25.0,
        60,
        "sequential: a onecycle child is cut short",
    ),
    Row(
        sequential(
            [
                onecycle(max_lr=0.1, total_steps=30),
                onecycle(max_lr=0.1, total_steps=50, pct_start=0.2, anneal_strategy="linear"),
            ],
            [30],
        ),
        0.1 / 25.0,
        80,
        "sequential: two onecycle children drive the momentum throughout",
    ),
]


def run(
    call: Call, base: float, steps: int, kind: Callable[..., torch.optim.Optimizer]
) -> tuple[list[float], list[float]]:
    """The rate and the momentum in force at every step under an optimizer of that kind."""
    adam = kind is torch.optim.AdamW
    moment = {"betas": (0.9, 0.999)} if adam else {"momentum": 0.9}
    optimizer = kind([torch.nn.Parameter(torch.zeros(1))], lr=base, **moment)
    scheduler = call.make(optimizer, base)
    group = optimizer.param_groups[0]
    rates, momenta = [], []
    for index in range(steps):
        if index:
            optimizer.step()
            scheduler.step()
        rates.append(group["lr"])
        momenta.append(group["betas"][0] if adam else group["momentum"])
    return rates, momenta


def closed(call: Call, base: float, steps: int) -> list[float] | None:
    """torch's own closed form. It is a function of the scheduler's last_epoch alone."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base, momentum=0.9)
    scheduler = call.make(optimizer, base)
    if not hasattr(scheduler, "_get_closed_form_lr"):
        return None
    rates = []
    for index in range(steps):
        scheduler.last_epoch = index
        rates.extend(scheduler._get_closed_form_lr())
    return rates


def ask(row: Row) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SequentialLR makes children before the first step
        rates, momenta = run(row.call, row.base, row.steps, torch.optim.SGD)
        again = run(row.call, row.base, row.steps, torch.optim.AdamW)
        formula = closed(row.call, row.base, row.steps)
    if again[0] != rates or (row.call.drives_momentum and again[1] != momenta):
        raise AssertionError(f"{row.reason}: SGD and AdamW are scheduled differently")
    return vectors.record(
        row.reason,
        text=repr(row.call),
        base=vectors.double(row.base),
        chained=vectors.doubles(rates),
        closed=None if formula is None else vectors.doubles(formula),
        momentum=vectors.doubles(momenta) if row.call.drives_momentum else None,
    )


def build() -> bytes:
    return vectors.document(HEADER, [ask(row) for row in ROWS])
