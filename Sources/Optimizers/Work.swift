import StepBody

/// Cuts the groups' parameters, laid end to end, into shares of equal size and
/// steps them, each share on a thread. `total` is the sum of the sizes.
///
/// Elements do not depend on each other, so any cut gives the same bits. Cuts
/// are at multiples of 16 elements of an array: no lane is split in two.
func share(_ groups: UnsafeBufferPointer<Group>, total: Int, _ table: StepTable) {
  // Waking a thread takes as long as stepping some 100,000 elements in cache.
  let shares = max(1, min(Threads.count, total / 131_072))
  let each = total / shares
  Threads.run(shares) { share in
    let begin = share * each
    let end = share == shares - 1 ? total : begin + each
    var start = 0
    for g in 0..<groups.count {
      let group = groups.baseAddress.unsafelyUnwrapped + g
      // Parameters are mostly at the same step, and then have the same body.
      var step = 0
      var body: Body?
      for i in 0..<group.pointee.count {
        if start >= end { return }
        let row = group.pointee.row(i)
        let size = row[0]
        // The same rounding at both ends: what one share leaves, the next takes.
        func cut(_ at: Int) -> Int { at >= start + size ? size : max(0, at - start) & ~15 }
        let first = cut(begin)
        let last = cut(end)
        if last > first {
          if step != row[1] || group.pointee.hasScalars {
            body = group.pointee.body(i)
            step = row[1]
          }
          if let body { group.pointee.run(body, i, first, last - first, table) }
        }
        start += size
      }
    }
  }
}
