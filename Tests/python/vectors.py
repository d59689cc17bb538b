"""Reads the vector files: records of `key value` lines, a record a vector."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

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


def steps(name: str) -> list[dict[str, Any]]:
    """The vectors of a file of steps, each with its gradients in a list."""
    found: list[dict[str, Any]] = []
    for line in (FOLDER / name).read_text().splitlines():
        key, _, value = line.partition(" ")
        if key == "vector":
            found.append({"grads": []})
        if key == "grad":
            found[-1]["grads"].append(value)
        elif line and key != "#":
            found[-1][key] = value
    assert found, f"{name} has no vectors"
    return found


def recordings(peer: str) -> list[dict[str, Any]]:
    """What a peer answered when it was asked, each with its function's name and arguments."""
    found: list[dict[str, Any]] = json.loads((FOLDER / "peers" / f"{peer}.json").read_text())[
        "vectors"
    ]
    assert found, f"{peer} has no recordings"
    return found


def doubles(text: str) -> list[float]:
    """Hexadecimal floats, nan and inf."""
    return [float.fromhex(word) for word in text.split()]


def bits(values: Iterable[float]) -> list[str]:
    """What is compared: the bits, in which NaN equals itself and -0.0 is not 0.0."""
    return [struct.pack(">d", value).hex() for value in values]
