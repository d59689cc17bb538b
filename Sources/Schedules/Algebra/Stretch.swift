/// A schedule whose steps last several: one that counts epochs, stepped by
/// batches.
///
/// ```
/// rate(t) = schedule.rate(⌊t / factor⌋)            in stairs
///           schedule.rate(t / factor)              along a line
/// ```
///
/// Stairs are what stepping a scheduler once an epoch gives. A line is straight
/// between the schedule's whole steps, where it is exact. For the formula itself
/// at every step multiply the schedule's lengths, as Swift's
/// ``Schedule/scaled(by:)`` does.
///
/// Source: ParameterSchedulers.jl's `Interpolator`, in whole steps.
///
/// - Peers:
///   - ParameterSchedulers.jl `Interpolator(schedule, rate)`: `Stretch(schedule, rate,
///     between='line')`. Its rate need not be whole, and between whole steps it has the formula's
///     curve.
///   - MMEngine `by_epoch=True`: `Stretch(schedule, epoch_length)`. With convert_to_iter_based
///     its lengths are multiplied, as Swift's scaled(by:) does.
///   - Composer `scale_schedule_ratio`: `Stretch(schedule, ratio)`. There every time of the
///     schedule is multiplied, as Swift's scaled(by:) does.
/// - Complexity: that of the schedule
/// - Example: `Stretch(CosineAnnealingLR(10), 10)` over 120 steps
/// - Example: `CosineAnnealingLR(100)` over 120 steps
public struct Stretch: Schedule {
  /// What is between the schedule's steps.
  public enum Between: Int, Word {
    case stairs, line

    public static let words: [StaticString] = ["stairs", "line"]
  }

  public internal(set) var schedule = AnySchedule(Constant())
  /// Steps that one of the schedule's lasts; at least 1.
  public internal(set) var factor = 1
  public internal(set) var between = Between.stairs

  public init() {}

  /// Throws when the factor is below 1.
  public init(
    _ schedule: AnySchedule, factor: Int, between: Between = .stairs
  ) throws(Refusal) {
    self.schedule = schedule
    self.factor = factor
    self.between = between
    try validate()
  }

  public static var name: StaticString { "Stretch" }
  public static var summary: StaticString {
    "A schedule whose steps last several: one that counts epochs, stepped by batches."
  }
  public static var formula: StaticString {
    "rate(t) = schedule.rate(floor(t / factor)), or along a line between its steps"
  }
  public static var source: StaticString { "ParameterSchedulers.jl, Interpolator" }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what is stretched")
    fields.steps("factor", &factor, .required, note: "steps that one of its steps lasts")
    fields.word("between", &between, note: "what is between its steps")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public var lastStep: Int {
    let (last, overflow) = schedule.lastStep.multipliedReportingOverflow(by: factor)
    if overflow { return maxStep }
    return min(maxStep, between == .line ? last : last + factor - 1)
  }

  /// How far it is from one of the schedule's steps to the next.
  private func fraction(at t: Int) -> Double {
    between == .line ? Double(t % factor) / Double(factor) : 0
  }

  public func rate(at t: Int, base: Double) -> Double {
    schedule.rate(at: t / factor, fraction(at: t), base: base)
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    // A chain goes from step to step, and has nothing in between.
    if between == .line, factor > 1 { return rate(at: t, base: base) }
    return t % factor == 0
      ? schedule.rate(at: t / factor, base: base, current: current) : current
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    copy.schedule = schedule.observing(metric, at: t / factor, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    schedule.momentum(at: t / factor, fraction(at: t), base: base)
  }
}
