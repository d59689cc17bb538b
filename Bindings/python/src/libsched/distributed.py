"""One metric from all ranks of a distributed run, so that every rank decides the same.

    reducer = TorchReducer("weighted")
    loop = Loop(libsched.EarlyStopping(5), model, reducer=reducer)
    for epoch in loop.epochs(100):
        ...
        loop.observe(loss_of_my_shard, weight=samples_of_my_shard)

Every rank gets what all ranks gave, in the order of the ranks, and combines it in the same way: the
result has the same bits everywhere. A NaN of any rank is the result, whatever the way. A rank that
does not answer in time, or that has no metric to give, is an error on all others; after the first
of the two nothing more can be asked, and the run has to end.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Any, Literal, TypeAlias

from . import _lib
from ._errors import SchedError, Status

__all__ = ["MPIReducer", "RankError", "Reducer", "TorchReducer"]

How: TypeAlias = Literal["mean", "weighted", "min", "max"]
HOWS = ("mean", "weighted", "min", "max")
WAITS, LARGEST = -1.0, -2.0


class RankError(RuntimeError):
    """Another rank did not answer in time, has no metric to give, or combines in another way."""


class Reducer(ABC):
    """Combines the metrics of all ranks. A way to ask them is a subclass with :meth:`gather`.

    Args:
        how: ``"mean"`` over ranks, ``"weighted"`` by the samples of each, ``"min"`` or ``"max"``.
        timeout: How many seconds to wait for the others; above 0.

    Raises:
        SchedError: an argument is out of its range.
    """

    rank: int
    """Which rank this is, from 0."""
    size: int
    """How many there are."""

    def __init__(self, how: How = "mean", *, timeout: float = 60.0) -> None:
        self.how = _lib.choice("how", how, HOWS)
        self.timeout = _lib.real("timeout", timeout)
        if not 0 < self.timeout <= MOST_SECONDS:
            _lib.refuse(
                Status.SCHED_E_RANGE, "timeout", timeout, f"seconds, above 0, to {MOST_SECONDS}"
            )

    @abstractmethod
    def gather(self, values: list[float]) -> list[list[float]]:
        """These values of every rank, in the order of the ranks; as many from each.

        Raises:
            RankError: not all ranks have answered in time.
        """

    def __call__(self, metric: float, weight: float | None = None) -> float:
        """The metric of all ranks. Each of them calls it.

        Args:
            metric: This rank's.
            weight: Its number of samples, 0 or more, under ``how="weighted"`` and only there. A
                rank with none has no say, whatever its metric is.

        Raises:
            SchedError: the metric is no number, the weight is out of its range, or no rank has
                a sample.
            RankError: another rank does not answer in time, was refused its metric, or combines
                in another way.
        """
        refused: SchedError | None = None
        given = [math.nan, math.nan]
        try:
            given = [_lib.real("metric", metric), self._weight(weight)]
        except SchedError as error:
            # The others are told, and not left to wait.
            refused = error
        way = float(HOWS.index(self.how))
        answers = self._gathered([way, float(refused is None), *given])
        if refused is not None:
            raise refused
        if silent := [rank for rank, answer in enumerate(answers) if not answer[1]]:
            raise RankError(f"the metric or weight of {_ranks(silent)} was refused there")
        metrics, weights = [a[2] for a in answers], [a[3] for a in answers]
        return self._combined(metrics, weights)

    def largest(self, value: float) -> float:
        """The largest that a rank gives, whatever `how` is; no NaN.

        Raises:
            RankError: as :meth:`wait`.
        """
        return max(answer[2] for answer in self._gathered([LARGEST, 1.0, value, 1.0]))

    def wait(self) -> None:
        """Waits until every rank is here.

        Raises:
            RankError: another does not come in time, or is about something else.
        """
        self._gathered([WAITS, 1.0, 0.0, 0.0])

    def _gathered(self, values: list[float]) -> list[list[float]]:
        answers = self.gather(values)
        if other := [rank for rank, answer in enumerate(answers) if answer[0] != values[0]]:
            does = "waits" if values[0] in (WAITS, LARGEST) else f"combines by {self.how!r}"
            raise RankError(f"rank {self.rank} {does}, {_ranks(other)} does not")
        return answers

    def _weight(self, weight: float | None) -> float:
        if self.how != "weighted":
            if weight is not None:
                _lib.refuse(Status.SCHED_E_RANGE, "weight", weight, f"none under how={self.how!r}")
            return 1.0
        accepted = "the number of samples, 0 or more and finite"
        value = _lib.real("weight", weight, accepted)
        if not 0 <= value < math.inf:
            _lib.refuse(Status.SCHED_E_RANGE, "weight", value, accepted)
        return value

    def _combined(self, metrics: list[float], weights: list[float]) -> float:
        counted = [(m, w) for m, w in zip(metrics, weights, strict=True) if w > 0]
        if not counted:
            _lib.refuse(Status.SCHED_E_RANGE, "weight", weights, "above 0 on one rank at least")
        if any(math.isnan(m) for m, _ in counted):
            return math.nan
        if self.how in ("min", "max"):
            return (min if self.how == "min" else max)(m for m, _ in counted)
        if infinite := {m for m, _ in counted if math.isinf(m)}:
            return infinite.pop() if len(infinite) == 1 else math.nan
        # Weights that sum to 1 first: what is finite on all ranks stays so.
        total = math.fsum(w for _, w in counted)
        return math.fsum(m * (w / total) for m, w in counted)


MOST_SECONDS = 1e6


def _ranks(ranks: list[int]) -> str:
    return ("rank " if len(ranks) == 1 else "ranks ") + ", ".join(map(str, ranks))


class TorchReducer(Reducer):
    """The ranks of ``torch.distributed``, which is initialized before.

    Args:
        how: As :class:`Reducer`'s, as is `timeout`.
        group: The process group; all ranks if absent.

    Raises:
        SchedError: as :class:`Reducer`, or torch.distributed is not initialized.
        ImportError: there is no torch.
    """

    def __init__(self, how: How = "mean", *, group: Any = None, timeout: float = 60.0) -> None:
        super().__init__(how, timeout=timeout)
        import torch.distributed as dist

        if not (dist.is_available() and dist.is_initialized()):
            _lib.refuse(
                Status.SCHED_E_RANGE,
                "torch.distributed",
                "not initialized",
                "init_process_group() first",
            )
        self.group = group
        self.rank, self.size = dist.get_rank(group), dist.get_world_size(group)

    def gather(self, values: list[float]) -> list[list[float]]:
        import torch
        import torch.distributed as dist

        on_gpu = dist.get_backend(self.group) == "nccl"
        device = torch.device("cuda", torch.cuda.current_device()) if on_gpu else "cpu"
        mine = torch.tensor(values, dtype=torch.float64, device=device)
        everyone = [torch.empty_like(mine) for _ in range(self.size)]
        try:
            work = dist.all_gather(everyone, mine, group=self.group, async_op=True)
            work.wait(timedelta(seconds=self.timeout))
            return [answer.tolist() for answer in everyone]
        except RuntimeError as error:
            raise _lost(self, error) from error


class MPIReducer(Reducer):
    """The ranks of an ``mpi4py`` communicator.

    An MPI program that ends by an exception waits in ``MPI_Finalize`` for the ranks that are gone.
    ``python -m mpi4py program.py`` ends all of them instead.

    Args:
        comm: The communicator, ``mpi4py.MPI.COMM_WORLD`` if absent.
        how: As :class:`Reducer`'s, as is `timeout`.

    Raises:
        SchedError: as :class:`Reducer`, or `comm` is no communicator.
        ImportError: there is no mpi4py, or no MPI.
    """

    def __init__(self, how: How = "mean", *, comm: Any = None, timeout: float = 60.0) -> None:
        super().__init__(how, timeout=timeout)
        from mpi4py import MPI

        if comm is None:
            comm = MPI.COMM_WORLD
        if not isinstance(comm, MPI.Comm):
            _lib.refuse(Status.SCHED_E_TYPE, "comm", comm, "a communicator of mpi4py, or None")
        self.comm = comm
        self.rank, self.size = comm.Get_rank(), comm.Get_size()

    def gather(self, values: list[float]) -> list[list[float]]:
        import numpy as np
        from mpi4py import MPI

        everyone = np.empty((self.size, len(values)))
        mine = np.array(values)
        end = time.monotonic() + self.timeout
        try:
            request = self.comm.Iallgather(mine, everyone)
            pause = 1e-6
            while not request.Test():
                if time.monotonic() > end:
                    # MPI may still write there.
                    _abandoned.append((request, mine, everyone))
                    raise TimeoutError("timed out")
                time.sleep(pause)
                pause = min(2 * pause, 1e-3)
        except (MPI.Exception, TimeoutError) as error:
            raise _lost(self, error) from error
        answers: list[list[float]] = everyone.tolist()
        return answers


_abandoned: list[Any] = []


def _lost(reducer: Reducer, error: Exception) -> RankError:
    return RankError(
        f"rank {reducer.rank} of {reducer.size} has no answer from all others within"
        f" {reducer.timeout:g} s: {str(error).strip() or type(error).__name__}"
    )
