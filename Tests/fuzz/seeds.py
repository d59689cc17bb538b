"""Prints what the fuzzer starts from: a dictionary of the names that kinds declare, and a text of
every kind from Tests/Vectors.

    python seeds.py FOLDER
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from libsched import _lib

VECTORS = Path(__file__).resolve().parents[1] / "Vectors"
# Longer texts are slower, and say no more.
LONGEST = 400


def words() -> list[str]:
    found = {"True", "False", "None", "inf", "nan", "version=1", "Scheduler(", "EarlyStopping("}
    for kind in [*_lib.kinds(), *_lib.rules()]:
        found.add(f"{kind}(")
        for name, accepted in _lib.fields(kind).items():
            found.add(f"{name}=")
            found.update(re.findall(r"'[^']+'", accepted))
    return sorted(found)


def texts() -> dict[str, str]:
    """The first text of each kind, and of each kind within another."""
    found: dict[str, str] = {}
    for path in sorted(VECTORS.glob("*.txt")):
        for line in path.read_text().splitlines():
            key, _, text = line.partition(" ")
            if key not in ("text", "rule") or len(line) > LONGEST:
                continue
            found.setdefault("-".join(re.findall(r"\w+(?=\()", text)[:3]), text)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    (folder / "seeds").mkdir(parents=True, exist_ok=True)
    (folder / "kinds.dict").write_text("".join(f'"{word}"\n' for word in words()))
    for name, text in texts().items():
        (folder / "seeds" / name).write_text(text)
    seeds = "\n".join(texts().values())
    # A kind of a function has no text.
    without = [
        kind
        for kind in _lib.kinds()
        if f"{kind}(" not in seeds and "\tfunction\trequired\t" not in _lib.describe(kind)
    ]
    if without:
        raise SystemExit(f"no vector has a text of {', '.join(without)}")


if __name__ == "__main__":
    main()
