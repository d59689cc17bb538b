/// Schedules one on top of the other: each takes the rate of the one before for
/// its base.
///
/// ```
/// rate(t) = sₙ(t, … s₂(t, s₁(t, base)))
/// ```
///
/// A product, where each is a multiple of its base; a floor stays a floor.
///
/// In the chained form it is PyTorch's, in which a part whose rate does not follow
/// from the rate in force, such as ``CosineAnnealingWarmRestarts`` or ``LinearDecay``,
/// forgets the parts before it: there it stands first.
///
/// Source: PyTorch's `ChainedScheduler`, whose order of application it keeps in
/// the chained form.
///
/// - Peers:
///   - PyTorch `ChainedScheduler(schedulers)`: The same bits in the chained form, in which a
///     part that is no multiple of the rate in force, such as CosineAnnealingWarmRestarts, forgets
///     the parts before it; in closed form it takes their rate for its base.
///   - Burn `ComposedLrScheduler`: `ChainedScheduler(schedulers)`. Its product; its sum and
///     average are not here.
///   - ParameterSchedulers.jl `ComposedSchedule`: `ChainedScheduler(schedulers)`. Where a
///     parameter of one schedule is another, only a rate that is a multiple of its base carries
///     over.
/// - Complexity: that of each part, added up
/// - Example: `ChainedScheduler([LinearLR(0.1, total_iters=20), ExponentialLR(0.98)])` over 120
///   steps
public struct ChainedScheduler: Schedule {
  /// The parts in their order, at least one.
  public internal(set) var schedules: [AnySchedule] = []

  public init() {}

  /// Throws when there is no part.
  public init(_ schedules: [AnySchedule]) throws(Refusal) {
    self.schedules = schedules
    try validate()
  }

  /// Throws when there is no part.
  public init<each S: Schedule>(_ schedules: repeat each S) throws(Refusal) {
    var parts: [AnySchedule] = []
    for schedule in repeat each schedules { parts.append(AnySchedule(schedule)) }
    try self.init(parts)
  }

  public static var name: StaticString { "ChainedScheduler" }
  public static var summary: StaticString {
    "Schedules one on top of the other: each takes the rate of the one before for its base."
  }
  public static var formula: StaticString { "rate(t) = s_n(t, ... s_2(t, s_1(t, base)))" }
  public static var source: StaticString { "PyTorch, ChainedScheduler" }

  public mutating func describe(_ fields: Fields) {
    fields.schedules("schedulers", &schedules, .required, note: "the parts in their order")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { schedules }

  public func inconsistency() -> Refusal? {
    schedules.isEmpty
      ? Refusal(
        .value, "ChainedScheduler schedulers", value: "[]", accepted: "at least one schedule")
      : nil
  }

  public var lastStep: Int { schedules.reduce(maxStep) { min($0, $1.lastStep) } }

  public func rate(at t: Int, base: Double) -> Double {
    schedules.reduce(base) { $1.rate(at: t, base: $0) }
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    schedules.reduce(current) { $1.rate(at: t, base: base, current: $0) }
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    var base = base
    for (i, schedule) in schedules.enumerated() {
      copy.schedules[i] = schedule.observing(metric, at: t, base: base)
      // The rate that was in force when the metric was seen.
      base = schedule.rate(at: t, base: base)
    }
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    schedules.reduce(base) { $1.momentum(at: t, base: $0) }
  }
}
