import Platform
import StepBody

/// Where matrices are cut into tiles: at the same places whatever the threads.
private struct Tiling {
  let batch, rows, columns: Int
  /// What a tile has of them.
  let matrices, tileRows, tileColumns: Int
  /// How many tiles there are.
  let rowTiles, columnTiles: Int
  /// From a row of sums to the next.
  let stride: Int

  init(_ n: Int, _ shape: (rows: Int, columns: Int)) {
    (rows, columns) = shape
    batch = n / (rows * columns)
    if columns >= 16 {
      // The sums of a tile's columns stay in the first cache.
      (matrices, tileRows, tileColumns) = (1, 64, 4_096)
      stride = (columns + 15) & ~15
    } else {
      // Of narrow ones rows are too short for lanes, and a tile has whole rows.
      let isSmall = rows * columns <= 1_024
      matrices = isSmall ? 4_096 / (rows * columns) : 1
      (tileRows, tileColumns) = (isSmall ? rows : 1_024, columns)
      stride = columns
    }
    rowTiles = (rows + tileRows - 1) / tileRows
    columnTiles = (columns + tileColumns - 1) / tileColumns
  }

  var isNarrow: Bool { columns < 16 }
  var count: Int { (batch + matrices - 1) / matrices * rowTiles * columnTiles }
  /// Bytes of the sums of rows, one a column of tiles, of those of columns, one a row of
  /// tiles, and of the factors of columns, up to a lane of which is read beyond the end.
  var rowSums: Int { Room.size(batch * rows * columnTiles * MemoryLayout<Double>.stride) }
  var columnSums: Int { Room.size(batch * rowTiles * stride * MemoryLayout<Double>.stride) }
  func factors(_ size: Int) -> Int { Room.size((batch * columns + 16) * size) }
}

extension Group {
  func isFactored(_ i: Int) -> Bool { made?[i].rows != nil }

  private func tiling(_ i: Int) -> Tiling? {
    let (n, shape) = (row(i)[0], shape(i))
    return n == 0 || shape.rows == 0 ? nil : Tiling(n, shape)
  }

  /// Bytes that the factors of a row take.
  func factoringRoom(_ i: Int) -> Int {
    guard isShaped, let tiling = tiling(i) else { return 0 }
    return tiling.rowSums + tiling.columnSums + tiling.factors(types.native.size)
  }

  /// The same group with factors for its matrices' elements, by new mean squares.
  func factored(
    _ pass: Pass, into made: UnsafeMutablePointer<Made>, _ room: inout Room
  ) -> Group {
    var (tiles, matrices, total) = (0, 0, 0)
    for i in 0..<count {
      (made + i).initialize(to: Made())
      guard let tiling = tiling(i) else { continue }
      tiles += tiling.count
      matrices += tiling.batch
      total += row(i)[0]
      made[i].rows = room.take(tiling.rowSums)?.assumingMemoryBound(to: Double.self)
      made[i].rowParts = tiling.columnTiles
      made[i].columnSums = room.take(tiling.columnSums)?.assumingMemoryBound(to: Double.self)
      made[i].columns = room.take(tiling.factors(types.native.size))
    }
    if tiles == 0 { return self }
    let shares = max(1, min(Threads.count, total / 32_768))
    switch types.native {
    case .f64:
      factor(made, tiles, matrices, shares, pass, pass.table.f64, pass.table.squares64)
    default:
      factor(made, tiles, matrices, shares, pass, pass.table.f32, pass.table.squares32)
    }
    var group = self
    group.made = made
    return group
  }

  private func factor<T: Element>(
    _ made: UnsafeMutablePointer<Made>, _ tiles: Int, _ matrices: Int, _ shares: Int, _ pass: Pass,
    _ kernel: @escaping StepTable.Kernel<T>, _ squares: @escaping StepTable.Squares<T>
  ) {
    /// Some of what all matrices have, so many each, on each thread.
    func share(
      _ all: Int, _ size: (Tiling) -> Int,
      _ work: (inout Stage<T>, Int, Tiling, Range<Int>) -> Void
    ) {
      Threads.run(shares) { share in
        withStage(pass.table, kernel, 0) { stage in
          let (begin, end) = (all * share / shares, all * (share + 1) / shares)
          var start = 0
          for i in 0..<count {
            if start >= end { return }
            guard let tiling = tiling(i) else { continue }
            let first = max(begin - start, 0)
            let last = min(size(tiling), end - start)
            if first < last { work(&stage, i, tiling, first..<last) }
            start += size(tiling)
          }
        }
      }
    }
    share(tiles, { $0.count }) { stage, i, tiling, tiles in
      for tile in tiles {
        if tiling.isNarrow {
          addNarrow(&stage, i, made[i], tiling, tile, pass)
        } else {
          add(&stage, i, made[i], tiling, tile, pass, squares)
        }
      }
    }
    for i in 0..<count {
      guard case .factored(let factoring) = gauge(i) else { continue }
      made[i].most = (1 / Double(T(factoring.eps * factoring.eps))).squareRoot()
    }
    share(matrices, { $0.batch }) { stage, i, tiling, matrices in
      if case .factored(let factoring) = gauge(i) {
        takeIn(&stage, i, made[i], tiling, matrices, factoring)
      }
    }
  }

  /// The sums of the squares of a tile's rows and columns.
  private func add<T>(
    _ stage: inout Stage<T>, _ i: Int, _ made: Made, _ tiling: Tiling, _ tile: Int,
    _ pass: Pass, _ squares: StepTable.Squares<T>
  ) {
    guard let rowSums = made.rows, let columnSums = made.columnSums else { return }
    let (above, column) = (tile / tiling.columnTiles, tile % tiling.columnTiles)
    let (matrix, down) = (above / tiling.rowTiles, above % tiling.rowTiles)
    let left = column * tiling.tileColumns
    let width = min(tiling.tileColumns, tiling.columns - left)
    let sums = columnSums + above * tiling.stride + left
    memset(sums, 0, ((width + 15) & ~15) * MemoryLayout<Double>.stride)
    let top = down * tiling.tileRows
    let isHere = takesAsIs(pass)
    for r in top..<min(top + tiling.tileRows, tiling.rows) {
      let line = matrix * tiling.rows + r
      var lanes = SIMD16<Double>(repeating: 0)
      var c = 0
      while c < width {
        let first = line * tiling.columns + left + c
        stage.move(to: first, isHere ? width : min(Stage<T>.length, width - c))
        let x = isHere ? arrays(i, first).g : UnsafePointer(gradient(stage, i, pass))
        squares(stage.count, x, sums + c, &lanes)
        c += stage.count
      }
      rowSums[line * tiling.columnTiles + column] = Norms.join(&lanes) { $0 + $1 }
    }
  }

  /// The same of rows that are too short for lanes, one element after the other.
  private func addNarrow<T>(
    _ stage: inout Stage<T>, _ i: Int, _ made: Made, _ tiling: Tiling, _ tile: Int, _ pass: Pass
  ) {
    guard let rowSums = made.rows, let columnSums = made.columnSums else { return }
    let columns = tiling.columns
    let matrix = tile / tiling.rowTiles * tiling.matrices
    let top = tile % tiling.rowTiles * tiling.tileRows
    let begin = matrix * tiling.rows + top
    let end =
      tiling.matrices > 1
      ? min(matrix + tiling.matrices, tiling.batch) * tiling.rows
      : matrix * tiling.rows + min(top + tiling.tileRows, tiling.rows)
    var sums = columnSums + (matrix * tiling.rowTiles + tile % tiling.rowTiles) * columns
    var (line, r, c, sum) = (begin, top, 0, 0.0)
    func open() { for j in 0..<columns { sums[j] = 0 } }
    open()
    var at = begin * columns
    while at < end * columns {
      stage.move(to: at, min(Stage<T>.length, end * columns - at))
      let x = gradient(stage, i, pass)
      for e in 0..<stage.count {
        let square = Double(x[e]) * Double(x[e])
        sum += square
        sums[c] += square
        c += 1
        if c < columns { continue }
        rowSums[line] = sum
        (line, r, c, sum) = (line + 1, r + 1, 0, 0)
        if r == tiling.rows && line < end {
          sums += columns
          r = 0
          open()
        }
      }
      at += stage.count
    }
  }

  /// Takes the sums of matrices into the states, and makes of these what their elements
  /// are multiplied by.
  private func takeIn<T>(
    _ stage: inout Stage<T>, _ i: Int, _ made: Made, _ tiling: Tiling, _ matrices: Range<Int>,
    _ factoring: Factoring
  ) {
    guard let rows = made.rows, let columnSums = made.columnSums,
      let columns = made.columns?.assumingMemoryBound(to: T.self)
    else { return }
    let first = matrices.lowerBound
    lerp(&stage, i, 0, first * tiling.rows, matrices.count * tiling.rows, factoring) { line in
      var sum = 0.0
      for part in 0..<tiling.columnTiles { sum += rows[line * tiling.columnTiles + part] }
      return sum / Double(tiling.columns)
    } to: { line, mean in
      rows[line * tiling.columnTiles] = Double(mean)
    }
    let least = Double(T(factoring.eps))
    for matrix in matrices {
      let own = rows + matrix * tiling.rows * tiling.columnTiles
      var sum = 0.0
      for r in 0..<tiling.rows { sum += own[r * tiling.columnTiles] }
      let mean = Double(T(sum / Double(tiling.rows)))
      // What is no number stays none.
      let divisor = mean < least ? least : mean
      for r in 0..<tiling.rows {
        let at = r * tiling.columnTiles
        own[at] = (divisor / own[at]).squareRoot()
      }
      let sums = columnSums + matrix * tiling.rowTiles * tiling.stride
      for part in 1..<max(1, tiling.rowTiles) {
        for c in 0..<tiling.columns { sums[c] += sums[part * tiling.stride + c] }
      }
    }
    lerp(&stage, i, 1, first * tiling.columns, matrices.count * tiling.columns, factoring) { one in
      let (matrix, c) = (one / tiling.columns, one % tiling.columns)
      return columnSums[matrix * tiling.rowTiles * tiling.stride + c] / Double(tiling.rows)
    } to: { one, mean in
      columns[one] = T((1 / Double(mean)).squareRoot())
    }
  }

  /// Moves elements [first, first + n) of a state toward means.
  private func lerp<T>(
    _ stage: inout Stage<T>, _ i: Int, _ state: Int, _ first: Int, _ n: Int,
    _ factoring: Factoring, _ mean: (Int) -> Double, to take: (Int, T) -> Void
  ) {
    let array = row(i)[4 + state]
    var at = first
    while at < first + n {
      stage.move(to: at, min(Stage<T>.length, first + n - at))
      let means = stage.prepare(1)
      for e in 0..<stage.count { means[e] = T(mean(at + e)) }
      let values = stage.open(0, array, types.state, copied: true)
      stage.run(.average(AverageStep(lerp: factoring.lerp)), values, means)
      for e in 0..<stage.count { take(at + e, values[e]) }
      stage.close(values, array, types.state, key: chance(i, 1 + state))
      at += stage.count
    }
  }

  /// Parts of a stage's elements of a matrix, how long they are and what they are
  /// multiplied by: those of one row, or a lane that has the end of one. All are whole
  /// lanes; what the last has beyond the end goes nowhere.
  @inline(never)
  func forEachPart<T: Element>(
    _ stage: borrowing Stage<T>, _ i: Int,
    _ work: (Int, Int, Factor, UnsafeMutablePointer<T>) -> Void
  ) {
    guard let made, let rows = made[i].rows,
      let columns = made[i].columns?.assumingMemoryBound(to: T.self)
    else { return }
    let ((height, width), most, parts) = (shape(i), made[i].most, made[i].rowParts)
    let (lane, n, room) = (Stage<T>.width, stage.count, stage.prepare(2))
    var (line, c, e) = (stage.first / width, stage.first % width, 0)
    while e < n {
      let own = min(width - c, n - e)
      let whole = e + own == n ? own : own & -lane
      if whole > 0 && width >= lane {
        let column = columns + line / height * width + c
        work(e, stage.padded(whole), Factor(row: rows[line * parts], most: most), column)
        c += whole
        e += whole
        if c == width { (line, c) = (line + 1, 0) }
        continue
      }
      // One element after the other: of rows too short for lanes as many as there is
      // room for.
      let mixed = min(n - e, width < lane ? Stage<T>.length : lane)
      for k in 0..<mixed {
        let factor = columns[line / height * width + c] * T(rows[line * parts])
        room[k] = factor > T(most) ? T(most) : factor
        c += 1
        if c == width { (line, c) = (line + 1, 0) }
      }
      work(e, stage.padded(mixed), Factor(row: 1, most: .infinity), room)
      e += mixed
    }
  }
}
