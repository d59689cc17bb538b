"""Every field of every kind given every number that numbers end at: made or refused, and no worse.

A trap in the library would end this process, and with it the whole run of the tests.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import libsched
import pytest
from examples import OF_FUNCTIONS, given, schedules
from libsched import SchedError, Schedule, _lib
from libsched._abi import SCHED_MAX_STEP
from libsched._abi import sched_status as Status

INTEGERS = [0, 1, -1, 2, 7, 2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)]
TINY = [5e-324, 2.2250738585072014e-308]
REALS = [-0.0, 1e-300, 1e-9, 0.5, 1 - 2**-53, 1.0]
LARGE = [1 + 2**-52, 2.5, 1e300, 1.7976931348623157e308]
WRONG = [-5e-324, -0.5, -1e308, math.nan, math.inf, -math.inf]
LISTS = [
    *[[], [0], [1], [5, 5], [9, 4], [0, 1, 2, 3], [1, 2**31, 2**53 - 1], [2**53], [2**53 + 1]],
    *[[-1], [0.5], [0.5, 0.25], [1e308, 1e308], [math.nan], [0.5, math.inf]],
]
OTHERS = ["x", True, False, libsched.StepLR(3), [libsched.StepLR(3)], [libsched.StepLR(3), 3]]
# Missing is what a field goes without that it needs.
REFUSED = (Status.SCHED_E_VALUE, Status.SCHED_E_TYPE, Status.SCHED_E_MISSING)
STEPS = [0, 1, 2**31, 2**53 - 1, 2**53]


def examples() -> dict[str, dict[str, object]]:
    """Fields of one schedule of each kind: the first that does not grow, as LRRangeTest for as
    long as it runs."""
    found: dict[str, dict[str, object]] = {
        kind: dict.fromkeys(_lib.fields(kind), float) for kind in OF_FUNCTIONS
    }
    for schedule in schedules():
        if schedule.kind not in found and all(rate <= 1e20 for rate in rates(schedule)):
            found[schedule.kind] = given(schedule)
        if len(found) == len(_lib.kinds()):
            break
    return found


def last(schedule: Schedule) -> int:
    return SCHED_MAX_STEP if schedule.last_step is None else schedule.last_step


def rates(schedule: Schedule) -> list[float]:
    """The rates at some steps of those it has. Chained, too, where PyTorch's recursion may be 0/0:
    what matters is that it answers."""
    found = []
    chain = _lib.chain(schedule._handle, 1)
    for step in STEPS:
        at = min(step, last(schedule))
        chain(at, [0.1], [0.1])
        found.append(schedule.rate(at, 0.1))
    return found


def quickly(work: Callable[[], object]) -> object:
    """What it returns, if one time in five it takes no longer than a loop over steps would."""
    fastest = math.inf
    for _ in range(5):
        start = time.perf_counter()
        result = work()
        fastest = min(fastest, time.perf_counter() - start)
        if fastest < 0.005:
            return result
    raise AssertionError(f"{fastest} s")


def written(kind: str, fields: dict[str, object]) -> str:
    def value(one: object) -> str:
        if isinstance(one, list | tuple):
            return f"[{', '.join(map(value, one))}]"
        return repr(one)

    return f"{kind}({', '.join(f'{name}={value(one)}' for name, one in fields.items())})"


def made(make: Callable[[], object]) -> Schedule | SchedError:
    try:
        schedule = make()
    except SchedError as refusal:
        return refusal
    assert isinstance(schedule, Schedule)
    return schedule


EXAMPLES = examples()


@pytest.mark.parametrize("kind", _lib.kinds())
def test_every_field_at_its_limits(kind: str) -> None:
    for name, accepted in _lib.fields(kind).items():
        counts = " integer " in f" {accepted} "
        for value in [*INTEGERS, *TINY, *REALS, *LARGE, *WRONG, *LISTS, *OTHERS]:
            fields = {**EXAMPLES[kind], name: value}
            about = f"{kind} with {name}={value}"
            schedule = quickly(lambda fields=fields: made(lambda: Schedule(kind, **fields)))
            from_text = made(lambda fields=fields: libsched.parse(written(kind, fields)))
            if isinstance(schedule, SchedError):
                assert schedule.status in REFUSED, about
                assert isinstance(from_text, SchedError), about
                assert from_text.status == schedule.status, about
                # The field, or another that does not go with it.
                assert f"{kind} " in str(schedule), about
                assert any(one in str(schedule) for one in _lib.fields(kind)), about
                continue
            assert schedule == from_text, about
            # What grows leaves the doubles on its way, and 1 over the least of them does at once.
            stays = value in INTEGERS if counts else value in REALS
            found = quickly(lambda one=schedule: rates(one))
            assert not stays or all(0 <= rate < math.inf for rate in found), f"{about}: {found}"
            momenta = [schedule.momentum(min(step, last(schedule)), 0.9) for step in STEPS]
            assert all(0 <= momentum <= 1 for momentum in momenta), f"{about}: {momenta}"


@pytest.mark.parametrize("kind", _lib.kinds())
def test_every_required_field_is_missed_by_name(kind: str) -> None:
    for name, accepted in _lib.fields(kind).items():
        fields = {key: value for key, value in EXAMPLES[kind].items() if key != name}
        schedule = made(lambda fields=fields: Schedule(kind, **fields))
        if isinstance(schedule, SchedError):
            assert schedule.status == Status.SCHED_E_MISSING
            # OneCycleLR accepts either of two ways to say how long it is.
            way = "total_steps, or epochs and" if kind == "OneCycleLR" else accepted
            assert f"{kind} {name}; accepted: {way}" in str(schedule)


@pytest.mark.parametrize(
    "make",
    [
        lambda count: libsched.MultiStepLR(range(1, count + 1)),
        lambda count: libsched.CosineRestartLR(range(1, count + 1)),
        lambda count: libsched.PiecewiseConstant(range(count), [0.5] * (count + 1)),
        lambda count: libsched.SequentialLR([libsched.Constant()] * count, range(1, count)),
    ],
)
def test_long_lists_take_no_longer_a_rate_than_their_logarithm(
    make: Callable[[int], Schedule],
) -> None:
    schedule = make(2**15)
    assert quickly(lambda: rates(schedule))
    assert libsched.parse(str(schedule)) == schedule
    with pytest.raises(SchedError, match="accepted: an integer from 0 to 1048576|65536 schedules"):
        make(2**20 + 1)
