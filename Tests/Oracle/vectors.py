"""How the vector files are written: records of `key value...` lines, one record a vector."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "Vectors"


def double(value: float) -> str:
    """A double without loss, as C's strtod and Swift's Double(_:) read it."""
    return float(value).hex() if math.isfinite(value) else str(float(value))


def doubles(values: Iterable[float]) -> str:
    return " ".join(map(double, values))


def words(values: np.ndarray) -> str:
    """float32s by their bits, so that the sign of a zero or a NaN stays."""
    return " ".join(f"{word:08x}" for word in values.astype(np.float32).view(np.uint32))


def record(reason: str, **lines: str | None) -> str:
    """One vector. A line that is None is what the peer has not."""
    if "\n" in reason or not reason.strip():
        raise ValueError(f"a reason is one line: {reason!r}")
    kept = [f"{key} {value}".rstrip() for key, value in lines.items() if value is not None]
    return "\n".join([f"vector {reason}", *kept, ""])


def document(header: str, records: list[str]) -> bytes:
    """A vector file. Reasons are names in test reports, so each is there once."""
    reasons = [text.partition("\n")[0] for text in records]
    twice = sorted({reason for reason in reasons if reasons.count(reason) > 1})
    if twice:
        raise ValueError(f"reasons given twice: {twice}")
    comment = "".join(f"# {line}".rstrip() + "\n" for line in header.strip().splitlines())
    return (comment + "\n" + "\n".join(records)).encode("ascii")
