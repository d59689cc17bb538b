"""The native API: PyTorch's numbers to the last bit, and values that behave like values."""

from __future__ import annotations

import copy
import ctypes
import doctest
import gc
import math
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import libsched
import libsched as ls
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from vectors import bits, doubles, records

ROOT = Path(__file__).resolve().parents[2]
SCHEDULES = records("schedules.txt")
STOPPINGS = records("early_stopping.txt")


def by_reason(vectors: list[dict[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", vectors, ids=lambda vector: vector["vector"])


def evaluate(text: str) -> ls.Schedule:
    """The text as Python reads it."""
    return eval(text, {name: getattr(libsched, name) for name in libsched.__all__})


# -- PyTorch agrees ------------------------------------------------------------


@by_reason(SCHEDULES)
@pytest.mark.parametrize("read", [libsched.parse, evaluate], ids=["text", "Python"])
def test_pytorch_agrees(read, vector: dict[str, str]) -> None:
    schedule, base = read(vector["text"]), float.fromhex(vector["base"])
    chained = doubles(vector["chained"])

    scheduler = ls.Scheduler(schedule, base, form="chained")
    rates = [*scheduler.rates]
    for _ in chained[1:]:
        rates += scheduler.next()
    assert bits(rates) == bits(chained)

    if "closed" in vector:
        closed = doubles(vector["closed"])
        assert bits(schedule.rates(len(closed), base)) == bits(closed)
    if "momentum" in vector:
        momenta = doubles(vector["momentum"])
        # The base is none of PyTorch's momenta: all must come from the schedule.
        assert bits(schedule.momenta(len(momenta), base=0.123)) == bits(momenta)


@by_reason([vector for vector in SCHEDULES if "cycle_momentum=True" not in vector["text"]])
def test_a_schedule_that_drives_no_momentum_leaves_it(vector: dict[str, str]) -> None:
    schedule = libsched.parse(vector["text"])
    assert bits(schedule.momenta(3, base=0.123)) == bits([0.123] * 3)


FIELD = [
    pytest.param(vector, id=f"{file}: {vector['vector']}")
    for file in ("algebra.txt", "shapes.txt", "decays.txt")
    for vector in records(file)
]


def differences(ours: np.ndarray, theirs: list[float]) -> int:
    """The most units in the last place between them."""
    # As integers that are in the order of the doubles, either side of 0.
    keys = []
    for values in (np.asarray(ours, np.float64), np.array(theirs)):
        integers = values.view(np.int64)
        keys.append([int(i) if i >= 0 else -(2**63) - int(i) for i in integers])
    return max(abs(a - b) for a, b in zip(*keys, strict=True))


@pytest.mark.parametrize("vector", FIELD)
def test_the_field_agrees(vector: dict[str, str]) -> None:
    schedule, base = evaluate(vector["text"]), float.fromhex(vector["base"])
    assert schedule == libsched.parse(vector["text"])
    assert evaluate(str(schedule)) == schedule
    first, bound = int(vector.get("first", 0)), int(vector.get("ulps", 0))
    assert {"closed", "chained"} & set(vector)
    if "closed" in vector:
        closed = doubles(vector["closed"])
        rates = schedule.rates(range(first, first + len(closed)), base)
        assert differences(rates, closed) <= bound
    if "chained" in vector:
        chained = doubles(vector["chained"])
        scheduler = ls.Scheduler(schedule, base, form="chained")
        scheduler.seek(first)
        rates = np.array([*scheduler.rates, *(scheduler.next()[0] for _ in chained[1:])])
        assert differences(rates, chained) <= bound
    if "momentum" in vector:
        momenta = doubles(vector["momentum"])
        ours = schedule.momenta(range(first, first + len(momenta)), base=0.123)
        assert differences(ours, momenta) <= bound


@pytest.mark.parametrize("vector", FIELD)
def test_fields_make_the_schedule_again(vector: dict[str, str]) -> None:
    """Each kind's fields, read as attributes, are what makes it."""
    schedule = libsched.parse(vector["text"])
    names = libsched._lib.fields(schedule.kind)
    fields = {name: getattr(schedule, name) for name in names}
    assert type(schedule)(**fields) == schedule
    assert type(schedule)(*fields.values()) == schedule


def test_every_kind_has_a_vector() -> None:
    files = ["schedules.txt", "algebra.txt", "shapes.txt", "decays.txt", "reactive.txt"]
    texts = " ".join(vector["text"] for file in files for vector in records(file))
    functions = {vector["kind"] for vector in records("functions.txt")}
    kinds = set(libsched._lib.kinds()) - functions
    assert [kind for kind in kinds if f"{kind}(" not in texts] == []


@by_reason([vector for vector in SCHEDULES if len(vector["chained"].split()) <= 200])
def test_a_checkpoint_at_any_step_goes_on_as_if_nothing_happened(vector: dict[str, str]) -> None:
    schedule, base = libsched.parse(vector["text"]), float.fromhex(vector["base"])
    chained = doubles(vector["chained"])
    scheduler = ls.Scheduler(schedule, [base, 2 * base], form="chained")
    for step, expected in enumerate(chained):
        if step:
            # A new object each step: the text is all there is to go on from.
            scheduler = ls.Scheduler.restore(scheduler.save())
            scheduler.next()
        assert scheduler.step == step
        assert bits(scheduler.rates[:1]) == bits([expected])
    assert scheduler.schedule == schedule
    assert scheduler.bases == (base, 2 * base)
    assert scheduler.form == "chained"


@by_reason([vector for vector in SCHEDULES if len(vector["chained"].split()) <= 200])
def test_seeking_is_the_same_as_stepping(vector: dict[str, str]) -> None:
    schedule, base = libsched.parse(vector["text"]), float.fromhex(vector["base"])
    chained = doubles(vector["chained"])
    scheduler = ls.Scheduler(schedule, base, form="chained")
    closed = ls.Scheduler(schedule, base)
    # Forth and back, so that it starts over, too.
    for step in (len(chained) - 1, 0, len(chained) // 2):
        scheduler.seek(step)
        assert (scheduler.step, bits(scheduler.rates)) == (step, bits([chained[step]]))
        closed.seek(step)
        assert (closed.step, bits(closed.rates)) == (step, bits([schedule.rate(step, base)]))


def test_seeking_far_in_the_chained_form_is_done_in_strides() -> None:
    scheduler = ls.Scheduler(ls.StepLR(1_000_000, gamma=0.5), 1.0, form="chained")
    scheduler.seek(5_000_001)
    assert (scheduler.step, scheduler.rates) == (5_000_001, [0.5**5])
    scheduler.seek(3_999_999)
    assert (scheduler.step, scheduler.rates) == (3_999_999, [0.5**3])


# -- Schedules as values ---------------------------------------------------------

counts = st.integers(1, 60)
factors = st.floats(0, 3, allow_subnormal=False)
fractions = st.floats(0, 1, allow_subnormal=False)
divisors = st.floats(1e-3, 1e6)

steps = st.builds(ls.StepLR, counts, factors)
cosines = st.builds(ls.CosineAnnealingLR, counts, factors)
linears = st.builds(ls.LinearLR, factors, factors, counts)
cycles = st.builds(
    ls.OneCycleLR,
    max_lr=st.none() | factors,
    total_steps=counts,
    pct_start=st.floats(0, 0.5, allow_subnormal=False),
    anneal_strategy=st.sampled_from(["cos", "linear"]),
    cycle_momentum=st.booleans(),
    base_momentum=fractions,
    max_momentum=fractions,
    div_factor=divisors,
    final_div_factor=divisors,
    three_phase=st.booleans(),
)
simple = steps | cosines | linears | cycles


@st.composite
def sequences(
    draw: st.DrawFn, parts: st.SearchStrategy[ls.Schedule], first: int = 0
) -> ls.Schedule:
    """Sequences, the first milestone at least `first`, no part given more steps than it has."""
    schedulers = draw(st.lists(parts, min_size=1, max_size=4))
    milestones: list[int] = []
    start = 0
    for schedule in schedulers[:-1]:
        ends = 80 if schedule.last_step is None else schedule.last_step + 1
        start += draw(st.integers(1 if milestones else first, ends))
        milestones.append(start)
    return ls.SequentialLR(schedulers, milestones)


schedules = st.recursive(simple, sequences, max_leaves=6)
bases = st.floats(1e-6, 10)


def last(schedule: ls.Schedule, most: int = 150) -> int:
    """The last step worth looking at."""
    return most if schedule.last_step is None else min(most, schedule.last_step)


@given(schedules)
def test_a_schedule_is_its_text(schedule: ls.Schedule) -> None:
    text = str(schedule)
    assert repr(schedule) == text
    for same in (libsched.parse(text), evaluate(text), pickle.loads(pickle.dumps(schedule))):
        assert type(same) is type(schedule)
        assert (same, hash(same), str(same)) == (schedule, hash(schedule), text)
    assert copy.copy(schedule) is schedule
    assert copy.deepcopy(schedule) is schedule


@given(schedules, bases)
def test_a_range_of_rates_is_its_single_rates(schedule: ls.Schedule, base: float) -> None:
    end = last(schedule)
    single = [schedule.rate(step, base) for step in range(end + 1)]
    assert bits(schedule.rates(end + 1, base)) == bits(single)
    assert bits(schedule.rates(range(end // 3, end + 1), base)) == bits(single[end // 3 :])
    assert bits(schedule.rates(range(end, -1, -7), base)) == bits(single[::-7])
    momenta = [schedule.momentum(step, 0.9) for step in range(end + 1)]
    assert bits(schedule.momenta(range(end // 3, end + 1), 0.9)) == bits(momenta[end // 3 :])


@given(schedules, bases)
def test_the_closed_scheduler_says_the_rates(schedule: ls.Schedule, base: float) -> None:
    scheduler = ls.Scheduler(schedule, [base, base / 3])
    for step in range(last(schedule, 40)):
        expected = [schedule.rate(step, base), schedule.rate(step, base / 3)]
        assert (scheduler.step, bits(scheduler.rates)) == (step, bits(expected))
        scheduler.next()


@given(schedules, bases)
def test_a_sequence_of_one_is_that_one(schedule: ls.Schedule, base: float) -> None:
    alone = ls.SequentialLR([schedule], milestones=[])
    end = last(schedule) + 1
    assert alone.last_step == schedule.last_step
    assert bits(alone.rates(end, base)) == bits(schedule.rates(end, base))
    assert bits(alone.momenta(end, 0.9)) == bits(schedule.momenta(end, 0.9))
    assert bits(chained(alone, base, end)) == bits(chained(schedule, base, end))


@given(sequences(simple), sequences(simple, first=1), st.data(), bases)
def test_a_nested_sequence_is_the_flat_one(
    first: ls.SequentialLR, second: ls.SequentialLR, data: st.DataObject, base: float
) -> None:
    start = first.milestones[-1] if first.milestones else 0
    ends = 90 if first.last_step is None else first.last_step - start + 1
    start += data.draw(st.integers(1, max(1, ends)))
    nested = ls.SequentialLR([first, second], milestones=[start])
    flat = ls.SequentialLR(
        [*first.schedulers, *second.schedulers],
        [*first.milestones, start, *(start + milestone for milestone in second.milestones)],
    )
    end = last(flat, 250) + 1
    assert nested.last_step == flat.last_step
    assert bits(nested.rates(end, base)) == bits(flat.rates(end, base))
    assert bits(nested.momenta(end, 0.9)) == bits(flat.momenta(end, 0.9))
    assert bits(chained(nested, base, end)) == bits(chained(flat, base, end))


# -- The two forms ----------------------------------------------------------------

EPSILON = 2.0**-53


def chained(schedule: ls.Schedule, base: float, count: int) -> list[float]:
    scheduler = ls.Scheduler(schedule, base, form="chained")
    return [*scheduler.rates, *(scheduler.next()[0] for _ in range(count - 1))]


@given(steps, bases)
def test_step_forms_differ_by_a_rounding_a_drop(schedule: ls.StepLR, base: float) -> None:
    # The chained form rounds once a drop; the closed form's power and product round thrice.
    for step, rate in enumerate(chained(schedule, base, 150)):
        closed = schedule.rate(step, base)
        drops = step // schedule.step_size
        bound = (drops + 3) * EPSILON * closed + 2.0**-1073 * drops * max(
            1, schedule.gamma
        ) ** drops
        assert abs(rate - closed) <= bound, step


@given(linears, bases)
def test_linear_forms_differ_by_a_few_roundings_a_step(schedule: ls.LinearLR, base: float) -> None:
    # Each factor is right to four roundings of 1 + rise / before, which itself may be small: the
    # error is relative to the largest rate on the way, not to the rate.
    assume(schedule.start_factor > 1e-3)
    largest = base * max(schedule.start_factor, schedule.end_factor)
    spread = max(1.0, schedule.end_factor / schedule.start_factor)
    for step, rate in enumerate(chained(schedule, base, 150)):
        passed = min(step, schedule.total_iters)
        assert (
            abs(rate - schedule.rate(step, base)) <= (8 * passed + 4) * EPSILON * largest * spread
        )


@given(cosines, bases)
def test_cosine_forms_differ_by_the_roundings_of_the_climb(
    schedule: ls.CosineAnnealingLR, base: float
) -> None:
    # On the way down the ratios' cosines cancel and each step rounds about four times. The first
    # step of the climb is 1 - cos(pi / T), and the closed form has 1 + cos(pi + pi / T) there: of
    # size (pi / T)^2 / 2 with an absolute error of a rounding, so relative to T^2 / 5 of them,
    # and the climb multiplies that up. The scale is the larger end.
    period = schedule.T_max
    scale = max(base, schedule.eta_min)
    for step, rate in enumerate(chained(schedule, base, 150)):
        climbs = (step + period - 1) // (2 * period)
        bound = (4 * step + 2 + 4 * climbs * period**2) * EPSILON * scale
        assert abs(rate - schedule.rate(step, base)) <= bound, step


@given(cycles, bases)
def test_cycle_forms_are_one(schedule: ls.OneCycleLR, base: float) -> None:
    # PyTorch's is no recursion either.
    end = last(schedule) + 1
    assert bits(chained(schedule, base, end)) == bits(schedule.rates(end, base))


# -- Fields ------------------------------------------------------------------------


def test_fields_read_as_attributes() -> None:
    linear = ls.LinearLR(0.01, total_iters=500)
    assert (linear.start_factor, linear.end_factor, linear.total_iters) == (0.01, 1.0, 500)
    assert ls.LinearLR().start_factor == 1 / 3
    cycle = ls.OneCycleLR(epochs=3, steps_per_epoch=7, anneal_strategy="linear", three_phase=True)
    assert (cycle.max_lr, cycle.total_steps, cycle.epochs, cycle.steps_per_epoch) == (
        None, None, 3, 7,
    )  # fmt: skip
    assert (cycle.anneal_strategy, cycle.three_phase, cycle.cycle_momentum) == (
        "linear", True, True,
    )  # fmt: skip
    sequence = ls.SequentialLR([linear, cycle], milestones=[500])
    assert sequence.schedulers == (linear, cycle)
    assert sequence.milestones == (500,)
    assert isinstance(sequence.schedulers[1], ls.OneCycleLR)
    assert (sequence.kind, sequence.last_step, linear.last_step) == ("SequentialLR", 520, None)
    assert {"schedulers", "milestones"} <= set(dir(sequence))


def test_schedules_hold_schedules() -> None:
    clamp = ls.Clamp(ls.Warmup(ls.StepLR(30), 5, shape="1-sqrt"), maximum=0.5)
    assert isinstance(clamp.schedule, ls.Warmup)
    assert clamp.schedule.schedule == ls.StepLR(30)
    assert (clamp.schedule.shape, clamp.schedule.start_lr, clamp.minimum) == ("1-sqrt", None, 0.0)
    chained = ls.ChainedScheduler([clamp, ls.SequentialLR([ls.Constant()], [])])
    assert chained.schedulers[1].schedulers == (ls.Constant(),)
    assert ls.PiecewiseConstant([3], (1, 0.5)).values == (1.0, 0.5)
    assert ls.CosineRestartLR([3, 4]).restart_weights == ()
    assert ls.CyclicLR(max_lr=0.5) == ls.CyclicLR(None, 0.5)
    assert ls.Schedule("Clamp", schedule=ls.StepLR(3)) == ls.Clamp(ls.StepLR(3))


def test_numbers_come_from_anywhere() -> None:
    expected = ls.StepLR(step_size=30, gamma=0.5)
    assert ls.StepLR(np.int32(30), np.float32(0.5)) == expected
    assert ls.StepLR(np.array(30), np.array(0.5)) == expected
    assert ls.Schedule("StepLR", step_size=30.0, gamma=0.5) == expected
    assert expected.rate(np.int64(31), 1) == 0.5
    assert ls.SequentialLR([expected] * 2, np.array([7])).milestones == (7,)
    assert ls.SequentialLR((expected, expected), range(7, 8)).milestones == (7,)
    assert ls.Scheduler(expected, np.array([0.1, 0.2])).rates == [0.1, 0.2]


def test_a_schedule_never_changes() -> None:
    schedule = ls.StepLR(30)
    for change in (
        lambda: setattr(schedule, "gamma", 0.5),
        lambda: setattr(schedule, "_handle", 0),
        lambda: delattr(schedule, "gamma"),
        lambda: schedule.__init__(31),
    ):
        with pytest.raises(AttributeError, match="never changes"):
            change()
    assert schedule == ls.StepLR(30)


def test_equal_is_equal_text() -> None:
    assert ls.StepLR(30) == libsched.parse("StepLR( 30 , )")
    assert ls.StepLR(30) != ls.StepLR(31)
    assert ls.StepLR(30) != "StepLR(step_size=30, gamma=0.1)"
    assert len({ls.StepLR(30), ls.StepLR(30), ls.StepLR(31)}) == 2


def test_a_subclass_of_a_kind_is_that_kind() -> None:
    class Ours(ls.StepLR):
        def __init__(self, epochs: int) -> None:
            super().__init__(step_size=10 * epochs)

    ours = Ours(3)
    assert ours == ls.StepLR(30)
    assert ours.rate(30, 1.0) == 0.1


def test_rates_are_numpys() -> None:
    rates = ls.StepLR(2).rates(5, base=1.0)
    assert (rates.dtype, rates.shape) == (np.float64, (5,))
    assert ls.StepLR(2).rates(0, base=1.0).shape == (0,)
    assert ls.StepLR(2).rates(range(5, 5), base=1.0).shape == (0,)
    # Long enough that the call lets go of the interpreter's lock.
    many = ls.CosineAnnealingLR(10_000).rates(100_001, base=0.1)
    assert many[100_000] == ls.CosineAnnealingLR(10_000).rate(100_000, 0.1)


# -- Schedulers ----------------------------------------------------------------------


def test_a_hand_on_the_dial() -> None:
    chained = ls.Scheduler(ls.StepLR(2, 0.5), [1.0, 2.0], form="chained")
    closed = ls.Scheduler(ls.StepLR(2, 0.5), [1.0, 2.0])
    for scheduler in (chained, closed):
        assert scheduler.groups == 2
        scheduler.next()
        scheduler.rates = [8.0, 4.0]
        assert scheduler.rates == [8.0, 4.0]
    assert chained.next() == [4.0, 2.0]
    assert closed.next() == [0.5, 1.0]


def test_rates_are_the_callers_own() -> None:
    scheduler = ls.Scheduler(ls.StepLR(1, 0.5), 1.0)
    before = scheduler.rates
    after = scheduler.next()
    scheduler.next()
    assert (before, after) == ([1.0], [0.5])


def test_the_end_of_a_schedule_is_where_it_stays() -> None:
    scheduler = ls.Scheduler(ls.OneCycleLR(total_steps=3), 0.1)
    scheduler.seek(2)
    end = scheduler.rates
    for go in (scheduler.next, lambda: scheduler.seek(3)):
        with pytest.raises(ls.SchedError, match="past the end") as refusal:
            go()
        assert refusal.value.status == ls.Status.SCHED_E_END
        assert (scheduler.step, scheduler.rates) == (2, end)


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_what_moves_is_copied_by_its_text(duplicate) -> None:
    scheduler = ls.Scheduler(ls.LinearLR(0.1, total_iters=4), [1.0, 2.0], form="chained")
    scheduler.next()
    twin = duplicate(scheduler)
    assert twin.save() == scheduler.save() == repr(twin)
    scheduler.next()
    assert (twin.step, scheduler.step) == (1, 2)

    stopper = ls.EarlyStopping(3, min_delta=0.25, mode="max")
    stopper.observe(1.0)
    double = duplicate(stopper)
    assert double.save() == stopper.save() == repr(double)
    stopper.observe(2.0)
    assert (double.best, stopper.best) == (1.0, 2.0)


# -- Early stopping --------------------------------------------------------------------


@by_reason(STOPPINGS)
@pytest.mark.parametrize("is_restored", [False, True], ids=["kept", "restored each time"])
def test_peers_agree(is_restored: bool, vector: dict[str, str]) -> None:
    stopper = ls.EarlyStopping(
        int(vector["patience"]), float.fromhex(vector["min_delta"]), vector["mode"]
    )
    expected = zip(
        doubles(vector["metrics"]),
        bits(doubles(vector["best"])),
        map(int, vector["best_at"].split()),
        map(int, vector["waited"].split()),
        vector["verdicts"].split(),
        strict=False,
    )
    for i, (metric, best, best_at, waited, verdict) in enumerate(expected):
        if is_restored:
            stopper = ls.EarlyStopping.restore(stopper.save())
        assert stopper.observe(metric).name.lower() == verdict, i
        assert (bits([stopper.best]), stopper.best_at, stopper.waited, stopper.observed) == (
            [best], best_at, waited, i + 1,
        )  # fmt: skip
    assert stopper.observed == len(vector["verdicts"].split())
    assert (stopper.patience, stopper.mode) == (int(vector["patience"]), vector["mode"])
    assert stopper.min_delta == float.fromhex(vector["min_delta"])


@pytest.mark.parametrize(("best_at", "best"), [(-1, "inf"), (2**53 - 2, "0.5")])
def test_a_state_of_all_observations_that_are_counted_goes_on(best_at: int, best: str) -> None:
    stopper = ls.EarlyStopping.restore(
        f"EarlyStopping(version=1, mode='min', patience=9, min_delta=0.0, best={best}, "
        f"best_at={best_at}, observed={2**53}, waited={2**53 - 1 - best_at})"
    )
    for metric in (0.75, 0.25, 0.125, math.nan, 1.0):
        verdict = ls.EarlyStopping.restore(stopper.save()).observe(metric)
        assert stopper.observe(metric) == verdict
    assert (stopper.best, stopper.best_at, stopper.observed) == (0.125, 2**53 - 1, 2**53)


def test_a_run_that_has_become_nan_waits_and_stops() -> None:
    stopper = ls.EarlyStopping(patience=2)
    assert (stopper.best, stopper.best_at) == (math.inf, -1)
    verdicts = [stopper.observe(metric) for metric in (1.0, math.nan, math.nan)]
    assert verdicts == [ls.Verdict.IMPROVED, ls.Verdict.WAITING, ls.Verdict.STOP]


# -- Capsules -----------------------------------------------------------------------------


def test_a_capsule_is_the_same_object_not_a_copy() -> None:
    schedule = ls.StepLR(30)
    adopted = ls.Schedule.adopt(schedule.capsule())
    assert type(adopted) is ls.StepLR
    assert adopted._handle == schedule._handle

    scheduler = ls.Scheduler(schedule, 1.0)
    same = ls.Scheduler.adopt(scheduler.capsule())
    same.next()
    assert scheduler.step == 1

    stopper = ls.EarlyStopping(3)
    ls.EarlyStopping.adopt(stopper.capsule()).observe(1.0)
    assert stopper.best == 1.0


def test_each_holds_a_reference_of_its_own() -> None:
    schedule = ls.StepLR(30)
    capsule = schedule.capsule()
    del schedule
    gc.collect()
    one, other = ls.Schedule.adopt(capsule), ls.Schedule.adopt(capsule)
    del capsule, one
    gc.collect()
    # What was freed is soon another's.
    rest = [ls.StepLR(step + 1) for step in range(1000)]
    assert other == ls.StepLR(30)
    assert rest[29] == other


@pytest.mark.parametrize(
    "adopt", [ls.Schedule.adopt, ls.Scheduler.adopt, ls.EarlyStopping.adopt]
)  # fmt: skip
def test_only_a_capsule_of_its_name_is_adopted(adopt) -> None:
    schedule = ls.StepLR(30)
    own = {
        "sched_schedule": schedule.capsule(),
        "sched_scheduler": ls.Scheduler(schedule, 1.0).capsule(),
        "sched_early_stopping": ls.EarlyStopping(3).capsule(),
    }
    fits = 0
    for capsule in own.values():
        try:
            adopt(capsule)
            fits += 1
        except TypeError as error:
            assert "accepted: a PyCapsule named 'sched_" in str(error)
    assert fits == 1
    for other in (None, 3, schedule, "sched_schedule"):
        with pytest.raises(TypeError, match="accepted: a PyCapsule named"):
            adopt(other)


class Mallinfo2(ctypes.Structure):
    """What glibc's allocator says of itself; `uordblks` is the bytes in use."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def test_nothing_leaks() -> None:
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = Mallinfo2

    def work() -> None:
        schedule = libsched.parse("SequentialLR([StepLR(3), CosineAnnealingLR(9)], [5])")
        scheduler = ls.Scheduler(schedule, [0.1] * 8, form="chained")
        ls.Scheduler.adopt(scheduler.capsule())
        ls.Scheduler.restore(scheduler.save())
        ls.Schedule.adopt(schedule.capsule())
        assert schedule.schedulers[0] == ls.StepLR(3)
        stopper = ls.EarlyStopping.restore(ls.EarlyStopping(3).save())
        ls.EarlyStopping.adopt(stopper.capsule())
        for refused in (
            lambda: ls.SequentialLR([schedule, schedule], [3, 2]),
            lambda: libsched.parse("SequentialLR([StepLR(3), StepLR(0)], [5])"),
            lambda: ls.Scheduler.restore(scheduler.save().replace("step=0", "step=-1")),
        ):
            with pytest.raises(ls.SchedError):
                refused()

    def in_use() -> int:
        for _ in range(500):
            work()
        gc.collect()
        return int(mallinfo2().uordblks)

    # The first rounds fill caches. One block of the least size a round would be 16,000 bytes.
    in_use()
    assert in_use() - in_use() >= -4000


def test_any_number_of_threads_share_a_schedule() -> None:
    schedule = libsched.parse(SCHEDULES[0]["text"])
    expected = bits(schedule.rates(20_000, 0.1))
    seen: list[bool] = []

    def work() -> None:
        for _ in range(5):
            mine = libsched.parse(str(schedule))
            seen.append(bits(schedule.rates(20_000, 0.1)) == expected and mine == schedule)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 40


# -- The machine, and the words -----------------------------------------------------------------


def test_threads_and_instruction_sets() -> None:
    at_first = libsched.threads(), libsched.isa()
    libsched.set_threads(3)
    libsched.set_isa("baseline")
    assert (libsched.threads(), libsched.isa()) == (3, "baseline")
    libsched.set_threads(0)
    libsched.set_isa(None)
    assert (libsched.threads(), libsched.isa()) == at_first


def test_the_documentation_runs() -> None:
    page = ROOT / "Bindings" / "python" / "README.md"
    assert doctest.testfile(str(page), module_relative=False).attempted > 5
    for module in (libsched, libsched._schedules):
        result = doctest.testmod(module)
        assert result.attempted > 0
        assert result.failed == 0


@settings(max_examples=300)
@given(st.text())
def test_no_text_is_too_strange_to_refuse(text: str) -> None:
    for read in (libsched.parse, ls.Scheduler.restore, ls.EarlyStopping.restore):
        with pytest.raises(ls.SchedError):
            read(text)


@settings(max_examples=300)
@given(st.data())
def test_no_change_to_a_text_crashes(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([vector["text"] for vector in SCHEDULES]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 8)))
    changed = text[:start] + data.draw(st.text("()[],='.0123456789-+eEinfaT LR")) + text[end:]
    try:
        schedule = libsched.parse(changed)
    except ls.SchedError as refusal:
        assert refusal.place is None or 0 <= refusal.place <= len(changed)
    else:
        assert libsched.parse(str(schedule)) == schedule


def test_a_long_way_can_be_broken_off() -> None:
    # Stepping through 2^53 steps takes months; the timer's signal must get a word in.
    program = """
import libsched, signal
scheduler = libsched.Scheduler(libsched.StepLR(7, 1.0), 0.1, form="chained")
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.1)
try:
    scheduler.seek(2**53)
except KeyboardInterrupt:
    print("broken off", 0 < scheduler.step < 2**53, scheduler.rates)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "broken off True [0.1]\n"
