/// The rate times a caller's function of the step, at every step after the first.
///
/// ```
/// rate(t) = base · lrLambda(1) · lrLambda(2) · … · lrLambda(t)
/// ```
///
/// The function is as ``LambdaLR`` has it. It is asked for every step on the way,
/// but the closed form keeps products: a walk over the steps, and a range of
/// them, ask for each once. A first look at a far step asks for all before it;
/// once a product is NaN, it stays NaN and nothing more is asked.
///
/// ```python
/// schedule = libsched.MultiplicativeLR(lambda step: 0.95)
/// ```
///
/// ```swift
/// let schedule = MultiplicativeLR { _ in 0.95 }
/// ```
///
/// ```cpp
/// auto schedule = sched::MultiplicativeLR([](std::int64_t) { return 0.95; });
/// ```
///
/// Source: PyTorch's `MultiplicativeLR`.
///
/// - Peers:
///   - PyTorch `MultiplicativeLR(lr_lambda)`: `MultiplicativeLR(lr_lambda)`. The same bits in
///     the chained form.
///   - PaddlePaddle `MultiplicativeDecay(learning_rate, lr_lambda)`:
///     `MultiplicativeLR(lr_lambda)`
/// - Complexity: O(t) calls of the function for the first look at step t, then at most 1,023
///   more at a step before it and one a step in order; one in the chained form
/// - Example: `MultiplicativeLR(lambda step: 0.95)` over 60 steps
public struct MultiplicativeLR: Schedule {
  private var products = Products { _ in 1 }

  /// What the rate is multiplied by at a step.
  public var lrLambda: StepFunction { products.function }

  public init() {}

  public init(_ lrLambda: @escaping StepFunction) { products = Products(lrLambda) }

  public static var name: StaticString { "MultiplicativeLR" }
  public static var summary: StaticString {
    "The rate times a caller's function of the step, at every step after the first."
  }
  public static var formula: StaticString {
    "rate(t) = base * lr_lambda(1) * lr_lambda(2) * ... * lr_lambda(t)"
  }
  public static var source: StaticString { "PyTorch, MultiplicativeLR" }

  public mutating func describe(_ fields: Fields) {
    var function = products.function
    fields.function(
      "lr_lambda", &function, .required, note: "what the rate is multiplied by at a step")
    // Those of another function, it may be.
    products = Products(function)
  }

  public func rate(at t: Int, base: Double) -> Double { base * products.product(to: t) }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    t == 0 ? current : current * products.function(t)
  }
}
