internal import JSON

/// The wire of a reply's API. The payload is moved out and back for each part, never copied.
enum ReplyWires: ~Copyable {
  case chat(ChatReply)
  case asyncChat(AsyncChatReply)
  case responses(ResponsesReply)
  case messages(MessagesReply)
  case cohere(CohereReply)
  case ollama(OllamaReply)
  case mistralMedia(MistralMediaReply)
  case conversation(ConversationReply)
  case llama(LlamaCompletionReply)
  case mcp(MCPReply)
  case messageBatch(MessageBatchReply)
  case complete(CompleteReply)
  case converse(ConverseReply)
  case invoke(InvokeReply)
  case generateContent(GenerateContentReply)
  case embedContent(EmbedContentReply)
  case cachedContent(CachedContentReply)
  case geminiBatch(GeminiBatchReply)
  /// A file of its results.
  case geminiResults(GeminiBatchReply)
  case interactions(InteractionsReply)
  case images(ImagesReply)
  case audio(AudioReply)
  case videos(VideosReply)
  case assistant(AssistantReply)
  case batchResults(BatchResultsReply)
  case moderation(PlainReply)
  case plain(PlainReply)

  init(_ endpoint: Endpoint) {
    switch endpoint.operation {
    case .transcription where endpoint.dialect == .mistral, .speech where endpoint.dialect == .mistral:
      self = .mistralMedia(MistralMediaReply(operation: endpoint.operation))
    case .ocr where endpoint.dialect == .mistral: self = .mistralMedia(MistralMediaReply(operation: .ocr))
    case .cohereChat, .cohereEmbed, .rerank, .ocr: self = .cohere(CohereReply(operation: endpoint.operation))
    case .ollamaChat, .ollamaGenerate, .ollamaEmbed: self = .ollama(OllamaReply())
    case .conversations: self = .conversation(ConversationReply())
    case .llamaCompletion: self = .llama(LlamaCompletionReply())
    case .mcp: self = .mcp(MCPReply())
    case .chatCompletions, .chatCompletionRetrieval, .completions, .embeddings:
      self = .chat(ChatReply(isGemini: endpoint.dialect == .gemini))
    case .asyncChatCompletion: self = .asyncChat(AsyncChatReply())
    case .responses, .responseRetrieval: self = .responses(ResponsesReply())
    case .images: self = .images(ImagesReply())
    case .speech: self = .audio(AudioReply(isSpeech: true))
    case .transcription: self = .audio(AudioReply(isSpeech: false))
    case .videos: self = .videos(VideosReply())
    case .assistantRun: self = .assistant(AssistantReply())
    case .messages: self = .messages(MessagesReply())
    case .messageBatchResults: self = .messageBatch(MessageBatchReply())
    case .legacyComplete: self = .complete(CompleteReply())
    case .converse: self = .converse(ConverseReply())
    case .invokeModel: self = .invoke(InvokeReply())
    case .generateContent: self = .generateContent(GenerateContentReply(requestedModel: endpoint.model))
    case .embedContent, .predict: self = .embedContent(EmbedContentReply())
    case .cachedContents: self = .cachedContent(CachedContentReply())
    case .batchGenerateContent:
      self = .geminiBatch(GeminiBatchReply(isFile: false, resultsID: endpoint.resultsID))
    case .fileContent where endpoint.dialect == .gemini:
      self = .geminiResults(GeminiBatchReply(isFile: true, resultsID: endpoint.resultsID))
    case .fileContent: self = .batchResults(BatchResultsReply(resultsID: endpoint.resultsID))
    case .interactions, .interactionRetrieval: self = .interactions(InteractionsReply(requestedModel: endpoint.model))
    case .decisions where endpoint.dialect == .gemini:
      self = .interactions(InteractionsReply(requestedModel: endpoint.model))
    case .decisions: self = .chat(ChatReply(isGemini: false))
    case .moderations: self = .moderation(PlainReply())
    default: self = .plain(PlainReply())
    }
  }

  /// What is read of a body.
  var shape: JSONShape {
    switch self {
    case .chat: ChatReply.shape
    case .asyncChat: AsyncChatReply.shape
    case .responses: ResponsesReply.shape
    case .messages: MessagesReply.shape
    case .cohere: CohereReply.shape
    case .ollama: OllamaReply.shape
    case .mistralMedia: MistralMediaReply.shape
    case .conversation: ConversationReply.shape
    case .llama: LlamaCompletionReply.shape
    case .mcp: MCPReply.shape
    case .messageBatch: MessageBatchReply.shape
    case .complete: CompleteReply.shape
    case .converse: ConverseReply.shape
    case .invoke: InvokeReply.shape
    case .generateContent: GenerateContentReply.shape
    case .embedContent: EmbedContentReply.shape
    case .cachedContent: CachedContentReply.shape
    case .geminiBatch: GeminiBatchReply.shape
    case .geminiResults: GeminiBatchReply.resultsShape
    case .interactions: InteractionsReply.shape
    case .images: ImagesReply.shape
    case .audio: AudioReply.shape
    case .videos: VideosReply.shape
    case .assistant: AssistantReply.shape
    case .batchResults: BatchResultsReply.shape
    case .moderation: PlainReply.moderationShape
    case .plain: PlainReply.shape
    }
  }

  mutating func read(_ bytes: RawSpan, with body: inout ReplyBody) {
    switch consume self {
    case .chat(var wire):
      body.read(bytes, into: &wire)
      self = .chat(wire)
    case .asyncChat(var wire):
      body.read(bytes, into: &wire)
      self = .asyncChat(wire)
    case .responses(var wire):
      body.read(bytes, into: &wire)
      self = .responses(wire)
    case .messages(var wire):
      body.read(bytes, into: &wire)
      self = .messages(wire)
    case .cohere(var wire):
      body.read(bytes, into: &wire)
      self = .cohere(wire)
    case .ollama(var wire):
      body.read(bytes, into: &wire)
      self = .ollama(wire)
    case .mistralMedia(var wire):
      body.read(bytes, into: &wire)
      self = .mistralMedia(wire)
    case .conversation(var wire):
      body.read(bytes, into: &wire)
      self = .conversation(wire)
    case .llama(var wire):
      body.read(bytes, into: &wire)
      self = .llama(wire)
    case .mcp(var wire):
      body.read(bytes, into: &wire)
      self = .mcp(wire)
    case .messageBatch(var wire):
      body.read(bytes, into: &wire)
      self = .messageBatch(wire)
    case .complete(var wire):
      body.read(bytes, into: &wire)
      self = .complete(wire)
    case .converse(var wire):
      body.read(bytes, into: &wire)
      self = .converse(wire)
    case .invoke(var wire):
      body.read(bytes, into: &wire)
      self = .invoke(wire)
    case .generateContent(var wire):
      body.read(bytes, into: &wire)
      self = .generateContent(wire)
    case .embedContent(var wire):
      body.read(bytes, into: &wire)
      self = .embedContent(wire)
    case .cachedContent(var wire):
      body.read(bytes, into: &wire)
      self = .cachedContent(wire)
    case .geminiBatch(var wire):
      body.read(bytes, into: &wire)
      self = .geminiBatch(wire)
    case .geminiResults(var wire):
      body.read(bytes, into: &wire)
      self = .geminiResults(wire)
    case .interactions(var wire):
      body.read(bytes, into: &wire)
      self = .interactions(wire)
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
    case .moderation(var wire):
      body.read(bytes, into: &wire)
      self = .moderation(wire)
    case .plain(var wire):
      body.read(bytes, into: &wire)
      self = .plain(wire)
    }
  }
}
