/// A schedule that begins in its middle.
///
/// ```
/// rate(t) = schedule.rate(t + steps)
/// ```
///
/// Source: ParameterSchedulers.jl's `Shifted`. To begin later instead, see
/// ``Window``.
///
/// - Peers:
///   - ParameterSchedulers.jl `Shifted(schedule, offset)`: `Shift(schedule, offset-1)`. Its
///     first step is 1.
/// - Complexity: that of the schedule
/// - Example: `Shift(CosineAnnealingLR(50), 25)` over 120 steps
/// - Example: `CosineAnnealingLR(50)` over 120 steps
public struct Shift: Schedule {
  public internal(set) var schedule = AnySchedule(Constant())
  /// The schedule's step at step 0.
  public internal(set) var steps = 0

  public init() {}

  /// Throws when that is past the schedule's end.
  public init(_ schedule: AnySchedule, steps: Int) throws(Refusal) {
    self.schedule = schedule
    self.steps = steps
    try validate()
  }

  public static var name: StaticString { "Shift" }
  public static var summary: StaticString { "A schedule that begins in its middle." }
  public static var formula: StaticString { "rate(t) = schedule.rate(t + steps)" }
  public static var source: StaticString { "ParameterSchedulers.jl, Shifted" }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what begins in its middle")
    fields.step("steps", &steps, .required, note: "the schedule's step at step 0")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard steps <= schedule.lastStep else {
      return Refusal(
        .value, "Shift steps", value: "\(steps)",
        accepted: "at most \(schedule.lastStep), the schedule's last")
    }
    return nil
  }

  public var lastStep: Int { schedule.lastStep - steps }

  public func rate(at t: Int, base: Double) -> Double {
    schedule.rate(at: t + steps, base: base)
  }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool {
    schedule.fill(&rates, places, from: first + steps, base: base)
    return true
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    // There is no rate in force before the first that could be continued, but where
    // nothing is left out.
    t == 0 && steps > 0
      ? schedule.rate(at: steps, base: base)
      : schedule.rate(at: t + steps, base: base, current: current)
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    copy.schedule = schedule.observing(metric, at: t + steps, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    schedule.momentum(at: t + steps, base: base)
  }
}
