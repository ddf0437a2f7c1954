/// What was counted of a run, or of one agent in it.
public struct RunMeasures: Sendable, Equatable {
  /// Calls of models that were sent on, those in flight included.
  public var llmCalls: Int64 = 0
  /// Tools that replies asked the client to call.
  public var toolCalls: Int64 = 0
  /// The most of them in one reply.
  public var width = 0
  /// How many of ``toolCalls`` had a tool and arguments that the same agent had called with before, in a reply that it had seen.
  public var repeats: Int64 = 0
  /// Results in the new tails of requests, each once.
  public var toolResults: Int64 = 0
  /// How many of ``toolResults`` say that their tool failed.
  public var toolErrors: Int64 = 0
  /// Tools that providers ran.
  public var serverToolCalls: Int64 = 0
  /// Calls of servers of tools (MCP), by providers or through Tollgate.
  public var mcpCalls: Int64 = 0
  /// Requests that an SDK sent again.
  public var retries: Int64 = 0
  /// Tokens of every class, in and out.
  public var tokens: Int64 = 0
  public var costPicodollars: Int128 = 0
  /// What models worked, all calls added up.
  public var modelWorkMicroseconds: Int64 = 0
  /// What tools worked, all calls that were answered added up.
  public var toolWorkMicroseconds: Int64 = 0

  public init() {}

  mutating func add(_ reply: RunReply) {
    toolCalls = toolCalls.saturatingAdd(Int64(reply.width))
    width = max(width, reply.width)
    serverToolCalls = serverToolCalls.saturatingAdd(reply.serverToolCalls)
    mcpCalls = mcpCalls.saturatingAdd(reply.mcpCalls)
    tokens = tokens.saturatingAdd(reply.tokens)
    costPicodollars += Int128(reply.costPicodollars)
  }
}
