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
public enum Like: Word {
  case keras, optax

  public var word: StaticString {
    switch self {
    case .keras: "keras"
    case .optax: "optax"
    }
  }
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
