"""Every instruction set that this machine has."""

from __future__ import annotations

from collections.abc import Iterator

import libsched


def isas() -> Iterator[str]:
    """Each by its name, while it is in force."""
    for isa in ("baseline", "avx2", "avx512"):
        try:
            libsched.set_isa(isa)
        except libsched.SchedError:
            continue
        yield isa
