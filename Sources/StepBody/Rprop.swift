import Schedules

/// Steps by the gradient's sign, longer while it stays and shorter when it turns.
///
/// ```
/// f ← g · prev > 0 ? etaplus : g · prev < 0 ? etaminus : 1
/// size ← min(max(size · f, stepSizeMin), stepSizeMax)
/// g ← 0 where f is etaminus
/// p ← p − sign(g) · size,   prev ← g
/// ```
///
/// With g negated first under `maximize`. Sizes are lr before the first step.
///
/// Source: Riedmiller and Braun, [A direct adaptive method for faster
/// backpropagation learning](https://doi.org/10.1109/ICNN.1993.298623); PyTorch's
/// `Rprop`.
public struct Rprop: Optimizer {
  /// How long the first steps are.
  public var lr = 1e-2
  /// What a step is multiplied by where the gradient turns.
  public var etaminus = 0.5
  /// What a step is multiplied by where the gradient stays.
  public var etaplus = 1.2
  /// The shortest step.
  public var stepSizeMin = 1e-6
  /// The longest step.
  public var stepSizeMax = 50.0
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-2, etaminus: Double = 0.5, etaplus: Double = 1.2, stepSizeMin: Double = 1e-6,
    stepSizeMax: Double = 50.0, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.etaminus = etaminus
    self.etaplus = etaplus
    self.stepSizeMin = stepSizeMin
    self.stepSizeMax = stepSizeMax
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "Rprop" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("etaminus", &etaminus, Reals(0, 1, lowerIsOpen: true, upperIsOpen: true))
    declaration.real("etaplus", &etaplus, Reals(1, .infinity, lowerIsOpen: true))
    declaration.real("step_size_min", &stepSizeMin, .any)
    declaration.real("step_size_max", &stepSizeMax, .any)
    declaration.flag("maximize", &maximize)
    declaration.state("prev")
    declaration.state("step_size", start: lr)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    .rprop(
      RpropStep(
        sign: maximize ? -1 : 1, down: etaminus, up: etaplus, least: stepSizeMin,
        most: stepSizeMax))
  }
}

@frozen
public struct RpropStep: LaneStep {
  @usableFromInline let sign, down, up, least, most: Double

  @inlinable public static var states: Int { 2 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ prev: inout L, _ size: inout L, _: inout L, _: inout L
  ) {
    var g = g * L(sign)
    let turn = g * prev
    let turned = L(0) - turn
    size = size * L.pick(L(up), L.pick(L(down), L(1), where: turned), where: turn)
    size = L.smaller(L.larger(size, L(least)), L(most))
    g = L.pick(L(0), g, where: turned)
    p = p - L.sign(of: g) * size
    prev = g
  }
}
