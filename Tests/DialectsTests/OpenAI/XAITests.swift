import Dialects
import Metering
import Testing

@Suite("xAI")
struct XAITests {
  @Test("says what a response cost, and which of its tools it bills")
  func cost() {
    let facts = readReply(
      .responses,
      #"{"id":"r","model":"grok-4.3","status":"completed","output":[{"type":"web_search_call","id":"ws"},{"type":"custom_tool_call","call_id":"xs_call_1","name":"x_keyword_search","id":"c"},{"type":"custom_tool_call","call_id":"call_1","name":"mine","id":"c2"}],"usage":{"input_tokens":5689,"input_tokens_details":{"cached_tokens":2048},"output_tokens":444,"output_tokens_details":{"reasoning_tokens":245},"total_tokens":6133,"num_server_side_tools_used":2,"cost_in_usd_ticks":160708500,"server_side_tool_usage_details":{"web_search_calls":2,"x_search_calls":3,"code_interpreter_calls":4,"file_search_calls":0,"mcp_calls":7,"document_search_calls":5},"context_details":{"input_tokens":4640,"output_tokens":353}}}"#
    )
    #expect(facts.reportedCostPicodollars == 16_070_850_000)
    #expect(
      answering(facts)
        == cells([
          .input: 3641, .cachedInput: 2048, .output: 199, .reasoning: 245, .webSearch: 2, .socialSearch: 3,
          .codeExecution: 4, .fileSearch: 5,
        ]))
    #expect(facts.serverToolCalls == ["web_search": 1, "x_search": 1])
    #expect(facts.toolCalls == [ToolCall(id: "call_1", name: "mine")])
  }

  @Test(
    "counts reasoning outside the completion where its total says so",
    arguments: [
      (#""completion_tokens":10,"total_tokens":130"#, 10, 100),
      (#""completion_tokens":110,"total_tokens":130"#, 10, 100),
      (#""completion_tokens":10,"total_tokens":30"#, 0, 10), (#""completion_tokens":110"#, 10, 100),
      (#""completion_tokens":110,"total_tokens":9223372036854775807"#, 10, 100),
    ] as [(String, Int64, Int64)])
  func reasoning(members: String, output: Int64, reasoning: Int64) {
    let facts = readReply(
      .chatCompletions,
      #"{"usage":{"prompt_tokens":20,\#(members),"completion_tokens_details":{"reasoning_tokens":100}}}"#)
    #expect(answering(facts) == cells([.input: 20, .output: output, .reasoning: reasoning]))
  }

  @Test("writes errors as text beside their code, in either order")
  func errors() {
    for body in [
      #"{"code":"invalid-argument","error":"Incorrect API key"}"#, #"{"error":"Incorrect","code":"invalid-argument"}"#,
    ] {
      for operation in [Dialects.Operation.responses, .chatCompletions, .images, .videos, .transcription, .fileContent]
      {
        #expect(readReply(operation, body).errorCode == "invalid-argument", "\(operation)")
      }
    }
    #expect(readReply(.responses, #"{"error":"no code"}"#).errorCode == "error")
    #expect(readReply(.responses, #"{"error":null,"code":null}"#).errorCode == nil)
  }

  @Test("of a cost that no number holds says nothing")
  func overflow() {
    let facts = readReply(.images, #"{"usage":{"cost_in_usd_ticks":9223372036854775807}}"#)
    #expect(facts.reportedCostPicodollars == nil)
  }
}
