import Schedules
import StepBody

/// What arrays are made of, numbered as in C.
public enum ElementType: UInt32, Sendable {
  case f32 = 1
  case f64 = 2
  case bf16 = 3
  case f16 = 4
  /// Codes of the signed map, and scales. A group's states of it have each their
  /// own map.
  case q8 = 5
  case uq8 = 6

  var size: Int {
    switch self {
    case .f32: 4
    case .f64: 8
    case .bf16, .f16: 2
    case .q8, .uq8: 1
    }
  }

  /// What `n` elements take. The scales are before the codes.
  func bytes(_ n: Int) -> Int { n * size + (map == nil ? 0 : Self.scales(n)) }

  /// What the scales of `n` codes take: a float for each block.
  static func scales(_ n: Int) -> Int { (n + blockLength - 1) / blockLength * 4 }

  /// How many codes have a scale.
  static var blockLength: Int { 256 }

  /// What lies between 1 and the next.
  var epsilon: Double {
    switch self {
    case .f32: 0x1p-23
    case .f64: 0x1p-52
    case .f16: 0x1p-10
    // Parameters are none of what is left.
    case .bf16, .q8, .uq8: 0x1p-7
    }
  }

  var plural: StaticString {
    switch self {
    case .f32: "floats"
    case .f64: "doubles"
    case .bf16: "bfloat16s"
    case .f16: "float16s"
    case .q8, .uq8: "codes and their scales"
    }
  }

  /// How floats are stored in it; nil where they need not be.
  var storage: Storage? {
    switch self {
    case .f32, .f64, .q8, .uq8: nil
    case .bf16: .bfloat16
    case .f16: .float16
    }
  }

  /// What its codes stand for; nil where it has none.
  var map: Map? {
    switch self {
    case .f32, .f64, .bf16, .f16: nil
    case .q8: .signed
    case .uq8: .unsigned
    }
  }
}

/// What becomes of a parameter, or of a state, that 16 bits cannot hold.
public enum Rounding: UInt32, Sendable {
  /// The nearest.
  case nearest = 0
  /// One of the two beside it, by chance and right on average. The chance is a
  /// hash of the parameter's seed, the step and the element's number, so that
  /// threads and machines change nothing.
  case stochastic = 1
  /// The nearest, and in an array beside the parameter what is left.
  case kahan = 2
}

/// What a group's arrays are made of.
public struct ElementTypes: Sendable {
  public let param, grad, state: ElementType
  /// What a copy of the new parameter is made of, where one is wanted.
  public let copy: ElementType?
  public let rounding: Rounding

  /// Gradients are of the parameters' type and states are floats, or doubles of
  /// doubles, where nothing else is said. Throws what does not go together.
  public init(
    _ param: ElementType, grad: ElementType? = nil, state: ElementType? = nil,
    copy: ElementType? = nil, rounding: Rounding = .nearest
  ) throws(Refusal) {
    self.param = param
    self.grad = grad ?? param
    self.state = state ?? (param == .f64 ? .f64 : .f32)
    self.copy = copy
    self.rounding = rounding
    func refuse(_ name: StaticString, _ value: UInt32, _ accepted: UTF8Text) -> Refusal {
      Refusal(.constant, "\(name)", value: "\(Int(value))", accepted: accepted)
    }
    if param.map != nil {
      throw refuse("dtype", param.rawValue, "a type of floats")
    }
    if self.grad.map != nil {
      throw refuse("grad_dtype", self.grad.rawValue, "a type of floats")
    }
    if self.state == .uq8 {
      throw refuse("state_dtype", self.state.rawValue, "SCHED_Q8 of 8 bits, whatever their maps")
    }
    if (self.grad == .f64) != (param == .f64) {
      throw refuse("grad_dtype", self.grad.rawValue, "doubles with doubles alone")
    }
    if (self.state == .f64) != (param == .f64) {
      throw refuse("state_dtype", self.state.rawValue, "doubles with doubles alone")
    }
    if let copy, copy.storage == nil || param == .f64 {
      throw refuse("copy_dtype", copy.rawValue, "a type of 16 bits, and no parameters of doubles")
    }
    if rounding == .kahan, param.storage == nil {
      throw refuse("rounding", rounding.rawValue, "SCHED_KAHAN of parameters of 16 bits")
    }
  }

  /// What bodies compute in.
  var native: ElementType { param == .f64 ? .f64 : .f32 }
  var isNative: Bool { param == native && grad == native && state == native }
}
