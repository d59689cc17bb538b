import Schedules

/// Steps by the gradient over the root of its mean square.
///
/// ```
/// g ← g + weightDecay · p
/// s ← alpha · s + (1 − alpha) · g²,   a ← alpha · a + (1 − alpha) · g
/// u ← g / (√(centered ? s − a² : s) + eps)
/// b ← momentum · b + u
/// p ← p − lr · (momentum > 0 ? b : u)
/// ```
///
/// With g negated first under `maximize`.
///
/// Source: Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine
/// Learning; Graves, [Generating Sequences With Recurrent Neural
/// Networks](https://arxiv.org/abs/1308.0850); PyTorch's `RMSprop`.
public struct RMSprop: Optimizer {
  /// The learning rate.
  public var lr = 1e-2
  /// What the averages keep at each step.
  public var alpha = 0.99
  /// Keeps the denominator from 0.
  public var eps = 1e-8
  /// What of the parameter is added to the gradient.
  public var weightDecay = 0.0
  /// What b keeps at each step.
  public var momentum = 0.0
  /// Whether the variance stands in for the mean square.
  public var centered = false
  /// Whether to climb.
  public var maximize = false

  /// Whether the decay is apart from the gradient: p shrinks by lr · weightDecay of itself.
  public var decoupledWeightDecay = false

  /// Whether eps is added under the root.
  public var epsInRoot = false

  /// Whether b gathers steps, lr times what it else gathers: lr counts as it was then.
  public var lrInVelocity = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8, weightDecay: Double = 0.0,
    momentum: Double = 0.0, centered: Bool = false, maximize: Bool = false,
    decoupledWeightDecay: Bool = false, epsInRoot: Bool = false, lrInVelocity: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.alpha = alpha
    self.eps = eps
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.centered = centered
    self.maximize = maximize
    self.decoupledWeightDecay = decoupledWeightDecay
    self.epsInRoot = epsInRoot
    self.lrInVelocity = lrInVelocity
    try validate()
  }

  public static var name: StaticString { "RMSprop" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("alpha", &alpha)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.real("momentum", &momentum)
    declaration.flag("centered", &centered)
    declaration.flag("maximize", &maximize)
    declaration.flag("decoupled_weight_decay", &decoupledWeightDecay)
    declaration.flag("eps_in_root", &epsInRoot)
    declaration.flag("lr_in_velocity", &lrInVelocity)
    declaration.state("square_avg", .unsigned)
    declaration.state("momentum_buffer", .signed, if: momentum > 0, "with momentum")
    declaration.state("grad_avg", .signed, if: centered, "with centered")
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let plain = RMSpropStep(
      decay: Decay(lr, weightDecay, isDecoupled: decoupledWeightDecay, maximize: maximize),
      square: SquareAverage(keep: alpha), mean: Lerp(keep: alpha), scale: lrInVelocity ? lr : 1,
      advance: momentum > 0 && lrInVelocity ? 1 : lr, root: Root(eps: eps, isInside: epsInRoot),
      keep: momentum)
    if momentum > 0 {
      return centered
        ? .rmspropCenteredMomentum(RMSpropCenteredMomentumStep(plain: plain))
        : .rmspropMomentum(RMSpropMomentumStep(plain: plain))
    }
    return centered ? .rmspropCentered(RMSpropCenteredStep(plain: plain)) : .rmsprop(plain)
  }
}

@frozen
public struct RMSpropStep: LaneStep {
  @usableFromInline let decay: Decay
  @usableFromInline let square: SquareAverage
  @usableFromInline let mean: Lerp
  @usableFromInline let scale, advance: Double
  @usableFromInline let root: Root
  @usableFromInline let keep: Double

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ s: inout L, _: inout L, _: inout L, _: inout L
  ) {
    let g = decay.gradient(p, g)
    s = square(s, g)
    p = p * L(decay.shrink) - g * L(advance) / root(s)
  }
}

@frozen
public struct RMSpropMomentumStep: LaneStep {
  @usableFromInline let plain: RMSpropStep

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ s: inout L, _ b: inout L, _: inout L, _: inout L
  ) {
    let g = plain.decay.gradient(p, g)
    s = plain.square(s, g)
    b = b * L(plain.keep) + g * L(plain.scale) / plain.root(s)
    p = p * L(plain.decay.shrink) - b * L(plain.advance)
  }
}

@frozen
public struct RMSpropCenteredStep: LaneStep {
  @usableFromInline let plain: RMSpropStep

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ s: inout L, _ a: inout L, _: inout L, _: inout L
  ) {
    let g = plain.decay.gradient(p, g)
    s = plain.square(s, g)
    a = plain.mean(a, g)
    p = p * L(plain.decay.shrink) - g * L(plain.advance) / plain.root(s, less: a)
  }
}

@frozen
public struct RMSpropCenteredMomentumStep: LaneStep {
  @usableFromInline let plain: RMSpropStep

  @inlinable public static var states: Int { 3 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ s: inout L, _ b: inout L, _ a: inout L, _: inout L
  ) {
    let g = plain.decay.gradient(p, g)
    s = plain.square(s, g)
    a = plain.mean(a, g)
    b = b * L(plain.keep) + g * L(plain.scale) / plain.root(s, less: a)
    p = p * L(plain.decay.shrink) - b * L(plain.advance)
  }
}
