/// One cycle: up to a peak, down to next to nothing, momentum the other way
/// round.
///
/// ```
/// initial = peak / divFactor, last = initial / finalDivFactor
/// two phases:   initial ↗ peak over pctStart · totalSteps − 1 steps, ↘ last
/// three phases: initial ↗ peak ↘ initial, as long again, ↘ last
/// ```
///
/// Momentum goes from `maxMomentum` to `baseMomentum` on the way up and back on
/// the way down.
///
/// Source: Smith and Topin, [Super-Convergence](https://arxiv.org/abs/1708.07120);
/// PyTorch's `OneCycleLR`, whose phases end one step early, too. PyTorch goes on
/// to a step `totalSteps`, back up; here the last step is `totalSteps` − 1.
///
/// - Peers:
///   - PyTorch `OneCycleLR(max_lr, total_steps, pct_start=0.3, anneal_strategy='cos',
///     base_momentum=0.85, max_momentum=0.95, div_factor=25.0, final_div_factor=1e4,
///     three_phase=False)`: The same fields and bits; max_lr is the base rate where it is left
///     out. There a step N goes back up; here the last is N - 1.
///   - MMEngine `OneCycleLR(eta_max, total_steps, pct_start, div_factor, final_div_factor,
///     three_phase)`: `OneCycleLR(eta_max, total_steps, pct_start=pct_start,
///     div_factor=div_factor, final_div_factor=final_div_factor, three_phase=three_phase,
///     cycle_momentum=False)`. It has no momentum.
///   - PaddlePaddle `OneCycleLR(max_learning_rate, total_steps, divide_factor=25.0,
///     end_learning_rate=1e-4, phase_pct=0.3, three_phase=False)`:
///     `OneCycleLR(max_learning_rate, total_steps, pct_start=phase_pct,
///     div_factor=divide_factor,
///     final_div_factor=max_learning_rate/divide_factor/end_learning_rate,
///     three_phase=three_phase, cycle_momentum=False)`. Its last rate is given, not divided
///     for.
///   - tinygrad `OneCycleLR(max_lr, div_factor, final_div_factor, total_steps, pct_start)`:
///     `OneCycleLR(max_lr, total_steps, pct_start=pct_start, div_factor=div_factor,
///     final_div_factor=final_div_factor, anneal_strategy='linear', cycle_momentum=False)`. In
///     straight lines.
/// - Complexity: O(1)
/// - Example: `OneCycleLR(max_lr=1.0, total_steps=100)` over 100 steps
/// - Example: `OneCycleLR(max_lr=1.0, total_steps=100, anneal_strategy='linear',
///   cycle_momentum=False, three_phase=True)` over 100 steps
public struct OneCycleLR: Schedule {
  /// The peak, in the units of the rate; `nil` takes the base rate for it.
  public internal(set) var maxLR: Double?
  public internal(set) var givenTotalSteps: Int?
  public internal(set) var epochs: Int?
  public internal(set) var stepsPerEpoch: Int?
  /// The part of the steps that goes up; 0 to 1, or to ½ in three phases.
  public internal(set) var pctStart = 0.3
  public internal(set) var annealStrategy = Anneal.cos
  /// Whether it drives the momentum at all.
  public internal(set) var cycleMomentum = true
  public internal(set) var baseMomentum = 0.85
  public internal(set) var maxMomentum = 0.95
  public internal(set) var divFactor = 25.0
  public internal(set) var finalDivFactor = 1e4
  public internal(set) var threePhase = false

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    maxLR: Double? = nil, totalSteps: Int, pctStart: Double = 0.3,
    annealStrategy: Anneal = .cos, cycleMomentum: Bool = true, baseMomentum: Double = 0.85,
    maxMomentum: Double = 0.95, divFactor: Double = 25, finalDivFactor: Double = 1e4,
    threePhase: Bool = false
  ) throws(Refusal) {
    self.maxLR = maxLR
    self.givenTotalSteps = totalSteps
    self.pctStart = pctStart
    self.annealStrategy = annealStrategy
    self.cycleMomentum = cycleMomentum
    self.baseMomentum = baseMomentum
    self.maxMomentum = maxMomentum
    self.divFactor = divFactor
    self.finalDivFactor = finalDivFactor
    self.threePhase = threePhase
    try validate()
  }

  public static var name: StaticString { "OneCycleLR" }
  public static var summary: StaticString {
    "One cycle: up to a peak, down to next to nothing, momentum the other way round."
  }
  public static var formula: StaticString {
    "peak / div_factor up to peak over pct_start * total_steps - 1 steps, then down to peak / (div_factor * final_div_factor) at step total_steps - 1"
  }
  public static var source: StaticString {
    "Smith and Topin, Super-Convergence (arXiv:1708.07120); PyTorch, OneCycleLR"
  }

  public mutating func describe(_ fields: Fields) {
    fields.real(
      "max_lr", &maxLR, note: "the peak, in the units of the rate; the base rate if absent")
    fields.steps("total_steps", &givenTotalSteps, note: "steps in all")
    // Of the two, one grows with the unit of a step.
    fields.count("epochs", &epochs, note: "epochs in all, if total_steps is absent")
    fields.steps(
      "steps_per_epoch", &stepsPerEpoch, note: "steps of an epoch, if total_steps is absent")
    fields.real(
      "pct_start", &pctStart, accepts: .fraction, note: "the part of the steps that goes up")
    fields.word("anneal_strategy", &annealStrategy, note: "the way from one rate to the next")
    fields.flag("cycle_momentum", &cycleMomentum, note: "whether it drives the momentum")
    fields.real(
      "base_momentum", &baseMomentum, accepts: .fraction, note: "the momentum at the peak")
    fields.real("max_momentum", &maxMomentum, accepts: .fraction, note: "the momentum at both ends")
    fields.real(
      "div_factor", &divFactor, accepts: .positive, note: "the peak over the rate at step 0")
    fields.real(
      "final_div_factor", &finalDivFactor, accepts: .positive,
      note: "the rate at step 0 over the last")
    fields.flag(
      "three_phase", &threePhase, note: "whether it comes down to the first rate before the last")
  }

  /// Steps in all; `epochs` · `stepsPerEpoch` where it is not given itself.
  public var totalSteps: Int {
    if let givenTotalSteps { return givenTotalSteps }
    guard let epochs, let stepsPerEpoch else { return 1 }
    let (product, overflow) = epochs.multipliedReportingOverflow(by: stepsPerEpoch)
    return overflow ? .max : product
  }

  public func inconsistency() -> Refusal? {
    guard givenTotalSteps != nil || (epochs != nil && stepsPerEpoch != nil) else {
      return Refusal(
        .missing, "OneCycleLR total_steps", accepted: "total_steps, or epochs and steps_per_epoch")
    }
    guard Integers.counts.contains(totalSteps) else {
      return Refusal(
        .value, "OneCycleLR epochs * steps_per_epoch", value: "\(totalSteps)",
        accepted: Integers.counts.text)
    }
    guard !threePhase || pctStart <= 0.5 else {
      return Refusal(
        .value, "OneCycleLR pct_start", value: "\(pctStart)",
        accepted: "at most 0.5 with three_phase, which goes up and down in equal time")
    }
    return nil
  }

  public var lastStep: Int { totalSteps - 1 }

  public func rate(at t: Int, base: Double) -> Double {
    let peak = maxLR ?? base
    let initial = peak / divFactor
    return value(at: t, initial, peak, initial, initial / finalDivFactor)
  }

  public func momentum(at t: Int, base: Double) -> Double {
    cycleMomentum ? value(at: t, maxMomentum, baseMomentum, maxMomentum, maxMomentum) : base
  }

  /// The value at a step of the way from `low` to `peak`, with three phases
  /// to `middle`, and to `last`.
  private func value(
    at t: Int, _ low: Double, _ peak: Double, _ middle: Double, _ last: Double
  ) -> Double {
    let t = Double(min(t, lastStep))
    let top = pctStart * Double(totalSteps) - 1
    if t <= top { return between(low, peak, 0, top, t) }
    let end = Double(lastStep)
    guard threePhase else { return between(peak, last, top, end, t) }
    let turn = 2 * pctStart * Double(totalSteps) - 2
    if t <= turn { return between(peak, middle, top, turn, t) }
    return between(middle, last, turn, end, t)
  }

  private func between(
    _ start: Double, _ end: Double, _ first: Double, _ last: Double, _ t: Double
  ) -> Double {
    // A phase without steps is over as it begins.
    if first == last { return end }
    return annealStrategy.value(from: start, to: end, at: (t - first) / (last - first))
  }
}
