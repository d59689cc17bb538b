"""Early stopping in the loops that people have, each a few lines over the same stepper.

======================== =============================
``Loop``                 a plain Python loop
``KerasCallback``        ``keras.Model.fit``
``LightningCallback``    ``lightning.pytorch.Trainer``
``IgniteHandler``        ``ignite.engine.Engine``
``TransformersCallback`` ``transformers.Trainer``
``ReduceOnPlateau``      a rate that falls with a loss
======================== =============================

A framework is imported when the name that is for it is asked for, and not before.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._loop import Loop
from ._watch import Observation, Watch

if TYPE_CHECKING:
    from ._ignite import IgniteHandler
    from ._keras import KerasCallback
    from ._lightning import LightningCallback
    from ._plateau import ReduceOnPlateau
    from ._transformers import TransformersCallback

__all__ = [
    "IgniteHandler",
    "KerasCallback",
    "LightningCallback",
    "Loop",
    "Observation",
    "ReduceOnPlateau",
    "TransformersCallback",
    "Watch",
]

_LAZY = {
    "IgniteHandler": "_ignite",
    "KerasCallback": "_keras",
    "LightningCallback": "_lightning",
    "ReduceOnPlateau": "_plateau",
    "TransformersCallback": "_transformers",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
