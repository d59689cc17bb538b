/// The gradient an optimizer sees: turned round under maximize, and with what
/// of the parameter decays into it.
@frozen
public struct Gradient: Sendable {
  @usableFromInline let sign, decay, decays: Double

  @inlinable
  public init(maximize: Bool, weightDecay: Double) {
    sign = maximize ? -1 : 1
    // Without decay −0 is added, which changes nothing. Not 0 · p: a parameter
    // that is infinite would make the gradient NaN.
    decays = weightDecay == 0 ? 0 : 1
    decay = weightDecay == 0 ? -0.0 : weightDecay
  }

  /// Whether the gradient stays what it is.
  var isPlain: Bool { sign == 1 && decays == 0 }

  @inlinable @inline(__always)
  func callAsFunction<L: Lane>(_ p: L, _ g: L) -> L {
    g * L(sign) + L.pick(p, L(0), where: L(decays)) * L(decay)
  }
}

/// Weight decay where an optimizer has it: in the gradient, or apart from it,
/// where the parameter shrinks.
@frozen
public struct Decay: Sendable {
  @usableFromInline let gradient: Gradient
  @usableFromInline let shrink: Double

  @inlinable
  public init(_ lr: Double, _ weightDecay: Double, isDecoupled: Bool, maximize: Bool) {
    gradient = Gradient(maximize: maximize, weightDecay: isDecoupled ? 0 : weightDecay)
    shrink = isDecoupled ? 1 - lr * weightDecay : 1
  }
}

/// The root of a mean square, kept from 0 by eps beside it or under it.
@frozen
public struct Root: Sendable {
  @usableFromInline let inside, outside: Double

  @inlinable
  public init(eps: Double, isInside: Bool) {
    inside = isInside ? eps : 0
    outside = isInside ? 0 : eps
  }

  @inlinable @inline(__always)
  func callAsFunction<L: Lane>(_ a: L) -> L {
    L.squareRoot(of: a + L(inside)) + L(outside)
  }

  /// Of a less b², which is less than infinity even where it overflows.
  @inlinable @inline(__always)
  func callAsFunction<L: Lane>(_ a: L, less b: L) -> L {
    self(L.pick(a - b * b, a, where: L(.infinity) - a))
  }
}

/// a + weight · (b − a), from the nearer end: PyTorch's `lerp`, and like there
/// an infinite a becomes NaN.
@frozen
public struct Lerp: Sendable {
  @usableFromInline let weight, isFar: Double

  @inlinable
  public init(weight: Double) {
    isFar = weight < 0.5 ? 0 : 1
    self.weight = weight < 0.5 ? weight : weight - 1
  }

  var isNear: Bool { isFar == 0 }

  /// Toward b by what the average does not keep.
  @inlinable
  public init(keep: Double) {
    isFar = 1 - keep < 0.5 ? 0 : 1
    // Not (1 − keep) − 1, which is keep less exactly.
    weight = 1 - keep < 0.5 ? 1 - keep : -keep
  }

  @inlinable @inline(__always)
  func callAsFunction<L: Lane>(_ a: L, _ b: L) -> L {
    L.pick(b, a, where: L(isFar)) + (b - a) * L(weight)
  }

  /// The same where that is a.
  @inlinable @inline(__always)
  func near<L: Lane>(_ a: L, _ b: L) -> L { a + (b - a) * L(weight) }
}

/// keep · a + (1 − keep) · g²: what a second moment is.
@frozen
public struct SquareAverage: Sendable {
  @usableFromInline let keep, add: Double

  @inlinable
  public init(keep: Double) {
    self.keep = keep
    add = 1 - keep
  }

  @inlinable @inline(__always)
  func callAsFunction<L: Lane>(_ a: L, _ g: L) -> L {
    // Not g · g first: where that overflows, PyTorch's product still fits.
    a * L(keep) + g * L(add) * g
  }
}

/// keep · a + (1 − keep) · g, term by term.
@frozen
public struct Blend: Sendable {
  @usableFromInline let keep, add: Double

  @inlinable
  public init(keep: Double) {
    self.keep = keep
    add = 1 - keep
  }

  @inlinable @inline(__always)
  func callAsFunction<L: Lane>(_ a: L, _ g: L) -> L { a * L(keep) + g * L(add) }
}
