/// The base rate, for ever.
///
/// ```
/// rate(t) = base
/// ```
///
/// Source: optax's `constant_schedule`, Hugging Face's `constant`.
public struct Constant: Schedule {
  public init() {}

  public static var name: StaticString { "Constant" }
  public static var summary: StaticString { "The base rate, for ever." }
  public static var formula: StaticString { "rate(t) = base" }
  public static var source: StaticString {
    "optax, constant_schedule; Hugging Face, get_constant_schedule"
  }

  public mutating func describe(_ fields: Fields) {}

  public func rate(at t: Int, base: Double) -> Double { base }

  public func rate(at t: Int, base: Double, current: Double) -> Double { current }
}
