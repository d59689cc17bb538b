import Platform

/// Up, held for as long as one likes, then a short cool-down to a floor.
///
/// ```
/// up:    start + (1 − start) · ramp((t + offset) / numWarmupSteps)
/// held:  stable = (1 + τ / stableTimescale)^−stablePower for `numStableSteps`
/// down:  minRatio + (stable − minRatio) · tail(u), u = (s + offset) / numDecaySteps
/// then:  minRatio
/// ```
///
/// in base rates, τ steps after the warm-up and s steps into the cool-down; the
/// ways up are ``Warmup``'s. By default `stablePower` is 0 and stable 1; with more it falls through both
/// phases, to the floor at most. The tails:
///
/// ```
/// linear:      1 − u
/// cosine:      (1 + cos(2π · numCycles · u)) / 2
/// 1-sqrt:      1 − √u
/// 1-square:    1 − u²
/// power:       1 − u^decayPower
/// exponential: (rᵘ − r) / (1 − r), r = decayRatio; 2 · ½ᵘ − 1 by default
/// ```
///
/// Source: Hu et al., [MiniCPM](https://arxiv.org/abs/2404.06395); Hägele et
/// al., [Scaling Laws Beyond Fixed Training Durations](https://arxiv.org/abs/2405.18392)
/// (1-sqrt); Zhai et al., [Scaling Vision Transformers](https://arxiv.org/abs/2106.04560)
/// (a stable power of 0.5, big_vision's rsqrt); Hugging Face's
/// `warmup_stable_decay`, Megatron's `WSD` (exponential), pytorch_optimizer's
/// `get_wsd_schedule` (1-square), torchtitan (`offset=1`), timm's
/// `WSDLRScheduler` (power, and exponential with a ratio).
///
/// - Peers:
///   - Hugging Face `get_wsd_schedule(num_warmup_steps, num_decay_steps, num_training_steps,
///     num_stable_steps, warmup_type, decay_type, min_lr_ratio, num_cycles=0.5)`:
///     `WarmupStableDecay(W, num_stable_steps, num_decay_steps, warmup_type, decay_type,
///     min_ratio=min_lr_ratio, num_cycles=num_cycles)`. num_stable_steps is what the others
///     leave of num_training_steps where it is left out; the warm-up starts at min_lr_ratio,
///     too.
///   - Megatron-LM `lr_decay_style='WSD', wsd_decay_steps, lr_wsd_decay_style='exponential'`:
///     `Warmup(WarmupStableDecay(0, N-W-wsd_decay_steps, wsd_decay_steps,
///     decay_type='exponential', eta_min=min_lr), W, start_lr=init_lr, rounding='product')`.
///     'minus_sqrt' is '1-sqrt'; lr_decay_steps include the warm-up.
///   - torchtitan `warmup_steps=200, decay_ratio, decay_type='linear', min_lr_factor=0.0`:
///     `WarmupStableDecay(W, N+1-W-D, D, decay_type='linear', min_ratio=min_lr_factor,
///     start_ratio=0.0, offset=1)`. D is round(N * decay_ratio), or N - W without one; 'sqrt'
///     is '1-sqrt'. Its end is a step past the last.
///   - pytorch_optimizer `get_wsd_schedule(num_warmup_steps, num_stable_steps, num_decay_steps,
///     min_lr_ratio, cooldown_type='1-sqrt')`: `WarmupStableDecay(W, num_stable_steps,
///     num_decay_steps, decay_type='1-sqrt', min_ratio=min_lr_ratio, start_ratio=0.0)`. Its
///     tails other than the cosine end at 0 and then jump up to the floor.
///   - timm `WSDLRScheduler(t_initial, decay_t, lr_min, decay_fn='1-sqrt', warmup_t,
///     warmup_lr_init)`: `Warmup(WarmupStableDecay(0, t_initial-decay_t+1, decay_t, offset=1,
///     decay_type='1-sqrt', eta_min=lr_min), warmup_t, start_lr=warmup_lr_init,
///     rounding='slope')`. Its t_initial leaves the warm-up out. 'exp' is 'exponential' with
///     decay_ratio=0.1, 'power' has decay_power=0.5; stable_fn='rsqrt' is stable_power=0.5 with
///     stable_timescale=warmup_t.
///   - big_vision `rsqrt` with `cooldown_steps`: `WarmupStableDecay(W, N-W-D, D,
///     decay_type='linear', stable_power=0.5, stable_timescale=timescale)`. D is the
///     cool-down's steps.
/// - Complexity: O(1)
/// - Example: `WarmupStableDecay(20, 50, 40)` over 120 steps
/// - Example: `WarmupStableDecay(20, 50, 40, decay_type='1-sqrt')` over 120 steps
/// - Example: `WarmupStableDecay(20, 50, 40, decay_type='exponential')` over 120 steps
/// - Example: `WarmupStableDecay(20, 50, 40, decay_type='1-square')` over 120 steps
public struct WarmupStableDecay: Schedule {
  /// The way down from 1 to 0.
  public enum Tail: Int, Word {
    case linear, cosine, minusSqrt, minusSquare, power, exponential

    public static let words: [StaticString] = [
      "linear", "cosine", "1-sqrt", "1-square", "power", "exponential",
    ]

    /// What is left of the way at a part of it.
    func value(
      at u: Double, cycles: Double = 0.5, power: Double = 0.5, ratio: Double = 0.5
    ) -> Double {
      switch self {
      case .linear: 1 - u
      case .cosine: 0.5 * (1 + cos(.pi * cycles * 2 * u))
      case .minusSqrt: 1 - u.squareRoot()
      case .minusSquare: 1 - u * u
      case .power: 1 - pow(u, power)
      case .exponential: (pow(ratio, u) - ratio) / (1 - ratio)
      }
    }
  }

  /// The ways up.
  public enum Rise: Int, Word {
    case linear, cosine, minusSqrt

    public static let words = [Ramp.linear.word, Ramp.cosine.word, Ramp.minusSqrt.word]

    var ramp: Ramp {
      switch self {
      case .linear: .linear
      case .cosine: .cosine
      case .minusSqrt: .minusSqrt
      }
    }
  }

  /// Steps up; 0 for none.
  public internal(set) var numWarmupSteps = 0
  /// Steps at the base rate; 0 for none.
  public internal(set) var numStableSteps = 0
  /// Steps down; 0 for none.
  public internal(set) var numDecaySteps = 0
  public internal(set) var warmupType = Rise.linear
  public internal(set) var decayType = Tail.cosine
  /// The floor, as a part of the base rate; finite, at least 0.
  public internal(set) var minRatio = 0.0
  /// The floor, in the units of the rate, in place of `minRatio`.
  public internal(set) var etaMin: Double?
  /// The part of the base rate that it starts from; `nil` for the floor.
  public internal(set) var startRatio: Double?
  /// Waves of the cosine tail; finite, at least 0.
  public internal(set) var numCycles = 0.5
  /// Added to the steps up and down: 1 for peers that count from 1.
  public internal(set) var offset = 0
  /// The power of time along which the rate falls before the cool-down and in
  /// it; 0 for none.
  public internal(set) var stablePower = 0.0
  /// The steps after the warm-up by which the base of that power is 2; `nil` for
  /// as many as the warm-up's.
  public internal(set) var stableTimescale: Double?
  /// The exponent of the tail `power`; finite, above 0.
  public internal(set) var decayPower = 0.5
  /// What the tail `exponential` would fall to if it were not brought to 0;
  /// above 0, below 1.
  public internal(set) var decayRatio = 0.5

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    numWarmupSteps: Int, numStableSteps: Int, numDecaySteps: Int, warmupType: Rise = .linear,
    decayType: Tail = .cosine, minRatio: Double = 0, etaMin: Double? = nil,
    startRatio: Double? = nil, numCycles: Double = 0.5, offset: Int = 0, stablePower: Double = 0,
    stableTimescale: Double? = nil, decayPower: Double = 0.5, decayRatio: Double = 0.5
  ) throws(Refusal) {
    self.numWarmupSteps = numWarmupSteps
    self.numStableSteps = numStableSteps
    self.numDecaySteps = numDecaySteps
    self.warmupType = warmupType
    self.decayType = decayType
    self.minRatio = minRatio
    self.etaMin = etaMin
    self.startRatio = startRatio
    self.numCycles = numCycles
    self.offset = offset
    self.stablePower = stablePower
    self.stableTimescale = stableTimescale
    self.decayPower = decayPower
    self.decayRatio = decayRatio
    try validate()
  }

  public static var name: StaticString { "WarmupStableDecay" }
  public static var summary: StaticString {
    "Up, held for as long as one likes, then a short cool-down to a floor (WSD)."
  }
  public static var formula: StaticString {
    "rate(t) = base * (start_ratio up to 1 in num_warmup_steps, stable = (1 + since / stable_timescale)^-stable_power for num_stable_steps, then min_ratio + (stable - min_ratio) * tail(u), u = (s + offset) / num_decay_steps, s steps on)"
  }
  public static var source: StaticString {
    "Hu et al., MiniCPM (arXiv:2404.06395); Hugging Face, get_wsd_schedule; Megatron-LM, WSD; pytorch_optimizer, get_wsd_schedule; torchtitan; timm, WSDLRScheduler"
  }

  public mutating func describe(_ fields: Fields) {
    fields.step(
      "num_warmup_steps", &numWarmupSteps, .required, note: "steps up; 0 for none")
    fields.step(
      "num_stable_steps", &numStableSteps, .required, note: "steps at the base rate; 0 for none")
    fields.step("num_decay_steps", &numDecaySteps, .required, note: "steps down; 0 for none")
    fields.word("warmup_type", &warmupType, note: "the way up")
    fields.word("decay_type", &decayType, note: "the way down")
    fields.floor(&minRatio, &etaMin)
    fields.real(
      "start_ratio", &startRatio,
      note: "the part of the base rate that it starts from; the floor if absent")
    fields.real("num_cycles", &numCycles, note: "waves of the cosine way down")
    fields.step(
      "offset", &offset, note: "added to the steps up and down: 1 where a peer counts from 1")
    fields.real(
      "stable_power", &stablePower, note: "the power of time along which the held rate falls")
    fields.length(
      "stable_timescale", &stableTimescale,
      note: "the steps of that fall; num_warmup_steps if absent")
    fields.real(
      "decay_power", &decayPower, accepts: .positive, note: "the exponent of the tail power")
    fields.real(
      "decay_ratio", &decayRatio, accepts: Reals(0, 1, lowerIsOpen: true, upperIsOpen: true),
      note: "the ratio of the tail exponential")
  }

  public func inconsistency() -> Refusal? {
    if stablePower != 0, stableTimescale == nil, numWarmupSteps == 0 {
      return Refusal(
        .missing, "WarmupStableDecay stable_timescale",
        accepted: "a number of steps, where there is no warm-up to take it from")
    }
    return twoFloors("WarmupStableDecay", minRatio, etaMin)
  }

  public func rate(at t: Int, base: Double) -> Double {
    if t < numWarmupSteps {
      let factor = warmupType.ramp.value(
        at: Double(t) + Double(offset), of: Double(numWarmupSteps), power: 1)
      guard let startRatio else { return above(minRatio, etaMin, factor, base: base) }
      return above(startRatio, nil, factor, base: base)
    }
    let s = t - numWarmupSteps - numStableSteps
    let floor = etaMin ?? base * minRatio
    if s >= numDecaySteps { return floor }
    let u = min(1, (Double(s) + Double(offset)) / Double(numDecaySteps))
    let factor =
      s < 0 ? 1 : decayType.value(at: u, cycles: numCycles, power: decayPower, ratio: decayRatio)
    if stablePower == 0 { return s < 0 ? base : above(minRatio, etaMin, factor, base: base) }
    let since = Double(t - numWarmupSteps) / (stableTimescale ?? Double(numWarmupSteps))
    let stable = max(base * pow(1 + since, -stablePower), floor)
    return s < 0 ? stable : above(0, floor, factor, base: stable)
  }
}
