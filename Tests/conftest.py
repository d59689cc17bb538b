"""Tests run on the package in the tree and the library in build, unless the environment differs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("LIBSCHED", str(ROOT / "build" / "libsched.so"))
PACKAGE = str(ROOT / "Bindings" / "python" / "src")
sys.path.insert(0, PACKAGE)
# For the interpreters that tests start.
os.environ.setdefault("PYTHONPATH", PACKAGE)

# The same examples on every run: a failure is one of the change that it came with.
settings.register_profile("libsched", deadline=None, derandomize=True)
settings.load_profile("libsched")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "wheel: builds the package and installs it; takes minutes")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes minutes begins first, so that no processor waits for it in the end.
    items.sort(key=lambda item: item.get_closest_marker("wheel") is None)


@pytest.fixture
def settled() -> Iterator[None]:
    """The instruction set and the threads are then what they were."""
    yield
    import libsched

    libsched.set_isa(None)
    libsched.set_threads(0)
