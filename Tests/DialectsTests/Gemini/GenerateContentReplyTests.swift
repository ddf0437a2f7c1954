import Dialects
import Metering
import Testing

@Suite("Generated content")
struct GenerateContentReplyTests {
  @Test("is read from one document")
  func document() {
    let facts = readGemini(
      .generateContent,
      #"""
      {"candidates":[{"content":{"parts":[{"text":"Häh","thought":true},{"text":"ab","thoughtSignature":"xxxx"},
        {"functionCall":{"name":"f","args":{"x":1}}},{"functionCall":{"id":"c2","name":"g","args":{}}}],"role":"model"},
        "finishReason":"STOP","index":0}],
       "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":7,"totalTokenCount":20,"thoughtsTokenCount":3,
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":10}],"serviceTier":"flex"},
       "modelVersion":"gemini-2.5-flash","responseId":"r1"}
      """#)
    #expect(facts.responseID == "r1")
    #expect(facts.model == "gemini-2.5-flash")
    #expect(answering(facts) == cells([.input: 10, .output: 7, .reasoning: 3]))
    #expect(facts.toolCalls == [ToolCall(id: "", name: "f"), ToolCall(id: "c2", name: "g")])
    #expect(facts.toolCallCount == 2)
    #expect(facts.finishReason == "STOP")
    #expect(facts.context.serviceTier == "flex")
    #expect(facts.outputTextBytes == 4 + 2 + 7 + 2)
    #expect(facts.isTerminal)
    #expect(facts.errorCode == nil)
  }

  @Test("streamed is cumulative, and keeps what only an earlier chunk had")
  func cumulative() {
    let chunks = [
      #"{"candidates":[{"content":{"parts":[{"text":"ab"}]},"index":0}],"usageMetadata":{"promptTokenCount":10,"totalTokenCount":10,"thoughtsTokenCount":4},"modelVersion":"m","responseId":"r"}"#,
      #"{"candidates":[{"content":{"parts":[{"text":"cd"}]}}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":2,"toolUsePromptTokenCount":5}}"#,
      // The prompt may shrink at the end.
      #"{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":6},"modelVersion":"m","responseId":"r"}"#,
    ]
    let (events, array) = readGeminiChunks(chunks)
    for facts in [events, array] {
      #expect(answering(facts) == cells([.input: 9 + 5, .output: 6, .reasoning: 4]))
      #expect(facts.outputTextBytes == 4)
      #expect(facts.finishReason == "STOP")
      #expect(facts.responseID == "r")
      #expect(facts.isTerminal)
      #expect(facts.usageRaw == Array(#"{"promptTokenCount":9,"candidatesTokenCount":6}"#.utf8))
    }
    #expect(events.contentDeltas == 2)
    #expect(!readGeminiChunks(Array(chunks.dropLast())).events.isTerminal)
    #expect(answering(readGeminiChunks(Array(chunks.dropLast())).events)?[.output] == 2)
  }

  @Test("in an array is known while it is written, at each cut")
  func arrayProgress() {
    let chunks = (1...4).map {
      #"{"candidates":[{"content":{"parts":[{"text":"abc"}]}}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":\#($0)}}"#
    }
    let body = Array(("[" + chunks.joined(separator: ",\n") + "]").utf8)
    let ends = body.indices.filter { body[$0] == UInt8(ascii: "}") }
    var reader = ReplyReader(
      endpoint: Endpoint(dialect: .gemini, operation: .generateContent, streams: true), status: 200, framing: .json)
    var seen: [Int64] = []
    var revisions: Set<UInt32> = []
    for index in body.indices {
      reader.consume(body.span.bytes.extracting(index..<index + 1))
      let progress = reader.progress
      if ends.contains(index) { revisions.insert(progress.revision) }
      if progress.usage[.output] > (seen.last ?? 0) { seen.append(progress.usage[.output]) }
      #expect(progress.outputTextBytes == progress.usage[.output] * 3)
    }
    #expect(seen == [1, 2, 3, 4])
    let hasContent = reader.hasContent
    #expect(hasContent)
    let facts = reader.finish()
    #expect(facts.isTerminal)
    // Cut short, what was reported stays, and the end is missing.
    let cut = readGemini(.generateContent, Array(body.dropLast(40))).facts
    #expect(!cut.isTerminal)
    #expect(answering(cut) == cells([.input: 5, .output: 3]))
  }

  @Test(
    "has the usage however protocol buffers write it",
    arguments: [
      #"{"promptTokenCount":"100","candidatesTokenCount":"7","cachedContentTokenCount":"40"}"#,
      #"{"prompt_token_count":100,"candidates_token_count":7,"cached_content_token_count":40}"#,
      #"{"promptTokenCount":100,"responseTokenCount":7,"cachedContentTokenCount":40,"thoughtsTokenCount":null}"#,
      #"{"trafficType":"ON_DEMAND","cachedContentTokenCount":40,"candidatesTokenCount":7,"promptTokenCount":100}"#,
    ])
  func spellings(usage: String) {
    for name in ["usageMetadata", "usage_metadata"] {
      let facts = readGemini(.generateContent, #"{"\#(name)":\#(usage)}"#)
      #expect(answering(facts) == cells([.input: 60, .cachedInput: 40, .output: 7]))
    }
  }

  @Test("has media apart, cached or not, whatever the number or name of their kind")
  func modalities() {
    let facts = readGemini(
      .generateContent,
      #"""
      {"usageMetadata":{"promptTokenCount":1000,"cachedContentTokenCount":400,
       "promptTokensDetails":[{"modality":"TEXT","tokenCount":100},{"tokenCount":300,"modality":"AUDIO"},
        {"modality":2,"tokenCount":"250"},{"modality":"VIDEO","tokenCount":200},{"modality":"DOCUMENT","tokenCount":150}],
       "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":100},{"modality":"IMAGE","tokenCount":250},
        {"modality":"TEXT","tokenCount":50}],
       "toolUsePromptTokenCount":30,"toolUsePromptTokensDetails":[{"modality":"IMAGE","tokenCount":10}],
       "candidatesTokenCount":1300,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}],
       "thoughtsTokenCount":5}}
      """#)
    #expect(
      answering(facts)
        == cells([
          .input: 100 + 150 - 50 + 20, .inputAudio: 200, .inputImage: 0 + 10, .inputVideo: 200,
          .cachedInput: 50, .cachedInputAudio: 100, .cachedInputImage: 250, .output: 10, .outputImage: 1290,
          .reasoning: 5,
        ]))
  }

  @Test("has parts that never exceed their whole")
  func cutParts() {
    let facts = readGemini(
      .generateContent,
      #"{"usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":50,"candidatesTokenCount":3,"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":9}]}}"#
    )
    #expect(answering(facts) == cells([.cachedInput: 10, .outputAudio: 3]))
    let negative = #"{"usageMetadata":{"promptTokenCount":-1,"candidatesTokenCount":3}}"#
    #expect(readGemini(.generateContent, negative).usage.isEmpty)
  }

  @Test("of which only the kind of traffic is told is none, until the last chunk")
  func trafficOnly() {
    let text =
      #"{"candidates":[{"content":{"parts":[{"text":"ab"}]}}],"usageMetadata":{"trafficType":"ON_DEMAND_PRIORITY"}}"#
    let end =
      #"{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"trafficType":"ON_DEMAND_PRIORITY"}}"#
    #expect(readGeminiChunks([text]).events.usage.isEmpty)
    for facts in [readGeminiChunks([text, end]).events, readGeminiChunks([text, end]).array] {
      #expect(answering(facts) == cells([.input: 3, .output: 1]))
      #expect(facts.context.serviceTier == "priority")
    }
  }

  @Test(
    "tells the tier that served it in the words of the price book",
    arguments: [
      (#""serviceTier":"standard""#, "standard"), (#""service_tier":"PRIORITY""#, "priority"),
      (#""serviceTier":"SERVICE_TIER_FLEX""#, "flex"), (#""serviceTier":"unspecified""#, nil),
      (#""trafficType":"ON_DEMAND""#, "standard"), (#""trafficType":"ON_DEMAND_FLEX""#, "flex"),
      (#""trafficType":"PROVISIONED_THROUGHPUT""#, "provisioned"), (#""trafficType":2"#, "provisioned"),
      (#""trafficType":"TRAFFIC_TYPE_UNSPECIFIED""#, nil), (#""promptTokenCount":1"#, nil),
    ] as [(String, String?)])
  func tiers(member: String, tier: String?) {
    #expect(readGemini(.generateContent, #"{"usageMetadata":{\#(member)}}"#).context.serviceTier == tier)
  }

  @Test("has its tier from the header where the body has none")
  func tierOfHeader() {
    var headers = ReplyHeaders()
    headers.read(name: "x-gemini-service-tier", value: "flex")
    let endpoint = Endpoint(dialect: .gemini, operation: .generateContent)
    let body = Array(#"{"usageMetadata":{"promptTokenCount":1}}"#.utf8)
    var reader = ReplyReader(endpoint: endpoint, status: 200, framing: .json, headers: headers)
    reader.consume(body.span.bytes)
    let facts = reader.finish()
    #expect(facts.context.serviceTier == "flex")
  }

  @Test("that was blocked has used nothing, when the provider says no more")
  func blocked() {
    let facts = readGemini(
      .generateContent,
      #"{"promptFeedback":{"blockReason":"MODEL_ARMOR"},"responseId":"r","modelVersion":"m","usageMetadata":{"trafficType":"ON_DEMAND"}}"#
    )
    #expect(answering(facts) == Usage())
    #expect(facts.isTerminal)
    #expect(facts.finishReason == nil)
    let charged = readGemini(
      .generateContent,
      #"{"promptFeedback":{"blockReason":2},"usageMetadata":{"promptTokenCount":12,"totalTokenCount":12}}"#)
    #expect(answering(charged) == cells([.input: 12]))
    let stream = readGeminiChunks([
      #"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4}}"#
    ])
    #expect(stream.events.isTerminal)
    #expect(readGemini(.generateContent, #"{"usageMetadata":{"trafficType":"ON_DEMAND"}}"#).usage.isEmpty)
  }

  @Test("has the finish of its first candidate")
  func finishes() {
    let two = readGemini(
      .generateContent,
      #"{"candidates":[{"finishReason":"SAFETY","index":1},{"finishReason":"MAX_TOKENS","index":0}]}"#)
    #expect(two.finishReason == "MAX_TOKENS")
    #expect(readGemini(.generateContent, #"{"candidates":[{"finish_reason":1}]}"#).finishReason == "1")
    let unspecified = #"{"candidates":[{"finishReason":"FINISH_REASON_UNSPECIFIED"}]}"#
    #expect(readGemini(.generateContent, unspecified).finishReason == nil)
  }

  @Test("may be an error, as a whole, among events and in an array")
  func errors() {
    let error =
      #"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE","details":[{"@type":"x","status":"y"}]}}"#
    let chunk = #"{"candidates":[{"content":{"parts":[{"text":"ab"}]}}],"usageMetadata":{"promptTokenCount":3}}"#
    #expect(readGemini(.generateContent, error).errorCode == "UNAVAILABLE")
    #expect(readGemini(.generateContent, "[\(error)\n]").errorCode == "UNAVAILABLE")
    let (events, array) = readGeminiChunks([chunk, error])
    for facts in [events, array] {
      #expect(facts.errorCode == "UNAVAILABLE")
      #expect(answering(facts) == cells([.input: 3]))
      #expect(facts.outputTextBytes == 2)
    }
    #expect(!events.isTerminal)
    #expect(readGemini(.generateContent, #"{"error":{"code":400}}"#).errorCode == "400")
    #expect(readGemini(.countTokens, error).errorCode == "UNAVAILABLE")
  }

  @Test("with an image has content before any text")
  func media() {
    let body = Array(#"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"#.utf8)
    var reader = ReplyReader(
      endpoint: Endpoint(dialect: .gemini, operation: .generateContent), status: 200, framing: .json)
    reader.consume(body.span.bytes)
    let (hasContent, textBytes) = (reader.hasContent, reader.progress.outputTextBytes)
    #expect(hasContent)
    #expect(textBytes == 0)
  }
}
