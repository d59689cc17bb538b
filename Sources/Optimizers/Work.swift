import Platform
import Schedules
import StepBody

/// Cuts the groups' parameters, laid end to end, into shares of as much memory each
/// and steps them, each share on a thread. `total` is how many elements there are.
///
/// Elements do not depend on each other, or on those of their block of 8-bit
/// states, so any cut gives the same bits. Cuts are at multiples of 16 elements of
/// an array, or of blocks: none is split in two.
func share(_ groups: UnsafeBufferPointer<Group>, total: Int, _ pass: Pass) {
  // A share is worth waking a thread that takes a few times as long.
  let shares = max(1, min(Threads.count, total / 32_768))
  var bytes = total
  if shares > 1 {
    bytes = 0
    for group in groups {
      for i in 0..<group.count { bytes += group.row(i)[0] * group.traffic }
    }
  }
  // What the caller steps until others are awake: in cache some 8,192 elements of
  // AdamW.
  let ahead = shares > 1 ? 8_192 * 28 : 0
  let each = (bytes - ahead) / shares
  Threads.run(shares) { share in
    let begin = share == 0 ? 0 : ahead + share * each
    let end = share == shares - 1 ? .max : ahead + (share + 1) * each
    var start = 0
    for g in 0..<groups.count {
      let group = groups.baseAddress.unsafelyUnwrapped + g
      let traffic = shares > 1 ? group.pointee.traffic : 1
      // Parameters are mostly at the same step, and then have the same body.
      var step = 0
      var body: Body?
      for i in 0..<group.pointee.count {
        if start >= end { return }
        let row = group.pointee.row(i)
        let size = row[0]
        let grain = group.pointee.types.state.map == nil ? 16 : ElementType.blockLength
        // The same rounding at both ends: what one share leaves, the next takes.
        func cut(_ at: Int) -> Int {
          at >= start + size * traffic ? size : at <= start ? 0 : (at - start) / traffic & -grain
        }
        let first = cut(begin)
        let last = cut(end)
        if last > first {
          group.pointee.fetch(i + 1)
          if step != row[1] || group.pointee.isEachItsOwn {
            body = group.pointee.body(i)
            step = row[1]
          }
          if let body { group.pointee.run(body, i, first, last - first, pass) }
        }
        start += size * traffic
      }
    }
  }
}

/// Calls `work` with the groups as they are, rows for parameters where those
/// are sparse.
func withDense(
  _ groups: UnsafeBufferPointer<Group>, _ work: (UnsafeBufferPointer<Group>) -> Void
) {
  var isSparse = false
  for g in 0..<groups.count where groups[g].sparse != nil { isSparse = true }
  if !isSparse { return work(groups) }
  withUnsafeTemporaryAllocation(of: Group.self, capacity: groups.count) { dense in
    let base = dense.baseAddress.unsafelyUnwrapped
    for g in 0..<groups.count {
      (base + g).initialize(to: groups[g].sparse.map { groups[g].dense($0) } ?? groups[g])
    }
    work(UnsafeBufferPointer(dense))
    for g in 0..<groups.count where groups[g].sparse != nil { base[g].rows?.deallocate() }
  }
}
