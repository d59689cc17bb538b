"""What Keras's optimizers make of a parameter: other options of the bodies that torch's have."""

from __future__ import annotations

import os
import zlib
from typing import Any, NamedTuple

import numpy as np

from . import steps, vectors

FILE = "keras_steps.txt"

HEADER = """
Steps of keras.optimizers, Keras 3.15.1 over torch 2.13.0, clipping and averages off. Written by
Tests/Oracle. Lines as in steps.txt; besides

call      Keras's class and what it was given
hyper     the same in the words of C's struct, every setting of it
"""


class Row(NamedTuple):
    name: str
    reason: str
    given: dict[str, float | bool]
    inputs: steps.Inputs = steps.Inputs(37, 5)


def row(name: str, reason: str, n: int = 37, steps_: int = 5, **given: Any) -> Row:
    inputs = steps.Inputs(
        n, steps_, **{key: given.pop(key) for key in steps.Inputs._fields if key in given}
    )
    return Row(name, f"Keras {name}: {reason}", given, inputs)


NAMES = [
    "SGD",
    "Adam",
    "AdamW",
    "RMSprop",
    "Adagrad",
    "Adadelta",
    "Adamax",
    "Nadam",
    "Lion",
    "Lamb",
]

ROWS = []
for name in NAMES:
    ROWS += [
        row(name, "its defaults"),
        row(name, "one element, twenty steps", n=1, steps_=20),
        row(name, "magnitudes over six decades", spread=10),
        row(name, "some gradients 0", grads=steps.ZERO_GRADS),
        row(name, "rate 0.1", learning_rate=0.1),
        row(name, "weight decay", learning_rate=0.1, weight_decay=0.1),
    ]
    if name not in ("SGD", "Lion"):
        ROWS.append(row(name, "epsilon 0.01", learning_rate=0.1, epsilon=0.01))
    if name not in ("SGD", "RMSprop", "Adagrad", "Adadelta"):
        ROWS.append(row(name, "beta_1 0.5", beta_1=0.5, learning_rate=0.1))
ROWS += [
    row("SGD", "momentum", momentum=0.9),
    row("SGD", "nesterov", momentum=0.9, nesterov=True),
    row("SGD", "nesterov without momentum is none", nesterov=True),
    row("SGD", "nesterov and weight decay", momentum=0.9, nesterov=True, weight_decay=0.1),
    row("Adam", "amsgrad", amsgrad=True, beta_2=0.5, epsilon=0.01),
    row("RMSprop", "momentum", momentum=0.9, epsilon=0.01),
    row("RMSprop", "centered", centered=True, epsilon=0.01),
    row("RMSprop", "centered, with momentum", centered=True, momentum=0.9, epsilon=0.01),
    row("Adagrad", "an accumulator from 0", initial_accumulator_value=0.0, epsilon=0.01),
    row("Adadelta", "rho 0.5", rho=0.5, learning_rate=1.0),
]

DECOUPLED = {"decoupled_weight_decay": True}

# Keras's names in the words of C's structs, in their order, and what Keras always has.
SETTINGS: dict[str, tuple[dict[str, str], dict[str, float | bool]]] = {
    "sgd": (
        {"momentum": "momentum", "weight_decay": "weight_decay", "nesterov": "nesterov"},
        {"dampening": 0.0, "lr_in_velocity": True} | DECOUPLED,
    ),
    "adam": (
        {
            "beta_1": "beta1",
            "beta_2": "beta2",
            "epsilon": "eps",
            "weight_decay": "weight_decay",
            "amsgrad": "amsgrad",
        },
        {"epsilon_hat": True} | DECOUPLED,
    ),
    "rmsprop": (
        {
            "rho": "alpha",
            "epsilon": "eps",
            "weight_decay": "weight_decay",
            "momentum": "momentum",
            "centered": "centered",
        },
        {"eps_in_root": True, "lr_in_velocity": True} | DECOUPLED,
    ),
    "adagrad": (
        {
            "weight_decay": "weight_decay",
            "initial_accumulator_value": "initial_accumulator_value",
            "epsilon": "eps",
        },
        {"lr_decay": 0.0, "eps_in_root": True} | DECOUPLED,
    ),
    "adadelta": (
        {"rho": "rho", "epsilon": "eps", "weight_decay": "weight_decay"},
        dict(DECOUPLED),
    ),
    "adamax": (
        {"beta_1": "beta1", "beta_2": "beta2", "epsilon": "eps", "weight_decay": "weight_decay"},
        {"eps_in_denominator": True} | DECOUPLED,
    ),
    "nadam": (
        {"beta_1": "beta1", "beta_2": "beta2", "epsilon": "eps", "weight_decay": "weight_decay"},
        {"momentum_decay": 1.0} | DECOUPLED,
    ),
    "lamb": (
        {"beta_1": "beta1", "beta_2": "beta2", "epsilon": "eps", "weight_decay": "weight_decay"},
        {"bias_correction": True} | DECOUPLED,
    ),
    "lion": ({"beta_1": "beta1", "beta_2": "beta2", "weight_decay": "weight_decay"}, {}),
}
# The order of C's structs.
ORDER = {
    "sgd": "lr momentum dampening weight_decay nesterov maximize decoupled_weight_decay"
    " lr_in_velocity",
    "adam": "lr beta1 beta2 eps weight_decay amsgrad maximize decoupled_weight_decay epsilon_hat",
    "rmsprop": "lr alpha eps weight_decay momentum centered maximize decoupled_weight_decay"
    " eps_in_root lr_in_velocity",
    "adagrad": "lr lr_decay weight_decay initial_accumulator_value eps maximize"
    " decoupled_weight_decay eps_in_root",
    "adadelta": "lr rho eps weight_decay maximize decoupled_weight_decay",
    "adamax": "lr beta1 beta2 eps weight_decay maximize decoupled_weight_decay eps_in_denominator",
    "nadam": "lr beta1 beta2 eps weight_decay momentum_decay decoupled_weight_decay maximize",
    "lamb": "lr beta1 beta2 eps weight_decay bias_correction decoupled_weight_decay maximize",
    "lion": "lr beta1 beta2 weight_decay maximize",
}


def run(row: Row, param: np.ndarray, grads: list[np.ndarray], dtype: str) -> np.ndarray:
    import keras

    # The type of the rate, too.
    keras.config.set_floatx(dtype)
    optimizer = getattr(keras.optimizers, row.name)(**row.given)
    variable = keras.Variable(param.astype(dtype), dtype=dtype)
    optimizer.build([variable])
    for grad in grads:
        optimizer.apply([keras.ops.convert_to_tensor(grad.astype(dtype), dtype=dtype)])
    return np.asarray(keras.ops.convert_to_numpy(variable))


def hyper_of(row: Row) -> tuple[str, dict[str, float | bool]]:
    """The same in the words of C's struct."""
    import keras

    keras.config.set_floatx("float64")
    config = getattr(keras.optimizers, row.name)(**row.given).get_config()
    kind = "adam" if row.name == "AdamW" else row.name.lower()
    names, fixed = SETTINGS[kind]
    hyper: dict[str, float | bool] = {"lr": float(config["learning_rate"])} | fixed
    hyper["maximize"] = False
    for theirs, ours in names.items():
        hyper[ours] = config[theirs] or (False if isinstance(config[theirs], bool) else 0.0)
    if kind == "sgd" and not hyper["momentum"]:
        hyper["nesterov"] = False
    return kind, {name: hyper[name] for name in ORDER[kind].split()}


def ask(row: Row) -> str:
    param, grads = row.inputs.make(zlib.crc32(row.reason.encode()))
    kind, hyper = hyper_of(row)
    return vectors.record(
        row.reason,
        kind=kind,
        call=" ".join([row.name, *(f"{name}={value!r}" for name, value in row.given.items())]),
        hyper=" ".join(
            f"{name}={int(value) if isinstance(value, bool) else vectors.double(value)}"
            for name, value in hyper.items()
        ),
        starts=" ".join(
            f"{name}={vectors.double(value)}"
            for name, value in steps.starts(kind, hyper).items()
            if value
        )
        or None,
        n=str(row.inputs.n),
        param=vectors.words(param),
        grad="\ngrad ".join(map(vectors.words, grads)),
        param32=vectors.words(run(row, param, grads, "float32")),
        param64=vectors.doubles(run(row, param, grads, "float64")),
    )


ulps = steps.ulps


def build() -> bytes:
    os.environ["KERAS_BACKEND"] = "torch"
    import torch

    torch.set_num_threads(1)
    return vectors.document(HEADER, [ask(row) for row in ROWS])
