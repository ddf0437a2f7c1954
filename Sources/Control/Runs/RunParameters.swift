internal import Ledger
internal import Metering

/// The parameters of `GET /api/v1/runs`.
enum RunParameters {
  static let names = [
    "agent", "workflow", "parent_run", "outcome", "state", "sort", "from", "to", "since", "tz", "limit", "cursor",
  ]

  static func filter(_ query: QueryParameters, now: Timestamp) throws(ParameterError) -> RunFilter {
    let range = try TimeRange(
      since: query["since"], from: query["from"], to: query["to"], tz: query["tz"], now: now)
    var filter = RunFilter()
    filter.agent = query["agent"]
    filter.workflow = query["workflow"]
    filter.parentRun = query["parent_run"]
    filter.outcome = query["outcome"]
    filter.from = range.from
    filter.to = range.to
    filter.limit = try CallQuery.limit(query["limit"])
    switch query["state"] {
    case nil: break
    case "live": filter.isLive = true
    case "ended": filter.isLive = false
    case .some(let text): throw ParameterError("state", value: text, accepted: "live or ended")
    }
    if let text = query["sort"] {
      guard let order = RunFilter.Order(rawValue: text) else {
        let all = RunFilter.Order.allCases.map(\.rawValue).joined(separator: ", ")
        throw ParameterError("sort", value: text, accepted: "one of \(all)")
      }
      filter.order = order
    }
    if let text = query["cursor"] {
      guard let offset = Int(text), (0...Self.offsetMax).contains(offset) else {
        throw ParameterError("cursor", value: text, accepted: "what the field next of the page before said")
      }
      filter.offset = offset
    }
    return filter
  }

  private static let offsetMax = 1_000_000
}
