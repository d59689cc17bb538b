/// In a straight line from the base rate down to a floor, then on it.
///
/// ```
/// rate(t) = base · ((1 − minRatio) · (steps − t) / steps + minRatio)
/// ```
///
/// Source: Hugging Face's `linear` after its warm-up, DeepSpeed's
/// `WarmupDecayLR`, Megatron's `linear`; Bergsma et al.,
/// [Straight to Zero](https://arxiv.org/abs/2502.15938).
public struct LinearDecay: Schedule {
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

  public static var name: StaticString { "LinearDecay" }
  public static var summary: StaticString {
    "In a straight line from the base rate down to a floor, 0 by default, then on it."
  }
  public static var formula: StaticString {
    "rate(t) = base * ((1 - min_ratio) * max(0, (steps - t) / steps) + min_ratio)"
  }
  public static var source: StaticString {
    "Hugging Face, get_linear_schedule_with_warmup; DeepSpeed, WarmupDecayLR; Bergsma et al., Straight to Zero (arXiv:2502.15938)"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps from the base rate to the floor")
    fields.floor(&minRatio, &etaMin)
  }

  public func inconsistency() -> Refusal? { twoFloors("LinearDecay", minRatio, etaMin) }

  public func rate(at t: Int, base: Double) -> Double {
    let factor = Double(steps - min(t, steps)) / Double(steps)
    return above(minRatio, etaMin, factor, base: base)
  }
}
