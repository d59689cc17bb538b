import CSched
import Schedules

@implementation @_cdecl("sched_scheduler_make")
public func sched_scheduler_make(
  _ schedule: OpaquePointer!, _ form: sched_form, _ groups: Int,
  _ bases: UnsafePointer<Double>!, _ scheduler: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status { () throws(Refusal) in
    let schedule = try SchedABI.schedule(schedule)
    let known: Scheduler.Form? =
      form == SCHED_CLOSED ? .closed : form == SCHED_CHAINED ? .chained : nil
    let form = try need(known, "form", form.rawValue, of: "sched_form")
    let out = try need(scheduler, "scheduler")
    let bases = try values(bases, groups, "bases", "groups")
    let made = try calling { () throws(Refusal) in
      try Scheduler(schedule, bases: bases, form: form)
    }
    out.pointee = Handle.give(Cell(made))
  }
}

@implementation @_cdecl("sched_scheduler_make_fields")
public func sched_scheduler_make_fields(
  _ fields: UnsafePointer<sched_field>!, _ count: Int, _ culprit: UnsafeMutablePointer<Int>!,
  _ scheduler: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let out = try need(scheduler, "scheduler")
      var callers: [Caller] = []
      let call = Call("Scheduler", try arguments(fields, count, &callers))
      let made = try calling { () throws(Refusal) in try Scheduler(call) }
      out.pointee = Handle.give(Cell(made))
    }, refused: { culprit?.pointee = $0.index ?? count })
}

/// A caller's array, one value a group.
private func values(
  _ pointer: UnsafePointer<Double>?, _ groups: Int, _ name: StaticString, _ count: StaticString
) throws(Refusal) -> [Double] {
  let accepts = Integers(1, Scheduler.maxGroups)
  guard accepts.contains(groups) else {
    throw Refusal(
      .range, "\(count)", value: "\(UInt(bitPattern: groups))", accepted: accepts.text)
  }
  return Array(UnsafeBufferPointer(start: try need(pointer, name), count: groups))
}

@implementation @_cdecl("sched_scheduler_retain")
public func sched_scheduler_retain(_ scheduler: OpaquePointer!) -> OpaquePointer! {
  Handle.retain(scheduler, as: Cell<Scheduler>.self)
}

@implementation @_cdecl("sched_scheduler_free")
public func sched_scheduler_free(_ scheduler: OpaquePointer!) {
  Handle.free(scheduler, as: Cell<Scheduler>.self)
}

@implementation @_cdecl("sched_scheduler_groups")
public func sched_scheduler_groups(_ scheduler: OpaquePointer!) -> Int {
  guard let scheduler else { return 0 }
  return Handle.borrow(scheduler, as: Cell<Scheduler>.self).value.bases.count
}

@implementation @_cdecl("sched_scheduler_schedule")
public func sched_scheduler_schedule(
  _ scheduler: OpaquePointer!, _ group: Int, _ schedule: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status { () throws(Refusal) in
    let schedules = try SchedABI.scheduler(scheduler).value.schedules
    let out = try need(schedule, "schedule")
    out.pointee = Handle.give(schedules[try need(group, of: schedules.count)])
  }
}

/// The group, or a refusal of one that there is not.
private func need(_ group: Int, of count: Int) throws(Refusal) -> Int {
  let accepts = Integers(0, count - 1)
  guard accepts.contains(group) else {
    throw Refusal(
      .range, "group", value: "\(UInt(bitPattern: group))", accepted: accepts.text)
  }
  return group
}

/// The groups of a caller's list; `nil` for all of them.
private func groups(
  _ groups: UnsafePointer<Int>?, _ count: Int, of cell: Cell<Scheduler>
) throws(Refusal) -> [Int]? {
  guard let groups else { return nil }
  let all = cell.value.bases.count
  let accepts = Integers(1, all)
  guard accepts.contains(count) else {
    throw Refusal(.range, "count", value: "\(UInt(bitPattern: count))", accepted: accepts.text)
  }
  var chosen: [Int] = []
  for i in 0..<count { chosen.append(try need(groups[i], of: all)) }
  return chosen
}

@implementation @_cdecl("sched_now")
public func sched_now(
  _ scheduler: OpaquePointer!, _ step: UnsafeMutablePointer<Int64>!,
  _ rates: UnsafeMutablePointer<Double>!
) -> sched_status {
  status { () throws(Refusal) in
    let cell = try SchedABI.scheduler(scheduler)
    step?.pointee = Int64(cell.value.step)
    give(cell, rates)
  }
}

/// Changes a scheduler, and leaves it as it was when a function of the caller's
/// fails.
@inline(__always)
private func change(
  _ cell: Cell<Scheduler>, _ body: (inout Scheduler) throws(Refusal) -> Void
) throws(Refusal) {
  if cell.value.calls {
    try changeCopy(cell, body)
  } else {
    try body(&cell.value)
  }
}

@inline(never)
private func changeCopy(
  _ cell: Cell<Scheduler>, _ body: (inout Scheduler) throws(Refusal) -> Void
) throws(Refusal) {
  // A copy, also because the function may look at the scheduler.
  var changed = cell.value
  try calling { () throws(Refusal) in try body(&changed) }
  cell.value = changed
}

func give(_ cell: Cell<Scheduler>, _ rates: UnsafeMutablePointer<Double>?) {
  guard let rates else { return }
  for i in cell.value.rates.indices { rates[i] = cell.value.rates[i] }
}

@implementation @_cdecl("sched_next")
public func sched_next(
  _ scheduler: OpaquePointer!, _ rates: UnsafeMutablePointer<Double>!
) -> sched_status {
  status(scheduler, rates) { (cell) throws(Refusal) in
    try change(cell) { (scheduler) throws(Refusal) in try scheduler.next() }
  }
}

@implementation @_cdecl("sched_scheduler_observe")
public func sched_scheduler_observe(
  _ scheduler: OpaquePointer!, _ metric: Double, _ rates: UnsafeMutablePointer<Double>!
) -> sched_status {
  status { () throws(Refusal) in
    let cell = try SchedABI.scheduler(scheduler)
    try change(cell) { $0.observe(metric) }
    give(cell, rates)
  }
}

@implementation @_cdecl("sched_advance")
public func sched_advance(
  _ scheduler: OpaquePointer!, _ steps: Int64, _ rates: UnsafeMutablePointer<Double>!
) -> sched_status {
  status { () throws(Refusal) in
    let cell = try SchedABI.scheduler(scheduler)
    try change(cell) { (scheduler) throws(Refusal) in try scheduler.advance(by: Int(steps)) }
    give(cell, rates)
  }
}

@implementation @_cdecl("sched_skip")
public func sched_skip(
  _ scheduler: OpaquePointer!, _ skipped: UnsafeMutablePointer<Int64>!
) -> sched_status {
  status { () throws(Refusal) in
    let cell = try SchedABI.scheduler(scheduler)
    cell.value.skip()
    skipped?.pointee = Int64(cell.value.skipped)
  }
}

@implementation @_cdecl("sched_seek")
public func sched_seek(_ scheduler: OpaquePointer!, _ step: Int64) -> sched_status {
  status { () throws(Refusal) in
    try change(SchedABI.scheduler(scheduler)) { (scheduler) throws(Refusal) in
      try scheduler.seek(to: Int(step))
    }
  }
}

@implementation @_cdecl("sched_set_rates")
public func sched_set_rates(
  _ scheduler: OpaquePointer!, _ rates: UnsafePointer<Double>!
) -> sched_status {
  status { () throws(Refusal) in
    let cell = try SchedABI.scheduler(scheduler)
    try cell.value.override(
      try values(rates, cell.value.bases.count, "rates", "groups"))
  }
}

@implementation @_cdecl("sched_scheduler_cool_down")
public func sched_scheduler_cool_down(
  _ scheduler: OpaquePointer!, _ steps: Int64, _ decay_type: UnsafePointer<CChar>!,
  _ min_ratio: Double, _ groups: UnsafePointer<Int>!, _ count: Int
) -> sched_status {
  status { () throws(Refusal) in
    let cell = try SchedABI.scheduler(scheduler)
    let tail: WarmupStableDecay.Tail =
      if let decay_type {
        try choice("decay_type", UTF8Text(cString: decay_type))
      } else { .minusSqrt }
    try cell.value.coolDown(
      over: Int(steps), tail: tail, minRatio: min_ratio,
      groups: try SchedABI.groups(groups, count, of: cell))
  }
}

@implementation @_cdecl("sched_scheduler_extend")
public func sched_scheduler_extend(
  _ scheduler: OpaquePointer!, _ steps: Int64, _ until: Int64, _ groups: UnsafePointer<Int>!,
  _ count: Int
) -> sched_status {
  status { () throws(Refusal) in
    let cell = try SchedABI.scheduler(scheduler)
    try cell.value.extend(
      by: Int(steps), until: until == 0 ? nil : Int(until),
      groups: try SchedABI.groups(groups, count, of: cell))
  }
}

@implementation @_cdecl("sched_scheduler_save")
public func sched_scheduler_save(
  _ scheduler: OpaquePointer!, _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    try give(try SchedABI.scheduler(scheduler).value.utf8, text, capacity, length)
  }
}

@implementation @_cdecl("sched_scheduler_restore")
public func sched_scheduler_restore(
  _ text: UnsafePointer<CChar>!, _ length: Int, _ position: UnsafeMutablePointer<Int>!,
  _ scheduler: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let out = try need(scheduler, "scheduler")
      out.pointee = Handle.give(Cell(try Scheduler(restoring: try bytes(text, length))))
    }, refused: { position?.pointee = $0.position ?? length })
}

@implementation @_cdecl("sched_scheduler_load")
public func sched_scheduler_load(
  _ scheduler: OpaquePointer!, _ text: UnsafePointer<CChar>!, _ length: Int,
  _ policy: sched_policy, _ position: UnsafeMutablePointer<Int>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let cell = try SchedABI.scheduler(scheduler)
      let policy = try known(policy)
      let text = try bytes(text, length)
      try change(cell) { (scheduler) throws(Refusal) in
        try scheduler.load(text, policy: policy)
      }
    }, refused: { position?.pointee = $0.position ?? length })
}

/// What a policy has in Swift.
func known(_ policy: sched_policy) throws(Refusal) -> Scheduler.Policy {
  let known: Scheduler.Policy? =
    policy == SCHED_POLICY_ERROR
    ? .error
    : policy == SCHED_POLICY_KEEP ? .keep : policy == SCHED_POLICY_RESTORE ? .restore : nil
  return try need(known, "policy", policy.rawValue, of: "sched_policy")
}
