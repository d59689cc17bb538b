import Lanes
import Platform
import Schedules
import StepBody

/// An array that is only read, and its type.
public struct Operand: Sendable {
  let start: UInt
  let n: Int
  let type: ElementType

  public init(_ start: UnsafeRawPointer?, _ n: Int, _ type: ElementType) {
    self.start = UInt(bitPattern: start)
    self.n = n
    self.type = type
  }

  /// The same of a caller's numbers, or a refusal in its name.
  public init(
    _ start: UnsafeRawPointer?, _ n: Int, dtype: UInt32, _ name: () -> UTF8Text
  ) throws(Refusal) {
    guard let type = ElementType(rawValue: dtype), type.map == nil else {
      throw Refusal(
        .constant, "\(name()).dtype", value: "\(Int(dtype))",
        accepted: "a constant of sched_dtype, of floats")
    }
    let limit = maxMemory / type.size
    guard n >= 0, n <= limit else {
      throw Refusal(
        .memory, "\(name()).n", value: "\(UInt(bitPattern: n))", accepted: Integers(0, limit).text)
    }
    guard n == 0 || start != nil else {
      throw Refusal(
        .missingPointer, "\(name()).data", value: "NULL", accepted: "\(n) \(type.plural)")
    }
    self.init(start, n, type)
  }

  /// Adds its elements to those of the list so far, which must not be beyond
  /// counting.
  public func count(in total: inout Int, _ name: () -> UTF8Text) throws(Refusal) {
    guard total <= maxMemory - n else {
      throw Refusal(.memory, "\(name()).n", value: "\(n)", accepted: "\(maxMemory) in all")
    }
    total += n
  }

  fileprivate func address(_ element: Int) -> UnsafeRawPointer {
    UnsafeRawPointer(bitPattern: start).unsafelyUnwrapped + element * type.size
  }

  func element(_ i: Int) -> Double {
    let from = address(i)
    switch type {
    case .f32: return Double(from.loadUnaligned(as: Float.self))
    case .f64: return from.loadUnaligned(as: Double.self)
    case .bf16: return Double(lanes_widen_bfloat16(from.loadUnaligned(as: UInt16.self)))
    case .f16: return Double(lanes_widen_float16(from.loadUnaligned(as: UInt16.self)))
    // No norms are taken of codes.
    case .q8, .uq8: return .nan
    }
  }
}

/// Sums, norms and products of arrays: the same bits for every instruction set,
/// alignment and number of threads.
///
/// Floats are added up in doubles: the result is the exact one rounded once, but
/// for the last bits of a double. An array is cut into blocks of 4,096 elements,
/// whose results are joined two by two.
public enum Norms {
  static let block = 4_096

  /// `measure` of each operand, into `results`; `.products` takes the operands'
  /// with those of `others`. `work` is done to elements before they are
  /// measured, while they are near.
  @inline(never)
  static func measure(
    _ measure: Measure, _ count: Int, _ operand: (Int) -> Operand,
    with others: ((Int) -> Operand)? = nil, into results: UnsafeMutablePointer<Double>,
    doing work: ((Int, Int) -> Void)? = nil
  ) throws(Refusal) {
    let table = try InstructionSet.table()
    each(count, { operand($0).n }, into: results, joined: { measure.joined($0, $1) }) {
      i, first, n in
      let x = operand(i)
      let y = others?(i)
      work?(first, first + n)
      return x.type == .f64
        ? gauge(measure, x, y, first, n, table, table.measure64)
        : gauge(measure, x, y, first, n, table, table.measure32)
    }
  }

  /// Σ x · y and Σ x · z of `n` elements, a block or fewer.
  static func products<T: Element>(
    _ n: Int, _ x: UnsafePointer<T>, _ y: UnsafePointer<T>, _ z: UnsafePointer<T>,
    _ kernel: StepTable.Products<T>
  ) -> (Double, Double) {
    withUnsafeTemporaryAllocation(of: SIMD16<Double>.self, capacity: 2) { results in
      let results = results.baseAddress.unsafelyUnwrapped
      results.initialize(repeating: SIMD16(repeating: 0), count: 2)
      let whole = n & ~15
      kernel(whole, x, y, z, results)
      if whole < n {
        withUnsafeTemporaryAllocation(of: T.self, capacity: 48) { rest in
          let rest = rest.baseAddress.unsafelyUnwrapped
          memset(rest, 0, 48 * MemoryLayout<T>.stride)
          let bytes = (n - whole) * MemoryLayout<T>.stride
          memcpy(rest, x + whole, bytes)
          memcpy(rest + 16, y + whole, bytes)
          memcpy(rest + 32, z + whole, bytes)
          kernel(16, rest, rest + 16, rest + 32, results)
        }
      }
      return (join(&results[0]) { $0 + $1 }, join(&results[1]) { $0 + $1 })
    }
  }

  private static func gauge<T: Element>(
    _ measure: Measure, _ x: Operand, _ y: Operand?, _ first: Int, _ n: Int, _ table: StepTable,
    _ kernel: StepTable.Gauge<T>
  ) -> Double {
    let length = 1_024
    return withUnsafeTemporaryAllocation(of: T.self, capacity: 2 * length) { room in
      let room = room.baseAddress.unsafelyUnwrapped
      func open(_ x: Operand, _ offset: Int, _ count: Int, _ room: UnsafeMutablePointer<T>)
        -> UnsafePointer<T>
      {
        let from = x.address(first + offset)
        if x.type.storage == nil && count % 16 == 0 { return from.assumingMemoryBound(to: T.self) }
        // Zeros change no result.
        memset(room, 0, length * MemoryLayout<T>.stride)
        if let storage = x.type.storage {
          let floats = UnsafeMutableRawPointer(room).assumingMemoryBound(to: Float.self)
          let stored = UnsafeMutableRawPointer(mutating: from)
          table.convert(.decode(storage), count, floats, stored, stored)
        } else {
          memcpy(room, from, count * MemoryLayout<T>.stride)
        }
        return UnsafePointer(room)
      }
      return gauge(measure, n, length, kernel) { offset, count in
        let elements = open(x, offset, count, room)
        return (elements, y.map { open($0, offset, count, room + length) } ?? elements)
      }
    }
  }

  /// A block's result: sixteen, joined two by two. `open` gives elements, at most
  /// `length` at once, with zeros up to a multiple of 16.
  static func gauge<T: Element>(
    _ measure: Measure, _ n: Int, _ length: Int, _ kernel: StepTable.Gauge<T>,
    _ open: (Int, Int) -> (UnsafePointer<T>, UnsafePointer<T>)
  ) -> Double {
    var lanes = SIMD16<Double>(repeating: 0)
    var offset = 0
    while offset < n {
      let count = min(length, n - offset)
      let (x, y) = open(offset, count)
      kernel(measure, (count + 15) & ~15, x, y, &lanes)
      offset += count
    }
    return join(&lanes) { measure.joined($0, $1) }
  }

  static func join(
    _ lanes: inout SIMD16<Double>, _ joined: (Double, Double) -> Double
  ) -> Double {
    withUnsafeMutableBytes(of: &lanes) { bytes in
      join(bytes.bindMemory(to: Double.self).baseAddress.unsafelyUnwrapped, 16, joined)
    }
  }

  /// Works through the blocks of all operands, each on some thread, and joins
  /// each operand's.
  static func each(
    _ count: Int, _ size: (Int) -> Int, into results: UnsafeMutablePointer<Double>,
    joined: (Double, Double) -> Double, _ work: (Int, Int, Int) -> Double
  ) {
    some(count, size, 1, grain: 131_072, into: results, joined: joined) { i, blocks, found in
      for b in blocks {
        let first = b * block
        found.put(work(i, first, min(block, size(i) - first)), 0, b)
      }
    }
  }

  /// What is found of the blocks of an operand.
  struct Found {
    fileprivate let to: UnsafeMutablePointer<Double>
    fileprivate let apart: Int

    /// The result of a number of a block.
    func put(_ result: Double, _ number: Int, _ block: Int) { to[number * apart + block] = result }
  }

  /// The same by some blocks of an operand at once, with `each` results of a block. A
  /// thread is woken for `grain` elements.
  @inline(never)
  static func some(
    _ count: Int, _ size: (Int) -> Int, _ each: Int, grain: Int,
    into results: UnsafeMutablePointer<Double>, joined: (Double, Double) -> Double,
    _ work: (Int, Range<Int>, Found) -> Void
  ) {
    var blocks = 0
    for i in 0..<count { blocks += blockCount(size(i)) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, each * blocks)) { found in
      let found = found.baseAddress.unsafelyUnwrapped
      let shares = max(1, min(Threads.count, blocks * block / grain))
      Threads.run(shares) { share in
        let begin = blocks * share / shares
        let end = blocks * (share + 1) / shares
        var start = 0
        for i in 0..<count {
          if start >= end { return }
          let mine = blockCount(size(i))
          let first = max(begin - start, 0)
          let last = min(mine, end - start)
          if first < last { work(i, first..<last, Found(to: found + start, apart: blocks)) }
          start += mine
        }
      }
      var start = 0
      for i in 0..<count {
        let mine = blockCount(size(i))
        for number in 0..<each {
          results[each * i + number] = join(found + number * blocks + start, mine, joined)
        }
        start += mine
      }
    }
  }

  private static func blockCount(_ n: Int) -> Int { (n + block - 1) / block }

  /// Two by two, in place; 0 of none.
  static func join(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, _ joined: (Double, Double) -> Double
  ) -> Double {
    var count = count
    while count > 1 {
      for i in 0..<count / 2 { values[i] = joined(values[2 * i], values[2 * i + 1]) }
      if count % 2 == 1 { values[count / 2] = values[count - 1] }
      count = (count + 1) / 2
    }
    return count == 1 ? values[0] : 0
  }

  /// Each operand's p-norm into `norms`; the norm of them all together.
  ///
  /// `(Σ |x|ᵖ)^(1/p)`; for p of infinity the largest |x|, for −infinity the
  /// smallest, and for 0 how many are not 0.
  public static func of(
    _ count: Int, _ p: Double, into norms: UnsafeMutablePointer<Double>,
    _ operand: (Int) -> Operand
  ) throws(Refusal) -> Double {
    guard !p.isNaN else {
      throw Refusal(.range, "p", value: "\(p)", accepted: "a number, infinity or -infinity")
    }
    func norm(_ sum: Double) -> Double {
      switch p {
      case 2: sum.squareRoot()
      case 0, 1, .infinity, -.infinity: sum
      default: pow(sum, 1 / p)
      }
    }
    func joined(_ a: Double, _ b: Double) -> Double {
      switch p {
      case .infinity: Measure.largest.joined(a, b)
      // No elements give 0, which an array of none must not make all's.
      case -.infinity: b < a || b.isNaN ? b : a
      default: a + b
      }
    }
    switch p {
    case 2: try measure(.squares, count, operand, into: norms)
    case 1: try measure(.magnitudes, count, operand, into: norms)
    case .infinity: try measure(.largest, count, operand, into: norms)
    default:
      // Seldom, and not worth a kernel: one element after the other.
      each(count, { operand($0).n }, into: norms, joined: joined) { i, first, n in
        func term(_ x: Double) -> Double {
          switch p {
          case 0: x == 0 ? 0 : 1
          case -.infinity: abs(x)
          default: pow(abs(x), p)
          }
        }
        let x = operand(i)
        var result = term(x.element(first))
        for i in first + 1..<first + n { result = joined(result, term(x.element(i))) }
        return result
      }
    }
    var held = 0
    let total = withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, count)) { sums in
      for i in 0..<count where operand(i).n > 0 {
        sums[held] = norms[i]
        held += 1
      }
      return norm(join(sums.baseAddress.unsafelyUnwrapped, held, joined))
    }
    for i in 0..<count { norms[i] = norm(norms[i]) }
    return total
  }

  /// Σ x · y of two operands of the same length and type.
  public static func dot(_ x: Operand, _ y: Operand) throws(Refusal) -> Double {
    guard x.n == y.n else {
      throw Refusal(.range, "b.n", value: "\(y.n)", accepted: "\(x.n), as a")
    }
    guard x.type == y.type else {
      throw Refusal(
        .type, "b.dtype", value: "\(Int(y.type.rawValue))",
        accepted: "\(Int(x.type.rawValue)), as a")
    }
    var result = 0.0
    try measure(.products, 1, { _ in x }, with: { _ in y }, into: &result)
    return result
  }
}

extension Norms {
  /// The p-norm of an array: `(Σ |x|ᵖ)^(1/p)`, the largest |x| for infinity.
  public static func of(_ x: [Float], _ p: Double = 2) throws(Refusal) -> Double {
    try of(x, .f32, p)
  }

  /// The same of doubles.
  public static func of(_ x: [Double], _ p: Double = 2) throws(Refusal) -> Double {
    try of(x, .f64, p)
  }

  /// Σ x · y of two arrays of the same length.
  public static func dot(_ x: [Float], _ y: [Float]) throws(Refusal) -> Double {
    try dot(x, y, .f32)
  }

  /// The same of doubles.
  public static func dot(_ x: [Double], _ y: [Double]) throws(Refusal) -> Double {
    try dot(x, y, .f64)
  }

  private static func of<T>(_ x: [T], _ type: ElementType, _ p: Double) throws(Refusal) -> Double {
    let result = x.withUnsafeBytes { bytes -> Result<Double, Refusal> in
      var norm = 0.0
      let one = Operand(bytes.baseAddress, x.count, type)
      do throws(Refusal) {
        return .success(try of(1, p, into: &norm) { _ in one })
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func dot<T>(_ x: [T], _ y: [T], _ type: ElementType) throws(Refusal) -> Double {
    let result = x.withUnsafeBytes { a in
      y.withUnsafeBytes { b -> Result<Double, Refusal> in
        do throws(Refusal) {
          return .success(
            try dot(Operand(a.baseAddress, x.count, type), Operand(b.baseAddress, y.count, type)))
        } catch {
          return .failure(error)
        }
      }
    }
    return try result.get()
  }
}
