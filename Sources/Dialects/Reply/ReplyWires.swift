internal import JSON

/// The wire of a reply's API. The payload is moved out and back for each part, never copied.
enum ReplyWires: ~Copyable {
  case chat(ChatReply)
  case responses(ResponsesReply)
  case messages(MessagesReply)
  case images(ImagesReply)
  case audio(AudioReply)
  case videos(VideosReply)
  case assistant(AssistantReply)
  case batchResults(BatchResultsReply)
  case plain(PlainReply)

  init(_ endpoint: Endpoint) {
    switch endpoint.operation {
    case .chatCompletions, .chatCompletionRetrieval, .completions, .embeddings, .decisions: self = .chat(ChatReply())
    case .responses, .responseRetrieval: self = .responses(ResponsesReply())
    case .images: self = .images(ImagesReply())
    case .speech: self = .audio(AudioReply(isSpeech: true))
    case .transcription: self = .audio(AudioReply(isSpeech: false))
    case .videos: self = .videos(VideosReply())
    case .assistantRun: self = .assistant(AssistantReply())
    case .fileContent: self = .batchResults(BatchResultsReply())
    case .messages: self = .messages(MessagesReply())
    default: self = .plain(PlainReply())
    }
  }

  static func shape(_ endpoint: Endpoint) -> JSONShape {
    switch endpoint.operation {
    case .chatCompletions, .chatCompletionRetrieval, .completions, .embeddings, .decisions: ChatReply.shape
    case .responses, .responseRetrieval: ResponsesReply.shape
    case .images: ImagesReply.shape
    case .speech, .transcription: AudioReply.shape
    case .videos: VideosReply.shape
    case .assistantRun: AssistantReply.shape
    case .fileContent: BatchResultsReply.shape
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
    case .images(var wire):
      body.read(bytes, into: &wire)
      self = .images(wire)
    case .audio(var wire):
      body.read(bytes, into: &wire)
      self = .audio(wire)
    case .videos(var wire):
      body.read(bytes, into: &wire)
      self = .videos(wire)
    case .assistant(var wire):
      body.read(bytes, into: &wire)
      self = .assistant(wire)
    case .batchResults(var wire):
      body.read(bytes, into: &wire)
      self = .batchResults(wire)
    case .plain(var wire):
      body.read(bytes, into: &wire)
      self = .plain(wire)
    }
  }
}
