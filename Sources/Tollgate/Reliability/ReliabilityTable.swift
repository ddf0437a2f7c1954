import Observability

/// How reliable workflows were, as tables for a terminal and as comma-separated values. Two lines a workflow: now, and before.
struct ReliabilityTable {
  /// What `/api/v1/reliability` answers.
  var report: JSONValue
  var period: ReportPeriod

  private static let times = [(member: "current", title: "now"), (member: "previous", title: "before")]
  private static let toolsMax = 20
  private static let wrongMax = 3
  private static let significantDigits = 3

  // MARK: Terminal

  var text: String {
    let rows = report["rows"].arrayValue
    guard !rows.isEmpty else { return "\(heading)\n\nThere was no run.\n" }
    let tools = self.tools(rows)
    let missing = report["rows_not_listed"].integerValue ?? 0
    let lines =
      [heading, ""] + workflows(rows).lines + (tools.rows.isEmpty ? [] : ["", "Tools, the worst first"] + tools.lines)
      + (missing > 0 ? ["", "\(missing) more workflows are not listed."] : [])
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: String { "Reliability by workflow, \(period.title), beside the time as long before" }

  private func workflows(_ rows: [JSONValue]) -> TextTable {
    var table = TextTable(columns: [
      ("WORKFLOW", .left), ("", .left), ("RUNS", .right), ("WELL", .right), ("P50 USD", .right), ("P95 USD", .right),
      ("P99 USD", .right), ("TOOL ERRORS", .right), ("RETRIES", .right), ("WENT WRONG MOST", .left),
    ])
    let costs = rows.flatMap { row in Self.times.flatMap { Self.costs(of: row[$0.member]) } }
    let digits = DollarText.fractionDigits(showing: Self.significantDigits, of: costs.compactMap { $0 })
    for row in rows {
      for time in Self.times {
        let figures = row[time.member]
        table.rows.append(
          [time.member == "current" ? row["workflow"].stringValue ?? "" : "", time.title, Self.count(figures["runs"])]
            + [Self.share(figures["well"], of: figures["judged"])]
            + Self.costs(of: figures).map { cost in
              cost.map { DollarText.fixed(picodollars: $0, fractionDigits: digits) } ?? ""
            } + [Self.toolErrors(of: figures), Self.count(figures["retries"]), Self.wrong(in: figures)])
      }
    }
    return table
  }

  private func tools(_ rows: [JSONValue]) -> TextTable {
    var table = TextTable(columns: [
      ("WORKFLOW", .left), ("TOOL", .left), ("CALLS", .right), ("ANSWERED", .right), ("FAILED", .right),
      ("SHARE", .right), ("BEFORE", .right),
    ])
    for row in rows {
      let before = row["previous"]["tools"].arrayValue
      for tool in row["current"]["tools"].arrayValue.prefix(Self.toolsMax) {
        let same = before.first { $0["name"] == tool["name"] } ?? .null
        table.rows.append([
          row["workflow"].stringValue ?? "", tool["name"].stringValue ?? "", Self.count(tool["calls"]),
          Self.count(tool["results"]), Self.count(tool["errors"]), Self.share(tool["errors"], of: tool["results"]),
          Self.share(same["errors"], of: same["results"]),
        ])
      }
    }
    return table
  }

  // MARK: Comma-separated values

  var csvText: String {
    let header = [
      "workflow", "time", "runs", "live", "judged", "well", "p50_pico_usd", "p95_pico_usd", "p99_pico_usd",
      "cost_pico_usd", "llm_calls", "errors", "retries", "tool_results", "tool_errors", "went_wrong_most",
    ]
    let lines = report["rows"].arrayValue.flatMap { row in
      Self.times.map { time -> [String] in
        let figures = row[time.member]
        let (results, errors) = Self.toolTotals(of: figures)
        let counts = ["runs", "live", "judged", "well"].map { figures[$0].text }
        let rest = ["cost_pico_usd", "llm_calls", "errors", "retries"].map { figures[$0].text }
        return [row["workflow"].stringValue ?? "", time.member] + counts
          + Self.costs(of: figures).map { $0.map { String($0) } ?? "" } + rest
          + [String(results), String(errors), Self.wrong(in: figures)]
      }
    }
    return CSVText.document([header] + lines)
  }

  // MARK: Cells

  private static func costs(of figures: JSONValue) -> [Int128?] {
    ["p50", "p95", "p99"].map { figures["cost_per_run"]["\($0)_pico_usd"].integerValue }
  }

  private static func toolTotals(of figures: JSONValue) -> (results: Int128, errors: Int128) {
    figures["tools"].arrayValue.reduce((0, 0)) { sum, tool in
      (sum.0 + (tool["results"].integerValue ?? 0), sum.1 + (tool["errors"].integerValue ?? 0))
    }
  }

  private static func toolErrors(of figures: JSONValue) -> String {
    let (results, errors) = toolTotals(of: figures)
    return results > 0 ? percentage(errors, of: results) : ""
  }

  /// `reply_cut 7, error 2`: what was noticed, and ends that nothing else tells of.
  private static func wrong(in figures: JSONValue) -> String {
    let noticed = figures["anomalies"].objectValue + figures["trips"].objectValue
    let ends = figures["outcomes"].objectValue.filter { ["error", "budget", "aborted", "none"].contains($0.name) }
    return (noticed + ends).map { (name: $0.name, count: $0.value.integerValue ?? 0) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }.prefix(wrongMax)
      .map { "\($0.name) \($0.count)" }.joined(separator: ", ")
  }

  private static func count(_ value: JSONValue) -> String { grouped(Int64(clamping: value.integerValue ?? 0)) }

  /// Empty where there is nothing to take a share of.
  private static func share(_ part: JSONValue, of whole: JSONValue) -> String {
    let whole = whole.integerValue ?? 0
    return whole > 0 ? percentage(part.integerValue ?? 0, of: whole) : ""
  }
}
