internal import Ledger
internal import Metering

/// The parameters of `GET /api/v1/runs`.
enum RunParameters {
  static let names = [
    "agent", "workflow", "parent_run", "outcome", "failed", "state", "sort", "from", "to", "since", "tz", "limit",
    "cursor",
  ]

  static func filter(_ query: QueryParameters, now: Timestamp) throws(ParameterError) -> RunFilter {
    let range = try query.range(now: now)
    var filter = RunFilter()
    filter.agent = query["agent"]
    filter.workflow = query["workflow"]
    filter.parentRun = query["parent_run"]
    filter.outcome = query["outcome"]
    filter.hasFailed = try query.value("failed", accepted: "true or false") { Bool($0) }
    filter.from = range.from
    filter.to = range.to
    filter.limit = try query.limit()
    switch query["state"] {
    case nil: break
    case "live": filter.isLive = true
    case "ended": filter.isLive = false
    case .some(let text): throw ParameterError("state", value: text, accepted: "live or ended")
    }
    if let order: RunFilter.Order = try query.choice("sort") { filter.order = order }
    let offset = try query.cursor { text in Int(text).flatMap { (0...offsetMax).contains($0) ? $0 : nil } }
    if let offset { filter.offset = offset }
    return filter
  }

  private static let offsetMax = 1_000_000
}
