"""``torch.optim.swa_utils`` 2.13 without torch: averages of parameters, and a scheduler.

Averages are of torch's modules, or of dicts of numpy's arrays. An optimizer's ``step`` moves an
average in the same pass over memory.
"""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from .._parameter import Parameter
from ._average import step_toward
from ._memory import is_tensor, torch
from .lr_scheduler._base import (
    LRScheduler,
    Rate,
    for_each_group,
    is_ours,
    native_of,
    warn_outside_step,
)
from .lr_scheduler._cycles import along_from_here, along_one

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

# What averages are taken by: of an average, a parameter and how many it is of so far.
OneAverage = Callable[[Any, Any, Any], Any]
AllAverages = Callable[[list[Any], list[Any], Any], None]


def _check_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range."
        )


def get_ema_avg_fn(decay: float = 0.999) -> OneAverage:
    """``decay * average + (1 - decay) * parameter``, as a function of one array.

    Args:
        decay: What of the average stays; from 0 to 1.

    Raises:
        ValueError: `decay` is out of its range.
    """
    _check_decay(decay)

    def ema_update(ema_param: Any, current_param: Any, num_averaged: Any) -> Any:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> AllAverages:
    """The same of lists of arrays, in place and in one call of the library.

    Args:
        decay: What of the averages stays; from 0 to 1.

    Raises:
        ValueError: `decay` is out of its range.
    """
    _check_decay(decay)

    def ema_update(ema_params: list[Any], current_params: list[Any], num_averaged: Any) -> None:
        _move(ema_params, current_params, decay)

    return ema_update


def get_swa_avg_fn() -> OneAverage:
    """``average + (parameter - average) / (n + 1)``, the mean of all, as a function of one array."""

    def swa_update(averaged_param: Any, current_param: Any, num_averaged: Any) -> Any:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_swa_multi_avg_fn() -> AllAverages:
    """The same of lists of arrays, in place and in one call of the library."""

    def swa_update(averaged: list[Any], current: list[Any], num_averaged: Any) -> None:
        _move(averaged, current, 1 - 1 / (int(num_averaged) + 1))

    return swa_update


def _move(averages: list[Any], params: list[Any], keep: float) -> None:
    """``keep * average + (1 - keep) * param`` for each, in place."""
    native: tuple[list[Any], list[Any]] = [], []
    for average, param in zip(averages, params, strict=True):
        kinds = {str(one.dtype).removeprefix("torch.") for one in (average, param)}
        if kinds in ({"float32"}, {"float64"}) and all(map(_is_native, (average, param))):
            native[0].append(average)
            native[1].append(param)
        elif is_tensor(average):
            if average.is_floating_point() or average.is_complex():
                average.lerp_(param.to(average.dtype), 1 - keep)
            else:
                average.copy_(average * keep + param * (1 - keep))
        else:
            average[...] = average * keep + param * (1 - keep)
    if native[0]:
        step_toward([_wrapped(one) for one in native[0]], native[1], keep)


def _is_native(one: Any) -> bool:
    if is_tensor(one):
        return bool(one.is_cpu and one.layout is torch().strided and one.is_contiguous())
    return bool(one.flags.c_contiguous and one.flags.aligned and one.dtype.isnative)


def _wrapped(one: Any) -> Any:
    return one if is_tensor(one) else Parameter(one)


class AveragedModel:
    """A copy of a model whose parameters are averages: ``torch.optim.swa_utils.AveragedModel``.

    The first update copies the parameters; each after it moves the averages.

    Args:
        model: A module of torch's, and then this is one, too; or a dict of arrays.
        device: Where the module is copied to; None for where it is.
        avg_fn: ``avg_fn(average, parameter, n)`` gives the next average of one.
        multi_avg_fn: ``multi_avg_fn(averages, parameters, n)`` moves all of a type in place; the
            mean of all so far without either.
        use_buffers: Whether a module's buffers are averaged, too; otherwise they are copied.

    Attributes:
        module: The copy.
        n_averaged: How many models it is the average of.

    Raises:
        AssertionError: both functions are given.
    """

    module: Any
    n_averaged: Any

    def __new__(cls, model: Any = None, *_: Any, **__: Any) -> Any:
        module = getattr(getattr(torch(), "nn", None), "Module", None)
        if cls is AveragedModel and module is not None and isinstance(model, module):
            return object.__new__(_averaged_module())
        return object.__new__(cls)

    def __init__(
        self,
        model: Any,
        device: Any = None,
        avg_fn: OneAverage | None = None,
        multi_avg_fn: AllAverages | None = None,
        use_buffers: bool = False,
    ) -> None:
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        super().__init__()
        self._copy(model, device)
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def _copy(self, model: Any, device: Any) -> None:
        if not isinstance(model, dict):
            raise TypeError(f"model is a {type(model).__name__}; accepted: a module or a dict")
        self.module, self.n_averaged = copy.deepcopy(model), 0

    def _pairs(self, model: Any) -> Iterator[tuple[Any, Any]]:
        """Averages, and what they are of."""
        if model.keys() != self.module.keys():
            raise ValueError(f"model has {sorted(model)}; accepted: {sorted(self.module)}")
        return ((self.module[key], model[key]) for key in self.module)

    def _others(self, model: Any) -> Iterator[tuple[Any, Any]]:
        """What is copied."""
        return iter(())

    def update_parameters(self, model: Any) -> None:
        """Takes a model's parameters in.

        Args:
            model: Of the same shapes as the first.
        """
        pairs = list(self._pairs(model))
        if self.n_averaged == 0:
            for average, param in pairs:
                _put(average, param)
        elif self.avg_fn is not None:
            for average, param in pairs:
                _put(average, self.avg_fn(average, param, self.n_averaged))
        else:
            move = self.multi_avg_fn or get_swa_multi_avg_fn()
            by_type: dict[Any, list[tuple[Any, Any]]] = {}
            for pair in pairs:
                by_type.setdefault(pair[0].dtype, []).append(pair)
            for members in by_type.values():
                averages, params = map(list, zip(*members, strict=True))
                move(averages, params, self.n_averaged)
        for one, other in self._others(model):
            _put(one, other)
        self.n_averaged += 1

    def state_dict(self) -> dict[str, Any]:
        """torch's: ``n_averaged`` and ``module.`` with the names of the parameters."""
        params = {f"module.{key}": value for key, value in self.module.items()}
        return {"n_averaged": np.int64(self.n_averaged), **params}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes a copy of what :meth:`state_dict` gave."""
        for key, value in self.module.items():
            value[...] = state_dict[f"module.{key}"]
        self.n_averaged = int(state_dict["n_averaged"])


def _put(array: Any, value: Any) -> None:
    if is_tensor(array):
        array.copy_(value)
    else:
        array[...] = value


@functools.cache
def _averaged_module() -> Any:
    """The same of torch's modules, made when there is one."""
    module: Any = torch().nn.Module

    class AveragedModule(AveragedModel, module):  # type: ignore[misc]
        __doc__ = AveragedModel.__doc__

        def _copy(self, model: Any, device: Any) -> None:
            self.module = copy.deepcopy(model)
            if device is not None:
                self.module = self.module.to(device)
            count = torch().tensor(0, dtype=torch().long, device=device)
            self.register_buffer("n_averaged", count)

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return self.module(*args, **kwargs)

        def _pairs(self, model: Any) -> Iterator[tuple[Any, Any]]:
            sides = [self.module.parameters(), model.parameters()]
            if self.use_buffers:
                sides = [chain(*pair) for pair in zip(sides, _buffers(self, model), strict=True)]
            return _detached(*sides)

        def _others(self, model: Any) -> Iterator[tuple[Any, Any]]:
            return iter(()) if self.use_buffers else _detached(*_buffers(self, model))

        state_dict, load_state_dict = module.state_dict, module.load_state_dict

    # torch's repr has the name; by the other pickle finds it.
    AveragedModule.__name__, AveragedModule.__qualname__ = "AveragedModel", "AveragedModule"
    return AveragedModule


def __getattr__(name: str) -> Any:
    # By that name pickle finds it.
    if name == "AveragedModule" and torch():
        return _averaged_module()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _buffers(averaged: Any, model: Any) -> list[Any]:
    return [averaged.module.buffers(), model.buffers()]


def _detached(averages: Iterable[Any], params: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for average, param in zip(averages, params, strict=False):
        yield average.detach(), param.detach().to(average.device)


def update_bn(loader: Iterable[Any], model: Any, device: Any = None) -> None:
    """Batch normalization's statistics anew, of all the data: ``torch.optim.swa_utils.update_bn``.

    Args:
        loader: Batches, or lists and tuples that begin with one.
        model: A module of torch's.
        device: Where batches are moved to; None for where they are.
    """
    of_torch = torch()
    norms = of_torch.nn.modules.batchnorm._BatchNorm
    momenta = {module: module.momentum for module in model.modules() if isinstance(module, norms)}
    if not momenta:
        return
    for module in momenta:
        module.reset_running_stats()
        # The mean of all batches.
        module.momentum = None
    was_training = model.training
    model.train()
    with of_torch.no_grad():
        for batch in loader:
            batch = batch[0] if isinstance(batch, list | tuple) else batch
            model(batch if device is None else batch.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


def _within(fraction: Any) -> Any:
    """``max(0, min(1, fraction))``, in a third of the time."""
    if not fraction < 1:
        return 1
    return fraction if fraction > 0 else 0  # noqa: FURB136


@is_ours
class SWALR(LRScheduler):
    """From whatever the rate is to a fixed one, for stochastic weight averaging.

    ::

        rate = swa_lr * a + before * (1 - a)
        a    = p or (1 - cos(pi * p)) / 2,  p = min(1, steps / anneal_epochs)

    where `before` is the rate as it would be without. Steps are counted from the making, whatever
    `last_epoch` is.

    Args:
        optimizer: Anything with ``param_groups``, which get their ``swa_lr``.
        swa_lr: The rate in the end, or a list of one a group.
        anneal_epochs: Steps until then, at least 0.
        anneal_strategy: ``"cos"`` or ``"linear"``: the way there.
        last_epoch: As :class:`.lr_scheduler.LRScheduler`'s.

    Raises:
        ValueError: an argument is out of its range.

    Source: Izmailov et al., Averaging Weights Leads to Wider Optima and Better Generalization
    (arXiv:1803.05407).
    """

    anneal_func: Callable[[float], float]

    def __init__(
        self,
        optimizer: Any,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        ends = for_each_group("swa_lr", optimizer, swa_lr)
        for end, group in zip(ends, optimizer.param_groups, strict=True):
            group["swa_lr"] = end
        if anneal_strategy not in ["cos", "linear"]:
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._set_anneal_func(anneal_strategy)
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    @staticmethod
    def _linear_anneal(t: float) -> float:
        return t

    @staticmethod
    def _cosine_anneal(t: float) -> float:
        return (1 - math.cos(math.pi * t)) / 2

    @staticmethod
    def _get_initial_lr(lr: Rate, swa_lr: Rate, alpha: float) -> Rate:
        if alpha == 1:
            return swa_lr
        return (lr - alpha * swa_lr) / (1 - alpha)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            # torch's points one frame further out here.
            warn_outside_step(3)
        step, length = self._step_count - 1, self.anneal_epochs
        if length == 0:
            step = max(1, step)
        if not length > 1:
            length = 1
        from_there, to_here = _within((step - 1) / length), _within(step / length)
        known = self._average(from_there, to_here)
        if known is not None:
            return known
        groups = self.optimizer.param_groups
        before = self.anneal_func(from_there)
        starts = [self._get_initial_lr(group["lr"], group["swa_lr"], before) for group in groups]
        now = self.anneal_func(to_here)
        return [
            group["swa_lr"] * now + start * (1 - now)
            for group, start in zip(groups, starts, strict=True)
        ]

    def _average(self, before: Any, now: Any) -> list[float] | None:
        """What `get_lr` answers, in one call of the library.

        None where that is not for the library to answer.
        """
        own = self.__dict__
        way = own.get("anneal_func")
        if way is _COSINE:
            curve = "average cos"
        elif way is _LINE:
            curve = "average linear"
        else:
            return None
        if type(self) is not SWALR or "_get_initial_lr" in own:
            return None
        # 0 and 1 are integers.
        if type(before) is not float or type(now) is not float:
            if not {int, float}.issuperset((type(before), type(now))):
                return None
            before, now = float(before), float(now)
        more = (before, 0.0, 0.0)
        native = native_of(self, way)
        groups = self.optimizer.param_groups
        try:
            if len(groups) == 1:
                (group,) = groups
                ends = group["lr"], group["swa_lr"]
                return along_one(native, curve, now, group, ends, None, more)
            return along_from_here(native, curve, now, groups, "swa_lr", more)
        except KeyError:
            # In its turn: the arithmetic of the groups before may warn.
            return None

    def _set_anneal_func(self, anneal_strategy: str) -> None:
        self._anneal_strategy = anneal_strategy
        if anneal_strategy == "cos":
            self.anneal_func = self._cosine_anneal
        else:
            self.anneal_func = self._linear_anneal

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer and the way's function."""
        return {
            key: value
            for key, value in self.__dict__.items()
            if key not in ("optimizer", "anneal_func")
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave. The optimizer has its own state dict."""
        self.__dict__.update(state_dict)
        self._set_anneal_func(self._anneal_strategy)


_COSINE = SWALR._cosine_anneal
_LINE = SWALR._linear_anneal
