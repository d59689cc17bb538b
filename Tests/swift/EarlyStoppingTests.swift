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
      let verdict = stopper.observe(metric)
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
      #expect(restored.observe(metric) == stopper.observe(metric))
    }
  }

  @Test("stops a run that has become NaN")
  func nan() throws {
    var stopper = try EarlyStopping(patience: 2)
    #expect(stopper.observe(.nan) == .waiting)
    #expect(stopper.observe(0.5) == .improved)
    #expect(stopper.observe(.nan) == .waiting)
    #expect(stopper.observe(.nan) == .stop)
    #expect(stopper.best == 0.5 && stopper.bestAt == 1)
  }

  @Test("takes a best after the stop: a verdict is of now")
  func recovers() throws {
    var stopper = try EarlyStopping(patience: 1, mode: .max)
    #expect([1, 0, 2].map { stopper.observe($0) } == [.improved, .stop, .improved])
  }

  @Test(
    "refuses a state that is none",
    arguments: [
      ("version=1", "version=0"), ("'min'", "'least'"), ("best_at=0", "best_at=2"),
      ("waited=1", "waited=3"), ("best=0.5", "best='x'"), ("patience=3", "patience=-3"),
      ("EarlyStopping", "Scheduler"),
    ])
  func states(_ from: String, _ to: String) throws {
    var stopper = try EarlyStopping(patience: 3)
    stopper.observe(0.5)
    stopper.observe(0.6)
    let bad = stopper.text.replacing(from, with: to)
    #expect(bad != stopper.text)
    #expect(throws: Refusal.self) { _ = try EarlyStopping(restoring: bad) }
  }
}
