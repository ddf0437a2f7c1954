import Budgets
import Runs

/// `guardrails`: limits on what a run may do.
struct GuardrailsSection: Sendable, Equatable {
  private(set) var guardrails = Guardrails()

  static let key = "guardrails"
  private static let limitKinds = GuardrailLimit.Kind.allCases.filter { $0 != .tools }
  private static let keys =
    ["name", "match"] + limitKinds.map(\.rawValue) + ["patience", "tools_allowed", "tools_denied", "then", "cool_down"]

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    guard let values = file[Self.key]?.list(&context) else { return }
    let definitions = values.enumerated().compactMap { Self.definition($1, number: $0 + 1, &context) }
    do throws(GuardrailDefinitionError) {
      guardrails = try Guardrails(definitions)
    } catch {
      file[Self.key]?.report("\(error)", to: &context)
    }
  }

  /// - Parameter number: what it is called by where it has no name.
  private static func definition(
    _ value: ConfigurationValue, number: Int, _ context: inout ReadingContext
  ) -> GuardrailDefinition? {
    let section = MappingReader(value, keys: keys, context: &context)
    var definition = GuardrailDefinition(name: "guardrail-\(number)")
    section.read("name", into: &definition.name, &context, by: CallerName.validated)
    definition.match = BudgetMatch(section["match"], &context)
    for kind in limitKinds {
      guard let limit = section[kind.rawValue] else { continue }
      guard let parsed = limit.parsed(&context, by: { text throws(MalformedText) in try Self.limit(kind, text) }) else {
        return nil
      }
      definition.limits.append(parsed)
    }
    definition.toolsAllowed = section["tools_allowed"]?.patterns(&context) ?? []
    definition.toolsDenied = section["tools_denied"]?.patterns(&context) ?? []
    section.readChoice("then", into: &definition.action, &context)
    section.read("cool_down", into: &definition.coolDownSeconds, &context) { text throws(MalformedText) in
      try TimeSpan(parsing: text).milliseconds / 1000
    }
    if let patience = section["patience"] {
      guard
        let milliseconds = patience.parsed(
          &context, by: { text throws(MalformedText) in try TimeSpan(parsing: text).milliseconds })
      else { return nil }
      let (microseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000)
      definition.patience = LoopPatience(microseconds: overflow ? .max : microseconds)
    }
    do throws(GuardrailDefinitionError) {
      try definition.validate()
    } catch {
      value.report("\(error)", to: &context)
      return nil
    }
    return definition
  }

  private static func limit(_ kind: GuardrailLimit.Kind, _ text: String) throws(MalformedText) -> GuardrailLimit {
    guard let limit = GuardrailLimit(kind, text: text) else {
      throw MalformedText("\"\(text)\" is not \(GuardrailLimit.accepted(kind))")
    }
    return limit
  }

  /// What is in force, as YAML that means the same.
  func write(to text: inout CanonicalText) {
    guard !guardrails.definitions.isEmpty else { return }
    text.list(Self.key, guardrails.definitions.map(Self.flow))
  }

  private static func flow(_ guardrail: GuardrailDefinition) -> String {
    var parts = ["name: \(CanonicalText.inQuotes(guardrail.name))"]
    if let match = guardrail.match.flow { parts.append(match) }
    parts += guardrail.limits.map { "\($0.kind.rawValue): \($0.amountText)" }
    if let patience = guardrail.patience {
      parts.append("patience: \(TimeSpan(milliseconds: patience.microseconds / 1_000))")
    }
    if !guardrail.toolsAllowed.isEmpty { parts.append("tools_allowed: \(guardrail.toolsAllowed.flow)") }
    if !guardrail.toolsDenied.isEmpty { parts.append("tools_denied: \(guardrail.toolsDenied.flow)") }
    parts += ["then: \(guardrail.action.rawValue)", "cool_down: \(TimeSpan.seconds(guardrail.coolDownSeconds))"]
    return "{" + parts.joined(separator: ", ") + "}"
  }
}
