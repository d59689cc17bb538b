/// The base rate, for ever.
///
/// ```
/// rate(t) = base
/// ```
///
/// Source: optax's `constant_schedule`, Hugging Face's `constant`.
///
/// - Peers:
///   - Hugging Face `get_constant_schedule`: The same.
///   - optax `constant_schedule(value)`: The same with value for the base rate.
///   - fairseq `fixed(lr)`, `pass_through`: The same without a warm-up; a list of rates, one an
///     epoch, is a PiecewiseConstant.
///   - fvcore `ConstantParamScheduler(value)`: The same with value for the base rate.
///   - Burn `ConstantLr`: The same.
///   - ParameterSchedulers.jl `Constant(value)`: The same with value for the base rate.
/// - Complexity: O(1)
/// - Example: `Constant()` from 0.1 over 100 steps
public struct Constant: Schedule {
  public init() {}

  public static var name: StaticString { "Constant" }
  public static var summary: StaticString { "The base rate, for ever." }
  public static var formula: StaticString { "rate(t) = base" }
  public static var source: StaticString {
    "optax, constant_schedule; Hugging Face, get_constant_schedule"
  }

  public mutating func describe(_ fields: Fields) {}

  public func changes(at t: Int) -> Bool { false }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool { fillInline(&rates, places, from: first, base: base) }

  public func rate(at t: Int, base: Double) -> Double { base }

  public func rate(at t: Int, base: Double, current: Double) -> Double { current }
}
