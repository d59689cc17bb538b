"""Every function of the header with every pointer NULL in turn, and every number out of all bounds.

The list is the header's: a new function is tried as soon as it is declared.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
from pathlib import Path

import libsched
import pytest
from libsched import _abi, _lib
from libsched._abi import sched_status as Status
from pycparser import c_ast

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Bindings"))
generate = importlib.import_module("generate")

ROOM, MARK = 4096, 0x5A
# What may be NULL, in any function or in one, and what a refusal may write.
OPTIONAL = {
    *("culprit", "position", "sched_now step", "sched_now rates", "sched_next rates"),
    *("sched_scheduler_observe rates", "sched_advance rates", "sched_skip skipped"),
    *("sched_scheduler_cool_down decay_type", "sched_scheduler_cool_down groups"),
    *("sched_scheduler_extend groups", "sched_step group", "sched_set_isa name"),
    *("sched_optim_step options", "sched_optim_step group"),
}
WRITTEN = {"culprit", "group", "position", "length"}


def declared() -> dict[str, list[tuple[str, str, bool]]]:
    """The functions with a status: each parameter's name, its type, and whether it is written."""
    nodes, _ = generate.parse_header()
    found = {}
    for node in nodes:
        if not (isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.FuncDecl)):
            continue
        result = node.type.type
        if isinstance(result, c_ast.PtrDecl) or generate.Types.name(result) != "sched_status":
            continue
        parameters = []
        for parameter in node.type.args.params:
            inner, stars = parameter.type, ""
            while isinstance(inner, c_ast.PtrDecl):
                inner, stars = inner.type, stars + "*"
            is_written = bool(stars) and "const" not in inner.quals
            parameters.append((parameter.name, generate.Types.name(inner) + stars, is_written))
        found[node.name] = parameters
    return found


class Optim:
    """Of no groups. Python has none of its own."""

    def __init__(self) -> None:
        self._handle = ctypes.c_void_p()
        assert _lib._c["sched_optim_make"](ctypes.addressof(self._handle)) == Status.SCHED_OK


FUNCTIONS = declared()
HANDLES = {
    "sched_schedule*": libsched.StepLR(3),
    "sched_scheduler*": libsched.Scheduler(libsched.StepLR(3), 0.1),
    "sched_early_stopping*": libsched.EarlyStopping(3),
    "sched_optim*": Optim(),
}


class Arguments:
    """Good ones: handles, memory that is all 0 to read, and memory that is marked to write."""

    def __init__(self, parameters: list[tuple[str, str, bool]]) -> None:
        self.values: list[object] = []
        self.marked: dict[str, ctypes.Array[ctypes.c_char]] = {}
        self.kept: list[object] = []
        for name, kind, is_written in parameters:
            if kind in HANDLES:
                self.values.append(HANDLES[kind]._handle)
            elif kind.endswith("*"):
                memory = ctypes.create_string_buffer(ROOM)
                if is_written:
                    ctypes.memset(memory, MARK, ROOM)
                    self.marked[name] = memory
                elif kind == "char*":
                    memory.value = b"StepLR"
                self.kept.append(memory)
                self.values.append(ctypes.addressof(memory))
            else:
                self.values.append(0.5 if kind == "double" else ROOM if name == "capacity" else 1)

    def touched(self) -> set[str]:
        mark = bytes([MARK]) * ROOM
        return {name for name, memory in self.marked.items() if memory.raw != mark}


def call(function: str, values: list[object]) -> int:
    types = _abi.PROTOTYPES[function][1]
    cast = [
        ctypes.cast(value, ctypes.c_char_p) if kind is ctypes.c_char_p and value else value
        for kind, value in zip(types, values, strict=True)
    ]
    return int(_lib._c[function](*cast))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_pointer_that_is_null_is_named_and_nothing_is_written(function: str) -> None:
    for place, (name, kind, _) in enumerate(FUNCTIONS[function]):
        if not kind.endswith("*"):
            continue
        given = Arguments(FUNCTIONS[function])
        given.values[place] = None
        status = call(function, given.values)
        if not {name, f"{function} {name}"} & OPTIONAL:
            # Unless another argument, such as a text that is no state, is refused before it.
            assert status != Status.SCHED_OK, f"{function} {name}"
            sentence = _lib._c["sched_last_error"]().decode()
            assert status != Status.SCHED_E_NULL or name in sentence, f"{function}: {sentence}"
        if status != Status.SCHED_OK:
            assert given.touched() <= WRITTEN, f"{function} {name}: {given.touched()}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_number_out_of_all_bounds_is_refused_or_does_no_harm(function: str) -> None:
    for place, (name, kind, _) in enumerate(FUNCTIONS[function]):
        extremes: list[object]
        match kind:
            case "size_t":
                extremes = [2**64 - 1, 2**63, 2**63 - 1, 2**60]
            case "int64_t":
                extremes = [-(2**63), 2**63 - 1, -1]
            case "double":
                extremes = [float("nan"), float("inf"), -float("inf"), 1e308, 5e-324]
            case _ if kind.endswith("*") or kind.startswith("int32"):
                continue
            case _:
                extremes = [0, 3, 99, -1]
        for value in extremes:
            if (function, name) == ("sched_seek", "step"):
                continue
            given = Arguments(FUNCTIONS[function])
            given.values[place] = value
            status = call(function, given.values)
            if kind == "size_t" and name not in ("length", "capacity"):
                assert status != Status.SCHED_OK, f"{function} {name}={value}"
            if status != Status.SCHED_OK:
                sentence = _lib._c["sched_last_error"]().decode()
                assert sentence.startswith(_lib.status_text(status)), f"{function}: {sentence}"
                assert given.touched() <= WRITTEN, f"{function} {name}={value}: {given.touched()}"
