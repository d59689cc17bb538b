import Platform

/// Down as one over a power of the time: power scheduling, and Caffe's `inv`.
///
/// ```
/// rate(t) = base / (1 + gamma · t)^power
/// ```
///
/// Source: Caffe's `inv`; ParameterSchedulers.jl's `Inv`. With a scale of s
/// steps instead of gamma, gamma is 1 / s.
///
/// - Peers:
///   - Caffe `lr_policy: "inv"`: The same fields, gamma and power.
///   - ParameterSchedulers.jl `Inv(start, decay, degree)`: `InversePower(decay, degree)`. Its
///     first step is 1: our t is its t - 1.
///   - PyTorch `Adagrad(lr_decay=d)`: `InversePower(d)`. Built into the optimizer, whose step 1
///     is our step 0.
/// - Complexity: O(1)
/// - Example: `InversePower(0.1)` over 120 steps
/// - Example: `InversePower(0.1, power=0.5)` over 120 steps
/// - Example: `InversePower(0.1, power=2.0)` over 120 steps
public struct InversePower: Schedule {
  /// How fast the time counts; finite, at least 0.
  public internal(set) var gamma = 1e-4
  /// Finite, at least 0.
  public internal(set) var power = 1.0

  public init() {}

  /// Throws when a field is out of its range.
  public init(gamma: Double, power: Double = 1) throws(Refusal) {
    self.gamma = gamma
    self.power = power
    try validate()
  }

  public static var name: StaticString { "InversePower" }
  public static var summary: StaticString {
    "Down as one over a power of the time: power scheduling, and Caffe's inv."
  }
  public static var formula: StaticString { "rate(t) = base / (1 + gamma * t)^power" }
  public static var source: StaticString { "Caffe, inv; ParameterSchedulers.jl, Inv" }

  public mutating func describe(_ fields: Fields) {
    fields.real("gamma", &gamma, .required, note: "how fast the time counts")
    fields.real("power", &power, note: "the power of the time")
  }

  public func rate(at t: Int, base: Double) -> Double {
    base / pow(1 + gamma * Double(t), power)
  }
}
