@testable import Dialects
import Metering
import Testing

@Suite("Tool calls of replies")
struct ToolArgumentsTests {
  /// A reply that calls tools, and what it says of them.
  struct Case: CustomTestStringConvertible {
    var name: String
    var endpoint: Endpoint
    var framing = ReplyFraming.json
    var body: String
    var tools: [String]
    var forms: [ToolArguments.Form]
    /// The arguments that the calls hash like; nil where they are not known.
    var like: [String?]
    var ending = ReplyEnding.toolUse
    var testDescription: String { name }
  }

  private static func read(_ test: Case, _ cut: Cut) -> ReplyFacts {
    let body = Array(test.body.utf8)
    var reader = ReplyReader(endpoint: test.endpoint, status: 200, framing: test.framing)
    for range in cut.ranges(of: body.count) { reader.consume(body.span.bytes.extracting(range)) }
    return reader.finish()
  }

  private static func hash(_ text: String, isFree: Bool = false) -> UInt64 {
    var scan = ArgumentScan()
    scan.add(false, isFreeText: isFree, long: nil)
    scan.take(text.utf8.span.bytes)
    return scan.finish().hash
  }

  @Test("have the same arguments however the reply is cut", arguments: cases)
  func all(test: Case) {
    for cut in [Cut.whole, .bytes, .random(1), .random(2), .random(3)] {
      let facts = Self.read(test, cut)
      #expect(facts.toolCalls.map(\.name) == test.tools, "\(cut)")
      #expect(facts.toolArguments.map(\.form) == test.forms, "\(cut)")
      let hashes = zip(test.forms, test.like).map { form, like in like.map { Self.hash($0, isFree: form == .text) } ?? 0
      }
      let got = zip(test.like, facts.toolArguments).map { $0 == nil ? 0 : $1.hash }
      #expect(got == hashes, "\(cut)")
      #expect(facts.ending == test.ending, "\(cut)")
    }
  }

  @Test("have the same arguments wherever the reply is cut in two", arguments: cases)
  func everyCut(test: Case) {
    let whole = Self.read(test, .whole)
    let count = test.body.utf8.count
    for offset in stride(from: 0, through: count, by: max(1, count / 200)) {
      #expect(Self.read(test, .at(offset)) == whole, "cut at \(offset)")
    }
  }

  private static func openAI(_ operation: Dialects.Operation) -> Endpoint {
    Endpoint(dialect: .openai, operation: operation)
  }
  private static let chat = openAI(.chatCompletions)
  private static let responses = openAI(.responses)
  private static let messages = Endpoint(dialect: .anthropic, operation: .messages)

  private static let cases: [Case] = [
    Case(
      name: "chat", endpoint: chat,
      body:
        #"{"id":"c","choices":[{"index":0,"finish_reason":"tool_calls","message":{"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{\"city\":\"Z\\u00fcrich\"}"}},{"id":"2","function":{"name":"g","arguments":""}},{"id":"3","type":"custom","custom":{"name":"h","input":"ls -l"}},{"id":"4","function":{"name":"i","arguments":"{\"a\":"}},{"id":"5","function":{"name":"j","arguments":{"a":[1]}}}]}}]}"#,
      tools: ["f", "g", "h", "i", "j"], forms: [.object, .object, .text, .notJSON, .object],
      like: [#"{"city":"Zürich"}"#, "{}", "ls -l", nil, #"{"a":[1]}"#]),
    Case(
      name: "chat, streamed, interleaved, the index behind", endpoint: chat, framing: .serverSentEvents,
      body: stream([
        #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":""}}]}}]}"#,
        #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"id":"2","function":{"name":"g","arguments":"{\"b\""},"index":1}]}}]}"#,
        #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"function":{"arguments":"{\"a\":"},"index":0},{"function":{"arguments":": 2"},"index":1}]}}]}"#,
        #"{"id":"c","choices":[{"delta":{"tool_calls":[{"function":{"arguments":" 1}"},"index":0}]},"index":0}]}"#,
        #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"function":{"arguments":"}"},"index":1}]}}]}"#,
        #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]",
      ]),
      tools: ["f", "g"], forms: [.object, .object], like: [#"{"a":1}"#, #"{"b":2}"#]),
    Case(
      name: "chat, streamed in choices whose index stands behind", endpoint: chat, framing: .serverSentEvents,
      body: stream([
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":"{"}}]},"index":0}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"2","function":{"name":"g","arguments":"{\"x\":"}}]},"index":1}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"true}"}}]},"index":1,"finish_reason":"tool_calls"}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]},"index":0,"finish_reason":"tool_calls"}]}"#,
        "[DONE]",
      ]),
      tools: ["f", "g"], forms: [.object, .object], like: ["{}", #"{"x":true}"#]),
    Case(
      name: "chat, the older call", endpoint: chat, framing: .serverSentEvents,
      body: stream([
        #"{"choices":[{"index":0,"delta":{"function_call":{"name":"f","arguments":""}}}]}"#,
        #"{"choices":[{"index":0,"delta":{"function_call":{"arguments":"{\"a\""}}}]}"#,
        #"{"choices":[{"index":0,"delta":{"function_call":{"arguments":":1}"}}}]}"#,
        #"{"choices":[{"index":0,"delta":{},"finish_reason":"function_call"}]}"#, "[DONE]",
      ]),
      tools: ["f"], forms: [.object], like: [#"{"a":1}"#]),
    Case(
      name: "chat, each chunk with the whole message besides", endpoint: chat, framing: .serverSentEvents,
      body: stream([
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":"{\"a\""}}]},"message":{"tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":"{\"a\""}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]},"message":{"tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"tool_calls"}]}"#,
        "[DONE]",
      ]),
      tools: ["f"], forms: [.object], like: [#"{"a":1}"#]),
    Case(
      name: "a long call", endpoint: chat,
      body:
        #"{"choices":[{"index":0,"finish_reason":"tool_calls","message":{"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{\"t\":\""#
        + String(repeating: "x", count: 70_000)
        + #"\"}"}},{"id":"2","function":{"name":"g","arguments":"{\"a\":1}"}}]}}]}"#,
      tools: ["f", "g"], forms: [.object, .object],
      like: [#"{"t":""# + String(repeating: "x", count: 70_000) + #""}"#, #"{"a":1}"#]),
    Case(
      name: "responses", endpoint: responses,
      body:
        #"{"id":"r","status":"completed","output":[{"type":"function_call","call_id":"1","name":"f","arguments":"{\"a\":1}"},{"type":"custom_tool_call","call_id":"2","name":"g","input":"x = 1"},{"type":"local_shell_call","call_id":"3","action":{"command":["ls"]}},{"type":"mcp_call","id":"m","name":"ask","arguments":"{}"}]}"#,
      tools: ["f", "g", "local_shell"], forms: [.object, .text, .object],
      like: [#"{"a":1}"#, "x = 1", #"{"command":["ls"]}"#]),
    Case(
      name: "responses, streamed", endpoint: responses, framing: .serverSentEvents,
      body: stream([
        #"{"type":"response.created","response":{"id":"r","status":"in_progress","output":[]}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"1","name":"f","arguments":""}}"#,
        #"{"type":"response.output_item.added","item":{"type":"function_call","call_id":"2","name":"g","arguments":""},"output_index":1}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"a\""}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":0,"delta":":1}"}"#,
        #"{"type":"response.function_call_arguments.done","output_index":0,"arguments":"{\"a\":1}"}"#,
        #"{"type":"response.output_item.done","item":{"type":"function_call","call_id":"2","name":"g","arguments":"{}"},"output_index":1}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"1","name":"f","arguments":"{\"a\":1}"}}"#,
        #"{"type":"response.completed","response":{"id":"r","status":"completed","output":[{"type":"function_call","call_id":"1","name":"f","arguments":"{\"a\":1}"},{"type":"function_call","call_id":"2","name":"g","arguments":"{}"}]}}"#,
      ]),
      tools: ["f", "g"], forms: [.object, .object], like: [#"{"a":1}"#, "{}"]),
    Case(
      name: "messages", endpoint: messages,
      body:
        #"{"id":"m","type":"message","content":[{"type":"text","text":"x"},{"type":"tool_use","id":"1","name":"f","input":{"a":{"b":"\u00e9"}}},{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"q"}},{"type":"tool_use","input":{},"id":"2","name":"g"}],"stop_reason":"tool_use"}"#,
      tools: ["f", "g"], forms: [.object, .object], like: [#"{"a":{"b":"é"}}"#, "{}"]),
    Case(
      name: "messages, streamed", endpoint: messages, framing: .serverSentEvents,
      body: stream([
        #"{"type":"message_start","message":{"id":"m","content":[]}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"s","name":"web_search","input":{}}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"query\":1}"}}"#,
        #"{"type":"content_block_start","content_block":{"type":"tool_use","id":"1","name":"f","input":{}},"index":1}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        #"{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{\"a\": "},"index":1}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"é\"}"}}"#,
        #"{"type":"content_block_stop","index":1}"#,
        #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"2","name":"g","input":{}}}"#,
        #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"3","name":"h","input":{"a":1}}}"#,
        #"{"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"4","name":"i","input":{}}}"#,
        #"{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":5}}"#,
        #"{"type":"message_stop"}"#,
      ]),
      tools: ["f", "g", "h", "i"], forms: [.object, .object, .object, .notJSON],
      like: [#"{"a":"é"}"#, "{}", #"{"a":1}"#, nil], ending: .length),
    Case(
      name: "generateContent", endpoint: Endpoint(dialect: .gemini, operation: .generateContent),
      body:
        #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":1}}},{"function_call":{"args":{"b":[1, 2]},"name":"g"}},{"functionCall":{"name":"h"}}]},"finishReason":"STOP"}],"responseId":"r"}"#,
      tools: ["f", "g", "h"], forms: [.object, .object, .object], like: [#"{"a":1}"#, #"{"b":[1,2]}"#, "{}"]),
    Case(
      name: "generateContent, arguments in pieces", endpoint: Endpoint(dialect: .gemini, operation: .generateContent),
      framing: .serverSentEvents,
      body: stream([
        #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true,"partialArgs":[{"jsonPath":"$.a","stringValue":"x"}]}}]}}]}"#,
        #"{"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"y"}]}}]},"finishReason":"STOP"}]}"#,
      ]),
      tools: ["f"], forms: [.unknown], like: [nil]),
    Case(
      name: "interactions", endpoint: Endpoint(dialect: .gemini, operation: .interactions),
      body:
        #"{"id":"v1_a","status":"requires_action","steps":[{"type":"function_call","id":"1","name":"f","arguments":{"queries":["x"]}},{"type":"google_search_call","id":"2","arguments":{"queries":["y"]}}]}"#,
      tools: ["f"], forms: [.object], like: [#"{"queries":["x"]}"#]),
    Case(
      name: "interactions, streamed", endpoint: Endpoint(dialect: .gemini, operation: .interactions),
      framing: .serverSentEvents,
      body: stream([
        #"{"event_type":"interaction.created","interaction":{"id":"v1_a","status":"in_progress"}}"#,
        #"{"event_type":"step.start","index":0,"step":{"type":"function_call","id":"1","name":"f","arguments":{}}}"#,
        #"{"event_type":"step.delta","index":0,"delta":{"type":"arguments_delta","arguments":"{\"a\""}}"#,
        #"{"event_type":"step.delta","index":0,"delta":{"type":"arguments_delta","arguments":":1}"}}"#,
        #"{"event_type":"interaction.completed","interaction":{"id":"v1_a","status":"requires_action"}}"#, "[DONE]",
      ]),
      tools: ["f"], forms: [.object], like: [#"{"a":1}"#]),
    Case(
      name: "converse", endpoint: Endpoint(dialect: .bedrock, operation: .converse),
      body:
        #"{"output":{"message":{"content":[{"toolUse":{"toolUseId":"1","name":"f","input":{"a":1}}},{"toolUse":{"input":{},"toolUseId":"s","name":"nova_grounding","type":"server_tool_use"}},{"toolUse":{"name":"g","toolUseId":"2","input":{"b":2}}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}"#,
      tools: ["f", "g"], forms: [.object, .object], like: [#"{"a":1}"#, #"{"b":2}"#]),
    Case(
      name: "invoke, a family like chat", endpoint: Endpoint(dialect: .bedrock, operation: .invokeModel),
      body:
        #"{"choices":[{"index":0,"finish_reason":"tool_calls","message":{"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{\"a\":1}"}}]}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#,
      tools: ["f"], forms: [.object], like: [#"{"a":1}"#]),
    Case(
      name: "invoke, a family like messages", endpoint: Endpoint(dialect: .bedrock, operation: .invokeModel),
      body:
        #"{"id":"m","type":"message","content":[{"type":"tool_use","id":"1","name":"f","input":{"a":1}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}"#,
      tools: ["f"], forms: [.object], like: [#"{"a":1}"#]),
    Case(
      name: "cohere", endpoint: Endpoint(dialect: .cohere, operation: .cohereChat),
      body:
        #"{"id":"r","message":{"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"2","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"TOOL_CALL"}"#,
      tools: ["f", "g"], forms: [.object, .object], like: [#"{"a":1}"#, "{}"]),
    Case(
      name: "cohere, streamed", endpoint: Endpoint(dialect: .cohere, operation: .cohereChat),
      framing: .serverSentEvents,
      body: stream([
        #"{"type":"message-start","id":"r"}"#,
        #"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"1","type":"function","function":{"name":"f","arguments":""}}}}}"#,
        #"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"a\":"}}}}}"#,
        #"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"1}"}}}}}"#,
        #"{"type":"tool-call-end","index":0}"#,
        #"{"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"id":"2","function":{"name":"g","arguments":""}}}}}"#,
        #"{"type":"tool-call-delta","index":1,"delta":{"message":{"tool_calls":{"function":{"arguments":"{}"}}}}}"#,
        #"{"type":"message-end","delta":{"finish_reason":"TOOL_CALL"}}"#, "[DONE]",
      ]),
      tools: ["f", "g"], forms: [.object, .object], like: [#"{"a":1}"#, "{}"]),
    Case(
      name: "ollama", endpoint: Endpoint(dialect: .ollama, operation: .ollamaChat),
      body:
        #"{"model":"q","message":{"tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"function":{"arguments":{},"name":"g"}}]},"done":true,"done_reason":"stop"}"#,
      tools: ["f", "g"], forms: [.object, .object], like: [#"{"a":1}"#, "{}"]),
    Case(
      name: "mistral's conversations, streamed", endpoint: Endpoint(dialect: .mistral, operation: .conversations),
      framing: .serverSentEvents,
      body: stream([
        #"{"type":"function.call.delta","output_index":0,"name":"f","tool_call_id":"1","arguments":"{\"a\""}"#,
        #"{"type":"function.call.delta","output_index":0,"name":"f","tool_call_id":"1","arguments":":1}"}"#,
        #"{"type":"conversation.response.done"}"#,
      ]),
      tools: ["f"], forms: [.object], like: [#"{"a":1}"#]),
  ]

  @Test("of a stream that broke off are not called broken")
  func brokenOff() {
    let facts = readStream(
      .chatCompletions,
      [
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":"{\"a\":"}}]}}]}"#
      ])
    #expect(facts.ending == .missing)
    #expect(facts.toolArguments.map(\.form) == [.unknown])
  }

  @Test("are compared with the schemas that the request declares, at the top")
  func schemas() {
    let key = FingerprintKey(word0: 3, word1: 9)
    func property(_ name: String, _ types: JSONTypeSet, isRequired: Bool = false) -> DeclaredProperty {
      DeclaredProperty(name: key.fingerprint(of: name), types: types, isRequired: isRequired)
    }
    var conversation = ConversationFacts()
    conversation.tools = [
      DeclaredTool(
        name: key.fingerprint(of: "f"),
        properties: [
          property("city", .string, isRequired: true), property("days", .integer), property("x", [.number, .null]),
        ],
        isSchemaKnown: true, allowsOthers: false),
      DeclaredTool(name: key.fingerprint(of: "open"), properties: [property("a", .array)], isSchemaKnown: true),
      DeclaredTool(name: key.fingerprint(of: "unknown")),
    ]
    let table: [(tool: String, arguments: String, misfit: ArgumentMisfit?)] = [
      ("f", #"{"city":"B"}"#, nil), ("f", #"{"city":"B","days":3,"x":1.5}"#, nil), ("f", #"{"x":null,"city":""}"#, nil),
      ("f", #"{"city":"B","days":3.0}"#, nil), ("f", "{}", .missing), ("f", "", .missing),
      ("f", #"{"days":3}"#, .missing),
      ("f", #"{"city":7}"#, .wrongType), ("f", #"{"city":"B","days":"3"}"#, .wrongType),
      ("f", #"{"city":"B","days":3.5}"#, .wrongType), ("f", #"{"city":null}"#, .wrongType),
      ("f", #"{"city":"B","y":1}"#, .unexpected), ("f", "[1]", .wrongType), ("f", "{", nil), ("open", #"{"b":1}"#, nil),
      ("open", #"{"a":{}}"#, .wrongType), ("open", #"{"a":[]}"#, nil), ("unknown", #"{"a":1}"#, nil),
      ("unknown", "[]", nil),
    ]
    for (tool, arguments, misfit) in table {
      var facts = ReplyFacts()
      facts.toolCalls = [ToolCall(id: "1", name: tool)]
      var scan = ArgumentScan()
      scan.add(false, isFreeText: false, long: nil)
      scan.take(arguments.utf8.span.bytes)
      facts.toolArguments = [scan.finish()]
      facts.compareTools(with: conversation, by: key)
      #expect(facts.toolArguments[0].misfit == misfit, "\(tool) \(arguments)")
      #expect(facts.toolArguments[0].isDeclared)
    }
    for areAllKnown in [true, false] {
      conversation.areAllToolsKnown = areAllKnown
      var facts = ReplyFacts()
      facts.toolCalls = [ToolCall(id: "1", name: "g")]
      facts.toolArguments = [ToolArguments(form: .object)]
      facts.compareTools(with: conversation, by: key)
      #expect(facts.toolArguments[0].isDeclared == !areAllKnown)
    }
  }
}
