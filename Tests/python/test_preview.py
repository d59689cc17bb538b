"""Schedules as pictures, tables and lines of blocks."""

from __future__ import annotations

import csv
import io
import subprocess
import sys

import libsched as ls
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes

mpl.use("Agg")

import itertools

import matplotlib.pyplot as plt
from libsched import SchedError

WAVE = ls.CosineAnnealingLR(50)
CYCLE = ls.OneCycleLR(max_lr=1.0, total_steps=40)
LONGEST = 2**53


@pytest.fixture(autouse=True)
def close() -> None:
    plt.close("all")


def curves(ax: Axes) -> list[tuple[list[float], list[float]]]:
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.get_lines()]


# -- Pictures


def test_one_schedule_is_its_rates_over_its_steps() -> None:
    ax = WAVE.plot(range(10, 61), 0.3)
    assert curves(ax) == [(list(range(10, 61)), list(WAVE.rates(range(10, 61), 0.3)))]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == (
        "step",
        "learning rate",
        "linear",
    )
    assert ax.get_legend() is None
    assert ax.figure.axes == [ax]
    low, high = ax.get_ylim()
    assert low <= 0
    assert high >= WAVE.rate(10, 0.3)


def test_several_schedules_and_bases_have_a_line_each_and_a_legend() -> None:
    ax = ls.plot([WAVE, ls.StepLR(30)], 60, [0.1, 0.2], labels=["wave", "steps"])
    expected = [s.rates(60, b) for s in (WAVE, ls.StepLR(30)) for b in (0.1, 0.2)]
    assert [y for _, y in curves(ax)] == [list(rates) for rates in expected]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "wave, base 0.1",
        "wave, base 0.2",
        "steps, base 0.1",
        "steps, base 0.2",
    ]
    by_name = ls.plot({"one": WAVE, "two": CYCLE}, 40)
    assert [text.get_text() for text in by_name.get_legend().get_texts()] == ["one", "two"]
    by_text = ls.plot([WAVE, ls.MultiStepLR([*range(1, 40)])], 40)
    names = [text.get_text() for text in by_text.get_legend().get_texts()]
    assert names[0] == str(WAVE)
    assert len(names[1]) == 60
    assert names[1].startswith("MultiStepLR(") and names[1].endswith("…")


def test_momentum_has_an_axis_of_its_own_where_it_is_driven() -> None:
    mixed = ls.SequentialLR([CYCLE, WAVE], milestones=[40])
    ax = ls.plot([WAVE, mixed], 50)
    _, right = ax.figure.axes
    assert right.get_ylabel().startswith("momentum")
    ((steps, momenta),) = curves(right)
    assert steps == list(range(50))
    assert momenta[:40] == list(CYCLE.momenta(40, 0.0))
    assert np.isnan(momenta[40:]).all()
    assert len(curves(ax)) == 2


def test_a_scheduler_is_drawn_by_groups_with_a_mark_where_it_is() -> None:
    scheduler = ls.Scheduler(WAVE, [0.1, 0.2])
    scheduler.seek(30)
    scheduler.rates = [0.5, 0.25]
    ax = scheduler.plot(60, label="run")
    first, mark, second, other = curves(ax)
    assert first[1] == list(WAVE.rates(60, 0.1))
    assert second[1] == list(WAVE.rates(60, 0.2))
    assert (mark, other) == (([30], [0.5]), ([30], [0.25]))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "run, group 0",
        "run, group 1",
    ]
    assert scheduler.step == 30


def test_groups_have_the_curves_that_they_have() -> None:
    ax = ls.Scheduler([WAVE, CYCLE], [0.1, 0.2]).plot(40)
    first, _, second, _ = curves(ax)
    assert first[1] == list(WAVE.rates(40, 0.1))
    assert second[1] == list(CYCLE.rates(40, 0.2))
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["Scheduler, group 0", "Scheduler, group 1"]


def test_it_draws_where_it_is_told_and_on_a_log_scale() -> None:
    ax = plt.subplots()[1]
    assert CYCLE.plot(ax=ax, log=True) is ax
    assert ax.get_yscale() == "log"
    assert len(curves(ax)[0][0]) == 40  # all of them: it has an end
    assert ls.plot([WAVE], 5, ax=ax) is ax
    assert len(curves(ax)) == 2


def test_a_long_range_is_drawn_at_every_so_manyth_step() -> None:
    for steps in (4096, 4097, 10**9, LONGEST):
        ((at, rates),) = curves(ls.LinearDecay(LONGEST).plot(steps))
        assert len(at) <= 4096
        assert len({b - a for a, b in itertools.pairwise(at)}) == 1
        assert rates[-1] == ls.LinearDecay(LONGEST).rate(int(at[-1]), 1.0)
    assert curves(ls.plot([], 5)) == []
    assert curves(WAVE.plot(0)) == [([], [])]
    assert curves(WAVE.plot(1)) == [([0], [1.0])]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((WAVE,), "steps=None; accepted: a number of steps: the schedule has no end"),
        ((WAVE, -1), "steps=-1"),
        ((WAVE, range(-1, 4)), "steps[0]=-1"),
        ((CYCLE, 41), "step=40; accepted: 0 to 39"),
        ((CYCLE, LONGEST + 1), "steps=9007199254740993"),
        ((WAVE, range(10**30)), "steps[-1]="),
        ((WAVE, 5, float("nan")), "base=nan"),
        ((WAVE, 5, [0.1, "x"]), "base[1]='x'"),
        (([WAVE, "x"], 5), "schedules[1]='x'"),
        ((3, 5), "schedules=3"),
        (("StepLR(3)", 5), "schedules='StepLR(3)'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: tuple[object, ...], sentence: str) -> None:
    with pytest.raises(SchedError) as refused:
        ls.plot(*arguments)
    assert sentence in str(refused.value)
    assert plt.get_fignums() == []


def test_labels_are_as_many_as_schedules() -> None:
    for labels in (["a"], [], "ab"):
        with pytest.raises(SchedError, match="labels"):
            ls.plot([WAVE, CYCLE], 5, labels=labels)


def test_a_scheduler_that_holds_is_drawn_past_its_end() -> None:
    held = ls.Scheduler([CYCLE, WAVE], [0.1, 0.2], horizon="hold", last=20)
    for (steps, rates), schedule, base in zip(
        curves(held.plot(30))[::2], held.schedules, held.bases, strict=True
    ):
        assert steps == [*range(30)]
        assert rates == [schedule.rate(min(step, 20), base) for step in steps]
    with pytest.raises(ls.SchedError, match="step=49"):
        ls.Scheduler(CYCLE, 0.1).plot(50)


def test_matplotlib_is_imported_by_nothing_else_and_named_when_missing() -> None:
    program = (
        "import sys, libsched\n"
        "assert 'matplotlib' not in sys.modules\n"
        "sys.modules['matplotlib'] = None\n"
        "sys.modules['matplotlib.pyplot'] = None\n"
        "try: libsched.StepLR(3).plot(5)\n"
        "except ImportError as error: print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert "pip install 'libsched[plot]'" in said


# -- Tables


@pytest.mark.parametrize("schedule", [WAVE, ls.ExponentialLR(0.9), ls.Noise(WAVE, pct=0.1)])
@pytest.mark.parametrize("base", [0.1, 1e-300, -3.0])
def test_a_table_reads_back_to_the_same_bits(schedule: ls.Schedule, base: float) -> None:
    for steps in (range(0), range(1), range(7, 300)):
        header, *rows = csv.reader(io.StringIO(schedule.csv(steps, base)))
        assert header == ["step", "rate"]
        assert [int(step) for step, _ in rows] == list(steps)
        assert [float(rate) for _, rate in rows] == list(schedule.rates(steps, base))


def test_a_table_has_the_momentum_where_it_is_driven() -> None:
    header, *rows = csv.reader(io.StringIO(CYCLE.csv(40, 1.0)))
    assert header == ["step", "rate", "momentum"]
    assert [float(momentum) for *_, momentum in rows] == list(CYCLE.momenta(40, 0.5))
    mixed = ls.SequentialLR([CYCLE, WAVE], milestones=[2])
    assert [row.split(",")[2] == "" for row in mixed.csv(4, 1.0).splitlines()[1:]] == [
        False,
        False,
        True,
        True,
    ]


def test_a_long_table_fits() -> None:
    text = WAVE.csv(range(10**15, 10**15 + 70_000), 1 / 3)
    assert text.count("\n") == 70_001
    assert text.endswith("\n")


# -- Lines of blocks

BLOCKS = "▁▂▃▄▅▆▇█"


@pytest.mark.parametrize("width", [1, 2, 7, 60, 150, 1000])
@pytest.mark.parametrize("base", [1e-3, -2.0, 1e300])
@pytest.mark.parametrize("schedule", [WAVE, ls.StepLR(30), ls.InverseSqrt(10)])
def test_a_line_is_the_curve_at_even_distances(
    schedule: ls.Schedule, base: float, width: int
) -> None:
    first, count = 20, 140
    columns = min(width, count)
    at = [first + (count - 1) * i // max(1, columns - 1) for i in range(columns)]
    rates = np.array([schedule.rate(step, base) for step in at])
    low, high = rates.min(), rates.max()
    heights = (
        np.floor((rates - low) / (high - low) * 7 + 0.5) if high > low else np.full(columns, 3)
    )
    line = schedule.sparkline(range(first, first + count), base, width)
    assert line == "".join(BLOCKS[int(height)] for height in heights)


def test_a_line_shows_what_runs_away() -> None:
    assert ls.ExponentialLR(2.0).sparkline(3000, width=4) == "▁███"
    assert ls.ExponentialLR(2.0).sparkline(3000, -1.0, width=4) == "█▁▁▁"
    assert ls.Constant().sparkline(5) == "▄▄▄▄▄"
    assert ls.Constant().sparkline(LONGEST, width=3) == "▄▄▄"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: WAVE.csv(range(0, 10, 2), 0.1), "accepted: a range of every step"),
        (lambda: WAVE.csv(-1, 0.1), "steps=-1"),
        (lambda: WAVE.csv(5, float("inf")), "base=inf"),
        (lambda: CYCLE.csv(41, 0.1), "step=40; accepted: 0 to 39"),
        (lambda: CYCLE.sparkline(range(39, 41)), "step=40; accepted: 0 to 39"),
        (lambda: WAVE.sparkline(range(10**30)), "steps[-1]="),
        (lambda: WAVE.sparkline(5, width=0), "width=0; accepted: an integer from 1 to 65536"),
        (lambda: WAVE.sparkline(5, width=65537), "width=65537"),
        (lambda: WAVE.sparkline(5, width="wide"), "width='wide'"),
    ],
)
def test_what_cannot_be_shown_is_refused(call: object, sentence: str) -> None:
    with pytest.raises(SchedError) as refused:
        call()
    assert sentence in str(refused.value)
