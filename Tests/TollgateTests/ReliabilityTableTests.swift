import Metering
import Testing

@testable import Tollgate

@Suite struct ReliabilityTableTests {
  private let period = ReportPeriod(
    from: Timestamp(unixMicroseconds: 1_795_327_200_000_000), to: Timestamp(unixMicroseconds: 1_795_413_600_000_000),
    timeZone: .utc)

  private func figures(runs: Int64, well: Int64, errors: Int64, cost: Int64?) -> JSONValue {
    [
      "runs": .count(runs), "live": 1, "judged": .count(runs - 1), "well": .count(well), "retries": 4,
      "outcomes": ["ok": .count(well), "cut": 2, "budget": 5], "llm_calls": 9, "errors": 3, "cost_pico_usd": 77,
      "cost_per_run": cost.map {
        [
          "p50_pico_usd": .count($0), "p95_pico_usd": .count($0 * 2), "p99_pico_usd": .count($0 * 3),
        ]
      } ?? nil,
      "tools": [
        ["name": "fetch\u{1b}[2J", "calls": 9, "results": 8, "errors": .count(errors)],
        ["name": "search", "calls": 2, "results": 0, "errors": 0],
      ],
      "anomalies": ["reply_cut": 2, "refusal": 7], "trips": ["cycle": 5],
    ]
  }

  private var table: ReliabilityTable {
    ReliabilityTable(
      report: [
        "rows": [
          [
            "workflow": "nightly", "current": figures(runs: 9, well: 6, errors: 2, cost: 100_000_000_000),
            "previous": figures(runs: 1, well: 0, errors: 1, cost: nil),
          ]
        ],
        "rows_not_listed": 3,
      ], period: period)
  }

  @Test func `each workflow has a line for now and one for before, and its tools stand below`() {
    let lines = table.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(
      lines == [
        "Reliability by workflow, \(period.title), beside the time as long before", "",
        "WORKFLOW          RUNS    WELL  P50 USD  P95 USD  P99 USD  TOOL ERRORS  RETRIES  WENT WRONG MOST",
        "nightly   now        9  75.0 %    0.100    0.200    0.300       25.0 %        4  refusal 7, budget 5, cycle 5",
        "          before     1                                          12.5 %        4  refusal 7, budget 5, cycle 5",
        "", "Tools, the worst first",
        "WORKFLOW  TOOL       CALLS  ANSWERED  FAILED   SHARE  BEFORE",
        "nightly   fetch?[2J      9         8       2  25.0 %  12.5 %",
        "nightly   search         2         0       0",
        "", "3 more workflows are not listed.", "",
      ])
  }

  @Test func `nothing is said in a sentence`() {
    let empty = ReliabilityTable(report: ["rows": []], period: period)
    #expect(empty.text.hasSuffix("\n\nThere was no run.\n"))
  }

  @Test func `as comma-separated values, amounts are exact`() {
    let lines = table.csvText.split(separator: "\r\n").map(String.init)
    #expect(lines[0].hasPrefix("workflow,time,runs,live,judged,well,p50_pico_usd"))
    #expect(
      lines[1]
        == "nightly,current,9,1,8,6,100000000000,200000000000,300000000000,77,9,3,4,8,2,\"refusal 7, budget 5, cycle 5\""
    )
    #expect(lines[2] == "nightly,previous,1,1,0,0,,,,77,9,3,4,8,1,\"refusal 7, budget 5, cycle 5\"")
  }
}
