internal import Metering

/// The answer to a message that an MCP client sent: only the client's side knows whether it was to a tool's call.
struct ToolAnswer: Sendable, Equatable {
  /// The message's id, as ``MCPMessageID`` writes it.
  var id: String
  /// Whether the tool said that it failed, or the protocol did.
  var isError: Bool
}

extension ReplyFacts {
  /// The error of a call whose tool failed.
  public static let toolErrorCode = "tool_error"

  /// Completes what a reply says by what was asked for, and only the request says.
  public mutating func complete(with request: RequestFacts) {
    if request.annotatesPages { annotatePages() }
    if !request.toolCalls.isEmpty { completeToolCalls(with: request) }
  }

  /// Pages that were annotated have a price of their own, in place of the plain one.
  private mutating func annotatePages() {
    for index in usage.indices {
      let pages = usage[index].usage[.inputPages]
      usage[index].usage[.inputPagesAnnotated] = pages
      usage[index].usage[.inputPages] = 0
    }
  }

  /// Joins the tools that were called with the answers of their server, which name only the message that they are to.
  private mutating func completeToolCalls(with request: RequestFacts) {
    toolCalls = request.toolCalls
    toolCallCount = request.toolCalls.count
    var answers = toolAnswers
    toolAnswers = []
    toolOutcomes = request.toolCalls.map { call in
      // What is known of a call from the header alone has no id.
      guard let place = answers.firstIndex(where: { call.id.isEmpty || $0.id == call.id }) else { return nil }
      return answers.remove(at: place).isError ? .error : .ok
    }
    if toolOutcomes.contains(.error), errorCode == nil { errorCode = Self.toolErrorCode }
  }
}
