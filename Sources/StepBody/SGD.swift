/// What one SGD step multiplies and adds, all of it already decided.
@frozen
public struct SGDStep: Sendable {
  /// What the step does with the momentum buffer.
  @frozen
  public enum Momentum: Sendable {
    case none
    /// The first step, which fills the buffer with the gradient.
    case first
    case later
  }

  @usableFromInline let sign, decay, keep, add, advance: Float
  @usableFromInline let momentum: Momentum
  @usableFromInline let nesterov: Bool

  /// Constants are made in double and rounded once.
  public init(
    lr: Double, momentum: Double, dampening: Double, weightDecay: Double, nesterov: Bool,
    maximize: Bool, isFirst: Bool
  ) {
    sign = maximize ? -1 : 1
    decay = Float(weightDecay)
    keep = Float(momentum)
    add = Float(1 - dampening)
    advance = Float(lr)
    self.momentum = momentum == 0 ? .none : isFirst ? .first : .later
    self.nesterov = nesterov
  }

  /// One lane of the update.
  @inlinable @inline(__always)
  func apply<L: Lane>(_ p: inout L, _ gradient: L, _ b: inout L) {
    var g = gradient * L(repeating: sign)
    // Not 0 · p: a parameter that is infinite would make the gradient NaN.
    if decay != 0 { g = g + p * L(repeating: decay) }
    switch momentum {
    case .none: break
    case .first: b = g
    case .later: b = b * L(repeating: keep) + g * L(repeating: add)
    }
    if momentum != .none { g = nesterov ? g + b * L(repeating: keep) : b }
    p = p - g * L(repeating: advance)
  }

  /// The `live` elements of the lane at `i`.
  @inlinable @inline(__always)
  func lane<L: Lane>(
    _: L.Type, _ i: Int, _ live: Int, _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>,
    _ b: UnsafeMutablePointer<Float>?
  ) {
    var lp = L(loading: p + i, live)
    var lb = L(repeating: 0)
    if let b, momentum == .later { lb = L(loading: b + i, live) }
    apply(&lp, L(loading: g + i, live), &lb)
    if let b, momentum != .none { lb.store(b + i, live) }
    lp.store(p + i, live)
  }

  /// The update of `n` elements; `b`, the momentum buffer, only with momentum.
  @inlinable @inline(__always)
  public func sweep<L: Lane>(
    _: L.Type, _ n: Int, _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>,
    _ b: UnsafeMutablePointer<Float>?
  ) {
    let full = n & ~(L.scalarCount &- 1)
    var i = 0
    while i < full {
      lane(L.self, i, L.scalarCount, p, g, b)
      i &+= L.scalarCount
    }
    if i < n { lane(L.self, i, n &- i, p, g, b) }
  }
}
