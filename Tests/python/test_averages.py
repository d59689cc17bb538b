"""Clipping and averages beside torch's own."""

from __future__ import annotations

import copy
import inspect
import io
import math
import pickle

import numpy as np
import pytest
import torch
from libsched import Parameter
from libsched.nn import utils as ours
from libsched.optim import swa_utils
from torch.nn import utils as theirs
from torch.optim import swa_utils as torch_swa

CLIPPING = ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]
AVERAGES = ["get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn", "get_swa_multi_avg_fn"]


def parameters(dtype=torch.float32, shapes=((3, 5), (), (7,), (4, 1, 2)), seed=0):
    torch.manual_seed(seed)
    found = [torch.nn.Parameter(torch.randn(shape).to(dtype)) for shape in shapes]
    for one in found:
        one.grad = (3 * torch.randn(one.shape)).to(dtype)
    # One without, and one whose gradient is not contiguous.
    found.append(torch.nn.Parameter(torch.ones(2, dtype=dtype)))
    found.append(torch.nn.Parameter(torch.ones(4, 3, dtype=dtype)))
    found[-1].grad = torch.randn(3, 4).to(dtype).T
    return found


def test_signatures_are_torchs():
    for module, other, names in (
        (ours, theirs, CLIPPING),
        (swa_utils, torch_swa, [*AVERAGES, "update_bn", "AveragedModel"]),
    ):
        for name in names:
            mine = inspect.signature(getattr(module, name)).parameters.values()
            one = inspect.signature(getattr(other, name)).parameters.values()
            if name == "AveragedModel":
                mine = inspect.signature(swa_utils.AveragedModel.__init__).parameters.values()
                one = inspect.signature(torch_swa.AveragedModel.__init__).parameters.values()
            assert [(p.name, p.default) for p in mine] == [(p.name, p.default) for p in one], name


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("p", [2.0, 1, math.inf, "inf", 0, 3.5, -1.0])
def test_norms_are_torchs(dtype, p):
    bound = 4 * torch.finfo(dtype).eps
    for max_norm in (0.5, 1e6):
        one, other = parameters(dtype), parameters(dtype)
        got = ours.clip_grad_norm_(one, max_norm, p)
        want = theirs.clip_grad_norm_(other, max_norm, p)
        assert (got.dtype, got.shape) == (want.dtype, want.shape)
        torch.testing.assert_close(got, want, rtol=bound, atol=0)
        for a, b in zip(one, other, strict=True):
            if b.grad is None:
                assert a.grad is None
            else:
                torch.testing.assert_close(a.grad, b.grad, rtol=bound, atol=0)
    one, other = parameters(dtype), parameters(dtype)
    ours.clip_grad_value_(one, 0.75)
    theirs.clip_grad_value_(other, 0.75)
    assert all(torch.equal(a.grad, b.grad) for a, b in zip(one, other) if b.grad is not None)


@pytest.mark.parametrize("p", [2.0, 1, math.inf, -math.inf, 0, 3.0])
def test_complex_numbers_have_the_norms_of_torchs(p):
    arrays = [
        torch.randn(3, 5, dtype=torch.complex64),
        torch.randn(4, dtype=torch.complex64).conj(),
    ]
    told = theirs.get_total_norm(arrays, p)
    torch.testing.assert_close(ours.get_total_norm(arrays, p), told)
    got = ours.get_total_norm([one.resolve_conj().numpy() for one in arrays], p)
    assert got.dtype == np.float32
    assert got == pytest.approx(float(told))


def test_a_norm_is_of_the_widest_type():
    for types in (("float16", "float32"), ("bfloat16", "float16"), ("float32", "float64")):
        arrays = [torch.full((2,), 1.5, dtype=getattr(torch, name)) for name in types]
        told = theirs.get_total_norm(arrays)
        torch.testing.assert_close(ours.get_total_norm(arrays), told, rtol=1e-3, atol=0)


def test_arrays_are_clipped_too():
    one = [Parameter(p.detach().numpy().copy(), p.grad.numpy().copy()) for p in parameters()[:4]]
    other = parameters()[:4]
    assert ours.clip_grad_norm_(one, 1.0) == pytest.approx(
        theirs.clip_grad_norm_(other, 1.0).item()
    )
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a.grad, b.grad.numpy(), rtol=1e-6)
    ours.clip_grad_value_(one, 0.01)
    assert all(np.abs(a.grad).max() <= np.float32(0.01) for a in one)
    assert ours.get_total_norm([np.array([3.0, 4.0])]) == 5
    assert ours.get_total_norm(np.array([3j, 4])) == 5
    assert ours.get_total_norm([]) == 0


def test_what_is_not_finite_is_told_as_torch_tells_it():
    for value in (math.nan, math.inf):
        one, other = parameters(), parameters()
        one[0].grad[0, 0] = other[0].grad[0, 0] = value
        messages = []
        for module, found in ((ours, one), (theirs, other)):
            with pytest.raises(RuntimeError) as caught:
                module.clip_grad_norm_(found, 1.0, error_if_nonfinite=True)
            messages.append(str(caught.value))
            module.clip_grad_norm_(found, 1.0)
        assert messages[0] == messages[1]
        for a, b in zip(one, other, strict=True):
            if b.grad is not None:
                torch.testing.assert_close(a.grad, b.grad, equal_nan=True)
    with pytest.warns(UserWarning, match="empty generator"):
        ours.clip_grad_norm_((p for p in []), 1.0)
    with pytest.raises(TypeError, match="array 0 is of int64"):
        ours.get_total_norm([torch.ones(3, dtype=torch.int64)])


def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.Linear(8, 2)
    )


def moved(model, step):
    torch.manual_seed(10 + step)
    with torch.no_grad():
        for one in model.parameters():
            one.add_(torch.randn_like(one))
    model(torch.randn(16, 4))


# Of buffers, which may be integers, torch's own default and its function for several cannot be had.
OF_BUFFERS = [name for name in AVERAGES if name != "get_swa_multi_avg_fn"]


@pytest.mark.parametrize(
    ("name", "buffers"),
    [(name, False) for name in [None, *AVERAGES]] + [(name, True) for name in OF_BUFFERS],
)
def test_averages_of_modules_are_torchs(name, buffers):
    pair = []
    for module in (swa_utils, torch_swa):
        model = network()
        given = {}
        if name is not None:
            key = "multi_avg_fn" if "multi" in name else "avg_fn"
            made = getattr(module, name)
            given[key] = made(0.75) if "ema" in name else made()
        average = module.AveragedModel(model, use_buffers=buffers, **given)
        for step in range(5):
            moved(model, step)
            average.update_parameters(model)
        pair.append(average)
    mine, one = (average.state_dict() for average in pair)
    assert list(mine) == list(one)
    for key, value in one.items():
        torch.testing.assert_close(mine[key], value, rtol=3e-7, atol=1e-7)
    batch = torch.randn(3, 4)
    assert repr(pair[0]) == repr(pair[1])
    assert isinstance(pair[0], torch.nn.Module)
    assert isinstance(pair[0], swa_utils.AveragedModel)
    pair[0].load_state_dict(one)
    assert torch.equal(pair[0].eval()(batch), pair[1].eval()(batch))
    again = copy.deepcopy(pair[0])
    assert torch.equal(again(batch), pair[1](batch))
    if name is None:
        read = pickle.load(io.BytesIO(pickle.dumps(pair[0])))
        assert torch.equal(read(batch), pair[1](batch))


def test_statistics_are_torchs():
    loader = [(torch.randn(8, 4, generator=torch.Generator().manual_seed(i)), 0) for i in range(5)]
    mine, one = network(), network()
    swa_utils.update_bn(loader, mine)
    torch_swa.update_bn(loader, one)
    assert mine[1].momentum == 0.1
    for key, value in one.state_dict().items():
        assert torch.equal(mine.state_dict()[key], value)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_averages_of_arrays(dtype):
    model = {"w": np.zeros((3, 2), dtype), "b": np.zeros(2, dtype)}
    mean = swa_utils.AveragedModel(model)
    moving = swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.5))
    for step in range(1, 5):
        for one in model.values():
            one[...] = step
        mean.update_parameters(model)
        moving.update_parameters(model)
    assert np.all(mean.module["w"] == 2.5)
    assert np.all(moving.module["b"] == 0.5 * (0.5 * (0.5 * 1 + 0.5 * 2) + 0.5 * 3) + 0.5 * 4)
    other = swa_utils.AveragedModel(model)
    other.load_state_dict(mean.state_dict())
    assert other.n_averaged == 4
    assert np.array_equal(other.module["w"], mean.module["w"])
    with pytest.raises(ValueError, match="model has"):
        mean.update_parameters({"w": model["w"]})


def test_refusals_are_torchs():
    for module in (swa_utils, torch_swa):
        for name in AVERAGES[:2]:
            with pytest.raises(ValueError, match="Invalid decay value 1.5 provided"):
                getattr(module, name)(1.5)
        with pytest.raises(AssertionError, match="Only one of avg_fn and multi_avg_fn"):
            module.AveragedModel(
                network(), avg_fn=lambda a, b, n: a, multi_avg_fn=lambda a, b, n: 0
            )
    with pytest.raises(TypeError, match="model is a list"):
        swa_utils.AveragedModel([1])
