public import Dialects
public import Metering

/// What a call's request adds to its run.
public struct RunRequest: Sendable, Equatable {
  public var call: CallID
  /// The agent within the run: what the linking told, or anything that is the same for its calls.
  public var node: Fingerprint
  /// The agent that started this one; nil at the top.
  public var parent: Fingerprint?
  /// How many agents stand above this one.
  public var depth: Int
  /// Of the whole conversation as it is sent. A request with the same one repeats another.
  public var conversation: Fingerprint?
  /// Of its beginnings, each as ``conversation`` would be of it: those of a request that goes on with another have that of the other.
  public var beginnings: [Fingerprint]
  /// The results in the new tail of the conversation.
  public var results: [ToolResultFacts]
  /// How many there are, kept in ``results`` or not.
  public var resultCount: Int
  /// What the client itself measured of the tools that are answered (Claude Code's `prev-tool-durations`); empty where it said
  /// nothing.
  public var toolDurations: [ToolDuration]
  /// Which retry of the SDK's this is; 0 for the first try.
  public var retry: Int64
  /// Whether a model is called. Calls of servers of tools (MCP) are asked for by their tools, and counted as such.
  public var isModelCall: Bool
  /// Whether the model has to answer with a tool: then one that nobody answers may be the output that was wanted.
  public var forcesToolCall: Bool
  /// Tools that the request itself calls: those of an MCP server.
  public var toolNames: [String]

  public init(
    call: CallID, node: Fingerprint, parent: Fingerprint? = nil, depth: Int = 0, conversation: Fingerprint? = nil,
    results: [ToolResultFacts] = [], retry: Int64 = 0
  ) {
    self.call = call
    self.node = node
    self.parent = parent
    self.depth = depth
    self.conversation = conversation
    beginnings = []
    self.results = results
    self.retry = retry
    resultCount = results.count
    toolDurations = []
    isModelCall = true
    toolNames = []
    forcesToolCall = false
  }

  /// A call, but for where it is linked to: its ``depth`` and ``retry``.
  ///
  /// - Parameters:
  ///   - node: the agent that calls, and the one that started it, as the client calls them.
  ///   - facts: nil where the body is none of a conversation.
  ///   - resultCount: how many results the new tail has (``RequestFacts/toolResults``).
  ///   - key: the one that the request's fingerprints were made with.
  public init(
    call: CallID, node: String?, parentNode: String?, _ facts: ConversationFacts?, resultCount: Int,
    by key: FingerprintKey
  ) {
    self.init(
      call: call, node: key.fingerprint(of: node ?? ""),
      parent: node == nil ? nil : key.fingerprint(of: parentNode ?? ""), results: facts?.toolResults ?? [])
    if let facts {
      beginnings = Self.beginnings(facts)
      conversation = beginnings.popLast()
      forcesToolCall = facts.forcesToolCall
    }
    self.resultCount = max(resultCount, results.count)
  }

  /// What stands for the conversation up to each of its messages, and for what it follows at the provider; empty where there are no
  /// messages.
  private static func beginnings(_ facts: ConversationFacts) -> [Fingerprint] {
    let base = (facts.previousResponse?.bits ?? 0) &* 31 &+ (facts.conversation?.bits ?? 0)
    return facts.boundaries.map { boundary in
      var bits = boundary.prefix.bits
      bits = (bits ^ bits >> 31 ^ base) &* 0x94D0_49BB_1331_11EB
      return Fingerprint(bits: bits ^ bits >> 29)
    }
  }
}
