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
