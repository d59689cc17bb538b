"""Every optimizer's step: the same bits whatever the machine, the array and its cut."""

import math

import libsched
import numpy as np
import pytest
from libsched import _lib, optim
from widths import isas

pytestmark = pytest.mark.usefixtures("settled")

# Every loop of the kernels, by the settings that choose it.
CASES = [
    ("adam", {"weight_decay": 0.1}),
    ("adam", {"amsgrad": True, "maximize": True}),
    ("adamw", {"beta1": 0.3}),
    ("sgd", {"lr": 0.1, "weight_decay": 0.1}),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "maximize": True}),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "lr_in_velocity": True}),
    ("adagrad", {"lr_decay": 0.1}),
    ("adadelta", {"weight_decay": 0.1}),
    ("rmsprop", {}),
    ("rmsprop", {"momentum": 0.9}),
    ("rmsprop", {"centered": True}),
    ("rmsprop", {"centered": True, "momentum": 0.9, "lr_in_velocity": True, "eps_in_root": True}),
    ("rmsprop", {"centered": True, "momentum": 0.9, "weight_decay": 0.1}),
    ("adamax", {}),
    ("nadam", {"decoupled_weight_decay": True, "weight_decay": 0.1}),
    ("radam", {"beta2": 0.5}),
    ("asgd", {"t0": 1.0}),
    ("rprop", {}),
    ("sparse_adam", {"lr": 0.1}),
    ("lamb", {"lr": 0.1, "weight_decay": 0.1}),
    ("lamb", {"lr": 0.1, "bias_correction": False, "decoupled_weight_decay": True}),
    ("lars", {"lr": 10.0, "weight_decay": 0.1, "nesterov": True}),
    ("lars", {"lr": 10.0, "momentum": 0.0, "maximize": True}),
    ("adafactor", {"weight_decay": 0.1}),
    ("adafactor", {"shaped": True, "maximize": True}),
    ("adafactor", {"shaped": 3, "eps1": 1e-30}),
    ("muon", {"shaped": True}),
    ("muon", {"shaped": True, "nesterov": False, "match_rms_adamw": True}),
    ("lion", {"weight_decay": 0.1}),
    ("adan", {"weight_decay": 0.1}),
    ("adan", {"weight_decay": 0.1, "no_prox": True, "maximize": True}),
    ("ademamix", {"alpha_warmup": 5.0, "beta3_warmup": 5.0}),
    ("sophia", {}),
    ("average", {"keep": 0.3}),
    ("average", {"squares": True}),
    ("schedule_free_sgd", {"weight_decay": 0.1}),
    ("schedule_free_adamw", {"weight_decay": 0.1, "warmup_steps": 2.0}),
]
# Whose elements depend on each other, by the norms of arrays.
NORMED = ("lamb", "lars", "adafactor", "muon")
IDS = [f"{kind}{''.join(f',{key}' for key in given)}" for kind, given in CASES]
# Around each lane width: one short, exact, one over. Then sums of widths.
LENGTHS = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 28, 31, 100, 1023]


def declared(kind):
    """What the library declares of an optimizer: settings, arrays, numbers."""
    return _lib.describe_optimizer(kind)


def settings(kind, **given):
    """All of them in the library's order, those not given as they are by default."""
    lines = [line for line in declared(kind) if line[0] in ("real", "integer", "flag")]
    return [given.get(name, default) for _, name, default, _ in lines]


def numbers(n, seed):
    """Of all signs and several magnitudes, different in every lane."""
    random = np.random.RandomState(seed)
    return np.ldexp(random.uniform(-2, 2, n), random.randint(-3, 4, n))


def strange(n):
    values = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45, 1e-38, 3e38, -3e38, 1e-20, 1e20, 1.0]
    return np.array([values[i * 5 % len(values)] for i in range(n)])


def shape(n, given):
    """Rows and columns of n elements: the most square ones, or of small matrices if those fit."""
    asked = given.get("shaped")
    if not asked:
        return 0, 0
    if asked is not True and n % asked**2 == 0:
        return asked, asked
    rows = next(rows for rows in range(math.isqrt(n), 0, -1) if n % rows == 0)
    return rows, n // rows


def run(kind, given, param, grads, dtype, shift=0, cut=None):
    """The bits of a parameter and its state after a step for each gradient.

    The arrays stand `shift` bytes off; every part of `cut` elements is a call of its own.
    """
    lines, n = declared(kind), len(param)

    def place(values):
        raw = np.empty(values.size * dtype().itemsize + 64 + shift, np.uint8)
        start = -raw.ctypes.data % 64 + shift
        array = raw[start : start + values.size * dtype().itemsize].view(dtype)
        array[...] = values
        return array

    states = [one for one in lines if one[0] == "state"]
    with np.errstate(all="ignore"):
        arrays = [place(np.asarray(param, dtype))]
        held = [place(np.full(n, start, dtype)) for _, _, start, _ in states]
        given_grads = [place(np.asarray(grad, dtype)) for grad in grads]
    first = [start for tag, _, start, _ in lines if tag == "scalar"]
    ends = [one for one in lines if one[0] == "shape"]
    parts = list(range(0, n, cut)) if cut else [0]
    scalars = [np.array(first, np.float64) for _ in parts]
    for step, grad in enumerate(given_grads, 1):
        rows = _lib.StepList(
            kind, np.dtype(dtype).name, 2 + len(states) + len(ends) + bool(first), len(parts)
        )
        rows.set(settings(kind, **given))
        for i, start in enumerate(parts):
            end = min(n, start + cut) if cut else n
            offset = start * dtype().itemsize
            columns = [one.ctypes.data + offset for one in (arrays[0], grad, *held)]
            if first:
                columns.append(scalars[i].ctypes.data)
            columns += shape(end - start, given)[: len(ends)]
            rows.table[i] = [end - start, step, *columns]
        _lib.Steps([rows]).step()
    results = np.concatenate([arrays[0], *held])
    # Which of two NaNs an addition keeps is the compiler's choice of operands.
    return np.where(np.isnan(results), dtype(np.nan), results).tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind, given", CASES, ids=IDS)
def test_bits_are_the_same(kind, given, dtype):
    param, grads = numbers(1023, 1), [numbers(1023, seed) for seed in (2, 3, 4)]
    libsched.set_isa("baseline")
    longest = run(kind, given, param, grads, dtype)
    whole = np.frombuffer(longest, dtype).reshape(-1, 1023)
    assert len(set(whole[0])) > 1000
    assert not np.array_equal(whole[0], np.asarray(param, dtype))
    for isa in isas():
        # At every length and alignment, and in pieces.
        for n in LENGTHS:
            part = param[:n], [grad[:n] for grad in grads]
            told = whole[:, :n].tobytes()
            if kind in NORMED:
                libsched.set_isa("baseline")
                told = run(kind, given, *part, dtype)
                libsched.set_isa(isa)
            for shift in (0, 4, 20, 33) if n == 100 else (8,):
                got = run(kind, given, *part, dtype, shift)
                assert got == told, (isa, n, shift)
        for cut in (1, 5, 16, 333) if kind not in NORMED else ():
            assert run(kind, given, param, grads, dtype, cut=cut) == longest, (isa, cut)
        for inputs in (
            (strange(100), [grad[:100] for grad in grads]),
            (param[:100], [strange(100)] * 3),
        ):
            got = run(kind, given, *inputs, dtype)
            libsched.set_isa("baseline")
            assert got == run(kind, given, *inputs, dtype), isa
            libsched.set_isa(isa)


@pytest.mark.parametrize("kind, given", CASES, ids=IDS)
def test_threads_change_nothing(kind, given):
    n = 360_000 if "shaped" in given else 400_003
    param, grads = numbers(n, 1), [numbers(n, 2), numbers(n, 3)]
    libsched.set_threads(1)
    alone = run(kind, given, param, grads, np.float32)
    for threads in (2, 3, 7):
        libsched.set_threads(threads)
        assert run(kind, given, param, grads, np.float32) == alone


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "kind, width, total", [("sparse_adam", 5, 7), ("adagrad", 1, 40), ("sgd", 300, 1000)]
)
def test_rows_are_stepped_as_if_alone(kind, width, total, dtype):
    random = np.random.RandomState(3)
    states = [one for one in declared(kind) if one[0] == "state"]
    start = [random.uniform(1, 2, (total, width)).astype(dtype) for _ in range(1 + len(states))]
    which = np.sort(random.permutation(total)[: total // 2]).astype(np.int64)
    grad = random.uniform(-1, 1, (len(which), width)).astype(dtype)

    def take(arrays, rows, group=None):
        rows = np.array(rows, np.int64)
        steps = _lib.StepList(kind, np.dtype(dtype).name, rows.shape[1] - 2, len(rows))
        steps.set(settings(kind))
        steps.table[...] = rows
        steps.set_rows(group)
        _lib.Steps([steps]).step()

    sparse, alone = [one.copy() for one in start], [one.copy() for one in start]
    addresses = [sparse[0].ctypes.data, grad.ctypes.data]
    addresses += [one.ctypes.data for one in sparse[1:]]
    take(sparse, [[total * width, 3, *addresses]], [(total, which)])
    take(
        alone,
        [
            [
                width,
                3,
                alone[0][row].ctypes.data,
                grad[i].ctypes.data,
                *(one[row].ctypes.data for one in alone[1:]),
            ]
            for i, row in enumerate(which)
        ],
    )
    others = np.setdiff1d(np.arange(total), which)
    for one, other, first in zip(sparse, alone, start, strict=True):
        assert one.tobytes() == other.tobytes()
        assert one[others].tobytes() == first[others].tobytes()
    assert np.mean(sparse[0][which] != start[0][which]) > 0.9


@pytest.mark.parametrize(
    "total, which, message",
    [
        (4, [0, 0], "indices=0; accepted: ascending integers below 4, none twice"),
        (4, [2, 1], "indices=1; accepted: ascending"),
        (4, [4], "indices=4"),
        (4, [-1], "indices=-1"),
        (3, [0], "total=3; accepted: what divides n, 8"),
        (0, [], "total=0"),
        (4, [0, 1, 2, 3, 3], "count=5; accepted: an integer from 0 to 4"),
    ],
)
def test_rows_that_are_none_are_refused(total, which, message):
    param, grad = np.ones(8), np.ones(16)
    steps = _lib.StepList("sgd", "float64", 3, 1)
    steps.set(settings("sgd", lr=1.0))
    steps.table[0] = [8, 1, param.ctypes.data, grad.ctypes.data, 0]
    steps.set_rows([(total, np.array(which, np.int64))])
    with pytest.raises(libsched.SchedError, match=message):
        _lib.Steps([steps]).step()
    assert np.all(param == 1)


def test_rows_are_not_for_optimizers_with_numbers_of_state():
    arrays = [np.ones(8) for _ in range(3)]
    steps = _lib.StepList("asgd", "float64", 4, 1)
    steps.set(settings("asgd", t0=1.0))
    steps.table[0] = [8, 1, *(one.ctypes.data for one in arrays), np.ones(2).ctypes.data]
    steps.set_rows([(8, np.array([0]))])
    with pytest.raises(libsched.SchedError, match="rows=those of ASGD"):
        _lib.Steps([steps]).step()


def test_every_optimizer_is_among_the_cases():
    assert {kind for kind, _ in CASES} == set(_lib.optimizer_names())


def test_all_groups_are_looked_at_before_the_first_is_stepped():
    a, b = np.ones(4, np.float32), np.ones(4, np.float32)
    opt = optim.SGD([{"params": [a]}, {"params": [b]}], lr=0.5)
    with pytest.raises(libsched.SchedError, match="parameter 0 of group 1: two arrays overlap"):
        opt.step(grads=[np.ones(4, np.float32), b])
    assert np.all(a == 1)
    assert np.all(b == 1)
