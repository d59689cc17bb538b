/// Checks every field against what it accepts; keeps the first refusal.
package final class Checker: Fields {
  private let owner: StaticString
  package private(set) var refusal: Refusal?

  package init(_ owner: StaticString) { self.owner = owner }

  private func refuse(_ field: Field, _ value: UTF8Text, _ accepted: UTF8Text) {
    if refusal != nil { return }
    refusal = Refusal(.value, "\(owner) \(field.name)", value: value, accepted: accepted)
  }

  override func visit(_ field: Field, _ value: inout Double, _ accepts: Reals) {
    if !accepts.contains(value) { refuse(field, "\(value)", accepts.text) }
  }

  override func visit(_ field: Field, _ value: inout Int, _ accepts: Integers) {
    if !accepts.contains(value) { refuse(field, "\(value)", accepts.text) }
  }

  override func visit(_ field: Field, _ value: inout [Int], _ accepts: Integers) {
    for var one in value { visit(field, &one, accepts) }
  }

  override func visit(_ field: Field, _ value: inout [Double], _ accepts: Reals) {
    for var one in value { visit(field, &one, accepts) }
  }

  override func visit(_ field: Field, _ value: inout UTF8Text) {
    if !isName(value) { refuse(field, "'\(value)'", "\(nameAccepted)") }
  }
}

/// Prints the fields as arguments that ``Reader`` reads back.
package final class Printer: Fields {
  private let name: StaticString
  private var arguments = UTF8Text()

  package init(_ name: StaticString) { self.name = name }

  package var text: UTF8Text { "\(name)(\(arguments))" }

  private func add(_ field: Field, _ value: UTF8Text, named: Bool = true) {
    if !arguments.isEmpty { arguments += ", " }
    if named { arguments += "\(field.name)=" }
    arguments += value
  }

  override func visit(_ field: Field, _ value: inout Double, _ accepts: Reals) {
    add(field, "\(value)")
  }

  override func visit(_ field: Field, _ value: inout Int, _ accepts: Integers) {
    add(field, "\(value)")
  }

  override func visit(_ field: Field, _ value: inout [Int], _ accepts: Integers) {
    let values = value
    add(field, "[\(.list(values.count) { "\(values[$0])" })]")
  }

  override func visit(_ field: Field, _ value: inout [Double], _ accepts: Reals) {
    add(field, "[\(reals: value)]")
  }

  override func visit(_ field: Field, _ value: inout Bool) {
    add(field, value ? "True" : "False")
  }

  override func visit(_ field: Field, choice: inout Int, of words: [StaticString]) {
    add(field, "'\(words[choice])'")
  }

  // Parts read better without "schedulers=", and PyTorch has them first.
  override func visit(_ field: Field, _ value: inout AnySchedule) {
    add(field, value.utf8, named: false)
  }

  override func visit(_ field: Field, _ value: inout [AnySchedule]) {
    let values = value
    add(field, "[\(.list(values.count) { values[$0].utf8 })]", named: false)
  }

  override func visit(_ field: Field, _ value: inout StepFunction) {
    add(field, "\(Literal.functionText)")
  }

  override func visit(_ field: Field, _ value: inout UTF8Text) { add(field, "'\(value)'") }

  override func visit(_ field: Field, _ parts: inout [Part]) {
    let parts = parts
    add(
      field,
      "[\(.list(parts.count) { let printer = Printer(parts[$0].name); parts[$0].describe(printer); return printer.text })]",
      named: false)
  }
}

/// Documents the fields, a line each: name, type, default, accepted, note.
package final class Describer: Fields {
  package private(set) var text: UTF8Text

  package init(_ summary: StaticString, _ formula: StaticString, _ source: StaticString) {
    text = "summary\t\(summary)\nformula\t\(formula)\nsource\t\(source)\n"
  }

  private func add(
    _ field: Field, _ type: StaticString, _ value: UTF8Text, _ accepted: UTF8Text
  ) {
    let standard: UTF8Text = field.isRequired ? "required" : value
    text += "field\t\(field.name)\t\(type)\t\(standard)\t\(accepted)\t\(field.note)\n"
  }

  override func visit(_ field: Field, _ value: inout Double, _ accepts: Reals) {
    add(field, "real", "\(value)", accepts.text)
  }

  override func visit(_ field: Field, _ value: inout Double?, _ accepts: Reals) {
    add(field, "real", "none", accepts.text)
  }

  override func visit(_ field: Field, _ value: inout Int, _ accepts: Integers) {
    add(field, "integer", "\(value)", accepts.text)
  }

  override func visit(_ field: Field, _ value: inout Int?, _ accepts: Integers) {
    add(field, "integer", "none", accepts.text)
  }

  override func visit(_ field: Field, _ value: inout [Int], _ accepts: Integers) {
    add(field, "integers", "[]", "a list of: \(accepts.text)")
  }

  override func visit(_ field: Field, _ value: inout [Double], _ accepts: Reals) {
    add(field, "reals", "[]", "a list of: \(accepts.text)")
  }

  override func visit(_ field: Field, _ value: inout Bool) {
    add(field, "flag", value ? "True" : "False", "True or False")
  }

  override func visit(_ field: Field, choice: inout Int, of words: [StaticString]) {
    add(field, "text", "'\(words[choice])'", choices(words))
  }

  override func visit(_ field: Field, _ value: inout AnySchedule) {
    add(field, "schedule", value.utf8, "a schedule")
  }

  override func visit(_ field: Field, _ value: inout [AnySchedule]) {
    add(field, "schedules", "[]", "a list of schedules")
  }

  override func visit(_ field: Field, _ value: inout StepFunction) {
    add(field, "function", "none", "\(Literal.functionAccepted)")
  }

  override func visit(_ field: Field, _ value: inout StepFunction?) {
    add(field, "function", "none", "\(Literal.functionAccepted)")
  }

  override func visit(_ field: Field, _ value: inout UTF8Text) {
    add(field, "name", "'\(value)'", "\(nameAccepted)")
  }

  override func visit(_ field: Field, _ parts: inout [Part]) {
    add(field, "parts", "[]", "a list of rules")
  }
}
