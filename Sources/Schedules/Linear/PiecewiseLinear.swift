/// Through given values at given steps, in straight lines or half cosines,
/// whatever the base rate is.
///
/// ```
/// rate(t) = values[0]                                             t ≤ milestones[0]
///           a + (b − a) · (t − s) / (e − s)                       s ≤ t < e
///           b + (a − b) / 2 · (1 + cos(π · (t − s) / (e − s)))    with 'cos'
///           values[last]                                          milestones[last] ≤ t
/// ```
///
/// where s and e are the milestones around t, and a and b their values.
///
/// Source: ignite's `PiecewiseLinear`; fastai's `combined_cos` for half cosines.
///
/// - Peers:
///   - ignite `PiecewiseLinear(param_name, milestones_values)`: `PiecewiseLinear(milestones,
///     values)`. Its pairs as two lists; it drives any field of the optimizer.
///   - fastai `combine_scheds(pcts, scheds)`: `PiecewiseLinear(milestones, values,
///     anneal_strategy='cos')`. Its parts of the run, as steps.
///   - fvcore `CompositeParamScheduler(schedulers, lengths, interval_scaling)`:
///     `PiecewiseLinear(milestones, values)`. Where its parts are lines; of any parts,
///     SequentialLR.
/// - Complexity: O(log n), n the milestones
/// - Example: `PiecewiseLinear([0, 20, 60, 100], [0.1, 1.0, 0.4, 0.0])` over 120 steps
/// - Example: `PiecewiseLinear([0, 20, 60, 100], [0.1, 1.0, 0.4, 0.0], anneal_strategy='cos')`
///   over 120 steps
public struct PiecewiseLinear: Schedule {
  /// The steps of the values, increasing.
  public internal(set) var milestones: [Int] = [0]
  /// As many as milestones, in the units of the rate.
  public internal(set) var values: [Double] = [0]
  /// The way from one value to the next.
  public internal(set) var annealStrategy = Anneal.linear

  public init() {}

  /// Throws when there is no milestone or not as many values, or the milestones
  /// do not increase.
  public init(
    milestones: [Int], values: [Double], annealStrategy: Anneal = .linear
  ) throws(Refusal) {
    self.milestones = milestones
    self.values = values
    self.annealStrategy = annealStrategy
    try validate()
  }

  public static var name: StaticString { "PiecewiseLinear" }
  public static var summary: StaticString {
    "Through given values at given steps, in straight lines or half cosines."
  }
  public static var formula: StaticString {
    "rate(t) = a + (b - a) * (t - s) / (e - s), or b + (a - b) / 2 * (1 + cos(pi * (t - s) / (e - s))), a and b the values at the milestones s <= t < e; held outside"
  }
  public static var source: StaticString { "ignite, PiecewiseLinear; fastai, combined_cos" }

  public mutating func describe(_ fields: Fields) {
    fields.steps("milestones", &milestones, .required, note: "the steps of the values, increasing")
    fields.reals(
      "values", &values, .required, note: "one for each milestone, in the units of the rate")
    fields.word("anneal_strategy", &annealStrategy, note: "the way from one value to the next")
  }

  public func inconsistency() -> Refusal? {
    guard !milestones.isEmpty else {
      return Refusal(
        .value, "PiecewiseLinear milestones", value: "[]", accepted: "at least one step")
    }
    guard values.count == milestones.count else {
      return Refusal(
        .value, "PiecewiseLinear values", value: "\(values.count) of them",
        accepted: "\(milestones.count), as many as milestones")
    }
    return disorder("PiecewiseLinear", "milestones", milestones)
  }

  public func rate(at t: Int, base: Double) -> Double {
    let k = passed(milestones, t)
    if k == 0 { return values[0] }
    if k == values.count { return values[k - 1] }
    let (start, end) = (values[k - 1], values[k])
    let since = Double(t - milestones[k - 1])
    let length = Double(milestones[k] - milestones[k - 1])
    return switch annealStrategy {
    // The product first, as ignite has it.
    case .linear: start + (end - start) * since / length
    case .cos: annealStrategy.value(from: start, to: end, at: since / length)
    }
  }
}
