/// What is found of all elements of an array, in doubles.
///
/// Whatever the width, there are sixteen running results, 0 at first: element i
/// goes into number i mod 16, one after the other. Products of floats are exact
/// in doubles, and their sums cannot overflow.
@frozen
public enum Measure: Sendable {
  /// The sum of x².
  case squares
  /// The sum of x · y.
  case products
  /// The sum of |x|.
  case magnitudes
  /// The largest |x|; NaN where one is.
  case largest

  /// The result of two parts, from those of each.
  @inlinable
  public func joined(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .squares, .products, .magnitudes: a + b
    case .largest: b > a || b.isNaN ? b : a
    }
  }

  /// Takes `n` elements, a multiple of 16, into the results.
  @inlinable @inline(__always)
  public func run<T: Element>(
    _ n: Int, _ x: UnsafePointer<T>, _ y: UnsafePointer<T>,
    _ results: UnsafeMutablePointer<SIMD16<Double>>
  ) {
    switch self {
    case .squares: Squares().sweep(n, x, x, results)
    case .products: Products().sweep(n, x, y, results)
    case .magnitudes: Magnitudes().sweep(n, x, x, results)
    case .largest: Largest().sweep(n, x, x, results)
    }
  }
}

/// Adds the squares of `n` elements, a multiple of 16, each to one of `sums`, and
/// all of them to the results, as ``Measure`` does.
@inlinable @inline(__always)
public func addSquares<T: Element>(
  _ n: Int, _ x: UnsafePointer<T>, _ sums: UnsafeMutablePointer<Double>,
  _ results: UnsafeMutablePointer<SIMD16<Double>>
) {
  var result = results.pointee
  var i = 0
  while i < n {
    let x = T.widened(x + i)
    let square = x * x
    result = result + square
    (SIMD16(at: sums + i) + square).store(at: sums + i)
    i &+= 16
  }
  results.pointee = result
}

/// What one lane of elements does to the results.
@usableFromInline
protocol LaneMeasure {
  func take<L: Lane>(_ result: inout L, _ x: L, _ y: L)
}

extension LaneMeasure {
  @inlinable @inline(__always)
  func sweep<T: Element>(
    _ n: Int, _ x: UnsafePointer<T>, _ y: UnsafePointer<T>,
    _ results: UnsafeMutablePointer<SIMD16<Double>>
  ) {
    var result = results.pointee
    var i = 0
    while i < n {
      take(&result, T.widened(x + i), T.widened(y + i))
      i &+= 16
    }
    results.pointee = result
  }
}

@usableFromInline
struct Squares: LaneMeasure {
  @inlinable init() {}
  @inlinable @inline(__always)
  func take<L: Lane>(_ sum: inout L, _ x: L, _: L) { sum = sum + x * x }
}

@usableFromInline
struct Products: LaneMeasure {
  @inlinable init() {}
  @inlinable @inline(__always)
  func take<L: Lane>(_ sum: inout L, _ x: L, _ y: L) { sum = sum + x * y }
}

@usableFromInline
struct Magnitudes: LaneMeasure {
  @inlinable init() {}
  @inlinable @inline(__always)
  func take<L: Lane>(_ sum: inout L, _ x: L, _: L) { sum = sum + L.magnitude(of: x) }
}

@usableFromInline
struct Largest: LaneMeasure {
  @inlinable init() {}
  @inlinable @inline(__always)
  func take<L: Lane>(_ largest: inout L, _ x: L, _: L) {
    largest = L.larger(largest, L.magnitude(of: x))
  }
}
