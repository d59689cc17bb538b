"""The field's warm-ups, decays and other shapes: the rates that its packages gave."""

from __future__ import annotations

from typing import Any

import libsched
import numpy as np
import pytest
from vectors import doubles, recordings, records


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


# What ours are called, and what theirs call the base rate.
KINDS = {
    "LinearCyclicalScheduler": ("LinearCyclical", None),
    "CosineAnnealingScheduler": ("CosineCyclical", None),
    "CosineAnnealingWarmupRestarts": ("CosineAnnealingWarmupRestarts", "max_lr"),
}
REFUSED = [
    one
    for peer in ("ignite_cycles", "pytorch_optimizer_restarts")
    for one in recordings(peer)
    if "raises" in one
]


@pytest.mark.parametrize("one", REFUSED, ids=lambda one: f"{one['name']} {one['args']}")
def test_what_they_refuse_is_refused(one: dict[str, Any]) -> None:
    kind, base = KINDS[one["name"]]
    fields = {name: value for name, value in one["args"].items() if name != base}
    assert one["raises"] == "ValueError"
    with pytest.raises(libsched.SchedError, match=r"cycle_size|warmup_duration|warmup_steps"):
        libsched.Schedule(kind, **fields)
