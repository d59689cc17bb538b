import Platform

/// Down along the exponential function.
///
/// ```
/// rate(t) = base · e^(−gamma · t)
/// ```
///
/// Source: Paddle's `NaturalExpDecay`.
///
/// - Peers:
///   - PaddlePaddle `NaturalExpDecay(learning_rate, gamma)`: The same with learning_rate for
///     the base rate.
/// - Complexity: O(1)
/// - Example: `NaturalExpDecay(0.03)` over 120 steps
public struct NaturalExpDecay: Schedule {
  /// The part of the rate lost in a step, where it is small; finite, at least 0.
  public internal(set) var gamma = 0.1

  public init() {}

  /// Throws when a field is out of its range.
  public init(gamma: Double) throws(Refusal) {
    self.gamma = gamma
    try validate()
  }

  public static var name: StaticString { "NaturalExpDecay" }
  public static var summary: StaticString { "Down along the exponential function." }
  public static var formula: StaticString { "rate(t) = base * e^(-gamma * t)" }
  public static var source: StaticString { "Paddle, NaturalExpDecay" }

  public mutating func describe(_ fields: Fields) {
    fields.real(
      "gamma", &gamma, .required, note: "the part of the rate lost in a step, where it is small")
  }

  public func rate(at t: Int, base: Double) -> Double { base * exp(-gamma * Double(t)) }
}
