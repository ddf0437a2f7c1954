import Metering
import Observability

extension Report {
  /// The report as one JSON object; rows have the names of `/api/v1/summary`.
  var jsonText: String {
    let unpriced = unpriced.map { model in
      JSONValue.object([
        ("provider", JSONValue(model.provider)), ("model", JSONValue(model.model)), ("calls", .count(model.calls)),
      ])
    }
    let report = JSONValue.object([
      ("from", .string(period.fromText)), ("to", .string(period.toText)),
      ("tz", .string(period.timeZone.name)), ("by", .array(by.map { .string($0.rawValue) })),
      ("rows", .array(rows.map { .object(Self.members($0, by: by)) })),
      ("total", .object(Self.members(total, by: []))),
      ("without_workflow_pico_usd", .integer(withoutWorkflow.costPicodollars)),
      ("estimated_pico_usd", .integer(total.estimatedPicodollars)), ("unpriced", .array(unpriced)),
      ("unsettled_calls", .count(unsettledCalls)),
    ])
    return report.text + "\n"
  }

  private static func members(_ row: ReportRow, by: [ReportDimension]) -> [(name: String, value: JSONValue)] {
    let sources = UsageSource.allCases.compactMap { source in
      row.costBySource[source].map { (name: source.rawValue, value: JSONValue.integer($0)) }
    }
    return zip(by, row.key).map { (name: $0.rawValue, value: JSONValue($1)) } + [
      ("calls", .count(row.calls)),
      ("tokens", .object(TokenClass.allCases.map { (name: $0.rawValue, value: .count(row.tokens[$0] ?? 0)) })),
      ("units", .object(units(row))), ("cost_pico_usd", .integer(row.costPicodollars)),
      ("cost_usd", .string(DollarText.exact(picodollars: row.costPicodollars))),
      ("cost_by_source", .object(sources)), ("adjusted_pico_usd", .integer(row.adjustedPicodollars)),
      ("reported_pico_usd", .integer(row.reportedPicodollars)),
      ("reported_book_pico_usd", .integer(row.reportedBookPicodollars)),
      ("substituted_pico_usd", .integer(row.substitutedPicodollars)),
      ("subscription_cost_pico_usd", .integer(row.subscriptionPicodollars)),
      ("subscription_cost_usd", .string(DollarText.exact(picodollars: row.subscriptionPicodollars))),
      ("unpriced_calls", .count(row.unpricedCalls)), ("partial_calls", .count(row.partialCalls)),
      ("unmetered_calls", .count(row.unmeteredCalls)), ("tool_calls", .count(row.toolCalls)),
      ("errors", .count(row.errors)),
    ]
  }

  private static func units(_ row: ReportRow) -> [(name: String, value: JSONValue)] {
    UsageCell.allCases.compactMap { cell in
      row.units[cell].map { count in
        let digits = cell.countsPerUnit == 1000 ? 3 : 0
        return (cell.meter.description, .decimal(DecimalText.text(Int128(count), fractionDigits: digits)))
      }
    }
  }
}
