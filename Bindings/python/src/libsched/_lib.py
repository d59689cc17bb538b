"""The only module that calls C. Finds libsched.so, loads it, and wraps what the package calls.

Handles are plain integers here: the caller owns the reference and gives it back with the ``free``
of its type. Everything raises :class:`SchedError` with the library's sentence.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import math
import os
import reprlib
import sys
import threading
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from ctypes import byref, c_double, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from functools import partial
from struct import Struct
from typing import Any, NoReturn, SupportsFloat, SupportsIndex, TypeAlias, TypeGuard
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from . import _abi
from ._errors import SchedError, Status

MAX_STEP = _abi.SCHED_MAX_STEP

Doubles: TypeAlias = "ctypes.Array[c_double]"

# -- Finding it ---------------------------------------------------------------

SONAME = f"libsched.so.{_abi.SCHED_ABI_VERSION}"


def _identity(library: ctypes.CDLL) -> str:
    """Which version a library says it is."""
    try:
        library.sched_abi_version.restype, library.sched_version.restype = c_int32, ctypes.c_char_p
        version: bytes = library.sched_version() or b"unknown"
        return f"version {version.decode(errors='replace')}, ABI {library.sched_abi_version()}"
    except AttributeError as error:
        return f"no libsched ({error})"


def _find() -> tuple[ctypes.PyDLL, ctypes.CDLL]:
    """The library, twice: calls through the first keep the interpreter's lock, the second's not.

    The first place that has a library decides. A wrong one there is an error, not a reason to look
    further: a process with two of them would share no handles.
    """
    wanted = f"version {_abi.SCHED_VERSION}, ABI {_abi.SCHED_ABI_VERSION}"
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libsched.so")
    places = (
        (f"{SONAME} already in this process", SONAME, os.RTLD_NOW | os.RTLD_NOLOAD, True),
        ("the environment's LIBSCHED", os.environ.get("LIBSCHED"), os.RTLD_NOW, False),
        ("beside the package's modules", own, os.RTLD_NOW, False),
    )
    answers: list[str] = []
    for what, path, mode, may_be_absent in places:
        if not path:
            answers.append(f"{what}: not set")
            continue
        where = what if may_be_absent else f"{what}, {path}"
        try:
            found = ctypes.PyDLL(path, mode=mode)
        except OSError as error:
            if may_be_absent:
                answers.append(f"{where}: none")
                continue
            answers.append(f"{where}: {error}")
            break
        identity = _identity(found)
        if identity == wanted:
            return found, ctypes.CDLL(path, mode=mode)
        answers.append(f"{where}: {identity}")
        break
    raise ImportError(
        f"libsched needs its library libsched.so, {wanted}. Looked for it at:"
        + "".join(f"\n  {answer}" for answer in answers)
    )


_held, _released = _find()


def _bind(library: ctypes.CDLL, name: str) -> Any:
    """A function of the library with its printed prototype."""
    function = library[name]
    function.restype, function.argtypes = _abi.PROTOTYPES[name]
    return function


try:
    # Short calls keep the interpreter's lock: giving it up and taking it again costs more than
    # they do, and it lets only one thread at a time at what changes.
    _c = {name: _bind(_held, name) for name in _abi.PROTOTYPES}
    _released_c = {
        name: _bind(_released, name)
        for name in ("sched_rates", "sched_momenta", "sched_csv", "sched_norm", "sched_dot")
    }
except AttributeError as error:
    raise ImportError(f"{_held._name} is no libsched {_abi.SCHED_VERSION}: {error}") from None

# -- Refusals -----------------------------------------------------------------


def status_text(status: int) -> str:
    """The status as words."""
    text: bytes = _c["sched_status_text"](status)
    return text.decode()


def fail(status: int, place: int | None = None) -> NoReturn:
    """Raises what the last call on this thread was refused for."""
    error = _raised.__dict__.pop("error", None)
    if error is not None and status == Status.SCHED_E_FUNCTION:
        raise error
    sentence: bytes = _c["sched_last_error"]()
    raise SchedError(sentence.decode(errors="replace") or status_text(status), status, place)


def check(status: int) -> None:
    """Raises what is not ``SCHED_OK``."""
    if status:
        fail(status)


def refuse(status: int, argument: str, value: object, accepted: str) -> NoReturn:
    """Raises for what never reaches the library, in the library's words."""
    raise SchedError(
        f"{status_text(status)}: {argument}={reprlib.repr(value)}; accepted: {accepted}", status
    )


# -- Arguments ----------------------------------------------------------------


def real(argument: str, value: object, accepted: str = "a number") -> float:
    """A number as a double: Python's, numpy's, or whatever of no dimensions says it is one."""
    if isinstance(value, float):
        return value
    is_number = (
        isinstance(value, np.integer | np.floating)
        if isinstance(value, np.generic)
        else isinstance(value, SupportsFloat | SupportsIndex)
        and not isinstance(value, bool)
        and getattr(value, "ndim", 0) == 0
    )
    if is_number:
        try:
            return float(value)  # type: ignore[arg-type]
        except OverflowError:
            # Too large for a double: the library refuses infinity in the argument's name.
            return math.inf if value > 0 else -math.inf  # type: ignore[operator]
        except (TypeError, ValueError):
            pass
    refuse(Status.SCHED_E_TYPE, argument, value, accepted)


def integer(argument: str, value: object, lower: int = 0, upper: int = MAX_STEP) -> int:
    """An integer within its range: Python's or numpy's. A bool is none."""
    number = value
    if type(number) is not int:
        if isinstance(value, bool | np.bool_) or not isinstance(value, SupportsIndex):
            refuse(Status.SCHED_E_TYPE, argument, value, f"an integer from {lower} to {upper}")
        try:
            number = value.__index__()
        except TypeError:
            refuse(Status.SCHED_E_TYPE, argument, value, f"an integer from {lower} to {upper}")
    if not lower <= number <= upper:
        refuse(Status.SCHED_E_RANGE, argument, number, f"an integer from {lower} to {upper}")
    return number


def choice(argument: str, value: object, words: Collection[str]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in words:
        *most, last = map(repr, words)
        refuse(Status.SCHED_E_ENUM, argument, value, f"{', '.join(most)} or {last}")
    return value


def constant(argument: str, value: object, constants: Mapping[str, int]) -> int:
    """The constant of an enumeration that a word stands for."""
    return constants[choice(argument, value, constants)]


def _is_list(value: object) -> TypeGuard[Iterable[object]]:
    return (
        isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)
    ) or getattr(value, "ndim", 0) == 1


def reals(argument: str, values: object) -> list[float]:
    """One number, or a list of them, as doubles."""
    if not _is_list(values):
        return [real(argument, values, "a number or a list of numbers")]
    return [real(f"{argument}[{i}]", value) for i, value in enumerate(values)]


def doubles(values: int | Sequence[float]) -> Doubles:
    """Doubles in C's memory: that many, or these."""
    if isinstance(values, int):
        return (c_double * values)()
    return (c_double * len(values))(*values)


def utf8(argument: str, text: object) -> bytes:
    """A string as the library reads it."""
    if not isinstance(text, str):
        refuse(Status.SCHED_E_TYPE, argument, text, "a str")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise SchedError(
            f"{status_text(Status.SCHED_E_SYNTAX)}: {argument} has a lone surrogate at character"
            f" {error.start}; accepted: text that UTF-8 can hold",
            Status.SCHED_E_SYNTAX,
            error.start,
        ) from None


def _name(status: int, argument: str, text: object, accepted: str) -> bytes:
    """A string that the library reads to its terminating zero."""
    name = utf8(argument, text)
    if b"\0" in name:
        refuse(status, argument, text, accepted)
    return name


def _text(function: Any, *arguments: object, capacity: int = 256) -> str:
    """What a function of the library writes; `capacity` is a guess at how much."""
    length = c_size_t()
    while True:
        buffer = ctypes.create_string_buffer(capacity)
        status: int = function(*arguments, buffer, capacity, byref(length))
        if status != Status.SCHED_E_SPACE:
            check(status)
            return buffer.raw[: length.value].decode()
        # More than once only if another thread makes it longer meanwhile.
        capacity = length.value + 1


def _from_text(function: Any, text: object) -> int:
    """The handle that a function of the library makes of a text."""
    data = utf8("text", text)
    position, handle = c_size_t(len(data)), c_void_p()
    status = function(data, len(data), byref(position), byref(handle))
    if status:
        fail(status, _character(data, position.value, status))
    return _made(handle)


def _character(data: bytes, byte: int, status: int) -> int | None:
    """Which character of a text a refusal is about, if it is about one."""
    # The end of the text is a place where something was missing, or no single place.
    is_place = byte < len(data) or status == Status.SCHED_E_SYNTAX
    return len(data[:byte].decode(errors="ignore")) if is_place else None


def _made(handle: c_void_p) -> int:
    assert handle.value is not None
    return handle.value


# -- Functions ----------------------------------------------------------------

# What a caller's function has raised during a call from this thread.
_raised = threading.local()


_numbers = itertools.count(1)
_functions: WeakValueDictionary[int, Function] = WeakValueDictionary()
_kept: dict[int, Function] = {}


class Function:
    """A caller's function, as C calls it by its number.

    Every object of Python's that has a handle of a schedule with it holds it, so that the garbage
    collector sees all that it is held by; :meth:`keep` is for handles that C alone may have.
    """

    __slots__ = ("__weakref__", "call", "number", "passed")

    def __init__(self, call: Callable[[int], float]) -> None:
        self.call, self.number = call, next(_numbers)
        self.passed = _abi.sched_function(
            ctypes.cast(_call, c_void_p), self.number, ctypes.cast(_release, c_void_p)
        )
        _functions[self.number] = self

    def keep(self) -> None:
        """Holds it until C has freed what it was given to."""
        _kept[self.number] = self


def _ask(number: int, step: int, value: Any) -> int:
    # What is raised here goes no further: whoever called the library raises it.
    try:
        function = _functions[number].call
        answer = function(step)
        if isinstance(answer, bool | np.bool_):
            answer = float(answer)
        elif type(answer) is not float:
            try:
                answer = real("", answer)
            except SchedError:
                raise TypeError(
                    f"{function!r} of step {step} gave {reprlib.repr(answer)}; accepted: a number"
                ) from None
        value[0] = answer
        return 0
    except BaseException as error:  # noqa: BLE001  (of whatever kind)
        _raised.error = error
        return 1


def _let_go(number: int) -> None:
    _kept.pop(number, None)


_call = ctypes.CFUNCTYPE(c_int, c_void_p, c_int64, ctypes.POINTER(c_double))(_ask)
_release = ctypes.CFUNCTYPE(None, c_void_p)(_let_go)
# Schedules have their addresses, and may outlive every module.
for _immortal in (_call, _release):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_immortal))


# -- Schedules ----------------------------------------------------------------


def describe(kind: object) -> str:
    """What a kind declares, as sched_kind_describe lays it out."""
    name = _name(Status.SCHED_E_KIND, "kind", kind, "a name without a zero byte")
    return _text(_c["sched_kind_describe"], name)


def fields(kind: object) -> dict[str, str]:
    """The fields of a kind in their order, with what each accepts, in words."""
    if kind in _rules():
        return {name: accepted for name, (_, accepted) in _rules()[str(kind)].items()}
    lines = (line.split("\t") for line in describe(kind).splitlines())
    return {line[1]: line[4] for line in lines if line[0] == "field"}


def accepted(kind: str, field: str) -> str:
    """What a field of a kind accepts, in words."""
    known = fields(kind)
    return known.get(field, "one of the fields " + ", ".join(known))


def kinds() -> list[str]:
    """The names of all kinds of schedule, in the order of the alphabet."""
    return [_c["sched_kind_name"](i).decode() for i in range(_c["sched_kind_count"]())]


def _field(
    kind: str, name: str, value: object, handle_of: Callable[[object], int | None], kept: list[Any]
) -> Any:
    """A named argument as the library takes it. `kept` gets what must outlive the call."""
    given = _name(Status.SCHED_E_FIELD, f"{kind} field", name, "a name without a zero byte")
    field = _abi.sched_field(name=given, count=1)

    def refused() -> NoReturn:
        refuse(Status.SCHED_E_TYPE, f"{kind} {name}", value, accepted(kind, name))

    def number(one: object) -> int | float:
        if isinstance(one, int | np.integer) and not isinstance(one, bool):
            whole = int(one)
            # What 64 bits cannot hold is still a number, for the field to refuse.
            return whole if -(2**63) <= whole < 2**63 else real(f"{kind} {name}", whole)
        try:
            return real(f"{kind} {name}", one)
        except SchedError:
            refused()

    if isinstance(value, bool | np.bool_):
        field.type, field.value.flag = _abi.sched_type.SCHED_FLAG, int(value)
    elif isinstance(value, str):
        word = _name(Status.SCHED_E_VALUE, f"{kind} {name}", value, accepted(kind, name))
        kept.append(word)
        field.type, field.value.text = _abi.sched_type.SCHED_TEXT, word
    elif isinstance(value, Function):
        field.type = _abi.sched_type.SCHED_FUNCTION
        field.value.function = ctypes.addressof(value.passed)
    elif (handle := handle_of(value)) is not None:
        # The library takes a list of one for one; the other way round it is a mistake.
        if accepted(kind, name) == "a list of schedules":
            refused()
        child = (c_void_p * 1)(handle)
        kept += [value, child]
        field.type, field.value.schedules = _abi.sched_type.SCHED_SCHEDULES, _address(child)
    elif _is_list(value):
        items = list(value)
        handles = [handle_of(item) for item in items]
        array: Any
        if items and None not in handles:
            kept.append(items)
            array = (c_void_p * len(items))(*handles)
            field.type, field.value.schedules = _abi.sched_type.SCHED_SCHEDULES, _address(array)
        elif any(handles):
            refused()
        else:
            numbers = [number(item) for item in items]
            whole = [one for one in numbers if isinstance(one, int)]
            if len(whole) == len(numbers):
                array = (c_int64 * len(items))(*whole)
                field.type, field.value.integers = _abi.sched_type.SCHED_INTEGERS, _address(array)
            else:
                array = (c_double * len(items))(*numbers)
                field.type, field.value.reals = _abi.sched_type.SCHED_REALS, _address(array)
        field.count = len(items)
        kept.append(array)
    else:
        one = number(value)
        if isinstance(one, int):
            field.type, field.value.integer = _abi.sched_type.SCHED_INTEGER, one
        else:
            field.type, field.value.real = _abi.sched_type.SCHED_REAL, one
    return field


def _address(array: Any) -> int:
    return ctypes.addressof(array)


def make(
    kind: str, fields: Sequence[tuple[str, object]], handle_of: Callable[[object], int | None]
) -> int:
    """A schedule of a kind. `handle_of` gives the handle of a child, None for what is none."""
    known = _name(Status.SCHED_E_KIND, "kind", kind, "a name without a zero byte")
    kept: list[Any] = []
    array = (_abi.sched_field * len(fields))(
        *(_field(kind, name, value, handle_of, kept) for name, value in fields)
    )
    handle = c_void_p()
    check(_c["sched_make"](known, array, len(fields), None, byref(handle)))
    return _made(handle)


def kind(schedule: int) -> str:
    """The name of a schedule's kind."""
    name: bytes = _c["sched_kind"](schedule)
    return name.decode()


def last_step(schedule: int) -> int:
    """The last step that has a rate."""
    last = c_int64()
    check(_c["sched_last_step"](schedule, byref(last)))
    return last.value


def point(name: str, schedule: int, base: float, step: int) -> float:
    """One value of ``sched_rates`` or ``sched_momenta``."""
    value = c_double()
    check(_c[name](schedule, base, step, 1, byref(value)))
    return value.value


# From here on a call takes longer than handing the interpreter's lock over.
_LONG = 4096


def curve(
    name: str, schedule: int, base: float, first: int, rates: npt.NDArray[np.float64]
) -> None:
    """Fills `rates` from step `first` on by ``sched_rates`` or ``sched_momenta``."""
    call = _c[name] if rates.size < _LONG else _released_c[name]
    check(call(schedule, base, first, rates.size, rates.ctypes.data))


def csv(schedule: int, base: float, first: int, count: int) -> str:
    """``sched_csv``."""
    # Most lines are shorter, and a wrong guess costs another call.
    capacity = 64 * min(count + 1, 1 << 20)
    return _text(_released_c["sched_csv"], schedule, base, first, count, capacity=capacity)


def sparkline(schedule: int, base: float, first: int, count: int, width: int) -> str:
    """``sched_sparkline``."""
    return _text(_c["sched_sparkline"], schedule, base, first, count, width)


# -- Schedulers ---------------------------------------------------------------

MAX_GROUPS = 1 << 20

# The words of a scheduler's arguments.
FORMS = ("closed", "chained")
UNITS = ("steps", "epochs", "samples", "tokens")
HORIZONS = ("raise", "hold", "extend")


def scheduler_make(
    schedules: Sequence[int],
    bases: Sequence[float],
    words: Mapping[str, str],
    numbers: Mapping[str, int],
) -> int:
    """A scheduler at step 0, of sched_scheduler_make_fields; `words` and `numbers` by their names."""
    handles, values = (c_void_p * len(schedules))(*schedules), doubles(bases)
    fields = (_abi.sched_field * (2 + len(words) + len(numbers)))()
    for field, name in zip(fields, ["schedules", "bases", *words, *numbers], strict=True):
        field.name, field.count = name.encode(), 1
    fields[0].type, fields[0].count = _abi.sched_type.SCHED_SCHEDULES, len(schedules)
    fields[0].value.schedules = _address(handles)
    fields[1].type, fields[1].count = _abi.sched_type.SCHED_REALS, len(bases)
    fields[1].value.reals = _address(values)
    for field, word in zip(fields[2:], words.values(), strict=False):
        field.type, field.value.text = _abi.sched_type.SCHED_TEXT, word.encode()
    for field, number in zip(fields[2 + len(words) :], numbers.values(), strict=True):
        field.type, field.value.integer = _abi.sched_type.SCHED_INTEGER, number
    handle = c_void_p()
    check(_c["sched_scheduler_make_fields"](fields, len(fields), None, byref(handle)))
    return _made(handle)


def scheduler_schedule(scheduler: int, group: int) -> int:
    """A new reference to the schedule of a scheduler's group."""
    handle = c_void_p()
    check(_c["sched_scheduler_schedule"](scheduler, group, byref(handle)))
    return _made(handle)


def scheduler_step(scheduler: int) -> int:
    """The step it is at."""
    step = c_int64()
    check(_c["sched_now"](scheduler, byref(step), None))
    return step.value


def scheduler_rates(scheduler: int, rates: Doubles) -> list[float]:
    """The rates in force; `rates` is room for them."""
    check(_c["sched_now"](scheduler, None, rates))
    return rates[:]


def scheduler_next(scheduler: int, rates: Doubles) -> list[float]:
    """One step on; the rates there. `rates` is room for them."""
    status = _c["sched_next"](scheduler, rates)
    if status:
        fail(status)
    return rates[:]


def scheduler_observe(scheduler: int, metric: float, rates: Doubles) -> list[float]:
    """A metric, in; the rates after it. `rates` is room for them."""
    check(_c["sched_scheduler_observe"](scheduler, metric, rates))
    return rates[:]


def scheduler_advance(scheduler: int, steps: int, rates: Doubles) -> list[float]:
    """So many steps on; the rates there. `rates` is room for them."""
    check(_c["sched_advance"](scheduler, steps, rates))
    return rates[:]


def scheduler_skip(scheduler: int) -> int:
    """A step that was not applied; how many there were."""
    skipped = c_int64()
    check(_c["sched_skip"](scheduler, byref(skipped)))
    return skipped.value


def scheduler_cool_down(
    scheduler: int, steps: int, decay_type: str, min_ratio: float, groups: list[int] | None
) -> None:
    """Down to a floor from here; all groups if None."""
    word = _name(Status.SCHED_E_VALUE, "decay_type", decay_type, "a name without a zero byte")
    check(_c["sched_scheduler_cool_down"](scheduler, steps, word, min_ratio, *_indices(groups)))


def scheduler_extend(scheduler: int, steps: int, until: int, groups: list[int] | None) -> None:
    """Longer from here; all groups if None."""
    check(_c["sched_scheduler_extend"](scheduler, steps, until, *_indices(groups)))


def _indices(groups: list[int] | None) -> tuple[Any, int]:
    return (None, 0) if groups is None else ((c_size_t * len(groups))(*groups), len(groups))


POLICIES = {
    "error": _abi.sched_policy.SCHED_POLICY_ERROR,
    "keep": _abi.sched_policy.SCHED_POLICY_KEEP,
    "restore": _abi.sched_policy.SCHED_POLICY_RESTORE,
}


def scheduler_load(scheduler: int, text: object, policy: int) -> None:
    """Takes over a saved state."""
    _load(_c["sched_scheduler_load"], scheduler, text, policy)


def _load(function: Any, handle: int, text: object, policy: int) -> None:
    data = utf8("text", text)
    position = c_size_t(len(data))
    status = function(handle, data, len(data), policy, byref(position))
    if status:
        fail(status, _character(data, position.value, status))


def scheduler_seek(scheduler: int, step: int) -> None:
    """To any step."""
    check(_c["sched_seek"](scheduler, step))


def scheduler_set_rates(scheduler: int, rates: Doubles) -> None:
    """Puts other rates in force."""
    check(_c["sched_set_rates"](scheduler, rates))


def scheduler_groups(scheduler: int) -> int:
    """How many groups it has."""
    groups: int = _c["sched_scheduler_groups"](scheduler)
    return groups


# -- Early stopping -----------------------------------------------------------

MODES = ("min", "max")


@functools.cache
def _rules() -> dict[str, dict[str, tuple[str, str]]]:
    """The fields of each rule of early stopping: the default, and what is accepted, in words."""
    rules: dict[str, dict[str, tuple[str, str]]] = {}
    for line in _text(_c["sched_rules_describe"], capacity=1 << 16).splitlines():
        tag, *columns = line.split("\t")
        if tag == "rule":
            rules[columns[0]] = {}
        elif tag == "field":
            rules[[*rules][-1]][columns[0]] = columns[2], columns[3]
    return rules


def rules() -> list[str]:
    """The names of all rules of early stopping."""
    return [*_rules()]


def defaults(rule: str) -> dict[str, str]:
    """The fields of a rule in their order, with the text of each one's default."""
    return {name: default for name, (default, _) in _rules()[rule].items()}


def early_stopping_make(rule: str, fields: Mapping[str, object]) -> int:
    """A stopper that has seen nothing, of a rule by its name and fields; None is absent."""
    kept: list[Any] = []
    given = [(name, value) for name, value in fields.items() if value is not None]
    array = (_abi.sched_field * len(given))(
        *(_field(rule, name, value, lambda _: None, kept) for name, value in given)
    )
    handle = c_void_p()
    name = _name(Status.SCHED_E_KIND, "rule", rule, "a name without a zero byte")
    check(_c["sched_early_stopping_make_fields"](name, array, len(array), None, byref(handle)))
    return _made(handle)


def early_stopping_parse(text: object) -> int:
    """A stopper that has seen nothing, of a rule as text."""
    return _from_text(_c["sched_early_stopping_parse"], text)


def early_stopping_text(stopper: int) -> str:
    """Its rule."""
    return _text(_c["sched_early_stopping_text"], stopper)


def early_stopping_load(stopper: int, text: object, policy: int) -> None:
    """Takes over a saved state."""
    _load(_c["sched_early_stopping_load"], stopper, text, policy)


def why(stopper: int) -> str:
    """Why the last observation meant what it meant."""
    return _text(_c["sched_why"], stopper)


def watched(stopper: int) -> Any:
    """What it has seen, as sched_watch has it."""
    watch = _abi.sched_watch()
    check(_c["sched_watched"](stopper, byref(watch)))
    return watch


# -- The machine --------------------------------------------------------------


def version() -> str:
    """The library's version."""
    text: bytes = _c["sched_version"]()
    return text.decode()


def isa() -> str:
    """The instruction set the kernels use: ``"baseline"``, ``"avx2"`` or ``"avx512"``.

    The widest of the machine, unless the environment's ``SCHED_ISA`` names another; ``""`` if
    that is none the machine has. All give the same bits.
    """
    text: bytes = _c["sched_isa"]()
    return text.decode()


def set_isa(name: str | None) -> None:
    """Another instruction set from now on; None for what it was at first.

    Raises:
        SchedError: the machine has none of that name.
    """
    known = "'baseline', 'avx2' or 'avx512'"
    word = None if name is None else _name(Status.SCHED_E_ISA, "name", name, known)
    check(_c["sched_set_isa"](word))


def threads() -> int:
    """How many threads an optimizer step may use, the caller's included.

    The environment's ``SCHED_NUM_THREADS``, or as many as the machine lets this process run on.
    """
    count: int = _c["sched_threads"]()
    return count


def set_threads(threads: int) -> None:
    """From 1 to 1024; 1 uses the calling thread alone, 0 is what it was at first.

    Raises:
        SchedError: the number is out of its range.
    """
    check(_c["sched_set_threads"](integer("threads", threads, 0, 1024)))


_is_team_chosen = False


def set_team(team: int | None, threads: int = 0) -> None:
    """Whose threads steps run on: those that would otherwise wait in a loop on the cores that
    libsched's own need, as OpenMP's do for milliseconds after each use.

    An optimizer of tensors takes torch's, if torch has several, unless this was called before.

    Args:
        team: Where a function of C lies, ``void (*)(void (*work)(void *), void *data, unsigned
            threads, unsigned flags)``, which calls ``work(data)`` on all its threads, such as
            ``GOMP_parallel``; None for libsched's own, which sleep between steps.
        threads: How many the team has, from 1 to 1024. A step takes no more, unless
            :func:`set_threads` asks for more: then it has libsched's own.

    Raises:
        SchedError: the number is out of its range.
    """
    global _is_team_chosen
    number = 0 if team is None else integer("threads", threads, 1, 1024)
    check(_c["sched_set_team"](team, number))
    _is_team_chosen = True


def _leave_team() -> None:
    """In a child of fork a team has no threads, and waits for them."""
    global _is_team_chosen
    _is_team_chosen = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_team)


def join_team(library: str, symbol: str, threads: int) -> None:
    """The same of a function that a library has, or that its own libraries have, if it is loaded,
    has several threads now, and nothing else was chosen."""
    if _is_team_chosen:
        return
    team = _address_of(library, symbol) if threads > 1 else None
    check(_c["sched_set_team"](team, min(threads, 1024)))


@functools.cache
def _address_of(library: str, symbol: str) -> int | None:
    if not hasattr(os, "RTLD_NOLOAD"):
        return None
    try:
        function = getattr(ctypes.CDLL(library, os.RTLD_NOLOAD | os.RTLD_LAZY), symbol)
    except (OSError, AttributeError):
        return None
    return ctypes.cast(function, c_void_p).value


# -- Ownership ----------------------------------------------------------------

_python = ctypes.pythonapi
_capsule_new = ctypes.PYFUNCTYPE(ctypes.py_object, c_void_p, ctypes.c_char_p, c_void_p)(
    ("PyCapsule_New", _python)
)
_capsule_is_valid = ctypes.PYFUNCTYPE(c_int, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_IsValid", _python)
)
_capsule_pointer = ctypes.PYFUNCTYPE(c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", _python)
)
# The same of a capsule's address: one that is dying must not be counted as an object again.
_dying_pointer = ctypes.PYFUNCTYPE(c_void_p, c_void_p, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", _python)
)


class HandleType:
    """A type of handle: how it is counted, saved, and passed to C and C++ code.

    It is passed in a PyCapsule named like the type in C, which owns one reference.
    """

    def __init__(self, name: str, prefix: str, texts: tuple[str, str]) -> None:
        self.name = name
        self.retain: Callable[[int], int] = _c[f"{prefix}_retain"]
        self.free: Callable[[int], None] = _c[f"{prefix}_free"]
        self._write, self._read = (_c[text] for text in texts)
        free, label = self.free, ctypes.create_string_buffer(name.encode())

        def destroy(capsule: int) -> None:
            free(_dying_pointer(capsule, label))

        self._label = label
        self._destroy = ctypes.PYFUNCTYPE(None, c_void_p)(destroy)
        # A capsule has their addresses, and may outlive every module.
        for immortal in (self._label, self._destroy):
            _python.Py_IncRef(ctypes.py_object(immortal))

    def save(self, handle: int) -> str:
        """All of it as text."""
        return _text(self._write, handle)

    def restore(self, text: object) -> int:
        """All of it from that text."""
        return _from_text(self._read, text)

    def give(self, handle: int) -> object:
        """A capsule with a new reference to the handle."""
        if not handle:
            refuse(Status.SCHED_E_NULL, self.name, None, f"a {self.name} that was made")
        return _capsule_new(self.retain(handle), self._label, ctypes.cast(self._destroy, c_void_p))

    def take(self, capsule: object) -> int:
        """A new reference to the handle in a capsule, which keeps its own."""
        if not _capsule_is_valid(capsule, self._label):
            raise TypeError(
                f"adopt: {reprlib.repr(capsule)} is no such capsule; accepted: a PyCapsule named {self.name!r}"
            )
        return self.retain(_capsule_pointer(capsule, self._label))


SCHEDULE = HandleType("sched_schedule", "sched", ("sched_text", "sched_parse"))
SCHEDULER = HandleType(
    "sched_scheduler", "sched_scheduler", ("sched_scheduler_save", "sched_scheduler_restore")
)
schedule_free = SCHEDULE.free
EARLY_STOPPING = HandleType(
    "sched_early_stopping",
    "sched_early_stopping",
    ("sched_early_stopping_save", "sched_early_stopping_restore"),
)

# -- Every step of a run ------------------------------------------------------

# ctypes converts and checks arguments on every call, unless the function has no prototype and
# they are what `from_param` or `byref` makes. These calls are made once a training step, so all
# they take lies behind one pointer, in memory that is written and read in a third of the time that
# ctypes' own takes: one value by a memoryview, many by struct and array. Whoever keeps such a
# function keeps its schedule alive.


def _structure(kind: Any, member: str, code: str, count: int = 1) -> tuple[Any, Any]:
    """A structure of C's, and a view of a member of 8 bytes, or of several."""
    memory = bytearray(ctypes.sizeof(kind))
    place = getattr(kind, member).offset
    view: Any = memoryview(memory)
    return kind.from_buffer(memory), view[place : place + 8 * count].cast(code)


def _view(doubles: array[float]) -> Any:
    """Any: memoryview is taken for one of bytes."""
    return memoryview(doubles)


def _array(count: int) -> tuple[array[float], int]:
    """Doubles, and where they lie."""
    made = array("d", bytes(8 * count))
    return made, made.buffer_info()[0]


def _packer(count: int) -> Callable[..., None]:
    return Struct(f"{count}d").pack_into


def _chain(schedule: int, count: int) -> tuple[Any, Any, Any, array[float], array[float]]:
    """sched_chain, its argument, a view of the step, the base rates, and the rates, in place."""
    groups, step = _structure(_abi.sched_groups, "step", "q")
    bases, groups.bases = _array(count)
    rates, groups.rates = _array(count)
    groups.schedule, groups.count, groups.currents = schedule, count, groups.rates
    return _held["sched_chain"], byref(groups), step, bases, rates


def chain_one(schedule: int) -> Callable[[int, float | None, float], float]:
    """``sched_chain`` for one group as a function (step, base, current) -> rate.

    The step fits 64 bits. None for a base that does not matter.
    """
    call, groups, at, bases, rates = _chain(schedule, 1)
    its_base, its_rate = _view(bases), _view(rates)

    def rate(step: int, base: float | None, current: float) -> float:
        at[0] = step
        if base is not None:
            its_base[0] = base
        its_rate[0] = current
        status = call(groups)
        if status:
            fail(status)
        now: float = its_rate[0]
        return now

    return rate


def chain(
    schedule: int, count: int
) -> Callable[[int, list[float] | None, list[float]], list[float]]:
    """``sched_chain`` for `count` groups as a function (step, bases, currents) -> rates.

    The step fits 64 bits; both lists hold `count` floats. None for bases that do not matter, or
    are those of the last call.
    """
    call, groups, at, their_bases, their_rates = _chain(schedule, count)
    pack = _packer(count)

    def rates(step: int, bases: list[float] | None, currents: list[float]) -> list[float]:
        at[0] = step
        if bases is not None:
            pack(their_bases, 0, *bases)
        pack(their_rates, 0, *currents)
        status = call(groups)
        if status:
            fail(status)
        return their_rates.tolist()

    return rates


def observe_one(stopper: int) -> Callable[[float], int]:
    """``sched_observe`` as a function metric -> verdict."""
    call = _held["sched_observe"]
    metric, verdict = c_double(), c_int()
    arguments = c_void_p(stopper), metric, byref(verdict)

    def observe(value: float) -> int:
        metric.value = value
        status = call(*arguments)
        if status:
            fail(status)
        return verdict.value

    return observe


def observe_named(stopper: int, names: Sequence[str]) -> Callable[[Sequence[float]], int]:
    """``sched_observe_fields`` as a function of as many values as there are names."""
    given = [
        _name(Status.SCHED_E_FIELD, "metric", name, "a name without a zero byte") for name in names
    ]
    fields = (_abi.sched_field * len(given))(
        *(_abi.sched_field(name, _abi.sched_type.SCHED_REAL, 1) for name in given)
    )
    call, verdict = _held["sched_observe_fields"], c_int()
    arguments = c_void_p(stopper), fields, c_size_t(len(given)), byref(verdict)
    # Every other word of a field's four is what it was; the last is its value.
    values = memoryview(fields).cast("B").cast("d")
    stride = ctypes.sizeof(_abi.sched_field) // 8
    last = _abi.sched_field.value.offset // 8

    def observe(numbers: Sequence[float]) -> int:
        at = last
        for number in numbers:
            values[at] = number
            at += stride
        status = call(*arguments)
        if status:
            fail(status)
        return verdict.value

    return observe


CURVES = {
    "cos": _abi.sched_curve.SCHED_COS,
    "linear": _abi.sched_curve.SCHED_LINEAR,
    "damped": _abi.sched_curve.SCHED_DAMPED,
    "average cos": _abi.sched_curve.SCHED_AVERAGE_COS,
    "average linear": _abi.sched_curve.SCHED_AVERAGE_LINEAR,
}


def _anneal(curve: int, count: int) -> tuple[Any, Any, Any, array[float], array[float]]:
    """sched_anneal, its argument, a view of the fraction and what follows, points and values."""
    ways, place = _structure(_abi.sched_ways, "fraction", "d", 4)
    points, ways.starts = _array(2 * count)
    values, ways.values = _array(count)
    ways.curve, ways.count, ways.ends = curve, count, ways.starts + 8 * count
    return _held["sched_anneal"], byref(ways), place, points, values


def anneal_one(curve: int, count: int) -> Callable[..., Any]:
    """``sched_anneal`` for one or two ways as a function (fraction, points, more=()) -> values.

    The points are the starts, then the ends; more are before, gamma and power, which some curves
    need. The values are there until the next call.
    """
    call, ways, at, points, values = _anneal(curve, count)
    its_points, its_values = _view(points), _view(values)
    before: tuple[float, ...] | None = None

    def one(fraction: float, points: tuple[float, ...], more: tuple[float, ...] = ()) -> Any:
        at[0] = fraction
        if more:
            at[1], at[2], at[3] = more
        its_points[0], its_points[1] = points
        status = call(ways)
        if status:
            fail(status)
        return its_values

    def two(fraction: float, points: tuple[float, ...], more: tuple[float, ...] = ()) -> Any:
        nonlocal before
        at[0] = fraction
        if more:
            at[1], at[2], at[3] = more
        if points != before:
            its_points[0], its_points[1], its_points[2], its_points[3] = points
            # A 0 equals a -0.
            before = points if all(points) else None
        status = call(ways)
        if status:
            fail(status)
        return its_values

    return one if count == 1 else two


def anneal(curve: int, count: int) -> Callable[..., array[float]]:
    """``sched_anneal`` for `count` ways as a function (fraction, points, more=()) -> values.

    As :func:`anneal_one`; None for the points of the last call.
    """
    call, ways, at, their_points, values = _anneal(curve, count)
    pack = _packer(2 * count)

    def between(
        fraction: float, points: list[float] | None, more: tuple[float, ...] = ()
    ) -> array[float]:
        at[0] = fraction
        if more:
            at[1], at[2], at[3] = more
        if points is not None:
            pack(their_points, 0, *points)
        status = call(ways)
        if status:
            fail(status)
        return values

    return between


def address(array: Any) -> int:
    """Where a C-contiguous array of numpy's lies."""
    try:
        # Five times as fast as asking numpy, but only what is writable and not empty has one.
        return ctypes.addressof(ctypes.c_char.from_buffer(array))
    except (TypeError, ValueError):
        where: int = array.ctypes.data
        return where


# -- Optimizers ---------------------------------------------------------------


def optimizer_names() -> list[str]:
    """Every optimizer's name as in ``SCHED_ADAMW``, in small letters."""
    return [one.name.removeprefix("SCHED_").lower() for one in _abi.sched_optimizer]


def describe_optimizer(optimizer: str) -> list[tuple[str, str, float, str]]:
    """What an optimizer declares: settings, then arrays and numbers of state.

    Each is what it is ("real", "integer", "flag", "state", "scalar" or "shape"), its name, its default or what it is
    before the first step, and what is accepted or when it is used.
    """
    found = []
    for line in _described(optimizer):
        tag, name, default, accepted, *_ = line.split("\t")
        start = {"True": 1.0, "False": 0.0}.get(default)
        found.append((tag, name, float(default) if start is None else start, accepted))
    return found


def _described(optimizer: str) -> list[str]:
    number = _abi.sched_optimizer[f"SCHED_{optimizer.upper()}"]
    length = c_size_t()
    _c["sched_optimizer_describe"](number, None, 0, byref(length))
    text = ctypes.create_string_buffer(length.value + 1)
    check(_c["sched_optimizer_describe"](number, text, len(text), byref(length)))
    return text.value.decode().splitlines()[1:]


@functools.cache
def maps(optimizer: str) -> dict[str, str]:
    """The arrays of state that 8 bits can hold: ``"q8"``, or ``"uq8"`` where none is below 0."""
    lines = [line.split("\t") for line in _described(optimizer)]
    types = {"signed": "q8", "unsigned": "uq8"}
    return {line[1]: types[line[4]] for line in lines if line[0] == "state" and line[4]}


def q8_bytes(n: int) -> int:
    """What `n` elements in 8 bits take: ``SCHED_Q8_BYTES``."""
    return 4 * -(-n // 256) + n


def convert(source: int, dtype: str, target: int, other: str, n: int) -> None:
    """Makes of `n` elements at an address elements of another type at another."""
    given = _abi.sched_array(source, n, _DTYPES[dtype])
    check(_c["sched_convert"](byref(given), _DTYPES[other], target))


class StepList:
    """Parameters that one optimizer steps with the same settings, as the library reads them.

    Args:
        optimizer: Its name as in ``SCHED_ADAMW``, in small letters.
        dtype: What the parameters are made of: ``"float32"``, ``"float64"``, ``"bfloat16"`` or
            ``"float16"``.
        columns: Addresses in a row: of the parameter, its gradient, and all that its optimizer
            keeps of it.
        count: How many parameters.
        grad_dtype: What gradients are made of, if not of that.
        state_dtype: What states are made of, if not of float32, or float64 of float64; ``"q8"`` for
            8 bits.
        copy_dtype: What copies of the new parameters are made of, where they are wanted.
        rounding: ``"nearest"``, ``"stochastic"`` or ``"kahan"``: see ``sched_rounding``.
        has_beside: Whether there are arrays beside the parameters.

    Attributes:
        table: int64 of shape (parameters, 2 + columns): a row a parameter, with its size, its
            step, and the addresses of its arrays, 0 for NULL. A view of what the kernel reads, so
            writing here is all it takes.
        beside: int64 of shape (parameters, 6), the same of ``sched_beside``; None without.
    """

    MASTER, RESIDUAL, COPY, AVERAGE, ACCUMULATED, SEED = range(6)

    def __init__(
        self,
        optimizer: str,
        dtype: str,
        columns: int,
        count: int,
        *,
        grad_dtype: str | None = None,
        state_dtype: str | None = None,
        copy_dtype: str | None = None,
        rounding: str = "nearest",
        has_beside: bool = False,
    ) -> None:
        self._hyper: Any = getattr(_abi, f"sched_{optimizer}")()
        self.table: npt.NDArray[np.int64] = np.zeros((count, 2 + columns), np.int64)
        self.beside: npt.NDArray[np.int64] | None = None
        if has_beside:
            self.beside = np.zeros((count, 6), np.int64)
        self.group = _abi.sched_group(
            _abi.sched_optimizer[f"SCHED_{optimizer.upper()}"],
            _DTYPES[dtype],
            ctypes.addressof(self._hyper),
            self.table.ctypes.data,
            count,
            None,
            _DTYPES[grad_dtype],
            _DTYPES[state_dtype],
            _DTYPES[copy_dtype],
            _abi.sched_rounding[f"SCHED_{rounding.upper()}"],
            None if self.beside is None else self.beside.ctypes.data,
        )
        self._rows: Any = None

    def set_rows(self, rows: Sequence[tuple[int, npt.NDArray[np.int64]]] | None) -> bool:
        """For each parameter, how many rows it has and which of them, ascending, its gradient has;
        None when they have all. Whether that makes a difference to `group`."""
        if rows is None:
            if self._rows is None:
                return False
            self._rows, self.group.rows = None, None
            return True
        each = (_abi.sched_rows * len(rows))(
            *(_abi.sched_rows(total, len(which), which.ctypes.data) for total, which in rows)
        )
        self._rows = each, rows
        self.group.rows = ctypes.addressof(each)
        return True

    @property
    def has_rows(self) -> bool:
        """Whether gradients have some rows of their parameters alone."""
        return self._rows is not None

    def set(self, settings: Sequence[float]) -> None:
        """Puts the optimizer's settings in, in the order of its structure."""
        hyper = self._hyper
        for (name, kind), value in zip(hyper._fields_, settings, strict=True):
            setattr(hyper, name, value if kind is c_double else int(value))


_DTYPES = {
    None: _abi.sched_dtype.SCHED_SAME,
    "float32": _abi.sched_dtype.SCHED_F32,
    "float64": _abi.sched_dtype.SCHED_F64,
    "bfloat16": _abi.sched_dtype.SCHED_BF16,
    "float16": _abi.sched_dtype.SCHED_F16,
    "q8": _abi.sched_dtype.SCHED_Q8,
    "uq8": _abi.sched_dtype.SCHED_UQ8,
}


class Steps:
    """One call of the library that steps all of these lists, or none.

    Attributes:
        lists: The lists.
        refused: Which of them the last call was refused for; their number if for none.
    """

    def __init__(self, lists: Sequence[StepList]) -> None:
        self.lists = list(lists)
        self.refused = len(self.lists)
        self._groups = (_abi.sched_group * len(self.lists))(*(one.group for one in self.lists))
        self._count = c_size_t.from_param(len(self.lists))
        self._list, self._row = c_size_t(), c_size_t()
        # Without the interpreter's lock: a step of large arrays takes a while.
        self._call = _released["sched_step"]
        self._front, self._back = byref(self._groups), (byref(self._list), byref(self._row))
        self._plain = self._front, self._count, None, *self._back

    def step(self, **options: float) -> tuple[float, bool]:
        """One step of them all, or of none: SchedError, whose ``place`` is the refused row.

        Args:
            options: The members of ``sched_options``.

        Returns:
            The norm of all gradients, NaN where nobody needed it, and whether nothing was stepped.
        """
        asked = None
        if options:
            asked = _abi.sched_options(**options)
            status = self._call(self._front, self._count, byref(asked), *self._back)
        else:
            status = self._call(*self._plain)
        if status:
            self.refused = self._list.value
            row = self._row.value
            is_row = self.refused < len(self.lists) and row < self._groups[self.refused].count
            fail(status, row if is_row else None)
        return (math.nan, False) if asked is None else (asked.norm, bool(asked.skipped))


# -- What is looked at before a step ------------------------------------------

# Without the interpreter's lock others change what is looked at.
HAS_LOCK: bool = getattr(sys, "_is_gil_enabled", lambda: True)()

# Codes of DLPack's, and bits.
_DLPACK = {"float32": (2, 32), "float64": (2, 64), "bfloat16": (4, 16), "float16": (2, 16)}
_WORDS = ctypes.sizeof(_abi.sched_tensor) // 8


@functools.cache
def describer(kind: Any) -> int:
    """Where DLPack's function lies that describes objects of a type; 0 where it has none.

    That is ``dltensor_from_py_object_no_sync`` of the type's ``__dlpack_c_exchange_api__``.
    """
    capsule = getattr(kind, "__dlpack_c_exchange_api__", None)
    if capsule is None or not HAS_LOCK:
        return 0
    pointer = ctypes.PYFUNCTYPE(c_void_p, ctypes.py_object, ctypes.c_char_p)(
        ("PyCapsule_GetPointer", ctypes.pythonapi)
    )
    try:
        table = pointer(capsule, b"dlpack_exchange_api")
    except ValueError:
        return 0
    # The version, the table of an older one, and what makes tensors are before it.
    while table:
        if c_uint32.from_address(table).value == 1:
            return c_void_p.from_address(table + 5 * 8).value or 0
        table = c_void_p.from_address(table + 8).value
    return 0


class Layouts:
    """What tensors in the machine's own memory have to be like.

    Args:
        shapes: Each one's.
        strides: Each one's, in elements.
        dtype: What they all are made of, as :class:`StepList` has it.
    """

    def __init__(
        self, shapes: Sequence[Sequence[int]], strides: Sequence[Sequence[int]], dtype: str
    ) -> None:
        axes = np.fromiter(map(len, shapes), np.int64, len(shapes))
        both = itertools.chain.from_iterable(zip(shapes, strides, strict=True))
        self._numbers = np.fromiter(
            itertools.chain.from_iterable(both), np.int64, 2 * int(axes.sum())
        )
        self._words: npt.NDArray[np.int64] = np.zeros((len(shapes), _WORDS), np.int64)
        code, bits = _DLPACK[dtype]
        self._words[:, 1] = 1
        self._words[:, 2] = axes | code << 32 | bits << 40 | 1 << 48
        self._words[:, 3] = self._numbers.ctypes.data + 16 * (np.cumsum(axes) - axes)
        self._words[:, 4] = self._words[:, 3] + 8 * axes
        self.address: int = self._words.ctypes.data


class Values:
    """The values that dicts have, to see in one call of ``sched_unchanged`` whether they are the same.

    Args:
        dicts: The dicts.
    """

    def __init__(self, dicts: Sequence[dict[Any, Any]]) -> None:
        held = [list(one.values()) for one in dicts]
        ids = ([*map(id, values), 0] for values in held)
        self._ids = array("q", itertools.chain.from_iterable(ids))
        holders = _objects(dicts, len(dicts))
        # All of it lives as long as what has its address.
        self._held: Any = holders, held
        self._look = _abi.sched_look(
            next=ctypes.cast(ctypes.pythonapi.PyDict_Next, c_void_p),
            dicts=holders.ctypes.data,
            dict_count=len(dicts),
            values=self._ids.buffer_info()[0],
        )
        self._same = c_int32()
        self._call = _held["sched_unchanged"]
        self._arguments = byref(self._look), byref(self._same)

    def unchanged(self) -> bool:
        """Whether they are the same objects, in the same order."""
        check(self._call(*self._arguments))
        return self._same.value == 1


class Look(Values):
    """What is looked at before a step like the last, in one call: ``sched_unchanged``.

    Args:
        dicts: What is to have the values that it has.
        describe: What :func:`describer` gave.
        table: A table of :class:`StepList`'s.
        fixed: Columns of it: their number, tensors, and what they are like.
        moving: The column of those that move, what they are like, and which attribute of the
            tensors of the last fixed column they are.
    """

    # More than so many are handed over by an array that numpy makes of them.
    _FEW = 16

    def __init__(
        self,
        dicts: Sequence[dict[Any, Any]],
        describe: int,
        table: npt.NDArray[np.int64],
        fixed: Sequence[tuple[int, Sequence[Any], Layouts]],
        moving: tuple[int, Layouts, str],
    ) -> None:
        super().__init__(dicts)
        self._count = len(table)
        start, width = table.ctypes.data, table.strides[0]
        self._columns = (_abi.sched_column * (1 + len(fixed)))()
        objects = [_objects(tensors, self._count) for _, tensors, _ in fixed]
        self._given = array("q", bytes(8 * self._count))
        pack = Struct(f"{self._count}q").pack_into
        self._pack = partial(pack, self._given, 0) if self._count <= self._FEW else None
        given = [*((number, layouts) for number, _, layouts in fixed), moving[:2]]
        where = [*(one.ctypes.data for one in objects), None]
        # An attribute's name is the same object everywhere.
        name = sys.intern(moving[2])
        for column, (number, layouts), at in zip(self._columns, given, where, strict=True):
            column.objects, column.count, column.like = at, self._count, layouts.address
            column.places, column.stride = start + 8 * number, width // 8
        self._moving, self._where = self._columns[len(fixed)], None
        self._moving.moves = 1
        self._held = *self._held, table, objects, given, name
        look = self._look
        look.describe = describe
        look.columns, look.column_count = ctypes.addressof(self._columns), len(self._columns)
        look.get = ctypes.cast(ctypes.pythonapi.PyObject_GetAttr, c_void_p)
        look.name = id(name)
        look.keep = ctypes.cast(ctypes.pythonapi.PyList_SetItem, c_void_p)
        self._none: list[Any] = [None] * self._count

    def find(self, moving: list[Any] | None) -> list[Any] | None:
        """What moves, by default the attributes, if all else is where it was; else None.

        Where that is, is then in the table.
        """
        objects: Any = None
        if moving is None:
            # A list of its own every time: who has an older one keeps what is in it.
            moving = self._none.copy()
            self._look.list = id(moving)
        elif self._pack is not None:
            self._pack(*map(id, moving))
            objects = self._given.buffer_info()[0]
        else:
            held = _objects(moving, self._count)
            objects = held.ctypes.data
        if objects != self._where:
            self._moving.objects = self._where = objects
        try:
            return moving if self.unchanged() else None
        except Exception:  # noqa: BLE001  (of whatever kind: what cannot be described)
            return None


def _objects(items: Iterable[Any], count: int) -> npt.NDArray[np.object_]:
    """Addresses of objects in C's memory."""
    # Assigning a list would look for sequences in it.
    return np.fromiter(items, object, count)


# -- Norms --------------------------------------------------------------------


class Arrays:
    """Arrays that are only read, as the library reads them.

    Args:
        dtypes: What each is made of, as :class:`StepList` has it.
        addresses: Where each lies, contiguous; whoever made the list keeps them there.
        sizes: How many elements each has.
    """

    def __init__(
        self, dtypes: Sequence[str], addresses: Sequence[int], sizes: Sequence[int]
    ) -> None:
        self._count = len(addresses)
        self._list = (_abi.sched_array * self._count)(
            *(
                _abi.sched_array(address, size, _DTYPES[dtype])
                for address, size, dtype in zip(addresses, sizes, dtypes, strict=True)
            )
        )

    def norms(self, p: float = 2.0) -> tuple[npt.NDArray[np.float64], float]:
        """Each one's p-norm, and that of all together."""
        norms, total = np.zeros(self._count), c_double()
        call = _released_c["sched_norm"]
        check(call(self._list, self._count, p, address(norms), byref(total)))
        return norms, total.value

    def dot(self) -> float:
        """The sum of the products of the first's elements and the second's."""
        product = c_double()
        first, second = byref(self._list[0]), byref(self._list[1])
        check(_released_c["sched_dot"](first, second, byref(product)))
        return product.value


class LBFGS:
    """One step of L-BFGS on arrays that lie end to end.

    Args:
        dtypes: What the parameter and the gradient are made of, as :class:`StepList` has it.
        size: How many elements either has.
        addresses: Where the parameter lies, which is stepped, and where whoever evaluates puts the
            gradient; whoever made them keeps them there.
        settings: Members of C's ``sched_lbfgs``.
        memory: Members of C's ``sched_lbfgs_memory`` that are numbers.
        arrays: ``d``, ``prev_flat_grad``, ``old_dirs``, ``old_stps``, ``ro`` and ``products``.

    Attributes:
        memory: C's structure.
        al: The factors of the last direction.
    """

    def __init__(
        self,
        dtypes: tuple[str, str],
        size: int,
        addresses: tuple[int, int],
        settings: dict[str, Any],
        memory: dict[str, Any],
        arrays: tuple[Any, Any, list[Any], list[Any], npt.NDArray[Any], npt.NDArray[Any]],
    ) -> None:
        d, before, dirs, steps, ro, products = arrays
        self._arrays = arrays
        self._given = *(_DTYPES[dtype] for dtype in dtypes), size, *addresses
        self._hyper = _abi.sched_lbfgs(**settings)
        self._dirs, self._steps = (
            (c_void_p * len(ro))(*(address(one) for one in each)) for each in (dirs, steps)
        )
        self.al: npt.NDArray[np.float64] = np.zeros(len(ro))
        self.memory: Any = _abi.sched_lbfgs_memory(
            d=address(d),
            prev_flat_grad=address(before),
            old_dirs=ctypes.addressof(self._dirs),
            old_stps=ctypes.addressof(self._steps),
            ro=address(ro),
            al=address(self.al),
            products=address(products),
            **memory,
        )

    def step(self, evaluate: Callable[[int], float]) -> None:
        """One step; `evaluate` is called with 0, 1, 2 and so on, puts the gradient into its array
        and gives the loss."""
        function, loss = Function(evaluate), c_double()
        check(
            _c["sched_lbfgs_step"](
                byref(self._hyper),
                *self._given,
                byref(self.memory),
                byref(function.passed),
                byref(loss),
            )
        )

    def pairs(self) -> tuple[list[Any], list[Any]]:
        """The pairs that there are, the oldest first."""
        _, _, dirs, steps, *_ = self._arrays
        found = []
        for pointers, each in ((self._dirs, dirs), (self._steps, steps)):
            by_address = {address(one): one for one in each}
            found.append([by_address[pointers[i] or 0] for i in range(self.memory.count)])
        return found[0], found[1]
