"""What the field's warm-ups and decays answered, as schedules of ours.

Hugging Face, DeepSpeed, Megatron-LM, torchtitan, pytorch_optimizer, ignite, pytorch_warmup, optax,
fastai and timm were run and their answers recorded in Tests/Vectors/peers. Here each recording becomes
the text of a schedule, a base rate and the rates it must give. Left out is what those peers do and
we do not:

- Hugging Face past the end where nothing is left to decay, and where it raises;
- pytorch_optimizer's warmup-stable-decay with a floor its tail ignores and then jumps up to, its
  Chebyshev nodes for fewer than five steps, of which it leaves some out, its cosine and its line past
  the end, and what follows the warm-up of its PolyScheduler, which climbs without an end.

Of fairseq, PaddlePaddle, fastai's fit_flat_cos in float64, mmcv and Adafactor there is no recording; what they
compute is computed here in float64, in the order of operations of their code.

The bound in ulps is 0 where a peer's order of operations is ours. Where it is not, a difference of
nearly equal numbers may stand in the peer's formula: the rows say how far it goes.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from . import vectors

FILE = "decays.txt"
PEERS = vectors.FOLDER / "peers"

HEADER = """
Rates of the field's warm-ups and decays. Written by Tests/Oracle from Tests/Vectors/peers, and
from formulas where a record's peer says so.

text      the schedule
base      the base rate
first     the first step, where it is not 0
closed    the rates from that step on; chained instead where each follows from the one before
momentum  the momenta at the same steps, where the peer drives them
ulps      how far ours may be from them
"""


class Row(NamedTuple):
    reason: str
    text: str
    base: float
    rates: Sequence[float]
    ulps: int = 0
    momenta: Sequence[float] | None = None
    is_chained: bool = False
    first: int = 0


def call(kind: str, *first: str, **fields: object) -> str:
    """A schedule's text; fields that are None are left out."""
    named = [f"{name}={value!r}" for name, value in fields.items() if value is not None]
    return f"{kind}({', '.join([*first, *named])})"


def warmup(schedule: str, steps: int, **fields: object) -> str:
    return call("Warmup", schedule, steps=steps, **fields)


def said(name: str, arguments: dict[str, Any], more: str = "") -> str:
    """A reason: the peer's function and what it was given."""
    given = ", ".join(f"{key} {value}" for key, value in arguments.items())
    return f"{name}: {given or 'as it comes'}{more}"


# -- Hugging Face -------------------------------------------------------------


def transformers_text(name: str, args: dict[str, Any], default_lr: float) -> str | None:
    warm: int = args["num_warmup_steps"]
    left: int = args.get("num_training_steps", 0) - warm
    kind = name.removeprefix("get_").removesuffix("_with_warmup")
    ratio = args.get("min_lr_rate", args.get("min_lr", 0) / default_lr)
    waves = float(args.get("num_cycles", 0.5))
    cosine = call(
        "CosineWave", steps=max(1, left), num_cycles=waves, min_ratio=ratio or None, hold=False
    )
    if kind == "constant_schedule":
        return warmup("Constant()", warm)
    if kind == "linear_schedule":
        return warmup(call("LinearDecay", steps=left), warm) if left > 0 else None
    if kind in ("cosine_schedule", "cosine_with_min_lr_schedule"):
        return warmup(cosine, warm)
    if kind == "cosine_with_min_lr_schedule_with_warmup_lr_rate":
        start = args.get("warmup_lr_rate")
        if start is None:
            return warmup(cosine, warm, offset=1, skip=1)
        span = max(1, warm - 1)
        return warmup(cosine, warm, start_ratio=start, span=span, skip=1, rounding="product")
    if kind == "cosine_with_hard_restarts_schedule":
        cycles = float(args.get("num_cycles", 1))
        return warmup(call("CosineHardRestarts", steps=max(1, left), num_cycles=cycles), warm)
    if kind == "polynomial_decay_schedule":
        end, power = args.get("lr_end", 1e-7), args.get("power", 1.0)
        decay = call("PolynomialDecay", steps=left, lr_end=end, power=power, lr_init=default_lr)
        return warmup(decay, warm)
    if kind == "inverse_sqrt_schedule":
        return warmup(call("InverseSqrt", timescale=args.get("timescale") or warm), warm)
    if kind == "wsd_schedule":
        down = args["num_decay_steps"]
        stable = args.get("num_stable_steps")
        return call(
            "WarmupStableDecay",
            num_warmup_steps=warm,
            num_stable_steps=left - down if stable is None else stable,
            num_decay_steps=down,
            warmup_type=args.get("warmup_type"),
            decay_type=args.get("decay_type"),
            min_ratio=float(args.get("min_lr_ratio", 0.0)),
            num_cycles=args.get("num_cycles"),
        )
    return None


def transformers(recorded: dict[str, Any]) -> Iterator[Row]:
    name, args, lrs = recorded["name"], recorded["args"], recorded["lrs"]
    if "num_warmup_steps" not in args or "raises" in recorded:
        return
    # The groups have their own rates; the optimizer's default, which Hugging Face divides by, is 0.1.
    text = transformers_text(name, args, 0.1)
    for group, lr in enumerate(lrs if text else []):
        rates = [values[group] for values in recorded["values"]]
        yield Row(said(name, args, f", base {lr}"), text or "", lr, rates)
    if name == "get_wsd_schedule" and args["num_warmup_steps"] > 0 and "num_stable_steps" in args:
        # The same by a warm-up of its own shape to what is left.
        rest = transformers_text(name, args | {"num_warmup_steps": 0}, 0.1)
        shape, ratio = args["warmup_type"], float(args["min_lr_ratio"])
        text = warmup(rest or "", args["num_warmup_steps"], shape=shape, start_ratio=ratio)
        rates = [values[0] for values in recorded["values"]]
        yield Row(said("warm-up to " + name, args), text, lrs[0], rates)


# -- DeepSpeed ----------------------------------------------------------------


def deepspeed(recorded: dict[str, Any]) -> Iterator[Row]:
    name, args, values = recorded["name"], recorded["args"], recorded["values"]
    reason = said(name, args)
    if name == "LRRangeTest":
        fields = {key.removeprefix("lr_range_test_"): value for key, value in args.items()}
        base = fields.pop("min_lr")
        yield Row(reason, call(name, **fields), base, values)
        return
    if name == "OneCycle":
        momenta = recorded["momenta"]
        # The first momentum is the lowest, which the first step() puts right.
        momenta[0] = args.get("cycle_max_mom", 0.9)
        # No stairs are 0 of them there, and none here.
        fields = {key: value for key, value in args.items() if value != 0}
        base = fields.pop("cycle_min_lr")
        yield Row(reason, call("OneCycleStairs", **fields), base, values, momenta=momenta)
        return
    # Here a step is last_batch_iteration, which construction leaves at -1.
    warm, total = args["warmup_num_steps"], args.get("total_num_steps", 0)
    fields = {"start_lr": args.get("warmup_min_lr"), "start_ratio": args.get("warmup_min_ratio")}
    if args["warmup_type"] == "log":
        fields |= {"shape": "log", "span": warm - 1}
    if name == "WarmupLR":
        after = "Constant()"
    elif name == "WarmupDecayLR":
        after = call("LinearDecay", steps=total - warm, eta_min=args["warmup_min_lr"])
    else:
        after = call("CosineWave", steps=total - warm, min_ratio=args["cos_min_ratio"])
        fields["skip"] = 1
    base = args.get("warmup_max_lr", recorded["lr"])
    yield Row(reason, warmup(after, warm, **fields), base, values[1:])


# -- Megatron-LM --------------------------------------------------------------


def megatron(recorded: dict[str, Any]) -> Iterator[Row]:
    args = recorded["args"]
    style, warm, floor = args["lr_decay_style"], args["lr_warmup_steps"], args["min_lr"]
    left = args["lr_decay_steps"] - warm
    rates, ulps = recorded["values"], 0
    if style == "linear":
        # 1 - t / n there, where the quotient's rounding grows as the difference shrinks, and
        # (n - t) / n here.
        after, ulps = call("LinearDecay", steps=left, eta_min=floor), left // 2
    elif style == "cosine":
        after = call("CosineWave", steps=left, eta_min=floor)
    elif style == "inverse-square-root":
        # It counts steps of the whole run, 0 as 1, and ends with the decay. Two roots, a product
        # and a quotient there; two quotients, a root and a product here.
        after, ulps = call("InverseSqrt", timescale=max(warm, 1), eta_min=floor), 4
        rates = rates[1 if warm == 0 else 0 : args["lr_decay_steps"] + 1]
    else:
        down = args["wsd_decay_steps"]
        after = call(
            "WarmupStableDecay",
            num_warmup_steps=0,
            num_stable_steps=left - down,
            num_decay_steps=down,
            decay_type=args["lr_wsd_decay_style"].replace("minus_", "1-"),
            eta_min=floor,
        )
    text = warmup(after, warm, start_lr=args["init_lr"], rounding="product")
    yield Row(said(f"{style} decay", args), text, args["max_lr"], rates, ulps)


# -- torchtitan ---------------------------------------------------------------


def torchtitan(recorded: dict[str, Any]) -> Iterator[Row]:
    args = recorded["args"]
    warm, total, ratio = args["warmup_steps"], args["training_steps"], args["decay_ratio"]
    down = total - warm if ratio is None else round(total * ratio)
    text = call(
        "WarmupStableDecay",
        num_warmup_steps=warm,
        # Its end is a step past the last, so that no step has the floor.
        num_stable_steps=total + 1 - warm - down,
        num_decay_steps=down,
        decay_type=args["decay_type"].replace("sqrt", "1-sqrt"),
        min_ratio=args["min_lr_factor"],
        start_ratio=0.0,
        offset=1,
    )
    yield Row(said("warmup, stable, decay", args), text, recorded["lr"], recorded["values"])


# -- pytorch_optimizer --------------------------------------------------------


def pytorch_optimizer(recorded: dict[str, Any]) -> Iterator[Row]:
    name, args = recorded["name"], recorded["args"]
    if "raises" in recorded:
        return
    values, reason = recorded["values"], said(name, args)
    if name == "REXScheduler":
        text = call("REX", steps=args["total_steps"], eta_min=args["min_lr"])
        # It steps once as it is made, and then puts the floor in force.
        yield Row(reason, text, args["max_lr"], values[1:], first=1)
    elif name == "CosineScheduler":
        warm, total = args["warmup_steps"], args["t_max"]
        after = call("CosineWave", steps=total - warm, eta_min=args["min_lr"])
        text = warmup(after, warm, start_lr=args["init_lr"], rounding="product")
        # The first value is the construction's, and past the end the wave goes on.
        yield Row(reason, text, args["max_lr"], values[1 : total + 2])
    elif name == "LinearScheduler":
        warm, total = args["warmup_steps"], args["t_max"]
        after = call("LinearDecay", steps=total - warm, eta_min=args["min_lr"])
        text = warmup(after, warm, start_lr=args["init_lr"], rounding="product")
        # Past the end it goes on below the floor, and below 0. It takes its line from the top, and
        # so rounds as the top does where the floor is.
        top, floor = args["max_lr"], args["min_lr"]
        ulps = 4 * round(top / floor) if floor else 64
        yield Row(reason, text, top, values[1 : total + 2], ulps)
    elif name == "PolyScheduler":
        # After its warm-up it climbs without an end, a power of the steps that are behind it.
        text = warmup(
            "Constant()", args["warmup_steps"], start_lr=args["init_lr"], rounding="product"
        )
        yield Row(reason, text, args["max_lr"], values[1 : args["warmup_steps"] + 2])
    elif name == "get_wsd_schedule":
        tail = args["cooldown_type"]
        if tail != "cosine" and args["min_lr_ratio"] != 0:
            return
        text = call(
            "WarmupStableDecay",
            num_warmup_steps=args["num_warmup_steps"],
            num_stable_steps=args["num_stable_steps"],
            num_decay_steps=args["num_decay_steps"],
            decay_type=tail,
            min_ratio=args["min_lr_ratio"],
            start_ratio=0.0,
        )
        yield Row(reason, text, recorded["lr"], values)
    elif not args["is_warmup"] and args["num_epochs"] > 4:
        text = call("Chebyshev", steps=args["num_epochs"], lag=2)
        # numpy has a cosine of its own on some machines.
        yield Row(reason, text, recorded["lr"], values, 2)


# -- ignite -------------------------------------------------------------------


def ignite(recorded: dict[str, Any]) -> Iterator[Row]:
    args = recorded["args"]
    if "raises" in recorded:
        return
    kind, fields = args["scheduler"]
    end, steps = args.get("warmup_end_value", recorded["lr"]), args["warmup_duration"]
    # The schedule's first step is the warm-up's last where they agree, and else comes after it.
    is_end = end == recorded["lr"]
    text = warmup(
        call(kind, **fields),
        steps - 1 if is_end else steps,
        start_lr=args["warmup_start_value"],
        end_lr=None if is_end else end,
        span=None if is_end else steps - 1,
        rounding="product",
    )
    reason = said(f"warm-up to {kind}", args)
    yield Row(reason, text, recorded["lr"], recorded["values"], is_chained=True)


# -- pytorch_warmup -----------------------------------------------------------


def pytorch_warmup(recorded: dict[str, Any]) -> Iterator[Row]:
    name, args = recorded["name"], recorded["args"]
    kind, fields = recorded["scheduler"] or ("Constant", {})
    text = call(
        "Dampening",
        call(kind, **fields),
        shape=name.removeprefix("Untuned").removesuffix("Warmup").lower(),
        period=args.get("warmup_period"),
        beta2=recorded["beta2"],
    )
    reason = said(name, args | {"beta2": recorded["beta2"]}, f", {kind}")
    values = recorded["values"]
    yield Row(reason, text, recorded["lr"], values)
    if "warmup_period" in args and kind == "Constant":
        # Nothing is damped: a warm-up in front of it is the same, as long as it lasts.
        shape, span = name.removesuffix("Warmup").lower(), args["warmup_period"]
        text = warmup("Constant()", len(values), shape=shape, offset=1, span=span)
        yield Row(said(name, args, ", in front"), text, recorded["lr"], values)


# -- optax and fastai ---------------------------------------------------------


def optax(recorded: dict[str, Any]) -> Iterator[Row]:
    name, args = recorded["name"], recorded["args"]
    text = warmup("Constant()", args["warmup_steps"], start_lr=args["init_value"], rounding="rest")
    yield Row(said(name, args), text, args["peak_value"], recorded["values"])


def fastai(recorded: dict[str, Any]) -> Iterator[Row]:
    name, args, values = recorded["name"], recorded["args"], recorded["values"]
    steps = len(recorded["positions"]) - 1
    start, end, reason = args["start"], args["end"], said(name, args)
    if name == "SchedNo":
        yield Row(reason, "Constant()", start, values)
    elif name == "SchedLin":
        yield Row(reason, warmup("Constant()", steps, start_lr=start), end, values[:steps])
    elif name == "SchedExp":
        text = call("ExponentialDecay", decay_steps=steps, decay_rate=end / start)
        yield Row(reason, text, start, values)
    elif name == "SchedCos":
        text = call("FlatCosine", steps=steps, pct_start=0.0, div_final=start / end)
        # The end is a quotient here, and there it is given.
        yield Row(reason, text, start, values, 4)
    elif name == "SchedPoly":
        power = float(args["power"])
        text = warmup("Constant()", steps, shape="polynomial", start_lr=start, power=power)
        yield Row(reason, text, end, values[:steps])
    else:
        fields = {"div": args["middle"] / start, "div_final": args["middle"] / end}
        text = call("FlatCosine", steps=steps, pct_start=args["pct"], **fields)
        # combine_scheds finds the place in float32, half an ulp of which is 2^28 of a double's,
        # and more where the end is a part of the middle.
        yield Row(reason, text, args["middle"], values, 2**34)


# -- timm ---------------------------------------------------------------------


def timm(recorded: dict[str, Any]) -> Iterator[Row]:
    name, args = recorded["name"], recorded["args"]
    if name != "WSDLRScheduler" or {"raises", "lr_scale", "torch_rng"} & set(recorded):
        return
    total, down, warm = args["t_initial"], args["decay_t"], args.get("warmup_t", 0)
    stable, tail = args.get("stable_fn", "constant"), args.get("decay_fn", "1-sqrt")
    power = {"constant": None, "rsqrt": 0.5, "power": args.get("stable_power", 0.5)}[stable]
    after = call(
        "WarmupStableDecay",
        num_warmup_steps=0,
        # A step later and counted from 1, so that the decay's first is the held rate itself.
        num_stable_steps=total - down + 1,
        num_decay_steps=down,
        offset=1,
        decay_type={"exp": "exponential"}.get(tail, tail),
        eta_min=args.get("lr_min", 0.0),
        stable_power=power,
        stable_timescale=power and float(args.get("stable_timescale", warm)),
        decay_power=args.get("decay_power", 0.5) if tail == "power" else None,
        decay_ratio=args.get("decay_ratio", 0.1) if tail == "exp" else None,
    )
    text = warmup(after, warm, start_lr=args.get("warmup_lr_init", 0.0), rounding="slope")
    for group, lr in enumerate(recorded["lrs"]):
        rates = [values[group] for values in recorded["values"]]
        yield Row(said(name, args, f", base {lr}"), text, lr, rates)


RECORDED: dict[str, Callable[[dict[str, Any]], Iterator[Row]]] = {
    "transformers": transformers,
    "deepspeed": deepspeed,
    "megatron": megatron,
    "torchtitan": torchtitan,
    "pytorch_optimizer_decays": pytorch_optimizer,
    "ignite_warmup": ignite,
    "pytorch_warmup": pytorch_warmup,
    "optax_warmup": optax,
    "fastai": fastai,
    "timm": timm,
}


# -- Computed -----------------------------------------------------------------


def fairseq_tri_stage(
    t: int, peak: float, stages: tuple[int, int, int], ends: tuple[float, float]
) -> float:
    up, hold, down = stages
    first, last = ends[0] * peak, ends[1] * peak
    if t < up:
        return first + (peak - first) / up * t
    if t < up + hold:
        return peak
    if t <= up + hold + down:
        return peak * math.exp(-(-math.log(ends[1]) / down) * (t - up - hold))
    return last


def fairseq_polynomial(
    t: int, peak: float, warm: int, total: int, end: float, power: float
) -> float:
    if warm > 0 and t <= warm:
        return t / float(warm) * peak
    if t >= total:
        return end
    return float((peak - end) * (1 - (t - warm) / (total - warm)) ** power + end)


def fairseq_inverse_sqrt(t: int, peak: float, warm: int, first: float) -> float:
    if t < warm:
        return first + t * ((peak - first) / warm)
    return float(peak * warm**0.5 * t**-0.5)


def noam(n: int, scale: float, width: int, warm: int) -> float:
    return float(scale * width**-0.5 * min(n**-0.5 if n else 1, warm**-1.5 * n))


def relative_step(n: int, warmup_init: bool) -> float:
    return min(1e-6 * n if warmup_init else 1e-2, 1.0 / math.sqrt(n))


def flat_cosine(t: int, lr: float, steps: int, flat: float, div: float) -> float:
    place = min(t / steps, 1.0)
    if place < flat:
        return lr
    place = 1.0 if place == 1.0 else (place - flat) / (1 - flat)
    return lr + (1 + math.cos(math.pi * (1 - place))) * (lr / div - lr) / 2


def computed() -> Iterator[tuple[str, Row]]:
    for stages in ((10, 15, 20), (0, 0, 20), (7, 0, 1), (0, 12, 30)):
        for ends in ((0.01, 0.01), (0.0, 0.3)):
            up, hold, down = stages
            text = call(
                "TriStage",
                warmup_steps=up,
                hold_steps=hold,
                decay_steps=down,
                init_lr_scale=ends[0],
                final_lr_scale=ends[1],
            )
            rates = [fairseq_tri_stage(t, 5e-4, stages, ends) for t in range(60)]
            yield "fairseq, computed", Row(f"tri_stage: {stages}, {ends}", text, 5e-4, rates)

    for total, ratio in ((50, (0.1, 0.4, 0.5)), (47, (0.25, 0.5, 0.25)), (30, (0.7, 0.2, 0.1))):
        up, hold, down = (int(total * part) for part in ratio)
        text = call("TriStage", max_update=total, phase_ratio=list(ratio))
        rates = [fairseq_tri_stage(t, 5e-4, (up, hold, down), (0.01, 0.01)) for t in range(60)]
        yield "fairseq, computed", Row(f"tri_stage: {ratio} of {total}", text, 5e-4, rates)

    for warm, total, end, power in ((0, 40, 0.0, 1.0), (10, 40, 1e-5, 2.0), (5, 5, 0.0, 1.0)):
        rates = [fairseq_polynomial(t, 5e-4, warm, total, end, power) for t in range(60)]
        after = call("PolynomialDecay", steps=max(1, total - warm), lr_end=end, power=power)
        reason = f"polynomial_decay: warmup {warm} of {total}, to {end}, power {power}"
        # What is left is 1 minus a part there, and a part here.
        yield "fairseq, computed", Row(reason, warmup(after, warm), 5e-4, rates, 2)

    for warm, first in ((10, 0.0), (4, 1e-7), (1, 0.0), (30, 2e-4)):
        rates = [fairseq_inverse_sqrt(t, 5e-4, warm, first) for t in range(60)]
        after = call("InverseSqrt", timescale=warm)
        text = warmup(after, warm, start_lr=first, rounding="slope")
        reason = f"inverse_sqrt: warmup {warm}, from {first}"
        # A root and a reciprocal there, a quotient, a root and a reciprocal here.
        yield "fairseq, computed", Row(reason, text, 5e-4, rates, 2)

    for width, warm, offset in ((512, 10, 0), (512, 4000, 1), (1024, 25, 1), (3, 1, 0)):
        text = call("Noam", d_model=width, warmup_steps=warm, offset=offset)
        at = max(0, warm - 30)
        rates = [noam(t + offset, 2.0, width, warm) for t in range(at, at + 60)]
        reason = f"noam: d_model {width}, warmup {warm}, first step {offset}"
        yield "PaddlePaddle, computed", Row(reason, text, 2.0, rates, first=at)

    for warmup_init in (False, True):
        text = call("RelativeStep", warmup_init=warmup_init)
        for at in (0, 9_970):
            # Both forms turn at step 10,000.
            rates = [relative_step(t + 1, warmup_init) for t in range(at, at + 60)]
            reason = f"Adafactor: warmup_init {warmup_init}, from step {at}"
            yield "transformers, computed", Row(reason, text, 1.0, rates, first=at)

    for steps, flat, div in ((40, 0.75, 1e5), (7, 0.5, 25.0), (30, 0.0, 1e5), (10, 1.0, 100.0)):
        text = call("FlatCosine", steps=steps, pct_start=flat, div_final=div)
        rates = [flat_cosine(t, 0.1, steps, flat, div) for t in range(60)]
        reason = f"fit_flat_cos: {steps} steps, pct_start {flat}, div_final {div}"
        yield "fastai, computed", Row(reason, text, 0.1, rates)

    for ratio in (0.1, 0.001):
        text = warmup("Constant()", 20, shape="geometric", start_ratio=ratio)
        rates = [0.1 * ratio ** (1 - t / 20) if t < 20 else 0.1 for t in range(40)]
        yield "mmcv, computed", Row(f"warmup exp: from {ratio}", text, 0.1, rates)
        text = warmup("Constant()", 20, shape="constant", start_ratio=ratio)
        rates = [0.1 * ratio if t < 20 else 0.1 for t in range(40)]
        yield "mmcv, computed", Row(f"warmup constant: at {ratio}", text, 0.1, rates)


def convert(peer: str, row: Row) -> str:
    rates = vectors.doubles(row.rates)
    return vectors.record(
        f"{peer.split()[0].rstrip(',')}, {row.reason}",
        peer=peer,
        text=row.text,
        base=vectors.double(row.base),
        first=str(row.first) if row.first else None,
        closed=None if row.is_chained else rates,
        chained=rates if row.is_chained else None,
        momentum=None if row.momenta is None else vectors.doubles(row.momenta),
        ulps=str(row.ulps),
    )


def build() -> bytes:
    records = []
    times: Counter[str] = Counter()

    def add(peer: str, row: Row) -> None:
        times[row.reason] += 1
        again = f", again {times[row.reason]}" if times[row.reason] > 1 else ""
        records.append(convert(peer, row._replace(reason=row.reason + again)))

    for name, rows in RECORDED.items():
        recording = json.loads((PEERS / f"{name}.json").read_text())
        meta = recording["meta"]
        for recorded in recording["vectors"]:
            for row in rows(recorded):
                add(f"{meta['peer']} {meta['version']}", row)
    for peer, row in computed():
        add(peer, row)
    return vectors.document(HEADER, records)
