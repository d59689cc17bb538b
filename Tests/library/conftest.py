"""Where the library is: the one that is shipped, and the same with its symbols."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def library() -> Path:
    return Path(os.environ.get("LIBSCHED", ROOT / "build" / "libsched.so")).resolve()


@pytest.fixture(scope="session")
def symbolic(library: Path) -> Path:
    """build/libsched.so.debug: what was stripped to make the library."""
    return library.with_name(library.name + ".debug")
