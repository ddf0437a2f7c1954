import Dialects
import Metering
import Testing

@Suite("Results of batches")
struct BatchResultsTests {
  private static let chat =
    #"{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-5","choices":[{"index":0,"finish_reason":"tool_calls","message":{"content":"ab","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}}],"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":2}}}"#
  private static let response =
    #"{"usage":{"input_tokens":5,"output_tokens":3,"output_tokens_details":{"reasoning_tokens":1}},"tool_usage":{"web_search":{"num_requests":2}},"status":"completed","output":[{"type":"web_search_call","id":"ws"}],"model":"gpt-5.1","id":"resp_1"}"#
  private static let embedding =
    #"{"object":"list","data":[{"embedding":[0.1]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":7,"total_tokens":7}}"#

  private static func line(_ id: String, _ body: String) -> String {
    #"{"id":"\#(id)","custom_id":"0","response":{"status_code":200,"request_id":"r","body":\#(body)},"error":null}"#
  }

  private static let file =
    [
      line("batch_req_1", chat),
      #"{"id":"batch_req_2","custom_id":"1","response":{"status_code":400,"body":{"error":{"code":"bad"}}},"error":null}"#,
      line("batch_req_3", response),
      "no JSON",
      #"{"id":"batch_req_4","custom_id":"3","response":null,"error":{"code":"batch_expired"}}"#,
      line("batch_req_5", embedding),
    ].joined(separator: "\n") + "\n"

  private func read(_ body: String, _ cut: Cut = .whole, framing: ReplyFraming = .json) -> [ReplyItem] {
    var reader = ReplyReader(
      endpoint: Endpoint(dialect: .openai, operation: .fileContent), status: 200, framing: framing)
    var items: [ReplyItem] = []
    let bytes = Array(body.utf8)
    for range in cut.ranges(of: bytes.count) {
      reader.consume(bytes.span.bytes.extracting(range))
      items += reader.takeItems()
    }
    let facts = reader.finish()
    #expect(facts.usage.isEmpty)
    return items
  }

  @Test("are replies of their own, of whichever API, at every cut")
  func items() {
    let items = read(Self.file)
    #expect(items.map(\.facts.responseID) == ["chatcmpl-1", "resp_1", "batch_req_5"])
    #expect(items.map(\.facts.model) == ["gpt-5", "gpt-5.1", "text-embedding-3-small"])
    #expect(items.map(\.isBatch) == [true, true, true])
    #expect(
      items.map { answering($0.facts) } == [
        cells([.input: 7, .cachedInput: 2, .output: 4]),
        cells([.input: 5, .output: 2, .reasoning: 1, .webSearch: 2]), cells([.input: 7]),
      ])
    #expect(items.map(\.facts.finishReason) == ["tool_calls", "completed", nil])
    #expect(items[0].facts.toolCalls == [ToolCall(id: "c", name: "f")])
    #expect(items[1].facts.serverToolCalls == ["web_search": 1])
    for cut in 0...Self.file.utf8.count { #expect(read(Self.file, .at(cut)) == items, "cut at \(cut)") }
    #expect(read(Self.file, .bytes) == items)
    #expect(read(Self.file.replacing("\n", with: "\r\n"), framing: .lines) == items)
    #expect(read(String(Self.file.dropLast())) == items)
  }

  @Test("of xAI are a list of chat completions")
  func xAI() {
    let body = #"""
      {"results":[{"batch_request_id":"0","batch_result":{"response":{"chat_get_completion":\#(Self.chat)}}},
      {"batch_request_id":"1","batch_result":{"error":"failed"}},
      {"batch_request_id":"2","batch_result":{"response":{"chat_get_completion":\#(
        Self.chat.replacing("chatcmpl-1", with: "chatcmpl-2"))}}}],"pagination_token":null}
      """#
    #expect(read(body).map(\.facts.responseID) == ["chatcmpl-1", "chatcmpl-2"])
    #expect(read(body, .bytes) == read(body))
    #expect(read(#"{"results":[]}"#).isEmpty)
  }

  @Test(
    "are none in files that hold anything else",
    arguments: [
      "", "%PDF-1.7 ...", "{}", "[1,2]", #"{"model":"m","usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
      #"{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}}"#,
      #"{"messages":[{"role":"user","content":"x"}]}"#, "data: x\n\n", "a,b\n1,2\n", "\u{FEFF}text",
      #"{"response":{"body":{"id":"x","model":"m","usage":{"prompt_tokens":1,"completion_tokens":2}}}}"#,
      #"{"id":"l","response":{"status_code":200,"body":{"id":"x","usage":{"prompt_tokens":1,"completion_tokens":2}}}}"#,
      #"{"custom_id":"1","response":{"body":{"id":"x","usage":{"prompt_tokens":1,"completion_tokens":2}}}}"#,
      #"{"results":[{"response":{"body":{"id":"x","usage":{"prompt_tokens":1,"completion_tokens":2}}}}]}"#,
      #"{"response":{"body":[1]}}"#, #"{"response":{"body":{"usage":{"prompt_tokens":"x"}}}}"#,
    ])
  func none(file: String) {
    #expect(read(file).isEmpty)
    #expect(read(file, .bytes, framing: .lines).isEmpty)
  }
}
