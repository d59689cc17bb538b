import Platform
import Schedules

/// Adam that waits with its denominator until that is known well enough.
///
/// ```
/// g ← g + weightDecay · p
/// m ← beta1 · m + (1 − beta1) · g,   v ← beta2 · v + (1 − beta2) · g²
/// ρ = ρ∞ − 2 · t · beta2ᵗ / (1 − beta2ᵗ),   ρ∞ = 2 / (1 − beta2) − 1
/// r = √((ρ − 4) · (ρ − 2) · ρ∞ / ((ρ∞ − 4) · (ρ∞ − 2) · ρ))
/// p ← p − lr / (1 − beta1ᵗ) · m · (ρ > 5 ? r · √(1 − beta2ᵗ) / (√v + eps) : 1)
/// ```
///
/// With g negated first under `maximize`. Under `decoupledWeightDecay` p shrinks by
/// lr · weightDecay of itself first, and g has no decay.
///
/// Source: Liu et al., [On the Variance of the Adaptive Learning Rate and
/// Beyond](https://arxiv.org/abs/1908.03265); PyTorch's `RAdam`.
public struct RAdam: Optimizer {
  /// The learning rate.
  public var lr = 1e-3
  /// What m keeps at each step.
  public var beta1 = 0.9
  /// What v keeps at each step.
  public var beta2 = 0.999
  /// Keeps the denominator from 0.
  public var eps = 1e-8
  /// What of the parameter is added to the gradient.
  public var weightDecay = 0.0
  /// Whether the decay is apart from the gradient.
  public var decoupledWeightDecay = false
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0.0, decoupledWeightDecay: Bool = false, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "RAdam" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("beta2", &beta2, .decay)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("decoupled_weight_decay", &decoupledWeightDecay)
    declaration.flag("maximize", &maximize)
    declaration.state("exp_avg", .signed)
    declaration.state("exp_avg_sq", .unsigned)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let t = Double(step)
    let correction2 = 1 - pow(beta2, t)
    let most = 2 / (1 - beta2) - 1
    let length = most - 2 * t * pow(beta2, t) / correction2
    let decay = Decay(lr, weightDecay, isDecoupled: decoupledWeightDecay, maximize: maximize)
    var adam = AdamStep(lr: lr, beta1: beta1, beta2: beta2, eps: eps, decay: decay, step: step)
    adam.advance = lr / (1 - pow(beta1, t))
    adam.epsilon = eps
    guard length > 5 else { return .radam(RAdamStep(adam: adam)) }
    let ratio = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)
    adam.advance *= (ratio * correction2).squareRoot()
    return .adam(adam)
  }
}

/// Adam's step while its denominator is not known well enough: there is none.
@frozen
public struct RAdamStep: LaneStep {
  @usableFromInline let adam: AdamStep

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ v: inout L, _: inout L, _: inout L
  ) {
    _ = adam.moments(p, g, &m, &v)
    p = p * L(adam.decay.shrink) - m * L(adam.advance)
  }
}
