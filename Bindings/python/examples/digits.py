"""Trains a network on real images of digits, with libsched deciding how it goes from step to step.

The network has two hidden layers and is plain NumPy, its gradient derived by hand. libsched has
the rest: AdamW steps on the arrays in place, a schedule of the learning rate (a warm-up that hands
over to a cosine, or whichever is asked for), and early stopping on a validation split, whose best
weights are restored before the one look at the test.
"""

from __future__ import annotations

import argparse
import inspect
import textwrap
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import libsched
import matplotlib
import numpy as np
from libsched.callbacks import Loop
from libsched.optim import AdamW
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits
from tqdm import tqdm

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import MaxNLocator

Array = np.ndarray

HIDDEN = (256, 128)
BATCH = 32
WARMUP = 5
WEIGHT_DECAY = 0.01
# Each training image is blurred by this much Gaussian noise, anew every time it is shown (pixels
# are 0 to 1). Twelve hundred images are soon learned by heart; noisy ones cannot be.
NOISE = 0.2
# What a schedule takes when only its name is given: the whole run, or a part of it.
LENGTHS = ("T_max", "decay_steps", "steps", "total_steps")
PARTS = ("T_0", "cycle_size", "first_cycle_steps", "first_decay_steps", "period", "step_size")
# What a name alone stands for, where a field that is no length has to be chosen.
USUAL = {
    "ExponentialLR": "ExponentialLR(0.97)",
    "MultiStepLR": "MultiStepLR([{half}, {most}])",
    "OneCycleLR": "OneCycleLR({lr}, total_steps={epochs})",
    "ReduceLROnPlateau": "ReduceLROnPlateau(factor=0.5, patience=5, min_lr=1e-6)",
    "WarmupStableDecay": "WarmupStableDecay({tenth}, {stable}, {fifth})",
}


class Split(NamedTuple):
    images: Array
    """A row of 64 pixels each, 0 to 1."""
    labels: Array
    """0 to 9."""


def load() -> tuple[Split, Split, Split]:
    """1,197 digits to train on, 300 to validate and 300 to test, always the same ones."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.RandomState(0).permutation(len(labels))
    images, labels = (images[order] / 16).astype(np.float32), labels[order]
    train, validation, test = (
        Split(*parts)
        for parts in zip(
            np.split(images, [1197, 1497]), np.split(labels, [1197, 1497]), strict=True
        )
    )
    return train, validation, test


class Network:
    """64 pixels, two hidden layers of ReLUs, ten classes under softmax and cross-entropy."""

    def __init__(self, random: np.random.Generator) -> None:
        self.parameters: list[Array] = []
        widths = [64, *HIDDEN, 10]
        for inputs, outputs in pairwise(widths):
            # He et al. (2015): keeps the variance of activations through ReLUs.
            weight = random.normal(0, np.sqrt(2 / inputs), (inputs, outputs))
            self.parameters += [weight.astype(np.float32), np.zeros(outputs, np.float32)]

    def forward(self, images: Array) -> tuple[Array, Array, Array]:
        """Both hidden activations, and the probability of each class."""
        w1, b1, w2, b2, w3, b3 = self.parameters
        hidden1 = np.maximum(images @ w1 + b1, 0)
        hidden2 = np.maximum(hidden1 @ w2 + b2, 0)
        scores = hidden2 @ w3 + b3
        # Softmax is the same for shifted scores; these cannot overflow.
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return hidden1, hidden2, powers / powers.sum(axis=1, keepdims=True)

    def gradients(self, batch: Split) -> tuple[Judgement, list[Array]]:
        """How it does on a batch, and the gradient of the mean loss by each parameter."""
        _, _, w2, _, w3, _ = self.parameters
        hidden1, hidden2, probabilities = self.forward(batch.images)
        # Through softmax and cross-entropy together: what was said, less what is true.
        error3 = (probabilities - np.eye(10, dtype=np.float32)[batch.labels]) / len(batch.labels)
        error2 = (error3 @ w3.T) * (hidden2 > 0)
        error1 = (error2 @ w2.T) * (hidden1 > 0)
        gradients = []
        layers = [(batch.images, error1), (hidden1, error2), (hidden2, error3)]
        for inputs, error in layers:
            gradients += [inputs.T @ error, error.sum(axis=0)]
        return judged(probabilities, batch.labels), gradients

    def judge(self, split: Split) -> Judgement:
        """How it does on a split."""
        *_, probabilities = self.forward(split.images)
        return judged(probabilities, split.labels)


class Judgement(NamedTuple):
    loss: float
    """The mean cross-entropy."""
    accuracy: float
    """The part of the images that it gets right."""


def judged(probabilities: Array, labels: Array) -> Judgement:
    of_truth = probabilities[np.arange(len(labels)), labels]
    loss = -np.log(np.maximum(of_truth, np.finfo(np.float32).tiny)).mean()
    return Judgement(float(loss), float((probabilities.argmax(axis=1) == labels).mean()))


class Epoch(NamedTuple):
    rate: float
    train: Judgement
    validation: Judgement


def train_epoch(
    network: Network, optimizer: AdamW, train: Split, random: np.random.Generator
) -> Judgement:
    """Every training image once, in a new order. How it did on them, noisy as they were."""
    order = random.permutation(len(train.labels))
    seen = []
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        images = train.images[chosen]
        noisy = images + random.normal(0, NOISE, images.shape).astype(np.float32)
        now, gradients = network.gradients(Split(noisy, train.labels[chosen]))
        optimizer.step(grads=gradients)
        seen.append(np.multiply(now, len(chosen)))
    return Judgement(*(np.sum(seen, axis=0) / len(order)).tolist())


HEADER = """\
                          training            validation
epoch        rate      loss  accuracy      loss  accuracy"""


def row(epoch: int, now: Epoch, mark: str) -> str:
    (train, trained), (validation, accuracy) = now.train, now.validation
    return (
        f"{epoch:5d}  {now.rate:10.3e}  {train:8.4f}  {trained:8.1%}"
        f"  {validation:8.4f}  {accuracy:8.1%}  {mark}"
    )


INK, GREY, BLUE, RED, GREEN = "#222222", "#767676", "#3b6fb6", "#c8413b", "#2a7d4f"


def falls(history: list[Epoch]) -> list[int]:
    """The epochs that began with a lower rate than the one before."""
    rates = [epoch.rate for epoch in history]
    return [place + 2 for place, (old, new) in enumerate(pairwise(rates)) if new < old]


class Run(NamedTuple):
    """A run that is over."""

    history: list[Epoch]
    loop: Loop
    planned: Array | None
    """The rate of each epoch as it was known before; None where the rate followed the loss."""
    schedule: str
    """In words, for the picture."""
    test: Judgement
    restored: int | None
    """The epoch whose weights were restored."""


def draw(path: Path, run: Run, most: int) -> None:
    """The run at a glance: the rate above, both losses below, the best epoch and the stop."""
    history, loop, planned = run.history, run.loop, run.planned
    stopper, ran, stopped = loop.stopper, len(history), loop.stopped
    best, total = stopper.best_at + 1, most
    epochs = np.arange(1, total + 1)
    plt.rcParams |= {
        "font.size": 11,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": GREY,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": GREY,
        "ytick.color": GREY,
    }
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(11, 7.6), sharex=True, height_ratios=[1, 2.1]
    )
    figure.subplots_adjust(left=0.085, right=0.975, bottom=0.075, top=0.86, hspace=0.12)
    figure.text(
        0.025,
        0.945,
        f"Handwritten digits: {run.test.accuracy:.1%} of the test images recognised",
        fontsize=18,
        fontweight="bold",
    )
    ending = f"stopped early at epoch {ran} of {total}" if stopped else f"ran all {total} epochs"
    figure.text(
        0.025,
        0.91,
        f"Two hidden layers, AdamW: {ending}, the weights are those of epoch"
        f" {ran if run.restored is None else run.restored}",
        color=GREY,
        fontsize=12,
    )

    rates = [epoch.rate for epoch in history]
    above.fill_between(epochs[:ran], rates, color=BLUE, alpha=0.12, linewidth=0)
    above.plot(epochs[:ran], rates, color=BLUE, linewidth=2)
    if planned is not None:
        above.plot(epochs[ran - 1 :], planned[ran - 1 :], color=GREY, linestyle=(0, (2, 2)))
    highest = max([*rates, *([] if planned is None else planned)])
    above.set_ylim(0, highest * 1.3 or 1)  # room for the schedule's words
    above.set_ylabel("learning rate")
    above.ticklabel_format(axis="y", style="sci", scilimits=(0, 0), useMathText=True)
    above.text(
        0.99,
        0.96,
        run.schedule,
        transform=above.transAxes,
        ha="right",
        va="top",
        color=GREY,
        fontsize=10,
    )
    if planned is None:
        for epoch in falls(history):
            above.axvline(epoch, color=GREY, linewidth=0.8, linestyle=":")
    elif stopped and ran < total:
        middle = (ran + total) // 2
        above.annotate(
            "planned, not needed",
            (middle, planned[middle - 1]),
            xytext=(5, 5),
            textcoords="offset points",
            color=GREY,
            fontsize=10,
        )

    train = [epoch.train.loss for epoch in history]
    validation = [epoch.validation.loss for epoch in history]
    below.plot(epochs[:ran], train, color=BLUE, linewidth=2)
    below.plot(epochs[:ran], validation, color=RED, linewidth=2)
    below.set_yscale("log")
    below.yaxis.set_major_formatter("{x:g}")
    below.set_ylabel("loss (cross-entropy)")
    below.set_xlabel("epoch")
    below.set_xlim(1, max(total, 1.33 * ran))  # room for the names behind the curves' ends
    ticks = MaxNLocator(integer=True, steps=[1, 2, 5, 10]).tick_values(1, total)
    below.set_xticks([tick for tick in ticks if 1 <= tick <= total])
    low, high = min(train + validation), max(train + validation)
    below.set_ylim(low / 5, high * 1.3)  # room for the labels of the best epoch and the stop
    # A curve's name stands at its end, above or below the other's, so that the two never touch.
    side = 1 if train[-1] > validation[-1] else -1
    for name, values, colour, place in (
        ("training, on noisy images", train, BLUE, side),
        ("validation", validation, RED, -side),
    ):
        below.annotate(
            name,
            (ran, values[-1]),
            xytext=(10, 2 * place),
            textcoords="offset points",
            color=colour,
            fontweight="bold",
            va="bottom" if place > 0 else "top",
        )

    for axes in (above, below):
        axes.axvline(best, color=GREEN, linewidth=1.2)
        if stopped:
            axes.axvspan(best, ran, color=GREY, alpha=0.10, linewidth=0)
            axes.axvline(ran, color=INK, linewidth=1.2)
    below.plot(best, stopper.best, "o", color=GREEN, markersize=9, zorder=5)
    # On the side where there is room for it.
    left = best > 0.15 * total
    below.annotate(
        f"best: epoch {best}\nvalidation loss {stopper.best:.4f}",
        (best, low / 2.2),
        xytext=(-8 if left else 8, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        color=GREEN,
    )
    if stopped:
        below.annotate(
            f"stop: epoch {ran}\nno better one in {stopper.patience} epochs",
            (ran, low / (2.2 if left else 3.6)),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=144)
    plt.close(figure)


def schedule_of(text: str, epochs: int, lr: float) -> libsched.Schedule:
    """A schedule from its text, or from its name alone, as long as the run."""
    name = text.strip()
    if not name.isidentifier():
        return libsched.parse(text)
    if name in USUAL:
        tenth, fifth, half = epochs // 10, epochs // 5, epochs // 2
        usual = USUAL[name].format(
            lr=lr,
            epochs=epochs,
            tenth=tenth,
            fifth=fifth,
            half=half,
            most=half + fifth,
            stable=epochs - tenth - fifth,
        )
        return libsched.parse(usual)
    kind = getattr(libsched, name, libsched.Constant)
    needed = [
        parameter.name
        for parameter in inspect.signature(kind).parameters.values()
        if parameter.default is parameter.empty
    ]
    lengths = dict.fromkeys(LENGTHS, epochs) | dict.fromkeys(PARTS, max(epochs // 5, 1))
    given = [f"{field}={lengths[field]}" for field in needed if field in lengths]
    return libsched.parse(f"{name}({', '.join(given)})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=100, help="at most so many (%(default)s)")
    parser.add_argument("--lr", type=float, default=1e-3, help="the base rate (%(default)s)")
    parser.add_argument(
        "--lr-scheduler",
        metavar="NAME-or-text",
        help="StepLR, 'StepLR(20, gamma=0.5)', ReduceLROnPlateau, Constant ...; if absent a warm-up"
        f" of {WARMUP} epochs, then a cosine",
    )
    parser.add_argument(
        "--early-stopping",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="stop when the validation loss gets no better, and restore the best weights",
    )
    parser.add_argument(
        "--patience",
        type=int,
        default=12,
        help="stop after so many epochs without a better validation loss (%(default)s)",
    )
    parser.add_argument(
        "--min-delta",
        type=float,
        default=0.001,
        help="one that is better by less is not worth waiting for (%(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of weights and order (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("build/demo.png"), help="the picture")
    options = parser.parse_args()
    if options.epochs < 1:
        parser.error(f"--epochs {options.epochs}: at least 1")
    try:
        if options.lr_scheduler is None:
            if options.epochs <= WARMUP:
                parser.error(f"--epochs {options.epochs}: the warm-up alone takes {WARMUP}")
            schedule: libsched.Schedule = libsched.SequentialLR(
                [
                    libsched.LinearLR(0.1, total_iters=WARMUP),
                    libsched.CosineAnnealingLR(T_max=options.epochs - WARMUP),
                ],
                milestones=[WARMUP],
            )
        else:
            schedule = schedule_of(options.lr_scheduler, options.epochs, options.lr)
        scheduler = libsched.Scheduler(schedule, bases=[options.lr], horizon="hold")
        # Without early stopping it still says which epoch is the best.
        patience = options.patience if options.early_stopping else options.epochs + 1
        stopper = libsched.EarlyStopping(patience, options.min_delta)
    except libsched.SchedError as error:
        parser.error(str(error))

    # Matrices this small are multiplied faster by one thread than by several that wait.
    threadpool_limits(1)
    train, validation, test = load()
    random = np.random.default_rng(options.seed)
    network = Network(random)
    optimizer = AdamW(network.parameters, lr=options.lr, weight_decay=WEIGHT_DECAY)
    loop = Loop(stopper, network.parameters, restore_best=options.early_stopping)

    begun = time.perf_counter()
    history: list[Epoch] = []
    print(f"schedule  {schedule}\n\n{HEADER}")
    with tqdm(loop.epochs(options.epochs), total=options.epochs, unit="epoch", leave=False) as bar:
        for epoch in bar:
            rate = optimizer.param_groups[0]["lr"] = scheduler.rates[0]
            now = Epoch(
                rate, train_epoch(network, optimizer, train, random), network.judge(validation)
            )
            history.append(now)
            verdict = loop.observe(now.validation.loss)
            bar.set_postfix(loss=f"{now.train.loss:.3f}", validation=f"{now.validation.loss:.3f}")
            tqdm.write(row(epoch + 1, now, verdict.name.lower()))
            scheduler.observe(now.validation.loss)
            scheduler.next()
    seconds = time.perf_counter() - begun

    # The same schedule as a value: what the rest of the run would have had. One that watches the
    # loss has no such plan.
    planned = schedule.rates(range(options.epochs), options.lr)
    rates = [epoch.rate for epoch in history]
    planned_too = bool((planned[: len(rates)] == rates).all())
    run = Run(
        history,
        loop,
        planned if planned_too else None,
        textwrap.shorten(options.lr_scheduler or "warm-up, then a cosine", 100),
        network.judge(test),
        stopper.best_at + 1 if options.early_stopping else None,
    )
    draw(options.out, run, options.epochs)

    print()
    report(run, options.epochs)
    print(f"total time     {seconds:.2f} s, {1000 * seconds / len(history):.1f} ms an epoch")
    print(f"picture        {options.out}")
    print(f"test accuracy  {run.test.accuracy:.2%}")


def report(run: Run, most: int) -> None:
    """What the schedule and early stopping did."""
    rates = [epoch.rate for epoch in run.history]
    line = (
        f"learning rate  {rates[0]:.3g} at first, {max(rates):.3g} at most, {rates[-1]:.3g} at last"
    )
    if run.planned is None:
        lowered = falls(run.history)
        times = "once" if len(lowered) == 1 else f"{len(lowered)} times"
        line += f"; lowered {times}" + (
            f", at epoch{'s' * (len(lowered) > 1)} {', '.join(map(str, lowered))}"
            if lowered
            else ""
        )
    print(line)
    stopper, ran = run.loop.stopper, len(run.history)
    if run.restored is None:
        print("early stopping off")
    elif run.loop.stopped:
        print(f"early stopping at epoch {ran} of {most}; the best weights restored")
        print(f"because        {run.loop.reason.removeprefix('stop: ')}")
    else:
        print("early stopping not before the end; the best weights restored")
    print(f"best epoch     {stopper.best_at + 1} of {ran}, validation loss {stopper.best:.4f}")


if __name__ == "__main__":
    main()
