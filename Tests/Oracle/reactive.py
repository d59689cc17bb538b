"""What the peers' plateau and greedy schedulers do with a run's metrics, observation by observation.

PyTorch is asked here. Keras, optax and transformers were run and their answers recorded in
Tests/Vectors/peers. fairseq's rule is written down below from what its documentation says.
"""

from __future__ import annotations

import json
import math
import random
from typing import Any, NamedTuple

import torch
from torch.optim import lr_scheduler

from . import vectors

FILE = "reactive.txt"
PEERS = vectors.FOLDER / "peers"

HEADER = f"""
Schedules that react to a metric: torch {torch.__version__.partition("+")[0]}, and the recordings
of Keras, optax and transformers in Tests/Vectors/peers. Written by Tests/Oracle.

text      the schedule
bases     the base rate of each group
metrics   the metric that is seen at step 0, 1, ...
rates     the rate of each group after each of them, step by step
"""


class Row(NamedTuple):
    text: str
    bases: list[float]
    metrics: list[float]
    rates: list[float]
    reason: str


def falling(count: int, *, seed: int = 1) -> list[float]:
    noise = random.Random(seed)
    return [2 * 0.93**i + 0.05 * noise.random() for i in range(count)]


def stairs(count: int) -> list[float]:
    """Flat stretches with drops between them, and a little noise."""
    noise = random.Random(2)
    return [1 - 0.16 * (i // 9) + 0.002 * noise.random() for i in range(count)]


def broken(count: int) -> list[float]:
    """A falling loss with holes in it."""
    holes = {2: math.nan, 4: math.inf, 11: math.nan, 12: math.nan, 13: -math.inf}
    return [holes.get(i, value) for i, value in enumerate(falling(count))]


def arguments(options: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in options.items())


def plateau(
    bases: list[float], options: dict[str, Any], metrics: list[float]
) -> list[tuple[float, ...]]:
    """torch's rates, a tuple an observation."""
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": base} for base in bases]
    optimizer = torch.optim.SGD(groups)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    rates = []
    for metric in metrics:
        scheduler.step(metric)
        rates.append(tuple(group["lr"] for group in optimizer.param_groups))
    return rates


def flat(rates: list[tuple[float, ...]]) -> list[float]:
    return [rate for step in rates for rate in step]


def alone(
    reason: str, metrics: list[float], bases: tuple[float, ...] = (0.1,), **options: Any
) -> Row:
    rates = flat(plateau(list(bases), options, metrics))
    text = f"ReduceLROnPlateau({arguments(options)})"
    return Row(text, list(bases), metrics, rates, f"torch: {reason}")


def negative(reason: str, metrics: list[float], **options: Any) -> Row:
    """Of metrics below 0 less is better as of their sizes more is: torch, asked about those."""
    other = {"min": "max", "max": "min"}
    turned = {**options, "mode": other[options["mode"]]}
    rates = flat(plateau([0.1], turned, [-metric for metric in metrics]))
    text = f"ReduceLROnPlateau({arguments(options)})"
    return Row(text, [0.1], metrics, rates, f"torch, turned round: {reason}")


def after(reason: str, ramp: str, length: int, metrics: list[float], **options: Any) -> Row:
    """torch's plateau, which knows nothing of the metrics during the ramp before it."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    line = lr_scheduler.LinearLR(optimizer, start_factor=0.25, total_iters=length)
    rates = []
    for step in range(length):
        line.last_epoch = step
        rates.extend(line._get_closed_form_lr())
    rates += flat(plateau([0.1], options, metrics[length:]))
    text = ramp.format(f"ReduceLROnPlateau({arguments(options)})")
    return Row(text, [0.1], metrics, rates, f"torch: {reason}")


def under(reason: str, metrics: list[float], **options: Any) -> Row:
    """torch's plateau of a base rate that falls underneath: its part of that."""
    parts = flat(plateau([1.0], options, metrics))
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    step = lr_scheduler.StepLR(optimizer, 8, gamma=0.5)
    rates = []
    for index, part in enumerate(parts):
        step.last_epoch = index
        rates.append(step._get_closed_form_lr()[0] * part)
    text = f"ChainedScheduler([StepLR(8, gamma=0.5), ReduceLROnPlateau({arguments(options)})])"
    return Row(text, [1.0], metrics, rates, f"torch: {reason}")


def fairseq(reason: str, updates: int, shrink: float, patience: int, metrics: list[float]) -> Row:
    """fairseq's reduce_lr_on_plateau, validated after every update.

    For `updates` updates the rate goes up by base / updates each. From the one after, each
    validation is one of torch's plateau with factor lr_shrink and a relative threshold.
    """
    base, rise = 0.1, 0.1 / updates
    climb = [update * rise for update in range(updates + 1)]
    options = {"factor": shrink, "patience": patience, "threshold": 1e-4}
    rates = climb + flat(plateau([climb[-1]], options, metrics[updates + 1 :]))
    text = (
        f"Warmup(ReduceLROnPlateau({arguments(options)}), steps={updates + 1}, "
        f"start_lr=0.0, span={updates}, rounding='slope')"
    )
    return Row(text, [base], metrics, rates, f"fairseq: {reason}")


ROWS = [
    alone("its defaults", falling(80)),
    alone("a constant", [0.5] * 40),
    alone("steps down and stays", stairs(60), patience=2, factor=0.3),
    alone("a cooldown", stairs(60), patience=2, factor=0.7, cooldown=3),
    alone("no patience", stairs(40), patience=0, factor=0.9, cooldown=1),
    alone("a floor", [1.0] * 30, patience=1, factor=0.2, min_lr=0.01),
    alone("changes too small to make", [1.0] * 30, patience=0, factor=0.5, eps=0.004),
    alone("no eps", [1.0] * 60, patience=0, factor=0.5, eps=0.0),
    alone("a factor of 0", [1.0] * 30, patience=3, factor=0.0, min_lr=0.001),
    alone("an absolute threshold", falling(60), patience=1, threshold=0.05, threshold_mode="abs"),
    alone(
        "more is better", [-x for x in falling(60)], mode="max", patience=2, threshold_mode="abs"
    ),
    alone("more is better, in parts", [3 - x for x in falling(60)], mode="max", threshold=0.02),
    alone("holes", broken(40), patience=1, factor=0.5),
    alone("nothing but NaN", [math.nan] * 20, patience=3),
    alone("groups", stairs(60), (0.1, 0.02, 3.0), patience=2, factor=0.5, min_lr=0.004),
    negative("less, below 0", [-3 + x for x in falling(60)], mode="min", patience=2, factor=0.5),
    negative("stuck at -1", [-1.0] * 30, mode="min", patience=4),
    negative("stuck at -1, more is better", [-1.0] * 30, mode="max", patience=4),
    negative(
        "slowly worse below 0", [-1 + 5e-5 * i for i in range(40)], mode="min", patience=4
    ),
    after(
        "after a line up", "SequentialLR([LinearLR(0.25, total_iters=6), {}], [6])", 6, stairs(50),
        patience=2, factor=0.5,
    ),
    after(
        "after a warm-up", "Warmup({}, steps=4, start_ratio=0.25, rounding='product')", 4,
        stairs(50), patience=1, factor=0.5,
    ),
    under("of a staircase", stairs(50), patience=2, factor=0.5),
    fairseq("as it comes", 4, 0.1, 0, stairs(50)),
    fairseq("a patient one", 10, 0.5, 3, stairs(60)),
]  # fmt: skip


def recorded(peer: str) -> list[Row]:
    """A peer's recordings, in its own rule."""
    rows = []
    for one in json.loads((PEERS / f"{peer}.json").read_text())["vectors"]:
        options = dict(one["args"])
        base = one.get("base", 1.0)
        if peer == "keras_plateau":
            del options["monitor"]
            options = {"threshold": 0.0, "min_delta": 1e-4, **options, "rule": "keras"}
        elif peer == "optax_plateau":
            names = {"rtol": "threshold", "atol": "min_delta", "min_scale": "min_ratio"}
            options = {names.get(name, name): value for name, value in options.items()}
            options["rule"] = "optax"
        metrics = [float(metric) for metric in one["metrics"]]
        reason = f"{peer.partition('_')[0]}, {one['kind']}: base {base}, {arguments(one['args'])}"
        text = f"{one['name']}({arguments(options)})"
        text = text.replace("reduce_on_plateau(", "ReduceLROnPlateau(")
        rows.append(Row(text, [base], metrics, one["rates"], reason))
    return rows


def build() -> bytes:
    rows = [*ROWS]
    for peer in ("keras_plateau", "optax_plateau", "transformers_greedy"):
        rows += recorded(peer)
    return vectors.document(
        HEADER,
        [
            vectors.record(
                row.reason,
                text=row.text,
                bases=vectors.doubles(row.bases),
                metrics=vectors.doubles(row.metrics),
                rates=vectors.doubles(row.rates),
            )
            for row in rows
        ],
    )
