"""The vectors are what the peers say, today as on the day they were committed."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from Tests.Oracle import steps
from Tests.Oracle.__main__ import agree

ROOT = Path(__file__).resolve().parent.parent.parent
VECTORS = ROOT / "Tests" / "Vectors"
LIBRARY = Path(os.environ.get("LIB", ROOT / "build")) / "libsched.so"
SCHEDULES = ["schedules.txt", "algebra.txt", "shapes.txt", "decays.txt", "reactive.txt"]
FILES = [
    *SCHEDULES,
    "functions.txt",
    "steps.txt",
    "keras_steps.txt",
    "lbfgs.txt",
    "early_stopping.txt",
    "stoppers.txt",
]


def check(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "Tests.Oracle", "--check", *names]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def lines(name: str, key: str) -> list[str]:
    """What stands behind a key, in every record of a vector file."""
    text = (VECTORS / name).read_text()
    return re.findall(rf"^{key} (.*)$", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "name",
    [
        "schedules",
        "algebra",
        "shapes",
        "decays",
        "reactive",
        "functions",
        "steps",
        "early_stopping",
        "stoppers",
        "digits",
    ],
)
def test_peers_still_say_what_is_committed(name: str) -> None:
    result = check(ROOT, name)
    assert result.returncode == 0, result.stderr


def test_check_finds_a_changed_number(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "Tests" / "Oracle", tmp_path / "Tests" / "Oracle")
    shutil.copytree(VECTORS, tmp_path / "Tests" / "Vectors")
    changed = tmp_path / "Tests" / "Vectors" / "early_stopping.txt"
    text = changed.read_text()
    changed.write_text(text.replace("patience 5\n", "patience 6\n", 1))
    result = check(tmp_path, "early_stopping", "digits")
    line = text.splitlines().index("patience 5") + 1
    assert result.returncode == 1
    assert f"early_stopping.txt:{line}: word 1 differs" in result.stderr
    assert "digits" not in result.stderr


@pytest.mark.parametrize(
    ("key", "ulps", "agrees"), [("param32", 8, True), ("param32", 9, False), ("grad", 1, False)]
)
def test_a_step_may_differ_by_the_processors_square_root(key: str, ulps: int, agrees: bool) -> None:
    committed = (VECTORS / "steps.txt").read_bytes()
    line = next(x for x in committed.splitlines() if x.startswith(f"{key} ".encode()))
    name, word, *rest = line.split()
    asked = committed.replace(line, b" ".join([name, b"%08x" % (int(word, 16) + ulps), *rest]), 1)
    assert agree(steps, committed, asked) is agrees


@pytest.mark.parametrize("name", FILES)
def test_every_reason_is_given_once(name: str) -> None:
    reasons = lines(name, "vector")
    assert reasons
    assert len(set(reasons)) == len(reasons)


def test_every_kind_has_a_row() -> None:
    library = ctypes.CDLL(str(LIBRARY))
    library.sched_kind_count.restype = ctypes.c_size_t
    library.sched_kind_name.argtypes = [ctypes.c_size_t]
    library.sched_kind_name.restype = ctypes.c_char_p
    kinds = {library.sched_kind_name(i).decode() for i in range(library.sched_kind_count())}
    texts = [text for name in SCHEDULES for text in lines(name, "text")]
    functions = set(lines("functions.txt", "kind"))
    assert kinds == functions | {kind for text in texts for kind in re.findall(r"(\w+)\(", text)}


# torch has not all settings, Keras has.
@pytest.mark.parametrize("kind, name", [("adamw", "steps.txt"), ("sgd", "keras_steps.txt")])
def test_hyperparameters_are_the_members_of_the_struct(kind: str, name: str) -> None:
    header = (ROOT / "Include" / "sched_optimizers.h").read_text()
    found = re.search(rf"typedef struct sched_{kind} {{(.*?)}} sched_{kind};", header, re.DOTALL)
    assert found
    body = re.sub(r"/\*.*?\*/", "", found[1], flags=re.DOTALL)
    declared = re.findall(r"\w+(?=\s*[,;])", body)
    given = {
        tuple(word.partition("=")[0] for word in hyper.split())
        for k, hyper in zip(lines(name, "kind"), lines(name, "hyper"), strict=True)
        if k == kind
    }
    assert [sorted(names) for names in given] == [sorted(declared)]


def test_digits_are_scikit_learns() -> None:
    records = np.fromfile(VECTORS / "digits.bin", dtype=np.uint8).reshape(-1, 65)
    images, labels = load_digits(return_X_y=True)
    theirs = np.column_stack([images, labels]).astype(np.uint8)
    assert not np.array_equal(records, theirs), "not shuffled"
    assert sorted(map(bytes, records)) == sorted(map(bytes, theirs))


def test_each_split_of_the_digits_has_every_class() -> None:
    labels = np.fromfile(VECTORS / "digits.bin", dtype=np.uint8).reshape(-1, 65)[:, 64]
    for split in np.split(labels, [1197, 1497]):
        counts = np.bincount(split, minlength=10)
        # Ten classes, near a tenth each: a split sorted by class would miss some.
        assert counts.min() > 0.05 * len(split)
