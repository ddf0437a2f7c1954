internal import Escalation
internal import Ledger

/// The parameters of `GET /api/v1/alerts`.
enum AlertQuery {
  static let parameters = ["status", "rule", "limit", "cursor"]

  static func filter(_ query: QueryParameters) throws(ParameterError) -> AlertFilter {
    var filter = AlertFilter()
    switch query["status"] {
    case nil: break
    case "firing": filter.isFiring = true
    case "resolved": filter.isFiring = false
    case .some(let text): throw ParameterError("status", value: text, accepted: "firing or resolved")
    }
    filter.rule = try query.choice("rule")
    filter.limit = try query.limit()
    filter.before = try query.cursor { Int64($0) }
    return filter
  }
}

/// The body of `POST /api/v1/alerts/redeliver`.
enum RedeliveryBody {
  static let members = ["message", "receiver"]

  static func redelivery(_ body: RequestBody) throws(ParameterError) -> Redelivery {
    try body.check(known: members)
    switch (try body.text("message"), try body.text("receiver")) {
    case (let message?, nil): return .message(message)
    case (nil, let receiver?): return .receiver(receiver)
    case (_, let receiver):
      throw ParameterError("receiver", value: receiver ?? "", accepted: "either a message or a receiver, not both")
    }
  }
}
