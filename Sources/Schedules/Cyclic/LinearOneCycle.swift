/// In straight lines up to the base rate, down to where it began, and on to
/// next to nothing, in optax's counting.
///
/// ```
/// base / divFactor ↗ base at ⌊pctStart · totalSteps⌋
///                  ↘ base / divFactor at ⌊pctFinal · totalSteps⌋
///                  ↘ base / (divFactor · finalDivFactor) at totalSteps
/// ```
///
/// and stays there.
///
/// Source: Smith and Topin, [Super-Convergence](https://arxiv.org/abs/1708.07120);
/// optax's `linear_onecycle_schedule`. PyTorch's three phases are cut otherwise:
/// see ``OneCycleLR``.
///
/// - Peers:
///   - optax `linear_onecycle_schedule(transition_steps, peak_value, pct_start=0.3,
///     pct_final=0.85, div_factor=25.0, final_div_factor=1e4)`:
///     `LinearOneCycle(transition_steps, pct_start, pct_final, div_factor, final_div_factor)`.
///     The base rate is peak_value.
/// - Complexity: O(1)
/// - Example: `LinearOneCycle(100)` over 120 steps
public struct LinearOneCycle: Schedule {
  /// The step at which it arrives; at least 1.
  public internal(set) var totalSteps = 1
  /// The part of the steps that goes up; 0 to 1.
  public internal(set) var pctStart = 0.3
  /// The part of the steps after which it is back where it began; 0 to 1.
  public internal(set) var pctFinal = 0.85
  /// The base rate over the rate at step 0; above 0.
  public internal(set) var divFactor = 25.0
  /// The rate at step 0 over the last; above 0.
  public internal(set) var finalDivFactor = 1e4

  public init() {}

  /// Throws when a field is out of its range, or the turns are not in order.
  public init(
    totalSteps: Int, pctStart: Double = 0.3, pctFinal: Double = 0.85, divFactor: Double = 25,
    finalDivFactor: Double = 1e4
  ) throws(Refusal) {
    self.totalSteps = totalSteps
    self.pctStart = pctStart
    self.pctFinal = pctFinal
    self.divFactor = divFactor
    self.finalDivFactor = finalDivFactor
    try validate()
  }

  public static var name: StaticString { "LinearOneCycle" }
  public static var summary: StaticString {
    "One cycle in straight lines, up to the base rate, back, and on to next to nothing, as optax counts."
  }
  public static var formula: StaticString {
    "base / div_factor up to base at floor(pct_start * total_steps), back at floor(pct_final * total_steps), down to base / (div_factor * final_div_factor) at total_steps"
  }
  public static var source: StaticString {
    "Smith and Topin, Super-Convergence (arXiv:1708.07120); optax, linear_onecycle_schedule"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("total_steps", &totalSteps, .required, note: "the step at which it arrives")
    fields.real(
      "pct_start", &pctStart, accepts: .fraction, note: "the part of the steps that goes up")
    fields.real(
      "pct_final", &pctFinal, accepts: .fraction,
      note: "the part of the steps after which it is back where it began")
    fields.real(
      "div_factor", &divFactor, accepts: .positive, note: "the base rate over the one at step 0")
    fields.real(
      "final_div_factor", &finalDivFactor, accepts: .positive,
      note: "the rate at step 0 over the last")
  }

  private var top: Int { Int(pctStart * Double(totalSteps)) }
  private var turn: Int { Int(pctFinal * Double(totalSteps)) }

  public func inconsistency() -> Refusal? {
    guard top < turn, turn < totalSteps else {
      return Refusal(
        .value, "LinearOneCycle pct_final", value: "\(pctFinal)",
        accepted: "more than pct_start and less than 1, by a step of total_steps=\(totalSteps)")
    }
    return nil
  }

  public func rate(at t: Int, base: Double) -> Double {
    let first = base / divFactor
    let peak = first * divFactor
    if t < top { return between(first, peak, 0, top, t) }
    let again = peak * (1 / divFactor)
    if t < turn { return between(peak, again, top, turn, t) }
    let last = again * (1 / finalDivFactor)
    if t < totalSteps { return between(again, last, turn, totalSteps, t) }
    return last
  }

  private func between(
    _ start: Double, _ end: Double, _ first: Int, _ last: Int, _ t: Int
  ) -> Double {
    Anneal.linear.value(from: start, to: end, at: Double(t - first) / Double(last - first))
  }
}
