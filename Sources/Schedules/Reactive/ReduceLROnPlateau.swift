/// Multiplies the rate by `factor` when a metric has stopped getting better.
///
/// ```
/// rate ← max(rate · factor, minLR, base · minRatio)
/// ```
///
/// after more than `patience` observations in a row that are not better than the
/// best before them. A metric, such as an epoch's loss, reaches it by a scheduler's
/// `observe`. After a fall, `cooldown` observations do not count. An observation is
/// better when it beats the best by more than `threshold`, a part of the best one's
/// size or in the metric's units, plus `minDelta`. NaN is never better, and so
/// counts as any other that is not.
///
/// The rate does not depend on the step. Where the base rate moves, because the
/// schedule is chained behind another, it stays the part of it that it was.
///
/// By the rule `torch` the rate falls at observation `patience` + 1 that is not
/// better; by `keras` and `optax` at observation `patience`. By `keras` the last
/// observation of a cooldown counts again.
///
/// PyTorch's relative threshold lets a metric below 0 get worse; here better is
/// better whatever the sign.
///
/// Source: PyTorch's and Keras's `ReduceLROnPlateau`, optax's `reduce_on_plateau`.
///
/// - Peers:
///   - PyTorch `ReduceLROnPlateau(mode='min', factor=0.1, patience=10, threshold=0.0001)`: The
///     same fields and bits. A list for min_lr is a schedule for each group; on metrics below 0
///     its relative threshold does not hold.
///   - Keras `ReduceLROnPlateau(monitor, factor=0.1, patience=10, min_delta=0.0001)`:
///     `ReduceLROnPlateau('min', factor, patience, 0.0, cooldown=cooldown, min_lr=min_lr,
///     min_delta=min_delta, rule='keras')`. A first metric of NaN is Keras's best for ever, and one
///     that is infinitely bad its best so far; here neither is better than nothing.
///   - optax `reduce_on_plateau(factor=0.1, patience=10, rtol=0.0001, atol=0.0)`:
///     `ReduceLROnPlateau('min', factor, patience, rtol, cooldown=cooldown, min_ratio=min_scale,
///     min_delta=atol, accumulation_size=accumulation_size, rule='optax')`. Its scale is the rate
///     of base rate 1.
///   - fairseq `reduce_lr_on_plateau(lr_shrink=0.1, lr_threshold=0.0001, lr_patience=0)`:
///     `ReduceLROnPlateau('min', lr_shrink, lr_patience, lr_threshold)`. With warmup_updates=W
///     it is in Warmup with steps=W+1, span=W, start_lr=0 and rounding='slope'.
/// - Complexity: O(1)
/// - Example: `ReduceLROnPlateau(factor=0.5, patience=5)` over 60 steps with a metric
public struct ReduceLROnPlateau: Reactive {
  /// Whose way of counting it is.
  public enum Rule: Int, Word {
    case torch, keras, optax

    public static let words: [StaticString] = ["torch", "keras", "optax"]
  }

  public internal(set) var mode = MetricMode.min
  /// What the rate is multiplied by; 0 to below 1.
  public internal(set) var factor = 0.1
  /// Observations in a row that are not better and change nothing yet.
  public internal(set) var patience = 10
  /// By how much a better one beats the best; finite, at least 0.
  public internal(set) var threshold = 1e-4
  public internal(set) var thresholdMode = ThresholdMode.rel
  /// Observations that do not count after the rate has fallen.
  public internal(set) var cooldown = 0
  /// The least rate, in its units; finite, at least 0.
  public internal(set) var minLR = 0.0
  /// A change that is not larger is not made; `nil` for 10⁻⁸ by PyTorch's rule
  /// and 0 by the others.
  public internal(set) var eps: Double?
  /// The least rate as a part of the base rate; 0 to 1.
  public internal(set) var minRatio = 0.0
  /// Added to the threshold, in the metric's units; finite, at least 0.
  public internal(set) var minDelta = 0.0
  /// Metrics whose mean is one observation; at least 1.
  public internal(set) var accumulationSize = 1
  public internal(set) var rule = Rule.torch

  // What it has seen.
  private var best = Double.nan
  private var bad = 0
  private var resting = 0
  private var count = 0
  private var mean = 0.0
  var reached = Reached()

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    mode: MetricMode = .min, factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4,
    thresholdMode: ThresholdMode = .rel, cooldown: Int = 0, minLR: Double = 0, eps: Double? = nil,
    minRatio: Double = 0, minDelta: Double = 0, accumulationSize: Int = 1, rule: Rule = .torch
  ) throws(Refusal) {
    self.mode = mode
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.thresholdMode = thresholdMode
    self.cooldown = cooldown
    self.minLR = minLR
    self.eps = eps
    self.minRatio = minRatio
    self.minDelta = minDelta
    self.accumulationSize = accumulationSize
    self.rule = rule
    try validate()
  }

  public static var name: StaticString { "ReduceLROnPlateau" }
  public static var summary: StaticString {
    "Multiplies the rate by factor when a metric has stopped getting better."
  }
  public static var formula: StaticString {
    "rate <- max(rate * factor, min_lr, base * min_ratio) after more than patience observations in a row that are not better"
  }
  public static var source: StaticString {
    "PyTorch and Keras, ReduceLROnPlateau; optax, reduce_on_plateau; fairseq, reduce_lr_on_plateau"
  }

  public mutating func describe(_ fields: Fields) {
    fields.word("mode", &mode, note: "whether less is better or more")
    fields.real("factor", &factor, accepts: .decay, note: "what the rate is multiplied by")
    fields.number(
      "patience", &patience, note: "observations in a row, not better, that change nothing yet")
    fields.real("threshold", &threshold, note: "by how much a better one beats the best")
    fields.word(
      "threshold_mode", &thresholdMode,
      note: "whether threshold is a part of the best one's size, or in the metric's units")
    fields.number(
      "cooldown", &cooldown, note: "observations that do not count after the rate has fallen")
    fields.real("min_lr", &minLR, note: "the least rate, in its units")
    fields.real(
      "eps", &eps,
      note: "a change that is not larger is not made; if absent 1e-8 by torch's rule, 0 by others")
    fields.real(
      "min_ratio", &minRatio, accepts: .fraction, note: "the least rate, as a part of the base rate"
    )
    fields.real("min_delta", &minDelta, note: "added to the threshold, in the metric's units")
    fields.count(
      "accumulation_size", &accumulationSize, note: "metrics whose mean is one observation")
    fields.word("rule", &rule, note: "whose way it is to count patience and cooldown")
    fields.memory(&best)
    fields.memory(&bad)
    fields.memory(&resting)
    fields.memory(&count)
    fields.memory(&mean)
    reached.remember(fields)
  }

  mutating func observe(_ metric: Double, _ base: Double) {
    mean = (Double(count) * mean + metric) / Double(count + 1)
    count += 1
    guard count >= accumulationSize else { return }
    let bar = bar(best, mode, threshold, thresholdMode)
    // Keras has the margin on the metric, optax on the best: the same bits.
    let (ahead, behind) = rule == .keras ? (minDelta, 0) : (0, minDelta)
    bad += 1
    if mode == .min ? mean + ahead < bar - behind : mean - ahead > bar + behind {
      best = mean
      bad = 0
    }
    (count, mean) = (0, 0)
    if resting > 0 {
      resting -= 1
      bad = 0
    }
    guard bad > (rule == .torch ? patience : max(patience, 1) - 1) else { return }
    bad = 0
    resting = rule == .keras ? max(cooldown, 1) - 1 : cooldown
    let old = reached.rate(from: base)
    let new = max(old * factor, max(minLR, base * minRatio))
    if old - new > eps ?? (rule == .torch ? 1e-8 : 0) { reached.move(to: new, from: base) }
  }
}
