import Sched
import Testing

/// What a call refuses with.
private func refusal(_ body: () throws -> Void) -> Refusal? {
  do {
    try body()
    return nil
  } catch { return error as? Refusal }
}

@Suite("A scheduler of several schedules")
struct GroupScheduleTests {
  @Test("has each group's own curve on one clock")
  func each() throws {
    let curves: [AnySchedule] = [
      AnySchedule(try CosineAnnealingLR(tMax: 10)), AnySchedule(try LinearDecay(steps: 20)),
      AnySchedule(Constant()),
    ]
    let bases = [0.1, 1e-2, 64]
    var scheduler = try Scheduler(curves, bases: bases)
    for t in 0..<30 {
      if t > 0 { try scheduler.next() }
      for (i, curve) in curves.enumerated() {
        #expect(scheduler.rates[i] == curve.rate(at: t, base: bases[i]))
      }
      let restored = try Scheduler(restoring: scheduler.text)
      #expect(restored.text == scheduler.text)
    }
    #expect(
      refusal { _ = try Scheduler([curves[0], curves[1]], bases: bases) }?.description.contains(
        "schedules=2 of them; accepted: 1, or 3, one a group") == true)
  }

  @Test(
    "moves each as it moves alone, also those that share one",
    arguments: [Scheduler.Form.closed, .chained])
  func shared(form: Scheduler.Form) throws {
    let (cosine, power, cycle, stairs) = (
      AnySchedule(try CosineAnnealingLR(tMax: 7, etaMin: 0.01)),
      AnySchedule(try PolynomialLR(totalIters: 30, power: 2)),
      AnySchedule(try OneCycleLR(totalSteps: 12)), AnySchedule(try StepLR(stepSize: 3))
    )
    for curves in [
      [cosine], [cosine, cosine, power, cosine, power, power, power],
      [cycle, cycle, stairs, stairs, stairs], [stairs, cosine, cosine, cycle],
    ] {
      let bases = curves.indices.map { 0.1 + 0.3 * Double($0) }
      var together = try Scheduler(curves, bases: bases, form: form, horizon: .hold, last: 35)
      var alone = try zip(curves, bases).map {
        try Scheduler([$0], bases: [$1], form: form, horizon: .hold, last: 35)
      }
      for step in 1..<40 {
        try together.next()
        if step == 5 { try together.override(bases.map { $0 / 3 }) }
        for i in alone.indices {
          try alone[i].next()
          if step == 5 { try alone[i].override([bases[i] / 3]) }
          #expect(
            together.rates[i].bitPattern == alone[i].rates[0].bitPattern, "group \(i) at \(step)")
        }
      }
    }
  }

  @Test("ends with the first of them")
  func end() throws {
    let short = AnySchedule(try OneCycleLR(totalSteps: 3))
    let long = AnySchedule(try OneCycleLR(totalSteps: 5))
    var scheduler = try Scheduler([long, short], bases: [1, 1])
    try scheduler.seek(to: 2)
    #expect(refusal { try scheduler.next() }?.description.contains("0 to 2") == true)
    // Held, each stays where its own end is.
    var held = try Scheduler([long, short], bases: [1, 1], horizon: .hold, last: 4)
    try held.seek(to: 4)
    #expect(held.rates == [long.rate(at: 4, base: 1), short.rate(at: 2, base: 1)])
    // Chained, at what a hand set there.
    var chained = try Scheduler(
      [long, short], bases: [1, 1], form: .chained, horizon: .hold, last: 4)
    try chained.seek(to: 2)
    try chained.override([0.5, 0.25])
    try chained.next()
    #expect(chained.rates == [long.rate(at: 3, base: 1), 0.25])
  }
}

@Suite("Time")
struct TimeTests {
  @Test("in epochs has exact rates at fractions of one")
  func epochs() throws {
    var scheduler = try Scheduler(
      CosineDecay(decaySteps: 90 * 500), bases: [0.1], unit: .epochs, resolution: 500)
    try scheduler.advance(by: 750)
    #expect(scheduler.position == 1.5)
    #expect(scheduler.rates == [try CosineDecay(decaySteps: 45000).rate(at: 750, base: 0.1)])
    #expect(refusal { _ = try Scheduler(Constant(), bases: [1], resolution: 0) }?.reason == .range)
  }

  @Test("moves by samples as by steps", arguments: [Scheduler.Form.closed, .chained])
  func samples(_ form: Scheduler.Form) throws {
    let schedule = try StepLR(stepSize: 7, gamma: 0.5)
    var (one, many) = (
      try Scheduler(schedule, bases: [1], form: form, unit: .samples),
      try Scheduler(schedule, bases: [1], form: form, unit: .samples)
    )
    for steps in [0, 1, 5, 13, 40] {
      for _ in 0..<steps { try one.next() }
      try many.advance(by: steps)
      #expect(one.text == many.text)
    }
    #expect(refusal { try many.advance(by: -1) }?.description.contains("steps=-1") == true)
    #expect(refusal { try many.advance(by: .max) }?.reason == .range)
    #expect(one.text == many.text)
  }

  @Test("stands still for a step that was not applied, which is counted and saved")
  func skip() throws {
    var scheduler = try Scheduler(StepLR(stepSize: 1), bases: [1])
    try scheduler.next()
    let rates = scheduler.rates
    scheduler.skip()
    scheduler.skip()
    #expect(scheduler.step == 1 && scheduler.rates == rates && scheduler.skipped == 2)
    #expect(try Scheduler(restoring: scheduler.text).skipped == 2)
  }

  @Test("stretched in lines is exact at the schedule's steps and straight between")
  func lines() throws {
    let cosine = try CosineAnnealingLR(tMax: 10)
    let line = try cosine.stretched(by: 4, between: .line)
    for t in 0..<20 {
      #expect(line.rate(at: 4 * t, base: 1) == cosine.rate(at: t, base: 1))
      let (a, b) = (cosine.rate(at: t, base: 1), cosine.rate(at: t + 1, base: 1))
      #expect(abs(line.rate(at: 4 * t + 1, base: 1) - (0.75 * a + 0.25 * b)) < 1e-15)
    }
    let cycle = try OneCycleLR(totalSteps: 5).stretched(by: 4, between: .line)
    #expect(cycle.lastStep == 16)
  }
}

@Suite("The horizon")
struct HorizonTests {
  @Test("raises, holds or goes on, as was chosen", arguments: [Scheduler.Form.closed, .chained])
  func policies(_ form: Scheduler.Form) throws {
    let cosine = try CosineAnnealingLR(tMax: 10)
    var raising = try Scheduler(cosine, bases: [1], form: form, last: 10)
    var holding = try Scheduler(cosine, bases: [1], form: form, horizon: .hold, last: 10)
    var going = try Scheduler(cosine, bases: [1], form: form, horizon: .extend, last: 10)
    for _ in 0..<10 {
      try raising.next()
      try holding.next()
      try going.next()
    }
    let last = raising.rates
    let refused = refusal { try raising.next() }
    #expect(refused?.reason == .end)
    #expect(refused?.description.contains("step=11; accepted: 0 to 10") == true)
    #expect(raising.step == 10 && raising.rates == last)
    for t in 11..<15 {
      try holding.next()
      try going.next()
      #expect(holding.rates == last && holding.step == t)
      #expect(abs(going.rates[0] - cosine.rate(at: t, base: 1)) < 1e-13)
    }
  }

  @Test("past which a schedule that ends cannot go on, and it says which can")
  func ends() throws {
    let refused = refusal {
      _ = try Scheduler(OneCycleLR(totalSteps: 10), bases: [1], horizon: .extend)
    }
    for words in ["horizon='extend'", "'raise' or 'hold'", "OneCycleLR ends at step 9", "Loop"] {
      #expect(refused?.description.contains(words) == true)
    }
    #expect(
      refusal { _ = try Scheduler(OneCycleLR(totalSteps: 10), bases: [1], last: 10) }?.argument
        == "last")
  }

  @Test("comes when one likes: down from any step, without a jump", arguments: [0, 1, 7, 39, 200])
  func coolDown(_ begin: Int) throws {
    let stable = try Warmup(Constant(), steps: 5)
    var scheduler = try Scheduler(stable, bases: [0.3, 0.1])
    try scheduler.seek(to: begin)
    let top = scheduler.rates
    try scheduler.coolDown(over: 10, tail: .linear)
    #expect(scheduler.rates == top)
    for t in 1...15 {
      try scheduler.next()
      for i in 0..<2 {
        let expected = top[i] * max(0, 1 - Double(t) / 10)
        #expect(abs(scheduler.rates[i] - expected) <= 4 * top[i].ulp)
      }
    }
    #expect(try Scheduler(restoring: scheduler.text).text == scheduler.text)
  }

  @Test("comes when one likes: also where the rate is held, and not where it would be")
  func coolDownHeld() throws {
    let cosine = try CosineAnnealingLR(tMax: 40)
    var scheduler = try Scheduler(cosine, bases: [1], horizon: .hold, last: 10)
    try scheduler.seek(to: 30)
    let top = scheduler.rates[0]
    #expect(top == cosine.rate(at: 10, base: 1))
    try scheduler.coolDown(over: 4, tail: .linear)
    for t in 1...4 {
      try scheduler.next()
      #expect(abs(scheduler.rates[0] - top * (1 - Double(t) / 4)) <= 4 * top.ulp)
    }
  }

  @Test("in chained form goes down from a rate set by hand")
  func coolDownChained() throws {
    var scheduler = try Scheduler(Constant(), bases: [1], form: .chained)
    try scheduler.override([0.5])
    try scheduler.coolDown(over: 4, tail: .linear)
    for expected in [0.375, 0.25, 0.125, 0, 0] {
      try scheduler.next()
      #expect(abs(scheduler.rates[0] - expected) < 1e-15)
    }
  }

  @Test("moves: a rest, then the plan as it was; some groups or all")
  func extend() throws {
    let plan = try WarmupStableDecay(numWarmupSteps: 3, numStableSteps: 10, numDecaySteps: 5)
    var scheduler = try Scheduler(plan, bases: [1, 1], horizon: .hold, last: 18)
    try scheduler.seek(to: 8)
    try scheduler.extend(by: 20, groups: [0])
    #expect(scheduler.rates == [1, 1] && scheduler.lastStep == 38)
    for t in 9...45 {
      try scheduler.next()
      let late = t <= 28 ? 8 : min(t, 38) - 20
      #expect(scheduler.rates[0] == plan.rate(at: late, base: 1), "step \(t)")
      #expect(scheduler.rates[1] == plan.rate(at: t, base: 1), "step \(t)")
    }
    #expect(refusal { try scheduler.extend(by: 5, groups: [2]) }?.argument == "groups")
    #expect(refusal { try scheduler.extend(by: 0) }?.argument == "steps")
    #expect(refusal { try scheduler.extend(by: .max) }?.argument == "steps")
    let before = scheduler.text
    #expect(refusal { try scheduler.extend(by: 5, until: 3) }?.argument == "Extend until")
    #expect(scheduler.text == before)
  }

  @Test("moves: what was to come is stretched, without a jump")
  func stretched() throws {
    let cosine = try CosineDecay(decaySteps: 100)
    let longer = try cosine.extended(from: 40, by: 60, until: 100)
    // 60 steps take 120: every second is one of the plan's.
    for t in 0...160 where t <= 40 || t % 2 == 0 {
      let planned = t <= 40 ? t : 40 + (t - 40) / 2
      #expect(longer.rate(at: t, base: 1) == cosine.rate(at: planned, base: 1))
    }
    let steps = (0...160).map { longer.rate(at: $0, base: 1) }
    for (a, b) in zip(steps, steps.dropFirst()) { #expect(b <= a && a - b < 0.016) }
    let far = try cosine.extended(from: 1, by: maxStep, until: maxStep)
    #expect(far.rate(at: maxStep, base: 1).isFinite)
  }
}

@Suite("A saved state")
struct PolicyTests {
  let saved = { () throws -> Scheduler in
    var scheduler = try Scheduler(CosineAnnealingLR(tMax: 90), bases: [0.1])
    try scheduler.seek(to: 30)
    scheduler.skip()
    return scheduler
  }

  @Test("of version 1 is still a state")
  func first() throws {
    let scheduler = try Scheduler(
      restoring:
        "Scheduler(version=1, form='chained', step=4, bases=[0.1, 0.3], rates=[0.05, 0.15], schedule=StepLR(step_size=3, gamma=0.5))"
    )
    #expect(scheduler.step == 4 && scheduler.rates == [0.05, 0.15])
    #expect(scheduler.form == .chained && scheduler.unit == .steps && scheduler.skipped == 0)
    #expect(scheduler.horizon == .raise && scheduler.resolution == 1)
    #expect(
      scheduler.schedules.map { $0.text } == [
        "StepLR(step_size=3, gamma=0.5)", "StepLR(step_size=3, gamma=0.5)",
      ])
  }

  @Test("of the same configuration is taken over")
  func same() throws {
    var other = try Scheduler(CosineAnnealingLR(tMax: 90), bases: [0.1])
    try other.load(try saved().text)
    #expect(other.text == (try saved().text))
  }

  @Test("of another is refused, with the difference spelled out")
  func error() throws {
    let text = try saved().text
    let cases: [(Scheduler, String)] = [
      (
        try Scheduler(CosineAnnealingLR(tMax: 100), bases: [0.1]),
        "CosineAnnealingLR T_max: saved 90, here 100"
      ),
      (
        try Scheduler(CosineAnnealingLR(tMax: 90), bases: [0.2]),
        "bases[0]: saved 0.1, here 0.2"
      ),
      (try Scheduler(StepLR(stepSize: 3), bases: [0.1]), "saved CosineAnnealingLR, here StepLR"),
      (
        try Scheduler(CosineAnnealingLR(tMax: 90), bases: [0.1], horizon: .hold, last: 7),
        "horizon: saved 'raise', here 'hold'; last: saved None, here 7"
      ),
      (
        try Scheduler(CosineAnnealingLR(tMax: 90), bases: [0.1, 0.1]),
        "bases: saved 1 of them, here 2"
      ),
      (
        try Scheduler(
          SequentialLR(StepLR(stepSize: 3), CosineAnnealingLR(tMax: 90), milestones: [4]),
          bases: [0.1]), "saved CosineAnnealingLR, here SequentialLR"
      ),
      (try Scheduler(CosineAnnealingLR(tMax: 90), bases: [0.1], unit: .tokens), "unit='steps'"),
    ]
    for (scheduler, words) in cases {
      var here = scheduler
      let refused = refusal { try here.load(text) }
      #expect(refused?.reason == .state)
      #expect(refused?.description.contains(words) == true, "\(refused as Any)")
      #expect(here.text == scheduler.text)
    }
  }

  @Test("with another part deep inside is told apart there")
  func nested() throws {
    let text = try Scheduler(
      AnySchedule.parse(
        "SequentialLR([LinearLR(0.1, total_iters=5), Clamp(WarmupStableDecay(1, 2, 3, eta_min=0.5), minimum=0.1)], [5])"
      ), bases: [1]
    ).text
    var here = try Scheduler(
      AnySchedule.parse(
        "SequentialLR([LinearLR(0.1, total_iters=5), Clamp(WarmupStableDecay(1, 2, 4), maximum=0.5, minimum=0.1)], [6])"
      ), bases: [1])
    let refused = try #require(refusal { try here.load(text) }).description
    for words in [
      "SequentialLR milestones[0]: saved 5, here 6", "Clamp maximum: saved None, here 0.5",
      "num_decay_steps: saved 3, here 4", "eta_min: saved 0.5, here None",
    ] { #expect(refused.contains(words), "\(refused)") }
    #expect(!refused.contains("LinearLR"))
  }

  @Test("keeps the configuration or is taken whole, as one says")
  func policies() throws {
    var kept = try Scheduler(CosineAnnealingLR(tMax: 100), bases: [0.2], horizon: .hold, last: 50)
    try kept.load(try saved().text, policy: .keep)
    #expect(kept.step == 30 && kept.skipped == 1)
    #expect(kept.rates == [try CosineAnnealingLR(tMax: 100).rate(at: 30, base: 0.2)])
    var restored = try Scheduler(StepLR(stepSize: 2), bases: [1, 2], unit: .tokens)
    try restored.load(try saved().text, policy: .restore)
    #expect(restored.text == (try saved().text))
    var other = try Scheduler(CosineAnnealingLR(tMax: 90), bases: [0.1], unit: .tokens)
    #expect(refusal { try other.load(try saved().text, policy: .keep) }?.reason == .state)
  }

  @Test("at another resolution is at the same position")
  func resolution() throws {
    var epochs = try Scheduler(Constant(), bases: [1], unit: .epochs, resolution: 500)
    try epochs.seek(to: 1250)
    var other = try Scheduler(Constant(), bases: [1], unit: .epochs, resolution: 200)
    #expect(refusal { try other.load(epochs.text) }?.description.contains("resolution") == true)
    try other.load(epochs.text, policy: .keep)
    #expect(other.step == 500 && other.position == epochs.position)
    try epochs.seek(to: maxStep)
    var fine = try Scheduler(Constant(), bases: [1], unit: .epochs, resolution: maxStep)
    #expect(refusal { try fine.load(epochs.text, policy: .keep) }?.reason == .range)
  }

  @Test("has what the run changed on its way, which is no other configuration")
  func replanned() throws {
    var run = try saved()
    try run.coolDown(over: 10)
    try run.next()
    try run.extend(by: 3)
    var same = try Scheduler(CosineAnnealingLR(tMax: 90), bases: [0.1])
    try same.load(run.text)
    #expect(same.text == run.text)
    var other = try Scheduler(CosineAnnealingLR(tMax: 91), bases: [0.1])
    #expect(
      refusal { try other.load(run.text) }?.description.contains("T_max: saved 90, here 91") == true
    )
    try other.load(run.text, policy: .keep)
    #expect(other.rates == [try CosineAnnealingLR(tMax: 91).rate(at: 31, base: 0.1)])
    // Its end has moved, too; one that was another from the start is told apart.
    let ending = { (last) in
      try Scheduler(CosineAnnealingLR(tMax: 90), bases: [0.1], horizon: .hold, last: last)
    }
    var ended = try ending(60)
    try ended.seek(to: 30)
    #expect(refusal { try ended.load(try ending(61).text) } != nil)
    try ended.coolDown(over: 10)
    #expect(ended.lastStep == 40)
    var begun = try ending(60)
    try begun.load(ended.text)
    #expect(begun.text == ended.text)
  }
}
