import Budgets

/// `match`: which calls a budget or a guardrail is about.
extension BudgetMatch {
  private static let keys = ["agent", "workflow", "key", "team", "provider", "model"]

  init(_ value: ConfigurationValue?, _ context: inout ReadingContext) {
    self.init()
    guard let value else { return }
    let section = MappingReader(value, keys: Self.keys, context: &context)
    agent = section["agent"]?.patterns(&context) ?? []
    workflow = section["workflow"]?.patterns(&context) ?? []
    key = section["key"]?.patterns(&context) ?? []
    team = section["team"]?.patterns(&context) ?? []
    provider = section["provider"]?.patterns(&context) ?? []
    model = section["model"]?.patterns(&context) ?? []
  }

  /// As YAML in flow style; nil where it is about all calls.
  var flow: String? {
    let lists = [
      ("agent", agent), ("workflow", workflow), ("key", key), ("team", team), ("provider", provider), ("model", model),
    ]
    let match = lists.filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1.flow)" }
    return match.isEmpty ? nil : "match: {\(match.joined(separator: ", "))}"
  }
}

extension ConfigurationValue {
  /// One pattern, or a list of them.
  func patterns(_ context: inout ReadingContext) -> [BudgetPattern] {
    let values = isList ? list(&context) : [self]
    return values.compactMap { $0.text(&context) }.map { BudgetPattern($0) }
  }
}

extension [BudgetPattern] {
  /// As YAML in flow style.
  var flow: String { "[" + map { CanonicalText.inQuotes($0.text) }.joined(separator: ", ") + "]" }
}
