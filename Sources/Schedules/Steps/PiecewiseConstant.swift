/// Which piece the step of a boundary belongs to.
public enum Side: Int, Word {
  /// The piece after it: the new value from the boundary on.
  case right
  /// The piece before it: the new value from the step after.
  case left

  public static let words: [StaticString] = ["right", "left"]

  /// How many of an increasing list of boundaries a step has passed.
  func passed(_ boundaries: [Int], _ t: Int) -> Int {
    Schedules.passed(boundaries, self == .right ? t : t - 1)
  }
}

/// One value after another, whatever the base rate is.
///
/// ```
/// rate(t) = values[k], k = the number of boundaries that are ≤ t (< t with side 'left')
/// ```
///
/// Source: Keras's `PiecewiseConstantDecay`, whose boundaries belong to the
/// value before (`left`); Paddle's `PiecewiseDecay`, where they belong to the
/// value after (`right`).
///
/// - Peers:
///   - Keras `PiecewiseConstantDecay(boundaries, values)`: `PiecewiseConstant(boundaries,
///     values, side='left')`. At a boundary itself it is still the value before: a step later
///     than PyTorch's MultiStepLR.
///   - PaddlePaddle `PiecewiseDecay(boundaries, values)`: The same, with side='right', the
///     default.
///   - fvcore `MultiStepParamScheduler(values, num_updates, milestones)`:
///     `PiecewiseConstant(milestones, values)`
///   - fvcore `StepParamScheduler(values, num_updates)`: `PiecewiseConstant([N//2], values)`.
///     As many equal parts as values: here for two.
///   - fairseq `manual(update2lr)`: `PiecewiseConstant(boundaries, values)`. With epoch2lr in
///     epochs: multiply by the updates of one.
///   - fairseq `fixed(lr=[...], force_anneal, lr_shrink=0.1)`: `PiecewiseConstant(boundaries,
///     values)`. One value an epoch; from force_anneal on each is lr_shrink of the one before.
///   - TensorFlow `PiecewiseConstant(boundaries, values)`: `PiecewiseConstant(boundaries,
///     values, side='left')`
/// - Complexity: O(log n), n the boundaries
/// - Example: `PiecewiseConstant([30, 80], [1.0, 0.4, 0.1])` over 120 steps
public struct PiecewiseConstant: Schedule {
  /// Where each value but the first begins, increasing.
  public internal(set) var boundaries: [Int] = []
  /// One more than boundaries, in the units of the rate.
  public internal(set) var values: [Double] = [0]
  /// Which value holds at a boundary itself.
  public internal(set) var side = Side.right

  public init() {}

  /// Throws when there is not one value more than boundaries, or they do not
  /// increase.
  public init(boundaries: [Int], values: [Double], side: Side = .right) throws(Refusal) {
    self.boundaries = boundaries
    self.values = values
    self.side = side
    try validate()
  }

  public static var name: StaticString { "PiecewiseConstant" }
  public static var summary: StaticString {
    "One value after another, whatever the base rate is."
  }
  public static var formula: StaticString {
    "rate(t) = values[k], k = the number of boundaries <= t, or < t with side 'left'"
  }
  public static var source: StaticString {
    "Keras, PiecewiseConstantDecay (side 'left'); Paddle, PiecewiseDecay (side 'right')"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps(
      "boundaries", &boundaries, .required,
      note: "where each value but the first begins, increasing")
    fields.reals(
      "values", &values, .required, note: "one more than boundaries, in the units of the rate")
    fields.word("side", &side, note: "the side of a boundary to which its own step belongs")
  }

  public func inconsistency() -> Refusal? {
    guard values.count == boundaries.count + 1 else {
      return Refusal(
        .value, "PiecewiseConstant values", value: "\(values.count) of them",
        accepted: "\(boundaries.count + 1), one more than boundaries")
    }
    return disorder("PiecewiseConstant", "boundaries", boundaries)
  }

  public func rate(at t: Int, base: Double) -> Double { values[side.passed(boundaries, t)] }
}
