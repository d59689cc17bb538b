import Schedules

/// Stochastic gradient descent with momentum.
///
/// ```
/// g ← g + weightDecay · p
/// b ← g at step 1, then momentum · b + (1 − dampening) · g
/// p ← p − lr · (nesterov ? g + momentum · b : b)
/// ```
///
/// With g negated first under `maximize`, and b = g without momentum.
///
/// Source: PyTorch's `SGD`; Sutskever et al., [On the importance of
/// initialization and momentum](https://proceedings.mlr.press/v28/sutskever13.html).
public struct SGD: Optimizer {
  /// The learning rate.
  public var lr = 1e-3
  /// What b keeps at each step.
  public var momentum = 0.0
  /// What of the gradient does not reach b.
  public var dampening = 0.0
  /// What of the parameter is added to the gradient.
  public var weightDecay = 0.0
  /// Whether to look ahead; needs momentum above 0 and dampening 0.
  public var nesterov = false
  /// Whether to climb.
  public var maximize = false

  /// Whether the decay is apart from the gradient: p shrinks by lr · weightDecay of itself.
  public var decoupledWeightDecay = false

  /// Whether b gathers steps, lr times what it else gathers: lr counts as it was then.
  public var lrInVelocity = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0,
    nesterov: Bool = false, maximize: Bool = false, decoupledWeightDecay: Bool = false,
    lrInVelocity: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    self.maximize = maximize
    self.decoupledWeightDecay = decoupledWeightDecay
    self.lrInVelocity = lrInVelocity
    try validate()
  }

  public static var name: StaticString { "SGD" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("momentum", &momentum)
    declaration.real("dampening", &dampening, .any)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("nesterov", &nesterov)
    declaration.flag("maximize", &maximize)
    declaration.flag("decoupled_weight_decay", &decoupledWeightDecay)
    declaration.flag("lr_in_velocity", &lrInVelocity)
    declaration.state("momentum_buffer", .signed, if: momentum != 0, "with momentum")
  }

  public func conflict() -> Refusal? {
    guard nesterov && (momentum == 0 || dampening != 0) else { return nil }
    return Refusal(
      .value, "SGD nesterov", value: "1", accepted: "only with momentum above 0 and dampening 0")
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let decay = Decay(lr, weightDecay, isDecoupled: decoupledWeightDecay, maximize: maximize)
    if momentum == 0 { return .sgd(SGDStep(decay: decay, advance: lr)) }
    let scale = lrInVelocity ? lr : 1
    let heavy = SGDMomentumStep(
      plain: SGDStep(decay: decay, advance: lrInVelocity ? 1 : lr), keep: momentum,
      add: (step == 1 ? 1 : 1 - dampening) * scale, scale: scale, remembers: step == 1 ? 0 : 1)
    return nesterov ? .sgdNesterov(SGDNesterovStep(heavy: heavy)) : .sgdMomentum(heavy)
  }
}

@frozen
public struct SGDStep: LaneStep {
  @usableFromInline let decay: Decay
  @usableFromInline let advance: Double

  @inlinable public static var states: Int { 0 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _: inout L, _: inout L, _: inout L, _: inout L
  ) {
    p = p * L(decay.shrink) - decay.gradient(p, g) * L(advance)
  }
}

@frozen
public struct SGDMomentumStep: LaneStep {
  @usableFromInline let plain: SGDStep
  @usableFromInline let keep, add, scale, remembers: Double

  @inlinable public static var states: Int { 1 }

  /// Before the first step the buffer may be anything: −0 stands in for it, to
  /// which g adds up to g, whatever its sign.
  @inlinable @inline(__always)
  func gather<L: Lane>(_ b: inout L, _ g: L) {
    b = L.pick(b, L(-0.0), where: L(remembers)) * L(keep) + g * L(add)
  }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ b: inout L, _: inout L, _: inout L, _: inout L
  ) {
    gather(&b, plain.decay.gradient(p, g))
    p = p * L(plain.decay.shrink) - b * L(plain.advance)
  }
}

@frozen
public struct SGDNesterovStep: LaneStep {
  @usableFromInline let heavy: SGDMomentumStep

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ b: inout L, _: inout L, _: inout L, _: inout L
  ) {
    let g = heavy.plain.decay.gradient(p, g)
    heavy.gather(&b, g)
    let ahead = g * L(heavy.scale) + b * L(heavy.keep)
    p = p * L(heavy.plain.decay.shrink) - ahead * L(heavy.plain.advance)
  }
}
