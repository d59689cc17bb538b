"""Optimizers whose steps are of matrices, side by side with torch's."""

import copy
import inspect
import math

import libsched
import numpy as np
import pytest
import torch
import vectors
from libsched import optim
from test_optim import adversarial, as_array, settings_of, words

ADAFACTOR = (torch.optim.Adafactor, optim.Adafactor)
MUON = (torch.optim.Muon, optim.Muon)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
    yield
    libsched.set_isa(None)
    libsched.set_threads(0)


def settings(record):
    """A vector's settings as the constructors take them."""
    hyper = settings_of(record)
    if record["kind"] == "muon":
        hyper["ns_coefficients"] = tuple(hyper.pop(f"ns_{one}") for one in "abc")
        hyper["ns_steps"], hyper["nesterov"] = int(hyper["ns_steps"]), bool(hyper["nesterov"])
        hyper["adjust_lr_fn"] = "match_rms_adamw" if hyper.pop("match_rms_adamw") else None
    return hyper


def record_of(kind):
    found = [one for one in vectors.steps("steps.txt") if one["kind"] == kind and "shape" in one]
    assert len(found) > 15
    return found


def ran(make, params, grads, **given):
    """An optimizer, after a step for each gradient of one parameter."""
    optimizer = make([params], **given)
    for grad in grads:
        params.grad = grad.clone()
        optimizer.step()
    return optimizer


def shape_of(record):
    rows, columns = map(int, record["shape"].split())
    return -1, rows, columns


# -- torch's numbers ----------------------------------------------------------


@pytest.mark.parametrize("record", record_of("adafactor"), ids=lambda one: one["vector"])
def test_adafactor_s_matrices_end_where_torch_s_do(record):
    """To what torch's own float32 loses, half an ulp a step, and the update's own roundings: of up
    to four times lr."""
    shape, grads = shape_of(record), [words(line) for line in record["grads"]]
    ends = []
    for dtype in (np.float32, np.float64):
        param = words(record["param"]).astype(dtype).reshape(shape)
        opt = optim.Adafactor([param], **settings(record))
        for grad in grads:
            opt.step(grads=[grad.astype(dtype).reshape(shape)])
        ends.append(param.ravel())
        (state,) = opt.state.values()
        for name in ("row_var", "col_var"):
            theirs = words(record[f"{name}32"])
            with np.errstate(invalid="ignore"):
                np.testing.assert_allclose(np.ravel(state[name]), theirs, rtol=1e-5, atol=1e-30)
    told = words(record["param32"])
    exact = np.array(vectors.doubles(record["param64"]))
    finite = np.isfinite(exact) & np.isfinite(told)
    for one in ends:
        np.testing.assert_array_equal(one[~finite], told[~finite].astype(one.dtype))
    start = words(record["param"])[finite]
    (single, double), told, exact = (one[finite] for one in ends), told[finite], exact[finite]
    largest = np.max([abs(exact), abs(start), abs(told)], axis=0)
    bound = abs(told - exact) + (len(grads) / 2 + 2) * np.spacing(largest.astype("f4"))
    lr = settings(record)["lr"]
    bound += 4 * len(grads) * np.spacing(np.float32(lr))
    assert np.all(abs(single - exact) <= bound)
    assert np.all(abs(double - exact) <= 16 * len(grads) * np.spacing(np.maximum(largest, lr)))


def polynomial(update, a, b, c, eps, steps):
    """What Muon makes of a matrix, in doubles and without a rounding to bfloat16."""
    x = update if len(update) <= len(update.T) else update.T
    x = x / max(np.linalg.norm(x), eps)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x if len(update) <= len(update.T) else x.T


@pytest.mark.parametrize("shape", [(16, 16), (5, 37), (70, 33), (130, 200), (1, 9), (9, 1)])
@pytest.mark.parametrize("given", [{}, {"nesterov": False, "adjust_lr_fn": "match_rms_adamw"}])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_muon_is_as_near_its_formula_as_torch_s(shape, given, dtype):
    """torch's and ours round to bfloat16 at the same places; sums differ below that. What is apart
    are single roundings, which the polynomial carries on: the update is off by some of bfloat16's
    2^-9 either way, and theirs and ours from each other by no more than from the formula."""
    start, grads = torch.randn(shape, dtype=dtype), torch.randn((3, *shape), dtype=dtype)
    momentum, ends, states = np.zeros(shape), [], []
    exact = start.double().numpy().copy()
    rows, columns = shape
    scale = 0.2 * math.sqrt(max(shape)) if given else math.sqrt(max(1, rows / columns))
    for grad in grads.double().numpy():
        momentum += 0.05 * (grad - momentum)
        update = momentum if given else grad + 0.95 * (momentum - grad)
        made = polynomial(update, 3.4445, -4.7750, 2.0315, 1e-7, 5)
        exact = exact * (1 - 0.1 * 0.1) - 0.1 * scale * made
    for make in MUON:
        param = start.clone().requires_grad_()
        opt = ran(make, param, grads, lr=0.1, **given)
        ends.append(param.detach().double().numpy())
        states.append(opt.state[param]["momentum_buffer"])
    torch.testing.assert_close(states[1], states[0])
    moved = np.linalg.norm(exact - start.double().numpy())
    theirs, ours = (np.linalg.norm(one - exact) / moved for one in ends)
    assert ours <= 1.25 * theirs + 2**-10
    assert ours < 0.03
    assert np.linalg.norm(ends[1] - ends[0]) / moved <= 2**-6


@pytest.mark.parametrize("record", record_of("muon"), ids=lambda one: one["vector"])
def test_muon_ends_where_torch_s_does(record):
    _, rows, columns = shape_of(record)
    param, start = words(record["param"]).reshape(rows, columns), words(record["param"])
    given = settings(record)
    opt = optim.Muon([param], **given)
    for line in record["grads"]:
        opt.step(grads=[words(line).reshape(rows, columns)])
    theirs, (state,) = words(record["param32"]), opt.state.values()
    np.testing.assert_allclose(
        np.ravel(state["momentum_buffer"]), words(record["momentum_buffer32"]), rtol=1e-5, atol=1e-7
    )
    finite = np.isfinite(theirs)
    np.testing.assert_array_equal(param.ravel()[~finite], theirs[~finite])
    moved = np.linalg.norm((theirs - start)[finite])
    off = np.linalg.norm((param.ravel() - theirs)[finite])
    assert off <= 2**-6 * moved + np.linalg.norm(np.spacing(start[finite])) * len(record["grads"])


@pytest.mark.parametrize("shape", [(24, 24), (3, 192), (64, 3, 3), (576, 1)])
def test_adafactor_s_errors_are_no_larger_than_torch_s(shape):
    """Over 200 steps, in ulps of the largest that a parameter has been. Beyond about 1e9 torch's
    product of two mean squares leaves float32, which ours does not."""
    param, grads = adversarial(576, 200)
    ends, largest = [], np.abs(param).astype("f8")
    cases = (
        (ADAFACTOR[0], torch.float64),
        (ADAFACTOR[0], torch.float32),
        (ADAFACTOR[1], torch.float32),
    )
    for make, dtype in cases:
        one = torch.tensor(param, dtype=dtype).view(shape)
        opt = make([one])
        for grad in grads:
            one.grad = torch.tensor(grad, dtype=dtype).view(shape)
            opt.step()
            if dtype is torch.float64:
                largest = np.fmax(largest, np.abs(one.numpy().ravel()))
        ends.append(one.double().numpy().ravel())
    exact, told, got = ends
    off = [abs(one - exact) / np.spacing(largest.astype("f4")) for one in (told, got)]
    assert off[1].mean() <= off[0].mean()
    assert off[1].max() <= off[0].max()


def test_adafactor_steps_where_torch_s_leaves_float32():
    param = np.zeros((4, 20), np.float32)
    opt = optim.Adafactor([param])
    opt.step(grads=[np.full((4, 20), 1e15, np.float32)])
    np.testing.assert_allclose(param, -1e-5, rtol=1e-6)


@pytest.mark.parametrize("shape", [(3, 9001), (130, 4112), (2, 3, 4100), (1, 20_000)])
def test_adafactor_s_wide_matrices_end_where_torch_s_do(shape):
    """Whose rows are cut, where sums are made."""
    start, grads = torch.randn(shape), torch.randn((3, *shape))
    told, param = start.double(), start.clone()
    ran(ADAFACTOR[0], told, grads.double())
    ran(ADAFACTOR[1], param, grads)
    torch.testing.assert_close(param.double(), told, rtol=1e-6, atol=1e-7)


# -- States -------------------------------------------------------------------


CASES = [
    (ADAFACTOR, (5, 7), {}),
    (ADAFACTOR, (2, 3, 4, 5), {"weight_decay": 0.1}),
    (ADAFACTOR, (6,), {}),
    (MUON, (6, 8), {"lr": 1e-4}),
]


@pytest.mark.parametrize("pair, shape, given", CASES)
@pytest.mark.parametrize("at", [0, 1, 3])
def test_states_go_to_torch_and_back(pair, shape, given, at):
    grads = torch.randn((6, *shape))
    start = torch.randn(shape)
    told = start.clone().requires_grad_()
    ran(pair[0], told, grads, **given)
    for first, second in (pair, pair[::-1]):
        param = start.clone().requires_grad_()
        before = ran(first, param, grads[:at], **given)
        after = second([param], **given)
        after.load_state_dict(copy.deepcopy(before.state_dict()))
        for grad in grads[at:]:
            param.grad = grad.clone()
            after.step()
        torch.testing.assert_close(param, told, rtol=2e-5, atol=2e-5)
        assert [(name, one.dtype, one.shape) for name, one in after.state[param].items()] == [
            (name, one.dtype, one.shape) for name, one in after.state[param].items()
        ]


@pytest.mark.parametrize("pair, shape, given", CASES)
def test_states_are_torch_s(pair, shape, given):
    grads, start = torch.randn((2, *shape)), torch.randn(shape)
    found = []
    for make in pair:
        param = start.clone().requires_grad_()
        state = ran(make, param, grads, **given).state[param]
        found.append([(name, one.dtype, tuple(one.shape)) for name, one in state.items()])
        if make is pair[0]:
            told = state
    assert found[0] == found[1]
    for name, one in told.items():
        torch.testing.assert_close(state[name], one)


@pytest.mark.parametrize("pair, shape, given", CASES)
def test_arrays_and_tensors_get_the_same_bits(pair, shape, given):
    grads, start = torch.randn((2, *shape)), torch.randn(shape)
    param, array = start.clone().requires_grad_(), start.numpy().copy()
    ran(pair[1], param, grads, **given)
    opt = pair[1]([array], **given)
    for grad in grads:
        opt.step(grads=[grad.numpy()])
    assert param.detach().numpy().tobytes() == array.tobytes()


@pytest.mark.parametrize("make", [optim.Adafactor, optim.Muon])
@pytest.mark.parametrize(
    "view",
    [
        lambda t: t.t(),
        lambda t: t[:, ::2],
        lambda t: t[1:5, 2:7],
        lambda t: t[:, 1:2],
        lambda t: t[1:5].t(),
    ],
)
def test_other_layouts_are_stepped_as_rows(make, view):
    base = torch.randn(8, 10)
    told = view(base).contiguous().clone()
    untouched = base.clone()
    view(untouched).zero_()
    grads = [torch.randn(told.shape) for _ in range(3)]
    ran(make, told, grads)
    param = view(base)
    opt = ran(make, param, [view(torch.zeros(8, 10)).copy_(grad) for grad in grads])
    assert torch.equal(param, told)
    view(base.clone()).zero_()
    rest = base.clone()
    view(rest).zero_()
    assert torch.equal(rest, untouched)
    # What was saved goes on.
    again = make([param])
    again.load_state_dict(opt.state_dict())
    for one, optimizer in ((told, ran(make, told, [])), (param, again)):
        one.grad = grads[0].clone()
        if one is param:
            optimizer.step()
    assert np.isfinite(as_array(param)).all()


def test_channels_last_is_stepped_as_rows():
    told = torch.randn(4, 5, 3, 3)
    param = told.clone().to(memory_format=torch.channels_last)
    grads = torch.randn(2, 4, 5, 3, 3)
    ran(optim.Adafactor, told, grads)
    ran(optim.Adafactor, param, [g.to(memory_format=torch.channels_last) for g in grads])
    assert torch.equal(param, told)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("make", [optim.Adafactor, optim.Muon])
def test_sixteen_bits_with_a_master_go_as_floats(make, dtype):
    start, grads = torch.randn(12, 20).to(dtype), torch.randn(3, 12, 20).to(dtype)
    told, param = start.float(), start.clone()
    # The type's own eps is another.
    given = {"eps": (1e-3, 1e-3)} if make is optim.Adafactor else {}
    ran(make, told, grads.float(), **given)
    opt = make([param], **given)
    opt.store(master=True)
    for grad in grads:
        param.grad = grad.clone()
        opt.step()
    assert torch.equal(opt.state[param]["master"], told)
    assert torch.equal(param, told.to(dtype))
    plain = ran(make, start.clone(), grads, **given)
    (stepped,) = plain.param_groups[0]["params"]
    torch.testing.assert_close(stepped.float(), told, rtol=0.02, atol=0.02)


# -- A step with more in it ---------------------------------------------------


@pytest.mark.parametrize("make", [optim.Adafactor, optim.Muon])
def test_a_step_clips_unscales_and_skips(make):
    start, grad = torch.randn(6, 20), torch.randn(6, 20)
    told, param = start.clone(), start.clone()
    told.grad = grad / 4
    torch.nn.utils.clip_grad_norm_([told], 0.5)
    make([told]).step()
    param.grad = grad.clone()
    opt = make([param])
    opt.step(loss_scale=4.0, max_norm=0.5, zero_grad=True)
    torch.testing.assert_close(param, told, rtol=1e-4, atol=1e-5)
    assert not param.grad.any()
    before = param.clone()
    param.grad[0, 0] = math.inf
    opt.step(skip_nonfinite=True)
    assert opt.skipped
    assert torch.equal(param, before)


@pytest.mark.parametrize(
    "shape", [(5003,), (70, 33), (3, 9001), (2, 5, 4112), (130, 16), (50, 3, 3), (2000, 5)]
)
@pytest.mark.parametrize("make", [optim.Adafactor, optim.LAMB, optim.LARS])
def test_scaled_gradients_are_stepped_as_if_they_lay_there(make, shape):
    start, grads = torch.randn(shape), torch.randn((3, *shape))
    told, param = start.clone(), start.clone()
    ran(make, told, grads)
    opt = make([param])
    for grad in grads:
        opt.step(grads=[grad * 4], loss_scale=4.0)
    assert param.numpy().tobytes() == told.numpy().tobytes()


def test_a_whole_model_is_one_call():
    shapes = [(8, 8), (3, 17), (5,), (4, 2, 3, 3), (), (0, 3), (33, 64)]
    for make, chosen in ((optim.Adafactor, shapes), (optim.Muon, [(8, 8), (0, 3), (33, 64)])):
        starts, grads = [torch.randn(one) for one in chosen], [torch.randn(one) for one in chosen]
        together = [one.clone() for one in starts]
        opt = make(together)
        for _ in range(2):
            opt.step(grads=grads)
        for start, grad, param in zip(starts, grads, together, strict=True):
            alone = make([start])
            for _ in range(2):
                alone.step(grads=[grad])
            assert torch.equal(param, start)


# -- What is refused ----------------------------------------------------------

WRONG = [
    (ADAFACTOR, {"lr": -1.0, "beta2_decay": 1.0}),
    (ADAFACTOR, {"lr": torch.ones(2)}),
    (ADAFACTOR, {"beta2_decay": 0.5, "eps": (-1.0, 0.1)}),
    (ADAFACTOR, {"eps": (-1.0, -0.1)}),
    (ADAFACTOR, {"eps": (None, -0.1), "d": 0.5}),
    (ADAFACTOR, {"d": 0.5, "weight_decay": -1.0}),
    (ADAFACTOR, {"weight_decay": -1.0}),
    (MUON, {"lr": -1.0, "momentum": -1.0}),
    (MUON, {"lr": torch.ones(2)}),
    (MUON, {"momentum": -1.0, "weight_decay": -1.0}),
    (MUON, {"weight_decay": -1.0, "adjust_lr_fn": "none"}),
    (MUON, {"adjust_lr_fn": "none"}),
]


@pytest.mark.parametrize("pair, given", WRONG)
def test_settings_are_refused_in_torch_s_words(pair, given):
    said = []
    for make in pair:
        with pytest.raises(ValueError) as caught:
            make([torch.zeros(2, 2)], **given)
        said.append(str(caught.value))
    assert said[0] == said[1]


@pytest.mark.parametrize("make", MUON)
def test_muon_s_parameters_are_matrices(make):
    for shape in ((3,), (), (2, 2, 2)):
        with pytest.raises(ValueError, match="Muon only supports 2D parameters") as caught:
            make([torch.zeros(shape)])
        assert str(torch.Size(shape)) in str(caught.value)
    opt = make([torch.zeros(2, 2)])
    opt.add_param_group({"params": [torch.zeros(3)]})
    opt.param_groups[1]["params"][0].grad = torch.ones(3)
    with pytest.raises(ValueError, match="Param gradient must be a 2D matrix"):
        opt.step()


@pytest.mark.parametrize("make", MUON)
@pytest.mark.parametrize("given", [{"ns_steps": 100}, {"ns_coefficients": (1.0, 2.0)}])
def test_muon_s_polynomial_is_checked_by_the_step(make, given):
    param = torch.ones(2, 2)
    param.grad = torch.ones(2, 2)
    with pytest.raises(ValueError, match="must be less than 100|exactly 3 values"):
        make([param], **given).step()
    assert torch.equal(param, torch.ones(2, 2))


@pytest.mark.parametrize("make", [*ADAFACTOR, *MUON])
def test_complex_and_sparse_are_refused(make):
    param = torch.ones(2, 2, dtype=torch.complex64)
    param.grad = torch.ones(2, 2, dtype=torch.complex64)
    words = f"{make.__name__} does not support complex parameters"
    with pytest.raises(RuntimeError, match=words) as caught:
        make([param]).step()
    if make in (optim.Adafactor, optim.Muon):
        assert str(caught.value) == f"{words}: parameter 0 of group 0"
    dense, param = torch.ones(2, 2), torch.ones(2, 2)
    dense.grad, param.grad = torch.eye(2), torch.eye(2).to_sparse()
    words = f"{make.__name__} does not support sparse gradients"
    with pytest.raises(RuntimeError, match=words) as caught:
        make([dense, param]).step()
    if make in (optim.Adafactor, optim.Muon):
        assert str(caught.value) == f"{words}: parameter 1 of group 0"
        assert torch.equal(dense, torch.ones(2, 2))


@pytest.mark.parametrize(
    "make, name", [(optim.Adafactor, "row_var"), (optim.Muon, "momentum_buffer")]
)
def test_a_state_of_another_shape_is_refused(make, name):
    param = np.ones((3, 4), np.float32)
    opt = make([param])
    opt.step(grads=[param.copy()])
    (state,) = opt.state.values()
    before = param.copy()
    state[name] = np.zeros((4, 3), np.float32)
    with pytest.raises(ValueError, match=rf"{name} of parameter 0 of group 0 is of shape \(4, 3\)"):
        opt.step(grads=[param.copy()])
    np.testing.assert_array_equal(param, before)


@pytest.mark.parametrize("theirs, ours", [ADAFACTOR, MUON])
def test_constructors_are_torch_s(theirs, ours):
    for told, got in zip(
        inspect.signature(theirs).parameters.values(),
        inspect.signature(ours).parameters.values(),
        strict=True,
    ):
        assert (got.name, got.default, got.kind) == (told.name, told.default, told.kind)
    params = [{"params": [torch.zeros(2, 2)]}, {"params": [torch.zeros(3, 1)], "lr": 0.5}]
    told, got = theirs(copy.deepcopy(params), lr=0.25), ours(copy.deepcopy(params), lr=0.25)
    assert got.defaults == told.defaults
    assert repr(got) == repr(told)
    assert got.state_dict() == told.state_dict()
