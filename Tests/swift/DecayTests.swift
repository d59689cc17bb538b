import Foundation
import Sched
import Testing

@Suite("The field agrees")
struct DecayTests {
  static let vectors = Vector.all("decays.txt")

  /// How many doubles lie between two of the same sign.
  static func ulps(_ a: Double, _ b: Double) -> UInt64 {
    guard a.sign == b.sign, !a.isNaN, !b.isNaN else { return a == b ? 0 : .max }
    return max(a.bitPattern, b.bitPattern) - min(a.bitPattern, b.bitPattern)
  }

  @Test("step by step, as near as the row says", arguments: vectors)
  func rates(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    let base = try #require(vector.doubles("base")?.first)
    let bound = UInt64(try #require(vector.integers("ulps").first))
    let first = vector.integers("first").first ?? 0
    let chained = vector.doubles("chained")
    var rate = base
    for (i, expected) in try #require(chained ?? vector.doubles("closed")).enumerated() {
      let step = first + i
      rate =
        chained == nil
        ? schedule.rate(at: step, base: base)
        : schedule.rate(at: step, base: base, current: rate)
      let far = Self.ulps(rate, expected)
      #expect(far <= bound, "step \(step): \(rate) is \(far) ulps from \(expected)")
    }
  }

  @Test("about momentum", arguments: vectors.filter { $0.lines["momentum"] != nil })
  func momenta(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    for (step, expected) in try #require(vector.doubles("momentum")).enumerated() {
      let momentum = schedule.momentum(at: step, base: 0.9)
      #expect(momentum.bitPattern == expected.bitPattern, "step \(step)")
    }
  }
}

@Suite("Warm-ups and decays")
struct WarmupTests {
  @Test("of no steps change nothing, in either form and however often")
  func identity() throws {
    let plain = try AnySchedule.parse(
      "SequentialLR([LinearLR(0.1, total_iters=3), CosineAnnealingLR(5, eta_min=0.01)], [4])")
    let wrapped = AnySchedule(try Warmup(AnySchedule(try Warmup(plain, steps: 0)), steps: 0))
    #expect(wrapped.lastStep == plain.lastStep)
    var (a, b) = (0.3, 0.3)
    for step in 0..<40 {
      #expect(wrapped.rate(at: step, base: 0.3) == plain.rate(at: step, base: 0.3))
      a = plain.rate(at: step, base: 0.3, current: a)
      b = wrapped.rate(at: step, base: 0.3, current: b)
      #expect(a.bitPattern == b.bitPattern, "step \(step)")
    }
  }

  @Test("are what a sequence of a line and the rest is")
  func sequence() throws {
    let rest = try CosineAnnealingLR(tMax: 9, etaMin: 0.001)
    let warmup = try Warmup(rest, steps: 8, startRatio: 0.25)
    let sequence = try SequentialLR(
      LinearLR(startFactor: 0.25, totalIters: 8), rest, milestones: [8])
    let all = try warmup.rates(0..<40, base: 1)
    #expect(all == (try sequence.rates(0..<40, base: 1)))
    #expect(all[8] == 1)
  }

  @Test("have every field, whichever way a schedule is handed to them")
  func handed() throws {
    let rest = try CosineAnnealingLR(tMax: 9)
    let warmup = try Warmup(
      rest, steps: 8, shape: .polynomial, startLR: 0.25, offset: 1, span: 7, skip: 2, power: 3,
      rounding: .rest, endLR: 0.5)
    #expect(
      warmup.text
        == (try Warmup(
          AnySchedule(rest), steps: 8, shape: .polynomial, startLR: 0.25, offset: 1, span: 7,
          skip: 2,
          power: 3, rounding: .rest, endLR: 0.5)).text)
    #expect(warmup.endLR == 0.5)
    #expect(
      try Dampening(rest, shape: .exponential, period: 5, beta2: 0.5).text
        == Dampening(AnySchedule(rest), shape: .exponential, period: 5, beta2: 0.5).text)
  }

  @Test("end where the schedule after them ends, less what is skipped")
  func ends() throws {
    let cycle = try OneCycleLR(totalSteps: 10)
    #expect(try Warmup(cycle, steps: 5).lastStep == 14)
    #expect(try Warmup(cycle, steps: 5, skip: 3).lastStep == 11)
    #expect(try Warmup(LinearDecay(steps: 3), steps: maxStep).lastStep == maxStep)
    #expect(try Dampening(cycle).lastStep == 9)
    let warmed = try Warmup(cycle, steps: 5, skip: 3)
    #expect(try warmed.rates(5..<12, base: 0.1) == cycle.rates(3..<10, base: 0.1))
    // Of the schedule's momentum, the first while it warms up.
    #expect(warmed.momentum(at: 0, base: 0.5) == cycle.momentum(at: 3, base: 0.5))
    #expect(warmed.momentum(at: 11, base: 0.5) == cycle.momentum(at: 9, base: 0.5))
  }

  @Test("hold their last rate, where they do not go on")
  func holds() throws {
    for text in [
      "LinearDecay(10, min_ratio=0.25)", "CosineWave(10, num_cycles=0.5, eta_min=0.25)",
      "CosineHardRestarts(10, num_cycles=3, min_ratio=0.25)", "REX(10, eta_min=0.25)",
      "PolynomialDecay(10, lr_end=0.25, power=2)", "FlatCosine(10, div_final=4)",
      "TriStage(2, 3, 5, final_lr_scale=0.25)", "WarmupStableDecay(2, 3, 5, eta_min=0.25)",
      "TriStage(final_lr_scale=0.25, max_update=10, phase_ratio=[0.2, 0.3, 0.5])",
      "WarmupStableDecay(2, 3, 5, min_ratio=0.25, stable_power=0.5)",
    ] {
      let schedule = try AnySchedule.parse(text)
      #expect(schedule.rate(at: 9, base: 1) > 0.25, "\(text)")
      for step in [10, 11, 1000, maxStep] {
        #expect(schedule.rate(at: step, base: 1) == 0.25, "\(text) at \(step)")
      }
    }
    let wave = try AnySchedule.parse("CosineWave(10, hold=False)")
    #expect(wave.rate(at: 20, base: 1) == 1)
  }

  @Test("go in fractal order over every Chebyshev node once")
  func chebyshev() throws {
    for steps in [1, 2, 3, 4, 8, 64] {
      let schedule = try Chebyshev(steps: steps, smallM: 0.1, bigM: 2)
      let count = steps.nonzeroBitCount == 1 ? steps : steps * 2 & ~steps
      let rates = try schedule.rates(0..<count, base: 1)
      let nodes = (0..<count).map { i -> Double in
        1 / (1.05 - 0.95 * cos(.pi * (Double(i) + 0.5) / Double(count)))
      }
      for (rate, node) in zip(rates.sorted(), nodes.sorted()) {
        #expect(abs(rate - node) <= 1e-14 * node)
      }
      #expect(schedule.rate(at: count + 5, base: 1) == rates.last)
    }
  }

  @Test("of every kind survive the ends of what they accept")
  func extremes() throws {
    let most = maxStep
    for text in [
      "Warmup(Constant(), \(most), offset=\(most), span=1)",
      "Warmup(OneCycleLR(total_steps=\(most)), \(most), skip=\(most - 1), shape='log')",
      "Warmup(CosineAnnealingLR(1), 0, skip=\(most))",
      "Warmup(Constant(), 2, span=\(most), shape='exponential')",
      "Warmup(Constant(), \(most), shape='geometric', start_ratio=1e-300)",
      "Dampening(Constant(), period=\(most))", "Dampening(Constant(), beta2=0.0)",
      "Dampening(Constant(), beta2=0.9999999999999999)",
      "Dampening(Constant(), 'exponential', beta2=0.9999999999999999)",
      "Dampening(Constant(), 'radam', beta2=0.6000000000000005)",
      "Dampening(Constant(), 'radam', beta2=0.999999999999)",
      "LinearDecay(\(most))", "CosineWave(\(most), num_cycles=1e300, hold=False)",
      "CosineWave(1, num_cycles=0.0)", "CosineHardRestarts(1, num_cycles=1e300)",
      "InverseSqrt(\(most))", "Noam(\(most), \(most), offset=\(most))", "Noam(1, 1, offset=0)",
      "RelativeStep(True)", "FlatCosine(\(most), pct_start=1.0)", "FlatCosine(1, pct_start=0.0)",
      "REX(\(most))", "Chebyshev(\(most), lag=\(most))", "Chebyshev(1, small_m=1.0)",
      "LRRangeTest(1, staircase=True)", "TriStage(\(most), \(most), \(most))",
      "PolynomialDecay(\(most), power=1e-300, lr_init=1e-300)",
      "WarmupStableDecay(\(most), \(most), \(most), offset=\(most))",
      "WarmupStableDecay(0, \(most), 0, stable_power=1e300, stable_timescale=1e-9)",
      "WarmupStableDecay(1, 0, \(most), stable_power=1e-300, decay_type='power', decay_power=1e300)",
      "WarmupStableDecay(0, 0, 9, decay_type='exponential', decay_ratio=0.9999999999999999)",
      "TriStage(max_update=\(most), phase_ratio=[0.0, 0.0, 1.0])",
      "Warmup(Constant(), \(most), end_lr=1e300, shape='log')",
      "WarmupStableDecay(0, 0, 0)", "WarmupStableDecay(0, 0, 1, offset=\(most))",
      "OneCycleStairs(cycle_max_lr=1, cycle_first_step_size=\(most))",
      "OneCycleStairs(cycle_max_lr=1, cycle_first_step_size=1, cycle_first_stair_count=\(most))",
      "OneCycleStairs(cycle_max_lr=1, cycle_first_step_size=1, decay_step_size=1, decay_mom_rate=1)",
    ] {
      let schedule = try AnySchedule.parse(text)
      #expect(try AnySchedule.parse(schedule.text).text == schedule.text)
      for step in [0, 1, 2, 3, 1 << 52, most - 1, most] where step <= schedule.lastStep {
        let rate = schedule.rate(at: step, base: 0.1)
        #expect(rate.isFinite && rate >= 0, "\(text) at \(step): \(rate)")
        let momentum = schedule.momentum(at: step, base: 0.9)
        #expect((0...1).contains(momentum), "\(text) at \(step): \(momentum)")
      }
    }
  }

  /// Text, and words of its refusal.
  static let wrong: [(String, [String])] = [
    ("Warmup(Constant())", ["Warmup steps"]),
    ("Warmup(Constant(), -1)", ["steps=-1", "from 0 to 9007199254740992"]),
    ("Warmup(Constant(), 1.5)", ["steps=1.5"]),
    ("Warmup(3, 1)", ["schedule=3", "a schedule"]),
    ("Warmup(Constant(), 5, shape='sqrt')", ["shape='sqrt'", "'1-sqrt'"]),
    ("Warmup(Constant(), 5, start_ratio=nan)", ["start_ratio=nan"]),
    ("Warmup(Constant(), 5, start_ratio=0.1, start_lr=0.1)", ["start_lr=0.1", "start_ratio=0.1"]),
    ("Warmup(Constant(), 5, shape='geometric')", ["start_ratio=0.0", "above 0.0"]),
    ("Warmup(Constant(), 5, span=0)", ["span=0"]),
    (
      "Warmup(Constant(), 5, shape='geometric', start_ratio=0.1, end_lr=0.2)",
      ["end_lr=0.2", "'geometric'"]
    ),
    ("Warmup(OneCycleLR(total_steps=5), 5, skip=5)", ["skip=5", "at most 4"]),
    ("Warmup(StepLR(0), 5)", ["StepLR step_size=0"]),
    ("Dampening(Constant(), 'radam', beta2=0.6)", ["beta2=0.6", "above 0.6"]),
    ("Dampening(Constant(), 'radam', period=5)", ["period=5"]),
    ("Dampening(Constant(), beta2=1.0)", ["beta2=1.0", "below 1.0"]),
    ("LinearDecay(0)", ["steps=0"]),
    ("LinearDecay(5, min_ratio=0.1, eta_min=0.1)", ["eta_min=0.1", "min_ratio=0.1"]),
    ("CosineWave(5, num_cycles=-1)", ["num_cycles=-1"]),
    ("CosineHardRestarts(5, num_cycles=0)", ["num_cycles=0"]),
    ("CosineHardRestarts(5, min_ratio=inf)", ["min_ratio=inf"]),
    ("InverseSqrt(0)", ["timescale=0"]),
    ("Noam(0)", ["d_model=0"]),
    ("RelativeStep(warmup_init=1)", ["warmup_init=1"]),
    ("FlatCosine(5, pct_start=1.5)", ["pct_start=1.5"]),
    ("FlatCosine(5, div_final=0)", ["div_final=0"]),
    ("FlatCosine(5, div=0)", ["div=0"]),
    ("REX(-5)", ["steps=-5"]),
    ("Chebyshev(5, small_m=2.0)", ["small_m=2.0", "big_m=1.0"]),
    ("LRRangeTest(0)", ["step_size=0"]),
    ("TriStage(decay_steps=0)", ["decay_steps=0"]),
    ("TriStage(final_lr_scale=0)", ["final_lr_scale=0"]),
    ("TriStage(phase_ratio=[0.1, 0.4, 0.5])", ["max_update"]),
    ("TriStage(max_update=10)", ["parts of phase_ratio=0", "3"]),
    ("TriStage(max_update=10, phase_ratio=[0.5, 0.5])", ["parts of phase_ratio=2"]),
    ("TriStage(max_update=10, phase_ratio=[0.5, 0.25, 0.5])", ["sum of phase_ratio=1.25", "1.0"]),
    (
      "TriStage(max_update=9, phase_ratio=[0.5, 0.4, 0.1])", ["phase_ratio[2]=0.1", "max_update=9"]
    ),
    ("PolynomialDecay(5, power=-1)", ["power=-1"]),
    ("PolynomialDecay(5, lr_init=0)", ["lr_init=0"]),
    ("WarmupStableDecay(1, 2)", ["num_decay_steps"]),
    ("WarmupStableDecay(1, 2, 3, decay_type='sqrt')", ["decay_type='sqrt'", "'1-square'"]),
    ("WarmupStableDecay(1, 2, 3, 'log')", ["warmup_type='log'"]),
    ("WarmupStableDecay(0, 2, 3, stable_power=0.5)", ["stable_timescale", "no warm-up"]),
    ("WarmupStableDecay(1, 2, 3, stable_timescale=0)", ["stable_timescale=0"]),
    ("WarmupStableDecay(1, 2, 3, decay_power=0)", ["decay_power=0"]),
    ("WarmupStableDecay(1, 2, 3, decay_ratio=1)", ["decay_ratio=1"]),
    ("OneCycleStairs()", ["cycle_max_lr"]),
    ("OneCycleStairs(cycle_max_lr=1, cycle_first_step_size=0)", ["cycle_first_step_size=0"]),
    ("OneCycleStairs(cycle_max_lr=1, cycle_max_mom=1.5)", ["cycle_max_mom=1.5"]),
  ]

  @Test("refuse what makes no sense, by name", arguments: wrong.indices)
  func refusals(_ index: Int) throws {
    let (text, words) = Self.wrong[index]
    do {
      _ = try AnySchedule.parse(text)
      Issue.record("\(text) was accepted")
    } catch {
      for word in words { #expect(error.description.contains(word), "\(text): \(error)") }
    }
  }
}
