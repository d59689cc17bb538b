/// A schedule that leaves its curve at a step and goes down to a floor, without
/// a jump: the end of a run that may come at any time.
///
/// ```
/// rate(t) = schedule.rate(t)                       t ≤ begin
///           floor + (top − floor) · tail(u)        t > begin
/// top = schedule.rate(begin), u = min(1, (t − begin) / steps),
/// floor = min(top, etaMin or base · minRatio)
/// ```
///
/// Its tails are ``WarmupStableDecay``'s with their own defaults, and the stable
/// phase is as long as one likes: `Warmup(Constant(), 1000)` until it is time.
///
/// Source: Hägele et al., [Scaling Laws Beyond Fixed Training
/// Durations](https://arxiv.org/abs/2405.18392); the cool-down of Zhai et al.,
/// [Scaling Vision Transformers](https://arxiv.org/abs/2106.04560).
///
/// - Complexity: that of the schedule
/// - Example: `CoolDown(Warmup(Constant(), steps=10), begin=80, steps=30)` over 120 steps
/// - Example: `CoolDown(Warmup(Constant(), steps=10), begin=40, steps=30)` over 120 steps
public struct CoolDown: Schedule {
  public internal(set) var schedule = AnySchedule(Constant())
  /// The last step of the schedule's own.
  public internal(set) var begin = 0
  /// Steps down; at least 1.
  public internal(set) var steps = 1
  public internal(set) var decayType = WarmupStableDecay.Tail.minusSqrt
  /// The floor, as a part of the base rate; finite, at least 0.
  public internal(set) var minRatio = 0.0
  /// The floor, in the units of the rate, in place of `minRatio`.
  public internal(set) var etaMin: Double?

  public init() {}

  /// Throws when a field is out of its range or `begin` past the schedule's end.
  public init(
    _ schedule: AnySchedule, begin: Int, steps: Int,
    decayType: WarmupStableDecay.Tail = .minusSqrt, minRatio: Double = 0, etaMin: Double? = nil
  ) throws(Refusal) {
    self.schedule = schedule
    self.begin = begin
    self.steps = steps
    self.decayType = decayType
    self.minRatio = minRatio
    self.etaMin = etaMin
    try validate()
  }

  public static var name: StaticString { "CoolDown" }
  public static var summary: StaticString {
    "A schedule that leaves its curve at a step and goes down to a floor, without a jump."
  }
  public static var formula: StaticString {
    "rate(t) = schedule.rate(t) if t <= begin else floor + (top - floor) * tail(min(1, (t - begin) / steps)), top = schedule.rate(begin), floor = min(top, base * min_ratio)"
  }
  public static var source: StaticString {
    "Hägele et al., Scaling Laws Beyond Fixed Training Durations (arXiv:2405.18392)"
  }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what runs until then")
    fields.step("begin", &begin, .required, note: "the last step of the schedule's own")
    fields.steps("steps", &steps, .required, note: "steps down")
    fields.word("decay_type", &decayType, note: "the way down")
    fields.floor(&minRatio, &etaMin)
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard begin <= schedule.lastStep else {
      return Refusal(
        .value, "CoolDown begin", value: "\(begin)",
        accepted: "at most \(schedule.lastStep), the schedule's last")
    }
    return twoFloors("CoolDown", minRatio, etaMin)
  }

  /// What is left of the way down at a step past `begin`: 1 to 0.
  private func left(at t: Int) -> Double {
    decayType.value(at: min(1, Double(t - begin) / Double(steps)))
  }

  public func rate(at t: Int, base: Double) -> Double {
    let top = schedule.rate(at: min(t, begin), base: base)
    if t <= begin { return top }
    let floor = min(top, etaMin ?? base * minRatio)
    return floor + (top - floor) * left(at: t)
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    if t <= begin { return schedule.rate(at: t, base: base, current: current) }
    let floor = min(current, etaMin ?? base * minRatio)
    let before = left(at: t - 1)
    return before > 0 ? floor + (current - floor) * (left(at: t) / before) : current
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    guard t <= begin else { return self }
    var copy = self
    copy.schedule = schedule.observing(metric, at: t, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    schedule.momentum(at: min(t, begin), base: base)
  }
}
