/// Checks every field against what it accepts; keeps the first refusal.
struct Checker: Fields {
  let owner: StaticString
  var refusal: Refusal?

  init(_ owner: StaticString) { self.owner = owner }

  private mutating func refuse(_ field: Field, _ value: String, _ accepted: String) {
    if refusal != nil { return }
    refusal = Refusal(.value, "\(owner) \(field.name)", value: value, accepted: accepted)
  }

  mutating func visit(_ field: Field, _ value: inout Double, _ accepts: Reals) {
    if !accepts.contains(value) { refuse(field, "\(value)", accepts.text) }
  }

  mutating func visit(_ field: Field, _ value: inout Double?, _ accepts: Reals) {
    if var value { visit(field, &value, accepts) }
  }

  mutating func visit(_ field: Field, _ value: inout Int, _ accepts: Integers) {
    if !accepts.contains(value) { refuse(field, "\(value)", accepts.text) }
  }

  mutating func visit(_ field: Field, _ value: inout Int?, _ accepts: Integers) {
    if var value { visit(field, &value, accepts) }
  }

  mutating func visit(_ field: Field, _ value: inout [Int], _ accepts: Integers) {
    for var one in value { visit(field, &one, accepts) }
  }

  mutating func visit(_ field: Field, _ value: inout [Double], _ accepts: Reals) {
    for var one in value { visit(field, &one, accepts) }
  }

  mutating func visit(_ field: Field, _ value: inout Bool) {}

  mutating func visit<W: Word>(_ field: Field, _ value: inout W) {}

  mutating func visit(_ field: Field, _ value: inout AnySchedule) {}

  mutating func visit(_ field: Field, _ value: inout [AnySchedule]) {}
}

/// Prints the fields as arguments that ``Reader`` reads back.
struct Printer: Fields {
  var text = ""

  private mutating func add(_ field: Field, _ value: String, named: Bool = true) {
    if !text.isEmpty { text += ", " }
    text += named ? "\(field.name)=\(value)" : value
  }

  private func list<T>(_ values: [T], _ print: (T) -> String) -> String {
    var text = "["
    for (i, value) in values.enumerated() { text += (i == 0 ? "" : ", ") + print(value) }
    return text + "]"
  }

  mutating func visit(_ field: Field, _ value: inout Double, _ accepts: Reals) {
    add(field, "\(value)")
  }

  mutating func visit(_ field: Field, _ value: inout Double?, _ accepts: Reals) {
    if let value { add(field, "\(value)") }
  }

  mutating func visit(_ field: Field, _ value: inout Int, _ accepts: Integers) {
    add(field, "\(value)")
  }

  mutating func visit(_ field: Field, _ value: inout Int?, _ accepts: Integers) {
    if let value { add(field, "\(value)") }
  }

  mutating func visit(_ field: Field, _ value: inout [Int], _ accepts: Integers) {
    add(field, list(value) { "\($0)" })
  }

  mutating func visit(_ field: Field, _ value: inout [Double], _ accepts: Reals) {
    add(field, list(value) { "\($0)" })
  }

  mutating func visit(_ field: Field, _ value: inout Bool) {
    add(field, value ? "True" : "False")
  }

  mutating func visit<W: Word>(_ field: Field, _ value: inout W) {
    add(field, "'\(value.word)'")
  }

  // Parts read better without "schedulers=", and PyTorch has them first.
  mutating func visit(_ field: Field, _ value: inout AnySchedule) {
    add(field, value.text, named: false)
  }

  mutating func visit(_ field: Field, _ value: inout [AnySchedule]) {
    add(field, list(value) { $0.text }, named: false)
  }
}

/// Documents the fields, a line each: name, type, default, accepted, note.
struct Describer: Fields {
  var text = ""

  private mutating func add(
    _ field: Field, _ type: StaticString, _ value: String, _ accepted: String
  ) {
    let standard = field.isRequired ? "required" : value
    text += "field\t\(field.name)\t\(type)\t\(standard)\t\(accepted)\t\(field.note)\n"
  }

  mutating func visit(_ field: Field, _ value: inout Double, _ accepts: Reals) {
    add(field, "real", "\(value)", accepts.text)
  }

  mutating func visit(_ field: Field, _ value: inout Double?, _ accepts: Reals) {
    add(field, "real", "none", accepts.text)
  }

  mutating func visit(_ field: Field, _ value: inout Int, _ accepts: Integers) {
    add(field, "integer", "\(value)", accepts.text)
  }

  mutating func visit(_ field: Field, _ value: inout Int?, _ accepts: Integers) {
    add(field, "integer", "none", accepts.text)
  }

  mutating func visit(_ field: Field, _ value: inout [Int], _ accepts: Integers) {
    add(field, "integers", "[]", "a list of: \(accepts.text)")
  }

  mutating func visit(_ field: Field, _ value: inout [Double], _ accepts: Reals) {
    add(field, "reals", "[]", "a list of: \(accepts.text)")
  }

  mutating func visit(_ field: Field, _ value: inout Bool) {
    add(field, "flag", value ? "True" : "False", "True or False")
  }

  mutating func visit<W: Word>(_ field: Field, _ value: inout W) {
    add(field, "text", "'\(value.word)'", W.choices)
  }

  mutating func visit(_ field: Field, _ value: inout AnySchedule) {
    add(field, "schedule", value.text, "a schedule")
  }

  mutating func visit(_ field: Field, _ value: inout [AnySchedule]) {
    add(field, "schedules", "[]", "a list of schedules")
  }
}
