"""Python's side of embed.cpp: takes what C++ made, goes on with it, and gives its own."""

from __future__ import annotations

import gc

import libsched

TEXT = (
    "SequentialLR([LinearLR(start_factor=0.1, end_factor=1.0, total_iters=5),"
    " CosineAnnealingLR(T_max=35, eta_min=0.0)], milestones=[5])"
)
held: dict[str, object] = {}


def take_schedule(capsule: object) -> None:
    held["schedule"] = schedule = libsched.Schedule.adopt(capsule)
    assert str(schedule) == TEXT
    assert isinstance(schedule, libsched.SequentialLR)
    assert schedule.rate(0, 0.1) == 0.1 * 0.1


def take_scheduler(capsule: object) -> None:
    held["scheduler"] = scheduler = libsched.Scheduler.adopt(capsule)
    assert str(scheduler.schedule) == TEXT


def take_stopper(capsule: object) -> None:
    held["stopper"] = libsched.EarlyStopping.adopt(capsule)


def make() -> None:
    held["schedule"] = libsched.parse(TEXT)
    held["scheduler"] = scheduler = libsched.Scheduler(held["schedule"], [0.1, 0.4])
    held["stopper"] = libsched.EarlyStopping(3)
    for _ in range(2):
        scheduler.next()


def give_schedule() -> object:
    return held["schedule"].capsule()


def give_scheduler() -> object:
    return held["scheduler"].capsule()


def give_stopper() -> object:
    return held["stopper"].capsule()


def next() -> None:
    held["scheduler"].next()


def step() -> int:
    return held["scheduler"].step


def second_rate() -> float:
    return held["scheduler"].rates[1]


def observe(metric: float) -> int:
    verdict = held["stopper"].observe(metric)
    return {
        libsched.Verdict.IMPROVED: 1,
        libsched.Verdict.WAITING: 2,
        libsched.Verdict.STOP: 3,
    }[verdict]


def waited() -> int:
    return held["stopper"].waited


def let_go() -> None:
    held.clear()


def keep(capsule: object) -> None:
    """Until the interpreter ends."""
    held["capsule"] = capsule


def collect() -> None:
    gc.collect()
