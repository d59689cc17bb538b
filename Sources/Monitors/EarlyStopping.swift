import Schedules

/// Says when to stop: is fed observations, and answers each with a verdict and its
/// reason. It touches no model, no file and no clock.
///
/// ```swift
/// var stopper = try EarlyStopping(patience: 3)
/// if try stopper.observe(loss) == .stop { break }
/// ```
///
/// What the user sets is a rule, or several that are joined, and fixed at the start;
/// what it learns is read-only. A value, so its checkpoint is a copy.
public struct EarlyStopping: Sendable {
  /// Which way is better.
  public typealias Mode = MetricMode
  public typealias Verdict = Monitors.Verdict

  /// What becomes of a state that was saved with other settings.
  public typealias Policy = Scheduler.Policy

  private var rule: AnyRule
  private var now = Observation()
  private var wanted: Metrics
  // Which of them an observation that is being made has.
  private var given: [Bool]
  /// Observations so far.
  public private(set) var observed = 0
  // The epoch of the last observation; -1 before the first.
  private var epoch = -1

  /// Throws unless the rule's settings are in their ranges.
  public init(_ rule: some StoppingRule) throws(Refusal) { try self.init(Erased(rule)) }

  private init(_ rule: AnyRule) throws(Refusal) {
    try rule.validate()
    self.init(valid: rule)
  }

  private init(valid rule: AnyRule) {
    wanted = Metrics()
    rule.bind(&wanted)
    self.rule = rule
    now.metrics = [Double](repeating: .nan, count: wanted.names.count)
    given = [Bool](repeating: false, count: wanted.names.count)
  }

  /// Stops after `patience` observations in a row with no new best. Throws unless
  /// patience is 0 to 2⁵³ and minDelta finite and at least 0.
  public init(patience: Int, minDelta: Double = 0, mode: Mode = .min) throws(Refusal) {
    try self.init(Patience(patience, minDelta: minDelta, mode: mode))
  }

  /// From a rule as text: `Any([Patience(3, monitor='val_loss'), Budget(epochs=50)])`.
  public init(parsing text: String) throws(Refusal) { try self.init(parsing: Array(text.utf8)) }

  /// From a rule's text in bytes, whatever they are.
  public init(parsing text: [UInt8]) throws(Refusal) { try self.init(Parser.call(text)) }

  /// From a rule by its name and fields.
  public init(_ call: Call) throws(Refusal) { self.init(valid: try makeRule(call)) }

  /// Stops when any of them would: their rules, with nothing seen.
  public static func any(_ stoppers: [EarlyStopping]) throws(Refusal) -> EarlyStopping {
    try join(.any, stoppers)
  }

  /// Stops when all of them would, at the same observation.
  public static func all(_ stoppers: [EarlyStopping]) throws(Refusal) -> EarlyStopping {
    try join(.all, stoppers)
  }

  /// One after another: stops when the last would, which begins when the one before
  /// it has stopped.
  public static func sequence(_ stoppers: [EarlyStopping]) throws(Refusal) -> EarlyStopping {
    try join(.sequence, stoppers)
  }

  private static func join(
    _ how: Joint.How, _ stoppers: [EarlyStopping]
  ) throws(Refusal) -> EarlyStopping {
    let texts = stoppers.map { $0.settings }
    return try EarlyStopping(
      parsing: ("\(Joint.about(how).name)([\(.list(texts.count) { texts[$0] })])" as UTF8Text)
        .bytes)
  }

  // MARK: Observing

  /// The metrics that its rules ask for, in the order in which they do; "" for the
  /// only one there is.
  public var metrics: [UTF8Text] { wanted.names }

  /// Records one observation and says what it means.
  ///
  /// Throws, with nothing changed, what a rule refuses or misses: a NaN by the policy
  /// `raise`, more than one metric, steps or seconds where something counts those.
  ///
  /// - Parameters:
  ///   - step: Steps done, 0 to 2⁵³.
  ///   - epoch: The epoch that it ends, counted from 0; if absent, the one after the
  ///     last observation's.
  ///   - seconds: Since the run began; finite, at least 0.
  /// - Complexity: O(1), or O(window) for a median, a best of the last or a slope.
  @discardableResult
  public mutating func observe(
    _ metric: Double, step: Int? = nil, epoch: Int? = nil, seconds: Double? = nil
  ) throws(Refusal) -> Verdict {
    guard now.metrics.count <= 1 else { throw lacks(1) }
    if !now.metrics.isEmpty { now.metrics[0] = metric }
    return try observe(step, epoch, seconds)
  }

  /// The same of metrics by their names. Those that no rule asks for are ignored.
  @discardableResult
  public mutating func observe(
    _ metrics: [(name: UTF8Text, value: Double)], step: Int? = nil, epoch: Int? = nil,
    seconds: Double? = nil
  ) throws(Refusal) -> Verdict {
    var others = begin()
    for metric in metrics {
      try metric.name.bytes.withUnsafeBufferPointer { (name) throws(Refusal) in
        try note(name, metric.value, &others)
      }
    }
    return try finish(others, step: step, epoch: epoch, seconds: seconds)
  }

  // In pieces, for those whose metrics are no array of Swift's.

  /// Begins an observation; returns how many metrics that no rule names were noted.
  package mutating func begin() -> Int {
    for i in given.indices { given[i] = false }
    return 0
  }

  /// Notes a metric of the observation that was begun.
  package mutating func note(
    _ name: UnsafeBufferPointer<UInt8>, _ value: Double, _ others: inout Int
  ) throws(Refusal) {
    var blank: Int?
    for i in given.indices {
      let known = wanted.names[i].bytes
      if known.isEmpty { blank = i }
      guard !known.isEmpty, known.elementsEqual(name) else { continue }
      guard !given[i] else {
        throw Refusal(.twice, "metric \(wanted.names[i])", accepted: "one value")
      }
      now.metrics[i] = value
      given[i] = true
      return
    }
    // Without a name it is the only one, whatever the rules call it.
    if name.isEmpty, given.count == 1, !given[0] {
      now.metrics[0] = value
      given[0] = true
      return
    }
    // Where the only metric has no name in the rules, any will do.
    others += 1
    if let blank {
      now.metrics[blank] = value
      given[blank] = true
    }
  }

  /// Makes the observation that was begun.
  package mutating func finish(
    _ others: Int, step: Int?, epoch: Int?, seconds: Double?
  ) throws(Refusal) -> Verdict {
    for i in given.indices where !given[i] { throw lacks(i) }
    if others > 1, wanted.names.contains(where: { $0.isEmpty }) {
      throw Refusal(
        .missing, "EarlyStopping monitor", accepted: "the name of one of the \(others) metrics")
    }
    return try observe(step, epoch, seconds)
  }

  private func lacks(_ place: Int) -> Refusal {
    let name = wanted.names[place]
    return Refusal(
      .missing, name.isEmpty ? "metric" : "metric \(name)", accepted: "an observation that has it")
  }

  private mutating func observe(
    _ step: Int?, _ epoch: Int?, _ seconds: Double?
  ) throws(Refusal) -> Verdict {
    if let step, !Integers.steps.contains(step) {
      throw Refusal(.range, "step", value: "\(step)", accepted: Integers.steps.text)
    }
    if let epoch, !Integers.steps.contains(epoch) {
      throw Refusal(.range, "epoch", value: "\(epoch)", accepted: Integers.steps.text)
    }
    if let seconds, !Reals.notNegative.contains(seconds) {
      throw Refusal(.range, "seconds", value: "\(seconds)", accepted: Reals.notNegative.text)
    }
    now.index = min(observed, maxStep - 1)
    now.step = step
    now.epoch = epoch ?? min(self.epoch, maxStep - 1) + 1
    now.seconds = seconds
    if let refusal = uncounted._withUnsafeGuaranteedRef({ $0.refusal(of: now) }) { throw refusal }
    // Another value may have the same rule.
    if !isKnownUniquelyReferenced(&rule) { rule = rule.copy() }
    observed = now.index + 1
    self.epoch = now.epoch
    return uncounted._withUnsafeGuaranteedRef { $0.observe(now) }
  }

  /// The rule for who has this value and counts no reference of their own.
  @inline(__always)
  private var uncounted: Unmanaged<AnyRule> { .passUnretained(rule) }

  // MARK: What it has seen

  /// How far the first rule is that has a best; `nil` where none has.
  public var watch: Watch? { rule.watch }

  /// The best so far; the worst there is before the first.
  public var best: Double { watch?.best.value ?? .nan }

  /// The observation that was best, counted from 0; `nil` before the first.
  public var bestAt: Int? { watch?.best.index }

  /// Whether the last observation was the best so far: keep these weights. It may be
  /// while the verdict is to wait, where small gains do not count, or to stop.
  public var isBest: Bool { observed > 0 && bestAt == observed - 1 }

  /// Observations since the best that count.
  public var waited: Int { watch?.waited ?? 0 }

  /// Why the last observation meant what it meant.
  public var reason: Reason { rule.reason }

  /// The same as a sentence: "stop: the metric is 0.5, no new best for 3 of 3
  /// evaluations; the best is 0.25 at observation 3".
  public var why: String { String(sentence) }

  /// ``why``, for C.
  public var sentence: UTF8Text { rule.why }

  /// Its rule as text, which ``init(parsing:)-(String)`` reads.
  public var rules: String { String(settings) }

  /// ``rules``, for C.
  public var settings: UTF8Text { rule.text }
}

// MARK: - Saved as text

extension EarlyStopping {
  /// Settings and all it has seen, on one line; numbers round-trip exactly.
  public var text: String { String(utf8) }

  /// ``text``, for C.
  public var utf8: UTF8Text {
    "EarlyStopping(version=2, rule=\(settings), observed=\(observed), epoch=\(epoch), seen=[\(reals: rule.memory)])"
  }

  /// What ``text`` gave.
  public init(restoring text: String) throws(Refusal) {
    try self.init(restoring: Array(text.utf8))
  }

  /// What ``text`` gave, from bytes, whatever they are.
  public init(restoring text: [UInt8]) throws(Refusal) {
    let state = try State(
      "EarlyStopping", version: 2,
      [
        "rule", "observed", "epoch", "seen", "mode", "patience", "min_delta", "best", "best_at",
        "waited",
      ], text)
    guard state.has("rule") else {
      self = try Self.first(state)
      return
    }
    try self.init(state, rule: makeRule(state.call("rule")))
  }

  /// What a state has seen, with a rule that is its own or another.
  private init(_ state: State, rule: AnyRule) throws(Refusal) {
    let observed = try state.integer("observed", .steps)
    let epoch = try state.integer("epoch", Integers(-1, maxStep))
    try rule.recall(state.reals("seen"), after: observed)
    self.init(valid: rule)
    self.observed = observed
    self.epoch = epoch
  }

  /// A state of version 1, which had one rule.
  private static func first(_ state: State) throws(Refusal) -> EarlyStopping {
    let rule = Patience(
      try state.integer("patience", .steps), minDelta: try state.real("min_delta"),
      mode: try state.word("mode"))
    try Erased(rule).validate()
    let observed = try state.integer("observed", .steps)
    let bestAt = try state.integer("best_at", Integers(-1, observed - 1))
    // The one follows from the other two; a text in which it does not was not
    // saved but made.
    let since = observed - 1 - bestAt
    let waited = try state.integer(
      "waited", bestAt < 0 ? Integers(observed, observed) : Integers(since, since))
    let best = try state.real("best")
    let worst = rule.mode.worst
    guard bestAt < 0 ? best == worst : !best.isNaN && best != worst else {
      throw Refusal(
        .state, "EarlyStopping best", value: "\(best)",
        accepted: bestAt < 0 ? "\(worst), as nothing was best yet" : "what an observation can be")
    }
    var stopper = EarlyStopping(
      valid: Erased(rule.resumed(best, at: bestAt, seen: observed, waited: waited)))
    stopper.observed = observed
    stopper.epoch = observed - 1
    return stopper
  }

  /// Takes a saved state over. Throws when the text is none, and then, and when
  /// `policy` refuses it, nothing has changed.
  ///
  /// With `error` the rules must be the same. With `keep` they stay what they are
  /// here, and take over what was learned: another patience holds from now on. They
  /// must be of the same kinds. With `restore` all is taken.
  public mutating func load(_ text: String, policy: Policy = .error) throws(Refusal) {
    try load(Array(text.utf8), policy: policy)
  }

  /// The same from bytes, whatever they are.
  public mutating func load(_ text: [UInt8], policy: Policy = .error) throws(Refusal) {
    let saved = try EarlyStopping(restoring: text)
    if policy == .restore { return self = saved }
    var differences = Differences()
    differences.compare(
      "rule", "", Literal(.call(try Parser.call(saved.settings.bytes))),
      Literal(.call(try Parser.call(settings.bytes))))
    if differences.text.isEmpty { return self = saved }
    guard policy == .keep else {
      throw Refusal(
        .state, "EarlyStopping with \(differences.text)",
        accepted: "a state of the same rules, or the policy 'keep' or 'restore'")
    }
    guard rule.hasShape(of: saved.rule) else {
      throw Refusal(
        .state, "EarlyStopping with \(differences.text)",
        accepted: "a state of rules of the same kinds and modes, or the policy 'restore'")
    }
    let kept = try makeRule(Parser.call(settings.bytes))
    try kept.recall(saved.rule.memory, after: saved.observed)
    var new = EarlyStopping(valid: kept)
    (new.observed, new.epoch) = (saved.observed, saved.epoch)
    self = new
  }
}
