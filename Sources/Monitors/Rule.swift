import Schedules

/// What an observation means.
public enum Verdict: Int32, Sendable {
  /// A new best: keep these weights.
  case improved = 1
  /// Not better, and no reason to stop.
  case waiting = 2
  /// Stop. Whether it was a new best, too, ``EarlyStopping/isBest`` says.
  case stop = 3
}

/// Why a rule said what it said.
public enum Reason: Int, Sendable {
  case none = 0
  /// A new best.
  case improved = 1
  /// Patience, or what else the rule waits for, is left.
  case patienceLeft = 2
  /// Before `start_from`.
  case early = 3
  /// Not finite, and ignored.
  case ignored = 4
  /// It would stop, but for `min_epochs` or `min_steps`.
  case held = 5
  /// Patience is out, but the rate has not fallen often enough.
  case reductionsLeft = 6
  case patience = 7
  /// Not finite.
  case notFinite = 8
  case stoppingThreshold = 9
  case divergenceThreshold = 10
  /// `must_reach` was not reached in time.
  case deadline = 11
  /// A budget is used up.
  case budget = 12
  /// A criterion of Prechelt's.
  case generalization = 13
  /// The slope is no longer sure to be one of improvement.
  case slope = 14

  /// Whether it is one to stop.
  public var isStop: Bool { rawValue >= Reason.patience.rawValue }

  func remember(_ fields: Fields) -> Reason {
    var number = rawValue
    fields.memory(&number)
    return Reason(rawValue: number) ?? .none
  }
}

/// What is seen at one time: the metrics by their places, and where the run is.
public struct Observation: Sendable {
  /// Which it is, counted from 0.
  public internal(set) var index = 0
  public internal(set) var metrics: [Double] = []
  /// Steps done, where the caller has said.
  public internal(set) var step: Int?
  /// The epoch it ends, counted from 0.
  public internal(set) var epoch = 0
  /// Since the run began, where the caller has said.
  public internal(set) var seconds: Double?
}

/// The metrics that rules ask for, each once.
public struct Metrics: Sendable {
  public private(set) var names: [UTF8Text] = []

  /// The place of a metric; "" is the only one there is.
  public mutating func place(of name: UTF8Text) -> Int {
    if let known = names.firstIndex(of: name) { return known }
    names.append(name)
    return names.count - 1
  }
}

/// The best that was seen, and where.
public struct Best: Sendable {
  public internal(set) var value: Double
  /// The observation, counted from 0; `nil` before the first best.
  public internal(set) var index: Int?
  public internal(set) var epoch = 0
  /// Steps done, where the caller has said.
  public internal(set) var step: Int?

  init(_ value: Double) { self.value = value }

  mutating func take(_ value: Double, _ now: Observation) {
    self.value = value
    index = now.index
    epoch = now.epoch
    step = now.step
  }

  mutating func remember(_ fields: Fields) {
    fields.memory(&value)
    fields.memory(absent: &index)
    fields.memory(&epoch)
    fields.memory(absent: &step)
  }

  /// "0.25 at observation 3".
  var text: UTF8Text { "\(readable(value)) at observation \(index ?? 0)" }
}

extension Fields {
  /// A count that may be absent, kept as one more.
  func memory(absent count: inout Int?) {
    var number = count.map { min($0, maxStep - 1) + 1 } ?? 0
    memory(&number)
    count = number == 0 ? nil : number - 1
  }

  func memory(flag: inout Bool) {
    var number = flag ? 1 : 0
    memory(&number)
    flag = number != 0
  }
}

/// How far a rule is.
public struct Watch: Sendable {
  public internal(set) var best: Best
  /// Which way is better.
  public internal(set) var mode: MetricMode
  /// Observations since the best that count.
  public internal(set) var waited: Int
  /// What has gone by since the best, in the unit of `patience`.
  public internal(set) var spent: Double
  /// What may go by.
  public internal(set) var patience: Double
}

/// A rule that says when to stop: what it is told is `var`, what it learns is its
/// own.
///
/// Adding a rule is one file with one type and one line in ``rules``.
public protocol StoppingRule: Sendable {
  static var about: About { get }

  mutating func describe(_ fields: Fields)

  /// What is wrong between fields that are right one by one.
  func inconsistency() -> Refusal?

  /// Finds the metrics it asks for.
  mutating func bind(_ metrics: inout Metrics)

  /// What an observation lacks, before anyone has seen it. Changes nothing, but who may
  /// change is called in place, and not copied for it.
  mutating func refusal(of now: Observation) -> Refusal?

  mutating func observe(_ now: Observation) -> Verdict

  /// Whether there is a best to it.
  static var hasBest: Bool { get }

  /// How far it is; `nil` for what has no best.
  var watch: Watch? { get }

  var reason: Reason { get }

  /// Why it said what it said, as a person would.
  var why: UTF8Text { get }

  /// Which way is better, where that is a setting.
  var way: MetricMode? { get }

  /// Whether what it has learned can have come from so many observations.
  func isPossible(after observed: Int) -> Bool

  /// A copy that shares nothing.
  func copied() -> Self
}

extension StoppingRule {
  public func inconsistency() -> Refusal? { nil }
  public mutating func refusal(of now: Observation) -> Refusal? { nil }
  public func isPossible(after observed: Int) -> Bool {
    guard let watch else { return true }
    return (watch.best.index ?? -1) < observed && watch.waited <= observed
  }
  public static var hasBest: Bool { true }
  public var way: MetricMode? { nil }
  public func copied() -> Self { self }
}

/// A rule's name, what it does in a line, its formula, and where it comes from.
public struct About: Sendable {
  public let name: StaticString
  public let summary: StaticString
  public let formula: StaticString
  public let source: StaticString
}

/// A rule of a kind that only its subclass knows.
class AnyRule: Part, @unchecked Sendable {
  func inconsistency() -> Refusal? { nil }
  func bind(_ metrics: inout Metrics) {}
  func refusal(of now: Observation) -> Refusal? { nil }
  func observe(_ now: Observation) -> Verdict { .waiting }
  var hasBest: Bool { false }
  var watch: Watch? { nil }
  var reason: Reason { .none }
  var why: UTF8Text { UTF8Text() }
  var isStopping: Bool { reason.isStop }
  func isPossible(after observed: Int) -> Bool { true }
  func copy() -> AnyRule { self }

  /// Settings, as ``makeRule(_:)`` reads them.
  final var text: UTF8Text {
    let printer = Printer(name)
    describe(printer)
    return printer.text
  }

  /// What it has learned.
  final var memory: [Double] {
    let recorder = Recorder()
    describe(recorder)
    return recorder.numbers
  }

  /// Learns what another has learned.
  final func recall(_ numbers: [Double], after observed: Int) throws(Refusal) {
    let recaller = Recaller("EarlyStopping", numbers)
    describe(recaller)
    try recaller.finish()
    guard isPossible(after: observed) else {
      throw Refusal(
        .state, "EarlyStopping seen", accepted: "what \(observed) observations can have left")
    }
  }

  /// Whether what another has learned means the same here: both are of the same kind,
  /// look the same way, and so are their parts.
  func hasShape(of other: AnyRule) -> Bool { same(name, other.name) && way == other.way }

  /// Which way is better, where that is a setting.
  var way: MetricMode? { nil }

  /// Throws what is wrong with its fields, one by one and together.
  final func validate() throws(Refusal) {
    let checker = Checker(name)
    describe(checker)
    if let refusal = checker.refusal ?? inconsistency() { throw refusal }
  }
}

final class Erased<R: StoppingRule>: AnyRule, @unchecked Sendable {
  // Written by who has it alone.
  @exclusivity(unchecked) private var rule: R

  init(_ rule: R) {
    self.rule = rule
    super.init(R.about.name)
  }

  override func describe(_ fields: Fields) { rule.describe(fields) }
  override func inconsistency() -> Refusal? { rule.inconsistency() }
  override func bind(_ metrics: inout Metrics) { rule.bind(&metrics) }
  override func refusal(of now: Observation) -> Refusal? { rule.refusal(of: now) }
  override func observe(_ now: Observation) -> Verdict { rule.observe(now) }
  override var hasBest: Bool { R.hasBest }
  override var watch: Watch? { rule.watch }
  override var reason: Reason { rule.reason }
  override var way: MetricMode? { rule.way }
  override var why: UTF8Text { rule.why }
  override func isPossible(after observed: Int) -> Bool { rule.isPossible(after: observed) }
  override func copy() -> AnyRule { Erased(rule.copied()) }
}
