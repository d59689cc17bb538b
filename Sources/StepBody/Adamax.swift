import Platform
import Schedules

/// Adam with the largest gradient in place of the mean square.
///
/// ```
/// g ← g + weightDecay · p
/// m ← beta1 · m + (1 − beta1) · g
/// u ← max(beta2 · u, |g| + eps)
/// p ← p − lr / (1 − beta1ᵗ) · m / u
/// ```
///
/// With g negated first under `maximize`.
///
/// Source: Kingma and Ba, [Adam: A Method for Stochastic
/// Optimization](https://arxiv.org/abs/1412.6980), 7.1; PyTorch's `Adamax`.
public struct Adamax: Optimizer {
  /// The learning rate.
  public var lr = 2e-3
  /// What m keeps at each step.
  public var beta1 = 0.9
  /// What u keeps at each step.
  public var beta2 = 0.999
  /// Keeps the denominator from 0.
  public var eps = 1e-8
  /// What of the parameter is added to the gradient.
  public var weightDecay = 0.0
  /// Whether to climb.
  public var maximize = false

  /// Whether the decay is apart from the gradient: p shrinks by lr · weightDecay of itself.
  public var decoupledWeightDecay = false

  /// Whether eps is added to u where m is divided by it, and not to |g|.
  public var epsInDenominator = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0.0, maximize: Bool = false, decoupledWeightDecay: Bool = false,
    epsInDenominator: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.maximize = maximize
    self.decoupledWeightDecay = decoupledWeightDecay
    self.epsInDenominator = epsInDenominator
    try validate()
  }

  public static var name: StaticString { "Adamax" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("beta2", &beta2, .decay)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("maximize", &maximize)
    declaration.flag("decoupled_weight_decay", &decoupledWeightDecay)
    declaration.flag("eps_in_denominator", &epsInDenominator)
    declaration.state("exp_avg", .signed)
    declaration.state("exp_inf", .unsigned)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    .adamax(
      AdamaxStep(
        decay: Decay(lr, weightDecay, isDecoupled: decoupledWeightDecay, maximize: maximize),
        first: Lerp(keep: beta1), keep: beta2, epsilon: epsInDenominator ? 0 : eps,
        after: epsInDenominator ? eps : 0,
        advance: lr / (1 - pow(beta1, Double(step)))))
  }
}

@frozen
public struct AdamaxStep: LaneStep {
  @usableFromInline let decay: Decay
  @usableFromInline let first: Lerp
  @usableFromInline let keep, epsilon, after, advance: Double

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ u: inout L, _: inout L, _: inout L
  ) {
    let g = decay.gradient(p, g)
    m = first(m, g)
    u = L.larger(u * L(keep), L.magnitude(of: g) + L(epsilon))
    p = p * L(decay.shrink) - m * L(advance) / (u + L(after))
  }
}
