import Platform

/// The base rate for most of the run, then half a cosine down to next to
/// nothing.
///
/// ```
/// p = t / steps, q = (p − pctStart) / (1 − pctStart)
/// p ≤ pctStart: base
/// else:         base + (last − base) · (1 − cos(πq)) / 2, last = base / divFinal
/// ```
///
/// Source: fastai's `fit_flat_cos`. fastai finds p in float32; this does not.
public struct FlatCosine: Schedule {
  /// Steps in all; at least 1. Past them the last rate holds.
  public internal(set) var steps = 1
  /// The part of the steps that is flat; 0 to 1.
  public internal(set) var pctStart = 0.75
  /// The base rate over the last; finite, above 0.
  public internal(set) var divFinal = 1e5

  public init() {}

  /// Throws when a field is out of its range.
  public init(steps: Int, pctStart: Double = 0.75, divFinal: Double = 1e5) throws(Refusal) {
    self.steps = steps
    self.pctStart = pctStart
    self.divFinal = divFinal
    try validate()
  }

  public static var name: StaticString { "FlatCosine" }
  public static var summary: StaticString {
    "The base rate for most of the run, then half a cosine down to next to nothing."
  }
  public static var formula: StaticString {
    "rate(t) = base up to pct_start * steps, then half a cosine to base / div_final at steps"
  }
  public static var source: StaticString { "fastai, fit_flat_cos" }

  public mutating func describe(_ fields: Fields) {
    fields.steps("steps", &steps, .required, note: "steps in all")
    fields.real(
      "pct_start", &pctStart, accepts: .fraction, note: "the part of the steps that is flat")
    fields.real("div_final", &divFinal, accepts: .positive, note: "the base rate over the last")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let p = Double(t) / Double(steps)
    guard t >= steps || p > pctStart else { return base }
    let q = t >= steps ? 1 : (p - pctStart) / (1 - pctStart)
    return base + (1 + cos(.pi * (1 - q))) * (base / divFinal - base) / 2
  }
}
