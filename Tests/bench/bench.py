"""libsched against PyTorch and against the speed of memory, in one run, as ratios.

Contenders take turns, round by round, so that a machine whose speed drifts drifts for all of them.
The best round counts: what else the machine had to do only ever adds, and most to those whose
threads wait for each other. Where something else holds a processor all the time, times with as
many threads as processors are worth nothing.

A ratio is the other's time over ours: above 1, libsched is faster. The ceiling's is the part of the
speed of memory that our step, called from Python, reaches.
"""

from __future__ import annotations

import argparse
import ctypes
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import types
import warnings
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import libsched
import numpy as np
import torch
from libsched import optim
from libsched.optim import lr_scheduler, swa_utils
from tabulate import tabulate

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SIZES = [10**3, 10**4, 10**5, 10**6, 10**7]

Step = Callable[[], object]


def rounds(contenders: dict[str, Step], seconds: float, rest: float = 0) -> dict[str, float]:
    """Each contender's least time a call, in seconds, all taking turns.

    A turn begins with a rest, in which other contenders' threads stop spinning, and a call that
    does not count, which wakes its own and brings its arrays into the cache.
    """
    calls = {}
    for name, step in contenders.items():
        step()
        start = time.perf_counter()
        step()
        calls[name] = max(1, int(2e-3 / (time.perf_counter() - start)))
    times: dict[str, list[float]] = {name: [] for name in contenders}
    stop = time.perf_counter() + seconds
    while time.perf_counter() < stop or len(times[next(iter(times))]) < 5:
        for name, step in contenders.items():
            time.sleep(rest)
            step()
            start = time.perf_counter()
            for _ in range(calls[name]):
                step()
            times[name].append((time.perf_counter() - start) / calls[name])
    return {name: min(each) for name, each in times.items()}


def compiled(source: str, *options: str) -> Path:
    target = Path(tempfile.mkdtemp()) / Path(source).stem
    command = ["cc", "-O3", "-Wall", "-Wextra", "-Werror", str(HERE / source), *options]
    subprocess.run([*command, "-o", str(target)], check=True)
    return target


@cache
def ceilings() -> ctypes.CDLL:
    return ctypes.CDLL(str(compiled("ceiling.c", "-march=native", "-fopenmp", "-shared", "-fPIC")))


def ceiling(kind: str, size: int, threads: int) -> Step:
    """What reads and writes as an optimizer's step does, and no more."""
    arrays = [torch.randn(size) for _ in range({"AdamW": 4, "SGD": 3}[kind])]
    move = getattr(ceilings(), f"move_{kind.lower()}")
    pointers = [ctypes.c_void_p(array.data_ptr()) for array in arrays]
    arguments = (ctypes.c_ssize_t(size), *pointers, ctypes.c_int(threads))
    # The arrays live as long as their pointers.
    return lambda arrays=arrays: move(*arguments)


def model_ceiling(shapes: list[tuple[int, ...]], threads: int) -> Step:
    """What reads and writes as AdamW's step over tensors of these shapes, each of its own memory."""
    arrays = [torch.randn(shape) for shape in shapes for _ in range(4)]
    pointers = (ctypes.c_void_p * len(arrays))(*(array.data_ptr() for array in arrays))
    sizes = (ctypes.c_ssize_t * len(shapes))(*map(math.prod, shapes))
    arguments = (ctypes.c_ssize_t(len(shapes)), sizes, pointers, ctypes.c_int(threads))
    # The arrays live as long as their pointers.
    return lambda arrays=arrays: ceilings().move_model(*arguments)


def print_steps(kind: str, seconds: float, sizes: list[int]) -> None:
    ours: Any = getattr(optim, kind)
    theirs: Any = getattr(torch.optim, kind)
    settings = {"AdamW": {"lr": 1e-3}, "SGD": {"lr": 1e-3, "momentum": 0.9}}[kind]
    everyone = len(os.sched_getaffinity(0))
    rows = []
    for threads in sorted({1, everyone}):
        torch.set_num_threads(threads)
        libsched.set_threads(threads)
        for size in sizes:

            def parameter(size: int = size) -> torch.nn.Parameter:
                one = torch.nn.Parameter(torch.randn(size))
                one.grad = torch.randn(size)
                return one

            contenders: dict[str, Step] = {"libsched": ours([parameter()], **settings).step}
            contenders["ceiling"] = ceiling(kind, size, threads)
            for name, options in {
                "fused": {"fused": True},
                "foreach": {"foreach": True},
                "loop": {"foreach": False, "fused": False},
            }.items():
                contenders[name] = theirs([parameter()], **settings, **options).step
            took = rounds(contenders, seconds, rest=0.01 if threads > 1 else 0)
            mine = took.pop("libsched")
            rows.append(
                [f"{size:.0e}".replace("e+0", "e"), threads, f"{1e6 * mine:.1f}"]
                + [f"{each / mine:.2f}" for each in took.values()]
            )
    libsched.set_threads(0)
    print(f"\n{kind}.step() on one float32 tensor ({libsched.isa()})")
    headers = ["elements", "threads", "µs", "ceiling", "torch fused", "foreach", "loop"]
    print(tabulate(rows, headers, disable_numparse=True, stralign="right"))


def gpt2() -> list[tuple[int, ...]]:
    """The shapes of GPT-2's 148 tensors, 124 million numbers."""
    d = 768
    block = [(d,), (d,), (d, 3 * d), (3 * d,), (d, d), (d,)]
    block += [(d,), (d,), (d, 4 * d), (4 * d,), (4 * d, d), (d,)]
    return [(50257, d), (1024, d), *(12 * block), (d,), (d,)]


def resnet50() -> list[tuple[int, ...]]:
    """The shapes of ResNet-50's 161 tensors, 25.6 million numbers."""

    def convolution(to: int, of: int, side: int) -> list[tuple[int, ...]]:
        return [(to, of, side, side), (to,), (to,)]

    shapes, width = convolution(64, 3, 7), 64
    for inner, count in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for i in range(count):
            shapes += convolution(inner, width, 1)
            shapes += convolution(inner, inner, 3)
            shapes += convolution(4 * inner, inner, 1)
            if i == 0:
                shapes += convolution(4 * inner, width, 1)
            width = 4 * inner
    return [*shapes, (1000, width), (1000,)]


MODELS: dict[str, list[tuple[int, ...]]] = {
    "GPT-2": gpt2(),
    "ResNet-50": resnet50(),
    "1,000 small": [(10 + 991 * i // 1000,) for i in range(1000)],
}


def print_models(seconds: float) -> None:
    """AdamW over all tensors of a model, in one call."""
    everyone = len(os.sched_getaffinity(0))
    rows = []
    for name, shapes in MODELS.items():
        size = sum(map(math.prod, shapes))
        for threads in sorted({1, everyone}):
            torch.set_num_threads(threads)
            libsched.set_threads(threads)

            def parameters(shapes: list[tuple[int, ...]] = shapes) -> list[torch.nn.Parameter]:
                ones = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
                for one in ones:
                    one.grad = torch.randn(one.shape)
                return ones

            contenders = {
                "libsched": optim.AdamW(parameters()).step,
                "ceiling": model_ceiling(shapes, threads),
                "fused": torch.optim.AdamW(parameters(), fused=True).step,
            }
            took = rounds(contenders, seconds, rest=0.01 if threads > 1 else 0)
            mine = took.pop("libsched")
            ratios = [f"{each / mine:.2f}" for each in took.values()]
            rows.append([name, len(shapes), f"{size:,}", threads, f"{1e3 * mine:.2f}", *ratios])
    libsched.set_threads(0)
    print("\nAdamW.step() of a whole model, float32")
    headers = ["model", "tensors", "elements", "threads", "ms", "ceiling", "torch fused"]
    print(tabulate(rows, headers, disable_numparse=True, stralign="right"))


# Settings a row; all that torch has only as a loop or foreach, and beyond it what it has not.
OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("Adam", {"amsgrad": True}),
    ("Adagrad", {}),
    ("Adadelta", {}),
    ("RMSprop", {}),
    ("RMSprop", {"centered": True, "momentum": 0.9}),
    ("Adamax", {}),
    ("NAdam", {}),
    ("RAdam", {}),
    ("ASGD", {}),
    ("Rprop", {}),
    ("Lion", {}),
    ("Adan", {}),
    ("AdEMAMix", {}),
    ("LAMB", {}),
    ("LARS", {}),
    ("Adafactor", {}),
    ("Muon", {}),
]
# Of matrices: as many elements in a square of them. Muon's are fewer, since it multiplies them.
SQUARES = {"Adafactor": 1.0, "Muon": 0.1}


def print_optimizers(seconds: float, size: int) -> None:
    rows = []
    everyone = len(os.sched_getaffinity(0))
    torch.set_num_threads(everyone)
    for name, settings in OPTIMIZERS:
        side = int((size * SQUARES[name]) ** 0.5) if name in SQUARES else 0
        shape = (side, side) if side else (size,)

        def parameter(shape: tuple[int, ...] = shape) -> torch.nn.Parameter:
            one = torch.nn.Parameter(torch.randn(shape))
            one.grad = torch.randn(shape)
            return one

        contenders: dict[str, Step] = {
            "libsched": getattr(optim, name)([parameter()], **settings).step
        }
        theirs = getattr(torch.optim, name, None)
        for how, foreach in (("foreach", True), ("loop", False)) if theirs else ():
            if name == "Muon" and foreach:
                continue
            hint = {} if name == "Muon" else {"foreach": foreach}
            contenders[how] = theirs([parameter()], **settings, **hint).step
        took = rounds(contenders, seconds, rest=0.01)
        mine = took.pop("libsched")
        ratios = [f"{took[how] / mine:.2f}" if how in took else "" for how in ("foreach", "loop")]
        about = ", ".join(f"{key}={value}" for key, value in settings.items())
        rows.append([f"{name}({about})", f"{1e9 * mine / math.prod(shape):.3f}", *ratios])
    print(f"\nstep() on one float32 tensor of {size:.0e} elements, {everyone} threads")
    headers = ["optimizer", "ns an element", "torch foreach", "loop"]
    print(tabulate(rows, headers, disable_numparse=True, stralign="right"))


def print_stored(seconds: float, size: int) -> None:
    """AdamW of 16 bits, and with its clipping, beside torch's."""
    everyone = len(os.sched_getaffinity(0))
    torch.set_num_threads(everyone)

    def parameter(dtype: torch.dtype) -> torch.nn.Parameter:
        one = torch.nn.Parameter(torch.randn(size).to(dtype))
        one.grad = torch.randn(size).to(dtype)
        return one

    def fused(dtype: torch.dtype) -> tuple[torch.nn.Parameter, Any]:
        one = parameter(dtype)
        return one, torch.optim.AdamW([one], fused=True)

    def clipped(one: torch.nn.Parameter, optimizer: Any) -> None:
        torch.nn.utils.clip_grad_norm_([one], 1.0)
        optimizer.step()

    rows = []
    half = torch.bfloat16
    plain = optim.AdamW([parameter(torch.float32)])
    for about, ours, theirs in (
        ("bfloat16, states float32", {}, fused(half)[1].step),
        ("bfloat16, stochastic", {"rounding": "stochastic"}, fused(half)[1].step),
        ("bfloat16, Kahan", {"rounding": "kahan"}, fused(half)[1].step),
        ("bfloat16, float32 master", {"master": True}, fused(half)[1].step),
        ("float32, clipped by norm", None, partial(clipped, *fused(torch.float32))),
    ):
        optimizer = optim.AdamW([parameter(torch.float32 if ours is None else half)])
        if ours is None:
            step = partial(optimizer.step, max_norm=1.0)
        else:
            optimizer.store(**ours)
            step = optimizer.step
        took = rounds({"libsched": step, "torch": theirs, "float32": plain.step}, seconds, 0.01)
        mine = took["libsched"]
        ratios = [f"{took[name] / mine:.2f}" for name in ("torch", "float32")]
        rows.append([about, f"{1e9 * mine / size:.3f}", *ratios])
    print(f"\nAdamW.step() on one tensor of {size:.0e} elements, {everyone} threads")
    headers = ["", "ns an element", "torch fused", "our float32"]
    print(tabulate(rows, headers, disable_numparse=True, stralign="right"))


def print_quantized(seconds: float, sizes: list[int]) -> None:
    """AdamW with states of 8 bits, 16 bytes an element, beside states of floats, 28."""
    everyone = len(os.sched_getaffinity(0))
    rows = []
    for size in sizes:
        for threads in sorted({1, everyone}):
            libsched.set_threads(threads)
            contenders: dict[str, Step] = {}
            for kind in ("8bit", "float32"):
                one = torch.nn.Parameter(torch.randn(size))
                one.grad = torch.randn(size)
                optimizer = optim.AdamW([one])
                optimizer.store(state_dtype=kind)
                contenders[kind] = optimizer.step
            took = rounds(contenders, seconds, 0.01)
            mine = took["8bit"]
            row = [f"{size:.0e}".replace("e+0", "e"), threads, f"{1e9 * mine / size:.3f}"]
            rows.append([*row, f"{took['float32'] / mine:.2f}"])
    libsched.set_threads(0)
    print("\nAdamW.step() on one float32 tensor with states of 8 bits")
    headers = ["elements", "threads", "ns an element", "our float32"]
    print(tabulate(rows, headers, disable_numparse=True, stralign="right"))


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
            took = rounds(
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
    print("\nscheduler.step() on a torch optimizer")
    headers = ["scheduler"]
    for groups in GROUPS:
        headers += [f"µs, {groups} groups" if groups > 1 else "µs, 1 group", "torch"]
    print(tabulate(rows, headers, disable_numparse=True, stralign="right"))


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
    link = [f"-I{ROOT / 'Include'}", f"-L{library}", "-lsched", f"-Wl,-rpath,{library}"]
    program = compiled(source, "-std=c99", *link)
    return subprocess.run(
        [program, *texts], capture_output=True, text=True, check=True
    ).stdout.split()


def print_next() -> None:
    nanoseconds = timed_in_c("next.c", STEPPED)
    rows = [[text, *nanoseconds[2 * i : 2 * i + 2]] for i, text in enumerate(STEPPED)]
    print("\nsched_next in C, ns")
    headers = ["schedule", "closed", "chained"]
    print(tabulate(rows, headers, disable_numparse=True, stralign="right"))


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
        took = rounds(
            {
                "metric": lambda stopper=stopper: stopper.observe(0.5),
                "named": lambda stopper=stopper: stopper.observe({"loss": 0.5}, step=1),
            },
            seconds / 3,
        )
        python = [f"{1e6 * took[name]:.2f}" for name in ("metric", "named")]
        rows.append([text, *nanoseconds[2 * i : 2 * i + 2], *python])
    print("\nan observation, of the metric alone and of named numbers")
    headers = ["rule", "C, ns", "named", "Python, µs", "named"]
    print(tabulate(rows, headers, disable_numparse=True, stralign="right"))


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
        took = rounds(
            {"libsched": partial(schedule.rates, MILLION, 0.1), "numpy": formula}, seconds / 3
        )
        mine = took["libsched"]
        rows.append([text, f"{1e3 * mine:.1f}", f"{took['numpy'] / mine:.2f}"])
    print("\na million rates, against NumPy's formula on steps that are there already")
    print(tabulate(rows, ["schedule", "ms", "NumPy"], disable_numparse=True, stralign="right"))


def print_import() -> None:
    script = "import numpy, time; t = time.perf_counter(); import libsched; print(time.perf_counter() - t)"
    imports = [
        float(
            subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
        )
        for _ in range(9)
    ]
    print(f"import libsched, beyond NumPy: {1e3 * statistics.median(imports):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, and noisier")
    arguments = parser.parse_args()
    seconds = 0.15 if arguments.quick else 1.5
    warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")
    print(
        f"libsched {libsched.version()}, torch {torch.__version__}, {platform.processor() or platform.machine()},"
        f" {len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f} before"
    )
    print("A ratio is the other's time over ours: above 1, libsched is faster.")
    for kind in ["AdamW", "SGD"]:
        print_steps(kind, seconds, SIZES)
    print_models(seconds)
    print_optimizers(seconds, 10**7)
    print_stored(seconds, 10**7)
    print_quantized(seconds, [10**7, 10**8])
    print_schedulers(seconds / 3)
    print_next()
    print_observations(seconds)
    print_ranges(seconds)
    print_import()


if __name__ == "__main__":
    main()
