import Platform

/// Up in a line, held, and down exponentially, then on the floor.
///
/// ```
/// up:   initLRScale · base to base in `warmupSteps`
/// held: base for `holdSteps`
/// down: base · finalLRScale^(s / decaySteps), s steps into `decaySteps`
/// then: base · finalLRScale
/// ```
///
/// Source: Park et al., [SpecAugment](https://arxiv.org/abs/1904.08779);
/// fairseq's `tri_stage`.
public struct TriStage: Schedule {
  /// Steps up; 0 for none.
  public internal(set) var warmupSteps = 4000
  /// Steps at the base rate; 0 for none.
  public internal(set) var holdSteps = 20000
  /// Steps down; at least 1.
  public internal(set) var decaySteps = 60000
  /// What it starts from, in base rates; finite, at least 0.
  public internal(set) var initLRScale = 0.01
  /// What it ends at, in base rates; finite, above 0.
  public internal(set) var finalLRScale = 0.01

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    warmupSteps: Int = 4000, holdSteps: Int = 20000, decaySteps: Int = 60000,
    initLRScale: Double = 0.01, finalLRScale: Double = 0.01
  ) throws(Refusal) {
    self.warmupSteps = warmupSteps
    self.holdSteps = holdSteps
    self.decaySteps = decaySteps
    self.initLRScale = initLRScale
    self.finalLRScale = finalLRScale
    try validate()
  }

  public static var name: StaticString { "TriStage" }
  public static var summary: StaticString {
    "Up in a line, held, and down exponentially, then on the floor."
  }
  public static var formula: StaticString {
    "rate(t) = base * (init_lr_scale to 1 in warmup_steps, 1 for hold_steps, then final_lr_scale^(s / decay_steps), s steps on, to final_lr_scale)"
  }
  public static var source: StaticString {
    "Park et al., SpecAugment (arXiv:1904.08779); fairseq, tri_stage"
  }

  public mutating func describe(_ fields: Fields) {
    fields.step("warmup_steps", &warmupSteps, note: "steps up; 0 for none")
    fields.step("hold_steps", &holdSteps, note: "steps at the base rate; 0 for none")
    fields.steps("decay_steps", &decaySteps, note: "steps down")
    fields.real("init_lr_scale", &initLRScale, note: "what it starts from, in base rates")
    fields.real(
      "final_lr_scale", &finalLRScale, accepts: .positive, note: "what it ends at, in base rates")
  }

  public func rate(at t: Int, base: Double) -> Double {
    if t < warmupSteps {
      let start = initLRScale * base
      return start + (base - start) / Double(warmupSteps) * Double(t)
    }
    let s = t - warmupSteps - holdSteps
    if s < 0 { return base }
    if s > decaySteps { return finalLRScale * base }
    let factor = -log(finalLRScale) / Double(decaySteps)
    return base * exp(-factor * Double(s))
  }
}
