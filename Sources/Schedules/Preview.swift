/// How a curve looks, as text.
extension AnySchedule {
  /// The most columns of a ``sparkline(_:base:width:)``.
  public static let maxWidth = 1 << 16

  /// The rates at a range of steps as CSV, line by line: a header, then a step
  /// and its rate, in digits that read back to the same number.
  ///
  /// ```
  /// step,rate,momentum
  /// 0,0.004,0.95
  /// ```
  ///
  /// The third column is there if the schedule drives the momentum at any of
  /// the steps, and empty where it does not. A line ends with a newline.
  ///
  /// Throws as ``rates(_:base:)`` does.
  public func csv(
    _ steps: Range<Int>, base: Double, line: (UTF8Text) -> Void
  ) throws(Refusal) {
    try require(steps, base: base)
    let hasMomentum = steps.contains { drivenMomentum(at: $0) != nil }
    line(hasMomentum ? "step,rate,momentum\n" : "step,rate\n")
    // One text for all lines, and many rates at a time: a line takes no memory.
    var text = UTF8Text()
    var rates = [Double](repeating: 0, count: min(steps.count, 512))
    for step in steps {
      let place = (step - steps.lowerBound) % 512
      if place == 0 {
        var span = rates.mutableSpan
        fill(&span, 0..<min(512, steps.upperBound - step), from: step, base: base)
      }
      text.clear()
      text.appendInterpolation(step)
      text.append(",")
      text.appendInterpolation(rates[place])
      if hasMomentum { text.append(",") }
      if hasMomentum, let momentum = drivenMomentum(at: step) {
        text.appendInterpolation(momentum)
      }
      text.append("\n")
      line(text)
    }
  }

  /// The rates at a range of steps as CSV; see ``csv(_:base:line:)``.
  public func csv(_ steps: Range<Int>, base: Double) throws(Refusal) -> String {
    var text = UTF8Text()
    try csv(steps, base: base) { text += $0 }
    return String(text)
  }

  /// The curve in a line of blocks, `▁` for the lowest rate of it and `█` for
  /// the highest.
  ///
  /// A column is the rate at one step: `width` of them at even distances, the
  /// first and the last of the range among them, or every step where there are
  /// no more than `width`. What lies between is not seen. A flat curve is all
  /// `▄`; a rate that is not a number leaves a gap.
  ///
  /// Throws as ``rates(_:base:)`` does, or if `width` is not 1 to 65,536.
  public func sparkline(
    _ steps: Range<Int>, base: Double, width: Int = 60
  ) throws(Refusal) -> String {
    String(try blocks(steps, base: base, width: width))
  }

  /// ``sparkline(_:base:width:)`` in UTF-8.
  public func blocks(_ steps: Range<Int>, base: Double, width: Int) throws(Refusal) -> UTF8Text {
    try require(steps, base: base)
    let widths = Integers(1, Self.maxWidth)
    guard widths.contains(width) else {
      throw Refusal(.range, "width", value: "\(width)", accepted: widths.text)
    }
    let columns = min(width, steps.count)
    // The parts of a quotient, since the product may be past the largest integer.
    let gaps = max(1, columns - 1)
    let (stride, rest) = (steps.count - 1).quotientAndRemainder(dividingBy: gaps)
    let rates = (0..<columns).map {
      rate(at: steps.lowerBound + stride * $0 + rest * $0 / gaps, base: base)
    }
    var (low, high) = (Double.infinity, -Double.infinity)
    for rate in rates where rate.isFinite { (low, high) = (min(low, rate), max(high, rate)) }
    var text = UTF8Text()
    for rate in rates { text += UTF8Text(block(of: rate, from: low, to: high)) }
    return text
  }

  /// The momentum at a step, if the schedule drives it: what it makes of no number.
  private func drivenMomentum(at step: Int) -> Double? {
    let momentum = momentum(at: step, base: .nan)
    return momentum.isNaN ? nil : momentum
  }
}

private func block(of rate: Double, from low: Double, to high: Double) -> StaticString {
  let blocks: [StaticString] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  if rate.isNaN { return " " }
  guard rate.isFinite else { return rate > 0 ? blocks[7] : blocks[0] }
  guard low < high else { return blocks[3] }
  // Halves, since the difference of two numbers may be past the largest.
  let height = (rate / 2 - low / 2) / (high / 2 - low / 2)
  return blocks[Int((height * 7).rounded())]
}

extension Schedule {
  /// The rates at a range of steps as CSV, line by line; see ``AnySchedule``'s.
  public func csv(_ steps: Range<Int>, base: Double, line: (UTF8Text) -> Void) throws(Refusal) {
    try AnySchedule(self).csv(steps, base: base, line: line)
  }

  /// The rates at a range of steps as CSV; see ``AnySchedule``'s.
  public func csv(_ steps: Range<Int>, base: Double) throws(Refusal) -> String {
    try AnySchedule(self).csv(steps, base: base)
  }

  /// The curve in a line of blocks; see ``AnySchedule``'s.
  public func sparkline(
    _ steps: Range<Int>, base: Double, width: Int = 60
  ) throws(Refusal) -> String {
    try AnySchedule(self).sparkline(steps, base: base, width: width)
  }
}
