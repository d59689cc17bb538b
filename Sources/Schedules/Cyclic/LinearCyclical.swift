/// From one value to another and back in straight lines, again and again, each
/// time longer, higher or lower by a factor.
///
/// ```
/// rate(t) = end + (start − end) · |s / T − ½| · 2
///           start + (end − start) · s / T                     monotonic
///           end + (start − end) · (s − T) / warmupDuration    T < s, the way back
/// ```
///
/// where the cycle that t falls in began s steps ago, and T, the start and the
/// end begin as `cycleSize`, `startValue` and `endValue`, and are multiplied
/// after each cycle, T and `warmupDuration` rounded down.
///
/// Source: ignite's `LinearCyclicalScheduler`; where only the end is multiplied
/// fairseq's `triangular`, whose `lr_shrink` is `endValueMult`.
///
/// - Peers:
///   - ignite `LinearCyclicalScheduler(start_value, end_value, cycle_size, cycle_mult,
///     start_value_mult, end_value_mult, warmup_duration, monotonic)`: The same; start_value is
///     the base rate where it is left out. There it drives any field of the optimizer.
///   - fairseq `triangular(max_lr, lr_period_updates=5000, lr_shrink=0.1, shrink_min=False)`:
///     `LinearCyclical(max_lr, lr_period_updates, end_value_mult=lr_shrink)`. The base rate is
///     the lower one; with shrink_min also start_value_mult=lr_shrink.
/// - Complexity: O(cycles), whose lengths multiply; O(1) for cycle_mult = 1
/// - Example: `LinearCyclical(1.0, 40, end_value_mult=0.7)` from 0.1 over 160 steps
/// - Example: `LinearCyclical(0.1, 40, start_value=0.8, monotonic=True)` from 0.1 over 160
///   steps
public struct LinearCyclical: Schedule {
  /// The value in the middle of a cycle, or at the end of a monotonic one.
  public internal(set) var endValue = 1.0
  /// Steps of the first cycle; at least 2.
  public internal(set) var cycleSize = 2
  /// The value at the ends, in the units of the rate; `nil` takes the base rate.
  public internal(set) var startValue: Double?
  /// How much longer each cycle is than the one before; at least 1.
  public internal(set) var cycleMult = 1.0
  /// What each cycle leaves of the start; finite, at least 0.
  public internal(set) var startValueMult = 1.0
  /// What each cycle leaves of the end; finite, at least 0.
  public internal(set) var endValueMult = 1.0
  /// Steps of the way back between monotonic cycles; 0 for none.
  public internal(set) var warmupDuration = 0
  /// Whether a cycle goes one way only.
  public internal(set) var monotonic = false

  public init() {}

  /// Throws when a field is out of its range, a cycle is shorter than 2, or
  /// there is a way back between cycles that go both ways.
  public init(
    endValue: Double, cycleSize: Int, startValue: Double? = nil, cycleMult: Double = 1,
    startValueMult: Double = 1, endValueMult: Double = 1, warmupDuration: Int = 0,
    monotonic: Bool = false
  ) throws(Refusal) {
    self.endValue = endValue
    self.cycleSize = cycleSize
    self.startValue = startValue
    self.cycleMult = cycleMult
    self.startValueMult = startValueMult
    self.endValueMult = endValueMult
    self.warmupDuration = warmupDuration
    self.monotonic = monotonic
    try validate()
  }

  public static var name: StaticString { "LinearCyclical" }
  public static var summary: StaticString {
    "From one value to another and back in straight lines, each time longer, higher or lower."
  }
  public static var formula: StaticString {
    "rate(t) = end + (start - end) * |s / T - 1/2| * 2, or monotonic start + (end - start) * s / T, s steps into a cycle of T"
  }
  public static var source: StaticString {
    "ignite, LinearCyclicalScheduler; fairseq, triangular"
  }

  public mutating func describe(_ fields: Fields) {
    fields.real(
      "end_value", &endValue, .required,
      note: "the value in the middle of a cycle, or at the end of a monotonic one")
    fields.steps("cycle_size", &cycleSize, .required, note: "steps of the first cycle, at least 2")
    fields.real("start_value", &startValue, note: "the value at the ends; the base rate if absent")
    fields.real(
      "cycle_mult", &cycleMult, accepts: .growth,
      note: "how much longer each cycle is than the one before")
    fields.real("start_value_mult", &startValueMult, note: "what each cycle leaves of the start")
    fields.real("end_value_mult", &endValueMult, note: "what each cycle leaves of the end")
    fields.step(
      "warmup_duration", &warmupDuration, note: "steps of the way back between monotonic cycles")
    fields.flag("monotonic", &monotonic, note: "whether a cycle goes one way only")
  }

  public func inconsistency() -> Refusal? {
    guard monotonic || warmupDuration == 0 else {
      return Refusal(
        .value, "LinearCyclical warmup_duration", value: "\(warmupDuration)",
        accepted: "0, for without monotonic a cycle comes back by itself")
    }
    return shortCycle("LinearCyclical", cycleSize)
  }

  public func rate(at t: Int, base: Double) -> Double {
    let turn = Turn(
      Cycles(first: cycleSize, beside: warmupDuration, growth: cycleMult, besideGrows: true), t,
      (startValue ?? base, startValueMult), (endValue, endValueMult))
    if let back = turn.back { return back }
    return monotonic
      ? turn.start + (turn.end - turn.start) * turn.gone
      : turn.end + (turn.start - turn.end) * abs(turn.gone - 0.5) * 2
  }
}

/// Where a step is between the two values of its cycle.
struct Turn {
  let start: Double
  let end: Double
  /// The part of the cycle that is over.
  let gone: Double
  /// The rate on the way back to the start, for a step that is on it.
  let back: Double?

  init(
    _ cycles: Cycles, _ t: Int, _ start: (value: Double, mult: Double),
    _ end: (value: Double, mult: Double)
  ) {
    let (index, since, length, beside) = cycles.place(at: t)
    // The next start counts from the end of the cycle, before the way back.
    self.start = multiplied(start.value, start.mult, since < length ? index : index + 1)
    self.end = multiplied(end.value, end.mult, index)
    gone = Double(since) / Double(length)
    back =
      since > length
      ? self.end + (self.start - self.end) * (Double(since - length) / Double(beside)) : nil
  }
}

/// A refusal of cycles in which there is no room for another value.
func shortCycle(_ owner: StaticString, _ cycleSize: Int) -> Refusal? {
  guard cycleSize < 2 else { return nil }
  return Refusal(
    .value, "\(owner) cycle_size", value: "\(cycleSize)", accepted: Integers(2, maxStep).text)
}
