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

import libsched.optim as own
import numpy as np
import pytest
import torch
from libsched import _lib
from libsched.optim import lr_scheduler as ours
from torch.optim import lr_scheduler as theirs

MODULES = (theirs, ours)
KINDS = ["StepLR", "CosineAnnealingLR", "LinearLR", "OneCycleLR", "SequentialLR"]


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


@pytest.mark.parametrize("kind", [*KINDS, "LRScheduler", "_LRScheduler"])
def test_classes_look_like_torch_s(kind):
    told, got = getattr(theirs, kind), getattr(ours, kind)
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
    "OneCycleLR": lambda m, o: m.OneCycleLR(o, max_lr=0.3, total_steps=10_000),
    "OneCycleLR, linear in three phases": lambda m, o: m.OneCycleLR(
        o, max_lr=0.3, total_steps=10_000, anneal_strategy="linear", three_phase=True, pct_start=0.4
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


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize("make", LONG.values(), ids=LONG)
def test_ten_thousand_steps(make, groups):
    same(make, 10_000, groups)


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
    **LONG,
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
                except ArithmeticError as error:
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
    "one cycle: another way in the middle": lambda m: changed(
        m.OneCycleLR(optimizer(), 0.1, total_steps=10), _anneal_func_type="none"
    ).step(),
    "sequence: nothing": lambda m: m.SequentialLR(optimizer(), [], []),
    "sequence: no scheduler": lambda m: m.SequentialLR(optimizer(), [3], []),
    "sequence: a milestone too many": lambda m: m.SequentialLR(*parts(m), [1, 2]),
    "sequence: an epoch": lambda m: m.SequentialLR(*parts(m), [1]).step(3),
    "sequence: no rates of its own": lambda m: m.SequentialLR(*parts(m), [1]).get_lr(),
    "sequence: that ends in one": lambda m: run(ending_in_a_sequence(m, optimizer()), 4),
    "sequence: a plateau in it": lambda m: with_plateau(m, optimizer()),
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


def with_plateau(module, opt):
    module.SequentialLR(opt, [module.StepLR(opt, 2), theirs.ReduceLROnPlateau(opt)], [1])


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


def test_warnings_point_at_the_caller():
    for module in MODULES:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            stepped(module, epoch=(4,))
        assert [one.filename for one in caught] == [__file__] * 2


# -- State --------------------------------------------------------------------


@pytest.mark.parametrize("make", LONG.values(), ids=LONG)
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
@pytest.mark.parametrize("make", LONG.values(), ids=LONG)
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
    for make in LONG.values():
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


def test_parts_of_either_in_either():
    def make(outer, first, second):
        opt = optimizer(2)
        return opt, outer.SequentialLR(
            opt,
            [first.LinearLR(opt, 0.1, total_iters=3), second.CosineAnnealingLR(opt, 5)],
            [3],
        )

    curves = []
    for outer in MODULES:
        for first in MODULES:
            for second in MODULES:
                opt, scheduler = make(outer, first, second)
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
    for make in LONG.values():
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
@pytest.mark.parametrize("make", LONG.values(), ids=LONG)
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

    counted("chain")
    counted("anneal")
    for make in LONG.values():
        opt = optimizer(groups)
        scheduler = make(ours, opt)
        calls.clear()
        for _ in range(7):
            opt.step()
            scheduler.step()
        assert len(calls) == 7
