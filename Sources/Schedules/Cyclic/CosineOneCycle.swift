/// Half a cosine up to the base rate and half a cosine down to next to nothing,
/// in optax's counting.
///
/// ```
/// base / divFactor ↗ base at ⌊pctStart · totalSteps⌋ ↘ base / (divFactor · finalDivFactor) at totalSteps
/// ```
///
/// and stays there.
///
/// Source: Smith and Topin, [Super-Convergence](https://arxiv.org/abs/1708.07120);
/// optax's `cosine_onecycle_schedule`. PyTorch's turns come a step earlier: see
/// ``OneCycleLR``.
///
/// - Peers:
///   - optax `cosine_onecycle_schedule(transition_steps, peak_value, pct_start=0.3,
///     div_factor=25.0, final_div_factor=1e4)`: `CosineOneCycle(transition_steps, pct_start,
///     div_factor, final_div_factor)`. The base rate is peak_value; its last rate is peak_value
///     / (div_factor * final_div_factor).
///   - ParameterSchedulers.jl `OneCycle(nsteps, maxval)`: `CosineOneCycle(nsteps,
///     pct_start=0.25, div_factor=25.0, final_div_factor=4000.0)`. Its first step is 1: our t
///     is its t - 1.
/// - Complexity: O(1)
/// - Example: `CosineOneCycle(100)` over 120 steps
public struct CosineOneCycle: Schedule {
  /// The step at which it arrives; at least 1.
  public internal(set) var totalSteps = 1
  /// The part of the steps that goes up; 0 to 1.
  public internal(set) var pctStart = 0.3
  /// The base rate over the rate at step 0; above 0.
  public internal(set) var divFactor = 25.0
  /// The rate at step 0 over the last; above 0.
  public internal(set) var finalDivFactor = 1e4

  public init() {}

  /// Throws when a field is out of its range, or the way up is all there is.
  public init(
    totalSteps: Int, pctStart: Double = 0.3, divFactor: Double = 25, finalDivFactor: Double = 1e4
  ) throws(Refusal) {
    self.totalSteps = totalSteps
    self.pctStart = pctStart
    self.divFactor = divFactor
    self.finalDivFactor = finalDivFactor
    try validate()
  }

  public static var name: StaticString { "CosineOneCycle" }
  public static var summary: StaticString {
    "One cycle along cosines, up to the base rate and down to next to nothing, as optax counts."
  }
  public static var formula: StaticString {
    "base / div_factor up to base at floor(pct_start * total_steps), then down to base / (div_factor * final_div_factor) at total_steps"
  }
  public static var source: StaticString {
    "Smith and Topin, Super-Convergence (arXiv:1708.07120); optax, cosine_onecycle_schedule"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("total_steps", &totalSteps, .required, note: "the step at which it arrives")
    fields.real(
      "pct_start", &pctStart, accepts: .fraction, note: "the part of the steps that goes up")
    fields.real(
      "div_factor", &divFactor, accepts: .positive, note: "the base rate over the one at step 0")
    fields.real(
      "final_div_factor", &finalDivFactor, accepts: .positive,
      note: "the rate at step 0 over the last")
  }

  private var top: Int { Int(pctStart * Double(totalSteps)) }

  public func inconsistency() -> Refusal? {
    guard top < totalSteps else {
      return Refusal(
        .value, "CosineOneCycle pct_start", value: "\(pctStart)",
        accepted: "less, so that a step of total_steps=\(totalSteps) goes down")
    }
    return nil
  }

  public func rate(at t: Int, base: Double) -> Double {
    let first = base / divFactor
    let peak = first * divFactor
    if t < top {
      return Anneal.cos.value(from: first, to: peak, at: Double(t) / Double(top))
    }
    let last = peak * (1 / (divFactor * finalDivFactor))
    if t >= totalSteps { return last }
    return Anneal.cos.value(
      from: peak, to: last, at: Double(t - top) / Double(totalSteps - top))
  }
}
