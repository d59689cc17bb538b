import Platform
import Schedules
import StepBody

/// What parameters and gradients are arrays of.
public protocol ParameterElement: Sendable, BitwiseCopyable {
  static var elementType: ElementType { get }
}

extension Float: ParameterElement {
  public static var elementType: ElementType { .f32 }
}

extension Double: ParameterElement {
  public static var elementType: ElementType { .f64 }
}

#if !(os(macOS) && arch(x86_64))
  extension Float16: ParameterElement {
    public static var elementType: ElementType { .f16 }
  }
#endif

/// The upper half of a float.
@frozen
public struct BFloat16: ParameterElement, Hashable {
  public var bitPattern: UInt16

  public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

  /// The nearest, of two as near the even one.
  public init(_ x: Float) {
    let bits = x.bitPattern
    bitPattern = UInt16(
      truncatingIfNeeded: x.isNaN ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16)
  }

  public static var elementType: ElementType { .bf16 }
}

extension Float {
  public init(_ x: BFloat16) { self.init(bitPattern: UInt32(x.bitPattern) << 16) }
}

/// One of an optimizer's groups of parameters, and its settings:
/// `group.lr = scheduler.rates[0]`.
#if !hasFeature(Embedded)
  @dynamicMemberLookup
#endif
public struct OptimGroup<O: Optimizer> {
  fileprivate let owned: OwnedGroup

  /// Those of the next step, which throws where they are refused.
  public var settings: O {
    get {
      withUnsafePointer(to: owned.proposed ?? owned.settings.pointee) {
        UnsafeRawPointer($0).load(as: O.self)
      }
    }
    nonmutating set {
      var next = Settings()
      withUnsafeMutableBytes(of: &next) { $0.storeBytes(of: newValue, as: O.self) }
      owned.proposed = next
    }
  }

  #if !hasFeature(Embedded)
    public subscript<Value>(dynamicMember path: WritableKeyPath<O, Value>) -> Value {
      get { settings[keyPath: path] }
      nonmutating set { settings[keyPath: path] = newValue }
    }
  #endif
}

/// An optimizer that keeps what it remembers of its parameters, which are in
/// groups, each with settings of its own, and of an optimizer of its own.
///
/// ```
/// let optim = Optim<Float>()
/// let weights = try optim.add(AdamW(weightDecay: 0.1), sizes: [784 * 10])
/// let biases = try optim.add(AdamW(weightDecay: 0), sizes: [10])
/// weights.lr = 1e-4
/// try optim.step(&params, grads)
/// ```
///
/// What it keeps is its own: a copy of the reference is the same optimizer. One
/// thread at a time. Parameters are arrays of `Float`, `Double`, `BFloat16` or
/// `Float16`, as many as one likes in one step, which does all that
/// ``StepOptions`` ask for.
public final class Optim<T: ParameterElement> {
  private let core = AnyOptim()
  /// Of each array, its group and its index there.
  private var arrays: [(group: OwnedGroup, index: Int)] = []
  /// What the copies of each group lie in.
  private var copies: [UnsafeMutableRawPointer] = []

  public init() {}

  deinit {
    for block in copies { free(block) }
  }

  /// A group of arrays of those sizes, after those that there are.
  ///
  /// - Parameters:
  ///   - shapes: For optimizers of matrices the rows and columns of each, or of those
  ///     that lie in it one after the other; 0 of a vector.
  ///   - gradients: What gradients are made of; the parameters' type if nil.
  ///   - state: What states are stored in; floats, or doubles of doubles, if nil.
  ///   - copy: Of which 16 bits a copy of each parameter is made as it is stepped,
  ///     for ``withCopy(of:_:)``; none if nil, and none of doubles.
  ///   - rounding: What becomes of what 16 bits cannot hold.
  ///   - master: Whether parameters of 16 bits are copies of floats that are kept.
  ///   - average: Whether an average of each parameter is kept, the parameter
  ///     itself before its first step; the options' `averageWeight` moves it.
  ///   - accumulated: Whether there is room for gradients that are accumulated.
  ///   - seed: What the chances of stochastic rounding are of.
  /// - Throws: When a setting is refused, or memory is.
  @discardableResult
  public func add<O: Optimizer>(
    _ optimizer: O, sizes: [Int], shapes: [(rows: Int, columns: Int)] = [],
    gradients: ElementType? = nil, state: ElementType? = nil, copy: ElementType? = nil,
    rounding: Rounding = .nearest,
    master: Bool = false, average: Bool = false, accumulated: Bool = false, seed: UInt64 = 0
  ) throws(Refusal) -> OptimGroup<O> {
    if !shapes.isEmpty { try require("shapes", shapes.count, sizes.count, "of them, as sizes") }
    let types = try ElementTypes(
      T.elementType, grad: gradients, state: state, copy: copy, rounding: rounding)
    var settings = Settings()
    withUnsafeMutableBytes(of: &settings) { $0.storeBytes(of: optimizer, as: O.self) }
    var list = sizes.indices.map {
      let (rows, columns) = shapes.isEmpty ? (0, 0) : shapes[$0]
      return Parameter(n: sizes[$0], rows: rows, columns: columns)
    }
    let block = copy == nil ? nil : try room(&list)
    defer { if let block, copies.last != block { free(block) } }
    let index = try list.withUnsafeBufferPointer { (list) throws(Refusal) in
      try core.add(
        KindOf<O>(), settings,
        Keeping(types, master: master, average: average, accumulated: accumulated, seed: seed),
        list.baseAddress, count: list.count)
    }
    let group = core.groups[index]
    for i in sizes.indices { arrays.append((group, i)) }
    if let block { copies.append(block) }
    return OptimGroup(owned: group)
  }

  /// Memory for copies of 16 bits, zeros. Sizes that are none are refused later.
  private func room(_ list: inout [Parameter]) throws(Refusal) -> UnsafeMutableRawPointer {
    var bytes = 0
    for parameter in list where parameter.n > 0 && bytes <= maxMemory {
      bytes += 2 * min(parameter.n, maxMemory)
    }
    guard bytes <= maxMemory, let block = calloc(bytes + 2, 1) else {
      throw Refusal(
        .memory, "copy", value: "\(bytes) bytes", accepted: "what fits in memory")
    }
    var next = Int(bitPattern: block)
    for i in list.indices {
      list[i].copy = next
      next += 2 * max(0, list[i].n)
    }
    return block
  }

  /// One step of every array that has a gradient, in place, or of none.
  ///
  /// - Parameters:
  ///   - params: As many arrays as were added, of the sizes that were said.
  ///   - grads: A gradient for each; nil of one that is not stepped this time. Those
  ///     that options zero are given as `&grads`.
  /// - Throws: With nothing changed, when a size is another or a setting is refused.
  @discardableResult
  public func step(
    _ params: inout [[T]], _ grads: [[T]?], _ options: StepOptions = StepOptions()
  ) throws(Refusal) -> StepOutcome {
    try take(&params, grads, options)
  }

  /// The same with gradients of another type, the one that the groups have.
  @discardableResult
  public func step<G: ParameterElement>(
    _ params: inout [[T]], _ grads: [[G]?], _ options: StepOptions = StepOptions()
  ) throws(Refusal) -> StepOutcome {
    try take(&params, grads, options)
  }

  /// The same with gradients that become 0 where options say so.
  @discardableResult
  public func step<G: ParameterElement>(
    _ params: inout [[T]], _ grads: inout [[G]?], _ options: StepOptions = StepOptions()
  ) throws(Refusal) -> StepOutcome {
    try check(params, grads)
    return try take(&params, options) { k in
      grads[k]?.withUnsafeMutableBufferPointer { Int(bitPattern: $0.baseAddress) } ?? 0
    }
  }

  /// The same of a gradient for each.
  @discardableResult
  public func step<G: ParameterElement>(
    _ params: inout [[T]], _ grads: inout [[G]], _ options: StepOptions = StepOptions()
  ) throws(Refusal) -> StepOutcome {
    try check(params, grads)
    return try take(&params, options) { k in
      grads[k].withUnsafeMutableBufferPointer { Int(bitPattern: $0.baseAddress) }
    }
  }

  private func take<G: ParameterElement>(
    _ params: inout [[T]], _ grads: [[G]?], _ options: StepOptions
  ) throws(Refusal) -> StepOutcome {
    if options.zeroesGradients {
      throw Refusal(
        .value, "zeroesGradients", value: "true", accepted: "false of arrays that are not inout")
    }
    try check(params, grads)
    return try withExtendedLifetime(grads) { () throws(Refusal) in
      try take(&params, options) { k in
        grads[k]?.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) } ?? 0
      }
    }
  }

  /// Throws unless arrays are of the sizes and the types that were added.
  private func check<G: ParameterElement>(
    _ params: [[T]], _ grads: [[G]?]
  ) throws(Refusal) {
    try require("params", params.count, arrays.count, "arrays, as were added")
    try require("grads", grads.count, arrays.count, "arrays, as params")
    for (k, (group, i)) in arrays.enumerated() {
      try require("params[\(k)]", params[k].count, group.parameters[i].n, "elements, as were added")
      guard let grad = grads[k] else { continue }
      try require("grads[\(k)]", grad.count, params[k].count, "elements, as the parameter")
      guard group.keeping.types.grad == G.elementType else {
        throw Refusal(
          .type, "grads[\(k)]", value: "\(G.elementType.plural)",
          accepted: "\(group.keeping.types.grad.plural)")
      }
    }
  }

  /// A step of arrays that have been checked; `grad` says where an array's gradient
  /// is, which stays there until this returns.
  private func take(
    _ params: inout [[T]], _ options: StepOptions, _ grad: (Int) -> Int
  ) throws(Refusal) -> StepOutcome {
    defer { for (group, i) in arrays { group.place(i, at: 0, 0) } }
    for (k, (group, i)) in arrays.enumerated() {
      // Elements stay where they are while nothing changes their array, and until
      // this returns nothing does.
      let param = params[k].withUnsafeMutableBufferPointer { Int(bitPattern: $0.baseAddress) }
      group.place(i, at: param, grad(k))
    }
    return try withExtendedLifetime(params) { () throws(Refusal) in
      try core.settle()
      var refused = 0
      return try core.step(options, refused: &refused)
    }
  }

  private func require(
    _ name: UTF8Text, _ count: Int, _ expected: Int, _ what: StaticString
  ) throws(Refusal) {
    if count != expected {
      throw Refusal(.range, name, value: "\(count)", accepted: "\(expected) \(what)")
    }
  }

  private func array(_ k: Int) throws(Refusal) -> (group: OwnedGroup, index: Int) {
    guard arrays.indices.contains(k) else {
      throw Refusal(
        .range, "array", value: "\(k)",
        accepted: arrays.isEmpty ? "none before one is added" : Integers(0, arrays.count - 1).text)
    }
    return arrays[k]
  }

  /// How many steps were taken with an array; they are numbered in the order in
  /// which they were added.
  public func steps(of array: Int) throws(Refusal) -> Int {
    let (group, i) = try self.array(array)
    return group.steps(i).pointee - 1
  }

  /// Says how many steps were taken with an array elsewhere, where the states come from
  /// that ``setState(_:of:to:)`` puts: PyTorch's "step", or 1 where it counts none, as
  /// of `SGD`.
  public func setSteps(_ steps: Int, of array: Int) throws(Refusal) {
    let (group, i) = try self.array(array)
    try group.setSteps(i, to: steps)
  }

  /// What an array was at the end of its last step, in the 16 bits that its group
  /// makes copies of; zeros before the first. They stay in their place until the
  /// next step.
  ///
  /// - Throws: When there is no such array, or no copy of it.
  public func withCopy<R>(
    of array: Int, _ body: (UnsafeRawBufferPointer) -> R
  ) throws(Refusal) -> R {
    let (group, i) = try self.array(array)
    guard group.keeping.types.copy != nil else {
      throw Refusal(.field, "copy", accepted: "a group that was added with a type of copies")
    }
    let parameter = group.parameters[i]
    return body(
      UnsafeRawBufferPointer(
        start: UnsafeRawPointer(bitPattern: parameter.copy), count: 2 * parameter.n))
  }

  /// What is kept of an array, whatever it is stored in, by its name: "exp_avg" or
  /// what the optimizer declares, "master", "average", "accumulated", "residual".
  /// A number of state is an array of one.
  public func state(_ name: String, of array: Int) throws(Refusal) -> [Double] {
    let (group, i) = try self.array(array)
    let (start, n, type) = try group.state(i, UTF8Text(name.utf8))
    if type.map == nil {
      let operand = Operand(start, n, type)
      return (0..<n).map { operand.element($0) }
    }
    var floats = [Float](repeating: 0, count: n)
    try convert(start, dtype: type.rawValue, &floats, toDtype: ElementType.f32.rawValue, n)
    return floats.map { Double($0) }
  }

  /// Puts what is kept of an array, by the names of ``state(_:of:)``, rounded to what
  /// it is stored in. What was never stepped begins with its first step: see
  /// ``setSteps(_:of:)``.
  ///
  /// - Throws: With nothing changed, when there is no such state, or it has another
  ///   number of elements.
  public func setState(_ name: String, of array: Int, to values: [Double]) throws(Refusal) {
    let (group, i) = try self.array(array)
    try core.settle()
    let (start, n, type) = try group.state(i, UTF8Text(name.utf8))
    try require("\(UTF8Text(name.utf8))", values.count, n, "elements")
    guard let start, n > 0 else { return }
    if type == .f64 {
      start.assumingMemoryBound(to: Double.self).update(from: values, count: n)
    } else {
      let floats = values.map { Float($0) }
      try floats.withUnsafeBufferPointer { (floats) throws(Refusal) in
        try convert(
          floats.baseAddress, dtype: ElementType.f32.rawValue, start, toDtype: type.rawValue, n)
      }
    }
  }

  /// Everything but the parameters and gradients, settings included; C and C++
  /// load it, too.
  public func save() throws(Refusal) -> [UInt8] {
    try core.settle()
    return [UInt8](unsafeUninitializedCapacity: core.savedCount) { bytes, count in
      if let start = bytes.baseAddress { core.save(to: start) }
      count = core.savedCount
    }
  }

  /// Takes over what was saved of an optimizer with the same groups of the same
  /// sizes and types; settings become what they were.
  ///
  /// - Throws: With nothing changed, where there is a difference, which is named.
  public func load(_ bytes: [UInt8]) throws(Refusal) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Refusal) in
      try core.load(UnsafeRawBufferPointer(bytes))
    }
  }
}
