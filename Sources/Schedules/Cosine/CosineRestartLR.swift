import Platform

/// Half a cosine down to a floor in each of a list of periods, each from a top
/// of its own; then the last rate.
///
/// ```
/// rate(t) = floor + (base · w − floor) · (1 + cos(π · s / T)) / 2
/// ```
///
/// where the period that t falls in is T steps long, began s steps ago and has
/// the weight w, and floor is `etaMin` or base · minRatio.
///
/// Source: mmengine's `CosineRestartLR`.
///
/// - Peers:
///   - MMEngine `CosineRestartLR(periods, restart_weights=(1,), eta_min, eta_min_ratio)`:
///     `CosineRestartLR(periods, restart_weights, eta_min=eta_min)`. eta_min_ratio is
///     min_ratio. There one weight stands for all of 1.
/// - Complexity: O(n), n the periods
/// - Example: `CosineRestartLR([20, 40, 60], restart_weights=[1.0, 0.5, 0.25], min_ratio=0.02)`
///   over 140 steps
public struct CosineRestartLR: Schedule {
  /// Steps of each cosine; at least one of them, each at least 1.
  public internal(set) var periods: [Int] = [1]
  /// The top of each as a multiple of the base rate; none for 1 everywhere.
  public internal(set) var restartWeights: [Double] = []
  /// The floor, as a part of the base rate; finite, at least 0.
  public internal(set) var minRatio = 0.0
  /// The floor, in the units of the rate, in place of `minRatio`.
  public internal(set) var etaMin: Double?

  public init() {}

  /// Throws when there is no period or one of none, not a weight for each, all
  /// of them pass 2⁵³, or there are two floors.
  public init(
    periods: [Int], restartWeights: [Double] = [], minRatio: Double = 0, etaMin: Double? = nil
  ) throws(Refusal) {
    self.periods = periods
    self.restartWeights = restartWeights
    self.minRatio = minRatio
    self.etaMin = etaMin
    try validate()
  }

  public static var name: StaticString { "CosineRestartLR" }
  public static var summary: StaticString {
    "Half a cosine down to a floor in each of a list of periods, each from a top of its own."
  }
  public static var formula: StaticString {
    "rate(t) = floor + (base * w - floor) * (1 + cos(pi * s / T)) / 2, s steps into a period of T with weight w, floor = eta_min or base * min_ratio"
  }
  public static var source: StaticString { "mmengine, CosineRestartLR" }

  public mutating func describe(_ fields: Fields) {
    fields.steps("periods", &periods, .required, note: "steps of each cosine")
    fields.reals(
      "restart_weights", &restartWeights,
      note: "the top of each as a multiple of the base rate; 1 everywhere if empty")
    fields.floor(&minRatio, &etaMin)
  }

  public func inconsistency() -> Refusal? {
    guard !periods.isEmpty else {
      return Refusal(.value, "CosineRestartLR periods", value: "[]", accepted: "at least one")
    }
    var total = 0
    for (i, period) in periods.enumerated() {
      total += period
      guard period > 0, total <= maxStep else {
        return Refusal(
          .value, "CosineRestartLR periods[\(i)]", value: "\(period)",
          accepted: "\(Integers.counts.text), and no more in all")
      }
    }
    guard restartWeights.isEmpty || restartWeights.count == periods.count else {
      return Refusal(
        .value, "CosineRestartLR restart_weights", value: "\(restartWeights.count) of them",
        accepted: "\(periods.count), one for each period, or none")
    }
    return twoFloors("CosineRestartLR", minRatio, etaMin)
  }

  public func rate(at t: Int, base: Double) -> Double {
    let (since, length, weight) = place(at: t) ?? last
    let floor = etaMin ?? base * minRatio
    return floor
      + (base * weight - floor) * (1 + cos(.pi * Double(since) / Double(length))) / 2
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    guard let (since, length, weight) = place(at: t) else { return current }
    if since == 0 { return base * weight }
    let floor = etaMin ?? base * minRatio
    return (1 + cos(.pi * Double(since) / Double(length)))
      / (1 + cos(.pi * Double(since - 1) / Double(length)))
      * (current - floor) + floor
  }

  private func weight(_ i: Int) -> Double { restartWeights.isEmpty ? 1 : restartWeights[i] }

  /// How long ago the period in force began, its length and its weight; `nil`
  /// after the last.
  private func place(at t: Int) -> (since: Int, length: Int, weight: Double)? {
    var since = t
    for (i, length) in periods.enumerated() {
      if since < length { return (since, length, weight(i)) }
      since -= length
    }
    return nil
  }

  /// The last step of the last period.
  private var last: (since: Int, length: Int, weight: Double) {
    let length = periods[periods.count - 1]
    return (length - 1, length, weight(periods.count - 1))
  }
}
