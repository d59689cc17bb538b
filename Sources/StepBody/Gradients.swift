/// What a gradient goes through before its optimizer sees it: added to those
/// that were accumulated, scaled, clipped. The parameter is the gradient.
///
/// ```
/// g ← min(max((g + accumulated) · scale, −limit), limit)
/// ```
@frozen
public struct GradientStep: LaneStep {
  @usableFromInline let scale, limit, adds: Double

  /// Without accumulation the second array may be any; it is not looked at.
  public init(scale: Double, limit: Double, accumulates: Bool) {
    self.scale = scale
    self.limit = limit
    adds = accumulates ? 1 : 0
  }

  @inlinable public static var states: Int { 0 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ g: inout L, _ more: L, _: inout L, _: inout L, _: inout L, _: inout L
  ) {
    let sum = g + L.pick(more, L(-0.0), where: L(adds))
    g = L.smaller(L.larger(sum * L(scale), L(-limit)), L(limit))
  }
}
