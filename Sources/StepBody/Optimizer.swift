import Schedules

/// An optimizer: its settings, what it remembers of a parameter, and what one
/// step multiplies and adds.
public protocol Optimizer: Sendable, BitwiseCopyable {
  /// With the settings' defaults.
  init()

  static var name: StaticString { get }

  /// Names the settings, numbers before flags, then the arrays of state, then
  /// the numbers of state, in the order in which C has them.
  mutating func describe(_ declaration: inout Declaration)

  /// What is refused of settings that are each accepted alone.
  func conflict() -> Refusal?

  /// The arithmetic of step `step`, counted from 1, with the numbers of state
  /// as they are before it.
  func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body

  /// What a step has to know the norm of beside the parameter's; nil for
  /// neither. `body` then gets a `Gauged` in the place of numbers of state.
  func gauge(_ step: Int, _ gauged: Gauged) -> Gauge?

  /// The numbers of state as they are after that step.
  func advance(_ step: Int, _ scalars: UnsafeMutablePointer<Double>)
}

/// What a norm is taken of.
public enum Gauge: Sendable {
  case update(Update)
  /// The gradient over the root of its mean square, as the means of rows and of
  /// columns, which are the states, have it.
  case factored(Factoring)
  /// What a body makes of a copy of the parameter, made orthogonal; the body
  /// that is stepped has that for its gradient, and the states as they are then.
  case orthogonal(Body, Orthogonal)
}

/// What is known of a parameter that is gauged.
public struct Gauged: Sendable, BitwiseCopyable {
  /// Its norm, and that of what its gauge says; 0 before they are taken.
  public var length = 0.0
  public var update = 0.0
  /// Its elements.
  public let count: Double
  /// Those of each of its matrices, which lie one after the other; 0 of a vector.
  public let rows, columns: Double
  /// What lies between 1 and the next number of its type.
  public let epsilon: Double

  public init(count: Int, rows: Int, columns: Int, epsilon: Double) {
    self.count = Double(count)
    self.rows = Double(rows)
    self.columns = Double(columns)
    self.epsilon = epsilon
  }

  /// In the place of numbers of state.
  init(_ scalars: UnsafePointer<Double>) {
    self = UnsafeRawPointer(scalars).load(as: Self.self)
  }

  var isVector: Bool { rows == 0 }
}

extension Optimizer {
  public func conflict() -> Refusal? { nil }
  public func gauge(_ step: Int, _ gauged: Gauged) -> Gauge? { nil }
  public func advance(_ step: Int, _ scalars: UnsafeMutablePointer<Double>) {}
}

/// Visits what an optimizer declares: checks the settings, reads them from C's
/// struct if there is one, and sees which arrays are in use. Every step declares
/// anew, and without taking memory.
public struct Declaration {
  /// How many elements an array of state has.
  public enum Extent: UInt, Sendable {
    /// As many as the parameter.
    case all
    /// One a row of its matrices; none of a vector.
    case rows
    /// One a column of its matrices; none of a vector.
    case columns
    /// As many as the parameter if that is a vector; else none.
    case vector

    /// How many that is, of `n` elements in matrices; nil for no array at all.
    public func count(_ n: Int, _ rows: Int, _ columns: Int) -> Int? {
      switch self {
      case .all: n
      case .vector: rows > 0 ? nil : n
      case .rows: rows > 0 && columns > 0 ? n / columns : nil
      case .columns: rows > 0 ? n / rows : nil
      }
    }
  }

  /// What a parameter may be where its shape matters.
  public enum Shapes: Sendable {
    case matrix
    /// A vector, or matrices of a size.
    case any
  }

  /// One array that an optimizer keeps of each parameter.
  public struct State {
    public let name: StaticString
    public let extent: Extent
    public let isUsed: Bool
    /// What it holds before the first step.
    public let start: Double
    /// How 8 bits hold it; nil where they do not.
    public let map: Map?
  }

  /// A setting, a flag as 0 or 1.
  public struct Setting {
    public let name: StaticString
    public let value: Double
  }

  /// One number that an optimizer keeps of each parameter.
  public struct Scalar {
    public let name: StaticString
    /// What it is before the first step.
    public let start: Double
  }

  private let owner: StaticString
  /// What is left to read of C's struct.
  private var memory: UnsafeRawPointer?
  public private(set) var refusal: Refusal?
  /// How many arrays there are, and numbers of state.
  public private(set) var stateCount = 0
  public private(set) var scalarCount = 0
  /// The arrays that are in use, a bit each, the first the lowest.
  public private(set) var used: UInt = 0
  /// Those that 8 bits hold, and those of them that are never below 0.
  public private(set) var mapped: UInt = 0
  public private(set) var unsigned: UInt = 0
  /// Their extents, two bits each.
  public private(set) var extents: UInt = 0
  /// What parameters may be; nil where their shape does not matter.
  public private(set) var shapes: Shapes?
  private var settingCount = 0
  /// The array and the number of this index are kept.
  private let wanted: Int
  public private(set) var state: State?
  public private(set) var scalar: Scalar?
  /// So is the setting of that one, once it is what it is to become.
  private let wantedSetting: Int
  private let next: Double?
  public private(set) var setting: Setting?
  /// What was declared, a line each, fields separated by tabs.
  public private(set) var text: UTF8Text?

  public init(
    _ owner: StaticString, reading memory: UnsafeRawPointer? = nil, text: UTF8Text? = nil,
    wanted: Int = -1, setting: Int = -1, becoming next: Double? = nil
  ) {
    self.owner = owner
    self.memory = memory
    self.text = text
    self.wanted = wanted
    wantedSetting = setting
    self.next = next
  }

  /// A line of the description. Who calls asks first whether one is wanted: to
  /// make its words takes memory.
  private mutating func note(
    _ tag: StaticString, _ name: StaticString, _ value: UTF8Text, _ about: UTF8Text
  ) {
    text? += "\(tag)\t\(name)\t\(value)\t\(about)\n"
  }

  private mutating func refuse(_ name: StaticString, _ value: UTF8Text, _ accepted: UTF8Text) {
    if refusal != nil { return }
    refusal = Refusal(.value, "\(owner) \(name)", value: value, accepted: accepted)
  }

  /// What a setting is to be.
  private mutating func visited(_ name: StaticString, _ value: Double) -> Double {
    settingCount += 1
    if settingCount - 1 != wantedSetting { return value }
    setting = Setting(name: name, value: next ?? value)
    return next ?? value
  }

  /// A number.
  public mutating func real(
    _ name: StaticString, _ value: inout Double, _ accepts: Reals = .notNegative
  ) {
    if text != nil { note("real", name, "\(value)", accepts.text) }
    if let memory {
      value = memory.load(as: Double.self)
      self.memory = memory + MemoryLayout<Double>.stride
    }
    value = visited(name, value)
    if !accepts.contains(value) { refuse(name, "\(value)", accepts.text) }
  }

  /// Yes or no. Numbers but 0 and 1 are memory that was never set.
  public mutating func flag(_ name: StaticString, _ value: inout Bool) {
    if text != nil { note("flag", name, value ? "True" : "False", "0 or 1") }
    if let memory {
      let number = memory.load(as: Int32.self)
      self.memory = memory + MemoryLayout<Int32>.stride
      value = number == 1
      if number != 0 && number != 1 { refuse(name, "\(Int(number))", "0 or 1") }
    }
    let number = visited(name, value ? 1 : 0)
    value = number == 1
    if number != 0 && number != 1 { refuse(name, "\(number)", "0 or 1") }
  }

  /// A number that is none but whole.
  public mutating func integer(_ name: StaticString, _ value: inout Int, _ accepts: Integers) {
    if text != nil { note("integer", name, "\(value)", accepts.text) }
    if let memory {
      value = Int(memory.load(as: Int32.self))
      self.memory = memory + MemoryLayout<Int32>.stride
    }
    let number = visited(name, Double(value))
    guard let whole = Int(exactly: number) else {
      refuse(name, "\(number)", accepts.text)
      return
    }
    value = whole
    if !accepts.contains(value) { refuse(name, "\(value)", accepts.text) }
  }

  /// That a step has to know the parameter's shape.
  public mutating func shapes(_ accepted: Shapes) {
    if text != nil {
      switch accepted {
      case .matrix:
        note("shape", "rows", "0", "of the matrix")
        note("shape", "columns", "0", "its elements are row after row")
      case .any:
        note(
          "shape", "rows", "0",
          "of a matrix, or of each that lie one after the other; 0 of a vector")
        note("shape", "columns", "0", "its elements are row after row; 0 of a vector")
      }
    }
    shapes = accepted
  }

  /// An array. `condition` says in words when it is used, unless it always is.
  public mutating func state(
    _ name: StaticString, _ map: Map? = nil, of extent: Extent = .all, if isUsed: Bool = true,
    _ condition: StaticString = "", start: Double = 0
  ) {
    if text != nil {
      note("state", name, "\(start)", "\(condition)\t\(map?.name ?? "")")
    }
    if stateCount == wanted {
      state = State(name: name, extent: extent, isUsed: isUsed, start: start, map: map)
    }
    if isUsed { used |= 1 << UInt(stateCount) }
    extents |= extent.rawValue << UInt(2 * stateCount)
    if map != nil { mapped |= 1 << UInt(stateCount) }
    if map == .unsigned { unsigned |= 1 << UInt(stateCount) }
    stateCount += 1
  }

  /// A number a parameter.
  public mutating func scalar(_ name: StaticString, start: Double) {
    if text != nil { note("scalar", name, "\(start)", "") }
    if scalarCount == wanted { scalar = Scalar(name: name, start: start) }
    scalarCount += 1
  }
}

extension Optimizer {
  /// Throws unless every setting is in its range and they go together.
  public func validate() throws(Refusal) {
    var copy = self
    var declaration = Declaration(Self.name)
    copy.describe(&declaration)
    if let refusal = declaration.refusal ?? conflict() { throw refusal }
  }
}
