/// Up without an end, to find the rate at which training breaks.
///
/// ```
/// rate(t) = base · (1 + stepRate · t / stepSize)
/// ```
///
/// or in stairs, with ⌊t / stepSize⌋. The base rate is where it starts.
///
/// Source: Smith, [A disciplined approach](https://arxiv.org/abs/1803.09820);
/// DeepSpeed's `LRRangeTest`, whose `last_batch_iteration` is t − 1.
///
/// - Peers:
///   - DeepSpeed `LRRangeTest(lr_range_test_min_lr=1e-3, lr_range_test_step_size=2000,
///     lr_range_test_step_rate=1.0, lr_range_test_staircase=False)`:
///     `LRRangeTest(lr_range_test_step_size, lr_range_test_step_rate,
///     lr_range_test_staircase)`. The base rate is lr_range_test_min_lr, and its
///     last_batch_iteration is t - 1.
/// - Complexity: O(1)
/// - Example: `LRRangeTest(20, step_rate=1.0)` from 0.01 over 100 steps
/// - Example: `LRRangeTest(20, step_rate=1.0, staircase=True)` from 0.01 over 100 steps
public struct LRRangeTest: Schedule {
  /// Steps in which the rate grows by `stepRate` times the base rate; at
  /// least 1.
  public internal(set) var stepSize = 2000
  /// What it grows by in that many steps, in base rates; finite, at least 0.
  public internal(set) var stepRate = 1.0
  /// Whether it grows all at once.
  public internal(set) var staircase = false

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    stepSize: Int = 2000, stepRate: Double = 1, staircase: Bool = false
  ) throws(Refusal) {
    self.stepSize = stepSize
    self.stepRate = stepRate
    self.staircase = staircase
    try validate()
  }

  public static var name: StaticString { "LRRangeTest" }
  public static var summary: StaticString {
    "Up from the base rate without an end, to find the rate at which training breaks."
  }
  public static var formula: StaticString {
    "rate(t) = base * (1 + step_rate * t / step_size), with floor(t / step_size) for a staircase"
  }
  public static var source: StaticString {
    "Smith, A disciplined approach (arXiv:1803.09820); DeepSpeed, LRRangeTest"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("step_size", &stepSize, note: "steps in which it grows by step_rate")
    fields.real("step_rate", &stepRate, note: "what it grows by in them, in base rates")
    fields.flag("staircase", &staircase, note: "whether it grows all at once, after them")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let intervals = staircase ? Double(t / stepSize) : Double(t) / Double(stepSize)
    return base * (1 + stepRate * intervals)
  }
}
