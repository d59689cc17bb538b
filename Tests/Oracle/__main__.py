"""Asks the peers and writes Tests/Vectors, or with --check says where it no longer agrees.

python -m Tests.Oracle [--check] [schedules] [algebra] [shapes] [decays] [reactive]
                       [steps] [early_stopping] [digits]
"""
# ruff: noqa: N999  (Tests and its folders are capitalised as the rest of the tree)

from __future__ import annotations

import argparse
import importlib
import sys

from . import vectors

NAMES = [
    "schedules",
    "algebra",
    "shapes",
    "decays",
    "reactive",
    "steps",
    "early_stopping",
    "digits",
]


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
        if committed != asked:
            failed = True
            print(difference(oracle.FILE, committed, asked), file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
