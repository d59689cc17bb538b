"""What the peers' early stopping said, observation by observation, and rules from their formulas.

Keras, Lightning, ignite, transformers, fastai, mmengine, XGBoost, LightGBM and Composer were run and
their answers recorded in Tests/Vectors/peers/early_stopping.json. The two textbook classes are
written down below. GL, PQ and UP are computed from the whole series with numpy as Prechelt defines
them, the slope's confidence by scipy, the average and the median by numpy.

An epoch without the metric is no observation; the peers skip it, and here it is not there.
"""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from . import vectors

FILE = "stoppers.txt"
PEERS = vectors.FOLDER / "peers"

HEADER = """
Early stopping: what the peers said, and what the formulas of the other rules give. Written by
Tests/Oracle from Tests/Vectors/peers/early_stopping.json, and from numpy and scipy.

rule      the rule, as text
metrics   the observations; a line training with those of train_loss where the rule asks for it
epochs    the epoch of each
best      the best after each, the worst there is before the first
waited    what the peer counts, after each
stops     1 where it said to stop
"""

# What each peer is called here, and its arguments that are no part of the rule.
RULES = {
    "keras": "Keras",
    "lightning": "Lightning",
    "ignite": "Ignite",
    "transformers": "Transformers",
    "fastai": "Fastai",
    "mmengine": "MMEngine",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "composer": "Composer",
}
LEFT_OUT = ("monitor", "restore_best_weights")

Doubles = npt.NDArray[np.float64]


def text(rule: str, arguments: dict[str, Any]) -> str:
    """A call in Python's words. What is None is absent."""
    given = (f"{name}={value!r}" for name, value in arguments.items() if value is not None)
    return f"{rule}({', '.join(given)})"


def written(
    reason: str,
    rule: str,
    metrics: list[float],
    best: list[float],
    waited: list[int] | None,
    stops: list[bool],
    epochs: list[int] | None = None,
    training: list[float] | None = None,
) -> str:
    return vectors.record(
        reason,
        rule=rule,
        metrics=vectors.doubles(metrics),
        training=None if training is None else vectors.doubles(training),
        epochs=" ".join(map(str, range(len(metrics)) if epochs is None else epochs)),
        best=vectors.doubles(best),
        waited=None if waited is None else " ".join(map(str, waited)),
        stops=" ".join(str(int(stop)) for stop in stops),
    )


def recorded() -> Iterator[str]:
    recording = json.loads((PEERS / "early_stopping.json").read_text())
    times: Counter[str] = Counter()
    for vector in recording["vectors"]:
        peer = vector["peer"]
        arguments = {k: v for k, v in vector["args"].items() if k not in LEFT_OUT}
        is_max = "max" in (vector["args"].get("mode"),) or any(
            vector["args"].get(name) in (True, "greater")
            for name in ("greater_is_better", "maximize", "is_higher_better", "comp", "rule")
        )
        worst = -math.inf if is_max else math.inf
        seen = [i for i, metric in enumerate(vector["metrics"]) if metric is not None]
        times[peer] += 1
        yield written(
            f"{peer} {recording['meta'][peer]['version']}, {vector['kind'].replace('_', ' ')}, "
            f"series {times[peer]}",
            text(RULES[peer], arguments),
            [float(vector["metrics"][i]) for i in seen],
            [worst if vector["best"][i] is None else float(vector["best"][i]) for i in seen],
            [vector["wait"][i] for i in seen],
            [vector["stop"][i] for i in seen],
            seen,
        )


# -- The textbook's classes ---------------------------------------------------


def of_loss(metrics: list[float], patience: int, delta: float) -> Iterator[tuple[float, int, bool]]:
    """A validation loss: the first is saved, NaN is left out, better is less than best - delta."""
    best, counter, stopped = math.inf, 0, False
    is_first = True
    for loss in metrics:
        if not math.isnan(loss):
            if is_first or loss < best - delta:
                best, counter, is_first = loss, 0, False
            else:
                counter += 1
                stopped = counter >= patience
        yield best, counter, counter >= patience and not is_first and stopped


def of_score(
    metrics: list[float], patience: int, delta: float, mode: str
) -> Iterator[tuple[float, int, bool]]:
    """A score, negated for mode min: what is not below the best plus delta is the new best."""
    best: float | None = None
    counter = 0
    sign = 1.0 if mode == "max" else -1.0
    for metric in metrics:
        score = sign * metric
        if best is not None and score < best + delta:
            counter += 1
        else:
            best, counter = score, 0
        yield sign * best, counter, counter >= patience and counter > 0


def textbook(series: dict[str, list[float]]) -> Iterator[str]:
    for kind, metrics in series.items():
        for patience, delta in ((1, 0.0), (3, 0.125)):
            answers = [*of_loss(metrics, patience, delta)]
            yield written(
                f"the textbook's class of a loss, {kind}, patience {patience}, delta {delta}",
                text("Bjarten", {"patience": patience, "delta": delta}),
                metrics,
                *map(list, zip(*answers, strict=True)),  # type: ignore[arg-type]
            )
            for mode in ("min", "max"):
                answers = [*of_score(metrics, patience, delta, mode)]
                yield written(
                    f"the textbook's class of a score, {kind}, {mode}, patience {patience}, "
                    f"delta {delta}",
                    text("Score", {"patience": patience, "delta": delta, "mode": mode}),
                    metrics,
                    *map(list, zip(*answers, strict=True)),  # type: ignore[arg-type]
                )


# -- Prechelt's criteria, and the slope ---------------------------------------


def lowest(losses: list[float]) -> Doubles:
    return np.minimum.accumulate(np.array(losses))


def gl(losses: list[float]) -> Doubles:
    best = lowest(losses)
    return 100 * (np.array(losses) - best) / np.abs(best)


def criteria(series: dict[str, list[float]]) -> Iterator[str]:
    finite = {k: v for k, v in series.items() if np.isfinite(v).all() and min(map(abs, v)) > 0}
    for kind, losses in finite.items():
        best = [float(one) for one in lowest(losses)]
        for alpha in (1.0, 5.0, 20.0):
            stops = [bool(one) for one in gl(losses) > alpha]
            rule = text("GL", {"alpha": alpha})
            yield written(f"GL, {kind}, alpha {alpha}", rule, losses, best, None, stops)
        # Training goes on getting better, by less and less.
        training = [1.0 / (1 + i) + 0.05 * math.cos(i) ** 2 for i in range(len(losses))]
        for alpha, strip in ((0.05, 4), (0.5, 5), (2.0, 3)):
            stops, now = [], False
            for t in range(len(losses)):
                if (t + 1) % strip == 0:
                    last = np.array(training[t + 1 - strip : t + 1])
                    progress = 1000 * (last.mean() / last.min() - 1)
                    now = bool(gl(losses)[t] / progress > alpha)
                stops.append(now)
            yield written(
                f"PQ, {kind}, alpha {alpha}, strips of {strip}",
                text("PQ", {"alpha": alpha, "strip": strip}),
                losses,
                best,
                None,
                stops,
                training=training,
            )
        for strips, strip in ((1, 2), (2, 3), (3, 1)):
            stops = []
            for t in range(len(losses)):
                ends = [losses[i] for i in range(strip - 1, t + 1, strip)]
                rises = [b > a for a, b in itertools.pairwise(ends)]
                stops.append(len(rises) >= strips and all(rises[-strips:]))
            yield written(
                f"UP, {kind}, {strips} strips of {strip}",
                text("UP", {"strips": strips, "strip": strip}),
                losses,
                best,
                None,
                stops,
            )
        for window, confidence, mode in ((3, 0.8, "min"), (6, 0.9, "min"), (7, 0.6, "max")):
            stops = []
            for t in range(len(losses)):
                last = losses[max(0, t + 1 - window) : t + 1]
                if len(last) < window or len(set(last)) == 1:
                    # Without a slope the chances are even.
                    stops.append(len(last) == window)
                    continue
                way = "less" if mode == "min" else "greater"
                fit = stats.linregress(range(window), last, alternative=way)
                stops.append(bool(1 - fit.pvalue < confidence))
            peak = np.maximum.accumulate(np.array(losses))
            yield written(
                f"slope, {kind}, {mode}, window {window}, confidence {confidence}",
                text("Slope", {"window": window, "confidence": confidence, "mode": mode}),
                losses,
                best if mode == "min" else [float(one) for one in peak],
                None,
                stops,
            )


def smoothed(series: dict[str, list[float]]) -> Iterator[str]:
    """Patience over what numpy says of the last metrics."""
    kinds: dict[str, Callable[[list[float], int], float]] = {
        "median": lambda seen, span: float(np.median(seen[-span:])),
        "best": lambda seen, span: float(np.min(seen[-span:])),
    }
    for kind in ("noisy", "falls and rises"):
        for name, smooth in kinds.items():
            for span in (2, 5):
                metrics = series[kind]
                best, waited, stops = [], [], []
                now, count = math.inf, 0
                for t in range(len(metrics)):
                    value = smooth(metrics[: t + 1], span)
                    now, count = (value, 0) if value < now else (now, count + 1)
                    best.append(now)
                    waited.append(count)
                    stops.append(count >= 3)
                fields = {"patience": 3, "smoothing": name, "span": span}
                yield written(
                    f"smoothed, {kind}, {name} of {span}",
                    text("Patience", fields),
                    metrics,
                    best,
                    waited,
                    stops,
                )


def series() -> dict[str, list[float]]:
    random = np.random.default_rng(5)
    steps = np.arange(24)
    return {
        "noisy": (1 / (1 + steps) + 0.1 * random.random(24)).tolist(),
        "falls and rises": (0.4 + (steps - 9.0) ** 2 / 100 + 0.01 * random.random(24)).tolist(),
        "below 0": [-2 - math.sin(i / 3) + 0.1 * x for i, x in enumerate(random.random(24))],
        "ties": random.choice([0.25, 0.375, 0.5], 24).tolist(),
        "flat": [0.5] * 12,
        "with NaN": [math.nan if i % 4 == 2 else float(x) for i, x in enumerate(random.random(16))],
        "NaN first": [math.nan, 0.5, 0.25, math.inf, 0.5, -math.inf, 0.125, 0.125, 0.125],
    }


def build() -> bytes:
    given = series()
    records = [*recorded(), *textbook(given), *criteria(given), *smoothed(given)]
    return vectors.document(HEADER, records)
