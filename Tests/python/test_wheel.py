"""pip builds the library, and what it installs is all there in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import libsched
import pytest

VERSION = libsched.version()
ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "Bindings" / "python"

pytestmark = pytest.mark.wheel

PROGRAM = """
import importlib.metadata, sys
import libsched
schedule = libsched.SequentialLR(
    [libsched.LinearLR(0.25, total_iters=3), libsched.CosineAnnealingLR(T_max=10)], [3])
print(libsched.__file__.startswith(sys.prefix), libsched.__version__)
print(schedule.rates(4, base=1.0).tolist())
needed = importlib.metadata.requires("libsched")
print([one for one in needed if "extra" not in one], importlib.metadata.version("libsched"))
print(sorted(importlib.metadata.metadata("libsched").get_all("Provides-Extra")))
print(libsched.optim.lr_scheduler.StepLR.__name__, "torch" in sys.modules)
print(sorted(path.name for path in importlib.metadata.files("libsched") if path.suffix == ".so"))
"""

EXPECTED = f"""True {VERSION}
[0.25, 0.5, 0.75, 1.0]
['numpy>=1.26'] {VERSION}
['checkpoints', 'ignite', 'keras', 'lightning', 'mpi', 'plot', 'transformers']
StepLR False
['libsched.so']
"""


def run(*command: object, cwd: Path) -> str:
    # As for a new user: nothing of this tree's in the environment.
    environment = {
        key: value for key, value in os.environ.items() if key not in ("LIBSCHED", "PYTHONPATH")
    }
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def environment(folder: Path) -> Path:
    """The Python of a new environment."""
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    return folder / "bin" / "python"


PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


def test_pip_install_in_a_clean_environment(tmp_path: Path) -> None:
    python = environment(tmp_path / "clean")
    run(python, *PIP, "install", PROJECT, cwd=tmp_path)
    assert run(python, "-c", PROGRAM, cwd=tmp_path) == EXPECTED


def test_the_wheel_is_of_this_platform_and_any_python_3(tmp_path: Path) -> None:
    run(sys.executable, *PIP, "wheel", "--no-deps", "-w", tmp_path, PROJECT, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    machine = os.uname().machine
    assert wheel.name == f"libsched-{VERSION}-py3-none-linux_{machine}.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    package = PROJECT / "src" / "libsched"
    modules = {f"libsched/{path.relative_to(package)}" for path in package.rglob("*.py")}
    assert modules | {"libsched/py.typed", "libsched/libsched.so"} == {
        name for name in names if name.startswith("libsched/")
    }
    assert f"libsched-{VERSION}.dist-info/licenses/LICENSE" in names


def test_the_source_distribution_carries_the_librarys_sources(tmp_path: Path) -> None:
    """All of them as they are in the tree: what is built of them there is built of them here."""
    python = environment(tmp_path / "clean")
    run(python, *PIP, "install", "hatchling", cwd=tmp_path)
    run(python, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=PROJECT)
    (archive,) = tmp_path.glob("*.tar.gz")
    assert archive.name == f"libsched-{VERSION}.tar.gz"
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    unpacked = tmp_path / f"libsched-{VERSION}"
    parts = "Package.swift", "Makefile", "Sources", "Include", "Tests/swift"
    files = run("git", "ls-files", "-co", "--exclude-standard", *parts, cwd=ROOT).splitlines()
    assert {name.split("/")[0] for name in files} == {part.split("/")[0] for part in parts}
    for name in files:
        assert (unpacked / "native" / name).read_bytes() == (ROOT / name).read_bytes(), name
    # Newer than what it is made of.
    (unpacked / "native" / "build").mkdir()
    shutil.copy(os.environ["LIBSCHED"], unpacked / "native" / "build" / "libsched.so")
    run(python, *PIP, "install", unpacked, cwd=tmp_path)
    assert run(python, "-c", PROGRAM, cwd=tmp_path) == EXPECTED
