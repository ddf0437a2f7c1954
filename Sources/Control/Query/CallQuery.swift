internal import Ledger
internal import Metering

/// The parameters of `GET /api/v1/calls`.
enum CallQuery {
  static let parameters = [
    "agent", "workflow", "run", "model", "provider", "outcome", "provider_response_id", "from", "to", "since", "tz",
    "limit", "cursor",
  ]
  static let limitDefault = 100
  static let limitMax = 1_000

  static func filter(_ query: QueryParameters, now: Timestamp) throws(ParameterError) -> CallFilter {
    let range = try TimeRange(
      since: query["since"], from: query["from"], to: query["to"], tz: query["tz"], now: now)
    var filter = CallFilter()
    filter.agent = query["agent"]
    filter.workflow = query["workflow"]
    filter.run = query["run"]
    filter.model = query["model"]
    filter.provider = query["provider"]
    filter.providerResponseID = query["provider_response_id"]
    filter.outcome = try outcome(query["outcome"])
    filter.from = range.from
    filter.to = range.to
    filter.limit = try limit(query["limit"])
    filter.before = try cursor(query["cursor"])
    return filter
  }

  private static func outcome(_ text: String?) throws(ParameterError) -> Outcome? {
    guard let text else { return nil }
    guard let outcome = Outcome(rawValue: text) else {
      let all = Outcome.allCases.map(\.rawValue).joined(separator: ", ")
      throw ParameterError("outcome", value: text, accepted: "one of \(all)")
    }
    return outcome
  }

  static func limit(_ text: String?) throws(ParameterError) -> Int {
    guard let text else { return limitDefault }
    guard let limit = Int(text), (1...limitMax).contains(limit) else {
      throw ParameterError("limit", value: text, accepted: "a whole number from 1 to \(limitMax)")
    }
    return limit
  }

  private static func cursor(_ text: String?) throws(ParameterError) -> CallID? {
    guard let text else { return nil }
    guard let id = CallID(text) else {
      throw ParameterError("cursor", value: text, accepted: "what the field next of the page before said")
    }
    return id
  }
}
