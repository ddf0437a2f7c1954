/// `agents` and `workflows`: names that metrics have from the start, and that the cap on labels never folds; and `otel_names`, whether
/// there are metrics by OpenTelemetry's names besides.
struct NamesSection: Sendable, Equatable {
  var agents: [String] = []
  var workflows: [String] = []
  var hasOpenTelemetryNames = false

  static let keys = ["agents", "workflows", "otel_names"]
  private static let namesMax = 200

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    agents = Self.names(file["agents"], &context)
    workflows = Self.names(file["workflows"], &context)
    file.read("otel_names", into: &hasOpenTelemetryNames, &context) { text throws(MalformedText) in
      guard let isOn = Bool(text) else { throw MalformedText("\"\(text)\" is neither true nor false") }
      return isOn
    }
  }

  func write(to text: inout CanonicalText) {
    text.entry("agents", agents)
    text.entry("workflows", workflows)
    if hasOpenTelemetryNames { text.entry("otel_names", "true") }
  }

  private static func names(_ value: ConfigurationValue?, _ context: inout ReadingContext) -> [String] {
    let items = value?.list(&context) ?? []
    if items.count > namesMax {
      value?.report("\(items.count) names are more than the \(namesMax) that metrics keep apart", to: &context)
    }
    return items.compactMap { $0.parsed(&context, by: CallerName.validated) }
  }
}
