"""Optimizers over numpy arrays and torch tensors, side by side with torch's own."""

import copy
import functools
import inspect
import math
import pickle
import re
import struct
import weakref

import libsched
import numpy as np
import pytest
import torch
import vectors
from libsched import _lib, optim
from libsched.optim._memory import TensorMemory

NAMES = [
    *("AdamW", "SGD", "Adam", "Adagrad", "Adadelta", "RMSprop", "Adamax", "NAdam", "RAdam"),
    *("ASGD", "Rprop", "Adafactor"),
]
KINDS = {name.lower(): (getattr(torch.optim, name), getattr(optim, name)) for name in NAMES}
PAIRS = list(KINDS.values())
# Settings that torch takes two at a time.
TWOS = {
    "betas": ("beta1", "beta2"),
    "etas": ("etaminus", "etaplus"),
    "step_sizes": ("step_size_min", "step_size_max"),
}


def address(array):
    return array.data_ptr() if isinstance(array, torch.Tensor) else array.ctypes.data


def as_tensor(array):
    return torch.from_numpy(array.copy()).requires_grad_()


def as_array(param):
    data = param.data if isinstance(param, libsched.Parameter) else param
    return data.detach().numpy() if isinstance(data, torch.Tensor) else data


def plain(value):
    """A state dict with lists in place of tensors."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value.tolist() if isinstance(value, torch.Tensor) else value


def words(text):
    return np.array([struct.unpack(">f", bytes.fromhex(word))[0] for word in text.split()], "f4")


def settings_of(record):
    """A vector's hyperparameters as the constructor takes them."""
    hyper = {
        name: float.fromhex(value)
        for name, value in (pair.split("=") for pair in record["hyper"].split())
    }
    for name, pair in TWOS.items():
        if pair[0] in hyper:
            hyper[name] = tuple(hyper.pop(one) for one in pair)
    if "eps1" in hyper:
        eps1, eps2 = hyper.pop("eps1"), hyper.pop("eps2")
        hyper["eps"] = (None if eps1 < 0 else eps1, eps2)
    for flag in ("amsgrad", "maximize", "nesterov", "centered", "decoupled_weight_decay"):
        if flag in hyper:
            hyper[flag] = bool(hyper[flag])
    return hyper


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
    np.random.seed(0)


# -- torch's numbers ----------------------------------------------------------


def run(record, make):
    """The parameter and its state after a vector's steps, on parameters of a kind."""
    param = make(words(record["param"]))
    opt = KINDS[record["kind"]][1]([param], **settings_of(record))
    member = opt.param_groups[0]["params"][0]
    where = address(as_array(member))
    for line in record["grads"]:
        grad = words(line)
        if make is as_tensor:
            member.grad = torch.from_numpy(grad)
            opt.step()
        else:
            opt.step(grads=[grad])
    assert address(as_array(member)) == where
    return as_array(member), opt.state[member]


@pytest.fixture(scope="module")
def steps():
    """The vectors of the optimizers here; others have tests of their own."""
    found = [
        record
        for record in vectors.steps("steps.txt")
        # Matrices: test_optim_matrices.py.
        if record["kind"] in KINDS and "shape" not in record
    ]
    assert len(found) > 200
    return found


def test_steps_end_where_torch_s_do(steps):
    """To what torch's own float32 loses, half an ulp a step, and the update's own roundings.

    Every step rounds the parameter once. The update is rounded a few times more; where the terms
    of the first moment cancel, by ulps of a whole step, which AdamW's are of about lr.
    """
    for record in steps:
        param, _ = run(record, np.copy)
        theirs, start = words(record["param32"]), words(record["param"])
        exact = np.array(vectors.doubles(record["param64"]) if "param64" in record else theirs)
        finite = np.isfinite(exact) & np.isfinite(theirs)
        np.testing.assert_array_equal(param[~finite], theirs[~finite], record["vector"])
        ours, theirs, exact, start = (each[finite] for each in (param, theirs, exact, start))
        largest = np.max([abs(exact), abs(start), abs(theirs)], axis=0).astype("f4")
        count = len(record["grads"])
        bound = abs(theirs - exact) + (count / 2 + 2) * np.spacing(largest)
        if record["kind"] != "sgd":
            bound += count * np.spacing(np.float32(settings_of(record)["lr"]))
        assert np.all(abs(ours - exact) <= bound), record["vector"]


@functools.cache
def adversarial(n, steps):
    """Magnitudes over twelve decades, zeros, and numbers that float32 holds but barely."""
    random = np.random.RandomState(0)

    def draw():
        values = np.ldexp(random.uniform(-2, 2, n), random.randint(-20, 21, n))
        values[random.rand(n) < 0.05] = 0
        values[random.rand(n) < 0.02] = 1e-40
        values[random.rand(n) < 0.02] *= 1e6
        return values.astype(np.float32)

    return draw(), [draw() for _ in range(steps)]


def extremes(steps):
    """A few elements of which each meets the end of the numbers at a step of its own."""
    ends = [math.nan, math.inf, -math.inf, 3e38, -3e38, 3e19, 1e-45, 0.0]
    param = np.array([1.0] * len(ends) + ends, np.float32)
    grads = np.sin(np.arange(steps)[:, None] + np.arange(2 * len(ends))).astype(np.float32)
    for i, end in enumerate(ends):
        grads[3 + 5 * i :, i] = [end, *grads[4 + 5 * i :, i]]
    # The one infinity and then the other.
    grads[50, 1], grads[60, 2] = -math.inf, math.inf
    return param, list(grads)


# SGD is a product and a sum, which torch fuses: where that has one rounding, ours, which are
# the same on every machine, has two.
FUSED = {"sgd"}


@pytest.mark.parametrize(
    "kind, settings",
    [
        *((kind, {}) for kind in KINDS),
        ("sgd", {"lr": 0.01, "momentum": 0.9}),
        ("sgd", {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
        ("adam", {"amsgrad": True}),
        ("adam", {"betas": (0.3, 0.9)}),
        ("rmsprop", {"momentum": 0.9}),
        ("rmsprop", {"centered": True}),
        ("asgd", {"t0": 10}),
    ],
)
def test_errors_are_no_larger_than_torch_s(kind, settings):
    """Over 200 steps, from torch's answer in float64, in ulps of the largest that a parameter has
    been: the largest of 4096 to half an ulp, which the last step's rounding is. NaN and infinity
    are where torch's are.
    """
    param, grads = adversarial(4096, 200)
    strange, strange_grads = extremes(200)
    theirs, ours = KINDS[kind]
    ends, largest = [], np.abs(param).astype("f8")
    for make, dtype in ((theirs, torch.float64), (theirs, torch.float32), (ours, torch.float32)):
        one, other = (torch.tensor(values, dtype=dtype) for values in (param, strange))
        hint = {"foreach": False} if make is theirs else {}
        opt = make([one, other], **settings, **hint)
        for pair in zip(grads, strange_grads, strict=True):
            one.grad, other.grad = (torch.from_numpy(each).to(dtype) for each in pair)
            opt.step()
            if dtype is torch.float64:
                largest = np.fmax(largest, np.abs(one.numpy()))
        ends.append((one.double().numpy(), other.numpy()))
    (exact, _), (told, told_strange), (got, got_strange) = ends
    assert np.isfinite(exact).all()
    off = [abs(one - exact) / np.spacing(largest.astype("f4")) for one in (told, got)]
    assert off[1].max() <= off[0].max() + (1 if kind in FUSED else 0.5)
    assert off[1].mean() <= (1.03 if kind in FUSED else 1.005) * off[0].mean()
    finite = np.isfinite(told_strange)
    np.testing.assert_array_equal(got_strange[~finite], told_strange[~finite])
    np.testing.assert_allclose(got_strange[finite], told_strange[finite], rtol=1e-4)


def test_the_state_is_torch_s(steps):
    """Names, types and shapes; values to a few ulps of what they are sums of, a step."""
    for record in steps:
        _, state = run(record, as_tensor)
        param = as_tensor(words(record["param"]))
        told = KINDS[record["kind"]][0]([param], foreach=False, **settings_of(record))
        for line in record["grads"]:
            param.grad = torch.from_numpy(words(line))
            told.step()
        expected = list(told.state[param])
        assert list(state) == expected, record["vector"]
        for name in expected:
            if told.state[param][name] is not None and told.state[param][name].dim() == 0:
                torch.testing.assert_close(state[name], told.state[param][name])
                continue
            if f"{name}32" not in record:
                continue
            theirs = words(record[f"{name}32"])
            ours = state[name]
            assert (ours.dtype, tuple(ours.shape)) == (torch.float32, theirs.shape)
            with np.errstate(all="ignore"):
                terms = np.max([abs(words(line)) for line in record["grads"]], axis=0)
                is_square = name.endswith("sq") or name in ("sum", "square_avg")
                terms = terms**2 if is_square else terms + abs(words(record["param"]))
                largest = np.fmax(terms, abs(theirs)).astype("f4")
                off = abs(ours.numpy().astype("f8") - theirs)
                bound = 2 * len(record["grads"]) * np.spacing(largest)
            finite = np.isfinite(theirs) & np.isfinite(bound)
            assert np.all(off[finite] <= bound[finite]), (record["vector"], name)


def test_doubles_end_where_torch_s_do(steps):
    """To a few ulps of a double a step; what torch keeps in float32 of these, its numbers of
    state, is not rounded alike on the way."""
    for record in steps:
        if "param64" not in record:
            continue
        start = words(record["param"]).astype("f8")
        param = start.copy()
        opt = KINDS[record["kind"]][1]([param], **settings_of(record))
        for line in record["grads"]:
            opt.step(grads=[words(line).astype("f8")])
        exact = np.array(vectors.doubles(record["param64"]))
        finite = np.isfinite(exact)
        np.testing.assert_array_equal(param[~finite], exact[~finite], record["vector"])
        count, lr = len(record["grads"]), settings_of(record)["lr"]
        bound = 8 * count * np.spacing(np.maximum(abs(exact), abs(start)))
        bound += 64 * count * np.spacing(lr)
        if record["kind"] in ("nadam", "asgd"):
            bound += count * np.spacing(np.float32(lr)) * (1 + abs(start))
        off = abs(param[finite] - exact[finite])
        assert np.all(off <= bound[finite]), (record["vector"], max(off / bound[finite]))


@pytest.mark.parametrize("kind", ["nadam", "asgd"])
def test_numbers_of_state_have_torch_s_types(kind):
    """float32 until they are loaded, and then the parameter's."""
    ends = []
    for make in KINDS[kind]:
        param = torch.linspace(-1, 1, 5, dtype=torch.float64)
        opt = make([param], lr=0.1, foreach=False)
        found = []
        for step in range(6):
            if step == 3:
                saved = opt.state_dict()
                opt = make([param], lr=0.1, foreach=False)
                opt.load_state_dict(saved)
            param.grad = torch.cos(param + step)
            opt.step()
            found.append({name: one.dtype for name, one in opt.state[param].items()})
        ends.append((found, param, opt.state[param]))
    assert ends[1][0] == ends[0][0]
    assert torch.float64 in ends[1][0][-1].values()
    torch.testing.assert_close(ends[1][1], ends[0][1], rtol=1e-7, atol=1e-7)
    for name, value in ends[0][2].items():
        torch.testing.assert_close(ends[1][2][name], value, rtol=1e-6, atol=1e-7)


def test_arrays_and_tensors_get_the_same_bits(steps):
    for record in steps:
        array, state = run(record, np.copy)
        for make in (as_tensor, lambda data: libsched.Parameter(data.copy())):
            other, other_state = run(record, make)
            assert other.tobytes() == array.tobytes()
            assert list(other_state) == list(state)
            for name in state:
                assert np.asarray(other_state[name]).tobytes() == np.asarray(state[name]).tobytes()


def test_a_network_learns_as_with_torch_s():
    data, target = torch.randn(64, 10), torch.randn(64, 3)
    losses = []
    for module, schedulers in (
        (torch.optim, torch.optim.lr_scheduler),
        (optim, optim.lr_scheduler),
    ):
        torch.manual_seed(1)
        network = torch.nn.Sequential(
            torch.nn.Linear(10, 16), torch.nn.Tanh(), torch.nn.Linear(16, 3)
        )
        opt = module.AdamW(network.parameters(), lr=0.01)
        scheduler = schedulers.OneCycleLR(opt, 0.05, total_steps=60)
        losses.append([])
        for _ in range(60):
            opt.zero_grad()
            loss = torch.nn.functional.mse_loss(network(data), target)
            loss.backward()
            opt.step()
            scheduler.step()
            losses[-1].append(loss.item())
    # Roundings differ, and the network carries them on.
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    assert losses[1][-1] < 0.7 * losses[1][0]


# -- The surface --------------------------------------------------------------


@pytest.mark.parametrize("theirs, ours", PAIRS)
def test_constructors_and_groups_are_torch_s(theirs, ours):
    for told, got in zip(
        inspect.signature(theirs).parameters.values(),
        inspect.signature(ours).parameters.values(),
        strict=True,
    ):
        assert (got.name, got.default, got.kind) == (told.name, told.default, told.kind)

    def groups():
        return [{"params": [torch.zeros(2)]}, {"params": [torch.zeros(3)], "lr": 0.5}]

    told, got = theirs(groups(), lr=0.25), ours(groups(), lr=0.25)
    assert got.defaults == told.defaults
    assert repr(got) == repr(told)
    assert plain(got.state_dict()) == plain(told.state_dict())
    assert [list(group) for group in got.param_groups] == [list(g) for g in told.param_groups]


def test_names_go_with_the_parameters():
    network = torch.nn.Linear(3, 2)
    told = torch.optim.AdamW(network.named_parameters())
    got = optim.AdamW(network.named_parameters())
    assert got.state_dict() == told.state_dict()
    assert got.param_groups[0]["param_names"] == ["weight", "bias"]
    with pytest.raises(ValueError, match=r"gradient of parameter 1 of group 0 \('bias'\)"):
        got.step(grads=[torch.zeros(2, 3), torch.zeros(3)])


def test_arrays_become_parameters():
    array, param = np.zeros(3, np.float32), libsched.Parameter(np.ones((2, 2), np.float32))
    opt = optim.SGD([array, param])
    first, second = opt.param_groups[0]["params"]
    assert first.data is array
    assert first.grad is None
    assert second is param
    assert repr(param) == "Parameter(array([[1., 1.],\n       [1., 1.]], dtype=float32))"
    with pytest.raises(TypeError, match="data is a list; accepted: a numpy array"):
        libsched.Parameter([1.0])


VALID = {"params": [torch.zeros(2)]}
REFUSED = {
    "no parameters": {"params": []},
    "a tensor alone": {"params": torch.zeros(2)},
    "a number": {"params": [3]},
    "nothing": {"params": [None]},
    "no leaf": {"params": [torch.zeros(2, requires_grad=True) * 2]},
    "a set": {"params": [{"params": {1}}]},
    "no group": {"params": [{"params": [torch.zeros(2)]}, 3]},
    "a group without params": {"params": [{"lr": 1.0}]},
    "lr": {"lr": -1.0},
    "lr, a tensor": {"lr": torch.tensor(-1.0)},
    "lr, two of them": {"lr": torch.tensor([0.1, 0.2])},
    "lr, text": {"lr": "fast"},
    "weight_decay": {"weight_decay": -1.0},
    "fused and foreach": {"fused": True, "foreach": True},
    "fused and differentiable": {"fused": True, "differentiable": True},
    "another setting": {"speed": 3},
}
ADAMW = {
    "lr, NaN": {"lr": math.nan},
    "eps": {"eps": -1.0},
    "beta1": {"betas": (1.0, 0.9)},
    "beta2": {"betas": (0.9, -0.1)},
    "beta2, NaN": {"betas": (0.9, math.nan)},
    "one beta": {"betas": (0.9,)},
    "betas, integers": {"betas": (0, 0)},
    "betas, one a tensor": {"betas": (torch.tensor(0.9), 0.99)},
    "betas, tensors of two": {"betas": (torch.tensor([0.9]), torch.tensor([0.9, 0.9]))},
    "betas, tensors in foreach": {"betas": (torch.tensor(0.9),) * 2, "foreach": True},
    "lr, a tensor in foreach": {"lr": torch.tensor(0.1), "foreach": True},
    "all of them": {"lr": -1.0, "eps": -1.0, "betas": (2.0, 2.0), "weight_decay": -1.0},
    "all but lr": {"eps": -1.0, "betas": (2.0, 2.0), "weight_decay": -1.0},
}
SGD = {
    "momentum": {"momentum": -0.5},
    "nesterov alone": {"nesterov": True},
    "nesterov, damped": {"nesterov": True, "momentum": 0.9, "dampening": 0.1},
    "all of them": {"lr": -1.0, "momentum": -1.0, "weight_decay": -1.0, "nesterov": True},
    "all but lr": {"momentum": -1.0, "weight_decay": -1.0, "nesterov": True},
}


@pytest.mark.parametrize(
    "pair, arguments",
    [(pair, case) for pair in PAIRS for case in REFUSED.values()]
    + [(PAIRS[0], case) for case in ADAMW.values()]
    + [(PAIRS[1], case) for case in SGD.values()],
)
def test_refusals_are_torch_s(pair, arguments):
    raised = []
    for kind in pair:
        with pytest.raises(Exception) as caught:
            kind(**(VALID | arguments))
        raised.append((caught.type, str(caught.value).replace("AdamW.__init__", "__init__")))
    assert raised[1] == raised[0]


@pytest.mark.parametrize("theirs, ours", PAIRS)
def test_refusals_of_a_group_are_torch_s(theirs, ours):
    shared = torch.zeros(2)
    for group in (
        [],
        {"params": [shared]},
        {"params": [("name", torch.zeros(3))]},
        {"params": [("name", torch.zeros(3)), torch.zeros(4)]},
    ):
        raised = []
        for kind in (theirs, ours):
            opt = kind([shared])
            with pytest.raises((TypeError, ValueError)) as caught:
                opt.add_param_group(copy.copy(group))
            raised.append((caught.type, str(caught.value)))
            assert len(opt.param_groups) == 1
        assert raised[1] == raised[0]


@pytest.mark.parametrize("ours", [optim.AdamW, optim.SGD])
def test_refusals_that_torch_does_not_have(ours):
    with pytest.raises(TypeError, match="an iterable of Tensors or dicts, but got numpy.ndarray"):
        ours(np.zeros((2, 2), np.float32))
    with pytest.raises(ValueError, match="duplicate parameters"):
        ours([torch.zeros(2)] * 2)
    array = np.zeros(2, np.float32)
    with pytest.raises(ValueError, match="duplicate parameters"):
        ours([array, array])
    with pytest.raises(ValueError, match="more than one parameter group"):
        ours([{"params": [array]}, {"params": [array]}])
    with pytest.raises(TypeError, match="arrays and tensors; accepted: either in a group"):
        ours([array, torch.zeros(2)])
    with pytest.raises(ValueError, match="differentiable is True; accepted: False"):
        ours([array], differentiable=True)
    if ours is optim.AdamW:
        with pytest.raises(ValueError, match="capturable is True; accepted: False"):
            ours([array], capturable=True)
    # In a group they are refused by the step.
    opt = ours([{"params": [array], "differentiable": True}])
    with pytest.raises(ValueError, match="differentiable is True; accepted: False"):
        opt.step(grads=[np.ones(2, np.float32)])
    assert not array.any()


def test_hints_change_nothing():
    results = []
    for hints in ({}, {"foreach": True}, {"fused": True}, {"foreach": False, "fused": False}):
        param = np.ones(5, np.float32)
        optim.AdamW([param], **hints).step(grads=[np.arange(5, dtype=np.float32)])
        results.append(param.tobytes())
    assert len(set(results)) == 1


# -- What is stepped ----------------------------------------------------------


def pair_of(theirs, ours, shapes=((3,), (2, 4), ()), **settings):
    """The same parameters under torch's optimizer and under ours."""
    made = []
    for kind in (theirs, ours):
        torch.manual_seed(7)
        params = [torch.randn(shape).requires_grad_() for shape in shapes]
        made.append((params, kind(params, **settings)))
    return made


def step_both(pair, mask=None):
    params = pair[0][0]
    grads = [torch.randn_like(param) for param in params]
    for ones, opt in pair:
        for i, (param, grad) in enumerate(zip(ones, grads, strict=True)):
            param.grad = None if mask and not mask[i] else grad.clone()
        opt.step()


def close(pair):
    for told, got in zip(pair[0][0], pair[1][0], strict=True):
        # A few dozen steps, an ulp or so each, of parameters of about 1.
        torch.testing.assert_close(got, told, rtol=1e-5, atol=1e-5)


SETTINGS = [
    (PAIRS[0], {}),
    (PAIRS[0], {"amsgrad": True, "lr": 0.1, "weight_decay": 0.1}),
    (PAIRS[1], {"lr": 0.1}),
    (PAIRS[1], {"lr": 0.1, "momentum": 0.9}),
    (PAIRS[1], {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    *((pair, {"lr": 0.05}) for pair in PAIRS[2:]),
    (KINDS["rmsprop"], {"lr": 0.05, "momentum": 0.9, "centered": True}),
    (KINDS["nadam"], {"lr": 0.05, "decoupled_weight_decay": True, "weight_decay": 0.1}),
    (KINDS["asgd"], {"lr": 0.05, "t0": 2}),
]


@pytest.mark.parametrize("pair, settings", SETTINGS)
def test_parameters_without_gradients_are_skipped(pair, settings):
    both = pair_of(*pair, **settings)
    before = [param.detach().clone() for param in both[1][0]]
    step_both(both, [False, False, False])
    told, got = (plain(opt.state_dict()["state"]) for _, opt in both)
    # Adagrad's is made with the optimizer.
    assert got == told
    assert bool(got) == (pair is KINDS["adagrad"])
    for mask in ([1, 0, 1], [1, 1, 0], [1, 1, 0], [0, 1, 0], [1, 0, 1], [1, 1, 1], [0, 0, 1]):
        step_both(both, mask)
        if not mask[1] and before[1] is not None:
            assert torch.equal(both[1][0][1], before[1])
        else:
            before[1] = None
        close(both)
        told, got = (opt.state_dict()["state"] for _, opt in both)
        assert list(got) == list(told)
        for number in told:
            assert list(got[number]) == list(told[number])
            assert float(got[number].get("step", 0)) == float(told[number].get("step", 0))


@pytest.mark.parametrize("pair, settings", SETTINGS)
def test_groups_have_their_own_settings_and_may_come_later(pair, settings):
    both = pair_of(*pair, **settings)
    step_both(both)
    for params, opt in both:
        torch.manual_seed(3)
        extra = torch.randn(5).requires_grad_()
        params.append(extra)
        opt.add_param_group({"params": extra, "lr": 0.01, "weight_decay": 0.3})
    for _ in range(5):
        step_both(both)
        for _, opt in both:
            opt.param_groups[0]["lr"] *= 0.9
            opt.param_groups[1]["maximize"] = not opt.param_groups[1]["maximize"]
    close(both)
    assert both[1][1].state_dict()["param_groups"] == both[0][1].state_dict()["param_groups"]
    # A parameter may go, and come back.
    for params, opt in both:
        gone = opt.param_groups[0]["params"].pop(0)
        params.remove(gone)
        step_both([(params, opt)])
        opt.param_groups[0]["params"].insert(0, gone)
        params.insert(0, gone)


@pytest.mark.parametrize("theirs, ours", PAIRS)
def test_settings_may_be_tensors(theirs, ours):
    settings = {"lr": torch.tensor(0.01)}
    if ours is optim.AdamW:
        settings["betas"] = (torch.tensor([0.8]), torch.tensor(0.9))
    both = pair_of(theirs, ours, **{key: copy.deepcopy(one) for key, one in settings.items()})
    for factor in (1, 0.5, 2):
        for _, opt in both:
            opt.param_groups[0]["lr"].mul_(factor)
        step_both(both)
    close(both)
    assert [type(one) for one in both[1][1].defaults.values()] == [
        type(one) for one in both[0][1].defaults.values()
    ]


def test_gradients_may_be_given():
    arrays = [np.ones(2, np.float32), np.ones((2, 2), np.float32), np.ones(3, np.float32)]
    groups = [{"params": arrays[:1]}, {"params": arrays[1:], "lr": 0.5}]
    opt = optim.SGD(groups, lr=0.25)
    assert opt.step(grads=[np.ones_like(arrays[0]), None, np.ones_like(arrays[2])]) is None
    assert [array.flat[0] for array in arrays] == [0.75, 1.0, 0.5]
    for count in (0, 2, 4):
        with pytest.raises(ValueError, match=f"grads has {count} gradients; accepted: 3"):
            opt.step(grads=[None] * count)
    read_only = np.ones_like(arrays[0])
    read_only.flags.writeable = False
    opt.step(grads=(one for one in [read_only, None, None]))
    assert arrays[0][0] == 0.5


def test_a_closure_computes_gradients_even_without_grad():
    param = torch.ones(2, requires_grad=True)
    opt = optim.SGD([param], lr=0.25)

    def closure():
        opt.zero_grad()
        loss = (param**2).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        assert opt.step(closure).item() == 2
    assert param.tolist() == [0.5, 0.5]


@pytest.mark.filterwarnings("ignore:Using backward")
def test_zero_grad():
    array = libsched.Parameter(np.ones(2, np.float32), np.ones(2, np.float32))
    tensors = [torch.ones(2, requires_grad=True) for _ in range(2)]
    # One gradient is the result of a computation, the other the beginning of one.
    (tensors[0] ** 2).sum().backward(create_graph=True)
    tensors[1].grad = torch.ones(2, requires_grad=True)
    params = [array, *tensors]
    opt = optim.SGD([{"params": [array]}, {"params": tensors}])
    kept = [param.grad for param in params]
    opt.zero_grad(set_to_none=False)
    for param, grad in zip(params, kept, strict=True):
        assert param.grad is grad
        assert not grad.any()
        assert not getattr(grad, "requires_grad", False)
    opt.zero_grad()
    assert [param.grad for param in params] == [None] * 3
    opt.zero_grad()


def test_autograd_notices():
    """What was saved for a backward pass is gone after the step, and autograd says so."""
    param = torch.ones(2, requires_grad=True)
    opt = optim.AdamW([param])
    loss = (param**2).sum()
    loss.backward(retain_graph=True)
    opt.step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_sizes_of_nothing():
    arrays = [np.zeros(0, np.float32), np.zeros((3, 0), np.float32), np.ones(1, np.float32)]
    optim.SGD(arrays, lr=1.0).step(grads=[one.copy() for one in arrays])
    assert arrays[2][0] == 0
    tensors = [torch.zeros(0, requires_grad=True), torch.ones((), requires_grad=True)]
    optim.AdamW(tensors, lr=0.5, weight_decay=0).step(grads=[torch.zeros(0), torch.ones(())])
    assert tensors[1].item() == 0.5


def test_a_thousand_parameters_are_one_list():
    both = pair_of(*PAIRS[0], shapes=[(i % 7 + 1,) for i in range(1000)], lr=0.01)
    for _ in range(3):
        step_both(both)
    close(both)


# -- What is not, is left alone -----------------------------------------------


ARRAYS = {
    "float128": (np.zeros(4, np.longdouble), TypeError, "is an array of float128"),
    "integers": (np.zeros(4, np.int32), TypeError, "is an array of int32"),
    "another order of bytes": (np.zeros(4, ">f4"), TypeError, "is an array of >f4"),
    "one element many times": (
        np.lib.stride_tricks.as_strided(np.zeros(1, np.float32), (4,), (0,), writeable=True),
        ValueError,
        "is an array with elements on each other",
    ),
    "between two addresses": (
        np.frombuffer(bytearray(17), np.uint8)[1:].view(np.float32),
        ValueError,
        "is not aligned",
    ),
    "read-only": (np.frombuffer(bytes(16), np.float32), ValueError, "is read-only"),
}
TENSORS = {
    "integers, torch": (torch.zeros(4, dtype=torch.int16), TypeError, "is a tensor of torch.int16"),
    "integers": (torch.zeros(4, dtype=torch.int32), TypeError, "is a tensor of torch.int32"),
    "one element many times": (
        torch.zeros(1).expand(4),
        ValueError,
        "is a tensor with elements on each other",
    ),
    "windows": (
        torch.zeros(8).unfold(0, 3, 2),
        ValueError,
        "is a tensor with elements on each other",
    ),
    "conjugated": (
        torch.zeros(4, dtype=torch.complex64).conj(),
        ValueError,
        "is a view that is conjugated or negated",
    ),
    "another device": (torch.zeros(4, device="meta"), TypeError, "is on meta"),
    "sparse": (torch.zeros(4).to_sparse(), TypeError, "is of layout torch.sparse_coo"),
}


@pytest.mark.parametrize("ours", [optim.AdamW, optim.SGD])
@pytest.mark.parametrize(
    "case", [*ARRAYS.values(), *TENSORS.values()], ids=[*ARRAYS, *(f"{x}, torch" for x in TENSORS)]
)
def test_parameters_that_cannot_be_stepped_are_refused(ours, case):
    data, error, found = case
    good = torch.ones(2) if isinstance(data, torch.Tensor) else np.ones(2, np.float32)
    for make in (
        lambda: ours([good, data]),
        lambda: ours([good]).add_param_group({"params": data}),
    ):
        with pytest.raises(error) as caught:
            make()
        assert re.match(
            rf"parameter (1 of group 0|0 of group 1) {found}; accepted: an? (aligned|strided)",
            str(caught.value),
        )
    opt = ours([good])
    with pytest.raises(error):
        opt.add_param_group({"params": data})
    opt.step(grads=[good * 0 + 1])
    assert len(opt.param_groups) == 1
    assert good[0] < 1


def everything(opt):
    """Parameters and states, to see that nothing changed."""
    return [
        as_array(param).tobytes() for group in opt.param_groups for param in group["params"]
    ] + [np.asarray(value).tobytes() for state in opt.state.values() for value in state.values()]


ARRAY_GRADS = {
    # It is only read.
    **{
        name: case
        for name, case in ARRAYS.items()
        if name not in ("one element many times", "read-only")
    },
    "another shape": (np.zeros((2, 2), np.float32), ValueError, r"of shape (2, 2), not (4,)"),
    "a list": ([0.0] * 4, TypeError, "is a list"),
    "a tensor": (torch.zeros(4), TypeError, "is a Tensor"),
}
TENSOR_GRADS = {
    **{
        name: case
        for name, case in TENSORS.items()
        if name not in ("one element many times", "windows", "conjugated")
    },
    "another shape": (torch.zeros(2, 2), ValueError, r"of shape (2, 2), not (4,)"),
    "an array": (np.zeros(4, np.float32), TypeError, "is a ndarray"),
}


@pytest.mark.parametrize("ours", [optim.AdamW, optim.SGD])
@pytest.mark.parametrize(
    "make, case",
    [(np.copy, case) for case in ARRAY_GRADS.values()]
    + [(as_tensor, case) for case in TENSOR_GRADS.values()],
)
def test_gradients_that_do_not_fit_are_refused(ours, make, case):
    grad, error, found = case
    params = [make(np.ones(4, np.float32)) for _ in range(3)]
    settings = {"momentum": 0.9} if ours is optim.SGD else {}
    opt = ours([{"params": params[:1]}, {"params": params[1:]}], **settings)
    good = [one.data * 0 + 1 if make is as_tensor else one * 0 + 1 for one in params]
    opt.step(grads=good)
    before = everything(opt)
    with pytest.raises(error) as caught:
        opt.step(grads=[*good[:2], grad])
    assert "the gradient of parameter 1 of group 1" in str(caught.value)
    assert found in str(caught.value)
    assert "; accepted: a" in str(caught.value)
    assert everything(opt) == before
    opt.step(grads=good)
    assert everything(opt) != before


def test_a_sparse_gradient_of_torch_s_is_refused():
    embedding = torch.nn.Embedding(4, 2, sparse=True)
    opt = optim.SGD(embedding.parameters(), momentum=0.9)
    embedding(torch.tensor([1])).sum().backward()
    with pytest.raises(TypeError, match="gradient of parameter 0 of group 0 is of layout"):
        opt.step()


def test_states_that_do_not_fit_are_refused():
    for make in (np.copy, as_tensor):
        opt = optim.AdamW([make(np.ones(4, np.float32))])
        param = opt.param_groups[0]["params"][0]
        grad = as_array(param).copy() if make is np.copy else torch.ones(4)
        opt.step(grads=[grad])
        state = opt.state[param]
        before = everything(opt)[0]
        for bad in (state["exp_avg"][:2], state["exp_avg"].reshape(2, 2), None):
            good, state["exp_avg"] = state["exp_avg"], bad
            with pytest.raises(
                (TypeError, ValueError), match="^exp_avg of parameter 0 of group 0 is "
            ):
                opt.step(grads=[grad])
            state["exp_avg"] = good
            assert everything(opt)[0] == before
        opt.step(grads=[grad])
        assert float(state["step"]) == 2


@pytest.mark.parametrize("ours", [optim.AdamW, optim.SGD])
def test_settings_out_of_range_are_refused_in_the_group_s_name(ours):
    arrays = [np.ones(2, np.float32), np.ones(2, np.float32)]
    opt = ours([{"params": [arrays[0]]}, {"params": [arrays[1]], "lr": 1.0}])
    grads = [np.ones(2, np.float32)] * 2
    for name in ("lr", "weight_decay"):
        for bad in (-1.0, math.nan, math.inf):
            good, opt.param_groups[1][name] = opt.param_groups[1][name], bad
            with pytest.raises(libsched.SchedError, match=f"^group 1: .* {name}={bad}"):
                opt.step(grads=grads)
            opt.param_groups[1][name] = good
    assert all((array == 1).all() for array in arrays)
    opt.step(grads=grads)
    assert all((array < 1).all() for array in arrays)


@pytest.mark.parametrize("ours", [optim.AdamW, optim.SGD])
def test_a_gradient_in_its_parameter_s_memory_is_refused(ours):
    # Dampening tells a first step from a later one.
    settings = {"momentum": 0.9, "dampening": 0.5} if ours is optim.SGD else {}
    arrays = [np.ones(4, np.float32), np.ones(4, np.float32)]
    opt = ours(arrays, **settings)
    with pytest.raises(libsched.SchedError, match="^parameter 1 of group 0: .* overlap"):
        opt.step(grads=[np.ones(4, np.float32), arrays[1]])
    assert all((array == 1).all() for array in arrays)
    # That was no step: the next is the first.
    fresh = np.ones(4, np.float32)
    grads = [np.full(4, 2, np.float32)] * 2
    opt.step(grads=grads)
    ours([fresh], **settings).step(grads=grads[:1])
    assert arrays[1].tobytes() == fresh.tobytes()


def test_a_tensor_that_moved_is_stepped_where_it_is():
    for ours in (optim.AdamW, optim.SGD):
        param = torch.nn.Parameter(torch.ones(4))
        opt = ours([param], lr=0.1)
        old = param.data
        opt.step(grads=[torch.ones(4)])
        stepped = old.clone()
        param.data = torch.full((4,), 5.0)
        opt.step(grads=[torch.ones(4)])
        assert torch.equal(old, stepped)
        assert (param < 5).all()
        for moved, found in (
            (torch.ones(4, dtype=torch.float64), "a tensor of torch.float64"),
            (torch.ones(1).expand(4), "a tensor with elements on each other"),
            (torch.ones(4)[:2], r"of shape \(4,\), not \(2,\)"),
        ):
            param.data = moved
            with pytest.raises((TypeError, ValueError), match=found):
                opt.step(grads=[torch.ones(4)])


def test_a_tensor_may_change_its_shape_where_it_is():
    for ours in (optim.AdamW, optim.SGD):
        param = torch.nn.Parameter(torch.ones(2, 2))
        opt = ours([param], lr=0.1)
        opt.step(grads=[torch.ones(2, 2)])
        before = param.detach().clone()
        param.data = param.data.t()
        # What it remembers lies as the parameter did.
        if ours is optim.AdamW:
            with pytest.raises(ValueError, match="parameter 0 of group 0 is of another layout"):
                opt.step(grads=[torch.ones(2, 2)])
            assert torch.equal(param.t(), before)
        param.data = param.data.t()[:1]
        with pytest.raises(ValueError, match=r"of shape \(2, 2\), not \(1, 2\)"):
            opt.step(grads=[torch.ones(2, 2)])


@pytest.fixture(params=["described", "asked"])
def looks(request, monkeypatch):
    """How tensors are looked at before a step like the last."""
    if request.param == "asked":
        monkeypatch.setattr(_lib, "describer", lambda kind: 0)
    elif not _lib.describer(torch.Tensor):
        pytest.skip("this torch describes no tensors to C")


def test_a_step_like_the_last_asks_no_tensor(looks, request, monkeypatch):
    both = pair_of(*PAIRS[0], lr=0.1)
    step_both(both)
    if request.node.callspec.params["looks"] == "described":
        for name in ("grads", "again", "state"):
            monkeypatch.delattr(TensorMemory, name)
    for _ in range(3):
        step_both(both)
    for _, opt in both:
        opt.param_groups[0]["lr"] = 0.05
    step_both(both)
    close(both)


# What happens between steps to parameters, gradients and states, torch's and ours.
MOVES = {
    "nothing": lambda params, opt: None,
    "the same gradient": lambda params, opt: params[0].grad.mul_(2),
    "a gradient of zeros": lambda params, opt: opt.zero_grad(set_to_none=False),
    "data of another tensor": lambda params, opt: setattr(
        params[1], "data", torch.arange(8.0).reshape(2, 4)
    ),
    "memory that is shared": lambda params, opt: params[1].data.share_memory_(),
    "a state that is shared": lambda params, opt: opt.state[params[1]]["exp_avg"].share_memory_(),
    "a state of another's data": lambda params, opt: setattr(
        opt.state[params[0]]["exp_avg"], "data", torch.full((3,), 0.5)
    ),
    "another state": lambda params, opt: opt.state[params[0]].update(exp_avg=torch.full((3,), 0.5)),
    "more in a state": lambda params, opt: opt.state[params[0]].update(note=3),
    "a gradient that lies otherwise": lambda params, opt: setattr(
        params[1], "grad", torch.arange(8.0).reshape(4, 2).t()
    ),
    "a gradient with gaps": lambda params, opt: setattr(params[0], "grad", torch.arange(6.0)[::2]),
    "a gradient of a class of its own": lambda params, opt: setattr(
        params[0], "grad", torch.arange(3.0).as_subclass(torch.nn.Buffer)
    ),
    "a gradient that is negated when read": lambda params, opt: setattr(
        params[2], "grad", torch.tensor(2 + 3j).conj().imag
    ),
    "others that are negated": lambda params, opt: setattr(
        params[0], "grad", torch.tensor([1 + 2j, 3 + 4j, 5 - 6j]).conj().imag
    ),
    "one without a gradient": lambda params, opt: setattr(params[1], "grad", None),
    "none": lambda params, opt: opt.zero_grad(),
    "another parameter": lambda params, opt: opt.add_param_group(
        {"params": [torch.ones(2, requires_grad=True)]}
    ),
    "other names": lambda params, opt: torch.utils.swap_tensors(
        params[0], torch.arange(3.0).requires_grad_()
    ),
}


@pytest.mark.parametrize("move", MOVES)
def test_what_happens_between_steps_is_seen(looks, move):
    both = pair_of(*PAIRS[0], lr=0.1)
    for _ in range(3):
        step_both(both)
    for params, opt in both:
        for param in params:
            param.grad = torch.full_like(param, 0.25)
        opt.step()
        MOVES[move](params, opt)
        opt.step()
        close(both) if opt is both[1][1] else None
    for _ in range(2):
        step_both(both)
    close(both)


# What a step cannot use, and what it is called.
FAULTS = {
    "a gradient of another shape": (
        lambda params, opt: [torch.ones(3), torch.ones(4, 2), torch.ones(())],
        r"the gradient of parameter 1 of group 0 is of shape \(4, 2\)",
    ),
    "a gradient of doubles": (
        lambda params, opt: [torch.ones(3).double(), torch.ones(2, 4), torch.ones(())],
        "the gradient of parameter 0 of group 0 is a tensor of torch.float64",
    ),
    "a sparse gradient": (
        lambda params, opt: [torch.ones(3), torch.eye(2, 4).to_sparse(), torch.ones(())],
        "the gradient of parameter 1 of group 0 is of layout torch.sparse_coo",
    ),
    "a gradient nowhere": (
        lambda params, opt: [torch.ones(3, device="meta"), torch.ones(2, 4), torch.ones(())],
        "the gradient of parameter 0 of group 0 is on meta",
    ),
    "no tensor": (
        lambda params, opt: [torch.ones(3), np.ones((2, 4), np.float32), torch.ones(())],
        "the gradient of parameter 1 of group 0 is a ndarray",
    ),
    "a state that shrank": (
        lambda params, opt: (opt.state[params[1]]["exp_avg"].resize_(2, 2), None)[1],
        r"exp_avg of parameter 1 of group 0 is of shape \(2, 2\)",
    ),
    "a state of doubles": (
        lambda params, opt: setattr(
            opt.state[params[1]]["exp_avg"], "data", torch.ones(2, 4).double()
        ),
        "exp_avg of parameter 1 of group 0 is a tensor of torch.float64",
    ),
    "a parameter that shrank": (
        lambda params, opt: setattr(params[1], "data", torch.ones(2, 2)),
        "of parameter 1 of group 0 is of shape",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_used_is_named_at_any_step(looks, fault):
    make, message = FAULTS[fault]
    _, (params, opt) = pair_of(*PAIRS[0], lr=0.1)
    for _ in range(3):
        opt.step(grads=[torch.ones_like(param) for param in params])
    given = make(params, opt) or [torch.ones_like(one, requires_grad=False) for one in params]
    before = [param.detach().clone() for param in params]
    for _ in range(2):
        with pytest.raises((TypeError, ValueError), match=message):
            opt.step(grads=given)
    assert all(map(torch.equal, before, params))
    assert float(opt.state[params[0]]["step"]) == 3


def test_parameters_that_never_have_gradients_cost_no_second_look(looks, monkeypatch):
    both = pair_of(*PAIRS[0], lr=0.1)
    for _ in range(2):
        step_both(both, [True, False, True])
    monkeypatch.delattr(TensorMemory, "grads")
    for _ in range(2):
        step_both(both, [True, False, True])
    monkeypatch.undo()
    step_both(both)
    close(both)


def test_states_that_moved_are_used_where_they_are():
    both = pair_of(*PAIRS[0], lr=0.1)
    step_both(both)
    for params, opt in both:
        for param in params:
            opt.state[param]["exp_avg"].data = torch.full_like(param, 0.5)
            opt.state[param]["exp_avg_sq"] = torch.full_like(param, 0.25)
    for _ in range(3):
        step_both(both)
    close(both)
    both = pair_of(*PAIRS[1], lr=0.1, momentum=0.9)
    step_both(both)
    for params, opt in both:
        opt.state[params[0]]["momentum_buffer"] = torch.full_like(params[0], 0.5)
    step_both(both)
    step_both(both)
    close(both)


@pytest.mark.parametrize("make", [np.copy, as_tensor])
def test_a_parameter_that_grew_has_outgrown_its_state(make):
    for ours, settings, name in (
        (optim.AdamW, {}, "exp_avg"),
        (optim.SGD, {"momentum": 0.9}, "momentum_buffer"),
    ):
        opt = ours([make(np.ones(4, np.float32))], **settings)
        param = opt.param_groups[0]["params"][0]
        opt.step(grads=[param.data * 0 + 1])
        param.data = make(np.ones(6, np.float32)).data if make is as_tensor else np.ones(6, "f4")
        with pytest.raises(ValueError, match=rf"{name} of .* is of shape \(4,\), not \(6,\)"):
            opt.step(grads=[param.data * 0 + 1])
        assert as_array(param).tolist() == [1] * 6
        opt.state.clear()
        opt.step(grads=[param.data * 0 + 1])
        assert (as_array(param) < 1).all()


def test_a_cleared_state_is_begun_anew():
    for pair, settings in SETTINGS:
        both = pair_of(*pair, **settings)
        for _ in range(3):
            step_both(both)
        for _, opt in both:
            opt.state.clear()
        step_both(both)
        close(both)


def test_settings_that_change_in_place_are_seen():
    rate, betas = torch.tensor(0.1), [0.9, 0.999]
    both = pair_of(*PAIRS[0])
    for _, opt in both:
        opt.param_groups[0].update(lr=rate.clone(), betas=list(betas))
    for step in range(8):
        for _, opt in both:
            group = opt.param_groups[0]
            if step in (1, 3, 5):
                group["lr"].mul_(0.5)
            if step == 4:
                group["betas"][0] = 0.5
            if step == 6:
                group["weight_decay"], group["lr"] = 0.3, 0.05
        step_both(both)
    close(both)


def test_states_are_counted_where_they_were_left():
    both = pair_of(*PAIRS[0])
    for step in range(6):
        for params, opt in both:
            if step == 3:
                opt.state[params[0]]["step"].fill_(100)
            if step == 4:
                opt.state[params[1]]["step"] = torch.tensor(7.0)
        step_both(both)
    close(both)


@pytest.mark.parametrize("count", [1, 16, 17])
@pytest.mark.parametrize("step", [math.nan, math.inf, -7.0])
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
def test_what_is_no_number_of_steps_is_refused(count, step):
    params = [torch.ones(3, requires_grad=True) for _ in range(count)]
    for param in params:
        param.grad = torch.ones(3)
    opt = optim.AdamW(params)
    for taken in (1, 2, 3):
        opt.step()
        assert all(opt.state[param]["step"].item() == taken for param in params)
    before = [param.detach().clone() for param in params]
    opt.state[params[-1]]["step"].fill_(step)
    with pytest.raises(libsched.SchedError, match="step="):
        opt.step()
    assert all(map(torch.equal, params, before))
    opt.state[params[-1]]["step"].fill_(3)
    opt.step()
    assert all(opt.state[param]["step"].item() == 4 for param in params)


def test_groups_and_their_parameters_may_be_replaced():
    both = pair_of(*PAIRS[0], lr=0.1)
    step_both(both)
    for _, opt in both:
        opt.param_groups[0] = {**opt.param_groups[0], "lr": 0.5}
    step_both(both)
    close(both)
    for params, opt in both:
        params[1] = torch.ones(7, requires_grad=True)
        opt.param_groups[0]["params"][1] = params[1]
    step_both(both)
    close(both)
    told, got = (opt.state[params[1]] for params, opt in both)
    assert float(got["step"]) == float(told["step"]) == 1
    both[1][1].param_groups[0]["params"].append(np.ones(3, np.float32))
    with pytest.raises(TypeError, match="parameter 3 of group 0 is a ndarray; accepted: a libs"):
        both[1][1].step()


def test_an_array_that_is_another_is_stepped_where_it_is():
    param = libsched.Parameter(np.ones(4, np.float32))
    opt = optim.SGD([param], lr=0.25)
    grads = [np.ones(4, np.float32)]
    old = param.data
    opt.step(grads=grads)
    param.data = np.ones(4, np.float32)
    opt.step(grads=grads)
    assert old[0] == param.data[0] == 0.75
    param.data.flags.writeable = False
    with pytest.raises(ValueError, match="parameter 0 of group 0 is read-only"):
        opt.step(grads=grads)
    assert param.data[0] == 0.75
    param.data = np.ones(6, np.float32)
    with pytest.raises(ValueError, match=r"of shape \(4,\), not \(6,\)"):
        opt.step(grads=grads)


def change_data(params, opt):
    params[3].data = params[3].data.clone()


def change_swapped(params, opt):
    torch.utils.swap_tensors(params[5], torch.full((2, 3), 0.5, requires_grad=True))
    params[5].grad = torch.ones(2, 3)


def change_array(params, opt):
    state = opt.state[params[6]]
    state["exp_avg"] = torch.full_like(state["exp_avg"], 0.25)


def change_array_in_place(params, opt):
    state = opt.state[params[7]]
    state["exp_avg_sq"].data = state["exp_avg_sq"] * 2


def change_state(params, opt):
    opt.state[params[8]] = copy.deepcopy(opt.state[params[8]])
    opt.state[params[8]]["exp_avg"].mul_(3)


def change_all_states(params, opt):
    opt.state = type(opt.state)(dict, {param: copy.deepcopy(opt.state[param]) for param in params})
    opt.state[params[9]]["exp_avg"].mul_(3)


def change_forgotten(params, opt):
    del opt.state[params[10]]


def change_gradient(params, opt):
    params[11].grad = torch.full((2, 3), 7.0)


def change_its_layout(params, opt):
    params[12].grad = torch.arange(6.0).reshape(3, 2).t()


def change_its_data(params, opt):
    params[13].grad.data = torch.full((2, 3), -2.0)


def change_to_none(params, opt):
    params[14].grad = None


def change_parameter(params, opt):
    params[15] = torch.ones(4, requires_grad=True)
    params[15].grad = torch.ones(4)
    opt.param_groups[0]["params"][15] = params[15]


@pytest.mark.parametrize(
    "change",
    [one for name, one in globals().items() if name.startswith("change_")],
    ids=lambda one: one.__name__,
)
def test_one_of_many_tensors_changes(change):
    start = [torch.randn(2, 3) for _ in range(20)]
    grads = [torch.randn(2, 3) for _ in range(20)]
    ends = []
    for kind in (torch.optim.AdamW, optim.AdamW):
        params = [one.clone().requires_grad_() for one in start]
        for param, grad in zip(params, grads, strict=True):
            param.grad = grad.clone()
        opt = kind(params, lr=0.1)
        for step in range(8):
            if step in (3, 4, 6):
                change(params, opt)
            opt.step()
        ends.append(torch.cat([param.detach().flatten() for param in params]))
    torch.testing.assert_close(ends[1], ends[0], rtol=2e-6, atol=2e-6)


def test_many_gradients_are_not_kept():
    for tensors in (1, 40):
        params = [torch.ones(2, requires_grad=True) for _ in range(tensors)]
        opt = optim.AdamW(params)
        for _ in range(3):
            for param in params:
                param.grad = torch.ones(2)
            alive = [weakref.ref(param.grad) for param in params]
            opt.step()
            opt.zero_grad()
            assert [one() for one in alive] == [None] * tensors
        gone = weakref.ref(params[-1])
        del params, param, opt
        assert gone() is None


def test_gradients_are_not_kept():
    param = libsched.Parameter(np.ones(4, np.float32))
    opt = optim.AdamW([param])
    param.grad = np.ones(4, np.float32)
    alive = weakref.ref(param.grad)
    opt.step()
    opt.zero_grad()
    assert alive() is None


# -- States -------------------------------------------------------------------


def through_file(state, path):
    torch.save(state, path)
    return torch.load(path, weights_only=True)


@pytest.mark.parametrize("pair, settings", SETTINGS)
def test_states_go_to_torch_and_back(pair, settings, tmp_path):
    for here, there in (pair, pair[::-1]):
        # The whole run with one, and from the middle on with the other.
        told, got = pair_of(here, there, **settings)
        for _ in range(7):
            step_both([told])
        for target, source in zip(got[0], told[0], strict=True):
            target.data.copy_(source)
        state = through_file(told[1].state_dict(), tmp_path / "state.pt")
        got[1].load_state_dict(state)
        assert got[1].state_dict()["param_groups"] == told[1].state_dict()["param_groups"]
        for number, values in told[1].state_dict()["state"].items():
            loaded = got[1].state_dict()["state"][number]
            assert list(loaded) == list(values)
            for name, value in values.items():
                assert torch.equal(loaded[name], value)
                assert loaded[name].dtype == value.dtype
        for _ in range(7):
            step_both([told, got])
        close([told, got])
        # And back.
        told[1].load_state_dict(through_file(got[1].state_dict(), tmp_path / "state.pt"))
        for _ in range(3):
            step_both([told, got])
        close([told, got])


@pytest.mark.parametrize("pair, settings", SETTINGS)
def test_a_loaded_run_goes_on_bit_for_bit(pair, settings):
    ours = pair[1]
    data = np.random.randn(3, 5).astype(np.float32)
    grads = [np.random.randn(3, 5).astype(np.float32) for _ in range(12)]

    def go(opt, grads):
        for grad in grads:
            tensor = isinstance(opt.param_groups[0]["params"][0], torch.Tensor)
            opt.step(grads=[torch.from_numpy(grad) if tensor else grad])

    for make in (np.copy, as_tensor):
        for make_other in (np.copy, as_tensor):
            opt = ours([make(data)], **settings)
            go(opt, grads[:6])
            other = ours([make_other(as_array(opt.param_groups[0]["params"][0]))])
            state = opt.state_dict()
            other.load_state_dict(state)
            # A copy: each goes on alone.
            go(opt, grads[6:])
            go(other, grads[6:])
            assert everything(other) == everything(opt)


@pytest.mark.parametrize("how", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
@pytest.mark.parametrize("make", [np.copy, as_tensor])
def test_copies_go_on_alone(how, make):
    for ours, settings in ((optim.AdamW, {"amsgrad": True}), (optim.SGD, {"momentum": 0.9})):
        opt = ours([make(np.ones(3, np.float32)), make(np.ones(2, np.float32))], **settings)

        def go(one):
            for _ in range(3):
                one.step(grads=[param.data * 0 + 2 for param in one.param_groups[0]["params"]])

        go(opt)
        other = how(opt)
        assert everything(other) == everything(opt)
        before = everything(opt)
        go(other)
        assert everything(opt) == before
        go(opt)
        assert everything(other) == everything(opt)
        assert repr(other) == repr(opt)


def test_a_state_dict_is_not_touched_by_who_loads_it():
    param = torch.ones(2)
    opt = optim.SGD([param], momentum=0.9)
    opt.step(grads=[torch.ones(2)])
    state = opt.state_dict()
    text = repr(state)
    other = optim.SGD([param.clone()])
    other.load_state_dict(state)
    other.param_groups[0]["lr"] = 3.0
    other.step(grads=[torch.ones(2)])
    assert repr(state) == text


def test_what_a_state_dict_lacks_stays_and_what_it_has_more_is_kept():
    param = torch.ones(2, dtype=torch.bfloat16)
    told, got = torch.optim.AdamW([param]), optim.AdamW([param])
    got.store("kahan")
    state = told.state_dict()
    state["state"]["note"] = {"of": "no parameter"}
    for opt in (told, got):
        opt.load_state_dict(state)
        assert opt.state_dict()["state"] == state["state"]
    assert got.param_groups[0]["rounding"] == "kahan"


def test_decay_stays_decoupled():
    """Adam's states load into AdamW, which stays what it is."""
    adam = torch.optim.Adam([torch.ones(2)], weight_decay=0.5)
    groups = []
    for kind in PAIRS[0]:
        opt = kind([torch.ones(2)])
        opt.load_state_dict(adam.state_dict())
        groups.append(opt.state_dict()["param_groups"])
    assert groups[1] == groups[0]
    old = adam.state_dict()
    for key in ("decoupled_weight_decay", "maximize", "foreach", "capturable", "fused"):
        del old["param_groups"][0][key]
    opt = optim.AdamW([torch.ones(2)])
    opt.load_state_dict(old)
    opt.step(grads=[torch.ones(2)])
    # The group's word counts, as with torch's.
    both = pair_of(*PAIRS[0], weight_decay=0.5, lr=0.1)
    for _, opt in both:
        opt.param_groups[0]["decoupled_weight_decay"] = False
    step_both(both)
    close(both)


def test_states_of_other_optimizers_are_refused():
    for kind in (torch.optim.AdamW, optim.AdamW):
        opt = kind([torch.zeros(2), torch.zeros(2)])
        for other, message in (
            (kind([{"params": [torch.zeros(2)]}] * 1), "that doesn't match the size"),
            (
                kind([{"params": [torch.zeros(2)]}, {"params": [torch.zeros(2)]}]),
                "different number of parameter groups",
            ),
        ):
            with pytest.raises(ValueError, match=message):
                opt.load_state_dict(other.state_dict())


def test_steps_may_be_counted_by_the_user():
    """Whatever number stands in a state is the one counted on from."""
    for step in (5, 5.0, np.float32(5), torch.tensor(5.0), torch.tensor(5)):
        both = pair_of(*PAIRS[0], lr=0.1)
        step_both(both)
        for params, opt in both:
            for param in params:
                opt.state[param]["step"] = (
                    torch.tensor(5.0) if opt is both[0][1] else copy.copy(step)
                )
        step_both(both)
        close(both)
        state = both[1][1].state[both[1][0][0]]
        assert state["step"].item() == 6
        # In place, too.
        for params, opt in both:
            opt.state[params[0]]["step"].fill_(100)
        step_both(both)
        close(both)
        assert state["step"].item() == 101


# -- Hooks --------------------------------------------------------------------


def called(module):
    """What an optimizer's hooks see, in their order, and what they change."""
    seen = []
    param = torch.ones(3, requires_grad=True)
    opt = module.SGD([param], lr=0.5)
    register = {
        "pre": opt.register_step_pre_hook,
        "post": opt.register_step_post_hook,
        "save": opt.register_state_dict_pre_hook,
        "load": opt.register_load_state_dict_post_hook,
    }
    handles = {}
    for name, add in register.items():

        def hook(*args, name=name):
            seen.append((name, args[0] is opt, len(args), args[1:] and args[1][0] is opt))

        handles[name] = add(hook)

    def closure():
        seen.append("closure")
        return torch.tensor(2.0)

    def closer(optimizer, args, kwargs):
        return (args[0], closure), kwargs

    closing = opt.register_step_pre_hook(closer)
    opt.register_state_dict_post_hook(lambda _, state: {**state, "note": 1})
    opt.register_state_dict_post_hook(lambda *_: seen.append("second"))
    opt.register_state_dict_post_hook(lambda *_: seen.append("first"), prepend=True)
    opt.register_load_state_dict_pre_hook(lambda _, state: seen.append(sorted(state)))
    param.grad = torch.ones(3)
    seen.append(opt.step())
    closing.remove()
    closing.remove()
    seen.append(opt.step())
    given = opt.register_step_post_hook(lambda _, *given: seen.append((len(given[0]), *given[1])))
    opt.step(closure=closure)
    opt.step(closure)
    opt.step(closure=None)
    given.remove()
    opt.load_state_dict(opt.state_dict())
    with handles["pre"]:
        opt.step()
    opt.step()
    other = copy.deepcopy(opt)
    other.step()
    bad = opt.register_step_pre_hook(lambda *_: 3)
    with pytest.raises(RuntimeError, match="must return None or a tuple of"):
        opt.step()
    bad.remove()
    return seen, param.tolist()


def test_hooks_are_called_as_torch_s():
    assert called(optim) == called(torch.optim)
