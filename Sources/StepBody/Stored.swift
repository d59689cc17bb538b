import Lanes

/// Where a parameter, its gradient and two states lie, which are floats or
/// bfloat16s, and what gradients are multiplied by.
@frozen
public struct StoredStreams {
  public let p, g, a, b: UnsafeMutableRawPointer
  /// Of the parameter and its gradient, and of the states.
  public let isHalf, areStatesHalf: Bool
  public let scale: Double

  @inlinable
  public init(
    p: UnsafeMutableRawPointer, g: UnsafeMutableRawPointer, a: UnsafeMutableRawPointer,
    b: UnsafeMutableRawPointer, isHalf: Bool, areStatesHalf: Bool, scale: Double
  ) {
    (self.p, self.g, self.a, self.b) = (p, g, a, b)
    (self.isHalf, self.areStatesHalf, self.scale) = (isHalf, areStatesHalf, scale)
  }
}

extension Lane where Scalar == Float {
  /// From an element of floats, or of bfloat16s.
  @inlinable @inline(__always)
  init(_ array: UnsafeMutableRawPointer, _ i: Int, isHalf: Bool) {
    if isHalf {
      self.init(repeating: 0)
      Self.load(&self, array + 2 * i)
    } else {
      self = (array + 4 * i).loadUnaligned(as: Self.self)
    }
  }

  @inlinable @inline(__always)
  func store(_ array: UnsafeMutableRawPointer, _ i: Int, isHalf: Bool) {
    if isHalf {
      var lane = self
      Self.store(&lane, array + 2 * i)
    } else {
      (array + 4 * i).storeBytes(of: self, as: Self.self)
    }
  }

  @inlinable @inline(__always)
  static func load(_ lane: UnsafeMutablePointer<Self>, _ halves: UnsafeMutableRawPointer) {
    switch scalarCount {
    case 4: lanes_load_bfloat16x4(lane, halves)
    case 8: lanes_load_bfloat16x8(lane, halves)
    default: lanes_load_bfloat16x16(lane, halves)
    }
  }

  @inlinable @inline(__always)
  static func store(_ lane: UnsafeMutablePointer<Self>, _ halves: UnsafeMutableRawPointer) {
    switch scalarCount {
    case 4: lanes_store_bfloat16x4(halves, lane)
    case 8: lanes_store_bfloat16x8(halves, lane)
    default: lanes_store_bfloat16x16(halves, lane)
    }
  }
}

extension LaneStep {
  /// What the other `sweep` does between such arrays, in registers; of a body of
  /// two states.
  @inlinable @inline(__always)
  func sweep<L: Lane>(
    _: L.Type, _ n: Int, _ at: StoredStreams, isHalf: Bool, areStatesHalf: Bool
  ) where L.Scalar == Float {
    var i = 0
    while i < n {
      var p = L(at.p, i, isHalf: isHalf)
      var a = L(at.a, i, isHalf: areStatesHalf)
      var b = L(at.b, i, isHalf: areStatesHalf)
      var (c, d) = (L(0), L(0))
      apply(&p, L(at.g, i, isHalf: isHalf) * L(at.scale), &a, &b, &c, &d)
      p.store(at.p, i, isHalf: isHalf)
      a.store(at.a, i, isHalf: areStatesHalf)
      b.store(at.b, i, isHalf: areStatesHalf)
      i &+= L.scalarCount
    }
  }
}

extension Body {
  /// The update of `n` elements, a multiple of the lane's; false where it takes
  /// floats as they are.
  @inlinable @inline(__always)
  public func run<L: Lane>(_: L.Type, _ n: Int, _ at: StoredStreams) -> Bool
  where L.Scalar == Float {
    let step: AdamStep
    switch self {
    case .adam(let adam): step = adam
    case .plainAdam(let plain): step = plain.adam
    default: return false
    }
    switch (at.isHalf, at.areStatesHalf) {
    case (false, false): step.sweep(L.self, n, at, isHalf: false, areStatesHalf: false)
    case (true, false): step.sweep(L.self, n, at, isHalf: true, areStatesHalf: false)
    case (true, true): step.sweep(L.self, n, at, isHalf: true, areStatesHalf: true)
    case (false, true): return false
    }
    return true
  }
}
