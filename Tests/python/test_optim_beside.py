"""What a step does beside stepping, in the same call: accumulated gradients, averages, copies of 16
bits, and gradients of float32 for parameters of 16 bits. Beside torch's steps and averages."""

import libsched
import numpy as np
import pytest
import torch
from libsched import optim
from libsched.optim import swa_utils

KINDS = [
    ("AdamW", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1}),
    ("NAdam", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1}),
]
SHAPES = [(3,), (4, 5), (), (300,)]


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def parameters(dtype=torch.float32):
    torch.manual_seed(1)
    return [torch.nn.Parameter(torch.randn(shape).to(dtype)) for shape in SHAPES]


def gradients(params, dtype=None):
    return [torch.randn_like(param, dtype=dtype, requires_grad=False) for param in params]


def put(params, grads):
    for param, grad in zip(params, grads, strict=True):
        param.grad = grad.clone()


def close(got, told, **bounds):
    for one, other in zip(got, told, strict=True):
        torch.testing.assert_close(one, other, **bounds)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kind, settings", KINDS)
def test_gradients_accumulate(kind, settings, dtype):
    ours, theirs = parameters(dtype), parameters(dtype)
    opt, told = (
        getattr(optim, kind)(ours, **settings),
        getattr(torch.optim, kind)(theirs, **settings),
    )
    for step in range(4):
        batches = [gradients(ours) for _ in range(3)]
        before = [param.detach().clone() for param in ours]
        for batch in batches[:-1]:
            put(ours, batch)
            opt.step(accumulate=True, zero_grad=True)
            assert all(map(torch.equal, before, ours))
            assert not any(param.grad.any() for param in ours)
        put(ours, batches[-1])
        opt.step(loss_scale=3, max_norm=1)
        put(theirs, [sum(each) / 3 for each in zip(*batches, strict=True)])
        norm = torch.nn.utils.clip_grad_norm_(theirs, 1)
        told.step()
        assert opt.grad_norm == pytest.approx(float(norm), rel=1e-5)
        close([param.data for param in ours], [param.data for param in theirs])
        for param, other in zip(ours, theirs, strict=True):
            assert not opt.state[param]["accumulated"].any()
            if "step" in told.state[other]:
                assert opt.state[param]["step"] == told.state[other]["step"] == step + 1


def test_what_was_accumulated_is_saved_and_used():
    ours, others, whole = parameters(), parameters(), parameters()
    first, second = gradients(ours), gradients(ours)
    opt = optim.AdamW(ours, lr=0.1)
    opt.step(grads=first, accumulate=True)
    other = optim.AdamW(others, lr=0.1)
    other.load_state_dict(opt.state_dict())
    # torch's takes what it does not know with the rest.
    torch.optim.AdamW(parameters()).load_state_dict(opt.state_dict())
    opt.step(grads=second)
    other.step(grads=second)
    optim.AdamW(whole, lr=0.1).step(grads=[a + b for a, b in zip(first, second, strict=True)])
    assert all(map(torch.equal, ours, others))
    assert all(map(torch.equal, ours, whole))


def test_a_skipped_step_forgets_what_was_accumulated():
    params = parameters()
    before = [param.detach().clone() for param in params]
    opt = optim.AdamW(params)
    opt.step(grads=[torch.full_like(param, torch.inf) for param in params], accumulate=True)
    opt.step(grads=gradients(params), skip_nonfinite=True)
    assert opt.skipped
    assert all(map(torch.equal, before, params))
    assert not any(opt.state[param]["accumulated"].any() for param in params)


@pytest.mark.parametrize("decay", [None, 0.9])
@pytest.mark.parametrize("kind, settings", KINDS)
def test_averages_are_torch_s(kind, settings, decay):
    module = torch.nn.ParameterList(parameters())
    fn = None if decay is None else torch.optim.swa_utils.get_ema_multi_avg_fn(decay)
    averaged = torch.optim.swa_utils.AveragedModel(module, multi_avg_fn=fn)
    mine = swa_utils.AveragedModel(module, multi_avg_fn=fn)
    params = list(module.parameters())
    opt = getattr(optim, kind)(params, **settings)
    for n in range(5):
        weight = 1 / (n + 1) if decay is None or n == 0 else 1 - decay
        opt.step(grads=gradients(params), average_weight=weight)
        averaged.update_parameters(module)
        mine.update_parameters(module)
        found = [opt.state[param]["average"] for param in params]
        close(found, [one.data for one in averaged.module.parameters()])
        close(found, [one.data for one in mine.module.parameters()])
    # Without a weight they stay.
    kept = [one.clone() for one in found]
    opt.step(grads=gradients(params))
    assert all(map(torch.equal, kept, found))


def test_an_average_begins_as_its_parameter():
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        (param,) = [torch.nn.Parameter(torch.randn(5).to(dtype))]
        before = param.detach().clone()
        opt = optim.SGD([param], lr=1.0)
        opt.step(grads=[torch.ones(5).to(dtype)], average_weight=0)
        average = opt.state[param]["average"]
        assert average.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
        assert torch.equal(average, before.to(average.dtype))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("kind, settings", KINDS)
def test_copies_are_the_new_parameters_rounded(kind, settings, dtype):
    params, plain = parameters(), parameters()
    opt, other = (getattr(optim, kind)(ones, **settings) for ones in (params, plain))
    copies = [torch.zeros(shape, dtype=dtype) for shape in SHAPES]
    for step in range(3):
        grads = gradients(params)
        if step == 1:
            grads[1] = None
            copies[1].fill_(7)
        opt.step(grads=grads, copies=copies)
        other.step(grads=grads)
        assert all(map(torch.equal, params, plain))
        for i, (param, one) in enumerate(zip(params, copies, strict=True)):
            stays = step == 1 and i == 1
            assert torch.equal(one, torch.full_like(one, 7) if stays else param.detach().to(dtype))


def test_all_at_once_in_any_layout():
    whole = torch.randn(6, 7)
    views = {"transposed": lambda t: t.t(), "gaps": lambda t: t[:, 1:4], "rows": lambda t: t[:2]}
    for view in views.values():
        (mine, plain), grad = (view(whole.clone()) for _ in range(2)), torch.randn_like(view(whole))
        opt, other = optim.AdamW([mine], lr=0.1), optim.AdamW([plain], lr=0.1)
        copy = torch.empty_like(mine, dtype=torch.bfloat16)
        before = mine.clone()
        for _ in range(3):
            opt.step(grads=[grad], accumulate=True)
            opt.step(grads=[torch.zeros_like(grad)], average_weight=0.5, copies=[copy])
            other.step(grads=[grad])
            before.lerp_(mine, 0.5)
        assert torch.equal(mine, plain)
        assert torch.equal(copy, mine.bfloat16())
        torch.testing.assert_close(opt.state[mine]["average"], before)


def test_gradients_of_another_layout_become_zeros_where_they_lie():
    for mine, grad in (
        (torch.ones(3, 4), torch.ones(4, 3).t()),
        (libsched.Parameter(np.ones((3, 4))), np.ones((4, 3)).T),
    ):
        optim.SGD([mine], lr=0.5).step(grads=[grad], zero_grad=True)
        assert (mine.data == 0.5).all()
        assert not grad.any()


def test_arrays_have_them_too():
    values = np.linspace(-1, 1, 50, dtype=np.float32)
    mine, plain, copy = values.copy(), values.copy(), np.zeros(50, np.float16)
    opt, other = optim.AdamW([mine], lr=0.1), optim.AdamW([plain], lr=0.1)
    grads = [np.full(50, one, np.float32) for one in (0.5, 0.25)]
    opt.step(grads=grads[:1], accumulate=True)
    opt.step(grads=grads[1:], average_weight=1, copies=[copy])
    other.step(grads=[sum(grads)])
    (param,) = opt.param_groups[0]["params"]
    assert mine.tobytes() == plain.tobytes()
    assert copy.tobytes() == plain.astype(np.float16).tobytes()
    assert opt.state[param]["average"].tobytes() == plain.tobytes()


def test_complex_numbers_accumulate_and_are_averaged():
    mine, plain = (torch.randn(5, dtype=torch.complex64) for _ in range(2))
    plain.copy_(mine)
    grad = torch.randn(5, dtype=torch.complex64)
    opt, other = optim.SGD([mine], lr=0.5), torch.optim.SGD([plain], lr=0.5)
    opt.step(grads=[grad], accumulate=True)
    opt.step(grads=[grad], average_weight=1)
    plain.grad = 2 * grad
    other.step()
    torch.testing.assert_close(mine, plain)
    assert torch.equal(opt.state[mine]["average"], mine)
    with pytest.raises(TypeError, match="copies has one for parameter 0 .* complex64"):
        opt.step(grads=[grad], copies=[torch.zeros(5, dtype=torch.bfloat16)])


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_gradients_of_float32_step_halves(dtype):
    """What 16 bits hold exactly is stepped as it is in 16 bits; what they do not, is not rounded."""
    ours, plain = parameters(dtype), parameters(dtype)
    opt, other = optim.AdamW(ours, lr=0.1), optim.AdamW(plain, lr=0.1)
    for _ in range(3):
        grads = gradients(ours)
        opt.step(grads=[grad.float() for grad in grads])
        other.step(grads=grads)
    assert all(map(torch.equal, ours, plain))
    # One after the other, of either type.
    for kind in (dtype, torch.float32, dtype):
        opt.step(grads=[torch.full_like(param, 0.5, dtype=kind) for param in ours])
        other.step(grads=[torch.full_like(param, 0.5) for param in plain])
    assert all(map(torch.equal, ours, plain))
    # 1 + 2**-20 is 1 in 16 bits.
    (param,) = [torch.nn.Parameter(torch.zeros(4, dtype=dtype))]
    exact = optim.SGD([param], lr=0.5, momentum=0.9)
    exact.step(grads=[torch.full((4,), 1 + 2.0**-20)])
    assert torch.equal(exact.state[param]["momentum_buffer"], torch.full((4,), 1 + 2.0**-20))
    if dtype == torch.float16:
        array = libsched.Parameter(np.zeros(4, np.float16))
        arrays = optim.SGD([array], lr=0.5, momentum=0.9)
        for kind in (np.float32, np.float32, np.float16, np.float32):
            arrays.step(grads=[np.ones(4, kind)])
        assert arrays.state[array]["momentum_buffer"].dtype == np.float32


@pytest.mark.parametrize("rounding", ["nearest", "stochastic", "kahan"])
def test_halves_have_all_of_it_with_any_rounding(rounding):
    mine, plain = (torch.nn.Parameter(torch.linspace(-1, 1, 100).bfloat16()) for _ in range(2))
    opts = [optim.SGD([param], lr=0.5) for param in (mine, plain)]
    for opt in opts:
        opt.store(rounding)
    copy = torch.zeros(100, dtype=torch.float16)
    grads = torch.linspace(-1, 1, 100), torch.linspace(1, 3, 100)
    opts[0].step(grads=[grads[0]], accumulate=True)
    opts[0].step(grads=[grads[1]], average_weight=1, copies=[copy])
    opts[1].step(grads=[grads[0] + grads[1]])
    assert torch.equal(mine, plain)
    assert ("residual" in opts[0].state[mine]) == (rounding == "kahan")
    # What follows is the parameter as it is kept, not as it was before it was rounded.
    assert torch.equal(copy.float(), opts[0].state[mine]["average"].half().float())


REFUSED = {
    "copies of float32": (
        {"copies": [torch.zeros(3)]},
        TypeError,
        "the copy of parameter 0 of group 0 is a tensor of torch.float32; .*bfloat16 or float16",
    ),
    "a copy of another shape": (
        {"copies": [torch.zeros(4, dtype=torch.float16)]},
        ValueError,
        r"the copy of parameter 0 of group 0 is of shape \(4,\), not \(3,\)",
    ),
    "a copy with gaps": (
        {"copies": [torch.zeros(6, dtype=torch.float16)[::2]]},
        ValueError,
        "the copy of parameter 0 of group 0 is of another layout",
    ),
    "no copy": ({"copies": [None]}, TypeError, "the copy of parameter 0 of group 0 is a NoneType"),
    "too many": ({"copies": [None, None]}, ValueError, "copies has 2 copies; accepted: 1, or None"),
    "a weight above 1": ({"average_weight": 1.5}, libsched.SchedError, "average_weight=1.5"),
    "a weight of NaN": (
        {"average_weight": float("nan")},
        libsched.SchedError,
        "average_weight=nan",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_steps_nothing(case):
    options, kind, message = REFUSED[case]
    param = torch.nn.Parameter(torch.ones(3))
    opt = optim.AdamW([param])
    for _ in range(2):
        with pytest.raises(kind, match=message):
            opt.step(grads=[torch.ones(3)], **options)
    assert torch.equal(param, torch.ones(3))
    opt.step(grads=[torch.ones(3)])
    assert (param < 1).all()


def test_a_sparse_gradient_is_not_accumulated():
    param = torch.nn.Parameter(torch.ones(3, 2))
    grad = torch.sparse_coo_tensor([[1]], torch.ones(1, 2), (3, 2), check_invariants=True)
    with pytest.raises(libsched.SchedError, match="parameter 0 of group 0|beside"):
        optim.SGD([param], lr=1.0).step(grads=[grad], accumulate=True)
    assert torch.equal(param, torch.ones(3, 2))


@pytest.mark.parametrize("kind, settings", KINDS)
def test_a_master_is_stepped_whatever_the_optimizer(kind, settings):
    mine = torch.nn.Parameter(torch.linspace(-1, 1, 100).bfloat16())
    whole = torch.nn.Parameter(mine.detach().float())
    opt, other = (getattr(optim, kind)([param], **settings) for param in (mine, whole))
    opt.store(master=True)
    for _ in range(5):
        grad = torch.randn(100).bfloat16()
        opt.step(grads=[grad])
        other.step(grads=[grad.float()])
    assert torch.equal(opt.state[mine]["master"], whole)
    assert torch.equal(mine, whole.bfloat16())


def test_lbfgs_has_none_of_it():
    param = torch.nn.Parameter(torch.ones(3))
    for options in ({"accumulate": True}, {"average_weight": 0.5}, {"copies": [None]}):
        with pytest.raises(ValueError, match="accepted: its default"):
            optim.LBFGS([param]).step(lambda: param.sum(), **options)


# -- States of 16 bits

AVERAGING = [
    ("AdamW", {"lr": 0.1, "amsgrad": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("Lion", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1}),
    ("RMSprop", {"lr": 0.1, "centered": True, "momentum": 0.9}),
]
HALVES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


def arrays_of(state):
    return {name: one for name, one in state.items() if torch.is_tensor(one) and one.dim()}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("state_dtype", HALVES)
@pytest.mark.parametrize("kind, settings", AVERAGING)
def test_states_of_16_bits_are_rounded_after_every_step(kind, settings, state_dtype, dtype):
    """A step from what 16 bits hold is that of states of float32, whose states are then rounded."""
    param = torch.nn.Parameter(torch.linspace(-1, 1, 300).reshape(3, 100).to(dtype).t())
    opt = getattr(optim, kind)([param], **settings)
    opt.store(state_dtype=state_dtype)
    for step in range(4):
        twin = torch.nn.Parameter(param.detach().clone())
        other = getattr(optim, kind)([twin], **settings)
        other.load_state_dict(
            {**opt.state_dict(), "param_groups": other.state_dict()["param_groups"]}
        )
        grad = torch.randn(100, 3).to(dtype)
        for ones in (opt, other):
            ones.step(grads=[grad])
        assert torch.equal(param, twin)
        wide = arrays_of(other.state[twin])
        assert wide, step
        for name, one in arrays_of(opt.state[param]).items():
            assert one.dtype == HALVES[state_dtype]
            assert one.stride() == param.stride()
            assert wide[name].dtype == torch.float32
            assert torch.equal(one, wide[name].to(one.dtype))


def test_states_become_of_16_bits_and_others_again():
    param, plain = (torch.nn.Parameter(torch.linspace(-1, 1, 5000)) for _ in range(2))
    opt, other = optim.AdamW([param], lr=0.1), optim.AdamW([plain], lr=0.1)
    for state_dtype in ("float32", "bfloat16", "8bit", "float16", "bfloat16", "float32"):
        opt.store(state_dtype=state_dtype)
        opt.step(grads=[torch.ones(5000)])
        other.step(grads=[torch.ones(5000)])
        found = opt.state[param]["exp_avg"].dtype
        assert found == {"8bit": torch.uint8, "float32": torch.float32, **HALVES}[state_dtype]
        torch.testing.assert_close(param, plain, rtol=0.05, atol=0.05)
    # Saved and loaded it goes on with the same bits.
    opt.store(state_dtype="bfloat16")
    twin = torch.nn.Parameter(param.detach().clone())
    loaded = optim.AdamW([twin], lr=0.1)
    loaded.load_state_dict(opt.state_dict())
    for _ in range(3):
        opt.step(grads=[torch.ones(5000)])
        loaded.step(grads=[torch.ones(5000)])
    assert torch.equal(param, twin)
    assert loaded.state[twin]["exp_avg"].dtype == torch.bfloat16


def test_states_of_16_bits_stall_unless_chance_rounds_them():
    """Squares of 1 average to 0.95 in 3,000 steps of 0.999; the nearest of bfloat16 stays behind."""
    ends = {}
    for rounding in ("nearest", "stochastic"):
        param = torch.nn.Parameter(torch.zeros(1000))
        opt = optim.AdamW([param], lr=1e-5)
        opt.store(rounding, state_dtype="bfloat16")
        for _ in range(3000):
            opt.step(grads=[torch.ones(1000)])
        ends[rounding] = float(opt.state[param]["exp_avg_sq"].float().mean())
    assert ends["nearest"] < 0.6
    assert ends["stochastic"] == pytest.approx(1 - 0.999**3000, rel=0.02)


def test_what_has_no_states_of_16_bits():
    for dtype, kept in ((torch.float64, torch.float64), (torch.complex64, torch.complex64)):
        param = torch.ones(3, dtype=dtype)
        opt = optim.AdamW([param])
        opt.store(state_dtype="bfloat16")
        opt.step(grads=[torch.ones(3, dtype=dtype)])
        assert opt.state[param]["exp_avg"].dtype == kept
    with pytest.raises(ValueError, match="state_dtype is 'bfloat16'; accepted by Adafactor"):
        optim.Adafactor([torch.ones(2, 2)]).store(state_dtype="bfloat16")
    array = np.ones(3, np.float32)
    opt = optim.AdamW([array])
    opt.store(state_dtype="float16")
    opt.step(grads=[np.ones(3, np.float32)])
    (param,) = opt.param_groups[0]["params"]
    assert opt.state[param]["exp_avg"].dtype == np.float16
