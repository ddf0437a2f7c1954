import Observability

extension Report {
  /// The report as a table with notes below, for a terminal.
  var tableText: String {
    ([heading, ""] + (total.calls == 0 && rows.isEmpty ? [emptiness] : table.lines + notes)).joined(separator: "\n")
      + "\n"
  }

  private var heading: String {
    "Cost by \(by.map(\.rawValue).joined(separator: ", ")), \(period.title)"
  }

  private var emptiness: String {
    "No calls. Point an agent here: eval \"$(tollgate env --workflow NAME)\""
  }

  private var table: TextTable {
    let amounts = (rows + [total]).map(\.costPicodollars)
    let fractionDigits = DollarText.fractionDigits(showing: Self.significantDigits, of: amounts)
    let columns = Self.columns.filter { column in column.isAlwaysShown || column.count(total) > 0 }

    func cells(_ key: [String], _ row: ReportRow) -> [String] {
      key + columns.map { grouped($0.count(row)) }
        + [
          DollarText.fixed(picodollars: row.costPicodollars, fractionDigits: fractionDigits),
          percentage(row.costPicodollars, of: total.costPicodollars),
        ]
    }
    var table = TextTable(
      columns: by.map { (title: $0.rawValue.uppercased(), alignment: .left) }
        + columns.map { (title: $0.title, alignment: .right) }
        + [(title: "COST USD", alignment: .right), (title: "SHARE", alignment: .right)])
    table.rows = rows.map { row in cells(row.key.map { $0 ?? "(none)" }, row) }
    table.totals = cells(["total"] + by.dropFirst().map { _ in "" }, total)
    return table
  }

  private static let significantDigits = 6

  /// A column of counts; the rare ones are shown only where there is something in them.
  private struct Column: Sendable {
    var title: String
    var isAlwaysShown = true
    var count: @Sendable (ReportRow) -> Int64
  }

  /// The token columns add up to every token.
  private static let columns = [
    Column(title: "CALLS") { $0.calls },
    Column(title: "INPUT") { $0.tokens(.input) },
    Column(title: "CACHED") { $0.tokens(.cachedInput) },
    Column(title: "WRITTEN", isAlwaysShown: false) { $0.tokens(.cacheWrite) },
    Column(title: "OUTPUT") { $0.tokens(.output) },
    Column(title: "REASONING", isAlwaysShown: false) { $0.tokens(.reasoning) },
    Column(title: "AUDIO", isAlwaysShown: false) { $0.tokens(.audioInput, .audioOutput) },
    Column(title: "IMAGE", isAlwaysShown: false) { $0.tokens(.imageInput, .imageOutput) },
    Column(title: "VIDEO", isAlwaysShown: false) { $0.tokens(.videoInput, .videoOutput) },
    Column(title: "TOOLS") { $0.toolCalls },
    Column(title: "ERRORS") { $0.errors },
  ]
}
