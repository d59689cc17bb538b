"""A driver writes what its schedules say into an optimizer's groups, and nothing else."""

from __future__ import annotations

import copy
import itertools
import json

import libsched as ls
import libsched.optim
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from libsched import Status
from vectors import bits

CURVES = {
    "lr": ls.Warmup(ls.CosineDecay(30), 5),
    "weight_decay": ls.LinearDecay(40, min_ratio=0.1),
    ("betas", 0): ls.Momentum(ls.OneCycleLR(max_lr=1.0, total_steps=60)),
}


def torchs() -> torch.optim.Optimizer:
    layers = [torch.nn.Parameter(torch.ones(3)), torch.nn.Parameter(torch.ones(2))]
    return torch.optim.AdamW([{"params": [p], "lr": 0.1 * (i + 1)} for i, p in enumerate(layers)])


def ours() -> ls.optim.AdamW:
    layers = [np.ones(3, np.float32), np.ones(2, np.float32)]
    return ls.optim.AdamW([{"params": [p], "lr": 0.1 * (i + 1)} for i, p in enumerate(layers)])


OPTIMIZERS = pytest.mark.parametrize("make", [torchs, ours])


def numbers(optimizer) -> list[dict[str, object]]:
    return [{k: v for k, v in group.items() if k != "params"} for group in optimizer.param_groups]


def train(optimizer) -> None:
    """A step whose gradient depends on the parameters."""
    if isinstance(optimizer, torch.optim.Optimizer):
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = 2 * p.detach()
        optimizer.step()
    else:
        optimizer.step(grads=[2 * p for group in optimizer.param_groups for p in data(group)])


def data(group) -> list[np.ndarray]:
    return [p if isinstance(p, np.ndarray) else p.data for p in group["params"]]


def weights(optimizer) -> list[bytes]:
    return [np.asarray(p.detach() if torch.is_tensor(p) else p).tobytes()
            for group in optimizer.param_groups
            for p in (group["params"] if isinstance(optimizer, torch.optim.Optimizer) else data(group))]  # fmt: skip


def refused(call, status: Status, *words: str) -> None:
    with pytest.raises(ls.SchedError) as raised:
        call()
    assert raised.value.status is status, raised.value
    for word in words:
        assert word in str(raised.value)


# -- What it writes ------------------------------------------------------------


@OPTIMIZERS
def test_making_one_changes_nothing_and_attaching_writes_the_values(make) -> None:
    optimizer = make()
    before, step = numbers(optimizer), optimizer.step
    driver = ls.Driver(optimizer, CURVES)
    assert numbers(optimizer) == before
    assert driver.attach() is driver
    after = numbers(optimizer)
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        assert list(old) == list(new)  # no initial_lr
        assert {k for k in old if old[k] != new[k]} == {"lr", "betas"}
        assert new["lr"] == CURVES["lr"].rate(0, 0.1 * (place + 1)) == 0
        assert new["betas"] == (0.95, 0.999)
    assert optimizer.step == step
    for t in range(1, 50):
        driver.step()
        for place, group in enumerate(optimizer.param_groups):
            expected = [
                CURVES["lr"].rate(t, 0.1 * (place + 1)),
                CURVES["weight_decay"].rate(t, 0.01),
                CURVES["betas", 0].rate(t, 0.9),
            ]
            assert bits([group["lr"], group["weight_decay"], group["betas"][0]]) == bits(expected)
            assert group["betas"][1] == 0.999
            assert isinstance(group["betas"], tuple)


def test_each_group_has_curves_of_its_own() -> None:
    groups = [{"lr": 1.0, "name": "body"}, {"lr": 2.0, "name": "head"}, {"lr": 3.0}]
    driver = ls.Driver(
        groups,
        {"lr": [ls.StepLR(1, 0.5), None]},
        groups=["head", 2],
        bases={"lr": [8.0, 9.0]},
    ).attach()
    driver.step()
    assert [group["lr"] for group in groups] == [1.0, 4.0, 3.0]
    assert repr(driver) == "<Driver of group 1 lr, at step 1>"


def test_a_plain_group_is_enough_and_whole_numbers_are_rounded() -> None:
    loader = {"batch_size": 32, "momentum": 0, "ema": [0.9, 0.5]}
    curve = ls.PiecewiseLinear([0, 4], [32.0, 64.0])
    driver = ls.Driver(
        loader, {"batch_size": curve, ("ema", 1): ls.StepLR(1, 0.5)}, rounded=["batch_size"]
    )
    driver.attach()
    for t in range(1, 5):
        driver.step()
        assert loader["batch_size"] == 32 + 8 * t
        assert type(loader["batch_size"]) is int
        assert loader["ema"] == [0.9, 0.5 * 0.5**t]


def test_tensors_stay_the_objects_that_they_are() -> None:
    rate, array = torch.tensor(0.5), np.array(0.25, np.float32)
    groups = [{"lr": rate}, {"lr": array}]
    driver = ls.Driver(groups, {"lr": ls.ExponentialLR(0.999)}).attach()
    for _ in range(10_000):
        driver.step()
    assert groups[0]["lr"] is rate
    assert groups[1]["lr"] is array
    # Computed in double and rounded once: no drift.
    expected = np.float32(ls.ExponentialLR(0.999).rate(10_000, 0.5))
    assert (rate.item(), array) == (expected, np.float32(expected / 2))


@settings(max_examples=50)
@given(st.lists(st.booleans(), max_size=30))
def test_steps_that_were_not_applied_move_nothing(applied: list[bool]) -> None:
    group = {"lr": 1.0}
    driver = ls.Driver(group, {"lr": ls.StepLR(3, 0.5)}).attach()
    for one in applied:
        driver.step(applied=one)
    assert driver.scheduler.step == sum(applied)
    assert driver.scheduler.skipped == len(applied) - sum(applied)
    assert group["lr"] == 0.5 ** (sum(applied) // 3)


@OPTIMIZERS
@pytest.mark.parametrize("form", ["closed", "chained"])
def test_what_reacts_to_a_metric_is_written_when_it_does(make, form) -> None:
    """Inside another schedule, beside one that does not react, and resumed."""
    optimizer = make()
    plateau = ls.ReduceLROnPlateau(factor=0.5, patience=1)
    curves = {"lr": ls.Warmup(plateau, 2), "weight_decay": ls.LinearDecay(40)}
    driver = ls.Driver(optimizer, curves, form=form).attach()
    alone = ls.Scheduler(
        [curves["lr"], curves["lr"], curves["weight_decay"], curves["weight_decay"]],
        driver.scheduler.bases,
        form=form,
    )
    metrics = [1.0, 0.5, 0.5, 0.5, 0.5, float("nan"), 0.4, 0.6, 0.6]
    for i, metric in enumerate(metrics):
        driver.step()
        alone.next()
        if i == 2:
            # Nothing reacts yet, and what another has written stays.
            optimizer.param_groups[0]["weight_decay"] = 0.75
        driver.observe(metric)
        expected = alone.observe(metric)
        groups = optimizer.param_groups
        assert [group["lr"] for group in groups] == expected[:2]
        written = [group["weight_decay"] for group in groups]
        assert written == ([0.75, expected[3]] if i == 2 else expected[2:])
        if i == 5:
            state, optimizer = driver.state_dict(), make()
            driver = ls.Driver(optimizer, curves, form=form)
            driver.load_state_dict(json.loads(json.dumps(state)))
            driver.attach()
    assert groups[0]["lr"] < 0.1
    with pytest.raises(ls.SchedError, match="metric"):
        driver.observe("bad")
    with pytest.raises(ls.SchedError, match="attach"):
        ls.Driver(make(), curves).observe(1.0)


def test_samples_and_the_end_of_a_run() -> None:
    group = {"lr": 1.0, "weight_decay": 1.0}
    curves = {"lr": ls.LinearDecay(100), "weight_decay": ls.Constant()}
    driver = ls.Driver(group, curves, unit="samples", horizon="hold", last=50).attach()
    driver.advance(32)
    assert group == {"lr": 0.68, "weight_decay": 1.0}
    driver.advance(32)
    assert group == {"lr": 0.5, "weight_decay": 1.0}
    driver.seek(40)
    driver.cool_down(20, "linear", names=["lr"])
    driver.advance(10)
    assert group == {"lr": pytest.approx(0.3), "weight_decay": 1.0}
    driver.extend(100, names=["lr"])
    driver.advance(100)
    assert group["lr"] == pytest.approx(0.3)
    refused(lambda: driver.cool_down(3, names=["beta"]), Status.SCHED_E_FIELD, "'beta'", "'lr'")


# -- What it refuses -----------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "status", "words"),
    [
        (lambda o: ls.Driver(o, {"learning_rate": ls.Constant()}), Status.SCHED_E_FIELD, ["group 0='learning_rate'", "lr, betas"]),
        (lambda o: ls.Driver(o, {("betas", 2): ls.Constant()}), Status.SCHED_E_TYPE, ["group 0 betas", "an entry 2"]),
        (lambda o: ls.Driver(o, {("lr", 0): ls.Constant()}), Status.SCHED_E_TYPE, ["group 0 lr", "an entry 0"]),
        (lambda o: ls.Driver(o, {"betas": ls.Constant()}), Status.SCHED_E_TYPE, ["group 0 betas", "a number"]),
        (lambda o: ls.Driver(o, {"lr": ls.Constant()}, groups=[2]), Status.SCHED_E_RANGE, ["groups=2", "0 to 1"]),
        (lambda o: ls.Driver(o, {"lr": ls.Constant()}, groups=["head"]), Status.SCHED_E_RANGE, ["groups='head'", "0 to 1"]),
        (lambda o: ls.Driver(o, {"lr": ls.Constant()}, groups=[1, 1]), Status.SCHED_E_TWICE, ["groups=1"]),
        (lambda o: ls.Driver(o, {"lr": [ls.Constant()]}), Status.SCHED_E_RANGE, ["curves['lr']", "2 of them"]),
        (lambda o: ls.Driver(o, {"lr": [None, None]}), Status.SCHED_E_RANGE, ["curves", "one group at least"]),
        (lambda o: ls.Driver(o, {"lr": 3}), Status.SCHED_E_TYPE, ["curves['lr']=3", "a Schedule"]),
        (lambda o: ls.Driver(o, {}), Status.SCHED_E_TYPE, ["curves={}"]),
        (lambda o: ls.Driver(o, {"lr": ls.Constant()}, bases={"wd": 1}), Status.SCHED_E_FIELD, ["bases='wd'", "'lr'"]),
        (lambda o: ls.Driver(o, {"lr": ls.Constant()}, bases={"lr": "a"}), Status.SCHED_E_TYPE, ["bases['lr']"]),
        (lambda o: ls.Driver(o, {"lr": ls.Constant()}, horizon="stop"), Status.SCHED_E_ENUM, ["horizon='stop'"]),
        (lambda o: ls.Driver(o, {"lr": ls.Constant()}).step(), Status.SCHED_E_RANGE, ["not attached", "attach()"]),
        (lambda o: ls.Driver(o, {"lr": ls.Constant()}).state_dict(), Status.SCHED_E_RANGE, ["not attached"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(make, status: Status, words: list[str]) -> None:
    optimizer = torchs()
    before = numbers(optimizer)
    refused(lambda: make(optimizer), status, *words)
    assert numbers(optimizer) == before


def test_what_has_no_groups_is_no_optimizer() -> None:
    with pytest.raises(TypeError, match="accepted: what has param_groups"):
        ls.Driver(3, {"lr": ls.Constant()})


def test_a_number_that_is_gone_is_named_and_nothing_is_written() -> None:
    groups = [{"lr": 1.0, "wd": 1.0}, {"lr": 1.0, "wd": 1.0}]
    driver = ls.Driver(groups, {"lr": ls.StepLR(1), "wd": ls.StepLR(1)}).attach()
    del groups[1]["wd"]
    refused(driver.step, Status.SCHED_E_FIELD, "group 1='wd'", "accepted: lr")
    assert groups == [{"lr": 1.0, "wd": 1.0}, {"lr": 1.0}]


# -- Resuming ------------------------------------------------------------------

ORDERS = [
    order
    for order in itertools.permutations(["optimizer", "make", "attach", "driver"])
    if order.index("make") < min(order.index("attach"), order.index("driver"))
]


@OPTIMIZERS
@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@pytest.mark.parametrize("at", [0, 1, 17])
def test_a_run_goes_on_whatever_the_order(make, order: tuple[str, ...], at: int) -> None:
    """Its state is loaded before or after the optimizer's, it is made and attached before or
    after: the run is the one that was never interrupted, to the last bit."""
    run = make()
    whole = ls.Driver(run, CURVES).attach()

    def go(optimizer, driver: ls.Driver, steps: int) -> None:
        for _ in range(steps):
            train(optimizer)
            driver.step()

    go(run, whole, at)
    saved = copy.deepcopy(run.state_dict())
    state = json.loads(json.dumps(whole.state_dict()))

    resumed = make()
    for mine, theirs in zip(resumed.param_groups, run.param_groups, strict=True):
        for p, q in zip(mine["params"], theirs["params"], strict=True):
            if torch.is_tensor(p):
                p.data.copy_(q.data)
            else:
                (p if isinstance(p, np.ndarray) else p.data)[...] = (
                    q if isinstance(q, np.ndarray) else q.data
                )
    driver = None
    for act in order:
        if act == "optimizer":
            resumed.load_state_dict(copy.deepcopy(saved))
        elif act == "make":
            driver = ls.Driver(resumed, CURVES)
        elif act == "attach":
            driver.attach()
        else:
            driver.load_state_dict(state)
    assert numbers(resumed) == numbers(run)
    go(run, whole, 20)
    go(resumed, driver, 20)
    assert numbers(resumed) == numbers(run)
    assert weights(resumed) == weights(run)
    assert driver.state_dict() == whole.state_dict()


def test_the_state_alone_is_enough() -> None:
    """Nothing of the optimizer's was saved."""
    run = torchs()
    driver = ls.Driver(run, CURVES).attach()
    driver.advance(23)
    fresh = torchs()
    other = ls.Driver(fresh, CURVES).attach()
    other.load_state_dict(driver.state_dict())
    assert numbers(fresh) == numbers(run)


def test_a_state_goes_through_torch_save(tmp_path) -> None:
    driver = ls.Driver(torchs(), CURVES).attach()
    driver.advance(3)
    torch.save(driver.state_dict(), tmp_path / "state")
    loaded = torch.load(tmp_path / "state", weights_only=True)
    assert loaded == driver.state_dict()


def test_another_configuration_is_refused_or_reconciled() -> None:
    run = torchs()
    driver = ls.Driver(run, {"lr": ls.CosineAnnealingLR(90)}).attach()
    driver.advance(30)
    state = driver.state_dict()
    before = copy.deepcopy(state)

    fresh = torchs()
    other = ls.Driver(fresh, {"lr": ls.CosineAnnealingLR(100)}).attach()
    refused(
        lambda: other.load_state_dict(state),
        Status.SCHED_E_STATE, "T_max: saved 90, here 100", "'keep' or 'restore'",
    )  # fmt: skip
    assert [group["lr"] for group in fresh.param_groups] == [0.1, 0.2]
    other.load_state_dict(state, "keep")
    assert fresh.param_groups[1]["lr"] == ls.CosineAnnealingLR(100).rate(30, 0.2)
    other.load_state_dict(state, "restore")
    assert numbers(fresh) == numbers(run)
    assert other.state_dict() == state == before

    more = ls.Driver(torchs(), {"lr": ls.CosineAnnealingLR(90), "eps": ls.Constant()}, groups=[0])
    refused(
        lambda: more.load_state_dict(state),
        Status.SCHED_E_STATE, "group 1 lr: saved, not driven here", "group 0 eps: driven here",
    )  # fmt: skip
    given = ls.Driver(torchs(), {"lr": ls.CosineAnnealingLR(90)}, bases={"lr": 0.5})
    refused(
        lambda: given.load_state_dict(state), Status.SCHED_E_STATE, "bases[0]: saved 0.1, here 0.5"
    )
    for broken in ({}, {**state, "driver": 2}, {**state, "slots": [[0, 1, 2]]}, 3, "Scheduler()"):
        refused(lambda b=broken: other.load_state_dict(b), Status.SCHED_E_STATE)
    refused(
        lambda: other.load_state_dict({**state, "slots": state["slots"][:1]}), Status.SCHED_E_STATE
    )


def test_a_cool_down_that_was_begun_is_resumed() -> None:
    run = {"lr": 1.0}
    driver = ls.Driver(run, {"lr": ls.Warmup(ls.Constant(), 3)}).attach()
    driver.advance(10)
    driver.cool_down(10, "linear")
    driver.advance(4)
    fresh = {"lr": 1.0}
    other = ls.Driver(fresh, {"lr": ls.Warmup(ls.Constant(), 3)}).attach()
    other.load_state_dict(driver.state_dict())
    assert fresh == run == {"lr": pytest.approx(0.6)}


def test_drivers_on_one_optimizer_do_not_disturb_each_other() -> None:
    optimizer = torchs()
    lr = ls.Driver(optimizer, {"lr": CURVES["lr"]}).attach()
    decay = ls.Driver(optimizer, {"weight_decay": CURVES["weight_decay"]}, groups=[1]).attach()
    for _ in range(9):
        lr.step()
        decay.step()
    body, head = optimizer.param_groups
    assert bits([body["lr"], head["lr"]]) == bits([CURVES["lr"].rate(9, b) for b in (0.1, 0.2)])
    assert body["weight_decay"] == 0.01
    assert head["weight_decay"] == CURVES["weight_decay"].rate(9, 0.01)
