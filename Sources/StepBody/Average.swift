import Schedules

/// Not an optimizer but what they keep: the parameter is an average, and the
/// gradient what it takes in.
///
/// ```
/// p ← keep · p + (1 − keep) · (squares ? g² : g)
/// ```
///
/// Without squares it goes from the nearer end, as PyTorch's `lerp` does; keep may
/// be any number then.
///
/// Source: PyTorch's `lerp_` and `addcmul_`.
public struct Average: Optimizer {
  /// What p keeps.
  public var keep = 0.999
  /// Whether the squares of g are averaged.
  public var squares = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    keep: Double = 0.999, squares: Bool = false
  ) throws(Refusal) {
    self.keep = keep
    self.squares = squares
    try validate()
  }

  public static var name: StaticString { "Average" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("keep", &keep, .any)
    declaration.flag("squares", &squares)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    squares
      ? .averageSquare(AverageSquareStep(average: SquareAverage(keep: keep)))
      : .average(AverageStep(lerp: Lerp(keep: keep)))
  }
}

@frozen
public struct AverageStep: LaneStep {
  @usableFromInline let lerp: Lerp

  public init(lerp: Lerp) { self.lerp = lerp }

  @inlinable public static var states: Int { 0 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(_ p: inout L, _ g: L, _: inout L, _: inout L, _: inout L, _: inout L) {
    p = lerp(p, g)
  }
}

@frozen
public struct AverageSquareStep: LaneStep {
  @usableFromInline let average: SquareAverage

  @inlinable public static var states: Int { 0 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(_ p: inout L, _ g: L, _: inout L, _: inout L, _: inout L, _: inout L) {
    p = average(p, g)
  }
}
