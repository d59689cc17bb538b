"""What torch's schedules of a caller's function answered: LambdaLR, MultiplicativeLR, CyclicLR.

A function has no text, so that it has a name here, and every test language writes it down again.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch.optim import lr_scheduler

from . import vectors

FILE = "functions.txt"

HEADER = """
Rates of schedules that call a function. Written by Tests/Oracle.

kind      LambdaLR, MultiplicativeLR, or CyclicLR(0.1, 0.4, 3, 5, cycle_momentum=False)
function  decay    0.95^t
          inverse  1 / (1 + t)
          stairs   1 before step 3, 0.5 before step 7, then 0
          turns    -1 at odd steps, 1.5 at even ones
          runaway  1e200
scale     of CyclicLR: what its function gets
base      the base rate
chained   the rates
"""

FUNCTIONS: dict[str, Callable[[int], float]] = {
    "decay": lambda t: 0.95**t,
    "inverse": lambda t: 1 / (1 + t),
    "stairs": lambda t: 1.0 if t < 3 else 0.5 if t < 7 else 0.0,
    "turns": lambda t: -1.0 if t % 2 else 1.5,
    "runaway": lambda t: 1e200,
}

ROWS = [
    ("LambdaLR", "decay", "", 0.1, "a power of the step"),
    ("LambdaLR", "inverse", "", 0.3, "a quotient of the step"),
    ("LambdaLR", "stairs", "", 0.1, "down to nothing"),
    ("LambdaLR", "turns", "", 0.1, "below nothing"),
    ("LambdaLR", "runaway", "", 1e200, "infinite at once"),
    ("MultiplicativeLR", "decay", "", 0.1, "faster and faster"),
    ("MultiplicativeLR", "inverse", "", 0.3, "a factorial"),
    ("MultiplicativeLR", "stairs", "", 0.1, "halves, then nothing"),
    ("MultiplicativeLR", "turns", "", 0.1, "the sign turns"),
    ("MultiplicativeLR", "runaway", "", 0.1, "infinite after a while"),
    ("CyclicLR", "inverse", "cycle", 0.1, "a scale of the cycle"),
    ("CyclicLR", "decay", "iterations", 0.1, "a scale of the step"),
]


def ask(kind: str, name: str, scale: str, base: float, reason: str) -> str:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    function = FUNCTIONS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if scale:
            scheduler: lr_scheduler.LRScheduler = lr_scheduler.CyclicLR(
                optimizer, 0.1, 0.4, 3, 5, scale_fn=function, scale_mode=scale, cycle_momentum=False
            )
        else:
            scheduler = getattr(lr_scheduler, kind)(optimizer, function)
        rates = [optimizer.param_groups[0]["lr"]]
        for _ in range(39):
            optimizer.step()
            scheduler.step()
            rates.append(optimizer.param_groups[0]["lr"])
    return vectors.record(
        f"{kind}: {reason}",
        kind=kind,
        function=name,
        scale=scale or None,
        base=vectors.double(base),
        chained=vectors.doubles(rates),
    )


def build() -> bytes:
    return vectors.document(HEADER, [ask(*row) for row in ROWS])
