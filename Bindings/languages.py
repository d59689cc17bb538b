"""The same schedule written in each language, from its text in PyTorch's constructor syntax."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from declarations import Declaration
    from generate import Field, Kind

WIDTH = 88


def tree(text: str) -> ast.Call:
    """The call that a text is."""
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    return call


def name(call: ast.Call) -> str:
    """The kind that is called."""
    assert isinstance(call.func, ast.Name)
    return call.func.id


def given(call: ast.Call, kind: Kind) -> dict[str, ast.expr]:
    """The arguments of a call by their fields' names, in the fields' order."""
    by_name = dict(zip((f.name for f in kind.fields), call.args, strict=False))
    by_name |= {str(keyword.arg): keyword.value for keyword in call.keywords}
    return {f.name: by_name[f.name] for f in kind.fields if f.name in by_name}


def wrapped(line: str) -> str:
    """A statement, broken after its parenthesis where it is too long for a line."""
    if len(line) <= WIDTH:
        return line
    head, rest = line.split("(", 1)
    # A label stays with its value.
    lines = textwrap.wrap(
        rest.replace(": ", ":\0"),
        WIDTH,
        initial_indent="    ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join([f"{head}(", *lines]).replace("\0", " ")


# -- Python -------------------------------------------------------------------


def python(texts: list[str]) -> list[str]:
    """All at once, and as ruff lays them out, which looks into pages, too."""
    mark = "# --\n"
    calls = [re.sub(r"\b([A-Z]\w*)\(", r"libsched.\1(", ast.unparse(tree(text))) for text in texts]
    laid_out = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "100", "-"],
        input=mark.join(f"schedule = {call}\n" for call in calls),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [text.strip() for text in laid_out.split(mark)]


# -- C ------------------------------------------------------------------------


def c(text: str) -> str:
    return (
        f'const char *text =\n    "{text}";\n'
        "sched_schedule *schedule = NULL;\n"
        "sched_parse(text, strlen(text), NULL, &schedule);"
    )


# -- C++ ----------------------------------------------------------------------


class Cpp:
    """A kind of many fields takes a struct of them, which is set before."""

    def __init__(self, kinds: dict[str, Kind]) -> None:
        self.kinds = kinds
        self.before: list[str] = []
        self.names: set[str] = set()

    def written(self, text: str) -> str:
        expression = self.call(tree(text), "options")
        return "\n".join([*self.before, wrapped(f"auto schedule = {expression};")])

    def call(self, call: ast.Call, options: str = "") -> str:
        kind = self.kinds[name(call)]
        fields = given(call, kind)
        if not kind.takes_options:
            # By place: what stands before the last that is given has its default.
            last = max((i for i, f in enumerate(kind.fields) if f.name in fields), default=-1)
            arguments = [
                self.value(fields[f.name], f) if f.name in fields else self.default(f)
                for f in kind.fields[: last + 1]
            ]
            return f"sched::{kind.name}({', '.join(arguments)})"
        options = options or f"{kind.snake}_options"
        while options in self.names:
            options += "_"
        self.names.add(options)
        lines = [f"sched::{kind.name}Options {options};"]
        types = {f.name: f for f in kind.fields}
        for field, value in fields.items():
            lines.append(f"{options}.{field} = {self.value(value, types[field])};")
        self.before += lines
        return f"sched::{kind.name}({options})"

    def default(self, f: Field) -> str:
        if f.is_optional:
            return "std::nullopt"
        return self.value(ast.parse(f.default, mode="eval").body, f)

    def value(self, value: ast.expr, f: Field) -> str:
        if isinstance(value, ast.Call):
            return self.call(value)
        if isinstance(value, ast.List):
            return "{" + ", ".join(self.value(one, f) for one in value.elts) + "}"
        literal = ast.literal_eval(value)
        if isinstance(literal, bool):
            return str(literal).lower()
        if isinstance(literal, str):
            return f'"{literal}"'
        # An integer of a list of doubles would narrow.
        return repr(float(literal)) if f.type == "reals" else ast.unparse(value)


# -- Swift --------------------------------------------------------------------


class Swift:
    def __init__(self, kinds: dict[str, Kind], declarations: dict[str, Declaration]) -> None:
        self.kinds = kinds
        self.declarations = declarations

    def written(self, text: str) -> str:
        call = tree(text)
        attempt = "try " if call.args or call.keywords else ""
        return wrapped(f"let schedule = {attempt}{self.call(call)}")

    def call(self, call: ast.Call) -> str:
        kind = self.kinds[name(call)]
        declared = self.declarations[kind.name]
        labels = {label.lower(): label for label in declared.parameters}
        types = {f.name: f.type for f in kind.fields}
        by_label: dict[str, str] = {}
        first: list[str] = []
        for field, value in given(call, kind).items():
            if types[field] == "schedule":
                part = self.value(value, {})
                first.append(part if declared.is_generic else f"AnySchedule({part})")
            elif types[field] == "schedules":
                assert isinstance(value, ast.List)
                first += [self.value(one, {}) for one in value.elts]
            else:
                label = labels[field.replace("_", "").lower()]
                words = declared.words.get(declared.parameters[label], {})
                by_label[label] = f"{label}: {self.value(value, words)}"
        named = [by_label[label] for label in declared.parameters if label in by_label]
        return f"{kind.name}({', '.join(first + named)})"

    def value(self, value: ast.expr, words: dict[str, str]) -> str:
        if isinstance(value, ast.Call):
            return self.call(value)
        if isinstance(value, ast.List):
            return "[" + ", ".join(self.value(one, words) for one in value.elts) + "]"
        literal = ast.literal_eval(value)
        if isinstance(literal, bool):
            return str(literal).lower()
        return f".{words[literal]}" if isinstance(literal, str) else ast.unparse(value)
