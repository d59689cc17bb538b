import Lanes
import Platform
import StepBody

/// Matrices of bfloat16s in floats, and where they lie.
private struct Workspace {
  /// Of x, lying the shorter way.
  let rows, columns: Int
  let isTurned: Bool
  /// From a row to the next, of x and of its square.
  let stride, squareStride: Int
  /// Rows there is room for.
  private let height: Int

  init(_ shape: (rows: Int, columns: Int)) {
    isTurned = shape.rows > shape.columns
    rows = min(shape.rows, shape.columns)
    columns = max(shape.rows, shape.columns)
    // A power of two would bring rows to the same places of a cache.
    func stride(_ n: Int) -> Int { (n + 63) & ~63 | 16 }
    self.stride = stride(columns)
    squareStride = stride(rows)
    height = (rows + Int(LANES_ROWS) - 1) / Int(LANES_ROWS) * Int(LANES_ROWS)
  }

  /// Each element of the parameter, and where x has it, on all threads.
  func forEach(_ work: (Int, Int) -> Void) {
    let (height, width) = isTurned ? (columns, rows) : (rows, columns)
    let shares = max(1, min(Threads.count, rows * columns / 131_072))
    Threads.run(shares) { share in
      for r in height * share / shares..<height * (share + 1) / shares {
        for c in 0..<width {
          work(r * width + c, isTurned ? c * stride + r : r * stride + c)
        }
      }
    }
  }

  var size: Int { height * stride }
  var squareSize: Int { height * squareStride }
  var bytes: Int { 2 * (size + squareSize) * MemoryLayout<Float>.stride }
}

extension Group {
  /// Bytes that making a row orthogonal takes.
  func orthogonalRoom(_ i: Int) -> Int {
    if row(i)[0] == 0 { return 0 }
    return Workspace(shape(i)).bytes + (row(i)[0] * types.native.size + 63) & ~63
  }

  /// One step of the one row there is.
  func stepOrthogonal(_ pass: Pass, _ room: Room) {
    switch types.native {
    case .f64: makeOrthogonal(Double.self, pass, room, pass.table.f64)
    default: makeOrthogonal(Float.self, pass, room, pass.table.f32)
    }
  }

  private func makeOrthogonal<T: Element>(
    _: T.Type, _ pass: Pass, _ room: Room, _ kernel: @escaping StepTable.Kernel<T>
  ) {
    var room = room
    let (n, work) = (row(0)[0], Workspace(shape(0)))
    guard case .orthogonal(let body, let polynomial) = gauge(0),
      let update = room.take((n * MemoryLayout<T>.stride + 63) & ~63)?
        .assumingMemoryBound(to: T.self),
      let floats = room.take(work.bytes)?.assumingMemoryBound(to: Float.self)
    else { return }
    let norm = self.update(body, pass, kernel, into: update)
    let least = bfloat16(polynomial.eps)
    // What is no number stays none.
    let length = bfloat16(norm)
    fill(floats, work, update, divisor: length < least ? least : length)
    let x = polynomial.apply(floats, work, pass.table)
    work.forEach { update[$0] = T(x[$1]) }
    var (group, made, norms) = (self, Made(), gauged(0))
    made.gradient = Int(bitPattern: update)
    withUnsafeMutablePointer(to: &made) { made in
      withUnsafeMutablePointer(to: &norms) { norms in
        (group.made, group.norms) = (made, norms)
        withUnsafePointer(to: group) {
          share(UnsafeBufferPointer(start: $0, count: 1), total: n, pass)
        }
      }
    }
  }

  /// What is to be made orthogonal, and the norm of it in bfloat16s.
  private func update<T: Element>(
    _ body: Body, _ pass: Pass, _ kernel: @escaping StepTable.Kernel<T>,
    into update: UnsafeMutablePointer<T>
  ) -> Double {
    var squares = 0.0
    Norms.each(1, { _ in row(0)[0] }, into: &squares, joined: { $0 + $1 }) { _, first, n in
      withStage(pass.table, kernel, 0) { stage in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Stage<T>.length) { rounded in
          let rounded = rounded.baseAddress.unsafelyUnwrapped
          return Norms.gauge(.squares, n, Stage<T>.length, pass.table.measure32) { offset, count in
            stage.move(to: first + offset, count)
            let u = self.update(stage, body, 0, pass)
            memcpy(update + first + offset, u, count * MemoryLayout<T>.stride)
            for e in 0..<stage.padded { rounded[e] = bfloat16(Double(u[e])) }
            return (UnsafePointer(rounded), UnsafePointer(rounded))
          }
        }
      }
    }
    return squares.squareRoot()
  }

  /// x, divided; what lies beside it is 0.
  private func fill<T: Element>(
    _ floats: UnsafeMutablePointer<Float>, _ work: Workspace, _ update: UnsafeMutablePointer<T>,
    divisor: Float
  ) {
    memset(floats, 0, work.bytes)
    work.forEach { floats[$1] = lanes_held(bfloat16(Double(update[$0])) / divisor) }
  }
}

private func bfloat16(_ x: Double) -> Float { lanes_widen_bfloat16(lanes_bfloat16(Float(x))) }

extension Orthogonal {
  /// x after all steps; it lies in the one half of `floats` at first.
  fileprivate func apply(
    _ floats: UnsafeMutablePointer<Float>, _ work: Workspace, _ table: StepTable
  ) -> UnsafeMutablePointer<Float> {
    var (x, next) = (floats, floats + work.size)
    let square = floats + 2 * work.size
    let factor = square + work.squareSize
    for _ in 0..<steps {
      // The square of x, the polynomial of that, and its product with x.
      var product = lanes_product()
      (product.rows, product.columns, product.depth) = (work.rows, work.rows, work.columns)
      (product.a, product.a_stride) = (UnsafePointer(x), work.stride)
      (product.b, product.b_stride) = (UnsafePointer(x), work.stride)
      (product.c, product.c_stride) = (square, work.squareStride)
      (product.alpha, product.is_transposed, product.is_symmetric) = (1, 1, 1)
      multiply(&product, table)
      (product.a, product.a_stride) = (UnsafePointer(square), work.squareStride)
      (product.b, product.b_stride) = (UnsafePointer(square), work.squareStride)
      (product.c, product.d, product.depth) = (factor, UnsafePointer(square), work.rows)
      (product.alpha, product.beta, product.is_transposed) = (Float(c), Float(b), 0)
      multiply(&product, table)
      (product.a, product.columns) = (UnsafePointer(factor), work.columns)
      (product.b, product.b_stride) = (UnsafePointer(x), work.stride)
      (product.c, product.c_stride, product.d) = (next, work.stride, UnsafePointer(x))
      (product.alpha, product.beta, product.is_symmetric) = (1, Float(a), 0)
      multiply(&product, table)
      (x, next) = (next, x)
    }
    return x
  }

  private func multiply(_ product: inout lanes_product, _ table: StepTable) {
    let panel = Int(LANES_PANEL)
    let panels = (product.columns + panel - 1) / panel
    // Waking a thread takes as long as some 100,000 products.
    let each = product.rows * product.depth
    let shares = max(1, min(Threads.count, panels, panels * each / 16_384))
    withUnsafePointer(to: product) { product in
      Threads.run(shares) { share in
        // Of half a matrix the first panels are the longest.
        for one in stride(from: share, to: panels, by: shares) {
          table.panel(product, one * panel)
        }
      }
      if product.pointee.is_symmetric == 0 { return }
      Threads.run(shares) { share in
        for one in stride(from: share, to: panels, by: shares) {
          lanes_mirror(product, one * panel)
        }
      }
    }
  }
}
