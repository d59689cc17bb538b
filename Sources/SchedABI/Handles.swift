import CSched
import Monitors
import Schedules

/// What a C handle points to when its value changes.
final class Cell<Value> {
  var value: Value
  init(_ value: Value) { self.value = value }
}

/// C handles are references that someone counts: the caller.
enum Handle {
  static func give<T: AnyObject>(_ object: T) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(object).toOpaque())
  }

  static func borrow<T: AnyObject>(_ handle: OpaquePointer, as _: T.Type) -> T {
    Unmanaged<T>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
  }

  static func retain<T: AnyObject>(_ handle: OpaquePointer?, as _: T.Type) -> OpaquePointer? {
    guard let handle else { return nil }
    _ = Unmanaged<T>.fromOpaque(UnsafeRawPointer(handle)).retain()
    return handle
  }

  static func free<T: AnyObject>(_ handle: OpaquePointer?, as _: T.Type) {
    guard let handle else { return }
    Unmanaged<T>.fromOpaque(UnsafeRawPointer(handle)).release()
  }
}

extension Handle {
  static func give(_ schedule: AnySchedule) -> OpaquePointer { give(schedule.object) }

  static func schedule(_ handle: OpaquePointer) -> AnySchedule {
    AnySchedule(borrow(handle, as: Erasure.self))
  }
}

func schedule(_ handle: OpaquePointer?) throws(Refusal) -> AnySchedule {
  Handle.schedule(try need(handle, "schedule"))
}

func scheduler(_ handle: OpaquePointer?) throws(Refusal) -> Cell<Scheduler> {
  Handle.borrow(try need(handle, "scheduler"), as: Cell<Scheduler>.self)
}

func stopper(_ handle: OpaquePointer?) throws(Refusal) -> Cell<EarlyStopping> {
  Handle.borrow(try need(handle, "stopper"), as: Cell<EarlyStopping>.self)
}

/// Does what can be refused with what a handle holds. Its caller holds the handle
/// meanwhile: one more reference, counted up and down, would take as long as a step.
@inline(__always)
func status<Value>(
  _ handle: OpaquePointer?, _ name: StaticString, _ body: (Cell<Value>) throws(Refusal) -> Void
) -> sched_status {
  guard let handle else { return missing(name) }
  return Unmanaged<Cell<Value>>.fromOpaque(UnsafeRawPointer(handle))._withUnsafeGuaranteedRef {
    cell in status { () throws(Refusal) in try body(cell) }
  }
}

/// The same with a scheduler, whose rates it gives where they are asked for.
@inline(__always)
func status(
  _ handle: OpaquePointer?, _ rates: UnsafeMutablePointer<Double>?,
  _ body: (Cell<Scheduler>) throws(Refusal) -> Void
) -> sched_status {
  status(handle, "scheduler") { (cell) throws(Refusal) in
    try body(cell)
    give(cell, rates)
  }
}

@inline(never)
private func missing(_ name: StaticString) -> sched_status {
  status { () throws(Refusal) in _ = try need(nil as OpaquePointer?, name) }
}
