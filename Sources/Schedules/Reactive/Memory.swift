/// Collects what a schedule and its parts have learned from metrics: one list
/// of numbers, in the order in which they are declared.
final class Recorder: Fields {
  private(set) var numbers: [Double] = []

  override func memory(_ value: inout Double) { numbers.append(value) }

  override func memory(_ value: inout Int) { numbers.append(Double(value)) }

  override func memory(_ values: inout [Double]) {
    numbers.append(Double(values.count))
    numbers += values
  }

  override func visit(_ field: Field, _ value: inout AnySchedule) {
    // What only looks refuses nothing.
    if value.watches { _ = try? value.visited(by: self) }
  }

  override func visit(_ field: Field, _ value: inout [AnySchedule]) {
    for i in value.indices { visit(field, &value[i]) }
  }
}

/// Gives schedules back what ``Recorder`` collected.
final class Recaller: Fields {
  private let numbers: [Double]
  private var place = 0
  private var refusal: Refusal?

  init(_ numbers: [Double]) { self.numbers = numbers }

  override var changes: Bool { true }

  override func conclusion() -> Refusal? { refusal }

  /// Throws unless every number was taken.
  func finish() throws(Refusal) {
    if place != numbers.count { refuse("\(numbers.count) of them", "\(place)") }
    if let refusal { throw refusal }
  }

  private func refuse(_ value: UTF8Text, _ accepted: UTF8Text) {
    refusal = refusal ?? Refusal(.state, "Scheduler seen", value: value, accepted: accepted)
  }

  override func memory(_ value: inout Double) {
    guard place < numbers.count else { return refuse("\(numbers.count) of them", "more") }
    value = numbers[place]
    place += 1
  }

  override func memory(_ value: inout Int) {
    var real = 0.0
    memory(&real)
    guard let whole = Int(exactly: real), Integers.steps.contains(whole) else {
      return refuse("\(real)", Integers.steps.text)
    }
    value = whole
  }

  override func memory(_ values: inout [Double]) {
    var count = 0
    memory(&count)
    guard count <= numbers.count - place else {
      return refuse("\(numbers.count) of them", "more")
    }
    values = Array(numbers[place..<(place + count)])
    place += count
  }

  override func visit(_ field: Field, _ value: inout AnySchedule) {
    guard value.watches, refusal == nil else { return }
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
