import Schedules

/// An optimizer: its settings, what it remembers of a parameter, and what one
/// step multiplies and adds.
public protocol Optimizer: Sendable {
  /// With the settings' defaults.
  init()

  static var name: StaticString { get }

  /// Names the settings, numbers before flags, then the arrays of state, then
  /// the numbers of state, in the order in which C has them.
  mutating func describe(_ declaration: Declaration)

  /// What is refused of settings that are each accepted alone.
  func conflict() -> Refusal?

  /// The arithmetic of step `step`, counted from 1, with the numbers of state
  /// as they are before it.
  func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body

  /// The numbers of state as they are after that step.
  func advance(_ step: Int, _ scalars: UnsafeMutablePointer<Double>)
}

extension Optimizer {
  public func conflict() -> Refusal? { nil }
  public func advance(_ step: Int, _ scalars: UnsafeMutablePointer<Double>) {}
}

/// Visits what an optimizer declares: checks the settings, reads them from C's
/// struct if there is one, and sees which arrays are in use.
public final class Declaration {
  /// One array that an optimizer keeps of each parameter.
  public struct State {
    public let name: StaticString
    public let isUsed: Bool
    /// What it holds before the first step.
    public let start: Double
  }

  private let owner: StaticString
  /// What is left to read of C's struct.
  private var memory: UnsafeRawPointer?
  public private(set) var refusal: Refusal?
  public private(set) var states: [State] = []
  /// The numbers of state, as they are before the first step.
  public private(set) var scalars: [Double] = []
  /// What was declared, a line each, fields separated by tabs.
  public private(set) var text: UTF8Text?

  public init(_ owner: StaticString, reading memory: UnsafeRawPointer? = nil, text: UTF8Text? = nil)
  {
    self.owner = owner
    self.memory = memory
    self.text = text
    // At once: every step declares anew.
    states.reserveCapacity(4)
  }

  /// A line of the description. Who calls asks first whether one is wanted: to
  /// make its words takes memory.
  private func note(
    _ tag: StaticString, _ name: StaticString, _ value: UTF8Text, _ about: UTF8Text
  ) {
    text? += "\(tag)\t\(name)\t\(value)\t\(about)\n"
  }

  private func refuse(_ name: StaticString, _ value: UTF8Text, _ accepted: UTF8Text) {
    if refusal != nil { return }
    refusal = Refusal(.value, "\(owner) \(name)", value: value, accepted: accepted)
  }

  /// A number.
  public func real(
    _ name: StaticString, _ value: inout Double, _ accepts: Reals = .notNegative
  ) {
    if text != nil { note("real", name, "\(value)", accepts.text) }
    if let memory {
      value = memory.load(as: Double.self)
      self.memory = memory + MemoryLayout<Double>.stride
    }
    if !accepts.contains(value) { refuse(name, "\(value)", accepts.text) }
  }

  /// Yes or no. Numbers but 0 and 1 are memory that was never set.
  public func flag(_ name: StaticString, _ value: inout Bool) {
    if text != nil { note("flag", name, value ? "True" : "False", "0 or 1") }
    guard let memory else { return }
    let number = memory.load(as: Int32.self)
    self.memory = memory + MemoryLayout<Int32>.stride
    value = number == 1
    if number != 0 && number != 1 { refuse(name, "\(Int(number))", "0 or 1") }
  }

  /// An array of the parameter's size. `condition` says in words when it is
  /// used, unless it always is.
  public func state(
    _ name: StaticString, if isUsed: Bool = true, _ condition: StaticString = "",
    start: Double = 0
  ) {
    if text != nil { note("state", name, "\(start)", "\(condition)") }
    states.append(State(name: name, isUsed: isUsed, start: start))
  }

  /// A number a parameter.
  public func scalar(_ name: StaticString, start: Double) {
    if text != nil { note("scalar", name, "\(start)", "") }
    scalars.append(start)
  }
}

extension Optimizer {
  /// Throws unless every setting is in its range and they go together.
  public func validate() throws(Refusal) {
    var copy = self
    let declaration = Declaration(Self.name)
    copy.describe(declaration)
    if let refusal = declaration.refusal ?? conflict() { throw refusal }
  }
}
