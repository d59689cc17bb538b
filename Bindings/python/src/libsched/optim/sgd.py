"""SGD."""

from __future__ import annotations

from typing import Any

from ._memory import is_tensor
from ._optimizer import Optimizer, Table

__all__ = ["SGD"]


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum or without: ``torch.optim.SGD``, in place.

    ::

        g <- g + weight_decay * p
        b <- g at step 1, then momentum * b + (1 - dampening) * g
        p <- p - lr * (nesterov ? g + momentum * b : b)

    with g negated first under `maximize`, and b = g without momentum. The same bits for every
    instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        momentum: What the buffer keeps at each step, at least 0.
        dampening: What of the gradient does not reach the buffer.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        nesterov: Whether to look ahead; with momentum and without dampening only.
        maximize: Whether to climb.
        foreach, fused: torch's hints how to go about it. All steps here are fused.
        differentiable: Not supported.

    The state of a parameter has ``momentum_buffer``, where there is momentum, as torch's, and
    goes there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Sutskever et al., On the importance of initialization and momentum in deep learning
    (ICML 2013); PyTorch, SGD.
    """

    _library_name = "sgd"
    _options: tuple[bool, ...] = (False, False)
    _keys = _arrays = ("momentum_buffer",)
    _later = Optimizer._later | {"nesterov": False, "fused": False}

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: Any = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        # In torch's order, and in its words.
        if is_tensor(lr) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
                "foreach": foreach,
                "differentiable": differentiable,
                "fused": fused,
            },
        )

    def _gradients(self, table: Table, grads: list[Any]) -> list[int]:
        # What there is beside the gradient would move the rows that have none.
        is_plain = not table.group["momentum"] and not table.group["weight_decay"]
        return table.gradients(grads, takes_sparse=is_plain)

    def _enter(self, table: Table) -> None:
        enter_buffers(self, table)

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            group["momentum"],
            group["dampening"],
            group["weight_decay"],
            group["nesterov"],
            group["maximize"],
        )


def enter_buffers(optimizer: Optimizer, table: Table) -> None:
    """Fills in the one array of state of an optimizer with momentum, which there is from the first
    step on."""
    # All the kernel asks is whether it is the first, and without momentum not even that.
    table.rows[:, table.STEP] = 2
    if table.group["momentum"] == 0:
        return
    (name,) = optimizer._arrays
    states = table.seen = [optimizer.state[param] for param in table.memory.params]
    buffers = [state.get(name) for state in states]
    for i, buffer in enumerate(buffers):
        if buffer is None:
            table.rows[i, table.STEP] = 1
            buffers[i] = table.full(name, table.memory.params[i], 0.0)
            # Not part of the state before a step has filled it.
            table.new.append((states[i], name, buffers[i]))
    table.put_state(name, buffers)
