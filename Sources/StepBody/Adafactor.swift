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
      ? .update(.adafactorUpdate(vector(step, gauged)))
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
    let plain = AdafactorStep(
      shrink: 1 - lr * weightDecay, advance: maximize ? -advance : advance)
    return gauged.isVector
      ? .adafactorVector(AdafactorVectorStep(update: vector(step, gauged), plain: plain))
      : .adafactor(plain)
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

/// The mean square, and in the place of the parameter its update of a rate of 1.
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

/// The move of a parameter by its gradient and what that is multiplied by, which is
/// in the place of a state.
@frozen
public struct AdafactorStep: LaneStep {
  @usableFromInline let shrink, advance: Double

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ factor: inout L, _: inout L, _: inout L, _: inout L
  ) {
    p = p * L(shrink) - g * factor * L(advance)
  }
}

@frozen
public struct AdafactorVectorStep: LaneStep {
  @usableFromInline let update: AdafactorUpdateStep
  @usableFromInline let plain: AdafactorStep

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ v: inout L, _ b: inout L, _ c: inout L, _ d: inout L
  ) {
    var u = g
    update.apply(&u, g, &v, &b, &c, &d)
    p = p * L(plain.shrink) - u * L(plain.advance)
  }
}

/// The factors of a row's elements, from those of columns: the smaller of their
/// product and `most`.
@frozen
public struct FactorStep: LaneStep {
  @usableFromInline let row, most: Double

  public init(row: Double, most: Double) {
    self.row = row
    self.most = most
  }

  @inlinable public static var states: Int { 0 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ column: L, _: inout L, _: inout L, _: inout L, _: inout L
  ) {
    p = L.smaller(column * L(row), L(most))
  }
}

/// The product with a gradient.
@frozen
public struct ProductStep: LaneStep {
  public init() {}

  @inlinable public static var states: Int { 0 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _: inout L, _: inout L, _: inout L, _: inout L
  ) {
    p = p * g
  }
}
