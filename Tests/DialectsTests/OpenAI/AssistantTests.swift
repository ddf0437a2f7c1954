import Dialects
import Metering
import Testing

@Suite("Runs of assistants")
struct AssistantTests {
  private static let usage =
    #"{"prompt_tokens":381,"completion_tokens":88,"total_tokens":469,"prompt_token_details":{"cached_tokens":81},"completion_tokens_details":{"reasoning_tokens":8}}"#

  private static let expected = cells([.input: 300, .cachedInput: 81, .output: 80, .reasoning: 8])

  @Test("have their usage in the last event, and none of their steps'")
  func stream() {
    let facts = readStream(
      .assistantRun,
      [
        #"{"id":"run_1","object":"thread.run","status":"queued","model":"gpt-4o-mini","usage":null,"last_error":null}"#,
        #"{"id":"step_1","object":"thread.run.step","status":"completed","usage":{"prompt_tokens":1,"completion_tokens":1},"step_details":{"type":"tool_calls","tool_calls":[{"id":"call_1","type":"code_interpreter","code_interpreter":{"input":"1"}}]}}"#,
        #"{"id":"msg_1","object":"thread.message.delta","delta":{"content":[{"index":0,"type":"text","text":{"value":"abc"}}]}}"#,
        #"{"usage":\#(Self.usage),"model":"gpt-4o-mini","status":"completed","object":"thread.run","id":"run_1"}"#,
        "[DONE]",
      ])
    #expect(answering(facts) == Self.expected)
    #expect(facts.responseID == "run_1")
    #expect(facts.model == "gpt-4o-mini")
    #expect(facts.finishReason == "completed")
    #expect(facts.outputTextBytes == 3)
    #expect(facts.usageRaw.map { String(decoding: $0, as: UTF8.self) } == Self.usage)
    #expect(facts.isTerminal)
    #expect(!facts.isPending)
  }

  @Test("that wait for their tools are pending, and say what they wait for")
  func requiresAction() {
    let call = #"{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{}"}}"#
    let run =
      #"{"id":"run_1","object":"thread.run","status":"requires_action","required_action":{"type":"submit_tool_outputs","submit_tool_outputs":{"tool_calls":[\#(call)]}},"usage":null}"#
    let facts = readReply(.assistantRun, run)
    #expect(facts.toolCalls == [ToolCall(id: "call_1", name: "weather")])
    #expect(facts.isPending)
    #expect(facts.usage.isEmpty)
    #expect(readStream(.assistantRun, [run, run, "[DONE]"]).toolCallCount == 1)
  }

  @Test("that fail say why")
  func fails() {
    let facts = readReply(
      .assistantRun,
      #"{"id":"r","object":"thread.run","status":"failed","last_error":{"code":"rate_limit_exceeded","message":"x"}}"#)
    #expect(facts.errorCode == "rate_limit_exceeded")
    #expect(
      readReply(.assistantRun, #"{"error":{"type":"invalid_request_error"}}"#).errorCode == "invalid_request_error")
  }

  @Test("are given what their tools returned")
  func toolOutputs() {
    let facts = readRequest(
      .assistantRun, #"{"tool_outputs":[{"tool_call_id":"a","output":"12"},{"tool_call_id":"b"}],"stream":true}"#)
    #expect(facts.toolResults == 2)
    #expect(facts.wantsStream)
    #expect(facts.promptTextBytes == 2)
    let made = readRequest(
      .assistantRun, #"{"model":"m","thread":{"messages":[{"role":"user","content":"abc"}]},"instructions":"de"}"#)
    #expect(made.model == "m")
    #expect(made.promptTextBytes == 5)
  }
}
