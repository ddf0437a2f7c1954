internal import Ledger
internal import Metering

/// The parameters of `GET /api/v1/calls`.
enum CallQuery {
  static let parameters = [
    "agent", "workflow", "run", "model", "provider", "outcome", "provider_response_id", "from", "to", "since", "tz",
    "limit", "cursor",
  ]

  static func filter(_ query: QueryParameters, now: Timestamp) throws(ParameterError) -> CallFilter {
    let range = try query.range(now: now)
    var filter = CallFilter()
    filter.agent = query["agent"]
    filter.workflow = query["workflow"]
    filter.run = query["run"]
    filter.model = query["model"]
    filter.provider = query["provider"]
    filter.providerResponseID = query["provider_response_id"]
    filter.outcome = try query.choice("outcome")
    filter.from = range.from
    filter.to = range.to
    filter.limit = try query.limit()
    filter.before = try query.cursor { CallID($0) }
    return filter
  }
}
