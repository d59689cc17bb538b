import Platform

/// A cosine of any number of waves between the base rate and a floor.
///
/// ```
/// rate(t) = base · (w · (1 − minRatio) + minRatio)
/// w = (1 + cos(2π · numCycles · t / steps)) / 2
/// ```
///
/// Half a wave, the default, is the usual decay. Past `steps` the last rate
/// holds, or the wave goes on.
///
/// Source: Hugging Face's `cosine`, `cosine_with_min_lr`, which go on;
/// DeepSpeed's `WarmupCosineLR` and Megatron's `cosine`, which hold.
///
/// - Peers:
///   - Hugging Face `get_cosine_schedule_with_warmup(num_warmup_steps, num_training_steps,
///     num_cycles=0.5)`: `Warmup(CosineWave(N-W, num_cycles=num_cycles, hold=False), W)`. The
///     steps include the warm-up there, and past them the wave goes on.
///   - Hugging Face `get_cosine_with_min_lr_schedule_with_warmup(min_lr_rate, num_cycles=0.5)`:
///     `Warmup(CosineWave(N-W, num_cycles=num_cycles, min_ratio=min_lr_rate, hold=False), W)`.
///     Its min_lr is divided by the optimizer's default rate for every group; eta_min is a
///     rate.
///   - Hugging Face `get_cosine_with_min_lr_schedule_with_warmup_lr_rate(min_lr_rate)`:
///     `Warmup(CosineWave(N-W, min_ratio=min_lr_rate, hold=False), W, offset=1, skip=1)`. Its
///     steps count from 1. With warmup_lr_rate=r instead of offset: start_ratio=r, span=W-1.
///   - DeepSpeed `WarmupCosineLR(total_num_steps, warmup_min_ratio=0.0, warmup_num_steps=1000,
///     cos_min_ratio=1e-4, warmup_type='log')`: `Warmup(CosineWave(N-W,
///     min_ratio=cos_min_ratio), W, shape='log', start_ratio=warmup_min_ratio, span=W-1,
///     skip=1)`. Its last_batch_iteration is our step; it is -1 until the first step().
///   - Megatron-LM `lr_decay_style='cosine'`: `Warmup(CosineWave(N-W, eta_min=min_lr), W,
///     start_lr=init_lr, rounding='product')`. The base rate is max_lr, and lr_decay_steps
///     include the warm-up.
///   - pytorch_optimizer `CosineScheduler(t_max, max_lr, min_lr, init_lr, warmup_steps)`:
///     `Warmup(CosineWave(N-W, eta_min=min_lr), W, start_lr=init_lr, rounding='product')`. It
///     is a step ahead from its construction, and past the end rises again.
/// - Complexity: O(1)
/// - Example: `CosineWave(100)` over 120 steps
/// - Example: `CosineWave(100, num_cycles=2.5, min_ratio=0.1)` over 120 steps
/// - Example: `CosineWave(80, hold=False)` over 120 steps
public struct CosineWave: Schedule {
  /// Steps of all the waves; at least 1.
  public internal(set) var steps = 1
  /// Waves in that many steps; finite, at least 0.
  public internal(set) var numCycles = 0.5
  /// The floor, as a part of the base rate; finite, at least 0.
  public internal(set) var minRatio = 0.0
  /// The floor, in the units of the rate, in place of `minRatio`.
  public internal(set) var etaMin: Double?
  /// Whether the last rate holds past `steps`; otherwise the wave goes on.
  public internal(set) var hold = true

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    steps: Int, numCycles: Double = 0.5, minRatio: Double = 0, etaMin: Double? = nil,
    hold: Bool = true
  ) throws(Refusal) {
    self.steps = steps
    self.numCycles = numCycles
    self.minRatio = minRatio
    self.etaMin = etaMin
    self.hold = hold
    try validate()
  }

  public static var name: StaticString { "CosineWave" }
  public static var summary: StaticString {
    "A cosine of any number of waves between the base rate and a floor; half a wave by default."
  }
  public static var formula: StaticString {
    "rate(t) = base * (w * (1 - min_ratio) + min_ratio), w = (1 + cos(2 * pi * num_cycles * t / steps)) / 2"
  }
  public static var source: StaticString {
    "Hugging Face, get_cosine_schedule_with_warmup and get_cosine_with_min_lr_schedule_with_warmup; DeepSpeed, WarmupCosineLR"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps of all the waves")
    fields.real("num_cycles", &numCycles, note: "waves in that many steps")
    fields.floor(&minRatio, &etaMin)
    fields.flag(
      "hold", &hold, note: "whether the last rate holds past steps; else the wave goes on")
  }

  public func inconsistency() -> Refusal? { twoFloors("CosineWave", minRatio, etaMin) }

  public func rate(at t: Int, base: Double) -> Double {
    let progress = Double(hold ? min(t, steps) : t) / Double(steps)
    let factor = 0.5 * (1 + cos(.pi * numCycles * 2 * progress))
    return above(minRatio, etaMin, factor, base: base)
  }
}
