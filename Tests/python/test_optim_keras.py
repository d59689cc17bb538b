"""libsched.optim.keras, beside what Keras answered."""

import ast
import inspect
import os

import numpy as np
import pytest
import vectors
from libsched import optim

RECORDS = vectors.steps("keras_steps.txt")


def words(text):
    return np.array([int(word, 16) for word in text.split()], np.uint32).view(np.float32)


def given(record):
    """The class and what it is given."""
    name, *pairs = record["call"].split()
    settings = {
        key: ast.literal_eval(value) for key, _, value in (pair.partition("=") for pair in pairs)
    }
    return getattr(optim.keras, name), settings


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["vector"])
def test_steps_end_where_keras_s_do(record):
    """In doubles, to what roundings in another order leave."""
    kind, settings = given(record)
    param = words(record["param"]).astype("f8")
    opt = kind([param], **settings)
    for line in record["grads"]:
        opt.step(grads=[words(line).astype("f8")])
    np.testing.assert_allclose(param, vectors.doubles(record["param64"]), rtol=1e-12, atol=1e-13)


def test_signatures_are_keras_s():
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    for name in optim.keras.__all__:
        told = inspect.signature(getattr(keras.optimizers, name)).parameters
        got = list(inspect.signature(getattr(optim.keras, name)).parameters.values())[1:]
        # Keras has clipping and averages after these.
        order = [one for one in told if one in [other.name for other in got]]
        assert [one.name for one in got] == order
        assert [one.default for one in got] == [told[one.name].default for one in got]
        assert list(told).index(order[-1]) < list(told).index("clipnorm")


def test_schedules_drive_them():
    param = np.zeros(2, np.float32)
    opt = optim.keras.SGD([param], 0.5, momentum=0.5)
    scheduler = optim.lr_scheduler.StepLR(opt, 1, 0.1)
    opt.step(grads=[np.ones(2, np.float32)])
    scheduler.step()
    opt.step(grads=[np.zeros(2, np.float32)])
    # The velocity keeps the rate it was made with.
    np.testing.assert_array_equal(param, np.full(2, -0.75, np.float32))
    saved = opt.state_dict()
    other = optim.keras.SGD([param], momentum=0.5)
    other.load_state_dict(saved)
    assert other.param_groups[0]["lr"] == pytest.approx(0.05)
