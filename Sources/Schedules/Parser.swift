import Platform

/// How long a text may be, in bytes.
public let maxTextLength = 1 << 24

/// How many values a list may hold.
public let maxListLength = 1 << 20

/// Reads text in Python's constructor syntax: calls, lists, numbers, words.
package struct Parser {

  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0
  private let maxDepth: Int
  /// What is read for a function's place; without it, it is refused.
  private let function: StepFunction?

  /// The one call that the text is, with calls in it up to a depth. Its bytes,
  /// not a string, in which what is no UTF-8 would be repaired, and stand
  /// elsewhere.
  package static func call(
    _ text: [UInt8], maxDepth: Int = AnySchedule.maxDepth, function: StepFunction? = nil
  ) throws(Refusal) -> Call {
    guard text.count <= maxTextLength else {
      throw Refusal(
        .memory, "text of \(text.count) bytes", accepted: "at most \(maxTextLength) bytes")
    }
    var parser = Parser(text, maxDepth, function)
    parser.skipSpace()
    let call = try parser.call(try parser.name("a name"))
    parser.skipSpace()
    guard parser.at == parser.bytes.count else { throw parser.unexpected("the end") }
    return call
  }

  private init(_ bytes: [UInt8], _ maxDepth: Int, _ function: StepFunction?) {
    self.bytes = bytes
    self.maxDepth = maxDepth
    self.function = function
  }

  // MARK: Grammar

  /// name ( argument, argument, … )
  private mutating func call(_ name: (text: UTF8Text, position: Int)) throws(Refusal) -> Call {
    guard depth < maxDepth else {
      throw Refusal(
        .depth, name.text, accepted: "\(AnySchedule.maxDepth) levels", position: name.position)
    }
    depth += 1
    defer { depth -= 1 }
    guard take("(") else { throw unexpected("'('") }
    var arguments: [Argument] = []
    while !take(")") {
      if !arguments.isEmpty {
        guard take(",") else { throw unexpected("',' or ')'") }
        if take(")") { break }
      }
      let argument = try argument()
      if argument.name == nil, let last = arguments.last, last.name != nil {
        throw Refusal(
          .syntax, "\(name.text) argument \(arguments.count + 1)", value: argument.value.text,
          accepted: "name=value after a named one", position: argument.value.position)
      }
      arguments.append(argument)
    }
    return Call(name.text, arguments, at: name.position)
  }

  /// name = value, or value
  private mutating func argument() throws(Refusal) -> Argument {
    skipSpace()
    let start = at
    if let first = peek, isLetter(first) {
      let name = try name("a name")
      if take("=") { return Argument(name.text, try value()) }
      at = start
    }
    return Argument(nil, try value())
  }

  private mutating func value(inList: Bool = false) throws(Refusal) -> Literal {
    skipSpace()
    let start = at
    guard let first = peek else { throw unexpected("a value") }
    if first == ascii("[") || first == ascii("(") {
      guard !inList else { throw unexpected("a number or a schedule") }
      return Literal(.list(try list(until: first == ascii("[") ? "]" : ")")), at: start)
    }
    if first == ascii("'") || first == ascii("\"") {
      return Literal(.word(try quoted()), at: start)
    }
    if isLetter(first) {
      let name = try name("a value")
      if same(name.text, "True") { return Literal(.flag(true), at: start) }
      if same(name.text, "False") { return Literal(.flag(false), at: start) }
      if same(name.text, "None") { return Literal(.none, at: start) }
      if same(name.text, "inf") { return Literal(.real(.infinity), at: start) }
      if same(name.text, "nan") { return Literal(.real(.nan), at: start) }
      skipSpace()
      guard peek == ascii("(") else {
        at = start
        throw unexpected("a value")
      }
      return Literal(.call(try call(name)), at: start)
    }
    if first == ascii("<") { return Literal(.function(try functionPlace()), at: start) }
    return try number()
  }

  private mutating func functionPlace() throws(Refusal) -> StepFunction {
    let place = Literal.functionText
    guard bytes.count - at >= place.utf8CodeUnitCount,
      same(UTF8Text(bytes[at..<(at + place.utf8CodeUnitCount)]), place)
    else { throw unexpected("a value") }
    guard let function else {
      throw Refusal(
        .syntax, "\(place)",
        accepted:
          "text without functions: make the schedule with its function, and load a state into a scheduler of it",
        position: at)
    }
    at += place.utf8CodeUnitCount
    return function
  }

  private mutating func list(until close: Unicode.Scalar) throws(Refusal) -> [Literal] {
    at += 1
    var values: [Literal] = []
    while !take(close) {
      if !values.isEmpty {
        guard take(",") else { throw unexpected("',' or '\(ascii: ascii(close))'") }
        if take(close) { break }
      }
      values.append(try value(inList: true))
    }
    return values
  }

  // MARK: Words

  private mutating func name(_ expected: UTF8Text) throws(Refusal) -> (
    text: UTF8Text, position: Int
  ) {
    let start = at
    guard let first = peek, isLetter(first) else { throw unexpected(expected) }
    while let byte = peek, isLetter(byte) || isDigit(byte) { at += 1 }
    return (UTF8Text(bytes[start..<at]), start)
  }

  private mutating func quoted() throws(Refusal) -> UTF8Text {
    let quote = bytes[at]
    let start = at
    at += 1
    while let byte = peek, byte != quote { at += 1 }
    guard peek == quote else {
      at = start
      throw unexpected("a word with its closing quote")
    }
    at += 1
    return UTF8Text(bytes[(start + 1)..<(at - 1)])
  }

  /// An integer where the digits are nothing else, and otherwise a real; that too
  /// where 64 bits do not hold it, for the field to refuse.
  private mutating func number() throws(Refusal) -> Literal {
    let start = at
    while let byte = peek, isDigit(byte) || isOneOf("+-._eEinfa", byte) { at += 1 }
    let token = bytes[start..<at]
    let digits = token.drop { $0 == ascii("-") || $0 == ascii("+") }
    if let integer = UTF8Text(token).integer { return Literal(.integer(integer), at: start) }
    var used = 0
    let real = platform_number(token + [0], &used)
    // strtod's "infinity", "nan(…)" and hexadecimals have no place here, but
    // "-inf" does, and "-nan", which is how 0 · inf prints in a saved state.
    let isPlain = digits.first.map { isDigit($0) || $0 == ascii(".") } ?? false
    let isSigned = same(UTF8Text(token), "-inf") || same(UTF8Text(token), "-nan")
    guard used > 0, used == token.count, isPlain || isSigned else {
      at = start
      throw unexpected("a value")
    }
    return Literal(.real(real), at: start)
  }

  // MARK: Bytes

  private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func skipSpace() {
    while let byte = peek, isOneOf(" \t\n\r", byte) { at += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == ascii(scalar) else { return false }
    at += 1
    skipSpace()
    return true
  }

  private func unexpected(_ expected: UTF8Text) -> Refusal {
    guard let byte = peek else {
      return Refusal(.syntax, "the end", accepted: expected, position: at)
    }
    let isPrintable = byte > 32 && byte < 127
    return Refusal(
      .syntax, isPrintable ? "'\(ascii: byte)'" : "byte \(Int(byte))", accepted: expected,
      position: at)
  }
}

private func ascii(_ scalar: Unicode.Scalar) -> UInt8 { UInt8(truncatingIfNeeded: scalar.value) }

private func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

private func isLetter(_ byte: UInt8) -> Bool {
  (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte == 95
}

private func isOneOf(_ set: StaticString, _ byte: UInt8) -> Bool {
  set.withUTF8Buffer { $0.contains(byte) }
}
