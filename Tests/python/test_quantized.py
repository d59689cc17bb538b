"""States in 8 bits: the maps, steps with them, and what keeps them.

What is expected is numpy's: the maps as the paper constructs them, the nearest number of a map, and
a step of floats between reading and storing, which other tests hold to torch's.
"""

from __future__ import annotations

import copy
import json
import math
import re
from pathlib import Path

import libsched
import numpy as np
import pytest
import torch
from libsched import _lib, optim
from widths import isas

pytestmark = pytest.mark.usefixtures("settled")

VECTORS = Path(__file__).resolve().parents[1] / "Vectors"
PEER = json.loads((VECTORS / "peers" / "bitsandbytes.json").read_text())["vectors"]

# Around a lane, a block and the 1,024 elements that go through the cache at once.
LENGTHS = [1, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1023, 1025, 2000]
KINDS = ["signed", "unsigned"]
TYPES = {"signed": "q8", "unsigned": "uq8"}
TYPES_OF = {"q8": "signed", "uq8": "unsigned"}


def paper(kind):
    """The map of 256 numbers as the paper constructs it, in doubles."""
    tops = [2**e for e in range(7)] if kind == "signed" else [2 ** (e + 1) for e in range(7)]
    found = [0.0, 1.0]
    for e, count in enumerate(tops):
        ends = np.linspace(0.1, 1, count + 1)
        middles = (ends[1:] + ends[:-1]) / 2 * 10.0 ** (e - 6)
        found += [*middles, *(-middles if kind == "signed" else [])]
    return np.sort(found)


def stored(values, kind):
    """What an array of floats is in 8 bits."""
    values = np.ascontiguousarray(values, np.float32)
    given = np.full(_lib.q8_bytes(values.size), 0xA5, np.uint8)
    _lib.convert(values.ctypes.data, "float32", given.ctypes.data, TYPES[kind], values.size)
    return given


def read(given, n, kind):
    values = np.full(n, np.nan, np.float32)
    _lib.convert(given.ctypes.data, TYPES[kind], values.ctypes.data, "float32", n)
    return values


def through(values, kind):
    return read(stored(values, kind), values.size, kind)


def codes(given, n):
    return given[4 * -(-n // 256) :]


def scales(given, n):
    return given[: 4 * -(-n // 256)].view(np.float32)


def table(kind):
    """The map as the library has it."""
    given = np.zeros(_lib.q8_bytes(256), np.uint8)
    given[:4] = np.ones(1, np.float32).view(np.uint8)
    given[4:] = np.arange(256)
    return read(given, 256, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_maps_are_the_papers(kind):
    want = paper(kind)
    for _ in isas():
        np.testing.assert_allclose(table(kind), want, rtol=1e-6, atol=0)
    assert want.size == 256
    assert table(kind)[127 if kind == "signed" else 0] == 0
    assert table(kind)[255] == 1


@pytest.mark.parametrize("vector", PEER, ids=lambda vector: vector["name"])
def test_what_bitsandbytes_stores_is_read(vector):
    """Its maps, and its blocks of 256, the last of fewer."""
    kind, n = vector["name"], len(vector["codes"])
    theirs, absmax, want = (
        np.array(list(map(float.fromhex, vector[key])), np.float32)
        for key in ("map", "absmax", "values")
    )
    for _ in isas():
        np.testing.assert_allclose(table(kind), theirs, rtol=1e-6, atol=0)
        given = np.concatenate([absmax.view(np.uint8), np.array(vector["codes"], np.uint8)])
        np.testing.assert_allclose(read(given, n, kind), want, rtol=1e-6, atol=0)
    # Its own codes are now and then beside the nearest; ours are no farther from what was given.
    values = np.array(list(map(float.fromhex, vector["given"])), np.float32)
    ours = np.abs(through(values, kind) - values)
    is_least = values < absmax.repeat(256)[:n] * table("unsigned")[1]
    if kind == "unsigned":
        ours[is_least] = 0
    assert np.all(ours <= np.abs(want - values) + 1e-6 * np.abs(values))


@pytest.mark.parametrize("kind", KINDS)
def test_each_number_gets_the_nearest_code(kind):
    """Floats of all sizes up to the largest, 1 in 2,039, and those around what is half way."""
    numbers = table(kind).astype(np.float64)
    halves = ((numbers[1:] + numbers[:-1]) / 2).astype(np.float32)
    some = np.arange(0, 0x3F800000, 2039, dtype=np.uint32).view(np.float32)
    around = [halves, np.nextafter(halves, np.float32(9)), np.nextafter(halves, np.float32(-9))]
    values = np.concatenate([some, -some if kind == "signed" else some, *around, numbers])
    values = values[: values.size // 255 * 255].reshape(-1, 255)
    # Each block's largest is 1, so that nothing is scaled.
    values = np.concatenate([np.ones((len(values), 1)), values], 1).astype(np.float32).ravel()
    want = np.searchsorted(halves, values, side="right")
    ends = np.array([-np.inf, *halves, np.inf])
    near = np.minimum(values - ends[want], ends[want + 1] - values)
    if kind == "unsigned":
        # What divides does not vanish.
        want[(want == 0) & (values > 0)] = 1
    # Nearer to half way than the arithmetic's own roundings, either of two will do.
    is_clear = near > 2e-6 * np.abs(values)
    assert is_clear.mean() > 0.98
    seen = set()
    for _ in isas():
        given = stored(values, kind)
        assert np.all(scales(given, values.size) == 1)
        got = codes(given, values.size)
        assert np.array_equal(got[is_clear], want[is_clear])
        assert np.abs(got.astype(int) - want).max() <= 1
        seen.add(given.tobytes())
    assert len(seen) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_are_scaled_by_their_largest(kind):
    random = np.random.RandomState(2)
    for n in LENGTHS:
        # Blocks of other sizes; one of zeros, where there are several.
        values = (
            random.standard_normal(n)
            * 10.0 ** random.randint(-30, 30, -(-n // 256)).repeat(256)[:n]
        )
        values[256:512] = 0
        values = (np.abs(values) if kind == "unsigned" else values).astype(np.float32)
        seen = set()
        for _ in isas():
            given = stored(values, kind)
            blocks = [values[i : i + 256] for i in range(0, n, 256)]
            signed = [block[np.abs(block).argmax()] for block in blocks]
            assert scales(given, n).tolist() == signed
            largest = np.abs(signed)
            got = read(given, n, kind)
            # A part of the first decade is 0.9 / 64 of the largest, or 0.9 / 128; half of it is
            # how far the nearest may be. The one at the end of the signed map has no 1 beside it.
            bound = 0.00705 if kind == "signed" else 0.00353
            assert np.all(np.abs(got - values) <= np.repeat(largest, 256)[:n] * bound)
            seen.add((given.tobytes(), got.tobytes()))
        assert len(seen) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_finite_spoils_its_block(kind):
    for value in (np.nan, np.inf):
        for place in (0, 255, 256, 300):
            values = np.ones(600, np.float32)
            values[place] = value
            block = place // 256
            for _ in isas():
                got = read(stored(values, kind), 600, kind)
                spoilt = np.arange(600) // 256 == block
                assert np.isnan(got[spoilt]).all()
                assert np.all(got[~spoilt] == 1)


def test_what_is_tiny_is_stored():
    """Down to a largest of 2^-126 there is nothing special; below 2^-128 there may be zeros."""
    values = (np.arange(256) * 2.0**-134).astype(np.float32)
    got = read(stored(values, "unsigned"), 256, "unsigned")
    assert np.all(np.abs(got - values) <= 0.004 * values.max())
    tiny = np.full(256, 1e-45, np.float32)
    assert read(stored(tiny, "unsigned"), 256, "unsigned").max() <= 1e-45


def test_conversions_between_other_types():
    values = torch.randn(1000, generator=torch.Generator().manual_seed(1)) * 100
    for dtype in ("bfloat16", "float16"):
        half = values.to(getattr(torch, dtype))
        got = torch.empty_like(half)
        _lib.convert(values.data_ptr(), "float32", got.data_ptr(), dtype, 1000)
        assert torch.equal(got, half)
        given = np.zeros(_lib.q8_bytes(1000), np.uint8)
        _lib.convert(half.data_ptr(), dtype, given.ctypes.data, "q8", 1000)
        assert given.tobytes() == stored(half.float().numpy(), "signed").tobytes()


# -- Steps --------------------------------------------------------------------

ADAM = {"lr": 1e-2, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.1}
SETTINGS = {
    "adamw": ADAM,
    "adam": ADAM,
    "adam amsgrad": ADAM | {"amsgrad": 1.0},
    "lion": ADAM,
    "sgd": {"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01},
    "sgd nesterov": {"lr": 0.1, "momentum": 0.9, "nesterov": 1.0},
    "ademamix": {"lr": 1e-2},
    "adagrad": {"lr": 0.1},
    "adamax": {"lr": 1e-2},
    "nadam": {"lr": 1e-2},
    "radam": {"lr": 1e-2},
    "rmsprop": {"lr": 1e-2, "momentum": 0.9, "centered": 1.0},
    "lars": {"lr": 0.1},
}
UNMAPPED = ["lamb", "adadelta", "asgd", "rprop", "adan", "sophia", "schedule_free_sgd"]


def lines_of(kind, tag):
    return [line for line in _lib.describe_optimizer(kind.split()[0]) if line[0] in tag]


def used_states(case):
    """The arrays of state of a case, by name, and the map of each; None for those not in use."""
    kind, given = case.split()[0], SETTINGS.get(case, {})
    maps = _lib.maps(kind)
    used = {}
    for _, name, _, condition in lines_of(kind, ["state"]):
        setting = condition.split()[-1] if condition else ""
        used[name] = maps.get(name) if not setting or given.get(setting, 0.9) else None
    return used


def taken(case, param, grad, states, *, step=1, dtype="q8", n=None, isa_rows=None):
    """One step of one parameter, in place, with states by address, 0 for those that are none."""
    kind = case.split()[0]
    settings = lines_of(kind, ["real", "flag"])
    names, numbers = lines_of(kind, ["state"]), lines_of(kind, ["scalar"])
    rows = _lib.StepList(kind, "float32", 2 + len(names) + bool(numbers), 1, state_dtype=dtype)
    given = SETTINGS.get(case, {})
    rows.set([given.get(name, default) for _, name, default, _ in settings])
    row = [param.size if n is None else n, step, param.ctypes.data, grad.ctypes.data]
    row += [0 if one is None else one.ctypes.data for one in states]
    scalars = np.array([start for _, _, start, _ in numbers] or [0.0])
    rows.table[0] = row + [scalars.ctypes.data] * bool(numbers)
    _lib.Steps([rows]).step()


def numbers_of(n, seed):
    random = np.random.RandomState(seed)
    return np.ldexp(random.uniform(-2, 2, n), random.randint(-6, 4, n)).astype(np.float32)


@pytest.mark.parametrize("case", SETTINGS)
def test_a_step_is_a_step_of_floats_between_reading_and_storing(case):
    used = used_states(case)
    kinds = TYPES_OF
    for n in (1, 255, 256, 257, 1025, 3000):
        start, seen = numbers_of(n, 1), set()
        for _ in isas():
            param, states = (
                start.copy(),
                [np.zeros(_lib.q8_bytes(n), np.uint8) if kind else None for kind in used.values()],
            )
            for step in (1, 2, 3):
                grad = numbers_of(n, step + 1)
                want = param.copy()
                floats = [
                    read(one, n, kinds[kind]) if kind else None
                    for one, kind in zip(states, used.values(), strict=True)
                ]
                taken(case, want, grad, floats, step=step, dtype="float32")
                taken(case, param, grad, states, step=step)
                assert param.tobytes() == want.tobytes()
                for one, floated, kind in zip(states, floats, used.values(), strict=True):
                    assert kind is None or one.tobytes() == stored(floated, kinds[kind]).tobytes()
            assert param.tobytes() != start.tobytes()
            seen.add(b"".join([param.tobytes(), *(s.tobytes() for s in states if s is not None)]))
        assert len(seen) == 1


@pytest.mark.parametrize("case", ["adamw", "sgd", "lion", "ademamix", "adagrad", "lars"])
def test_threads_and_addresses_change_nothing(case):
    n, seen = 1_000_003, set()
    start, grad = numbers_of(n, 1), numbers_of(n, 2)
    for threads in (1, 2, 3):
        libsched.set_threads(threads)
        for offset in (0, 1):
            param = start.copy()
            # A state may lie at any address.
            room = [
                np.zeros(_lib.q8_bytes(n) + 8, np.uint8) if kind else None
                for kind in used_states(case).values()
            ]
            states = [
                None if one is None else one[offset : offset + _lib.q8_bytes(n)] for one in room
            ]
            for step in (1, 2):
                taken(case, param, grad, states, step=step)
            seen.add(b"".join([param.tobytes(), *(s.tobytes() for s in states if s is not None)]))
            assert all(
                not one[offset + _lib.q8_bytes(n) :].any() for one in room if one is not None
            )
    assert len(seen) == 1


@pytest.mark.parametrize("kind", UNMAPPED)
def test_states_that_are_no_averages_are_refused(kind):
    count = len(lines_of(kind, ["state"]))
    param, grad = numbers_of(8, 1), numbers_of(8, 2)
    states = [np.zeros(64, np.uint8) for _ in range(count)]
    with pytest.raises(libsched.SchedError, match=r"state_dtype=5; accepted: a type of floats for"):
        taken(kind, param, grad, states)
    assert np.array_equal(param, numbers_of(8, 1))


def test_what_cannot_be_is_refused():
    param, grad = numbers_of(8, 1), numbers_of(8, 2)
    given = np.zeros(64, np.uint8)

    def refused(message, call, *arguments, **more):
        with pytest.raises(libsched.SchedError, match=re.escape(message)):
            call(*arguments, **more)

    refused(
        "state_dtype=6; accepted: SCHED_Q8", taken, "adamw", param, grad, [given] * 3, dtype="uq8"
    )
    missing = "exp_avg_sq=NULL; accepted: 8 codes and their scales"
    refused(missing, taken, "adamw", param, grad, [given, None, None])
    overlap = "two arrays overlap: exp_avg_sq=8 codes and their scales; accepted: none of exp_avg"
    refused(overlap, taken, "adamw", param, grad, [given, given[11:], None])
    # Twelve bytes each.
    taken("adamw", param, grad, [given, given[12:], None])
    for dtype, name in (("q8", "dtype=5"), ("uq8", "dtype=6")):
        with pytest.raises(libsched.SchedError, match=f"{name}; accepted: a type of floats"):
            _lib.Steps([_lib.StepList("sgd", dtype, 3, 0)]).step()
        with pytest.raises(libsched.SchedError, match=f"grad_{name}; accepted: a type of floats"):
            _lib.Steps([_lib.StepList("sgd", "float32", 3, 0, grad_dtype=dtype)]).step()
        refused(f"list[0].{name}", _lib.Arrays([dtype], [given.ctypes.data], [4]).norms)
    convert, at = _lib.convert, given.ctypes.data
    refused("from.dtype=2", convert, at, "float64", at + 32, "q8", 3)
    refused("dtype=2", convert, at, "q8", at + 32, "float64", 3)
    refused("to=NULL; accepted: 3 floats", convert, at, "q8", 0, "float32", 3)
    refused(
        "from.data=NULL; accepted: 3 codes and their scales", convert, 0, "q8", at, "float32", 3
    )
    refused("two arrays overlap: to=3 floats", convert, at, "q8", at + 6, "float32", 3)
    refused("from.n=", convert, at, "q8", at + 32, "float32", -1)
    convert(0, "q8", 0, "float32", 0)


# -- Through the optimizers ---------------------------------------------------

MADE = {
    "Adam": {"amsgrad": True},
    "AdamW": {},
    "Lion": {},
    "SGD": {"momentum": 0.9},
    "AdEMAMix": {},
    "Adagrad": {"initial_accumulator_value": 0.5},
    "Adamax": {},
    "NAdam": {},
    "RAdam": {},
    "RMSprop": {"momentum": 0.9, "centered": True},
    "LARS": {},
}


def parameters(dtype=torch.float32):
    """One with 8 bits, one with too few elements, and one whose memory is in another order."""
    shapes = (torch.zeros(70, 71), torch.zeros(10, 10), torch.zeros(90, 80).t())
    made = []
    for seed, shape in enumerate(shapes):
        values = torch.from_numpy(numbers_of(shape.numel(), seed)).to(dtype)
        made.append(torch.nn.Parameter(torch.empty_like(shape, dtype=dtype)))
        made[-1].data.copy_(values.reshape(shape.shape))
    return made


def give_gradients(params, step):
    for seed, param in enumerate(params):
        values = torch.from_numpy(numbers_of(param.numel(), 10 * step + seed)).to(param.dtype)
        param.grad = torch.empty_like(param).copy_(values.reshape(param.shape))


@pytest.mark.parametrize("name", MADE)
def test_optimizers_keep_states_in_eight_bits(name):
    """As with states of floats that are stored and read after each step."""
    params, others = parameters(), parameters()
    ours = getattr(optim, name)(params, lr=1e-2, **MADE[name])
    floats = getattr(optim, name)(others, lr=1e-2, **MADE[name])
    ours.store(state_dtype="8bit")
    maps = {key: TYPES_OF[kind] for key, kind in _lib.maps(ours._library_name).items()}
    for step in (1, 2, 3):
        for one in (params, others):
            give_gradients(one, step)
        for i in (0, 2):
            # What is eight bits here is what eight bits hold there.
            for key, value in floats.state[others[i]].items():
                if key in maps and value is not None:
                    flat = value.t() if i == 2 else value
                    flat.copy_(
                        torch.from_numpy(through(flat.reshape(-1).numpy(), maps[key])).reshape(
                            flat.shape
                        )
                    )
        ours.step()
        floats.step()
        assert all(map(torch.equal, params, others))
    for i, param in enumerate(params):
        arrays = {k: v for k, v in ours.state[param].items() if k in maps}
        assert arrays
        for key, value in arrays.items():
            assert value.dtype == (torch.float32 if i == 1 else torch.uint8), key
            if i != 1:
                assert value.shape == (_lib.q8_bytes(param.numel()),)


def test_what_is_saved_goes_on(tmp_path):
    params = parameters()
    optimizer = optim.AdamW([{"params": params, "state_dtype": "8bit", "min_8bit_size": 200}])
    for step in (1, 2):
        give_gradients(params, step)
        optimizer.step()
    torch.save(optimizer.state_dict(), tmp_path / "saved")
    loaded = torch.load(tmp_path / "saved", weights_only=True)
    copies = [torch.nn.Parameter(param.detach().clone()) for param in params]
    other = optim.AdamW(copies)
    other.load_state_dict(loaded)
    for one, ones in ((optimizer, params), (other, copies)):
        give_gradients(ones, 3)
        one.step()
    assert all(map(torch.equal, params, copies))
    for a, b in zip(params, copies, strict=True):
        for key in ("exp_avg", "exp_avg_sq"):
            assert torch.equal(optimizer.state[a][key], other.state[b][key])
    assert other.state[copies[0]]["exp_avg"].dtype == torch.uint8


def test_torchs_states_become_eight_bits_and_back():
    params = parameters()
    theirs = torch.optim.AdamW([torch.nn.Parameter(p.detach().clone()) for p in params])
    give_gradients(theirs.param_groups[0]["params"], 1)
    theirs.step()
    optimizer = optim.AdamW(params)
    optimizer.store(state_dtype="8bit")
    optimizer.load_state_dict(theirs.state_dict())
    give_gradients(params, 2)
    optimizer.step()
    assert optimizer.state[params[2]]["exp_avg"].dtype == torch.uint8
    assert optimizer.state[params[0]]["step"] == 2
    # torch's understands floats.
    optimizer.store()
    for param in params:
        state = optimizer.state[param]
        assert state["exp_avg"].dtype == torch.float32
        assert state["exp_avg"].shape == param.shape
        assert state["exp_avg"].stride() == param.stride()
    # torch steps the arrays it is given.
    theirs.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    give_gradients(theirs.param_groups[0]["params"], 3)
    theirs.step()
    wanted = torch.optim.AdamW([torch.nn.Parameter(p.detach().clone()) for p in parameters()])
    for step in (1, 2):
        give_gradients(wanted.param_groups[0]["params"], step)
        wanted.step()
    for param, other in zip(params, wanted.param_groups[0]["params"], strict=True):
        want = wanted.state[other]["exp_avg"]
        assert (optimizer.state[param]["exp_avg"] - want).abs().max() < 0.02 * want.abs().max()


LAYOUTS = {
    "rows": lambda one: one.contiguous(),
    "channels last": lambda one: one.contiguous(memory_format=torch.channels_last),
    "turned": lambda one: one.permute(3, 1, 2, 0).contiguous().permute(3, 1, 2, 0),
    "with gaps": lambda one: one.repeat_interleave(2, -1)[..., ::2],
}
ORDERS = {"rows": None, "channels last": (0, 2, 3, 1), "turned": (3, 1, 2, 0), "with gaps": None}


def in_floats(optimizer, param, key, kind):
    """An array of state in 8 bits as one of floats, row after row."""
    state = optimizer.state[param]
    flat = torch.from_numpy(read(state[key].numpy(), param.numel(), kind))
    order = state.get("order", tuple(range(param.ndim)))
    return flat.reshape([param.shape[i] for i in order]).permute(*np.argsort(order).tolist())


@pytest.mark.parametrize("after", LAYOUTS)
@pytest.mark.parametrize("before", LAYOUTS)
@pytest.mark.parametrize("way", ["loaded", "moved", "as floats"])
def test_codes_go_with_their_elements_to_another_layout(before, after, way):
    shape = (6, 8, 10, 12)
    values = torch.from_numpy(numbers_of(math.prod(shape), 1)).reshape(shape)
    param = torch.nn.Parameter(LAYOUTS[before](values))
    optimizer = optim.AdamW([param])
    optimizer.store(state_dtype="8bit")
    param.grad = values / 8
    optimizer.step()
    kinds = {"exp_avg": "signed", "exp_avg_sq": "unsigned"}
    assert optimizer.state[param].get("order") == ORDERS[before]
    held = {key: in_floats(optimizer, param, key, kind) for key, kind in kinds.items()}
    for key, want in (("exp_avg", 0.1 * param.grad), ("exp_avg_sq", 0.001 * param.grad**2)):
        assert torch.allclose(held[key], want, rtol=0, atol=0.008 * want.abs().max())
    other = param
    if way == "moved":
        param.data = LAYOUTS[after](param.data)
    else:
        other = torch.nn.Parameter(LAYOUTS[after](param.detach()))
        saved = optimizer.state_dict()
        optimizer = optim.AdamW([other], betas=(0.5, 0.5))
        if way == "as floats":
            saved["param_groups"][0]["state_dtype"] = "float32"
        optimizer.load_state_dict(saved)
    # Averages that are multiplied by 1 and have nothing added stay as they are.
    optimizer.param_groups[0]["betas"] = 1 - 1e-12, 1 - 1e-12
    other.grad = torch.zeros_like(other)
    optimizer.step()
    state = optimizer.state[other]
    for key, kind in kinds.items():
        if way == "as floats":
            assert torch.equal(state[key], held[key])
            assert state[key].dtype == torch.float32 and "order" not in state
        elif ORDERS[before] == ORDERS[after]:
            assert torch.equal(in_floats(optimizer, other, key, kind), held[key])
        else:
            # Once more to the nearest, of other blocks.
            got = in_floats(optimizer, other, key, kind)
            assert (got - held[key]).abs().max() <= 0.008 * held[key].abs().max()
            assert state.get("order") == ORDERS[after]


def test_arrays_have_layouts_too():
    array = np.asfortranarray(numbers_of(6400, 1).reshape(64, 100))
    optimizer = optim.SGD([array], lr=0.1, momentum=0.9)
    optimizer.store(state_dtype="8bit")
    (param,) = optimizer.param_groups[0]["params"]
    optimizer.step(grads=[array.copy()])
    state = optimizer.state[param]
    assert state["order"] == (1, 0)
    want = read(state["momentum_buffer"], 6400, "signed").reshape(100, 64).T
    other = optim.SGD([np.ascontiguousarray(array)], lr=0.1, momentum=0.9)
    other.load_state_dict(optimizer.state_dict())
    (param,) = other.param_groups[0]["params"]
    other.param_groups[0]["momentum"] = 1.0
    other.step(grads=[np.zeros_like(array)])
    state = other.state[param]
    assert "order" not in state
    got = read(state["momentum_buffer"], 6400, "signed").reshape(64, 100)
    assert np.abs(got - want).max() <= 0.008 * np.abs(want).max()
    # Into what it was saved from, not a bit changes.
    again = optim.SGD([np.asfortranarray(array)], lr=0.1, momentum=0.9)
    again.load_state_dict(optimizer.state_dict())
    again.param_groups[0]["momentum"] = 1.0
    again.step(grads=[np.zeros_like(array)])
    (param,) = again.param_groups[0]["params"]
    assert np.array_equal(
        read(again.state[param]["momentum_buffer"], 6400, "signed").reshape(100, 64).T, want
    )


@pytest.mark.parametrize("order", [(0, 0), (0, 2), (0,), [1, 0], "10", None])
def test_an_order_that_is_none_is_refused(order):
    param = torch.nn.Parameter(torch.zeros(70, 71))
    optimizer = optim.AdamW([("weight", param)])
    optimizer.store(state_dtype="8bit")
    param.grad = torch.ones_like(param)
    optimizer.step()
    saved = optimizer.state_dict()
    saved["state"][0]["order"] = order
    optimizer.load_state_dict(saved)
    before = param.detach().clone()
    with pytest.raises(
        ValueError,
        match=r"exp_avg of parameter 0 of group 0 \('weight'\) is in the order .*; accepted: the axes \(0, 1\)",
    ):
        optimizer.step()
    assert torch.equal(param, before)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.complex64])
def test_other_parameters_have_states_of_eight_bits(dtype):
    params = parameters(dtype)
    optimizer = optim.AdamW(params, lr=1e-2)
    optimizer.store(state_dtype="8bit")
    before = [param.detach().clone() for param in params]
    for step in (1, 2):
        give_gradients(params, step)
        optimizer.step()
    count = 2 if dtype is torch.complex64 else 1
    size = _lib.q8_bytes(count * params[0].numel())
    assert optimizer.state[params[0]]["exp_avg"].shape == (size,)
    assert not any(map(torch.equal, params, before))


def test_arrays_and_doubles():
    array, doubles = np.ones(5000, np.float32), np.ones(5000)
    optimizer = optim.Lion([array, doubles], lr=0.125)
    optimizer.store(state_dtype="8bit")
    optimizer.step(grads=[np.full(5000, 0.5, np.float32), np.ones(5000)])
    kinds = [optimizer.state[p]["exp_avg"].dtype for p in optimizer.param_groups[0]["params"]]
    assert kinds == [np.uint8, np.float64]
    assert np.all(array == 0.875)
    copied = optim.Lion([array, doubles], lr=0.125)
    copied.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    copied.step(grads=[np.full(5000, -0.5, np.float32), np.ones(5000)])
    assert copied.state[copied.param_groups[0]["params"][0]]["exp_avg"].dtype == np.uint8


def test_optimizers_refuse_what_they_cannot_keep():
    params = parameters()
    for name in ("Adan", "Rprop", "ASGD", "LAMB"):
        optimizer = getattr(optim, name)(params, lr=1e-2)
        with pytest.raises(ValueError, match=f"state_dtype is '8bit'; accepted by {name}: one of"):
            optimizer.store(state_dtype="8bit")
    optimizer = optim.AdamW(params)
    with pytest.raises(ValueError, match="state_dtype is '4bit'; accepted by AdamW: one of"):
        optimizer.store(state_dtype="4bit")
    optimizer.store(state_dtype="8bit")
    give_gradients(params, 1)
    optimizer.step()
    state, before = optimizer.state[params[2]], params[2].detach().clone()
    state["exp_avg"] = state["exp_avg"][1:]
    with pytest.raises(
        ValueError, match=r"exp_avg of parameter 2 of group 0 .*accepted: 7316 contig"
    ):
        optimizer.step()
    assert torch.equal(params[2], before)
    # What is loaded is not believed either.
    for value, message in (
        (torch.zeros(3, dtype=torch.uint8), "exp_avg of parameter 0 .*accepted: 5050 contiguous"),
        (torch.zeros(3), r"exp_avg of parameter 0 .*is of shape \(3,\); accepted: \(70, 71\)"),
    ):
        saved = copy.deepcopy(optimizer.state_dict())
        saved["state"][0]["exp_avg"] = value
        other = optim.AdamW(params)
        other.load_state_dict(saved)
        with pytest.raises(ValueError, match=message):
            other.step()
    other = optim.AdamW(params)
    saved["param_groups"][0]["state_dtype"] = "float32"
    saved["state"][0]["exp_avg"] = torch.zeros(3, dtype=torch.uint8)
    other.load_state_dict(saved)
    with pytest.raises(
        ValueError, match="exp_avg of parameter 0 .*has 3 bytes in 8 bits; accepted: 5050"
    ):
        other.step()


def test_a_state_that_is_forgotten_begins_anew():
    array, grad = np.ones(5000, np.float32), np.full(5000, 0.5, np.float32)
    optimizer = optim.Adagrad([array], initial_accumulator_value=0.5)
    optimizer.store(state_dtype="8bit")
    optimizer.state.clear()
    optimizer.step(grads=[grad])
    state = optimizer.state[optimizer.param_groups[0]["params"][0]]["sum"]
    assert np.all(read(state, 5000, "unsigned") == 0.75)


def test_doubles_take_over_states_of_eight_bits():
    array = np.linspace(-1, 1, 5000, dtype=np.float32)
    optimizer = optim.Lion([array], lr=0.125)
    optimizer.store(state_dtype="8bit")
    optimizer.step(grads=[array.copy()])
    doubles = optim.Lion([array.astype(np.float64)], lr=0.125)
    doubles.load_state_dict(optimizer.state_dict())
    doubles.step(grads=[np.zeros(5000)])
    state = doubles.state[doubles.param_groups[0]["params"][0]]["exp_avg"]
    assert state.dtype == np.float64
    # 0.01 of the gradient, and 0.99 of that.
    want = 0.0099 * np.linspace(-1, 1, 5000)
    assert np.all(np.abs(state - want) <= 0.0071 * np.abs(want).max())


# -- Training -----------------------------------------------------------------


def test_digits_are_learned_as_with_floats():
    """A network of one layer on real digits: the same loss, to what another seed would change."""
    records = torch.from_numpy(np.fromfile(VECTORS / "digits.bin", np.uint8).reshape(-1, 65))
    images, labels = records[:, :64].float() / 16, records[:, 64].long()
    held = 400
    losses = {}
    for kind in ("float32", "8bit"):
        for seed in (1, 2):
            generator = torch.Generator().manual_seed(seed)
            sizes = [(64, 128), (128,), (128, 10), (10,)]
            params = [
                torch.nn.Parameter(0.1 * torch.randn(size, generator=generator)) for size in sizes
            ]

            def logits(some, params=params):
                a, b, c, d = params
                return torch.relu(some @ a + b) @ c + d

            optimizer = optim.AdamW(params, lr=3e-3)
            # All of them, which is harder than large ones alone.
            optimizer.store(state_dtype=kind, min_8bit_size=0)
            for _ in range(12):
                order = held + torch.randperm(len(images) - held, generator=generator)
                for batch in order.split(64):
                    loss = torch.nn.functional.cross_entropy(logits(images[batch]), labels[batch])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
            with torch.no_grad():
                right = (logits(images[:held]).argmax(1) == labels[:held]).float().mean().item()
            losses[kind, seed] = loss.item(), right
    for seed in (1, 2):
        (floats, right), (codes, as_right) = losses["float32", seed], losses["8bit", seed]
        assert right > 0.93
        assert abs(as_right - right) <= 0.015
        assert abs(codes - floats) <= 0.03
