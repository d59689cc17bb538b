"""What torch.optim's optimizers make of a parameter, in float32 and in float64."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch

from . import vectors

FILE = "steps.txt"

HEADER = f"""
Steps of torch.optim, torch {torch.__version__.partition("+")[0]} on an x86-64 with AVX2,
foreach and fused off. Written by Tests/Oracle.

kind      the optimizer
hyper     every setting that the peer has, in the order of C's struct
starts    what its arrays and numbers of state hold before the first step, where that
          is not 0
shape     rows and columns of its matrices, where it has any
n         how many elements
param     the parameter before the first step; words are the bits of float32s
grad      the gradient of a step, one line a step
param32   the parameter after the last step, all arithmetic in float32
param64   the same in float64 from the same inputs; absent where float32's range is
          left on the way, so that float64 goes another way
exp_avg32, momentum_buffer32 and their like
          torch's float32 state after the last step, where it has one; of a number
          of state a float32, too
midway    after how many steps what follows was so, once for each choice of settings
midway_param, midway_exp_avg and their like
          the float32 parameter and all of torch's state then; "step" is a number
"""

OPTIMIZERS = {
    "adamw": torch.optim.AdamW,
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adagrad": torch.optim.Adagrad,
    "adadelta": torch.optim.Adadelta,
    "rmsprop": torch.optim.RMSprop,
    "adamax": torch.optim.Adamax,
    "nadam": torch.optim.NAdam,
    "radam": torch.optim.RAdam,
    "asgd": torch.optim.ASGD,
    "rprop": torch.optim.Rprop,
    "adafactor": torch.optim.Adafactor,
    # Of gradients that have every row.
    "sparse_adam": torch.optim.SparseAdam,
    "muon": torch.optim.Muon,
}

ADAM: dict[str, float | bool] = {
    "lr": 1e-3,
    "beta1": 0.9,
    "beta2": 0.999,
    "eps": 1e-8,
    "weight_decay": 0.0,
    "amsgrad": False,
    "maximize": False,
}
DECOUPLED = {"decoupled_weight_decay": False, "maximize": False}

# In the order of C's structs.
DEFAULTS: dict[str, dict[str, float | bool]] = {
    "adamw": ADAM | {"weight_decay": 1e-2},
    "sgd": {
        "lr": 1e-3,
        "momentum": 0.0,
        "dampening": 0.0,
        "weight_decay": 0.0,
        "nesterov": False,
        "maximize": False,
    },
    "adam": ADAM | {"decoupled_weight_decay": False},
    "adagrad": {
        "lr": 1e-2,
        "lr_decay": 0.0,
        "weight_decay": 0.0,
        "initial_accumulator_value": 0.0,
        "eps": 1e-10,
        "maximize": False,
    },
    "adadelta": {"lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0.0, "maximize": False},
    "rmsprop": {
        "lr": 1e-2,
        "alpha": 0.99,
        "eps": 1e-8,
        "weight_decay": 0.0,
        "momentum": 0.0,
        "centered": False,
        "maximize": False,
    },
    "adamax": {
        "lr": 2e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "eps": 1e-8,
        "weight_decay": 0.0,
        "maximize": False,
    },
    "nadam": {
        "lr": 2e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "eps": 1e-8,
        "weight_decay": 0.0,
        "momentum_decay": 4e-3,
        **DECOUPLED,
    },
    "radam": {
        "lr": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "eps": 1e-8,
        "weight_decay": 0.0,
        **DECOUPLED,
    },
    "asgd": {
        "lr": 1e-2,
        "lambd": 1e-4,
        "alpha": 0.75,
        "t0": 1e6,
        "weight_decay": 0.0,
        "maximize": False,
    },
    "rprop": {
        "lr": 1e-2,
        "etaminus": 0.5,
        "etaplus": 1.2,
        "step_size_min": 1e-6,
        "step_size_max": 50.0,
        "maximize": False,
    },
    "adafactor": {
        "lr": 1e-2,
        "beta2_decay": -0.8,
        "eps1": -1.0,
        "eps2": 1e-3,
        "d": 1.0,
        "weight_decay": 0.0,
        "maximize": False,
    },
    "sparse_adam": {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "maximize": False},
    "muon": {
        "lr": 1e-3,
        "weight_decay": 0.1,
        "momentum": 0.95,
        "ns_a": 3.4445,
        "ns_b": -4.775,
        "ns_c": 2.0315,
        "eps": 1e-7,
        "ns_steps": 5,
        "nesterov": True,
        "match_rms_adamw": False,
    },
}

# Settings that torch takes two at a time.
PAIRS = {
    "betas": ("beta1", "beta2"),
    "etas": ("etaminus", "etaplus"),
    "step_sizes": ("step_size_min", "step_size_max"),
}


def starts(kind: str, hyper: Mapping[str, float | bool]) -> dict[str, float]:
    """What the state holds before the first step, where that is not 0."""
    return {
        "adagrad": {"sum": hyper.get("initial_accumulator_value", 0.0)},
        "nadam": {"mu_product": 1.0},
        "asgd": {"eta": hyper["lr"], "mu": 1.0},
        "rprop": {"step_size": hyper["lr"]},
    }.get(kind, {})


class Inputs(NamedTuple):
    """A parameter and a gradient a step. Every lane has its own values, so that two swapped lanes
    cannot look alike."""

    n: int
    steps: int
    spread: int = 0
    """Binary orders by which magnitudes reach up and down from 1."""
    param: Mapping[int, float] = MappingProxyType({})
    """Elements of the parameter that are set to something special."""
    grads: Mapping[tuple[int, int], float] = MappingProxyType({})
    """Elements of the gradients, by step and index."""
    scale: float = 1.0
    """What every gradient is multiplied by."""
    shape: tuple[int, ...] | None = None
    """The parameter's, of n elements, if it is no vector."""

    def make(self, seed: int) -> tuple[np.ndarray, list[np.ndarray]]:
        # RandomState's streams are frozen and these operations exact or rounded once: every NumPy
        # on every machine draws the same.
        random = np.random.RandomState(seed)

        def draw() -> np.ndarray:
            orders = random.randint(-self.spread, self.spread + 1, self.n)
            return np.ldexp(random.uniform(-2, 2, self.n), orders).astype(np.float32)

        param = draw()
        grads = [draw() * np.float32(self.scale) for _ in range(self.steps)]
        for index, value in self.param.items():
            param[index] = value
        for (step, index), value in self.grads.items():
            grads[step][index] = value
        return param, grads


class Row(NamedTuple):
    kind: str
    hyper: dict[str, float | bool]
    inputs: Inputs
    reason: str
    in_range: bool = True
    """Whether float32 stays in its range, so that float64 is a reference."""


def adamw(inputs: Inputs, reason: str, in_range: bool = True, **hyper: float | bool) -> Row:
    return Row("adamw", DEFAULTS["adamw"] | hyper, inputs, f"adamw: {reason}", in_range)


def sgd(inputs: Inputs, reason: str, in_range: bool = True, **hyper: float | bool) -> Row:
    return Row("sgd", DEFAULTS["sgd"] | hyper, inputs, f"sgd: {reason}", in_range)


def other(
    kind: str, reason: str, in_range: bool = True, n: int = 37, steps: int = 4, **given: Any
) -> Row:
    inputs = Inputs(n, steps, **{key: given.pop(key) for key in Inputs._fields if key in given})
    return Row(kind, DEFAULTS[kind] | given, inputs, f"{kind}: {reason}", in_range)


INF, NAN = float("inf"), float("nan")

# Not finite, at the first lane, inside, and at the last: in the body and in the tail of any width.
STRANGE_GRADS = {
    (0, 0): NAN,
    (0, 9): INF,
    (1, 17): -INF,
    (1, 20): NAN,
    (2, 33): INF,
    (2, 36): NAN,
}
STRANGE_PARAM = {1: NAN, 8: INF, 16: -INF, 31: NAN, 35: INF}
ZERO_GRADS = {(step, index): 0.0 for step in range(3) for index in (0, 5, 16, 36)}
SIGNED_ZEROS = {(step, index): -0.0 for step in range(3) for index in (1, 6, 17)}
TINY_PARAM = {0: 1e-40, 3: -1e-45, 7: 1.1754942e-38, 16: 0.0, 17: -0.0, 36: 1.2e-38}
TINY_GRADS = {
    (step, index): value
    for step in range(3)
    for index, value in ((2, 1e-45), (8, -3e-42), (15, 1e-38), (16, 1e-30), (36, -1e-20))
}
LARGE_GRADS = {(0, 0): 3e19, (1, 5): -1e20, (1, 16): 2e19, (2, 36): -5e20}
HUGE_GRADS = {(0, 0): 1e30, (1, 5): -3e38, (1, 16): 1e25, (2, 36): 2e22}

ROWS = [
    # AdamW. Sizes around every lane width and its half.
    adamw(Inputs(1, 1), "one element, one step"),
    adamw(Inputs(1, 6), "one element, six steps"),
    adamw(Inputs(3, 3), "three elements"),
    adamw(Inputs(4, 2), "a lane of four"),
    adamw(Inputs(7, 4), "seven elements, all tail at a width of eight"),
    adamw(Inputs(8, 2), "a lane of eight"),
    adamw(Inputs(9, 2), "a lane of eight and one"),
    adamw(Inputs(15, 2), "one short of sixteen"),
    adamw(Inputs(16, 3), "a lane of sixteen"),
    adamw(Inputs(17, 3), "a lane of sixteen and one"),
    adamw(Inputs(37, 5), "two lanes of sixteen and five"),
    adamw(Inputs(100, 6), "a hundred elements, six steps"),
    adamw(Inputs(100, 3, spread=10), "magnitudes over six decades"),
    adamw(Inputs(3, 50), "fifty steps, the bias correction fades"),
    adamw(Inputs(37, 3), "no weight decay", weight_decay=0.0),
    adamw(Inputs(37, 3), "weight decay 0.1", weight_decay=0.1),
    adamw(Inputs(37, 3), "weight decay takes all: lr times it is 1", lr=0.5, weight_decay=2.0),
    adamw(Inputs(37, 3), "weight decay overshoots zero", lr=0.5, weight_decay=3.0),
    adamw(Inputs(37, 4), "beta2 0.99999, 1 - beta2 needs double", beta2=0.99999),
    adamw(Inputs(3, 50), "beta2 0.99999 for fifty steps", beta2=0.99999),
    adamw(Inputs(37, 3), "betas 0 and 0, nothing is remembered", beta1=0.0, beta2=0.0),
    adamw(Inputs(37, 3), "beta1 0, RMSprop's shape", beta1=0.0),
    adamw(Inputs(37, 3), "beta2 0, momentum over the last gradient", beta2=0.0),
    adamw(Inputs(37, 3), "betas 0.95 and 0.98", beta1=0.95, beta2=0.98),
    adamw(Inputs(37, 3), "eps 1e-3", eps=1e-3),
    adamw(Inputs(37, 3), "eps 1e-15, below float's resolution", eps=1e-15),
    adamw(Inputs(37, 3), "eps 0, no gradient is 0", eps=0.0),
    adamw(Inputs(37, 3, grads=ZERO_GRADS), "eps 0 and gradient 0: NaN where torch has it", eps=0.0),
    adamw(Inputs(37, 3), "maximize", maximize=True),
    adamw(Inputs(37, 1), "amsgrad, first step", amsgrad=True),
    adamw(Inputs(37, 6), "amsgrad", amsgrad=True),
    adamw(
        Inputs(37, 6),
        "amsgrad, beta2 0.5, the largest v is often an old one",
        amsgrad=True,
        beta2=0.5,
    ),
    adamw(Inputs(17, 6), "amsgrad and maximize", amsgrad=True, maximize=True),
    adamw(
        Inputs(100, 6),
        "every option at once",
        lr=0.02,
        beta1=0.8,
        beta2=0.99,
        eps=1e-6,
        weight_decay=0.05,
        amsgrad=True,
        maximize=True,
    ),
    adamw(Inputs(37, 3), "lr 0 moves the state alone", lr=0.0),
    adamw(Inputs(37, 3), "lr 10", lr=10.0, weight_decay=0.0),
    adamw(Inputs(37, 3), "lr 1e-12, below the parameter's resolution", lr=1e-12),
    adamw(Inputs(37, 3, grads=ZERO_GRADS), "some gradients 0"),
    adamw(Inputs(37, 3, grads=SIGNED_ZEROS), "some gradients minus 0", weight_decay=0.0),
    adamw(Inputs(37, 3, scale=0.0), "every gradient 0: only the decay is left"),
    adamw(Inputs(37, 3, param=TINY_PARAM), "denormal and zero parameters"),
    adamw(
        Inputs(37, 3, param=TINY_PARAM, scale=0.0),
        "denormal parameters decay alone",
        lr=0.1,
        weight_decay=0.1,
    ),
    adamw(Inputs(37, 3, grads=TINY_GRADS), "denormal gradients"),
    adamw(
        Inputs(37, 3, grads=TINY_GRADS),
        "denormal gradients, eps 1e-15: their squares are 0 in float32",
        in_range=False,
        eps=1e-15,
    ),
    adamw(
        Inputs(37, 3, grads=LARGE_GRADS),
        "the square fits in float32 only because 1 - beta2 is multiplied in first",
    ),
    adamw(
        Inputs(37, 3, grads=HUGE_GRADS), "squares overflow to infinity in float32", in_range=False
    ),
    adamw(
        Inputs(37, 3, grads=HUGE_GRADS),
        "amsgrad, squares overflow to infinity in float32",
        in_range=False,
        amsgrad=True,
    ),
    adamw(Inputs(37, 3, grads=STRANGE_GRADS), "NaN and infinite gradients go where torch's go"),
    adamw(
        Inputs(37, 3, grads=STRANGE_GRADS),
        "amsgrad, NaN and infinite gradients go where torch's go",
        amsgrad=True,
    ),
    adamw(
        Inputs(37, 3, grads=STRANGE_GRADS),
        "maximize, NaN and infinite gradients go where torch's go",
        maximize=True,
    ),
    adamw(Inputs(37, 3, param=STRANGE_PARAM), "NaN and infinite parameters stay themselves"),
    # SGD
    sgd(Inputs(1, 1), "one element, one step"),
    sgd(Inputs(1, 6), "one element, six steps, momentum", momentum=0.9),
    sgd(Inputs(3, 3), "three elements"),
    sgd(Inputs(4, 2), "a lane of four", momentum=0.9),
    sgd(Inputs(7, 4), "seven elements, momentum", momentum=0.9),
    sgd(Inputs(8, 2), "a lane of eight", momentum=0.9),
    sgd(Inputs(9, 2), "a lane of eight and one", momentum=0.9),
    sgd(Inputs(15, 2), "one short of sixteen", momentum=0.9),
    sgd(Inputs(16, 3), "a lane of sixteen", momentum=0.9),
    sgd(Inputs(17, 3), "a lane of sixteen and one", momentum=0.9),
    sgd(Inputs(37, 5), "two lanes of sixteen and five"),
    sgd(Inputs(100, 6), "a hundred elements, six steps", momentum=0.9),
    sgd(Inputs(100, 3, spread=10), "magnitudes over six decades", lr=0.01, momentum=0.9),
    sgd(Inputs(3, 50), "fifty steps of momentum", lr=0.1, momentum=0.9),
    sgd(Inputs(37, 1), "momentum, first step: the buffer is the gradient", momentum=0.9),
    sgd(Inputs(37, 1), "dampening does not touch the first step", momentum=0.9, dampening=0.5),
    sgd(Inputs(37, 4), "dampening", momentum=0.9, dampening=0.1),
    sgd(Inputs(37, 4), "dampening 1, the buffer only fades", momentum=0.9, dampening=1.0),
    sgd(Inputs(37, 4), "dampening below 0 amplifies", momentum=0.9, dampening=-0.5),
    sgd(Inputs(37, 4), "dampening without momentum does nothing", dampening=0.5),
    sgd(Inputs(37, 4), "momentum 1, nothing fades", momentum=1.0),
    sgd(Inputs(37, 4), "momentum above 1 grows", momentum=1.5),
    sgd(Inputs(37, 4), "momentum 0.99", momentum=0.99),
    sgd(Inputs(37, 1), "nesterov, first step", momentum=0.9, nesterov=True),
    sgd(Inputs(37, 4), "nesterov", momentum=0.9, nesterov=True),
    sgd(Inputs(37, 4), "weight decay", weight_decay=0.1),
    sgd(Inputs(37, 4), "weight decay and momentum", momentum=0.9, weight_decay=0.1),
    sgd(Inputs(37, 4), "weight decay and nesterov", momentum=0.9, weight_decay=0.1, nesterov=True),
    sgd(Inputs(37, 4), "maximize", maximize=True),
    sgd(Inputs(37, 4), "maximize does not turn the decay round", maximize=True, weight_decay=0.1),
    sgd(Inputs(17, 4), "maximize and momentum", maximize=True, momentum=0.9),
    sgd(
        Inputs(100, 6),
        "momentum, dampening, decay and maximize at once",
        lr=0.02,
        momentum=0.8,
        dampening=0.3,
        weight_decay=0.05,
        maximize=True,
    ),
    sgd(
        Inputs(100, 6),
        "nesterov, decay and maximize at once",
        lr=0.02,
        momentum=0.8,
        weight_decay=0.05,
        nesterov=True,
        maximize=True,
    ),
    sgd(Inputs(37, 3), "lr 0 moves the buffer alone", lr=0.0, momentum=0.9),
    sgd(Inputs(37, 3), "lr 10", lr=10.0),
    sgd(Inputs(37, 3), "lr 1e-12, below the parameter's resolution", lr=1e-12),
    sgd(Inputs(37, 3, grads=ZERO_GRADS), "some gradients 0", momentum=0.9),
    sgd(Inputs(37, 3, grads=SIGNED_ZEROS), "some gradients minus 0", momentum=0.9),
    sgd(
        Inputs(37, 3, scale=0.0),
        "every gradient 0: only the decay is left",
        weight_decay=0.1,
        lr=0.1,
    ),
    sgd(
        Inputs(37, 3, param=TINY_PARAM, scale=0.0),
        "denormal parameters decay alone",
        weight_decay=0.1,
        lr=0.1,
    ),
    sgd(Inputs(37, 3, grads=TINY_GRADS), "denormal gradients", momentum=0.9),
    sgd(
        Inputs(37, 3, grads={(0, 0): 3e38, (1, 0): 3e38, (1, 20): -3e38, (2, 20): -3e38}),
        "the buffer overflows to infinity in float32",
        in_range=False,
        momentum=0.9,
    ),
    sgd(Inputs(37, 3, grads=STRANGE_GRADS), "NaN and infinite gradients go where torch's go"),
    sgd(
        Inputs(37, 3, grads=STRANGE_GRADS),
        "momentum, NaN and infinite gradients go where torch's go",
        momentum=0.9,
    ),
    sgd(
        Inputs(37, 3, param=STRANGE_PARAM),
        "NaN and infinite parameters under decay",
        weight_decay=0.1,
        momentum=0.9,
    ),
]

# What every optimizer is asked.
for kind in [one for one in DEFAULTS if one not in ("adamw", "sgd", "muon")]:
    ROWS += [
        other(kind, "three lanes of sixteen short of eleven", steps=5),
        other(kind, "one element, twenty steps", n=1, steps=20),
        other(kind, "maximize", maximize=True),
        other(kind, "magnitudes over six decades", spread=10),
        other(kind, "some gradients 0", grads=ZERO_GRADS),
        # Rprop multiplies two gradients, which leaves float32.
        other(kind, "denormal gradients", kind != "rprop", grads=TINY_GRADS),
        other(kind, "denormal and zero parameters", param=TINY_PARAM),
        other(kind, "NaN and infinite gradients go where torch's go", grads=STRANGE_GRADS),
        other(kind, "NaN and infinite parameters", param=STRANGE_PARAM),
        other(kind, "lr 0.1", lr=0.1, steps=6),
    ]
    if "weight_decay" in DEFAULTS[kind]:
        ROWS += [
            other(kind, "weight decay", weight_decay=0.1),
            other(kind, "weight decay is not turned round", weight_decay=0.1, maximize=True),
            other(kind, "infinite parameters under decay", weight_decay=0.1, param=STRANGE_PARAM),
        ]
    if "decoupled_weight_decay" in DEFAULTS[kind]:
        ROWS.append(other(kind, "decoupled decay", weight_decay=0.1, decoupled_weight_decay=True))
    if "beta1" in DEFAULTS[kind]:
        ROWS += [
            other(kind, "beta1 0.3, toward the nearer end", beta1=0.3),
            other(kind, "beta1 0", beta1=0.0),
            other(kind, "beta2 0.9", beta2=0.9, steps=8),
        ]
    if "eps" in DEFAULTS[kind]:
        ROWS.append(other(kind, "eps 1e-2", eps=1e-2))

ROWS += [
    other("adam", "amsgrad", amsgrad=True, beta2=0.5, steps=6),
    other("adagrad", "lr decay", lr_decay=0.5),
    other("adagrad", "an initial accumulator", initial_accumulator_value=0.25),
    other("adadelta", "rho 0.5", rho=0.5),
    other("adadelta", "rho 1, nothing is taken in", rho=1.0),
    other("rmsprop", "momentum", momentum=0.9),
    other("rmsprop", "centered", centered=True, alpha=0.9),
    other("rmsprop", "centered, with momentum", centered=True, momentum=0.9, alpha=0.9),
    other("rmsprop", "alpha 0.4, toward the nearer end", centered=True, alpha=0.4, eps=1e-3),
    other("rmsprop", "momentum, infinite gradients", momentum=0.9, grads=STRANGE_GRADS),
    other("rmsprop", "centered, infinite gradients", centered=True, grads=STRANGE_GRADS),
    other("nadam", "momentum decay 1", momentum_decay=1.0, steps=6),
    other("radam", "past the turn, where the denominator is known", steps=12),
    other("asgd", "averages from the third step on", t0=2.0, steps=8),
    other("asgd", "lambd 0.5", lambd=0.5, lr=0.1),
    other("asgd", "alpha 2", alpha=2.0, lambd=0.5, lr=0.1, steps=6),
    other("rprop", "etas 0.3 and 1.5", etaminus=0.3, etaplus=1.5, steps=8),
    other("rprop", "steps from 0.005 to 0.02", step_size_min=5e-3, step_size_max=0.02, steps=8),
]


def matrices(kind: str, reason: str, *shape: int, **given: Any) -> Row:
    """A parameter of a shape."""
    return other(kind, f"{reason}, {shape}", n=math.prod(shape), shape=shape, **given)


ROWS += [
    matrices("adafactor", "a matrix", 5, 7),
    matrices("adafactor", "lanes and rows beyond a tile", 67, 33),
    matrices("adafactor", "one row", 1, 40),
    matrices("adafactor", "one column", 40, 1),
    matrices("adafactor", "small matrices one after the other", 6, 5, 3, 3),
    matrices("adafactor", "matrices of lanes one after the other", 3, 4, 18),
    matrices("adafactor", "maximize", 5, 7, maximize=True),
    matrices("adafactor", "weight decay", 5, 17, weight_decay=0.1, lr=0.1),
    matrices("adafactor", "eps 1e-30 and 0.1", 5, 17, eps1=1e-30, eps2=0.1),
    matrices("adafactor", "eps 0.5, which most are below", 5, 17, eps1=0.5),
    matrices("adafactor", "beta2_decay -0.3 and d 2", 5, 17, beta2_decay=-0.3, d=2.0, steps=8),
    matrices("adafactor", "beta2_decay 0 remembers nothing", 5, 17, beta2_decay=0.0),
    matrices("adafactor", "lr 1, which 1 / sqrt(t) is below", 5, 17, lr=1.0),
    matrices("adafactor", "every gradient 0", 5, 17, scale=0.0),
    matrices("adafactor", "NaN and infinite parameters", 3, 17, param=STRANGE_PARAM),
    matrices(
        "adafactor", "NaN in one gradient goes where torch's goes", 3, 17, grads={(1, 20): NAN}
    ),
    matrices(
        "adafactor", "infinity in one gradient goes where torch's goes", 3, 17, grads={(1, 20): INF}
    ),
    other("adafactor", "a vector, eps 1e-30 and 0.1", eps1=1e-30, eps2=0.1),
    other("adafactor", "a vector, beta2_decay -0.3 and d 2", beta2_decay=-0.3, d=2.0, steps=8),
    matrices("muon", "a matrix", 16, 16),
    matrices("muon", "wide", 5, 37),
    matrices("muon", "tall", 37, 5),
    matrices("muon", "one row", 1, 20),
    matrices("muon", "one column", 20, 1),
    matrices("muon", "one element", 1, 1),
    matrices("muon", "rows and columns beyond a panel", 67, 70, steps=2),
    matrices("muon", "without looking ahead", 8, 12, nesterov=False),
    matrices("muon", "as long as AdamW's", 12, 30, match_rms_adamw=True),
    matrices("muon", "momentum 0", 8, 12, momentum=0.0),
    matrices("muon", "momentum 0.3", 8, 12, momentum=0.3),
    matrices("muon", "weight decay 1", 8, 12, weight_decay=1.0, lr=0.1),
    matrices(
        "muon",
        "three steps of another polynomial",
        8,
        12,
        ns_steps=3,
        ns_a=2.0,
        ns_b=-1.5,
        ns_c=0.5,
    ),
    matrices("muon", "no step of it", 8, 12, ns_steps=0),
    matrices("muon", "every gradient 0", 8, 12, scale=0.0),
    matrices("muon", "gradients below eps", 8, 12, eps=1e3),
    matrices("muon", "magnitudes over six decades", 8, 12, spread=10),
    matrices("muon", "NaN in one gradient goes everywhere", 5, 9, grads={(1, 20): NAN}),
    matrices("muon", "infinity in one gradient goes everywhere", 5, 9, grads={(1, 20): INF}),
]


def run(
    row: Row, param: np.ndarray, grads: list[np.ndarray], dtype: torch.dtype
) -> tuple[np.ndarray, dict[str, Any]]:
    """The parameter and the optimizer's state after a step for each gradient."""
    hyper: dict[str, Any] = dict(row.hyper)
    for name, pair in PAIRS.items():
        if pair[0] in hyper:
            hyper[name] = tuple(hyper.pop(one) for one in pair)
    if row.kind == "adafactor":
        eps1 = hyper.pop("eps1")
        hyper["eps"] = (None if eps1 < 0 else eps1, hyper.pop("eps2"))
    if row.kind == "muon":
        hyper["ns_coefficients"] = tuple(hyper.pop(name) for name in ("ns_a", "ns_b", "ns_c"))
        hyper["adjust_lr_fn"] = "match_rms_adamw" if hyper.pop("match_rms_adamw") else None
    shape = row.inputs.shape or (row.inputs.n,)
    weight = torch.nn.Parameter(torch.tensor(param, dtype=dtype).view(shape))
    is_sparse = row.kind == "sparse_adam"
    hints = {} if is_sparse or row.kind == "muon" else {"foreach": False}
    if row.kind in ("adamw", "sgd", "adam", "adagrad"):
        hints["fused"] = False
    optimizer = OPTIMIZERS[row.kind]([weight], **hints, **hyper)
    for grad in grads:
        weight.grad = torch.tensor(grad, dtype=dtype).view(shape)
        if is_sparse:
            every = torch.arange(len(grad))[None]
            weight.grad = torch.sparse_coo_tensor(
                every, weight.grad, is_coalesced=True, check_invariants=True
            )
        optimizer.step()
    return weight.detach().numpy().ravel(), optimizer.state[weight]


def goes_on(row: Row) -> bool:
    """Whether it is the first of its settings, and of its kind of shape, with steps to stop at."""

    def settings(one: Row) -> tuple[Any, ...]:
        return one.kind, one.hyper, one.inputs.shape is None

    def is_plain(one: Row) -> bool:
        return one.inputs.steps > 1 and not one.inputs.grads and not one.inputs.param

    alike = (one for one in ROWS if is_plain(one) and settings(one) == settings(row))
    return next(alike, None) is row


def kept(state: Mapping[str, Any]) -> dict[str, str]:
    """torch's state but for its count of steps, arrays and numbers alike."""
    return {
        name: vectors.words(value.numpy().ravel())
        for name, value in state.items()
        if isinstance(value, torch.Tensor) and name != "step"
    }


def midway(row: Row, param: np.ndarray, grads: list[np.ndarray]) -> dict[str, str]:
    """What another may go on from: torch's float32 parameter and state after half of the steps."""
    taken = len(grads) // 2
    then, state = run(row, param, grads[:taken], torch.float32)
    found = {"param": vectors.words(then), **kept(state)}
    if "step" in state:
        found["step"] = str(int(state["step"]))
    return {"midway": str(taken)} | {f"midway_{name}": text for name, text in found.items()}


def ask(row: Row) -> str:
    # Seeded by its reason, so that a new row leaves the others as they are.
    param, grads = row.inputs.make(zlib.crc32(row.reason.encode()))
    after32, state = run(row, param, grads, torch.float32)
    after64, _ = run(row, param, grads, torch.float64)
    hyper = " ".join(
        f"{name}={int(value) if isinstance(value, int) else vectors.double(value)}"
        for name, value in row.hyper.items()
    )
    return vectors.record(
        row.reason,
        kind=row.kind,
        hyper=hyper,
        starts=" ".join(
            f"{name}={vectors.double(value)}"
            for name, value in starts(row.kind, row.hyper).items()
            if value
        )
        or None,
        shape=" ".join(map(str, row.inputs.shape[-2:])) if row.inputs.shape else None,
        n=str(row.inputs.n),
        param=vectors.words(param),
        grad="\ngrad ".join(map(vectors.words, grads)),
        param32=vectors.words(after32),
        **{f"{name}32": text for name, text in kept(state).items()},
        # Muon's is of bfloat16s, too, and no reference.
        param64=vectors.doubles(after64) if row.in_range and row.kind != "muon" else None,
        **(midway(row, param, grads) if goes_on(row) else {}),
    )


def ulps(key: str) -> int:
    """How far torch's answers lie apart from one processor to another.

    The square root is MKL's, which rounds some of them the other way on another maker's
    processor; fifty steps carry that a few ulps on.
    """
    return 8 if key.endswith(("32", "64")) or key.startswith("midway_") else 0


def build() -> bytes:
    if torch.backends.cpu.get_cpu_capability() != "AVX2":
        raise SystemExit("steps: this processor has no AVX2, torch answers differently by ulps")
    torch.set_num_threads(1)
    return vectors.document(HEADER, [ask(row) for row in ROWS])
