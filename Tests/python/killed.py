"""Kills a run that writes checkpoints before each of its system calls, and goes on with what is left.

Every run is a forked child under ptrace, stopped where it enters a system call; at the call whose
turn it is, it gets SIGKILL instead. Between two calls nothing of a folder changes, so these are all
the folders that a kill can leave. Prints how many they were.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import libsched
import numpy as np
from libsched.callbacks import Loop
from libsched.checkpoints import Checkpoints

TRACEME, SYSCALL, SETOPTIONS = 0, 24, 0x4200
SYSGOOD, EXITKILL = 1, 0x100000
STOPPED = signal.SIGTRAP | 0x80
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long

METRICS = [0.5, 0.4, 0.45, 0.42, 0.3]


def ptrace(request: int, pid: int, data: int = 0) -> None:
    if libc.ptrace(request, pid, None, data) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"ptrace: {os.strerror(error)}")


def weights_of(epoch: int) -> np.ndarray[Any, Any]:
    return np.arange(300.0) + 1000 * (epoch + 1)


def run(folder: Path) -> tuple[Loop, np.ndarray[Any, Any], dict[str, Any]]:
    """A run as its user writes it: the same program begins it and goes on with it."""
    weights, state = np.zeros(300), {"momentum": np.zeros(3), "step": np.zeros((), np.int64)}
    loop = Loop(
        libsched.EarlyStopping(10),
        weights,
        also={"optimizer": state},
        restore_best=True,
        folder=folder,
        keep_last=1,
        keep_best=2,
        resume=True,
    )
    for epoch in loop.epochs(len(METRICS)):
        # Where the weights come from: a run that forgot its own has other ones from here on.
        weights += 1000 if epoch else weights_of(0)
        state["momentum"] += epoch
        state["step"] += 1
        loop.observe(METRICS[epoch])
    return loop, weights, state


def killed(folder: Path, turn: int) -> bool:
    """Whether the run was killed, before its system call number `turn`."""
    pid = os.fork()
    if pid == 0:
        failed = True
        try:
            ptrace(TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            run(folder)
            failed = False
        except Exception as error:  # noqa: BLE001
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(failed)
    os.waitpid(pid, 0)
    ptrace(SETOPTIONS, pid, SYSGOOD | EXITKILL)
    calls, enters = 0, True
    while True:
        ptrace(SYSCALL, pid)
        _, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, "the run itself failed"
            return False
        assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == STOPPED, status
        if enters and calls == turn:
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            assert os.WIFSIGNALED(status), status
            return True
        calls += enters
        enters = not enters


def left(folder: Path) -> int:
    """The last epoch in what a kill has left, -1 before the first; all that is there is whole."""
    found = Checkpoints(folder)
    if not found.told:
        assert not found.checkpoints
        return -1
    epoch: int = found.told["at"]
    assert found.last is not None and found.last.at == epoch
    best = min(range(epoch + 1), key=METRICS.__getitem__)
    assert found.best is not None and found.best.at == best
    second = sorted(range(epoch + 1), key=METRICS.__getitem__)[:2]
    assert [one.at for one in found.checkpoints] == sorted({*second, epoch})
    for one in found.checkpoints:
        _, held = found.read(one.at)
        assert np.array_equal(held["weights"], weights_of(one.at))
        assert held["optimizer"]["step"] == one.at + 1
        assert np.array_equal(held["optimizer"]["momentum"], [sum(range(one.at + 1))] * 3)
    assert [float(metric) for _, metric, _ in found.told["history"]] == METRICS[: epoch + 1]
    stopper = libsched.EarlyStopping.restore(found.told["stopper"])
    assert (stopper.observed, stopper.best) == (epoch + 1, METRICS[best])
    return epoch


def main(scratch: Path) -> None:
    reached, turn = -1, 0
    while True:
        folder = scratch / str(turn)
        if not killed(folder, turn):
            break
        epoch = left(folder)
        assert epoch >= reached, f"killed later, less is left: {epoch} after {reached}"
        reached = epoch
        loop, weights, state = run(folder)
        assert [one.metric for one in loop.history] == METRICS
        assert np.array_equal(weights, weights_of(4)), "the best are those of the last epoch"
        assert state["step"] == 5
        assert left(folder) == 4
        names = {path.name for path in folder.iterdir()}
        assert len(names) == 5, f"left lying about: {names}"
        shutil.rmtree(folder)
        turn += 1
    assert reached == 4
    print(turn)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
