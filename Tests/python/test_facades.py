"""The facades' interfaces against what the packages' own say: signatures, attributes, refusals."""

from __future__ import annotations

import builtins
import importlib
import inspect
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

PEERS = Path(__file__).resolve().parent.parent / "Vectors" / "peers"
RECORDED: dict[str, dict[str, Any]] = json.loads((PEERS / "interfaces.json").read_text())

# Where theirs stumbles over what ours refuses by name: a list for a number, and a power of time
# that divides by zero at step 0.
OTHERWISE = [
    ("CosineDecayRestarts", "t_mul", "RuntimeError"),
    ("CosineLRScheduler", "k_decay", "ZeroDivisionError"),
    ("PolyLRScheduler", "k_decay", "ZeroDivisionError"),
]


class Optimizer:
    def __init__(self) -> None:
        self.param_groups: list[dict[str, Any]] = [{"lr": 0.1}]
        self.defaults = {"lr": 0.1}


def facade(peer: str) -> Any:
    return importlib.import_module(f"libsched.{peer}")


@pytest.mark.parametrize(
    ("peer", "name"), [(peer, name) for peer in RECORDED for name in RECORDED[peer]["signatures"]]
)
def test_signatures_are_theirs(peer: str, name: str) -> None:
    parameters = inspect.signature(getattr(facade(peer), name)).parameters.values()
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    theirs = RECORDED[peer]["signatures"][name]
    if peer == "keras":
        # It drops unknown arguments without a word; one that is misspelt is an error here.
        theirs = theirs.removesuffix(", **kwargs")
    assert ", ".join(map(str, bare)) == theirs


@pytest.mark.parametrize("peer", RECORDED)
def test_nothing_is_called_otherwise(peer: str) -> None:
    # A class to derive from, and the enumeration of names, have constructors of their own.
    own = {"LearningRateSchedule", "SchedulerType"}
    assert set(facade(peer).__all__) - own == set(RECORDED[peer]["signatures"])


def made(peer: str, name: str, arguments: dict[str, Any]) -> Any:
    given = dict(arguments)
    if isinstance(pairs := given.get("boundaries_and_scales"), dict):
        # JSON has no keys that are integers.
        given["boundaries_and_scales"] = {int(key): value for key, value in pairs.items()}
    if peer in ("timm", "transformers"):
        given["optimizer"] = Optimizer()
    return getattr(facade(peer), name)(**given)


def use(peer: str, name: str, thing: Any) -> None:
    if peer in ("optax", "keras"):
        for step in (0, 1, 5, 50):
            thing(step)
    elif name == "PlateauLRScheduler":
        for epoch, metric in enumerate([1.0, 0.5, 0.5], start=1):
            thing.step(epoch, metric)
    elif peer == "timm":
        for step in (0, 1, 5, 50):
            thing.step(step)
    else:
        for _ in range(40):
            thing.step(*([1.0] if name == "GreedyLR" else []))


@pytest.mark.parametrize("peer", ["keras", "timm"])
def test_attributes_are_theirs(peer: str) -> None:
    required: dict[str, Any] = {
        "t_initial": 10, "decay_t": 3, "boundaries": [5], "values": [0.1, 0.2], "decay_steps": 10,
        "first_decay_steps": 10, "initial_learning_rate": 0.1, "decay_rate": 0.5,
    }  # fmt: skip
    for name, attributes in RECORDED[peer]["attributes"].items():
        parameters = inspect.signature(getattr(facade(peer), name)).parameters
        arguments = {
            key: [3] if (name, key) == ("MultiStepLRScheduler", "decay_t") else value
            for key, value in required.items()
            if key in parameters
        }
        thing = made(peer, name, arguments)
        state = thing.state_dict() if peer == "timm" else vars(thing)
        assert sorted(state) == attributes, name


def test_names_of_schedulers_are_theirs() -> None:
    members = facade("transformers").SchedulerType
    names = sorted(f"{member.name}={member.value}" for member in members)
    assert names == RECORDED["transformers"]["attributes"]["SchedulerType"]


def identity(one: tuple[str, dict[str, Any]]) -> str:
    return f"{one[1]['name']}-{one[1]['args']}"


@pytest.mark.parametrize(
    "one",
    [(peer, refusal) for peer in RECORDED for refusal in RECORDED[peer]["refusals"]],
    ids=identity,
)
def test_what_they_refuse_is_refused_with_their_type(one: tuple[str, dict[str, Any]]) -> None:
    peer, refusal = one
    name, raises = refusal["name"], refusal["raises"]
    kind = getattr(builtins, raises)
    for other, argument, theirs in OTHERWISE:
        if (name, raises) == (other, theirs) and argument in refusal["args"]:
            kind = ValueError

    def run() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            use(peer, name, made(peer, name, refusal["args"]))

    with pytest.raises(kind):
        run()


def test_none_of_the_packages_is_imported() -> None:
    modules = ", ".join(f"libsched.{peer}" for peer in RECORDED)
    peers = {*RECORDED, "jax", "torch", "tensorflow"}
    code = f"import sys, {modules}; assert not {peers!r} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    code = (
        f"import sys, libsched; assert not {set(modules.split(', '))!r} & set(sys.modules);"
        f" [getattr(libsched, peer) for peer in {[*RECORDED]!r}]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
