import Dialects
import Metering
import Testing

@Suite("Google's embeddings, caches and batches")
struct GeminiStoredReplyTests {
  @Test(
    "of embeddings have the usage that is reported, or none",
    arguments: [
      (#"{"embedding":{"values":[0.1,-2e-5]}}"#, nil),
      (#"{"embeddings":[{"values":[1]},{"values":[2]}]}"#, nil),
      (
        #"{"embeddings":[{"values":[1]}],"usageMetadata":{"promptTokenCount":8,"promptTokenDetails":[{"modality":"IMAGE","tokenCount":5}]}}"#,
        cells([.input: 3, .inputImage: 5])
      ),
      // Vertex: tokens of each text, and the characters of all.
      (
        #"{"predictions":[{"embeddings":{"statistics":{"token_count":4,"truncated":false},"values":[1]}},{"embeddings":{"values":[1],"statistics":{"token_count":"6"}}}],"metadata":{"billableCharacterCount":38}}"#,
        cells([.input: 10])
      ),
      (
        #"{"embeddings":[{"statistics":{"tokenCount":4}}],"embedding":{"statistics":{"token_count":3}}}"#,
        cells([.input: 7])
      ),
      (
        #"{"predictions":[{"textEmbedding":[1]}],"metadata":{"billable_character_count":"38"}}"#,
        cells([.inputCharacters: 38])
      ),
      (
        #"{"predictions":[{"bytesBase64Encoded":"AA","mimeType":"image/png"},{"mimeType":"image/png","gcsUri":"gs://x"},{"raiFilteredReason":"x"},{"bytesBase64Encoded":"AA","mimeType":"audio/wav"}]}"#,
        cells([.outputImages: 2])
      ),
    ] as [(String, Usage?)])
  func embeddings(body: String, usage: Usage?) {
    for cut in [Cut.whole, .bytes, .random(3)] {
      let facts = readGemini(.embedContent, Array(body.utf8), cut).facts
      #expect(answering(facts) == usage)
      #expect(facts.isTerminal)
    }
    #expect(answering(readGemini(.predict, body)) == usage)
  }

  @Test(
    "of caches record what is stored until it expires",
    arguments: [
      // 1,090 tokens for 299.622716 seconds.
      (#""createTime":"2026-05-13T19:56:49.957864Z","expireTime":"2026-05-13T20:01:49.580642575Z","#, 1090, 91),
      (#""expire_time":"2026-01-02T00:00:00Z","create_time":"2026-01-01T00:00:00Z","#, 1000, 24_000),
      (#""createTime":"2026-01-01T00:00:00Z","#, 1000, 0), ("", 1000, 0),
      (#""createTime":"2026-01-02T00:00:00Z","expireTime":"2026-01-01T00:00:00Z","#, 1000, 0),
      (#""createTime":"0001-01-01T00:00:00Z","expireTime":"9999-12-31T23:59:59Z","#, Int64.max, Int64.max),
    ] as [(String, Int64, Int64)])
  func caches(times: String, tokens: Int64, tokenHours: Int64) {
    let body =
      #"{"name":"cachedContents/c","model":"models/m",\#(times)"usageMetadata":{"totalTokenCount":"\#(tokens)"}}"#
    let facts = readGemini(.cachedContents, body)
    #expect(answering(facts) == cells([.cacheStorage: tokenHours]))
    #expect(facts.responseID == nil)
    #expect(readGemini(.cachedContents, #"{"error":{"code":400,"status":"INVALID_ARGUMENT"}}"#).usage.isEmpty)
  }

  private func reply(_ id: String?, tokens: Int) -> String {
    let id = id.map { #","responseId":"\#($0)""# } ?? ""
    return
      #"{"response":{"candidates":[{"content":{"parts":[{"text":"ab"},{"functionCall":{"name":"f"}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":\#(tokens),"candidatesTokenCount":1,"serviceTier":"standard"}\#(id)},"metadata":{"key":"k"}}"#
  }

  private func batch(_ replies: [String]) -> String {
    let output = #"{"inlinedResponses":{"inlinedResponses":[\#(replies.joined(separator: ","))]}}"#
    return
      #"{"name":"batches/b","metadata":{"model":"models/gemini-2.5-flash","output":\#(output),"state":"BATCH_STATE_SUCCEEDED","name":"batches/b"},"done":true,"response":\#(output)}"#
  }

  @Test("of batches are replies of their own, each once")
  func batches() {
    let body = Array(batch([reply("r1", tokens: 10), reply(nil, tokens: 20), reply("r3", tokens: 30)]).utf8)
    for cut in [Cut.whole, .bytes, .random(1), .random(2)] {
      let (facts, items) = readGemini(.batchGenerateContent, body, cut)
      #expect(facts.usage.isEmpty)
      #expect(facts.errorCode == nil)
      #expect(facts.isTerminal)
      #expect(items.map(\.facts.responseID) == ["r1", "batches/b#1", "r3"])
      #expect(items.map { answering($0.facts)?[.input] } == [10, 20, 30])
      for item in items {
        #expect(item.isBatch)
        #expect(item.facts.model == "gemini-2.5-flash")
        #expect(item.facts.toolCalls == [ToolCall(id: "", name: "f")])
        #expect(item.facts.context.processing == "batch")
        #expect(item.facts.isTerminal)
        #expect(item.facts.outputTextBytes == 2)
      }
    }
  }

  @Test("of lists of batches are told apart by the batch")
  func lists() {
    let list =
      #"{"operations":[\#(batch([reply(nil, tokens: 1)])),\#(batch([reply(nil, tokens: 2)]).replacing("batches/b", with: "batches/c"))]}"#
    let (_, items) = readGemini(.batchGenerateContent, Array(list.utf8), .random(9))
    #expect(items.map(\.facts.responseID) == ["batches/b#0", "batches/c#0"])
  }

  @Test("of batches that run or failed have no replies, and are no errors")
  func running() {
    let running = #"{"name":"batches/b","metadata":{"batchStats":{"requestCount":"2"},"state":"BATCH_STATE_RUNNING"}}"#
    let failed = #"{"name":"batches/b","done":true,"error":{"code":13,"message":"x"}}"#
    for body in [running, failed] {
      let (facts, items) = readGemini(.batchGenerateContent, Array(body.utf8))
      #expect(items.isEmpty)
      #expect(facts.errorCode == nil)
    }
    let missing = readGemini(.batchGenerateContent, #"{"error":{"code":404,"status":"NOT_FOUND"}}"#)
    #expect(missing.errorCode == "NOT_FOUND")
  }

  @Test("of batches of embeddings have the tokens of each")
  func embeddingBatches() {
    let body =
      #"{"name":"batches/e","response":{"inlinedEmbedContentResponses":{"inlinedResponses":[{"response":{"embedding":{"values":[1]},"tokenCount":"7"}},{"error":{"code":3}},{"response":{"tokenCount":5}}]}}}"#
    let (_, items) = readGemini(.batchGenerateContent, Array(body.utf8), .bytes)
    #expect(items.map { answering($0.facts) } == [cells([.input: 7]), cells([.input: 5])])
    #expect(items.map(\.facts.responseID) == ["batches/e#0", "batches/e#2"])
  }

  @Test("in a file of results are a reply a line, whatever its label")
  func files() {
    let lines = [
      reply("r1", tokens: 1), #"{"key":"b","error":{"code":8,"message":"x"}}"#, reply("r2", tokens: 2), "garbage",
      reply("r1", tokens: 1), reply("r3", tokens: 3),
    ]
    let body = Array(lines.joined(separator: "\n").utf8)
    for framing in [ReplyFraming.json, .lines] {
      for cut in [Cut.whole, .bytes, .random(4)] {
        let (facts, items) = readGemini(.fileContent, body, cut, framing: framing)
        #expect(items.map(\.facts.responseID) == ["r1", "r2", "r3"])
        #expect(facts.errorCode == nil)
        #expect(facts.usage.isEmpty)
      }
    }
    let picture: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x7B, 0x22]
    #expect(readGemini(.fileContent, picture).items.isEmpty)
  }
}
