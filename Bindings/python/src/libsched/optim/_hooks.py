"""Functions that an optimizer calls at its turning points, as torch's."""

from __future__ import annotations

import functools
import itertools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, ParamSpec, Self, TypeVar

__all__ = ["Hooks", "RemovableHandle", "hooked"]

_P = ParamSpec("_P")
_R = TypeVar("_R")

_numbers = itertools.count()


class RemovableHandle:
    """Takes a hook away again: by :meth:`remove`, or at the end of a ``with``."""

    def __init__(self, hooks: OrderedDict[int, Callable[..., Any]]) -> None:
        self._hooks, self.id = hooks, next(_numbers)

    def remove(self) -> None:
        """Takes the hook away, if it is still there."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class Hooks:
    """The hooks of an optimizer: before and after a step, a state dict's making and its loading.

    They are no part of what is copied or pickled.
    """

    def __init__(self) -> None:
        kinds = ("step_pre", "step_post", "save_pre", "save_post", "load_pre", "load_post")
        self._all: dict[str, OrderedDict[int, Callable[..., Any]]] = {
            kind: OrderedDict() for kind in kinds
        }
        # Asked for at every step.
        self.step_pre, self.step_post = self._all["step_pre"], self._all["step_post"]

    def add(self, kind: str, hook: Callable[..., Any], *, prepend: bool = False) -> RemovableHandle:
        """One more of a kind, behind the others or before them."""
        hooks = self._all[kind]
        handle = RemovableHandle(hooks)
        hooks[handle.id] = hook
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def of(self, kind: str) -> list[Callable[..., Any]]:
        """Those of a kind, in their order."""
        return list(self._all[kind].values())

    def before_step(
        self, optimizer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a step as the hooks leave them."""
        for hook in self.of("step_pre"):
            result = hook(optimizer, args, kwargs)
            if result is None:
                continue
            if not isinstance(result, tuple) or len(result) != 2:
                raise RuntimeError(
                    f"{type(optimizer).step} must return None or a tuple of"
                    f" (new_args, new_kwargs), but got {result}."
                )
            args, kwargs = result
        return args, kwargs


def hooked(step: Callable[_P, _R]) -> Callable[_P, _R]:
    """A step with its hooks around it, which get the arguments the way they were given."""

    @functools.wraps(step)
    def run(*args: Any, **kwargs: Any) -> _R:
        optimizer = args[0]
        hooks: Hooks = optimizer._hooks
        if not hooks.step_pre and not hooks.step_post:
            return step(*args, **kwargs)
        args, kwargs = hooks.before_step(optimizer, args, kwargs)
        result = step(*args, **kwargs)
        for hook in hooks.of("step_post"):
            hook(optimizer, args, kwargs)
        return result

    return run
