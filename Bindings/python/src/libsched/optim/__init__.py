"""``torch.optim`` without torch: optimizers over numpy arrays and torch's CPU tensors.

They step in place, a group in one call of the library, and keep torch's groups, state dicts and
messages. :mod:`libsched.optim.lr_scheduler` has the schedulers, and
:mod:`libsched.optim.swa_utils` one more; :mod:`libsched.optim.keras` has optimizers as Keras's.

    >>> import numpy as np
    >>> weights = np.ones(3, np.float32)
    >>> optimizer = SGD([weights], lr=0.5)
    >>> optimizer.step(grads=[np.ones(3, np.float32)])
    >>> weights
    array([0.5, 0.5, 0.5], dtype=float32)

torch is neither needed nor imported.
"""

from .._parameter import Parameter
from . import keras, lr_scheduler, swa_utils
from ._optimizer import Optimizer
from ._sparse import SparseGrad
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .adamax import Adamax
from .adan import Adan
from .ademamix import AdEMAMix
from .asgd import ASGD
from .lamb import LAMB
from .lars import LARS
from .lbfgs import LBFGS
from .lion import Lion
from .muon import Muon
from .nadam import NAdam
from .radam import RAdam
from .rmsprop import RMSprop
from .rprop import Rprop
from .schedule_free import ScheduleFreeAdamW, ScheduleFreeSGD
from .sgd import SGD
from .sophia import Sophia
from .sparse_adam import SparseAdam

__all__ = [
    "ASGD",
    "LAMB",
    "LARS",
    "LBFGS",
    "SGD",
    "AdEMAMix",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Adan",
    "Lion",
    "Muon",
    "NAdam",
    "Optimizer",
    "Parameter",
    "RAdam",
    "RMSprop",
    "Rprop",
    "ScheduleFreeAdamW",
    "ScheduleFreeSGD",
    "Sophia",
    "SparseAdam",
    "SparseGrad",
    "keras",
    "lr_scheduler",
    "swa_utils",
]
