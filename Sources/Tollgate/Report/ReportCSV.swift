import Observability

extension Report {
  /// The rows as RFC 4180, a header line first, amounts exact, without a row of totals.
  var csvText: String {
    let header =
      by.map(\.rawValue) + ["calls"] + TokenClass.allCases.map { "\($0.rawValue)_tokens" }
      + [
        "tool_calls", "errors", "unpriced_calls", "cost_usd", "cost_pico_usd", "estimated_pico_usd",
        "subscription_cost_pico_usd", "adjusted_pico_usd", "reported_pico_usd", "reported_book_pico_usd",
        "substituted_pico_usd", "partial_calls", "unmetered_calls",
      ]
    return CSVText.document([header] + rows.map(Self.fields))
  }

  private static func fields(_ row: ReportRow) -> [String] {
    let counts = [row.toolCalls, row.errors, row.unpricedCalls].map(String.init)
    return row.key.map { $0 ?? "" } + [String(row.calls)]
      + TokenClass.allCases.map { String(row.tokens[$0] ?? 0) } + counts
      + [
        DollarText.exact(picodollars: row.costPicodollars), String(row.costPicodollars),
        String(row.estimatedPicodollars), String(row.subscriptionPicodollars), String(row.adjustedPicodollars),
        String(row.reportedPicodollars),
        String(row.reportedBookPicodollars), String(row.substitutedPicodollars), String(row.partialCalls),
        String(row.unmeteredCalls),
      ]
  }
}
