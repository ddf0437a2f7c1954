/// The wire dialect of an API: decides how requests and replies are read, and the shape of an error.
public enum Dialect: String, Sendable, CaseIterable {
  case openai
  case anthropic
  case gemini
  case bedrock
  case mistral
  case cohere
  case ollama
  case mcp
}

/// What is known of a request from its method and target alone.
public struct Endpoint: Sendable, Equatable {
  public var dialect: Dialect
  public var operation: Operation
  /// The model, where the path names it (Gemini's `models/{model}:generateContent`, Bedrock's `/model/{id}/converse`), with
  /// percent-encoding undone; for an Azure deployment, the deployment's name. At most 256 bytes.
  public var model: String?
  /// Whether the path says that the reply is a stream (`:streamGenerateContent`, `converse-stream`). Nil where the body says it.
  public var streams: Bool?
  /// The id of the response that the path asks for, where the reply may not repeat it (a polled video of xAI).
  public var responseID: String?
  /// Whether a conversation is made shorter (`/v1/responses/compact`), which takes no limit of the reply's tokens.
  public var isCompaction: Bool
  /// The file or batch whose results the path asks for: what tells results apart that have no id of their own.
  public var resultsID: String?

  /// Longer names are no models.
  static let modelBytesMax = 256

  public init(
    dialect: Dialect, operation: Operation, model: String? = nil, streams: Bool? = nil, responseID: String? = nil,
    isCompaction: Bool = false, resultsID: String? = nil
  ) {
    self.dialect = dialect
    self.operation = operation
    self.model = model
    self.streams = streams
    self.responseID = responseID
    self.isCompaction = isCompaction
    self.resultsID = resultsID
  }
}
