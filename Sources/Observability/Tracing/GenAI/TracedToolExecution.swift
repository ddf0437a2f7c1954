public import Metering

/// The execution of a tool, as far as its span tells.
public struct TracedToolExecution: Sendable {
  /// How its time is known.
  public enum Origin: Sendable, Equatable {
    /// From the reply that asked for it to the request that brought its result: an upper bound, since the agent's own time is in it.
    case inferred
    /// It was called through Tollgate, by the Model Context Protocol, at this server.
    case served(provider: String, address: String, port: Int)
  }

  /// The call whose reply asked for the tool; where it was served, the call to its server.
  public var call: CallID
  /// Which of that call's tools it is, from 0.
  public var index: Int
  /// The place of ``call``.
  public var place: TracePlace
  public var origin: Origin
  public var name: String
  /// The id that joins the call with its result; empty where the API has none.
  public var toolCallID: String
  public var agent: String
  public var workflow: String
  public var run: String?
  public var startedAt: Timestamp
  public var endedAt: Timestamp
  /// Why it failed: `tool_error` where its result says no more; nil where it did not, or nothing says so.
  public var error: String?

  public init(
    call: CallID, index: Int, place: TracePlace, origin: Origin, name: String, toolCallID: String, agent: String,
    workflow: String, run: String?, startedAt: Timestamp, endedAt: Timestamp, error: String? = nil
  ) {
    self.call = call
    self.index = index
    self.place = place
    self.origin = origin
    self.name = name
    self.toolCallID = toolCallID
    self.agent = agent
    self.workflow = workflow
    self.run = run
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.error = error
  }

  /// What ``error`` is where the tool's result says that it failed and no more.
  public static let toolError = "tool_error"
}

extension TracedToolExecution {
  private static let mcpMethod = "tools/call"

  /// The conventions' span of a tool's execution; of one that was served, MCP's span of a client.
  public var span: TraceSpan {
    let isServed = origin != .inferred
    var span = TraceSpan(
      traceID: place.trace(ofCall: call.rawValue), spanID: SpanID(ofTool: index, call: call.rawValue), parent: parent,
      name: "\(isServed ? Self.mcpMethod : GenAIOperation.executeTool.rawValue) \(name)",
      kind: isServed ? .client : .internal, startedAt: startedAt, endedAt: endedAt)
    span.links = links
    span.attributes.set(.operationName, GenAIOperation.executeTool.rawValue)
    span.attributes.set(.toolName, name)
    span.attributes.set(.toolCallID, toolCallID)
    describeOrigin(&span.attributes)
    span.attributes.set(.agentName, agent)
    span.attributes.set(.callID, call.description)
    span.attributes.set(.runID, run)
    span.attributes.set(.workflow, workflow)
    if let error {
      span.status = .error
      span.attributes.set(.errorType, error)
    }
    return span
  }

  private func describeOrigin(_ attributes: inout SpanAttributes) {
    switch origin {
    case .inferred:
      attributes.set(.toolType, "function")
      attributes[.isInferred] = .flag(true)
    case .served(let provider, let address, let port):
      attributes.set(.mcpMethodName, Self.mcpMethod)
      attributes.set(.serverAddress, address)
      attributes.set(.serverPort, Int64(port))
      attributes.set(.provider, provider)
    }
  }

  /// A tool that was served stands where a call would. One that is inferred is its agent's, beside the call that asked for it; where no
  /// agent has a span here, it stands below that call.
  private var parent: SpanParent? {
    if origin != .inferred || place.caller == nil && place.run?.isTold == true { return place.parent }
    return SpanParent(SpanID(ofCall: call.rawValue))
  }

  /// The call that asked, where that is not the parent.
  private var links: [SpanLink] {
    guard origin == .inferred, place.caller == nil, place.run?.isTold == true else { return place.links }
    return [SpanLink(traceID: place.trace(ofCall: call.rawValue), spanID: SpanID(ofCall: call.rawValue))]
  }
}
