import Platform

/// Cycles of which each is a factor longer than the one before, and where in
/// them a step is. Lengths need not be whole.
struct Restarts {
  let first: Int
  let growth: Double
  /// Whether restarts are where the sum of lengths says, or where its rounded
  /// logarithm does.
  let isExact: Bool

  /// Where a step is.
  struct Place {
    /// Which cycle, from 0; whole.
    let index: Double
    /// How long ago it began, and how long it is.
    let since: Double
    let length: Double
    /// The part of it that is over.
    let gone: Double

    /// How long ago it began, in k-decay's time.
    func since(_ k: Double) -> Double { k == 1 ? since : pow(max(0, since), k) }

    /// The part of it that is over, in k-decay's time.
    func gone(_ k: Double) -> Double { k == 1 ? gone : pow(max(0, gone), k) }
  }

  func place(at t: Int) -> Place {
    guard growth != 1 else {
      let index = Double(t / first)
      let cycles = Double(t) / Double(first)
      return Place(
        index: index, since: Double(t % first), length: Double(first),
        gone: cycles - cycles.rounded(.down))
    }
    let (time, length) = (Double(t), Double(first))
    var index = (log(1 - time / length * (1 - growth)) / log(growth)).rounded(.down)
    if isExact {
      // The logarithm is off by one at some restarts: log(243) / log(3) < 5.
      while index > 0, begin(index) > time { index -= 1 }
      while begin(index + 1) <= time { index += 1 }
    }
    let stretch = pow(growth, index)
    let since = time - begin(index)
    let gone = (time / length - (1 - stretch) / (1 - growth)) / stretch
    guard isExact else {
      return Place(index: index, since: since, length: stretch * length, gone: gone)
    }
    return Place(
      index: index, since: min(since, stretch * length), length: stretch * length,
      gone: min(max(0, gone), 1))
  }

  /// The time at which a cycle begins.
  private func begin(_ index: Double) -> Double {
    (1 - pow(growth, index)) / (1 - growth) * Double(first)
  }
}
