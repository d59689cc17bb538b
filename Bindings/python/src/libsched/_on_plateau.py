"""optax's ``reduce_on_plateau``, without optax or JAX."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from . import _kinds, _lib
from ._errors import Status
from ._scheduler import Scheduler

State = dict[str, Any]


class Transformation(NamedTuple):
    """A pair of functions, as optax's ``GradientTransformationExtraArgs``."""

    init: Callable[..., State]
    update: Callable[..., tuple[Any, State]]


def scaled(updates: Any, scale: float) -> Any:
    """A tree of numbers and arrays times a scale."""
    if isinstance(updates, dict):
        return {name: scaled(one, scale) for name, one in updates.items()}
    if isinstance(updates, tuple) and hasattr(updates, "_fields"):
        return type(updates)(*(scaled(one, scale) for one in updates))
    if isinstance(updates, list | tuple):
        return type(updates)(scaled(one, scale) for one in updates)
    return None if updates is None else scale * updates


def reduce_on_plateau(
    factor: float = 0.1,
    patience: int = 10,
    rtol: float = 1e-4,
    atol: float = 0.0,
    cooldown: int = 0,
    accumulation_size: int = 1,
    min_scale: float = 0.0,
) -> Transformation:
    """Multiplies updates by a scale that falls when a metric is no longer better.

    The native :class:`libsched.ReduceLROnPlateau` by the rule ``optax``, from a base rate of 1.
    ``init(params)`` gives the state, a dictionary of numbers under optax's names;
    ``update(updates, state, params=None, *, value)`` gives the updates times the scale, and the
    next state. Updates are numbers or arrays, or dictionaries, lists and tuples of them.

    Args:
        factor: What the scale is multiplied by; between 0 and 1.
        patience: Observations, at least 1, without a better one after which the scale falls.
        rtol: By how much a better one beats the best, as a part of it; 0 to 1.
        atol: Added to that, in the metric's units. Not both are 0.
        cooldown: Observations that do not count after the scale has fallen.
        accumulation_size: Values whose mean is one observation.
        min_scale: The least scale; 0 to 1.

    A part of a metric below 0 is a part of its size, where optax's lets it get worse.

    Raises:
        ValueError: an argument is out of its range.
    """
    if not 0.0 < factor < 1.0:
        raise ValueError(f"the factor of reduce_on_plateau is between 0 and 1, and not {factor}")
    if not 0.0 <= rtol <= 1.0 or atol < 0.0 or rtol == atol == 0.0:
        raise ValueError(
            "of reduce_on_plateau's rtol, 0 to 1, and atol, at least 0, one is above 0:"
            f" rtol={rtol}, atol={atol}"
        )
    if patience < 1:
        raise ValueError(f"the patience of reduce_on_plateau is at least 1, and not {patience}")
    schedule = _kinds.ReduceLROnPlateau(
        factor=factor,
        patience=patience,
        threshold=rtol,
        cooldown=cooldown,
        min_ratio=min_scale,
        min_delta=atol,
        accumulation_size=accumulation_size,
        rule="optax",
    )

    def init(params: Any = None) -> State:
        return {
            "scale": 1.0,
            "best_value": math.inf,
            "plateau_count": 0,
            "cooldown_count": 0,
            "count": 0,
            "avg_value": 0.0,
        }

    def update(
        updates: Any, state: State, params: Any = None, *, value: float, **extra_args: Any
    ) -> tuple[Any, State]:
        metric, scale = _lib.real("value", value), _lib.real("scale", state["scale"])
        if not math.isfinite(scale):
            _lib.refuse(Status.SCHED_E_STATE, "scale", scale, "a finite number")
        best = _lib.real("best_value", state["best_value"])
        seen = [
            math.nan if best == math.inf else best,
            float(state["plateau_count"]),
            float(state["cooldown_count"]),
            float(state["count"]),
            _lib.real("avg_value", state["avg_value"]),
            1.0,
            scale,
        ]
        scheduler = Scheduler.restore(
            f"Scheduler(version=2, form='closed', step=0, bases=[1.0], rates=[{scale!r}],"
            f" seen={seen!r}, schedule={schedule})"
        )
        scale = scheduler.observe(metric)[0]
        best, plateau, cooling, count, mean, _, _ = scheduler._seen
        new = {
            "scale": scale,
            "best_value": math.inf if math.isnan(best) else best,
            "plateau_count": int(plateau),
            "cooldown_count": int(cooling),
            "count": int(count),
            "avg_value": mean,
        }
        return scaled(updates, scale), new

    return Transformation(init, update)
