/// Collects what a schedule and its parts have learned from metrics: one list
/// of numbers, in the order in which they are declared.
package final class Recorder: Fields {
  package private(set) var numbers: [Double] = []
  /// The kinds and modes that the numbers are of, in their order.
  private(set) var kinds: [UTF8Text] = []

  package override init() {}

  /// What a schedule and its parts have learned.
  func record(_ schedule: AnySchedule) {
    guard schedule.watches else { return }
    if schedule.object.parts.isEmpty { kinds.append("\(schedule.name)") }
    // What only looks refuses nothing.
    _ = try? schedule.visited(by: self)
  }

  public override func memory(_ value: inout Double) { numbers.append(value) }

  public override func memory(_ value: inout Int) { numbers.append(Double(value)) }

  public override func memory(_ values: inout [Double]) {
    numbers.append(Double(values.count))
    numbers += values
  }

  override func visit(_ field: Field, choice: inout Int, of words: [StaticString]) {
    if same(field.name, "mode") { kinds.append("\(words[choice])") }
  }

  override func visit(_ field: Field, _ value: inout AnySchedule) { record(value) }

  override func visit(_ field: Field, _ value: inout [AnySchedule]) {
    for i in value.indices { visit(field, &value[i]) }
  }

  override func visit(_ field: Field, _ parts: inout [Part]) {
    for part in parts { part.describe(self) }
  }
}

/// Gives schedules back what ``Recorder`` collected.
package final class Recaller: Fields {
  private let owner: StaticString
  private let numbers: [Double]
  private var place = 0
  private var refusal: Refusal?

  package init(_ owner: StaticString, _ numbers: [Double]) {
    self.owner = owner
    self.numbers = numbers
  }

  package override var changes: Bool { true }

  package override func conclusion() -> Refusal? { refusal }

  /// Throws unless every number was taken.
  package func finish() throws(Refusal) {
    if place != numbers.count { refuse("\(numbers.count) of them", "\(place)") }
    if let refusal { throw refusal }
  }

  private func refuse(_ value: UTF8Text, _ accepted: UTF8Text) {
    refusal = refusal ?? Refusal(.state, "\(owner) seen", value: value, accepted: accepted)
  }

  public override func memory(_ value: inout Double) {
    guard place < numbers.count else { return refuse("\(numbers.count) of them", "more") }
    value = numbers[place]
    place += 1
  }

  public override func memory(_ value: inout Int) {
    var real = 0.0
    memory(&real)
    guard let whole = Int(exactly: real), Integers.steps.contains(whole) else {
      return refuse("\(real)", Integers.steps.text)
    }
    value = whole
  }

  public override func memory(_ values: inout [Double]) {
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

  override func visit(_ field: Field, _ parts: inout [Part]) {
    for part in parts { part.describe(self) }
  }
}
