/// A value as a caller wrote it, before anyone asks what it is for.
public struct Literal: Sendable {
  public indirect enum Form: Sendable {
    case none
    case flag(Bool)
    case integer(Int)
    case real(Double)
    case word(UTF8Text)
    case list([Literal])
    case call(Call)
    case schedule(AnySchedule)
    case function(StepFunction)
  }

  /// What stands for a function in a text.
  static let functionText: StaticString = "<function>"
  static let functionAccepted: StaticString = "a function from an integer to a number"

  public var form: Form
  /// The byte at which it stands, where it comes from a text.
  public var position: Int?

  public init(_ form: Form, at position: Int? = nil) {
    self.form = form
    self.position = position
  }

  /// As the caller would write it; a list or a call by its brackets.
  var text: UTF8Text {
    switch form {
    case .none: return "None"
    case .flag(let flag): return flag ? "True" : "False"
    case .integer(let integer): return "\(integer)"
    case .real(let real): return "\(real)"
    case .word(let word): return "'\(word)'"
    case .list(let list): return list.isEmpty ? "[]" : "[…]"
    case .call(let call): return "\(call.name)(…)"
    case .schedule(let schedule): return "\(schedule.name)(…)"
    case .function: return "\(Self.functionText)"
    }
  }
}

/// An argument as a caller wrote it.
public struct Argument: Sendable {
  /// `nil` for one by place.
  public var name: UTF8Text?
  public var value: Literal

  public init(_ name: UTF8Text?, _ value: Literal) {
    self.name = name
    self.value = value
  }
}

/// A constructor's call as a caller wrote it.
public struct Call: Sendable {
  public var name: UTF8Text
  public var arguments: [Argument]
  public var position: Int?

  public init(_ name: UTF8Text, _ arguments: [Argument], at position: Int? = nil) {
    self.name = name
    self.arguments = arguments
    self.position = position
  }
}
