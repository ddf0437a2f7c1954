/// What a call does, as `gen_ai.operation.name` says: the conventions' own values, and further ones, as they allow, for what they
/// have none for.
public enum GenAIOperation: String, Sendable, CaseIterable {
  case chat
  case textCompletion = "text_completion"
  /// Gemini's own API.
  case generateContent = "generate_content"
  case embeddings
  case executeTool = "execute_tool"
  case invokeAgent = "invoke_agent"

  // MARK: Without a value in the conventions
  case rerank
  case imageGeneration = "image_generation"
  case videoGeneration = "video_generation"
  case speech
  case transcription
  case ocr
  case other
}
