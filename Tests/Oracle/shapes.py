"""What the field's piecewise, decaying, restarting and cyclical shapes answered, as ours.

Keras, optax, timm, ignite and pytorch_optimizer were run and their answers recorded in
Tests/Vectors/peers. Here each recording becomes the text of a schedule, a base rate and the rates
it must give. Left out, since the facades of the Python package are compared with them whole, are

- what the peers refuse;
- optax's joined schedules, whose parts have peaks of their own;
- timm with a warm-up, noise, no cycle at all or a factor a group.

Of PaddlePaddle, Caffe, mmengine, fairseq and ParameterSchedulers.jl there is no recording; what
they compute is computed here in float64, in the order of operations of their code, or with 50
digits where it says so. The words of our noise are those of numpy's Philox.

The bound in ulps is 0 where a peer's order of operations is ours, and rows computed with 50 digits
have one for what our own operations round.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import mpmath  # type: ignore[import-untyped]
import numpy as np

from . import vectors

FILE = "shapes.txt"
PEERS = vectors.FOLDER / "peers"
STEPS = 48

HEADER = """
Rates of the field's piecewise, decaying, restarting and cyclical shapes. Written by Tests/Oracle
from Tests/Vectors/peers, and from formulas where a record's peer says so.

text      the schedule
base      the base rate
first     the first step, where it is not 0
closed    the rates from that step on
chained   the same in the peer's own recursion, where it has one
ulps      how far ours may be from them
"""


class Row(NamedTuple):
    reason: str
    text: str
    base: float
    rates: Sequence[float]
    ulps: int = 0
    first: int = 0
    chained: Sequence[float] | None = None


def call(kind: str, *first: str, **fields: object) -> str:
    """A schedule's text; fields that are None are left out."""
    named = [f"{name}={value!r}" for name, value in fields.items() if value is not None]
    return f"{kind}({', '.join([*first, *named])})"


# -- Keras --------------------------------------------------------------------


def keras(name: str, args: dict[str, Any]) -> tuple[str, float]:
    base = args.get("initial_learning_rate", 0.0)
    if name == "PiecewiseConstantDecay":
        kept = {key: args[key] for key in ("boundaries", "values")}
        return call("PiecewiseConstant", **kept, side="left"), 1.0
    if name in ("ExponentialDecay", "InverseTimeDecay"):
        kept = {key: args.get(key) for key in ("decay_steps", "decay_rate", "staircase")}
        return call(name, **kept), base
    if name == "PolynomialDecay":
        end, power, cycle = (
            args.get("end_learning_rate", 1e-4),
            args.get("power"),
            args.get("cycle"),
        )
        steps = args["decay_steps"]
        return call(name, steps=steps, lr_end=end, power=power, cycle=cycle, like="keras"), base
    if name == "CosineDecay":
        alpha, steps, peak = args.get("alpha"), args["decay_steps"], args.get("warmup_target")
        if peak is None:
            return call(name, decay_steps=steps, min_ratio=alpha, like="keras"), base
        warm = args.get("warmup_steps")
        text = call(
            name,
            decay_steps=steps,
            min_ratio=alpha,
            warmup_steps=warm,
            warmup_init=base,
            like="keras",
        )
        return text, peak
    kept = {key: args.get(key) for key in ("first_decay_steps", "t_mul", "m_mul")}
    return call(name, **kept, min_ratio=args.get("alpha")), base


# -- optax --------------------------------------------------------------------


def scales(args: dict[str, Any]) -> dict[str, list[Any]]:
    pairs = sorted((int(key), scale) for key, scale in args["boundaries_and_scales"].items())
    return {"boundaries": [pair[0] for pair in pairs], "scales": [pair[1] for pair in pairs]}


def optax(name: str, args: dict[str, Any]) -> tuple[str, float] | None:
    base: Any = args.get("init_value", args.get("peak_value", args.get("value")))
    cosine = {key: args.get(key) for key in ("decay_steps", "exponent")}
    if name == "constant_schedule":
        return "Constant()", base
    if name in ("linear_schedule", "polynomial_schedule"):
        power = args.get("power", 1)
        text = call(
            "PolynomialDecay",
            steps=args["transition_steps"],
            lr_end=args["end_value"],
            power=float(power),
            begin=args.get("transition_begin"),
            like="optax" if isinstance(power, int) else "keras",
        )
        return text, base
    if name == "exponential_decay":
        text = call(
            "ExponentialDecay",
            decay_steps=args["transition_steps"],
            decay_rate=args["decay_rate"],
            staircase=args.get("staircase"),
            begin=args.get("transition_begin"),
            end_value=args.get("end_value"),
        )
        return text, base
    if name == "cosine_decay_schedule":
        return call("CosineDecay", **cosine, min_ratio=args.get("alpha")), base
    if name == "warmup_cosine_decay_schedule":
        peak, end = args["peak_value"], args.get("end_value", 0.0)
        text = call(
            "CosineDecay",
            **cosine,
            min_ratio=end / peak if peak else 0.0,
            warmup_steps=args["warmup_steps"],
            warmup_init=base if args["warmup_steps"] else None,
        )
        return text, peak
    if name == "piecewise_constant_schedule":
        return call("PiecewiseScale", **scales(args)), base
    if name == "piecewise_interpolate_schedule":
        form = {"linear": "linear", "cosine": "cos"}[args["interpolate_type"]]
        return call("PiecewiseInterpolate", **scales(args), anneal_strategy=form), base
    if name in ("linear_onecycle_schedule", "cosine_onecycle_schedule"):
        keys = ("pct_start", "pct_final", "div_factor", "final_div_factor")
        total = args["transition_steps"]
        start, turn = args.get("pct_start", 0.3), args.get("pct_final", 0.85)
        turns = [int(start * total), total]
        if name.startswith("linear"):
            turns.insert(1, int(turn * total))
        if turns != sorted(set(turns)):
            return None  # optax takes only the last of the factors of a step
        kind = {"l": "LinearOneCycle", "c": "CosineOneCycle"}[name[0]]
        return call(kind, total_steps=total, **{key: args.get(key) for key in keys}), base
    return None


# -- timm ---------------------------------------------------------------------


def timm(name: str, args: dict[str, Any]) -> str | None:
    limit = args.get("cycle_limit", 1)
    if args.get("warmup_t") or "noise_range_t" in args or limit == 0:
        return None
    floor, growth, shrink = (
        args.get(key, value)
        for key, value in [("lr_min", 0.0), ("cycle_mul", 1.0), ("cycle_decay", 1.0)]
    )
    cycles = {"t_mul": growth, "m_mul": shrink, "eta_min": floor, "cycle_limit": limit}
    first = args.get("t_initial")
    if name == "CosineLRScheduler":
        k = args.get("k_decay")
        return call(
            "CosineDecayRestarts",
            first_decay_steps=first,
            **cycles,
            k_decay=k,
            exact_restarts=False,
        )
    if name == "PolyLRScheduler":
        return call(
            "PolynomialDecayRestarts",
            first_decay_steps=first,
            power=args.get("power", 0.5),
            **cycles,
            k_decay=args.get("k_decay"),
            exact_restarts=False,
        )
    if name == "TanhLRScheduler":
        ends = {"lb": args.get("lb"), "ub": args.get("ub")}
        return call("TanhDecay", steps=first, **ends, **cycles, exact_restarts=False)
    if name == "StepLRScheduler":
        every, rate = args["decay_t"], args.get("decay_rate", 1.0)
        return call("ExponentialDecay", decay_steps=every, decay_rate=rate, staircase=True)
    if name == "MultiStepLRScheduler":
        # timm's milestones come a step early.
        early = [milestone - 1 for milestone in args["decay_t"]]
        return call("MultiStepLR", milestones=early, gamma=args.get("decay_rate", 1.0))
    return None


# -- ignite and pytorch_optimizer ---------------------------------------------


def ignite(name: str, args: dict[str, Any]) -> tuple[str, float] | None:
    if name == "PiecewiseLinear":
        milestones, values = (
            list(column) for column in zip(*args["milestones_values"], strict=True)
        )
        if milestones != sorted(set(milestones)):
            return None  # of two values at one step ignite takes the second
        return call("PiecewiseLinear", milestones=milestones, values=values), 1.0
    kind = {
        "LinearCyclicalScheduler": "LinearCyclical",
        "CosineAnnealingScheduler": "CosineCyclical",
    }
    kept = dict(args)
    start = kept.pop("start_value")
    end, size = kept.pop("end_value"), kept.pop("cycle_size")
    return call(kind[name], end_value=end, cycle_size=size, **kept), start


def pytorch_optimizer(args: dict[str, Any]) -> tuple[str, float]:
    kept = dict(args)
    peak = kept.pop("max_lr")
    return call("CosineAnnealingWarmupRestarts", **kept), peak


# -- All recordings -----------------------------------------------------------


def said(name: str, args: dict[str, Any]) -> str:
    """A reason: the peer's function and what it was given."""
    given = ", ".join(f"{key} {value}" for key, value in args.items())
    return f"{name}: {given}".replace("'", "")


def load(peer: str) -> tuple[str, list[dict[str, Any]]]:
    recording = json.loads((PEERS / f"{peer}.json").read_text())
    meta = recording["meta"]
    kept = [vector for vector in recording["vectors"] if "values" in vector]
    return f"{meta['peer']} {meta['version']}", kept


def recorded() -> Iterator[tuple[str, Row]]:
    peer, keras_rows = load("keras_schedules")
    for row in keras_rows:
        text, base = keras(row["name"], row["args"])
        yield peer, Row(said(row["name"], row["args"]), text, base, row["values"])
    peer, optax_rows = load("optax")
    for row in optax_rows:
        if made := optax(row["name"], row["args"]):
            yield peer, Row(said(row["name"], row["args"]), *made, row["values"])
    peer, timm_rows = load("timm")
    for row in timm_rows:
        formed = timm(row["name"], row["args"])
        if "lr_scale" not in row and formed:
            base, rates = row["lrs"][0], [values[0] for values in row["values"]]
            yield peer, Row(said(f"{row['name']} at {base}", row["args"]), formed, base, rates)
    peer, ignite_rows = load("ignite_cycles")
    for row in ignite_rows:
        if made := ignite(row["name"], row["args"]):
            # Where cycles differ by factors, ignite's products are ours, one a cycle.
            yield peer, Row(said(row["name"], row["args"]), *made, row["values"])
    peer, restarts = load("pytorch_optimizer_restarts")
    for row in restarts:
        # Its first rate is the floor, whatever the schedule says of step 0.
        text, base = pytorch_optimizer(row["args"])
        yield peer, Row(said(row["name"], row["args"]), text, base, row["values"][1:], first=1)


# -- Formulas -----------------------------------------------------------------


def paddle_exponential(base: float, gamma: float) -> list[float]:
    return [base * math.exp(-1 * gamma * t) for t in range(STEPS)]


def caffe_inverse(base: float, gamma: float, power: float) -> list[float]:
    """With 50 digits, rounded once: base * (1 + gamma * t)^-power."""
    with mpmath.workdps(50):
        one = mpmath.mpf(1)
        return [
            float(base * (one + mpmath.mpf(gamma) * t) ** -mpmath.mpf(power)) for t in range(STEPS)
        ]


def sine(base: float, peak: float, period: int, scale: Callable[[int], mpmath.mpf]) -> list[float]:
    """With 50 digits, rounded once: ParameterSchedulers.jl's Sin, its t from 1."""
    with mpmath.workdps(50):
        height = abs(mpmath.mpf(peak) - mpmath.mpf(base))
        low = mpmath.mpf(min(base, peak))
        waves = [
            abs(mpmath.sin(mpmath.pi * t / period)) if t % period else mpmath.mpf(0)
            for t in range(STEPS)
        ]
        return [float(low + height * wave * scale(t)) for t, wave in enumerate(waves)]


def mmengine(
    base: float, periods: list[int], weights: list[float], floor: float
) -> tuple[list[float], list[float]]:
    """CosineRestartLR in closed form, and step by step as mmengine has it."""
    closed, chained, current = [], [], base
    for t in range(STEPS):
        ends = [sum(periods[: i + 1]) for i in range(len(periods))]
        i = next((i for i, end in enumerate(ends) if t < end), None)
        if i is not None:
            length, since = periods[i], t - (ends[i] - periods[i])
            top = base * weights[i]
            rate = floor + (top - floor) * (1 + math.cos(math.pi * since / length)) / 2
            if since == 0:
                current = top
            else:
                ratio = (1 + math.cos(math.pi * since / length)) / (
                    1 + math.cos(math.pi * (since - 1) / length)
                )
                current = ratio * (current - floor) + floor
        closed.append(rate)
        chained.append(current)
    return closed, chained


def fairseq_cosine(
    base: float, period: int, growth: float, shrink: float, floor: float
) -> list[float]:
    rates = []
    for t in range(STEPS):
        if growth != 1:
            i = math.floor(math.log(1 - t / period * (1 - growth), growth))
            length = growth**i * period
            since = t - (1 - growth**i) / (1 - growth) * period
        else:
            i, length = math.floor(t / period), period
            since = t - period * i
        low, high = floor * shrink**i, base * shrink**i
        rates.append(low + 0.5 * (high - low) * (1 + math.cos(math.pi * since / length)))
    return rates


def fairseq_triangular(
    low: float, high: float, period: int, shrink: float, shrink_min: bool
) -> list[float]:
    """With 50 digits, rounded once: fairseq's own order loses bits near the floor."""
    with mpmath.workdps(50):
        rates, half = [], period // 2
        for t in range(STEPS):
            cycle = t // (2 * half)
            top = mpmath.mpf(high) * mpmath.mpf(shrink) ** cycle
            bottom = mpmath.mpf(low) * (mpmath.mpf(shrink) ** cycle if shrink_min else 1)
            x = abs(mpmath.mpf(t) / half - 2 * (cycle + 1) + 1)
            rates.append(float(bottom + (top - bottom) * max(0, 1 - x)))
        return rates


def interpolated(values: list[float], milestones: list[int]) -> list[float]:
    """Half cosines through given values, in the order of optax's _cosine_interpolate."""
    rates = []
    for t in range(STEPS):
        k = sum(milestone <= t for milestone in milestones)
        if k == 0 or k == len(values):
            rates.append(values[max(0, k - 1)])
            continue
        start, end = values[k - 1], values[k]
        part = (t - milestones[k - 1]) / (milestones[k] - milestones[k - 1])
        rates.append(end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1))
    return rates


def k_decay(base: float, steps: int, k: float, end: float, power: float) -> list[float]:
    """timm's PolyLRScheduler of one cycle, with its floor for an end."""
    return [end + (base - end) * (1 - min(t, steps) ** k / steps**k) ** power for t in range(STEPS)]


def noise(
    seed: int, pct: float, std: float = 1.0, distribution: str = "normal", begin: int = 0
) -> list[float]:
    """The noise on a rate of 1, from the words of numpy's Philox."""
    rates = []
    for t in range(STEPS):
        n = 0.0 if t < begin else next(filter(None, proposals(seed, t, pct, std, distribution)))
        rates.append(1.0 + 1.0 * n)
    return rates


def proposals(
    seed: int, t: int, pct: float, std: float, distribution: str
) -> Iterator[float | None]:
    for attempt in range(64):
        # numpy counts on before it draws.
        counter = (t + (attempt << 64) - 1) % 2**256
        words = np.random.Philox(counter=counter, key=seed).random_raw(4)
        for first, second in words.reshape(2, 2):
            u, v = int(first >> 11) * 2.0**-53, int(second >> 11) * 2.0**-53
            if distribution == "uniform":
                yield pct * (2 * u - 1)
            elif pct <= std:
                n = pct * (2 * u - 1)
                yield n if v < math.exp(-0.5 * (n / std) * (n / std)) else None
            else:
                n = std * math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v)
                yield n if abs(n) < pct else None


def annealed(base: float, steps: int, t: mpmath.mpf) -> mpmath.mpf:
    """CosineAnnealingLR down to 0.05, where nothing cancels, at any time."""
    low = mpmath.mpf(0.05)
    return low + (mpmath.mpf(base) - low) * (1 + mpmath.cos(mpmath.pi * t / steps)) / 2


TAILS: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "linear": lambda u: 1 - u,
    "cosine": lambda u: (1 + mpmath.cos(mpmath.pi * u)) / 2,
    "1-sqrt": lambda u: 1 - mpmath.sqrt(u),
    "1-square": lambda u: 1 - u**2,
    "exponential": lambda u: 2 * mpmath.mpf(0.5) ** u - 1,
}


def cooled(base: float, begin: int, steps: int, tail: str, floor: float) -> list[float]:
    """A cosine over 40 steps that is left for a way down, with 50 digits, rounded once."""
    with mpmath.workdps(50):
        top = annealed(base, 40, mpmath.mpf(begin))
        low = min(top, mpmath.mpf(floor))
        return [
            float(
                annealed(base, 40, mpmath.mpf(t))
                if t <= begin
                else low + (top - low) * TAILS[tail](min(mpmath.mpf(t - begin) / steps, 1))
            )
            for t in range(STEPS)
        ]


def warped(base: float, when: Callable[[int], mpmath.mpf]) -> list[float]:
    """A cosine over 20 steps at other times, on a line between its whole steps."""
    rates = []
    with mpmath.workdps(50):
        for t in range(STEPS):
            time = when(t)
            whole = mpmath.floor(time)
            start, end = (annealed(base, 20, whole + i) for i in (0, 1))
            rates.append(float(start + (end - start) * (time - whole)))
    return rates


def replanned() -> Iterator[tuple[str, Row]]:
    """What a run changes on its way, and the lines between whole steps."""
    peer = "mpmath, the formula with 50 digits"
    cosine = "CosineAnnealingLR(T_max=40, eta_min=0.05)"
    for tail in TAILS:
        for begin, floors in ((10, {"min_ratio": 0.125}), (0, {"eta_min": 0.02})):
            text = call("CoolDown", cosine, begin=begin, steps=24, decay_type=tail, **floors)
            floor = floors.get("eta_min", 0.1 * floors.get("min_ratio", 0))
            rates = cooled(0.1, begin, 24, tail, floor)
            yield peer, Row(f"a cool-down from step {begin}, {tail}", text, 0.1, rates, 16)
    text = call("CoolDown", cosine, begin=38, steps=5, eta_min=0.08)
    yield peer, Row("a floor that is above", text, 0.1, cooled(0.1, 38, 5, "1-sqrt", 0.08), 4)
    cosine = "CosineAnnealingLR(T_max=20, eta_min=0.05)"

    def rests(t: int) -> mpmath.mpf:
        return mpmath.mpf(t if t <= 7 else max(7, t - 12))

    def stretched(t: int) -> mpmath.mpf:
        longer = 5 + mpmath.mpf(t - 5) * 10 / 37
        return mpmath.mpf(t) if t <= 5 else longer if t <= 42 else mpmath.mpf(t - 27)

    text = call("Extend", cosine, begin=7, steps=12)
    yield peer, Row("a rest of 12 steps", text, 0.1, warped(0.1, rests), 4)
    text = call("Extend", cosine, begin=5, steps=27, until=15)
    yield peer, Row("ten steps that last 37", text, 0.1, warped(0.1, stretched), 4)
    text = call("Stretch", cosine, factor=3, between="line")
    yield peer, Row("lines between steps", text, 0.1, warped(0.1, lambda t: mpmath.mpf(t) / 3), 4)
    # The way up of a cycle of 8 steps, two of them to its peak at 0.85.
    momenta = [0.95, 0.9, 0.85, 0.85 + 0.1 / 6, 0.85 + 0.2 / 6, 0.9, 0.95 - 0.2 / 6]
    cycle = call(
        "CyclicLR",
        base_lr=0.1,
        max_lr=0.2,
        step_size_up=2,
        step_size_down=6,
        base_momentum=0.85,
        max_momentum=0.95,
    )
    yield (
        "PyTorch CyclicLR, the momenta of its triangle",
        Row("momenta as rates", call("Momentum", cycle), 0.5, momenta, 8),
    )


def formulas() -> Iterator[tuple[str, Row]]:
    yield from replanned()
    for base, gamma in [(0.1, 0.1), (1e-3, 0.9), (0.5, 0.0)]:
        text = call("NaturalExpDecay", gamma=gamma)
        yield (
            "paddle NaturalExpDecay, its formula",
            Row(f"natural exponential: gamma {gamma}", text, base, paddle_exponential(base, gamma)),
        )
    for base, gamma, power in [
        (0.01, 1e-4, 0.75),
        (0.1, 0.5, 1.0),
        (0.1, 0.05, 2.0),
        (0.1, 0.3, 0.0),
    ]:
        text = call("InversePower", gamma=gamma, power=power)
        yield (
            "caffe inv, its formula with 50 digits",
            Row(
                f"inverse power {power}: gamma {gamma}",
                text,
                base,
                caffe_inverse(base, gamma, power),
                2,
            ),
        )
    modes: list[tuple[str, float, Callable[[int], mpmath.mpf]]] = [
        ("sin", 1.0, lambda t: mpmath.mpf(1)),
        ("sin_decay2", 1.0, lambda t: mpmath.mpf(2) ** -(t // 9)),
        ("sin_exp", 0.9, lambda t: mpmath.mpf(0.9) ** t),
    ]
    for mode, decay, scale in modes:
        for base, peak in [(0.0, 0.1), (0.001, 0.1), (0.1, 0.001)]:
            text = call("SineCyclicLR", max_lr=peak, period=9, mode=mode, gamma=decay)
            yield (
                "ParameterSchedulers.jl, its formula with 50 digits",
                Row(f"{mode} from {base} to {peak}", text, base, sine(base, peak, 9, scale), 3),
            )
    for periods, weights, floor in [
        ([5, 10, 20], [1.0, 0.5, 0.25], 0.0),
        ([1, 7, 3], [1.0, 2.0, 0.5], 0.01),
        ([60], [0.5], 0.001),
    ]:
        closed, chained = mmengine(0.1, periods, weights, floor)
        text = call("CosineRestartLR", periods=periods, restart_weights=weights, eta_min=floor)
        reason = f"periods {periods} of weights {weights} above {floor}"
        yield (
            "mmengine CosineRestartLR, its formula",
            Row(reason, text, 0.1, closed, chained=chained),
        )
    closed, chained = mmengine(0.1, [4, 6], [1.0, 1.0], 0.1 * 0.05)
    text = call("CosineRestartLR", periods=[4, 6], min_ratio=0.05)
    reason = "periods of one weight above a part of the base"
    yield "mmengine CosineRestartLR, its formula", Row(reason, text, 0.1, closed, chained=chained)
    for period, growth, shrink, floor in [
        (10, 1.0, 0.1, 0.0),
        (5, 2.0, 0.5, 0.01),
        (4, 1.5, 0.9, 1e-3),
    ]:
        text = call(
            "CosineDecayRestarts",
            first_decay_steps=period,
            t_mul=growth,
            m_mul=shrink,
            eta_min=floor,
            shrink_min=True,
            exact_restarts=False,
        )
        rates = fairseq_cosine(0.1, period, growth, shrink, floor)
        reason = f"period {period} times {growth}, shrink {shrink}, floor {floor}"
        yield "fairseq cosine, its formula", Row(reason, text, 0.1, rates)
    for period, shrink, shrink_min in [(10, 0.5, False), (8, 0.1, True), (24, 1.0, False)]:
        text = call(
            "LinearCyclical",
            end_value=0.1,
            cycle_size=period,
            start_value_mult=shrink if shrink_min else 1.0,
            end_value_mult=shrink,
        )
        rates = fairseq_triangular(0.001, 0.1, period, shrink, shrink_min)
        reason = (
            f"triangles of {period}, shrink {shrink}, the floor {'too' if shrink_min else 'not'}"
        )
        # ignite's order, which is ours, takes the way up from the peak: at the floor, a hundredth of
        # the peak, it loses a hundred times half an ulp.
        yield "fairseq triangular, its formula with 50 digits", Row(reason, text, 0.001, rates, 64)
    values, milestones = [0.01, 0.1, 0.02, 0.0], [3, 10, 30, 41]
    text = call("PiecewiseLinear", milestones=milestones, values=values, anneal_strategy="cos")
    yield (
        "optax, the formula of its half cosines",
        Row("half cosines through values", text, 1.0, interpolated(values, milestones)),
    )
    for k, end, power in [(2.0, 0.0, 1.0), (0.5, 0.01, 2.0), (3.0, 0.001, 0.5)]:
        text = call("PolynomialDecay", steps=40, lr_end=end, power=power, k_decay=k)
        yield (
            "timm PolyLRScheduler, its formula",
            Row(f"k-decay {k} of power {power}", text, 0.1, k_decay(0.1, 40, k, end, power)),
        )
    noises: list[tuple[int, dict[str, Any]]] = [
        (42, {"pct": 0.67}),
        (7, {"pct": 0.3, "begin": 5}),
        (0, {"pct": 1.0, "std": 0.25}),
        (2**53, {"pct": 0.5, "std": 0.2}),
        (1, {"pct": 0.1, "distribution": "uniform"}),
        (9, {"pct": 0.9, "std": 0.1, "distribution": "uniform", "begin": 40}),
    ]
    for seed, options in noises:
        text = call("Noise", "Constant()", seed=seed, **options)
        rates = noise(seed, **options)
        yield (
            "numpy Philox, our formula",
            Row(said(f"noise of seed {seed}", options), text, 1.0, rates),
        )


def build() -> bytes:
    records, seen = [], set()
    for peer, row in [*recorded(), *formulas()]:
        if (row.text, row.base) in seen:
            continue
        seen.add((row.text, row.base))
        rates = row.rates[:STEPS]
        records.append(
            vectors.record(
                f"{peer.partition(' ')[0]}, {row.reason}",
                peer=peer,
                text=row.text,
                base=vectors.double(row.base),
                first=str(row.first) if row.first else None,
                closed=vectors.doubles(rates),
                chained=None if row.chained is None else vectors.doubles(row.chained),
                ulps=str(row.ulps),
            )
        )
    return vectors.document(HEADER, records)
