"""The mirror of torch.optim.lr_scheduler, side by side with torch's own."""

import copy
import gc
import inspect
import math
import pickle
import subprocess
import sys
import types
import warnings
import weakref
from collections import Counter
from fractions import Fraction
from functools import partial

import libsched.optim as own
import numpy as np
import pytest
import torch
from libsched import _lib
from libsched.optim import lr_scheduler as ours
from libsched.optim import swa_utils as our_swa
from torch.optim import lr_scheduler as theirs
from torch.optim import swa_utils as their_swa

MODULES = (theirs, ours)
SWA = {theirs: their_swa, ours: our_swa}
KINDS = theirs.__all__


def optimizer(groups=1, lr=0.1, kind=torch.optim.SGD, **settings):
    settings = settings or ({"momentum": 0.9} if kind.__name__ == "SGD" else {})
    params = [{"params": [torch.zeros(1)], "lr": lr * (i + 1)} for i in range(groups)]
    return kind(params, lr=lr, **settings)


def bits(rates):
    return [(type(rate).__name__, float(rate).hex()) for rate in rates]


def curve(make, steps, groups=1, lr=0.1):
    """The rates and momenta of every step, with each of the two modules."""
    curves = []
    for module in MODULES:
        opt = optimizer(groups, lr)
        scheduler = make(module, opt)
        seen = []
        for _ in range(steps):
            opt.step()
            scheduler.step()
            seen.append(
                bits(group[key] for key in ("lr", "momentum") for group in opt.param_groups)
                + bits(scheduler.get_last_lr())
            )
        curves.append(seen)
    return curves


def same(make, steps, groups=1, lr=0.1):
    told, got = curve(make, steps, groups, lr)
    for step, (one, other) in enumerate(zip(told, got, strict=True)):
        assert other == one, f"after step {step + 1}"


def refusals(make):
    """What each of the two raises."""
    raised = []
    for module in MODULES:
        with pytest.raises(Exception) as caught:
            make(module)
        raised.append((caught.type, str(caught.value)))
    return raised


def warned(make):
    """What each of the two warns of."""
    heard = []
    for module in MODULES:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            make(module)
        heard.append([(one.category, str(one.message)) for one in caught])
    return heard


# -- The surface --------------------------------------------------------------


def test_the_names_are_torch_s():
    assert set(ours.__all__) == set(theirs.__all__)
    assert len(ours.__all__) == len(theirs.__all__)


@pytest.mark.parametrize("kind", [*KINDS, "_LRScheduler", "SWALR"])
def test_classes_look_like_torch_s(kind):
    told, got = (getattr(SWA[module] if kind == "SWALR" else module, kind) for module in MODULES)
    assert got.__name__ == told.__name__
    assert [base.__name__ for base in got.__mro__] == [base.__name__ for base in told.__mro__]
    assert [
        (one.name, one.default, one.kind) for one in inspect.signature(got).parameters.values()
    ] == [(one.name, one.default, one.kind) for one in inspect.signature(told).parameters.values()]
    public = {name for name in dir(told) if not name.startswith("__")}
    assert public <= set(dir(got))


def test_the_deprecation_says_the_same():
    assert ours.EPOCH_DEPRECATION_WARNING == theirs.EPOCH_DEPRECATION_WARNING


def test_torch_is_not_imported():
    program = """
import sys
sys.modules["torch"] = None
import numpy as np
from libsched.optim import AdamW, lr_scheduler
optimizer = AdamW([np.ones(3, np.float32)], lr=0.1)
scheduler = lr_scheduler.SequentialLR(
    optimizer,
    [lr_scheduler.LinearLR(optimizer), lr_scheduler.CosineAnnealingLR(optimizer, 5)],
    [5],
)
for _ in range(8):
    optimizer.step(grads=[np.ones(3, np.float32)])
    scheduler.step()
optimizer.load_state_dict(optimizer.state_dict())
scheduler.load_state_dict(scheduler.state_dict())
print(optimizer.param_groups[0]["lr"].hex())
"""
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    opt = optimizer()
    scheduler = theirs.SequentialLR(
        opt, [theirs.LinearLR(opt), theirs.CosineAnnealingLR(opt, 5)], [5]
    )
    for _ in range(8):
        opt.step()
        scheduler.step()
    assert told.stdout.strip() == opt.param_groups[0]["lr"].hex()


# -- Numbers ------------------------------------------------------------------

LONG = {
    "StepLR": lambda m, o: m.StepLR(o, 30, gamma=0.99),
    "CosineAnnealingLR": lambda m, o: m.CosineAnnealingLR(o, 700, eta_min=1e-4),
    "CosineAnnealingLR, to the end": lambda m, o: m.CosineAnnealingLR(o, 10_000),
    "LinearLR": lambda m, o: m.LinearLR(o, start_factor=0.01, end_factor=0.5, total_iters=9_000),
    "MultiStepLR": lambda m, o: m.MultiStepLR(o, [3_000, 2, 501, 9_000], gamma=0.3),
    "ConstantLR": lambda m, o: m.ConstantLR(o, 0.3, total_iters=700),
    "ExponentialLR": lambda m, o: m.ExponentialLR(o, 0.9995),
    "PolynomialLR": lambda m, o: m.PolynomialLR(o, 9_000, power=1.7),
    "CosineAnnealingWarmRestarts": lambda m, o: m.CosineAnnealingWarmRestarts(o, 700, eta_min=1e-4),
    "CosineAnnealingWarmRestarts, longer and longer": (
        lambda m, o: m.CosineAnnealingWarmRestarts(o, 10, T_mult=2)
    ),
    "CyclicLR": lambda m, o: m.CyclicLR(o, 1e-3, 0.3, 700, 211),
    "CyclicLR, momentum stays": lambda m, o: m.CyclicLR(o, 1e-3, 0.3, cycle_momentum=False),
    "CyclicLR, one a group": lambda m, o: m.CyclicLR(
        o,
        each(o, 1e-3),
        tuple(each(o, 0.3)),
        700,
        base_momentum=each(o, 0.8),
        max_momentum=each(o, 0.9),
    ),
    "CyclicLR, triangular2": lambda m, o: m.CyclicLR(o, 1e-3, 0.3, 700, mode="triangular2"),
    "CyclicLR, exp_range": lambda m, o: m.CyclicLR(
        o, 1e-3, 0.3, 700, mode="exp_range", gamma=0.9995
    ),
    "OneCycleLR": lambda m, o: m.OneCycleLR(o, max_lr=0.3, total_steps=10_000),
    "OneCycleLR, one a group": lambda m, o: m.OneCycleLR(
        o,
        each(o, 0.3),
        epochs=100,
        steps_per_epoch=100,
        base_momentum=each(o, 0.8),
        max_momentum=tuple(each(o, 0.9)),
        div_factor=7.0,
        final_div_factor=300.0,
        three_phase=True,
    ),
    "OneCycleLR, momentum stays": lambda m, o: m.OneCycleLR(o, 0.3, 10_000, cycle_momentum=False),
    "OneCycleLR, linear in three phases": lambda m, o: m.OneCycleLR(
        o, max_lr=0.3, total_steps=10_000, anneal_strategy="linear", three_phase=True, pct_start=0.4
    ),
    "SWALR": lambda m, o: SWA[m].SWALR(o, 0.05, anneal_epochs=9_000),
    "SWALR, one a group": lambda m, o: SWA[m].SWALR(o, each(o, 0.05), anneal_epochs=9_000),
    "SWALR, linear": lambda m, o: SWA[m].SWALR(
        o, 0.05, anneal_epochs=3_000, anneal_strategy="linear"
    ),
    "SequentialLR": lambda m, o: m.SequentialLR(
        o,
        [
            m.LinearLR(o, start_factor=1e-3, total_iters=500),
            m.CosineAnnealingLR(o, 5_000),
            m.StepLR(o, 100, gamma=0.9),
        ],
        [500, 5_500],
    ),
}


def each(optimizer, value):
    return [value * (1 - i / 50) for i in range(len(optimizer.param_groups))]


# Those whose rates are computed in Python.
BY_HAND = {
    "LambdaLR": lambda m, o: m.LambdaLR(o, inverse),
    "LambdaLR, one a group": lambda m, o: m.LambdaLR(
        o, [Power(0.9999 - i / 1e4) for i in range(len(o.param_groups))]
    ),
    "LambdaLR, an object": lambda m, o: m.LambdaLR(o, Power(0.9999)),
    "MultiplicativeLR": lambda m, o: m.MultiplicativeLR(o, slower),
    "MultiStepLR, twice the same": lambda m, o: m.MultiStepLR(o, [7, 5_000, 7, 0], gamma=0.3),
    "CyclicLR, a scale of one's own": lambda m, o: m.CyclicLR(
        o, 1e-3, 0.3, 9, scale_fn=inverse, scale_mode="iterations"
    ),
    "ChainedScheduler": lambda m, o: m.ChainedScheduler(
        [
            m.LinearLR(o, 0.01, total_iters=500),
            m.ExponentialLR(o, 0.9995),
            m.MultiplicativeLR(o, slower),
        ]
    ),
    "ChainedScheduler, of a sequence": lambda m, o: m.ChainedScheduler(
        [
            m.SequentialLR(o, [m.ConstantLR(o, 0.5, 100), m.PolynomialLR(o, 6_000)], [600]),
            m.ExponentialLR(o, 0.9999),
        ],
        optimizer=o,
    ),
}
ALL = LONG | BY_HAND


def inverse(step):
    return 1 / (1 + step)


def slower(step):
    return 0.9999 if step % 3 else 1.0001


class Power:
    def __init__(self, base):
        self.base = base

    def __call__(self, step):
        return self.base**step


@pytest.mark.parametrize("groups", [1, 2, 7])
@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_ten_thousand_steps(make, groups):
    the_long_run(make, groups)


PLATEAUS = {
    "as it comes": {},
    "impatient": {"patience": 0},
    "higher is better": {"mode": "max", "patience": 2, "factor": 0.3},
    "absolute": {"threshold_mode": "abs", "threshold": 0.01, "patience": 1},
    "absolute, higher": {"mode": "max", "threshold_mode": "abs", "patience": 1},
    "cooling down": {"patience": 1, "cooldown": 3},
    "a floor": {"patience": 0, "min_lr": 0.01},
    "a floor a group": {"patience": 0, "min_lr": [0.01, 0.15]},
    "a large eps": {"patience": 0, "eps": 0.05},
    "below nothing": {"patience": 0, "factor": -0.5},
}


@pytest.mark.parametrize("groups", [1, 2, 7])
@pytest.mark.parametrize("mode", ["min", "max"])
def test_ten_thousand_metrics(mode, groups):
    metrics = np.random.default_rng(11).normal(size=10_000).tolist()
    the_long_run(
        lambda m, o: m.ReduceLROnPlateau(o, mode, factor=0.99, patience=9), groups, metrics
    )


@pytest.mark.parametrize("settings", PLATEAUS.values(), ids=PLATEAUS)
def test_ten_thousand_metrics_of_every_kind(settings):
    metrics = np.random.default_rng(12).normal(size=10_000).tolist()
    # A floor of 0, as it comes, would be an integer in the end.
    settings = {"factor": 0.99, "patience": 9, "min_lr": 0.0} | settings
    the_long_run(lambda m, o: m.ReduceLROnPlateau(o, **settings), 2, metrics)


def the_long_run(make, groups, metrics=None):
    curves = []
    for module in MODULES:
        opt = optimizer(groups)
        scheduler = make(module, opt)
        opt.step()
        seen = []
        for step in range(10_000):
            if metrics is None:
                scheduler.step()
            else:
                scheduler.step(metrics[step])
            seen += [group[key] for key in ("lr", "momentum") for group in opt.param_groups]
            seen += scheduler.get_last_lr()
        curves.append(seen)
    told, got = curves
    assert len(told) == 10_000 * 3 * groups
    assert {type(one) for one in got} == {float} == {type(one) for one in told}
    told, got = (np.array(one).view(np.int64) for one in curves)
    assert np.flatnonzero(got != told).tolist() == []


def edited(opt, step):
    if step % 700 == 300:
        opt.param_groups[step % 2]["lr"] = 0.05 + step / 1e5
    return ()


def grown(opt, step):
    if step in (2_000, 5_000):
        opt.param_groups.append(dict(opt.param_groups[0], lr=0.07))
    return ()


def sought(opt, step):
    return (step * 7_919 % 10_000,) if step % 10 == 3 else ()


class Resuming:
    """A module whose schedulers go on from the middle."""

    def __init__(self, module):
        self.module = module

    def __getattr__(self, kind):
        made = getattr(self.module, kind)
        return made if kind == "ChainedScheduler" else partial(made, last_epoch=4_999)


RESUMING = {module: Resuming(module) for module in MODULES}
SWA |= {RESUMING[module]: Resuming(SWA[module]) for module in MODULES}

# What a run is made of, whether it begins in the middle, and what happens to it on the way.
WAYS = {
    "resumed": (lambda i: 0.1 * (i + 1), True, None),
    "edited": (lambda i: 0.1 * (i + 1), False, edited),
    "grown": (lambda i: 0.1 * (i + 1), False, grown),
    "sought": (lambda i: 0.1 * (i + 1), False, sought),
    "numpy's": (lambda i: np.float64(0.1 * (i + 1)), False, None),
    "tensors": (lambda i: torch.tensor(0.1 * (i + 1), dtype=torch.float64), False, None),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_ten_thousand_steps_on_the_way(make, way):
    rate, resumes, happens = WAYS[way]
    runs = []
    for module in MODULES:
        # Tensors take long.
        opt = optimizer(1 if way == "tensors" else 2, kind=torch.optim.AdamW)
        for i, group in enumerate(opt.param_groups):
            group["lr"] = rate(i)
        scheduler = make(module, opt)
        if resumes:
            scheduler = make(RESUMING[module], opt)
        seen, ends = [], []
        for step in range(10_000):
            arguments = happens(opt, step) if happens else ()
            try:
                scheduler.step(*arguments)
            except Exception as error:  # noqa: BLE001, whatever torch raises
                ends.append((step, type(error), str(error)))
            for group in opt.param_groups:
                seen.append(float(group["lr"]))
                seen += group["betas"]
            seen += map(float, scheduler.get_last_lr())
            if step % 2_500 == 7:
                ends.append(repr(scheduler.state_dict()))
                ends.append(
                    [{k: repr(v) for k, v in g.items() if k != "params"} for g in opt.param_groups]
                )
        runs.append((np.array(seen).view(np.int64), ends))
    (told, known), (got, ends) = runs
    assert ends == known
    assert np.flatnonzero(got != told).tolist() == []


QUIRKS = {
    "linear: no steps leave the first factor": lambda m, o: m.LinearLR(o, 0.25, total_iters=0),
    "linear: fewer than none": lambda m, o: m.LinearLR(o, 0.25, total_iters=-2),
    "linear: half a step": lambda m, o: m.LinearLR(o, 0.25, total_iters=2.5),
    "linear: down to nothing": lambda m, o: m.LinearLR(o, 1, 0, total_iters=3),
    "linear: whole numbers": lambda m, o: m.LinearLR(o, 1, 1, total_iters=3),
    "step: half a step": lambda m, o: m.StepLR(o, 2.5),
    "step: backwards": lambda m, o: m.StepLR(o, -2),
    "step: a whole gamma": lambda m, o: m.StepLR(o, 2, gamma=3),
    "step: gamma below nothing": lambda m, o: m.StepLR(o, 2, gamma=-0.5),
    "cosine: up at once": lambda m, o: m.CosineAnnealingLR(o, 1),
    "cosine: up and down": lambda m, o: m.CosineAnnealingLR(o, 4),
    "cosine: a floor above the base": lambda m, o: m.CosineAnnealingLR(o, 4, eta_min=0.5),
    "cosine: a whole floor": lambda m, o: m.CosineAnnealingLR(o, 4, eta_min=1),
    "cosine: half a step": lambda m, o: m.CosineAnnealingLR(o, 3.5),
    "cosine: backwards": lambda m, o: m.CosineAnnealingLR(o, -3),
    "multi step: at once": lambda m, o: m.MultiStepLR(o, [0, 3]),
    "multi step: twice": lambda m, o: m.MultiStepLR(o, [4, 2, 4], gamma=0.5),
    "multi step: never": lambda m, o: m.MultiStepLR(o, []),
    "multi step: before the first": lambda m, o: m.MultiStepLR(o, [-1, 2]),
    "multi step: floats": lambda m, o: m.MultiStepLR(o, [2.0, 3.5]),
    "multi step: letters": lambda m, o: m.MultiStepLR(o, "ab"),
    "multi step: a whole gamma": lambda m, o: m.MultiStepLR(o, [2, 3, 3], gamma=2),
    "constant: no steps leave the factor": lambda m, o: m.ConstantLR(o, 0.3, 0),
    "constant: half a step": lambda m, o: m.ConstantLR(o, 0.3, 2.5),
    "constant: a whole factor": lambda m, o: m.ConstantLR(o, 1, 2),
    "constant: next to nothing": lambda m, o: m.ConstantLR(o, 5e-324, 2),
    "exponential: a whole gamma": lambda m, o: m.ExponentialLR(o, 2),
    "exponential: gamma below nothing": lambda m, o: m.ExponentialLR(o, -0.5),
    "polynomial: no steps": lambda m, o: m.PolynomialLR(o, 0),
    "polynomial: half a step": lambda m, o: m.PolynomialLR(o, 2.5, 2),
    "polynomial: a whole power": lambda m, o: m.PolynomialLR(o, 9, 2),
    "polynomial: no power": lambda m, o: m.PolynomialLR(o, 9, 0),
    "restarts: every step": lambda m, o: m.CosineAnnealingWarmRestarts(o, 1),
    "restarts: longer": lambda m, o: m.CosineAnnealingWarmRestarts(o, 2, 3, eta_min=1),
    "restarts: true": lambda m, o: m.CosineAnnealingWarmRestarts(o, True, True),
    "cyclic: down at once": lambda m, o: m.CyclicLR(o, 0.1, 0.2, 3, 2),
    "cyclic: the peak below": lambda m, o: m.CyclicLR(o, 0.2, 0.1, 3, mode="triangular2"),
    "cyclic: one a group": lambda m, o: m.CyclicLR(
        o, [0.1, 0.2], (0.3, 0.4), 3, base_momentum=[0.7, 0.8], max_momentum=(0.9, 0.95)
    ),
    "cyclic: a momentum of minus nothing": lambda m, o: m.CyclicLR(
        o, 0.1, 0.2, 3, base_momentum=-0.0, max_momentum=-0.0
    ),
    "cyclic: whole rates": lambda m, o: m.CyclicLR(o, 0, 1, 3),
    "cyclic: never up": lambda m, o: m.CyclicLR(o, 0.1, 0.2, 3, 0),
    "cyclic: any mode": lambda m, o: m.CyclicLR(o, 0.1, 0.2, 3, mode="other", scale_fn=inverse),
    "lambda: one a group": lambda m, o: m.LambdaLR(o, [inverse, Power(0.5)]),
    "lambda: whole factors": lambda m, o: m.LambdaLR(o, (lambda t: t, lambda t: t // 3)),
    "multiplicative: one a group": lambda m, o: m.MultiplicativeLR(o, (inverse, slower)),
    "swa: at once": lambda m, o: SWA[m].SWALR(o, 0.05, anneal_epochs=0),
    "swa: one a group": lambda m, o: SWA[m].SWALR(o, [0.05, 0.5], 4, "linear"),
    "swa: after another": lambda m, o: [m.LinearLR(o, 0.1), SWA[m].SWALR(o, 0.05, 4)][1],
    "chain: an absolute part undoes the rest": lambda m, o: m.ChainedScheduler(
        [m.ConstantLR(o, 0.5), m.CosineAnnealingWarmRestarts(o, 3), m.ExponentialLR(o, 0.9)]
    ),
    "sequence: at the rates of a cycle": lambda m, o: m.SequentialLR(
        o,
        [m.MultiStepLR(o, [2]), m.CyclicLR(o, 0.1, 0.2, 3), m.PolynomialLR(o, 4)],
        [4, 9],
    ),
    "sequence: restarts are stepped to": lambda m, o: m.SequentialLR(
        o, [m.ConstantLR(o), m.CosineAnnealingWarmRestarts(o, 2, 2)], [3]
    ),
    "one cycle: phases that end on a step": lambda m, o: m.OneCycleLR(o, 0.1, total_steps=20),
    "one cycle: three of them": lambda m, o: m.OneCycleLR(
        o, 0.1, total_steps=30, pct_start=0.3, three_phase=True
    ),
    "one cycle: epochs": lambda m, o: m.OneCycleLR(o, 0.1, epochs=4, steps_per_epoch=5),
    "one cycle: both": lambda m, o: m.OneCycleLR(
        o, 0.1, total_steps=20, epochs=4, steps_per_epoch=50
    ),
    "one cycle: nothing goes up": lambda m, o: m.OneCycleLR(o, 0.1, total_steps=20, pct_start=0.0),
    "one cycle: all goes up": lambda m, o: m.OneCycleLR(o, 0.1, total_steps=20, pct_start=1.0),
    "one cycle: momentum stays": lambda m, o: m.OneCycleLR(
        o, 0.1, total_steps=20, cycle_momentum=False
    ),
    "one cycle: one step more": lambda m, o: m.OneCycleLR(
        o, 0.1, total_steps=15, anneal_strategy="linear"
    ),
    "sequence: begins with the second": lambda m, o: m.SequentialLR(
        o, [m.LinearLR(o, 0.1), m.StepLR(o, 3)], [0]
    ),
    "sequence: backwards": lambda m, o: m.SequentialLR(
        o, [m.LinearLR(o, 0.1), m.StepLR(o, 3), m.CosineAnnealingLR(o, 4)], [7, 3]
    ),
    "sequence: in a sequence, a step early": lambda m, o: m.SequentialLR(
        o,
        [
            m.SequentialLR(o, [m.LinearLR(o, 0.5, total_iters=2), m.StepLR(o, 2)], [3]),
            m.CosineAnnealingLR(o, 4),
        ],
        [8],
    ),
    "sequence: last_epoch is only written down": lambda m, o: m.SequentialLR(
        o, [m.LinearLR(o, 0.1), m.StepLR(o, 3)], [6], last_epoch=4
    ),
    "resumed in the middle: step": lambda m, o: resumed(m, o, "StepLR", 3),
    "resumed in the middle: linear": lambda m, o: resumed(m, o, "LinearLR", 0.5),
    "resumed in the middle: cosine": lambda m, o: resumed(m, o, "CosineAnnealingLR", 6),
    "resumed in the middle: multi step": lambda m, o: resumed(m, o, "MultiStepLR", [3, 5, 8]),
    "resumed in the middle: constant": lambda m, o: resumed(m, o, "ConstantLR", 0.5, 8),
    "resumed in the middle: exponential": lambda m, o: resumed(m, o, "ExponentialLR", 0.5),
    "resumed in the middle: polynomial": lambda m, o: resumed(m, o, "PolynomialLR", 9),
    "resumed in the middle: restarts": lambda m, o: resumed(
        m, o, "CosineAnnealingWarmRestarts", 4, 2
    ),
    "resumed in the middle: cyclic": lambda m, o: resumed(m, o, "CyclicLR", 0.1, 0.2, 4),
    "resumed in the middle: lambda": lambda m, o: resumed(m, o, "LambdaLR", inverse),
    "resumed in the middle: multiplicative": lambda m, o: resumed(
        m, o, "MultiplicativeLR", inverse
    ),
    "resumed in the middle: swa": lambda m, o: resumed(SWA[m], o, "SWALR", 0.05, 4),
    "resumed in the middle: one cycle": lambda m, o: resumed(m, o, "OneCycleLR", 0.1, 30),
}


def resumed(module, opt, kind, *arguments):
    getattr(module, kind)(opt, *arguments)
    return getattr(module, kind)(opt, *arguments, last_epoch=5)


@pytest.mark.filterwarnings("ignore:Detected call")
@pytest.mark.parametrize("make", QUIRKS.values(), ids=QUIRKS)
def test_oddities(make):
    same(make, 15, groups=2)


CLOSED = {
    **{name: make for name, make in ALL.items() if not name.startswith("ChainedScheduler")},
    "multi step: twice, and before the first": lambda m, o: m.MultiStepLR(o, [30, -3, 2, 30]),
    "multi step: gamma above 1": lambda m, o: m.MultiStepLR(o, [1, 29], gamma=1.1),
    "constant: a factor that does not add up": lambda m, o: m.ConstantLR(o, 0.123456789, 30),
    "exponential: gamma above 1": lambda m, o: m.ExponentialLR(o, 1.1),
    "exponential: a whole gamma": lambda m, o: m.ExponentialLR(o, 3),
    "polynomial: a whole power": lambda m, o: m.PolynomialLR(o, 30, 3),
    "polynomial: a root": lambda m, o: m.PolynomialLR(o, 30, 0.5),
    "restarts: twice as long": lambda m, o: m.CosineAnnealingWarmRestarts(o, 3, 2, eta_min=0.01),
    "step: a whole gamma": lambda m, o: m.StepLR(o, 1, gamma=3),
    "step: gamma above 1": lambda m, o: m.StepLR(o, 7, gamma=1.1),
    "step: gamma below nothing": lambda m, o: m.StepLR(o, 2, gamma=-0.5),
    "linear: whole factors": lambda m, o: m.LinearLR(o, 1, 0, total_iters=30),
    "cosine: a floor above the base": lambda m, o: m.CosineAnnealingLR(o, 9, eta_min=0.5),
    "base rates that are no numbers": lambda m, o: changed(
        m.StepLR(o, 2), base_lrs=[math.nan, math.inf, -math.inf]
    ),
}


@pytest.mark.filterwarnings("ignore:The epoch parameter", "ignore:Detected call")
@pytest.mark.parametrize("make", CLOSED.values(), ids=CLOSED)
def test_any_epoch(make):
    epochs = [0, 1, 2, 29, 30, 31, 45, 499, 500, 501, 9_999, 3, 2.5, -1, -7, 0]

    def rates(module):
        opt = optimizer(3)
        scheduler = make(module, opt)
        if hasattr(scheduler, "_schedulers"):
            scheduler = scheduler._schedulers[1]
        seen = []
        for epoch in epochs:
            # There, and on from there.
            for arguments in ((epoch,), ()):
                try:
                    scheduler.step(*arguments)
                except (ArithmeticError, ValueError) as error:
                    seen.append(str(error))
                seen.append(bits(scheduler.get_last_lr()))
        return seen

    assert rates(ours) == rates(theirs)


@pytest.mark.filterwarnings("ignore:Detected call")
@pytest.mark.parametrize("three", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 5, 10, 25])
def test_every_phase_ends_where_torch_s_does(steps, three):
    def cycle(module, percent):
        opt = optimizer(kind=torch.optim.AdamW)
        seen = []
        try:
            scheduler = module.OneCycleLR(
                opt, 0.1, total_steps=steps, pct_start=percent / 100, three_phase=three
            )
            for _ in range(steps + 2):
                scheduler.step()
                group = opt.param_groups[0]
                seen.append(bits([group["lr"], *group["betas"]]))
        except (ValueError, ZeroDivisionError) as error:
            seen.append(str(error))
        return seen

    for percent in range(101):
        assert cycle(ours, percent) == cycle(theirs, percent), percent


@pytest.mark.parametrize("count", [15, 16, 17, 33])
def test_as_many_groups_as_there_are(count):
    """Around the number from which groups are packed otherwise."""
    same(lambda m, o: m.CosineAnnealingLR(o, 3), 8, groups=count)
    same(lambda m, o: m.OneCycleLR(o, 0.1, total_steps=9), 8, groups=count)


# -- A plateau ----------------------------------------------------------------

METRICS = {
    "better": [1 - i / 50 for i in range(40)],
    "flat": [1.0] * 40,
    "negative and flat": [-1.0] * 40,
    "a little better": [1 - i * 5e-5 for i in range(40)],
    "up and down": [math.sin(i) for i in range(40)],
    "no numbers": [math.nan, math.inf, -math.inf, *[math.nan] * 20],
    "tensors and whole numbers": [torch.tensor(0.5), 3, np.float32(2), True] * 8,
}


@pytest.mark.parametrize("rate", [0.1, torch.tensor(0.1)], ids=["float", "tensor"])
@pytest.mark.parametrize("metrics", METRICS.values(), ids=METRICS)
@pytest.mark.parametrize("settings", PLATEAUS.values(), ids=PLATEAUS)
def test_plateaus(settings, metrics, rate):
    told, got = (module.ReduceLROnPlateau(optimizer(2, rate), **settings) for module in MODULES)
    assert list(vars(got)) == list(vars(told))
    for i, metric in enumerate(metrics):
        for one in (told, got):
            one.step(metric)
        assert bits(got.get_last_lr()) == bits(told.get_last_lr())
        assert repr(got.state_dict()) == repr(told.state_dict())
        assert got.in_cooldown == told.in_cooldown
        if i == 7:
            first, second = told.state_dict(), got.state_dict()
            told.load_state_dict(second)
            got.load_state_dict(first)
        if i == 11:
            got = pickle.loads(pickle.dumps(got))
        if i == 15 and "min_lr" not in settings:
            for one in (told, got):
                one.optimizer.add_param_group({"params": [torch.zeros(2)], "lr": 0.5})


def test_a_plateau_leaves_the_optimizer_alone():
    for module in MODULES:
        opt = optimizer()
        scheduler = module.ReduceLROnPlateau(opt)
        assert isinstance(scheduler, module.LRScheduler)
        assert not hasattr(opt.step, "_wrapped_by_lr_sched")
        assert "initial_lr" not in opt.param_groups[0]


# -- What is refused, and what is warned of -----------------------------------

REFUSED = {
    "step: no steps": lambda m: m.StepLR(optimizer(), 0).step(),
    "step: no steps, as a float": lambda m: m.StepLR(optimizer(), 0.0).step(),
    "step: no arguments": lambda m: m.StepLR(optimizer()),
    "step: too large a power": lambda m: m.StepLR(optimizer(), 1, gamma=1e200).step(3),
    "cosine: no steps": lambda m: m.CosineAnnealingLR(optimizer(), 0).step(),
    "cosine: no steps, in closed form": lambda m: m.CosineAnnealingLR(optimizer(), 0).step(3),
    "cosine: the floor in one step": lambda m: at(m.CosineAnnealingLR(optimizer(), 10**9), 10**9),
    "linear: starts at nothing": lambda m: m.LinearLR(optimizer(), 0),
    "linear: starts above": lambda m: m.LinearLR(optimizer(), 1.5),
    "linear: ends below": lambda m: m.LinearLR(optimizer(), 0.5, -0.1),
    "linear: ends above": lambda m: m.LinearLR(optimizer(), 0.5, 1.1),
    "linear: no steps, in closed form": lambda m: m.LinearLR(optimizer(), total_iters=0).step(1),
    "linear: from nothing in the middle": lambda m: changed(
        m.LinearLR(optimizer()), start_factor=0.0
    ).step(),
    "multi step: a number": lambda m: m.MultiStepLR(optimizer(), 3),
    "multi step: too large a power": lambda m: m.MultiStepLR(optimizer(), [1, 2], 1e200).step(3),
    "constant: above 1": lambda m: m.ConstantLR(optimizer(), 1.1),
    "constant: below nothing": lambda m: m.ConstantLR(optimizer(), -0.1),
    "constant: from nothing": lambda m: run(m.ConstantLR(optimizer(), 0.0, 2), 2),
    "exponential: no gamma": lambda m: m.ExponentialLR(optimizer()),
    "exponential: too large a power": lambda m: m.ExponentialLR(optimizer(), 1e200).step(3),
    "polynomial: no steps, in closed form": lambda m: m.PolynomialLR(optimizer(), 0).step(1),
    "restarts: no steps": lambda m: m.CosineAnnealingWarmRestarts(optimizer(), 0),
    "restarts: half a step": lambda m: m.CosineAnnealingWarmRestarts(optimizer(), 2.5),
    "restarts: shorter": lambda m: m.CosineAnnealingWarmRestarts(optimizer(), 2, 0),
    "restarts: half as long again": lambda m: m.CosineAnnealingWarmRestarts(optimizer(), 2, 1.5),
    "restarts: a floor of letters": lambda m: m.CosineAnnealingWarmRestarts(
        optimizer(), 2, eta_min="low"
    ),
    "restarts: before the first": lambda m: m.CosineAnnealingWarmRestarts(optimizer(), 2).step(-1),
    "restarts: not an optimizer": lambda m: m.CosineAnnealingWarmRestarts("adam", 2),
    "cyclic: not an optimizer": lambda m: m.CyclicLR("adam", [], []),
    "cyclic: a rate too many": lambda m: m.CyclicLR(optimizer(), [0.1, 0.2], [0.1, 0.2]),
    "cyclic: a peak too many": lambda m: m.CyclicLR(optimizer(), 0.1, [0.1, 0.2], mode="other"),
    "cyclic: no steps": lambda m: m.CyclicLR(optimizer(), 0.1, 0.2, 0, mode="other"),
    "cyclic: none up": lambda m: m.CyclicLR(optimizer(), 0.1, 0.2, 0, 3),
    "cyclic: another mode": lambda m: m.CyclicLR(optimizer(), 0.1, 0.2, mode="other"),
    "cyclic: a momentum too many": lambda m: m.CyclicLR(
        optimizer(), 0.1, 0.2, base_momentum=[0.8, 0.9], max_momentum=[0.8, 0.9]
    ),
    "cyclic: no momentum to cycle": lambda m: m.CyclicLR(
        optimizer(kind=torch.optim.Adagrad, lr_decay=0.0), 0.1, 0.2
    ),
    "cyclic: the same state twice": lambda m: load_twice(m.CyclicLR(optimizer(), 0.1, 0.2)),
    "lambda: a function too many": lambda m: m.LambdaLR(optimizer(), [inverse, inverse]),
    "lambda: no function": lambda m: m.LambdaLR(optimizer(), 3),
    "lambda: not an optimizer": lambda m: m.LambdaLR(3, inverse),
    "lambda: a function for a list": lambda m: changed(
        m.LambdaLR(optimizer(), inverse), lr_lambdas=inverse
    ).state_dict(),
    "multiplicative: a function too many": lambda m: m.MultiplicativeLR(optimizer(), [inverse] * 2),
    "multiplicative: no function": lambda m: m.MultiplicativeLR(optimizer(), 3),
    "multiplicative: not an optimizer": lambda m: m.MultiplicativeLR(3, inverse),
    "plateau: no reduction": lambda m: m.ReduceLROnPlateau(3, factor=1.0),
    "plateau: not an optimizer": lambda m: m.ReduceLROnPlateau(3),
    "plateau: a floor too many": lambda m: m.ReduceLROnPlateau(optimizer(), min_lr=[0, 0]),
    "plateau: another mode": lambda m: m.ReduceLROnPlateau(optimizer(), "mean"),
    "plateau: no mode": lambda m: m.ReduceLROnPlateau(optimizer(), None),
    "plateau: another threshold": lambda m: m.ReduceLROnPlateau(optimizer(), threshold_mode="x"),
    "plateau: no metric": lambda m: m.ReduceLROnPlateau(optimizer()).step(),
    "plateau: letters": lambda m: m.ReduceLROnPlateau(optimizer()).step("good"),
    "plateau: no rates of its own": lambda m: m.ReduceLROnPlateau(optimizer()).get_lr(),
    "plateau: a group more than floors": lambda m: bad(
        m.ReduceLROnPlateau(optimizer(), patience=0, min_lr=[0.0])
    ),
    "chain: nothing": lambda m: m.ChainedScheduler([]),
    "chain: no scheduler": lambda m: m.ChainedScheduler([3]),
    "chain: no scheduler of an optimizer": lambda m: m.ChainedScheduler([3], optimizer()),
    "chain: a plateau in it": lambda m: m.ChainedScheduler([theirs.ReduceLROnPlateau(optimizer())]),
    "chain: its own plateau in it": lambda m: m.ChainedScheduler(
        [m.ReduceLROnPlateau(optimizer())]
    ),
    "chain: of another optimizer": lambda m: m.ChainedScheduler(
        [m.StepLR(optimizer(), 2)], optimizer(2)
    ),
    "chain: an epoch": lambda m: m.ChainedScheduler([m.StepLR(optimizer(), 2)]).step(3),
    "chain: its epoch": lambda m: m.ChainedScheduler([m.StepLR(optimizer(), 2)]).last_epoch,
    "chain: in a sequence": lambda m: run(ending_in_a_chain(m, optimizer()), 3),
    "swa: another way": lambda m: SWA[m].SWALR(optimizer(), 0.1, 1.5, "exp"),
    "swa: half an epoch": lambda m: SWA[m].SWALR(optimizer(), 0.1, 1.5),
    "swa: less than none": lambda m: SWA[m].SWALR(optimizer(), 0.1, -1),
    "swa: a rate too many": lambda m: SWA[m].SWALR(optimizer(), [0.1, 0.1], -1),
    "swa: not an optimizer": lambda m: SWA[m].SWALR(3, 0.1),
    "a group more in a triangle": lambda m: more(m.CyclicLR(optimizer(), 0.1, 0.2)).step(),
    "a group more in restarts": lambda m: more(
        m.CosineAnnealingWarmRestarts(optimizer(), 9)
    ).step(),
    "a group more for a function": lambda m: more(m.MultiplicativeLR(optimizer(), slower)).step(),
    "a group more without its rate": lambda m: more(SWA[m].SWALR(optimizer(), 0.1)).step(),
    "one cycle: no steps": lambda m: m.OneCycleLR(optimizer(), 0.1),
    "one cycle: steps below 1": lambda m: m.OneCycleLR(optimizer(), 0.1, total_steps=0),
    "one cycle: half a step": lambda m: m.OneCycleLR(optimizer(), 0.1, total_steps=2.5),
    "one cycle: half an epoch": lambda m: m.OneCycleLR(
        optimizer(), 0.1, epochs=1.5, steps_per_epoch=2
    ),
    "one cycle: epochs below 1": lambda m: m.OneCycleLR(
        optimizer(), 0.1, epochs=2, steps_per_epoch=-2
    ),
    "one cycle: a whole part": lambda m: m.OneCycleLR(
        optimizer(), 0.1, total_steps=10, pct_start=1
    ),
    "one cycle: more than all": lambda m: m.OneCycleLR(
        optimizer(), 0.1, total_steps=10, pct_start=1.5
    ),
    "one cycle: another way": lambda m: m.OneCycleLR(
        optimizer(), 0.1, total_steps=10, anneal_strategy="exp"
    ),
    "one cycle: a peak too many": lambda m: m.OneCycleLR(optimizer(), [0.1, 0.2], total_steps=10),
    "one cycle: a momentum too many": lambda m: m.OneCycleLR(
        optimizer(), 0.1, total_steps=10, max_momentum=[0.9, 0.8]
    ),
    "one cycle: no momentum to cycle": lambda m: m.OneCycleLR(
        optimizer(kind=torch.optim.Adagrad, lr_decay=0.0), 0.1, total_steps=10
    ),
    "one cycle: a phase of no steps": lambda m: m.OneCycleLR(
        optimizer(), 0.1, total_steps=10, pct_start=0.1
    ),
    "one cycle: past the end": lambda m: at(m.OneCycleLR(optimizer(), 0.1, total_steps=10), 11),
    "cyclic: momenta that are not there": lambda m: changed(
        m.CyclicLR(optimizer(), 0.1, 0.2, cycle_momentum=False), cycle_momentum=True, use_beta1=True
    ).step(),
    "cyclic: momenta that are not there, and a rate too many": lambda m: changed(
        m.CyclicLR(optimizer(), 0.1, 0.2, cycle_momentum=False),
        cycle_momentum=True,
        base_lrs=[0.1, 0.1],
    ).step(),
    "one cycle: another way in the middle": lambda m: changed(
        m.OneCycleLR(optimizer(), 0.1, total_steps=10), _anneal_func_type="none"
    ).step(),
    "sequence: nothing": lambda m: m.SequentialLR(optimizer(), [], []),
    "sequence: no scheduler": lambda m: m.SequentialLR(optimizer(), [3], []),
    "sequence: a milestone too many": lambda m: m.SequentialLR(*parts(m), [1, 2]),
    "sequence: an epoch": lambda m: m.SequentialLR(*parts(m), [1]).step(3),
    "sequence: no rates of its own": lambda m: m.SequentialLR(*parts(m), [1]).get_lr(),
    "sequence: that ends in one": lambda m: run(ending_in_a_sequence(m, optimizer()), 4),
    "sequence: a plateau in it": lambda m: with_plateau(m, theirs, optimizer()),
    "sequence: its own plateau in it": lambda m: with_plateau(m, m, optimizer()),
    "sequence: state without parts": lambda m: m.SequentialLR(*parts(m), [1]).load_state_dict({}),
    "resumed without an initial rate": lambda m: m.StepLR(optimizer(2), 2, last_epoch=3),
    "no rates": lambda m: m.LRScheduler(optimizer()),
    "not an optimizer": lambda m: m.StepLR(3, 2),
    "not an optimizer, either": lambda m: m.OneCycleLR("adam", 0.1, total_steps=0),
    "a group more in closed form": lambda m: more(m.StepLR(optimizer(), 2)).step(3),
    "a group more at the turn": lambda m: more(m.CosineAnnealingLR(optimizer(), 1)).step(),
    "a group more in a cycle": lambda m: more(
        m.OneCycleLR(optimizer(), 0.1, total_steps=10)
    ).step(),
}


def with_plateau(module, plateau, opt):
    module.SequentialLR(opt, [module.StepLR(opt, 2), plateau.ReduceLROnPlateau(opt)], [1])


def ending_in_a_chain(module, opt):
    chain = module.ChainedScheduler([module.StepLR(opt, 2), module.ConstantLR(opt)])
    return module.SequentialLR(opt, [module.StepLR(opt, 2), chain], [2])


def load_twice(scheduler):
    state = scheduler.state_dict()
    for _ in range(2):
        scheduler.load_state_dict(state)


def bad(scheduler):
    scheduler.optimizer.add_param_group({"params": [torch.zeros(2)], "lr": 0.5})
    for _ in range(2):
        scheduler.step(1.0)


def ending_in_a_sequence(module, opt):
    inner = module.SequentialLR(opt, [module.LinearLR(opt), module.StepLR(opt, 2)], [3])
    return module.SequentialLR(opt, [module.StepLR(opt, 2), inner], [4])


def at(scheduler, epoch):
    scheduler.last_epoch = epoch - 1
    scheduler.step()


def changed(scheduler, **attributes):
    vars(scheduler).update(attributes)
    return scheduler


def more(scheduler):
    for _ in range(3):
        scheduler.step()
    scheduler.optimizer.add_param_group({"params": [torch.zeros(2)], "lr": 0.5})
    return scheduler


def parts(module):
    opt = optimizer()
    return opt, [module.StepLR(opt, 2), module.LinearLR(opt)]


@pytest.mark.filterwarnings("ignore:Detected call", "ignore:The epoch parameter")
@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_refusals(make):
    told, got = refusals(make)
    assert got == told


def test_a_sequence_is_of_one_optimizer():
    def make(module):
        first, second = optimizer(), optimizer()
        # Its text is in the message: torch's optimizers print their settings.
        module.SequentialLR(first, [module.StepLR(first, 2), module.LinearLR(second)], [1])

    told, got = refusals(make)
    assert got == told


def stepped(module, times=1, **how):
    opt = optimizer()
    scheduler = module.StepLR(opt, 2)
    if how.get("optimizer"):
        opt.step()
    if how.get("override"):
        opt.step = lambda: None
    for _ in range(times):
        scheduler.step(*how.get("epoch", ()))
    return scheduler


WARNED = {
    "the schedule first": lambda m: stepped(m, 3),
    "the optimizer first": lambda m: stepped(m, 3, optimizer=True),
    "another step": lambda m: stepped(m, 3, override=True),
    "an epoch": lambda m: stepped(m, 2, optimizer=True, epoch=(4,)),
    "an epoch of restarts": lambda m: m.CosineAnnealingWarmRestarts(optimizer(), 2).step(1.5),
    "an epoch of a plateau": lambda m: m.ReduceLROnPlateau(optimizer()).step(1.0, 3),
    "a chain": lambda m: run(m.ChainedScheduler(parts(m)[1]), 3),
    "rates of swa out of turn": lambda m: SWA[m].SWALR(optimizer(), 0.1).get_lr(),
    "rates out of turn": lambda m: stepped(m, 1, optimizer=True).get_lr(),
    "two schedulers": lambda m: [m.StepLR(one, 2).step() for one in [optimizer()] for _ in "ab"],
    "a sequence": lambda m: run(m.SequentialLR(*parts(m), [1]), 4),
}


def run(scheduler, steps):
    for _ in range(steps):
        scheduler.step()


@pytest.mark.parametrize("make", WARNED.values(), ids=WARNED)
def test_warnings(make):
    told, got = warned(make)
    assert got == told


@pytest.mark.filterwarnings("ignore:Detected call")
def test_a_group_without_its_rate_comes_in_its_turn():
    def make(module):
        opt = optimizer()
        scheduler = SWA[module].SWALR(opt, np.float32(0.1))
        opt.add_param_group({"params": [torch.zeros(1)]})
        opt.param_groups[0]["lr"] = 1e300
        with pytest.raises(KeyError, match="swa_lr"):
            scheduler.step()

    told, got = warned(make)
    assert got == told
    assert any("overflow" in text for _, text in told)


def test_warnings_point_at_the_caller():
    for module in MODULES:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            stepped(module, epoch=(4,))
        assert [one.filename for one in caught] == [__file__] * 2


# -- State --------------------------------------------------------------------


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_attributes_and_state_are_torch_s(make):
    told, got = (make(module, optimizer(2)) for module in MODULES)
    for _ in range(3):
        assert list(vars(got)) == list(vars(told))
        assert got.state_dict().keys() == told.state_dict().keys()
        assert pickle.dumps(got.state_dict()) == pickle.dumps(told.state_dict())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run(told, 4)
            run(got, 4)


@pytest.mark.parametrize("steps", [0, 3, 501, 6_000])
@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_states_go_there_and_back(make, steps, tmp_path):
    path = tmp_path / "state.pt"
    for here, there in (MODULES, MODULES[::-1]):
        opt = optimizer(2)
        scheduler = make(here, opt)
        other_opt = optimizer(2)
        other = make(there, other_opt)
        for _ in range(steps):
            opt.step()
            scheduler.step()
        torch.save([opt.state_dict(), scheduler.state_dict()], path)
        loaded = torch.load(path, weights_only=True)
        other_opt.load_state_dict(loaded[0])
        other.load_state_dict(loaded[1])
        for _ in range(50):
            for one in (opt, other_opt):
                one.step()
            scheduler.step()
            other.step()
            assert bits(other.get_last_lr()) == bits(scheduler.get_last_lr())


def test_copies_and_pickles_go_on_alone():
    for make in ALL.values():
        scheduler = make(ours, optimizer(2))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run(scheduler, 5)
            copies = [copy.deepcopy(scheduler), pickle.loads(pickle.dumps(scheduler))]
            before = bits(scheduler.get_last_lr())
            for one in copies:
                assert one.optimizer is not scheduler.optimizer
                run(one, 7)
            assert bits(scheduler.get_last_lr()) == before
            run(scheduler, 7)
        for one in copies:
            assert bits(one.get_last_lr()) == bits(scheduler.get_last_lr())
            assert vars(one).keys() == vars(scheduler).keys()


def test_a_shallow_copy_shares_the_optimizer():
    scheduler = ours.StepLR(optimizer(), 2)
    other = copy.copy(scheduler)
    assert other.optimizer is scheduler.optimizer
    assert vars(other) == vars(scheduler)


# -- Beside torch's -----------------------------------------------------------


PAIRS = {
    "in a sequence": lambda m, a, b, o: m.SequentialLR(
        o, [a.LinearLR(o, 0.1, total_iters=3), b.CosineAnnealingLR(o, 5)], [3]
    ),
    "in a sequence, cycles": lambda m, a, b, o: m.SequentialLR(
        o,
        [a.CyclicLR(o, 0.1, 0.2, 2), b.CosineAnnealingWarmRestarts(o, 2), a.MultiStepLR(o, [2])],
        [3, 7],
    ),
    "in a sequence, powers": lambda m, a, b, o: m.SequentialLR(
        o,
        [a.ConstantLR(o, 0.5, 2), b.PolynomialLR(o, 5, 2), a.LambdaLR(o, inverse)],
        [3, 7],
    ),
    "in a chain": lambda m, a, b, o: m.ChainedScheduler(
        [a.ConstantLR(o, 0.5), b.ExponentialLR(o, 0.9), a.MultiplicativeLR(o, inverse)]
    ),
    "in a chain, a sequence": lambda m, a, b, o: m.ChainedScheduler(
        [a.SequentialLR(o, [b.LinearLR(o), a.StepLR(o, 2)], [3]), b.PolynomialLR(o, 9)], o
    ),
    "in a sequence, a chain": lambda m, a, b, o: m.SequentialLR(
        o,
        [a.ChainedScheduler([b.LinearLR(o), a.MultiStepLR(o, [2])]), b.ExponentialLR(o, 0.5)],
        [4],
    ),
}


@pytest.mark.filterwarnings("ignore:Detected call")
@pytest.mark.parametrize("make", PAIRS.values(), ids=PAIRS)
def test_parts_of_either_in_either(make):
    curves = []
    for outer in MODULES:
        for first in MODULES:
            for second in MODULES:
                opt = optimizer(2)
                scheduler = make(outer, first, second, opt)
                seen = [bits(scheduler.get_last_lr())]
                for _ in range(12):
                    opt.step()
                    scheduler.step()
                    seen.append(bits(scheduler.get_last_lr()))
                curves.append(seen)
    assert all(one == curves[0] for one in curves)


def test_as_a_part_of_torch_s_chain():
    def rates(module):
        opt = optimizer()
        scheduler = theirs.ChainedScheduler(
            [module.LinearLR(opt, 0.1), theirs.ExponentialLR(opt, 0.9), module.StepLR(opt, 2)]
        )
        seen = []
        for _ in range(8):
            opt.step()
            scheduler.step()
            seen.append(bits(scheduler.get_last_lr()))
        return seen

    assert rates(ours) == rates(theirs)


def test_the_step_is_wrapped_once_by_whoever_comes_first():
    for first, second in (MODULES, MODULES[::-1]):
        opt = optimizer()
        first.StepLR(opt, 2)
        wrapped = opt.step
        scheduler = second.StepLR(opt, 2)
        assert opt.step is wrapped
        opt.step()
        assert opt._opt_called
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            scheduler.step()


def test_an_optimizer_is_not_kept_alive():
    gc.disable()
    try:
        opt = own.SGD([np.zeros(2, np.float32)])
        scheduler = ours.StepLR(opt, 2)
        opt.step()
        scheduler.step()
        gone = [weakref.ref(one) for one in (opt, scheduler, scheduler._libsched.schedule)]
        del opt, scheduler
        assert [one() for one in gone] == [None] * 3
    finally:
        gc.enable()


# -- Whatever has param_groups ------------------------------------------------


def test_param_groups_are_enough():
    for settings in ({}, {"step": lambda: "stepped"}):
        opt = types.SimpleNamespace(param_groups=[{"lr": 0.1}, {"lr": 0.2}], **settings)
        told = optimizer(2)
        scheduler, reference = (
            ours.CosineAnnealingLR(opt, 5),
            theirs.CosineAnnealingLR(told, 5),
        )
        for _ in range(12):
            told.step()
            if settings:
                assert opt.step() == "stepped"
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                scheduler.step()
            reference.step()
            assert bits(scheduler.get_last_lr()) == bits(reference.get_last_lr())


def test_momentum_needs_defaults():
    opt = types.SimpleNamespace(param_groups=[{"lr": 0.1}])
    with pytest.raises(ValueError, match="must support momentum or beta1"):
        ours.OneCycleLR(opt, 0.1, total_steps=10)
    ours.OneCycleLR(opt, 0.1, total_steps=10, cycle_momentum=False).step()


def test_no_groups_no_rates():
    opt = types.SimpleNamespace(param_groups=[])
    for scheduler in (ours.StepLR(opt, 2), ours.CosineAnnealingLR(opt, 1)):
        run(scheduler, 3)
        assert scheduler.get_last_lr() == []


@pytest.mark.parametrize("kind", [own.SGD, own.AdamW])
def test_on_our_own_optimizers(kind):
    told = optimizer(2, kind=getattr(torch.optim, kind.__name__))
    settings = {"momentum": 0.9} if kind is own.SGD else {}
    opt = kind(
        [{"params": [np.zeros(1, np.float32)], "lr": lr} for lr in (0.1, 0.2)], lr=0.1, **settings
    )
    for make in ALL.values():
        pair = [(told, make(theirs, told)), (opt, make(ours, opt))]
        for _ in range(20):
            for one, scheduler in pair:
                one.step()
                scheduler.step()
        groups = [
            [{k: v for k, v in group.items() if k != "params"} for group in one.param_groups]
            for one, _ in pair
        ]
        assert groups[0] == groups[1]


# -- Rates that are no floats -------------------------------------------------

RATES = {
    "a float32 tensor": lambda: torch.tensor(0.1),
    "a float64 tensor": lambda: torch.tensor(0.1, dtype=torch.float64),
    "a tensor of one element": lambda: torch.tensor([0.1]),
    "numpy's double": lambda: np.float64(0.1),
    "numpy's float": lambda: np.float32(0.1),
    "an integer": lambda: 1,
}


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_rates_stay_what_they_are(make, rate):
    ends = []
    for module in MODULES:
        opt = optimizer()
        opt.param_groups[0]["lr"] = lr = rate()
        scheduler = make(module, opt)
        for _ in range(600):
            opt.step()
            scheduler.step()
        now = opt.param_groups[0]["lr"]
        if isinstance(lr, torch.Tensor):
            assert now is lr
            # What is given out is a copy.
            assert scheduler.get_last_lr()[0] is not lr
        ends.append(
            (bits([now]), bits(scheduler.get_last_lr()), bits(getattr(scheduler, "base_lrs", [])))
        )
    assert ends[0] == ends[1]


def test_a_rate_may_become_a_tensor_and_a_float_again():
    ends = []
    for module in MODULES:
        opt = optimizer(2)
        scheduler = module.CosineAnnealingLR(opt, 20)
        for rate in (torch.tensor(0.3), 0.2, np.float64(0.1)):
            opt.param_groups[1]["lr"] = rate
            for _ in range(3):
                opt.step()
                scheduler.step()
            ends.append((module, bits(scheduler.get_last_lr())))
    assert [one for module, one in ends if module is ours] == [
        one for module, one in ends if module is theirs
    ]


# -- Changed in the middle, and by subclasses ---------------------------------

EDITS = {
    "MultiStepLR": [
        {"milestones": Counter([5])},
        {"gamma": 2.0},
        {"milestones": Counter([8, 8, 9])},
        {"milestones": {10: 1}},
    ],
    "ConstantLR": [{"total_iters": 3}, {"factor": 0.9, "total_iters": 6}, {"factor": 3}],
    "ExponentialLR": [{"gamma": 0.5}, {"gamma": 2}, {"gamma": np.float64(0.5)}],
    "PolynomialLR": [{"power": 2}, {"power": 2.5}, {"total_iters": 50}, {"total_iters": 3}],
    "CosineAnnealingWarmRestarts": [
        {"T_i": 5},
        {"T_cur": 2},
        {"T_cur": 2.5},
        {"eta_min": 1},
        {"T_mult": 1, "T_0": 2},
    ],
    "CyclicLR": [
        {"max_lrs": [0.5, 0.6]},
        {"total_size": 5.0, "step_ratio": 0.4},
        {"cycle_momentum": False},
        {"_scale_fn_ref": math.sqrt},
        {"_scale_fn_custom": math.exp},
    ],
    "StepLR": [{"step_size": 2}, {"gamma": 0.5}, {"gamma": 3}, {"step_size": 2.5}],
    "CosineAnnealingLR": [
        {"T_max": 50},
        {"eta_min": 0.01},
        {"eta_min": 1},
        {"eta_min": np.float64(0.01)},
        {"T_max": 7.5},
    ],
    "LinearLR": [{"total_iters": 50}, {"end_factor": 0.7}, {"start_factor": 0.9}],
    "OneCycleLR": [{"total_steps": 12}, {"cycle_momentum": False}, {"_anneal_func_type": "linear"}],
}
FIRST = {
    "StepLR": (3,),
    "CosineAnnealingLR": (9,),
    "LinearLR": (0.1, 0.9, 30),
    "OneCycleLR": (0.1, 40),
    "MultiStepLR": ([3, 4],),
    "ConstantLR": (0.3, 4),
    "ExponentialLR": (0.9,),
    "PolynomialLR": (9, 1.5),
    "CosineAnnealingWarmRestarts": (3, 2),
    "CyclicLR": (0.1, 0.3, 4, 3),
}


@pytest.mark.parametrize("kind", EDITS)
def test_attributes_may_change_at_any_time(kind):
    curves = []
    for module in MODULES:
        opt = optimizer(2)
        scheduler = getattr(module, kind)(opt, *FIRST[kind])
        seen = []
        for edit in [{}, *EDITS[kind], {"base_lrs": [0.5, 0.6]}]:
            vars(scheduler).update(edit)
            for _ in range(2):
                opt.step()
                scheduler.step()
                seen.append(bits(scheduler.get_last_lr()))
        curves.append(seen)
    assert curves[0] == curves[1]


def test_milestones_may_change_in_place():
    curves = []
    for module in MODULES:
        opt = optimizer(2)
        scheduler = module.MultiStepLR(opt, [2])
        seen = []
        for milestone in (4, 4, 3, 6, 7):
            scheduler.milestones[milestone] += 1
            opt.step()
            scheduler.step()
            seen.append((bits(scheduler.get_last_lr()), bits(scheduler._get_closed_form_lr())))
        scheduler.milestones.clear()
        scheduler.step()
        seen.append((bits(scheduler.get_last_lr()), bits(scheduler._get_closed_form_lr())))
        curves.append(seen)
    assert curves[0] == curves[1]


# Where a number may be exchanged for one that equals it: what has it, in a scheduler or a group.
PLACES = [
    (
        "CosineAnnealingWarmRestarts",
        lambda m, o, one: m.CosineAnnealingWarmRestarts(o, 5),
        "base_lrs",
    ),
    ("CosineAnnealingLR", lambda m, o, one: m.CosineAnnealingLR(o, 2), "base_lrs"),
    ("CosineAnnealingLR", lambda m, o, one: m.CosineAnnealingLR(o, 5), "lr"),
    ("StepLR", lambda m, o, one: m.StepLR(o, 2), "lr"),
    *(
        ("CyclicLR", partial(lambda m, o, one, high: m.CyclicLR(o, one, high, 4), high=high), place)
        for high, place in [(0.5, "base_lrs"), (0.5, "lr")]
    ),
    (
        "CyclicLR, exp_range",
        lambda m, o, one: m.CyclicLR(o, one, 0.5, 4, None, "exp_range", 0.9),
        "lr",
    ),
    ("CyclicLR", lambda m, o, one: m.CyclicLR(o, 0.5, one, 4, cycle_momentum=False), "max_lrs"),
    ("SWALR", lambda m, o, one: SWA[m].SWALR(o, one), "lr"),
    ("SWALR", lambda m, o, one: SWA[m].SWALR(o, one, anneal_strategy="linear"), "swa_lr"),
    ("CyclicLR", lambda m, o, one: m.CyclicLR(o, 0.5, 2.0, 4, max_momentum=one), "max_momentums"),
    ("CyclicLR", lambda m, o, one: m.CyclicLR(o, 0.5, 2.0, 4, base_momentum=one), "base_momentums"),
    *(
        ("OneCycleLR", lambda m, o, one: m.OneCycleLR(o, one, 40, div_factor=1.0), place)
        for place in ["initial_lr", "max_lr", "lr"]
    ),
    *(
        (
            "OneCycleLR",
            lambda m, o, one: m.OneCycleLR(o, 0.5, 40, base_momentum=one, max_momentum=one),
            place,
        )
        for place in ["base_momentum", "max_momentum", "lr"]
    ),
    (
        "OneCycleLR",
        lambda m, o, one: m.OneCycleLR(o, one, 40, cycle_momentum=False, anneal_strategy="linear"),
        "max_lr",
    ),
    ("LambdaLR", lambda m, o, one: m.LambdaLR(o, lambda step: 1.0), "base_lrs"),
    ("MultiplicativeLR", lambda m, o, one: m.MultiplicativeLR(o, lambda step: 1.0), "lr"),
]
EQUALS = {
    "an integer": (1.0, 1),
    "a truth": (1.0, True),
    "a fraction": (1.0, Fraction(1)),
    "numpy's double": (1.0, np.float64(1)),
    "numpy's float": (1.0, np.float32(1)),
    "numpy's half": (1.0, np.float16(1)),
    "a tensor": (1.0, torch.tensor(1.0)),
    "an array of one": (1.0, np.ones(1)),
    "minus nothing": (0.0, -0.0),
    "no float any more": (1.0, "1.0"),
}


@pytest.mark.parametrize("groups", [1, 2, 17])
@pytest.mark.parametrize(("one", "other"), EQUALS.values(), ids=EQUALS)
@pytest.mark.parametrize(
    ("make", "place"), [place[1:] for place in PLACES], ids=[f"{a} {b}" for a, _, b in PLACES]
)
def test_an_equal_of_another_type_counts(make, place, one, other, groups):
    curves = []
    for module in MODULES:
        opt = torch.optim.SGD(
            [{"params": [torch.zeros(1)], "lr": one} for _ in range(groups)], momentum=0.9
        )
        scheduler = make(module, opt, one)
        seen = []
        for value in (None, other, one, 0.25, other):
            if value is not None:
                value = copy.deepcopy(value)
                if place in opt.param_groups[-1]:
                    opt.param_groups[-1][place] = value
                else:
                    getattr(scheduler, place)[-1] = value
            for _ in range(3):
                opt.step()
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    try:
                        scheduler.step()
                    except Exception as error:  # noqa: BLE001, whatever torch raises
                        seen.append((type(error), str(error)))
                seen.append([str(warning.message) for warning in caught])
                for rates in (scheduler.get_last_lr(), scheduler.base_lrs):
                    seen.append([(type(rate), repr(rate)) for rate in rates])
                for group in opt.param_groups:
                    seen.append([repr(group[key]) for key in ("lr", "momentum")])
        curves.append(seen)
    assert curves[0] == curves[1]


CYCLES = {
    "CyclicLR": lambda m, o: m.CyclicLR(o, 0.1, 0.3, 5),
    "CyclicLR, triangular2": lambda m, o: m.CyclicLR(o, 0.1, 0.3, 5, mode="triangular2"),
    "OneCycleLR": lambda m, o: m.OneCycleLR(o, 0.3, 60),
    "CosineAnnealingWarmRestarts": lambda m, o: m.CosineAnnealingWarmRestarts(o, 7),
}


@pytest.mark.parametrize("momenta", ["0000000", "1111111", "1010101", "0101010"])
@pytest.mark.parametrize("make", CYCLES.values(), ids=CYCLES)
def test_groups_come_and_go(make, momenta):
    """The same ones come again, and what is known of them must not be that of others."""
    curves = []
    for module in MODULES:
        opt = optimizer(1)
        scheduler = make(module, opt)
        lists = [one for one in vars(scheduler).values() if isinstance(one, list)]
        lists = [one for one in lists if one and isinstance(one[0], float)]
        seen = []
        for count, momentum in zip((2, 1, 2, 4, 2, 1, 2), momenta, strict=True):
            scheduler.cycle_momentum = momentum == "1"
            groups = opt.param_groups
            del groups[count:]
            while len(groups) < count:
                groups.append(groups[0] | {"lr": 0.7, "max_lr": 0.2 / len(groups)})
            for one in lists:
                del one[count:]
                while len(one) < count:
                    one.append(one[0] / 2)
            for _ in range(3):
                opt.step()
                scheduler.step()
                seen.append(
                    bits(group[key] for key in ("lr", "momentum") for group in groups)
                    + bits(scheduler.get_last_lr())
                )
        curves.append(seen)
    assert curves[0] == curves[1]


def test_a_momentum_of_minus_nothing():
    same(lambda m, o: m.CyclicLR(o, 0.1, 0.2, 3, base_momentum=-0.0, max_momentum=-0.0), 9)


SCALES = {
    "halves until nothing is left, and then raises": lambda m, o: m.CyclicLR(
        o, 0.0, 0.3, 1, 1, "triangular2", cycle_momentum=False
    ),
    "halves its momenta, too": lambda m, o: m.CyclicLR(o, 0.1, 0.3, 1, 1, "triangular2"),
    "powers that grow, and then raise": lambda m, o: m.CyclicLR(
        o, 0.1, 0.3, 2, 3, "exp_range", 1.5, cycle_momentum=False
    ),
    "powers below nothing": lambda m, o: m.CyclicLR(o, 0.1, 0.3, 2, 3, "exp_range", -0.99),
    "powers of nothing": lambda m, o: m.CyclicLR(o, 0.1, 0.3, 2, 3, "exp_range", 0.0),
    "a whole gamma": lambda m, o: m.CyclicLR(o, 0.1, 0.3, 2, 3, "exp_range", 1),
    "powers below a double": lambda m, o: m.CyclicLR(o, 0.0, 0.3, 2, 3, "exp_range", 0.7),
}


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize("make", SCALES.values(), ids=SCALES)
def test_scales_of_a_cycle(make, groups):
    curves = []
    for module in MODULES:
        opt = optimizer(groups)
        scheduler = make(module, opt)
        opt.step()
        seen = []
        try:
            for _ in range(2_200):
                scheduler.step()
                rates = [group[key] for key in ("lr", "momentum") for group in opt.param_groups]
                seen.append(bits(rates + scheduler.get_last_lr()))
        except Exception as error:  # noqa: BLE001, whatever torch raises
            seen.append((type(error), str(error), scheduler.last_epoch))
        curves.append(seen)
    assert curves[0] == curves[1]


@pytest.mark.parametrize("scale_mode", ["cycle", "iterations", "other"])
@pytest.mark.parametrize("mode", ["triangular", "triangular2", "exp_range"])
def test_a_scale_may_be_of_something_else(mode, scale_mode):
    def make(module, opt):
        scheduler = module.CyclicLR(opt, 0.1, 0.3, 2, 3, mode, 0.9)
        scheduler.scale_mode = scale_mode
        # Of no effect: the scale has been made.
        scheduler.gamma = 0.5
        return scheduler

    same(make, 40, 2)


def test_a_cycle_may_be_given_another_scale():
    curves = []
    for module in MODULES:
        opt = optimizer(2)
        scheduler = module.CyclicLR(opt, 0.1, 0.2, 3)
        seen = []
        for step in range(9):
            if step == 4:
                scheduler.scale_fn = lambda cycle: 0.5
            opt.step()
            scheduler.step()
            seen.append(bits(scheduler.get_last_lr()))
        curves.append(seen)
    assert curves[0] == curves[1]


def test_a_cycle_of_a_subclass_has_its_own_scale():
    curves = []
    for module in MODULES:

        class Lower(module.CyclicLR):
            def scale_fn(self, x):
                return 0.5 * super().scale_fn(x)

        opt = optimizer(2)
        scheduler = Lower(opt, 0.1, 0.2, 3)
        seen = []
        for _ in range(9):
            opt.step()
            scheduler.step()
            seen.append(bits(scheduler.get_last_lr()))
        curves.append(seen)
    assert curves[0] == curves[1]


def test_subclasses_say_their_own_rates():
    def classes(module):
        class Halved(module.StepLR):
            def get_lr(self):
                return [rate / 2 for rate in super().get_lr()]

        class Tensors(module.CosineAnnealingLR):
            def get_lr(self):
                rates = super().get_lr()
                if self.last_epoch == 3:
                    rates[0] = torch.tensor(rates[0])
                return rates

        class Sawtooth(module.LRScheduler):
            def __init__(self, optimizer, period, last_epoch=-1):
                self.period = period
                super().__init__(optimizer, last_epoch)

            def get_lr(self):
                return [base * (self.last_epoch % self.period) for base in self.base_lrs]

            def _get_closed_form_lr(self):
                return [base * self.last_epoch for base in self.base_lrs]

        class Reversed(module.OneCycleLR):
            def _anneal_func(self, start, end, pct):
                return super()._anneal_func(end, start, pct)

        return [
            lambda o: Halved(o, 3),
            lambda o: Tensors(o, 5),
            lambda o: Sawtooth(o, 4),
            lambda o: Reversed(o, 0.1, total_steps=20),
        ]

    for told, got in zip(*map(classes, MODULES), strict=True):
        curves = []
        for make in (told, got):
            opt = optimizer(2)
            scheduler = make(opt)
            seen = []
            for step in range(12):
                opt.step()
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    scheduler.step(*[7] * (step == 9))
                rates, lasts = [g["lr"] for g in opt.param_groups], scheduler.get_last_lr()
                # Tensors that get_lr gives are the group's; what is given out is a copy.
                aliases = [
                    rate is last
                    for rate, last in zip(rates, lasts, strict=True)
                    if isinstance(rate, torch.Tensor)
                ]
                seen.append((bits(lasts), bits(rates), aliases))
            curves.append(seen)
        assert curves[0] == curves[1]


def test_an_object_says_its_own_rates():
    for module in MODULES:
        opt = optimizer()
        scheduler = module.StepLR(opt, 2)
        opt.step()
        scheduler.step()
        scheduler.get_lr = lambda one=scheduler: one.get_last_lr()
        opt.param_groups[0]["lr"] = lr = torch.tensor(0.7)
        scheduler.step()
        assert opt.param_groups[0]["lr"] is lr
        assert scheduler.get_last_lr()[0] is not lr
        assert bits([lr]) == bits([torch.tensor(0.1)])


@pytest.mark.parametrize("groups", [1, 3])
def test_what_an_object_makes_of_our_rates_is_what_counts(groups):
    """Also where our rates were in force for a moment; and for a tensor between floats."""
    for kind, arguments in FIRST.items():
        runs = []
        for module in MODULES:
            opt = optimizer(groups)
            scheduler = getattr(module, kind)(opt, *arguments)
            seen = []
            for step in range(8):
                if step == 2:
                    usual = scheduler.get_lr
                    scheduler.get_lr = lambda get=usual: [rate / 3 for rate in get()]
                if step == 4:
                    del scheduler.get_lr
                if step == 6:
                    opt.param_groups[-1]["lr"] = torch.tensor(0.25, dtype=torch.float64)
                opt.step()
                scheduler.step()
                seen += [
                    bits(group[key] for group in opt.param_groups) for key in ("lr", "momentum")
                ]
                seen.append(bits(scheduler.get_last_lr()))
            runs.append(seen)
        assert runs[0] == runs[1], kind


def test_get_lr_before_any_step():
    """In the middle of a run that resumes, and at the beginning."""
    for kind, arguments in FIRST.items():
        for last in (-1, 4):
            answers = []
            for module in MODULES:
                opt = optimizer(2)
                if last > 0:
                    getattr(module, kind)(opt, *arguments)
                scheduler = getattr(module, kind)(opt, *arguments, last_epoch=last)
                with pytest.warns(UserWarning, match="get_last_lr"):
                    answers.append(bits(scheduler.get_lr()))
            assert answers[0] == answers[1], kind


# -- Who computes -------------------------------------------------------------


@pytest.mark.parametrize("groups", [1, 20])
def test_one_call_of_the_library_a_step(monkeypatch, groups):
    calls = []

    def counted(name):
        maker = getattr(_lib, name)

        def make(*arguments):
            call = maker(*arguments)
            return lambda *values: (calls.append(name), call(*values))[1]

        monkeypatch.setattr(_lib, name, make)

    for name in ("chain_one", "chain", "anneal_one", "anneal"):
        counted(name)
    for make in LONG.values():
        opt = optimizer(groups)
        scheduler = make(ours, opt)
        calls.clear()
        for _ in range(7):
            opt.step()
            scheduler.step()
        assert len(calls) == 7
