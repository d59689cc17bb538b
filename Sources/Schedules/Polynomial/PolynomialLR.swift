import Platform

/// Down to nothing along a power of the steps that are left.
///
/// ```
/// rate(t) = base · (1 − min(t, totalIters) / totalIters)^power
/// ```
///
/// Source: PyTorch's `PolynomialLR`.
///
/// - Peers:
///   - PyTorch `PolynomialLR(total_iters=5, power=1.0)`: The same fields and bits, in closed
///     form and step by step. total_iters=0 is constant there and refused here.
///   - fvcore `PolynomialDecayParamScheduler(base_value, power)`: `PolynomialLR(N, power)`. It
///     is asked for a part of the run from 0 to 1, not for a step.
///   - ParameterSchedulers.jl `Poly(start, degree, max_iter)`: `PolynomialLR(max_iter,
///     degree)`. Its first step is 1, and past max_iter it fails.
/// - Complexity: O(1)
/// - Example: `PolynomialLR(100)` over 120 steps
/// - Example: `PolynomialLR(100, power=2.0)` over 120 steps
/// - Example: `PolynomialLR(100, power=0.5)` over 120 steps
public struct PolynomialLR: Schedule {
  /// Steps from the base rate to 0; at least 1.
  public internal(set) var totalIters = 5
  /// 1 for a straight line; finite, above 0.
  public internal(set) var power = 1.0

  public init() {}

  /// Throws when a field is out of its range.
  public init(totalIters: Int = 5, power: Double = 1) throws(Refusal) {
    self.totalIters = totalIters
    self.power = power
    try validate()
  }

  public static var name: StaticString { "PolynomialLR" }
  public static var summary: StaticString {
    "Down to nothing along a power of the steps that are left."
  }
  public static var formula: StaticString {
    "rate(t) = base * (1 - min(t, total_iters) / total_iters)^power"
  }
  public static var source: StaticString { "PyTorch, PolynomialLR" }

  public mutating func describe(_ fields: Fields) {
    fields.steps("total_iters", &totalIters, note: "steps from the base rate to 0")
    fields.real("power", &power, accepts: .positive, note: "1 for a straight line")
  }

  public func rate(at t: Int, base: Double) -> Double {
    base * pow(1 - Double(min(t, totalIters)) / Double(totalIters), power)
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    current * decay(to: t)
  }

  public func chain(
    _ rates: inout MutableSpan<Double>, _ groups: Range<Int>, at t: Int, bases: Span<Double>
  ) -> Bool {
    let decay = decay(to: t)
    for i in groups { rates[i] = rates[i] * decay }
    return true
  }

  /// What a step leaves of the rate in force.
  private func decay(to t: Int) -> Double {
    guard t > 0, t <= totalIters else { return 1 }
    let n = Double(totalIters)
    return pow((1 - Double(t) / n) / (1 - Double(t - 1) / n), power)
  }
}
