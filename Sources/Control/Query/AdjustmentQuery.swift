internal import Ledger
internal import Metering

/// The parameters of `GET /api/v1/adjustments`.
enum AdjustmentQuery {
  static let parameters = ["kind", "provider", "call", "from", "to", "since", "tz", "limit", "cursor"]

  static func filter(_ query: QueryParameters, now: Timestamp) throws(ParameterError) -> AdjustmentFilter {
    let range = try TimeRange(
      since: query["since"], from: query["from"], to: query["to"], tz: query["tz"], now: now)
    var filter = AdjustmentFilter()
    filter.kind = try kind(query["kind"])
    filter.provider = query["provider"]
    filter.call = try call(query["call"])
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

  private static func kind(_ text: String?) throws(ParameterError) -> AdjustmentKind? {
    guard let text else { return nil }
    guard let kind = AdjustmentKind(rawValue: text) else {
      let all = AdjustmentKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ParameterError("kind", value: text, accepted: "one of \(all)")
    }
    return kind
  }

  private static func call(_ text: String?) throws(ParameterError) -> CallID? {
    guard let text else { return nil }
    guard let id = CallID(text) else { throw ParameterError("call", value: text, accepted: "the id of a call") }
    return id
  }
}
