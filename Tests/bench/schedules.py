"""Schedulers, schedules and early stopping, beside PyTorch's and NumPy's."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import types
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import libsched
import numpy as np
import torch
from libsched.optim import lr_scheduler, swa_utils
from race import HERE, Step, compiled, race, show

LONG = 10**7

SCHEDULERS: dict[str, Callable[[Any, Any], Any]] = {
    "StepLR": lambda module, optimizer: module.StepLR(optimizer, 30),
    "MultiStepLR": lambda module, optimizer: module.MultiStepLR(optimizer, [30, 80]),
    "ConstantLR": lambda module, optimizer: module.ConstantLR(optimizer),
    "LinearLR": lambda module, optimizer: module.LinearLR(optimizer, total_iters=LONG),
    "ExponentialLR": lambda module, optimizer: module.ExponentialLR(optimizer, 0.9999),
    "PolynomialLR": lambda module, optimizer: module.PolynomialLR(optimizer, LONG, 2.0),
    "CosineAnnealingLR": lambda module, optimizer: module.CosineAnnealingLR(optimizer, LONG),
    "CosineAnnealingWarmRestarts": lambda module, optimizer: module.CosineAnnealingWarmRestarts(
        optimizer, 100, 2
    ),
    "CyclicLR": lambda module, optimizer: module.CyclicLR(optimizer, 0.01, 0.1, 500),
    "CyclicLR, triangular2": lambda module, optimizer: module.CyclicLR(
        optimizer, 0.01, 0.1, 500, mode="triangular2"
    ),
    "CyclicLR, exp_range": lambda module, optimizer: module.CyclicLR(
        optimizer, 0.01, 0.1, 500, mode="exp_range", gamma=0.9999
    ),
    "OneCycleLR": lambda module, optimizer: module.OneCycleLR(optimizer, 0.1, LONG),
    "SequentialLR": lambda module, optimizer: module.SequentialLR(
        optimizer,
        [module.LinearLR(optimizer, total_iters=5), module.CosineAnnealingLR(optimizer, LONG)],
        [5],
    ),
    "ChainedScheduler": lambda module, optimizer: module.ChainedScheduler(
        [module.LinearLR(optimizer, total_iters=LONG), module.CosineAnnealingLR(optimizer, LONG)]
    ),
    "LambdaLR": lambda module, optimizer: module.LambdaLR(optimizer, lambda t: 1 / (1 + t)),
    "MultiplicativeLR": lambda module, optimizer: module.MultiplicativeLR(
        optimizer, lambda t: 0.9999999
    ),
    "ReduceLROnPlateau": lambda module, optimizer: module.ReduceLROnPlateau(optimizer),
    "SWALR": lambda module, optimizer: module.SWALR(optimizer, 0.05, LONG),
}
GROUPS = [1, 10, 100]


def namespace(*modules: Any) -> types.SimpleNamespace:
    return types.SimpleNamespace(
        **{key: value for one in modules for key, value in vars(one).items()}
    )


OURS = namespace(lr_scheduler, swa_utils)
THEIRS = namespace(torch.optim.lr_scheduler, torch.optim.swa_utils)


def print_schedulers(seconds: float) -> None:
    seconds /= 3
    rows = []
    ratios: dict[int, list[float]] = {groups: [] for groups in GROUPS}
    for name, make in SCHEDULERS.items():
        row = [name]
        for groups in GROUPS:

            def scheduler(module: Any, groups: int = groups, make: Any = make) -> Any:
                # Each group's rate is its own, as with a rate a layer.
                parameters = [
                    {"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.1 / (1 + i)}
                    for i in range(groups)
                ]
                optimizer = torch.optim.SGD(parameters, lr=0.1, momentum=0.9)
                made = make(module, optimizer)
                optimizer.step()
                return made

            metric = (1.0,) if name == "ReduceLROnPlateau" else ()
            took = race(
                {
                    "libsched": partial(scheduler(OURS).step, *metric),
                    "torch": partial(scheduler(THEIRS).step, *metric),
                },
                seconds,
            )
            ratio = took["torch"] / took["libsched"]
            row += [f"{1e6 * took['libsched']:.2f}", f"{ratio:.2f}"]
            ratios[groups].append(ratio)
        rows.append(row)
    means = [["", f"{statistics.geometric_mean(ratios[groups]):.2f}"] for groups in GROUPS]
    rows.append(["geometric mean", *(one for mean in means for one in mean)])
    headers = ["scheduler"]
    for groups in GROUPS:
        headers += [f"µs, {groups} groups" if groups > 1 else "µs, 1 group", "torch"]
    show("scheduler.step() on a torch optimizer", headers, rows)


MILLION = 10**6

# sched_next's, in C; the first few are plain formulas.
STEPPED = [
    "Constant()",
    "StepLR(30)",
    "MultiStepLR([30, 80])",
    "LinearLR(total_iters=1000000)",
    "ExponentialLR(0.99999)",
    "PolynomialLR(1000000, 2.0)",
    "CosineAnnealingLR(1000000)",
    "CosineDecay(1000000)",
    "CosineAnnealingWarmRestarts(1000)",
    "OneCycleLR(0.1, 1000000)",
    "Warmup(CosineDecay(900000), steps=100000)",
]


def timed_in_c(source: str, texts: list[str]) -> list[str]:
    """The nanoseconds that a program prints of each text."""
    library = Path(os.environ["LIBSCHED"]).parent
    link = [f"-I{HERE.parents[1] / 'Include'}", f"-L{library}", "-lsched", f"-Wl,-rpath,{library}"]
    program = compiled(source, "-std=c99", *link)
    return subprocess.run(
        [program, *texts], capture_output=True, text=True, check=True
    ).stdout.split()


def print_next(_: float) -> None:
    nanoseconds = timed_in_c("next.c", STEPPED)
    rows = [[text, *nanoseconds[2 * i : 2 * i + 2]] for i, text in enumerate(STEPPED)]
    headers = ["schedule", "closed", "chained"]
    show("sched_next in C, ns", headers, rows)


WATCHED = [
    "Patience(1000000000)",
    "Patience(1000000000, nan='stop', infinity='stop', stopping_threshold=-1.0)",
    "Patience(1000000000, smoothing='median', span=5)",
    "Lightning(patience=1000000000)",
    "GL(1e9)",
    "Any([Patience(1000000000), Budget(evaluations=1000000000)])",
    "Slope(20, 0.0)",
]


def print_observations(seconds: float) -> None:
    nanoseconds = timed_in_c("observe.c", WATCHED)
    rows = []
    for i, text in enumerate(WATCHED):
        stopper = libsched.EarlyStopping.parse(text)
        took = race(
            {
                "metric": lambda stopper=stopper: stopper.observe(0.5),
                "named": lambda stopper=stopper: stopper.observe({"loss": 0.5}, step=1),
            },
            seconds / 3,
        )
        python = [f"{1e6 * took[name]:.2f}" for name in ("metric", "named")]
        rows.append([text, *nanoseconds[2 * i : 2 * i + 2], *python])
    headers = ["rule", "C, ns", "named", "Python, µs", "named"]
    show("an observation, of the metric alone and of named numbers", headers, rows)


def print_ranges(seconds: float) -> None:
    steps = np.arange(MILLION)

    def warmed() -> object:
        angle = np.pi * (steps - MILLION // 10) / (MILLION - MILLION // 10)
        up = 0.1 * steps / (MILLION // 10)
        return np.where(steps < MILLION // 10, up, 0.05 * (1 + np.cos(angle)))

    formulas: dict[str, Step] = {
        "StepLR(30000)": lambda: 0.1 * 0.1 ** (steps // 30000),
        "LinearLR(total_iters=1000000)": lambda: 0.1 * (1 / 3 + (1 - 1 / 3) * steps / MILLION),
        "ExponentialLR(0.99999)": lambda: 0.1 * 0.99999**steps,
        "PolynomialLR(1000000, 2.0)": lambda: 0.1 * (1 - steps / MILLION) ** 2.0,
        "CosineAnnealingLR(1000000)": lambda: 0.05 * (1 + np.cos(np.pi * steps / MILLION)),
        "CosineDecay(1000000)": lambda: 0.05 * (1 + np.cos(np.pi * steps / MILLION)),
        "Warmup(CosineDecay(900000), steps=100000)": warmed,
    }
    rows = []
    for text, formula in formulas.items():
        schedule = libsched.parse(text)
        assert np.allclose(schedule.rates(MILLION, 0.1), formula(), rtol=1e-9)
        took = race(
            {"libsched": partial(schedule.rates, MILLION, 0.1), "numpy": formula}, seconds / 3
        )
        mine = took["libsched"]
        rows.append([text, f"{1e3 * mine:.1f}", f"{took['numpy'] / mine:.2f}"])
    show(
        "a million rates, against NumPy's formula on steps that are there already",
        ["schedule", "ms", "NumPy"],
        rows,
    )


def print_import(_: float) -> None:
    script = "import numpy, time; t = time.perf_counter(); import libsched; print(time.perf_counter() - t)"
    imports = [
        float(
            subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
        )
        for _ in range(9)
    ]
    print(f"import libsched, beyond NumPy: {1e3 * statistics.median(imports):.1f} ms")
