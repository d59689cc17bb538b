import Platform

/// Any schedule, from its first step, times a factor that grows from nearly 0
/// to 1.
///
/// ```
/// rate(t) = schedule.rate(t) · factor(t)
/// linear:      min(1, (t + 1) / period)
/// exponential: 1 − exp(−(t + 1) / period)
/// radam:       √((ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ)),
///              ρ∞ = 2 / (1 − β₂) − 1, ρ = ρ∞ − 2nβ₂ⁿ / (1 − β₂ⁿ),
///              n counting from the first at which ρ > 4
/// ```
///
/// Without a period it is untuned: ⌊2 / (1 − β₂)⌋ steps for linear and
/// ⌊1 / (1 − β₂)⌋ for exponential, from Adam's β₂. Unlike ``Warmup``, it lets
/// the schedule run from step 0.
///
/// Source: Ma and Yarats, [On the adequacy of untuned warmup for adaptive
/// optimization](https://arxiv.org/abs/1910.04209); Liu et al.,
/// [RAdam](https://arxiv.org/abs/1908.03265); pytorch_warmup.
///
/// - Peers:
///   - pytorch_warmup `LinearWarmup(warmup_period)`: `Dampening(schedule,
///     period=warmup_period)`. There as a context around the other scheduler's step.
///   - pytorch_warmup `ExponentialWarmup(warmup_period)`: `Dampening(schedule,
///     shape='exponential', period=warmup_period)`
///   - pytorch_warmup `UntunedLinearWarmup`: `Dampening(schedule, beta2=beta2)`. There every
///     group's own beta2; here the field.
///   - pytorch_warmup `UntunedExponentialWarmup`: `Dampening(schedule, shape='exponential',
///     beta2=beta2)`. There every group's own beta2; here the field.
///   - pytorch_warmup `RAdamWarmup`: `Dampening(schedule, shape='radam', beta2=beta2)`. There
///     every group's own beta2, which must be above 0.6; here the field.
/// - Complexity: that of the schedule; O(1) of its own
/// - Example: `Dampening(CosineAnnealingLR(100), period=20)` over 100 steps
/// - Example: `Dampening(CosineAnnealingLR(100), shape='exponential', period=10)` over 100
///   steps
/// - Example: `Dampening(CosineAnnealingLR(100), shape='radam', beta2=0.97)` over 100 steps
public struct Dampening: Schedule {
  public enum Shape: Int, Word {
    case linear, exponential, radam

    public static let words: [StaticString] = ["linear", "exponential", "radam"]
  }

  /// What is damped.
  public internal(set) var schedule = AnySchedule(Constant())
  public internal(set) var shape = Shape.linear
  /// Steps to the full rate, or to 1 − 1/e of it where it is exponential;
  /// `nil` takes them from β₂.
  public internal(set) var givenPeriod: Int?
  /// Adam's second moment's decay; 0 to below 1, and above 0.6 for RAdam.
  public internal(set) var beta2 = 0.999

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    _ schedule: AnySchedule, shape: Shape = .linear, period: Int? = nil, beta2: Double = 0.999
  ) throws(Refusal) {
    self.schedule = schedule
    self.shape = shape
    givenPeriod = period
    self.beta2 = beta2
    try validate()
  }

  /// Throws when a field is out of its range.
  public init(
    _ schedule: some Schedule, shape: Shape = .linear, period: Int? = nil, beta2: Double = 0.999
  ) throws(Refusal) {
    try self.init(AnySchedule(schedule), shape: shape, period: period, beta2: beta2)
  }

  public static var name: StaticString { "Dampening" }
  public static var summary: StaticString {
    "Any schedule, from its first step, times a warm-up factor; untuned from beta2, or RAdam's."
  }
  public static var formula: StaticString {
    "rate(t) = schedule.rate(t) * factor(t), factor min(1, (t + 1) / period), 1 - exp(-(t + 1) / period), or RAdam's rectification"
  }
  public static var source: StaticString {
    "Ma and Yarats, On the adequacy of untuned warmup (arXiv:1910.04209); Liu et al., RAdam (arXiv:1908.03265); pytorch_warmup"
  }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what is damped")
    fields.word("shape", &shape, note: "the factor's way up")
    fields.steps(
      "period", &givenPeriod,
      note: "steps of the way up; 2 / (1 - beta2) if absent, 1 / (1 - beta2) where exponential")
    fields.real("beta2", &beta2, accepts: .decay, note: "Adam's decay of the second moment")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard shape == .radam else { return nil }
    guard givenPeriod == nil else {
      return Refusal(
        .value, "Dampening period", value: "\(period)",
        accepted: "none for RAdam's factor, which has its own")
    }
    guard firstRectified() != nil else {
      return Refusal(
        .value, "Dampening beta2", value: "\(beta2)",
        accepted: "above 0.6 for RAdam's factor, below which it never starts")
    }
    return nil
  }

  public var lastStep: Int { schedule.lastStep }

  public func rate(at t: Int, base: Double) -> Double {
    schedule.rate(at: t, base: base) * factor(at: t)
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    copy.schedule = schedule.observing(metric, at: t, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double { schedule.momentum(at: t, base: base) }

  private var period: Double {
    if let givenPeriod { return Double(givenPeriod) }
    return ((shape == .linear ? 2 : 1) / (1 - beta2)).rounded(.down)
  }

  private func factor(at t: Int) -> Double {
    let n = Double(t) + 1
    switch shape {
    case .linear: return min(1, n / period)
    case .exponential: return 1 - exp(-n / period)
    case .radam:
      let r = rho(Double(t) + Double(firstRectified() ?? 1))
      // Where β₂ is within a few ulps of 1, ρ is little more than rounding.
      guard r > 4 else { return 0 }
      return ((r - 4) * (r - 2) * limit / ((limit - 4) * (limit - 2) * r)).squareRoot()
    }
  }

  /// ρ∞, the length of the longest average.
  private var limit: Double { 2 / (1 - beta2) - 1 }

  /// ρ, the length of the average at a step.
  private func rho(_ n: Double) -> Double {
    let power = pow(beta2, n)
    return limit - 2 * n * power / (1 - power)
  }

  /// The first step at which ρ > 4; 5 for every usual β₂, and some dozens as
  /// β₂ nears 0.6, where ρ∞ is 4.
  private func firstRectified() -> Int? {
    guard beta2 > 0.6, limit > 4 else { return nil }
    return (1...200).first { rho(Double($0)) > 4 }
  }
}
