/// What a report can be grouped by.
enum ReportDimension: String, CaseIterable, Sendable {
  case agent, workflow, model, provider, tool, day, billing, key, team, project

  /// Reads a list such as `agent,workflow`.
  static func list(_ text: String) throws(MalformedText) -> [ReportDimension] {
    var dimensions: [ReportDimension] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let dimension = ReportDimension(rawValue: String(name)) else {
        throw MalformedText(unknownChoice(String(name), among: allCases.map(\.rawValue)))
      }
      guard !dimensions.contains(dimension) else { throw MalformedText("\"\(name)\" is named twice") }
      dimensions.append(dimension)
    }
    return dimensions
  }
}
