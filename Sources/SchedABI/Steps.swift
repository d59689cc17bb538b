import CSched
import Optimizers
import Schedules

/// 0 or 1, and nothing else: other numbers are memory that was never set.
private func flag(_ value: Int32, _ name: StaticString) throws(Refusal) -> Bool {
  guard value == 0 || value == 1 else {
    throw Refusal(.value, "\(name)", value: "\(Int(value))", accepted: "0 or 1")
  }
  return value == 1
}

private func adamW(_ hyper: UnsafePointer<sched_adamw>?) throws(Refusal) -> AdamW {
  let h = try need(hyper, "hyper").pointee
  return try AdamW(
    lr: h.lr, betas: (h.beta1, h.beta2), eps: h.eps, weightDecay: h.weight_decay,
    amsgrad: try flag(h.amsgrad, "AdamW amsgrad"),
    maximize: try flag(h.maximize, "AdamW maximize"))
}

@implementation @_cdecl("sched_adamw_f32")
public func sched_adamw_f32(
  _ hyper: UnsafePointer<sched_adamw>!, _ step: Int64, _ n: Int,
  _ param: UnsafeMutablePointer<Float>!, _ grad: UnsafePointer<Float>!,
  _ exp_avg: UnsafeMutablePointer<Float>!, _ exp_avg_sq: UnsafeMutablePointer<Float>!,
  _ max_exp_avg_sq: UnsafeMutablePointer<Float>!
) -> sched_status {
  status { () throws(Refusal) in
    let arrays = AdamW.Arrays(
      n: n, step: Int(step), param: param, grad: grad, expAvg: exp_avg, expAvgSq: exp_avg_sq,
      maxExpAvgSq: max_exp_avg_sq)
    try adamW(hyper).step(count: 1, isList: false) { _ in arrays }
  }
}

@implementation @_cdecl("sched_adamw_list_f32")
public func sched_adamw_list_f32(
  _ hyper: UnsafePointer<sched_adamw>!, _ list: UnsafePointer<sched_adamw_arrays_f32>!,
  _ count: Int, _ culprit: UnsafeMutablePointer<Int>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let optimizer = try adamW(hyper)
      let count = try need(count, "count", of: MemoryLayout<sched_adamw_arrays_f32>.stride)
      if count == 0 { return }
      let list = try need(list, "list")
      try optimizer.step(count: count) { i in
        let p = list[i]
        return AdamW.Arrays(
          n: p.n, step: Int(p.step), param: p.param, grad: p.grad, expAvg: p.exp_avg,
          expAvgSq: p.exp_avg_sq, maxExpAvgSq: p.max_exp_avg_sq)
      }
    }, refused: { culprit?.pointee = $0.index ?? count })
}

private func sgd(_ hyper: UnsafePointer<sched_sgd>?) throws(Refusal) -> SGD {
  let h = try need(hyper, "hyper").pointee
  return try SGD(
    lr: h.lr, momentum: h.momentum, dampening: h.dampening, weightDecay: h.weight_decay,
    nesterov: try flag(h.nesterov, "SGD nesterov"),
    maximize: try flag(h.maximize, "SGD maximize"))
}

@implementation @_cdecl("sched_sgd_f32")
public func sched_sgd_f32(
  _ hyper: UnsafePointer<sched_sgd>!, _ step: Int64, _ n: Int,
  _ param: UnsafeMutablePointer<Float>!, _ grad: UnsafePointer<Float>!,
  _ momentum_buffer: UnsafeMutablePointer<Float>!
) -> sched_status {
  status { () throws(Refusal) in
    let arrays = SGD.Arrays(
      n: n, step: Int(step), param: param, grad: grad, momentumBuffer: momentum_buffer)
    try sgd(hyper).step(count: 1, isList: false) { _ in arrays }
  }
}

@implementation @_cdecl("sched_sgd_list_f32")
public func sched_sgd_list_f32(
  _ hyper: UnsafePointer<sched_sgd>!, _ list: UnsafePointer<sched_sgd_arrays_f32>!,
  _ count: Int, _ culprit: UnsafeMutablePointer<Int>!
) -> sched_status {
  status(
    { () throws(Refusal) in
      let optimizer = try sgd(hyper)
      let count = try need(count, "count", of: MemoryLayout<sched_sgd_arrays_f32>.stride)
      if count == 0 { return }
      let list = try need(list, "list")
      try optimizer.step(count: count) { i in
        let p = list[i]
        return SGD.Arrays(
          n: p.n, step: Int(p.step), param: p.param, grad: p.grad,
          momentumBuffer: p.momentum_buffer)
      }
    }, refused: { culprit?.pointee = $0.index ?? count })
}

// MARK: Instruction sets and threads

@implementation @_cdecl("sched_isa")
public func sched_isa() -> UnsafePointer<CChar>! {
  var name: StaticString = ""
  _ = status { () throws(Refusal) in name = try InstructionSet.name() }
  return cString(name)
}

@implementation @_cdecl("sched_set_isa")
public func sched_set_isa(_ name: UnsafePointer<CChar>!) -> sched_status {
  status { () throws(Refusal) in try InstructionSet.choose(utf8: name.map { UTF8Text(cString: $0) })
  }
}

@implementation @_cdecl("sched_threads")
public func sched_threads() -> Int32 { Int32(Threads.count) }

@implementation @_cdecl("sched_set_threads")
public func sched_set_threads(_ threads: Int32) -> sched_status {
  status { () throws(Refusal) in try Threads.choose(Int(threads)) }
}
