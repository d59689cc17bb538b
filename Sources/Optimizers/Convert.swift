import Schedules
import StepBody

/// An array's elements as another type, each to the nearest; in 8 bits, to the
/// nearest of its block's.
///
/// Throws, with nothing changed, for doubles, and where arrays are missing or lie
/// on each other.
public func convert(
  _ from: UnsafeRawPointer?, dtype: UInt32, _ to: UnsafeMutableRawPointer?, toDtype: UInt32,
  _ n: Int
) throws(Refusal) {
  func type(_ dtype: UInt32, _ name: StaticString) throws(Refusal) -> ElementType {
    guard let type = ElementType(rawValue: dtype), type != .f64 else {
      throw Refusal(
        .constant, "\(name)", value: "\(Int(dtype))",
        accepted: "a constant of sched_dtype, but doubles")
    }
    return type
  }
  let (given, wanted) = (try type(dtype, "from.dtype"), try type(toDtype, "dtype"))
  let limit = maxMemory / 4
  guard n >= 0, n <= limit else {
    throw Refusal(
      .memory, "from.n", value: "\(UInt(bitPattern: n))", accepted: Integers(0, limit).text)
  }
  if n == 0 { return }
  func end(
    _ start: UnsafeRawPointer?, _ name: StaticString, _ type: ElementType
  ) throws(Refusal) -> (UInt, UInt) {
    let start = UInt(bitPattern: start)
    guard start != 0 else {
      throw Refusal(.missingPointer, "\(name)", value: "NULL", accepted: "\(n) \(type.plural)")
    }
    let (end, overflows) = start.addingReportingOverflow(UInt(type.bytes(n)))
    guard !overflows else {
      throw Refusal(
        .memory, "from.n", value: "\(n)", accepted: "an array that ends within memory")
    }
    return (start, end)
  }
  let (a, aEnd) = try end(from, "from.data", given)
  let (b, bEnd) = try end(UnsafeRawPointer(to), "to", wanted)
  guard aEnd <= b || bEnd <= a else {
    throw Refusal(.overlap, "to", value: "\(n) \(wanted.plural)", accepted: "none of from.data")
  }
  let table = try InstructionSet.table()
  withUnsafeTemporaryAllocation(of: Float.self, capacity: Stage<Float>.length) { room in
    var stage = Stage<Float>(
      table: table, kernel: table.f32, native: .f32, total: n,
      room: room.baseAddress.unsafelyUnwrapped)
    var at = 0
    while at < n {
      let count = min(Stage<Float>.length, n - at)
      stage.move(to: at, count)
      stage.close(stage.open(0, Int(bitPattern: a), given), Int(bitPattern: b), wanted)
      at += count
    }
  }
}
