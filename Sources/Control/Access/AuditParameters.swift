internal import Ledger
internal import Metering

/// The parameters of `GET /api/v1/audit`.
enum AuditParameters {
  static let names = ["actor", "action", "subject", "from", "to", "since", "tz", "limit", "cursor"]

  static func filter(_ query: QueryParameters, now: Timestamp) throws(ParameterError) -> AuditFilter {
    let range = try query.range(now: now)
    var filter = AuditFilter()
    filter.actor = query["actor"]
    filter.action = query["action"]
    filter.subject = query["subject"]
    filter.from = range.from
    filter.to = range.to
    filter.limit = try query.limit()
    filter.before = try query.cursor { Int64($0) }
    return filter
  }
}
