"""Schedulers that multiply the rate: steps, ramps and powers."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ._base import (
    LRScheduler,
    Native,
    Rate,
    as_real,
    copies,
    is_ours,
    native_of,
    next_rates,
    rates_at,
    warn_outside_step,
)


@is_ours
class StepLR(LRScheduler):
    """Multiplies the rate by `gamma` every `step_size` steps.

    ::

        rate(t) = base * gamma ** floor(t / step_size)

    Args:
        optimizer: Anything with ``param_groups``.
        step_size: Steps from one drop to the next. Not checked: 0 raises at the first step.
        gamma: What each drop leaves of the rate. Not checked.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        ZeroDivisionError: `step_size` is 0, at the first step.
    """

    def __init__(
        self, optimizer: Any, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _make(self, native: Native) -> None:
        if type(self.step_size) is int and type(self.gamma) is float:
            native.make("StepLR", step_size=self.step_size, gamma=self.gamma)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        rates = next_rates(self, self.last_epoch, None, self.step_size, self.gamma)
        if rates is not None:
            return rates
        if self.last_epoch == 0 or self.last_epoch % self.step_size != 0:
            return copies(self.optimizer, "lr")
        return [group["lr"] * self.gamma for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = rates_at(self, native_of(self, self.step_size, self.gamma))
        if rates is None:
            rates = [
                base * self.gamma ** (self.last_epoch // self.step_size) for base in self.base_lrs
            ]
        return rates


@is_ours
class MultiStepLR(LRScheduler):
    """Multiplies the rate by `gamma` at each milestone.

    ::

        rate(t) = base * gamma ** (the number of milestones that are <= t)

    Args:
        optimizer: Anything with ``param_groups``.
        milestones: The epochs of the drops, in any order; one that is there twice drops twice.
            Not checked.
        gamma: What each drop leaves of the rate. Not checked.
        last_epoch: As :class:`LRScheduler`'s.

    Attributes:
        milestones: A Counter of them.

    Raises:
        TypeError: `milestones` is no iterable.
    """

    def __init__(
        self, optimizer: Any, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _make(self, native: Native) -> None:
        milestones = self.milestones
        native.kept = dict(milestones)
        if (
            type(self.gamma) is float
            and all(type(one) is int for one in milestones)
            and all(type(times) is int and times == 1 for times in milestones.values())
        ):
            native.make("MultiStepLR", milestones=sorted(milestones), gamma=self.gamma)

    def _is_native(self) -> bool:
        """Whether the milestones are for the library, which is told if some are new."""
        milestones = self.milestones
        if type(milestones) is not Counter:
            return False
        try:
            if dict.__eq__(milestones, self._libsched.kept) is not True:
                del self._libsched
        except AttributeError:
            pass
        return True

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        step = self.last_epoch
        if self._is_native():
            rates = next_rates(self, step, None, self.milestones, self.gamma)
            if rates is not None:
                return rates
        if step not in self.milestones:
            return copies(self.optimizer, "lr")
        return [
            group["lr"] * self.gamma ** self.milestones[step]
            for group in self.optimizer.param_groups
        ]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = None
        if self._is_native():
            rates = rates_at(self, native_of(self, self.milestones, self.gamma))
        if rates is None:
            milestones = sorted(self.milestones.elements())
            rates = [
                base * self.gamma ** bisect_right(milestones, self.last_epoch)
                for base in self.base_lrs
            ]
        return rates


@is_ours
class ConstantLR(LRScheduler):
    """A multiple of the base rate for a while, then the base rate.

    ::

        rate(t) = base * (factor if t < total_iters else 1)

    Args:
        optimizer: Anything with ``param_groups``.
        factor: The multiple at first, 0 to 1.
        total_iters: Steps until the base rate. Not checked: with 0 the multiple stays.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        ValueError: `factor` is out of its range.
        ZeroDivisionError: `factor` is 0, at step `total_iters`.
    """

    def __init__(
        self,
        optimizer: Any,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _make(self, native: Native) -> None:
        factor = as_real(self.factor)
        # From 0, where torch divides by zero, the library goes on.
        if factor and type(self.total_iters) is int:
            native.make("ConstantLR", factor=factor, total_iters=self.total_iters)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        if self.last_epoch == 0:
            return [group["lr"] * self.factor for group in self.optimizer.param_groups]
        rates = next_rates(self, self.last_epoch, None, self.factor, self.total_iters)
        if rates is not None:
            return rates
        if self.last_epoch != self.total_iters:
            return copies(self.optimizer, "lr")
        return [group["lr"] * (1.0 / self.factor) for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = rates_at(self, native_of(self, self.factor, self.total_iters))
        if rates is None:
            # Not always 1 from there on, but what torch's sum makes of it.
            rates = [
                base * (self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor))
                for base in self.base_lrs
            ]
        return rates


@is_ours
class LinearLR(LRScheduler):
    """A straight line from one multiple of the base rate to another, then constant.

    ::

        rate(t) = base * (start_factor
                          + (end_factor - start_factor) * min(t, total_iters) / total_iters)

    Args:
        optimizer: Anything with ``param_groups``.
        start_factor: The multiple at step 0: above 0, at most 1.
        end_factor: The multiple from step `total_iters` on: 0 to 1.
        total_iters: Steps from the one to the other. Not checked: with 0 the rate stays at the
            first multiple.
        last_epoch: As :class:`LRScheduler`'s.

    Raises:
        ValueError: a factor is out of its range.
    """

    def __init__(
        self,
        optimizer: Any,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal to"
                " 1."
            )
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _make(self, native: Native) -> None:
        start, end = as_real(self.start_factor), as_real(self.end_factor)
        # From 0, where torch divides by zero, the library goes on.
        if start and end is not None and type(self.total_iters) is int:
            native.make(
                "LinearLR",
                start_factor=start,
                end_factor=end,
                total_iters=self.total_iters,
            )

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        if self.last_epoch == 0:
            return [group["lr"] * self.start_factor for group in self.optimizer.param_groups]
        if not self._is_initial:
            rates = next_rates(
                self, self.last_epoch, None, self.start_factor, self.end_factor, self.total_iters
            )
            if rates is not None:
                return rates
        if self._is_initial or self.last_epoch > self.total_iters:
            return copies(self.optimizer, "lr")
        return [
            group["lr"]
            * (
                1.0
                + (self.end_factor - self.start_factor)
                / (
                    self.total_iters * self.start_factor
                    + (self.last_epoch - 1) * (self.end_factor - self.start_factor)
                )
            )
            for group in self.optimizer.param_groups
        ]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = rates_at(
            self, native_of(self, self.start_factor, self.end_factor, self.total_iters)
        )
        if rates is None:
            rates = [
                base
                * (
                    self.start_factor
                    + (self.end_factor - self.start_factor)
                    * min(self.total_iters, self.last_epoch)
                    / self.total_iters
                )
                for base in self.base_lrs
            ]
        return rates


@is_ours
class ExponentialLR(LRScheduler):
    """Multiplies the rate by `gamma` every step.

    ::

        rate(t) = base * gamma ** t

    Args:
        optimizer: Anything with ``param_groups``.
        gamma: What each step leaves of the rate. Not checked.
        last_epoch: As :class:`LRScheduler`'s.
    """

    def __init__(self, optimizer: Any, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _make(self, native: Native) -> None:
        if type(self.gamma) is float:
            native.make("ExponentialLR", gamma=self.gamma)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        if self._is_initial:
            return copies(self.optimizer, "lr")
        rates = next_rates(self, self.last_epoch, None, self.gamma)
        if rates is not None:
            return rates
        return [group["lr"] * self.gamma for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = rates_at(self, native_of(self, self.gamma))
        if rates is None:
            rates = [base * self.gamma**self.last_epoch for base in self.base_lrs]
        return rates


@is_ours
class PolynomialLR(LRScheduler):
    """Down to nothing along a power of the steps that are left.

    ::

        rate(t) = base * (1 - min(t, total_iters) / total_iters) ** power

    Args:
        optimizer: Anything with ``param_groups``.
        total_iters: Steps from the base rate to 0. Not checked: with 0 the rate stays.
        power: 1 for a straight line. Not checked.
        last_epoch: As :class:`LRScheduler`'s.
    """

    def __init__(
        self, optimizer: Any, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _make(self, native: Native) -> None:
        power = as_real(self.power)
        if power is not None and type(self.total_iters) is int:
            native.make("PolynomialLR", total_iters=self.total_iters, power=power)

    def get_lr(self) -> list[Rate]:
        if not self._get_lr_called_within_step:
            warn_outside_step()
        if self._is_initial:
            return copies(self.optimizer, "lr")
        rates = next_rates(self, self.last_epoch, None, self.total_iters, self.power)
        if rates is not None:
            return rates
        step, last = self.last_epoch, self.total_iters
        if step > last:
            return copies(self.optimizer, "lr")
        decay = ((1.0 - step / last) / (1.0 - (step - 1) / last)) ** self.power
        return [group["lr"] * decay for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Rate]:
        rates: list[Rate] | None = rates_at(self, native_of(self, self.total_iters, self.power))
        if rates is None:
            rates = [
                base
                * (1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power
                for base in self.base_lrs
            ]
        return rates
