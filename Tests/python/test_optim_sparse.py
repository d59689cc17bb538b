"""Gradients that have some rows of a parameter only, beside torch's."""

import inspect
import itertools

import numpy as np
import pytest
import torch
from libsched import optim
from libsched.optim import SparseGrad

CASES = {
    "SparseAdam": [{}, {"lr": 0.1, "betas": (0.3, 0.5), "eps": 1e-3, "maximize": True}],
    "Adagrad": [{}, {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5}],
    "SGD": [{"lr": 0.1}, {"lr": 0.1, "maximize": True}],
}
ALL = [(name, settings) for name, many in CASES.items() for settings in many]


def gradients(shape, sparse_dims, seed, count=6):
    """Sparse tensors, each with a few rows, some of them twice, and one with none."""
    random = np.random.RandomState(seed)
    leading = shape[:sparse_dims]
    for step in range(count):
        rows = 0 if step == 2 else int(np.prod(leading)) // 2
        indices = np.stack([random.randint(0, size, rows) for size in leading])
        values = random.uniform(-1, 1, (rows, *shape[sparse_dims:])).astype("f4")
        yield torch.sparse_coo_tensor(
            torch.from_numpy(indices), torch.from_numpy(values), shape, check_invariants=True
        )


@pytest.mark.parametrize("shape, dims", [((9, 5), 1), ((40,), 1), ((3, 4, 7), 2), ((6, 3, 5), 1)])
@pytest.mark.parametrize("name, settings", ALL)
def test_sparse_steps_end_where_torch_s_do(name, settings, shape, dims):
    start = torch.from_numpy(np.random.RandomState(1).uniform(-1, 1, shape).astype("f4"))
    theirs, ours = start.clone().requires_grad_(), start.clone().requires_grad_()
    dense = start.clone().requires_grad_()
    told = getattr(torch.optim, name)([theirs], **settings)
    got = getattr(optim, name)([ours], **settings)
    for grad in gradients(shape, dims, 2):
        theirs.grad, ours.grad = grad.clone(), grad.clone()
        told.step()
        got.step()
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)
    assert not torch.equal(ours, dense)
    assert list(got.state_dict()["state"]) == list(told.state_dict()["state"])
    for key, value in told.state[theirs].items():
        one = got.state[ours][key]
        if key == "step":
            assert type(one) is type(value)
            assert one == value
        elif value is not None:
            torch.testing.assert_close(one, value, rtol=1e-6, atol=1e-6)


def test_states_go_to_torch_s_and_back():
    start = torch.linspace(-1, 1, 24).reshape(8, 3)
    ends = []
    for kinds in itertools.product((torch.optim.SparseAdam, optim.SparseAdam), repeat=2):
        param = start.clone().requires_grad_()
        opt = kinds[0]([param], lr=0.1)
        for step, grad in enumerate(gradients((8, 3), 1, 5)):
            if step == 3:
                saved = opt.state_dict()
                opt = kinds[1]([param], lr=0.5)
                opt.load_state_dict(saved)
                assert opt.param_groups[0]["lr"] == 0.1
            param.grad = grad
            opt.step()
        ends.append(param.detach())
    for end in ends[1:]:
        torch.testing.assert_close(end, ends[0], rtol=1e-6, atol=1e-6)


def test_arrays_have_sparse_gradients_too():
    start = np.random.RandomState(1).uniform(-1, 1, (9, 5)).astype("f4")
    array, tensor = start.copy(), torch.from_numpy(start.copy()).requires_grad_()
    ours, theirs = optim.SparseAdam([array]), optim.SparseAdam([tensor])
    for grad in gradients((9, 5), 1, 2):
        tensor.grad = grad
        theirs.step()
        rows = SparseGrad(grad._indices()[0].numpy(), grad._values().numpy())
        ours.step(grads=[rows])
    np.testing.assert_allclose(array, tensor.detach().numpy(), rtol=1e-6, atol=1e-6)
    assert "SparseGrad(array(" in repr(SparseGrad([1], np.ones((1, 5), "f4")))


def test_dense_and_sparse_gradients_go_together():
    def params():
        torch.manual_seed(0)
        return [torch.randn(6, 2).requires_grad_(), torch.randn(3).requires_grad_()]

    ends = []
    for kind in (torch.optim.Adagrad, optim.Adagrad):
        members = params()
        opt = kind(members)
        for step in range(4):
            members[0].grad = torch.ones(6, 2)
            if step % 2 == 0:
                members[0].grad = torch.ones(6, 2).to_sparse(1)
            members[1].grad = torch.ones(3)
            opt.step()
        ends.append(torch.cat([one.detach().reshape(-1) for one in members]))
    torch.testing.assert_close(ends[1], ends[0])


def test_the_constructor_is_torch_s():
    told, got = (
        inspect.signature(module.SparseAdam).parameters.values() for module in (torch.optim, optim)
    )
    assert [(one.name, one.default, one.kind) for one in got] == [
        (one.name, one.default, one.kind) for one in told
    ]
    params = [torch.zeros(3)]
    told, got = torch.optim.SparseAdam(params), optim.SparseAdam(params)
    assert repr(got) == repr(told)
    assert got.state_dict() == told.state_dict()


@pytest.mark.parametrize(
    "settings",
    [
        {"lr": 0.0},
        {"lr": torch.ones(2)},
        {"lr": -1.0, "eps": -1.0},
        {"eps": 0.0},
        {"betas": (1.0, 0.9)},
        {"betas": (0.9, -0.1)},
        {"params": [torch.ones(2).to_sparse()]},
        {"params": [{"params": [torch.ones(2)]}, {"params": [torch.ones(2).to_sparse()]}]},
    ],
)
def test_refusals_are_torch_s(settings):
    raised = []
    for module in (torch.optim, optim):
        with pytest.raises((ValueError, TypeError)) as caught:
            module.SparseAdam(**{"params": [torch.zeros(2)]} | settings)
        raised.append(str(caught.value))
    assert raised[1] == raised[0]


def test_dense_gradients_are_refused():
    for module in (torch.optim, optim):
        param = torch.zeros(2, requires_grad=True)
        param.grad = torch.zeros(2)
        with pytest.raises(
            RuntimeError, match="SparseAdam does not support dense gradients"
        ) as caught:
            module.SparseAdam([("w", param)]).step()
        assert torch.equal(param, torch.zeros(2))
    assert str(caught.value).endswith("Adam instead: parameter 0 of group 0 ('w')")


@pytest.mark.parametrize("name", ["Adam", "RMSprop", "Lion"])
def test_sparse_gradients_are_refused_by_the_others(name):
    param = torch.zeros(2, requires_grad=True)
    param.grad = torch.ones(2).to_sparse()
    with pytest.raises(TypeError, match="the gradient of parameter 0 of group 0 is of layout"):
        getattr(optim, name)([param]).step()
    with pytest.raises(RuntimeError, match="not compatible with sparse gradients: parameter 0"):
        optim.Adagrad([param], weight_decay=0.1).step()
    for settings in ({"momentum": 0.9}, {"weight_decay": 0.1}):
        with pytest.raises(TypeError, match="the gradient of parameter 0 of group 0 is of layout"):
            optim.SGD([param], **settings).step()


@pytest.mark.parametrize(
    "grad, error",
    [
        (lambda: SparseGrad([3], np.ones((1, 2), "f4")), "rows 3 to 3; accepted: from 0 to 2"),
        (lambda: SparseGrad([-1], np.ones((1, 2), "f4")), "rows -1 to -1"),
        (lambda: SparseGrad([0], np.ones((1, 3), "f4")), r"shape \(3,\); accepted: float32"),
        (lambda: SparseGrad([0], np.ones((1, 2))), "rows of float64"),
        (lambda: SparseGrad([0, 1], np.ones((1, 2), "f4")), "accepted: 2 rows"),
        (lambda: SparseGrad([0.5], np.ones((1, 2), "f4")), "accepted: integers in a row"),
        (lambda: SparseGrad([0], [[1.0, 2.0]]), "values is a list"),
    ],
)
def test_rows_that_do_not_fit_are_refused(grad, error):
    param = np.ones((3, 2), "f4")
    opt = optim.SparseAdam([param])
    with pytest.raises((TypeError, ValueError), match=error):
        opt.step(grads=[grad()])
    assert np.all(param == 1)
    sparse = torch.sparse_coo_tensor([[0]], [[1.0, 1.0]], (4, 2), check_invariants=True)
    with pytest.raises(ValueError, match="the gradient of parameter 0 of group 0 is a sparse"):
        optim.SparseAdam([torch.ones(3, 2)]).step(grads=[sparse])
