/// In a straight line from the base rate down to a floor, then on it.
///
/// ```
/// rate(t) = base · ((1 − minRatio) · (steps − t) / steps + minRatio)
/// ```
///
/// Source: Hugging Face's `linear` after its warm-up, DeepSpeed's
/// `WarmupDecayLR`, Megatron's `linear`; Bergsma et al.,
/// [Straight to Zero](https://arxiv.org/abs/2502.15938).
///
/// - Peers:
///   - Hugging Face `get_linear_schedule_with_warmup(num_warmup_steps, num_training_steps)`:
///     `Warmup(LinearDecay(N-W), W)`. The steps include the warm-up there.
///   - DeepSpeed `WarmupDecayLR(total_num_steps, warmup_min_lr=0.0, warmup_max_lr=1e-3,
///     warmup_num_steps=1000, warmup_type='log')`: `Warmup(LinearDecay(N-W,
///     eta_min=warmup_min_lr), W, shape='log', start_lr=warmup_min_lr, span=W-1)`. The base
///     rate is warmup_max_lr; with warmup_type='linear' without shape and span. Its
///     last_batch_iteration is our step.
///   - Megatron-LM `lr_decay_style='linear'`: `Warmup(LinearDecay(N-W, eta_min=min_lr), W,
///     start_lr=init_lr, rounding='product')`. The base rate is max_lr, and lr_decay_steps
///     include the warm-up.
///   - Composer `LinearWithWarmupScheduler(t_warmup, alpha_i=1.0, alpha_f=0.0)`:
///     `Warmup(LinearDecay(N-W, min_ratio=alpha_f), W)`. With alpha_i=1.
///   - pytorch_optimizer `LinearScheduler(t_max, max_lr, min_lr, init_lr, warmup_steps)`:
///     `Warmup(LinearDecay(N-W, eta_min=min_lr), W, start_lr=init_lr, rounding='product')`. A
///     step ahead from its construction; past the end it goes on below the floor and below 0.
/// - Complexity: O(1)
/// - Example: `LinearDecay(100)` over 120 steps
/// - Example: `LinearDecay(100, min_ratio=0.2)` over 120 steps
public struct LinearDecay: Schedule {
  /// Steps from the base rate to the floor; at least 1.
  public internal(set) var steps = 1
  /// The floor, as a part of the base rate; finite, at least 0.
  public internal(set) var minRatio = 0.0
  /// The floor, in the units of the rate, in place of `minRatio`.
  public internal(set) var etaMin: Double?

  public init() {}

  /// Throws when a field is out of its range.
  public init(steps: Int, minRatio: Double = 0, etaMin: Double? = nil) throws(Refusal) {
    self.steps = steps
    self.minRatio = minRatio
    self.etaMin = etaMin
    try validate()
  }

  public static var name: StaticString { "LinearDecay" }
  public static var summary: StaticString {
    "In a straight line from the base rate down to a floor, 0 by default, then on it."
  }
  public static var formula: StaticString {
    "rate(t) = base * ((1 - min_ratio) * max(0, (steps - t) / steps) + min_ratio)"
  }
  public static var source: StaticString {
    "Hugging Face, get_linear_schedule_with_warmup; DeepSpeed, WarmupDecayLR; Bergsma et al., Straight to Zero (arXiv:2502.15938)"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps from the base rate to the floor")
    fields.floor(&minRatio, &etaMin)
  }

  public func inconsistency() -> Refusal? { twoFloors("LinearDecay", minRatio, etaMin) }

  public func rate(at t: Int, base: Double) -> Double {
    let factor = Double(steps - min(t, steps)) / Double(steps)
    return above(minRatio, etaMin, factor, base: base)
  }
}
