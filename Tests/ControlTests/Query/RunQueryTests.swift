import Ledger
import Metering
import Testing

@testable import Control

private let now = Timestamp(unixMicroseconds: 1_800_000_000_000_000)
private let day: Int64 = 86_400_000_000

@Suite struct RunQueryTests {
  private func events(_ query: String) throws -> RunEventFilter {
    try RunEventParameters.filter(QueryParameters(query, known: RunEventParameters.names), now: now)
  }

  private func reliability(_ query: String) throws -> ReliabilityQuery {
    try ReliabilityParameters.query(QueryParameters(query, known: ReliabilityParameters.names), now: now)
  }

  @Test func `anomalies are listed unless a type or a kind is asked for`() throws {
    #expect(try events("").type == .anomaly)
    #expect(try events("type=trip").type == .trip)
    #expect(try events("type=any").type == nil)
    let kind = try events("kind=max_fanout&workflow=w&agent=a&run=r&since=1d&limit=7&cursor=12")
    #expect(kind.type == nil && kind.kind == "max_fanout" && kind.limit == 7 && kind.before == 12)
    #expect(kind.workflow == "w" && kind.agent == "a" && kind.run == "r")
    #expect(kind.from == Timestamp(unixMicroseconds: now.unixMicroseconds - day))
    #expect(try events("kind=reply_cut&type=trip").type == .trip)
    for query in ["kind=boredom", "type=all", "cursor=x"] {
      #expect(throws: ParameterError.self) { try events(query) }
    }
  }

  @Test func `reliability is of the last week unless asked otherwise, and beside it stands the time as long before`()
    throws
  {
    let week = try reliability("")
    #expect(week.to == now && week.from.unixMicroseconds == now.unixMicroseconds - 7 * day)
    #expect(week.previousFrom.unixMicroseconds == now.unixMicroseconds - 14 * day)
    let month = try reliability("from=2026-12-01&to=2027-01-01&workflow=w")
    #expect(month.workflow == "w")
    #expect(month.from.unixMicroseconds - month.previousFrom.unixMicroseconds == 31 * day)
    #expect(throws: ParameterError.self) { try reliability("from=2027-02-01") }
    #expect(throws: ParameterError.self) { try reliability("since=1d&from=2026-12-01") }
  }

  @Test(arguments: [("failed=true", true), ("failed=false", false), ("", nil)] as [(String, Bool?)])
  func `runs are told by whether they failed`(query: String, hasFailed: Bool?) throws {
    let parameters = try QueryParameters(query, known: RunParameters.names)
    #expect(try RunParameters.filter(parameters, now: now).hasFailed == hasFailed)
    let wrong = try QueryParameters("failed=1", known: RunParameters.names)
    #expect(throws: ParameterError.self) { try RunParameters.filter(wrong, now: now) }
  }
}
