internal import JSON

/// The wire of a reply's API. Its box is moved out and back for each part, so that no wire takes the room of the largest.
enum ReplyWires: ~Copyable {
  case chat(UniqueBox<ChatReply>)
  case asyncChat(UniqueBox<AsyncChatReply>)
  case responses(UniqueBox<ResponsesReply>)
  case messages(UniqueBox<MessagesReply>)
  case cohere(UniqueBox<CohereReply>)
  case ollama(UniqueBox<OllamaReply>)
  case mistralMedia(UniqueBox<MistralMediaReply>)
  case conversation(UniqueBox<ConversationReply>)
  case llama(UniqueBox<LlamaCompletionReply>)
  case mcp(UniqueBox<MCPReply>)
  case messageBatch(UniqueBox<MessageBatchReply>)
  case complete(UniqueBox<CompleteReply>)
  case converse(UniqueBox<ConverseReply>)
  case invoke(UniqueBox<InvokeReply>)
  case generateContent(UniqueBox<GenerateContentReply>)
  case embedContent(UniqueBox<EmbedContentReply>)
  case cachedContent(UniqueBox<CachedContentReply>)
  case geminiBatch(UniqueBox<GeminiBatchReply>)
  /// A file of its results.
  case geminiResults(UniqueBox<GeminiBatchReply>)
  case interactions(UniqueBox<InteractionsReply>)
  case images(UniqueBox<ImagesReply>)
  case audio(UniqueBox<AudioReply>)
  case videos(UniqueBox<VideosReply>)
  case assistant(UniqueBox<AssistantReply>)
  case batchResults(UniqueBox<BatchResultsReply>)
  case moderation(UniqueBox<PlainReply>)
  case plain(UniqueBox<PlainReply>)

  init(_ endpoint: Endpoint) {
    switch endpoint.operation {
    case .transcription where endpoint.dialect == .mistral, .speech where endpoint.dialect == .mistral:
      self = .mistralMedia(UniqueBox(MistralMediaReply(operation: endpoint.operation)))
    case .ocr where endpoint.dialect == .mistral: self = .mistralMedia(UniqueBox(MistralMediaReply(operation: .ocr)))
    case .cohereChat, .cohereEmbed, .rerank, .ocr: self = .cohere(UniqueBox(CohereReply(operation: endpoint.operation)))
    case .ollamaChat, .ollamaGenerate, .ollamaEmbed: self = .ollama(UniqueBox(OllamaReply()))
    case .conversations: self = .conversation(UniqueBox(ConversationReply()))
    case .llamaCompletion: self = .llama(UniqueBox(LlamaCompletionReply()))
    case .mcp: self = .mcp(UniqueBox(MCPReply()))
    case .chatCompletions, .chatCompletionRetrieval, .completions, .embeddings:
      self = .chat(UniqueBox(ChatReply(isGemini: endpoint.dialect == .gemini)))
    case .asyncChatCompletion: self = .asyncChat(UniqueBox(AsyncChatReply()))
    case .responses, .responseRetrieval: self = .responses(UniqueBox(ResponsesReply()))
    case .images: self = .images(UniqueBox(ImagesReply()))
    case .speech: self = .audio(UniqueBox(AudioReply(isSpeech: true)))
    case .transcription: self = .audio(UniqueBox(AudioReply(isSpeech: false)))
    case .videos: self = .videos(UniqueBox(VideosReply()))
    case .assistantRun: self = .assistant(UniqueBox(AssistantReply()))
    case .messages: self = .messages(UniqueBox(MessagesReply()))
    case .messageBatchResults: self = .messageBatch(UniqueBox(MessageBatchReply()))
    case .legacyComplete: self = .complete(UniqueBox(CompleteReply()))
    case .converse: self = .converse(UniqueBox(ConverseReply()))
    case .invokeModel: self = .invoke(UniqueBox(InvokeReply()))
    case .generateContent: self = .generateContent(UniqueBox(GenerateContentReply(requestedModel: endpoint.model)))
    case .embedContent, .predict: self = .embedContent(UniqueBox(EmbedContentReply()))
    case .cachedContents: self = .cachedContent(UniqueBox(CachedContentReply()))
    case .batchGenerateContent:
      self = .geminiBatch(UniqueBox(GeminiBatchReply(isFile: false, resultsID: endpoint.resultsID)))
    case .fileContent where endpoint.dialect == .gemini:
      self = .geminiResults(UniqueBox(GeminiBatchReply(isFile: true, resultsID: endpoint.resultsID)))
    case .fileContent: self = .batchResults(UniqueBox(BatchResultsReply(resultsID: endpoint.resultsID)))
    case .interactions, .interactionRetrieval:
      self = .interactions(UniqueBox(InteractionsReply(requestedModel: endpoint.model)))
    case .decisions where endpoint.dialect == .gemini:
      self = .interactions(UniqueBox(InteractionsReply(requestedModel: endpoint.model)))
    case .decisions: self = .chat(UniqueBox(ChatReply(isGemini: false)))
    case .moderations: self = .moderation(UniqueBox(PlainReply()))
    default: self = .plain(UniqueBox(PlainReply()))
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
      body.read(bytes, into: &wire.value)
      self = .chat(wire)
    case .asyncChat(var wire):
      body.read(bytes, into: &wire.value)
      self = .asyncChat(wire)
    case .responses(var wire):
      body.read(bytes, into: &wire.value)
      self = .responses(wire)
    case .messages(var wire):
      body.read(bytes, into: &wire.value)
      self = .messages(wire)
    case .cohere(var wire):
      body.read(bytes, into: &wire.value)
      self = .cohere(wire)
    case .ollama(var wire):
      body.read(bytes, into: &wire.value)
      self = .ollama(wire)
    case .mistralMedia(var wire):
      body.read(bytes, into: &wire.value)
      self = .mistralMedia(wire)
    case .conversation(var wire):
      body.read(bytes, into: &wire.value)
      self = .conversation(wire)
    case .llama(var wire):
      body.read(bytes, into: &wire.value)
      self = .llama(wire)
    case .mcp(var wire):
      body.read(bytes, into: &wire.value)
      self = .mcp(wire)
    case .messageBatch(var wire):
      body.read(bytes, into: &wire.value)
      self = .messageBatch(wire)
    case .complete(var wire):
      body.read(bytes, into: &wire.value)
      self = .complete(wire)
    case .converse(var wire):
      body.read(bytes, into: &wire.value)
      self = .converse(wire)
    case .invoke(var wire):
      body.read(bytes, into: &wire.value)
      self = .invoke(wire)
    case .generateContent(var wire):
      body.read(bytes, into: &wire.value)
      self = .generateContent(wire)
    case .embedContent(var wire):
      body.read(bytes, into: &wire.value)
      self = .embedContent(wire)
    case .cachedContent(var wire):
      body.read(bytes, into: &wire.value)
      self = .cachedContent(wire)
    case .geminiBatch(var wire):
      body.read(bytes, into: &wire.value)
      self = .geminiBatch(wire)
    case .geminiResults(var wire):
      body.read(bytes, into: &wire.value)
      self = .geminiResults(wire)
    case .interactions(var wire):
      body.read(bytes, into: &wire.value)
      self = .interactions(wire)
    case .images(var wire):
      body.read(bytes, into: &wire.value)
      self = .images(wire)
    case .audio(var wire):
      body.read(bytes, into: &wire.value)
      self = .audio(wire)
    case .videos(var wire):
      body.read(bytes, into: &wire.value)
      self = .videos(wire)
    case .assistant(var wire):
      body.read(bytes, into: &wire.value)
      self = .assistant(wire)
    case .batchResults(var wire):
      body.read(bytes, into: &wire.value)
      self = .batchResults(wire)
    case .moderation(var wire):
      body.read(bytes, into: &wire.value)
      self = .moderation(wire)
    case .plain(var wire):
      body.read(bytes, into: &wire.value)
      self = .plain(wire)
    }
  }
}
