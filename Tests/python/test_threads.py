"""A pool of threads that forks, callers at once, and any number of threads cannot upset."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import NoReturn

import libsched
import numpy as np
import pytest
import torch

N = 1_000_003


@pytest.fixture(autouse=True)
def _restore():
    yield
    libsched.set_threads(0)


def begun() -> tuple[libsched.optim.AdamW, np.ndarray, np.ndarray]:
    """An optimizer, its array, which is large enough for the pool, and a gradient."""
    param = (np.arange(N, dtype=np.float32) % 1009) / 100 - 5
    grad = (np.arange(N, dtype=np.float32) % 2003) / 1000 - 1
    return libsched.optim.AdamW([param]), param, grad


def steps(count: int = 5) -> bytes:
    """Some steps, and the array as bytes."""
    adamw, param, grad = begun()
    for _ in range(count):
        adamw.step(grads=[grad])
    return param.tobytes()


@pytest.mark.parametrize("threads", [1, 2, 3, 5, 16])
def test_the_bits_do_not_depend_on_the_threads(threads: int) -> None:
    libsched.set_threads(1)
    alone = steps()
    libsched.set_threads(threads)
    assert libsched.threads() == threads
    assert steps() == alone


def be_a_child(expected: bytes) -> NoReturn:
    """Steps as its parent does, with as many threads, and ends."""
    signal.alarm(60)
    is_good = steps() == expected and len(os.listdir("/proc/self/task")) == libsched.threads()
    # Takes the pool for itself.
    libsched.set_threads(2)
    os._exit(0 if is_good and steps() == expected else 1)


def test_a_child_of_fork_has_threads_of_its_own() -> None:
    libsched.set_threads(3)
    expected = steps()
    child = os.fork()
    if child == 0:
        be_a_child(expected)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert steps() == expected


def test_a_fork_in_the_middle_of_a_step_leaves_parent_and_child_whole() -> None:
    libsched.set_threads(3)
    expected = steps()
    stop = threading.Event()
    adamw, _, grad = begun()

    def step() -> None:
        # Between steps this thread has the interpreter, and nobody forks.
        while not stop.is_set():
            adamw.step(grads=[grad])

    stepping = threading.Thread(target=step)
    stepping.start()
    try:
        for _ in range(10):
            child = os.fork()
            if child == 0:
                be_a_child(expected)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        stop.set()
        stepping.join()
    assert steps() == expected


def test_callers_at_once_do_not_meet() -> None:
    libsched.set_threads(2)
    expected = steps()
    answers: list[bytes] = []
    callers = [threading.Thread(target=lambda: answers.append(steps())) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [expected] * 6


class Stepping(torch.utils.data.Dataset):
    """Whose elements are steps, wherever they are asked for."""

    def __len__(self) -> int:
        return 8

    def __getitem__(self, i: int) -> bytes:
        return steps(1 + i % 2)


def test_workers_of_a_data_loader_step_as_their_parent_does() -> None:
    libsched.set_threads(3)
    expected = [steps(1), steps(2)]
    loader = torch.utils.data.DataLoader(
        Stepping(), batch_size=None, num_workers=2, multiprocessing_context="fork", timeout=60
    )
    for i, answer in enumerate(loader):
        assert answer == expected[i % 2]
        assert steps(1) == expected[0]


def test_threads_without_a_step_to_take_take_no_time() -> None:
    libsched.set_threads(4)
    steps(1)
    time.sleep(0.05)
    before = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - before < 0.05


def asked(script: str, **given: str) -> list[str]:
    """What a process of its own prints, where no pool has been made."""
    env = {key: one for key, one in os.environ.items() if key != "SCHED_NUM_THREADS"} | given
    done = subprocess.run(
        [sys.executable, "-c", "import libsched, numpy, os\n" + script],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_one_thread_is_one_thread() -> None:
    script = (
        "before = len(os.listdir('/proc/self/task'))\n"
        "adamw = libsched.optim.AdamW([numpy.ones(10**6, numpy.float32)])\n"
        "adamw.step(grads=[numpy.ones(10**6, numpy.float32)])\n"
        "print(libsched.threads(), len(os.listdir('/proc/self/task')) - before)\n"
    )
    assert asked(script, SCHED_NUM_THREADS="1") == ["1", "0"]
    assert asked(script, SCHED_NUM_THREADS="3") == ["3", "2"]


def test_there_are_as_many_threads_as_the_process_may_use() -> None:
    here = sorted(os.sched_getaffinity(0))
    script = "os.sched_setaffinity(0, {%s})\nprint(libsched.threads())\n"
    for cpus in (here[:1], here[:2]):
        assert asked(script % ", ".join(map(str, cpus))) == [str(len(cpus))]
    # What is no number of threads asks for nothing.
    for number in ("", "0", "1025", "many"):
        assert asked("print(libsched.threads())", SCHED_NUM_THREADS=number) == [str(len(here))]


@pytest.mark.parametrize("threads", [-1, 1025])
def test_a_number_of_threads_that_is_none_is_refused(threads: int) -> None:
    with pytest.raises(libsched.SchedError, match=rf"threads={threads}; accepted: .* 0 to 1024"):
        libsched.set_threads(threads)


ON_TORCH_S_THREADS = """
import os, signal, sys
import libsched, torch
from libsched import optim

def tasks():
    return len(os.listdir("/proc/self/task"))

def begun():
    param = torch.nn.Parameter(torch.linspace(-1, 1, 1_000_003))
    param.grad = torch.linspace(2, -1, 1_000_003)
    return param, optim.AdamW([param])

def stepped(param, adamw, steps=3):
    for _ in range(steps):
        adamw.step()
    return param.detach().numpy().tobytes()

torch.set_num_threads(int(sys.argv[1]))
libsched.set_threads(1)
expected = stepped(*begun())
libsched.set_threads(2)
torch.ones(1_000_003).exp_()
there_are = tasks()
one = begun()
stepped(*one, 1)
print(tasks() - there_are)
if os.fork() == 0:
    # torch's own operations would wait for threads that this process has not.
    signal.alarm(60)
    os._exit(0 if stepped(*one, 2) == expected and tasks() == 2 else 1)
print(os.waitstatus_to_exitcode(os.wait()[1]))
if sys.argv[1] == "2":
    # A fork ends numpy's.
    there_are = tasks()
    torch.set_num_threads(1)
    assert stepped(*begun()) == expected
    torch.set_num_threads(2)
    begun()[1].step()
    print(tasks() - there_are)
libsched.set_team(None)
there_are = tasks()
assert stepped(*begun()) == expected
print(tasks() - there_are)
"""


@pytest.mark.parametrize(("threads", "made"), [("2", ["0", "0", "1", "0"]), ("1", ["1", "0", "0"])])
def test_tensors_are_stepped_on_torch_s_threads(threads: str, made: list[str]) -> None:
    """Of torch's own there are as many before as after; the library makes one, unless it has it."""
    command = [sys.executable, "-c", ON_TORCH_S_THREADS, threads]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.returncode) == (made, 0), done.stderr


def test_a_team_is_checked() -> None:
    for threads in (0, 1025):
        with pytest.raises(ValueError, match=f"threads.*{threads}.*from 1 to 1024"):
            libsched.set_team(1, threads)
    with pytest.raises(libsched.SchedError, match="threads='two'"):
        libsched.set_team(1, "two")
