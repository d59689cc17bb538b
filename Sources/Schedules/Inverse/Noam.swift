import Platform

/// The first Transformer's: up in a line, then down with the square root of
/// time, all of it scaled by the width of the model.
///
/// ```
/// rate(t) = base · dModel^−½ · min(n^−½, n · warmupSteps^−³ᐟ²), n = t + offset
/// ```
///
/// The base rate is a factor, 1 in the paper. ``InverseSqrt`` after a
/// ``Warmup`` is the same curve by its peak.
///
/// Source: Vaswani et al., [Attention Is All You Need](https://arxiv.org/abs/1706.03762), 5.3;
/// PaddlePaddle's `NoamDecay`, ESPnet's `NoamLR`, Burn's `NoamLrScheduler`.
///
/// - Peers:
///   - PaddlePaddle `NoamDecay(d_model, warmup_steps, learning_rate=1.0)`: `Noam(d_model,
///     warmup_steps, offset=0)`. The base rate is learning_rate; its first rate is 0.
///   - Burn `NoamLrScheduler(factor, warmup_steps=4000, model_size=512)`: `Noam(model_size,
///     warmup_steps)`. The base rate is factor; its first rate is that of step 1.
///   - ESPnet `NoamLR(model_size, warmup_steps)`: `Noam(model_size, warmup_steps)`. The
///     optimizer's rate is the factor.
/// - Complexity: O(1)
/// - Example: `Noam(512, 40)` over 200 steps
/// - Example: `Noam(1024, 40)` over 200 steps
public struct Noam: Schedule {
  /// The width of the model; at least 1.
  public internal(set) var dModel = 512
  /// Steps up; at least 1.
  public internal(set) var warmupSteps = 4000
  /// The number of the first step: 1 as in the paper, 0 as in PaddlePaddle,
  /// whose first rate is 0.
  public internal(set) var offset = 1

  public init() {}

  /// Throws when a field is out of its range.
  public init(dModel: Int = 512, warmupSteps: Int = 4000, offset: Int = 1) throws(Refusal) {
    self.dModel = dModel
    self.warmupSteps = warmupSteps
    self.offset = offset
    try validate()
  }

  public static var name: StaticString { "Noam" }
  public static var summary: StaticString {
    "The first Transformer's: a line up, then down with the square root of time."
  }
  public static var formula: StaticString {
    "rate(t) = base * d_model^-0.5 * min(n^-0.5, n * warmup_steps^-1.5), n = t + offset"
  }
  public static var source: StaticString {
    "Vaswani et al., Attention Is All You Need (arXiv:1706.03762); PaddlePaddle, NoamDecay; ESPnet, NoamLR; Burn, NoamLrScheduler"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("d_model", &dModel, note: "the width of the model")
    fields.steps("warmup_steps", &warmupSteps, note: "steps up")
    fields.step(
      "offset", &offset, note: "the number of the first step: 1 in the paper, 0 in PaddlePaddle")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let n = Double(t) + Double(offset)
    return base * pow(Double(dModel), -0.5)
      * min(pow(n, -0.5), pow(Double(warmupSteps), -1.5) * n)
  }
}
