import Platform
import Schedules
import StepBody

/// What a step makes of a gradient before it is taken.
struct Made {
  /// Of matrices: the sums of squares of parts of rows, then a factor of each row;
  /// those of parts of columns; and a factor of each column, which is in what bodies
  /// compute in.
  var rows: UnsafeMutablePointer<Double>?
  var rowParts = 1
  var columnSums: UnsafeMutablePointer<Double>?
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

  /// What `bytes` take, so that each array begins where a line of the cache does.
  static func size(_ bytes: Int) -> Int { (bytes + 63) & ~63 }

  mutating func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
    defer { at = at.map { $0 + Self.size(bytes) } }
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
  /// The parameters' norms, and those of their updates.
  fileprivate func gauge(
    _ pass: Pass, into norms: UnsafeMutablePointer<Gauged>, _ made: UnsafeMutablePointer<Made>,
    _ room: inout Room
  ) {
    let group = isShaped ? factored(pass, into: made, &room) : self
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, 2 * count)) { sums in
      let sums = sums.baseAddress.unsafelyUnwrapped
      Norms.some(
        count, { row($0)[0] }, 2, grain: 32_768, into: sums,
        joined: { Measure.squares.joined($0, $1) }
      ) { i, blocks, found in
        switch types.native {
        case .f64:
          let table = pass.table
          group.measure(i, blocks, found, pass, table.f64, table.update64, table.measure64)
        default:
          let table = pass.table
          group.measure(i, blocks, found, pass, table.f32, table.update32, table.measure32)
        }
      }
      for i in 0..<count {
        norms[i].length = sums[2 * i].squareRoot()
        norms[i].update = sums[2 * i + 1].squareRoot()
      }
    }
  }

  /// The sums of squares of blocks of a parameter, and of its update.
  private func measure<T: Element>(
    _ i: Int, _ blocks: Range<Int>, _ found: Norms.Found, _ pass: Pass,
    _ kernel: @escaping StepTable.Kernel<T>, _ updater: @escaping StepTable.Updater<T>,
    _ gauge: StepTable.Gauge<T>
  ) {
    let of: Update? = if case .update(let update) = self.gauge(i) { update } else { nil }
    let (size, takesAsIs) = (row(i)[0], takesAsIs(pass))
    withStage(pass.table, kernel, i) { stage in
      for block in blocks {
        var lengths = SIMD16<Double>(repeating: 0)
        var updates = SIMD16<Double>(repeating: 0)
        let end = min((block + 1) * Norms.block, size)
        var at = block * Norms.block
        while at < end {
          stage.move(to: at, min(Stage<T>.length, end - at))
          let isHere = takesAsIs && stage.count == stage.padded
          var streams: Streams<T> =
            isHere
            ? arrays(i, at) : opened(stage, param(stage, i), i, pass, states: of?.states ?? 0)
          // What is only read may be fetched beyond the share.
          let ahead = isHere ? size - at : stage.count
          streams.ahead = ahead - stage.count
          let made = stage.prepare(6)
          if let of {
            updater(of, stage.padded, streams, made)
          } else {
            forEachPart(stage, i) { part, n, factor, columns in
              let streams = streams.part(part, columns, ahead: ahead - part - n)
              updater(.factored(FactoredUpdateStep(factor: factor)), n, streams, made + part)
            }
          }
          stage.clearRest(made)
          gauge(.squares, stage.padded, streams.p, streams.p, &lengths)
          gauge(.squares, stage.padded, made, made, &updates)
          at += stage.count
        }
        found.put(Norms.join(&lengths) { $0 + $1 }, 0, block)
        found.put(Norms.join(&updates) { $0 + $1 }, 1, block)
      }
    }
  }
}
