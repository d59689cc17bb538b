import Platform

/// Down to an end along a power of the steps that are left, then on it.
///
/// ```
/// rate(t) = (base − lrEnd) · (1 − t / steps)^power + lrEnd
/// ```
///
/// With `lrInit` the curve is drawn from that rate to `lrEnd` and every base
/// rate follows it in proportion: rate(t) = base · curve(t) / lrInit.
///
/// Source: BERT's optimizer; Hugging Face's `polynomial` after its warm-up,
/// where `lrInit` is the optimizer's default rate.
public struct PolynomialDecay: Schedule {
  /// Steps from the base rate to the end; at least 1.
  public internal(set) var steps = 1
  /// The end, in the units of the rate; finite, at least 0.
  public internal(set) var lrEnd = 0.0
  /// 1 for a straight line; finite, at least 0.
  public internal(set) var power = 1.0
  /// The rate that the curve starts from, in the units of the rate; `nil` for
  /// the base rate. Finite, above 0.
  public internal(set) var lrInit: Double?

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    steps: Int, lrEnd: Double = 0, power: Double = 1, lrInit: Double? = nil
  ) throws(Refusal) {
    self.steps = steps
    self.lrEnd = lrEnd
    self.power = power
    self.lrInit = lrInit
    try validate()
  }

  public static var name: StaticString { "PolynomialDecay" }
  public static var summary: StaticString {
    "Down to an end along a power of the steps that are left, then on it."
  }
  public static var formula: StaticString {
    "rate(t) = (base - lr_end) * (1 - t / steps)^power + lr_end; with lr_init base * ((lr_init - lr_end) * (1 - t / steps)^power + lr_end) / lr_init"
  }
  public static var source: StaticString {
    "Hugging Face, get_polynomial_decay_schedule_with_warmup"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps from the base rate to the end")
    fields.real("lr_end", &lrEnd, note: "the end, in the units of the rate")
    fields.real("power", &power, note: "1 for a straight line")
    fields.real(
      "lr_init", &lrInit, accepts: .positive,
      note: "what the curve starts from, for every base to follow; the base rate if absent")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let peak = lrInit ?? base
    let left = t > steps ? 0 : pow(1 - Double(t) / Double(steps), power)
    let rate = t > steps ? lrEnd : (peak - lrEnd) * left + lrEnd
    return lrInit == nil ? rate : base * (rate / peak)
  }
}
