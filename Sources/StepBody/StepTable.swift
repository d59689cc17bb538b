/// Every kernel, at one width.
///
/// A Step module makes one from the bodies and publishes nothing else.
public struct StepTable: Sendable {
  public typealias AdamW =
    @Sendable (
      AdamWStep, Int, UnsafeMutablePointer<Float>, UnsafePointer<Float>,
      UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>?
    ) -> Void
  public typealias SGD =
    @Sendable (
      SGDStep, Int, UnsafeMutablePointer<Float>, UnsafePointer<Float>,
      UnsafeMutablePointer<Float>?
    ) -> Void

  public let name: StaticString
  public let adamW: AdamW
  public let sgd: SGD

  public init(name: StaticString, adamW: @escaping AdamW, sgd: @escaping SGD) {
    self.name = name
    self.adamW = adamW
    self.sgd = sgd
  }
}
