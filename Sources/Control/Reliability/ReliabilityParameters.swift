internal import Ledger
internal import Metering
internal import Observability

/// The parameters of `GET /api/v1/reliability`.
enum ReliabilityParameters {
  static let names = ["workflow", "from", "to", "since", "tz"]
  /// How far it looks back where nothing is said: a week.
  static let sinceStandard = "7d"

  static func query(_ parameters: QueryParameters, now: Timestamp) throws(ParameterError) -> ReliabilityQuery {
    let isOpen = parameters["since"] == nil && parameters["from"] == nil
    let range = try TimeRange(
      since: isOpen ? sinceStandard : parameters["since"], from: parameters["from"], to: parameters["to"],
      tz: parameters["tz"], now: now)
    let to = range.to ?? now
    guard let from = range.from, from < to else {
      throw ParameterError("from", value: parameters["from"] ?? "", accepted: "a time before the end, \(to.rfc3339)")
    }
    return ReliabilityQuery(from: from, to: to, workflow: parameters["workflow"])
  }
}
