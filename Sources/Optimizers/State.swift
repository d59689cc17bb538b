import Schedules
import StepBody

/// What an optimizer remembers of one parameter: arrays, mostly of its size, under
/// PyTorch's names, and perhaps a few numbers. Empty before the first step.
public struct OptimizerState<T: Element>: Sendable {
  /// Steps taken.
  public fileprivate(set) var step = 0
  /// The names of the arrays there are.
  public private(set) var names: [StaticString] = []
  /// Numbers of state, in the order of the optimizer's declaration.
  public fileprivate(set) var scalars: [Double] = []
  fileprivate var storage: [T] = []
  fileprivate var n = 0
  fileprivate var shape = (rows: 0, columns: 0)
  /// Where each array begins, and where the last ends.
  private var ends = [0]

  public init() {}

  private func index(_ name: UTF8Text) -> Int? { names.firstIndex { same(name, $0) } }

  /// An array by its name: "exp_avg". Nil where there is none.
  public subscript(name: String) -> [T]? {
    index(UTF8Text(name.utf8)).map { Array(storage[ends[$0]..<ends[$0 + 1]]) }
  }

  /// Where an array begins, made if there is none.
  fileprivate mutating func place(_ state: Declaration.State) -> Int? {
    if let index = index("\(state.name)") { return ends[index] }
    guard let count = state.extent.count(n, shape.rows, shape.columns) else { return nil }
    names.append(state.name)
    storage += [T](repeating: T(state.start), count: count)
    ends.append(storage.count)
    return ends[names.count - 1]
  }
}

extension Optimizer {
  /// What it remembers of a parameter of floats.
  public typealias State = OptimizerState<Float>

  /// One step of one parameter, in place.
  ///
  /// `rows` and `columns` are for optimizers of matrices: those of the matrix, or
  /// of each that lie one after the other, row after row; 0 of a vector.
  ///
  /// Throws, with nothing changed, when there is not one gradient for each
  /// element, the state is of another length or shape, a setting is out of its
  /// range, or the shape is not the parameter's.
  public func step(
    _ param: inout [Float], _ grad: [Float], _ state: inout OptimizerState<Float>,
    rows: Int = 0, columns: Int = 0
  ) throws(Refusal) {
    try take(.f32, &param, grad, &state, (rows, columns))
  }

  /// The same of doubles.
  public func step(
    _ param: inout [Double], _ grad: [Double], _ state: inout OptimizerState<Double>,
    rows: Int = 0, columns: Int = 0
  ) throws(Refusal) {
    try take(.f64, &param, grad, &state, (rows, columns))
  }

  /// One step of some of a parameter's rows, in place: a sparse gradient. The others,
  /// and their state, stay as they are.
  ///
  /// `indices` are ascending, from 0 and below `total`, how many rows the parameter
  /// has; `grad` has as many rows, one after another.
  ///
  /// Throws as the other steps do, and of an optimizer of norms or numbers of state.
  public func step(
    _ param: inout [Float], rows indices: [Int], of total: Int, _ grad: [Float],
    _ state: inout OptimizerState<Float>
  ) throws(Refusal) {
    try take(.f32, &param, grad, &state, (0, 0), (total, indices))
  }

  /// The same of doubles.
  public func step(
    _ param: inout [Double], rows indices: [Int], of total: Int, _ grad: [Double],
    _ state: inout OptimizerState<Double>
  ) throws(Refusal) {
    try take(.f64, &param, grad, &state, (0, 0), (total, indices))
  }

  private func take<T: Element>(
    _ type: ElementType, _ param: inout [T], _ grad: [T], _ state: inout OptimizerState<T>,
    _ shape: (rows: Int, columns: Int), _ sparse: (total: Int, indices: [Int])? = nil
  ) throws(Refusal) {
    let n = param.count
    if let (total, indices) = sparse {
      // Of other numbers of rows the gradient is not looked at before they are refused.
      if total > 0, n % total == 0, indices.count <= total {
        try require("grad", grad.count, indices.count * (n / total), "as the rows")
      }
    } else {
      try require("grad", grad.count, n, "as param")
    }
    let indices = sparse?.indices.map { Int64($0) } ?? []
    if state.step > 0 {
      try require("state", state.n, n, "as param")
      guard state.shape == shape else {
        throw Refusal(
          .range, "rows", value: "\(shape.rows), and columns \(shape.columns)",
          accepted: "\(state.shape.rows) and \(state.shape.columns), as before")
      }
    }
    let kind = KindOf<Self>()
    func declared(_ index: Int = -1) -> Declaration {
      var (copy, declaration) = (self, Declaration(Self.name, wanted: index))
      copy.describe(&declaration)
      return declaration
    }
    let declaration = declared()
    if let refusal = declaration.refusal ?? conflict() { throw refusal }
    var next = state
    if next.step == 0 {
      next = OptimizerState()
      (next.n, next.shape) = (n, shape)
      for i in 0..<declaration.scalarCount {
        next.scalars.append(declared(i).scalar.unsafelyUnwrapped.start)
      }
    }
    state = OptimizerState()
    defer { state = next }
    var row = [n, next.step + 1, 0, 0]
    var places: [Int?] = []
    for i in 0..<declaration.stateCount {
      let one = declared(i).state.unsafelyUnwrapped
      places.append(one.isUsed ? next.place(one) : nil)
    }
    let refusal = param.withUnsafeMutableBufferPointer { p in
      grad.withUnsafeBufferPointer { g in
        next.storage.withUnsafeMutableBufferPointer { s in
          next.scalars.withUnsafeMutableBufferPointer { scalars -> Refusal? in
            row[2] = Int(bitPattern: p.baseAddress)
            row[3] = Int(bitPattern: g.baseAddress)
            for place in places {
              row.append(
                place.map { Int(bitPattern: s.baseAddress) + $0 * MemoryLayout<T>.stride } ?? 0)
            }
            if !scalars.isEmpty { row.append(Int(bitPattern: scalars.baseAddress)) }
            if declaration.shapes != nil { row += [shape.rows, shape.columns] }
            do throws(Refusal) {
              try row.withUnsafeBufferPointer { rows throws(Refusal) in
                var settings = Settings()
                try withUnsafeMutablePointer(to: &settings) { settings throws(Refusal) in
                  UnsafeMutableRawPointer(settings).storeBytes(of: self, as: Self.self)
                  var group = try Group(
                    kind, ElementTypes(type), settings, rows: rows.baseAddress, count: 1)
                  try indices.withUnsafeBufferPointer { indices throws(Refusal) in
                    let rows = Rows(
                      total: sparse?.total ?? 0, count: indices.count,
                      indices: indices.baseAddress)
                    try withUnsafePointer(to: rows) { rows throws(Refusal) in
                      if sparse != nil { group.sparse = rows }
                      try withUnsafePointer(to: group) { one throws(Refusal) in
                        var refused = 0
                        try takeStep(
                          UnsafeBufferPointer(start: one, count: 1), StepOptions(),
                          refused: &refused)
                      }
                    }
                  }
                }
              }
              return nil
            } catch {
              return error
            }
          }
        }
      }
    }
    if let refusal { throw refusal }
    next.step += 1
  }
}

/// Throws unless an array has as many elements as something else.
private func require(
  _ name: StaticString, _ count: Int, _ n: Int, _ other: StaticString
) throws(Refusal) {
  guard count == n else {
    throw Refusal(.range, "\(name)", value: "\(count) elements", accepted: "\(n), \(other)")
  }
}
