import Dialects
import Metering
import Testing
import Tokenizers

/// How far counts are from what providers reported, over every recorded text exchange; and that no bound is broken.
///
/// The table is printed: it is what the README states. Nothing was learned beforehand, so these are errors of a first call.
@Suite("Counts beside reported usage", .enabled(if: Recording.isPresent))
struct CountErrorTests {
  private static let folders = [
    "openai-chatcompletions", "openai-completions", "openai-responses", "openai-embeddings", "anthropic-messages",
    "azure-chatcompletions", "azure-responses", "bedrock-converse", "bedrock-invokemodel", "cohere-chatv2",
    "cerebras-chatcompletions", "deepseek-chatcompletions", "gemini-generatecontent", "vertex-generatecontent",
    "groq-chatcompletions", "huggingface-chatcompletions", "mistral-chatcompletions", "ollama-ollama-chat",
    "openrouter-chatcompletions", "perplexity-chatcompletions", "together-chatcompletions", "vllm-chatcompletions",
    "zai-chatcompletions",
  ]
  private static let dialects: [String: Dialect] = [
    "gemini": .gemini, "vertex": .gemini, "cohere": .cohere, "mistral": .mistral, "ollama": .ollama,
  ]

  private struct Measured {
    var name: String
    var family: TokenizerFamily
    var kind: String
    var promptReported: Int64
    var promptCounted: Int64
    var promptBound: Int64?
    var outputReported: Int64
    var outputCounted: Int64
  }

  private static let measured: [Measured] = Recording.load(folders: folders, dialects: dialects).compactMap(measure)

  private static func measure(_ recording: Recording) -> Measured? {
    // Its author wrote these words in the place of the prompt.
    let isShortened = String(decoding: recording.request, as: UTF8.self).contains("very very long system prompt")
    guard (200..<300).contains(recording.status), !isShortened else { return nil }
    var requestReader = RequestReader(endpoint: recording.endpoint)
    requestReader.consume(recording.request.span.bytes)
    let first = requestReader.finish()
    var replyReader = ReplyReader(
      endpoint: recording.endpoint, status: recording.status, framing: recording.framing, headers: recording.headers,
      counting: .o200k)
    replyReader.consume(recording.reply.span.bytes)
    let reply = replyReader.finish()
    guard first.isComplete, let usage = reply.usage.first?.usage, reply.usage.count == 1 else { return nil }
    let family = TokenizerFamily(model: reply.model ?? first.model)
    var counting = RequestReader(endpoint: recording.endpoint, counting: family.tokenizer)
    counting.consume(recording.request.span.bytes)
    let request = counting.finish()
    let frame = FamilyFrame(of: family)
    guard let prompt = request.promptTally, let output = reply.outputTally else { return nil }
    return Measured(
      name: recording.name, family: family, kind: kind(request), promptReported: usage.promptTokens,
      promptCounted: family.tokens(prompt) + request.mediaTokensExpected(family: family)
        + frame.prompt(texts: request.promptTexts, hasTools: request.renderedTextBytes > 0),
      promptBound: request.promptTokensBound(family: family),
      outputReported: usage[.reasoning] == 0 ? usage[.output] : 0,
      outputCounted: family.tokens(output) + Int64(reply.toolCallCount) * frame.perCall)
  }

  private static func kind(_ request: RequestFacts) -> String {
    if request.hasStoredContext || request.followsResponse { return "provider's own context or tools" }
    if request.mediaCount > 0 { return "media" }
    return request.renderedTextBytes > 0 ? "tools" : "text"
  }

  @Test("The table of errors, by family of tokenizer and kind of request")
  func table() {
    print(
      "family | kind | calls | prompt: counted / reported | median error | output: counted / reported | median error")
    for family in TokenizerFamily.allCases {
      for kind in ["text", "tools", "media", "provider's own context or tools"] {
        let rows = Self.measured.filter { $0.family == family && $0.kind == kind && $0.promptReported > 0 }
        guard !rows.isEmpty else { continue }
        let prompts = rows.map { Self.error($0.promptCounted, $0.promptReported) }
        let outputs = rows.filter { $0.outputReported > 0 && $0.outputCounted > 0 }
        let counted = rows.reduce(0) { $0 + $1.promptCounted }
        let reported = rows.reduce(0) { $0 + $1.promptReported }
        let outputCounted = outputs.reduce(0) { $0 + $1.outputCounted }
        let outputReported = outputs.reduce(0) { $0 + $1.outputReported }
        print(
          "\(family) | \(kind) | \(rows.count) | \(counted) / \(reported) | \(Self.median(prompts)) % | \(outputCounted) / \(outputReported) | \(Self.median(outputs.map { Self.error($0.outputCounted, $0.outputReported) })) %"
        )
      }
    }
    #expect(Self.measured.count > 60)
  }

  @Test("No reported prompt is beyond its bound")
  func bounds() {
    var ratios: [Int64] = []
    for row in Self.measured where row.promptReported > 0 {
      guard let bound = row.promptBound else { continue }
      #expect(row.promptReported <= bound, "\(row.name): \(row.promptReported) > \(bound)")
      ratios.append(bound * 10 / max(1, row.promptReported))
    }
    print("bounds: \(ratios.count) checked, median \(Self.median(ratios)) tenths of what was reported")
  }

  @Test("Replies whose text is all there are counted to a few percent by the exact tokenizers")
  func outputs() {
    let rows = Self.measured.filter {
      $0.family.isExact && $0.outputReported >= 40 && $0.outputCounted > 0 && $0.kind == "text"
    }
    let errors = rows.map { Self.error($0.outputCounted, $0.outputReported) }
    #expect(Self.median(errors) <= 5, "\(rows.map { ($0.name, $0.outputCounted, $0.outputReported) })")
  }

  /// In percent of what was reported.
  private static func error(_ counted: Int64, _ reported: Int64) -> Int64 {
    abs(counted - reported) * 100 / max(1, reported)
  }

  private static func median(_ values: [Int64]) -> Int64 {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }
}
