"""Adam and AdamW."""

from __future__ import annotations

from typing import Any

from ._memory import is_tensor
from ._optimizer import Optimizer

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    """Steps of about lr, whatever the gradient's size: ``torch.optim.Adam``, in place.

    ::

        g <- g + weight_decay * p
        m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g * g
        p <- p - lr / (1 - beta1**t) * m / (sqrt(v / (1 - beta2**t)) + eps)

    with g negated first under `maximize`, and under `amsgrad` the largest v so far in place of v in
    the last line. Under `decoupled_weight_decay` it is :class:`AdamW`. The same bits for every
    instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What the moments keep at each step, at least 0 and below 1.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter is added to the gradient; at least 0.
        amsgrad: Whether the second moment is the largest so far.
        foreach, fused: torch's hints how to go about it. All steps here are fused.
        maximize: Whether to climb.
        capturable, differentiable: Not supported.
        decoupled_weight_decay: Whether the decay is apart from the gradient.

    The state of a parameter has ``step``, ``exp_avg``, ``exp_avg_sq`` and, under `amsgrad`,
    ``max_exp_avg_sq``, as torch's, and goes there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization (arXiv:1412.6980).
    """

    _library_name = "adam"
    _options: tuple[bool, ...] = (False,)
    _arrays = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")
    _keys = ("step", *_arrays)
    _later = Optimizer._later | {
        "amsgrad": False,
        "decoupled_weight_decay": False,
        "fused": None,
    }

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        # In torch's order, and in its words.
        if is_tensor(lr):
            if foreach and not capturable:
                raise ValueError(
                    "lr as a Tensor is not supported for capturable=False and foreach=True"
                )
            if lr.numel() != 1:
                raise ValueError("Tensor lr must be 1-element")
        if not 0.0 <= lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        for i in range(2):
            if not 0.0 <= betas[i] < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        pair = betas[:2]
        tensors = all(is_tensor(beta) for beta in pair)
        if not tensors and not all(isinstance(beta, float) for beta in pair):
            raise ValueError("betas must be either both floats or both Tensors")
        for i in range(2 if tensors else 0):
            if foreach and not capturable:
                raise ValueError(
                    f"betas[{i}] as a Tensor is not supported for capturable=False and foreach=True"
                )
            if betas[i].numel() != 1:
                raise ValueError(f"Tensor betas[{i}] must be 1-element")
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": tuple(beta.squeeze() if is_tensor(beta) else beta for beta in betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
                "fused": fused,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def _used(self, group: dict[str, Any]) -> tuple[str, ...]:
        return self._keys if group["amsgrad"] else self._keys[:3]

    def _settings(self, group: dict[str, Any]) -> tuple[Any, ...]:
        return (
            group["lr"],
            *group["betas"],
            group["eps"],
            group["weight_decay"],
            group["amsgrad"],
            group["maximize"],
            group["decoupled_weight_decay"],
        )


class AdamW(Adam):
    """Adam with decoupled weight decay: ``torch.optim.AdamW``, in place, in one call a group.

    ::

        p <- p * (1 - lr * weight_decay)
        m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g * g
        p <- p - lr / (1 - beta1**t) * m / (sqrt(v / (1 - beta2**t)) + eps)

    with g negated under `maximize`, and under `amsgrad` the largest v so far in place of v in the
    last line. The same bits for every instruction set and number of threads.

    Args:
        params: Parameters, named parameters or groups; see :class:`Optimizer`.
        lr: The learning rate, at least 0; a float or a tensor of one element.
        betas: What the moments keep at each step, at least 0 and below 1.
        eps: Keeps the denominator from 0; at least 0.
        weight_decay: What of the parameter a step of rate 1 would take away; at least 0.
        amsgrad: Whether the second moment is the largest so far.
        maximize: Whether to climb.
        foreach, fused: torch's hints how to go about it. All steps here are fused.
        capturable, differentiable: Not supported.

    The state of a parameter has ``step``, ``exp_avg``, ``exp_avg_sq`` and, under `amsgrad`,
    ``max_exp_avg_sq``, as torch's, and goes there and back.

    Raises:
        ValueError: a setting is out of its range, or is not supported.
        TypeError, ValueError: of the parameters, as :class:`Optimizer`.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (arXiv:1711.05101).
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def _complete(self, group: dict[str, Any]) -> None:
        super()._complete(group)
        group["decoupled_weight_decay"] = True
