// A scheduler as text, and from it.

extension Scheduler {
  /// What becomes of a state that was saved with another configuration.
  public enum Policy: Int, Word {
    /// It is refused, with the difference spelled out.
    case error
    /// The configuration is the new one; the position is taken, and what was learned
    /// from metrics where the same kinds react to them, in the same modes.
    case keep
    /// All is taken, the configuration, too.
    case restore

    public static let words: [StaticString] = ["error", "keep", "restore"]
  }

  /// Everything a checkpoint needs, on one line; numbers round-trip exactly.
  public var text: String { String(utf8) }

  /// ``text``, for C.
  public var utf8: UTF8Text {
    let (last, plans): (UTF8Text, _) = (givenLast.map { "\($0)" } ?? "None", plans)
    return
      "Scheduler(version=2, form='\(form.word)', unit='\(unit.word)', resolution=\(resolution), horizon='\(horizon.word)', last=\(last), step=\(step), skipped=\(skipped), bases=[\(reals: bases)], rates=[\(reals: rates)], seen=[\(reals: seen)], schedules=[\(.list(plans.count) { plans[$0].utf8 })])"
  }

  /// The schedules as they are given: one, where all groups have the same.
  private var plans: [AnySchedule] {
    schedules.allSatisfy { same($0, schedules[0]) } ? [schedules[0]] : schedules
  }

  /// From named arguments, those of ``init(_:bases:form:unit:resolution:horizon:last:)``
  /// in snake case; all but `schedules` and `bases` may be absent.
  public init(_ call: Call) throws(Refusal) {
    try self.init(
      State(
        call, ["schedules", "bases", "form", "unit", "resolution", "horizon", "last"]))
  }

  private init(_ state: State) throws(Refusal) {
    try self.init(
      state.has("schedule") ? [state.schedule("schedule")] : state.schedules("schedules"),
      bases: state.reals("bases"),
      form: state.has("form") ? state.word("form") : .closed,
      unit: state.has("unit") ? state.word("unit") : .steps,
      resolution: state.has("resolution") ? state.integer("resolution", .counts) : 1,
      horizon: state.has("horizon") ? state.word("horizon") : .raise,
      last: state.has("last") ? state.integer("last", orNone: .steps) : nil)
  }

  /// What ``text`` gave.
  public init(restoring text: String) throws(Refusal) {
    try self.init(restoring: Array(text.utf8))
  }

  /// What ``text`` gave, from bytes, whatever they are. Throws where a schedule
  /// calls a function: ``load(_:policy:)-(String,_)`` takes that.
  public init(restoring text: [UInt8]) throws(Refusal) {
    try self.init(restoring: text, function: nil)
  }

  /// With `function` in every function's place.
  private init(restoring text: [UInt8], function: StepFunction?) throws(Refusal) {
    let state = try State(
      "Scheduler", version: 2,
      [
        "form", "unit", "resolution", "horizon", "last", "step", "skipped", "bases", "rates",
        "seen", "schedules", "schedule",
      ], text, function: function)
    try self.init(state)
    let furthest = horizon == .raise ? lastStep : maxStep
    let step = try state.integer("step", Integers(0, furthest))
    // Version 1 had neither units nor horizons, and counted no skips.
    let skipped = state.has("skipped") ? try state.integer("skipped", .steps) : 0
    // Not `override`: a rate that has run away to infinity is restored, too.
    let rates = try state.reals("rates")
    guard rates.count == bases.count else {
      throw Refusal(
        .state, "Scheduler rates", value: "\(rates.count) of them", accepted: "\(bases.count)")
    }
    place(step, skipped, rates)
    // A state of version 1 has seen nothing.
    if state.has("seen") { try recall(state.reals("seen")) }
  }

  /// Takes a saved state over. See ``load(_:policy:)-(String,_)``.
  public mutating func load(_ text: [UInt8], policy: Policy = .error) throws(Refusal) {
    // Its functions are this one's, which `restore` does not ask about.
    var saved = try Scheduler(
      restoring: text, function: policy == .restore ? nil : unknown)
    guard policy != .restore else { return self = saved }
    guard saved.unit == unit else {
      throw Refusal(
        .state, "Scheduler unit", value: "'\(saved.unit.word)'",
        accepted: "'\(unit.word)', or the policy 'restore'")
    }
    guard policy == .keep else {
      let differences = try Differences(saved, self).text
      guard differences.isEmpty else {
        throw Refusal(
          .state, "Scheduler with \(differences)",
          accepted: "a state of the same configuration, or the policy 'keep' or 'restore'")
      }
      // With the cool-downs and extensions that were begun on the way.
      try saved.takeFunctions(of: self)
      return self = saved
    }
    var moved = self
    try moved.learn(from: saved)
    try moved.seek(to: try saved.step(in: resolution))
    moved.place(moved.step, saved.skipped, moved.rates)
    self = moved
  }

  /// Takes a saved state over: where the run was, whatever the order in which
  /// things are made and loaded. Throws when the text is none, and then, and
  /// when `policy` refuses it, nothing has changed.
  ///
  /// A state of another unit is refused but by `restore`. What the run itself
  /// has changed, by ``coolDown(over:tail:minRatio:groups:)`` and
  /// ``extend(by:until:groups:)``, is no other configuration: `error` takes it
  /// over, `keep` does not. A function counts as the one that was saved, which
  /// text does not have, and is kept; `restore` refuses a state with one.
  public mutating func load(_ text: String, policy: Policy = .error) throws(Refusal) {
    try load(Array(text.utf8), policy: policy)
  }

  /// The same position in steps of another resolution, rounded down.
  private func step(in other: Int) throws(Refusal) -> Int {
    if other == resolution { return step }
    let product = UInt(step).multipliedFullWidth(by: UInt(other))
    guard product.high < resolution else { throw past(in: other) }
    let scaled = UInt(resolution).dividingFullWidth(product).quotient
    guard scaled <= UInt(maxStep) else { throw past(in: other) }
    return Int(scaled)
  }

  private func past(in resolution: Int) -> Refusal {
    Refusal(
      .range, "Scheduler step", value: "\(step)",
      accepted: "at most \(maxStep) with resolution \(resolution), too")
  }

}

/// A function that a text does not have.
private let unknown: StepFunction = { _ in .nan }

// MARK: - What is different

extension Differences {
  /// Of a saved scheduler from another. Both are read from their texts, which have
  /// all of it.
  fileprivate init(_ saved: Scheduler, _ here: Scheduler) throws(Refusal) {
    self.init()
    let old = try Parser.call(saved.utf8.bytes, function: unknown)
    let new = try Parser.call(here.utf8.bytes, function: unknown)
    var isReplanned = false
    for name in ["form", "resolution", "horizon", "bases"] as [StaticString] {
      compare("\(name)", "", old.value("\(name)"), new.value("\(name)"))
    }
    if case .list(let a) = old.value("schedules").form,
      case .list(let b) = new.value("schedules").form
    {
      // One stands for all groups, and with other groups there is no more to say.
      let most = max(a.count, b.count)
      for i in 0..<most where a.count == 1 || b.count == 1 || a.count == b.count {
        let wanted = b[min(i, b.count - 1)]
        let planned = peeled(a[min(i, a.count - 1)], like: wanted)
        isReplanned = isReplanned || planned.isPeeled
        compare("schedule", most == 1 ? "" : "schedules[\(i)] ", planned.literal, wanted)
      }
    }
    // With its schedule a run moves its end, too.
    if !isReplanned { compare("last", "", old.value("last"), new.value("last")) }
  }

  /// A schedule without what a run has put around it.
  private func peeled(
    _ saved: Literal, like here: Literal
  ) -> (literal: Literal, isPeeled: Bool) {
    var (literal, more) = (saved, layers(saved) - layers(here))
    let isPeeled = more > 0
    while more > 0, case .call(let call) = literal.form, let inner = call.arguments.first {
      literal = inner.value
      more -= 1
    }
    return (literal, isPeeled)
  }

  /// How many times something was put around a schedule as a run does.
  private func layers(_ literal: Literal) -> Int {
    guard case .call(let call) = literal.form, let inner = call.arguments.first,
      [CoolDown.name, Extend.name, Hold.name].contains(where: { same(call.name, $0) })
    else { return 0 }
    return 1 + layers(inner.value)
  }
}

/// Schedules of the same text are the same curve, if nothing in them calls a
/// function.
private func same(_ a: AnySchedule, _ b: AnySchedule) -> Bool {
  a.object === b.object || (!a.calls && a.utf8 == b.utf8)
}
