"""Schedulers: several curves on one clock, units, the horizon, and states that must not mislead."""

from __future__ import annotations

import math

import libsched as ls
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libsched import Status
from vectors import bits

BASES = st.floats(1e-6, 10.0)
CURVES = st.one_of(
    st.builds(ls.CosineAnnealingLR, T_max=st.integers(1, 40), eta_min=st.sampled_from([0.0, 1e-7])),
    st.builds(ls.LinearDecay, steps=st.integers(1, 40)),
    st.builds(ls.ExponentialLR, gamma=st.floats(0.5, 1.0)),
    st.builds(
        ls.WarmupStableDecay,
        num_warmup_steps=st.integers(0, 9),
        num_stable_steps=st.integers(0, 9),
        num_decay_steps=st.integers(0, 9),
    ),
    st.builds(ls.CyclicLR, max_lr=st.just(20.0), step_size_up=st.integers(1, 9)),
    st.just(ls.Constant()),
)
TAILS = {
    "linear": lambda u: 1 - u,
    "cosine": lambda u: (1 + math.cos(math.pi * u)) / 2,
    "1-sqrt": lambda u: 1 - math.sqrt(u),
    "1-square": lambda u: 1 - u * u,
    "exponential": lambda u: 2 * 0.5**u - 1,
}


def refused(call, status: Status, *words: str) -> None:
    with pytest.raises(ls.SchedError) as raised:
        call()
    assert raised.value.status is status, raised.value
    for word in words:
        assert word in str(raised.value)


# -- A curve a group -----------------------------------------------------------


@given(st.lists(st.tuples(CURVES, BASES), min_size=1, max_size=5), st.data())
def test_each_group_follows_its_own_curve(pairs, data: st.DataObject) -> None:
    scheduler = ls.Scheduler([curve for curve, _ in pairs], [base for _, base in pairs])
    assert scheduler.schedules == tuple(curve for curve, _ in pairs)
    for _ in range(4):
        step = data.draw(st.integers(0, 100))
        scheduler.seek(step)
        assert bits(scheduler.rates) == bits([curve.rate(step, base) for curve, base in pairs])
        assert ls.Scheduler.restore(scheduler.save()).save() == scheduler.save()


def test_groups_and_schedules_are_as_many_or_one() -> None:
    refused(
        lambda: ls.Scheduler([ls.Constant(), ls.StepLR(3)], [1.0, 1.0, 1.0]),
        Status.SCHED_E_RANGE, "schedules=2 of them", "1, or 3, one a group",
    )  # fmt: skip
    refused(lambda: ls.Scheduler([], [1.0]), Status.SCHED_E_RANGE, "schedules=0 of them")
    refused(lambda: ls.Scheduler([3], [1.0]), Status.SCHED_E_TYPE, "schedule=3", "a Schedule")


# -- Time ----------------------------------------------------------------------


@given(
    CURVES, BASES, st.lists(st.integers(0, 50), max_size=6), st.sampled_from(["closed", "chained"])
)
def test_advancing_is_many_steps(curve, base: float, strides: list[int], form: str) -> None:
    one = ls.Scheduler(curve, base, form, unit="samples")
    many = ls.Scheduler(curve, base, form, unit="samples")
    for stride in strides:
        for _ in range(stride):
            one.next()
        assert bits(many.advance(stride)) == bits(one.rates)
    assert many.save() == one.save()


@pytest.mark.parametrize(("processes", "accumulated"), [(1, 1), (8, 1), (1, 4), (8, 4)])
def test_samples_do_not_care_who_trains_on_them(processes: int, accumulated: int) -> None:
    """The same number of samples is the same rate, however they were put together."""
    schedule = ls.Warmup(ls.CosineDecay(90_000), 10_000)
    scheduler = ls.Scheduler(schedule, 0.1, unit="samples")
    while scheduler.step < 51_200:
        scheduler.advance(32 * processes * accumulated)
    assert scheduler.step == 51_200
    assert bits(scheduler.rates) == bits([schedule.rate(51_200, 0.1)])


@given(st.integers(1, 1000), st.integers(0, 100_000))
def test_fractions_of_an_epoch_are_exact(resolution: int, step: int) -> None:
    scheduler = ls.Scheduler(
        ls.CosineDecay(90 * resolution), 0.1, unit="epochs", resolution=resolution
    )
    scheduler.seek(step)
    epoch = step / resolution
    assert scheduler.position == epoch
    expected = 0.05 * (1 + math.cos(math.pi * min(epoch / 90, 1)))
    assert abs(scheduler.rates[0] - expected) <= 1e-16


def test_a_step_that_was_not_applied_moves_nothing() -> None:
    scheduler = ls.Scheduler(ls.StepLR(1, 0.5), [1.0, 2.0])
    scheduler.next()
    before = scheduler.rates
    assert (scheduler.skip(), scheduler.skip(), scheduler.skipped) == (1, 2, 2)
    assert (scheduler.step, scheduler.rates) == (1, before)
    assert ls.Scheduler.restore(scheduler.save()).skipped == 2


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ({"unit": "batches"}, Status.SCHED_E_ENUM, ["unit='batches'", "'samples' or 'tokens'"]),
        ({"unit": 3}, Status.SCHED_E_ENUM, ["unit=3", "'tokens'"]),
        ({"form": "open"}, Status.SCHED_E_ENUM, ["form='open'", "'closed' or 'chained'"]),
        ({"horizon": "stop"}, Status.SCHED_E_ENUM, ["horizon='stop'", "'hold' or 'extend'"]),
        ({"resolution": 0}, Status.SCHED_E_RANGE, ["resolution=0", "from 1"]),
        ({"resolution": 1.5}, Status.SCHED_E_TYPE, ["resolution=1.5", "an integer"]),
        ({"last": -1}, Status.SCHED_E_RANGE, ["last=-1", "from 0"]),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(arguments, status: Status, words: list[str]) -> None:
    refused(lambda: ls.Scheduler(ls.Constant(), 1.0, **arguments), status, *words)


# -- The horizon ---------------------------------------------------------------


@pytest.mark.parametrize("form", ["closed", "chained"])
def test_past_the_end_is_as_one_chose(form: str) -> None:
    cosine = ls.CosineAnnealingLR(10)
    raising, holding, going = (
        ls.Scheduler(cosine, 1.0, form, horizon=horizon, last=10)
        for horizon in ("raise", "hold", "extend")
    )
    for scheduler in (raising, holding, going):
        assert scheduler.last_step == 10
        scheduler.seek(10)
    end = holding.rates
    refused(raising.next, Status.SCHED_E_END, "step=11", "0 to 10")
    refused(lambda: raising.advance(5), Status.SCHED_E_END, "step=15", "0 to 10")
    assert raising.step == 10
    for t in range(11, 20):
        assert holding.next() == end
        assert going.next() == pytest.approx([cosine.rate(t, 1.0)], abs=1e-13)
    assert holding.step == 19


def test_the_first_group_to_end_ends_the_run() -> None:
    cycles = [ls.OneCycleLR(total_steps=20), ls.OneCycleLR(total_steps=10), ls.Constant()]
    scheduler = ls.Scheduler(cycles, [1.0, 1.0, 1.0])
    assert scheduler.last_step == 9
    scheduler.seek(9)
    refused(scheduler.next, Status.SCHED_E_END, "OneCycleLR step=10", "0 to 9")


def test_what_ends_cannot_go_on_and_the_refusal_says_what_can() -> None:
    cycle = ls.OneCycleLR(total_steps=10)
    refused(
        lambda: ls.Scheduler(cycle, 1.0, horizon="extend"),
        Status.SCHED_E_VALUE, "horizon='extend'", "'raise' or 'hold'", "ends at step 9", "Loop",
    )  # fmt: skip
    again = ls.Scheduler(ls.Loop(cycle, period=10), 1.0, horizon="extend")
    assert again.last_step is None
    held = ls.Scheduler(cycle, 1.0, horizon="hold")
    held.seek(1000)
    assert bits(held.rates) == bits([cycle.rate(9, 1.0)])
    refused(lambda: ls.Scheduler(cycle, 1.0, last=10), Status.SCHED_E_VALUE, "last=10", "to 9")


@given(
    CURVES, BASES, st.integers(0, 60), st.integers(1, 40), st.sampled_from([*TAILS]),
    st.floats(0, 0.5), st.sampled_from(["closed", "chained"]),
)  # fmt: skip
def test_a_cool_down_begins_where_the_rate_is(
    curve, base: float, begin: int, steps: int, tail: str, ratio: float, form: str
) -> None:
    scheduler = ls.Scheduler(curve, base, form)
    scheduler.seek(begin)
    (top,) = scheduler.rates
    floor = min(top, base * ratio)
    scheduler.cool_down(steps, tail, ratio)
    assert scheduler.rates == [top]
    for t in range(1, steps + 3):
        (rate,) = scheduler.next()
        expected = floor + (top - floor) * TAILS[tail](min(1, t / steps))
        assert rate == pytest.approx(expected, rel=1e-9, abs=1e-12 * base)
    assert scheduler.rates == [pytest.approx(floor, rel=1e-12, abs=1e-15 * base)]


@given(CURVES, BASES, st.integers(0, 40), st.integers(1, 40), st.integers(1, 40), st.booleans())
def test_an_extension_never_jumps(
    curve, base: float, begin: int, steps: int, rest: int, stretched: bool
) -> None:
    """No step is larger than the plan's largest, and at the end the plan is where it was."""
    scheduler = ls.Scheduler(curve, base)
    scheduler.seek(begin)
    now = scheduler.rates
    scheduler.extend(steps, until=begin + rest if stretched else None)
    assert scheduler.rates == now
    walked = [now[0]] + [scheduler.next()[0] for _ in range(rest + steps)]
    planned = curve.rates(range(begin, begin + rest + 1), base)
    limit = np.abs(np.diff(planned)).max() * (1 + 1e-9) + 1e-12 * base
    assert np.abs(np.diff(walked)).max() <= limit
    assert bits(walked[-1:]) == bits(planned[-1:])


def test_a_stable_phase_is_as_long_as_one_likes() -> None:
    """Warm up, stay, cool down when it is time; from the checkpoint before that, stay longer."""
    scheduler = ls.Scheduler(ls.Warmup(ls.Constant(), 10), 0.1)
    scheduler.seek(500)
    checkpoint = scheduler.save()
    scheduler.cool_down(100)
    scheduler.seek(600)
    assert scheduler.rates == [0.0]

    longer = ls.Scheduler.restore(checkpoint)
    assert longer.advance(5000) == [0.1]
    longer.cool_down(1000, "linear")
    assert longer.advance(500) == [pytest.approx(0.05)]
    # Begun, it is part of the state, and no other configuration.
    resumed = ls.Scheduler(ls.Warmup(ls.Constant(), 10), 0.1)
    resumed.load(longer.save())
    assert resumed.schedule == longer.schedule
    assert resumed.advance(500) == [0.0]


def test_only_some_groups_cool_down() -> None:
    scheduler = ls.Scheduler(ls.Constant(), [0.1, 0.01], last=1000)
    scheduler.seek(50)
    scheduler.cool_down(10, "linear", groups=[0])
    assert (scheduler.last_step, scheduler.advance(5)) == (60, [pytest.approx(0.05), 0.01])
    refused(
        lambda: scheduler.cool_down(10, groups=[2]), Status.SCHED_E_RANGE, "groups[0]=2", "0 to 1"
    )
    refused(lambda: scheduler.cool_down(0), Status.SCHED_E_RANGE, "steps=0", "from 1")
    refused(
        lambda: scheduler.cool_down(5, "log"), Status.SCHED_E_VALUE, "decay_type='log'", "'1-sqrt'"
    )
    refused(
        lambda: scheduler.cool_down(5, min_ratio=math.nan), Status.SCHED_E_VALUE, "min_ratio=nan"
    )
    refused(lambda: scheduler.extend(5, until=20), Status.SCHED_E_VALUE, "until=20", "begin=55")


# -- States --------------------------------------------------------------------

OLD = "Scheduler(version=1, form='chained', step=4, bases=[0.1, 0.3], rates=[0.05, 0.15], schedule=StepLR(step_size=3, gamma=0.5))"


def test_a_state_of_version_1_goes_on() -> None:
    scheduler = ls.Scheduler.restore(OLD)
    fresh = ls.Scheduler(ls.StepLR(3, 0.5), [0.1, 0.3], "chained")
    fresh.load(OLD)
    for one in (scheduler, fresh):
        assert (one.step, one.rates, one.form) == (4, [0.05, 0.15], "chained")
        assert (one.unit, one.resolution, one.horizon, one.skipped) == ("steps", 1, "raise", 0)
        assert [one.next() for _ in range(2)][-1] == [0.025, 0.075]


def test_another_configuration_is_spelled_out() -> None:
    run = ls.Scheduler(ls.CosineAnnealingLR(90), [0.1, 0.2])
    run.seek(30)
    text = run.save()
    for other, words in [
        (ls.Scheduler(ls.CosineAnnealingLR(100), [0.1, 0.2]), "CosineAnnealingLR T_max: saved 90, here 100"),
        (ls.Scheduler(ls.CosineAnnealingLR(90), [0.1, 0.3]), "bases[1]: saved 0.2, here 0.3"),
        (ls.Scheduler(ls.StepLR(3), [0.1, 0.2]), "schedule: saved CosineAnnealingLR, here StepLR"),
        (ls.Scheduler(ls.CosineAnnealingLR(90), 0.1), "bases: saved 2 of them, here 1"),
        (ls.Scheduler(ls.CosineAnnealingLR(90), [0.1, 0.2], "chained"), "form: saved 'closed', here 'chained'"),
        (
            ls.Scheduler([ls.CosineAnnealingLR(90), ls.CosineAnnealingLR(9)], [0.1, 0.2]),
            "schedules[1] CosineAnnealingLR T_max: saved 90, here 9",
        ),
    ]:  # fmt: skip
        before = other.save()
        refused(lambda o=other: o.load(text), Status.SCHED_E_STATE, words, "'keep' or 'restore'")
        assert other.save() == before
        other.load(text, "keep")
        assert (other.step, other.bases) == (30, ls.Scheduler.restore(before).bases)
        assert bits(other.rates[:1]) == bits([other.schedules[0].rate(30, other.bases[0])]) or (
            other.form == "chained"
        )
        other.load(text, "restore")
        assert other.save() == text
        assert other.bases == (0.1, 0.2)


def test_another_unit_is_refused() -> None:
    steps, tokens = (
        ls.Scheduler(ls.Constant(), 1.0),
        ls.Scheduler(ls.Constant(), 1.0, unit="tokens"),
    )
    for policy in ("error", "keep"):
        refused(
            lambda p=policy: tokens.load(steps.save(), p),
            Status.SCHED_E_STATE, "unit='steps'", "'tokens'",
        )  # fmt: skip
    tokens.load(steps.save(), "restore")
    assert tokens.unit == "steps"
    refused(lambda: steps.load(steps.save(), "merge"), Status.SCHED_E_ENUM, "policy='merge'")
    refused(lambda: steps.load("StepLR(3)"), Status.SCHED_E_STATE, "Scheduler")
    stopper = ls.EarlyStopping(patience=3)
    refused(lambda: steps.load(stopper.save()), Status.SCHED_E_STATE, "EarlyStopping", "Scheduler")


@settings(max_examples=60)
@given(st.lists(CURVES, min_size=1, max_size=3), st.integers(0, 50), st.integers(0, 50))
def test_a_state_is_enough(curves, step: int, more: int) -> None:
    bases = [0.1 * (i + 1) for i in range(len(curves))]
    run = ls.Scheduler(curves, bases)
    run.seek(step)
    resumed = ls.Scheduler(curves, bases)
    resumed.load(run.save())
    assert bits(resumed.advance(more)) == bits(run.advance(more))
    assert resumed.save() == run.save()


# -- Momentum as a rate --------------------------------------------------------


def test_a_momentum_can_be_driven_like_a_rate() -> None:
    cycle = ls.OneCycleLR(max_lr=0.1, total_steps=20)
    both = ls.Scheduler([cycle, ls.Momentum(cycle)], [0.1, 0.9])
    for t in range(20):
        both.seek(t)
        assert bits(both.rates) == bits([cycle.rate(t, 0.1), cycle.momentum(t, 0.9)])
    assert ls.Momentum(ls.Constant()).rate(5, 0.9) == 0.9
