import CSched
import Monitors
import Platform
import Schedules

@implementation @_cdecl("sched_early_stopping_make")
public func sched_early_stopping_make(
  _ mode: sched_mode, _ patience: Int64, _ min_delta: Double,
  _ stopper: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status { () throws(Refusal) in
    let known: EarlyStopping.Mode? = mode == SCHED_MIN ? .min : mode == SCHED_MAX ? .max : nil
    let mode = try need(known, "mode", mode.rawValue, of: "sched_mode")
    let out = try need(stopper, "stopper")
    out.pointee = Handle.give(
      Cell(try EarlyStopping(patience: Int(patience), minDelta: min_delta, mode: mode)))
  }
}

@implementation @_cdecl("sched_early_stopping_make_fields")
public func sched_early_stopping_make_fields(
  _ rule: UnsafePointer<CChar>!, _ fields: UnsafePointer<sched_field>!, _ count: Int,
  _ culprit: UnsafeMutablePointer<Int>!, _ stopper: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let rule = UTF8Text(cString: try need(rule, "rule"))
      let out = try need(stopper, "stopper")
      var callers: [Caller] = []
      let call = Call(rule, try arguments(fields, count, &callers))
      out.pointee = Handle.give(Cell(try EarlyStopping(call)))
    }, refused: { culprit?.pointee = $0.index ?? count })
}

@implementation @_cdecl("sched_early_stopping_parse")
public func sched_early_stopping_parse(
  _ text: UnsafePointer<CChar>!, _ length: Int, _ position: UnsafeMutablePointer<Int>!,
  _ stopper: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  made(text, length, position, stopper) { (text) throws(Refusal) in
    try EarlyStopping(parsing: text)
  }
}

/// A stopper from text.
private func made(
  _ text: UnsafePointer<CChar>?, _ length: Int, _ position: UnsafeMutablePointer<Int>?,
  _ stopper: UnsafeMutablePointer<OpaquePointer?>?,
  _ make: ([UInt8]) throws(Refusal) -> EarlyStopping
) -> sched_status {
  status(
    { () throws(Refusal) in
      let out = try need(stopper, "stopper")
      out.pointee = Handle.give(Cell(try make(try bytes(text, length))))
    }, refused: { position?.pointee = $0.position ?? length })
}

@implementation @_cdecl("sched_rules_describe")
public func sched_rules_describe(
  _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int, _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in try give(describeRules(), text, capacity, length) }
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
  status(stopper, "stopper") { (cell: Cell<EarlyStopping>) throws(Refusal) in
    let out = try need(verdict, "verdict")
    out.pointee = sched_verdict(rawValue: UInt32(try cell.value.observe(metric).rawValue))
  }
}

@implementation @_cdecl("sched_observe_fields")
public func sched_observe_fields(
  _ stopper: OpaquePointer!, _ fields: UnsafePointer<sched_field>!, _ count: Int,
  _ verdict: UnsafeMutablePointer<sched_verdict>!
) -> sched_status {
  status(stopper, "stopper") { (cell: Cell<EarlyStopping>) throws(Refusal) in
    let out = try need(verdict, "verdict")
    let count = try need(count, "count", of: MemoryLayout<sched_field>.stride)
    if count > 0 { _ = try need(fields, "fields") }
    var (step, epoch): (Int?, Int?)
    var seconds: Double?
    var others = cell.value.begin()
    for i in 0..<count {
      guard let name = fields[i].name else {
        throw Refusal(
          .missingPointer, "fields[\(i)].name", value: "NULL", accepted: "a name", index: i)
      }
      if strcmp(name, "step") == 0 {
        step = try once(step, integer(fields[i], name), name)
      } else if strcmp(name, "epoch") == 0 {
        epoch = try once(epoch, integer(fields[i], name), name)
      } else if strcmp(name, "seconds") == 0 {
        seconds = try once(seconds, real(fields[i], name), name)
      } else {
        let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
        try cell.value.note(
          bytes.assumingMemoryBound(to: UInt8.self), try real(fields[i], name), &others)
      }
    }
    out.pointee = sched_verdict(
      rawValue: UInt32(
        try cell.value.finish(others, step: step, epoch: epoch, seconds: seconds).rawValue))
  }
}

private func once<T>(
  _ known: T?, _ value: T, _ name: UnsafePointer<CChar>
) throws(Refusal) -> T {
  guard known == nil else {
    throw Refusal(.twice, UTF8Text(cString: name), accepted: "one value")
  }
  return value
}

private func real(
  _ field: sched_field, _ name: UnsafePointer<CChar>
) throws(Refusal) -> Double {
  switch field.type {
  case SCHED_REAL: return field.value.real
  case SCHED_INTEGER: return Double(field.value.integer)
  default:
    throw Refusal(
      .type, UTF8Text(cString: name), value: "of type \(Int(field.type.rawValue))",
      accepted: "a number")
  }
}

private func integer(
  _ field: sched_field, _ name: UnsafePointer<CChar>
) throws(Refusal) -> Int {
  if field.type == SCHED_INTEGER { return Int(field.value.integer) }
  let real = try real(field, name)
  guard let whole = Int(exactly: real) else {
    throw Refusal(
      .value, UTF8Text(cString: name), value: "\(real)", accepted: Integers.steps.text)
  }
  return whole
}

@implementation @_cdecl("sched_watched")
public func sched_watched(
  _ stopper: OpaquePointer!, _ watch: UnsafeMutablePointer<sched_watch>!
) -> sched_status {
  status { () throws(Refusal) in
    let stopper = try SchedABI.stopper(stopper).value
    let out = try need(watch, "watch")
    let seen = stopper.watch
    out.pointee = sched_watch(
      best: seen?.best.value ?? .nan, best_at: Int64(seen?.best.index ?? -1),
      best_epoch: seen?.best.index == nil ? -1 : Int64(seen?.best.epoch ?? -1),
      best_step: Int64(seen?.best.step ?? -1), observed: Int64(stopper.observed),
      waited: Int64(seen?.waited ?? 0), spent: seen?.spent ?? 0, patience: seen?.patience ?? 0,
      is_best: stopper.isBest ? 1 : 0,
      mode: sched_mode(rawValue: seen.map { $0.mode == .min ? 1 : 2 } ?? 0),
      reason: sched_reason(rawValue: UInt32(stopper.reason.rawValue)))
  }
}

@implementation @_cdecl("sched_why")
public func sched_why(
  _ stopper: OpaquePointer!, _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    try give(try SchedABI.stopper(stopper).value.sentence, text, capacity, length)
  }
}

@implementation @_cdecl("sched_early_stopping_text")
public func sched_early_stopping_text(
  _ stopper: OpaquePointer!, _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    try give(try SchedABI.stopper(stopper).value.settings, text, capacity, length)
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
  made(text, length, position, stopper) { (text) throws(Refusal) in
    try EarlyStopping(restoring: text)
  }
}

@implementation @_cdecl("sched_early_stopping_load")
public func sched_early_stopping_load(
  _ stopper: OpaquePointer!, _ text: UnsafePointer<CChar>!, _ length: Int,
  _ policy: sched_policy, _ position: UnsafeMutablePointer<Int>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let cell = try SchedABI.stopper(stopper)
      let policy = try known(policy)
      try cell.value.load(try bytes(text, length), policy: policy)
    }, refused: { position?.pointee = $0.position ?? length })
}
