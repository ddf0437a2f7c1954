internal import Ledger
internal import Metering

/// The parameters of `GET /api/v1/adjustments`.
enum AdjustmentQuery {
  static let parameters = ["kind", "provider", "call", "from", "to", "since", "tz", "limit", "cursor"]

  static func filter(_ query: QueryParameters, now: Timestamp) throws(ParameterError) -> AdjustmentFilter {
    let range = try query.range(now: now)
    var filter = AdjustmentFilter()
    filter.kind = try query.choice("kind")
    filter.provider = query["provider"]
    filter.call = try query.value("call", accepted: "the id of a call") { CallID($0) }
    filter.from = range.from
    filter.to = range.to
    filter.limit = try query.limit()
    filter.before = try query.cursor { Int64($0) }
    return filter
  }
}
