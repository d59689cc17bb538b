"""The callbacks inside the frameworks themselves, on models of a few numbers.

The metric follows a script, so that every framework is to stop at the same observation, and the
weights change in every epoch, so that those that are put back say which epoch they are of.
"""

from __future__ import annotations

import os

os.environ["KERAS_BACKEND"] = "torch"

import copy
import logging
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from libsched import EarlyStopping, SchedError
from libsched.callbacks import ReduceOnPlateau
from libsched.checkpoints import Checkpoints
from libsched.distributed import Reducer

# The frameworks' own.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

METRICS = [5.0, 4.0, 4.5, 3.0, 3.5, 3.625, 3.75, 1.0, 2.0, 2.0]
PATIENCE, STOPS, BEST = 3, 6, 3


@pytest.mark.parametrize(
    "module", ["keras", "lightning", "pytorch_lightning", "ignite", "transformers", "torch"]
)
def test_no_framework_is_imported_unasked(module: str) -> None:
    program = "import sys, libsched.callbacks, libsched.checkpoints, libsched.distributed\n"
    program += "libsched.callbacks.Loop, libsched.callbacks.ReduceOnPlateau\n"
    program += f"assert {module!r} not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_unknown_names_are_no_attributes() -> None:
    import libsched.callbacks

    with pytest.raises(AttributeError, match="no attribute 'Mxnet'"):
        _ = libsched.callbacks.Mxnet
    for name in libsched.callbacks.__all__:
        assert getattr(libsched.callbacks, name).__doc__


# -- Keras --------------------------------------------------------------------


def keras_model() -> Any:
    import keras

    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse", metrics=["mae"])
    model.set_weights([np.ones((1, 1), np.float32)])
    return model


def fit(model: Any, callback: Any, **named: Any) -> list[float]:
    """The weight after each epoch."""
    import keras

    class Script(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            logs["val_loss"] = METRICS[epoch]
            weights.append(float(self.model.get_weights()[0][0, 0]))

    weights: list[float] = []
    x = np.ones((4, 1), np.float32)
    model.fit(x, 5 * x, epochs=10, verbose=0, callbacks=[Script(), callback], **named)
    return weights


@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
def test_keras(on_disk: bool, tmp_path: Path) -> None:
    from libsched.callbacks import KerasCallback

    folder = tmp_path if on_disk else None
    model = keras_model()
    callback = KerasCallback(EarlyStopping(PATIENCE), restore_best=True, folder=folder)
    weights = fit(model, callback)
    assert len(weights) == STOPS + 1 and len(set(weights)) == len(weights)
    assert model.get_weights()[0][0, 0] == np.float32(weights[BEST])
    assert callback.watch.stopped and callback.watch.stopper.best_at == BEST
    assert callback.watch.stopper.best_epoch == BEST
    assert "3" in callback.watch.reason
    if on_disk:
        with pytest.raises(SchedError, match="accepted: one without a run"):
            fit(model, callback)
    else:
        # As given again: a second fit is a run of its own.
        assert len(fit(model, callback)) == STOPS + 1


def test_keras_goes_on_in_a_folder(tmp_path: Path) -> None:
    import keras
    from libsched.callbacks import KerasCallback

    class Killed(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            if epoch == 5:
                raise KeyboardInterrupt

    def callback() -> KerasCallback:
        return KerasCallback(
            EarlyStopping(PATIENCE), restore_best=True, folder=tmp_path, resume=True
        )

    x = np.ones((4, 1), np.float32)
    first = keras_model()
    watched = callback()
    script = [
        keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: logs.update(val_loss=METRICS[epoch])
        ),
        watched,
        Killed(),
    ]
    with pytest.raises(KeyboardInterrupt):
        first.fit(x, 5 * x, epochs=10, verbose=0, callbacks=script)
    last = first.get_weights()[0][0, 0]
    best = float(Checkpoints(tmp_path).read("best")[1]["weights"][0][0, 0])

    again = keras_model()
    watched = callback()
    seen: list[float] = []
    script = [
        keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: seen.append(again.get_weights()[0][0, 0]),
            on_epoch_end=lambda epoch, logs: logs.update(val_loss=METRICS[epoch]),
        ),
        watched,
    ]
    again.fit(x, 5 * x, initial_epoch=5, epochs=10, verbose=0, callbacks=script)
    assert seen[0] == last and len(seen) == STOPS - 4
    assert again.get_weights()[0][0, 0] == np.float32(best)
    assert [one.metric for one in watched.watch.history] == METRICS[: STOPS + 1]


def test_keras_judges_its_own_logs() -> None:
    from libsched.callbacks import KerasCallback

    x = np.ones((4, 1), np.float32)
    for monitor in ("val_mae", "loss", None):
        # A rule may name the metric that the callback hands it alone.
        stopper = EarlyStopping(2) if monitor == "loss" else EarlyStopping(2, monitor="val_mae")
        callback = KerasCallback(stopper, monitor)
        model = keras_model()
        history = model.fit(
            x, 5 * x, validation_data=(x, x), epochs=9, verbose=0, callbacks=[callback]
        )
        judged = history.history[monitor or "val_mae"]
        # Away from 1 the further the longer on the validation data, to 5 on those trained on.
        assert len(judged) == (9 if monitor == "loss" else 3)
        if monitor:
            assert [one.metric for one in callback.watch.history] == judged


def test_keras_without_the_metric() -> None:
    from libsched.callbacks import KerasCallback

    x = np.ones((4, 1), np.float32)
    callback = KerasCallback(EarlyStopping(1), "val_acc")
    with pytest.raises(SchedError, match=r"monitor='val_acc'; accepted: one of \['loss', 'mae'\]"):
        keras_model().fit(x, x, verbose=0, callbacks=[callback])
    with pytest.raises(SchedError, match="monitor=3; accepted: a metric's name"):
        KerasCallback(EarlyStopping(1), 3)  # type: ignore[arg-type]


# -- Lightning ----------------------------------------------------------------


def lightning_run(folder: Path, callback: Any, **named: Any) -> tuple[Any, list[float]]:
    """The module after it was trained, and its weight after each epoch."""
    import lightning.pytorch as pl

    weights: list[float] = []

    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1))

        def training_step(self, batch: Any, index: int) -> Any:
            return (self.weight * batch[0] - 5).square().mean()

        def validation_step(self, batch: Any, index: int) -> None:
            if not self.trainer.sanity_checking and index == 0:
                weights.append(self.weight.item())
            self.log("val_loss", torch.tensor(METRICS[self.current_epoch]))

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), 0.1)

    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(2, 1)))
    module, path = Module(), named.pop("ckpt_path", None)
    options: dict[str, Any] = {"max_epochs": 10, "enable_checkpointing": False} | named
    trainer = pl.Trainer(
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
        callbacks=[callback, *options.pop("callbacks", [])],
        **options,
    )
    trainer.fit(module, data, data, ckpt_path=path)
    return module, weights


@pytest.fixture
def quiet() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        yield


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
@pytest.mark.parametrize("hook", ["validation_end", "train_epoch_end"])
def test_lightning(hook: Any, on_disk: bool, tmp_path: Path) -> None:
    from libsched.callbacks import LightningCallback

    folder = tmp_path / "run" if on_disk else None
    callback = LightningCallback(
        EarlyStopping(PATIENCE), hook=hook, restore_best=True, folder=folder
    )
    module, weights = lightning_run(tmp_path, callback)
    assert len(weights) == STOPS + 1 and len(set(weights)) == len(weights)
    assert module.weight.item() == weights[BEST]
    assert callback.watch.stopper.best_epoch == BEST
    assert callback.watch.stopper.best_step == 2 * (BEST + 1)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
def test_lightning_resumes_from_its_own_checkpoint(on_disk: bool, tmp_path: Path) -> None:
    import lightning.pytorch as pl
    from libsched.callbacks import LightningCallback

    def callback() -> LightningCallback:
        folder = tmp_path / "run" if on_disk else None
        return LightningCallback(
            EarlyStopping(PATIENCE), restore_best=True, folder=folder, resume=on_disk
        )

    saver = pl.callbacks.ModelCheckpoint(tmp_path, save_last=True, save_top_k=-1)
    _, before = lightning_run(
        tmp_path, callback(), max_epochs=5, callbacks=[saver], enable_checkpointing=True
    )
    second = callback()
    module, after = lightning_run(tmp_path, second, ckpt_path=tmp_path / "last.ckpt")
    assert (len(before), len(after)) == (5, 2)
    assert [one.metric for one in second.watch.history] == METRICS[: STOPS + 1]
    assert module.weight.item() == before[BEST]


@pytest.mark.usefixtures("quiet")
def test_a_stop_before_lightning_s_min_epochs_is_taken_back(tmp_path: Path) -> None:
    from libsched.callbacks import LightningCallback

    # Patience is out at 6, the metric better at 7, patience out for good at 9 or later.
    _, weights = lightning_run(tmp_path, LightningCallback(EarlyStopping(3)), min_epochs=8)
    assert len(weights) == 10


@pytest.mark.usefixtures("quiet")
def test_lightning_without_the_metric(tmp_path: Path) -> None:
    from libsched.callbacks import LightningCallback

    with pytest.raises(SchedError, match=r"monitor='acc'; accepted: one of \['val_loss'\]"):
        lightning_run(tmp_path, LightningCallback(EarlyStopping(3), "acc"))
    with pytest.raises(SchedError, match="hook='epoch'; accepted: 'validation_end' or"):
        LightningCallback(EarlyStopping(3), hook="epoch")  # type: ignore[arg-type]
    with pytest.raises(SchedError, match="state_dict={}; accepted: what state_dict gave"):
        LightningCallback(EarlyStopping(3)).load_state_dict({})


# -- ignite -------------------------------------------------------------------


@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
def test_ignite(on_disk: bool, tmp_path: Path) -> None:
    from ignite.engine import Engine, Events
    from libsched.callbacks import IgniteHandler

    model = torch.nn.Linear(1, 1)
    weights = []

    def train(engine: Engine, batch: Any) -> None:
        with torch.no_grad():
            model.weight += 1

    def scripted(engine: Engine) -> None:
        engine.state.metrics["loss"] = METRICS[trainer.state.epoch - 1]
        weights.append(model.weight.item())

    def evaluate(engine: Engine) -> None:
        evaluator.run([0])

    trainer, evaluator = Engine(train), Engine(lambda engine, batch: None)
    evaluator.add_event_handler(Events.EPOCH_COMPLETED, scripted)
    folder = tmp_path if on_disk else None
    stopper = EarlyStopping(PATIENCE)
    handler = IgniteHandler(stopper, trainer, weights=model, restore_best=True, folder=folder)
    handler.attach(evaluator)
    trainer.add_event_handler(Events.EPOCH_COMPLETED, evaluate)
    trainer.run([0, 0], max_epochs=10)
    assert trainer.state.epoch == STOPS + 1 and len(weights) == STOPS + 1
    assert model.weight.item() == weights[BEST]
    assert (stopper.best_epoch, stopper.best_step) == (BEST, 2 * (BEST + 1))

    again = IgniteHandler(EarlyStopping(PATIENCE), Engine(train))
    again.load_state_dict(handler.state_dict())
    assert again.watch.stopped and again.watch.stopper.best_at == BEST


def test_ignite_refuses_by_name() -> None:
    from ignite.engine import Engine
    from libsched.callbacks import IgniteHandler

    engine = Engine(lambda engine, batch: None)
    with pytest.raises(SchedError, match="trainer=3; accepted: an Engine"):
        IgniteHandler(EarlyStopping(1), 3)
    handler = IgniteHandler(EarlyStopping(1), engine)
    with pytest.raises(SchedError, match="evaluator=3; accepted: an Engine"):
        handler.attach(3)
    evaluator = Engine(lambda engine, batch: None)
    handler.attach(evaluator)
    with pytest.raises(SchedError, match=r"monitor='loss'; accepted: one of \[\]"):
        evaluator.run([0])


# -- transformers -------------------------------------------------------------


class Scripted(torch.nn.Module):
    """A model of transformers' Trainer: when it is evaluated, the loss follows the script."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))
        self.register_buffer("evaluated", torch.zeros((), dtype=torch.long))
        self.weights: list[float] = []

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        if self.training:
            return {"loss": (self.weight * x - 5).square().mean()}
        self.weights.append(self.weight.item())
        loss = torch.tensor(METRICS[int(self.evaluated)])
        self.evaluated += 1
        return {"loss": loss, "logits": x}


def transformers_run(
    folder: Path, callback: Any, epochs: int, evaluations: int = 1, **named: Any
) -> Any:
    from transformers import Trainer, TrainingArguments

    data = [{"x": torch.ones(1), "labels": torch.ones(1)}] * 2
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=epochs,
        per_device_train_batch_size=2,
        per_device_eval_batch_size=2,
        eval_strategy="steps",
        eval_steps=1,
        save_strategy="epoch",
        learning_rate=0.1,
        lr_scheduler_type="constant",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
        restore_callback_states_from_checkpoint="resume_from_checkpoint" in named,
    )
    model = Scripted()
    trainer = Trainer(
        model,
        arguments,
        train_dataset=data * evaluations,
        eval_dataset=data,
        callbacks=[callback],
    )
    trainer.train(**named)
    return trainer


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
def test_transformers(on_disk: bool, tmp_path: Path) -> None:
    from libsched.callbacks import TransformersCallback

    folder = tmp_path / "best" if on_disk else None
    callback = TransformersCallback(EarlyStopping(PATIENCE), restore_best=True, folder=folder)
    model = transformers_run(tmp_path, callback, 10).model
    assert len(model.weights) == STOPS + 1 and len(set(model.weights)) == STOPS + 1
    assert model.weight.item() == model.weights[BEST]
    assert callback.watch.stopper.best_step == BEST + 1
    assert callback.watch.stopper.best_epoch == BEST


@pytest.mark.usefixtures("quiet")
def test_transformers_counts_epochs_of_several_evaluations(tmp_path: Path) -> None:
    from libsched.callbacks import TransformersCallback

    callback = TransformersCallback(EarlyStopping(99, unit="epochs"))
    transformers_run(tmp_path, callback, 2, evaluations=3)
    assert [one.at for one in callback.watch.history] == [0, 0, 0, 1, 1, 1]


@pytest.mark.usefixtures("quiet")
def test_transformers_resumes_from_its_own_checkpoint(tmp_path: Path) -> None:
    from libsched.callbacks import TransformersCallback

    def callback() -> TransformersCallback:
        folder = tmp_path / "best"
        return TransformersCallback(
            EarlyStopping(PATIENCE), restore_best=True, folder=folder, resume=True
        )

    before = transformers_run(tmp_path, callback(), 5).model
    trainer = transformers_run(
        tmp_path, callback(), 10, resume_from_checkpoint=str(tmp_path / "checkpoint-5")
    )
    (found,) = (
        one for one in trainer.callback_handler.callbacks if isinstance(one, TransformersCallback)
    )
    assert (len(before.weights), len(trainer.model.weights)) == (5, 2)
    assert [one.metric for one in found.watch.history] == METRICS[: STOPS + 1]
    assert trainer.model.weight.item() == before.weights[BEST]


@pytest.mark.usefixtures("quiet")
def test_transformers_refuses_by_name(tmp_path: Path) -> None:
    from libsched.callbacks import TransformersCallback

    with pytest.raises(SchedError, match="monitor='eval_acc'; accepted: one of"):
        transformers_run(tmp_path, TransformersCallback(EarlyStopping(1), "eval_acc"), 1)
    with pytest.raises(SchedError, match="reducer=.*accepted: none"):
        TransformersCallback(EarlyStopping(1), reducer=None)
    with pytest.raises(SchedError, match="stopper=3"):
        TransformersCallback(3)  # type: ignore[arg-type]


# -- A rate that falls --------------------------------------------------------


@pytest.mark.parametrize("torch_s", [False, True])
def test_reduce_on_plateau_is_pytorch_s(torch_s: bool) -> None:
    import libsched.optim

    losses = [1.0, 0.9, *[0.9] * 40, 0.1, *[0.2] * 300]
    parameter = torch.nn.Parameter(torch.ones(1))
    reference = torch.optim.SGD([parameter], 0.1)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        reference, patience=5, factor=0.5, min_lr=1e-6
    )
    optimizer = copy.deepcopy(reference) if torch_s else libsched.optim.SGD([np.ones(1)], lr=0.1)
    ours = ReduceOnPlateau(optimizer)
    for place, loss in enumerate(losses):
        before = reference.param_groups[0]["lr"]
        theirs.step(loss)
        after = reference.param_groups[0]["lr"]
        assert ours(loss) == (after < before) and ours.rates == [after]
        if place == 50:
            state = ours.state_dict()
            ours = ReduceOnPlateau(optimizer)
            ours.load_state_dict(state)
    assert ours.rates[0] < 2e-6


def test_reduce_on_plateau_refuses_by_name() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], 0.1)
    plateau = ReduceOnPlateau(optimizer)
    with pytest.raises(SchedError, match="loss='low'; accepted: a number"):
        plateau("low")  # type: ignore[arg-type]
    with pytest.raises(SchedError, match="weight=3; accepted: none without a reducer"):
        plateau(1.0, 3)
    with pytest.raises(SchedError, match="reducer=3; accepted: a Reducer"):
        ReduceOnPlateau(optimizer, reducer=3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Factor"):
        ReduceOnPlateau(optimizer, factor=1.5)


class Doubled(Reducer):
    rank, size = 0, 2

    def gather(self, values: list[float]) -> list[list[float]]:
        return [values, [*values[:2], values[2] * 3, values[3]]]


def test_reduce_on_plateau_takes_the_loss_of_all_ranks() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], 0.1)
    plateau = ReduceOnPlateau(optimizer, reducer=Doubled())
    plateau(1.0)
    assert plateau.scheduler.best == 2.0
