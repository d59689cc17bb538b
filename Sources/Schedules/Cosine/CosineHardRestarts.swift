import Platform

/// Half a cosine from the base rate down to a floor, several times in a given
/// number of steps, each time from the top; then on the floor.
///
/// ```
/// rate(t) = base · (w · (1 − minRatio) + minRatio)
/// w = (1 + cos(π · (numCycles · t / steps mod 1))) / 2, 0 from `steps` on
/// ```
///
/// ``CosineAnnealingWarmRestarts`` is told the length of a cycle; this one how
/// many there are.
///
/// Source: Hugging Face's `cosine_with_restarts`.
///
/// - Peers:
///   - Hugging Face `get_cosine_with_hard_restarts_schedule_with_warmup(num_warmup_steps,
///     num_training_steps, num_cycles=1)`: `Warmup(CosineHardRestarts(N-W,
///     num_cycles=num_cycles), W)`. The steps include the warm-up there.
/// - Complexity: O(1)
/// - Example: `CosineHardRestarts(100, num_cycles=4)` over 120 steps
public struct CosineHardRestarts: Schedule {
  /// Steps of all the cycles; at least 1.
  public internal(set) var steps = 1
  /// Cycles in that many steps; finite, above 0.
  public internal(set) var numCycles = 1.0
  /// The floor, as a part of the base rate; finite, at least 0.
  public internal(set) var minRatio = 0.0
  /// The floor, in the units of the rate, in place of `minRatio`.
  public internal(set) var etaMin: Double?

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    steps: Int, numCycles: Double = 1, minRatio: Double = 0, etaMin: Double? = nil
  ) throws(Refusal) {
    self.steps = steps
    self.numCycles = numCycles
    self.minRatio = minRatio
    self.etaMin = etaMin
    try validate()
  }

  public static var name: StaticString { "CosineHardRestarts" }
  public static var summary: StaticString {
    "Half a cosine from the base rate down to a floor, num_cycles times in all, then on the floor."
  }
  public static var formula: StaticString {
    "rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 + cos(pi * (num_cycles * t / steps mod 1))) / 2, 0 from steps on"
  }
  public static var source: StaticString {
    "Hugging Face, get_cosine_with_hard_restarts_schedule_with_warmup"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps of all the cycles")
    fields.real("num_cycles", &numCycles, accepts: .positive, note: "cycles in that many steps")
    fields.floor(&minRatio, &etaMin)
  }

  public func inconsistency() -> Refusal? { twoFloors("CosineHardRestarts", minRatio, etaMin) }

  public func rate(at t: Int, base: Double) -> Double {
    guard t < steps else { return above(minRatio, etaMin, 0, base: base) }
    let cycles = numCycles * (Double(t) / Double(steps))
    let factor = 0.5 * (1 + cos(.pi * fmod(cycles, 1)))
    return above(minRatio, etaMin, factor, base: base)
  }
}
