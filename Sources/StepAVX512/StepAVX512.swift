import StepBody

// Instantiations only: whatever else of the standard library were specialised
// here could be kept for the whole library, in this module's instructions.
extension StepTable {
  public static let avx512 = StepTable(
    name: "avx512",
    adamW: { k, n, p, g, m, v, x in k.sweep(SIMD16<Float>.self, n, p, g, m, v, x) },
    sgd: { k, n, p, g, b in k.sweep(SIMD16<Float>.self, n, p, g, b) })
}
