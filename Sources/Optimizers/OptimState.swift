import Platform
import Schedules
import StepBody

// What is saved, without gaps. A number has eight bytes, the lowest first; a name
// is a byte, its length, and as many bytes; what is named is a name and a double.
//
//   "schedopt", version, groups, then of each group
//     the optimizer's name, dtype of the parameters, how many, settings
//     the settings, named
//     of each parameter
//       n, rows, columns, steps taken, seed, numbers of state, arrays
//       the numbers of state, named
//       of each array its name, dtype, elements, and the elements as a step has them

private let magic: StaticString = "schedopt"
private let version = 1

/// Puts bytes one after another, or where there is no room counts them.
private struct Writer {
  private let start: UnsafeMutableRawPointer?
  private(set) var count = 0

  init(_ start: UnsafeMutableRawPointer?) { self.start = start }

  @inline(never)
  mutating func bytes(_ bytes: UnsafeRawPointer, _ n: Int) {
    if let start { memcpy(start + count, bytes, n) }
    count += n
  }

  @inline(never)
  mutating func number(_ number: Int) {
    withUnsafeBytes(of: number.littleEndian) { bytes($0.baseAddress.unsafelyUnwrapped, $0.count) }
  }

  mutating func name(_ name: StaticString) {
    var length = UInt8(truncatingIfNeeded: name.utf8CodeUnitCount)
    bytes(&length, 1)
    bytes(name.utf8Start, name.utf8CodeUnitCount)
  }

  @inline(never)
  mutating func named(_ name: StaticString, _ value: Double) {
    self.name(name)
    number(Int(truncatingIfNeeded: value.bitPattern))
  }
}

/// Takes bytes one after another; throws where there are no more, or others than
/// there should be.
private struct Reader {
  private let data: UnsafeRawBufferPointer
  private var at = 0
  /// Which group, parameter and array it is at.
  var (group, item) = (-1, -1)
  var array: StaticString = ""

  init(_ data: UnsafeRawBufferPointer) { self.data = data }

  var isAtEnd: Bool { at == data.count }

  @inline(never)
  func refusal(
    _ field: StaticString, _ value: UTF8Text = UTF8Text(), accepted: UTF8Text
  ) -> Refusal {
    var name = UTF8Text()
    if group >= 0 { name += "group[\(group)]" }
    if item >= 0 { name += ".list[\(item)]" }
    if array.utf8CodeUnitCount > 0 { name += ".\(array)" }
    name += group >= 0 ? ".\(field)" : "\(field)"
    return Refusal(.state, name, value: value, accepted: accepted, index: item >= 0 ? item : nil)
  }

  @inline(never)
  mutating func bytes(_ n: Int) throws(Refusal) -> UnsafeRawPointer {
    guard let base = data.baseAddress, n <= data.count - at else {
      throw Refusal(
        .state, "data", value: "\(data.count) bytes", accepted: "a saved state, all of it")
    }
    at += n
    return base + (at - n)
  }

  mutating func number() throws(Refusal) -> Int {
    Int(littleEndian: try bytes(MemoryLayout<Int>.size).loadUnaligned(as: Int.self))
  }

  mutating func real() throws(Refusal) -> Double {
    Double(bitPattern: UInt64(bitPattern: Int64(try number())))
  }

  @inline(never)
  mutating func name() throws(Refusal) -> UTF8Text {
    let count = Int(try bytes(1).load(as: UInt8.self))
    return UTF8Text(UnsafeRawBufferPointer(start: try bytes(count), count: count))
  }

  /// Throws unless a number is what it is here.
  @inline(never)
  mutating func expect(_ number: Int, _ field: StaticString) throws(Refusal) {
    let saved = try self.number()
    guard saved == number else {
      throw refusal(field, "\(UInt(bitPattern: saved))", accepted: "\(number), as here")
    }
  }

  @inline(never)
  mutating func expect(_ known: StaticString, _ field: StaticString) throws(Refusal) {
    let saved = try name()
    guard same(saved, known) else {
      throw refusal(field, saved, accepted: "\(known), as here")
    }
  }
}

extension AnyOptim {
  /// The bytes that ``save(to:)`` writes.
  public var savedCount: Int { write(nil) }

  /// Everything but the parameters and gradients, settings included.
  public func save(to memory: UnsafeMutableRawPointer) { write(memory) }

  @discardableResult
  private func write(_ memory: UnsafeMutableRawPointer?) -> Int {
    var writer = Writer(memory)
    writer.bytes(magic.utf8Start, magic.utf8CodeUnitCount)
    writer.number(version)
    writer.number(groupCount)
    for group in groups { group.write(&writer) }
    return writer.count
  }

  /// Takes over what was saved of an optimizer with the same groups of parameters
  /// of the same sizes and types; the settings become what they were.
  ///
  /// Throws, with nothing changed, where there is a difference.
  public func load(_ data: UnsafeRawBufferPointer) throws(Refusal) {
    for takes in [false, true] {
      var reader = Reader(data)
      let length = magic.utf8CodeUnitCount
      guard data.count >= length, memcmp(try reader.bytes(length), magic.utf8Start, length) == 0
      else { throw reader.refusal("data", accepted: "what an optimizer has saved") }
      try reader.expect(version, "version")
      try reader.expect(groupCount, "groups")
      for g in 0..<groupCount {
        (reader.group, reader.item) = (g, -1)
        try groups[g].read(&reader, takes: takes)
      }
      guard reader.isAtEnd else {
        throw Refusal(
          .state, "data", value: "\(data.count) bytes", accepted: "a saved state, and no more")
      }
    }
  }
}

extension OwnedGroup {
  fileprivate func write(_ writer: inout Writer) {
    writer.name(kind.name)
    writer.number(Int(keeping.types.param.rawValue))
    writer.number(count)
    var settings = 0
    while group.setting(settings) != nil { settings += 1 }
    writer.number(settings)
    for index in 0..<settings {
      if let setting = group.setting(index) { writer.named(setting.name, setting.value) }
    }
    let kept = kept(group)
    for i in 0..<count {
      writer.number(parameters[i].n)
      writer.number(parameters[i].rows)
      writer.number(parameters[i].columns)
      writer.number(steps(i).pointee - 1)
      writer.number(seed(i).pointee)
      writer.number(scalarCount)
      writer.number(kept.count)
      for k in 0..<scalarCount {
        writer.named(group.scalar(k).name, scalars[i * scalarCount + k])
      }
      for array in kept {
        let (type, n) = (type(group, i, array), elements(i, array))
        writer.name(group.title(array))
        writer.number(Int(type.rawValue))
        writer.number(n)
        if n > 0, let start = self.array(i, array) { writer.bytes(start, type.bytes(n)) }
      }
    }
  }

  /// Throws unless what was saved fits. Once it is known to, it can be taken over.
  fileprivate func read(_ reader: inout Reader, takes: Bool) throws(Refusal) {
    try reader.expect(kind.name, "optimizer")
    try reader.expect(Int(keeping.types.param.rawValue), "dtype")
    try reader.expect(count, "count")
    let next = UnsafeMutablePointer<Settings>.allocate(capacity: 1)
    defer { next.deallocate() }
    next.initialize(to: settings.pointee)
    var left = try reader.number()
    // What is kept under the settings to come.
    let group: Group
    do throws(Refusal) {
      while left != 0 {
        let (setting, value) = (try reader.name(), try reader.real())
        next.pointee = try self.settings(
          next.pointee, with: self.setting(setting).index, becoming: value)
        left &-= 1
      }
      group = try candidate(settings: next)
    } catch {
      throw error.located(reason: .state)
    }
    try provide(group)
    if takes {
      try adopt(next)
      forget()
    }
    let kept = kept(group)
    for i in 0..<count {
      reader.item = i
      try reader.expect(parameters[i].n, "n")
      try reader.expect(parameters[i].rows, "rows")
      try reader.expect(parameters[i].columns, "columns")
      let (taken, seed) = (try reader.number(), try reader.number())
      let limit = Integers(0, maxStep - 1)
      guard limit.contains(taken) else {
        throw reader.refusal("steps", "\(UInt(bitPattern: taken))", accepted: limit.text)
      }
      if takes { (steps(i).pointee, self.seed(i).pointee) = (taken + 1, seed) }
      try reader.expect(scalarCount, "scalars")
      try reader.expect(kept.count, "arrays")
      for k in 0..<scalarCount {
        try reader.expect(group.scalar(k).name, "scalars")
        let value = try reader.real()
        if takes { scalars[i * scalarCount + k] = value }
      }
      for array in kept {
        let (type, n) = (type(group, i, array), elements(i, array))
        try reader.expect(group.title(array), "arrays")
        reader.array = group.title(array)
        try reader.expect(Int(type.rawValue), "dtype")
        try reader.expect(n, "n")
        reader.array = ""
        let bytes = try reader.bytes(type.bytes(n))
        if takes, n > 0, let start = self.array(i, array) { memcpy(start, bytes, type.bytes(n)) }
      }
    }
  }
}
