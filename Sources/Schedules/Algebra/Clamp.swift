/// A schedule that never leaves a range of rates.
///
/// ```
/// rate(t) = min(max(schedule.rate(t), minimum), maximum)
/// ```
///
/// Source: the `min_lr` and `max_lr` that many peers build into one schedule.
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

  public func momentum(at t: Int, base: Double) -> Double {
    schedule.momentum(at: t, base: base)
  }
}
