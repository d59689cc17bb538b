import Schedules

/// What every kind of rule is, and one at its defaults to make others from.
private let rules: [(about: About, make: @Sendable () -> AnyRule)] = [
  (Patience.about, { Erased(Patience()) }),
  (GL.about, { Erased(GL()) }),
  (PQ.about, { Erased(PQ()) }),
  (UP.about, { Erased(UP()) }),
  (Slope.about, { Erased(Slope()) }),
  (Budget.about, { Erased(Budget()) }),
  (Joint.about(.any), { Joint(.any) }),
  (Joint.about(.all), { Joint(.all) }),
  (Joint.about(.sequence), { Joint(.sequence) }),
]

/// A rule as a visitor leaves it.
private func visited(_ rule: AnyRule, by fields: Fields) throws(Refusal) -> AnyRule {
  rule.describe(fields)
  if let refusal = fields.conclusion() ?? rule.inconsistency() { throw refusal }
  return rule
}

private func name(_ i: Int) -> StaticString {
  i < rules.count ? rules[i].about.name : presets[i - rules.count].name
}

/// The rule that a call makes, with all of its parts.
func makeRule(_ call: Call, depth: Int = 0) throws(Refusal) -> AnyRule {
  guard depth < AnySchedule.maxDepth else {
    throw Refusal(
      .depth, call.name, accepted: "\(AnySchedule.maxDepth) levels", position: call.position)
  }
  let reader = Reader(call) { (part) throws(Refusal) in try makeRule(part, depth: depth + 1) }
  let count = rules.count + presets.count
  guard let i = (0..<count).first(where: { same(call.name, name($0)) }) else {
    throw Refusal(
      .kind, call.name, accepted: .list(count) { "\(name($0))" }, position: call.position)
  }
  do throws(Refusal) {
    if i < rules.count { return try visited(rules[i].make(), by: reader) }
    let rule = presets[i - rules.count].visited(by: reader)
    if let refusal = reader.conclusion() { throw refusal }
    return Erased(rule)
  } catch {
    throw error.located(position: call.position)
  }
}

/// What every kind of rule declares: a line "rule" with its name, and then the lines
/// that a kind of schedule has.
public func describeRules() -> UTF8Text {
  var text = UTF8Text()
  for rule in rules {
    let describer = Describer(rule.about.summary, rule.about.formula, rule.about.source)
    rule.make().describe(describer)
    text += "rule\t\(rule.about.name)\n\(describer.text)"
  }
  for preset in presets {
    let describer = Describer(
      "A peer's own early stopping.", "Patience with these names and defaults", preset.source)
    _ = preset.visited(by: describer)
    text += "rule\t\(preset.name)\n\(describer.text)"
  }
  return text
}
