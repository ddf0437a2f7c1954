internal import Metering

/// What is to become a span, as it waits: spans are made and written where they are exported, not where calls end.
public enum TraceItem: Sendable {
  case call(TracedCall)
  case tool(TracedToolExecution)
  case run(TracedRun)

  public var span: TraceSpan {
    switch self {
    case .call(let call): call.span
    case .tool(let tool): tool.span
    case .run(let run): run.span
    }
  }

  /// Bytes that it takes while it waits, about.
  var waitingBytes: Int {
    switch self {
    case .call(let call):
      MemoryLayout<TracedCall>.size
        + Self.bytes(call.agent, call.workflow, call.provider, call.serverAddress)
        + Self.bytes(call.run, call.conversation, call.modelRequested, call.model, call.finishReason)
        + Self.bytes(call.responseID, call.error, call.place.run?.root, call.place.run?.agent)
    case .tool(let tool):
      MemoryLayout<TracedToolExecution>.size
        + Self.bytes(tool.name, tool.toolCallID, tool.agent, tool.workflow, tool.run, tool.error)
        + Self.bytes(tool.place.run?.root, tool.place.run?.agent)
    case .run(let run):
      MemoryLayout<TracedRun>.size
        + Self.bytes(run.agent, run.agentID, run.workflow, run.run, run.provider, run.host, run.model)
        + Self.bytes(run.place.root, run.place.agent, run.parent, run.conversation, run.error, run.outcome)
    }
  }

  private static func bytes(_ texts: String?...) -> Int { texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) } }
}

extension Timestamp {
  func advanced(byMicroseconds microseconds: Int64) -> Timestamp {
    let (time, overflow) = unixMicroseconds.addingReportingOverflow(microseconds)
    return Timestamp(unixMicroseconds: overflow ? .max : time)
  }
}
