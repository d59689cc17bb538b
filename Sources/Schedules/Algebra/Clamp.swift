/// A schedule that never leaves a range of rates.
///
/// ```
/// rate(t) = min(max(schedule.rate(t), minimum), maximum)
/// ```
///
/// Source: the `min_lr` and `max_lr` that many peers build into one schedule.
///
/// - Peers:
///   - fairseq `step(min_lr)`: `Clamp(StepLR(lr_decay_period, gamma=lr_decay),
///     minimum=min_lr)`. Its default gamma is 0.5, and its option is spelled lr_deacy_period.
///   - optax `exponential_decay(end_value=e)`: `ExponentialDecay(S, r, end_value=e)`. Clamped
///     from below where the rate falls, from above where it climbs, as ExponentialDecay's own
///     end_value does.
///   - Megatron-LM `min_lr`: `Clamp(schedule, minimum=min_lr)`. For the inverse square root;
///     its cosine and its line end on the floor instead, with eta_min.
/// - Complexity: that of the schedule
/// - Example: `Clamp(CosineAnnealingLR(50), minimum=0.2, maximum=0.8)` over 120 steps
/// - Example: `CosineAnnealingLR(50)` over 120 steps
public struct Clamp: Schedule {
  public internal(set) var schedule = AnySchedule(Constant())
  /// The least rate, in its units; finite, at least 0.
  public internal(set) var minimum = 0.0
  /// The largest rate, in its units; `nil` for none.
  public internal(set) var maximum: Double?

  public init() {}

  /// Throws when the range is empty.
  public init(_ schedule: AnySchedule, minimum: Double = 0, maximum: Double? = nil) throws(Refusal)
  {
    self.schedule = schedule
    self.minimum = minimum
    self.maximum = maximum
    try validate()
  }

  public static var name: StaticString { "Clamp" }
  public static var summary: StaticString { "A schedule that never leaves a range of rates." }
  public static var formula: StaticString {
    "rate(t) = min(max(schedule.rate(t), minimum), maximum)"
  }
  public static var source: StaticString { "the min_lr and max_lr of many peers" }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what is kept in the range")
    fields.real("minimum", &minimum, note: "the least rate, in its units")
    fields.real("maximum", &maximum, note: "the largest rate, in its units; none if absent")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard let maximum, maximum < minimum else { return nil }
    return Refusal(
      .value, "Clamp maximum", value: "\(maximum)", accepted: "at least minimum=\(minimum)")
  }

  public var lastStep: Int { schedule.lastStep }

  // In closed form only: a chain would go on from the clamped rate, and a
  // curve that dips below the range would never be itself again.
  public func rate(at t: Int, base: Double) -> Double {
    let rate = max(schedule.rate(at: t, base: base), minimum)
    return maximum.map { min(rate, $0) } ?? rate
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    copy.schedule = schedule.observing(metric, at: t, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    schedule.momentum(at: t, base: base)
  }
}
