"""What is wrong is refused with a status and a sentence: the argument, its value, what is accepted."""

from __future__ import annotations

import math
import pickle
import re
import subprocess
import sys

import libsched
import libsched as ls
import numpy as np
import pytest
from libsched import Status

STEPS = r"an integer from 0 to 9007199254740992"
COUNTS = r"an integer from 1 to 9007199254740992"
NOT_NEGATIVE = r"a finite number from 0\.0"

STEP = ls.StepLR(30)
CYCLE = ls.OneCycleLR(max_lr=0.1, total_steps=100)


def scheduler() -> ls.Scheduler:
    return ls.Scheduler(STEP, [0.1, 0.2])


# What is called, the status, and the sentence: argument=value; accepted: what.
REFUSED = {
    # Fields' values
    "a period of zero": (
        lambda: ls.CosineAnnealingLR(T_max=0),
        Status.SCHED_E_VALUE, rf"CosineAnnealingLR T_max=0; accepted: {COUNTS}",
    ),
    "a negative period": (
        lambda: ls.StepLR(-3),
        Status.SCHED_E_VALUE, rf"StepLR step_size=-3; accepted: {COUNTS}",
    ),
    "a negative real": (
        lambda: ls.StepLR(3, gamma=-0.5),
        Status.SCHED_E_VALUE, rf"StepLR gamma=-0\.5; accepted: {NOT_NEGATIVE}",
    ),
    "NaN": (
        lambda: ls.LinearLR(math.nan),
        Status.SCHED_E_VALUE, rf"LinearLR start_factor=nan; accepted: {NOT_NEGATIVE}",
    ),
    "numpy's NaN": (
        lambda: ls.StepLR(3, np.float32("nan")),
        Status.SCHED_E_VALUE, rf"StepLR gamma=nan; accepted: {NOT_NEGATIVE}",
    ),
    "infinity": (
        lambda: ls.CosineAnnealingLR(10, eta_min=math.inf),
        Status.SCHED_E_VALUE, rf"CosineAnnealingLR eta_min=inf; accepted: {NOT_NEGATIVE}",
    ),
    "a fraction above 1": (
        lambda: ls.OneCycleLR(total_steps=10, pct_start=1.5),
        Status.SCHED_E_VALUE, r"OneCycleLR pct_start=1\.5; accepted: a finite number from 0\.0 to 1",
    ),
    "a divisor of zero": (
        lambda: ls.OneCycleLR(total_steps=10, div_factor=0),
        Status.SCHED_E_VALUE, r"OneCycleLR div_factor=0; accepted: a finite number above 0\.0",
    ),
    "an integer beyond its range": (
        lambda: ls.StepLR(2**53 + 1),
        Status.SCHED_E_VALUE, rf"StepLR step_size=9007199254740993; accepted: {COUNTS}",
    ),
    "an integer beyond 64 bits": (
        lambda: ls.StepLR(2**64 + 30),
        Status.SCHED_E_VALUE, rf"StepLR step_size=1\.8\d+e\+19; accepted: {COUNTS}",
    ),
    "an integer beyond a double": (
        lambda: ls.StepLR(3, gamma=-(10**400)),
        Status.SCHED_E_VALUE, rf"StepLR gamma=-inf; accepted: {NOT_NEGATIVE}",
    ),
    "half a step": (
        lambda: ls.StepLR(2.5),
        Status.SCHED_E_VALUE, rf"StepLR step_size=2\.5; accepted: {COUNTS}",
    ),
    "an unknown word": (
        lambda: ls.OneCycleLR(total_steps=10, anneal_strategy="sin"),
        Status.SCHED_E_VALUE, r"OneCycleLR anneal_strategy='sin'; accepted: 'cos' or 'linear'",
    ),
    "a word that goes on behind a zero": (
        lambda: ls.OneCycleLR(total_steps=10, anneal_strategy="cos\0ine"),
        Status.SCHED_E_VALUE, r"OneCycleLR anneal_strategy='cos\\x00ine'; accepted: 'cos' or 'linear'",
    ),
    "steps that overflow": (
        lambda: ls.OneCycleLR(epochs=2**40, steps_per_epoch=2**40),
        Status.SCHED_E_VALUE, rf"OneCycleLR epochs \* steps_per_epoch=\d+; accepted: {COUNTS}",
    ),
    # Fields' types
    "a word for a number": (
        lambda: ls.CosineAnnealingLR(T_max="x"),
        Status.SCHED_E_TYPE, rf"CosineAnnealingLR T_max='x'; accepted: {COUNTS}",
    ),
    "a number as a word": (
        lambda: ls.StepLR(3, gamma="0.1"),
        Status.SCHED_E_TYPE, rf"StepLR gamma='0\.1'; accepted: {NOT_NEGATIVE}",
    ),
    "a bool for a number": (
        lambda: ls.StepLR(True),
        Status.SCHED_E_TYPE, rf"StepLR step_size=True; accepted: {COUNTS}",
    ),
    "numpy's bool for a number": (
        lambda: ls.StepLR(3, np.True_),
        Status.SCHED_E_TYPE, rf"StepLR gamma=True; accepted: {NOT_NEGATIVE}",
    ),
    "a number for a bool": (
        lambda: ls.OneCycleLR(total_steps=10, three_phase=1),
        Status.SCHED_E_TYPE, r"OneCycleLR three_phase=1; accepted: True or False",
    ),
    "None for what has a default": (
        lambda: ls.StepLR(3, None),
        Status.SCHED_E_TYPE, rf"StepLR gamma=None; accepted: {NOT_NEGATIVE}",
    ),
    "None for what is required": (
        lambda: ls.StepLR(None),
        Status.SCHED_E_TYPE, rf"StepLR step_size=None; accepted: {COUNTS}",
    ),
    "a complex number": (
        lambda: ls.StepLR(3, 1j),
        Status.SCHED_E_TYPE, rf"StepLR gamma=1j; accepted: {NOT_NEGATIVE}",
    ),
    "bytes": (
        lambda: ls.StepLR(b"30"),
        Status.SCHED_E_TYPE, rf"StepLR step_size=b'30'; accepted: {COUNTS}",
    ),
    "a table for a number": (
        lambda: ls.StepLR(np.ones((1, 1), int)),
        Status.SCHED_E_TYPE, rf"StepLR step_size=array\(\[\[1\]\]\); accepted: {COUNTS}",
    ),
    "a list for a number": (
        lambda: ls.StepLR([30]),
        Status.SCHED_E_TYPE, rf"StepLR step_size=\[…\]; accepted: {COUNTS}",
    ),
    "a schedule for a list of them": (
        lambda: ls.SequentialLR(STEP, []),
        Status.SCHED_E_TYPE, r"SequentialLR schedulers=StepLR\(.*; accepted: a list of schedules",
    ),
    "a schedule that is none": (
        lambda: ls.Clamp(5),
        Status.SCHED_E_TYPE, r"Clamp schedule=5; accepted: a schedule",
    ),
    "two schedules for one": (
        lambda: ls.Clamp([STEP, STEP]),
        Status.SCHED_E_TYPE, r"Clamp schedule=.*; accepted: a schedule",
    ),
    "an argument where there is no field": (
        lambda: ls.Constant(3),
        Status.SCHED_E_FIELD, r"Constant argument 1=3; accepted: no fields",
    ),
    "a required field behind one that is not": (
        lambda: ls.CyclicLR(0.1),
        Status.SCHED_E_MISSING, r"CyclicLR max_lr; accepted: a finite number from 0\.0",
    ),
    "something else among schedules": (
        lambda: ls.SequentialLR([STEP, "StepLR(30)"], [5]),
        Status.SCHED_E_TYPE, r"SequentialLR schedulers=\[StepLR.*; accepted: a list of schedules",
    ),
    "a word among milestones": (
        lambda: ls.SequentialLR([STEP, STEP], ["5"]),
        Status.SCHED_E_TYPE, r"SequentialLR milestones=\['5'\]; accepted: a list of: an integer",
    ),
    "a bool among milestones": (
        lambda: ls.SequentialLR([STEP, STEP], [True]),
        Status.SCHED_E_TYPE, r"SequentialLR milestones=\[True\]; accepted: a list of: an integer",
    ),
    # Which fields
    "a missing field": (
        lambda: ls.StepLR(),
        Status.SCHED_E_MISSING, r"StepLR step_size; accepted: an integer from 1 to 9007199254740992",
    ),
    "one of two missing fields": (
        lambda: ls.OneCycleLR(epochs=3),
        Status.SCHED_E_MISSING,
        r"OneCycleLR total_steps; accepted: total_steps, or epochs and steps_per_epoch",
    ),
    "an unknown field": (
        lambda: ls.StepLR(3, gama=0.1),
        Status.SCHED_E_FIELD, r"StepLR gama=0\.1; accepted: step_size, gamma",
    ),
    "one argument too many": (
        lambda: ls.StepLR(3, 0.1, 7),
        Status.SCHED_E_FIELD, r"StepLR argument 3=7; accepted: step_size, gamma",
    ),
    "a field given twice": (
        lambda: ls.StepLR(3, step_size=4),
        Status.SCHED_E_TWICE, r"StepLR step_size=4; accepted: one value",
    ),
    "an unknown kind": (
        lambda: ls.Schedule("StepLr", step_size=3),
        Status.SCHED_E_KIND, r"StepLr; accepted: .*CosineAnnealingLR, .*LinearLR, .*StepLR",
    ),
    "a kind that goes on behind a zero": (
        lambda: ls.Schedule("StepLR\0", step_size=3),
        Status.SCHED_E_KIND, r"kind='StepLR\\x00'; accepted: a name without a zero byte",
    ),
    "a field that goes on behind a zero": (
        lambda: ls.Schedule("StepLR", **{"step_size\0": 3}),
        Status.SCHED_E_FIELD, r"StepLR field='step_size\\x00'; accepted: a name without a zero byte",
    ),
    # Fields together
    "no schedules": (
        lambda: ls.SequentialLR([], []),
        Status.SCHED_E_VALUE, r"SequentialLR schedulers=\[\]; accepted: at least one schedule",
    ),
    "milestones out of order": (
        lambda: ls.SequentialLR([STEP] * 3, [20, 10]),
        Status.SCHED_E_VALUE, r"SequentialLR milestones\[1\]=10; accepted: more than milestones\[0\]=20",
    ),
    "equal milestones": (
        lambda: ls.SequentialLR([STEP] * 3, [20, 20]),
        Status.SCHED_E_VALUE, r"SequentialLR milestones\[1\]=20; accepted: more than milestones\[0\]=20",
    ),
    "too few milestones": (
        lambda: ls.SequentialLR([STEP] * 3, [20]),
        Status.SCHED_E_VALUE, r"SequentialLR milestones=1 of them; accepted: 2, one fewer",
    ),
    "a negative milestone": (
        lambda: ls.SequentialLR([STEP] * 2, [-1]),
        Status.SCHED_E_VALUE, rf"SequentialLR milestones=-1; accepted: {STEPS}",
    ),
    "a milestone past the end of its part": (
        lambda: ls.SequentialLR([CYCLE, STEP], [101]),
        Status.SCHED_E_VALUE, r"SequentialLR milestones\[0\]=101; accepted: at most 100",
    ),
    "three phases that do not fit": (
        lambda: ls.OneCycleLR(total_steps=10, pct_start=0.6, three_phase=True),
        Status.SCHED_E_VALUE, r"OneCycleLR pct_start=0\.6; accepted: at most 0\.5",
    ),
    # Steps and base rates
    "a negative step": (
        lambda: STEP.rate(-1, 0.1), Status.SCHED_E_RANGE, rf"step=-1; accepted: {STEPS}",
    ),
    "a step beyond 64 bits": (
        lambda: STEP.rate(2**64, 0.1),
        Status.SCHED_E_RANGE, rf"step=18446744073709551616; accepted: {STEPS}",
    ),
    "a step that is none": (
        lambda: STEP.rate(1.5, 0.1), Status.SCHED_E_TYPE, rf"step=1\.5; accepted: {STEPS}",
    ),
    "a bool for a step": (
        lambda: STEP.momentum(False, 0.1), Status.SCHED_E_TYPE, rf"step=False; accepted: {STEPS}",
    ),
    "a step past the end": (
        lambda: CYCLE.rate(100, 0.1),
        Status.SCHED_E_END, r"OneCycleLR step=100; accepted: 0 to 99",
    ),
    "a momentum past the end": (
        lambda: CYCLE.momentum(100, 0.1),
        Status.SCHED_E_END, r"OneCycleLR step=100; accepted: 0 to 99",
    ),
    "a range past the end": (
        lambda: CYCLE.rates(range(90, 101), 0.1),
        Status.SCHED_E_END, r"OneCycleLR step=100; accepted: 0 to 99",
    ),
    "a range past the end, beyond memory": (
        lambda: CYCLE.momenta(10**15, 0.1),
        Status.SCHED_E_END, r"OneCycleLR step=999999999999999; accepted: 0 to 99",
    ),
    "a range that begins before 0": (
        lambda: STEP.rates(range(-1, 5), 0.1),
        Status.SCHED_E_RANGE, rf"steps\[0\]=-1; accepted: {STEPS}",
    ),
    "a range without end": (
        lambda: STEP.rates(range(10**30), 0.1),
        Status.SCHED_E_RANGE, rf"steps\[-1\]=9{{30}}; accepted: {STEPS}",
    ),
    "a negative count": (
        lambda: STEP.rates(-1, 0.1), Status.SCHED_E_RANGE, rf"steps=-1; accepted: {STEPS}",
    ),
    "a count that is none": (
        lambda: STEP.rates("5", 0.1), Status.SCHED_E_TYPE, rf"steps='5'; accepted: {STEPS}",
    ),
    "a base rate of NaN": (
        lambda: STEP.rates(3, math.nan),
        Status.SCHED_E_VALUE, r"base=nan; accepted: a finite number",
    ),
    "a base rate that is none": (
        lambda: STEP.rate(3, "0.1"), Status.SCHED_E_TYPE, r"base='0\.1'; accepted: a number",
    ),
    # Texts
    "a text that ends too soon": (
        lambda: libsched.parse("StepLR(3"),
        Status.SCHED_E_SYNTAX, r"the end at byte 8; accepted: ',' or '\)'",
    ),
    "a text that goes on": (
        lambda: libsched.parse("StepLR(3) x"),
        Status.SCHED_E_SYNTAX, r"'x' at byte 10; accepted: the end",
    ),
    "an empty text": (
        lambda: libsched.parse(""), Status.SCHED_E_SYNTAX, r"the end at byte 0; accepted: a name",
    ),
    "a text with a zero": (
        lambda: libsched.parse("StepLR(3)\0"),
        Status.SCHED_E_SYNTAX, r"byte 0 at byte 9; accepted: the end",
    ),
    "a text that is no Unicode": (
        lambda: libsched.parse("StepLR(3\ud800)"),
        Status.SCHED_E_SYNTAX, r"text has a lone surrogate at character 8; accepted: .*UTF-8",
    ),
    "a text that is none": (
        lambda: libsched.parse(3), Status.SCHED_E_TYPE, r"text=3; accepted: a str",
    ),
    "a value within a text": (
        lambda: libsched.parse("SequentialLR([StepLR(3), StepLR(0)], [5])"),
        Status.SCHED_E_VALUE, rf"StepLR step_size=0 at byte 32; accepted: {COUNTS}",
    ),
    "a text nested too deep": (
        lambda: libsched.parse("SequentialLR([" * 100 + "StepLR(3)" + "], [])" * 100),
        Status.SCHED_E_DEPTH, r"SequentialLR at byte \d+; accepted: 64 levels",
    ),
    "an integer of more digits than a sentence has room for": (
        lambda: libsched.parse(f"MultiStepLR([1, {'9' * 100_000}])"),
        Status.SCHED_E_VALUE, r"MultiStepLR milestones=inf at byte 16; accepted: an integer",
    ),
    "a word of a million letters": (
        lambda: libsched.parse(f"Noise(Constant(), distribution='{'é' * 500_000}')"),
        Status.SCHED_E_VALUE, r"Noise distribution='é{63}… at byte 31; accepted: 'normal' or",
    ),
    "a name of a million letters": (
        lambda: libsched.parse(f"{'x' * 1_000_000}()"),
        Status.SCHED_E_KIND, r"x{2048}… at byte 0; accepted: ChainedScheduler, ",
    ),
    "a word with a zero byte": (
        lambda: libsched.parse("Noise(Constant(), distribution='a\0b')"),
        Status.SCHED_E_VALUE, r"Noise distribution='a\?b' at byte 31; accepted: 'normal' or 'uniform'",
    ),
    "a text without end": (
        lambda: libsched.parse("(" * (1 << 25)),
        Status.SCHED_E_MEMORY, r"length=33554432; accepted: an integer from 0 to 16777216",
    ),
    # Schedulers
    "no groups": (
        lambda: ls.Scheduler(STEP, []),
        Status.SCHED_E_RANGE, r"groups=0; accepted: an integer from 1 to 1048576",
    ),
    "too many groups": (
        lambda: ls.Scheduler(STEP, np.zeros(2**20 + 1)),
        Status.SCHED_E_RANGE, r"groups=1048577; accepted: an integer from 1 to 1048576",
    ),
    "a group of NaN": (
        lambda: ls.Scheduler(STEP, [0.1, math.nan]),
        Status.SCHED_E_VALUE, r"bases\[1\]=nan; accepted: a finite number",
    ),
    "a group that is no number": (
        lambda: ls.Scheduler(STEP, [0.1, None]),
        Status.SCHED_E_TYPE, r"bases\[1\]=None; accepted: a number",
    ),
    "groups that are no list": (
        lambda: ls.Scheduler(STEP, {0.1}),
        Status.SCHED_E_TYPE, r"bases=\{0\.1\}; accepted: a number or a list of numbers",
    ),
    "no schedule": (
        lambda: ls.Scheduler("StepLR(30)", 0.1),
        Status.SCHED_E_TYPE, r"schedule='StepLR\(30\)'; accepted: a Schedule",
    ),
    "an unknown form": (
        lambda: ls.Scheduler(STEP, 0.1, form="open"),
        Status.SCHED_E_ENUM, r"form='open'; accepted: 'closed' or 'chained'",
    ),
    "rates of another count": (
        lambda: setattr(scheduler(), "rates", [0.1]),
        Status.SCHED_E_RANGE, r"rates=\[0\.1\]; accepted: 2 numbers, one a group",
    ),
    "rates that are not finite": (
        lambda: setattr(scheduler(), "rates", [0.1, math.inf]),
        Status.SCHED_E_VALUE, r"rates\[1\]=inf; accepted: a finite number",
    ),
    "a seek before 0": (
        lambda: scheduler().seek(-1), Status.SCHED_E_RANGE, rf"step=-1; accepted: {STEPS}",
    ),
    "a seek past the end": (
        lambda: ls.Scheduler(CYCLE, 0.1, form="chained").seek(100),
        Status.SCHED_E_END, r"OneCycleLR step=100; accepted: 0 to 99",
    ),
    "a state of another version": (
        lambda: ls.Scheduler.restore(scheduler().save().replace("version=2", "version=3")),
        Status.SCHED_E_STATE, r"Scheduler version=3 at byte \d+; accepted: an integer from 1 to 2",
    ),
    "a state of something else": (
        lambda: ls.Scheduler.restore(ls.EarlyStopping(3).save()),
        Status.SCHED_E_STATE, r"EarlyStopping at byte 0; accepted: Scheduler",
    ),
    "a state that lacks something": (
        lambda: ls.Scheduler.restore("Scheduler(version=1)"),
        Status.SCHED_E_STATE, r"Scheduler \w+; accepted: a state that has it",
    ),
    # Early stopping
    "a negative patience": (
        lambda: ls.EarlyStopping(-1), Status.SCHED_E_RANGE, rf"patience=-1; accepted: {STEPS}",
    ),
    "a patience that is none": (
        lambda: ls.EarlyStopping(3.0), Status.SCHED_E_TYPE, rf"patience=3\.0; accepted: {STEPS}",
    ),
    "a negative delta": (
        lambda: ls.EarlyStopping(3, min_delta=-0.1),
        Status.SCHED_E_VALUE, rf"Patience min_delta=-0\.1; accepted: {NOT_NEGATIVE}",
    ),
    "an infinite delta": (
        lambda: ls.EarlyStopping(3, min_delta=math.inf),
        Status.SCHED_E_VALUE, rf"Patience min_delta=inf; accepted: {NOT_NEGATIVE}",
    ),
    "an unknown mode": (
        lambda: ls.EarlyStopping(3, mode="auto"),
        Status.SCHED_E_ENUM, r"mode='auto'; accepted: 'min' or 'max'",
    ),
    "a metric that is none": (
        lambda: ls.EarlyStopping(3).observe("low"),
        Status.SCHED_E_TYPE, r"metric='low'; accepted: a number",
    ),
    "a state out of its range": (
        lambda: ls.EarlyStopping.restore(
            ls.EarlyStopping(3).save().replace("patience=3", "patience=-3")
        ),
        Status.SCHED_E_VALUE, rf"Patience patience=-3 at byte \d+; accepted: {STEPS}",
    ),
    # The machine
    "too many threads": (
        lambda: libsched.set_threads(1025),
        Status.SCHED_E_RANGE, r"threads=1025; accepted: an integer from 0 to 1024",
    ),
    "negative threads": (
        lambda: libsched.set_threads(-1),
        Status.SCHED_E_RANGE, r"threads=-1; accepted: an integer from 0 to 1024",
    ),
    "an unknown instruction set": (
        lambda: libsched.set_isa("avx1024"),
        Status.SCHED_E_ISA, r"name=avx1024; accepted: .*baseline",
    ),
    "an instruction set that goes on behind a zero": (
        lambda: libsched.set_isa("baseline\0"),
        Status.SCHED_E_ISA, r"name='baseline\\x00'; accepted: .*baseline",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_refuses(case) -> None:
    action, status, sentence = case
    with pytest.raises(ls.SchedError) as refusal:
        action()
    assert isinstance(refusal.value, ValueError)
    assert refusal.value.status == status
    words = libsched._lib.status_text(status)
    assert re.fullmatch(f"{re.escape(words)}: {sentence}.*", str(refusal.value)), refusal.value


def test_every_refusal_of_the_native_api_is_tried() -> None:
    tried = {status for _, status, _ in REFUSED.values()}
    # Python owns its buffers and its pointers, kernels are called from the mirror, and a function
    # that raises comes out as what it raised; NULL is tried below.
    others = {
        Status.SCHED_OK, Status.SCHED_E_NULL, Status.SCHED_E_SPACE, Status.SCHED_E_OVERLAP,
        Status.SCHED_E_FUNCTION,
    }  # fmt: skip
    assert tried | others == set(Status)


def test_the_place_in_a_text_counts_characters() -> None:
    for text, place in (
        ("StepLR(3", 8),
        ("StepLR(0)", 7),
        ("é(3)", 0),
        ("OneCycleLR(total_steps=9, anneal_strategy='é', div_factor=0)", 42),
        ("OneCycleLR(anneal_strategy='cos', total_steps='é', x=0)", 46),
        ("SequentialLR([StepLR(3), StepLR(0)], [5])", 32),
    ):
        with pytest.raises(ls.SchedError) as refusal:
            libsched.parse(text)
        assert refusal.value.place == place, text


@pytest.mark.parametrize("steps", [2**40, 10**15])
def test_more_rates_than_memory(steps: int) -> None:
    with pytest.raises(MemoryError):
        STEP.rates(steps, 0.1)
    assert STEP.rates(2, 0.1).tolist() == [0.1, 0.1]


@pytest.mark.parametrize("cls", [ls.StepLR, ls.Scheduler, ls.EarlyStopping])
def test_an_object_whose_making_failed_is_still_one(cls) -> None:
    bare = cls.__new__(cls)
    assert repr(bare) == f"<{cls.__name__} that was not made>"
    with pytest.raises(ls.SchedError) as refusal:
        bare.capsule()
    assert refusal.value.status == Status.SCHED_E_NULL
    for use in (
        lambda: bare.rate(1, 0.1),
        lambda: bare.next(),
        lambda: bare.seek(3),
        lambda: bare.rates,
        lambda: bare.observe(1.0),
        lambda: bare.save(),
        lambda: str(bare),
        lambda: bare.best,
    ):
        try:
            use()
        except ls.SchedError as error:
            assert error.status in (Status.SCHED_E_NULL, Status.SCHED_E_RANGE)
        except AttributeError:
            pass
    # Nor does one complain as it goes that __new__ never saw.
    object.__new__(cls).__del__()


def test_a_failed_second_making_leaves_the_first() -> None:
    stopper = ls.EarlyStopping(3)
    stopper.observe(1.0)
    with pytest.raises(ls.SchedError):
        stopper.__init__(-1)
    assert (stopper.patience, stopper.best) == (3, 1.0)
    stopper.__init__(5)
    assert (stopper.patience, stopper.best) == (5, math.inf)


def test_an_error_pickles() -> None:
    with pytest.raises(ls.SchedError) as refusal:
        libsched.parse("StepLR(0)")
    twin = pickle.loads(pickle.dumps(refusal.value))
    assert (str(twin), twin.status, twin.place) == (
        str(refusal.value), Status.SCHED_E_VALUE, 7,
    )  # fmt: skip


def test_the_interpreter_goes_down_with_objects_alive() -> None:
    program = """
import libsched, sys
schedule = libsched.StepLR(30)
scheduler = libsched.Scheduler(schedule, 0.1)
kept = [schedule, scheduler, libsched.EarlyStopping(3), schedule.capsule(), scheduler.capsule()]
kept.append(kept)
sys.kept_to_the_end = kept
class Late:
    def __del__(self):
        self.kept = None
sys.late = late = Late()
late.kept = [libsched.StepLR(3).capsule(), libsched.StepLR(4)]
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
