import Schedules

/// Cuts a list of arrays, laid end to end, into shares of equal size and calls
/// `work` with the pieces: which array, the first element, and how many.
/// `total` is the sum of the sizes.
///
/// Elements do not depend on each other, so any cut gives the same bits. Cuts
/// are at multiples of 16 elements of an array: no lane is split in two.
func share(
  _ sizes: (Int) -> Int, _ count: Int, total: Int, _ work: (Int, Int, Int) -> Void
) {
  // Waking a thread takes as long as stepping some 100,000 elements in cache.
  let shares = max(1, min(Threads.count, total / 131_072))
  guard shares > 1 else {
    for i in 0..<count where sizes(i) > 0 { work(i, 0, sizes(i)) }
    return
  }
  let each = total / shares
  Threads.run(shares) { share in
    let begin = share * each
    let end = share == shares - 1 ? total : begin + each
    var start = 0
    for i in 0..<count {
      let size = sizes(i)
      // The same rounding at both ends: what one share leaves, the next takes.
      func cut(_ at: Int) -> Int { at >= start + size ? size : max(0, at - start) & ~15 }
      let first = cut(begin)
      let last = cut(end)
      if last > first { work(i, first, last - first) }
      start += size
      if start >= end { break }
    }
  }
}

/// A caller's array, for checking.
struct Extent {
  let name: StaticString
  let start: UInt
  let isNull: Bool

  init(_ name: StaticString, _ pointer: UnsafeRawPointer?) {
    self.name = name
    start = UInt(bitPattern: pointer)
    isNull = pointer == nil
  }
}

/// Throws unless a parameter's arrays of `n` floats are there and apart, its
/// step counts from 1, and all parameters together are not beyond counting.
func check(
  _ arrays: [Extent], n: Int, step: Int, index: Int?, total: inout Int
) throws(Refusal) {
  func name(_ name: StaticString) -> UTF8Text { index.map { "list[\($0)].\(name)" } ?? "\(name)" }
  guard Integers.counts.contains(step) else {
    throw Refusal(
      .range, name("step"), value: "\(step)", accepted: Integers.counts.text, index: index)
  }
  let limit = maxMemory / MemoryLayout<Float>.stride
  guard n >= 0, n <= limit else {
    throw Refusal(
      .memory, name("n"), value: "\(UInt(bitPattern: n))", accepted: Integers(0, limit).text,
      index: index)
  }
  guard total <= limit - n else {
    throw Refusal(
      .memory, name("n"), value: "\(n)", accepted: "\(limit) in all", index: index)
  }
  total += n
  if n == 0 { return }
  let length = UInt(n * MemoryLayout<Float>.stride)
  for (i, array) in arrays.enumerated() {
    guard !array.isNull else {
      throw Refusal(
        .missingPointer, name(array.name), value: "NULL", accepted: "\(n) floats", index: index)
    }
    guard array.start <= UInt.max - length else {
      throw Refusal(
        .memory, name("n"), value: "\(n)", accepted: "an array that ends within memory",
        index: index)
    }
    for other in arrays[..<i]
    where array.start < other.start + length && other.start < array.start + length {
      throw Refusal(
        .overlap, name(array.name), value: "\(n) floats", accepted: "none of \(other.name)",
        index: index)
    }
  }
}

/// Throws unless a hyperparameter is in its range.
func check(_ optimizer: StaticString, _ name: StaticString, _ value: Double, _ accepts: Reals)
  throws(Refusal)
{
  guard accepts.contains(value) else {
    throw Refusal(.value, "\(optimizer) \(name)", value: "\(value)", accepted: accepts.text)
  }
}
