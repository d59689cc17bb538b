import StepBody

// Instantiations only: whatever else of the standard library were specialised
// here could be kept for the whole library, in this module's instructions.
extension StepTable {
  public static let baseline = StepTable(
    name: "baseline",
    adamW: { k, n, p, g, m, v, x in k.sweep(SIMD4<Float>.self, n, p, g, m, v, x) },
    sgd: { k, n, p, g, b in k.sweep(SIMD4<Float>.self, n, p, g, b) })
}
