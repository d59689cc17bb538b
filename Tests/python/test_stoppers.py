"""Early stopping: its rules, as the peers and the formulas have them, and what it promises."""

from __future__ import annotations

import copy
import inspect
import json
import math
import pickle
from pathlib import Path

import libsched as ls
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libsched import Reason, SchedError, Status, Verdict
from vectors import bits, doubles, records

RECORDS = records("stoppers.txt")
I, W, S = Verdict.IMPROVED, Verdict.WAITING, Verdict.STOP


def observations(vector: dict[str, str]):
    metrics = doubles(vector["metrics"])
    training = doubles(vector["training"]) if "training" in vector else None
    for i, epoch in enumerate(map(int, vector["epochs"].split())):
        if training is None:
            yield metrics[i], epoch
        else:
            yield {"val_loss": metrics[i], "train_loss": training[i]}, epoch


@pytest.mark.parametrize("vector", RECORDS, ids=lambda vector: vector["vector"])
@pytest.mark.parametrize("is_restored", [False, True], ids=["kept", "restored each time"])
def test_says_what_the_peer_says(is_restored: bool, vector: dict[str, str]) -> None:
    stopper = ls.EarlyStopping.parse(vector["rule"])
    best, stops = bits(doubles(vector["best"])), vector["stops"].split()
    waited = vector["waited"].split() if "waited" in vector else ["0"] * len(stops)
    for i, (metric, epoch) in enumerate(observations(vector)):
        if is_restored:
            stopper = ls.EarlyStopping.restore(stopper.save())
        verdict = stopper.observe(metric, epoch=epoch)
        assert (bits([stopper.best]), stopper.waited, verdict is S) == (
            [best[i]], int(waited[i]), stops[i] == "1",
        ), (i, stopper.why())  # fmt: skip
        assert stopper.why().startswith("stop: ") == (verdict is S)
        assert stopper.is_best == (stopper.best_at == stopper.observed - 1)
    assert stopper.observed == len(stops)


# -- One declaration ---------------------------------------------------------------------


def declared(rule: str) -> dict[str, str]:
    return ls._lib.defaults(rule)


def test_the_signature_is_what_the_library_declares() -> None:
    """Names, order and defaults."""
    parameters = inspect.signature(ls.EarlyStopping).parameters
    said = {
        name: "required"
        if one.default is inspect.Parameter.empty
        else "none"
        if one.default is None
        else repr(one.default)
        for name, one in parameters.items()
    }
    assert said == declared("Patience")
    assert [*said] == [*declared("Patience")]
    documented = ls.EarlyStopping.__doc__
    assert documented and all(f"\n        {name}: " in documented for name in said)


@pytest.mark.parametrize("rule", ls._lib.rules())
def test_every_rule_is_made_printed_and_read(rule: str) -> None:
    required = {name: 3 for name, default in declared(rule).items() if default == "required"}
    if "rules" in required:
        stopper = ls.EarlyStopping.parse(f"{rule}([GL(), Patience(1)])")
    elif rule == "Budget":
        stopper = ls.EarlyStopping.of("budget", epochs=3)
    else:
        stopper = ls.EarlyStopping.of(rule.lower(), **required)
    again = ls.EarlyStopping.parse(stopper.rule)
    assert again.save() == stopper.save()
    assert stopper.why() and stopper.reason is Reason.NONE and not stopper.is_best
    for form in (copy.copy(again), pickle.loads(pickle.dumps(again))):
        assert form.save() == stopper.save()


ANY_NUMBER = ("baseline", "must_reach", "stopping_threshold", "divergence_threshold")


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (rule, field)
        for rule in ls._lib.rules()
        for field in declared(rule)
        if field not in ("rules", "monitor", "training", "rate", "metric", "metric_name")
    ],
)
def test_every_field_refuses_by_name_what_it_does_not_accept(rule: str, field: str) -> None:
    required = {name: 3 for name, default in declared(rule).items() if default == "required"}
    for value in (-1.5, "no such word", math.nan, [1], 2**70):
        given = {**required, field: value}
        if value == -1.5 and field in ANY_NUMBER:
            continue
        if value == 2**70 and not isinstance(_default(rule, field), int):
            continue
        with pytest.raises(SchedError) as refusal:
            ls.EarlyStopping.of(rule, **given)
        assert f"{rule} {field}" in str(refusal.value)


def _default(rule: str, field: str) -> object:
    text = declared(rule)[field]
    return 0 if text == "required" else None if text == "none" else eval(text)


@pytest.mark.parametrize(
    ("make", "status", "sentence"),
    [
        (lambda: ls.EarlyStopping.of("Nothing"), Status.SCHED_E_KIND, "Nothing"),
        (lambda: ls.EarlyStopping.of("GL", beta=1), Status.SCHED_E_FIELD, "GL beta=1"),
        (lambda: ls.EarlyStopping.of("Keras", patience=-1), Status.SCHED_E_VALUE, "Keras patience"),
        (lambda: ls.EarlyStopping.of("Ignite", patience=0), Status.SCHED_E_VALUE, "from 1"),
        (lambda: ls.EarlyStopping.of("Budget"), Status.SCHED_E_MISSING, "epochs or seconds"),
        (lambda: ls.EarlyStopping(3, must_reach=1.0), Status.SCHED_E_MISSING, "Patience by"),
        (lambda: ls.EarlyStopping(3, by=1), Status.SCHED_E_MISSING, "Patience must_reach"),
        (lambda: ls.EarlyStopping(3, monitor="a'b"), Status.SCHED_E_VALUE, "monitor"),
        (lambda: ls.EarlyStopping(3, monitor="a\\"), Status.SCHED_E_VALUE, "monitor"),
        (lambda: ls.EarlyStopping.parse("Any([])"), Status.SCHED_E_VALUE, "Any rules=[]"),
        (lambda: ls.EarlyStopping.parse("Any([StepLR(3)])"), Status.SCHED_E_KIND, "StepLR"),
        (lambda: ls.EarlyStopping.parse("All(3)"), Status.SCHED_E_TYPE, "All rules=3"),
        (lambda: ls.EarlyStopping.parse("All([3])"), Status.SCHED_E_TYPE, "All rules=3"),
        (lambda: ls.EarlyStopping.parse("Patience(3"), Status.SCHED_E_SYNTAX, "','"),
        (
            lambda: ls.EarlyStopping.parse("Any([" * 70 + "GL()" + "])" * 70),
            Status.SCHED_E_DEPTH,
            "64 levels",
        ),
        (lambda: ls.EarlyStopping(3).observe(None), Status.SCHED_E_TYPE, "metric=None"),
        (lambda: ls.EarlyStopping(3).observe({}), Status.SCHED_E_MISSING, "metric"),
        (lambda: ls.EarlyStopping(3).observe({"a": "x"}), Status.SCHED_E_TYPE, "a='x'"),
        (lambda: ls.EarlyStopping(3).observe({"step": 1.0}), Status.SCHED_E_FIELD, "step="),
        (
            lambda: ls.EarlyStopping(3, monitor="a").observe({"b": 1.0}),
            Status.SCHED_E_MISSING,
            "metric a",
        ),
        (
            lambda: ls.EarlyStopping(3).observe({"a": 1.0, "b": 1.0}),
            Status.SCHED_E_MISSING,
            "one of the 2 metrics",
        ),
        (
            lambda: ls.EarlyStopping(3, unit="seconds").observe(1.0),
            Status.SCHED_E_MISSING,
            "Patience seconds",
        ),
        (lambda: ls.EarlyStopping(3).observe(1.0, step=-1), Status.SCHED_E_RANGE, "step=-1"),
        (lambda: ls.EarlyStopping(3).observe(1.0, epoch=2**60), Status.SCHED_E_RANGE, "epoch="),
        (
            lambda: ls.EarlyStopping(3).observe(1.0, seconds=math.nan),
            Status.SCHED_E_RANGE,
            "seconds=nan",
        ),
        (
            lambda: ls.EarlyStopping(3, nan="raise").observe(math.nan),
            Status.SCHED_E_VALUE,
            "metric",
        ),
        (lambda: ls.EarlyStopping(3).load_state_dict({}), Status.SCHED_E_STATE, "state_dict"),
        (lambda: ls.EarlyStopping(3).load("x("), Status.SCHED_E_SYNTAX, "end"),
    ],
)
def test_refuses(make, status: Status, sentence: str) -> None:
    with pytest.raises(SchedError) as refusal:
        make()
    assert refusal.value.status == status and sentence in str(refusal.value)


# -- What the fields do ------------------------------------------------------------------


def verdicts(stopper: ls.EarlyStopping, metrics, **places) -> list[Verdict]:
    return [
        stopper.observe(metric, **{name: values[i] for name, values in places.items()})
        for i, metric in enumerate(metrics)
    ]


def test_patience_counts_steps_epochs_and_seconds() -> None:
    for unit, name in (("steps", "step"), ("epochs", "epoch"), ("seconds", "seconds")):
        stopper = ls.EarlyStopping(10, unit=unit)
        assert verdicts(stopper, [1, 2, 2, 2], **{name: [5, 9, 14, 15]}) == [I, W, W, S]
        assert stopper.spent == 10
        late = ls.EarlyStopping(10, unit=unit, counting=">")
        assert verdicts(late, [1, 2, 2], **{name: [5, 15, 16]}) == [I, W, S]


def test_a_relative_margin_does_not_mind_the_sign() -> None:
    for sign in (1, -1):
        mode = "min" if sign == 1 else "max"
        stopper = ls.EarlyStopping(9, 0.1, mode, min_delta_mode="rel")
        assert verdicts(stopper, [sign * x for x in (1.0, 0.95, 0.89)]) == [I, W, I]
        below = ls.EarlyStopping(9, 0.1, mode, min_delta_mode="rel")
        assert verdicts(below, [sign * x for x in (-1.0, -1.05, -1.11)]) == [I, W, I]


def test_a_stop_before_min_epochs_is_not_latched() -> None:
    stopper = ls.EarlyStopping(2, min_epochs=5)
    assert verdicts(stopper, [1, 2, 2, 0.5, 2, 2]) == [I, W, W, I, W, S]
    held = ls.EarlyStopping(1, min_epochs=3)
    held.observe(1)
    assert held.observe(2) is W and held.reason is Reason.HELD
    assert held.observe(2) is S
    by_steps = ls.EarlyStopping(1, min_steps=100)
    assert verdicts(by_steps, [1, 2, 2], step=[10, 99, 100]) == [I, W, S]


def test_a_baseline_and_a_deadline_are_apart_from_patience() -> None:
    # Better, but not better than the baseline: the wait goes on.
    stopper = ls.EarlyStopping(3, baseline=0.5)
    assert verdicts(stopper, [1.0, 0.9, 0.8, 0.9]) == [I, I, I, S]
    stopper = ls.EarlyStopping(99, must_reach=0.5, by=3)
    assert verdicts(stopper, [1.0, 0.9, 0.8]) == [I, I, S]
    assert stopper.reason is Reason.DEADLINE and stopper.is_best
    assert stopper.observe(0.5) is I
    reached = ls.EarlyStopping(99, must_reach=0.5, by=3)
    assert verdicts(reached, [1.0, 0.5, 0.8, 0.9]) == [I, I, W, W]
    in_time = ls.EarlyStopping(99, must_reach=0.5, by=100, unit="seconds")
    assert verdicts(in_time, [1.0, 0.9], seconds=[99.0, 100.0]) == [I, S]


def test_thresholds_stop_and_say_whether_it_is_the_best() -> None:
    stopper = ls.EarlyStopping(9, stopping_threshold=0.5, divergence_threshold=2.0)
    assert verdicts(stopper, [1.0, 0.5]) == [I, S]
    assert stopper.is_best and stopper.best == 0.5
    assert stopper.reason is Reason.STOPPING_THRESHOLD
    assert verdicts(stopper, [2.0, 2.5]) == [W, S]
    assert stopper.reason is Reason.DIVERGENCE_THRESHOLD and not stopper.is_best


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_has_a_policy_the_first_included(bad: float) -> None:
    def make(policy: str) -> ls.EarlyStopping:
        return ls.EarlyStopping(2, nan=policy, infinity=policy)

    assert verdicts(make("bad"), [bad, bad, 1.0]) == [W, S, I]
    assert verdicts(make("stop"), [bad, 1.0]) == [S, I]
    assert verdicts(make("ignore"), [bad, bad, 1.0, bad, 2.0, bad, 2.0]) == [W, W, I, W, W, W, S]
    stopper = make("raise")
    before = stopper.save()
    with pytest.raises(SchedError, match="metric="):
        stopper.observe(bad)
    assert stopper.save() == before
    assert stopper.observe(1.0) is I


def test_small_gains_add_up_or_move_the_best() -> None:
    metrics = [1.0, 0.95, 0.9, 0.85]
    assert verdicts(ls.EarlyStopping(3, 0.1), metrics) == [I, W, W, I]
    ratchet = ls.EarlyStopping(3, 0.1, cumulative=False)
    assert verdicts(ratchet, metrics) == [I, W, W, S]
    assert ratchet.best == 0.85 and ratchet.is_best


def test_start_from_and_cooldown_do_not_count() -> None:
    stopper = ls.EarlyStopping(1, start_from=2)
    assert verdicts(stopper, [0.1, math.nan, 1.0, 1.0]) == [W, W, I, S]
    assert (stopper.best_at, stopper.best_epoch) == (2, 2)
    assert verdicts(ls.EarlyStopping(1, cooldown=2), [1, 1, 1, 1]) == [I, W, W, S]


def test_an_average_is_that_of_its_formula() -> None:
    stopper = ls.EarlyStopping(9, smoothing="ema", span=3)
    average = None
    for metric in (1.0, 0.5, 0.75, 0.125):
        average = metric if average is None else 0.5 * metric + 0.5 * average
        stopper.observe(metric)
        assert stopper.best <= average
    assert stopper.best == average


def test_the_rate_falls_so_often_and_then_it_stops() -> None:
    """Beside ReduceLROnPlateau, whatever drives it."""
    schedule = ls.ReduceLROnPlateau(factor=0.5, patience=1, threshold=0.0)
    scheduler = ls.Scheduler(schedule, 1.0)
    stopper = ls.EarlyStopping(2, monitor="loss", reductions=2)
    rates, said = [], []
    for _ in range(12):
        rates.append(scheduler.rates[0])
        said.append(stopper.observe({"loss": 1.0, "lr": rates[-1]}))
        if said[-1] is S:
            break
        scheduler.observe(1.0)
    # Two more that are not better after the second fall.
    assert rates == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    assert said == [I, W, W, W, W, W, S]
    assert "no new best for 2 of 2" in stopper.why()


def test_a_rate_that_falls_for_ever_does_not_keep_it_from_stopping() -> None:
    stopper = ls.EarlyStopping(3, monitor="loss", reductions=2)
    said = [stopper.observe({"loss": 1.0, "lr": 0.5**i}) for i in range(7)]
    # Falls at 1 and 2; from the second on three that are not better.
    assert said == [I, W, W, W, S, S, S]


def test_a_number_is_the_only_metric_whatever_its_name() -> None:
    for places in ({}, {"epoch": 3}, {"step": 9, "seconds": 1.5}):
        stopper = ls.EarlyStopping(3, monitor="val_loss") | ls.EarlyStopping.of("Budget", epochs=9)
        assert stopper.observe(0.5, **places) is I and stopper.best == 0.5
    both = ls.EarlyStopping(3, monitor="a") & ls.EarlyStopping(3, monitor="b")
    for places in ({}, {"epoch": 3}):
        with pytest.raises(SchedError, match="metric"):
            both.observe(0.5, **places)
    assert both.observed == 0


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (0.1 + 0.2, "0.3"), (1 / 3, "0.333333"), (-2 / 3, "-0.666667"), (1.0, "1.0"), (0.0, "0.0"),
        (123456.789, "123457.0"), (1 / 3e9, "3.33333e-10"), (-2e20 / 3, "-6.66667e19"),
        (0.00012345678, "0.000123457"), (9.9999999, "10.0"), (math.inf, "inf"), (5e-324, "e-324"),
    ],
)  # fmt: skip
def test_a_reason_has_as_many_digits_as_one_reads(metric: float, said: str) -> None:
    stopper = ls.EarlyStopping(3)
    stopper.observe(metric)
    assert f"the metric is {said}," in stopper.why() or metric == 5e-324
    assert said in stopper.why()


# -- Joined ------------------------------------------------------------------------------


def test_rules_join() -> None:
    metrics = [1, 0.5, 0.75, 0.875, 0.25, 0.5]
    patience, budget = ls.EarlyStopping(2), ls.EarlyStopping.of("Budget", epochs=4)
    patience.observe(0.0)  # what it has seen is not joined
    assert verdicts(patience | budget, metrics) == [I, I, W, S, S, S]
    assert verdicts(patience & budget, metrics) == [I, I, W, S, I, W]
    assert verdicts(budget.then(patience), metrics) == [W, W, W, W, I, W]
    nested = (patience & budget) | ls.EarlyStopping.of("GL", alpha=60)
    assert verdicts(nested, metrics) == [I, I, W, S, I, S]
    with pytest.raises(TypeError):
        patience | 3


def test_a_rule_of_a_sequence_sees_nothing_from_before_its_turn() -> None:
    stopper = ls.EarlyStopping.of("Budget", evaluations=2).then(ls.EarlyStopping(1))
    assert verdicts(stopper, [1, 0.25, 0.5, 0.5]) == [W, W, I, S]


def test_epochs_go_on_in_settings_that_are_kept() -> None:
    saved = ls.EarlyStopping(9)
    verdicts(saved, [1, 2], epoch=[3, 4])
    stopper = ls.EarlyStopping(5)
    stopper.load(saved.save(), "keep")
    stopper.observe(0.5)
    assert stopper.best_epoch == 5


def test_several_metrics_stop_when_all_stall() -> None:
    loss = ls.EarlyStopping(1, monitor="loss")
    accuracy = ls.EarlyStopping(1, mode="max", monitor="accuracy")
    stopper = loss & accuracy
    assert stopper.observe({"loss": 1.0, "accuracy": 0.5, "other": "text"}) is I
    assert stopper.observe({"loss": 1.0, "accuracy": 0.6}) is W
    assert stopper.observe({"loss": 1.0, "accuracy": 0.6}) is S
    assert (stopper.mode, stopper.best, stopper.best_at) == ("min", 1.0, 0)
    assert "loss is 1.0" in stopper.why() and "accuracy is 0.6" in stopper.why()
    with pytest.raises(SchedError, match="metric accuracy"):
        stopper.observe({"loss": 1.0})
    with pytest.raises(SchedError, match="accuracy='x'"):
        stopper.observe({"loss": 1.0, "accuracy": "x"})


# -- Saved -------------------------------------------------------------------------------

RULES = [
    "Patience(2, min_delta=0.125)",
    "Patience(3, smoothing='median', span=3, nan='ignore', cooldown=1)",
    "Patience(2, smoothing='ema', span=4, unit='steps', cumulative=False, must_reach=0.1, by=9)",
    "Patience(1, reductions=1, rate='rate', monitor='loss')",
    "GL(10.0)", "PQ(0.5, 2, monitor='loss', training='rate')", "UP(1, 2)", "Slope(4, 0.8)",
    "Any([Patience(2, monitor='loss'), Budget(evaluations=6)])",
    "All([UP(1, 1, 'loss'), Patience(1, monitor='rate')])",
    "Sequence([Budget(evaluations=2), Patience(1, monitor='loss'), GL(1.0, 'rate')])",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    rule=st.sampled_from(RULES),
    rows=st.lists(
        st.tuples(st.floats(width=16), st.floats(0, 1, width=16)), min_size=1, max_size=12
    ),
)
def test_a_restored_run_is_the_uninterrupted_one(rule, rows) -> None:
    named = "'loss'" in rule or "'rate'" in rule
    kept = ls.EarlyStopping.parse(rule)
    restored = ls.EarlyStopping.parse(rule)
    for step, (loss, rate) in enumerate(rows):
        metric = {"loss": loss, "rate": rate} if named else loss
        restored = ls.EarlyStopping.restore(restored.save())
        assert kept.observe(metric, step=step) is restored.observe(metric, step=step)
        assert kept.save() == restored.save() and kept.why() == restored.why()


def test_the_state_is_json_and_of_its_settings() -> None:
    stopper = ls.EarlyStopping(3, monitor="Verlust, größer")
    verdicts(stopper, [math.nan, 1.0, 2.0])
    state = json.loads(json.dumps(stopper.state_dict()))
    other = ls.EarlyStopping(3, monitor="Verlust, größer")
    other.load_state_dict(state)
    assert other.save() == stopper.save()
    changed = ls.EarlyStopping(2, monitor="Verlust, größer")
    before = changed.save()
    with pytest.raises(SchedError, match="Patience patience: saved 3, here 2"):
        changed.load_state_dict(state)
    assert changed.save() == before
    changed.load_state_dict(state, "keep")
    assert (changed.patience, changed.best, changed.waited) == (2, 1.0, 1)
    assert changed.observe(2.0) is S
    with pytest.raises(SchedError, match="rule: saved Patience, here GL"):
        ls.EarlyStopping.of("GL").load_state_dict(state, "keep")
    with pytest.raises(SchedError, match="mode: saved 'min', here 'max'"):
        ls.EarlyStopping(3, mode="max").load(stopper.save(), "keep")
    gl = ls.EarlyStopping.of("GL")
    gl.load(stopper.save(), "restore")
    assert gl.rule == stopper.rule and gl.patience == 3


def test_a_window_that_has_become_smaller_keeps_its_last() -> None:
    long = ls.EarlyStopping(9, smoothing="median", span=5)
    verdicts(long, [5.0, 4.0, 3.0, 2.0, 1.0])
    short = ls.EarlyStopping(9, smoothing="median", span=3)
    short.load(long.save(), "keep")
    short.observe(0.0)
    assert short.best == 1.0


def test_what_it_keeps_does_not_grow() -> None:
    stopper = ls.EarlyStopping.parse(
        "Any([Patience(9, smoothing='best', span=8), Slope(8, 0.0), PQ(1e9, 4, '', '')])"
    )
    lengths = set()
    for i in range(400):
        stopper.observe(1.0 + i % 7)
        if i > 100:
            lengths.add(stopper.save().count(","))
    assert len(lengths) <= 4


# -- Replayed ----------------------------------------------------------------------------

LOSSES = [1.0, 0.6, 0.5, 0.52, 0.51, 0.55, 0.4, 0.45, 0.5]


def test_replays_a_list_columns_rows_and_a_file(tmp_path: Path) -> None:
    rules = {f"patience {n}": ls.EarlyStopping(n) for n in (2, 4)}
    said = ls.replay(LOSSES, rules)
    two, four = said
    assert (two.stopped_at, two.best_at, two.best, two.saved) == (4, 2, 0.5, 4)
    assert two.cost == pytest.approx(0.25) and two.why.startswith("stop: ")
    assert (four.stopped_at, four.saved, four.cost) == (None, 0, 0.0)
    assert str(two) == "patience 2 stops at 4, 25 % worse than the best at 6, and saves 4"
    assert str(four) == "patience 4 does not stop in 9 observations"
    assert ls.replay({"loss": LOSSES}, rules) == ls.Replay(
        said.results, tuple(("metric", curve) for _, curve in said.curves)
    )
    assert ls.replay([{"loss": loss} for loss in LOSSES], rules).results == said.results
    path = tmp_path / "run.csv"
    lines = [f"{i},{loss}\n{i},\n" for i, loss in enumerate(LOSSES)]
    path.write_text("epoch,loss\n" + "".join(lines))
    # Every other row has no loss, and is no observation.
    assert ls.replay(path, rules)[0].stopped_at == 8
    assert ls.replay(str(path), ls.EarlyStopping(2, monitor="loss"))[0].best_at == 4


def test_replay_refuses_what_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(SchedError, match=r"history\[1\] metric='x'"):
        ls.replay([1.0, "x"], ls.EarlyStopping(2))
    with pytest.raises(SchedError, match="columns of the same length"):
        ls.replay({"a": [1.0], "b": []}, ls.EarlyStopping(2))
    with pytest.raises(SchedError, match="metric loss"):
        ls.replay([1.0], ls.EarlyStopping(2, monitor="loss"))
    with pytest.raises(SchedError, match="an EarlyStopping"):
        ls.replay([1.0], [3])
    path = tmp_path / "run.csv"
    path.write_text("loss\nx\n")
    with pytest.raises(SchedError, match="loss='x'"):
        ls.replay(path, ls.EarlyStopping(2))


def test_a_replay_is_drawn() -> None:
    pytest.importorskip("matplotlib").use("Agg")
    said = ls.replay(LOSSES, {f"patience {n}": ls.EarlyStopping(n) for n in (2, 4)})
    axes = said.plot()
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["metric", *map(str, said)]
    # The run, a line where one stops, and two points.
    assert len(axes.lines) == 4
    assert list(axes.lines[1].get_xdata()) == [4, 4]
