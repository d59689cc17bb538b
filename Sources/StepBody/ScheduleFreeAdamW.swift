import Platform
import Schedules

/// AdamW that averages as it goes, in place of a schedule.
///
/// ```
/// v ← beta2 · v + (1 − beta2) · g²
/// u ← g / (√(v / (1 − beta2ᵗ)) + eps) + weightDecay · y
/// y ← y + c · (z − y) + lr · (beta1 · (1 − c) − 1) · u
/// z ← z − lr · u,   z = y before the first step
/// c = w / Σw,   w = tʳ · (largest lr so far)^weightLrPower
/// ```
///
/// y is the parameter while training; what to evaluate is y + (1 − 1 / beta1) ·
/// (z − y), which `Average` goes to and comes back from. lr rises over warmupSteps.
/// With g negated first under `maximize`.
///
/// Source: Defazio et al., [The Road Less
/// Scheduled](https://arxiv.org/abs/2405.15682).
public struct ScheduleFreeAdamW: Optimizer {
  /// The learning rate.
  public var lr = 2.5e-3
  /// How near y is to the average.
  public var beta1 = 0.9
  /// What v keeps at each step.
  public var beta2 = 0.999
  /// Keeps the denominator from 0.
  public var eps = 1e-8
  /// What of the parameter a step of rate 1 would take away.
  public var weightDecay = 0.0
  /// Steps over which the rate rises to lr.
  public var warmupSteps = 0.0
  /// The power of the step in its weight.
  public var r = 0.0
  /// The power of the rate in its weight.
  public var weightLrPower = 2.0
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 2.5e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0.0, warmupSteps: Double = 0.0, r: Double = 0.0,
    weightLrPower: Double = 2.0, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.warmupSteps = warmupSteps
    self.r = r
    self.weightLrPower = weightLrPower
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "ScheduleFreeAdamW" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("beta1", &beta1, Reals(0, 1, lowerIsOpen: true, upperIsOpen: true))
    declaration.real("beta2", &beta2, .decay)
    declaration.real("eps", &eps)
    declaration.real("weight_decay", &weightDecay)
    declaration.real("warmup_steps", &warmupSteps)
    declaration.real("r", &r)
    declaration.real("weight_lr_power", &weightLrPower)
    declaration.flag("maximize", &maximize)
    declaration.state("z")
    declaration.state("exp_avg_sq")
    declaration.scalar("lr_max", start: -1)
    declaration.scalar("weight_sum", start: 0)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let now = schedule(step, scalars)
    let root2 = (1 - pow(beta2, Double(step))).squareRoot()
    return .scheduleFreeAdamW(
      ScheduleFreeAdamWStep(
        sign: maximize ? -1 : 1, decay: Gradient(maximize: false, weightDecay: weightDecay),
        remembers: step == 1 ? 0 : 1, second: SquareAverage(keep: beta2), root: root2,
        epsilon: eps * root2, lerp: Lerp(weight: now.weight),
        advance: now.lr * (beta1 * (1 - now.weight) - 1), lr: now.lr))
  }

  /// The rate of a step, the weight it has among all, and the numbers of state
  /// after it.
  private func schedule(_ step: Int, _ scalars: UnsafePointer<Double>) -> FreeSchedule {
    FreeSchedule(
      lr: lr, step: step, warmup: warmupSteps, r: r, power: weightLrPower, most: scalars[0],
      sum: scalars[1])
  }

  public func advance(_ step: Int, _ scalars: UnsafeMutablePointer<Double>) {
    let now = schedule(step, scalars)
    (scalars[0], scalars[1]) = (now.most, now.sum)
  }
}

@frozen
public struct ScheduleFreeAdamWStep: LaneStep {
  @usableFromInline let sign: Double
  @usableFromInline let decay: Gradient
  @usableFromInline let remembers: Double
  @usableFromInline let second: SquareAverage
  @usableFromInline let root, epsilon: Double
  @usableFromInline let lerp: Lerp
  @usableFromInline let advance, lr: Double

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ z: inout L, _ v: inout L, _: inout L, _: inout L
  ) {
    let g = g * L(sign)
    z = L.pick(z, p, where: L(remembers))
    v = second(v, g)
    let u = decay(p, g * L(root) / (L.squareRoot(of: v) + L(epsilon)))
    p = lerp(p, z) + u * L(advance)
    z = z - u * L(lr)
  }
}
