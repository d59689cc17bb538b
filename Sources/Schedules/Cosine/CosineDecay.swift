import Platform

/// Half a cosine from the base rate down to a floor, where it stays; before
/// it, if wanted, a straight line up to the base rate.
///
/// ```
/// rate(t) = base · ((1 − minRatio) · c + minRatio), or etaMin + (base − etaMin) · c
///           c = ((1 + cos(π · (s / T)ᵏ)) / 2)^exponent
/// ```
///
/// where s is the step since the warm-up, at most T, and k `kDecay`. The warm-up
/// goes from `warmupInit` to the base rate in `warmupSteps`. T is `decaySteps`
/// as Keras counts them; as optax does, they include the warm-up.
///
/// Source: Keras's `CosineDecay`, whose `alpha` is `minRatio`; optax's
/// `cosine_decay_schedule` and `warmup_cosine_decay_schedule`; with `etaMin`
/// timm's `CosineLRScheduler` of one cycle, and MLX's `cosine_decay`.
///
/// - Peers:
///   - Keras `CosineDecay(initial_learning_rate, decay_steps, alpha)`:
///     `CosineDecay(decay_steps, min_ratio=alpha, like='keras')`
///   - Keras `CosineDecay(initial_learning_rate, decay_steps, alpha, warmup_target,
///     warmup_steps)`: `CosineDecay(decay_steps, min_ratio=alpha, warmup_steps=W,
///     warmup_init=initial_learning_rate, like='keras')`. The base rate is warmup_target, and
///     decay_steps begin after the warm-up.
///   - optax `cosine_decay_schedule(init_value, decay_steps, alpha, exponent)`:
///     `CosineDecay(decay_steps, min_ratio=alpha, exponent=exponent)`
///   - optax `warmup_cosine_decay_schedule(init_value, peak_value, warmup_steps, decay_steps,
///     end_value, exponent)`: `CosineDecay(decay_steps, min_ratio=end_value/peak_value,
///     warmup_steps=W, warmup_init=init_value, exponent=exponent)`. The base rate is
///     peak_value, and decay_steps include the warm-up.
///   - timm `CosineLRScheduler(t_initial, lr_min, k_decay)`: `CosineDecay(t_initial,
///     eta_min=lr_min, k_decay=k_decay)`. One cycle; with several it is CosineDecayRestarts.
///   - MLX `cosine_decay(init, decay_steps, end=0.0)`: `CosineDecay(decay_steps, eta_min=end)`
///   - Composer `CosineAnnealingScheduler(t_max, alpha_f=0.0)`: `CosineDecay(N,
///     min_ratio=alpha_f)`
///   - Composer `CosineAnnealingWithWarmupScheduler(t_warmup, t_max, alpha_f=0.0)`:
///     `CosineDecay(N, min_ratio=alpha_f, warmup_steps=W)`. Its t_max includes the warm-up.
///   - fvcore `CosineParamScheduler(start_value, end_value)`: `CosineDecay(N,
///     eta_min=end_value)`. It is asked for a part of the run from 0 to 1, not for a step.
/// - Complexity: O(1)
/// - Example: `CosineDecay(100, min_ratio=0.1, warmup_steps=20)` over 120 steps
/// - Example: `CosineDecay(100, k_decay=2.0, like='keras')` over 120 steps
/// - Example: `CosineDecay(100, exponent=2.0)` over 120 steps
public struct CosineDecay: Schedule {
  /// Steps from the base rate to the floor (Keras), or in all (optax); at least 1.
  public internal(set) var decaySteps = 1
  /// The floor, as a part of the base rate; finite, at least 0.
  public internal(set) var minRatio = 0.0
  /// The floor, in the units of the rate, in place of `minRatio`.
  public internal(set) var etaMin: Double?
  /// Steps of the warm-up; 0 for none.
  public internal(set) var warmupSteps = 0
  /// The rate from which it warms up, in its units; finite, at least 0.
  public internal(set) var warmupInit = 0.0
  /// The power of the cosine; finite, above 0.
  public internal(set) var exponent = 1.0
  /// Above 1 it stays high for longer, below 1 it falls sooner; above 0, at most 8.
  public internal(set) var kDecay = 1.0
  /// Whose counting of `decaySteps`, and whose rounding.
  public internal(set) var like = Like.optax

  public init() {}

  /// Throws when a field is out of its range, there are two floors, or the
  /// warm-up leaves no step to decay in.
  public init(
    decaySteps: Int, minRatio: Double = 0, etaMin: Double? = nil, warmupSteps: Int = 0,
    warmupInit: Double = 0, exponent: Double = 1, kDecay: Double = 1, like: Like = .optax
  ) throws(Refusal) {
    self.decaySteps = decaySteps
    self.minRatio = minRatio
    self.etaMin = etaMin
    self.warmupSteps = warmupSteps
    self.warmupInit = warmupInit
    self.exponent = exponent
    self.kDecay = kDecay
    self.like = like
    try validate()
  }

  public static var name: StaticString { "CosineDecay" }
  public static var summary: StaticString {
    "Half a cosine from the base rate down to a floor, where it stays, after a warm-up if wanted."
  }
  public static var formula: StaticString {
    "rate(t) = base * ((1 - min_ratio) * c + min_ratio), or eta_min + (base - eta_min) * c; c = ((1 + cos(pi * (s / T)^k_decay)) / 2)^exponent, s = min(t - warmup_steps, T)"
  }
  public static var source: StaticString {
    "Keras, CosineDecay; optax, cosine_decay_schedule and warmup_cosine_decay_schedule; timm, CosineLRScheduler"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps(
      "decay_steps", &decaySteps, .required,
      note: "steps of the cosine, and with like='optax' of the warm-up before it, too")
    fields.floor(&minRatio, &etaMin)
    fields.step("warmup_steps", &warmupSteps, note: "steps of the warm-up")
    fields.real("warmup_init", &warmupInit, note: "the rate at step 0 of a warm-up, in its units")
    fields.real("exponent", &exponent, accepts: .positive, note: "the power of the cosine")
    fields.real(
      "k_decay", &kDecay, accepts: .timePower,
      note: "above 1 it stays high for longer, below 1 it falls sooner")
    fields.word("like", &like, note: "whose counting of decay_steps, and whose rounding")
  }

  public func inconsistency() -> Refusal? {
    guard like == .keras || warmupSteps < decaySteps else {
      return Refusal(
        .value, "CosineDecay warmup_steps", value: "\(warmupSteps)",
        accepted: "less than decay_steps=\(decaySteps), which include them with like='optax'")
    }
    return twoFloors("CosineDecay", minRatio, etaMin)
  }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { fillInline(&rates, places, from: first, base: base) }

  public func rate(at t: Int, base: Double) -> Double {
    if t < warmupSteps {
      let gone = Double(t) / Double(warmupSteps)
      return like == .keras
        ? (base - warmupInit) * gone + warmupInit : (warmupInit - base) * (1 - gone) + base
    }
    let length = like == .keras ? decaySteps : decaySteps - warmupSteps
    let since = pow(Double(min(t - warmupSteps, length)), kDecay)
    let whole = pow(Double(length), kDecay)
    // Near the floor a last bit of the angle is a thousand of the rate.
    let angle = like == .keras ? .pi * (since / whole) : .pi * since / whole
    let height = pow(0.5 * (1 + cos(angle)), exponent)
    return above(minRatio, etaMin, height, base: base)
  }
}
