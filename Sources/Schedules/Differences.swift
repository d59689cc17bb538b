/// In what a saved configuration differs from another, in words.
package struct Differences {
  package private(set) var text = UTF8Text()
  private var count = 0

  package init() {}

  private mutating func add(_ name: UTF8Text, _ saved: UTF8Text, _ here: UTF8Text) {
    count += 1
    // Who sees eight does not read on.
    if count > 8 { return }
    if count > 1 { text += "; " }
    text += "\(name): saved \(saved), here \(here)"
  }

  package mutating func compare(
    _ name: UTF8Text, _ prefix: UTF8Text, _ saved: Literal, _ here: Literal
  ) {
    switch (saved.form, here.form) {
    case (.list(let a), .list(let b)):
      guard a.count == b.count else {
        return add(name, "\(a.count) of them", "\(b.count)")
      }
      for i in a.indices { compare("\(name)[\(i)]", prefix, a[i], b[i]) }
    case (.call(let a), .call(let b)):
      guard a.name == b.name else { return add("\(prefix)\(name)", a.name, b.name) }
      for argument in b.arguments {
        guard let field = argument.name else { continue }
        compare("\(prefix)\(b.name) \(field)", "", a.value(field), argument.value)
      }
      // What is none is not printed.
      for argument in a.arguments {
        guard let field = argument.name, case .none = b.value(field).form else { continue }
        compare("\(prefix)\(b.name) \(field)", "", argument.value, Literal(.none))
      }
      for (old, new) in zip(a.arguments, b.arguments) where old.name == nil {
        compare("\(b.name) part", prefix, old.value, new.value)
      }
    default:
      if saved.text != here.text { add(name, saved.text, here.text) }
    }
  }
}

extension Call {
  /// The value of an argument; none where it is absent.
  func value(_ name: UTF8Text) -> Literal {
    for argument in arguments {
      if argument.name == name { return argument.value }
    }
    return Literal(.none)
  }
}
