import Platform
import Schedules

/// Adam: steps of about lr, whatever the gradient's size.
///
/// ```
/// g ← g + weightDecay · p
/// m ← beta1 · m + (1 − beta1) · g,   v ← beta2 · v + (1 − beta2) · g²
/// p ← p − lr / (1 − beta1ᵗ) · m / (√(v / (1 − beta2ᵗ)) + eps)
/// ```
///
/// With g negated first under `maximize`, and under `amsgrad` the largest v so
/// far in place of v in the last line. Under `decoupledWeightDecay` it is AdamW:
/// p shrinks by lr · weightDecay of itself, and g has no decay.
///
/// Source: Kingma and Ba, [Adam: A Method for Stochastic
/// Optimization](https://arxiv.org/abs/1412.6980); PyTorch's `Adam`.
public struct Adam: Optimizer {
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
  /// Whether the largest v so far counts.
  public var amsgrad = false
  /// Whether to climb.
  public var maximize = false
  /// Whether the decay is apart from the gradient.
  public var decoupledWeightDecay = false

  /// Whether eps is added to √v before v is made up for its start: Kingma and Ba's ε̂.
  public var epsilonHat = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, amsgrad: Bool = false, maximize: Bool = false,
    decoupledWeightDecay: Bool = false, epsilonHat: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.amsgrad = amsgrad
    self.maximize = maximize
    self.decoupledWeightDecay = decoupledWeightDecay
    self.epsilonHat = epsilonHat
    try validate()
  }

  public static var name: StaticString { "Adam" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("beta2", &beta2, .decay)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("amsgrad", &amsgrad)
    declaration.flag("maximize", &maximize)
    declaration.flag("decoupled_weight_decay", &decoupledWeightDecay)
    declaration.flag("epsilon_hat", &epsilonHat)
    declaration.state("exp_avg", .signed)
    declaration.state("exp_avg_sq", .unsigned)
    declaration.state("max_exp_avg_sq", .unsigned, if: amsgrad, "with amsgrad")
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let decay = Decay(lr, weightDecay, isDecoupled: decoupledWeightDecay, maximize: maximize)
    let step = AdamStep(
      lr: lr, beta1: beta1, beta2: beta2, eps: eps, decay: decay, step: step,
      isHat: epsilonHat)
    if amsgrad { return .amsgrad(AMSGradStep(adam: step)) }
    return step.isPlain ? .plainAdam(PlainAdamStep(adam: step)) : .adam(step)
  }
}

/// Adam's step and AdamW's: the one has its decay in the gradient, the other
/// shrinks the parameter.
@frozen
public struct AdamStep: LaneStep {
  @usableFromInline let decay: Decay
  @usableFromInline let first: Lerp
  @usableFromInline let second: SquareAverage
  @usableFromInline var advance, epsilon: Double

  init(
    lr: Double, beta1: Double, beta2: Double, eps: Double, decay: Decay, step: Int,
    isHat: Bool = false
  ) {
    self.decay = decay
    first = Lerp(keep: beta1)
    second = SquareAverage(keep: beta2)
    // m̂ / (√v̂ + eps) with both fractions multiplied by root2: one divide.
    let root2 = (1 - pow(beta2, Double(step))).squareRoot()
    advance = lr / (1 - pow(beta1, Double(step))) * root2
    epsilon = isHat ? eps : eps * root2
  }

  @inlinable public static var states: Int { 2 }

  var isPlain: Bool { decay.gradient.isPlain && first.isNear }

  @inlinable @inline(__always)
  func moments<L: Lane>(_ p: L, _ g: L, _ m: inout L, _ v: inout L) -> L {
    let g = decay.gradient(p, g)
    m = first(m, g)
    v = second(v, g)
    return g
  }

  /// m̂ / (√v̂ + eps), times the rate.
  @inlinable @inline(__always)
  func update<L: Lane>(_ m: L, _ v: L) -> L {
    m * L(advance) / (L.squareRoot(of: v) + L(epsilon))
  }

  @inlinable @inline(__always)
  func move<L: Lane>(_ p: inout L, _ n: L, _ v: L) {
    p = p * L(decay.shrink) - n / (L.squareRoot(of: v) + L(epsilon))
  }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ v: inout L, _: inout L, _: inout L
  ) {
    _ = moments(p, g, &m, &v)
    move(&p, m * L(advance), v)
  }
}

/// The same where nothing is done to the gradient first and m is the nearer end:
/// a fifth fewer operations.
@frozen
public struct PlainAdamStep: LaneStep {
  @usableFromInline let adam: AdamStep

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ v: inout L, _: inout L, _: inout L
  ) {
    m = adam.first.near(m, g)
    v = adam.second(v, g)
    adam.move(&p, m * L(adam.advance), v)
  }
}

/// The same with x, the largest v so far.
@frozen
public struct AMSGradStep: LaneStep {
  @usableFromInline let adam: AdamStep

  @inlinable public static var states: Int { 3 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ v: inout L, _ x: inout L, _: inout L
  ) {
    _ = adam.moments(p, g, &m, &v)
    x = L.larger(x, v)
    adam.move(&p, m * L(adam.advance), x)
  }
}
