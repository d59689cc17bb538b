"""libsched.timm gives what timm gave, torch's noise included."""

import argparse
import copy
import itertools
import math
import subprocess
import sys

import libsched
import numpy as np
import pytest
import torch
from libsched import timm
from libsched._torch_noise import normals
from vectors import bits, recordings

RECORDINGS = [one for one in recordings("timm") if one["name"] in timm.__all__]
MADE = [one for one in RECORDINGS if "raises" not in one]


class Optimizer:
    def __init__(self, lrs, scales=None):
        self.param_groups = [{"lr": lr} for lr in lrs]
        for group, scale in zip(self.param_groups, scales or [], strict=False):
            group["lr_scale"] = scale

    @property
    def rates(self):
        return [group["lr"] for group in self.param_groups]


def make(recorded):
    optimizer = Optimizer(recorded["lrs"], recorded.get("lr_scale"))
    return optimizer, getattr(timm, recorded["name"])(optimizer, **recorded["args"])


def step(scheduler, t):
    (scheduler.step if scheduler.t_in_epochs else scheduler.step_update)(t)


@pytest.mark.parametrize("recorded", MADE, ids=lambda one: f"{one['name']} {one['args']}")
def test_rates_are_timms_rates(recorded):
    optimizer, scheduler = make(recorded)
    assert bits(optimizer.rates) == bits(recorded["initial"])
    for t, expected in enumerate(recorded["values"]):
        if "metrics" in recorded:
            scheduler.step(t, recorded["metrics"][t])
        else:
            step(scheduler, t)
        assert bits(optimizer.rates) == bits(expected), f"step {t}"


@pytest.mark.parametrize("recorded", [one for one in RECORDINGS if "raises" in one])
def test_what_timm_refuses_is_refused(recorded):
    assert recorded["raises"] == "ValueError"
    with pytest.raises(ValueError, match=r"decay_fn|stable_timescale|decay_t"):
        make(recorded)


@pytest.mark.parametrize("prefix", [False, True])
def test_a_warm_up_need_not_be_whole(prefix):
    optimizer = Optimizer([0.1])
    scheduler = timm.StepLRScheduler(optimizer, 7, 0.7, warmup_t=2.5, warmup_lr_init=1e-3)
    scheduler.warmup_prefix = prefix
    for t in range(3):
        scheduler.step(t)
        assert optimizer.rates == [1e-3 + t * ((0.1 - 1e-3) / 2.5)]
    for t in range(3, 20):
        scheduler.step(t)
        assert optimizer.rates == [0.1 * 0.7 ** ((t - 2.5 * prefix) // 7)]


def test_every_scheduler_was_asked():
    kinds = {name for name in timm.__all__ if name.endswith("LRScheduler")}
    assert {one["name"] for one in MADE} == kinds


@pytest.mark.parametrize("seed", [0, 7, 42, 2**31, 2**32 + 5, 2**63, -1, -7])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_noise_is_what_torch_draws(seed, count):
    generator = torch.Generator()
    generator.manual_seed(seed)
    theirs = [torch.randn(1, generator=generator).item() for _ in range(count)]
    assert bits(itertools.islice(normals(seed), count)) == bits(theirs)
    generator.manual_seed(seed)
    scheduler = timm.StepLRScheduler(Optimizer([0.1]), 10, noise_range_t=0, noise_seed=seed)
    scheduler.noise_type = "uniform"
    uniform = 2 * (torch.rand(1, generator=generator).item() - 0.5) * 0.67
    assert scheduler._calculate_noise(0) == uniform


def test_noise_that_cannot_be_is_refused_and_not_waited_for():
    scheduler = timm.StepLRScheduler(Optimizer([0.1]), 10, noise_range_t=0, noise_pct=0.0)
    with pytest.raises(ValueError, match="noise_pct"):
        scheduler.step(1)


STATELESS = [one for one in MADE if "metrics" not in one]


@pytest.mark.parametrize(
    "recorded", STATELESS[:: len(STATELESS) // 40], ids=lambda one: f"{one['name']}"
)
def test_state_alone_resumes(recorded):
    optimizer, scheduler = make(recorded)
    state = copy.deepcopy(scheduler.state_dict())
    assert "optimizer" not in state
    other = Optimizer([0.7] * len(recorded["lrs"]), recorded.get("lr_scale"))
    resumed = getattr(timm, recorded["name"])(other, **recorded["args"])
    resumed.load_state_dict(state)
    for t in (3, 17, 40):
        step(scheduler, t)
        step(resumed, t)
        assert bits(other.rates) == bits(optimizer.rates)


def plateau(optimizer, **kwargs):
    return timm.PlateauLRScheduler(optimizer, 0.5, 2, mode="min", **kwargs)


@pytest.mark.parametrize("noise_range_t", [None, 4])
def test_a_plateau_resumes_with_what_it_counted(noise_range_t):
    metrics = [1.0, 0.9, 0.9, 0.95, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]
    whole, parts = Optimizer([0.1, 0.4]), Optimizer([0.1, 0.4])
    kept = plateau(whole, cooldown_t=1, noise_range_t=noise_range_t)
    resumed = plateau(parts, cooldown_t=1, noise_range_t=noise_range_t)
    for epoch, metric in enumerate(metrics, start=1):
        state = resumed.state_dict()
        resumed = plateau(parts, cooldown_t=1, noise_range_t=noise_range_t, initialize=False)
        # What the optimizer's own state brings back.
        for ours, theirs in zip(parts.param_groups, whole.param_groups, strict=True):
            ours["lr"] = theirs["lr"]
        resumed.load_state_dict(state)
        kept.step(epoch, metric)
        resumed.step(epoch, metric)
        assert bits(parts.rates) == bits(whole.rates)
    # timm's state has less.
    resumed.load_state_dict({"best": 0.5, "last_epoch": 3})
    assert (resumed.lr_scheduler.best, resumed.lr_scheduler.last_epoch) == (0.5, 3)


@pytest.mark.parametrize("mode", ["min", "max"])
def test_a_plateau_is_torchs(mode):
    metrics = [0.5, 0.5, 0.6, 0.4, 0.4, 0.4, 0.4, 0.7, 0.7, 0.7, 0.7, 0.7, math.nan, 0.1]
    parameter = torch.nn.Parameter(torch.zeros(1))
    theirs = torch.optim.SGD([parameter], lr=0.1)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(
        theirs, mode=mode, factor=0.3, patience=1, threshold=0.01, cooldown=2, min_lr=1e-4
    )
    optimizer = Optimizer([0.1])
    ours = timm.PlateauLRScheduler(optimizer, 0.3, 1, 0.01, 2, lr_min=1e-4, mode=mode)
    for epoch, metric in enumerate(metrics * 3, start=1):
        reference.step(metric)
        ours.step(epoch, metric)
        assert optimizer.rates == [theirs.param_groups[0]["lr"]]
        assert ours.lr_scheduler.num_bad_epochs == reference.num_bad_epochs
        assert ours.lr_scheduler.cooldown_counter == reference.cooldown_counter


def test_a_plateau_that_cannot_be_is_refused():
    for kwargs, match in [({"decay_rate": 1.0}, "1.0"), ({"mode": "best"}, "best")]:
        with pytest.raises(ValueError, match=match):
            timm.PlateauLRScheduler(Optimizer([0.1]), **kwargs)


def test_resuming_needs_the_base_rates():
    optimizer = Optimizer([0.1])
    with pytest.raises(KeyError, match="initial_lr"):
        timm.CosineLRScheduler(optimizer, 10, initialize=False)
    optimizer.param_groups[0]["initial_lr"] = 0.4
    timm.CosineLRScheduler(optimizer, 10, initialize=False)
    assert optimizer.rates == [0.4]
    with pytest.raises(KeyError, match=r"param_groups\[0\] has no lr"):
        timm.StepLRScheduler(type("None", (), {"param_groups": [{}]}), 10)


@pytest.mark.parametrize(
    "call",
    [
        lambda o: timm.CosineLRScheduler(o, 0),
        lambda o: timm.PolyLRScheduler(o, 10, lr_min=-0.1),
        lambda o: timm.TanhLRScheduler(o, 10, lb=3.0, ub=3.0),
        lambda o: timm.TanhLRScheduler(o, 10, cycle_limit=-1),
        lambda o: timm.TanhLRScheduler(o, 10, warmup_t=-1),
        lambda o: timm.create_scheduler_v2(o, step_on_epochs=False),
        lambda o: timm.create_scheduler_v2(o, "plateau", step_on_epochs=False, updates_per_epoch=3),
    ],
)
def test_what_timm_asserts_is_asserted(call):
    with pytest.raises(AssertionError, match="is "):
        call(Optimizer([0.1]))


def test_what_no_schedule_is_is_refused_by_its_field():
    scheduler = timm.CosineLRScheduler(Optimizer([0.1]), 10, cycle_mul=0.5)
    with pytest.raises(libsched.SchedError, match="t_mul"):
        scheduler.step(1)


def test_epochs_and_updates_do_not_mix():
    optimizer = Optimizer([1.0])
    epochs = timm.StepLRScheduler(optimizer, 1, 0.5)
    epochs.step_update(3)
    assert optimizer.rates == [1.0]
    epochs.step(3)
    assert optimizer.rates == [0.125]
    updates = timm.StepLRScheduler(Optimizer([1.0]), 1, 0.5, t_in_epochs=False)
    updates.step(3)
    assert updates.optimizer.rates == [1.0]
    updates.step_update(3)
    assert updates.optimizer.rates == [0.125]


def test_attributes_count_as_they_are():
    scheduler = timm.CosineLRScheduler(Optimizer([1.0]), 10, warmup_t=2)
    scheduler.step(5)
    assert math.isclose(scheduler.optimizer.rates[0], 0.5)
    scheduler.t_initial = 20
    scheduler.step(10)
    assert math.isclose(scheduler.optimizer.rates[0], 0.5)
    state = copy.deepcopy(scheduler.state_dict())
    other = copy.deepcopy(scheduler)
    other.load_state_dict({**state, "lr_min": 0.5})
    other.step(20)
    scheduler.step(20)
    assert (other.optimizer.rates, scheduler.optimizer.rates) == ([0.5], [0.0])
    assert scheduler.state_dict() == state


def test_any_field_and_any_formula_in_a_subclass():
    class Halving(timm.Scheduler):
        def _get_lr(self, t):
            return [value / 2**t for value in self.base_values]

    optimizer = Optimizer([0.1])
    optimizer.param_groups[0]["weight_decay"] = 0.8
    scheduler = Halving(optimizer, "weight_decay")
    scheduler.step(3, metric=0.5)
    assert optimizer.param_groups[0]["weight_decay"] == 0.1
    assert scheduler.metric == 0.5
    scheduler.update_groups(0.3)
    assert optimizer.param_groups == [{"lr": 0.1, "weight_decay": 0.3, "initial_weight_decay": 0.8}]


def test_a_step_that_is_no_whole_number_of_steps():
    # 12 // 2.4 is 5 and 11 // 2.4 is 4: efficientnets drop every 2.4 epochs.
    scheduler = timm.StepLRScheduler(Optimizer([1.0]), 2.4, 0.97)
    for epoch, drops in [(2, 0), (3, 1), (11, 4), (12, 5)]:
        scheduler.step(epoch)
        assert scheduler.optimizer.rates == [0.97**drops]


def test_decay_may_be_any_function():
    scheduler = timm.WSDLRScheduler(Optimizer([1.0]), 10, 4, decay_fn=lambda gone: 1 - gone**3)
    scheduler.step(8)
    assert scheduler.optimizer.rates == [1 - 0.5**3]


def test_cycle_lengths():
    cosine = timm.CosineLRScheduler(Optimizer([0.1]), 10, cycle_limit=3, cycle_mul=2.0)
    assert [cosine.get_cycle_length(n) for n in (0, 1, 2)] == [70, 10, 30]
    tanh = timm.TanhLRScheduler(Optimizer([0.1]), 10, cycle_limit=3, warmup_t=5, warmup_prefix=True)
    assert tanh.get_cycle_length() == 35
    wsd = timm.WSDLRScheduler(Optimizer([0.1]), 10, 4, warmup_t=5)
    assert wsd.get_cycle_length() == 15


@pytest.mark.parametrize(
    ("name", "kind", "epochs"),
    [
        ("cosine", timm.CosineLRScheduler, 107),
        ("tanh", timm.TanhLRScheduler, 107),
        ("poly", timm.PolyLRScheduler, 107),
        ("step", timm.StepLRScheduler, 105),
        ("constant", timm.StepLRScheduler, 105),
        ("multistep", timm.MultiStepLRScheduler, 105),
        ("wsd", timm.WSDLRScheduler, 107),
        ("rsqrt", timm.WSDLRScheduler, 107),
        ("plateau", timm.PlateauLRScheduler, 105),
        ("none", type(None), 105),
    ],
)
def test_schedulers_by_name(name, kind, epochs):
    optimizer = Optimizer([0.1])
    scheduler, length = timm.create_scheduler_v2(
        optimizer,
        sched=name,
        num_epochs=100,
        warmup_epochs=5,
        cooldown_epochs=2,
        warmup_prefix=True,
        decay_epochs=30,
        decay_rate=0.9,
        noise=[0.5, 0.75],
    )
    assert type(scheduler) is kind
    assert length == epochs
    if scheduler is None:
        assert optimizer.rates == [0.1]
        return
    assert optimizer.rates == [1e-5]
    assert scheduler.noise_range_t == [50.0, 75.0]
    scheduler.step(5)
    assert math.isclose(optimizer.rates[0], 0.1, rel_tol=1e-6)
    scheduler.step(40)
    assert 0 < optimizer.rates[0] <= 0.1


def test_schedulers_by_a_command_line():
    args = argparse.Namespace(sched="step", epochs=60, decay_epochs=2.4, sched_on_updates=True)
    scheduler, epochs = timm.create_scheduler(args, Optimizer([0.1]), updates_per_epoch=10)
    assert epochs == 60
    assert (scheduler.decay_t, scheduler.decay_rate, scheduler.warmup_t) == (24.0, 0.1, 50)
    assert (
        timm.scheduler_kwargs(argparse.Namespace(sched="x", eval_metric="loss"))["plateau_mode"]
        == "min"
    )
    for sched, match in [("linear", "linear"), ("wsd", "decays over")]:
        with pytest.raises(ValueError, match=match):
            timm.create_scheduler_v2(Optimizer([0.1]), sched, num_epochs=10, decay_epochs=99)


def test_rates_may_be_any_numbers():
    optimizer = Optimizer([np.float64(0.1), torch.tensor(0.1, dtype=torch.float64)])
    scheduler = timm.CosineLRScheduler(optimizer, 10)
    scheduler.step(5)
    assert all(math.isclose(rate, 0.05) for rate in optimizer.rates)


def test_torch_is_not_imported():
    code = "import sys, libsched.timm; assert not {'timm', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
