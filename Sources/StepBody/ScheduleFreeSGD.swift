import Platform
import Schedules

/// SGD that averages as it goes, in place of a schedule.
///
/// ```
/// g ← g + weightDecay · y
/// y ← y + c · (z − y) + lr · (momentum · (1 − c) − 1) · g
/// z ← z − lr · g,   z = y before the first step
/// c = w / Σw,   w = tʳ · (largest lr so far)^weightLrPower
/// ```
///
/// y is the parameter while training; what to evaluate is y + (1 − 1 / momentum) ·
/// (z − y), which `Average` goes to and comes back from. lr rises over warmupSteps.
/// With g negated first under `maximize`.
///
/// Source: Defazio et al., [The Road Less
/// Scheduled](https://arxiv.org/abs/2405.15682).
public struct ScheduleFreeSGD: Optimizer {
  /// The learning rate.
  public var lr = 1.0
  /// How near y is to the average.
  public var momentum = 0.9
  /// What of the parameter is added to the gradient.
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
    lr: Double = 1.0, momentum: Double = 0.9, weightDecay: Double = 0.0,
    warmupSteps: Double = 0.0, r: Double = 0.0, weightLrPower: Double = 2.0,
    maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.warmupSteps = warmupSteps
    self.r = r
    self.weightLrPower = weightLrPower
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "ScheduleFreeSGD" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("momentum", &momentum, Reals(0, 1, lowerIsOpen: true, upperIsOpen: true))
    declaration.real("weight_decay", &weightDecay)
    declaration.real("warmup_steps", &warmupSteps)
    declaration.real("r", &r)
    declaration.real("weight_lr_power", &weightLrPower)
    declaration.flag("maximize", &maximize)
    declaration.state("z")
    declaration.scalar("lr_max", start: -1)
    declaration.scalar("weight_sum", start: 0)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let now = schedule(step, scalars)
    return .scheduleFreeSGD(
      ScheduleFreeSGDStep(
        gradient: Gradient(maximize: maximize, weightDecay: weightDecay),
        remembers: step == 1 ? 0 : 1, lerp: Lerp(weight: now.weight),
        advance: now.lr * (momentum * (1 - now.weight) - 1), lr: now.lr))
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
public struct ScheduleFreeSGDStep: LaneStep {
  @usableFromInline let gradient: Gradient
  @usableFromInline let remembers: Double
  @usableFromInline let lerp: Lerp
  @usableFromInline let advance, lr: Double

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ z: inout L, _: inout L, _: inout L, _: inout L
  ) {
    let g = gradient(p, g)
    z = L.pick(z, p, where: L(remembers))
    p = lerp(p, z) + g * L(advance)
    z = z - g * L(lr)
  }
}

/// What a step of a schedule-free optimizer makes of lr.
struct FreeSchedule {
  let lr, most, sum, weight: Double

  init(
    lr: Double, step: Int, warmup: Double, r: Double, power: Double, most: Double, sum: Double
  ) {
    let t = Double(step)
    self.lr = t <= warmup ? lr * (t / warmup) : lr
    self.most = max(self.lr, most)
    let weight = pow(t, r) * pow(self.most, power)
    self.sum = sum + weight
    self.weight = self.sum == 0 ? 0 : weight / self.sum
  }
}
