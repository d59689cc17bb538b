"""What EarlyStopping of Keras and of Lightning said, observation by observation.

Both packages were run and their answers recorded in Tests/Vectors/peers. Here their recordings
become vectors, as far as the peers mean what we mean. Left out are

- recordings with a baseline, a later first epoch, thresholds or a stop at the first value that is
  not finite: options that we have not;
- Keras after a first value that beats nothing, such as NaN or infinity as a loss: Keras takes any
  first value for its best, and nothing ever beats NaN. We wait it out.

An epoch without the metric is no observation; the peers skip it, and here it is not there.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from . import vectors

FILE = "early_stopping.txt"
PEERS = vectors.FOLDER / "peers"

HEADER = """
What EarlyStopping of Keras and Lightning said. Written by Tests/Oracle from Tests/Vectors/peers.

metrics   the observations
best, best_at, waited, verdicts
          what the peer held and said after each: its best, the observation that was best (-1:
          none), the observations since, and improved, waiting or stop
"""

OPTIONS_WE_HAVE: dict[str, dict[str, Any]] = {
    "keras": {"baseline": None, "start_from_epoch": 0},
    "lightning": {
        "check_finite": False,
        "stopping_threshold": None,
        "divergence_threshold": None,
    },
}


def number(value: Any) -> float:
    """JSON has no infinities and no NaN; they stand as strings."""
    return float(value)


def means_the_same(peer: str, recorded: dict[str, Any]) -> bool:
    arguments = recorded["args"]
    if any(arguments[name] != value for name, value in OPTIONS_WE_HAVE[peer].items()):
        return False
    first = next(number(m) for m in recorded["metrics"] if m is not None)
    worst = math.inf if arguments["mode"] == "min" else -math.inf
    return peer != "keras" or not (math.isnan(first) or first == worst)


def convert(peer: str, version: str, recorded: dict[str, Any], again: int) -> str:
    arguments = recorded["args"]
    worst = math.inf if arguments["mode"] == "min" else -math.inf
    seen = [i for i in range(len(recorded["wait"])) if recorded["metrics"][i] is not None]
    best = [recorded["best"][i] for i in seen]
    waited = [recorded["wait"][i] for i in seen]
    # Both peers set the counter to 0 at a new best and nowhere else.
    best_at, verdicts = [], []
    for index, wait in enumerate(waited):
        best_at.append(index - wait if 0 in waited[: index + 1] else -1)
        stop = recorded["stop"][seen[index]]
        verdicts.append("improved" if wait == 0 else "stop" if stop else "waiting")
    times = f", series {again}" if again > 1 else ""
    return vectors.record(
        f"{peer}, {recorded['kind'].replace('_', ' ')}: {arguments['mode']}, "
        f"patience {arguments['patience']}, min_delta {arguments['min_delta']}{times}",
        peer=f"{peer} {version}",
        mode=arguments["mode"],
        patience=str(arguments["patience"]),
        min_delta=vectors.double(arguments["min_delta"]),
        metrics=vectors.doubles(number(recorded["metrics"][i]) for i in seen),
        best=vectors.doubles(worst if value is None else number(value) for value in best),
        best_at=" ".join(map(str, best_at)),
        waited=" ".join(map(str, waited)),
        verdicts=" ".join(verdicts),
    )


def build() -> bytes:
    records = []
    for peer in OPTIONS_WE_HAVE:
        recording = json.loads((PEERS / f"{peer}.json").read_text())
        times: Counter[tuple[Any, ...]] = Counter()
        for recorded in filter(lambda row: means_the_same(peer, row), recording["vectors"]):
            arguments = recorded["args"]
            same = (
                recorded["kind"],
                arguments["mode"],
                arguments["patience"],
                arguments["min_delta"],
            )
            times[same] += 1
            records.append(convert(peer, recording["meta"]["version"], recorded, times[same]))
    return vectors.document(HEADER, records)
