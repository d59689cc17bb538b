"""The picture of each kind's page, drawn by the library's own ``plot``."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from declarations import Example
    from libsched import Schedule
    from matplotlib.figure import Figure

SIZE = (6.0, 3.0)
STYLE = {
    # Text stays text, ids depend on nothing but the picture.
    "svg.fonttype": "none",
    "svg.hashsalt": "libsched",
    "font.size": 9,
    # Names of fonts are written with every word.
    "font.sans-serif": ["DejaVu Sans"],
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "lines.linewidth": 1.6,
}


def metric(step: int) -> float:
    """What an example with a metric observes: it falls at first, and then stays."""
    return 0.85 ** min(step, 20)


METRIC = "The metric falls by 15 % a step until step 20, and then stays."


def schedule(example: Example) -> Schedule:
    """What the example's text is."""
    import libsched

    if example.has_function:
        made: Schedule = eval(example.text, vars(libsched))
        return made
    return libsched.parse(example.text)


def rates(example: Example) -> Sequence[float]:
    """The example's curve."""
    import libsched

    shown = schedule(example)
    if not example.is_observed:
        return [float(rate) for rate in shown.rates(example.steps, example.base)]
    scheduler = libsched.Scheduler(shown, example.base)
    curve = []
    for step in range(example.steps):
        curve += scheduler.rates
        scheduler.observe(metric(step))
        scheduler.next()
    return curve


def recipe(examples: list[Example]) -> str:
    """A digest of all that the picture is made from: rates to six digits, and the code."""
    from libsched import _plot

    digest = hashlib.sha256()
    for module in (__file__, _plot.__file__):
        digest.update(Path(module).read_bytes())
    for example in examples:
        digest.update(repr(example).encode())
        momenta = schedule(example).momenta(example.steps, 0.0)
        for values in (rates(example), momenta):
            digest.update(" ".join(f"{value:.6g}" for value in values).encode())
    return digest.hexdigest()[:16]


def made_from(path: Path) -> str | None:
    """The recipe of a picture that is there."""
    if not path.exists():
        return None
    found = re.search(r"<dc:source>recipe (\w+)</dc:source>", path.read_text())
    return found[1] if found else None


def figure(examples: list[Example]) -> Figure:
    """The examples on one pair of axes; to be made and saved within the style."""
    import libsched
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=SIZE, layout="constrained")
    for example in examples:
        if example.is_observed:
            ax.plot(rates(example), label=example.text)
            ax.set(xlabel="step", ylabel="learning rate", ylim=(0, None))
            right = ax.twinx()
            right.plot([metric(step) for step in range(example.steps)], "--", linewidth=1)
            right.set(ylabel="metric (dashed)", ylim=(0, None))
            continue
        shown = {example.text: schedule(example)}
        libsched.plot(shown, example.steps, example.base, log=example.is_log, ax=ax)
    if len(examples) > 1:
        # Above the axes, where no curve is.
        figure.legend(loc="outside upper left", fontsize=7, frameon=False)
    return figure


def draw(path: Path, examples: list[Example]) -> None:
    """Draws the examples' picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    metadata = {"Date": None, "Creator": None, "Source": f"recipe {recipe(examples)}"}
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "Agg", **STYLE}):
        drawn = figure(examples)
        drawn.savefig(path, format="svg", metadata=metadata)
        plt.close(drawn)
    path.write_text(smaller(path.read_text()))


def smaller(svg: str) -> str:
    """The same picture in half the bytes, whatever the last digits were."""
    svg = re.sub(r"\n\s+|\s+\n", "\n", svg)
    return re.sub(r"<[^>]*>", lambda tag: smaller_tag(tag[0]), svg)


def smaller_tag(tag: str) -> str:
    tag = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", tag)
    tag = re.sub(r"\s*\b([MLCQz])\b\s*(?=[-\d\"])", r"\1", tag)
    return re.sub(r"(?<=[ \"ML])-?\d+\.\d{2,}", lambda number: f"{float(number[0]):.1f}", tag)
