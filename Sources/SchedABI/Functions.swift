import CSched
import Platform
import Schedules

/// A function that a C caller gave; whoever holds the last schedule of it lets it
/// go.
final class Caller: @unchecked Sendable {
  private let function: sched_function
  private let name: UTF8Text
  /// Whether it was taken over, and is released.
  var isOwned = false

  init(_ function: sched_function, _ name: UTF8Text) {
    self.function = function
    self.name = name
  }

  deinit {
    if isOwned { function.release?(function.context) }
  }

  /// Its answer; NaN when it fails, and at once after it has.
  func call(_ step: Int) -> Double {
    if Failure.current != nil { return .nan }
    var value = Double.nan
    let code = function.call(function.context, Int64(step), &value)
    if code == 0 { return value }
    Failure.current = Refusal(
      .function, "\(name)(\(step))", value: "\(Int(code))", accepted: "0")
    return .nan
  }
}

/// What a function of the caller's has failed with during a call from this
/// thread. A rate has no way to say so.
enum Failure {
  private final class Box {
    let refusal: Refusal
    init(_ refusal: Refusal) { self.refusal = refusal }
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) {
      // Optional on one platform and not on another.
      guard let box = $0 as UnsafeMutableRawPointer? else { return }
      Unmanaged<Box>.fromOpaque(box).release()
    }
    return key
  }()

  static var current: Refusal? {
    get {
      guard let box = pthread_getspecific(key) else { return nil }
      return Unmanaged<Box>.fromOpaque(box).takeUnretainedValue().refusal
    }
    set {
      if let old = pthread_getspecific(key) { Unmanaged<Box>.fromOpaque(old).release() }
      pthread_setspecific(key, newValue.map { Unmanaged.passRetained(Box($0)).toOpaque() })
    }
  }
}

/// Does what calls functions of the caller's; throws what one has failed with. A
/// function may itself use the library.
func calling<T>(_ body: () throws(Refusal) -> T) throws(Refusal) -> T {
  let outer = Failure.current
  Failure.current = nil
  defer { Failure.current = outer }
  let result = try body()
  if let failure = Failure.current { throw failure }
  return result
}
