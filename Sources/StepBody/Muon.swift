import Schedules

/// Momentum whose matrix is made nearly orthogonal before it is a step: all of its
/// singular values come near 1.
///
/// ```
/// B ← B + (1 − momentum) · (g − B)
/// X ← nesterov ? g + momentum · (B − g) : B,   X ← X / max(‖X‖, eps)
/// nsSteps times:   A ← X · Xᵀ,   X ← nsA · X + (nsB · A + nsC · A · A) · X
/// p ← p − lr · weightDecay · p − lr · scale · X
/// ```
///
/// With X lying the shorter way, and a scale of √max(1, rows / columns), or of
/// √max(rows, columns) / 5 under `matchRmsAdamw`. X, A and the matrix in front of X
/// are rounded to bfloat16 whenever they are made, and products added up in floats
/// in the order of their index: the same bits for every instruction set and number
/// of threads. Of what is rounded, magnitudes below 2⁻⁶² are 0 and those above
/// 2⁶² infinite.
///
/// Source: Jordan et al., [Muon: An optimizer for hidden layers in neural
/// networks](https://kellerjordan.github.io/posts/muon/); Liu et al., [Muon is
/// Scalable for LLM Training](https://arxiv.org/abs/2502.16982); PyTorch's `Muon`.
public struct Muon: Optimizer {
  /// The learning rate.
  public var lr = 1e-3
  /// What the parameter loses of itself, times lr.
  public var weightDecay = 0.1
  /// What B keeps at each step.
  public var momentum = 0.95
  /// What is kept of X.
  public var nsA = 3.4445
  /// What is added of A, times X.
  public var nsB = -4.775
  /// What is added of the square of A, times X.
  public var nsC = 2.0315
  /// The least norm.
  public var eps = 1e-7
  /// How many times.
  public var nsSteps = 5
  /// Whether to look ahead.
  public var nesterov = true
  /// Whether steps are as long as AdamW's are.
  public var matchRmsAdamw = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, weightDecay: Double = 0.1, momentum: Double = 0.95, nesterov: Bool = true,
    nsCoefficients: (Double, Double, Double) = (3.4445, -4.775, 2.0315), eps: Double = 1e-7,
    nsSteps: Int = 5, matchRmsAdamw: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.nesterov = nesterov
    (nsA, nsB, nsC) = nsCoefficients
    self.eps = eps
    self.nsSteps = nsSteps
    self.matchRmsAdamw = matchRmsAdamw
    try validate()
  }

  public static var name: StaticString { "Muon" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("weight_decay", &weightDecay)
    declaration.real("momentum", &momentum)
    declaration.real("ns_a", &nsA, .any)
    declaration.real("ns_b", &nsB, .any)
    declaration.real("ns_c", &nsC, .any)
    declaration.real("eps", &eps, .any)
    declaration.integer("ns_steps", &nsSteps, Integers(0, 99))
    declaration.flag("nesterov", &nesterov)
    declaration.flag("match_rms_adamw", &matchRmsAdamw)
    declaration.state("momentum_buffer")
    declaration.shapes(.matrix)
  }

  public func gauge(_ step: Int, _ gauged: Gauged) -> Gauge? {
    .orthogonal(
      .muonMomentum(
        MuonMomentumStep(
          gather: Lerp(keep: momentum), ahead: Lerp(weight: momentum),
          looksAhead: nesterov ? 1 : 0)),
      Orthogonal(a: nsA, b: nsB, c: nsC, eps: eps, steps: nsSteps))
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let gauged = Gauged(scalars)
    let scale =
      matchRmsAdamw
      ? 0.2 * max(gauged.rows, gauged.columns).squareRoot()
      : max(1, gauged.rows / gauged.columns).squareRoot()
    return .sgd(
      SGDStep(
        decay: Decay(lr, weightDecay, isDecoupled: true, maximize: false), advance: lr * scale))
  }
}

/// The polynomial that makes a matrix orthogonal, and how many times.
public struct Orthogonal: Sendable {
  public let a, b, c, eps: Double
  public let steps: Int
}

/// The momentum, and in the place of the parameter what is made orthogonal.
@frozen
public struct MuonMomentumStep: LaneStep {
  @usableFromInline let gather, ahead: Lerp
  @usableFromInline let looksAhead: Double

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ b: inout L, _: inout L, _: inout L, _: inout L
  ) {
    b = gather(b, g)
    p = L.pick(ahead(g, b), b, where: L(looksAhead))
  }
}
