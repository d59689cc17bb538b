"""Every rank decides the same: real processes of torch.distributed and of MPI."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpi4py
import pytest
from libsched import EarlyStopping, SchedError
from libsched.callbacks import Loop
from libsched.distributed import MPIReducer, RankError, Reducer, TorchReducer

RANKS = Path(__file__).with_name("ranks.py")
# Of four ranks; the sums of the first are not those of the exact numbers in any order.
METRICS = [[0.1, 0.7, 1e-17, 0.3], [0.9, 0.2, 0.4, 0.1], [1.0, 1.5, 1.1, 1.3], [2.0, 1.0, 9.0, 4.0]]
WEIGHTS = [3, 0, 10, 7]


def launched(kind: str, size: int, case: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    """What the ranks print, in their order; those that were killed print nothing."""
    arguments = [sys.executable, str(RANKS), kind, case, json.dumps(told)]
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    if kind == "mpi":
        launcher = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(size)]
        commands, envs = [[*launcher, *arguments]], [env]
    else:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        at = env | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": str(size)}
        commands, envs = [arguments] * size, [at | {"RANK": str(rank)} for rank in range(size)]
    running = [
        subprocess.Popen(
            command, env=one, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for command, one in zip(commands, envs, strict=True)
    ]
    try:
        printed = [process.communicate(timeout=100) for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    lines = [line for out, _ in printed for line in out.splitlines() if line.startswith("{")]
    answers = sorted((json.loads(line) for line in lines), key=lambda one: one["rank"])
    if case not in ("dies", "sleeps"):
        assert [process.returncode for process in running] == [0] * len(running), printed
        assert [one["rank"] for one in answers] == [*range(size)], printed
    else:
        assert any(process.returncode for process in running)
    return answers


KINDS = pytest.mark.parametrize("kind", ["torch", "mpi"])


@KINDS
@pytest.mark.parametrize(("size", "how"), [(2, "mean"), (4, "weighted")])
def test_every_rank_decides_the_same(kind: str, size: int, how: str, tmp_path: Path) -> None:
    told: dict[str, Any] = {"metrics": METRICS, "how": how, "folder": str(tmp_path)}
    if how == "weighted":
        told["weights"] = WEIGHTS
    answers = launched(kind, size, "run", told)
    weights = WEIGHTS if how == "weighted" else [1] * size
    for epoch, seen in enumerate(answers[0]["seen"]):
        exact = sum(Fraction(m) * w for m, w in zip(METRICS[epoch], weights, strict=False))
        assert float.fromhex(seen) == pytest.approx(float(exact / sum(weights)), rel=4e-16)
    assert answers[0]["verdicts"] == ["improved", "waiting", "stop"]
    for other in answers[1:]:
        assert other | {"rank": 0} == answers[0]
    assert answers[0]["weights"] == [1]


@KINDS
def test_a_rank_with_nan_is_nan_on_all_and_a_run_resumes_on_all(kind: str, tmp_path: Path) -> None:
    told = {"metrics": [[1.0, 2.0], ["nan", 1.0]], "folder": str(tmp_path)}
    for answer in launched(kind, 2, "run", told):
        assert answer["seen"] == [(1.5).hex(), "nan"]
        assert answer["verdicts"] == ["improved", "waiting"] and answer["weights"] == [1]
    told["metrics"] = [*told["metrics"], [0.5, 0.0], [1.0, 1.0]]
    for answer in launched(kind, 2, "run", told):
        assert answer["seen"] == [(1.5).hex(), "nan", (0.25).hex(), (1.0).hex()]
        assert answer["verdicts"] == ["improved", "waiting", "improved", "waiting"]
        assert answer["weights"] == [3]


@KINDS
def test_a_rank_without_a_metric_is_an_error_on_all(kind: str) -> None:
    first, second = launched(kind, 2, "refused", {})
    assert second["error"] == "SchedError" and "metric='none'" in second["message"]
    assert (first["error"], first["message"]) == (
        "RankError",
        "the metric or weight of rank 1 was refused there",
    )


@KINDS
def test_ranks_at_different_places_are_an_error_on_all(kind: str) -> None:
    first, second = launched(kind, 2, "waits", {})
    assert "rank 0 combines by 'mean', rank 1 does not" in first["message"]
    assert "rank 1 waits, rank 0 does not" in second["message"]


@KINDS
def test_a_rank_that_does_not_answer_is_an_error_within_the_timeout(kind: str) -> None:
    (answer,) = launched(kind, 2, "sleeps", {"timeout": 1.5})
    assert answer["error"] == "RankError"
    assert "rank 0 of 2 has no answer from all others within 1.5 s" in answer["message"]
    assert 1.4 < answer["seconds"] < 10


def test_a_rank_that_dies_is_an_error_under_torch() -> None:
    answers = launched("torch", 4, "dies", {"timeout": 5})
    assert [one["rank"] for one in answers] == [0, 2, 3]
    for answer in answers:
        assert answer["error"] == "RankError" and answer["seconds"] < 15


def test_a_rank_that_dies_ends_the_run_under_mpi() -> None:
    # Open MPI ends the other ranks as soon as it notices, whether or not they have.
    begun = time.monotonic()
    launched("mpi", 4, "dies", {"timeout": 5})
    assert time.monotonic() - begun < 30


class Given(Reducer):
    """A reducer whose other ranks say what a test gives."""

    def __init__(self, others: list[tuple[float, float]], how: Any) -> None:
        super().__init__(how)
        self.others, self.rank, self.size = others, 0, 1 + len(others)

    def gather(self, values: list[float]) -> list[list[float]]:
        return [values, *([*values[:2], *other] for other in self.others)]


@pytest.mark.parametrize(
    ("how", "mine", "others", "expected"),
    [
        ("mean", (1.0, None), [(2.0, 1.0)], 1.5),
        ("mean", (1e308, None), [(1e308, 1.0)], 1e308),
        ("mean", (math.inf, None), [(2.0, 1.0)], math.inf),
        ("mean", (math.inf, None), [(-math.inf, 1.0)], math.nan),
        ("min", (1.0, None), [(math.nan, 1.0)], math.nan),
        ("min", (math.nan, None), [(0.0, 1.0)], math.nan),
        ("max", (-math.inf, None), [(3.0, 1.0)], 3.0),
        ("weighted", (1.0, 1), [(4.0, 2.0)], 3.0),
        ("weighted", (math.nan, 0), [(4.0, 2.0)], 4.0),
        ("weighted", (math.nan, 1), [(4.0, 2.0)], math.nan),
        ("weighted", (2.0, 1e308), [(4.0, 1e-308)], 2.0),
    ],
)
def test_combining(how: str, mine: Any, others: Any, expected: float) -> None:
    assert Given(others, how)(*mine) == pytest.approx(expected, nan_ok=True, rel=1e-15)


def test_several_metrics_are_combined_by_their_names() -> None:
    loop = Loop(EarlyStopping(2, monitor="loss"), reducer=lambda: Given([(3.0, 1.0)], "mean"))
    loop.observe({"accuracy": 0.5, "loss": 1.0})
    assert loop.stopper.best == 2.0 and loop.history[0].metric == 2.0


@pytest.mark.parametrize(
    ("how", "arguments", "message"),
    [
        ("mean", (1.0, 3), "weight=3; accepted: none under how='mean'"),
        ("weighted", (1.0,), "weight=None; accepted: the number of samples"),
        ("weighted", (1.0, -1), "weight=-1.0; accepted: the number of samples"),
        ("weighted", (1.0, math.inf), "weight=inf; accepted: the number of samples"),
        ("weighted", (1.0, 0), "accepted: above 0 on one rank at least"),
        ("mean", (None,), "metric=None; accepted: a number"),
    ],
)
def test_bad_metrics_are_refused_by_name(how: str, arguments: Any, message: str) -> None:
    with pytest.raises(SchedError, match=message):
        Given([], how)(*arguments)


def test_bad_reducers_are_refused_by_name() -> None:
    with pytest.raises(SchedError, match="how='median'; accepted: 'mean', 'weighted', 'min' or"):
        Given([], "median")
    with pytest.raises(SchedError, match=r"torch\.distributed='not initialized'"):
        TorchReducer()
    for timeout in (0, -1.0, math.nan, math.inf):
        with pytest.raises(SchedError, match="timeout=.* accepted: seconds, above 0"):
            TorchReducer(timeout=timeout)
    mpi4py.rc(initialize=False)
    with pytest.raises(SchedError, match="comm=3; accepted: a communicator"):
        MPIReducer(comm=3)
    assert issubclass(RankError, RuntimeError)
