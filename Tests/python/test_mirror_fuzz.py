"""Programs drawn at random, run with torch's schedulers and with ours, compared after every step.

LIBSCHED_FUZZ=20000 draws that many, and others each time.
"""

import copy
import io
import math
import os
import pickle
import types
import warnings
from collections import Counter
from functools import cache, partial

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


class Each(list):
    """Values for the groups, in turn: as many as there are groups when they are wanted."""

    def of(self, groups):
        return [copy.deepcopy(self[i % len(self)]) for i in range(groups)]


def each(values):
    return st.lists(values, min_size=1, max_size=3).map(Each)


def one_or_each(values):
    return st.one_of(values, each(values))


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
WILD_RATE_LISTS = st.one_of(WILD_RATES, each(WILD_RATES), st.lists(WILD_RATES, max_size=3))
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
    each(FUNCTIONS),
)
MILESTONES = st.lists(st.integers(1, 30), max_size=4)
WILD_MILESTONES = st.one_of(
    MILESTONES,
    st.lists(st.sampled_from([0, -1, 1, 2, 2.0, 2.5, True, 5, np.int64(3), math.inf]), max_size=4),
    st.sampled_from([3, "ab", (2, 4)]),
)
WILD_MOMENTA = st.one_of(
    MOMENTA,
    each(st.one_of(MOMENTA, st.sampled_from([0, -0.0, 1, np.float32(0.5)]))),
    st.sampled_from([0, -0.0, 1, [0.8, 0.85], (0.9,), np.float64(0.85), torch.tensor(0.9)]),
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
    "LambdaLR": ({"lr_lambda": (one_or_each(FUNCTIONS), WILD_FUNCTIONS)}, {}),
    "MultiplicativeLR": ({"lr_lambda": (one_or_each(FUNCTIONS), WILD_FUNCTIONS)}, {}),
    "CosineAnnealingWarmRestarts": (
        {"T_0": (LENGTHS, WILD_LENGTHS)},
        {
            "T_mult": (st.integers(1, 3), st.one_of(st.integers(1, 3), WILD_LENGTHS)),
            "eta_min": (FLOORS, st.one_of(WILD_FLOORS, st.just("low"))),
        },
    ),
    "CyclicLR": (
        {
            "base_lr": (one_or_each(RATES), WILD_RATE_LISTS),
            "max_lr": (one_or_each(RATES), WILD_RATE_LISTS),
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
            "base_momentum": (one_or_each(MOMENTA), WILD_MOMENTA),
            "max_momentum": (one_or_each(MOMENTA), WILD_MOMENTA),
        },
    ),
    "SWALR": (
        {"swa_lr": (one_or_each(RATES), WILD_RATE_LISTS)},
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
                one_or_each(st.floats(0.0, 0.1)),
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
            "max_lr": (one_or_each(RATES), WILD_RATE_LISTS),
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
            "base_momentum": (one_or_each(MOMENTA), WILD_MOMENTA),
            "max_momentum": (one_or_each(MOMENTA), WILD_MOMENTA),
            "div_factor": (st.floats(1.0, 30.0), st.sampled_from([25.0, 10, 0.5, 0])),
            "final_div_factor": (st.floats(1.0, 1e5), st.sampled_from([1e4, 100, 1.5, 0])),
            "three_phase": (st.booleans(), st.booleans()),
        },
    ),
}


# What a subclass may say itself. The scheduler's own class comes after these.


class Plain:
    pass


class Halves:
    def get_lr(self):
        return [rate / 2 for rate in super().get_lr()]


class Changes:
    def get_lr(self):
        # The list itself, and it is kept.
        self.seen = super().get_lr()
        self.seen[0] = self.seen[0] * 0.9
        return self.seen


class Tensors:
    def get_lr(self):
        rates = super().get_lr()
        rates[-1] = torch.as_tensor(rates[-1])
        return rates


class Says:
    def get_lr(self):
        return [base * 0.9**self.last_epoch for base in self.base_lrs]


class Repeats:
    def get_lr(self):
        return self.base_lrs


class Closes:
    def _get_closed_form_lr(self):
        return [base / (1 + self.last_epoch) for base in self.base_lrs]


class Counts:
    def step(self, *arguments):
        self.steps = getattr(self, "steps", 0) + 1
        super().step(*arguments)


@cache
def subclass(kind, says):
    """A class of the same name, that pickle finds."""
    name = f"{says.__name__}_{kind.__module__.partition('.')[0]}_{kind.__name__}"
    made = type(kind.__name__, (says, kind), {"__module__": __name__, "__qualname__": name})
    globals()[name] = made
    return made


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
    if draw(sometimes(15)):
        fields["says"] = draw(
            st.sampled_from([Plain, Halves, Changes, Tensors, Says, Repeats, Closes, Counts])
        )
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


@cache
def schedulers(wild):
    part = simple(wild, ["ReduceLROnPlateau"])
    parts = st.one_of(part, part, sequence(wild, part), chain(part))
    return st.one_of(
        simple(wild), simple(wild), sequence(wild, part), sequence(wild, parts), chain(parts)
    )


@cache
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


def leaves(specs):
    for kind, fields in specs:
        yield kind
        yield from leaves(fields.get("schedulers", ()))


# Attributes that no argument sets, or none of that form, and values for them.
HAVE_ALL = ["last_epoch", "_step_count", "_is_initial", "base_lrs", "_last_lr"]
HAVE = {
    "SequentialLR": ["_milestones", "last_epoch"],
    "ChainedScheduler": ["_last_lr"],
    "LambdaLR": [*HAVE_ALL, "lr_lambdas"],
    "MultiplicativeLR": [*HAVE_ALL, "lr_lambdas"],
    "CosineAnnealingWarmRestarts": [*HAVE_ALL, "T_cur", "T_i"],
    "CyclicLR": [
        *HAVE_ALL,
        *("max_lrs", "base_momentums", "max_momentums", "step_ratio", "total_size", "use_beta1"),
    ],
    "OneCycleLR": [*HAVE_ALL, "_anneal_func_type", "_schedule_phases", "use_beta1"],
    "ReduceLROnPlateau": ["last_epoch", "min_lrs", "num_bad_epochs", "best", "cooldown_counter"],
    "SWALR": [*HAVE_ALL, "_anneal_strategy"],
}
INNER = {
    "last_epoch": WILD_EPOCHS,
    "_step_count": st.integers(0, 3),
    "_is_initial": st.booleans(),
    "base_lrs": WILD_RATE_LISTS,
    "_last_lr": WILD_RATE_LISTS,
    "_milestones": st.lists(st.integers(0, 9), max_size=3),
    "lr_lambdas": one_or_each(FUNCTIONS),
    "T_cur": WILD_EPOCHS,
    "T_i": WILD_LENGTHS,
    "max_lrs": WILD_RATE_LISTS,
    "base_momentums": WILD_MOMENTA,
    "max_momentums": WILD_MOMENTA,
    "step_ratio": st.sampled_from([0.0, 0.3, 1.0]),
    "total_size": WILD_LENGTHS,
    "use_beta1": st.booleans(),
    "_anneal_func_type": st.sampled_from(["cos", "linear", "none"]),
    "_schedule_phases": st.lists(
        st.builds(
            lambda end, start_lr, end_lr: {
                "end_step": end,
                "start_lr": start_lr,
                "end_lr": end_lr,
                "start_momentum": "max_momentum",
                "end_momentum": "base_momentum",
            },
            st.floats(0.0, 30.0),
            st.sampled_from(["initial_lr", "max_lr", "lr"]),
            st.sampled_from(["max_lr", "min_lr", "swa_lr"]),
        ),
        max_size=3,
    ),
    "min_lrs": st.one_of(WILD_FLOORS, each(st.floats(0.0, 0.1))),
    "num_bad_epochs": st.integers(0, 5),
    "best": st.sampled_from([0.0, math.nan, math.inf]),
    "cooldown_counter": st.integers(0, 5),
    "_anneal_strategy": st.sampled_from(["cos", "linear", "none"]),
}


# Arguments of which other attributes are made.
SPENT = {
    *("base_lr", "max_lr", "min_lr", "swa_lr", "lr_lambda", "scale_fn", "anneal_strategy"),
    *("step_size_up", "step_size_down", "base_momentum", "max_momentum", "epochs"),
    *("steps_per_epoch", "pct_start", "div_factor", "final_div_factor", "three_phase"),
}


@cache
def attributes(wild, kinds):
    """What to set an attribute to in the middle of a run: its name and the value."""
    values = {
        name: values[wild]
        for kind in sorted(kinds & ARGUMENTS.keys())
        for half in ARGUMENTS[kind]
        for name, values in half.items()
        if name not in SPENT
    }
    if "milestones" in values:
        # A Counter, which may be another or change.
        values["milestones"] = (WILD_MILESTONES if wild else MILESTONES).map(
            lambda drawn: Counter(drawn) if isinstance(drawn, list) else drawn
        )
    if wild or not values:
        values |= {name: INNER[name] for kind in sorted(kinds) for name in HAVE.get(kind, HAVE_ALL)}
    return st.one_of([st.tuples(st.just(name), one) for name, one in values.items()])


ITEMS = ["base_lrs", "max_lrs", "_last_lr", "max_momentums", "base_momentums", "min_lrs"]
# Those of torch's optimizers are left alone: what they make of others is not the question.
KEYS = ["initial_lr", "max_lr", "min_lr", "swa_lr", "max_momentum", "base_momentum"]
NOTHING = "nothing"


@cache
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
        st.tuples(
            st.just("key"),
            st.tuples(
                st.integers(0, 6),
                st.sampled_from(KEYS),
                st.one_of(rates, st.just(NOTHING)) if wild else rates,
            ),
        ),
        st.tuples(st.just("momentum"), st.tuples(st.integers(0, 6), MOMENTA)),
        st.tuples(st.just("item"), st.tuples(st.sampled_from(ITEMS), st.integers(0, 6), rates)),
        st.tuples(st.just("edit"), st.integers(0, 9)),
        st.tuples(st.just("milestone"), st.integers(0, 9)),
        st.tuples(st.just("ask"), st.none()),
        st.tuples(st.just("group"), RATES),
        st.tuples(st.just("again"), st.none()),
        st.tuples(st.just("resume"), st.booleans()),
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
    specs = draw(st.lists(schedulers(wild), min_size=1, max_size=2))
    todo = draw(st.lists(st.tuples(st.integers(0, 1), operations(wild)), min_size=3, max_size=12))
    for at, (i, (name, which)) in enumerate(todo):
        if name == "edit":
            edit = draw(attributes(wild, frozenset(leaves(specs))))
            todo[at] = i, ("edit", (which, *edit))
    return {
        "optimizer": draw(st.sampled_from(["AdamW", "SGD"])),
        "rates": draw(st.lists(rates, min_size=count, max_size=count)),
        "schedulers": specs,
        "operations": todo,
        # Whose optimizer ours work on.
        "home": draw(st.sampled_from(["torch", "torch", "own"])),
        "whose": draw(st.sampled_from(WHOSE)),
    }


# -- Running them -------------------------------------------------------------


class Run:
    """One side of a pair: an optimizer and its schedulers."""

    def __init__(self, program, modules, optimizers):
        self.modules, self.optimizers = modules, optimizers
        self.kind = program["optimizer"]
        self.schedulers, self.specs = [], []
        self.optimizer = self.optimizer_of(program["rates"])

    def optimizer_of(self, rates):
        groups = [{"params": [self.param()], "lr": copy.deepcopy(rate)} for rate in rates]
        settings = {"momentum": 0.9} if self.kind == "SGD" else {}
        return getattr(self.optimizers, self.kind)(groups, **settings)

    def param(self):
        if self.optimizers is torch.optim:
            return torch.zeros(1, requires_grad=True)
        return np.zeros(1, np.float32)

    def for_groups(self, value):
        return value.of(len(self.optimizer.param_groups)) if type(value) is Each else value

    def make(self, spec, depth, last_epoch=None):
        kind, fields = spec
        module = self.modules[depth % len(self.modules)]
        if kind == "ReduceLROnPlateau" and len(self.modules) > 1:
            # torch's own do not know ours from other schedulers.
            module = theirs
        if kind == "SWALR":
            module = {theirs: their_swa, ours: our_swa}[module]
        fields = {name: self.for_groups(copy.deepcopy(one)) for name, one in fields.items()}
        made = getattr(module, kind)
        if says := fields.pop("says", None):
            made = subclass(made, says)
        if "schedulers" in fields:
            fields["schedulers"] = [
                self.make(one, depth + 1, last_epoch) for one in fields["schedulers"]
            ]
        if kind == "ChainedScheduler":
            return made(**fields, optimizer=self.optimizer)
        if kind != "ReduceLROnPlateau" and last_epoch is not None:
            fields["last_epoch"] = last_epoch
        return partial(made, **fields)(self.optimizer)

    def add(self, spec):
        # Those after the first are the other's outside, where the modules take turns.
        self.schedulers.append(self.make(spec, len(self.schedulers)))
        self.specs.append(spec)

    def clone(self, i, how):
        """Puts a copy, with the optimizer it brings, in a scheduler's place."""
        clone = how(self.schedulers[i])
        self.optimizer, self.schedulers, self.specs = clone.optimizer, [clone], [self.specs[i]]

    def resume(self, optimizer_first, state, states):
        """All anew, with the states that another run has left."""
        self.optimizer = self.optimizer_of([0.5] * len(self.optimizer.param_groups))
        if optimizer_first:
            self.optimizer.load_state_dict(state)
        specs, self.specs, self.schedulers = self.specs, [], []
        for spec in specs:
            self.add(spec)
        if not optimizer_first:
            self.optimizer.load_state_dict(state)
        for scheduler, one in zip(self.schedulers, states, strict=True):
            scheduler.load_state_dict(one)

    def parts(self, scheduler):
        yield scheduler
        for part in vars(scheduler).get("_schedulers", ()):
            yield from self.parts(part)

    def do(self, i, name, value, states):
        groups = self.optimizer.param_groups
        if name == "group":
            return self.optimizer.add_param_group({"params": [self.param()], "lr": value})
        if name == "optimizer":
            return self.optimizer.step()
        if name == "override":
            # A method: torch wraps no other when a scheduler is made.
            self.optimizer.step = types.MethodType(lambda self: None, self.optimizer)
            return None
        if name == "lr":
            j, rate = value
            groups[j % len(groups)]["lr"] = copy.deepcopy(rate)
            return None
        if name == "key":
            j, key, rate = value
            if rate is NOTHING:
                groups[j % len(groups)].pop(key, None)
            elif key in groups[j % len(groups)]:
                groups[j % len(groups)][key] = copy.deepcopy(rate)
            return None
        if name == "momentum":
            j, momentum = value
            groups[j % len(groups)].update(
                {"betas": (momentum, 0.999)} if self.kind == "AdamW" else {"momentum": momentum}
            )
            return None
        if name == "resume":
            return None if None in states[1] else self.resume(value, *states)
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
        elif name == "item":
            attribute, j, rate = value
            for part in self.parts(scheduler):
                items = vars(part).get(attribute)
                if type(items) is list and items:
                    items[j % len(items)] = copy.deepcopy(rate)
        elif name == "edit":
            which, attribute, new = value
            having = [one for one in self.parts(scheduler) if attribute in vars(one)]
            if having:
                new = self.for_groups(copy.deepcopy(new))
                setattr(having[which % len(having)], attribute, new)
        elif name == "ask":
            return scheduler.get_lr()
        elif name == "again":
            last_epoch = getattr(scheduler, "last_epoch", 3)
            self.schedulers[i] = self.make(self.specs[i], i, last_epoch)
        elif name == "deepcopy":
            self.clone(i, copy.deepcopy)
        elif name == "pickle":
            self.clone(i, lambda one: pickle.loads(pickle.dumps(one)))
        elif states != [None]:
            scheduler.load_state_dict(*states)
        return None


def through_file(state):
    """A state dict as torch.load gives it back when it trusts nobody."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def state_of(one):
    """A state of its own, as the other run is to load it; None if it has none."""
    try:
        return copy.deepcopy(one.state_dict())
    except (AttributeError, TypeError):
        # Of what is no list of functions, or of one without attributes. Both have raised.
        return None


def saved(state):
    try:
        return through_file(state)
    except pickle.UnpicklingError:
        # A number of numpy's is in it, or a class of ours, which that loader does not let in.
        return state


def states_for(name, i, mine, other):
    """What a run is to load: its own state, the other's, or the other's through a file."""
    if name == "reload":
        return [state_of(mine.schedulers[i])]
    if name == "exchange":
        return [state_of(other.schedulers[i])]
    if name == "save":
        return [saved(state_of(other.schedulers[i]))]
    if name == "resume":
        # The arrays of an optimizer's state are its package's.
        whose = other if mine.optimizers is other.optimizers else mine
        return [state_of(whose.optimizer), [saved(state_of(one)) for one in other.schedulers]]
    return []


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
        first, second = states_for(name, i, told, got), states_for(name, i, got, told)
        self.compare(
            (name, value),
            partial(told.do, i, name, value, first),
            partial(got.do, i, name, value, second),
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
