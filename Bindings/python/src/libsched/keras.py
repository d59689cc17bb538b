"""Keras's learning-rate schedules and the callbacks that set a rate, without Keras.

    >>> schedule = CosineDecay(0.0, decay_steps=4, warmup_target=0.1, warmup_steps=2)
    >>> [round(schedule(step), 4) for step in range(7)]
    [0.0, 0.05, 0.1, 0.0854, 0.05, 0.0146, 0.0]

The schedules take a step, or an array of them, and give rates in float64: Keras's to the last bit
under ``keras.config.set_floatx("float64")``. Steps are whole numbers from 0. They are no tensors:
what Keras compiles into a graph must be Keras's own, and :class:`LearningRateScheduler` is how one
of these drives a Keras optimizer.
"""

from __future__ import annotations

import abc
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ._callbacks import Callback, ReduceLROnPlateau, as_float
from ._curves import Curve, Rates, Step, native
from ._declared import Derived, declared

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "LearningRateScheduler",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "ReduceLROnPlateau",
    "deserialize",
    "serialize",
]


class LearningRateSchedule:
    """A function from step to rate that can be saved as a dictionary.

    A subclass has ``__call__(step)`` and, to be saved, ``get_config()``.
    """

    def __call__(self, step: Step) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no __call__(step)")

    def get_config(self) -> dict[str, Any]:
        """The arguments to make it of again."""
        raise NotImplementedError(f"{type(self).__name__} has no get_config()")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The schedule whose :meth:`get_config` that was."""
        return cls(**config)


class _Native(Derived, LearningRateSchedule):
    """One that is a native schedule with a base rate, made of its attributes as they are."""

    # What is above 0.
    _length = "decay_steps"
    # The attributes that Keras keeps with an underscore.
    _private: tuple[str, ...] = ()

    if TYPE_CHECKING:
        # The arguments of a declared constructor are attributes of their names.
        def __getattr__(self, name: str) -> Any: ...

    def __call__(self, step: Step) -> Rates:
        """The rate at a step, from 0, or the rates at each of an array's steps."""
        return self.derived("curve", self.curve)(step)

    @abc.abstractmethod
    def curve(self) -> Curve:
        """The native schedule with its base rate.

        Raises:
            SchedError: an attribute has become what it cannot be.
        """

    def get_config(self) -> dict[str, Any]:
        # Of this module's class, whatever a subclass's constructor takes.
        declaring = next(cls for cls in type(self).__mro__ if cls.__module__ == __name__)
        names = inspect.signature(declaring).parameters
        return {name: getattr(self, self._attribute(name)) for name in names}

    def _attribute(self, name: str) -> str:
        return f"_{name}" if name in self._private else name

    def _check(self) -> None:
        length = getattr(self, self._length)
        if length <= 0:
            raise ValueError(f"{self._length} is above 0, and not {length}")


@declared
def _declared(self: _Native, given: dict[str, Any]) -> None:
    for name, value in given.items():
        setattr(self, self._attribute(name), value)
    self._check()
    # It is refused now, and not when it is asked.
    self.derived("curve", self.curve)


class ExponentialDecay(_Native):
    """``initial_learning_rate * decay_rate**(step / decay_steps)``.

    The exponent is rounded down as a `staircase`.

    Raises:
        ValueError: `decay_steps` is not above 0; SchedError, which is one, for what else is refused.
    """

    @_declared
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None: ...

    def curve(self) -> Curve:
        schedule = native(
            "ExponentialDecay",
            decay_steps=self.decay_steps,
            decay_rate=self.decay_rate,
            staircase=bool(self.staircase),
        )
        return Curve(schedule, self.initial_learning_rate)


class PiecewiseConstantDecay(_Native):
    """``values[k]``, k the number of `boundaries` below the step.

    At a boundary itself it is still the value before.

    Raises:
        ValueError: there is not one value more than boundaries; SchedError, which is one, for what
            else is refused, such as boundaries that do not increase.
    """

    @_declared
    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ) -> None: ...

    def curve(self) -> Curve:
        # Keras makes boundaries of the step's type, which is a whole number's.
        boundaries = [int(boundary) for boundary in self.boundaries]
        values = list(self.values)
        schedule = native("PiecewiseConstant", boundaries=boundaries, values=values, side="left")
        return Curve(schedule, 1.0)

    def __call__(self, step: Step) -> Rates:
        """The rate at a step, from 0, or the rates at each of an array's steps."""
        # Its lists may be changed in place.
        return self.curve()(step)

    def _check(self) -> None:
        lengths = len(self.boundaries), len(self.values)
        if lengths[0] != lengths[1] - 1:
            raise ValueError(
                "there is one value more than boundaries: {} boundaries and {} values".format(
                    *lengths
                )
            )


class PolynomialDecay(_Native):
    """``(initial - end) * (1 - step / decay_steps)**power + end``, and then `end`.

    With `cycle` the rate starts again: `decay_steps` is then its first multiple that is not below
    the step.

    Raises:
        ValueError: `decay_steps` is not above 0; SchedError, which is one, for what else is refused.
    """

    @_declared
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None: ...

    def curve(self) -> Curve:
        schedule = native(
            "PolynomialDecay",
            steps=self.decay_steps,
            lr_end=self.end_learning_rate,
            power=self.power,
            cycle=bool(self.cycle),
            like="keras",
        )
        return Curve(schedule, self.initial_learning_rate)


class InverseTimeDecay(_Native):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    The fraction is rounded down as a `staircase`.

    Raises:
        ValueError: `decay_steps` is not above 0; SchedError, which is one, for what else is refused.
    """

    @_declared
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None: ...

    def curve(self) -> Curve:
        schedule = native(
            "InverseTimeDecay",
            decay_steps=self.decay_steps,
            decay_rate=self.decay_rate,
            staircase=bool(self.staircase),
        )
        return Curve(schedule, self.initial_learning_rate)


class CosineDecay(_Native):
    """``initial * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)``, then its end.

    With a `warmup_target` it first goes in a straight line from `initial_learning_rate` to that in
    `warmup_steps`, and `decay_steps` begin after them.

    Raises:
        ValueError: `decay_steps` is not above 0; SchedError, which is one, for what else is refused.
    """

    @_declared
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None: ...

    def curve(self) -> Curve:
        fields = {"decay_steps": self.decay_steps, "min_ratio": self.alpha, "like": "keras"}
        if self.warmup_target is None:
            return Curve(native("CosineDecay", **fields), self.initial_learning_rate)
        fields |= {"warmup_steps": self.warmup_steps, "warmup_init": self.initial_learning_rate}
        return Curve(native("CosineDecay", **fields), self.warmup_target)


class CosineDecayRestarts(_Native):
    """Half a cosine down to ``initial * alpha``, again and again.

    Cycle i is ``first_decay_steps * t_mul**i`` long, and starts from ``initial * m_mul**i``.

    Raises:
        ValueError: `first_decay_steps` is not above 0; SchedError, which is one, for what else is
            refused, such as a `t_mul` below 1.
    """

    _length = "first_decay_steps"
    _private = ("t_mul", "m_mul")

    @_declared
    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None: ...

    def curve(self) -> Curve:
        schedule = native(
            "CosineDecayRestarts",
            first_decay_steps=self.first_decay_steps,
            t_mul=self._t_mul,
            m_mul=self._m_mul,
            min_ratio=self.alpha,
            # Like Keras it finds the cycle by a logarithm, whose rounding may move a restart.
            exact_restarts=False,
        )
        return Curve(schedule, self.initial_learning_rate)


SCHEDULES: dict[str, type[LearningRateSchedule]] = {
    cls.__name__: cls
    for cls in (
        CosineDecay,
        CosineDecayRestarts,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """A schedule as the dictionary that Keras saves, and reads, for it."""
    return {
        "module": "keras.optimizers.schedules",
        "class_name": type(learning_rate_schedule).__name__,
        "config": learning_rate_schedule.get_config(),
        "registered_name": None,
    }


def deserialize(
    config: Mapping[str, Any],
    custom_objects: Mapping[str, type[LearningRateSchedule]] | None = None,
) -> LearningRateSchedule:
    """The schedule of such a dictionary, Keras's own or :func:`serialize`'s.

    Raises:
        ValueError: no class has that name.
    """
    name = config["class_name"]
    cls = {**SCHEDULES, **(custom_objects or {})}.get(name)
    if cls is None:
        raise ValueError(f"no schedule is called {name!r}; there are {', '.join(SCHEDULES)}")
    return cls.from_config(config["config"])


class LearningRateScheduler(Callback):
    """A Keras callback that sets the optimizer's rate at the start of every epoch.

    Args:
        schedule: A function of the epoch, from 0, and of the rate in force, or of the epoch alone.
            A schedule of this module is one.
        verbose: 1 prints each rate.
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Sets the rate of every optimizer of the model.

        Raises:
            ValueError: an optimizer has no ``learning_rate``, or the schedule gave no float.
        """
        for optimizer in self._optimizers():
            rate = self._rate(optimizer, epoch)
            optimizer.learning_rate = rate
            if self.verbose > 0:
                print(f"\nEpoch {epoch + 1}: learning rate {rate}")

    def _rate(self, optimizer: Any, epoch: int) -> float | np.float32:
        if not hasattr(optimizer, "learning_rate"):
            raise ValueError(f"a {type(optimizer).__name__} has no learning_rate to set")
        try:
            rate = self.schedule(epoch, as_float(optimizer.learning_rate))
        except TypeError:
            rate = self.schedule(epoch)
        if not isinstance(rate, float | np.float32 | np.float64):
            # Keras's type of exception.
            raise ValueError(f"the schedule gives a float, and not {rate!r}")  # noqa: TRY004
        return rate
