import Dialects
import Metering
import Testing

@Suite("Responses")
struct ResponsesReplyTests {
  private static let items = #"""
    {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"ab"}]},
    {"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}","status":"completed"},
    {"type":"custom_tool_call","id":"ctc_1","call_id":"call_2","name":"g","input":"abc"},
    {"type":"web_search_call","id":"ws_1","action":{"type":"search","query":"q"}},
    {"type":"web_search_call","id":"ws_2","action":{"type":"open_page"}},
    {"type":"mcp_list_tools","id":"l","tools":[{"name":"x"}]},
    {"type":"mcp_call","id":"m","name":"ask","arguments":"{}","output":"not ours"},
    {"type":"computer_call","id":"c","call_id":"call_3"},
    {"type":"tool_search_call","id":"t1","execution":"server"},
    {"type":"tool_search_call","id":"t2","call_id":"call_4","execution":"client"},
    {"type":"file_search_call","id":"fs"},
    {"type":"message","id":"msg_1","content":[{"type":"output_text","text":"cde"}]}
    """#

  @Test("are read from one document")
  func document() {
    let facts = readReply(
      .responses,
      #"""
      {"id":"resp_1","object":"response","status":"completed","background":false,"error":null,"incomplete_details":null,
       "model":"gpt-5","output":[\#(Self.items)],"service_tier":"default","tools":[{"type":"function","name":"f"}],
       "tool_usage":{"web_search":{"num_requests":1},"image_gen":{"input_tokens":0,"output_tokens":0}},
       "usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":6,
       "output_tokens_details":{"reasoning_tokens":5},"total_tokens":16}}
      """#)
    #expect(facts.responseID == "resp_1")
    #expect(facts.model == "gpt-5")
    #expect(
      facts.usage == [
        ModelUsage(
          model: nil,
          usage: cells([.input: 6, .cachedInput: 4, .output: 1, .reasoning: 5, .webSearch: 1, .fileSearch: 1]))
      ])
    #expect(
      facts.toolCalls == [
        ToolCall(id: "call_1", name: "f"), ToolCall(id: "call_2", name: "g"), ToolCall(id: "call_3", name: "computer"),
        ToolCall(id: "call_4", name: "tool_search"),
      ])
    #expect(facts.serverToolCalls == ["web_search": 2, "ask": 1, "tool_search": 1, "file_search": 1])
    #expect(facts.finishReason == "completed")
    #expect(facts.outputTextBytes == 2 + 2 + 3 + 2 + 3)
    #expect(facts.isTerminal)
    #expect(!facts.isPending)
  }

  @Test("are read from events, of which the last repeats all items")
  func events() {
    let call = #"{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":""}"#
    let search = #"{"type":"web_search_call","id":"ws_1"}"#
    let facts = readStream(
      .responses,
      [
        #"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","model":"gpt-5","service_tier":"auto","output":[],"usage":null}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":\#(search)}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":\#(search)}"#,
        // The index may come behind the item.
        #"{"type":"response.output_item.added","item":\#(call),"output_index":1}"#,
        #"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{\"x\""}"#,
        #"{"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":1,"arguments":"{\"x\":1}"}"#,
        #"{"type":"response.output_item.done","output_index":1,"item":\#(call)}"#,
        #"{"delta":"AAAA","type":"response.audio.delta"}"#,
        #"{"type":"response.output_text.delta","output_index":2,"delta":"héllo"}"#,
        #"{"type":"response.completed","response":{"id":"resp_1","status":"completed","model":"gpt-5","service_tier":"default","output":[\#(search),\#(call),{"type":"message","content":[{"text":"héllo"}]}],"usage":{"input_tokens":3,"output_tokens":4}}}"#,
      ])
    #expect(facts.toolCalls == [ToolCall(id: "call_1", name: "f")])
    #expect(facts.serverToolCalls == ["web_search": 1])
    #expect(answering(facts) == cells([.input: 3, .output: 4]))
    #expect(facts.context.serviceTier == "default")
    #expect(facts.finishReason == "completed")
    #expect(facts.outputTextBytes == 4 + 6)
    #expect(facts.contentDeltas == 2)
    #expect(facts.isTerminal)
  }

  @Test("say why they are incomplete")
  func incomplete() {
    let response =
      #"{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":1,"output_tokens":2}}"#
    #expect(readReply(.responses, response).finishReason == "max_output_tokens")
    let stream = readStream(.responses, [#"{"type":"response.incomplete","response":\#(response)}"#])
    #expect(stream.finishReason == "max_output_tokens")
    #expect(stream.isTerminal)
    #expect(answering(stream) == cells([.input: 1, .output: 2]))
  }

  @Test("are pending while they work in the background")
  func pending() {
    for status in ["queued", "in_progress"] {
      let body = #"{"id":"r","status":"\#(status)","background":true,"usage":null}"#
      let facts = readReply(.responses, body)
      #expect(facts.isPending)
      #expect(facts.usage.isEmpty)
      #expect(facts.finishReason == status)
      #expect(readReply(.responseRetrieval, body).isPending)
      #expect(readStream(.responses, [#"{"type":"response.created","response":\#(body)}"#]).isPending)
    }
    // A stream that is cut does not go on by itself.
    let cut = readStream(
      .responses, [#"{"type":"response.created","response":{"status":"in_progress","background":false}}"#])
    #expect(!cut.isPending)
    #expect(!cut.isTerminal)
    #expect(!readReply(.responses, #"{"status":"cancelled"}"#).isPending)
  }

  @Test("charge what hosted tools used apart, under their model where it is named")
  func toolUsage() {
    let usage = #""usage":{"input_tokens":5,"output_tokens":1}"#
    let images = #"""
      "tool_usage":{"web_search":{"num_requests":0},"image_gen":{"input_tokens":30,"input_tokens_details":{"image_tokens":20,
      "text_tokens":10},"output_tokens":100,"output_tokens_details":{"image_tokens":90,"text_tokens":10},"total_tokens":130}}
      """#
    let expected = cells([.input: 10, .inputImage: 20, .output: 10, .outputImage: 90])
    let named = readReply(
      .responses,
      #"{\#(usage),\#(images),"tools":[{"type":"image_generation","model":"gpt-image-2"},{"type":"function"}]}"#)
    #expect(
      named.usage == [
        ModelUsage(model: nil, usage: cells([.input: 5, .output: 1])),
        ModelUsage(model: "gpt-image-2", usage: expected),
      ])
    let unnamed = readReply(.responses, #"{\#(usage),\#(images),"tools":[]}"#)
    #expect(unnamed.usage == [ModelUsage(model: nil, usage: cells([.input: 5, .output: 1]) + expected)])
  }

  @Test("charge a drawing to the model that made it, once")
  func drawings() {
    let item = #"""
      {"type":"image_generation_call","id":"ig","result":"AAAA","svg_usage":{"model":"gpt-svg","input_tokens":7,
      "output_tokens":9,"reasoning_tokens":4,"total_tokens":16}}
      """#.replacing("\n", with: "")
    let facts = readStream(
      .responses,
      [
        #"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#,
        #"{"type":"response.completed","response":{"output":[\#(item)],"usage":{"input_tokens":1,"output_tokens":1}}}"#,
      ])
    #expect(
      facts.usage == [
        ModelUsage(model: nil, usage: cells([.input: 1, .output: 1])),
        ModelUsage(model: "gpt-svg", usage: cells([.input: 7, .output: 5, .reasoning: 4])),
      ])
    #expect(facts.serverToolCalls == ["image_generation": 1])
  }

  @Test("that compact a conversation are billed like others")
  func compaction() {
    let facts = readReply(
      .responses,
      #"{"id":"resp_c","object":"response.compaction","output":[{"type":"compaction"}],"usage":{"input_tokens":9,"output_tokens":2}}"#
    )
    #expect(answering(facts) == cells([.input: 9, .output: 2]))
    #expect(facts.isTerminal)
  }
}
