import Schedules
import StepBody

/// Which rows of a parameter there are gradients for; laid out as C's sched_rows.
public struct Rows {
  /// Rows of the parameter.
  let total: Int
  /// Rows of the gradient, which has them one after another.
  let count: Int
  /// Which they are: ascending, none twice.
  let indices: UnsafePointer<Int64>?
}

extension Group {
  /// Throws unless `rows` are rows of parameter `i` and all else is as in
  /// ``check(_:_:total:)``.
  func check(
    _ i: Int, _ rows: Rows, _ options: StepOptions, total: inout Int
  ) throws(Refusal) {
    let n = row(i)[0]
    func refusal(_ field: StaticString, _ value: UTF8Text, _ accepted: UTF8Text) -> Refusal {
      let name: UTF8Text = count > 1 ? "rows[\(i)].\(field)" : "\(field)"
      return Refusal(.range, name, value: value, accepted: accepted, index: i)
    }
    guard !isEachItsOwn else {
      throw Refusal(
        .value, "rows", value: "those of \(kind.name)",
        accepted: "an optimizer without numbers of state or norms", index: i)
    }
    guard rows.total > 0 ? n % rows.total == 0 : rows.total == 0 && n == 0 else {
      throw refusal("total", "\(UInt(bitPattern: rows.total))", "what divides n, \(n)")
    }
    guard Integers(0, rows.total).contains(rows.count) else {
      throw refusal("count", "\(UInt(bitPattern: rows.count))", Integers(0, rows.total).text)
    }
    try check(i, options, total: &total)
    if rows.count == 0 { return }
    guard let indices = rows.indices else {
      throw Refusal(
        .missingPointer, count > 1 ? "rows[\(i)].indices" : "indices", value: "NULL",
        accepted: "\(rows.count) integers", index: i)
    }
    var next: Int64 = 0
    for j in 0..<rows.count {
      guard indices[j] >= next, indices[j] < rows.total else {
        throw refusal(
          "indices", "\(Int(indices[j]))", "ascending integers below \(rows.total), none twice")
      }
      next = indices[j] + 1
    }
  }

  /// What `sparse`, which has been checked, has of the parameters: each row is
  /// a parameter of its own. The caller frees its rows.
  func dense(_ sparse: UnsafePointer<Rows>) -> Group {
    var lines = 0
    for i in 0..<count { lines += sparse[i].count }
    let words = UnsafeMutablePointer<Int>.allocate(capacity: max(1, lines * stride))
    var at = words
    for i in 0..<count {
      let (row, rows) = (row(i), sparse[i])
      let width = row[0] / max(1, rows.total)
      for j in 0..<rows.count {
        let offset = rows.indices.map { Int($0[j]) * width } ?? 0
        (at[0], at[1]) = (width, row[1])
        at[2] = row[2] + offset * types.param.size
        at[3] = row[3] + j * width * types.grad.size
        for state in 0..<stateCount {
          at[4 + state] = isUsed(state) ? row[4 + state] + offset * types.state.size : 0
        }
        at += stride
      }
    }
    var dense = self
    (dense.rows, dense.count, dense.sparse) = (UnsafePointer(words), lines, nil)
    return dense
  }
}
