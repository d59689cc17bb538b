import Platform

/// Half a cosine down to a floor, again and again, each longer and lower than
/// the one before by a factor.
///
/// ```
/// rate(t) = base · ((1 − minRatio) · mMulⁱ · c + minRatio), or
///           etaMin + (base · mMulⁱ − etaMin) · c
///           c = (1 + cos(π · (s / T)ᵏ)) / 2
/// ```
///
/// where the cycle i that t falls in is T = firstDecaySteps · tMulⁱ steps long
/// and began s steps ago; T need not be whole, and k is `kDecay`. After
/// `cycleLimit` cycles the rate stays at the floor.
///
/// Source: Loshchilov and Hutter, [SGDR](https://arxiv.org/abs/1608.03983);
/// Keras's `CosineDecayRestarts` (`minRatio`, there `alpha`); timm's
/// `CosineLRScheduler` (`etaMin`) and, where the floor shrinks too, fairseq's
/// `cosine`. These two find the cycle by a logarithm, which at some restarts is
/// a step late: without `exactRestarts` so is this.
///
/// - Peers:
///   - Keras `CosineDecayRestarts(initial_learning_rate, first_decay_steps, t_mul=2.0,
///     m_mul=1.0, alpha=0.0)`: `CosineDecayRestarts(first_decay_steps, t_mul, m_mul,
///     min_ratio=alpha)`
///   - timm `CosineLRScheduler(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit,
///     k_decay)`: `CosineDecayRestarts(t_initial, t_mul=cycle_mul, m_mul=cycle_decay,
///     eta_min=lr_min, cycle_limit=cycle_limit, k_decay=k_decay, exact_restarts=False)`. A
///     warm-up without warmup_prefix is Warmup(..., skip=W). Its factory's cycle_decay is 0.1,
///     its class's 1.
///   - fairseq `cosine(t_mult=1, lr_period_updates, lr_shrink=0.1)`:
///     `CosineDecayRestarts(lr_period_updates, t_mul=t_mult, m_mul=lr_shrink, eta_min=min_lr,
///     shrink_min=True, exact_restarts=False)`. The base rate is max_lr; the floor shrinks with
///     the top.
/// - Complexity: O(1)
/// - Example: `CosineDecayRestarts(20, m_mul=0.8)` over 160 steps
/// - Example: `CosineDecayRestarts(20, t_mul=1.5, m_mul=0.5, cycle_limit=3)` over 160 steps
public struct CosineDecayRestarts: Schedule {
  /// Steps of the first cycle; at least 1.
  public internal(set) var firstDecaySteps = 1
  /// How much longer each cycle is than the one before; at least 1.
  public internal(set) var tMul = 2.0
  /// What each cycle leaves of the next one's top; finite, at least 0.
  public internal(set) var mMul = 1.0
  /// The floor, as a part of the base rate; finite, at least 0.
  public internal(set) var minRatio = 0.0
  /// The floor, in the units of the rate, in place of `minRatio`.
  public internal(set) var etaMin: Double?
  /// Whether the floor is multiplied by `mMul` like the top.
  public internal(set) var shrinkMin = false
  /// How many cycles there are; `nil` for no end of them.
  public internal(set) var cycleLimit: Int?
  /// Above 1 it stays high for longer, below 1 it falls sooner; above 0, at most 8.
  public internal(set) var kDecay = 1.0
  /// Whether restarts are where the lengths say, or where a rounded logarithm
  /// does.
  public internal(set) var exactRestarts = true

  public init() {}

  /// Throws when a field is out of its range, or there are two floors.
  public init(
    firstDecaySteps: Int, tMul: Double = 2, mMul: Double = 1, minRatio: Double = 0,
    etaMin: Double? = nil, shrinkMin: Bool = false, cycleLimit: Int? = nil, kDecay: Double = 1,
    exactRestarts: Bool = true
  ) throws(Refusal) {
    self.firstDecaySteps = firstDecaySteps
    self.tMul = tMul
    self.mMul = mMul
    self.minRatio = minRatio
    self.etaMin = etaMin
    self.shrinkMin = shrinkMin
    self.cycleLimit = cycleLimit
    self.kDecay = kDecay
    self.exactRestarts = exactRestarts
    try validate()
  }

  public static var name: StaticString { "CosineDecayRestarts" }
  public static var summary: StaticString {
    "Half a cosine down to a floor, again and again, each longer and lower than the one before."
  }
  public static var formula: StaticString {
    "rate(t) = base * ((1 - min_ratio) * m_mul^i * c + min_ratio), or eta_min + (base * m_mul^i - eta_min) * c; c = (1 + cos(pi * (s / T)^k_decay)) / 2, s steps into cycle i of T = first_decay_steps * t_mul^i"
  }
  public static var source: StaticString {
    "Loshchilov and Hutter, SGDR (arXiv:1608.03983); Keras, CosineDecayRestarts; timm, CosineLRScheduler; fairseq, cosine"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps(
      "first_decay_steps", &firstDecaySteps, .required, note: "steps of the first cycle")
    fields.real(
      "t_mul", &tMul, accepts: .growth, note: "how much longer each cycle is than the one before")
    fields.real("m_mul", &mMul, note: "what each cycle leaves of the next one's top")
    fields.floor(&minRatio, &etaMin)
    fields.flag("shrink_min", &shrinkMin, note: "whether m_mul shrinks the floor, too")
    fields.count("cycle_limit", &cycleLimit, note: "how many cycles; without end if absent")
    fields.real(
      "k_decay", &kDecay, accepts: .timePower,
      note: "above 1 it stays high for longer, below 1 it falls sooner")
    fields.flag(
      "exact_restarts", &exactRestarts,
      note: "False: cycles are found by a rounded logarithm, as in timm")
  }

  public func inconsistency() -> Refusal? { twoFloors("CosineDecayRestarts", minRatio, etaMin) }

  public func rate(at t: Int, base: Double) -> Double {
    let place = Restarts(first: firstDecaySteps, growth: tMul, isExact: exactRestarts).place(at: t)
    let scale = pow(mMul, place.index)
    let isOver = cycleLimit.map { place.index >= Double($0) } ?? false
    if let etaMin {
      let floor = shrinkMin ? etaMin * scale : etaMin
      if isOver { return floor }
      let angle = .pi * place.since(kDecay) / pow(place.length, kDecay)
      return floor + 0.5 * (base * scale - floor) * (1 + cos(angle))
    }
    if isOver { return base * minRatio * (shrinkMin ? scale : 1) }
    let cosine = 1 + cos(.pi * place.gone(kDecay))
    return shrinkMin
      ? base * scale * ((1 - minRatio) * (0.5 * cosine) + minRatio)
      : base * ((1 - minRatio) * (0.5 * scale * cosine) + minRatio)
  }
}
