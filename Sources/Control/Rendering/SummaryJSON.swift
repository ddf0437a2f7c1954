public import Ledger
internal import Metering
public import Observability

/// A summary as the API and the reports show it.
public enum SummaryJSON {
  /// The rows: `{"rows": [...], "next": null}`; a summary is one page.
  public static func page(_ rows: [SummaryRow], by dimensions: [SummaryDimension]) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("rows")
      writer.array { writer in for row in rows { write(row, by: dimensions, to: &writer) } }
      writer.key("next")
      writer.null()
    }
    return writer.bytes
  }

  /// Writes one row as an object that begins with the dimensions asked for.
  public static func write(_ row: SummaryRow, by dimensions: [SummaryDimension], to writer: inout JSONWriter) {
    writer.object { writer in
      for (dimension, value) in zip(dimensions, row.key) { writer.member(dimension.rawValue, value) }
      writer.member("calls", row.calls)
      writer.key("tokens")
      writer.object { writer in
        for tokenClass in TokenClass.allCases {
          writer.member(tokenClass.rawValue, row.usage.tokens(tokenClass))
        }
      }
      writer.key("units")
      UsageJSON.writeUnits(row.usage, to: &writer)
      writeMoney(row, to: &writer)
      for (name, count) in [
        ("unpriced_calls", row.unpricedCalls), ("partial_calls", row.partialCalls),
        ("unmetered_calls", row.unmeteredCalls),
      ] {
        writer.member(name, count)
      }
      writer.member("tool_calls", row.toolCalls)
      writer.member("errors", row.errors)
    }
  }

  private static func writeMoney(_ row: SummaryRow, to writer: inout JSONWriter) {
    writer.member("cost_pico_usd", row.costPicodollars)
    writer.member("cost_usd", MoneyText.usd(row.costPicodollars))
    writer.key("cost_by_source")
    writer.object { writer in
      for source in UsageSource.allCases {
        guard let cost = row.costBySource[source], cost != 0 else { continue }
        writer.member(source.rawValue, cost)
      }
    }
    for (name, amount) in [
      ("adjusted_pico_usd", row.adjustedPicodollars), ("reported_pico_usd", row.reportedPicodollars),
      ("reported_book_pico_usd", row.reportedBookPicodollars),
      ("substituted_pico_usd", row.substitutedPicodollars),
    ] {
      writer.member(name, amount)
    }
    writer.member("subscription_cost_pico_usd", row.subscriptionPicodollars)
    writer.member("subscription_cost_usd", MoneyText.usd(row.subscriptionPicodollars))
  }
}
