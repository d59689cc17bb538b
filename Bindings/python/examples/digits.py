"""Trains a network on real images of digits, with libsched deciding how it goes from step to step.

The network has two hidden layers and is plain NumPy, its gradient derived by hand. libsched has
the rest: AdamW steps on the arrays in place, a warm-up that hands over to a cosine, and early
stopping on a validation split, whose best weights are restored before the one look at the test.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import libsched
import matplotlib
import numpy as np
from libsched.optim import AdamW
from libsched.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
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
# A validation loss that is better by less than this is not worth waiting for.
MIN_DELTA = 0.001


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

    def gradients(self, batch: Split) -> tuple[float, list[Array]]:
        """The mean loss, and its gradient by each parameter."""
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
        return cross_entropy(probabilities, batch.labels), gradients

    def judge(self, split: Split) -> tuple[float, float]:
        """The mean loss, and the part of the images that it gets right."""
        *_, probabilities = self.forward(split.images)
        right = probabilities.argmax(axis=1) == split.labels
        return cross_entropy(probabilities, split.labels), float(right.mean())


def cross_entropy(probabilities: Array, labels: Array) -> float:
    of_truth = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(of_truth, np.finfo(np.float32).tiny)).mean())


class Epoch(NamedTuple):
    rate: float
    train: float
    validation: float
    accuracy: float
    """On the validation split."""


def train_epoch(
    network: Network, optimizer: AdamW, train: Split, random: np.random.Generator
) -> float:
    """Every training image once, in a new order. The mean loss over them."""
    order = random.permutation(len(train.labels))
    losses = []
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        images = train.images[chosen]
        noisy = images + random.normal(0, NOISE, images.shape).astype(np.float32)
        loss, gradients = network.gradients(Split(noisy, train.labels[chosen]))
        optimizer.step(grads=gradients)
        losses.append(loss * len(chosen))
    return sum(losses) / len(order)


HEADER = "epoch        rate    train loss    validation loss    accuracy"


def row(epoch: int, now: Epoch, mark: str) -> str:
    return (
        f"{epoch:5d}  {now.rate:10.3e}  {now.train:12.4f}  {now.validation:17.4f}"
        f"  {now.accuracy:9.1%}  {mark}"
    ).rstrip()


INK, GREY, BLUE, RED, GREEN = "#222222", "#767676", "#3b6fb6", "#c8413b", "#2a7d4f"


def draw(
    path: Path,
    history: list[Epoch],
    planned: Array,
    stopper: libsched.EarlyStopping,
    accuracy: float,
) -> None:
    """The run at a glance: the rate above, both losses below, the best epoch and the stop."""
    ran, best, total = len(history), stopper.best_at + 1, len(planned)
    stopped = stopper.waited >= stopper.patience
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
        f"Handwritten digits: {accuracy:.1%} of the test images recognised",
        fontsize=18,
        fontweight="bold",
    )
    ending = f"stopped early at epoch {ran} of {total}" if stopped else f"ran all {total} epochs"
    figure.text(
        0.025,
        0.91,
        f"Two hidden layers, AdamW: {ending}, the weights of epoch {best} restored",
        color=GREY,
        fontsize=12,
    )

    rates = [epoch.rate for epoch in history]
    above.fill_between(epochs[:ran], rates, color=BLUE, alpha=0.12, linewidth=0)
    above.plot(epochs[:ran], rates, color=BLUE, linewidth=2)
    above.plot(epochs[ran - 1 :], planned[ran - 1 :], color=GREY, linestyle=(0, (2, 2)))
    above.set_ylim(0, max(planned) * 1.15)
    above.set_ylabel("learning rate")
    above.ticklabel_format(axis="y", style="sci", scilimits=(0, 0), useMathText=True)
    handover = WARMUP + 1
    above.axvline(handover, color=GREY, linewidth=0.8, linestyle=":")
    above.annotate(
        "warm-up hands over to cosine",
        (handover, max(planned)),
        xytext=(14, 4),
        textcoords="offset points",
        color=GREY,
        fontsize=10,
    )
    if stopped:
        middle = (ran + total) // 2
        above.annotate(
            "planned, not needed",
            (middle, planned[middle - 1]),
            xytext=(5, 5),
            textcoords="offset points",
            color=GREY,
            fontsize=10,
        )

    train = [epoch.train for epoch in history]
    validation = [epoch.validation for epoch in history]
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=100, help="at most so many (%(default)s)")
    parser.add_argument("--lr", type=float, default=1e-3, help="the peak rate (%(default)s)")
    parser.add_argument(
        "--patience",
        type=int,
        default=12,
        help="stop after so many epochs without a better validation loss (%(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of weights and order (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("build/demo.png"), help="the picture")
    options = parser.parse_args()
    if options.epochs <= WARMUP:
        parser.error(f"--epochs {options.epochs}: the warm-up alone takes {WARMUP}")

    # Matrices this small are multiplied faster by one thread than by several that wait.
    threadpool_limits(1)
    train, validation, test = load()
    random = np.random.default_rng(options.seed)
    network = Network(random)
    decay = options.epochs - WARMUP
    optimizer = AdamW(network.parameters, lr=options.lr, weight_decay=WEIGHT_DECAY)
    scheduler = SequentialLR(
        optimizer,
        [LinearLR(optimizer, 0.1, total_iters=WARMUP), CosineAnnealingLR(optimizer, T_max=decay)],
        milestones=[WARMUP],
    )
    stopper = libsched.EarlyStopping(options.patience, MIN_DELTA)

    history: list[Epoch] = []
    kept: list[Array] = []
    print(HEADER)
    with tqdm(range(1, options.epochs + 1), unit="epoch", leave=False) as bar:
        for epoch in bar:
            rate = optimizer.param_groups[0]["lr"]
            loss = train_epoch(network, optimizer, train, random)
            now = Epoch(rate, loss, *network.judge(validation))
            history.append(now)
            verdict = stopper.observe(now.validation)
            if verdict is libsched.Verdict.IMPROVED:
                kept = [parameter.copy() for parameter in network.parameters]
            bar.set_postfix(loss=f"{loss:.3f}", validation=f"{now.validation:.3f}")
            # The first epochs move most; later every fifth tells the story.
            if epoch <= WARMUP or epoch % 5 == 0 or verdict is libsched.Verdict.STOP:
                tqdm.write(row(epoch, now, verdict.name.lower()))
            if verdict is libsched.Verdict.STOP:
                break
            scheduler.step()

    for parameter, best in zip(network.parameters, kept, strict=True):
        parameter[:] = best
    _, accuracy = network.judge(test)

    # The same schedule as a value: what the rest of the run would have had.
    planned = libsched.SequentialLR(
        [libsched.LinearLR(0.1, total_iters=WARMUP), libsched.CosineAnnealingLR(T_max=decay)],
        milestones=[WARMUP],
    ).rates(options.epochs, options.lr)
    draw(options.out, history, planned, stopper, accuracy)

    best_epoch = stopper.best_at + 1
    print(f"best epoch     {best_epoch} of {len(history)}, validation loss {stopper.best:.4f}")
    print(f"picture        {options.out}")
    print(f"test accuracy  {accuracy:.2%}")


if __name__ == "__main__":
    main()
