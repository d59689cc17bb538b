/// A saved state: a call by the name of what was saved, with a version and its
/// arguments named. Or what something is to be made from: such a call without a
/// version.
public struct State {
  private let call: Call
  private let isSaved: Bool

  /// Throws unless the text is a state of that name and of a version up to that
  /// one, with all of its arguments among `names`.
  public init(
    _ name: StaticString, version: Int, _ names: [StaticString], _ text: [UInt8],
    function: StepFunction? = nil
  ) throws(Refusal) {
    // A schedule as deep as any may be, and the state around it.
    call = try Parser.call(text, maxDepth: AnySchedule.maxDepth + 1, function: function)
    isSaved = true
    guard same(call.name, name) else {
      throw Refusal(.state, call.name, accepted: "\(name)", position: call.position)
    }
    _ = try integer("version", Integers(1, version))
    try require(["version"] + names)
  }

  /// What a caller gives to make something from. Throws unless all of it is
  /// among `names`.
  init(_ call: Call, _ names: [StaticString]) throws(Refusal) {
    self.call = call
    isSaved = false
    try require(names)
  }

  private func require(_ names: [StaticString]) throws(Refusal) {
    for (i, argument) in call.arguments.enumerated() {
      guard let given = argument.name, names.contains(where: { same(given, $0) }) else {
        throw Refusal(
          isSaved ? .state : .field, "\(call.name) \(argument.name ?? "argument")",
          value: argument.value.text, accepted: .list(names.count) { "\(names[$0])" }, index: i,
          position: argument.value.position)
      }
    }
  }

  /// Whether it has an argument that need not be there.
  public func has(_ name: StaticString) -> Bool {
    call.arguments.contains { $0.name.map { same($0, name) } ?? false }
  }

  private func argument(_ name: StaticString) throws(Refusal) -> (Int, Literal) {
    var found: (Int, Literal)?
    for (i, argument) in call.arguments.enumerated() {
      guard let given = argument.name, same(given, name) else { continue }
      guard found == nil else {
        throw Refusal(
          .twice, "\(call.name) \(name)", index: i, position: argument.value.position)
      }
      found = (i, argument.value)
    }
    guard let found else {
      throw Refusal(
        isSaved ? .state : .missing, "\(call.name) \(name)",
        accepted: isSaved ? "a state that has it" : "a value for it")
    }
    return found
  }

  private func refusal(
    _ reason: Refusal.Reason, _ name: StaticString, _ index: Int, _ literal: Literal,
    _ accepted: UTF8Text
  ) -> Refusal {
    Refusal(
      isSaved ? .state : reason, "\(call.name) \(name)", value: literal.text, accepted: accepted,
      index: index, position: literal.position)
  }

  public func integer(_ name: StaticString, _ accepts: Integers) throws(Refusal) -> Int {
    let (i, literal) = try argument(name)
    guard case .integer(let integer) = literal.form else {
      throw refusal(.type, name, i, literal, accepts.text)
    }
    guard accepts.contains(integer) else {
      throw refusal(.value, name, i, literal, accepts.text)
    }
    return integer
  }

  /// An integer, or none.
  func integer(_ name: StaticString, orNone accepts: Integers) throws(Refusal) -> Int? {
    if case .none = try argument(name).1.form { return nil }
    return try integer(name, accepts)
  }

  /// Any real number; infinities, too, and NaN where a run may have met it.
  public func real(_ name: StaticString) throws(Refusal) -> Double {
    let (i, literal) = try argument(name)
    guard let real = literal.number else { throw refusal(.type, name, i, literal, "a number") }
    return real
  }

  private func list(
    _ name: StaticString, _ accepted: UTF8Text
  ) throws(Refusal) -> (Int, [Literal]) {
    let (i, literal) = try argument(name)
    guard case .list(let list) = literal.form else {
      throw refusal(.type, name, i, literal, accepted)
    }
    return (i, list)
  }

  public func reals(_ name: StaticString) throws(Refusal) -> [Double] {
    let (i, list) = try list(name, "a list of numbers")
    var reals: [Double] = []
    for one in list {
      guard let real = one.number else { throw refusal(.type, name, i, one, "a number") }
      reals.append(real)
    }
    return reals
  }

  public func word<W: Word>(_ name: StaticString) throws(Refusal) -> W {
    W(rawValue: try choice(name, of: W.words))!
  }

  /// The place of a word among those.
  private func choice(_ name: StaticString, of words: [StaticString]) throws(Refusal) -> Int {
    let (i, literal) = try argument(name)
    guard case .word(let word) = literal.form else {
      throw refusal(.type, name, i, literal, choices(words))
    }
    guard let choice = words.firstIndex(where: { same(word, $0) }) else {
      throw refusal(.value, name, i, literal, choices(words))
    }
    return choice
  }

  /// A call that something else is made of.
  package func call(_ name: StaticString) throws(Refusal) -> Call {
    let (i, literal) = try argument(name)
    guard case .call(let call) = literal.form else {
      throw refusal(.type, name, i, literal, "a call")
    }
    return call
  }

  public func schedule(_ name: StaticString) throws(Refusal) -> AnySchedule {
    let (i, literal) = try argument(name)
    return try schedule(name, i, literal)
  }

  func schedules(_ name: StaticString) throws(Refusal) -> [AnySchedule] {
    let (i, list) = try list(name, "a list of schedules")
    var schedules: [AnySchedule] = []
    for one in list { schedules.append(try schedule(name, i, one)) }
    return schedules
  }

  private func schedule(
    _ name: StaticString, _ index: Int, _ literal: Literal
  ) throws(Refusal) -> AnySchedule {
    switch literal.form {
    case .schedule(let schedule): return schedule
    case .call(let call): return try AnySchedule.make(call)
    default: throw refusal(.type, name, index, literal, "a schedule")
    }
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
