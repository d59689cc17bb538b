import Lanes
import Schedules

/// An array as its owner describes it: DLPack's `DLTensor`.
private struct Tensor {
  var data: UInt = 0
  var device: Int32 = 0
  var deviceID: Int32 = 0
  var dimensions: Int32 = 0
  /// Its elements' code, bits and lanes.
  var type: UInt32 = 0
  var shape: UnsafePointer<Int64>?
  var strides: UnsafePointer<Int64>?
  var offset: UInt64 = 0

  /// Whether it lies in memory as another does, wherever that is.
  func isLike(_ other: Tensor) -> Bool {
    guard device == other.device, type == other.type, dimensions == other.dimensions else {
      return false
    }
    guard dimensions > 0 else { return dimensions == 0 }
    guard let shape, let strides, let itsShape = other.shape, let itsStrides = other.strides
    else { return false }
    for i in 0..<Int(dimensions) {
      // The stride along an axis of one element is nothing.
      if shape[i] != itsShape[i] || (shape[i] != 1 && strides[i] != itsStrides[i]) {
        return false
      }
    }
    return true
  }
}

/// Objects and the arrays they are of, as C has it.
private struct Column {
  let objects: UnsafePointer<UnsafeMutableRawPointer?>?
  let count: Int
  let like: UnsafeMutablePointer<Tensor>?
  let places: UnsafeMutablePointer<UInt>?
  let stride: Int
  let moves: Int32
}

/// What is looked at before a step like the last, as C has it.
public struct Look {
  public typealias Next =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Int32
  public typealias Describe =
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Int32
  public typealias Get =
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
  public typealias Keep =
    @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Int32

  private let next: Next?
  private let dicts: UnsafePointer<UnsafeMutableRawPointer?>?
  private let dictCount: Int
  private let values: UnsafePointer<UnsafeMutableRawPointer?>?
  private let describe: Describe?
  private let columns: UnsafePointer<Column>?
  private let columnCount: Int
  private let get: Get?
  private let name: UnsafeMutableRawPointer?
  private let keep: Keep?
  private let list: UnsafeMutableRawPointer?

  /// How many objects ahead are read into the cache.
  private static var ahead: Int { 6 }

  /// Whether dicts have the values they had and arrays lie where they did.
  ///
  /// What a column that moves says is written, up to what is not as it was.
  public func isUnchanged() throws(Refusal) -> Bool {
    try check()
    return hasSameValues() && hasSameArrays()
  }

  private func check() throws(Refusal) {
    func need(
      _ isThere: Bool, _ count: Int, _ name: StaticString, _ accepted: StaticString
    ) throws(Refusal) {
      let limit = maxMemory / MemoryLayout<Tensor>.stride
      guard count >= 0, count <= limit else {
        throw Refusal(
          .memory, "look.\(name)", value: "\(UInt(bitPattern: count)) of them",
          accepted: Integers(0, limit).text)
      }
      guard isThere || count == 0 else {
        throw Refusal(
          .missingPointer, "look.\(name)", value: "NULL", accepted: "\(accepted)")
      }
    }
    try need(
      next != nil && dicts != nil && values != nil, dictCount, "dicts", "next and values, too")
    try need(describe != nil && columns != nil, columnCount, "columns", "describe, too")
    var before: Column?
    for i in 0..<columnCount {
      let column = columns.unsafelyUnwrapped[i]
      let isGot =
        get != nil && name != nil && keep != nil && list != nil && before?.objects != nil
        && before?.count == column.count
      try need(
        (column.objects != nil || isGot) && column.like != nil && column.places != nil,
        column.count, "columns.objects",
        "objects, or a column before and get, name, keep and list; like and places")
      before = column
    }
  }

  private func hasSameValues() -> Bool {
    guard dictCount > 0, let next, let dicts, var expected = values else { return true }
    for i in 0..<dictCount {
      lanes_fetch(dicts[min(i + Self.ahead, dictCount - 1)])
      var position = 0
      var key: UnsafeMutableRawPointer?
      var value: UnsafeMutableRawPointer?
      while next(dicts[i], &position, &key, &value) != 0 {
        // Where fewer are expected, NULL is, and no value is that.
        if value != expected.pointee { return false }
        expected += 1
      }
      if expected.pointee != nil { return false }
      expected += 1
    }
    return true
  }

  private func hasSameArrays() -> Bool {
    var c = 0
    while c < columnCount, let columns {
      let column = columns[c]
      // What is got of objects is looked at with them.
      let isPair = c + 1 < columnCount && columns[c + 1].objects == nil
      for i in 0..<column.count {
        fetch(column, i)
        guard let object = column.objects?[i], isSame(object, column, i) else { return false }
        if isPair, let get, let keep {
          let other = columns[c + 1]
          fetch(other, i)
          guard let found = get(object, name), keep(list, i, found) == 0,
            isSame(found, other, i)
          else { return false }
        }
      }
      c += isPair ? 2 : 1
    }
    return true
  }

  /// An object's own memory, which is around its shape, is mostly where it was.
  private func fetch(_ column: Column, _ i: Int) {
    guard i + Self.ahead < column.count, let like = column.like else { return }
    if let objects = column.objects, let object = objects[i + Self.ahead] { lanes_fetch(object) }
    let shape = UnsafeRawPointer(bitPattern: like[i + Self.ahead].data)
    if let shape { for line in -1...1 { lanes_fetch(shape + 64 * line) } }
  }

  private func isSame(_ object: UnsafeMutableRawPointer, _ column: Column, _ i: Int) -> Bool {
    var found = Tensor()
    guard let describe, let like = column.like, let places = column.places,
      describe(object, &found) == 0, found.isLike(like[i])
    else { return false }
    like[i].data = UInt(bitPattern: found.shape)
    let start = found.data &+ UInt(found.offset)
    if column.moves != 0 { places[i * column.stride] = start }
    return places[i * column.stride] == start
  }
}
