public import Dialects

/// A call's reply, as far as later calls are linked by it.
public struct LinkReply: Sendable {
  /// How many ids of tool calls are linked.
  public static let toolCallsMax = 256

  /// The ids of the tool calls that the client is to execute, in the order of the reply; nil for those that have none.
  public var toolCalls: [Fingerprint?]
  /// Whether each of them has an id that looks as if no other call had it; so it is where there are none.
  public var areToolCallsDistinct: Bool
  /// The provider's id of the response.
  public var response: Fingerprint?
  /// The provider's id of the conversation, where it keeps one.
  public var conversation: Fingerprint?
  /// How the reply begins; nil where that is not known.
  public var opening: Fingerprint?
  /// What the provider reported of the prompt; nil where nothing that bounds a later one.
  public var prompt: PromptReport?
  /// Whether the call failed, so that the client may send it again: no success of the upstream's, or a reply that was cut.
  public var hasFailed: Bool

  public init(
    toolCalls: [Fingerprint?] = [], areToolCallsDistinct: Bool = true, response: Fingerprint? = nil,
    conversation: Fingerprint? = nil,
    opening: Fingerprint? = nil, prompt: PromptReport? = nil, hasFailed: Bool = false
  ) {
    self.toolCalls = toolCalls
    self.areToolCallsDistinct = areToolCallsDistinct && toolCalls.allSatisfy { $0 != nil }
    self.response = response
    self.conversation = conversation
    self.opening = opening
    self.prompt = prompt
    self.hasFailed = hasFailed
  }
}
