internal import Ledger
internal import Metering

/// The parameters of `GET /api/v1/audit`.
enum AuditParameters {
  static let names = ["actor", "action", "subject", "from", "to", "since", "tz", "limit", "cursor"]

  static func filter(_ query: QueryParameters, now: Timestamp) throws(ParameterError) -> AuditFilter {
    let range = try TimeRange(
      since: query["since"], from: query["from"], to: query["to"], tz: query["tz"], now: now)
    var filter = AuditFilter()
    filter.actor = query["actor"]
    filter.action = query["action"]
    filter.subject = query["subject"]
    filter.from = range.from
    filter.to = range.to
    filter.limit = try CallQuery.limit(query["limit"])
    if let cursor = query["cursor"] {
      guard let before = Int64(cursor) else {
        throw ParameterError("cursor", value: cursor, accepted: "what the field next of the page before said")
      }
      filter.before = before
    }
    return filter
  }
}
