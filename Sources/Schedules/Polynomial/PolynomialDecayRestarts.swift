import Platform

/// Down along a power of the steps that are left, again and again, each time
/// longer and lower by a factor.
///
/// ```
/// rate(t) = etaMin + (base · mMulⁱ − etaMin) · (1 − (s / T)ᵏ)^power
/// ```
///
/// where the cycle i that t falls in is T = firstDecaySteps · tMulⁱ steps long
/// and began s steps ago; T need not be whole, and k is `kDecay`. After
/// `cycleLimit` cycles the rate stays at the floor.
///
/// Source: timm's `PolyLRScheduler`, whose default power is ½. timm finds the
/// cycle by a logarithm, which at some restarts is a step late: without
/// `exactRestarts` so is this.
///
/// - Peers:
///   - timm `PolyLRScheduler(t_initial, power=0.5, lr_min, cycle_mul, cycle_decay, cycle_limit,
///     k_decay)`: `PolynomialDecayRestarts(t_initial, power, t_mul=cycle_mul,
///     m_mul=cycle_decay, eta_min=lr_min, cycle_limit=cycle_limit, k_decay=k_decay,
///     exact_restarts=False)`
/// - Complexity: O(1)
/// - Example: `PolynomialDecayRestarts(40, power=2.0, m_mul=0.7, cycle_limit=3)` over 140 steps
/// - Example: `PolynomialDecayRestarts(20, power=0.5, t_mul=2.0)` over 140 steps
public struct PolynomialDecayRestarts: Schedule {
  /// Steps of the first cycle; at least 1.
  public internal(set) var firstDecaySteps = 1
  /// 1 for straight lines; finite, at least 0.
  public internal(set) var power = 1.0
  /// How much longer each cycle is than the one before; at least 1.
  public internal(set) var tMul = 1.0
  /// What each cycle leaves of the next one's top; finite, at least 0.
  public internal(set) var mMul = 1.0
  /// The floor, in the units of the rate; finite, at least 0.
  public internal(set) var etaMin = 0.0
  /// How many cycles there are; `nil` for no end of them.
  public internal(set) var cycleLimit: Int?
  /// Above 1 it stays high for longer, below 1 it falls sooner; above 0, at most 8.
  public internal(set) var kDecay = 1.0
  /// Whether restarts are where the lengths say, or where a rounded logarithm
  /// does.
  public internal(set) var exactRestarts = true

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    firstDecaySteps: Int, power: Double = 1, tMul: Double = 1, mMul: Double = 1,
    etaMin: Double = 0, cycleLimit: Int? = nil, kDecay: Double = 1, exactRestarts: Bool = true
  ) throws(Refusal) {
    self.firstDecaySteps = firstDecaySteps
    self.power = power
    self.tMul = tMul
    self.mMul = mMul
    self.etaMin = etaMin
    self.cycleLimit = cycleLimit
    self.kDecay = kDecay
    self.exactRestarts = exactRestarts
    try validate()
  }

  public static var name: StaticString { "PolynomialDecayRestarts" }
  public static var summary: StaticString {
    "Down along a power of the steps that are left, again and again, each longer and lower."
  }
  public static var formula: StaticString {
    "rate(t) = eta_min + (base * m_mul^i - eta_min) * (1 - (s / T)^k_decay)^power, s steps into cycle i of T = first_decay_steps * t_mul^i"
  }
  public static var source: StaticString { "timm, PolyLRScheduler" }

  public mutating func describe(_ fields: Fields) {
    fields.steps(
      "first_decay_steps", &firstDecaySteps, .required, note: "steps of the first cycle")
    fields.real("power", &power, note: "1 for straight lines")
    fields.real(
      "t_mul", &tMul, accepts: .growth, note: "how much longer each cycle is than the one before")
    fields.real("m_mul", &mMul, note: "what each cycle leaves of the next one's top")
    fields.real("eta_min", &etaMin, note: "the floor, in the units of the rate")
    fields.count("cycle_limit", &cycleLimit, note: "how many cycles; without end if absent")
    fields.real(
      "k_decay", &kDecay, accepts: .timePower,
      note: "above 1 it stays high for longer, below 1 it falls sooner")
    fields.flag(
      "exact_restarts", &exactRestarts,
      note: "False: cycles are found by a rounded logarithm, as in timm")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let place = Restarts(first: firstDecaySteps, growth: tMul, isExact: exactRestarts).place(at: t)
    if let cycleLimit, place.index >= Double(cycleLimit) { return etaMin }
    // Not below nothing, where a rounded logarithm is a step late.
    let left = max(0, 1 - place.since(kDecay) / pow(place.length, kDecay))
    return etaMin + (base * pow(mMul, place.index) - etaMin) * pow(left, power)
  }
}
