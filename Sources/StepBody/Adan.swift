import Platform
import Schedules

/// Adam with Nesterov's momentum from the gradient's differences.
///
/// ```
/// d ← g − prev, 0 at step 1
/// m ← beta1 · m + (1 − beta1) · g,   e ← beta2 · e + (1 − beta2) · d
/// n ← beta3 · n + (1 − beta3) · (g + beta2 · d)²
/// s ← √(n / (1 − beta3ᵗ)) + eps
/// u ← lr · (m / (1 − beta1ᵗ) + beta2 · e / (1 − beta2ᵗ)) / s
/// p ← noProx ? p · (1 − lr · weightDecay) − u : (p − u) / (1 + lr · weightDecay)
/// prev ← g
/// ```
///
/// The array holds prev's negative, as the authors' does. With g negated first
/// under `maximize`.
///
/// Source: Xie et al., [Adan: Adaptive Nesterov Momentum
/// Algorithm](https://arxiv.org/abs/2208.06677).
public struct Adan: Optimizer {
  /// The learning rate.
  public var lr = 1e-3
  /// What m keeps at each step.
  public var beta1 = 0.98
  /// What e keeps at each step.
  public var beta2 = 0.92
  /// What n keeps at each step.
  public var beta3 = 0.99
  /// Keeps the denominator from 0.
  public var eps = 1e-8
  /// What of the parameter a step of rate 1 would take away.
  public var weightDecay = 0.0
  /// Whether the decay is before the step, as AdamW's.
  public var noProx = false
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, betas: (Double, Double, Double) = (0.98, 0.92, 0.99), eps: Double = 1e-8,
    weightDecay: Double = 0.0, noProx: Bool = false, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2, beta3) = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.noProx = noProx
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "Adan" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("beta2", &beta2, .decay)
    declaration.real("beta3", &beta3, .decay)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("no_prox", &noProx)
    declaration.flag("maximize", &maximize)
    declaration.state("exp_avg")
    declaration.state("exp_avg_sq")
    declaration.state("exp_avg_diff")
    declaration.state("neg_pre_grad")
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let t = Double(step)
    let root3 = (1 - pow(beta3, t)).squareRoot()
    return .adan(
      AdanStep(
        sign: maximize ? -1 : 1, remembers: step == 1 ? 0 : 1, mean: Blend(keep: beta1),
        difference: Blend(keep: beta2), square: SquareAverage(keep: beta3), ahead: beta2,
        byMean: lr / (1 - pow(beta1, t)) * root3,
        byDifference: lr * beta2 / (1 - pow(beta2, t)) * root3, epsilon: eps * root3,
        before: noProx ? 1 - lr * weightDecay : 1,
        after: noProx ? 1 : 1 / (1 + lr * weightDecay)))
  }
}

@frozen
public struct AdanStep: LaneStep {
  @usableFromInline let sign, remembers: Double
  @usableFromInline let mean, difference: Blend
  @usableFromInline let square: SquareAverage
  @usableFromInline let ahead, byMean, byDifference, epsilon, before, after: Double

  @inlinable public static var states: Int { 4 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ n: inout L, _ e: inout L, _ last: inout L
  ) {
    let g = g * L(sign)
    let d = L.pick(last + g, L(0), where: L(remembers))
    m = mean(m, g)
    e = difference(e, d)
    n = square(n, g + d * L(ahead))
    let u = (m * L(byMean) + e * L(byDifference)) / (L.squareRoot(of: n) + L(epsilon))
    p = (p * L(before) - u) * L(after)
    last = L(0) - g
  }
}
