internal import Ledger
internal import Metering
internal import Observability

/// The body of `POST /api/v1/adjustments`.
enum AdjustmentBody {
  static let members = [
    "call", "day", "provider", "model", "project", "agent", "workflow", "run", "delta_usd", "reason", "who", "key",
  ]
  private static let scopeMembers = ["day", "provider", "model", "project", "agent", "workflow", "run"]
  private static let microsecondsPerDay: Int64 = 86_400_000_000

  static func correction(_ body: RequestBody) throws(ParameterError) -> Correction {
    try body.check(known: members)
    let amount = try body.requiredText("delta_usd")
    guard let delta = MoneyText.picodollars(amount) else {
      throw ParameterError(
        "delta_usd", value: amount, accepted: "a decimal number in a string, with at most 12 digits after the point")
    }
    return Correction(
      target: try target(body), deltaPicodollars: delta, reason: try body.requiredText("reason"),
      who: try body.requiredText("who"), requestKey: try body.text("key"))
  }

  private static func target(_ body: RequestBody) throws(ParameterError) -> Correction.Target {
    guard let call = try body.text("call") else { return .day(try day(body), try scope(body)) }
    guard let id = CallID(call) else {
      throw ParameterError("call", value: call, accepted: "the id of a call, the header x-tollgate-call of its reply")
    }
    for name in scopeMembers where try body.text(name) != nil {
      throw ParameterError(name, value: "", accepted: "nothing beside call, whose row says it")
    }
    return .call(id)
  }

  private static func day(_ body: RequestBody) throws(ParameterError) -> Int64 {
    let text = try body.requiredText("day")
    guard let midnight = Timestamp(date: text, utcOffsetSeconds: 0) else {
      throw ParameterError("day", value: text, accepted: "a date (UTC) such as 2026-11-23")
    }
    return midnight.unixMicroseconds / microsecondsPerDay
  }

  private static func scope(_ body: RequestBody) throws(ParameterError) -> AdjustmentScope {
    AdjustmentScope(
      provider: try body.requiredText("provider"), model: try body.text("model"), project: try body.text("project"),
      agent: try body.text("agent"), workflow: try body.text("workflow"), run: try body.text("run"))
  }
}

/// The body of `POST /api/v1/reprice`.
enum RepriceBody {
  static let members = ["from", "to", "provider", "all", "dry_run", "after", "reason", "who"]

  static func query(_ body: RequestBody) throws(ParameterError) -> RepriceQuery {
    try body.check(known: members)
    var query = RepriceQuery(
      from: try body.instant("from"), to: try body.instant("to"), reason: try body.requiredText("reason"),
      who: try body.requiredText("who"))
    query.provider = try body.text("provider")
    query.includesPriced = try body.flag("all")
    query.isDryRun = try body.flag("dry_run")
    if let after = try body.text("after") {
      guard let cursor = RepriceCursor(after) else {
        throw ParameterError("after", value: after, accepted: "what the member next of the answer before said")
      }
      query.after = cursor
    }
    return query
  }
}
