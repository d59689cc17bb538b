import Platform

/// Another schedule with noise on it: the same noise at the same step in every
/// run of the same seed.
///
/// ```
/// rate(t) = schedule.rate(t) · (1 + n(seed, t))    begin ≤ t < end
/// ```
///
/// where n is normal with the deviation `std`, or uniform, and |n| < `pct`. It
/// depends on nothing but the seed and the step, so that a run that resumes, or
/// asks for any step at all, has the same noise. Every group has the same.
///
/// The randomness is the counter-based generator Philox4x64 with ten rounds,
/// keyed with (seed, 0) and asked for the blocks (t, attempt, 0, 0), attempt
/// from 0. The two words of either half of a block, cut to 53 bits, are u and v
/// in 0..<1, and propose
///
/// ```
/// n = pct · (2u − 1)                          uniform: taken
///                                             normal, pct ≤ std: taken if v < exp(−n² / 2std²)
/// n = std · √(−2 ln(1 − u)) · cos(2πv)         normal, pct > std: taken if |n| < pct
/// ```
///
/// Source: timm's noise, which draws from PyTorch's generator seeded with
/// seed + t; Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, for
/// Philox.
///
/// - Peers:
///   - timm `noise_range_t=[a, b], noise_pct=0.67, noise_std=1.0, noise_seed=42`:
///     `Noise(schedule, pct=noise_pct, std=noise_std, seed=noise_seed, begin=a, end=b)`. The
///     same distribution from other random numbers: timm draws from PyTorch's generator, which
///     libsched.timm does as well. timm's own noise_std is without effect.
/// - Complexity: that of the schedule; O(1) of its own
/// - Example: `Noise(CosineAnnealingLR(100), pct=0.3, std=0.1)` over 100 steps
/// - Example: `CosineAnnealingLR(100)` over 100 steps
public struct Noise: Schedule {
  /// How the noise is distributed.
  public enum Distribution: Int, Word {
    case normal, uniform

    public static let words: [StaticString] = ["normal", "uniform"]
  }

  public internal(set) var schedule = AnySchedule(Constant())
  /// What the noise stays below, as a part of the rate; 0 to 1.
  public internal(set) var pct = 0.67
  /// The deviation of normal noise before it is cut; above 0.
  public internal(set) var std = 1.0
  /// 0 to 2⁵³.
  public internal(set) var seed = 42
  public internal(set) var distribution = Distribution.normal
  /// The first step with noise.
  public internal(set) var begin = 0
  /// The first step without it again; `nil` for none.
  public internal(set) var end: Int?

  public init() {}

  /// Throws when a field is out of its range, or `end` is not after `begin`.
  public init(
    _ schedule: AnySchedule, pct: Double = 0.67, std: Double = 1, seed: Int = 42,
    distribution: Distribution = .normal, begin: Int = 0, end: Int? = nil
  ) throws(Refusal) {
    self.schedule = schedule
    self.pct = pct
    self.std = std
    self.seed = seed
    self.distribution = distribution
    self.begin = begin
    self.end = end
    try validate()
  }

  public static var name: StaticString { "Noise" }
  public static var summary: StaticString {
    "Another schedule with noise on it, the same at the same step in every run of the same seed."
  }
  public static var formula: StaticString {
    "rate(t) = schedule.rate(t) * (1 + n(seed, t)) for begin <= t < end, |n| < pct"
  }
  public static var source: StaticString {
    "timm, noise_range_t; Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011)"
  }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what the noise is on")
    fields.real(
      "pct", &pct, accepts: .fraction, note: "what the noise stays below, as a part of the rate")
    fields.real(
      "std", &std, accepts: .positive, note: "the deviation of normal noise before it is cut")
    fields.number("seed", &seed, note: "which noise")
    fields.word("distribution", &distribution, note: "how the noise is distributed")
    fields.step("begin", &begin, note: "the first step with noise")
    fields.steps("end", &end, note: "the first step without it again; none if absent")
  }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard let end, end <= begin else { return nil }
    return Refusal(.value, "Noise end", value: "\(end)", accepted: "more than begin=\(begin)")
  }

  public var lastStep: Int { schedule.lastStep }

  public func rate(at t: Int, base: Double) -> Double {
    let rate = schedule.rate(at: t, base: base)
    return t >= begin && t < end ?? .max ? rate + rate * noise(at: t) : rate
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    copy.schedule = schedule.observing(metric, at: t, base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double { schedule.momentum(at: t, base: base) }

  private func noise(at t: Int) -> Double {
    // Two proposals in three are taken at the least: that none of these is
    // happens once in 10⁶⁰ steps.
    for attempt in 0..<64 as Range<UInt64> {
      let (a, b, c, d) = philox(
        counter: (UInt64(t), attempt, 0, 0), key: (UInt64(seed), 0))
      if let taken = proposal(a, b) ?? proposal(c, d) { return taken }
    }
    return 0
  }

  private func proposal(_ first: UInt64, _ second: UInt64) -> Double? {
    let (u, v) = (unit(first), unit(second))
    if distribution == .uniform { return pct * (2 * u - 1) }
    if pct <= std {
      let n = pct * (2 * u - 1)
      let deviations = n / std
      return v < exp(-0.5 * deviations * deviations) ? n : nil
    }
    let n = std * (-2 * log(1 - u)).squareRoot() * cos(2 * .pi * v)
    return abs(n) < pct ? n : nil
  }

  /// 53 bits as a number in 0..<1.
  private func unit(_ word: UInt64) -> Double { Double(word >> 11) * 0x1p-53 }
}

/// A block of Philox4x64 with ten rounds.
private func philox(
  counter: (UInt64, UInt64, UInt64, UInt64), key: (UInt64, UInt64)
) -> (UInt64, UInt64, UInt64, UInt64) {
  var (x, k) = (counter, key)
  for _ in 0..<10 {
    let p = (0xD2E7_470E_E14C_6C93 as UInt64).multipliedFullWidth(by: x.0)
    let q = (0xCA5A_8263_9512_1157 as UInt64).multipliedFullWidth(by: x.2)
    x = (q.high ^ x.1 ^ k.0, q.low, p.high ^ x.3 ^ k.1, p.low)
    k = (k.0 &+ 0x9E37_79B9_7F4A_7C15, k.1 &+ 0xBB67_AE85_84CA_A73B)
  }
  return x
}
