import Platform
import Schedules
import StepBody

/// What a group's parameters and states are made of, and what is kept beside them.
public struct Keeping: Sendable {
  public var types: ElementTypes
  /// A float of each element of parameters of 16 bits, which then are its copies.
  public var master: Bool
  /// An average of each parameter, which moves by the options' `averageWeight`.
  public var average: Bool
  /// Room for gradients that are accumulated.
  public var accumulated: Bool
  /// What the chances of stochastic rounding are of.
  public var seed: UInt64

  public init(
    _ types: ElementTypes, master: Bool = false, average: Bool = false, accumulated: Bool = false,
    seed: UInt64 = 0
  ) {
    self.types = types
    self.master = master
    self.average = average
    self.accumulated = accumulated
    self.seed = seed
  }

  /// Whether steps need rows of `Beside`.
  var isBeside: Bool {
    master || average || accumulated || types.copy != nil || types.rounding != .nearest
  }
}

/// A parameter, which is the caller's; laid out as C's sched_parameter.
public struct Parameter {
  /// Elements.
  public var n: Int
  /// Addresses; no gradient where there is none this time.
  public var param, grad: Int
  /// Where a copy of the new parameter goes, if its group has copies.
  public var copy: Int
  /// Of its matrices, where the optimizer has to know; 0 of a vector.
  public var rows, columns: Int

  public init(
    n: Int, param: Int = 0, grad: Int = 0, copy: Int = 0, rows: Int = 0, columns: Int = 0
  ) {
    self.n = n
    self.param = param
    self.grad = grad
    self.copy = copy
    self.rows = rows
    self.columns = columns
  }

  /// Whether it is as large as another, and of its shape.
  func isLike(_ other: Parameter) -> Bool {
    n == other.n && rows == other.rows && columns == other.columns
  }
}

/// Parameters in groups, each with an optimizer's settings of its own, and all
/// that is remembered of them. ``Optim`` is this for arrays.
///
/// The parameters and their gradients are the caller's. What takes more memory
/// than there is is refused, and so is whatever a group's optimizer refuses, with
/// nothing changed.
public final class AnyOptim {
  private(set) var groups: [OwnedGroup] = []
  /// Parameters of all groups.
  private var total = 0

  public init() {}

  public var groupCount: Int { groups.count }

  /// How many parameters a group has; 0 where there is no such group.
  public func count(_ group: Int) -> Int {
    groups.indices.contains(group) ? groups[group].count : 0
  }

  func group(_ index: Int) throws(Refusal) -> OwnedGroup {
    guard groups.indices.contains(index) else {
      throw Refusal(
        .range, "group", value: "\(UInt(bitPattern: index))",
        accepted: groups.isEmpty ? "none before one is added" : Integers(0, groups.count - 1).text)
    }
    return groups[index]
  }

  /// A group of parameters with the settings in C's struct; its index.
  public func add(
    _ kind: OptimizerKind, reading memory: UnsafeRawPointer, _ keeping: Keeping,
    _ list: UnsafePointer<Parameter>?, count: Int
  ) throws(Refusal) -> Int {
    try add(kind.kind, Settings(kind.kind, reading: memory), keeping, list, count: count)
  }

  func add(
    _ kind: Kind, _ settings: Settings, _ keeping: Keeping, _ list: UnsafePointer<Parameter>?,
    count: Int
  ) throws(Refusal) -> Int {
    var keeping = keeping
    keeping.seed &+= UInt64(total)
    groups.append(try OwnedGroup.make(kind, settings, keeping, list, count: count))
    total += count
    return groups.count - 1
  }

  /// One step of every parameter that has a gradient, or of none. `refused` gets
  /// the group that is refused; the refusal has the parameter.
  @discardableResult
  public func step(
    _ options: StepOptions, refused: inout Int
  ) throws(Refusal) -> StepOutcome {
    let table = try InstructionSet.table()
    if !options.accumulates {
      for group in groups { group.begin(table) }
    }
    let outcome = try withUnsafeTemporaryAllocation(of: Group.self, capacity: groups.count) {
      (all) throws(Refusal) in
      for g in 0..<groups.count {
        (all.baseAddress.unsafelyUnwrapped + g).initialize(to: groups[g].group)
      }
      return try takeStep(UnsafeBufferPointer(all), options, refused: &refused)
    }
    if !outcome.isSkipped && !options.accumulates {
      for group in groups { group.finish() }
    }
    return outcome
  }

  /// Takes over the settings of groups that nobody has looked at yet.
  func settle() throws(Refusal) {
    for group in groups {
      if let proposed = group.proposed { try group.change(to: proposed) }
    }
  }

  /// Other settings of a group, those in C's struct.
  public func set(_ group: Int, reading memory: UnsafeRawPointer) throws(Refusal) {
    let group = try self.group(group)
    try group.change(to: Settings(group.kind, reading: memory))
  }

  /// One of a group's settings by its name: "lr". Flags are 0 or 1.
  public func set(_ group: Int, _ name: UTF8Text, to value: Double) throws(Refusal) {
    let group = try self.group(group)
    try group.change(to: group.settings(with: name, becoming: value))
  }

  public func setting(_ group: Int, _ name: UTF8Text) throws(Refusal) -> Double {
    let group = try self.group(group)
    return try group.setting(name).value
  }

  /// Other places of a parameter, of its gradient and of its copy.
  public func put(_ group: Int, _ index: Int, _ parameter: Parameter) throws(Refusal) {
    try self.group(group).put(index, parameter)
  }

  /// A parameter as it was last put, and how many steps were taken with it.
  public func parameter(_ group: Int, _ index: Int) throws(Refusal) -> (Parameter, steps: Int) {
    try self.group(group).parameter(index)
  }

  /// How many steps were taken with a parameter elsewhere, where its states come from.
  public func setSteps(_ group: Int, _ index: Int, to steps: Int) throws(Refusal) {
    try self.group(group).setSteps(index, to: steps)
  }

  /// What is kept of a parameter, under PyTorch's name or one of `Beside`'s: where
  /// it lies as long as this does, how many elements, and of which type.
  public func state(
    _ group: Int, _ index: Int, _ name: UTF8Text
  ) throws(Refusal) -> (UnsafeMutableRawPointer?, count: Int, ElementType) {
    try self.group(group).state(index, name)
  }
}

extension Settings {
  /// Those in C's struct.
  init(_ kind: Kind, reading memory: UnsafeRawPointer) throws(Refusal) {
    self.init()
    kind.make(&self)
    var declaration = Declaration(kind.name, reading: memory)
    kind.describe(&self, &declaration)
    if let refusal = declaration.refusal { throw refusal }
  }
}

/// A group that owns all but the parameters and gradients.
final class OwnedGroup {
  let kind: Kind
  let keeping: Keeping
  let count: Int
  /// As steps take it. Rows have no elements where there is no gradient.
  private(set) var group: Group
  let settings: UnsafeMutablePointer<Settings>
  /// Settings that nobody has looked at yet.
  var proposed: Settings?

  /// Every parameter's row, what lies beside it, as it was put, its numbers of
  /// state, and numbers that are nobody's.
  private let tables: UnsafeMutableRawPointer
  private let rows, besides: UnsafeMutablePointer<Int>
  let parameters: UnsafeMutablePointer<Parameter>
  let scalars: UnsafeMutablePointer<Double>
  let scalarCount: Int
  /// What the arrays lie in.
  private var blocks: [UnsafeMutableRawPointer] = []

  private static var besideWords: Int { MemoryLayout<Beside>.stride / MemoryLayout<Int>.stride }

  /// A group of those parameters, or a refusal, which an initializer would leave
  /// half an object behind.
  static func make(
    _ kind: Kind, _ settings: Settings, _ keeping: Keeping, _ list: UnsafePointer<Parameter>?,
    count: Int
  ) throws(Refusal) -> OwnedGroup {
    if keeping.master && (keeping.types.param.storage == nil || keeping.types.rounding == .kahan) {
      throw Refusal(
        .range, "master", value: "1",
        accepted: "0 unless parameters are of 16 bits and have no residual")
    }
    let held = UnsafeMutablePointer<Settings>.allocate(capacity: 1)
    held.initialize(to: settings)
    let made: OwnedGroup
    do throws(Refusal) {
      // Its beside is not read: there are no rows yet.
      let group = try Group(
        kind, keeping.types, held, rows: nil, beside: keeping.isBeside ? held : nil, count: 0)
      let scalarCount = group.scalarCount
      let bytes =
        (group.stride + besideWords + scalarCount) * MemoryLayout<Int>.stride
        + MemoryLayout<Parameter>.stride
      let limit = maxMemory / bytes - 1
      guard count >= 0, count <= limit, let tables = calloc(count + 1, bytes) else {
        throw Refusal(
          .memory, "count", value: "\(UInt(bitPattern: count))",
          accepted: "\(Integers(0, limit).text) that fits in memory")
      }
      made = OwnedGroup(kind, keeping, count, group, held, tables, scalarCount)
    } catch {
      held.deallocate()
      throw error
    }
    if count > 0 { try made.begin(list) }
    return made
  }

  private init(
    _ kind: Kind, _ keeping: Keeping, _ count: Int, _ group: Group,
    _ settings: UnsafeMutablePointer<Settings>, _ tables: UnsafeMutableRawPointer,
    _ scalarCount: Int
  ) {
    self.kind = kind
    self.keeping = keeping
    self.count = count
    self.group = group
    self.settings = settings
    self.tables = tables
    self.scalarCount = scalarCount
    rows = tables.assumingMemoryBound(to: Int.self)
    besides = rows + (count + 1) * group.stride
    parameters = UnsafeMutableRawPointer(besides + (count + 1) * Self.besideWords)
      .assumingMemoryBound(to: Parameter.self)
    scalars = UnsafeMutableRawPointer(parameters + count + 1)
      .assumingMemoryBound(to: Double.self)
  }

  private func begin(_ list: UnsafePointer<Parameter>?) throws(Refusal) {
    guard let list else {
      throw Refusal(.missingPointer, "list", value: "NULL", accepted: "a pointer")
    }
    group = try candidate(settings: settings)
    let accepted = Integers(0, maxMemory / keeping.types.native.size)
    for i in 0..<count {
      guard accepted.contains(list[i].n) else {
        throw Refusal(
          .memory, name(i, "n"), value: "\(UInt(bitPattern: list[i].n))", accepted: accepted.text,
          index: i)
      }
      steps(i).pointee = 1
      seed(i).pointee = Int(truncatingIfNeeded: keeping.seed &+ UInt64(i))
      place(i, list[i], isActive: true)
      if list[i].n > 0 { try group.checkShape(i) { name(i, $0) } }
      place(i, list[i])
    }
    try provide(group)
    for k in 0..<scalarCount {
      let start = group.scalar(k).start
      for i in 0..<count { scalars[i * scalarCount + k] = start }
    }
  }

  deinit {
    for block in blocks { free(block) }
    free(tables)
    settings.deallocate()
  }

  private func name(_ i: Int, _ name: StaticString) -> UTF8Text {
    count > 1 ? "list[\(i)].\(name)" : "\(name)"
  }

  /// This group with those settings; throws when they are refused.
  func candidate(settings: UnsafeMutablePointer<Settings>) throws(Refusal) -> Group {
    try Group(
      kind, keeping.types, settings, rows: rows, beside: keeping.isBeside ? besides : nil,
      count: count)
  }

  // MARK: Parameters

  func place(_ i: Int, at param: Int, _ grad: Int) {
    var parameter = parameters[i]
    (parameter.param, parameter.grad) = (param, grad)
    place(i, parameter)
  }

  func place(_ i: Int, _ parameter: Parameter) {
    place(i, parameter, isActive: parameter.grad != 0)
  }

  /// A parameter without a gradient is a row without elements.
  private func place(_ i: Int, _ parameter: Parameter, isActive: Bool) {
    parameters[i] = parameter
    let row = rows + i * group.stride
    row[0] = isActive ? parameter.n : 0
    (row[2], row[3]) = (parameter.param, parameter.grad)
    if scalarCount > 0 {
      row[4 + group.stateCount] = Int(
        bitPattern: scalars + (isActive ? i : count) * scalarCount)
    }
    if group.isShaped {
      row[group.stride - 2] = isActive ? parameter.rows : 0
      row[group.stride - 1] = isActive ? parameter.columns : 0
    } else {
      (parameters[i].rows, parameters[i].columns) = (0, 0)
    }
    besides[i * Self.besideWords + 2] = parameter.copy
  }

  private func check(_ i: Int) throws(Refusal) {
    guard i >= 0, i < count else {
      throw Refusal(
        .range, "index", value: "\(UInt(bitPattern: i))",
        accepted: count == 0 ? "none of an empty group" : Integers(0, count - 1).text)
    }
  }

  func put(_ i: Int, _ parameter: Parameter) throws(Refusal) {
    try check(i)
    var parameter = parameter
    if !group.isShaped { (parameter.rows, parameter.columns) = (0, 0) }
    guard parameter.isLike(parameters[i]) else {
      throw Refusal(
        .range, "n", value: "\(UInt(bitPattern: parameter.n))",
        accepted: "\(parameters[i].n), and rows and columns, as before")
    }
    place(i, parameter)
  }

  func parameter(_ i: Int) throws(Refusal) -> (Parameter, steps: Int) {
    try check(i)
    return (parameters[i], steps(i).pointee - 1)
  }

  func setSteps(_ i: Int, to steps: Int) throws(Refusal) {
    try check(i)
    let accepted = Integers(0, maxStep - 1)
    guard accepted.contains(steps) else {
      throw Refusal(.range, "steps", value: "\(steps)", accepted: accepted.text)
    }
    self.steps(i).pointee = steps + 1
  }

  // MARK: Arrays

  /// The step that is next, from 1.
  func steps(_ i: Int) -> UnsafeMutablePointer<Int> { rows + i * group.stride + 1 }

  /// A UInt64's bits.
  func seed(_ i: Int) -> UnsafeMutablePointer<Int> { besides + i * Self.besideWords + 5 }

  /// The arrays that are kept of every parameter, as its group numbers them.
  func kept(_ group: Group) -> [Int] {
    (2..<7 + group.stateCount).filter { isKept(group, $0) }
  }

  private func isKept(_ group: Group, _ array: Int) -> Bool {
    switch array - group.stateCount {
    case 2: keeping.master
    case 3: keeping.types.rounding == .kahan
    case 4: false
    case 5: keeping.average
    case 6: keeping.accumulated
    default: group.isUsed(array - 2)
    }
  }

  /// The word with its address.
  private func address(_ i: Int, _ array: Int) -> UnsafeMutablePointer<Int> {
    array < 2 + group.stateCount
      ? rows + i * group.stride + 2 + array
      : besides + i * Self.besideWords + array - 2 - group.stateCount
  }

  func array(_ i: Int, _ array: Int) -> UnsafeMutableRawPointer? {
    UnsafeMutableRawPointer(bitPattern: address(i, array).pointee)
  }

  func elements(_ i: Int, _ array: Int) -> Int {
    let parameter = parameters[i]
    if array >= 2 + group.stateCount { return parameter.n }
    return group.extent(array - 2).count(parameter.n, parameter.rows, parameter.columns) ?? 0
  }

  func type(_ group: Group, _ i: Int, _ array: Int) -> ElementType {
    group.array(i, array, StepOptions()).type
  }

  /// Where an array is that a group in its place has, and this one may not have
  /// had: its first byte in a block of all of them, and where the block ends.
  private func room(_ group: Group, _ i: Int, _ array: Int, _ end: inout Int) -> Int? {
    if address(i, array).pointee != 0 { return nil }
    let start = end
    end += (type(group, i, array).bytes(elements(i, array)) + 63) & ~63
    return start
  }

  /// Memory for what a group in its place keeps, and this one did not.
  func provide(_ next: Group) throws(Refusal) {
    var end = 0
    let kept = kept(next)
    for i in 0..<count {
      for array in kept {
        _ = room(next, i, array, &end)
        guard end <= maxMemory else {
          throw Refusal(
            .memory, name(i, "n"), value: "\(parameters[i].n)",
            accepted: "\(maxMemory) bytes in all",
            index: i)
        }
      }
    }
    if end == 0 { return }
    guard let block = calloc(1, end + 64) else {
      throw Refusal(
        .memory, count > 1 ? "list" : "n", value: "states of \(end) bytes",
        accepted: "what fits in memory")
    }
    blocks.append(block)
    let base = (Int(bitPattern: block) + 63) & ~63
    end = 0
    for i in 0..<count {
      for array in kept {
        guard let start = room(next, i, array, &end) else { continue }
        address(i, array).pointee = base + start
        // Zeros are there already, of memory that may never be touched.
        if array < 2 + next.stateCount, next.state(array - 2).start != 0 {
          begin(next, i, array - 2)
        }
      }
    }
  }

  private func begin(_ next: Group, _ i: Int, _ state: Int) {
    let start = next.state(state).start
    guard let array = array(i, 2 + state) else { return }
    fill(array, elements(i, 2 + state), type(next, i, 2 + state), start)
  }

  /// The states of what was never stepped, where they begin otherwise than they did.
  private func begin(_ next: Group, after last: Group) {
    for state in 0..<next.stateCount where next.state(state).start != last.state(state).start {
      for i in 0..<count where steps(i).pointee == 1 { begin(next, i, state) }
    }
    for k in 0..<scalarCount {
      let start = next.scalar(k).start
      if start == last.scalar(k).start { continue }
      for i in 0..<count where steps(i).pointee == 1 { scalars[i * scalarCount + k] = start }
    }
  }

  private func fill(_ array: UnsafeMutableRawPointer, _ n: Int, _ type: ElementType, _ x: Double) {
    switch type {
    case .f64: array.assumingMemoryBound(to: Double.self).update(repeating: x, count: n)
    case .f32: array.assumingMemoryBound(to: Float.self).update(repeating: Float(x), count: n)
    case .q8, .uq8:
      // The largest of a block has the last code, and scales it. Zeros are zeros.
      let blocks = ElementType.scales(n) / 4
      array.assumingMemoryBound(to: Float.self).update(repeating: Float(x), count: blocks)
      memset(array + 4 * blocks, x == 0 ? 0 : 255, n)
    case .bf16, .f16:
      guard let storage = type.storage else { return }
      var (float, bits, rest) = (Float(x), UInt16(0), UInt16(0))
      InstructionSet.runnable[0].convert(.encode(storage), 1, &float, &bits, &rest)
      array.assumingMemoryBound(to: UInt16.self).update(repeating: bits, count: n)
    }
  }

  // MARK: Steps

  /// Before the first step of a parameter its master and its average are what it is.
  func begin(_ table: StepTable) {
    guard keeping.master || keeping.average else { return }
    for i in 0..<count {
      let row = rows + i * group.stride
      guard row[0] > 0, steps(i).pointee == 1,
        let param = UnsafeMutableRawPointer(bitPattern: row[2])
      else { continue }
      for array in [2 + group.stateCount, 5 + group.stateCount] where isKept(group, array) {
        guard let copy = self.array(i, array) else { continue }
        if let storage = keeping.types.param.storage {
          let floats = copy.assumingMemoryBound(to: Float.self)
          table.convert(.decode(storage), row[0], floats, param, param)
        } else {
          memcpy(copy, param, row[0] * keeping.types.param.size)
        }
      }
    }
  }

  func finish() {
    for i in 0..<count where parameters[i].grad != 0 { steps(i).pointee += 1 }
  }

  // MARK: Settings

  /// All or nothing. An array that the settings did not ask for before begins as
  /// it would have at the first step; one they did once is as it was left.
  func change(to new: Settings) throws(Refusal) {
    var new = new
    try withUnsafeMutablePointer(to: &new) { (new) throws(Refusal) in
      let next = try candidate(settings: new)
      try provide(next)
      begin(next, after: group)
      try adopt(new)
    }
  }

  /// Arrays that the settings do not ask for, as they begin.
  func forget() {
    for state in 0..<group.stateCount where !group.isUsed(state) {
      for i in 0..<count { begin(group, i, state) }
    }
  }

  /// Settings that have been found in order.
  func adopt(_ new: UnsafePointer<Settings>) throws(Refusal) {
    settings.pointee = new.pointee
    proposed = nil
    group = try candidate(settings: settings)
  }

  /// The setting of that name, and its number.
  func setting(_ name: UTF8Text) throws(Refusal) -> (index: Int, value: Double) {
    var index = 0
    while let setting = group.setting(index) {
      if same(name, setting.name) { return (index, setting.value) }
      index += 1
    }
    throw missing(name, (0..<index).compactMap { group.setting($0)?.name })
  }

  func settings(with name: UTF8Text, becoming value: Double) throws(Refusal) -> Settings {
    try settings(settings.pointee, with: setting(name).index, becoming: value)
  }

  func settings(
    _ settings: Settings, with index: Int, becoming value: Double
  ) throws(Refusal) -> Settings {
    var settings = settings
    var declaration = Declaration(kind.name, setting: index, becoming: value)
    kind.describe(&settings, &declaration)
    if let refusal = declaration.refusal { throw refusal }
    return settings
  }

  // MARK: State

  func state(
    _ i: Int, _ name: UTF8Text
  ) throws(Refusal) -> (UnsafeMutableRawPointer?, count: Int, ElementType) {
    try check(i)
    for array in kept(group) {
      if same(name, group.title(array)) {
        return (self.array(i, array), elements(i, array), type(group, i, array))
      }
    }
    for k in 0..<scalarCount {
      if same(name, group.scalar(k).name) {
        return (UnsafeMutableRawPointer(scalars + i * scalarCount + k), 1, .f64)
      }
    }
    throw missing(
      name, kept(group).map { group.title($0) } + (0..<scalarCount).map { group.scalar($0).name })
  }

  private func missing(_ name: UTF8Text, _ names: [StaticString]) -> Refusal {
    var accepted: UTF8Text = names.isEmpty ? "none" : "\(names[0])"
    for name in names.dropFirst() { accepted += ", \(name)" }
    return Refusal(.field, "\(kind.name) \(name)", accepted: accepted)
  }
}
