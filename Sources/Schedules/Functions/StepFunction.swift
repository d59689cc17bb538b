import Platform

/// A caller's function from a step, or a count of something else, to a number.
///
/// It is a pure function: the same number gives the same answer, on whichever
/// thread it is asked. What it gives is taken as it is, NaN and infinities too.
public typealias StepFunction = @Sendable (Int) -> Double

/// Whether a schedule or a part of it calls a function. Text cannot have one.
final class FunctionFinder: Fields {
  private(set) var found: [StepFunction] = []

  override func visit(_ field: Field, _ value: inout StepFunction) { found.append(value) }

  override func visit(_ field: Field, _ value: inout AnySchedule) {
    // What only looks refuses nothing.
    if value.calls { _ = try? value.visited(by: self) }
  }

  override func visit(_ field: Field, _ value: inout [AnySchedule]) {
    for i in value.indices { visit(field, &value[i]) }
  }
}

/// Gives a schedule that was read from text the functions that
/// ``FunctionFinder`` found in one like it.
final class FunctionSetter: Fields {
  private var functions: ArraySlice<StepFunction>
  private var refusal: Refusal?

  init(_ functions: [StepFunction]) { self.functions = functions[...] }

  override var changes: Bool { true }

  override func conclusion() -> Refusal? { refusal }

  override func visit(_ field: Field, _ value: inout StepFunction) {
    if let function = functions.popFirst() { value = function }
  }

  override func visit(_ field: Field, _ value: inout AnySchedule) {
    guard value.calls else { return }
    do throws(Refusal) {
      value = try value.visited(by: self)
    } catch {
      refusal = refusal ?? error
    }
  }

  override func visit(_ field: Field, _ value: inout [AnySchedule]) {
    for i in value.indices { visit(field, &value[i]) }
  }
}

/// The products of a function's values from 1 on, some of them kept: a walk over
/// the steps asks for each value once, and a step back for a thousand at most.
final class Products: @unchecked Sendable {
  let function: StepFunction
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// Those at multiples of ``stride``.
  private var marks = [1.0]
  private var last = (step: 0, product: 1.0)

  private static let stride = 1024
  private static let maxMarks = 1 << 20

  init(_ function: @escaping StepFunction) {
    self.function = function
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func product(to step: Int) -> Double {
    // The function is not called under the lock: it may ask for a rate itself.
    pthread_mutex_lock(mutex)
    let mark = min(step / Self.stride, marks.count - 1)
    let isNear = last.step <= step && last.step > mark * Self.stride
    var (at, product) = isNear ? last : (mark * Self.stride, marks[mark])
    pthread_mutex_unlock(mutex)

    let first = at / Self.stride + 1
    var passed: [Double] = []
    while at < step {
      at += 1
      product *= function(at)
      // For good; and what has failed is not kept.
      if product.isNaN { return product }
      if at % Self.stride == 0, at / Self.stride < Self.maxMarks { passed.append(product) }
    }

    pthread_mutex_lock(mutex)
    if first <= marks.count { marks += passed.dropFirst(marks.count - first) }
    last = (at, product)
    pthread_mutex_unlock(mutex)
    return product
  }
}
