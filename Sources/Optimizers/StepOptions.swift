import Schedules
import StepBody

/// What else a step does, in the same pass over memory.
public struct StepOptions: Sendable {
  /// What the loss, and with it the gradients, were multiplied by; from 2⁻¹²⁶ to
  /// 2¹²⁶, so that a float holds one divided by it with all digits.
  public var lossScale = 1.0
  /// The norm that all gradients together are clipped to, above 0:
  /// `g · min(1, maxNorm / (norm + 10⁻⁶))`, after the loss scale. Infinity asks for
  /// the norm alone.
  public var maxNorm: Double?
  /// The magnitude that each element of the gradients is then clipped to, above 0.
  public var maxValue = Double.infinity
  /// How far the averages beside the parameters move toward them; 0 to 1.
  public var averageWeight = 0.0
  /// Whether nothing is stepped when an element of a gradient is not finite.
  public var skipsNonfinite = false
  /// Whether gradients are added to those accumulated, and nothing is stepped.
  public var accumulates = false
  /// Whether gradients become 0 when they have been used, or skipped.
  public var zeroesGradients = false

  public init() {}

  func validate() throws(Refusal) {
    func need(
      _ isAccepted: Bool, _ name: StaticString, _ value: Double, _ accepted: StaticString
    ) throws(Refusal) {
      if !isAccepted {
        throw Refusal(.range, "\(name)", value: "\(value)", accepted: "\(accepted)")
      }
    }
    try need(
      (0x1p-126...0x1p126).contains(lossScale), "loss_scale", lossScale, "from 2^-126 to 2^126")
    if let maxNorm { try need(maxNorm > 0, "max_norm", maxNorm, "a number above 0") }
    try need(maxValue > 0, "max_value", maxValue, "a number above 0")
    try need((0...1).contains(averageWeight), "average_weight", averageWeight, "from 0 to 1")
  }

  /// Whether all gradients have to be looked at before the first step.
  var needsNorm: Bool { skipsNonfinite || maxNorm != nil }
}

/// What became of a step.
public struct StepOutcome: Sendable {
  /// The norm of all gradients together, after the loss scale and before
  /// clipping; nil where nobody needed it.
  public var norm: Double?
  /// Whether nothing was stepped, as a gradient was not finite.
  public var isSkipped = false
}

/// An options' part in one call: what every share needs to know of it.
struct Pass {
  let table: StepTable
  let options: StepOptions
  /// What gradients are multiplied by.
  let scale: Double

  init(_ table: StepTable, _ options: StepOptions, _ norm: Double?) {
    self.table = table
    self.options = options
    var clip = 1.0
    if let norm, let maxNorm = options.maxNorm, maxNorm < .infinity {
      // NaN stays NaN, as in PyTorch.
      let factor = maxNorm / (norm + 1e-6)
      clip = factor > 1 ? 1 : factor
    }
    scale = clip / options.lossScale
  }

  /// Whether gradients are stepped as they are.
  var isPlain: Bool { scale == 1 && scalesAlone }

  /// Whether they are multiplied at most.
  var scalesAlone: Bool {
    options.maxValue == .infinity && !options.zeroesGradients && !options.accumulates
  }

  func gradient(accumulated: Bool) -> Body {
    .gradient(GradientStep(scale: scale, limit: options.maxValue, accumulates: accumulated))
  }
}
