internal import Ledger
internal import Metering

/// The parameters of `GET /api/v1/summary`.
struct SummaryQuery {
  static let parameters = ["by", "since", "from", "to", "tz"]
  static let byDefault: [SummaryDimension] = [.agent, .workflow, .model]

  var by: [SummaryDimension]
  var range: TimeRange

  init(_ query: QueryParameters, now: Timestamp) throws(ParameterError) {
    by = try Self.dimensions(query["by"])
    range = try query.range(now: now)
  }

  /// `by=` with nothing behind it asks for one row of everything.
  private static func dimensions(_ text: String?) throws(ParameterError) -> [SummaryDimension] {
    guard let text else { return byDefault }
    let all = SummaryDimension.allCases.map(\.rawValue).joined(separator: ", ")
    var dimensions: [SummaryDimension] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: text.isEmpty) {
      guard let dimension = SummaryDimension(rawValue: String(name)), !dimensions.contains(dimension) else {
        throw ParameterError("by", value: text, accepted: "a list, separated by commas, of \(all), each at most once")
      }
      dimensions.append(dimension)
    }
    return dimensions
  }
}
