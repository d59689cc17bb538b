"""Programs drawn at random, run with torch's schedulers and with ours, compared after every step.

LIBSCHED_FUZZ=20000 draws that many, and others each time.
"""

import copy
import io
import math
import os
import pickle
import warnings
from collections import Counter
from functools import partial

import libsched.optim as own
import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libsched.optim import lr_scheduler as ours
from libsched.optim import swa_utils as our_swa
from torch.optim import lr_scheduler as theirs
from torch.optim import swa_utils as their_swa

MORE = os.environ.get("LIBSCHED_FUZZ")

# -- What is compared ---------------------------------------------------------


def exact(value):
    """A value with its type, down to the bits. A NaN is a NaN."""
    if isinstance(value, torch.Tensor):
        return "tensor", str(value.dtype), tuple(value.shape), exact(value.tolist())
    if isinstance(value, np.generic):
        return type(value).__name__, exact(value.item())
    if isinstance(value, float):
        return type(value).__name__, value.hex()
    if isinstance(value, dict):
        return type(value).__name__, [(key, exact(one)) for key, one in value.items()]
    if isinstance(value, list | tuple):
        return type(value).__name__, [exact(one) for one in value]
    return type(value).__name__, repr(value)


def outcome(action):
    """What an action gives or raises, and what it warns of on the way."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = "gave", exact(action())
        except Exception as error:  # noqa: BLE001, whatever torch raises, we raise
            result = "raised", type(error).__name__, str(error)
    return result, [(one.category.__name__, str(one.message)) for one in caught]


def snapshot(optimizer, schedulers):
    """All that can be seen of a run."""
    groups = [
        {key: value for key, value in group.items() if key != "params"}
        for group in optimizer.param_groups
    ]
    return exact(groups), [
        (type(one).__name__, outcome(one.state_dict), outcome(one.get_last_lr))
        for one in schedulers
    ]


# -- Programs -----------------------------------------------------------------

# Half of the programs are tame: nothing in them but what a sane user writes, so that most of
# their steps are the library's. In the others anything goes.


def sometimes(percent):
    return st.integers(0, 99).map(lambda drawn: drawn < percent)


WILD_EPOCHS = st.sampled_from([0, 1, 5, 11, 10**9, -1, -3, 2.5, 0.0, True, 2**60])
RATES = st.floats(1e-6, 2.0)
WILD_RATES = st.one_of(
    RATES,
    st.sampled_from([0.1, 0.05, 1e-3, 1.0, 0.0, 1, 0, 1e300, 5e-324, math.inf, math.nan]),
    st.sampled_from([0.1, 0.25, 3.0]).map(np.float64),
    st.sampled_from([0.1, 0.25]).map(lambda rate: torch.tensor(rate)),
    st.sampled_from([0.1, 0.25]).map(lambda rate: torch.tensor(rate, dtype=torch.float64)),
    st.just(np.float32(0.1)),
    st.just(torch.tensor([0.1])),
)
FACTORS = st.floats(0.01, 1.0)
WILD_FACTORS = st.one_of(
    FACTORS,
    st.sampled_from([1 / 3, 1, 1.0, 0, 0.0, -0.5, 1.5, 2, 3, 1e-300, math.inf, math.nan]),
    st.sampled_from([np.float64(0.3), np.float32(0.5)]),
)
LENGTHS = st.integers(1, 9)
WILD_LENGTHS = st.one_of(
    LENGTHS,
    st.sampled_from([0, -2, 2.5, 0.0, True, 100, 10**9, 2**53 + 1, math.inf, math.nan]),
    st.sampled_from([np.int64(3), np.float64(4.0)]),
)
FLOORS = st.one_of(st.just(0), st.floats(0.0, 0.5))
WILD_FLOORS = st.one_of(
    FLOORS,
    st.sampled_from([0.0, 1, 2, 0.01, -0.1, -0.0, 1e300, math.inf, math.nan, np.float64(0.01)]),
)
MOMENTA = st.floats(0.5, 0.99)


class Power:
    """A factor that can be called, with attributes that a state dict has."""

    def __init__(self, base):
        self.base, self.calls = base, 0

    def __call__(self, step):
        self.calls += 1
        return self.base**step


def half(step):
    return 0.5


def inverse(step):
    return 1 / (1 + step)


FUNCTIONS = st.one_of(st.sampled_from([half, inverse]), st.floats(0.5, 1.0).map(Power))
WILD_FUNCTIONS = st.one_of(
    FUNCTIONS,
    st.sampled_from(
        [3, math.cos, partial(pow, 0.9), Power(3), Power(-0.5), Power(np.float64(0.9))]
    ),
    st.lists(FUNCTIONS, max_size=3),
)
MILESTONES = st.lists(st.integers(1, 30), max_size=4)
WILD_MILESTONES = st.one_of(
    MILESTONES,
    st.lists(st.sampled_from([0, -1, 1, 2, 2.0, 2.5, True, 5, np.int64(3), math.inf]), max_size=4),
    st.sampled_from([3, "ab", (2, 4)]),
)
WILD_MOMENTA = st.one_of(
    MOMENTA, st.sampled_from([0, -0.0, 1, [0.8, 0.85], (0.9,), np.float64(0.85)])
)
MODES = st.sampled_from(["triangular", "triangular2", "exp_range"])
METRICS = st.one_of(st.floats(-1.0, 1.0), st.sampled_from([0.5, 0.5, 1.0, 1.0]))

# Each argument's tame and wild values; those of the first dictionary are always given.
ARGUMENTS = {
    "StepLR": (
        {"step_size": (LENGTHS, WILD_LENGTHS)},
        {"gamma": (FACTORS, WILD_FACTORS)},
    ),
    "CosineAnnealingLR": (
        {"T_max": (LENGTHS, WILD_LENGTHS)},
        {"eta_min": (FLOORS, WILD_FLOORS)},
    ),
    "LinearLR": (
        {},
        {
            "start_factor": (FACTORS, WILD_FACTORS),
            "end_factor": (FACTORS, WILD_FACTORS),
            "total_iters": (LENGTHS, WILD_LENGTHS),
        },
    ),
    "MultiStepLR": (
        {"milestones": (MILESTONES, WILD_MILESTONES)},
        {"gamma": (FACTORS, WILD_FACTORS)},
    ),
    "ConstantLR": (
        {},
        {"factor": (FACTORS, WILD_FACTORS), "total_iters": (LENGTHS, WILD_LENGTHS)},
    ),
    "ExponentialLR": ({"gamma": (FACTORS, WILD_FACTORS)}, {}),
    "PolynomialLR": (
        {},
        {
            "total_iters": (LENGTHS, WILD_LENGTHS),
            "power": (st.floats(0.1, 3.0), st.one_of(st.sampled_from([2, -1.5]), WILD_FACTORS)),
        },
    ),
    "LambdaLR": ({"lr_lambda": (FUNCTIONS, WILD_FUNCTIONS)}, {}),
    "MultiplicativeLR": ({"lr_lambda": (FUNCTIONS, WILD_FUNCTIONS)}, {}),
    "CosineAnnealingWarmRestarts": (
        {"T_0": (LENGTHS, WILD_LENGTHS)},
        {
            "T_mult": (st.integers(1, 3), st.one_of(st.integers(1, 3), WILD_LENGTHS)),
            "eta_min": (FLOORS, st.one_of(WILD_FLOORS, st.just("low"))),
        },
    ),
    "CyclicLR": (
        {
            "base_lr": (RATES, st.one_of(WILD_RATES, st.lists(WILD_RATES, max_size=3))),
            "max_lr": (RATES, st.one_of(WILD_RATES, st.lists(WILD_RATES, max_size=3))),
            "step_size_up": (LENGTHS, WILD_LENGTHS),
        },
        {
            "step_size_down": (LENGTHS, st.one_of(st.none(), WILD_LENGTHS)),
            "mode": (MODES, st.one_of(MODES, st.sampled_from(["square", None]))),
            "gamma": (FACTORS, WILD_FACTORS),
            "scale_fn": (FUNCTIONS, st.one_of(st.none(), WILD_FUNCTIONS)),
            "scale_mode": (
                st.sampled_from(["cycle", "iterations"]),
                st.sampled_from(["cycle", "iterations", "other"]),
            ),
            "cycle_momentum": (st.booleans(), st.booleans()),
            "base_momentum": (MOMENTA, WILD_MOMENTA),
            "max_momentum": (MOMENTA, WILD_MOMENTA),
        },
    ),
    "SWALR": (
        {"swa_lr": (RATES, st.one_of(WILD_RATES, st.lists(WILD_RATES, max_size=3)))},
        {
            "anneal_epochs": (st.integers(0, 9), st.one_of(st.integers(-1, 9), WILD_LENGTHS)),
            "anneal_strategy": (
                st.sampled_from(["cos", "linear"]),
                st.sampled_from(["cos", "linear", "exp", None]),
            ),
        },
    ),
    "ReduceLROnPlateau": (
        {},
        {
            "mode": (
                st.sampled_from(["min", "max"]),
                st.sampled_from(["min", "max", "mean", None]),
            ),
            "factor": (st.floats(0.01, 0.99), WILD_FACTORS),
            "patience": (st.integers(0, 3), st.sampled_from([0, -1, 1.5, math.inf])),
            "threshold": (st.floats(0.0, 0.1), st.sampled_from([0, -1, 2, math.nan])),
            "threshold_mode": (
                st.sampled_from(["rel", "abs"]),
                st.sampled_from(["rel", "abs", "other", None]),
            ),
            "cooldown": (st.integers(0, 3), st.sampled_from([0, -1, 1.5])),
            "min_lr": (
                st.floats(0.0, 0.1),
                st.one_of(
                    st.sampled_from([0, -1, np.float64(0.01)]),
                    st.lists(st.floats(0.0, 0.1), max_size=3),
                ),
            ),
            "eps": (st.floats(0.0, 1e-3), st.sampled_from([0, 1.0, -1.0])),
        },
    ),
    "OneCycleLR": (
        {
            "max_lr": (RATES, st.one_of(WILD_RATES, st.lists(WILD_RATES, max_size=3))),
            "total_steps": (
                st.integers(2, 25),
                st.one_of(st.integers(1, 25), st.sampled_from([1, 0, -3, 2.5, True, None])),
            ),
        },
        {
            "epochs": (st.integers(1, 5), st.sampled_from([None, 2, 3, 0, 1.5])),
            "steps_per_epoch": (st.integers(1, 5), st.sampled_from([None, 2, 3, 0, 1.5])),
            "pct_start": (
                st.floats(0.0, 1.0),
                st.one_of(st.floats(0.0, 1.0), st.sampled_from([0.1, 0, 1, -0.1, math.nan])),
            ),
            "anneal_strategy": (
                st.sampled_from(["cos", "linear"]),
                st.sampled_from(["cos", "linear", "linear", "exp", None]),
            ),
            "cycle_momentum": (st.booleans(), st.booleans()),
            "base_momentum": (
                MOMENTA,
                st.one_of(MOMENTA, st.sampled_from([1, [0.8, 0.85], np.float64(0.85)])),
            ),
            "max_momentum": (MOMENTA, st.one_of(MOMENTA, st.sampled_from([1, (0.9, 0.95)]))),
            "div_factor": (st.floats(1.0, 30.0), st.sampled_from([25.0, 10, 0.5, 0])),
            "final_div_factor": (st.floats(1.0, 1e5), st.sampled_from([1e4, 100, 1.5, 0])),
            "three_phase": (st.booleans(), st.booleans()),
        },
    ),
}


@st.composite
def simple(draw, wild, leave=()):
    kind = draw(st.sampled_from(list(ARGUMENTS)).filter(lambda one: wild or one not in leave))
    always, optional = ARGUMENTS[kind]
    fields = {}
    for name, values in (always | optional).items():
        if name in always or draw(sometimes(40)):
            fields[name] = draw(values[wild and draw(sometimes(40))])
    if kind != "ReduceLROnPlateau" and draw(sometimes(10)):
        fields["last_epoch"] = draw(st.sampled_from([0, 1, 4, 9, -2] if wild else [0, 1, 4]))
    return kind, fields


@st.composite
def sequence(draw, wild, parts):
    schedulers = draw(st.lists(parts, min_size=1, max_size=3))
    milestones = draw(
        st.lists(
            st.integers(0, 9),
            min_size=len(schedulers) - 1,
            max_size=len(schedulers) - 1,
            unique=not wild,
        )
    )
    if not wild or draw(sometimes(80)):
        milestones.sort()
    if wild and draw(sometimes(10)):
        milestones.append(5)
    return "SequentialLR", {"schedulers": schedulers, "milestones": milestones}


def chain(parts):
    return st.lists(parts, min_size=1, max_size=3).map(
        lambda schedulers: ("ChainedScheduler", {"schedulers": schedulers})
    )


def schedulers(wild):
    part = simple(wild, ["ReduceLROnPlateau"])
    parts = st.one_of(part, part, sequence(wild, part), chain(part))
    return st.one_of(
        simple(wild), simple(wild), sequence(wild, part), sequence(wild, parts), chain(parts)
    )


def nested(wild):
    """Schedulers in others, many of them in one that has no other part, several deep."""
    part = simple(wild, ["ReduceLROnPlateau"])

    def around(inner):
        one = st.lists(inner, min_size=1, max_size=1)
        return st.one_of(
            one.map(lambda parts: ("SequentialLR", {"schedulers": parts, "milestones": []})),
            one.map(lambda parts: ("ChainedScheduler", {"schedulers": parts})),
            sequence(wild, inner),
            chain(inner),
        )

    return around(st.one_of(part, around(st.one_of(part, around(st.one_of(part, around(part)))))))


def edits(wild):
    """What to set an attribute to in the middle of a run: a value for each, and which of those
    that the scheduler has, or the part of a sequence it is in."""
    values = {
        name: values[wild]
        for always, optional in ARGUMENTS.values()
        for name, values in (always | optional).items()
        if name not in ("max_lr", "epochs", "steps_per_epoch", "pct_start", "anneal_strategy")
    }
    # A Counter, which may be another or change.
    values["milestones"] = (WILD_MILESTONES if wild else MILESTONES).map(
        lambda drawn: Counter(drawn) if isinstance(drawn, list) else drawn
    )
    if wild:
        values |= {
            "last_epoch": WILD_EPOCHS,
            "_step_count": st.integers(0, 3),
            "_is_initial": st.booleans(),
            "_anneal_func_type": st.sampled_from(["cos", "linear", "none"]),
            "base_lrs": st.lists(WILD_RATES, max_size=3),
            "max_lrs": st.lists(WILD_RATES, max_size=3),
            "min_lrs": st.lists(st.floats(0.0, 0.1), max_size=3),
            "max_momentums": st.lists(MOMENTA, max_size=3),
            "T_cur": WILD_EPOCHS,
            "T_i": WILD_LENGTHS,
            "step_ratio": st.sampled_from([0.0, 0.3, 1.0]),
            "lr_lambdas": st.lists(FUNCTIONS, max_size=3),
            "num_bad_epochs": st.integers(0, 5),
            "best": st.sampled_from([0.0, math.nan, math.inf]),
        }
    return st.tuples(st.integers(0, 9), st.fixed_dictionaries(values))


def operations(wild):
    rates = WILD_RATES if wild else RATES
    metrics = st.one_of(METRICS, st.sampled_from([math.nan, math.inf, 1, "x", None, torch.ones(1)]))
    steps = st.tuples(
        st.just("step"),
        st.tuples(
            st.integers(1, 9), st.lists(metrics if wild else METRICS, min_size=9, max_size=9)
        ),
    )
    return st.one_of(
        steps,
        steps,
        steps,
        st.tuples(st.just("to"), WILD_EPOCHS if wild else st.integers(0, 30)),
        st.tuples(st.just("optimizer"), st.none()),
        st.tuples(st.just("lr"), st.tuples(st.integers(0, 6), rates)),
        st.tuples(st.just("base"), st.tuples(st.integers(0, 6), rates)),
        st.tuples(st.just("edit"), edits(wild)),
        st.tuples(st.just("milestone"), st.integers(0, 9)),
        st.tuples(st.just("ask"), st.none()),
        st.tuples(st.just("group"), RATES),
        st.tuples(
            st.sampled_from(["deepcopy", "pickle", "reload", "exchange", "save", "override"]),
            st.none(),
        ),
    )


# Whose are the outermost schedulers, those in them, and so on and again.
WHOSE = [[ours], [ours], [ours, theirs], [theirs, ours], [ours, ours, theirs]]


@st.composite
def programs(draw, schedulers):
    wild = draw(st.booleans())
    count = draw(st.sampled_from([1, 2, 7]))
    rates = WILD_RATES if wild and draw(sometimes(40)) else RATES
    return {
        "optimizer": draw(st.sampled_from(["AdamW", "SGD"])),
        "rates": draw(st.lists(rates, min_size=count, max_size=count)),
        "schedulers": draw(st.lists(schedulers(wild), min_size=1, max_size=2)),
        "operations": draw(
            st.lists(st.tuples(st.integers(0, 1), operations(wild)), min_size=3, max_size=12)
        ),
        # Whose optimizer ours work on.
        "home": draw(st.sampled_from(["torch", "torch", "own"])),
        "whose": draw(st.sampled_from(WHOSE)),
    }


# -- Running them -------------------------------------------------------------


class Run:
    """One side of a pair: an optimizer and its schedulers."""

    def __init__(self, program, modules, optimizers):
        self.modules, self.schedulers, self.overridden = modules, [], 0
        self.optimizers = optimizers
        groups = [
            {"params": [self.param()], "lr": copy.deepcopy(rate)} for rate in program["rates"]
        ]
        settings = {"momentum": 0.9} if program["optimizer"] == "SGD" else {}
        self.optimizer = getattr(optimizers, program["optimizer"])(groups, **settings)

    def param(self):
        if self.optimizers is torch.optim:
            return torch.zeros(1, requires_grad=True)
        return np.zeros(1, np.float32)

    def make(self, spec, depth=0):
        kind, fields = spec
        module = self.modules[depth % len(self.modules)]
        if kind == "ReduceLROnPlateau" and depth and len(self.modules) > 1:
            # torch's own do not know ours from other schedulers.
            module = theirs
        if kind == "SWALR":
            module = {theirs: their_swa, ours: our_swa}[module]
        fields = copy.deepcopy(fields)
        if kind == "SequentialLR":
            fields["schedulers"] = [self.make(one, depth + 1) for one in fields["schedulers"]]
        if kind == "ChainedScheduler":
            return module.ChainedScheduler(
                [self.make(one, depth + 1) for one in fields["schedulers"]], self.optimizer
            )
        return getattr(module, kind)(self.optimizer, **fields)

    def add(self, spec):
        self.schedulers.append(self.make(spec))

    def clone(self, i, how):
        """Puts a copy, with the optimizer it brings, in a scheduler's place."""
        clone = how(self.schedulers[i])
        self.optimizer, self.schedulers = clone.optimizer, [clone]

    def do(self, i, name, value, states):
        if name == "group":
            return self.optimizer.add_param_group({"params": [self.param()], "lr": value})
        if name == "optimizer":
            return self.optimizer.step()
        if name == "override":
            self.optimizer.step = lambda: None
            return None
        if name == "lr":
            j, rate = value
            groups = self.optimizer.param_groups
            groups[j % len(groups)]["lr"] = copy.deepcopy(rate)
            return None
        scheduler = self.schedulers[i]
        watches = type(scheduler).__name__ == "ReduceLROnPlateau"
        if name == "step":
            times, metrics = value
            for metric in metrics[:times]:
                scheduler.step(*[metric] * watches)
        elif name == "to":
            scheduler.step(*[0.5] * watches, value)
        elif name == "milestone":
            # In place, unlike an edit.
            scheduler.milestones[value] += 1
        elif name == "base":
            j, rate = value
            scheduler.base_lrs[j % len(scheduler.base_lrs)] = copy.deepcopy(rate)
        elif name == "edit":
            which, values = value
            while "_schedulers" in vars(scheduler):
                scheduler = scheduler._schedulers[which % len(scheduler._schedulers)]
            names = [one for one in values if one in vars(scheduler)]
            if not names:
                return None
            name = names[which % len(names)]
            setattr(scheduler, name, copy.deepcopy(values[name]))
        elif name == "ask":
            return scheduler.get_lr()
        elif name == "deepcopy":
            self.clone(i, copy.deepcopy)
        elif name == "pickle":
            self.clone(i, lambda one: pickle.loads(pickle.dumps(one)))
        else:
            scheduler.load_state_dict(states[name])
        return None


def through_file(state):
    """A state dict as torch.load gives it back when it trusts nobody."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def states_for(name, mine, other):
    """What a run is to load: its own state, the other's, or the other's through a file."""
    if name == "reload":
        return {name: copy.deepcopy(mine.state_dict())}
    if name == "exchange":
        return {name: copy.deepcopy(other.state_dict())}
    if name == "save":
        try:
            return {name: through_file(other.state_dict())}
        except pickle.UnpicklingError:
            # A number of numpy's is in it, which that loader does not let in.
            return {name: copy.deepcopy(other.state_dict())}
    return {}


class Pair:
    """torch's run and ours, one step at a time."""

    def __init__(self, program):
        own_home = program["home"] == "own"
        modules = [ours] if own_home else program["whose"]
        self.runs = (
            Run(program, [theirs], torch.optim),
            Run(program, modules, own if own_home else torch.optim),
        )

    def compare(self, what, *actions):
        told, got = (outcome(action) for action in actions)
        assert got == told, what
        told, got = (snapshot(run.optimizer, run.schedulers) for run in self.runs)
        assert got == told, what

    def make(self, spec):
        self.compare(spec, *(partial(run.add, spec) for run in self.runs))

    def do(self, i, name, value):
        told, got = self.runs
        if not told.schedulers:
            return
        i %= len(told.schedulers)
        first, second = told.schedulers[i], got.schedulers[i]
        self.compare(
            (name, value),
            partial(told.do, i, name, value, states_for(name, first, second)),
            partial(got.do, i, name, value, states_for(name, second, first)),
        )


often = settings(
    max_examples=int(MORE or 1000),
    derandomize=not MORE,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@often
@given(programs(schedulers))
def test_the_same_program_does_the_same(program):
    run(program)


@often
@given(programs(nested))
def test_the_same_nest_does_the_same(program):
    run(program)


def run(program):
    pair = Pair(program)
    for spec in program["schedulers"]:
        pair.make(spec)
    for i, (name, value) in program["operations"]:
        pair.do(i, name, value)
