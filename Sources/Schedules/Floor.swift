/// A factor of the base rate, 0 to 1, set on a floor: a part of the base rate
/// or, where one is given, a rate.
///
/// ```
/// minRatio: base · (factor · (1 − minRatio) + minRatio)
/// etaMin:   etaMin + (base − etaMin) · factor
/// ```
func above(_ minRatio: Double, _ etaMin: Double?, _ factor: Double, base: Double) -> Double {
  if let etaMin { return etaMin + (base - etaMin) * factor }
  return base * (factor * (1 - minRatio) + minRatio)
}

/// A refusal of two floors at once.
func twoFloors(_ owner: StaticString, _ minRatio: Double, _ etaMin: Double?) -> Refusal? {
  guard let etaMin, minRatio != 0 else { return nil }
  return Refusal(
    .value, "\(owner) eta_min", value: "\(etaMin)",
    accepted: "none beside min_ratio=\(minRatio), which is a floor, too")
}

extension Fields {
  /// The floor in both its forms.
  func floor(_ minRatio: inout Double, _ etaMin: inout Double?) {
    real("min_ratio", &minRatio, note: "the floor, as a part of the base rate")
    real("eta_min", &etaMin, note: "the floor, in the units of the rate, in place of min_ratio")
  }
}
