"""libsched decides how a model is trained from step to step.

Learning-rate schedules with PyTorch's numbers to the last bit, early stopping, and SIMD optimizer
steps. Here is the native API: schedules are values, any of them nests in any other, resuming takes
one text, and what is wrong is refused when it is made. ``libsched.optim`` has PyTorch's own
interface.

    >>> import libsched as ls
    >>> schedule = ls.SequentialLR(
    ...     [ls.LinearLR(start_factor=0.01, total_iters=5), ls.CosineAnnealingLR(T_max=95)],
    ...     milestones=[5],
    ... )
    >>> schedule.rates(3, base=0.1)
    array([0.001 , 0.0208, 0.0406])
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from . import _kinds
from ._driver import Driver
from ._early_stopping import EarlyStopping, Reason, Verdict
from ._errors import SchedError, Status
from ._kinds import *
from ._lib import isa, set_isa, set_team, set_threads, threads, version
from ._parameter import Parameter
from ._plot import plot
from ._replay import Replay, Replayed, replay
from ._scheduler import Scheduler
from ._schedules import Schedule, parse

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "Driver",
    "EarlyStopping",
    "Parameter",
    "Reason",
    "Replay",
    "Replayed",
    "SchedError",
    "Schedule",
    "Scheduler",
    "Status",
    "Verdict",
    "isa",
    "parse",
    "plot",
    "replay",
    "set_isa",
    "set_team",
    "set_threads",
    "threads",
    "version",
]
__all__ += _kinds.__all__

__version__ = version()

_LAZY = (
    "callbacks",
    "checkpoints",
    "distributed",
    "keras",
    "optax",
    "optim",
    "timm",
    "transformers",
)


def __getattr__(name: str) -> ModuleType:
    # The mirror of torch.optim and the facades are imported by those who use them.
    if name in _LAZY:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
