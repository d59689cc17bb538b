"""A C++ program that embeds Python shares libsched's objects with Python code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIBRARY = Path(os.environ.get("LIBSCHED", ROOT / "build" / "libsched.so")).resolve()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """embed.cpp, with the Python that runs the tests inside."""
    headers = Path(sysconfig.get_path("include"))
    assert (headers / "Python.h").exists(), f"no Python.h in {headers}: install libpython3-dev"
    folder, python = sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("LDVERSION")
    out = tmp_path_factory.mktemp("embed") / "embed"
    done = subprocess.run(
        ["c++", "-std=c++17", "-O1", "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
        + [HERE / "embed.cpp", "-o", out, "-I", ROOT / "Include", "-isystem", headers]
        + ["-L", LIBRARY.parent, "-lsched", f"-Wl,-rpath,{LIBRARY.parent}"]
        + ["-L", folder, f"-lpython{python}", f"-Wl,-rpath,{folder}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


def run(program: Path, rounds: int, **env: str) -> list[str]:
    # The embedded interpreter is not the one of the virtual environment, and
    # finds what that has by this.
    path = [HERE, ROOT / "Bindings" / "python" / "src", sysconfig.get_path("purelib")]
    done = subprocess.run(
        [program, str(rounds)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_what_one_makes_the_other_goes_on_with(program: Path) -> None:
    """No copy, no leak: the program checks addresses, states and bytes in use, and says so."""
    leaked, shared = run(program, 500)
    assert leaked.startswith("500 rounds, ")
    assert shared == f"one library, one object: {LIBRARY}"


def test_the_package_takes_the_library_that_is_there(program: Path, tmp_path: Path) -> None:
    """Not the one that LIBSCHED names: handles of one are nothing to the other."""
    other = tmp_path / "libsched.so"
    shutil.copy(LIBRARY, other)
    *_, shared = run(program, 1, LIBSCHED=str(other))
    assert shared == f"one library, one object: {LIBRARY}"
