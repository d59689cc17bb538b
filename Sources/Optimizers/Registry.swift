import Schedules
import StepBody

/// A kind of optimizer, and its number in C, which is for ever.
public struct OptimizerKind: Sendable {
  public let number: Int32
  let make: @Sendable () -> AnyOptimizer

  init<O: Optimizer>(_ number: Int32, _: O.Type) {
    self.number = number
    make = { Erased(O()) }
  }

  /// What it declares, a line each, fields separated by tabs.
  public func describe() -> UTF8Text {
    let optimizer = make()
    let declaration = Declaration(optimizer.name, text: "name\t\(optimizer.name)\n")
    optimizer.describe(declaration)
    return declaration.text ?? UTF8Text()
  }
}

/// Every kind of optimizer, by number.
public let optimizers: [OptimizerKind] = [
  OptimizerKind(1, SGD.self),
  OptimizerKind(2, AdamW.self),
  OptimizerKind(3, Adam.self),
  OptimizerKind(4, Adagrad.self),
  OptimizerKind(5, Adadelta.self),
  OptimizerKind(6, RMSprop.self),
  OptimizerKind(7, Adamax.self),
  OptimizerKind(8, NAdam.self),
  OptimizerKind(9, RAdam.self),
  OptimizerKind(10, ASGD.self),
  OptimizerKind(11, Rprop.self),
  OptimizerKind(12, Lion.self),
  OptimizerKind(13, Adan.self),
  OptimizerKind(14, AdEMAMix.self),
  OptimizerKind(15, Sophia.self),
  OptimizerKind(16, Average.self),
  OptimizerKind(17, ScheduleFreeSGD.self),
  OptimizerKind(18, ScheduleFreeAdamW.self),
]

/// The kind of that number.
public func optimizer(_ number: Int32, _ name: StaticString) throws(Refusal) -> OptimizerKind {
  for kind in optimizers where kind.number == number { return kind }
  throw Refusal(
    .constant, "\(name)", value: "\(Int(number))", accepted: "a constant of sched_optimizer")
}

/// An optimizer of whatever kind.
class AnyOptimizer {
  var name: StaticString { "" }
  func describe(_ declaration: Declaration) {}
  func conflict() -> Refusal? { nil }
  func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body? { nil }
  func advance(_ step: Int, _ scalars: UnsafeMutablePointer<Double>) {}
}

final class Erased<O: Optimizer>: AnyOptimizer {
  var optimizer: O
  init(_ optimizer: O) { self.optimizer = optimizer }
  override var name: StaticString { O.name }
  override func describe(_ declaration: Declaration) { optimizer.describe(declaration) }
  override func conflict() -> Refusal? { optimizer.conflict() }
  override func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body? {
    optimizer.body(step, scalars)
  }
  override func advance(_ step: Int, _ scalars: UnsafeMutablePointer<Double>) {
    optimizer.advance(step, scalars)
  }
}
