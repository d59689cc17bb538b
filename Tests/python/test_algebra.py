"""Laws that hold of every composition of every kind."""

from __future__ import annotations

from functools import reduce

import libsched as ls
import pytest
from examples import OF_FUNCTIONS, schedules
from hypothesis import given, settings
from hypothesis import strategies as st
from libsched import _lib
from libsched._abi import SCHED_MAX_STEP
from vectors import bits

BASES = st.sampled_from([0.1, 1.0, 3e-4, 0.0])
MANY = settings(max_examples=300)
LEAVES = [one for one in schedules() if len(str(one)) < 400]


def the_last(schedule: ls.Schedule) -> int:
    return SCHED_MAX_STEP if schedule.last_step is None else schedule.last_step


def end(schedule: ls.Schedule, most: int = 60) -> int:
    """The last step worth looking at."""
    return min(most, the_last(schedule))


@st.composite
def wrapped(draw: st.DrawFn, parts: st.SearchStrategy[ls.Schedule]) -> ls.Schedule:
    """One of the compositions, of numbers that it accepts."""
    part = draw(parts)
    last = end(part)
    few = st.integers(1, 12)
    match draw(st.integers(0, 10)):
        case 0:
            return ls.Shift(part, draw(st.integers(0, last)))
        case 1:
            return ls.Stretch(part, draw(few))
        case 2:
            return ls.Loop(part, draw(st.integers(1, last + 1)))
        case 3:
            low = draw(st.sampled_from([0.0, 0.01, 0.5]))
            return ls.Clamp(part, low, draw(st.sampled_from([None, 0.5, 2.0])))
        case 4:
            return ls.Hold(part, draw(st.none() | st.integers(1, last)) if last else None)
        case 5:
            begin = draw(st.integers(0, 9))
            return ls.Window(part, begin, begin + draw(st.integers(1, last))) if last else part
        case 6:
            return ls.ChainedScheduler([part, *draw(st.lists(parts, max_size=2))])
        case 7:
            return ls.Warmup(part, draw(st.integers(0, 9)))
        case 8:
            return ls.Dampening(part, period=draw(few))
        case 9:
            return ls.Noise(part, seed=draw(few))
        case _:
            return ls.SequentialLR([part, draw(parts)], [draw(st.integers(1, last + 1))])


leaves = st.sampled_from(LEAVES)
compositions = st.recursive(leaves, wrapped, max_leaves=5)


def closed(schedule: ls.Schedule, base: float, count: int) -> list[str]:
    return bits(schedule.rates(count, base))


def chained(schedule: ls.Schedule, base: float, count: int) -> list[str]:
    scheduler = ls.Scheduler(schedule, base, form="chained")
    return bits([*scheduler.rates, *(scheduler.next()[0] for _ in range(count - 1))])


def test_the_leaves_are_of_every_kind() -> None:
    assert {leaf.kind for leaf in LEAVES} == set(_lib.kinds()) - OF_FUNCTIONS


@MANY
@given(compositions)
def test_a_composition_is_its_text(schedule: ls.Schedule) -> None:
    again = ls.parse(str(schedule))
    assert (str(again), again.last_step) == (str(schedule), schedule.last_step)
    assert closed(again, 0.1, end(again) + 1) == closed(schedule, 0.1, end(schedule) + 1)


@MANY
@given(compositions, BASES)
def test_a_range_is_its_steps_one_by_one(schedule: ls.Schedule, base: float) -> None:
    count = end(schedule) + 1
    assert closed(schedule, base, count) == bits(schedule.rate(t, base) for t in range(count))
    momenta = bits(schedule.momentum(t, 0.9) for t in range(count))
    assert bits(schedule.momenta(count, 0.9)) == momenta


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: ls.ChainedScheduler([one]),
        lambda one: ls.SequentialLR([one], []),
        lambda one: ls.Shift(one, 0),
        lambda one: ls.Stretch(one, 1),
        lambda one: ls.Hold(one),
        lambda one: ls.Window(one),
        lambda one: ls.Warmup(one, 0),
        lambda one: ls.Loop(one, end(one) + 1),
    ],
)
@settings(max_examples=60)
@given(compositions, BASES)
def test_a_wrapper_that_changes_nothing_changes_nothing(
    wrap, schedule: ls.Schedule, base: float
) -> None:
    same, count = wrap(schedule), end(schedule) + 1
    assert closed(same, base, count) == closed(schedule, base, count)
    assert chained(same, base, count) == chained(schedule, base, count)
    assert bits(same.momenta(count, 0.9)) == bits(schedule.momenta(count, 0.9))


@MANY
@given(compositions, st.data(), BASES)
def test_wrappers_do_what_their_formulas_say(
    schedule: ls.Schedule, data: st.DataObject, base: float
) -> None:
    last = end(schedule)
    a, b = data.draw(st.integers(0, last)), data.draw(st.integers(1, 9))
    rates = list(schedule.rates(last + 1, base))

    shifted = ls.Shift(schedule, a)
    assert closed(shifted, base, last - a + 1) == bits(rates[a:])
    assert the_last(shifted) == the_last(schedule) - a
    twice = ls.Shift(ls.Shift(schedule, a), min(b, last - a))
    once = ls.Shift(schedule, a + min(b, last - a))
    assert closed(twice, base, end(once) + 1) == closed(once, base, end(once) + 1)

    stretched = ls.Stretch(schedule, b)
    assert closed(stretched, base, last + 1) == bits(rates[t // b] for t in range(last + 1))
    twice, once = ls.Stretch(ls.Stretch(schedule, b), 3), ls.Stretch(schedule, 3 * b)
    assert closed(twice, base, last + 1) == closed(once, base, last + 1)

    looped = ls.Loop(schedule, a + 1)
    assert closed(looped, base, 90) == bits(rates[t % (a + 1)] for t in range(90))
    assert closed(ls.Loop(looped, 2 * (a + 1)), base, 90) == closed(looped, base, 90)

    clamped = ls.Clamp(schedule, 0.01, 0.5)
    assert closed(clamped, base, last + 1) == bits(min(max(r, 0.01), 0.5) for r in rates)
    assert closed(ls.Clamp(clamped, 0.01, 0.5), base, last + 1) == closed(clamped, base, last + 1)

    if a > 0:
        held = ls.Hold(schedule, a)
        assert closed(held, base, 90) == bits(rates[min(t, a)] for t in range(90))
        window = ls.Window(schedule, b, b + a)
        inside = [base if t < b else rates[min(t, b + a) - b] for t in range(90)]
        assert closed(window, base, 90) == bits(inside)


@MANY
@given(st.lists(compositions, min_size=1, max_size=3), BASES)
def test_a_chain_takes_each_rate_for_the_next_base(parts: list[ls.Schedule], base: float) -> None:
    whole = ls.ChainedScheduler(parts)
    lasts = [part.last_step for part in parts if part.last_step is not None]
    assert whole.last_step == (min(lasts) if lasts else None)
    for step in range(0, end(whole) + 1, 7):
        expected = reduce(lambda rate, part: part.rate(step, rate), parts, base)
        assert bits([whole.rate(step, base)]) == bits([expected])


@MANY
@given(st.lists(compositions, min_size=3, max_size=3), st.data(), BASES)
def test_how_a_sequence_is_bracketed_does_not_matter(
    parts: list[ls.Schedule], data: st.DataObject, base: float
) -> None:
    a, b, c = parts
    first = data.draw(st.integers(1, end(a) + 1))
    second = data.draw(st.integers(1, end(b) + 1))
    flat = ls.SequentialLR([a, b, c], [first, first + second])
    count = end(flat, 150) + 1
    for nested in (
        ls.SequentialLR([a, ls.SequentialLR([b, c], [second])], [first]),
        ls.SequentialLR([ls.SequentialLR([a, b], [first]), c], [first + second]),
    ):
        assert nested.last_step == flat.last_step
        assert closed(nested, base, count) == closed(flat, base, count)
        assert chained(nested, base, count) == chained(flat, base, count)


@pytest.mark.parametrize("form", ["closed", "chained"])
@MANY
@given(compositions, st.data())
def test_a_run_that_is_broken_off_or_sought_is_the_run(
    form: str, schedule: ls.Schedule, data: st.DataObject
) -> None:
    count = end(schedule)
    whole = ls.Scheduler(schedule, [0.1, 1.0], form=form)
    run = [bits(whole.rates)] + [bits(whole.next()) for _ in range(count)]
    other = ls.Scheduler(schedule, [0.1, 1.0], form=form)
    for step in data.draw(st.lists(st.integers(0, count), min_size=1, max_size=5)):
        other.seek(step)
        assert (other.step, bits(other.rates)) == (step, run[step])
    other = ls.Scheduler.restore(other.save())
    for step in range(other.step + 1, count + 1):
        assert bits(other.next()) == run[step]
        if step % 11 == 0:
            other = ls.Scheduler.restore(other.save())
