import Schedules

/// Steps of lr at most, by a momentum over an estimate of the curvature.
///
/// ```
/// p ← p · (1 − lr · weightDecay)
/// m ← beta1 · m + (1 − beta1) · g
/// p ← p − lr · sign(m) · min(|m| / (rho · batch · h + 1e-15), 1)
/// ```
///
/// h, the diagonal of the Hessian, is the caller's to keep: every few steps
/// `Average` takes in a new estimate of it. With g negated first under `maximize`.
///
/// Source: Liu et al., [Sophia: A Scalable Stochastic Second-order Optimizer for
/// Language Model Pre-training](https://arxiv.org/abs/2305.14342).
public struct Sophia: Optimizer {
  /// The learning rate.
  public var lr = 1e-4
  /// What m keeps at each step.
  public var beta1 = 0.965
  /// How far the curvature is trusted.
  public var rho = 0.04
  /// What h is multiplied by: tokens in a batch, for a mean over them.
  public var batch = 1.0
  /// What of the parameter a step of rate 1 would take away.
  public var weightDecay = 1e-1
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-4, beta1: Double = 0.965, rho: Double = 0.04, batch: Double = 1,
    weightDecay: Double = 1e-1, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.beta1 = beta1
    self.rho = rho
    self.batch = batch
    self.weightDecay = weightDecay
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "Sophia" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("rho", &rho)
    declaration.real("batch", &batch)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("maximize", &maximize)
    declaration.state("exp_avg")
    declaration.state("hessian")
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    .sophia(
      SophiaStep(
        sign: maximize ? -1 : 1, mean: Blend(keep: beta1), shrink: 1 - lr * weightDecay,
        advance: lr, scale: rho * batch))
  }
}

@frozen
public struct SophiaStep: LaneStep {
  @usableFromInline let sign: Double
  @usableFromInline let mean: Blend
  @usableFromInline let shrink, advance, scale: Double

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ h: inout L, _: inout L, _: inout L
  ) {
    m = mean(m, g * L(sign))
    let ratio = L.smaller(L.magnitude(of: m) / (h * L(scale) + L(1e-15)), L(1))
    p = p * L(shrink) - L.sign(of: m) * ratio * L(advance)
  }
}
