"""Early stopping in the loops that people have, each a few lines over the same stepper.

Loop                  a plain Python loop
"""

from __future__ import annotations

from ._watch import Observation, Watch
from .loop import Loop

__all__ = ["Loop", "Observation", "Watch"]
