public import Ledger
internal import Observability
internal import Runs

/// How reliable workflows were, as the API and the command line show it.
public enum ReliabilityJSON {
  /// `{"from": ..., "to": ..., "previous_from": ..., "rows": [{"workflow": ..., "current": {...}, "previous": {...}}], ...}`.
  public static func document(_ report: ReliabilityReport) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("from", report.query.from.rfc3339)
      writer.member("to", report.query.to.rfc3339)
      writer.member("previous_from", report.query.previousFrom.rfc3339)
      writer.key("rows")
      writer.array { writer in
        for row in report.rows {
          writer.object { writer in
            writer.member("workflow", row.workflow)
            writer.key("current")
            write(row.current, to: &writer)
            writer.key("previous")
            write(row.previous, to: &writer)
          }
        }
      }
      writer.member("rows_not_listed", report.rowsNotListed)
    }
    return writer.bytes
  }

  private static func write(_ figures: ReliabilityFigures, to writer: inout JSONWriter) {
    writer.object { writer in
      for (name, count) in [
        ("runs", figures.runs), ("live", figures.live), ("judged", figures.judged), ("well", figures.well),
      ] {
        writer.member(name, count)
      }
      writeCounts("outcomes", RunOutcome.allCases.map { ($0.rawValue, figures.outcomes[$0]) }, to: &writer)
      writeCosts(of: figures, to: &writer)
      for (name, count) in [
        ("llm_calls", figures.llmCalls), ("errors", figures.errors), ("retries", figures.retries),
        ("unpriced_calls", figures.unpricedCalls),
      ] {
        writer.member(name, count)
      }
      writeTools(figures.tools, to: &writer)
      writeCounts("anomalies", AnomalyKind.allCases.map { ($0.rawValue, figures.anomalies[$0]) }, to: &writer)
      writeCounts("trips", GuardrailLimit.Kind.allCases.map { ($0.rawValue, figures.trips[$0]) }, to: &writer)
    }
  }

  private static func writeCosts(of figures: ReliabilityFigures, to writer: inout JSONWriter) {
    writer.member("cost_pico_usd", figures.costPicodollars)
    writer.member("cost_usd", MoneyText.usd(figures.costPicodollars))
    writer.key("cost_per_run")
    guard let cost = figures.cost else { return writer.null() }
    writer.object { writer in
      for (name, picodollars) in [
        ("p50", cost.p50Picodollars), ("p95", cost.p95Picodollars), ("p99", cost.p99Picodollars),
      ] {
        writer.member("\(name)_pico_usd", picodollars)
        writer.member("\(name)_usd", MoneyText.usd(picodollars))
      }
    }
  }

  private static func writeTools(_ tools: [ToolReliability], to writer: inout JSONWriter) {
    writer.key("tools")
    writer.array { writer in
      for tool in tools {
        writer.object { writer in
          writer.member("name", tool.name)
          writer.member("calls", tool.calls)
          writer.member("results", tool.results)
          writer.member("errors", tool.errors)
        }
      }
    }
  }

  /// Those that occurred.
  private static func writeCounts(_ name: String, _ counts: [(String, Int64?)], to writer: inout JSONWriter) {
    writer.key(name)
    writer.object { writer in
      for case (let name, let count?) in counts where count > 0 { writer.member(name, count) }
    }
  }
}
