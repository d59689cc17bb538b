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
/// With `maxUpdate` the steps are parts of it: ⌊maxUpdate · phaseRatio⌋.
///
/// Source: Park et al., [SpecAugment](https://arxiv.org/abs/1904.08779);
/// fairseq's `tri_stage`.
///
/// - Peers:
///   - fairseq `tri_stage(warmup_steps, hold_steps, decay_steps, init_lr_scale=0.01,
///     final_lr_scale=0.01)`: The same fields.
///   - fairseq `tri_stage(phase_ratio, max_update)`: `TriStage(max_update=max_update,
///     phase_ratio=phase_ratio)`. Its parts must make 1 to the last bit; here to 1e-9.
/// - Complexity: O(1)
/// - Example: `TriStage(20, 40, 40)` over 120 steps
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
  /// Steps in all, of which `phaseRatio` are the parts; in place of the three.
  public internal(set) var maxUpdate: Int?
  /// The parts of `maxUpdate` up, held and down: three that make 1.
  public internal(set) var phaseRatio: [Double] = []

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    warmupSteps: Int = 4000, holdSteps: Int = 20000, decaySteps: Int = 60000,
    initLRScale: Double = 0.01, finalLRScale: Double = 0.01, maxUpdate: Int? = nil,
    phaseRatio: [Double] = []
  ) throws(Refusal) {
    self.warmupSteps = warmupSteps
    self.holdSteps = holdSteps
    self.decaySteps = decaySteps
    self.initLRScale = initLRScale
    self.finalLRScale = finalLRScale
    self.maxUpdate = maxUpdate
    self.phaseRatio = phaseRatio
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
    fields.steps(
      "max_update", &maxUpdate, note: "steps in all, divided by phase_ratio; in place of the three")
    fields.reals(
      "phase_ratio", &phaseRatio, accepts: .fraction,
      note: "the parts of max_update up, held and down, which make 1")
  }

  public func inconsistency() -> Refusal? {
    guard let maxUpdate else {
      return phaseRatio.isEmpty
        ? nil
        : Refusal(.missing, "TriStage max_update", accepted: "the steps that phase_ratio divides")
    }
    guard phaseRatio.count == 3 else {
      return Refusal(
        .value, "TriStage parts of phase_ratio", value: "\(phaseRatio.count)", accepted: "3")
    }
    // Parts such as 0.7, 0.2 and 0.1 need not make 1 to the last bit.
    let sum = phaseRatio[0] + phaseRatio[1] + phaseRatio[2]
    guard abs(sum - 1) < 1e-9 else {
      return Refusal(.value, "TriStage sum of phase_ratio", value: "\(sum)", accepted: "1.0")
    }
    guard stages.down > 0 else {
      return Refusal(
        .value, "TriStage phase_ratio[2]", value: "\(phaseRatio[2])",
        accepted: "more, so that a step of max_update=\(maxUpdate) goes down")
    }
    return nil
  }

  /// Steps up, held and down.
  public var stages: (up: Int, held: Int, down: Int) {
    guard let maxUpdate, phaseRatio.count == 3 else { return (warmupSteps, holdSteps, decaySteps) }
    let steps = Double(maxUpdate)
    return (
      Int(steps * phaseRatio[0]), Int(steps * phaseRatio[1]), Int(steps * phaseRatio[2])
    )
  }

  public func rate(at t: Int, base: Double) -> Double {
    let (warmupSteps, holdSteps, decaySteps) = stages
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
