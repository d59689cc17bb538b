"""The demo as a person runs it: one command, a picture, a network that can read."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "Bindings" / "python" / "examples" / "digits.py"
EPOCHS = 100


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    """What it printed, what its progress bar wrote, and its picture."""
    picture = tmp_path_factory.mktemp("demo") / "new folder" / "demo.png"
    command = [sys.executable, str(DEMO), "--epochs", str(EPOCHS), "--out", str(picture)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout, result.stderr, picture


def test_reads_97_of_100_test_images(run: tuple[str, str, Path]) -> None:
    found = re.search(r"^test accuracy\s+([\d.]+)%$", run[0], re.MULTILINE)
    assert found
    assert float(found[1]) >= 97.0


def test_stops_early_when_patience_is_out(run: tuple[str, str, Path]) -> None:
    line = r"^best epoch\s+(\d+) of (\d+), validation loss ([\d.]+)$"
    found = re.search(line, run[0], re.MULTILINE)
    assert found
    best, ran = int(found[1]), int(found[2])
    assert ran < EPOCHS
    assert ran - best == 12
    rows = [line.split() for line in run[0].splitlines() if re.match(r"\s+\d", line)]
    assert rows[-1][0] == str(ran)
    assert rows[-1][-1] == "stop"
    # None in the table beats the best by more than the demo's min_delta.
    assert all(float(row[4]) >= float(found[3]) - 0.00105 for row in rows)


def test_table_has_the_warm_up_and_the_cosine(run: tuple[str, str, Path]) -> None:
    rows = [line.split() for line in run[0].splitlines() if re.match(r"\s+\d", line)]
    rates = {int(row[0]): float(row[1]) for row in rows}
    # A tenth of 1e-3, then up by equal steps to where the cosine takes over, then down.
    assert rates[1] == pytest.approx(1e-4)
    assert np.diff([rates[epoch] for epoch in range(1, 6)]) == pytest.approx(1.8e-4)
    later = [rate for epoch, rate in rates.items() if epoch > 6]
    assert later == sorted(later, reverse=True)


def test_shows_progress(run: tuple[str, str, Path]) -> None:
    assert "epoch/s" in run[1]
    assert "validation=" in run[1]


def test_draws_a_picture(run: tuple[str, str, Path]) -> None:
    assert run[2].read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    pixels = imread(run[2])[:, :, :3]
    height, width, _ = pixels.shape
    assert width >= 1200
    assert height >= 800
    # Paper, and on it the marks of the best epoch and of both losses.
    assert (pixels == 1).all(axis=2).mean() > 0.5
    for colour in ("3b6fb6", "c8413b", "2a7d4f"):
        wanted = np.frombuffer(bytes.fromhex(colour), np.uint8) / 255
        assert np.isclose(pixels, wanted, atol=1e-3).all(axis=2).sum() > 100, colour


def told(*arguments: str, folder: Path) -> str:
    command = [sys.executable, str(DEMO), "--out", str(folder / "demo.png"), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert (folder / "demo.png").stat().st_size > 10_000
    return result.stdout


def test_prints_every_epoch_and_the_time(run: tuple[str, str, Path]) -> None:
    rows = [line.split() for line in run[0].splitlines() if re.match(r"\s+\d", line)]
    assert [int(row[0]) for row in rows] == [*range(1, len(rows) + 1)]
    for row in rows:
        assert float(row[2]) > 0 and float(row[4]) > 0
        assert 0 < float(row[3].removesuffix("%")) <= 100 >= float(row[5].removesuffix("%")) > 0
    assert re.search(r"^total time +[\d.]+ s, [\d.]+ ms an epoch$", run[0], re.MULTILINE)
    assert f"early stopping at epoch {len(rows)} of {EPOCHS}" in run[0]


def test_a_schedule_by_its_name_or_its_text(tmp_path: Path) -> None:
    out = told("--epochs", "6", "--lr-scheduler", "CosineAnnealingLR", folder=tmp_path)
    assert "schedule  CosineAnnealingLR(T_max=6, eta_min=0.0)\n" in out
    rates = [line.split()[1] for line in out.splitlines() if re.match(r"\s+\d", line)]
    cosine = [5e-4 * (1 + np.cos(np.pi * epoch / 6)) for epoch in range(6)]
    assert rates == [f"{rate:.3e}" for rate in cosine]
    text = "StepLR(2, gamma=0.5)"
    out = told("--epochs", "5", "--no-early-stopping", "--lr-scheduler", text, folder=tmp_path)
    rates = [line.split()[1] for line in out.splitlines() if re.match(r"\s+\d", line)]
    assert rates == ["1.000e-03", "1.000e-03", "5.000e-04", "5.000e-04", "2.500e-04"]
    assert "early stopping off\n" in out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("OneCycleLR", "OneCycleLR(max_lr=0.001, total_steps=10"),
        ("MultiStepLR", "MultiStepLR(milestones=[5, 7]"),
        ("WarmupStableDecay", "WarmupStableDecay(num_warmup_steps=1, num_stable_steps=7, "),
    ],
)
def test_a_name_alone_stands_for_the_usual(name: str, text: str, tmp_path: Path) -> None:
    assert text in told("--epochs", "10", "--lr-scheduler", name, folder=tmp_path)


def test_a_rate_that_follows_the_loss(tmp_path: Path) -> None:
    # Nothing is better by so much: the rate falls after two epochs, and the run stops after four.
    plateau = "ReduceLROnPlateau(patience=1, threshold=9, threshold_mode='abs')"
    stop = ("--patience", "4", "--min-delta", "9")
    out = told("--lr-scheduler", plateau, *stop, folder=tmp_path)
    assert "0.001 at first, 0.001 at most, 0.0001 at last; lowered once, at epoch 4\n" in out
    assert "early stopping at epoch 5 of 100" in out
    assert "best epoch     1 of 5" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lr-scheduler", "Nope"], "Nope"),
        (["--lr-scheduler", "StepLR(0)"], "StepLR step_size=0"),
        (["--lr-scheduler", "InverseSqrt"], "InverseSqrt timescale"),
        (["--patience", "-1"], "patience=-1"),
        (["--min-delta", "nan"], "min_delta=nan"),
        (["--epochs", "0"], "--epochs 0: at least 1"),
    ],
)
def test_refuses_by_name(arguments: list[str], message: str) -> None:
    command = [sys.executable, str(DEMO), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2 and message in result.stderr.splitlines()[-1]


def test_refuses_a_run_shorter_than_its_warm_up() -> None:
    command = [sys.executable, str(DEMO), "--epochs", "5"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "the warm-up alone takes 5" in result.stderr
