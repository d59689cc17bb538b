/// Slowly down at first, fast at the end: for a budget of steps that is known.
///
/// ```
/// p = t / steps
/// rate(t) = base · (w · (1 − minRatio) + minRatio), w = (1 − p) / (1 − p / 2)
/// ```
///
/// Source: Chen et al., [REX](https://arxiv.org/abs/2107.04197);
/// pytorch_optimizer's `REXScheduler`.
///
/// - Peers:
///   - pytorch_optimizer `REXScheduler(total_steps, max_lr=1.0, min_lr=0.0)`: `REX(total_steps,
///     eta_min=min_lr)`. The base rate is max_lr, there one for all groups; it is at the floor
///     until its first step.
/// - Complexity: O(1)
/// - Example: `REX(100)` over 120 steps
/// - Example: `LinearDecay(100)` over 120 steps
public struct REX: Schedule {
  /// Steps from the base rate to the floor; at least 1.
  public internal(set) var steps = 1
  /// The floor, as a part of the base rate; finite, at least 0.
  public internal(set) var minRatio = 0.0
  /// The floor, in the units of the rate, in place of `minRatio`.
  public internal(set) var etaMin: Double?

  public init() {}

  /// Throws when a field is out of its range.
  public init(steps: Int, minRatio: Double = 0, etaMin: Double? = nil) throws(Refusal) {
    self.steps = steps
    self.minRatio = minRatio
    self.etaMin = etaMin
    try validate()
  }

  public static var name: StaticString { "REX" }
  public static var summary: StaticString {
    "Slowly down at first and fast at the end, to a floor: for a known budget of steps."
  }
  public static var formula: StaticString {
    "rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 - p) / (1 - p / 2), p = t / steps"
  }
  public static var source: StaticString {
    "Chen et al., REX (arXiv:2107.04197); pytorch_optimizer, REXScheduler"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps from the base rate to the floor")
    fields.floor(&minRatio, &etaMin)
  }

  public func inconsistency() -> Refusal? { twoFloors("REX", minRatio, etaMin) }

  public func rate(at t: Int, base: Double) -> Double {
    let p = Double(min(t, steps)) / Double(steps)
    return above(minRatio, etaMin, (1 - p) / (1 - p / 2), base: base)
  }
}
