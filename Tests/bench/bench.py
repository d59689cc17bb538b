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
import os
import platform
import warnings
from collections.abc import Callable
from functools import partial

import libsched
import schedules
import steps
import torch
from race import use

SECONDS = 1.5

# Each takes what the rows of a table may take, in seconds.
TABLES: dict[str, Callable[[float], None]] = {
    "adamw": partial(steps.print_steps, kind="AdamW", sizes=[*steps.SIZES, 10**8]),
    "sgd": partial(steps.print_steps, kind="SGD", sizes=steps.SIZES),
    "widths": steps.print_widths,
    "models": steps.print_models,
    "stored": partial(steps.print_stored, size=10**7),
    "clipped": partial(steps.print_clipped, size=10**7),
    "quantized": partial(steps.print_quantized, sizes=[10**7, 10**8]),
    "optimizers": partial(steps.print_optimizers, size=10**7),
    "schedulers": schedules.print_schedulers,
    "next": schedules.print_next,
    "observations": schedules.print_observations,
    "ranges": schedules.print_ranges,
    "import": schedules.print_import,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, and noisier")
    parser.add_argument(
        "--only", nargs="+", choices=TABLES, default=list(TABLES), help="these tables, not all"
    )
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")
    print(
        f"libsched {libsched.version()}, torch {torch.__version__}, {platform.processor() or platform.machine()},"
        f" {len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f} before"
    )
    print("A ratio is the other's time over ours: above 1, libsched is faster.")
    if not steps.deepspeed():
        print("Without DeepSpeed, which `make bench DEEPSPEED=1` installs.")
    for name in arguments.only:
        use(1)
        TABLES[name](SECONDS / 10 if arguments.quick else SECONDS)


if __name__ == "__main__":
    main()
