import Lanes
import Platform
import Schedules
import StepBody

/// Parameters that one optimizer steps with the same settings.
///
/// They are the caller's, a row each of machine words: how many elements, which
/// step this is from 1, then addresses: of the parameter, of its gradient, of
/// each array of state that the optimizer declares, and of its numbers of
/// state where it declares some, then how many rows and columns its matrices
/// have where the optimizer has to know. Beside them there may be as many rows of
/// `Beside`.
public struct Group {
  /// Kept by the registry, or by whoever made the group.
  unowned(unsafe) let kind: Kind
  private let settings: UnsafeMutablePointer<Settings>
  let types: ElementTypes
  var rows: UnsafePointer<Int>?
  private(set) var besides: UnsafePointer<Beside>?
  var count: Int
  /// Whether all it takes is the body.
  let isPlain: Bool
  /// For each parameter, which of its rows there are gradients for; nil for all.
  var sparse: UnsafePointer<Rows>?

  let stateCount: Int
  private let used: UInt
  /// The arrays of state whose codes are unsigned.
  private let unsigned: UInt
  let hasScalars: Bool
  private let extents: UInt
  private let shapes: Declaration.Shapes?
  /// Whether a step needs norms, and where they are once they are known.
  let isGauged: Bool
  var norms: UnsafeMutablePointer<Gauged>?
  /// Whether it needs them of a matrix as a whole, one after the other.
  let isOrthogonal: Bool
  /// What was made of each row's gradient, where something was.
  var made: UnsafeMutablePointer<Made>?
  let stride: Int
  /// `columns(of:)` all rows, where shapes do not matter.
  private var columns = (2, 2, 2, 2)

  /// With the settings in C's struct, read to where they may stay as long as
  /// the group. Throws when they are refused.
  public init(
    _ kind: OptimizerKind, _ types: ElementTypes, reading memory: UnsafeRawPointer,
    to settings: UnsafeMutablePointer<Settings>, rows: UnsafePointer<Int>?,
    beside: UnsafeRawPointer?, count: Int, sparse: UnsafePointer<Rows>? = nil
  ) throws(Refusal) {
    kind.kind.make(settings)
    try self.init(
      kind.kind, types, reading: memory, settings, rows: rows, beside: beside, count: count)
    self.sparse = sparse
    guard sparse == nil || beside == nil else {
      throw Refusal(.value, "beside", value: "a pointer", accepted: "NULL with rows")
    }
    guard sparse == nil || types.state.map == nil || used == 0 else {
      throw Refusal(.value, "rows", value: "a pointer", accepted: "NULL with states of 8 bits")
    }
  }

  init(
    _ kind: Kind, _ types: ElementTypes, reading memory: UnsafeRawPointer? = nil,
    _ settings: UnsafeMutablePointer<Settings>, rows: UnsafePointer<Int>?,
    beside: UnsafeRawPointer? = nil, count: Int
  ) throws(Refusal) {
    self.kind = kind
    self.settings = settings
    self.types = types
    self.rows = rows
    besides = beside?.assumingMemoryBound(to: Beside.self)
    isPlain = types.isNative && beside == nil
    guard beside != nil || (types.rounding == .nearest && types.copy == nil) else {
      let missing: StaticString =
        types.copy != nil ? "copies" : types.rounding == .kahan ? "residuals" : "seeds"
      throw Refusal(.missingPointer, "beside", value: "NULL", accepted: "\(missing)")
    }
    self.count = count
    var declaration = Declaration(kind.name, reading: memory)
    kind.describe(settings, &declaration)
    if let refusal = declaration.refusal ?? kind.conflict(settings) { throw refusal }
    guard types.state.map == nil || declaration.used & ~declaration.mapped == 0 else {
      throw Refusal(
        .constant, "state_dtype", value: "\(Int(types.state.rawValue))",
        accepted: "a type of floats for \(kind.name)")
    }
    stateCount = declaration.stateCount
    used = declaration.used
    unsigned = declaration.unsigned
    hasScalars = declaration.scalarCount > 0
    extents = declaration.extents
    shapes = declaration.shapes
    let gauge = kind.gauge(settings, 1, Gauged(count: 1, rows: 1, columns: 1, epsilon: 0))
    isGauged = gauge != nil
    isOrthogonal = if case .orthogonal = gauge { true } else { false }
    stride = 4 + stateCount + (hasScalars ? 1 : 0) + (shapes != nil ? 2 : 0)
    // What the rows' length is, counted in memory that there can be.
    let limit = maxMemory / (stride * MemoryLayout<Int>.stride)
    guard count >= 0, count <= limit else {
      throw Refusal(
        .memory, "count", value: "\(UInt(bitPattern: count))", accepted: Integers(0, limit).text)
    }
    guard count == 0 || rows != nil else {
      throw Refusal(.missingPointer, "list", value: "NULL", accepted: "a pointer")
    }
    if shapes == nil { columns = columns(of: 0) }
  }

  func row(_ i: Int) -> UnsafePointer<Int> { rows.unsafelyUnwrapped + i * stride }

  /// Throws unless every row can be stepped.
  func check(_ options: StepOptions, total: inout Int) throws(Refusal) {
    for i in 0..<count {
      if let sparse {
        try check(i, sparse[i], options, total: &total)
      } else {
        try check(i, options, total: &total)
      }
    }
  }

  /// What a caller calls an array, or a number, of a row.
  func name(_ i: Int, _ name: StaticString) -> UTF8Text {
    count > 1 ? "list[\(i)].\(name)" : "\(name)"
  }

  /// Throws unless a row's arrays are there and apart, its step counts from 1,
  /// and all rows together are not beyond counting.
  func check(_ i: Int, _ options: StepOptions, total: inout Int) throws(Refusal) {
    let row = row(i)
    let (n, step) = (row[0], row[1])
    func name(_ name: StaticString) -> UTF8Text { self.name(i, name) }
    guard Integers.counts.contains(step) else {
      throw Refusal(
        .range, name("step"), value: "\(step)", accepted: Integers.counts.text, index: i)
    }
    let limit = maxMemory / types.native.size
    guard n >= 0, n <= limit else {
      throw Refusal(
        .memory, name("n"), value: "\(UInt(bitPattern: n))", accepted: Integers(0, limit).text,
        index: i)
    }
    let stepped = sparse == nil ? n : elements(i, 1)
    guard total <= limit - stepped else {
      throw Refusal(.memory, name("n"), value: "\(n)", accepted: "\(limit) in all", index: i)
    }
    total += stepped
    if n == 0 || (sparse == nil && isInOrder(row, UInt(n * types.native.size))) { return }
    try checkShape(i, name)
    func size(_ array: Int) -> Int { elements(i, array) }
    let arrays = 2 + stateCount + (besides == nil ? 0 : 5)
    for array in 0..<arrays where size(array) > 0 {
      let (start, type, isNeeded) = self.array(i, array, options)
      guard start != 0 else {
        if !isNeeded { continue }
        throw Refusal(
          .missingPointer, name(title(array)), value: "NULL",
          accepted: "\(size(array)) \(type.plural)", index: i)
      }
      let length = UInt(type.bytes(size(array)))
      guard start <= UInt.max - length else {
        throw Refusal(
          .memory, name("n"), value: "\(n)", accepted: "an array that ends within memory", index: i)
      }
      for other in 0..<array {
        let (from, kind, _) = self.array(i, other, options)
        let end = from + UInt(kind.bytes(size(other)))
        guard from == 0 || start >= end || from >= start + length else {
          throw Refusal(
            .overlap, name(title(array)), value: "\(size(array)) \(type.plural)",
            accepted: "none of \(title(other))", index: i)
        }
      }
    }
    if beside(i).master != 0 && (types.param.storage == nil || types.rounding == .kahan) {
      throw Refusal(
        .range, name("master"), value: "a pointer",
        accepted: "NULL unless parameters are of 16 bits and have no residual", index: i)
    }
    if hasScalars, row[4 + stateCount] == 0 {
      throw Refusal(
        .missingPointer, name("scalars"), value: "NULL", accepted: "its numbers of state", index: i)
    }
  }

  /// Whether a row of the body alone has all it needs, arrays of that many bytes
  /// and apart. What it finds amiss, and other rows, are looked at closely.
  private func isInOrder(_ row: UnsafePointer<Int>, _ length: UInt) -> Bool {
    guard isPlain, !hasScalars, shapes == nil else { return false }
    // One after the other without loops: of a thousand short arrays it is what takes long.
    func start(_ column: Int) -> UInt { UInt(bitPattern: row[column]) }
    func isThere(_ start: UInt) -> Bool { start != 0 && start <= UInt.max - length }
    func areApart(_ a: UInt, _ b: UInt) -> Bool { (a > b ? a - b : b - a) >= length }
    let (p, g) = (start(2), start(3))
    guard isThere(p), isThere(g), areApart(p, g) else { return false }
    if columns.0 == 2 { return true }
    let a = start(columns.0)
    guard isThere(a), areApart(a, p), areApart(a, g) else { return false }
    if columns.1 == 2 { return true }
    let b = start(columns.1)
    guard isThere(b), areApart(b, p), areApart(b, g), areApart(b, a) else { return false }
    if columns.2 == 2 { return true }
    let c = start(columns.2)
    guard isThere(c), areApart(c, p), areApart(c, g), areApart(c, a), areApart(c, b) else {
      return false
    }
    if columns.3 == 2 { return true }
    let d = start(columns.3)
    return isThere(d) && areApart(d, p) && areApart(d, g) && areApart(d, a) && areApart(d, b)
      && areApart(d, c)
  }

  /// Throws unless a row's matrices are of the shape that is needed, and make up the
  /// parameter.
  func checkShape(_ i: Int, _ name: (StaticString) -> UTF8Text) throws(Refusal) {
    guard let shapes else { return }
    let n = row(i)[0]
    let (rows, columns) = shape(i)
    if shapes == .any && rows == 0 && columns == 0 { return }
    let accepted: UTF8Text =
      shapes == .matrix
      ? "rows * columns of \(n), n" : "0 and 0 of a vector, or what divides \(n), n"
    guard rows > 0, columns > 0, rows <= n / columns,
      shapes == .matrix ? rows * columns == n : n % (rows * columns) == 0
    else {
      throw Refusal(
        .range, name("rows"),
        value: "\(UInt(bitPattern: rows)), and columns \(UInt(bitPattern: columns))",
        accepted: accepted, index: i)
    }
  }

  var isShaped: Bool { shapes != nil }

  /// The bytes that a step of an element moves, about.
  var traffic: Int {
    var arrays = 0
    for state in 0..<stateCount where isUsed(state) { arrays += 1 }
    return 2 * types.param.size + types.grad.size + 2 * arrays * types.state.size
      + (besides == nil ? 0 : 2 * types.native.size)
  }

  /// Rows and columns of a row's matrices; 0 where it is a vector, or nobody
  /// needs to know.
  func shape(_ i: Int) -> (rows: Int, columns: Int) {
    let row = row(i)
    return shapes == nil ? (0, 0) : (row[stride - 2], row[stride - 1])
  }

  /// How many elements an array of state has.
  func size(_ i: Int, _ state: Int) -> Int {
    let n = row(i)[0]
    let (rows, columns) = shape(i)
    return extent(state).count(n, rows, columns) ?? 0
  }

  /// The parameter, its gradient, states, what lies beside, and numbers of state.
  var arrayCount: Int { (besides == nil && !hasScalars ? 2 : 8) + stateCount }

  /// How many elements one of a row's arrays has. A sparse gradient's are those of its rows.
  func elements(_ i: Int, _ array: Int) -> Int {
    let n = row(i)[0]
    if array == 1, let sparse { return sparse[i].count * (n / max(1, sparse[i].total)) }
    if array == 7 + stateCount { return scalarCount }
    return (2..<2 + stateCount).contains(array) ? size(i, array - 2) : n
  }

  /// A number for where the arrays are that a step writes, and how long they are.
  func hash(into hash: inout UInt64, withGradients: Bool) {
    // Neither makes it 0: they are odd, of addresses that are even.
    func product(_ a: Int, _ b: Int) -> UInt64 {
      (UInt64(truncatingIfNeeded: a) ^ 0x9e37_79b9_7f4a_7c15)
        &* (UInt64(truncatingIfNeeded: b) ^ 0xd1b5_4a32_d192_ed03)
    }
    // Which of the arrays there are, what of, and whose, which says how long they are.
    var all = hash ^ UInt64(used) << 32 ^ UInt64(types.param.rawValue) << 16
    all ^= UInt64(types.state.rawValue) << 8 ^ UInt64(types.rounding.rawValue) << 4
    all ^= UInt64(types.copy?.rawValue ?? 0)
    all = (all &* 3) ^ UInt64(UInt(bitPattern: kind.name.utf8Start))
    let (a, b, c, d) = columns
    let isShort = isPlain && !hasScalars && shapes == nil && !withGradients
    for i in 0..<count {
      let row = row(i)
      all ^= product(row[0], row[2])
      if isShort {
        all ^= product(row[a], row[b]) &+ product(row[c], row[d])
      } else {
        for column in 4..<stride { all = (all ^ product(row[column], column)) &* 3 }
        if withGradients { all ^= product(row[3], 1) }
        if let besides {
          let beside = besides[i]
          all ^= product(beside.master, beside.residual) &* 3
          all ^= product(beside.copy, beside.average) &* 5
          all ^= product(beside.accumulated, 7)
        }
      }
      all &*= 0xff51_afd7_ed55_8ccd
    }
    hash = all ^ all >> 32
  }

  /// One row of it, which lies alone.
  func only(_ i: Int) -> Group {
    var one = self
    one.rows = row(i)
    one.besides = besides.map { $0 + i }
    one.norms = norms.map { $0 + i }
    one.made = made.map { $0 + i }
    one.count = 1
    return one
  }

  /// The numbers of a row's state; never read where there are none.
  func scalars(_ i: Int) -> UnsafeMutablePointer<Double> {
    let row = row(i)
    return UnsafeMutablePointer(bitPattern: row[hasScalars ? 4 + stateCount : 2])
      ?? UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
  }

  func isUsed(_ state: Int) -> Bool { used >> UInt(state) & 1 == 1 }

  /// What an array of state is stored in.
  func type(ofState state: Int) -> ElementType {
    types.state == .q8 && unsigned >> UInt(state) & 1 == 1 ? .uq8 : types.state
  }

  /// The arrays of state that are in use, and as long as the parameter, in their
  /// order, which is all that a body knows of them.
  func forEachUsed(_ i: Int, _ visit: (Int) -> Void) {
    for state in 0..<stateCount where isUsed(state) {
      let extent = extent(state)
      if extent == .all || (extent == .vector && shape(i).rows == 0) { visit(state) }
    }
  }

  func extent(_ state: Int) -> Declaration.Extent {
    Declaration.Extent(rawValue: extents >> UInt(2 * state) & 3) ?? .all
  }

  var isWithoutBeside: Bool { besides == nil }

  func beside(_ i: Int) -> Beside { besides.map { $0[i] } ?? .none }

  /// Whether a row is stepped by the body alone.
  private func isPlain(_ i: Int, _ pass: Pass) -> Bool {
    isPlain && pass.isPlain && (made == nil || isFactored(i) || shape(i).rows == 0)
  }

  /// Whether what is stepped is what lies there.
  func takesAsIs(_ pass: Pass) -> Bool {
    isPlain && pass.scale == 1 && pass.options.maxValue == .infinity
  }

  /// One of a row's arrays, 0 where it is not used.
  func array(
    _ i: Int, _ array: Int, _ options: StepOptions
  ) -> (start: UInt, type: ElementType, isNeeded: Bool) {
    func found(_ address: Int, _ type: ElementType, _ isNeeded: Bool = true)
      -> (UInt, ElementType, Bool)
    { (UInt(bitPattern: address), type, isNeeded) }
    let row = row(i)
    switch array - stateCount {
    case 2: return found(beside(i).master, .f32, false)
    case 3:
      let isNeeded = types.rounding == .kahan
      return found(isNeeded ? beside(i).residual : 0, types.param, isNeeded)
    case 4:
      return found(types.copy == nil ? 0 : beside(i).copy, types.copy ?? .bf16, types.copy != nil)
    case 5: return found(beside(i).average, types.native, false)
    case 6: return found(beside(i).accumulated, types.native, options.accumulates)
    case 7: return found(hasScalars ? row[4 + stateCount] : 0, .f64, hasScalars)
    default: break
    }
    switch array {
    case 0: return found(row[2], types.param)
    case 1: return found(row[3], types.grad)
    default:
      let type = type(ofState: array - 2)
      return isUsed(array - 2) ? found(row[2 + array], type) : found(0, type, false)
    }
  }

  func title(_ array: Int) -> StaticString {
    switch array - stateCount {
    case 2: return "master"
    case 3: return "residual"
    case 4: return "copy"
    case 5: return "average"
    case 6: return "accumulated"
    case 7: return "scalars"
    default: return array == 0 ? "param" : array == 1 ? "grad" : state(array - 2).name
    }
  }

  /// What its settings declare, and of an array or a number of state, or of a
  /// setting, all there is to know.
  @inline(never)
  private func declared(_ wanted: Int = -1, setting: Int = -1) -> Declaration {
    var declaration = Declaration(kind.name, wanted: wanted, setting: setting)
    kind.describe(settings, &declaration)
    return declaration
  }

  /// How many numbers of state it declares.
  var scalarCount: Int { declared().scalarCount }

  @inline(never)
  func state(_ index: Int) -> Declaration.State { declared(index).state.unsafelyUnwrapped }

  @inline(never)
  func scalar(_ index: Int) -> Declaration.Scalar { declared(index).scalar.unsafelyUnwrapped }

  /// The setting of that number; nil where there are fewer.
  @inline(never)
  func setting(_ index: Int) -> Declaration.Setting? { declared(setting: index).setting }

  func body(_ i: Int) -> Body {
    let step = row(i)[1]
    if !isGauged { return kind.body(settings, step, scalars(i)).unsafelyUnwrapped }
    return withUnsafeBytes(of: norms?[i] ?? gauged(i)) { known in
      kind.body(
        settings, step,
        known.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Double.self)
      ).unsafelyUnwrapped
    }
  }

  /// Whether rows at the same step have different bodies.
  var isEachItsOwn: Bool { hasScalars || isGauged }

  func gauge(_ i: Int) -> Gauge? { kind.gauge(settings, row(i)[1], gauged(i)) }

  func gauged(_ i: Int) -> Gauged {
    let (rows, columns) = shape(i)
    return Gauged(
      count: row(i)[0], rows: rows, columns: columns, epsilon: types.param.epsilon)
  }

  /// Of no elements there may be no numbers either.
  func advance(_ i: Int) {
    if row(i)[4 + stateCount] == 0 { return }
    kind.advance(settings, row(i)[1], scalars(i))
  }

  /// Elements [first, first + n) of a row.
  func run(_ body: Body, _ i: Int, _ first: Int, _ n: Int, _ pass: Pass) {
    switch types.native {
    case .f64: run(body, i, first, n, pass, pass.table.f64)
    default: run(body, i, first, n, pass, pass.table.f32)
    }
  }

  private func run<T: Element>(
    _ body: Body, _ i: Int, _ first: Int, _ n: Int, _ pass: Pass,
    _ kernel: @escaping StepTable.Kernel<T>
  ) {
    var done = 0
    if isPlain(i, pass) {
      if !isFactored(i) { return run(body, i, first, n, pass.table, kernel) }
      done = runFactored(body, i, first, n, pass, kernel)
    } else if types.native == .f32 {
      done = runStored(body, i, first, n, pass)
    }
    if done < n { stage(body, i, first + done, n - done, pass, kernel) }
  }

  /// Steps elements of a matrix where they lie; how many.
  private func runFactored<T: Element>(
    _ body: Body, _ i: Int, _ first: Int, _ n: Int, _ pass: Pass,
    _ kernel: @escaping StepTable.Kernel<T>
  ) -> Int {
    let whole = n & -Stage<T>.width
    let at: Streams<T> = arrays(i, first)
    withStage(pass.table, kernel, i) { stage in
      stage.move(to: first, whole)
      forEachPart(stage, i) { part, n, factor, columns in
        kernel(body.taking(factor), n, at.part(part, columns, ahead: whole - part - n))
      }
    }
    return whole
  }

  /// Steps elements by what a body does between such arrays alone; how many.
  private func runStored(_ body: Body, _ i: Int, _ first: Int, _ n: Int, _ pass: Pass) -> Int {
    let (row, beside, whole) = (row(i), beside(i), n & ~31)
    let isHalf = types.param == .bf16
    guard whole > 0, isHalf || types.param == .f32, types.grad == types.param,
      types.state == .f32 || types.state == .bf16, types.rounding == .nearest, types.copy == nil,
      pass.scalesAlone, made == nil, beside.master == 0, beside.average == 0,
      beside.accumulated == 0
    else { return 0 }
    func array(_ column: Int, _ type: ElementType) -> UnsafeMutableRawPointer {
      UnsafeMutableRawPointer(bitPattern: row[column] + first * type.size).unsafelyUnwrapped
    }
    var states = (array(2, types.param), array(2, types.param))
    var used = 0
    forEachUsed(i) { state in
      let start = array(4 + state, types.state)
      if used == 0 { states.0 = start } else { states.1 = start }
      used += 1
    }
    let at = StoredStreams(
      p: array(2, types.param), g: array(3, types.grad), a: states.0, b: states.1,
      isHalf: isHalf, areStatesHalf: types.state == .bf16, scale: pass.scale)
    return pass.table.stored(body, whole, at) ? whole : 0
  }

  /// The columns of the states that a body knows, which are those in use in their order;
  /// the parameter's for the others.
  private func columns(of i: Int) -> (Int, Int, Int, Int) {
    var columns = (2, 2, 2, 2)
    var used = 0
    forEachUsed(i) { state in
      switch used {
      case 0: columns.0 = 4 + state
      case 1: columns.1 = 4 + state
      case 2: columns.2 = 4 + state
      default: columns.3 = 4 + state
      }
      used += 1
    }
    return columns
  }

  /// A row's arrays as they lie there, from an element on.
  func arrays<T>(_ i: Int, _ first: Int) -> Streams<T> {
    let row = row(i)
    let columns = isShaped ? columns(of: i) : columns
    func array(_ column: Int) -> UnsafeMutablePointer<T> {
      UnsafeMutablePointer(bitPattern: row[column]).unsafelyUnwrapped + first
    }
    return Streams<T>(
      p: array(2), g: UnsafePointer(array(3)), a: array(columns.0), b: array(columns.1),
      c: array(columns.2), d: array(columns.3))
  }

  /// Elements [first, first + n) of a row.
  private func run<T: Element>(
    _ body: Body, _ i: Int, _ first: Int, _ n: Int, _ table: StepTable,
    _ kernel: StepTable.Kernel<T>
  ) {
    let at: Streams<T> = arrays(i, first)
    let width = 64 / MemoryLayout<T>.stride
    let whole = n & ~(width - 1)
    if whole > 0 { kernel(body, whole, at) }
    guard whole < n else { return }
    // The rest goes through the same loop, in a copy as long as the widest
    // lane; what lies beyond its end is 0 and goes nowhere.
    func rest(_ array: UnsafeMutablePointer<T>) -> UnsafeMutableRawPointer? {
      UnsafeMutableRawPointer(array + whole)
    }
    var arrays = (
      rest(at.p), rest(UnsafeMutablePointer(mutating: at.g)), rest(at.a), rest(at.b), rest(at.c),
      rest(at.d)
    )
    let columns = isShaped ? columns(of: i) : columns
    let count =
      columns.0 == 2 ? 2 : columns.1 == 2 ? 3 : columns.2 == 2 ? 4 : columns.3 == 2 ? 5 : 6
    let size = (n - whole) * MemoryLayout<T>.stride
    withUnsafeTemporaryAllocation(of: T.self, capacity: 6 * width) { copy in
      let base = copy.baseAddress.unsafelyUnwrapped
      let room = UnsafeMutableRawPointer(base)
      withUnsafePointer(to: &arrays) { arrays in
        let arrays = UnsafeRawPointer(arrays).assumingMemoryBound(
          to: UnsafeMutableRawPointer?.self)
        table.rest(false, room, arrays, count, size)
        kernel(
          body, width,
          Streams(
            p: base, g: UnsafePointer(base + width), a: base + 2 * width, b: base + 3 * width,
            c: base + 4 * width, d: base + 5 * width))
        table.rest(true, room, arrays, count, size)
      }
    }
  }

  /// Brings a row's arrays nearer, as far as a step takes them where they lie: of short
  /// ones the processor does not know which is next.
  func fetch(_ i: Int) {
    guard i < count, isPlain, !isShaped else { return }
    let row = row(i)
    let end = min(row[0] * types.native.size, 512)
    var offset = 0
    while offset < end {
      lanes_fetch(UnsafeRawPointer(bitPattern: row[2] + offset))
      lanes_fetch(UnsafeRawPointer(bitPattern: row[3] + offset))
      if columns.0 != 2 { lanes_fetch(UnsafeRawPointer(bitPattern: row[columns.0] + offset)) }
      if columns.1 != 2 { lanes_fetch(UnsafeRawPointer(bitPattern: row[columns.1] + offset)) }
      if columns.2 != 2 { lanes_fetch(UnsafeRawPointer(bitPattern: row[columns.2] + offset)) }
      if columns.3 != 2 { lanes_fetch(UnsafeRawPointer(bitPattern: row[columns.3] + offset)) }
      offset += 64
    }
  }
}

/// One step of every parameter of every group, or of none. `refused` gets the
/// group that is refused; the refusal has the row.
@discardableResult
public func takeStep(
  _ groups: UnsafeBufferPointer<Group>, _ options: StepOptions, refused: inout Int
) throws(Refusal) -> StepOutcome {
  let table = try InstructionSet.table()
  try options.validate()
  var total = 0
  for g in 0..<groups.count {
    let group = groups.baseAddress.unsafelyUnwrapped + g
    do throws(Refusal) {
      if options.accumulates, group.pointee.isWithoutBeside {
        throw Refusal(
          .missingPointer, "beside", value: "NULL", accepted: "accumulated gradients")
      }
      try group.pointee.check(options, total: &total)
    } catch {
      refused = g
      throw error
    }
  }
  try checkApart(groups, options, refused: &refused)
  let room = try Room(groups, options)
  defer { room.deallocate() }
  var outcome = StepOutcome()
  withDense(groups) { groups in
    if options.needsNorm && !options.accumulates {
      let (norm, isFinite) = norm(groups, total: total, table)
      outcome.norm = norm / options.lossScale
      outcome.isSkipped = options.skipsNonfinite && !isFinite
    }
    if outcome.isSkipped {
      for group in groups {
        for i in 0..<group.count { group.forget(i, options) }
      }
    } else {
      let pass = Pass(table, options, outcome.norm)
      step(groups, total: total, pass, room)
    }
  }
  if outcome.isSkipped || options.accumulates { return outcome }
  for g in 0..<groups.count {
    let group = groups.baseAddress.unsafelyUnwrapped + g
    guard group.pointee.hasScalars else { continue }
    for i in 0..<group.pointee.count { group.pointee.advance(i) }
  }
  return outcome
}

/// The norm of all gradients together, and whether all are finite.
private func norm(
  _ groups: UnsafeBufferPointer<Group>, total: Int, _ table: StepTable
) -> (Double, Bool) {
  // Rows of groups one after the other: where each group's begin.
  var rows = 0
  for group in groups { rows += group.count }
  func find(_ i: Int) -> (UnsafePointer<Group>, Int) {
    var (i, group) = (i, groups.baseAddress.unsafelyUnwrapped)
    while i >= group.pointee.count {
      i -= group.pointee.count
      group += 1
    }
    return (group, i)
  }
  func measured(_ measure: Measure) -> Double {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, rows)) { results in
      let results = results.baseAddress.unsafelyUnwrapped
      Norms.each(
        rows,
        {
          let (group, i) = find($0)
          return group.pointee.row(i)[0]
        }, into: results, joined: { measure.joined($0, $1) }
      ) { i, first, n in
        let (group, row) = find(i)
        return group.pointee.types.native == .f64
          ? group.pointee.measure(measure, row, first, n, table, table.f64, table.measure64)
          : group.pointee.measure(measure, row, first, n, table, table.f32, table.measure32)
      }
      return Norms.join(results, rows) { measure.joined($0, $1) }
    }
  }
  let squares = measured(.squares)
  // Squares of doubles may overflow.
  let isFinite = squares.isFinite || (!squares.isNaN && measured(.largest).isFinite)
  return (squares.squareRoot(), isFinite)
}

extension Group {
  fileprivate func measure<T: Element>(
    _ measure: Measure, _ i: Int, _ first: Int, _ n: Int, _ table: StepTable,
    _ kernel: @escaping StepTable.Kernel<T>, _ gauge: StepTable.Gauge<T>
  ) -> Double {
    withStage(table, kernel, i) { stage in
      // As they are before they are scaled.
      let pass = Pass(table, StepOptions(), nil)
      return Norms.gauge(measure, n, Stage<T>.length, gauge) { offset, count in
        stage.move(to: first + offset, count)
        let x = UnsafePointer(gradient(stage, i, pass))
        return (x, x)
      }
    }
  }
}
