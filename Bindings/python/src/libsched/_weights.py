"""Copies of weights: in memory, put back in place, and as one file each that a kill leaves whole."""

from __future__ import annotations

import copy
import json
import math
import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from . import _lib
from ._errors import SchedError, Status
from ._handle import Stateful

Arrays = dict[str, Any]

# Where a file is before it is whole; what is there may be removed.
WRITING = "writing"

HOLDS = (
    "an array or a tensor, a list or a mapping of them, a Scheduler, or an object with state_dict"
    " and load_state_dict or with get_weights and set_weights"
)
# An object's method that gives what it holds, and the one that takes it back.
METHODS = (("get_weights", "set_weights"), ("state_dict", "load_state_dict"))


def _is_tensor(value: object) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray) or _is_tensor(value)


def _methods(part: object) -> tuple[Callable[[], Any], Callable[[Any], Any]] | None:
    if isinstance(part, Mapping | list | tuple) or _is_array(part):
        return None
    if isinstance(part, Stateful) and hasattr(part, "load"):
        return part.save, part.load
    for give, take in METHODS:
        found = getattr(part, give, None), getattr(part, take, None)
        if all(map(callable, found)) and not isinstance(part, type):
            return found  # type: ignore[return-value]
    return None


def check(argument: str, part: object) -> None:
    """Refuses what no copy can be taken of."""
    if _methods(part) is None and not (
        isinstance(part, Mapping | list | tuple) and len(part) > 0 or _is_array(part)
    ):
        _lib.refuse(Status.SCHED_E_TYPE, argument, part, HOLDS)
    if _methods(part) is None:
        for name, leaf in _leaves(argument, part):
            if not _is_array(leaf):
                _lib.refuse(Status.SCHED_E_TYPE, name, leaf, "an array or a tensor")


def taken(part: Any) -> Any:
    """A copy of what it holds: nothing in it is shared with the original."""
    methods = _methods(part)
    return _copied(part if methods is None else methods[0]())


def put(argument: str, part: Any, held: Any) -> None:
    """Puts such a copy back, into the same arrays. What does not fit is refused before any is."""
    methods = _methods(part)
    if methods is None:
        _fits(argument, part, held)
        for (_, target), (_, source) in zip(
            _leaves(argument, part), _leaves(argument, held), strict=True
        ):
            if _is_tensor(target):
                target.detach().copy_(source)
            else:
                target[...] = source
        return
    give, take = methods
    now = give()
    # What is arrays alone takes them in one after the other, so all is looked at first.
    if _is_flat(now):
        _fits(argument, now, held)
    take(_copied(held))


def _is_flat(held: object) -> bool:
    values = held.values() if isinstance(held, Mapping) else held
    return isinstance(values, list | type({}.values())) and all(map(_is_array, values))


def _leaves(name: str, held: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(held, Mapping):
        for key, value in held.items():
            yield from _leaves(f"{name}[{key!r}]", value)
    elif isinstance(held, list | tuple):
        for place, value in enumerate(held):
            yield from _leaves(f"{name}[{place}]", value)
    else:
        yield name, held


def _fits(argument: str, part: Any, held: Any) -> None:
    here, there = dict(_leaves(argument, part)), dict(_leaves(argument, held))
    for name in here.keys() ^ there.keys():
        what = "is not in the copy" if name in here else "is only in the copy"
        _lib.refuse(
            Status.SCHED_E_STATE, name, what, "the arrays that were there when it was taken"
        )
    for name, target in here.items():
        source = there[name]
        if tuple(target.shape) != tuple(source.shape):
            shape = "x".join(map(str, source.shape)) or "()"
            _lib.refuse(Status.SCHED_E_STATE, f"{name} shape", tuple(target.shape), shape)


def _copied(held: Any) -> Any:
    if isinstance(held, np.ndarray):
        return np.array(held, order="C")
    if _is_tensor(held):
        return held.detach().clone()
    if isinstance(held, Mapping):
        copies = {key: _copied(value) for key, value in held.items()}
        versions = getattr(held, "_metadata", None)
        return copies if versions is None else _versioned(copies, copy.deepcopy(versions))
    if isinstance(held, list | tuple):
        copies_of = [_copied(value) for value in held]
        return copies_of if isinstance(held, list) else tuple(copies_of)
    return copy.deepcopy(held)


def _versioned(state: dict[Any, Any], versions: Any) -> dict[Any, Any]:
    """A module's state with the versions that its load_state_dict asks for."""
    ordered = OrderedDict(state)
    ordered._metadata = versions  # type: ignore[attr-defined]
    return ordered


# -- In a file ----------------------------------------------------------------


def replace(path: Path, write: Callable[[Path], None]) -> None:
    """Writes a file that is there whole or not at all, and stays when power fails.

    What stood there before is lost only once the new one is whole.
    """
    # In a folder below, since a writer may leave temporary files of its own beside its file.
    part = path.parent / WRITING / path.name
    part.parent.mkdir(exist_ok=True)
    try:
        write(part)
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """What was renamed and removed in a folder stays so when power fails."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            f"weights in files need safetensors ({error}): pip install 'libsched[checkpoints]'"
        ) from error
    return safetensors


def write(path: Path, argument: str, held: Any) -> None:
    """What :func:`taken` gave, as safetensors; what is no array is told in the file's metadata.

    Raises:
        SchedError: there is something in it that is neither an array nor a number, a text or a
            list or mapping of them.
    """
    safetensors = _safetensors()
    arrays: Arrays = {}
    outline = json.dumps(_outline(argument, "", held, arrays), allow_nan=False)
    metadata = {"libsched": outline}
    if any(map(_is_tensor, arrays.values())):
        import safetensors.torch
        import torch

        tensors = {
            name: value.contiguous() if _is_tensor(value) else torch.from_numpy(value)
            for name, value in arrays.items()
        }
        replace(path, lambda part: safetensors.torch.save_file(tensors, part, metadata))
    else:
        replace(path, lambda part: safetensors.numpy.save_file(arrays, part, metadata))


def read(path: Path) -> Any:
    """What :func:`write` wrote.

    Raises:
        SchedError: it is no such file, or not a whole one.
        OSError: it cannot be read.
    """
    safetensors = _safetensors()
    if not path.is_file():
        raise FileNotFoundError(2, "no such file", str(path))
    try:
        with safetensors.safe_open(path, framework="np") as file:
            outline = json.loads((file.metadata() or {})["libsched"])
        # Tensors come back as such: they may be of types that NumPy has not.
        framework = "pt" if '{"tensor": ' in json.dumps(outline) else "np"
        with safetensors.safe_open(path, framework=framework) as file:
            return _held(outline, file.get_tensor)
    except (safetensors.SafetensorError, KeyError, ValueError, TypeError) as error:
        raise SchedError(f"{path} is no file of weights: {error!r}", Status.SCHED_E_STATE) from None


def _outline(argument: str, name: str, held: Any, arrays: Arrays) -> Any:
    """`held` as JSON, with names in the place of arrays, which go to `arrays`."""
    if _is_array(held):
        if isinstance(held, np.ndarray) and held.dtype.kind not in "biufc":
            _lib.refuse(Status.SCHED_E_TYPE, argument, held, "an array of numbers")
        name = name or "array"
        while name in arrays:
            name += "~"
        arrays[name] = held
        return {"tensor" if _is_tensor(held) else "array": name}
    if held is None or isinstance(held, bool | int | str):
        return held
    if isinstance(held, float):
        return held if math.isfinite(held) else {"float": repr(held)}
    if isinstance(held, np.generic):
        return _outline(argument, name, held.item(), arrays)
    below = name + "." if name else ""
    if isinstance(held, list | tuple):
        values = [
            _outline(f"{argument}[{i}]", f"{below}{i}", value, arrays)
            for i, value in enumerate(held)
        ]
        return {"list" if isinstance(held, list) else "tuple": values}
    if isinstance(held, Mapping) and all(isinstance(key, str | int) for key in held):
        pairs = [
            [key, _outline(f"{argument}[{key!r}]", f"{below}{key}", value, arrays)]
            for key, value in held.items()
        ]
        versions = getattr(held, "_metadata", None)
        told = None if versions is None else _outline(argument, name, versions, arrays)
        return {"mapping": pairs} if told is None else {"mapping": pairs, "versions": told}
    _lib.refuse(
        Status.SCHED_E_TYPE, argument, held, "arrays, numbers, texts, lists and mappings of them"
    )


def _held(outline: Any, array: Callable[[str], Any]) -> Any:
    """What an outline is of."""
    if not isinstance(outline, dict):
        return outline
    match next(iter(outline.items())):
        case "tensor", str(name):
            return array(name)
        case "array", str(name):
            value = array(name)
            return value.numpy() if _is_tensor(value) else value
        case "float", str(text):
            return float(text)
        case "list", list(values):
            return [_held(value, array) for value in values]
        case "tuple", list(values):
            return tuple(_held(value, array) for value in values)
        case "mapping", list(pairs):
            held = {key: _held(value, array) for key, value in pairs}
            versions = _held(outline.get("versions"), array)
            return held if versions is None else _versioned(held, versions)
    raise ValueError(outline)
