import Platform
import Schedules
import Synchronization

/// Throws where what a step writes of one parameter lies on an array of another: what
/// became of them would be a matter of which is stepped first. `refused` gets the group.
///
/// Putting all arrays in order takes as long as a step of short ones. It is done once for
/// the same arrays; gradients that are only read may have moved since.
func checkApart(
  _ groups: UnsafeBufferPointer<Group>, _ options: StepOptions, refused: inout Int
) throws(Refusal) {
  var (rows, arrays) = (0, 0)
  var hash: UInt64 = options.zeroesGradients ? 1 : 0
  for g in 0..<groups.count {
    let group = groups.baseAddress.unsafelyUnwrapped + g
    rows += group.pointee.count
    arrays += group.pointee.count * group.pointee.arrayCount
    group.pointee.hash(into: &hash, withGradients: options.zeroesGradients)
  }
  hash |= 1
  if rows < 2 || Known.contains(hash) { return }

  let size = arrays * (MemoryLayout<Extent>.stride + 2 * MemoryLayout<Place>.stride)
  guard let memory = malloc(size) else {
    throw Refusal(
      .memory, "count", value: "\(rows) parameters", accepted: "what there is memory for")
  }
  defer { free(memory) }
  let extents = memory.assumingMemoryBound(to: Extent.self)
  let places = UnsafeMutableRawPointer(extents + arrays).assumingMemoryBound(to: Place.self)
  var count = 0
  for g in 0..<groups.count {
    let group = groups.baseAddress.unsafelyUnwrapped + g
    for i in 0..<group.pointee.count where group.pointee.row(i)[0] > 0 {
      for array in 0..<group.pointee.arrayCount {
        let (start, type, _) = group.pointee.array(i, array, options)
        if start == 0 { continue }
        let bytes = type.bytes(group.pointee.elements(i, array))
        if bytes == 0 { continue }
        places[count] = Place(start: start, index: count)
        extents[count] = Extent(
          end: start + UInt(bytes), group: g, row: i, array: array,
          isRead: array == 1 && !options.zeroesGradients)
        count += 1
      }
    }
  }
  let sorted = sort(places, places + arrays, count)
  // Of those before, the ones that reach farthest.
  var (written, read) = (-1, -1)
  for i in 0..<count {
    let next = sorted[i].index
    func reaches(_ other: Int, _ end: UInt) -> Bool { other >= 0 && extents[other].end > end }
    let isRead = extents[next].isRead
    let met =
      reaches(written, sorted[i].start)
      ? written : !isRead && reaches(read, sorted[i].start) ? read : -1
    // Callers have them in the order in which they were found.
    if met >= 0 {
      throw refusal(groups, extents[max(met, next)], extents[min(met, next)], &refused)
    }
    if isRead {
      if !reaches(read, extents[next].end) { read = next }
    } else if !reaches(written, extents[next].end) {
      written = next
    }
  }
  Known.insert(hash)
}

/// One of the arrays of a step.
private struct Extent {
  let end: UInt
  let group, row, array: Int
  /// Whether a step does no more than read it.
  let isRead: Bool
}

private struct Place {
  let start: UInt
  let index: Int
}

/// In the order of their first bytes, in the one memory or the other: digit by digit, the
/// last first.
private func sort(
  _ places: UnsafeMutablePointer<Place>, _ others: UnsafeMutablePointer<Place>, _ count: Int
) -> UnsafeMutablePointer<Place> {
  var (from, to) = (places, others)
  withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { next in
    for shift in stride(from: UInt(0), to: UInt(UInt.bitWidth), by: 8) {
      func digit(_ i: Int) -> Int { Int(from[i].start >> shift & 255) }
      next.update(repeating: 0)
      for i in 0..<count { next[digit(i)] += 1 }
      if count == 0 || next[digit(0)] == count { continue }
      var sum = 0
      for k in 0..<256 { (next[k], sum) = (sum, sum + next[k]) }
      for i in 0..<count {
        to[next[digit(i)]] = from[i]
        next[digit(i)] += 1
      }
      (from, to) = (to, from)
    }
  }
  return from
}

private func refusal(
  _ groups: UnsafeBufferPointer<Group>, _ last: Extent, _ first: Extent, _ refused: inout Int
) -> Refusal {
  func name(_ of: Extent) -> UTF8Text {
    let group = groups.baseAddress.unsafelyUnwrapped + of.group
    let name = group.pointee.name(of.row, group.pointee.title(of.array))
    return first.group == last.group ? name : "groups[\(of.group)].\(name)"
  }
  let group = groups.baseAddress.unsafelyUnwrapped + last.group
  let type = group.pointee.array(last.row, last.array, StepOptions()).type
  refused = last.group
  return Refusal(
    .overlap, name(last),
    value: "\(group.pointee.elements(last.row, last.array)) \(type.plural)",
    accepted: "none of \(name(first))", index: last.row)
}

/// Hashes of arrays that were found apart, each in one of two places.
private enum Known {
  private static let count = 1024
  nonisolated(unsafe) private static let hashes: UnsafeMutablePointer<Atomic<UInt64>> = {
    let hashes = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: count)
    for i in 0..<count { (hashes + i).initialize(to: Atomic(0)) }
    return hashes
  }()

  private static func places(_ hash: UInt64) -> (Int, Int) {
    (Int(truncatingIfNeeded: hash) & (count - 1), Int(truncatingIfNeeded: hash >> 32) & (count - 1))
  }

  static func contains(_ hash: UInt64) -> Bool {
    let (a, b) = places(hash)
    return hashes[a].load(ordering: .relaxed) == hash || hashes[b].load(ordering: .relaxed) == hash
  }

  static func insert(_ hash: UInt64) {
    let (a, b) = places(hash)
    hashes[hashes[a].load(ordering: .relaxed) == 0 ? a : b].store(hash, ordering: .relaxed)
  }
}
