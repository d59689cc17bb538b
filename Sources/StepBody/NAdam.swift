import Platform
import Schedules

/// Adam with Nesterov's momentum, which rises with the steps.
///
/// ```
/// g ← g + weightDecay · p
/// μ(t) = beta1 · (1 − 0.96^(t · momentumDecay) / 2)
/// m ← beta1 · m + (1 − beta1) · g,   v ← beta2 · v + (1 − beta2) · g²
/// n ← lr · (1 − μ(t)) / (1 − μ(1)…μ(t)) · g + lr · μ(t + 1) / (1 − μ(1)…μ(t + 1)) · m
/// p ← p − n / (√(v / (1 − beta2ᵗ)) + eps)
/// ```
///
/// With g negated first under `maximize`. Under `decoupledWeightDecay` p shrinks by
/// lr · weightDecay of itself first, and g has no decay.
///
/// Source: Dozat, [Incorporating Nesterov Momentum into
/// Adam](https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ); PyTorch's `NAdam`.
public struct NAdam: Optimizer {
  /// The learning rate.
  public var lr = 2e-3
  /// What m keeps at each step.
  public var beta1 = 0.9
  /// What v keeps at each step.
  public var beta2 = 0.999
  /// Keeps the denominator from 0.
  public var eps = 1e-8
  /// What of the parameter is added to the gradient.
  public var weightDecay = 0.0
  /// How fast the momentum rises.
  public var momentumDecay = 4e-3
  /// Whether the decay is apart from the gradient.
  public var decoupledWeightDecay = false
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0.0, momentumDecay: Double = 4e-3, decoupledWeightDecay: Bool = false,
    maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.momentumDecay = momentumDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "NAdam" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("beta2", &beta2, .decay)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.real("momentum_decay", &momentumDecay)
    declaration.flag("decoupled_weight_decay", &decoupledWeightDecay)
    declaration.flag("maximize", &maximize)
    declaration.state("exp_avg", .signed)
    declaration.state("exp_avg_sq", .unsigned)
    declaration.scalar("mu_product", start: 1)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let (now, next) = (momentum(step), momentum(step + 1))
    let product = scalars[0] * now
    let decay = Decay(lr, weightDecay, isDecoupled: decoupledWeightDecay, maximize: maximize)
    var adam = AdamStep(lr: lr, beta1: beta1, beta2: beta2, eps: eps, decay: decay, step: step)
    let root2 = (1 - pow(beta2, Double(step))).squareRoot()
    adam.advance = lr * next / (1 - product * next) * root2
    return .nadam(NAdamStep(adam: adam, byGradient: lr * (1 - now) / (1 - product) * root2))
  }

  private func momentum(_ step: Int) -> Double {
    beta1 * (1 - 0.5 * pow(0.96, Double(step) * momentumDecay))
  }

  public func advance(_ step: Int, _ scalars: UnsafeMutablePointer<Double>) {
    scalars[0] *= momentum(step)
  }
}

/// Adam's step, with what the gradient itself adds.
@frozen
public struct NAdamStep: LaneStep {
  @usableFromInline let adam: AdamStep
  @usableFromInline let byGradient: Double

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ v: inout L, _: inout L, _: inout L
  ) {
    let g = adam.moments(p, g, &m, &v)
    adam.move(&p, g * L(byGradient) + m * L(adam.advance), v)
  }
}
