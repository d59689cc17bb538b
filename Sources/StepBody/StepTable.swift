import Lanes

/// Every body at one width. A Step module makes one and publishes nothing else.
public final class StepTable: Sendable {
  public typealias Kernel<T> = @Sendable (Body, Int, Streams<T>) -> Void
  public typealias StoredKernel = @Sendable (Body, Int, StoredStreams) -> Bool
  public typealias Gauge<T> =
    @Sendable (
      Measure, Int, UnsafePointer<T>, UnsafePointer<T>, UnsafeMutablePointer<SIMD16<Double>>
    ) -> Void
  public typealias Converter =
    @Sendable (
      Conversion, Int, UnsafeMutablePointer<Float>, UnsafeMutableRawPointer, UnsafeMutableRawPointer
    ) -> Void

  public typealias Squares<T> =
    @Sendable (
      Int, UnsafePointer<T>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<SIMD16<Double>>
    ) -> Void
  public typealias Products<T> =
    @Sendable (
      Int, UnsafePointer<T>, UnsafePointer<T>, UnsafePointer<T>,
      UnsafeMutablePointer<SIMD16<Double>>
    ) -> Void
  /// Copies the first bytes, fewer than 64, of so many arrays to as many times 64 bytes,
  /// with zeros after them; or, where it is true, back but for the second array.
  public typealias Rest =
    @Sendable (Bool, UnsafeMutableRawPointer, UnsafePointer<UnsafeMutableRawPointer?>, Int, Int)
    -> Void
  public typealias Updater<T> =
    @Sendable (Update, Int, Streams<T>, UnsafeMutablePointer<T>) -> Void
  public typealias Panel = @Sendable (UnsafePointer<lanes_product>, Int) -> Void

  public let name: StaticString
  public let f32: Kernel<Float>
  public let f64: Kernel<Double>
  /// False where a body takes floats as they are.
  public let stored: StoredKernel
  public let rest: Rest
  /// Measures of `n` elements, a multiple of 16.
  public let measure32: Gauge<Float>
  public let measure64: Gauge<Double>
  public let convert: Converter
  /// `addSquares`.
  public let squares32: Squares<Float>
  public let squares64: Squares<Double>
  /// `addProducts`.
  public let products32: Products<Float>
  public let products64: Products<Double>
  public let update32: Updater<Float>
  public let update64: Updater<Double>
  /// Columns of a product, from that one.
  public let panel: Panel

  public init(
    name: StaticString, f32: @escaping Kernel<Float>, f64: @escaping Kernel<Double>,
    stored: @escaping StoredKernel, rest: @escaping Rest, measure32: @escaping Gauge<Float>,
    measure64: @escaping Gauge<Double>, convert: @escaping Converter,
    squares32: @escaping Squares<Float>,
    squares64: @escaping Squares<Double>, products32: @escaping Products<Float>,
    products64: @escaping Products<Double>, update32: @escaping Updater<Float>,
    update64: @escaping Updater<Double>, panel: @escaping Panel
  ) {
    self.name = name
    self.f32 = f32
    self.f64 = f64
    self.stored = stored
    self.rest = rest
    self.measure32 = measure32
    self.measure64 = measure64
    self.convert = convert
    self.squares32 = squares32
    self.squares64 = squares64
    self.products32 = products32
    self.products64 = products64
    self.update32 = update32
    self.update64 = update64
    self.panel = panel
  }
}
