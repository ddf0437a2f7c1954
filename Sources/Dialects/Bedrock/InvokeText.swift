internal import JSON
internal import Metering

/// What the families answer that have a shape of their own: Titan, Llama, Mistral's and Cohere's prompts, AI21's Jurassic,
/// and those that make images, embeddings or an order of documents.
struct InvokeText {
  enum Field: UInt8 {
    case text = 160
    case stop, input, output, resultTokens
    case image, rank, tool, toolName, arguments
  }

  /// What a document may have at its top.
  static let members: KeyValuePairs<String, JSONPattern> = [
    // Llama.
    "generation": text,
    "prompt_token_count": .scalar(Field.input),
    "generation_token_count": .scalar(Field.output),
    // Titan: its texts, the chunks of its streams, its embeddings.
    "inputTextTokenCount": .scalar(Field.input),
    "totalOutputTextTokenCount": .scalar(Field.output),
    "outputText": text,
    "completionReason": stop,
    "results": .array(
      of: .object([
        "tokenCount": .scalar(Field.resultTokens), "outputText": text, "completionReason": stop,
        // Of the rerankers.
        "relevance_score": .scalar(Field.rank), "relevanceScore": .scalar(Field.rank),
      ])),
    // Mistral.
    "outputs": .array(of: .object(["text": text, "stop_reason": stop])),
    // Cohere. The end of its streams repeats the whole in a `response`, which is passed over.
    "text": text,
    "finish_reason": stop,
    "generations": .array(of: .object(["text": text, "finish_reason": stop])),
    "tool_calls": .array(
      of: .object(Field.tool, ["name": .text(Field.toolName), "parameters": .size(Field.arguments)])),
    // Anthropic's Claude 2.
    "completion": text,
    // Jurassic.
    "completions": .array(
      of: .object(["data": .object(["text": text]), "finishReason": .object(["reason": stop])])),
    // Pegasus.
    "finishReason": stop,
    // Images of Titan, Nova Canvas and Stability.
    "images": .array(of: .size(Field.image)),
    "artifacts": .array(of: .object(["base64": .size(Field.image)])),
  ]

  private static let text = JSONPattern.stringSize(Field.text)
  private static let stop = JSONPattern.text(Field.stop)

  private var usage = Usage()
  private var hasNews = false
  private var toolName = ""

  mutating func begin(_ label: UInt8) {
    if label == Field.tool.rawValue { toolName = "" }
  }

  func isText(_ label: UInt8) -> Bool { label == Field.text.rawValue || isArguments(label) }
  func isArguments(_ label: UInt8) -> Bool { label == Field.arguments.rawValue }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else { return }
    switch field {
    case .text, .arguments: tally.addContent(bytes: json.size)
    case .stop: if json.kind == .string, json.size > 0 { tally.facts.finishReason = json.string }
    case .input: set(.input, json.wholeCount)
    // In a stream, what was generated so far.
    case .output: set(.output, json.wholeCount)
    case .resultTokens: set(.output, json.wholeCount.map { $0.addingSaturated(usage[.output]) })
    case .image: set(.outputImages, usage[.outputImages].addingSaturated(1))
    // The query is billed, not each of its documents.
    case .rank: set(.rerank, 1)
    case .toolName: if json.kind == .string { toolName = json.string }
    case .tool: break
    }
  }

  mutating func end(_ label: UInt8, _ tally: inout ReplyTally) {
    if label == Field.tool.rawValue, !toolName.isEmpty { tally.addWholeToolCall(id: "", name: toolName) }
  }

  /// Hands over what is new, at the end of a document.
  mutating func report(to tally: inout ReplyTally) {
    guard hasNews else { return }
    hasNews = false
    tally.report(usage)
  }

  private mutating func set(_ cell: UsageCell, _ count: Int64?) {
    guard let count else { return }
    usage[cell] = count
    hasNews = true
  }
}
