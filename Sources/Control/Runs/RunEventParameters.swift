internal import Ledger
internal import Metering
internal import Runs

/// The parameters of `GET /api/v1/anomalies`.
enum RunEventParameters {
  static let names = [
    "workflow", "agent", "run", "kind", "type", "from", "to", "since", "tz", "limit", "cursor",
  ]

  /// What kinds of anomalies there are, and then of guardrails' limits.
  static let kinds = AnomalyKind.allCases.map(\.rawValue) + GuardrailLimit.Kind.allCases.map(\.rawValue)

  /// Which types are listed.
  enum Choice: String, CaseIterable {
    case anomaly, trip, any
  }

  static func filter(_ query: QueryParameters, now: Timestamp) throws(ParameterError) -> RunEventFilter {
    let range = try query.range(now: now)
    var filter = RunEventFilter()
    filter.workflow = query["workflow"]
    filter.agent = query["agent"]
    filter.run = query["run"]
    filter.from = range.from
    filter.to = range.to
    filter.limit = try query.limit()
    filter.before = try query.cursor { Int64($0) }
    filter.kind = try query.value("kind", accepted: "one of \(kinds.joined(separator: ", "))") { kind in
      kinds.contains(kind) ? kind : nil
    }
    // A kind says by itself which type is meant.
    let choice: Choice = try query.choice("type") ?? (filter.kind == nil ? .anomaly : .any)
    switch choice {
    case .anomaly: filter.type = .anomaly
    case .trip: filter.type = .trip
    case .any: filter.type = nil
    }
    return filter
  }
}
