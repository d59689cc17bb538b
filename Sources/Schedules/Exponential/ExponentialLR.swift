import Platform

/// Multiplies the rate by `gamma` every step.
///
/// ```
/// rate(t) = base · gammaᵗ
/// ```
///
/// Source: PyTorch's `ExponentialLR`.
///
/// - Peers:
///   - PyTorch `ExponentialLR(gamma)`: The same fields and bits, in closed form and step by
///     step.
///   - MMEngine `ExponentialLR(gamma)`: The same within its window.
///   - PaddlePaddle `ExponentialDecay(learning_rate, gamma)`: The same with learning_rate for
///     the base rate.
///   - MLX `exponential_decay(init, decay_rate)`: `ExponentialLR(decay_rate)`
///   - Burn `ExponentialLrScheduler(initial_lr, gamma)`: The same; its gamma is above 0 and at
///     most 1.
///   - ParameterSchedulers.jl `Exp(start, decay)`: `ExponentialLR(decay)`. Its first step is 1:
///     our t is its t - 1.
/// - Complexity: O(1)
/// - Example: `ExponentialLR(0.97)` over 120 steps
public struct ExponentialLR: Schedule {
  /// What each step leaves of the rate; finite, at least 0.
  public internal(set) var gamma = 0.9

  public init() {}

  /// Throws when a field is out of its range.
  public init(gamma: Double) throws(Refusal) {
    self.gamma = gamma
    try validate()
  }

  public static var name: StaticString { "ExponentialLR" }
  public static var summary: StaticString { "Multiplies the rate by gamma every step." }
  public static var formula: StaticString { "rate(t) = base * gamma^t" }
  public static var source: StaticString { "PyTorch, ExponentialLR" }

  public mutating func describe(_ fields: Fields) {
    fields.real("gamma", &gamma, .required, note: "what each step leaves of the rate")
  }

  public func rate(at t: Int, base: Double) -> Double { base * pow(gamma, Double(t)) }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    t == 0 ? current : current * gamma
  }
}
