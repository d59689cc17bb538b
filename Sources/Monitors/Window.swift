import Schedules

/// The last metrics, at most so many: one more, and the oldest goes.
///
/// They lie one after the other, the oldest first. Those that have gone stay in front of
/// them until there are as many, and so at most observations none moves.
struct Window: Sendable {
  private var metrics: [Double] = []
  private var gone = 0

  var count: Int { metrics.count - gone }
  var last: Double? { metrics.last }

  /// Takes a metric; returns the one that makes way.
  @discardableResult
  mutating func push(_ metric: Double, atMost length: Int) -> Double? {
    var oldest: Double?
    if count >= length {
      oldest = metrics[gone]
      gone += 1
    }
    if gone > max(length, 16) { drop() }
    metrics.append(metric)
    return oldest
  }

  /// Keeps the last of them, where there may have been more.
  mutating func shorten(to length: Int) {
    gone = max(gone, metrics.count - length)
    drop()
  }

  private mutating func drop() {
    metrics.removeFirst(gone)
    gone = 0
  }

  mutating func remember(_ fields: Fields) {
    drop()
    fields.memory(&metrics)
  }

  /// The metrics, the oldest first.
  @inline(__always)
  func withMetrics<T>(_ body: (UnsafeBufferPointer<Double>) -> T) -> T {
    metrics.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[gone...])) }
  }
}

/// The numbers of a window from the least to the greatest, the older of two equals first;
/// NaN is left out.
struct Order: Sendable {
  private var numbers: [Double] = []

  init() {}

  init(of window: Window) {
    window.withMetrics { for metric in $0 { replace(nil, by: metric) } }
  }

  /// Puts a metric in the place of the one that makes way.
  @_optimize(speed)
  mutating func replace(_ gone: Double?, by metric: Double) {
    var place = gone.flatMap { self.numbers.firstIndex(of: $0) } ?? self.numbers.count
    if place == self.numbers.count {
      if metric.isNaN { return }
      self.numbers.append(metric)
    } else if metric.isNaN {
      self.numbers.remove(at: place)
      return
    }
    var numbers = self.numbers.mutableSpan
    while place + 1 < numbers.count, numbers[place + 1] <= metric {
      numbers[place] = numbers[place + 1]
      place += 1
    }
    while place > 0, numbers[place - 1] > metric {
      numbers[place] = numbers[place - 1]
      place -= 1
    }
    numbers[place] = metric
  }

  /// The middle one of so many, or the mean of the two; NaN where one of them is.
  func median(of count: Int) -> Double {
    guard count == numbers.count else { return .nan }
    let middle = count / 2
    return count % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2
  }
}
