"""Constructors that are their signatures, and what is made of the attributes they leave."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def declared(
    keep: Callable[[Any, dict[str, Any]], None],
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """What makes of a signature the constructor it declares, which has `keep` take its arguments."""

    def make(init: Callable[P, None]) -> Callable[P, None]:
        signature = inspect.signature(init)

        @functools.wraps(init)
        def __init__(*args: P.args, **kwargs: P.kwargs) -> None:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            (_, self), *given = bound.arguments.items()
            keep(self, dict(given))

        return __init__

    return make


class Derived:
    """An object that keeps what was made of its attributes until one of them is set."""

    # Beside __dict__, so that it is in no state dict.
    __slots__ = ("_made",)

    _made: dict[str, Any]

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, "_made", {})
        object.__setattr__(self, name, value)

    def derived(self, name: str, make: Callable[[], T]) -> T:
        """What `make` made when it was last asked for under that name."""
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made
