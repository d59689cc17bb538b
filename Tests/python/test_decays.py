"""The field's warm-ups, decays and other shapes: the rates that its packages gave."""

from __future__ import annotations

import libsched
import numpy as np
import pytest
from vectors import doubles, records


@pytest.mark.parametrize(
    "vector",
    [*records("decays.txt"), *records("shapes.txt")],
    ids=lambda vector: vector["vector"],
)
def test_as_near_as_the_row_says(vector: dict[str, str]) -> None:
    schedule, base = libsched.parse(vector["text"]), float.fromhex(vector["base"])
    assert libsched.parse(str(schedule)) == schedule
    first = int(vector.get("first", 0))
    if "closed" in vector:
        expected = np.array(doubles(vector["closed"]))
        rates = schedule.rates(range(first, first + len(expected)), base)
    else:
        expected = np.array(doubles(vector["chained"]))
        scheduler = libsched.Scheduler(schedule, [base], form="chained")
        rates = np.array([scheduler.rates[0]] + [scheduler.next()[0] for _ in expected[1:]])
    # Rates are not negative, so their bits are in their order.
    far = np.abs(rates.view(np.int64) - expected.view(np.int64))
    assert far.max() <= int(vector["ulps"])
