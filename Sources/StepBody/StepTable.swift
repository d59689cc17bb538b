/// Every body at one width. A Step module makes one and publishes nothing else.
public struct StepTable: Sendable {
  public typealias Kernel<T> = @Sendable (Body, Int, Streams<T>) -> Void

  public let name: StaticString
  public let f32: Kernel<Float>
  public let f64: Kernel<Double>

  public init(name: StaticString, f32: @escaping Kernel<Float>, f64: @escaping Kernel<Double>) {
    self.name = name
    self.f32 = f32
    self.f64 = f64
  }
}
