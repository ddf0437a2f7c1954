internal import Budgets
internal import Ledger
internal import Metering

/// The body of `POST /api/v1/holds/{id}/approve` and `/deny`.
enum HoldBody {
  static let approvalMembers = ["amount", "for", "extent", "reason"]
  static let denialMembers = ["reason"]

  static func approval(_ body: RequestBody) throws(ParameterError) -> (decision: HoldDecision, reason: String?) {
    try body.check(known: approvalMembers)
    let decision = try approval(
      amount: try body.text("amount"), time: try body.text("for"), extent: try body.text("extent"))
    return (decision, try reason(try body.text("reason")))
  }

  static func denialReason(_ body: RequestBody) throws(ParameterError) -> String? {
    try body.check(known: denialMembers)
    return try reason(try body.text("reason"))
  }

  /// - Parameter time: how long it is in force.
  static func approval(amount: String?, time: String?, extent: String?) throws(ParameterError) -> HoldDecision {
    var limit: BudgetLimit?
    if let amount {
      limit = BudgetLimit(amount)
      guard limit != nil else { throw ParameterError("amount", value: amount, accepted: BudgetLimit.accepted) }
    }
    var seconds = HoldLimits.approvalSeconds
    if let time {
      guard let span = QueryDuration.seconds(time), span <= HoldLimits.approvalSecondsMax else {
        throw ParameterError("for", value: time, accepted: "\(QueryDuration.accepted), and 7d at most")
      }
      seconds = span
    }
    guard let known = HoldExtent(rawValue: extent ?? HoldExtent.call.rawValue) else {
      throw ParameterError("extent", value: extent ?? "", accepted: "call or run")
    }
    return .approve(known, amount: limit, seconds: seconds)
  }

  static func reason(_ text: String?) throws(ParameterError) -> String? {
    guard let text, !text.isEmpty else { return nil }
    let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    guard text.utf8.count <= HoldLimits.reasonBytesMax, isPrintable else {
      throw ParameterError(
        "reason", value: text, accepted: "one line of at most \(HoldLimits.reasonBytesMax) bytes")
    }
    return text
  }
}

/// The parameters of `GET /api/v1/holds`.
enum HoldQuery {
  static let parameters = ["state", "limit", "cursor"]

  static func filter(_ query: QueryParameters) throws(ParameterError) -> HoldFilter {
    var filter = HoldFilter()
    filter.state = try query.choice("state")
    filter.limit = try query.limit()
    filter.before = try query.cursor { CallID($0) }
    return filter
  }
}
