import Dialects
import Metering
import Testing

@Suite("Messages")
struct MessagesReplyTests {
  @Test("say that they lack their output where a stream ends without the report that has it")
  func lacksOutput() {
    let start =
      #"{"type":"message_start","message":{"id":"m","model":"claude-x","usage":{"input_tokens":100,"output_tokens":1}}}"#
    let text = #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}"#
    let stop = #"{"type":"message_stop"}"#
    let last = #"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#
    let without = readStream(.messages, [start, text, last, stop])
    #expect(without.isTerminal)
    #expect(without.lacksOutput)
    #expect(without.outputTextBytes == 5)
    let whole = readStream(.messages, [start, text, #"{"type":"message_delta","usage":{"output_tokens":0}}"#, stop])
    #expect(!whole.lacksOutput)
    #expect(!readReply(.messages, #"{"id":"m","usage":{"input_tokens":1,"output_tokens":2}}"#).lacksOutput)
  }

  @Test("of OpenRouter say what they cost, whole and in a stream")
  func reportedCost() {
    let usage = #"{"input_tokens":100,"output_tokens":50,"cost":0.01,"is_byok":false}"#
    let whole = readReply(.messages, #"{"id":"m","model":"anthropic/claude-x","usage":\#(usage)}"#)
    #expect(whole.reportedCostPicodollars == 10_000_000_000)
    #expect(answering(whole) == cells([.input: 100, .output: 50]))
    let events = [
      #"{"type":"message_start","message":{"id":"m","usage":{"input_tokens":0,"output_tokens":0}}}"#,
      #"{"type":"message_delta","usage":\#(usage)}"#, #"{"type":"message_stop"}"#,
    ]
    #expect(readStream(.messages, events).reportedCostPicodollars == 10_000_000_000)
    let ownKey =
      #"{"usage":{"input_tokens":1,"output_tokens":2,"cost":0.001,"is_byok":true,"cost_details":{"upstream_inference_cost":0.02}}}"#
    #expect(readReply(.messages, ownKey).reportedCostPicodollars == 21_000_000_000)
    #expect(readReply(.messages, #"{"usage":{"input_tokens":1,"output_tokens":2}}"#).reportedCostPicodollars == nil)
  }

  @Test("are read beside what is nested deep, and behind a byte order mark")
  func deep() {
    for depth in [10, 130, 5_000] {
      let input = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
      let facts = readReply(
        .messages,
        #"{"id":"m","content":[{"type":"tool_use","id":"t","name":"n","input":\#(input)}],"usage":{"input_tokens":100,"output_tokens":50}}"#
      )
      #expect(answering(facts) == cells([.input: 100, .output: 50]), "\(depth)")
      #expect(facts.toolCalls == [ToolCall(id: "t", name: "n")])
      #expect(facts.outputTextBytes == Int64(input.utf8.count))
      #expect(facts.isTerminal)
    }
    let marked = Array("\u{FEFF}{\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}".utf8)
    for framing in [ReplyFraming.json, .lines, .serverSentEvents] {
      for cut in [Cut.whole, .bytes, .at(1), .at(2), .at(3)] {
        let facts = readReply(.messages, marked, cut, framing: framing)
        #expect(answering(facts) == cells([.input: 1, .output: 2]), "\(framing), \(cut)")
      }
    }
  }

  @Test("are read from one document")
  func document() {
    let facts = readReply(
      .messages,
      #"""
      {"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[
        {"type":"thinking","thinking":"hm","signature":"AAAA"},
        {"type":"text","text":"abc"},
        {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}},
        {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","title":"t"}]},
        {"type":"mcp_tool_use","id":"mcptoolu_1","name":"ask","server_name":"s","input":{}},
        {"type":"tool_use","id":"toolu_1","name":"f","input":{"x":1}},
        {"type":"tool_use","id":"toolu_2","name":"f","input":{}}],
       "stop_reason":"tool_use","stop_sequence":null,
       "usage":{"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":50,
        "cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},
        "output_tokens":9,"output_tokens_details":{"thinking_tokens":4},"server_tool_use":{"web_search_requests":1},
        "service_tier":"standard","inference_geo":"us","speed":"fast"}}
      """#)
    #expect(facts.responseID == "msg_1")
    #expect(facts.model == "claude-x")
    #expect(
      facts.usage == [
        ModelUsage(
          model: nil,
          usage: cells([
            .input: 10, .cachedInput: 50, .cacheWrite5m: 20, .cacheWrite1h: 10, .output: 5, .reasoning: 4,
            .webSearch: 1,
          ]))
      ])
    #expect(facts.toolCalls == [ToolCall(id: "toolu_1", name: "f"), ToolCall(id: "toolu_2", name: "f")])
    #expect(facts.serverToolCalls == ["web_search": 1, "ask": 1])
    #expect(facts.finishReason == "tool_use")
    #expect(facts.context.serviceTier == "standard")
    #expect(facts.context.geo == "us")
    #expect(facts.context.speed == "fast")
    #expect(facts.outputTextBytes == 2 + 3 + 13 + 2 + 7 + 2)
    #expect(facts.isTerminal)
  }

  private static let start = #"""
    {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],
    "stop_reason":null,"usage":{"input_tokens":100,"cache_creation_input_tokens":40,"cache_read_input_tokens":5,
    "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":40},"output_tokens":3,
    "service_tier":"standard","inference_geo":"not_available"}}}
    """#.replacing("\n", with: "")

  @Test("are read from events, of which the end corrects the start")
  func events() {
    let facts = readStream(
      .messages,
      [
        Self.start, #"{"type":"ping"}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hé"}}        "#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"thinking_delta","thinking":"ab"}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":"AAAA"}}"#,
        // The index may come behind the block.
        #"{"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}},"type":"content_block_start","index":2}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"x\":1}"}}"#,
        #"{"type":"content_block_stop","index":2}"#,
        #"{"type":"content_block_start","index":3,"content_block":{"type":"server_tool_use","id":"s","name":"web_search","input":{}}}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":900,"output_tokens":75,"server_tool_use":{"web_search_requests":2}}}"#,
        #"{"type":"message_stop"}"#,
      ])
    #expect(
      facts.usage == [
        ModelUsage(
          model: nil,
          usage: cells([.input: 900, .cachedInput: 5, .cacheWrite1h: 40, .output: 75, .webSearch: 2]))
      ])
    #expect(facts.toolCalls == [ToolCall(id: "toolu_1", name: "f")])
    #expect(facts.serverToolCalls == ["web_search": 1])
    #expect(facts.finishReason == "tool_use")
    #expect(facts.context.serviceTier == "standard")
    #expect(facts.context.geo == nil)
    #expect(facts.outputTextBytes == 3 + 2 + 7)
    #expect(facts.contentDeltas == 3)
    #expect(facts.isTerminal)
    #expect(facts.usageRaw?.starts(with: Array(#"{"input_tokens":900"#.utf8)) == true)
  }

  @Test("that are cut know the prompt, but not the output that the start guessed")
  func cutShort() {
    let facts = readStream(
      .messages, [Self.start, #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"abc"}}"#])
    #expect(answering(facts) == cells([.input: 100, .cachedInput: 5, .cacheWrite1h: 40]))
    #expect(facts.outputTextBytes == 3)
    #expect(!facts.isTerminal)
  }

  @Test("cut the split of cache writes where the end corrects their sum")
  func cacheSplit() {
    for (sum, expected) in [(0, [:]), (30, [.cacheWrite1h: 30]), (50, [.cacheWrite1h: 40, .cacheWrite: 10])]
      as [(Int, [UsageCell: Int64])]
    {
      let delta =
        #"{"type":"message_delta","delta":{},"usage":{"cache_creation_input_tokens":\#(sum),"cache_read_input_tokens":0,"input_tokens":0,"output_tokens":1}}"#
      let facts = readStream(.messages, [Self.start, delta])
      #expect(answering(facts) == cells(expected.merging([.output: 1]) { $1 }))
    }
  }

  @Test("charge what they do beside the message, under its own model")
  func iterations() {
    let facts = readReply(
      .messages,
      #"""
      {"id":"m","model":"claude-x","usage":{"input_tokens":20,"output_tokens":8,"output_tokens_details":{"thinking_tokens":2},
      "iterations":[{"type":"compaction","input_tokens":99195,"output_tokens":81,"cache_read_input_tokens":7,
      "cache_creation_input_tokens":3,"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":0}},
      {"type":"message","input_tokens":20,"output_tokens":8},{"type":"advisor_message","model":"claude-y","input_tokens":5,
      "output_tokens":6},{"type":"unheard_of","input_tokens":1000,"output_tokens":1000}]}}
      """#)
    #expect(
      facts.usage == [
        ModelUsage(model: nil, usage: cells([.input: 20, .output: 6, .reasoning: 2])),
        ModelUsage(
          model: nil, usage: cells([.input: 99195, .output: 81, .cachedInput: 7, .cacheWrite5m: 3])),
        ModelUsage(model: "claude-y", usage: cells([.input: 5, .output: 6])),
      ])
  }

  @Test("charge each model of a fallback for what it did")
  func fallback() {
    let facts = readReply(
      .messages,
      #"""
      {"id":"m","model":"claude-z","usage":{"input_tokens":30,"output_tokens":9,"iterations":[
      {"type":"message","model":"claude-x","input_tokens":10,"output_tokens":1},
      {"type":"fallback_message","model":"claude-z","input_tokens":20,"output_tokens":8}]}}
      """#)
    #expect(
      facts.usage == [
        ModelUsage(model: nil, usage: cells([.input: 20, .output: 8])),
        ModelUsage(model: "claude-x", usage: cells([.input: 10, .output: 1])),
      ])
  }

  @Test("leave a report alone whose numbers are none")
  func malformed() {
    let delta = #"{"type":"message_delta","usage":{"input_tokens":-5,"output_tokens":7}}"#
    let facts = readStream(.messages, [Self.start, delta])
    #expect(answering(facts) == cells([.input: 100, .cachedInput: 5, .cacheWrite1h: 40]))
  }

  @Test("Counts may be written with a fraction of nothing, as servers of other models write them")
  func fractions() {
    let facts = readReply(
      .messages, #"{"id":"m","usage":{"input_tokens":12.0,"output_tokens":1.2e1,"cache_read_input_tokens":3.0}}"#)
    #expect(answering(facts) == cells([.input: 12, .output: 12, .cachedInput: 3]))
    let broken = readReply(.messages, #"{"id":"m","usage":{"input_tokens":1.5,"output_tokens":2}}"#)
    #expect(broken.usage.isEmpty)
  }
}
