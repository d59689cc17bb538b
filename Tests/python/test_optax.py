"""libsched.optax gives what optax gave in float64."""

import inspect
import sys

import libsched
import numpy as np
import pytest
from libsched import optax
from vectors import bits, recordings

RECORDINGS = recordings("optax")
MADE = [one for one in RECORDINGS if "raises" not in one]


def arguments(args):
    """JSON has no keys that are integers."""
    given = dict(args)
    if given.get("boundaries_and_scales"):
        pairs = given["boundaries_and_scales"].items()
        given["boundaries_and_scales"] = {int(boundary): scale for boundary, scale in pairs}
    return given


def make(name, args):
    if name == "join_schedules":
        return optax.join_schedules([make(*one) for one in args["schedules"]], args["boundaries"])
    return getattr(optax, name)(**arguments(args))


@pytest.mark.parametrize("recorded", MADE, ids=lambda one: f"{one['name']} {one['args']}")
def test_rates_are_optax_rates(recorded):
    schedule = make(recorded["name"], recorded["args"])
    expected = bits(recorded["values"])
    assert bits(schedule(count) for count in range(len(expected))) == expected
    assert bits(schedule(np.arange(len(expected)))) == expected


@pytest.mark.parametrize("recorded", [one for one in RECORDINGS if "raises" in one])
def test_what_optax_refuses_is_refused(recorded):
    assert recorded["raises"] == "ValueError"
    with pytest.raises(ValueError, match="steps"):
        make(recorded["name"], recorded["args"])


def test_every_function_was_asked():
    asked = {one["name"] for one in [*MADE, *recordings("optax_plateau")]}
    assert asked == set(optax.__all__)


@pytest.mark.parametrize(
    "call",
    [
        lambda: optax.piecewise_constant_schedule(1.0, {5: -0.1}),
        lambda: optax.piecewise_interpolate_schedule("linear", 1.0, {5: -0.1}),
        lambda: optax.piecewise_interpolate_schedule("cubic", 1.0, {5: 0.1}),
        lambda: optax.cosine_onecycle_schedule(0, 1.0),
        lambda: optax.linear_onecycle_schedule(-1, 1.0),
        lambda: optax.warmup_cosine_decay_schedule(0.0, 1.0, 10, 10),
    ],
)
def test_what_cannot_be_is_a_value_error(call):
    with pytest.raises(ValueError, match=r"scale|interpolate_type|steps"):
        call()


def test_no_steps_and_no_decay_hold_the_first_value():
    for schedule in (
        optax.linear_schedule(0.5, 1.0, 0),
        optax.polynomial_schedule(0.5, 1.0, 2, -3),
        optax.exponential_decay(0.5, 0, 0.9),
        optax.exponential_decay(0.5, 10, 0.0),
        optax.piecewise_constant_schedule(0.5),
        optax.piecewise_interpolate_schedule("cosine", 0.5),
    ):
        assert [schedule(count) for count in (0, 1, 100)] == [0.5, 0.5, 0.5]


def test_a_negative_beginning_is_none():
    late = optax.linear_schedule(1.0, 0.0, 10, transition_begin=-5)
    assert late(0) == 1.0
    assert late(5) == 0.5


def test_values_below_nothing():
    schedule = optax.linear_schedule(1.0, -1.0, 4)
    assert [schedule(count) for count in range(6)] == [1.0, 0.5, 0.0, -0.5, -1.0, -1.0]


def test_a_whole_power_is_multiplied_out():
    # 0.6 * 0.6 * 0.6 and pow(0.6, 3.0) are two doubles.
    left = 1 - 2 / 5
    assert optax.polynomial_schedule(1.0, 0.0, 3, 5)(2) == left * (left * left)
    assert optax.polynomial_schedule(1.0, 0.0, 3.0, 5)(2) == left**3.0
    assert left * (left * left) != left**3.0


def test_a_boundary_at_nothing_counts_from_the_start():
    schedule = optax.piecewise_constant_schedule(1.0, {0: 0.5, -3: 0.5, 2: 0.5})
    assert [schedule(count) for count in range(4)] == [0.25, 0.25, 0.125, 0.125]


def test_joined_are_any_functions_and_only_one_is_called():
    called = []

    def own(count):
        called.append(count)
        return 7.0

    schedule = optax.join_schedules([optax.constant_schedule(1.0), own], [3])
    assert [schedule(count) for count in (0, 2, 3, 5)] == [1.0, 1.0, 7.0, 7.0]
    assert called == [0, 2]
    # More schedules than boundaries lead to: optax never comes to them.
    assert optax.join_schedules([own, own, own], [3])(4) == 7.0


def test_native_schedule_is_there_to_be_nested():
    curve = optax.exponential_decay(0.1, 10, 0.5, end_value=0.01)
    text = str(curve.schedule)
    assert text.startswith("ExponentialDecay(")
    assert libsched.parse(text).rate(7, curve.base) == curve(7)


def test_joined_native_schedules_are_one():
    schedule = optax.sgdr_schedule(
        [
            {"init_value": 0.0, "peak_value": peak, "warmup_steps": 3, "decay_steps": 10}
            for peak in (0.5, 0.1)
        ]
    )
    again = libsched.parse(str(schedule.schedule))
    assert again.rates(30, schedule.base).tolist() == [schedule(count) for count in range(30)]
    below = optax.join_schedules([optax.linear_schedule(1.0, -1.0, 4), schedule], [2])
    assert not hasattr(below, "schedule")
    assert [below(count) for count in (0, 1, 2, 5)] == [1.0, 0.5, 0.0, 0.5]


def test_arrays_have_any_order_and_shape():
    schedule = optax.linear_schedule(1.0, 0.0, 8)
    counts = np.array([[7, 0], [3, 3]], np.uint8)
    assert schedule(counts).tolist() == [[0.125, 1.0], [0.625, 0.625]]
    assert schedule(np.array([], np.int64)).tolist() == []
    assert schedule(np.array([10**12, 0])).tolist() == [0.0, 1.0]
    with pytest.raises(libsched.SchedError):
        schedule(np.arange(-1, 5))


def test_counts_are_whole_numbers_from_nothing():
    schedule = optax.constant_schedule(1.0)
    for count in (-1, 0.5):
        with pytest.raises(libsched.SchedError):
            schedule(count)


def test_every_function_says_what_it_does():
    for name in optax.__all__:
        assert inspect.getdoc(getattr(optax, name))


def test_optax_and_jax_are_not_imported():
    assert not {"optax", "jax"} & set(sys.modules)
