/// Multiplies the rate by a factor of its own at each boundary.
///
/// ```
/// rate(t) = base · scales[0] · … · scales[k − 1],
///           k = the number of boundaries that are ≤ t (< t with side 'left')
/// ```
///
/// Source: optax's `piecewise_constant_schedule`.
///
/// - Peers:
///   - optax `piecewise_constant_schedule(init_value, boundaries_and_scales)`:
///     `PiecewiseScale(boundaries, scales)`. Its dictionary as two lists.
/// - Complexity: O(n), n the boundaries that are passed
/// - Example: `PiecewiseScale([30, 60, 90], [0.5, 1.5, 0.2])` over 120 steps
public struct PiecewiseScale: Schedule {
  /// The steps of the factors, increasing.
  public internal(set) var boundaries: [Int] = []
  /// As many as boundaries; finite, at least 0.
  public internal(set) var scales: [Double] = []
  /// Whether a factor counts at its boundary already.
  public internal(set) var side = Side.right

  public init() {}

  /// Throws when there are not as many scales as boundaries, or these do not
  /// increase.
  public init(boundaries: [Int], scales: [Double], side: Side = .right) throws(Refusal) {
    self.boundaries = boundaries
    self.scales = scales
    self.side = side
    try validate()
  }

  public static var name: StaticString { "PiecewiseScale" }
  public static var summary: StaticString {
    "Multiplies the rate by a factor of its own at each boundary."
  }
  public static var formula: StaticString {
    "rate(t) = base * scales[0] * ... * scales[k - 1], k = the number of boundaries <= t, or < t with side 'left'"
  }
  public static var source: StaticString { "optax, piecewise_constant_schedule" }

  public mutating func describe(_ fields: Fields) {
    fields.steps("boundaries", &boundaries, .required, note: "the steps of the factors, increasing")
    fields.reals("scales", &scales, .required, note: "a factor for each boundary")
    fields.word("side", &side, note: "the side of a boundary to which its own step belongs")
  }

  public func inconsistency() -> Refusal? { mismatch("PiecewiseScale", boundaries, scales) }

  public func rate(at t: Int, base: Double) -> Double {
    // In optax's order: a product made beforehand would round otherwise.
    scales[..<side.passed(boundaries, t)].reduce(base) { $0 * $1 }
  }
}

/// A refusal of scales that are not as many as their boundaries, or of
/// boundaries that do not increase.
func mismatch(_ owner: StaticString, _ boundaries: [Int], _ scales: [Double]) -> Refusal? {
  guard scales.count == boundaries.count else {
    return Refusal(
      .value, "\(owner) scales", value: "\(scales.count) of them",
      accepted: "\(boundaries.count), as many as boundaries")
  }
  return disorder(owner, "boundaries", boundaries)
}
