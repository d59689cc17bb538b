"""LARS."""

from __future__ import annotations

from typing import Any

from .._parameter import Parameter
from ._checks import check, check_rate
from ._optimizer import Optimizer, Table
from .sgd import enter_buffers

__all__ = ["LARS"]


class LARS(Optimizer):
    """SGD with momentum, whose gradient is as long as a part of the parameter, in place.

    ::

        r <- trust_coefficient * |p| / (|g| + weight_decay * |p|)
        g <- r * (g + weight_decay * p)
        b <- momentum * b + (1 - dampening) * g
        p <- p - lr * (nesterov ? g + momentum * b : b)

    with g negated first under `maximize`, b = g without momentum, and r = 1 where |p| or the
    denominator is 0. Parameters of one dimension or none, biases and scales, have neither r nor
    decay. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        momentum: What the buffer keeps at each step, at least 0.
        dampening: What of the gradient does not reach the buffer.
        trust_coefficient: How long a step of rate 1 is, in lengths of the parameter; 0 for SGD's
            steps.
        nesterov: Whether to look ahead.
        maximize: Whether to climb.

    The state of a parameter has ``momentum_buffer``, where there is momentum.

    Raises:
        ValueError: a setting is out of its range.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: You, Gitman and Ginsburg, Large Batch Training of Convolutional Networks
    (arXiv:1708.03888); the ``pytorch_optimizer`` package.
    """

    _library_name = "lars"
    _keys = _arrays = ("momentum_buffer",)

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        weight_decay: float = 0.0,
        momentum: float = 0.9,
        dampening: float = 0.0,
        trust_coefficient: float = 1e-3,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        check_rate(lr)
        check(0.0 <= weight_decay, "weight_decay value", weight_decay)
        check(0.0 <= momentum, "momentum value", momentum)
        check(0.0 <= trust_coefficient, "trust_coefficient value", trust_coefficient)
        super().__init__(
            params,
            {
                "lr": lr,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "dampening": dampening,
                "trust_coefficient": trust_coefficient,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def _sort(self, param: Any) -> object:
        data = param.data if isinstance(param, Parameter) else param
        return super()._sort(param), data.ndim > 1

    def _enter(self, table: Table) -> None:
        enter_buffers(self, table)

    def _settings_of(self, table: Table) -> tuple[Any, ...]:
        group = table.group
        is_matrix = self._sort(table.params[0]) == (super()._sort(table.params[0]), True)
        return (
            group["lr"],
            group["momentum"],
            group["dampening"],
            group["weight_decay"] if is_matrix else 0.0,
            group["trust_coefficient"] if is_matrix else 0.0,
            group["nesterov"],
            group["maximize"],
        )
