import Platform
import Schedules
import StepBody

/// Cuts the groups' parameters, laid end to end, into shares of equal size and
/// steps them, each share on a thread. `total` is the sum of the sizes.
///
/// Elements do not depend on each other, or on those of their block of 8-bit
/// states, so any cut gives the same bits. Cuts are at multiples of 16 elements of
/// an array, or of blocks: none is split in two.
func share(_ groups: UnsafeBufferPointer<Group>, total: Int, _ pass: Pass) {
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
        let grain = group.pointee.types.state.map == nil ? 16 : ElementType.blockLength
        // The same rounding at both ends: what one share leaves, the next takes.
        func cut(_ at: Int) -> Int { at >= start + size ? size : max(0, at - start) & -grain }
        let first = cut(begin)
        let last = cut(end)
        if last > first {
          if step != row[1] || group.pointee.isEachItsOwn {
            body = group.pointee.body(i)
            step = row[1]
          }
          if let body { group.pointee.run(body, i, first, last - first, pass) }
        }
        start += size
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

/// Calls `work` with the groups as they are, or where some need norms, with
/// copies that know them.
func withNorms(
  _ groups: UnsafeBufferPointer<Group>, _ pass: Pass, _ work: (UnsafeBufferPointer<Group>) -> Void
) {
  var rows = 0
  for g in 0..<groups.count where groups[g].isGauged { rows += groups[g].count }
  if rows == 0 || pass.options.accumulates { return work(groups) }
  withUnsafeTemporaryAllocation(of: Group.self, capacity: groups.count) { copies in
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * rows) { norms in
      let base = copies.baseAddress.unsafelyUnwrapped
      var at = norms.baseAddress.unsafelyUnwrapped
      for g in 0..<groups.count {
        (base + g).initialize(to: groups[g])
        if groups[g].isGauged {
          groups[g].gauge(pass, into: at)
          base[g].norms = at
          at += 2 * groups[g].count
        }
      }
      work(UnsafeBufferPointer(copies))
    }
  }
}

extension Group {
  /// Two norms a row: the parameter's, and the gradient's or the update's.
  fileprivate func gauge(_ pass: Pass, into norms: UnsafeMutablePointer<Double>) {
    for column in 0..<2 {
      Norms.each(
        count, { row($0)[0] }, into: norms + column * count,
        joined: { Measure.squares.joined($0, $1) }
      ) { i, first, n in
        let of = column == 0 ? nil : gauge(i)
        return types.native == .f64
          ? squares(of, i, first, n, pass, pass.table.f64, pass.table.measure64)
          : squares(of, i, first, n, pass, pass.table.f32, pass.table.measure32)
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

  /// The sum of squares of a block of the parameter, where nothing else is said.
  private func squares<T: Element>(
    _ of: Gauge?, _ i: Int, _ first: Int, _ n: Int, _ pass: Pass,
    _ kernel: @escaping StepTable.Kernel<T>, _ gauge: StepTable.Gauge<T>
  ) -> Double {
    withStage(pass.table, kernel, i) { stage in
      Norms.gauge(.squares, n, Stage<T>.length, gauge) { offset, count in
        stage.move(to: first + offset, count)
        let x =
          switch of {
          case nil: param(stage, i)
          case .gradient: gradient(stage, i, pass)
          case .update(let body): update(stage, body, i, pass)
          }
        return (UnsafePointer(x), UnsafePointer(x))
      }
    }
  }
}
