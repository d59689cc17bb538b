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

/// Two lanes of as many elements side by side, of floats or of bfloat16s.
///
/// Of bfloat16s `inTurns` the second has every other element: that is less to do,
/// and right where all arrays are so.
@frozen
@usableFromInline
struct LanePair<L: Lane, M: Lane> where L.Scalar == Float, M.Scalar == Float {
  @usableFromInline var first: L
  @usableFromInline var second: M

  @inlinable @inline(__always)
  init(_ first: L, _ second: M) { (self.first, self.second) = (first, second) }

  @inlinable @inline(__always)
  init(_ array: UnsafeMutableRawPointer, _ i: Int, isHalf: Bool, inTurns: Bool) {
    (first, second) = (L(0), M(0))
    if isHalf {
      Self.load(&first, &second, array + i &* 2, inTurns ? 1 : 0)
    } else {
      let floats = array + i &* 4
      first = floats.loadUnaligned(as: L.self)
      second = (floats + L.scalarCount &* 4).loadUnaligned(as: M.self)
    }
  }

  @inlinable @inline(__always)
  mutating func store(_ array: UnsafeMutableRawPointer, _ i: Int, isHalf: Bool, inTurns: Bool) {
    if isHalf {
      Self.store(&first, &second, array + i &* 2, inTurns ? 1 : 0)
    } else {
      let floats = array + i &* 4
      floats.storeBytes(of: first, as: L.self)
      (floats + L.scalarCount &* 4).storeBytes(of: second, as: M.self)
    }
  }

  @inlinable @inline(__always)
  static func load(
    _ first: UnsafeMutablePointer<L>, _ second: UnsafeMutablePointer<M>,
    _ halves: UnsafeMutableRawPointer, _ inTurns: Int32
  ) {
    switch L.scalarCount {
    case 4: lanes_load_bfloat16x4(first, second, halves, inTurns)
    case 8: lanes_load_bfloat16x8(first, second, halves, inTurns)
    default: lanes_load_bfloat16x16(first, second, halves, inTurns)
    }
  }

  @inlinable @inline(__always)
  static func store(
    _ first: UnsafeMutablePointer<L>, _ second: UnsafeMutablePointer<M>,
    _ halves: UnsafeMutableRawPointer, _ inTurns: Int32
  ) {
    switch L.scalarCount {
    case 4: lanes_store_bfloat16x4(halves, first, second, inTurns)
    case 8: lanes_store_bfloat16x8(halves, first, second, inTurns)
    default: lanes_store_bfloat16x16(halves, first, second, inTurns)
    }
  }
}

extension LaneStep {
  /// What the other `sweep` does between such arrays, in registers, two lanes at
  /// once; of a body of two states.
  @inlinable @inline(__always)
  func sweep<L: Lane, M: Lane>(
    _: L.Type, _: M.Type, _ n: Int, _ at: StoredStreams, isHalf: Bool, areStatesHalf: Bool
  ) where L.Scalar == Float, M.Scalar == Float {
    let inTurns = isHalf && areStatesHalf
    var i = 0
    while i < n {
      fetch(i, n, at, isHalf: isHalf, areStatesHalf: areStatesHalf)
      var p = LanePair<L, M>(at.p, i, isHalf: isHalf, inTurns: inTurns)
      let g = LanePair<L, M>(at.g, i, isHalf: isHalf, inTurns: inTurns)
      var a = LanePair<L, M>(at.a, i, isHalf: areStatesHalf, inTurns: inTurns)
      var b = LanePair<L, M>(at.b, i, isHalf: areStatesHalf, inTurns: inTurns)
      var (c, d) = (LanePair(L(0), M(0)), LanePair(L(0), M(0)))
      apply(&p.first, g.first * L(at.scale), &a.first, &b.first, &c.first, &d.first)
      apply(&p.second, g.second * M(at.scale), &a.second, &b.second, &c.second, &d.second)
      p.store(at.p, i, isHalf: isHalf, inTurns: inTurns)
      a.store(at.a, i, isHalf: areStatesHalf, inTurns: inTurns)
      b.store(at.b, i, isHalf: areStatesHalf, inTurns: inTurns)
      i &+= L.scalarCount &+ M.scalarCount
    }
  }

  /// Brings nearer what comes 2,048 bytes later, as of floats.
  @inlinable @inline(__always)
  func fetch(_ i: Int, _ n: Int, _ at: StoredStreams, isHalf: Bool, areStatesHalf: Bool) {
    if i & 31 != 0 { return }
    func fetch(_ array: UnsafeMutableRawPointer, isHalf: Bool) {
      if isHalf {
        lanes_fetch(array + min(i &+ 1024, n &- 1) &* 2)
      } else {
        lanes_fetch(array + min(i &+ 512, n &- 1) &* 4)
        lanes_fetch(array + min(i &+ 528, n &- 1) &* 4)
      }
    }
    fetch(at.p, isHalf: isHalf)
    fetch(at.g, isHalf: isHalf)
    fetch(at.a, isHalf: areStatesHalf)
    fetch(at.b, isHalf: areStatesHalf)
  }

  @inlinable @inline(__always)
  func run<L: Lane, M: Lane>(_: L.Type, _: M.Type, _ n: Int, _ at: StoredStreams) -> Bool
  where L.Scalar == Float, M.Scalar == Float {
    switch (at.isHalf, at.areStatesHalf) {
    case (false, false): sweep(L.self, M.self, n, at, isHalf: false, areStatesHalf: false)
    case (true, false): sweep(L.self, M.self, n, at, isHalf: true, areStatesHalf: false)
    case (true, true): sweep(L.self, M.self, n, at, isHalf: true, areStatesHalf: true)
    case (false, true): return false
    }
    return true
  }
}

extension Body {
  /// The update of `n` elements, a multiple of two lanes'; false where it takes
  /// floats as they are.
  @inlinable @inline(__always)
  public func run<L: Lane, M: Lane>(_: L.Type, _: M.Type, _ n: Int, _ at: StoredStreams) -> Bool
  where L.Scalar == Float, M.Scalar == Float {
    switch self {
    case .adam(let step): step.run(L.self, M.self, n, at)
    case .plainAdam(let step): step.run(L.self, M.self, n, at)
    default: false
    }
  }
}
