import CSched
import Monitors
import Schedules

@implementation @_cdecl("sched_early_stopping_make")
public func sched_early_stopping_make(
  _ mode: sched_mode, _ patience: Int64, _ min_delta: Double,
  _ stopper: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status { () throws(Refusal) in
    let known: EarlyStopping.Mode? = mode == SCHED_MIN ? .min : mode == SCHED_MAX ? .max : nil
    let mode = try need(known, "mode", mode.rawValue)
    let out = try need(stopper, "stopper")
    out.pointee = Handle.give(
      Cell(try EarlyStopping(patience: Int(patience), minDelta: min_delta, mode: mode)))
  }
}

@implementation @_cdecl("sched_early_stopping_retain")
public func sched_early_stopping_retain(_ stopper: OpaquePointer!) -> OpaquePointer! {
  Handle.retain(stopper, as: Cell<EarlyStopping>.self)
}

@implementation @_cdecl("sched_early_stopping_free")
public func sched_early_stopping_free(_ stopper: OpaquePointer!) {
  Handle.free(stopper, as: Cell<EarlyStopping>.self)
}

@implementation @_cdecl("sched_observe")
public func sched_observe(
  _ stopper: OpaquePointer!, _ metric: Double, _ verdict: UnsafeMutablePointer<sched_verdict>!
) -> sched_status {
  status { () throws(Refusal) in
    let cell = try SchedABI.stopper(stopper)
    let out = try need(verdict, "verdict")
    out.pointee = sched_verdict(rawValue: UInt32(cell.value.observe(metric).rawValue))
  }
}

@implementation @_cdecl("sched_watched")
public func sched_watched(
  _ stopper: OpaquePointer!, _ watch: UnsafeMutablePointer<sched_watch>!
) -> sched_status {
  status { () throws(Refusal) in
    let seen = try SchedABI.stopper(stopper).value
    try need(watch, "watch").pointee = sched_watch(
      best: seen.best, best_at: Int64(seen.bestAt ?? -1), observed: Int64(seen.observed),
      waited: Int64(seen.waited))
  }
}

@implementation @_cdecl("sched_early_stopping_save")
public func sched_early_stopping_save(
  _ stopper: OpaquePointer!, _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    try give(try SchedABI.stopper(stopper).value.utf8, text, capacity, length)
  }
}

@implementation @_cdecl("sched_early_stopping_restore")
public func sched_early_stopping_restore(
  _ text: UnsafePointer<CChar>!, _ length: Int, _ position: UnsafeMutablePointer<Int>!,
  _ stopper: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let out = try need(stopper, "stopper")
      out.pointee = Handle.give(Cell(try EarlyStopping(restoring: try bytes(text, length))))
    }, refused: { position?.pointee = $0.position ?? length })
}
