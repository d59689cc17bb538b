/// Which way a metric is better.
public enum MetricMode: Int, Word {
  case min, max

  public static let words: [StaticString] = ["min", "max"]

  /// The worst there is.
  public var worst: Double { self == .min ? .infinity : -.infinity }
}

/// What a threshold is measured in.
public enum ThresholdMode: Int, Word {
  /// Parts of the best so far.
  case rel
  /// The metric's own units.
  case abs

  public static let words: [StaticString] = ["rel", "abs"]
}

/// What a better metric has to beat.
///
/// A relative threshold is a part of the best one's size, so that a metric below
/// 0 must get better, too; PyTorch's moves the bar the wrong way there.
package func bar(
  _ best: Double, _ mode: MetricMode, _ threshold: Double, _ thresholdMode: ThresholdMode
) -> Double {
  // Part of infinity, or all of it, is no bar.
  guard best.isFinite else { return best.isNaN ? mode.worst : best }
  switch thresholdMode {
  case .rel:
    // One product, as the peers have it: the same bits.
    return best * (1 + ((mode == .min) == (best >= 0) ? -threshold : threshold))
  case .abs: return best + (mode == .min ? -threshold : threshold)
  }
}

/// The rate that reactions have led to, and the base rate from which.
struct Reached: Sendable {
  /// NaN where it is still the base rate.
  private var base = Double.nan
  private var rate = Double.nan

  /// The rate in force. Where the base rate has moved since, by a schedule
  /// underneath, its part of it.
  func rate(from base: Double) -> Double {
    if base == self.base { return rate }
    return self.base.isNaN ? base : base * (rate / self.base)
  }

  mutating func move(to rate: Double, from base: Double) {
    (self.rate, self.base) = (rate, base)
  }

  mutating func remember(_ fields: Fields) {
    fields.memory(&base)
    fields.memory(&rate)
  }
}
