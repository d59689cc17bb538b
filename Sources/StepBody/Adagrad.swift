import Schedules

/// Steps the smaller for an element the larger its gradients have been so far.
///
/// ```
/// g ← g + weightDecay · p
/// s ← s + g²
/// p ← p − lr / (1 + (t − 1) · lrDecay) · g / (√s + eps)
/// ```
///
/// With g negated first under `maximize`.
///
/// Source: Duchi, Hazan and Singer, [Adaptive Subgradient Methods for Online
/// Learning](https://jmlr.org/papers/v12/duchi11a.html); PyTorch's `Adagrad`.
public struct Adagrad: Optimizer {
  /// The learning rate.
  public var lr = 1e-2
  /// How fast the learning rate falls with the steps.
  public var lrDecay = 0.0
  /// What of the parameter is added to the gradient.
  public var weightDecay = 0.0
  /// What s is before the first step: the caller puts it there.
  public var initialAccumulatorValue = 0.0
  /// Keeps the denominator from 0.
  public var eps = 1e-10
  /// Whether to climb.
  public var maximize = false

  /// Whether the decay is apart from the gradient: p shrinks by lr · weightDecay of itself.
  public var decoupledWeightDecay = false

  /// Whether eps is added under the root.
  public var epsInRoot = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-2, lrDecay: Double = 0.0, weightDecay: Double = 0.0,
    initialAccumulatorValue: Double = 0.0, eps: Double = 1e-10, maximize: Bool = false,
    decoupledWeightDecay: Bool = false, epsInRoot: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.lrDecay = lrDecay
    self.weightDecay = weightDecay
    self.initialAccumulatorValue = initialAccumulatorValue
    self.eps = eps
    self.maximize = maximize
    self.decoupledWeightDecay = decoupledWeightDecay
    self.epsInRoot = epsInRoot
    try validate()
  }

  public static var name: StaticString { "Adagrad" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("lr_decay", &lrDecay)
    declaration.real("weight_decay", &weightDecay)
    declaration.real("initial_accumulator_value", &initialAccumulatorValue)
    declaration.real("eps", &eps)
    declaration.flag("maximize", &maximize)
    declaration.flag("decoupled_weight_decay", &decoupledWeightDecay)
    declaration.flag("eps_in_root", &epsInRoot)
    declaration.state("sum", .unsigned, start: initialAccumulatorValue)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    .adagrad(
      AdagradStep(
        decay: Decay(lr, weightDecay, isDecoupled: decoupledWeightDecay, maximize: maximize),
        advance: lr / (1 + Double(step - 1) * lrDecay),
        root: Root(eps: eps, isInside: epsInRoot)))
  }
}

@frozen
public struct AdagradStep: LaneStep {
  @usableFromInline let decay: Decay
  @usableFromInline let advance: Double
  @usableFromInline let root: Root

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ s: inout L, _: inout L, _: inout L, _: inout L
  ) {
    let g = decay.gradient(p, g)
    s = s + g * g
    p = p * L(decay.shrink) - g * L(advance) / root(s)
  }
}
