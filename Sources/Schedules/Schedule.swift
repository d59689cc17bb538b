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
public protocol Schedule: Composable {
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

  /// Sets places of `rates` to the rates at as many steps from `first` on, all of
  /// which it has, to the bits of one by one. False, with nothing set, for what
  /// has no better way. A composition hands parts of the range on.
  func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool

  /// Whether the rate at a step above 0 may be another than at the step before.
  func changes(at step: Int) -> Bool

  /// PyTorch's chained form: the rate at a step from the rate in force before.
  func rate(at step: Int, base: Double, current: Double) -> Double

  /// Moves the rates in force of some groups to a step, in the chained form and to
  /// the bits of one by one. False, with nothing moved, for what has no better
  /// way: a cosine or a power is the same for all of them.
  func chain(
    _ rates: inout MutableSpan<Double>, _ groups: Range<Int>, at step: Int, bases: Span<Double>
  ) -> Bool

  /// The momentum, or Adam's beta1, at a step; `base` where it drives none.
  func momentum(at step: Int, base: Double) -> Double

  /// The last step that has a rate of its own; ``maxStep`` when endless. Past
  /// it `rate` holds; ``Scheduler`` and the C interface refuse.
  var lastStep: Int { get }

  /// The schedules it is made of.
  var parts: [AnySchedule] { get }

  /// Whether this kind reacts to a metric, by itself or through its parts.
  static var reacts: Bool { get }

  /// The schedule as it is after a metric was seen at a step. It carries what
  /// it has learned, and so stays a pure value.
  ///
  /// A composition lets the part see it that is in force at the step, in its
  /// own time and with its own base rate.
  func observing(_ metric: Double, at step: Int, base: Double) -> Self
}

extension Schedule {
  public func inconsistency() -> Refusal? { nil }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { false }

  /// ``fill(_:_:from:base:)`` as a loop of the kind's own, for those whose formula
  /// costs less than the call of it.
  @inline(__always)
  func fillInline(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool {
    var rate = base
    var t = first
    for place in places {
      if t == first || changes(at: t) { rate = self.rate(at: t, base: base) }
      rates[place] = rate
      t &+= 1
    }
    return true
  }

  public func changes(at step: Int) -> Bool { true }

  public func rate(at step: Int, base: Double, current: Double) -> Double {
    rate(at: step, base: base)
  }

  public func chain(
    _ rates: inout MutableSpan<Double>, _ groups: Range<Int>, at step: Int, bases: Span<Double>
  ) -> Bool { false }

  public func momentum(at step: Int, base: Double) -> Double { base }

  public var lastStep: Int { maxStep }

  public var parts: [AnySchedule] { [] }

  public static var reacts: Bool { false }

  public func observing(_ metric: Double, at step: Int, base: Double) -> Self { self }

  /// Whether a metric can change it: it reacts to one, or a part of it does.
  public var watches: Bool { AnySchedule(self).watches }

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

  /// Throws what is wrong with its fields, one by one and together.
  func validate() throws(Refusal) {
    let checker = Checker(Self.name)
    var copy = self
    copy.describe(checker)
    if let refusal = checker.refusal ?? inconsistency() ?? overgrowth(Self.name, parts) {
      throw refusal
    }
  }
}
