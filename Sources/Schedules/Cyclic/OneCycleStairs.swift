import Platform

/// One cycle between two rates, in stairs if one likes, and a slow decay after
/// it; momentum the other way round.
///
/// ```
/// t ≤ cycle: low + (cycleMaxLR − low) · height
/// after:     low / (1 + decayLRRate · (t − cycle) / decayStepSize)
/// ```
///
/// where the cycle is `cycleFirstStepSize` + `cycleSecondStepSize` steps, height
/// goes 0 ↗ 1 over the first and ↘ 0 over the second, and n stairs floor it to
/// n-ths. Momentum goes from `cycleMaxMom` down to `cycleMinMom` and back, then
/// grows by `decayMomRate` in the same way, up to 1.
///
/// Source: Smith, [A disciplined approach](https://arxiv.org/abs/1803.09820);
/// DeepSpeed's `OneCycle`, whose `last_batch_iteration` is t − 1. DeepSpeed's
/// momentum grows past 1.
///
/// - Peers:
///   - DeepSpeed `OneCycle(cycle_min_lr, cycle_max_lr, decay_lr_rate=0.0,
///     cycle_first_step_size=2000, decay_step_size=0, cycle_momentum=True, cycle_min_mom=0.8,
///     cycle_max_mom=0.9, decay_mom_rate=0.0)`: The same fields; a size or a count of 0 is left
///     out here. Its last_batch_iteration is t - 1, its first momentum the lowest until the
///     first step(), its beta2 always 0.99, and its momentum grows past 1.
/// - Complexity: O(1)
/// - Example: `OneCycleStairs(cycle_max_lr=1.0, decay_lr_rate=0.5, cycle_first_step_size=30,
///   cycle_first_stair_count=6, decay_step_size=20)` from 0.1 over 140 steps
public struct OneCycleStairs: Schedule {
  /// The rate at both ends, in its units; `nil` takes the base rate for it.
  public internal(set) var cycleMinLR: Double?
  /// The peak, in the units of the rate; finite, at least 0.
  public internal(set) var cycleMaxLR = 1.0
  /// What the decay divides by grows by this in `decayStepSize` steps.
  public internal(set) var decayLRRate = 0.0
  /// Steps up; at least 1.
  public internal(set) var cycleFirstStepSize = 2000
  /// Steps down; `nil` for as many as up.
  public internal(set) var cycleSecondStepSize: Int?
  /// Stairs up; `nil` for a straight line.
  public internal(set) var cycleFirstStairCount: Int?
  /// Stairs down; `nil` for a straight line.
  public internal(set) var cycleSecondStairCount: Int?
  /// Steps of an interval of the decay; `nil` for no decay.
  public internal(set) var decayStepSize: Int?
  /// Whether it drives the momentum at all.
  public internal(set) var cycleMomentum = true
  public internal(set) var cycleMinMom = 0.8
  public internal(set) var cycleMaxMom = 0.9
  /// The momentum's growth in `decayStepSize` steps.
  public internal(set) var decayMomRate = 0.0

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    cycleMinLR: Double? = nil, cycleMaxLR: Double, decayLRRate: Double = 0,
    cycleFirstStepSize: Int = 2000, cycleSecondStepSize: Int? = nil,
    cycleFirstStairCount: Int? = nil, cycleSecondStairCount: Int? = nil,
    decayStepSize: Int? = nil, cycleMomentum: Bool = true,
    cycleMinMom: Double = 0.8, cycleMaxMom: Double = 0.9, decayMomRate: Double = 0
  ) throws(Refusal) {
    self.cycleMinLR = cycleMinLR
    self.cycleMaxLR = cycleMaxLR
    self.decayLRRate = decayLRRate
    self.cycleFirstStepSize = cycleFirstStepSize
    self.cycleSecondStepSize = cycleSecondStepSize
    self.cycleFirstStairCount = cycleFirstStairCount
    self.cycleSecondStairCount = cycleSecondStairCount
    self.decayStepSize = decayStepSize
    self.cycleMomentum = cycleMomentum
    self.cycleMinMom = cycleMinMom
    self.cycleMaxMom = cycleMaxMom
    self.decayMomRate = decayMomRate
    try validate()
  }

  public static var name: StaticString { "OneCycleStairs" }
  public static var summary: StaticString {
    "One cycle between two rates, in stairs if one likes, and a slow decay after it."
  }
  public static var formula: StaticString {
    "rate(t) = low + (cycle_max_lr - low) * height in the cycle, then low / (1 + decay_lr_rate * (t - cycle) / decay_step_size)"
  }
  public static var source: StaticString {
    "Smith, A disciplined approach (arXiv:1803.09820); DeepSpeed, OneCycle"
  }

  public mutating func describe(_ fields: Fields) {
    fields.real(
      "cycle_min_lr", &cycleMinLR,
      note: "the rate at both ends, in its units; the base rate if absent")
    fields.real("cycle_max_lr", &cycleMaxLR, .required, note: "the peak, in the units of the rate")
    fields.real(
      "decay_lr_rate", &decayLRRate, note: "what the decay's divisor grows by in decay_step_size")
    fields.steps("cycle_first_step_size", &cycleFirstStepSize, note: "steps up")
    fields.steps(
      "cycle_second_step_size", &cycleSecondStepSize, note: "steps down; as many as up if absent")
    fields.count(
      "cycle_first_stair_count", &cycleFirstStairCount,
      note: "stairs up; a straight line if absent")
    fields.count(
      "cycle_second_stair_count", &cycleSecondStairCount,
      note: "stairs down; a straight line if absent")
    fields.steps(
      "decay_step_size", &decayStepSize,
      note: "steps of an interval of the decay; no decay if absent")
    fields.flag("cycle_momentum", &cycleMomentum, note: "whether it drives the momentum")
    fields.real(
      "cycle_min_mom", &cycleMinMom, accepts: .fraction, note: "the momentum at the peak")
    fields.real(
      "cycle_max_mom", &cycleMaxMom, accepts: .fraction, note: "the momentum at both ends")
    fields.real(
      "decay_mom_rate", &decayMomRate, note: "the momentum's growth in decay_step_size, up to 1")
  }

  /// Steps of the cycle, up and down.
  private var cycle: Int { cycleFirstStepSize + (cycleSecondStepSize ?? cycleFirstStepSize) }

  public func rate(at t: Int, base: Double) -> Double {
    let low = cycleMinLR ?? base
    guard t > cycle else { return low + (cycleMaxLR - low) * height(at: t) }
    return low / (1 + decayLRRate * intervals(at: t))
  }

  public func momentum(at t: Int, base: Double) -> Double {
    guard cycleMomentum else { return base }
    guard t > cycle else {
      return cycleMaxMom - (cycleMaxMom - cycleMinMom) * height(at: t)
    }
    return min(1, cycleMaxMom * (1 + decayMomRate * intervals(at: t)))
  }

  /// Intervals of the decay since the cycle.
  private func intervals(at t: Int) -> Double {
    decayStepSize.map { Double(t - cycle) / Double($0) } ?? 0
  }

  /// How high up the cycle a step is, 0 to 1.
  private func height(at t: Int) -> Double {
    let total = Double(cycle)
    let first = Double(cycleFirstStepSize)
    let ratio = first / total
    let turn = (1 + Double(t) / total).rounded(.down)
    let x = 1 + Double(t) / total - turn
    let isUp = x <= ratio
    guard let stairs = isUp ? cycleFirstStairCount : cycleSecondStairCount else {
      return isUp ? x / ratio : (x - 1) / (ratio - 1)
    }
    // From the step, which is exact: the fraction may fall a whole stair short.
    let place = Double(t == cycle ? 0 : t)
    let stair =
      place <= first
      ? place * Double(stairs) / first : (total - place) * Double(stairs) / (total - first)
    return stair.rounded(.down) / Double(stairs)
  }
}
