"""LBFGS beside torch's, evaluation by evaluation."""

import copy
import inspect

import libsched
import numpy as np
import pytest
import torch
from libsched import optim


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def bowl(x):
    scales = torch.linspace(1, 50, x.numel(), dtype=x.dtype)
    return (scales * (x - 0.5) ** 2).sum() + x.sin().sum()


def cliff(x):
    return (x.abs() ** 1.5).sum() + 0.1 * x.sum()


SETTINGS = [
    {"lr": 0.1},
    {"lr": 0.5, "max_iter": 5, "history_size": 3},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "history_size": 2, "max_iter": 8},
    {"line_search_fn": "strong_wolfe", "max_eval": 4, "lr": 5.0},
    {"line_search_fn": "strong_wolfe", "max_eval": 1},
    {"lr": 0.01, "max_iter": 1},
    {"lr": 0.1, "tolerance_change": 1e-2},
    {"lr": 0.1, "tolerance_grad": 1.0},
]


def run(kind, function, settings, steps, reload=None):
    """Every point that was evaluated, the losses, the end, and the state."""
    param = torch.linspace(-1.5, 1.2, 8, dtype=torch.float64).requires_grad_()
    opt = kind([param], **settings)
    seen, losses = [], []

    def closure():
        opt.zero_grad()
        loss = function(param)
        loss.backward()
        seen.append(param.detach().clone())
        return loss

    for step in range(steps):
        if reload and step == steps // 2:
            saved = copy.deepcopy(opt.state_dict())
            opt = reload([param], **settings)
            opt.load_state_dict(saved)
        losses.append(opt.step(closure).item())
    return seen, losses, param.detach(), opt.state[param]


@pytest.mark.parametrize("function", [rosenbrock, bowl, cliff])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_every_evaluation_is_where_torch_s_is(function, settings):
    told = run(torch.optim.LBFGS, function, settings, 3)
    got = run(optim.LBFGS, function, settings, 3)
    assert len(got[0]) == len(told[0])
    # What an evaluation is off by the next one carries on.
    for i, (ours, theirs) in enumerate(zip(got[0], told[0], strict=True)):
        torch.testing.assert_close(ours, theirs, rtol=1e-7 * (1 + i), atol=1e-8 * (1 + i))
    assert got[1] == pytest.approx(told[1], rel=1e-6, abs=1e-9)
    torch.testing.assert_close(got[2], told[2], rtol=1e-5, atol=1e-6)
    assert got[3]["func_evals"] == told[3]["func_evals"]
    assert got[3]["n_iter"] == told[3]["n_iter"]
    assert set(got[3]) == set(told[3])
    assert len(got[3].get("old_dirs", [])) == len(told[3].get("old_dirs", []))


@pytest.mark.parametrize("line", [None, "strong_wolfe"])
def test_states_go_to_torch_s_and_back(line):
    settings = {"lr": 0.2 if line is None else 1, "history_size": 3, "max_iter": 4}
    settings["line_search_fn"] = line
    ends = [
        run(kind, bowl, settings, 4, reload)[2]
        for kind in (torch.optim.LBFGS, optim.LBFGS)
        for reload in (torch.optim.LBFGS, optim.LBFGS)
    ]
    for end in ends[1:]:
        torch.testing.assert_close(end, ends[0], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("is_wide", [False, True])
def test_16_bits_are_rounded_for_every_evaluation(dtype, is_wide):
    """As torch's own goes over floats that a closure rounds before it looks at them."""
    start = torch.linspace(-1.5, 1.2, 8).to(dtype)
    theirs = start.float().requires_grad_()
    tensor, array = start.clone().requires_grad_(), start.float().numpy()
    settings = {"line_search_fn": "strong_wolfe", "history_size": 3, "max_iter": 4}

    def graded(rounded):
        rounded = rounded.detach().clone().requires_grad_()
        loss = bowl(rounded.float())
        loss.backward()
        return loss, rounded.grad

    def told():
        loss, grad = graded(theirs.to(dtype))
        theirs.grad = grad.float()
        return loss

    def got():
        loss, grad = graded(tensor)
        tensor.grad_dtype = None
        tensor.grad = grad.float() if is_wide else grad
        return loss

    reference, ours = torch.optim.LBFGS([theirs], **settings), optim.LBFGS([tensor], **settings)
    for _ in range(3):
        expected = reference.step(told)
        with torch.no_grad():
            theirs.copy_(theirs.to(dtype))
        assert ours.step(got).item() == pytest.approx(expected.item(), rel=1e-5)
        torch.testing.assert_close(tensor.detach(), theirs.detach().to(dtype))
    assert ours.state[tensor]["d"].dtype == torch.float32
    if dtype == torch.float16:
        param = libsched.Parameter(array.astype(np.float16))

        def of_array():
            loss, grad = graded(torch.from_numpy(param.data))
            param.grad = grad.numpy().astype(np.float32 if is_wide else np.float16)
            return loss.item()

        other = optim.LBFGS([param], **settings)
        ends = [other.step(of_array) for _ in range(3)]
        assert ends[-1] < ends[0]
        np.testing.assert_array_equal(param.data, tensor.detach().numpy())


def test_gradients_of_16_bits_and_of_floats_go_together():
    """Floats that 16 bits can hold are the same gradient in either type."""
    ends = []
    for wide in (set(), {0}, {0, 1}):
        params = [torch.ones(3).bfloat16().requires_grad_() for _ in range(2)]
        opt = optim.LBFGS(params, lr=0.3, max_iter=3)

        def closure(params=params, wide=wide):
            for i, param in enumerate(params):
                param.grad_dtype = None
                grad = (2 + i) * param.detach()
                param.grad = grad.float() if i in wide else grad
            return sum(param.detach().float().square().sum() for param in params)

        opt.step(closure)
        ends.append(torch.cat([param.detach() for param in params]))
    assert ends[0].max() < 0.7
    assert torch.equal(ends[1], ends[0])
    assert torch.equal(ends[2], ends[0])


def test_a_state_of_torch_s_in_bfloat16_is_loaded():
    ends = []
    for kind in (torch.optim.LBFGS, optim.LBFGS):
        param = torch.linspace(-1.5, 1.2, 8).bfloat16().requires_grad_()
        opt = torch.optim.LBFGS([param], line_search_fn="strong_wolfe", max_iter=3)

        def closure(param=param):
            param.grad = None
            loss = bowl(param.float())
            loss.backward()
            return loss

        opt.step(closure)
        saved = opt.state_dict()
        opt = kind([param], line_search_fn="strong_wolfe", max_iter=3)
        opt.load_state_dict(saved)
        ends += [opt.step(closure).item(), closure().item()]
    assert ends[2] == ends[0]
    assert ends[3] < ends[2]


def test_it_minimises_a_network_of_several_parameters_as_torch_s():
    data, target = torch.randn(30, 4), torch.randn(30, 2)
    ends = []
    for kind in (torch.optim.LBFGS, optim.LBFGS):
        torch.manual_seed(0)
        network = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 2))
        network.register_parameter("unused", torch.nn.Parameter(torch.ones(3)))
        opt = kind(network.parameters(), line_search_fn="strong_wolfe", max_iter=10)

        def closure(opt=opt, network=network):
            opt.zero_grad()
            loss = torch.nn.functional.mse_loss(network(data), target)
            loss.backward()
            return loss

        for _ in range(3):
            first = opt.step(closure)
        ends.append((first.item(), closure().item()))
    assert ends[1] == pytest.approx(ends[0], rel=1e-2)
    assert ends[1][1] < ends[1][0]


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8"])
def test_arrays_are_minimised_too(dtype):
    target = np.array([[1.0, -2.0], [3.0, 0.5]], dtype)
    param = libsched.Parameter(np.zeros((4, 2), dtype)[::2])
    opt = optim.LBFGS([param], line_search_fn="strong_wolfe")

    def closure():
        param.grad = 2 * (param.data - target)
        return float((abs(param.data - target) ** 2).sum())

    assert opt.step(closure) == pytest.approx(14.25)
    np.testing.assert_allclose(param.data, target, atol=1e-5)
    assert np.all(param.data.base[1::2] == 0)


def test_the_constructor_is_torch_s():
    told, got = (
        inspect.signature(module.LBFGS).parameters.values() for module in (torch.optim, optim)
    )
    assert [(one.name, one.default, one.kind) for one in got] == [
        (one.name, one.default, one.kind) for one in told
    ]
    params = [torch.zeros(3)]
    told, got = torch.optim.LBFGS(params), optim.LBFGS(params)
    assert repr(got) == repr(told)
    assert got.state_dict() == told.state_dict()


@pytest.mark.parametrize(
    "settings",
    [
        {"lr": -1.0},
        {"lr": torch.ones(2)},
        {"params": [{"params": [torch.ones(2)]}, {"params": [torch.ones(3)]}]},
        {"params": []},
    ],
)
def test_refusals_are_torch_s(settings):
    raised = []
    for module in (torch.optim, optim):
        with pytest.raises((ValueError, TypeError)) as caught:
            module.LBFGS(**{"params": [torch.zeros(2)]} | settings)
        raised.append(str(caught.value))
    assert raised[1] == raised[0]


def test_steps_need_a_closure_and_a_search_that_there_is():
    param = torch.zeros(2, requires_grad=True)
    for module in (torch.optim, optim):
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'closure'"):
            module.LBFGS([param]).step()

        def closure():
            param.grad = torch.ones(2)
            return param.sum()

        with pytest.raises(RuntimeError, match="only 'strong_wolfe' is supported"):
            module.LBFGS([param], line_search_fn="armijo").step(closure)
    with pytest.raises(ValueError, match="grads is given"):
        optim.LBFGS([param]).step(closure, grads=[torch.ones(2)])


def test_a_hook_changes_nothing_of_a_step():
    for hook in ("register_step_pre_hook", "register_step_post_hook"):
        ends = []
        for hooked in (False, True):
            param = torch.nn.Parameter(torch.tensor([3.0, -2.0]))
            optimizer = optim.LBFGS([param], line_search_fn="strong_wolfe")
            if hooked:
                getattr(optimizer, hook)(lambda *_: None)

            def closure(optimizer=optimizer, param=param):
                optimizer.zero_grad()
                loss = bowl(param)
                loss.backward()
                return loss

            optimizer.step(closure)
            ends.append(param.detach().clone())
        assert torch.equal(*ends)
        assert bowl(ends[0]) < 10


def test_what_is_of_one_gradient_is_refused():
    param = torch.nn.Parameter(torch.ones(2))
    with pytest.raises(ValueError, match="max_norm is 1.0"):
        optim.LBFGS([param]).step(lambda: 0.0, max_norm=1.0)
    assert torch.equal(param, torch.ones(2))


def test_what_a_closure_raises_comes_out_and_the_parameter_is_where_it_was():
    for line in (None, "strong_wolfe"):
        param = torch.ones(3, requires_grad=True)
        opt = optim.LBFGS([param], line_search_fn=line)
        calls = []

        def closure(param=param, calls=calls):
            calls.append(0)
            if len(calls) == 2:
                raise KeyError("no")
            param.grad = 2 * param.detach()
            return (param**2).sum()

        with pytest.raises(KeyError, match="no"):
            opt.step(closure)
        assert torch.equal(param, torch.ones(3))
        opt.step(closure)
        assert param.abs().max() < 1


@pytest.mark.parametrize("history_size", [2, 4])
def test_what_is_remembered_is_as_it_was_when_a_closure_raises(history_size):
    param = torch.linspace(-1.5, 1.2, 8, dtype=torch.float64).requires_grad_()
    settings = {"lr": 0.05, "max_iter": 3, "history_size": history_size, "tolerance_change": 0}
    opt, left = optim.LBFGS([param], **settings), [100]

    def closure():
        left[0] -= 1
        if not left[0]:
            raise KeyError("no")
        param.grad = None
        loss = bowl(param)
        loss.backward()
        return loss

    for _ in range(3):
        opt.step(closure)
    assert len(opt.state[param]["old_dirs"]) == history_size
    before = copy.deepcopy(opt.state[param])
    left[0] = 3
    with pytest.raises(KeyError, match="no"):
        opt.step(closure)
    assert opt.state[param].keys() == before.keys()
    for name in ("d", "prev_flat_grad", "old_dirs", "old_stps", "ro", "n_iter"):
        torch.testing.assert_close(opt.state[param][name], before[name], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("dtype", "grad"), [("f8", np.ones(2)), ("f4", np.ones(3, "i4")), ("f2", np.ones(3))], ids=str
)
def test_a_gradient_of_another_shape_or_type_is_refused(dtype, grad):
    param = np.ones(3, dtype)
    opt = optim.LBFGS([param])

    def closure():
        opt.param_groups[0]["params"][0].grad = grad
        return 1.0

    with pytest.raises(ValueError, match="the gradient of parameter 0 of group 0"):
        opt.step(closure)
    assert np.all(param == 1)


def many(kind, dtype, steps=9, between=None, **settings):
    """Where steps lead a bowl of several blocks of elements and a rest, and the optimizer."""
    param = torch.linspace(-1.5, 1.2, 20_011, dtype=torch.float64).to(dtype).requires_grad_()
    scales = torch.linspace(0.5, 3, len(param), dtype=dtype)
    settings = {"lr": 0.3, "max_iter": 1, "history_size": 4} | settings
    opt = kind([param], **settings)

    def closure():
        param.grad = scales * param.detach() + param.detach().sin()
        return (param.detach() * param.grad).sum()

    for step in range(steps):
        if between and step == 6:
            opt = between(opt, param, settings) or opt
        opt.step(closure)
    return param.detach(), opt


def test_many_elements_go_where_torch_s_go_in_doubles():
    exact = many(torch.optim.LBFGS, torch.float64)[0]
    wide = many(optim.LBFGS, torch.float64)[0]
    torch.testing.assert_close(wide, exact, rtol=1e-11, atol=1e-13)
    theirs = many(torch.optim.LBFGS, torch.float32)[0].double() - exact
    ours = many(optim.LBFGS, torch.float32)[0].double() - exact
    assert ours.norm() <= 1.1 * theirs.norm() < 1e-3 * exact.norm()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_threads_and_what_is_known_of_pairs_change_no_bit(dtype):
    def loaded(opt, param, settings):
        other = optim.LBFGS([param], **settings)
        other.load_state_dict(copy.deepcopy(opt.state_dict()))
        return other

    def copied(opt, param, settings):
        return copy.deepcopy(opt, {id(param): param})

    expected = many(optim.LBFGS, dtype)[0]
    before = libsched.threads()
    try:
        for threads in (1, 3):
            libsched.set_threads(threads)
            assert torch.equal(many(optim.LBFGS, dtype)[0], expected)
    finally:
        libsched.set_threads(before)
    for between in (loaded, copied):
        assert torch.equal(many(optim.LBFGS, dtype, between=between)[0], expected)


def test_pairs_that_are_written_to_are_what_counts():
    def doubled(opt, param, settings):
        opt.state[param]["old_stps"][1].mul_(2)

    def replaced(opt, param, settings):
        steps = opt.state[param]["old_stps"]
        steps[1] = steps[1] * 2

    plain = many(optim.LBFGS, torch.float64)[0]
    for between in (doubled, replaced):
        theirs, ours = (
            many(kind, torch.float64, between=between)[0]
            for kind in (torch.optim.LBFGS, optim.LBFGS)
        )
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
        assert (ours - plain).abs().max() > 1e-6


@pytest.mark.parametrize("shape", [(6,), (3, 2)])
def test_autograd_knows_of_a_step(shape):
    param = torch.ones(shape).t().requires_grad_()
    stale = param.square().sum()
    opt = optim.LBFGS([param], lr=0.1, max_iter=2)

    def closure():
        param.grad = 2 * param.detach()
        return 1.0

    opt.step(closure)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        stale.backward()


def test_an_array_that_is_only_read_is_refused():
    param = np.ones(3)
    param.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        optim.LBFGS([param]).step(lambda: 1.0)
    assert np.all(param == 1)
