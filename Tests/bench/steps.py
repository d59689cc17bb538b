"""Optimizers' steps, beside PyTorch's, DeepSpeed's and the speed of memory."""

from __future__ import annotations

import contextlib
import inspect
import io
import itertools
import math
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from typing import Any

import libsched
import torch
from libsched import optim
from race import EVERYONE, HERE, THREADS, Shape, Step, Table, ceiling, count, race, use

SIZES = [10**3, 10**4, 10**5, 10**6, 10**7]
# What steps read and write: the parameter, its gradient, and states.
ADAMW = "pmv.g"


@cache
def deepspeed() -> Any:
    """DeepSpeed's AdamW; None where it is not installed, or nothing compiles it."""
    build = HERE.parents[1] / "build"
    sys.path.append(str(build / "deepspeed"))
    os.environ["PATH"] += f":{build / 'deepspeed' / 'bin'}"
    os.environ.setdefault("TORCH_EXTENSIONS_DIR", str(build / "torch_extensions"))
    os.environ.setdefault("DS_ACCELERATOR", "cpu")
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            from deepspeed.ops.adam import DeepSpeedCPUAdam

            # Compiles it.
            DeepSpeedCPUAdam([torch.nn.Parameter(torch.ones(1))])
    except (ImportError, RuntimeError):
        return None
    return DeepSpeedCPUAdam


def parameters(shapes: list[Shape], dtype: torch.dtype = torch.float32) -> list[torch.nn.Parameter]:
    ones = [torch.nn.Parameter(torch.randn(shape).to(dtype)) for shape in shapes]
    for one in ones:
        one.grad = torch.randn(one.shape).to(dtype)
    return ones


def adamws(
    shapes: list[Shape], dtype: torch.dtype = torch.float32, **settings: Any
) -> Iterator[tuple[str, Step]]:
    """AdamW as others have it, in C."""
    yield "torch fused", torch.optim.AdamW(parameters(shapes, dtype), fused=True).step
    if make := deepspeed():
        yield "DeepSpeed", make(parameters(shapes, dtype), weight_decay=0.01, **settings).step


def print_steps(seconds: float, kind: str, sizes: list[int]) -> None:
    settings = {"AdamW": {}, "SGD": {"momentum": 0.9}}[kind]
    table = Table(
        f"{kind}.step() on one float32 tensor ({libsched.isa()})",
        ["elements", "threads"],
        "µs",
        ["ceiling", "torch fused", "DeepSpeed", "foreach", "loop"],
    )
    for threads in THREADS:
        use(threads)
        for size in sizes:
            shapes = [(size,)]
            theirs = partial(getattr(torch.optim, kind), **settings)
            contenders = {
                "libsched": getattr(optim, kind)(parameters(shapes), **settings).step,
                "ceiling": ceiling(shapes, {"AdamW": ADAMW, "SGD": "pb.g"}[kind]),
            }
            if kind == "AdamW":
                contenders |= adamws(shapes)
            else:
                contenders["torch fused"] = theirs(parameters(shapes), fused=True).step
            # Those that take their time, of what memory holds several times.
            if size < 10**8:
                contenders["foreach"] = theirs(parameters(shapes), foreach=True).step
                contenders["loop"] = theirs(parameters(shapes), foreach=False, fused=False).step
            took = race(contenders, seconds)
            table.add([count(size), threads], 1e6 * took["libsched"], took)
    table.print()


def forced(isa: str, threads: int, seconds: float) -> dict[str, float]:
    """AdamW in a process that has chosen its instructions anew."""
    use(threads)
    assert libsched.isa() == isa
    shapes = [(10**7,)]
    return race(
        {"libsched": optim.AdamW(parameters(shapes)).step, "ceiling": ceiling(shapes, ADAMW)},
        seconds,
    )


def print_widths(seconds: float) -> None:
    table = Table(
        "AdamW.step() on one float32 tensor of 1e7 elements, by instructions",
        ["instructions", "threads"],
        "µs",
        ["ceiling"],
    )
    widths = ["avx512", "avx2", "baseline"]
    for isa in widths[widths.index(libsched.isa()) :]:
        for threads in THREADS:
            os.environ["SCHED_ISA"] = isa
            with ProcessPoolExecutor(1, get_context("spawn")) as process:
                took = process.submit(forced, isa, threads, seconds).result()
            del os.environ["SCHED_ISA"]
            table.add([isa, threads], 1e6 * took["libsched"], took)
    table.print()


def gpt2() -> list[Shape]:
    """The shapes of GPT-2's 148 tensors, 124 million numbers."""
    d = 768
    block: list[Shape] = [(d,), (d,), (d, 3 * d), (3 * d,), (d, d), (d,)]
    block += [(d,), (d,), (d, 4 * d), (4 * d,), (4 * d, d), (d,)]
    return [(50257, d), (1024, d), *(12 * block), (d,), (d,)]


def resnet50() -> list[Shape]:
    """The shapes of ResNet-50's 161 tensors, 25.6 million numbers."""

    def convolution(to: int, of: int, side: int) -> list[Shape]:
        return [(to, of, side, side), (to,), (to,)]

    shapes, width = convolution(64, 3, 7), 64
    for inner, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for i in range(blocks):
            shapes += convolution(inner, width, 1)
            shapes += convolution(inner, inner, 3)
            shapes += convolution(4 * inner, inner, 1)
            if i == 0:
                shapes += convolution(4 * inner, width, 1)
            width = 4 * inner
    return [*shapes, (1000, width), (1000,)]


MODELS: dict[str, list[Shape]] = {
    "GPT-2": gpt2(),
    "ResNet-50": resnet50(),
    "1,000 small": [(10 + 991 * i // 1000,) for i in range(1000)],
}
RENEWED = "1,000 small, new gradients"
MODELS[RENEWED] = MODELS["1,000 small"]


def renewed(step: Any) -> Step:
    """A step after which every gradient is another tensor, as a backward pass after
    ``zero_grad()`` leaves them. Who puts them there is counted with it."""
    params = [param for group in step.__self__.param_groups for param in group["params"]]
    turns = itertools.cycle([[torch.randn(param.shape) for param in params] for _ in range(2)])

    def both() -> None:
        for param, grad in zip(params, next(turns), strict=True):
            param.grad = grad
        step()

    return both


def print_models(seconds: float) -> None:
    """AdamW over all tensors of a model, in one call."""
    table = Table(
        "AdamW.step() of a whole model, float32",
        ["model", "tensors", "elements", "threads"],
        "ms",
        ["ceiling", "torch fused", "DeepSpeed"],
    )
    for name, shapes in MODELS.items():
        size = sum(map(math.prod, shapes))
        for threads in THREADS:
            use(threads)
            contenders = {
                "libsched": optim.AdamW(parameters(shapes)).step,
                "ceiling": ceiling(shapes, ADAMW),
            } | dict(adamws(shapes))
            if name == RENEWED:
                contenders = {
                    each: step if each == "ceiling" else renewed(step)
                    for each, step in contenders.items()
                }
            took = race(contenders, seconds)
            labels = [name, len(shapes), f"{size:,}", threads]
            table.add(labels, 1e3 * took["libsched"], took)
    table.print()


def print_stored(seconds: float, size: int) -> None:
    """AdamW of 16 bits."""
    table = Table(
        f"AdamW.step() on one bfloat16 tensor of {count(size)} elements",
        ["states", "threads"],
        "ns an element",
        ["ceiling", "torch fused", "DeepSpeed", "our float32"],
    )
    half, shapes = torch.bfloat16, [(size,)]
    two = {"p": 2, "g": 2}
    # How PyTorch and DeepSpeed may keep their states: PyTorch in the parameter's type alone.
    rows: list[tuple[str, dict[str, Any], str, dict[str, int], bool]] = [
        ("bfloat16", {"state_dtype": "bfloat16"}, ADAMW, two | {"m": 2, "v": 2}, False),
        ("float32", {}, ADAMW, two, True),
        ("float32, stochastic", {"rounding": "stochastic"}, ADAMW, two, True),
        ("float32, Kahan", {"rounding": "kahan"}, "prmv.g", two | {"r": 2}, True),
        ("float32, master", {"master": True}, "prmv.g", two, True),
    ]
    for about, how, passes, sizes, is_wide in rows:
        for threads in THREADS:
            use(threads)
            optimizer = optim.AdamW(parameters(shapes, half))
            optimizer.store(**how)
            contenders = {"libsched": optimizer.step, "ceiling": ceiling(shapes, passes, sizes)}
            contenders |= adamws(shapes, half, fp32_optimizer_states=is_wide)
            contenders["our float32"] = optim.AdamW(parameters(shapes)).step
            took = race(contenders, seconds)
            table.add([about, threads], 1e9 * took["libsched"] / size, took)
    table.print()


def print_clipped(seconds: float, size: int) -> None:
    """AdamW with its clipping."""
    table = Table(
        f"AdamW.step(max_norm=1) on float32 tensors of {count(size)} elements in all",
        ["tensors", "threads"],
        "µs",
        ["ceiling", "torch's two, fused", "the step alone"],
    )
    for tensors in (1, 100):
        shapes: list[Shape] = tensors * [(size // tensors,)]
        for threads in THREADS:
            use(threads)
            theirs = parameters(shapes)
            fused = torch.optim.AdamW(theirs, fused=True)

            def clipped(theirs: list[Any] = theirs, fused: Any = fused) -> None:
                torch.nn.utils.clip_grad_norm_(theirs, 1.0)
                fused.step()

            took = race(
                {
                    "libsched": partial(optim.AdamW(parameters(shapes)).step, max_norm=1.0),
                    "ceiling": ceiling(shapes, ".g," + ADAMW),
                    "torch's two, fused": clipped,
                    "the step alone": optim.AdamW(parameters(shapes)).step,
                },
                seconds,
            )
            table.add([tensors, threads], 1e6 * took["libsched"], took)
    table.print()


def print_quantized(seconds: float, sizes: list[int]) -> None:
    """AdamW with states of 8 bits, 16 bytes an element, beside states of floats, 28."""
    table = Table(
        "AdamW.step() on one float32 tensor with states of 8 bits",
        ["elements", "threads"],
        "ns an element",
        ["ceiling", "our float32"],
    )
    for size in sizes:
        for threads in THREADS:
            use(threads)
            shapes: list[Shape] = [(size,)]
            optimizer = optim.AdamW(parameters(shapes))
            optimizer.store(state_dtype="8bit")
            took = race(
                {
                    "libsched": optimizer.step,
                    "ceiling": ceiling(shapes, ADAMW, {"m": 1, "v": 1}),
                    "our float32": optim.AdamW(parameters(shapes)).step,
                },
                seconds,
            )
            table.add([count(size), threads], 1e9 * took["libsched"] / size, took)
    table.print()


def vector(size: int) -> list[torch.nn.Parameter]:
    return parameters([(size,)])


def matrix(size: int) -> list[torch.nn.Parameter]:
    side = int(size**0.5)
    return parameters([(side, side)])


def small_matrix(size: int) -> list[torch.nn.Parameter]:
    return matrix(size // 10)


def small_vector(size: int) -> list[torch.nn.Parameter]:
    return vector(size // 10)


def embedding(size: int) -> list[torch.nn.Parameter]:
    """Of which a tenth has gradients: as many rows as tokens of a batch, in their order."""
    table = torch.nn.Embedding(size // 100, 100, sparse=True)
    table(torch.randint(size // 100, (size // 1000,))).square().sum().backward()
    return [table.weight]


def descent(params: list[torch.nn.Parameter]) -> Callable[[], torch.Tensor]:
    """A closure that takes one pass: a bowl's gradient."""
    scales = [torch.rand(param.shape) + 0.5 for param in params]

    def closure() -> torch.Tensor:
        for param, scale in zip(params, scales, strict=True):
            torch.mul(param.detach(), scale, out=param.grad)
        return torch.ones(())

    return closure


def step_of(kind: Any, params: list[torch.nn.Parameter], settings: dict[str, Any]) -> Step:
    step = kind(params, **settings).step
    return partial(step, descent(params)) if kind.__name__ == "LBFGS" else step


# What others than AdamW read and write in a step, with the passes that their norms take, their
# settings and their parameters. Muon's time goes into products of matrices, SparseAdam's into
# gathering rows, and LBFGS's into a history of ten pairs.
OPTIMIZERS: list[tuple[str, str, dict[str, Any], Callable[[int], list[torch.nn.Parameter]]]] = [
    ("Adam", "pmvw.g", {"amsgrad": True}, vector),
    ("Adagrad", "ps.g", {}, vector),
    ("Adadelta", "psd.g", {}, vector),
    ("RMSprop", "ps.g", {}, vector),
    ("RMSprop", "psab.g", {"centered": True, "momentum": 0.9}, vector),
    ("Adamax", "pmu.g", {}, vector),
    ("NAdam", "pmv.g", {}, vector),
    ("RAdam", "pmv.g", {}, vector),
    ("ASGD", "pa.g", {}, vector),
    ("Rprop", "pbs.g", {}, vector),
    ("Adafactor", ".g,.pg,p.g", {}, matrix),
    ("Adafactor", ".pgv,pv.g", {}, vector),
    ("Muon", "", {}, small_matrix),
    ("SparseAdam", "", {}, embedding),
    ("LBFGS", "", {"lr": 1e-3, "max_iter": 1, "history_size": 10}, small_vector),
    ("Lion", "pm.g", {}, vector),
    ("Adan", "pmnvb.g", {}, vector),
    ("AdEMAMix", "pmnv.g", {}, vector),
    ("LAMB", ".pgmv,pmv.g", {}, vector),
    ("LARS", ".pg,pb.g", {}, vector),
]


def print_optimizers(seconds: float, size: int) -> None:
    table = Table(
        f"step() on one float32 tensor of {count(size)} elements, {EVERYONE} threads",
        ["optimizer", "of a"],
        "ns an element",
        ["ceiling", "torch fused", "foreach", "loop"],
    )
    use(EVERYONE)
    for name, passes, settings, make in OPTIMIZERS:
        params = make(size)
        shapes = [tuple(param.shape) for param in params]
        contenders = {"libsched": step_of(getattr(optim, name), params, settings)}
        if passes:
            contenders["ceiling"] = ceiling(shapes, passes)
        if kind := getattr(torch.optim, name, None):
            known = inspect.signature(kind).parameters
            for about, hint in (("torch fused", "fused"), ("foreach", "foreach")):
                if hint in known:
                    contenders[about] = step_of(kind, make(size), settings | {hint: True})
            alone = {"foreach": False} if "foreach" in known else {}
            contenders["loop"] = step_of(kind, make(size), settings | alone)
        took = race(contenders, seconds)
        about = ", ".join(f"{key}={value}" for key, value in settings.items())
        labels = [f"{name}({about})", make.__name__.replace("_", " ")]
        table.add(labels, 1e9 * took["libsched"] / math.prod(shapes[0]), took)
    table.print()
