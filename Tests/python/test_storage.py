"""Steps of what is stored in 16 bits, and what else a step does in the same pass.

What is expected is a step of floats, which other tests hold to torch's, and torch's own casts.
"""

from __future__ import annotations

import copy
import math
import re

import libsched
import numpy as np
import pytest
import torch
from libsched import _lib, optim
from widths import isas

pytestmark = pytest.mark.usefixtures("settled")

SIXTEEN = ["bfloat16", "float16"]
# Around a lane and around the 1,024 elements that go through the cache at once.
LENGTHS = [1, 15, 16, 17, 1000, 1023, 1024, 1025, 5000]
STATES = {"adamw": 3, "sgd": 1, "lion": 1, "adan": 4, "adagrad": 1}
ADAM = {"lr": 1e-2, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.1}
SETTINGS = {
    "adamw": ADAM,
    "sgd": {"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01},
    "lion": ADAM,
    "adan": {"weight_decay": 0.1},
    "adagrad": {"lr": 0.1},
}
PLAIN = {"lr": 1.0}


def tensor(values, dtype="float32"):
    return torch.as_tensor(np.asarray(values)).to(getattr(torch, dtype))


def numbers(n, seed, dtype="float32"):
    random = np.random.RandomState(seed)
    return tensor(np.ldexp(random.uniform(-2, 2, n), random.randint(-3, 4, n)), dtype)


def bits(*tensors):
    kinds = {2: torch.int16, 4: torch.int32, 8: torch.int64}
    return [t.contiguous().view(kinds[t.element_size()]).numpy().tobytes() for t in tensors]


def settings(kind, given):
    """All of them in the library's order, those not given as they are by default."""
    lines = [
        line for line in _lib.describe_optimizer(kind) if line[0] in ("real", "integer", "flag")
    ]
    return [given.get(name, default) for _, name, default, _ in lines]


def taken(kind, param, grad, states, *, step=1, used=None, beside=None, options=None, **types):
    """One step of one parameter, in place."""
    dtypes = {"grad_dtype": grad, "state_dtype": states[0] if states else None}
    names = {key: str(t.dtype)[6:] for key, t in dtypes.items() if t is not None}
    rows = _lib.StepList(
        kind,
        str(param.dtype)[6:],
        2 + STATES[kind],
        1,
        **{**names, **types},
        has_beside=beside is not None,
    )
    rows.set(settings(kind, SETTINGS[kind] if used is None else used))
    where = [t.data_ptr() for t in (param, grad, *states)]
    rows.table[0, : 4 + len(states)] = [param.numel(), step, *where]
    for key, value in (beside or {}).items():
        place = getattr(_lib.StepList, key.upper())
        rows.beside[0, place] = value if isinstance(value, int) else value.data_ptr()
    return _lib.Steps([rows]).step(**(options or {}))


def states_of(kind, n, dtype="float32"):
    count = {"adamw": 2}.get(kind, STATES[kind])
    return [torch.zeros(n, dtype=getattr(torch, dtype)) for _ in range(count)]


# -- What is stored -----------------------------------------------------------


@pytest.mark.parametrize("dtype", SIXTEEN)
def test_all_values_of_sixteen_bits_are_read(dtype):
    every = torch.from_numpy(np.arange(65536, dtype=np.uint16).view(np.int16)).view(
        getattr(torch, dtype)
    )
    for _ in isas():
        param = torch.zeros(65536)
        taken("sgd", param, every, [], used=PLAIN)
        want = -every.float()
        assert torch.equal(param[~want.isnan()], want[~want.isnan()])
        assert torch.equal(param.isnan(), want.isnan())


@pytest.mark.parametrize("kind", ["lamb", "adafactor", "adamw"])
@pytest.mark.parametrize("dtype", SIXTEEN)
def test_updates_are_of_states_that_are_not_rounded_yet(kind, dtype):
    """From states of zeros their type changes no parameter at the first step."""
    ends = []
    for state_dtype in ("float32", dtype):
        param, grad = numbers(300, 1), numbers(300, 2)
        lines = _lib.describe_optimizer(kind)
        states = [
            torch.zeros(300, dtype=getattr(torch, state_dtype))
            for one in lines
            if one[0] == "state"
        ]
        shape = [0 for one in lines if one[0] == "shape"]
        rows = _lib.StepList(
            kind, "float32", 2 + len(states) + len(shape), 1, state_dtype=state_dtype
        )
        rows.set(settings(kind, {"lr": 0.1}))
        rows.table[0] = [300, 1, *(one.data_ptr() for one in (param, grad, *states)), *shape]
        _lib.Steps([rows]).step()
        assert any(one.any() for one in states)
        ends.append(param)
    assert torch.equal(*ends)


@pytest.mark.parametrize("dtype", SIXTEEN)
def test_floats_are_stored_as_torch_stores_them(dtype):
    random = np.random.RandomState(1)
    values = random.randint(0, 2**32, 300_001, dtype=np.uint64).astype(np.uint32)
    # And what lies around the least and the largest half, and halfway between two.
    near = np.float32([2**-25, 2**-24, 2**-14, 65504, 65520, 3.4e38, 0, np.inf, np.nan])
    steps = np.arange(-3, 4, dtype=np.int64)
    edges = (near.view(np.uint32)[:, None].astype(np.int64) + steps).astype(np.uint32)
    halfway = (random.randint(0, 2**16, 5000).astype(np.uint32) << 16) | 0x8000
    floats = np.concatenate([values, edges.ravel(), halfway]).view(np.float32)
    param = torch.from_numpy(floats)
    want = param.to(getattr(torch, dtype))
    for _ in isas():
        copy = torch.empty_like(want)
        taken(
            "sgd",
            param,
            torch.zeros_like(param),
            [],
            used={"lr": 0.0},
            beside={"copy": copy},
            copy_dtype=dtype,
        )
        finite = ~want.isnan()
        assert bits(copy[finite]) == bits(want[finite])
        assert torch.equal(copy.isnan(), want.isnan())


@pytest.mark.parametrize("kind", STATES)
@pytest.mark.parametrize(
    "param_type, grad_type, state_type",
    [
        ("bfloat16", "bfloat16", "float32"),
        ("bfloat16", "float32", "bfloat16"),
        ("float16", "float16", "float16"),
        ("float16", "bfloat16", "float32"),
        ("float32", "bfloat16", "float32"),
        ("float32", "float32", "bfloat16"),
    ],
)
def test_a_step_is_one_of_floats_between_casts(kind, param_type, grad_type, state_type):
    for n in LENGTHS:
        start = numbers(n, 1, param_type)
        results = []
        for _ in isas():
            param, states = start.clone(), states_of(kind, n, state_type)
            want, wanted = start.clone(), states_of(kind, n, state_type)
            for step in (1, 2, 3):
                grad = numbers(n, 1 + step, grad_type)
                taken(kind, param, grad, states, step=step)
                floats, held = want.float(), [state.float() for state in wanted]
                taken(kind, floats, grad.float(), held, step=step)
                want = floats.to(want.dtype)
                wanted = [state.to(start_type.dtype) for state, start_type in zip(held, wanted)]
            assert bits(param, *states) == bits(want, *wanted), n
            results.append(bits(param, *states))
        assert all(result == results[0] for result in results)


def test_torchs_own_step_is_met():
    """Where both compute in floats and round once."""
    for dtype in SIXTEEN:
        start, grad = numbers(5000, 1, dtype), numbers(5000, 2, dtype)
        ours, theirs = start.clone(), torch.nn.Parameter(start.clone())
        taken("sgd", ours, grad, [], used={"lr": 0.125})
        theirs.grad = grad
        torch.optim.SGD([theirs], lr=0.125).step()
        assert torch.equal(ours, theirs.data)


@pytest.mark.parametrize("dtype", SIXTEEN)
def test_threads_change_nothing(dtype):
    n = 400_003
    start, grad = numbers(n, 1, dtype), numbers(n, 2, dtype)
    seen = set()
    for threads in (1, 2, 3, 7):
        libsched.set_threads(threads)
        param, states = start.clone(), states_of("adamw", n, dtype)
        for step in (1, 2):
            taken(
                "adamw", param, grad, states, step=step, rounding="stochastic", beside={"seed": 7}
            )
        seen.add(b"".join(bits(param, *states)))
    assert len(seen) == 1


# -- How it is rounded --------------------------------------------------------


@pytest.mark.parametrize("dtype", SIXTEEN)
@pytest.mark.parametrize("value", [1.0, -1.0, 3e-6, 700.0, 1e-7])
def test_chance_is_right_on_average(dtype, value):
    n = 200_000
    kind = getattr(torch, dtype)
    low = torch.tensor(value, dtype=kind)
    high = torch.nextafter(low, torch.tensor(math.copysign(math.inf, value), dtype=kind))
    low, high = low.float().item(), high.float().item()
    for part in (0.125, 0.5, 0.9):
        want = low + (high - low) * part
        results = []
        for _ in isas():
            param = torch.full((n,), low, dtype=kind)
            grad = torch.full((n,), low - want, dtype=torch.float32)
            taken("sgd", param, grad, [], used=PLAIN, rounding="stochastic", beside={"seed": 3})
            got = param.float()
            assert set(got.tolist()) <= {low, high}
            # Four standard deviations of a coin thrown n times.
            share = (got == high).float().mean().item()
            assert abs(share - part) < 4 * math.sqrt(part * (1 - part) / n) + 2**-12
            results.append(bits(param))
        assert all(result == results[0] for result in results)


def test_chances_differ_by_seed_step_and_element():
    n = 4096
    grad = torch.full((n,), -(2.0**-8))

    def one(**given):
        param = torch.ones(n, dtype=torch.bfloat16)
        step = given.pop("step", 1)
        taken("sgd", param, grad, [], step=step, used=PLAIN, rounding="stochastic", beside=given)
        return param == 1

    first = one(seed=1)
    for other in (one(seed=2), one(seed=1, step=2), first.roll(1), first.roll(64)):
        assert 0.4 < (first == other).float().mean() < 0.6
    assert torch.equal(first, one(seed=1))


def test_a_parameter_and_its_state_have_chances_of_their_own():
    """Both get what is half way between two of their values."""
    grad = torch.full((4096,), 1 + 2.0**-8)
    param, buffer = (torch.zeros(4096, dtype=torch.bfloat16) for _ in range(2))
    used = {"lr": 1.0, "momentum": 0.5}
    taken("sgd", param, grad, [buffer], used=used, rounding="stochastic", beside={"seed": 1})
    assert set(buffer.tolist()) == set((-param).tolist()) == {1.0, 1 + 2.0**-7}
    assert 0.4 < (buffer == -param).float().mean() < 0.6


def test_small_steps_are_not_lost():
    """1 minus a thousand times a thousandth: of bfloat16 the nearest is 1 every time."""
    n = 1000
    ends = {}
    for rounding in ("nearest", "stochastic", "kahan"):
        param = torch.ones(n, dtype=torch.bfloat16)
        residual = torch.zeros(n, dtype=torch.bfloat16)
        grad = torch.full((n,), 1e-3, dtype=torch.float32)
        for step in range(1, 901):
            beside = {"seed": 5, "residual": residual}
            taken("sgd", param, grad, [], step=step, used=PLAIN, rounding=rounding, beside=beside)
        ends[rounding] = param.float()
    assert torch.all(ends["nearest"] == 1)
    assert abs(ends["stochastic"].mean() - 0.1) < 0.01
    assert torch.all((ends["kahan"] - 0.1).abs() < 0.002)


def test_a_second_moment_in_sixteen_bits_need_not_stall():
    """Of unit gradients exp_avg_sq comes to 0.95 in 3,000 steps of beta2 = 0.999."""
    n, exact = 512, 1 - 0.999**3000

    def after(state_type, rounding):
        param = torch.zeros(n, dtype=torch.bfloat16)
        grad, states = torch.ones(n, dtype=torch.bfloat16), states_of("adamw", n, state_type)
        used = {"lr": 1e-3, "beta2": 0.999, "weight_decay": 0.0}
        for step in range(1, 3001):
            taken(
                "adamw",
                param,
                grad,
                states,
                step=step,
                used=used,
                rounding=rounding,
                beside={"seed": 1},
            )
        return states[1].float().mean().item()

    assert after("bfloat16", "nearest") <= 0.5
    assert abs(after("float32", "nearest") - exact) < 1e-4
    assert abs(after("bfloat16", "stochastic") - exact) < 0.01


@pytest.mark.parametrize("dtype", SIXTEEN)
def test_a_master_is_stepped_as_a_float(dtype):
    n = 1025
    master = numbers(n, 1)
    param, want = master.to(getattr(torch, dtype)), master.clone()
    states, wanted = states_of("adamw", n), states_of("adamw", n)
    for step in (1, 2, 3):
        grad = numbers(n, step + 1, dtype)
        taken("adamw", param, grad, states, step=step, beside={"master": master})
        taken("adamw", want, grad.float(), wanted, step=step)
    assert bits(master, *states) == bits(want, *wanted)
    assert bits(param) == bits(want.to(param.dtype))


def test_infinity_stays_with_a_residual():
    param = torch.full((3,), 3e38, dtype=torch.bfloat16)
    residual = torch.zeros(3, dtype=torch.bfloat16)
    grad = torch.full((3,), -3e38, dtype=torch.float32)
    for step in (1, 2):
        beside = {"residual": residual}
        taken("sgd", param, grad, [], step=step, used=PLAIN, rounding="kahan", beside=beside)
    assert torch.all(param.isposinf())


# -- What else a step does ----------------------------------------------------


ALONE = [
    {},
    {"loss_scale": 4.0},
    {"loss_scale": 3.0},
    {"max_norm": 1.5},
    {"max_norm": 1e6},
    {"max_value": 0.25},
    {"zero_grad": True},
    {"skip_nonfinite": True},
]


@pytest.mark.parametrize("dtype", ["float32", "float64", *SIXTEEN])
@pytest.mark.parametrize("kind", ["sgd", "adamw"])
@pytest.mark.parametrize("options", ALONE)
def test_each_option_alone_changes_what_it_says(options, kind, dtype):
    """Its step is a plain one of gradients that were changed before."""
    wide = "float64" if dtype == "float64" else "float32"
    for n in (5, 16, 3001):
        start, grad = numbers(n, 1, dtype), numbers(n, 2, dtype)
        param, given, states = start.clone(), grad.clone(), states_of(kind, n, wide)
        taken(kind, param, given, states, options=options)
        scale = 1 / options.get("loss_scale", 1)
        if "max_norm" in options:
            scale = min(1, options["max_norm"] / (grad.double().norm().item() + 1e-6))
        limit = options.get("max_value", math.inf)
        changed = (grad.to(getattr(torch, wide)) * scale).clamp(-limit, limit)
        want, wanted = start.clone(), states_of(kind, n, wide)
        taken(kind, want, changed, wanted)
        for one, other in zip((param, *states), (want, *wanted), strict=True):
            eps = torch.finfo(one.dtype).eps
            torch.testing.assert_close(one, other, rtol=4 * eps, atol=4 * eps)
        assert bool(given.any()) != options.get("zero_grad", False)


def test_gradients_are_scaled_and_clipped_as_torch_does():
    n = 5000
    for dtype in ("float32", "bfloat16"):
        start, grad = numbers(n, 1), numbers(n, 2, dtype)
        for scale, max_norm, max_value in ((1, 1.5, 0), (1024, 1.5, 0), (4, 0, 0.25), (1, 7, 0.1)):
            theirs = torch.nn.Parameter(start.clone())
            theirs.grad = grad.float() / scale
            norm = math.nan
            if max_norm:
                norm = torch.nn.utils.clip_grad_norm_([theirs], max_norm).item()
            if max_value:
                torch.nn.utils.clip_grad_value_([theirs], max_value)
            torch.optim.AdamW([theirs], lr=1e-2, betas=(0.9, 0.99), weight_decay=0.1).step()
            seen = set()
            for _ in isas():
                for threads in (1, 2):
                    libsched.set_threads(threads)
                    param, states = start.clone(), states_of("adamw", n)
                    options = {"loss_scale": scale, "max_norm": max_norm, "max_value": max_value}
                    got, skipped = taken("adamw", param, grad, states, options=options)
                    assert not skipped
                    assert got == pytest.approx(norm, rel=1e-5, nan_ok=True)
                    torch.testing.assert_close(param, theirs.data, rtol=2e-6, atol=1e-7)
                    seen.add(b"".join(bits(param, *states)))
            assert len(seen) == 1


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_a_step_is_skipped_where_a_gradient_is_not_finite(dtype):
    for value in (math.nan, math.inf, -math.inf):
        param, grad = numbers(3000, 1, dtype), numbers(3000, 2, dtype)
        states = states_of("adamw", 3000, "float64" if dtype == "float64" else "float32")
        before = bits(param, *states)
        grad[2047] = value
        options = {"skip_nonfinite": True, "zero_grad": True}
        norm, skipped = taken("adamw", param, grad, states, options=options)
        assert skipped
        assert not math.isfinite(norm)
        assert bits(param, *states) == before
        assert not grad.any()
        assert taken("adamw", param, grad, states, options=options) == (0.0, False)
    # Large, but finite, though its square is not.
    if dtype == "float64":
        huge = torch.full((5,), 1e200, dtype=torch.float64)
        _, skipped = taken("adamw", param[:5], huge, [s[:5] for s in states], options=options)
        assert not skipped


def test_gradients_accumulate():
    n = 1500
    for dtype in ("float32", "bfloat16"):
        start, parts = numbers(n, 1), [numbers(n, seed, dtype) for seed in (2, 3, 4)]
        param, states = start.clone(), states_of("adamw", n)
        sums = torch.zeros(n)
        for grad in parts[:2]:
            options = {"accumulate": True, "zero_grad": True}
            taken(
                "adamw", param, grad.clone(), states, beside={"accumulated": sums}, options=options
            )
        assert torch.equal(param, start)
        assert torch.equal(sums, parts[0].float() + parts[1].float())
        options = {"loss_scale": 3.0, "max_norm": 1.0}
        norm, _ = taken(
            "adamw", param, parts[2], states, beside={"accumulated": sums}, options=options
        )
        whole = (parts[0].float() + parts[1].float() + parts[2].float()).double() / 3
        assert norm == pytest.approx(whole.norm().item(), rel=1e-6)
        assert not sums.any()
        want, wanted = start.clone(), states_of("adamw", n)
        taken("adamw", want, (whole * min(1, 1 / (whole.norm() + 1e-6))).float(), wanted)
        torch.testing.assert_close(param, want, rtol=1e-6, atol=1e-7)


def test_averages_follow():
    n = 1100
    param, average = numbers(n, 1), numbers(n, 5)
    want = average.double()
    for step in (1, 2, 3):
        grad = numbers(n, step + 1)
        options = {"average_weight": 0.25, "zero_grad": True}
        taken(
            "sgd",
            param,
            grad,
            [],
            step=step,
            used=PLAIN,
            beside={"average": average},
            options=options,
        )
        want = want + 0.25 * (param.double() - want)
        assert not grad.any()
    torch.testing.assert_close(average.double(), want, rtol=1e-6, atol=1e-6)
    taken(
        "sgd",
        param,
        grad,
        [],
        used=PLAIN,
        beside={"average": average},
        options={"average_weight": 1.0},
    )
    assert torch.equal(average, param)


@pytest.mark.parametrize("dtype", ["float32", "float64", *SIXTEEN])
@pytest.mark.parametrize("options", [{}, {"loss_scale": 3.0}])
def test_without_any_of_it_a_step_is_the_same(dtype, options):
    """Gradients that are zeroed take another way through memory."""
    n = 3001
    odd = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e-40, -1e-45, 3.4e38, 65519.0, 1.00390625]
    start, grad = numbers(n, 1, dtype), numbers(n, 2, dtype)
    start[100:200] = tensor(np.repeat(odd, len(odd)), dtype)
    grad[100:200] = tensor(np.tile(odd, len(odd)), dtype)
    for state in {dtype, "float64" if dtype == "float64" else "float32"}:
        seen = set()
        for _ in isas():
            for more in ({}, {"zero_grad": True}):
                param, given, states = start.clone(), grad.clone(), states_of("adamw", n, state)
                taken("adamw", param, given, states, beside={}, options=options | more)
                taken("adamw", param, grad.clone(), states, step=2, options=options)
                seen.add(b"".join(bits(param, *states)))
        assert len(seen) == 1


# -- What is refused ----------------------------------------------------------


def test_what_does_not_go_together_is_refused():
    half, single, double = (numbers(8, 1, t) for t in ("bfloat16", "float32", "float64"))

    def refused(message, *arguments, **given):
        given = {"used": PLAIN, **given}
        with pytest.raises(libsched.SchedError, match=re.escape(message)):
            taken("sgd", *arguments, [], **given)

    other = numbers(8, 2)
    refused("grad_dtype=2; accepted: doubles with doubles alone", single, double)
    refused("state_dtype=1", double, double.clone(), state_dtype="float32")
    refused("copy_dtype=1; accepted: a type of 16 bits", single, other, copy_dtype="float32")
    refused("copy=NULL; accepted: 8 bfloat16s", single, other, beside={}, copy_dtype="bfloat16")
    refused("rounding=2", single, other, rounding="kahan")
    refused("residual=NULL; accepted: 8 bfloat16s", half, other, beside={}, rounding="kahan")
    refused("beside=NULL; accepted: residuals", half, other, rounding="kahan")
    refused("beside=NULL; accepted: copies", single, other, copy_dtype="float16")
    refused("master=a pointer", single, other, beside={"master": numbers(8, 3)})
    refused("two arrays overlap: average=8 floats", single, other, beside={"average": other})
    for key, value in (
        ("loss_scale", -1.0),
        ("loss_scale", math.inf),
        ("max_norm", -1.0),
        ("max_value", math.nan),
        ("average_weight", 1.5),
    ):
        refused(f"{key}={value}; accepted", single, other, options={key: value})
    refused("zero_grad=2; accepted: 0 or 1", single, other, options={"zero_grad": 2})
    refused(
        "beside=NULL; accepted: accumulated gradients", single, other, options={"accumulate": 1}
    )
    assert torch.equal(single, numbers(8, 1))


# -- Through the optimizers ---------------------------------------------------


def parameter(n, seed, dtype):
    one = torch.nn.Parameter(numbers(n, seed, dtype))
    one.grad = numbers(n, seed + 1, dtype)
    return one


ADAMW = {"lr": 1e-2, "betas": (0.9, 0.99), "weight_decay": 0.1}


@pytest.mark.parametrize("dtype", SIXTEEN)
@pytest.mark.parametrize("how", [{}, {"master": True}, {"rounding": "kahan"}])
def test_optimizers_step_sixteen_bits(dtype, how):
    one = parameter(1500, 1, dtype)
    optimizer = optim.AdamW([one], **ADAMW)
    optimizer.store(**how)
    want, states = one.data.clone(), states_of("adamw", 1500)
    beside = {"master": want.float(), "residual": torch.zeros_like(want)}
    given = {
        key: beside[key] for key in ("master", "residual") if key in str(how) or "kahan" in str(how)
    }
    given.pop("master", None) if "kahan" in str(how) else given.pop("residual", None)
    for step in (1, 2, 3):
        one.grad = numbers(1500, step + 1, dtype)
        optimizer.step()
        rounding = how.get("rounding", "nearest")
        taken("adamw", want, one.grad, states, step=step, beside=given, rounding=rounding)
        if step == 2:
            # What is saved goes on as if nothing had been.
            saved = copy.deepcopy(optimizer.state_dict())
            optimizer = optim.AdamW([one], **ADAMW)
            optimizer.load_state_dict(saved)
    assert bits(one.data) == bits(want)
    state = optimizer.state[one]
    assert bits(state["exp_avg"], state["exp_avg_sq"]) == bits(*states)
    # torch's goes on from there, and ours from torch's.
    theirs = torch.optim.AdamW([parameter(1500, 1, dtype)], **ADAMW)
    theirs.load_state_dict(optimizer.state_dict())
    theirs.step()
    optimizer.load_state_dict(theirs.state_dict())
    optimizer.step()
    assert optimizer.state[one]["exp_avg"].dtype == torch.float32
    assert optimizer.state[one]["step"] == 5


def test_halves_of_arrays_are_stepped_and_averaged():
    array = np.linspace(-2, 2, 100).astype(np.float16)
    start, grad = array.copy(), np.ones(100, np.float16)
    for kind in (optim.SGD, optim.Lion):
        optimizer = kind([array], lr=0.25)
        optimizer.step(grads=[grad])
    # A rounding a step.
    assert np.array_equal(array, start - np.float16(0.25) - np.float16(0.25))
    free = optim.ScheduleFreeSGD([array], lr=0.25)
    free.train()
    free.step(grads=[grad])
    before = array.copy()
    free.eval()
    free.train()
    assert np.abs(array - before).max() <= 2**-9


def test_chances_come_of_the_seed():
    ends = []
    for seed in (1, 1, 2):
        params = [torch.nn.Parameter(torch.ones(500, dtype=torch.bfloat16)) for _ in range(3)]
        groups = [{"params": params[:2]}, {"params": params[2:]}]
        optimizer = optim.SGD(
            [{**group, "rounding": "stochastic", "seed": seed} for group in groups], lr=1.0
        )
        for one in params:
            one.grad = torch.full((500,), 2.0**-9, dtype=torch.bfloat16)
        optimizer.step()
        assert len({bits(one.data)[0] for one in params}) == 3
        ends.append(bits(*(one.data for one in params)))
    assert ends[0] == ends[1] != ends[2]
    with pytest.raises(ValueError, match="rounding is 'up'; accepted: one of"):
        optimizer.store("up")
    with pytest.raises(ValueError, match="rounding is 'kahan'"):
        optimizer.store("kahan", master=True)


def test_steps_clip_skip_and_zero():
    shapes = ((30, 50), (), (7,))
    ours = [torch.nn.Parameter(torch.ones(shape)) for shape in shapes]
    # One with gaps, which is stepped in a copy.
    ours.append(torch.nn.Parameter(torch.ones(4, 6)[:, ::2]))
    theirs = [torch.nn.Parameter(one.detach().clone()) for one in ours]
    optimizer, other = optim.AdamW(ours, **ADAMW), torch.optim.AdamW(theirs, **ADAMW)
    for step in range(3):
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            a.grad = numbers(a.numel(), 10 * step + i).reshape(a.shape) * 8
            b.grad = a.grad / 8
        norm = torch.nn.utils.clip_grad_norm_(theirs, 0.5)
        torch.nn.utils.clip_grad_value_(theirs, 0.02)
        other.step()
        optimizer.step(
            loss_scale=8.0, max_norm=0.5, max_value=0.02, skip_nonfinite=True, zero_grad=True
        )
        assert not optimizer.skipped
        assert optimizer.grad_norm == pytest.approx(norm.item(), rel=1e-5)
        assert all(not one.grad.any() for one in ours)
        for a, b in zip(ours, theirs, strict=True):
            torch.testing.assert_close(a.data, b.data, rtol=2e-6, atol=1e-7)
    before = [one.detach().clone() for one in ours]
    ours[2].grad[3] = math.nan
    optimizer.step(skip_nonfinite=True)
    assert optimizer.skipped
    assert optimizer.state[ours[0]]["step"] == 3
    assert all(torch.equal(a, b) for a, b in zip(ours, before, strict=True))
    for key, value in (("max_norm", 0.0), ("max_value", -1.0), ("loss_scale", math.nan)):
        with pytest.raises(ValueError, match=f"{key} is {value}; accepted: a number above 0"):
            optimizer.step(**{key: value})


@pytest.mark.parametrize(
    "change", [{"rounding": "stochastic"}, {"rounding": "kahan"}, {"master": True}, {"lr": 0.5}]
)
def test_what_is_asked_for_between_steps_is_done(change):
    def parameter(values):
        param = torch.nn.Parameter(values.clone())
        param.grad = torch.linspace(-1, 1, 100).bfloat16()
        return param

    steady = parameter(torch.linspace(1, 2, 100).bfloat16())
    opt = optim.AdamW([steady])
    for _ in range(3):
        opt.step()
    opt.param_groups[0].update(change)
    # One that has stepped nothing yet looks at everything.
    fresh = parameter(steady.detach())
    other = optim.AdamW([fresh])
    other.load_state_dict(opt.state_dict())
    for _ in range(2):
        opt.step()
        other.step()
    assert torch.equal(steady, fresh)
