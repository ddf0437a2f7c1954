/// `identity`, `agents` and `workflows`: who is calling, and which names metrics always have.
struct IdentitySection: Sendable, Equatable {
  /// Where the names come from: the first source that has one decides.
  var order = IdentitySource.allCases
  /// Agents that metrics name from the start, and that the cap on labels never folds.
  var agents: [String] = []
  /// The same for workflows.
  var workflows: [String] = []

  static let keys = ["identity", "agents", "workflows"]
  private static let namesMax = 200

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    if let value = file["identity"] {
      let section = MappingReader(value, keys: ["order"], context: &context)
      if let order = section["order"] { self.order = Self.order(order, &context) }
    }
    agents = Self.names(file["agents"], &context)
    workflows = Self.names(file["workflows"], &context)
  }

  func write(to text: inout CanonicalText) {
    text.section("identity") { $0.entry("order", order.map(\.rawValue)) }
    text.entry("agents", agents)
    text.entry("workflows", workflows)
  }

  private static func order(_ value: ConfigurationValue, _ context: inout ReadingContext) -> [IdentitySource] {
    var order: [IdentitySource] = []
    for item in value.list(&context) {
      guard let source = item.choice(&context, of: IdentitySource.self) else { continue }
      if order.contains(source) { item.report("named twice", to: &context) } else { order.append(source) }
    }
    return order
  }

  private static func names(_ value: ConfigurationValue?, _ context: inout ReadingContext) -> [String] {
    let items = value?.list(&context) ?? []
    if items.count > namesMax {
      value?.report("\(items.count) names are more than the \(namesMax) that metrics keep apart", to: &context)
    }
    return items.compactMap { $0.parsed(&context, by: CallerName.validated) }
  }
}

/// A place where a call says who makes it.
enum IdentitySource: String, Sendable, CaseIterable {
  /// Segments before the provider: `/agent/NAME/workflow/NAME/run/ID/`.
  case path
  /// `x-tollgate-agent`, `-workflow`, `-run`, `-parent-run`.
  case headers
  /// What clients send anyway, such as Claude Code's session headers.
  case client
}
