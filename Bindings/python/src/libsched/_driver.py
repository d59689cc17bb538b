"""Writes what schedules say into the groups of an optimizer."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Literal, Self, TypeAlias

from . import _lib
from ._errors import SchedError, Status
from ._scheduler import Policy, Scheduler
from ._schedules import Schedule

__all__ = ["Driver"]

Group: TypeAlias = MutableMapping[str, Any]
Name: TypeAlias = "str | tuple[str, int]"
# A group's place and what is driven in it.
Slot: TypeAlias = "tuple[int, str, int | None]"

VERSION = 1


class Driver:
    """Drives named numbers of chosen groups, each along a schedule of its own, by one clock.

        driver = ls.Driver(
            optimizer, {"lr": warm, "weight_decay": ls.CosineDecay(9000), ("betas", 0): cycle}
        ).attach()
        for batch in batches:
            ...
            optimizer.step()
            driver.step()

    Making one changes nothing. Attaching writes the values of the current step and nothing else:
    no ``initial_lr``, no wrapped ``step``. A value's base is what its group holds when the driver
    is attached, unless `bases` gives it. What it writes it computes from the step alone, in
    double precision, so what anyone else writes holds until the next step. A value that is a
    tensor or an array stays that object and is filled.

    Args:
        optimizer: Anything with ``param_groups``: torch's optimizers, libsched's, others; or a
            list of groups, or one group, a group being a mapping from names to values.
        curves: For each name the schedule that drives it, in all chosen groups, or a list with one
            for each of them, None for a group whose value is left alone. A name in two parts is an
            entry of a sequence: ``("betas", 0)``.
        groups: Which groups, by place or by what they hold under ``"name"``; all if absent. Groups
            that come later are left alone: they may have a driver of their own, sought to the step.
        bases: For each name a base, or a list with one for each chosen group; the groups' own
            values where absent.
        rounded: The names whose values are rounded to whole numbers, halves to even: a batch size.
        form: As :class:`Scheduler`'s, as are the rest.

    Raises:
        SchedError: there is no such group, or a group does not hold such a number, or as
            :class:`Scheduler`.
        TypeError: `optimizer` has no groups.
    """

    def __init__(
        self,
        optimizer: Any,
        curves: Mapping[Name, Schedule | Sequence[Schedule | None]],
        *,
        groups: Iterable[int | str] | None = None,
        bases: Mapping[Name, float | Sequence[float]] | None = None,
        rounded: Collection[Name] = (),
        form: Literal["closed", "chained"] = "closed",
        unit: Literal["steps", "epochs", "samples", "tokens"] = "steps",
        resolution: int = 1,
        horizon: Literal["raise", "hold", "extend"] = "raise",
        last: int | None = None,
    ) -> None:
        self.optimizer = optimizer
        found = self._groups()
        places = _places(found, groups)
        if not isinstance(curves, Mapping) or not curves:
            _lib.refuse(Status.SCHED_E_TYPE, "curves", curves, "a mapping from names to schedules")
        given = {} if bases is None else bases
        for what, names in (("bases", given), ("rounded", rounded)):
            for name in names:
                if name not in curves:
                    known = ", ".join(map(repr, curves))
                    _lib.refuse(Status.SCHED_E_FIELD, what, name, f"names of curves: {known}")

        self._slots: list[Slot] = []
        self._schedules: list[Schedule] = []
        self._given: list[float | None] = []
        self._rounded: list[bool] = []
        for name, curve in curves.items():
            field, entry = _split(name)
            each = _each(f"curves[{name!r}]", curve, places)
            base = _each(f"bases[{name!r}]", given.get(name), places)
            for place, one, start in zip(places, each, base, strict=True):
                if one is None:
                    continue
                if not isinstance(one, Schedule):
                    _lib.refuse(
                        Status.SCHED_E_TYPE,
                        f"curves[{name!r}]",
                        one,
                        "a Schedule, or a list of them",
                    )
                _value(found, (place, field, entry))
                self._slots.append((place, field, entry))
                self._schedules.append(one)
                self._given.append(None if start is None else _lib.real(f"bases[{name!r}]", start))
                self._rounded.append(name in rounded)
        if not self._slots:
            _lib.refuse(Status.SCHED_E_RANGE, "curves", curves, "a schedule for one group at least")
        self._options: dict[str, Any] = {
            "form": form,
            "unit": unit,
            "resolution": resolution,
            "horizon": horizon,
            "last": last,
        }
        # What can be refused is, here; 1.0 stands for what a group will hold.
        self._make([1.0 if base is None else base for base in self._given])
        self._scheduler: Scheduler | None = None
        self._attached = False

    # -- Its run

    def attach(self) -> Self:
        """Writes the values of the current step, and reads the bases that it has not yet.

        Raises:
            SchedError: a group or a number that is driven is gone. Nothing is written then.
        """
        if self._scheduler is None:
            groups = self._groups()
            self._scheduler = self._make(
                [
                    float(_value(groups, slot)) if base is None else base
                    for slot, base in zip(self._slots, self._given, strict=True)
                ]
            )
        self._write(self._scheduler.rates)
        self._attached = True
        return self

    @property
    def scheduler(self) -> Scheduler:
        """What counts: its step, rates, bases, skips. Whoever moves it calls :meth:`attach`.

        Raises:
            SchedError: it was neither attached nor given a state, so it has no bases.
        """
        if self._scheduler is None:
            _lib.refuse(
                Status.SCHED_E_RANGE,
                "Driver",
                "not attached",
                "attach() or load_state_dict() first",
            )
        return self._scheduler

    def step(self, applied: bool = True) -> None:
        """One step on, and its values written; or, where the training step was not `applied`, as
        under AMP when a gradient is not finite, one more skip counted and nothing moved.

        Raises:
            SchedError: it is not attached, or at the last step under ``horizon="raise"``.
        """
        if applied:
            self.advance(1)
        else:
            self._running().skip()

    def advance(self, steps: int) -> None:
        """So many steps on, and the values there written: the samples or tokens of a training
        step, whatever the number of processes and of accumulated batches.

        Raises:
            SchedError: as :meth:`step`, or `steps` is negative.
        """
        scheduler = self._running()
        self._write(scheduler.next() if steps == 1 else scheduler.advance(steps))

    def observe(self, metric: float) -> None:
        """A metric, seen at this step, and the values written that it changes: what in their
        schedules reacts to metrics learns from it, as in :meth:`Scheduler.observe`.

        Args:
            metric: Any number, NaN included.

        Raises:
            SchedError: it is not attached, or `metric` is no number.
        """
        scheduler = self._running()
        before = scheduler.rates
        self._write(scheduler.observe(metric), before)

    def seek(self, step: int) -> None:
        """To any step, and its values written.

        Raises:
            SchedError: as :meth:`step`, or the step is negative.
        """
        scheduler = self._running()
        scheduler.seek(step)
        self._write(scheduler.rates)

    def cool_down(
        self,
        steps: int,
        decay_type: str = "1-sqrt",
        min_ratio: float = 0.0,
        names: Iterable[Name] | None = None,
    ) -> None:
        """As :meth:`Scheduler.cool_down`, for all that is driven under these names; all if absent.

        Raises:
            SchedError: no such name is driven, or as :meth:`Scheduler.cool_down`.
        """
        self.scheduler.cool_down(steps, decay_type, min_ratio, self._named(names))

    def extend(
        self, steps: int, until: int | None = None, names: Iterable[Name] | None = None
    ) -> None:
        """As :meth:`Scheduler.extend`, for all that is driven under these names; all if absent.

        Raises:
            SchedError: no such name is driven, or as :meth:`Scheduler.extend`.
        """
        self.scheduler.extend(steps, until, self._named(names))

    def _named(self, names: Iterable[Name] | None) -> list[int] | None:
        if names is None:
            return None
        chosen: list[int] = []
        for name in names:
            wanted = _split(name)
            found = [i for i, slot in enumerate(self._slots) if slot[1:] == wanted]
            if not found:
                known = ", ".join(dict.fromkeys(repr(_joined(slot)) for slot in self._slots))
                _lib.refuse(Status.SCHED_E_FIELD, "names", name, known)
            chosen += found
        return chosen

    # -- Its state

    def state_dict(self) -> dict[str, Any]:
        """Where it is, for a checkpoint: strings, numbers and lists alone.

        Raises:
            SchedError: it was neither attached nor given a state.
        """
        return {
            "driver": VERSION,
            "slots": [list(slot) for slot in self._slots],
            "scheduler": self.scheduler.save(),
        }

    def load_state_dict(self, state_dict: Mapping[str, Any], policy: Policy = "error") -> None:
        """Takes over what :meth:`state_dict` gave, and writes the values there if attached.

        It is enough by itself: the driver may be made and attached before or after this and before
        or after the optimizer's own state is loaded. Bases that were not given are those of the
        state, not what the optimizer happens to hold.

        Args:
            state_dict: The state, which is not changed.
            policy: As :meth:`Scheduler.load`'s. What is driven is part of the configuration.

        Raises:
            SchedError: it is no state of a driver, or refused by the policy. Nothing has changed
                then.
        """
        slots, text = _read(state_dict)
        saved = Scheduler.restore(text)
        if len(slots) != saved.groups:
            _lib.refuse(Status.SCHED_E_STATE, "slots", len(slots), f"{saved.groups}, one a group")
        of_saved = dict(zip(slots, saved.bases, strict=True))
        if policy == "restore":
            groups = self._groups()
            for slot in slots:
                _value(groups, slot)
            known = dict(zip(self._slots, self._rounded, strict=True))
            self._slots, self._scheduler = slots, saved
            self._rounded = [known.get(slot, False) for slot in slots]
        else:
            if policy == "error" and slots != self._slots:
                self._differ(slots)
            groups = self._groups()
            fresh = self._make(
                [
                    base
                    if base is not None
                    else of_saved[slot]
                    if slot in of_saved
                    else float(_value(groups, slot))
                    for slot, base in zip(self._slots, self._given, strict=True)
                ]
            )
            fresh.load(text, policy)
            self._scheduler = fresh
        if self._attached:
            self._write(self._scheduler.rates)

    def _differ(self, saved: list[Slot]) -> None:
        """Refuses a state in which other numbers are driven."""
        here = set(self._slots)
        lost = [f"{_said(slot)}: saved, not driven here" for slot in saved if slot not in here]
        new = [
            f"{_said(slot)}: driven here, not saved" for slot in self._slots if slot not in saved
        ]
        differences = "; ".join(lost + new) or "the same names in another order"
        raise SchedError(
            f"{_lib.status_text(Status.SCHED_E_STATE)}: Driver with {differences}; accepted: a state of the same configuration, or"
            " the policy 'keep' or 'restore'",
            Status.SCHED_E_STATE,
        )

    def __repr__(self) -> str:
        driven = ", ".join(_said(slot) for slot in self._slots)
        at = "not attached" if self._scheduler is None else f"at step {self._scheduler.step}"
        return f"<Driver of {driven}, {at}>"

    # -- Groups

    def _groups(self) -> Sequence[Group]:
        """The groups as they are now: loading a state puts others in their places."""
        groups = getattr(self.optimizer, "param_groups", self.optimizer)
        if isinstance(groups, MutableMapping):
            groups = [groups]
        if (
            not isinstance(groups, Sequence)
            or isinstance(groups, str)
            or not all(isinstance(group, MutableMapping) for group in groups)
        ):
            raise TypeError(
                f"optimizer is a {type(self.optimizer).__name__}; accepted: what has param_groups,"
                " a list of groups, or a group, which is a mapping from names to values"
            )
        return groups

    def _make(self, bases: list[float]) -> Scheduler:
        return Scheduler(self._schedules, bases, **self._options)

    def _running(self) -> Scheduler:
        if not self._attached:
            _lib.refuse(Status.SCHED_E_RANGE, "Driver", "not attached", "attach() first")
        return self.scheduler

    def _write(self, values: list[float], unless: Sequence[float | None] = ()) -> None:
        """Writes the values, `unless` they are these: then they may be another's by now."""
        groups = self._groups()
        # All are there before any is written.
        old = [_value(groups, slot) for slot in self._slots]
        present = unless or [None] * len(old)
        for (place, field, entry), before, value, whole, same in zip(
            self._slots, old, values, self._rounded, present, strict=True
        ):
            if value == same:
                continue
            now: Any = round(value) if whole and math.isfinite(value) else value
            if hasattr(before, "fill_"):
                before.fill_(now)
            elif getattr(before, "shape", None) == () and hasattr(before, "fill"):
                before.fill(now)
            elif entry is None:
                groups[place][field] = now
            else:
                held = groups[place][field]
                parts = [*held[:entry], now, *held[entry + 1 :]]
                groups[place][field] = parts if isinstance(held, list) else tuple(parts)


def _said(slot: Slot) -> str:
    place, field, entry = slot
    return f"group {place} {field}" + ("" if entry is None else f"[{entry}]")


def _joined(slot: Slot) -> Name:
    return slot[1] if slot[2] is None else (slot[1], slot[2])


def _split(name: object) -> tuple[str, int | None]:
    match name:
        case str():
            return name, None
        case (str() as field, int() as entry) if entry >= 0 and not isinstance(entry, bool):
            return field, entry
    _lib.refuse(Status.SCHED_E_TYPE, "name", name, "a str, or a str and the place of an entry")


def _places(groups: Sequence[Group], chosen: Iterable[int | str] | None) -> list[int]:
    """The places of the chosen groups."""
    if chosen is None:
        return list(range(len(groups)))
    names = [group.get("name") for group in groups]
    places: list[int] = []
    for one in [chosen] if isinstance(chosen, int | str) else chosen:
        place = names.index(one) if isinstance(one, str) and one in names else one
        if isinstance(place, str) or not 0 <= _lib.integer("groups", place) < len(groups):
            known = [repr(name) for name in names if name is not None]
            accepted = ", ".join([f"0 to {len(groups) - 1}", *known])
            _lib.refuse(Status.SCHED_E_RANGE, "groups", one, accepted)
        if place in places:
            _lib.refuse(Status.SCHED_E_TWICE, "groups", one, "each group once")
        places.append(place)
    return places


def _each(argument: str, value: Any, places: list[int]) -> list[Any]:
    """One value for all groups, or one for each."""
    if not isinstance(value, list | tuple) and getattr(value, "ndim", 0) != 1:
        return [value] * len(places)
    if len(value) != len(places):
        _lib.refuse(Status.SCHED_E_RANGE, argument, value, f"{len(places)} of them, one a group")
    return list(value)


def _value(groups: Sequence[Group], slot: Slot) -> Any:
    """What a group holds there, which is a number."""
    place, field, entry = slot
    if place >= len(groups):
        _lib.refuse(Status.SCHED_E_RANGE, "group", place, f"0 to {len(groups) - 1}")
    group = groups[place]
    if field not in group:
        known = ", ".join(key for key in group if key != "params")
        _lib.refuse(Status.SCHED_E_FIELD, f"group {place}", field, known)
    value = group[field]
    if entry is not None:
        if not isinstance(value, Sequence) or isinstance(value, str) or entry >= len(value):
            _lib.refuse(
                Status.SCHED_E_TYPE, f"group {place} {field}", value, f"an entry {entry} in it"
            )
        value = value[entry]
    _lib.real(_said(slot), value)
    return value


def _read(state: object) -> tuple[list[Slot], str]:
    """The slots and the text of a state."""
    match state:
        case {"driver": int(version), "slots": list(rows), "scheduler": str(text)}:
            if version != VERSION:
                _lib.refuse(Status.SCHED_E_STATE, "driver", version, f"{VERSION}")
            slots: list[Slot] = []
            for row in rows:
                match row:
                    case [int(place), str(field), None | int() as entry] if place >= 0:
                        slots.append((place, field, entry))
                    case _:
                        _lib.refuse(
                            Status.SCHED_E_STATE, "slots", row, "[group, name, entry or None]"
                        )
            return slots, text
    _lib.refuse(
        Status.SCHED_E_STATE,
        "state_dict",
        state,
        "what state_dict() gave: driver, slots, scheduler",
    )
