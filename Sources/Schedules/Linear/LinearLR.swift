/// A straight line from one multiple of the base rate to another: a warm-up, or
/// a decay.
///
/// ```
/// rate(t) = base · (start + (end − start) · min(t, totalIters) / totalIters)
/// ```
///
/// Source: PyTorch's `LinearLR`. PyTorch refuses to start at 0; this does not.
///
/// - Peers:
///   - PyTorch `LinearLR(start_factor=1/3, end_factor=1.0, total_iters=5)`: The same fields and
///     bits, in closed form and step by step. start_factor=0 is refused there.
///   - MMEngine `LinearLR(start_factor, end_factor, begin, end)`:
///     `Window(LinearLR(start_factor, end_factor, total_iters=end-begin-1), begin, end)`. It
///     counts one step fewer than its window.
///   - PaddlePaddle `LinearLR(learning_rate, total_steps, start_factor, end_factor)`:
///     `LinearLR(start_factor, end_factor, total_steps)`
///   - MLX `linear_schedule(init, end, steps)`: `LinearLR(1.0, end/init, total_iters=steps)`.
///     With init for the base rate; from 0 up it is Warmup(Constant(), steps).
///   - Composer `LinearScheduler(alpha_i=1.0, alpha_f=0.0, t_max='1dur')`: `LinearLR(alpha_i,
///     alpha_f, total_iters=N)`
///   - fvcore `LinearParamScheduler(start_value, end_value)`: `LinearLR(1.0,
///     end_value/start_value, total_iters=N)`. It is asked for a part of the run from 0 to 1,
///     not for a step.
///   - Burn `LinearLrScheduler(initial_lr, final_lr, num_iters)`: `LinearLR(1.0,
///     final_lr/initial_lr, total_iters=num_iters)`. It wants 0 < initial_lr <= 1.
///   - fastai `SchedLin(start, end)`: `LinearLR(1.0, end/start, total_iters=N)`
/// - Complexity: O(1)
/// - Example: `LinearLR(0.1, total_iters=20)` over 120 steps
/// - Example: `LinearLR(1.0, 0.2, total_iters=100)` over 120 steps
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

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { fillInline(&rates, places, from: first, base: base) }

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
