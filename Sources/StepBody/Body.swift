import Lanes

/// Where a parameter's arrays lie: itself, its gradient, and what its optimizer
/// remembers of it. Unused ones may be anything.
@frozen
public struct Streams<T> {
  public var p: UnsafeMutablePointer<T>
  public var g: UnsafePointer<T>
  public var a, b, c, d: UnsafeMutablePointer<T>
  /// How many elements beyond those of a call are the same thread's next.
  public var ahead: Int

  @inlinable
  public init(
    p: UnsafeMutablePointer<T>, g: UnsafePointer<T>, a: UnsafeMutablePointer<T>,
    b: UnsafeMutablePointer<T>, c: UnsafeMutablePointer<T>, d: UnsafeMutablePointer<T>,
    ahead: Int = 0
  ) {
    self.p = p
    self.g = g
    self.a = a
    self.b = b
    self.c = c
    self.d = d
    self.ahead = ahead
  }

  /// Of a body without states, or of one whose states are yet to be set.
  @inlinable
  public init(p: UnsafeMutablePointer<T>, g: UnsafePointer<T>) {
    self.init(p: p, g: g, a: p, b: p, c: p, d: p)
  }

  /// From that element on, with an array in the place of the first state.
  @inlinable
  public func part(
    _ first: Int, _ a: UnsafeMutablePointer<T>, ahead: Int = 0
  ) -> Streams {
    var part = Streams(p: p + first, g: g + first)
    (part.a, part.ahead) = (a, ahead)
    return part
  }
}

/// An optimizer's arithmetic: what one step does to one lane.
///
/// Its properties are what it multiplies and adds, all of it already decided,
/// as doubles. They are rounded once: `1 - beta2` taken in float keeps only the
/// bits beta2 had left over, which for 0.99999 moves parameters by thousands of
/// ulps. No branches: there is one loop for each body, and what differs by a
/// setting is picked lane by lane or is a body of its own.
public protocol LaneStep: Sendable {
  /// How many arrays of state it reads, up to 4.
  static var states: Int { get }
  /// How many of them it writes: all, unless it says otherwise.
  static var kept: Int { get }

  func apply<L: Lane>(_ p: inout L, _ g: L, _ a: inout L, _ b: inout L, _ c: inout L, _ d: inout L)
}

extension LaneStep {
  @inlinable public static var kept: Int { states }

  /// The update of `n` elements, a multiple of the lane's, but for the first.
  @inlinable @inline(__always)
  func sweep<L: Lane>(_: L.Type, _ n: Int, _ at: Streams<L.Scalar>, from first: Int = 0) {
    var i = first
    while i < n {
      var line = i
      repeat {
        fetch(line, n, at)
        line &+= 64 / MemoryLayout<L.Scalar>.stride
      } while line < i &+ L.scalarCount
      update(L.self, i, at)
      i &+= L.scalarCount
    }
  }

  /// The same with lanes of another kind, which may be wider, as far as those go. They
  /// are faster where roots and divisions are most of the work, and slower beside many
  /// other operations.
  @inlinable @inline(__always)
  func sweep<L: Lane, M: Lane>(
    _: L.Type, _: M.Type, _ n: Int, _ at: Streams<L.Scalar>
  ) where M.Scalar == L.Scalar {
    let whole = M.scalarCount > L.scalarCount ? n & -M.scalarCount : 0
    sweep(M.self, whole, at)
    sweep(L.self, n, at, from: whole)
  }

  /// Brings nearer what comes 2,048 bytes later: of so many arrays at once the
  /// processor by itself does not read as fast as it could. Nothing beyond the end,
  /// where another thread writes.
  @inlinable @inline(__always)
  func fetch<T>(_ i: Int, _ n: Int, _ at: Streams<T>) {
    let line = 64 / MemoryLayout<T>.stride
    if i & (line &- 1) != 0 { return }
    let next = min(i &+ 32 &* line, n &+ at.ahead &- 1)
    lanes_fetch(at.p + next)
    lanes_fetch(at.g + next)
    if Self.kept > 0 { lanes_fetch(at.a + next) }
    if Self.kept > 1 { lanes_fetch(at.b + next) }
    if Self.kept > 2 { lanes_fetch(at.c + next) }
    if Self.kept > 3 { lanes_fetch(at.d + next) }
  }

  /// The update of the lane at that element.
  @inlinable @inline(__always)
  func update<L: Lane>(_: L.Type, _ i: Int, _ at: Streams<L.Scalar>) {
    var (p, a, b, c, d) = (L(at: at.p + i), L(0), L(0), L(0), L(0))
    if Self.states > 0 { a = L(at: at.a + i) }
    if Self.states > 1 { b = L(at: at.b + i) }
    if Self.states > 2 { c = L(at: at.c + i) }
    if Self.states > 3 { d = L(at: at.d + i) }
    apply(&p, L(at: at.g + i), &a, &b, &c, &d)
    p.store(at: at.p + i)
    if Self.kept > 0 { a.store(at: at.a + i) }
    if Self.kept > 1 { b.store(at: at.b + i) }
    if Self.kept > 2 { c.store(at: at.c + i) }
    if Self.kept > 3 { d.store(at: at.d + i) }
  }
}

/// Every optimizer's arithmetic: the registry of the Step modules.
@frozen
public enum Body: Sendable {
  case adam(AdamStep)
  case plainAdam(PlainAdamStep)
  case amsgrad(AMSGradStep)
  case sgd(SGDStep)
  case sgdMomentum(SGDMomentumStep)
  case sgdNesterov(SGDNesterovStep)
  case adagrad(AdagradStep)
  case adadelta(AdadeltaStep)
  case rmsprop(RMSpropStep)
  case rmspropMomentum(RMSpropMomentumStep)
  case rmspropCentered(RMSpropCenteredStep)
  case rmspropCenteredMomentum(RMSpropCenteredMomentumStep)
  case adamax(AdamaxStep)
  case nadam(NAdamStep)
  case radam(RAdamStep)
  case asgd(ASGDStep)
  case rprop(RpropStep)
  case lion(LionStep)
  case adan(AdanStep)
  case ademamix(AdEMAMixStep)
  case sophia(SophiaStep)
  case gradient(GradientStep)
  case average(AverageStep)
  case averageSquare(AverageSquareStep)
  case scheduleFreeSGD(ScheduleFreeSGDStep)
  case scheduleFreeAdamW(ScheduleFreeAdamWStep)
  case sparseAdam(SparseAdamStep)
  case lamb(LAMBStep)
  case adafactor(AdafactorStep)
  case adafactorVector(AdafactorVectorStep)
  case muonMomentum(MuonMomentumStep)

  /// The update of `n` elements, a multiple of the first kind of lanes; the second is
  /// taken where that is faster.
  @inlinable @inline(__always)
  public func run<L: Lane, M: Lane>(
    _: L.Type, _: M.Type, _ n: Int, _ at: Streams<L.Scalar>
  ) where M.Scalar == L.Scalar {
    switch self {
    case .adam(let step): step.sweep(L.self, n, at)
    case .plainAdam(let step): step.sweep(L.self, M.self, n, at)
    case .amsgrad(let step): step.sweep(L.self, n, at)
    case .sgd(let step): step.sweep(L.self, n, at)
    case .sgdMomentum(let step): step.sweep(L.self, n, at)
    case .sgdNesterov(let step): step.sweep(L.self, n, at)
    case .adagrad(let step): step.sweep(L.self, n, at)
    case .adadelta(let step): step.sweep(L.self, n, at)
    case .rmsprop(let step): step.sweep(L.self, n, at)
    case .rmspropMomentum(let step): step.sweep(L.self, n, at)
    case .rmspropCentered(let step): step.sweep(L.self, n, at)
    case .rmspropCenteredMomentum(let step): step.sweep(L.self, n, at)
    case .adamax(let step): step.sweep(L.self, n, at)
    case .nadam(let step): step.sweep(L.self, n, at)
    case .radam(let step): step.sweep(L.self, n, at)
    case .asgd(let step): step.sweep(L.self, n, at)
    case .rprop(let step): step.sweep(L.self, n, at)
    case .lion(let step): step.sweep(L.self, n, at)
    case .adan(let step): step.sweep(L.self, n, at)
    case .ademamix(let step): step.sweep(L.self, n, at)
    case .sophia(let step): step.sweep(L.self, n, at)
    case .gradient(let step): step.sweep(L.self, n, at)
    case .average(let step): step.sweep(L.self, n, at)
    case .averageSquare(let step): step.sweep(L.self, n, at)
    case .scheduleFreeSGD(let step): step.sweep(L.self, n, at)
    case .scheduleFreeAdamW(let step): step.sweep(L.self, n, at)
    case .sparseAdam(let step): step.sweep(L.self, n, at)
    case .lamb(let step): step.sweep(L.self, n, at)
    case .adafactor(let step): step.sweep(L.self, n, at)
    case .adafactorVector(let step): step.sweep(L.self, n, at)
    case .muonMomentum(let step): step.sweep(L.self, n, at)
    }
  }
}
