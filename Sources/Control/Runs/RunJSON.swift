public import Ledger
internal import Metering
internal import Observability

/// A run as the API and the command line show it.
public enum RunJSON {
  /// A page of runs: `{"rows": [...], "next": cursor or null}`.
  public static func page(_ runs: [RunRecord], next: Int?) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writeList("rows", runs, to: &writer)
      writer.member("next", next.map(String.init))
    }
    return writer.bytes
  }

  /// One run with its calls, and the runs that it started.
  public static func document(_ detail: RunDetail) -> [UInt8] {
    let events = Dictionary(grouping: detail.events) { $0.call }
    var writer = JSONWriter()
    writer.object { writer in
      writeMembers(of: detail.run, to: &writer)
      writer.key("end")
      if let end = detail.run.end { writer.literal(end.document) } else { writer.null() }
      writer.key("calls")
      writer.array { writer in
        for call in detail.calls {
          let ofCall = CallJSON.Detail(tools: detail.tools[call.id] ?? [], events: events[call.id] ?? [])
          CallJSON.write(call, detail: ofCall, to: &writer)
        }
      }
      RunEventJSON.write(detail.events, as: "events", to: &writer)
      writer.member("calls_not_listed", max(0, detail.callCount - Int64(detail.calls.count)))
      writeList("children", detail.children, to: &writer)
    }
    return writer.bytes
  }

  private static func writeList(_ name: String, _ runs: [RunRecord], to writer: inout JSONWriter) {
    writer.key(name)
    writer.array { writer in
      for run in runs { writer.object { writeMembers(of: run, to: &$0) } }
    }
  }

  private static func writeMembers(of run: RunRecord, to writer: inout JSONWriter) {
    writer.member("id", run.id)
    writer.member("agent", run.agent)
    writer.member("workflow", run.workflow)
    writer.member("parent_run", run.parentRun)
    writer.member("run_source", run.source?.rawValue)
    writer.member("started_at", run.startedAt.rfc3339)
    writer.member("last_at", run.lastAt.rfc3339)
    writer.member("ended_at", run.end?.at.rfc3339)
    writer.member("outcome", run.end?.outcome)
    for (name, count) in [
      ("llm_calls", run.llmCalls), ("errors", run.errors), ("retries", run.retries), ("tool_calls", run.toolCalls),
      ("server_tool_calls", run.serverToolCalls), ("tool_results", run.toolResults), ("tool_errors", run.toolErrors),
      ("depth", run.depth), ("max_fanout", run.fanoutMax), ("input_tokens", run.inputTokens),
      ("output_tokens", run.outputTokens), ("unpriced_calls", run.unpricedCalls),
    ] {
      writer.member(name, count)
    }
    writer.member("cost_pico_usd", run.costPicodollars)
    writer.member("cost_usd", MoneyText.usd(run.costPicodollars))
    writer.key("wall_ms")
    writer.decimal(run.wallMicroseconds, fractionDigits: 3)
    writer.key("model_ms")
    writer.decimal(run.modelMicroseconds, fractionDigits: 3)
  }
}
