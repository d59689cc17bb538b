/// Why something was not accepted: which argument, its value, what is accepted.
public struct Refusal: Error, Sendable {
  /// The kinds of refusal, numbered as the C header's statuses are.
  public enum Reason: Int32, Sendable, CaseIterable {
    case missingPointer = 1
    case memory = 2
    case space = 3
    case constant = 4
    case kind = 10
    case field = 11
    case value = 12
    case missing = 13
    case type = 14
    case twice = 15
    case syntax = 20
    case depth = 21
    case state = 22
    case range = 30
    case end = 31
    case overlap = 40
    case instructionSet = 41

    /// The reason as words.
    public var text: StaticString {
      switch self {
      case .missingPointer: "a pointer that is needed is NULL"
      case .memory: "more memory than there is"
      case .space: "the buffer is too small for the text"
      case .constant: "not one of the enumeration's constants"
      case .kind: "no schedule has that name"
      case .field: "the schedule has no such field"
      case .value: "the field does not accept that value"
      case .missing: "a required field is missing"
      case .type: "the field holds values of another type"
      case .twice: "the field is given twice"
      case .syntax: "the text does not parse"
      case .depth: "schedules are nested too deep"
      case .state: "the text is no saved state of this kind and version"
      case .range: "the argument is out of its range"
      case .end: "the step is past the end of the schedule"
      case .overlap: "two arrays overlap"
      case .instructionSet: "not an instruction set of this machine"
      }
    }
  }

  public var reason: Reason
  /// The argument, and what it is an argument of: "StepLR step_size".
  public var argument: String
  /// Its value, as the caller would write it; empty where there is none.
  public var value: String
  /// What would have been accepted.
  public var accepted: String
  /// Which of the arguments it was, where they are counted.
  public var index: Int?
  /// The byte of the text at which it stands, where there is a text.
  public var position: Int?

  public init(
    _ reason: Reason, _ argument: String, value: String = "", accepted: String = "",
    index: Int? = nil, position: Int? = nil
  ) {
    self.reason = reason
    self.argument = argument
    self.value = value
    self.accepted = accepted
    self.index = index
    self.position = position
  }
}

extension Refusal: CustomStringConvertible {
  /// "the field does not accept that value: StepLR step_size=0; accepted: …"
  public var description: String {
    var text = "\(reason.text): \(argument)"
    if !value.isEmpty { text += "=\(value)" }
    if let position { text += " at byte \(position)" }
    if !accepted.isEmpty { text += "; accepted: \(accepted)" }
    return text
  }
}
