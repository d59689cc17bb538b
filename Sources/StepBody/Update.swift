/// What a step has to know the norm of before it is taken: the registry of what
/// is measured, and goes nowhere.
@frozen
public enum Update: Sendable {
  case gradient(GradientUpdateStep)
  case lamb(LAMBUpdateStep)
  case adafactor(AdafactorUpdateStep)
  case factored(FactoredUpdateStep)

  /// How many arrays of state it looks at.
  public var states: Int {
    switch self {
    case .gradient: GradientUpdateStep.states
    case .lamb: LAMBUpdateStep.states
    case .adafactor: AdafactorUpdateStep.states
    case .factored: FactoredUpdateStep.states
    }
  }

  /// The updates of `n` elements, a multiple of the lanes', into another array.
  @inlinable @inline(__always)
  public func run<L: Lane>(
    _: L.Type, _ n: Int, _ at: Streams<L.Scalar>, _ to: UnsafeMutablePointer<L.Scalar>
  ) {
    switch self {
    case .gradient(let step): step.sweep(L.self, n, at, to)
    case .lamb(let step): step.sweep(L.self, n, at, to)
    case .adafactor(let step): step.sweep(L.self, n, at, to)
    case .factored(let step): step.sweep(L.self, n, at, to)
    }
  }
}

extension LaneStep {
  /// What `n` parameters become; of a body of two states at most.
  @inlinable @inline(__always)
  func sweep<L: Lane>(
    _: L.Type, _ n: Int, _ at: Streams<L.Scalar>, _ to: UnsafeMutablePointer<L.Scalar>
  ) {
    var i = 0
    while i < n {
      fetch(i, n, at)
      var (p, a, b, c, d) = (L(at: at.p + i), L(0), L(0), L(0), L(0))
      if Self.states > 0 { a = L(at: at.a + i) }
      if Self.states > 1 { b = L(at: at.b + i) }
      apply(&p, L(at: at.g + i), &a, &b, &c, &d)
      p.store(at: to + i)
      i &+= L.scalarCount
    }
  }
}

/// The gradient itself.
@frozen
public struct GradientUpdateStep: LaneStep {
  @inlinable public static var states: Int { 0 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _: inout L, _: inout L, _: inout L, _: inout L
  ) {
    p = g
  }
}
