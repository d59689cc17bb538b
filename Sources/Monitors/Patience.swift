import Schedules

/// What time is counted in.
public enum Unit: Int, Word {
  case evaluations, steps, epochs, seconds

  public static let words: [StaticString] = ["evaluations", "steps", "epochs", "seconds"]

  /// Where an observation is; 0 where the caller has not said.
  func place(_ now: Observation) -> Double {
    switch self {
    case .evaluations, .epochs: Double(now.epoch)
    case .steps: Double(now.step ?? 0)
    case .seconds: now.seconds ?? 0
    }
  }
}

func missing(_ owner: StaticString, _ name: StaticString) -> Refusal {
  Refusal(.missing, "\(owner) \(name)", accepted: "an observation that has it")
}

/// What becomes of a metric that is not finite.
public enum Abnormal: Int, Word {
  /// It counts as one that is not better.
  case bad
  /// Stop.
  case stop
  /// As if it had not been.
  case ignore
  /// It is refused.
  case raise
  /// It is compared: infinity as a number, and NaN, with which nothing compares,
  /// is better than anything, and anything is better than it.
  case take

  public static let words: [StaticString] = ["bad", "stop", "ignore", "raise", "take"]
}

/// What is compared in the place of a noisy metric.
public enum Smoothing: Int, Word {
  case none
  /// Its exponential average, of weight 2 / (span + 1).
  case ema
  /// The median of the last `span`.
  case median
  /// The best of the last `span`.
  case best

  public static let words: [StaticString] = ["none", "ema", "median", "best"]
}

/// Stops after so long without a new best.
///
/// An observation is a new best when it beats the best so far by more than
/// ``minDelta``. What else may end a run, or keep it, is off unless it is set.
public struct Patience: StoppingRule {
  /// What may go by without a new best before it stops, in ``unit``. 0 stops at the
  /// first observation that is not better.
  public var patience = 0
  /// By more than how much a new best beats the old; finite, at least 0.
  public var minDelta = 0.0
  public var mode = MetricMode.min
  /// The metric's name; "" where there is only one.
  public var monitor = UTF8Text()
  /// Whether ``minDelta`` is a part of the best one's size.
  public var minDeltaMode = ThresholdMode.abs
  public var unit = Unit.evaluations
  /// Whether it stops at patience, or past it.
  public var counting = Counting.reached
  /// Whether small gains add up until they are a new best. Otherwise each moves the
  /// best, and the wait goes on.
  public var cumulative = true
  /// Observations after a new best, and after a fall of the rate, that do not count.
  public var cooldown = 0
  /// What is before is not looked at: the first epoch, or step or second by ``unit``.
  public var startFrom = 0
  /// It does not stop before.
  public var minEpochs = 0
  public var minSteps = 0
  /// A new best that does not beat this, too, does not end the wait.
  public var baseline: Double?
  /// Stops when this is not reached ``by`` a time.
  public var mustReach: Double?
  public var by: Int?
  /// Stops when the metric is as good.
  public var stoppingThreshold: Double?
  /// Stops when the metric is worse.
  public var divergenceThreshold: Double?
  public var nan = Abnormal.bad
  public var infinity = Abnormal.take
  public var smoothing = Smoothing.none
  public var span = 1
  /// How often the rate must have fallen before it stops. So many falls end the wait.
  public var reductions = 0
  /// The metric that is the rate.
  public var rate: UTF8Text = "lr"
  /// Whose way of comparing it is.
  public var manner = Manner.libsched

  /// Whether patience is spent when it is reached, or when it is exceeded.
  public enum Counting: Int, Word {
    case reached, exceeded

    public static let words: [StaticString] = [">=", ">"]
  }

  // What it has seen.
  private var best = Best(.infinity)
  private var previous = Double.nan
  private var seen = 0
  private var waited = 0
  private var anchor = 0.0
  private var last = 0.0
  private var resting = 0
  private var falls = 0
  private var lastRate = Double.nan
  private var hasReached = false
  private var window = Window()
  private var metric = Double.nan
  public private(set) var reason = Reason.none

  // Where its metrics are.
  private var place = 0
  private var ratePlace = 0
  // The window's numbers, for a median.
  private var order = Order()

  public init(_ patience: Int = 0, minDelta: Double = 0, mode: MetricMode = .min) {
    self.patience = patience
    self.minDelta = minDelta
    self.mode = mode
  }

  public static var about: About {
    About(
      name: "Patience", summary: "Stops after so long without a new best.",
      formula:
        "stop when patience has gone by since metric + min_delta < best (mode 'min'), metric - min_delta > best (mode 'max')",
      source: "Prechelt, Early Stopping - But When?, 1998; Keras, EarlyStopping")
  }

  public mutating func describe(_ fields: Fields) {
    fields.number(
      "patience", &patience, .required, note: "what may go by without a new best, in unit")
    fields.real("min_delta", &minDelta, note: "by more than how much a new best beats the old")
    fields.word("mode", &mode, note: "whether less is better or more")
    fields.name("monitor", &monitor, note: "the metric's name; empty where there is only one")
    fields.word(
      "min_delta_mode", &minDeltaMode,
      note: "whether min_delta is in the metric's units, or a part of the best one's size")
    fields.word("unit", &unit, note: "what patience, start_from and by count")
    fields.word("counting", &counting, note: "whether it stops at patience, or past it")
    fields.flag(
      "cumulative", &cumulative,
      note: "whether small gains add up to a new best, or each moves the best and the wait goes on")
    fields.number(
      "cooldown", &cooldown,
      note: "observations after a new best, and after a fall of the rate, that do not count")
    fields.number(
      "start_from", &startFrom,
      note: "the first epoch that is looked at; step or second if unit counts those")
    fields.number("min_epochs", &minEpochs, note: "it does not stop before so many epochs are done")
    fields.number("min_steps", &minSteps, note: "it does not stop before so many steps are done")
    fields.real(
      "baseline", &baseline, accepts: .any,
      note: "a new best that does not beat this, too, does not end the wait")
    fields.real(
      "must_reach", &mustReach, accepts: .any, note: "stops when this is not reached in time")
    fields.count(
      "by", &by, note: "the time for must_reach: evaluations or epochs done, or steps or seconds")
    fields.real(
      "stopping_threshold", &stoppingThreshold, accepts: .any,
      note: "stops when the metric is as good as this")
    fields.real(
      "divergence_threshold", &divergenceThreshold, accepts: .any,
      note: "stops when the metric is worse than this")
    fields.word("nan", &nan, note: "what becomes of a NaN")
    fields.word("infinity", &infinity, note: "what becomes of an infinity")
    fields.word("smoothing", &smoothing, note: "what of the last metrics is compared")
    fields.number(
      "span", &span, accepts: windowLengths, note: "how many metrics are smoothed over")
    fields.number(
      "reductions", &reductions,
      note: "how often the rate must have fallen before it stops; so many falls end the wait")
    fields.name("rate", &rate, note: "the metric that is the rate, if there are reductions")
    fields.word("manner", &manner, note: "whose way of comparing and counting it is")
    best.remember(fields)
    fields.memory(&previous)
    fields.memory(&seen)
    fields.memory(&waited)
    fields.memory(&anchor)
    fields.memory(&last)
    fields.memory(&resting)
    fields.memory(&falls)
    fields.memory(&lastRate)
    fields.memory(flag: &hasReached)
    window.remember(fields)
    fields.memory(&metric)
    reason = reason.remember(fields)
  }

  public func inconsistency() -> Refusal? {
    guard (mustReach == nil) == (by == nil) else {
      return Refusal(
        .missing, by == nil ? "Patience by" : "Patience must_reach",
        accepted: "must_reach and by, or neither")
    }
    return nil
  }

  public mutating func bind(_ metrics: inout Metrics) {
    place = metrics.place(of: monitor)
    if reductions > 0 { ratePlace = metrics.place(of: rate) }
    if best.index == nil { best.value = mode.worst }
    // Where the configuration has another span than what was saved.
    window.shorten(to: span)
    if smoothing == .median { order = Order(of: window) }
  }

  public func isPossible(after observed: Int) -> Bool {
    (best.index ?? -1) < observed && waited <= observed && seen <= observed
  }

  public var way: MetricMode? { mode }

  /// As a state of version 1 says it was.
  func resumed(_ best: Double, at index: Int, seen: Int, waited: Int) -> Patience {
    var copy = self
    copy.best.value = best
    if index >= 0 { (copy.best.index, copy.best.epoch) = (index, index) }
    (copy.seen, copy.waited) = (seen, waited)
    if seen > 0 {
      copy.reason = waited == 0 ? .improved : waited >= patience ? .patience : .patienceLeft
      copy.metric = waited == 0 ? best : .nan
    }
    return copy
  }

  // MARK: Observing

  // Each is called in place, as what may change is.

  private mutating func isEarly(_ now: Observation) -> Bool { unit.place(now) < Double(startFrom) }

  private mutating func policy(_ metric: Double) -> Abnormal {
    metric.isFinite ? .take : metric.isNaN ? nan : infinity
  }

  public mutating func refusal(of now: Observation) -> Refusal? {
    if unit == .steps || minSteps > 0, now.step == nil { return missing("Patience", "step") }
    if unit == .seconds, now.seconds == nil { return missing("Patience", "seconds") }
    let metric = now.metrics[place]
    if metric.isFinite || policy(metric) != .raise || isEarly(now) { return nil }
    return Refusal(
      .value, monitor.isEmpty ? "metric" : monitor, value: "\(metric)",
      accepted: "a finite number")
  }

  public mutating func observe(_ now: Observation) -> Verdict {
    metric = now.metrics[place]
    reason = .early
    if isEarly(now) { return .waiting }
    seen = min(seen + 1, maxStep)
    last = unit.place(now)
    if seen == 1 { anchor = last }
    if reductions > 0 { watchRate(now.metrics[ratePlace]) }

    var value = metric
    switch policy(metric) {
    case .take: value = smoothed(metric)
    case .bad where manner.takesFirst && best.index == nil: break
    case .bad: value = .nan
    case .stop: return withheld(.notFinite, now)
    case .ignore, .raise:
      reason = .ignored
      return conclude(now)
    }
    if manner.asksThresholdsFirst, let reason = pastThreshold(value) {
      if reason == .stoppingThreshold, manner == .mmengine { best.take(value, now) }
      return withheld(reason, now)
    }

    if manner.takesFirst && best.index == nil || beats(value, best.value) {
      reason = .improved
      previous = best.value
      best.take(value, now)
      if let baseline, !beats(value, baseline) { count() } else { rest() }
    } else {
      reason = .patienceLeft
      if !cumulative, isBetter(value, best.value) { best.take(value, now) }
      if resting > 0 { (resting, anchor) = (resting - 1, last) } else { count() }
    }
    if let mustReach, value == mustReach || isBetter(value, mustReach) { hasReached = true }
    if !manner.asksThresholdsFirst, let reason = pastThreshold(value) {
      return withheld(reason, now)
    }
    return conclude(now)
  }

  private mutating func rest() { (waited, anchor, resting) = (0, last, cooldown) }

  private mutating func count() { waited = min(waited + 1, maxStep) }

  private mutating func watchRate(_ rate: Double) {
    // Under a rate that falls for ever the wait would never end.
    if rate < lastRate, falls < reductions {
      falls += 1
      rest()
    }
    lastRate = rate
  }

  /// What ends the run though the metric may be good.
  private mutating func pastThreshold(_ value: Double) -> Reason? {
    if let stoppingThreshold {
      if isBetter(value, stoppingThreshold) { return .stoppingThreshold }
      if value == stoppingThreshold, !manner.asksThresholdsFirst { return .stoppingThreshold }
    }
    if let divergenceThreshold, isBetter(divergenceThreshold, value) { return .divergenceThreshold }
    return nil
  }

  /// What follows from where it is, new best or not.
  private mutating func conclude(_ now: Observation) -> Verdict {
    if mustReach != nil, !hasReached, let by {
      let done: Double =
        switch unit {
        case .evaluations: Double(seen)
        case .epochs: last + 1
        case .steps, .seconds: last
        }
      if done >= Double(by) { return withheld(.deadline, now) }
    }
    if reason == .improved { return .improved }
    let isOut = counting == .reached ? spent >= Double(patience) : spent > Double(patience)
    guard waited > 0, isOut else { return .waiting }
    guard falls >= reductions else {
      reason = .reductionsLeft
      return .waiting
    }
    return withheld(.patience, now)
  }

  private var spent: Double { unit == .evaluations ? Double(waited) : last - anchor }

  /// A stop, unless it is too soon.
  private mutating func withheld(_ why: Reason, _ now: Observation) -> Verdict {
    let isNew = reason == .improved
    guard now.epoch + 1 < minEpochs || now.step ?? 0 < minSteps else {
      reason = why
      return .stop
    }
    if isNew { return .improved }
    reason = .held
    return .waiting
  }

  // MARK: Comparing

  private mutating func isBetter(_ a: Double, _ b: Double) -> Bool { mode == .min ? a < b : a > b }

  /// Whether a metric is a new best after another; as the peers compute it, ties in
  /// the last bit included.
  private mutating func beats(_ value: Double, _ best: Double) -> Bool {
    if manner.isNegated, nan == .take, value.isNaN || best.isNaN { return true }
    if minDeltaMode == .rel {
      if manner == .ignite {
        return isBetter(value, best * (1 + (mode == .min ? -minDelta : minDelta)))
      }
      return isBetter(value, bar(best, mode, minDelta, .rel))
    }
    switch manner {
    case .libsched, .keras, .lightning, .fastai:
      // The margin on the metric, not on the best.
      return mode == .min ? value + minDelta < best : value - minDelta > best
    case .transformers, .composer:
      return isBetter(value, best) && abs(value - best) > minDelta
    case .ignite, .lightgbm, .bjarten:
      return mode == .min ? value < best - minDelta : value > best + minDelta
    case .xgboost:
      return mode == .min ? value < best - minDelta : value - minDelta > best
    case .mmengine, .score:
      return mode == .min ? value <= best - minDelta : value >= best + minDelta
    }
  }

  // MARK: Smoothing

  @_optimize(speed)
  private mutating func smoothed(_ metric: Double) -> Double {
    switch smoothing {
    case .none: return metric
    case .ema:
      let average = window.last.map { $0 + 2 / Double(span + 1) * (metric - $0) } ?? metric
      window.push(average, atMost: 1)
      return average
    case .median:
      order.replace(window.push(metric, atMost: span), by: metric)
      return order.median(of: window.count)
    case .best:
      window.push(metric, atMost: span)
      return window.withMetrics { metrics in
        var best = metric
        for one in metrics where mode == .min ? one < best : one > best { best = one }
        return best
      }
    }
  }

  // MARK: Saying

  public var watch: Watch? {
    Watch(best: best, mode: mode, waited: waited, spent: spent, patience: Double(patience))
  }

  public var why: UTF8Text {
    let name: UTF8Text = monitor.isEmpty ? "the metric" : monitor
    let so: UTF8Text = "\(name) is \(readable(metric))"
    switch reason {
    case .none: return "nothing was observed yet"
    case .improved:
      return previous.isFinite
        ? "\(so), a new best after \(readable(previous))" : "\(so), the first to compare with"
    case .patienceLeft: return "\(so), no new best for \(wait); \(bestText)"
    case .early: return "this is before start_from=\(startFrom), and not looked at"
    case .ignored: return "\(so), which is ignored"
    case .held:
      return "it would stop, but min_epochs=\(minEpochs) or min_steps=\(minSteps) is not done"
    case .reductionsLeft:
      return
        "no new best for \(wait), but \(rate) has fallen \(falls) of \(reductions) times; \(bestText)"
    case .patience: return "stop: \(so), no new best for \(wait); \(bestText)"
    case .notFinite: return "stop: \(so), which is not finite; \(bestText)"
    case .stoppingThreshold:
      return "stop: \(so), as good as stopping_threshold=\(stoppingThreshold ?? 0)"
    case .divergenceThreshold:
      return "stop: \(so), worse than divergence_threshold=\(divergenceThreshold ?? 0); \(bestText)"
    case .deadline:
      return
        "stop: \(name) has not reached must_reach=\(mustReach ?? 0) by \(by ?? 0) \(unit.word); \(bestText)"
    default: return UTF8Text()
    }
  }

  private var wait: UTF8Text { "\(short(spent)) of \(patience) \(unit.word)" }

  private var bestText: UTF8Text {
    best.index == nil ? "none was best yet" : "the best is \(best.text)"
  }
}

/// How many metrics a rule may look back on.
let windowLengths = Integers(1, 4096)

/// A number without the ".0" of a whole one.
func short(_ value: Double) -> UTF8Text {
  Int(exactly: value).map { "\($0)" } ?? readable(value)
}

/// A number as a person reads it: rounded to six digits.
func readable(_ value: Double) -> UTF8Text {
  let size = abs(value)
  guard size.isFinite, size > 0 else { return "\(value)" }
  if size < 1e-4 || size >= 1e15 {
    var (mantissa, exponent) = (size, 0)
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    mantissa = (mantissa * 1e5).rounded() / 1e5
    return "\(value < 0 ? -mantissa : mantissa)e\(exponent)"
  }
  var scale = 1.0
  while size * scale < 1e5 { scale *= 10 }
  return "\((value * scale).rounded() / scale)"
}
