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
  /// Floats, or bfloat16s. Of those `inTurns` every other element is in the second half:
  /// that is less to do, and right where all arrays are so.
  @inlinable @inline(__always)
  init(_ array: UnsafeMutableRawPointer, _ i: Int, isHalf: Bool, inTurns: Bool) {
    self.init()
    if isHalf {
      Self.load(&self, array + i &* 2, inTurns ? 1 : 0)
    } else {
      self = (array + i &* 4).loadUnaligned(as: Self.self)
    }
  }

  @inlinable @inline(__always)
  func store(_ array: UnsafeMutableRawPointer, _ i: Int, isHalf: Bool, inTurns: Bool) {
    if isHalf {
      var lanes = self
      Self.store(&lanes, array + i &* 2, inTurns ? 1 : 0)
    } else {
      (array + i &* 4).storeBytes(of: self, as: Self.self)
    }
  }

  @inlinable @inline(__always)
  static func load(
    _ lanes: UnsafeMutablePointer<Self>, _ halves: UnsafeMutableRawPointer, _ inTurns: Int32
  ) {
    switch scalarCount {
    case 8: lanes_load_bfloat16x8(lanes, halves, inTurns)
    case 16: lanes_load_bfloat16x16(lanes, halves, inTurns)
    default: lanes_load_bfloat16x32(lanes, halves, inTurns)
    }
  }

  @inlinable @inline(__always)
  static func store(
    _ lanes: UnsafeMutablePointer<Self>, _ halves: UnsafeMutableRawPointer, _ inTurns: Int32
  ) {
    switch scalarCount {
    case 8: lanes_store_bfloat16x8(halves, lanes, inTurns)
    case 16: lanes_store_bfloat16x16(halves, lanes, inTurns)
    default: lanes_store_bfloat16x32(halves, lanes, inTurns)
    }
  }
}

extension LaneStep {
  /// What the other `sweep` does between such arrays, in registers; of a body of two
  /// states.
  @inlinable @inline(__always)
  func sweep<L: Lane>(
    _: L.Type, _ n: Int, _ at: StoredStreams, isHalf: Bool, areStatesHalf: Bool
  ) where L.Scalar == Float {
    let inTurns = isHalf && areStatesHalf
    var i = 0
    while i < n {
      fetch(i, n, at, isHalf: isHalf, areStatesHalf: areStatesHalf)
      var p = L(at.p, i, isHalf: isHalf, inTurns: inTurns)
      let g = L(at.g, i, isHalf: isHalf, inTurns: inTurns)
      var a = L(at.a, i, isHalf: areStatesHalf, inTurns: inTurns)
      var b = L(at.b, i, isHalf: areStatesHalf, inTurns: inTurns)
      var (c, d) = (L(0), L(0))
      apply(&p, g * L(at.scale), &a, &b, &c, &d)
      p.store(at.p, i, isHalf: isHalf, inTurns: inTurns)
      a.store(at.a, i, isHalf: areStatesHalf, inTurns: inTurns)
      b.store(at.b, i, isHalf: areStatesHalf, inTurns: inTurns)
      i &+= L.scalarCount
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
  func run<L: Lane>(_: L.Type, _ n: Int, _ at: StoredStreams) -> Bool where L.Scalar == Float {
    switch (at.isHalf, at.areStatesHalf) {
    case (false, false): sweep(L.self, n, at, isHalf: false, areStatesHalf: false)
    case (true, false): sweep(L.self, n, at, isHalf: true, areStatesHalf: false)
    case (true, true): sweep(L.self, n, at, isHalf: true, areStatesHalf: true)
    case (false, true): return false
    }
    return true
  }
}

extension Body {
  /// The update of `n` elements, a multiple of the lanes'; false where it takes floats
  /// as they are.
  @inlinable @inline(__always)
  public func run<L: Lane>(_: L.Type, _ n: Int, _ at: StoredStreams) -> Bool
  where L.Scalar == Float {
    switch self {
    case .adam(let step): step.run(L.self, n, at)
    case .plainAdam(let step): step.run(L.self, n, at)
    default: false
    }
  }
}
