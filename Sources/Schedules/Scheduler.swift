/// Where a run is on its schedule: the step, each group's base rate, and the
/// rate in force. A value, so its checkpoint is a copy.
public struct Scheduler: Sendable {
  public enum Form: Word {
    /// The rate of a step depends on the step alone.
    case closed
    /// PyTorch's recursion on the rate in force.
    case chained

    public var word: StaticString {
      switch self {
      case .closed: "closed"
      case .chained: "chained"
      }
    }
  }

  /// How many groups one may have.
  public static let maxGroups = 1 << 20

  public let schedule: AnySchedule
  public let form: Form
  /// Each group's base rate.
  public let bases: [Double]
  /// The step it is at.
  public private(set) var step = 0
  /// Each group's rate in force.
  public private(set) var rates: [Double]
  /// Each group's schedule with what it has learned from metrics; empty before
  /// the first.
  private var learned: [AnySchedule] = []

  /// At step 0, where nothing has been trained.
  ///
  /// Throws unless there are 1 to 1,048,576 base rates, all finite.
  public init(_ schedule: AnySchedule, bases: [Double], form: Form = .closed) throws(Refusal) {
    guard (1...Self.maxGroups).contains(bases.count) else {
      throw Refusal(
        .range, "groups", value: "\(bases.count)", accepted: Integers(1, Self.maxGroups).text)
    }
    for (i, base) in bases.enumerated() where !base.isFinite {
      throw Refusal(.value, "bases[\(i)]", value: "\(base)", accepted: Reals.any.text, index: i)
    }
    self.schedule = schedule
    self.form = form
    self.bases = bases
    rates = bases
    setRates()
  }

  /// At step 0, where nothing has been trained.
  public init(
    _ schedule: some Schedule, bases: [Double], form: Form = .closed
  ) throws(Refusal) {
    try self.init(AnySchedule(schedule), bases: bases, form: form)
  }

  /// One step on. Throws at the end of the schedule, and stays there.
  public mutating func next() throws(Refusal) {
    guard step < schedule.lastStep else {
      throw Refusal(
        .end, "\(schedule.name) step", value: "\(step + 1)", accepted: "0 to \(schedule.lastStep)")
    }
    step += 1
    setRates()
  }

  /// To any step. The closed form goes there at once; the chained form steps
  /// through every step between, from the start when it goes back.
  public mutating func seek(to target: Int) throws(Refusal) {
    try schedule.require(target, 1)
    guard form == .chained else {
      step = target
      return setRates()
    }
    if target < step {
      step = 0
      rates = bases
      setRates()
    }
    while step < target {
      step += 1
      setRates()
    }
  }

  /// Puts other rates in force. The chained form goes on from them; the closed
  /// form has its own again at the next step.
  public mutating func override(_ rates: [Double]) throws(Refusal) {
    guard rates.count == bases.count else {
      throw Refusal(.range, "rates", value: "\(rates.count) of them", accepted: "\(bases.count)")
    }
    for (i, rate) in rates.enumerated() where !rate.isFinite {
      throw Refusal(.value, "rates[\(i)]", value: "\(rate)", accepted: Reals.any.text, index: i)
    }
    self.rates = rates
  }

  /// A metric, seen at this step. Where the schedule reacts to it, the rates in
  /// force are those it leads to, at once; in chained form they change by as
  /// much. A schedule that watches nothing stays as it is.
  public mutating func observe(_ metric: Double) {
    guard schedule.watches else { return }
    if learned.isEmpty { learned = bases.map { _ in schedule } }
    for (i, base) in bases.enumerated() {
      let before = learned[i].rate(at: step, base: base)
      learned[i] = learned[i].observing(metric, at: step, base: base)
      let after = learned[i].rate(at: step, base: base)
      // A hand on the dial is taken off by a reaction only.
      guard after != before else { continue }
      rates[i] =
        form == .closed || rates[i] == before || before == 0 ? after : rates[i] * (after / before)
    }
  }

  /// A group's schedule with what it has learned from the metrics so far: its
  /// rate at any step, if no other metric came.
  public func schedule(group: Int) -> AnySchedule { learned.isEmpty ? schedule : learned[group] }

  private mutating func setRates() {
    // Two loops, so that no reference is counted in them.
    if learned.isEmpty {
      for i in rates.indices { rates[i] = rate(schedule, i) }
    } else {
      for i in rates.indices { rates[i] = rate(learned[i], i) }
    }
  }

  private func rate(_ schedule: AnySchedule, _ group: Int) -> Double {
    form == .closed
      ? schedule.rate(at: step, base: bases[group])
      : schedule.rate(at: step, base: bases[group], current: rates[group])
  }
}

// MARK: - Saved as text

extension Scheduler {
  /// Everything a checkpoint needs, on one line; numbers round-trip exactly.
  public var text: String { String(utf8) }

  /// ``text``, for C.
  public var utf8: UTF8Text {
    "Scheduler(version=2, form='\(form.word)', step=\(step), bases=[\(reals: bases)], rates=[\(reals: rates)], seen=[\(reals: seen)], schedule=\(schedule.utf8))"
  }

  /// What all groups have learned.
  private var seen: [Double] {
    let recorder = Recorder()
    for schedule in learned { _ = try? schedule.visited(by: recorder) }
    return recorder.numbers
  }

  /// What ``text`` gave.
  public init(restoring text: String) throws(Refusal) {
    try self.init(restoring: Array(text.utf8))
  }

  /// What ``text`` gave, from bytes, whatever they are.
  public init(restoring text: [UInt8]) throws(Refusal) {
    let state = try State(
      "Scheduler", version: 2, ["form", "step", "bases", "rates", "seen", "schedule"], text)
    let schedule = try state.schedule("schedule")
    try self.init(
      schedule, bases: try state.reals("bases"), form: try state.word("form"))
    let step = try state.integer("step", Integers(0, schedule.lastStep))
    // Not `override`: a rate that has run away to infinity is restored, too.
    let rates = try state.reals("rates")
    guard rates.count == bases.count else {
      throw Refusal(
        .state, "Scheduler rates", value: "\(rates.count) of them", accepted: "\(bases.count)")
    }
    self.rates = rates
    self.step = step
    // A state of version 1 has seen nothing.
    let seen = state.has("seen") ? try state.reals("seen") : []
    if seen.isEmpty { return }
    let recaller = Recaller(seen)
    if schedule.watches {
      for _ in bases { learned.append(try schedule.visited(by: recaller)) }
    }
    try recaller.finish()
  }
}
