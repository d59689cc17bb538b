"""A folder of checkpoints: the last and the best of a run, whole whenever the process is killed.

    folder = Checkpoints("run", keep_last=2, keep_best=3)
    folder.save(epoch, {"model": model, "optimizer": optimizer}, metric=loss)
    folder.load("best", {"model": model})

Each part of a checkpoint is a file of safetensors, which other readers of that format read too: a
module's has its names. ``checkpoints.json`` beside them says which checkpoints there are, and what
else the run keeps: its history, why it stopped. It is replaced as a whole, after the files that it
names and before those that it no longer names are removed. So what it says is there at any time,
and a folder is as it was before a :meth:`Checkpoints.save` or as it is after.

safetensors is needed: ``pip install 'libsched[checkpoints]'``.
"""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from . import _lib, _weights
from ._errors import SchedError, Status

__all__ = ["Checkpoint", "Checkpoints"]

INDEX = "checkpoints.json"
VERSION = 1
NAME = re.compile(r"[A-Za-z0-9_-]+")
# What is ours in the folder, and may be removed when the index does not name it.
OURS = re.compile(r"\d{6,}\.[A-Za-z0-9_-]+\.safetensors")


class Checkpoint(NamedTuple):
    """One of the checkpoints in a folder."""

    at: int
    """Which epoch or step it is of."""
    metric: float
    """What was observed there."""
    files: dict[str, str]
    """The name of the file of each of its parts."""


class Checkpoints:
    """The checkpoints of one run, in a folder of their own. One process at a time writes there.

    Args:
        folder: Where; made if it is not there.
        keep_last: How many of the newest are kept; 0 or more.
        keep_best: How many of the best are kept; 0 or more. The first of them is the last that was
            saved as ``best``, the others have the best metrics; the older where two are equal.
        mode: ``"min"`` where less is better, ``"max"`` where more is.

    Raises:
        SchedError: an argument is out of its range, or the folder's index is none of ours.
        OSError: the folder cannot be made or read.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        keep_last: int = 1,
        keep_best: int = 1,
        mode: Literal["min", "max"] = "min",
    ) -> None:
        if not isinstance(folder, str | Path) or not str(folder):
            _lib.refuse(Status.SCHED_E_TYPE, "folder", folder, "the path of a folder")
        self.folder = Path(folder)
        self.keep_last = _lib.integer("keep_last", keep_last)
        self.keep_best = _lib.integer("keep_best", keep_best)
        self.mode = _lib.choice("mode", mode, _lib.MODES)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._index = self._read()

    # -- What there is

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """Those that are kept, the oldest first."""
        return [_checkpoint(one) for one in self._index["checkpoints"]]

    @property
    def last(self) -> Checkpoint | None:
        """The newest that is kept; None before the first."""
        return self.checkpoints[-1] if self._index["checkpoints"] else None

    @property
    def best(self) -> Checkpoint | None:
        """The best; None before the first, and where none is kept."""
        best = self._index["best"]
        found = (one for one in self._index["checkpoints"] if one["serial"] == best)
        return next(map(_checkpoint, found), None)

    @property
    def told(self) -> dict[str, Any]:
        """What was given beside the last one that was saved, kept or not."""
        return dict(self._index["told"])

    # -- Writing

    def save(
        self,
        at: int,
        parts: Mapping[str, Any],
        *,
        metric: float,
        best: bool | None = None,
        told: Mapping[str, Any] | None = None,
    ) -> bool:
        """A checkpoint of these parts, and what is no longer to be kept removed.

        Args:
            at: Which epoch or step it is of; 0 or more.
            parts: Names, of letters, digits, ``_`` and ``-``, and what to take a copy of: arrays
                or tensors, a list or a mapping of them, a Scheduler, or an object with
                ``state_dict``, or with ``get_weights``.
            metric: What was observed there; NaN is worse than anything.
            best: Whether it is the best so far; if absent, as the metric says, the first among
                equals.
            told: What JSON can say, kept beside the checkpoints.

        Returns:
            Whether it was kept; where not, `told` was.

        Raises:
            SchedError: an argument is out of its range, or a part holds what no file can.
            OSError: it cannot be written. The folder is as it was, then and in every case.
        """
        at, serial = _lib.integer("at", at), self._index["serial"] + 1
        metric = _lib.real("metric", metric)
        for name, part in parts.items():
            if not isinstance(name, str) or not NAME.fullmatch(name):
                _lib.refuse(Status.SCHED_E_ENUM, "parts", name, "names of letters, digits, _ and -")
            _weights.check(f"parts[{name!r}]", part)
        # No file has the name of one that the index may still need, whatever `at` says.
        files = {name: f"{serial:06d}.{name}.safetensors" for name in parts}
        entry = {"serial": serial, "at": at, "metric": _spelled(metric), "files": files}
        if best is None:
            top = self.best
            best = not math.isnan(metric) and (
                top is None or math.isnan(top.metric) or self._rank(metric) < self._rank(top.metric)
            )
        index = {
            "libsched": "checkpoints",
            "version": VERSION,
            "serial": serial,
            "best": serial if best else self._index["best"],
            "told": dict(told or {}),
        }
        index["checkpoints"] = self._kept([*self._index["checkpoints"], entry], index["best"])
        try:
            text = json.dumps(index, allow_nan=False)
        except (TypeError, ValueError) as error:
            _lib.refuse(Status.SCHED_E_TYPE, "told", told, f"what JSON can say ({error})")
        kept = entry in index["checkpoints"]
        try:
            if kept:
                for name, part in parts.items():
                    path = self.folder / files[name]
                    _weights.write(path, f"parts[{name!r}]", _weights.taken(part))
            _weights.replace(self.folder / INDEX, lambda path: _write(path, text))
        except BaseException:
            # Read again: the index may be the new one, if what failed came after its rename.
            self._index = self._read()
            self.clean()
            raise
        self._index = index
        self.clean()
        return kept

    def clean(self) -> None:
        """Removes what a killed process may have left: files of ours that the index names not."""
        named = {name for one in self._index["checkpoints"] for name in one["files"].values()}
        for path in self.folder.iterdir():
            if OURS.fullmatch(path.name) and path.name not in named:
                path.unlink(missing_ok=True)
        shutil.rmtree(self.folder / _weights.WRITING, ignore_errors=True)

    def _kept(self, entries: list[dict[str, Any]], best: int | None) -> list[dict[str, Any]]:
        """Those of the entries that are to be kept, the oldest first."""
        ranked = sorted(
            entries, key=lambda one: (one["serial"] != best, self._rank(float(one["metric"])))
        )
        kept = ranked[: self.keep_best] + entries[max(len(entries) - self.keep_last, 0) :]
        return [one for one in entries if one in kept]

    def _rank(self, metric: float) -> tuple[bool, float]:
        """What sorts the better first."""
        return math.isnan(metric), -metric if self.mode == "max" else metric

    # -- Reading

    def load(self, which: Literal["best", "last"] | int, parts: Mapping[str, Any]) -> Checkpoint:
        """Puts a checkpoint's parts back into these: arrays in place, objects by their own method.

        All is read before the first is put back.

        Args:
            which: ``"best"``, ``"last"``, or the epoch or step that it is of, the newest such.
            parts: The names under which they were saved, and what to put them into; not all of
                them need be there.

        Raises:
            SchedError: there is no such checkpoint or part, or what it holds does not fit.
            OSError: it cannot be read.
        """
        checkpoint, held = self.read(which, parts)
        for name, part in parts.items():
            _weights.check(f"parts[{name!r}]", part)
        for name, part in parts.items():
            _weights.put(f"parts[{name!r}]", part, held[name])
        return checkpoint

    def read(
        self,
        which: Literal["best", "last"] | int,
        names: Mapping[str, Any] | list[str] | None = None,
    ) -> tuple[Checkpoint, dict[str, Any]]:
        """A checkpoint, and what its parts hold: a mapping of arrays where a module was saved.

        Raises:
            SchedError, OSError: as :meth:`load`.
        """
        # Another process may be the one that writes.
        self._index = self._read()
        if which == "best":
            found = self.best
        elif which == "last":
            found = self.last
        else:
            at = _lib.integer("which", which) if not isinstance(which, str) else -1
            found = next((one for one in self.checkpoints[::-1] if one.at == at), None)
        if found is None:
            there = [one.at for one in self.checkpoints]
            _lib.refuse(Status.SCHED_E_FIELD, "which", which, f"'best', 'last' or one of {there}")
        for name in names or ():
            if name not in found.files:
                _lib.refuse(Status.SCHED_E_FIELD, "parts", name, f"some of {[*found.files]}")
        return found, {
            name: _weights.read(self.folder / found.files[name])
            for name in (found.files if names is None else names)
        }

    def _read(self) -> dict[str, Any]:
        path = self.folder / INDEX
        try:
            text = path.read_text()
        except FileNotFoundError:
            return {"serial": 0, "best": None, "checkpoints": [], "told": {}}
        try:
            index: dict[str, Any] = json.loads(text)
            if (index["libsched"], index["version"]) != ("checkpoints", VERSION):
                raise ValueError(f"version {index['version']}, not {VERSION}")
            index["told"].items(), index["serial"].bit_length(), index["best"]
            for one in index["checkpoints"]:
                _checkpoint(one), one["serial"]
            return index
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise SchedError(
                f"{path} is no index of checkpoints: {error!r}", Status.SCHED_E_STATE
            ) from None


def _checkpoint(entry: dict[str, Any]) -> Checkpoint:
    return Checkpoint(entry["at"], float(entry["metric"]), dict(entry["files"]))


def _spelled(metric: float) -> float | str:
    """JSON has no infinity and no NaN."""
    return metric if math.isfinite(metric) else repr(metric)


def _write(path: Path, text: str) -> None:
    path.write_text(text)
