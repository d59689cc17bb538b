"""The optimizers of Keras under their own names: where they put the rate, eps and the decay.

They step as those of :mod:`libsched.optim`, of which they are the same kernels under other options:

- the velocity of :class:`SGD` and of :class:`RMSprop` has the rate in it, so that a new rate counts
  for new gradients only;
- eps is under the root in :class:`RMSprop` and :class:`Adagrad`, beside the maximum in
  :class:`Adamax`, and beside the root before its correction in :class:`Adam` and :class:`AdamW`;
- every ``weight_decay`` is apart from the gradient, and None is none;
- defaults are Keras's.

Groups and state dicts are those of :mod:`libsched.optim`, the rate's key is ``lr``, and so the
schedulers of :mod:`libsched.optim.lr_scheduler` drive them.

Source: Keras 3.15, ``keras.optimizers``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import adadelta, adagrad, adam, adamax, lamb, lion, nadam, rmsprop, sgd

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lamb",
    "Lion",
    "Nadam",
    "RMSprop",
]


class SGD(sgd.SGD):
    """``keras.optimizers.SGD``: v <- momentum * v - rate * g, p <- p + v.

    Under `nesterov` p <- p + momentum * v - rate * g. See :class:`libsched.optim.SGD` for what it
    raises.
    """

    _options = (True, True)

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(
            params,
            learning_rate,
            momentum,
            weight_decay=weight_decay or 0.0,
            nesterov=nesterov and momentum != 0,
        )


class Adam(adam.Adam):
    """``keras.optimizers.Adam``: p <- p - rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m
    / (sqrt(v) + epsilon).

    See :class:`libsched.optim.Adam` for what it raises.
    """

    _options = (True,)

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(
            params,
            learning_rate,
            (beta_1, beta_2),
            epsilon,
            weight_decay or 0.0,
            amsgrad,
            decoupled_weight_decay=True,
        )


class AdamW(Adam):
    """``keras.optimizers.AdamW``: :class:`Adam` with a decay by default."""

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay
        )


class RMSprop(rmsprop.RMSprop):
    """``keras.optimizers.RMSprop``: b <- momentum * b + rate * g / sqrt(s + epsilon), p <- p - b.

    Under `centered` s - a**2 in place of s. See :class:`libsched.optim.RMSprop` for what it raises.
    """

    _options = (True, True, True)

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(
            params, learning_rate, rho, epsilon, weight_decay or 0.0, momentum, centered
        )


class Adagrad(adagrad.Adagrad):
    """``keras.optimizers.Adagrad``: p <- p - rate * g / sqrt(s + epsilon).

    See :class:`libsched.optim.Adagrad` for what it raises.
    """

    _options = (True, True)

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(
            params, learning_rate, 0, weight_decay or 0.0, initial_accumulator_value, epsilon
        )


class Adadelta(adadelta.Adadelta):
    """``keras.optimizers.Adadelta``: as :class:`libsched.optim.Adadelta`, with other defaults."""

    _options = (True,)

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(params, learning_rate, rho, epsilon, weight_decay or 0.0)


class Adamax(adamax.Adamax):
    """``keras.optimizers.Adamax``: u <- max(beta_2 * u, |g|), p <- p - rate / (1 - beta_1**t) * m
    / (u + epsilon).

    See :class:`libsched.optim.Adamax` for what it raises.
    """

    _options = (True, True)

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(params, learning_rate, (beta_1, beta_2), epsilon, weight_decay or 0.0)


class Nadam(nadam.NAdam):
    """``keras.optimizers.Nadam``: :class:`libsched.optim.NAdam` with a ``momentum_decay`` of 1."""

    # Keras's is of the parameter's type; of floats this is the better one.
    _number_type = np.float64

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(
            params,
            learning_rate,
            (beta_1, beta_2),
            epsilon,
            weight_decay or 0.0,
            1.0,
            decoupled_weight_decay=True,
        )


class Lamb(lamb.LAMB):
    """``keras.optimizers.Lamb``: :class:`libsched.optim.LAMB` with its decay apart."""

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(
            params,
            learning_rate,
            (beta_1, beta_2),
            epsilon,
            weight_decay or 0.0,
            decoupled_weight_decay=True,
        )


class Lion(lion.Lion):
    """``keras.optimizers.Lion``: as :class:`libsched.optim.Lion`, with another default rate."""

    def __init__(
        self,
        params: Any,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        weight_decay: float | None = None,
    ) -> None:
        super().__init__(params, learning_rate, (beta_1, beta_2), weight_decay or 0.0)
