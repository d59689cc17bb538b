import Platform

/// The step sizes of Chebyshev's iteration, in the order that keeps it stable.
///
/// ```
/// rate(t) = base / (c − r · cos θᵢ), θᵢ = π(i + ½) / n
/// c = (bigM + smallM) / 2, r = (bigM − smallM) / 2
/// ```
///
/// where i is the place of step t − lag in the fractal order of n nodes, n the
/// power of two not below `steps`. Small and large rates take turns, the large
/// far above the base rate: up to 1 / smallM times. Past the last node it holds.
///
/// Source: Agarwal, Goel and Zhang, [Acceleration via Fractal Learning Rate
/// Schedules](https://arxiv.org/abs/2103.01338); pytorch_optimizer's
/// `get_chebyshev_schedule`, with `lag=2`. pytorch_optimizer leaves nodes out
/// for fewer than five steps; this does not.
///
/// - Peers:
///   - pytorch_optimizer `get_chebyshev_schedule(num_epochs)`: `Chebyshev(num_epochs, lag=2)`.
///     Its first node comes at step 3, and below five steps it leaves nodes out.
///   - pytorch_optimizer `get_chebyshev_schedule(num_epochs, is_warmup=True)`:
///     `Chebyshev(num_epochs, lag=2)`. Only what follows its warm-up.
/// - Complexity: O(log n), n the steps
/// - Example: `Chebyshev(32)` over 40 steps on a log scale
public struct Chebyshev: Schedule {
  /// Steps in all, rounded up to a power of two; at least 1.
  public internal(set) var steps = 1
  /// The least curvature, in the units of the greatest; finite, above 0.
  public internal(set) var smallM = 0.05
  /// The greatest curvature; finite, above 0, not below the least.
  public internal(set) var bigM = 1.0
  /// How many more steps than one the first node lasts.
  public internal(set) var lag = 0

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    steps: Int, smallM: Double = 0.05, bigM: Double = 1, lag: Int = 0
  ) throws(Refusal) {
    self.steps = steps
    self.smallM = smallM
    self.bigM = bigM
    self.lag = lag
    try validate()
  }

  public static var name: StaticString { "Chebyshev" }
  public static var summary: StaticString {
    "The step sizes of Chebyshev's iteration in fractal order: small and large rates take turns."
  }
  public static var formula: StaticString {
    "rate(t) = base / (c - r * cos(pi * (i + 1/2) / n)), i the place of t - lag in the fractal order of n, c and r = (big_m +- small_m) / 2"
  }
  public static var source: StaticString {
    "Agarwal, Goel and Zhang, Acceleration via Fractal Learning Rate Schedules (arXiv:2103.01338); pytorch_optimizer, get_chebyshev_schedule"
  }

  public mutating func describe(_ fields: Fields) {
    // Not a length: more of them are other nodes.
    fields.count("steps", &steps, .required, note: "steps in all, rounded up to a power of two")
    fields.real("small_m", &smallM, accepts: .positive, note: "the least curvature")
    fields.real("big_m", &bigM, accepts: .positive, note: "the greatest curvature")
    fields.step("lag", &lag, note: "how many more steps than one the first node lasts")
  }

  public func inconsistency() -> Refusal? {
    guard smallM > bigM else { return nil }
    return Refusal(
      .value, "Chebyshev small_m", value: "\(smallM)", accepted: "at most big_m=\(bigM)")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let levels = steps == 1 ? 0 : Int.bitWidth - (steps - 1).leadingZeroBitCount
    let count = 1 << levels
    let place = min(max(t - lag, 0), count - 1)
    // The order of 2n nodes follows each node i of n with its mirror 2n − 1 − i.
    var (node, size) = (0, 1)
    for level in (0..<levels).reversed() {
      size *= 2
      if place >> level & 1 == 1 { node = size - 1 - node }
    }
    let theta = (Double(node) + 0.5) * .pi / Double(count)
    let (c, r) = ((bigM + smallM) / 2, (bigM - smallM) / 2)
    return base * (1 / (c - r * cos(theta)))
  }
}
