/// A schedule whose rate is where metrics have led it, whatever the step.
protocol Reactive: Schedule {
  var reached: Reached { get }

  mutating func observe(_ metric: Double, _ base: Double)
}

extension Reactive {
  public static var reacts: Bool { true }

  public func rate(at t: Int, base: Double) -> Double { reached.rate(from: base) }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    t == 0 ? reached.rate(from: current) : current
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    var copy = self
    copy.observe(metric, base)
    return copy
  }
}
