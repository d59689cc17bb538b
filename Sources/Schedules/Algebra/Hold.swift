/// A schedule that stays for ever where it is at a step: past its end, or
/// before it.
///
/// ```
/// rate(t) = schedule.rate(min(t, last))
/// ```
///
/// Source: what MLX, optax and Keras do at the end of every decay.
///
/// - Peers:
///   - PyTorch `OneCycleLR`: `Hold(OneCycleLR(max_lr, total_steps=N))`. There a step past the
///     last raises; held, it stays at the last rate.
///   - MLX `cosine_decay`, `linear_schedule`: `Hold(CosineAnnealingLR(N), last=N)`. What it
///     does at the end of a decay.
/// - Complexity: that of the schedule
/// - Example: `Hold(CosineAnnealingLR(50), last=35)` over 120 steps
/// - Example: `CosineAnnealingLR(50)` over 120 steps
public struct Hold: Schedule {
  public internal(set) var schedule = AnySchedule(Constant())
  /// The step from which the rate stays; `nil` for the schedule's last.
  public internal(set) var last: Int?

  public init() {}

  /// Throws when that is past the schedule's end.
  public init(_ schedule: AnySchedule, last: Int? = nil) throws(Refusal) {
    self.schedule = schedule
    self.last = last
    try validate()
  }

  public static var name: StaticString { "Hold" }
  public static var summary: StaticString {
    "A schedule that stays for ever where it is at a step, past its end or before it."
  }
  public static var formula: StaticString { "rate(t) = schedule.rate(min(t, last))" }
  public static var source: StaticString { "what MLX, optax and Keras do at the end of a decay" }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what stays where it is")
    fields.steps(
      "last", &last, note: "the step from which it stays; the schedule's last if absent")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard let last, last > schedule.lastStep else { return nil }
    return Refusal(
      .value, "Hold last", value: "\(last)",
      accepted: "at most \(schedule.lastStep), the schedule's last")
  }

  private var end: Int { last ?? schedule.lastStep }

  public func rate(at t: Int, base: Double) -> Double {
    schedule.rate(at: min(t, end), base: base)
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    t > end ? current : schedule.rate(at: t, base: base, current: current)
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    guard t < end else { return self }
    var copy = self
    copy.schedule = schedule.observing(metric, at: t, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    schedule.momentum(at: min(t, end), base: base)
  }
}
