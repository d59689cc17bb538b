"""libsched.keras gives what Keras gave, and drives what a Keras callback drives."""

import copy
import math
import pickle
import subprocess
import sys

import libsched
import numpy as np
import pytest
from libsched import keras
from vectors import bits, recordings

RECORDINGS = recordings("keras_schedules")
MADE = [one for one in RECORDINGS if "raises" not in one]


def make(recorded):
    return getattr(keras, recorded["name"])(**recorded["args"])


@pytest.mark.parametrize("recorded", MADE, ids=lambda one: f"{one['name']} {one['args']}")
def test_rates_are_keras_rates(recorded):
    schedule = make(recorded)
    expected = bits(recorded["values"])
    assert bits(schedule(step) for step in range(len(expected))) == expected
    again = keras.deserialize(keras.serialize(schedule))
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()
    assert bits(again(np.arange(len(expected)))) == expected


@pytest.mark.parametrize("recorded", [one for one in RECORDINGS if "raises" in one])
def test_what_keras_refuses_is_refused(recorded):
    assert recorded["raises"] == "ValueError"
    with pytest.raises(ValueError, match=r"above 0|one value more"):
        make(recorded)


def test_every_schedule_was_asked():
    assert {one["name"] for one in MADE} == set(keras.SCHEDULES)


def test_configs_have_the_arguments_by_name():
    schedule = keras.CosineDecayRestarts(0.1, 10, t_mul=1.5, m_mul=0.9, alpha=0.01)
    assert schedule.get_config() == {
        "initial_learning_rate": 0.1,
        "first_decay_steps": 10,
        "t_mul": 1.5,
        "m_mul": 0.9,
        "alpha": 0.01,
        "name": "SGDRDecay",
    }
    assert keras.CosineDecayRestarts.from_config(schedule.get_config())(7) == schedule(7)
    assert keras.serialize(schedule)["module"] == "keras.optimizers.schedules"


def test_restarts_are_where_keras_logarithm_says():
    # Cycles of 10 and 13 steps. 10 * (1 + 1.3) is a bit above 23, and the logarithm of 1.69 is not
    # below twice that of 1.3: Keras is already in the third cycle.
    schedule = keras.CosineDecayRestarts(0.0003, 10, t_mul=1.3, m_mul=0.9, alpha=0.1)
    assert schedule(23) == 0.0002487
    by_sum = libsched.CosineDecayRestarts(10, t_mul=1.3, m_mul=0.9, min_ratio=0.1)
    assert by_sum.rate(23, 0.0003) < 0.000031


def test_attributes_count_as_they_are():
    schedule = keras.ExponentialDecay(1.0, 10, 0.5)
    schedule.decay_steps = 5
    assert schedule(5) == 0.5
    schedule.decay_steps = -1
    with pytest.raises(libsched.SchedError, match="decay_steps"):
        schedule(5)
    steps = keras.PiecewiseConstantDecay([5], [1.0, 0.5])
    assert steps(6) == 0.5
    steps.values[1] = 0.25
    assert steps(6) == 0.25
    for how in (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
        schedule = keras.ExponentialDecay(1.0, 10, 0.5)
        other = how(schedule)
        other.decay_steps = 5
        assert (schedule(10), other(10)) == (0.5, 0.25)


def test_steps_are_any_whole_numbers():
    schedule = keras.PolynomialDecay(1.0, 10, 0.0)
    expected = schedule(4)
    assert isinstance(expected, float)
    for step in (np.int32(4), np.float32(4.0), 4.0, np.array(4)):
        assert schedule(step) == expected
    grid = schedule(np.array([[0, 4], [10, 12]]))
    assert grid.shape == (2, 2)
    assert grid.tolist() == [[1.0, expected], [0.0, 0.0]]
    for step in (2.5, -1, math.nan, "4"):
        with pytest.raises((libsched.SchedError, TypeError)):
            schedule(step)


def test_native_schedule_is_there_to_be_nested():
    curve = keras.CosineDecay(0.0, 4, warmup_target=0.1, warmup_steps=2).curve()
    assert curve.base == 0.1
    warm = libsched.Schedule("SequentialLR", schedulers=[curve.schedule], milestones=[])
    assert warm.rate(3, curve.base) == curve(3)


def test_unknown_class_is_named():
    with pytest.raises(ValueError, match="NoDecay"):
        keras.deserialize({"class_name": "NoDecay", "config": {}})

    class NoDecay(keras.LearningRateSchedule):
        def __call__(self, step):
            return 0.1

        def get_config(self):
            return {}

    made = keras.deserialize(keras.serialize(NoDecay()), {"NoDecay": NoDecay})
    assert made(3) == 0.1
    with pytest.raises(NotImplementedError, match="get_config"):
        keras.LearningRateSchedule().get_config()


# -- LearningRateScheduler ----------------------------------------------------


class Optimizer:
    name = "sgd"

    def __init__(self, learning_rate=0.1):
        self.learning_rate = learning_rate


class Model:
    def __init__(self, optimizer):
        self.optimizer = optimizer


def run(schedule, optimizer, epochs=4):
    """The logs of a training with the calls that Keras makes."""
    callback = keras.LearningRateScheduler(schedule)
    callback.set_params({"epochs": epochs})
    callback.set_model(Model(optimizer))
    callback.on_train_begin()
    history = []
    for epoch in range(epochs):
        callback.on_epoch_begin(epoch)
        callback.on_train_batch_begin(0, logs={})
        callback.on_train_batch_end(0, logs={})
        logs = {}
        callback.on_epoch_end(epoch, logs)
        history.append(logs)
    callback.on_train_end()
    return history


def test_scheduler_takes_the_epoch_and_the_rate():
    history = run(lambda epoch, lr: lr * 0.5, Optimizer(0.8))
    assert [logs["learning_rate"] for logs in history] == [0.4, 0.2, 0.1, 0.05]


def test_scheduler_takes_the_epoch_alone():
    optimizer = Optimizer()
    schedule = keras.ExponentialDecay(1.0, 1, 0.5)
    assert [logs["learning_rate"] for logs in run(schedule, optimizer)] == [1.0, 0.5, 0.25, 0.125]
    assert optimizer.learning_rate == 0.125


def test_scheduler_sets_each_of_several_optimizers():
    slow, fast = Optimizer(0.1), Optimizer(1.0)
    slow.name, fast.name = "slow", "fast"
    both = type("Both", (), {"optimizers": [slow, fast]})()
    history = run(lambda epoch, lr: lr / 2, both, epochs=1)
    assert history == [{"learning_rate_slow": 0.05, "learning_rate_fast": 0.5}]


@pytest.mark.parametrize("rate", [1, "0.1", None])
def test_scheduler_takes_floats_alone(rate):
    with pytest.raises(ValueError, match="float"):
        run(lambda epoch: rate, Optimizer())


def test_scheduler_wants_a_rate_to_set():
    with pytest.raises(ValueError, match="learning_rate"):
        run(lambda epoch: 0.1, object())


def test_scheduler_prints_when_asked(capsys):
    callback = keras.LearningRateScheduler(lambda epoch: 0.25, verbose=1)
    callback.set_model(Model(Optimizer()))
    callback.on_epoch_begin(2)
    assert "Epoch 3" in capsys.readouterr().out


def test_keras_is_not_imported():
    program = "import sys, libsched.keras; assert 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
