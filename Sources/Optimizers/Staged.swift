import Platform
import Schedules
import StepBody

/// What lies beside a parameter, in C's order: addresses, 0 where there is none.
struct Beside {
  /// Floats: the parameter itself, of which the other is a copy.
  let master: Int
  /// What the parameter's rounding left.
  let residual: Int
  let copy: Int
  /// In what bodies compute in.
  let average: Int
  let accumulated: Int
  let seed: UInt64

  static let none = Beside(
    master: 0, residual: 0, copy: 0, average: 0, accumulated: 0, seed: 0)
}

/// Bodies compute in floats, or in doubles; what is stored otherwise, or has
/// more done to it than a step, goes through memory on the stack, 4,096 bytes an
/// array at a time, which stay in the first cache.
struct Stage<T: Element>: ~Copyable {
  static var length: Int { 4_096 / MemoryLayout<T>.stride }
  /// What measures take at once; a multiple of every lane.
  static var width: Int { 16 }

  let table: StepTable
  let kernel: StepTable.Kernel<T>
  /// What bodies compute in.
  let native: ElementType
  /// How many elements there are in all.
  let total: Int
  /// Room for seven arrays.
  let room: UnsafeMutablePointer<T>

  /// The elements there are, from the first of the array, and how many lanes hold.
  private(set) var first = 0
  private(set) var count = 0
  private(set) var padded = 0
  /// How many elements beyond those are next.
  private(set) var ahead = 0

  mutating func move(to first: Int, _ count: Int, ahead: Int = 0) {
    self.first = first
    self.count = count
    self.ahead = ahead
    padded = padded(count)
  }

  func padded(_ count: Int) -> Int { (count + Self.width - 1) & -Self.width }

  private func place(_ array: Int, _ type: ElementType) -> UnsafeMutableRawPointer {
    let codes = type.map == nil ? 0 : ElementType.scales(total)
    return UnsafeMutableRawPointer(bitPattern: array + codes + first * type.size).unsafelyUnwrapped
  }

  /// The scales of codes, of which the first begins a block.
  private func scales(_ array: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: array + ElementType.scales(first)).unsafelyUnwrapped
  }

  private func isHere(_ type: ElementType) -> Bool { type == native && count == padded }

  /// An array's elements, where they lie if a body can take them there.
  func open(
    _ slot: Int, _ array: Int, _ type: ElementType, copied: Bool = false
  ) -> UnsafeMutablePointer<T> {
    let from = place(array, type)
    if !copied && isHere(type) { return from.assumingMemoryBound(to: T.self) }
    let to = prepare(slot)
    if let storage = type.storage {
      convert(.decode(storage), to, from, from)
    } else if let map = type.map {
      convert(.dequantize(map), to, from, scales(array))
    } else {
      memcpy(to, from, count * MemoryLayout<T>.stride)
    }
    return to
  }

  /// The sum of two arrays, one of them what the other's rounding left.
  func open(
    _ slot: Int, _ array: Int, parts rest: Int, _ storage: Storage, _ type: ElementType
  ) -> UnsafeMutablePointer<T> {
    let to = prepare(slot)
    convert(.decodeParts(storage), to, place(array, type), place(rest, type))
    return to
  }

  func prepare(_ slot: Int) -> UnsafeMutablePointer<T> {
    let to = room + slot * Self.length
    // What lies beyond the end of the last lane goes nowhere.
    if count < padded {
      memset(to + padded - Self.width, 0, Self.width * MemoryLayout<T>.stride)
    }
    return to
  }

  /// Puts elements back, unless they are where they belong.
  func close(_ from: UnsafeMutablePointer<T>, _ array: Int, _ type: ElementType, key: UInt32? = nil)
  {
    let to = place(array, type)
    if to == UnsafeMutableRawPointer(from) { return }
    if let storage = type.storage {
      let conversion: Conversion =
        if let key {
          .encodeBy(
            storage, first: UInt32(truncatingIfNeeded: first),
            key: key &+ UInt32(truncatingIfNeeded: first >> 32))
        } else { .encode(storage) }
      convert(conversion, from, to, to)
    } else if let map = type.map {
      convert(.quantize(map), from, to, scales(array))
    } else {
      memcpy(to, from, count * MemoryLayout<T>.stride)
    }
  }

  func close(
    _ from: UnsafeMutablePointer<T>, _ array: Int, parts rest: Int, _ storage: Storage,
    _ type: ElementType
  ) {
    convert(.encodeParts(storage), from, place(array, type), place(rest, type))
  }

  /// Beyond the end a body may make of zeros what is none.
  func clearRest(_ p: UnsafeMutablePointer<T>) {
    memset(p + count, 0, (padded - count) * MemoryLayout<T>.stride)
  }

  func clear(_ array: Int, _ type: ElementType) {
    memset(place(array, type), 0, count * type.size)
  }

  /// Only floats are ever stored otherwise.
  private func convert(
    _ conversion: Conversion, _ floats: UnsafeMutablePointer<T>, _ stored: UnsafeMutableRawPointer,
    _ rest: UnsafeMutableRawPointer
  ) {
    table.convert(
      conversion, count, UnsafeMutableRawPointer(floats).assumingMemoryBound(to: Float.self),
      stored, rest)
  }

  func run(_ body: Body, _ p: UnsafeMutablePointer<T>, _ g: UnsafeMutablePointer<T>) {
    kernel(body, padded, Streams(p: p, g: UnsafePointer(g)))
  }
}

/// A hash of what chances are of: SplitMix64's.
func key(_ seed: UInt64, _ step: Int, _ array: Int) -> UInt32 {
  func mixed(_ x: UInt64) -> UInt64 {
    var z = x &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
  let z = mixed(mixed(mixed(seed) &+ UInt64(bitPattern: Int64(step))) &+ UInt64(array))
  return UInt32(truncatingIfNeeded: z >> 32)
}

extension Group {
  func withStage<T: Element, R>(
    _ table: StepTable, _ kernel: @escaping StepTable.Kernel<T>, _ i: Int,
    _ work: (inout Stage<T>) -> R
  ) -> R {
    withUnsafeTemporaryAllocation(of: T.self, capacity: 7 * Stage<T>.length) { room in
      var stage = Stage<T>(
        table: table, kernel: kernel, native: types.native, total: row(i)[0],
        room: room.baseAddress.unsafelyUnwrapped)
      return work(&stage)
    }
  }

  /// Elements [first, first + n) of a row, with all that is done to them.
  func stage<T: Element>(
    _ body: Body, _ i: Int, _ first: Int, _ n: Int, _ pass: Pass,
    _ kernel: @escaping StepTable.Kernel<T>
  ) {
    withStage(pass.table, kernel, i) { stage in
      var at = first
      while at < first + n {
        // Ends are at multiples of its length, wherever a share begins: chances are of
        // elements by 32 bits of their numbers, and the rest is the chunk's.
        let count = min(Stage<T>.length - at % Stage<T>.length, first + n - at)
        stage.move(to: at, count, ahead: first + n - at - count)
        if pass.options.accumulates {
          accumulate(stage, i, pass)
        } else {
          take(stage, body, i, pass)
        }
        at += count
      }
    }
  }

  private func accumulate<T>(_ stage: borrowing Stage<T>, _ i: Int, _ pass: Pass) {
    let row = row(i)
    let sums = stage.open(0, beside(i).accumulated, types.native)
    let add = Body.gradient(GradientStep(scale: 1, limit: .infinity, accumulates: true))
    stage.run(add, sums, stage.open(1, row[3], types.grad))
    stage.close(sums, beside(i).accumulated, types.native)
    if pass.options.zeroesGradients { stage.clear(row[3], types.grad) }
  }

  /// The parameter as it is before the step.
  @inline(never)
  func param<T>(
    _ stage: borrowing Stage<T>, _ i: Int, copied: Bool = false
  ) -> UnsafeMutablePointer<T> {
    let beside = beside(i)
    if beside.master != 0 { return stage.open(0, beside.master, .f32, copied: copied) }
    if types.rounding == .kahan, let storage = types.param.storage {
      return stage.open(0, row(i)[2], parts: beside.residual, storage, types.param)
    }
    return stage.open(0, row(i)[2], types.param, copied: copied)
  }

  /// The gradient as the step sees it.
  @inline(never)
  func gradient<T>(
    _ stage: borrowing Stage<T>, _ i: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<T> {
    if let made, made[i].gradient != 0 { return stage.open(1, made[i].gradient, types.native) }
    let accumulated = beside(i).accumulated
    let isChanged = accumulated != 0 || pass.scale != 1 || pass.options.maxValue < .infinity
    let g = stage.open(1, row(i)[3], types.grad, copied: isChanged)
    if isChanged {
      let more = accumulated != 0 ? stage.open(6, accumulated, types.native) : g
      stage.run(pass.gradient(accumulated: accumulated != 0), g, more)
    }
    return g
  }

  /// A parameter with its gradient and the first of its states.
  func opened<T>(
    _ stage: borrowing Stage<T>, _ p: UnsafeMutablePointer<T>, _ i: Int, _ pass: Pass,
    states: Int
  ) -> Streams<T> {
    var streams = Streams(p: p, g: UnsafePointer(gradient(stage, i, pass)))
    var slot = 2
    forEachUsed(i) { state in
      if slot == 2 + states { return }
      let array = stage.open(slot, row(i)[4 + state], type(ofState: state))
      switch slot {
      case 2: streams.a = array
      case 3: streams.b = array
      case 4: streams.c = array
      default: streams.d = array
      }
      slot += 1
    }
    return streams
  }

  /// Runs a body on a parameter, and puts the states back.
  private func run<T>(
    _ stage: borrowing Stage<T>, _ body: Body, _ p: UnsafeMutablePointer<T>, _ i: Int, _ pass: Pass
  ) {
    if isFactored(i) {
      let at = Streams(p: p, g: UnsafePointer(gradient(stage, i, pass)))
      return forEachPart(stage, i) { part, n, factor, columns in
        stage.kernel(body.taking(factor), n, at.part(part, columns))
      }
    }
    // The states of one that stands in the gradient's place are as they should be.
    let states = made != nil && shape(i).rows > 0 ? 0 : stateCount
    var streams = opened(stage, p, i, pass, states: states)
    // Of what is on the stage that brings nothing, and costs nothing.
    streams.ahead = stage.ahead
    stage.kernel(body, stage.padded, streams)
    if states == 0 { return }
    var slot = 2
    forEachUsed(i) { state in
      let array =
        switch slot {
        case 2: streams.a
        case 3: streams.b
        case 4: streams.c
        default: streams.d
        }
      stage.close(array, row(i)[4 + state], type(ofState: state), key: chance(i, 1 + state))
      slot += 1
    }
  }

  func chance(_ i: Int, _ array: Int) -> UInt32? {
    types.rounding == .stochastic ? key(beside(i).seed, row(i)[1], array) : nil
  }

  /// What a body makes of a copy of the parameter; the states it makes are kept.
  func update<T>(
    _ stage: borrowing Stage<T>, _ body: Body, _ i: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<T> {
    let p = param(stage, i, copied: true)
    run(stage, body, p, i, pass)
    stage.clearRest(p)
    return p
  }

  private func take<T>(_ stage: borrowing Stage<T>, _ body: Body, _ i: Int, _ pass: Pass) {
    let (row, beside) = (row(i), beside(i))
    let p = param(stage, i)
    run(stage, body, p, i, pass)
    if beside.master != 0 {
      stage.close(p, beside.master, .f32)
      stage.close(p, row[2], types.param)
    } else if types.rounding == .kahan, let storage = types.param.storage {
      stage.close(p, row[2], parts: beside.residual, storage, types.param)
    } else {
      stage.close(p, row[2], types.param, key: chance(i, 0))
    }
    if let copy = types.copy { stage.close(p, beside.copy, copy) }
    if beside.average != 0 {
      let average = stage.open(6, beside.average, types.native)
      let toward = AverageStep(lerp: Lerp(weight: pass.options.averageWeight))
      stage.run(.average(toward), average, p)
      stage.close(average, beside.average, types.native)
    }
    if beside.accumulated != 0 { stage.clear(beside.accumulated, types.native) }
    if pass.options.zeroesGradients { stage.clear(row[3], types.grad) }
  }

  /// Forgets the gradients of a step that is skipped.
  func forget(_ i: Int, _ options: StepOptions) {
    let n = row(i)[0]
    func clear(_ array: Int, _ size: Int) {
      if n > 0, let start = UnsafeMutableRawPointer(bitPattern: array) {
        memset(start, 0, n * size)
      }
    }
    clear(beside(i).accumulated, types.native.size)
    if options.zeroesGradients { clear(row(i)[3], types.grad.size) }
  }
}
