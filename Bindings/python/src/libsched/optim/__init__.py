"""``torch.optim`` without torch: optimizers over numpy arrays and torch's CPU tensors.

They step in place, a group in one call of the library, and keep torch's groups, state dicts and
messages. :mod:`libsched.optim.lr_scheduler` has the schedulers, and
:mod:`libsched.optim.swa_utils` one more.

    >>> import numpy as np
    >>> weights = np.ones(3, np.float32)
    >>> optimizer = SGD([weights], lr=0.5)
    >>> optimizer.step(grads=[np.ones(3, np.float32)])
    >>> weights
    array([0.5, 0.5, 0.5], dtype=float32)

torch is neither needed nor imported.
"""

from .._parameter import Parameter
from . import lr_scheduler, swa_utils
from ._optimizer import Optimizer
from .adam import Adam, AdamW
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "Parameter", "lr_scheduler", "swa_utils"]
