internal import JSON
internal import Metering

/// Replies of embedContent, batchEmbedContents and Vertex' predict.
///
/// Gemini reports no usage for embeddings, but for its newer models; Vertex reports the tokens of each text, and for models
/// that are billed so, the characters of all. Where neither comes, nothing is reported: the caller counts. Generated images
/// are billed by their number.
///
/// https://ai.google.dev/api/embeddings and
/// https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
struct EmbedContentReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case tokens = 1
    case characters, prediction, imageBytes, mediaType
  }

  static let shape = JSONShape(
    .object([
      "usageMetadata": GeminiUsage.pattern, "usage_metadata": GeminiUsage.pattern,
      "embedding": embedding, "embeddings": embedding.orArray(of: embedding),
      "predictions": .array(
        of: .object(
          Field.prediction,
          [
            "embeddings": embedding,
            "bytesBase64Encoded": .scalar(Field.imageBytes), "gcsUri": .scalar(Field.imageBytes),
            "mimeType": .text(Field.mediaType), "mime_type": .text(Field.mediaType),
          ])),
      "metadata": .object([
        "billableCharacterCount": .text(Field.characters), "billable_character_count": .text(Field.characters),
      ]),
      "error": ErrorMembers.pattern,
    ]))

  private static let embedding = JSONPattern.object([
    "statistics": .object(["token_count": .text(Field.tokens), "tokenCount": .text(Field.tokens)])
  ])

  private var usage = GeminiUsage()
  private var hasUsage = false
  private var error = ErrorMembers()
  private var tokens: Int64?
  private var characters: Int64?
  private var images: Int64 = 0
  private var hasBytes = false
  private var isImage = false

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    usage.begin(label)
    if label == Field.prediction.rawValue {
      hasBytes = false
      isImage = false
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      error.value(label, json, &tally)
      usage.value(label, json, &tally.facts.context)
      return
    }
    switch field {
    case .tokens: if let count = json.protoCount { tokens = (tokens ?? 0).addingSaturated(count) }
    case .characters: characters = json.protoCount ?? characters
    case .imageBytes: if json.kind == .string { hasBytes = true }
    case .mediaType: isImage = json.wholeText?.hasPrefix("image/") ?? false
    case .prediction: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    if label == Field.prediction.rawValue, hasBytes, isImage { images &+= 1 }
    guard usage.end(label), usage.hasCounts, !usage.isMalformed else { return }
    _ = json.exchangeUsage(&tally.facts.usageRaw)
    hasUsage = true
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    guard hasUsage || tokens != nil || characters != nil || images > 0 else { return }
    var cells = hasUsage ? usage.cells : Usage()
    if !hasUsage, let tokens {
      cells[.input] = tokens
    } else if !hasUsage, let characters {
      cells[.inputCharacters] = characters
    }
    cells[.outputImages] = images
    tally.report(cells)
  }
}
