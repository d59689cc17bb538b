"""Objects of the library that change: a reference to a handle, saved as text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, Self

from . import _lib
from ._text import arguments


class Stateful:
    """One reference to a handle of a type that can be saved and restored."""

    _type: ClassVar[_lib.HandleType]
    _handle: int
    # The functions in each of its schedules.
    _functions: tuple[tuple[_lib.Function, ...], ...] = ()

    # Before __init__, so that what it does not finish is still an object.
    def __new__(cls, *_: object, **__: object) -> Self:
        self = super().__new__(cls)
        self._handle = 0
        return self

    def _own(self, handle: int) -> Self:
        """Takes the reference over."""
        old = self._handle
        self.__dict__.clear()
        self._handle = handle
        self._type.free(old)
        return self

    def __del__(self) -> None:
        if handle := self.__dict__.get("_handle"):
            self._type.free(handle)

    def save(self) -> str:
        """All of it as text, for a checkpoint."""
        return self._type.save(self._handle)

    @classmethod
    def restore(cls, text: str) -> Self:
        """All of it from that text.

        Raises:
            SchedError: the text does not parse, or is no state of this type and version; its
                ``place`` is the character at which.
        """
        return cls.__new__(cls)._own(cls._type.restore(text))

    @cached_property
    def _settings(self) -> dict[str, object]:
        """What was saved; only what never changes, but by what forgets it, is read from it."""
        return self._read()

    def _read(self) -> dict[str, object]:
        """What would be saved."""
        return arguments(self.save(), str)[2]

    def _forget(self) -> None:
        """Forgets what was kept of the settings, for they have changed."""
        handle, functions = self._handle, self._functions
        self.__dict__.clear()
        self._handle, self._functions = handle, functions

    def capsule(self) -> object:
        """A PyCapsule that owns one reference to the handle, for C and C++.

        Its name is the handle's type in sched.h: ``sched_scheduler``, ``sched_early_stopping``.
        """
        for function in {one for functions in self._functions for one in functions}:
            function.keep()
        return self._type.give(self._handle)

    @classmethod
    def adopt(cls, capsule: object) -> Self:
        """The one in such a PyCapsule, not a copy: when one moves, both have.

        The capsule keeps its own reference.

        Raises:
            TypeError: it is no such capsule.
        """
        return cls.__new__(cls)._own(cls._type.take(capsule))

    def __repr__(self) -> str:
        return self.save() if self._handle else f"<{type(self).__name__} that was not made>"

    def __copy__(self) -> Self:
        return self.restore(self.save())

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self.restore(self.save())

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return type(self).restore, (self.save(),)
