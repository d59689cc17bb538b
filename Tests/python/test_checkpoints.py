"""Best weights in memory and in folders: what comes back, and what a kill or a failure leaves."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import libsched
import numpy as np
import pytest
import safetensors.numpy
import torch
from libsched import EarlyStopping, SchedError, Verdict
from libsched.callbacks import Loop
from libsched.checkpoints import Checkpoints

METRICS = [5.0, 4.0, 4.5, 3.0, 3.5, 3.6, 3.7]


def module() -> torch.nn.Module:
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))


class Counter:
    """An object with state_dict, of nothing but what Python has."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {"count": 0, "seen": [], "pair": (1, None), "worst": math.inf}

    def state_dict(self) -> dict[str, Any]:
        return self.state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.state = state


class Keras:
    def __init__(self) -> None:
        self.weights = [np.zeros(2), np.ones((2, 2), np.float32)]

    def get_weights(self) -> list[Any]:
        return self.weights

    def set_weights(self, weights: list[Any]) -> None:
        for old, new in zip(self.weights, weights, strict=True):
            old[...] = new


def moved(holder: Any) -> None:
    """Changes all of it, in place."""
    if isinstance(holder, Counter):
        holder.state["count"] += 1
        holder.state["seen"].append(math.nan)
    elif isinstance(holder, libsched.Scheduler):
        holder.next()
    else:
        for value in values(holder):
            value += 1


def values(holder: Any) -> list[Any]:
    """Its arrays or tensors themselves."""
    if isinstance(holder, torch.nn.Module):
        return [value.detach() for value in holder.state_dict(keep_vars=True).values()]
    if isinstance(holder, Keras):
        return holder.weights
    if isinstance(holder, dict):
        return [one for value in holder.values() for one in values(value)]
    if isinstance(holder, list | tuple):
        return [one for value in holder for one in values(value)]
    return [holder.detach() if isinstance(holder, torch.Tensor) else holder]


def shown(holder: Any) -> str:
    """All of it, exactly."""
    if isinstance(holder, Counter):
        return repr(holder.state)
    if isinstance(holder, libsched.Scheduler):
        return holder.save()
    return repr([(str(one.dtype), one.tolist()) for one in values(holder)])


HOLDERS = {
    "an array": lambda: np.arange(3.0),
    "an array in Fortran's order": lambda: np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "a strided array": lambda: np.arange(6, dtype=np.int16)[::2],
    "an array of no dimensions, and an empty one": lambda: [np.array(2.0), np.zeros((0, 3))],
    "half precision": lambda: {
        "half": np.ones(3, np.float16),
        "flag": np.arange(3, dtype=np.uint8),
    },
    "a mapping, nested": lambda: {"a.b": np.ones(2), "a": {"b": np.zeros(3)}, "c": (np.ones(1),)},
    "a tensor": lambda: torch.arange(3.0, requires_grad=True),
    "bfloat16": lambda: [torch.ones(2, dtype=torch.bfloat16), np.ones(2)],
    "a module": module,
    "get_weights and set_weights": Keras,
    "a state that is no array": Counter,
    "a scheduler": lambda: libsched.Scheduler(libsched.StepLR(2), bases=[0.1]),
}


@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
@pytest.mark.parametrize("name", HOLDERS)
def test_the_best_comes_back(name: str, on_disk: bool, tmp_path: Path) -> None:
    holder = HOLDERS[name]()
    where = tmp_path / "run" if on_disk else None
    loop = Loop(EarlyStopping(3), holder, restore_best=True, folder=where)
    states = []
    for epoch in loop.epochs(100):
        moved(holder)
        states.append(shown(holder))
        loop.observe(METRICS[epoch])
    assert loop.verdict is Verdict.STOP and len(states) == 7
    assert shown(holder) == states[3]
    assert len(set(states)) == 7


@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
def test_the_best_comes_back_when_the_run_simply_ends(on_disk: bool, tmp_path: Path) -> None:
    weights = np.zeros(2)
    loop = Loop(EarlyStopping(50), weights, restore_best=True, folder=tmp_path if on_disk else None)
    for epoch in loop.epochs(len(METRICS)):
        weights += 1
        loop.observe(METRICS[epoch])
    assert not loop.stopped and weights.tolist() == [4, 4]
    assert loop.restore() == 3


def test_nothing_comes_back_where_nothing_was_best(tmp_path: Path) -> None:
    weights = np.zeros(2)
    loop = Loop(EarlyStopping(2), weights, restore_best=True, folder=tmp_path)
    for _ in loop.epochs(9):
        weights += 1
        loop.observe(math.nan)
    assert weights.tolist() == [2, 2] and loop.restore() is None
    assert Checkpoints(tmp_path).best is None


def test_tied_weights_and_an_optimizer_come_back(tmp_path: Path) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3))
    model[1].weight = model[0].weight
    optimizer = torch.optim.Adam(model.parameters())

    def train() -> None:
        optimizer.zero_grad()
        model(torch.ones(2, 3)).square().sum().backward()
        optimizer.step()

    train()
    folder = Checkpoints(tmp_path)
    folder.save(0, {"model": model, "optimizer": optimizer}, metric=1.0)
    train()
    after = [one.clone() for one in model.state_dict().values()]
    folder.load("last", {"model": model, "optimizer": optimizer})
    assert model[1].weight is model[0].weight
    train()
    for one, other in zip(model.state_dict().values(), after, strict=True):
        assert torch.equal(one, other)


def test_other_readers_read_the_file_of_a_module(tmp_path: Path) -> None:
    model = module()
    Checkpoints(tmp_path).save(0, {"model": model}, metric=1.0)
    held = safetensors.numpy.load_file(tmp_path / "000001.model.safetensors")
    assert held.keys() == model.state_dict().keys()
    for name, value in model.state_dict().items():
        assert np.array_equal(held[name], value.numpy())


@pytest.mark.parametrize(
    ("last", "best", "mode", "expected"),
    [
        (1, 1, "min", [3, 6]),
        (2, 3, "min", [3, 4, 5, 6]),
        (0, 2, "min", [3, 4]),
        (1, 2, "max", [0, 2, 6]),
        (3, 0, "min", [4, 5, 6]),
        (0, 0, "min", []),
        (50, 1, "min", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_the_last_and_the_best_are_kept(
    last: int, best: int, mode: Any, expected: list[int], tmp_path: Path
) -> None:
    folder = Checkpoints(tmp_path, keep_last=last, keep_best=best, mode=mode)
    for epoch, metric in enumerate(METRICS):
        assert folder.save(epoch, {"w": np.full(2, epoch)}, metric=metric) == (
            last > 0 or epoch in np.argsort(METRICS[: epoch + 1], kind="stable")[:best]
        )
    again = Checkpoints(tmp_path)
    assert [one.at for one in again.checkpoints] == expected
    for at in expected:
        assert again.read(at)[1]["w"].tolist() == [at, at]
    names = {path.name for path in tmp_path.iterdir()} - {"checkpoints.json"}
    assert names == {one.files["w"] for one in again.checkpoints}


def test_of_equals_the_first_is_best_and_nan_never(tmp_path: Path) -> None:
    folder = Checkpoints(tmp_path)
    for at, metric in enumerate([math.nan, 2.0, 2.0, math.nan, math.inf]):
        folder.save(at, {"w": np.zeros(1)}, metric=metric)
    assert folder.best is not None and folder.best.at == 1
    assert [one.at for one in folder.checkpoints] == [1, 4]
    assert (
        json.loads((tmp_path / "checkpoints.json").read_text())["checkpoints"][1]["metric"] == "inf"
    )


def test_the_best_is_the_stoppers(tmp_path: Path) -> None:
    # Less by less than min_delta is no new best, though it is less.
    weights = np.zeros(1)
    loop = Loop(EarlyStopping(9, min_delta=0.5), weights, folder=tmp_path)
    for epoch in loop.epochs(3):
        weights[:] = epoch
        loop.observe([1.0, 0.4, 0.3][epoch])
    assert loop.restore() == 1 and weights.tolist() == [1]


# -- What can go wrong --------------------------------------------------------


def test_a_kill_before_any_system_call_leaves_a_whole_run() -> None:
    # In memory where there is such a folder: what fsync waits for is not what is tested.
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=shared) as scratch:
        answer = subprocess.run(
            [sys.executable, Path(__file__).with_name("killed.py"), scratch],
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert answer.returncode == 0, answer.stderr
    # Five checkpoints of two parts and an index, each at least opened, written, synced, renamed.
    assert int(answer.stdout) > 5 * 3 * 4


def test_what_cannot_be_written_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Checkpoints(tmp_path)
    parts = {"a": np.zeros(3), "b": np.zeros(3)}
    folder.save(0, parts, metric=1.0)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    replaced, calls = os.replace, 0

    def fails(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == turn:
            raise OSError(28, "No space left on device")
        replaced(*arguments)

    monkeypatch.setattr(os, "replace", fails)
    for turn in (1, 2, 3):
        calls = 0
        with pytest.raises(OSError, match="No space left"):
            folder.save(1, parts, metric=0.5)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert folder.best is not None and folder.best.at == 0
    assert folder.save(1, parts, metric=0.5) and folder.best.at == 1


def test_files_of_others_stay(tmp_path: Path) -> None:
    for name in ("notes.txt", "model.safetensors"):
        (tmp_path / name).write_text("mine")
    folder = Checkpoints(tmp_path)
    (tmp_path / "000009.w.safetensors").write_text("what a killed run left")
    for at in range(3):
        folder.save(at, {"w": np.zeros(1)}, metric=at)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000001.w.safetensors", "000003.w.safetensors",
        "checkpoints.json", "model.safetensors", "notes.txt",
    ]  # fmt: skip


def test_what_does_not_fit_is_refused_and_nothing_put_back(tmp_path: Path) -> None:
    folder = Checkpoints(tmp_path)
    folder.save(0, {"w": {"a": np.ones(2), "b": np.ones(3)}, "m": module()}, metric=1.0)
    other = {"a": np.zeros(2), "b": np.zeros(4)}
    with pytest.raises(SchedError, match=r"parts\['w'\]\['b'\] shape=\(4,\); accepted: 3"):
        folder.load("best", {"w": other})
    assert other["a"].tolist() == [0, 0]
    with pytest.raises(SchedError, match=r"\['c'\]='is not in the copy'"):
        folder.load("best", {"w": {"a": np.zeros(2), "b": np.zeros(3), "c": np.zeros(1)}})
    wider = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(5))
    before = shown(wider)
    with pytest.raises(SchedError, match="weight'] shape"):
        folder.load("best", {"m": wider})
    assert shown(wider) == before
    with pytest.raises(SchedError, match="parts='x'; accepted: some of"):
        folder.load("best", {"x": other})
    for which in ("first", 7):
        with pytest.raises(SchedError, match=rf"which={which!r}; accepted: 'best', 'last' or one"):
            folder.load(which, {"w": other})  # type: ignore[arg-type]
    assert other["a"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"at": -1}, "at=-1; accepted: an integer from 0"),
        ({"metric": "low"}, "metric='low'; accepted: a number"),
        ({"parts": {"a b": np.zeros(1)}}, "parts='a b'; accepted: names of letters"),
        ({"parts": {"w": 1.0}}, r"parts\['w'\]=1.0; accepted: an array or a tensor"),
        ({"parts": {"w": []}}, r"parts\['w'\]=\[\]; accepted: an array or a tensor"),
        ({"parts": {"w": [np.zeros(1), "x"]}}, r"parts\['w'\]\[1\]='x'; accepted: an array or"),
        ({"parts": {"w": np.array([None])}}, "accepted: an array of numbers"),
        ({"told": {"x": math.nan}}, "told=.* accepted: what JSON can say"),
        ({"told": {"x": object()}}, "told=.* accepted: what JSON can say"),
    ],
)
def test_bad_checkpoints_are_refused_by_name(
    arguments: dict[str, Any], message: str, tmp_path: Path
) -> None:
    folder = Checkpoints(tmp_path)
    given = {"at": 0, "parts": {"w": np.zeros(1)}, "metric": 1.0} | arguments
    with pytest.raises(SchedError, match=message):
        folder.save(**given)
    assert [*tmp_path.iterdir()] == [] and folder.last is None


def test_a_state_that_no_file_holds_is_refused(tmp_path: Path) -> None:
    counter = Counter()
    counter.state["function"] = print
    with pytest.raises(SchedError, match=r"parts\['c'\]\['function'\]=<built-in function print>"):
        Checkpoints(tmp_path).save(0, {"c": counter}, metric=1.0)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"libsched": "checkpoints", "version": 99}', '{"libsched": 1']
)
def test_an_index_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "checkpoints.json").write_text(text)
    with pytest.raises(SchedError, match=r"checkpoints.json is no index of checkpoints"):
        Checkpoints(tmp_path)


@pytest.mark.parametrize("text", [b"", b"\x00" * 100, b"\xff" * 8, None])
def test_a_file_that_is_none_is_refused(text: bytes | None, tmp_path: Path) -> None:
    folder = Checkpoints(tmp_path)
    folder.save(0, {"w": np.zeros(100)}, metric=1.0)
    path = tmp_path / "000001.w.safetensors"
    path.write_bytes(path.read_bytes()[:-1] if text is None else text)
    with pytest.raises(SchedError, match=r"000001.w.safetensors is no file of weights"):
        folder.load("last", {"w": np.zeros(100)})
    path.unlink()
    with pytest.raises(FileNotFoundError):
        folder.load("last", {"w": np.zeros(100)})


# -- The loop -----------------------------------------------------------------


def test_a_folder_with_a_run_is_not_written_over(tmp_path: Path) -> None:
    weights = np.zeros(1)
    Loop(EarlyStopping(3), weights, folder=tmp_path).observe(1.0)
    with pytest.raises(SchedError, match="folder=.*accepted: one without a run; or resume=True"):
        Loop(EarlyStopping(3), weights, folder=tmp_path)
    weights[:] = 7
    loop = Loop(EarlyStopping(3), weights, folder=tmp_path, resume=True)
    assert weights.tolist() == [0] and loop.at == 0 and loop.history[0].metric == 1.0
    assert [*loop.epochs(3)] == [1, 2]


def test_a_run_that_has_stopped_stays_so(tmp_path: Path) -> None:
    weights = np.zeros(1)
    loop = Loop(EarlyStopping(1), weights, folder=tmp_path, restore_best=True)
    for epoch in loop.epochs(9):
        weights[:] = epoch
        loop.observe(1.0)
    again = np.full(1, 5.0)
    loop = Loop(EarlyStopping(1), again, folder=tmp_path, restore_best=True, resume=True)
    assert loop.stopped and [*loop.epochs(9)] == [] and again.tolist() == [0]


def test_epochs_without_a_metric_are_epochs() -> None:
    loop = Loop(EarlyStopping(1))
    seen = []
    for epoch in loop.epochs(20):
        seen.append(epoch)
        if epoch % 3 == 2:
            loop.observe(float(epoch))
    assert seen == [*range(6)] and [one.at for one in loop.history] == [2, 5]


def test_a_resume_needs_the_last_checkpoint(tmp_path: Path) -> None:
    weights = np.zeros(1)
    loop = Loop(EarlyStopping(9), weights, folder=tmp_path, keep_last=0)
    loop.observe(1.0)
    loop.observe(2.0)
    with pytest.raises(SchedError, match="of its last observation, 1: keep_last is 1 or more"):
        Loop(EarlyStopping(9), weights, folder=tmp_path, resume=True)


def test_the_history_is_a_ring() -> None:
    loop = Loop(EarlyStopping(99), history=3)
    for epoch in loop.epochs(10):
        loop.observe(float(epoch))
    assert [one.at for one in loop.history] == [7, 8, 9]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stopper": 3}, "stopper=3; accepted: an EarlyStopping"),
        ({"restore_best": True}, "weights=None; accepted: what is to be kept"),
        ({"weights": print}, "weights=<built-in function print>; accepted: an array"),
        ({"weights": np.zeros(1), "keep_best": 0, "restore_best": True}, "keep_best=0; accepted"),
        ({"keep_last": -1}, "keep_last=-1; accepted"),
        ({"resume": True}, "resume=True; accepted: False where there is no folder"),
        ({"reducer": 3}, "reducer=3; accepted: a Reducer"),
        ({"reducer": lambda: 3}, "reducer=3; accepted: a Reducer"),
        ({"policy": "best"}, "policy='best'; accepted: 'error', 'keep' or"),
        ({"weights": np.zeros(1), "folder": 3}, "folder=3; accepted: the path"),
        ({"also": {"weights": np.zeros(1)}}, "also='weights'; accepted: another name"),
        ({"history": -1}, "history=-1; accepted"),
    ],
)
def test_bad_loops_are_refused_by_name(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SchedError, match=message):
        Loop(**{"stopper": EarlyStopping(3)} | arguments)


def test_bad_observations_are_refused_by_name() -> None:
    loop = Loop(EarlyStopping(3))
    for arguments, message in (
        (("low",), "metric='low'"),
        ((1.0, 3), "weight=3; accepted: none without a reducer"),
    ):
        with pytest.raises(SchedError, match=message):
            loop.observe(*arguments)
    assert loop.verdict is None and not loop.history and loop.stopper.observed == 0
    with pytest.raises(SchedError, match="count=-1"):
        loop.epochs(-1)


def test_several_metrics_under_joined_rules(tmp_path: Path) -> None:
    stopper = EarlyStopping(2, mode="max", monitor="accuracy") | EarlyStopping(9, monitor="loss")
    weights = np.zeros(1)
    loop = Loop(stopper, weights, restore_best=True, folder=tmp_path, keep_best=2)
    accuracies = [0.5, 0.6, 0.9, 0.8, 0.7, 0.95]
    for epoch in loop.epochs(6):
        weights[:] = epoch
        loop.observe({"accuracy": accuracies[epoch], "loss": 1.0 + epoch, "other": 3.0})
    assert loop.stopped and loop.at == 4 and weights.tolist() == [2]
    assert [one.at for one in Checkpoints(tmp_path).checkpoints] == [1, 2, 4]
    assert [one.metric for one in loop.history][1:3] == [0.6, 0.9]
    assert math.isnan(loop.history[4].metric)
    assert "accuracy" in loop.reason and loop.reason == Checkpoints(tmp_path).told["reason"]


def test_a_budget_of_seconds_counts_from_the_begin_of_the_first_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    weights = np.zeros(1)

    def loop() -> Loop:
        rule = EarlyStopping.of("Budget", seconds=100.0) | EarlyStopping(50)
        return Loop(rule, weights, folder=tmp_path, resume=True)

    first = loop()
    now += 60
    assert first.observe(1.0) is Verdict.IMPROVED
    now += 5000
    second = loop()
    now += 30
    assert second.observe(0.9) is not Verdict.STOP and second.seconds == 90
    now += 30
    assert second.observe(0.8) is Verdict.STOP


def test_other_settings_are_refused_or_kept_as_the_policy_says(tmp_path: Path) -> None:
    weights = np.zeros(1)
    loop = Loop(EarlyStopping(2), weights, folder=tmp_path)
    for metric in (1.0, 2.0):
        loop.observe(metric)
    with pytest.raises(SchedError, match="patience"):
        Loop(EarlyStopping(5), weights, folder=tmp_path, resume=True)
    loop = Loop(EarlyStopping(5), weights, folder=tmp_path, resume=True, policy="keep")
    assert (loop.stopper.patience, loop.stopper.waited, loop.at) == (5, 1, 1)
    loop = Loop(EarlyStopping(5), weights, folder=tmp_path, resume=True, policy="restore")
    assert (loop.stopper.patience, loop.stopper.waited) == (2, 1)


def test_weights_that_do_not_fit_leave_the_loop_unmade(tmp_path: Path) -> None:
    Loop(EarlyStopping(2), np.zeros(1), folder=tmp_path).observe(1.0)
    stopper, weights = EarlyStopping(2), np.zeros(2)
    with pytest.raises(SchedError, match="shape"):
        Loop(stopper, weights, folder=tmp_path, resume=True)
    assert stopper.observed == 0


def test_best_weights_that_are_gone_are_not_passed_over_in_silence() -> None:
    weights = np.zeros(1)
    loop = Loop(EarlyStopping(2), weights, restore_best=True)
    loop.observe(1.0)
    state = json.loads(json.dumps(loop.state_dict()))
    again = Loop(EarlyStopping(2), weights, restore_best=True)
    again.load_state_dict(state)
    assert again.at == 0 and again.verdict is Verdict.IMPROVED
    with pytest.warns(RuntimeWarning, match="weights of the best epoch, 0, were kept in a process"):
        assert again.restore() is None
    for bad in ({}, state | {"verdict": "good"}, state | {"stopper": "x"}, state | {"at": -1}):
        with pytest.raises(SchedError):
            again.load_state_dict(bad)
    assert again.state_dict()["stopper"] == state["stopper"]
