import Platform

/// Half a cosine from the base rate down to a floor, again and again, each
/// longer than the last by a factor.
///
/// ```
/// rate(t) = etaMin + (base − etaMin) · (1 + cos(π · s / T)) / 2
/// ```
///
/// where the cycle that t falls in is T = `t0` · tMultⁱ steps long and began s
/// steps ago.
///
/// Source: Loshchilov and Hutter, [SGDR](https://arxiv.org/abs/1608.03983);
/// PyTorch's `CosineAnnealingWarmRestarts`.
///
/// - Peers:
///   - PyTorch `CosineAnnealingWarmRestarts(T_0, T_mult=1, eta_min=0.0)`: The same fields and
///     bits, in closed form and step by step. There resuming by last_epoch loses the place in a
///     grown cycle; here the step is all there is.
///   - PaddlePaddle `CosineAnnealingWarmRestarts(learning_rate, T_0, T_mult, eta_min)`: The
///     same with learning_rate for the base rate.
///   - Composer `CosineAnnealingWarmRestartsScheduler(t_0, t_mult=1.0, alpha_f=0.0)`:
///     `CosineDecayRestarts(t_0, t_mul=t_mult, min_ratio=alpha_f)`. Its t_mult need not be
///     whole and its floor is a part of the base rate.
///   - fastai `fit_sgdr(n_cycles, cycle_len, cycle_mult=2)`:
///     `CosineAnnealingWarmRestarts(cycle_len, T_mult=cycle_mult)`. Its cycle_len counts
///     epochs: multiply by the batches of one.
/// - Complexity: O(1) for T_mult = 1, else O(log t)
/// - Example: `CosineAnnealingWarmRestarts(20, T_mult=2)` over 140 steps
public struct CosineAnnealingWarmRestarts: Schedule {
  /// Steps of the first cycle; at least 1.
  public internal(set) var t0 = 1
  /// How much longer each cycle is than the one before; at least 1.
  public internal(set) var tMult = 1
  /// The floor, in the units of the rate; finite, at least 0.
  public internal(set) var etaMin = 0.0

  public init() {}

  /// Throws when a field is out of its range.
  public init(t0: Int, tMult: Int = 1, etaMin: Double = 0) throws(Refusal) {
    self.t0 = t0
    self.tMult = tMult
    self.etaMin = etaMin
    try validate()
  }

  public static var name: StaticString { "CosineAnnealingWarmRestarts" }
  public static var summary: StaticString {
    "Half a cosine from the base rate down to eta_min, again and again, each T_mult times as long."
  }
  public static var formula: StaticString {
    "rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * s / T)) / 2, s steps into a cycle of T = T_0 * T_mult^i"
  }
  public static var source: StaticString {
    "Loshchilov and Hutter, SGDR (arXiv:1608.03983); PyTorch, CosineAnnealingWarmRestarts"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("T_0", &t0, .required, note: "steps of the first cycle")
    fields.count("T_mult", &tMult, note: "how much longer each cycle is than the one before")
    fields.real("eta_min", &etaMin, note: "the floor, in the units of the rate")
  }

  public func rate(at t: Int, base: Double) -> Double {
    etaMin + (base - etaMin) * wave(at: t) / 2
  }

  public func chain(
    _ rates: inout MutableSpan<Double>, _ groups: Range<Int>, at t: Int, bases: Span<Double>
  ) -> Bool {
    let wave = wave(at: t)
    for i in groups { rates[i] = etaMin + (bases[i] - etaMin) * wave / 2 }
    return true
  }

  /// 2 where a cycle begins, down to 0.
  private func wave(at t: Int) -> Double {
    let (since, length) = cycle(at: t)
    return 1 + cos(.pi * Double(since) / Double(length))
  }

  /// How long ago the cycle in force began, and how long it is.
  ///
  /// In integers, so that no logarithm is off by one at a restart; PyTorch's
  /// is, where it is given an epoch.
  private func cycle(at t: Int) -> (since: Int, length: Int) {
    if tMult == 1 { return (t % t0, t0) }
    var (since, length) = (t, t0)
    while since >= length {
      since -= length
      let (longer, overflow) = length.multipliedReportingOverflow(by: tMult)
      length = overflow ? .max : longer
    }
    return (since, length)
  }
}
