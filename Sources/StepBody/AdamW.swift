/// What one AdamW step multiplies and adds, all of it already decided.
///
/// Made in double and rounded once. `1 - beta2` taken in float keeps only the
/// bits beta2 had left over, which for 0.99999 moves parameters by thousands
/// of ulps.
@frozen
public struct AdamWStep: Sendable {
  @usableFromInline let keep1, add1, keep2, add2: Float
  @usableFromInline let shrink, advance, epsilon: Float

  /// - Parameters:
  ///   - correction1: 1 − beta1^t.
  ///   - root2: √(1 − beta2^t).
  public init(
    lr: Double, beta1: Double, beta2: Double, eps: Double, weightDecay: Double, maximize: Bool,
    correction1: Double, root2: Double
  ) {
    keep1 = Float(beta1)
    // Only the first moment sees the gradient's sign.
    add1 = Float(maximize ? -(1 - beta1) : 1 - beta1)
    keep2 = Float(beta2)
    add2 = Float(1 - beta2)
    shrink = Float(1 - lr * weightDecay)
    // m̂ / (√v̂ + eps) with both fractions multiplied by root2: one divide.
    advance = Float(lr / correction1 * root2)
    epsilon = Float(eps * root2)
  }

  /// One lane of the update; `x` is the largest v so far under AMSGrad. The
  /// tail is this same function on a lane with fewer live elements, so body
  /// and tail cannot disagree.
  @inlinable @inline(__always)
  func apply<L: Lane>(
    _ p: inout L, _ g: L, _ m: inout L, _ v: inout L, _ x: inout L, _ amsgrad: Bool
  ) {
    m = m * L(repeating: keep1) + g * L(repeating: add1)
    // Not g · g first: where that overflows, PyTorch's product still fits.
    v = v * L(repeating: keep2) + g * L(repeating: add2) * g
    x = amsgrad ? L.larger(x, v) : v
    p =
      p * L(repeating: shrink)
      - m * L(repeating: advance) / (L.squareRoot(of: x) + L(repeating: epsilon))
  }

  /// The `live` elements of the lane at `i`.
  @inlinable @inline(__always)
  func lane<L: Lane>(
    _: L.Type, _ i: Int, _ live: Int, _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>,
    _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>,
    _ x: UnsafeMutablePointer<Float>?
  ) {
    var lp = L(loading: p + i, live)
    var lm = L(loading: m + i, live)
    var lv = L(loading: v + i, live)
    var lx = lv
    if let x { lx = L(loading: x + i, live) }
    apply(&lp, L(loading: g + i, live), &lm, &lv, &lx, x != nil)
    if let x { lx.store(x + i, live) }
    lp.store(p + i, live)
    lm.store(m + i, live)
    lv.store(v + i, live)
  }

  /// The update of `n` elements; `x`, the largest v so far, only for AMSGrad.
  @inlinable @inline(__always)
  public func sweep<L: Lane>(
    _: L.Type, _ n: Int, _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>,
    _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>,
    _ x: UnsafeMutablePointer<Float>?
  ) {
    let full = n & ~(L.scalarCount &- 1)
    var i = 0
    while i < full {
      lane(L.self, i, L.scalarCount, p, g, m, v, x)
      i &+= L.scalarCount
    }
    if i < n { lane(L.self, i, n &- i, p, g, m, v, x) }
  }
}
