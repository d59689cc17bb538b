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
  private var metrics = Window()
  private var slope = 0.0
  // Student's, of the slope.
  private var t = 0.0
  public private(set) var reason = Reason.none
  private var place = 0
  // The least t, up where more is better, with which it is sure.
  private var needed = 0.0

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
    metrics.remember(fields)
    fields.memory(&slope)
    fields.memory(&t)
    reason = reason.remember(fields)
  }

  public mutating func bind(_ metrics: inout Metrics) {
    place = metrics.place(of: monitor)
    if best.index == nil { best.value = mode.worst }
    self.metrics.shorten(to: window)
    needed = leastNeeded()
  }

  public var way: MetricMode? { mode }

  public mutating func observe(_ now: Observation) -> Verdict {
    let metric = now.metrics[place]
    let isNew = mode == .min ? metric < best.value : metric > best.value
    if isNew { best.take(metric, now) }
    metrics.push(metric, atMost: window)
    if metrics.count >= window {
      (slope, t) = metrics.withMetrics(Self.fit)
      if !isSure {
        reason = .slope
        return .stop
      }
    }
    reason = isNew ? .improved : .patienceLeft
    return isNew ? .improved : .waiting
  }

  /// The slope of the line through them, and its t.
  @_optimize(speed) @inline(never)
  private static func fit(_ metrics: UnsafeBufferPointer<Double>) -> (slope: Double, t: Double) {
    let n = Double(metrics.count)
    let spread = n * (n * n - 1) / 12
    // From the first, which is as near the others as they are to each other.
    let first = SIMD4(repeating: metrics[0])
    let (total, moment) = sums(metrics) { x, y in (y - first, x * (y - first)) }
    let (middle, slope) = (total / n, moment / spread)
    // Without one there is nothing to be sure of, whatever the error.
    if slope == 0 { return (0, 0) }
    let (squares, _) = sums(metrics) { x, y in
      let rest = y - first - middle - slope * x
      return (rest * rest, SIMD4())
    }
    return (slope, slope * (spread * (n - 2) / squares).squareRoot())
  }

  /// The sums of two terms of each metric y and its place x, which is 0 in the middle; in
  /// four parts that do not wait for each other.
  @inline(__always)
  private static func sums(
    _ metrics: UnsafeBufferPointer<Double>,
    _ terms: (SIMD4<Double>, SIMD4<Double>) -> (SIMD4<Double>, SIMD4<Double>)
  ) -> (Double, Double) {
    var parts = (SIMD4<Double>(), SIMD4<Double>())
    var x = SIMD4(0, 1, 2, 3) - Double(metrics.count - 1) / 2
    var i = 0
    while i &+ 4 <= metrics.count {
      let more = terms(x, SIMD4(metrics[i], metrics[i &+ 1], metrics[i &+ 2], metrics[i &+ 3]))
      parts = (parts.0 + more.0, parts.1 + more.1)
      x += 4
      i &+= 4
    }
    while i < metrics.count {
      let more = terms(x, SIMD4(repeating: metrics[i]))
      parts.0[0] += more.0[0]
      parts.1[0] += more.1[0]
      x += 1
      i &+= 1
    }
    func joined(_ parts: SIMD4<Double>) -> Double { (parts[0] + parts[1]) + (parts[2] + parts[3]) }
    return (joined(parts.0), joined(parts.1))
  }

  /// The confidence that the metric gets better.
  private var certainty: Double {
    if metrics.count < window { return 1 }
    let up = central(t, window - 2)
    return (1 + (mode == .min ? -up : up)) / 2
  }

  /// Whether that is enough. It takes longer than the line does, and so it is computed
  /// only where t is about what is needed, or not finite.
  private var isSure: Bool {
    let up = mode == .min ? -t : t
    if up.isFinite, abs(up - needed) > 1e-6 * (1 + abs(needed)) { return up > needed }
    // A window with a NaN is sure of nothing.
    return certainty >= confidence
  }

  /// The t of which ``central(_:_:)`` is what is needed, between neighbours.
  private func leastNeeded() -> Double {
    // Of nothing it is always sure.
    if confidence == 0 { return -.greatestFiniteMagnitude }
    let chance = abs(2 * confidence - 1)
    var (low, high) = (UInt64(0), Double.greatestFiniteMagnitude.bitPattern)
    while low < high {
      let middle = (low + high) / 2
      if central(Double(bitPattern: middle), window - 2) < chance {
        low = middle + 1
      } else {
        high = middle
      }
    }
    let t = Double(bitPattern: low)
    return confidence < 0.5 ? -t : t
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
      : "\(head)the slope over the last \(window) is \(readable(slope)), one of improvement with confidence \(readable(certainty)); confidence=\(confidence)"
  }
}
