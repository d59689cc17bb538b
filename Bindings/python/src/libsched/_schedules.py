"""Schedules as values. Their kinds are in ``_kinds.py``, printed from what the library declares."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn, ParamSpec, Self

import numpy as np
import numpy.typing as npt

from . import _lib
from ._errors import Status
from ._text import FUNCTION, arguments

__all__ = ["Schedule", "parse"]

if TYPE_CHECKING:
    from matplotlib.axes import Axes

P = ParamSpec("P")


class Schedule:
    """A curve from step to rate. It never changes, so any number of threads may share it.

    Its kinds are its subclasses; ``Schedule("StepLR", step_size=30)`` makes one whose kind is
    known only at run time. Fields read as attributes, ``str`` is the text that :func:`parse` and
    Python read back to an equal schedule, and schedules of the same text are equal.

    Steps count from 0, the rate of the first training step, to 2^53.

    Raises:
        SchedError: no such kind or field; a field is missing or does not accept its value.
    """

    __slots__ = ("__weakref__", "_functions", "_handle", "_text", "_values")

    _handle: int
    # Those in it and in its parts, in the order of its text.
    _functions: tuple[_lib.Function, ...]
    _text: str
    _values: dict[str, object]

    # Before __init__, so that what it does not finish is still an object.
    def __new__(cls, *_: object, **__: object) -> Self:
        self = super().__new__(cls)
        object.__setattr__(self, "_handle", 0)
        object.__setattr__(self, "_functions", ())
        return self

    def __init__(self, kind: str, /, **fields: object) -> None:
        self._make(kind, list(fields.items()))

    def _make(self, kind: str, fields: list[tuple[str, object]]) -> None:
        if self._handle:
            raise AttributeError("a schedule never changes: make another")
        given = [(name, _lib.Function(v) if callable(v) else v) for name, v in fields]
        object.__setattr__(self, "_handle", _lib.make(kind, given, _handle_of))
        by_name = {name: found for name, value in given if (found := _functions(value))}
        if by_name:
            ordered = [by_name[name] for name in _lib.fields(kind) if name in by_name]
            object.__setattr__(self, "_functions", sum(ordered, ()))

    # A name of the module may be gone when the interpreter goes down; a default is not.
    def __del__(self, free: Callable[[int], None] = _lib.SCHEDULE.free) -> None:
        if handle := getattr(self, "_handle", 0):
            free(handle)

    # -- What it says

    def rate(self, step: int, base: float) -> float:
        """The rate at a step, in closed form, in the units of `base`.

        Raises:
            SchedError: the step is negative or past the end, or the base rate is not finite.
        """
        return self._point("sched_rates", step, base)

    def rates(self, steps: int | range, base: float) -> npt.NDArray[np.float64]:
        """The rates at a range of steps, or at the first so many: float64 of shape (steps,).

        Raises:
            SchedError: a step is negative or past the end, or the base rate is not finite.
            MemoryError: there is not memory enough for that many.
        """
        return self._points("sched_rates", steps, base)

    def momentum(self, step: int, base: float) -> float:
        """The momentum (Adam's beta1) at a step; `base` where the schedule drives none.

        Raises:
            SchedError: the step is negative or past the end, or the base is not finite.
        """
        return self._point("sched_momenta", step, base)

    def momenta(self, steps: int | range, base: float) -> npt.NDArray[np.float64]:
        """The momenta at a range of steps, or at the first so many: float64 of shape (steps,).

        Raises:
            SchedError: a step is negative or past the end, or the base is not finite.
            MemoryError: there is not memory enough for that many.
        """
        return self._points("sched_momenta", steps, base)

    # -- How it looks

    def csv(self, steps: int | range, base: float) -> str:
        """The rates at a range of steps, or at the first so many, as CSV with a header.

        A line is ``step,rate``, in digits that read back to the same number, and ends with a
        newline. A third column, ``momentum``, is there if the schedule drives it at any of the
        steps, and empty where it does not.

            >>> print(parse("StepLR(2)").csv(3, base=0.1), end="")
            step,rate
            0,0.1
            1,0.1
            2,0.010000000000000002

        Raises:
            SchedError: a step is negative or past the end, the range leaves steps out, or the base
                rate is not finite.
        """
        return _lib.csv(self._handle, _lib.real("base", base), *_span(steps))

    def sparkline(self, steps: int | range, base: float = 1.0, width: int = 60) -> str:
        """The curve in a line of blocks, the lowest of its rates ``▁`` and the highest ``█``.

        A column is the rate at one step: `width` of them, 1 to 65,536, at even distances with the
        first and the last, or every step where there are no more. What lies between is not seen. A
        flat curve is all ``▄``, and NaN a space.

            >>> parse("CosineAnnealingLR(50)").sparkline(101, width=21)
            '██▇▇▆▅▃▂▂▁▁▁▂▂▃▄▆▇▇██'

        Raises:
            SchedError: a step is negative or past the end, the range leaves steps out, the base
                rate is not finite, or the width is out of its range.
        """
        first, count = _span(steps)
        base, width = _lib.real("base", base), _lib.integer("width", width)
        return _lib.sparkline(self._handle, base, first, count, width)

    def plot(
        self,
        steps: int | range | None = None,
        base: float | Sequence[float] = 1.0,
        *,
        label: str | None = None,
        log: bool = False,
        ax: Axes | None = None,
    ) -> Axes:
        """Draws the curve with matplotlib: :func:`libsched.plot` of this schedule alone."""
        from ._plot import plot

        labels = None if label is None else [label]
        return plot(self, steps, base, labels=labels, log=log, ax=ax)

    def _point(self, function: str, step: int, base: float) -> float:
        return _lib.point(
            function, self._handle, _lib.real("base", base), _lib.integer("step", step)
        )

    def _points(self, function: str, steps: int | range, base: float) -> npt.NDArray[np.float64]:
        base = _lib.real("base", base)
        if not isinstance(steps, range):
            steps = range(_lib.integer("steps", steps))
        if not steps:
            return np.empty(0)
        for i in (0, -1):
            # The ends first: a range past the end is refused before memory is asked for it.
            _lib.point(function, self._handle, base, _lib.integer(f"steps[{i}]", steps[i]))
        values = np.empty(len(steps))
        if steps.step == 1:
            _lib.curve(function, self._handle, base, steps[0], values)
        else:
            for i, step in enumerate(steps):
                values[i] = _lib.point(function, self._handle, base, step)
        return values

    @property
    def last_step(self) -> int | None:
        """The last step that has a rate; None when it has no end."""
        last = _lib.last_step(self._handle)
        return None if last == _lib.MAX_STEP else last

    @property
    def kind(self) -> str:
        """The name of its kind, as PyTorch spells it."""
        return _lib.kind(self._handle)

    # -- As a value

    def __str__(self) -> str:
        try:
            return self._text
        except AttributeError:
            object.__setattr__(self, "_text", _lib.SCHEDULE.save(self._handle))
            return self._text

    def __repr__(self) -> str:
        return str(self) if self._handle else f"<{type(self).__name__} that was not made>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schedule):
            return NotImplemented
        return self._handle == other._handle or (
            str(self) == str(other)
            and [one.call for one in self._functions] == [one.call for one in other._functions]
            and len(self._functions) == str(self).count(FUNCTION)
        )

    def __hash__(self) -> int:
        return hash(str(self))

    def __copy__(self) -> Schedule:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Schedule:
        return self

    def __reduce__(self) -> tuple[Callable[..., Schedule], tuple[object, ...]]:
        # A function pickles as any of Python's does, or refuses to.
        calls = tuple(one.call for one in self._functions)
        return _restore, (type(self), str(self), *([calls] if calls else []))

    if not TYPE_CHECKING:
        # The subclasses declare their fields' types.
        def __getattr__(self, name: str) -> object:
            if name.startswith("_") or not self._handle:
                raise AttributeError(name)
            try:
                values = self._values
            except AttributeError:
                values = _read(str(self), iter(self._functions))
                object.__setattr__(self, "_values", values)
            if name not in values:
                raise AttributeError(f"{type(self).__name__!r} has no field {name!r}")
            return values[name]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a schedule never changes: make another to set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a schedule never changes: it keeps {name!r}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(_lib.fields(self.kind) if self._handle else ())]

    # -- For C and C++

    def capsule(self) -> object:
        """A PyCapsule named ``sched_schedule`` that owns one reference to the handle."""
        for function in self._functions:
            function.keep()
        return _lib.SCHEDULE.give(self._handle)

    @staticmethod
    def adopt(capsule: object) -> Schedule:
        """The schedule in a PyCapsule named ``sched_schedule``, the same one, not a copy.

        The capsule keeps its own reference.

        Raises:
            TypeError: it is no such capsule.
        """
        return owned(_lib.SCHEDULE.take(capsule))


def _span(steps: int | range) -> tuple[int, int]:
    """The first of a range of steps, and how many there are."""
    if not isinstance(steps, range):
        return 0, _lib.integer("steps", steps)
    if not steps:
        return 0, 0
    # A range may be longer than what `len` can say.
    first, last = (_lib.integer(f"steps[{i}]", steps[i]) for i in (0, -1))
    if steps.step != 1 and first != last:
        _lib.refuse(Status.SCHED_E_RANGE, "steps", steps, "a range of every step")
    return first, last - first + 1


def _handle_of(value: object) -> int | None:
    return value._handle if isinstance(value, Schedule) else None


def declared(init: Callable[P, None]) -> Callable[P, None]:
    """Makes of a signature the constructor it declares.

    Whatever was given goes to the library as it is, which knows the fields and refuses in its own
    words; only what is None by default may be None.
    """
    kind, code = init.__qualname__.partition(".")[0], init.__code__
    names = code.co_varnames[1 : code.co_argcount]
    defaults = init.__defaults__ or ()
    optional = {
        name
        for name, default in zip(names[len(names) - len(defaults) :], defaults, strict=True)
        if default is None
    }

    @functools.wraps(init)
    def __init__(self: Schedule, *args: object, **named: object) -> None:
        if len(args) > len(names):
            _lib.refuse(
                Status.SCHED_E_FIELD,
                f"{kind} argument {len(names) + 1}",
                args[len(names)],
                ", ".join(names) or "no fields",
            )
        given = [*zip(names, args, strict=False), *named.items()]
        self._make(
            kind,
            [(name, value) for name, value in given if value is not None or name not in optional],
        )

    return __init__  # type: ignore[return-value]


# The class of each kind; `_kinds.py` fills it.
CLASSES: dict[str, type[Schedule]] = {}


def owned(
    handle: int,
    cls: type[Schedule] | None = None,
    functions: tuple[_lib.Function, ...] = (),
) -> Schedule:
    """The schedule of a handle, whose reference it takes over."""
    schedule = Schedule.__new__(cls or CLASSES.get(_lib.kind(handle), Schedule))
    object.__setattr__(schedule, "_handle", handle)
    object.__setattr__(schedule, "_functions", functions)
    return schedule


def _functions(value: object) -> tuple[_lib.Function, ...]:
    """The functions in what is given for a field."""
    if isinstance(value, _lib.Function):
        return (value,)
    if isinstance(value, Schedule):
        return value._functions
    if isinstance(value, list | tuple):
        return tuple(one for item in value for one in _functions(item))
    return ()


def parse(text: str) -> Schedule:
    """The schedule of a text in PyTorch's constructor syntax, nested up to 64 deep.

    >>> parse("SequentialLR([LinearLR(0.01, total_iters=5), StepLR(30)], milestones=[5])")
    SequentialLR([LinearLR(start_factor=0.01, end_factor=1.0, total_iters=5), \
StepLR(step_size=30, gamma=0.1)], milestones=[5])

    Raises:
        SchedError: the text does not parse, or something in it is refused; its ``place`` is the
            character at which.
    """
    return owned(_lib.SCHEDULE.restore(text))


def _restore(
    cls: type[Schedule], text: str, calls: tuple[Callable[[int], float], ...] = ()
) -> Schedule:
    if calls:
        return _build(text, iter([_lib.Function(call) for call in calls]), cls)
    return owned(_lib.SCHEDULE.restore(text), cls)


def _build(
    text: str, functions: Iterator[_lib.Function], cls: type[Schedule] | None = None
) -> Schedule:
    """The schedule of a text, with these in the functions' places."""
    kind, values = _fields(text, functions)
    schedule = Schedule.__new__(cls or CLASSES.get(kind, Schedule))
    schedule._make(
        kind,
        [
            (name, value.call if isinstance(value, _lib.Function) else value)
            for name, value in values.items()
        ],
    )
    return schedule


def _fields(text: str, functions: Iterator[_lib.Function]) -> tuple[str, dict[str, object]]:
    """The kind, and the fields that a text has."""

    def part(text: str) -> Schedule:
        # Most have none, and the library reads those itself.
        return _build(text, functions) if FUNCTION in text else parse(text)

    kind, by_place, by_name = arguments(text, part, functions)
    return kind, dict(zip(_lib.fields(kind), by_place, strict=False)) | by_name


def _read(text: str, functions: Iterator[_lib.Function]) -> dict[str, object]:
    """The fields of a schedule from its text; what it does not print is absent."""
    kind, values = _fields(text, functions)
    return dict.fromkeys(_lib.fields(kind)) | {
        name: value.call if isinstance(value, _lib.Function) else value
        for name, value in values.items()
    }
