import Platform
import Schedules
import StepBody

/// What arrays are made of, numbered as in C.
public enum ElementType: UInt32, Sendable {
  case f32 = 1
  case f64 = 2

  var size: Int { self == .f32 ? 4 : 8 }
  var plural: StaticString { self == .f32 ? "floats" : "doubles" }
}

/// Parameters that one optimizer steps with the same settings.
///
/// They are the caller's, a row each of machine words: how many elements, which
/// step this is from 1, then addresses: of the parameter, of its gradient, of
/// each array of state that the optimizer declares, and of its numbers of
/// state where it declares some.
public struct Group {
  /// Kept by the registry, or by whoever made the group.
  unowned(unsafe) let kind: Kind
  private let settings: UnsafeMutablePointer<Settings>
  let type: ElementType
  var rows: UnsafePointer<Int>?
  var count: Int
  /// For each parameter, which of its rows there are gradients for; nil for all.
  var sparse: UnsafePointer<Rows>?

  let stateCount: Int
  private let used: UInt
  let hasScalars: Bool
  /// Whether a step needs norms, and where they are once they are known, two a
  /// row.
  let isGauged: Bool
  var norms: UnsafeMutablePointer<Double>?
  let stride: Int

  /// With the settings in C's struct, read to where they may stay as long as
  /// the group. Throws when they are refused.
  public init(
    _ kind: OptimizerKind, _ type: ElementType, reading memory: UnsafeRawPointer,
    to settings: UnsafeMutablePointer<Settings>, rows: UnsafePointer<Int>?, count: Int,
    sparse: UnsafePointer<Rows>? = nil
  ) throws(Refusal) {
    kind.kind.make(settings)
    try self.init(kind.kind, type, reading: memory, settings, rows: rows, count: count)
    self.sparse = sparse
  }

  init(
    _ kind: Kind, _ type: ElementType, reading memory: UnsafeRawPointer? = nil,
    _ settings: UnsafeMutablePointer<Settings>, rows: UnsafePointer<Int>?, count: Int
  ) throws(Refusal) {
    self.kind = kind
    self.settings = settings
    self.type = type
    self.rows = rows
    self.count = count
    var declaration = Declaration(kind.name, reading: memory)
    kind.describe(settings, &declaration)
    if let refusal = declaration.refusal ?? kind.conflict(settings) { throw refusal }
    stateCount = declaration.stateCount
    used = declaration.used
    hasScalars = declaration.scalarCount > 0
    isGauged = kind.gauge(settings, 1) != nil
    stride = 4 + stateCount + (hasScalars ? 1 : 0)
    // What the rows' length is, counted in memory that there can be.
    let limit = maxMemory / (stride * MemoryLayout<Int>.stride)
    guard count >= 0, count <= limit else {
      throw Refusal(
        .memory, "count", value: "\(UInt(bitPattern: count))", accepted: Integers(0, limit).text)
    }
    guard count == 0 || rows != nil else {
      throw Refusal(.missingPointer, "list", value: "NULL", accepted: "a pointer")
    }
  }

  func row(_ i: Int) -> UnsafePointer<Int> { rows.unsafelyUnwrapped + i * stride }

  /// Throws unless a row's arrays are there and apart, its step counts from 1,
  /// and all rows together are not beyond counting. The gradient has as many
  /// elements as the parameter, or `sparse` of them.
  func check(_ i: Int, total: inout Int, sparse: Int? = nil) throws(Refusal) {
    let row = row(i)
    let (n, step) = (row[0], row[1])
    func name(_ name: StaticString) -> UTF8Text { count > 1 ? "list[\(i)].\(name)" : "\(name)" }
    guard Integers.counts.contains(step) else {
      throw Refusal(
        .range, name("step"), value: "\(step)", accepted: Integers.counts.text, index: i)
    }
    let limit = maxMemory / type.size
    guard n >= 0, n <= limit else {
      throw Refusal(
        .memory, name("n"), value: "\(UInt(bitPattern: n))", accepted: Integers(0, limit).text,
        index: i)
    }
    let stepped = sparse ?? n
    guard total <= limit - stepped else {
      throw Refusal(.memory, name("n"), value: "\(n)", accepted: "\(limit) in all", index: i)
    }
    total += stepped
    if n == 0 { return }
    func title(_ array: Int) -> StaticString {
      array == 0 ? "param" : array == 1 ? "grad" : state(array - 2).name
    }
    func size(_ array: Int) -> Int { array == 1 ? stepped : n }
    func isUsed(_ array: Int) -> Bool { array < 2 ? size(array) > 0 : self.isUsed(array - 2) }
    func length(_ array: Int) -> UInt { UInt(size(array) * type.size) }
    for array in 0..<2 + stateCount where isUsed(array) {
      let start = UInt(bitPattern: row[2 + array])
      guard start != 0 else {
        throw Refusal(
          .missingPointer, name(title(array)), value: "NULL",
          accepted: "\(size(array)) \(type.plural)", index: i)
      }
      guard start <= UInt.max - length(array) else {
        throw Refusal(
          .memory, name("n"), value: "\(n)", accepted: "an array that ends within memory", index: i)
      }
      for other in 0..<array where isUsed(other) {
        let from = UInt(bitPattern: row[2 + other])
        guard start >= from + length(other) || from >= start + length(array) else {
          throw Refusal(
            .overlap, name(title(array)), value: "\(n) \(type.plural)",
            accepted: "none of \(title(other))", index: i)
        }
      }
    }
    if hasScalars, row[4 + stateCount] == 0 {
      throw Refusal(
        .missingPointer, name("scalars"), value: "NULL", accepted: "its numbers of state", index: i)
    }
  }

  /// The numbers of a row's state; never read where there are none.
  func scalars(_ i: Int) -> UnsafeMutablePointer<Double> {
    let row = row(i)
    return UnsafeMutablePointer(bitPattern: row[hasScalars ? 4 + stateCount : 2])
      ?? UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
  }

  func isUsed(_ state: Int) -> Bool { used >> UInt(state) & 1 == 1 }

  /// What it declares of an array of state.
  private func state(_ index: Int) -> Declaration.State {
    var declaration = Declaration(kind.name, wanted: index)
    kind.describe(settings, &declaration)
    return declaration.state.unsafelyUnwrapped
  }

  func body(_ i: Int) -> Body {
    kind.body(settings, row(i)[1], norms.map { $0 + 2 * i } ?? scalars(i)).unsafelyUnwrapped
  }

  /// Whether rows at the same step have different bodies.
  var isEachItsOwn: Bool { hasScalars || isGauged }

  func gauge(_ i: Int) -> Gauge? { kind.gauge(settings, row(i)[1]) }

  func advance(_ i: Int) {
    kind.advance(settings, row(i)[1], scalars(i))
  }

  /// Elements [first, first + n) of a row.
  func run(_ body: Body, _ i: Int, _ first: Int, _ n: Int, _ table: StepTable) {
    switch type {
    case .f32: run(body, i, first, n, table.f32)
    case .f64: run(body, i, first, n, table.f64)
    }
  }

  /// The same with another array in the parameter's place.
  func run<T: Element>(
    _ body: Body, _ i: Int, _ first: Int, _ n: Int, _ kernel: StepTable.Kernel<T>,
    on param: UnsafeMutablePointer<T>? = nil
  ) {
    let row = row(i)
    func array(_ column: Int) -> UnsafeMutablePointer<T> {
      UnsafeMutablePointer(bitPattern: row[column]).unsafelyUnwrapped + first
    }
    var at = Streams<T>(
      p: param ?? array(2), g: UnsafePointer(array(3)), a: array(2), b: array(2), c: array(2),
      d: array(2))
    // A body knows the arrays that are in use, in their order.
    var used = 0
    for state in 0..<stateCount where isUsed(state) {
      switch used {
      case 0: at.a = array(4 + state)
      case 1: at.b = array(4 + state)
      case 2: at.c = array(4 + state)
      default: at.d = array(4 + state)
      }
      used += 1
    }
    let width = 64 / MemoryLayout<T>.stride
    let whole = n & ~(width - 1)
    if whole > 0 { kernel(body, whole, at) }
    guard whole < n else { return }
    // The rest goes through the same loop, in a copy as long as the widest
    // lane; what lies beyond its end is 0 and goes nowhere.
    let rest = n - whole
    let size = rest * MemoryLayout<T>.stride
    withUnsafeTemporaryAllocation(of: T.self, capacity: 6 * width) { copy in
      let base = copy.baseAddress.unsafelyUnwrapped
      memset(base, 0, 6 * 64)
      memcpy(base, at.p + whole, size)
      memcpy(base + width, at.g + whole, size)
      if used > 0 { memcpy(base + 2 * width, at.a + whole, size) }
      if used > 1 { memcpy(base + 3 * width, at.b + whole, size) }
      if used > 2 { memcpy(base + 4 * width, at.c + whole, size) }
      if used > 3 { memcpy(base + 5 * width, at.d + whole, size) }
      kernel(
        body, width,
        Streams(
          p: base, g: UnsafePointer(base + width), a: base + 2 * width, b: base + 3 * width,
          c: base + 4 * width, d: base + 5 * width))
      memcpy(at.p + whole, base, size)
      if used > 0 { memcpy(at.a + whole, base + 2 * width, size) }
      if used > 1 { memcpy(at.b + whole, base + 3 * width, size) }
      if used > 2 { memcpy(at.c + whole, base + 4 * width, size) }
      if used > 3 { memcpy(at.d + whole, base + 5 * width, size) }
    }
  }
}

/// One step of every parameter of every group, or of none. `refused` gets the
/// group that is refused; the refusal has the row.
public func takeStep(
  _ groups: UnsafeBufferPointer<Group>, refused: (Int) -> Void = { _ in }
) throws(Refusal) {
  let table = try InstructionSet.table()
  var total = 0
  for g in 0..<groups.count {
    let group = groups.baseAddress.unsafelyUnwrapped + g
    for i in 0..<group.pointee.count {
      do throws(Refusal) {
        if let sparse = group.pointee.sparse {
          try group.pointee.check(i, sparse[i], total: &total)
        } else {
          try group.pointee.check(i, total: &total)
        }
      } catch {
        refused(g)
        throw error
      }
    }
  }
  try withPrepared(groups) { share($0, total: total, table) }
  for g in 0..<groups.count {
    let group = groups.baseAddress.unsafelyUnwrapped + g
    guard group.pointee.hasScalars else { continue }
    for i in 0..<group.pointee.count { group.pointee.advance(i) }
  }
}
