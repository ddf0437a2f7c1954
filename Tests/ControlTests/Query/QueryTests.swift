import Ledger
import Metering
import Observability
import Testing

@testable import Control

private let now = Timestamp(unixMicroseconds: 1_800_000_000_000_000)  // 2027-01-15T08:00:00Z

private func parameters(_ query: String) throws(ParameterError) -> QueryParameters {
  try QueryParameters(query, known: ["a", "b"])
}

/// The parameter that a query is refused for; nil where it is not.
private func refused(_ query: String) -> String? {
  do throws(ParameterError) {
    _ = try CallQuery.filter(QueryParameters(query, known: CallQuery.parameters), now: now)
    return nil
  } catch { return error.parameter }
}

@Suite struct QueryTests {
  @Test("Parameters are decoded from percent-encoded UTF-8, a plus is a blank")
  func decoding() throws {
    let query = try parameters("a=x%20y+z%2B%C3%A9&b=1=2&&")
    #expect(query["a"] == "x y z+é")
    #expect(query["b"] == "1=2")
    #expect(try parameters("a")["a"] == "")
    #expect(try parameters("")["a"] == nil)
  }

  @Test("What is unknown, twice there, too long or not decodable is an error that names it")
  func errors() {
    func error(_ query: String) -> ParameterError? {
      do throws(ParameterError) {
        _ = try parameters(query)
        return nil
      } catch { return error }
    }
    #expect(error("c=1") == ParameterError("c", value: "1", accepted: "a parameter named a, b"))
    #expect(error("a=1&a=2") == ParameterError("a", value: "2", accepted: "one value, not two"))
    for broken in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%C3", "%=1"] { #expect(error(broken) != nil, "\(broken)") }
    #expect(error("a=" + String(repeating: "x", count: 9_000))?.parameter == "query")
    #expect(
      error("c=1")?.description == "The parameter c cannot be \"1\"; accepted is a parameter named a, b.")
  }

  @Test(
    "Durations are a whole number and a unit",
    arguments: [
      ("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800), ("", nil), ("s", nil), ("0s", nil), ("1.5h", nil),
      ("-1h", nil), ("+1h", nil), ("1w", nil), ("1 h", nil), ("24H", nil), ("99999999999999999999s", nil),
      ("9223372036854775807d", nil), ("36600d", 3_162_240_000), ("36601d", nil),
    ] as [(String, Int64?)])
  func durations(text: String, seconds: Int64?) { #expect(QueryDuration.seconds(text) == seconds) }

  @Test("A call filter has what the query says")
  func filter() throws {
    let query = try QueryParameters(
      "agent=a&workflow=w&run=r&model=m&provider=p&outcome=timeout&provider_response_id=x&since=1h"
        + "&to=2027-01-15T07:30:00Z&limit=1000&cursor=0000000000007", known: CallQuery.parameters)
    let filter = try CallQuery.filter(query, now: now)
    #expect(filter.agent == "a")
    #expect(filter.workflow == "w")
    #expect(filter.run == "r")
    #expect(filter.model == "m")
    #expect(filter.provider == "p")
    #expect(filter.outcome == .timeout)
    #expect(filter.providerResponseID == "x")
    #expect(filter.from?.rfc3339 == "2027-01-15T07:00:00.000000Z")
    #expect(filter.to?.rfc3339 == "2027-01-15T07:30:00.000000Z")
    #expect(filter.limit == 1_000)
    #expect(filter.before == CallID(rawValue: 7))
  }

  @Test(
    "Each value that makes no sense is refused by the name of its parameter",
    arguments: [
      ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
      ("outcome=fine", "outcome"),
      ("cursor=abc", "cursor"), ("since=1", "since"), ("since=1h&from=2027-01-01", "since"), ("from=yesterday", "from"),
      ("to=2027-13-01", "to"), ("from=2027-01-02&to=2027-01-01", "to"), ("from=2027-01-01&to=2027-01-01", "to"),
      ("tz=Mars/Olympus", "tz"), ("tz=CET5", "tz"), ("limt=5", "limt"), ("", nil), ("limit=1", nil),
    ] as [(String, String?)])
  func refusals(query: String, parameter: String?) { #expect(refused(query) == parameter) }

  @Test("A summary is by agent, workflow and model unless it says otherwise; by nothing is one row")
  func dimensions() throws {
    func by(_ query: String) throws -> [SummaryDimension] {
      try SummaryQuery(QueryParameters(query, known: SummaryQuery.parameters), now: now).by
    }
    #expect(try by("") == [.agent, .workflow, .model])
    #expect(try by("by=") == [])
    #expect(try by("by=day,tool") == [.day, .tool])
    #expect(try by("by=key,team") == [.key, .team])
    for wrong in ["by=user", "by=agent,agent", "by=agent,", "by=,", "by=Agent"] {
      #expect(throws: ParameterError.self, "\(wrong)") { () throws in try by(wrong) }
    }
  }
}

@Suite struct TimeRangeTests {
  private func range(
    since: String? = nil, from: String? = nil, to: String? = nil, tz: String? = nil
  ) throws(ParameterError) -> TimeRange {
    try TimeRange(since: since, from: from, to: to, tz: tz, now: now)
  }

  @Test("A date is its midnight in the zone asked for, and that zone's offset tells days apart")
  func midnight() throws {
    let fixed = try range(from: "2026-06-01", tz: "+05:30")
    #expect(fixed.from?.rfc3339 == "2026-05-31T18:30:00.000000Z")
    #expect(fixed.utcOffsetSeconds == 19_800)
    let summer = try range(from: "2026-06-01", to: "2026-07-01", tz: "Europe/Berlin")
    #expect(summer.from?.rfc3339 == "2026-05-31T22:00:00.000000Z")
    #expect(summer.to?.rfc3339 == "2026-06-30T22:00:00.000000Z")
    #expect(summer.utcOffsetSeconds == 7_200)
    #expect(try range(since: "24h", tz: "Europe/Berlin").utcOffsetSeconds == 3_600)
    #expect(try range(since: "24h").utcOffsetSeconds == 0)
  }

  @Test("The midnights beside a change of the clocks are right")
  func clockChange() throws {
    // In Berlin clocks go forward on 2026-03-29 at 01:00 UTC, in Auckland back on 2026-04-04 at 14:00 UTC.
    let before = try range(from: "2026-03-28", to: "2026-03-29", tz: "Europe/Berlin")
    #expect(before.to?.rfc3339 == "2026-03-28T23:00:00.000000Z")
    let after = try range(from: "2026-03-30", to: "2026-03-31", tz: "Europe/Berlin")
    #expect(after.from?.rfc3339 == "2026-03-29T22:00:00.000000Z")
    let auckland = try range(from: "2026-04-06", to: "2026-04-07", tz: "Pacific/Auckland")
    #expect(auckland.from?.rfc3339 == "2026-04-05T12:00:00.000000Z")
    // In Sao Paulo clocks went forward at midnight: the day began at 01:00, which was 03:00 UTC.
    let skipped = try range(from: "2018-11-04", to: "2018-11-05", tz: "America/Sao_Paulo")
    #expect(skipped.from?.rfc3339 == "2018-11-04T03:00:00.000000Z")
    #expect(skipped.to?.rfc3339 == "2018-11-05T02:00:00.000000Z" && skipped.utcOffsetSeconds == -7_200)
  }

  @Test("A named zone whose offset changes within the range is refused, since days could not be told apart by one")
  func changing() {
    #expect(throws: ParameterError.self) { try range(from: "2026-03-01", to: "2026-04-01", tz: "Europe/Berlin") }
    #expect(throws: ParameterError.self) { try range(from: "2026-06-01", tz: "Europe/Berlin") }
    #expect(throws: ParameterError.self) { try range(tz: "Europe/Berlin") }
    // Half an hour forward for good, and no summer time.
    #expect(throws: ParameterError.self) { try range(from: "2018-05-01", to: "2018-06-01", tz: "Asia/Pyongyang") }
    #expect(throws: Never.self) { try range(from: "2018-06-01", to: "2026-06-01", tz: "Asia/Pyongyang") }
    #expect(throws: ParameterError.self) { try range(from: "2026-01-01", to: "2026-02-01", tz: "right/Europe/Berlin") }
    #expect(throws: ParameterError.self) {
      try range(from: "2026-01-01", to: "2026-02-01", tz: "../zoneinfo/Europe/Berlin")
    }
    #expect(throws: Never.self) { try range(tz: "-08:00") }
  }
}
