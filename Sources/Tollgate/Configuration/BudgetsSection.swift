import Budgets
import Control
import Metering

/// `budgets`: limits that are in force from the start, and that only this file changes.
struct BudgetsSection: Sendable, Equatable {
  var definitions: [BudgetDefinition] = []

  static let key = "budgets"
  private static let budgetKeys = [
    "name", "match", "each", "limit", "every", "timezone", "mode", "bound", "clamp", "on_exhausted", "alerts",
    "subscriptions",
  ]

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    for value in file[Self.key]?.list(&context) ?? [] {
      guard let definition = Self.definition(value, &context) else { continue }
      if definitions.contains(where: { $0.name == definition.name }) {
        value.report("there are two budgets named \"\(definition.name)\"", to: &context)
      }
      definitions.append(definition)
    }
  }

  /// A book with the budgets of the file.
  ///
  /// - Throws: ``BudgetDefinitionError``, or ``CommandFailure`` where a zone is unknown.
  func book(at time: Timestamp) throws -> BudgetBook {
    var book = BudgetBook()
    for definition in definitions {
      try book.define(definition, zone: try ZoneFile.rules(of: definition.timeZone), at: time)
    }
    return book
  }

  // MARK: Reading

  private static func definition(
    _ value: ConfigurationValue, _ context: inout ReadingContext
  ) -> BudgetDefinition? {
    let section = MappingReader(value, keys: budgetKeys, context: &context)
    guard let name = section["name"]?.parsed(&context, by: CallerName.validated) else {
      if section["name"] == nil { value.report("a budget needs a name", to: &context) }
      return nil
    }
    guard let limitValue = section["limit"] else {
      value.report("a budget needs a limit, such as \(BudgetLimit.accepted)", to: &context)
      return nil
    }
    guard let limit = limitValue.parsed(&context, by: limit) else { return nil }
    var definition = BudgetDefinition(name: name, limit: limit)
    definition.match = BudgetMatch(section["match"], &context)
    if let each = section["each"] { definition.each = each.choice(&context, of: BudgetDimension.self) }
    if definition.each == .run { definition.period = .total }
    section.read("every", into: &definition.period, &context, by: period)
    section.read("timezone", into: &definition.timeZone, &context, by: zone)
    section.readChoice("mode", into: &definition.mode, &context)
    section.readChoice("bound", into: &definition.bound, &context)
    section.readChoice("on_exhausted", into: &definition.onExhausted, &context)
    section.read("clamp", into: &definition.clamps, &context, by: Self.switched)
    section.read("subscriptions", into: &definition.countsSubscriptions, &context, by: Self.switched)
    definition.alerts = (section["alerts"]?.list(&context) ?? []).compactMap { alert($0, &context) }
    do throws(BudgetDefinitionError) {
      try definition.validate()
    } catch {
      value.report("\(error)", to: &context)
      return nil
    }
    return definition
  }

  private static func alert(_ value: ConfigurationValue, _ context: inout ReadingContext) -> BudgetAlert? {
    let section = MappingReader(value, keys: ["at", "to"], context: &context)
    guard let at = section["at"] else {
      value.report("an alert needs at, such as \(BudgetAlert.Condition.accepted)", to: &context)
      return nil
    }
    guard let condition = at.parsed(&context, by: condition) else { return nil }
    var receivers: [String] = []
    if let to = section["to"] {
      receivers = (to.isList ? to.list(&context) : [to]).compactMap { $0.parsed(&context, by: CallerName.validated) }
    }
    return BudgetAlert(condition, receivers: receivers)
  }

  private static func condition(_ text: String) throws(MalformedText) -> BudgetAlert.Condition {
    guard let condition = BudgetAlert.Condition(text) else {
      throw MalformedText("\"\(text)\" is not one of \(BudgetAlert.Condition.accepted)")
    }
    return condition
  }

  private static func limit(_ text: String) throws(MalformedText) -> BudgetLimit {
    guard let limit = BudgetLimit(text) else {
      throw MalformedText("\"\(text)\" is not a limit; write \(BudgetLimit.accepted)")
    }
    return limit
  }

  private static func period(_ text: String) throws(MalformedText) -> BudgetPeriod {
    guard let period = BudgetPeriod(text) else {
      throw MalformedText("\"\(text)\" is not one of \(BudgetPeriod.accepted)")
    }
    return period
  }

  private static func zone(_ text: String) throws(MalformedText) -> String {
    _ = try ZoneFile.rules(of: text)
    return text
  }

  private static func switched(_ text: String) throws(MalformedText) -> Bool {
    switch text {
    case "on", "true", "yes": return true
    case "off", "false", "no": return false
    default: throw MalformedText("\"\(text)\" is not one of on, off")
    }
  }

  // MARK: Writing

  /// What is in force, as YAML that means the same.
  func write(to text: inout CanonicalText) {
    guard !definitions.isEmpty else { return }
    text.list(Self.key, definitions.map(Self.flow))
  }

  private static func flow(_ budget: BudgetDefinition) -> String {
    var parts = ["name: \(CanonicalText.inQuotes(budget.name))"]
    if let match = budget.match.flow { parts.append(match) }
    if let each = budget.each { parts.append("each: \(each.rawValue)") }
    parts += [
      "limit: \(budget.limit)", "every: \(budget.period)", "timezone: \(budget.timeZone)",
      "mode: \(budget.mode.rawValue)",
      "bound: \(budget.bound.rawValue)", "clamp: \(budget.clamps ? "on" : "off")",
      "on_exhausted: \(budget.onExhausted.rawValue)", "subscriptions: \(budget.countsSubscriptions ? "on" : "off")",
    ]
    let alerts = budget.alerts.map { alert in
      "{at: \(alert.condition), to: [\(alert.receivers.map(CanonicalText.inQuotes).joined(separator: ", "))]}"
    }
    if !alerts.isEmpty { parts.append("alerts: [\(alerts.joined(separator: ", "))]") }
    return "{" + parts.joined(separator: ", ") + "}"
  }
}
