import Schedules

/// Says when to stop: after `patience` observations in a row with no new best.
///
/// An observation is a new best when it beats the best so far by more than
/// `minDelta`. What the user sets is fixed at the start; what it learns is
/// read-only. A value, so its checkpoint is a copy.
public struct EarlyStopping: Sendable {
  /// Which way is better.
  public typealias Mode = MetricMode

  /// What an observation means.
  public enum Verdict: Int32, Sendable {
    /// A new best: keep these weights.
    case improved = 1
    /// Not better, but patience is left.
    case waiting = 2
    /// `patience` observations in a row with no new best.
    case stop = 3
  }

  public let mode: Mode
  /// Observations without a new best before it says stop. 0 stops like 1, at
  /// the first.
  public let patience: Int
  /// By how much a new best must beat the old; at least 0.
  public let minDelta: Double

  /// The best so far; the worst there is before the first.
  public private(set) var best: Double
  /// The observation that was best, counted from 0; `nil` before the first.
  public private(set) var bestAt: Int?
  /// Observations so far.
  public private(set) var observed = 0
  /// Observations since the best.
  public private(set) var waited = 0

  /// Throws unless patience is 0 to 2⁵³ and minDelta finite and at least 0.
  public init(patience: Int, minDelta: Double = 0, mode: Mode = .min) throws(Refusal) {
    guard Integers.steps.contains(patience) else {
      throw Refusal(
        .value, "EarlyStopping patience", value: "\(patience)", accepted: Integers.steps.text)
    }
    guard Reals.notNegative.contains(minDelta) else {
      throw Refusal(
        .value, "EarlyStopping min_delta", value: "\(minDelta)",
        accepted: Reals.notNegative.text)
    }
    self.patience = patience
    self.minDelta = minDelta
    self.mode = mode
    best = mode.worst
  }

  /// Records one observation and says what it means.
  ///
  /// NaN compares false with everything and so is never a new best. A run that
  /// diverges waits out its patience and stops, with no rule of its own.
  ///
  /// - Complexity: O(1)
  @discardableResult
  public mutating func observe(_ metric: Double) -> Verdict {
    // The margin on the metric, not on the best: as the peers do, ties in the last bit included.
    let improved = mode == .min ? metric + minDelta < best : metric - minDelta > best
    // Counts rest at the most that a state may say, which only one made by hand comes to.
    let at = min(observed, maxStep - 1)
    observed = at + 1
    if improved { (best, bestAt) = (metric, at) }
    waited = at - (bestAt ?? -1)
    return improved ? .improved : waited >= patience ? .stop : .waiting
  }
}

// MARK: - Saved as text

extension EarlyStopping {
  /// Settings and all it has seen, on one line; numbers round-trip exactly.
  public var text: String { String(utf8) }

  /// ``text``, for C.
  public var utf8: UTF8Text {
    "EarlyStopping(version=1, mode='\(mode.word)', patience=\(patience), min_delta=\(minDelta), best=\(best), best_at=\(bestAt ?? -1), observed=\(observed), waited=\(waited))"
  }

  /// What ``text`` gave.
  public init(restoring text: String) throws(Refusal) {
    try self.init(restoring: Array(text.utf8))
  }

  /// What ``text`` gave, from bytes, whatever they are.
  public init(restoring text: [UInt8]) throws(Refusal) {
    let state = try State(
      "EarlyStopping", version: 1,
      ["mode", "patience", "min_delta", "best", "best_at", "observed", "waited"], text)
    try self.init(
      patience: try state.integer("patience", .steps), minDelta: try state.real("min_delta"),
      mode: try state.word("mode"))
    observed = try state.integer("observed", .steps)
    let bestAt = try state.integer("best_at", Integers(-1, observed - 1))
    // The one follows from the other two; a text in which it does not was not
    // saved but made.
    let since = observed - 1 - bestAt
    waited = try state.integer(
      "waited", bestAt < 0 ? Integers(observed, observed) : Integers(since, since))
    self.bestAt = bestAt < 0 ? nil : bestAt
    let worst = best
    best = try state.real("best")
    guard bestAt < 0 ? best == worst : !best.isNaN && best != worst else {
      throw Refusal(
        .state, "EarlyStopping best", value: "\(best)",
        accepted: bestAt < 0 ? "\(worst), as nothing was best yet" : "what an observation can be")
    }
  }
}
