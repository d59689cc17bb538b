"""One rank of a distributed run: prints what it decides. Started by test_distributed.py."""

from __future__ import annotations

import datetime
import json
import os
import signal
import sys
import time
from typing import Any

import numpy as np
from libsched import EarlyStopping
from libsched.callbacks import Loop
from libsched.distributed import MPIReducer, RankError, Reducer, TorchReducer


def reducer_of(kind: str, how: Any, timeout: float) -> Reducer:
    if kind == "mpi":
        return MPIReducer(how, timeout=timeout)
    import torch.distributed as dist

    # Later than the reducer's own, which is what is tested.
    patience = datetime.timedelta(seconds=60)
    dist.init_process_group("gloo", timeout=patience)
    return TorchReducer(how, timeout=timeout)


def main() -> None:
    kind, case, given = sys.argv[1:]
    told = json.loads(given)
    reducer = reducer_of(kind, told.get("how", "mean"), told.get("timeout", 30))
    rank = reducer.rank
    answer: dict[str, Any] = {"rank": rank, "size": reducer.size}
    if case == "run":
        weights = np.zeros(1)
        loop = Loop(
            EarlyStopping(2),
            weights,
            reducer=reducer,
            restore_best=True,
            folder=told["folder"],
            resume=True,
        )
        for epoch in loop.epochs(len(told["metrics"])):
            weights += 1
            samples = told["weights"][rank] if "weights" in told else None
            loop.observe(float(told["metrics"][epoch][rank]), samples)
        answer |= {"seen": [one.metric.hex() for one in loop.history], "weights": weights.tolist()}
        answer["verdicts"] = [one.verdict for one in loop.history]
    else:
        for _ in range(2):
            reducer(1.0)
        begun = time.monotonic()
        if rank == 1 and case == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if rank == 1 and case == "sleeps":
            time.sleep(told["timeout"] * 4)
            os._exit(0)
        try:
            if rank == 1 and case == "waits":
                reducer.wait()
            else:
                reducer("none" if rank == 1 and case == "refused" else 1.0)  # type: ignore[arg-type]
        except (RankError, ValueError) as error:
            answer |= {"error": type(error).__name__, "message": str(error)}
        answer["seconds"] = time.monotonic() - begun
    # In one piece, whoever else writes.
    os.write(1, (json.dumps(answer) + "\n").encode())
    if kind == "mpi" and case in ("dies", "sleeps"):
        from mpi4py import MPI

        MPI.COMM_WORLD.Abort(1)
    if case in ("dies", "sleeps"):
        os._exit(1)
    if kind == "torch":
        import torch.distributed as dist

        dist.destroy_process_group()


if __name__ == "__main__":
    main()
