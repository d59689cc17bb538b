import Foundation
import Sched
import Testing

@Suite("PyTorch 2.13 agrees")
struct ConformanceTests {
  static let vectors = Vector.all("schedules.txt")
  static let compositions = Vector.all("algebra.txt")

  @Test(
    "step by step, to the last bit",
    arguments: vectors + compositions.filter { $0.lines["chained"] != nil })
  func chained(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    let base = try #require(vector.doubles("base")).first!
    var rate = base
    for (step, expected) in try #require(vector.doubles("chained")).enumerated() {
      rate = schedule.rate(at: step, base: base, current: rate)
      #expect(rate.bitPattern == expected.bitPattern, "step \(step): \(rate) ≠ \(expected)")
    }
  }

  @Test(
    "in closed form, to the last bit",
    arguments: (vectors + compositions).filter { $0.lines["closed"] != nil })
  func closed(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    let base = try #require(vector.doubles("base")).first!
    let expected = try #require(vector.doubles("closed"))
    let rates = try schedule.rates(0..<expected.count, base: base)
    #expect(rates.map(\.bitPattern) == expected.map(\.bitPattern))
  }

  @Test("about momentum", arguments: vectors.filter { $0.lines["momentum"] != nil })
  func momentum(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    for (step, expected) in try #require(vector.doubles("momentum")).enumerated() {
      let momentum = schedule.momentum(at: step, base: 0.9)
      #expect(momentum.bitPattern == expected.bitPattern, "step \(step)")
    }
  }

  /// Both forms are one curve. Every step of the chained form rounds a few
  /// times, each by half an ulp, and the errors add up at worst.
  @Test("and its two forms agree with each other", arguments: vectors)
  func forms(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    let base = try #require(vector.doubles("base")).first!
    let chained = try #require(vector.doubles("chained"))
    let largest = chained.map(abs).max()!
    for (step, rate) in chained.enumerated() {
      let closed = schedule.rate(at: step, base: base)
      #expect(abs(closed - rate) <= Double(step + 4) * 4 * largest.ulp, "step \(step)")
    }
  }
}

@Suite("A range of rates")
struct RangeTests {
  static let vectors =
    ["schedules.txt", "algebra.txt", "shapes.txt", "decays.txt", "reactive.txt"]
    .flatMap(Vector.all)

  static func base(_ vector: Vector) throws -> Double {
    try #require(vector.doubles("base") ?? vector.doubles("bases")).first!
  }

  /// Odd cuts, and every step once the first of a range and once the last.
  static let ranges: [Range<Int>] =
    [0..<1, 0..<97, 1..<98, 3..<50, 13..<14] + (0..<40).flatMap { [$0..<41, 0..<($0 + 1)] }

  static func bits(_ rates: [Double]) -> [UInt64] { rates.map(\.bitPattern) }

  @Test("is its rates one by one, to the last bit", arguments: vectors)
  func same(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    let base = try Self.base(vector)
    for whole in Self.ranges {
      let steps = whole.clamped(to: 0..<(schedule.lastStep + 1))
      let rates = try schedule.rates(steps, base: base)
      let expected = steps.map { schedule.rate(at: $0, base: base) }
      try #require(Self.bits(rates) == Self.bits(expected), "\(steps)")
    }
  }

  @Test("is what a scheduler steps through, also after other rates", arguments: vectors)
  func stepped(_ vector: Vector) throws {
    let schedule = try AnySchedule.parse(vector.text("text"))
    let base = try Self.base(vector)
    var scheduler = try Scheduler(schedule, bases: [base])
    for step in 1..<max(2, min(97, schedule.lastStep)) where step <= schedule.lastStep {
      if step % 7 == 3 { try scheduler.override([0.25]) }
      if step % 11 == 5 { scheduler = try Scheduler(restoring: scheduler.text) }
      try scheduler.next()
      let expected = schedule.rate(at: step, base: base)
      try #require(scheduler.rates[0].bitPattern == expected.bitPattern, "\(step)")
    }
  }

  @Test("of every kind there is")
  func kinds() {
    let texts = Self.vectors.map { $0.text("text") }
    // No text holds a function: those are filled in FunctionTests.
    let written = registry.filter { !["LambdaLR", "MultiplicativeLR"].contains("\($0.name)") }
    for kind in written {
      #expect(texts.contains { $0.contains("\(kind.name)(") }, "\(kind.name)")
    }
  }

  @Test("needs no power of one: it is the number itself")
  func powers() {
    for i in 0..<100_000 {
      let x = Double(bitPattern: 0x3ff0_0000_0000_0000 &+ UInt64(i) &* 0x9E37_79B9_7F4A)
      if x.isNaN { continue }
      #expect(Foundation.pow(x, 1).bitPattern == x.bitPattern)
    }
  }
}

@Suite("A schedule")
struct ScheduleTests {
  @Test("is the same from Swift, from text, and from its own text")
  func text() throws {
    let made = try SequentialLR(
      LinearLR(startFactor: 0.01, totalIters: 500), CosineAnnealingLR(tMax: 9500),
      milestones: [500])
    let text =
      "SequentialLR([LinearLR(start_factor=0.01, end_factor=1.0, total_iters=500), "
      + "CosineAnnealingLR(T_max=9500, eta_min=0.0)], milestones=[500])"
    #expect(made.text == text)
    let parsed = try AnySchedule.parse(
      " SequentialLR( [LinearLR(0.01,total_iters=5e2) ,CosineAnnealingLR(9500),],[500] ) ")
    #expect(parsed.text == text)
    for step in [0, 1, 499, 500, 501, 9999, 10_000, maxStep] {
      #expect(parsed.rate(at: step, base: 0.3) == made.rate(at: step, base: 0.3))
    }
  }

  @Test("shows itself as a table and as a line of blocks")
  func preview() throws {
    let steps = try StepLR(stepSize: 2, gamma: 0.5)
    #expect(try steps.csv(1..<3, base: 1) == "step,rate\n1,1.0\n2,0.5\n")
    // Longer than what is computed at once, from any step.
    let cosine = try CosineAnnealingLR(tMax: 700)
    let lines = try cosine.csv(3..<1300, base: 0.1).split(separator: "\n").dropFirst()
    for (step, text) in zip(3..<1300, lines) {
      try #require(text == "\(step),\(cosine.rate(at: step, base: 0.1))")
    }
    let line = try LinearDecay(steps: 7)
    #expect(try line.sparkline(0..<8, base: 1) == "█▇▆▅▄▃▂▁")
    #expect(try AnySchedule(line).sparkline(0..<8, base: -1, width: 2) == "▁█")
    for range in [-1..<3, Int.min..<Int.max, 0..<Int.max] {
      #expect(throws: Refusal.self) { try line.csv(range, base: 1) }
      #expect(throws: Refusal.self) { try line.sparkline(range, base: 1) }
      #expect(throws: Refusal.self) { try line.rates(range, base: 1) }
    }
    for width in [Int.min, 0, AnySchedule.maxWidth + 1] {
      #expect(throws: Refusal.self) { try line.sparkline(0..<8, base: 1, width: width) }
    }
  }

  @Test("round-trips through its text", arguments: ConformanceTests.vectors)
  func roundTrip(_ vector: Vector) throws {
    let text = vector.text("text")
    #expect(try AnySchedule.parse(text).text == text)
  }

  @Test("in a sequence of one is itself, and in a nested sequence the flat one's part")
  func wrappers() throws {
    let warm = try AnySchedule(LinearLR(startFactor: 0.1, totalIters: 4))
    let step = try AnySchedule(StepLR(stepSize: 3, gamma: 0.5))
    let cosine = try AnySchedule(CosineAnnealingLR(tMax: 7))
    let alone = try SequentialLR([cosine], milestones: [])
    let flat = try SequentialLR([warm, step, cosine], milestones: [4, 10])
    let inner = try AnySchedule(SequentialLR([step, cosine], milestones: [6]))
    let nested = try SequentialLR([warm, inner], milestones: [4])
    for t in 0..<40 {
      #expect(alone.rate(at: t, base: 0.3) == cosine.rate(at: t, base: 0.3))
      #expect(nested.rate(at: t, base: 0.3) == flat.rate(at: t, base: 0.3))
    }
    var (a, b) = (0.3, 0.3)
    for t in 0..<40 {
      a = flat.rate(at: t, base: 0.3, current: a)
      b = nested.rate(at: t, base: 0.3, current: b)
      #expect(a == b, "step \(t)")
    }
  }

  /// Some steps of every shape, and of every shape in every wrapper.
  static let shapes = ConformanceTests.vectors.filter { !$0.reason.contains("longest") }

  @Test("in a wrapper that changes nothing is itself, in both forms", arguments: shapes)
  func identities(_ vector: Vector) throws {
    let text = vector.text("text")
    let bare = try AnySchedule.parse(text)
    let base = try #require(vector.doubles("base")).first!
    let count = min(60, bare.lastStep)
    for wrapper in [
      "ChainedScheduler([\(text)])", "SequentialLR([\(text)], [])", "Shift(\(text), 0)",
      "Stretch(\(text), 1)", "Hold(\(text))", "Window(\(text))",
      "Window(\(text), end=\(max(1, count)))", "Hold(Window(\(text)))",
    ] where count > 0 {
      let wrapped = try AnySchedule.parse(wrapper)
      #expect(try AnySchedule.parse(wrapped.text).text == wrapped.text)
      var (a, b) = (base, base)
      for t in 0...count {
        a = bare.rate(at: t, base: base, current: a)
        b = wrapped.rate(at: t, base: base, current: b)
        #expect(a.bitPattern == b.bitPattern, "\(wrapper), step \(t), chained")
        #expect(
          bare.rate(at: t, base: base).bitPattern == wrapped.rate(at: t, base: base).bitPattern,
          "\(wrapper), step \(t)")
        #expect(
          bare.momentum(at: t, base: 0.9) == wrapped.momentum(at: t, base: 0.9),
          "\(wrapper), step \(t), momentum")
      }
    }
  }

  @Test(
    "scaled is the same curve over more steps",
    arguments: [
      "CosineAnnealingLR(10)", "LinearLR(0.1, total_iters=4)", "OneCycleLR(0.3, 50, pct_start=0.2)",
      "StepLR(3)", "MultiStepLR([2, 9])", "CosineAnnealingWarmRestarts(3, 2)",
      "CyclicLR(max_lr=0.3, step_size_up=4, step_size_down=7)",
      "SequentialLR([LinearLR(0.1, total_iters=4), CosineAnnealingLR(20)], [4])",
      "Window(Loop(StepLR(2), 5), 3, 9)",
    ])
  func scaled(_ text: String) throws {
    let schedule = try AnySchedule.parse(text)
    let longer = try schedule.scaled(by: 7)
    for t in 0..<30 where t <= schedule.lastStep {
      let (a, b) = (schedule.rate(at: t, base: 0.1), longer.rate(at: 7 * t, base: 0.1))
      // OneCycle's phases end one step early, whatever a step is.
      let slack = text.hasPrefix("OneCycle") ? 0.1 : 1e-12
      #expect(abs(a - b) <= slack * 0.3, "step \(t): \(a) ≠ \(b)")
    }
    #expect(refusal { _ = try schedule.scaled(by: 0) }?.reason == .range)
    #expect(refusal { _ = try schedule.scaled(by: maxStep) } != nil)
  }

  @Test("reads as a sentence")
  func sentences() throws {
    let cosine = try CosineAnnealingLR(tMax: 10)
    let warm = try LinearLR(startFactor: 0.1, totalIters: 5)
    #expect(try warm.then(cosine, at: 5).rate(at: 15, base: 1) == cosine.rate(at: 10, base: 1))
    #expect(
      try warm.times(cosine).rate(at: 3, base: 1)
        == cosine.rate(at: 3, base: warm.rate(at: 3, base: 1)))
    #expect(try cosine.held(after: 10).rate(at: 99, base: 1) == cosine.rate(at: 10, base: 1))
    #expect(try cosine.repeated(every: 4).rate(at: 9, base: 1) == cosine.rate(at: 1, base: 1))
    #expect(try cosine.starting(at: 3).rate(at: 2, base: 1) == cosine.rate(at: 5, base: 1))
    #expect(try cosine.stretched(by: 3).rate(at: 8, base: 1) == cosine.rate(at: 2, base: 1))
    #expect(try cosine.clamped(from: 0.4).rate(at: 10, base: 1) == 0.4)
    #expect(try cosine.between(4).rate(at: 6, base: 1) == cosine.rate(at: 2, base: 1))
  }

  @Test("reads as the same sentence where its kind is known only at run time")
  func erased() throws {
    let typed = try CosineAnnealingLR(tMax: 10)
    let any = try AnySchedule.parse("CosineAnnealingLR(10)")
    let step = try AnySchedule.parse("StepLR(3)")
    #expect(try any.then(typed, at: 5).text == typed.then(any, at: 5).text)
    #expect(try any.times(step).text == typed.times(StepLR(stepSize: 3)).text)
    #expect(try any.between(2, and: 7).text == typed.between(2, and: 7).text)
    #expect(try any.repeated(every: 4).text == typed.repeated(every: 4).text)
    #expect(try any.starting(at: 3).text == typed.starting(at: 3).text)
    #expect(try any.stretched(by: 3).text == typed.stretched(by: 3).text)
    #expect(try any.cooling(from: 3, over: 4).text == typed.cooling(from: 3, over: 4).text)
    #expect(try any.extended(from: 3, by: 4).text == typed.extended(from: 3, by: 4).text)
    #expect(try any.clamped(from: 0.4).text == typed.clamped(from: 0.4).text)
    #expect(try any.held(after: 9).text == typed.held(after: 9).text)
    let epochs = try typed.scaled(by: 500).then(step, at: 5000).held(after: 6000)
    #expect(
      epochs.text == "Hold(SequentialLR([CosineAnnealingLR(T_max=5000, eta_min=0.0), "
        + "StepLR(step_size=3, gamma=0.1)], milestones=[5000]), last=6000)")
  }

  @Test("that starts at nothing warms up in both forms")
  func fromZero() throws {
    let warm = try LinearLR(startFactor: 0, totalIters: 4)
    var rate = 0.8
    for t in 0..<7 {
      rate = warm.rate(at: t, base: 0.8, current: rate)
      #expect(abs(rate - warm.rate(at: t, base: 0.8)) <= 4 * rate.ulp, "step \(t)")
    }
    #expect(abs(rate - 0.8) <= 4 * rate.ulp)
  }

  @Test("has an end when it has one, and holds there")
  func end() throws {
    let cycle = try OneCycleLR(maxLR: 0.1, totalSteps: 10)
    #expect(cycle.lastStep == 9)
    #expect(cycle.rate(at: 10, base: 1) == cycle.rate(at: 9, base: 1))
    let after = try SequentialLR(StepLR(stepSize: 3), cycle, milestones: [5])
    #expect(after.lastStep == 14)
    #expect(try StepLR(stepSize: 3).lastStep == maxStep)
  }

  @Test("is registered in the order of the alphabet")
  func registered() {
    let names = registry.map { "\($0.name)" }
    #expect(names == names.sorted())
  }
}

/// What a call refuses with.
private func refusal(_ body: () throws -> Void) -> Refusal? {
  do {
    try body()
    return nil
  } catch { return error as? Refusal }
}

@Suite("Bad input")
struct RefusalTests {
  /// Text, the reason, the byte, and what the sentence must name.
  static let texts: [(String, Refusal.Reason, Int?, [String])] = [
    ("", .syntax, 0, ["a name"]),
    ("StepLR", .syntax, 6, ["'('"]),
    ("StepLR(", .syntax, 7, ["a value"]),
    ("StepLR(30", .syntax, 9, ["',' or ')'"]),
    ("StepLR(30))", .syntax, 10, ["')'", "the end"]),
    ("StepLR(30,,)", .syntax, 10, ["','", "a value"]),
    ("StepLR(gamma=0.1, 30)", .syntax, 18, ["30", "name=value"]),
    ("StepLR('30)", .syntax, 7, ["closing quote"]),
    ("StepLR(3x)", .syntax, 8, ["'x'"]),
    ("StepLR(0x10)", .syntax, 8, ["'x'"]),
    ("StepLR(é)", .syntax, 7, ["byte 195"]),
    ("StepLR([[1]])", .syntax, 8, ["a number or a schedule"]),
    ("Cosine(30)", .kind, 0, ["Cosine", "CosineAnnealingLR"]),
    ("StepLR()", .missing, 0, ["step_size"]),
    ("StepLR(30, size=3)", .field, 16, ["size", "3", "step_size, gamma"]),
    ("StepLR(30, 0.1, 7)", .field, 16, ["argument 3", "7"]),
    ("StepLR(30, step_size=3)", .twice, 21, ["step_size", "3"]),
    ("StepLR(0)", .value, 7, ["step_size=0", "from 1"]),
    ("StepLR(-5)", .value, 7, ["step_size=-5"]),
    ("StepLR(3.5)", .value, 7, ["step_size=3.5"]),
    ("StepLR(nan)", .value, 7, ["step_size=nan"]),
    ("StepLR(9007199254740993)", .value, 7, ["9007199254740992"]),
    ("StepLR(99999999999999999999)", .value, 7, ["step_size=1e+20", "9007199254740992"]),
    ("StepLR(-9223372036854775809)", .value, 7, ["step_size=-9.22", "9007199254740992"]),
    ("StepLR('a')", .type, 7, ["step_size='a'"]),
    ("StepLR(3, gamma=-inf)", .value, 16, ["gamma=-inf", "finite"]),
    ("StepLR(3, gamma=nan)", .value, 16, ["gamma=nan"]),
    ("StepLR(3, gamma=True)", .type, 16, ["gamma=True"]),
    ("OneCycleLR(0.1)", .missing, 0, ["total_steps"]),
    ("OneCycleLR(0.1, epochs=5)", .missing, 0, ["steps_per_epoch"]),
    ("OneCycleLR(0.1, epochs=9e15, steps_per_epoch=9e15)", .value, 0, ["epochs"]),
    ("OneCycleLR(0.1, 10, pct_start=1.5)", .value, 30, ["pct_start=1.5", "to 1.0"]),
    ("OneCycleLR(0.1, 10, anneal_strategy='sin')", .value, 36, ["'sin'", "'cos' or 'linear'"]),
    ("OneCycleLR(0.1, 10, pct_start=0.6, three_phase=True)", .value, 0, ["pct_start=0.6", "0.5"]),
    ("OneCycleLR(0.1, 10, div_factor=0)", .value, 31, ["div_factor=0", "above 0"]),
    ("SequentialLR([], [])", .value, 0, ["schedulers", "at least one"]),
    ("SequentialLR([StepLR(3)], [5])", .value, 0, ["milestones", "0, one fewer"]),
    ("SequentialLR([StepLR(3), StepLR(4), StepLR(5)], [6, 5])", .value, 0, ["milestones[1]=5"]),
    ("SequentialLR([StepLR(3), StepLR(4), StepLR(5)], [6, 6])", .value, 0, ["milestones[1]=6"]),
    ("SequentialLR([StepLR(3), StepLR(4)], [-1])", .value, 38, ["milestones=-1"]),
    ("SequentialLR([StepLR(3), 4], [5])", .type, 25, ["schedulers=4", "a schedule"]),
    ("SequentialLR([StepLR(3), StepLR(0)], [5])", .value, 32, ["StepLR step_size=0"]),
    ("SequentialLR([OneCycleLR(0.1, 5), StepLR(3)], [7])", .value, 0, ["milestones[0]=7", "5"]),
  ]

  @Test("in a text is refused where it stands, by name", arguments: texts.indices)
  func text(_ index: Int) throws {
    let (text, reason, position, words) = Self.texts[index]
    let refusal = try #require(refusal { _ = try AnySchedule.parse(text) })
    #expect(refusal.reason == reason, "\(text): \(refusal)")
    #expect(refusal.position == position, "\(text): \(refusal)")
    for word in words {
      #expect(refusal.description.contains(word), "\(text): \(refusal)")
    }
  }

  @Test("nested too deep is refused, and 64 deep is not")
  func depth() throws {
    func nest(_ depth: Int) -> String {
      String(repeating: "SequentialLR([", count: depth - 1) + "StepLR(3)"
        + String(repeating: "], [])", count: depth - 1)
    }
    #expect(try AnySchedule.parse(nest(64)).rate(at: 3, base: 1) == 0.1)
    #expect(refusal { _ = try AnySchedule.parse(nest(65)) }?.reason == .depth)
    #expect(refusal { _ = try AnySchedule.parse(nest(100_000)) }?.reason == .depth)

    var schedule = try AnySchedule(StepLR(stepSize: 3))
    for _ in 1..<64 { schedule = AnySchedule(try SequentialLR([schedule], milestones: [])) }
    #expect(refusal { _ = try SequentialLR([schedule], milestones: []) }?.reason == .depth)
  }

  @Test("that would double with each level is refused before it is large")
  func size() throws {
    var schedule = try AnySchedule(StepLR(stepSize: 3))
    let refused = refusal {
      for _ in 1..<40 {
        schedule = AnySchedule(try SequentialLR([schedule, schedule], milestones: [5]))
      }
    }
    #expect(refused?.reason == .depth)
  }

  @Test("from Swift names the field, its value and what is accepted")
  func constructors() {
    let cases: [(() throws -> Void, String)] = [
      ({ _ = try StepLR(stepSize: 0) }, "StepLR step_size=0"),
      ({ _ = try StepLR(stepSize: .max) }, "from 1 to 9007199254740992"),
      ({ _ = try CosineAnnealingLR(tMax: 5, etaMin: .nan) }, "eta_min=nan"),
      ({ _ = try LinearLR(startFactor: -1) }, "start_factor=-1.0"),
      ({ _ = try OneCycleLR(totalSteps: 5, baseMomentum: 1.5) }, "base_momentum=1.5"),
      ({ _ = try EarlyStopping(patience: -1) }, "patience=-1"),
      ({ _ = try EarlyStopping(patience: 3, minDelta: .infinity) }, "min_delta=inf"),
      ({ _ = try AdamW(lr: -1) }, "AdamW lr=-1.0"),
      ({ _ = try AdamW(betas: (0.9, 1)) }, "AdamW beta2=1.0"),
      ({ _ = try SGD(nesterov: true) }, "SGD nesterov"),
      ({ _ = try StepLR(stepSize: 3).rates(-1..<3, base: 1) }, "step=-1"),
      ({ _ = try StepLR(stepSize: 3).rates(0..<3, base: .nan) }, "base=nan"),
      ({ _ = try OneCycleLR(totalSteps: 5).rates(0..<6, base: 1) }, "OneCycleLR step=5"),
    ]
    for (body, sentence) in cases {
      let refused = refusal(body)
      #expect(refused?.description.contains(sentence) == true, "\(sentence): \(refused as Any)")
    }
  }
}

@Suite("A scheduler")
struct SchedulerTests {
  static let forms: [Scheduler.Form] = [.closed, .chained]

  @Test("saved and restored at any step goes on with the same bits", arguments: forms)
  func resume(_ form: Scheduler.Form) throws {
    let schedule = try AnySchedule.parse(
      "SequentialLR([LinearLR(0.1, total_iters=3), CosineAnnealingLR(5)], [4])")
    var scheduler = try Scheduler(schedule, bases: [0.1, 1e-3, 0.30000000000000004], form: form)
    for _ in 0..<20 {
      var restored = try Scheduler(restoring: scheduler.text)
      #expect(restored.text == scheduler.text)
      try restored.next()
      try scheduler.next()
      #expect(restored.rates == scheduler.rates)
      #expect(restored.step == scheduler.step)
    }
  }

  @Test("goes to any step, back and forth, as if it had walked", arguments: forms)
  func seek(_ form: Scheduler.Form) throws {
    let schedule = try StepLR(stepSize: 3, gamma: 0.7)
    for target in [0, 1, 5, 17] {
      var walked = try Scheduler(schedule, bases: [0.3], form: form)
      for _ in 0..<target { try walked.next() }
      for start in [0, 4, 20] {
        var sought = try Scheduler(schedule, bases: [0.3], form: form)
        try sought.seek(to: start)
        try sought.seek(to: target)
        #expect(sought.text == walked.text, "from \(start) to \(target)")
      }
    }
  }

  @Test("lets a hand on the dial: chained goes on from it, closed does not")
  func override() throws {
    var closed = try Scheduler(StepLR(stepSize: 2, gamma: 0.5), bases: [1], form: .closed)
    var chained = try Scheduler(StepLR(stepSize: 2, gamma: 0.5), bases: [1], form: .chained)
    try closed.override([8])
    try chained.override([8])
    for _ in 0..<2 {
      try closed.next()
      try chained.next()
    }
    #expect(closed.rates == [0.5])
    #expect(chained.rates == [4])
    #expect(refusal { try chained.override([.nan]) }?.argument == "rates[0]")
    #expect(refusal { try chained.override([1, 2]) }?.reason == .range)
    #expect(chained.rates == [4])
  }

  @Test("stays at the end of its schedule")
  func end() throws {
    var scheduler = try Scheduler(OneCycleLR(maxLR: 0.1, totalSteps: 3), bases: [1])
    try scheduler.seek(to: 2)
    let last = scheduler.rates
    let refused = refusal { try scheduler.next() }
    #expect(refused?.reason == .end)
    #expect(refused?.description.contains("step=3; accepted: 0 to 2") == true)
    #expect(scheduler.step == 2 && scheduler.rates == last)
  }

  @Test("refuses a state that is none")
  func states() throws {
    let good = try Scheduler(StepLR(stepSize: 3), bases: [0.1]).text
    for (from, to) in [
      ("version=2", "version=3"), ("Scheduler(", "EarlyStopping("), ("skipped=0", "skipped=-1"),
      ("'raise'", "'rise'"), ("last=None", "last=0.5"), ("unit='steps'", "unit=3"),
      ("'closed'", "'open'"),
      ("step=0", "step=-1"), ("bases=[0.1]", "bases=[]"), ("rates=[0.1]", "rates=[0.1, 0.2]"),
      ("rates=[0.1]", "rates=['a']"), ("rates=[0.1], ", ""), ("StepLR(", "StepLR(-"),
      ("step=0", "step=0, step=1"), (")", ""),
    ] {
      let bad = good.replacing(from, with: to)
      #expect(bad != good)
      #expect(refusal { _ = try Scheduler(restoring: bad) } != nil, "\(bad)")
    }
  }
}
