import Sched
import Testing

@Suite("A schedule that reacts to a metric")
struct ReactiveTests {
  static let vectors = Vector.all("reactive.txt")
  /// Those that are nothing else.
  static let bare = vectors.filter {
    $0.text("text").hasPrefix("ReduceLROnPlateau") || $0.text("text").hasPrefix("GreedyLR")
  }
  static let forms: [Scheduler.Form] = [.closed, .chained]

  /// The rates after each metric, every group's.
  private func run(
    _ text: String, _ vector: Vector, form: Scheduler.Form = .closed, skipping: Int = 0,
    saving: Bool = false
  ) throws -> [UInt64] {
    var scheduler = try Scheduler(
      .parse(text), bases: try #require(vector.doubles("bases")), form: form)
    for _ in 0..<skipping {
      scheduler.observe(0.001)
      try scheduler.next()
    }
    var bits: [UInt64] = []
    for metric in try #require(vector.doubles("metrics")) {
      scheduler.observe(metric)
      bits += scheduler.rates.map(\.bitPattern)
      if saving {
        let saved = scheduler.text
        scheduler = try Scheduler(restoring: saved)
        #expect(scheduler.text == saved)
      }
      try scheduler.next()
    }
    return bits
  }

  @Test("does as its peers, saved and restored every time", arguments: vectors)
  func peers(_ vector: Vector) throws {
    let expected = try #require(vector.doubles("rates")).map(\.bitPattern)
    #expect(try run(vector.text("text"), vector, saving: true) == expected)
  }

  @Test("does so in the chained form", arguments: bare)
  func chained(_ vector: Vector) throws {
    let expected = try #require(vector.doubles("rates")).map(\.bitPattern)
    #expect(try run(vector.text("text"), vector, form: .chained) == expected)
  }

  @Test("is itself in a wrapper that changes nothing", arguments: bare)
  func wrappers(_ vector: Vector) throws {
    let text = vector.text("text")
    let expected = try #require(vector.doubles("rates")).map(\.bitPattern)
    for wrapper in [
      "ChainedScheduler([\(text)])", "SequentialLR([\(text)], [])", "Shift(\(text), 0)",
      "SequentialLR([SequentialLR([\(text)], [])], [])", "Stretch(\(text), 1)", "Hold(\(text))",
      "Window(\(text))", "Loop(\(text), 1000)", "Clamp(\(text))", "Noise(\(text), pct=0.0)",
      "Warmup(\(text), steps=0)", "ChainedScheduler([Constant(), \(text)])",
      "Hold(Window(ChainedScheduler([Shift(\(text), 3)])))",
    ] {
      #expect(try run(wrapper, vector) == expected, "\(wrapper)")
      #expect(try AnySchedule.parse(wrapper).watches)
    }
  }

  /// What is not in force does not learn: metrics before its time are nothing to it.
  @Test("does not see metrics before its time", arguments: bare)
  func before(_ vector: Vector) throws {
    let text = vector.text("text")
    let expected = try #require(vector.doubles("rates")).map(\.bitPattern)
    for wrapper in [
      "SequentialLR([StepLR(2), \(text)], [7])", "Window(\(text), begin=7)",
      "Warmup(\(text), steps=7)",
      "SequentialLR([Constant(), SequentialLR([Constant(), \(text)], [3])], [4])",
    ] {
      #expect(try run(wrapper, vector, skipping: 7) == expected, "\(wrapper)")
    }
  }

  @Test("does not see metrics after its time")
  func after() throws {
    for text in [
      "Hold(ReduceLROnPlateau(patience=0), 3)", "Window(ReduceLROnPlateau(patience=0), 0, 3)",
      "SequentialLR([Hold(ReduceLROnPlateau(patience=0), 3), Constant()], [9])",
    ] {
      var scheduler = try Scheduler(.parse(text), bases: [1])
      for _ in 0..<8 {
        scheduler.observe(1)
        try scheduler.next()
      }
      #expect(scheduler.schedule(group: 0).rate(at: 8, base: 1) == 1 * 0.1 * 0.1, "\(text)")
    }
  }

  @Test("is a value: what has seen a metric is another")
  func value() throws {
    let plateau = try ReduceLROnPlateau(factor: 0.5, patience: 0)
    let first = plateau.observing(1, at: 0, base: 0.3)
    let second = first.observing(1, at: 1, base: 0.3)
    #expect(plateau.rate(at: 5, base: 0.3) == 0.3 && first.rate(at: 5, base: 0.3) == 0.3)
    #expect(second.rate(at: 5, base: 0.3) == 0.15 && second.rate(at: 0, base: 0.3) == 0.15)
    #expect(second.text == plateau.text)
    #expect(plateau.watches && !Constant().watches)
    #expect(try SequentialLR(Constant(), plateau, milestones: [3]).watches)
    #expect(try !SequentialLR(Constant(), Constant(), milestones: [3]).watches)
  }

  @Test("knows the rate of every step from what it has seen", arguments: forms)
  func preview(_ form: Scheduler.Form) throws {
    var scheduler = try Scheduler(
      .parse("SequentialLR([LinearLR(0.5, total_iters=2), ReduceLROnPlateau(patience=0)], [2])"),
      bases: [1, 2], form: form)
    try scheduler.seek(to: 4)
    scheduler.observe(1)
    scheduler.observe(1)
    #expect(scheduler.rates == [1 * 0.1, 2 * 0.1])
    let known = try scheduler.schedule(group: 1).rates(0..<6, base: 2)
    #expect(known == [1, 1.5] + [Double](repeating: 2 * 0.1, count: 4))
    try scheduler.seek(to: 0)
    #expect(scheduler.rates == [0.5, 1])
    try scheduler.seek(to: 5)
    #expect(scheduler.rates == [1 * 0.1, 2 * 0.1])
  }

  @Test("takes a hand off the dial when it reacts, and not before")
  func hand() throws {
    let schedule = try ReduceLROnPlateau(factor: 0.5, patience: 1)
    var closed = try Scheduler(schedule, bases: [1])
    var chained = try Scheduler(schedule, bases: [1], form: .chained)
    for _ in 0..<2 {
      try closed.override([0.75])
      try chained.override([0.75])
      closed.observe(1)
      chained.observe(1)
      #expect(closed.rates == [0.75] && chained.rates == [0.75])
    }
    closed.observe(1)
    chained.observe(1)
    #expect(closed.rates == [0.5] && chained.rates == [0.375])
  }

  @Test("takes it off also where the rate was 0, of which no other is a multiple")
  func handAtZero() throws {
    // It falls out of the range of numbers, to 0, and begins anew at the fall after that.
    let schedule = try GreedyLR(
      factor: 1e-300, patience: 0, minLR: 0, maxLR: 1, eps: 0, resetStart: 2)
    var scheduler = try Scheduler(schedule, bases: [1], form: .chained)
    for _ in 0..<3 { scheduler.observe(1) }
    #expect(scheduler.rates == [0])
    try scheduler.override([0.25])
    scheduler.observe(1)
    #expect(scheduler.rates == [1])
  }

  @Test("is not in force where the rate is held before its time", arguments: forms)
  func held(_ form: Scheduler.Form) throws {
    var scheduler = try Scheduler(
      .parse("SequentialLR([Constant(), ReduceLROnPlateau(factor=0.5, patience=0)], [5])"),
      bases: [1], form: form, horizon: .hold, last: 3)
    try scheduler.seek(to: 10)
    for _ in 0..<3 { scheduler.observe(1) }
    #expect(scheduler.rates == [1])
    #expect(scheduler.schedule(group: 0).rate(at: 10, base: 1) == 1)
  }

  @Test("learns at the last step, and no more where the last rate is held", arguments: forms)
  func heldAfter(_ form: Scheduler.Form) throws {
    var scheduler = try Scheduler(
      ReduceLROnPlateau(factor: 0.5, patience: 0), bases: [1], form: form, horizon: .hold, last: 3)
    scheduler.observe(1)
    try scheduler.seek(to: 3)
    scheduler.observe(1)
    #expect(scheduler.rates == [0.5])
    let learned = scheduler.schedule(group: 0).rate(at: 9, base: 1)
    try scheduler.next()
    for _ in 0..<3 { scheduler.observe(1) }
    #expect(scheduler.rates == [0.5] && learned == 0.5)
    #expect(scheduler.schedule(group: 0).rate(at: 9, base: 1) == 0.5)
    try scheduler.seek(to: 1)
    scheduler.observe(1)
    #expect(scheduler.rates == [0.25])
  }

  @Test("is not there: then a metric changes nothing")
  func unwatched() throws {
    var scheduler = try Scheduler(StepLR(stepSize: 3), bases: [1])
    try scheduler.override([0.25])
    let text = scheduler.text
    scheduler.observe(.nan)
    #expect(scheduler.text == text)
  }

  @Test("is restored from a state of version 1, which has seen nothing")
  func old() throws {
    let scheduler = try Scheduler(
      restoring: "Scheduler(version=1, form='closed', step=2, bases=[0.1], rates=[0.1], "
        + "schedule=ReduceLROnPlateau())")
    #expect(scheduler.step == 2 && scheduler.text.contains("version=2"))
  }

  @Test(
    "refuses a state that is none",
    arguments: [
      ("seen=[", "seen=[0.5, "), (", 0.25], schedule", "], schedule"), ("1.0, 0.0", "1.0, -1.0"),
      ("1.0, 0.0", "1.0, 0.5"), ("1.0, 0.0", "1.0, nan"), ("seen=[", "seen=['a', "),
      ("schedules=[ReduceLROnPlateau(", "schedules=[GreedyLR("),
    ])
  func states(_ from: String, _ to: String) throws {
    var scheduler = try Scheduler(
      ReduceLROnPlateau(factor: 0.5, patience: 0), bases: [0.5])
    scheduler.observe(1)
    scheduler.observe(1)
    let good = scheduler.text
    #expect(good.contains("seen=[1.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.25]"))
    let bad = good.replacing(from, with: to)
    #expect(bad != good)
    #expect(throws: Refusal.self) { try Scheduler(restoring: bad) }
  }

  @Test("refuses a window of metrics that is not there")
  func window() throws {
    var scheduler = try Scheduler(GreedyLR(smooth: true, windowSize: 3), bases: [0.5])
    for metric in [0.5, 0.25, 0.75, 1] { scheduler.observe(metric) }
    let good = scheduler.text
    #expect(good.contains(", 3.0, 0.25, 0.75, 1.0, 2.0, "))
    for count in ["4.0", "1e15", "-1.0", "2.0"] {
      let bad = good.replacing(", 3.0, 0.25", with: ", \(count), 0.25")
      #expect(throws: Refusal.self) { try Scheduler(restoring: bad) }
    }
  }

  @Test("is told of another patience, and keeps what it has learned", arguments: forms)
  func keep(_ form: Scheduler.Form) throws {
    var run = try Scheduler(
      Warmup(ReduceLROnPlateau(factor: 0.5, patience: 0), steps: 2), bases: [1], form: form)
    try run.seek(to: 4)
    for _ in 0..<3 { run.observe(1) }
    #expect(run.rates == [0.25])

    var patient = try Scheduler(
      ChainedScheduler(Constant(), ReduceLROnPlateau(factor: 0.5, patience: 1)), bases: [1],
      form: form)
    try patient.load(run.text, policy: .keep)
    #expect(patient.step == 4 && patient.rates == [0.25])
    patient.observe(1)
    #expect(patient.rates == [0.25])
    patient.observe(1)
    #expect(patient.rates == [0.125])

    let fresh = try Scheduler(ReduceLROnPlateau(), bases: [1], form: form)
    try patient.load(fresh.text, policy: .keep)
    #expect(patient.step == 0 && patient.rates == [1] && patient.text.contains("seen=[]"))
  }

  @Test(
    "begins anew where what was learned is another's",
    arguments: [
      "GreedyLR()", "ReduceLROnPlateau('max')", "StepLR(9)",
      "ChainedScheduler([ReduceLROnPlateau(), ReduceLROnPlateau()])",
    ])
  func keepOther(_ text: String) throws {
    var run = try Scheduler(ReduceLROnPlateau(factor: 0.5, patience: 0), bases: [1])
    for _ in 0..<3 { run.observe(1) }
    var other = try Scheduler(.parse(text), bases: [1])
    try other.load(run.text, policy: .keep)
    #expect(other.rates == [1] && other.text.contains("seen=[]"))
  }

  @Test("forgets of a window what no longer fits")
  func shorter() throws {
    let metrics = [0.5, 0.25, 0.75, 1, 0.125]
    var run = try Scheduler(GreedyLR(smooth: true, windowSize: 4), bases: [0.5])
    for metric in metrics { run.observe(metric) }
    var shorter = try Scheduler(GreedyLR(smooth: true, windowSize: 2), bases: [0.5])
    try shorter.load(run.text, policy: .keep)
    shorter.observe(0.25)
    #expect(shorter.text.contains(", 2.0, 0.125, 0.25, 0.375, "))
  }

  @Test("refuses fields that make no sense")
  func fields() throws {
    #expect(throws: Refusal.self) { try ReduceLROnPlateau(factor: 1) }
    #expect(throws: Refusal.self) { try ReduceLROnPlateau(patience: -1) }
    #expect(throws: Refusal.self) { try ReduceLROnPlateau(threshold: .nan) }
    #expect(throws: Refusal.self) { try ReduceLROnPlateau(accumulationSize: 0) }
    #expect(throws: Refusal.self) { try GreedyLR(factor: 0) }
    #expect(throws: Refusal.self) { try GreedyLR(minLR: 0.5, maxLR: 0.25) }
    #expect(throws: Refusal.self) { try GreedyLR(windowSize: 0) }
  }

  /// A metric that is not finite has no part in a mean: it would stay there.
  @Test("goes on smoothing after a metric that is not finite")
  func holes() throws {
    var schedule = try AnySchedule(GreedyLR(factor: 0.5, patience: 0, smooth: true, windowSize: 2))
    for (metric, rate) in [(1.0, 0.2), (.nan, 0.1), (.infinity, 0.05), (0.5, 0.1), (0.25, 0.2)] {
      schedule = schedule.observing(metric, at: 0, base: 0.1)
      #expect(schedule.rate(at: 0, base: 0.1) == rate, "\(metric)")
    }
  }
}
