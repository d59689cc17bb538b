"""An array to train, and its gradient."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Parameter"]


class Parameter:
    """An array to train, and its gradient: what ``torch.nn.Parameter`` is to torch.

    Args:
        data: The array, which is never copied: an optimizer steps it where it lies.
        grad: Its gradient, of the same shape; None for none.

    Attributes:
        data: The array.
        grad: Its gradient. An optimizer skips the parameter while it is None.

    Raises:
        TypeError: `data` is no array.

    Whether an optimizer can step the array is for the optimizer to say.
    """

    __slots__ = ("__weakref__", "data", "grad")

    data: npt.NDArray[np.float32]
    grad: npt.NDArray[np.float32] | None

    def __init__(
        self, data: npt.NDArray[np.float32], grad: npt.NDArray[np.float32] | None = None
    ) -> None:
        if not isinstance(data, np.ndarray):
            raise TypeError(f"data is a {type(data).__name__}; accepted: a numpy array")
        self.data = data
        self.grad = grad

    def __repr__(self) -> str:
        return f"Parameter({self.data!r})"
