import Lanes
import StepBody

// Instantiations only: whatever else of the standard library were specialised
// here could be kept for the whole library, in this module's instructions.
extension StepTable {
  // Whoever had the table itself would have its kernels compiled into it once more.
  @export(interface)
  public static func avx512() -> StepTable { table }

  private static let table = StepTable(
    name: "avx512",
    f32: { body, n, at in body.run(SIMD16<Float>.self, SIMD32<Float>.self, n, at) },
    f64: { body, n, at in body.run(SIMD8<Double>.self, SIMD8<Double>.self, n, at) },
    stored: { body, n, at in body.run(SIMD32<Float>.self, n, at) },
    rest: { isBack, room, arrays, count, size in
      lanes_rest(isBack ? 1 : 0, room, arrays, count, size)
    },
    measure32: { measure, n, x, y, results in measure.run(n, x, y, results) },
    measure64: { measure, n, x, y, results in measure.run(n, x, y, results) },
    convert: { conversion, n, floats, stored, rest in conversion.run(n, floats, stored, rest) },
    squares32: { n, x, sums, results in addSquares(n, x, sums, results) },
    squares64: { n, x, sums, results in addSquares(n, x, sums, results) },
    products32: { n, x, y, z, results in addProducts(n, x, y, z, results) },
    products64: { n, x, y, z, results in addProducts(n, x, y, z, results) },
    update32: { update, n, at, to in update.run(SIMD16<Float>.self, n, at, to) },
    update64: { update, n, at, to in update.run(SIMD8<Double>.self, n, at, to) },
    panel: { product, first in lanes_panel(product, first) })
}
