/// A kind of schedule: its name, what it is, and one of it to make others from.
public struct Kind: Sendable {
  public let name: StaticString
  public let summary: StaticString
  public let formula: StaticString
  public let source: StaticString
  private let prototype: AnySchedule

  // Not inlined fifty times over into the list below.
  @inline(never)
  init<S: Schedule>(_: S.Type) {
    name = S.name
    summary = S.summary
    formula = S.formula
    source = S.source
    prototype = AnySchedule(S())
  }

  /// A schedule of this kind with the call's fields.
  func make(_ call: Call) throws(Refusal) -> AnySchedule {
    do throws(Refusal) {
      return try prototype.visited(by: Reader(call))
    } catch {
      throw error.located(position: call.position)
    }
  }

  /// What it declares, a line each, fields separated by tabs.
  public func describe() -> String { String(utf8) }

  /// ``describe()``, for C.
  public var utf8: UTF8Text {
    let describer = Describer(summary, formula, source)
    _ = try? prototype.visited(by: describer)
    return describer.text
  }
}

/// Every kind of schedule, in the order of the alphabet.
public let registry: [Kind] = [
  Kind(ChainedScheduler.self),
  Kind(Chebyshev.self),
  Kind(Clamp.self),
  Kind(Constant.self),
  Kind(ConstantLR.self),
  Kind(CoolDown.self),
  Kind(CosineAnnealingLR.self),
  Kind(CosineAnnealingWarmRestarts.self),
  Kind(CosineAnnealingWarmupRestarts.self),
  Kind(CosineCyclical.self),
  Kind(CosineDecay.self),
  Kind(CosineDecayRestarts.self),
  Kind(CosineHardRestarts.self),
  Kind(CosineOneCycle.self),
  Kind(CosineRestartLR.self),
  Kind(CosineWave.self),
  Kind(CyclicLR.self),
  Kind(Dampening.self),
  Kind(ExponentialDecay.self),
  Kind(ExponentialLR.self),
  Kind(Extend.self),
  Kind(FlatCosine.self),
  Kind(GreedyLR.self),
  Kind(Hold.self),
  Kind(InversePower.self),
  Kind(InverseSqrt.self),
  Kind(InverseTimeDecay.self),
  Kind(LRRangeTest.self),
  Kind(LambdaLR.self),
  Kind(LinearCyclical.self),
  Kind(LinearDecay.self),
  Kind(LinearLR.self),
  Kind(LinearOneCycle.self),
  Kind(Loop.self),
  Kind(Momentum.self),
  Kind(MultiStepLR.self),
  Kind(MultiplicativeLR.self),
  Kind(NaturalExpDecay.self),
  Kind(Noam.self),
  Kind(Noise.self),
  Kind(OneCycleLR.self),
  Kind(OneCycleStairs.self),
  Kind(PiecewiseConstant.self),
  Kind(PiecewiseInterpolate.self),
  Kind(PiecewiseLinear.self),
  Kind(PiecewiseScale.self),
  Kind(PolynomialDecay.self),
  Kind(PolynomialDecayRestarts.self),
  Kind(PolynomialLR.self),
  Kind(REX.self),
  Kind(ReduceLROnPlateau.self),
  Kind(RelativeStep.self),
  Kind(SequentialLR.self),
  Kind(Shift.self),
  Kind(SineCyclicLR.self),
  Kind(StepLR.self),
  Kind(Stretch.self),
  Kind(TanhDecay.self),
  Kind(TriStage.self),
  Kind(Warmup.self),
  Kind(WarmupStableDecay.self),
  Kind(Window.self),
]

// Not inlined, and all that other modules may call: whoever has the list itself
// has every kind compiled into it once more.
@export(interface)
public func kindCount() -> Int { registry.count }

@export(interface)
public func kindName(_ index: Int) -> StaticString? {
  registry.indices.contains(index) ? registry[index].name : nil
}

/// The kind of that name, or a refusal that lists them all.
public func kind(_ name: String) throws(Refusal) -> Kind { try kind(UTF8Text(name.utf8)) }

/// The same, for C, and where the name stands in a text.
@export(interface)
public func kind(_ name: UTF8Text, at position: Int? = nil) throws(Refusal) -> Kind {
  for kind in registry where same(name, kind.name) { return kind }
  throw Refusal(
    .kind, name, accepted: .list(registry.count) { "\(registry[$0].name)" }, position: position)
}

extension AnySchedule {
  /// A schedule by its kind's name and its fields.
  public static func make(_ call: Call) throws(Refusal) -> AnySchedule {
    try kind(call.name, at: call.position).make(call)
  }

  /// A schedule from text in PyTorch's constructor syntax, nested up to 64
  /// deep. The refusal has the byte at which it stands.
  public static func parse(_ text: String) throws(Refusal) -> AnySchedule {
    try parse(Array(text.utf8))
  }

  /// A schedule from a text's bytes, whatever they are.
  public static func parse(_ text: [UInt8]) throws(Refusal) -> AnySchedule {
    try make(Parser.call(text))
  }
}
