"""Parameters of any layout that torch steps, beside torch's own steps."""

import libsched
import numpy as np
import pytest
import torch
from libsched import optim

KINDS = [
    ("AdamW", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("Rprop", {}),
    ("Adagrad", {"initial_accumulator_value": 0.5}),
    ("ASGD", {"t0": 1}),
    ("NAdam", {"lr": 0.1}),
    ("RMSprop", {"centered": True}),
]


def noise(*shape, dtype=torch.float32):
    return torch.randn(shape, dtype=dtype)


def turned(tensor):
    return tensor.permute(tuple(reversed(range(tensor.dim()))))


# How a parameter lies in a tensor that holds it.
LAYOUTS = {
    "of no dimension": (lambda t: t, ()),
    "empty": (lambda t: t, (0, 3)),
    "contiguous": (lambda t: t, (4, 5)),
    "transposed": (lambda t: t.t(), (4, 5)),
    "channels last": (lambda t: t.permute(0, 3, 1, 2), (2, 3, 4, 5)),
    "axes in another order": (lambda t: t.permute(2, 0, 1), (3, 4, 5)),
    "every other element": (lambda t: t[::2], (9,)),
    "some columns": (lambda t: t[:, 1:4], (5, 7)),
    "every other column": (lambda t: t[:, ::2], (5, 7)),
    "some rows, transposed": (lambda t: t[1:3].t(), (5, 7)),
    "a diagonal": (lambda t: t.diagonal(), (6, 6)),
    "one row": (lambda t: t[2:3], (5, 7)),
    "an axis of one": (lambda t: t[:, :1], (5, 7)),
}
GRADIENTS = {
    "as the parameter": lambda g, p: (
        torch.empty_strided(p.shape, p.stride()).copy_(g) if p.numel() else g
    ),
    "contiguous": lambda g, p: g,
    "transposed": lambda g, p: turned(turned(g).contiguous()),
}


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def run(module, kind, settings, whole, view, grads):
    """The whole memory and the state after some steps of a view of it."""
    whole = whole.clone()
    param = view(whole)
    opt = getattr(module, kind)([param], **settings)
    for step, grad in enumerate(grads):
        if step == 2:
            saved = opt.state_dict()
            opt = getattr(module, kind)([param], **settings)
            opt.load_state_dict(saved)
        param.grad = grad
        opt.step()
    assert param.data_ptr() == view(whole).data_ptr()
    return whole, opt.state[param]


@pytest.mark.parametrize("like", GRADIENTS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind, settings", KINDS, ids=[kind for kind, _ in KINDS])
def test_steps_are_torch_s(kind, settings, layout, like):
    view, shape = LAYOUTS[layout]
    whole = noise(*shape)
    param = view(whole)
    grads = [GRADIENTS[like](noise(*param.shape), param) for _ in range(4)]
    told, told_state = run(torch.optim, kind, settings, whole, view, grads)
    got, got_state = run(optim, kind, settings, whole, view, grads)
    torch.testing.assert_close(got, told, rtol=1e-5, atol=1e-6)
    # What lies between is not touched.
    mask = torch.ones_like(whole, dtype=torch.bool)
    view(mask)[...] = False
    assert torch.equal(got[mask], whole[mask])
    assert param.numel() == 0 or not torch.equal(got, whole)
    for name, value in told_state.items():
        if value is not None:
            torch.testing.assert_close(got_state[name], value, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind, settings", KINDS, ids=[kind for kind, _ in KINDS])
@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
def test_complex_numbers_are_pairs_of_reals(kind, settings, dtype):
    for view in (lambda t: t, lambda t: t.t(), lambda t: t[:, ::2]):
        whole = noise(4, 5, dtype=dtype)
        grads = [noise(*view(whole).shape, dtype=dtype) for _ in range(4)]
        told, told_state = run(torch.optim, kind, settings, whole, view, grads)
        got, got_state = run(optim, kind, settings, whole, view, grads)
        torch.testing.assert_close(got, told, rtol=1e-5, atol=1e-6)
        for name, value in told_state.items():
            if value is not None and value.dim():
                torch.testing.assert_close(got_state[name], value, rtol=1e-4, atol=1e-5)


def test_conjugated_gradients_are_what_they_say():
    grad, ends = noise(3, dtype=torch.complex64), []
    for one in (grad.conj(), grad.conj().resolve_conj()):
        param = torch.zeros(3, dtype=torch.complex64)
        optim.SGD([param], lr=1.0).step(grads=[one])
        ends.append(param)
    assert torch.equal(ends[0], ends[1])
    assert torch.equal(ends[0], -grad.conj().resolve_conj())


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_arrays_may_lie_as_tensors_may(dtype):
    random = np.random.RandomState(0)
    for view in (
        lambda a: a.T,
        lambda a: np.asfortranarray(a),
        lambda a: a[:, ::2],
        lambda a: a[::-1, 1:3],
        lambda a: a[2],
        lambda a: a[1:1],
        lambda a: a.transpose(1, 0)[::3],
    ):
        whole = random.uniform(-1, 1, (4, 5)).astype(dtype)
        if dtype[0] == "c":
            whole += 1j * random.uniform(-1, 1, (4, 5)).astype(whole.real.dtype)
        plain = np.ascontiguousarray(view(whole))
        param = view(whole.copy())
        base = param if param.base is None else param.base
        gaps = np.ones(base.shape, bool)
        grads = [(random.uniform(-1, 1, plain.shape) + 0.5).astype(dtype) for _ in range(3)]
        laid, alone = optim.AdamW([param], lr=0.1), optim.AdamW([plain], lr=0.1)
        for step, grad in enumerate(grads):
            laid.step(grads=[np.asfortranarray(grad) if step == 1 else grad])
            alone.step(grads=[grad])
        assert param.tobytes() == plain.tobytes()
        assert gaps.size >= param.size
        if param.base is not None and param.size:
            where = view(np.arange(20).reshape(4, 5))
            others = np.setdiff1d(np.arange(20), where)
            assert np.array_equal(base.reshape(-1)[others], whole.reshape(-1)[others])


def test_a_network_with_channels_last_learns_as_torch_s():
    data, ends = torch.randn(8, 3, 10, 10), []
    for module in (torch.optim, optim):
        torch.manual_seed(1)
        network = torch.nn.Sequential(torch.nn.Conv2d(3, 6, 3), torch.nn.ReLU())
        network = network.to(memory_format=torch.channels_last)
        opt = module.AdamW(network.parameters(), lr=0.01)
        where = [param.data_ptr() for param in network.parameters()]
        for _ in range(5):
            opt.zero_grad()
            network(data.to(memory_format=torch.channels_last)).square().mean().backward()
            opt.step()
        assert where == [param.data_ptr() for param in network.parameters()]
        ends.append(torch.cat([param.detach().flatten() for param in network.parameters()]))
    torch.testing.assert_close(ends[1], ends[0], rtol=1e-4, atol=1e-6)


def test_what_is_refused_leaves_a_view_as_it_was():
    whole = np.ones((4, 4), np.float32)
    opt = optim.SGD([whole[:, ::2], np.ones(2, np.float32)], lr=0.1)
    with pytest.raises(ValueError, match="the gradient of parameter 1 of group 0"):
        opt.step(grads=[np.ones((4, 2), np.float32), np.ones(3, np.float32)])
    opt.param_groups[0]["lr"] = -1.0
    with pytest.raises(libsched.SchedError):
        opt.step(grads=[np.ones((4, 2), np.float32), np.ones(2, np.float32)])
    assert np.all(whole == 1)


def test_averages_are_of_any_layout():
    whole, h = torch.ones(4, 4), None
    param = whole[:, ::2]
    opt = optim.Sophia([param], betas=(0.9, 0.5))
    opt.update_hessian([torch.full((4, 2), 3.0).t().contiguous().t()])
    h = opt.state[param]["hessian"]
    assert torch.equal(h, torch.full((4, 2), 1.5))
    free = optim.ScheduleFreeSGD([param], lr=0.1)
    free.train()
    free.step(grads=[torch.ones(4, 2)])
    free.step(grads=[torch.ones(4, 2)])
    before = param.clone()
    free.eval()
    assert not torch.equal(param, before)
    assert torch.equal(whole[:, 1::2], torch.ones(4, 2))


@pytest.mark.parametrize("kind", ["array", "tensor", "half"])
def test_parameters_that_share_memory_are_refused(kind):
    def whole(n=24):
        if kind == "array":
            return np.ones(n, np.float32)
        return torch.ones(n, dtype=torch.bfloat16 if kind == "half" else torch.float32)

    def ones(one):
        made = np.ones if isinstance(one, np.ndarray) else torch.ones
        return made(one.shape, dtype=one.dtype)

    def step(*groups):
        params = [{"params": list(group)} for group in groups]
        optim.SGD(params, lr=1.0).step(grads=[ones(one) for group in groups for one in group])

    message = "lies on parameter 0 of group 0; accepted: parameters that share no memory"
    base = whole()
    for parts in (
        (base[:13], base[12:]),
        (base, base[3:4]),
        (base[5:], base),
        (base[::2], base[3:6]),
        (base[::2], base[::3]),
        (base.reshape(4, 6)[:, 1:3], base.reshape(4, 6)[2:, 2:]),
        (base[::2], base[1:2], base[4:6]),
    ):
        for groups in ([parts], [[one] for one in parts]):
            with pytest.raises(ValueError, match=r"parameter \d of group \d " + message):
                step(*groups)
    assert (base == 1).all()
    # Side by side, and between each other's elements.
    step([base[:12]], [base[12:]])
    step([base[::2], base[1::2]])
    step([base[:0], base])
    step([base.reshape(4, 6)[:, :3], base.reshape(4, 6)[:, 3:]])
    assert (base == -3).all()


def test_a_parameter_that_moves_onto_another_is_refused():
    one, other = torch.nn.Parameter(torch.ones(4)), torch.nn.Parameter(torch.ones(4))
    opt = optim.SGD([one, other], lr=1.0)
    one.grad = other.grad = torch.ones(4)
    for _ in range(3):
        opt.step()
    other.data = one.data
    with pytest.raises(ValueError, match="parameter 1 of group 0 lies on parameter 0 of group 0"):
        opt.step()
    assert torch.equal(one, torch.full((4,), -2.0))
    other.data = torch.ones(4)
    opt.step()
    assert torch.equal(one, torch.full((4,), -3.0))
    # A gradient of both may be read, and not become 0 before the other is stepped.
    with pytest.raises(
        libsched.SchedError, match=r"^parameter 1 of group 0: .*overlap: list\[1\]\.grad"
    ):
        opt.step(zero_grad=True)
    assert torch.equal(one, torch.full((4,), -3.0))


def test_parameters_that_share_a_state_are_refused():
    params = [torch.ones(4), torch.ones(4)]
    opt = optim.AdamW(params)
    for param in params:
        param.grad = torch.ones(4)
    opt.step()
    (own, other), before = [opt.state[param] for param in params], params[0].clone()
    mine, own["exp_avg"] = own["exp_avg"], other["exp_avg"]
    message = r"^parameter 1 of group 0: .*list\[1\]\.exp_avg=4 floats; accepted: none of list\[0\]"
    with pytest.raises(libsched.SchedError, match=message):
        opt.step()
    assert torch.equal(params[0], before)
    own["exp_avg"] = mine
    opt.step()
    assert torch.equal(params[0], params[1])
    assert not torch.equal(params[0], before)
