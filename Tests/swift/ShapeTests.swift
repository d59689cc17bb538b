import Sched
import Testing

@Suite("The field agrees about shapes")
struct ShapeTests {
  static let vectors = Vector.all("shapes.txt")

  @Test("at every step, to the stated ulps", arguments: vectors)
  func closed(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    let base = try #require(vector.doubles("base")).first!
    let first = vector.lines["first"] == nil ? 0 : vector.integers("first")[0]
    let ulps = UInt64(vector.integers("ulps")[0])
    for (i, expected) in try #require(vector.doubles("closed")).enumerated() {
      let rate = schedule.rate(at: first + i, base: base)
      #expect(
        distance(rate, expected) <= ulps,
        "step \(first + i): \(rate) ≠ \(expected), \(distance(rate, expected)) ulps")
    }
  }

  @Test(
    "in the peer's own recursion, to the last bit",
    arguments: vectors.filter { $0.lines["chained"] != nil })
  func chained(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    let base = try #require(vector.doubles("base")).first!
    var rate = base
    for (step, expected) in try #require(vector.doubles("chained")).enumerated() {
      rate = schedule.rate(at: step, base: base, current: rate)
      #expect(rate.bitPattern == expected.bitPattern, "step \(step): \(rate) ≠ \(expected)")
    }
  }

  @Test("and its text says the same", arguments: vectors)
  func roundTrip(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    let again = try AnySchedule.parse(schedule.text)
    #expect(again.text == schedule.text)
    let steps = [0, 1, 7, 47, 1000, maxStep]
    #expect(
      steps.map { again.rate(at: $0, base: 0.3).bitPattern }
        == steps.map { schedule.rate(at: $0, base: 0.3).bitPattern })
  }

  /// How many doubles lie from one to the other.
  private func distance(_ a: Double, _ b: Double) -> UInt64 {
    func place(_ x: Double) -> Int64 {
      let bits = Int64(bitPattern: x.bitPattern)
      return bits < 0 ? .min - bits : bits
    }
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN ? 0 : .max }
    return (place(a) - place(b)).magnitude
  }
}

@Suite("A shape")
struct ShapeEdgeTests {
  /// The largest and smallest of everything that each kind accepts.
  static let extremes = [
    "PiecewiseConstant([], [0.1])",
    "PiecewiseConstant([0, 9007199254740992], [0.1, 0.2, 0.3], side='left')",
    "PiecewiseScale([], [])",
    "PiecewiseScale([0, 9007199254740992], [0.0, 1e308])",
    "PiecewiseLinear([9007199254740992], [0.1])",
    "PiecewiseLinear([0, 9007199254740992], [1.0, 0.0], anneal_strategy='cos')",
    "PiecewiseInterpolate([], [])",
    "PiecewiseInterpolate([0, 1, 9007199254740992], [0.0, 2.0, 3.0])",
    "ExponentialDecay(1e-9, 0.5)",
    "ExponentialDecay(9007199254740992, 0.0, staircase=True, begin=9007199254740992)",
    "ExponentialDecay(1, 2.0, end_value=1.0)",
    "NaturalExpDecay(1e308)",
    "InverseTimeDecay(1e-9, 1e300)",
    "InverseTimeDecay(1e-9, 0.0, staircase=True)",
    "InversePower(1e308, 1e308)",
    "InversePower(0.0, 0.0)",
    "PolynomialDecay(1, cycle=True, power=0.5)",
    "PolynomialDecay(9007199254740992, k_decay=8.0, cycle=True, begin=9007199254740992)",
    "PolynomialDecay(9007199254740991, k_decay=8.0, cycle=True, power=0.5)",
    "PolynomialDecay(3, power=9007199254740992.0, like='optax')",
    "PolynomialDecay(3, power=1e308, like='optax')",
    "CosineDecay(1, like='keras', warmup_steps=9007199254740992)",
    "CosineDecay(9007199254740992, k_decay=8.0, exponent=1e308)",
    "CosineDecay(9007199254740992, warmup_steps=9007199254740991, eta_min=0.5)",
    "CosineDecayRestarts(1, t_mul=9007199254740992)",
    "CosineDecayRestarts(9007199254740992, t_mul=9007199254740992, k_decay=8.0, eta_min=0.1)",
    "CosineDecayRestarts(1, t_mul=1.0000000000000002)",
    "CosineDecayRestarts(1, t_mul=1.0000000000000002, eta_min=0.0, exact_restarts=False)",
    "CosineDecayRestarts(1, t_mul=1.000001, eta_min=0.0, k_decay=0.1)",
    "CosineDecayRestarts(3, t_mul=3.0, eta_min=0.0, k_decay=0.5, exact_restarts=False)",
    "CosineDecayRestarts(1, t_mul=1.0, m_mul=0.0, shrink_min=True, cycle_limit=1)",
    "PolynomialDecayRestarts(1, 0.5, t_mul=3.0, exact_restarts=False)",
    "PolynomialDecayRestarts(7, 0.5, t_mul=1.1, k_decay=0.3)",
    "TanhDecay(1, lb=-1e308, ub=1e308)",
    "TanhDecay(1, lb=-7, ub=3, t_mul=1.5, cycle_limit=9007199254740992)",
    "CosineRestartLR([9007199254740992])",
    "CosineRestartLR([1, 1, 9007199254740990], [0.0, 1e308, 1.0])",
    "CosineAnnealingWarmupRestarts(9007199254740992, 9007199254740992, 0.0, 9007199254740991)",
    "CosineAnnealingWarmupRestarts(1, 1.5)",
    "LinearCyclical(0.1, 2, cycle_mult=1.5)",
    "LinearCyclical(0.1, 2, start_value_mult=0.5, end_value_mult=0.5)",
    "LinearCyclical(0.1, 9007199254740992, warmup_duration=9007199254740992, monotonic=True)",
    "CosineCyclical(0.1, 2, cycle_mult=9007199254740992, warmup_duration=1)",
    "SineCyclicLR(0.1, 1, mode='sin_decay2')",
    "SineCyclicLR(0.1, 9007199254740992, gamma=0.0, mode='sin_exp')",
    "CosineOneCycle(1)",
    "CosineOneCycle(9007199254740992, pct_start=0.9999999999999999)",
    "LinearOneCycle(3, pct_start=0.0, pct_final=0.5)",
    "LinearOneCycle(9007199254740992, pct_start=0.0, pct_final=0.9999999999999999)",
    "Noise(Constant(), pct=0.0)",
    "Noise(Constant(), pct=1.0, std=5e-324, seed=9007199254740992)",
    "Noise(Constant(), pct=1e-300, std=1e308, begin=9007199254740991)",
  ]

  @Test("has a rate at every step that is not NaN and not below nothing", arguments: extremes)
  func extreme(_ text: String) throws {
    let schedule = try AnySchedule.parse(text)
    let edges = [0, 1, 2, 3, 4, 121, 242, 363, 1_000_003, 1 << 40, maxStep - 1, maxStep]
    for step in edges {
      for base in [0.0, 0.1, 1] {
        let rate = schedule.rate(at: step, base: base)
        #expect(rate >= 0, "step \(step), base \(base): \(rate)")
      }
      _ = schedule.rate(at: step, base: 0.1, current: 0.1)
      _ = schedule.momentum(at: step, base: 0.9)
    }
  }

  static let refusals: [(String, Refusal.Reason, String)] = [
    ("PiecewiseConstant([5], [0.1])", .value, "values=1 of them; accepted: 2"),
    ("PiecewiseConstant([5, 5], [0.1, 0.2, 0.3])", .value, "boundaries[1]=5"),
    ("PiecewiseConstant([5], [0.1, -0.2])", .value, "values=-0.2"),
    ("PiecewiseConstant([5], [0.1, 0.2], 'up')", .value, "'right' or 'left'"),
    ("PiecewiseScale([5, 9], [0.1])", .value, "scales=1 of them; accepted: 2"),
    ("PiecewiseInterpolate([9, 5], [0.1, 0.1])", .value, "boundaries[1]=5"),
    ("PiecewiseLinear([], [])", .value, "at least one"),
    ("PiecewiseLinear([1, 2], [0.1])", .value, "values=1 of them"),
    ("PiecewiseLinear([2, 1], [0.1, 0.2])", .value, "milestones[1]=1"),
    ("ExponentialDecay(0, 0.5)", .value, "decay_steps=0"),
    ("ExponentialDecay(10, -0.5)", .value, "decay_rate=-0.5"),
    ("ExponentialDecay(10)", .missing, "decay_rate"),
    ("InverseTimeDecay(-1, 0.5)", .value, "decay_steps=-1"),
    ("NaturalExpDecay(inf)", .value, "gamma=inf"),
    ("InversePower(nan)", .value, "gamma=nan"),
    ("PolynomialDecay(0)", .value, "steps=0"),
    ("PolynomialDecay(5, power=-1)", .value, "power=-1"),
    ("PolynomialDecay(5, k_decay=9)", .value, "k_decay=9"),
    ("PolynomialDecay(5, lr_init=0)", .value, "lr_init=0"),
    ("CosineDecay(5, 0.1, 0.1)", .value, "eta_min=0.1; accepted: none beside min_ratio"),
    ("CosineDecay(5, warmup_steps=5)", .value, "warmup_steps=5; accepted: less"),
    ("CosineDecay(5, like='torch')", .value, "'keras' or 'optax'"),
    ("CosineDecayRestarts(5, t_mul=0.5)", .value, "t_mul=0.5"),
    ("CosineDecayRestarts(5, min_ratio=0.1, eta_min=0.1)", .value, "eta_min=0.1"),
    ("CosineDecayRestarts(5, cycle_limit=0)", .value, "cycle_limit=0"),
    ("PolynomialDecayRestarts(5, t_mul=inf)", .value, "t_mul=inf"),
    ("TanhDecay(5, lb=3, ub=3)", .value, "lb=3.0; accepted: less than ub=3.0"),
    ("CosineRestartLR([])", .value, "at least one"),
    ("CosineRestartLR([3, 0])", .value, "periods[1]=0"),
    ("CosineRestartLR([9007199254740992, 1])", .value, "periods[1]=1"),
    ("CosineRestartLR([3, 4], [1.0])", .value, "restart_weights=1 of them; accepted: 2"),
    ("CosineAnnealingWarmupRestarts(5, warmup_steps=5)", .value, "warmup_steps=5"),
    ("LinearCyclical(0.1, 1)", .value, "cycle_size=1; accepted: an integer from 2"),
    ("LinearCyclical(0.1, 4, warmup_duration=2)", .value, "warmup_duration=2"),
    ("CosineCyclical(0.1, 1)", .value, "cycle_size=1"),
    ("CosineCyclical(0.1, 4, cycle_mult=0.9)", .value, "cycle_mult=0.9"),
    ("SineCyclicLR(0.1, 0)", .value, "period=0"),
    ("CosineOneCycle(10, pct_start=1.0)", .value, "pct_start=1.0"),
    ("LinearOneCycle(10, pct_start=0.85)", .value, "pct_final=0.85"),
    ("LinearOneCycle(10, pct_final=1.0)", .value, "pct_final=1.0"),
    ("Noise(Constant(), pct=1.5)", .value, "pct=1.5"),
    ("Noise(Constant(), std=0)", .value, "std=0"),
    ("Noise(Constant(), seed=-1)", .value, "seed=-1"),
    ("Noise(Constant(), begin=5, end=5)", .value, "end=5; accepted: more than begin=5"),
    ("Noise(3)", .type, "schedule=3"),
  ]

  @Test("that cannot be is refused by its field", arguments: refusals.indices)
  func refusal(_ index: Int) throws {
    let (text, reason, words) = Self.refusals[index]
    let refused = #expect(throws: Refusal.self) { _ = try AnySchedule.parse(text) }
    #expect(refused?.reason == reason, "\(text)")
    let sentence = refused?.description ?? ""
    for part in words.split(separator: "; ") {
      #expect(sentence.contains(part), "\(text): \(sentence)")
    }
  }

  @Test("restarts where the lengths say, where a logarithm is a step late")
  func restarts() throws {
    let exact = try CosineDecayRestarts(firstDecaySteps: 1, tMul: 3)
    let rounded = try CosineDecayRestarts(firstDecaySteps: 1, tMul: 3, exactRestarts: false)
    // log(243) / log(3) < 5: the sixth cycle begins at 1 + 3 + 9 + 27 + 81.
    #expect(exact.rate(at: 121, base: 1) == 1)
    #expect(rounded.rate(at: 121, base: 1) < 1e-15)
    #expect(exact.rate(at: 120, base: 1) == rounded.rate(at: 120, base: 1))
  }

  @Test("with restarts is PyTorch's where both are")
  func warmRestarts() throws {
    let ours = try CosineDecayRestarts(firstDecaySteps: 7, tMul: 2, etaMin: 0.01)
    let torch = try CosineAnnealingWarmRestarts(t0: 7, tMult: 2, etaMin: 0.01)
    for step in 0..<500 {
      let (a, b) = (ours.rate(at: step, base: 0.3), torch.rate(at: step, base: 0.3))
      #expect(abs(a - b) <= 2 * b.ulp, "step \(step)")
    }
  }

  @Test("with noise stays in its range, is spread as asked, and depends on seed and step alone")
  func noise() throws {
    let constant = AnySchedule(Constant())
    let count = 20_000
    for (distribution, pct, std, deviation): (Noise.Distribution, Double, Double, Double) in [
      (.uniform, 0.6, 1, 0.6 / 3.0.squareRoot()),
      // Cut at two thirds of a deviation, and at ten: near uniform, and near normal.
      (.normal, 0.67, 1, 0.3766),
      (.normal, 1, 0.1, 0.1),
    ] {
      let noise = try Noise(constant, pct: pct, std: std, distribution: distribution)
      let values = try noise.rates(0..<count, base: 1).map { $0 - 1 }
      #expect(values.allSatisfy { abs($0) <= pct })
      let mean = values.reduce(0, +) / Double(count)
      let spread = (values.reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot()
      // Five deviations of the mean and of the spread.
      #expect(abs(mean) < 5 * deviation / Double(count).squareRoot())
      #expect(abs(spread - deviation) < 5 * deviation / Double(2 * count).squareRoot())
    }
    let some = try Noise(constant, seed: 1, begin: 10, end: 20)
    let other = try Noise(constant, seed: 2, begin: 10, end: 20)
    for step in 0..<30 {
      let isNoisy = (10..<20).contains(step)
      #expect((some.rate(at: step, base: 1) != 1) == isNoisy)
      #expect((some.rate(at: step, base: 1) != other.rate(at: step, base: 1)) == isNoisy)
      #expect(some.rate(at: step, base: 1) == some.rate(at: step, base: 1, current: 7))
    }
    // One run's noise is not another's a step later, as it is from a generator seeded with
    // seed + t.
    #expect(some.rate(at: 12, base: 1) != other.rate(at: 11, base: 1))
  }

  @Test("with noise keeps the momentum and the end of what it is on")
  func noisyParts() throws {
    let cycle = try OneCycleLR(totalSteps: 9)
    let noise = try Noise(AnySchedule(cycle))
    #expect(noise.lastStep == 8)
    #expect(noise.momentum(at: 4, base: 0.5) == cycle.momentum(at: 4, base: 0.5))
  }

  @Test("of lengths that are no whole numbers is scaled like the others")
  func scaled() throws {
    let decay = try ExponentialDecay(decaySteps: 2.5, decayRate: 0.5, begin: 3)
    let slower = try decay.scaled(by: 4)
    #expect(slower.text.contains("decay_steps=10.0") && slower.text.contains("begin=12"))
    #expect(slower.rate(at: 40, base: 1) == decay.rate(at: 10, base: 1))
  }
}
