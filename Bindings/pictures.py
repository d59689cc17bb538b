"""The picture of each kind's page, drawn by the library's own ``plot``."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from declarations import Example
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


def recipe(examples: list[Example]) -> str:
    """A digest of all that the picture is made from: rates to six digits, and the code."""
    import libsched
    from libsched import _plot

    digest = hashlib.sha256()
    for module in (__file__, _plot.__file__):
        digest.update(Path(module).read_bytes())
    for example in examples:
        schedule = libsched.parse(example.text)
        digest.update(repr(example).encode())
        for values in (
            schedule.rates(example.steps, example.base),
            schedule.momenta(example.steps, 0.0),
        ):
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
        schedule = libsched.parse(example.text)
        libsched.plot(
            {example.text: schedule}, example.steps, example.base, log=example.is_log, ax=ax
        )
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
