internal import Budgets
internal import Metering
internal import Observability
internal import Runs

/// The body of `POST /api/v1/runs/{id}/release`, and its answer.
enum RunReleaseBody {
  static let members = ["guardrail", "limit", "amount", "for"]

  /// How long limits do not hold for a run where nobody says: an hour.
  private static let secondsStandard: Int64 = 3_600
  /// How long at most: 7 days.
  private static let secondsMax: Int64 = 7 * 86_400

  static func release(_ body: RequestBody, now: Timestamp) throws(ParameterError) -> GuardrailRelease {
    try body.check(known: members)
    guard let guardrail = try body.text("guardrail"), !guardrail.isEmpty else {
      throw ParameterError("guardrail", value: "", accepted: "the name of the guardrail that stopped the run")
    }
    var release = GuardrailRelease(guardrail: guardrail)
    if let text = try body.text("limit") {
      guard let kind = GuardrailLimit.Kind(rawValue: text) else {
        let all = GuardrailLimit.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ParameterError("limit", value: text, accepted: "one of \(all)")
      }
      release.kind = kind
    }
    if let text = try body.text("amount") { release.amount = try amount(text, release.kind) }
    if let text = try body.text("for") {
      guard let seconds = QueryDuration.seconds(text), seconds <= secondsMax else {
        throw ParameterError("for", value: text, accepted: "\(QueryDuration.accepted), and 7d at most")
      }
      release.until = now.adding(seconds: seconds)
    } else if release.amount == 0 {
      release.until = now.adding(seconds: secondsStandard)
    }
    return release
  }

  private static func amount(_ text: String, _ kind: GuardrailLimit.Kind?) throws(ParameterError) -> Int64 {
    guard let kind else {
      throw ParameterError("amount", value: text, accepted: "an amount together with the limit that it is for")
    }
    guard let limit = GuardrailLimit(kind, text: text) else {
      throw ParameterError("amount", value: text, accepted: GuardrailLimit.accepted(kind))
    }
    return limit.amount
  }

  static func answer(_ run: String, _ release: GuardrailRelease) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("run", run)
      writer.member("guardrail", release.guardrail)
      writer.member("limit", release.kind?.rawValue)
      writer.member(
        "amount", release.kind.flatMap { release.amount > 0 ? GuardrailLimit($0, release.amount).amountText : nil })
      writer.member("until", release.until?.rfc3339)
    }
    return writer.bytes
  }
}
