/// Down as one over the time: the textbooks' time-based decay.
///
/// ```
/// rate(t) = base / (1 + decayRate · t / decaySteps), the fraction rounded down as a staircase
/// ```
///
/// Source: Keras's `InverseTimeDecay`; with `decaySteps` 1 Paddle's, the `decay`
/// of older optimizers, and the `lr_decay` of PyTorch's Adagrad.
///
/// - Peers:
///   - Keras `InverseTimeDecay(initial_learning_rate, decay_steps, decay_rate,
///     staircase=False)`: `InverseTimeDecay(decay_steps, decay_rate, staircase)`
///   - PaddlePaddle `InverseTimeDecay(learning_rate, gamma)`: `InverseTimeDecay(1, gamma)`
///   - Keras `decay=d`: `InverseTimeDecay(1, d)`. The argument of its optimizers up to 2.10.
///   - swift-apis `decay`: `InverseTimeDecay(1, decay)`. A property of every optimizer there; d
///     = 0 is Constant().
/// - Complexity: O(1)
/// - Example: `InverseTimeDecay(20, 1.0)` over 120 steps
/// - Example: `InverseTimeDecay(20, 1.0, staircase=True)` over 120 steps
public struct InverseTimeDecay: Schedule {
  /// The steps in which the divisor grows by `decayRate`; not always whole.
  public internal(set) var decaySteps = 1.0
  /// How much the divisor grows in `decaySteps` steps; finite, at least 0.
  public internal(set) var decayRate = 1.0
  /// Whether the divisor grows all at once.
  public internal(set) var staircase = false

  public init() {}

  /// Throws when a field is out of its range.
  public init(decaySteps: Double, decayRate: Double, staircase: Bool = false) throws(Refusal) {
    self.decaySteps = decaySteps
    self.decayRate = decayRate
    self.staircase = staircase
    try validate()
  }

  public static var name: StaticString { "InverseTimeDecay" }
  public static var summary: StaticString {
    "Down as one over the time: the textbooks' time-based decay."
  }
  public static var formula: StaticString {
    "rate(t) = base / (1 + decay_rate * t / decay_steps), the fraction rounded down as a staircase"
  }
  public static var source: StaticString { "Keras, InverseTimeDecay; Paddle, InverseTimeDecay" }

  public mutating func describe(_ fields: Fields) {
    fields.length(
      "decay_steps", &decaySteps, .required,
      note: "the steps in which the divisor grows by decay_rate")
    fields.real(
      "decay_rate", &decayRate, .required, note: "how much the divisor grows in decay_steps")
    fields.flag("staircase", &staircase, note: "whether the divisor grows all at once")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let p = Double(t) / decaySteps
    return base / (1 + decayRate * (staircase ? p.rounded(.down) : p))
  }
}
