/// Any schedule, by its kind's name erased.
///
/// It holds one object, which everyone who holds it shares.
public struct AnySchedule: Sendable {
  /// How deep schedules may nest.
  public static let maxDepth = 64
  /// How many schedules one may be in all, itself included.
  public static let maxSize = 1 << 16

  /// What C handles count the references of.
  package let object: Erasure

  package init(_ object: Erasure) { self.object = object }

  public init<S: Schedule>(_ schedule: S) {
    object = Erased(schedule)
    object.settle()
  }

  public var name: StaticString { object.name }

  /// The last step that has a rate of its own; ``maxStep`` when endless.
  public var lastStep: Int { object.lastStep }

  /// How deep it nests: 1 for a schedule without parts.
  public var depth: Int { object.depth }

  /// How many schedules it is in all, itself included.
  public var size: Int { object.size }

  public func rate(at step: Int, base: Double) -> Double { object.rate(at: step, base: base) }

  /// Sets places of `rates` to the rates at as many steps from `first` on, all of
  /// which it has.
  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) {
    if object.fill(&rates, places, from: first, base: base) { return }
    for place in places {
      rates[place] = rate(at: first + place - places.lowerBound, base: base)
    }
  }

  public func rate(at step: Int, base: Double, current: Double) -> Double {
    object.rate(at: step, base: base, current: current)
  }

  /// Moves the rates in force of as many groups as there are base rates to a step,
  /// in the chained form.
  public func chain(_ rates: inout MutableSpan<Double>, at step: Int, bases: Span<Double>) {
    object.chain(&rates, bases.indices, at: step, bases: bases)
  }

  public func momentum(at step: Int, base: Double) -> Double {
    object.momentum(at: step, base: base)
  }

  /// Whether a metric can change it: it reacts to one, or a part of it does.
  public var watches: Bool { object.watches }

  /// Whether it calls a function of the caller's, or a part of it does.
  public var calls: Bool { object.calls }

  /// The schedule as it is after a metric was seen at a step; itself where
  /// nothing in it watches. See ``Schedule/observing(_:at:base:)``.
  public func observing(_ metric: Double, at step: Int, base: Double) -> AnySchedule {
    AnySchedule(object.observing(metric, at: step, base: base))
  }

  /// The object for who has this value and counts no reference of their own, which
  /// takes longer than most rates do.
  @inline(__always)
  var uncounted: Unmanaged<Erasure> { .passUnretained(object) }

  /// The schedule as a visitor leaves it; itself after one that only looks.
  func visited(by visitor: Fields) throws(Refusal) -> AnySchedule {
    AnySchedule(try object.visited(by: visitor))
  }

  /// The schedule as text in PyTorch's constructor syntax.
  public var text: String { String(utf8) }

  /// ``text``, for C.
  public var utf8: UTF8Text {
    let printer = Printer(name)
    // What only looks refuses nothing.
    _ = try? visited(by: printer)
    return printer.text
  }

  /// The same curve over `factor` times the steps; see ``Schedule/scaled(by:)``.
  public func scaled(by factor: Int) throws(Refusal) -> AnySchedule {
    guard Integers.counts.contains(factor) else {
      throw Refusal(.range, "factor", value: "\(factor)", accepted: Integers.counts.text)
    }
    return try visited(by: Scaler(name, factor))
  }

  /// Throws unless every step of the range has a rate.
  public func require(_ first: Int, _ count: Int) throws(Refusal) {
    guard first >= 0, first <= maxStep else {
      throw Refusal(.range, "step", value: "\(first)", accepted: Integers.steps.text)
    }
    guard count >= 0, count <= maxStep else {
      throw Refusal(
        .range, "count", value: "\(count)", accepted: Integers(0, maxStep).text)
    }
    guard count == 0 || first + count - 1 <= lastStep else {
      throw Refusal(
        .end, "\(name) step", value: "\(max(first, lastStep + 1))",
        accepted: "0 to \(lastStep)")
    }
  }

  /// Throws unless every step of the range has a rate, and the base rate is finite.
  func require(_ steps: Range<Int>, base: Double) throws(Refusal) {
    // A range that begins below 0 may have more steps than there are integers.
    try require(steps.lowerBound, steps.lowerBound < 0 ? 0 : steps.count)
    guard base.isFinite else {
      throw Refusal(.value, "base", value: "\(base)", accepted: Reals.any.text)
    }
  }

  public func rates(_ steps: Range<Int>, base: Double) throws(Refusal) -> [Double] {
    try require(steps, base: base)
    var rates = [Double](repeating: 0, count: steps.count)
    var span = rates.mutableSpan
    fill(&span, 0..<steps.count, from: steps.lowerBound, base: base)
    return rates
  }
}

/// A schedule of a kind that only its subclass knows, which has all that is
/// compiled once a kind: as little as there can be. This one changes nothing.
package class Erasure: @unchecked Sendable {
  final let name: StaticString
  final private(set) var lastStep = maxStep
  final private(set) var depth = 1
  final private(set) var size = 1
  final private(set) var watches = false
  final private(set) var calls = false

  init(_ name: StaticString) { self.name = name }

  func rate(at step: Int, base: Double) -> Double { base }
  func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { false }
  func rate(at step: Int, base: Double, current: Double) -> Double { current }
  func chainAll(
    _ rates: inout MutableSpan<Double>, _ groups: Range<Int>, at step: Int, bases: Span<Double>
  ) -> Bool { false }
  func momentum(at step: Int, base: Double) -> Double { base }

  func described(by fields: Fields) -> Erasure { self }
  func inconsistency() -> Refusal? { nil }
  var parts: [AnySchedule] { [] }
  var ownLastStep: Int { maxStep }
  var reacts: Bool { false }
  func learned(_ metric: Double, at step: Int, base: Double) -> Erasure { self }

  /// What is asked once: nothing changes any more.
  final func settle() {
    let parts = parts
    lastStep = ownLastStep
    depth = 1 + parts.reduce(0) { max($0, $1.depth) }
    size = 1 + parts.reduce(0) { $0 + $1.size }
    watches = reacts && (parts.isEmpty || parts.contains { $0.watches })
    let finder = FunctionFinder()
    _ = described(by: finder)
    calls = !finder.found.isEmpty
  }

  /// Moves the rates in force of some groups to a step, in the chained form.
  @inline(__always)
  final func chain(
    _ rates: inout MutableSpan<Double>, _ groups: Range<Int>, at step: Int, bases: Span<Double>
  ) {
    if groups.count > 1, chainAll(&rates, groups, at: step, bases: bases) { return }
    for i in groups { rates[i] = rate(at: step, base: bases[i], current: rates[i]) }
  }

  final func observing(_ metric: Double, at step: Int, base: Double) -> Erasure {
    guard watches else { return self }
    let learned = learned(metric, at: step, base: base)
    learned.settle()
    return learned
  }

  /// Reading, printing, scaling and documenting are visitors, so that a kind
  /// is compiled for one thing, not for each.
  final func visited(by visitor: Fields) throws(Refusal) -> Erasure {
    let changed = described(by: visitor)
    guard visitor.changes else { return self }
    if let refusal = visitor.conclusion() ?? changed.inconsistency()
      ?? overgrowth(name, changed.parts)
    {
      throw refusal
    }
    changed.settle()
    return changed
  }
}

final class Erased<S: Schedule>: Erasure, @unchecked Sendable {
  private let schedule: S

  init(_ schedule: S) {
    self.schedule = schedule
    super.init(S.name)
  }

  // Compiled for size, each would first copy the schedule with an instruction
  // that takes longer than most rates do.
  @_optimize(speed)
  override func rate(at step: Int, base: Double) -> Double { schedule.rate(at: step, base: base) }

  // Compiled for size, a loop would wait at each step for the one before: the
  // conversion to Double keeps half of a register.
  @_optimize(speed)
  override func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { schedule.fill(&rates, places, from: first, base: base) }

  @_optimize(speed)
  override func rate(at step: Int, base: Double, current: Double) -> Double {
    schedule.rate(at: step, base: base, current: current)
  }

  override func chainAll(
    _ rates: inout MutableSpan<Double>, _ groups: Range<Int>, at step: Int, bases: Span<Double>
  ) -> Bool { schedule.chain(&rates, groups, at: step, bases: bases) }

  override func momentum(at step: Int, base: Double) -> Double {
    schedule.momentum(at: step, base: base)
  }

  override func described(by fields: Fields) -> Erasure {
    var copy = schedule
    copy.describe(fields)
    return fields.changes ? Erased(copy) : self
  }

  override func inconsistency() -> Refusal? { schedule.inconsistency() }
  override var parts: [AnySchedule] { schedule.parts }
  override var ownLastStep: Int { schedule.lastStep }
  override var reacts: Bool { S.reacts }

  override func learned(_ metric: Double, at step: Int, base: Double) -> Erasure {
    S.reacts ? Erased(schedule.observing(metric, at: step, base: base)) : self
  }
}

/// A refusal of parts that are too deep or too many. They may be shared, and
/// then their number doubles with each level.
func overgrowth(_ owner: StaticString, _ parts: [AnySchedule]) -> Refusal? {
  guard parts.allSatisfy({ $0.depth < AnySchedule.maxDepth }) else {
    return Refusal(.depth, "\(owner)", accepted: "\(AnySchedule.maxDepth) levels")
  }
  guard parts.reduce(1, { min($0 + $1.size, AnySchedule.maxSize + 1) }) <= AnySchedule.maxSize
  else {
    return Refusal(.depth, "\(owner)", accepted: "\(AnySchedule.maxSize) schedules in all")
  }
  return nil
}
