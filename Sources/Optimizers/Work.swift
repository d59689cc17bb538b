import Platform
import Schedules
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
          if step != row[1] || group.pointee.isEachItsOwn {
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

/// Calls `work` with the groups as they are, or where some are sparse or need
/// norms, with copies: rows for parameters, and the norms known.
func withPrepared(
  _ groups: UnsafeBufferPointer<Group>, _ work: (UnsafeBufferPointer<Group>) -> Void
) throws(Refusal) {
  var isReady = true
  var norms = 0
  for g in 0..<groups.count {
    if groups[g].sparse != nil || groups[g].isGauged { isReady = false }
    if groups[g].isGauged { norms += 2 * groups[g].count }
  }
  if isReady { return work(groups) }
  try withUnsafeTemporaryAllocation(of: Group.self, capacity: groups.count) {
    (copies) throws(Refusal) in
    try withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, norms)) {
      (norms) throws(Refusal) in
      let base = copies.baseAddress.unsafelyUnwrapped
      var at = norms.baseAddress.unsafelyUnwrapped
      for g in 0..<groups.count {
        (base + g).initialize(to: groups[g])
        if let sparse = groups[g].sparse { base[g] = groups[g].dense(sparse) }
        if groups[g].isGauged {
          try groups[g].gauge(into: at)
          base[g].norms = at
          at += 2 * groups[g].count
        }
      }
      work(UnsafeBufferPointer(copies))
      for g in 0..<groups.count where groups[g].sparse != nil { base[g].rows?.deallocate() }
    }
  }
}

extension Group {
  /// Two norms a row: the parameter's, and the gradient's or the update's.
  fileprivate func gauge(into norms: UnsafeMutablePointer<Double>) throws(Refusal) {
    let table = try InstructionSet.table()
    func operand(_ i: Int, _ column: Int) -> Operand {
      Operand(UnsafeRawPointer(bitPattern: row(i)[column]), row(i)[0], type)
    }
    for column in 0..<2 {
      let norms = norms + column * count
      try Norms.measure(.squares, count, { operand($0, 2 + column) }, into: norms) {
        (i, first, n) in
        guard column == 1, case .update(let body)? = gauge(i) else { return nil }
        return switch type {
        case .f32: length(body, i, first, n, table.f32, table.measure32)
        case .f64: length(body, i, first, n, table.f64, table.measure64)
        }
      }
    }
    // From a column after the other to a pair after the other.
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * count) { columns in
      memcpy(columns.baseAddress.unsafelyUnwrapped, norms, 2 * count * MemoryLayout<Double>.stride)
      for i in 0..<count {
        norms[2 * i] = columns[i].squareRoot()
        norms[2 * i + 1] = columns[count + i].squareRoot()
      }
    }
  }

  /// The sum of squares of what a body makes of a block.
  private func length<T: Element>(
    _ body: Body, _ i: Int, _ first: Int, _ n: Int, _ kernel: StepTable.Kernel<T>,
    _ gauge: StepTable.Gauge<T>
  ) -> Double {
    withUnsafeTemporaryAllocation(of: T.self, capacity: Norms.block) { copy in
      let base = copy.baseAddress.unsafelyUnwrapped
      let param = UnsafePointer<T>(bitPattern: row(i)[2]).unsafelyUnwrapped + first
      memcpy(base, param, n * MemoryLayout<T>.stride)
      run(body, i, first, n, kernel, on: base)
      return Norms.gauge(.squares, n, base, base, gauge)
    }
  }
}
