"""Training runs drawn at random, with torch's optimizers and with ours, compared after every step.

LIBSCHED_FUZZ=20000 draws that many, and others each time.
"""

import copy
import io
import math
import os
import pickle

import libsched.optim as own
import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MORE = os.environ.get("LIBSCHED_FUZZ")

RATES = st.floats(1e-4, 0.1)
SHAPES = st.sampled_from([(), (1,), (3,), (2, 5), (0,), (17,), (4, 1, 3)])

EPS, DECAYS = st.floats(1e-8, 1e-3), st.floats(0.0, 0.5)
ADAM = {
    "lr": RATES,
    "betas": st.tuples(st.floats(0.0, 0.95), st.floats(0.5, 0.999)),
    "eps": EPS,
    "weight_decay": DECAYS,
    "maximize": st.booleans(),
}

SETTINGS = {
    "AdamW": ADAM | {"amsgrad": st.booleans()},
    "Adam": ADAM | {"amsgrad": st.booleans(), "decoupled_weight_decay": st.booleans()},
    "SGD": {
        "lr": RATES,
        "momentum": st.one_of(st.just(0), st.floats(0.1, 0.95)),
        "dampening": st.one_of(st.just(0), st.floats(0.0, 0.9)),
        "weight_decay": st.floats(0.0, 0.5),
        "maximize": st.booleans(),
    },
    "Adagrad": {
        "lr": RATES,
        "lr_decay": st.floats(0.0, 0.5),
        "weight_decay": DECAYS,
        "eps": EPS,
        "maximize": st.booleans(),
    },
    "Adadelta": {
        "lr": st.floats(0.01, 1.0),
        "rho": st.floats(0.1, 0.99),
        "eps": EPS,
        "weight_decay": DECAYS,
        "maximize": st.booleans(),
    },
    "RMSprop": {
        "lr": st.floats(1e-4, 0.01),
        "alpha": st.floats(0.5, 0.99),
        "eps": st.floats(1e-3, 0.1),
        "weight_decay": DECAYS,
        "momentum": st.one_of(st.just(0), st.floats(0.1, 0.95)),
        "centered": st.booleans(),
        "maximize": st.booleans(),
    },
    "Adamax": ADAM,
    "NAdam": ADAM
    | {"momentum_decay": st.floats(0.0, 1.0), "decoupled_weight_decay": st.booleans()},
    "RAdam": ADAM | {"decoupled_weight_decay": st.booleans()},
    "ASGD": {
        "lr": RATES,
        "lambd": st.floats(0.0, 0.5),
        "alpha": st.floats(0.0, 2.0),
        "t0": st.sampled_from([0, 1, 2, 1e6]),
        "weight_decay": DECAYS,
        "maximize": st.booleans(),
    },
    "Rprop": {
        "lr": RATES,
        "etas": st.tuples(st.floats(0.1, 0.9), st.floats(1.1, 3.0)),
        "step_sizes": st.tuples(st.floats(1e-6, 1e-3), st.floats(0.01, 1.0)),
        "maximize": st.booleans(),
    },
}
SETTINGS["Adafactor"] = {
    "lr": st.floats(1e-3, 0.1),
    "beta2_decay": st.floats(-1.0, 0.0),
    "eps": st.tuples(st.one_of(st.none(), st.floats(1e-3, 0.1)), st.floats(1e-3, 0.1)),
    "d": st.floats(1.0, 2.0),
    "weight_decay": DECAYS,
    "maximize": st.booleans(),
}
SETTINGS["Muon"] = {
    "lr": st.floats(1e-4, 1e-3),
    "weight_decay": DECAYS,
    "momentum": st.floats(0.0, 0.99),
    "nesterov": st.booleans(),
    "ns_steps": st.integers(0, 5),
    "eps": st.floats(1e-7, 1e-3),
    "adjust_lr_fn": st.sampled_from([None, "original", "match_rms_adamw"]),
}
# Elsewhere as above; torch's Adafactor divides by the number of elements.
SHAPES_OF = {
    "Adafactor": st.sampled_from([(), (1,), (3,), (2, 5), (17,), (4, 1, 3), (2, 20)]),
    "Muon": st.sampled_from([(1, 1), (2, 5), (5, 2), (17, 1), (4, 20)]),
}
# What decides which arrays a state has, and so does not change on the way.
SETTLED = {"AdamW": {"amsgrad"}, "Adam": {"amsgrad"}, "RMSprop": {"momentum", "centered"}}


@st.composite
def groups(draw, kind):
    given = st.fixed_dictionaries({}, optional=SETTINGS[kind])
    shapes = SHAPES_OF.get(kind, SHAPES)
    return draw(st.lists(shapes, min_size=1, max_size=3)), draw(given)


def operations(kind):
    edits = st.fixed_dictionaries(
        {},
        optional={
            key: one for key, one in SETTINGS[kind].items() if key not in SETTLED.get(kind, set())
        },
    )
    return st.one_of(
        # Which parameters have gradients.
        st.tuples(st.just("step"), st.integers(0, 255)),
        st.tuples(st.just("step"), st.just(255)),
        st.tuples(st.just("step"), st.just(255)),
        st.tuples(st.just("edit"), st.tuples(st.integers(0, 3), edits)),
        st.tuples(st.just("group"), groups(kind)),
        st.tuples(st.just("forget"), st.integers(0, 9)),
        st.tuples(st.just("move"), st.integers(0, 9)),
        st.tuples(st.sampled_from(["exchange", "save", "deepcopy", "pickle"]), st.none()),
    )


@st.composite
def programs(draw):
    kind = draw(st.sampled_from(list(SETTINGS)))
    return {
        "kind": kind,
        "seed": draw(st.integers(0, 10**6)),
        "groups": draw(st.lists(groups(kind), min_size=1, max_size=3)),
        "operations": draw(st.lists(operations(kind), min_size=2, max_size=15)),
        "arrays": draw(st.booleans()),
        "double": draw(st.booleans()),
    }


def data_of(param):
    return param.detach().numpy() if isinstance(param, torch.Tensor) else param.data


class Run:
    """An optimizer, over tensors or over arrays."""

    def __init__(self, program, module, arrays):
        self.arrays, self.random = arrays, np.random.RandomState(program["seed"])
        self.dtype = np.float64 if program["double"] else np.float32
        made = [self.group(one) for one in program["groups"]]
        self.optimizer = getattr(module, program["kind"])(made)

    @property
    def params(self):
        return [param for group in self.optimizer.param_groups for param in group["params"]]

    def draw(self, shape):
        return np.asarray(self.random.uniform(-2, 2, shape), self.dtype)

    def group(self, spec):
        shapes, given = spec
        params = [self.draw(shape) for shape in shapes]
        if not self.arrays:
            params = [torch.from_numpy(np.array(one)).requires_grad_() for one in params]
        else:
            params = [np.array(one) for one in params]
        return {"params": params, **given}

    def do(self, name, value, state):
        optimizer = self.optimizer
        params = self.params
        if name == "step":
            grads = [self.draw(data_of(param).shape) for param in params]
            grads = [grad if value >> i % 8 & 1 else None for i, grad in enumerate(grads)]
            for param, grad in zip(params, grads, strict=True):
                if grad is not None:
                    grad = np.array(grad)
                    grad = grad if self.arrays else torch.from_numpy(grad)
                param.grad = grad
            optimizer.step()
        elif name == "edit":
            i, changes = value
            optimizer.param_groups[i % len(optimizer.param_groups)].update(changes)
        elif name == "group":
            optimizer.add_param_group(self.group(value))
        elif name == "forget":
            optimizer.state.pop(params[value % len(params)], None)
        elif name == "move":
            param = params[value % len(params)]
            param.data = param.data.copy() if self.arrays else param.data.clone()
        elif name == "deepcopy":
            self.optimizer = copy.deepcopy(optimizer)
        elif name == "pickle":
            self.optimizer = pickle.loads(pickle.dumps(optimizer))
        else:
            optimizer.load_state_dict(state)


def through_file(state):
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def as_tensors(state):
    """A state dict with tensors where there are arrays."""
    states = {
        number: {
            name: torch.from_numpy(np.array(one)) if isinstance(one, np.ndarray) else one
            for name, one in values.items()
        }
        for number, values in state["state"].items()
    }
    return {"state": states, "param_groups": state["param_groups"]}


def compare(told, got, steps, atol=1e-6):
    for theirs, ours in zip(told.params, got.params, strict=True):
        # Each step's own roundings, of parameters of about 1: test_optim.py bounds them closely,
        # here a step too many or too few is to be noticed.
        np.testing.assert_allclose(data_of(ours), data_of(theirs), rtol=1e-5, atol=atol * steps)
    is_apart = isinstance(told.optimizer, torch.optim.Adafactor)
    told, got = told.optimizer.state_dict(), got.optimizer.state_dict()
    for theirs, ours in zip(told["param_groups"], got["param_groups"], strict=True):
        # A hint that torch gives groups that are added once a state has been loaded.
        if "differentiable" not in theirs or "differentiable" not in ours:
            theirs.pop("differentiable", None)
            ours.pop("differentiable", None)
    assert got["param_groups"] == told["param_groups"]
    # In their order, but that Adafactor's matrices and vectors are stepped apart.
    order = sorted if is_apart else list
    assert order(got["state"]) == order(told["state"])
    for number, theirs in told["state"].items():
        ours = got["state"][number]
        assert list(ours) == list(theirs)
        for name in {"step", "mu_product", "eta", "mu"} & set(theirs):
            assert math.isclose(float(ours[name]), float(theirs[name]), rel_tol=1e-5), name
        for name, one in ours.items():
            assert tuple(one.shape) == tuple(theirs[name].shape)
            # torch's numbers of state are float32 until they have been loaded once.
            if one.ndim > 0 or name == "step":
                assert str(one.dtype).removeprefix("torch.") == str(theirs[name].dtype)[6:], name


@settings(
    max_examples=int(MORE or 300),
    derandomize=not MORE,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(programs())
def test_the_same_run_goes_the_same_way(program):
    told = Run(program, torch.optim, arrays=False)
    got = Run(program, own, arrays=program["arrays"])
    for steps, (name, value) in enumerate(program["operations"], 1):
        theirs, ours = (
            as_tensors(copy.deepcopy(one.optimizer.state_dict())) for one in (told, got)
        )
        if name == "save":
            theirs, ours = through_file(theirs), through_file(ours)
        told.do(name, value, ours)
        got.do(name, value, theirs)
        # Muon's update was bfloat16s several times: two ulps of theirs, of a rate of up to 1e-3
        # times the root of rows over columns.
        compare(told, got, steps, 6.5e-5 if program["kind"] == "Muon" else 1e-6)
