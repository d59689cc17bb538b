import CSched
import Platform
import Schedules

/// The last failure of each thread: a C string that the thread owns.
enum LastError {
  /// Frees the string when its thread ends.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { free($0) }
    return key
  }()

  static func set(_ text: UTF8Text) {
    // A zero in a caller's text would end the sentence.
    let bytes = text.bytes.map { $0 == 0 ? 63 : $0 } + [0]
    let copy = bytes.withUnsafeBytes { strdup($0.baseAddress!) }
    free(pthread_getspecific(key))
    pthread_setspecific(key, copy)
  }

  static var text: UnsafePointer<CChar>? {
    UnsafePointer(pthread_getspecific(key)?.assumingMemoryBound(to: CChar.self))
  }
}

/// Does what can be refused; keeps the sentence and returns the status.
func status(
  _ body: () throws(Refusal) -> Void, refused: (Refusal) -> Void = { _ in }
) -> sched_status {
  do throws(Refusal) {
    try body()
    return SCHED_OK
  } catch {
    LastError.set(error.sentence)
    refused(error)
    return sched_status(rawValue: UInt32(error.reason.rawValue))
  }
}

/// The pointer, or a refusal that names it.
func need<P>(_ pointer: P?, _ name: StaticString) throws(Refusal) -> P {
  guard let pointer else {
    throw Refusal(.missingPointer, "\(name)", value: "NULL", accepted: "a pointer")
  }
  return pointer
}

/// The length, or a refusal of one that no memory has.
func need(_ count: Int, _ name: StaticString, of stride: Int) throws(Refusal) -> Int {
  try need(count, name, within: Integers(0, maxMemory / stride), .memory)
}

/// The number, which has no sign in C, or a refusal of it.
func need(
  _ count: Int, _ name: StaticString, within accepts: Integers, _ reason: Refusal.Reason = .range
) throws(Refusal) -> Int {
  guard accepts.contains(count) else {
    throw Refusal(
      reason, "\(name)", value: "\(UInt(bitPattern: count))", accepted: accepts.text)
  }
  return count
}

/// What `name` has in Swift, from what it has in C.
func need<T>(
  _ known: T?, _ name: StaticString, _ value: UInt32, of type: StaticString
) throws(Refusal) -> T {
  guard let known else {
    throw Refusal(.constant, "\(name)", value: "\(Int(value))", accepted: "a constant of \(type)")
  }
  return known
}

/// A caller's text.
func bytes(_ text: UnsafePointer<CChar>?, _ length: Int) throws(Refusal) -> [UInt8] {
  let text = try need(text, "text")
  let length = try need(length, "length", of: 1)
  guard length <= maxTextLength else {
    throw Refusal(
      .memory, "length", value: "\(length)", accepted: Integers(0, maxTextLength).text)
  }
  return Array(UnsafeRawBufferPointer(start: text, count: length))
}

/// Hands a text out: how long it is, and the text if it fits.
func give(
  _ string: UTF8Text, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) throws(Refusal) {
  try give(text, capacity, length) { $0(string) }
}

/// Hands a text out that comes in pieces. Until all are there the caller's memory
/// stays as it is; of a text that does not fit only the length is kept.
func give(
  _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?,
  _ pieces: ((UTF8Text) -> Void) throws(Refusal) -> Void
) throws(Refusal) {
  let length = try need(length, "length")
  let capacity = try need(capacity, "capacity", of: 1)
  if capacity > 0 { _ = try need(text, "text") }
  var (count, whole) = (0, [] as [UInt8])
  try pieces {
    count += $0.bytes.count
    if count < capacity { whole += $0.bytes }
  }
  length.pointee = count
  guard let text, capacity > count else {
    throw Refusal(.space, "capacity", value: "\(capacity)", accepted: "at least \(count + 1)")
  }
  memcpy(text, whole, count)
  text[count] = 0
}

@implementation @_cdecl("sched_status_text")
public func sched_status_text(_ status: sched_status) -> UnsafePointer<CChar>! {
  if status == SCHED_OK { return cString("success") }
  guard let reason = Int32(exactly: status.rawValue).flatMap(Refusal.Reason.init(rawValue:)) else {
    return cString("no such status")
  }
  return cString(reason.text)
}

@implementation @_cdecl("sched_last_error")
public func sched_last_error() -> UnsafePointer<CChar>! { LastError.text ?? cString("") }

@implementation @_cdecl("sched_version")
public func sched_version() -> UnsafePointer<CChar>! { cString(libraryVersion) }

@implementation @_cdecl("sched_abi_version")
public func sched_abi_version() -> Int32 { SCHED_ABI_VERSION }

/// A literal, which ends with a zero and lives for ever.
func cString(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
