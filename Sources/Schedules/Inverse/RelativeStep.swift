/// Adafactor's own rate: flat, then down with the square root of time.
///
/// ```
/// rate(t) = base · min(10⁻², 1 / √n), n = t + 1
/// ```
///
/// With `warmupInit` it is 10⁻⁶ · n in place of 10⁻². The base rate is a
/// factor, 1 in the peers.
///
/// Source: Shazeer and Stern, [Adafactor](https://arxiv.org/abs/1804.04235);
/// Raffel et al., [T5](https://arxiv.org/abs/1910.10683); Hugging Face's
/// `Adafactor(relative_step=True)`.
///
/// - Peers:
///   - Hugging Face `Adafactor(relative_step=True, warmup_init=False)`:
///     `RelativeStep(warmup_init)`. Built into the optimizer, whose step 1 is our step 0;
///     AdafactorSchedule only shows it.
///   - Keras `Adafactor(relative_step=True)`: `RelativeStep()`. There min(learning_rate,
///     1/sqrt(step)), which is this for a learning_rate of 0.01.
/// - Complexity: O(1)
/// - Example: `RelativeStep()` over 40000 steps
/// - Example: `RelativeStep(warmup_init=True)` over 40000 steps
public struct RelativeStep: Schedule {
  /// Whether it starts in a line from next to nothing.
  public internal(set) var warmupInit = false

  public init() {}

  public init(warmupInit: Bool) { self.warmupInit = warmupInit }

  public static var name: StaticString { "RelativeStep" }
  public static var summary: StaticString {
    "Adafactor's own rate, T5's: flat, or a line up, then down with the square root of time."
  }
  public static var formula: StaticString {
    "rate(t) = base * min(0.01, 1 / sqrt(t + 1)), with warmup_init 1e-6 * (t + 1) for 0.01"
  }
  public static var source: StaticString {
    "Shazeer and Stern, Adafactor (arXiv:1804.04235); Hugging Face, Adafactor with relative_step"
  }

  public mutating func describe(_ fields: Fields) {
    fields.flag("warmup_init", &warmupInit, note: "whether it starts in a line from 1e-6")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let n = Double(t) + 1
    return base * min(warmupInit ? 1e-6 * n : 1e-2, 1 / n.squareRoot())
  }
}
