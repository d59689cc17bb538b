import Platform
import Schedules

/// Adam with steps as long as lr of the parameter's own length.
///
/// ```
/// m ← beta1 · m + (1 − beta1) · g,   v ← beta2 · v + (1 − beta2) · g²
/// u ← m / (1 − beta1ᵗ) / (√(v / (1 − beta2ᵗ)) + eps) + weightDecay · p
/// p ← p − lr · ‖p‖ / ‖u‖ · u
/// ```
///
/// With g negated first under `maximize`; the fraction is 1 where either norm is
/// 0. Without `biasCorrection` m and v are taken as they are. Under
/// `decoupledWeightDecay` p shrinks by lr · weightDecay of itself first, and u has
/// no decay.
///
/// Source: You et al., [Large Batch Optimization for Deep Learning: Training BERT
/// in 76 minutes](https://arxiv.org/abs/1904.00962).
public struct LAMB: Optimizer {
  /// The learning rate.
  public var lr = 1e-3
  /// What m keeps at each step.
  public var beta1 = 0.9
  /// What v keeps at each step.
  public var beta2 = 0.999
  /// Keeps the denominator from 0.
  public var eps = 1e-6
  /// What of the parameter is added to the update.
  public var weightDecay = 0.0
  /// Whether the moments are made up for their start.
  public var biasCorrection = true
  /// Whether the decay is apart from the update.
  public var decoupledWeightDecay = false
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-6,
    weightDecay: Double = 0.0, biasCorrection: Bool = true, decoupledWeightDecay: Bool = false,
    maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.biasCorrection = biasCorrection
    self.decoupledWeightDecay = decoupledWeightDecay
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "LAMB" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("beta2", &beta2, .decay)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("bias_correction", &biasCorrection)
    declaration.flag("decoupled_weight_decay", &decoupledWeightDecay)
    declaration.flag("maximize", &maximize)
    declaration.state("exp_avg")
    declaration.state("exp_avg_sq")
  }

  /// Adam's step of a rate of 1, without the decay.
  private func adam(_ step: Int) -> AdamStep {
    var adam = AdamStep(
      lr: 1, beta1: beta1, beta2: beta2, eps: eps,
      decay: Decay(0, 0, isDecoupled: true, maximize: maximize), step: step)
    if !biasCorrection { (adam.advance, adam.epsilon) = (1, eps) }
    return adam
  }

  public func gauge(_ step: Int, _ gauged: Gauged) -> Gauge? {
    .update(
      .lamb(LAMBUpdateStep(adam: adam(step), decay: decoupledWeightDecay ? 0 : weightDecay)))
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let shrink = decoupledWeightDecay ? 1 - lr * weightDecay : 1
    let gauged = Gauged(scalars)
    let (length, update) = (gauged.length * abs(shrink), gauged.update)
    let advance = lr * (length > 0 && update > 0 ? length / update : 1)
    var adam = adam(step)
    adam.advance *= advance
    return .lamb(
      LAMBStep(adam: adam, shrink: decoupledWeightDecay ? shrink : 1 - advance * weightDecay))
  }
}

/// In the place of the parameter its update of a rate of 1.
@frozen
public struct LAMBUpdateStep: LaneStep {
  @usableFromInline let adam: AdamStep
  @usableFromInline let decay: Double

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ v: inout L, _: inout L, _: inout L
  ) {
    _ = adam.moments(p, g, &m, &v)
    p = adam.update(m, v) + p * L(decay)
  }
}

/// The moments, and the parameter's move by their update.
@frozen
public struct LAMBStep: LaneStep {
  @usableFromInline let adam: AdamStep
  @usableFromInline let shrink: Double

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ v: inout L, _: inout L, _: inout L
  ) {
    _ = adam.moments(p, g, &m, &v)
    p = p * L(shrink) - adam.update(m, v)
  }
}
