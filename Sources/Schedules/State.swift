/// A saved state: a call by the name of what was saved, with a version and all
/// of its arguments named.
public struct State {
  private let call: Call

  /// Throws unless the text is a state of that name and of a version up to that
  /// one, with all of its arguments among `names`.
  public init(
    _ name: StaticString, version: Int, _ names: [StaticString], _ text: [UInt8]
  ) throws(Refusal) {
    call = try Parser.call(text)
    guard same(call.name, name) else {
      throw Refusal(.state, call.name, accepted: "\(name)", position: call.position)
    }
    _ = try integer("version", Integers(1, version))
    for argument in call.arguments {
      guard let given = argument.name,
        same(given, "version") || names.contains(where: { same(given, $0) })
      else {
        throw Refusal(
          .state, "\(call.name) \(argument.name ?? "argument")", value: argument.value.text,
          accepted: "version, \(.list(names.count) { "\(names[$0])" })",
          position: argument.value.position)
      }
    }
  }

  private func value(_ name: StaticString) throws(Refusal) -> Literal {
    var found: Literal?
    for argument in call.arguments {
      guard let given = argument.name, same(given, name) else { continue }
      guard found == nil else {
        throw Refusal(.twice, "\(call.name) \(name)", position: argument.value.position)
      }
      found = argument.value
    }
    guard let found else {
      throw Refusal(.state, "\(call.name) \(name)", accepted: "a state that has it")
    }
    return found
  }

  private func refusal(_ name: StaticString, _ literal: Literal, _ accepted: UTF8Text) -> Refusal {
    Refusal(
      .state, "\(call.name) \(name)", value: literal.text, accepted: accepted,
      position: literal.position)
  }

  public func integer(_ name: StaticString, _ accepts: Integers) throws(Refusal) -> Int {
    let literal = try value(name)
    guard case .integer(let integer) = literal.form, accepts.contains(integer) else {
      throw refusal(name, literal, accepts.text)
    }
    return integer
  }

  /// Any real number; infinities, too, and NaN where a run may have met it.
  public func real(_ name: StaticString) throws(Refusal) -> Double {
    let literal = try value(name)
    guard let real = literal.number else { throw refusal(name, literal, "a number") }
    return real
  }

  /// Whether it has an argument that older versions do not have.
  public func has(_ name: StaticString) -> Bool {
    call.arguments.contains { $0.name.map { same($0, name) } ?? false }
  }

  public func reals(_ name: StaticString) throws(Refusal) -> [Double] {
    let literal = try value(name)
    guard case .list(let list) = literal.form else {
      throw refusal(name, literal, "a list of numbers")
    }
    var reals: [Double] = []
    for one in list {
      guard let real = one.number else { throw refusal(name, one, "a number") }
      reals.append(real)
    }
    return reals
  }

  public func word<W: Word>(_ name: StaticString) throws(Refusal) -> W {
    let literal = try value(name)
    if case .word(let word) = literal.form {
      for choice in W.allCases where same(word, choice.word) { return choice }
    }
    throw refusal(name, literal, choices(W.allCases.map { $0.word }))
  }

  public func schedule(_ name: StaticString) throws(Refusal) -> AnySchedule {
    let literal = try value(name)
    guard case .call(let call) = literal.form else { throw refusal(name, literal, "a schedule") }
    return try AnySchedule.make(call)
  }
}

extension Literal {
  /// The number it is, if it is one.
  var number: Double? {
    switch form {
    case .real(let real): real
    case .integer(let integer): Double(integer)
    default: nil
    }
  }
}
