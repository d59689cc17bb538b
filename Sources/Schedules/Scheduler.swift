/// Where a run is on its schedules: the step, each group's base rate, and the
/// rate in force. A value, so its checkpoint is a copy.
///
/// A group is any number that is driven: a learning rate, a weight decay, a
/// momentum, a batch size. Each may have a schedule of its own, and all move by
/// one clock. Rates are real; who needs a whole number rounds.
public struct Scheduler: Sendable {
  public enum Form: Int, Word {
    /// The rate of a step depends on the step alone.
    case closed
    /// PyTorch's recursion on the rate in force.
    case chained

    public static let words: [StaticString] = ["closed", "chained"]
  }

  /// What the schedule's steps count. It is saved, and a state of another unit
  /// is refused.
  public enum Unit: Int, Word {
    case steps, epochs, samples, tokens

    public static let words: [StaticString] = ["steps", "epochs", "samples", "tokens"]
  }

  /// What is past the last step.
  public enum Horizon: Int, Word {
    /// Nothing: a step there is refused.
    case raise
    /// The last rate, for ever, whatever metrics say.
    case hold
    /// What the schedule's formula says there. Not for one that ends.
    case extend

    public static let words: [StaticString] = ["raise", "hold", "extend"]
  }

  /// How many groups one may have.
  public static let maxGroups = 1 << 20

  /// Each group's schedule, in steps of this scheduler, with what it has learned
  /// from metrics: its rate at any step, if no other metric came.
  public private(set) var schedules: [AnySchedule]
  /// Each group's base rate.
  public let bases: [Double]
  public let form: Form
  public let unit: Unit
  /// Steps that make one unit. With 500 the unit `epochs` has a step every
  /// 500th of an epoch.
  public let resolution: Int
  public let horizon: Horizon
  /// The last step of the run as it was given; `nil` for the schedules' own.
  public private(set) var givenLast: Int?
  /// The step it is at.
  public private(set) var step = 0
  /// How often it was told of a training step that was not applied.
  public private(set) var skipped = 0
  /// Each group's rate in force.
  public private(set) var rates: [Double]

  /// Whether a schedule calls a function of the caller's.
  public let calls: Bool

  private var hasLearned = false

  /// The furthest step, and the step from which rates hold.
  private var (limit, turn) = (maxStep, maxStep)

  /// At step 0, where nothing has been trained.
  ///
  /// - Parameters:
  ///   - schedules: One for all groups, or one a group. They count the steps of
  ///     this scheduler: with unit `epochs` and resolution 500, 90 epochs of a
  ///     cosine are `CosineDecay(decaySteps: 90 * 500)`, exact at every step.
  ///     One that counts epochs does in a ``Stretch``, in stairs or lines.
  ///   - bases: Each group's base rate, 1 to 1,048,576 of them, finite.
  ///   - resolution: Steps that make one unit, at least 1.
  ///   - last: The last step of the run; the least of the schedules' own if
  ///     absent, and at most that with `raise`.
  /// - Throws: When one of them is out of its range, or a schedule that ends is
  ///   to go on past its end.
  public init(
    _ schedules: [AnySchedule], bases: [Double], form: Form = .closed, unit: Unit = .steps,
    resolution: Int = 1, horizon: Horizon = .raise, last: Int? = nil
  ) throws(Refusal) {
    guard (1...Self.maxGroups).contains(bases.count) else {
      throw Refusal(
        .range, "groups", value: "\(bases.count)", accepted: Integers(1, Self.maxGroups).text)
    }
    for (i, base) in bases.enumerated() where !base.isFinite {
      throw Refusal(.value, "bases[\(i)]", value: "\(base)", accepted: Reals.any.text, index: i)
    }
    guard schedules.count == 1 || schedules.count == bases.count else {
      throw Refusal(
        .range, "schedules", value: "\(schedules.count) of them",
        accepted: bases.count == 1 ? "1" : "1, or \(bases.count), one a group")
    }
    guard Integers.counts.contains(resolution) else {
      throw Refusal(
        .range, "resolution", value: "\(resolution)", accepted: Integers.counts.text)
    }
    self.schedules =
      schedules.count == bases.count
      ? schedules : [AnySchedule](repeating: schedules[0], count: bases.count)
    self.form = form
    self.unit = unit
    self.resolution = resolution
    self.horizon = horizon
    self.bases = bases
    calls = schedules.contains { $0.calls }
    givenLast = last
    rates = bases
    try setHorizon()
    setRates()
  }

  /// At step 0, one schedule for all groups.
  public init(
    _ schedule: AnySchedule, bases: [Double], form: Form = .closed, unit: Unit = .steps,
    resolution: Int = 1, horizon: Horizon = .raise, last: Int? = nil
  ) throws(Refusal) {
    try self.init(
      [schedule], bases: bases, form: form, unit: unit, resolution: resolution, horizon: horizon,
      last: last)
  }

  /// At step 0, one schedule for all groups.
  public init(
    _ schedule: some Schedule, bases: [Double], form: Form = .closed, unit: Unit = .steps,
    resolution: Int = 1, horizon: Horizon = .raise, last: Int? = nil
  ) throws(Refusal) {
    try self.init(
      [AnySchedule(schedule)], bases: bases, form: form, unit: unit, resolution: resolution,
      horizon: horizon, last: last)
  }

  /// The last step of the run: as it was given, or the first of the schedules'.
  public var lastStep: Int { givenLast ?? firstToEnd.lastStep }

  /// How far it is, in units: `step` / `resolution`.
  public var position: Double { Double(step) / Double(resolution) }

  /// A group's schedule.
  public func schedule(group: Int) -> AnySchedule { schedules[group] }

  private var firstToEnd: AnySchedule {
    schedules.reduce(schedules[0]) { $1.lastStep < $0.lastStep ? $1 : $0 }
  }

  /// Works out how far it may go and where rates hold.
  private mutating func setHorizon() throws(Refusal) {
    let first = firstToEnd
    if let last = givenLast {
      let accepts = Integers(0, horizon == .raise ? first.lastStep : maxStep)
      guard accepts.contains(last) else {
        throw Refusal(.value, "last", value: "\(last)", accepted: accepts.text)
      }
    }
    guard horizon != .extend || first.lastStep == maxStep else {
      throw Refusal(
        .value, "horizon", value: "'extend'",
        accepted: "'raise' or 'hold': \(first.name) ends at step \(first.lastStep), and what goes "
          + "on is a schedule without an end, like Loop of it")
    }
    limit = horizon == .raise ? lastStep : maxStep
    turn = horizon == .hold ? lastStep : maxStep
  }

  // MARK: Moving

  /// One step on. Throws past the last step under `raise`, and stays there.
  public mutating func next() throws(Refusal) {
    guard step < limit else { throw past(step + 1) }
    step += 1
    setRates()
  }

  /// So many steps on: the samples or tokens of a training step, whatever the
  /// number of processes and of batches that it was put together from.
  ///
  /// Throws when they are negative, or lead past the last step under `raise`.
  public mutating func advance(by steps: Int) throws(Refusal) {
    guard Integers.steps.contains(steps) else {
      throw Refusal(.range, "steps", value: "\(steps)", accepted: Integers.steps.text)
    }
    try seek(to: step + steps)
  }

  /// To any step. The closed form goes there at once; the chained form steps
  /// through every step between, from the start when it goes back.
  public mutating func seek(to target: Int) throws(Refusal) {
    guard Integers.steps.contains(target) else {
      throw Refusal(.range, "step", value: "\(target)", accepted: Integers.steps.text)
    }
    guard target <= limit else { throw past(target) }
    guard form == .chained else {
      step = target
      return setRates()
    }
    if target < step { begin() }
    while step < target {
      step += 1
      setRates()
    }
  }

  /// A training step that was not applied, as one whose gradients were not
  /// finite: nothing moves, and it is counted.
  public mutating func skip() { skipped = min(skipped + 1, maxStep) }

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

  /// A metric, seen at this step. Where a group's schedule reacts to it, its rate
  /// in force is the one it leads to, at once; in chained form it changes by as
  /// much. A schedule that watches nothing stays as it is, and so does every one
  /// past the last step under `hold`.
  public mutating func observe(_ metric: Double) {
    let t = step
    guard t <= turn else { return }
    for (i, base) in bases.enumerated() where schedules[i].watches {
      hasLearned = true
      let before = schedules[i].rate(at: t, base: base)
      schedules[i] = schedules[i].observing(metric, at: t, base: base)
      let after = schedules[i].rate(at: t, base: base)
      // A hand on the dial is taken off by a reaction only.
      guard after != before else { continue }
      rates[i] =
        form == .closed || rates[i] == before || before == 0 ? after : rates[i] * (after / before)
    }
  }

  /// What all groups have learned; empty before any metric.
  var seen: [Double] { hasLearned ? recorded.numbers : [] }

  private var recorded: Recorder {
    let recorder = Recorder()
    for schedule in schedules { recorder.record(schedule) }
    return recorder
  }

  /// Takes over what another has learned, if the same kinds react there, in the same
  /// modes, and goes back to step 0.
  mutating func learn(from other: Scheduler) throws(Refusal) {
    let theirs = other.recorded
    guard !theirs.kinds.isEmpty, theirs.kinds == recorded.kinds else { return }
    try recall(theirs.numbers)
    hasLearned = other.hasLearned
    begin()
  }

  /// Back to step 0.
  private mutating func begin() {
    step = 0
    rates = bases
    setRates()
  }

  /// Puts back what ``seen`` gave.
  mutating func recall(_ seen: [Double]) throws(Refusal) {
    if seen.isEmpty { return }
    let recaller = Recaller("Scheduler", seen)
    for i in schedules.indices where schedules[i].watches {
      schedules[i] = try schedules[i].visited(by: recaller)
    }
    try recaller.finish()
    hasLearned = true
  }

  /// Calls what another calls, in schedules that differ in nothing else.
  mutating func takeFunctions(of other: Scheduler) throws(Refusal) {
    guard other.calls else { return }
    var shared: (theirs: AnySchedule, old: AnySchedule, new: AnySchedule)?
    for i in schedules.indices {
      let (theirs, old) = (other.schedules[i], schedules[i])
      if let shared, shared.theirs.object === theirs.object, shared.old.object === old.object {
        schedules[i] = shared.new
        continue
      }
      let finder = FunctionFinder()
      _ = try? theirs.visited(by: finder)
      schedules[i] = try old.visited(by: FunctionSetter(finder.found))
      shared = (theirs, old, schedules[i])
    }
  }

  /// Where a saved state was.
  mutating func place(_ step: Int, _ skipped: Int, _ rates: [Double]) {
    self.step = step
    self.skipped = skipped
    self.rates = rates
  }

  private func past(_ step: Int) -> Refusal {
    Refusal(
      .end, givenLast == nil ? "\(firstToEnd.name) step" as UTF8Text : "step", value: "\(step)",
      accepted: "0 to \(limit)")
  }

  @inline(__always)
  private mutating func setRates() {
    switch form {
    case .closed:
      // Past its own end each schedule holds by itself.
      close(&rates, schedules, bases, at: min(step, turn))
    case .chained:
      if step <= turn { chain(&rates, schedules, bases, at: step) }
    }
  }

  // MARK: Planning anew

  /// From this step down to a floor, without a jump, whatever the schedule had
  /// in mind: how a warm-up-stable-decay run ends when one likes. See
  /// ``CoolDown``. A `last` that was given becomes the end of the way down.
  ///
  /// Throws when an argument is out of its range; nothing has changed then.
  public mutating func coolDown(
    over steps: Int, tail: WarmupStableDecay.Tail = .minusSqrt, minRatio: Double = 0,
    groups: [Int]? = nil
  ) throws(Refusal) {
    let begin = step
    try replan(groups, steps, last: { _ in begin + steps }) { (schedule) throws(Refusal) in
      AnySchedule(
        try CoolDown(schedule, begin: begin, steps: steps, decayType: tail, minRatio: minRatio))
    }
  }

  /// From this step on later by `steps`, without a jump: the rate rests for so
  /// long, or, with `until`, what was to come until that step takes so much
  /// longer. See ``Extend``. A `last` that was given moves by as many.
  ///
  /// Throws when an argument is out of its range; nothing has changed then.
  public mutating func extend(
    by steps: Int, until: Int? = nil, groups: [Int]? = nil
  ) throws(Refusal) {
    let begin = step
    try replan(groups, steps, last: { $0 + steps }) { (schedule) throws(Refusal) in
      AnySchedule(try Extend(schedule, begin: begin, steps: steps, until: until))
    }
  }

  private mutating func replan(
    _ groups: [Int]?, _ steps: Int, last: (Int) -> Int,
    _ wrap: (AnySchedule) throws(Refusal) -> AnySchedule
  ) throws(Refusal) {
    guard Integers.counts.contains(steps) else {
      throw Refusal(.range, "steps", value: "\(steps)", accepted: Integers.counts.text)
    }
    var changed = self
    // What groups share they go on sharing.
    var (old, new) = (schedules[0], nil as AnySchedule?)
    for i in groups ?? Array(schedules.indices) {
      guard schedules.indices.contains(i) else {
        throw Refusal(
          .range, "groups", value: "\(i)", accepted: Integers(0, schedules.count - 1).text)
      }
      let schedule = schedules[i]
      if new == nil || schedule.object !== old.object {
        let end = min(turn, schedule.lastStep)
        let held = step > end ? AnySchedule(try Hold(schedule, last: end)) : schedule
        (old, new) = (schedule, try wrap(held))
      }
      if let new { changed.schedules[i] = new }
    }
    changed.givenLast = givenLast.map(last)
    try changed.setHorizon()
    self = changed
  }
}

/// Sets each group's rate to that of a step, by the schedules' closed form.
@_optimize(speed) @inline(never)
private func close(
  _ rates: inout [Double], _ schedules: [AnySchedule], _ bases: [Double], at t: Int
) {
  for i in rates.indices {
    rates[i] = schedules[i].uncounted._withUnsafeGuaranteedRef { $0.rate(at: t, base: bases[i]) }
  }
}

/// Moves each group's rate to a step, in the chained form. Groups in a row that
/// share a schedule are moved at once.
@_optimize(speed) @inline(never)
private func chain(
  _ rates: inout [Double], _ schedules: [AnySchedule], _ bases: [Double], at t: Int
) {
  let bases = bases.span
  var rates = rates.mutableSpan
  var first = 0
  while first < rates.count {
    first = schedules[first].uncounted._withUnsafeGuaranteedRef { shared in
      var end = first + 1
      while end < rates.count, schedules[end].object === shared { end += 1 }
      if t <= shared.lastStep { shared.chain(&rates, first..<end, at: t, bases: bases) }
      return end
    }
  }
}
