"""Reads the library's texts, which are Python expressions: one call of literals and calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

# What stands for a function, and a name for Python to read in its place.
FUNCTION, NAME = "<function>", "function"


def arguments(
    text: str, call: Callable[[str], object], functions: Iterable[object] = ()
) -> tuple[str, list[object], dict[str, object]]:
    """The name, the arguments by place and those by name. `call` reads calls among them.

    Lists come as tuples: they belong to values that never change. `functions` are put in their
    places in the order of the text; None where there are no more.
    """
    rest = iter(functions)

    def value(node: ast.AST) -> Any:
        match node:
            case ast.Constant():
                return node.value
            case ast.List():
                return tuple(value(item) for item in node.elts)
            case ast.UnaryOp(op=ast.USub()):
                return -value(node.operand)
            case ast.Name(id=name) if name == NAME:
                return next(rest, None)
            case ast.Name():
                return float(node.id)  # inf and nan
            case _:
                return call(ast.unparse(node).replace(f"={NAME}", f"={FUNCTION}"))

    whole = ast.parse(text.replace(FUNCTION, NAME), mode="eval").body
    assert isinstance(whole, ast.Call) and isinstance(whole.func, ast.Name)
    placed = [value(item) for item in whole.args]
    named = {keyword.arg or "": value(keyword.value) for keyword in whole.keywords}
    return whole.func.id, placed, named
