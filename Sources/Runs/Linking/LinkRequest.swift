public import Dialects

/// A call's request, as far as it tells which run the call belongs to.
public struct LinkRequest: Sendable {
  /// A run that the caller names.
  public struct Name: Sendable, Hashable {
    /// 1 to 128 bytes.
    public var text: String
    /// Whether it is a client's session (Claude Code's, Codex's) rather than a name that was given on purpose.
    public var isSession: Bool

    public init(_ text: String, isSession: Bool = false) {
      self.text = text
      self.isSession = isSession
    }
  }

  public var caller: RunCaller
  public var name: Name?
  /// The run that started this one, by its name or id.
  public var parentRun: String?
  /// The agent within the run that calls, and the one that started it, where the client tells them apart (Claude Code's agent ids,
  /// Codex's threads).
  public var node: String?
  public var parentNode: String?
  /// The trace that the request is part of.
  public var traceID: String?
  /// Whether the client says that it sends the request again (`x-stainless-retry-count`, `amz-sdk-request`).
  public var isSaidRetry: Bool
  /// Nil where the body is none of a conversation.
  public var conversation: ConversationFacts?

  public init(
    caller: RunCaller, name: Name? = nil, parentRun: String? = nil, node: String? = nil, parentNode: String? = nil,
    traceID: String? = nil, isSaidRetry: Bool = false, conversation: ConversationFacts? = nil
  ) {
    self.caller = caller
    self.name = name
    self.parentRun = parentRun
    self.node = node
    self.parentNode = parentNode
    self.traceID = traceID
    self.isSaidRetry = isSaidRetry
    self.conversation = conversation
  }
}
