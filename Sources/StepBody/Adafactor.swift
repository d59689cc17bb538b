import Platform
import Schedules

/// Steps by the gradient's mean squares, of which a matrix keeps those of its rows
/// and of its columns alone.
///
/// ```
/// R ← R + w · (mean of g² over a row − R),   C alike of columns,   w = t^beta2Decay
/// v ← R · C / max(mean of R, eps1);   of a vector v ← v + w · (g² − v)
/// u ← g / max(√v, eps1),   u ← u / max(1, rms(u) / d)
/// p ← p − lr · weightDecay · p − max(eps2, rms(p)) · min(lr, 1 / √t) · u
/// ```
///
/// With the rms of p before it decays, and g negated first under `maximize`. Of more dimensions than two the last two are a matrix, each on
/// its own but for the rms.
///
/// Source: Shazeer and Stern, [Adafactor: Adaptive Learning Rates with Sublinear
/// Memory Cost](https://arxiv.org/abs/1804.04235); PyTorch's `Adafactor`.
public struct Adafactor: Optimizer {
  /// The largest rate, of steps in lengths of the parameter.
  public var lr = 1e-2
  /// The power of t that is taken in at step t, so 0 remembers nothing.
  public var beta2Decay = -0.8
  /// The least root of a mean square; below 0 for what lies between 1 and the next
  /// number of the parameter's type.
  public var eps1 = -1.0
  /// The least rms of the parameter.
  public var eps2 = 1e-3
  /// The largest rms of an update.
  public var d = 1.0
  /// What the parameter loses of itself, times lr.
  public var weightDecay = 0.0
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Without the first of `eps` it is the parameter's type's own. Throws when a
  /// setting is out of its range.
  public init(
    lr: Double = 1e-2, beta2Decay: Double = -0.8, eps: (Double?, Double) = (nil, 1e-3),
    d: Double = 1, weightDecay: Double = 0, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.beta2Decay = beta2Decay
    (eps1, eps2) = (eps.0 ?? -1, eps.1)
    self.d = d
    self.weightDecay = weightDecay
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "Adafactor" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta2_decay", &beta2Decay, Reals(-.infinity, 0))
    declaration.real("eps1", &eps1, .any)
    declaration.real("eps2", &eps2)
    declaration.real("d", &d, Reals(1, .infinity))
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("maximize", &maximize)
    declaration.state("row_var", of: .rows, "of matrices, one a row: n / columns")
    declaration.state("col_var", of: .columns, "of matrices, one a column: n / rows")
    declaration.state("variance", of: .vector, "of a vector")
    declaration.shapes(.any)
  }

  /// What is taken in at a step.
  private func weight(_ step: Int) -> Double { pow(Double(step), beta2Decay) }

  private func eps(_ gauged: Gauged) -> Double { eps1 < 0 ? gauged.epsilon : eps1 }

  public func gauge(_ step: Int, _ gauged: Gauged) -> Gauge? {
    gauged.isVector
      ? .update(.adafactor(vector(step, gauged)))
      : .factored(Factoring(weight: weight(step), eps: eps(gauged)))
  }

  private func vector(_ step: Int, _ gauged: Gauged) -> AdafactorUpdateStep {
    AdafactorUpdateStep(
      lerp: Lerp(weight: weight(step)), least: eps(gauged) * eps(gauged))
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let gauged = Gauged(scalars)
    // What is no number is no larger than anything, as in PyTorch.
    func larger(_ x: Double, _ least: Double) -> Double { x > least ? x : least }
    let length = larger(gauged.length / gauged.count.squareRoot(), eps2)
    let clip = larger(gauged.update / (gauged.count.squareRoot() * d), 1)
    let advance = length * min(lr, 1 / Double(step).squareRoot()) / clip
    let move = AdafactorMove(
      shrink: 1 - lr * weightDecay, advance: maximize ? -advance : advance)
    return gauged.isVector
      ? .adafactorVector(AdafactorVectorStep(update: vector(step, gauged), move: move))
      : .adafactor(AdafactorStep(factor: Factor(row: 1, most: .infinity), move: move))
  }
}

/// What becomes of the means of squares: what is taken into them, and the least
/// root of one.
public struct Factoring: Sendable {
  public let lerp: Lerp
  public let eps: Double

  init(weight: Double, eps: Double) {
    lerp = Lerp(weight: weight)
    self.eps = eps
  }
}

/// In the place of the parameter of a vector its update of a rate of 1.
@frozen
public struct AdafactorUpdateStep: LaneStep {
  @usableFromInline let lerp: Lerp
  @usableFromInline let least: Double

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ v: inout L, _: inout L, _: inout L, _: inout L
  ) {
    v = lerp(v, g * g)
    p = g * (L(1) / L.squareRoot(of: L.larger(v, L(least))))
  }
}

/// How far a parameter goes by its update, and what is left of it first.
@frozen
public struct AdafactorMove: Sendable {
  @usableFromInline let shrink, advance: Double

  @inlinable @inline(__always)
  func callAsFunction<L: Lane>(_ p: L, _ u: L) -> L { p * L(shrink) - u * L(advance) }
}

@frozen
public struct AdafactorVectorStep: LaneStep {
  @usableFromInline let update: AdafactorUpdateStep
  @usableFromInline let move: AdafactorMove

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ v: inout L, _ b: inout L, _ c: inout L, _ d: inout L
  ) {
    var u = g
    update.apply(&u, g, &v, &b, &c, &d)
    p = move(p, u)
  }
}

/// What elements of a row of a matrix are multiplied by, from what those of its
/// columns are: the smaller of the product and `most`.
@frozen
public struct Factor: Sendable {
  @usableFromInline let row, most: Double

  public init(row: Double, most: Double) {
    self.row = row
    self.most = most
  }

  @inlinable @inline(__always)
  func callAsFunction<L: Lane>(_ column: L) -> L { L.smaller(column * L(row), L(most)) }
}

/// In the place of the parameter of a matrix its update of a rate of 1. The factors of
/// columns are in the place of a state.
@frozen
public struct FactoredUpdateStep: LaneStep {
  @usableFromInline let factor: Factor

  public init(factor: Factor) { self.factor = factor }

  @inlinable public static var states: Int { 1 }
  @inlinable public static var kept: Int { 0 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ column: inout L, _: inout L, _: inout L, _: inout L
  ) {
    p = g * factor(column)
  }
}

@frozen
public struct AdafactorStep: LaneStep {
  @usableFromInline var factor: Factor
  @usableFromInline let move: AdafactorMove

  @inlinable public static var states: Int { 1 }
  @inlinable public static var kept: Int { 0 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ column: inout L, _: inout L, _: inout L, _: inout L
  ) {
    p = move(p, g * factor(column))
  }
}

extension Body {
  /// The same of a row of a matrix.
  public func taking(_ factor: Factor) -> Body {
    guard case .adafactor(var step) = self else { return self }
    step.factor = factor
    return .adafactor(step)
  }
}
