public import Dialects
internal import Metering

/// What a call's reply adds to its run.
public struct RunReply: Sendable, Equatable {
  /// The tools that the client is to call, in the order of the reply.
  public var toolCalls: [RunToolCall]
  /// How many there are, kept in ``toolCalls`` or not: the width of the fan-out.
  public var width: Int
  public var serverToolCalls: Int64
  /// How many of them, and of what the request itself called, went to servers of tools.
  public var mcpCalls: Int64
  /// Tokens of every class, in and out.
  public var tokens: Int64
  public var costPicodollars: Int64
  public var ending: ReplyEnding

  public init(toolCalls: [RunToolCall] = [], ending: ReplyEnding = .stop) {
    self.toolCalls = toolCalls
    self.ending = ending
    width = toolCalls.count
    serverToolCalls = 0
    mcpCalls = 0
    tokens = 0
    costPicodollars = 0
  }

  /// What a reply asked for.
  ///
  /// - Parameter key: the one that the fingerprints of results are made with.
  public init(_ facts: ReplyFacts, by key: FingerprintKey) {
    self.init(ending: facts.ending)
    serverToolCalls = Int64(facts.serverToolCalls.values.reduce(0, +))
    mcpCalls = Int64(facts.mcpCallCount)
    // What an MCP client called has been answered by the very reply.
    guard facts.toolOutcomes.isEmpty else {
      mcpCalls &+= Int64(facts.toolCallCount)
      return
    }
    width = facts.toolCallCount
    for (place, call) in facts.toolCalls.enumerated() {
      let arguments = facts.arguments(at: place)
      toolCalls.append(
        RunToolCall(
          id: call.id.isEmpty ? nil : key.fingerprint(of: call.id), tool: call.name,
          name: key.fingerprint(of: call.name), arguments: arguments.form == .unknown ? nil : arguments.hash))
    }
  }
}

/// A tool that a reply asks the client to call.
public struct RunToolCall: Sendable, Equatable {
  /// Of the call's id; nil where the API has none.
  public var id: Fingerprint?
  /// The tool's name.
  public var tool: String
  /// Of the tool's name.
  public var name: Fingerprint
  /// What the arguments hash to; nil where they are not known.
  public var arguments: UInt64?

  public init(id: Fingerprint?, tool: String, name: Fingerprint, arguments: UInt64?) {
    self.id = id
    self.tool = tool
    self.name = name
    self.arguments = arguments
  }
}
