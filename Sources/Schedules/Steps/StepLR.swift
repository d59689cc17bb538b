import Platform

/// Multiplies the rate by `gamma` every `stepSize` steps.
///
/// ```
/// rate(t) = base · gamma^⌊t / stepSize⌋
/// ```
///
/// Source: PyTorch's `StepLR`.
///
/// - Peers:
///   - PyTorch `StepLR(step_size, gamma=0.1)`: The same fields and bits, in closed form and
///     step by step. There step_size may be a float or below 0, and fails at the first step
///     where it is 0.
///   - MMEngine `StepLR(step_size, gamma)`: The same within its window.
///   - PaddlePaddle `StepDecay(learning_rate, step_size, gamma=0.1)`: The same with
///     learning_rate for the base rate.
///   - MLX `step_decay(init, decay_rate, step_size)`: `StepLR(step_size, decay_rate)`
///   - Composer `StepScheduler(step_size, gamma=0.1)`: The same; its step_size is a time such
///     as '10ep'.
///   - fairseq `step(lr_decay_period=25000, lr_decay=0.5)`: `StepLR(lr_decay_period,
///     lr_decay)`. Its min_lr is Clamp's minimum, and its option is spelled lr_deacy_period.
///   - timm `StepLRScheduler(decay_t, decay_rate=1.0)`: `StepLR(decay_t, decay_rate)`. A
///     decay_t that is not whole is ExponentialDecay's, as a staircase.
///   - Burn `StepLrScheduler(initial_lr, step_size, gamma=0.1)`: The same.
///   - ParameterSchedulers.jl `Step(start, decay, step_sizes)`: `StepLR(step_sizes, decay)`.
///     Its first step is 1; a list of sizes is a MultiStepLR.
/// - Complexity: O(1)
/// - Example: `StepLR(30, gamma=0.5)` over 120 steps
public struct StepLR: Schedule {
  /// Steps from one drop to the next; at least 1.
  public internal(set) var stepSize = 1
  /// What each drop leaves of the rate; finite, at least 0.
  public internal(set) var gamma = 0.1

  public init() {}

  /// Throws when a field is out of its range.
  public init(stepSize: Int, gamma: Double = 0.1) throws(Refusal) {
    self.stepSize = stepSize
    self.gamma = gamma
    try validate()
  }

  public static var name: StaticString { "StepLR" }
  public static var summary: StaticString { "Multiplies the rate by gamma every step_size steps." }
  public static var formula: StaticString { "rate(t) = base * gamma^floor(t / step_size)" }
  public static var source: StaticString { "PyTorch, StepLR" }

  public mutating func describe(_ fields: Fields) {
    fields.steps("step_size", &stepSize, .required, note: "steps from one drop to the next")
    fields.real("gamma", &gamma, note: "what each drop leaves of the rate")
  }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { fillInline(&rates, places, from: first, base: base) }

  public func rate(at t: Int, base: Double) -> Double {
    base * pow(gamma, Double(t / stepSize))
  }

  public func changes(at t: Int) -> Bool { t % stepSize == 0 }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    t > 0 && t % stepSize == 0 ? current * gamma : current
  }
}
