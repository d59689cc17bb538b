"""Reads the vector files: records of `key value` lines, a record a vector."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "Vectors"


def records(name: str) -> list[dict[str, str]]:
    """The vectors of a file, each a dictionary of its lines."""
    found: list[dict[str, str]] = []
    for line in (FOLDER / name).read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        key, _, value = line.partition(" ")
        if key == "vector":
            found.append({})
        found[-1][key] = value
    assert found, f"{name} has no vectors"
    return found


def doubles(text: str) -> list[float]:
    """Hexadecimal floats, nan and inf."""
    return [float.fromhex(word) for word in text.split()]


def bits(values: Iterable[float]) -> list[str]:
    """What is compared: the bits, in which NaN equals itself and -0.0 is not 0.0."""
    return [struct.pack(">d", value).hex() for value in values]
