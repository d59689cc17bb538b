"""Asks the peers and writes Tests/Vectors, or with --check says where it no longer agrees.

python -m Tests.Oracle [--check] [schedules] [algebra] [shapes] [decays] [reactive] [functions]
                       [steps] [keras_steps] [lbfgs] [early_stopping]
                       [digits]
"""
# ruff: noqa: N999  (Tests and its folders are capitalised as the rest of the tree)

from __future__ import annotations

import argparse
import importlib
import re
import struct
import sys
from types import ModuleType

from . import vectors

NAMES = [
    "schedules",
    "algebra",
    "shapes",
    "decays",
    "reactive",
    "functions",
    "steps",
    "keras_steps",
    "lbfgs",
    "early_stopping",
    "stoppers",
    "digits",
]


def ordinal(word: bytes) -> int:
    """A number's place among all of its width, so that neighbours differ by 1."""
    if len(word) == 8 and re.fullmatch(rb"[0-9a-f]{8}", word):
        bits, top = int(word, 16), 1 << 31
    else:
        (bits,) = struct.unpack("<Q", struct.pack("<d", float.fromhex(word.decode())))
        top = 1 << 63
    return bits if bits < top else top - bits


def agree(oracle: ModuleType, committed: bytes, asked: bytes) -> bool:
    """Whether a peer still says what is committed, to the bit.

    An oracle whose peer answers by the processor says by how many ulps, at the most, a line may
    differ.
    """
    if committed == asked:
        return True
    old, new = committed.splitlines(), asked.splitlines()
    if not hasattr(oracle, "ulps") or len(old) != len(new):
        return False
    for left, right in zip(old, new, strict=True):
        if left == right:
            continue
        (key, *was), (name, *now) = left.split(), right.split()
        ulps = oracle.ulps(key.decode())
        if key != name or ulps == 0 or len(was) != len(now):
            return False
        pairs = zip(was, now, strict=True)
        if any(a != b and abs(ordinal(a) - ordinal(b)) > ulps for a, b in pairs):
            return False
    return True


def difference(name: str, committed: bytes, asked: bytes) -> str:
    """Where two versions of a file part, as a line for a person."""
    old, new = committed.splitlines(), asked.splitlines()
    for number, (left, right) in enumerate(zip(old, new, strict=False), start=1):
        if left != right:
            pairs = zip(left.split(), right.split(), strict=False)
            word = next((i for i, (a, b) in enumerate(pairs) if a != b), 0)
            return f"{name}:{number}: word {word} differs: {left[:60]!r} and {right[:60]!r}"
    return f"{name}: {len(old)} lines are committed, the peers give {len(new)}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m Tests.Oracle", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(NAMES)}")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"no such vectors: {', '.join(sorted(unknown))}")

    failed = False
    for name in arguments.names or NAMES:
        oracle = importlib.import_module(f".{name}", __package__)
        path = vectors.FOLDER / oracle.FILE
        asked = oracle.build()
        if not arguments.check:
            path.write_bytes(asked)
            print(f"{oracle.FILE}: {len(asked):,} bytes")
            continue
        committed = path.read_bytes() if path.exists() else b""
        if not agree(oracle, committed, asked):
            failed = True
            print(difference(oracle.FILE, committed, asked), file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
