"""Prints the kernels' widths that this machine has, as the kernel's flags say, one a line.

What the library says itself is what the tests are about.
"""

from __future__ import annotations

import re
from pathlib import Path

# x86-64-v3 and v4 of the psABI, as far as Linux names their parts.
NEEDS = {
    "baseline": set[str](),
    "avx2": {"avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"},
    "avx512": {"avx2", "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


def widths() -> list[str]:
    found = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    flags = set(found[1].split()) if found else set[str]()
    return [name for name, needs in NEEDS.items() if needs <= flags]


if __name__ == "__main__":
    print("\n".join(widths()))
