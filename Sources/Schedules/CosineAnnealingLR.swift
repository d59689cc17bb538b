import Platform

/// Half a cosine from the base rate down to a floor, then back up, forever.
///
/// ```
/// rate(t) = etaMin + (base − etaMin) · (1 + cos(πt / tMax)) / 2
/// ```
///
/// Source: [SGDR](https://arxiv.org/abs/1608.03983), without the restarts;
/// PyTorch's `CosineAnnealingLR`.
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

  public func rate(at t: Int, base: Double) -> Double {
    etaMin + (base - etaMin) * (1 + cos(.pi * Double(t) / Double(tMax))) / 2
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    guard t > 0 else { return current }
    // The curve has just touched the floor. The ratio below would be 0/0, so
    // the first step of the climb is added instead of multiplied.
    if (t - 1 - tMax) % (2 * tMax) == 0 {
      return current + (base - etaMin) * (1 - cos(.pi / Double(tMax))) / 2
    }
    return (1 + cos(.pi * Double(t) / Double(tMax)))
      / (1 + cos(.pi * Double(t - 1) / Double(tMax)))
      * (current - etaMin) + etaMin
  }
}
