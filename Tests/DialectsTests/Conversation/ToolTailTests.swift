import Dialects
import Testing

/// The new tail of a request: what tools returned since the model spoke last.
@Suite struct ToolTailTests {
  struct Tail: Sendable, CustomTestStringConvertible {
    var name: String
    var dialect: Dialect
    var operation: Dialects.Operation
    var body: String
    /// The ids of the calls that are answered, nil where the API has none, and how each result says that it failed.
    var results: [(call: String?, failure: ToolResultFailure?)]
    var testDescription: String { name }
  }

  static let tails: [Tail] = [
    Tail(
      name: "Chat: messages of tools behind the last of the assistant", dialect: .openai, operation: .chatCompletions,
      body: #"""
        {"messages":[{"role":"user","content":"a"},
        {"role":"assistant","content":null,"tool_calls":[{"id":"call_0","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"call_0","content":"old"},
        {"role":"assistant","tool_calls":[{"id":"call_1","function":{"name":"f","arguments":"{}"}}]},
        {"content":"ok","role":"tool","tool_call_id":"call_1"},
        {"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"Error: no such file"}]},
        {"role":"tool","tool_call_id":"call_3","content":"{\"error\": \"gone\"}"},
        {"role":"tool","tool_call_id":"call_4","content":"{\"error\": null, \"rows\": 3}"},
        {"role":"user","content":"Errors are what I asked about"}]}
        """#,
      results: [
        ("call_1", nil), ("call_2", .errorText), ("call_3", .errorMember), ("call_4", nil),
      ]),
    Tail(
      name: "Messages: blocks of the last message", dialect: .anthropic, operation: .messages,
      body: #"""
        {"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_0","content":"old"}]},
        {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"f","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"ok"},
        {"tool_use_id":"toolu_2","is_error":true,"content":[{"type":"text","text":"no"}],"type":"tool_result"},
        {"type":"tool_result","tool_use_id":"toolu_3","is_error":false,"content":"Error: as it should"},
        {"type":"tool_result","tool_use_id":"toolu_4","content":"Traceback (most recent call last):\n  File"},
        {"type":"text","text":"go on"}]}]}
        """#,
      results: [("toolu_1", nil), ("toolu_2", .mark), ("toolu_3", nil), ("toolu_4", .errorText)]),
    Tail(
      name: "Responses: outputs behind the last item of the model", dialect: .openai, operation: .responses,
      body: #"""
        {"input":[{"role":"user","content":"a"},{"type":"function_call_output","call_id":"call_0","output":"old"},
        {"type":"reasoning","id":"rs_1","summary":[]},
        {"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"},
        {"type":"function_call_output","call_id":"call_1","output":"ValueError: x"},
        {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"ok"}]},
        {"type":"custom_tool_call_output","call_id":"call_3","output":"ok","status":"incomplete"}]}
        """#,
      results: [("call_1", .errorText), ("call_2", nil), ("call_3", .status)]),
    Tail(
      name: "Responses: outputs alone, behind a stored response", dialect: .openai, operation: .responses,
      body: #"""
        {"previous_response_id":"resp_1","input":[{"type":"function_call_output","call_id":"call_1","output":"ok"}]}
        """#,
      results: [("call_1", nil)]),
    Tail(
      name: "Gemini: function responses, with ids or without", dialect: .gemini, operation: .generateContent,
      body: #"""
        {"contents":[{"role":"user","parts":[{"text":"a"}]},
        {"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},
        {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"ok"}}},
        {"function_response":{"id":"fc_1","name":"g","response":{"error":"no"}}},
        {"functionResponse":{"name":"h","response":{"output":"KeyError: 'x'"}}}]}]}
        """#,
      results: [(nil, nil), ("fc_1", .errorMember), (nil, .errorText)]),
    Tail(
      name: "Interactions: results of functions", dialect: .gemini, operation: .interactions,
      body: #"""
        {"input":[{"type":"user_input","content":"a"},{"type":"function_call","id":"c1","name":"f","arguments":{}},
        {"type":"function_result","call_id":"c1","name":"f","result":"ok"},
        {"type":"function_result","call_id":"c2","name":"f","result":"no","is_error":true}]}
        """#,
      results: [("c1", nil), ("c2", .mark)]),
    Tail(
      name: "Converse: results with a status", dialect: .bedrock, operation: .converse,
      body: #"""
        {"messages":[{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"f","input":{}}}]},
        {"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"text":"ok"}]}},
        {"toolResult":{"status":"error","toolUseId":"t2","content":[{"text":"no"}]}},
        {"toolResult":{"toolUseId":"t3","content":[{"text":"Error: x"}],"status":"success"}}]}]}
        """#,
      results: [("t1", nil), ("t2", .status), ("t3", nil)]),
    Tail(
      name: "InvokeModel: Anthropic's blocks", dialect: .bedrock, operation: .invokeModel,
      body: #"""
        {"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":"no"}]}]}
        """#,
      results: [("t1", .mark)]),
    Tail(
      name: "Cohere: messages of tools", dialect: .cohere, operation: .cohereChat,
      body: #"""
        {"messages":[{"role":"assistant","tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"ok"}]}]}
        """#,
      results: [("c1", nil)]),
    Tail(
      name: "Ollama: no ids", dialect: .ollama, operation: .ollamaChat,
      body: #"""
        {"messages":[{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{}}}]},
        {"role":"tool","tool_name":"f","content":"An error occurred"}]}
        """#,
      results: [(nil, .errorText)]),
    Tail(
      name: "Assistants: outputs of a run", dialect: .openai, operation: .assistantRun,
      body: #"{"tool_outputs":[{"tool_call_id":"call_1","output":"ok"},{"output":"Error","tool_call_id":"call_2"}]}"#,
      results: [("call_1", nil), ("call_2", .errorText)]),
  ]

  @Test("Results are told by the id of their call and by how they fail, wherever the body is cut", arguments: tails)
  func tail(_ tail: Tail) {
    let body = Array(tail.body.utf8)
    for cut in cuts(of: body) {
      let results = readConversation(tail.dialect, tail.operation, body, cut).toolResults
      #expect(results.map(\.call) == tail.results.map { $0.call.map(fingerprints.fingerprint(of:)) }, "\(cut)")
      #expect(results.map(\.failure) == tail.results.map(\.failure), "\(cut)")
    }
  }

  @Test(
    "A text is an error's if it begins like one",
    arguments: [
      ("Error: x", true), ("Error", true), ("error: x", true), ("ERROR: x", true), ("Error executing tool f: x", true),
      ("ValueError: bad", true), ("requests.exceptions.HTTPError: 404", true), ("java.lang.Exception: x", true),
      (#"KeyError('x')"#, true), ("<tool_use_error>x", true), (#"{\"success\": false}"#, true),
      (#"{\"status\":\"error\",\"x\":1}"#, true), ("", false), ("Errors were none", false), ("No error: fine", false),
      ("error_count: 0", false), ("Errorless", false), (#"{\"error\":\"\"}"#, false), (#"{\"error\":false}"#, false),
      (#"{\"rows\":[]}"#, false), ("12", false), ("Exceptional weather", false),
    ])
  func errorTexts(_ text: String, isError: Bool) {
    let facts = readConversation(
      .openai, .chatCompletions, #"{"messages":[{"role":"tool","tool_call_id":"c","content":"\#(text)"}]}"#)
    #expect((facts.toolResults.first?.failure != nil) == isError)
  }

  @Test("Ids of responses and conversations are told, by any of their names")
  func ids() {
    let one = readConversation(
      .openai, .responses, #"{"previous_response_id":"resp_1","conversation":{"id":"conv_1"}}"#)
    #expect(one.previousResponse == fingerprints.fingerprint(of: "resp_1"))
    #expect(one.conversation == fingerprints.fingerprint(of: "conv_1"))
    let two = readConversation(
      .openai, .responses, #"{"previous_response_id":null,"conversation":"conv_1","input":"x"}"#)
    #expect(two.previousResponse == nil)
    #expect(two.conversation == one.conversation)
    let three = readConversation(.gemini, .interactions, #"{"previousInteractionId":"resp_1","input":"x"}"#)
    #expect(three.previousResponse == one.previousResponse)
  }

  @Test("No more results are kept than may be")
  func bounded() {
    let result = #"{"role":"tool","tool_call_id":"c","content":"x"}"#
    let body = #"{"messages":[\#(Array(repeating: result, count: 1000).joined(separator: ","))]}"#
    let facts = readConversation(.openai, .chatCompletions, body)
    #expect(facts.toolResults.count == ConversationFacts.toolResultsMax)
    #expect(facts.messages == 1000)
    #expect(facts.boundaries.count == ConversationFacts.boundariesMax)
  }
}
