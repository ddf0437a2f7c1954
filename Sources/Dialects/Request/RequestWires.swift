internal import JSON

/// The wire of a request's API. The payload is moved out and back for each part, never copied.
enum RequestWires: ~Copyable {
  case chat(ChatRequest)
  /// A chat completion that is queued.
  case asyncChat(ChatRequest)
  case responses(ResponsesRequest)
  case messages(MessagesRequest)
  case cohere(CohereRequest)
  case ollama(OllamaRequest)
  case ocr(OCRRequest)
  case mcp(MCPRequest)
  case complete(CompleteRequest)
  case bedrock(BedrockRequest)
  case generateContent(GenerateContentRequest)
  case interactions(InteractionsRequest)
  case media(MediaRequest)
  case speech(SpeechRequest)
  case assistant(AssistantRequest)
  /// A form, which is no JSON.
  case form(FormRequest)

  init(_ endpoint: Endpoint, contentType: String?) {
    if let contentType, FormRequest.isForm(contentType) {
      self = .form(FormRequest(endpoint.operation, contentType: contentType))
      return
    }
    switch endpoint.operation {
    case .chatCompletions, .completions: self = .chat(ChatRequest(endpoint))
    case .asyncChatCompletion: self = .asyncChat(ChatRequest(endpoint))
    case .responses, .responseRetrieval: self = .responses(ResponsesRequest(isCompaction: endpoint.isCompaction))
    case .messages: self = .messages(MessagesRequest())
    case .images: self = .media(MediaRequest(isImage: true))
    case .videos: self = .media(MediaRequest(isImage: false))
    case .speech: self = .speech(SpeechRequest())
    case .assistantRun: self = .assistant(AssistantRequest())
    case .countTokens where endpoint.dialect == .anthropic: self = .messages(MessagesRequest())
    case .cohereChat, .cohereEmbed, .rerank: self = .cohere(CohereRequest(endpoint.operation))
    case .ollamaChat, .ollamaGenerate, .ollamaEmbed: self = .ollama(OllamaRequest(operation: endpoint.operation))
    case .ocr: self = .ocr(OCRRequest())
    case .mcp: self = .mcp(MCPRequest())
    case .legacyComplete: self = .complete(CompleteRequest())
    case .converse, .invokeModel: self = .bedrock(BedrockRequest(endpoint.operation))
    case .countTokens where endpoint.dialect == .bedrock: self = .bedrock(BedrockRequest(endpoint.operation))
    case .generateContent, .embedContent, .predict, .cachedContents, .batchGenerateContent:
      self = .generateContent(GenerateContentRequest(endpoint.operation))
    case .countTokens where endpoint.dialect == .gemini:
      self = .generateContent(GenerateContentRequest(endpoint.operation))
    case .interactions, .interactionRetrieval: self = .interactions(InteractionsRequest(endpoint.operation))
    case .decisions where endpoint.dialect == .gemini: self = .interactions(InteractionsRequest(endpoint.operation))
    default: self = .chat(ChatRequest(endpoint))
    }
  }

  /// What is read of a body; a form is no JSON.
  var shape: JSONShape {
    switch self {
    case .chat: ChatRequest.shape
    case .asyncChat: ChatRequest.asyncShape
    case .form: ChatRequest.shape
    case .responses: ResponsesRequest.shape
    case .messages: MessagesRequest.shape
    case .cohere: CohereRequest.shape
    case .ollama: OllamaRequest.shape
    case .ocr: OCRRequest.shape
    case .mcp: MCPRequest.shape
    case .complete: CompleteRequest.shape
    case .bedrock: BedrockRequest.shape
    case .generateContent: GenerateContentRequest.shape
    case .interactions: InteractionsRequest.shape
    case .media: MediaRequest.shape
    case .speech: SpeechRequest.shape
    case .assistant: AssistantRequest.shape
    }
  }

  mutating func read(_ bytes: RawSpan, with json: inout JSONReader, into facts: inout RequestFacts) {
    switch consume self {
    case .chat(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .chat(wire)
    case .asyncChat(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .asyncChat(wire)
    case .responses(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .responses(wire)
    case .messages(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .messages(wire)
    case .cohere(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .cohere(wire)
    case .ollama(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .ollama(wire)
    case .ocr(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .ocr(wire)
    case .mcp(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .mcp(wire)
    case .complete(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .complete(wire)
    case .bedrock(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .bedrock(wire)
    case .generateContent(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .generateContent(wire)
    case .interactions(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .interactions(wire)
    case .media(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .media(wire)
    case .speech(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .speech(wire)
    case .assistant(var wire):
      wire.read(bytes, with: &json, into: &facts)
      self = .assistant(wire)
    case .form(var wire):
      wire.read(bytes, into: &facts)
      self = .form(wire)
    }
  }

  /// Settles the facts that rest on the whole body.
  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    switch consume self {
    case .chat(let wire): wire.finish(&facts, isWhole: isWhole)
    case .asyncChat(let wire): wire.finish(&facts, isWhole: isWhole)
    case .responses(let wire): wire.finish(&facts, isWhole: isWhole)
    case .messages(let wire): wire.finish(&facts, isWhole: isWhole)
    case .cohere(let wire): wire.finish(&facts, isWhole: isWhole)
    case .ollama(let wire): wire.finish(&facts, isWhole: isWhole)
    case .ocr(let wire): wire.finish(&facts, isWhole: isWhole)
    case .mcp(let wire): wire.finish(&facts, isWhole: isWhole)
    case .complete(let wire): wire.finish(&facts, isWhole: isWhole)
    case .bedrock(let wire): wire.finish(&facts, isWhole: isWhole)
    case .generateContent(let wire): wire.finish(&facts, isWhole: isWhole)
    case .interactions(let wire): wire.finish(&facts, isWhole: isWhole)
    case .media(let wire): wire.finish(&facts, isWhole: isWhole)
    case .speech(let wire): wire.finish(&facts, isWhole: isWhole)
    case .assistant(let wire): wire.finish(&facts, isWhole: isWhole)
    case .form(let wire): wire.finish(&facts)
    }
  }
}
