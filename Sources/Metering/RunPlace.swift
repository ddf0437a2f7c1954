/// Where a call stands: what linked it to its run, and which agent of the run's tree made it.
public struct RunPlace: Sendable, Equatable {
  public var source: RunSource
  /// The run that this one was started by; nil where nobody said so.
  public var parentRun: String?
  /// The agent in the run that made the call; nil for the run's first.
  public var node: String?
  /// The agent that started ``node``; nil where that is the run's first, or nobody said so.
  public var parentNode: String?
  /// How many agents stand above this one: 0 for the first agent of a run without a parent.
  public var depth: Int
  /// Whether the client sent a request again that had failed, or was still under way.
  public var isRetry: Bool

  public init(
    source: RunSource, parentRun: String? = nil, node: String? = nil, parentNode: String? = nil, depth: Int = 0,
    isRetry: Bool = false
  ) {
    self.source = source
    self.parentRun = parentRun
    self.node = node
    self.parentNode = parentNode
    self.depth = depth
    self.isRetry = isRetry
  }
}

/// What linked a call to its run, the surest first. The raw value stands in the API.
public enum RunSource: String, Sendable, CaseIterable {
  /// The caller named the run: by a path segment or `x-tollgate-run`.
  case explicit
  /// The session that an agent's own headers name, such as Claude Code's.
  case session
  /// The request answers a tool call that the run's reply asked for.
  case toolCall = "tool_call"
  /// The request follows a response, or belongs to a conversation, that the provider keeps.
  case response
  /// The request begins with what the run's last messages were.
  case messages
  /// The trace that the client's instrumentation opened.
  case trace
  /// Nothing did: the call began a run.
  case new
}

/// What became of a tool call that a model asked for.
public struct AnsweredTool: Sendable, Equatable {
  /// The call whose reply asked.
  public var call: CallID
  /// Which of the tool calls of that reply: 0 for the first.
  public var position: Int
  /// When the request with the result came.
  public var answeredAt: Timestamp
  public var isError: Bool

  public init(call: CallID, position: Int, answeredAt: Timestamp, isError: Bool) {
    self.call = call
    self.position = position
    self.answeredAt = answeredAt
    self.isError = isError
  }
}
