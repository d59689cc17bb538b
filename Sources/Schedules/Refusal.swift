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
    case function = 50

    /// The reason as words.
    public var text: StaticString {
      switch self {
      case .missingPointer: "a pointer that is needed is NULL"
      case .memory: "more memory than there is"
      case .space: "the buffer is too small for the text"
      case .constant: "not one of the enumeration's constants"
      case .kind: "nothing has that name"
      case .field: "there is no such field"
      case .value: "the field does not accept that value"
      case .missing: "a required field is missing"
      case .type: "the field holds values of another type"
      case .twice: "the field is given twice"
      case .syntax: "the text does not parse"
      case .depth: "it is nested too deep"
      case .state: "the text is no saved state that fits"
      case .range: "the argument is out of its range"
      case .end: "the step is past the end of the schedule"
      case .overlap: "two arrays overlap"
      case .instructionSet: "not an instruction set of this machine"
      case .function: "the caller's function has failed"
      }
    }
  }

  /// One pointer for all: every function that may refuse hands this on.
  private final class Content: Sendable {
    let reason: Reason
    let argument: UTF8Text
    let value: UTF8Text
    let accepted: UTF8Text
    let index: Int?
    let position: Int?

    init(
      _ reason: Reason, _ argument: UTF8Text, _ value: UTF8Text, _ accepted: UTF8Text,
      _ index: Int?, _ position: Int?
    ) {
      self.reason = reason
      self.argument = argument
      self.value = value
      self.accepted = accepted
      self.index = index
      self.position = position
    }
  }

  private let content: Content

  @export(interface)
  public init(
    _ reason: Reason, _ argument: UTF8Text, value: UTF8Text = UTF8Text(),
    accepted: UTF8Text = UTF8Text(), index: Int? = nil, position: Int? = nil
  ) {
    // What a caller wrote may be megabytes long; a difference is up to eight values.
    content = Content(
      reason, argument.cut(to: 2048), value.cut(to: 128), accepted, index, position)
  }

  /// The same of the argument at an index, and at a position unless it has one;
  /// for another reason, if one is given.
  @inline(never)
  package func located(
    reason: Reason? = nil, index: Int? = nil, position: Int? = nil
  ) -> Refusal {
    Refusal(
      reason ?? self.reason, content.argument, value: content.value, accepted: content.accepted,
      index: index ?? self.index, position: self.position ?? position)
  }

  public var reason: Reason { content.reason }

  /// Which of the arguments it was, where they are counted.
  public var index: Int? { content.index }

  /// The byte of the text at which it stands, where there is a text.
  public var position: Int? { content.position }
}

extension Refusal: CustomStringConvertible {
  /// The argument, and what it is an argument of: "StepLR step_size".
  public var argument: String { String(content.argument) }

  /// Its value, as the caller would write it; empty where there is none.
  public var value: String { String(content.value) }

  /// What would have been accepted.
  public var accepted: String { String(content.accepted) }

  /// "the field does not accept that value: StepLR step_size=0; accepted: …"
  public var description: String { String(sentence) }

  /// ``description``, for C.
  public var sentence: UTF8Text {
    var text: UTF8Text = "\(reason.text): \(content.argument)"
    if !content.value.isEmpty { text += "=\(content.value)" }
    if let position { text += " at byte \(position)" }
    if !content.accepted.isEmpty { text += "; accepted: \(content.accepted)" }
    return text
  }
}
