"""A pool of threads that forks, callers at once, and any number of threads cannot upset."""

from __future__ import annotations

import os
import signal
import threading

import libsched
import numpy as np
import pytest

N = 1_000_003


@pytest.fixture(autouse=True)
def _restore():
    yield
    libsched.set_threads(0)


def steps(count: int = 5) -> bytes:
    """Some steps of AdamW, on an array large enough for the pool, as bytes."""
    param = (np.arange(N, dtype=np.float32) % 1009) / 100 - 5
    grad = (np.arange(N, dtype=np.float32) % 2003) / 1000 - 1
    adamw = libsched.optim.AdamW([param])
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


def test_a_child_of_fork_has_threads_of_its_own() -> None:
    libsched.set_threads(3)
    expected = steps()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os._exit(0 if steps() == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert steps() == expected


def test_a_fork_in_the_middle_of_a_step_leaves_parent_and_child_whole() -> None:
    libsched.set_threads(3)
    expected = steps()
    stop = threading.Event()
    stepping = threading.Thread(target=lambda: [steps(1) for _ in iter(stop.is_set, True)])
    stepping.start()
    try:
        for _ in range(10):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                os._exit(0 if steps() == expected else 1)
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


def test_one_thread_is_one_thread() -> None:
    """Asked in a process of its own, where no pool has been made."""
    import subprocess
    import sys

    script = (
        "import libsched, numpy, os\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        "adamw = libsched.optim.AdamW([numpy.ones(10**6, numpy.float32)])\n"
        "adamw.step(grads=[numpy.ones(10**6, numpy.float32)])\n"
        "print(libsched.threads(), len(os.listdir('/proc/self/task')) - before)\n"
    )
    for asked, expected in [("1", "1 0"), ("3", "3 2")]:
        env = {**os.environ, "SCHED_NUM_THREADS": asked}
        done = subprocess.run(
            [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == expected


@pytest.mark.parametrize("threads", [-1, 1025])
def test_a_number_of_threads_that_is_none_is_refused(threads: int) -> None:
    with pytest.raises(libsched.SchedError, match=rf"threads={threads}; accepted: .* 0 to 1024"):
        libsched.set_threads(threads)
