import Lanes

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

/// Adds the products of `n` elements of x, a multiple of 16, with those of y and of
/// z, which are near, to two results, as ``Measure`` does.
@inlinable @inline(__always)
public func addProducts<T: Element>(
  _ n: Int, _ x: UnsafePointer<T>, _ y: UnsafePointer<T>, _ z: UnsafePointer<T>,
  _ results: UnsafeMutablePointer<SIMD16<Double>>
) {
  var (first, second) = (results[0], results[1])
  var i = 0
  while i < n {
    fetch(x + i)
    let x = T.widened(x + i)
    first = first + x * T.widened(y + i)
    second = second + x * T.widened(z + i)
    i &+= 16
  }
  (results[0], results[1]) = (first, second)
}

/// Adds the squares of `n` elements, each to one of `sums`, of which there are as
/// many as up to a multiple of 16, and all of them to the results, as ``Measure``
/// does.
@inlinable @inline(__always)
public func addSquares<T: Element>(
  _ n: Int, _ x: UnsafePointer<T>, _ sums: UnsafeMutablePointer<Double>,
  _ results: UnsafeMutablePointer<SIMD16<Double>>
) {
  var result = results.pointee
  let whole = n & ~15
  var i = 0
  while i < whole {
    fetch(x + i)
    addSixteen(x + i, sums + i, &result)
    i &+= 16
  }
  if whole < n {
    var rest = SIMD16<T>(repeating: 0)
    withUnsafeMutablePointer(to: &rest) { rest in
      let rest = UnsafeMutableRawPointer(rest).assumingMemoryBound(to: T.self)
      while i < n {
        rest[i &- whole] = x[i]
        i &+= 1
      }
      addSixteen(rest, sums + whole, &result)
    }
  }
  results.pointee = result
}

@inlinable @inline(__always)
func addSixteen<T: Element>(
  _ x: UnsafePointer<T>, _ sums: UnsafeMutablePointer<Double>, _ result: inout SIMD16<Double>
) {
  let x = T.widened(x)
  let square = x * x
  result = result + square
  (SIMD16(at: sums) + square).store(at: sums)
}

/// Brings nearer what comes 2,048 bytes later, of sixteen elements.
@inlinable @inline(__always)
func fetch<T: Element>(_ x: UnsafePointer<T>) {
  let line = 64 / MemoryLayout<T>.stride
  lanes_fetch(x + 32 &* line)
  if line < 16 { lanes_fetch(x + 33 &* line) }
}

/// What one lane of elements does to the results.
@usableFromInline
protocol LaneMeasure {
  /// Whether it looks at both arrays.
  static var isOfTwo: Bool { get }
  func take<L: Lane>(_ result: inout L, _ x: L, _ y: L)
}

extension LaneMeasure {
  @inlinable static var isOfTwo: Bool { false }

  @inlinable @inline(__always)
  func sweep<T: Element>(
    _ n: Int, _ x: UnsafePointer<T>, _ y: UnsafePointer<T>,
    _ results: UnsafeMutablePointer<SIMD16<Double>>
  ) {
    var result = results.pointee
    var i = 0
    while i < n {
      fetch(x + i)
      if Self.isOfTwo { fetch(y + i) }
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
  @inlinable static var isOfTwo: Bool { true }
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
