/// A straight line from one multiple of the base rate to another: a warm-up, or
/// a decay.
///
/// ```
/// rate(t) = base · (start + (end − start) · min(t, totalIters) / totalIters)
/// ```
///
/// Source: PyTorch's `LinearLR`. PyTorch refuses to start at 0; this does not.
public struct LinearLR: Schedule {
  /// The multiple of the base rate at step 0; finite, at least 0.
  public internal(set) var startFactor = 1.0 / 3
  /// The multiple from step `totalIters` on; finite, at least 0.
  public internal(set) var endFactor = 1.0
  /// Steps from the one to the other; at least 1.
  public internal(set) var totalIters = 5

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    startFactor: Double = 1.0 / 3, endFactor: Double = 1, totalIters: Int = 5
  ) throws(Refusal) {
    self.startFactor = startFactor
    self.endFactor = endFactor
    self.totalIters = totalIters
    try validate()
  }

  public static var name: StaticString { "LinearLR" }
  public static var summary: StaticString {
    "A straight line from one multiple of the base rate to another, then constant."
  }
  public static var formula: StaticString {
    "rate(t) = base * (start_factor + (end_factor - start_factor) * min(t, total_iters) / total_iters)"
  }
  public static var source: StaticString { "PyTorch, LinearLR" }

  public mutating func describe(_ fields: Fields) {
    fields.real("start_factor", &startFactor, note: "the multiple of the base rate at step 0")
    fields.real("end_factor", &endFactor, note: "the multiple from step total_iters on")
    fields.steps("total_iters", &totalIters, note: "steps from the one to the other")
  }

  public func rate(at t: Int, base: Double) -> Double {
    base
      * (startFactor + (endFactor - startFactor) * Double(min(t, totalIters)) / Double(totalIters))
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    if t == 0 { return current * startFactor }
    if t > totalIters { return current }
    let rise = endFactor - startFactor
    let before = Double(totalIters) * startFactor + Double(t - 1) * rise
    // From 0 no factor leads anywhere.
    if before == 0 { return rate(at: t, base: base) }
    return current * (1 + rise / before)
  }
}
