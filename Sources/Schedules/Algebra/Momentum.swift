/// The momentum that a schedule drives, as a rate: for what drives any number
/// along the rate of a schedule.
///
/// ```
/// rate(t) = schedule.momentum(t)
/// ```
///
/// Source: the second half of PyTorch's `OneCycleLR` and `CyclicLR`.
///
/// - Peers:
///   - PyTorch `OneCycleLR(cycle_momentum=True)`: `Momentum(OneCycleLR(max_lr, total_steps=N))`.
///     What it writes into momentum, or the first of betas.
///   - MMCV `OneCycleMomentumUpdaterHook`: `Momentum(OneCycleLR(max_lr, total_steps=N))`. A hook of
///     its own beside that of the rate.
/// - Complexity: that of the schedule
/// - Example: `Momentum(OneCycleLR(max_lr=0.1, total_steps=120))` over 120 steps
public struct Momentum: Schedule {
  public internal(set) var schedule = AnySchedule(Constant())

  public init() {}

  /// The momentum of a schedule; the base rate for one that drives none.
  public init(_ schedule: AnySchedule) throws(Refusal) {
    self.schedule = schedule
    try validate()
  }

  public static var name: StaticString { "Momentum" }
  public static var summary: StaticString { "The momentum that a schedule drives, as a rate." }
  public static var formula: StaticString { "rate(t) = schedule.momentum(t)" }
  public static var source: StaticString { "PyTorch, OneCycleLR and CyclicLR" }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what drives a momentum")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public var lastStep: Int { schedule.lastStep }

  public func rate(at t: Int, base: Double) -> Double { momentum(at: t, base: base) }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    copy.schedule = schedule.observing(metric, at: t, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    schedule.momentum(at: t, base: base)
  }
}
