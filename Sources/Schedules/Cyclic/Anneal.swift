import Platform

/// The curve from one value to another.
public enum Anneal: Int, Word {
  case cos, linear

  public static let words: [StaticString] = ["cos", "linear"]

  /// The value at a fraction of the way; outside 0...1 the curve continues.
  ///
  /// ```
  /// cos:    end + (start − end) / 2 · (1 + cos(π · fraction))
  /// linear: (end − start) · fraction + start
  /// ```
  public func value(from start: Double, to end: Double, at fraction: Double) -> Double {
    Way(self, at: fraction).value(from: start, to: end)
  }
}

/// How far along its way a value is: all that is the same for every value on its way,
/// computed once.
public enum Way {
  /// From the end back by a part of half the way, 2 at the start.
  case cos(back: Double)
  /// From the start on by a part of the way, and what the scale leaves of that.
  case linear(on: Double, scale: Double = 1)
  /// An average of the end and of the start, which is told by where the value is: it
  /// has so much of the end already.
  case average(weight: Double, before: Double)

  public init(_ curve: Anneal, at fraction: Double) {
    self =
      switch curve {
      case .cos: .cos(back: Platform.cos(.pi * fraction) + 1)
      case .linear: .linear(on: fraction)
      }
  }

  /// A straight way whose length is scaled by gamma to a power.
  public init(at fraction: Double, gamma: Double, power: Double) {
    self = .linear(on: fraction, scale: pow(gamma, power))
  }

  /// The way of stochastic weight averaging, from where the value is at `before` on.
  public init(averaging curve: Anneal, at fraction: Double, from before: Double) {
    func weight(_ fraction: Double) -> Double {
      switch curve {
      case .cos: (1 - Platform.cos(.pi * fraction)) / 2
      case .linear: fraction
      }
    }
    self = .average(weight: weight(fraction), before: weight(before))
  }

  public func value(from start: Double, to end: Double) -> Double {
    switch self {
    case .cos(let back): return end + (start - end) / 2 * back
    case .linear(let on, let scale): return (end - start) * on * scale + start
    case .average(let weight, let before):
      // Nothing of the start is left that could be told.
      let first = before == 1 ? end : (start - before * end) / (1 - before)
      return end * weight + first * (1 - weight)
    }
  }
}
