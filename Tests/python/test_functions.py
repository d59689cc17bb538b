"""Schedules of a caller's function: LambdaLR, MultiplicativeLR and CyclicLR's scale."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref
from collections.abc import Callable

import libsched
import numpy as np
import pytest
from libsched import (
    CyclicLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    SchedError,
    Schedule,
    Scheduler,
    SequentialLR,
    Status,
)
from vectors import bits, doubles, records

FUNCTIONS: dict[str, Callable[[int], float]] = {
    "decay": lambda t: 0.95**t,
    "inverse": lambda t: 1 / (1 + t),
    "stairs": lambda t: 1.0 if t < 3 else 0.5 if t < 7 else 0.0,
    "turns": lambda t: -1.0 if t % 2 else 1.5,
    "runaway": lambda t: 1e200,
}


def inverse(step: int) -> float:
    return 1 / (1 + step)


def half(step: int) -> float:
    return 0.5


def late(step: int) -> float:
    if step >= 3:
        raise KeyError(step)
    return 1.0


def schedule(vector: dict[str, str]) -> Schedule:
    function = FUNCTIONS[vector["function"]]
    if "scale" in vector:
        return Schedule(
            "CyclicLR",
            base_lr=0.1,
            max_lr=0.4,
            step_size_up=3,
            step_size_down=5,
            scale_fn=function,
            scale_mode=vector["scale"],
            cycle_momentum=False,
        )
    return Schedule(vector["kind"], lr_lambda=function)


@pytest.mark.parametrize("vector", records("functions.txt"), ids=lambda v: v["vector"])
def test_torchs_rates(vector: dict[str, str]) -> None:
    one, expected = schedule(vector), doubles(vector["chained"])
    scheduler = Scheduler(one, float.fromhex(vector["base"]), "chained")
    rates = scheduler.rates + [scheduler.next()[0] for _ in expected[1:]]
    assert bits(rates) == bits(expected)
    closed = one.rates(len(expected), float.fromhex(vector["base"]))
    if vector["kind"] == "MultiplicativeLR":
        # The base comes last: every product is rounded once, with another to go; 2 ulps a step.
        np.testing.assert_allclose(closed, expected, rtol=40 * 2**-52, atol=1e-320)
    else:
        assert bits(closed) == bits(expected)


def test_a_product_asks_for_every_step_once() -> None:
    asked: list[int] = []

    def function(step: int) -> float:
        asked.append(step)
        return 0.999

    one = MultiplicativeLR(function)
    for step in range(3000):
        one.rate(step, 1.0)
    assert asked == list(range(1, 3000))
    asked.clear()
    assert one.rate(2100, 1.0) == pytest.approx(0.999**2100)
    assert asked == list(range(2049, 2101))


def test_a_product_that_is_no_number_asks_no_more() -> None:
    asked: list[int] = []

    def function(step: int) -> float:
        asked.append(step)
        return np.nan if step == 5 else 1.0

    assert np.isnan(MultiplicativeLR(function).rate(10**9, 1.0))
    assert asked == [1, 2, 3, 4, 5]


def test_it_nests() -> None:
    whole = SequentialLR([LinearLR(0.5, total_iters=2), LambdaLR(inverse)], [2])
    assert str(whole.schedulers[1]) == "LambdaLR(lr_lambda=<function>)"
    assert whole.schedulers[1].lr_lambda is inverse
    assert whole.rates(5, 1.0).tolist() == [0.5, 0.75, 1.0, 1 / 2, 1 / 3]
    assert whole.rates(range(0, 5, 2), 1.0).tolist() == [0.5, 1.0, 1 / 3]
    assert whole.csv(1, 1.0) == "step,rate\n0,0.5\n"
    assert len(whole.sparkline(9)) == 9


def test_schedules_are_equal_if_their_functions_are() -> None:
    assert LambdaLR(inverse) == LambdaLR(inverse)
    assert hash(LambdaLR(inverse)) == hash(LambdaLR(inverse))
    assert LambdaLR(inverse) != LambdaLR(half)
    assert CyclicLR(max_lr=1.0) != CyclicLR(max_lr=1.0, scale_fn=half)


def test_copies_and_pickles() -> None:
    whole = SequentialLR([LambdaLR(inverse), LinearLR(), MultiplicativeLR(half)], [3, 9])
    again = pickle.loads(pickle.dumps(whole))
    assert again == whole and copy.deepcopy(whole) == whole
    assert again.rates(20, 0.3).tolist() == whole.rates(20, 0.3).tolist()
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(LambdaLR(lambda step: 1.0))

    scheduler = Scheduler([whole, LambdaLR(half)], [0.3, 0.2], "chained")
    scheduler.seek(5)
    for other in (pickle.loads(pickle.dumps(scheduler)), copy.deepcopy(scheduler)):
        assert other.step == 5 and other.schedules == scheduler.schedules
        assert _ahead(other, 9) == _ahead(scheduler, 9)


def _ahead(scheduler: Scheduler, count: int) -> list[list[float]]:
    other = copy.copy(scheduler)
    return [other.next() for _ in range(count)]


def test_a_state_is_loaded_into_what_was_made_with_the_function() -> None:
    scheduler = Scheduler(LambdaLR(inverse), 1.0)
    scheduler.seek(7)
    state = scheduler.save()
    assert "LambdaLR(lr_lambda=<function>)" in state
    again = Scheduler(LambdaLR(inverse), 1.0)
    again.load(state)
    assert (again.step, again.rates, again.next()) == (7, [1 / 8], [1 / 9])
    again.load(state, "keep")
    assert again.rates == [1 / 8]
    for refused in (
        lambda: again.load(state, "restore"),
        lambda: Scheduler.restore(state),
        lambda: libsched.parse("LambdaLR(<function>)"),
    ):
        with pytest.raises(SchedError, match="make the schedule with its function") as caught:
            refused()
        assert caught.value.status == Status.SCHED_E_SYNTAX
    assert again.step == 7


def test_a_state_whose_run_was_cooled_down() -> None:
    scheduler = Scheduler([LambdaLR(inverse), LambdaLR(half)], [1.0, 1.0])
    scheduler.seek(3)
    scheduler.cool_down(4)
    again = Scheduler([LambdaLR(inverse), LambdaLR(half)], [1.0, 1.0])
    again.load(scheduler.save())
    assert _ahead(again, 4) == _ahead(scheduler, 4)
    assert again.schedules[1] != again.schedules[0]


def test_what_it_raises_comes_out_and_nothing_has_moved() -> None:
    scheduler = Scheduler(LambdaLR(late), 1.0)
    scheduler.seek(2)
    for call in (scheduler.next, lambda: scheduler.seek(5), lambda: scheduler.advance(2)):
        with pytest.raises(KeyError) as caught:
            call()
        assert caught.value.args[0] >= 3
        assert (scheduler.step, scheduler.rates) == (2, [1.0])
    one = LambdaLR(late)
    for ask in (one.rates, one.csv, one.sparkline):
        with pytest.raises(KeyError):
            ask(5, 1.0)
    with pytest.raises(KeyError):
        Scheduler(LambdaLR({}.__getitem__), 1.0)
    # The next is not about it.
    with pytest.raises(SchedError):
        one.rate(-1, 1.0)
    assert one.rate(1, 1.0) == 1.0


@pytest.mark.parametrize("answer", [None, "1", [1.0], 1j])
def test_an_answer_that_is_no_number(answer: object) -> None:
    with pytest.raises(TypeError, match=r"of step 0 gave .*; accepted: a number"):
        LambdaLR(lambda step: answer).rate(0, 1.0)


def test_answers_that_are_numbers() -> None:
    for answer in (1, True, np.float32(1), np.int64(1)):
        assert LambdaLR(lambda step, answer=answer: answer).rate(0, 0.5) == 0.5
    for odd in (np.nan, np.inf, -np.inf):
        rates = Scheduler(LambdaLR(lambda step, odd=odd: odd), 1.0).next()
        assert bits(rates) == bits([odd])


def test_what_is_no_function_is_refused() -> None:
    for value in (1.0, "f", [1.0], LinearLR()):
        with pytest.raises(SchedError, match="LambdaLR lr_lambda"):
            LambdaLR(value)
    with pytest.raises(SchedError, match="LinearLR start_factor"):
        LinearLR(inverse)


class Trainer:
    def __init__(self) -> None:
        self.schedule = SequentialLR([LinearLR(), LambdaLR(self.factor)], [2])
        self.scheduler = Scheduler(self.schedule, 1.0)

    def factor(self, step: int) -> float:
        return 1.0


def test_a_function_goes_with_its_schedule() -> None:
    def function(step: int) -> float:
        return 1.0

    gone = weakref.ref(function)
    scheduler = Scheduler(LambdaLR(function), 1.0)
    del function
    gc.collect()
    assert gone() is not None and scheduler.next() == [1.0]
    del scheduler
    gc.collect()
    assert gone() is None


def test_a_circle_is_collected() -> None:
    trainer = Trainer()
    gone = weakref.ref(trainer)
    del trainer
    gc.collect()
    assert gone() is None


def test_a_capsule_keeps_the_function() -> None:
    def function(step: int) -> float:
        return 0.25

    gone = weakref.ref(function)
    capsule = LambdaLR(function).capsule()
    del function
    gc.collect()
    adopted = Schedule.adopt(capsule)
    assert adopted.rate(3, 1.0) == 0.25
    del capsule, adopted
    gc.collect()
    assert gone() is None


def test_a_function_may_use_the_library() -> None:
    inner = LambdaLR(inverse)
    broken = LambdaLR({}.__getitem__)

    def function(step: int) -> float:
        with pytest.raises(KeyError):
            broken.rate(step, 1.0)
        return inner.rate(step, 2.0)

    assert LambdaLR(function).rates(3, 1.0).tolist() == [2.0, 1.0, 2 / 3]


def test_many_threads_ask() -> None:
    one, found = MultiplicativeLR(lambda step: 0.999), []

    def ask() -> None:
        found.append(one.rates(9000, 1.0))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((rates == found[0]).all() for rates in found) and len(found) == 4
