/// A schedule that takes longer from a step on, without a jump: a run that goes
/// on longer than was planned.
///
/// ```
/// rate(t) = schedule.rate(t)                       t ≤ begin
///           schedule.rate(begin)                   t ≤ begin + steps
///           schedule.rate(t − steps)               after
/// ```
///
/// The rate rests for `steps`: in a stable phase that is more of it. With
/// `until` it does not rest, and what was to come until that step takes `steps`
/// longer:
///
/// ```
/// rate(t) = schedule.rate(begin + (t − begin) · n / (n + steps))
///           n = until − begin, t ≤ until + steps
/// ```
///
/// which between whole steps of the schedule is a straight line.
///
/// Source: what composer and torchtitan make of a schedule by hand when a
/// finished run is to go on.
///
/// - Complexity: that of the schedule
/// - Example: `Extend(CosineDecay(60), begin=20, steps=40, until=60)` over 120 steps
/// - Example: `Extend(CosineDecay(60), begin=20, steps=40)` over 120 steps
/// - Example: `CosineDecay(60)` over 120 steps
public struct Extend: Schedule {
  public internal(set) var schedule = AnySchedule(Constant())
  /// The step from which it takes longer.
  public internal(set) var begin = 0
  /// How many steps it takes longer; at least 1.
  public internal(set) var steps = 1
  /// The step until which what was to come is stretched; `nil` to rest instead.
  public internal(set) var until: Int?

  public init() {}

  /// Throws when a field is out of its range, or not within the schedule.
  public init(
    _ schedule: AnySchedule, begin: Int, steps: Int, until: Int? = nil
  ) throws(Refusal) {
    self.schedule = schedule
    self.begin = begin
    self.steps = steps
    self.until = until
    try validate()
  }

  public static var name: StaticString { "Extend" }
  public static var summary: StaticString {
    "A schedule that takes longer from a step on, without a jump: rests, or is stretched."
  }
  public static var formula: StaticString {
    "rate(t) = schedule.rate(t) if t <= begin, schedule.rate(begin) if t <= begin + steps, else schedule.rate(t - steps); with until schedule.rate(begin + (t - begin) * n / (n + steps)), n = until - begin"
  }
  public static var source: StaticString { "libsched" }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what takes longer")
    fields.step("begin", &begin, .required, note: "the step from which it does")
    fields.steps("steps", &steps, .required, note: "how many steps longer")
    fields.steps(
      "until", &until, note: "the step until which it is stretched; it rests if absent")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard begin <= schedule.lastStep else {
      return Refusal(
        .value, "Extend begin", value: "\(begin)",
        accepted: "at most \(schedule.lastStep), the schedule's last")
    }
    guard let until, until <= begin || until > schedule.lastStep else { return nil }
    return Refusal(
      .value, "Extend until", value: "\(until)",
      accepted: "more than begin=\(begin), at most \(schedule.lastStep), the schedule's last")
  }

  public var lastStep: Int { min(maxStep, schedule.lastStep + steps) }

  /// The schedule's step, and how far it is on the way to the next.
  private func place(at t: Int) -> (step: Int, fraction: Double) {
    if t <= begin { return (t, 0) }
    let since = t - begin
    guard let until else { return (since <= steps ? begin : t - steps, 0) }
    if t >= until + steps { return (t - steps, 0) }
    // since · n may have twice the bits. The quotient is below n.
    let n = UInt(until - begin)
    let whole = n + UInt(steps)
    let (quotient, rest) = whole.dividingFullWidth(UInt(since).multipliedFullWidth(by: n))
    return (begin + Int(quotient), Double(rest) / Double(whole))
  }

  public func rate(at t: Int, base: Double) -> Double {
    let (step, fraction) = place(at: t)
    return schedule.rate(at: step, fraction, base: base)
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    if t <= begin { return schedule.rate(at: t, base: base, current: current) }
    if t > (until ?? begin) + steps {
      return schedule.rate(at: t - steps, base: base, current: current)
    }
    // Where it is stretched, in closed form: a chain has no rates in between.
    return until == nil ? current : rate(at: t, base: base)
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    copy.schedule = schedule.observing(metric, at: place(at: t).step, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    let (step, fraction) = place(at: t)
    return schedule.momentum(at: step, fraction, base: base)
  }
}

extension AnySchedule {
  /// The rate at a fraction of the way from a step to the next, on a straight
  /// line between them.
  func rate(at step: Int, _ fraction: Double, base: Double) -> Double {
    let start = rate(at: step, base: base)
    guard fraction > 0 else { return start }
    return start + (rate(at: min(step + 1, lastStep), base: base) - start) * fraction
  }

  /// The momentum there.
  func momentum(at step: Int, _ fraction: Double, base: Double) -> Double {
    let start = momentum(at: step, base: base)
    guard fraction > 0 else { return start }
    return start + (momentum(at: min(step + 1, lastStep), base: base) - start) * fraction
  }
}
