internal import Metering

/// The tools of a run that were asked for and whose results have not come, in the order in which they were asked for.
struct PendingTools: Sendable {
  /// How many wait; the oldest are forgotten first, and then have no span.
  static let countMax = 256
  /// Bytes of a name, and of an id, that are kept.
  private static let textBytesMax = 128

  fileprivate struct Pending: Sendable {
    var tool: TracedTurn.Asked
    var call: CallID
    var index: Int
    /// The agent that asked.
    var node: String?
    var place: TracePlace
    var agent: String
    var workflow: String
    var run: String?
    var askedAt: Timestamp
  }

  private var pending: [Pending] = []

  var count: Int { pending.count }

  /// Takes the tools that a reply asks for.
  mutating func add(_ tools: [TracedTurn.Asked], of call: TracedCall, node: String?) {
    for (index, tool) in tools.prefix(Self.countMax).enumerated() {
      var tool = tool
      tool.name = Self.bounded(tool.name)
      tool.toolCallID = Self.bounded(tool.toolCallID)
      pending.append(
        Pending(
          tool: tool, call: call.id, index: index, node: node, place: call.place, agent: call.agent,
          workflow: call.workflow, run: call.run, askedAt: call.endedAt))
    }
    if pending.count > Self.countMax { pending.removeFirst(pending.count - Self.countMax) }
  }

  /// The tools that a request brings the results of, each once: a result that comes again answers nothing that waits.
  mutating func take(_ results: [TracedTurn.Result], at time: Timestamp, node: String?) -> [TracedToolExecution] {
    guard !pending.isEmpty else { return [] }
    return results.compactMap { result in
      place(of: result, node: node).map { pending.remove(at: $0).execution(endedAt: time, isError: result.isError) }
    }
  }

  /// By its id; else the first that has none, of the same agent, with the same name where the result repeats it.
  private func place(of result: TracedTurn.Result, node: String?) -> Int? {
    if let id = result.id, let place = pending.firstIndex(where: { $0.tool.id == id }) { return place }
    return pending.firstIndex { pending in
      pending.node == node && (result.id == nil || pending.tool.id == nil)
        && (result.nameID == nil || pending.tool.nameID == result.nameID)
    }
  }

  private static func bounded(_ text: String) -> String {
    text.utf8.count > textBytesMax ? String(decoding: text.utf8.prefix(textBytesMax), as: UTF8.self) : text
  }
}

extension PendingTools.Pending {
  fileprivate func execution(endedAt: Timestamp, isError: Bool) -> TracedToolExecution {
    TracedToolExecution(
      call: call, index: index, place: place, origin: .inferred, name: tool.name, toolCallID: tool.toolCallID,
      agent: agent, workflow: workflow, run: run, startedAt: askedAt, endedAt: endedAt,
      error: isError ? TracedToolExecution.toolError : nil)
  }
}
