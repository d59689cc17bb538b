import Platform

/// From one value to another along half a cosine, again and again, each time
/// longer, higher or lower by a factor.
///
/// ```
/// rate(t) = start + (end − start) / 2 · (1 − cos(π · s / T))
///           end + (start − end) · (s − T) / warmupDuration    T < s, the way back
/// ```
///
/// where the cycle that t falls in began s steps ago, and T, the start and the
/// end begin as `cycleSize`, `startValue` and `endValue`, and are multiplied
/// after each cycle, T and `warmupDuration` rounded down.
///
/// Source: ignite's `CosineAnnealingScheduler`.
///
/// - Peers:
///   - ignite `CosineAnnealingScheduler(start_value, end_value, cycle_size, cycle_mult,
///     start_value_mult, end_value_mult, warmup_duration)`: The same; start_value is the base
///     rate where it is left out. There it drives any field of the optimizer, and after its
///     first event is at step 0.
///   - fastai `SchedCos(start, end)`: `CosineDecay(N, eta_min=end)`. Half a cycle, from start
///     for the base rate.
/// - Complexity: O(cycles), whose lengths multiply; O(1) for cycle_mult = 1
/// - Example: `CosineCyclical(0.1, 40, start_value_mult=0.7)` over 160 steps
public struct CosineCyclical: Schedule {
  /// The value at the end of a cycle, in the units of the rate.
  public internal(set) var endValue = 0.0
  /// Steps of the first cycle; at least 2.
  public internal(set) var cycleSize = 2
  /// The value at its start, in the units of the rate; `nil` takes the base rate.
  public internal(set) var startValue: Double?
  /// How much longer each cycle is than the one before; at least 1.
  public internal(set) var cycleMult = 1.0
  /// What each cycle leaves of the start; finite, at least 0.
  public internal(set) var startValueMult = 1.0
  /// What each cycle leaves of the end; finite, at least 0.
  public internal(set) var endValueMult = 1.0
  /// Steps of a straight line back to the start, between cycles; 0 for none.
  public internal(set) var warmupDuration = 0

  public init() {}

  /// Throws when a field is out of its range, or a cycle is shorter than 2.
  public init(
    endValue: Double, cycleSize: Int, startValue: Double? = nil, cycleMult: Double = 1,
    startValueMult: Double = 1, endValueMult: Double = 1, warmupDuration: Int = 0
  ) throws(Refusal) {
    self.endValue = endValue
    self.cycleSize = cycleSize
    self.startValue = startValue
    self.cycleMult = cycleMult
    self.startValueMult = startValueMult
    self.endValueMult = endValueMult
    self.warmupDuration = warmupDuration
    try validate()
  }

  public static var name: StaticString { "CosineCyclical" }
  public static var summary: StaticString {
    "From one value to another along half a cosine, each time longer, higher or lower."
  }
  public static var formula: StaticString {
    "rate(t) = start + (end - start) / 2 * (1 - cos(pi * s / T)), s steps into a cycle of T, then back in a straight line over warmup_duration"
  }
  public static var source: StaticString { "ignite, CosineAnnealingScheduler" }

  public mutating func describe(_ fields: Fields) {
    fields.real("end_value", &endValue, .required, note: "the value at the end of a cycle")
    fields.steps("cycle_size", &cycleSize, .required, note: "steps of the first cycle, at least 2")
    fields.real("start_value", &startValue, note: "the value at its start; the base rate if absent")
    fields.real(
      "cycle_mult", &cycleMult, accepts: .growth,
      note: "how much longer each cycle is than the one before")
    fields.real("start_value_mult", &startValueMult, note: "what each cycle leaves of the start")
    fields.real("end_value_mult", &endValueMult, note: "what each cycle leaves of the end")
    fields.step(
      "warmup_duration", &warmupDuration, note: "steps of a straight line back, between cycles")
  }

  public func inconsistency() -> Refusal? { shortCycle("CosineCyclical", cycleSize) }

  public func rate(at t: Int, base: Double) -> Double {
    let turn = Turn(
      Cycles(first: cycleSize, beside: warmupDuration, growth: cycleMult, besideGrows: true), t,
      (startValue ?? base, startValueMult), (endValue, endValueMult))
    if let back = turn.back { return back }
    return turn.start + (turn.end - turn.start) / 2 * (1 - cos(.pi * turn.gone))
  }
}
