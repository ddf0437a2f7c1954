/// What a request says of the conversation that it goes on with: what links it to its run, and what its tools returned. Made of
/// fingerprints alone.
public struct ConversationFacts: Sendable, Equatable {
  /// How many results are kept; those beyond are counted in ``RequestFacts/toolResults`` only.
  public static let toolResultsMax = 256
  /// How many declared tools are kept.
  public static let toolsMax = 256
  /// How many boundaries between messages are kept: the last ones.
  public static let boundariesMax = 64

  /// The results in the new tail of the conversation, behind all that the model wrote, in the order of the body.
  public var toolResults: [ToolResultFacts]
  /// The tools that the model may call, in the order of the body.
  public var tools: [DeclaredTool]
  /// Whether ``tools`` are all that the model may call: no more than ``toolsMax`` were declared, all with a name, and none that
  /// stands for others (an MCP server, a namespace, a stored prompt's tools).
  public var areAllToolsKnown: Bool
  /// Whether the model has to call a tool, and cannot end with words (`tool_choice` of `required`, `any` or a tool's name): then a call may
  /// be the reply's own answer, which nobody executes.
  public var forcesToolCall: Bool
  /// The response, or interaction, that this one follows (`previous_response_id`, `previous_interaction_id`).
  public var previousResponse: Fingerprint?
  /// The conversation that the provider keeps (`conversation`, `conversation_id`, a thread).
  public var conversation: Fingerprint?
  /// The beginnings of the conversation: one for each message, made of it and of all before it, the last ones of many. A
  /// conversation that goes on begins like the one before.
  public var boundaries: [MessageBoundary]
  /// How many messages there are, kept or not.
  public var messages: Int
  /// Of the text of the instructions (a system prompt, what `instructions` says), which are none of ``boundaries``: clients write
  /// times and branches into them. Nil where there are none.
  public var instructions: Fingerprint?

  public init() {
    toolResults = []
    tools = []
    areAllToolsKnown = true
    forcesToolCall = false
    boundaries = []
    messages = 0
  }
}

/// The end of a message, as seen from the beginning of the conversation.
public struct MessageBoundary: Sendable, Hashable {
  /// Of all messages up to here.
  public var prefix: Fingerprint
  /// Whether the message is the model's.
  public var isModel: Bool
  /// Of how the message's text begins, where it is one of the model's last ones; nil where it has no text, or too little of it that
  /// is written the same way everywhere.
  public var opening: Fingerprint?

  public init(prefix: Fingerprint, isModel: Bool, opening: Fingerprint? = nil) {
    self.prefix = prefix
    self.isModel = isModel
    self.opening = opening
  }
}

/// What a tool returned, as the request brings it.
public struct ToolResultFacts: Sendable, Hashable {
  /// Of the id of the call that is answered; nil where the API has none (Ollama), or the client sent none.
  public var call: Fingerprint?
  /// Whether the id looks as if no other call had it (``ReplyFacts/areToolCallIDsDistinct``).
  public var isCallDistinct: Bool
  /// Of the tool's name, where the result repeats it (Gemini, Ollama).
  public var name: Fingerprint?
  /// How the result says that its tool failed; nil where it does not.
  public var failure: ToolResultFailure?
  /// Of what it says; nil where that was not read. An agent whose equal calls bring different results makes progress.
  public var content: Fingerprint?

  public init(
    call: Fingerprint? = nil, isCallDistinct: Bool = true, name: Fingerprint? = nil,
    failure: ToolResultFailure? = nil, content: Fingerprint? = nil
  ) {
    self.call = call
    self.isCallDistinct = isCallDistinct
    self.name = name
    self.failure = failure
    self.content = content
  }
}

/// The rule by which a tool's result is one of a failure, the surest first.
public enum ToolResultFailure: UInt8, Sendable, CaseIterable {
  /// A mark of the API: Anthropic's `is_error`, Interactions'.
  case mark
  /// A status of the API: Bedrock's `status: error`, Responses' `status: incomplete` or `failed`.
  case status
  /// A result that is an object with an `error` that is not empty: Gemini's convention, and that of many tools.
  case errorMember
  /// A text that begins as errors do: `Error`, `Traceback (most recent call last)`, `Exception`.
  case errorText
}

/// A tool that a request declares, with what is required of its arguments at their top.
public struct DeclaredTool: Sendable, Equatable {
  /// How many properties of a tool are kept.
  public static let propertiesMax = 64

  /// Of the tool's name.
  public var name: Fingerprint
  /// The properties of its arguments, in the order of the body.
  public var properties: [DeclaredProperty]
  /// Whether ``properties`` say all that arguments are checked by: a schema of an object with at most ``propertiesMax`` properties,
  /// and no alternatives at its top (`anyOf`, `$ref`). Arguments of others cannot be checked.
  public var isSchemaKnown: Bool
  /// Whether the arguments may have other properties (`additionalProperties` is not `false`).
  public var allowsOthers: Bool

  public init(
    name: Fingerprint, properties: [DeclaredProperty] = [], isSchemaKnown: Bool = false, allowsOthers: Bool = true
  ) {
    self.name = name
    self.properties = properties
    self.isSchemaKnown = isSchemaKnown
    self.allowsOthers = allowsOthers
  }
}

/// A property of a tool's arguments.
public struct DeclaredProperty: Sendable, Equatable {
  /// Of the property's name.
  public var name: Fingerprint
  /// The types that its value may have; all of them where the schema names none, or says it in a way that is not read here.
  public var types: JSONTypeSet
  public var isRequired: Bool

  public init(name: Fingerprint, types: JSONTypeSet = .all, isRequired: Bool = false) {
    self.name = name
    self.types = types
    self.isRequired = isRequired
  }
}

/// Types of JSON values, as JSON Schema names them.
public struct JSONTypeSet: OptionSet, Sendable, Hashable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let string = JSONTypeSet(rawValue: 1)
  /// Whole numbers; ``number`` includes them.
  public static let integer = JSONTypeSet(rawValue: 2)
  public static let number = JSONTypeSet(rawValue: 4)
  public static let boolean = JSONTypeSet(rawValue: 8)
  public static let object = JSONTypeSet(rawValue: 16)
  public static let array = JSONTypeSet(rawValue: 32)
  public static let null = JSONTypeSet(rawValue: 64)
  public static let all: JSONTypeSet = [.string, .integer, .number, .boolean, .object, .array, .null]
}
