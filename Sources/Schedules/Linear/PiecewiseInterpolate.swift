/// From one multiple of the base rate to the next, in straight lines or half
/// cosines: at each boundary the rate is what it was at the one before, times
/// a factor.
///
/// ```
/// v[0] = base at step 0, v[k] = v[k − 1] · scales[k − 1] at boundaries[k − 1]
/// rate(t) = v[k] + (v[k + 1] − v[k]) · p                     linear
///           v[k + 1] + (v[k] − v[k + 1]) / 2 · (1 + cos πp)   cos
/// ```
///
/// where p is the part of the way from v[k] to v[k + 1] that t has gone; v[last]
/// from the last boundary on.
///
/// Source: optax's `piecewise_interpolate_schedule`.
///
/// - Peers:
///   - optax `piecewise_interpolate_schedule('linear', init_value, boundaries_and_scales)`:
///     `PiecewiseInterpolate(boundaries, scales)`. 'cosine' is anneal_strategy='cos'; its
///     boundaries may be 0.
/// - Complexity: O(n), n the boundaries that are passed
/// - Example: `PiecewiseInterpolate([20, 60, 100], [3.0, 0.5, 0.1])` over 120 steps
/// - Example: `PiecewiseInterpolate([20, 60, 100], [3.0, 0.5, 0.1], anneal_strategy='cos')`
///   over 120 steps
public struct PiecewiseInterpolate: Schedule {
  /// The steps at which the factors are reached, increasing.
  public internal(set) var boundaries: [Int] = []
  /// As many as boundaries; finite, at least 0.
  public internal(set) var scales: [Double] = []
  /// The way from one value to the next.
  public internal(set) var annealStrategy = Anneal.linear

  public init() {}

  /// Throws when there are not as many scales as boundaries, or these do not
  /// increase.
  public init(
    boundaries: [Int], scales: [Double], annealStrategy: Anneal = .linear
  ) throws(Refusal) {
    self.boundaries = boundaries
    self.scales = scales
    self.annealStrategy = annealStrategy
    try validate()
  }

  public static var name: StaticString { "PiecewiseInterpolate" }
  public static var summary: StaticString {
    "From one multiple of the base rate to the next, in straight lines or half cosines."
  }
  public static var formula: StaticString {
    "rate(t) = from v[k] to v[k + 1] between boundaries[k - 1] and boundaries[k], v[0] = base, v[k] = v[k - 1] * scales[k - 1]"
  }
  public static var source: StaticString { "optax, piecewise_interpolate_schedule" }

  public mutating func describe(_ fields: Fields) {
    fields.steps(
      "boundaries", &boundaries, .required,
      note: "the steps at which the factors are reached, increasing")
    fields.reals("scales", &scales, .required, note: "a factor for each boundary")
    fields.word("anneal_strategy", &annealStrategy, note: "the way from one value to the next")
  }

  public func inconsistency() -> Refusal? { mismatch("PiecewiseInterpolate", boundaries, scales) }

  public func rate(at t: Int, base: Double) -> Double {
    let k = passed(boundaries, t)
    let start = scales[..<k].reduce(base) { $0 * $1 }
    if k == boundaries.count { return start }
    let first = k == 0 ? 0 : boundaries[k - 1]
    return annealStrategy.value(
      from: start, to: start * scales[k], at: Double(t - first) / Double(boundaries[k] - first))
  }
}
