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
      name: "Mistral's conversations: results behind the last entry of the model", dialect: .mistral,
      operation: .conversations,
      body: #"""
        {"model":"mistral-small","inputs":[{"object":"entry","type":"message.input","role":"user","content":"a"},
        {"type":"function.result","tool_call_id":"c_0","result":"old"},
        {"type":"function.call","tool_call_id":"c_1","name":"f","arguments":{"a":1}},
        {"tool_call_id":"c_1","result":"ok","object":"entry","type":"function.result"},
        {"type":"function.result","tool_call_id":"c_2","result":"Error: no such file"},
        {"role":"user","content":[{"type":"text","text":"Errors are what I asked about"}]}]}
        """#,
      results: [("c_1", nil), ("c_2", .errorText)]),
    Tail(
      name: "Mistral's conversations: results alone, of a conversation that is kept", dialect: .mistral,
      operation: .conversations,
      body: #"{"inputs":[{"type":"function.result","tool_call_id":"c_1","result":"{\"error\": \"gone\"}"}]}"#,
      results: [("c_1", .errorMember)]),
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
        {"functionResponse":{"name":"h","response":{"output":"KeyError: 'x'"}}},
        {"functionResponse":{"name":"h","response":{"error":{},"output":1}}},
        {"functionResponse":{"name":"h","response":{"n":1,"error":{"code":5}}}}]}]}
        """#,
      results: [(nil, nil), ("fc_1", .errorMember), (nil, .errorText), (nil, nil), (nil, .errorMember)]),
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
      name: "InvokeModel: a message of a tool in parts", dialect: .bedrock, operation: .invokeModel,
      body: #"""
        {"messages":[{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"Error: x"},{"type":"text","text":"y"}]}]}
        """#,
      results: [("c1", .errorText)]),
    Tail(
      name: "Converse: JSON that says that it is an error", dialect: .bedrock, operation: .converse,
      body: #"""
        {"messages":[{"role":"user","content":[
        {"toolResult":{"toolUseId":"t1","content":[{"json":{"rows":[],"error":"no such table"}}]}},
        {"toolResult":{"toolUseId":"t2","content":[{"json":{"rows":[{"error":1}],"error":null}}]}}]}]}
        """#,
      results: [("t1", .errorMember), ("t2", nil)]),
    Tail(
      name: "Cohere's first version: results beside the message", dialect: .cohere, operation: .cohereChat,
      body: #"""
        {"message":"","tool_results":[{"call":{"name":"f","parameters":{"q":"Error: x"}},"outputs":[{"rows":1}]},
        {"call":{"name":"f","parameters":{}},"outputs":[{"error":"gone"}]}]}
        """#,
      results: [(nil, nil), (nil, .errorMember)]),
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
      (#"{\n  \"error\": \"gone\"\n}"#, true), (#"\n\nError: x"#, true),
      (#"{\"rows\": [], \"error\": \"gone\"}"#, true),
      (#"{\"rows\": [\"error\", {\"error\": 1}], \"n\": 1}"#, false), (#"{\"error\": nul"#, false),
      (#"{\"text\": \"he said \\\"error\\\": \\\"x\\\"\"}"#, false), (#"{\"output\": \"ValueError: x\"}"#, true),
      (#"{\"error\": {}, \"rows\": 1}"#, false), (#"{\"error\": {\"code\": 1}}"#, true), (#"[{\"error\": 1}]"#, true),
      (#"{\"isError\": true, \"x\": 1}"#, true), (#"{\"x\": 1, \"ok\": false}"#, true), ("{", false), (#"{\""#, false),
    ])
  func errorTexts(_ text: String, isError: Bool) {
    let facts = readConversation(
      .openai, .chatCompletions, #"{"messages":[{"role":"tool","tool_call_id":"c","content":"\#(text)"}]}"#)
    #expect((facts.toolResults.first?.failure != nil) == isError)
  }

  /// A result of a tool in each API, around what it says.
  static let results:
    [(name: String, dialect: Dialect, operation: Dialects.Operation, body: @Sendable (String, String) -> String)] = [
      (
        "Chat", .openai, .chatCompletions,
        { #"{"messages":[{"role":"tool","tool_call_id":"\#($0)","content":"\#($1)"}]}"# }
      ),
      (
        "Messages", .anthropic, .messages,
        {
          #"{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"\#($0)","content":[{"type":"text","text":"\#($1)"}]},{"type":"text","text":"hi"}]}]}"#
        }
      ),
      (
        "Responses", .openai, .responses,
        { #"{"input":[{"type":"function_call_output","call_id":"\#($0)","output":"\#($1)"}]}"# }
      ),
      (
        "Gemini", .gemini, .generateContent,
        {
          #"{"contents":[{"parts":[{"functionResponse":{"id":"\#($0)","name":"f","response":{"percent":"\#($1)"}}}]}]}"#
        }
      ),
      (
        "Interactions", .gemini, .interactions,
        { #"{"input":[{"type":"function_result","call_id":"\#($0)","name":"f","result":{"percent":"\#($1)"}}]}"# }
      ),
      (
        "Converse", .bedrock, .converse,
        {
          #"{"messages":[{"role":"user","content":[{"toolResult":{"toolUseId":"\#($0)","content":[{"json":{"a":"\#($1)"}}]}}]}]}"#
        }
      ),
      (
        "Cohere", .cohere, .cohereChat,
        { #"{"messages":[{"role":"tool","tool_call_id":"\#($0)","content":"\#($1)"}]}"# }
      ),
      (
        "Ollama", .ollama, .ollamaChat,
        { #"{"messages":[{"role":"tool","tool_name":"f","tool_call_id":"\#($0)","content":"\#($1)"}]}"# }
      ),
      ("Assistants", .openai, .assistantRun, { #"{"tool_outputs":[{"tool_call_id":"\#($0)","output":"\#($1)"}]}"# }),
    ]

  @Test("What a result says is the same for the same words, whatever call it answers and wherever the body is cut")
  func contents() throws {
    for (name, dialect, operation, body) in Self.results {
      let first = try #require(readConversation(dialect, operation, body("c1", "20")).toolResults.first, "\(name)")
      let content = try #require(first.content, "\(name)")
      let text = Array(body("call_2", "20").utf8)
      for cut in cuts(of: text) {
        let again = readConversation(dialect, operation, text, cut).toolResults
        #expect(again.map(\.content) == [content], "\(name) \(cut)")
        #expect(again.first?.call != first.call, "\(name)")
      }
      let other = readConversation(dialect, operation, body("c1", "21")).toolResults
      #expect(other.count == 1 && other.first?.content != content, "\(name)")
    }
  }

  @Test("Results beside each other say what each of them does")
  func contentsBeside() {
    let facts = readConversation(
      .anthropic, .messages,
      #"""
      {"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"x"},
      {"type":"tool_result","tool_use_id":"b","content":"y"},{"type":"text","text":"z"},
      {"content":"x","tool_use_id":"c","type":"tool_result"},{"type":"tool_result","tool_use_id":"d"}]}]}
      """#)
    let contents = facts.toolResults.map(\.content)
    #expect(contents.count == 4)
    #expect(contents[0] != nil && contents[0] == contents[2] && contents[0] != contents[1] && contents[1] != nil)
    #expect(contents[3] == nil)
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
