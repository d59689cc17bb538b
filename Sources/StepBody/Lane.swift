import Lanes

/// A few floats side by side, all treated alike.
public protocol Lane: SIMD where Scalar == Float {
  /// Each element's square root, correctly rounded.
  static func squareRoot(of x: Self) -> Self
  /// The larger of each two; NaN where either is.
  static func larger(_ a: Self, _ b: Self) -> Self
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
}

extension SIMD4: Lane where Scalar == Float {
  @inlinable @inline(__always)
  public static func squareRoot(of x: Self) -> Self {
    var x = x
    lanes_sqrt_x4(&x)
    return x
  }

  @inlinable @inline(__always)
  public static func larger(_ a: Self, _ b: Self) -> Self {
    var (a, b) = (a, b)
    lanes_larger_x4(&a, &b)
    return a
  }
}

extension SIMD8: Lane where Scalar == Float {
  @inlinable @inline(__always)
  public static func squareRoot(of x: Self) -> Self {
    var x = x
    lanes_sqrt_x8(&x)
    return x
  }

  @inlinable @inline(__always)
  public static func larger(_ a: Self, _ b: Self) -> Self {
    var (a, b) = (a, b)
    lanes_larger_x8(&a, &b)
    return a
  }
}

extension SIMD16: Lane where Scalar == Float {
  @inlinable @inline(__always)
  public static func squareRoot(of x: Self) -> Self {
    var x = x
    lanes_sqrt_x16(&x)
    return x
  }

  @inlinable @inline(__always)
  public static func larger(_ a: Self, _ b: Self) -> Self {
    var (a, b) = (a, b)
    lanes_larger_x16(&a, &b)
    return a
  }
}

extension Lane {
  /// `count` floats; zeros in the elements beyond them.
  @inlinable @inline(__always)
  init(loading pointer: UnsafePointer<Float>, _ count: Int) {
    if count == Self.scalarCount {
      self = UnsafeRawPointer(pointer).loadUnaligned(as: Self.self)
    } else {
      self.init(repeating: 0)
      withUnsafeMutableBytes(of: &self) { lanes_copy($0.baseAddress, pointer, count) }
    }
  }

  /// The first `count` elements, back to memory.
  @inlinable @inline(__always)
  func store(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
    if count == Self.scalarCount {
      UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Self.self)
    } else {
      withUnsafeBytes(of: self) { lanes_copy(pointer, $0.baseAddress, count) }
    }
  }
}
