"""One run in four languages: the same schedule gives the same bytes, and each program learns."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
VECTORS = ROOT / "Tests" / "Vectors"
# The widest common language of numbers: what C's "%.17g" gives reads back to the same double.
PYTHON = [sys.executable, ROOT / "Tests" / "python" / "rates.py"]


def run(*command: object) -> str:
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def programs(library: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What runs each language's program; the folder of vectors and options follow."""
    out = tmp_path_factory.mktemp("programs")
    for folder in ("c", "cpp"):
        make = ["make", "-C", ROOT / "Tests" / folder, "train", f"LIB={library.parent}"]
        run(*make, f"OUT={out / folder}")
    swift = ["--package-path", ROOT, "--scratch-path", ROOT / ".build" / "swift", "--quiet"]
    run("swift", "build", *swift, "--product", "digits")
    return {
        "C": [out / "c" / "train"],
        "C++": [out / "cpp" / "train"],
        "Swift": ["swift", "run", *swift, "--skip-build", "digits"],
    }


def test_their_learning_rates_are_the_same_bytes(programs: dict[str, list[object]]) -> None:
    python = run(*PYTHON, VECTORS / "run.txt")
    (epochs,) = re.findall(r"^epochs (\d+)$", (VECTORS / "run.txt").read_text(), re.MULTILINE)
    assert len(python.splitlines()) == int(epochs)
    assert len(set(python.splitlines())) > int(epochs) / 2
    for language, program in programs.items():
        assert run(*program, VECTORS, "--rates") == python, language


@pytest.mark.parametrize("language", ["C", "C++", "Swift"])
def test_each_program_learns_to_read(programs: dict[str, list[object]], language: str) -> None:
    """At those rates, on images it has not seen."""
    printed = run(*programs[language], VECTORS)
    rates = re.findall(r"^epoch +\d+ +rate (\S+)", printed, re.MULTILINE)
    assert rates == run(*PYTHON, VECTORS / "run.txt").splitlines()[: len(rates)]
    (accuracy,) = re.findall(r"^best epoch \d+, test accuracy (\S+) %$", printed, re.MULTILINE)
    assert float(accuracy) > 90
