/// Sets fields from the arguments of a call; keeps the first refusal.
///
/// Also what reads saved states, which are calls like any other.
package final class Reader: Fields {
  /// What makes parts of calls, where there may be any.
  package typealias Maker = (Call) throws(Refusal) -> Part

  private let owner: UTF8Text
  private let maker: Maker?
  private let arguments: [Argument]
  private var isUsed: [Bool]
  private var place = 0
  private var fieldNames = UTF8Text()
  private(set) var refusal: Refusal?

  package init(_ call: Call, maker: Maker? = nil) {
    self.maker = maker
    owner = call.name
    arguments = call.arguments
    isUsed = [Bool](repeating: false, count: call.arguments.count)
  }

  package override var changes: Bool { true }

  /// The refusal, if any, with what no field took counted in.
  package override func conclusion() -> Refusal? {
    if let refusal { return refusal }
    guard let i = isUsed.firstIndex(of: false) else { return nil }
    let argument = arguments[i]
    return Refusal(
      .field, argument.name.map { "\(owner) \($0)" } ?? "\(owner) argument \(i + 1)",
      value: argument.value.text, accepted: fieldNames.isEmpty ? "no fields" : fieldNames,
      index: i, position: argument.value.position)
  }

  /// The argument for the next field: by place, or by name, or none.
  private func take(_ field: Field, accepts: () -> UTF8Text) -> (Literal, Int)? {
    defer { place += 1 }
    if !fieldNames.isEmpty { fieldNames += ", " }
    fieldNames += "\(field.name)"
    var found: Int?
    for (i, argument) in arguments.enumerated() {
      let fits = argument.name.map { same($0, field.name) } ?? (i == place)
      guard fits else { continue }
      isUsed[i] = true
      if found != nil {
        refuse(.twice, field, argument.value, i, "one value")
        return nil
      }
      found = i
    }
    guard let i = found else {
      if field.isRequired, refusal == nil {
        refusal = Refusal(.missing, "\(owner) \(field.name)", accepted: accepts())
      }
      return nil
    }
    return (arguments[i].value, i)
  }

  private func refuse(
    _ reason: Refusal.Reason, _ field: Field, _ value: Literal, _ index: Int, _ accepted: UTF8Text
  ) {
    if refusal != nil { return }
    refusal = Refusal(
      reason, "\(owner) \(field.name)", value: value.text, accepted: accepted, index: index,
      position: value.position)
  }

  // MARK: Conversions, the same wherever a number may stand

  /// An integer, or a real that is one: 1e4 is a good number of steps.
  private func integer(_ literal: Literal) -> Int? {
    switch literal.form {
    case .integer(let integer): integer
    case .real(let real): Int(exactly: real)
    default: nil
    }
  }

  /// Why a literal is no integer: a number of the wrong value, or no number.
  private func reason(_ literal: Literal) -> Refusal.Reason {
    if case .real = literal.form { .value } else { .type }
  }

  // MARK: Fields

  override func visit(_ field: Field, _ value: inout Double, _ accepts: Reals) {
    guard let (literal, i) = take(field, accepts: { accepts.text }) else { return }
    guard let real = literal.number else {
      return refuse(.type, field, literal, i, accepts.text)
    }
    guard accepts.contains(real) else {
      return refuse(.value, field, literal, i, accepts.text)
    }
    value = real
  }

  override func visit(_ field: Field, _ value: inout Double?, _ accepts: Reals) {
    guard let (literal, i) = take(field, accepts: { accepts.text }) else { return }
    if case .none = literal.form { return value = nil }
    guard let real = literal.number else {
      return refuse(.type, field, literal, i, accepts.text)
    }
    guard accepts.contains(real) else {
      return refuse(.value, field, literal, i, accepts.text)
    }
    value = real
  }

  override func visit(_ field: Field, _ value: inout Int, _ accepts: Integers) {
    guard let (literal, i) = take(field, accepts: { accepts.text }) else { return }
    guard let integer = integer(literal) else {
      return refuse(reason(literal), field, literal, i, accepts.text)
    }
    guard accepts.contains(integer) else {
      return refuse(.value, field, literal, i, accepts.text)
    }
    value = integer
  }

  override func visit(_ field: Field, _ value: inout Int?, _ accepts: Integers) {
    guard let (literal, i) = take(field, accepts: { accepts.text }) else { return }
    if case .none = literal.form { return value = nil }
    guard let integer = integer(literal) else {
      return refuse(reason(literal), field, literal, i, accepts.text)
    }
    guard accepts.contains(integer) else {
      return refuse(.value, field, literal, i, accepts.text)
    }
    value = integer
  }

  override func visit(_ field: Field, _ value: inout [Int], _ accepts: Integers) {
    guard let (literal, i) = take(field, accepts: { "a list of: \(accepts.text)" }) else { return }
    guard case .list(let list) = literal.form else {
      return refuse(.type, field, literal, i, "a list of: \(accepts.text)")
    }
    var integers: [Int] = []
    for one in list {
      guard let integer = integer(one) else {
        return refuse(reason(one), field, one, i, accepts.text)
      }
      guard accepts.contains(integer) else {
        return refuse(.value, field, one, i, accepts.text)
      }
      integers.append(integer)
    }
    value = integers
  }

  override func visit(_ field: Field, _ value: inout [Double], _ accepts: Reals) {
    guard let (literal, i) = take(field, accepts: { "a list of: \(accepts.text)" }) else { return }
    guard case .list(let list) = literal.form else {
      return refuse(.type, field, literal, i, "a list of: \(accepts.text)")
    }
    var reals: [Double] = []
    for one in list {
      guard let real = one.number else { return refuse(.type, field, one, i, accepts.text) }
      guard accepts.contains(real) else { return refuse(.value, field, one, i, accepts.text) }
      reals.append(real)
    }
    value = reals
  }

  override func visit(_ field: Field, _ value: inout Bool) {
    guard let (literal, i) = take(field, accepts: { "True or False" }) else { return }
    guard case .flag(let flag) = literal.form else {
      return refuse(.type, field, literal, i, "True or False")
    }
    value = flag
  }

  override func visit(_ field: Field, choice: inout Int, of words: [StaticString]) {
    guard let (literal, i) = take(field, accepts: { choices(words) }) else { return }
    guard case .word(let word) = literal.form else {
      return refuse(.type, field, literal, i, choices(words))
    }
    guard let found = words.firstIndex(where: { same(word, $0) }) else {
      return refuse(.value, field, literal, i, choices(words))
    }
    choice = found
  }

  override func visit(_ field: Field, _ value: inout AnySchedule) {
    guard let (literal, i) = take(field, accepts: { "a schedule" }) else { return }
    // In C a single schedule is a list of one.
    var one = literal
    if case .list(let list) = literal.form, let only = list.first, list.count == 1 { one = only }
    if let schedule = schedule(field, one, i) { value = schedule }
  }

  override func visit(_ field: Field, _ value: inout [AnySchedule]) {
    guard let (literal, i) = take(field, accepts: { "a list of schedules" }) else { return }
    guard case .list(let list) = literal.form else {
      return refuse(.type, field, literal, i, "a list of schedules")
    }
    var schedules: [AnySchedule] = []
    for one in list {
      guard let schedule = schedule(field, one, i) else { return }
      schedules.append(schedule)
    }
    value = schedules
  }

  override func visit(_ field: Field, _ value: inout StepFunction) {
    guard let (literal, i) = take(field, accepts: { "\(Literal.functionAccepted)" }) else { return }
    guard case .function(let function) = literal.form else {
      return refuse(.type, field, literal, i, "\(Literal.functionAccepted)")
    }
    value = function
  }

  override func visit(_ field: Field, _ value: inout StepFunction?) {
    guard let (literal, i) = take(field, accepts: { "\(Literal.functionAccepted)" }) else { return }
    switch literal.form {
    case .none: value = nil
    case .function(let function): value = function
    default: refuse(.type, field, literal, i, "\(Literal.functionAccepted)")
    }
  }

  override func visit(_ field: Field, _ value: inout UTF8Text) {
    guard let (literal, i) = take(field, accepts: { "\(nameAccepted)" }) else { return }
    guard case .word(let word) = literal.form else {
      return refuse(.type, field, literal, i, "\(nameAccepted)")
    }
    guard isName(word) else { return refuse(.value, field, literal, i, "\(nameAccepted)") }
    value = word
  }

  override func visit(_ field: Field, _ parts: inout [Part]) {
    guard let (literal, i) = take(field, accepts: { "a list of rules" }) else { return }
    guard case .list(let list) = literal.form, let maker else {
      return refuse(.type, field, literal, i, "a list of rules")
    }
    var made: [Part] = []
    for one in list {
      guard case .call(let call) = one.form else {
        return refuse(.type, field, one, i, "a list of rules")
      }
      do throws(Refusal) {
        made.append(try maker(call))
      } catch {
        if refusal == nil { refusal = error.located(index: i) }
        return
      }
    }
    parts = made
  }

  /// The schedule a literal is; `nil` after a refusal.
  private func schedule(_ field: Field, _ literal: Literal, _ index: Int) -> AnySchedule? {
    switch literal.form {
    case .schedule(let schedule): return schedule
    case .call(let call):
      do throws(Refusal) {
        return try AnySchedule.make(call)
      } catch {
        if refusal == nil { refusal = error.located(index: index) }
      }
    default: refuse(.type, field, literal, index, "a schedule")
    }
    return nil
  }
}
