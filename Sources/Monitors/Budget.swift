import Schedules

/// Stops when a budget is used up: of evaluations, steps, epochs or seconds.
public struct Budget: StoppingRule {
  /// At least 1 each; `nil` for no limit.
  public var evaluations: Int?
  public var steps: Int?
  public var epochs: Int?
  /// Finite, above 0.
  public var seconds: Double?

  private var seen = 0
  private var lastStep = 0
  private var lastEpoch = 0
  private var lastSeconds = 0.0
  public private(set) var reason = Reason.none

  public init(
    evaluations: Int? = nil, steps: Int? = nil, epochs: Int? = nil, seconds: Double? = nil
  ) {
    self.evaluations = evaluations
    self.steps = steps
    self.epochs = epochs
    self.seconds = seconds
  }

  public static var about: About {
    About(
      name: "Budget",
      summary: "Stops when so many evaluations, steps, epochs or seconds are used up.",
      formula: "stop when evaluations, steps, epochs or seconds are done",
      source: "EarlyStopping.jl, NumberLimit and TimeLimit")
  }

  public mutating func describe(_ fields: Fields) {
    fields.count("evaluations", &evaluations, note: "observations by this rule")
    fields.count("steps", &steps, note: "steps done, which the observation has to have")
    fields.count("epochs", &epochs, note: "epochs done: the observation's and those before")
    fields.real(
      "seconds", &seconds, accepts: .positive,
      note: "since the run began, which the observation has to have")
    fields.memory(&seen)
    fields.memory(&lastStep)
    fields.memory(&lastEpoch)
    fields.memory(&lastSeconds)
    reason = reason.remember(fields)
  }

  public func inconsistency() -> Refusal? {
    guard evaluations == nil, steps == nil, epochs == nil, seconds == nil else { return nil }
    return Refusal(.missing, "Budget", accepted: "evaluations, steps, epochs or seconds")
  }

  public mutating func bind(_ metrics: inout Metrics) {}

  public mutating func refusal(of now: Observation) -> Refusal? {
    if steps != nil, now.step == nil { return missing("Budget", "step") }
    if seconds != nil, now.seconds == nil { return missing("Budget", "seconds") }
    return nil
  }

  public mutating func observe(_ now: Observation) -> Verdict {
    seen = min(seen, maxStep - 1) + 1
    (lastStep, lastEpoch, lastSeconds) = (now.step ?? 0, now.epoch, now.seconds ?? 0)
    let isOut =
      seen >= evaluations ?? .max || lastStep >= steps ?? .max || lastEpoch + 1 >= epochs ?? .max
      || lastSeconds >= seconds ?? .infinity
    reason = isOut ? .budget : .patienceLeft
    return isOut ? .stop : .waiting
  }

  public static var hasBest: Bool { false }
  public var watch: Watch? { nil }

  public func isPossible(after observed: Int) -> Bool { seen <= observed }

  public var why: UTF8Text {
    if reason == .none { return "nothing was observed yet" }
    var text: UTF8Text =
      reason == .budget ? "stop: the budget is used up:" : "of the budget are used:"
    if let evaluations { text += " \(seen) of \(evaluations) evaluations" }
    if let steps { text += " \(lastStep) of \(steps) steps" }
    if let epochs { text += " \(lastEpoch + 1) of \(epochs) epochs" }
    if let seconds { text += " \(short(lastSeconds)) of \(short(seconds)) seconds" }
    return text
  }
}
