import Schedules

/// Adam with weight decay apart from the gradient.
///
/// ```
/// p ← p · (1 − lr · weightDecay)
/// m ← beta1 · m + (1 − beta1) · g,   v ← beta2 · v + (1 − beta2) · g²
/// p ← p − lr / (1 − beta1ᵗ) · m / (√(v / (1 − beta2ᵗ)) + eps)
/// ```
///
/// With g negated under `maximize`, and under `amsgrad` the largest v so far in
/// place of v in the last line.
///
/// Source: Loshchilov and Hutter, [Decoupled Weight Decay
/// Regularization](https://arxiv.org/abs/1711.05101); PyTorch's `AdamW`.
public struct AdamW: Optimizer {
  /// The learning rate.
  public var lr = 1e-3
  /// What m keeps at each step.
  public var beta1 = 0.9
  /// What v keeps at each step.
  public var beta2 = 0.999
  /// Keeps the denominator from 0.
  public var eps = 1e-8
  /// What of the parameter a step of rate 1 would take away.
  public var weightDecay = 1e-2
  /// Whether the largest v so far counts.
  public var amsgrad = false
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 1e-2, amsgrad: Bool = false, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.amsgrad = amsgrad
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "AdamW" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("beta2", &beta2, .decay)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("amsgrad", &amsgrad)
    declaration.flag("maximize", &maximize)
    declaration.state("exp_avg", .signed)
    declaration.state("exp_avg_sq", .unsigned)
    declaration.state("max_exp_avg_sq", .unsigned, if: amsgrad, "with amsgrad")
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    var adam = Adam()
    (adam.lr, adam.beta1, adam.beta2, adam.eps) = (lr, beta1, beta2, eps)
    adam.weightDecay = weightDecay
    (adam.amsgrad, adam.maximize, adam.decoupledWeightDecay) = (amsgrad, maximize, true)
    return adam.body(step, scalars)
  }
}
