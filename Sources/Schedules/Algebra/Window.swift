/// A schedule that runs from one step to another: before, the rate is the base
/// rate; after, it stays where the schedule left it.
///
/// ```
/// rate(t) = base                              t < begin
///           schedule.rate(t − begin)          begin ≤ t < end
///           schedule.rate(end − begin)        end ≤ t
/// ```
///
/// Source: the `begin` and `end` of mmengine's schedulers.
///
/// - Peers:
///   - MMEngine `begin=b, end=e`: `Window(schedule, b, e)`. The end is exclusive. There several
///     windows add up, and LinearLR and ConstantLR count end - begin - 1 steps.
/// - Complexity: that of the schedule
/// - Example: `Window(CosineAnnealingLR(50), begin=30, end=65)` over 120 steps
/// - Example: `CosineAnnealingLR(50)` over 120 steps
public struct Window: Schedule {
  public internal(set) var schedule = AnySchedule(Constant())
  /// The schedule's step 0.
  public internal(set) var begin = 0
  /// The step from which its rate holds; after `begin`.
  public internal(set) var end = maxStep

  public init() {}

  /// Throws when the window is empty or reaches past the schedule's end.
  public init(_ schedule: AnySchedule, begin: Int = 0, end: Int = maxStep) throws(Refusal) {
    self.schedule = schedule
    self.begin = begin
    self.end = end
    try validate()
  }

  public static var name: StaticString { "Window" }
  public static var summary: StaticString {
    "A schedule that runs from one step to another, the base rate before, held after."
  }
  public static var formula: StaticString {
    "rate(t) = base if t < begin else schedule.rate(min(t, end) - begin)"
  }
  public static var source: StaticString { "mmengine, begin and end of its schedulers" }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what runs in the window")
    fields.step("begin", &begin, note: "the schedule's step 0")
    fields.step("end", &end, note: "the step from which its rate holds, after begin")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard end > begin else {
      return Refusal(.value, "Window end", value: "\(end)", accepted: "more than begin=\(begin)")
    }
    guard end == maxStep || end - begin <= schedule.lastStep else {
      return Refusal(
        .value, "Window end", value: "\(end)",
        accepted: "at most \(begin + schedule.lastStep), where the schedule has ended")
    }
    return nil
  }

  public var lastStep: Int {
    end < maxStep ? maxStep : min(maxStep, begin + schedule.lastStep)
  }

  public func rate(at t: Int, base: Double) -> Double {
    t < begin ? base : schedule.rate(at: min(t, end) - begin, base: base)
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    t < begin || t > end
      ? current : schedule.rate(at: t - begin, base: base, current: current)
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    guard t >= begin, t < end else { return self }
    var copy = self
    copy.schedule = schedule.observing(metric, at: t - begin, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    t < begin ? base : schedule.momentum(at: min(t, end) - begin, base: base)
  }
}
