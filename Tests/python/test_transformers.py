"""libsched.transformers against what transformers answered: rates, errors and states."""

from __future__ import annotations

import builtins
import copy
import functools
import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import libsched
import numpy as np
import pytest
import torch
from libsched import transformers
from libsched.optim import lr_scheduler

PEERS = Path(__file__).resolve().parent.parent / "Vectors" / "peers"


def recorded(name: str) -> list[dict[str, Any]]:
    vectors: list[dict[str, Any]] = json.loads((PEERS / name).read_text())["vectors"]
    return vectors


class Optimizer:
    """What a scheduler sees of one: groups of their own rates, and a default rate of 0.1."""

    def __init__(self, *rates: Any) -> None:
        self.param_groups: list[dict[str, Any]] = [{"lr": rate} for rate in rates]
        self.defaults = {"lr": 0.1}


def make(function: str, optimizer: Any, **arguments: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(transformers, function)(optimizer=optimizer, **arguments)


def rates(optimizer: Any) -> list[Any]:
    return [group["lr"] for group in optimizer.param_groups]


def identity(vector: dict[str, Any]) -> str:
    return f"{vector['name']}-{vector['args']}-{vector['lrs']}"


def run(vector: dict[str, Any], optimizer: Optimizer, seen: list[list[Any]]) -> None:
    """Runs a recording again; `seen` gets the rates at construction and after each step."""
    scheduler = make(vector["name"], optimizer, **vector["args"])
    seen.append(rates(optimizer))
    # Where it raised in the midst and the rates before were not kept, on until it raises.
    steps = 120 if "raises" in vector else len(vector["values"]) - 1
    for metric in vector.get("metrics", [None] * steps):
        scheduler.step(*([] if metric is None else [metric]))
        seen.append(rates(optimizer))


def agree(vector: dict[str, Any]) -> None:
    """The same rates, bit for bit, and then the same error if any."""
    seen: list[list[Any]] = []
    if "raises" in vector:
        with pytest.raises(getattr(builtins, vector["raises"])) as raised:
            run(vector, Optimizer(*vector["lrs"]), seen)
        assert str(raised.value) == vector.get("message", str(raised.value))
    else:
        run(vector, Optimizer(*vector["lrs"]), seen)
    if "values" in vector:
        bits = [[rate.hex() for rate in values] for values in vector["values"]]
        assert [[rate.hex() for rate in values] for values in seen] == bits


@pytest.mark.parametrize("vector", recorded("transformers.json"), ids=identity)
def test_rates_are_theirs(vector: dict[str, Any]) -> None:
    agree(vector)


@pytest.mark.parametrize("vector", recorded("transformers_odd.json"), ids=identity)
def test_odd_arguments_do_what_they_do_there(vector: dict[str, Any]) -> None:
    agree(vector)


# How each is called where nothing is odd.
PLAIN: dict[str, dict[str, Any]] = {
    "get_constant_schedule": {},
    "get_constant_schedule_with_warmup": {"num_warmup_steps": 5},
    "get_linear_schedule_with_warmup": {"num_warmup_steps": 5, "num_training_steps": 30},
    "get_cosine_schedule_with_warmup": {"num_warmup_steps": 5, "num_training_steps": 30},
    "get_cosine_with_hard_restarts_schedule_with_warmup": {
        "num_warmup_steps": 5,
        "num_training_steps": 30,
        "num_cycles": 3,
    },
    "get_polynomial_decay_schedule_with_warmup": {
        "num_warmup_steps": 5,
        "num_training_steps": 30,
        "power": 2.0,
    },
    "get_inverse_sqrt_schedule": {"num_warmup_steps": 5},
    "get_cosine_with_min_lr_schedule_with_warmup": {
        "num_warmup_steps": 5,
        "num_training_steps": 30,
        "min_lr": 0.01,
    },
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": {
        "num_warmup_steps": 5,
        "num_training_steps": 30,
        "min_lr_rate": 0.1,
        "warmup_lr_rate": 0.2,
    },
    "get_wsd_schedule": {
        "num_warmup_steps": 5,
        "num_decay_steps": 10,
        "num_training_steps": 30,
        "min_lr_ratio": 0.1,
    },
}


@pytest.mark.parametrize("name", PLAIN)
def test_the_library_has_the_schedule(name: str) -> None:
    scheduler = make(name, Optimizer(0.1, 0.5), **PLAIN[name])
    schedule = scheduler.lr_lambdas[0].schedule
    assert isinstance(schedule, libsched.Schedule)
    factors = [scheduler.lr_lambdas[0](step) for step in range(50)]
    assert schedule.rates(50, 1.0).tolist() == factors
    # And what is computed here where the library has none is the same.
    if scheduler.lr_lambdas[0].otherwise is not None:
        assert [scheduler.lr_lambdas[0].otherwise(step) for step in range(50)] == factors


@pytest.mark.parametrize("name", PLAIN)
def test_states_go_from_and_to_torchs(name: str) -> None:
    def theirs() -> Any:
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
        factor = make(name, Optimizer(0.1), **PLAIN[name]).lr_lambdas[0]
        if factor.otherwise is None:
            return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1)
        # transformers, too, gives torch a partial.
        return torch.optim.lr_scheduler.LambdaLR(optimizer, functools.partial(factor.otherwise))

    def ours() -> Any:
        return make(name, torch.optim.SGD([torch.zeros(1)], lr=0.1), **PLAIN[name])

    walked = theirs(), ours()
    for _ in range(17):
        for scheduler in walked:
            scheduler.optimizer.step()
            scheduler.step()
    assert list(walked[0].state_dict()) == list(walked[1].state_dict())
    assert walked[0].state_dict() == walked[1].state_dict()
    for fresh, state in ((theirs(), walked[1]), (ours(), walked[0])):
        fresh.load_state_dict(copy.deepcopy(state.state_dict()))
        for scheduler in (fresh, state):
            scheduler.optimizer.step()
            scheduler.step()
        assert fresh.get_last_lr() == state.get_last_lr()
        assert fresh.state_dict() == state.state_dict()
        assert rates(fresh.optimizer) == fresh.get_last_lr()


@pytest.mark.parametrize("name", PLAIN)
def test_resumes_at_last_epoch(name: str) -> None:
    optimizer = Optimizer(0.1, 0.5)
    scheduler = make(name, optimizer, **PLAIN[name])
    for _ in range(12):
        scheduler.step()
    again = Optimizer(0.1, 0.5)
    for group in again.param_groups:
        group["initial_lr"] = group["lr"]
    resumed = make(name, again, last_epoch=11, **PLAIN[name])
    for _ in range(5):
        assert rates(again) == rates(optimizer)
        scheduler.step()
        resumed.step()
    with pytest.raises(KeyError, match="initial_lr"):
        make(name, Optimizer(0.1), last_epoch=3, **PLAIN[name])


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("how", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_go_on_alone(name: str, how: Any) -> None:
    scheduler = make(name, Optimizer(0.1, 0.5), **PLAIN[name])
    for _ in range(8):
        scheduler.step()
    other = how(scheduler)
    assert other.optimizer is not scheduler.optimizer
    for _ in range(8):
        other.step()
    assert scheduler.last_epoch == 8
    for _ in range(8):
        scheduler.step()
    assert rates(other.optimizer) == rates(scheduler.optimizer)


@pytest.mark.parametrize("rate", [torch.tensor(0.1), torch.tensor(0.1).double(), np.float32(0.1)])
@pytest.mark.parametrize("name", sorted(set(PLAIN) - {"get_constant_schedule"}))
def test_rates_of_another_type_stay_that_type(name: str, rate: Any) -> None:
    optimizer = Optimizer(copy.deepcopy(rate), 0.5)
    scheduler = make(name, optimizer, **PLAIN[name])
    is_tensor = isinstance(rate, torch.Tensor)
    held = optimizer.param_groups[0]["lr"]
    for step in range(20):
        expected = rate * scheduler.lr_lambdas[0](step)
        value = optimizer.param_groups[0]["lr"]
        assert type(value) is type(expected) and value.dtype == expected.dtype
        assert value == expected
        assert not is_tensor or value is held
        scheduler.step()


def test_steps_that_are_not_whole_are_theirs() -> None:
    scheduler = make("get_linear_schedule_with_warmup", Optimizer(1.0), **PLAIN[LINEAR])
    with pytest.warns(UserWarning, match="epoch parameter"):
        scheduler.step(2.5)
    assert scheduler.get_last_lr() == [0.5]
    with pytest.warns(UserWarning, match="epoch parameter"):
        scheduler.step(17.5)
    assert scheduler.get_last_lr() == [0.5]


LINEAR = "get_linear_schedule_with_warmup"


def test_inside_a_sequence_and_out() -> None:
    optimizer = Optimizer(0.1)
    parts = [
        make("get_constant_schedule_with_warmup", optimizer, num_warmup_steps=3),
        make(LINEAR, optimizer, num_warmup_steps=0, num_training_steps=4),
    ]
    sequence = lr_scheduler.SequentialLR(optimizer, parts, [4])
    seen = []
    for _ in range(8):
        seen += sequence.get_last_lr()
        sequence.step()
    up = [0.1 * (step / 3) for step in range(3)]
    assert seen == [*up, 0.1, 0.1, 0.1 * 0.75, 0.1 * 0.5, 0.1 * 0.25]


def test_names_are_theirs() -> None:
    by_name = {
        "linear": LINEAR,
        "cosine": "get_cosine_schedule_with_warmup",
        "constant": "get_constant_schedule",
        "constant_with_warmup": "get_constant_schedule_with_warmup",
        "inverse_sqrt": "get_inverse_sqrt_schedule",
    }
    for name, function in by_name.items():
        for kind in (name, transformers.SchedulerType(name)):
            scheduler = transformers.get_scheduler(kind, Optimizer(0.1), 5, 30)
            direct = make(function, Optimizer(0.1), **PLAIN[function])
            for _ in range(35):
                assert scheduler.get_last_lr() == direct.get_last_lr()
                scheduler.step()
                direct.step()


def test_both_lengths_of_a_stable_phase_warn() -> None:
    with pytest.warns(UserWarning, match="num_stable_steps will be used"):
        transformers.get_wsd_schedule(
            Optimizer(0.1), 1, 2, num_training_steps=9, num_stable_steps=3
        )


def test_refuses_what_is_no_optimizer() -> None:
    for name, arguments in PLAIN.items():
        with pytest.raises(AttributeError):
            make(name, object(), **arguments)
    with pytest.raises(TypeError, match="object is not an Optimizer"):
        transformers.get_greedy_schedule(object())


class TestGreedy:
    @pytest.mark.parametrize("smooth", [False, True])
    def test_a_saved_run_goes_on_alike(self, smooth: bool) -> None:
        fields: dict[str, Any] = {
            "patience": 1, "factor": 0.5, "min_lr": 0.02, "reset_start": 2, "cooldown": 1,
            "warmup": 2, "smooth": smooth, "window_size": 3,
        }  # fmt: skip
        metrics = [abs(np.sin(i * 0.7)) for i in range(60)]
        whole = transformers.GreedyLR(Optimizer(0.1, 0.5), **fields)
        for metric in metrics[:25]:
            whole.step(metric)
        state = json.loads(json.dumps(whole.state_dict()))
        other = transformers.GreedyLR(Optimizer(0.3, 0.3), smooth=smooth)
        other.load_state_dict(state)
        assert rates(other.optimizer) == rates(whole.optimizer)
        seen = set()
        for metric in metrics[25:]:
            whole.step(metric)
            other.step(metric)
            assert rates(other.optimizer) == rates(whole.optimizer)
            seen.add(tuple(rates(other.optimizer)))
        assert other.state_dict() == whole.state_dict()
        assert len(seen) > 3

    def test_begins_anew_at_the_least_rates(self, capsys: pytest.CaptureFixture[str]) -> None:
        optimizer = Optimizer(0.1)
        greedy = transformers.GreedyLR(
            optimizer, patience=0, factor=0.5, min_lr=0.05, reset_start=3, verbose=True
        )
        greedy.step(1.0)
        assert rates(optimizer) == [0.2]
        for expected in (0.1, 0.05, 0.05):
            greedy.step(2.0)
            assert rates(optimizer) == [expected]
        greedy.step(2.0)
        assert rates(optimizer) == [0.1]
        assert greedy.best == float("inf")
        said = capsys.readouterr().out.splitlines()
        assert said[0] == "Epoch 1: increasing learning rate of group 0 to 2.0000e-01."
        assert said[-1] == "Scheduler reset to initial state."

    def test_refuses_as_theirs(self) -> None:
        for fields, message in (
            ({"factor": 1.0}, "Factor should be < 1.0."),
            ({"mode": "least"}, "mode least is unknown!"),
            ({"threshold_mode": "sum"}, "threshold mode sum is unknown!"),
            ({"min_lr": [0.1]}, "expected 2 min_lrs, got 1"),
            ({"max_lr": (0.1, 0.2, 0.3)}, "expected 2 max_lrs, got 3"),
        ):
            with pytest.raises(ValueError, match=f"^{message}$"):
                transformers.GreedyLR(Optimizer(0.1, 0.5), **fields)  # type: ignore[arg-type]
