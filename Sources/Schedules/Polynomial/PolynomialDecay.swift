import Platform

/// From the base rate to another along a power of the steps that are left,
/// once or in cycles.
///
/// ```
/// rate(t) = (base − lrEnd) · (1 − (s / T)ᵏ)^power + lrEnd
/// ```
///
/// where s is t − begin, from 0 to T, T is `steps` and k `kDecay`. With `cycle`
/// s goes on, and T is the first multiple of `steps` that is not below it: the
/// rate jumps up again, and less each time. With `lrInit` the curve is drawn
/// from that rate to `lrEnd`, and every base rate follows it in proportion:
/// rate(t) = base · curve(t) / lrInit.
///
/// Source: Keras's `PolynomialDecay`; optax's `polynomial_schedule` and
/// `linear_schedule`, where `begin` is `transition_begin`; Hugging Face's
/// `polynomial` after its warm-up, where `lrInit` is the optimizer's default
/// rate; [k-decay](https://arxiv.org/abs/2004.05909).
///
/// - Peers:
///   - Keras `PolynomialDecay(initial_learning_rate, decay_steps, end_learning_rate=1e-4,
///     power=1.0, cycle=False)`: `PolynomialDecay(decay_steps, end_learning_rate, power,
///     cycle=cycle)`
///   - optax `polynomial_schedule(init_value, end_value, power, transition_steps,
///     transition_begin=0)`: `PolynomialDecay(transition_steps, end_value, power,
///     begin=transition_begin)`. A whole power is like='optax', which multiplies it out.
///   - optax `linear_schedule(init_value, end_value, transition_steps, transition_begin=0)`:
///     `PolynomialDecay(transition_steps, end_value, begin=transition_begin, like='optax')`.
///     Without positive steps it is constant there and refused here.
///   - Hugging Face `get_polynomial_decay_schedule_with_warmup(num_warmup_steps,
///     num_training_steps, lr_end=1e-7, power=1.0)`: `Warmup(PolynomialDecay(N-W, lr_end,
///     power, lr_init=lr), W)`. Its lr is the optimizer's default rate for every group; without
///     lr_init each group ends at lr_end.
///   - timm `PolyLRScheduler(t_initial, power=0.5, lr_min, k_decay)`:
///     `PolynomialDecay(t_initial, lr_min, power, k_decay=k_decay)`. One cycle; with several it
///     is PolynomialDecayRestarts.
///   - fairseq `polynomial_decay(warmup_updates, end_learning_rate, power, total_num_update)`:
///     `Warmup(PolynomialDecay(N-W, end_learning_rate, power), W)`
///   - PaddlePaddle `PolynomialDecay(learning_rate, decay_steps, end_lr=1e-4, power=1.0,
///     cycle=False)`: `PolynomialDecay(decay_steps, end_lr, power, cycle=cycle)`
///   - MMEngine `PolyLR(eta_min=0, power=1, begin, end)`: `Window(PolynomialDecay(end-begin-1,
///     eta_min, power), begin, end)`. It counts one step fewer than its window.
///   - Composer `PolynomialScheduler(power, t_max, alpha_f=0.0)`: `PolynomialDecay(N,
///     alpha_f*lr, power)`. Its floor is a part of the base rate.
///   - Composer `PolynomialWithWarmupScheduler(t_warmup, power=2.0, alpha_f=0.0)`:
///     `Warmup(PolynomialDecay(N-W, alpha_f*lr, power), W)`
///   - fastai `SchedPoly(start, end, power)`: `Warmup(Constant(), N, shape='polynomial',
///     start_lr=start, power=power)`. With end for the base rate: the power is of the part that
///     is gone, not of what is left.
/// - Complexity: O(1)
/// - Example: `PolynomialDecay(100, lr_end=0.1, power=2.0)` over 120 steps
/// - Example: `PolynomialDecay(100, lr_end=0.1, power=0.5)` over 120 steps
/// - Example: `PolynomialDecay(30, cycle=True)` over 120 steps
public struct PolynomialDecay: Schedule {
  /// Steps from the base rate to the end; at least 1.
  public internal(set) var steps = 1
  /// The end, in the units of the rate; finite, at least 0.
  public internal(set) var lrEnd = 0.0
  /// 1 for a straight line; finite, at least 0.
  public internal(set) var power = 1.0
  /// The rate that the curve starts from, in the units of the rate; `nil` for
  /// the base rate. Finite, above 0.
  public internal(set) var lrInit: Double?
  /// Whether it starts again, lower, each time it has arrived.
  public internal(set) var cycle = false
  /// Steps before it begins.
  public internal(set) var begin = 0
  /// Above 1 it stays high for longer, below 1 it falls sooner; above 0, at most 8.
  public internal(set) var kDecay = 1.0
  /// Whose rounding: `optax` multiplies a whole power out.
  public internal(set) var like = Like.keras

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    steps: Int, lrEnd: Double = 0, power: Double = 1, lrInit: Double? = nil, cycle: Bool = false,
    begin: Int = 0, kDecay: Double = 1, like: Like = .keras
  ) throws(Refusal) {
    self.steps = steps
    self.lrEnd = lrEnd
    self.power = power
    self.lrInit = lrInit
    self.cycle = cycle
    self.begin = begin
    self.kDecay = kDecay
    self.like = like
    try validate()
  }

  public static var name: StaticString { "PolynomialDecay" }
  public static var summary: StaticString {
    "From the base rate to another along a power of the steps that are left, once or in cycles."
  }
  public static var formula: StaticString {
    "rate(t) = (base - lr_end) * (1 - (s / T)^k_decay)^power + lr_end, s = min(t - begin, T), T = steps, or with cycle its first multiple >= s; with lr_init base * ((lr_init - lr_end) * ... + lr_end) / lr_init"
  }
  public static var source: StaticString {
    "Keras, PolynomialDecay; optax, polynomial_schedule; Hugging Face, get_polynomial_decay_schedule_with_warmup; Zhang and Li, k-decay (arXiv:2004.05909)"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps from the base rate to the end")
    fields.real("lr_end", &lrEnd, note: "the end, in the units of the rate")
    fields.real("power", &power, note: "1 for a straight line")
    fields.real(
      "lr_init", &lrInit, accepts: .positive,
      note: "what the curve starts from, for every base to follow; the base rate if absent")
    fields.flag("cycle", &cycle, note: "whether it starts again, lower, when it has arrived")
    fields.step("begin", &begin, note: "steps before it begins")
    fields.real(
      "k_decay", &kDecay, accepts: .timePower,
      note: "above 1 it stays high for longer, below 1 it falls sooner")
    fields.word("like", &like, note: "whose rounding: optax multiplies a whole power out")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let since = max(0, t - begin)
    let times = cycle ? max(1, (since - 1) / steps + 1) : 1
    // The multiple of a count that reaches a step is below 2⁵⁴.
    let gone =
      pow(Double(cycle ? since : min(since, steps)), kDecay) / pow(Double(steps * times), kDecay)
    let left = like == .optax ? raised(1 - gone, power) : pow(1 - gone, power)
    let rate = ((lrInit ?? base) - lrEnd) * left + lrEnd
    return lrInit.map { base * (rate / $0) } ?? rate
  }
}

/// Whose conventions a schedule follows where peers differ.
public enum Like: Int, Word {
  case keras, optax

  public static let words: [StaticString] = ["keras", "optax"]
}

/// `x` to a power, a whole one multiplied out by squaring.
func raised(_ x: Double, _ power: Double) -> Double {
  guard power <= Double(maxStep), var left = Int(exactly: power) else { return pow(x, power) }
  var (product, square) = (1.0, x)
  while left > 0 {
    if left & 1 == 1 { product *= square }
    left >>= 1
    square *= square
  }
  return product
}
