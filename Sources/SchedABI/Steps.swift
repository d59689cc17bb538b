import CSched
import Optimizers
import Schedules

/// What a group's arrays are made of.
func types(
  _ param: sched_dtype, grad: sched_dtype, state: sched_dtype, copy: sched_dtype,
  _ rounding: sched_rounding
) throws(Refusal) -> ElementTypes {
  func type(_ dtype: sched_dtype, _ name: StaticString) throws(Refusal) -> ElementType {
    try need(
      ElementType(rawValue: UInt32(dtype.rawValue)), name, UInt32(dtype.rawValue), of: "sched_dtype"
    )
  }
  func some(_ dtype: sched_dtype, _ name: StaticString) throws(Refusal) -> ElementType? {
    dtype == SCHED_SAME ? nil : try type(dtype, name)
  }
  let rounding = UInt32(rounding.rawValue)
  return try ElementTypes(
    type(param, "dtype"), grad: some(grad, "grad_dtype"), state: some(state, "state_dtype"),
    copy: some(copy, "copy_dtype"),
    rounding: need(Rounding(rawValue: rounding), "rounding", rounding, of: "sched_rounding"))
}

private func borrow(
  _ group: sched_group, _ settings: UnsafeMutablePointer<Settings>
) throws(Refusal) -> Group {
  let kind = try optimizer(group.optimizer, "optimizer")
  let types = try types(
    group.dtype, grad: group.grad_dtype, state: group.state_dtype, copy: group.copy_dtype,
    group.rounding)
  return try Group(
    kind, types, reading: try need(group.hyper, "hyper"), to: settings,
    rows: group.list?.assumingMemoryBound(to: Int.self), beside: UnsafeRawPointer(group.beside),
    count: group.count,
    sparse: group.rows.map { UnsafeRawPointer($0).assumingMemoryBound(to: Rows.self) })
}

func flag(_ value: Int32, _ name: StaticString) throws(Refusal) -> Bool {
  guard value == 0 || value == 1 else {
    throw Refusal(.range, "\(name)", value: "\(Int(value))", accepted: "0 or 1")
  }
  return value == 1
}

/// What C's options say; 0 is what asks for nothing.
private func read(_ options: sched_options) throws(Refusal) -> StepOptions {
  var read = StepOptions()
  if options.loss_scale != 0 { read.lossScale = options.loss_scale }
  if options.max_norm != 0 { read.maxNorm = options.max_norm }
  if options.max_value != 0 { read.maxValue = options.max_value }
  read.averageWeight = options.average_weight
  read.skipsNonfinite = try flag(options.skip_nonfinite, "skip_nonfinite")
  read.accumulates = try flag(options.accumulate, "accumulate")
  read.zeroesGradients = try flag(options.zero_grad, "zero_grad")
  return read
}

/// A step with what C's options ask for, which get what came of it.
func with(
  _ options: UnsafeMutablePointer<sched_options>?,
  _ step: (StepOptions) throws(Refusal) -> StepOutcome
) throws(Refusal) {
  guard let options else {
    _ = try step(StepOptions())
    return
  }
  let outcome = try step(read(options.pointee))
  options.pointee.norm = outcome.norm ?? .nan
  options.pointee.skipped = outcome.isSkipped ? 1 : 0
}

@implementation @_cdecl("sched_step")
public func sched_step(
  _ groups: UnsafePointer<sched_group>!, _ count: Int,
  _ options: UnsafeMutablePointer<sched_options>!, _ group: UnsafeMutablePointer<Int>!,
  _ culprit: UnsafeMutablePointer<Int>!
) -> sched_status {
  var refused = count
  return status(
    { () throws(Refusal) in
      let count = try need(count, "count", of: MemoryLayout<sched_group>.stride)
      if count > 0 { _ = try need(groups, "groups") }
      try withUnsafeTemporaryAllocation(of: Group.self, capacity: count) {
        (borrowed) throws(Refusal) in
        try withUnsafeTemporaryAllocation(of: Settings.self, capacity: count) {
          (settings) throws(Refusal) in
          for i in 0..<count {
            refused = i
            let group = try borrow(groups[i], settings.baseAddress.unsafelyUnwrapped + i)
            (borrowed.baseAddress.unsafelyUnwrapped + i).initialize(to: group)
          }
          refused = count
          try with(options) { (asked) throws(Refusal) in
            try takeStep(UnsafeBufferPointer(borrowed), asked, refused: &refused)
          }
        }
      }
    },
    refused: {
      group?.pointee = refused
      if let row = $0.index {
        culprit?.pointee = row
      } else if count > 0, refused < count {
        culprit?.pointee = groups[refused].count
      } else {
        culprit?.pointee = count == 1 ? groups?.pointee.count ?? 0 : 0
      }
    })
}

@implementation @_cdecl("sched_lbfgs_step")
public func sched_lbfgs_step(
  _ hyper: UnsafePointer<sched_lbfgs>!, _ dtype: sched_dtype, _ gradType: sched_dtype, _ n: Int,
  _ param: UnsafeMutableRawPointer!, _ grad: UnsafeMutableRawPointer!,
  _ memory: UnsafeMutablePointer<sched_lbfgs_memory>!,
  _ objective: UnsafePointer<sched_function>!, _ loss: UnsafeMutablePointer<Double>!
) -> sched_status {
  status { () throws(Refusal) in
    let (given, memory) = (try need(hyper, "hyper").pointee, try need(memory, "memory"))
    let (objective, loss) = (try need(objective, "objective"), try need(loss, "loss"))
    var lbfgs = LBFGS()
    (lbfgs.lr, lbfgs.toleranceGrad, lbfgs.toleranceChange) = (
      given.lr, given.tolerance_grad, given.tolerance_change
    )
    (lbfgs.maxIter, lbfgs.maxEval, lbfgs.historySize) = (
      Int(given.max_iter), Int(given.max_eval), Int(given.history_size)
    )
    guard given.strong_wolfe == 0 || given.strong_wolfe == 1 else {
      throw Refusal(
        .value, "LBFGS strong_wolfe", value: "\(Int(given.strong_wolfe))", accepted: "0 or 1")
    }
    lbfgs.strongWolfe = given.strong_wolfe == 1
    let types = try types(
      dtype, grad: gradType, state: SCHED_SAME, copy: SCHED_SAME, SCHED_NEAREST)
    try lbfgs.validate()
    let call = try need(objective.pointee.call, "objective.call")
    var (evaluation, code): (Int64, Int32) = (0, 0)
    let found = try lbfgs.step(
      types, n, param, grad,
      UnsafeMutableRawPointer(memory).assumingMemoryBound(to: LBFGS.Memory.self)
    ) {
      var value = Double.nan
      code = call(objective.pointee.context, evaluation, &value)
      evaluation += 1
      return code == 0 ? value : nil
    }
    guard let found else {
      throw Refusal(
        .function, "objective(\(Int(evaluation) - 1))", value: "\(Int(code))", accepted: "0")
    }
    loss.pointee = found
  }
}

@implementation @_cdecl("sched_optimizer_describe")
public func sched_optimizer_describe(
  _ number: Int32, _ text: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> sched_status {
  status { () throws(Refusal) in
    try give(try optimizer(number, "optimizer").describe(), text, capacity, length)
  }
}

@implementation @_cdecl("sched_convert")
public func sched_convert(
  _ from: UnsafePointer<sched_array>!, _ dtype: sched_dtype, _ to: UnsafeMutableRawPointer!
) -> sched_status {
  status { () throws(Refusal) in
    let from = try need(from, "from").pointee
    try convert(
      from.data, dtype: UInt32(from.dtype.rawValue), to, toDtype: UInt32(dtype.rawValue), from.n)
  }
}

// MARK: Norms

/// An array of the caller's.
private func operand(_ array: sched_array, _ name: () -> UTF8Text) throws(Refusal) -> Operand {
  try Operand(array.data, array.n, dtype: UInt32(array.dtype.rawValue), name)
}

@implementation @_cdecl("sched_norm")
public func sched_norm(
  _ list: UnsafePointer<sched_array>!, _ count: Int, _ p: Double,
  _ norms: UnsafeMutablePointer<Double>!, _ total: UnsafeMutablePointer<Double>!
) -> sched_status {
  status { () throws(Refusal) in
    let count = try need(count, "count", of: MemoryLayout<sched_array>.stride)
    if count > 0 { _ = try need(list, "list") }
    var all = 0
    for i in 0..<count {
      try operand(list[i]) { "list[\(i)]" }.count(in: &all) { "list[\(i)]" }
    }
    func norm(_ norms: UnsafeMutablePointer<Double>) throws(Refusal) -> Double {
      try Norms.of(count, p, into: norms) {
        let array = list[$0]
        return Operand(
          array.data, array.n,
          ElementType(rawValue: UInt32(array.dtype.rawValue)).unsafelyUnwrapped)
      }
    }
    let found: Double
    if let norms {
      found = try norm(norms)
    } else {
      var held = [Double](repeating: 0, count: count)
      found = try norm(&held)
    }
    total?.pointee = found
  }
}

@implementation @_cdecl("sched_dot")
public func sched_dot(
  _ a: UnsafePointer<sched_array>!, _ b: UnsafePointer<sched_array>!,
  _ product: UnsafeMutablePointer<Double>!
) -> sched_status {
  status { () throws(Refusal) in
    let a = try operand(try need(a, "a").pointee) { "a" }
    let b = try operand(try need(b, "b").pointee) { "b" }
    try need(product, "product").pointee = try Norms.dot(a, b)
  }
}

// MARK: Arrays that Python keeps

@implementation @_cdecl("sched_unchanged")
public func sched_unchanged(
  _ look: UnsafePointer<sched_look>!, _ unchanged: UnsafeMutablePointer<Int32>!
) -> sched_status {
  status { () throws(Refusal) in
    let look = UnsafeRawPointer(try need(look, "look")).assumingMemoryBound(to: Look.self)
    try need(unchanged, "unchanged").pointee = try look.pointee.isUnchanged() ? 1 : 0
  }
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

@implementation @_cdecl("sched_set_team")
public func sched_set_team(_ team: sched_team!, _ threads: Int32) -> sched_status {
  status { () throws(Refusal) in try Threads.borrow(team, Int(threads)) }
}

@implementation @_cdecl("sched_set_threads")
public func sched_set_threads(_ threads: Int32) -> sched_status {
  status { () throws(Refusal) in try Threads.choose(Int(threads)) }
}
