/// A multiple of the base rate for a while, then the base rate.
///
/// ```
/// rate(t) = base · (t < totalIters ? factor : 1)
/// ```
///
/// Source: PyTorch's `ConstantLR`.
///
/// - Peers:
///   - PyTorch `ConstantLR(factor=1/3, total_iters=5)`: The same fields and bits, in closed
///     form and step by step. There total_iters=0 never comes back to the base rate, and
///     factor=0 fails when it would; here they do.
///   - MMEngine `ConstantLR(factor, begin, end)`: `Window(ConstantLR(factor,
///     total_iters=end-begin-1), begin, end)`. It counts one step fewer than its window.
///   - Composer `ConstantScheduler(alpha=1.0, t_max='1dur')`: `ConstantLR(alpha,
///     total_iters=N)`. alpha until t_max, then 1.
/// - Complexity: O(1)
/// - Example: `ConstantLR(0.5, total_iters=40)` over 100 steps
public struct ConstantLR: Schedule {
  /// The multiple of the base rate at first; finite, at least 0.
  public internal(set) var factor = 1.0 / 3
  /// Steps until the base rate; at least 1.
  public internal(set) var totalIters = 5

  public init() {}

  /// Throws when a field is out of its range.
  public init(factor: Double = 1.0 / 3, totalIters: Int = 5) throws(Refusal) {
    self.factor = factor
    self.totalIters = totalIters
    try validate()
  }

  public static var name: StaticString { "ConstantLR" }
  public static var summary: StaticString {
    "A multiple of the base rate for a while, then the base rate."
  }
  public static var formula: StaticString {
    "rate(t) = base * (factor if t < total_iters else 1)"
  }
  public static var source: StaticString { "PyTorch, ConstantLR" }

  public mutating func describe(_ fields: Fields) {
    fields.real("factor", &factor, note: "the multiple of the base rate at first")
    fields.steps("total_iters", &totalIters, note: "steps until the base rate")
  }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { fillInline(&rates, places, from: first, base: base) }

  public func rate(at t: Int, base: Double) -> Double {
    // As PyTorch adds it up: factor + (1 − factor) is not always 1.
    base * (factor + (t >= totalIters ? 1 : 0) * (1 - factor))
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    if t == 0 { return current * factor }
    if t != totalIters { return current }
    // From 0 no factor leads anywhere.
    return factor == 0 ? rate(at: t, base: base) : current * (1 / factor)
  }
}
