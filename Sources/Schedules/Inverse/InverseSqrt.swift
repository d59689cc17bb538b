/// Down with the square root of time, without an end.
///
/// ```
/// rate(t) = max(etaMin, base / √((t + timescale) / timescale))
/// ```
///
/// After a warm-up of W steps, `timescale=W` is base · √W / √t in the steps of
/// the whole run, which is fairseq's and Megatron's; Hugging Face and big_vision
/// leave the timescale open.
///
/// Source: Vaswani et al., [Attention Is All You Need](https://arxiv.org/abs/1706.03762);
/// Hugging Face's `inverse_sqrt`, fairseq's `inverse_sqrt`, Megatron's
/// `inverse-square-root`, big_vision's `rsqrt`.
///
/// - Peers:
///   - Hugging Face `get_inverse_sqrt_schedule(num_warmup_steps, timescale=None)`:
///     `Warmup(InverseSqrt(timescale), W)`. The timescale is W where it is left out, or 10,000
///     where that is 0.
///   - fairseq `inverse_sqrt(warmup_updates=4000, warmup_init_lr=-1)`: `Warmup(InverseSqrt(W),
///     W, start_lr=warmup_init_lr, rounding='slope')`. A warmup_init_lr below 0 is 0 with a
///     warm-up, and the rate itself without.
///   - Megatron-LM `lr_decay_style='inverse-square-root'`: `Warmup(InverseSqrt(W,
///     eta_min=min_lr), W, start_lr=init_lr, rounding='product')`. Past lr_decay_steps it is
///     min_lr there.
///   - big_vision `rsqrt(timescale=10000)`: `Warmup(InverseSqrt(timescale), W)`
/// - Complexity: O(1)
/// - Example: `InverseSqrt(20)` over 200 steps
/// - Example: `Warmup(InverseSqrt(20), 20)` over 200 steps
public struct InverseSqrt: Schedule {
  /// Three of these on, the rate is half; at least 1.
  public internal(set) var timescale = 1
  /// The floor, in the units of the rate; finite, at least 0.
  public internal(set) var etaMin = 0.0

  public init() {}

  /// Throws when a field is out of its range.
  public init(timescale: Int, etaMin: Double = 0) throws(Refusal) {
    self.timescale = timescale
    self.etaMin = etaMin
    try validate()
  }

  public static var name: StaticString { "InverseSqrt" }
  public static var summary: StaticString { "Down with the square root of time, without an end." }
  public static var formula: StaticString {
    "rate(t) = max(eta_min, base / sqrt((t + timescale) / timescale))"
  }
  public static var source: StaticString {
    "Hugging Face, get_inverse_sqrt_schedule; fairseq, inverse_sqrt; Megatron-LM, inverse-square-root; big_vision, rsqrt"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps(
      "timescale", &timescale, .required,
      note: "three of these on, the rate is half; after a warm-up, its steps")
    fields.real("eta_min", &etaMin, note: "the floor, in the units of the rate")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let scale = Double(timescale)
    return max(etaMin, base * (1 / ((Double(t) + scale) / scale).squareRoot()))
  }
}
