import Schedules

/// Steps of lr by the sign of an interpolated momentum.
///
/// ```
/// p ← p · (1 − lr · weightDecay)
/// p ← p − lr · sign(beta1 · m + (1 − beta1) · g)
/// m ← beta2 · m + (1 − beta2) · g
/// ```
///
/// With g negated first under `maximize`. The sign of 0 is 0.
///
/// Source: Chen et al., [Symbolic Discovery of Optimization
/// Algorithms](https://arxiv.org/abs/2302.06675).
public struct Lion: Optimizer {
  /// The learning rate.
  public var lr = 1e-4
  /// What of m is in the step.
  public var beta1 = 0.9
  /// What m keeps at each step.
  public var beta2 = 0.99
  /// What of the parameter a step of rate 1 would take away.
  public var weightDecay = 0.0
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-4, betas: (Double, Double) = (0.9, 0.99), weightDecay: Double = 0.0,
    maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.weightDecay = weightDecay
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "Lion" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .fraction)
    declaration.real("beta2", &beta2, .fraction)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("maximize", &maximize)
    declaration.state("exp_avg", .signed)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    .lion(
      LionStep(
        sign: maximize ? -1 : 1, shrink: 1 - lr * weightDecay, advance: lr,
        near: Blend(keep: beta1), far: Blend(keep: beta2)))
  }
}

@frozen
public struct LionStep: LaneStep {
  @usableFromInline let sign, shrink, advance: Double
  @usableFromInline let near, far: Blend

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _: inout L, _: inout L, _: inout L
  ) {
    let g = g * L(sign)
    p = p * L(shrink) - L.sign(of: near(m, g)) * L(advance)
    m = far(m, g)
  }
}
