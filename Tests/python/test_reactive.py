"""Schedules that react to a metric: what their peers do, through every way to use them."""

from __future__ import annotations

import copy
import math
import pickle

import libsched as ls
import numpy as np
import pytest
from vectors import bits, doubles, records

VECTORS = records("reactive.txt")
STUCK = ls.ReduceLROnPlateau(factor=0.5, patience=0)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["vector"])
@pytest.mark.parametrize(
    "copied",
    [
        lambda scheduler: scheduler,
        lambda scheduler: ls.Scheduler.restore(scheduler.save()),
        lambda scheduler: pickle.loads(pickle.dumps(scheduler)),
    ],
    ids=["as it is", "restored", "pickled"],
)
def test_peers_agree(copied, vector: dict[str, str]) -> None:
    scheduler = ls.Scheduler(ls.parse(vector["text"]), doubles(vector["bases"]))
    expected = iter(doubles(vector["rates"]))
    for metric in doubles(vector["metrics"]):
        rates = scheduler.observe(metric)
        assert bits(rates) == bits(next(expected) for _ in rates)
        scheduler = copied(scheduler)
        assert scheduler.rates == rates
        scheduler.next()
    assert next(expected, None) is None


def test_fields_are_pytorchs() -> None:
    plateau = ls.ReduceLROnPlateau("max", 0.2, 3, 1e-3, "abs", 2, 1e-6, 1e-9)
    assert plateau.mode == "max" and plateau.patience == 3 and plateau.eps == 1e-9
    assert ls.ReduceLROnPlateau().eps is None
    assert ls.parse(str(plateau)) == plateau


@pytest.mark.parametrize("metric", [1, True + 0.5, np.float32(0.5), np.array(0.25), np.int64(3)])
def test_a_metric_comes_from_anywhere(metric: object) -> None:
    scheduler = ls.Scheduler(STUCK, [1.0, 2.0])
    assert scheduler.observe(metric) == [1.0, 2.0]
    assert scheduler.observe(metric) == [0.5, 1.0] == scheduler.rates


@pytest.mark.parametrize("metric", ["0.5", None, [0.5], 1j])
def test_what_is_no_number_is_refused(metric: object) -> None:
    scheduler = ls.Scheduler(STUCK, 1.0)
    scheduler.observe(0.5)
    before = scheduler.save()
    with pytest.raises(ls.SchedError, match="metric="):
        scheduler.observe(metric)
    assert scheduler.save() == before


def test_a_copy_goes_its_own_way() -> None:
    scheduler = ls.Scheduler(STUCK, 1.0)
    scheduler.observe(math.inf)
    other = copy.deepcopy(scheduler)
    other.observe(math.nan)
    assert other.rates == [0.25] and scheduler.rates == [0.5]


def test_nothing_watches() -> None:
    scheduler = ls.Scheduler(ls.StepLR(1, 0.5), 1.0)
    assert scheduler.observe(math.nan) == [1.0]
    assert scheduler.next() == [0.5]
