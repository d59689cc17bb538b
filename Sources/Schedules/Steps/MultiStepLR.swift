import Platform

/// Multiplies the rate by `gamma` at each milestone.
///
/// ```
/// rate(t) = base · gamma^k, k = the number of milestones that are ≤ t
/// ```
///
/// Source: PyTorch's `MultiStepLR`.
///
/// - Peers:
///   - PyTorch `MultiStepLR(milestones, gamma=0.1)`: The same fields and bits, in closed form
///     and step by step. There milestones may come in any order, and one that stands twice
///     counts twice; here they increase.
///   - MMEngine `MultiStepLR(milestones, gamma)`: The same within its window.
///   - PaddlePaddle `MultiStepDecay(learning_rate, milestones, gamma)`: The same with
///     learning_rate for the base rate.
///   - Composer `MultiStepScheduler(milestones, gamma)`: The same; its milestones are times
///     such as '10ep'.
///   - timm `MultiStepLRScheduler(decay_t, decay_rate)`: `MultiStepLR([29, 59],
///     gamma=decay_rate)`. For its decay_t=[30, 60]: it compares with t + 1, and so drops a
///     step early.
///   - tinygrad `MultiStepLR(milestones, gamma=0.1)`: The same curve.
/// - Complexity: O(log n), n the milestones
/// - Example: `MultiStepLR([30, 80], gamma=0.5)` over 120 steps
public struct MultiStepLR: Schedule {
  /// The steps of the drops, in increasing order.
  public internal(set) var milestones: [Int] = []
  /// What each drop leaves of the rate; finite, at least 0.
  public internal(set) var gamma = 0.1

  public init() {}

  /// Throws when a field is out of its range, or milestones do not increase.
  public init(milestones: [Int], gamma: Double = 0.1) throws(Refusal) {
    self.milestones = milestones
    self.gamma = gamma
    try validate()
  }

  public static var name: StaticString { "MultiStepLR" }
  public static var summary: StaticString { "Multiplies the rate by gamma at each milestone." }
  public static var formula: StaticString {
    "rate(t) = base * gamma^k, k = the number of milestones <= t"
  }
  public static var source: StaticString { "PyTorch, MultiStepLR" }

  public mutating func describe(_ fields: Fields) {
    fields.steps("milestones", &milestones, .required, note: "the steps of the drops, increasing")
    fields.real("gamma", &gamma, note: "what each drop leaves of the rate")
  }

  public func inconsistency() -> Refusal? { disorder("MultiStepLR", "milestones", milestones) }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { fillInline(&rates, places, from: first, base: base) }

  public func rate(at t: Int, base: Double) -> Double {
    base * pow(gamma, Double(passed(milestones, t)))
  }

  public func changes(at t: Int) -> Bool {
    let k = passed(milestones, t)
    return k > 0 && milestones[k - 1] == t
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    changes(at: t) ? current * gamma : current
  }
}

/// How many of an increasing list of steps are ≤ t, by halving.
func passed(_ milestones: [Int], _ t: Int) -> Int {
  var low = 0
  var high = milestones.count
  while low < high {
    let middle = (low + high) / 2
    if milestones[middle] <= t { low = middle + 1 } else { high = middle }
  }
  return low
}

/// A refusal of the first milestone that does not come after the one before.
func disorder(
  _ owner: StaticString, _ field: StaticString, _ milestones: [Int]
) -> Refusal? {
  for i in milestones.indices.dropFirst() where milestones[i] <= milestones[i - 1] {
    return Refusal(
      .value, "\(owner) \(field)[\(i)]", value: "\(milestones[i])",
      accepted: "more than \(field)[\(i - 1)]=\(milestones[i - 1])")
  }
  return nil
}
