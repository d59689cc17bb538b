import Foundation
import Sched
import Testing

@Suite("Schedules of a function")
struct FunctionTests {
  static let functions: [String: StepFunction] = [
    "decay": { pow(0.95, Double($0)) },
    "inverse": { 1 / (1 + Double($0)) },
    "stairs": { $0 < 3 ? 1 : $0 < 7 ? 0.5 : 0 },
    "turns": { $0 % 2 == 0 ? 1.5 : -1 },
    "runaway": { _ in 1e200 },
  ]

  static func schedule(_ vector: Vector) throws -> AnySchedule {
    let function = try #require(functions[vector.text("function")])
    switch vector.text("kind") {
    case "LambdaLR": return AnySchedule(LambdaLR(function))
    case "MultiplicativeLR": return AnySchedule(MultiplicativeLR(function))
    default:
      return AnySchedule(
        try CyclicLR(
          baseLR: 0.1, maxLR: 0.4, stepSizeUp: 3, stepSizeDown: 5, scaleFn: function,
          scaleMode: vector.text("scale") == "cycle" ? .cycle : .iterations, cycleMomentum: false))
    }
  }

  @Test("give torch's rates", arguments: Vector.all("functions.txt"))
  func rates(_ vector: Vector) throws {
    let schedule = try Self.schedule(vector)
    let base = try #require(vector.doubles("base")?.first)
    var rate = base
    for (step, expected) in try #require(vector.doubles("chained")).enumerated() {
      rate = schedule.rate(at: step, base: base, current: rate)
      #expect(rate.bitPattern == expected.bitPattern, "step \(step): \(rate) ≠ \(expected)")
      // The base comes last in a product: two roundings a step that may differ.
      let closed = schedule.rate(at: step, base: base)
      #expect(closed == expected || abs(closed - expected) <= 40 * abs(expected).ulp)
    }
  }

  @Test("give a product's rate at any step, also back")
  func back() {
    let factor: @Sendable (Int) -> Double = { 1 - 1 / Double(3 + $0) }
    let schedule = MultiplicativeLR(factor)
    for step in [5, 3, 4, 2000, 7, 1030, 1024, 1023, 0, 2001, 1999] {
      var product = 1.0
      for t in 0..<step { product *= factor(t + 1) }
      #expect(schedule.rate(at: step, base: 0.3) == 0.3 * product, "\(step)")
    }
  }

  @Test("are loaded into what was made with them, not from text")
  func states() throws {
    let schedules = [
      AnySchedule(LambdaLR { 1 / (1 + Double($0)) }), AnySchedule(MultiplicativeLR { _ in 0.5 }),
    ]
    var old = try Scheduler(schedules, bases: [1, 1])
    try old.seek(to: 3)
    try old.coolDown(over: 4)
    #expect(old.text.contains("LambdaLR(lr_lambda=<function>)"))
    var new = try Scheduler(schedules, bases: [1, 1])
    try new.load(old.text)
    for _ in 0..<4 {
      try old.next()
      try new.next()
      #expect(new.rates == old.rates)
    }
    // Groups that are cooled down apart, and groups whose functions are apart.
    var apart = try Scheduler(schedules[0], bases: [1, 1])
    try apart.coolDown(over: 4, groups: [0])
    var shared = try Scheduler(schedules[0], bases: [1, 1])
    try shared.load(apart.text)
    var mixed = try Scheduler([AnySchedule(LambdaLR { _ in 3 }), schedules[0]], bases: [1, 1])
    try mixed.load(try Scheduler(schedules[0], bases: [1, 1]).text)
    for scheduler in [shared, mixed] {
      #expect(try scheduler.schedule(group: 1).rates(3..<5, base: 1) == [1 / 4, 1 / 5])
    }
    #expect(shared.schedule(group: 0).rate(at: 4, base: 1) == 0)
    #expect(mixed.schedule(group: 0).rate(at: 4, base: 1) == 3)
    #expect(throws: Refusal.self) { try Scheduler(restoring: old.text) }
    #expect(throws: Refusal.self) { try new.load(old.text, policy: .restore) }
    #expect(throws: Refusal.self) { try AnySchedule.parse("LambdaLR(<function>)") }
    #expect(throws: Refusal.self) { try AnySchedule.parse("LambdaLR(<fun") }
  }
}
