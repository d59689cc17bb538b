import Platform
import Schedules

/// Adam for gradients that have some rows of a parameter only: the others, and
/// their moments, stay as they are.
///
/// ```
/// m ← m + (1 − beta1) · (g − m),   v ← v + (1 − beta2) · (g² − v)
/// p ← p − lr · √(1 − beta2ᵗ) / (1 − beta1ᵗ) · m / (√v + eps)
/// ```
///
/// With g negated first under `maximize`. t counts the parameter's steps, not the
/// row's.
///
/// Source: Kingma and Ba, [Adam: A Method for Stochastic
/// Optimization](https://arxiv.org/abs/1412.6980); PyTorch's `SparseAdam`.
public struct SparseAdam: Optimizer {
  /// The learning rate.
  public var lr = 1e-3
  /// What m keeps at each step.
  public var beta1 = 0.9
  /// What v keeps at each step.
  public var beta2 = 0.999
  /// Keeps the denominator from 0.
  public var eps = 1e-8
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.eps = eps
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "SparseAdam" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("beta2", &beta2, .decay)
    declaration.real("eps", &eps)
    declaration.flag("maximize", &maximize)
    declaration.state("exp_avg")
    declaration.state("exp_avg_sq")
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let t = Double(step)
    return .sparseAdam(
      SparseAdamStep(
        sign: maximize ? -1 : 1, take1: 1 - beta1, take2: 1 - beta2,
        advance: lr * (1 - pow(beta2, t)).squareRoot() / (1 - pow(beta1, t)), epsilon: eps))
  }
}

@frozen
public struct SparseAdamStep: LaneStep {
  @usableFromInline let sign, take1, take2, advance, epsilon: Double

  @inlinable public static var states: Int { 2 }

  /// Both averages go by differences, so that what is infinite becomes NaN, as
  /// PyTorch's does.
  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ v: inout L, _: inout L, _: inout L
  ) {
    let g = g * L(sign)
    m = m + (g - m) * L(take1)
    v = v + (g * g - v) * L(take2)
    p = p - m * L(advance) / (L.squareRoot(of: v) + L(epsilon))
  }
}
