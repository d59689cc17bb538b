/// One field of a declaration: what the outside calls it, and what it is for.
public struct Field: Sendable {
  public let name: StaticString
  public let isRequired: Bool
  /// Whether it counts steps, and so grows with the unit that steps are.
  public let isLength: Bool
  public let note: StaticString

  init(name: StaticString, isRequired: Bool, isLength: Bool = false, note: StaticString) {
    self.name = name
    self.isRequired = isRequired
    self.isLength = isLength
    self.note = note
  }
}

/// Whether a field must be given.
public enum Need: Sendable {
  case required, optional
}

/// Something that visits the fields of a declaration in their order: to set
/// them, check them, print them or document them.
///
/// A schedule calls the methods of the extension below; a visitor overrides
/// `visit`. A class, not a protocol that schedules are generic over: every
/// schedule would be compiled once for every visitor.
public class Fields {
  init() {}

  /// Whether it may change what it visits.
  package var changes: Bool { false }

  /// What it refuses, after it has seen all fields.
  package func conclusion() -> Refusal? { nil }

  func visit(_ field: Field, _ value: inout Double, _ accepts: Reals) {}
  func visit(_ field: Field, _ value: inout Int, _ accepts: Integers) {}
  func visit(_ field: Field, _ value: inout [Double], _ accepts: Reals) {}
  func visit(_ field: Field, _ value: inout [Int], _ accepts: Integers) {}
  func visit(_ field: Field, _ value: inout Bool) {}
  func visit(_ field: Field, choice: inout Int, of words: [StaticString]) {}
  func visit(_ field: Field, _ value: inout AnySchedule) {}
  func visit(_ field: Field, _ value: inout [AnySchedule]) {}
  func visit(_ field: Field, _ value: inout StepFunction) {}
  func visit(_ field: Field, _ value: inout UTF8Text) {}
  func visit(_ field: Field, _ parts: inout [Part]) {}

  // What a schedule has learned from metrics. No field: it is not set, and text
  // does not have it.
  public func memory(_ value: inout Double) {}
  public func memory(_ value: inout Int) {}
  public func memory(_ values: inout [Double]) {}

  // What may be absent is visited like what may not, unless absence matters.
  func visit(_ field: Field, _ value: inout Double?, _ accepts: Reals) {
    guard var present = value else { return }
    visit(field, &present, accepts)
    value = present
  }

  func visit(_ field: Field, _ value: inout Int?, _ accepts: Integers) {
    guard var present = value else { return }
    visit(field, &present, accepts)
    value = present
  }

  func visit(_ field: Field, _ value: inout StepFunction?) {
    guard var present = value else { return }
    visit(field, &present)
    value = present
  }
}

extension Fields {
  /// A real number.
  public func real(
    _ name: StaticString, _ value: inout Double, _ need: Need = .optional,
    accepts: Reals = .notNegative, note: StaticString
  ) {
    visit(Field(name: name, isRequired: need == .required, note: note), &value, accepts)
  }

  /// A real number that may be absent.
  public func real(
    _ name: StaticString, _ value: inout Double?, accepts: Reals = .notNegative,
    note: StaticString
  ) {
    visit(Field(name: name, isRequired: false, note: note), &value, accepts)
  }

  /// A count of steps, at least 1.
  public func steps(
    _ name: StaticString, _ value: inout Int, _ need: Need = .optional, note: StaticString
  ) {
    visit(
      Field(name: name, isRequired: need == .required, isLength: true, note: note), &value, .counts)
  }

  /// A count of steps that may be absent.
  public func steps(
    _ name: StaticString, _ value: inout Int?, note: StaticString
  ) {
    visit(Field(name: name, isRequired: false, isLength: true, note: note), &value, .counts)
  }

  /// A step, from 0.
  public func step(
    _ name: StaticString, _ value: inout Int, _ need: Need = .optional, note: StaticString
  ) {
    visit(
      Field(name: name, isRequired: need == .required, isLength: true, note: note), &value, .steps)
  }

  /// A whole number that counts no steps, from 0 to 2⁵³.
  public func number(
    _ name: StaticString, _ value: inout Int, _ need: Need = .optional,
    accepts: Integers = .steps, note: StaticString
  ) {
    visit(Field(name: name, isRequired: need == .required, note: note), &value, accepts)
  }

  /// How many of something that is not steps, at least 1.
  public func count(
    _ name: StaticString, _ value: inout Int, _ need: Need = .optional, note: StaticString
  ) {
    visit(Field(name: name, isRequired: need == .required, note: note), &value, .counts)
  }

  /// How many of something that is not steps, which may be absent.
  public func count(_ name: StaticString, _ value: inout Int?, note: StaticString) {
    visit(Field(name: name, isRequired: false, note: note), &value, .counts)
  }

  /// A length in steps that need not be a whole number.
  public func length(
    _ name: StaticString, _ value: inout Double, _ need: Need = .optional, note: StaticString
  ) {
    visit(
      Field(name: name, isRequired: need == .required, isLength: true, note: note), &value,
      .length)
  }

  /// A length in steps that need not be whole, and may be absent.
  public func length(_ name: StaticString, _ value: inout Double?, note: StaticString) {
    visit(Field(name: name, isRequired: false, isLength: true, note: note), &value, .length)
  }

  /// A list of steps.
  public func steps(
    _ name: StaticString, _ value: inout [Int], _ need: Need = .optional, note: StaticString
  ) {
    visit(
      Field(name: name, isRequired: need == .required, isLength: true, note: note), &value, .steps)
  }

  /// A list of real numbers.
  public func reals(
    _ name: StaticString, _ value: inout [Double], _ need: Need = .optional,
    accepts: Reals = .notNegative, note: StaticString
  ) {
    visit(Field(name: name, isRequired: need == .required, note: note), &value, accepts)
  }

  /// Yes or no.
  public func flag(_ name: StaticString, _ value: inout Bool, note: StaticString) {
    visit(Field(name: name, isRequired: false, note: note), &value)
  }

  /// One of a few words.
  public func word<W: Word>(_ name: StaticString, _ value: inout W, note: StaticString) {
    var choice = value.rawValue
    visit(Field(name: name, isRequired: false, note: note), choice: &choice, of: W.words)
    value = W(rawValue: choice) ?? value
  }

  /// A name.
  public func name(_ name: StaticString, _ value: inout UTF8Text, note: StaticString) {
    visit(Field(name: name, isRequired: false, note: note), &value)
  }

  /// Other things of its own sort.
  package func parts(_ name: StaticString, _ value: inout [Part], note: StaticString) {
    visit(Field(name: name, isRequired: true, note: note), &value)
  }

  /// Another schedule.
  public func schedule(
    _ name: StaticString, _ value: inout AnySchedule, _ need: Need = .required,
    note: StaticString
  ) {
    visit(Field(name: name, isRequired: need == .required, note: note), &value)
  }

  /// Other schedules.
  public func schedules(
    _ name: StaticString, _ value: inout [AnySchedule], _ need: Need = .optional,
    note: StaticString
  ) {
    visit(Field(name: name, isRequired: need == .required, note: note), &value)
  }

  /// A caller's function.
  public func function(
    _ name: StaticString, _ value: inout StepFunction, _ need: Need = .optional,
    note: StaticString
  ) {
    visit(Field(name: name, isRequired: need == .required, note: note), &value)
  }

  /// A caller's function that may be absent.
  public func function(_ name: StaticString, _ value: inout StepFunction?, note: StaticString) {
    visit(Field(name: name, isRequired: false, note: note), &value)
  }
}

/// What may be a part of another of its sort, and is no schedule.
open class Part {
  public let name: StaticString

  public init(_ name: StaticString) { self.name = name }

  /// Declares its fields.
  open func describe(_ fields: Fields) {}
}

/// What a name in a text may be: anything that every reader reads alike.
func isName(_ text: UTF8Text) -> Bool {
  text.bytes.count <= 256 && text.bytes.allSatisfy { $0 >= 32 && $0 != 127 && $0 != 39 && $0 != 92 }
}

let nameAccepted: StaticString = "up to 256 bytes without quotes, backslashes and line ends"

/// The largest step and count of steps: 2⁵³, so that every one is a `Double`.
public let maxStep = 9_007_199_254_740_992

/// A range of real numbers. Infinities and NaN are in none.
public struct Reals: Sendable {
  public let lower: Double
  public let upper: Double
  public let lowerIsOpen: Bool
  public let upperIsOpen: Bool

  public init(
    _ lower: Double, _ upper: Double, lowerIsOpen: Bool = false, upperIsOpen: Bool = false
  ) {
    self.lower = lower
    self.upper = upper
    self.lowerIsOpen = lowerIsOpen
    self.upperIsOpen = upperIsOpen
  }

  public static let any = Reals(-.infinity, .infinity)
  public static let notNegative = Reals(0, .infinity)
  public static let positive = Reals(0, .infinity, lowerIsOpen: true)
  /// From 0 to 1, both included.
  public static let fraction = Reals(0, 1)
  /// A length in steps that need not be a whole number: 10⁻⁹ to 2⁵³.
  public static let length = Reals(1e-9, Double(maxStep))
  /// The power of time in k-decay: no step to it leaves a double.
  static let timePower = Reals(0, 8, lowerIsOpen: true)
  /// How much longer a cycle is than the one before.
  static let growth = Reals(1, Double(maxStep))
  /// From 0 to below 1: what decays.
  public static let decay = Reals(0, 1, upperIsOpen: true)

  public func contains(_ x: Double) -> Bool {
    x.isFinite && (lowerIsOpen ? x > lower : x >= lower) && (upperIsOpen ? x < upper : x <= upper)
  }

  public var text: UTF8Text {
    var text: UTF8Text = "a finite number"
    if lower.isFinite { text += lowerIsOpen ? " above \(lower)" : " from \(lower)" }
    if upper.isFinite { text += upperIsOpen ? " to below \(upper)" : " to \(upper)" }
    return text
  }
}

/// A range of integers.
public struct Integers: Sendable {
  public let lower: Int
  public let upper: Int

  public init(_ lower: Int, _ upper: Int) {
    self.lower = lower
    self.upper = upper
  }

  /// A step: 0 to 2⁵³.
  public static let steps = Integers(0, maxStep)
  /// A count of steps: 1 to 2⁵³.
  public static let counts = Integers(1, maxStep)

  public func contains(_ x: Int) -> Bool { x >= lower && x <= upper }

  public var text: UTF8Text { "an integer from \(lower) to \(upper)" }
}

/// A choice among a few words, as PyTorch spells them, in the order of its cases.
public protocol Word: Sendable, CaseIterable, RawRepresentable where RawValue == Int {
  static var words: [StaticString] { get }
}

extension Word {
  public var word: StaticString { Self.words[rawValue] }
}

/// The choice that a caller's word is.
public func choice<W: Word>(_ name: StaticString, _ word: UTF8Text) throws(Refusal) -> W {
  guard let i = W.words.firstIndex(where: { same(word, $0) }), let choice = W(rawValue: i) else {
    throw Refusal(.value, "\(name)", value: "'\(word)'", accepted: choices(W.words))
  }
  return choice
}

/// "'cos' or 'linear'".
func choices(_ words: [StaticString]) -> UTF8Text {
  .list(words.count, lastComma: " or ") { "'\(words[$0])'" }
}
