import Metering
import Observability
import Testing

@testable import Tollgate

@Suite("What a report looks like")
struct ReportRenderingTests {
  private func row(
    _ key: [String?], calls: Int64, tokens: [TokenClass: Int64] = [:], cost: Int128, tools: Int64 = 0, errors: Int64 = 0
  ) -> ReportRow {
    var row = ReportRow(key: key)
    row.calls = calls
    row.tokens = tokens
    row.costPicodollars = cost
    row.costBySource = cost > 0 ? [.provider: cost] : [:]
    row.toolCalls = tools
    row.errors = errors
    return row
  }

  private var period: ReportPeriod {
    ReportPeriod(
      from: Timestamp(unixMicroseconds: 1_795_327_200_000_000), to: Timestamp(unixMicroseconds: 1_795_413_600_000_000),
      timeZone: .utc)
  }

  private func report(_ by: [ReportDimension], _ rows: [ReportRow]) -> Report {
    Report(
      by: by, period: period, rows: rows, total: ReportRow.total(rows), withoutWorkflow: ReportRow(key: []),
      unpriced: [])
  }

  private var twoAgents: Report {
    report(
      [.agent, .workflow],
      [
        row(
          ["researcher", "nightly"], calls: 1234, tokens: [.input: 1_234_567, .cachedInput: 89, .output: 4321],
          cost: 12_345_678_901_234, tools: 77, errors: 3),
        row(["coder", nil], calls: 5, tokens: [.input: 100, .output: 5], cost: 123_456_789),
      ])
  }

  @Test("A table is aligned, counts have separators, money six significant digits, and a line of totals ends it")
  func table() {
    #expect(
      twoAgents.tableText == """
        Cost by agent, workflow, 2026-11-22 06:00 to 2026-11-23 06:00 UTC

        AGENT       WORKFLOW  CALLS      INPUT  CACHED  OUTPUT  TOOLS  ERRORS      COST USD    SHARE
        researcher  nightly   1,234  1,234,567      89   4,321     77       3  12.345678901  100.0 %
        coder       (none)        5        100       0       5      0       0   0.000123457    0.0 %
        --------------------------------------------------------------------------------------------
        total                 1,239  1,234,667      89   4,326     77       3  12.345802358  100.0 %

        """)
  }

  @Test(
    "Columns that are rarely used stand there only when they have something in them, and the columns add up to all tokens"
  )
  func rareColumns() {
    let tokens = Dictionary(uniqueKeysWithValues: TokenClass.allCases.map { ($0, Int64(1)) })
    let text = report([.model], [row(["m"], calls: 1, tokens: tokens, cost: 1_000_000_000_000)]).tableText
    #expect(
      text.contains(
        "MODEL  CALLS  INPUT  CACHED  WRITTEN  OUTPUT  REASONING  AUDIO  IMAGE  VIDEO  TOOLS  ERRORS  COST USD    SHARE\n"
          + "m          1      1       1        1       1          1      2      2      2      0       0   1.00000  100.0 %\n"
      )
    )
  }

  @Test("No calls are said in one line, with what to do")
  func nothing() {
    #expect(
      report([.agent], []).tableText == """
        Cost by agent, 2026-11-22 06:00 to 2026-11-23 06:00 UTC

        No calls. Point an agent here: eval "$(tollgate env --workflow NAME)"

        """)
  }

  @Test("Below the table stands what share has no workflow, is estimated, has no price, or was under a subscription")
  func notes() {
    var report = twoAgents
    report.withoutWorkflow = row([], calls: 5, cost: 3_086_450_589_505)
    report.total.costBySource = [.provider: 11_111_222_121_234, .counted: 1_000_000_000_000, .bound: 234_580_236_789]
    report.total.unpricedCalls = 1012
    report.total.partialCalls = 1
    report.total.unmeteredCalls = 2
    report.total.adjustedPicodollars = -1_000_000_000_000
    report.total.reportedPicodollars = 1_000_000_000_000
    report.total.reportedBookPicodollars = 1_100_000_000_000
    report.total.substitutedPicodollars = 1_234_580_236_789
    report.unsettledCalls = 3
    report.total.subscriptionPicodollars = 2_500_000_000_000
    report.unpriced = [
      Report.UnpricedModel(provider: "local", model: "llama", calls: 1000),
      Report.UnpricedModel(provider: "openai", model: nil, calls: 12),
    ]
    #expect(
      report.notes == [
        "",
        "25.0 % of the cost (3.08645 USD, 5 calls) has no workflow, and counts as \"default\". "
          + "Name it: eval \"$(tollgate env --workflow NAME)\"",
        "10.0 % of the cost (1.23458 USD) is estimated, since the provider reported no usage "
          + "(counted 1.00000, bound 0.234580). For streams: stream_usage: ask",
        "8.1 % of the cost (1.00000 USD) is what providers reported themselves; the price book makes it 1.10000 USD",
        "10.0 % of the cost (1.23458 USD) was charged as another model, since the price book does not know the one that "
          + "answered. Once its price is known: tollgate reprice",
        "-1.00000 USD of the cost was booked after the calls were settled: tollgate adjust list",
        "1,012 calls have no cost here, since the price book does not know the model: local/llama, openai/(none). "
          + "The true cost is higher. Once the price is known: tollgate reprice",
        "1 call used something that has no price: their cost is a lower bound. Once it has one: tollgate reprice",
        "2 calls went to paths that no dialect understands, and have no cost here",
        "2.50000 USD is what calls under a subscription would have cost; it is not part of the cost above",
        "3 calls were under way when a process died; they are settled, and counted, when the proxy starts again",
      ])
    #expect(twoAgents.notes == [])
  }

  @Test("A name cannot steer the terminal")
  func controlCharacters() {
    let text = report([.agent], [row(["a\u{1b}[2Jb\n\u{202e}c"], calls: 1, cost: 0)]).tableText
    #expect(text.contains("a?[2Jb??c"))
  }

  @Test("CSV is RFC 4180, with exact amounts")
  func csv() {
    let text = report(
      [.agent, .day], [row(["a,\"b\"", "2026-11-22"], calls: 2, tokens: [.input: 10], cost: 1_500_000_000_001)]
    )
    .csvText
    #expect(
      text == "agent,day,calls,input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens,"
        + "audio_input_tokens,audio_output_tokens,image_input_tokens,image_output_tokens,"
        + "video_input_tokens,video_output_tokens,tool_calls,errors,unpriced_calls,cost_usd,cost_pico_usd,"
        + "estimated_pico_usd,subscription_cost_pico_usd,adjusted_pico_usd,reported_pico_usd,reported_book_pico_usd,"
        + "substituted_pico_usd,partial_calls,unmetered_calls\r\n"
        + "\"a,\"\"b\"\"\",2026-11-22,2,10,0,0,0,0,0,0,0,0,0,0,0,0,0,1.500000000001,1500000000001,0,0,0,0,0,0,0,0\r\n")
  }

  @Test("JSON is exact, also beyond what Int64 and a double can hold, and is read back as it was written")
  func json() throws {
    let large: Int128 = 92_233_720_368_547_758_070_123
    let report = report([.agent], [row(["a"], calls: 1, tokens: [.input: 7], cost: large)])
    let text = report.jsonText
    #expect(text.contains("\"cost_pico_usd\":92233720368547758070123,\"cost_usd\":\"92233720368.547758070123\""))
    #expect(
      text.contains(
        "\"from\":\"2026-11-22T06:00:00.000000Z\",\"to\":\"2026-11-23T06:00:00.000000Z\",\"tz\":\"UTC\",\"by\":[\"agent\"]"
      ))
    #expect(SummaryReply.rows(Array(text.utf8), by: [.agent]) == report.rows)
  }

  @Test(
    "An answer that is no summary is not taken for one",
    arguments: ["", "{}", "[]", "{\"rows\":{}}", "{\"rows\":[", "nonsense"])
  func notASummary(body: String) {
    #expect(SummaryReply.rows(Array(body.utf8), by: [.agent]) == nil)
  }
}
