/// One schedule after another, each in its own time.
///
/// ```
/// rate(t) = schedules[k].rate(t − milestones[k − 1]),
///           k = the number of milestones that are ≤ t
/// ```
///
/// Source: PyTorch's `SequentialLR`. Where PyTorch's starts the parts of a
/// nested sequence one step early, this does not: nested equals flat.
///
/// - Peers:
///   - PyTorch `SequentialLR(schedulers, milestones)`: The same bits. There milestones may come
///     in any order, and the parts of a nested one start a step early.
///   - optax `join_schedules(schedules, boundaries)`: `SequentialLR(schedules, boundaries)`.
///     The parts have peaks of their own there: libsched.optax has it whole.
///   - MLX `join_schedules(schedules, boundaries)`: `SequentialLR(schedules, boundaries)`. As
///     optax's.
///   - ignite `ConcatScheduler(schedulers, durations)`: `SequentialLR(schedulers, milestones)`.
///     Its durations, added up.
///   - fvcore `CompositeParamScheduler(schedulers, lengths, interval_scaling)`:
///     `SequentialLR(schedulers, milestones)`. Its lengths are parts of the run.
///   - Burn `SequentialLrScheduler`: `SequentialLR(schedules, milestones)`
///   - ParameterSchedulers.jl `Sequence(schedules, step_sizes)`: `SequentialLR(schedules,
///     milestones)`. Its sizes, added up; its first step is 1.
/// - Complexity: that of the part in force, and O(log n), n the milestones
/// - Example: `SequentialLR([LinearLR(0.1, total_iters=20), CosineAnnealingLR(80)],
///   milestones=[20])` over 101 steps
public struct SequentialLR: Schedule {
  /// The parts, at least one.
  public internal(set) var schedules: [AnySchedule] = []
  /// Where each part but the first begins: one fewer than parts, increasing.
  public internal(set) var milestones: [Int] = []

  public init() {}

  /// Throws when there is not one milestone fewer than schedules, they do not
  /// increase, or a part is given more steps than it has.
  public init(_ schedules: [AnySchedule], milestones: [Int]) throws(Refusal) {
    self.schedules = schedules
    self.milestones = milestones
    try validate()
  }

  /// Throws when there is not one milestone fewer than schedules, they do not
  /// increase, or a part is given more steps than it has.
  public init<each S: Schedule>(_ schedules: repeat each S, milestones: [Int]) throws(Refusal) {
    var parts: [AnySchedule] = []
    for schedule in repeat each schedules { parts.append(AnySchedule(schedule)) }
    try self.init(parts, milestones: milestones)
  }

  public static var name: StaticString { "SequentialLR" }
  public static var summary: StaticString { "One schedule after another, each in its own time." }
  public static var formula: StaticString {
    "rate(t) = schedulers[k].rate(t - milestones[k - 1]), k = the number of milestones <= t"
  }
  public static var source: StaticString { "PyTorch, SequentialLR" }

  public mutating func describe(_ fields: Fields) {
    fields.schedules("schedulers", &schedules, .required, note: "the parts")
    fields.steps(
      "milestones", &milestones, .required, note: "where each part but the first begins, increasing"
    )
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { schedules }

  public func inconsistency() -> Refusal? {
    guard !schedules.isEmpty else {
      return Refusal(
        .value, "SequentialLR schedulers", value: "[]", accepted: "at least one schedule")
    }
    guard milestones.count == schedules.count - 1 else {
      return Refusal(
        .value, "SequentialLR milestones", value: "\(milestones.count) of them",
        accepted: "\(schedules.count - 1), one fewer than schedulers")
    }
    if let refusal = disorder("SequentialLR", "milestones", milestones) { return refusal }
    for (i, milestone) in milestones.enumerated() {
      let start = i == 0 ? 0 : milestones[i - 1]
      guard milestone - start <= schedules[i].lastStep &+ 1 else {
        return Refusal(
          .value, "SequentialLR milestones[\(i)]", value: "\(milestone)",
          accepted:
            "at most \(start + schedules[i].lastStep + 1), where schedulers[\(i)] has ended")
      }
    }
    return nil
  }

  public var lastStep: Int {
    guard let last = schedules.last else { return maxStep }
    return min(maxStep, (milestones.last ?? 0) + last.lastStep)
  }

  public func rate(at t: Int, base: Double) -> Double {
    let (part, start) = part(at: t)
    return part.rate(at: t - start, base: base)
  }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool {
    var done = places.lowerBound
    while done < places.upperBound {
      let t = first + done - places.lowerBound
      let k = passed(milestones, t)
      let left = k < milestones.count ? milestones[k] - t : maxStep
      let end = min(places.upperBound, done + left)
      schedules[k].fill(
        &rates, done..<end, from: t - (k == 0 ? 0 : milestones[k - 1]), base: base)
      done = end
    }
    return true
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    let (part, start) = part(at: t)
    // A part that takes over starts from the base rate, not from where the one
    // before it ended.
    return t == start && t > 0
      ? part.rate(at: 0, base: base) : part.rate(at: t - start, base: base, current: current)
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    let k = passed(milestones, t)
    let (part, start) = part(at: t)
    var copy = self
    copy.schedules[k] = part.observing(metric, at: t - start, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    let (part, start) = part(at: t)
    return part.momentum(at: t - start, base: base)
  }

  /// The part in force at a step, and the step at which it began.
  private func part(at t: Int) -> (AnySchedule, Int) {
    let k = passed(milestones, t)
    return (schedules[k], k == 0 ? 0 : milestones[k - 1])
  }
}
