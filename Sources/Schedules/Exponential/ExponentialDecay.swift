import Platform

/// Multiplies the rate by a factor every so many steps, smoothly or all at
/// once, down to a floor.
///
/// ```
/// rate(t) = base · decayRate^p, p = (t − begin) / decaySteps
///           p rounded down as a staircase; base until begin
/// ```
///
/// and no lower than `endValue`, or no higher where the rate climbs.
///
/// Source: Keras's `ExponentialDecay`; optax's `exponential_decay`, where
/// `begin` is `transition_begin`.
///
/// - Peers:
///   - Keras `ExponentialDecay(initial_learning_rate, decay_steps, decay_rate,
///     staircase=False)`: `ExponentialDecay(decay_steps, decay_rate, staircase)`
///   - optax `exponential_decay(init_value, transition_steps, decay_rate, transition_begin,
///     staircase, end_value)`: `ExponentialDecay(transition_steps, decay_rate, staircase,
///     transition_begin, end_value)`. Without positive transition_steps, or with a decay_rate
///     of 0, it is constant there and refused here.
///   - optax `warmup_exponential_decay_schedule(init_value, peak_value, warmup_steps,
///     transition_steps, decay_rate)`: `Warmup(ExponentialDecay(transition_steps, decay_rate),
///     W, start_lr=init_value, rounding='rest')`. The base rate is peak_value.
///   - timm `StepLRScheduler(decay_t, decay_rate=1.0)`: `ExponentialDecay(decay_t, decay_rate,
///     staircase=True)`. For a decay_t that is not whole, where its t // decay_t may drop a
///     step later: 1.1 at step 11.
///   - fastai `SchedExp(start, end)`: `ExponentialDecay(N, end/start)`
///   - Composer `ExponentialScheduler(gamma, decay_period='1ep')`:
///     `ExponentialDecay(decay_period, gamma)`
///   - fvcore `ExponentialParamScheduler(start_value, decay)`: `ExponentialDecay(N, decay)`. It
///     is asked for a part of the run from 0 to 1, not for a step.
/// - Complexity: O(1)
/// - Example: `ExponentialDecay(20, 0.5)` over 120 steps
/// - Example: `ExponentialDecay(20, 0.5, staircase=True)` over 120 steps
/// - Example: `ExponentialDecay(20, 0.5, begin=40, end_value=0.2)` over 120 steps
public struct ExponentialDecay: Schedule {
  /// The steps in which the rate is multiplied by `decayRate`; not always
  /// whole.
  public internal(set) var decaySteps = 1.0
  /// What `decaySteps` steps leave of the rate; finite, at least 0.
  public internal(set) var decayRate = 0.5
  /// Whether it is multiplied all at once.
  public internal(set) var staircase = false
  /// Steps before it begins.
  public internal(set) var begin = 0
  /// Where it stops, in the units of the rate.
  public internal(set) var endValue: Double?

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    decaySteps: Double, decayRate: Double, staircase: Bool = false, begin: Int = 0,
    endValue: Double? = nil
  ) throws(Refusal) {
    self.decaySteps = decaySteps
    self.decayRate = decayRate
    self.staircase = staircase
    self.begin = begin
    self.endValue = endValue
    try validate()
  }

  public static var name: StaticString { "ExponentialDecay" }
  public static var summary: StaticString {
    "Multiplies the rate by decay_rate every decay_steps steps, smoothly or all at once."
  }
  public static var formula: StaticString {
    "rate(t) = base * decay_rate^((t - begin) / decay_steps), the exponent rounded down as a staircase; not past end_value"
  }
  public static var source: StaticString { "Keras, ExponentialDecay; optax, exponential_decay" }

  public mutating func describe(_ fields: Fields) {
    fields.length(
      "decay_steps", &decaySteps, .required,
      note: "the steps in which the rate is multiplied by decay_rate")
    fields.real("decay_rate", &decayRate, .required, note: "what decay_steps leave of the rate")
    fields.flag("staircase", &staircase, note: "whether it is multiplied all at once")
    fields.step("begin", &begin, note: "steps before it begins")
    fields.real("end_value", &endValue, note: "where it stops, in the units of the rate")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let p = Double(max(0, t - begin)) / decaySteps
    // A base of nothing stays so, whatever it climbs by.
    let rate = base == 0 ? 0 : base * pow(decayRate, staircase ? p.rounded(.down) : p)
    guard let endValue else { return rate }
    return decayRate < 1 ? max(rate, endValue) : min(rate, endValue)
  }
}
