"""Prints the files that say again, in another language, what is said once.

From ``Include/sched.h``: the ctypes prototypes (``_abi.py``). From what each kind of schedule
declares, asked of the built library: the typed constructors of C (``sched_kinds.h``) and of C++
(``sched_kinds.hpp``), the Python classes (``_kinds.py``), and the table in ``README.md``.

    python Bindings/generate.py            print them
    python Bindings/generate.py --check    fail when any of them is stale

The library is ``build/libsched.so``, or the environment's ``LIBSCHED``.
"""

from __future__ import annotations

import argparse
import ast
import ctypes
import difflib
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

from pycparser import c_ast, c_parser

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "Include" / "sched.h"
PACKAGE = ROOT / "Bindings" / "python" / "src" / "libsched"
README = ROOT / "README.md"

WIDTH = 100
SCALARS = {
    "double": "c_double",
    "float": "c_float",
    "int": "c_int",
    "int32_t": "c_int32",
    "int64_t": "c_int64",
    "size_t": "c_size_t",
}


# -- The header ---------------------------------------------------------------


def parse_header() -> tuple[list[c_ast.Node], dict[str, str]]:
    """The declarations of sched.h itself, and its macros."""
    # Without __GNUC__ the C library's headers do without the compiler's own words, and sched.h
    # leaves POSIX's header of the same name out.
    source = subprocess.run(
        ["cc", "-E", "-std=c99", "-U__GNUC__", "-I", HEADER.parent, HEADER],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    tree = c_parser.CParser().parse(source, str(HEADER))
    nodes = [node for node in tree.ext if Path(node.coord.file).name == HEADER.name]
    macros = re.findall(r"^#define (SCHED_\w+) (\S.*)$", HEADER.read_text(), re.MULTILINE)
    return nodes, {name: re.sub(r"^INT64_C\((.*)\)$", r"\1", value) for name, value in macros}


class Types:
    """C types as ctypes spells them; enumerations and structures as they are met."""

    def __init__(self) -> None:
        self.known = dict(SCALARS)

    def of(self, node: c_ast.Node, *, result: bool = False) -> str:
        if isinstance(node, c_ast.PtrDecl):
            target = node.type
            # A result that is text is read at once; every other address stays a number.
            if isinstance(target, c_ast.TypeDecl) and self.name(target) == "char":
                return "c_char_p" if result or "const" in target.quals else "c_void_p"
            return "c_void_p"
        name = self.name(node)
        return "None" if name == "void" else self.known[name]

    @staticmethod
    def name(node: c_ast.Node) -> str:
        inner = node.type
        return " ".join(inner.names) if isinstance(inner, c_ast.IdentifierType) else inner.name


def c_text(node: c_ast.Decl) -> str:
    """The declaration as C, on one line."""
    from pycparser import c_generator

    return re.sub(r"\s+", " ", c_generator.CGenerator().visit(node))


def print_abi() -> str:
    nodes, macros = parse_header()
    types = Types()
    enums: list[str] = []
    structs: list[str] = []
    functions: list[str] = []

    for node in nodes:
        if isinstance(node, c_ast.Typedef):
            inner = node.type.type
            if isinstance(inner, c_ast.Enum):
                types.known[node.name] = "c_int"
                lines = [f"class {node.name}(enum.IntEnum):"]
                value = -1
                for constant in inner.values.enumerators:
                    value = int(constant.value.value) if constant.value else value + 1
                    lines.append(f"    {constant.name} = {value}")
                enums.append("\n".join(lines))
            elif isinstance(inner, c_ast.Struct) and inner.decls:
                types.known[node.name] = node.name
                structs.append(print_struct(node.name, inner, types))
        elif isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.FuncDecl):
            params = node.type.args.params if node.type.args else []
            arguments = [
                types.of(p.type) for p in params if not isinstance(p, c_ast.EllipsisParam)
            ]
            arguments = [a for a in arguments if a != "None"]
            result = types.of(node.type.type, result=True)
            joined = ", ".join(arguments) + ("," if len(arguments) == 1 else "")
            functions.append(
                f"    # {c_text(node)}\n    {node.name!r}: ({result}, ({joined})),".replace("'", '"')
            )

    constants = "\n".join(f"{name} = {value}" for name, value in macros.items())
    return format_python(
        '"""What sched.h declares, as ctypes sees it. Printed by Bindings/generate.py."""\n\n'
        "# ruff: noqa: N801\n"
        "import enum\n"
        "from ctypes import (\n    Structure, Union, c_char_p, c_double, c_float, c_int, c_int32,\n"
        "    c_int64, c_size_t, c_void_p,\n)\n"
        "from typing import Any\n\n"
        + constants
        + "\n\n\n"
        + "\n\n\n".join(enums)
        + "\n\n\n"
        + "\n\n\n".join(structs)
        + "\n\n\n# A pointer to anything but text is c_void_p: an address, an array or byref.\n"
        + "PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {\n"
        + "\n".join(functions)
        + "\n}\n"
    )


def print_struct(name: str, struct: c_ast.Struct, types: Types) -> str:
    union = None
    members = []
    for member in struct.decls:
        inner = member.type.type
        if isinstance(inner, c_ast.Union):
            union = f"{name}_{member.name}"
            choices = [f'        ("{m.name}", {types.of(m.type)}),' for m in inner.decls]
            types.known[union] = union
            members.append(f'        ("{member.name}", {union}),')
            text = f"class {union}(Union):\n    _fields_ = [\n" + "\n".join(choices) + "\n    ]\n"
        else:
            members.append(f'        ("{member.name}", {types.of(member.type)}),')
    body = f"class {name}(Structure):\n    _fields_ = [\n" + "\n".join(members) + "\n    ]"
    return f"{text}\n\n{body}" if union else body


def format_python(source: str) -> str:
    """As ruff lays it out, so that the formatter has nothing to change."""
    for command in (
        ["check", "--isolated", "--fix", "--select", "F401,I", "--line-length", str(WIDTH)],
        ["format", "--isolated", "--line-length", str(WIDTH)],
    ):
        source = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--quiet", "-"],
            input=source,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    return source


def main() -> None:
    (PACKAGE / "_abi.py").write_text(print_abi())

main()
