import Platform

/// The way from one value to another.
public enum Anneal: Word {
  case cos, linear

  public var word: StaticString {
    switch self {
    case .cos: "cos"
    case .linear: "linear"
    }
  }

  /// The value at a fraction of the way; outside 0...1 the curve continues.
  ///
  /// ```
  /// cos:    end + (start − end) / 2 · (1 + cos(π · fraction))
  /// linear: (end − start) · fraction + start
  /// ```
  public func value(from start: Double, to end: Double, at fraction: Double) -> Double {
    value(from: start, to: end, by: weight(at: fraction))
  }

  /// What depends on the fraction alone, for many values at the same.
  public func weight(at fraction: Double) -> Double {
    switch self {
    case .cos: Platform.cos(.pi * fraction) + 1
    case .linear: fraction
    }
  }

  /// The value where ``weight(at:)`` is the weight.
  public func value(from start: Double, to end: Double, by weight: Double) -> Double {
    switch self {
    case .cos: end + (start - end) / 2 * weight
    case .linear: (end - start) * weight + start
    }
  }
}
