/// A curve from step to rate: a pure value that knows no optimizer and keeps no
/// clock.
///
/// Steps count from 0, the rate of the first training step, to ``maxStep``.
/// Adding a schedule is one file with one type, one line in ``registry``, and a
/// row in the oracle.
///
/// The type's doc comment is its page in `Bindings/docs`. Behind the prose it has
/// what the peers call it, a curve or several for its picture, and its complexity:
///
/// ```
/// - Peers:
///   - Keras `CosineDecay(lr, S, alpha)`: `CosineDecay(S, min_ratio=alpha)`. A note.
/// - Complexity: O(1)
/// - Example: `CosineDecay(90, min_ratio=0.1)` from 0.1 over 120 steps
/// ```
///
/// `Bindings/declarations.py` says more of this form.
public protocol Schedule: Sendable {
  /// With every field at its default, or at a placeholder where it has none.
  init()

  /// What its users search for, in PyTorch's spelling.
  static var name: StaticString { get }
  /// What it does, in a line.
  static var summary: StaticString { get }
  /// The closed form as a person would write it, in one line.
  static var formula: StaticString { get }
  /// Where it comes from: a paper or a peer.
  static var source: StaticString { get }

  /// Declares the fields, in PyTorch's order.
  mutating func describe(_ fields: Fields)

  /// What is wrong between fields that are right one by one.
  func inconsistency() -> Refusal?

  /// The rate at a step: closed form, O(1), exact at any step.
  func rate(at step: Int, base: Double) -> Double

  /// PyTorch's chained form: the rate at a step from the rate in force before.
  func rate(at step: Int, base: Double, current: Double) -> Double

  /// The momentum, or Adam's beta1, at a step; `base` where it drives none.
  func momentum(at step: Int, base: Double) -> Double

  /// The last step that has a rate of its own; ``maxStep`` when endless. Past
  /// it `rate` holds; ``Scheduler`` and the C interface refuse.
  var lastStep: Int { get }

  /// The schedules it is made of.
  var parts: [AnySchedule] { get }
}

extension Schedule {
  public func inconsistency() -> Refusal? { nil }

  public func rate(at step: Int, base: Double, current: Double) -> Double {
    rate(at: step, base: base)
  }

  public func momentum(at step: Int, base: Double) -> Double { base }

  public var lastStep: Int { maxStep }

  public var parts: [AnySchedule] { [] }

  /// The schedule as text in PyTorch's constructor syntax, which
  /// ``AnySchedule/parse(_:)`` reads back to the same value.
  public var text: String { AnySchedule(self).text }

  /// The rates at a range of steps.
  ///
  /// Throws when the range is not within 0 and ``lastStep``, or the base rate
  /// is not finite.
  public func rates(_ steps: Range<Int>, base: Double) throws(Refusal) -> [Double] {
    try AnySchedule(self).rates(steps, base: base)
  }

  /// What is wrong between its fields, or with how much there is in them.
  func wrong() -> Refusal? { inconsistency() ?? overgrowth(Self.name, parts) }

  /// Throws what is wrong with its fields, one by one and together.
  func validate() throws(Refusal) {
    let checker = Checker(Self.name)
    var copy = self
    copy.describe(checker)
    if let refusal = checker.refusal ?? wrong() { throw refusal }
  }
}

/// A refusal of parts that are too deep or too many. They may be shared, and
/// then their number doubles with each level.
private func overgrowth(_ owner: StaticString, _ parts: [AnySchedule]) -> Refusal? {
  guard parts.allSatisfy({ $0.depth < AnySchedule.maxDepth }) else {
    return Refusal(.depth, "\(owner)", accepted: "\(AnySchedule.maxDepth) levels")
  }
  guard parts.reduce(1, { min($0 + $1.size, AnySchedule.maxSize + 1) }) <= AnySchedule.maxSize
  else {
    return Refusal(.depth, "\(owner)", accepted: "\(AnySchedule.maxSize) schedules in all")
  }
  return nil
}

/// Any schedule, by its kind's name erased.
///
/// A class, so that one object is shared by everyone who holds it: C handles
/// count its references.
public final class AnySchedule: Sendable {
  /// How deep schedules may nest.
  public static let maxDepth = 64
  /// How many schedules one may be in all, itself included.
  public static let maxSize = 1 << 16

  public let name: StaticString
  public let lastStep: Int
  /// How deep it nests: 1 for a schedule without parts.
  public let depth: Int
  /// How many schedules it is in all, itself included.
  public let size: Int

  private let closed: @Sendable (Int, Double) -> Double
  private let chained: @Sendable (Int, Double, Double) -> Double
  private let moment: @Sendable (Int, Double) -> Double
  private let visit: @Sendable (Fields) throws(Refusal) -> AnySchedule?

  public convenience init<S: Schedule>(_ schedule: S) {
    self.init(
      name: S.name, lastStep: schedule.lastStep, parts: schedule.parts,
      closed: { schedule.rate(at: $0, base: $1) },
      chained: { schedule.rate(at: $0, base: $1, current: $2) },
      moment: { schedule.momentum(at: $0, base: $1) },
      visit: { (visitor) throws(Refusal) in
        var copy = schedule
        copy.describe(visitor)
        guard visitor.changes else { return nil }
        if let refusal = visitor.conclusion() ?? copy.wrong() { throw refusal }
        return AnySchedule(copy)
      })
  }

  // Embedded Swift has no generic designated initialiser.
  private init(
    name: StaticString, lastStep: Int, parts: [AnySchedule],
    closed: @escaping @Sendable (Int, Double) -> Double,
    chained: @escaping @Sendable (Int, Double, Double) -> Double,
    moment: @escaping @Sendable (Int, Double) -> Double,
    visit: @escaping @Sendable (Fields) throws(Refusal) -> AnySchedule?
  ) {
    self.name = name
    self.lastStep = lastStep
    depth = 1 + parts.reduce(0) { max($0, $1.depth) }
    size = 1 + parts.reduce(0) { $0 + $1.size }
    self.closed = closed
    self.chained = chained
    self.moment = moment
    self.visit = visit
  }

  public func rate(at step: Int, base: Double) -> Double { closed(step, base) }

  public func rate(at step: Int, base: Double, current: Double) -> Double {
    chained(step, base, current)
  }

  public func momentum(at step: Int, base: Double) -> Double { moment(step, base) }

  /// The schedule as a visitor leaves it; itself after one that only looks.
  ///
  /// Reading, printing, scaling and documenting are visitors, so that each kind
  /// is compiled for one thing, not for each.
  func visited(by visitor: Fields) throws(Refusal) -> AnySchedule { try visit(visitor) ?? self }

  /// The schedule as text in PyTorch's constructor syntax.
  public var text: String {
    let printer = Printer(name)
    // What only looks refuses nothing.
    _ = try? visit(printer)
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

  public func rates(_ steps: Range<Int>, base: Double) throws(Refusal) -> [Double] {
    try require(steps.lowerBound, steps.count)
    guard base.isFinite else {
      throw Refusal(.value, "base", value: "\(base)", accepted: Reals.any.text)
    }
    return steps.map { closed($0, base) }
  }
}
