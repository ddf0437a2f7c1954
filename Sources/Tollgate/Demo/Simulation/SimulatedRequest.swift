/// What the simulated model needs to know of a request, whichever API it came by.
struct SimulatedRequest: Sendable {
  /// A part of the prompt, in its order: the tools, the system prompt, each message.
  struct Block: Sendable {
    /// Its JSON, with the members of objects in the order of their names.
    var text: String
    /// Whether Anthropic's `cache_control` marks it, and for how long.
    var cacheLifetime: CacheLifetime?
  }

  enum CacheLifetime: Sendable { case fiveMinutes, oneHour }

  struct Tool: Sendable {
    var name: String
    /// The JSON schema of its arguments.
    var schema: JSONValue
  }

  enum ToolChoice: Sendable, Equatable {
    case auto, none, any
    case named(String)
  }

  var model: String
  var wantsStream = false
  var wantsStreamUsage = false
  var wantsReasoning = false
  var blocks: [Block] = []
  var tools: [Tool] = []
  var toolChoice = ToolChoice.auto
  var allowsParallelTools = true
  var outputTokensMax: Int?
  /// Whether the last message is the user's results of tools.
  var endsWithToolResults = false
  /// Replies of the assistant so far.
  var assistantTurns = 0
}

/// Why a request cannot be answered: what the real API would say.
struct SimulatedRefusal: Error, Equatable {
  var status: Int
  /// Anthropic's `type`, OpenAI's `type` and `code`.
  var type: String
  var message: String

  static func invalid(_ message: String) -> SimulatedRefusal {
    SimulatedRefusal(status: 400, type: "invalid_request_error", message: message)
  }
}
