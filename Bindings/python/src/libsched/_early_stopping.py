"""Is fed observations, and says when to stop."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, Self, cast

from . import _lib
from ._abi import sched_reason, sched_verdict
from ._declared import declared
from ._errors import SchedError, Status
from ._handle import Stateful
from ._text import arguments

__all__ = ["EarlyStopping", "Reason", "Verdict"]

VERSION = 1

Abnormal = Literal["bad", "stop", "ignore", "raise", "take"]


class Verdict(enum.IntEnum):
    """What an observation means."""

    IMPROVED = sched_verdict.SCHED_IMPROVED
    """A new best: keep these weights."""
    WAITING = sched_verdict.SCHED_WAITING
    """Not better, and no reason to stop."""
    STOP = sched_verdict.SCHED_STOP
    """Stop. Whether it was a new best, too, :attr:`EarlyStopping.is_best` says."""


class Reason(enum.IntEnum):
    """Why an observation meant what it meant."""

    NONE = sched_reason.SCHED_R_NONE
    """Nothing was observed yet."""
    IMPROVED = sched_reason.SCHED_R_IMPROVED
    """A new best."""
    PATIENCE_LEFT = sched_reason.SCHED_R_PATIENCE_LEFT
    """Patience, or what else the rule waits for, is left."""
    EARLY = sched_reason.SCHED_R_EARLY
    """Before `start_from`."""
    IGNORED = sched_reason.SCHED_R_IGNORED
    """Not finite, and ignored."""
    HELD = sched_reason.SCHED_R_HELD
    """It would stop, but for `min_epochs` or `min_steps`."""
    REDUCTIONS_LEFT = sched_reason.SCHED_R_REDUCTIONS_LEFT
    """Patience is out, but the rate has not fallen often enough."""
    PATIENCE = sched_reason.SCHED_R_PATIENCE
    """Patience is out. This and all that follow are reasons to stop."""
    NOT_FINITE = sched_reason.SCHED_R_NOT_FINITE
    """The metric is not finite."""
    STOPPING_THRESHOLD = sched_reason.SCHED_R_STOPPING_THRESHOLD
    """The metric is as good as `stopping_threshold`."""
    DIVERGENCE_THRESHOLD = sched_reason.SCHED_R_DIVERGENCE_THRESHOLD
    """The metric is worse than `divergence_threshold`."""
    DEADLINE = sched_reason.SCHED_R_DEADLINE
    """`must_reach` was not reached in time."""
    BUDGET = sched_reason.SCHED_R_BUDGET
    """A budget is used up."""
    GENERALIZATION = sched_reason.SCHED_R_GENERALIZATION
    """GL, PQ or UP: the validation loss has risen too far."""
    SLOPE = sched_reason.SCHED_R_SLOPE
    """The slope is no longer sure to be one of improvement."""


VERDICTS = {int(verdict): verdict for verdict in Verdict}


PLACES = ("step", "epoch", "seconds")


def _numbers(named: Mapping[str, Any]) -> tuple[dict[str, float], SchedError | None]:
    """What is a number, and the refusal of the first that is none."""
    numbers, odd = {}, None
    for name, value in named.items():
        try:
            numbers[name] = _lib.real(name, value)
        except SchedError as error:
            odd = odd or error
    return numbers, odd


def _make(self: EarlyStopping, given: dict[str, Any]) -> None:
    given["patience"] = _lib.integer("patience", given["patience"])
    given["min_delta"] = _lib.real("min_delta", given["min_delta"])
    given["mode"] = _lib.choice("mode", given["mode"], _lib.MODES)
    self._own(_lib.early_stopping_make("Patience", given))


class EarlyStopping(Stateful):
    """Says when to stop: is fed observations, and answers each with a verdict and its reason.

        stopper = ls.EarlyStopping(patience=3)
        for epoch in range(100):
            ...
            if stopper.observe(loss) is ls.Verdict.STOP:
                print(stopper.why())
                break

    It touches no model, no file and no clock. Made like this it is the rule ``Patience``, which
    stops after so long without a new best, and by what else is set. :meth:`of` makes other rules
    and the peers' own, and they join: ``a | b`` stops when one would, ``a & b`` when both would,
    ``a.then(b)`` when b would, which begins when a has stopped. One thread at a time may use it.

    Args:
        patience: What may go by without a new best, in `unit`: 0 to 2^53. 0 stops at the first
            observation that is not better.
        min_delta: By more than how much an observation beats the best to be a new one; finite, at
            least 0.
        mode: ``"min"`` where less is better, a loss; ``"max"`` where more is, an accuracy.
        monitor: The metric's name in what is observed; ``""`` where there is only one.
        min_delta_mode: ``"abs"``: `min_delta` is in the units of the metric; ``"rel"``: a part of
            the best one's size, whatever its sign.
        unit: What `patience`, `start_from` and `by` count: ``"evaluations"``, ``"steps"``,
            ``"epochs"`` or ``"seconds"``. Steps and seconds must then be observed.
        counting: ``">="`` stops when patience has gone by, ``">"`` when more has.
        cumulative: Whether small gains add up until they are a new best; otherwise each moves the
            best, and the wait goes on.
        cooldown: Observations after a new best, and after a fall of the rate, that do not count.
        start_from: The first epoch that is looked at; step or second if `unit` counts those.
        min_epochs: It does not stop before so many epochs are done; what it would do is computed
            anew at every observation.
        min_steps: The same of steps, which must then be observed.
        baseline: A new best that does not beat this, too, does not end the wait.
        must_reach: It stops when this is not reached in time, whatever patience is left.
        by: The time for it: evaluations or epochs done, or steps or seconds.
        stopping_threshold: It stops when the metric is as good as this.
        divergence_threshold: It stops when the metric is worse than this.
        nan: What becomes of a NaN: ``"bad"``, it counts as one that is not better; ``"stop"``;
            ``"ignore"``; ``"raise"``; ``"take"``, it is better than anything, and anything better
            than it, as some peers have it.
        infinity: What becomes of an infinity: the same, but ``"take"`` compares it as a number.
        smoothing: What is compared: ``"none"``, the metric; ``"ema"``, its exponential average of
            weight 2 / (span + 1); ``"median"`` or ``"best"`` of the last `span`. The best is then
            one of those.
        span: 1 to 4096.
        reductions: How often the rate must have fallen before it stops; so many falls end the wait.
            So the rate is reduced so many times on a plateau, and then the run ends.
        rate: The metric that is the rate, if there are reductions: the one trained with.
        manner: Whose way of comparing and counting it is, ties included; see the page on early
            stopping.

    Raises:
        SchedError: an argument is out of its range.
    """

    _type = _lib.EARLY_STOPPING

    @declared(_make)
    def __init__(
        self,
        patience: int,
        min_delta: float = 0.0,
        mode: Literal["min", "max"] = "min",
        *,
        monitor: str = "",
        min_delta_mode: Literal["abs", "rel"] = "abs",
        unit: Literal["evaluations", "steps", "epochs", "seconds"] = "evaluations",
        counting: Literal[">=", ">"] = ">=",
        cumulative: bool = True,
        cooldown: int = 0,
        start_from: int = 0,
        min_epochs: int = 0,
        min_steps: int = 0,
        baseline: float | None = None,
        must_reach: float | None = None,
        by: int | None = None,
        stopping_threshold: float | None = None,
        divergence_threshold: float | None = None,
        nan: Abnormal = "bad",
        infinity: Abnormal = "take",
        smoothing: Literal["none", "ema", "median", "best"] = "none",
        span: int = 1,
        reductions: int = 0,
        rate: str = "lr",
        manner: str = "libsched",
    ) -> None: ...

    @classmethod
    def of(cls, rule: str, /, **fields: object) -> Self:
        """A rule by its name and fields, or a peer's own early stopping in its own words.

            ls.EarlyStopping.of("GL", alpha=5.0)
            ls.EarlyStopping.of("keras", patience=3, baseline=0.5)

        Args:
            rule: ``Patience``, ``GL``, ``PQ``, ``UP``, ``Slope`` or ``Budget``; or ``Keras``,
                ``Lightning``, ``Ignite``, ``Transformers``, ``Fastai``, ``MMEngine``, ``XGBoost``,
                ``LightGBM``, ``Composer``, ``Bjarten`` or ``Score``, the case of which does not
                matter.
            **fields: As the page on early stopping has them; None for what is absent.

        Raises:
            SchedError: no such rule or field; a field is missing or does not accept its value.
        """
        if isinstance(rule, str):
            known = {name.lower(): name for name in _lib.rules()}
            rule = known.get(rule.lower(), rule)
        return cls.__new__(cls)._own(_lib.early_stopping_make(rule, fields))

    @classmethod
    def parse(cls, text: str) -> Self:
        """A rule from text: ``Any([Patience(3, monitor='val_loss'), Budget(epochs=50)])``.

        Raises:
            SchedError: the text does not parse, or as :meth:`of`.
        """
        return cls.__new__(cls)._own(_lib.early_stopping_parse(text))

    def __or__(self, other: EarlyStopping) -> EarlyStopping:
        """Stops when one of both would: their rules, with nothing seen."""
        return self._join("Any", other)

    def __and__(self, other: EarlyStopping) -> EarlyStopping:
        """Stops when both would, at the same observation: their rules, with nothing seen."""
        return self._join("All", other)

    def then(self, other: EarlyStopping) -> EarlyStopping:
        """Stops when the other would, which begins when this one has stopped."""
        return self._join("Sequence", other)

    def _join(self, how: str, other: EarlyStopping) -> EarlyStopping:
        if not isinstance(other, EarlyStopping):
            return NotImplemented
        return EarlyStopping.parse(f"{how}([{self.rule}, {other.rule}])")

    # -- Observing

    def observe(
        self,
        metric: float | Mapping[str, float],
        *,
        step: int | None = None,
        epoch: int | None = None,
        seconds: float | None = None,
    ) -> Verdict:
        """Takes one observation, and says what it means.

        Args:
            metric: The metric; or several by their names, of which those that no rule asks for are
                ignored.
            step: Steps done, 0 to 2^53.
            epoch: The epoch that it ends, counted from 0; by default the one after the last
                observation's.
            seconds: Since the run began; finite, at least 0.

        Raises:
            SchedError: the metric is no number, or not finite under the policy ``"raise"``; a
                metric, steps or seconds that a rule asks for are missing. Nothing has changed then.
        """
        # Being a Mapping takes as long to ask as the rest, and is no question of most.
        if type(metric) is not float and (type(metric) is dict or isinstance(metric, Mapping)):
            return self._observe_named(metric, step, epoch, seconds)
        value = _lib.real("metric", metric)
        if step is None and epoch is None and seconds is None:
            return VERDICTS[self._observe(value)]
        return self._observe_named({"": value}, step, epoch, seconds)

    @cached_property
    def _observe(self) -> Callable[[float], int]:
        return _lib.observe_one(self._handle)

    @cached_property
    def _observers(self) -> dict[tuple[object, ...], Callable[[Sequence[float]], int]]:
        return {}

    def _observe_named(
        self,
        named: Mapping[str, float],
        step: int | None,
        epoch: int | None,
        seconds: float | None,
    ) -> Verdict:
        values = [*named.values()]
        odd: SchedError | None = None
        for value in values:
            if type(value) is not float:
                named, odd = _numbers(named)
                values = [*named.values()]
                break
        key = (*named, step is None, epoch is None, seconds is None)
        observe = self._observers.get(key)
        if observe is None:
            observe = self._observers[key] = self._observer(named, (step, epoch, seconds))
        if step is not None:
            values.append(_lib.integer("step", step))
        if epoch is not None:
            values.append(_lib.integer("epoch", epoch))
        if seconds is not None:
            values.append(_lib.real("seconds", seconds))
        try:
            return VERDICTS[observe(values)]
        except SchedError as error:
            # What is no number counts only where a rule asks for it.
            if odd is not None and error.status == Status.SCHED_E_MISSING:
                raise odd from None
            raise

    def _observer(
        self, named: Mapping[str, float], places: Sequence[float | None]
    ) -> Callable[[Sequence[float]], int]:
        for name in PLACES:
            if name in named:
                _lib.refuse(Status.SCHED_E_FIELD, "metric", name, f"{name}=")
        given = (name for name, place in zip(PLACES, places, strict=True) if place is not None)
        return _lib.observe_named(self._handle, (*named, *given))

    def why(self) -> str:
        """Why the last observation meant what it meant, as a sentence: ``stop: the metric is 0.5,
        no new best for 3 of 3 evaluations; the best is 0.25 at observation 3``."""
        return _lib.why(self._handle)

    # -- What it has seen

    @property
    def best(self) -> float:
        """The best observation; before the first best, infinity in the sign of the worst.

        Of joined rules the first that has any speaks; NaN where none has.
        """
        best: float = _lib.watched(self._handle).best
        return best

    @property
    def best_at(self) -> int:
        """The observation that was best, counted from 0; -1 before the first best."""
        best_at: int = _lib.watched(self._handle).best_at
        return best_at

    @property
    def best_epoch(self) -> int:
        """Its epoch, counted from 0; -1 before the first best."""
        epoch: int = _lib.watched(self._handle).best_epoch
        return epoch

    @property
    def best_step(self) -> int | None:
        """The steps done then; None where no one has said."""
        step: int = _lib.watched(self._handle).best_step
        return None if step < 0 else step

    @property
    def is_best(self) -> bool:
        """Whether the last observation was the best so far: keep these weights.

        It may be though the verdict is to wait, where small gains do not count, or to stop.
        """
        return bool(_lib.watched(self._handle).is_best)

    @property
    def observed(self) -> int:
        """How many observations there were."""
        observed: int = _lib.watched(self._handle).observed
        return observed

    @property
    def waited(self) -> int:
        """How many observations since the best count."""
        waited: int = _lib.watched(self._handle).waited
        return waited

    @property
    def spent(self) -> float:
        """What has gone by since the best, in the unit of patience."""
        spent: float = _lib.watched(self._handle).spent
        return spent

    @property
    def reason(self) -> Reason:
        """Why the last observation meant what it meant."""
        return Reason(_lib.watched(self._handle).reason)

    # -- What it was told

    @cached_property
    def rule(self) -> str:
        """Its rule as text, which :meth:`parse` reads."""
        return _lib.early_stopping_text(self._handle)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields of its rule; of joined rules ``rules``, a tuple of their texts.

        What is absent is not there.
        """
        _, placed, named = arguments(self.rule, str)
        return {"rules": placed[0]} if placed else named

    def _field(self, name: str) -> Any:
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(f"{self.rule} has no field {name!r}") from None

    @property
    def patience(self) -> int:
        """What may go by without a new best; of the rule ``Patience`` alone."""
        return cast(int, self._field("patience"))

    @property
    def min_delta(self) -> float:
        """By more than how much an observation beats the best; of the rule ``Patience`` alone."""
        return cast(float, self._field("min_delta"))

    @property
    def mode(self) -> str:
        """``"min"`` or ``"max"``: which way the best is better; ``""`` where no rule has a best."""
        mode: int = _lib.watched(self._handle).mode
        return ("", *_lib.MODES)[mode]

    # -- Saved

    def load(self, text: str, policy: Literal["error", "keep", "restore"] = "error") -> None:
        """Takes over what :meth:`save` gave.

        Args:
            text: The state, of this version or an older one.
            policy: What becomes of one with other settings: ``"error"`` refuses it and spells the
                difference out; ``"keep"`` keeps the settings that are here and takes what was
                learned, so that another patience holds from now on, if the rules are of the same
                kinds and modes; ``"restore"`` takes everything.

        Raises:
            SchedError: the text does not parse, is no state of early stopping, or is refused by
                the policy. Nothing has changed then.
        """
        _lib.early_stopping_load(self._handle, text, _lib.constant("policy", policy, _lib.POLICIES))
        self._forget()

    def state_dict(self) -> dict[str, Any]:
        """All of it, for a checkpoint: what JSON can hold."""
        return {"early_stopping": VERSION, "state": self.save()}

    def load_state_dict(
        self,
        state_dict: Mapping[str, Any],
        policy: Literal["error", "keep", "restore"] = "error",
    ) -> None:
        """Takes over what :meth:`state_dict` gave, as :meth:`load` does.

        Raises:
            SchedError: it is no state of early stopping, or as :meth:`load`.
        """
        known = isinstance(state_dict, Mapping) and state_dict.get("early_stopping") == VERSION
        if not known or not isinstance(state_dict.get("state"), str):
            accepted = f"a dictionary of early_stopping={VERSION} and state"
            _lib.refuse(Status.SCHED_E_STATE, "state_dict", state_dict, accepted)
        self.load(state_dict["state"], policy)
