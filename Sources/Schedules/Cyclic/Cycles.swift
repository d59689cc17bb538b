import Platform

/// Cycles of whole steps: a part that is each time longer by a factor, rounded
/// down, and a part beside it that grows alike or not at all.
struct Cycles {
  let first: Int
  let beside: Int
  let growth: Double
  let besideGrows: Bool

  /// Where a step is: which cycle, from 0, how long ago it began, and how long
  /// its two parts are.
  ///
  /// - Complexity: O(cycles), whose lengths multiply; O(1) if they do not grow
  func place(at t: Int) -> (index: Int, since: Int, length: Int, beside: Int) {
    var (index, since, length, beside) = (0, t, first, beside)
    while since >= length + beside {
      let longer = grown(length)
      let wider = besideGrows ? grown(beside) : beside
      if longer == length, wider == beside {
        let more = since / (length + beside)
        return (index + more, since % (length + beside), length, beside)
      }
      since -= length + beside
      index += 1
      (length, beside) = (longer, wider)
    }
    return (index, since, length, beside)
  }

  private func grown(_ length: Int) -> Int {
    let longer = Double(length) * growth
    return longer < Double(maxStep) ? Int(longer) : maxStep
  }
}

/// `value` times `factor` so many times over, rounded each time as by someone
/// who keeps it; past a thousand times by a power.
func multiplied(_ value: Double, _ factor: Double, _ times: Int) -> Double {
  if factor == 1 { return value }
  if times > 1000 { return value * pow(factor, Double(times)) }
  return (0..<times).reduce(value) { product, _ in product * factor }
}
