import Platform
import Schedules

/// Stochastic gradient descent, with the average of where it has been.
///
/// ```
/// g ← g + weightDecay · p
/// p ← p · (1 − lambd · eta) − eta · g
/// ax ← ax + mu · (p − ax)
/// eta ← lr / (1 + lambd · lr · t)^alpha,   mu ← 1 / max(1, t − t0)
/// ```
///
/// With g negated first under `maximize`. eta is lr before the first step. mu is 1
/// until t0, and then ax is p.
///
/// Source: Polyak and Juditsky, [Acceleration of Stochastic Approximation by
/// Averaging](https://doi.org/10.1137/0330046); PyTorch's `ASGD`.
public struct ASGD: Optimizer {
  /// The learning rate.
  public var lr = 1e-2
  /// What of the parameter a step of rate 1 takes away.
  public var lambd = 1e-4
  /// The power by which eta falls.
  public var alpha = 0.75
  /// From which step on positions are averaged.
  public var t0 = 1e6
  /// What of the parameter is added to the gradient.
  public var weightDecay = 0.0
  /// Whether to climb.
  public var maximize = false

  public init() {}

  /// Throws when a setting is out of its range.
  public init(
    lr: Double = 1e-2, lambd: Double = 1e-4, alpha: Double = 0.75, t0: Double = 1e6,
    weightDecay: Double = 0.0, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.lambd = lambd
    self.alpha = alpha
    self.t0 = t0
    self.weightDecay = weightDecay
    self.maximize = maximize
    try validate()
  }

  public static var name: StaticString { "ASGD" }

  public mutating func describe(_ declaration: inout Declaration) {
    declaration.real("lr", &lr)
    declaration.real("lambd", &lambd, .any)
    declaration.real("alpha", &alpha, .any)
    declaration.real("t0", &t0, .any)
    declaration.real("weight_decay", &weightDecay)
    declaration.flag("maximize", &maximize)
    declaration.state("ax")
    declaration.scalar("eta", start: lr)
    declaration.scalar("mu", start: 1)
  }

  public func body(_ step: Int, _ scalars: UnsafePointer<Double>) -> Body {
    let (eta, mu) = (scalars[0], scalars[1])
    return .asgd(
      ASGDStep(
        gradient: Gradient(maximize: maximize, weightDecay: weightDecay), shrink: 1 - lambd * eta,
        advance: eta, weight: mu, copies: mu == 1 ? 1 : 0))
  }

  public func advance(_ step: Int, _ scalars: UnsafeMutablePointer<Double>) {
    scalars[0] = lr / pow(1 + lambd * lr * Double(step), alpha)
    scalars[1] = 1 / max(1, Double(step) - t0)
  }
}

@frozen
public struct ASGDStep: LaneStep {
  @usableFromInline let gradient: Gradient
  @usableFromInline let shrink, advance, weight, copies: Double

  @inlinable public static var states: Int { 1 }

  @inlinable @inline(__always)
  public func apply<L: Lane>(
    _ p: inout L, _ g: L, _ ax: inout L, _: inout L, _: inout L, _: inout L
  ) {
    let g = gradient(p, g)
    p = p * L(shrink) - g * L(advance)
    ax = L.pick(p, ax + (p - ax) * L(weight), where: L(copies))
  }
}
