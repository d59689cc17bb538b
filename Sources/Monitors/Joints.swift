import Schedules

/// Rules joined into one.
///
/// The best, and how far it is, are those of the first rule that has any; in a
/// sequence of the one whose turn it is.
final class Joint: AnyRule, @unchecked Sendable {
  enum How {
    /// Stops when any of them does.
    case any
    /// Stops when all of them do, at the same observation.
    case all
    /// Stops when the last does. Each begins at the observation after the one at
    /// which the one before has stopped, and sees nothing before.
    case sequence
  }

  private let how: How
  private var parts: [Part]
  // Of `any` and `all`, the first that has a best.
  private var leader = 0
  // Whose turn it is in a sequence.
  private var turn = 0

  init(_ how: How, _ parts: [AnyRule] = []) {
    self.how = how
    self.parts = parts.map { $0 }
    super.init(Self.about(how).name)
  }

  static func about(_ how: How) -> About {
    switch how {
    case .any:
      About(
        name: "Any", summary: "Stops when any of its rules does.",
        formula: "stop when one of rules stops", source: "EarlyStopping.jl, Disjunction")
    case .all:
      About(
        name: "All", summary: "Stops when all of its rules do, at the same observation.",
        formula: "stop when each of rules stops", source: "conjunction")
    case .sequence:
      About(
        name: "Sequence",
        summary: "One rule after another: each begins when the one before has stopped.",
        formula: "stop when the last of rules stops", source: "composition")
    }
  }

  private var rules: [AnyRule] {
    // Made by `makeRule` or `init`, and so nothing else.
    parts.map { unsafeDowncast($0, to: AnyRule.self) }
  }

  private func rule(_ i: Int) -> AnyRule { unsafeDowncast(parts[i], to: AnyRule.self) }

  /// The same for who counts no reference, which takes as long as a rule does.
  @inline(__always)
  private func with<T>(_ i: Int, _ body: (AnyRule) -> T) -> T {
    Unmanaged.passUnretained(unsafeDowncast(parts[i], to: AnyRule.self))
      ._withUnsafeGuaranteedRef(body)
  }

  override func describe(_ fields: Fields) {
    fields.parts("rules", &parts, note: "those that are joined")
    if how == .sequence { fields.memory(&turn) }
  }

  override func inconsistency() -> Refusal? {
    parts.isEmpty ? Refusal(.value, "\(name) rules", value: "[]", accepted: "at least one") : nil
  }

  override func bind(_ metrics: inout Metrics) {
    for rule in rules { rule.bind(&metrics) }
    leader = rules.firstIndex { $0.hasBest } ?? 0
  }

  @_optimize(speed)
  override func refusal(of now: Observation) -> Refusal? {
    if how == .sequence { return with(turn) { $0.refusal(of: now) } }
    for i in parts.indices {
      if let refusal = with(i, { $0.refusal(of: now) }) { return refusal }
    }
    return nil
  }

  @_optimize(speed)
  override func observe(_ now: Observation) -> Verdict {
    if how == .sequence {
      let verdict = with(turn) { $0.observe(now) }
      guard verdict == .stop, turn < parts.count - 1 else { return verdict }
      turn += 1
      return .waiting
    }
    var stops = 0
    var isNew = false
    for i in parts.indices {
      let verdict = with(i) { $0.observe(now) }
      if verdict == .stop { stops += 1 }
      if i == leader { isNew = verdict == .improved }
    }
    if stops >= (how == .any ? 1 : parts.count) { return .stop }
    return isNew ? .improved : .waiting
  }

  override var hasBest: Bool { rules.contains { $0.hasBest } }

  override var watch: Watch? {
    if how == .sequence, let watch = rule(turn).watch { return watch }
    for i in parts.indices {
      if let watch = rule(i).watch { return watch }
    }
    return nil
  }

  /// The part that speaks for all: the first that stops, or otherwise the first.
  private var speaker: AnyRule {
    if how == .sequence { return rule(turn) }
    for i in parts.indices where rule(i).isStopping { return rule(i) }
    return rule(0)
  }

  override var reason: Reason { speaker.reason }

  override var isStopping: Bool {
    switch how {
    case .any: rules.contains { $0.isStopping }
    case .all: rules.allSatisfy { $0.isStopping }
    case .sequence: turn == parts.count - 1 && rule(turn).isStopping
    }
  }

  override var why: UTF8Text {
    switch how {
    case .any: return speaker.why
    case .sequence: return "\(turn + 1) of \(parts.count): \(speaker.why)"
    case .all:
      var text = UTF8Text()
      for rule in rules { text += text.isEmpty ? rule.why : "; \(rule.why)" }
      return text
    }
  }

  override func isPossible(after observed: Int) -> Bool {
    turn < parts.count && rules.allSatisfy { $0.isPossible(after: observed) }
  }

  override func hasShape(of other: AnyRule) -> Bool {
    guard same(name, other.name) else { return false }
    let other = unsafeDowncast(other, to: Joint.self)
    return parts.count == other.parts.count
      && parts.indices.allSatisfy { rule($0).hasShape(of: other.rule($0)) }
  }

  override func copy() -> AnyRule {
    let copy = Joint(how, rules.map { $0.copy() })
    copy.leader = leader
    copy.turn = turn
    return copy
  }
}
