import Schedules

/// How far the validation loss is above its lowest, in percent: Prechelt's GL.
///
/// ```
/// GL(t) = 100 · (E(t) / E_opt(t) − 1)
/// ```
///
/// with the size of E_opt in the denominator, so that losses below 0 behave. NaN is
/// as bad as infinity.
struct Generalization {
  var best = Best(.infinity)
  private(set) var loss = 0.0
  private(set) var percent = 0.0

  mutating func observe(_ now: Observation, _ loss: Double) {
    self.loss = loss.isNaN ? .infinity : loss
    if loss < best.value { best.take(loss, now) }
    let above = self.loss - best.value
    // Infinite from infinite, and 0 of 0, are no loss.
    percent = above == 0 || above.isNaN ? 0 : 100 * above / abs(best.value)
  }

  func isNew(_ now: Observation) -> Bool { best.index == now.index }

  mutating func remember(_ fields: Fields) {
    best.remember(fields)
    fields.memory(&loss)
    fields.memory(&percent)
  }
}

/// Stops when the validation loss is more than so many percent above its lowest.
public struct GL: StoppingRule {
  /// Percent; finite, above 0.
  public var alpha = 5.0
  public var monitor = UTF8Text()

  private var seen = Generalization()
  public private(set) var reason = Reason.none
  private var place = 0

  public init(alpha: Double = 5, monitor: UTF8Text = "") {
    self.alpha = alpha
    self.monitor = monitor
  }

  public static var about: About {
    About(
      name: "GL",
      summary: "Stops when the validation loss is so many percent above its lowest.",
      formula: "stop when 100 * (loss - lowest) / |lowest| > alpha",
      source: "Prechelt, Early Stopping - But When?, 1998")
  }

  public mutating func describe(_ fields: Fields) {
    fields.real(
      "alpha", &alpha, accepts: .positive, note: "percent above the lowest that are too much")
    fields.name("monitor", &monitor, note: "the validation loss; empty where there is only one")
    seen.remember(fields)
    reason = reason.remember(fields)
  }

  public mutating func bind(_ metrics: inout Metrics) { place = metrics.place(of: monitor) }

  public mutating func observe(_ now: Observation) -> Verdict {
    seen.observe(now, now.metrics[place])
    if seen.percent > alpha {
      reason = .generalization
      return .stop
    }
    reason = seen.isNew(now) ? .improved : .patienceLeft
    return seen.isNew(now) ? .improved : .waiting
  }

  public var watch: Watch? {
    Watch(best: seen.best, mode: .min, waited: 0, spent: seen.percent, patience: alpha)
  }

  public var why: UTF8Text {
    let (head, comparison): (UTF8Text, UTF8Text) =
      reason == .generalization ? ("stop: ", "more than") : ("", "not more than")
    return reason == .none
      ? "nothing was observed yet"
      : "\(head)the loss is \(readable(seen.percent)) percent above the lowest, \(seen.best.text): \(comparison) alpha=\(alpha)"
  }
}

/// Stops when the validation loss has risen too far for what training still gains.
///
/// At the end of each strip of k observations
///
/// ```
/// P_k(t) = 1000 · (mean of the strip's training losses / their lowest − 1)
/// ```
///
/// and it stops when GL(t) / P_k(t) > alpha.
public struct PQ: StoppingRule {
  /// Finite, above 0.
  public var alpha = 0.5
  /// Observations in a strip.
  public var strip = 5
  public var monitor: UTF8Text = "val_loss"
  public var training: UTF8Text = "train_loss"

  private var seen = Generalization()
  private var losses: [Double] = []
  private var progress = Double.infinity
  public private(set) var reason = Reason.none
  private var place = 0
  private var trainingPlace = 0

  public init(
    alpha: Double = 0.5, strip: Int = 5, monitor: UTF8Text = "val_loss",
    training: UTF8Text = "train_loss"
  ) {
    self.alpha = alpha
    self.strip = strip
    self.monitor = monitor
    self.training = training
  }

  public static var about: About {
    About(
      name: "PQ",
      summary: "Stops when the validation loss has risen too far for what training still gains.",
      formula:
        "stop at the end of a strip when GL > alpha * 1000 * (mean - lowest) / |lowest| of its training losses",
      source: "Prechelt, Early Stopping - But When?, 1998")
  }

  public mutating func describe(_ fields: Fields) {
    fields.real(
      "alpha", &alpha, accepts: .positive, note: "how much of loss for a part of progress")
    fields.number("strip", &strip, accepts: windowLengths, note: "observations in a strip")
    fields.name("monitor", &monitor, note: "the validation loss")
    fields.name("training", &training, note: "the training loss")
    seen.remember(fields)
    fields.memory(&losses)
    fields.memory(&progress)
    reason = reason.remember(fields)
  }

  public mutating func bind(_ metrics: inout Metrics) {
    place = metrics.place(of: monitor)
    trainingPlace = metrics.place(of: training)
  }

  public mutating func observe(_ now: Observation) -> Verdict {
    seen.observe(now, now.metrics[place])
    losses.append(now.metrics[trainingPlace])
    if losses.count >= strip {
      let lowest = losses.reduce(.infinity) { min($0, $1) }
      let mean = losses.reduce(0, +) / Double(losses.count)
      progress = mean == lowest ? 0 : 1000 * (mean - lowest) / abs(lowest)
      losses = []
      // Of what is not finite nothing is gained.
      let isOut = seen.percent > 0 && !(seen.percent <= alpha * progress)
      reason = isOut ? .generalization : .none
    }
    if reason == .generalization { return .stop }
    reason = seen.isNew(now) ? .improved : .patienceLeft
    return seen.isNew(now) ? .improved : .waiting
  }

  public var watch: Watch? {
    Watch(best: seen.best, mode: .min, waited: 0, spent: seen.percent / progress, patience: alpha)
  }

  public var why: UTF8Text {
    let head: UTF8Text = reason == .generalization ? "stop: " : ""
    return reason == .none
      ? "nothing was observed yet"
      : "\(head)the loss is \(readable(seen.percent)) percent above the lowest, \(seen.best.text), and the training loss of the last strip \(readable(progress)) per mille above its lowest; alpha=\(alpha)"
  }
}

/// Stops when the validation loss has risen from strip to strip so many times in a
/// row.
public struct UP: StoppingRule {
  /// Rises in a row.
  public var strips = 2
  /// Observations in a strip.
  public var strip = 5
  public var monitor = UTF8Text()

  private var seen = Generalization()
  private var end = Double.nan
  private var count = 0
  private var rises = 0
  public private(set) var reason = Reason.none
  private var place = 0

  public init(strips: Int = 2, strip: Int = 5, monitor: UTF8Text = "") {
    self.strips = strips
    self.strip = strip
    self.monitor = monitor
  }

  public static var about: About {
    About(
      name: "UP",
      summary:
        "Stops when the validation loss has risen from strip to strip so many times in a row.",
      formula:
        "stop when the loss at the end of each of the last strips was above that at the end of the one before",
      source: "Prechelt, Early Stopping - But When?, 1998")
  }

  public mutating func describe(_ fields: Fields) {
    fields.count("strips", &strips, note: "rises in a row")
    fields.number("strip", &strip, accepts: windowLengths, note: "observations in a strip")
    fields.name("monitor", &monitor, note: "the validation loss; empty where there is only one")
    seen.remember(fields)
    fields.memory(&end)
    fields.memory(&count)
    fields.memory(&rises)
    reason = reason.remember(fields)
  }

  public mutating func bind(_ metrics: inout Metrics) { place = metrics.place(of: monitor) }

  public mutating func observe(_ now: Observation) -> Verdict {
    seen.observe(now, now.metrics[place])
    count = min(count, maxStep - 1) + 1
    if count >= strip {
      count = 0
      rises = seen.loss > end ? min(rises, maxStep - 1) + 1 : 0
      end = seen.loss
    }
    if rises >= strips {
      reason = .generalization
      return .stop
    }
    reason = seen.isNew(now) ? .improved : .patienceLeft
    return seen.isNew(now) ? .improved : .waiting
  }

  public var watch: Watch? {
    Watch(best: seen.best, mode: .min, waited: 0, spent: Double(rises), patience: Double(strips))
  }

  public var why: UTF8Text {
    let head: UTF8Text = reason == .generalization ? "stop: " : ""
    return reason == .none
      ? "nothing was observed yet"
      : "\(head)the loss has risen over \(rises) of \(strips) strips in a row; the lowest is \(seen.best.text)"
  }
}
