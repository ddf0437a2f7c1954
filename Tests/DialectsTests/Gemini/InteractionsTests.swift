import Dialects
import Metering
import Testing

@Suite("Interactions")
struct InteractionsTests {
  private let usage =
    #"{"total_input_tokens":266,"total_output_tokens":3,"total_thought_tokens":57,"total_cached_tokens":200,"total_tokens":326,"input_tokens_by_modality":[{"modality":"text","tokens":166},{"modality":"image","tokens":100}],"cached_tokens_by_modality":[{"modality":"image","tokens":100}]}"#

  private var expected: Usage {
    cells([.input: 66, .cachedInput: 100, .cachedInputImage: 100, .output: 3, .reasoning: 57])
  }

  @Test("are read from one document, in its newer and its older form", arguments: ["steps", "outputs"])
  func document(list: String) {
    let body =
      #"""
      {"id":"v1_a","object":"interaction","model":"gemini-3-pro","status":"requires_action","service_tier":"flex",
      "\#(list)":[{"type":"thought","summary":[{"type":"text","text":"abc"}],"signature":"x"},
      {"type":"function_call","id":"c1","name":"f","arguments":{"x":1}},{"type":"function_call","id":"c2","name":"g","arguments":{}},
      {"type":"google_search_call","id":"s1","arguments":{"queries":["a","b"]}},{"type":"google_search_result","result":[{"text":"zzz"}]},
      {"type":"mcp_server_tool_call","id":"m1","name":"lookup","server_name":"s","arguments":{}},
      {"type":"model_output","content":[{"type":"text","text":"de"}]},{"type":"user_input","content":[{"text":"long input"}]}],
      "usage":\#(usage)}
      """#
    for cut in [Cut.whole, .bytes, .random(8)] {
      for operation in [Dialects.Operation.interactions, .interactionRetrieval] {
        let facts = readGemini(operation, Array(body.utf8), cut).facts
        #expect(facts.responseID == "v1_a")
        #expect(facts.model == "gemini-3-pro")
        #expect(facts.finishReason == "requires_action")
        #expect(facts.context.serviceTier == "flex")
        var expected = expected
        expected[.webSearch] = 2
        #expect(answering(facts) == expected)
        #expect(facts.toolCalls == [ToolCall(id: "c1", name: "f"), ToolCall(id: "c2", name: "g")])
        #expect(facts.serverToolCalls == ["google_search": 1, "lookup": 1])
        #expect(facts.outputTextBytes == 3 + 7 + 21 + 2)
        #expect(facts.isTerminal)
        #expect(!facts.isPending)
      }
    }
  }

  @Test("streamed count each step once, and end with their last event")
  func stream() {
    let events = [
      #"{"event_type":"interaction.created","interaction":{"id":"v1_a","status":"in_progress","model":"gemini-3-pro"}}"#,
      #"{"event_type":"interaction.status_update","interaction_id":"v1_a","status":"in_progress"}"#,
      #"{"event_type":"step.start","index":0,"step":{"type":"model_output"}}"#,
      #"{"event_type":"step.delta","index":0,"delta":{"type":"text","text":"abc"}}"#,
      #"{"event_type":"step.delta","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":"de"}},"metadata":{"total_usage":{"total_input_tokens":266}}}"#,
      #"{"event_type":"step.stop","index":0}"#,
      #"{"event_type":"step.start","step":{"type":"function_call","id":"c1","name":"f","arguments":{}},"index":1}"#,
      #"{"event_type":"step.delta","index":1,"delta":{"type":"arguments_delta","arguments":"{\"x\":1}"}}"#,
      #"{"event_type":"step.stop","index":1,"step_usage":{"total_output_tokens":900},"usage":{"total_output_tokens":2}}"#,
      #"{"event_type":"step.start","index":2,"step":{"type":"code_execution_call","id":"e1","arguments":{"code":"xy"}}}"#,
      #"{"event_type":"interaction.completed","interaction":{"id":"v1_a","status":"completed","steps":[{"type":"function_call","id":"c1","name":"f"}],"usage":\#(usage)}}"#,
    ]
    for cut in [Cut.whole, .bytes, .random(2)] {
      let body = stream(events + ["[DONE]"], named: true)
      let facts = readGemini(.interactions, body, cut, framing: .serverSentEvents).facts
      #expect(answering(facts) == expected)
      #expect(facts.toolCalls == [ToolCall(id: "c1", name: "f")])
      #expect(facts.serverToolCalls == ["code_execution": 1])
      #expect(facts.outputTextBytes == 3 + 2 + 7 + 13)
      #expect(facts.finishReason == "completed")
      #expect(facts.isTerminal)
    }
    let cut = readGemini(.interactions, stream(Array(events.dropLast(2))), framing: .serverSentEvents).facts
    #expect(!cut.isTerminal)
    #expect(!cut.isPending)
    #expect(answering(cut) == cells([.input: 266, .output: 2]))
  }

  private func stream(_ events: [String], named: Bool = false) -> [UInt8] {
    Array(events.map { (named ? "event: x\r\n" : "") + "data: \($0)\r\n\r\n" }.joined().utf8)
  }

  @Test("streamed by the preview are read as well")
  func preview() {
    let events = [
      #"{"event_type":"interaction.start","interaction":{"id":"v1_b","status":"in_progress"}}"#,
      #"{"event_type":"content.start","index":0,"content":{"type":"text"}}"#,
      #"{"event_type":"content.delta","index":0,"delta":{"type":"text","text":"abc"}}"#,
      #"{"event_type":"content.start","index":1,"content":{"type":"function_call"}}"#,
      #"{"event_type":"content.delta","index":1,"delta":{"type":"function_call","id":"c1","name":"f","arguments":{"x":1}}}"#,
      #"{"event_type":"interaction.complete","interaction":{"id":"v1_b","model":"m","status":"requires_action","outputs":[{"type":"function_call","id":"c1","name":"f"}],"usage":\#(usage)}}"#,
    ]
    let facts = readGemini(.interactions, stream(events), .random(3), framing: .serverSentEvents).facts
    #expect(facts.toolCalls == [ToolCall(id: "c1", name: "f")])
    #expect(facts.outputTextBytes == 3 + 7)
    #expect(answering(facts) == expected)
    #expect(facts.isTerminal)
  }

  @Test("that work in the background are pending, and say nothing yet")
  func background() {
    for status in ["in_progress", "queued"] {
      let facts = readGemini(.interactions, #"{"id":"v1_a","status":"\#(status)","agent":"deep-research"}"#)
      #expect(facts.isPending)
      #expect(facts.usage.isEmpty)
      #expect(facts.model == "deep-research")
    }
  }

  @Test("have the searches that the provider counted, as their model is billed")
  func groundingCounts() {
    let counts =
      #"{"total_input_tokens":1,"grounding_tool_count":[{"type":"google_search","count":4},{"type":"google_maps","count":2},{"type":"retrieval","count":9}]}"#
    let body = { (model: String) in #"{"id":"v","status":"completed","model":"\#(model)","usage":\#(counts)}"# }
    #expect(
      answering(readGemini(.interactions, body("gemini-3-pro"))) == cells([.input: 1, .webSearch: 4, .mapsSearch: 2]))
    #expect(
      answering(readGemini(.interactions, body("gemini-2.5-pro"))) == cells([.input: 1, .webSearch: 1, .mapsSearch: 1]))
  }

  @Test("may fail, as a whole and in a stream")
  func errors() {
    let event = #"{"event_type":"error","error":{"code":"internal_error","message":"x"}}"#
    let facts = readGemini(.interactions, stream([event]), framing: .serverSentEvents).facts
    #expect(facts.errorCode == "internal_error")
    #expect(!facts.isTerminal)
    #expect(readGemini(.interactions, #"{"error":{"code":404,"status":"NOT_FOUND"}}"#).errorCode == "NOT_FOUND")
  }

  @Test("of the kind that decides have their usage")
  func decisions() {
    let body = #"{"answers":[],"usage":{"total_input_tokens":5,"total_output_tokens":1}}"#
    #expect(answering(readGemini(.decisions, body)) == cells([.input: 5, .output: 1]))
  }
}
