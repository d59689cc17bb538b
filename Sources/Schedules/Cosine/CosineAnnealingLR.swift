import Platform

/// Half a cosine from the base rate down to a floor, then back up, forever.
///
/// ```
/// rate(t) = etaMin + (base − etaMin) · (1 + cos(πt / tMax)) / 2
/// ```
///
/// Source: [SGDR](https://arxiv.org/abs/1608.03983), without the restarts;
/// PyTorch's `CosineAnnealingLR`.
///
/// - Peers:
///   - PyTorch `CosineAnnealingLR(T_max, eta_min=0.0)`: The same fields and bits, in closed
///     form and step by step.
///   - MMEngine `CosineAnnealingLR(T_max, eta_min)`: The same; T_max is end - begin where it is
///     left out. Its window is Window(schedule, begin, end).
///   - PaddlePaddle `CosineAnnealingDecay(learning_rate, T_max, eta_min)`: The same with
///     learning_rate for the base rate.
///   - Burn `CosineAnnealingLrScheduler(initial_lr, num_iters, min_lr)`:
///     `CosineAnnealingLR(num_iters, min_lr)`. It rises again past num_iters, too.
///   - ParameterSchedulers.jl `CosAnneal(l0, l1, period, restart=false)`:
///     `CosineAnnealingLR(period, l1)`. Its first step is 1: our t is its t - 1; with
///     restart=true it is Loop(CosineAnnealingLR(period, l1), period).
///   - tinygrad `CosineAnnealingLR(T_max, eta_min)`: The same curve.
/// - Complexity: O(1)
/// - Example: `CosineAnnealingLR(50)` over 150 steps
/// - Example: `CosineAnnealingLR(50, eta_min=0.2)` over 150 steps
public struct CosineAnnealingLR: Schedule {
  /// Steps from the base rate to the floor; at least 1.
  public internal(set) var tMax = 1
  /// The floor, in the units of the rate; finite, at least 0.
  public internal(set) var etaMin = 0.0

  public init() {}

  /// Throws when a field is out of its range.
  public init(tMax: Int, etaMin: Double = 0) throws(Refusal) {
    self.tMax = tMax
    self.etaMin = etaMin
    try validate()
  }

  public static var name: StaticString { "CosineAnnealingLR" }
  public static var summary: StaticString {
    "Half a cosine from the base rate down to eta_min, then back up, for ever."
  }
  public static var formula: StaticString {
    "rate(t) = eta_min + (base - eta_min) * (1 + cos(pi * t / T_max)) / 2"
  }
  public static var source: StaticString {
    "Loshchilov and Hutter, SGDR (arXiv:1608.03983), without the restarts; PyTorch, CosineAnnealingLR"
  }

  public mutating func describe(_ fields: Fields) {
    fields.steps("T_max", &tMax, .required, note: "steps from the base rate to the floor")
    fields.real("eta_min", &etaMin, note: "the floor, in the units of the rate")
  }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { fillInline(&rates, places, from: first, base: base) }

  public func rate(at t: Int, base: Double) -> Double {
    etaMin + (base - etaMin) * (1 + cos(.pi * Double(t) / Double(tMax))) / 2
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    rate(after: current, base: base, move(to: t))
  }

  public func chain(
    _ rates: inout MutableSpan<Double>, _ groups: Range<Int>, at t: Int, bases: Span<Double>
  ) -> Bool {
    let move = move(to: t)
    for i in groups { rates[i] = rate(after: rates[i], base: bases[i], move) }
    return true
  }

  /// What a step does to the rate in force, whichever it is.
  private enum Move {
    case stay
    case climb(Double)
    case scale(Double)
  }

  private func move(to t: Int) -> Move {
    guard t > 0 else { return .stay }
    // The curve has just touched the floor. The ratio below would be 0/0, so
    // the first step of the climb is added instead of multiplied.
    if (t - 1 - tMax) % (2 * tMax) == 0 { return .climb(1 - cos(.pi / Double(tMax))) }
    return .scale(
      (1 + cos(.pi * Double(t) / Double(tMax))) / (1 + cos(.pi * Double(t - 1) / Double(tMax))))
  }

  private func rate(after current: Double, base: Double, _ move: Move) -> Double {
    switch move {
    case .stay: current
    case .climb(let height): current + (base - etaMin) * height / 2
    case .scale(let ratio): ratio * (current - etaMin) + etaMin
    }
  }
}
