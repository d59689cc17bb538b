import CSched
import Optimizers
import Schedules

private func optim(_ handle: OpaquePointer?) throws(Refusal) -> AnyOptim {
  Handle.borrow(try need(handle, "optim"), as: AnyOptim.self)
}

/// A caller's parameters, which are laid out as ours.
private func parameters(_ list: UnsafePointer<sched_parameter>?) -> UnsafePointer<Parameter>? {
  list.map { UnsafeRawPointer($0).assumingMemoryBound(to: Parameter.self) }
}

private func name(_ name: UnsafePointer<CChar>?) throws(Refusal) -> UTF8Text {
  UTF8Text(cString: try need(name, "name"))
}

@implementation @_cdecl("sched_optim_make")
public func sched_optim_make(_ optim: UnsafeMutablePointer<OpaquePointer?>!) -> sched_status {
  status { () throws(Refusal) in try need(optim, "optim").pointee = Handle.give(AnyOptim()) }
}

@implementation @_cdecl("sched_optim_retain")
public func sched_optim_retain(_ optim: OpaquePointer!) -> OpaquePointer! {
  Handle.retain(optim, as: AnyOptim.self)
}

@implementation @_cdecl("sched_optim_free")
public func sched_optim_free(_ optim: OpaquePointer!) { Handle.free(optim, as: AnyOptim.self) }

@implementation @_cdecl("sched_optim_add")
public func sched_optim_add(
  _ optim: OpaquePointer!, _ group: UnsafePointer<sched_optim_group>!,
  _ list: UnsafePointer<sched_parameter>!, _ count: Int, _ index: UnsafeMutablePointer<Int>!,
  _ culprit: UnsafeMutablePointer<Int>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let optim = try SchedABI.optim(optim)
      let group = try need(group, "group").pointee
      let kind = try optimizer(group.optimizer, "optimizer")
      let types = try types(
        group.dtype, grad: group.grad_dtype, state: group.state_dtype, copy: group.copy_dtype,
        group.rounding)
      let keeping = Keeping(
        types, master: try flag(group.master, "master"),
        average: try flag(group.average, "average"),
        accumulated: try flag(group.accumulated, "accumulated"), seed: group.seed)
      let added = try optim.add(
        kind, reading: try need(group.hyper, "hyper"), keeping, parameters(list), count: count)
      index?.pointee = added
    }, refused: { culprit?.pointee = $0.index ?? count })
}

@implementation @_cdecl("sched_optim_groups")
public func sched_optim_groups(_ optim: OpaquePointer!) -> Int {
  guard let optim else { return 0 }
  return Handle.borrow(optim, as: AnyOptim.self).groupCount
}

@implementation @_cdecl("sched_optim_params")
public func sched_optim_params(_ optim: OpaquePointer!, _ group: Int) -> Int {
  guard let optim else { return 0 }
  return Handle.borrow(optim, as: AnyOptim.self).count(group)
}

@implementation @_cdecl("sched_optim_step")
public func sched_optim_step(
  _ optim: OpaquePointer!, _ options: UnsafeMutablePointer<sched_options>!,
  _ group: UnsafeMutablePointer<Int>!, _ culprit: UnsafeMutablePointer<Int>!
) -> sched_status {
  var refused = sched_optim_groups(optim)
  return status(
    { () throws(Refusal) in
      let optim = try SchedABI.optim(optim)
      try with(options) { (asked) throws(Refusal) in try optim.step(asked, refused: &refused) }
    },
    refused: {
      group?.pointee = refused
      culprit?.pointee = $0.index ?? sched_optim_params(optim, refused)
    })
}

@implementation @_cdecl("sched_optim_set")
public func sched_optim_set(
  _ optim: OpaquePointer!, _ group: Int, _ name: UnsafePointer<CChar>!, _ value: Double
) -> sched_status {
  status { () throws(Refusal) in
    try SchedABI.optim(optim).set(group, SchedABI.name(name), to: value)
  }
}

@implementation @_cdecl("sched_optim_get")
public func sched_optim_get(
  _ optim: OpaquePointer!, _ group: Int, _ name: UnsafePointer<CChar>!,
  _ value: UnsafeMutablePointer<Double>!
) -> sched_status {
  status { () throws(Refusal) in
    let found = try SchedABI.optim(optim).setting(group, SchedABI.name(name))
    try need(value, "value").pointee = found
  }
}

@implementation @_cdecl("sched_optim_hyper")
public func sched_optim_hyper(
  _ optim: OpaquePointer!, _ group: Int, _ hyper: UnsafeRawPointer!
) -> sched_status {
  status { () throws(Refusal) in
    try SchedABI.optim(optim).set(group, reading: try need(hyper, "hyper"))
  }
}

@implementation @_cdecl("sched_optim_put")
public func sched_optim_put(
  _ optim: OpaquePointer!, _ group: Int, _ index: Int, _ param: UnsafePointer<sched_parameter>!
) -> sched_status {
  status { () throws(Refusal) in
    let optim = try SchedABI.optim(optim)
    try optim.put(group, index, try need(parameters(param), "param").pointee)
  }
}

@implementation @_cdecl("sched_optim_param")
public func sched_optim_param(
  _ optim: OpaquePointer!, _ group: Int, _ index: Int,
  _ param: UnsafeMutablePointer<sched_parameter>!,
  _ steps: UnsafeMutablePointer<Int64>!
) -> sched_status {
  status { () throws(Refusal) in
    let (parameter, taken) = try SchedABI.optim(optim).parameter(group, index)
    if let param {
      UnsafeMutableRawPointer(param).assumingMemoryBound(to: Parameter.self).pointee = parameter
    }
    steps?.pointee = Int64(taken)
  }
}

@implementation @_cdecl("sched_optim_set_steps")
public func sched_optim_set_steps(
  _ optim: OpaquePointer!, _ group: Int, _ index: Int, _ steps: Int64
) -> sched_status {
  status { () throws(Refusal) in
    try SchedABI.optim(optim).setSteps(group, index, to: Int(steps))
  }
}

@implementation @_cdecl("sched_optim_state")
public func sched_optim_state(
  _ optim: OpaquePointer!, _ group: Int, _ index: Int, _ name: UnsafePointer<CChar>!,
  _ data: UnsafeMutablePointer<UnsafeMutableRawPointer?>!, _ n: UnsafeMutablePointer<Int>!,
  _ dtype: UnsafeMutablePointer<sched_dtype>!
) -> sched_status {
  status { () throws(Refusal) in
    let (start, count, type) = try SchedABI.optim(optim).state(group, index, SchedABI.name(name))
    try need(data, "data").pointee = start
    n?.pointee = count
    dtype?.pointee = sched_dtype(rawValue: type.rawValue)
  }
}

@implementation @_cdecl("sched_optim_save")
public func sched_optim_save(
  _ optim: OpaquePointer!, _ data: UnsafeMutableRawPointer!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    let (optim, length) = (try SchedABI.optim(optim), try need(length, "length"))
    let capacity = try need(capacity, "capacity", of: 1)
    let needed = optim.savedCount
    if capacity > 0 { _ = try need(data, "data") }
    length.pointee = needed
    guard let data, capacity >= needed else {
      throw Refusal(.space, "capacity", value: "\(capacity)", accepted: "at least \(needed)")
    }
    optim.save(to: data)
  }
}

@implementation @_cdecl("sched_optim_load")
public func sched_optim_load(
  _ optim: OpaquePointer!, _ data: UnsafeRawPointer!, _ length: Int
) -> sched_status {
  status { () throws(Refusal) in
    let optim = try SchedABI.optim(optim)
    let length = try need(length, "length", of: 1)
    try optim.load(UnsafeRawBufferPointer(start: try need(data, "data"), count: length))
  }
}
