"""How long things take side by side, and what is printed of it."""

from __future__ import annotations

import ctypes
import math
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import libsched
import torch
from tabulate import tabulate

HERE = Path(__file__).resolve().parent
EVERYONE = len(os.sched_getaffinity(0))
THREADS = sorted({1, EVERYONE})

Step = Callable[[], object]
Shape = tuple[int, ...]


def race(contenders: dict[str, Step], seconds: float) -> dict[str, float]:
    """Each contender's least time a call, in seconds, all taking turns.

    A turn begins with a rest, in which other contenders' threads stop spinning, and a call that
    does not count, which wakes its own and brings its arrays into the cache.
    """
    rest = 0.01 if torch.get_num_threads() > 1 else 0
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


def use(threads: int) -> None:
    """How many threads all contenders may use."""
    torch.set_num_threads(threads)
    libsched.set_threads(threads)
    # The system's OpenMP, of what is compiled here, is not the one that PyTorch brings.
    ctypes.CDLL("libgomp.so.1").omp_set_num_threads(threads)


def compiled(source: str, *options: str) -> Path:
    target = Path(tempfile.mkdtemp()) / Path(source).stem
    command = ["cc", "-O3", "-Wall", "-Wextra", "-Werror", str(HERE / source), *options]
    subprocess.run([*command, "-o", str(target)], check=True)
    return target


@cache
def mover(written: tuple[int, ...], read: tuple[int, ...]) -> Any:
    sizes = written + read
    library = compiled(
        "ceiling.c",
        f"-DSIZES={','.join(map(str, sizes))}",
        f"-DWRITTEN={len(written)}",
        f"-DSTEP={64 // min(sizes)}",
        *("-march=native", "-fopenmp", "-shared", "-fPIC"),
    )
    return ctypes.CDLL(str(library)).move


def ceiling(shapes: Sequence[Shape], passes: str, sizes: dict[str, int] | None = None) -> Step:
    """What reads and writes as a step over tensors of these shapes does, and no more.

    Args:
        passes: The passes over memory, apart by commas: of each the arrays that are read and
            written, a letter each, and after a point those that are only read.
        sizes: Bytes an element, where they are not 4.
    """
    lengths = (ctypes.c_ssize_t * len(shapes))(*map(math.prod, shapes))
    bytes_of = dict.fromkeys(passes, 4) | (sizes or {})
    arrays = {
        name: [torch.ones(n * bytes_of[name], dtype=torch.uint8) for n in lengths]
        for name in sorted(set(passes) - set(",."))
    }
    calls = []
    for one in passes.split(","):
        written, _, read = one.partition(".")
        names = written + read
        pointers = (ctypes.c_void_p * (len(names) * len(shapes)))(
            *(arrays[name][i].data_ptr() for i in range(len(shapes)) for name in names)
        )
        move = mover(*(tuple(bytes_of[name] for name in each) for each in (written, read)))
        threads = ctypes.c_int(torch.get_num_threads())
        calls.append((move, (ctypes.c_ssize_t(len(shapes)), lengths, pointers, threads)))

    # The arrays live as long as their pointers.
    def step(arrays: object = arrays) -> None:
        for move, arguments in calls:
            move(*arguments)

    return step


class Table:
    """Of each row what libsched took, and the others' times over it."""

    def __init__(self, title: str, labels: list[str], unit: str, others: list[str]) -> None:
        self._title, self._others = title, others
        self._headers = [*labels, unit, *others]
        self._rows: list[list[str]] = []

    def add(self, labels: list[object], mine: float, took: dict[str, float]) -> None:
        """`mine` is in the table's unit; `took` has seconds, ours too."""
        ratios = [
            f"{took[name] / took['libsched']:.2f}" if name in took else "" for name in self._others
        ]
        digits = 1 if mine >= 10 else 3
        self._rows.append([*map(str, labels), f"{mine:.{digits}f}", *ratios])

    def print(self) -> None:
        # Columns of those who were there.
        kept = [i for i in range(len(self._headers)) if any(row[i] for row in self._rows)]
        show(
            self._title,
            [self._headers[i] for i in kept],
            [[row[i] for i in kept] for row in self._rows],
        )


def show(title: str, headers: list[str], rows: list[list[str]]) -> None:
    print(f"\n{title}")
    print(tabulate(rows, headers, disable_numparse=True, stralign="right"), flush=True)


def count(n: int) -> str:
    """A power of ten, shortly."""
    return f"{n:.0e}".replace("e+0", "e")
