"""Prints the files that say again, in another language, what is said once.

From ``Include/sched.h``: the ctypes prototypes (``_abi.py``). From what each optimizer declares,
and the comments of its source: its settings and steps, typed, in C (``sched_optimizers.h``) and C++
(``sched_optimizers.hpp``). From what each kind of schedule
declares, asked of the built library: the typed constructors of C (``sched_kinds.h``) and of C++
(``sched_kinds.hpp``) and the Python classes (``_kinds.py``). From that and the Swift types' doc
comments: the pages in ``Bindings/docs``, with their pictures.

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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import declarations
import pictures
from pages import Pages
from pycparser import c_ast, c_generator, c_parser

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "Include" / "sched.h"
OPTIMIZERS = ROOT / "Include" / "sched_optimizers.h"
PACKAGE = ROOT / "Bindings" / "python" / "src" / "libsched"
SOURCES = ROOT / "Sources" / "Schedules"
DOCS = ROOT / "Bindings" / "docs"

WIDTH = 100
SCALARS = {
    "double": "c_double",
    "float": "c_float",
    "int": "c_int",
    "int32_t": "c_int32",
    "int64_t": "c_int64",
    "uint8_t": "c_uint8",
    "uint16_t": "c_uint16",
    "uint64_t": "c_uint64",
    "size_t": "c_size_t",
}


# -- The header ---------------------------------------------------------------


def parse_header() -> tuple[list[c_ast.Node], dict[str, str]]:
    """The declarations of sched.h and sched_optimizers.h, and sched.h's macros."""
    # Without __GNUC__ the C library's headers do without the compiler's own words, and sched.h
    # leaves POSIX's header of the same name out.
    source = subprocess.run(
        ["cc", "-E", "-std=c99", "-U__GNUC__", "-I", HEADER.parent, HEADER],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    tree = c_parser.CParser().parse(source, str(HEADER))
    ours = {HEADER.name, OPTIMIZERS.name}
    nodes = [node for node in tree.ext if Path(node.coord.file).name in ours]
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


def c_comment(node: c_ast.Decl) -> str:
    """The declaration as C, in a comment."""
    text = re.sub(r"\s+", " ", c_generator.CGenerator().visit(node))
    return "\n".join(
        textwrap.wrap(text, WIDTH - 6, initial_indent="# ", subsequent_indent="#     ")
    )


def print_abi() -> str:
    nodes, macros = parse_header()
    types = Types()
    enums: list[str] = []
    structs: list[str] = []
    functions: list[str] = []

    for node in nodes:
        if isinstance(node, c_ast.Typedef) and isinstance(node.type, c_ast.PtrDecl):
            types.known[node.name] = "c_void_p"
        elif isinstance(node, c_ast.Typedef):
            inner = node.type.type
            if isinstance(inner, c_ast.Enum):
                types.known[node.name] = "c_int"
                lines = [f"class {node.name}(enum.IntEnum):"]
                value = -1
                for constant in inner.values.enumerators:
                    value = int(constant.value.value) if constant.value else value + 1
                    lines.append(f"    {constant.name} = {value}")
                enums.append("\n".join(lines))
            elif node.name.endswith(("_arrays", "_arrays_f32", "_arrays_f64")):
                pass  # words in a row, and filled in as such
            elif isinstance(inner, c_ast.Struct) and inner.decls:
                types.known[node.name] = node.name
                structs.append(print_struct(node.name, inner, types))
        elif isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.FuncDecl):
            params = node.type.args.params if node.type.args else []
            arguments = [types.of(p.type) for p in params if not isinstance(p, c_ast.EllipsisParam)]
            arguments = [a for a in arguments if a != "None"]
            result = types.of(node.type.type, result=True)
            joined = ", ".join(arguments) + ("," if len(arguments) == 1 else "")
            functions.append(f'{c_comment(node)}\n"{node.name}": ({result}, ({joined})),')

    constants = "\n".join(f"{name} = {value}" for name, value in macros.items())
    return format_python(
        '"""What sched.h declares, as ctypes sees it. Printed by Bindings/generate.py."""\n\n'
        "import enum\n"
        "from ctypes import (\n    Structure, Union, c_char_p, c_double, c_float, c_int, c_int32,\n"
        "    c_int64, c_size_t, c_uint8, c_uint16, c_uint64, c_void_p,\n)\n"
        "from typing import Any\n\n"
        + constants
        + "\n\n\n"
        + "\n\n\n".join(enums)
        + "\n\n\n"
        + "\n\n\n".join(structs)
        + "\n\n\n"
        "# A pointer to anything but text is c_void_p: an address, an array or byref.\n"
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
        ["check", "--isolated", "--fix", "--select", "F401,I,RUF022", "--line-length", str(WIDTH)],
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


# -- What the kinds declare ---------------------------------------------------


@dataclass
class Field:
    """A field as its kind declares it."""

    name: str
    type: str
    default: str
    accepted: str
    note: str

    @property
    def is_required(self) -> bool:
        return self.default == "required"

    @property
    def is_optional(self) -> bool:
        """Whether it may be absent, with no default in its place."""
        return self.default == "none"

    def sentence(self, true: str = "True", false: str = "False") -> str:
        """What it is and what it accepts."""
        if self.type == "flag":
            accepted, default = f"{true} or {false}", true if self.default == "True" else false
        else:
            accepted = self.accepted.replace(f"{2**53}.0", "2^53").replace(str(2**53), "2^53")
            default = {"[]": "empty", str(2**53): "2^53"}.get(self.default, self.default)
        end = f"; {default} by default"
        if self.is_optional:
            end = ", or absent"
        elif self.is_required:
            end = ""
        return f"{self.note}: {accepted}{end}."


@dataclass
class Kind:
    """A kind of schedule as the library describes it."""

    name: str
    summary: str = ""
    formula: str = ""
    source: str = ""
    fields: list[Field] = field(default_factory=list)

    @property
    def snake(self) -> str:
        """StepLR is step_lr, LRRangeTest is lr_range_test."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", self.name).lower()

    @property
    def takes_options(self) -> bool:
        """More fields than a caller can keep in order: C and C++ have a struct for them."""
        return len(self.fields) > 4


def describe_kinds() -> list[Kind]:
    library = ctypes.CDLL(os.environ.get("LIBSCHED", str(ROOT / "build" / "libsched.so")))
    library.sched_kind_name.restype = ctypes.c_char_p
    library.sched_kind_count.restype = ctypes.c_size_t
    kinds = []
    for i in range(library.sched_kind_count()):
        name = library.sched_kind_name(ctypes.c_size_t(i))
        text, length = ctypes.create_string_buffer(1 << 16), ctypes.c_size_t()
        status = library.sched_kind_describe(
            name, text, ctypes.c_size_t(len(text)), ctypes.byref(length)
        )
        if status:
            sys.exit(f"{name.decode()}: sched_kind_describe answered {status}")
        kind = Kind(name.decode())
        for line in text.value.decode().splitlines():
            tag, *columns = line.split("\t")
            if tag == "field":
                kind.fields.append(Field(*columns))
            else:
                setattr(kind, tag, columns[0])
        kinds.append(kind)
    return kinds


def describe_rules() -> list[Kind]:
    """The rules of early stopping, which the library describes in one text."""
    library = ctypes.CDLL(os.environ.get("LIBSCHED", str(ROOT / "build" / "libsched.so")))
    text, length = ctypes.create_string_buffer(1 << 16), ctypes.c_size_t()
    if library.sched_rules_describe(text, ctypes.c_size_t(len(text)), ctypes.byref(length)):
        sys.exit("sched_rules_describe failed")
    rules: list[Kind] = []
    for line in text.value.decode().splitlines():
        tag, *columns = line.split("\t")
        if tag == "rule":
            rules.append(Kind(columns[0]))
        elif tag == "field":
            rules[-1].fields.append(Field(*columns))
        else:
            setattr(rules[-1], tag, columns[0])
    return rules


def literal(value: str, words: dict[object, str]) -> str:
    """A default, which is a Python literal, in another language."""
    parsed = ast.literal_eval(value)
    if isinstance(parsed, list):
        return words[()]
    if isinstance(parsed, str):
        return f'"{parsed}"'
    return words.get(parsed, value) if isinstance(parsed, bool) else value


def unset(f: Field) -> str:
    """What a required number of a struct starts at: none of them accepts it."""
    if not re.search(r"(from|above) \d", f.accepted):
        sys.exit(f"{f.name}: -1 is no sign of absence where it is accepted")
    return "-1"


def listed(names: list[str]) -> str:
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def fill(text: str, first: str, rest: str, width: int) -> str:
    # A word such as '1-sqrt' stays in one piece.
    return "\n".join(
        textwrap.wrap(
            text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        )
    )


def call(head: str, arguments: list[str], tail: str, width: int) -> str:
    """An argument list, filled under its parenthesis where it is too long for a line."""
    indent = " " * len(head)
    lines = [head]
    for i, argument in enumerate(arguments):
        text = argument + (", " if i < len(arguments) - 1 else tail)
        if len((lines[-1] + text).rstrip()) > width and lines[-1].strip() != head.strip():
            lines.append(indent)
        lines[-1] += text
    return "\n".join(line.rstrip() for line in lines)


def c_doc(kind: Kind, width: int, true: str, false: str) -> str:
    """What C and C++ say of a kind above its constructor; without the end of the comment."""
    rest = " *  "
    longest = max((len(f.name) for f in kind.fields), default=0)
    lines = [
        fill(kind.summary, "/*  ", rest, width),
        " *",
        fill(kind.formula, rest + "  ", rest + "      ", width),
        " *",
    ]
    for f in kind.fields:
        name = f"{f.name:{longest}}  "
        lines.append(fill(f.sentence(true, false), rest + name, rest + " " * len(name), width))
    lines += [" *"] if kind.fields else []
    # Room for the end of the comment.
    lines.append(fill(f"Source: {kind.source}.", rest, rest, width - 3))
    return "\n".join(lines)


# -- C ------------------------------------------------------------------------

C_WIDTH = 80
C_FIELD = {
    "real": "sched_real",
    "integer": "sched_integer",
    "flag": "sched_flag",
    "text": "sched_word",
    "reals": "sched_reals",
    "integers": "sched_integers",
    "schedule": "sched_schedules",
    "schedules": "sched_schedules",
    "function": "sched_callback",
}
C_TYPE = {
    "real": "double ",
    "integer": "int64_t ",
    "flag": "int ",
    "text": "const char *",
    "reals": "const double *",
    "integers": "const int64_t *",
    "schedule": "const sched_schedule *",
    "schedules": "const sched_schedule *const *",
    "function": "const sched_function *",
}
LISTS = ("reals", "integers", "schedules")


def c_declarations(f: Field) -> list[str]:
    """A field as parameters or members. An optional real is a pointer: every number is a value
    to be checked, NaN too. An optional integer is 0 when absent, which none of them accepts."""
    if f.is_optional and f.type == "integer" and "from 1 to" not in f.accepted:
        sys.exit(f"{f.name}: 0 is no sign of absence where it is accepted")
    kind = "const double *" if f.is_optional and f.type == "real" else C_TYPE[f.type]
    return [f"{kind}{f.name}", *([f"size_t {f.name}_count"] if f.type in LISTS else [])]


def c_field(f: Field, access: str) -> str:
    if f.type == "schedule":
        return f'{C_FIELD[f.type]}("{f.name}", &{access}{f.name}, 1)'
    pointer = "*" if f.is_optional and f.type == "real" else ""
    count = f", {access}{f.name}_count" if f.type in LISTS else ""
    return f'{C_FIELD[f.type]}("{f.name}", {pointer}{access}{f.name}{count})'


def c_default(f: Field) -> str:
    if f.is_optional:
        return "0" if f.type == "integer" else "NULL"
    if f.is_required:
        if f.type in ("text", "schedule", "function"):
            return "NULL"
        return "NULL, 0" if f.type in LISTS else unset(f)
    return literal(f.default, {True: "1", False: "0", (): "NULL, 0"})


def c_constructor(kind: Kind) -> str:
    access = "options->" if kind.takes_options else ""
    lines = [c_doc(kind, C_WIDTH, "1", "0")]
    if kind.takes_options:
        struct, macro = f"sched_{kind.snake}_options", f"SCHED_{kind.snake.upper()}_DEFAULTS"
        absent = [f for f in kind.fields if f.is_optional]
        if absent:
            how = "Absent is NULL for a pointer and 0 for an integer."
            lines.append(fill(how, " *  ", " *  ", C_WIDTH))
        required = [f.name for f in kind.fields if f.is_required]
        if required:
            how = f"{listed(required)} must be set: what is there at first is refused."
            lines.append(fill(how, " *  ", " *  ", C_WIDTH))
        usage = f"Start from {macro}, set what differs, and call sched_{kind.snake}."
        lines += [fill(usage, " *  ", " *  ", C_WIDTH), " */"]
        lines.append(f"typedef struct {struct} {{")
        for f in kind.fields:
            lines += [f"  {member};" for member in c_declarations(f)]
        lines.append(f"}} {struct};\n")
        defaults = call("  {", [c_default(f) for f in kind.fields], "}", C_WIDTH - 2)
        lines += [f"#define {macro} \\", defaults.replace("\n", " \\\n")]
        lines.append("")
        parameters = [f"const {struct} *options"]
    else:
        lines[-1] += " */"
        parameters = [p for f in kind.fields for p in c_declarations(f)]
    is_taken = not kind.takes_options and any(f.name == "schedule" for f in kind.fields)
    out = "made" if is_taken else "schedule"
    parameters.append(f"sched_schedule **{out}")
    head = f"static inline sched_status sched_{kind.snake}("
    signature = call(head, parameters, ") {", C_WIDTH)
    if any(len(line) > C_WIDTH for line in signature.splitlines()):
        filled = call("    ", parameters, ") {", C_WIDTH)
        signature = f"{head}\n{filled}"
    lines.append(signature)
    if kind.takes_options:
        # One field that is NULL: the library says so in its own words.
        lines.append(
            f"  if (options == NULL) {{\n"
            f'    return sched_make("{kind.name}", NULL, 1, NULL, schedule);\n  }}'
        )
    if not kind.fields:
        lines += [f'  return sched_make("{kind.name}", NULL, 0, NULL, {out});', "}"]
        return "\n".join(lines)
    if any(f.is_optional for f in kind.fields):
        lines += [f"  sched_field fields[{len(kind.fields)}];", "  size_t count = 0;"]
        for f in kind.fields:
            line = f"fields[count++] = {c_field(f, access)};"
            if f.is_optional:
                test = " != 0" if f.type == "integer" else " != NULL"
                body = line if len(line) < C_WIDTH - 3 else wrap_c(line, "    ").lstrip()
                lines.append(f"  if ({access}{f.name}{test}) {{\n    {body}\n  }}")
            else:
                lines.append(f"  {line}" if len(line) < C_WIDTH - 1 else wrap_c(line))
        count = "count"
    else:
        lines.append(f"  const sched_field fields[{len(kind.fields)}] = {{")
        lines += [f"      {c_field(f, access)}," for f in kind.fields]
        lines.append("  };")
        count = str(len(kind.fields))
    end = f'  return sched_make("{kind.name}", fields, {count}, NULL, {out});'
    if len(end) > C_WIDTH:
        end = end.replace(f" {out});", f"\n                    {out});")
    lines += [end, "}"]
    return "\n".join(lines)


def wrap_c(line: str, indent: str = "  ") -> str:
    """An assignment too long for a line, broken after its sign."""
    left, right = line.split(" = ")
    right = f"{indent}    {right}"
    if len(right) > C_WIDTH:
        right = right.replace(", ", ",\n" + " " * (right.index("(") + 1), 1)
    return f"{indent}{left} =\n{right}"


def print_c(kinds: list[Kind]) -> str:
    return (
        """/*  sched_kinds.h: a typed constructor for every kind of schedule. Printed by
 *  Bindings/generate.py from what the library declares; sched.h includes it.
 *
 *  Each is sched_make with the kind's fields in PyTorch's order, and adds no
 *  symbol to the library. A list is a pointer and a count. What is made keeps
 *  its own references to the schedules in it.
 */
#ifndef SCHED_KINDS_H
#define SCHED_KINDS_H

#include "sched.h"

"""
        + "\n\n".join(c_constructor(kind) for kind in kinds)
        + "\n\n#endif  /* SCHED_KINDS_H */\n"
    )


# -- C++ ----------------------------------------------------------------------

CPP_TYPE = {
    "real": "double",
    "integer": "std::int64_t",
    "flag": "bool",
    "text": "std::string",
    "reals": "std::vector<double>",
    "integers": "std::vector<std::int64_t>",
    "schedule": "Schedule",
    "schedules": "std::vector<Schedule>",
    "function": "Function",
}
CPP_FIELD = {**{name: name for name in CPP_TYPE}, "text": "word"}


def cpp_type(f: Field) -> str:
    # A function that is empty is absent.
    is_wrapped = f.is_optional and f.type != "function"
    return f"std::optional<{CPP_TYPE[f.type]}>" if is_wrapped else CPP_TYPE[f.type]


def cpp_default(f: Field) -> str:
    if f.is_required:
        return ""
    if f.is_optional:
        return " = {}" if f.type == "function" else " = std::nullopt"
    return " = " + literal(f.default, {True: "true", False: "false", (): "{}"})


def cpp_member(f: Field) -> str:
    default = cpp_default(f)
    if f.is_required and f.type == "schedule":
        default = " = Schedule(nullptr)"
    elif f.is_required and f.type not in LISTS and f.type not in ("text", "function"):
        default = f" = {unset(f)}"
    return f"  {cpp_type(f)} {f.name}{default};"


def cpp_parameter(f: Field) -> str:
    if f.type == "schedule":
        return f"const Schedule &{f.name}"
    return f"{cpp_type(f)} {f.name}{cpp_default(f)}"


def cpp_class(kind: Kind) -> str:
    lines = []
    if kind.takes_options:
        options = f"{kind.name}Options"
        about = f"What {kind.name} is made of; it starts with the defaults."
        required = [f.name for f in kind.fields if f.is_required]
        if required:
            about += f" {listed(required)} must be set: what is there at first is refused."
        lines.append(fill(about, "/*  ", " *  ", WIDTH - 3) + " */")
        lines.append(f"struct {options} {{")
        lines += [cpp_member(f) for f in kind.fields]
        lines.append("};\n")
        parameters, access = [f"const {options} &options"], "options."
    else:
        parameters = [cpp_parameter(f) for f in kind.fields]
        access = ""
    needed = sum(f.is_required for f in kind.fields)
    explicit = "explicit " if kind.takes_options or needed <= 1 else ""
    lines += [
        c_doc(kind, WIDTH, "true", "false") + " */",
        f"class {kind.name} : public Schedule {{",
        " public:",
    ]
    lines.append(call(f"  {explicit}{kind.name}(", parameters or [""], ")", WIDTH))
    chain = [f'.{cpp_call(f)}("{f.name}", {cpp_value(f, access)})' for f in kind.fields]
    head = f'      : Schedule("{kind.name}", Fields()'
    if len(head + "".join(chain)) + 5 <= WIDTH:
        lines.append(head + "".join(chain) + ") {}")
    else:
        lines.append(head)
        indent = " " * (len(head) - len("Fields()") + 4)
        if len(indent) + max(map(len, chain)) + len(") {}") > WIDTH:
            indent = " " * 12
        lines += [indent + link for link in chain]
        lines[-1] += ") {}"
    lines.append("};")
    return "\n".join(lines)


def cpp_call(f: Field) -> str:
    """What adds it to the Fields."""
    name = CPP_FIELD[f.type]
    return f"{name}_if_any" if f.is_optional and f.type == "function" else name


def cpp_value(f: Field, access: str) -> str:
    is_moved = not access and (f.type in LISTS or f.type in ("text", "function"))
    return f"std::move({f.name})" if is_moved else f"{access}{f.name}"


def print_cpp(kinds: list[Kind]) -> str:
    return (
        """/*  sched_kinds.hpp: a type for every kind of schedule. Printed by
 *  Bindings/generate.py from what the library declares; sched.hpp includes it.
 *
 *  Constructors take the kind's fields in PyTorch's order and throw sched::Error
 *  when one is refused. A kind of many fields takes a struct of them:
 *
 *      sched::OneCycleLROptions options;
 *      options.total_steps = 10000;
 *      sched::OneCycleLR schedule(options);
 *
 *  A kind that is given one of its own is a copy of it, as in all of C++. To have
 *  one inside the other: sched::Dampening(sched::Schedule(inner)).
 */
#ifndef SCHED_KINDS_HPP
#define SCHED_KINDS_HPP

#include "sched.hpp"

namespace sched {

"""
        + "\n\n".join(cpp_class(kind) for kind in kinds)
        + "\n\n}  // namespace sched\n\n#endif  // SCHED_KINDS_HPP\n"
    )


# -- Python -------------------------------------------------------------------

PYTHON_TYPE = {
    "real": "float",
    "integer": "int",
    "flag": "bool",
    "text": "str",
    "reals": "Sequence[float]",
    "integers": "Sequence[int]",
    "schedule": "Schedule",
    "schedules": "Sequence[Schedule]",
    "function": "Callable[[int], float]",
}


def python_type(f: Field, *, is_read: bool) -> str:
    kind = PYTHON_TYPE[f.type]
    if f.type == "text":
        words = ", ".join(f'"{word}"' for word in re.findall(r"'([^']+)'", f.accepted))
        kind = f"Literal[{words}]"
    if is_read:
        # A value that never changes reads its lists as tuples.
        kind = re.sub(r"^Sequence\[(.*)\]$", r"tuple[\1, ...]", kind)
    return f"{kind} | None" if f.is_optional else kind


def python_default(f: Field) -> str:
    if f.is_optional:
        return "None"
    return "()" if f.default == "[]" else f.default


def python_class(kind: Kind) -> str:
    pad = " " * 4
    lines = [
        f"class {kind.name}(Schedule):",
        fill(kind.summary, pad + '"""', pad, WIDTH),
        "",
        f"{pad}::",
        "",
        fill(kind.formula, pad * 2, pad * 3, WIDTH),
        "",
    ]
    if kind.fields:
        lines.append(f"{pad}Args:")
    for f in kind.fields:
        lines.append(fill(f"{f.name}: {f.sentence()}", pad * 2, pad * 3, WIDTH))
    if kind.fields:
        lines += [
            "",
            f"{pad}Raises:",
            f"{pad * 2}SchedError: a field is missing, unknown, or does not accept its value.",
            "",
        ]
    lines += [
        fill(f"Source: {kind.source}.", pad, pad, WIDTH),
        f'{pad}"""',
        "",
        f"{pad}__slots__ = ()",
        "",
    ]
    lines += [f"{pad}{f.name}: {python_type(f, is_read=True)}" for f in kind.fields]
    lines += ["", f"{pad}@declared", f"{pad}def __init__(", f"{pad * 2}self,"]
    is_behind = False
    for f in kind.fields:
        # A required field behind one that may be left out: the library misses it.
        default = " = ..." if is_behind else ""
        if not f.is_required:
            is_behind = True
            default = f" = {python_default(f)}"
        lines.append(f"{pad * 2}{f.name}: {python_type(f, is_read=False)}{default},")
    lines.append(f"{pad}) -> None: ...")
    # The magic comma would keep short signatures on many lines.
    text = "\n".join(lines)
    return re.sub(r",\n    \) -> None: \.\.\.$", "\n    ) -> None: ...", text)


def print_python(kinds: list[Kind]) -> str:
    names = "".join(f'    "{kind.name}",\n' for kind in kinds)
    return format_python(
        '"""The kinds of schedule. Printed by Bindings/generate.py from what the library declares."""'
        "\n\nfrom __future__ import annotations\n\n"
        "from collections.abc import Callable, Sequence\n"
        "from typing import Literal\n\n"
        "from ._schedules import CLASSES, Schedule, declared\n\n"
        f"__all__ = [\n{names}]\n\n\n"
        + "\n\n\n".join(python_class(kind) for kind in kinds)
        + "\n\n\nCLASSES.update(\n    {cls.__name__: cls for cls in ("
        + ", ".join(kind.name for kind in kinds)
        + ")}\n)\n"
    )


# -- Optimizers ---------------------------------------------------------------

# What Swift's comments may hold, as C's headers do without it.
ASCII = str.maketrans(
    {
        "←": "<-",
        "−": "-",
        "·": "*",
        "√": "sqrt",
        "≥": ">=",
        "≤": "<=",
        "→": "->",
        "∞": "inf",
        "ρ": "rho",
        "η": "eta",
        "‖": "||",
        "μ": "mu",
        "û": "u",
        "̂": "^",
        "∏": "prod",
        "½": "1/2",
        "ₜ": "_t",
        "Σ": "sum",
        "ε": "epsilon",
        "…": "...",
    }
)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵗʳᵀ", "0123456789-+trT")


def in_ascii(text: str) -> str:
    """A root or a sum without brackets gets its own, and a power its sign."""
    text = re.sub(r"([√Σ])(\w+(?:\([^()]*\))?)", r"\1(\2)", text)
    text = re.sub(
        f"[{''.join(map(chr, RAISED))}]+", lambda match: "^" + match[0].translate(RAISED), text
    )
    return text.translate(ASCII)


ELEMENTS = {"f32": "float", "f64": "double"}


@dataclass
class Setting:
    """A setting, an array or a number of state, as its optimizer declares it."""

    tag: str
    name: str
    default: str
    accepted: str
    note: str = ""


@dataclass
class OptimizerKind:
    """An optimizer as the library and its source describe it."""

    number: int
    name: str = ""
    doc: str = ""
    prose: str = ""
    settings: list[Setting] = field(default_factory=list)
    states: list[Setting] = field(default_factory=list)
    scalars: list[Setting] = field(default_factory=list)
    shape: list[Setting] = field(default_factory=list)

    @property
    def snake(self) -> str:
        return (
            self.name.replace("ScheduleFree", "schedule_free_").replace("Sparse", "sparse_").lower()
        )

    @property
    def macro(self) -> str:
        return f"SCHED_{self.snake.upper()}"


def snake_case(text: str) -> str:
    """weightDecay is weight_decay, and arXiv what it is."""
    return re.sub(
        r"\b(?!arXiv)[a-z]\w*?[a-z0-9][A-Z]\w*\b",
        lambda m: re.sub(r"([A-Z])", r"_\1", m[0]).lower(),
        text,
    )


def swift_docs(name: str) -> tuple[str, str, dict[str, str]]:
    """What an optimizer's source says of it, for a page and for a comment, and of its settings."""
    source = (ROOT / "Sources" / "StepBody" / f"{name}.swift").read_text()
    found = re.search(rf"((?:^///.*\n)+)public struct {name}: ", source, re.MULTILINE)
    if not found:
        sys.exit(f"{name}: no comment above its struct")
    doc = re.sub(r"^/// ?", "", found[1], flags=re.MULTILINE)
    notes = {}
    for lines, var in re.findall(r"((?:^  ///.*\n)+)  public var (\w+)", source, re.MULTILINE):
        text = " ".join(line.strip().removeprefix("///").strip() for line in lines.splitlines())
        notes[snake_case(var)] = snake_case(text)
    prose = snake_case(doc)
    # Links keep their words, and lose their address only where it is no paper's.
    doc = doc.replace("https://arxiv.org/abs/", "arXiv:")
    doc = re.sub(r"\[([^\]]+)\]\((?:https?://)?([^)]+)\)", r"\1 (\2)", doc)
    return prose, in_ascii(snake_case(doc.replace("`", ""))), notes


def describe_optimizers() -> list[OptimizerKind]:
    library = ctypes.CDLL(os.environ.get("LIBSCHED", str(ROOT / "build" / "libsched.so")))
    kinds = []
    for number in range(1, 256):
        text, length = ctypes.create_string_buffer(1 << 14), ctypes.c_size_t()
        status = library.sched_optimizer_describe(
            ctypes.c_int32(number), text, ctypes.c_size_t(len(text)), ctypes.byref(length)
        )
        if status:
            continue
        kind = OptimizerKind(number)
        lines = [line.split("\t") for line in text.value.decode().splitlines()]
        kind.name = lines[0][1]
        kind.prose, kind.doc, notes = swift_docs(kind.name)
        for tag, name, default, accepted, *_ in lines[1:]:
            one = Setting(tag, name, default, accepted, notes.get(name, ""))
            part = {"state": kind.states, "scalar": kind.scalars, "shape": kind.shape}
            part.get(tag, kind.settings).append(one)
        kinds.append(kind)
    return kinds


def c_number(value: str) -> str:
    """A default of Swift's as C writes it."""
    return {"True": "1", "False": "0"}.get(value) or repr(float(value)).removesuffix(".0")


def block(text: str, width: int) -> str:
    """A comment of paragraphs and, between their fences, formulas."""
    lines: list[str] = []
    paragraph: list[str] = []

    def flush() -> None:
        if paragraph:
            lines.extend(fill(" ".join(paragraph), " *  ", " *  ", width).splitlines())
            paragraph.clear()

    # The fences have lost their ticks: a formula is what stands between two blank lines that
    # frame an arrow or an equals sign.
    for part in re.split(r"\n\s*\n", text.strip()):
        flush()
        if lines:
            lines.append(" *")
        if re.search(r"<-", part):
            lines.extend(
                f" *    {line.strip()}" for line in part.strip().splitlines() if line.strip()
            )
        else:
            paragraph.extend(part.split())
    flush()
    lines[0] = "/*" + lines[0][2:]
    return "\n".join(lines)


def member(declaration: str, comment: str) -> str:
    """A member of a struct, with what it is beside it, or above where that is too long."""
    line = f"  {declaration};"
    beside = f"{line} /* {comment} */"
    if len(beside) <= C_WIDTH:
        return beside
    return fill(comment, "  /* ", "   * ", C_WIDTH - 3) + f" */\n{line}"


def signature(head: str, parameters: list[str], tail: str, width: int) -> str:
    """A function's head, its parameters filled under the parenthesis, or further left."""
    text = call(head, parameters, tail, width)
    if any(len(line) > width for line in text.splitlines()):
        text = f"{head}\n" + call("    ", parameters, tail, width)
    return text


def c_rows(kind: OptimizerKind, rows: str, element: str) -> str:
    """The struct of a parameter's arrays."""
    lines = [
        f"typedef struct {rows} {{",
        "  size_t n;",
        "  int64_t step;",
        f"  {element} *param;",
        f"  const {element} *grad;",
    ]
    for one in kind.states:
        only = f"only {one.accepted}; not read otherwise" if one.accepted else ""
        start = "" if float(one.default) == 0 else f"{c_number(one.default)} before the first step"
        about = "; ".join(text for text in (start, only) if text)
        declaration = f"{element} *{one.name}"
        lines.append(member(declaration, about) if about else f"  {declaration};")
    if kind.scalars:
        held = ", ".join(f"{one.name} ({c_number(one.default)} at first)" for one in kind.scalars)
        lines.append(member("double *scalars", held))
    lines += [member(f"size_t {one.name}", one.accepted) for one in kind.shape]
    lines.append(f"}} {rows};\n")
    return "\n".join(lines)


def c_optimizer(kind: OptimizerKind) -> str:
    name, columns = f"sched_{kind.snake}", [one.name for one in kind.states]
    lines = [block(kind.doc, C_WIDTH - 3) + " */", f"typedef struct {name} {{"]
    for one in kind.settings:
        kind_of = "double" if one.tag == "real" else "int32_t"
        accepted = one.accepted.replace("a finite number", "finite,").rstrip(",")
        accepted = accepted.replace(", from", " from").replace(", above", " above")
        lines.append(
            member(f"{kind_of} {one.name}", f"{in_ascii(one.note).rstrip('.')}: {accepted}")
        )
    lines.append(f"}} {name};\n")
    defaults = call("  {", [c_number(one.default) for one in kind.settings], "}", C_WIDTH - 2)
    lines += [f"#define {kind.macro}_DEFAULTS \\", defaults.replace("\n", " \\\n") + "\n"]
    lines.append(c_rows(kind, f"{name}_arrays", "void"))
    for suffix, element in ELEMENTS.items():
        rows = f"{name}_arrays_{suffix}"
        lines.append(c_rows(kind, rows, element))
        parameters = [
            f"const {name} *hyper",
            f"const {rows} *list",
            "size_t count",
            "size_t *culprit",
        ]
        lines += [
            signature(
                f"static inline sched_status {name}_list_{suffix}(", parameters, ") {", C_WIDTH
            ),
            call(
                "  const sched_group group = {",
                [kind.macro, f"SCHED_{suffix.upper()}", "hyper", "list", "count", "NULL"]
                + [*["SCHED_SAME"] * 3, "SCHED_NEAREST", "NULL"],
                "};",
                C_WIDTH,
            ),
            "  return sched_step(&group, 1, NULL, NULL, culprit);",
            "}\n",
        ]
        arrays = [f"{element} *{column}" for column in columns]
        arrays += ["double *scalars"] if kind.scalars else []
        shape = [one.name for one in kind.shape]
        parameters = [
            f"const {name} *hyper",
            "int64_t step",
            "size_t n",
            f"{element} *param",
            f"const {element} *grad",
            *arrays,
            *(f"size_t {one}" for one in shape),
        ]
        scalars = ["scalars"] if kind.scalars else []
        values = ["n", "step", "param", "grad", *columns, *scalars, *shape]
        lines += [
            signature(f"static inline sched_status {name}_{suffix}(", parameters, ") {", C_WIDTH),
            call(f"  const {rows} one = {{", values, "};", C_WIDTH),
            f"  return {name}_list_{suffix}(hyper, &one, 1, NULL);",
            "}\n",
        ]
        if any(len(line) > C_WIDTH for line in lines[-3].splitlines()):
            lines[-3] = f"  const {rows} one = {{\n" + call("      ", values, "};", C_WIDTH)
    return "\n".join(lines)


def print_optimizers(kinds: list[OptimizerKind]) -> str:
    return (
        """/*  sched_optimizers.h: every optimizer's settings and steps, typed. Printed by
 *  Bindings/generate.py from what the library and its source declare; sched.h
 *  includes it.
 *
 *  All are sched_step, and add no symbol to the library. _f32 and _f64 step one
 *  parameter, _list_ many in one call: nothing is stepped unless everything is
 *  accepted, and `culprit`, which may be NULL, gets the index of the parameter
 *  that was refused, or `count` when the refusal is of none. State is zeros
 *  before the first step, unless said otherwise.
 */
#ifndef SCHED_OPTIMIZERS_H
#define SCHED_OPTIMIZERS_H

#include "sched.h"

typedef enum sched_optimizer {
"""
        + ",\n".join(f"  {kind.macro} = {kind.number}" for kind in kinds)
        + "\n} sched_optimizer;\n\n"
        + "\n".join(c_optimizer(kind) for kind in kinds)
        + "\n#endif  /* SCHED_OPTIMIZERS_H */\n"
    )


def cpp_optimizer(kind: OptimizerKind) -> str:
    name = f"sched_{kind.snake}"
    defaults = ", ".join(c_number(one.default) for one in kind.settings)
    lines = [
        f"/*  {kind.name}'s settings; they start with the defaults. See {name}. */",
        f"struct {kind.name} : {name} {{",
        f"  static constexpr std::int32_t kind = {kind.macro};",
        f"  {kind.name}() noexcept : {name}{{{defaults}}} {{}}",
        "};\n",
    ]
    values = [one.name for one in kind.states] + (["scalars"] if kind.scalars else [])
    values += [one.name for one in kind.shape]
    for suffix, element in ELEMENTS.items():
        sometimes = False
        arrays = []
        for one in kind.states:
            sometimes = sometimes or bool(one.accepted)
            is_last = not kind.scalars and not kind.shape
            default = " = nullptr" if sometimes and is_last else ""
            arrays.append(f"{element} *{one.name}{default}")
        arrays += ["double *scalars"] if kind.scalars else []
        arrays += [f"std::size_t {one.name}" for one in kind.shape]
        parameters = [
            f"const {name} &hyper",
            "std::int64_t step",
            "std::size_t n",
            f"{element} *param",
            f"const {element} *grad",
            *arrays,
        ]
        lines += [
            signature(f"inline void {kind.snake}(", parameters, ") {", WIDTH),
            call(
                "  detail::check(",
                [f"{name}_{suffix}(&hyper", "step", "n", "param", "grad", *values],
                "));",
                WIDTH,
            ),
            "}\n",
            signature(
                f"inline void {kind.snake}(",
                [f"const {name} &hyper", f"const std::vector<{name}_arrays_{suffix}> &list"],
                ") {",
                WIDTH,
            ),
            "  std::size_t culprit = list.size();",
            "  const sched_status status =",
            f"      {name}_list_{suffix}(&hyper, list.data(), list.size(), &culprit);",
            "  detail::check(status, culprit, list.size());",
            "}\n",
        ]
    return "\n".join(lines)


def print_cpp_optimizers(kinds: list[OptimizerKind]) -> str:
    return (
        """/*  sched_optimizers.hpp: every optimizer's settings and steps. Printed by
 *  Bindings/generate.py from what the library declares; sched.hpp includes it.
 *
 *  One step of one parameter, in place, where `step` counts from 1; or of many
 *  parameters, all of them or none. Throws sched::Error, whose place() is the
 *  index of the parameter that was refused.
 */
#ifndef SCHED_OPTIMIZERS_HPP
#define SCHED_OPTIMIZERS_HPP

#include "sched.hpp"

namespace sched {

"""
        + "\n".join(cpp_optimizer(kind) for kind in kinds)
        + "\n}  // namespace sched\n\n#endif  // SCHED_OPTIMIZERS_HPP\n"
    )


# -- All of them --------------------------------------------------------------


def printed() -> Iterator[tuple[Path, str]]:
    """Every text that is printed, by its path."""
    kinds, optimizers = describe_kinds(), describe_optimizers()
    # Before the prototypes, which are read from it.
    yield OPTIMIZERS, print_optimizers(optimizers)
    yield OPTIMIZERS.with_suffix(".hpp"), print_cpp_optimizers(optimizers)
    yield PACKAGE / "_abi.py", print_abi()
    yield PACKAGE / "_kinds.py", print_python(kinds)
    yield ROOT / "Include" / "sched_kinds.h", print_c(kinds)
    yield ROOT / "Include" / "sched_kinds.hpp", print_cpp(kinds)
    pages = Pages(kinds, declarations.read(SOURCES))
    yield from pages.outputs(DOCS).items()
    beside = (DOCS / "early_stopping.in.md").read_text()
    yield DOCS / "early_stopping.md", pages.early_stopping(beside, describe_rules())
    beside = (DOCS / "optimizers.in.md").read_text()
    yield DOCS / "optimizers.md", pages.optimizers(beside, optimizers)


def write(path: Path, text: str, *, is_check: bool) -> bool:
    """Whether that was not what is there, which is shown or mended."""
    old = path.read_text() if path.exists() else ""
    if old == text:
        return False
    name = str(path.relative_to(ROOT))
    if is_check:
        sys.stdout.writelines(
            difflib.unified_diff(
                old.splitlines(True), text.splitlines(True), name, f"{name}, printed"
            )
        )
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(f"printed {name}")
    return True


def draw(path: Path, examples: list[declarations.Example], *, is_check: bool) -> bool:
    """Whether that was not the picture that is there, which is said or mended."""
    if pictures.made_from(path) == pictures.recipe(examples):
        return False
    name = path.relative_to(ROOT)
    if is_check:
        print(f"{name} is stale")
    else:
        pictures.draw(path, examples)
        print(f"drew {name}")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail when any output is stale")
    is_check = parser.parse_args().check
    texts, stale = {}, []
    # In their order: some are read from others.
    for path, text in printed():
        texts[path] = text
        if write(path, text, is_check=is_check):
            stale.append(path)
    if is_check and PACKAGE / "_abi.py" in stale:
        return 1
    # The pictures are drawn by the package, which is what was printed above.
    sys.path.insert(0, str(PACKAGE.parent))
    for name, declared in declarations.read(SOURCES).items():
        picture = DOCS / "schedules" / f"{name}.svg"
        if draw(picture, declared.examples, is_check=is_check):
            stale.append(picture)
    # What no kind has any more.
    kept = {*texts, *(path.with_suffix(".svg") for path in texts)}
    for path in sorted((DOCS / "schedules").iterdir()):
        if path not in kept:
            stale.append(path)
            print(f"{path.relative_to(ROOT)} belongs to no schedule")
            if not is_check:
                path.unlink()
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
