import Schedules

/// SGD with momentum, whose gradient is as long as a part of the parameter.
///
/// ```
/// r ← trustCoefficient · ‖p‖ / (‖g‖ + weightDecay · ‖p‖)
/// g ← r · (g + weightDecay · p)
/// b ← momentum · b + (1 − dampening) · g
/// p ← p − lr · (nesterov ? g + momentum · b : b)
/// ```
///
/// With g negated first under `maximize`, and b = g without momentum. r is 1 where
/// ‖p‖ or the denominator is 0, and where trustCoefficient is 0, as one has it for
/// biases.
///
/// Source: You, Gitman and Ginsburg, [Large Batch Training of Convolutional
/// Networks](https://arxiv.org/abs/1708.03888).
public struct LARS: Optimizer {
  /// The learning rate.
  public var lr = 1e-3
  /// What b keeps at each step.
  public var momentum = 0.9
  /// What of the gradient does not reach b.
  public var dampening = 0.0
  /// What of the parameter is added to the gradient.
  public var weightDecay = 0.0
  /// How long a step of rate 1 is, in lengths of the parameter; 0 for SGD's steps.
  public var trustCoefficient = 1e-3
  /// Whether to look ahead.
  public var nesterov = false
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, momentum: Double = 0.9, dampening: Double = 0, weightDecay: Double = 0,
    trustCoefficient: Double = 1e-3, nesterov: Bool = false, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.trustCoefficient = trustCoefficient
    self.nesterov = nesterov
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "LARS" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("momentum", &momentum)
    declaration.real("dampening", &dampening, .any)
    declaration.real("weight_decay", &weightDecay)
    declaration.real("trust_coefficient", &trustCoefficient)
    declaration.flag("nesterov", &nesterov)
    declaration.flag("maximize", &maximize)
    declaration.state("momentum_buffer", .signed, if: momentum != 0, "with momentum")
  }

  public func gauge(_ step: Int, _ gauged: Gauged) -> Gauge? {
    .update(.gradient(GradientUpdateStep()))
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let gauged = Gauged(scalars)
    let below = gauged.update + weightDecay * gauged.length
    let isScaled = trustCoefficient > 0 && gauged.length > 0 && below > 0
    let ratio = isScaled ? trustCoefficient * gauged.length / below : 1
    let decay = Decay(lr, weightDecay, isDecoupled: false, maximize: maximize)
    if momentum == 0 { return .sgd(SGDStep(decay: decay, advance: lr * ratio)) }
    let heavy = SGDMomentumStep(
      plain: SGDStep(decay: decay, advance: lr), keep: momentum, add: (1 - dampening) * ratio,
      scale: ratio, remembers: step == 1 ? 0 : 1)
    return nesterov ? .sgdNesterov(SGDNesterovStep(heavy: heavy)) : .sgdMomentum(heavy)
  }
}
