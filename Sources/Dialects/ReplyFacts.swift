public import Metering
public import Tokenizers

/// What a reply says about itself, once it has ended.
public struct ReplyFacts: Sendable, Equatable {
  /// The provider's id of the response (`chatcmpl-…`, `resp_…`, `msg_…`); nil where none came.
  public var responseID: String?
  /// The model that answered; nil where the reply names none.
  public var model: String?
  /// What each model used: the answering model first, with nil for its name; others where a reply bills several
  /// (Anthropic's advisor and compaction iterations). Empty where the provider reported nothing.
  public var usage: [ModelUsage]
  /// The usage object as the provider wrote it, the last one that was not null; at most 16 KiB, else nil.
  public var usageRaw: [UInt8]?
  /// Tool calls that the client is to execute, each once, in the order of their appearance. At most 1,024 are kept.
  public var toolCalls: [ToolCall]
  /// Tool calls of the reply, kept or not.
  public var toolCallCount: Int
  /// What is known of the arguments of each of ``toolCalls``; empty where the reply was not read to its end.
  public var toolArguments: [ToolArguments]
  /// Tools that the provider ran, by name.
  public var serverToolCalls: [String: Int]
  /// How many of ``serverToolCalls`` went to a server of tools (MCP).
  public var mcpCallCount: Int
  /// How each of ``toolCalls`` ended, where the reply is that of a server of tools; nil for those that it does not answer.
  public var toolOutcomes: [ToolOutcome?]
  /// Answers to messages of which only the request knows whether they called a tool.
  var toolAnswers: [ToolAnswer]
  /// How the visible text begins, where the API is one whose text is told apart here (Chat Completions).
  public var opening: ReplyOpening
  /// Why the reply ended, in the provider's word: the first choice's, or the status of a response.
  public var finishReason: String?
  /// Whether the model declined to answer in a member of its own, rather than in its text (OpenAI's `refusal`).
  public var hasRefusal: Bool
  /// Whether the provider blocked the prompt or the reply, and said so beside the finish reason (Gemini's `blockReason`).
  public var isBlocked: Bool
  /// Whether there was any content: text, reasoning, a tool call, an image.
  public var hasContent: Bool
  /// The provider's machine-readable error, of an error body or inside a 200: its code, else its type; `error` where it has neither.
  public var errorCode: String?
  /// What decides the price: the tier that served the call, where it was processed, its speed, the tool behind its searches.
  /// A value that the reply does not give is nil.
  public var context: PricingContext
  /// What the provider says that the call cost, in pico-dollars (OpenRouter, xAI, Perplexity); nil where it does not.
  public var reportedCostPicodollars: Int64?
  /// UTF-8 bytes of the reply's visible text, reasoning and tool arguments: what a count rests on where no usage came.
  public var outputTextBytes: Int64
  /// The tokens of that text, where they were to be counted.
  public var outputTally: TokenTally?
  /// Content deltas that a stream had; some providers send about one token in each.
  public var contentDeltas: Int64
  /// Whether the dialect's own end was seen: the whole object, or the terminal event of a stream. An error that breaks
  /// a stream off is none.
  public var isTerminal: Bool
  /// Whether the response is still being worked on (OpenAI's `queued` and `in_progress`): it has no usage yet.
  public var isPending: Bool
  /// Whether the usage says nothing of the output, as that of a message whose stream ends without its last report: then the
  /// text says how much there was.
  public var lacksOutput: Bool
  /// Whether the body was damaged on its way (a wrong checksum), so that nothing is known of what came from there on.
  public var isDamaged: Bool
  /// The id that the price goes by, where it says more than ``model``: Bedrock's, with the region that serves it.
  public var modelPriced: String?

  public init() {
    usage = []
    context = PricingContext()
    toolCalls = []
    toolCallCount = 0
    toolArguments = []
    serverToolCalls = [:]
    mcpCallCount = 0
    hasRefusal = false
    isBlocked = false
    hasContent = false
    toolOutcomes = []
    toolAnswers = []
    opening = ReplyOpening()
    outputTextBytes = 0
    contentDeltas = 0
    isTerminal = false
    isPending = false
    lacksOutput = false
    isDamaged = false
  }
}

extension ReplyFacts {
  /// Forgets arguments that broke off with their reply: nobody acts on them.
  mutating func forgetBrokenArguments() {
    for place in toolArguments.indices where toolArguments[place].form == .notJSON { toolArguments[place] = .unknown }
  }
}

/// How a tool ended that was called at a server of tools.
public enum ToolOutcome: Sendable, Equatable {
  case ok
  /// It said that it failed, or the protocol did.
  case error
}

/// One reply of several in a body: a line of a batch's results, a response on a socket.
public struct ReplyItem: Sendable, Equatable {
  public var facts: ReplyFacts
  /// Whether it was part of a batch, at the batch's price.
  public var isBatch: Bool

  public init(facts: ReplyFacts, isBatch: Bool = false) {
    self.facts = facts
    self.isBatch = isBatch
  }
}

/// The usage of one model within a reply.
public struct ModelUsage: Sendable, Equatable {
  /// The model; nil for the one that answered.
  public var model: String?
  public var usage: Usage

  public init(model: String?, usage: Usage) {
    self.model = model
    self.usage = usage
  }
}
