"""What torch answers where schedules are composed: its own schedulers, stepped at other times."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.optim import lr_scheduler

from . import vectors
from .schedules import (
    Call,
    constant,
    cosine,
    cyclic,
    exponential,
    linear,
    onecycle,
    polynomial,
    step,
)
from .schedules import run as run_alone

FILE = "algebra.txt"

HEADER = f"""
Compositions of torch.optim.lr_scheduler, torch {torch.__version__.partition("+")[0]}.
Written by Tests/Oracle.

text      the composition
base      the base rate
chained   torch's ChainedScheduler, step by step
closed    torch's rates of the part, at the steps and with the limits that the composition says
"""

BASE = 0.1


class Row(NamedTuple):
    text: str
    chained: list[float] | None
    closed: list[float] | None
    reason: str


def rates(call: Call, steps: int, base: float = BASE) -> list[float]:
    """torch's closed form, or what stepping gives where it has none."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base, momentum=0.9)
    scheduler = call.make(optimizer, base)
    if not hasattr(scheduler, "_get_closed_form_lr"):
        return run_alone(call, base, steps, torch.optim.SGD)[0]
    answers = []
    for index in range(steps):
        scheduler.last_epoch = index
        answers.extend(scheduler._get_closed_form_lr())
    return answers


def at(call: Call, steps: int, when: Callable[[int], int]) -> list[float]:
    """The part's rates at other steps."""
    times = [when(t) for t in range(steps)]
    known = rates(call, max(times) + 1)
    return [known[t] for t in times]


def chain(calls: list[Call], steps: int) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    scheduler = lr_scheduler.ChainedScheduler([call.make(optimizer, BASE) for call in calls])
    answers = []
    for index in range(steps):
        if index:
            optimizer.step()
            scheduler.step()
        answers.append(optimizer.param_groups[0]["lr"])
    return answers


def chained(calls: list[Call], steps: int, reason: str) -> Row:
    return Row(f"ChainedScheduler({calls!r})", chain(calls, steps), None, f"chained: {reason}")


def loop(call: Call, period: int, reason: str) -> Row:
    closed = at(call, 3 * period + 2, lambda t: t % period)
    return Row(f"Loop({call!r}, period={period})", None, closed, f"loop: {reason}")


def shift(call: Call, by: int, reason: str) -> Row:
    closed = at(call, 60, lambda t: t + by)
    return Row(f"Shift({call!r}, steps={by})", None, closed, f"shift: {reason}")


def window(call: Call, begin: int, end: int, reason: str) -> Row:
    inside = at(call, end + 20, lambda t: max(0, min(t, end) - begin))
    closed = [BASE if t < begin else rate for t, rate in enumerate(inside)]
    text = f"Window({call!r}, begin={begin}, end={end})"
    return Row(text, None, closed, f"window: {reason}")


def stretch(call: Call, factor: int, reason: str) -> Row:
    closed = at(call, 15 * factor, lambda t: t // factor)
    stepped = run_alone(call, BASE, 15, torch.optim.SGD)[0]
    slow = [stepped[t // factor] for t in range(15 * factor)]
    return Row(f"Stretch({call!r}, factor={factor})", slow, closed, f"stretch: {reason}")


def clamp(call: Call, low: float, high: float | None, reason: str) -> Row:
    text = f"Clamp({call!r}, minimum={low!r}" + (f", maximum={high!r})" if high else ")")
    closed = [min(max(rate, low), high or math.inf) for rate in rates(call, 60)]
    return Row(text, None, closed, f"clamp: {reason}")


def hold(call: Call, last: int, reason: str) -> Row:
    closed = at(call, last + 30, lambda t: min(t, last))
    return Row(f"Hold({call!r}, last={last})", None, closed, f"hold: {reason}")


ROWS = [
    chained([constant(0.1, 2), exponential(0.9)], 60, "the documentation's two"),
    chained([linear(0.1, 1.0, 5), cosine(40)], 60, "a warm-up over a cosine"),
    chained([linear(0.1, 1.0, 5), step(10), exponential(0.99)], 60, "three"),
    chained([polynomial(30, 2.0)], 50, "one alone"),
    chained([onecycle(total_steps=60), step(7)], 60, "a drop lasts one step: a cycle forgets it"),
    chained([step(7), onecycle(total_steps=60)], 60, "a cycle forgets what came before it"),
    chained(
        [cyclic(0.3, step_size_up=5, cycle_momentum=False), exponential(0.9), constant(0.5, 9)],
        60,
        "forgotten every step",
    ),
    loop(step(3, gamma=0.5), 7, "steps, again from the base"),
    loop(cosine(10), 10, "restarts of equal length"),
    loop(linear(0.1, 1.0, 4), 1, "never past its first step"),
    shift(cosine(20), 7, "a cosine from its middle"),
    shift(step(4), 2, "a drop comes early"),
    shift(linear(0.1, 1.0, 30), 0, "by nothing"),
    window(linear(1.0, 0.1, 10), 5, 15, "a decay in its time"),
    window(cosine(10), 0, 6, "cut short, and held"),
    window(step(3), 4, 40, "counts from its begin"),
    stretch(step(2), 5, "epochs of five batches"),
    stretch(cosine(9, eta_min=0.01), 3, "a staircase of a cosine"),
    stretch(linear(0.1, 1.0, 10), 1, "by nothing"),
    clamp(cosine(10), 0.02, None, "a floor"),
    clamp(exponential(0.9), 0.0, 0.05, "a ceiling"),
    clamp(cyclic(0.3, step_size_up=5, cycle_momentum=False), 0.15, 0.25, "both"),
    hold(cosine(10), 10, "a cosine that does not rise again"),
    hold(step(3), 4, "before the second drop"),
]


def build() -> bytes:
    def line(values: list[float] | None) -> str | None:
        return None if values is None else vectors.doubles(values)

    return vectors.document(
        HEADER,
        [
            vectors.record(
                row.reason,
                text=row.text,
                base=vectors.double(BASE),
                chained=line(row.chained),
                closed=line(row.closed),
            )
            for row in ROWS
        ],
    )
