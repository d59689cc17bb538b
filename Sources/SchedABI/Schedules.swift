import CSched
import Platform
import Schedules

// MARK: Making

@implementation @_cdecl("sched_make")
public func sched_make(
  _ kind: UnsafePointer<CChar>!, _ fields: UnsafePointer<sched_field>!, _ count: Int,
  _ culprit: UnsafeMutablePointer<Int>!, _ schedule: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let kind = UTF8Text(cString: try need(kind, "kind"))
      let out = try need(schedule, "schedule")
      var callers: [Caller] = []
      let call = Call(kind, try arguments(fields, count, &callers))
      out.pointee = Handle.give(try AnySchedule.make(call))
      for caller in callers { caller.isOwned = true }
    }, refused: { culprit?.pointee = $0.index ?? count })
}

/// A caller's fields as arguments, and the functions among them.
func arguments(
  _ fields: UnsafePointer<sched_field>?, _ count: Int, _ callers: inout [Caller]
) throws(Refusal) -> [Argument] {
  let count = try need(count, "count", of: MemoryLayout<sched_field>.stride)
  if count == 0 { return [] }
  let fields = try need(fields, "fields")
  var arguments: [Argument] = []
  for i in 0..<count { arguments.append(try argument(fields[i], i, &callers)) }
  return arguments
}

/// A field as a caller's argument.
private func argument(
  _ field: sched_field, _ index: Int, _ callers: inout [Caller]
) throws(Refusal) -> Argument {
  guard let name = field.name else {
    throw Refusal(
      .missingPointer, "fields[\(index)].name", value: "NULL", accepted: "a name", index: index)
  }
  let value = field.value
  func list<T>(_ pointer: UnsafePointer<T>?, _ form: (T) throws(Refusal) -> Literal.Form)
    throws(Refusal)
    -> Literal.Form
  {
    guard field.count >= 0, field.count <= maxListLength else {
      throw Refusal(
        .memory, "\(UTF8Text(cString: name)) count", value: "\(UInt(bitPattern: field.count))",
        accepted: Integers(0, maxListLength).text, index: index)
    }
    if field.count == 0 { return .list([]) }
    guard let pointer else {
      throw Refusal(
        .missingPointer, UTF8Text(cString: name), value: "NULL", accepted: "\(field.count) values",
        index: index)
    }
    var values: [Literal] = []
    for i in 0..<field.count { values.append(Literal(try form(pointer[i]))) }
    return .list(values)
  }
  let form: Literal.Form
  switch field.type {
  case SCHED_REAL: form = .real(value.real)
  case SCHED_INTEGER: form = .integer(Int(value.integer))
  case SCHED_FLAG: form = .flag(value.flag != 0)
  case SCHED_TEXT:
    guard let text = value.text else {
      throw Refusal(
        .missingPointer, UTF8Text(cString: name), value: "NULL", accepted: "a text", index: index)
    }
    form = .word(UTF8Text(cString: text))
  case SCHED_REALS: form = try list(value.reals) { .real($0) }
  case SCHED_INTEGERS: form = try list(value.integers) { .integer(Int($0)) }
  case SCHED_SCHEDULES:
    form = try list(value.schedules) { (handle) throws(Refusal) in
      guard let handle else {
        throw Refusal(
          .missingPointer, UTF8Text(cString: name), value: "NULL", accepted: "a schedule",
          index: index)
      }
      return .schedule(Handle.schedule(handle))
    }
  case SCHED_FUNCTION:
    guard let function = value.function?.pointee, function.call != nil else {
      throw Refusal(
        .missingPointer, UTF8Text(cString: name), value: "NULL", accepted: "a function",
        index: index)
    }
    let caller = Caller(function, UTF8Text(cString: name))
    callers.append(caller)
    form = .function { caller.call($0) }
  default:
    throw Refusal(
      .constant, "\(UTF8Text(cString: name)) type", value: "\(Int(field.type.rawValue))",
      accepted: "a constant of sched_type", index: index)
  }
  return Argument(UTF8Text(cString: name), Literal(form))
}

@implementation @_cdecl("sched_parse")
public func sched_parse(
  _ text: UnsafePointer<CChar>!, _ length: Int, _ position: UnsafeMutablePointer<Int>!,
  _ schedule: UnsafeMutablePointer<OpaquePointer?>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let out = try need(schedule, "schedule")
      out.pointee = Handle.give(try AnySchedule.parse(try bytes(text, length)))
    }, refused: { position?.pointee = $0.position ?? length })
}

@implementation @_cdecl("sched_retain")
public func sched_retain(_ schedule: OpaquePointer!) -> OpaquePointer! {
  Handle.retain(schedule, as: Erasure.self)
}

@implementation @_cdecl("sched_free")
public func sched_free(_ schedule: OpaquePointer!) { Handle.free(schedule, as: Erasure.self) }

// MARK: Asking

@implementation @_cdecl("sched_text")
public func sched_text(
  _ schedule: OpaquePointer!, _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    try give(try SchedABI.schedule(schedule).utf8, text, capacity, length)
  }
}

@implementation @_cdecl("sched_kind")
public func sched_kind(_ schedule: OpaquePointer!) -> UnsafePointer<CChar>! {
  guard let schedule else { return cString("") }
  return cString(Handle.schedule(schedule).name)
}

@implementation @_cdecl("sched_last_step")
public func sched_last_step(
  _ schedule: OpaquePointer!, _ last: UnsafeMutablePointer<Int64>!
) -> sched_status {
  status { () throws(Refusal) in
    try need(last, "last").pointee = Int64(try SchedABI.schedule(schedule).lastStep)
  }
}

/// Fills an array with what a schedule says of a range of steps.
private func fill(
  _ schedule: OpaquePointer?, _ base: Double, _ first: Int64, _ count: Int,
  _ out: UnsafeMutablePointer<Double>?, _ name: StaticString,
  _ value: (AnySchedule, inout MutableSpan<Double>) -> Void
) -> sched_status {
  status { () throws(Refusal) in
    let schedule = try SchedABI.schedule(schedule)
    let count = try need(count, "count", of: MemoryLayout<Double>.stride)
    try schedule.require(Int(first), count)
    guard base.isFinite else {
      throw Refusal(.value, "base", value: "\(base)", accepted: Reals.any.text)
    }
    if count == 0 { return }
    let out = try need(out, name)
    if schedule.calls { return try answers(out, count) { value(schedule, &$0) } }
    var values = UnsafeMutableBufferPointer(start: out, count: count).mutableSpan
    value(schedule, &values)
  }
}

/// Fills an array with what functions of the caller's are asked for; leaves it as
/// it was when one fails.
private func answers(
  _ out: UnsafeMutablePointer<Double>, _ count: Int, _ fill: (inout MutableSpan<Double>) -> Void
) throws(Refusal) {
  let size = count * MemoryLayout<Double>.stride
  guard let values = malloc(size)?.assumingMemoryBound(to: Double.self) else {
    throw Refusal(.memory, "count", value: "\(count)", accepted: "room for a second array")
  }
  defer { free(values) }
  try calling {
    var span = UnsafeMutableBufferPointer(start: values, count: count).mutableSpan
    fill(&span)
  }
  memcpy(out, values, size)
}

@implementation @_cdecl("sched_rates")
public func sched_rates(
  _ schedule: OpaquePointer!, _ base: Double, _ first: Int64, _ count: Int,
  _ rates: UnsafeMutablePointer<Double>!
) -> sched_status {
  fill(schedule, base, first, count, rates, "rates") {
    $0.fill(&$1, 0..<count, from: Int(first), base: base)
  }
}

@implementation @_cdecl("sched_momenta")
public func sched_momenta(
  _ schedule: OpaquePointer!, _ base: Double, _ first: Int64, _ count: Int,
  _ momenta: UnsafeMutablePointer<Double>!
) -> sched_status {
  fill(schedule, base, first, count, momenta, "momenta") { schedule, momenta in
    for i in 0..<count { momenta[i] = schedule.momentum(at: Int(first) + i, base: base) }
  }
}

@implementation @_cdecl("sched_csv")
public func sched_csv(
  _ schedule: OpaquePointer!, _ base: Double, _ first: Int64, _ count: Int,
  _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int, _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    let schedule = try SchedABI.schedule(schedule)
    let steps = try range(schedule, first, count)
    guard schedule.calls else {
      return try give(text, capacity, length) { (line) throws(Refusal) in
        try schedule.csv(steps, base: base, line: line)
      }
    }
    // Once: a function may say something else the second time.
    let whole = try calling { () throws(Refusal) in
      var whole = UTF8Text()
      try schedule.csv(steps, base: base) { whole += $0 }
      return whole
    }
    try give(whole, text, capacity, length)
  }
}

@implementation @_cdecl("sched_sparkline")
public func sched_sparkline(
  _ schedule: OpaquePointer!, _ base: Double, _ first: Int64, _ count: Int, _ width: Int,
  _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int, _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    let schedule = try SchedABI.schedule(schedule)
    let steps = try range(schedule, first, count)
    let width = try need(width, "width", within: Integers(1, AnySchedule.maxWidth))
    let blocks = try calling { () throws(Refusal) in
      try schedule.blocks(steps, base: base, width: width)
    }
    try give(blocks, text, capacity, length)
  }
}

/// The steps [first, first + count), all of which have a rate.
private func range(
  _ schedule: AnySchedule, _ first: Int64, _ count: Int
) throws(Refusal) -> Range<Int> {
  let count = try need(count, "count", within: Integers(0, maxStep))
  try schedule.require(Int(first), count)
  return Int(first)..<Int(first) + count
}

@implementation @_cdecl("sched_chain")
public func sched_chain(_ groups: UnsafePointer<sched_groups>!) -> sched_status {
  status { () throws(Refusal) in
    let groups = try need(groups, "groups").pointee
    let schedule = try SchedABI.schedule(groups.schedule)
    let count = try need(groups.count, "count", of: MemoryLayout<Double>.stride)
    try schedule.require(Int(groups.step), 1)
    if count == 0 { return }
    let bases = try need(groups.bases, "bases")
    let currents = try need(groups.currents, "currents")
    let rates = try need(groups.rates, "rates")
    if schedule.calls {
      return try answers(rates, count) { moved in
        for i in 0..<count {
          moved[i] = schedule.rate(at: Int(groups.step), base: bases[i], current: currents[i])
        }
      }
    }
    if rates != currents { rates.update(from: currents, count: count) }
    var moved = UnsafeMutableBufferPointer(start: rates, count: count).mutableSpan
    schedule.chain(
      &moved, at: Int(groups.step), bases: UnsafeBufferPointer(start: bases, count: count).span)
  }
}

@implementation @_cdecl("sched_anneal")
public func sched_anneal(_ ways: UnsafePointer<sched_ways>!) -> sched_status {
  status { () throws(Refusal) in
    let ways = try need(ways, "ways").pointee
    let known: Way? =
      switch ways.curve {
      case SCHED_COS: Way(.cos, at: ways.fraction)
      case SCHED_LINEAR: Way(.linear, at: ways.fraction)
      case SCHED_DAMPED: Way(at: ways.fraction, gamma: ways.gamma, power: ways.power)
      case SCHED_AVERAGE_COS: Way(averaging: .cos, at: ways.fraction, from: ways.before)
      case SCHED_AVERAGE_LINEAR: Way(averaging: .linear, at: ways.fraction, from: ways.before)
      default: nil
      }
    let way = try need(known, "curve", ways.curve.rawValue, of: "sched_curve")
    let count = try need(ways.count, "count", of: MemoryLayout<Double>.stride)
    if count == 0 { return }
    let starts = try need(ways.starts, "starts")
    let ends = try need(ways.ends, "ends")
    let values = try need(ways.values, "values")
    for i in 0..<count { values[i] = way.value(from: starts[i], to: ends[i]) }
  }
}

// MARK: Kinds

@implementation @_cdecl("sched_kind_count")
public func sched_kind_count() -> Int { kindCount() }

@implementation @_cdecl("sched_kind_name")
public func sched_kind_name(_ index: Int) -> UnsafePointer<CChar>! {
  kindName(index).map { cString($0) }
}

@implementation @_cdecl("sched_kind_describe")
public func sched_kind_describe(
  _ kind: UnsafePointer<CChar>!, _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    let name = UTF8Text(cString: try need(kind, "kind"))
    try give(try Schedules.kind(name).utf8, text, capacity, length)
  }
}
