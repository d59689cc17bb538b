import Lanes

#if hasFeature(Embedded)
  /// What a SIMD vector may be made of.
  public typealias Component = BinaryFloatingPoint & SIMDScalar & Sendable
#else
  /// What a SIMD vector may be made of; outside Embedded Swift it is Codable.
  public typealias Component = BinaryFloatingPoint & SIMDScalar & Sendable & Codable
#endif

/// What parameters are made of: `Float` or `Double`.
public protocol Element: Component {
  // Of a vector of these at an address: the `lanes_` functions.
  static func root<V: SIMD>(_ x: UnsafeMutablePointer<V>)
  static func magnitude<V: SIMD>(_ x: UnsafeMutablePointer<V>)
  static func larger<V: SIMD>(_ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>)
  static func smaller<V: SIMD>(_ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>)
  static func pick<V: SIMD>(
    _ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>, _ when: UnsafePointer<V>)
}

extension Float: Element {
  @inlinable @inline(__always)
  public static func root<V: SIMD>(_ x: UnsafeMutablePointer<V>) {
    switch V.scalarCount {
    case 4: lanes_sqrt_f32x4(x)
    case 8: lanes_sqrt_f32x8(x)
    default: lanes_sqrt_f32x16(x)
    }
  }

  @inlinable @inline(__always)
  public static func magnitude<V: SIMD>(_ x: UnsafeMutablePointer<V>) {
    switch V.scalarCount {
    case 4: lanes_abs_f32x4(x)
    case 8: lanes_abs_f32x8(x)
    default: lanes_abs_f32x16(x)
    }
  }

  @inlinable @inline(__always)
  public static func larger<V: SIMD>(_ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>) {
    switch V.scalarCount {
    case 4: lanes_larger_f32x4(x, y)
    case 8: lanes_larger_f32x8(x, y)
    default: lanes_larger_f32x16(x, y)
    }
  }

  @inlinable @inline(__always)
  public static func smaller<V: SIMD>(_ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>) {
    switch V.scalarCount {
    case 4: lanes_smaller_f32x4(x, y)
    case 8: lanes_smaller_f32x8(x, y)
    default: lanes_smaller_f32x16(x, y)
    }
  }

  @inlinable @inline(__always)
  public static func pick<V: SIMD>(
    _ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>, _ when: UnsafePointer<V>
  ) {
    switch V.scalarCount {
    case 4: lanes_pick_f32x4(x, y, when)
    case 8: lanes_pick_f32x8(x, y, when)
    default: lanes_pick_f32x16(x, y, when)
    }
  }
}

extension Double: Element {
  @inlinable @inline(__always)
  public static func root<V: SIMD>(_ x: UnsafeMutablePointer<V>) {
    switch V.scalarCount {
    case 2: lanes_sqrt_f64x2(x)
    case 4: lanes_sqrt_f64x4(x)
    default: lanes_sqrt_f64x8(x)
    }
  }

  @inlinable @inline(__always)
  public static func magnitude<V: SIMD>(_ x: UnsafeMutablePointer<V>) {
    switch V.scalarCount {
    case 2: lanes_abs_f64x2(x)
    case 4: lanes_abs_f64x4(x)
    default: lanes_abs_f64x8(x)
    }
  }

  @inlinable @inline(__always)
  public static func larger<V: SIMD>(_ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>) {
    switch V.scalarCount {
    case 2: lanes_larger_f64x2(x, y)
    case 4: lanes_larger_f64x4(x, y)
    default: lanes_larger_f64x8(x, y)
    }
  }

  @inlinable @inline(__always)
  public static func smaller<V: SIMD>(_ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>) {
    switch V.scalarCount {
    case 2: lanes_smaller_f64x2(x, y)
    case 4: lanes_smaller_f64x4(x, y)
    default: lanes_smaller_f64x8(x, y)
    }
  }

  @inlinable @inline(__always)
  public static func pick<V: SIMD>(
    _ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>, _ when: UnsafePointer<V>
  ) {
    switch V.scalarCount {
    case 2: lanes_pick_f64x2(x, y, when)
    case 4: lanes_pick_f64x4(x, y, when)
    default: lanes_pick_f64x8(x, y, when)
    }
  }
}

/// A few elements side by side, all treated alike.
public protocol Lane: SIMD where Scalar: Element {
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
}

extension SIMD2: Lane where Scalar: Element {}
extension SIMD4: Lane where Scalar: Element {}
extension SIMD8: Lane where Scalar: Element {}
extension SIMD16: Lane where Scalar: Element {}

extension Lane {
  /// A constant, made in double and rounded once, in every element. Where
  /// `x` does not change, neither does this: it is done before the loop.
  @inlinable @inline(__always)
  init(_ x: Double) { self.init(repeating: Scalar(x)) }

  @inlinable @inline(__always)
  init(at pointer: UnsafePointer<Scalar>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: Self.self)
  }

  @inlinable @inline(__always)
  func store(at pointer: UnsafeMutablePointer<Scalar>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Self.self)
  }

  /// Each element's square root, correctly rounded.
  @inlinable @inline(__always)
  static func squareRoot(of x: Self) -> Self {
    var x = x
    Scalar.root(&x)
    return x
  }

  /// Each element without its sign.
  @inlinable @inline(__always)
  static func magnitude(of x: Self) -> Self {
    var x = x
    Scalar.magnitude(&x)
    return x
  }

  /// The larger of each two; NaN where either is.
  @inlinable @inline(__always)
  static func larger(_ a: Self, _ b: Self) -> Self {
    var (a, b) = (a, b)
    Scalar.larger(&a, &b)
    return a
  }

  /// The smaller of each two; NaN where either is.
  @inlinable @inline(__always)
  static func smaller(_ a: Self, _ b: Self) -> Self {
    var (a, b) = (a, b)
    Scalar.smaller(&a, &b)
    return a
  }

  /// Of each two the first where `x` is above 0, the second elsewhere.
  @inlinable @inline(__always)
  static func pick(_ a: Self, _ b: Self, where x: Self) -> Self {
    var (a, b, x) = (a, b, x)
    Scalar.pick(&a, &b, &x)
    return a
  }

  /// 1, −1 or 0; 0 of NaN, too.
  @inlinable @inline(__always)
  static func sign(of x: Self) -> Self {
    pick(Self(1), pick(Self(-1), Self(0), where: Self(0) - x), where: x)
  }
}
