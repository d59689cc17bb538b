import Schedules

/// Steps as long as the last ones, in the units of the parameter.
///
/// ```
/// g ← g + weightDecay · p
/// s ← rho · s + (1 − rho) · g²
/// u ← √(d + eps) / √(s + eps) · g
/// d ← rho · d + (1 − rho) · u²
/// p ← p − lr · u
/// ```
///
/// With g negated first under `maximize`.
///
/// Source: Zeiler, [ADADELTA: An Adaptive Learning Rate
/// Method](https://arxiv.org/abs/1212.5701); PyTorch's `Adadelta`.
public struct Adadelta: Optimizer {
  /// The learning rate.
  public var lr = 1.0
  /// What the averages keep at each step.
  public var rho = 0.9
  /// Keeps both roots from 0.
  public var eps = 1e-6
  /// What of the parameter is added to the gradient.
  public var weightDecay = 0.0
  /// Whether to climb.
  public var maximize = false

  /// Whether the decay is apart from the gradient: p shrinks by lr · weightDecay of itself.
  public var decoupledWeightDecay = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1.0, rho: Double = 0.9, eps: Double = 1e-6, weightDecay: Double = 0.0,
    maximize: Bool = false, decoupledWeightDecay: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.rho = rho
    self.eps = eps
    self.weightDecay = weightDecay
    self.maximize = maximize
    self.decoupledWeightDecay = decoupledWeightDecay
    try validate()
  }

  public static var name: StaticString { "Adadelta" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("rho", &rho, .fraction)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("maximize", &maximize)
    declaration.flag("decoupled_weight_decay", &decoupledWeightDecay)
    declaration.state("square_avg")
    declaration.state("acc_delta")
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    .adadelta(
      AdadeltaStep(
        decay: Decay(lr, weightDecay, isDecoupled: decoupledWeightDecay, maximize: maximize),
        average: SquareAverage(keep: rho), advance: lr, epsilon: eps))
  }
}

@frozen
public struct AdadeltaStep: LaneStep {
  @usableFromInline let decay: Decay
  @usableFromInline let average: SquareAverage
  @usableFromInline let advance, epsilon: Double

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ s: inout L, _ d: inout L, _: inout L, _: inout L
  ) {
    let g = decay.gradient(p, g)
    s = average(s, g)
    let u = L.squareRoot(of: d + L(epsilon)) / L.squareRoot(of: s + L(epsilon)) * g
    d = average(d, u)
    p = p * L(decay.shrink) - u * L(advance)
  }
}
