/// What sentences are made of: a schedule, or an ``AnySchedule``, whose kind is
/// known only when the program runs.
public protocol Composable: Sendable {
  /// The schedule without its type.
  var erased: AnySchedule { get }
}

extension Schedule {
  public var erased: AnySchedule { AnySchedule(self) }
}

extension AnySchedule: Composable {
  public var erased: AnySchedule { self }
}

/// Compositions as methods that read as a sentence.
extension Composable {
  /// This one until a step, then another in its own time.
  public func then(_ next: some Composable, at milestone: Int) throws(Refusal) -> SequentialLR {
    try SequentialLR([erased, next.erased], milestones: [milestone])
  }

  /// This one, and another that takes its rate for the base.
  public func times(_ other: some Composable) throws(Refusal) -> ChainedScheduler {
    try ChainedScheduler([erased, other.erased])
  }

  /// The base rate until `begin`, this one until `end`, and then its last rate.
  public func between(_ begin: Int, and end: Int = maxStep) throws(Refusal) -> Window {
    try Window(erased, begin: begin, end: end)
  }

  /// From its start again every `period` steps.
  public func repeated(every period: Int) throws(Refusal) -> Loop {
    try Loop(erased, period: period)
  }

  /// From its step `steps` on.
  public func starting(at steps: Int) throws(Refusal) -> Shift {
    try Shift(erased, steps: steps)
  }

  /// Each of its steps lasts `factor` steps.
  public func stretched(
    by factor: Int, between: Stretch.Between = .stairs
  ) throws(Refusal) -> Stretch {
    try Stretch(erased, factor: factor, between: between)
  }

  /// From a step down to a floor in `steps`.
  public func cooling(
    from begin: Int, over steps: Int, tail: WarmupStableDecay.Tail = .minusSqrt,
    minRatio: Double = 0
  ) throws(Refusal) -> CoolDown {
    try CoolDown(
      erased, begin: begin, steps: steps, decayType: tail, minRatio: minRatio)
  }

  /// Longer by `steps` from a step on: it rests, or is stretched `until` a step.
  public func extended(
    from begin: Int, by steps: Int, until: Int? = nil
  ) throws(Refusal) -> Extend {
    try Extend(erased, begin: begin, steps: steps, until: until)
  }

  /// Never below a rate, never above another.
  public func clamped(
    from minimum: Double = 0, to maximum: Double? = nil
  ) throws(Refusal) -> Clamp {
    try Clamp(erased, minimum: minimum, maximum: maximum)
  }

  /// Stays where it is at a step, or at its end.
  public func held(after last: Int? = nil) throws(Refusal) -> Hold {
    try Hold(erased, last: last)
  }
}

extension Schedule {
  /// The same curve over `factor` times the steps: every length it has, and
  /// its parts have, multiplied. What counts epochs then counts steps.
  ///
  /// Throws when a length would pass 2⁵³.
  public func scaled(by factor: Int) throws(Refusal) -> AnySchedule {
    try AnySchedule(self).scaled(by: factor)
  }
}

/// Multiplies every length by a factor.
final class Scaler: Fields {
  private let owner: StaticString
  private let factor: Int
  private var refusal: Refusal?

  init(_ owner: StaticString, _ factor: Int) {
    self.owner = owner
    self.factor = factor
  }

  override var changes: Bool { true }

  override func conclusion() -> Refusal? { refusal }

  override func visit(_ field: Field, _ value: inout Int, _ accepts: Integers) {
    guard field.isLength else { return }
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    guard !overflow, accepts.contains(product) else {
      refusal =
        refusal
        ?? Refusal(
          .value, "\(owner) \(field.name)", value: "\(value) times \(factor)",
          accepted: accepts.text)
      return
    }
    value = product
  }

  override func visit(_ field: Field, _ value: inout Double, _ accepts: Reals) {
    if field.isLength { value *= Double(factor) }
  }

  override func visit(_ field: Field, _ value: inout [Int], _ accepts: Integers) {
    for i in value.indices { visit(field, &value[i], accepts) }
  }

  override func visit(_ field: Field, _ value: inout AnySchedule) {
    do throws(Refusal) {
      value = try value.scaled(by: factor)
    } catch {
      if refusal == nil { refusal = error }
    }
  }

  override func visit(_ field: Field, _ value: inout [AnySchedule]) {
    for i in value.indices { visit(field, &value[i]) }
  }
}
