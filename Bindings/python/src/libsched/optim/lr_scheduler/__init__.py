"""``torch.optim.lr_scheduler`` 2.13 without torch: the same schedulers, to the last bit.

Names, signatures, defaults, attributes, state dicts, exceptions, warnings and numbers are torch's,
oddities included, so a scheduler's state goes from one to the other and back. The one liberty:
whatever has ``param_groups`` is an optimizer, torch's as well as :mod:`libsched.optim`'s.

Rates may be floats, whatever else multiplies, or 0-d tensors, which are updated in place.
``libsched`` itself has the same schedules without the oddities.
"""

from ._base import EPOCH_DEPRECATION_WARNING as EPOCH_DEPRECATION_WARNING
from ._base import LRScheduler
from ._base import _LRScheduler as _LRScheduler
from ._compositions import ChainedScheduler, SequentialLR
from ._cycles import CosineAnnealingLR, CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR
from ._decays import (
    ConstantLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from ._functions import LambdaLR, MultiplicativeLR
from ._plateau import ReduceLROnPlateau

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
