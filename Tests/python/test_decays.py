"""The field's warm-ups and decays, through Python: the rates its packages gave."""

from __future__ import annotations

import re
from pathlib import Path

import libsched
import numpy as np
import pytest

VECTORS = Path(__file__).resolve().parent.parent / "Vectors" / "decays.txt"


def records() -> list[dict[str, str]]:
    """Each record's lines by their first word."""
    blocks = VECTORS.read_text().split("\n\n")
    found = [dict(re.findall(r"^(\w+) (.*)$", block, flags=re.MULTILINE)) for block in blocks]
    return [record for record in found if "vector" in record]


def doubles(words: str) -> np.ndarray:
    return np.array([float.fromhex(word) for word in words.split()])


RECORDS = records()


@pytest.mark.parametrize("record", RECORDS, ids=[record["vector"] for record in RECORDS])
def test_as_near_as_the_row_says(record: dict[str, str]) -> None:
    schedule, base = libsched.parse(record["text"]), float.fromhex(record["base"])
    assert libsched.parse(str(schedule)) == schedule
    if "closed" in record:
        expected, first = doubles(record["closed"]), int(record.get("first", 0))
        rates = schedule.rates(range(first, first + len(expected)), base)
    else:
        expected = doubles(record["chained"])
        scheduler = libsched.Scheduler(schedule, [base], form="chained")
        rates = np.array([scheduler.rates[0]] + [scheduler.next()[0] for _ in expected[1:]])
    # Rates are not negative, so their bits are in their order.
    far = np.abs(rates.view(np.int64) - expected.view(np.int64))
    assert far.max() <= int(record["ulps"])
