/// Every body at one width. A Step module makes one and publishes nothing else.
public final class StepTable: Sendable {
  public typealias Kernel<T> = @Sendable (Body, Int, Streams<T>) -> Void
  public typealias Gauge<T> =
    @Sendable (
      Measure, Int, UnsafePointer<T>, UnsafePointer<T>, UnsafeMutablePointer<SIMD16<Double>>
    ) -> Void
  public typealias Converter =
    @Sendable (
      Conversion, Int, UnsafeMutablePointer<Float>, UnsafeMutableRawPointer, UnsafeMutableRawPointer
    ) -> Void

  public let name: StaticString
  public let f32: Kernel<Float>
  public let f64: Kernel<Double>
  /// Measures of `n` elements, a multiple of 16.
  public let measure32: Gauge<Float>
  public let measure64: Gauge<Double>
  public let convert: Converter

  public init(
    name: StaticString, f32: @escaping Kernel<Float>, f64: @escaping Kernel<Double>,
    measure32: @escaping Gauge<Float>, measure64: @escaping Gauge<Double>,
    convert: @escaping Converter
  ) {
    self.name = name
    self.f32 = f32
    self.f64 = f64
    self.measure32 = measure32
    self.measure64 = measure64
    self.convert = convert
  }
}
