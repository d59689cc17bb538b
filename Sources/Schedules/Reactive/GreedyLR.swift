/// Divides the rate by `factor` while a metric gets better, multiplies it by
/// `factor` while it does not.
///
/// ```
/// rate ← min(rate / factor, maxLR)   after more than patience better ones in a row
/// rate ← max(rate · factor, minLR)   after more than patience others in a row
/// ```
///
/// A metric, such as an epoch's loss, reaches it by a scheduler's `observe`. After a
/// rise `warmup` observations do not count, after a fall `cooldown`. After `resetStart` falls
/// at the least rate, with no rise between them, all begins anew from the base rate.
/// NaN is never better; where the metric is smoothed, what is not finite stays out
/// of the mean, and counts as not better.
///
/// Several groups react each for themselves, where the peer waits for all of them
/// to be at the least rate before it begins anew; and a relative threshold is safe
/// of the metric's sign, as ``ReduceLROnPlateau``'s.
///
/// Source: [GreedyLR](https://arxiv.org/abs/2512.14527); Hugging Face's `GreedyLR`.
///
/// - Peers:
///   - Hugging Face `GreedyLR(mode='min', factor=0.95, patience=10, threshold=1e-06)`: The same
///     fields and bits for one group and metrics that are finite.
/// - Complexity: O(1)
/// - Example: `GreedyLR(factor=0.8, patience=3)` from 0.1 over 60 steps with a metric
public struct GreedyLR: Reactive {
  public internal(set) var mode = MetricMode.min
  /// What the rate is multiplied or divided by; between 0 and 1.
  public internal(set) var factor = 0.95
  /// Observations of a kind in a row that change nothing yet.
  public internal(set) var patience = 10
  /// By how much a better one beats the best; finite, at least 0.
  public internal(set) var threshold = 1e-6
  public internal(set) var thresholdMode = ThresholdMode.abs
  /// Observations that do not count after the rate has fallen.
  public internal(set) var cooldown = 0
  /// Observations that do not count after the rate has risen.
  public internal(set) var warmup = 0
  /// The least rate, in its units; finite, at least 0.
  public internal(set) var minLR = 1e-3
  /// The largest rate, in its units; at least the least.
  public internal(set) var maxLR = 1.0
  /// A change that is not larger is not made; finite, at least 0.
  public internal(set) var eps = 1e-8
  /// Whether an observation is the mean of the last `windowSize` metrics.
  public internal(set) var smooth = false
  /// At least 1.
  public internal(set) var windowSize = 50
  /// Falls at the least rate before all begins anew.
  public internal(set) var resetStart = 500

  // What it has seen.
  private var best = Double.nan
  private var good = 0
  private var bad = 0
  private var resting = 0
  private var falls = 0
  private var window: [Double] = []
  private var sum = 0.0
  var reached = Reached()

  public init() {}

  /// Throws when a field is out of its range, or the range of rates is empty.
  public init(
    mode: MetricMode = .min, factor: Double = 0.95, patience: Int = 10, threshold: Double = 1e-6,
    thresholdMode: ThresholdMode = .abs, cooldown: Int = 0, warmup: Int = 0, minLR: Double = 1e-3,
    maxLR: Double = 1, eps: Double = 1e-8, smooth: Bool = false, windowSize: Int = 50,
    resetStart: Int = 500
  ) throws(Refusal) {
    self.mode = mode
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.thresholdMode = thresholdMode
    self.cooldown = cooldown
    self.warmup = warmup
    self.minLR = minLR
    self.maxLR = maxLR
    self.eps = eps
    self.smooth = smooth
    self.windowSize = windowSize
    self.resetStart = resetStart
    try validate()
  }

  public static var name: StaticString { "GreedyLR" }
  public static var summary: StaticString {
    "Divides the rate by factor while a metric gets better, multiplies it while it does not."
  }
  public static var formula: StaticString {
    "rate <- min(rate / factor, max_lr) after more than patience better observations in a row, max(rate * factor, min_lr) after as many others"
  }
  public static var source: StaticString {
    "GreedyLR (arXiv:2512.14527); Hugging Face, GreedyLR"
  }

  public mutating func describe(_ fields: Fields) {
    fields.word("mode", &mode, note: "whether less is better or more")
    fields.real(
      "factor", &factor, accepts: Reals(0, 1, lowerIsOpen: true, upperIsOpen: true),
      note: "what the rate is multiplied or divided by")
    fields.number(
      "patience", &patience, note: "observations of a kind in a row that change nothing yet")
    fields.real("threshold", &threshold, note: "by how much a better one beats the best")
    fields.word(
      "threshold_mode", &thresholdMode,
      note: "whether threshold is a part of the best one's size, or in the metric's units")
    fields.number(
      "cooldown", &cooldown, note: "observations that do not count after the rate has fallen")
    fields.number(
      "warmup", &warmup, note: "observations that do not count after the rate has risen")
    fields.real("min_lr", &minLR, note: "the least rate, in its units")
    fields.real("max_lr", &maxLR, note: "the largest rate, in its units")
    fields.real("eps", &eps, note: "a change that is not larger is not made")
    fields.flag(
      "smooth", &smooth, note: "whether an observation is the mean of the last metrics")
    fields.count("window_size", &windowSize, note: "metrics of that mean")
    fields.number(
      "reset_start", &resetStart, note: "falls at the least rate before all begins anew")
    fields.memory(&best)
    fields.memory(&good)
    fields.memory(&bad)
    fields.memory(&resting)
    fields.memory(&falls)
    fields.memory(&window)
    fields.memory(&sum)
    reached.remember(fields)
  }

  public func inconsistency() -> Refusal? {
    guard maxLR < minLR else { return nil }
    return Refusal(
      .value, "GreedyLR max_lr", value: "\(maxLR)", accepted: "at least min_lr=\(minLR)")
  }

  mutating func observe(_ metric: Double, _ base: Double) {
    let value = smooth ? smoothed(metric) : metric
    guard resting == 0 else { return resting -= 1 }
    let bar = bar(best, mode, threshold, thresholdMode)
    if mode == .min ? value < bar : value > bar {
      best = value
      (good, bad) = (good + 1, 0)
    } else {
      (good, bad) = (0, bad + 1)
    }
    let old = reached.rate(from: base)
    if good > patience {
      (good, resting, falls) = (0, warmup, 0)
      let new = min(old / factor, maxLR)
      if new - old > eps { reached.move(to: new, from: base) }
    } else if bad > patience {
      (bad, resting) = (0, cooldown)
      let new = max(old * factor, minLR)
      if old - new > eps { reached.move(to: new, from: base) }
      if reached.rate(from: base) <= minLR { falls += 1 }
      if falls > 0, falls >= resetStart { forget() }
    }
  }

  /// All but the rest that is due.
  private mutating func forget() {
    best = .nan
    falls = 0
    window = []
    sum = 0
    reached = Reached()
  }

  /// The mean of the last metrics, this one included. The sum is carried on, as
  /// the peer does: the same bits.
  private mutating func smoothed(_ metric: Double) -> Double {
    guard metric.isFinite else { return .nan }
    window.append(metric)
    sum += metric
    // More than one where the window was longer in the run that was saved.
    while window.count > windowSize { sum -= window.removeFirst() }
    return sum / Double(window.count)
  }
}
