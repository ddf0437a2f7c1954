internal import Ledger
internal import Observability
public import Runs

/// What a run came to, as the ledger keeps it and the API shows it under `end`.
public enum RunEndJSON {
  /// A JSON object.
  ///
  /// - Parameter end: nil where it was not seen.
  public static func document(_ end: RunEnd?, reason: RunEndReason) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("outcome", (end?.outcome ?? .unknown).rawValue)
      writer.member("reason", reason.rawValue)
      guard let end else { return }
      writeAnomalies(end.anomalies, to: &writer)
      writeTotals(of: end.tally, to: &writer)
      writeTimes(of: end.tally, to: &writer)
      writeTools(end.tally.toolsByName, to: &writer)
    }
    return writer.bytes
  }

  private static func writeAnomalies(_ anomalies: [Anomaly], to writer: inout JSONWriter) {
    writer.key("anomalies")
    writer.array { writer in
      for anomaly in anomalies {
        writer.object { writer in
          writer.member("kind", anomaly.kind.rawValue)
          writer.member("tool", anomaly.tool)
          AnomalyJSON.writeFigures(of: anomaly, to: &writer)
        }
      }
    }
  }

  private static func writeTotals(of tally: RunTally, to writer: inout JSONWriter) {
    let totals = tally.totals
    for (name, count) in [
      ("llm_calls", totals.llmCalls), ("retries", totals.retries), ("tool_calls", totals.toolCalls),
      ("max_fanout", Int64(totals.width)), ("repeats", totals.repeats), ("tool_results", totals.toolResults),
      ("tool_errors", totals.toolErrors), ("server_tool_calls", totals.serverToolCalls),
      ("mcp_calls", totals.mcpCalls), ("depth", Int64(tally.depth)), ("agents", Int64(tally.nodes.count)),
      ("tokens", totals.tokens),
    ] {
      writer.member(name, count)
    }
    writer.member("cost_pico_usd", totals.costPicodollars)
    writer.member("cost_usd", MoneyText.usd(totals.costPicodollars))
  }

  private static func writeTimes(of tally: RunTally, to writer: inout JSONWriter) {
    let clock = tally.clock
    for (name, microseconds) in [
      ("wall_ms", clock.wallMicroseconds), ("model_ms", clock.modelMicroseconds), ("tool_ms", clock.toolMicroseconds),
      ("idle_ms", clock.idleMicroseconds), ("model_work_ms", tally.totals.modelWorkMicroseconds),
      ("tool_work_ms", tally.totals.toolWorkMicroseconds), ("critical_path_ms", tally.criticalPathMicroseconds),
    ] {
      writer.key(name)
      writer.decimal(microseconds, fractionDigits: 3)
    }
  }

  /// Those that were called most first.
  private static func writeTools(_ tools: [(name: String, measures: ToolMeasures)], to writer: inout JSONWriter) {
    let sorted = tools.sorted { ($1.measures.calls, $0.name) < ($0.measures.calls, $1.name) }
    writer.key("tools")
    writer.array { writer in
      for (name, measures) in sorted {
        writer.object { writer in
          writer.member("name", name)
          writer.member("calls", measures.calls)
          writer.member("results", measures.results)
          writer.member("errors", measures.errors)
          writer.key("took_ms")
          writer.decimal(measures.timeMicroseconds, fractionDigits: 3)
          writer.key("longest_ms")
          writer.decimal(measures.longestMicroseconds, fractionDigits: 3)
        }
      }
    }
  }
}
