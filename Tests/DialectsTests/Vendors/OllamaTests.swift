import Dialects
import Metering
import Testing

@Suite("Ollama")
struct OllamaTests {
  private let end =
    #"{"model":"qwen3","created_at":"t","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":9,"load_duration":1,"prompt_eval_count":21,"prompt_eval_duration":5,"eval_count":889,"eval_duration":8}"#

  @Test("streams lines, of which the last one counts", arguments: [ReplyFraming.lines, .json])
  func lines(framing: ReplyFraming) {
    let lines = [
      #"{"model":"qwen3","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}"#,
      #"{"model":"qwen3","message":{"role":"assistant","content":"1","tool_calls":[{"function":{"name":"f","arguments":{"a":"b"}}}]},"done":false}"#,
      #"{"model":"qwen3","message":{"role":"assistant","content":"","tool_calls":[{"id":"call_1","function":{"index":1,"name":"g","arguments":{}}}]},"done":false}"#,
      end,
    ]
    let facts = readReply(.ollama, .ollamaChat, lines.map { $0 + "\n" }.joined(), framing: framing)
    #expect(answering(facts) == cells([.input: 21, .output: 889]))
    #expect(facts.toolCalls == [ToolCall(id: "", name: "f"), ToolCall(id: "call_1", name: "g")])
    #expect(facts.model == "qwen3")
    #expect(facts.finishReason == "stop")
    #expect(facts.outputTextBytes == 2 + 1 + 9 + 2)
    #expect(facts.isTerminal)
    #expect(
      facts.usageRaw.map { String(decoding: $0, as: UTF8.self) }
        == #"{"prompt_eval_count":21,"eval_count":889,"total_duration":9,"load_duration":1,"prompt_eval_duration":5,"eval_duration":8}"#
    )
    let cut = readReply(.ollama, .ollamaChat, lines.dropLast().joined(separator: "\n"), framing: framing)
    #expect(!cut.isTerminal)
    #expect(cut.usage.isEmpty)
  }

  @Test(
    "answers with one document where it does not stream",
    arguments: [
      (
        .ollamaChat, #"{"model":"m","message":{"content":"x"},"done":true,"prompt_eval_count":1,"eval_count":2}"#,
        [.input: 1, .output: 2]
      ),
      // The prompt was held ready.
      (.ollamaGenerate, #"{"model":"m","response":"x","done":true,"eval_count":58}"#, [.output: 58]),
      (.ollamaEmbed, #"{"model":"m","embeddings":[[0.1,-0.2]],"prompt_eval_count":8}"#, [.input: 8]),
    ] as [(Dialects.Operation, String, [UsageCell: Int64])])
  func documents(operation: Dialects.Operation, body: String, expected: [UsageCell: Int64]) {
    let facts = readReply(.ollama, operation, body)
    #expect(answering(facts) == cells(expected))
    #expect(facts.isTerminal)
    let pretty = body.replacing(",\"", with: ",\n \"")
    #expect(answering(readReply(.ollama, operation, pretty)) == cells(expected))
  }

  @Test("says nothing of what its old embeddings used")
  func oldEmbeddings() {
    let facts = readReply(.ollama, .ollamaEmbed, #"{"embedding":[-0.07,1e-3]}"#)
    #expect(facts.usage.isEmpty)
    #expect(facts.isTerminal)
  }

  @Test("fails with a status, or in a stream with a line")
  func errors() {
    let missing = readReply(.ollama, .ollamaChat, #"{"error":"model 'x' not found"}"#, status: 404)
    #expect(missing.errorCode == "error")
    #expect(missing.isTerminal)
    let late = readLines(
      .ollama, .ollamaChat,
      [#"{"model":"m","message":{"content":"a"},"done":false}"#, #"{"error":"an error was encountered"}"#])
    #expect(late.errorCode == "error")
    #expect(!late.isTerminal)
  }

  @Test("streams unless told otherwise")
  func requests() {
    func streams(_ operation: Dialects.Operation, _ member: String) -> Bool {
      readRequest(.ollama, operation, #"{"model":"m"\#(member),"messages":[{"role":"user","content":"x"}]}"#)
        .wantsStream
    }
    #expect(streams(.ollamaChat, ""))
    #expect(streams(.ollamaGenerate, #","stream":true"#))
    #expect(streams(.ollamaChat, #","stream":null"#))
    #expect(!streams(.ollamaChat, #","stream":false"#))
    #expect(!streams(.ollamaEmbed, ""))
    let facts = readRequest(
      .ollama, .ollamaChat,
      #"{"model":"m","options":{"num_predict":7},"messages":[{"role":"tool","content":"old"},{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{}}}]},{"role":"tool","tool_name":"f","content":"1"},{"role":"tool","content":"2"}]}"#
    )
    #expect(facts.toolResults == 2)
    #expect(facts.outputTokensMax == 7)
    #expect(facts.wantsStreamUsage)
  }
}
