import Platform
import Schedules

/// AdamW with a second, slow momentum.
///
/// ```
/// m ← beta1 · m + (1 − beta1) · g,   s ← b · s + (1 − b) · g
/// v ← beta2 · v + (1 − beta2) · g²
/// u ← (m / (1 − beta1ᵗ) + a · s) / (√(v / (1 − beta2ᵗ)) + eps)
/// p ← p − lr · (u + weightDecay · p)
/// ```
///
/// a rises from 0 to alpha, and b from beta1 to beta3 by halving times, over
/// alphaWarmup and beta3Warmup steps; 0 steps is none. With g negated first under
/// `maximize`.
///
/// Source: Pagliardini, Ablin and Grangier, [The AdEMAMix Optimizer: Better,
/// Faster, Older](https://arxiv.org/abs/2409.03137).
public struct AdEMAMix: Optimizer {
  /// The learning rate.
  public var lr = 1e-3
  /// What m keeps at each step.
  public var beta1 = 0.9
  /// What v keeps at each step.
  public var beta2 = 0.999
  /// What s keeps at each step in the end.
  public var beta3 = 0.9999
  /// How much the slow momentum counts in the end.
  public var alpha = 2.0
  /// Steps until b is beta3.
  public var beta3Warmup = 0.0
  /// Steps until a is alpha.
  public var alphaWarmup = 0.0
  /// Keeps the denominator from 0.
  public var eps = 1e-8
  /// What of the parameter a step of rate 1 would take away.
  public var weightDecay = 0.0
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-3, betas: (Double, Double, Double) = (0.9, 0.999, 0.9999),
    alpha: Double = 2.0, beta3Warmup: Double = 0.0, alphaWarmup: Double = 0.0, eps: Double = 1e-8,
    weightDecay: Double = 0.0, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2, beta3) = betas
    self.alpha = alpha
    self.beta3Warmup = beta3Warmup
    self.alphaWarmup = alphaWarmup
    self.eps = eps
    self.weightDecay = weightDecay
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "AdEMAMix" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, .decay)
    declaration.real("beta2", &beta2, .decay)
    declaration.real("beta3", &beta3, .decay)
    declaration.real("alpha", &alpha)
    declaration.real("beta3_warmup", &beta3Warmup)
    declaration.real("alpha_warmup", &alphaWarmup)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("maximize", &maximize)
    declaration.state("exp_avg_fast", .signed)
    declaration.state("exp_avg_slow", .signed)
    declaration.state("exp_avg_sq", .unsigned)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let t = Double(step)
    let root2 = (1 - pow(beta2, t)).squareRoot()
    let mix = alphaWarmup > 0 ? min(t / alphaWarmup, 1) * alpha : alpha
    return .ademamix(
      AdEMAMixStep(
        sign: maximize ? -1 : 1, fast: Blend(keep: beta1), slow: Blend(keep: slowness(t)),
        second: SquareAverage(keep: beta2), shrink: 1 - lr * weightDecay,
        byFast: lr / (1 - pow(beta1, t)) * root2, bySlow: lr * mix * root2,
        epsilon: eps * root2))
  }

  /// b at step t: its halving time goes linearly from beta1's to beta3's.
  private func slowness(_ t: Double) -> Double {
    guard t < beta3Warmup else { return beta3 }
    // The authors' 1e-8, which lets beta1 be 0.
    func halving(_ beta: Double) -> Double { log(0.5) / log(beta + 1e-8) - 1 }
    let way = t / beta3Warmup
    return pow(0.5, 1 / ((1 - way) * halving(beta1) + way * halving(beta3) + 1))
  }
}

@frozen
public struct AdEMAMixStep: LaneStep {
  @usableFromInline let sign: Double
  @usableFromInline let fast, slow: Blend
  @usableFromInline let second: SquareAverage
  @usableFromInline let shrink, byFast, bySlow, epsilon: Double

  @inlinable public static var states: Int { 3 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ s: inout L, _ v: inout L, _: inout L
  ) {
    let g = g * L(sign)
    m = fast(m, g)
    s = slow(s, g)
    v = second(v, g)
    let u = (m * L(byFast) + s * L(bySlow)) / (L.squareRoot(of: v) + L(epsilon))
    p = p * L(shrink) - u
  }
}
