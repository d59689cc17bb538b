/// A schedule from its start again every so many steps.
///
/// ```
/// rate(t) = schedule.rate(t mod period)
/// ```
///
/// Source: ParameterSchedulers.jl's `Loop`.
///
/// - Peers:
///   - ParameterSchedulers.jl `Loop(f, period)`: `Loop(schedule, period)`. Its first step is 1:
///     our t is its t - 1.
///   - ParameterSchedulers.jl `CosAnneal(restart=true)`: `Loop(CosineAnnealingLR(period),
///     period)`. A cosine that starts again at the top.
/// - Complexity: that of the schedule
/// - Example: `Loop(ExponentialLR(0.95), 40)` over 160 steps
/// - Example: `ExponentialLR(0.95)` over 160 steps
public struct Loop: Schedule {
  public internal(set) var schedule = AnySchedule(Constant())
  /// Steps from one start to the next; at least 1.
  public internal(set) var period = 1

  public init() {}

  /// Throws when the period is 0 or longer than the schedule.
  public init(_ schedule: AnySchedule, period: Int) throws(Refusal) {
    self.schedule = schedule
    self.period = period
    try validate()
  }

  public static var name: StaticString { "Loop" }
  public static var summary: StaticString {
    "A schedule from its start again every so many steps."
  }
  public static var formula: StaticString { "rate(t) = schedule.rate(t mod period)" }
  public static var source: StaticString { "ParameterSchedulers.jl, Loop" }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what starts again")
    fields.steps("period", &period, .required, note: "steps from one start to the next")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard period - 1 <= schedule.lastStep else {
      return Refusal(
        .value, "Loop period", value: "\(period)",
        accepted: "at most \(schedule.lastStep + 1), the steps of the schedule")
    }
    return nil
  }

  public func rate(at t: Int, base: Double) -> Double {
    schedule.rate(at: t % period, base: base)
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    // A new round starts from the base rate, not from where the last one ended.
    t > 0 && t % period == 0
      ? schedule.rate(at: 0, base: base)
      : schedule.rate(at: t % period, base: base, current: current)
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    copy.schedule = schedule.observing(metric, at: t % period, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    schedule.momentum(at: t % period, base: base)
  }
}
