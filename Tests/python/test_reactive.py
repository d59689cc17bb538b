"""Schedules that react to a metric: what their peers do, through every way to use them."""

from __future__ import annotations

import copy
import math
import pickle

import libsched as ls
import numpy as np
import pytest
from libsched import keras, optax
from vectors import bits, doubles, recordings, records

VECTORS = records("reactive.txt")
STUCK = ls.ReduceLROnPlateau(factor=0.5, patience=0)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["vector"])
@pytest.mark.parametrize(
    "copied",
    [
        lambda scheduler: scheduler,
        lambda scheduler: ls.Scheduler.restore(scheduler.save()),
        lambda scheduler: pickle.loads(pickle.dumps(scheduler)),
    ],
    ids=["as it is", "restored", "pickled"],
)
def test_peers_agree(copied, vector: dict[str, str]) -> None:
    scheduler = ls.Scheduler(ls.parse(vector["text"]), doubles(vector["bases"]))
    expected = iter(doubles(vector["rates"]))
    for metric in doubles(vector["metrics"]):
        rates = scheduler.observe(metric)
        assert bits(rates) == bits(next(expected) for _ in rates)
        scheduler = copied(scheduler)
        assert scheduler.rates == rates
        scheduler.next()
    assert next(expected, None) is None


def test_fields_are_pytorchs() -> None:
    plateau = ls.ReduceLROnPlateau("max", 0.2, 3, 1e-3, "abs", 2, 1e-6, 1e-9)
    assert plateau.mode == "max" and plateau.patience == 3 and plateau.eps == 1e-9
    assert ls.ReduceLROnPlateau().eps is None
    assert ls.parse(str(plateau)) == plateau


@pytest.mark.parametrize("metric", [1, True + 0.5, np.float32(0.5), np.array(0.25), np.int64(3)])
def test_a_metric_comes_from_anywhere(metric: object) -> None:
    scheduler = ls.Scheduler(STUCK, [1.0, 2.0])
    assert scheduler.observe(metric) == [1.0, 2.0]
    assert scheduler.observe(metric) == [0.5, 1.0] == scheduler.rates


@pytest.mark.parametrize("metric", ["0.5", None, [0.5], 1j])
def test_what_is_no_number_is_refused(metric: object) -> None:
    scheduler = ls.Scheduler(STUCK, 1.0)
    scheduler.observe(0.5)
    before = scheduler.save()
    with pytest.raises(ls.SchedError, match="metric="):
        scheduler.observe(metric)
    assert scheduler.save() == before


def test_a_copy_goes_its_own_way() -> None:
    scheduler = ls.Scheduler(STUCK, 1.0)
    scheduler.observe(math.inf)
    other = copy.deepcopy(scheduler)
    other.observe(math.nan)
    assert other.rates == [0.25] and scheduler.rates == [0.5]


def test_what_a_group_has_learned_can_be_read() -> None:
    plateau = ls.ReduceLROnPlateau(factor=0.5, patience=0)
    scheduler = ls.Scheduler([plateau, ls.Warmup(plateau, 3)], [1.0, 2.0])
    before = scheduler.schedules
    for _ in range(4):
        scheduler.next()
        scheduler.observe(1.0)
    rates = [one.rate(9, base) for one, base in zip(scheduler.schedules, scheduler.bases)]
    assert rates == scheduler.rates == [0.125, 1.0]
    assert scheduler.schedule.rate(9, 1.0) == 0.125
    assert [one.rate(9, 1.0) for one in before] == [1.0, 1.0]


def test_nothing_watches() -> None:
    scheduler = ls.Scheduler(ls.StepLR(1, 0.5), 1.0)
    assert scheduler.observe(math.nan) == [1.0]
    assert scheduler.next() == [0.5]


# -- Keras's callback -----------------------------------------------------------------


class Optimizer:
    name = "sgd"

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate


class Model:
    metrics = ()

    def __init__(self, *optimizers):
        self.optimizer = optimizers[0]
        if optimizers[1:]:
            self.optimizer.optimizers = list(optimizers)


def callback(optimizer, **arguments):
    made = keras.ReduceLROnPlateau(**arguments)
    made.set_model(Model(optimizer))
    made.on_train_begin()
    return made


@pytest.mark.parametrize("one", recordings("keras_plateau"), ids=lambda one: str(one["args"]))
def test_the_callback_is_keras(one) -> None:
    optimizer = Optimizer(one["base"])
    reducing = callback(optimizer, **one["args"])
    for epoch, (metric, rate) in enumerate(zip(one["metrics"], one["rates"], strict=True)):
        logs = {"val_loss": float(metric)}
        reducing.on_epoch_begin(epoch)
        reducing.on_epoch_end(epoch, logs)
        assert bits([optimizer.learning_rate]) == bits([rate])
        assert "learning_rate" in logs


def test_the_callback_reduces_the_rate_in_force(capsys) -> None:
    optimizer, other = Optimizer(1.0), Optimizer(8.0)
    other.name = "other"
    reducing = keras.ReduceLROnPlateau("loss", 0.5, patience=1, min_lr=3.0, verbose=1)
    reducing.set_model(Model(optimizer, other))
    for epoch in range(2):
        reducing.on_epoch_end(epoch, {"loss": 1.0})
    assert (optimizer.learning_rate, other.learning_rate) == (1.0, 4.0)
    optimizer.learning_rate = 100.0
    reducing.on_epoch_end(2, {"loss": 1.0})
    assert (optimizer.learning_rate, other.learning_rate) == (50.0, 3.0)
    assert capsys.readouterr().out.count("Epoch 3: learning rate") == 2
    # Begun anew, the first metric is the best.
    reducing.on_train_begin()
    reducing.on_epoch_end(0, {"loss": 1.0})
    assert optimizer.learning_rate == 50.0


def test_the_callback_knows_which_way_is_better() -> None:
    class Metric:
        name, _direction = "accuracy", "up"

    optimizer = Optimizer(1.0)
    reducing = callback(optimizer, monitor="val_accuracy", patience=1, factor=0.5)
    with pytest.raises(ValueError, match="mode='min' or 'max'"):
        reducing.on_epoch_end(0, {"val_accuracy": 0.5})
    reducing.model.metrics = [Metric]
    for epoch, metric in enumerate([0.5, 0.6, 0.7, 0.7]):
        reducing.on_epoch_end(epoch, {"val_accuracy": metric})
    assert optimizer.learning_rate == 0.5


def test_the_callback_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="below 1"):
        keras.ReduceLROnPlateau(factor=1.0)
    with pytest.raises(ValueError, match="patience=-1"):
        keras.ReduceLROnPlateau(patience=-1)
    with pytest.warns(UserWarning, match="'least'"):
        assert keras.ReduceLROnPlateau(mode="least").mode == "auto"
    optimizer = Optimizer(1.0)
    with pytest.warns(UserWarning, match="'val_loss'"):
        callback(optimizer, mode="min").on_epoch_end(0, {"loss": 1.0})
    assert optimizer.learning_rate == 1.0


# -- optax's transformation -----------------------------------------------------------


@pytest.mark.parametrize("one", recordings("optax_plateau"), ids=lambda one: str(one["args"]))
def test_the_transformation_is_optaxs(one) -> None:
    transformation = optax.reduce_on_plateau(**one["args"])
    state = transformation.init({"w": np.zeros(1)})
    for metric, rate in zip(one["metrics"], one["rates"], strict=True):
        before = dict(state)
        updates = {"w": np.ones(2), "b": [3.0, (None, 1)]}
        scaled, after = transformation.update(updates, state, value=float(metric))
        assert state == before
        state = after
        assert bits([state["scale"], *scaled["w"]]) == bits([rate] * 3)
        assert scaled["b"] == [3.0 * rate, (None, rate)]


@pytest.mark.parametrize(
    "arguments",
    [
        {"factor": 1.0},
        {"factor": 0.0},
        {"rtol": 0.0},
        {"rtol": 1.5},
        {"atol": -1.0},
        {"patience": 0},
        {"cooldown": -1},
        {"accumulation_size": 0},
        {"min_scale": 2.0},
    ],
)
def test_the_transformation_refuses(arguments) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        optax.reduce_on_plateau(**arguments)


def test_a_state_that_is_none_is_refused() -> None:
    transformation = optax.reduce_on_plateau()
    for broken in ({"scale": math.nan}, {"count": -1}, {"plateau_count": 0.5}):
        with pytest.raises(ls.SchedError):
            transformation.update(1.0, transformation.init() | broken, value=1.0)
