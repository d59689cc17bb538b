"""Optimizers that torch does not have, beside their authors' packages and beside the formula."""

import json

import numpy as np
import pytest
import vectors
from libsched import optim

RECORDED = json.loads((vectors.FOLDER / "peers" / "optimizers.json").read_text())["vectors"]


@pytest.mark.parametrize("row", RECORDED, ids=[f"{row['name']} {row['args']}" for row in RECORDED])
def test_steps_end_where_the_peer_s_do(row):
    """In doubles, to what roundings in another order leave.

    AdEMAMix's authors add 1e-8 to what they take logarithms of in the warmup, as we do and the
    package that was asked does not.
    """
    near = 1e-6 if "beta3_warmup" in row["args"] else 1e-12
    settings = {
        key: tuple(one) if isinstance(one, list) else one for key, one in row["args"].items()
    }
    param, told = np.array(row["param"]), iter(row["params"])
    opt = getattr(optim, row["name"])([param], **settings)
    for step, grad in enumerate(row["grads"]):
        if hasattr(opt, "train"):
            opt.train()
        opt.step(grads=[np.array(grad)])
        np.testing.assert_allclose(param, next(told), rtol=near, atol=near / 10)
        if hasattr(opt, "eval") and step in (2, 5):
            opt.eval()
            np.testing.assert_allclose(param, next(told), rtol=near, atol=near / 10)
    assert next(told, None) is None


def test_sophia_follows_its_formula():
    random = np.random.RandomState(0)
    param, m, h = random.uniform(-1, 1, 9), np.zeros(9), np.zeros(9)
    ours = param.copy()
    lr, beta1, beta2, rho, decay, batch = 0.1, 0.9, 0.8, 0.04, 0.2, 16
    opt = optim.Sophia(
        [ours], lr=lr, betas=(beta1, beta2), rho=rho, weight_decay=decay, batch=batch
    )
    for step in range(6):
        grad = random.uniform(-1, 1, 9)
        if step % 2 == 0:
            diagonal = random.uniform(0, 1, 9)
            h = beta2 * h + (1 - beta2) * diagonal
            opt.update_hessian([diagonal])
        m = beta1 * m + (1 - beta1) * grad
        ratio = np.minimum(abs(m) / (rho * batch * h + 1e-15), 1)
        assert ratio.min() < 1
        param = param * (1 - lr * decay) - lr * np.sign(m) * ratio
        opt.step(grads=[grad])
        np.testing.assert_allclose(ours, param, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", [optim.LARS, optim.LAMB])
def test_a_group_s_parameters_have_their_own_norms(kind):
    """Together as each alone, of whatever shapes; those of zeros move, too."""
    random = np.random.RandomState(0)
    starts = [random.uniform(-1, 1, shape) for shape in ((4, 5), (5,), (70, 80), (), (2, 3))]
    starts[4][...] = 0
    grads = [[random.uniform(-1, 1, start.shape) for start in starts] for _ in range(3)]
    together, alone = [one.copy() for one in starts], [one.copy() for one in starts]
    every = kind(together, lr=0.1, weight_decay=0.1)
    each = [kind([one], lr=0.1, weight_decay=0.1) for one in alone]
    for step in grads:
        every.step(grads=step)
        for opt, grad in zip(each, step, strict=True):
            opt.step(grads=[grad])
    for got, told, start in zip(together, alone, starts, strict=True):
        assert got.tobytes() == told.tobytes()
        assert np.all(got != start)


def test_lars_is_sgd_for_biases():
    start, grads = np.array([1.0, -2.0, 3.0]), [np.array([0.5, 0.25, -1.0])] * 3
    ours, told = start.copy(), start.copy()
    lars, sgd = optim.LARS([ours], lr=0.1, weight_decay=0.5), optim.SGD([told], 0.1, 0.9)
    for grad in grads:
        lars.step(grads=[grad])
        sgd.step(grads=[grad])
    assert ours.tobytes() == told.tobytes()


def test_schedule_free_asks_for_its_mode():
    opt = optim.ScheduleFreeSGD([np.ones(2)])
    with pytest.raises(Exception, match="Optimizer was not in train mode when step is called"):
        opt.step(grads=[np.ones(2)])


@pytest.mark.parametrize(
    "kind, settings, message",
    [
        ("Lion", {"lr": -1.0}, "Invalid learning rate: -1.0"),
        ("Lion", {"betas": (0.9, 1.5)}, "Invalid beta parameter at index 1: 1.5"),
        ("Adan", {"betas": (0.9, 0.9, 1.0)}, "Invalid beta parameter at index 2: 1.0"),
        ("AdEMAMix", {"alpha": -1.0}, "Invalid alpha value: -1.0"),
        ("ScheduleFreeSGD", {"momentum": 0}, "Invalid momentum value: 0"),
        ("ScheduleFreeAdamW", {"betas": (0.0, 0.9)}, "Invalid beta parameter at index 0: 0.0"),
        ("Sophia", {"rho": -1.0}, "Invalid rho parameter: -1.0"),
        ("LAMB", {"betas": (0.9, 1.0)}, "Invalid beta parameter at index 1: 1.0"),
        ("LAMB", {"lr": -1.0, "eps": -1.0}, "Invalid learning rate: -1.0"),
        ("LARS", {"momentum": -1.0}, "Invalid momentum value: -1.0"),
        ("LARS", {"trust_coefficient": -1.0}, "Invalid trust_coefficient value: -1.0"),
    ],
)
def test_settings_are_refused(kind, settings, message):
    with pytest.raises(ValueError, match=message):
        getattr(optim, kind)([np.ones(2)], **settings)
