import Platform

/// The way up from nothing to all: the shapes of a warm-up.
public enum Ramp: Int, Word {
  case linear, cosine, minusSqrt, polynomial, log, exponential, geometric, constant

  public static let words: [StaticString] = [
    "linear", "cosine", "1-sqrt", "polynomial", "log", "exponential", "geometric", "constant",
  ]

  /// How much of the way is behind one, 0 to 1, `place` steps into `span`.
  ///
  /// ```
  /// u = min(1, place / span)
  /// linear:      u
  /// cosine:      (1 − cos(πu)) / 2
  /// 1-sqrt:      1 − √(1 − u)
  /// polynomial:  u^power
  /// log:         ln(1 + place) / ln(1 + span)
  /// exponential: 1 − exp(−place / span), 63 % of the way at the span
  /// constant:    0
  /// ```
  ///
  /// A geometric way is no part of a difference; ``Warmup`` has it.
  func value(at place: Double, of span: Double, power: Double) -> Double {
    let u = min(1, place / span)
    switch self {
    case .linear: return u
    case .cosine: return 0.5 * (1 - cos(.pi * u))
    case .minusSqrt: return 1 - (1 - u).squareRoot()
    case .polynomial: return pow(u, power)
    // The reciprocal first, as DeepSpeed has it.
    case .log: return 1 / Platform.log(1 + span) * Platform.log(1 + place)
    case .exponential: return 1 - exp(-place / span)
    case .geometric, .constant: return 0
    }
  }
}
