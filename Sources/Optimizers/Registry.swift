import Schedules
import StepBody

/// A kind of optimizer, and its number in C, which is for ever.
public struct OptimizerKind: Sendable {
  public let number: Int32
  let kind: Kind

  init<O: Optimizer>(_ number: Int32, _: O.Type) {
    self.number = number
    kind = KindOf<O>()
  }

  /// What it declares, a line each, fields separated by tabs.
  public func describe() -> UTF8Text {
    var settings = Settings()
    kind.make(&settings)
    var declaration = Declaration(kind.name, text: "name\t\(kind.name)\n")
    kind.describe(&settings, &declaration)
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
  OptimizerKind(19, SparseAdam.self),
  OptimizerKind(20, LAMB.self),
  OptimizerKind(21, LARS.self),
  OptimizerKind(22, Adafactor.self),
  OptimizerKind(23, Muon.self),
]

/// The kind of that number.
public func optimizer(_ number: Int32, _ name: StaticString) throws(Refusal) -> OptimizerKind {
  for kind in optimizers where kind.number == number { return kind }
  throw Refusal(
    .constant, "\(name)", value: "\(Int(number))", accepted: "a constant of sched_optimizer")
}

/// Room for an optimizer of whatever kind, which is no more than its settings:
/// a step takes no memory for them.
public struct Settings {
  // A tuple: what fills an array element by element is not optimized away.
  private typealias Four = (UInt64, UInt64, UInt64, UInt64)
  private var words: (Four, Four, Four, Four, Four) = (
    (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)
  )
}

/// What optimizers of a kind do, wherever they are kept.
class Kind: @unchecked Sendable {
  var name: StaticString { "" }
  func make(_ settings: UnsafeMutableRawPointer) {}
  func describe(_ settings: UnsafeMutableRawPointer, _ declaration: inout Declaration) {}
  func conflict(_ settings: UnsafeRawPointer) -> Refusal? { nil }
  func body(
    _ settings: UnsafeRawPointer, _ step: Int, _ scalars: UnsafePointer<Double>
  ) -> Body? { nil }
  func gauge(_ settings: UnsafeRawPointer, _ step: Int, _ gauged: Gauged) -> Gauge? { nil }
  func advance(
    _ settings: UnsafeRawPointer, _ step: Int, _ scalars: UnsafeMutablePointer<Double>
  ) {}
}

final class KindOf<O: Optimizer>: Kind, @unchecked Sendable {
  override init() {
    precondition(MemoryLayout<O>.size <= MemoryLayout<Settings>.size)
  }
  override var name: StaticString { O.name }
  override func make(_ settings: UnsafeMutableRawPointer) {
    settings.storeBytes(of: O(), as: O.self)
  }
  override func describe(
    _ settings: UnsafeMutableRawPointer, _ declaration: inout Declaration
  ) {
    settings.assumingMemoryBound(to: O.self).pointee.describe(&declaration)
  }
  override func conflict(_ settings: UnsafeRawPointer) -> Refusal? {
    settings.assumingMemoryBound(to: O.self).pointee.conflict()
  }
  override func body(
    _ settings: UnsafeRawPointer, _ step: Int, _ scalars: UnsafePointer<Double>
  ) -> Body? {
    settings.assumingMemoryBound(to: O.self).pointee.body(step, scalars)
  }
  override func gauge(_ settings: UnsafeRawPointer, _ step: Int, _ gauged: Gauged) -> Gauge? {
    settings.assumingMemoryBound(to: O.self).pointee.gauge(step, gauged)
  }
  override func advance(
    _ settings: UnsafeRawPointer, _ step: Int, _ scalars: UnsafeMutablePointer<Double>
  ) {
    settings.assumingMemoryBound(to: O.self).pointee.advance(step, scalars)
  }
}
