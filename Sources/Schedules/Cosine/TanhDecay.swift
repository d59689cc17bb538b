import Platform

/// Down along the hyperbolic tangent, slowly at first and last; once, or again
/// and again.
///
/// ```
/// rate(t) = etaMin + (base · mMulⁱ − etaMin) · (1 − tanh(lb · (1 − p) + ub · p)) / 2
/// ```
///
/// where p is s / T: the cycle i that t falls in is T = steps · tMulⁱ steps
/// long and began s steps ago. After `cycleLimit` cycles the rate stays at the
/// floor.
///
/// Source: Hsueh, Li and Wu, [Stochastic Gradient Descent with
/// Hyperbolic-Tangent Decay](https://arxiv.org/abs/1806.01593); timm's
/// `TanhLRScheduler`, which finds the cycle by a logarithm: without
/// `exactRestarts` so does this.
///
/// - Peers:
///   - timm `TanhLRScheduler(t_initial, lb=-7.0, ub=3.0, lr_min, cycle_mul, cycle_decay,
///     cycle_limit)`: `TanhDecay(t_initial, lb, ub, eta_min=lr_min, t_mul=cycle_mul,
///     m_mul=cycle_decay, cycle_limit=cycle_limit, exact_restarts=False)`
/// - Complexity: O(1)
/// - Example: `TanhDecay(100)` over 120 steps
/// - Example: `TanhDecay(40, lb=-4.0, m_mul=0.6, cycle_limit=3)` over 120 steps
public struct TanhDecay: Schedule {
  /// Steps of the first cycle; at least 1.
  public internal(set) var steps = 1
  /// Where on the tangent a cycle begins; below `ub`.
  public internal(set) var lb = -7.0
  /// Where on the tangent a cycle ends.
  public internal(set) var ub = 3.0
  /// The floor, in the units of the rate; finite, at least 0.
  public internal(set) var etaMin = 0.0
  /// How much longer each cycle is than the one before; at least 1.
  public internal(set) var tMul = 1.0
  /// What each cycle leaves of the next one's top; finite, at least 0.
  public internal(set) var mMul = 1.0
  /// How many cycles there are; at least 1.
  public internal(set) var cycleLimit = 1
  /// Whether restarts are where the lengths say, or where a rounded logarithm
  /// does.
  public internal(set) var exactRestarts = true

  public init() {}

  /// Throws when a field is out of its range, or `lb` is not below `ub`.
  public init(
    steps: Int, lb: Double = -7, ub: Double = 3, etaMin: Double = 0, tMul: Double = 1,
    mMul: Double = 1, cycleLimit: Int = 1, exactRestarts: Bool = true
  ) throws(Refusal) {
    self.steps = steps
    self.lb = lb
    self.ub = ub
    self.etaMin = etaMin
    self.tMul = tMul
    self.mMul = mMul
    self.cycleLimit = cycleLimit
    self.exactRestarts = exactRestarts
    try validate()
  }

  public static var name: StaticString { "TanhDecay" }
  public static var summary: StaticString {
    "Down along the hyperbolic tangent, slowly at first and last; once, or again and again."
  }
  public static var formula: StaticString {
    "rate(t) = eta_min + (base * m_mul^i - eta_min) * (1 - tanh(lb * (1 - s / T) + ub * s / T)) / 2, s steps into cycle i of T = steps * t_mul^i"
  }
  public static var source: StaticString {
    "Hsueh, Li and Wu, Hyperbolic-Tangent Decay (arXiv:1806.01593); timm, TanhLRScheduler"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps of the first cycle")
    fields.real("lb", &lb, accepts: .any, note: "where on the tangent a cycle begins, below ub")
    fields.real("ub", &ub, accepts: .any, note: "where on the tangent a cycle ends")
    fields.real("eta_min", &etaMin, note: "the floor, in the units of the rate")
    fields.real(
      "t_mul", &tMul, accepts: .growth, note: "how much longer each cycle is than the one before")
    fields.real("m_mul", &mMul, note: "what each cycle leaves of the next one's top")
    fields.count("cycle_limit", &cycleLimit, note: "how many cycles")
    fields.flag(
      "exact_restarts", &exactRestarts,
      note: "False: cycles are found by a rounded logarithm, as in timm")
  }

  public func inconsistency() -> Refusal? {
    guard lb < ub else {
      return Refusal(.value, "TanhDecay lb", value: "\(lb)", accepted: "less than ub=\(ub)")
    }
    return nil
  }

  public func rate(at t: Int, base: Double) -> Double {
    let place = Restarts(first: steps, growth: tMul, isExact: exactRestarts).place(at: t)
    guard place.index < Double(cycleLimit) else { return etaMin }
    let gone = place.since / place.length
    let height = 1 - tanh(lb * (1 - gone) + ub * gone)
    return etaMin + 0.5 * (base * pow(mMul, place.index) - etaMin) * height
  }
}
