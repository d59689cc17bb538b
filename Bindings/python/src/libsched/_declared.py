"""Constructors that are their signatures."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec

P = ParamSpec("P")


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
