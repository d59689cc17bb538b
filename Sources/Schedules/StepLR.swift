import Platform

/// Multiplies the rate by `gamma` every `stepSize` steps.
///
/// ```
/// rate(t) = base · gamma^⌊t / stepSize⌋
/// ```
///
/// Source: PyTorch's `StepLR`.
///
/// - Peers:
///   - PyTorch `StepLR(step_size, gamma=0.1)`: the same, to the last bit, in both forms.
/// - Complexity: O(1)
/// - Example: `StepLR(30)` over 120 steps
public struct StepLR: Schedule {
  /// Steps from one drop to the next; at least 1.
  public internal(set) var stepSize = 1
  /// What each drop leaves of the rate; finite, at least 0.
  public internal(set) var gamma = 0.1

  public init() {}

  /// Throws when a field is out of its range.
  public init(stepSize: Int, gamma: Double = 0.1) throws(Refusal) {
    self.stepSize = stepSize
    self.gamma = gamma
    try validate()
  }

  public static var name: StaticString { "StepLR" }
  public static var summary: StaticString { "Multiplies the rate by gamma every step_size steps." }
  public static var formula: StaticString { "rate(t) = base * gamma^floor(t / step_size)" }
  public static var source: StaticString { "PyTorch, StepLR" }

  public mutating func describe(_ fields: Fields) {
    fields.steps("step_size", &stepSize, .required, note: "steps from one drop to the next")
    fields.real("gamma", &gamma, note: "what each drop leaves of the rate")
  }

  public func rate(at t: Int, base: Double) -> Double {
    base * pow(gamma, Double(t / stepSize))
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    t > 0 && t % stepSize == 0 ? current * gamma : current
  }
}
