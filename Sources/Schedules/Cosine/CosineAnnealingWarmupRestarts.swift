import Platform

/// Half a cosine down to a floor, again and again, with a straight line up to
/// the top before each.
///
/// ```
/// rate(t) = minLR + (top − minLR) · s / warmupSteps                     s < warmupSteps
///           minLR + (top − minLR) · (1 + cos(π · (s − W) / (T − W))) / 2
/// ```
///
/// where top is base · gammaⁱ, W is `warmupSteps`, and the cycle i that t falls
/// in is T steps long and began s steps ago: T − W grows by the factor
/// `cycleMult`, rounded down, and W does not.
///
/// Source: the `CosineAnnealingWarmupRestarts` of pytorch_optimizer, whose
/// first rate is the floor even without a warm-up.
///
/// - Peers:
///   - pytorch_optimizer `CosineAnnealingWarmupRestarts(first_cycle_steps, cycle_mult, max_lr,
///     min_lr, warmup_steps, gamma)`: The same with max_lr for the base rate, which there is
///     one for all groups. Its first rate is the floor even without a warm-up.
///   - optax `sgdr_schedule(cosine_kwargs)`: `SequentialLR([CosineDecay(S1, warmup_steps=W1),
///     CosineDecay(S2, warmup_steps=W2)], milestones=[S1])`. A cycle each, where every one may
///     have its own peak: libsched.optax has it whole.
/// - Complexity: O(cycles), whose lengths multiply; O(1) for cycle_mult = 1
/// - Example: `CosineAnnealingWarmupRestarts(40, cycle_mult=1.5, warmup_steps=10, gamma=0.8)`
///   over 200 steps
public struct CosineAnnealingWarmupRestarts: Schedule {
  /// Steps of the first cycle, warm-up included.
  public internal(set) var firstCycleSteps = 1
  /// How much longer each cosine is than the one before; at least 1.
  public internal(set) var cycleMult = 1.0
  /// The floor, in the units of the rate; finite, at least 0.
  public internal(set) var minLR = 0.0
  /// Steps of each warm-up; fewer than `firstCycleSteps`.
  public internal(set) var warmupSteps = 0
  /// What each cycle leaves of the next one's top; finite, at least 0.
  public internal(set) var gamma = 1.0

  public init() {}

  /// Throws when a field is out of its range, or the warm-up is as long as the
  /// cycle.
  public init(
    firstCycleSteps: Int, cycleMult: Double = 1, minLR: Double = 0, warmupSteps: Int = 0,
    gamma: Double = 1
  ) throws(Refusal) {
    self.firstCycleSteps = firstCycleSteps
    self.cycleMult = cycleMult
    self.minLR = minLR
    self.warmupSteps = warmupSteps
    self.gamma = gamma
    try validate()
  }

  public static var name: StaticString { "CosineAnnealingWarmupRestarts" }
  public static var summary: StaticString {
    "Half a cosine down to a floor, again and again, with a straight line up before each."
  }
  public static var formula: StaticString {
    "rate(t) = min_lr + (top - min_lr) * s / W for s < W = warmup_steps, then min_lr + (top - min_lr) * (1 + cos(pi * (s - W) / (T - W))) / 2; top = base * gamma^i, s steps into cycle i of T"
  }
  public static var source: StaticString { "pytorch_optimizer, CosineAnnealingWarmupRestarts" }

  public mutating func describe(_ fields: Fields) {
    fields.steps(
      "first_cycle_steps", &firstCycleSteps, .required,
      note: "steps of the first cycle, warm-up included")
    fields.real(
      "cycle_mult", &cycleMult, accepts: .growth,
      note: "how much longer each cosine is than the one before")
    fields.real("min_lr", &minLR, note: "the floor, in the units of the rate")
    fields.step("warmup_steps", &warmupSteps, note: "steps of each warm-up")
    fields.real("gamma", &gamma, note: "what each cycle leaves of the next one's top")
  }

  public func inconsistency() -> Refusal? {
    guard warmupSteps < firstCycleSteps else {
      return Refusal(
        .value, "CosineAnnealingWarmupRestarts warmup_steps", value: "\(warmupSteps)",
        accepted: "less than first_cycle_steps=\(firstCycleSteps)")
    }
    return nil
  }

  public func rate(at t: Int, base: Double) -> Double {
    let cycles = Cycles(
      first: firstCycleSteps - warmupSteps, beside: warmupSteps, growth: cycleMult,
      besideGrows: false)
    let (index, since, length, _) = cycles.place(at: t)
    let top = base * pow(gamma, Double(index))
    if since < warmupSteps {
      return (top - minLR) * Double(since) / Double(warmupSteps) + minLR
    }
    return minLR
      + (top - minLR) * (1 + cos(.pi * Double(since - warmupSteps) / Double(length))) / 2
  }
}
