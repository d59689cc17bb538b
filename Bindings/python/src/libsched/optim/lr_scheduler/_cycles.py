"""Schedulers that go up and down: cosines, restarts, triangles and the one cycle."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

from ... import _lib
from ._base import (
    _MAX_STEP,
    LRScheduler,
    Native,
    Rate,
    are_floats,
    are_still,
    as_real,
    check_optimizer,
    copies,
    for_each_group,
    is_ours,
    kept,
    native_of,
    next_rates,
    put,
    rates_at,
    set_rates,
    warn_outside_step,
)


@is_ours
class CosineAnnealingLR(LRScheduler):
    """Half a cosine from the base rate down to `eta_min`, then back up, for ever.

    ::

        rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * t / T_max)) / 2

    Args:
        optimizer: Anything with ``param_groups``.
        T_max: Steps from the base rate to the floor. Not checked: 0 raises at the first step.
        eta_min: The floor, in the units of the rate. Not checked.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        ZeroDivisionError: `T_max` is 0, at the first step.

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983), without the restarts.
    """

    def __init__(
        self,
        optimizer: Any,
        T_max: int,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def _make(self, native: Native) -> None:
        eta_min = as_real(self.eta_min)
        if type(self.T_max) is int and eta_min is not None:
            native.make("CosineAnnealingLR", T_max=self.T_max, eta_min=eta_min)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        if self._is_initial:
            return copies(self.optimizer, "lr")
        step, length = self.last_epoch, self.T_max
        if self._step_count == 1 and step > 0:
            # In the middle, and nothing stepped yet: there is no rate to go on from.
            groups = self.optimizer.param_groups
            return [self._at(base) for base, _ in zip(self.base_lrs, groups, strict=True)]
        # Just after the floor the ratio would be 0/0: there the first step up is added.
        turns = (step - 1 - length) % (2 * length) == 0
        rates = next_rates(self, step, self.base_lrs if turns else None, length, self.eta_min)
        if rates is not None:
            return rates
        groups = self.optimizer.param_groups
        if turns:
            return [
                group["lr"] + (base - self.eta_min) * (1 - math.cos(math.pi / self.T_max)) / 2
                for base, group in zip(self.base_lrs, groups, strict=True)
            ]
        return [
            (1 + math.cos(math.pi * self.last_epoch / self.T_max))
            / (1 + math.cos(math.pi * (self.last_epoch - 1) / self.T_max))
            * (group["lr"] - self.eta_min)
            + self.eta_min
            for group in groups
        ]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = rates_at(self, native_of(self, self.T_max, self.eta_min))
        return [self._at(base) for base in self.base_lrs] if rates is None else rates

    def _at(self, base: Rate) -> Rate:
        wave = 1 + math.cos(math.pi * self.last_epoch / self.T_max)
        return self.eta_min + (base - self.eta_min) * wave / 2


@is_ours
class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine from the base rate down to `eta_min`, again and again.

    ::

        rate = eta_min + (base - eta_min) * (1 + cos(pi * T_cur / T_i)) / 2

    with `T_cur` steps since the last restart and `T_i` steps in this cycle.

    Args:
        optimizer: Anything with ``param_groups``.
        T_0: Steps of the first cycle, above 0.
        T_mult: How much longer each cycle is than the one before, at least 1.
        eta_min: The floor, in the units of the rate; a float or an int.
        last_epoch: As :class:`LRScheduler`'s. Not -1, it counts as steps of a first cycle.

    Raises:
        ValueError: an argument is out of its range.

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983).
    """

    def __init__(
        self,
        optimizer: Any,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, float | int):
            raise ValueError(  # noqa: TRY004, torch's
                f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}"
            )
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: Any = last_epoch
        super().__init__(optimizer, last_epoch)

    def _make(self, native: Native) -> None:
        # The cycle in force, as the first: that where it began is not the library's to know, an
        # epoch given to step() may have moved it.
        eta_min = as_real(self.eta_min)
        if type(self.T_i) is int and eta_min is not None:
            native.make("CosineAnnealingWarmRestarts", T_0=self.T_i, eta_min=eta_min)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        step, length = self.T_cur, self.T_i
        if type(length) is int and 0 <= step < length:
            rates = next_rates(self, step, self.base_lrs, length, self.eta_min, lowest=0)
            if rates is not None:
                return rates
        return [
            self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * step / length)) / 2
            for base in self.base_lrs
        ]

    def step(self, epoch: float | None = None) -> None:
        """Sets the next rates; the optimizer's ``step`` comes first.

        Args:
            epoch: Goes there instead, at least 0; may lie between two epochs.

        Raises:
            ValueError: `epoch` is negative.
        """
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur = self.T_cur + 1
            if self.T_cur >= self.T_i:
                self.T_cur = self.T_cur % self.T_i
                self.T_i = self.T_i * self.T_mult
        elif epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        elif epoch < self.T_0:
            self.T_i = self.T_0
            self.T_cur = epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            # torch's logarithm, which may be one off at a restart.
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n
        self.last_epoch = math.floor(epoch)

        self._get_lr_called_within_step = True
        try:
            set_rates(self, self.get_lr())
        finally:
            self._get_lr_called_within_step = False


@is_ours
class CyclicLR(LRScheduler):
    """Up and down between two rates, momentum the other way round, for ever.

    ::

        cycle  = floor(1 + t / (step_size_up + step_size_down))
        rate   = base_lr + (max_lr - base_lr) * height * scale
        scale  = 1, 1 / 2 ** (cycle - 1) or gamma ** t

    with `height` from 0 up to 1 and back to 0 in every cycle.

    Args:
        optimizer: Anything with ``param_groups`` and, to cycle momentum, ``defaults`` that have
            ``momentum`` or ``betas``.
        base_lr: The rate at both ends of a cycle, or a list of one a group; the groups' own rates
            do not matter.
        max_lr: The rate at the peak, or a list of one a group.
        step_size_up: Steps up.
        step_size_down: Steps down; as many as up when None.
        mode: ``"triangular"``, ``"triangular2"`` or ``"exp_range"``: the three scales.
        gamma: What each step leaves of the height under ``"exp_range"``.
        scale_fn: A scale of one's own; `mode` does not matter then.
        scale_mode: What `scale_fn` is a function of: the ``"cycle"``, or else the step.
        cycle_momentum: Whether it drives ``momentum``, or the first of ``betas``, too.
        base_momentum: The momentum at the peak, or a list of one a group.
        max_momentum: The momentum at both ends, or a list of one a group.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        TypeError: `optimizer` has no ``param_groups``.
        ValueError: an argument is out of its range. The groups have their first rate even so.
        ZeroDivisionError: a cycle has no steps, or none up.

    Source: Smith, Cyclical Learning Rates (arXiv:1506.01186).
    """

    _scale_fn_ref: Callable[[float], float]

    def __init__(
        self,
        optimizer: Any,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = for_each_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for rate, group in zip(base_lrs, optimizer.param_groups, strict=True):
                put(group, "lr", rate)
        self.max_lrs = for_each_group("max_lr", optimizer, max_lr)

        up = float(step_size_up)
        down = float(step_size_down) if step_size_down is not None else up
        self.total_size = up + down
        self.step_ratio = up / self.total_size
        if mode not in ["triangular", "triangular2", "exp_range"] and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        self._init_scale_fn()

        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            defaults = getattr(optimizer, "defaults", ())
            if "momentum" not in defaults and "betas" not in defaults:
                raise ValueError(
                    "optimizer must support momentum or beta1 with `cycle_momentum` option enabled"
                )
            self.use_beta1 = "betas" in defaults
            self.base_momentums = for_each_group("base_momentum", optimizer, base_momentum)
            self.max_momentums = for_each_group("max_momentum", optimizer, max_momentum)
            if last_epoch == -1:
                for high, low, group in zip(
                    self.max_momentums, self.base_momentums, optimizer.param_groups, strict=True
                ):
                    set_momentum(group, high, self.use_beta1)
                    group["max_momentum"] = high
                    group["base_momentum"] = low

        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def _init_scale_fn(self) -> None:
        if self._scale_fn_custom is not None:
            return
        if self.mode == "triangular":
            self._scale_fn_ref = self._triangular_scale_fn
            self.scale_mode = "cycle"
        elif self.mode == "triangular2":
            self._scale_fn_ref = self._triangular2_scale_fn
            self.scale_mode = "cycle"
        elif self.mode == "exp_range":
            self._scale_fn_ref = partial(self._exp_range_scale_fn, self.gamma)
            self.scale_mode = "iterations"

    def scale_fn(self, x: Any) -> Any:
        """The scale of a cycle, or of a step, whichever `scale_mode` says."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return self._scale_fn_ref(x)

    @staticmethod
    def _triangular_scale_fn(x: float) -> float:
        return 1.0

    @staticmethod
    def _triangular2_scale_fn(x: float) -> Any:
        return 1 / 2.0 ** (x - 1)

    @staticmethod
    def _exp_range_scale_fn(gamma: float, x: float) -> Any:
        return gamma**x

    def get_lr(self) -> list[Rate]:
        """The rates to set now, one a group. Sets the momentum, where it is cycled."""
        if not self._get_lr_called_within_step:
            warn_outside_step()
        cycles, up = self.last_epoch / self.total_size, self.step_ratio
        cycle = math.floor(1 + cycles)
        x = 1.0 + cycles - cycle
        height = x / up if x <= up else (x - 1) / (up - 1)
        known = self._triangle(height, cycle)
        if known is not None:
            return known
        scale: Callable[[Any], Any] = self._scale
        plain = type(self) is CyclicLR and self._scale_fn_custom is None
        if plain and self.base_lrs and self.max_lrs:
            # A scale of one's own is asked for every rate, as torch does: it may say another.
            scale = {cycle: scale(cycle)}.__getitem__
        rates = [
            base + (peak - base) * height * scale(cycle)
            for base, peak in zip(self.base_lrs, self.max_lrs, strict=True)
        ]
        if self.cycle_momentum:
            momenta = [
                high - (high - low) * height * scale(cycle)
                for low, high in zip(self.base_momentums, self.max_momentums, strict=True)
            ]
            for group, momentum in zip(self.optimizer.param_groups, momenta, strict=True):
                set_momentum(group, momentum, self.use_beta1)
        return rates

    def _scale(self, cycle: int) -> Any:
        return self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)

    def _make(self, native: Native) -> None:
        """Keeps what is raised to a power for a scale, and whether it is 1 - x instead of x."""
        scale = native.first
        if scale is _HALVED:
            native.kept = (2.0, True)
        elif type(scale) is partial and scale.func is _POWERS and not scale.keywords:
            gamma = as_real(*scale.args) if len(scale.args) == 1 else None
            native.kept = None if gamma is None else (gamma, False)

    def _triangle(self, height: Any, cycle: int) -> list[float] | None:
        """What `get_lr` answers and does in one of the modes, in one call of the library.

        None where that is not for the library to answer; then nothing is set.
        """
        own = self.__dict__
        if type(self) is not CyclicLR or self._scale_fn_custom is not None or "scale_fn" in own:
            return None
        scale = own.get("_scale_fn_ref")
        try:
            native = self._libsched
            if native.first is not scale:
                native = native_of(self, scale)
        except AttributeError:
            native = native_of(self, scale)
        curve, more = "linear", ()  # type: tuple[str, tuple[float, ...]]
        if scale is not _ALL_THE_SAME:
            if native.kept is None:
                return None
            gamma, halves = native.kept
            x = cycle if self.scale_mode == "cycle" else self.last_epoch
            if type(x) is not int:
                return None
            if halves:
                # 1 / 2.0 ** (x - 1), and Python raises where the library would go on.
                power, most = 1 - x, 1024
            else:
                power, most = x, _MAX_STEP
            if not -1024 <= x <= most or (x < 0 and not halves):
                return None
            curve, more = "damped", (0.0, gamma, power)
        groups, bases, peaks = self.optimizer.param_groups, self.base_lrs, self.max_lrs
        use_beta1, lows, highs = None, bases, peaks
        if self.cycle_momentum:
            try:
                lows, highs = self.base_momentums, self.max_momentums
                use_beta1 = bool(self.use_beta1)
            except AttributeError:
                # In its turn: the rates come first.
                return None
        # A momentum is subtracted from the upper in torch, and here added to it with the sign
        # turned: the same but for -0.
        if len(groups) != 1:
            points = [bases, peaks] if use_beta1 is None else [bases, highs, peaks, lows]
            within = self._get_lr_called_within_step
            return along(native, curve, height, groups, points, use_beta1, within, more, highs)
        if not (type(bases) is type(highs) is type(peaks) is type(lows) is list):
            return None
        try:
            (base,), (high,), (peak,), (low,) = bases, highs, peaks, lows
        except ValueError:
            return None
        if use_beta1 is None:
            return along_one(native, curve, height, groups[0], (base, peak), None, more)
        if not high:
            return None
        ends = (base, high, peak, low)
        return along_one(native, curve, height, groups[0], ends, use_beta1, more)

    def state_dict(self) -> dict[str, Any]:
        """Every attribute but the optimizer. Of a `scale_fn` only an object's attributes."""
        state = super().state_dict()
        state.pop("_scale_fn_ref", None)
        custom = state.pop("_scale_fn_custom")
        state["_scale_fn_custom"] = None
        if custom is not None and not isinstance(custom, types.FunctionType):
            state["_scale_fn_custom"] = custom.__dict__.copy()
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave, and takes ``_scale_fn_custom`` out of it."""
        custom = state_dict.pop("_scale_fn_custom")
        super().load_state_dict(state_dict)
        if custom is not None:
            self._scale_fn_custom.__dict__.update(custom)
        self._init_scale_fn()


_ALL_THE_SAME = CyclicLR._triangular_scale_fn
_HALVED = CyclicLR._triangular2_scale_fn
_POWERS = CyclicLR._exp_range_scale_fn


@is_ours
class OneCycleLR(LRScheduler):
    """One cycle: up to a peak, down to next to nothing, momentum the other way round.

    ::

        initial = max_lr / div_factor,  last = initial / final_div_factor
        two phases:    initial up to max_lr at pct_start * total_steps - 1, down to last
        three phases:  initial up to max_lr, down to initial in as many steps, down to last

    Args:
        optimizer: Anything with ``param_groups`` and, to cycle momentum, ``defaults`` that have
            ``momentum`` or ``betas``.
        max_lr: The peak, or a list of one a group.
        total_steps: Steps in all, above 0. Or else:
        epochs, steps_per_epoch: Their product is the steps in all.
        pct_start: The part of the steps that goes up; a float from 0 to 1.
        anneal_strategy: ``"cos"`` or ``"linear"``: the way from one rate to the next.
        cycle_momentum: Whether it drives ``momentum``, or the first of ``betas``, too.
        base_momentum: The momentum at the peak, or a list of one a group.
        max_momentum: The momentum at both ends, or a list of one a group.
        div_factor: The peak over the rate at step 0.
        final_div_factor: The rate at step 0 over the last.
        three_phase: Whether it comes down to the first rate before the last.
        last_epoch: As :class:`LRScheduler`'s.

    The last rate is that of step ``total_steps - 1``. The step after that goes back up, as
    torch's does; the next raises.

    Raises:
        TypeError: `optimizer` has no ``param_groups``.
        ValueError: an argument is out of its range, or the step is past the end.
        ZeroDivisionError: a phase has no steps (``pct_start * total_steps`` is 1).

    Source: Smith and Topin, Super-Convergence (arXiv:1708.07120).
    """

    def __init__(
        self,
        optimizer: Any,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer

        if total_steps is not None:
            if total_steps <= 0 or not isinstance(total_steps, int):
                raise ValueError(f"Expected positive integer total_steps, but got {total_steps}")
            self.total_steps = total_steps
        elif epochs is not None and steps_per_epoch is not None:
            if not isinstance(epochs, int) or epochs <= 0:
                raise ValueError(f"Expected positive integer epochs, but got {epochs}")
            if not isinstance(steps_per_epoch, int) or steps_per_epoch <= 0:
                raise ValueError(
                    f"Expected positive integer steps_per_epoch, but got {steps_per_epoch}"
                )
            self.total_steps = epochs * steps_per_epoch
        else:
            raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")

        peak = float(pct_start * self.total_steps) - 1
        self._schedule_phases = [
            _phase(peak, "initial_lr", "max_lr", "max_momentum", "base_momentum")
        ]
        if three_phase:
            back = float(2 * pct_start * self.total_steps) - 2
            self._schedule_phases += [
                _phase(back, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
                _phase(
                    self.total_steps - 1,
                    "initial_lr",
                    "min_lr",
                    "max_momentum",
                    "max_momentum",
                ),
            ]
        else:
            self._schedule_phases += [
                _phase(
                    self.total_steps - 1,
                    "max_lr",
                    "min_lr",
                    "base_momentum",
                    "max_momentum",
                )
            ]

        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ["cos", "linear"]:
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_func_type = anneal_strategy

        peaks = for_each_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for i, group in enumerate(optimizer.param_groups):
                group["initial_lr"] = peaks[i] / div_factor
                group["max_lr"] = peaks[i]
                group["min_lr"] = group["initial_lr"] / final_div_factor

        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            defaults = getattr(optimizer, "defaults", ())
            if "momentum" not in defaults and "betas" not in defaults:
                raise ValueError(
                    "optimizer must support momentum or beta1 with `cycle_momentum` option enabled"
                )
            self.use_beta1 = "betas" in defaults
            highs = for_each_group("max_momentum", optimizer, max_momentum)
            lows = for_each_group("base_momentum", optimizer, base_momentum)
            if last_epoch == -1:
                for high, low, group in zip(highs, lows, optimizer.param_groups, strict=True):
                    self._set_momentum(group, high)
                    group["max_momentum"] = high
                    group["base_momentum"] = low

        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Rate]:
        """The rates to set now, one a group. Sets the momentum, where it is cycled."""
        if not self._get_lr_called_within_step:
            warn_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(
                f"Tried to step {step} times. The specified number of total steps is"
                f" {self.total_steps}"
            )
        known = self._anneal_all()
        if known is not None:
            return known
        rates = []
        for group in self.optimizer.param_groups:
            phase, start = self._phase_at(step)
            fraction = (step - start) / (phase["end_step"] - start)
            rates.append(
                self._anneal_func(group[phase["start_lr"]], group[phase["end_lr"]], fraction)
            )
            if self.cycle_momentum:
                momentum = self._anneal_func(
                    group[phase["start_momentum"]],
                    group[phase["end_momentum"]],
                    fraction,
                )
                self._set_momentum(group, momentum)
        return rates

    def _anneal_all(self) -> list[float] | None:
        """What `get_lr` answers and does, in one call of the library.

        None where that is not for the library to answer; then nothing is set.
        """
        if type(self) is not OneCycleLR:
            return None
        groups = self.optimizer.param_groups
        try:
            curve, step, cycle = self._anneal_func_type, self.last_epoch, self.cycle_momentum
            phase, start = self._phase_at(step)
            fraction = (step - start) / (phase["end_step"] - start)
            first, last = phase["start_lr"], phase["end_lr"]
            low, high = phase["start_momentum"], phase["end_momentum"]
            use_beta1 = bool(self.use_beta1) if cycle else None
            native = native_of(self, curve)
            if len(groups) == 1:
                (group,) = groups
                if cycle:
                    ends: Any = (group[first], group[low], group[last], group[high])
                else:
                    ends = (group[first], group[last])
                return along_one(native, curve, fraction, group, ends, use_beta1)
            keys = (first, low, last, high) if cycle else (first, last)
            points = [[group[key] for group in groups] for key in keys]
            within = self._get_lr_called_within_step
            return along(native, curve, fraction, groups, points, use_beta1, within)
        except (AttributeError, KeyError, ZeroDivisionError):
            return None

    def _phase_at(self, step: Any) -> tuple[dict[str, Any], Any]:
        """The phase a step belongs to, and the step at which that phase began."""
        phases, start = self._schedule_phases, 0.0
        for phase in phases:
            end = phase["end_step"]
            if step <= end or phase is phases[-1]:
                break
            start = end
        return phase, start

    def _set_momentum(self, group: dict[str, Any], momentum: Rate) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum

    def _anneal_func(self, start: Rate, end: Rate, pct: float) -> Rate:
        if not hasattr(self, "_anneal_func_type"):
            # Where the state comes from a torch older than that attribute.
            return self.anneal_func(start, end, pct)  # type: ignore[attr-defined]
        if self._anneal_func_type == "cos":
            return self._annealing_cos(start, end, pct)
        if self._anneal_func_type == "linear":
            return self._annealing_linear(start, end, pct)
        raise ValueError(f"Unknown _anneal_func_type: {self._anneal_func_type}")

    @staticmethod
    def _annealing_cos(start: Rate, end: Rate, pct: float) -> Rate:
        return end + (start - end) / 2.0 * (math.cos(math.pi * pct) + 1)

    @staticmethod
    def _annealing_linear(start: Rate, end: Rate, pct: float) -> Rate:
        return (end - start) * pct + start


def _phase(
    end_step: float, start_lr: str, end_lr: str, start_momentum: str, end_momentum: str
) -> dict[str, Any]:
    """A stretch of a cycle: where it ends, and the keys of what it goes between."""
    return {
        "end_step": end_step,
        "start_lr": start_lr,
        "end_lr": end_lr,
        "start_momentum": start_momentum,
        "end_momentum": end_momentum,
    }


def along(
    native: Native,
    curve: str,
    fraction: Any,
    groups: Any,
    points: list[list[Any]],
    use_beta1: bool | None,
    within_step: bool,
    more: tuple[float, ...] = (),
    nonzero: list[Any] | tuple[()] = (),
) -> list[float] | None:
    """The rates of all groups so far along their ways, in one call of the library.

    Sets the momenta, which have ways too, unless `use_beta1` is None; and the rates, too, where a
    step asks, which sets them next.

    Args:
        points: Where the rates begin, where the momenta, where the rates end, where the momenta;
            lists of one a group.
        more: What the curve needs beside the fraction.
        nonzero: Where a 0 is not for the library.

    Returns None where that is not for the library to answer; then nothing is set.
    """
    count = len(groups)
    ways = count * len(points) // 2
    if type(fraction) is not float or not count:
        return None
    if native.count != ways:
        if curve not in _lib.CURVES:
            return None
        native.count, native.call = ways, _lib.anneal(_lib.CURVES[curve], ways)
        native.points = None
    ends: list[float] | None = None
    if not are_still(points, native.points):
        for one in points:
            if type(one) is not list or len(one) != count:
                return None
        ends = list(chain.from_iterable(points))
        if not are_floats(ends, len(ends)) or not all(nonzero):
            return None
        native.points = kept(points)
    values = native.call(fraction, ends, more)
    rates: list[float] = values[:count].tolist()
    # Not finite: perhaps a power out of range, which raises in Python.
    if more and rates[0] - rates[0] != 0.0:
        return None
    if use_beta1 is None:
        if are_floats([group["lr"] for group in groups], count):
            native.answer = rates
        return rates
    key, momenta = "momentum", values[count:].tolist()
    if use_beta1:
        key = "betas"
        momenta = [(beta1, *group["betas"][1:]) for group, beta1 in zip(groups, momenta)]
    plain = within_step
    for group, rate, momentum in zip(groups, rates, momenta):
        group[key] = momentum
        if plain and type(group["lr"]) is float:
            group["lr"] = rate
        else:
            plain = False
    if plain:
        native.placed = rates
    return rates


def along_from_here(
    native: Native, curve: str, fraction: float, groups: Any, end: str, more: tuple[float, ...]
) -> list[float] | None:
    """The rates of all groups so far from those in force to ``group[end]``, in one call.

    Returns None where that is not for the library to answer.
    """
    points = [group["lr"] for group in groups]
    count = len(points)
    points += [group[end] for group in groups]
    if not are_floats(points, 2 * count):
        return None
    if native.count != count:
        native.count, native.call = count, _lib.anneal(_lib.CURVES[curve], count)
    rates: list[float] = native.call(fraction, points, more).tolist()
    # Not finite: perhaps a power out of range, which raises in Python.
    if rates[0] - rates[0] != 0.0:
        return None
    native.answer = rates
    return rates


def along_one(
    native: Native,
    curve: str,
    fraction: Any,
    group: dict[str, Any],
    points: tuple[Any, ...],
    use_beta1: bool | None,
    more: tuple[float, ...] = (),
) -> list[float] | None:
    """What :func:`along` does, for one group, faster: its points are numbers."""
    if use_beta1 is None:
        start, end = points
        ways = 1
        if not (type(fraction) is type(start) is type(end) is float):
            return None
    else:
        start, high, end, low = points
        ways = 2
        if not (type(fraction) is type(start) is type(high) is type(end) is type(low) is float):
            return None
    # Less than none, so that along() makes its own.
    if native.count != -ways:
        if curve not in _lib.CURVES:
            return None
        native.count, native.call = -ways, _lib.anneal_one(_lib.CURVES[curve], ways)
    values = native.call(fraction, points, more)
    rates: list[float] = [values[0]]
    if more and rates[0] - rates[0] != 0.0:
        return None
    if use_beta1:
        group["betas"] = (values[1], *group["betas"][1:])
    elif use_beta1 is not None:
        group["momentum"] = values[1]
    if type(group["lr"]) is float:
        native.answer = rates
    return rates


def set_momentum(group: dict[str, Any], momentum: Rate, use_beta1: bool) -> None:
    if use_beta1:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum
