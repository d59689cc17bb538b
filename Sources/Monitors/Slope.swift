import Platform
import Schedules

/// Stops when a line through the last metrics is no longer sure to lead to better
/// ones.
///
/// The slope b of the least-squares line over the window, with its standard error
/// s, is compared with none: (window − 2 degrees of freedom) Student's t = b / s has
/// a probability, which is the confidence that the metric gets better. It stops when
/// that is below ``confidence``. It takes the metrics for independent of each other.
public struct Slope: StoppingRule {
  /// Metrics in the window, from 3.
  public var window = 10
  /// From 0 to below 1.
  public var confidence = 0.9
  public var mode = MetricMode.min
  public var monitor = UTF8Text()

  private var best = Best(.infinity)
  private var metrics: [Double] = []
  private var slope = 0.0
  private var certainty = 1.0
  public private(set) var reason = Reason.none
  private var place = 0

  public init(
    window: Int = 10, confidence: Double = 0.9, mode: MetricMode = .min, monitor: UTF8Text = ""
  ) {
    self.window = window
    self.confidence = confidence
    self.mode = mode
    self.monitor = monitor
  }

  public static var about: About {
    About(
      name: "Slope",
      summary:
        "Stops when a line through the last metrics is no longer sure to lead to better ones.",
      formula:
        "stop when Student's t of the least-squares slope over the window has a smaller probability of improvement than confidence",
      source: "the t test of a regression's slope")
  }

  public mutating func describe(_ fields: Fields) {
    fields.number("window", &window, accepts: Integers(3, 4096), note: "how many metrics")
    fields.real(
      "confidence", &confidence, accepts: .decay,
      note: "how sure it must be that the metric gets better")
    fields.word("mode", &mode, note: "whether less is better or more")
    fields.name("monitor", &monitor, note: "the metric's name; empty where there is only one")
    best.remember(fields)
    fields.memory(&metrics)
    fields.memory(&slope)
    fields.memory(&certainty)
    reason = reason.remember(fields)
  }

  public mutating func bind(_ metrics: inout Metrics) {
    place = metrics.place(of: monitor)
    if best.index == nil { best.value = mode.worst }
    if self.metrics.count > window { self.metrics.removeFirst(self.metrics.count - window) }
  }

  public var way: MetricMode? { mode }

  public mutating func observe(_ now: Observation) -> Verdict {
    let metric = now.metrics[place]
    let isNew = mode == .min ? metric < best.value : metric > best.value
    if isNew { best.take(metric, now) }
    if metrics.count >= window { metrics.removeFirst() }
    metrics.append(metric)
    if metrics.count >= window {
      test()
      // A window with a NaN is sure of nothing.
      if !(certainty >= confidence) {
        reason = .slope
        return .stop
      }
    }
    reason = isNew ? .improved : .patienceLeft
    return isNew ? .improved : .waiting
  }

  private mutating func test() {
    let n = Double(metrics.count)
    let mean = metrics.reduce(0, +) / n
    var products = 0.0
    for i in metrics.indices { products += (Double(i) - (n - 1) / 2) * (metrics[i] - mean) }
    let spread = n * (n * n - 1) / 12
    slope = products / spread
    var squares = 0.0
    for i in metrics.indices {
      let rest = metrics[i] - mean - slope * (Double(i) - (n - 1) / 2)
      squares += rest * rest
    }
    let t = slope / (squares / (n - 2) / spread).squareRoot()
    // Without a slope there is nothing to be sure of, whatever the error.
    let up = slope == 0 ? 0 : central(t, metrics.count - 2)
    certainty = (1 + (mode == .min ? -up : up)) / 2
  }

  /// The probability that Student's t is between -t and t, with t's sign; exact for
  /// a whole number of degrees of freedom. Abramowitz and Stegun, 26.7.3 and 4.
  private func central(_ t: Double, _ degrees: Int) -> Double {
    let angle = atan(t / Double(degrees).squareRoot())
    if degrees == 1 { return 2 / .pi * angle }
    let (s, c) = (sin(angle), cos(angle))
    var term = degrees % 2 == 1 ? c : 1
    var sum = term
    var k = degrees % 2 == 1 ? 3 : 2
    while k <= degrees - 2 {
      term *= c * c * Double(k - 1) / Double(k)
      sum += term
      k += 2
    }
    return degrees % 2 == 1 ? 2 / .pi * (angle + s * sum) : s * sum
  }

  public var watch: Watch? {
    Watch(best: best, mode: mode, waited: 0, spent: 1 - certainty, patience: 1 - confidence)
  }

  public var why: UTF8Text {
    let head: UTF8Text = reason == .slope ? "stop: " : ""
    if reason == .none { return "nothing was observed yet" }
    return metrics.count < window
      ? "\(metrics.count) of \(window) metrics of the window were observed"
      : "\(head)the slope over the last \(window) is \(slope), one of improvement with confidence \(certainty); confidence=\(confidence)"
  }
}
