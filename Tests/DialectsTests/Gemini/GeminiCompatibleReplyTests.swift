import Dialects
import Metering
import Testing

@Suite("Gemini in OpenAI's shape")
struct GeminiCompatibleReplyTests {
  @Test(
    "has its thoughts in the total alone",
    arguments: [
      (
        #"{"prompt_tokens":35,"completion_tokens":12,"total_tokens":109}"#,
        cells([.input: 35, .output: 12, .reasoning: 62])
      ),
      (#"{"prompt_tokens":35,"completion_tokens":12,"total_tokens":47}"#, cells([.input: 35, .output: 12])),
      (#"{"prompt_tokens":35,"completion_tokens":12}"#, cells([.input: 35, .output: 12])),
      (#"{"total_tokens":40,"prompt_tokens":35,"completion_tokens":0}"#, cells([.input: 35, .reasoning: 5])),
      // Vertex names the thoughts too.
      (
        #"{"prompt_tokens":5,"completion_tokens":10,"total_tokens":35,"completion_tokens_details":{"reasoning_tokens":20}}"#,
        cells([.input: 5, .output: 10, .reasoning: 20])
      ),
    ] as [(String, Usage)])
  func thoughts(usage: String, cells: Usage) {
    let body = #"{"id":"c","choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}],"usage":\#(usage)}"#
    #expect(answering(readGemini(.chatCompletions, body)) == cells)
    let stream = Array("data: \(body)\n\ndata: [DONE]\n\n".utf8)
    #expect(answering(readGemini(.chatCompletions, stream, framing: .serverSentEvents).facts) == cells)
  }

  @Test("calls tools without ids, and streams them under one index")
  func toolCalls() {
    let call = { (name: String, id: String) in
      #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"\#(id)","type":"function","function":{"name":"\#(name)","arguments":"{}"}}]}}]}"#
    }
    let events = [call("f", ""), call("f", ""), call("g", "a"), call("g", "b"), "[DONE]"]
    let body = Array(events.map { "data: \($0)\n\n" }.joined().utf8)
    let facts = readGemini(.chatCompletions, body, .random(1), framing: .serverSentEvents).facts
    #expect(facts.toolCalls.map(\.name) == ["f", "f", "g", "g"])
    #expect(facts.toolCalls.map(\.id) == ["", "", "a", "b"])
  }

  @Test("writes its errors as a list of one")
  func errors() {
    let body = #"[{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}]"#
    #expect(readGemini(.chatCompletions, body).errorCode == "INVALID_ARGUMENT")
    #expect(readGemini(.embeddings, body).errorCode == "INVALID_ARGUMENT")
  }
}
