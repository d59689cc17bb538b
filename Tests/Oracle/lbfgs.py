"""Where torch.optim.LBFGS goes on Rosenbrock's function of several variables."""

from __future__ import annotations

from typing import NamedTuple

import torch

from . import vectors

FILE = "lbfgs.txt"

HEADER = f"""
Steps of torch.optim.LBFGS, torch {torch.__version__.partition("+")[0]}, on the sum of
100 (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2. Written by Tests/Oracle.

Of 16 bits torch steps floats: the function rounds them before it looks at them, they are
rounded after each step, and the gradient, too, is rounded to its type. The function itself
is of doubles.

param        what the parameter is of
grad         what its gradient is of
hyper        every setting, in the order of C's struct
n            how many variables
steps        how many steps
from         the point before the first
losses       what each step returned
to           the point after the last
iterations   in all
evaluations  in all
"""


class Row(NamedTuple):
    reason: str
    n: int = 8
    steps: int = 3
    lr: float = 1.0
    tolerance_grad: float = 1e-7
    tolerance_change: float = 1e-9
    max_iter: int = 20
    max_eval: int = 25
    history_size: int = 100
    strong_wolfe: int = 1
    param: str = "float64"
    grad: str = "float64"


WIDE = {"param": "float32", "grad": "bfloat16"}

ROWS = [
    Row("its defaults with the search"),
    Row("no search, small steps", lr=0.01, strong_wolfe=0),
    Row("no search, one iteration a step", lr=0.05, max_iter=1, strong_wolfe=0, steps=6),
    Row("the history is full", history_size=2, max_iter=8),
    Row("the history is of one pair", history_size=1, max_iter=6),
    Row("evaluations are up", max_eval=6, lr=5.0),
    Row("one evaluation", max_eval=1),
    Row("a first length far too long", lr=100.0, max_iter=3),
    Row("it is flat enough at once", tolerance_grad=1e6),
    Row("it changes little enough", tolerance_change=1e-2),
    Row("two variables, to the end", n=2, steps=4, max_iter=30, max_eval=40),
    Row("one variable is none: everything is 0", n=1, steps=1),
    Row("floats", steps=2, max_iter=6, param="float32", grad="float32"),
    *(
        Row(
            f"{param}s, whose gradients are {grad}s, {how}",
            n=17,
            param=param,
            grad=grad,
            **settings,
        )
        for param in ("bfloat16", "float16")
        for grad in (param, "float32")
        for how, settings in (
            ("searched for", {"steps": 2, "max_iter": 4, "history_size": 3}),
            ("in small steps", {"lr": 0.02, "max_iter": 4, "strong_wolfe": 0}),
        )
    ),
    Row("floats, whose gradients are bfloat16s", steps=2, max_iter=4, **WIDE),
]


def ask(row: Row) -> str:
    held, given = getattr(torch, row.param), getattr(torch, row.grad)
    start = torch.linspace(-1.2, 1.1, row.n, dtype=torch.float64).to(held)
    point = start.to(torch.promote_types(held, torch.float32), copy=True)
    hyper = {name: value for name, value in row._asdict().items() if name in NAMES}
    optimizer = torch.optim.LBFGS(
        [point],
        line_search_fn="strong_wolfe" if hyper["strong_wolfe"] else None,
        **{name: value for name, value in hyper.items() if name != "strong_wolfe"},
    )

    def closure() -> torch.Tensor:
        x = point.to(held).double().clone().requires_grad_()
        loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
        loss.backward()
        # A double becomes a float first, as wherever these are read.
        point.grad = x.grad.to(point.dtype).to(given).to(point.dtype)
        return loss

    losses = []
    for _ in range(row.steps):
        losses.append(float(optimizer.step(closure).detach()))
        point.copy_(point.to(held))
    state = optimizer.state[point]
    return vectors.record(
        f"lbfgs: {row.reason}",
        param=row.param,
        grad=row.grad,
        hyper=" ".join(f"{name}={vectors.double(hyper[name])}" for name in NAMES),
        n=str(row.n),
        steps=str(row.steps),
        **{"from": vectors.doubles(start.tolist())},
        losses=vectors.doubles(losses),
        to=vectors.doubles(point.detach().tolist()),
        iterations=str(state["n_iter"]),
        evaluations=str(state["func_evals"]),
    )


NAMES = [
    "lr",
    "tolerance_grad",
    "tolerance_change",
    "max_iter",
    "max_eval",
    "history_size",
    "strong_wolfe",
]


def build() -> bytes:
    torch.set_num_threads(1)
    return vectors.document(HEADER, [ask(row) for row in ROWS])
