internal import JSON

/// The wire of a reply's API. The payload is moved out and back for each part, never copied.
enum ReplyWires: ~Copyable {
  case chat(ChatReply)
  case responses(ResponsesReply)
  case messages(MessagesReply)
  case plain(PlainReply)

  init(_ endpoint: Endpoint) {
    switch endpoint.operation {
    case .chatCompletions, .completions, .embeddings: self = .chat(ChatReply())
    case .responses, .responseRetrieval: self = .responses(ResponsesReply())
    case .messages: self = .messages(MessagesReply())
    default: self = .plain(PlainReply())
    }
  }

  static func shape(_ endpoint: Endpoint) -> JSONShape {
    switch endpoint.operation {
    case .chatCompletions, .completions, .embeddings: ChatReply.shape
    case .responses, .responseRetrieval: ResponsesReply.shape
    case .messages: MessagesReply.shape
    case .moderations: PlainReply.moderationShape
    default: PlainReply.shape
    }
  }

  mutating func read(_ bytes: RawSpan, with body: inout ReplyBody) {
    switch consume self {
    case .chat(var wire):
      body.read(bytes, into: &wire)
      self = .chat(wire)
    case .responses(var wire):
      body.read(bytes, into: &wire)
      self = .responses(wire)
    case .messages(var wire):
      body.read(bytes, into: &wire)
      self = .messages(wire)
    case .plain(var wire):
      body.read(bytes, into: &wire)
      self = .plain(wire)
    }
  }
}
