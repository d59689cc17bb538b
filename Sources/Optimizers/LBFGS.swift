import Platform
import Schedules
import StepBody

/// L-BFGS: steps by what the last gradients say of the curvature, each of several
/// evaluations of a function.
///
/// ```
/// s = d · t,   y = g − g before,   ro = 1 / (y · s)
/// d ← −H · g, H from the last pairs of s and y, by the two loops
/// p ← p + t · d
/// ```
///
/// A pair is kept where y · s > 1e-10. t is lr, and min(1, 1 / Σ|g|) · lr at the
/// very first; under `strongWolfe` a line search goes on from there. A step ends
/// after `maxIter` iterations or `maxEval` evaluations, or where the largest |g|
/// is at most `toleranceGrad`, or g · d above −`toleranceChange`, or the largest
/// |t · d| or the change of the loss at most `toleranceChange`.
///
/// Source: Nocedal and Wright, Numerical Optimization, 3.5 and 7.2; PyTorch's
/// `LBFGS`.
public struct LBFGS: Sendable {
  /// The first length tried.
  public var lr = 1.0
  /// The largest |g| that is none.
  public var toleranceGrad = 1e-7
  /// The largest change that is none, of the loss and of an element.
  public var toleranceChange = 1e-9
  /// Iterations of a step, at the most.
  public var maxIter = 20
  /// Evaluations of a step; it does not begin another iteration after as many.
  public var maxEval = 25
  /// Pairs that are remembered.
  public var historySize = 100
  /// Whether the length is searched for.
  public var strongWolfe = false

  public init() {}

  /// Throws when a setting is out of its range.
  public func validate() throws(Refusal) {
    for (name, value) in [
      ("lr", lr), ("tolerance_grad", toleranceGrad), ("tolerance_change", toleranceChange),
    ] as [(StaticString, Double)] where !Reals.notNegative.contains(value) {
      throw Refusal(
        .value, "LBFGS \(name)", value: "\(value)", accepted: Reals.notNegative.text)
    }
    for (name, value) in [
      ("max_iter", maxIter), ("max_eval", maxEval), ("history_size", historySize),
    ] as [(StaticString, Int)] where !Integers.counts.contains(value) {
      throw Refusal(.value, "LBFGS \(name)", value: "\(value)", accepted: Integers.counts.text)
    }
  }

  /// What is remembered between steps, in the caller's memory; laid out as C's
  /// sched_lbfgs_memory, and zeros before the first step.
  public struct Memory {
    public var iterations, evaluations, count, known: Int64
    public var t, scale, loss: Double
    public var direction, gradient: UnsafeMutableRawPointer?
    public var dirs, steps: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    public var ro, al, products: UnsafeMutablePointer<Double>?
  }

  /// One step of `n` elements. `evaluate` gives the loss at `param` and puts its
  /// gradient into `grad`, or nil to give up: then `param` is where the iteration
  /// began. The first loss, or nil.
  ///
  /// Of 16 bits the step goes on in floats, as does all that is remembered, and
  /// `param` is the nearest at every evaluation and after the last.
  ///
  /// Throws, with nothing changed, when an array is missing or lies on another.
  public func step(
    _ types: ElementTypes, _ n: Int, _ param: UnsafeMutableRawPointer?,
    _ grad: UnsafeMutableRawPointer?, _ memory: UnsafeMutablePointer<Memory>,
    _ evaluate: () -> Double?
  ) throws(Refusal) -> Double? {
    try validate()
    try check(types, n, param, grad, memory.pointee)
    if n == 0 { return evaluate() }
    guard let param, let grad else { return nil }
    // Where the iteration began, what the search holds, and floats of 16 bits.
    guard let room = malloc(7 * n * types.native.size) else {
      throw Refusal(.memory, "n", value: "\(n)", accepted: "what there is memory for")
    }
    defer { free(room) }
    let table = try InstructionSet.table()
    let bytes = n * types.native.size
    let p = Stored(param, types.param, n, beside: room + 5 * bytes, table)
    let g = Stored(grad, types.grad, n, beside: room + 6 * bytes, table)
    p.decode()
    var evaluations = 0
    let run = Run(self, table, types.native, n, p.native, g.native, memory, room)
    let found = try run.run {
      if evaluations > 0 { p.encode() }
      evaluations += 1
      guard let loss = evaluate() else { return nil }
      g.decode()
      return loss
    }
    if found != nil || evaluations > 1 { p.encode() }
    return found
  }

  private func check(
    _ types: ElementTypes, _ n: Int, _ param: UnsafeMutableRawPointer?,
    _ grad: UnsafeMutableRawPointer?, _ memory: Memory
  ) throws(Refusal) {
    let limit = maxMemory / (8 * types.native.size)
    guard n >= 0, n <= limit else {
      throw Refusal(
        .memory, "n", value: "\(UInt(bitPattern: n))", accepted: Integers(0, limit).text)
    }
    // So far that those of this step can be added.
    let counted = Integers(0, maxStep)
    for (name, number, accepted) in [
      ("n_iter", memory.iterations, counted), ("func_evals", memory.evaluations, counted),
      ("count", memory.count, Integers(0, historySize)),
      ("known", memory.known, Integers(0, max(0, Int(memory.count)))),
    ] as [(StaticString, Int64, Integers)] where !accepted.contains(Int(number)) {
      throw Refusal(.range, "\(name)", value: "\(Int(number))", accepted: accepted.text)
    }
    if n == 0 { return }
    let native = types.native
    var arrays: [(UTF8Text, UnsafeMutableRawPointer?, ElementType)] = [
      ("param", param, types.param), ("grad", grad, types.grad), ("d", memory.direction, native),
      ("prev_flat_grad", memory.gradient, native),
    ]
    let pairs = min(historySize, Int(memory.count) + min(maxIter, historySize))
    guard let dirs = memory.dirs, let steps = memory.steps, memory.ro != nil, memory.al != nil
    else {
      throw Refusal(
        .missingPointer, "old_dirs, old_stps, ro or al", value: "NULL",
        accepted: "room for \(historySize) each")
    }
    guard memory.products != nil else {
      throw Refusal(
        .missingPointer, "products", value: "NULL", accepted: "\(pairs * (pairs + 1)) doubles")
    }
    for i in 0..<pairs {
      arrays += [("old_dirs[\(i)]", dirs[i], native), ("old_stps[\(i)]", steps[i], native)]
    }
    for (i, (name, array, type)) in arrays.enumerated() {
      let (start, length) = (UInt(bitPattern: array), UInt(n * type.size))
      guard start != 0 else {
        throw Refusal(
          .missingPointer, name, value: "NULL", accepted: "\(n) \(type.plural)")
      }
      guard start <= UInt.max - length else {
        throw Refusal(
          .memory, "n", value: "\(n)", accepted: "an array that ends within memory")
      }
      for (other, before, its) in arrays[..<i] {
        let from = UInt(bitPattern: before)
        guard from >= start + length || start >= from + UInt(n * its.size) else {
          throw Refusal(
            .overlap, name, value: "\(n) \(type.plural)", accepted: "none of \(other)")
        }
      }
    }
  }
}

/// An array of the caller's, and what is computed with: the same, or floats in its
/// place where it is of 16 bits.
private struct Stored {
  let array: UnsafeMutableRawPointer
  let storage: Storage?
  let n: Int
  let native: UnsafeMutableRawPointer
  let table: StepTable

  init(
    _ array: UnsafeMutableRawPointer, _ type: ElementType, _ n: Int,
    beside: UnsafeMutableRawPointer, _ table: StepTable
  ) {
    (self.array, self.n, self.table) = (array, n, table)
    storage = type.storage
    native = storage == nil ? array : beside
  }

  func decode() { if let storage { convert(.decode(storage)) } }
  func encode() { if let storage { convert(.encode(storage)) } }

  private func convert(_ conversion: Conversion) {
    inShares(n) { first, last in
      let stored = array + 2 * first
      table.convert(
        conversion, last - first, native.assumingMemoryBound(to: Float.self) + first, stored,
        stored)
    }
  }
}

/// Works through `n` elements on all threads, each from a multiple of 16.
private func inShares(_ n: Int, _ work: (Int, Int) -> Void) {
  let shares = max(1, min(Threads.count, n / 131_072))
  Threads.run(shares) { share in
    work(n * share / shares & ~15, share == shares - 1 ? n : n * (share + 1) / shares & ~15)
  }
}

/// What ``LBFGS`` remembers between steps of a parameter of that; empty before the
/// first.
public struct LBFGSState<T: ParameterElement>: Sendable {
  /// Iterations and evaluations so far.
  public fileprivate(set) var iterations = 0
  public fileprivate(set) var evaluations = 0
  /// The direction, the gradient before, then the pairs, wherever they stand: the
  /// bytes of floats, or of doubles.
  fileprivate var storage: [UInt8] = []
  /// Where the pairs stand, the oldest first.
  fileprivate var order: [Int] = []
  fileprivate var count = 0
  fileprivate var scale = 1.0
  fileprivate var t = 0.0
  fileprivate var known = 0
  /// ro, al and the products of pairs.
  fileprivate var numbers: [Double] = []

  public init() {}
}

extension LBFGS {
  /// What it remembers of a parameter of doubles.
  public typealias State = LBFGSState<Double>

  /// One step, in place. `objective` gives the loss at a point and fills in its
  /// gradient; nil gives up, and the parameter is where the last whole iteration
  /// left it. The first loss, or nil.
  ///
  /// A parameter of `BFloat16` or `Float16` is rounded for every evaluation and at
  /// the end; what is remembered of it are floats.
  ///
  /// Throws, with nothing changed, when the state is of another length or of
  /// another size of history, or a setting is out of its range.
  @discardableResult
  public func step<T: ParameterElement>(
    _ param: inout [T], _ state: inout LBFGSState<T>,
    _ objective: (_ param: [T], _ grad: inout [T]) -> Double?
  ) throws(Refusal) -> Double? {
    try take(&param, &state, objective)
  }

  /// The same with gradients of another type: any but doubles, which go with doubles
  /// alone.
  @discardableResult
  public func step<T: ParameterElement, G: ParameterElement>(
    _ param: inout [T], _ state: inout LBFGSState<T>,
    _ objective: (_ param: [T], _ grad: inout [G]) -> Double?
  ) throws(Refusal) -> Double? {
    try take(&param, &state, objective)
  }

  private func take<T: ParameterElement, G: ParameterElement>(
    _ param: inout [T], _ state: inout LBFGSState<T>, _ objective: ([T], inout [G]) -> Double?
  ) throws(Refusal) -> Double? {
    try validate()
    let types = try ElementTypes(T.elementType, grad: G.elementType)
    let (n, room) = (param.count, historySize)
    let zeros = [G](unsafeUninitializedCapacity: n) { zeros, count in
      if let start = zeros.baseAddress { memset(start, 0, n * MemoryLayout<G>.stride) }
      count = n
    }
    var grad = zeros
    if n == 0 { return objective(param, &grad) }
    let size = n * types.native.size
    guard n <= maxMemory / 16 / (2 + 2 * room) else {
      throw Refusal(.memory, "history_size", value: "\(room)", accepted: "what there is room for")
    }
    var next = state
    if next.order.isEmpty {
      next.storage = [UInt8](repeating: 0, count: (2 + 2 * room) * size)
      next.order = (0..<room).map { $0 }
      next.numbers = [Double](repeating: 0, count: 2 * room)
    }
    guard next.storage.count == (2 + 2 * room) * size else {
      let before = next.storage.count / (2 + 2 * next.order.count) / types.native.size
      throw Refusal(
        .range, "state", value: "\(before) elements",
        accepted: "\(n) and the history it began with")
    }
    let pairs = min(room, next.count + min(maxIter, room))
    guard pairs * (pairs + 1) <= maxMemory / 16 else {
      throw Refusal(.memory, "history_size", value: "\(room)", accepted: "what there is room for")
    }
    state = LBFGSState()
    defer { state = next }
    let missing = 2 * room + pairs * (pairs + 1) - next.numbers.count
    if missing > 0 { next.numbers += [Double](repeating: 0, count: missing) }
    let order = next.order
    let result = param.withUnsafeMutableBufferPointer { p in
      grad.withUnsafeMutableBufferPointer { g in
        next.storage.withUnsafeMutableBytes { s in
          next.numbers.withUnsafeMutableBufferPointer { numbers -> Result<Double?, Refusal> in
            let (p, g) = (p.baseAddress.unsafelyUnwrapped, g.baseAddress.unsafelyUnwrapped)
            let base = s.baseAddress.unsafelyUnwrapped
            let ro = numbers.baseAddress.unsafelyUnwrapped
            func pointers(_ first: Int) -> [UnsafeMutableRawPointer?] {
              order.map { base + (first + $0) * size }
            }
            var (dirs, steps) = (pointers(2), pointers(2 + room))
            defer {
              for i in 0..<room {
                next.order[i] = dirs[i].map { ($0 - base) / size - 2 } ?? 0
              }
            }
            return dirs.withUnsafeMutableBufferPointer { dirs in
              steps.withUnsafeMutableBufferPointer { steps in
                var memory = Memory(
                  iterations: Int64(next.iterations), evaluations: Int64(next.evaluations),
                  count: Int64(next.count), known: Int64(next.known), t: next.t,
                  scale: next.scale, loss: 0, direction: base, gradient: base + size,
                  dirs: dirs.baseAddress, steps: steps.baseAddress, ro: ro, al: ro + room,
                  products: ro + 2 * room)
                defer {
                  next.iterations = Int(memory.iterations)
                  next.evaluations = Int(memory.evaluations)
                  (next.count, next.known) = (Int(memory.count), Int(memory.known))
                  (next.t, next.scale) = (memory.t, memory.scale)
                }
                do throws(Refusal) {
                  return .success(
                    try step(types, n, p, g, &memory) {
                      var found = zeros
                      let loss = objective([T](UnsafeBufferPointer(start: p, count: n)), &found)
                      if found.count == n { memcpy(g, found, n * MemoryLayout<G>.stride) }
                      return found.count == n ? loss : nil
                    })
                } catch {
                  return .failure(error)
                }
              }
            }
          }
        }
      }
    }
    return try result.get()
  }
}

/// A step on its way.
private struct Run {
  typealias Array = UnsafeMutableRawPointer

  let hyper: LBFGS
  let table: StepTable
  /// Floats or doubles, and how many bytes an array is.
  let type: ElementType
  let n, bytes: Int
  let p, g: Array
  let memory: UnsafeMutablePointer<LBFGS.Memory>
  /// Where the iteration began.
  let origin: Array
  /// Arrays of the search.
  let room: Array
  let d, before: Array

  init(
    _ hyper: LBFGS, _ table: StepTable, _ type: ElementType, _ n: Int, _ param: Array,
    _ grad: Array, _ memory: UnsafeMutablePointer<LBFGS.Memory>, _ room: Array
  ) {
    (self.hyper, self.table, self.type, self.n) = (hyper, table, type, n)
    bytes = n * type.size
    (p, g) = (param, grad)
    self.memory = memory
    origin = room
    self.room = room + bytes
    d = memory.pointee.direction.unsafelyUnwrapped
    before = memory.pointee.gradient.unsafelyUnwrapped
  }

  // MARK: Arrays

  func copy(_ from: Array, to: Array) { memcpy(to, from, bytes) }

  private func copy(_ from: Array, to: Array, _ first: Int, _ last: Int) {
    let start = first * type.size
    memcpy(to + start, from + start, (last - first) * type.size)
  }

  /// y ← y + a · x.
  func add(_ a: Double, _ x: Array, to y: Array) {
    let work = adding(a, x, to: y)
    inShares(n, work)
  }

  /// The same of some elements, from a multiple of 16.
  private func adding(_ a: Double, _ x: Array, to y: Array) -> (Int, Int) -> Void {
    type == .f64 ? adding(a, x, to: y, table.f64) : adding(a, x, to: y, table.f32)
  }

  private func adding<T: Element>(
    _ a: Double, _ x: Array, to y: Array, _ kernel: @escaping StepTable.Kernel<T>
  ) -> (Int, Int) -> Void {
    var sgd = SGD()
    sgd.lr = -a
    var one = 0.0
    let body = sgd.body(2, &one)
    let (x, y) = (x.assumingMemoryBound(to: T.self), y.assumingMemoryBound(to: T.self))
    return { first, last in
      let whole = first + (last - first) & ~15
      var at = Streams(p: y + first, g: UnsafePointer(x + first))
      at.ahead = n - last
      if whole > first { kernel(body, whole - first, at) }
      for i in whole..<last { y[i] = y[i] - x[i] * T(-a) }
    }
  }

  /// x ← a · x, of some elements.
  private func scale(_ x: Array, by a: Double, _ first: Int, _ last: Int) {
    type == .f64
      ? scale(x.assumingMemoryBound(to: Double.self), by: a, first, last)
      : scale(x.assumingMemoryBound(to: Float.self), by: Float(a), first, last)
  }

  private func scale<T: Element>(
    _ x: UnsafeMutablePointer<T>, by a: T, _ first: Int, _ last: Int
  ) {
    // Sixteen at once, which a compiler that saves code does not do by itself.
    let whole = first + (last - first) & ~15
    let sixteens = UnsafeMutableRawPointer(x + first)
    for at in stride(
      from: 0, to: (whole - first) * MemoryLayout<T>.stride, by: MemoryLayout<SIMD16<T>>.size)
    {
      let values = sixteens.loadUnaligned(fromByteOffset: at, as: SIMD16<T>.self)
      sixteens.storeBytes(of: values * a, toByteOffset: at, as: SIMD16<T>.self)
    }
    for i in whole..<last { x[i] = x[i] * a }
  }

  func measure(
    _ measure: Measure, _ x: Array, _ y: Array? = nil, doing work: ((Int, Int) -> Void)? = nil
  ) throws(Refusal) -> Double {
    let (x, y) = (Operand(x, n, type), y.map { Operand($0, n, type) })
    var result = 0.0
    try Norms.measure(
      measure, 1, { _ in x }, with: y.map { y in { _ in y } }, into: &result, doing: work)
    return result
  }

  func dot(_ x: Array, _ y: Array) throws(Refusal) -> Double { try measure(.products, x, y) }

  func dir(_ i: Int) -> Array { pair(memory.pointee.dirs, i) }
  func stp(_ i: Int) -> Array { pair(memory.pointee.steps, i) }
  private func pair(
    _ list: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ i: Int
  ) -> Array {
    list.unsafelyUnwrapped[i].unsafelyUnwrapped
  }

  // MARK: The step

  func run(_ evaluate: () -> Double?) throws(Refusal) -> Double? {
    guard var loss = evaluate() else { return nil }
    let first = loss
    var evaluations = 1
    memory.pointee.evaluations &+= 1
    if try measure(.largest, g) <= hyper.toleranceGrad { return first }
    var iteration = 0
    while iteration < hyper.maxIter {
      iteration += 1
      memory.pointee.iterations &+= 1
      let slope = try direct()
      let previous = loss
      memory.pointee.loss = loss
      var t = hyper.lr
      if memory.pointee.iterations == 1 { t = min(1, 1 / (try measure(.magnitudes, g))) * hyper.lr }
      memory.pointee.t = t
      if slope > -hyper.toleranceChange { break }
      var spent = 0
      if hyper.strongWolfe || iteration != hyper.maxIter { copy(p, to: origin) }
      if hyper.strongWolfe {
        guard
          let found = try search(
            t, loss, slope, hyper.maxEval - evaluations, evaluate)
        else { return nil }
        (loss, t, spent) = found
        add(t, d, to: p)
        memory.pointee.t = t
      } else {
        add(t, d, to: p)
        if iteration != hyper.maxIter {
          guard let new = evaluate() else {
            copy(origin, to: p)
            return nil
          }
          loss = new
          spent = 1
        }
      }
      evaluations += spent
      memory.pointee.evaluations &+= Int64(spent)
      if iteration == hyper.maxIter || evaluations >= hyper.maxEval { break }
      if try measure(.largest, g) <= hyper.toleranceGrad { break }
      if try abs(t) * measure(.largest, d) <= hyper.toleranceChange { break }
      if abs(loss - previous) < hyper.toleranceChange { break }
    }
    return first
  }

  /// Takes the last step in, finds the next direction, and gives g · d.
  ///
  /// The two loops go over numbers: a direction is a sum of g, of every y and of
  /// every s, and their products with each other are all that its factors depend
  /// on. So an array is read once for what it gives with y and g, and once for the
  /// sum; loops over arrays would go through d, too, each time.
  private func direct() throws(Refusal) -> Double {
    let m = memory
    guard m.pointee.iterations > 1, let ro = m.pointee.ro, let al = m.pointee.al,
      let dirs = m.pointee.dirs, let steps = m.pointee.steps, let products = m.pointee.products
    else {
      (m.pointee.count, m.pointee.known, m.pointee.scale) = (0, 0, 1)
      copy(g, to: before)
      return try combine(-1, [])
    }
    // y and s, in the places of what they are made from.
    let (y, s) = (before, d)
    let add = adding(1, g, to: y)
    let ys = try measure(.products, y, s) { first, last in
      scale(y, by: -1, first, last)
      add(first, last)
      scale(s, by: m.pointee.t, first, last)
    }
    var (count, known) = (Int(m.pointee.count), Int(m.pointee.known))
    let isKept = ys > 1e-10
    if isKept {
      if count == hyper.historySize {
        // The newest lie where the oldest did.
        let (oldest, other) = (dirs[0], steps[0])
        for i in 1..<max(1, count) {
          (dirs[i - 1], steps[i - 1], ro[i - 1]) = (dirs[i], steps[i], ro[i])
        }
        count -= 1
        (dirs[count], steps[count]) = (oldest, other)
        for i in 1..<max(1, known) {
          let (from, to) = (products + i * (i + 1), products + (i - 1) * i)
          memmove(to, from + 1, i * MemoryLayout<Double>.stride)
          memmove(to + i, from + i + 2, i * MemoryLayout<Double>.stride)
        }
        known = max(0, known - 1)
      }
      ro[count] = 1 / ys
      count += 1
    }
    // What the pairs give with g, and with every y that they have not met.
    var others = [Double](repeating: 0, count: max(1, count))
    let sum = others.withUnsafeMutableBufferPointer { others in
      let others = others.baseAddress.unsafelyUnwrapped
      answer(questions(count, known, products, al, others)) { first, last in
        if isKept {
          copy(y, to: dir(count - 1), first, last)
          copy(s, to: stp(count - 1), first, last)
        }
        copy(g, to: before, first, last)
      }
      if isKept { m.pointee.scale = ys / products[count * count + count - 1] }
      return terms(count, products, ro, al, others)
    }
    (m.pointee.count, m.pointee.known) = (Int64(count), Int64(count))
    return try combine(-m.pointee.scale, sum)
  }

  /// Every s and every y with g, to `steps` and to `others`, and with those y, no
  /// older than they, of which that is not known.
  private func questions(
    _ count: Int, _ known: Int, _ products: UnsafeMutablePointer<Double>,
    _ steps: UnsafeMutablePointer<Double>, _ others: UnsafeMutablePointer<Double>
  ) -> [Products] {
    var asked: [Products] = []
    for i in 0..<count {
      for (x, isStep) in [(stp(i), true), (dir(i), false)] {
        var wanted = [(g, isStep ? steps + i : others + i)]
        for j in max(i, known)..<max(i, count) {
          wanted.append((dir(j), products + j * (j + 1) + (isStep ? i : j + 1 + i)))
        }
        for k in stride(from: 0, to: wanted.count, by: 2) {
          asked.append(Products(x, wanted[k], wanted[min(k + 1, wanted.count - 1)]))
        }
      }
    }
    return asked
  }

  /// The two loops: what to take of every y and of every s. `al` holds the products
  /// of s and g, and gets the first loop's factors; `others` holds those of y and g.
  private func terms(
    _ count: Int, _ products: UnsafeMutablePointer<Double>, _ ro: UnsafeMutablePointer<Double>,
    _ al: UnsafeMutablePointer<Double>, _ others: UnsafeMutablePointer<Double>
  ) -> [(Double, Array)] {
    let h = memory.pointee.scale
    var terms: [(Double, Array)] = []
    for i in stride(from: count - 1, through: 0, by: -1) {
      var sum = -al[i]
      for j in i + 1..<count { sum -= al[j] * products[j * (j + 1) + i] }
      al[i] = sum * ro[i]
      terms.append((-h * al[i], dir(i)))
    }
    for i in 0..<count {
      var sum = -others[i]
      for j in 0..<count {
        let (older, newer) = (min(i, j), max(i, j))
        sum -= al[j] * products[(newer + 1) * (newer + 1) + older]
      }
      sum *= h
      for j in 0..<i { sum += others[j] * products[i * (i + 1) + j] }
      others[i] = al[i] - sum * ro[i]
      terms.append((others[i], stp(i)))
    }
    return terms
  }

  /// Those of an array with two others, and where they are wanted.
  private struct Products {
    typealias Other = (array: Array, result: UnsafeMutablePointer<Double>)
    let x: Array
    let y, z: Other

    init(_ x: Array, _ y: Other, _ z: Other) { (self.x, self.y, self.z) = (x, y, z) }
  }

  /// Takes products block by block, before each of which `work` is done to it.
  private func answer(_ asked: [Products], after work: (Int, Int) -> Void) {
    let count = 2 * asked.count
    var results = [Double](repeating: 0, count: max(1, count))
    results.withUnsafeMutableBufferPointer { results in
      guard let results = results.baseAddress else { return }
      Norms.some(
        1, { _ in n }, count, grain: max(Norms.block, 131_072 / max(1, count)), into: results,
        joined: { $0 + $1 }
      ) { _, blocks, found in
        for block in blocks {
          let first = block * Norms.block
          let last = min(n, first + Norms.block)
          work(first, last)
          for (i, one) in asked.enumerated() {
            let (a, b) =
              type == .f64
              ? products(one, first, last, table.products64)
              : products(one, first, last, table.products32)
            found.put(a, 2 * i, block)
            found.put(b, 2 * i + 1, block)
          }
        }
      }
      for (i, one) in asked.enumerated() {
        one.y.result.pointee = results[2 * i]
        one.z.result.pointee = results[2 * i + 1]
      }
    }
  }

  private func products<T: Element>(
    _ asked: Products, _ first: Int, _ last: Int, _ kernel: StepTable.Products<T>
  ) -> (Double, Double) {
    func part(_ array: Array) -> UnsafePointer<T> {
      UnsafePointer(array.assumingMemoryBound(to: T.self) + first)
    }
    return Norms.products(
      last - first, part(asked.x), part(asked.y.array), part(asked.z.array), kernel)
  }

  /// d ← a · g + Σ factor · array; and g · d.
  private func combine(_ a: Double, _ terms: [(Double, Array)]) throws(Refusal) -> Double {
    let additions = terms.map { adding($0.0, $0.1, to: d) }
    return try measure(.products, g, d) { first, last in
      copy(g, to: d, first, last)
      scale(d, by: a, first, last)
      for add in additions { add(first, last) }
    }
  }

  // MARK: The search

  /// A point along the direction, and what is there; its gradient is in one of
  /// the arrays of the search.
  private struct Point {
    var t, loss, slope: Double
    var gradient: Array
  }

  /// A length that meets the strong Wolfe conditions, or the best that there was:
  /// the loss there, the length, and how many evaluations it took. Its gradient
  /// is in `g`, and the parameter where the iteration began. Nil when the
  /// function has failed.
  private func search(
    _ first: Double, _ loss: Double, _ slope: Double, _ most: Int, _ evaluate: () -> Double?
  ) throws(Refusal) -> (Double, Double, Int)? {
    let (c1, c2) = (1e-4, 0.9)
    let size = try measure(.largest, d)
    var places = (0..<4).map { room + $0 * bytes }
    /// Evaluates at a length, into a place that is free.
    func look(_ t: Double) throws(Refusal) -> Point? {
      add(t, d, to: p)
      let found = evaluate()
      copy(origin, to: p)
      guard let found, let place = places.popLast() else { return nil }
      copy(g, to: place)
      return Point(t: t, loss: found, slope: try dot(place, d), gradient: place)
    }
    func drop(_ point: Point) { places.append(point.gradient) }

    guard let place = places.popLast() else { return nil }
    copy(g, to: place)
    var previous = Point(t: 0, loss: loss, slope: slope, gradient: place)
    let start = previous
    guard var new = try look(first) else { return nil }
    var (spent, turns) = (1, 0)
    var low = new
    var high: Point?
    var isDone = false
    // Bracket an interval with a point that meets the conditions.
    while turns < most {
      if new.loss > loss + c1 * new.t * slope || (turns > 1 && new.loss >= previous.loss) {
        (low, high) = (previous, new)
        break
      }
      if abs(new.slope) <= -c2 * slope {
        (low, high, isDone) = (new, nil, true)
        break
      }
      if new.slope >= 0 {
        (low, high) = (previous, new)
        break
      }
      let t = interpolate(
        previous, new, within: (new.t + 0.01 * (new.t - previous.t), new.t * 10))
      // The one at the start is what there is when turns are up.
      if previous.gradient != start.gradient { drop(previous) }
      previous = new
      guard let next = try look(t) else { return nil }
      new = next
      spent += 1
      turns += 1
    }
    if turns >= most { (low, high) = (start, new) }
    // Refine it. The order in which the two were found counts, as PyTorch's does.
    var pair: [Point] = high.map { [low, $0] } ?? [low]
    var best = pair.count == 1 || pair[0].loss <= pair[1].loss ? 0 : 1
    var isStuck = false
    while !isDone && turns < most {
      let other = 1 - best
      if abs(pair[1].t - pair[0].t) * size < hyper.toleranceChange { break }
      var t = interpolate(pair[0], pair[1], within: nil)
      let (least, largest) = (min(pair[0].t, pair[1].t), max(pair[0].t, pair[1].t))
      let margin = 0.1 * (largest - least)
      if min(largest - t, t - least) < margin {
        // Near a bound: not twice.
        if isStuck || t >= largest || t <= least {
          t = abs(t - largest) < abs(t - least) ? largest - margin : least + margin
          isStuck = false
        } else {
          isStuck = true
        }
      } else {
        isStuck = false
      }
      guard let next = try look(t) else { return nil }
      spent += 1
      turns += 1
      if next.loss > loss + c1 * next.t * slope || next.loss >= pair[best].loss {
        drop(pair[other])
        pair[other] = next
        best = pair[0].loss <= pair[1].loss ? 0 : 1
      } else {
        if abs(next.slope) <= -c2 * slope {
          isDone = true
          drop(pair[best])
        } else if next.slope * (pair[other].t - pair[best].t) >= 0 {
          drop(pair[other])
          pair[other] = pair[best]
        } else {
          drop(pair[best])
        }
        pair[best] = next
      }
    }
    copy(pair[best].gradient, to: g)
    return (pair[best].loss, pair[best].t, spent)
  }

  /// Where the cubic through two points and their slopes is lowest.
  private func interpolate(
    _ a: Point, _ b: Point, within bounds: (Double, Double)?
  ) -> Double {
    let (least, largest) = bounds ?? (min(a.t, b.t), max(a.t, b.t))
    let d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    let square = d1 * d1 - a.slope * b.slope
    guard square >= 0 else { return (least + largest) / 2 }
    let d2 = square.squareRoot()
    let place =
      a.t <= b.t
      ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
      : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
    return min(max(place, least), largest)
  }
}
