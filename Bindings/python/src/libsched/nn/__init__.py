"""``torch.nn`` as far as training from step to step goes: :mod:`libsched.nn.utils`."""

from . import utils

__all__ = ["utils"]
