"""The package finds its library, says what it looked for, and brings nothing else along."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import libsched
import pytest
from libsched import _abi

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "Bindings" / "python" / "src" / "libsched"
LIBRARY = Path(os.environ["LIBSCHED"])
WANTED = f"version {_abi.SCHED_VERSION}, ABI {_abi.SCHED_ABI_VERSION}"


def python(program: str, library: Path | None, path: Path = PACKAGE.parent) -> str:
    """What a program printed; the last line of its complaint, or all that is about libsched."""
    environment = {key: value for key, value in os.environ.items() if key != "LIBSCHED"}
    environment["PYTHONPATH"] = str(path)
    if library:
        environment["LIBSCHED"] = str(library)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else done.stderr.partition("ImportError: ")[2]


def stub(folder: Path, source: str) -> Path:
    """A small library in C with the soname of the real one."""
    built = folder / "libsched.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-Wl,-soname,libsched.so.0", "-x", "c", "-", "-o", built],
        input=source,
        text=True,
        check=True,
    )
    return built


def test_a_missing_library(tmp_path: Path) -> None:
    said = python("import libsched", tmp_path / "nowhere.so")
    assert said.startswith(f"libsched needs its library libsched.so, {WANTED}. Looked for it at:")
    assert "libsched.so.0 already in this process: none" in said
    assert f"the environment's LIBSCHED, {tmp_path}/nowhere.so: " in said
    assert "No such file or directory" in said


def test_no_library_anywhere(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "libsched", ignore=shutil.ignore_patterns("libsched.so"))
    said = python("import libsched", None, tmp_path)
    assert "the environment's LIBSCHED: not set" in said
    assert f"beside the package's modules, {tmp_path}/libsched/libsched.so: " in said
    assert "No such file or directory" in said


def test_the_library_beside_the_modules(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "libsched", ignore=shutil.ignore_patterns("libsched.so"))
    shutil.copy(LIBRARY, tmp_path / "libsched" / "libsched.so")
    said = python("import libsched; print(libsched.StepLR(2), libsched.__file__)", None, tmp_path)
    assert said == f"StepLR(step_size=2, gamma=0.1) {tmp_path}/libsched/__init__.py\n"


@pytest.mark.parametrize(
    ("version", "abi"),
    [("9.9.9", _abi.SCHED_ABI_VERSION), (_abi.SCHED_VERSION, 99)],
    ids=["another version", "another ABI"],
)
def test_a_library_of_another_version(tmp_path: Path, version: str, abi: int) -> None:
    library = stub(
        tmp_path,
        f'const char *sched_version(void) {{ return "{version}"; }}\n'
        f"int sched_abi_version(void) {{ return {abi}; }}\n",
    )
    said = python("import libsched", library)
    assert f"the environment's LIBSCHED, {library}: version {version}, ABI {abi}\n" in said
    assert said.startswith(f"libsched needs its library libsched.so, {WANTED}.")


def test_a_library_that_is_another(tmp_path: Path) -> None:
    library = stub(tmp_path, "int something(void) { return 1; }\n")
    said = python("import libsched", library)
    assert f"the environment's LIBSCHED, {library}: no libsched (" in said
    assert "sched_abi_version" in said


def test_a_library_that_lacks_functions(tmp_path: Path) -> None:
    library = stub(
        tmp_path,
        f'const char *sched_version(void) {{ return "{_abi.SCHED_VERSION}"; }}\n'
        f"int sched_abi_version(void) {{ return {_abi.SCHED_ABI_VERSION}; }}\n",
    )
    said = python("import libsched", library)
    assert said.startswith(f"{library} is no libsched {_abi.SCHED_VERSION}: ")
    assert "undefined symbol: sched_" in said


LOADED = """
import ctypes, os, sys
ctypes.CDLL(sys.argv[1] if len(sys.argv) > 1 else {first!r})
import libsched
maps = open("/proc/self/maps").read().split("\\n")
print(sorted({{line.split()[-1] for line in maps if "libsched" in line and ".so" in line}}))
"""


def test_the_library_already_in_the_process_goes_first(tmp_path: Path) -> None:
    # A handle is good in one image of the library only, so a second must not be loaded.
    other = tmp_path / "libsched.so"
    shutil.copy(LIBRARY, other)
    said = python(LOADED.format(first=str(LIBRARY)), other)
    assert said == f"['{LIBRARY.resolve()}']\n"


def test_a_wrong_library_already_in_the_process_is_an_error(tmp_path: Path) -> None:
    library = stub(
        tmp_path,
        'const char *sched_version(void) { return "9.9.9"; }\n'
        "int sched_abi_version(void) { return 0; }\n",
    )
    said = python(LOADED.format(first=str(library)), LIBRARY)
    assert "libsched.so.0 already in this process: version 9.9.9, ABI 0" in said


def test_versions_are_one() -> None:
    assert libsched.__version__ == libsched.version() == _abi.SCHED_VERSION


@pytest.mark.parametrize("module", ["libsched", "libsched.optim", "libsched.optim.lr_scheduler"])
def test_torch_is_not_imported(module: str) -> None:
    program = f"import {module}, sys; print(sorted(m for m in sys.modules if 'torch' in m))"
    assert python(program, LIBRARY) == "[]\n"
    assert python("import torch; print(torch.__version__ > '2')", LIBRARY) == "True\n"


def test_optim_is_imported_when_it_is_used() -> None:
    program = """
import libsched, sys
before = "libsched.optim" in sys.modules
print(before, libsched.optim.__name__)
"""
    assert python(program, LIBRARY) == "False libsched.optim\n"
    with pytest.raises(AttributeError, match="has no attribute 'optimum'"):
        _ = libsched.optimum


def test_the_license_in_the_wheel_is_the_projects() -> None:
    assert (ROOT / "Bindings/python/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
