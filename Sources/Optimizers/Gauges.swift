import Platform
import Schedules
import StepBody

/// What a step makes of a gradient before it is taken.
struct Made {
  /// What its elements are multiplied by: a factor of each row of the matrices,
  /// and one of each column, which is in what bodies compute in.
  var rows: UnsafeMutablePointer<Double>?
  var columns: UnsafeMutableRawPointer?
  /// The largest factor.
  var most = Double.infinity
  /// What stands in its place; 0 for itself.
  var gradient = 0
}

/// Memory for what a step makes: had before anything is stepped.
struct Room {
  private let start: UnsafeMutableRawPointer?
  private var at: UnsafeMutableRawPointer?

  init(_ groups: UnsafeBufferPointer<Group>, _ options: StepOptions) throws(Refusal) {
    var size = 0
    for group in groups where group.isGauged && !options.accumulates {
      var largest = 0
      for i in 0..<group.count {
        if group.isOrthogonal {
          largest = max(largest, group.orthogonalRoom(i))
        } else {
          size += group.factoringRoom(i)
        }
      }
      size += largest
    }
    start = size > 0 ? malloc(size + 64) : nil
    if size > 0 && start == nil {
      throw Refusal(
        .memory, "n", value: "\(size) bytes beside the arrays", accepted: "what there is memory for"
      )
    }
    at = start.map { $0 + (64 - Int(bitPattern: $0) & 63) & 63 }
  }

  func deallocate() { free(start) }

  mutating func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
    defer { at = at.map { $0 + bytes } }
    return at
  }
}

/// Steps groups: what they need to know first, then all elements, then matrices
/// that are made orthogonal, one after the other.
func step(
  _ groups: UnsafeBufferPointer<Group>, total: Int, _ pass: Pass, _ room: Room
) {
  var (rows, left) = (0, total)
  for g in 0..<groups.count where groups[g].isGauged {
    rows += groups[g].count
    if groups[g].isOrthogonal {
      for i in 0..<groups[g].count { left -= groups[g].row(i)[0] }
    }
  }
  if rows == 0 || pass.options.accumulates { return share(groups, total: total, pass) }
  var room = room
  withUnsafeTemporaryAllocation(of: Group.self, capacity: groups.count) { copies in
    withUnsafeTemporaryAllocation(of: Gauged.self, capacity: rows) { norms in
      withUnsafeTemporaryAllocation(of: Made.self, capacity: rows) { made in
        let base = copies.baseAddress.unsafelyUnwrapped
        var at = 0
        for g in 0..<groups.count {
          (base + g).initialize(to: groups[g])
          guard groups[g].isGauged else { continue }
          let known = norms.baseAddress.unsafelyUnwrapped + at
          for i in 0..<groups[g].count { (known + i).initialize(to: groups[g].gauged(i)) }
          if groups[g].isOrthogonal {
            base[g].count = 0
          } else {
            groups[g].gauge(pass, into: known, made.baseAddress.unsafelyUnwrapped + at, &room)
            base[g].norms = known
            if groups[g].isShaped { base[g].made = made.baseAddress.unsafelyUnwrapped + at }
          }
          at += groups[g].count
        }
        share(UnsafeBufferPointer(copies), total: left, pass)
        for group in groups where group.isOrthogonal {
          for i in 0..<group.count where group.row(i)[0] > 0 {
            group.only(i).stepOrthogonal(pass, room)
          }
        }
      }
    }
  }
}

extension Group {
  /// The parameters' norms, and the gradients' or the updates'.
  fileprivate func gauge(
    _ pass: Pass, into norms: UnsafeMutablePointer<Gauged>, _ made: UnsafeMutablePointer<Made>,
    _ room: inout Room
  ) {
    let group = isShaped ? factored(pass, into: made, &room) : self
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, count)) { sums in
      let sums = sums.baseAddress.unsafelyUnwrapped
      for isUpdate in [false, true] {
        Norms.each(
          count, { row($0)[0] }, into: sums, joined: { Measure.squares.joined($0, $1) }
        ) { i, first, n in
          let of = isUpdate ? gauge(i) : nil
          return types.native == .f64
            ? group.squares(of, i, first, n, pass, pass.table.f64, pass.table.measure64)
            : group.squares(of, i, first, n, pass, pass.table.f32, pass.table.measure32)
        }
        for i in 0..<count {
          let norm = sums[i].squareRoot()
          if isUpdate { norms[i].update = norm } else { norms[i].length = norm }
        }
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
          case .update(let body), .orthogonal(let body, _): update(stage, body, i, pass)
          case .factored: product(stage, i, pass)
          }
        return (UnsafePointer(x), UnsafePointer(x))
      }
    }
  }
}
