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

  /// `length` is what a stage holds.
  init(_ n: Int, _ shape: (rows: Int, columns: Int), _ length: Int) {
    (rows, columns) = shape
    batch = n / (rows * columns)
    if columns >= 16 {
      (matrices, tileRows, tileColumns) = (1, 64, length)
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
  /// Sums of rows, one a column of tiles, and of columns, one a row of them.
  var rowSums: Int { batch * rows * columnTiles }
  var columnSums: Int { batch * rowTiles * stride }
}

extension Group {
  func isFactored(_ i: Int) -> Bool { made?[i].rows != nil }

  private func tiling(_ i: Int) -> Tiling? {
    let (n, shape) = (row(i)[0], shape(i))
    if n == 0 || shape.rows == 0 { return nil }
    return Tiling(
      n, shape, types.native == .f64 ? Stage<Double>.length : Stage<Float>.length)
  }

  /// Bytes that the factors of a row take.
  func factoringRoom(_ i: Int) -> Int {
    guard isShaped, let tiling = tiling(i) else { return 0 }
    return (tiling.rowSums + tiling.columnSums + 16) * MemoryLayout<Double>.stride
  }

  /// The same group with factors for its matrices' elements, by new mean squares.
  func factored(
    _ pass: Pass, into made: UnsafeMutablePointer<Made>, _ room: inout Room
  ) -> Group {
    var tiles = 0
    for i in 0..<count {
      (made + i).initialize(to: Made())
      guard let tiling = tiling(i) else { continue }
      tiles += tiling.count
      let size = MemoryLayout<Double>.stride
      made[i].rows = room.take(tiling.rowSums * size)?.assumingMemoryBound(to: Double.self)
      made[i].columns = room.take((tiling.columnSums + 16) * size)
    }
    if tiles == 0 { return self }
    switch types.native {
    case .f64: factor(made, tiles, pass, pass.table.f64, pass.table.squares64)
    default: factor(made, tiles, pass, pass.table.f32, pass.table.squares32)
    }
    var group = self
    group.made = made
    return group
  }

  private func factor<T: Element>(
    _ made: UnsafeMutablePointer<Made>, _ tiles: Int, _ pass: Pass,
    _ kernel: @escaping StepTable.Kernel<T>, _ squares: @escaping StepTable.Squares<T>
  ) {
    let shares = max(1, min(Threads.count, tiles))
    Threads.run(shares) { share in
      withStage(pass.table, kernel, 0) { stage in
        let (begin, end) = (tiles * share / shares, tiles * (share + 1) / shares)
        var start = 0
        for i in 0..<count {
          if start >= end { return }
          guard let tiling = tiling(i) else { continue }
          for tile in max(begin - start, 0)..<max(begin - start, 0, min(tiling.count, end - start))
          {
            if tiling.isNarrow {
              addNarrow(&stage, i, made[i], tiling, tile, pass)
            } else {
              add(&stage, i, made[i], tiling, tile, pass, squares)
            }
          }
          start += tiling.count
        }
      }
    }
    Threads.run(max(1, min(shares, count))) { share in
      withStage(pass.table, kernel, 0) { stage in
        var i = share
        while i < count {
          if let tiling = tiling(i), case .factored(let factoring) = gauge(i) {
            takeIn(&stage, i, &made[i], tiling, factoring)
          }
          i += max(1, min(shares, count))
        }
      }
    }
  }

  /// The sums of the squares of a tile's rows and columns.
  private func add<T>(
    _ stage: inout Stage<T>, _ i: Int, _ made: Made, _ tiling: Tiling, _ tile: Int,
    _ pass: Pass, _ squares: StepTable.Squares<T>
  ) {
    guard let rowSums = made.rows,
      let columnSums = made.columns?.assumingMemoryBound(to: Double.self)
    else { return }
    let (above, column) = (tile / tiling.columnTiles, tile % tiling.columnTiles)
    let (matrix, down) = (above / tiling.rowTiles, above % tiling.rowTiles)
    let left = column * tiling.tileColumns
    let width = min(tiling.tileColumns, tiling.columns - left)
    let sums = columnSums + above * tiling.stride + left
    memset(sums, 0, ((width + 15) & ~15) * MemoryLayout<Double>.stride)
    let top = down * tiling.tileRows
    for r in top..<min(top + tiling.tileRows, tiling.rows) {
      let line = matrix * tiling.rows + r
      stage.move(to: line * tiling.columns + left, width)
      var lanes = SIMD16<Double>(repeating: 0)
      squares(stage.padded, UnsafePointer(gradient(stage, i, pass)), sums, &lanes)
      rowSums[line * tiling.columnTiles + column] = Norms.join(&lanes) { $0 + $1 }
    }
  }

  /// The same of rows that are too short for lanes, one element after the other.
  private func addNarrow<T>(
    _ stage: inout Stage<T>, _ i: Int, _ made: Made, _ tiling: Tiling, _ tile: Int, _ pass: Pass
  ) {
    guard let rowSums = made.rows,
      let columnSums = made.columns?.assumingMemoryBound(to: Double.self)
    else { return }
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

  /// Takes the sums into the states; what they then make of an element replaces
  /// the sums.
  private func takeIn<T>(
    _ stage: inout Stage<T>, _ i: Int, _ made: inout Made, _ tiling: Tiling,
    _ factoring: Factoring
  ) {
    guard let rows = made.rows, let columns = made.columns else { return }
    made.most = (1 / Double(T(factoring.eps * factoring.eps))).squareRoot()
    let columnSums = columns.assumingMemoryBound(to: Double.self)
    lerp(&stage, i, 0, tiling.batch * tiling.rows, factoring) { line in
      var sum = 0.0
      for part in 0..<tiling.columnTiles { sum += rows[line * tiling.columnTiles + part] }
      return sum / Double(tiling.columns)
    } to: { line, mean in
      rows[line] = Double(mean)
    }
    let least = Double(T(factoring.eps))
    for matrix in 0..<tiling.batch {
      let own = rows + matrix * tiling.rows
      var sum = 0.0
      for r in 0..<tiling.rows { sum += own[r] }
      let mean = Double(T(sum / Double(tiling.rows)))
      // What is no number stays none.
      let divisor = mean < least ? least : mean
      for r in 0..<tiling.rows { own[r] = (divisor / own[r]).squareRoot() }
    }
    lerp(&stage, i, 1, tiling.batch * tiling.columns, factoring) { one in
      let (matrix, c) = (one / tiling.columns, one % tiling.columns)
      var sum = 0.0
      for part in 0..<tiling.rowTiles {
        sum += columnSums[(matrix * tiling.rowTiles + part) * tiling.stride + c]
      }
      return sum / Double(tiling.rows)
    } to: { one, mean in
      // A factor is no larger than a sum, and none of those it lies on is needed
      // any more.
      columns.storeBytes(
        of: T((1 / Double(mean)).squareRoot()), toByteOffset: one * MemoryLayout<T>.stride,
        as: T.self)
    }
  }

  /// Moves `n` elements of a state toward means.
  private func lerp<T>(
    _ stage: inout Stage<T>, _ i: Int, _ state: Int, _ n: Int, _ factoring: Factoring,
    _ mean: (Int) -> Double, to take: (Int, T) -> Void
  ) {
    let array = row(i)[4 + state]
    var at = 0
    while at < n {
      stage.move(to: at, min(Stage<T>.length, n - at))
      let means = stage.prepare(1)
      for e in 0..<stage.count { means[e] = T(mean(at + e)) }
      let values = stage.open(0, array, types.state, copied: true)
      stage.run(.average(AverageStep(lerp: factoring.lerp)), values, means)
      for e in 0..<stage.count { take(at + e, values[e]) }
      stage.close(values, array, types.state, key: chance(i, 1 + state))
      at += stage.count
    }
  }

  /// What elements of a gradient are multiplied by.
  func factors<T>(_ stage: borrowing Stage<T>, _ i: Int) -> UnsafeMutablePointer<T> {
    let to = stage.prepare(2)
    guard let made, let rows = made[i].rows,
      let columns = made[i].columns?.assumingMemoryBound(to: T.self)
    else { return to }
    let ((height, width), most) = (shape(i), made[i].most)
    var (line, c, e) = (stage.first / width, stage.first % width, 0)
    while e < stage.count {
      let n = min(width - c, stage.count - e)
      let column = columns + line / height * width + c
      if width < Stage<T>.width {
        // Rows too short for lanes, one element after the other.
        let (row, most) = (T(rows[line]), T(most))
        for k in 0..<n {
          let factor = column[k] * row
          to[e + k] = factor > most ? most : factor
        }
        (line, c, e) = (line + 1, 0, e + n)
        continue
      }
      // Up to a whole lane beyond what is wanted, which the next row replaces, or
      // goes nowhere.
      stage.kernel(
        .factor(FactorStep(row: rows[line], most: most)), (n + 15) & ~15,
        Streams(p: to + e, g: UnsafePointer(column), a: to, b: to, c: to, d: to))
      (line, c, e) = (line + 1, 0, e + n)
    }
    return to
  }

  /// The gradient times its factors.
  func product<T>(
    _ stage: borrowing Stage<T>, _ i: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<T> {
    let p = factors(stage, i)
    stage.run(.product(ProductStep()), p, gradient(stage, i, pass))
    stage.clearRest(p)
    return p
  }
}
