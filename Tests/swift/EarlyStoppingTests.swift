import Sched
import Testing

@Suite("Early stopping")
struct EarlyStoppingTests {
  static let vectors = Vector.all("early_stopping.txt")

  @Test("says what Keras and Lightning say, observation by observation", arguments: vectors)
  func peers(_ vector: Vector) throws {
    var stopper = try EarlyStopping(
      patience: try #require(vector.integers("patience").first),
      minDelta: try #require(vector.doubles("min_delta")?.first),
      mode: vector.text("mode") == "max" ? .max : .min)
    let best = try #require(vector.doubles("best"))
    let verdicts = vector.text("verdicts").split(separator: " ").map(String.init)
    for (i, metric) in try #require(vector.doubles("metrics")).enumerated() {
      let verdict = try stopper.observe(metric)
      #expect("\(verdict)" == verdicts[i], "observation \(i)")
      #expect(stopper.best.bitPattern == best[i].bitPattern, "observation \(i)")
      #expect(stopper.bestAt ?? -1 == vector.integers("best_at")[i], "observation \(i)")
      #expect(stopper.waited == vector.integers("waited")[i], "observation \(i)")
      #expect(stopper.observed == i + 1)
    }
  }

  @Test("saved and restored after any observation goes on alike", arguments: vectors)
  func resume(_ vector: Vector) throws {
    var stopper = try EarlyStopping(
      patience: 3, minDelta: 0.125, mode: vector.text("mode") == "max" ? .max : .min)
    for metric in try #require(vector.doubles("metrics")) {
      var restored = try EarlyStopping(restoring: stopper.text)
      #expect(restored.text == stopper.text)
      #expect(try restored.observe(metric) == stopper.observe(metric))
    }
  }

  static let everyRule = Vector.all("stoppers.txt")

  @Test("says what every peer and formula says, by any rule", arguments: everyRule)
  func rules(_ vector: Vector) throws {
    var stopper = try EarlyStopping(parsing: vector.text("rule"))
    let metrics = try #require(vector.doubles("metrics"))
    let best = try #require(vector.doubles("best"))
    let training = vector.doubles("training")
    for (i, epoch) in vector.integers("epochs").enumerated() {
      // A copy is a checkpoint.
      var copy = stopper
      let verdict =
        if let training {
          try stopper.observe(
            [("val_loss", metrics[i]), ("train_loss", training[i])], epoch: epoch)
        } else { try stopper.observe(metrics[i], epoch: epoch) }
      #expect((verdict == .stop) == (vector.integers("stops")[i] == 1), "observation \(i)")
      #expect(
        stopper.best.bitPattern == best[i].bitPattern || stopper.best.isNaN && best[i].isNaN,
        "observation \(i)")
      #expect(stopper.reason.isStop == (verdict == .stop), "observation \(i)")
      #expect(copy.observed == i)
      if training == nil {
        #expect(try copy.observe(metrics[i], epoch: epoch) == verdict)
        #expect(copy.text == stopper.text)
      }
    }
    #expect(try EarlyStopping(restoring: stopper.text).text == stopper.text)
    #expect(try EarlyStopping(parsing: stopper.rules).rules == stopper.rules)
  }

  @Test("joins rules: any, all, one after another")
  func joined() throws {
    var gl = GL(alpha: 10)
    gl.monitor = "loss"
    let (patience, budget) = (try EarlyStopping(patience: 2), try EarlyStopping(Budget(epochs: 4)))
    let metrics = [1, 0.5, 0.75, 0.875, 0.25, 0.5]
    func verdicts(_ stopper: EarlyStopping) throws -> [Verdict] {
      var stopper = stopper
      return try metrics.map { try stopper.observe($0) }
    }
    #expect(
      try verdicts(.any([patience, budget])) == [
        .improved, .improved, .waiting, .stop, .stop, .stop,
      ])
    #expect(
      try verdicts(.all([patience, budget]))
        == [.improved, .improved, .waiting, .stop, .improved, .waiting])
    // The budget is used up at observation 3, and patience begins after it.
    #expect(
      try verdicts(.sequence([budget, patience]))
        == [.waiting, .waiting, .waiting, .waiting, .improved, .waiting])
    #expect(throws: Refusal.self) { _ = try EarlyStopping.any([]) }
    var two = try EarlyStopping.any([EarlyStopping(gl), EarlyStopping(Budget(epochs: 9))])
    #expect(two.metrics == ["loss"])
    #expect(throws: Refusal.self) { try two.observe([("accuracy", 1)]) }
    #expect(two.observed == 0)
    #expect(try two.observe([("loss", 1), ("accuracy", 1)]) == .improved)
    #expect(two.isBest && two.why.hasPrefix("the loss is 0.0 percent"))
  }

  @Test("takes settings as values, and loads by a policy")
  func settings() throws {
    var rule = Patience(3, minDelta: 0.1)
    rule.unit = .steps
    rule.monitor = "loss"
    var stopper = try EarlyStopping(rule)
    #expect(throws: Refusal.self) { try stopper.observe(1) }
    #expect(try stopper.observe(1, step: 10) == .improved)
    #expect(try stopper.observe(1, step: 12) == .waiting)
    #expect(try stopper.observe(1, step: 13) == .stop)
    rule.patience = 9
    var other = try EarlyStopping(rule)
    #expect(throws: Refusal.self) { try other.load(stopper.text) }
    try other.load(stopper.text, policy: .keep)
    #expect(try other.observe(1, step: 18) == .waiting)
    #expect(try other.observe(1, step: 19) == .stop)
    rule.minDelta = -1
    #expect(throws: Refusal.self) { _ = try EarlyStopping(rule) }
  }

  @Test("stops a run that has become NaN")
  func nan() throws {
    var stopper = try EarlyStopping(patience: 2)
    #expect(try stopper.observe(.nan) == .waiting)
    #expect(try stopper.observe(0.5) == .improved)
    #expect(try stopper.observe(.nan) == .waiting)
    #expect(try stopper.observe(.nan) == .stop)
    #expect(stopper.best == 0.5 && stopper.bestAt == 1)
  }

  @Test("takes a best after the stop: a verdict is of now")
  func recovers() throws {
    var stopper = try EarlyStopping(patience: 1, mode: .max)
    #expect(try [1, 0, 2].map { try stopper.observe($0) } == [.improved, .stop, .improved])
  }

  /// A state of version 1, when there was one rule.
  static let first =
    "EarlyStopping(version=1, mode='min', patience=3, min_delta=0.0, best=0.5, best_at=0, observed=2, waited=1)"

  @Test("goes on from a state of version 1")
  func firstVersion() throws {
    var stopper = try EarlyStopping(restoring: Self.first)
    #expect(stopper.best == 0.5 && stopper.bestAt == 0)
    #expect(stopper.observed == 2 && stopper.waited == 1)
    #expect(try [0.5, 0.5].map { try stopper.observe($0) } == [.waiting, .stop])
  }

  @Test(
    "refuses a state of version 1 that is none",
    arguments: [
      ("version=1", "version=0"), ("version=1", "version=3"), ("'min'", "'least'"),
      ("best_at=0", "best_at=2"), ("waited=1", "waited=3"), ("best=0.5", "best='x'"),
      ("patience=3", "patience=-3"), ("EarlyStopping", "Scheduler"),
    ])
  func firstStates(_ from: String, _ to: String) throws {
    let bad = Self.first.replacing(from, with: to)
    #expect(bad != Self.first)
    #expect(throws: Refusal.self) { _ = try EarlyStopping(restoring: bad) }
  }

  @Test(
    "refuses a state that is none",
    arguments: [
      ("version=2", "version=0"), ("version=2", "version=3"), ("'min'", "'least'"),
      ("patience=3", "patience=-3"), ("Patience", "Slope"), ("observed=2", "observed=0"),
      ("observed=2", "observed=-1"), ("epoch=1", "epoch=-2"), ("seen=[", "seen=[0.5, "),
      ("seen=[0.5, ", "seen=["), ("seen=[0.5, 1.0", "seen=[0.5, 0.5"),
      ("seen=[0.5, 1.0", "seen=[0.5, 4.0"), ("EarlyStopping", "Scheduler"),
    ])
  func states(_ from: String, _ to: String) throws {
    var stopper = try EarlyStopping(patience: 3)
    try stopper.observe(0.5)
    try stopper.observe(0.6)
    let bad = stopper.text.replacing(from, with: to)
    #expect(bad != stopper.text)
    #expect(throws: Refusal.self) { _ = try EarlyStopping(restoring: bad) }
  }
}
