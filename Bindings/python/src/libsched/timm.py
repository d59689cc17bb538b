"""timm's schedulers over any optimizer with ``param_groups``, without timm or torch.

    >>> class Optimizer:
    ...     param_groups = [{"lr": 0.1}, {"lr": 0.01}]
    >>> scheduler = CosineLRScheduler(Optimizer(), t_initial=4, warmup_t=1, warmup_lr_init=1e-3)
    >>> scheduler.step(2)
    >>> [group["lr"] for group in Optimizer.param_groups]
    [0.05, 0.005]

The signatures, attributes, state dicts and numbers are timm's, the noise included, which is what
torch would draw. ``step(epoch)`` is for schedulers that count epochs, ``step_update(num_updates)``
for those made with ``t_in_epochs=False``; the other does nothing.
"""

from __future__ import annotations

import abc
import inspect
import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._curves import given, native
from ._declared import Derived, declared
from ._schedules import Schedule
from ._torch_noise import normals, uniforms
from .optim.lr_scheduler import ReduceLROnPlateau

__all__ = [
    "CosineLRScheduler",
    "MultiStepLRScheduler",
    "PlateauLRScheduler",
    "PolyLRScheduler",
    "Scheduler",
    "StepLRScheduler",
    "TanhLRScheduler",
    "WSDLRScheduler",
    "create_scheduler",
    "create_scheduler_v2",
    "scheduler_kwargs",
]

NoiseRange = Sequence[float] | float | None


class Scheduler(abc.ABC):
    """What sets a field of every param group as a function of the epoch or of the update.

    Args:
        optimizer: Anything with ``param_groups``.
        param_group_field: The field that is set. Its value at first is the base, and is kept as
            ``initial_<field>`` where there is none yet.
        t_in_epochs: Whether :meth:`step` counts, and not :meth:`step_update`.
        noise_range_t: The first step with noise, or the first with it and the first without.
        noise_type: ``"normal"``, or anything else for uniform noise.
        noise_pct: What the noise stays below, as a part of the value.
        noise_std: The deviation of normal noise before it is cut.
        noise_seed: With the step, all the noise depends on; 42 if absent.
        initialize: Whether the value at first is the base; False where a run resumes.

    Raises:
        KeyError: a group has no such field, or has no ``initial_<field>`` to resume from.
    """

    def __init__(
        self,
        optimizer: Any,
        param_group_field: str,
        t_in_epochs: bool = True,
        noise_range_t: NoiseRange = None,
        noise_type: str = "normal",
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int | None = None,
        initialize: bool = True,
    ) -> None:
        self.optimizer = optimizer
        self.param_group_field = param_group_field
        self._initial_param_group_field = f"initial_{param_group_field}"
        needed = param_group_field if initialize else self._initial_param_group_field
        for i, group in enumerate(optimizer.param_groups):
            if needed not in group:
                raise KeyError(f"param_groups[{i}] has no {needed}")
            if initialize:
                group.setdefault(self._initial_param_group_field, group[param_group_field])
        self.base_values = [
            group[self._initial_param_group_field] for group in optimizer.param_groups
        ]
        self.metric: float | None = None
        self.t_in_epochs = t_in_epochs
        self.noise_range_t = noise_range_t
        self.noise_pct = noise_pct
        self.noise_type = noise_type
        self.noise_std = noise_std
        self.noise_seed = 42 if noise_seed is None else noise_seed
        self.update_groups(self.base_values)

    if TYPE_CHECKING:
        # The arguments of a declared constructor are attributes of their names.
        def __getattr__(self, name: str) -> Any: ...

    @abc.abstractmethod
    def _get_lr(self, t: int) -> list[float]:
        """The value of every group at a step."""

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes on a :meth:`state_dict`, timm's as well."""
        self.__dict__.update(state_dict)

    def step(self, epoch: int, metric: float | None = None) -> None:
        """Sets the values of an epoch, from 0, where epochs count."""
        self._set(epoch, metric, on_epoch=True)

    def step_update(self, num_updates: int, metric: float | None = None) -> None:
        """Sets the values after so many updates, where updates count."""
        self._set(num_updates, metric, on_epoch=False)

    def _set(self, t: int, metric: float | None, *, on_epoch: bool) -> None:
        # Nothing follows from it.
        vars(self)["metric"] = metric
        values = self._get_values(t, on_epoch=on_epoch)
        if values is not None:
            self.update_groups(self._add_noise(values, t))

    def _get_values(self, t: int, on_epoch: bool = True) -> list[float] | None:
        return self._get_lr(t) if bool(on_epoch) == bool(self.t_in_epochs) else None

    def update_groups(self, values: float | Sequence[float]) -> None:
        """Sets the field of every group, times the group's ``lr_scale`` where it has one."""
        groups = self.optimizer.param_groups
        if not isinstance(values, list | tuple):
            values = [values] * len(groups)  # type: ignore[list-item]
        for group, value in zip(groups, values, strict=False):
            scale = group.get("lr_scale")
            group[self.param_group_field] = value if scale is None else value * scale

    # -- Noise

    def _add_noise(self, lrs: list[float], t: int) -> list[float]:
        if self._is_apply_noise(t):
            noise = self._calculate_noise(t)
            lrs = [lr + lr * noise for lr in lrs]
        return lrs

    def _is_apply_noise(self, t: int) -> bool:
        between = self.noise_range_t
        if between is None:
            return False
        if isinstance(between, list | tuple):
            return bool(between[0] <= t < between[1])
        return bool(t >= between)  # type: ignore[operator]

    def _calculate_noise(self, t: int) -> float:
        seed = self.noise_seed + t
        if self.noise_type != "normal":
            return 2 * (next(uniforms(seed)) - 0.5) * self.noise_pct
        if not self.noise_pct > 0:
            raise ValueError(f"no noise stays below noise_pct={self.noise_pct}")
        return next(
            noise
            for value in normals(seed)
            if abs(noise := value * self.noise_std) < self.noise_pct
        )


_TAKEN = list(inspect.signature(Scheduler).parameters)


@declared
def _declared(self: Any, given: dict[str, Any]) -> None:
    """What all schedulers take goes to :class:`Scheduler`, the rest are attributes of their names."""
    taken = {name: given.pop(name) for name in _TAKEN if name in given}
    Scheduler.__init__(self, param_group_field="lr", **taken)
    vars(self).update(given)
    self._begin()


def _require(kind: type[Exception], name: str, value: object, is_accepted: bool, what: str) -> None:
    if not is_accepted:
        raise kind(f"{name} is {what}, and not {value!r}")


# -- With a warm-up -----------------------------------------------------------


class _Warmed(Derived, Scheduler):
    """A scheduler of the rate that is a native schedule, after a straight line up to it.

    The line goes from `warmup_lr_init` to the base rate in `warmup_t`; after it the schedule is at
    `warmup_t` already, or with `warmup_prefix` at 0.
    """

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        for name, value in state_dict.items():
            setattr(self, name, value)

    def _begin(self) -> None:
        """Checks the attributes, and sets the first rates."""
        self._check()
        # The line's slopes; `warmup_t` need not be whole.
        self.warmup_steps: list[float] = [1 for _ in self.base_values]
        if self.warmup_t:
            init = self.warmup_lr_init
            self.warmup_steps = [(top - init) / self.warmup_t for top in self._tops()]
            self.update_groups(init)

    # timm asserts in some of its classes, whatever Python is told of assertions.
    def _check(self) -> None:
        """Refuses what timm refuses."""

    def _tops(self) -> list[float]:
        """Where the line arrives."""
        return self.base_values

    def _get_lr(self, t: int) -> list[float]:
        if t >= self.warmup_t:
            return self._after_warmup(t - self.warmup_t if self.warmup_prefix else t)
        return [self.warmup_lr_init + t * slope for slope in self.warmup_steps]

    def _after_warmup(self, t: float) -> list[float]:
        return _rates(self.derived("schedule", self._schedule), t, self.base_values)

    @abc.abstractmethod
    def _schedule(self) -> Schedule:
        """The native schedule of the attributes as they are."""


def _rates(schedule: Schedule, t: Any, bases: Sequence[float]) -> list[float]:
    # What is left of a float's warm-up is a float.
    step = int(t) if isinstance(t, float) and t.is_integer() else t
    return [schedule.rate(step, base) for base in bases]


class _Cyclical(_Warmed):
    """One that starts again, each time longer by `cycle_mul` and from `cycle_decay` as high a rate,
    until after `cycle_limit` cycles it stays at `lr_min`."""

    def _check(self) -> None:
        _require(AssertionError, "t_initial", self.t_initial, self.t_initial > 0, "above 0")
        _require(AssertionError, "lr_min", self.lr_min, self.lr_min >= 0, "not negative")

    def _schedule(self) -> Schedule:
        if self.cycle_limit <= 0:
            return native("PiecewiseConstant", boundaries=[], values=[self.lr_min])
        # Like timm these find the cycle by a logarithm.
        return self._cycle(
            t_mul=self.cycle_mul,
            m_mul=self.cycle_decay,
            eta_min=self.lr_min,
            cycle_limit=self.cycle_limit,
            exact_restarts=False,
        )

    @abc.abstractmethod
    def _cycle(self, **cycles: object) -> Schedule:
        """The native schedule with these fields of its cycles."""

    def get_cycle_length(self, cycles: int = 0) -> int:
        """The steps of that many cycles, of all by default, a prefixed warm-up included."""
        cycles = max(1, cycles or self.cycle_limit)
        if self.cycle_mul == 1.0:
            length: int = self.t_initial * cycles
        else:
            growth = self.cycle_mul
            length = math.floor(-self.t_initial * (growth**cycles - 1) / (1 - growth))
        return length + self.warmup_t if self.warmup_prefix else length


class CosineLRScheduler(_Cyclical):
    """Half a cosine from the base rate to `lr_min` in `t_initial`, once or in cycles.

    ``lr_min + (base * cycle_decay**i - lr_min) * (1 + cos(pi * s**k_decay / T**k_decay)) / 2``,
    s steps into cycle i of ``T = t_initial * cycle_mul**i``.

    Raises:
        AssertionError: `t_initial` is not above 0, or `lr_min` is negative.
        SchedError: at a step, for what else cannot be, such as a `cycle_mul` below 1.
    """

    @_declared
    def __init__(
        self,
        optimizer: Any,
        t_initial: int,
        lr_min: float = 0.0,
        cycle_mul: float = 1.0,
        cycle_decay: float = 1.0,
        cycle_limit: int = 1,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = False,
        t_in_epochs: bool = True,
        noise_range_t: NoiseRange = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int = 42,
        k_decay: float = 1.0,
        initialize: bool = True,
    ) -> None: ...

    def _cycle(self, **cycles: object) -> Schedule:
        return native(
            "CosineDecayRestarts",
            first_decay_steps=self.t_initial,
            k_decay=self.k_decay,
            **cycles,
        )


class PolyLRScheduler(_Cyclical):
    """Down to `lr_min` along a power of what is left of `t_initial`, once or in cycles.

    ``lr_min + (base * cycle_decay**i - lr_min) * (1 - s**k_decay / T**k_decay)**power``, s steps
    into cycle i of ``T = t_initial * cycle_mul**i``.

    Raises:
        AssertionError: `t_initial` is not above 0, or `lr_min` is negative.
        SchedError: at a step, for what else cannot be, such as a `cycle_mul` below 1.
    """

    @_declared
    def __init__(
        self,
        optimizer: Any,
        t_initial: int,
        power: float = 0.5,
        lr_min: float = 0.0,
        cycle_mul: float = 1.0,
        cycle_decay: float = 1.0,
        cycle_limit: int = 1,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = False,
        t_in_epochs: bool = True,
        noise_range_t: NoiseRange = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int = 42,
        k_decay: float = 1.0,
        initialize: bool = True,
    ) -> None: ...

    def _cycle(self, **cycles: object) -> Schedule:
        return native(
            "PolynomialDecayRestarts",
            first_decay_steps=self.t_initial,
            power=self.power,
            k_decay=self.k_decay,
            **cycles,
        )


class TanhLRScheduler(_Cyclical):
    """Down to `lr_min` along the hyperbolic tangent in `t_initial`, once or in cycles.

    ``lr_min + (base * cycle_decay**i - lr_min) * (1 - tanh(lb * (1 - p) + ub * p)) / 2``, p the
    part of cycle i that is over. Without `warmup_prefix` a warm-up arrives where the curve is by
    then.

    Raises:
        AssertionError: `t_initial` is not above 0, `lb` not below `ub`, or something negative.
        SchedError: at a step, for what else cannot be, such as a `cycle_mul` below 1.
    """

    @_declared
    def __init__(
        self,
        optimizer: Any,
        t_initial: int,
        lb: float = -7.0,
        ub: float = 3.0,
        lr_min: float = 0.0,
        cycle_mul: float = 1.0,
        cycle_decay: float = 1.0,
        cycle_limit: int = 1,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = False,
        t_in_epochs: bool = True,
        noise_range_t: NoiseRange = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int = 42,
        initialize: bool = True,
    ) -> None: ...

    def _check(self) -> None:
        super()._check()
        _require(AssertionError, "lb", self.lb, self.lb < self.ub, f"below ub={self.ub}")
        for name in ("cycle_limit", "warmup_t", "warmup_lr_init"):
            value = getattr(self, name)
            _require(AssertionError, name, value, value >= 0, "not negative")

    def _tops(self) -> list[float]:
        return self.base_values if self.warmup_prefix else self._after_warmup(self.warmup_t)

    def _cycle(self, **cycles: object) -> Schedule:
        return native("TanhDecay", steps=self.t_initial, lb=self.lb, ub=self.ub, **cycles)


class StepLRScheduler(_Warmed):
    """Multiplies the rate by `decay_rate` every `decay_t`, which need not be whole.

    ``base * decay_rate**(t // decay_t)``, t without the warm-up unless `warmup_prefix` is False.
    """

    @_declared
    def __init__(
        self,
        optimizer: Any,
        decay_t: float,
        decay_rate: float = 1.0,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = True,
        t_in_epochs: bool = True,
        noise_range_t: NoiseRange = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int = 42,
        initialize: bool = True,
    ) -> None: ...

    def _schedule(self) -> Schedule:
        return native("ExponentialLR", gamma=self.decay_rate)

    # Python's own quotient, which a staircase of a length that is not whole may round otherwise.
    def _after_warmup(self, t: float) -> list[float]:
        return super()._after_warmup(t // self.decay_t)


class MultiStepLRScheduler(_Warmed):
    """Multiplies the rate by `decay_rate` at each of `decay_t`, as timm has it a step early.

    ``base * decay_rate**k``, k the number of milestones that are at most ``t + 1``.
    """

    @_declared
    def __init__(
        self,
        optimizer: Any,
        decay_t: Sequence[float],
        decay_rate: float = 1.0,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = True,
        t_in_epochs: bool = True,
        noise_range_t: NoiseRange = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int = 42,
        initialize: bool = True,
    ) -> None: ...

    def _schedule(self) -> Schedule:
        return native("ExponentialLR", gamma=self.decay_rate)

    def _after_warmup(self, t: float) -> list[float]:
        return super()._after_warmup(self.get_curr_decay_steps(t))

    def get_curr_decay_steps(self, t: float) -> int:
        """How many milestones have come by a step."""
        return bisect_right(self.decay_t, t + 1)


# -- Warm-up, stable, decay ---------------------------------------------------

_STABLE = ("constant", "rsqrt", "power")
# timm's names of the tails, and ours.
_TAILS = {
    "linear": "linear",
    "1-sqrt": "1-sqrt",
    "cosine": "cosine",
    "power": "power",
    "exp": "exponential",
}


class WSDLRScheduler(_Warmed):
    """Up, stable or slowly down, and over the last `decay_t` of `t_initial` down to `lr_min`.

    ``lr_min + (max(base * stable(s), lr_min) - lr_min) * decay(u)``, s the time since the warm-up
    and u the part of the decay that is over. stable is 1, ``(1 + s / stable_timescale)**-0.5``
    (rsqrt) or the same to ``-stable_power``; decay is ``1 - u``, ``1 - sqrt(u)``,
    ``(1 + cos(pi * u)) / 2``, ``1 - u**decay_power``, ``(r**u - r) / (1 - r)`` with
    ``r = decay_ratio`` (exp), or a function of u.

    Raises:
        ValueError: a length, a power, a ratio or a name is none.
    """

    @_declared
    def __init__(
        self,
        optimizer: Any,
        t_initial: int,
        decay_t: int,
        lr_min: float = 0.0,
        stable_fn: str = "constant",
        stable_timescale: float | None = None,
        stable_power: float = 0.5,
        decay_fn: str | Callable[[float], float] = "1-sqrt",
        decay_power: float = 0.5,
        decay_ratio: float = 0.1,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        t_in_epochs: bool = True,
        noise_range_t: NoiseRange = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int = 42,
        initialize: bool = True,
    ) -> None: ...

    # No attribute of timm's, whose warm-up is always one.
    warmup_prefix = True
    stable_timescale: float | None

    def _check(self) -> None:
        if self.stable_fn != "constant" and self.stable_timescale is None:
            self.stable_timescale = self.warmup_t
        total, timescale = self.t_initial, self.stable_timescale
        for name, is_accepted, what in [
            ("t_initial", total > 0, "above 0"),
            ("decay_t", 0 < self.decay_t <= total, f"above 0, at most {total}"),
            ("lr_min", self.lr_min >= 0, "at least 0"),
            ("stable_fn", self.stable_fn in _STABLE, f"one of {_STABLE}"),
            (
                "decay_fn",
                not isinstance(self.decay_fn, str) or self.decay_fn in _TAILS,
                f"one of {[*_TAILS]}, or a function",
            ),
            ("decay_ratio", 0 < self.decay_ratio < 1, "between 0 and 1"),
            ("decay_power", self.decay_power > 0, "above 0"),
            ("stable_power", self.stable_power > 0, "above 0"),
            (
                "stable_timescale",
                self.stable_fn == "constant" or (timescale or 0) > 0,
                "above 0, and is warmup_t by default",
            ),
        ]:
            _require(ValueError, name, getattr(self, name), is_accepted, what)

    def _schedule(self) -> Schedule:
        power = {"constant": 0.0, "rsqrt": 0.5}.get(self.stable_fn, self.stable_power)
        held = self.t_initial - self.decay_t
        return native(
            "WarmupStableDecay",
            num_warmup_steps=0,
            # A step later and counted from 1: the first of the decay is the held rate itself. What
            # a function decays is held for ever.
            num_stable_steps=2**53 if callable(self.decay_fn) else held + 1,
            num_decay_steps=self.decay_t,
            offset=1,
            decay_type="linear" if callable(self.decay_fn) else _TAILS[self.decay_fn],
            eta_min=self.lr_min,
            stable_power=power,
            **given(stable_timescale=self.stable_timescale if power else None),
            decay_power=self.decay_power,
            decay_ratio=self.decay_ratio,
        )

    def _after_warmup(self, t: float) -> list[float]:
        floor = self.lr_min
        # A base below the floor is held on it.
        schedule = self.derived("schedule", self._schedule)
        rates = _rates(schedule, t, [max(base, floor) for base in self.base_values])
        since = t - (self.t_initial - self.decay_t)
        if not callable(self.decay_fn) or since <= 0:
            return rates
        factor = self.decay_fn(min(since / self.decay_t, 1.0))
        return [floor + (rate - floor) * factor for rate in rates]

    def get_cycle_length(self, cycles: int = 0) -> int:
        """The steps of all, the warm-up included."""
        length: int = self.warmup_t + self.t_initial
        return length


# -- On a metric --------------------------------------------------------------


class PlateauLRScheduler(_Warmed):
    """Multiplies the rate by `decay_rate` when a metric has been no better for `patience_t` epochs.

    The metric goes to ``step(epoch, metric)``. Up to and including epoch `warmup_t` the rate goes
    in a straight line from `warmup_lr_init` to the base rate; so ``step(0)`` without a warm-up sets
    it to `warmup_lr_init`, as in timm, and one begins with ``step(1)``.

    Unlike timm's, the state has all that was counted: a run that resumes goes on.

    Raises:
        ValueError: `decay_rate` is not below 1, or `mode` is neither ``"min"`` nor ``"max"``.
    """

    @_declared
    def __init__(
        self,
        optimizer: Any,
        decay_rate: float = 0.1,
        patience_t: int = 10,
        threshold: float = 1e-4,
        cooldown_t: int = 0,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        lr_min: float = 0.0,
        mode: str = "max",
        noise_range_t: NoiseRange = None,
        noise_type: str = "normal",
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int | None = None,
        initialize: bool = True,
    ) -> None: ...

    def _begin(self) -> None:
        # timm keeps these in the scheduler it wraps.
        given = {
            name: vars(self).pop(argument)
            for name, argument in [
                ("factor", "decay_rate"),
                ("patience", "patience_t"),
                ("threshold", "threshold"),
                ("cooldown", "cooldown_t"),
                ("mode", "mode"),
                ("min_lr", "lr_min"),
            ]
        }
        self.lr_scheduler = ReduceLROnPlateau(self.optimizer, **given)
        super()._begin()
        # The rates without the noise that is on them.
        self.restore_lr: list[float] | None = None

    def state_dict(self) -> dict[str, Any]:
        """All that was counted; timm's has the first two."""
        return {
            "best": self.lr_scheduler.best,
            "last_epoch": self.lr_scheduler.last_epoch,
            "num_bad_epochs": self.lr_scheduler.num_bad_epochs,
            "cooldown_counter": self.lr_scheduler.cooldown_counter,
            "restore_lr": self.restore_lr,
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes on a :meth:`state_dict`, timm's as well, from which the counts are missing."""
        self.lr_scheduler.best = state_dict["best"]
        for name in ("last_epoch", "num_bad_epochs", "cooldown_counter"):
            if name in state_dict:
                setattr(self.lr_scheduler, name, state_dict[name])
        self.restore_lr = state_dict.get("restore_lr")

    def step(self, epoch: int, metric: float | None = None) -> None:
        """Sets the rates of an epoch, from what `metric` was in the one before, if there is one."""
        if epoch <= self.warmup_t:
            self.update_groups([self.warmup_lr_init + epoch * step for step in self.warmup_steps])
            return
        groups = self.optimizer.param_groups
        if self.restore_lr is not None:
            for group, rate in zip(groups, self.restore_lr, strict=True):
                group["lr"] = rate
            self.restore_lr = None
        if metric is not None:
            self.lr_scheduler.step(metric)
        if self._is_apply_noise(epoch):
            noise = self._calculate_noise(epoch)
            self.restore_lr = [float(group["lr"]) for group in groups]
            for group, rate in zip(groups, self.restore_lr, strict=True):
                group["lr"] = rate + rate * noise

    def step_update(self, num_updates: int, metric: float | None = None) -> None:
        """Nothing: a metric is an epoch's."""

    def _schedule(self) -> Schedule:
        raise AssertionError("no rate follows from the epoch alone")


# -- By name ------------------------------------------------------------------


def scheduler_kwargs(cfg: Any, decreasing_metric: bool | None = None) -> dict[str, Any]:
    """The arguments of :func:`create_scheduler_v2` from a command line's, with timm's defaults."""
    if decreasing_metric is None:
        decreasing_metric = "loss" in getattr(cfg, "eval_metric", "top1")
    defaults: dict[str, tuple[str, Any]] = {
        "num_epochs": ("epochs", 100),
        "decay_epochs": ("decay_epochs", 30),
        "decay_milestones": ("decay_milestones", [30, 60]),
        "warmup_epochs": ("warmup_epochs", 5),
        "cooldown_epochs": ("cooldown_epochs", 0),
        "patience_epochs": ("patience_epochs", 10),
        "decay_rate": ("decay_rate", 0.1),
        "min_lr": ("min_lr", 0.0),
        "warmup_lr": ("warmup_lr", 1e-5),
        "warmup_prefix": ("warmup_prefix", False),
        "noise": ("lr_noise", None),
        "noise_pct": ("lr_noise_pct", 0.67),
        "noise_std": ("lr_noise_std", 1.0),
        "noise_seed": ("seed", 42),
        "cycle_mul": ("lr_cycle_mul", 1.0),
        "cycle_decay": ("lr_cycle_decay", 0.1),
        "cycle_limit": ("lr_cycle_limit", 1),
        "k_decay": ("lr_k_decay", 1.0),
        "decay_fn": ("lr_decay_fn", None),
        "stable_timescale": ("lr_stable_timescale", None),
    }
    given = {key: getattr(cfg, name, value) for key, (name, value) in defaults.items()}
    return {
        "sched": cfg.sched,
        **given,
        "plateau_mode": "min" if decreasing_metric else "max",
        "step_on_epochs": not getattr(cfg, "sched_on_updates", False),
    }


def create_scheduler(
    args: Any, optimizer: Any, updates_per_epoch: int = 0
) -> tuple[Scheduler | None, int]:
    """:func:`create_scheduler_v2` of a command line's arguments."""
    return create_scheduler_v2(
        optimizer, **scheduler_kwargs(args), updates_per_epoch=updates_per_epoch
    )


def create_scheduler_v2(
    optimizer: Any,
    sched: str = "cosine",
    num_epochs: int = 300,
    decay_epochs: float | None = None,
    decay_milestones: Sequence[int] = (90, 180, 270),
    cooldown_epochs: int = 0,
    patience_epochs: int = 10,
    decay_rate: float = 0.1,
    min_lr: float = 0.0,
    warmup_lr: float = 1e-5,
    warmup_epochs: int = 0,
    warmup_prefix: bool = False,
    noise: float | Sequence[float] | None = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int = 42,
    cycle_mul: float = 1.0,
    cycle_decay: float = 0.1,
    cycle_limit: int = 1,
    k_decay: float = 1.0,
    decay_fn: str | None = None,
    stable_timescale: float | None = None,
    plateau_mode: str = "max",
    step_on_epochs: bool = True,
    updates_per_epoch: int = 0,
) -> tuple[Scheduler | None, int]:
    """A scheduler by its name, and the epochs to train for.

    Args:
        optimizer: Anything with ``param_groups``.
        sched: ``cosine``, ``tanh``, ``poly``, ``step``, ``multistep``, ``constant``, ``wsd``,
            ``rsqrt``, ``plateau``, or ``none`` for no scheduler.
        num_epochs: The schedule's epochs, the warm-up among them unless it is a prefix.
        decay_epochs: Epochs from one drop to the next (step, 90 by default), or of the last decay
            (wsd and rsqrt, a fifth by default); below 1 a part of the schedule.
        decay_milestones: The epochs of multistep's drops.
        cooldown_epochs: Epochs at `min_lr` after the schedule.
        decay_rate: The factor of each drop, or the power (poly).
        noise: Where the noise begins, or begins and ends, as parts of the schedule.
        step_on_epochs: False counts updates, `updates_per_epoch` of them an epoch.

    The others are the schedulers' own.

    Raises:
        ValueError: no scheduler has that name; a decay is as long as no schedule.
        AssertionError: updates count, and nobody says how many an epoch has.
    """
    if decay_epochs is None:
        decay_epochs = 0.2 if sched in ("wsd", "rsqrt") else 90
    if not step_on_epochs and not updates_per_epoch > 0:
        raise AssertionError(f"updates_per_epoch is above 0, and not {updates_per_epoch}")
    unit = 1 if step_on_epochs else updates_per_epoch
    t_initial, warmup_t = num_epochs * unit, warmup_epochs * unit
    warmup = {"warmup_t": warmup_t, "warmup_lr_init": warmup_lr}
    common: dict[str, Any] = {
        "t_in_epochs": step_on_epochs,
        "noise_range_t": _noise_range(noise, t_initial),
        "noise_pct": noise_pct,
        "noise_std": noise_std,
        "noise_seed": noise_seed,
        **warmup,
    }
    prefix = {"warmup_prefix": warmup_prefix}
    cycles: dict[str, Any] = {
        "t_initial": t_initial,
        "lr_min": min_lr,
        "cycle_mul": cycle_mul,
        "cycle_decay": cycle_decay,
        "cycle_limit": cycle_limit,
        **prefix,
    }
    scheduler: Scheduler | None = None
    if sched == "cosine":
        scheduler = CosineLRScheduler(optimizer, **cycles, **common, k_decay=k_decay)
    elif sched == "tanh":
        scheduler = TanhLRScheduler(optimizer, **cycles, **common)
    elif sched == "poly":
        scheduler = PolyLRScheduler(
            optimizer, **cycles, **common, power=decay_rate, k_decay=k_decay
        )
    elif sched in ("step", "constant"):
        every, rate = (decay_epochs * unit, decay_rate) if sched == "step" else (1, 1.0)
        scheduler = StepLRScheduler(optimizer, every, rate, **prefix, **common)
    elif sched == "multistep":
        if not step_on_epochs:
            decay_milestones = [milestone * unit for milestone in decay_milestones]
        scheduler = MultiStepLRScheduler(
            optimizer, decay_milestones, decay_rate, **prefix, **common
        )
    elif sched == "plateau":
        if not step_on_epochs:
            raise AssertionError("a plateau is one of epochs, and not of updates")
        del common["t_in_epochs"]
        scheduler = PlateauLRScheduler(
            optimizer, decay_rate, patience_epochs, lr_min=min_lr, mode=plateau_mode, **common
        )
    elif sched in ("wsd", "rsqrt"):
        # Its warm-up is always a prefix: without one asked for, the rest is shorter.
        length = t_initial if warmup_prefix else t_initial - warmup_t
        decay_t = round(decay_epochs * (length if 0 < decay_epochs < 1 else unit))
        if not 0 < decay_t <= length:
            raise ValueError(f"{sched} decays over 1 to {length} steps, and not over {decay_t}")
        scheduler = WSDLRScheduler(
            optimizer,
            length,
            decay_t,
            lr_min=min_lr,
            stable_fn="rsqrt" if sched == "rsqrt" else "constant",
            stable_timescale=None if stable_timescale is None else stable_timescale * unit,
            decay_fn=decay_fn or ("linear" if sched == "rsqrt" else "1-sqrt"),
            **common,
        )
    elif sched != "none":
        raise ValueError(f"no scheduler is called {sched!r}")

    if isinstance(scheduler, _Cyclical | WSDLRScheduler):
        num_epochs = (scheduler.get_cycle_length() + cooldown_epochs * unit) // unit
    elif warmup_prefix:
        num_epochs += warmup_epochs
    return scheduler, num_epochs


def _noise_range(noise: float | Sequence[float] | None, length: float) -> NoiseRange:
    if noise is None:
        return None
    if isinstance(noise, list | tuple):
        between = [part * length for part in noise]
        return between[0] if len(between) == 1 else between
    return noise * length  # type: ignore[operator]
