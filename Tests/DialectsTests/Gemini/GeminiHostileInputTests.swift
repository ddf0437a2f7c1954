import Dialects
import Metering
import Testing

@Suite("Input that is meant to hurt Google's readers")
struct GeminiHostileInputTests {
  private static let operations: [Dialects.Operation] = [
    .generateContent, .embedContent, .cachedContents, .batchGenerateContent, .fileContent, .interactions,
    .chatCompletions,
    .countTokens,
  ]

  private static let documents = [
    #"{"candidates":[{"content":{"parts":[{"text":"a"},{"functionCall":{"name":"f","args":{"x":[1]},"willContinue":true}},{"executableCode":{"code":"x"}},{"toolCall":{"toolType":"FILE_SEARCH"}}]},"finishReason":"STOP","index":0,"groundingMetadata":{"webSearchQueries":["q"],"groundingChunks":[{"web":{"uri":"x"}}]}}],"usageMetadata":{"promptTokenCount":"10","candidatesTokenCount":7,"cachedContentTokenCount":3,"promptTokensDetails":[{"modality":2,"tokenCount":5}]},"responseId":"r"}"#,
    #"{"name":"batches/b","metadata":{"model":"models/m","output":{"inlinedResponses":{"inlinedResponses":[{"response":{"usageMetadata":{"promptTokenCount":1}}}]}}},"error":{"code":1,"status":"X"}}"#,
    #"{"id":"v","status":"completed","steps":[{"type":"function_call","id":"c","name":"f","arguments":{"queries":["a"]}}],"usage":{"total_input_tokens":1,"grounding_tool_count":[{"type":"google_search","count":1}]}}"#,
    #"{"createTime":"2026-05-13T19:56:49Z","expireTime":"2026-05-13T20:01:49Z","usageMetadata":{"totalTokenCount":1090}}"#,
    #"{"contents":[{"role":"user","parts":[{"text":"abc"},{"functionResponse":{"name":"f","response":{"error":"x"}}}]}],"generationConfig":{"maxOutputTokens":"5"}}"#,
  ]

  @Test("broken in places never traps, framed in any way", arguments: documents)
  func mutated(document: String) {
    let original = Array(document.utf8)
    var random = SeededRandom(seed: 23)
    let alphabet = Array(#"{}[]:,"\u0e-+.tfn 19"#.utf8) + [0x0A, 0x0D, 0, 0xFF, 0xC3, 0xED]
    for round in 0..<1500 {
      var body = original
      for _ in 0..<4 {
        body[Int(random.next() % UInt64(body.count))] = alphabet[Int(random.next() % UInt64(alphabet.count))]
      }
      let operation = Self.operations[round % Self.operations.count]
      let cut = Cut.random(random.next())
      _ = readGemini(operation, body, cut)
      _ = readGemini(operation, [UInt8(ascii: "[")] + body + Array(",".utf8) + body, cut)
      _ = readGemini(operation, Array("data: ".utf8) + body + Array("\r\n\r\n".utf8), cut, framing: .serverSentEvents)
      _ = readGemini(operation, body, cut, framing: .lines)
      _ = readGeminiRequest(operation, String(decoding: body, as: UTF8.self), cut: cut)
    }
  }

  @Test("with numbers that do not fit stays within them")
  func largeNumbers() {
    let most = Int64.max
    let facts = readGemini(
      .generateContent,
      #"{"usageMetadata":{"promptTokenCount":\#(most),"toolUsePromptTokenCount":"\#(most)","candidatesTokenCount":\#(most),"thoughtsTokenCount":\#(most),"promptTokensDetails":[{"modality":"AUDIO","tokenCount":\#(most)},{"modality":"AUDIO","tokenCount":\#(most)},{"modality":"IMAGE","tokenCount":\#(most)}]}}"#
    )
    #expect(answering(facts)?[.input] == most)
    #expect(answering(facts)?[.inputAudio] == most)
    let tooLarge = #"{"usageMetadata":{"promptTokenCount":"9999999999999999999","candidatesTokenCount":1}}"#
    #expect(readGemini(.generateContent, tooLarge).usage.isEmpty)
    for text in ["", "+1", "-1", "1.5", "0x1", " 1", "١"] {
      #expect(readGemini(.generateContent, #"{"usageMetadata":{"promptTokenCount":"\#(text)"}}"#).usage.isEmpty)
    }
  }

  @Test("with endless lists stays bounded")
  func bounded() {
    let queries = (0..<5000).map { #""q\#($0)""# }.joined(separator: ",")
    let facts = readGemini(
      .generateContent,
      #"{"candidates":[{"groundingMetadata":{"webSearchQueries":[\#(queries)]}}],"usageMetadata":{"promptTokenCount":1}}"#
    )
    #expect(answering(facts)?[.webSearch] == 1024)
    let parts = (0..<5000).map { #"{"functionCall":{"name":"f\#($0)"}}"# }.joined(separator: ",")
    let calls = readGemini(.generateContent, #"{"candidates":[{"content":{"parts":[\#(parts)]}}]}"#)
    #expect(calls.toolCallCount == 5000)
    #expect(calls.toolCalls.count == 1024)
    let replies = (0..<9000).map { #"{"response":{"usageMetadata":{"promptTokenCount":\#($0)}}}"# }
    let batch =
      #"{"response":{"inlinedResponses":{"inlinedResponses":[\#(replies.joined(separator: ","))]}},"name":"b"}"#
    #expect(readGemini(.batchGenerateContent, Array(batch.utf8)).items.count <= ReplyReader.itemsMax)
  }
}
