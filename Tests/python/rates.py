"""Prints the learning rate of each epoch of a run, one a line, as C's "%.17g" has it.

    python rates.py Tests/Vectors/run.txt

The digits programs in C, C++ and Swift print the same column, byte for byte.
"""

from __future__ import annotations

import sys
from pathlib import Path

import libsched


def main() -> None:
    lines = Path(sys.argv[1]).read_text().splitlines()
    run = dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))
    schedule = libsched.parse(run["schedule"])
    for rate in schedule.rates(int(run["epochs"]), float(run["base"])):
        print(f"{rate:.17g}")


if __name__ == "__main__":
    main()
