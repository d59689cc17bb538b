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
  let optimizer: AnyOptimizer
  let type: ElementType
  let rows: UnsafePointer<Int>?
  let count: Int

  let states: [Declaration.State]
  let hasScalars: Bool
  var stride: Int { 4 + states.count + (hasScalars ? 1 : 0) }

  /// With the settings in C's struct. Throws when they are refused.
  public init(
    _ kind: OptimizerKind, _ type: ElementType, settings: UnsafeRawPointer,
    rows: UnsafePointer<Int>?, count: Int
  ) throws(Refusal) {
    try self.init(kind.make(), type, reading: settings, rows: rows, count: count)
  }

  init(
    _ optimizer: AnyOptimizer, _ type: ElementType, reading settings: UnsafeRawPointer? = nil,
    rows: UnsafePointer<Int>?, count: Int
  ) throws(Refusal) {
    let declaration = Declaration(optimizer.name, reading: settings)
    optimizer.describe(declaration)
    if let refusal = declaration.refusal ?? optimizer.conflict() { throw refusal }
    self.optimizer = optimizer
    self.type = type
    self.rows = rows
    self.count = count
    states = declaration.states
    hasScalars = !declaration.scalars.isEmpty
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
  /// and all rows together are not beyond counting.
  func check(_ i: Int, total: inout Int) throws(Refusal) {
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
    guard total <= limit - n else {
      throw Refusal(.memory, name("n"), value: "\(n)", accepted: "\(limit) in all", index: i)
    }
    total += n
    if n == 0 { return }
    func title(_ array: Int) -> StaticString {
      array == 0 ? "param" : array == 1 ? "grad" : states[array - 2].name
    }
    func isUsed(_ array: Int) -> Bool { array < 2 || states[array - 2].isUsed }
    let length = UInt(n * type.size)
    for array in 0..<2 + states.count where isUsed(array) {
      let start = UInt(bitPattern: row[2 + array])
      guard start != 0 else {
        throw Refusal(
          .missingPointer, name(title(array)), value: "NULL", accepted: "\(n) \(type.plural)",
          index: i)
      }
      guard start <= UInt.max - length else {
        throw Refusal(
          .memory, name("n"), value: "\(n)", accepted: "an array that ends within memory", index: i)
      }
      for other in 0..<array where isUsed(other) {
        let from = UInt(bitPattern: row[2 + other])
        guard start >= from + length || from >= start + length else {
          throw Refusal(
            .overlap, name(title(array)), value: "\(n) \(type.plural)",
            accepted: "none of \(title(other))", index: i)
        }
      }
    }
    if hasScalars, row[4 + states.count] == 0 {
      throw Refusal(
        .missingPointer, name("scalars"), value: "NULL", accepted: "its numbers of state", index: i)
    }
  }

  /// The numbers of a row's state; never read where there are none.
  func scalars(_ i: Int) -> UnsafeMutablePointer<Double> {
    let row = row(i)
    return UnsafeMutablePointer(bitPattern: row[hasScalars ? 4 + states.count : 2])
      ?? UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
  }

  func body(_ i: Int) -> Body { optimizer.body(row(i)[1], scalars(i)).unsafelyUnwrapped }

  /// Elements [first, first + n) of a row.
  func run(_ body: Body, _ i: Int, _ first: Int, _ n: Int, _ table: StepTable) {
    switch type {
    case .f32: run(body, i, first, n, table.f32)
    case .f64: run(body, i, first, n, table.f64)
    }
  }

  private func run<T: Element>(
    _ body: Body, _ i: Int, _ first: Int, _ n: Int, _ kernel: StepTable.Kernel<T>
  ) {
    let row = row(i)
    func array(_ column: Int) -> UnsafeMutablePointer<T> {
      UnsafeMutablePointer(bitPattern: row[column]).unsafelyUnwrapped + first
    }
    var at = Streams<T>(
      p: array(2), g: UnsafePointer(array(3)), a: array(2), b: array(2), c: array(2), d: array(2))
    // A body knows the arrays that are in use, in their order.
    var used = 0
    for (state, declared) in states.enumerated() where declared.isUsed {
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
    withUnsafeTemporaryAllocation(of: T.self, capacity: 6 * width) { copy in
      let base = copy.baseAddress.unsafelyUnwrapped
      base.initialize(repeating: 0, count: 6 * width)
      base.update(from: at.p + whole, count: rest)
      (base + width).update(from: at.g + whole, count: rest)
      if used > 0 { (base + 2 * width).update(from: at.a + whole, count: rest) }
      if used > 1 { (base + 3 * width).update(from: at.b + whole, count: rest) }
      if used > 2 { (base + 4 * width).update(from: at.c + whole, count: rest) }
      if used > 3 { (base + 5 * width).update(from: at.d + whole, count: rest) }
      kernel(
        body, width,
        Streams(
          p: base, g: UnsafePointer(base + width), a: base + 2 * width, b: base + 3 * width,
          c: base + 4 * width, d: base + 5 * width))
      (at.p + whole).update(from: base, count: rest)
      if used > 0 { (at.a + whole).update(from: base + 2 * width, count: rest) }
      if used > 1 { (at.b + whole).update(from: base + 3 * width, count: rest) }
      if used > 2 { (at.c + whole).update(from: base + 4 * width, count: rest) }
      if used > 3 { (at.d + whole).update(from: base + 5 * width, count: rest) }
    }
  }
}

/// One step of every parameter of every group, or of none. `refused` gets the
/// group that is refused; the refusal has the row.
public func takeStep(_ groups: [Group], refused: (Int) -> Void = { _ in }) throws(Refusal) {
  let table = try InstructionSet.table()
  var total = 0
  for (g, group) in groups.enumerated() {
    for i in 0..<group.count {
      do throws(Refusal) {
        try group.check(i, total: &total)
      } catch {
        refused(g)
        throw error
      }
    }
  }
  share(groups, total: total, table)
  for group in groups where group.hasScalars {
    for i in 0..<group.count { group.optimizer.advance(group.row(i)[1], group.scalars(i)) }
  }
}
