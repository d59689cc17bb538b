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
  /// `lanes_do` of vectors of these at their addresses.
  static func lanes<V: SIMD>(
    _ operation: lanes_operation, _ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>,
    _ when: UnsafePointer<V>)

  /// Sixteen of these as doubles.
  static func widened(_ from: UnsafePointer<Self>) -> SIMD16<Double>
}

extension Float: Element {
  @inlinable @inline(__always)
  public static func lanes<V: SIMD>(
    _ operation: lanes_operation, _ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>,
    _ when: UnsafePointer<V>
  ) {
    switch V.scalarCount {
    case 4: lanes_do_f32x4(operation, x, y, when)
    case 8: lanes_do_f32x8(operation, x, y, when)
    case 32:
      operation == LANES_SQRT ? lanes_roots_f32x32(x) : lanes_do_f32x32(operation, x, y, when)
    default: lanes_do_f32x16(operation, x, y, when)
    }
  }

  @inlinable @inline(__always)
  public static func widened(_ from: UnsafePointer<Float>) -> SIMD16<Double> {
    var lanes = SIMD16<Double>(repeating: 0)
    lanes_widen(&lanes, from)
    return lanes
  }
}

extension Double: Element {
  @inlinable @inline(__always)
  public static func lanes<V: SIMD>(
    _ operation: lanes_operation, _ x: UnsafeMutablePointer<V>, _ y: UnsafePointer<V>,
    _ when: UnsafePointer<V>
  ) {
    switch V.scalarCount {
    case 2: lanes_do_f64x2(operation, x, y, when)
    case 4: lanes_do_f64x4(operation, x, y, when)
    case 8: lanes_do_f64x8(operation, x, y, when)
    default: lanes_do_f64x16(operation, x, y, when)
    }
  }

  @inlinable @inline(__always)
  public static func widened(_ from: UnsafePointer<Double>) -> SIMD16<Double> {
    SIMD16(at: from)
  }
}

/// A few elements side by side, all treated alike.
public protocol Lane: SIMD where Scalar: Element {}

extension SIMD2: Lane where Scalar: Element {}
extension SIMD4: Lane where Scalar: Element {}
extension SIMD8: Lane where Scalar: Element {}
extension SIMD16: Lane where Scalar: Element {}
/// Two registers' worth: the roots of the second are made of estimates, beside those
/// of the first, which the processor divides for.
extension SIMD32: Lane where Scalar == Float {}

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

  @inlinable @inline(__always)
  static func by(_ operation: lanes_operation, _ a: Self, _ b: Self, _ when: Self) -> Self {
    var (a, b, when) = (a, b, when)
    Scalar.lanes(operation, &a, &b, &when)
    return a
  }

  @inlinable @inline(__always)
  static func + (a: Self, b: Self) -> Self { by(LANES_ADD, a, b, b) }

  @inlinable @inline(__always)
  static func - (a: Self, b: Self) -> Self { by(LANES_SUBTRACT, a, b, b) }

  @inlinable @inline(__always)
  static func * (a: Self, b: Self) -> Self { by(LANES_MULTIPLY, a, b, b) }

  @inlinable @inline(__always)
  static func / (a: Self, b: Self) -> Self { by(LANES_DIVIDE, a, b, b) }

  /// Each element's square root, correctly rounded.
  @inlinable @inline(__always)
  static func squareRoot(of x: Self) -> Self { by(LANES_SQRT, x, x, x) }

  /// Each element without its sign.
  @inlinable @inline(__always)
  static func magnitude(of x: Self) -> Self { by(LANES_ABS, x, x, x) }

  /// The larger of each two; NaN where either is.
  @inlinable @inline(__always)
  static func larger(_ a: Self, _ b: Self) -> Self { by(LANES_LARGER, a, b, b) }

  /// The smaller of each two; NaN where either is.
  @inlinable @inline(__always)
  static func smaller(_ a: Self, _ b: Self) -> Self { by(LANES_SMALLER, a, b, b) }

  /// Of each two the first where `x` is above 0, the second elsewhere.
  @inlinable @inline(__always)
  static func pick(_ a: Self, _ b: Self, where x: Self) -> Self { by(LANES_PICK, a, b, x) }

  /// 1, −1 or 0; 0 of NaN, too.
  @inlinable @inline(__always)
  static func sign(of x: Self) -> Self {
    pick(Self(1), pick(Self(-1), Self(0), where: Self(0) - x), where: x)
  }
}
