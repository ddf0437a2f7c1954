/// What a request asks for: which reader understands it, and whether the provider bills it.
public enum Operation: Sendable, Equatable, CaseIterable {
  // MARK: OpenAI and those that speak its dialect
  case chatCompletions
  /// `GET /v1/chat/completions/{id}` of a stored completion, or xAI's deferred one: repeats the usage of an earlier call.
  case chatCompletionRetrieval
  /// Perplexity's queue: making a request is not billed, but its completion, once, whenever it is first read.
  case asyncChatCompletion
  case completions
  case responses
  /// `GET /v1/responses/{id}`, polling included, and its cancelling: repeats the usage of a call that was made earlier.
  case responseRetrieval
  case embeddings
  case images
  /// Text to audio: the reply is sound.
  case speech
  case transcription
  /// Making or polling a video: billed once, by its length.
  case videos
  /// OpenAI's `/v1/decisions`: billed by its own price.
  case decisions
  /// A run of OpenAI's Assistants: made, resumed, or polled, which repeats its usage.
  case assistantRun
  /// `GET /v1/files/{id}/content`, which may be the results of a batch, each a reply of its own; and xAI's
  /// `GET /v1/batches/{id}/results`.
  case fileContent
  /// Documents ranked by a query: Cohere's, and of those that speak like it.
  case rerank
  /// `POST /v1/ocr` of Mistral, `POST /v2/parse` of Cohere: billed by the page.
  case ocr
  /// Conversations of Mistral: made, gone on with, begun again.
  case conversations
  /// `POST /completion`, llama.cpp's own.
  case llamaCompletion

  // MARK: Anthropic
  case messages
  /// The results of a Message Batch, each a reply of its own.
  case messageBatchResults
  /// `POST /v1/complete`, without usage.
  case legacyComplete

  // MARK: Google
  case generateContent
  case embedContent
  /// `:predict` of Vertex.
  case predict
  case interactions
  /// `GET` of an interaction: repeats the usage of a call that was made earlier.
  case interactionRetrieval
  /// A made or read cache: tokens that are stored and billed by the hour.
  case cachedContents
  /// A batch of Gemini, whose finished state may carry its replies.
  case batchGenerateContent

  // MARK: Bedrock
  case converse
  case invokeModel

  // MARK: Cohere, Ollama
  case cohereChat
  case cohereEmbed
  case ollamaChat
  case ollamaGenerate
  case ollamaEmbed

  // MARK: WebSockets: each reply within is a call of its own
  case realtimeSocket
  case responsesSocket
  case liveSocket
  /// A response on a socket, or the writing down of what was said there: it may come on several sockets of one session.
  case socketResponse

  // MARK: Tools
  /// JSON-RPC of the Model Context Protocol.
  case mcp

  // MARK: Free
  /// Counts tokens, and bills nothing.
  case countTokens
  /// A list of models, or one of them.
  case models
  case moderations
  /// Looking after what is stored at the provider (files, batches, sessions, secrets): never billed by the call.
  case management

  /// Whether the provider bills nothing for it.
  public var isFree: Bool {
    switch self {
    case .moderations, .models, .countTokens, .management: true
    // Tools are not billed by any LLM provider.
    case .mcp: true
    // The socket itself; its replies are billed one by one.
    case .realtimeSocket, .responsesSocket, .liveSocket: true
    default: false
    }
  }

  /// Whether the reply may repeat usage that an earlier call has been charged for, so that it is counted once by its id.
  public var repeatsUsage: Bool {
    switch self {
    case .responseRetrieval, .chatCompletionRetrieval, .asyncChatCompletion, .assistantRun, .interactionRetrieval,
      .batchGenerateContent,
      .fileContent, .messageBatchResults, .videos:
      true
    default: false
    }
  }

  /// Whether the reply is a stored file, which may hold a reply on each of its lines: its end is the end of its bytes.
  public var isStoredFile: Bool { self == .fileContent || self == .messageBatchResults }

  /// Whether a billed reply is text that the model writes, so that what cannot be read of it is bounded as output tokens.
  public var writesText: Bool {
    switch self {
    case .chatCompletions, .completions, .responses, .transcription, .decisions, .conversations, .llamaCompletion,
      .messages, .legacyComplete, .generateContent, .interactions, .converse, .invokeModel, .cohereChat, .ollamaChat,
      .ollamaGenerate, .socketResponse:
      true
    default: false
    }
  }

  /// Whether a model answers what it is told: such a call is one of an agent's run, whoever names it. One that fetches what was
  /// answered before, that counts, embeds or transcribes is a call of a run only where its caller says so.
  public var converses: Bool {
    switch self {
    case .transcription, .decisions: false
    default: writesText
    }
  }

  /// Whether the provider bills the tokens of the prompt and nothing else.
  public var billsPromptOnly: Bool {
    switch self {
    case .embeddings, .embedContent, .cohereEmbed, .ollamaEmbed: true
    default: false
    }
  }
}
