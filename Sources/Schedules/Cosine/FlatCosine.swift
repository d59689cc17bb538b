import Platform

/// The base rate for most of the run, or half a cosine up to it, then half a
/// cosine down to next to nothing: fastai's two ways to train.
///
/// ```
/// p = t / steps
/// p < pctStart: first + (base − first) · (1 − cos(πq)) / 2, first = base / div, q = p / pctStart
/// else:         base + (last − base) · (1 − cos(πq)) / 2, last = base / divFinal,
///               q = (p − pctStart) / (1 − pctStart)
/// ```
///
/// By default `div` is 1, and the first part flat. `div=25, pctStart=0.25` is
/// fastai's one cycle; its momentum is this schedule of a base of 0.85 with
/// `div` and `divFinal` of 0.85 / 0.95.
///
/// Source: fastai's `fit_flat_cos`, `fit_one_cycle`. fastai finds p in float32;
/// this does not.
///
/// - Peers:
///   - fastai `fit_flat_cos(n_epoch, lr, div_final=1e5, pct_start=0.75)`: `FlatCosine(N,
///     pct_start, div_final)`. It finds its place in float32.
///   - fastai `fit_one_cycle(n_epoch, lr_max, div=25.0, div_final=1e5, pct_start=0.25)`:
///     `FlatCosine(N, pct_start, div_final, div=div)`. Its last rate is lr_max / div_final;
///     PyTorch's and optax's is lr_max / (div * final_div). moms=(0.95, 0.85, 0.95) is
///     FlatCosine(N, 0.25, div_final=0.85/0.95, div=0.85/0.95) of a base of 0.85.
///   - fastai `combined_cos(pct, start, middle, end)`: `FlatCosine(N, pct, middle/end,
///     div=middle/start)`. The base is middle.
///   - MMEngine `CosineAnnealingLR(begin=b, end=e)`: `Window(CosineDecay(e-b, eta_min=eta_min),
///     b, e)`. A cosine that begins late.
/// - Complexity: O(1)
/// - Example: `FlatCosine(100)` over 120 steps
/// - Example: `FlatCosine(100, pct_start=0.25, div=25.0)` over 120 steps
public struct FlatCosine: Schedule {
  /// Steps in all; at least 1. Past them the last rate holds.
  public internal(set) var steps = 1
  /// The part of the steps that is flat, or goes up; 0 to 1.
  public internal(set) var pctStart = 0.75
  /// The base rate over the last; finite, above 0.
  public internal(set) var divFinal = 1e5
  /// The base rate over the first; finite, above 0.
  public internal(set) var div = 1.0

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    steps: Int, pctStart: Double = 0.75, divFinal: Double = 1e5, div: Double = 1
  ) throws(Refusal) {
    self.steps = steps
    self.pctStart = pctStart
    self.divFinal = divFinal
    self.div = div
    try validate()
  }

  public static var name: StaticString { "FlatCosine" }
  public static var summary: StaticString {
    "The base rate, or half a cosine up to it, then half a cosine down, as fastai counts."
  }
  public static var formula: StaticString {
    "rate(t) = base / div up to base at pct_start * steps, then half a cosine to base / div_final at steps"
  }
  public static var source: StaticString { "fastai, fit_flat_cos, fit_one_cycle" }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps in all")
    fields.real(
      "pct_start", &pctStart, accepts: .fraction, note: "the part of the steps before the way down")
    fields.real("div_final", &divFinal, accepts: .positive, note: "the base rate over the last")
    fields.real("div", &div, accepts: .positive, note: "the base rate over the first; 1 is flat")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let p = Double(t) / Double(steps)
    guard t >= steps || p >= pctStart else {
      return way(from: base / div, to: base, p / pctStart)
    }
    return way(from: base, to: base / divFinal, t >= steps ? 1 : (p - pctStart) / (1 - pctStart))
  }

  private func way(from start: Double, to end: Double, _ q: Double) -> Double {
    start + (1 + cos(.pi * (1 - q))) * (end - start) / 2
  }
}
