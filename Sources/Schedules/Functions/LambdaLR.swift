/// A caller's function of the step times the base rate.
///
/// ```
/// rate(t) = base · lrLambda(t)
/// ```
///
/// The function is asked for every rate, from whichever thread asks for it, and
/// must give the same for the same step. Where it gives NaN or an infinity, so
/// does the rate. Text cannot have it: a schedule prints as
/// `LambdaLR(lr_lambda=<function>)`, which is not read back, and a saved
/// scheduler is loaded into one that was made with the function.
///
/// ```python
/// schedule = libsched.LambdaLR(lambda step: 1 / (1 + step))
/// ```
///
/// ```swift
/// let schedule = LambdaLR { step in 1 / Double(1 + step) }
/// ```
///
/// ```cpp
/// auto schedule = sched::LambdaLR([](std::int64_t step) { return 1.0 / (1 + step); });
/// ```
///
/// In C the function stands by itself:
///
/// ```c
/// static int decay(void *context, int64_t step, double *value) {
///   (void)context;
///   *value = 1.0 / (double)(1 + step);
///   return 0;
/// }
/// static const sched_function function = {decay, NULL, NULL};
/// ```
///
/// ```c
/// sched_schedule *schedule = NULL;
/// sched_lambda_lr(&function, &schedule);
/// ```
///
/// Source: PyTorch's `LambdaLR`.
///
/// - Peers:
///   - PyTorch `LambdaLR(lr_lambda)`: `LambdaLR(lr_lambda)`. The same bits; where it is given a
///     list of functions, a schedule a group.
///   - Keras `LearningRateScheduler(schedule)`: `LambdaLR(schedule)`. A schedule(epoch) gives the
///     rate itself: from a base rate of 1. That of (epoch, lr) is libsched.keras's alone.
///   - ignite `LambdaStateScheduler(lambda_obj)`: `LambdaLR(lambda_obj)`. It gives the number
///     itself: from a base of 1.
///   - PaddlePaddle `LambdaDecay(learning_rate, lr_lambda)`: `LambdaLR(lr_lambda)`
/// - Complexity: that of the function
/// - Example: `LambdaLR(lambda step: 1 / (1 + step))` over 60 steps
public struct LambdaLR: Schedule {
  /// What the base rate is multiplied by.
  public internal(set) var lrLambda: StepFunction = { _ in 1 }

  public init() {}

  public init(_ lrLambda: @escaping StepFunction) { self.lrLambda = lrLambda }

  public static var name: StaticString { "LambdaLR" }
  public static var summary: StaticString {
    "A caller's function of the step times the base rate."
  }
  public static var formula: StaticString { "rate(t) = base * lr_lambda(t)" }
  public static var source: StaticString { "PyTorch, LambdaLR" }

  public mutating func describe(_ fields: Fields) {
    fields.function(
      "lr_lambda", &lrLambda, .required, note: "what the base rate is multiplied by at a step")
  }

  public func rate(at t: Int, base: Double) -> Double { base * lrLambda(t) }
}
